/*
 * What it finds: files that state how many entries or lines they hold, or what their debits and
 * credits sum up to, and hold something else.
 *
 * Why it matters: lines were lost or added between the program that wrote the file and the
 * program that reads it. Nothing that is said about such a file is certain.
 *
 * What to do: export the whole file again. Do not delete or change rows of an export by hand.
 *
 * Known limits: a total is compared with what it covers (the file, a journal, a period); totals
 * of the year to date are no totals of a period. Rows that could not be read are missing from
 * the computed side; their number is told.
 *
 * 发现什么:文件自己声明的凭证数、行数、借方合计或贷方合计,与实际内容不符。
 *
 * 为什么要紧:说明从导出到读取之间有行丢失或增加,对这样的文件下任何结论都不可靠。
 *
 * 怎么办:重新导出完整文件;不要手工删改导出文件的行。
 *
 * 已知局限:合计只与其所属范围(全文件、某凭证字、某期间)比较,本年累计不当作本期合计;未能读入的行不在实际数
 * 之内,其行数会注明。
 */
#include "base/hash.h"
#include "check/notes.h"
#include <stdio.h>

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("金额合计允许的差额", "difference of amounts that is let pass", 0),
	{0},
};

enum { K_ENTRIES, K_LINES, K_DEBIT, K_CREDIT };
static const rd_message messages[] = {
	[K_ENTRIES] =
		{"entries",
         {"文件 {file} 声明{scope} {declared} 张凭证，实有 {computed} 张，相差 {difference}；读取时剔除 "
          "{rejected} 行。请重新导出完整文件。",
          "File {file} declares {declared} entries{scope}, it holds {computed}: difference "
          "{difference}; {rejected} row(s) could not be read. Export the whole file "
          "again."}},
	[K_LINES] =
		{"lines",
         {"文件 {file} 声明{scope} {declared} 行分录，实有 {computed} 行，相差 {difference}；读取时剔除 "
          "{rejected} 行。请重新导出完整文件。",
          "File {file} declares {declared} lines{scope}, it holds {computed}: difference "
          "{difference}; {rejected} row(s) could not be read. Export the whole file "
          "again."}},
	[K_DEBIT] =
		{"debit",
         {"文件 {file} 声明{scope}借方合计 {declared}，实际 {computed}，相差 {difference}；读取时剔除 {rejected} "
          "行。请核对是否有行被删改，并重新导出。",
          "File {file} declares a total debit{scope} of {declared}, its lines give "
          "{computed}: difference {difference}; {rejected} row(s) could not be read. See "
          "whether rows were changed; export again."}},
	[K_CREDIT] =
		{"credit",
         {"文件 {file} 声明{scope}贷方合计 {declared}，实际 {computed}，相差 {difference}；读取时剔除 {rejected} "
          "行。请核对是否有行被删改，并重新导出。",
          "File {file} declares a total credit{scope} of {declared}, its lines give "
          "{computed}: difference {difference}; {rejected} row(s) could not be read. See "
          "whether rows were changed; export again."}},
	{0},
};

static uint8_t kind_of(rd_total_kind k)
{
	switch (k) {
	case RD_TOTAL_ENTRIES: return K_ENTRIES;
	case RD_TOTAL_LINES: return K_LINES;
	case RD_TOTAL_DEBIT: return K_DEBIT;
	default: return K_CREDIT;
	}
}

/* " （2024-03 记）": what a total covers when it is not the whole file. */
static rd_str scope_of(rd_arena *a, const rd_book *b, const rd_total *t)
{
	rd_str journal = rd_book_text(b, t->scope);
	size_t size = journal.len + 32;
	char when[16], *out = rd_arena_alloc(a, size, 1);

	rd_period_format(t->period, when);
	if (t->scope || t->period)
		snprintf(out, size, " (%s%s" RD_STR_FMT ")", when, t->scope && t->period ? " " : "",
		         RD_STR_ARG(journal));
	return rd_str_of(out);
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const int64_t tolerance = rd_run_param(run, P_TOLERANCE);

	(void)range;
	(void)err;
	for (uint32_t i = 0; i < b->n_totals; i++) {
		const rd_total *t = &b->totals[i];
		bool money = t->kind == RD_TOTAL_DEBIT || t->kind == RD_TOTAL_CREDIT;
		int64_t d;

		if (__builtin_sub_overflow(t->computed, t->declared, &d))
			d = INT64_MAX;
		if (d == 0 || (money && d <= tolerance && d >= -tolerance))
			continue;
		rd_hit hit = rd_hit_at_place(t->file, t->line);
		rd_str scope = scope_of(rd_run_scratch(run), b, t);

		hit.kind = kind_of(t->kind);
		hit.period = t->period;
		hit.key = rd_hash_i64(rd_hash_str(rd_file_key(b, t->file), scope), d);
		if (money) {
			hit.at_stake = d < 0 ? -d : d;
			RD_EMIT(run, &hit, rd_fact_file(b, "file", t->file), rd_string("scope", scope),
			        rd_money("declared", t->declared), rd_money("computed", t->computed),
			        rd_money("difference", d),
			        rd_int("rejected", (int64_t)b->files[t->file].rejected));
		} else {
			RD_EMIT(run, &hit, rd_fact_file(b, "file", t->file), rd_string("scope", scope),
			        rd_int("declared", t->declared), rd_int("computed", t->computed),
			        rd_int("difference", d),
			        rd_int("rejected", (int64_t)b->files[t->file].rejected));
		}
	}
	return RD_OK;
}

const rd_check rd_check_control_totals_differ = {
	.slug = "control-totals-differ",
	.family = "structure",
	.nature = "数据缺失",
	.title = {"控制合计不符", "Control totals differ"},
	.finds = {"文件声明的凭证数、行数或借贷合计与实际内容不符：导出之后有行丢失或增加。",
              "The file states how many entries and what totals it holds, and holds something "
              "else. Lines were lost or added after export."},
	.correction = {"重新导出完整文件；不要手工删改导出文件",
                   "Export the whole file again; do not change rows of an export by hand."},
	.basis = {"SAF-T（挪威、葡萄牙）；JPK；GB/T 24589.1", "SAF-T (NO, PT); JPK; GB/T 24589.1"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_CONTROL_TOTALS,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_FILES,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
