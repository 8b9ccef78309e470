/*
 * filter_impl.h - what the parts of the filter language share. Used by src/record/filter*.c and
 * cursor.c alone.
 *
 * filter.c cuts a text into terms and finds out what each is about; filter_sql.c writes the
 * condition of one term; cursor.c does sorting and continuing. All of it lives for one call.
 */
#ifndef RD_RECORD_FILTER_IMPL_H
#define RD_RECORD_FILTER_IMPL_H
#include "base/buf.h"
#include "record/filter.h"

#define RD_FILTER_SQL_MAX (64u << 10) /* 400 parameters with some 100 bytes of text each */

typedef enum rd_filter_op {
	RD_FILTER_IS,
	RD_FILTER_EQ,
	RD_FILTER_LT,
	RD_FILTER_LE,
	RD_FILTER_GT,
	RD_FILTER_GE
} rd_filter_op;

typedef struct rd_filter_value {
	rd_str text;
	bool quoted;
	uint32_t at; /* byte in the text */
} rd_filter_value;

typedef struct rd_filter_term {
	bool no; /* - in front */
	rd_str key;
	rd_filter_op op;
	rd_filter_value values[RD_FILTER_VALUES_MAX];
	uint32_t n;
	uint32_t at; /* byte in the text */
} rd_filter_term;

typedef struct rd_filter_build {
	const rd_filter_input *input;
	rd_str text; /* made uniform */
	rd_arena *a;
	rd_buf sql;
	rd_value *in;
	uint32_t n_in;
	bool archived_said; /* the text speaks of archived records itself */
	/* What every record that meets the filter has: a value in that column; the same value. */
	bool known[RD_KIND_COLUMNS_MAX], fixed[RD_KIND_COLUMNS_MAX];
	rd_err *err;
} rd_filter_build;

/* The number of a new parameter, for "$%u". More than RD_FILTER_IN_MAX: 0, and *b->err is filled. */
uint32_t rd_filter_param(rd_filter_build *b, rd_value v);
/* INPUT at a byte of the text. */
rd_rc rd_filter_wrong(rd_filter_build *b, uint32_t at, rd_words words);
/* Whether the reader may name that column. */
bool rd_filter_may_name(const rd_filter_input *in, uint32_t column);

/* The condition of a term about a column, about search words, tags, "is" and "has"; without NOT. */
RD_NODISCARD rd_rc rd_filter_column(rd_filter_build *b, const rd_filter_term *t, uint32_t column);
RD_NODISCARD rd_rc rd_filter_words(rd_filter_build *b, rd_str text);
RD_NODISCARD rd_rc rd_filter_tags(rd_filter_build *b, const rd_filter_term *t);
RD_NODISCARD rd_rc rd_filter_is(rd_filter_build *b, const rd_filter_value *v);
RD_NODISCARD rd_rc rd_filter_has(rd_filter_build *b, const rd_filter_value *v);

/* Reads in->sort (or the kind's own) and in->cursor; makes the parts. */
RD_NODISCARD rd_rc rd_filter_order(rd_filter_build *b, rd_filter *f);

/* The column that a key or a label in either language names; -1 = none. */
int32_t rd_filter_find(const rd_kind *k, rd_str key);
#endif
