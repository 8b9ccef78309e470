/*
 * followup.h - what comes out of a case: what is done at closing, measures made from it in one
 * step, and all of it in one list.
 *
 * A measure is a control, a risk or an improvement, filled in from the case (name, details, client,
 * team, need-to-know, type) and linked to it: a control mitigates the case, a risk concerns it, an
 * improvement follows from it.
 *
 * Results live in tx->arena. Threads: as commands and reads.
 */
#ifndef RD_DESK_FOLLOWUP_H
#define RD_DESK_FOLLOWUP_H
#include "record/engine.h"

#define RD_FOLLOWUPS_MAX 200u /* of one case that are listed */

/* Part of closing a case, once the hook has filled in call->now: feedback to those concerned
 * (feedback.h) and the effect review (effect.h). */
RD_NODISCARD rd_rc rd_followup_closed(rd_hook_call *call, rd_err *err);

typedef struct rd_followup_new {
	rd_str kind;          /* control, risk, improvement */
	rd_str name, details; /* "" = drafted from the case */
	int64_t owner_id;     /* 0 = who makes it */
	int64_t due_us;       /* 0 = none */
} rd_followup_new;

/* As `actor`, who may comment on the case and create such records. INPUT for another kind. */
RD_NODISCARD rd_rc rd_followup_create(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                      int64_t case_id, const rd_followup_new *new,
                                      rd_record *ret_record, rd_err *err);

/* Measures, reviews and feedback of a case that the actor may read, kind by kind. */
RD_NODISCARD rd_rc rd_followup_list(rd_tx *tx, const rd_actor *actor, int64_t case_id,
                                    const rd_record **ret_records, uint32_t *ret_n, rd_err *err);
#endif
