#include "base/calendar.h"

bool rd_calendar_knows(int32_t year)
{
	return year >= rd_calendar_first_year && year <= rd_calendar_last_year;
}

/* The first entry that is not before `day`. */
static uint32_t lower_bound(rd_day day)
{
	uint32_t from = 0, to = rd_calendar_entries_n;

	while (from < to) {
		uint32_t mid = from + (to - from) / 2;

		if (rd_calendar_entries[mid].day < day)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static rd_day_kind plain_kind(rd_day day)
{
	return rd_day_weekday(day) >= 5 ? RD_DAY_WEEKEND : RD_DAY_WORK;
}

rd_day_kind rd_calendar_kind(rd_day day)
{
	if (day == RD_DAY_NONE || !rd_calendar_knows(rd_day_date(day).year))
		return RD_DAY_NOT_KNOWN;
	uint32_t i = lower_bound(day);

	if (i < rd_calendar_entries_n && rd_calendar_entries[i].day == day)
		return (rd_day_kind)rd_calendar_entries[i].kind;
	return plain_kind(day);
}

rd_words rd_calendar_occasion(rd_day day)
{
	uint32_t i = lower_bound(day);

	if (i < rd_calendar_entries_n && rd_calendar_entries[i].day == day)
		return rd_calendar_occasions[rd_calendar_entries[i].occasion];
	return (rd_words){"", ""};
}

void rd_calendar_fill(rd_day first, uint32_t n, uint8_t *ret_kinds)
{
	uint32_t next = lower_bound(first);

	for (uint32_t i = 0; i < n; i++) {
		rd_day day = first + (rd_day)i;

		ret_kinds[i] = RD_DAY_NOT_KNOWN;
		if (next < rd_calendar_entries_n && rd_calendar_entries[next].day == day)
			ret_kinds[i] = rd_calendar_entries[next++].kind;
		else if (rd_calendar_knows(rd_day_date(day).year))
			ret_kinds[i] = (uint8_t)plain_kind(day);
	}
}
