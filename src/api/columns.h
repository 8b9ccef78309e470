/*
 * columns.h - the columns of a kind as a table file has them: what export writes and import reads.
 *
 * A field is one column but for two: money has its amount and its currency, and what names other
 * records has their titles, for people, and their ids, which import reads. Heads are the labels of
 * the fields; no two of a kind are alike, so that every file that was exported can be read back.
 *
 * Who owns what: everything lies in the arena of the call. Threads: any, no state.
 */
#ifndef RD_API_COLUMNS_H
#define RD_API_COLUMNS_H
#include "record/check.h"
#include "record/engine.h"
#include "record/show.h"
#include "report/records.h"

#define RD_MASK_TEXT "***" /* stands for a secret value */

typedef enum rd_column_part {
	RD_PART_VALUE,    /* the value, or the amount of money */
	RD_PART_CURRENCY, /* of money */
	RD_PART_ID,       /* of records that are named */
	RD_PART_TITLE,    /* of the same, for people: import passes it over */
} rd_column_part;

typedef struct rd_column {
	const rd_field *field; /* common columns, too: made up for them */
	uint16_t at;           /* first cell of the field in a row */
	rd_column_part part;
	const char *key; /* "fee", "fee.currency", "owner", "owner.title" */
	rd_words head;
	bool takes; /* import may set it */
} rd_column;

typedef struct rd_columns {
	const rd_column *items;
	uint32_t n;
} rd_columns;

/* All columns of the kind that the reader may see. */
rd_columns rd_columns_of(const rd_kind *k, rd_show_view view, rd_arena *a);
/* Those of the given keys of fields, joined by commas; "" = those of the kind's list, "*" = all.
 * INPUT for a key that there is not. */
RD_NODISCARD rd_rc rd_columns_pick(const rd_kind *k, const rd_columns *all, rd_str keys,
                                   rd_arena *a, rd_columns *ret, rd_err *err);

/* Titles of records that were looked up, some thousands of them. */
typedef struct rd_titles rd_titles;
rd_titles *rd_titles_new(rd_arena *a);

typedef struct rd_column_reader {
	rd_tx *tx; /* of export: where titles are read */
	const rd_actor *actor;
	rd_titles *titles; /* of this actor */
	rd_show_view view;
	bool english;
	int32_t offset_s; /* of the firm's times east of UTC */
} rd_column_reader;

/* One cell; texts in the arena of the transaction. Fails as the database does. */
RD_NODISCARD rd_rc rd_column_show(const rd_column_reader *r, const rd_column *c,
                                  const rd_value *row, rd_out *ret, rd_err *err);

/* One row of a file as the body of a new record. `cells` belong to `columns`, of which items NULL
 * in `columns` are passed over; blank cells are left out. False: problems were added, and *ret_body
 * is of no use; to be freed by json_decref either way. */
bool rd_columns_read(const rd_column *const *columns, const rd_str *cells, uint32_t n,
                     int32_t offset_s, rd_arena *a, json_t **ret_body, rd_problems *problems);
#endif
