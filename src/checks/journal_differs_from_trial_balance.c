/*
 * What it finds: accounts whose journal lines of a period do not add up to the movement in the
 * trial balance, debit and credit each for itself; and accounts with lines that the trial balance
 * lacks. Lines of sub-accounts count for their parents. When the difference equals the amount of
 * exactly one line, its voucher is named.
 *
 * Why it matters: journal and ledger are two views of the same entries. A difference means that
 * vouchers were deleted, changed or not posted after one of them was printed.
 *
 * What to do: export both again at the same time. If the difference stays, look for deleted or
 * unposted vouchers of the account.
 *
 * Known limits: when the trial balance fits better without unposted vouchers, without closing
 * entries, or with the year so far, it is compared that way and the run says so. A parent that
 * differs by just what its sub-accounts do is left out. Only periods between the first and the
 * last of the journal are compared.
 *
 * 发现什么:某科目某期间的序时账分录合计,与余额表本期发生额不等(借、贷分别比较);有分录而余额表上没
 * 有的科目。下级科目的分录计入上级。差额恰等于唯一一行分录金额的,指出那张凭证。
 *
 * 为什么要紧:序时账和余额表是同一批分录的两种汇总。不等,说明其中一份打印之后,有凭证被删、被改或没
 * 有过账。
 *
 * 怎么办:同一时点重新导出两份表;仍有差额的,查该科目被删除或未过账的凭证。
 *
 * 已知局限:余额表不含未记账凭证、不含结转分录,或本期栏其实是全年累计,而那样比更相符时,就按那样比,
 * 并在结果中说明。上级科目的差额就是下级的差额的,只报下级。只比较序时账首末期间之间的期间。
 */
#include "base/assert.h"
#include "check/balance.h"
#include <stdlib.h>

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	{0},
};

enum { K_DIFFERS, K_VOUCHER, K_ABSENT };
static const rd_message messages[] = {
	[K_DIFFERS] =
		{
			"differs",
			{"{period} {account}：序时账借 {journal_debit}、贷 {journal_credit}，余额表借 "
             "{debit}、贷 {credit}，借方差 {debit_difference}，贷方差 {credit_difference}。请"
             "重新导出，并查被删除或未过账的凭证。",
             "{period} {account}: journal {journal_debit} debit, {journal_credit} credit; "
             "trial balance {debit} debit, {credit} credit; differences {debit_difference} "
             "and {credit_difference}. Export both again; look for deleted or unposted "
             "vouchers."},
		},
	[K_VOUCHER] =
		{
			"one-voucher",
			{"{period} {account}：序时账借 {journal_debit}、贷 {journal_credit}，余额表借 "
             "{debit}、贷 {credit}，借方差 {debit_difference}，贷方差 {credit_difference}，恰"
             "与凭证 {candidate} 的一行金额相同。请先查这张凭证。",
             "{period} {account}: journal {journal_debit} debit, {journal_credit} credit; "
             "trial balance {debit} debit, {credit} credit; differences {debit_difference} "
             "and {credit_difference}, the amount of a line of voucher {candidate}. Look "
             "at it first."},
		},
	[K_ABSENT] =
		{
			"not-in-trial-balance",
			{"{period} {account}：序时账借 {journal_debit}、贷 {journal_credit}，余额表上没有"
             "这个科目。请重新导出余额表。",
             "{period} {account}: journal {journal_debit} debit, {journal_credit} credit; "
             "the trial balance lacks the account. Export the trial balance again."},
		},
	{0},
};

