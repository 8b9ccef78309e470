#include "cmd.h"
#include "config.h"
#include "correct/apply.h"
#include "correct/diff.h"
#include "correct/propose.h"
#include "desk/draft.h"
#include "io/export_vouchers.h"
#include "io/mapping.h"
#include "io/reader.h"
#include "output.h"
#include "report/vouchers_xlsx.h"
#include "correct_text.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX_BYTES ((size_t)4 << 20)
#define SHOWN          50u
#define OUT_MAX        ((size_t)64 << 20)

enum {
	O_FINDING,
	O_EDIT,
	O_FORMAT,
	O_EXPORT,
	O_OUT,
	O_GB18030,
	O_OPEN,
	O_CHART,
	O_MAPPING,
	O_AS_OF
};

static const rd_opt options[] = {
	[O_FINDING] =
		{"finding",
         0,
         RD_OPT_TEXT,
         "FINGERPRINT",
         NULL,
         0,
         0,
         NULL,
         {"要更正的发现（redink check --format json 里的 fingerprint，可只写开头几位）；不写则列出全部发现和更正方法",
          "the finding (fingerprint of redink check --format json, the first digits will do); without it all are listed with their method"}},
	[O_EDIT] =
		{"edit",
         0,
         RD_OPT_FILE,
         "F",
         NULL,
         0,
         0,
         NULL,
         {"用文件 F 里改过的凭证（本命令 --format json 输出的 vouchers）代替建议",
          "take the vouchers of file F (the \"vouchers\" that --format json prints, edited)"}},
	[O_FORMAT] = {"format",
                  'f',
                  RD_OPT_CHOICE,
                  "FORMAT",
                  "text|json",
                  0,
                  0,
                  "text",
                  {"输出格式", "form of the output"}},
	[O_EXPORT] =
		{"export",
         0,
         RD_OPT_CHOICE,
         "FORM",
         "csv|jdy|k3|t3|xlsx",
         0,
         0,
         NULL,
         {"把更正凭证写成记账软件能导入的文件：jdy 精斗云/KIS 云，k3 金蝶标准格式，t3 用友文本，csv、xlsx 通用；须同时写 --out",
          "write the vouchers for accounting software: jdy, k3 Kingdee, t3 Yonyou, csv and xlsx for any; needs --out"}},
	[O_OUT] = {"out", 'o', RD_OPT_FILE, "F", NULL, 0, 0, NULL, {"导出的文件", "the exported file"}},
	[O_GB18030] = {"gb18030",
                   0,
                   RD_OPT_FLAG,
                   NULL,
                   NULL,
                   0,
                   0,
                   NULL,
                   {"导出文件用 GB18030 编码（t3 总是如此）", "export in GB 18030 (t3 always is)"}},
	[O_OPEN] = {"open",
                0,
                RD_OPT_TEXT,
                "PERIOD",
                NULL,
                0,
                0,
                NULL,
                {"第一个未结账期间，如 2026-03；不写则从账套推断",
                 "the first period that is open, such as 2026-03; told from the books otherwise"}},
	[O_CHART] = {"chart",
                 0,
                 RD_OPT_FILE,
                 "small|enterprise|F",
                 "small|enterprise",
                 0,
                 0,
                 NULL,
                 {"科目表：small、enterprise 或科目表文件",
                  "chart of accounts: small, enterprise or a file"}},
	[O_MAPPING] =
		{"mapping", 0, RD_OPT_FILE, "F", NULL, 0, 0, NULL, {"列映射文件", "mapping file"}},
	[O_AS_OF] = {"as-of",
                 0,
                 RD_OPT_DAY,
                 "DATE",
                 NULL,
                 0,
                 0,
                 NULL,
                 {"截止日；不写则为账套最后一天",
                  "the day that counts as today; the last one of the books otherwise"}},
	{0},
};

typedef struct job {
	const rd_args *a;
	rd_book *book;
	rd_result *result;
	rd_run_options run;
	rd_correct_terms terms;
	const rd_finding *finding;
	rd_proposal proposal;
	rd_draft_problems problems;
	rd_simulation sim;
	bool simulated;
	rd_buf out;
} job;

static rd_rc read_book(job *j, rd_err *err)
{
	const rd_args *a = j->a;
	const char *chart = rd_args_text(a, O_CHART), *mapping = rd_args_text(a, O_MAPPING);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	rd_read_options o = {.threads = cpus < 1 ? 1 : cpus > 64 ? 64 : (uint32_t)cpus};
	rd_mapping *mappings;
	rd_str text;

	if (chart && strcmp(chart, "small") == 0)
		o.standard = RD_STD_SMALL;
	else if (chart && strcmp(chart, "enterprise") == 0)
		o.standard = RD_STD_ENTERPRISE;
	else
		o.chart_path = chart;
	if (mapping) {
		RD_TRY(rd_input_read(a->arena, mapping, FILE_MAX_BYTES, &text, err));
		RD_TRY(rd_mapping_parse(a->arena, mapping, text, &mappings, &o.n_mappings, err));
		o.mappings = mappings;
	}
	j->run.threads = o.threads;
	j->run.as_of = rd_args_day(a, O_AS_OF);
	if (rd_read_paths(a->operands, a->n_operands, &o, &j->book, err) != RD_OK)
		return a->n_operands == 1 ? rd_err_at(err, a->operands[0], 0) : err->code;
	return rd_run_checks(j->book, &j->run, &j->result, err);
}

