#include "stat/benford.h"

#include "base/assert.h"
#include <math.h>

static const uint64_t ten[20] = {
	1u,
	10u,
	100u,
	1000u,
	10000u,
	100000u,
	1000000u,
	10000000u,
	100000000u,
	1000000000u,
	10000000000u,
	100000000000u,
	1000000000000u,
	10000000000000u,
	100000000000000u,
	1000000000000000u,
	10000000000000000u,
	100000000000000000u,
	1000000000000000000u,
	10000000000000000000u,
};

uint32_t rd_first_two(uint64_t amount)
{
	RD_ASSERT(amount >= 10);
	/* 1233 / 4096 is log10(2): the number of digits from the number of bits, or one less. */
	uint32_t bits = 64u - (uint32_t)__builtin_clzll(amount);
	uint32_t digits = bits * 1233u >> 12;

	digits += amount >= ten[digits];
	if (amount <= UINT32_MAX)
		return (uint32_t)amount / (uint32_t)ten[digits - 2] - 10;
	return (uint32_t)(amount / ten[digits - 2]) - 10;
}

static double share(uint32_t pair)
{
	return log10(1.0 + 1.0 / (10.0 + (double)pair));
}

rd_benford rd_benford_test(const uint32_t counts[RD_BENFORD_PAIRS])
{
	rd_benford t = {0, 0.0, 0.0};

	for (uint32_t i = 0; i < RD_BENFORD_PAIRS; i++)
		t.n += counts[i];
	if (t.n == 0)
		return t;
	for (uint32_t i = 0; i < RD_BENFORD_PAIRS; i++) {
		double p = share(i), off = (double)counts[i] / (double)t.n - p;

		t.mad += fabs(off) / RD_BENFORD_PAIRS;
		t.chi2 += (double)t.n * off * off / p;
	}
	return t;
}

bool rd_benford_exceeds(const rd_benford *t, int64_t mad_millionths, int64_t chi2_hundredths)
{
	return t->mad > (double)mad_millionths / 1e6 && t->chi2 > (double)chi2_hundredths / 100.0;
}

int64_t rd_benford_mad_millionths(const rd_benford *t)
{
	return (int64_t)(t->mad * 1e6 + 0.5);
}

int64_t rd_benford_chi2_hundredths(const rd_benford *t)
{
	return t->chi2 > 1e15 ? INT64_C(100000000000000000) : (int64_t)(t->chi2 * 100.0 + 0.5);
}

int64_t rd_benford_expected_milli(uint64_t n, uint32_t pair)
{
	return (int64_t)((double)n * share(pair) * 1000.0 + 0.5);
}

int64_t rd_benford_z_milli(uint64_t n, uint32_t pair, uint64_t seen)
{
	if (n == 0)
		return 0;
	double p = share(pair), off = (double)seen - (double)n * p;
	double distance = fabs(off) > 0.5 ? fabs(off) - 0.5 : 0.0;
	double z = distance / sqrt((double)n * p * (1.0 - p));

	return (int64_t)((off < 0.0 ? -z : z) * 1000.0 + (off < 0.0 ? -0.5 : 0.5));
}