/* How the trial balance may have been made: bits of a variant. */
enum { V_POSTED = 1, V_BEFORE_CLOSE = 2, V_YEAR = 4, VARIANTS = 8 };
static const rd_words variant_words[VARIANTS] = {
	[V_POSTED] = {"余额表只含已记账凭证，按已记账凭证比较",
                  "the trial balance fits posted vouchers only; compared with these"},
	[V_BEFORE_CLOSE] = {"余额表是结转损益之前的，按不含结转分录比较",
                        "the trial balance is before closing entries; compared without them"},
	[V_POSTED | V_BEFORE_CLOSE] = {"余额表只含已记账凭证且在结转之前，按此比较",
                                   "the trial balance fits posted vouchers before closing"},
	[V_YEAR] = {"余额表的本期发生额是本年累计，按年初至本期比较",
                "the movement of the trial balance is that of the year so far"},
	[V_YEAR | V_POSTED] = {"余额表的本期发生额是本年累计，且只含已记账凭证",
                           "the movement is that of the year so far, posted vouchers only"},
	[V_YEAR | V_BEFORE_CLOSE] = {"余额表的本期发生额是本年累计，且在结转之前",
                                 "the movement is that of the year so far, before closing"},
	[V_YEAR | V_POSTED |
		V_BEFORE_CLOSE] = {"余额表的本期发生额是本年累计，只含已记账凭证且在结转之前",
                           "the movement is that of the year so far, posted, before "
                           "closing"},
};

typedef struct difference {
	rd_row account, row;                /* row of the trial balance; RD_NONE = absent from it */
	uint32_t period;                    /* index */
	rd_minor debit, credit;             /* of the journal */
	rd_minor off_debit, off_credit;     /* journal - trial balance */
	rd_minor below_debit, below_credit; /* the same, of the sub-accounts that differ */
	rd_row line;                        /* the first, of an account that is absent */
	rd_row voucher;                     /* whose line has the amount */
	uint32_t vouchers;                  /* how many have */
} difference;

typedef struct work {
	rd_run *run;
	rd_trial t;
	const rd_movements *moves;
	rd_minor tolerance;
	rd_minor *debit, *credit; /* of the variant, children included */
	uint32_t first, last;     /* periods of the journal */
	uint32_t judged;
	uint32_t n, cap;
	difference *found;
} work;

static bool left_out(const rd_book *b, rd_row v, uint32_t variant)
{
	const uint8_t f = b->voucher.flags[v];

	return !(f & RD_VCH_VOID) && ((variant & V_POSTED && !(f & RD_VCH_POSTED)) ||
	                              (variant & V_BEFORE_CLOSE && f & RD_VCH_CLOSING));
}

/* Sums of the journal as the variant wants them. */
static void load(work *w, uint32_t variant)
{
	const rd_book *b = w->t.book;
	const size_t np = b->n_periods, n = b->account.n * np;

	for (size_t i = 0; i < n; i++) {
		w->debit[i] = w->moves->debit[i];
		w->credit[i] = w->moves->credit[i];
	}
	for (rd_row v = 0; variant & (V_POSTED | V_BEFORE_CLOSE) && v < b->voucher.n; v++) {
		const uint32_t p = rd_book_period_index(b, b->voucher.period[v]);

		if (p == RD_NONE || !left_out(b, v, variant))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			w->debit[b->line.account[i] * np + p] -= rd_line_debit(b, i);
			w->credit[b->line.account[i] * np + p] -= rd_line_credit(b, i);
		}
	}
	/* accounts stand in code order, so children come behind their parents */
	for (size_t a = b->account.n; a-- > 1;) {
		const size_t up = b->account.parent[a];

		for (size_t p = 0; up != 0 && p < np; p++) {
			w->debit[up * np + p] += w->debit[a * np + p];
			w->credit[up * np + p] += w->credit[a * np + p];
		}
	}
	for (size_t a = 1; variant & V_YEAR && a < b->account.n; a++)
		for (size_t p = 1; p < np; p++) {
			if (b->periods[p] / 100 != b->periods[p - 1] / 100)
				continue;
			w->debit[a * np + p] += w->debit[a * np + p - 1];
			w->credit[a * np + p] += w->credit[a * np + p - 1];
		}
}

