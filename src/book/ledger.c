#include "book/ledger.h"
#include "base/assert.h"
#include "book/serial.h"
#include <stdlib.h>

bool rd_ledger_under(const rd_book *b, rd_row account, rd_row top)
{
	for (uint32_t depth = 0; account && depth < 64; depth++) {
		if (account == top)
			return true;
		account = b->account.parent[account];
	}
	return false;
}

/* ---- balances ---- */

static uint32_t column_of(const rd_book *b, rd_period p)
{
	uint32_t i = p ? rd_book_period_index(b, p) : RD_NONE;

	return i == RD_NONE ? b->n_periods : i;
}

/* Openings by account itself: where an account below states one, what it states is the sum. */
static void own_openings(rd_arena *a, rd_ledger *l)
{
	const rd_book *b = l->book;
	uint8_t *stated_below = rd_arena_alloc(a, b->account.n + 1, 1);

	for (rd_row i = 1; i < b->account.n; i++) {
		if (b->account.opening[i] == 0 && !(b->account.flags[i] & RD_ACC_OPENING))
			continue;
		rd_row up = b->account.parent[i];

		for (uint32_t depth = 0; up && depth < 64; depth++, up = b->account.parent[up])
			stated_below[up] = 1;
	}
	for (rd_row i = 1; i < b->account.n; i++)
		l->opening[i] = stated_below[i] ? 0 : b->account.opening[i];
}

static void add_opening_voucher(rd_ledger *l, rd_row v)
{
	const rd_book *b = l->book;

	if (b->n_periods && b->voucher.period[v] / 100 != b->periods[0] / 100)
		return;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		if (!(b->account.flags[b->line.account[i]] & RD_ACC_OPENING))
			l->opening[b->line.account[i]] += rd_line_net(b, i);
}

static void add_lines(rd_ledger *l, uint8_t *covered)
{
	const rd_book *b = l->book;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.flags[v] & RD_VCH_VOID)
			continue;
		if (b->voucher.flags[v] & RD_VCH_OPENING) {
			add_opening_voucher(l, v);
			continue;
		}
		uint32_t column = column_of(b, b->voucher.period[v]);

		covered[column] = 1;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			size_t at = (size_t)b->line.account[i] * l->n_columns + column;

			l->debit[at] += rd_line_debit(b, i);
			l->credit[at] += rd_line_credit(b, i);
			l->n_lines[b->line.account[i]]++;
		}
	}
}

/* Movements of periods that only the trial balance has: of accounts without a row below them. */
static void add_trial(rd_arena *a, rd_ledger *l, const uint8_t *covered)
{
	const rd_book *b = l->book;
	uint8_t *above = rd_arena_alloc(a, b->account.n + 1, 1);

	for (rd_row r = 0; r < b->tb.n; r++) {
		rd_row up = b->account.parent[b->tb.account[r]];

		for (uint32_t depth = 0; up && depth < 64; depth++, up = b->account.parent[up])
			above[up] = 1;
	}
	for (rd_row r = 0; r < b->tb.n; r++) {
		uint32_t column = column_of(b, b->tb.period[r]);

		if (covered[column] || b->tb.party[r] || above[b->tb.account[r]])
			continue;
		size_t at = (size_t)b->tb.account[r] * l->n_columns + column;

		l->debit[at] += b->tb.amount[RD_TB_DEBIT][r];
		l->credit[at] += b->tb.amount[RD_TB_CREDIT][r];
	}
}

/* Children into parents, the deepest first. */
static void roll_up(rd_ledger *l)
{
	const rd_book *b = l->book;
	uint32_t deepest = 0;

	for (rd_row i = 1; i < b->account.n; i++)
		deepest = b->account.level[i] > deepest ? b->account.level[i] : deepest;
	for (uint32_t level = deepest; level > 1; level--)
		for (rd_row i = 1; i < b->account.n; i++) {
			rd_row up = b->account.parent[i];

			if (b->account.level[i] != level || up == 0)
				continue;
			l->opening[up] += l->opening[i];
			l->below[up] += l->below[i] + 1;
			for (uint32_t c = 0; c < l->n_columns; c++) {
				l->debit[(size_t)up * l->n_columns + c] += l->debit[(size_t)i * l->n_columns + c];
				l->credit[(size_t)up * l->n_columns + c] += l->credit[(size_t)i * l->n_columns + c];
			}
		}
}

/* ---- the order of a ledger ---- */

typedef struct placed {
	rd_period period;
	rd_day date;
	rd_row voucher;
} placed;

static int placed_cmp(const void *x, const void *y)
{
	const placed *a = x, *b = y;

	if (a->period != b->period)
		return a->period < b->period ? -1 : 1;
	if (a->date != b->date)
		return a->date < b->date ? -1 : 1;
	return a->voucher < b->voucher ? -1 : a->voucher > b->voucher;
}

