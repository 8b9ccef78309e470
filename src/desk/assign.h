/*
 * assign.h - who handles a case: by responsibility, skill, load and absence.
 *
 * Responsibilities (kind responsibility, RACI) say for a type, an area or all, for one client or
 * all, who is responsible, accountable, consulted and informed: a person, a team or a department,
 * with a skill that is needed. The most exact one counts: of the client before of all, of the type
 * before of the area before of all. Without one the client's accountant is responsible, then the
 * client's manager.
 *
 * Of several people the one is taken who is there, has the skill and has the least on the desk;
 * who is away is replaced by the deputy of the absence, else by the first of the deputies who is
 * there. When nobody is there, the case stays without an owner in the queue of the team or
 * department; people of the team see it and take it.
 *
 * Load is an estimate in minutes: open cases times the setting load.case-minutes, and what open
 * tasks are expected to take (load.task-minutes when nobody said).
 */
#ifndef RD_DESK_ASSIGN_H
#define RD_DESK_ASSIGN_H
#include "record/engine.h"

#define RD_CANDIDATES_MAX 100u

typedef struct rd_candidate {
	int64_t user_id;
	rd_str name;
	int64_t cases, late, minutes; /* on the desk: open cases, late ones, load */
	rd_day absent_until;          /* RD_DAY_NONE = at work */
	bool skilled;                 /* has the skill that is needed, or none is */
	bool responsible;             /* named by the responsibility, or by the client */
} rd_candidate;

/* People for a case, the best first: at work, responsible, skilled, least load, then by id. At most
 * RD_CANDIDATES_MAX. Lives in tx->arena. */
RD_NODISCARD rd_rc rd_assign_candidates(const rd_engine *e, rd_tx *tx, const rd_record *c,
                                        const rd_candidate **ret_list, uint32_t *ret_n,
                                        rd_err *err);
/* Everybody at work here with his load, most loaded first. */
RD_NODISCARD rd_rc rd_assign_load(const rd_engine *e, rd_tx *tx, const rd_candidate **ret_list,
                                  uint32_t *ret_n, rd_err *err);

/* A case that is made: owner, department, reviewer, consulted as co-handlers and informed as
 * watchers, where nobody is named yet; who reported it watches, too. Called by the hook of
 * creation. */
RD_NODISCARD rd_rc rd_assign_case(rd_hook_call *call, rd_err *err);
#endif
