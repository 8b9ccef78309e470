#include "check/sort.h"
#include "unit.h"
#include <stdlib.h>

enum { MOST = 3000 };

static int by_value(const void *pa, const void *pb)
{
	const uint64_t *a = pa, *b = pb;

	return *a < *b ? -1 : *a > *b;
}

static void sorts_words_of_all_sizes(void)
{
	static uint64_t items[MOST], want[MOST], tmp[MOST];
	uint64_t seed = 5;

	for (uint32_t round = 0; round < 300; round++) {
		uint32_t n = unit_below(&seed, MOST), shift = unit_below(&seed, 64);

		for (uint32_t i = 0; i < n; i++)
			items[i] = want[i] = unit_random(&seed) >> shift;
		qsort(want, n, sizeof *want, by_value);
		rd_sort_u64(items, tmp, n);
		unit_case("round %u, n %u", round, n);
		UNIT_INT(memcmp(items, want, n * sizeof *want), 0);
	}
}

/* Rows that share their hash with another, found by looking at all pairs of rows. */
static void twins_are_those_of_all_pairs(void)
{
	static uint32_t hash[MOST];
	uint64_t seed = 6;

	for (uint32_t round = 0; round < 40; round++) {
		rd_arena *a = rd_arena_new();
		uint32_t n = unit_below(&seed, MOST), kinds = 1 + unit_below(&seed, 4 * MOST);
		uint32_t shift = unit_below(&seed, 2) ? 0 : 20; /* spread over all buckets, or in one */
		rd_twins t;
		size_t at = 0;

		rd_twins_begin(&t, a);
		for (uint32_t i = 0; i < n; i++) {
			hash[i] = rd_fold(unit_below(&seed, kinds)) >> shift;
			rd_twins_count(&t, hash[i]);
		}
		rd_twins_ready(&t);
		for (uint32_t i = 0; i < n; i++)
			rd_twins_add(&t, hash[i], i);
		rd_twins_end(&t);
		unit_case("round %u, n %u", round, n);
		for (size_t i = 1; i < t.n; i++)
			UNIT_TRUE(t.items[i - 1] < t.items[i]);
		for (uint32_t i = 0; i < n; i++) {
			bool twin = false;

			for (uint32_t k = 0; k < n && !twin; k++)
				twin = k != i && hash[k] == hash[i];
			at += twin;
			uint64_t item = (uint64_t)hash[i] << 32 | i;
			bool found = bsearch(&item, t.items, t.n, sizeof item, by_value) != NULL;

			UNIT_INT(found, twin);
		}
		UNIT_INT(t.n, at);
		for (size_t i = 0, end; i < t.n; i = end) {
			end = rd_twins_run(&t, i);
			UNIT_TRUE(end - i >= 2);
		}
		rd_arena_free(a);
	}
}

const unit_test sort_tests[] = {
	{"words are sorted whatever their upper bytes", sorts_words_of_all_sizes},
	{"twins are the rows that share a hash with another row", twins_are_those_of_all_pairs},
	{0},
};