static rd_rc read_terms(job *j, rd_err *err)
{
	const char *open = rd_args_text(j->a, O_OPEN);

	if (rd_args_has(j->a, O_EXPORT) != rd_args_has(j->a, O_OUT))
		return rd_fail(err, RD_USAGE, "--export 和 --out 要一起写",
		               "--export and --out go together");
	if (rd_args_has(j->a, O_EXPORT) && !rd_args_has(j->a, O_FINDING))
		return rd_fail(err, RD_USAGE, "导出要用 --finding 指明是哪一条发现",
		               "an export needs --finding");
	j->terms.as_of = rd_args_day(j->a, O_AS_OF);
	if (open && !rd_period_parse(rd_str_of(open), 0, &j->terms.first_open))
		return rd_fail(err, RD_USAGE, "--open 写成 2026-03", "--open is written 2026-03");
	return RD_OK;
}

static rd_rc find(job *j, rd_err *err)
{
	const char *wanted = rd_args_text(j->a, O_FINDING);
	uint32_t fit = 0;
	char hex[33];

	for (uint32_t i = 0; i < j->result->n_findings; i++) {
		rd_fingerprint_hex(j->result->findings[i].fingerprint, hex);
		if (strncmp(hex, wanted, strlen(wanted)) == 0) {
			j->finding = &j->result->findings[i];
			fit++;
		}
	}
	if (fit == 0)
		return rd_fail(err, RD_NOT_FOUND, "这套账里没有指纹为 %.40s 的发现",
		               "these books have no finding %.40s", wanted);
	if (fit > 1)
		return rd_fail(err, RD_ASK, "有 %u 条发现的指纹以 %.40s 开头，请多写几位",
		               "%u findings begin with %.40s: give more digits", fit, wanted);
	return RD_OK;
}

static rd_rc propose(job *j, rd_err *err)
{
	const char *edit = rd_args_text(j->a, O_EDIT);
	rd_draft_terms terms = {.first_open = j->terms.first_open};
	rd_str text;

	rd_correct_propose(j->a->arena, j->result, j->finding, &j->terms, &j->proposal);
	if (edit) {
		RD_TRY(rd_input_read(j->a->arena, edit, FILE_MAX_BYTES, &text, err));
		if (rd_drafts_read(j->a->arena, text, &j->proposal.drafts, err) != RD_OK)
			return rd_err_at(err, edit, 0);
	}
	if (j->proposal.drafts.n == 0)
		return RD_OK;
	rd_drafts_check(j->a->arena, j->book, &j->proposal.drafts, &terms, &j->problems);
	rd_rc rc = rd_simulate(j->a->arena, j->book, j->result, &j->proposal.drafts, &j->run,
	                       j->finding->fingerprint, &j->sim, err);

	j->simulated = rc == RD_OK;
	return rc == RD_INPUT ? RD_OK : rc; /* incomplete vouchers: the problems say so */
}

static rd_rc export_file(job *j, rd_err *err)
{
	const char *form = rd_args_text(j->a, O_EXPORT), *path = rd_args_text(j->a, O_OUT);
	rd_voucher_form f = RD_VOUCHERS_CSV;
	rd_row from = j->book->voucher.n, to;
	rd_output out;
	rd_buf text;

	if (!j->simulated)
		return rd_fail(err, RD_BARRED, "这条发现没有可导出的更正凭证",
		               "there is no correction voucher to export for this finding");
	if (j->problems.errors)
		return rd_fail(err, RD_BARRED, "更正凭证还有问题，改好后才能导出（用 --edit）",
		               "the vouchers have problems: put them right first (--edit)");
	to = j->sim.after->voucher.n;
	if (strcmp(form, "xlsx") == 0)
		return rd_vouchers_xlsx(j->sim.after, from, to, path, "/tmp", (int64_t)time(NULL) * 1000000,
		                        err);
	rd_voucher_form_find(rd_str_of(form), &f);
	rd_buf_init(&text, OUT_MAX);
	rd_rc rc = rd_export_vouchers(j->sim.after, from, to, f,
	                              rd_args_has(j->a, O_GB18030) || rd_voucher_form_is_gb18030(f),
	                              &text, err);

	if (rc == RD_OK)
		rc = rd_output_open(&out, j->a->arena, path, err);
	if (rc == RD_OK)
		rc = rd_output_close(&out, rd_output_sink(&out, text.data, text.size), err);
	rd_buf_done(&text);
	return rc;
}

