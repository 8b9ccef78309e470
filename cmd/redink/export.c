#include "blobs.h"
#include "data.h"
#include "store/bundle.h"
#include <stdio.h>

/* Everything of a firm as open formats. */

enum { O_FIRM = RD_O_DATA_END, O_ALL, O_BLOBS };
static const rd_opt options[] = {
	RD_OPTIONS_OF_DATA,
	[O_FIRM] = RD_OPTION_FIRM,
	[O_ALL] = {.name = "all",
               .kind = RD_OPT_FLAG,
               .help = {"机构的全部内容（目前必须给出）", "everything of a firm (has to be said)"}},
	RD_OPTIONS_OF_BLOBS,
	{0},
};

static const rd_example_line examples[] = {
	{"redink export --all --data /var/lib/redink /backup/open",
     {"每家机构一个文件夹", "a folder for each firm"}},
	{0},
};

static rd_rc export(const rd_args *args, rd_store *s, rd_buf *out, rd_err *err)
{
	const int64_t *firms;
	uint32_t n;
	char to[1300];

	if (!rd_args_has(args, O_ALL))
		return rd_fail(err, RD_USAGE, "请说明导出什么：--all 为机构的全部内容",
		               "say what to export: --all is everything of a firm");
	RD_TRY(rd_data_firms(args, s, O_FIRM, &firms, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		rd_bundle_done done;
		int len = snprintf(to, sizeof to, "%s/%jd", args->operands[0], (intmax_t)firms[i]);

		if (len >= (int)sizeof to)
			return rd_fail(err, RD_LIMIT, "路径过长", "the path is too long");
		RD_TRY(rd_store_export(s, firms[i], to, &done, err));
		rd_buf_printf(out,
		              args->lang == RD_EN ? "%s: %jd events, %jd rows, %jd blobs\n"
		                                  : "%s：事件 %jd 条，记录 %jd 行，附件 %jd 个\n",
		              to, (intmax_t)done.events, (intmax_t)done.rows, (intmax_t)done.blobs);
	}
	return RD_OK;
}

static int run(const rd_args *args)
{
	rd_store *s;
	rd_s3 *s3;
	rd_err err;
	rd_buf out;
	int code;

	if (rd_blobs_data_open(args, O_BLOBS, &s, &s3, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_buf_init(&out, (size_t)64 << 20);
	code = export(args, s, &out, &err) == RD_OK ? rd_print(&out, args->lang)
	                                            : rd_fail_with(&err, args->lang);
	rd_buf_done(&out);
	rd_store_close(s);
	rd_s3_close(s3);
	return code;
}

const rd_subcommand rd_subcommand_export = {
	.name = "export",
	.summary = {"把机构的全部内容导出为开放格式", "write everything of a firm as open formats"},
	.about =
		{"把每家机构写进 TO/<机构号>/：事件日志和各表为 JSON 行，检查点，附件原件，以及全部文件的 "
         "SHA-256。同样的内容得到同样的字节。密码、令牌等秘密不在其中。redink import-firm "
         "读回，redink verify 校验。",
         "Writes each firm into TO/<firm>/: event log and tables as JSON lines, checkpoints, "
         "blobs as they came, and the SHA-256 of every file. The same contents give the same "
         "bytes. Secrets such as passwords and tokens are not in it. redink import-firm reads "
         "it back, redink verify checks it."},
	.operands = "TO",
	.operand_help = {"放各机构文件夹的地方", "where the folders of the firms go"},
	.operand = RD_OPERAND_FILES,
	.operands_min = 1,
	.operands_max = 1,
	.options = options,
	.examples = examples,
	.run = run,
};
