/*
 * What it finds: dates that can be read but cannot be right: before the first plausible year, or
 * after the day of the check. Reported by year.
 *
 * Why it matters: a digit was keyed wrong, or day and year were read in the wrong order; the
 * voucher then stands in no period that anybody looks at.
 *
 * What to do: compare with the document. A posted voucher is reversed in red and entered again
 * with the right date.
 *
 * Known limits: only dates of vouchers are judged, not due dates or dates of contracts. Future
 * dates need the day of the check (--as-of); without it the last day of the books is taken
 * and nothing can be later.
 *
 * 发现什么:能识别但不可能正确的日期:早于合理年份,或晚于检查日。按年份合并报告。
 *
 * 为什么要紧:多半是年份录错一位,或年月日顺序读错;这样的凭证落在没有人会去看的期间里。
 *
 * 怎么办:核对原始凭证;已记账的红字冲销后按正确日期重做。
 *
 * 已知局限:只看凭证日期,到期日、合同日期不在此列。判断未来日期需要检查日(--as-of);没有给出时以账簿最后一天为准,
 * 不会有更晚的日期。
 */
#include "base/assert.h"
#include "check/check.h"
#include <stdio.h>

enum { P_MIN_YEAR, P_FUTURE };
static const rd_param params[] = {
	[P_MIN_YEAR] = {"min_year",
                    "year",
                    {"最早的合理年份", "first plausible year"},
                    RD_PARAM_INT,
                    1,
                    9999,
                    1990,
                    NULL},
	[P_FUTURE] = {"future",
                  "days",
                  {"容许晚于检查日的天数", "days after the day of the check that are "
                                           "let pass"},
                  RD_PARAM_INT,
                  0,
                  36500,
                  0,
                  NULL},
	{0},
};

enum { K_EARLY, K_FUTURE };
static const rd_message messages[] = {
	[K_EARLY] =
		{"too-early",
         {"有 {count} 行分录的日期在 {year} 年（{first} 至 {last}），早于 {limit}。多半是年份录错或日期格式识别有误，请核对。",
          "{count} line(s) are dated in {year} ({first} to {last}), before {limit}. The year "
          "may be keyed wrong, or the form of the date was misread: compare with the "
          "documents."}},
	[K_FUTURE] =
		{"future",
         {"有 {count} 行分录的日期在 {year} 年（{first} 至 {last}），晚于检查日 {limit}。请核对日期；确为以后期间的凭证请暂缓入账。",
          "{count} line(s) are dated in {year} ({first} to {last}), after the day of the "
          "check {limit}. Compare the date; what belongs to a later period is booked "
          "then."}},
	{0},
};

#define YEARS 10000

typedef struct year {
	uint32_t count, n_rows;
	rd_day first, last;
	rd_minor debit;
	rd_row rows[12];
} year;

typedef struct found {
	rd_arena *arena;
	year **by_year; /* one table for each kind */
} found;

static void note(found *f, const rd_book *b, uint8_t kind, rd_row line, rd_day day)
{
	int32_t y = rd_day_date(day).year;
	year **slot = &f->by_year[kind * YEARS + (y < 0 ? 0 : y >= YEARS ? YEARS - 1 : y)];
	rd_minor debit = rd_line_debit(b, line);

	if (*slot == NULL) {
		*slot = RD_NEW(f->arena, year);
		(*slot)->first = (*slot)->last = day;
	}
	year *q = *slot;

	q->count++;
	q->first = day < q->first ? day : q->first;
	q->last = day > q->last ? day : q->last;
	if (__builtin_add_overflow(q->debit, debit < 0 ? -debit : debit, &q->debit))
		q->debit = RD_MINOR_MAX;
	if (q->n_rows < 12)
		q->rows[q->n_rows++] = line;
}

static void report(rd_run *run, const rd_book *b, uint8_t kind, int32_t y, const year *q,
                   rd_day limit)
{
	rd_hit hit = rd_hit_at_line(b, q->rows[0]);
	char text[16];
	int n = snprintf(text, sizeof text, "%04d", (int)y);

	hit.kind = kind;
	hit.keyless = true;
	hit.account = hit.party = 0;
	hit.period = 0;
	hit.day = RD_DAY_NONE;
	hit.key = (uint64_t)y;
	hit.weight = q->count;
	hit.at_stake = q->debit;
	hit.lines = q->rows + 1;
	hit.n_lines = q->n_rows - 1;
	RD_EMIT(run, &hit, rd_int("count", q->count), rd_string("year", (rd_str){text, (uint32_t)n}),
	        rd_on_day("first", q->first), rd_on_day("last", q->last), rd_on_day("limit", limit),
	        rd_money("debit", q->debit));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_day from = rd_day_of((int32_t)rd_run_param(run, P_MIN_YEAR), 1, 1);
	const rd_day as_of = rd_run_as_of(run);
	const rd_day future = (rd_day)rd_run_param(run, P_FUTURE);
	const rd_day to = as_of == RD_DAY_NONE ? INT32_MAX : as_of + future;
	found f = {rd_run_scratch(run), NULL};

	(void)range;
	(void)err;
	f.by_year = RD_NEW_N(f.arena, year *, 2 * (size_t)YEARS);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_day day = b->voucher.date[v];

		if (b->line.date == NULL && ((day >= from && day <= to) || day == RD_DAY_NONE))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_day d = b->line.date ? b->line.date[i] : day;

			if (d != RD_DAY_NONE && (d < from || d > to))
				note(&f, b, d < from ? K_EARLY : K_FUTURE, i, d);
		}
	}
	for (uint8_t kind = 0; kind < 2; kind++)
		for (int32_t y = 0; y < YEARS; y++)
			if (f.by_year[kind * YEARS + y])
				report(run, b, kind, y, f.by_year[kind * YEARS + y],
				       kind == K_EARLY ? from : as_of);
	return RD_OK;
}

const rd_check rd_check_date_implausible = {
	.slug = "date-implausible",
	.family = "structure",
	.nature = "操作错误",
	.title = {"日期超出合理范围或在未来", "Date out of plausible range or in the future"},
	.finds = {"能识别但不可能正确的日期：0022 年、1900 年，或晚于检查日。",
              "A readable date that cannot be right: year 0022, 1900, or later than the day "
              "of the check."},
	.correction = {"核对原始凭证后更正日期；已记账的红字冲销后按正确日期重做",
                   "Compare with the document. Posted: reverse in red, enter again with the "
                   "right date."},
	.basis = {"通行做法；法国税务程序法 A47 A-1 条", "practice; LPF art. A47 A-1"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
