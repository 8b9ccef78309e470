#include "blobs.h"
#include "data.h"
#include "record/project.h"
#include "store/bundle.h"
#include "store/heads.h"
#include "verify.h"

/* What redink export wrote, into a server that does not have the firm. */

enum { O_BLOBS = RD_O_DATA_END };
static const rd_opt options[] = {RD_OPTIONS_OF_DATA, RD_OPTIONS_OF_BLOBS, {0}};

static const rd_example_line examples[] = {
	{"redink import-firm /backup/open/7123456 --data /srv/redink",
     {"导入后用 redink user invite 请人进来", "then let people in with redink user invite"}},
	{0},
};

static int say(const rd_bundle_done *done, int lang)
{
	rd_buf out;

	rd_buf_init(&out, 1024);
	rd_buf_printf(&out,
	              lang == RD_EN ? "firm %jd imported: %jd events, %jd rows, %jd blobs; the root of "
	                              "the log is that of the export\n"
	                            : "已导入机构 %jd：事件 %jd 条，记录 %jd 行，附件 %jd "
	                              "个；日志的根与导出时相同\n",
	              (intmax_t)done->firm_id, (intmax_t)done->events, (intmax_t)done->rows,
	              (intmax_t)done->blobs);
	int code = rd_print(&out, lang);

	rd_buf_done(&out);
	return code;
}

static int verify(const rd_args *args, const rd_store_config *config, int64_t firm_id,
                  const rd_blob_place *blobs)
{
	const rd_verify_order order = {.url = config->url,
	                               .folder = config->folder,
	                               .firm_id = firm_id,
	                               .blobs = true,
	                               .place = blobs};

	return rd_verify_report(&order, false, args->lang);
}

/* A firm that is there and stands nowhere in the log over all firms would look like one left out.
 * A server that has no such log yet begins it when it runs. */
static rd_rc take_head(rd_store *s, rd_err *err)
{
	bool there = false;

	RD_TRY(rd_heads_there(s, &there, err));
	return there ? rd_heads_take(s, true, err) : RD_OK;
}

static int import(const rd_args *args, const rd_store_config *config, rd_s3 **ret_s3)
{
	const rd_blobs_options said = rd_blobs_said(args, O_BLOBS);
	rd_blob_place place;
	rd_bundle_done done;
	rd_store *s;
	rd_err err;

	/* A new place is made: importing is one way to start a server. */
	if (rd_store_open(config, &s, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_rc rc = RD_OK;

	if (said.url) {
		const char *folder =
			rd_arena_copy(args->arena, rd_store_folder(s), strlen(rd_store_folder(s)));

		rc = rd_blobs_place(args, &said, folder, ret_s3, &place, &err);
		if (rc == RD_OK)
			rd_store_set_blobs(s, &place);
	}
	if (rc == RD_OK)
		rc = rd_store_import(s, args->operands[0], rd_project_derive, &done, &err);
	if (rc == RD_OK)
		rc = take_head(s, &err);
	rd_store_close(s);
	if (rc != RD_OK)
		return rd_fail_with(&err, args->lang);
	int code = say(&done, args->lang);

	return code == RD_EXIT_CLEAN ? verify(args, config, done.firm_id, said.url ? &place : NULL)
	                             : code;
}

static int run(const rd_args *args)
{
	rd_store_config config = rd_data_config(args);
	rd_s3 *s3 = NULL;
	int code = import(args, &config, &s3);

	rd_s3_close(s3);
	return code;
}

const rd_subcommand rd_subcommand_import_firm = {
	.name = "import-firm",
	.summary = {"导入一家已导出的机构", "import a firm that was exported"},
	.about =
		{"把 redink export 写的一家机构导入到还没有它的服务器，机构号不变；比较日志的根，再校验一遍。"
         "密码等秘密不随之而来：导入后用 redink user invite 给每个人一个链接。",
         "Puts one firm that redink export wrote into a server that does not have it, under the "
         "same id; compares the root of the log and verifies the result. Passwords and other "
         "secrets do not come along: give each person a link with redink user invite."},
	.operands = "FROM",
	.operand_help = {"一家机构的导出文件夹", "exported folder of one firm"},
	.operand = RD_OPERAND_FILES,
	.operands_min = 1,
	.operands_max = 1,
	.options = options,
	.examples = examples,
	.run = run,
};
