/*
 * impact.h - what a case means for the books, computed from them and kept on the case.
 *
 * The current import of the case's set of books is taken from the shelf and compared with itself
 * without the error (correct/impact.h): with the latest correction of the case that was not
 * withdrawn or rejected, else without the voucher that the case names, else for its account. The
 * result goes into the field impact_books as JSON, with the import it was computed on and when, and
 * the tax at stake into impact_tax, which a person may correct.
 *
 * Threads: any; waits for files, so never inside a transaction.
 */
#ifndef RD_DESK_IMPACT_H
#define RD_DESK_IMPACT_H
#include "desk/shelf.h"
#include "record/engine.h"

typedef struct rd_impact_order {
	rd_store *store;
	rd_shelf *shelf;
	const rd_actor *actor; /* may change the case */
	int64_t case_id;
} rd_impact_order;

/* BARRED when the case has no set of books, or nothing was imported into it. *ret_case is the case
 * with its impact; it lives in `a`. */
RD_NODISCARD rd_rc rd_impact_compute(const rd_impact_order *order, rd_arena *a, rd_record *ret_case,
                                     rd_err *err);
/* What is kept on a case: its JSON ("" = none); *ret_stale: the books have another import now. */
RD_NODISCARD rd_rc rd_impact_kept(rd_tx *tx, const rd_record *c, rd_str *ret_json, bool *ret_stale,
                                  rd_err *err);
#endif