static bool tolerable(const work *w, rd_minor d)
{
	return d <= w->tolerance && d >= -w->tolerance;
}

/* The journal's sums for a row; false when the row is not to be compared. */
static bool sums_of(const work *w, rd_row at, difference *d)
{
	const rd_book *b = w->t.book;
	const rd_row row = w->t.rows[at];
	const size_t base = (size_t)b->tb.account[row] * b->n_periods;
	uint32_t p = b->tb.period[row] ? rd_book_period_index(b, b->tb.period[row]) : RD_NONE;

	if (b->tb.party[row] != 0 || !rd_trial_has(&w->t, row, RD_PART_MOVE))
		return false;
	/* a second row of the same account and period (another currency or file) is not a sum */
	if (at > 0 && b->tb.account[w->t.rows[at - 1]] == b->tb.account[row] &&
	    b->tb.party[w->t.rows[at - 1]] == 0 && b->tb.period[w->t.rows[at - 1]] == b->tb.period[row])
		return false;
	*d = (difference){.account = b->tb.account[row],
	                  .row = row,
	                  .period = p,
	                  .line = RD_NONE,
	                  .voucher = RD_NONE};
	if (p == RD_NONE) { /* the file does not say: all there is */
		for (uint32_t i = 0; i < b->n_periods; i++) {
			d->debit += w->moves->debit[base + i];
			d->credit += w->moves->credit[base + i];
		}
		return true;
	}
	d->debit = w->debit[base + p];
	d->credit = w->credit[base + p];
	return p >= w->first && p <= w->last;
}

static void keep(work *w, const difference *d)
{
	if (w->n == w->cap)
		w->found = rd_grow(rd_run_scratch(w->run), w->found, w->n, &w->cap, sizeof *w->found);
	w->found[w->n++] = *d;
}

/* Compares all rows; the differences are kept when wanted. */
static uint32_t compare(work *w, bool want)
{
	const rd_book *b = w->t.book;
	uint32_t n = 0;

	w->judged = 0;
	for (rd_row at = 0; at < w->t.n; at++) {
		difference d;

		if (!sums_of(w, at, &d))
			continue;
		w->judged++;
		d.off_debit = d.debit - rd_trial_debit(b, d.row, RD_PART_MOVE);
		d.off_credit = d.credit - rd_trial_credit(b, d.row, RD_PART_MOVE);
		if (tolerable(w, d.off_debit) && tolerable(w, d.off_credit))
			continue;
		n++;
		if (want)
			keep(w, &d);
	}
	return n;
}

/* The variant with the fewest differences; one other than the plain one must halve them. */
static uint32_t choose(work *w)
{
	const rd_book *b = w->t.book;
	uint32_t plain, best, variant = 0;

	load(w, 0);
	plain = best = compare(w, false);
	if (plain == 0 || !rd_run_guards(w->run))
		return 0;
	for (uint32_t v = 1; v < VARIANTS && best > 0; v++) {
		if (v & V_POSTED && !(b->has & RD_HAS_POSTER))
			continue;
		load(w, v);
		uint32_t n = compare(w, false);

		if (n < best && n * 2 <= plain) {
			best = n;
			variant = v;
		}
	}
	load(w, variant);
	return variant;
}

