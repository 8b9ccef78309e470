#include "base/assert.h"
#include "baseline.h"
#include "cmd.h"
#include "config.h"
#include "io/mapping.h"
#include "io/reader.h"
#include "output.h"
#include "report/common.h"
#include "terminal.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAPPING_MAX ((size_t)1 << 20)
#define TEXT_SHOWN  20u  /* findings of one check in a text report */
#define HTML_SHOWN  200u /* the same on a page; CSV and JSON hold all */

enum {
	O_FORMAT,
	O_OUT,
	O_CHART,
	O_MAPPING,
	O_CONFIG,
	O_NO_CONFIG,
	O_ONLY,
	O_SKIP,
	O_SET,
	O_SEVERITY,
	O_BASELINE,
	O_WRITE_BASELINE,
	O_AS_OF,
	O_NO_GUARDS,
	O_THREADS,
	O_MAX,
	O_COLOR,
	O_QUIET,
	O_STATS,
	O_NO_SHA256,
};

static const rd_opt options[] = {
	[O_FORMAT] =
		{"format",
         'f',
         RD_OPT_CHOICE,
         "FORMAT",
         "text|json|sarif|csv|html",
         0,
         0,
         "text",
         {"报告格式：text 给人看，json 给程序，sarif 给代码平台，csv 给电子表格，html 是一张可打印的网页",
          "form of the report: text for people, json for programs, sarif for code platforms, csv for spreadsheets, html as one page that prints well"}},
	[O_OUT] = {"out",
               'o',
               RD_OPT_FILE,
               "F",
               NULL,
               0,
               0,
               NULL,
               {"报告写入文件 F；全部写好后才替换旧文件",
                "write the report to file F; the old file is replaced only when all is written"}},
	[O_CHART] =
		{"chart",
         0,
         RD_OPT_FILE,
         "small|enterprise|F",
         "small|enterprise",
         0,
         0,
         NULL,
         {"科目表：小企业会计准则 small、企业会计准则 enterprise，或科目表文件；不写则从账套识别",
          "chart of accounts: small or enterprise (the Chinese standards), or a file; recognised from the books otherwise"}},
	[O_MAPPING] = {"mapping",
                   0,
                   RD_OPT_FILE,
                   "F",
                   NULL,
                   0,
                   0,
                   NULL,
                   {"列映射文件：自动识别不出时，指明哪一列是什么",
                    "mapping file: says which column is what when it cannot be recognised"}},
	[O_CONFIG] = {"config",
                  0,
                  RD_OPT_FILE,
                  "F",
                  NULL,
                  0,
                  0,
                  NULL,
                  {"配置文件；不写则用账套旁边的 redink.yaml",
                   "configuration; redink.yaml beside the books otherwise"}},
	[O_NO_CONFIG] = {"no-config",
                     0,
                     RD_OPT_FLAG,
                     NULL,
                     NULL,
                     0,
                     0,
                     NULL,
                     {"不读账套旁边的 redink.yaml", "do not read redink.yaml beside the books"}},
	[O_ONLY] = {"only",
                0,
                RD_OPT_SLUGS,
                "SLUG,…",
                NULL,
                0,
                0,
                NULL,
                {"只运行这些检查项", "run only these checks"}},
	[O_SKIP] = {"skip",
                0,
                RD_OPT_SLUGS,
                "SLUG,…",
                NULL,
                0,
                0,
                NULL,
                {"不运行这些检查项", "do not run these checks"}},
	[O_SET] =
		{"set",
         0,
         RD_OPT_SETTING,
         "CHECK.PARAM=V",
         NULL,
         0,
         0,
         NULL,
         {"设定检查项的参数，可多次使用；金额以元为单位；redink explain 检查项 列出参数",
          "set a parameter of a check, may be repeated; money in yuan; redink explain SLUG lists the parameters"}},
	[O_SEVERITY] = {"severity",
                    0,
                    RD_OPT_CHOICE,
                    "LEVEL",
                    "info|low|medium|high|blocker",
                    0,
                    0,
                    "medium",
                    {"达到这一级的发现使退出码为 1",
                     "findings of this grade or above make the exit code 1"}},
	[O_BASELINE] =
		{"baseline",
         0,
         RD_OPT_FILE,
         "F",
         NULL,
         0,
         0,
         NULL,
         {"与基线文件比较：哪些是新增、已知、已消失；退出码只看新增",
          "compare with a baseline: new, known, gone; only new findings count for the exit code"}},
	[O_WRITE_BASELINE] = {"write-baseline",
                          0,
                          RD_OPT_FILE,
                          "F",
                          NULL,
                          0,
                          0,
                          NULL,
                          {"把本次全部发现记入基线文件 F",
                           "keep all findings of this run in baseline F"}},
	[O_AS_OF] =
		{"as-of",
         0,
         RD_OPT_DAY,
         "DATE",
         NULL,
         0,
         0,
         NULL,
         {"截止日，账龄和到期按这一天计算；不写则为今天",
          "the day that counts as today for ages and dates that run out; the clock's otherwise"}},
	[O_NO_GUARDS] = {"no-guards",
                     0,
                     RD_OPT_FLAG,
                     NULL,
                     NULL,
                     0,
                     0,
                     NULL,
                     {"关闭减少误报的排除规则，只按原始规则计数",
                      "switch off the rules against false alarms: raw counts"}},
	[O_THREADS] = {"threads",
                   'j',
                   RD_OPT_NUMBER,
                   "N",
                   NULL,
                   1,
                   64,
                   NULL,
                   {"线程数；不写则用全部处理器，结果与线程数无关",
                    "threads; all processors otherwise. The result is the same for any number"}},
	[O_MAX] =
		{"max",
         0,
         RD_OPT_NUMBER,
         "N",
         NULL,
         0,
         1000000000,
         NULL,
         {"每个检查项最多显示几条，0 为全部；不写则 text 20 条、html 200 条，其他格式始终全部",
          "findings shown for each check, 0 = all; 20 in text and 200 in html otherwise. The other formats hold all"}},
	[O_COLOR] = {"color",
                 0,
                 RD_OPT_CHOICE,
                 "WHEN",
                 "auto|always|never",
                 0,
                 0,
                 "auto",
                 {"颜色；auto 仅在终端上使用，并遵守 NO_COLOR",
                  "colours; auto: on a terminal, unless NO_COLOR is set"}},
	[O_QUIET] = {"quiet",
                 'q',
                 RD_OPT_FLAG,
                 NULL,
                 NULL,
                 0,
                 0,
                 NULL,
                 {"每条发现只输出一行，格式同编译器的提示",
                  "one line for each finding: \"file:line: grade: message [check]\""}},
	[O_STATS] = {"stats",
                 0,
                 RD_OPT_FLAG,
                 NULL,
                 NULL,
                 0,
                 0,
                 NULL,
                 {"在标准错误上输出读取和各检查项所用的时间",
                  "say on standard error how long reading and each check took"}},
	[O_NO_SHA256] = {"no-sha256",
                     0,
                     RD_OPT_FLAG,
                     NULL,
                     NULL,
                     0,
                     0,
                     NULL,
                     {"报告中不写文件的 SHA-256 摘要；文件很大时省去一遍读取",
                      "leave the files' SHA-256 out of the report: saves a pass over large files"}},
	{0},
};

