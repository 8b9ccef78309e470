#include "stat/bits.h"

#include <math.h>

#define MOST 1000000.0

static uint32_t rounded(double bits)
{
	double m = bits * 1000.0;

	if (!(m > 0.0))
		return 0;
	return m > MOST ? (uint32_t)MOST : (uint32_t)(m + 0.5);
}

/* ln of n over k */
static double ln_choose(double n, double k)
{
	int sign;

	return lgamma_r(n + 1.0, &sign) - lgamma_r(k + 1.0, &sign) - lgamma_r(n - k + 1.0, &sign);
}

uint32_t rd_tail_millibits(uint64_t n, uint64_t k, uint64_t rate_num, uint64_t rate_den)
{
	if (k == 0 || rate_num >= rate_den || k > n)
		return 0;
	if (rate_num == 0)
		return (uint32_t)MOST;
	double p = (double)rate_num / (double)rate_den, size = (double)n, at = (double)k;

	if (at <= p * size)
		return 0; /* not more than expected: the tail is about a half or more */
	double first = ln_choose(size, at) + at * log(p) + (size - at) * log1p(-p);
	double sum = 1.0, term = 1.0;

	/* Terms fall at least geometrically beyond the mean. */
	for (double i = at; i < size; i += 1.0) {
		term *= (size - i) / (i + 1.0) * p / (1.0 - p);
		sum += term;
		if (term < sum * 1e-12)
			break;
	}
	return rounded(-(first + log(sum)) / log(2.0));
}

uint32_t rd_rarity_millibits(uint64_t pair, uint64_t a, uint64_t b, uint64_t all)
{
	if (all == 0)
		return 0;
	double expected = (double)a * (double)b / (double)all;

	return rounded(-log2(((double)pair + 0.5) / (expected + 0.5)));
}
