/*
 * ladder.h - what the clocks of cases do by themselves: warn, record a breach, escalate.
 *
 * The periodic entry "clocks" takes the steps that have come (clock_at of the case, by its index),
 * each in a transaction of its own that looks once more. A step is a fact of the case, so it is
 * taken once, whatever stops, starts again or runs at the same time.
 *
 *   before the due time   due-soon to owner and whoever works on it
 *   at the due time       the clock is written into `breached`
 *   then the ladder       owner (overdue), person on duty, team lead, supervisor of the client (all
 *                         supervisors when there is none), head of the firm (escalated): after as
 *                         much business time as the firm has set for the grade
 *
 * `escalation` counts the rungs that are done. Who is away is replaced by a deputy (desk/duty.h); a
 * rung with nobody who is there and may read the case gives way to the next at once. When the last
 * finds nobody, all administrators are told so (unattended).
 *
 * A written decision (opinion_due) is reminded of, and when it is late, becomes a breach and a task
 * to decide on a report to the authority (Basic Accounting Work Rules, art. 78 (6)).
 */
#ifndef RD_DESK_LADDER_H
#define RD_DESK_LADDER_H
#include "desk/periodic.h"
#include "record/engine.h"

#define RD_LADDER_TOLD (5 + 1) /* escalation: the administrators were told, too */

/* The entry "clocks"; `e` must live as long. */
rd_periodic_entry rd_ladder_entry(const rd_engine *e);
#endif
