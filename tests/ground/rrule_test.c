/* Rules of repetition: which texts are rules, and on which days they fall. */
#include "base/rrule.h"
#include "unit.h"
#include <stdio.h>

static void rules_are_read_and_others_refused(void)
{
	static const char *const fine[] = {"FREQ=DAILY",
	                                   "RRULE:FREQ=YEARLY;INTERVAL=1",
	                                   "FREQ=MONTHLY;INTERVAL=1000",
	                                   "FREQ=WEEKLY;BYDAY=MO,FR;INTERVAL=2",
	                                   "FREQ=MONTHLY;BYDAY=-1FR,2MO,WE",
	                                   "FREQ=MONTHLY;BYMONTHDAY=-1,15,31"};
	static const char *const bad[] = {"",
	                                  "RRULE:",
	                                  "MONTHLY",
	                                  "freq=daily",
	                                  "FREQ=HOURLY",
	                                  "FREQ=DAILY;",
	                                  "FREQ=DAILY;;INTERVAL=2",
	                                  "INTERVAL=2;FREQ=DAILY",
	                                  "FREQ=DAILY;INTERVAL=0",
	                                  "FREQ=DAILY;INTERVAL=1001",
	                                  "FREQ=DAILY;INTERVAL=-1",
	                                  "FREQ=DAILY;INTERVAL=2;INTERVAL=2",
	                                  "FREQ=DAILY;INTERVAL",
	                                  "FREQ=DAILY;COUNT=3",
	                                  "FREQ=YEARLY;BYDAY=MO",
	                                  "FREQ=WEEKLY;BYDAY=1MO",
	                                  "FREQ=WEEKLY;BYDAY=",
	                                  "FREQ=WEEKLY;BYDAY=MO,",
	                                  "FREQ=MONTHLY;BYDAY=6MO",
	                                  "FREQ=MONTHLY;BYDAY=-MO",
	                                  "FREQ=WEEKLY;BYMONTHDAY=1",
	                                  "FREQ=MONTHLY;BYMONTHDAY=0",
	                                  "FREQ=MONTHLY;BYMONTHDAY=32",
	                                  "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=1",
	                                  "FREQ=DAILY ",
	                                  "RRULE:RRULE:FREQ=DAILY"};
	rd_rrule r;

	for (uint32_t i = 0; i < sizeof fine / sizeof *fine; i++) {
		unit_case("%s", fine[i]);
		UNIT_TRUE(rd_rrule_parse(rd_str_of(fine[i]), &r));
	}
	for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		unit_case("%s", bad[i]);
		UNIT_TRUE(!rd_rrule_parse(rd_str_of(bad[i]), &r));
	}
}

static rd_day day_of(const char *text)
{
	rd_day day = RD_DAY_NONE;

	UNIT_INT(rd_day_parse(rd_str_of(text), RD_ORDER_YMD, false, &day), RD_DATE_OK);
	return day;
}

