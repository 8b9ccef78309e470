/*
 * records.h - rows of records as a file that a spreadsheet opens: CSV and XLSX.
 *
 * CSV is UTF-8 with BOM, RFC 4180, lines end with CR LF. A text that a spreadsheet would take for a
 * formula (it begins with = + - @ TAB CR or their full-width forms) gets an apostrophe in front,
 * and so does one that looks as if it had one already, so that taking one off gives the text back
 * in every case (rd_records_text). Only numbers of ours go without. In XLSX every text is a typed
 * string, which is never run, and stays as it is.
 *
 * Who owns what: texts of cells are borrowed for the call. An rd_records_xlsx is made by _begin and
 * gone after _end or _drop; its memory is one row, the rest lies in temporary files.
 * Threads: one writer belongs to one thread.
 */
#ifndef RD_REPORT_RECORDS_H
#define RD_REPORT_RECORDS_H
#include "base/buf.h"

typedef enum rd_out_type {
	RD_OUT_NONE, /* an empty cell */
	RD_OUT_TEXT,
	RD_OUT_NUMBER, /* n units of 10^-decimals */
	RD_OUT_DAY,    /* n: an rd_day */
	RD_OUT_TIME,   /* n: microseconds of the firm's wall clock since 1970 */
} rd_out_type;

typedef struct rd_out {
	rd_out_type type;
	uint32_t decimals;
	int64_t n;
	rd_str text;
} rd_out;

#define RD_OUT_TEXT_OF(s) ((rd_out){.type = RD_OUT_TEXT, .text = (s)})

/* ---- CSV ---- */

#define RD_RECORDS_BOM "\xEF\xBB\xBF" /* goes before the first row */

/* One row with its line end. */
void rd_records_csv_row(const rd_out *cells, uint32_t n, rd_buf *out);
/* What stood in a text cell before it was written: without the apostrophe, if one was put. */
rd_str rd_records_text(rd_str cell);

/* ---- XLSX ---- */

typedef struct rd_records_xlsx rd_records_xlsx;

/* `path`: the file to write; `folder`: for temporary files, which have no name; `at_us`: the time
 * of making, UTC, that stands in the file. IO when the file cannot be written. */
RD_NODISCARD rd_rc rd_records_xlsx_begin(const char *path, const char *folder, const char *sheet,
                                         int64_t at_us, rd_records_xlsx **ret, rd_err *err);
/* The first row is the head: bold, and it stays in sight. A text longer than XLSX holds (32,767
 * characters) is cut and ends with …; a number of more than 15 digits is written as text, because
 * spreadsheets keep no more. */
RD_NODISCARD rd_rc rd_records_xlsx_row(rd_records_xlsx *x, const rd_out *cells, uint32_t n,
                                       rd_err *err);
RD_NODISCARD rd_rc rd_records_xlsx_end(rd_records_xlsx *x, rd_err *err);
void rd_records_xlsx_drop(rd_records_xlsx *x); /* NULL is fine */
#endif
