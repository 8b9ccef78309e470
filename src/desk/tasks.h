/*
 * tasks.h - tasks that the program makes, and what ends with a task.
 *
 * The hooks task_finish and task_decline (model/task.toml) live here. Finishing a task that repeats
 * makes the next one from the same values, by the rule of its field `repeat` (base/rrule.h),
 * counted from `repeat_from`, or from its due day when that is empty. The next is due on the first
 * day of the rule after the due day of this one, or on the next working day by the firm's calendar,
 * at the same time of the day; days that have passed meanwhile are not left out. Without a due time
 * the rule counts from today, and the next is due when work ends. It is linked to this one as
 * "follows-from". The rule goes on with the next task: the finished one keeps none, so that it
 * makes no second one when it is reopened and finished again. Declining a task ends its repetition.
 *
 * Threads: as commands. Results live in tx->arena.
 */
#ifndef RD_DESK_TASKS_H
#define RD_DESK_TASKS_H
#include "record/engine.h"

/* The program ("system") in the course of somebody's request. */
rd_actor rd_task_system(const rd_hook_call *call);
/* Creates a task from a body as for rd_record_create; id 0 = a new one. */
RD_NODISCARD rd_rc rd_task_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t id,
                               rd_str body, rd_record *ret_task, rd_err *err);
#endif
