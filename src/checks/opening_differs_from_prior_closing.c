/*
 * What it finds: accounts (and parties) that open a period with another balance than they closed
 * the one before. Compared are neighbouring periods of the trial balances, also across files.
 *
 * Why it matters: nothing can happen between the last moment of a month and the first of the next.
 * The earlier period was reopened and changed, or the opening was typed.
 *
 * What to do: find out which period was reopened and by whom it was approved; restore the opening
 * and book what was changed as a correction in the open period.
 *
 * Known limits: at a change of year profit and loss accounts, profit for the year and profit
 * distribution are compared by their sum, since software may carry them over by itself. Accounts
 * with a new code are matched by name. A sub-account that is only missing on one of two trial
 * balances is left to its parent.
 *
 * 发现什么:本期期初余额不等于上期期末余额的科目(或往来单位)。只比较相邻期间,可以跨文件。
 *
 * 为什么要紧:上月最后一刻与本月第一刻之间不会发生业务。不符,说明上期被反结账改过,或期初是手工填的。
 *
 * 怎么办:查明哪个期间被反结账、谁批准;恢复原期初,改动的内容在未结账期间作更正。
 *
 * 已知局限:年度交替时,损益类、本年利润、利润分配按合计比较,因为软件可能自动结转。科目编码变了的按
 * 名称对应。只在其中一张余额表上没有打印的明细科目,由上级科目比较。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/balance.h"
#include "check/sort.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	{0},
};

enum { K_ACCOUNT, K_PARTY, K_GONE, K_NEW, K_YEAR };
static const rd_message messages[] = {
	[K_ACCOUNT] =
		{
			"account",
			{"{account}:{before} 期末{closing_side} {closing}，{period} 期初{opening_side} "
             "{opening}，相差 {difference}。请查 {before} 是否被反结账修改。",
             "{account}: closing of {before} is {closing} ({closing_side}), opening of "
             "{period} is {opening} ({opening_side}), difference {difference}. Was "
             "{before} reopened and changed?"},
		},
	[K_PARTY] =
		{
			"party",
			{"{account} {party}:{before} 期末{closing_side} {closing}，{period} 期初"
             "{opening_side} {opening}，相差 {difference}。请查 {before} 是否被反结账修改。",
             "{account} {party}: closing of {before} is {closing} ({closing_side}), "
             "opening of {period} is {opening} ({opening_side}), difference {difference}. "
             "Was {before} reopened and changed?"},
		},
	[K_GONE] =
		{
			"gone",
			{"{account}:{before} 期末{closing_side} {closing}，{period} 余额表上没有这个科目"
             "，也没有同名科目承接。请查余额结转到了哪里。",
             "{account}: closing of {before} is {closing} ({closing_side}); the trial "
             "balance of {period} lacks the account, and none of the same name takes over. "
             "Where did the balance go?"},
		},
	[K_NEW] =
		{
			"new",
			{"{account}:{period} 期初{opening_side} {opening}，{before} 余额表上没有这个科目"
             "，也没有同名科目可以承接。请查期初从哪里来。",
             "{account}: opening of {period} is {opening} ({opening_side}); the trial "
             "balance of {before} lacks the account, and none of the same name hands over. "
             "Where does the opening come from?"},
		},
	[K_YEAR] =
		{
			"year-change",
			{"{period} 年初，损益类、本年利润和利润分配期初合计{opening_side} {opening}，"
             "{before} 期末合计{closing_side} {closing}，相差 {difference}。请核对年末结转。",
             "At the start of {period} the P&L accounts, profit for the year and profit "
             "distribution open at {opening} ({opening_side}) together; {before} closed at "
             "{closing} ({closing_side}), difference {difference}. Check the year-end "
             "transfer."},
		},
	{0},
};

typedef struct pool {
	rd_minor opening, closing;
	rd_row row;
} pool;

typedef struct work {
	rd_run *run;
	rd_trial t;
	rd_minor tolerance;
	uint32_t *row[2]; /* by account: own row + 1 of the two periods */
	uint64_t *names;  /* accounts by name: name << 32 | account */
	pool pool;
	uint32_t compared;
} work;

static bool is_pooled(const work *w, rd_row account)
{
	const uint8_t role = w->t.book->account.role[account];

	return role == RD_ROLE_PROFIT || role == RD_ROLE_RETAINED || rd_role_is_pl((rd_role)role) ||
	       w->t.book->account.class_of[account] == RD_CLASS_PL;
}

