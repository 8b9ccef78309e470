/*
 * fences.h - median and median absolute deviation of the plain amounts of every account at once.
 *
 * Amounts are without sign, of all lines of an account; of two middle values the lower one counts.
 * The lines are read in book order, four times for each RD_FENCE_ACCOUNTS accounts, because
 * following an account's lines through the columns costs a cache miss a line. Exact, linear.
 */
#ifndef RD_CHECK_FENCES_H
#define RD_CHECK_FENCES_H
#include "book/book.h"

#define RD_FENCE_ACCOUNTS 4096u

typedef struct rd_fence {
	uint32_t n; /* lines */
	rd_minor median, mad;
} rd_fence;

/* By account row, in `a`; accounts without lines have n = 0. */
rd_fence *rd_fences_of(rd_arena *a, const rd_book *b);
#endif