static void sort_vouchers(rd_arena *a, const rd_book *b, rd_row *ret_rows)
{
	placed *p = RD_NEW_N(a, placed, (size_t)b->voucher.n + 1);
	bool sorted = true;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		p[v] = (placed){b->voucher.period[v], b->voucher.date[v], v};
		sorted = sorted && (v == 0 || placed_cmp(&p[v - 1], &p[v]) < 0);
	}
	if (!sorted)
		qsort(p, b->voucher.n, sizeof *p, placed_cmp);
	for (rd_row v = 0; v < b->voucher.n; v++)
		ret_rows[v] = p[v].voucher;
}

#define DRAWERS_MAX (4u << 20)

/* Books of usual years have few pairs of period and day: each gets a drawer, into which rows fall
 * in their order. No period and no day come first, as they compare. */
static void order_vouchers(rd_arena *a, rd_ledger *l)
{
	const rd_book *b = l->book;
	rd_day least = INT32_MAX, most = INT32_MIN;

	l->vouchers = RD_NEW_N(a, rd_row, (size_t)b->voucher.n + 1);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_day d = b->voucher.date[v];

		least = d != RD_DAY_NONE && d < least ? d : least;
		most = d != RD_DAY_NONE && d > most ? d : most;
	}
	uint64_t days = least <= most ? (uint64_t)((int64_t)most - least) + 2 : 1;
	uint64_t drawers = days * ((uint64_t)b->n_periods + 1);

	if (drawers > DRAWERS_MAX) {
		sort_vouchers(a, b, l->vouchers);
		return;
	}
	rd_row *from = RD_NEW_N(a, rd_row, drawers + 1);
	uint32_t *drawer = RD_NEW_N(a, uint32_t, (size_t)b->voucher.n + 1);

	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_day d = b->voucher.date[v];
		uint32_t column = column_of(b, b->voucher.period[v]);
		uint64_t period = column == b->n_periods ? 0 : column + 1;

		drawer[v] = (uint32_t)(period * days + (d == RD_DAY_NONE ? 0 : (uint64_t)(d - least) + 1));
		from[drawer[v] + 1]++;
	}
	for (uint64_t i = 0; i < drawers; i++)
		from[i + 1] += from[i];
	for (rd_row v = 0; v < b->voucher.n; v++)
		l->vouchers[from[drawer[v]]++] = v;
}

void rd_ledger_make(rd_arena *a, const rd_book *book, rd_ledger *ret)
{
	rd_ledger l = {.book = book, .n_columns = book->n_periods + 1};
	size_t cells = (size_t)book->account.n * l.n_columns;
	uint8_t *covered = rd_arena_alloc(a, l.n_columns, 1);

	l.opening = RD_NEW_N(a, rd_minor, (size_t)book->account.n + 1);
	l.debit = RD_NEW_N(a, rd_minor, cells + 1);
	l.credit = RD_NEW_N(a, rd_minor, cells + 1);
	l.n_lines = RD_NEW_N(a, uint32_t, (size_t)book->account.n + 1);
	l.below = RD_NEW_N(a, rd_row, (size_t)book->account.n + 1);
	own_openings(a, &l);
	add_lines(&l, covered);
	add_trial(a, &l, covered);
	roll_up(&l);
	order_vouchers(a, &l);
	*ret = l;
}

rd_sums rd_ledger_sums(const rd_ledger *l, rd_row account, uint32_t from, uint32_t to)
{
	rd_sums s = {.opening = l->opening[account]};
	size_t at = (size_t)account * l->n_columns;

	RD_ASSERT(from <= to && to < l->n_columns);
	for (uint32_t c = 0; c < from; c++)
		s.opening += l->debit[at + c] - l->credit[at + c];
	for (uint32_t c = from; c <= to; c++) {
		s.debit += l->debit[at + c];
		s.credit += l->credit[at + c];
	}
	s.closing = s.opening + s.debit - s.credit;
	return s;
}

static void add_side(rd_minor balance, rd_minor *debit, rd_minor *credit)
{
	if (balance >= 0)
		*debit += balance;
	else
		*credit -= balance;
}

rd_totals rd_ledger_totals(const rd_ledger *l, uint32_t from, uint32_t to)
{
	rd_totals t = {0};

	for (rd_row i = 0; i < l->book->account.n; i++) {
		if (l->book->account.parent[i])
			continue;
		rd_sums s = rd_ledger_sums(l, i, from, to);

		add_side(s.opening, &t.opening_debit, &t.opening_credit);
		add_side(s.closing, &t.closing_debit, &t.closing_credit);
		t.debit += s.debit;
		t.credit += s.credit;
	}
	t.opening_agrees = t.opening_debit == t.opening_credit;
	t.movement_agrees = t.debit == t.credit;
	t.closing_agrees = t.closing_debit == t.closing_credit;
	return t;
}

/* ---- finding vouchers ---- */