static void rules_fall_on_days(void)
{
	static const struct {
		const char *rule, *start,
			*days; /* from the day of the start on, the start itself left out */
	} rows[] = {
		{"FREQ=MONTHLY", "2026-01-31", "2026-02-28 2026-03-31 2026-04-30 2026-05-31"},
		{"FREQ=MONTHLY", "2028-01-31", "2028-02-29 2028-03-31"},
		{"FREQ=MONTHLY;INTERVAL=6", "2027-08-31", "2028-02-29 2028-08-31 2029-02-28"},
		{"FREQ=MONTHLY;INTERVAL=3", "2026-11-30", "2027-02-28 2027-05-30"},
		{"FREQ=YEARLY", "2028-02-29", "2029-02-28 2030-02-28 2031-02-28 2032-02-29"},
		{"FREQ=YEARLY;INTERVAL=3", "2026-07-01", "2029-07-01 2032-07-01"},
		{"FREQ=MONTHLY;BYMONTHDAY=15", "2026-01-20", "2026-02-15 2026-03-15"},
		{"FREQ=MONTHLY;BYMONTHDAY=30,31", "2026-01-30",
	     "2026-01-31 2026-02-28 2026-03-30 2026-03-31"},
		{"FREQ=MONTHLY;BYMONTHDAY=-1", "2028-01-05", "2028-01-31 2028-02-29 2028-03-31"},
		{"FREQ=MONTHLY;BYMONTHDAY=-31", "2026-01-15", "2026-03-01 2026-05-01"},
		{"FREQ=MONTHLY;BYDAY=1MO", "2026-01-05", "2026-02-02 2026-03-02"},
		{"FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01", "2026-01-30 2026-02-27 2026-03-27"},
		{"FREQ=MONTHLY;BYDAY=5SA", "2026-01-01", "2026-01-31 2026-05-30 2026-08-29"},
		{"FREQ=WEEKLY", "2026-12-28", "2027-01-04 2027-01-11"},
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "2026-01-07", "2026-01-11 2026-01-20 2026-01-25"},
		{"FREQ=DAILY;INTERVAL=10", "2026-02-20", "2026-03-02 2026-03-12"},
		{"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "2026-01-08", "2026-01-09 2026-01-12 2026-01-13"},
		{"FREQ=DAILY;INTERVAL=7;BYDAY=MO", "2026-01-08", "-"},
	};

	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_day start = day_of(rows[i].start), day = start;
		char got[80] = "", text[16];
		uint32_t at = 0;
		rd_rrule r;

		unit_case("%s from %s", rows[i].rule, rows[i].start);
		UNIT_TRUE(rd_rrule_parse(rd_str_of(rows[i].rule), &r));
		UNIT_INT(rd_rrule_next(&r, start, start - 400), start);
		while (at < strlen(rows[i].days) && at < 60 && day != RD_DAY_NONE) {
			day = rd_rrule_next(&r, start, day);
			rd_day_format(day, text);
			at += (uint32_t)snprintf(got + at, sizeof got - at, "%s%s", at ? " " : "",
			                         day == RD_DAY_NONE ? "-" : text);
		}
		UNIT_TEXT(rd_str_of(got), rows[i].days);
	}
}

/* Asking from any day gives what going on from the start gives. */
static void the_next_is_the_same_from_wherever_it_is_asked(void)
{
	static const char *const rules[] = {"FREQ=DAILY;INTERVAL=3",
	                                    "FREQ=DAILY;INTERVAL=5;BYDAY=SU",
	                                    "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SA",
	                                    "FREQ=WEEKLY;INTERVAL=2",
	                                    "FREQ=MONTHLY;INTERVAL=5",
	                                    "FREQ=MONTHLY;BYDAY=-2TU,3TH;INTERVAL=2",
	                                    "FREQ=MONTHLY;BYMONTHDAY=29,-3",
	                                    "FREQ=YEARLY;INTERVAL=2"};
	uint64_t seed = 7;

	for (uint32_t i = 0; i < 400; i++) {
		const char *rule = rules[i % (sizeof rules / sizeof *rules)];
		rd_day start = day_of("2020-01-01") + (rd_day)unit_below(&seed, 4000), want, last = start;
		rd_rrule r;

		unit_case("%s from day %d", rule, start);
		UNIT_TRUE(rd_rrule_parse(rd_str_of(rule), &r));
		want = rd_rrule_next(&r, start, start);
		for (rd_day at = start; at < start + 1500; at++) {
			if (at == want) {
				last = want;
				want = rd_rrule_next(&r, start, want);
				UNIT_TRUE(want > last);
			}
			if (rd_rrule_next(&r, start, at) != want) {
				UNIT_INT(rd_rrule_next(&r, start, at), want);
				return;
			}
		}
	}
}

static void a_rule_ends_with_the_calendar(void)
{
	rd_rrule r;

	UNIT_TRUE(rd_rrule_parse(RD_STR("FREQ=YEARLY;INTERVAL=1000"), &r));
	UNIT_INT(rd_rrule_next(&r, day_of("2026-01-01"), day_of("9026-01-01")), RD_DAY_NONE);
	UNIT_TRUE(rd_rrule_parse(RD_STR("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=-31"), &r));
	UNIT_INT(rd_rrule_next(&r, day_of("2026-02-01"), day_of("2026-02-01")), RD_DAY_NONE);
}

const unit_test rrule_tests[] = {
	{"rules are read and others refused", rules_are_read_and_others_refused},
	{"rules fall on days: month ends, leap years, intervals", rules_fall_on_days},
	{"the next is the same from wherever it is asked",
     the_next_is_the_same_from_wherever_it_is_asked},
	{"a rule ends with the calendar", a_rule_ends_with_the_calendar},
	{0},
};
