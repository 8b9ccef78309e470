/*
 * digits.h - up to eight decimal digits at one go.
 *
 * Pure; reads the given bytes and no others.
 */
#ifndef RD_BASE_DIGITS_H
#define RD_BASE_DIGITS_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The value of p[0..n), 1 <= n <= 8; false when one of the bytes is no digit. */
__attribute__((always_inline)) static inline bool rd_digits(const char *p, uint32_t n,
                                                            uint32_t *ret)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const unsigned char *u = (const unsigned char *)p;
	uint64_t x;

	if (n >= 4) { /* two loads that may overlap are all bytes */
		uint32_t head, tail;

		memcpy(&head, p, 4);
		memcpy(&tail, p + n - 4, 4);
		x = head | (uint64_t)tail << 8 * (n - 4);
	} else {
		x = u[0] | (uint64_t)u[n >> 1] << 8 * (n >> 1) | (uint64_t)u[n - 1] << 8 * (n - 1);
	}
	/* Zeros before the number make it eight digits long; then pairs, fours and all of them. */
	x = x << 8 * (8 - n) | UINT64_C(0x3030303030303030) >> 4 * n >> 4 * n;
	x ^= UINT64_C(0x3030303030303030);
	if ((x | (x + UINT64_C(0x0606060606060606))) & UINT64_C(0xf0f0f0f0f0f0f0f0))
		return false;
	x = x * 10 + (x >> 8);
	x = ((x & UINT64_C(0xff000000ff)) * ((UINT64_C(1000000) << 32) + 100) +
	     (x >> 16 & UINT64_C(0xff000000ff)) * ((UINT64_C(10000) << 32) + 1)) >>
	    32;
	*ret = (uint32_t)x;
#else
	uint32_t v = 0;

	for (uint32_t i = 0; i < n; i++) {
		if ((unsigned)(p[i] - '0') > 9)
			return false;
		v = v * 10 + (unsigned)(p[i] - '0');
	}
	*ret = v;
#endif
	return true;
}
#endif