/* Everything one run needs; strings live in args->arena. */
typedef struct job {
	const rd_args *args;
	rd_config config;
	rd_baseline baseline;
	rd_mapping *mappings;
	uint32_t n_mappings;
	rd_read_options read;
	rd_run_options run;
	const char *chart;
	const char *format;
	const char *baseline_path;
	rd_severity threshold;
	rd_progress progress;
	rd_book *book;
	rd_result *result;
	uint64_t read_ns, check_ns;
} job;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The one place that asks the clock what day it is. */
static rd_day today(void)
{
	time_t now = time(NULL);
	struct tm local;

	if (localtime_r(&now, &local) == NULL)
		return RD_DAY_NONE;
	return rd_day_of(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

/* ---- progress ---- */

static void reading(void *ctx, uint64_t done, uint64_t total)
{
	job *j = ctx;
	char line[120];

	if (!rd_progress_due(&j->progress))
		return;
	snprintf(line, sizeof line,
	         j->args->lang == RD_EN ? "reading %llu of %llu MB" : "正在读取 %llu / %llu MB",
	         (unsigned long long)(done >> 20), (unsigned long long)((total >> 20) + 1));
	rd_progress_line(&j->progress, line);
}

static void checking(void *ctx, uint32_t done, uint32_t total)
{
	job *j = ctx;
	char line[120];

	if (!rd_progress_due(&j->progress))
		return;
	snprintf(line, sizeof line,
	         j->args->lang == RD_EN ? "checking: %u of %u checks" : "正在检查：%u / %u 项", done,
	         total);
	rd_progress_line(&j->progress, line);
}

/* ---- settings ---- */

static rd_rc load_config(job *j, rd_err *err)
{
	const char *path = rd_args_text(j->args, O_CONFIG);

	if (path == NULL && !rd_args_has(j->args, O_NO_CONFIG))
		path = rd_config_beside(j->args->arena, j->args->operands[0]);
	return path ? rd_config_read(j->args->arena, path, &j->config, err) : RD_OK;
}

static rd_rc check_slugs(const char *const *list, rd_err *err)
{
	for (; list && *list; list++)
		if (rd_check_find(*list) == NULL)
			return rd_unknown_check(*list, err);
	return RD_OK;
}

/* "check.param=value" */
static rd_rc split_setting(rd_arena *arena, const char *text, rd_setting *ret, rd_err *err)
{
	const char *equals = strchr(text, '='), *dot = strchr(text, '.');

	if (equals == NULL || dot == NULL || dot > equals)
		return rd_fail(err, RD_USAGE, "--set 要写成 检查项.参数=值，而不是“%.80s”",
		               "--set takes check.param=value, not \"%.80s\"", text);
	ret->check = rd_arena_copy(arena, text, (size_t)(dot - text));
	ret->param = rd_arena_copy(arena, dot + 1, (size_t)(equals - dot - 1));
	ret->value = equals + 1;
	return rd_setting_check(ret, err);
}

/* Those of redink.yaml that the command line does not set, then the command line's. */
static rd_rc load_settings(job *j, rd_err *err)
{
	const rd_args *a = j->args;
	rd_setting *all = RD_NEW_N(a->arena, rd_setting, j->config.n_settings + a->n_given + 1);
	rd_setting *own = RD_NEW_N(a->arena, rd_setting, a->n_given + 1);
	uint32_t n = 0, n_own = 0;

	for (uint32_t i = 0; i < a->n_given; i++)
		if (a->given[i].option == O_SET)
			RD_TRY(split_setting(a->arena, a->given[i].value, &own[n_own++], err));
	for (uint32_t i = 0; i < j->config.n_settings; i++) {
		const rd_setting *s = &j->config.settings[i];
		bool over = false;

		for (uint32_t k = 0; k < n_own; k++)
			over |= strcmp(own[k].check, s->check) == 0 && strcmp(own[k].param, s->param) == 0;
		if (!over)
			all[n++] = *s;
	}
	memcpy(all + n, own, n_own * sizeof *own);
	j->run.settings = all;
	j->run.n_settings = n + n_own;
	return RD_OK;
}

static rd_rc load_mapping(job *j, rd_err *err)
{
	const char *path = rd_args_text(j->args, O_MAPPING);
	rd_str text;

	if (path == NULL)
		path = j->config.mapping;
	if (path == NULL)
		return RD_OK;
	RD_TRY(rd_input_read(j->args->arena, path, MAPPING_MAX, &text, err));
	return rd_mapping_parse(j->args->arena, path, text, &j->mappings, &j->n_mappings, err);
}

static rd_rc load_choice(job *j, rd_err *err)
{
	const rd_args *a = j->args;

	j->run.only = rd_args_slugs(a, O_ONLY);
	j->run.skip = rd_args_slugs(a, O_SKIP);
	RD_TRY(check_slugs(j->run.only, err));
	RD_TRY(check_slugs(j->run.skip, err));
	if (j->run.only == NULL)
		j->run.only = j->config.only;
	if (j->run.skip == NULL)
		j->run.skip = j->config.skip;
	return RD_OK;
}

static rd_rc load_baseline(job *j, rd_err *err)
{
	j->baseline_path = rd_args_text(j->args, O_BASELINE);
	if (j->baseline_path == NULL)
		j->baseline_path = j->config.baseline;
	if (j->baseline_path == NULL)
		return RD_OK;
	RD_TRY(rd_baseline_read(j->args->arena, j->baseline_path, &j->baseline, err));
	j->run.baseline = j->baseline.fingerprints;
	j->run.n_baseline = j->baseline.n;
	return RD_OK;
}

static uint32_t threads_of(const rd_args *a)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return (uint32_t)rd_args_number(a, O_THREADS, n < 1 ? 1 : n > 64 ? 64 : n);
}

static rd_rc prepare(job *j, rd_err *err)
{
	const rd_args *a = j->args;
	const char *severity = rd_args_text(a, O_SEVERITY), *chart = rd_args_text(a, O_CHART);

	RD_TRY(load_config(j, err));
	RD_TRY(load_settings(j, err));
	RD_TRY(load_choice(j, err));
	RD_TRY(load_mapping(j, err));
	RD_TRY(load_baseline(j, err));
	j->format = rd_args_text(a, O_FORMAT) ? rd_args_text(a, O_FORMAT) : "text";
	j->threshold = j->config.has_severity ? j->config.severity : RD_SEV_MEDIUM;
	if (severity) {
		bool known = rd_severity_parse(severity, &j->threshold);

		RD_ASSERT(known);
	}
	chart = chart ? chart : j->config.chart;
	j->read = (rd_read_options){.threads = threads_of(a),
	                            .mappings = j->mappings,
	                            .n_mappings = j->n_mappings,
	                            .progress = reading,
	                            .progress_ctx = j,
	                            .digest = rd_one_of("json|sarif|html", j->format) &&
	                                      !rd_args_has(a, O_NO_SHA256)};
	if (chart && strcmp(chart, "small") == 0)
		j->read.standard = RD_STD_SMALL;
	else if (chart && strcmp(chart, "enterprise") == 0)
		j->read.standard = RD_STD_ENTERPRISE;
	else
		j->read.chart_path = chart;
	j->run.threads = j->read.threads;
	j->run.as_of = rd_args_has(a, O_AS_OF) ? rd_args_day(a, O_AS_OF) : today();
	j->run.no_guards = rd_args_has(a, O_NO_GUARDS);
	j->run.suppressions = j->config.suppressions;
	j->run.n_suppressions = j->config.n_suppressions;
	j->run.progress = checking;
	j->run.progress_ctx = j;
	j->run.clock_ns = rd_args_has(a, O_STATS) ? now_ns : NULL;
	return RD_OK;
}

/* ---- the run ---- */

static rd_rc read_and_check(job *j, rd_err *err)
{
	uint64_t start = now_ns(), read;

	rd_progress_start(&j->progress, !rd_args_has(j->args, O_QUIET));
	rd_rc rc = rd_read_paths(j->args->operands, j->args->n_operands, &j->read, &j->book, err);

	read = now_ns();
	j->read_ns = read - start;
	if (rc == RD_OK)
		rc = rd_run_checks(j->book, &j->run, &j->result, err);
	else if (j->args->n_operands == 1)
		rd_err_at(err, j->args->operands[0], 0);
	j->check_ns = now_ns() - read;
	rd_progress_end(&j->progress);
	return rc;
}

static rd_report report_of(const job *j)
{
	const rd_args *a = j->args;
	bool to_stdout = !rd_args_has(a, O_OUT) || strcmp(rd_args_text(a, O_OUT), "-") == 0;
	rd_report r = {
		.result = j->result,
		.version = RD_VERSION,
		.lang = a->lang,
		.threshold = j->threshold,
		.threads = j->run.threads,
		.has_baseline = j->baseline_path != NULL,
		.gone = rd_baseline_gone(a->arena, &j->baseline, j->result),
		.suppressions = j->config.suppressions,
		.config_path = j->config.path,
		.quiet = rd_args_has(a, O_QUIET),
		.width = to_stdout ? rd_terminal_width() : 100,
		.max_shown =
			(uint32_t)rd_args_number(a, O_MAX,
	                                 strcmp(j->format, "html") == 0 ? HTML_SHOWN : TEXT_SHOWN),
	};
	const char *color = rd_args_text(a, O_COLOR);

	r.colour = to_stdout ? rd_terminal_colour(color) : color && strcmp(color, "always") == 0;
	r.exit_code = rd_report_deciding(&r) ? RD_EXIT_FINDINGS : RD_EXIT_CLEAN;
	return r;
}

static rd_report_fn *report_fn(const char *format)
{
	static const struct {
		const char *name;
		rd_report_fn *fn;
	} formats[] = {
		{"text", rd_report_text}, {"json", rd_report_json}, {"sarif", rd_report_sarif},
		{"csv", rd_report_csv},   {"html", rd_report_html},
	};

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(formats[i].name, format) == 0)
			return formats[i].fn;
	RD_ASSERT(false);
	return NULL;
}

