/*
 * xlsx.h - the parts of the XLSX reader (ECMA-376 SpreadsheetML), between its files.
 *
 * xlsx.c opens the package and finds the sheets; xlsx_sheet.c turns one sheet into rows of
 * cells; xlsx_value.c says what a stored number looks like in its cell. Everything lives in
 * the arena of the one call of rd_read_xlsx.
 */
#ifndef RD_IO_XLSX_H
#define RD_IO_XLSX_H
#include "base/buf.h"
#include "io/xml.h"
#include "io/zip.h"

typedef enum rd_xlsx_look {
	RD_XLSX_PLAIN,
	RD_XLSX_DATE,
	RD_XLSX_DATE_TIME,
	RD_XLSX_TIME
} rd_xlsx_look;

/* What the number format of a cell does to a number. */
typedef struct rd_xlsx_style {
	uint8_t look; /* rd_xlsx_look */
	uint8_t pad;  /* leading zeros up to this many digits (format "0000") */
} rd_xlsx_style;

typedef struct rd_xlsx {
	rd_source *source;
	rd_arena *arena;
	rd_zip *zip;
	bool from_1904;        /* day 0 is 1904-01-01 (old Macintosh files) */
	rd_xlsx_style *styles; /* by the cell's s attribute */
	uint32_t n_styles;
	rd_buf strings;        /* all shared strings, one after the other */
	uint64_t *string_ends; /* end of each; it starts where the one before ends */
	uint32_t n_strings;
} rd_xlsx;

/* A built-in format (code empty) or a format of the workbook's own. */
rd_xlsx_style rd_xlsx_style_of(uint32_t format_id, rd_str code);

#define RD_XLSX_NUMBER_TEXT 80
/* The text of a numeric cell: an ISO date or time for a date format, else the plain
 * number, at most 15 significant digits as the spreadsheet shows it. What is no number comes
 * back as it is. The answer points into `out` or at `v`. */
rd_str rd_xlsx_number(rd_str v, rd_xlsx_style style, bool from_1904, char out[RD_XLSX_NUMBER_TEXT]);

/* Undoes _x000D_ escapes of control characters; the answer lives in `arena` or is `s`. */
rd_str rd_xlsx_unescape(rd_arena *arena, rd_str s);

/* Reads one sheet into the book as `file`. A sheet that is nearly a table of books answers RD_OK
 * and RD_FILE_OTHER with the reason in *ret_why, for another sheet may be one; without a reason
 * its code is RD_OK. */
RD_NODISCARD rd_rc rd_xlsx_sheet(rd_xlsx *x, int64_t part, rd_row file, const char *name,
                                 rd_file_kind *ret_kind, rd_err *ret_why, rd_err *err);
#endif
