/*
 * impact_work.h - what a case means for a book: JSON in, JSON out.
 *
 * It sees the library and no record (desk/impact.h sees records and no check). A function of its
 * arguments; a book is read by any number of threads.
 */
#ifndef RD_DESK_IMPACT_WORK_H
#define RD_DESK_IMPACT_WORK_H
#include "base/buf.h"
#include "base/money.h"
#include "book/book.h"

typedef struct rd_impact_case {
	rd_str vouchers;                 /* of the correction, JSON; "" = none */
	rd_str voucher, period, account; /* as the case names them; "" = none */
} rd_impact_case;

typedef struct rd_impact_found {
	bool by_correction;
	bool compared; /* there is a tax figure */
	rd_minor tax;  /* at stake */
} rd_impact_found;

/* Appends one JSON object to `out` (correct/impact.h, "redink.impact/1"). INPUT when the vouchers
 * cannot be read or do not fit the book. */
RD_NODISCARD rd_rc rd_impact_work(rd_arena *arena, const rd_book *book, const rd_impact_case *ask,
                                  rd_buf *out, rd_impact_found *ret, rd_err *err);
#endif
