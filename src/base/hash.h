/*
 * hash.h - two hashes with two jobs.
 *
 * rd_hash_bytes / _str / _i64: FNV-1a, 64 bit. Same bytes, same value, on every
 * machine and in every release: finding keys are stored. rd_mix / rd_hash_fast:
 * quick hashes for tables inside one run, never stored. Neither is against an adversary.
 */
#ifndef RD_BASE_HASH_H
#define RD_BASE_HASH_H
#include "base/str.h"

#define RD_HASH_START 1469598103934665603u

static inline uint64_t rd_hash_bytes(uint64_t h, const void *data, size_t size)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

static inline uint64_t rd_hash_i64(uint64_t h, int64_t v)
{
	for (int i = 0; i < 8; i++)
		h = (h ^ (uint64_t)(unsigned char)((uint64_t)v >> (8 * i))) * 1099511628211u;
	return h;
}

/* The length goes in first, so that ("ab","c") and ("a","bc") differ. */
static inline uint64_t rd_hash_str(uint64_t h, rd_str s)
{
	return rd_hash_bytes(rd_hash_i64(h, s.len), s.ptr, s.len);
}

static inline uint64_t rd_mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9fb21c651e98df25u;
	return h ^ (h >> 32);
}

static inline uint64_t rd_hash_fast(const char *p, size_t n)
{
	uint64_t h = n * 0x9e3779b97f4a7c15u, x;

	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&x, p, 8);
		h = rd_mix(h, x);
	}
	if (n) {
		x = 0;
		memcpy(&x, p, n);
		h = rd_mix(h, x);
	}
	return h;
}
#endif
