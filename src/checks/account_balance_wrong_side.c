/*
 * What it finds: accounts that close periods on the side on which they never should: stock below
 * zero, a debit balance on wages payable. Each account is reported once, with the first period,
 * the number of periods and the last balance.
 *
 * Why it matters: the balance cannot be real. Something was booked on the wrong account or side, a
 * receipt is missing, or the balance belongs into another line of the statements.
 *
 * What to do: find the entry with which the balance changed sides; correct it in red, or
 * reclassify the balance when it is right.
 *
 * Known limits: accounts that may stand on either side, taxes, profit and loss accounts, contra
 * accounts, cash and bank (own checks) and accounts with parties (partner-balance-wrong-side) are
 * left out.
 *
 * 发现什么:期末余额落在不该落的一方的科目:存货负数、应付工资出现借方余额等。每个科目报一次,写明首
 * 次出现的期间、期间数和最后的余额。
 *
 * 为什么要紧:这样的余额不可能是真的。多半是记错了科目或方向、漏了入账,或应在报表上重分类。
 *
 * 怎么办:找到使余额变方向的那笔分录,红字更正;余额属实的重分类。
 *
 * 已知局限:两方都可能有余额的科目、税金、损益类科目、备抵科目、现金银行(另有检查)、按往来单位核算
 * 的科目(见"往来余额方向异常")不在内。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/balance.h"
#include "check/rate.h"

enum { P_MIN };
static const rd_param params[] = {
	[P_MIN] =
		{
			"min_amount",
			"yuan",
			{"低于此数的反向余额不报", "balances on the other side below this are let pass"},
			RD_PARAM_MONEY,
			0,
			RD_MINOR_MAX,
			100,
			NULL,
		},
	{0},
};

enum { K_CREDIT, K_DEBIT };
static const rd_message messages[] = {
	[K_CREDIT] =
		{
			"credit-balance",
			{"{account} 应为借方余额，{first_period} 起有 {periods} 个期末为贷方，最后一次 "
             "{last_period} 贷方 {balance}。请查使余额变方向的分录。",
             "{account} should have a debit balance; from {first_period} on it closes on "
             "the credit side (periods: {periods}), last in {last_period} with {balance}. "
             "Find the entry that turned it."},
		},
	[K_DEBIT] =
		{
			"debit-balance",
			{"{account} 应为贷方余额，{first_period} 起有 {periods} 个期末为借方，最后一次 "
             "{last_period} 借方 {balance}。请查使余额变方向的分录。",
             "{account} should have a credit balance; from {first_period} on it closes on "
             "the debit side (periods: {periods}), last in {last_period} with {balance}. "
             "Find the entry that turned it."},
		},
	{0},
};

typedef struct wrong {
	rd_row account;
	uint32_t periods;
	rd_period first, last;
	rd_minor balance, worst; /* of the last such period; the largest */
} wrong;

/* Names of accounts that gain and lose: either side is normal. */
static bool swings(rd_str name)
{
	return rd_str_has(name, "损益") || rd_str_has(name, "收益") || rd_str_has(name, "汇兑") ||
	       rd_str_has(name, "差异") || rd_str_has(name, "差价") || rd_str_has(name, "利息");
}

static bool is_judged(const rd_book *b, rd_row a, const uint8_t *has_party, bool guards)
{
	if (b->account.side[a] == RD_SIDE_BOTH)
		return false;
	if (!guards)
		return true;
	if (!(b->account.flags[a] & RD_ACC_LEAF) || b->account.flags[a] & RD_ACC_CONTRA ||
	    has_party[a] || swings(rd_book_text(b, b->account.name[a])))
		return false;
	/* during the year P&L turns by reversals of accruals; after the close it is
	 * profit-and-loss-not-closed that looks */
	if (b->account.class_of[a] == RD_CLASS_PL || rd_role_is_pl((rd_role)b->account.role[a]))
		return false;
	switch ((rd_role)b->account.role[a]) {
	case RD_ROLE_CASH:
	case RD_ROLE_BANK:
	case RD_ROLE_OTHER_MONEY:
	case RD_ROLE_SUSPENSE:
	case RD_ROLE_DISPOSAL:
	case RD_ROLE_TAX:
	case RD_ROLE_PROFIT:
	case RD_ROLE_RETAINED:
	/* partners kept as sub-accounts; judged by partner-balance-wrong-side */
	case RD_ROLE_RECEIVABLE:
	case RD_ROLE_PREPAYMENT:
	case RD_ROLE_OTHER_RECEIVABLE:
	case RD_ROLE_PAYABLE:
	case RD_ROLE_ADVANCE:
	case RD_ROLE_OTHER_PAYABLE: return false;
	default: return true;
	}
}

