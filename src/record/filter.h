/*
 * filter.h - the language of lists, compiled to a condition with placeholders.
 *
 *     state:open owner:me due<2026-12-01 level>=9 tag:urgent -archived "全文"
 *
 * Described for people in docs/filters.md. Every value becomes a parameter, every name is one of
 * the kind's own columns: no text of a user ever stands in the SQL. The condition is about the
 * table under the alias r and begins with r.firm_id = $1. It runs on SQLite and PostgreSQL alike.
 *
 * Records that are archived are left out unless the text says "archived" in some way.
 *
 * Who owns what: all in the arena of the call. Failure: INPUT with the column (1-based, in
 * characters) of the mistake in err->column and what would be right. Threads: any, no state.
 */
#ifndef RD_RECORD_FILTER_H
#define RD_RECORD_FILTER_H
#include "base/arena.h"
#include "base/day.h"
#include "record/kind.h"

#define RD_FILTER_BYTES_MAX  2000u
#define RD_FILTER_TERMS_MAX  40u  /* conditions of one text */
#define RD_FILTER_VALUES_MAX 50u  /* values of one condition, a,b,c */
#define RD_FILTER_IN_MAX     400u /* parameters of one statement */
#define RD_FILTER_SORT_MAX   4u

typedef struct rd_filter_input {
	const rd_kind *kind;
	int64_t firm_id;
	rd_str text;      /* "" = everything that is not archived */
	rd_str sort;      /* "-level,due"; "" = the kind's own */
	rd_str cursor;    /* "" = from the start */
	int64_t user_id;  /* who "me" is; 0 = nobody */
	int64_t now_us;   /* for "overdue" */
	rd_day today;     /* the firm's, for "today" and "+7d" */
	int32_t offset_s; /* the firm's zone east of UTC, for days of times: China 28800 */
	bool client;      /* only client-visible fields may be named */
	bool secrets;     /* secret fields may be named */
} rd_filter_input;

/* What a page is read from, part by part until it is full: when the first sort key may be empty,
 * first the records that have it, then the others. An index gives each of them in order, also where
 * the database thinks that what is empty comes first. */
typedef struct rd_filter_part {
	rd_str more;  /* AND … behind rd_filter.where, with the cursor's condition; may be "" */
	rd_str order; /* without the words ORDER BY; ends with r.id */
} rd_filter_part;

typedef struct rd_filter {
	rd_str where; /* without the word WHERE, and without the cursor */
	rd_filter_part part[2];
	uint32_t n_parts;
	const rd_value *in;
	uint32_t n_in; /* the next free placeholder is n_in + 1 */
	/* As asked, or more: the first key of the kind's own sort alone goes on with the others of it,
	 * so that one index serves both directions. The id is the key after the last. */
	const rd_sort *sort;
	uint32_t n_sort;
} rd_filter;

RD_NODISCARD rd_rc rd_filter_compile(const rd_filter_input *in, rd_arena *a, rd_filter *ret_filter,
                                     rd_err *err);

/* The cursor that continues behind `row` (n_columns values): base64url, opaque to clients. */
rd_str rd_filter_cursor(const rd_kind *k, const rd_filter *f, const rd_value *row, rd_arena *a);

/* The whole statement of one part: SELECT <columns of the kind> FROM <table> r WHERE … [AND (more)]
 * ORDER BY … LIMIT limit. `more` is a condition of the caller (rights), with placeholders behind
 * those of the filter; "" = none. */
rd_str rd_filter_select(const rd_kind *k, const rd_filter *f, uint32_t part, rd_str more,
                        uint32_t limit, rd_arena *a);
#endif
