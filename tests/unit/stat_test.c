#include "stat/benford.h"
#include "stat/bits.h"
#include "stat/logscale.h"
#include "stat/select.h"
#include "unit.h"
#include <math.h>
#include <stdlib.h>

enum { MOST = 2000 }; /* more than what is selected without bins */

static int by_value(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;

	return *a < *b ? -1 : *a > *b;
}

/* Values of all sizes: a random number of bits each, with repeats among the small ones. */
static uint32_t random_values(uint64_t *seed, int64_t values[MOST])
{
	uint32_t n = 1 + unit_below(seed, MOST), most = unit_below(seed, 62);

	for (uint32_t i = 0; i < n; i++)
		values[i] = (int64_t)(unit_random(seed) >> (64 - most - 1) >> unit_below(seed, 4));
	return n;
}

static void selects_what_sorting_finds(void)
{
	static int64_t values[MOST], sorted[MOST], tmp[MOST];
	uint64_t seed = 1;

	for (uint32_t round = 0; round < 2000; round++) {
		uint32_t n = random_values(&seed, values), k = unit_below(&seed, n);

		memcpy(sorted, values, n * sizeof *values);
		qsort(sorted, n, sizeof *sorted, by_value);
		unit_case("round %u, n %u, k %u", round, n, k);
		UNIT_INT(rd_select(values, n, k, tmp), sorted[k]);
	}
}

static void spreads_by_lower_medians(void)
{
	int64_t odd[] = {9, 1, 5}, even[] = {4, 1, 100, 2}, one[] = {7}, tmp[4];
	rd_spread s = rd_spread_of(odd, 3, tmp);

	UNIT_INT(s.median, 5);
	UNIT_INT(s.mad, 4);
	UNIT_INT(odd[0], 4); /* the deviations are left */
	s = rd_spread_of(even, 4, tmp);
	UNIT_INT(s.median, 2);
	UNIT_INT(s.mad, 1);
	s = rd_spread_of(one, 1, tmp);
	UNIT_INT(s.median, 7);
	UNIT_INT(s.mad, 0);
}

static void takes_the_first_two_digits(void)
{
	uint64_t seed = 2;

	for (uint64_t v = 10; v < 200000; v++) {
		uint64_t w = v;

		while (w >= 100)
			w /= 10;
		unit_case("%llu", (unsigned long long)v);
		UNIT_INT(rd_first_two(v), w - 10);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		uint64_t v = unit_random(&seed) >> unit_below(&seed, 60), w = v;

		while (w >= 100)
			w /= 10;
		if (v >= 10)
			UNIT_INT(rd_first_two(v), w - 10);
	}
}

static void benford_needs_both_limits(void)
{
	uint32_t lawful[RD_BENFORD_PAIRS], few[RD_BENFORD_PAIRS], spike[RD_BENFORD_PAIRS];

	for (uint32_t i = 0; i < RD_BENFORD_PAIRS; i++) {
		lawful[i] = (uint32_t)(1e6 * log10(1.0 + 1.0 / (i + 10.0)) + 0.5);
		few[i] = (lawful[i] + 5000) / 10000; /* a hundred amounts: rounding alone is a large MAD */
		spike[i] = lawful[i];
	}
	spike[39] += 20000; /* 49 */
	rd_benford t = rd_benford_test(lawful);

	UNIT_TRUE(!rd_benford_exceeds(&t, 2200, 11202));
	UNIT_INT(rd_benford_mad_millionths(&t), 0);
	t = rd_benford_test(few);
	UNIT_TRUE(rd_benford_mad_millionths(&t) > 2200 && !rd_benford_exceeds(&t, 2200, 11202));
	t = rd_benford_test(spike);
	UNIT_TRUE(rd_benford_chi2_hundredths(&t) > 11202 && !rd_benford_exceeds(&t, 2200, 11202));
	spike[39] += 200000;
	t = rd_benford_test(spike);
	UNIT_TRUE(rd_benford_exceeds(&t, 2200, 11202));
	UNIT_TRUE(rd_benford_z_milli(t.n, 39, spike[39]) > 3290);
	UNIT_TRUE(rd_benford_z_milli(t.n, 0, spike[0]) < 0);
	UNIT_INT(rd_benford_expected_milli(1000, 0), 41393); /* log10(1.1) */
	memset(few, 0, sizeof few);
	t = rd_benford_test(few);
	UNIT_TRUE(t.n == 0 && !rd_benford_exceeds(&t, 0, 0));
}

static void tails_agree_with_sums(void)
{
	/* -1000 log2 of the sum of binomial terms, computed with exact integers elsewhere */
	UNIT_INT(rd_tail_millibits(100, 10, 1, 20), 5149);
	UNIT_INT(rd_tail_millibits(1, 1, 1, 2), 1000);
	UNIT_INT(rd_tail_millibits(10, 10, 1, 2), 10000);
	UNIT_INT(rd_tail_millibits(30, 0, 1, 2), 0);
	UNIT_INT(rd_tail_millibits(30, 15, 1, 2), 0); /* as many as expected */
	UNIT_INT(rd_tail_millibits(30, 1, 0, 1), 1000000);
	for (uint64_t k = 6; k < 100; k++)
		UNIT_TRUE(rd_tail_millibits(100, k, 1, 20) < rd_tail_millibits(100, k + 1, 1, 20));
}

static void rarity_grows_with_what_was_expected(void)
{
	UNIT_INT(rd_rarity_millibits(1, 500, 500, 10000), 4087); /* 1.5 for 25.5 */
	UNIT_INT(rd_rarity_millibits(25, 500, 500, 10000), 0);
	UNIT_INT(rd_rarity_millibits(1, 0, 0, 0), 0);
	UNIT_TRUE(rd_rarity_millibits(1, 900, 900, 10000) > rd_rarity_millibits(1, 500, 500, 10000));
}

static void logarithms_rise_and_are_close(void)
{
	rd_log_table t;
	int64_t last = -1;

	rd_log_table_init(&t);
	for (uint64_t v = 1; v < UINT64_C(1) << 62; v += v / 50 + 1) {
		int64_t got = rd_log_scale(&t, v);

		unit_case("%llu", (unsigned long long)v);
		UNIT_TRUE(got > last);
		UNIT_TRUE(fabs((double)got / RD_LOG_ONE - log2((double)v)) < 1e-4);
		last = got;
	}
	UNIT_INT(rd_log_scale(&t, 1024), 10 * RD_LOG_ONE);
}

const unit_test stat_tests[] = {
	{"selection finds what sorting finds, for values of all sizes", selects_what_sorting_finds},
	{"median and deviation are the lower of two", spreads_by_lower_medians},
	{"the first two digits are those of division", takes_the_first_two_digits},
	{"Benford hits only when deviation and chi-square are both large", benford_needs_both_limits},
	{"binomial tails agree with the sum of their terms", tails_agree_with_sums},
	{"a pair is rarer the more often chance would bring it", rarity_grows_with_what_was_expected},
	{"logarithms in integers rise and are close to real ones", logarithms_rise_and_are_close},
	{0},
};
