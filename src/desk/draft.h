/*
 * draft.h - draft correction vouchers from their JSON form (correct/voucher.h writes it).
 *
 * Numbers are whole fen; a line has a debit or a credit. Unknown names are refused, so that a
 * mistyped one does not vanish. Texts are copied into the arena. Pure.
 */
#ifndef RD_DESK_DRAFT_H
#define RD_DESK_DRAFT_H
#include "correct/voucher.h"

/* `json`: an array of vouchers, or an object with the member "vouchers". RD_INPUT says what is
 * wrong and where. At most RD_DRAFTS_MAX vouchers of RD_DRAFT_LINES_MAX lines. */
RD_NODISCARD rd_rc rd_drafts_read(rd_arena *arena, rd_str json, rd_drafts *ret, rd_err *err);
#endif
