/*
 * grouping.h - findings become cases, and cases follow their findings.
 *
 * A group is (type, set of books, period). What a run found live is compared with the cases that
 * are there; what follows depends on the state of things alone, so that the same run twice, or a
 * second import of the same files, changes nothing:
 *
 *  - A finding without a case joins the open case of its group. There is none: when it is grave
 *    enough (settings checks.open-facts, checks.open-clues) a case is opened for all of the group.
 *  - A live finding of a case that is closed or withdrawn is a recurrence: the case opens again
 *    and counts it; when it was closed more than checks.reopen-days ago or is archived, a new case
 *    is opened and linked to it (follows-from). An open case of the group takes it instead.
 *  - A case that a person dismissed or accepted stays as it is until accepted_until has passed;
 *    then it opens again, when something of it is still live. The decision covers the findings
 *    that it was about: another one of the group opens another case.
 *  - Findings of a duplicate go to the case that it duplicates.
 *  - When nothing of an open case is live any more, its count falls to 0 and a comment says so. One
 *    in the state reported that nobody has touched is withdrawn (state dismissed without a day).
 *
 * Cases are made and moved through the record engine, as the program ("system"), so their own hooks
 * grade them and start their clocks. A restricted type (need_to_know) makes restricted cases.
 *
 * Threads: as commands. Results live in tx->arena.
 */
#ifndef RD_DESK_GROUPING_H
#define RD_DESK_GROUPING_H
#include "desk/findings.h"

/* One finding of the books that is live after the run. */
typedef struct rd_alive {
	int64_t case_id;       /* in: the case that it belongs to, 0 = none; out: from now on */
	const rd_found *found; /* NULL: the run could not judge it, it is live as before */
	rd_str slug, period;
	uint32_t severity;
	bool indicator;
} rd_alive;

typedef struct rd_grouping {
	const rd_engine *engine;
	const rd_record *books;
	int64_t run_id;
	rd_str run_number;
	bool english;             /* how the firm speaks */
	rd_str sha256, sha256_of; /* of the result, and of the part that few may know; "" = none */
	int64_t size, size_of;
	const rd_finding_type *types;
	uint32_t n_types;
	uint32_t n_opened;          /* out: cases opened, opened again ones too */
	struct rd_group_work *work; /* grouping.c's own */
} rd_grouping;

/* Gives every live finding its case, opening cases and opening them again. The rows of the findings
 * are the caller's to write, with the case_id that stands in `all` afterwards. */
RD_NODISCARD rd_rc rd_grouping_assign(rd_grouping *g, rd_tx *tx, rd_alive *all, uint32_t n,
                                      rd_err *err);
/* After the rows are written: the counts of the cases, what is said when nothing is left, and what
 * is withdrawn. */
RD_NODISCARD rd_rc rd_grouping_settle(rd_grouping *g, rd_tx *tx, rd_err *err);

/* A person makes a case of a finding that opened none, or lets it join the open one of its group.
 * BARRED when it has a case or is not live. `actor` must be allowed to create cases. */
RD_NODISCARD rd_rc rd_grouping_promote(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                       int64_t finding_id, int64_t *ret_case, rd_err *err);
/* Findings of a case that is a duplicate go to the other one, whose count follows. */
RD_NODISCARD rd_rc rd_grouping_merge(rd_tx *tx, int64_t from_case, int64_t to_case, rd_err *err);
#endif
