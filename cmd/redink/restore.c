#include "blobs.h"
#include "data.h"
#include "store/backup.h"
#include "verify.h"
#include <stdio.h>

/* A backup into an empty place; also the way from SQLite to PostgreSQL and back. */

enum { O_VERIFY = RD_O_DATA_END, O_BLOBS };
static const rd_opt options[] = {
	RD_OPTIONS_OF_DATA,
	[O_VERIFY] = {.name = "verify",
                  .kind = RD_OPT_FLAG,
                  .help = {"最后打印恢复后的校验报告（校验总会做）",
                           "end with the report of verifying what was restored (it is verified in "
                           "any case)"}},
	RD_OPTIONS_OF_BLOBS,
	{0},
};

static const rd_example_line examples[] = {
	{"redink restore /backup/2026-11-24 --data /var/lib/redink --verify",
     {"恢复到空文件夹", "into an empty folder"}},
	{"redink restore backup --data postgres://redink@db/redink --folder /var/lib/redink",
     {"从 SQLite 搬到 PostgreSQL", "from SQLite to PostgreSQL"}},
	{0},
};

static int say(const rd_backup_done *done, int lang)
{
	rd_buf out;

	rd_buf_init(&out, 1024);
	rd_buf_printf(&out,
	              lang == RD_EN ? "restored and verified: %jd firms, %jd events, %jd blobs\n"
	                            : "已恢复并校验：机构 %jd 家，事件 %jd 条，附件 %jd 个\n",
	              (intmax_t)done->firms, (intmax_t)done->events, (intmax_t)done->blobs);
	int code = rd_print(&out, lang);

	rd_buf_done(&out);
	return code;
}

static int restore(const rd_args *args, const rd_store_config *config, rd_s3 **ret_s3)
{
	const rd_blobs_options said = rd_blobs_said(args, O_BLOBS);
	rd_blob_place place;
	rd_backup_done done;
	rd_err err;

	if (rd_str_has(config->url, "://") && config->folder.len == 0) {
		(void)rd_fail(&err, RD_USAGE, "恢复到 PostgreSQL 时须用 --folder 给出密钥和附件的文件夹",
		              "restoring into PostgreSQL needs --folder, for keys and blobs");
		return rd_fail_with(&err, args->lang);
	}
	if (said.url && rd_blobs_place(args, &said, P_tmpdir, ret_s3, &place, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	const rd_blob_place *blobs = said.url ? &place : NULL;

	if (rd_store_restore(rd_str_of(args->operands[0]), config, blobs, &done, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	int code = say(&done, args->lang);

	if (code != RD_EXIT_CLEAN || !rd_args_has(args, O_VERIFY))
		return code;
	const rd_verify_order order = {.url = config->url,
	                               .folder = config->folder,
	                               .blobs = true,
	                               .place = blobs};

	return rd_verify_report(&order, false, args->lang);
}

static int run(const rd_args *args)
{
	const rd_store_config config = rd_data_config(args);
	rd_s3 *s3 = NULL;
	int code = restore(args, &config, &s3);

	rd_s3_close(s3);
	return code;
}

const rd_subcommand rd_subcommand_restore = {
	.name = "restore",
	.summary = {"把备份恢复到空的地方", "put a backup into an empty place"},
	.about =
		{"先校验备份 FROM，再恢复到 --data 所指的空文件夹或空的 PostgreSQL 数据库，然后校验结果。目标"
         "里已有数据时拒绝；失败后可以再做一次。",
         "Verifies the backup FROM, puts it into the empty folder or empty PostgreSQL database "
         "that --data names, and verifies the result. Refuses a place that holds data; one that "
         "failed may be done again."},
	.operands = "FROM",
	.operand_help = {"redink backup 做的文件夹", "folder made by redink backup"},
	.operand = RD_OPERAND_FILES,
	.operands_min = 1,
	.operands_max = 1,
	.options = options,
	.examples = examples,
	.run = run,
};
