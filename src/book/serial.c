#include "book/serial.h"
#include "base/assert.h"
#include <stdio.h>

#define MARK       '\001'
#define DIGITS_MAX 12u /* 10^12 - 1 < 2^40 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "3 1/2": the whole number before a fraction; length of its digits, 0 when it is none. */
static uint32_t fraction_head(rd_str s)
{
	uint32_t i = 0, digits, mark;

	while (i < s.len && is_digit(s.ptr[i]))
		i++;
	digits = i;
	if (digits == 0 || digits > DIGITS_MAX || i == s.len || (s.ptr[i] != ' ' && s.ptr[i] != '-'))
		return 0;
	for (mark = ++i; i < s.len && is_digit(s.ptr[i]); i++)
		;
	if (i == mark || i == s.len || s.ptr[i] != '/')
		return 0;
	for (mark = ++i; i < s.len && is_digit(s.ptr[i]); i++)
		;
	return i == s.len && i > mark ? digits : 0;
}

static uint64_t value_of(const char *p, uint32_t n)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < n; i++)
		v = v * 10 + (uint64_t)(p[i] - '0');
	return v;
}

static bool has_mark(rd_str s)
{
	return s.len && memchr(s.ptr, MARK, s.len);
}

rd_serial_parts rd_serial_split(rd_str s)
{
	rd_serial_parts p = {.prefix = s, .suffix = {s.ptr + s.len, 0}};
	uint32_t n = fraction_head(s), to, from;

	if (has_mark(s))
		return p; /* a control character: no number that people print */
	if (n) {
		from = 0;
		to = n;
	} else {
		for (to = s.len; to && !is_digit(s.ptr[to - 1]); to--)
			;
		if (to == 0)
			return p;
		for (from = to; from && is_digit(s.ptr[from - 1]) && to - from < DIGITS_MAX; from--)
			;
	}
	p.prefix = (rd_str){s.ptr, from};
	p.suffix = (rd_str){s.ptr + to, s.len - to};
	p.value = value_of(s.ptr + from, to - from);
	p.has_value = true;
	bool cut = from && is_digit(s.ptr[from - 1]);
	p.width = s.ptr[from] == '0' || cut ? to - from : 0;
	return p;
}

bool rd_serial_shape_text(const rd_serial_parts *p, char *out, uint32_t size, uint32_t *ret_len)
{
	bool marked = !p->has_value && has_mark(p->prefix);
	uint64_t need = (uint64_t)p->prefix.len + p->suffix.len + (p->has_value || marked ? 2 : 0);
	uint32_t n = 0;

	if (need > size)
		return false;
	if (marked) /* two marks: all that follows is text */
		memset(out, MARK, n = 2);
	if (p->prefix.len)
		memcpy(out + n, p->prefix.ptr, p->prefix.len);
	n += p->prefix.len;
	if (p->has_value) {
		out[n++] = MARK;
		out[n++] = (char)('0' + p->width);
	}
	if (p->suffix.len)
		memcpy(out + n, p->suffix.ptr, p->suffix.len);
	*ret_len = n + p->suffix.len;
	return true;
}

rd_serial_parts rd_serial_parts_of(const rd_book *b, rd_serial s)
{
	rd_str shape = rd_book_text(b, rd_serial_shape(s));
	const char *m = shape.len ? memchr(shape.ptr, MARK, shape.len) : NULL;
	rd_serial_parts p = {.prefix = shape, .suffix = {shape.ptr + shape.len, 0}};

	if (m == NULL)
		return p;
	uint32_t at = (uint32_t)(m - shape.ptr);

	RD_ASSERT(at + 2 <= shape.len);
	if (m[1] == MARK) {
		p.prefix = (rd_str){m + 2, shape.len - at - 2};
		return p;
	}
	p.prefix.len = at;
	p.width = (uint32_t)(m[1] - '0');
	p.suffix = (rd_str){m + 2, shape.len - at - 2};
	p.value = rd_serial_value(s);
	p.has_value = true;
	return p;
}

void rd_serial_format(const rd_book *b, rd_serial s, char *out, size_t size)
{
	rd_serial_parts p = rd_serial_parts_of(b, s);

	RD_ASSERT(size > 0);
	if (p.has_value)
		snprintf(out, size, RD_STR_FMT "%0*llu" RD_STR_FMT, RD_STR_ARG(p.prefix),
		         p.width ? (int)p.width : 1, (unsigned long long)p.value, RD_STR_ARG(p.suffix));
	else
		snprintf(out, size, RD_STR_FMT, RD_STR_ARG(p.prefix));
}
