/*
 * What it finds: accounts for the disposal of fixed assets (固定资产清理) that still hold a
 * balance from a disposal more than `age` months ago, without any movement in the last month.
 *
 * Why it matters: the gain or loss of the disposal is missing in the profit, and an asset that is
 * gone still stands in the balance sheet.
 *
 * What to do: finish the disposal and carry the balance to gains and losses on disposal or to
 * non-operating items.
 *
 * Known limits: open items are found first in, first out. Without a journal the age is that of the
 * balance, counted in whole periods.
 *
 * 发现什么:固定资产清理仍有余额,清理已超过 `age` 个月,最近一个月又没有发生额。
 *
 * 为什么要紧:清理的损益没有进利润,已经处置的资产还挂在资产负债表上。
 *
 * 怎么办:完成清理,余额转资产处置损益或营业外收支。
 *
 * 已知局限:未清项按先进先出推算。没有序时账时,账龄按余额存续的整期间算。
 */
#include "base/assert.h"
#include "check/balance.h"

enum { P_AGE };
static const rd_param params[] = {
	[P_AGE] = {"age",
               "months",
               {"超过多少个月才报", "how many months old it must be"},
               RD_PARAM_INT,
               0,
               120,
               3,
               NULL},
	{0},
};

enum { K_SINCE, K_BEFORE };
static const rd_message messages[] = {
	[K_SINCE] =
		{
			"open",
			{"{account} {side}方余额 {balance}，最早一笔 {oldest}，最近一次发生额 {last}。请"
             "完成清理并结转损益。",
             "{account} holds {balance} ({side}): oldest item of {oldest}, last movement "
             "{last}. Finish the disposal and carry the result to profit and loss."},
		},
	[K_BEFORE] =
		{
			"before-the-books",
			{"{account} {side}方余额 {balance}，账簿开始前就已挂账。请完成清理并结转损益。",
             "{account} holds {balance} ({side}) from before the books begin. Finish the "
             "disposal and carry the result to profit and loss."},
		},
	{0},
};

static rd_day months_before(rd_day day, int64_t months)
{
	const rd_date d = rd_day_date(day);
	const rd_period p = rd_period_add(rd_period_of(d.year, d.month), -(int32_t)months);
	const int32_t days = rd_month_days(p / 100, p % 100);

	return rd_day_of(p / 100, p % 100, d.day < days ? d.day : days);
}

static void check(rd_run *run, const rd_balances *s, rd_row a)
{
	const rd_day as_of = rd_balances_day(s, run);
	rd_day limit = RD_DAY_NONE;
	rd_open o;

	if (as_of != RD_DAY_NONE)
		limit = months_before(as_of, rd_run_param(run, P_AGE));
	rd_open_find(s, run, a, limit, &o);
	if (o.balance == 0 || o.overdue == 0)
		return;
	if (rd_run_guards(run) && o.last != RD_DAY_NONE && as_of != RD_DAY_NONE &&
	    o.last > months_before(as_of, 1))
		return; /* still being worked on */
	rd_hit hit = rd_hit_at_account(a);

	hit.kind = o.before || o.oldest == RD_DAY_NONE ? K_BEFORE : K_SINCE;
	hit.at_stake = o.balance < 0 ? -o.balance : o.balance;
	hit.key = (uint64_t)o.balance;
	hit.keyless = true;
	hit.line = o.n_lines > 0 ? o.lines[0] : RD_NONE;
	hit.lines = o.lines + 1;
	hit.n_lines = o.n_lines > 0 ? o.n_lines - 1 : 0;
	RD_EMIT(run, &hit, rd_size("balance", o.balance), rd_side_of("side", o.balance),
	        rd_on_day("oldest", o.oldest), rd_on_day("last", o.last),
	        rd_money("overdue", o.overdue));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_balances s;

	(void)err;
	(void)range;
	rd_balances_begin(&s, run, b);
	if (!rd_balances_known(&s, run))
		return RD_OK;
	for (rd_row a = 1; a < b->account.n; a++)
		if (b->account.role[a] == RD_ROLE_DISPOSAL)
			check(run, &s, a);
	return RD_OK;
}

const rd_check rd_check_disposal_account_not_cleared = {
	.slug = "disposal-account-not-cleared",
	.family = "asset",
	.nature = "账目不符",
	.title = {"固定资产清理挂账", "Asset disposal account not cleared"},
	.finds = {"资产处置几个月后，固定资产清理仍有余额。",
              "The disposal account still has a balance months after the disposal."},
	.correction =
		{"完成清理，转资产处置损益或营业外收支",
         "Finish the disposal; carry to gains and losses on disposal or non-operating items."},
	.basis = {"实务惯例（固定资产清理）", "practice (disposal of fixed assets)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_FACT,
	.needs_any = RD_HAS_LINES | RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
