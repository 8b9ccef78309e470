/*
 * evidence.h - the vault: how long evidence is kept, what keeps it longer, whether it is intact.
 *
 * Files of evidence are blobs named by their SHA-256, never taken away (keeps_files); who reads
 * one, lends or gives it back is an event: that is its custody log.
 *
 * Retention follows 会计档案管理办法 (财政部 国家档案局令第79号), annex: the sixteen classes of
 * accounting records, put into each firm (code 1 .. 16) and editable. Time counts from the first
 * day after the fiscal year (article 14), so what is dated in 2026 and kept thirty years is kept
 * to 2056-12-31. Disposing needs a second person, that time over, and no hold (article 18: what
 * an open matter needs is not destroyed); records of a permanent class are never disposed of.
 *
 * Integrity: every RD_EVIDENCE_DAYS days all files of a piece of evidence are read and compared
 * with their hashes; the result stands in checked_at and intact, damage is told as a comment.
 */
#ifndef RD_DESK_EVIDENCE_H
#define RD_DESK_EVIDENCE_H
#include "desk/periodic.h"
#include "record/engine.h"

#define RD_EVIDENCE_DAYS 30

/* Adds the classes that a firm lacks; *ret_added counts. */
RD_NODISCARD rd_rc rd_retention_fill(const rd_engine *e, int64_t firm_id, uint32_t *ret_added,
                                     rd_err *err);
/* The last day on which something dated `dated` is kept; RD_DAY_NONE = for ever. Pure. */
rd_day rd_retention_until(rd_day dated, int64_t years);

/* The entries "retention" (daily) and "evidence" (hourly) over all firms; `e` must live as long. */
#define RD_EVIDENCE_ENTRIES_N 2u
void rd_evidence_entries(const rd_engine *e, rd_periodic_entry entries[RD_EVIDENCE_ENTRIES_N]);
#endif
