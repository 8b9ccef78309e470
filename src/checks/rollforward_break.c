/*
 * What it finds: accounts whose opening balance plus debits minus credits is not their closing
 * balance. The movement is taken from the trial balance; where it has none (SAF-T), or when the
 * parameter `movement` is 1, from the lines of the journal.
 *
 * Why it matters: either entries are missing between the two balances, or a balance was typed
 * over. Nothing that rests on these balances can be relied on.
 *
 * What to do: look for vouchers of the account that are missing in the export, were deleted or are
 * not posted; where a balance was changed by hand, restore it.
 *
 * Known limits: parents are left out, their sub-accounts are checked. Where a file prints the
 * opening of the year beside the figures of the month, its year-to-date columns are used; profit
 * and loss accounts may agree by either.
 *
 * 发现什么:期初余额+借方发生-贷方发生≠期末余额的科目。发生额取余额表自己的;余额表没有发生额(如
 * SAF-T),或参数 movement 为 1 时,取序时账的分录。
 *
 * 为什么要紧:两个余额之间缺了分录,或者余额被改过。以这些余额为基础的数都靠不住。
 *
 * 怎么办:查该科目有没有导出时遗漏、被删除或未过账的凭证;余额被手工改动的,恢复原数。
 *
 * 已知局限:上级科目不看,看它的下级。余额表"期初"印的是年初数时,改用本年累计;损益类科目两种算法有一
 * 种相符即可。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/balance.h"

enum { P_TOLERANCE, P_MOVEMENT };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	[P_MOVEMENT] =
		{
			"movement",
			"-",
			{"发生额的来源：0 余额表自己的，1 序时账的分录",
             "where the movement comes from: 0 the trial balance's own columns, 1 the "
             "lines of the journal"},
			RD_PARAM_INT,
			0,
			1,
			0,
			NULL,
		},
	{0},
};

enum { K_OWN, K_LINES };
static const rd_message messages[] = {
	[K_OWN] =
		{
			"own-columns",
			{"{period} {account}：期初{opening_side} {opening}，借方 {debit}，贷方 {credit}，"
             "应得期末{expected_side} {expected}，余额表却是{closing_side} {closing}，相差 "
             "{difference}。请查该科目缺失或被改动的凭证。",
             "{period} {account}: opening {opening} ({opening_side}), debit {debit}, "
             "credit {credit} should close at {expected} ({expected_side}); the trial "
             "balance says {closing} ({closing_side}), difference {difference}. Look for "
             "missing or changed vouchers."},
		},
	[K_LINES] =
		{
			"journal-lines",
			{"{period} {account}：期初{opening_side} {opening}，序时账借方 {debit}，贷方 "
             "{credit}，应得期末{expected_side} {expected}，余额表却是{closing_side} "
             "{closing}，相差 {difference}。请查缺失或未过账的凭证。",
             "{period} {account}: opening {opening} ({opening_side}), journal debit "
             "{debit}, credit {credit} should close at {expected} ({expected_side}); the "
             "trial balance says {closing} ({closing_side}), difference {difference}. Look "
             "for missing or unposted vouchers."},
		},
	{0},
};

/* What the lines of the first row of an account may cover. */
typedef enum first_rows { FIRST_OWN_PERIOD, FIRST_SINCE_START } first_rows;

typedef struct work {
	rd_run *run;
	rd_trial t;
	rd_minor *debit, *credit; /* journal by account and period, with what stands below */
	bool from_lines;          /* parameter: always the journal */
	first_rows first;
	bool *by_year; /* of each file: its openings are those of the year */
	rd_minor tolerance;
	uint32_t judged;
} work;

typedef struct roll {
	rd_minor opening, debit, credit, closing;
	bool lines;
} roll;

