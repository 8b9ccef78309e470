/*
 * buf.h - text that grows, up to a maximum given at birth. Beyond it `full` is set and
 * nothing more is added; the owner looks at `full` once, at the end.
 */
#ifndef RD_BASE_BUF_H
#define RD_BASE_BUF_H
#include "base/err.h"
#include "base/str.h"
#include <stddef.h>

typedef struct rd_buf {
	char *data; /* always NUL-terminated once anything was added */
	size_t size, cap, max;
	bool full;
} rd_buf;

void rd_buf_init(rd_buf *b, size_t max);
void rd_buf_done(rd_buf *b);
void rd_buf_clear(rd_buf *b); /* keeps the memory */
void rd_buf_add(rd_buf *b, const void *data, size_t size);
void rd_buf_puts(rd_buf *b, const char *cstr);
void rd_buf_str(rd_buf *b, rd_str s);
void rd_buf_char(rd_buf *b, char c);
void rd_buf_int(rd_buf *b, int64_t v); /* in decimal */
void rd_buf_printf(rd_buf *b, const char *fmt, ...) RD_PRINTF(2, 3);

static inline rd_str rd_buf_view(const rd_buf *b)
{
	return (rd_str){b->data ? b->data : "", (uint32_t)b->size};
}
#endif
