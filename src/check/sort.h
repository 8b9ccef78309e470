/*
 * sort.h - sorting of packed keys, and rows that share a key with another row.
 *
 * Keys are 64-bit words; whoever packs them decides what the upper bits mean. Both tools
 * are stable on equal words by being total orders, take O(n) time on any input and use
 * only the memory that the caller's arena gives them.
 */
#ifndef RD_CHECK_SORT_H
#define RD_CHECK_SORT_H
#include "base/arena.h"
#include "base/hash.h"

/* Sorts ascending; `tmp` has room for n words. */
void rd_sort_u64(uint64_t *items, uint64_t *tmp, size_t n);

/*
 * Twins: of many (hash, row) pairs, those whose hash occurs at least twice. Two passes by the
 * caller over the same pairs, because eight bytes a pair are all that is kept:
 *
 *	rd_twins_begin(&t, arena);
 *	for each pair: rd_twins_count(&t, hash);
 *	rd_twins_ready(&t);
 *	for each pair: rd_twins_add(&t, hash, row);
 *	rd_twins_end(&t);
 *
 * Then items[0 .. n-1] are hash << 32 | row, ascending; runs of equal hash are the candidates.
 * Hashes are 32 bits, so a run may hold strangers: the caller compares the real keys.
 */
#define RD_TWINS_BITS 10u

typedef struct rd_twins {
	rd_arena *arena;
	uint64_t *items;
	size_t n;
	size_t at[(1u << RD_TWINS_BITS) + 1];
} rd_twins;

void rd_twins_begin(rd_twins *t, rd_arena *arena);
static inline void rd_twins_count(rd_twins *t, uint32_t hash)
{
	t->at[hash >> (32 - RD_TWINS_BITS)]++;
}
void rd_twins_ready(rd_twins *t);
static inline void rd_twins_add(rd_twins *t, uint32_t hash, uint32_t row)
{
	t->items[t->at[hash >> (32 - RD_TWINS_BITS)]++] = (uint64_t)hash << 32 | row;
}
void rd_twins_end(rd_twins *t);

/* The end of the run of equal hashes that starts at `from`. */
static inline size_t rd_twins_run(const rd_twins *t, size_t from)
{
	size_t to = from + 1;

	while (to < t->n && t->items[to] >> 32 == t->items[from] >> 32)
		to++;
	return to;
}

/* 32 bits of a 64-bit mix, for the above. */
static inline uint32_t rd_fold(uint64_t h)
{
	return (uint32_t)((h * 0x9e3779b97f4a7c15u) >> 32);
}
#endif