static void load_journal(work *w)
{
	const rd_book *b = w->t.book;
	const rd_movements *m = rd_index_movements(w->run, b);
	const size_t np = b->n_periods, n = b->account.n * np;

	w->debit = RD_NEW_N(rd_run_scratch(w->run), rd_minor, n + 1);
	w->credit = RD_NEW_N(rd_run_scratch(w->run), rd_minor, n + 1);
	for (size_t i = 0; i < n; i++) {
		w->debit[i] = m->debit[i];
		w->credit[i] = m->credit[i];
	}
	/* accounts stand in code order, so children come behind their parents */
	for (size_t a = b->account.n; a-- > 1;) {
		const size_t up = b->account.parent[a];

		for (size_t p = 0; up != 0 && p < np; p++) {
			w->debit[up * np + p] += w->debit[a * np + p];
			w->credit[up * np + p] += w->credit[a * np + p];
		}
	}
}

/* The journal's movement that belongs to row `at` of its account: since the row before it. */
static void sum_lines(const work *w, rd_row at, roll *r)
{
	const rd_book *b = w->t.book;
	const rd_row row = w->t.rows[at];
	const size_t base = (size_t)b->tb.account[row] * b->n_periods;
	uint32_t to = b->tb.period[row] ? rd_book_period_index(b, b->tb.period[row]) : RD_NONE;
	uint32_t from = to;
	const rd_row before = at > 0 ? w->t.rows[at - 1] : RD_NONE;

	if (to == RD_NONE) { /* the file does not say: all there is */
		from = 0;
		to = b->n_periods - 1;
	} else if (before != RD_NONE && b->tb.account[before] == b->tb.account[row] &&
	           b->tb.party[before] == b->tb.party[row] && b->tb.period[before] != 0) {
		from = rd_book_period_index(b, b->tb.period[before]) + 1;
	} else if (w->first == FIRST_SINCE_START) {
		from = 0;
	}
	for (uint32_t p = from; p <= to && p < b->n_periods; p++) {
		r->debit += w->debit[base + p];
		r->credit += w->credit[base + p];
	}
}

/* Reads the roll-forward of a row; false when the row cannot be judged. */
static bool read_row(const work *w, rd_row at, roll *r)
{
	const rd_book *b = w->t.book;
	const rd_row row = w->t.rows[at];
	const bool own = rd_trial_has(&w->t, row, RD_PART_MOVE) ||
	                 (w->by_year[b->tb.file[row]] && rd_trial_has(&w->t, row, RD_PART_YTD));

	if (!rd_trial_has(&w->t, row, RD_PART_OPEN) || !rd_trial_has(&w->t, row, RD_PART_CLOSE))
		return false;
	if (rd_run_guards(w->run) && b->tb.party[row] == 0 && w->t.above[b->tb.account[row]])
		return false;
	*r = (roll){.opening = rd_trial_net(b, row, RD_PART_OPEN),
	            .closing = rd_trial_net(b, row, RD_PART_CLOSE)};
	if (own && !w->from_lines) {
		const rd_tb_part part = w->by_year[b->tb.file[row]] ? RD_PART_YTD : RD_PART_MOVE;

		r->debit = rd_trial_debit(b, row, part);
		r->credit = rd_trial_credit(b, row, part);
		return true;
	}
	if (b->line.n == 0 || b->n_periods == 0 || b->tb.party[row] != 0)
		return false;
	r->lines = true;
	sum_lines(w, at, r);
	return true;
}

static bool holds(const work *w, const roll *r)
{
	rd_minor d = r->opening + r->debit - r->credit - r->closing;

	return d <= w->tolerance && d >= -w->tolerance;
}

/* A P&L row may be printed year to date. */
static bool holds_by_year(const work *w, rd_row row, const roll *r)
{
	const rd_book *b = w->t.book;
	const uint8_t role = b->account.role[b->tb.account[row]];

	if (!rd_run_guards(w->run) || !rd_trial_has(&w->t, row, RD_PART_YTD) ||
	    !(rd_role_is_pl((rd_role)role) || b->account.class_of[b->tb.account[row]] == RD_CLASS_PL))
		return false;
	return rd_trial_net(b, row, RD_PART_YTD) == r->closing ||
	       r->opening + rd_trial_net(b, row, RD_PART_YTD) == r->closing;
}

