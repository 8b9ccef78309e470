/*
 * What it finds: lines dated before or after the period that their file declares in its head or in
 * its name, with their number and amount.
 *
 * Why it matters: the amounts are in the wrong period, or the file is not the one it says it is.
 *
 * What to do: see whether the declared period is right. Lines of another period are reversed in
 * red and entered again where they belong.
 *
 * Known limits: opening entries dated on the last day of the year before are let pass. When more
 * than a fifth of the lines are outside, the declaration is more likely wrong than the lines:
 * then there is one finding (see also file-identity-mismatch).
 *
 * 发现什么:日期早于或晚于文件声明期间(表头或文件名所示)的分录,列出行数和金额。
 *
 * 为什么要紧:要么金额入错了期间,要么这个文件并不是它所声明的那个。
 *
 * 怎么办:先核对声明的期间是否正确;确属入错期间的,红字冲销,在正确的期间重做。
 *
 * 已知局限:日期为上年末的期初分录不报;超过五分之一的分录在期间以外时,更可能是声明有误,只报一条(另见
 * file-identity-mismatch)。
 */
#include "base/hash.h"
#include "check/notes.h"
#include "check/spans.h"

enum { P_COLLAPSE };
static const rd_param params[] = {
	[P_COLLAPSE] = {"collapse",
                    "%",
                    {"期间以外的分录超过多大比例时合并为一条",
                     "share of lines outside above which there is one "
                     "finding"},
                    RD_PARAM_INT,
                    1,
                    100,
                    20,
                    NULL},
	{0},
};

enum { K_BEFORE, K_AFTER, K_MOST };
static const rd_message messages[] = {
	[K_BEFORE] =
		{"before",
         {"文件 {file} 声明期间自 {from} 起，有 {count} 行分录早于此日（最早 {first}），借方合计 {amount}。"
          "请核对期间；入错期间的红字冲销后在正确期间重做。",
          "File {file} declares a period from {from}; {count} line(s) are earlier (the first "
          "of {first}), their debits sum to {amount}. Compare the period; move what is in "
          "the wrong one."}},
	[K_AFTER] =
		{"after",
         {"文件 {file} 声明期间至 {to} 止，有 {count} 行分录晚于此日（最晚 {last}），借方合计 {amount}。"
          "请核对期间；入错期间的红字冲销后在正确期间重做。",
          "File {file} declares a period up to {to}; {count} line(s) are later (the last of "
          "{last}), their debits sum to {amount}. Compare the period; move what is in the "
          "wrong one."}},
	[K_MOST] =
		{"most",
         {"文件 {file} 有 {count} 行分录（占 {share}）不在其声明的期间内，实际日期为 {first} 至 {last}:"
          "更可能是声明的期间有误，请先核对。",
          "{count} lines ({share}) of {file} are outside the period that it declares; their "
          "dates run from {first} to {last}. The declaration is more likely wrong: compare "
          "it first."}},
	{0},
};

static void report(rd_run *run, const rd_book *b, rd_row file, const rd_span *s, uint8_t kind)
{
	int side = kind == K_AFTER || (kind == K_MOST && s->n_rows[RD_SPAN_BEFORE] == 0)
	               ? RD_SPAN_AFTER
	               : RD_SPAN_BEFORE;
	uint64_t count =
		kind == K_MOST ? s->outside[RD_SPAN_BEFORE] + s->outside[RD_SPAN_AFTER] : s->outside[side];
	rd_hit hit = rd_hit_new();

	hit.kind = kind;
	hit.place = rd_line_place(b, s->rows[side][0]);
	hit.key = rd_file_key(b, file);
	hit.at_stake = s->amount[side];
	hit.weight = (uint32_t)(count < UINT32_MAX ? count : UINT32_MAX);
	hit.lines = s->rows[side] + 1;
	hit.n_lines = s->n_rows[side] - 1;
	RD_EMIT(run, &hit, rd_fact_file(b, "file", file), rd_int("count", (int64_t)count),
	        rd_permille("share", (int64_t)(count * 1000 / s->dated)), rd_on_day("from", s->from),
	        rd_on_day("to", s->to), rd_on_day("first", s->first), rd_on_day("last", s->last),
	        rd_money("amount", s->amount[side]));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const uint64_t collapse = (uint64_t)rd_run_param(run, P_COLLAPSE);
	const rd_span *spans = rd_file_spans(run, b, 0);

	(void)range;
	(void)err;
	for (rd_row i = 1; i < b->n_files; i++) {
		const rd_span *s = &spans[i];
		uint64_t before = s->outside[RD_SPAN_BEFORE], after = s->outside[RD_SPAN_AFTER];

		if (before + after == 0)
			continue;
		if (rd_run_guards(run) && (before + after) * 100 > s->dated * collapse) {
			report(run, b, i, s, K_MOST);
			continue;
		}
		if (before)
			report(run, b, i, s, K_BEFORE);
		if (after)
			report(run, b, i, s, K_AFTER);
	}
	return RD_OK;
}

const rd_check rd_check_date_outside_file_period = {
	.slug = "date-outside-file-period",
	.family = "cut-off",
	.nature = "操作错误",
	.title = {"日期超出账套期间", "Date outside the period of the file"},
	.finds = {"分录日期不在文件声明的会计年度或期间之内。",
              "A line is dated outside the fiscal year or period that the file declares."},
	.correction = {"核对期间声明；入错期间的红字冲销，在正确期间重做",
                   "Compare the declared period; what is in the wrong period is reversed in "
                   "red and entered again in the right one."},
	.basis = {"SAF-T；法国税务程序法 A47 A-1 条；会计法 11",
              "SAF-T; LPF art. A47 A-1; Accounting Law 11"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_DATE | RD_HAS_FILE_PERIOD,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