static void emit(work *w, uint8_t kind, rd_row row, rd_row account, rd_period before,
                 rd_period period, rd_minor closing, rd_minor opening)
{
	rd_hit hit = rd_hit_at_trial(w->t.book, row);
	rd_minor d = opening - closing;

	hit.kind = kind;
	hit.account = account;
	hit.period = period;
	hit.at_stake = d < 0 ? -d : d;
	hit.key = (uint64_t)d;
	RD_EMIT(w->run, &hit, rd_in_period("before", before), rd_size("closing", closing),
	        rd_side_of("closing_side", closing), rd_size("opening", opening),
	        rd_side_of("opening_side", opening), rd_money("difference", hit.at_stake));
}

/* Rows (one of them may be RD_NONE) of one account or party in neighbouring periods. */
static void compare(work *w, rd_row before, rd_row now, rd_period p0, rd_period p1, uint8_t kind)
{
	const rd_book *b = w->t.book;
	rd_minor closing = before == RD_NONE ? 0 : rd_trial_net(b, before, RD_PART_CLOSE);
	rd_minor opening = now == RD_NONE ? 0 : rd_trial_net(b, now, RD_PART_OPEN);
	const rd_row row = now != RD_NONE ? now : before, account = b->tb.account[row];
	rd_minor d = opening - closing;

	w->compared++;
	if (d <= w->tolerance && d >= -w->tolerance)
		return;
	if (p0 / 100 != p1 / 100 && rd_run_guards(w->run) && is_pooled(w, account) &&
	    b->tb.party[row] == 0) {
		w->pool.row = row;
		w->pool.opening += opening;
		w->pool.closing += closing;
		return;
	}
	emit(w, kind, row, account, p0, p1, closing, opening);
}

/* Another account of the same name that stands in period `side` only, with the wanted balance. */
static bool same_name_takes(const work *w, rd_row account, int side, rd_tb_part part, rd_minor want)
{
	const rd_book *b = w->t.book;
	const uint64_t name = (uint64_t)b->account.name[account] << 32;
	size_t lo = 0, hi = b->account.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->names[mid] < name)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* a name that many accounts share says nothing */
	for (size_t i = lo; name != 0 && i < b->account.n && i < lo + 64; i++) {
		if (w->names[i] >> 32 != name >> 32)
			break;
		const rd_row a = (rd_row)w->names[i];

		if (a != account && w->row[side][a] != 0 && w->row[!side][a] == 0 &&
		    rd_trial_net(b, w->row[side][a] - 1, part) == want)
			return true;
	}
	return false;
}

/* Some account above stands in both periods: it is compared instead. */
static bool parent_has_both(const work *w, rd_row account)
{
	rd_row a = w->t.book->account.parent[account];

	for (; a != 0; a = w->t.book->account.parent[a])
		if (w->row[0][a] != 0 && w->row[1][a] != 0)
			return true;
	return false;
}

/* An account that stands in one of two periods only. */
static void lone(work *w, rd_row account, int side, rd_period p0, rd_period p1)
{
	const rd_row r = w->row[side][account] - 1;
	const rd_tb_part part = side == 0 ? RD_PART_CLOSE : RD_PART_OPEN;
	rd_minor v = rd_trial_net(w->t.book, r, part);

	if (v == 0 || (rd_run_guards(w->run) && (parent_has_both(w, account) || w->t.above[account])))
		return;
	if (same_name_takes(w, account, !side, side == 0 ? RD_PART_OPEN : RD_PART_CLOSE, v))
		return;
	compare(w, side == 0 ? r : RD_NONE, side == 1 ? r : RD_NONE, p0, p1,
	        side == 0 ? K_GONE : K_NEW);
}

/* Party rows of an account: merged by party, both lists are in order of it. */
static void compare_parties(work *w, const rd_row *x, rd_row nx, const rd_row *y, rd_row ny,
                            rd_period p0, rd_period p1)
{
	const rd_book *b = w->t.book;
	rd_row i = 0, j = 0;

	while (i < nx && j < ny) {
		uint64_t a = (uint64_t)b->tb.account[x[i]] << 32 | b->tb.party[x[i]];
		uint64_t c = (uint64_t)b->tb.account[y[j]] << 32 | b->tb.party[y[j]];

		if (a == c && b->tb.party[x[i]] != 0 && rd_trial_has(&w->t, x[i], RD_PART_CLOSE) &&
		    rd_trial_has(&w->t, y[j], RD_PART_OPEN))
			compare(w, x[i], y[j], p0, p1, K_PARTY);
		i += a <= c;
		j += c <= a;
	}
}