static uint32_t count(work *w, bool emit)
{
	const rd_book *b = w->t.book;
	uint32_t n = 0;

	w->judged = 0;
	for (rd_row at = 0; at < w->t.n; at++) {
		const rd_row row = w->t.rows[at];
		roll r;

		if (!read_row(w, at, &r))
			continue;
		w->judged++;
		if (holds(w, &r) || holds_by_year(w, row, &r))
			continue;
		n++;
		if (!emit)
			continue;
		rd_hit hit = rd_hit_at_trial(b, row);
		rd_minor expected = r.opening + r.debit - r.credit, d = r.closing - expected;

		hit.kind = r.lines ? K_LINES : K_OWN;
		hit.at_stake = d < 0 ? -d : d;
		hit.key = (uint64_t)d;
		RD_EMIT(w->run, &hit, rd_size("opening", r.opening), rd_side_of("opening_side", r.opening),
		        rd_money("debit", r.debit), rd_money("credit", r.credit),
		        rd_size("expected", expected), rd_side_of("expected_side", expected),
		        rd_size("closing", r.closing), rd_side_of("closing_side", r.closing),
		        rd_money("difference", hit.at_stake));
	}
	return n;
}

/* Files whose figures only roll from the opening of the year. */
static void find_yearly(work *w)
{
	const rd_book *b = w->t.book;
	uint32_t *plain = RD_NEW_N(rd_run_scratch(w->run), uint32_t, (size_t)b->n_files + 1);
	uint32_t *yearly = RD_NEW_N(rd_run_scratch(w->run), uint32_t, (size_t)b->n_files + 1);

	for (rd_row i = 0; rd_run_guards(w->run) && i < w->t.n; i++) {
		const rd_row row = w->t.rows[i];

		if (!rd_trial_has(&w->t, row, RD_PART_OPEN) || !rd_trial_has(&w->t, row, RD_PART_CLOSE) ||
		    !rd_trial_has(&w->t, row, RD_PART_YTD))
			continue;
		rd_minor d = rd_trial_net(b, row, RD_PART_CLOSE) - rd_trial_net(b, row, RD_PART_OPEN);

		if (rd_trial_has(&w->t, row, RD_PART_MOVE))
			plain[b->tb.file[row]] += d != rd_trial_net(b, row, RD_PART_MOVE);
		else
			plain[b->tb.file[row]]++;
		yearly[b->tb.file[row]] += d != rd_trial_net(b, row, RD_PART_YTD);
	}
	for (uint32_t f = 0; f < b->n_files; f++) {
		w->by_year[f] = yearly[f] < plain[f];
		if (w->by_year[f])
			rd_run_remark(w->run, "余额表的期初是年初余额，按本年累计滚动",
			              "openings are those of the year; rolled by the "
			              "year-to-date columns");
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	work w = {.run = run,
	          .tolerance = rd_run_param(run, P_TOLERANCE),
	          .from_lines = rd_run_param(run, P_MOVEMENT) == 1};

	(void)err;
	(void)range;
	rd_trial_begin(&w.t, b, rd_run_scratch(run));
	w.by_year = RD_NEW_N(rd_run_scratch(run), bool, (size_t)b->n_files + 1);
	find_yearly(&w);
	load_journal(&w);
	uint32_t own = count(&w, false);

	w.first = FIRST_SINCE_START;
	if (count(&w, false) >= own)
		w.first = FIRST_OWN_PERIOD;
	count(&w, true);
	if (w.judged == 0)
		rd_run_not_run(run, "没有同时有期初、期末和发生额的余额表行",
		               "no row has an opening, a closing and a movement");
	return RD_OK;
}

const rd_check rd_check_rollforward_break = {
	.slug = "rollforward-break",
	.family = "balance",
	.nature = "账目不符",
	.title = {"余额滚动不符（期初+发生≠期末）", "Opening plus movement differs from closing"},
	.finds = {"科目的期初余额加减发生额得不到期末余额：序时账不完整，或余额被改动。",
              "For an account, opening balance plus movement does not give the closing balance. "
              "The journal is incomplete or the balances were edited."},
	.correction =
		{"查找缺失或被改动的凭证，补充登记；余额被改的恢复",
         "Find the missing or changed vouchers and enter them; restore balances that were "
         "edited."},
	.basis = {"账账相符（会计法 17）；ISA 240 A45、AS 2401（分录完整性）",
              "ISA 240 A45 and AS 2401 (completeness of entries); SAF-T; Accounting Law art. 17"},
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