/* Accounts with lines in a period of the trial balance that stands nowhere on it. */
static void find_absent(work *w)
{
	const rd_book *b = w->t.book;
	const size_t np = b->n_periods;
	uint8_t *here = RD_NEW_N(rd_run_scratch(w->run), uint8_t, (size_t)b->account.n + 1);

	for (uint32_t p = w->first; p <= w->last && p < np; p++) {
		const rd_row *rows = w->t.by_period + w->t.from[p + 1];
		const rd_row n = w->t.from[p + 2] - w->t.from[p + 1];
		bool compared = false;

		memset(here, 0, b->account.n);
		for (rd_row i = 0; i < n; i++) {
			rd_row a = b->tb.account[rows[i]];

			compared |= rd_trial_has(&w->t, rows[i], RD_PART_MOVE);
			here[a] = 1;
			for (a = b->account.parent[a]; a != 0 && here[a] == 0; a = b->account.parent[a])
				here[a] = 2;
		}
		for (rd_row a = 1; compared && a < b->account.n; a++) {
			rd_row up = a;

			if (w->moves->lines[a * np + p] == 0)
				continue;
			while (up != 0 && here[up] == 0)
				up = b->account.parent[up];
			if (up != 0 && (up == a || here[up] == 1))
				continue;
			difference d = {.account = a,
			                .row = RD_NONE,
			                .period = p,
			                .line = RD_NONE,
			                .voucher = RD_NONE,
			                .debit = w->moves->debit[a * np + p],
			                .credit = w->moves->credit[a * np + p]};
			d.off_debit = d.debit;
			d.off_credit = d.credit;
			if (!tolerable(w, d.debit) || !tolerable(w, d.credit))
				keep(w, &d);
		}
	}
}

static bool amount_is(rd_minor amount, rd_minor off)
{
	return amount != 0 && (amount == off || amount == -off);
}

static int same_place(const void *x, const void *y)
{
	const difference *a = x, *b = y;
	int c = (a->account > b->account) - (a->account < b->account);

	return c ? c : (a->period > b->period) - (a->period < b->period);
}

static int difference_cmp(const void *x, const void *y)
{
	const difference *a = x, *b = y;
	int c = same_place(x, y);

	return c ? c : (a->row > b->row) - (a->row < b->row);
}

/* Looks for the lines that alone explain a difference, and for the first line of an account that is
 * absent. slot: account -> first difference + 1. */
static void name_vouchers(work *w)
{
	const rd_book *b = w->t.book;
	uint32_t *slot = RD_NEW_N(rd_run_scratch(w->run), uint32_t, (size_t)b->account.n + 1);

	qsort(w->found, w->n, sizeof *w->found, difference_cmp);
	for (uint32_t k = w->n; k-- > 0;)
		slot[w->found[k].account] = k + 1;
	for (rd_row a = 1; a < b->account.n; a++)
		if (slot[a] == 0)
			slot[a] = slot[b->account.parent[a]];
	for (rd_row i = 0; i < b->line.n; i++) {
		const uint32_t s = slot[b->line.account[i]];

		if (s == 0)
			continue;
		const rd_row v = rd_line_voucher(b, i);
		const uint32_t p = rd_book_period_index(b, b->voucher.period[v]);

		for (uint32_t k = s - 1; k < w->n && w->found[k].account == w->found[s - 1].account; k++) {
			difference *d = &w->found[k];

			if (d->period == p && d->row == RD_NONE && d->line == RD_NONE)
				d->line = i;
			if (d->period != p || !(amount_is(rd_line_debit(b, i), d->off_debit) ||
			                        amount_is(rd_line_credit(b, i), d->off_credit)))
				continue;
			d->vouchers += d->voucher != v;
			d->voucher = v;
		}
	}
}

/* Takes the differences of sub-accounts out of their parents: what remains is the parent's own.
 * found[] is in order of account and period. */
static void explain_parents(work *w)
{
	const rd_book *b = w->t.book;

	for (uint32_t k = 0; k < w->n; k++) {
		rd_row up = b->account.parent[w->found[k].account];
		difference *above = NULL;

		for (; w->found[k].row != RD_NONE && up != 0 && !above; up = b->account.parent[up]) {
			difference key = {.account = up, .period = w->found[k].period};

			above = bsearch(&key, w->found, w->n, sizeof *w->found, same_place);
		}
		if (above && above->row != RD_NONE) {
			above->below_debit += w->found[k].off_debit;
			above->below_credit += w->found[k].off_credit;
		}
	}
}

