#include "base/day.h"
#include "unit.h"

static bool leap(int32_t y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* Counts the days one by one, so that nothing but the rule of leap years is trusted. */
static void every_day_of_ten_thousand_years(void)
{
	static const int32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	rd_day day = rd_day_of(1, 1, 1);
	int32_t weekday = 0; /* 0001-01-01 was a Monday in this calendar */

	UNIT_INT(day, -719162);
	for (int32_t y = 1; y <= 9999; y++)
		for (int32_t m = 1; m <= 12; m++) {
			int32_t last = lengths[m - 1] + (m == 2 && leap(y));

			unit_case("%d-%d", (int)y, (int)m);
			UNIT_INT(rd_month_days(y, m), last);
			UNIT_TRUE(rd_date_valid(y, m, last) && !rd_date_valid(y, m, last + 1));
			for (int32_t d = 1; d <= last; d++, day++, weekday = (weekday + 1) % 7) {
				rd_date back = rd_day_date(day);

				if (rd_day_of(y, m, d) != day || back.year != y || back.month != m ||
				    back.day != d || rd_day_weekday(day) != weekday)
					UNIT_INT(rd_day_of(y, m, d), day);
			}
		}
	UNIT_INT(rd_day_of(1970, 1, 1), 0);
	UNIT_INT(rd_day_of(2000, 3, 1), 11017);
	UNIT_TRUE(!rd_date_valid(0, 1, 1) && !rd_date_valid(10000, 1, 1) &&
	          !rd_date_valid(2024, 0, 1) && !rd_date_valid(2024, 13, 1) &&
	          !rd_date_valid(2024, 1, 0));
}

static void formats(void)
{
	char out[16];

	rd_day_format(rd_day_of(2024, 3, 5), out);
	UNIT_TEXT(rd_str_of(out), "2024-03-05");
	rd_day_format(rd_day_of(1, 1, 1), out);
	UNIT_TEXT(rd_str_of(out), "0001-01-01");
	rd_day_format(RD_DAY_NONE, out);
	UNIT_TEXT(rd_str_of(out), "");
	rd_period_format(202403, out);
	UNIT_TEXT(rd_str_of(out), "2024-03");
	rd_period_format(202413, out);
	UNIT_TEXT(rd_str_of(out), "2024-13");
	rd_period_format(0, out);
	UNIT_TEXT(rd_str_of(out), "");
}

typedef struct parse_row {
	const char *in;
	rd_date_order order;
	bool excel;
	rd_date_read want;
	int32_t ymd;
} parse_row;

static const parse_row parse_rows[] = {
	{"2024-03-05", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024/3/5", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024.3.5", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024.03.05", RD_ORDER_DMY, false, RD_DATE_OK, 20240305},
	{"20240305", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024年3月5日", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024年03月05", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"２０２４－０３－０５", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"２０２４年３月５日", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"  2024-03-05\t", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024-03-05 08:15:30", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024-03-05T08:15:30", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024-03-05 08:15", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024/3/5 0:00:00", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024-03-05 00:00:00.000", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024-03-05 23:59:59.9999999", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"2024-03-05 00:00:00.000.0", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-03-05 00:00:00:000", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-03-05 00.00.00", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"20240305 081530", RD_ORDER_YMD, false, RD_DATE_OK, 20240305},
	{"5/3/2024", RD_ORDER_DMY, false, RD_DATE_OK, 20240305},
	{"05.03.2024", RD_ORDER_DMY, false, RD_DATE_OK, 20240305},
	{"3/5/2024", RD_ORDER_MDY, false, RD_DATE_OK, 20240305},
	{"31-12-2024", RD_ORDER_DMY, false, RD_DATE_OK, 20241231},
	{"5/3/2024 10:00", RD_ORDER_DMY, false, RD_DATE_OK, 20240305},
	{"45356", RD_ORDER_YMD, true, RD_DATE_OK, 20240305},
	{"20000", RD_ORDER_YMD, true, RD_DATE_OK, 19541003},
	{"80000", RD_ORDER_YMD, true, RD_DATE_OK, 21190111},
	{"2024-02-29", RD_ORDER_YMD, false, RD_DATE_OK, 20240229},
	{"", RD_ORDER_YMD, false, RD_DATE_BLANK, 0},
	{"   ", RD_ORDER_YMD, false, RD_DATE_BLANK, 0},
	{"-", RD_ORDER_YMD, false, RD_DATE_BLANK, 0},
	{"—", RD_ORDER_YMD, false, RD_DATE_BLANK, 0},
	{"00000000", RD_ORDER_YMD, false, RD_DATE_BLANK, 0},
	{"0", RD_ORDER_YMD, false, RD_DATE_BLANK, 0},
	{"0000-00-00", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2023-02-29", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-13-01", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-00-10", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-04-31", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"20241301", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-3", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"5/3/2024", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"5/3/24", RD_ORDER_DMY, false, RD_DATE_BAD, 0},
	{"32/1/2024", RD_ORDER_DMY, false, RD_DATE_BAD, 0},
	{"1/13/2024", RD_ORDER_DMY, false, RD_DATE_BAD, 0},
	{"2024-03/05", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024:03:05", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-03-05x", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"yesterday", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"-2024-03-05", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"45356", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"19999", RD_ORDER_YMD, true, RD_DATE_BAD, 0},
	{"80001", RD_ORDER_YMD, true, RD_DATE_BAD, 0},
	{"2024-03-05 25:00:00", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-03-05 08:61", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-03-05 12", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"2024-03-05-07", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"99999999999999", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
	{"1-1-1-1-1-1-1", RD_ORDER_YMD, false, RD_DATE_BAD, 0},
};

static void parses_dates(void)
{
	for (size_t i = 0; i < sizeof parse_rows / sizeof *parse_rows; i++) {
		const parse_row *r = &parse_rows[i];
		rd_day day = 12345;

		unit_case("'%s'", r->in);
		UNIT_INT(rd_day_parse(rd_str_of(r->in), r->order, r->excel, &day), r->want);
		if (r->want == RD_DATE_OK)
			UNIT_INT(day, rd_day_of(r->ymd / 10000, r->ymd / 100 % 100, r->ymd % 100));
		else
			UNIT_INT(day, 12345); /* an output is not touched on failure */
	}
}

static void parses_what_it_formats(void)
{
	for (rd_day d = rd_day_of(1, 1, 1); d < rd_day_of(9999, 12, 31); d += 13) {
		char out[16];
		rd_day back = RD_DAY_NONE;

		rd_day_format(d, out);
		if (rd_day_parse(rd_str_of(out), RD_ORDER_YMD, false, &back) != RD_DATE_OK || back != d) {
			unit_case("%s", out);
			UNIT_INT(back, d);
		}
	}
}

static void parses_periods(void)
{
	static const struct {
		const char *in;
		int32_t year;
		rd_period want;
	} rows[] = {
		{"2024-03", 0, 202403},
		{"2024.3", 0, 202403},
		{"2024/03", 0, 202403},
		{"202403", 0, 202403},
		{"2024年3月", 0, 202403},
		{"2024年03期", 0, 202403},
		{"2024年第3期", 0, 202403},
		{"2024-03-31", 0, 202403},
		{"20240331", 0, 202403},
		{"2024-16", 0, 202416},
		{"202413", 0, 202413},
		{"3", 2024, 202403},
		{"03", 2024, 202403},
		{"16", 2024, 202416},
		{"3月", 2024, 202403},
		{"第3期", 2024, 202403},
		{"2024-3 ", 0, 202403},
		{"３", 2024, 202403},
		{"３月", 2024, 202403},
		{"3", 0, 0},
		{"17", 2024, 0},
		{"0", 2024, 0},
		{"2024-17", 0, 0},
		{"2024-00", 0, 0},
		{"2024", 0, 0},
		{"", 2024, 0},
		{"March", 2024, 0},
		{"000003", 0, 0},
		{"24-03", 0, 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_period p = 0;

		unit_case("'%s' year %d", rows[i].in, (int)rows[i].year);
		UNIT_INT(rd_period_parse(rd_str_of(rows[i].in), rows[i].year, &p), rows[i].want != 0);
		UNIT_INT(p, rows[i].want);
	}
}

static void counts_periods(void)
{
	UNIT_INT(rd_day_period(rd_day_of(2024, 2, 29)), 202402);
	UNIT_INT(rd_day_period(RD_DAY_NONE), 0);
	UNIT_INT(rd_period_first(202402), rd_day_of(2024, 2, 1));
	UNIT_INT(rd_period_last(202402), rd_day_of(2024, 2, 29));
	UNIT_INT(rd_period_first(202414), rd_day_of(2024, 12, 1));
	UNIT_INT(rd_period_last(202416), rd_day_of(2024, 12, 31));
	UNIT_INT(rd_period_first(0), RD_DAY_NONE);
	UNIT_INT(rd_period_last(0), RD_DAY_NONE);
	UNIT_INT(rd_period_months(202311, 202402), 3);
	UNIT_INT(rd_period_months(202402, 202311), -3);
	UNIT_INT(rd_period_months(202413, 202501), 1);
	for (int32_t n = -30; n <= 30; n++) {
		rd_period p = rd_period_add(202406, n);

		unit_case("%d months", (int)n);
		UNIT_INT(rd_period_months(202406, p), n);
		UNIT_TRUE(p % 100 >= 1 && p % 100 <= 12);
	}
}

const unit_test day_tests[] = {
	{"every day of the years 1 to 9999 has its number, date and weekday",
     every_day_of_ten_thousand_years},
	{"days and periods are written as ISO 8601", formats},
	{"dates of all forms are read, others refused", parses_dates},
	{"a date that was written is read as the same day", parses_what_it_formats},
	{"periods of all forms are read, others refused", parses_periods},
	{"adjustment periods count as December", counts_periods},
	{0},
};
