/*
 * duty.h - who is on duty, who stands in for whom, and when nobody is there (kind duty).
 *
 * A turn of duty is answered by its person, or, on days when that person is away (kind absence,
 * approved) or has left, by who stands in: the deputy that the absence names, else the first of the
 * person's deputies who is there. A turn that nobody can answer is a gap, said and passed over.
 *
 * The periodic entry "duty" looks whether tomorrow has anybody, when the firm keeps a roster, and
 * tells the supervisors (the administrators when there are none) once for each such day.
 *
 * Threads: as reads. Results live in tx->arena.
 */
#ifndef RD_DESK_DUTY_H
#define RD_DESK_DUTY_H
#include "desk/periodic.h"
#include "record/engine.h"

#define RD_DUTY_MAX      100u /* turns at one moment */
#define RD_DUTY_GAP_DAYS 7

typedef struct rd_on_duty {
	int64_t id, person_id; /* of the turn */
	int64_t answers_id;    /* who is there; 0 = nobody */
	int64_t from_us, until_us, level;
	rd_str name, person, phone; /* phone "" = none */
} rd_on_duty;

/* In the order in which they are called: level, then begin of the turn. */
RD_NODISCARD rd_rc rd_duty_at(rd_tx *tx, int64_t at_us, int32_t zone_offset_s,
                              const rd_on_duty **ret_list, uint32_t *ret_n, rd_err *err);

typedef struct rd_duty_gap {
	int64_t from_us, until_us;
} rd_duty_gap;
/* Times of the next RD_DUTY_GAP_DAYS days for which no turn is planned, in their order. A firm
 * without turns has one long gap. */
RD_NODISCARD rd_rc rd_duty_gaps(rd_tx *tx, int64_t from_us, const rd_duty_gap **ret_gaps,
                                uint32_t *ret_n, rd_err *err);

/* The person, or who stands in on that day; *ret_id 0 = nobody is there. */
RD_NODISCARD rd_rc rd_duty_stand_in(rd_tx *tx, int64_t user_id, rd_day day, int64_t *ret_id,
                                    rd_err *err);

/* The entry "duty"; `e` must live as long. */
rd_periodic_entry rd_duty_entry(const rd_engine *e);
#endif
