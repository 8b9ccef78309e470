/*
 * seen.h - are the correction vouchers in these books? Told by content, not by number.
 *
 * A draft is seen when a voucher has its lines: the same accounts, sides, amounts and partners, in
 * any order, in its period or later, and is not the one it corrects. Of several the one with its
 * summaries and date is taken, and each voucher is taken once. Lines of one account and side may
 * have been joined or split; partners are compared where both sides name one.
 * Pure; everything lives in the given arena.
 */
#ifndef RD_CORRECT_SEEN_H
#define RD_CORRECT_SEEN_H
#include "correct/voucher.h"

typedef struct rd_draft_seen {
	bool seen;
	rd_row voucher; /* that is it; not seen: the one most like it, RD_NONE = none is */
	bool same_text; /* one of its summaries is there as proposed */
} rd_draft_seen;

/* One answer a draft; *ret_missing counts those that are not there. */
rd_draft_seen *rd_drafts_seen(rd_arena *arena, const rd_book *book, const rd_drafts *drafts,
                              uint32_t *ret_missing);
/* What is missing, for people: one line a draft that was not seen. */
void rd_drafts_missing_text(const rd_book *book, const rd_drafts *drafts, const rd_draft_seen *seen,
                            int lang, rd_buf *out);
#endif
