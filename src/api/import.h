/*
 * import.h - a table file as rows of cells under known heads: what import.c makes records of.
 *
 * CSV as export writes it: UTF-8 with or without BOM, commas, quotes. Heads are labels in either
 * language or keys; what is not known, or cannot be set, is passed over and named in the answer.
 *
 * Who owns what: all in the arena of the call; cells may point into the text. Threads: any, no
 * state.
 */
#ifndef RD_API_IMPORT_H
#define RD_API_IMPORT_H
#include "api/columns.h"

#define RD_IMPORT_ROWS_MAX  5000u
#define RD_IMPORT_BYTES_MAX (16u << 20)

typedef struct rd_table_row {
	uint32_t line; /* where it begins, from 1 */
	uint32_t n;    /* cells that it has */
	const rd_str *cells;
	bool bad; /* text behind a closing quote */
} rd_table_row;

typedef struct rd_table {
	const rd_column **columns; /* n_heads; NULL = passed over */
	const rd_str *heads;
	uint32_t n_heads;
	const rd_table_row *rows;
	uint32_t n_rows;
} rd_table;

/* INPUT for a text that is no such file, with the line; LIMIT beyond RD_IMPORT_ROWS_MAX rows. */
RD_NODISCARD rd_rc rd_table_read(const rd_columns *columns, rd_str text, rd_arena *a, rd_table *ret,
                                 rd_err *err);
/* Row i as the body of a new record, as rd_columns_read. */
bool rd_table_body(const rd_table *t, uint32_t i, int32_t offset_s, rd_arena *a, json_t **ret_body,
                   rd_problems *problems);
#endif