static void compare_periods(work *w, uint32_t i0, uint32_t i1)
{
	const rd_book *b = w->t.book;
	const rd_row *from[2] = {w->t.by_period + w->t.from[i0 + 1],
	                         w->t.by_period + w->t.from[i1 + 1]};
	const rd_row n[2] = {w->t.from[i0 + 2] - w->t.from[i0 + 1],
	                     w->t.from[i1 + 2] - w->t.from[i1 + 1]};
	const rd_period p0 = b->periods[i0], p1 = b->periods[i1];

	w->pool = (pool){.row = RD_NONE};
	for (int s = 0; s < 2; s++)
		for (rd_row i = 0; i < n[s]; i++) {
			const rd_row r = from[s][i];

			if (b->tb.party[r] == 0 && w->row[s][b->tb.account[r]] == 0 &&
			    rd_trial_has(&w->t, r, s == 0 ? RD_PART_CLOSE : RD_PART_OPEN))
				w->row[s][b->tb.account[r]] = r + 1;
		}
	for (int s = 0; s < 2; s++)
		for (rd_row i = 0; i < n[s]; i++) {
			const rd_row r = from[s][i], a = b->tb.account[r];

			if (w->row[s][a] != r + 1)
				continue;
			if (w->row[!s][a] == 0)
				lone(w, a, s, p0, p1);
			else if (s == 0)
				compare(w, r, w->row[1][a] - 1, p0, p1, K_ACCOUNT);
		}
	compare_parties(w, from[0], n[0], from[1], n[1], p0, p1);
	rd_minor d = w->pool.opening - w->pool.closing;

	if (w->pool.row != RD_NONE && (d > w->tolerance || d < -w->tolerance))
		emit(w, K_YEAR, w->pool.row, 0, p0, p1, w->pool.closing, w->pool.opening);
	for (int s = 0; s < 2; s++)
		for (rd_row i = 0; i < n[s]; i++)
			w->row[s][b->tb.account[from[s][i]]] = 0;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	work w = {.run = run, .tolerance = rd_run_param(run, P_TOLERANCE)};
	uint64_t *tmp = RD_NEW_N(a, uint64_t, (size_t)b->account.n + 1);
	uint32_t last = RD_NONE;

	(void)err;
	(void)range;
	rd_trial_begin(&w.t, b, a);
	w.row[0] = RD_NEW_N(a, uint32_t, (size_t)b->account.n + 1);
	w.row[1] = RD_NEW_N(a, uint32_t, (size_t)b->account.n + 1);
	w.names = RD_NEW_N(a, uint64_t, (size_t)b->account.n + 1);
	for (rd_row i = 0; i < b->account.n; i++)
		w.names[i] = (uint64_t)b->account.name[i] << 32 | i;
	rd_sort_u64(w.names, tmp, b->account.n);
	for (uint32_t p = 0; p < b->n_periods; p++) {
		if (w.t.from[p + 1] == w.t.from[p + 2])
			continue; /* no rows */
		/* adjustment periods 13.. stand between December and January */
		if (last != RD_NONE && b->periods[last] != 0 &&
		    rd_period_months(b->periods[last], b->periods[p]) <= 1)
			compare_periods(&w, last, p);
		last = p;
	}
	if (w.compared == 0)
		rd_run_not_run(run, "余额表没有两个相邻的期间",
		               "no two neighbouring periods in the trial balance");
	return RD_OK;
}

const rd_check rd_check_opening_differs_from_prior_closing = {
	.slug = "opening-differs-from-prior-closing",
	.family = "balance",
	.nature = "账目不符",
	.title = {"期初与上期期末不符", "Opening differs from previous closing"},
	.finds = {"本期期初与上期期末不是同一个数：上期被反结账改过，或期初是手工填的。",
              "A period starts with other balances than the previous one ended with: the earlier "
              "period was reopened, or the opening was typed."},
	.correction =
		{"恢复原期初；查明被反结账的期间并补办审批",
         "Restore the opening; find the reopened period and have the reopening approved."},
	.basis = {"会计基础工作规范 63(3)、67", "Basic accounting work rules 63(3), 67; SAF-T"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.params = params,
	.messages = messages,
	.run = run,
};
