/*
 * group_case.h - cases as findings make them: the body of a new one. Used by grouping.c alone.
 *
 * Who owns what: the body is the caller's (json_decref); texts are copied. Threads: any, no state.
 */
#ifndef RD_DESK_GROUP_CASE_H
#define RD_DESK_GROUP_CASE_H
#include "desk/grouping.h"

/* What a case says of its findings; the gravest is the first. */
typedef struct rd_case_sum {
	uint32_t severity; /* of the gravest */
	int64_t amount;    /* at stake, minor units, at most RD_INT_JSON_MAX */
	uint32_t live;
} rd_case_sum;
rd_case_sum rd_case_sum_of(const rd_alive *const *items, uint32_t n);

/* `items`: n >= 1 findings of one group that were found; times_back: recurrences so far. */
json_t *rd_case_body(const rd_grouping *g, const rd_finding_type *type,
                     const rd_alive *const *items, uint32_t n, int64_t times_back);
#endif
