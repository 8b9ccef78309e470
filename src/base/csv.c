#include "base/csv.h"
#include "base/assert.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef struct scan {
	const char *p;
	uint32_t n;
	char delimiter;
	bool quoting;
	uint32_t *ends;
	uint32_t n_ends;
	uint32_t field; /* start of the field being scanned */
} scan;

/* The byte behind the closing quote of the field at `at`, or n + 1 when it is not closed. */
static uint32_t closing(const scan *s, uint32_t at)
{
	uint32_t i = at + 1;

	for (;;) {
		const char *q = i < s->n ? memchr(s->p + i, '"', s->n - i) : NULL;

		if (q == NULL)
			return s->n + 1;
		i = (uint32_t)(q - s->p) + 1;
		if (i >= s->n || s->p[i] != '"')
			return i;
		i++;
	}
}

static bool ends_field(const scan *s, uint32_t i)
{
	char c = s->p[i];

	/* A CR ends a line of its own (old Macs) unless more line end follows: CR LF, CR CR LF. */
	return c == s->delimiter || c == '\n' ||
	       (c == '\r' && (i + 1 == s->n || (s->p[i + 1] != '\n' && s->p[i + 1] != '\r')));
}

/* One candidate byte at i. Returns where to go on; n + 1 when a quote stays open. */
static uint32_t step(scan *s, uint32_t i)
{
	if (s->p[i] == '"')
		return s->quoting && i == s->field ? closing(s, i) : i + 1;
	if (ends_field(s, i)) {
		s->ends[s->n_ends++] = s->p[i] == s->delimiter ? i : i | RD_CSV_LAST;
		s->field = i + 1;
	}
	return i + 1;
}

