#include "base/day.h"
#include <stdio.h>

/* Days from civil, after H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013). */
rd_day rd_day_of(int32_t year, int32_t month, int32_t day)
{
	int32_t y = year - (month <= 2);
	int32_t era = (y >= 0 ? y : y - 399) / 400;
	int32_t yoe = y - era * 400;
	int32_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int32_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

rd_date rd_day_date(rd_day z)
{
	int32_t d = z + 719468;
	int32_t era = (d >= 0 ? d : d - 146096) / 146097;
	int32_t doe = d - era * 146097;
	int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int32_t mp = (5 * doy + 2) / 153;
	int32_t month = mp < 10 ? mp + 3 : mp - 9;

	return (rd_date){yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

int32_t rd_month_days(int32_t year, int32_t month)
{
	static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

bool rd_date_valid(int32_t year, int32_t month, int32_t day)
{
	return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= rd_month_days(year, month);
}

int32_t rd_day_weekday(rd_day day)
{
	int32_t w = (day + 3) % 7; /* 1970-01-01 was a Thursday */

	return w < 0 ? w + 7 : w;
}

rd_period rd_day_period(rd_day day)
{
	if (day == RD_DAY_NONE)
		return 0;
	rd_date d = rd_day_date(day);

	return rd_period_of(d.year, d.month);
}

static int32_t period_month(rd_period p)
{
	int32_t m = p % 100;

	return m > 12 ? 12 : m;
}

rd_day rd_period_first(rd_period p)
{
	return p ? rd_day_of(p / 100, period_month(p), 1) : RD_DAY_NONE;
}

rd_day rd_period_last(rd_period p)
{
	if (p == 0)
		return RD_DAY_NONE;
	return rd_day_of(p / 100, period_month(p), rd_month_days(p / 100, period_month(p)));
}

int32_t rd_period_months(rd_period a, rd_period b)
{
	return (b / 100 - a / 100) * 12 + period_month(b) - period_month(a);
}

rd_period rd_period_add(rd_period p, int32_t months)
{
	int32_t m = p / 100 * 12 + period_month(p) - 1 + months;

	return rd_period_of(m / 12, m % 12 + 1);
}

/* The last `width` digits of v, zeros in front. */
static char *put_digits(char *to, int32_t v, int width)
{
	for (int i = width; i-- > 0; v /= 10)
		to[i] = (char)('0' + v % 10);
	return to + width;
}

/* "2024-03"; years of other than four digits are rare and left to printf. */
static char *put_month(char *to, int32_t year, int32_t month)
{
	if (year < 0 || year > 9999)
		return to + snprintf(to, 16, "%04d-%02d", (int)(year % 100000), (int)month);
	to = put_digits(to, year, 4);
	*to++ = '-';
	return put_digits(to, month, 2);
}

void rd_day_format(rd_day day, char out[16])
{
	out[0] = '\0';
	if (day == RD_DAY_NONE)
		return;
	rd_date d = rd_day_date(day);

	char *end = put_month(out, d.year, d.month);

	*end++ = '-';
	*put_digits(end, d.day, 2) = '\0';
}

void rd_period_format(rd_period p, char out[16])
{
	out[0] = '\0';
	if (p)
		*put_month(out, p / 100, p % 100) = '\0';
}

/* The numbers and marks of a date text: digits become numbers, all else one mark each. */
enum { PARTS = 7 };
typedef struct parts {
	int64_t num[PARTS]; /* year to second, and its fraction */
	int32_t digits[PARTS];
	char mark[PARTS]; /* what follows number i: '-' '/' '.' ' ' 'T' ':' or Y M D for 年月日 */
	int32_t n;
} parts;

static char mark_of(uint32_t cp)
{
	switch (cp) {
	case '-':
	case '/':
	case '.':
	case ' ':
	case 'T':
	case ':': return (char)cp;
	case 0x5E74: /* 年 */ return 'Y';
	case 0x6708: /* 月 */ return 'M';
	case 0x65E5: /* 日 */
	case 0x53F7: /* 号 */
	case 0x671F: /* 期 */ return 'D';
	default: return 0;
	}
}

/* False when the text holds anything that no date holds. */
static bool split(rd_str s, parts *p)
{
	bool in_number = false;

	memset(p, 0, sizeof *p);
	for (uint32_t at = 0; at < s.len;) {
		uint32_t cp = rd_halfwidth(rd_utf8_next(s, &at));

		if (cp >= '0' && cp <= '9') {
			if (!in_number && p->n++ == PARTS)
				return false;
			int32_t i = p->n - 1;
			if (++p->digits[i] > 9)
				return false;
			p->num[i] = p->num[i] * 10 + (int64_t)(cp - '0');
			in_number = true;
			continue;
		}
		if (cp == 0x7B2C && p->n && p->mark[p->n - 1] == 'Y') /* 2024年第3期 */
			continue;
		char m = mark_of(cp);
		if (m == 0 || p->n == 0)
			return false;
		if (p->mark[p->n - 1] == 0)
			p->mark[p->n - 1] = m;
		else if (m != ' ' && p->mark[p->n - 1] != ' ' && p->mark[p->n - 1] != 'D' &&
		         p->mark[p->n - 1] != 'Y')
			return false;
		in_number = false;
	}
	return p->n > 0;
}

/* What stands behind the date must be a time of day or nothing. */
static bool time_fits(const parts *p, int32_t from)
{
	if (p->n == from)
		return p->mark[from - 1] == 0 || p->mark[from - 1] == 'D' || p->mark[from - 1] == ' ';
	if (p->mark[from - 1] != ' ' && p->mark[from - 1] != 'T' && p->mark[from - 1] != 'D')
		return false;
	if (p->n == from + 1)
		return p->digits[from] == 6 || p->digits[from] == 4;
	static const int64_t max[3] = {23, 59, 60};

	for (int32_t i = from; i < p->n; i++) {
		int32_t k = i - from; /* hour, minute, second, fraction */

		if (k > 3 || (k < 3 && p->num[i] > max[k]))
			return false;
		if (i + 1 < p->n && p->mark[i] != (k == 2 ? '.' : ':'))
			return false;
	}
	return true;
}

static rd_date_read checked(int64_t y, int64_t m, int64_t d, rd_day *ret_day)
{
	if (y > 9999 || m > 12 || d > 31 || !rd_date_valid((int32_t)y, (int32_t)m, (int32_t)d))
		return RD_DATE_BAD;
	*ret_day = rd_day_of((int32_t)y, (int32_t)m, (int32_t)d);
	return RD_DATE_OK;
}

static bool all_zero(const parts *p)
{
	for (int32_t i = 0; i < p->n; i++)
		if (p->num[i])
			return false;
	return true;
}

rd_date_read rd_day_parse(rd_str s, rd_date_order order, bool excel, rd_day *ret_day)
{
	parts p;

	s = rd_str_trim(s);
	if (s.len == 0 || rd_str_is(s, "-") || rd_str_is(s, "—"))
		return RD_DATE_BLANK;
	if (!split(s, &p))
		return RD_DATE_BAD;
	if (all_zero(&p))
		return p.n == 1 ? RD_DATE_BLANK : RD_DATE_BAD;
	if (p.digits[0] == 8 && (p.n == 1 || p.mark[0] == ' ' || p.mark[0] == 'T'))
		return time_fits(&p, 1)
		           ? checked(p.num[0] / 10000, p.num[0] / 100 % 100, p.num[0] % 100, ret_day)
		           : RD_DATE_BAD;
	if (p.n == 1 && excel && p.mark[0] == 0 && p.num[0] >= 20000 && p.num[0] <= 80000) {
		*ret_day = (rd_day)(p.num[0] - 25569); /* serial 25569 is 1970-01-01 */
		return RD_DATE_OK;
	}
	if (p.n < 3 || p.digits[1] > 2 || !time_fits(&p, 3))
		return RD_DATE_BAD;
	bool han = p.mark[0] == 'Y' && p.mark[1] == 'M';
	if (!han && (p.mark[0] != p.mark[1] || p.mark[0] == ':' || p.mark[0] == ' '))
		return RD_DATE_BAD;
	if (p.digits[0] == 4)
		return p.digits[2] <= 2 ? checked(p.num[0], p.num[1], p.num[2], ret_day) : RD_DATE_BAD;
	if (p.digits[0] > 2 || p.digits[2] != 4 || order == RD_ORDER_YMD)
		return RD_DATE_BAD;
	return order == RD_ORDER_DMY ? checked(p.num[2], p.num[1], p.num[0], ret_day)
	                             : checked(p.num[2], p.num[0], p.num[1], ret_day);
}

bool rd_period_parse(rd_str s, int32_t year, rd_period *ret_period)
{
	parts p;
	int64_t y, m;

	s = rd_str_trim(s);
	if (s.len > 3 && rd_str_starts(s, "第"))
		s = (rd_str){s.ptr + 3, s.len - 3};
	if (!split(s, &p))
		return false;
	if (p.n == 1 && p.digits[0] == 6) {
		y = p.num[0] / 100;
		m = p.num[0] % 100;
	} else if (p.n == 1 && p.digits[0] == 8) {
		y = p.num[0] / 10000;
		m = p.num[0] / 100 % 100;
	} else if (p.n == 1 && p.digits[0] <= 2 && year > 0) {
		y = year;
		m = p.num[0];
	} else if (p.n >= 2 && p.digits[0] == 4 && p.digits[1] <= 2) {
		y = p.num[0];
		m = p.num[1];
	} else {
		return false;
	}
	if (y < 1 || y > 9999 || m < 1 || m > 16)
		return false;
	*ret_period = rd_period_of((int32_t)y, (int32_t)m);
	return true;
}
