/*
 * What it finds: an entry of the last days of a month that is undone in the first weeks of the
 * next, when it moves the result of its month by a noticeable share.
 *
 * Why it matters: the figures of the month were higher or lower than the business behind them,
 * just as long as the report was made. Mostly it is an estimate or a slip; now and then it is a
 * result that was wished for.
 *
 * What to do: ask for what the entry rested on and why it was undone. If there was no business
 * behind it, correct the report of the month.
 *
 * Known limits: accruals and estimates are reversed by design: summaries with 暂估 or 预提,
 * revaluation, and accounts whose entries are reversed in three months or more are left out. The
 * share is that of the month's result without the closing entries; a month without revenue and
 * expense cannot be judged.
 *
 * 发现什么:月末几天的分录,在次月头几周被冲回,并且对当月损益影响明显。
 *
 * 为什么要紧:报表出来的那段时间,当月数字比实际业务高或低。多半是暂估或差错,偶尔是为了凑结果。
 *
 * 怎么办:了解这笔分录的依据和冲回的原因。没有真实业务的,调整当月报表。
 *
 * 已知局限:暂估、预提、调汇本来就要冲回:摘要有这些字样的,以及同样科目在三个月以上都有冲回的,都不
 * 报。影响比例按当月结转前的损益计算;当月没有收入费用的无法判断。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/index.h"
#include "check/rate.h"
#include "check/wording.h"

enum { P_TAIL, P_WINDOW, P_MIN_EFFECT };
static const rd_param params[] = {
	[P_TAIL] =
		{"tail", "days", {"月末最后几天", "last days of the month"}, RD_PARAM_INT, 1, 31, 5, NULL},
	[P_WINDOW] = {"window",
                  "days",
                  {"次月头多少天内冲回", "days of the next month within which it is undone"},
                  RD_PARAM_INT,
                  1,
                  92,
                  20,
                  NULL},
	[P_MIN_EFFECT] = {"min_effect",
                      "permille",
                      {"对当月损益的影响至少千分之几", "least effect on the result of the month"},
                      RD_PARAM_INT,
                      0,
                      1000,
                      50,
                      NULL},
	{0},
};

enum { K_MONTH, K_QUARTER };
static const rd_message messages[] = {
	[K_MONTH] = {"month-end",
                 {"{original_day} 的 {original} 影响当月损益 {effect}（占当月结果的 {share}），"
                  "{day} 由 {voucher} 冲回。请了解依据和冲回原因。",
                  "{original} of {original_day} moves the result of its month by {effect} ("
                  "{share} of it) and is undone on {day} by {voucher}. Ask what it rested on and "
                  "why it was undone."}},
	[K_QUARTER] =
		{"quarter-end",
         {"{original_day} 的 {original} 影响季末当月损益 {effect}（占当月结果的 {share}），"
          "{day} 由 {voucher} 冲回。季报年报用的就是这个数，请优先了解。",
          "{original} of {original_day} moves the result of the last month of a quarter "
          "by {effect} ({share} of it) and is undone on {day} by {voucher}. Reports rest "
          "on this month: look at it first."}},
	{0},
};

#define BY_DESIGN 3u    /* months in which the same accounts are reversed: an accrual */
#define COUNT_MAX 4000u /* beyond so many the comparison of all with all is left away */

typedef struct reversal {
	rd_row red, original;
	uint64_t accounts; /* hash of the accounts, without amounts and order */
	rd_period month;   /* of the original */
	rd_minor effect;
	uint32_t months; /* in which these accounts are reversed */
} reversal;

/* Effect on profit: income less expense, debit positive turned round. */
static rd_minor profit_of(const rd_book *b, rd_row v)
{
	rd_minor sum = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		if (rd_role_is_pl((rd_role)b->account.role[b->line.account[i]]))
			sum -= rd_line_net(b, i);
	return sum;
}

static uint64_t accounts_of(const rd_book *b, rd_row v)
{
	uint64_t h = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		h += rd_mix(rd_mix(41, b->line.account[i]), b->line.flags[i] & RD_LINE_CREDIT);
	return h;
}

/* Results of all months of the books, without closing, opening and void vouchers. */
static rd_minor *results_of(const rd_book *b, rd_arena *a)
{
	rd_minor *result = RD_NEW_N(a, rd_minor, b->n_periods + 1);
	uint8_t *is_pl = RD_NEW_N(a, uint8_t, b->account.n + 1);

	for (rd_row i = 0; i < b->account.n; i++)
		is_pl[i] = rd_role_is_pl((rd_role)b->account.role[i]);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		uint32_t at = rd_book_period_index(b, rd_day_period(rd_voucher_day(b, v)));

		if (at == RD_NONE || b->voucher.flags[v] & (RD_VCH_CLOSING | RD_VCH_OPENING | RD_VCH_VOID))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			if (is_pl[b->line.account[i]])
				result[at] -= rd_line_net(b, i);
	}
	return result;
}

