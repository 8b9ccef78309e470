/*
 * place.h - what stands in a file around a line: the source of a finding, as people see it.
 *
 * Text files give their physical lines as UTF-8; of a workbook the cells of the rows come. Nothing
 * is interpreted. Reading goes from the start of the file to the place and no further; memory
 * is bounded by the lines that are shown.
 *
 * A workbook is unpacked and parsed: for files of strangers that is the business of a process
 * that may die (rd_place_is_parsed tells).
 */
#ifndef RD_IO_PLACE_H
#define RD_IO_PLACE_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define RD_PLACE_AROUND_MAX 50u
#define RD_PLACE_LINE_MAX   4096u /* bytes of a line or cell that are shown */

typedef struct rd_place_row {
	uint32_t line; /* 1-based */
	bool cut;      /* longer than is shown */
	rd_str text;   /* of a text file */
	uint32_t n_cells;
	rd_str *cells; /* of a workbook */
} rd_place_row;

typedef struct rd_place_view {
	bool cells;
	const char *encoding; /* "UTF-8", "GB18030", … */
	uint32_t n;
	rd_place_row *rows;
} rd_place_view;

/* The head of the file says that it is a workbook. */
bool rd_place_is_parsed(rd_str head);
/* Where the bytes of a file are: in memory (data), or in an open regular file. */
typedef struct rd_place_file {
	const char *name;
	const char *data; /* NULL = fd */
	uint64_t bytes;   /* of data */
	int fd;
} rd_place_file;

/* Lines line - around .. line + around of a file; `sheet` of a workbook, "" = the
 * first. NOT_FOUND when the file has no such line. Everything in `a`. */
RD_NODISCARD rd_rc rd_place_read(rd_arena *a, const rd_place_file *file, rd_str sheet,
                                 uint32_t line, uint32_t around, rd_place_view *ret_view,
                                 rd_err *err);
#endif
