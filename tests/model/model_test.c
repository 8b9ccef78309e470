/*
 * Models of checks: what a check finds in random small books must be what its definition, written
 * down once more without any cleverness, finds in them. The models see the sealed book and compare
 * every line with every other; the checks run with their guards off where the definition has
 * guards that are no part of the question.
 */
#include "book/serial.h"
#include "shelf.h"
#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 400, FOUND_MAX = 4000 };

/* What a check and its model found: sorted tuples. */
typedef struct found {
	uint32_t n;
	int64_t item[FOUND_MAX][6];
} found;

static void add(found *f, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t g)
{
	const int64_t item[6] = {a, b, c, d, e, g};

	if (f->n < FOUND_MAX)
		memcpy(f->item[f->n++], item, sizeof item);
}

static int item_cmp(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	for (int i = 0; i < 6; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* Both found the same things. */
static void same(found *check, found *model, uint64_t *total)
{
	qsort(check->item, check->n, sizeof check->item[0], item_cmp);
	qsort(model->item, model->n, sizeof model->item[0], item_cmp);
	UNIT_INT(check->n, model->n);
	for (uint32_t i = 0; i < check->n && i < model->n; i++)
		for (int k = 0; k < 6; k++)
			if (check->item[i][k] != model->item[i][k])
				UNIT_INT(check->item[i][k], model->item[i][k]);
	*total += model->n;
}

/* ---- random books ---- */

typedef struct maker {
	uint64_t seed;
	rd_buf rows;
	bool monthly;      /* numbers begin anew each month */
	uint32_t journals; /* 1 or 2, each with its own numbers */
	uint32_t months;
} maker;

static const char *const codes[] = {"1001", "1002", "100201", "1122", "2202", "5001", "560201"};
enum { CODES = sizeof codes / sizeof *codes };

static uint32_t below(maker *m, uint32_t n)
{
	return unit_below(&m->seed, n);
}

/* One voucher: a few lines of few amounts, most of them balanced. */
static void add_voucher(maker *m, const char *journal, uint32_t number, int32_t month, int32_t day)
{
	static const rd_minor amounts[] = {50000, 50001, 60000, 120000, 4999, 300000};
	uint32_t lines = 2 + below(m, 3);
	rd_minor sum = 0;

	for (uint32_t i = 0; i < lines; i++) {
		bool last = i + 1 == lines;
		rd_minor net = last ? -sum : amounts[below(m, 6)] * (below(m, 3) ? 1 : -1);
		char size[RD_MINOR_TEXT];
		uint32_t party = below(m, 5);
		bool red = below(m, 8) == 0; /* on the other side, negative */

		if (last && below(m, 20) == 0)
			net += 100 + (rd_minor)below(m, 5); /* does not balance */
		if (last && net == 0)
			continue;
		sum += net;
		bool credit = (net < 0) != red;

		rd_minor_format((net < 0) != red ? -net : net, 2, false, size);
		rd_buf_printf(&m->rows, "%s|%u|2024-%02d-%02d|%s|%s|%s|", journal, number, (int)month,
		              (int)day, codes[below(m, CODES)], credit ? "" : size, credit ? size : "");
		if (party)
			rd_buf_printf(&m->rows, "P%u", party);
		rd_buf_puts(&m->rows, "\n");
	}
}

/* Numbers with gaps and repetitions; the first of a series is always there. */
static void add_month(maker *m, const char *journal, int32_t month, uint32_t *number)
{
	uint32_t n = 14 + below(m, 8);

	for (uint32_t k = 0; k < n; k++, ++*number) {
		int32_t day = 1 + (int32_t)(k * 27 / n);

		if (k > 0 && below(m, 12) == 0)
			continue; /* a gap */
		add_voucher(m, journal, *number, month, day);
		if (below(m, 15) == 0)
			add_voucher(m, journal, *number, month, day + 1); /* the same number on another day */
	}
}

static rd_book *make_book(uint64_t seed, maker *m)
{
	static const char *const journals[] = {"记", "转"};
	shelf s;

	*m = (maker){.seed = seed * 2654435761u};
	m->monthly = below(m, 2);
	m->journals = 1 + below(m, 2);
	m->months = 2 + below(m, 3);
	rd_buf_init(&m->rows, 4 << 20);
	for (uint32_t j = 0; j < m->journals; j++) {
		uint32_t number = 1;

		for (int32_t month = 1; month <= (int32_t)m->months; month++) {
			number = m->monthly ? 1 : number;
			add_month(m, journals[j], month, &number);
		}
	}
	shelf_open(&s);
	shelf_journal(&s, "journal|number|date|account-code|debit|credit|party-name", m->rows.data);
	rd_buf_clear(&m->rows);
	for (uint32_t month = 1; month <= m->months; month++)
		for (uint32_t a = 0; a < CODES; a++)
			if (below(m, 6))
				rd_buf_printf(&m->rows, "2024-%02u|%s|%u|0|%u|%u\n", month, codes[a],
				              a < 2 && month == 1 ? below(m, 3) * 2000 : 0, below(m, 9) * 500,
				              below(m, 9) * 500);
	shelf_trial(&s, "period|account-code|open-debit|open-credit|move-debit|move-credit",
	            m->rows.data, 0);
	rd_buf_done(&m->rows);
	return shelf_seal(&s);
}

/* Each seed once: the check runs, both fill their side, the sides are compared. */
static void model(const char *slug, void (*check)(const rd_result *, const rd_finding *, found *),
                  void (*naive)(const rd_book *, const maker *, found *))
{
	static found a, b;
	uint64_t total = 0;
	uint32_t not_run = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		maker m;
		rd_book *book = make_book(seed, &m);
		const rd_check_result *c = NULL;
		rd_result *r = shelf_check(book, slug, false, &c);

		unit_case("%s, seed %u, %u lines", slug, (unsigned)seed, book->line.n);
		a.n = b.n = 0;
		if (c->state == RD_CHECK_RAN) {
			for (uint32_t i = 0; i < r->n_findings; i++)
				check(r, &r->findings[i], &a);
			naive(book, &m, &b);
			same(&a, &b, &total);
		}
		not_run += c->state != RD_CHECK_RAN;
		rd_result_free(r);
		rd_book_free(book);
	}
	unit_case("%s", slug);
	UNIT_TRUE(total > SEEDS / 2); /* the books hold what is looked for */
	UNIT_TRUE(not_run * 10 < SEEDS);
	unit_note("  %s: %u findings in %u books, the same as the model's\n", slug, (unsigned)total,
	          SEEDS - not_run);
}

static int64_t fact(const rd_finding *f, const char *name)
{
	for (const rd_fact *x = f->facts; x && x->kind != RD_FACT_END; x++)
		if (strcmp(x->name, name) == 0)
			return x->i;
	unit_true(false, name, __FILE__, __LINE__);
	return 0;
}

/* ---- entry-unbalanced ---- */

static void unbalanced_check(const rd_result *r, const rd_finding *f, found *out)
{
	(void)r;
	add(out, f->voucher, fact(f, "debit"), fact(f, "credit"), fact(f, "difference"), f->at_stake,
	    0);
}

static void unbalanced_model(const rd_book *b, const maker *m, found *out)
{
	(void)m;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_minor debit = 0, credit = 0;

		for (rd_row i = 0; i < b->line.n; i++)
			if (rd_line_voucher(b, i) == v) {
				debit += rd_line_debit(b, i);
				credit += rd_line_credit(b, i);
			}
		rd_minor d = debit > credit ? debit - credit : credit - debit;

		if (d)
			add(out, v, debit, credit, d, d, 0);
	}
}

