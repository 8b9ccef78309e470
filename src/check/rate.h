/*
 * rate.h - how common a mark is in its own book: share and bits, in whole numbers.
 *
 * Every indicator prints its base rate (checks.md, guard 2) and hands it to the ranking as bits.
 */
#ifndef RD_CHECK_RATE_H
#define RD_CHECK_RATE_H
#include <stdint.h>

/* -log2(hits / population) in thousandths, 0 when everything is hit or nothing can be; at
 * most 64000. Exact to one thousandth and the same on every machine. */
uint32_t rd_millibits(uint64_t hits, uint64_t population);
/* hits / population in thousandths, rounded half up; 0 for an empty population. */
int64_t rd_rate_permille(uint64_t hits, uint64_t population);
#endif