static rd_rc write_report(const job *j, const rd_report *r, rd_err *err)
{
	const char *keep = rd_args_text(j->args, O_WRITE_BASELINE);
	rd_output out;
	rd_writer w;

	RD_TRY(rd_output_open(&out, j->args->arena, rd_args_text(j->args, O_OUT), err));
	rd_writer_init(&w, rd_output_sink, &out);
	report_fn(j->format)(r, &w);
	RD_TRY(rd_output_close(&out, rd_writer_end(&w), err));
	return keep ? rd_baseline_write(j->args->arena, keep, j->result, err) : RD_OK;
}

static int slower(const void *a, const void *b)
{
	const rd_check_result *x = *(const rd_check_result *const *)a;
	const rd_check_result *y = *(const rd_check_result *const *)b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return (x > y) - (x < y);
}

static void put_ms(const char *name, uint64_t ns)
{
	fprintf(stderr, "%10llu.%03llu ms  %s\n", (unsigned long long)(ns / 1000000),
	        (unsigned long long)(ns / 1000 % 1000), name);
}

static void say_stats(const job *j)
{
	const rd_check_result **list =
		RD_NEW_N(j->args->arena, const rd_check_result *, rd_checks_count + 1);
	uint32_t n = 0;

	put_ms(j->args->lang == RD_EN ? "reading" : "读取", j->read_ns);
	put_ms(j->args->lang == RD_EN ? "checking, all" : "检查合计", j->check_ns);
	for (uint32_t i = 0; i < rd_checks_count; i++)
		if (j->result->checks[i].state == RD_CHECK_RAN)
			list[n++] = &j->result->checks[i];
	qsort(list, n, sizeof *list, slower);
	for (uint32_t i = 0; i < n; i++)
		put_ms(rd_checks[list[i] - j->result->checks]->slug, list[i]->ns);
}

