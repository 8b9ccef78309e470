/*
 * list.h - lists of records: what the filter asks for and the actor may read, page by page.
 *
 * Pages are by key (cursor), so that they stay right while records come and go, and so that the
 * thousandth page costs what the first does. Results live in tx->arena.
 */
#ifndef RD_RECORD_LIST_H
#define RD_RECORD_LIST_H
#include "record/may.h"

#define RD_LIST_MAX 500u

typedef struct rd_list_input {
	const rd_kind *kind;
	rd_str filter, sort, cursor; /* as in filter.h; "" = none */
	uint32_t limit;              /* 1 .. RD_LIST_MAX */
	int32_t zone_offset_s;       /* of the firm's days */
} rd_list_input;

typedef struct rd_list {
	const rd_record *records;
	uint32_t n;
	rd_str next; /* cursor of the next page; "" = this was the last */
} rd_list;

/* FORBIDDEN when the actor may read none of the kind; INPUT with a column for a bad filter. */
RD_NODISCARD rd_rc rd_list_get(rd_tx *tx, const rd_actor *actor, const rd_list_input *in,
                               rd_list *ret_list, rd_err *err);
/* How many there are on all pages (the cursor does not matter), counted up to `max`; *ret_n =
 * max + 1 means more. */
RD_NODISCARD rd_rc rd_list_count(rd_tx *tx, const rd_actor *actor, const rd_list_input *in,
                                 uint32_t max, uint32_t *ret_n, rd_err *err);
#endif
