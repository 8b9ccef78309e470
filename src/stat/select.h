/*
 * select.h - the k-th smallest of many amounts, and median with median absolute deviation.
 *
 * Values are >= 0. Time is linear on any input: a first pass sorts into bins that grow with
 * the value, later ones split a bin into 2048 equal parts, so at most seven passes follow.
 */
#ifndef RD_STAT_SELECT_H
#define RD_STAT_SELECT_H
#include <stddef.h>
#include <stdint.h>

/* k = 0 .. n-1; n > 0. `tmp` has room for n values; `values` is left as it is. */
int64_t rd_select(const int64_t *values, size_t n, size_t k, int64_t *tmp);

typedef struct rd_spread {
	int64_t median; /* the lower one of two */
	int64_t mad;    /* lower median of |value - median| */
} rd_spread;

/* n > 0; `values` is overwritten with the deviations, `tmp` has room for n. */
rd_spread rd_spread_of(int64_t *values, size_t n, int64_t *tmp);
#endif
