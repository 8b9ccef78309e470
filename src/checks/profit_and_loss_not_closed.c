/*
 * What it finds: profit and loss accounts that keep a balance although the period was closed;
 * periods that were not closed at all while others were; and closing entries against another
 * account than profit for the year.
 *
 * Why it matters: what stays on these accounts is missing in the profit, and runs into the next
 * period or year.
 *
 * What to do: enter the missing closing entry; reverse a closing entry on a wrong account in red
 * and enter the right one.
 *
 * Known limits: the rhythm is found from the books: monthly when at least half of the periods have
 * closing entries, else yearly. Ledgers without any closing entry are judged only when a later
 * year follows, and only under a Chinese chart. The last period may still be open.
 *
 * 发现什么:期间已经结转损益,损益类科目却仍有余额;别的期间都结转了,唯独某期间没有;结转分录的对方不
 * 是本年利润。
 *
 * 为什么要紧:留在损益类科目上的数没有进利润,还会带到下一期间、下一年度。
 *
 * 怎么办:补做结转损益凭证;转错科目的红字冲销,再作正确的结转。
 *
 * 已知局限:结转的节奏由账簿推断:一半以上期间有结转分录为按月,否则为按年。全年没有结转分录的账,只在
 * 中国科目体系下、且已有下一年度分录时判断。最后一个期间允许尚未结转。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/balance.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的余额", "balance that is let pass", 0),
	{0},
};

enum { K_ACCOUNT, K_PERIOD, K_COUNTER };
static const rd_message messages[] = {
	[K_ACCOUNT] =
		{
			"balance-left",
			{"{account} 在 {first_period} 结转损益后仍有余额，共 {periods} 个期间，"
             "{last_period} 余额{side} {balance}。请补做结转。",
             "{account} keeps a balance after the P&L close of {first_period} (periods: "
             "{periods}); in {last_period} it is {balance} ({side}). Close it as well."},
		},
	[K_PERIOD] =
		{
			"period-not-closed",
			{"{period} 没有结转损益凭证，损益类科目有 {accounts} 个未结平，净额{side} "
             "{balance}。请补做结转损益。",
             "{period} has no closing entry; P&L accounts left open: {accounts}, {balance} "
             "({side}) net. Enter the P&L close."},
		},
	[K_COUNTER] =
		{
			"other-counter-account",
			{"结转凭证 {voucher} 把损益转到了 {account}({amount})，而不是本年利润。请红字冲销"
             "后重做。",
             "Closing voucher {voucher} carries P&L to {account} ({amount}) instead of "
             "profit for the year. Reverse it in red and enter it anew."},
		},
	{0},
};

typedef struct work {
	rd_run *run;
	rd_balances s;
	uint32_t *closings; /* closing vouchers by period, and the first of each */
	rd_row *first;
	uint8_t *due; /* by period: must be closed at its end */
	rd_minor tolerance;
	rd_minor *one; /* balances of one account */
	rd_minor *net; /* sums over the accounts that keep a balance */
	uint32_t *accounts;
} work;

static bool is_pl(const rd_book *b, rd_row a)
{
	return rd_role_is_pl((rd_role)b->account.role[a]) || b->account.class_of[a] == RD_CLASS_PL;
}

static bool exceeds(const work *w, rd_minor v)
{
	return v > w->tolerance || v < -w->tolerance;
}

/* A year of the books is over: periods of a later year follow. */
static bool year_is_over(const rd_book *b, uint32_t p)
{
	return b->periods[p] % 100 >= 12 && p + 1 < b->n_periods &&
	       b->periods[p + 1] / 100 > b->periods[p] / 100;
}

/* Marks the periods whose end must find P&L at zero; false when that cannot be known. */
static bool find_rhythm(work *w)
{
	const rd_book *b = w->s.book;
	const bool chinese = b->standard == RD_STD_SMALL || b->standard == RD_STD_ENTERPRISE;
	uint32_t with = 0, all = 0, any = 0;

	for (uint32_t p = 0; p < b->n_periods; p++) {
		all += w->s.covered[p];
		with += w->closings[p] > 0;
	}
	const bool monthly = with > 0 && with * 2 >= all;

	for (uint32_t p = 0; p < b->n_periods; p++) {
		w->due[p] = w->closings[p] > 0;
		if (monthly && w->s.covered[p] && p + 1 < b->n_periods)
			w->due[p] = 1;
		if ((with > 0 || chinese) && year_is_over(b, p))
			w->due[p] = 1;
		any += w->due[p];
	}
	return any > 0;
}

/* One stretch of periods in which an account kept a balance on one side. */
static void emit_account(work *w, rd_row a, uint32_t first, uint32_t last, uint32_t n,
                         rd_minor worst)
{
	const rd_book *b = w->s.book;
	rd_hit hit = rd_hit_at_account(a);

	hit.kind = K_ACCOUNT;
	hit.place = rd_line_place(b, b->voucher.first[w->first[first]]);
	hit.period = b->periods[first];
	hit.at_stake = worst;
	hit.key = (uint64_t)w->one[first];
	RD_EMIT(w->run, &hit, rd_in_period("first_period", b->periods[first]),
	        rd_in_period("last_period", b->periods[last]), rd_int("periods", n),
	        rd_size("balance", w->one[last]), rd_side_of("side", w->one[last]));
}