static uint32_t scan_plain(scan *s)
{
	uint32_t i = 0;

	while (i < s->n) {
		char c = s->p[i];

		if (c != '"' && c != s->delimiter && c != '\n' && c != '\r') {
			i++;
			continue;
		}
		i = step(s, i);
	}
	return i;
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi"))) static inline uint64_t bits_of(__m256i a, __m256i b)
{
	return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

__attribute__((target("avx2,bmi"))) static uint64_t equal(__m256i a, __m256i b, char c)
{
	__m256i w = _mm256_set1_epi8(c);

	return bits_of(_mm256_cmpeq_epi8(a, w), _mm256_cmpeq_epi8(b, w));
}

__attribute__((target("avx2,bmi"))) static uint32_t scan_avx2(scan *s)
{
	uint32_t i = 0;

	while (i < s->n) {
		__m256i a = _mm256_loadu_si256((const void *)(s->p + i));
		__m256i b = _mm256_loadu_si256((const void *)(s->p + i + 32));
		uint64_t last = equal(a, b, '\n'), ends = equal(a, b, s->delimiter) | last;
		uint64_t rare = equal(a, b, '\r') | (s->quoting ? equal(a, b, '"') : 0);
		uint64_t in = s->n - i < 64 ? (UINT64_C(1) << (s->n - i)) - 1 : ~UINT64_C(0);

		ends &= in;
		rare &= in;
		if (__builtin_expect(rare != 0, 0)) {
			uint32_t next = i + 64;

			for (uint64_t m = ends | rare; m; m &= m - 1) {
				uint32_t at = i + (uint32_t)__builtin_ctzll(m);

				uint32_t to = step(s, at);
				if (to > s->n) /* a quote stays open; i + 64 may be n + 1 as well */
					return to;
				if (to > at + 1) { /* behind a quoted field: look again from there */
					next = to;
					break;
				}
			}
			if (next > s->n)
				return s->n;
			i = next;
			continue;
		}
		uint32_t *out = s->ends + s->n_ends;
		s->n_ends += (uint32_t)__builtin_popcountll(ends);
		for (uint64_t m = ends; m; m &= m - 1) {
			uint32_t bit = (uint32_t)__builtin_ctzll(m);

			*out++ = (i + bit) | (uint32_t)(last >> bit) << 31;
		}
		if (ends)
			s->field = (out[-1] & RD_CSV_AT) + 1;
		i += 64;
	}
	return s->n;
}
#endif

/* ---- cutting ---- */

void rd_csv_cut_begin(rd_csv_cutter *c, const char *p, uint32_t n, char delimiter)
{
	*c = (rd_csv_cutter){.p = p, .n = n, .delimiter = delimiter};
#if defined(__x86_64__)
	c->wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
#endif
}

/* What stands behind the last line end. */
static uint32_t cut_tail(rd_csv_cutter *c, rd_str *cells, uint32_t max, uint32_t n)
{
	if (n == 0 && c->from >= c->n)
		return 0;
	if (n < max)
		cells[n] = (rd_str){c->p + c->from, c->n - c->from};
	c->from = c->n;
	return n + 1;
}

static uint32_t cut_plain(rd_csv_cutter *c, rd_str *cells, uint32_t max)
{
	uint32_t n = 0;

	for (uint32_t i = c->from; i < c->n; i++) {
		char x = c->p[i];

		if (x != c->delimiter && x != '\n')
			continue;
		if (n < max)
			cells[n] = (rd_str){c->p + c->from, i - c->from};
		n++;
		c->from = i + 1;
		if (x == '\n')
			return n;
	}
	return cut_tail(c, cells, max, n);
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi"))) static uint32_t cut_avx2(rd_csv_cutter *c, rd_str *cells,
                                                             uint32_t max)
{
	const char *p = c->p;
	const uint32_t size = c->n;
	const __m256i sep = _mm256_set1_epi8(c->delimiter), eol = _mm256_set1_epi8('\n');
	uint32_t n = 0, from = c->from, at = c->at;
	uint64_t ends = c->ends, lines = c->lines;

	for (;;) {
		const uint32_t base = at - 64;

		while (ends) {
			uint32_t bit = (uint32_t)__builtin_ctzll(ends), to = base + bit;

			if (__builtin_expect(n < max, 1))
				cells[n] = (rd_str){p + from, to - from};
			n++;
			from = to + 1;
			ends &= ends - 1;
			if (lines >> bit & 1) {
				c->from = from;
				c->at = at;
				c->ends = ends;
				c->lines = lines;
				return n;
			}
		}
		if (at >= size) {
			c->from = from;
			c->at = at;
			c->ends = 0;
			return cut_tail(c, cells, max, n);
		}
		__m256i a = _mm256_loadu_si256((const void *)(p + at));
		__m256i b = _mm256_loadu_si256((const void *)(p + at + 32));
		__m256i la = _mm256_cmpeq_epi8(a, eol), lb = _mm256_cmpeq_epi8(b, eol);
		uint64_t in = size - at < 64 ? (UINT64_C(1) << (size - at)) - 1 : ~UINT64_C(0);

		lines = bits_of(la, lb) & in;
		ends = bits_of(_mm256_or_si256(_mm256_cmpeq_epi8(a, sep), la),
		               _mm256_or_si256(_mm256_cmpeq_epi8(b, sep), lb)) &
		       in;
		at += 64;
	}
}
#endif

uint32_t rd_csv_cut(rd_csv_cutter *c, rd_str *cells, uint32_t max)
{
#if defined(__x86_64__)
	if (c->wide)
		return cut_avx2(c, cells, max);
#endif
	return cut_plain(c, cells, max);
}

/* ---- the whole ---- */

uint32_t rd_csv_index(rd_csv c, const char *p, uint32_t n, uint32_t *ends, uint32_t *ret_open)
{
	scan s = {.p = p, .n = n, .delimiter = c.delimiter, .quoting = c.quoting, .ends = ends};
	uint32_t i;

	RD_ASSERT(n < (UINT32_C(1) << 31));
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		i = scan_avx2(&s);
	else
#endif
		i = scan_plain(&s);
	*ret_open = i == n + 1 ? s.field : n;
	return s.n_ends;
}

rd_str rd_csv_quoted(const char *p, uint32_t from, uint32_t to, rd_arena *a, bool *ret_bad)
{
	if (to - from >= 2 && p[to - 1] == '"' && memchr(p + from + 1, '"', to - from - 2) == NULL)
		return (rd_str){p + from + 1, to - from - 2};
	char *out = rd_arena_alloc(a, to - from + RD_CSV_SLACK, 1);
	uint32_t n = 0, i = from + 1;

	while (i < to) {
		if (p[i] != '"') {
			out[n++] = p[i++];
		} else if (i + 1 < to && p[i + 1] == '"') {
			out[n++] = '"';
			i += 2;
		} else {
			*ret_bad |= i + 1 < to;
			for (i++; i < to; i++) /* text behind the closing quote is kept as it is */
				out[n++] = p[i];
		}
	}
	return (rd_str){out, n};
}
