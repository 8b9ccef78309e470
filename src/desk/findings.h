/*
 * findings.h - what checks found in a set of books, as it stands in the table `findings`.
 *
 * A finding is one row for (books, fingerprint) for good: live while the last run that could judge
 * it found it, gone when it did not, suppressed while a decision covers it. Rows are no records:
 * runs make and change them (runs.h), the run's own result is the proof (a blob whose hash stands
 * in the log). People reach them through a set of books, a run or a case that they may read.
 *
 * A finding of a type for which few need to know (exception_type.need_to_know) is shown to
 * administrators, auditors and whoever may read its case; others do not learn that it is there.
 *
 * Failure: NOT_FOUND for what is not there or not for this actor. Results live in tx->arena.
 */
#ifndef RD_DESK_FINDINGS_H
#define RD_DESK_FINDINGS_H
#include "desk/checking.h"
#include "record/engine.h"

#define RD_FINDINGS_PAGE 200u

typedef struct rd_finding_row {
	int64_t id, books_id, client_id;
	rd_str fingerprint, slug, kind;
	rd_words title; /* of the check */
	uint32_t severity;
	bool indicator, restricted;
	rd_str voucher, account, party, period;
	rd_day day;
	int64_t at_stake;
	rd_str zh, en, facts, places, lines; /* the last three are JSON */
	rd_str state;
	int64_t since_us, first_run_id, last_run_id, gone_run_id, times_back;
	int64_t suppression_id, case_id; /* 0 = none */
} rd_finding_row;

RD_NODISCARD rd_rc rd_finding_get(rd_tx *tx, const rd_actor *actor, int64_t id,
                                  rd_finding_row *ret_row, rd_err *err);

typedef struct rd_findings_ask {
	rd_str state, slug, period, account, voucher; /* "" = any */
	int32_t severity;                             /* -1 = any */
	bool loose;                                   /* only those without a case */
	rd_str cursor;                                /* "" = from the start */
	uint32_t limit;                               /* 1 .. RD_FINDINGS_PAGE */
} rd_findings_ask;

typedef struct rd_findings_page {
	const rd_finding_row *rows;
	uint32_t n;
	rd_str next; /* "" = this was the last */
} rd_findings_page;

/* The gravest first. USAGE for a cursor that is none. */
RD_NODISCARD rd_rc rd_findings_of_books(rd_tx *tx, const rd_actor *actor, int64_t books_id,
                                        const rd_findings_ask *ask, rd_findings_page *ret_page,
                                        rd_err *err);
/* Of the filters only the state counts. */
RD_NODISCARD rd_rc rd_findings_of_case(rd_tx *tx, const rd_actor *actor, int64_t case_id,
                                       const rd_findings_ask *ask, rd_findings_page *ret_page,
                                       rd_err *err);
/* What a run found first (state "new") or found no more ("gone"). */
RD_NODISCARD rd_rc rd_findings_of_run(rd_tx *tx, const rd_actor *actor, int64_t run_id,
                                      const rd_findings_ask *ask, rd_findings_page *ret_page,
                                      rd_err *err);

/* Proposes a suppression of this one finding until a day; a second person approves it. */
RD_NODISCARD rd_rc rd_finding_suppress(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                       int64_t id, rd_str grounds, rd_str until,
                                       rd_record *ret_suppression, rd_problems *problems,
                                       rd_err *err);

/* The firm's own type of a check. */
typedef struct rd_finding_type {
	int64_t id;
	rd_str slug, name, name_en, nature;
	bool need_to_know, retired;
} rd_finding_type;
/* By slug; archived ones are left out. */
RD_NODISCARD rd_rc rd_finding_types(rd_tx *tx, const rd_finding_type **ret_types, uint32_t *ret_n,
                                    rd_err *err);
/* NULL = none. */
const rd_finding_type *rd_finding_type_of(const rd_finding_type *types, uint32_t n, rd_str slug);
#endif