static void entry_unbalanced(void)
{
	model("entry-unbalanced", unbalanced_check, unbalanced_model);
}

/* ---- dup-amount-near-date ---- */

static void dup_check(const rd_result *r, const rd_finding *f, found *out)
{
	(void)r;
	add(out, f->other, f->voucher, fact(f, "count"), fact(f, "amount"), f->account, f->party);
}

static bool dup_wanted(const rd_book *b, rd_row i)
{
	rd_minor a = b->line.amount[i];

	return b->line.party[i] != 0 && (a >= 50000 || a <= -50000);
}

static bool dup_linked(const rd_book *b, rd_row i, rd_row k)
{
	rd_day d = rd_line_date(b, i) - rd_line_date(b, k);

	return b->line.party[i] == b->line.party[k] && b->line.account[i] == b->line.account[k] &&
	       b->line.amount[i] == b->line.amount[k] &&
	       rd_line_is_credit(b, i) == rd_line_is_credit(b, k) && d <= 7 && d >= -7;
}

/* Earlier by day, number and row. */
static bool before(const rd_book *b, rd_row v, rd_row w)
{
	uint64_t x = rd_serial_value(b->voucher.number[v]), y = rd_serial_value(b->voucher.number[w]);

	if (b->voucher.date[v] != b->voucher.date[w])
		return b->voucher.date[v] < b->voucher.date[w];
	return x != y ? x < y : v < w;
}

