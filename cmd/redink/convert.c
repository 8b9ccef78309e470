#include "cmd.h"
#include "io/export.h"
#include "io/mapping.h"
#include "io/reader.h"
#include "output.h"
#include <stdio.h>
#include <unistd.h>

#define MAPPING_MAX ((size_t)1 << 20)

enum { O_TO, O_CHART, O_MAPPING, O_THREADS };
static const rd_opt options[] = {
	[O_TO] =
		{"to",
         't',
         RD_OPT_CHOICE,
         "FORM",
         "csv|json|hledger",
         0,
         0,
         "csv",
         {"输出格式：csv 统一列名的序时账，json 含科目和余额，hledger 日记账",
          "form: csv is a journal with fixed heads, json holds accounts and balances as well, hledger is its journal"}},
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
	[O_THREADS] = {"threads", 'j', RD_OPT_NUMBER, "N", NULL, 1, 64, NULL, {"线程数", "threads"}},
	{0},
};

static rd_rc read_book(const rd_args *a, rd_book **ret, rd_err *err)
{
	const char *chart = rd_args_text(a, O_CHART), *mapping = rd_args_text(a, O_MAPPING);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	rd_read_options o = {
		.threads = (uint32_t)rd_args_number(a, O_THREADS,
	                                        cpus < 1    ? 1
	                                        : cpus > 64 ? 64
	                                                    : cpus),
	};
	rd_mapping *mappings;
	rd_str text;

	if (chart && strcmp(chart, "small") == 0)
		o.standard = RD_STD_SMALL;
	else if (chart && strcmp(chart, "enterprise") == 0)
		o.standard = RD_STD_ENTERPRISE;
	else
		o.chart_path = chart;
	if (mapping) {
		RD_TRY(rd_input_read(a->arena, mapping, MAPPING_MAX, &text, err));
		RD_TRY(rd_mapping_parse(a->arena, mapping, text, &mappings, &o.n_mappings, err));
		o.mappings = mappings;
	}
	if (rd_read_paths(a->operands, 1, &o, ret, err) != RD_OK)
		return rd_err_at(err, a->operands[0], 0);
	return RD_OK;
}

static void say_counts(const rd_book *b, const rd_export_loss *loss, int lang)
{
	uint64_t rejected = 0;
	bool en = lang == RD_EN;

	for (uint32_t i = 1; i < b->n_files; i++)
		rejected += b->files[i].rejected;
	fprintf(stderr, en ? "redink: %u vouchers, %u lines written" : "redink: 写出 %u 张凭证，%u 行",
	        b->voucher.n, b->line.n);
	if (rejected)
		fprintf(stderr,
		        en ? "; %llu records could not be read (redink check tells which)"
		           : "；有 %llu 条未能读入（redink check 会逐条说明）",
		        (unsigned long long)rejected);
	if (loss->no_date)
		fprintf(stderr,
		        en ? "; %llu vouchers without a date left out" : "；%llu 张凭证没有日期，未写出",
		        (unsigned long long)loss->no_date);
	if (loss->void_vouchers)
		fprintf(stderr,
		        en ? "; %llu void vouchers written as comments" : "；%llu 张作废凭证写成注释",
		        (unsigned long long)loss->void_vouchers);
	if (loss->unbalanced)
		fprintf(stderr,
		        en ? "; %llu vouchers do not balance, hledger will refuse them"
		           : "；%llu 张凭证借贷不平，hledger 会拒绝",
		        (unsigned long long)loss->unbalanced);
	fputc('\n', stderr);
}

static rd_rc write_book(const rd_args *a, const rd_book *b, rd_export_loss *loss, rd_err *err)
{
	const char *to = rd_args_text(a, O_TO) ? rd_args_text(a, O_TO) : "csv";
	rd_output out;
	rd_writer w;

	RD_TRY(rd_output_open(&out, a->arena, a->n_operands > 1 ? a->operands[1] : NULL, err));
	rd_writer_init(&w, rd_output_sink, &out);
	if (strcmp(to, "csv") == 0)
		rd_export_csv(b, a->lang, &w);
	else if (strcmp(to, "json") == 0)
		rd_export_json(b, &w);
	else
		rd_export_hledger(b, &w, loss);
	return rd_output_close(&out, rd_writer_end(&w), err);
}

static int run_convert(const rd_args *a)
{
	rd_export_loss loss = {0};
	rd_book *book = NULL;
	rd_err err;
	rd_rc rc = read_book(a, &book, &err);

	if (rc == RD_OK)
		rc = write_book(a, book, &loss, &err);
	if (rc == RD_OK)
		say_counts(book, &loss, a->lang);
	rd_book_free(book);
	return rc == RD_OK ? RD_EXIT_CLEAN : rd_fail_with(&err, a->lang);
}

const rd_subcommand rd_subcommand_convert = {
	.name = "convert",
	.summary = {"把账簿资料转换成另一种格式", "write books in another form"},
	.about =
		{"读入账簿资料（文件或文件夹），写成统一列名的 CSV、JSON 或 hledger 日记账。每一行都带有来源文件和行号。",
         "Reads books (a file or folder) and writes them as CSV with fixed heads, as JSON or as an hledger journal. Every line keeps its source file and line."},
	.operands = "IN [OUT]",
	.operand_help = {"IN 文件或文件夹；OUT 输出文件，不写则为标准输出",
                     "IN: file or folder; OUT: file to write, standard output without it"},
	.operand = RD_OPERAND_FILES,
	.operands_min = 1,
	.operands_max = 2,
	.options = options,
	.run = run_convert,
};
