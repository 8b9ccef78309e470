#include "check/sort.h"

#include "base/assert.h"

/* Below this many words an insertion sort is faster than counting bytes. */
#define SMALL 48u

static void insertion(uint64_t *a, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t x = a[i];
		size_t k = i;

		for (; k > 0 && a[k - 1] > x; k--)
			a[k] = a[k - 1];
		a[k] = x;
	}
}

void rd_sort_u64(uint64_t *items, uint64_t *tmp, size_t n)
{
	if (n <= SMALL) {
		insertion(items, n);
		return;
	}
	uint64_t all_or = 0, all_and = UINT64_MAX;
	uint64_t *from = items, *to = tmp;

	for (size_t i = 0; i < n; i++) {
		all_or |= items[i];
		all_and &= items[i];
	}
	for (unsigned shift = 0; shift < 64; shift += 8) {
		size_t at[256] = {0}, sum = 0;

		if ((((all_or ^ all_and) >> shift) & 0xff) == 0)
			continue; /* all words have the same byte here */
		for (size_t i = 0; i < n; i++)
			at[(from[i] >> shift) & 0xff]++;
		for (size_t i = 0; i < 256; i++) {
			size_t count = at[i];

			at[i] = sum;
			sum += count;
		}
		for (size_t i = 0; i < n; i++)
			to[at[(from[i] >> shift) & 0xff]++] = from[i];
		uint64_t *swap = from;

		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, n * sizeof *items);
}

void rd_twins_begin(rd_twins *t, rd_arena *arena)
{
	memset(t, 0, sizeof *t);
	t->arena = arena;
}

void rd_twins_ready(rd_twins *t)
{
	size_t sum = 0;

	for (size_t i = 0; i <= 1u << RD_TWINS_BITS; i++) {
		size_t count = t->at[i];

		t->at[i] = sum;
		sum += count;
	}
	t->n = sum;
	t->items = RD_NEW_N(t->arena, uint64_t, sum + 1);
}

/* Keeps of one bucket what may have a twin: a hash whose slot was met twice. Slots are 16 for
 * each item, so that of items without a twin one in sixteen stays, and goes in the sort. */
static size_t sift(const uint64_t *items, size_t n, uint64_t *out, uint64_t *seen, size_t slots)
{
	uint64_t *twice = seen + slots / 64;
	size_t kept = 0;

	memset(seen, 0, slots / 64 * 2 * sizeof *seen);
	for (size_t i = 0; i < n; i++) {
		size_t slot = (size_t)(items[i] >> 32) & (slots - 1);
		uint64_t bit = UINT64_C(1) << (slot & 63);

		twice[slot / 64] |= seen[slot / 64] & bit;
		seen[slot / 64] |= bit;
	}
	for (size_t i = 0; i < n; i++) {
		size_t slot = (size_t)(items[i] >> 32) & (slots - 1);

		out[kept] = items[i];
		kept += twice[slot / 64] >> (slot & 63) & 1;
	}
	return kept;
}

/* Drops hashes that stand alone in a sorted bucket. */
static size_t drop_single(uint64_t *items, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n;) {
		size_t end = i + 1;

		while (end < n && items[end] >> 32 == items[i] >> 32)
			end++;
		if (end - i > 1)
			for (; i < end; i++)
				items[kept++] = items[i];
		i = end;
	}
	return kept;
}

void rd_twins_end(rd_twins *t)
{
	size_t largest = 0, kept = 0, start = 0;

	for (size_t i = 0; i < 1u << RD_TWINS_BITS; i++) {
		if (t->at[i] - start > largest)
			largest = t->at[i] - start;
		start = t->at[i];
	}
	RD_ASSERT(start == t->n);
	size_t slots = 64;

	while (slots < largest * 16 && slots < (size_t)1 << (32 - RD_TWINS_BITS))
		slots *= 2;
	rd_arena *scratch = rd_arena_new();
	uint64_t *seen = RD_NEW_N(scratch, uint64_t, slots / 64 * 2);
	uint64_t *tmp = RD_NEW_N(scratch, uint64_t, largest + 1);

	start = 0;
	for (size_t i = 0; i < 1u << RD_TWINS_BITS; i++) {
		size_t end = t->at[i];
		uint64_t *out = t->items + kept;
		size_t n = sift(t->items + start, end - start, out, seen, slots);

		rd_sort_u64(out, tmp, n);
		kept += drop_single(out, n);
		start = end;
	}
	t->n = kept;
	rd_arena_free(scratch);
}
