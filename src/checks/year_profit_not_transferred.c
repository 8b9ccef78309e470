/*
 * What it finds: a balance on profit for the year (本年利润) at the turn of a fiscal year, and
 * balances on sub-accounts of profit distribution (利润分配) other than undistributed profit.
 *
 * Why it matters: the new year begins with profit for the year at zero. If it does not, the profit
 * of two years runs together and the income statement cannot be drawn from the account.
 *
 * What to do: transfer profit for the year to 利润分配—未分配利润, and the other sub-accounts of
 * profit distribution as well.
 *
 * Known limits: only Chinese charts; the year ends in December. A transfer that is booked in
 * January of the next year clears the account late and is reported with low severity.
 *
 * 发现什么:年度交替时本年利润仍有余额,或利润分配除未分配利润以外的明细科目仍有余额。
 *
 * 为什么要紧:新年度的本年利润应从零开始。否则两年的利润混在一起,利润表无法由该科目核对。
 *
 * 怎么办:把本年利润结转至利润分配—未分配利润,利润分配的其他明细一并结转。
 *
 * 已知局限:只看中国会计科目,年度到 12 月为止。次年 1 月才补做结转的,降为低。
 */
#include "base/assert.h"
#include "check/balance.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的余额", "balance that is let pass", 0),
	{0},
};

enum { K_OPENING, K_CLOSING, K_LATE, K_SUB };
static const rd_message messages[] = {
	[K_OPENING] =
		{
			"opening",
			{"{period} 年初 {account} 期初{side}方余额 {balance}，上年本年利润没有结转。请补"
             "做结转至利润分配—未分配利润。",
             "{account} opens {period} with {balance} ({side}): the profit of the year "
             "before was not transferred. Transfer it to undistributed profit."},
		},
	[K_CLOSING] =
		{
			"closing",
			{"{period} 年末 {account} {side}方余额 {balance}，没有结转。请结转至利润分配—未分"
             "配利润。",
             "{account} keeps {balance} ({side}) at the end of {period}. Transfer it to "
             "undistributed profit."},
		},
	[K_LATE] =
		{
			"transferred-late",
			{"{period} 年末 {account} {side}方余额 {balance}，次年 1 月才结平。请把结转凭证记"
             "在上年 12 月。",
             "{account} keeps {balance} ({side}) at the end of {period} and is cleared "
             "only in January. The transfer belongs into December."},
		},
	[K_SUB] =
		{
			"distribution-sub-account",
			{"{period} 年末 {account} {side}方余额 {balance}。除未分配利润外，利润分配的明细"
             "应结平，请结转。",
             "{account} keeps {balance} ({side}) at the end of {period}. Of profit "
             "distribution only undistributed profit may: transfer it."},
		},
	{0},
};

/* Balance of an account at the start of each period and at its end. */
typedef struct turn {
	rd_run *run;
	const rd_balances *s;
	rd_minor tolerance;
	rd_minor *end; /* by period */
} turn;

static bool exceeds(const turn *t, rd_minor v)
{
	return v > t->tolerance || v < -t->tolerance;
}

static void emit(const turn *t, rd_row account, rd_period period, rd_minor balance, uint8_t kind)
{
	rd_hit hit = rd_hit_at_account(account);

	hit.kind = kind;
	hit.period = period;
	hit.at_stake = balance < 0 ? -balance : balance;
	hit.key = (uint64_t)balance;
	if (kind == K_LATE)
		hit.severity = RD_SEV_LOW;
	RD_EMIT(t->run, &hit, rd_size("balance", balance), rd_side_of("side", balance));
}

/* The balance that the account carried out of the year is gone by the end of January. */
static bool cleared_in_january(const turn *t, uint32_t p)
{
	const rd_period *periods = t->s->book->periods;

	if (p + 1 >= t->s->book->n_periods || periods[p + 1] % 100 != 1 ||
	    periods[p + 1] / 100 != periods[p] / 100 + 1)
		return false;
	/* January's own profit may have come in meanwhile: compare the fall with the balance */
	return !exceeds(t, t->end[p + 1]) || (t->end[p + 1] > 0) != (t->end[p] > 0);
}

static void check_account(turn *t, rd_row account, bool sub)
{
	const rd_book *b = t->s->book;
	const rd_minor opening = t->s->opening[account];

	rd_balances_get(t->s, account, t->end);
	/* the books begin in January: their opening is the end of the year before */
	if (b->n_periods > 0 && b->periods[0] % 100 == 1 && exceeds(t, opening) && !sub)
		emit(t, account, b->periods[0], opening, K_OPENING);
	for (uint32_t p = 0; p < b->n_periods; p++) {
		const bool last = p + 1 == b->n_periods;

		if (b->periods[p] % 100 < 12 || (!last && b->periods[p + 1] / 100 == b->periods[p] / 100))
			continue;
		if (exceeds(t, t->end[p]))
			emit(t, account, b->periods[p], t->end[p],
			     sub                        ? K_SUB
			     : cleared_in_january(t, p) ? K_LATE
			                                : K_CLOSING);
	}
}

static bool is_chinese(const rd_book *b, rd_row account)
{
	return b->standard == RD_STD_SMALL || b->standard == RD_STD_ENTERPRISE ||
	       rd_str_has(rd_book_text(b, b->account.name[account]), "本年利润") ||
	       rd_str_has(rd_book_text(b, b->account.name[account]), "利润分配");
}

/* A sub-account of 利润分配 (its parent may stand in no file) that must be empty at year end. */
static bool is_distribution(const rd_book *b, rd_row a, rd_str name)
{
	return b->account.role[a] == RD_ROLE_RETAINED && b->account.flags[a] & RD_ACC_LEAF &&
	       name.len > 0 && !rd_str_is(name, "利润分配") && !rd_str_has(name, "未分配");
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_balances s;
	bool any = false;

	(void)err;
	(void)range;
	rd_balances_begin(&s, run, b);
	if (!rd_balances_known(&s, run))
		return RD_OK;
	turn t = {.run = run,
	          .s = &s,
	          .tolerance = rd_run_param(run, P_TOLERANCE),
	          .end = RD_NEW_N(rd_run_scratch(run), rd_minor, (size_t)b->n_periods + 1)};

	for (rd_row a = 1; a < b->account.n; a++) {
		const rd_str name = rd_book_text(b, b->account.name[a]);

		if (!is_chinese(b, a))
			continue;
		if (b->account.role[a] == RD_ROLE_PROFIT) {
			any = true;
			check_account(&t, a, false);
		} else if (is_distribution(b, a, name)) {
			check_account(&t, a, true);
		}
	}
	if (!any)
		rd_run_not_run(run, "没有本年利润科目", "no account for the profit of the year");
	return RD_OK;
}

const rd_check rd_check_year_profit_not_transferred = {
	.slug = "year-profit-not-transferred",
	.family = "closing",
	.nature = "账目不符",
	.title = {"年末本年利润未结转", "Profit for the year not transferred at year end"},
	.finds = {"新年度开始时，本年利润仍有余额。",
              "The new year opens with a balance on profit for the year."},
	.correction = {"结转至利润分配—未分配利润",
                   "Transfer to profit distribution, undistributed profit."},
	.basis = {"小企业会计准则 附录 3103、3104",
              "Accounting Standard for Small Enterprises, appendix, accounts 3103, 3104"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs_any = RD_HAS_LINES | RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
