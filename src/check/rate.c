#include "check/rate.h"

/* log2(n) with 24 fraction bits, digit by digit: squaring a number in [1, 2) doubles its
 * logarithm, and the whole part that comes out is the next binary digit. */
static uint64_t log2_fixed(uint64_t n)
{
	unsigned whole = 63u - (unsigned)__builtin_clzll(n);
	uint64_t m = whole >= 31 ? n >> (whole - 31) : n << (31 - whole);
	uint64_t r = whole;

	for (int i = 0; i < 24; i++) {
		m = m * m >> 31;
		r = r << 1 | m >> 32;
		m >>= m >> 32;
	}
	return r;
}

uint32_t rd_millibits(uint64_t hits, uint64_t population)
{
	if (hits == 0 || hits >= population)
		return 0;
	return (uint32_t)(((log2_fixed(population) - log2_fixed(hits)) * 1000 + (1u << 23)) >> 24);
}

int64_t rd_rate_permille(uint64_t hits, uint64_t population)
{
	return population ? (int64_t)((hits * 1000 + population / 2) / population) : 0;
}
