#include "base/assert.h"
#include "book/serial.h"
#include "check/entries.h"
#include "check/index.h"
#include "check/sort.h"
#include "check/wording.h"
#include <stdlib.h>

#define WINDOW_DAYS 400 /* an entry of January is still cancelled in the next January's close */
#define LOOK_MAX    200 /* candidates that are looked at for one reference or document number */

/* A voucher that cancels or may be cancelled; both sides of a pair have the same hash. */
typedef struct side {
	uint64_t hash;
	uint64_t number;
	rd_day day;
	rd_row voucher;
	bool cancels;
	uint8_t words; /* rd_correction_words of its lines */
} side;

typedef struct work {
	const rd_book *b;
	const uint8_t *words; /* by text, NULL = none anywhere */
	rd_arena *scratch;
	rd_comparer comparer;
	rd_likeness how; /* RD_LIKE_RED, then RD_LIKE_SWAP */
	side *sides;
	uint32_t n, cap;
	uint64_t *filter; /* FILTER_BITS bits: shapes of the cancelling vouchers */
	rd_pairs *out;
	rd_arena *arena;
} work;

#define FILTER_BITS (1u << 18)

static bool paired(const work *w, rd_row v)
{
	return w->out->other && w->out->other[v] != RD_NONE;
}

static bool never_pairs(const work *w, rd_row v)
{
	return w->b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING | RD_VCH_CLOSING) ||
	       rd_voucher_day(w->b, v) == RD_DAY_NONE || paired(w, v);
}

/* Slot of (number of lines, sum of amounts without sign): equal for both sides of a pair. */
static uint32_t shape_slot(const rd_book *b, rd_row v, rd_minor gross)
{
	uint64_t lines = b->voucher.first[v + 1] - b->voucher.first[v];
	uint64_t sum = gross < 0 ? 0 - (uint64_t)gross : (uint64_t)gross;

	return rd_fold(rd_mix(rd_mix(7, lines), sum)) & (FILTER_BITS - 1);
}

static void add_side(work *w, rd_row v, bool cancels, uint32_t words)
{
	if (w->n == w->cap)
		w->sides = rd_grow(w->scratch, w->sides, w->n, &w->cap, sizeof *w->sides);
	w->sides[w->n++] = (side){rd_entry_hash(w->b, v, cancels ? w->how : RD_LIKE_SAME),
	                          rd_serial_value(w->b->voucher.number[v]),
	                          rd_voucher_day(w->b, v),
	                          v,
	                          cancels,
	                          (uint8_t)words};
}

/* Cancelling vouchers: first the red ones (their amounts sum to less than nothing), then those
 * with swapped sides, as systems without red ink write them; these must say so in their
 * summary, because a refund looks the same. */
static void find_cancelling(work *w)
{
	const rd_book *b = w->b;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_minor gross = rd_entry_gross(b, v);

		if (w->how == RD_LIKE_RED ? gross >= 0 : gross <= 0)
			continue;
		uint32_t words = rd_voucher_words(b, w->words, v);

		if ((w->how == RD_LIKE_SWAP && (words & RD_WORD_CANCEL) == 0) || never_pairs(w, v))
			continue;
		add_side(w, v, true, words);
		uint32_t slot = shape_slot(b, v, gross);

		w->filter[slot / 64] |= UINT64_C(1) << (slot % 64);
	}
}

static void find_candidates(work *w)
{
	const rd_book *b = w->b;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_minor gross = rd_entry_gross(b, v);

		if (gross <= 0)
			continue;
		uint32_t slot = shape_slot(b, v, gross);

		if ((w->filter[slot / 64] >> (slot % 64) & 1) == 0 || never_pairs(w, v) ||
		    (w->how == RD_LIKE_SWAP && rd_voucher_words(b, w->words, v) & RD_WORD_CANCEL))
			continue;
		add_side(w, v, false, 0);
	}
}

/* By hash, then in time. The order is total, so that the result has no free choice. */
static int side_order(const void *pa, const void *pb)
{
	const side *a = pa, *b = pb;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->voucher < b->voucher ? -1 : a->voucher > b->voucher;
}

static bool negates(work *w, const side *later, const side *earlier)
{
	return !earlier->cancels &&
	       rd_entry_like(&w->comparer, w->b, later->voucher, earlier->voucher, w->how);
}

static void pair(work *w, const side *later, const side *earlier)
{
	rd_pairs *p = w->out;

	if (!p->other) {
		p->other = RD_NEW_N(w->arena, rd_row, w->b->voucher.n);
		p->red = RD_NEW_N(w->arena, uint8_t, w->b->voucher.n);
		memset(p->other, 0xff, w->b->voucher.n * sizeof *p->other); /* RD_NONE */
	}
	RD_ASSERT(p->other[later->voucher] == RD_NONE && p->other[earlier->voucher] == RD_NONE);
	p->other[later->voucher] = earlier->voucher;
	p->other[earlier->voucher] = later->voucher;
	p->red[later->voucher] = 1;
	p->n++;
}

