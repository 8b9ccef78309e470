/*
 * worktime.h - working hours: business time between instants, due times, next working moment.
 *
 * A working day is one of base/calendar.h (Monday to Friday, without public holidays, with
 * exchanged days), changed by two lists of the firm or client. On it the spans are worked, the
 * same every day. Local time is UTC plus a fixed offset: mainland China has no summer time.
 *
 * For a year whose holidays are not published yet, weekends are off and all else is worked, and the
 * answer says `estimated`: it must be computed again when the notice is out. Instants are
 * microseconds since 1970 UTC, spans minutes of the local day. Pure; O(days between).
 */
#ifndef RD_BASE_WORKTIME_H
#define RD_BASE_WORKTIME_H
#include "base/calendar.h"

#define RD_WORKTIME_SPANS_MAX 8u
#define RD_WORKTIME_DAYS_MAX  36600 /* a hundred years: no question goes farther */

typedef struct rd_work_span {
	int32_t from_min, to_min; /* 0 <= from < to <= 1440; `to` is no longer worked */
} rd_work_span;

typedef struct rd_worktime {
	int32_t offset_min;                        /* of local time: +480 in China */
	rd_work_span spans[RD_WORKTIME_SPANS_MAX]; /* ascending, apart */
	uint32_t spans_n;
	const rd_day *off, *on; /* ascending; beat the calendar; a day in both is off */
	uint32_t off_n, on_n;
} rd_worktime;

/* Monday to Friday 09:00-12:00, 13:30-18:00 Chinese time. */
extern const rd_worktime rd_worktime_preset;

/* USAGE, with what is wrong, when spans or lists are not as above. Every other function wants a
 * checked one. */
RD_NODISCARD rd_rc rd_worktime_check(const rd_worktime *w, rd_err *err);

/* A moment, and whether a year without published holidays had a part in it. */
typedef struct rd_work_moment {
	int64_t at_us;
	bool estimated;
} rd_work_moment;

typedef struct rd_work_day {
	rd_day day;
	bool estimated;
} rd_work_day;

rd_day rd_worktime_day(const rd_worktime *w, int64_t at_us);    /* the local date */
int64_t rd_worktime_midnight(const rd_worktime *w, rd_day day); /* when it begins */
bool rd_worktime_works(const rd_worktime *w, rd_day day);
bool rd_worktime_is_open(const rd_worktime *w, int64_t at_us);
/* `at_us` itself when it is worked, else the begin of the next span. */
RD_NODISCARD rd_rc rd_worktime_next(const rd_worktime *w, int64_t at_us, rd_work_moment *ret_moment,
                                    rd_err *err);
/* Business microseconds in [from, to); negative when `to` is earlier. LIMIT beyond DAYS_MAX. */
RD_NODISCARD rd_rc rd_worktime_between(const rd_worktime *w, int64_t from_us, int64_t to_us,
                                       int64_t *ret_us, bool *ret_estimated, rd_err *err);
/* The first instant from which `us` business microseconds have passed since from_us (18:00, not
 * 09:00 of the next day); us < 0: the last instant from which -us pass until from_us. 0 gives
 * from_us. LIMIT beyond DAYS_MAX. */
RD_NODISCARD rd_rc rd_worktime_add(const rd_worktime *w, int64_t from_us, int64_t us,
                                   rd_work_moment *ret_moment, rd_err *err);
/* The n-th working day after (n < 0: before) `day`; n = 0: `day` or the next working day. */
RD_NODISCARD rd_rc rd_worktime_add_days(const rd_worktime *w, rd_day day, int32_t n,
                                        rd_work_day *ret_day, rd_err *err);
/* Working days in [first, last]; 0 when last < first. At most DAYS_MAX days are looked at. */
int32_t rd_worktime_days(const rd_worktime *w, rd_day first, rd_day last);
#endif
