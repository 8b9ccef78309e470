/*
 * lines.h - what the texts of signed notes and proofs are made of: lines that end in LF, decimal
 * numbers without leading zeros, standard base64 with padding (RFC 4648, section 4). Inside trail
 * only.
 *
 * Everything here answers false when the text is not exactly in its form; nothing is skipped.
 */
#ifndef RD_TRAIL_LINES_H
#define RD_TRAIL_LINES_H
#include "base/buf.h"
#include "trail/merkle.h"

/* Cuts the first line off *rest, without its LF; false when there is no LF. */
bool rd_line_take(rd_str *rest, rd_str *ret_line);
/* 0 .. RD_TREE_SIZE_MAX */
bool rd_decimal_read(rd_str s, uint64_t *ret_v);
/* Decodes all of `s`; at most `max` bytes come out. */
bool rd_base64_read(rd_str s, void *ret_bytes, size_t max, size_t *ret_size);
bool rd_base64_read_hash(rd_str s, rd_hash256 *ret_hash);
void rd_base64_put(rd_buf *out, const void *bytes, size_t size);
#endif