static bool holds(rd_str hay, rd_str part)
{
	for (uint32_t i = 0; i + part.len <= hay.len; i++) {
		uint32_t k = 0;

		for (; k < part.len; k++) {
			char x = hay.ptr[i + k], y = part.ptr[k];

			x = x >= 'A' && x <= 'Z' ? (char)(x + 32) : x;
			y = y >= 'A' && y <= 'Z' ? (char)(y + 32) : y;
			if (x != y)
				break;
		}
		if (k == part.len)
			return true;
	}
	return false;
}

/* What is looked up once for all vouchers. */
typedef struct prepared {
	const rd_book *book;
	const rd_voucher_filter *f;
	uint8_t *texts;    /* by text id; NULL = any */
	uint8_t *accounts; /* by account; NULL = any */
	rd_text journal;
	bool has_value; /* the number that is looked for ends with digits */
	uint64_t value;
	bool nothing; /* the books do not hold what is asked for */
} prepared;

/* What the digits at its end say; numbers of another value need not be looked at as texts. */
static bool ending_value(rd_str number, uint64_t *ret)
{
	uint32_t from = number.len;
	uint64_t v = 0;

	while (from && number.ptr[from - 1] >= '0' && number.ptr[from - 1] <= '9')
		from--;
	if (from == number.len || number.len - from > 12)
		return false;
	for (uint32_t i = from; i < number.len; i++)
		v = v * 10 + (uint64_t)(number.ptr[i] - '0');
	*ret = v;
	return v <= RD_SERIAL_VALUE_MAX;
}

static prepared prepare(rd_arena *a, const rd_book *b, const rd_voucher_filter *f)
{
	prepared p = {.book = b, .f = f};

	if (f->journal.len) {
		p.journal = rd_book_find_text(b, f->journal);
		p.nothing = p.journal == 0 || b->voucher.journal == NULL;
	}
	p.has_value = ending_value(f->number, &p.value);
	if (f->text.len) {
		uint32_t n = rd_book_n_texts(b);

		p.texts = rd_arena_alloc(a, (size_t)n + 1, 1);
		for (uint32_t i = 1; i < n; i++)
			p.texts[i] = holds(rd_book_text(b, i), f->text);
	}
	if (f->account) {
		p.accounts = rd_arena_alloc(a, (size_t)b->account.n + 1, 1);
		for (rd_row i = 1; i < b->account.n; i++)
			p.accounts[i] = rd_ledger_under(b, i, f->account);
	}
	return p;
}

static bool number_fits(const prepared *p, rd_row v)
{
	const rd_book *b = p->book;
	rd_str number = p->f->number;
	char name[96];

	if (p->has_value && b->voucher.number[v] && rd_serial_value(b->voucher.number[v]) != p->value)
		return false;
	rd_voucher_name(b, v, false, name, sizeof name);
	rd_str n = rd_str_of(name);

	if (rd_str_eq(n, number))
		return true;
	/* "12" is 记-12 of any word */
	return n.len > number.len && n.ptr[n.len - number.len - 1] == '-' &&
	       rd_same_bytes(n.ptr + n.len - number.len, number.ptr, number.len);
}

static bool line_fits(const prepared *p, rd_row i)
{
	const rd_book *b = p->book;
	rd_minor amount = b->line.amount[i] < 0 ? -b->line.amount[i] : b->line.amount[i];

	if (p->accounts && !p->accounts[b->line.account[i]])
		return false;
	if ((p->f->has_least && amount < p->f->least) || (p->f->has_most && amount > p->f->most))
		return false;
	return !p->texts || p->texts[rd_line_text(b, i)] ||
	       (b->line.party && p->texts[b->party.name[b->line.party[i]]]);
}

static bool fits(const prepared *p, rd_row v)
{
	const rd_book *b = p->book;
	const rd_voucher_filter *f = p->f;
	rd_period period = b->voucher.period[v];

	if ((f->from && period < f->from) || (f->to && period > f->to) ||
	    (b->voucher.flags[v] & f->flags) != f->flags)
		return false;
	if (p->journal && b->voucher.journal[v] != p->journal)
		return false;
	if (f->number.len && !number_fits(p, v))
		return false;
	if (f->unbalanced && rd_voucher_net(b, v) == 0)
		return false;
	if (!p->accounts && !p->texts && !f->has_least && !f->has_most)
		return true;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		if (line_fits(p, i))
			return true;
	return false;
}

uint32_t rd_vouchers_find(rd_arena *a, const rd_ledger *l, const rd_voucher_filter *f, uint32_t *at,
                          uint32_t max, rd_row *ret_rows)
{
	prepared p = prepare(a, l->book, f);
	uint32_t n = 0;

	if (p.nothing)
		*at = l->book->voucher.n;
	while (*at < l->book->voucher.n && n < max) {
		rd_row v = l->vouchers[(*at)++];

		if (fits(&p, v))
			ret_rows[n++] = v;
	}
	return n;
}
