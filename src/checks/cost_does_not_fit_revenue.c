/*
 * What it finds: months with revenue but no cost of sales, months with a negative gross margin,
 * and months whose margin is far from the median of the six months before.
 *
 * Why it matters: cost belongs to the revenue it earned. When it is transferred late, twice or not
 * at all, profit and stock of the month are wrong.
 *
 * What to do: calculate the cost of the month anew and book the difference, by a supplementary
 * entry or in red.
 *
 * Known limits: service firms without cost of sales are not judged by missing cost; neither are
 * French books, where purchases are expensed as they come. Where cost is transferred once a
 * quarter the quarter is looked at. Months below 10,000 yuan of revenue, the first three months
 * and the swing of December (stock adjustments) are left out.
 *
 * 发现什么:有收入没有成本的月份;毛利为负的月份;毛利率与前六个月中位数相差很大的月份。
 *
 * 为什么要紧:成本应与它带来的收入在同一期间。迟转、重转、漏转,都会使当月利润和存货不准。
 *
 * 怎么办:重新计算当月成本,差额补充登记或红字更正。
 *
 * 已知局限:从不结转成本的服务企业,不报缺成本;采购直接记费用的法国账不判断。按季结转成本的,按季度看。
 * 收入低于一万元的月份、最初三个月、12 月的波动(年末存货调整)不看。
 */
#include "base/assert.h"
#include "check/balance.h"
#include "check/rate.h"

enum { P_POINTS, P_MIN };
static const rd_param params[] = {
	[P_POINTS] =
		{
			"points",
			"points",
			{"毛利率偏离中位数多少个百分点才报",
             "how many percentage points the margin must be off the median"},
			RD_PARAM_INT,
			1,
			1000,
			20,
			NULL,
		},
	[P_MIN] =
		{
			"min_revenue",
			"yuan",
			{"收入低于此数的月份不看", "months of less revenue are left out"},
			RD_PARAM_MONEY,
			0,
			RD_MINOR_MAX,
			1000000,
			NULL,
		},
	{0},
};

enum { K_NO_COST, K_NEGATIVE, K_SWING };
static const rd_message messages[] = {
	[K_NO_COST] =
		{
			"no-cost",
			{"{period} 收入 {revenue}，没有结转销售成本（其他月份有）。请核对当月成本是否漏转"
             "。",
             "{period}: revenue {revenue} and no cost of sales, unlike other months. Was "
             "the transfer of cost left out?"},
		},
	[K_NEGATIVE] =
		{
			"negative-margin",
			{"{period} 收入 {revenue}，成本 {cost}，毛利率 {margin}。请核对是否多转成本，或收"
             "入漏记。",
             "{period}: revenue {revenue}, cost {cost}, margin {margin}. Was too much cost "
             "transferred, or revenue left out?"},
		},
	[K_SWING] =
		{
			"margin-swing",
			{"{period} 收入 {revenue}，成本 {cost}，毛利率 {margin}；前几个月中位数 {median}"
             "。请核对成本结转；价格或产品变化也可能是原因。",
             "{period}: revenue {revenue}, cost {cost}, margin {margin}; the median of the "
             "months before is {median}. Check the transfer of cost; prices or products "
             "may explain it."},
		},
	{0},
};

enum { HISTORY = 6, FIRST_MONTHS = 3 };

typedef struct month {
	rd_period period; /* the last one of a quarter */
	rd_minor revenue, cost;
	int64_t margin; /* thousandths of revenue */
	uint8_t kind;   /* 1 + message */
	int64_t median;
} month;

/* Cost is only ever transferred in the last month of a quarter, at least twice. */
static bool is_quarterly(const month *m, uint32_t n)
{
	uint32_t with = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (m[i].cost == 0)
			continue;
		if (m[i].period % 100 % 3 != 0)
			return false;
		with++;
	}
	return with >= 2 && n > with;
}

/* Puts the months of a quarter together; a quarter without its last month is dropped. */
static uint32_t to_quarters(month *m, uint32_t n)
{
	uint32_t k = 0;
	month sum = {0};

	for (uint32_t i = 0; i < n; i++) {
		sum.revenue += m[i].revenue;
		sum.cost += m[i].cost;
		sum.period = m[i].period;
		if (m[i].period % 100 % 3 != 0)
			continue;
		m[k++] = sum;
		sum = (month){0};
	}
	return k;
}

