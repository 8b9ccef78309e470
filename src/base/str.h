/*
 * str.h - borrowed text: pointer + length, not NUL-terminated, UTF-8.
 *
 * An rd_str owns nothing; it is valid as long as the arena or buffer it points into.
 */
#ifndef RD_BASE_STR_H
#define RD_BASE_STR_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct rd_str {
	const char *ptr;
	uint32_t len;
} rd_str;

#define RD_STR(lit)   ((rd_str){(lit), sizeof(lit) - 1})
#define RD_STR_FMT    "%.*s"
#define RD_STR_ARG(s) (int)(s).len, (s).ptr

static inline rd_str rd_str_of(const char *cstr)
{
	return (rd_str){cstr, (uint32_t)strlen(cstr)};
}

/* memcmp(a, b, n) == 0 without a call for the short texts that cells are. */
static inline bool rd_same_bytes(const char *a, const char *b, uint32_t n)
{
	uint64_t x, y, v, w;

	if (n > 16)
		return memcmp(a, b, n) == 0;
	if (n >= 8) {
		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		memcpy(&v, a + n - 8, 8);
		memcpy(&w, b + n - 8, 8);
		return ((x ^ y) | (v ^ w)) == 0;
	}
	if (n >= 4) {
		uint32_t p, q, r, s;

		memcpy(&p, a, 4);
		memcpy(&q, b, 4);
		memcpy(&r, a + n - 4, 4);
		memcpy(&s, b + n - 4, 4);
		return ((p ^ q) | (r ^ s)) == 0;
	}
	/* Up to three bytes: first, middle and last are all of them. */
	return n == 0 || (a[0] == b[0] && a[n >> 1] == b[n >> 1] && a[n - 1] == b[n - 1]);
}

static inline bool rd_str_eq(rd_str a, rd_str b)
{
	return a.len == b.len && rd_same_bytes(a.ptr, b.ptr, a.len);
}

static inline bool rd_str_is(rd_str a, const char *cstr)
{
	return rd_str_eq(a, rd_str_of(cstr));
}

static inline bool rd_str_starts(rd_str s, const char *cstr)
{
	size_t n = strlen(cstr);

	return s.len >= n && memcmp(s.ptr, cstr, n) == 0;
}

static inline bool rd_str_ends(rd_str s, const char *cstr)
{
	size_t n = strlen(cstr);

	return s.len >= n && memcmp(s.ptr + s.len - n, cstr, n) == 0;
}

/* Order by bytes, which for UTF-8 is the order of code points. */
int rd_str_cmp(rd_str a, rd_str b);
/* The first place of `cstr` in `s`, or -1. */
int64_t rd_str_find(rd_str s, const char *cstr);
static inline bool rd_str_has(rd_str s, const char *cstr)
{
	return rd_str_find(s, cstr) >= 0;
}
/* Without ASCII white space, NBSP, ideographic space and U+FEFF at both ends. */
rd_str rd_str_trim(rd_str s);
/* Decodes one code point at *at and moves past it; an invalid byte answers U+FFFD. */
uint32_t rd_utf8_next(rd_str s, uint32_t *at);
/* Bytes written to out (at most 4). */
uint32_t rd_utf8_put(char out[4], uint32_t cp);
/* First invalid byte, or -1 (overlong forms, surrogates and > U+10FFFF are invalid). */
int64_t rd_utf8_check(const char *p, size_t n);
/* Number of code points. */
uint32_t rd_utf8_count(rd_str s);
/* Columns on a terminal: wide characters (CJK and full-width forms) take two. */
uint32_t rd_utf8_width(rd_str s);
/* Full-width ASCII forms and the ideographic space to half-width, one code point. */
uint32_t rd_halfwidth(uint32_t cp);
#endif
