#include "match/reconcile.h"
#include "base/assert.h"
#include "match/inner.h"
#include <stdlib.h>

#define NEAREST 24u /* items of one amount that are compared with one on the other side */

/* ---- the sides ---- */

typedef struct place {
	const rd_recon_item *item;
	uint32_t at;
} place;

static int place_by_amount(const void *x, const void *y)
{
	const place *a = x, *b = y;

	if (a->item->amount != b->item->amount)
		return a->item->amount < b->item->amount ? -1 : 1;
	if (a->item->date != b->item->date)
		return a->item->date < b->item->date ? -1 : 1;
	return a->item->row < b->item->row ? -1 : a->item->row > b->item->row;
}

static int place_by_day(const void *x, const void *y)
{
	const place *a = x, *b = y;

	if (a->item->date != b->item->date)
		return a->item->date < b->item->date ? -1 : 1;
	return a->item->row < b->item->row ? -1 : a->item->row > b->item->row;
}

static uint32_t *sorted(rd_arena *a, const rd_recon_item *items, uint32_t n,
                        int (*cmp)(const void *, const void *))
{
	size_t bytes = ((size_t)n + 1) * sizeof(place);
	place *p = rd_column_new(bytes);
	uint32_t *out = RD_NEW_N(a, uint32_t, n + 1);

	for (uint32_t i = 0; i < n; i++)
		p[i] = (place){&items[i], i};
	qsort(p, n, sizeof *p, cmp);
	for (uint32_t i = 0; i < n; i++)
		out[i] = p[i].at;
	rd_column_free(p, bytes);
	return out;
}

static void side_init(rd_recon_side *s, rd_arena *a, const rd_recon_item *items, uint32_t n)
{
	s->items = items;
	s->n = n;
	s->by_amount = sorted(a, items, n, place_by_amount);
	s->by_day = sorted(a, items, n, place_by_day);
	s->features = RD_NEW_N(a, rd_features, n + 1);
	s->match = RD_NEW_N(a, uint32_t, n + 1);
}

