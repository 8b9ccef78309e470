/* Step 5: the same payment with another amount, for a person to look at. */
#include "match/inner.h"
#include <stdlib.h>

#define COMPARED_MAX 20000000u
/* The dearest domestic transfer costs 200 yuan (支付结算 tariff: 0.002 %, at most 200). */
#define FEE_MAX 20000

typedef struct guess {
	uint32_t bank, book, bank_row, book_row;
	uint32_t score, why;
} guess;

static int guess_cmp(const void *x, const void *y)
{
	const guess *a = x, *b = y;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->bank_row != b->bank_row)
		return a->bank_row < b->bank_row ? -1 : 1;
	return a->book_row < b->book_row ? -1 : a->book_row > b->book_row;
}

/* The same digits in another order: two that changed places differ by a multiple of nine. */
static bool same_digits(rd_minor a, rd_minor b)
{
	int count[10] = {0};

	if ((a - b) % 9 != 0)
		return false;
	for (rd_minor v = a < 0 ? -a : a; v; v /= 10)
		count[v % 10]++;
	for (rd_minor v = b < 0 ? -b : b; v; v /= 10)
		count[v % 10]--;
	for (int i = 0; i < 10; i++)
		if (count[i])
			return false;
	return true;
}

/* Why two amounts may be one payment; 0 = they are too far apart. */
static uint32_t why_differs(rd_minor a, rd_minor b)
{
	rd_minor apart = a > b ? a - b : b - a, size = a < 0 ? -a : a;

	if ((a < 0) != (b < 0) || a == b)
		return 0;
	if (same_digits(a, b))
		return RD_RECON_SWAPPED;
	if (apart <= FEE_MAX && apart * 4 <= size)
		return RD_RECON_FEE;
	return apart * 20 <= size ? RD_RECON_DIFFERS : 0;
}

static void suggest(rd_recon_work *w, const guess *g)
{
	rd_recon *r = w->r;
	rd_recon_match m = {w->n_members, 1, 1, g->why, g->score > 99 ? 99 : g->score, 0};

	m.apart = w->bank.items[g->bank].amount - w->book.items[g->book].amount;
	for (int i = 0; i < 2; i++) {
		r->members =
			rd_grow(w->arena, r->members, w->n_members, &w->cap_members, sizeof *r->members);
		r->members[w->n_members++] = i ? g->book : g->bank;
	}
	r->suggestions = rd_grow(w->arena, r->suggestions, r->n_suggestions, &w->cap_suggestions,
	                         sizeof *r->suggestions);
	r->suggestions[r->n_suggestions++] = m;
}

void rd_recon_suggest(rd_recon_work *w)
{
	rd_arena *a = rd_arena_new();
	guess *g = NULL;
	uint32_t n = 0, cap = 0, compared = 0;
	rd_day window = (rd_day)w->o.window_days;
	uint8_t *bank_used = rd_arena_alloc(a, w->bank.n + 1, 1);
	uint8_t *book_used = rd_arena_alloc(a, w->book.n + 1, 1);

	for (uint32_t i = 0; i < w->bank.n && compared < COMPARED_MAX; i++) {
		uint32_t at = w->bank.by_day[i];
		const rd_recon_item *b = &w->bank.items[at];

		if (w->bank.match[at])
			continue;
		for (uint32_t k = rd_recon_from_day(&w->book, b->date - window); k < w->book.n; k++) {
			uint32_t l = w->book.by_day[k];
			const rd_recon_item *x = &w->book.items[l];

			if (x->date > b->date + window || compared++ >= COMPARED_MAX)
				break;
			uint32_t why = w->book.match[l] ? 0 : why_differs(b->amount, x->amount);

			if (why == 0 || rd_recon_refused(w, at, l))
				continue;
			rd_likeness like = rd_evidence_like(&w->bank.features[at], &w->book.features[l]);

			if (!rd_evidence_strong(like) && why != RD_RECON_SWAPPED)
				continue;
			uint32_t near = 10 - rd_recon_apart(b->date, x->date) * 10 / (uint32_t)(window + 1);

			g = rd_grow(a, g, n, &cap, sizeof *g);
			g[n++] = (guess){at,
			                 l,
			                 b->row,
			                 x->row,
			                 (like.number ? 30 : 0) + like.share / 2 + near +
			                     (why != RD_RECON_DIFFERS ? 10 : 0),
			                 why | RD_RECON_DIFFERS | (like.number ? RD_RECON_NUMBER : 0) |
			                     (rd_evidence_strong(like) ? RD_RECON_TEXT : 0)};
		}
	}
	w->r->cut = w->r->cut || compared >= COMPARED_MAX;
	if (n)
		qsort(g, n, sizeof *g, guess_cmp);
	for (uint32_t i = 0; i < n; i++) {
		if (bank_used[g[i].bank] || book_used[g[i].book])
			continue;
		bank_used[g[i].bank] = book_used[g[i].book] = 1;
		suggest(w, &g[i]);
	}
	rd_arena_free(a);
}
