/*
 * wrap.h - text laid out in columns of a terminal, where Chinese characters take two.
 */
#ifndef RD_REPORT_WRAP_H
#define RD_REPORT_WRAP_H
#include "base/buf.h"

/* Writes `text`, which starts at column `at`, and breaks it so that no line is wider than
 * `width`; further lines begin with `indent` blanks. Breaks stand at blanks and between Chinese
 * characters, never before closing punctuation. A word wider than a line is not cut.
 * A line break inside the text is kept; colour codes (ESC [ … m) take no columns. */
void rd_wrap(rd_buf *out, rd_str text, uint32_t at, uint32_t indent, uint32_t width);

/* `text` in exactly `width` columns: filled with blanks (in front when `right`), or cut with an
 * ellipsis. */
void rd_pad(rd_buf *out, rd_str text, uint32_t width, bool right);

/* n blanks. */
void rd_blanks(rd_buf *out, uint32_t n);
#endif
