/*
 * case_page.h - what stands around a case, for a page that is read in one request: names of what it
 * refers to, records that refer to it, how long reporting took.
 *
 * Everything is held to what the actor may read, and bounded. Results live in tx->arena. Reads
 * only.
 */
#ifndef RD_DESK_CASE_PAGE_H
#define RD_DESK_CASE_PAGE_H
#include "desk/case.h"

#define RD_CASE_NAMED_MAX  64u
#define RD_CASE_AROUND_MAX 50u /* records of each kind; the newest */
#define RD_CASE_TAIL       50u /* comments */

/* Kinds whose records are shown around a case, in this order; ends with NULL. Each names the case
 * in a field. */
extern const char *const rd_case_around_kinds[];

typedef struct rd_case_named {
	const char *key; /* of the case: "owner", "type", "cause" */
	rd_record record;
} rd_case_named;

RD_NODISCARD rd_rc rd_case_names(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                                 const rd_case_named **ret_list, uint32_t *ret_n, rd_err *err);
/* *ret_more: there are more than RD_CASE_AROUND_MAX. */
RD_NODISCARD rd_rc rd_case_around(rd_tx *tx, const rd_actor *actor, int64_t case_id,
                                  const rd_kind *kind, const rd_record **ret_list, uint32_t *ret_n,
                                  bool *ret_more, rd_err *err);
/* The comment behind which the last RD_CASE_TAIL stand; 0: there are no more. */
RD_NODISCARD rd_rc rd_case_comments_from(rd_tx *tx, int64_t case_id, int64_t *ret_after,
                                         rd_err *err);

typedef struct rd_case_reporting {
	int64_t taken_minutes;   /* of working time, from found to reported */
	int64_t allowed_minutes; /* by the type; 0 = at once */
	bool typed;              /* there is a type that says so */
} rd_case_reporting;
RD_NODISCARD rd_rc rd_case_reporting_of(rd_tx *tx, const rd_record *r, int32_t zone_offset_s,
                                        rd_case_reporting *ret, rd_err *err);
#endif
