/*
 * bits.h - how surprising something is, in thousandths of a bit. Pure functions; the results are
 * rounded integers, so that checks need no floating point.
 */
#ifndef RD_STAT_BITS_H
#define RD_STAT_BITS_H
#include <stdint.h>

/* -1000 * log2 of the probability that n trials, each with chance rate_num / rate_den, have k or
 * more successes (binomial tail). At most 1000000. rate_den > 0. */
uint32_t rd_tail_millibits(uint64_t n, uint64_t k, uint64_t rate_num, uint64_t rate_den);

/* How much rarer a pair is than chance: -1000 * log2((pair + 0.5) / (a * b / all + 0.5)), 0 when
 * it is not rarer. a and b are how often its two sides occur among all flows. */
uint32_t rd_rarity_millibits(uint64_t pair, uint64_t a, uint64_t b, uint64_t all);
#endif
