#include "base/calendar.h"
#include "unit.h"

static void knows_the_notices(void)
{
	/* From the yearly notices of the State Council on public holidays. */
	static const struct {
		int32_t y, m, d;
		rd_day_kind want;
	} rows[] = {
		{2024, 1, 1, RD_DAY_HOLIDAY},  {2024, 2, 4, RD_DAY_MAKEUP},   {2024, 2, 12, RD_DAY_HOLIDAY},
		{2024, 2, 17, RD_DAY_HOLIDAY}, {2024, 2, 18, RD_DAY_MAKEUP},  {2024, 3, 4, RD_DAY_WORK},
		{2024, 3, 9, RD_DAY_WEEKEND},  {2024, 3, 10, RD_DAY_WEEKEND}, {2024, 4, 28, RD_DAY_MAKEUP},
		{2024, 10, 1, RD_DAY_HOLIDAY}, {2024, 10, 12, RD_DAY_MAKEUP}, {2023, 10, 8, RD_DAY_MAKEUP},
		{2020, 1, 31, RD_DAY_HOLIDAY}, /* prolonged that year */
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%d-%d-%d", (int)rows[i].y, (int)rows[i].m, (int)rows[i].d);
		UNIT_INT(rd_calendar_kind(rd_day_of(rows[i].y, rows[i].m, rows[i].d)), rows[i].want);
	}
	UNIT_TEXT(rd_str_of(rd_calendar_occasion(rd_day_of(2024, 2, 12)).zh), "春节");
	UNIT_TEXT(rd_str_of(rd_calendar_occasion(rd_day_of(2024, 3, 4)).en), "");
}

static void never_guesses(void)
{
	UNIT_INT(rd_calendar_kind(RD_DAY_NONE), RD_DAY_NOT_KNOWN);
	UNIT_TRUE(!rd_calendar_knows(rd_calendar_first_year - 1) &&
	          !rd_calendar_knows(rd_calendar_last_year + 1));
	UNIT_INT(rd_calendar_kind(rd_day_of(rd_calendar_last_year + 1, 7, 1)), RD_DAY_NOT_KNOWN);
	UNIT_INT(rd_calendar_kind(rd_day_of(rd_calendar_first_year - 1, 7, 1)), RD_DAY_NOT_KNOWN);
}

static void table_is_sound(void)
{
	for (uint32_t i = 0; i < rd_calendar_entries_n; i++) {
		const rd_calendar_entry *e = &rd_calendar_entries[i];
		char day[16];

		rd_day_format(e->day, day);
		unit_case("%s", day);
		UNIT_TRUE(i == 0 || rd_calendar_entries[i - 1].day < e->day);
		UNIT_TRUE(e->kind == RD_DAY_HOLIDAY ||
		          (e->kind == RD_DAY_MAKEUP && rd_day_weekday(e->day) >= 5));
		UNIT_TRUE(rd_calendar_knows(rd_day_date(e->day).year));
	}
}

static void fill_is_kind_for_each_day(void)
{
	rd_day first = rd_day_of(rd_calendar_first_year - 1, 12, 1);
	uint32_t n = (uint32_t)(rd_day_of(rd_calendar_last_year + 1, 2, 1) - first);
	static uint8_t kinds[366 * 20];

	UNIT_TRUE(n < sizeof kinds);
	rd_calendar_fill(first, n, kinds);
	for (uint32_t i = 0; i < n; i++)
		if (kinds[i] != rd_calendar_kind(first + (rd_day)i))
			UNIT_INT(kinds[i], rd_calendar_kind(first + (rd_day)i));
	rd_calendar_fill(rd_day_of(2024, 2, 12), 1, kinds);
	UNIT_INT(kinds[0], RD_DAY_HOLIDAY);
	rd_calendar_fill(first, 0, kinds);
}

const unit_test calendar_tests[] = {
	{"holidays and exchanged working days are those of the notices", knows_the_notices},
	{"a year without data is not known", never_guesses},
	{"the table ascends, and only weekend days are made up for", table_is_sound},
	{"filling a span says the same as asking day by day", fill_is_kind_for_each_day},
	{0},
};