/* Lines that a chain of links joins are one cluster. */
static void dup_model(const rd_book *b, const maker *m, found *out)
{
	uint32_t *root = calloc(b->line.n, sizeof *root);

	(void)m;
	for (rd_row i = 0; i < b->line.n; i++)
		root[i] = i;
	for (bool changed = true; changed;) {
		changed = false;
		for (rd_row i = 0; i < b->line.n; i++)
			for (rd_row k = 0; k < i; k++)
				if (root[i] != root[k] && dup_wanted(b, i) && dup_wanted(b, k) &&
				    dup_linked(b, i, k)) {
					root[i] = root[k] = root[i] < root[k] ? root[i] : root[k];
					changed = true;
				}
	}
	for (rd_row c = 0; c < b->line.n; c++) {
		rd_row first = RD_NONE, last = RD_NONE;
		uint32_t n = 0;

		for (rd_row i = 0; i < b->line.n; i++) {
			rd_row v = rd_line_voucher(b, i);

			if (root[i] != c || !dup_wanted(b, i))
				continue;
			n++;
			first = first == RD_NONE || before(b, v, first) ? v : first;
			last = last == RD_NONE || before(b, last, v) ? v : last;
		}
		if (first != last)
			add(out, first, last, n, b->line.amount[c] < 0 ? -b->line.amount[c] : b->line.amount[c],
			    b->line.account[c], b->line.party[c]);
	}
	free(root);
}

static void dup_amount_near_date(void)
{
	model("dup-amount-near-date", dup_check, dup_model);
}

/* ---- numbers ---- */

/* The series of a voucher as the book was made: its journal, and its month when numbers begin
 * anew. */
static int64_t series_of(const rd_book *b, const maker *m, rd_row v)
{
	return (int64_t)b->voucher.journal[v] * 1000000 + (m->monthly ? b->voucher.period[v] : 0);
}

static uint32_t bearers(const rd_book *b, const maker *m, int64_t series, uint64_t number)
{
	uint32_t n = 0;

	for (rd_row v = 0; v < b->voucher.n; v++)
		n += series_of(b, m, v) == series && rd_serial_value(b->voucher.number[v]) == number;
	return n;
}

static uint64_t last_number(const rd_book *b, const maker *m, int64_t series)
{
	uint64_t last = 0;

	for (rd_row v = 0; v < b->voucher.n; v++)
		if (series_of(b, m, v) == series && rd_serial_value(b->voucher.number[v]) > last)
			last = rd_serial_value(b->voucher.number[v]);
	return last;
}

/* Is v the first voucher of its series? Then the series is looked at. */
static bool leads(const rd_book *b, const maker *m, rd_row v)
{
	for (rd_row w = 0; w < v; w++)
		if (series_of(b, m, w) == series_of(b, m, v))
			return false;
	return true;
}

static void gap_check(const rd_result *r, const rd_finding *f, found *out)
{
	int64_t journal = r->book->voucher.journal[f->voucher];

	add(out, journal * 1000000 + f->period, (int64_t)rd_serial_value((rd_serial)fact(f, "from")),
	    (int64_t)rd_serial_value((rd_serial)fact(f, "to")), fact(f, "missing"), f->weight, 0);
}

static void gap_model(const rd_book *b, const maker *m, found *out)
{
	for (rd_row v = 0; v < b->voucher.n; v++) {
		int64_t series = series_of(b, m, v);
		uint64_t last = last_number(b, m, series), from = 0;

		for (uint64_t n = 1; leads(b, m, v) && n <= last; n++) {
			bool there = bearers(b, m, series, n) > 0;

			if (!there && from == 0)
				from = n;
			if (there && from)
				add(out, series, (int64_t)from, (int64_t)n - 1, (int64_t)(n - from),
				    (int64_t)(n - from), 0);
			from = there ? 0 : from;
		}
	}
}

static void voucher_number_gap(void)
{
	model("voucher-number-gap", gap_check, gap_model);
}

static void twice_check(const rd_result *r, const rd_finding *f, found *out)
{
	int64_t journal = r->book->voucher.journal[f->voucher];

	add(out, journal * 1000000 + f->period, (int64_t)rd_serial_value((rd_serial)fact(f, "number")),
	    fact(f, "vouchers"), 0, 0, 0);
}

static void twice_model(const rd_book *b, const maker *m, found *out)
{
	for (rd_row v = 0; v < b->voucher.n; v++) {
		int64_t series = series_of(b, m, v);
		uint64_t last = last_number(b, m, series);

		for (uint64_t n = 1; leads(b, m, v) && n <= last; n++) {
			uint32_t k = bearers(b, m, series, n);

			if (k > 1)
				add(out, series, (int64_t)n, k, 0, 0, 0);
		}
	}
}

