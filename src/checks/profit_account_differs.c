/*
 * What it finds: entries booked directly on profit for the year (本年利润) that are neither a P&L
 * close nor the year-end transfer, and periods in which the movement of that account differs from
 * the net result of the profit and loss accounts for any other reason.
 *
 * Why it matters: the income statement is drawn from the profit and loss accounts, the balance
 * sheet from profit for the year. When the two differ the statements do not agree.
 *
 * What to do: reverse direct entries in red and book them on the profit and loss account they
 * belong to.
 *
 * Known limits: only periods with a closing entry are compared, those without run on into the next
 * one. Balances left on profit and loss accounts are reported by profit-and-loss-not-closed and
 * are not counted again here.
 *
 * 发现什么:直接记在本年利润上、既不是结转损益也不是年末结转的分录;以及其他原因造成的、本年利润发生
 * 额与损益类科目净额不等的期间。
 *
 * 为什么要紧:利润表取自损益类科目,资产负债表取自本年利润。两者不等,报表之间就对不上。
 *
 * 怎么办:直接记入的分录红字冲销,按应记的损益类科目重做。
 *
 * 已知局限:只比较有结转分录的期间,没有结转的并入下一次结转。损益类科目未结平的余额由"损益未结转"报
 * 告,这里不重复计算。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/balance.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	{0},
};

enum { K_DIRECT, K_PERIOD };
static const rd_message messages[] = {
	[K_DIRECT] =
		{
			"direct-entry",
			{"凭证 {voucher} 直接记入 {account} {amount}({side})，不是结转损益。请红字冲销，"
             "按应记的损益类科目重做。",
             "Voucher {voucher} books {amount} ({side}) directly on {account} and is no "
             "P&L close. Reverse it in red; book it on the P&L account it belongs to."},
		},
	[K_PERIOD] =
		{
			"period",
			{"截至 {period}，本年利润净增 {profit}，损益类科目净利 {result}，相差 "
             "{difference}，且不是未结转余额或直接记入造成的。请核对结转凭证的金额。",
             "Up to {period} profit for the year rose by {profit}, the P&L accounts earned "
             "{result}; the difference {difference} is neither left on P&L accounts nor "
             "booked directly. Compare the closing vouchers."},
		},
	{0},
};

/* What a voucher does with the account for the profit of the year. */
typedef struct parts {
	rd_minor profit, pl; /* credit - debit */
	bool on_profit, on_pl, on_retained, on_prior;
	rd_row line; /* first on profit for the year */
} parts;

static parts take_apart(const rd_book *b, rd_row v)
{
	parts x = {.line = RD_NONE};

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		const rd_row a = b->line.account[i];
		const rd_role role = (rd_role)b->account.role[a];

		if (role == RD_ROLE_PROFIT) {
			x.on_profit = true;
			x.profit -= rd_line_net(b, i);
			x.line = x.line == RD_NONE ? i : x.line;
		} else if (role == RD_ROLE_PRIOR_YEAR) {
			x.on_prior = true;
		} else if (rd_role_is_pl(role) || b->account.class_of[a] == RD_CLASS_PL) {
			x.on_pl = true;
			x.pl -= rd_line_net(b, i);
		} else if (role == RD_ROLE_RETAINED) {
			x.on_retained = true;
		}
	}
	return x;
}

typedef struct sums {
	rd_minor *profit; /* by period: closes, onto profit for the year */
	rd_minor *result; /* non-closing P&L */
	rd_minor *left;   /* all P&L: what was not closed */
} sums;

static void emit_direct(rd_run *run, const rd_book *b, const parts *x)
{
	rd_hit hit = rd_hit_at_line(b, x->line);
	const bool credit = x->profit > 0;

	hit.kind = K_DIRECT;
	hit.party = 0;
	hit.at_stake = credit ? x->profit : -x->profit;
	hit.key = (uint64_t)x->profit;
	RD_EMIT(run, &hit, rd_money("amount", hit.at_stake),
	        rd_word("side", credit ? "贷方" : "借方", credit ? "credit" : "debit"));
}

/* All P&L movements by period, from the movements of the accounts. */
static void load(rd_run *run, const rd_book *b, sums *s)
{
	const rd_movements *m = rd_index_movements(run, b);

	for (rd_row a = 1; a < b->account.n; a++) {
		const rd_role role = (rd_role)b->account.role[a];

		if (role == RD_ROLE_PRIOR_YEAR || role == RD_ROLE_PROFIT ||
		    !(rd_role_is_pl(role) || b->account.class_of[a] == RD_CLASS_PL))
			continue;
		for (size_t p = 0; p < b->n_periods; p++) {
			s->left[p] += m->credit[a * b->n_periods + p] - m->debit[a * b->n_periods + p];
			s->result[p] = s->left[p];
		}
	}
}

