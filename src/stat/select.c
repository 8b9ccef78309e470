#include "stat/select.h"

#include "base/assert.h"
#include <string.h>

#define MANTISSA  6u /* bits behind the leading one: bins are 1.6 % wide */
#define BINS      (64u << MANTISSA)
#define PART_BITS 11u
#define FEW       512u

/* Position among bins that grow with the value; monotone. */
static uint32_t bin_of(uint64_t v)
{
	if (v < 1u << MANTISSA)
		return (uint32_t)v;
	uint32_t top = 63u - (uint32_t)__builtin_clzll(v);

	return (top - MANTISSA + 1) << MANTISSA |
	       (uint32_t)(v >> (top - MANTISSA) & ((1u << MANTISSA) - 1));
}

/* The smallest value of a bin. */
static uint64_t bin_start(uint32_t bin)
{
	uint32_t top = bin >> MANTISSA;

	if (top == 0)
		return bin;
	return (uint64_t)((1u << MANTISSA) | (bin & ((1u << MANTISSA) - 1))) << (top - 1);
}

/* Splits values of [low, high] into equal parts and goes on in the one that holds rank k. */
static int64_t narrow(int64_t *values, size_t n, size_t k)
{
	for (;;) {
		uint64_t low = (uint64_t)values[0], high = low;

		for (size_t i = 1; i < n; i++) {
			low = (uint64_t)values[i] < low ? (uint64_t)values[i] : low;
			high = (uint64_t)values[i] > high ? (uint64_t)values[i] : high;
		}
		if (low == high)
			return (int64_t)low;
		uint32_t bits = 64u - (uint32_t)__builtin_clzll(high - low);
		uint32_t shift = bits > PART_BITS ? bits - PART_BITS : 0;
		size_t count[1u << PART_BITS] = {0};

		for (size_t i = 0; i < n; i++)
			count[((uint64_t)values[i] - low) >> shift]++;
		uint32_t part = 0;

		while (k >= count[part])
			k -= count[part++];
		if (shift == 0)
			return (int64_t)(low + part);
		size_t kept = 0;

		for (size_t i = 0; i < n; i++) {
			int64_t v = values[i];

			values[kept] = v;
			kept += ((uint64_t)v - low) >> shift == part;
		}
		n = kept;
	}
}

/* Few values are parted around a middle one again and again: clearing bins would cost more. */
static int64_t select_few(int64_t *v, size_t n, size_t k)
{
	size_t from = 0, to = n;

	while (to - from > 1) {
		uint64_t a = (uint64_t)v[from], b = (uint64_t)v[from + (to - from) / 2];
		uint64_t c = (uint64_t)v[to - 1];
		uint64_t low = a < b ? a : b, high = a < b ? b : a;
		uint64_t middle = c < low ? low : c > high ? high : c;
		size_t less = from, more = to;

		/* [from, less) is less, [less, i) equal, [more, to) more. */
		for (size_t i = from; i < more;) {
			int64_t x = v[i];

			if ((uint64_t)x < middle) {
				v[i++] = v[less];
				v[less++] = x;
			} else if ((uint64_t)x > middle) {
				v[i] = v[--more];
				v[more] = x;
			} else {
				i++;
			}
		}
		if (k >= less && k < more)
			return (int64_t)middle;
		from = k < less ? from : more;
		to = k < less ? less : to;
	}
	return v[from];
}

int64_t rd_select(const int64_t *values, size_t n, size_t k, int64_t *tmp)
{
	uint32_t count[BINS];

	RD_ASSERT(n > 0 && k < n && n <= UINT32_MAX);
	if (n <= FEW) {
		memcpy(tmp, values, n * sizeof *tmp);
		return select_few(tmp, n, k);
	}
	memset(count, 0, sizeof count);
	for (size_t i = 0; i < n; i++)
		count[bin_of((uint64_t)values[i])]++;
	uint32_t bin = 0;

	while (k >= count[bin])
		k -= count[bin++];
	size_t kept = 0;

	uint64_t low = bin_start(bin), width = bin_start(bin + 1) - low;

	for (size_t i = 0; i < n; i++) {
		tmp[kept] = values[i];
		kept += (uint64_t)values[i] - low < width;
	}
	RD_ASSERT(k < kept);
	return narrow(tmp, kept, k);
}

rd_spread rd_spread_of(int64_t *values, size_t n, int64_t *tmp)
{
	rd_spread s = {.median = rd_select(values, n, (n - 1) / 2, tmp)};

	for (size_t i = 0; i < n; i++)
		values[i] = values[i] < s.median ? s.median - values[i] : values[i] - s.median;
	s.mad = rd_select(values, n, (n - 1) / 2, tmp);
	return s;
}