static void voucher_number_duplicate(void)
{
	model("voucher-number-duplicate", twice_check, twice_model);
}

/* ---- cash-balance-negative ---- */

static void cash_check(const rd_result *r, const rd_finding *f, found *out)
{
	(void)r;
	add(out, f->account, fact(f, "first"), fact(f, "days"), fact(f, "lowest"), fact(f, "lowest_on"),
	    f->at_stake);
}

static bool moves_on(const rd_book *b, rd_row account, rd_day day)
{
	for (rd_row i = 0; i < b->line.n; i++)
		if (b->line.account[i] == account && rd_line_date(b, i) == day)
			return true;
	return false;
}

static rd_minor balance_on(const rd_book *b, rd_row account, rd_minor opening, rd_day day)
{
	for (rd_row i = 0; i < b->line.n; i++)
		if (b->line.account[i] == account && rd_line_date(b, i) <= day)
			opening += rd_line_debit(b, i) - rd_line_credit(b, i);
	return opening;
}

/* Balances of an account itself, on days on which it moves; the opening of a parent is the sum of
 * what stands below it when that is known. */
static void cash_model(const rd_book *b, const maker *m, found *out)
{
	(void)m;
	for (rd_row a = 1; a < b->account.n; a++) {
		rd_minor opening = b->account.opening[a], lowest = 0;
		rd_day first = RD_DAY_NONE, lowest_on = RD_DAY_NONE;
		int64_t days = 0;

		if (b->account.role[a] != RD_ROLE_CASH && b->account.role[a] != RD_ROLE_BANK)
			continue;
		for (rd_row k = 1; k < b->account.n; k++)
			if (b->account.parent[k] == a && b->account.flags[k] & RD_ACC_OPENING)
				opening = 0;
		for (rd_day d = b->first_day; d <= b->last_day; d++) {
			rd_minor balance = balance_on(b, a, opening, d);

			if (!moves_on(b, a, d) || balance >= 0)
				continue;
			first = days++ ? first : d;
			if (balance < lowest) {
				lowest = balance;
				lowest_on = d;
			}
		}
		if (days)
			add(out, a, first, days, lowest, lowest_on, -lowest);
	}
}

static void cash_balance_negative(void)
{
	model("cash-balance-negative", cash_check, cash_model);
}

/* ---- journal-differs-from-trial-balance ---- */

static void trial_check(const rd_result *r, const rd_finding *f, found *out)
{
	(void)r;
	add(out, f->account, f->period, fact(f, "journal_debit"), fact(f, "journal_credit"),
	    fact(f, "debit_difference"), fact(f, "credit_difference"));
}

/* Lines of an account and of all whose codes begin with its own. */
static void trial_model(const rd_book *b, const maker *m, found *out)
{
	(void)m;
	for (rd_row t = 0; t < b->tb.n; t++) {
		rd_str code = rd_book_text(b, b->account.code[b->tb.account[t]]);
		rd_minor debit = 0, credit = 0;
		bool within = false, after = false, before_it = false;

		for (rd_row i = 0; i < b->line.n; i++) {
			rd_str own = rd_book_text(b, b->account.code[b->line.account[i]]);
			rd_period p = b->voucher.period[rd_line_voucher(b, i)];

			after |= p >= b->tb.period[t];
			before_it |= p <= b->tb.period[t];
			if (p != b->tb.period[t] || own.len < code.len ||
			    memcmp(own.ptr, code.ptr, code.len) != 0)
				continue;
			debit += rd_line_debit(b, i);
			credit += rd_line_credit(b, i);
		}
		within = after && before_it;
		rd_minor d = debit - b->tb.amount[RD_TB_DEBIT][t],
				 c = credit - b->tb.amount[RD_TB_CREDIT][t];

		if (within && (d || c))
			add(out, b->tb.account[t], b->tb.period[t], debit, credit, d, c);
	}
}

static void journal_differs_from_trial_balance(void)
{
	model("journal-differs-from-trial-balance", trial_check, trial_model);
}

const unit_test model_tests[] = {
	{"entry-unbalanced agrees with its model", entry_unbalanced},
	{"dup-amount-near-date agrees with its model", dup_amount_near_date},
	{"voucher-number-gap agrees with its model", voucher_number_gap},
	{"voucher-number-duplicate agrees with its model", voucher_number_duplicate},
	{"cash-balance-negative agrees with its model", cash_balance_negative},
	{"journal-differs-from-trial-balance agrees with its model",
     journal_differs_from_trial_balance},
	{0},
};