static rd_serial document_of(const rd_book *b, rd_row v)
{
	return rd_line_document(b, b->voucher.first[v]);
}

/* Step 1: the summary names the original. When two fit, the nearer one is meant if the
 * reference says no month (numbers restart each month), and else neither. */
static void by_reference(work *w, const side *g, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		rd_reference ref;
		uint32_t found = 0, at[2] = {0, 0};

		if (!g[i].cancels || !rd_voucher_reference(w->b, w->words, g[i].voucher, &ref))
			continue;
		for (uint32_t k = i, looked = 0; k-- > 0 && looked < LOOK_MAX && found < 2; looked++)
			if (!paired(w, g[k].voucher) && rd_reference_fits(w->b, &ref, g[k].voucher) &&
			    negates(w, &g[i], &g[k]))
				at[found++] = k;
		if (found == 1 || (found == 2 && ref.month == 0 && g[at[0]].day != g[at[1]].day))
			pair(w, &g[i], &g[at[0]]);
	}
}

/* The candidate whose document number is that of `later`, nearest first. */
static bool by_document(work *w, const side *g, const uint32_t *stack, uint32_t top,
                        const side *later)
{
	rd_serial document = document_of(w->b, later->voucher);

	for (uint32_t k = top, looked = 0; document && k-- > 0 && looked < LOOK_MAX; looked++) {
		const side *s = &g[stack[k]];

		if (document_of(w->b, s->voucher) == document && !paired(w, s->voucher) &&
		    negates(w, later, s)) {
			pair(w, later, s);
			return true;
		}
	}
	return false;
}

/* Step 2: the only day within the window that has the negated entry. Equal entries of one day
 * can stand for each other, so the later is taken; entries of several days cannot. */
static void by_amounts(work *w, const side *g, uint32_t n)
{
	rd_arena *a = w->scratch;
	uint32_t *stack = RD_NEW_N(a, uint32_t, n);
	uint32_t *run = RD_NEW_N(a, uint32_t, n); /* where the day of this place in stack[] starts */
	uint32_t top = 0;

	for (uint32_t i = 0; i < n; i++) {
		const side *s = &g[i];

		if (paired(w, s->voucher))
			continue;
		if (!s->cancels) {
			run[top] = top > 0 && g[stack[top - 1]].day == s->day ? run[top - 1] : top;
			stack[top++] = i;
			continue;
		}
		while (top > 0 && paired(w, g[stack[top - 1]].voucher))
			top--;
		if (top == 0 || by_document(w, g, stack, top, s))
			continue;
		const side *nearest = &g[stack[top - 1]];
		uint32_t below = run[top - 1];

		while (below > 0 && paired(w, g[stack[below - 1]].voucher))
			below--; /* paired by document number; few are */
		bool alone = below == 0 || s->day - g[stack[below - 1]].day > WINDOW_DAYS;

		if (alone && s->day - nearest->day <= WINDOW_DAYS && (s->words & RD_WORD_NATURE) == 0 &&
		    negates(w, s, nearest)) {
			pair(w, s, nearest);
			top--;
		}
	}
}

static void pair_all(work *w)
{
	qsort(w->sides, w->n, sizeof *w->sides, side_order);
	for (uint32_t i = 0; i < w->n;) {
		uint32_t end = i + 1, cancelling = w->sides[i].cancels;

		for (; end < w->n && w->sides[end].hash == w->sides[i].hash; end++)
			cancelling += w->sides[end].cancels;
		if (cancelling > 0 && cancelling < end - i) {
			by_reference(w, w->sides + i, end - i);
			by_amounts(w, w->sides + i, end - i);
		}
		i = end;
	}
}

void rd_pairs_build(rd_arena *arena, const rd_book *b, const uint8_t *words, rd_pairs *out)
{
	static const rd_likeness rounds[] = {RD_LIKE_RED, RD_LIKE_SWAP};

	*out = (rd_pairs){0};
	for (size_t i = 0; i < 2; i++) {
		if (rounds[i] == RD_LIKE_SWAP && !words)
			break;
		work w = {.b = b,
		          .words = words,
		          .scratch = rd_arena_new(),
		          .how = rounds[i],
		          .out = out,
		          .arena = arena};

		w.comparer.arena = w.scratch;
		w.filter = RD_NEW_N(w.scratch, uint64_t, FILTER_BITS / 64);
		find_cancelling(&w);
		if (w.n > 0)
			find_candidates(&w);
		if (w.n > 1)
			pair_all(&w);
		rd_arena_free(w.scratch);
	}
}
