#include "base/rrule.h"
#include "base/assert.h"

#define TRIES_MAX                                                                                  \
	5000 /* periods without an occurrence: more than 400 years of the Gregorian cycle */

static const char *const freqs[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
static const char *const weekdays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

/* ---- reading ---- */

/* The text before `mark`, which is passed over; all of it when there is no mark. */
static rd_str cut(rd_str *rest, const char *mark)
{
	int64_t at = rd_str_find(*rest, mark);
	rd_str part = {rest->ptr, at < 0 ? rest->len : (uint32_t)at};
	uint32_t gone = at < 0 ? rest->len : part.len + 1;

	*rest = (rd_str){rest->ptr + gone, rest->len - gone};
	return part;
}

/* Digits alone, 1 .. max, no leading zero. */
static bool number(rd_str s, int32_t max, int32_t *ret)
{
	int32_t v = 0;

	if (s.len == 0 || s.len > 4 || s.ptr[0] == '0')
		return false;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		v = v * 10 + s.ptr[i] - '0';
	}
	*ret = v;
	return v <= max;
}

static bool minus(rd_str *s)
{
	if (s->len == 0 || s->ptr[0] != '-')
		return false;
	*s = (rd_str){s->ptr + 1, s->len - 1};
	return true;
}

static bool take_month_day(rd_str item, rd_rrule *r)
{
	bool back = minus(&item);
	int32_t d;

	if (!number(item, 31, &d))
		return false;
	*(back ? &r->month_back : &r->month_days) |= 1u << d;
	return true;
}

static bool take_weekday(rd_str item, rd_rrule *r)
{
	bool back = minus(&item);
	int32_t n = 0;

	if (item.len < 2)
		return false;
	rd_str name = {item.ptr + item.len - 2, 2}, nth = {item.ptr, item.len - 2};

	if ((nth.len || back) && (r->freq != RD_FREQ_MONTHLY || !number(nth, 5, &n)))
		return false;
	for (uint32_t d = 0; d < 7; d++)
		if (rd_str_is(name, weekdays[d])) {
			r->by_day[d] |= (uint16_t)(1u << (back ? n + 5 : n));
			r->days = true;
			return true;
		}
	return false;
}

static bool take_list(rd_str list, bool take(rd_str item, rd_rrule *r), rd_rrule *r)
{
	if (list.len == 0 || list.ptr[list.len - 1] == ',')
		return false;
	while (list.len)
		if (!take(cut(&list, ","), r))
			return false;
	return true;
}

static bool take_part(rd_str part, rd_rrule *r)
{
	rd_str key = cut(&part, "=");

	if (rd_str_is(key, "INTERVAL") && r->interval == 0)
		return number(part, RD_RRULE_INTERVAL_MAX, &r->interval);
	if (r->days || r->month_days || r->month_back)
		return false;
	if (rd_str_is(key, "BYDAY") && r->freq != RD_FREQ_YEARLY)
		return take_list(part, take_weekday, r);
	if (rd_str_is(key, "BYMONTHDAY") && r->freq == RD_FREQ_MONTHLY)
		return take_list(part, take_month_day, r);
	return false;
}

bool rd_rrule_parse(rd_str text, rd_rrule *ret_rule)
{
	*ret_rule = (rd_rrule){0};
	if (rd_str_starts(text, "RRULE:"))
		(void)cut(&text, ":");
	if (text.len == 0 || text.ptr[text.len - 1] == ';')
		return false;
	rd_str first = cut(&text, ";"), key = cut(&first, "=");
	uint32_t f = 0;

	while (f < 4 && !rd_str_is(first, freqs[f]))
		f++;
	if (!rd_str_is(key, "FREQ") || f == 4)
		return false;
	ret_rule->freq = (rd_freq)f;
	while (text.len)
		if (!take_part(cut(&text, ";"), ret_rule))
			return false;
	if (ret_rule->interval == 0)
		ret_rule->interval = 1;
	return true;
}

/* ---- counting ---- */

/* Whether a day of a month with `len` days is meant. */
static bool is_month_day(const rd_rrule *r, int32_t day, int32_t len, int32_t weekday)
{
	if (r->days)
		return r->by_day[weekday] & (1u | 1u << ((day - 1) / 7 + 1) | 1u << ((len - day) / 7 + 6));
	uint32_t ahead = r->month_days >> day;

	/* On the last day bits of all later ones count as well. */
	return (day == len ? ahead != 0 : ahead & 1) || r->month_back >> (len - day + 1) & 1;
}

static rd_day in_month(const rd_rrule *r, int32_t year, int32_t month, rd_date start, rd_day after)
{
	int32_t len = rd_month_days(year, month);
	rd_day first = rd_day_of(year, month, 1);

	if (!r->days && !r->month_days && !r->month_back) {
		rd_day day = first + (start.day < len ? start.day : len) - 1;

		return day > after ? day : RD_DAY_NONE;
	}
	for (int32_t d = after < first ? 1 : after - first + 2; d <= len; d++)
		if (is_month_day(r, d, len, rd_day_weekday(first + d - 1)))
			return first + d - 1;
	return RD_DAY_NONE;
}

/* Months and years: `step` months from one period to the next. */
static rd_day next_month(const rd_rrule *r, rd_day start, rd_day after, int32_t step)
{
	rd_date from = rd_day_date(start), at = rd_day_date(after);
	int32_t begin = from.year * 12 + from.month - 1;
	int32_t k = (at.year * 12 + at.month - 1 - begin) / step;

	for (int32_t tries = 0; tries < TRIES_MAX; tries++, k++) {
		int32_t month = begin + k * step;

		if (month / 12 > 9998)
			break;
		rd_day day = in_month(r, month / 12, month % 12 + 1, from, after);

		if (day != RD_DAY_NONE)
			return day;
	}
	return RD_DAY_NONE;
}

static rd_day next_week(const rd_rrule *r, rd_day start, rd_day after)
{
	rd_day monday = start - rd_day_weekday(start);
	int32_t step = 7 * r->interval;
	rd_day week = monday + (after - monday) / step * step;

	if (!r->days) {
		rd_day day = week + start - monday;

		return day > after ? day : day + step;
	}
	for (rd_day day = after + 1; day < week + 7; day++)
		if (r->by_day[rd_day_weekday(day)])
			return day;
	week += step;
	while (!r->by_day[rd_day_weekday(week)])
		week++;
	return week;
}

static rd_day next_day(const rd_rrule *r, rd_day start, rd_day after)
{
	rd_day day = start + ((after - start) / r->interval + 1) * r->interval;

	for (uint32_t i = 0; i < 7; i++, day += r->interval)
		if (!r->days || r->by_day[rd_day_weekday(day)])
			return day;
	return RD_DAY_NONE; /* every 7th day is never another weekday */
}

rd_day rd_rrule_next(const rd_rrule *r, rd_day start, rd_day after)
{
	RD_ASSERT(r->interval > 0);
	if (after < start)
		return start;
	if (rd_day_date(after).year > 9998)
		return RD_DAY_NONE;
	switch (r->freq) {
	case RD_FREQ_DAILY: return next_day(r, start, after);
	case RD_FREQ_WEEKLY: return next_week(r, start, after);
	case RD_FREQ_MONTHLY: return next_month(r, start, after, r->interval);
	default: return next_month(r, start, after, 12 * r->interval);
	}
}
