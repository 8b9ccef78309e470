#include "base/deadline.h"
#include "base/assert.h"
#include "base/calendar.h"

#define TERM_DAYS 15

/* Whether people work; in a year without published holidays every Monday to Friday. */
static bool works(rd_day day)
{
	rd_day_kind kind = rd_calendar_kind(day);

	if (kind == RD_DAY_NOT_KNOWN)
		return rd_day_weekday(day) < 5;
	return kind == RD_DAY_WORK || kind == RD_DAY_MAKEUP;
}

/* The longest run of public holidays inside the term. */
static int32_t holidays_in_term(rd_day first)
{
	int32_t run = 0, longest = 0;

	for (rd_day day = first; day < first + TERM_DAYS; day++) {
		run = rd_calendar_kind(day) == RD_DAY_HOLIDAY ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

rd_deadline rd_deadline_rule(rd_period month)
{
	rd_day first = rd_period_first(month), day = first + TERM_DAYS - 1;
	int32_t more = holidays_in_term(first);
	bool known = rd_calendar_knows(month / 100);

	RD_ASSERT(month % 100 >= 1 && month % 100 <= 12);
	if (more >= 3)
		for (; more > 0; more--)
			do
				day++;
			while (!works(day));
	else
		while (!works(day))
			day++;
	return (rd_deadline){day, known ? RD_DEADLINE_RULE : RD_DEADLINE_GUESS};
}

rd_deadline rd_deadline_of(rd_period month)
{
	for (uint32_t i = 0; i < rd_deadline_entries_n; i++)
		if (rd_deadline_entries[i].month == month)
			return (rd_deadline){rd_deadline_entries[i].day, RD_DEADLINE_OFFICIAL};
	return rd_deadline_rule(month);
}