static bool explained(const difference *d)
{
	return (d->below_debit != 0 || d->below_credit != 0) && d->below_debit == d->off_debit &&
	       d->below_credit == d->off_credit;
}

static void emit(work *w, const difference *d)
{
	const rd_book *b = w->t.book;
	const bool named = d->row != RD_NONE && d->vouchers == 1;
	rd_hit hit = d->row != RD_NONE ? rd_hit_at_trial(b, d->row) : rd_hit_at_account(d->account);
	rd_minor x = d->off_debit < 0 ? -d->off_debit : d->off_debit;
	rd_minor y = d->off_credit < 0 ? -d->off_credit : d->off_credit;

	if (d->row == RD_NONE) {
		hit.line = d->line;
		hit.keyless = true;
	}
	hit.kind = d->row == RD_NONE ? K_ABSENT : named ? K_VOUCHER : K_DIFFERS;
	if (d->period != RD_NONE)
		hit.period = b->periods[d->period];
	if (named)
		hit.other = d->voucher;
	hit.at_stake = x > y ? x : y;
	hit.key = (uint64_t)d->off_debit * 31 + (uint64_t)d->off_credit;
	RD_EMIT(w->run, &hit, rd_money("journal_debit", d->debit),
	        rd_money("journal_credit", d->credit), rd_money("debit", d->debit - d->off_debit),
	        rd_money("credit", d->credit - d->off_credit),
	        rd_money("debit_difference", d->off_debit),
	        rd_money("credit_difference", d->off_credit),
	        named ? rd_vch("candidate", d->voucher) : rd_int("candidates", d->vouchers));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const size_t n = (size_t)b->account.n * b->n_periods + 1;
	work w = {.run = run, .tolerance = rd_run_param(run, P_TOLERANCE), .first = RD_NONE};

	(void)err;
	(void)range;
	rd_trial_begin(&w.t, b, rd_run_scratch(run));
	w.moves = rd_index_movements(run, b);
	w.debit = RD_NEW_N(rd_run_scratch(run), rd_minor, n);
	w.credit = RD_NEW_N(rd_run_scratch(run), rd_minor, n);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (v > 0 && b->voucher.period[v] == b->voucher.period[v - 1])
			continue;
		const uint32_t p = rd_book_period_index(b, b->voucher.period[v]);

		if (p == RD_NONE)
			continue;
		w.first = w.first == RD_NONE || p < w.first ? p : w.first;
		w.last = p > w.last ? p : w.last;
	}
	const uint32_t variant = choose(&w);

	compare(&w, true);
	if (w.judged == 0) {
		rd_run_not_run(run, "余额表没有与序时账同期的发生额",
		               "no movement in the trial balance for the periods of the journal");
		return RD_OK;
	}
	if (variant != 0)
		rd_run_remark(run, variant_words[variant].zh, variant_words[variant].en);
	if (rd_run_guards(run) && !(variant & V_YEAR))
		find_absent(&w);
	if (w.n > 0)
		name_vouchers(&w);
	if (rd_run_guards(run))
		explain_parents(&w);
	for (uint32_t k = 0; k < w.n; k++)
		if (!explained(&w.found[k]))
			emit(&w, &w.found[k]);
	return RD_OK;
}

const rd_check rd_check_journal_differs_from_trial_balance = {
	.slug = "journal-differs-from-trial-balance",
	.family = "balance",
	.nature = "账目不符",
	.title = {"序时账与余额表不符", "Journal differs from trial balance"},
	.finds = {"某科目的序时账分录合计，与余额表的发生额不等。",
              "The sum of the journal lines of an account is not the movement shown in the trial "
              "balance."},
	.correction = {"重新导出；查找被删除或未过账的凭证",
                   "Export again; look for deleted or unposted vouchers."},
	.basis = {"会计法 17；会计基础工作规范 62",
              "Accounting Law art. 17; Basic accounting work rules 62"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.params = params,
	.messages = messages,
	.run = run,
};
