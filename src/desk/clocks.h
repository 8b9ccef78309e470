/*
 * clocks.h - the clocks of a case: how long reporting, acknowledging, triage, correction and
 * verification may take, in business time.
 *
 *   report   found_at → created_at        only judged: nothing is due before it is reported
 *   ack      created_at → acked_at        ends with the first thing that a person does with it
 *   triage   created_at → triaged_at
 *   correct  created_at → corrected_at    runs on when verification fails
 *   verify   begins with the transition to verifying, ends when the case closes or is sent back
 *
 * A limit is the minutes that the firm has set for the grade (P3 while there is none), or the
 * shorter ones of the exception type, times the per cent of the client's service level. Time counts
 * by the calendar of the client, else of the firm (desk/hours.h, base/worktime.h). Every due time
 * is a field of the case record, so each change is one fact; `due` is the nearest open one.
 *
 * While the case waits for others (paused_at) its clocks stand still: resuming moves the open due
 * times by the business time that passed, to the microsecond. A new grade, type or client moves
 * them by the difference of the limits. Re-opening begins the clock of correction anew with its
 * full limit, without breaches, pauses or escalation; who re-opened it has acknowledged it.
 *
 * A breach is written into `breached` once a clock; `clock_at` says when the next step is to be
 * taken (desk/ladder.h). Nobody sets these fields by hand (desk/case_fill.c).
 *
 * Threads: as commands. What is loaded lives in tx->arena.
 */
#ifndef RD_DESK_CLOCKS_H
#define RD_DESK_CLOCKS_H
#include "base/worktime.h"
#include "record/engine.h"

typedef enum rd_clock {
	RD_CLOCK_REPORT,
	RD_CLOCK_ACK,
	RD_CLOCK_TRIAGE,
	RD_CLOCK_CORRECT,
	RD_CLOCK_VERIFY,
	RD_CLOCKS_N,
	RD_CLOCK_OPINION = RD_CLOCKS_N /* of the written decision: in days, not in business time */
} rd_clock;

#define RD_GRADES_N 4u /* p1 … p4 */
#define RD_LADDER_N 5u /* owner, duty, lead, supervisor, head */

/* What the firm has set; minutes are business time. */
typedef struct rd_clock_rules {
	int64_t minutes[RD_CLOCKS_N][RD_GRADES_N];
	int64_t percent[3]; /* basic, standard, priority */
	int64_t warn[RD_GRADES_N];
	int64_t ladder[RD_GRADES_N][RD_LADDER_N]; /* after the breach; -1 = left out */
	int64_t department, opinion_days;
} rd_clock_rules;
RD_NODISCARD rd_rc rd_clock_rules_load(rd_tx *tx, rd_clock_rules *ret_rules, rd_err *err);

/* Minutes of a clock: grade 0 … 3, service level 0 … 2, type_minutes 0 = the type says nothing. At
 * least 1. Pure. */
int64_t rd_clock_limit(const rd_clock_rules *rules, rd_clock clock, uint32_t grade, uint32_t level,
                       int64_t type_minutes);

/* What the clocks of one case go by. */
typedef struct rd_clock_basis {
	rd_clock_rules rules;
	rd_worktime hours;
	uint32_t grade, level;
	int64_t type_minutes[RD_CLOCKS_N];
	int64_t supervisor; /* of the client; 0 = none */
	int32_t zone_offset_s;
} rd_clock_basis;
RD_NODISCARD rd_rc rd_clock_basis_load(rd_tx *tx, const rd_record *r, int32_t zone_offset_s,
                                       rd_clock_basis *ret_basis, rd_err *err);
int64_t rd_clock_minutes(const rd_clock_basis *b, rd_clock clock);

/* ---- of the cells of a case; pure ---- */

const char *rd_clock_name(rd_clock clock); /* as in `breached` */
bool rd_clock_runs(const rd_record *r, rd_clock clock);
/* The nearest due time of the clocks that run; false: none runs. */
bool rd_clock_nearest(const rd_record *r, int64_t *ret_due_us);
bool rd_clock_breached(const rd_record *r, rd_clock clock);
void rd_clock_set_breached(rd_arena *a, rd_record *r, rd_clock clock, bool on);
bool rd_clock_is_paused(const rd_record *r);
/* A due time moved by business time, forth or back; it stands where work is done or just ended. */
RD_NODISCARD rd_rc rd_clock_shift(const rd_worktime *hours, int64_t due_us, int64_t us,
                                  int64_t *ret_due_us, rd_err *err);
/* Moves the open due times by the business time since paused_at, which ends. */
RD_NODISCARD rd_rc rd_clock_resume(const rd_worktime *hours, rd_record *r, int64_t now_us,
                                   rd_err *err);
/* Writes into `breached` what is late at now_us. */
void rd_clock_judge(rd_arena *a, rd_record *r, int64_t now_us);
/* Writes `due`, `clock_at`, and `escalation` when nothing is late any more. */
RD_NODISCARD rd_rc rd_clock_settle(const rd_clock_basis *b, rd_record *r, int64_t now_us,
                                   rd_err *err);
/* When the reminder of a written decision is due, and when it is late (both midnights). */
void rd_clock_opinion(const rd_clock_basis *b, rd_day due, int64_t *ret_remind_us,
                      int64_t *ret_late_us);

/* One clock as people see it; `report` has no due time. */
typedef struct rd_clock_face {
	int64_t limit_minutes;    /* business time */
	int64_t due_us, ended_us; /* 0 = none, not yet */
	int64_t left_us;          /* business time until it is due, negative when late; while it runs */
	bool runs, breached;
} rd_clock_face;
/* All clocks of a case at now_us; of one that waits, what was left when it began to wait. */
RD_NODISCARD rd_rc rd_clock_faces(const rd_clock_basis *b, const rd_record *r, int64_t now_us,
                                  rd_clock_face ret_faces[RD_CLOCKS_N], rd_err *err);

/* ---- called at the end of the hooks of a case (desk/case.c) ---- */

RD_NODISCARD rd_rc rd_clocks_start(rd_hook_call *call, rd_err *err); /* it is created */
/* After every transition and change. */
RD_NODISCARD rd_rc rd_clocks_moved(rd_hook_call *call, rd_err *err);

/* The program grades a case anew outside of a command: before rd_record_write. */
RD_NODISCARD rd_rc rd_clocks_regraded(rd_tx *tx, int32_t zone_offset_s, const rd_record *was,
                                      rd_record *now, rd_err *err);

/* ---- for other parts of the desk that let a case wait ---- */

/* Pauses the case for `reason` (an option of pause_reason) unless it waits already, is closed, or
 * is not triaged yet; *ret_paused says whether. */
RD_NODISCARD rd_rc rd_clocks_hold(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                  int64_t case_id, const char *reason, bool *ret_paused,
                                  rd_err *err);
/* Resumes it when it waits for this reason. */
RD_NODISCARD rd_rc rd_clocks_release(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                     int64_t case_id, const char *reason, rd_err *err);
/* A task ends: the case that waited for it goes on. For hooks of tasks. */
RD_NODISCARD rd_rc rd_clocks_task_ended(rd_hook_call *call, rd_err *err);
#endif
