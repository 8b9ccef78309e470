/*
 * What it finds: accounts that only pass money on and still hold a balance: 待处理财产损溢 at the
 * end of a year, and accounts called clearing, in transit, suspense, provisional (French 47 and
 * 58) at the end of the books, when their oldest open item is older than `age`.
 *
 * Why it matters: what stands there is an asset, an expense or a debt that nobody has decided
 * about. The statements are wrong until it is.
 *
 * What to do: go through the open items, oldest first. Losses and gains are approved and written
 * off to other receivables or non-operating items; the rest goes where it belongs.
 *
 * Known limits: open items are found first in, first out, after lines whose clearing mark sums to
 * zero are taken out. Without a journal the age is that of the balance, counted in whole periods.
 *
 * 发现什么:只供过渡的科目仍有余额:年末的待处理财产损溢,以及名称含过渡、在途、暂记、待清算等字样的
 * 科目(法国账为 47、58 类)在账簿期末的余额,且最早一笔未清项超过 `age` 天。
 *
 * 为什么要紧:挂在这里的,是还没有人拿主意的资产、费用或债务,不处理,报表就不对。
 *
 * 怎么办:从最早的未清项查起。盘盈盘亏报批后转其他应收款或营业外收支,其余转入应入的科目。
 *
 * 已知局限:未清项按先进先出推算,核销号合计为零的行先剔除。没有序时账时,账龄按余额存续的整期间算。
 */
#include "base/assert.h"
#include "check/balance.h"

enum { P_MIN, P_AGE };
static const rd_param params[] = {
	[P_MIN] =
		{
			"min_amount",
			"yuan",
			{"低于此数的余额不报", "balances below this are let pass"},
			RD_PARAM_MONEY,
			0,
			RD_MINOR_MAX,
			100,
			NULL,
		},
	[P_AGE] =
		{
			"age",
			"days",
			{"未清项超过多少天才报", "how old the oldest open item must be"},
			RD_PARAM_INT,
			0,
			3650,
			30,
			NULL,
		},
	{0},
};

enum { K_YEAR_END, K_OPEN, K_PERIODS };
static const rd_message messages[] = {
	[K_YEAR_END] =
		{
			"year-end",
			{"{period} 年末 {account} 仍有{side}方余额 {balance}。待处理财产损溢应在年末前报"
             "批转销，请查明原因后处理。",
             "{account} still holds {balance} ({side}) at the end of {period}. Losses and "
             "gains pending treatment are to be approved and written off before the year "
             "ends."},
		},
	[K_OPEN] =
		{
			"open-items",
			{"过渡科目 {account} 余额{side} {balance}，有 {items} 笔未清，最早一笔 {oldest}，"
             "已 {days} 天。请逐笔查清去向。",
             "{account} only passes money on and holds {balance} ({side}): open items "
             "{items}, the oldest of {oldest}, {days} days ago. Find out where each "
             "belongs."},
		},
	[K_PERIODS] =
		{
			"since-long",
			{"过渡科目 {account} 余额{side} {balance}，在账簿开始前就已挂账。请逐笔查清去向。",
             "{account} only passes money on and holds {balance} ({side}), part of it from "
             "before the books begin. Find out where it belongs."},
		},
	{0},
};

