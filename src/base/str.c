#include "base/str.h"

int rd_str_cmp(rd_str a, rd_str b)
{
	uint32_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.ptr, b.ptr, n) : 0;

	return c ? c : (a.len > b.len) - (a.len < b.len);
}

int64_t rd_str_find(rd_str s, const char *cstr)
{
	size_t n = strlen(cstr);

	if (n == 0 || s.len < n)
		return n == 0 ? 0 : -1;
	const char *p = memmem(s.ptr, s.len, cstr, n);

	return p ? p - s.ptr : -1;
}

static uint32_t space_at(rd_str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;

	if (s.len >= 1 && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
		return 1;
	if (s.len >= 2 && p[0] == 0xC2 && p[1] == 0xA0)
		return 2;
	if (s.len >= 3 && ((p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80) ||
	                   (p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF)))
		return 3;
	return 0;
}

rd_str rd_str_trim(rd_str s)
{
	uint32_t n;

	while (s.len && (n = space_at(s)) != 0)
		s = (rd_str){s.ptr + n, s.len - n};
	for (;;) {
		for (n = 1; n <= 3 && n <= s.len; n++)
			if (space_at((rd_str){s.ptr + s.len - n, n}) == n)
				break;
		if (n > 3 || n > s.len)
			return s;
		s.len -= n;
	}
}

/* Length of the valid sequence at p, 0 when invalid. */
static uint32_t utf8_len(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];

	if (c < 0x80)
		return 1;
	if (c < 0xC2 || c > 0xF4)
		return 0;
	if (n < 2 || (p[1] & 0xC0) != 0x80)
		return 0;
	if (c < 0xE0)
		return 2;
	if (n < 3 || (p[2] & 0xC0) != 0x80)
		return 0;
	if (c < 0xF0)
		return (c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F) ? 0 : 3;
	if (n < 4 || (p[3] & 0xC0) != 0x80)
		return 0;
	return (c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F) ? 0 : 4;
}

uint32_t rd_utf8_next(rd_str s, uint32_t *at)
{
	const unsigned char *p = (const unsigned char *)s.ptr + *at;
	uint32_t n = utf8_len(p, s.len - *at);

	*at += n ? n : 1;
	switch (n) {
	case 1: return p[0];
	case 2: return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	case 3: return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	case 4:
		return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
	default: return 0xFFFD;
	}
}

uint32_t rd_utf8_put(char out[4], uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

int64_t rd_utf8_check(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t i = 0;

	while (i < n) {
		uint64_t w;

		if (n - i >= 8 && (memcpy(&w, u + i, 8), (w & 0x8080808080808080u) == 0)) {
			i += 8;
			continue;
		}
		/* Three bytes, but for the leads E0 and ED whose second byte is limited: Chinese. */
		if (n - i >= 3 && (u[i] & 0xF0) == 0xE0 && u[i] != 0xE0 && u[i] != 0xED &&
		    (u[i + 1] & u[i + 2] & 0x80) && !((u[i + 1] | u[i + 2]) & 0x40)) {
			i += 3;
			continue;
		}
		uint32_t k = utf8_len(u + i, n - i);
		if (k == 0)
			return (int64_t)i;
		i += k;
	}
	return -1;
}

uint32_t rd_utf8_count(rd_str s)
{
	uint32_t n = 0;

	for (uint32_t at = 0; at < s.len; n++)
		rd_utf8_next(s, &at);
	return n;
}

static bool is_wide(uint32_t cp)
{
	return (cp >= 0x1100 && cp <= 0x115F) || (cp >= 0x2E80 && cp <= 0xA4CF) ||
	       (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0xF900 && cp <= 0xFAFF) ||
	       (cp >= 0xFE30 && cp <= 0xFE6F) || (cp >= 0xFF00 && cp <= 0xFF60) ||
	       (cp >= 0xFFE0 && cp <= 0xFFE6) || (cp >= 0x20000 && cp <= 0x3FFFD);
}

uint32_t rd_utf8_width(rd_str s)
{
	uint32_t n = 0;

	for (uint32_t at = 0; at < s.len;)
		n += is_wide(rd_utf8_next(s, &at)) ? 2 : 1;
	return n;
}

uint32_t rd_halfwidth(uint32_t cp)
{
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		return cp - 0xFEE0;
	return cp == 0x3000 ? ' ' : cp;
}