static void put_json(job *j)
{
	rd_json w;

	rd_json_init(&w, &j->out, 3);
	rd_json_object(&w);
	rd_json_key(&w, "proposal");
	rd_proposal_json(&w, &j->proposal);
	rd_json_key(&w, "problems");
	rd_draft_problems_json(&w, &j->problems);
	rd_json_key(&w, "simulation");
	if (j->simulated)
		rd_simulation_json(&w, &j->sim, j->result, SHOWN);
	else
		rd_json_null(&w);
	rd_json_close(&w);
	rd_json_end(&w);
}

static void put_list_json(job *j)
{
	rd_json w;

	rd_json_init(&w, &j->out, 2);
	rd_json_array(&w);
	for (uint32_t i = 0; i < j->result->n_findings; i++) {
		const rd_finding *f = &j->result->findings[i];
		rd_proposal p;
		char hex[33];

		rd_correct_propose(j->a->arena, j->result, f, &j->terms, &p);
		rd_fingerprint_hex(f->fingerprint, hex);
		rd_json_object(&w);
		rd_json_put_text(&w, "fingerprint", hex);
		rd_json_put_text(&w, "check", rd_checks[f->check]->slug);
		rd_json_put_text(&w, "method", rd_correct_method_name(p.method));
		rd_json_put_bool(&w, "ready", p.ready);
		rd_json_close(&w);
	}
	rd_json_close(&w);
	rd_json_end(&w);
}

static rd_rc run_all(job *j, rd_err *err)
{
	bool json = rd_args_text(j->a, O_FORMAT) && strcmp(rd_args_text(j->a, O_FORMAT), "json") == 0;

	RD_TRY(read_terms(j, err));
	RD_TRY(read_book(j, err));
	rd_buf_init(&j->out, OUT_MAX);
	if (!rd_args_has(j->a, O_FINDING)) {
		if (json)
			put_list_json(j);
		else
			rd_correct_list(j->result, &j->terms, j->a->lang, &j->out);
		return rd_output_text(rd_buf_view(&j->out), err);
	}
	RD_TRY(find(j, err));
	RD_TRY(propose(j, err));
	if (json)
		put_json(j);
	else
		rd_correct_text(j->result, j->finding, &j->proposal, &j->problems,
		                j->simulated ? &j->sim : NULL, j->a->lang, &j->out);
	RD_TRY(rd_output_text(rd_buf_view(&j->out), err));
	return rd_args_has(j->a, O_EXPORT) ? export_file(j, err) : RD_OK;
}

static int run_correct(const rd_args *a)
{
	job j = {.a = a, .terms = {.as_of = RD_DAY_NONE}};
	rd_err err;
	rd_rc rc = run_all(&j, &err);

	if (j.simulated)
		rd_simulation_done(&j.sim);
	rd_buf_done(&j.out);
	rd_result_free(j.result);
	rd_book_free(j.book);
	if (rc != RD_OK)
		return rd_fail_with(&err, a->lang);
	return j.finding && (j.problems.errors || j.proposal.drafts.n == 0) ? RD_EXIT_FINDINGS
	                                                                    : RD_EXIT_CLEAN;
}

static const rd_example_line examples[] = {
	{"redink correct 2025账套/",
     {"列出每条发现的合法更正方法", "the lawful method for every finding"}},
	{"redink correct 2025账套/ --finding 3fa9",
     {"建议更正凭证，并在内存中试算", "propose vouchers and try them in memory"}},
	{"redink correct 2025账套/ --finding 3fa9 --export jdy -o 更正.csv",
     {"导出给精斗云", "export them for Kingdee"}},
	{0},
};

const rd_subcommand rd_subcommand_correct = {
	.name = "correct",
	.summary = {"为一条发现拟出更正凭证并试算",
                "propose correction vouchers for a finding and try them"},
	.about =
		{
			"按会计基础工作规范和账套所用准则，为一条发现拟出更正凭证：未记账的重新填制；已记账的红字冲销、蓝字更正，"
			"或红字差额、补充登记；以前年度的按准则处理。然后在内存里的副本上试算：科目发生额和余额、报表项目、税额怎样变化，"
			"哪些发现消失，有没有新的。原资料不会改动，凭证由记账软件编号入账。\n\n"
			"退出码：0 有可用的更正凭证；1 没有，或还需要补充；2 没能运行。",
			"Proposes correction vouchers for a finding, by the Basic Accounting Work Rules and the standard of the books: entered anew when "
			"not posted; reversed in red and entered in blue, or the difference alone; earlier years by the standard. Then tries them on a "
			"copy in memory: what changes in the accounts, statements and taxes, which findings go and which come. Nothing is changed in "
			"the books themselves.\n\n"
			"Exit code: 0 there are vouchers to use, 1 there are none or they have to be completed, 2 could not run.",
		},
	.operands = "PATH…",
	.operand_help = {"文件或文件夹；全部合在一起是同一个客户的账套",
                     "files and folders; all of them together are the books of one client"},
	.operand = RD_OPERAND_FILES,
	.operands_min = 1,
	.operands_max = 2000,
	.options = options,
	.examples = examples,
	.run = run_correct,
};
