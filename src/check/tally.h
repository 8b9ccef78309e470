/*
 * tally.h - lines that break a rule, gathered by what they have in common (an account, a
 * period and kind, a person): one finding each, with count, sums and the lines to look at.
 *
 * Keys are small numbers 0 .. n_keys-1; only keys that occur take memory beyond four bytes.
 * The tally lives in the arena given at birth and belongs to one thread.
 */
#ifndef RD_CHECK_TALLY_H
#define RD_CHECK_TALLY_H
#include "base/arena.h"
#include "book/book.h"

#define RD_TALLY_ROWS 13u /* one place and twelve more: what a finding can show */

typedef struct rd_tally_item {
	uint32_t key, count;
	rd_minor sum;       /* of the amounts given, without their signs */
	rd_day first, last; /* RD_DAY_NONE when no row had a date */
	uint32_t n_rows;
	rd_row rows[RD_TALLY_ROWS];
	rd_minor amounts[RD_TALLY_ROWS]; /* of the rows kept, without sign */
} rd_tally_item;

typedef struct rd_tally {
	rd_arena *arena;
	uint32_t n_keys;
	bool by_amount;       /* keep the rows with the largest amounts, else the first */
	uint32_t *slot;       /* 1 + position in items; 0 = key not met */
	rd_tally_item *items; /* in the order in which the keys were met */
	uint32_t n, cap;
	uint64_t total; /* rows added */
} rd_tally;

void rd_tally_init(rd_tally *t, rd_arena *a, uint32_t n_keys, bool by_amount);
/* Rows must come in ascending order when the first are to be kept. */
void rd_tally_add(rd_tally *t, uint32_t key, rd_row row, rd_minor amount, rd_day day);
/* NULL when the key was not met. */
const rd_tally_item *rd_tally_get(const rd_tally *t, uint32_t key);
#endif
