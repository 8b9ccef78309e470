#include "check/fences.h"

#include "base/assert.h"
#include "stat/select.h"

#define SHIFT 3u /* eight bins for each doubling */
#define BINS  (64u << SHIFT)

/* One of the two selections: of amounts, then of their deviations from the median. */
typedef struct work {
	const rd_book *b;
	rd_row from, to; /* accounts */
	rd_fence *fences;
	uint32_t *counts; /* BINS for each account */
	uint32_t *bin;    /* bin of the wanted value */
	uint32_t *rank;   /* its rank inside the bin */
	uint32_t *start;  /* place of the bin's values among the collected ones */
	int64_t *values;
	bool deviations;
} work;

static uint32_t bin_of(uint64_t v)
{
	if (v < (1u << SHIFT))
		return (uint32_t)v;
	uint32_t top = 63u - (uint32_t)__builtin_clzll(v);

	return (top << SHIFT) + (uint32_t)(v >> (top - SHIFT) & ((1u << SHIFT) - 1));
}

static inline uint64_t value_of(const work *w, rd_row line, rd_row account)
{
	rd_minor v = w->b->line.amount[line];

	v = v < 0 ? -v : v;
	if (!w->deviations)
		return (uint64_t)v;
	v -= w->fences[account].median;
	return (uint64_t)(v < 0 ? -v : v);
}

static void count(work *w)
{
	const rd_row *account = w->b->line.account;

	memset(w->counts, 0, (size_t)(w->to - w->from) * BINS * sizeof *w->counts);
	for (rd_row i = 0; i < w->b->line.n; i++) {
		rd_row k = account[i];

		if (k - w->from < w->to - w->from)
			w->counts[(size_t)(k - w->from) * BINS + bin_of(value_of(w, i, k))]++;
	}
}

/* The bin that holds the lower median of each account; returns how many values all bins hold. */
static uint32_t find_bins(work *w)
{
	uint32_t total = 0;

	for (rd_row k = w->from; k < w->to; k++) {
		const uint32_t *c = w->counts + (size_t)(k - w->from) * BINS;
		uint32_t n = 0, below = 0, bin = 0;

		for (uint32_t i = 0; i < BINS; i++)
			n += c[i];
		w->fences[k].n = n;
		w->start[k - w->from] = total;
		if (n == 0)
			continue;
		while (below + c[bin] <= (n - 1) / 2)
			below += c[bin++];
		w->bin[k - w->from] = bin;
		w->rank[k - w->from] = (n - 1) / 2 - below;
		total += c[bin];
	}
	return total;
}

static void collect(work *w)
{
	const rd_row *account = w->b->line.account;

	for (rd_row i = 0; i < w->b->line.n; i++) {
		rd_row k = account[i] - w->from;

		if (k >= w->to - w->from)
			continue;
		uint64_t v = value_of(w, i, account[i]);

		if (bin_of(v) == w->bin[k])
			w->values[w->start[k]++] = (int64_t)v;
	}
}

static void select_all(work *w, rd_arena *scratch)
{
	count(w);
	uint32_t total = find_bins(w), begin = 0;
	int64_t *tmp = RD_NEW_N(scratch, int64_t, total + 1);

	w->values = RD_NEW_N(scratch, int64_t, total + 1);
	collect(w);
	for (rd_row k = w->from; k < w->to; k++) {
		uint32_t end = w->start[k - w->from];

		if (w->fences[k].n == 0)
			continue;
		RD_ASSERT(end > begin);
		int64_t v = rd_select(w->values + begin, end - begin, w->rank[k - w->from], tmp);

		if (w->deviations)
			w->fences[k].mad = v;
		else
			w->fences[k].median = v;
		begin = end;
	}
}

rd_fence *rd_fences_of(rd_arena *a, const rd_book *b)
{
	rd_arena *scratch = rd_arena_new();
	work w = {.b = b, .fences = RD_NEW_N(a, rd_fence, b->account.n + 1)};
	uint32_t room = b->account.n < RD_FENCE_ACCOUNTS ? b->account.n : RD_FENCE_ACCOUNTS;

	w.counts = RD_NEW_N(scratch, uint32_t, (size_t)room * BINS + 1);
	w.bin = RD_NEW_N(scratch, uint32_t, room + 1);
	w.rank = RD_NEW_N(scratch, uint32_t, room + 1);
	w.start = RD_NEW_N(scratch, uint32_t, room + 1);
	for (w.from = 0; w.from < b->account.n; w.from = w.to) {
		w.to = b->account.n - w.from < room ? b->account.n : w.from + room;
		w.deviations = false;
		select_all(&w, scratch);
		w.deviations = true;
		select_all(&w, scratch);
	}
	rd_arena_free(scratch);
	return w.fences;
}
