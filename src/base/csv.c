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
	c->p = p;
	c->n = n;
	c->at = c->from = 0;
	c->next = c->n_ends = c->line = c->n_lines = 0;
	c->delimiter = delimiter;
#if defined(__x86_64__)
	c->wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	          __builtin_cpu_supports("popcnt");
#else
	c->wide = false;
#endif
}

/* Lists the separators and line ends of the next window. */
static void look_plain(rd_csv_cutter *c)
{
	uint32_t stop = c->n - c->at < RD_CSV_WINDOW ? c->n : c->at + RD_CSV_WINDOW;

	for (; c->at < stop; c->at++) {
		char x = c->p[c->at];

		if (x != c->delimiter && x != '\n')
			continue;
		c->ends[c->n_ends++] = c->at;
		if (x == '\n')
			c->lines[c->n_lines++] = (uint16_t)c->n_ends;
	}
}

#if defined(__x86_64__)
/* The same, 64 bytes at a time. Positions are written eight at a time, more than there are: how
 * many there are is hard to guess for the processor, and waiting for it costs more. */
__attribute__((target("avx2,bmi,popcnt"))) static void look_avx2(rd_csv_cutter *c)
{
	const __m256i sep = _mm256_set1_epi8(c->delimiter), eol = _mm256_set1_epi8('\n');
	const uint32_t stop = c->n - c->at < RD_CSV_WINDOW ? c->n : c->at + RD_CSV_WINDOW;
	uint32_t n = 0, n_lines = 0, at = c->at;

	for (; at < stop; at += 64) {
		__m256i a = _mm256_loadu_si256((const void *)(c->p + at));
		__m256i b = _mm256_loadu_si256((const void *)(c->p + at + 32));
		__m256i la = _mm256_cmpeq_epi8(a, eol), lb = _mm256_cmpeq_epi8(b, eol);
		uint64_t in = stop - at < 64 ? (UINT64_C(1) << (stop - at)) - 1 : ~UINT64_C(0);
		uint64_t last = bits_of(la, lb) & in;
		uint64_t ends = bits_of(_mm256_or_si256(_mm256_cmpeq_epi8(a, sep), la),
		                        _mm256_or_si256(_mm256_cmpeq_epi8(b, sep), lb)) &
		                in;
		uint32_t *out = c->ends + n;

		for (uint64_t m = last; m; m &= m - 1)
			c->lines[n_lines++] =
				(uint16_t)(n + (uint32_t)__builtin_popcountll(ends & (m ^ (m - 1))));
		n += (uint32_t)__builtin_popcountll(ends);
		do {
			for (uint32_t k = 0; k < 8; k++) {
				out[k] = at + (uint32_t)_tzcnt_u64(ends);
				ends &= ends - 1;
			}
			out += 8;
		} while (ends);
	}
	c->at = stop;
	c->n_ends = n;
	c->n_lines = n_lines;
}
#endif

/* Takes the fields up to the end number `to` of the window; n were taken before. */
static uint32_t take(rd_csv_cutter *c, rd_str *cells, uint32_t max, uint32_t n, uint32_t to)
{
	const uint32_t *ends = c->ends + c->next;
	const uint32_t k = to - c->next, room = n < max ? max - n : 0, kept = k < room ? k : room;
	const char *p = c->p;
	uint32_t from = c->from;

	cells += n;
	for (uint32_t i = 0; i < kept; i++) {
		uint32_t end = ends[i];

		cells[i].ptr = p + from;
		cells[i].len = end - from;
		from = end + 1;
	}
	if (k)
		c->from = ends[k - 1] + 1;
	c->next = to;
	return n + k;
}

uint32_t rd_csv_cut(rd_csv_cutter *c, rd_str *cells, uint32_t max)
{
	uint32_t n = 0;

	while (c->line == c->n_lines) {
		n = take(c, cells, max, n, c->n_ends);
		if (c->at >= c->n) { /* what stands behind the last line end */
			if (n == 0 && c->from >= c->n)
				return 0;
			if (n < max)
				cells[n] = (rd_str){c->p + c->from, c->n - c->from};
			c->from = c->n;
			return n + 1;
		}
		c->next = c->n_ends = c->line = c->n_lines = 0;
#if defined(__x86_64__)
		if (c->wide)
			look_avx2(c);
		else
#endif
			look_plain(c);
	}
	return take(c, cells, max, n, c->lines[c->line++]);
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