static void check_account(work *w, rd_row a)
{
	const rd_book *b = w->s.book;
	uint32_t n = 0, first = 0, last = 0;
	rd_minor worst = 0;

	rd_balances_get(&w->s, a, w->one);
	for (uint32_t p = 0; p < b->n_periods; p++) {
		rd_minor size = w->one[p] < 0 ? -w->one[p] : w->one[p];

		if (w->due[p] && w->closings[p] == 0 && exceeds(w, w->one[p])) {
			w->net[p] += w->one[p]; /* nothing was closed: one finding for the period */
			w->accounts[p]++;
		}
		if (!w->due[p] || w->closings[p] == 0)
			continue;
		if (n > 0 && (!exceeds(w, w->one[p]) || (w->one[p] > 0) != (w->one[last] > 0))) {
			emit_account(w, a, first, last, n, worst);
			n = 0;
		}
		if (!exceeds(w, w->one[p]))
			continue;
		worst = n == 0 || size > worst ? size : worst;
		first = n++ == 0 ? p : first;
		last = p;
	}
	if (n > 0)
		emit_account(w, a, first, last, n, worst);
}

static void check_periods(work *w)
{
	const rd_book *b = w->s.book;

	for (uint32_t p = 0; p < b->n_periods; p++) {
		if (w->accounts[p] == 0)
			continue;
		rd_hit hit = rd_hit_new();

		hit.kind = K_PERIOD;
		hit.period = b->periods[p];
		hit.at_stake = w->net[p] < 0 ? -w->net[p] : w->net[p];
		RD_EMIT(w->run, &hit, rd_int("accounts", w->accounts[p]), rd_size("balance", w->net[p]),
		        rd_side_of("side", w->net[p]));
	}
}

/* The account that takes P&L in a closing voucher without being entitled to. */
static void check_counter(work *w, rd_row v)
{
	const rd_book *b = w->s.book;
	bool pl = false, prior = true;
	rd_row wrong = RD_NONE;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		const rd_row a = b->line.account[i];

		if (rd_line_net(b, i) == 0)
			continue;
		if (is_pl(b, a)) {
			pl = true;
			prior = prior && b->account.role[a] == RD_ROLE_PRIOR_YEAR;
		} else if (b->account.role[a] != RD_ROLE_PROFIT && wrong == RD_NONE) {
			wrong = i;
		}
	}
	/* prior-year adjustments go to retained earnings */
	if (!pl || wrong == RD_NONE ||
	    (prior && b->account.role[b->line.account[wrong]] == RD_ROLE_RETAINED))
		return;
	rd_hit hit = rd_hit_at_line(b, wrong);
	rd_minor net = rd_line_net(b, wrong);

	hit.kind = K_COUNTER;
	hit.party = 0;
	hit.at_stake = net < 0 ? -net : net;
	hit.key = (uint64_t)net;
	RD_EMIT(w->run, &hit, rd_money("amount", hit.at_stake));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	const size_t np = (size_t)b->n_periods + 1;
	work w = {.run = run,
	          .due = RD_NEW_N(a, uint8_t, np),
	          .tolerance = rd_run_param(run, P_TOLERANCE),
	          .one = RD_NEW_N(a, rd_minor, np),
	          .net = RD_NEW_N(a, rd_minor, np),
	          .accounts = RD_NEW_N(a, uint32_t, np)};

	(void)err;
	(void)range;
	w.closings = rd_closings(b, a, &w.first);
	rd_balances_begin(&w.s, run, b);
	if (!find_rhythm(&w)) {
		rd_run_not_run(run, "账簿里没有结转损益的凭证（表结法，或尚未结转）",
		               "the books hold no closing entry (not closed yet, or closed in "
		               "the statements)");
		return RD_OK;
	}
	for (rd_row i = 1; i < b->account.n; i++)
		if (is_pl(b, i) && b->account.role[i] != RD_ROLE_PRIOR_YEAR)
			check_account(&w, i);
	check_periods(&w);
	for (rd_row v = 0; v < b->voucher.n; v++)
		if (b->voucher.flags[v] & RD_VCH_CLOSING && !(b->voucher.flags[v] & RD_VCH_VOID))
			check_counter(&w, v);
	return RD_OK;
}

const rd_check rd_check_profit_and_loss_not_closed = {
	.slug = "profit-and-loss-not-closed",
	.family = "closing",
	.nature = "账目不符",
	.title = {"损益未结转", "Profit and loss not closed"},
	.finds = {"结转之后损益类科目仍有余额，或结转到了本年利润以外的科目。",
              "A revenue or expense account keeps a balance after closing, or was closed to "
              "another account than the profit for the year."},
	.correction = {"补做结转损益凭证；误转的红字更正",
                   "Enter the missing closing entry; correct a wrong one in red."},
	.basis = {"小企业会计准则 附录 5001-5801",
              "Accounting Standard for Small Enterprises, appendix, accounts 5001-5801"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
