#include "blobs.h"
#include "data.h"
#include "store/backup.h"

/* The whole store as a folder that can be verified and served as it is. */

enum { O_BLOBS = RD_O_DATA_END };
static const rd_opt options[] = {RD_OPTIONS_OF_DATA, RD_OPTIONS_OF_BLOBS, {0}};

static const rd_example_line examples[] = {
	{"redink backup --data /var/lib/redink /backup/2026-11-24",
     {"服务运行时也可以备份", "while the server runs"}},
	{0},
};

static int run(const rd_args *args)
{
	rd_backup_done done;
	rd_store *s;
	rd_s3 *s3;
	rd_err err;
	rd_buf out;

	if (rd_blobs_data_open(args, O_BLOBS, &s, &s3, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_rc rc = rd_store_backup(s, rd_str_of(args->operands[0]), &done, &err);

	rd_store_close(s);
	rd_s3_close(s3);
	if (rc != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_buf_init(&out, 1024);
	rd_buf_printf(&out,
	              args->lang == RD_EN ? "backed up and verified: %jd firms, %jd events, %jd blobs\n"
	                                  : "已备份并校验：机构 %jd 家，事件 %jd 条，附件 %jd 个\n",
	              (intmax_t)done.firms, (intmax_t)done.events, (intmax_t)done.blobs);
	int code = rd_print(&out, args->lang);

	rd_buf_done(&out);
	return code;
}

const rd_subcommand rd_subcommand_backup = {
	.name = "backup",
	.summary = {"备份全部数据，服务不用停", "back up everything while the server runs"},
	.about =
		{"把全部数据复制到一个空文件夹 TO：数据库（同一时刻的）、附件、最后的签名，并校验。备份本身就"
         "是数据文件夹，可以直接校验或启动。附件在对象存储时用 --blobs 说明，备份里是文件。签名私钥不在其中：请另行保管 sign.key。",
         "Copies everything into an empty folder TO: the database (of one moment), blobs, what "
         "was signed last; and verifies the copy. A backup is a data folder that can be "
         "verified or served as it is; blobs of an object store (--blobs) are files in it. The "
         "signing key is not in it: keep sign.key elsewhere."},
	.operands = "TO",
	.operand_help = {"空文件夹，或还不存在的", "folder that is empty or not there yet"},
	.operand = RD_OPERAND_FILES,
	.operands_min = 1,
	.operands_max = 1,
	.options = options,
	.examples = examples,
	.run = run,
};
