#include "match/statement.h"
#include <stdlib.h>

static const struct {
	const char *name;
	rd_words words;
} classes[RD_RECON_CLASSES] = {
	{"bank-in", {"银行已收，企业未收", "received by the bank, not in the books"}},
	{"bank-out", {"银行已付，企业未付", "paid by the bank, not in the books"}},
	{"book-in", {"企业已收，银行未收", "received in the books, not at the bank"}},
	{"book-out", {"企业已付，银行未付", "paid in the books, not at the bank"}},
};

rd_words rd_recon_class_words(rd_recon_class c)
{
	return classes[c].words;
}

const char *rd_recon_class_name(rd_recon_class c)
{
	return classes[c].name;
}

typedef struct making {
	rd_arena *arena;
	const rd_recon *r;
	rd_recon_sheet *sheet;
	bool *settled; /* by match: all of it lies on or before the day */
	uint32_t cap[RD_RECON_CLASSES];
} making;

static void add(making *m, bool bank, uint32_t item, rd_minor amount)
{
	rd_recon_class c = bank ? (amount > 0 ? RD_RECON_BANK_IN : RD_RECON_BANK_OUT)
	                        : (amount > 0 ? RD_RECON_BOOK_IN : RD_RECON_BOOK_OUT);
	rd_recon_sheet *s = m->sheet;

	if (amount == 0)
		return;
	s->open[c] = rd_grow(m->arena, s->open[c], s->n[c], &m->cap[c], sizeof *s->open[c]);
	s->open[c][s->n[c]++] = (rd_recon_open){item, amount < 0 ? -amount : amount};
	s->sum[c] += amount < 0 ? -amount : amount;
}

static void settle_matches(making *m)
{
	const rd_recon *r = m->r;
	rd_recon_sheet *s = m->sheet;

	m->settled = rd_arena_alloc(m->arena, r->n_matches + 1, 1);
	for (uint32_t i = 0; i < r->n_matches; i++) {
		const rd_recon_match *x = &r->matches[i];
		rd_minor earlier = 0;

		m->settled[i] = true;
		for (uint32_t k = 0; k < x->n_bank + x->n_book; k++) {
			const rd_recon_item *it = k < x->n_bank ? &r->bank[r->members[x->first + k]]
			                                        : &r->book[r->members[x->first + k]];

			m->settled[i] = m->settled[i] && it->date <= s->ends.as_of;
			if (k >= x->n_bank && it->date < s->ends.from)
				earlier += it->amount;
		}
		if (!m->settled[i])
			continue;
		s->opening_left += earlier;
		if (x->apart)
			add(m, x->n_bank > 0, r->members[x->first], x->apart);
	}
}

static void take_bank(making *m)
{
	const rd_recon *r = m->r;

	for (uint32_t i = 0; i < r->n_bank; i++) {
		uint32_t match = r->bank_match[i];

		if (r->bank[i].date <= m->sheet->ends.as_of && !(match && m->settled[match - 1]))
			add(m, true, i, r->bank[i].amount);
	}
}

static void take_book(making *m)
{
	const rd_recon *r = m->r;
	const rd_recon_ends *e = &m->sheet->ends;

	for (uint32_t i = 0; i < r->n_book; i++) {
		uint32_t match = r->book_match[i];

		if (r->book[i].date > e->as_of || (match && m->settled[match - 1]) ||
		    r->book[i].amount == 0)
			continue;
		if (r->book[i].date < e->from && !match && !e->with_earlier) {
			m->sheet->earlier++;
			continue;
		}
		if (r->book[i].date < e->from)
			m->sheet->opening_left += r->book[i].amount;
		add(m, false, i, r->book[i].amount);
	}
}

typedef struct dated {
	rd_day date;
	rd_recon_open open;
} dated;

static int dated_cmp(const void *x, const void *y)
{
	const dated *a = x, *b = y;

	if (a->date != b->date)
		return a->date < b->date ? -1 : 1;
	return a->open.item < b->open.item ? -1 : a->open.item > b->open.item;
}

static void sort_class(const rd_recon_item *items, rd_recon_open *open, uint32_t n)
{
	size_t bytes = ((size_t)n + 1) * sizeof(dated);
	dated *d = rd_column_new(bytes);

	for (uint32_t i = 0; i < n; i++)
		d[i] = (dated){items[open[i].item].date, open[i]};
	qsort(d, n, sizeof *d, dated_cmp);
	for (uint32_t i = 0; i < n; i++)
		open[i] = d[i].open;
	rd_column_free(d, bytes);
}

void rd_recon_sheet_make(rd_arena *a, const rd_recon *r, const rd_recon_ends *ends,
                         rd_recon_sheet *ret_sheet)
{
	rd_recon_sheet s = {.ends = *ends};
	making m = {.arena = a, .r = r, .sheet = &s};

	s.opening_left = ends->bank_opening - ends->book_opening;
	settle_matches(&m);
	take_bank(&m);
	take_book(&m);
	for (int c = 0; c < RD_RECON_CLASSES; c++)
		sort_class(c < RD_RECON_BOOK_IN ? r->bank : r->book, s.open[c], s.n[c]);
	s.adjusted_book = ends->book_balance + s.sum[RD_RECON_BANK_IN] - s.sum[RD_RECON_BANK_OUT];
	s.adjusted_bank = ends->bank_balance + s.sum[RD_RECON_BOOK_IN] - s.sum[RD_RECON_BOOK_OUT];
	s.difference = s.adjusted_bank - s.adjusted_book;
	*ret_sheet = s;
}

rd_minor rd_recon_bank_balance(const rd_bank *bank, rd_str account, rd_day day, bool *ret_known)
{
	rd_minor balance = 0;

	*ret_known = false;
	for (uint32_t p = 0; p < bank->n_parts; p++) {
		const rd_bank_part *part = &bank->parts[p];

		if (!part->has_opening ||
		    (account.len && !rd_str_eq(account, rd_bank_text(bank, part->account))) ||
		    (*ret_known && part->n && part->from > day)) /* a later statement of the account */
			continue;
		balance = part->opening;
		*ret_known = true;
		for (uint32_t i = part->first; i < part->first + part->n; i++) {
			const rd_bank_line *l = &bank->lines[i];

			if (l->date > day)
				break;
			balance = l->flags & RD_BANK_BALANCE ? l->balance : balance + l->amount;
		}
	}
	return balance;
}
