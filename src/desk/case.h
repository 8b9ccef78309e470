/*
 * case.h - the life of an exception (model/case.toml): what is filled in, how it is graded, what
 * closing wants, duplicates and problems.
 *
 * Hooks (case.c) call these inside the transaction of the command; nothing here writes what the
 * record engine does not know, so everything replays. Results live in tx->arena. Threads: as the
 * transaction. Failure: INPUT for what a person can put right in the record, BARRED for what the
 * state or another record forbids; the words say what to do.
 */
#ifndef RD_DESK_CASE_H
#define RD_DESK_CASE_H
#include "desk/cell.h"
#include "desk/jobs.h"
#include "desk/notice.h"
#include "desk/periodic.h"
#include "record/engine.h"

const rd_kind *rd_case_kind(void);
/* reported … verifying: something is left to do. */
bool rd_case_is_open(const rd_record *r);
/* Record `id` of a kind as the program sees it; NOT_FOUND. */
RD_NODISCARD rd_rc rd_case_other(rd_tx *tx, const char *kind, int64_t id, rd_record *ret,
                                 rd_err *err);

/* case_fill.c: at creation, what follows from type, client, period and who reports. */
RD_NODISCARD rd_rc rd_case_fill(rd_hook_call *call, rd_err *err);
/* After a change: books are still of the client, times and period make sense. INPUT. */
RD_NODISCARD rd_rc rd_case_fits(rd_hook_call *call, rd_err *err);
/* After a change: another type brings its nature, severity, impact and urgency. */
RD_NODISCARD rd_rc rd_case_retype(rd_hook_call *call, rd_err *err);
/* INPUT when a person changed what only the program sets, or graded by hand without a reason. */
RD_NODISCARD rd_rc rd_case_guard(rd_hook_call *call, rd_err *err);

/* case_grade.c: grade and grade_reason of `now`, unless a person has fixed them. */
RD_NODISCARD rd_rc rd_case_grade(rd_tx *tx, int32_t zone_offset_s, rd_record *now, rd_err *err);
/* The same when a cell on which the grade rests differs. */
RD_NODISCARD rd_rc rd_case_regrade(rd_hook_call *call, rd_err *err);
/* The job "case.grade": grades all open cases of the firm anew, after grading was changed; ctx is
 * an rd_desk. */
extern const char rd_case_grade_job[];
rd_job_fn rd_case_grade_all;
/* Once an hour: cases whose filing deadline is near are graded anew, and accepted ones whose day is
 * over are opened again. `e` must live as long. */
rd_periodic_entry rd_case_entry(const rd_engine *e);

/* case_needs.c: what closing wants beside rights, one by one. */
typedef struct rd_case_need {
	const char *code; /* "time", "place", "persons", "cause", "summary", "evidence", "findings" */
	rd_str item;      /* EVIDENCE: which */
	rd_words label;   /* of what is wanted */
	rd_words hint;    /* not met: what to do */
	bool met;
	bool none; /* evidence that cannot be had, with a reason */
} rd_case_need;
RD_NODISCARD rd_rc rd_case_needs(rd_tx *tx, const rd_record *r, const rd_case_need **ret_list,
                                 uint32_t *ret_n, rd_err *err);
/* BARRED with all that is not met, and for who may not be the second person. */
RD_NODISCARD rd_rc rd_case_gate(rd_hook_call *call, rd_err *err);

/* case_merge.c: a duplicate's watchers, findings and a comment go to the other case. */
RD_NODISCARD rd_rc rd_case_merge(rd_hook_call *call, rd_err *err);
/* The counts of problems follow the field `problem`; `was` NULL: at creation. */
RD_NODISCARD rd_rc rd_case_count(rd_hook_call *call, rd_err *err);
#endif
