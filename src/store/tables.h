/*
 * tables.h - every table of the schema as data: what it is, its columns, and statements that walk
 * through or fill it for one firm. For export, import and the comparison of a rebuild.
 *
 * Made at build from the migrations and store/tables.def. The order of rows is that of the key by
 * bytes, the same on both back ends and in every locale. firm_id is no column here: it is always
 * that of the transaction. Constant data; any number of threads.
 */
#ifndef RD_STORE_TABLES_H
#define RD_STORE_TABLES_H
#include "base/digest.h"
#include "store/store.h"

typedef enum rd_table_what { /* store/tables.def tells what they mean */
	                         RD_TABLE_LOG,
	                         RD_TABLE_RECORDS,
	                         RD_TABLE_DERIVED,
	                         RD_TABLE_ROWS,
	                         RD_TABLE_SECRET,
	                         RD_TABLE_PASSING
} rd_table_what;

typedef struct rd_table_column {
	const char *name;
	rd_type type; /* RD_INT, RD_TEXT, RD_BLOB */
	bool nullable;
} rd_table_column;

typedef struct rd_table {
	const char *name;
	rd_table_what what;
	const rd_table_column *columns;
	uint16_t n_columns;
	const uint16_t *key; /* columns of the key behind firm_id */
	uint16_t n_key;
	rd_statement first, next, insert; /* firm_id → a page; and the last key → the next; a row */
} rd_table;

#define RD_TABLE_COLUMNS_MAX 200u

extern const rd_table rd_tables[]; /* by name */
extern const uint32_t rd_tables_count;
const rd_table *rd_table_find(rd_str name); /* NULL = none */

/* One row: t->n_columns cells, which live until it returns. */
typedef rd_rc rd_table_row_fn(void *ctx, const rd_table *t, const rd_value *cells, rd_err *err);
/* All rows of the firm, in order; a page of them is in memory. */
RD_NODISCARD rd_rc rd_table_each(rd_tx *tx, const rd_table *t, rd_table_row_fn *fn, void *ctx,
                                 rd_err *err);
RD_NODISCARD rd_rc rd_table_add(rd_tx *tx, const rd_table *t, const rd_value *cells, rd_err *err);

typedef struct rd_table_digest {
	uint8_t sha256[32]; /* of all cells in order, with their types and lengths */
	int64_t rows;
} rd_table_digest;
RD_NODISCARD rd_rc rd_table_digest_of(rd_tx *tx, const rd_table *t, rd_table_digest *ret,
                                      rd_err *err);
#endif
