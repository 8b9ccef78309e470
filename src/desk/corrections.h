/*
 * corrections.h - the life of a correction: drafted, tried, submitted, approved by a second person,
 * exported, posted in the client's program, and seen in the next import.
 *
 * Nothing of it changes books: what is posted is posted by people in the client's program
 * (12号 21条(三)), and the proof is the next import.
 */
#ifndef RD_DESK_CORRECTIONS_H
#define RD_DESK_CORRECTIONS_H
#include "desk/correction_work.h"
#include "desk/jobs.h"
#include "record/engine.h"

/* What is asked about the books of a correction: its vouchers, finding and the terms of its books.
 * `books` is a record of kind books; `today` the firm's day. Texts are shared with the records. */
rd_correction_ask rd_correction_ask_of(const rd_record *correction, const rd_record *books,
                                       rd_day today);
/* Keeps the trial at the record: only while it may be edited (draft, rejected); later a trial is
 * looked at and not kept. Needs the right to change it. CONFLICT when its vouchers are not `tried`
 * any more. */
RD_NODISCARD rd_rc rd_correction_keep(rd_tx *tx, const rd_actor *actor, int64_t id, rd_str tried,
                                      rd_str kept, rd_err *err);

/* After a new import of a set of books was committed: which corrections that were posted are in it.
 * Each becomes confirmed, or missing with what is missing; one that was confirmed and is gone again
 * becomes missing, too. In the transaction that the checks of the import are written in. *ret_seen
 * and *ret_missing count them. */
RD_NODISCARD rd_rc rd_correction_seen(const rd_engine *e, rd_tx *tx, int64_t books_id,
                                      int64_t import_id, const rd_book *book, uint32_t *ret_seen,
                                      uint32_t *ret_missing, rd_err *err);

/* The current import of the books has changed (committed, undone): a job of the queue "books" calls
 * rd_correction_seen, when anything is posted. In the transaction of the change. */
RD_NODISCARD rd_rc rd_correction_imported(const rd_engine *e, rd_tx *tx, int64_t books_id,
                                          int64_t import_id, rd_err *err);

struct rd_shelf;

typedef struct rd_correction_seeker {
	const rd_engine *engine;
	struct rd_shelf *shelf;
} rd_correction_seeker;

/* The handler of "correction.seek"; `seeker` must live as long as the runner. */
rd_job_kind rd_correction_job(const rd_correction_seeker *seeker);
#endif
