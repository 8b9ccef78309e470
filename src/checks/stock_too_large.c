/*
 * What it finds: a closing stock that is out of proportion to paid-in capital or to the revenue of
 * twelve months.
 *
 * Why it matters: large stock on paper is often goods that were sold without being booked, cost
 * that was not transferred, or goods that are not there.
 *
 * What to do: count the stock and compare it with the books; look for sales not yet booked and for
 * months without transfer of cost.
 *
 * Known limits: the threshold comes from a published risk list and is not official. Property
 * developers, shipyards, wine and farming hold large stock by nature. Where the books hold fewer
 * than twelve months the revenue is scaled up; fewer than three months are not judged by revenue.
 *
 * 发现什么:期末存货与实收资本或十二个月收入相比明显偏大。
 *
 * 为什么要紧:账面存货偏大,常见的原因是销售没有入账、成本没有结转,或货物已不在。
 *
 * 怎么办:盘点存货并与账面核对;核查未入账的销售和漏转成本的月份。
 *
 * 已知局限:界限取自公开流传的风险清单,不是官方标准。房地产、造船、酒类、农业等行业存货本来就大。账
 * 簿不足十二个月的按月折算,不足三个月的不按收入判断。
 */
#include "base/assert.h"
#include "check/balance.h"

enum { P_ABOVE, P_MIN };
static const rd_param params[] = {
	[P_ABOVE] =
		{
			"above",
			"%",
			{"存货超过资本或收入多少才报", "how far stock must exceed capital or revenue"},
			RD_PARAM_INT,
			0,
			10000,
			50,
			NULL,
		},
	[P_MIN] = {"min_stock",
               "yuan",
               {"低于此数的存货不看", "stock below this is not judged"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               10000000,
               NULL},
	{0},
};

enum { K_CAPITAL, K_REVENUE, K_BOTH };
static const rd_message messages[] = {
	[K_CAPITAL] =
		{
			"against-capital",
			{"{period} 期末存货 {stock}，是实收资本 {capital} 的 {capital_times} 倍，约合 "
             "{cost_months} 个月的销售成本。可能的解释：备货、行业特点；建议盘点并核查未入账"
             "销售。",
             "Stock of {stock} at the end of {period} is {capital_times} times the paid-in "
             "capital of {capital}, about {cost_months} months of cost of sales. Stocking "
             "up or the trade may explain it; count it and look for sales not booked."},
		},
	[K_REVENUE] =
		{
			"against-revenue",
			{"{period} 期末存货 {stock}，是十二个月收入 {revenue} 的 {revenue_times} 倍，约合"
             " {cost_months} 个月的销售成本。可能的解释：备货、行业特点；建议盘点并核查未入账"
             "销售。",
             "Stock of {stock} at the end of {period} is {revenue_times} times the revenue "
             "of twelve months, {revenue}, about {cost_months} months of cost of sales. "
             "Stocking up or the trade may explain it; count it and look for sales not "
             "booked."},
		},
	[K_BOTH] =
		{
			"against-both",
			{"{period} 期末存货 {stock}，是实收资本 {capital} 的 {capital_times} 倍、十二个月"
             "收入 {revenue} 的 {revenue_times} 倍。可能的解释：备货、行业特点；建议盘点并核"
             "查未入账销售。",
             "Stock of {stock} at the end of {period} is {capital_times} times the paid-in "
             "capital of {capital} and {revenue_times} times the revenue of twelve months, "
             "{revenue}. Stocking up or the trade may explain it; count it and look for "
             "sales not booked."},
		},
	{0},
};

enum { MONTHS_MIN = 3 };

typedef struct figures {
	rd_minor stock, capital, revenue, cost; /* revenue and cost of `months` */
	int64_t months;
} figures;

/* Closing balances at the last period, credit side positive for capital. */
static void read_balances(const rd_balances *s, rd_minor *one, figures *f)
{
	const rd_book *b = s->book;

	for (rd_row a = 1; a < b->account.n; a++) {
		const uint8_t role = b->account.role[a];

		if (role != RD_ROLE_STOCK && role != RD_ROLE_CAPITAL)
			continue;
		rd_balances_get(s, a, one);
		if (role == RD_ROLE_STOCK)
			f->stock += one[b->n_periods - 1];
		else
			f->capital -= one[b->n_periods - 1];
	}
}

/* Revenue and cost from the lines of the last twelve months. */
static void read_flows(rd_run *run, const rd_balances *s, figures *f)
{
	const rd_book *b = s->book;
	const rd_minor *flows = rd_role_flows(run, b);
	const rd_period last = b->periods[b->n_periods - 1];

	for (uint32_t p = 0; p < b->n_periods; p++) {
		if (!s->covered[p] || rd_period_months(b->periods[p], last) >= 12)
			continue;
		f->months += b->periods[p] % 100 <= 12;
		f->revenue -= flows[(size_t)RD_ROLE_REVENUE * b->n_periods + p];
		f->cost += flows[(size_t)RD_ROLE_COST_OF_SALES * b->n_periods + p];
	}
}

/* Without a journal: the year-to-date columns of the last trial balance. Revenue is what was
 * credited, cost what was debited; closing entries stand on the other side. */
static void read_trial(const rd_balances *s, figures *f)
{
	const rd_book *b = s->book;
	const rd_row *rows = s->trial.by_period + s->trial.from[b->n_periods];
	const rd_row n = s->trial.from[b->n_periods + 1] - s->trial.from[b->n_periods];

	for (rd_row i = 0; i < n; i++) {
		const rd_row r = rows[i], a = b->tb.account[r];

		if (b->tb.party[r] != 0 || s->trial.above[a] || !rd_trial_has(&s->trial, r, RD_PART_YTD))
			continue;
		f->months = b->periods[b->n_periods - 1] % 100;
		if (b->account.role[a] == RD_ROLE_REVENUE)
			f->revenue += rd_trial_credit(b, r, RD_PART_YTD);
		else if (b->account.role[a] == RD_ROLE_COST_OF_SALES)
			f->cost += rd_trial_debit(b, r, RD_PART_YTD);
	}
	f->months = f->months > 12 ? 12 : f->months;
}

/* a / b in thousandths; 0 when b is not positive. */
static int64_t times(rd_minor a, rd_minor b)
{
	return b > 0 ? (int64_t)((__int128)a * 1000 / b) : 0;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const int64_t limit = 1000 + rd_run_param(run, P_ABOVE) * 10;
	const rd_minor min = rd_run_guards(run) ? rd_run_param(run, P_MIN) : 1;
	figures f = {0};
	rd_balances s;

	(void)err;
	(void)range;
	rd_balances_begin(&s, run, b);
	if (!rd_balances_known(&s, run))
		return RD_OK;
	if (b->n_periods == 0) {
		rd_run_not_run(run, "余额表没有写明期间", "the trial balance does not say its period");
		return RD_OK;
	}
	read_balances(&s, RD_NEW_N(rd_run_scratch(run), rd_minor, b->n_periods), &f);
	if (s.covered[b->n_periods - 1])
		read_flows(run, &s, &f);
	else
		read_trial(&s, &f);
	const rd_minor year = f.months >= MONTHS_MIN ? f.revenue * 12 / f.months : 0;
	const int64_t by_capital = times(f.stock, f.capital), by_revenue = times(f.stock, year);

	if (f.stock < min || (by_capital <= limit && by_revenue <= limit))
		return RD_OK;
	rd_hit hit = rd_hit_new();

	hit.kind = by_revenue <= limit ? K_CAPITAL : by_capital <= limit ? K_REVENUE : K_BOTH;
	hit.period = b->periods[b->n_periods - 1];
	hit.at_stake = f.stock;
	RD_EMIT(run, &hit, rd_money("stock", f.stock), rd_money("capital", f.capital),
	        rd_money("revenue", year), rd_milli("capital_times", by_capital),
	        rd_milli("revenue_times", by_revenue), rd_int("months_of_data", f.months),
	        rd_int("cost_months",
	               f.cost > 0 ? (int64_t)((__int128)f.stock * f.months / f.cost) : 0));
	return RD_OK;
}

const rd_check rd_check_stock_too_large = {
	.slug = "stock-too-large",
	.family = "inventory",
	.nature = "异常波动",
	.title = {"期末存货异常大", "Stock large against capital or revenue"},
	.finds = {"期末存货与资本或收入相比偏大：可能有销售未入账，或存货已不在。",
              "Closing stock is out of proportion to capital and sales. Sales may be unrecorded "
              "or stock may not exist."},
	.correction = {"盘点；核查未入账销售", "Count the stock; look for sales not booked."},
	.basis = {"公开流传的风险清单（cwabc.cn 2025-05，非官方）",
              "published risk list, cwabc.cn 2025-05 (not official)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_INFO,
	.certainty = RD_INDICATOR,
	.needs_any = RD_HAS_LINES | RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_FILES,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