uint32_t rd_recon_from_day(const rd_recon_side *s, rd_day day)
{
	uint32_t low = 0, high = s->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (s->items[s->by_day[mid]].date < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* First position of by_amount at or behind (amount, day). */
static uint32_t from_amount(const rd_recon_side *s, rd_minor amount, rd_day day)
{
	uint32_t low = 0, high = s->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const rd_recon_item *i = &s->items[s->by_amount[mid]];

		if (i->amount < amount || (i->amount == amount && i->date < day))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* ---- matches ---- */

void rd_recon_take(rd_recon_work *w, const uint32_t *bank, uint32_t n_bank, const uint32_t *book,
                   uint32_t n_book, uint32_t why, uint32_t score)
{
	rd_recon *r = w->r;
	rd_recon_match m = {w->n_members, n_bank, n_book, why, score > 100 ? 100 : score, 0};

	r->matches = rd_grow(w->arena, r->matches, r->n_matches, &w->cap_matches, sizeof *r->matches);
	for (uint32_t i = 0; i < n_bank + n_book; i++) {
		uint32_t item = i < n_bank ? bank[i] : book[i - n_bank];
		uint32_t *match = i < n_bank ? &w->bank.match[item] : &w->book.match[item];

		RD_ASSERT(*match == 0);
		*match = r->n_matches + 1;
		m.apart += i < n_bank ? w->bank.items[item].amount : -w->book.items[item].amount;
		r->members =
			rd_grow(w->arena, r->members, w->n_members, &w->cap_members, sizeof *r->members);
		r->members[w->n_members++] = item;
	}
	r->matches[r->n_matches++] = m;
}

static int u64_cmp(const void *x, const void *y)
{
	uint64_t a, b;

	memcpy(&a, x, sizeof a);
	memcpy(&b, y, sizeof b);
	return a < b ? -1 : a > b;
}

bool rd_recon_refused(const rd_recon_work *w, uint32_t bank, uint32_t book)
{
	uint64_t pair = (uint64_t)bank << 32 | book;

	return w->n_refused && bsearch(&pair, w->refused, w->n_refused, sizeof pair, u64_cmp);
}

/* ---- step 0: what a person decided ---- */

typedef struct keyed {
	uint64_t key;
	uint32_t at;
} keyed;

static int keyed_cmp(const void *x, const void *y)
{
	const keyed *a = x, *b = y;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static keyed *by_key(const rd_recon_side *s, rd_arena *a)
{
	keyed *k = RD_NEW_N(a, keyed, s->n + 1);

	for (uint32_t i = 0; i < s->n; i++)
		k[i] = (keyed){s->items[i].key, i};
	qsort(k, s->n, sizeof *k, keyed_cmp);
	return k;
}

/* The item of a key, UINT32_MAX when the side has it no more. */
static uint32_t item_of(const keyed *k, uint32_t n, uint64_t key)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (k[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && k[low].key == key ? k[low].at : UINT32_MAX;
}

#define DECIDED_MAX 1000u /* items of one decision and side */

static void accept(rd_recon_work *w, const rd_recon_decision *d, const keyed *bank,
                   const keyed *book)
{
	uint32_t items[2 * DECIDED_MAX], n = 0;

	if (d->n_bank > DECIDED_MAX || d->n_book > DECIDED_MAX || d->n_bank + d->n_book < 2)
		return;
	for (uint32_t i = 0; i < d->n_bank + d->n_book; i++) {
		bool is_bank = i < d->n_bank;
		uint32_t at = is_bank ? item_of(bank, w->bank.n, d->bank[i])
		                      : item_of(book, w->book.n, d->book[i - d->n_bank]);

		/* A line that is gone, or that an older decision has, takes the decision with it. */
		if (at == UINT32_MAX || (is_bank ? w->bank.match : w->book.match)[at])
			return;
		for (uint32_t k = is_bank ? 0 : d->n_bank; k < n; k++)
			if (items[k] == at)
				return;
		items[n++] = at;
	}
	rd_recon_take(w, items, d->n_bank, items + d->n_bank, d->n_book, RD_RECON_BY_PERSON, 100);
}

#define REFUSED_MAX 100000u

static void apply_decisions(rd_recon_work *w)
{
	const rd_recon_options *o = &w->o;
	rd_arena *scratch = rd_arena_new();
	uint32_t cap = 0;

	if (o->n_decisions == 0) {
		rd_arena_free(scratch);
		return;
	}
	const keyed *bank = by_key(&w->bank, scratch), *book = by_key(&w->book, scratch);

	for (uint32_t d = 0; d < o->n_decisions; d++) {
		const rd_recon_decision *x = &o->decisions[d];

		if (x->accept) {
			accept(w, x, bank, book);
			continue;
		}
		for (uint32_t i = 0; i < x->n_bank; i++)
			for (uint32_t k = 0; k < x->n_book && w->n_refused < REFUSED_MAX; k++) {
				uint32_t b = item_of(bank, w->bank.n, x->bank[i]);
				uint32_t l = item_of(book, w->book.n, x->book[k]);

				w->refused = rd_grow(w->arena, w->refused, w->n_refused, &cap, sizeof(uint64_t));
				w->refused[w->n_refused++] = (uint64_t)b << 32 | l;
			}
	}
	if (w->n_refused)
		qsort(w->refused, w->n_refused, sizeof(uint64_t), u64_cmp);
	rd_arena_free(scratch);
}

/* ---- steps 1 and 2: one to one ---- */

typedef struct pair {
	uint32_t bank, book;
	uint32_t score;
	uint32_t why;
	uint32_t bank_row, book_row; /* for ties */
} pair;

static int pair_cmp(const void *x, const void *y)
{
	const pair *a = x, *b = y;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->bank_row != b->bank_row)
		return a->bank_row < b->bank_row ? -1 : 1;
	return a->book_row < b->book_row ? -1 : a->book_row > b->book_row;
}

typedef struct pairs {
	pair *items;
	uint32_t n, cap;
} pairs;

static void add_pair(pairs *p, pair x)
{
	if (p->n == p->cap) {
		uint32_t more = p->cap ? p->cap * 2 : 4096;

		p->items = rd_column_resize(p->items, p->cap * sizeof *p->items, more * sizeof *p->items);
		p->cap = more;
	}
	p->items[p->n++] = x;
}

/* Evidence first, then nearness: a shared number or half a name outweighs any day in the window. */
static uint32_t score_of(rd_likeness like, uint32_t days, uint32_t window)
{
	uint32_t near = window ? 30 * (window - (days < window ? days : window)) / window : 30;

	return (rd_evidence_strong(like) ? 100 : 0) + (like.number ? 60 : 0) + like.share + near;
}

static void consider(rd_recon_work *w, pairs *p, uint32_t bank, uint32_t book, uint32_t window,
                     bool strong_only, bool only)
{
	const rd_recon_item *b = &w->bank.items[bank], *l = &w->book.items[book];
	uint32_t days = rd_recon_apart(b->date, l->date);
	rd_likeness like = rd_evidence_like(&w->bank.features[bank], &w->book.features[book]);

	if (rd_recon_refused(w, bank, book) || (strong_only && !rd_evidence_strong(like)))
		return;
	pair x = {bank, book, score_of(like, days, window), RD_RECON_AMOUNT, b->row, l->row};

	x.why |= days == 0 ? RD_RECON_DAY : strong_only ? RD_RECON_LATE : RD_RECON_WINDOW;
	x.why |= like.number ? RD_RECON_NUMBER : 0;
	x.why |= rd_evidence_strong(like) || like.share >= 30 ? RD_RECON_TEXT : 0;
	x.why |= only ? RD_RECON_ONLY : 0;
	add_pair(p, x);
}

/* Open items of the book of that amount, nearest days first, at most NEAREST. */
static uint32_t nearest(const rd_recon_side *s, rd_minor amount, rd_day day, uint32_t window,
                        uint32_t out[NEAREST])
{
	uint32_t right = from_amount(s, amount, day), left = right, n = 0, looked = 0;

	while (n < NEAREST && looked++ < 16 * NEAREST) {
		const rd_recon_item *l = left > 0 && s->items[s->by_amount[left - 1]].amount == amount
		                             ? &s->items[s->by_amount[left - 1]]
		                             : NULL;
		const rd_recon_item *r = right < s->n && s->items[s->by_amount[right]].amount == amount
		                             ? &s->items[s->by_amount[right]]
		                             : NULL;
		bool go_left = l && (!r || rd_recon_apart(l->date, day) <= rd_recon_apart(r->date, day));

		if (!l && !r)
			break;
		uint32_t at = go_left ? s->by_amount[--left] : s->by_amount[right++];

		if (rd_recon_apart(s->items[at].date, day) > window)
			break;
		if (!s->match[at])
			out[n++] = at;
	}
	return n;
}

static uint32_t confidence(const pair *x)
{
	if (x->why & RD_RECON_NUMBER)
		return 98;
	if (x->why & RD_RECON_LATE)
		return 80;
	if (x->why & RD_RECON_TEXT)
		return x->why & RD_RECON_ONLY ? 96 : 90;
	return x->why & RD_RECON_ONLY ? (x->why & RD_RECON_DAY ? 88 : 80) : 60;
}

static void one_to_one(rd_recon_work *w, uint32_t window, bool strong_only)
{
	pairs p = {0};
	uint32_t found[NEAREST], back[NEAREST];

	for (uint32_t i = 0; i < w->bank.n; i++) {
		uint32_t at = w->bank.by_day[i];
		const rd_recon_item *b = &w->bank.items[at];

		if (w->bank.match[at] || b->amount == 0)
			continue;
		uint32_t n = nearest(&w->book, b->amount, b->date, window, found);
		bool only =
			n == 1 && nearest(&w->bank, b->amount, w->book.items[found[0]].date, window, back) == 1;

		for (uint32_t k = 0; k < n; k++)
			consider(w, &p, at, found[k], window, strong_only, only);
	}
	if (p.n)
		qsort(p.items, p.n, sizeof *p.items, pair_cmp);
	for (uint32_t i = 0; i < p.n; i++) {
		pair *x = &p.items[i];

		if (w->bank.match[x->bank] || w->book.match[x->book])
			continue;
		if (!(x->why & (RD_RECON_ONLY | RD_RECON_TEXT | RD_RECON_NUMBER)))
			x->why |= RD_RECON_ONE_OF;
		rd_recon_take(w, &x->bank, 1, &x->book, 1, x->why, confidence(x));
	}
	rd_column_free(p.items, p.cap * sizeof *p.items);
}

/* ---- step 3: what a side takes back itself ---- */

static void cancel(rd_recon_work *w, rd_recon_side *s, bool is_bank)
{
	uint32_t found[NEAREST];

	for (uint32_t i = 0; i < s->n; i++) {
		uint32_t at = s->by_day[i], best = UINT32_MAX;
		const rd_recon_item *x = &s->items[at];
		uint32_t best_bits = 0;

		if (s->match[at] || x->amount == 0)
			continue;
		uint32_t n = nearest(s, -x->amount, x->date, w->o.late_days, found);

		for (uint32_t k = 0; k < n; k++) {
			rd_likeness like = rd_evidence_like(&s->features[at], &s->features[found[k]]);

			/* of two that fit alike the nearer comes first */
			if (found[k] != at && rd_evidence_strong(like) && like.bits > best_bits) {
				best = found[k];
				best_bits = like.bits;
			}
		}
		if (best == UINT32_MAX)
			continue;
		uint32_t two[2] = {at, best};

		rd_recon_take(w, two, is_bank ? 2 : 0, two, is_bank ? 0 : 2,
		              RD_RECON_CANCEL | RD_RECON_TEXT, 85);
	}
}

/* ---- the whole ---- */

rd_rc rd_reconcile(const rd_recon_item *bank, uint32_t n_bank, const rd_recon_item *book,
                   uint32_t n_book, const rd_recon_options *options, rd_recon **ret_recon,
                   rd_err *err)
{
	if (n_bank > RD_RECON_ITEMS_MAX || n_book > RD_RECON_ITEMS_MAX)
		return rd_fail(err, RD_LIMIT, "对账的一方超过 %u 行；请缩短期间",
		               "more than %u lines on one side; take a shorter period", RD_RECON_ITEMS_MAX);
	rd_arena *a = rd_arena_new();
	rd_recon *r = RD_NEW(a, rd_recon);
	rd_recon_work w = {.r = r, .o = *options, .arena = a};

	w.o.window_days = w.o.window_days ? w.o.window_days : 10;
	w.o.late_days = w.o.late_days ? w.o.late_days : 60;
	w.o.group_max = w.o.group_max ? w.o.group_max : 8;
	*r = (rd_recon){.bank = bank, .book = book, .n_bank = n_bank, .n_book = n_book, .arena = a};
	side_init(&w.bank, a, bank, n_bank);
	side_init(&w.book, a, book, n_book);
	rd_evidence(a, bank, n_bank, book, n_book, w.bank.features, w.book.features);
	apply_decisions(&w);
	one_to_one(&w, w.o.window_days, false);
	one_to_one(&w, w.o.late_days, true);
	cancel(&w, &w.book, false);
	cancel(&w, &w.bank, true);
	rd_recon_groups(&w);
	rd_recon_suggest(&w);
	r->bank_match = w.bank.match;
	r->book_match = w.book.match;
	*ret_recon = r;
	return RD_OK;
}

void rd_recon_free(rd_recon *r)
{
	if (r)
		rd_arena_free(r->arena);
}
