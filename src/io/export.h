/*
 * export.h - a sealed book as a file of another form.
 *
 * All lines are written in book order with the source of each. What a form cannot hold is said in
 * rd_export_loss. Amounts stand on their side with their sign, as they were read. The CSV can be
 * read back by rd_read_paths; a text that a spreadsheet would run as a formula gets an apostrophe.
 */
#ifndef RD_IO_EXPORT_H
#define RD_IO_EXPORT_H
#include "base/writer.h"
#include "book/book.h"

/* What was not carried over, for a message; zero when everything was. */
typedef struct rd_export_loss {
	uint64_t no_date;       /* hledger: vouchers left out because they have no date */
	uint64_t void_vouchers; /* hledger: written as comments */
	uint64_t unbalanced;    /* hledger: vouchers that hledger will refuse */
} rd_export_loss;

/* lang 0 = Chinese heads, 1 = English heads. */
void rd_export_csv(const rd_book *b, int lang, rd_writer *w);
void rd_export_json(const rd_book *b, rd_writer *w);
void rd_export_hledger(const rd_book *b, rd_writer *w, rd_export_loss *ret_loss);

/* One cell of CSV, quoted when needed and without formulas. */
void rd_csv_put(rd_buf *out, rd_str s);
#endif
