/*
 * spans.h - the period that a file declares for itself, and where its lines stand to it.
 *
 * Dates are those of the lines, else of their vouchers. Opening vouchers are left out while
 * guards are on: they are lawfully dated on the last day of the year before. Built in
 * the caller's scratch arena; linear in the lines.
 */
#ifndef RD_CHECK_SPANS_H
#define RD_CHECK_SPANS_H
#include "check/check.h"

enum { RD_SPAN_BEFORE, RD_SPAN_AFTER, RD_SPAN_SIDES };
#define RD_SPAN_ROWS 13u

typedef struct rd_span {
	bool declared;      /* the file says something about its period */
	rd_day from, to;    /* RD_DAY_NONE = open on this side */
	uint64_t dated;     /* its lines that have a date */
	rd_day first, last; /* of these; RD_DAY_NONE when there are none */
	uint64_t outside[RD_SPAN_SIDES];
	rd_minor amount[RD_SPAN_SIDES]; /* debits of those lines, without signs */
	uint32_t n_rows[RD_SPAN_SIDES];
	rd_row rows[RD_SPAN_SIDES][RD_SPAN_ROWS]; /* the first of them */
} rd_span;

/* The declared period of a file: its own days, else its year. False when it says nothing. */
bool rd_file_declares(const rd_file *f, rd_day *ret_from, rd_day *ret_to);

/* One span for each file row. A file that tells its last day only (in its head, or in its name) is
 * taken to begin at most `floor_months` earlier; 0 = no limit. */
rd_span *rd_file_spans(rd_run *run, const rd_book *b, int32_t floor_months);
#endif