/* Accounts whose balances are kept by party. */
static uint8_t *find_parties(rd_run *run, const rd_book *b)
{
	uint8_t *has = RD_NEW_N(rd_run_scratch(run), uint8_t, (size_t)b->account.n + 1);

	for (rd_row r = 0; r < b->tb.n; r++)
		if (b->tb.party[r] != 0)
			has[b->tb.account[r]] = 1;
	return has;
}

static wrong look_at(const rd_balances *s, rd_row a, rd_minor min, rd_minor *balances)
{
	const rd_book *b = s->book;
	wrong w = {.account = a};

	rd_balances_get(s, a, balances);
	for (uint32_t p = 0; p < b->n_periods; p++) {
		rd_minor wrong_way = b->account.side[a] == RD_SIDE_DEBIT ? -balances[p] : balances[p];

		if (wrong_way <= 0 || wrong_way < min)
			continue;
		if (w.periods++ == 0)
			w.first = b->periods[p];
		w.last = b->periods[p];
		w.balance = wrong_way;
		w.worst = wrong_way > w.worst ? wrong_way : w.worst;
	}
	return w;
}

static void emit(rd_run *run, const rd_book *b, const wrong *w, uint32_t hits, uint32_t judged)
{
	rd_hit hit = rd_hit_at_account(w->account);

	hit.kind = b->account.side[w->account] == RD_SIDE_DEBIT ? K_CREDIT : K_DEBIT;
	/* raw counts are those of account-periods; else a hit is an account */
	hit.weight = rd_run_guards(run) ? 1 : w->periods;
	hit.at_stake = w->worst;
	hit.millibits = rd_millibits(hits, judged);
	RD_EMIT(run, &hit, rd_in_period("first_period", w->first), rd_in_period("last_period", w->last),
	        rd_int("periods", w->periods), rd_money("balance", w->balance),
	        rd_permille("base_rate", rd_rate_permille(hits, judged)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const bool guards = rd_run_guards(run);
	const rd_minor min = guards ? rd_run_param(run, P_MIN) : 0;
	rd_arena *a = rd_run_scratch(run);
	rd_minor *balances = RD_NEW_N(a, rd_minor, (size_t)b->n_periods + 1);
	wrong *found = RD_NEW_N(a, wrong, (size_t)b->account.n + 1);
	const uint8_t *has_party = find_parties(run, b);
	uint32_t judged = 0, n = 0;
	rd_balances s;

	(void)err;
	(void)range;
	rd_balances_begin(&s, run, b);
	if (!rd_balances_known(&s, run))
		return RD_OK;
	for (rd_row i = 1; i < b->account.n; i++) {
		if (!is_judged(b, i, has_party, guards) || (guards && s.vague[i]))
			continue;
		judged++;
		wrong w = look_at(&s, i, min, balances);
		if (w.periods > 0)
			found[n++] = w;
	}
	for (uint32_t i = 0; i < n; i++)
		emit(run, b, &found[i], n, judged);
	return RD_OK;
}

const rd_check rd_check_account_balance_wrong_side = {
	.slug = "account-balance-wrong-side",
	.family = "balance",
	.nature = "账目不符",
	.title = {"科目余额方向异常", "Account balance on the abnormal side"},
	.finds = {"科目期末余额落在平常不会有的一方：存货负数、应付工资借方余额等。",
              "An account closes on the side it normally never has: negative stock in money, "
              "debit balance on wages payable."},
	.correction = {"查明原因后红字更正或重分类", "Find the cause; correct in red or reclassify."},
	.basis = {"实务惯例（科目余额方向）", "practice (normal side of an account)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs_any = RD_HAS_LINES | RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.params = params,
	.messages = messages,
	.run = run,
};
