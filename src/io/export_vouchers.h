/*
 * export_vouchers.h - some vouchers of a book in the form that accounting software imports.
 *
 * Made for correction vouchers: a book with them entered (correct/apply.h), and their rows.
 * The forms are those our own reader knows, so that what was written can be proved by reading it.
 * Numbers are provisional: lines of one voucher share one, and the software gives its own. Red
 * amounts are negative on their side; the other side is empty. A text that a spreadsheet would run
 * as a formula gets an apostrophe.
 */
#ifndef RD_IO_EXPORT_VOUCHERS_H
#define RD_IO_EXPORT_VOUCHERS_H
#include "base/buf.h"
#include "book/book.h"

typedef enum rd_voucher_form {
	RD_VOUCHERS_CSV,    /* generic: what most import masks can be told */
	RD_VOUCHERS_JDY,    /* 金蝶精斗云, KIS 云 */
	RD_VOUCHERS_K3,     /* 金蝶 KIS, K3 标准格式 */
	RD_VOUCHERS_YONYOU, /* 用友 T3, T6, U8 总账工具, text */
	RD_VOUCHERS_FORMS
} rd_voucher_form;

const char *rd_voucher_form_name(rd_voucher_form form); /* "jdy" */
rd_words rd_voucher_form_words(rd_voucher_form form);
bool rd_voucher_form_find(rd_str name, rd_voucher_form *ret);
/* A form that older programs read only in GB 18030. */
bool rd_voucher_form_is_gb18030(rd_voucher_form form);

/* Vouchers from .. to-1 into `out`, with their head. RD_INPUT when a text has no GB 18030 form
 * (which only invalid UTF-8 has not); RD_LIMIT when `out` is full. */
RD_NODISCARD rd_rc rd_export_vouchers(const rd_book *b, rd_row from, rd_row to,
                                      rd_voucher_form form, bool gb18030, rd_buf *out, rd_err *err);

/* The cells of the generic form, for writers of other files (report/vouchers_xlsx.c). */
enum { RD_VOUCHER_CELLS = 14 };
extern const char *const rd_voucher_heads[RD_VOUCHER_CELLS];
typedef struct rd_voucher_cell {
	bool money, day, here; /* here: a number or day that is there */
	int64_t n;
	rd_str text; /* in `buf` or the book */
	char buf[160];
} rd_voucher_cell;
void rd_voucher_cells(const rd_book *b, rd_row voucher, rd_row line,
                      rd_voucher_cell out[RD_VOUCHER_CELLS]);
#endif
