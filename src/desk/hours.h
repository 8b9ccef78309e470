/*
 * hours.h - when people work, by the calendars of the firm, and when they are not disturbed.
 *
 * A calendar (kinds calendar and calendar_day) becomes an rd_worktime (base/worktime.h) that is
 * exact for a window of days around a moment: each day of the window stands in its lists, so
 * that six-day weeks and the firm's own holidays count. Outside the window the week of the preset
 * is assumed. Lists live in tx->arena.
 */
#ifndef RD_DESK_HOURS_H
#define RD_DESK_HOURS_H
#include "base/worktime.h"
#include "store/store.h"

#define RD_HOURS_DAYS_MAX 800u /* of a window */

/* `calendar_id` 0 = the calendar of the firm, and when it has none, the preset. `days` days from
 * the local day of from_us on; offset_s: the firm's zone east of UTC. */
RD_NODISCARD rd_rc rd_hours_load(rd_tx *tx, int64_t calendar_id, int64_t from_us, uint32_t days,
                                 int32_t offset_s, rd_worktime *ret_hours, rd_err *err);

/* When something is due that is due on a day: `clock_us` after midnight, or when work ends (-1), on
 * that day or else the next working day, by the calendar of the firm. */
RD_NODISCARD rd_rc rd_hours_due(rd_tx *tx, rd_day day, int64_t clock_us, int32_t offset_s,
                                int64_t *ret_at_us, rd_err *err);

typedef enum rd_quiet_kind {
	RD_QUIET_NONE,
	RD_QUIET_CLOCK, /* between two times of the local day */
	RD_QUIET_WORK   /* outside working hours */
} rd_quiet_kind;

typedef struct rd_quiet {
	rd_quiet_kind kind;
	int32_t from_min,
		to_min; /* CLOCK, 0 .. 1439; to < from: over midnight; the same: never quiet */
} rd_quiet;

/* The first moment from at_us on that is not quiet. Pure. */
RD_NODISCARD rd_rc rd_quiet_until(const rd_quiet *quiet, const rd_worktime *hours, int64_t at_us,
                                  int64_t *ret_us, rd_err *err);
const char *rd_quiet_name(rd_quiet_kind kind); /* none, clock, work */
/* False for a name that is none. */
bool rd_quiet_find(rd_str name, rd_quiet_kind *ret_kind);
#endif
