/*
 * rrule.h - rules of repetition: the part of RFC 5545 that a firm needs for days.
 *
 *     FREQ=DAILY|WEEKLY|MONTHLY|YEARLY   first, "RRULE:" before it is allowed
 *     INTERVAL=1..1000                   every so many of them
 *     BYDAY=MO,FR                        DAILY, WEEKLY; MONTHLY also 1MO, -1FR: the first, the last
 *     BYMONTHDAY=15,-1                   MONTHLY; -1 is the last day of the month
 *
 * Each part once, BYDAY or BYMONTHDAY. Weeks begin on Monday. One difference from RFC 5545: in a
 * month that is too short, the last day stands for the one that is missing (SKIP=BACKWARD of RFC
 * 7529), where the standard would leave the month out: nothing is to be forgotten in February. A
 * 5th Monday or a -31st day that is not there is left out.
 *
 * The day on which a rule starts is its first occurrence, and what the others are counted from, so
 * they do not drift. Pure; no state. tools/model/rrule.py reads the same grammar at build.
 */
#ifndef RD_BASE_RRULE_H
#define RD_BASE_RRULE_H
#include "base/day.h"

#define RD_RRULE_INTERVAL_MAX 1000

typedef enum rd_freq { RD_FREQ_DAILY, RD_FREQ_WEEKLY, RD_FREQ_MONTHLY, RD_FREQ_YEARLY } rd_freq;

typedef struct rd_rrule {
	rd_freq freq;
	int32_t interval;    /* 1 .. RD_RRULE_INTERVAL_MAX */
	uint32_t month_days; /* bit d: day d of the month, 1 .. 31; 0 = not said */
	uint32_t month_back; /* bit d: day -d of the month */
	uint16_t by_day[7];  /* from Monday; bit 0: each, 1 .. 5: the n-th, 6 .. 10: the -1st .. -5th */
	bool days;           /* BYDAY was said */
} rd_rrule;

/* False when it is no such rule; *ret_rule is then of no use. */
bool rd_rrule_parse(rd_str text, rd_rrule *ret_rule);
/* The first occurrence after the day `after` of a rule that starts on `start`; RD_DAY_NONE when
 * there is none before the year 9999. O(1) but for rules that seldom occur. */
rd_day rd_rrule_next(const rd_rrule *r, rd_day start, rd_day after);
#endif