static int64_t median_of(const month *m, uint32_t from, uint32_t to)
{
	int64_t v[HISTORY];
	uint32_t n = 0;

	for (uint32_t i = from; i < to; i++) {
		uint32_t k = n++;

		for (; k > 0 && v[k - 1] > m[i].margin; k--)
			v[k] = v[k - 1];
		v[k] = m[i].margin;
	}
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Months of the journal with revenue of at least `min`; adjustment periods belong to December. */
static uint32_t read_months(rd_run *run, const rd_book *b, month *m)
{
	const rd_minor *flows = rd_role_flows(run, b);
	uint32_t n = 0;

	for (uint32_t p = 0; p < b->n_periods; p++) {
		month x = {.period = b->periods[p],
		           .revenue = -flows[(size_t)RD_ROLE_REVENUE * b->n_periods + p],
		           .cost = flows[(size_t)RD_ROLE_COST_OF_SALES * b->n_periods + p]};

		if (x.period % 100 > 12 && n > 0) {
			m[n - 1].revenue += x.revenue;
			m[n - 1].cost += x.cost;
		} else if (x.period != 0) {
			m[n++] = x;
		}
	}
	return n;
}

/* Drops small months and works out the margins of the rest. */
static uint32_t keep_large(month *m, uint32_t n, rd_minor min)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (m[i].revenue < min || m[i].revenue <= 0)
			continue;
		m[k] = m[i];
		m[k].margin = (int64_t)((__int128)(m[k].revenue - m[k].cost) * 1000 / m[k].revenue);
		k++;
	}
	return k;
}

static uint32_t judge(month *m, uint32_t n, int64_t points, bool guards)
{
	uint32_t with_cost = 0, hits = 0;

	for (uint32_t i = 0; i < n; i++)
		with_cost += m[i].cost != 0;
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t from = i > HISTORY ? i - HISTORY : 0;
		/* early months have no history, December has stock adjustments */
		const bool early = guards && (i < FIRST_MONTHS || m[i].period % 100 == 12);

		if (i > from)
			m[i].median = median_of(m, from, i);
		int64_t off = m[i].margin - m[i].median;

		if (m[i].cost == 0)
			m[i].kind = !guards || with_cost * 2 > n ? 1 + K_NO_COST : 0;
		else if (m[i].margin < 0)
			m[i].kind = 1 + K_NEGATIVE;
		else if (!early && i > from && (off > points || off < -points) && with_cost * 2 > n)
			m[i].kind = 1 + K_SWING;
		hits += m[i].kind != 0;
	}
	return hits;
}

static void emit(rd_run *run, const month *m, uint32_t hits, uint32_t n)
{
	rd_hit hit = rd_hit_new();
	rd_minor usual = (rd_minor)((__int128)m->revenue * (1000 - m->median) / 1000);

	hit.kind = (uint8_t)(m->kind - 1);
	hit.period = m->period;
	hit.at_stake = hit.kind == K_NO_COST    ? m->revenue
	               : hit.kind == K_NEGATIVE ? m->cost - m->revenue
	               : usual > m->cost        ? usual - m->cost
	                                        : m->cost - usual;
	hit.millibits = rd_millibits(hits, n);
	RD_EMIT(run, &hit, rd_money("revenue", m->revenue), rd_money("cost", m->cost),
	        rd_permille("margin", m->margin), rd_permille("median", m->median),
	        rd_permille("base_rate", rd_rate_permille(hits, n)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const bool guards = rd_run_guards(run);
	month *m = RD_NEW_N(rd_run_scratch(run), month, (size_t)b->n_periods + 1);
	uint32_t n = read_months(run, b, m);

	(void)err;
	(void)range;
	if (guards && b->standard == RD_STD_FRENCH) {
		rd_run_not_run(run, "采购直接记费用，没有结转成本的做法",
		               "purchases are expensed as they come; there is no transfer of cost");
		return RD_OK;
	}
	if (guards && is_quarterly(m, n)) {
		n = to_quarters(m, n);
		rd_run_remark(run, "成本按季结转，按季度比较",
		              "cost is transferred by the quarter; compared so");
	}
	n = keep_large(m, n, guards ? rd_run_param(run, P_MIN) : 0);
	if (guards && n <= FIRST_MONTHS) {
		rd_run_not_run(run, "有收入的月份太少（不足四个）", "fewer than four months with revenue");
		return RD_OK;
	}
	uint32_t hits = judge(m, n, rd_run_param(run, P_POINTS) * 10, guards);

	for (uint32_t i = 0; i < n; i++)
		if (m[i].kind != 0)
			emit(run, &m[i], hits, n);
	return RD_OK;
}

const rd_check rd_check_cost_does_not_fit_revenue = {
	.slug = "cost-does-not-fit-revenue",
	.family = "inventory",
	.nature = "异常波动",
	.title = {"成本结转不匹配", "Cost transfer does not fit revenue"},
	.finds = {"有收入没有成本、毛利为负，或毛利率逐月跳动。",
              "Revenue without cost, a negative gross margin, or a margin that jumps from month "
              "to month."},
	.correction = {"重新计算成本，差额补充登记或红字更正",
                   "Calculate the cost anew; book the difference by a supplementary or red entry."},
	.basis = {"实务惯例；配比原则", "practice; matching of cost and revenue"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PERIODS,
	.params = params,
	.messages = messages,
	.run = run,
};
