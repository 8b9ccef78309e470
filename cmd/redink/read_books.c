/* The child in which a server reads files of strangers; nobody calls it by hand. */
#include "desk/sandbox.h"
#include "cmd.h"

static int run(const rd_args *args)
{
	(void)args;
	return rd_sandbox_child();
}

const rd_subcommand rd_subcommand_read_books = {
	.name = RD_SANDBOX_COMMAND,
	.summary = {"在隔离环境中读取文件（供服务内部使用）",
                "read files in a sandbox, for the server"},
	.about = {"由 redink serve 和 redink worker 启动：放弃一切权限后读取上传的账簿。",
              "Started by redink serve and redink worker: gives up all powers, then reads uploaded "
              "books."},
	.operand = RD_OPERAND_NONE,
	.hidden = true,
	.run = run,
};
