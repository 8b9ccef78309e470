/*
 * recognised.h - what a person sees before committing an import: what was recognised in the files,
 * which records were left out and why, the first lines, and what would change. As JSON, in both
 * languages where it is words; what is too much is counted, not listed.
 *
 * Pure: reads sealed books, writes text.
 */
#ifndef RD_DESK_RECOGNISED_H
#define RD_DESK_RECOGNISED_H
#include "base/buf.h"
#include "desk/compare.h"

/* {"files": [...], "notes": [...], "sample": [...], counts, period, standard}. At most `max` bytes. */
void rd_recognised_write(const rd_book *b, size_t max, rd_buf *out);
/* {"same": n, "changed": n, "vanished": n, "new": n, "posted": n, "vouchers": [...]}; `was` may be
 * NULL. At most `max` bytes. */
void rd_differences_write(const rd_book *was, const rd_book *now, const rd_book_changes *c,
                          size_t max, rd_buf *out);
#endif
