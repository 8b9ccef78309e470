/*
 * emergencies.h - the emergency level: cases that start an emergency, and calling until somebody
 * answers (kind emergency).
 *
 * A case that is made, or whose grade, amount, deadline or type changes, is held against the rules
 * that the firm has set (emergency.*): the grade; and of P1 and P2 the amount, a tax deadline that
 * is near, and many clients hit by one type within some hours. A case that meets one joins the
 * open emergency of the same type and client (or of many clients), else one is declared, in the
 * same transaction. Counting clients is left to the follower "emergencies", which asks once for a
 * batch of cases, and looks at those that the program has graded anew. Drills, closed cases and
 * those that belong to one start none; of a need-to-know case the emergency says neither client nor
 * type. Whoever declares one by hand sets off the same.
 *
 * A new emergency gets its tasks: the items of the playbook of the type, or a preset list; whoever
 * acknowledges it finds them on his desk. The people on duty are called in the order of the roster
 * (desk/duty.h), the next one every emergency.call-minutes, day and night and whatever quiet hours
 * say, until it is acknowledged. The end of the roster begins again and tells supervisors and
 * administrators; without anybody on duty these are called. The periodic entry "emergencies" calls;
 * each call is a fact.
 *
 * When it ends, a task asks for the review afterwards; the review names an improvement, which is
 * made with it.
 */
#ifndef RD_DESK_EMERGENCIES_H
#define RD_DESK_EMERGENCIES_H
#include "desk/follow.h"
#include "desk/periodic.h"
#include "record/engine.h"

#define RD_EMERGENCY_CALLS_MAX 1000 /* then nobody is called any more */
#define RD_EMERGENCY_STEPS_MAX 20u  /* tasks of a playbook */

/* For the hooks of a case, at their end: the emergency to which it belongs from now on. */
RD_NODISCARD rd_rc rd_emergency_case(rd_hook_call *call, rd_err *err);

/* The follower "emergencies"; ctx is an rd_engine. It gives new emergencies their tasks and the first
 * call, and their history the cases. */
rd_follow_fn rd_emergency_follow;
/* What it passes over without a transaction: events that are about neither. */
rd_follow_look_fn rd_emergency_passes;
/* The entry "emergencies"; `e` must live as long. */
rd_periodic_entry rd_emergency_entry(const rd_engine *e);

/* The items of a list in a text ("- x", "* x", "1. x", "1、x"), each without its mark. Pure; the
 * texts are those of `body`. Returns how many, at most RD_EMERGENCY_STEPS_MAX. */
uint32_t rd_emergency_steps(rd_str body, rd_str ret_steps[RD_EMERGENCY_STEPS_MAX]);
#endif