static bool is_cancelled(rd_run *run, const rd_book *b, rd_row v)
{
	const rd_pairs *pairs = rd_run_guards(run) ? rd_index_pairs(run, b) : NULL;

	return pairs && pairs->other && pairs->other[v] != RD_NONE;
}

static void visit(rd_run *run, const rd_book *b, rd_row v, sums *s)
{
	const uint8_t f = b->voucher.flags[v];
	const uint32_t p = rd_book_period_index(b, b->voucher.period[v]);

	if (f & RD_VCH_VOID || p == RD_NONE)
		return;
	parts x = take_apart(b, v);

	if (f & RD_VCH_OPENING) { /* nothing that the period earned */
		s->left[p] -= x.pl;
		s->result[p] -= x.pl;
		return;
	}
	if (f & RD_VCH_CLOSING)
		s->result[p] -= x.pl;
	if (x.on_profit && x.on_pl)
		s->profit[p] += x.profit;
	/* the year-end transfer, and corrections of earlier years that go with it, are no direct
	 * entries */
	else if (x.on_profit && !x.on_retained && !x.on_prior && x.profit != 0 &&
	         !is_cancelled(run, b, v))
		emit_direct(run, b, &x);
}

/* Only vouchers that close or touch profit for the year have to be opened. */
static void read_vouchers(rd_run *run, const rd_book *b, sums *s)
{
	const uint8_t special = RD_VCH_CLOSING | RD_VCH_OPENING;
	uint8_t *is_profit = RD_NEW_N(rd_run_scratch(run), uint8_t, (size_t)b->account.n + 1);
	rd_row last = RD_NONE;

	for (rd_row a = 1; a < b->account.n; a++)
		is_profit[a] = b->account.role[a] == RD_ROLE_PROFIT;
	for (rd_row v = 0; v < b->voucher.n; v++)
		if (b->voucher.flags[v] & special)
			visit(run, b, v, s);
	for (rd_row i = 0; i < b->line.n; i++) {
		if (!is_profit[b->line.account[i]])
			continue;
		const rd_row v = rd_line_voucher(b, i);

		if (v != last && !(b->voucher.flags[v] & special))
			visit(run, b, v, s);
		last = v;
	}
}

static void compare(rd_run *run, const rd_book *b, const sums *s, const uint32_t *closings,
                    const rd_row *first)
{
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);
	rd_minor profit = 0, result = 0, left = 0, known = 0;

	for (uint32_t p = 0; p < b->n_periods; p++) {
		profit += s->profit[p];
		result += s->result[p];
		left += s->left[p];
		/* what was earned is on profit for the year or still on the P&L accounts */
		rd_minor d = profit + left - result;

		if (closings[p] == 0 || (d - known <= tolerance && d - known >= -tolerance))
			continue;
		rd_hit hit = rd_hit_new();

		hit.kind = K_PERIOD;
		hit.place = rd_line_place(b, b->voucher.first[first[p]]);
		hit.period = b->periods[p];
		hit.at_stake = d < known ? known - d : d - known;
		hit.key = (uint64_t)(d - known);
		RD_EMIT(run, &hit, rd_money("profit", profit), rd_money("result", result),
		        rd_money("difference", hit.at_stake), rd_money("left", left));
		known = d;
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	const size_t np = (size_t)b->n_periods + 1;
	rd_row *first;
	const uint32_t *closings = rd_closings(b, a, &first);
	sums s = {RD_NEW_N(a, rd_minor, np), RD_NEW_N(a, rd_minor, np), RD_NEW_N(a, rd_minor, np)};
	bool any = false;

	(void)err;
	(void)range;
	for (uint32_t p = 0; p < b->n_periods; p++)
		any |= closings[p] > 0;
	if (!any) {
		rd_run_not_run(run, "账簿里没有结转损益的凭证", "the books hold no closing entry");
		return RD_OK;
	}
	load(run, b, &s);
	read_vouchers(run, b, &s);
	compare(run, b, &s, closings, first);
	return RD_OK;
}

const rd_check rd_check_profit_account_differs = {
	.slug = "profit-account-differs",
	.family = "closing",
	.nature = "账目不符",
	.title = {"本年利润与利润表不符", "Profit for the year differs from the income statement"},
	.finds = {"本年利润的发生额不等于损益类科目的净额，有人直接在上面记账。",
              "The movement of the profit account is not the net result of the P&L accounts, so "
              "somebody booked on it directly."},
	.correction = {"直接记入本年利润的分录红字冲销，按正确科目重做",
                   "Reverse direct entries in red and book them on the right account."},
	.basis = {"账表相符（会计法 17）", "books and statements agree (Accounting Law art. 17)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