static int run_check(const rd_args *args)
{
	job j = {.args = args};
	rd_err err;
	int code = RD_EXIT_FAILED;
	rd_rc rc = prepare(&j, &err);

	if (rc == RD_OK)
		rc = read_and_check(&j, &err);
	if (rc == RD_OK) {
		rd_report r = report_of(&j);

		rc = write_report(&j, &r, &err);
		code = r.exit_code;
		if (rc == RD_OK && rd_args_has(args, O_STATS))
			say_stats(&j);
	}
	if (rc != RD_OK)
		code = rd_fail_with(&err, args->lang);
	rd_result_free(j.result);
	rd_book_free(j.book);
	return code;
}

static const rd_example_line examples[] = {
	{"redink check 2025账套/", {"检查一个文件夹里的全部账簿资料", "check all books in a folder"}},
	{"redink check 序时账.xlsx 余额表.xlsx --format html -o 报告.html",
     {"两个文件一起检查，生成网页报告", "check two files together and make a page"}},
	{"redink check 账套/ --write-baseline 基线.txt",
     {"把现有发现记下来，以后用 --baseline 只看新增的",
      "keep what is known now, to see only what is new later"}},
	{"redink check 账套/ --set cash-balance-too-large.floor=20000 --severity high",
     {"改参数；只有高级别的发现才使退出码为 1",
      "set a parameter; only grade high and above make the exit code 1"}},
	{0},
};

const rd_subcommand rd_subcommand_check = {
	.name = "check",
	.summary = {"检查账簿资料，列出异常和更正办法",
                "check books: what is wrong and how to put it right"},
	.about =
		{
			"读入序时账、科目余额表、科目表等文件（CSV、TXT、XLSX、XML），找出账里的异常，说明在哪里、看到了什么、怎么办。"
			"发现是需要核对的线索，不是结论。\n\n"
			"退出码：0 没有达到 --severity 的发现；1 有；2 没能运行（读不了文件、选项写错等）。",
			"Reads journals, trial balances and charts (CSV, TXT, XLSX, XML) and finds what is wrong in them: where it is, what was seen, what to do. "
			"A finding is a clue that people look into.\n\n"
			"Exit code: 0 no finding at or above --severity, 1 findings, 2 could not run (unreadable file, wrong option).",
		},
	.operands = "PATH…",
	.operand_help = {"文件或文件夹；全部合在一起是同一个客户的账套",
                     "files and folders; all of them together are the books of one client"},
	.operand = RD_OPERAND_FILES,
	.operands_min = 1,
	.operands_max = 2000,
	.options = options,
	.examples = examples,
	.run = run_check,
};
