/*
 * logscale.h - amounts on a logarithmic scale in integers: log2 in 1/65536, exact to 1/8000 of
 * the distance between 1 and 2 fen. Medians and deviations of logarithms are then integer work.
 */
#ifndef RD_STAT_LOGSCALE_H
#define RD_STAT_LOGSCALE_H
#include <stdint.h>

#define RD_LOG_ONE 65536 /* one doubling */

typedef struct rd_log_table {
	uint32_t at[257]; /* log2(1 + i / 256) * 65536 */
} rd_log_table;

void rd_log_table_init(rd_log_table *t);

/* log2(v) * 65536 for v >= 1. */
static inline int64_t rd_log_scale(const rd_log_table *t, uint64_t v)
{
	uint32_t top = 63u - (uint32_t)__builtin_clzll(v);
	uint64_t fraction = top >= 24 ? v >> (top - 24) & 0xffffff : (v << (24 - top)) & 0xffffff;
	uint32_t i = (uint32_t)(fraction >> 16), rest = (uint32_t)(fraction & 0xffff);

	return (int64_t)((uint64_t)top << 16) + t->at[i] +
	       (int64_t)(((uint64_t)(t->at[i + 1] - t->at[i]) * rest) >> 16);
}
#endif