/* Pairs whose original stands at the end of a month and whose reversal early in the next. */
static uint32_t find(rd_run *run, const rd_book *b, const rd_pairs *pairs, reversal **ret)
{
	const int64_t tail = rd_run_param(run, P_TAIL), window = rd_run_param(run, P_WINDOW);
	reversal *items = NULL;
	uint32_t n = 0, cap = 0;

	for (rd_row red = 0; red < b->voucher.n; red++) {
		if (!pairs->red[red])
			continue;
		rd_row original = pairs->other[red];
		rd_day was = rd_voucher_day(b, original), undone = rd_voucher_day(b, red);
		rd_period month = rd_day_period(was);
		bool one_period =
			b->has & RD_HAS_PERIOD && b->voucher.period[red] == b->voucher.period[original];

		if (rd_period_last(month) - was >= tail || one_period ||
		    rd_period_months(month, rd_day_period(undone)) < 1 ||
		    undone - rd_period_last(month) > window)
			continue;
		if (n == cap)
			items = rd_grow(rd_run_scratch(run), items, n, &cap, sizeof *items);
		items[n++] =
			(reversal){red, original, accounts_of(b, original), month, profit_of(b, original), 0};
	}
	*ret = items;
	return n;
}

/* Months in which the same accounts are reversed; stops counting where it is enough. */
static void count_months(reversal *items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		rd_period seen[BY_DESIGN];

		for (uint32_t k = 0; k < n && items[i].months < BY_DESIGN; k++) {
			bool met = items[k].accounts != items[i].accounts;

			for (uint32_t m = 0; m < items[i].months && !met; m++)
				met = seen[m] == items[k].month;
			if (!met)
				seen[items[i].months++] = items[k].month;
		}
	}
}

static bool by_design(const rd_book *b, const uint8_t *words, const reversal *r)
{
	uint32_t said = rd_voucher_words(b, words, r->original) | rd_voucher_words(b, words, r->red);

	return said & (RD_WORD_ACCRUAL | RD_WORD_REVALUE) || r->months >= BY_DESIGN;
}

static int64_t share_of(const rd_book *b, const rd_minor *results, const reversal *r)
{
	uint32_t at = rd_book_period_index(b, r->month);
	rd_minor result = at == RD_NONE ? 0 : results[at], effect = r->effect;

	result = result < 0 ? -result : result;
	effect = effect < 0 ? -effect : effect;
	if (result == 0)
		return effect ? 1000 : 0;
	return effect / result >= 1000 ? 1000000 : (int64_t)((__int128)effect * 1000 / result);
}

static void report(rd_run *run, const rd_book *b, const reversal *r, int64_t share, uint32_t hits)
{
	rd_hit hit = rd_hit_at_voucher(b, r->red);
	rd_row line = b->voucher.first[r->original];

	hit.kind = r->month % 100 % 3 == 0 ? K_QUARTER : K_MONTH;
	hit.other = r->original;
	hit.lines = &line;
	hit.n_lines = 1;
	hit.at_stake = r->effect < 0 ? -r->effect : r->effect;
	hit.key = rd_entry_key(b, r->original);
	hit.millibits = rd_millibits(hits, b->voucher.n);
	RD_EMIT(run, &hit, rd_vch("original", r->original),
	        rd_on_day("original_day", b->voucher.date[r->original]),
	        rd_on_day("day", b->voucher.date[r->red]), rd_money("effect", hit.at_stake),
	        rd_permille("share", share),
	        rd_permille("base_rate", rd_rate_permille(hits, b->voucher.n)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_pairs *pairs = rd_index_pairs(run, b);
	const uint8_t *words = rd_index_wording(run, b)->texts;
	const int64_t min_effect = rd_run_param(run, P_MIN_EFFECT);
	reversal *items = NULL;
	uint32_t hits = 0;

	(void)range;
	(void)err;
	if (!pairs->other)
		return RD_OK;
	uint32_t n = find(run, b, pairs, &items);

	if (n == 0)
		return RD_OK;
	rd_minor *results = results_of(b, rd_run_scratch(run));

	if (n <= COUNT_MAX)
		count_months(items, n);
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < n; i++) {
			int64_t share = share_of(b, results, &items[i]);

			if (share < min_effect || share == 0 ||
			    (rd_run_guards(run) && by_design(b, words, &items[i])))
				continue;
			if (pass == 0)
				hits++;
			else
				report(run, b, &items[i], share, hits);
		}
	RD_ASSERT(hits <= n);
	return RD_OK;
}

const rd_check rd_check_reversal_next_period = {
	.slug = "reversal-next-period",
	.family = "correction",
	.nature = "异常波动",
	.title = {"期末分录次期冲回", "Period-end entry reversed in the next period"},
	.finds = {"月末几天的分录在次月头几周被冲回，报表期间的数字因此偏高或偏低。",
              "An entry of the last days of a period is undone soon after. The period's "
              "figures were lifted for the report."},
	.correction = {"核实业务真实性；不实的调整报表期间",
                   "Look whether there was business behind it; if not, correct the report of the "
                   "month"},
	.basis = {"ISA 240 A45(c)；MindBridge 冲回检验", "ISA 240 A45(c); MindBridge reversal test"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
