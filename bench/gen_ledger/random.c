#include "random.h"
#include <math.h>

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

uint64_t rng_next(rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

void rng_init(rng *r, uint64_t seed)
{
	*r = (rng){0};
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		r->s[i] = z ^ (z >> 31);
	}
}

int rng_below(rng *r, int n)
{
	return (int)(((rng_next(r) >> 32) * (uint64_t)n) >> 32);
}

double rng_unit(rng *r)
{
	return ((double)(rng_next(r) >> 11) + 0.5) * (1.0 / 9007199254740992.0);
}

static double rng_normal(rng *r)
{
	if (r->has_spare) {
		r->has_spare = false;
		return r->spare;
	}
	double radius = sqrt(-2 * log(rng_unit(r)));
	double angle = 6.283185307179586 * rng_unit(r);

	r->spare = radius * sin(angle);
	r->has_spare = true;
	return radius * cos(angle);
}

int64_t rng_amount(rng *r, double mu, double sigma)
{
	return (int64_t)(exp(mu + sigma * rng_normal(r)) * 100);
}
