/*
 * random: seeded random numbers, the same on every machine: xoshiro256** (Blackman and Vigna)
 * seeded by splitmix64. The caller owns the rng; nothing fails; one thread.
 */
#ifndef GEN_RANDOM_H
#define GEN_RANDOM_H
#include <stdbool.h>
#include <stdint.h>

typedef struct rng {
	uint64_t s[4];
	double spare; /* Box-Muller gives two normal numbers at a time */
	bool has_spare;
} rng;

void rng_init(rng *r, uint64_t seed);
uint64_t rng_next(rng *r);

/* 0 … n - 1. */
int rng_below(rng *r, int n);

/* Strictly between 0 and 1, so that its logarithm is finite. */
double rng_unit(rng *r);

/* Log-normal: an amount in fen around exp(mu) yuan. */
int64_t rng_amount(rng *r, double mu, double sigma);

#endif