static bool has_word(rd_str name)
{
	static const char *const words[] = {"过渡",     "暂记",     "在途资金", "在途货币", "在途存款",
	                                    "待清算",   "清算资金", "suspense", "Suspense", "SUSPENSE",
	                                    "clearing", "Clearing", "CLEARING"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (rd_str_has(name, words[i]))
			return true;
	return false;
}

/* 471 to 475 and 478 of the plan comptable; 476 and 477 are conversion differences. */
static bool is_french_47(const rd_book *b, rd_row a)
{
	const rd_str code = rd_book_text(b, b->account.code[a]);

	return b->standard == RD_STD_FRENCH && code.len >= 3 && code.ptr[0] == '4' &&
	       code.ptr[1] == '7' && code.ptr[2] != '6' && code.ptr[2] != '7';
}

static bool is_passing(const rd_book *b, rd_row a)
{
	const rd_role role = (rd_role)b->account.role[a];

	if (is_french_47(b, a))
		return true;
	return role == RD_ROLE_SUSPENSE || (role != RD_ROLE_STOCK && role != RD_ROLE_DISPOSAL &&
	                                    has_word(rd_book_text(b, b->account.name[a])));
}

/* 待处理财产损溢 may stand open during the year; the French 47 and 58 may not. */
static bool is_yearly(const rd_book *b, rd_row a)
{
	return b->account.role[a] == RD_ROLE_SUSPENSE && b->standard != RD_STD_FRENCH &&
	       !has_word(rd_book_text(b, b->account.name[a]));
}

static rd_minor size_of(rd_minor v)
{
	return v < 0 ? -v : v;
}

/* The last period of a calendar year that the books hold, and that has ended as of the day. */
static bool ends_year(const rd_book *b, uint32_t p, rd_day as_of)
{
	if (b->periods[p] % 100 < 12)
		return false;
	if (p + 1 < b->n_periods)
		return b->periods[p + 1] / 100 != b->periods[p] / 100;
	return as_of == RD_DAY_NONE || as_of >= b->last_day;
}

static void check_years(rd_run *run, const rd_balances *s, rd_row a, rd_minor *balances)
{
	const rd_book *b = s->book;
	const rd_minor min = rd_run_param(run, P_MIN);

	rd_balances_get(s, a, balances);
	for (uint32_t p = 0; p < b->n_periods; p++) {
		if (!ends_year(b, p, rd_run_as_of(run)) || balances[p] == 0 || size_of(balances[p]) < min)
			continue;
		rd_hit hit = rd_hit_at_account(a);

		hit.kind = K_YEAR_END;
		hit.period = b->periods[p];
		hit.at_stake = size_of(balances[p]);
		hit.key = (uint64_t)balances[p];
		RD_EMIT(run, &hit, rd_size("balance", balances[p]), rd_side_of("side", balances[p]));
	}
}

static void check_open(rd_run *run, const rd_balances *s, rd_row a)
{
	const rd_day as_of = rd_balances_day(s, run);
	const rd_minor min = rd_run_param(run, P_MIN);
	const rd_day limit =
		as_of == RD_DAY_NONE ? RD_DAY_NONE : as_of - (rd_day)rd_run_param(run, P_AGE);
	rd_open o;

	rd_open_find(s, run, a, limit, &o);
	if (o.balance == 0 || size_of(o.balance) < min || o.overdue == 0)
		return;
	rd_hit hit = rd_hit_at_account(a);

	hit.kind = o.before || o.oldest == RD_DAY_NONE ? K_PERIODS : K_OPEN;
	hit.at_stake = size_of(o.balance);
	hit.key = (uint64_t)o.balance;
	if (o.n_lines > 0)
		hit.line = o.lines[0];
	hit.keyless = true;
	hit.lines = o.lines + 1;
	hit.n_lines = o.n_lines > 0 ? o.n_lines - 1 : 0;
	RD_EMIT(run, &hit, rd_size("balance", o.balance), rd_side_of("side", o.balance),
	        rd_int("items", o.items), rd_on_day("oldest", o.oldest), rd_money("overdue", o.overdue),
	        rd_int("days", o.oldest == RD_DAY_NONE ? 0 : as_of - o.oldest));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	rd_minor *balances = RD_NEW_N(a, rd_minor, (size_t)b->n_periods + 1);
	rd_balances s;

	(void)err;
	(void)range;
	rd_balances_begin(&s, run, b);
	if (!rd_balances_known(&s, run))
		return RD_OK;
	for (rd_row i = 1; i < b->account.n; i++) {
		if (!is_passing(b, i))
			continue;
		if (is_yearly(b, i))
			check_years(run, &s, i, balances);
		else
			check_open(run, &s, i);
	}
	return RD_OK;
}

const rd_check rd_check_suspense_not_cleared = {
	.slug = "suspense-not-cleared",
	.family = "closing",
	.nature = "账目不符",
	.title = {"待处理或过渡科目有余额", "Suspense or clearing account not zero"},
	.finds = {"只供过渡的科目，在期末或年末仍有余额。",
              "An account that only passes money on still holds a balance at the end of the "
              "period or year."},
	.correction = {"查明后报批转销：其他应收款/营业外收支",
                   "Find the cause; after approval write off to other receivables or non-operating "
                   "items."},
	.basis = {"小企业会计准则 附录 1901；ISA 240 A45",
              "Accounting Standard for Small Enterprises, appendix, account 1901; ISA 240 A45"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs_any = RD_HAS_LINES | RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
