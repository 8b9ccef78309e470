/*
 * What it finds: month ends at which manufacturing overhead (制造费用) or machine work (机械作业)
 * keeps a balance. Each of the two is reported once, with its months and the last balance.
 *
 * Why it matters: overhead that is not allocated is missing in the cost of products, so that stock
 * and profit of the month are wrong.
 *
 * What to do: allocate the balance to production cost by the method in use.
 *
 * Known limits: a month without any debit on production cost may have had no production; when all
 * months are such, the finding is of low severity. Seasonal producers may allocate at year end.
 * The last month is left out while it is not closed.
 *
 * 发现什么:月末制造费用或机械作业仍有余额。每类报一次,写明月份数和最后的余额。
 *
 * 为什么要紧:没有分配的制造费用不在产品成本里,当月的存货和利润都不准。
 *
 * 怎么办:按既定方法分配结转至生产成本。
 *
 * 已知局限:生产成本没有借方发生的月份可能停产,全是这样的月份时降为低。季节性生产的企业可以年末再分
 * 配。最后一个月尚未结账的不看。
 */
#include "base/assert.h"
#include "check/balance.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的余额", "balance that is let pass", 0),
	{0},
};

enum { K_BALANCE, K_IDLE };
static const rd_message messages[] = {
	[K_BALANCE] =
		{
			"balance",
			{"{account} 有 {months} 个月末未结平：{first_period} 起，{last_period} 余额{side}"
             " {balance}。请分配结转至生产成本。",
             "{account} keeps a balance at the end of months ({months}), from "
             "{first_period} on; in {last_period} it is {balance} ({side}). Allocate it to "
             "production cost."},
		},
	[K_IDLE] =
		{
			"no-production",
			{"{account} 有 {months} 个月末未结平：{first_period} 起，{last_period} 余额{side}"
             " {balance}；这些月份生产成本没有借方发生。请确认是否停产或季节性生产。",
             "{account} keeps a balance at the end of months ({months}), from "
             "{first_period} on; in {last_period} it is {balance} ({side}). Production "
             "cost has no debits in these months: idle or seasonal?"},
		},
	{0},
};

/* The topmost account of a role, for the name of the finding. */
static rd_row root_of(const rd_book *b, rd_row a)
{
	while (b->account.parent[a] != 0 && b->account.role[b->account.parent[a]] == b->account.role[a])
		a = b->account.parent[a];
	return a;
}

/* Adds the balances of all accounts of a role; the first of them, 0 = none. */
static rd_row sum_role(const rd_balances *s, rd_role role, rd_minor *one, rd_minor *sum)
{
	const rd_book *b = s->book;
	rd_row first = 0;

	memset(sum, 0, b->n_periods * sizeof *sum);
	for (rd_row a = 1; a < b->account.n; a++) {
		if (b->account.role[a] != role)
			continue;
		first = first == 0 ? root_of(b, a) : first;
		rd_balances_get(s, a, one);
		for (uint32_t p = 0; p < b->n_periods; p++)
			sum[p] += one[p];
	}
	return first;
}

static bool produces(const rd_balances *s, uint32_t p)
{
	const rd_book *b = s->book;

	for (rd_row a = 1; a < b->account.n; a++)
		if (b->account.role[a] == RD_ROLE_PRODUCTION &&
		    s->moves->debit[(size_t)a * b->n_periods + p] != 0)
			return true;
	return false;
}

static void check_role(rd_run *run, const rd_balances *s, rd_role role, uint32_t ended)
{
	const rd_book *b = s->book;
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);
	rd_arena *scratch = rd_run_scratch(run);
	rd_minor *one = RD_NEW_N(scratch, rd_minor, (size_t)b->n_periods + 1);
	rd_minor *sum = RD_NEW_N(scratch, rd_minor, (size_t)b->n_periods + 1);
	const rd_row account = sum_role(s, role, one, sum);
	uint32_t n = 0, first = 0, last = 0;
	bool idle = true;
	rd_minor worst = 0;

	for (uint32_t p = 0; account != 0 && p < ended; p++) {
		rd_minor size = sum[p] < 0 ? -sum[p] : sum[p];

		if (size <= tolerance)
			continue;
		first = n++ == 0 ? p : first;
		last = p;
		worst = size > worst ? size : worst;
		idle = idle && s->covered[p] && !produces(s, p);
	}
	if (n == 0)
		return;
	rd_hit hit = rd_hit_at_account(account);

	hit.kind = idle ? K_IDLE : K_BALANCE;
	if (idle)
		hit.severity = RD_SEV_LOW;
	hit.at_stake = worst;
	hit.weight = n;
	RD_EMIT(run, &hit, rd_int("months", n), rd_in_period("first_period", b->periods[first]),
	        rd_in_period("last_period", b->periods[last]), rd_size("balance", sum[last]),
	        rd_side_of("side", sum[last]));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_balances s;

	(void)err;
	(void)range;
	rd_balances_begin(&s, run, b);
	if (!rd_balances_known(&s, run))
		return RD_OK;
	const uint32_t *closings = rd_closings(b, rd_run_scratch(run), NULL);
	const uint32_t ended = rd_run_guards(run) ? rd_periods_ended(b, closings) : b->n_periods;

	check_role(run, &s, RD_ROLE_OVERHEAD, ended);
	check_role(run, &s, RD_ROLE_MACHINE_WORK, ended);
	return RD_OK;
}

const rd_check rd_check_overhead_not_allocated = {
	.slug = "overhead-not-allocated",
	.family = "closing",
	.nature = "账目不符",
	.title = {"制造费用有余额", "Manufacturing overhead not allocated"},
	.finds = {"制造费用或机械作业在月末仍有余额。",
              "Manufacturing overhead or machine work keeps a balance at month end."},
	.correction = {"分配结转至生产成本", "Allocate it to production cost."},
	.basis = {"小企业会计准则 附录 4101、4403",
              "Accounting Standard for Small Enterprises, appendix, accounts 4101, 4403"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs_any = RD_HAS_LINES | RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PERIODS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
