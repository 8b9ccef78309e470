#include "check/rate.h"
#include "unit.h"
#include <math.h>

static void bits_agree_with_floating_point(void)
{
	uint64_t seed = 7;

	UNIT_INT(rd_millibits(1, 2), 1000);
	UNIT_INT(rd_millibits(1, 1024), 10000);
	UNIT_INT(rd_millibits(3, 10), 1737);
	UNIT_INT(rd_millibits(0, 10), 0);
	UNIT_INT(rd_millibits(10, 10), 0);
	for (int i = 0; i < 100000; i++) {
		uint64_t population = 2 + unit_random(&seed) % 400000000u;
		uint64_t hits = 1 + unit_random(&seed) % (population - 1);
		double want = -1000 * log2((double)hits / (double)population);

		unit_case("%llu of %llu", (unsigned long long)hits, (unsigned long long)population);
		UNIT_TRUE(fabs((double)rd_millibits(hits, population) - want) <= 1);
	}
}

static void shares_round_half_up(void)
{
	UNIT_INT(rd_rate_permille(1, 3), 333);
	UNIT_INT(rd_rate_permille(1, 2000), 1);
	UNIT_INT(rd_rate_permille(1, 2001), 0);
	UNIT_INT(rd_rate_permille(5, 0), 0);
}

const unit_test rate_tests[] = {
	{"bits agree with floating point", bits_agree_with_floating_point},
	{"shares round half up", shares_round_half_up},
	{NULL, NULL},
};
