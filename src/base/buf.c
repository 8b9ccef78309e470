#include "base/buf.h"
#include "base/assert.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void rd_buf_init(rd_buf *b, size_t max)
{
	*b = (rd_buf){.max = max};
}

void rd_buf_done(rd_buf *b)
{
	free(b->data);
	*b = (rd_buf){0};
}

void rd_buf_clear(rd_buf *b)
{
	b->size = 0;
	b->full = false;
	if (b->data)
		b->data[0] = '\0';
}

/* Room for `more` bytes and the final NUL. */
static bool room(rd_buf *b, size_t more)
{
	if (b->full || more > b->max || b->size > b->max - more) {
		b->full = true;
		return false;
	}
	if (b->size + more + 1 > b->cap) {
		size_t cap = b->cap ? b->cap : 256;

		while (cap < b->size + more + 1)
			cap *= 2;
		b->data = realloc(b->data, cap);
		if (b->data == NULL)
			rd_panic(__FILE__, __LINE__, "out of memory");
		b->cap = cap;
	}
	return true;
}

void rd_buf_add(rd_buf *b, const void *data, size_t size)
{
	if (!room(b, size))
		return;
	if (size)
		memcpy(b->data + b->size, data, size);
	b->size += size;
	b->data[b->size] = '\0';
}

void rd_buf_puts(rd_buf *b, const char *cstr)
{
	rd_buf_add(b, cstr, strlen(cstr));
}

void rd_buf_str(rd_buf *b, rd_str s)
{
	rd_buf_add(b, s.ptr, s.len);
}

void rd_buf_char(rd_buf *b, char c)
{
	if (!room(b, 1))
		return;
	b->data[b->size++] = c;
	b->data[b->size] = '\0';
}

void rd_buf_int(rd_buf *b, int64_t v)
{
	char digits[20];
	uint32_t at = sizeof digits;
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do
		digits[--at] = (char)('0' + left % 10);
	while ((left /= 10) != 0);
	if (v < 0)
		digits[--at] = '-';
	rd_buf_add(b, digits + at, sizeof digits - at);
}

void rd_buf_printf(rd_buf *b, const char *fmt, ...)
{
	va_list ap;
	char small[512];

	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	RD_ASSERT(n >= 0);
	if ((size_t)n < sizeof small) {
		rd_buf_add(b, small, (size_t)n);
		return;
	}
	if (!room(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->data + b->size, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->size += (size_t)n;
}
