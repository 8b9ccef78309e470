/*
 * day.h - dates as day numbers: days since 1970-01-01 in the proleptic Gregorian
 * calendar. RD_DAY_NONE means that there is no date. Periods are year * 100 + month
 * (202403; 13 to 16 are adjustment periods), 0 means none.
 */
#ifndef RD_BASE_DAY_H
#define RD_BASE_DAY_H
#include "base/str.h"

typedef int32_t rd_day;
typedef int32_t rd_period;

#define RD_DAY_NONE INT32_MIN

typedef struct rd_date {
	int32_t year;
	int32_t month, day; /* 1.. */
} rd_date;

rd_day rd_day_of(int32_t year, int32_t month, int32_t day);
bool rd_date_valid(int32_t year, int32_t month, int32_t day); /* year 1..9999 */
rd_date rd_day_date(rd_day day);
int32_t rd_month_days(int32_t year, int32_t month);
int32_t rd_day_weekday(rd_day day); /* 0 = Monday .. 6 = Sunday */

static inline rd_period rd_period_of(int32_t year, int32_t month)
{
	return year * 100 + month;
}
rd_period rd_day_period(rd_day day);
rd_day rd_period_first(rd_period p); /* 13..16 are the last month */
rd_day rd_period_last(rd_period p);
/* Months from a to b (b later: positive); adjustment periods count as December. */
int32_t rd_period_months(rd_period a, rd_period b);
rd_period rd_period_add(rd_period p, int32_t months);

/* "2024-03-05" in out (11 bytes), "" for none; "2024-03" in out (8 bytes). */
void rd_day_format(rd_day day, char out[16]);
void rd_period_format(rd_period p, char out[16]);

/* How day and month stand in a column; decided once for a column. */
typedef enum rd_date_order { RD_ORDER_YMD, RD_ORDER_DMY, RD_ORDER_MDY } rd_date_order;

typedef enum rd_date_read {
	RD_DATE_OK,
	RD_DATE_BLANK, /* nothing, "-", 00000000 */
	RD_DATE_BAD,   /* text that is no date */
} rd_date_read;

/* Reads one date: YYYY-MM-DD, YYYY/M/D, YYYY.M.D, YYYYMMDD, YYYY年M月D日, D/M/YYYY or
 * M/D/YYYY (as `order` says), each with an optional time behind it; a whole number
 * 20000..80000 as an Excel serial day when `excel`. Full-width digits are read. */
rd_date_read rd_day_parse(rd_str s, rd_date_order order, bool excel, rd_day *ret_day);
/* Reads a period: 2024-03, 2024.3, 202403, 2024年3月, 2024年03期, a date (its month); a bare
 * month 1..16 needs `year` (0: refused). False when it is none. */
bool rd_period_parse(rd_str s, int32_t year, rd_period *ret_period);
#endif
