/* Forms of texts, ids, days and times. */
#include "base/rrule.h"
#include "record/check.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* GB 32100-2015: the check character makes the weighted sum of the values a multiple of 31. */
bool rd_check_uscc(rd_str code)
{
	static const char set[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	static const int weight[17] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
	int sum = 0;

	if (code.len != 18)
		return false;
	for (int i = 0; i < 18; i++) {
		const char *at = code.ptr[i] ? strchr(set, code.ptr[i]) : NULL;

		if (at == NULL || (i >= 2 && i < 8 && !is_digit(code.ptr[i])))
			return false;
		if (i < 17)
			sum += (int)(at - set) * weight[i];
		else
			sum += (int)(at - set);
	}
	return sum % 31 == 0;
}

static bool all_of(rd_str s, const char *more, bool letters)
{
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool fine = is_digit(c) || (letters && c >= 'a' && c <= 'z');

		if (!fine && (c == '\0' || strchr(more, c) == NULL))
			return false;
	}
	return true;
}

static bool is_mail(rd_str s)
{
	int64_t at = rd_str_find(s, "@");
	rd_str host;

	if (at <= 0 || s.len > 254)
		return false;
	host = (rd_str){s.ptr + at + 1, s.len - (uint32_t)at - 1};
	if (rd_str_find(host, "@") >= 0 || rd_str_find(host, "..") >= 0)
		return false;
	int64_t dot = rd_str_find(host, ".");

	if (dot <= 0 || host.ptr[host.len - 1] == '.')
		return false;
	for (uint32_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || strchr("<>(),;:\\\"", s.ptr[i]))
			return false;
	return true;
}

static bool is_phone(rd_str s)
{
	uint32_t digits = 0;

	for (uint32_t i = 0; i < s.len; i++)
		digits += is_digit(s.ptr[i]);
	return digits >= 5 && digits <= 20 && all_of(s, " +-()", false);
}

static bool is_clock(rd_str s)
{
	if (s.len != 5 || s.ptr[2] != ':' || !is_digit(s.ptr[0]) || !is_digit(s.ptr[1]) ||
	    !is_digit(s.ptr[3]) || !is_digit(s.ptr[4]))
		return false;
	int hour = (s.ptr[0] - '0') * 10 + s.ptr[1] - '0',
		minute = (s.ptr[3] - '0') * 10 + s.ptr[4] - '0';

	return (hour < 24 && minute < 60) || (hour == 24 && minute == 0);
}

static bool is_capitals(rd_str s, uint32_t from, uint32_t n)
{
	for (uint32_t i = from; i < from + n; i++)
		if (i >= s.len || s.ptr[i] < 'A' || s.ptr[i] > 'Z')
			return false;
	return s.len == from + n;
}

static bool is_language(rd_str s)
{
	if (s.len < 2 || s.ptr[0] < 'a' || s.ptr[0] > 'z' || s.ptr[1] < 'a' || s.ptr[1] > 'z')
		return false;
	return s.len == 2 || (s.ptr[2] == '-' && is_capitals(s, 3, 2));
}

static bool is_url(rd_str s)
{
	if (!rd_str_starts(s, "http://") && !rd_str_starts(s, "https://"))
		return false;
	for (uint32_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || strchr("<>\"\\^`{|}", s.ptr[i]))
			return false;
	return s.len > (s.ptr[4] == 's' ? 8u : 7u);
}

bool rd_check_format(rd_format f, rd_str text)
{
	switch (f) {
	case RD_FORMAT_SLUG:
		return text.len && text.ptr[0] >= 'a' && text.ptr[0] <= 'z' && all_of(text, "._-", true);
	case RD_FORMAT_EMAIL: return is_mail(text);
	case RD_FORMAT_PHONE: return is_phone(text);
	case RD_FORMAT_URL: return is_url(text);
	case RD_FORMAT_USCC: return rd_check_uscc(text);
	case RD_FORMAT_CURRENCY: return is_capitals(text, 0, 3);
	case RD_FORMAT_CLOCK: return is_clock(text);
	case RD_FORMAT_LANGUAGE: return is_language(text);
	case RD_FORMAT_RRULE: return rd_rrule_parse(text, &(rd_rrule){0});
	case RD_FORMAT_KIND: return rd_kind_find(text) != NULL;
	default: return true;
	}
}

bool rd_check_id(rd_str text, int64_t *ret_id)
{
	int64_t v = 0;

	if (text.len == 0 || text.len > 19 || text.ptr[0] == '0')
		return false;
	for (uint32_t i = 0; i < text.len; i++)
		if (!is_digit(text.ptr[i]) || __builtin_mul_overflow(v, (int64_t)10, &v) ||
		    __builtin_add_overflow(v, (int64_t)(text.ptr[i] - '0'), &v))
			return false;
	*ret_id = v;
	return true;
}

/* Exactly n digits at `at`. */
static bool number(rd_str s, uint32_t at, uint32_t n, int32_t *ret)
{
	int32_t v = 0;

	if (at + n > s.len)
		return false;
	for (uint32_t i = at; i < at + n; i++) {
		if (!is_digit(s.ptr[i]))
			return false;
		v = v * 10 + s.ptr[i] - '0';
	}
	*ret = v;
	return true;
}

bool rd_check_day(rd_str text, rd_day *ret_day)
{
	int32_t y, m, d;

	if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' || !number(text, 0, 4, &y) ||
	    !number(text, 5, 2, &m) || !number(text, 8, 2, &d) || !rd_date_valid(y, m, d))
		return false;
	*ret_day = rd_day_of(y, m, d);
	return true;
}

/* ".123456" at *at, up to six digits, in microseconds. */
static bool fraction(rd_str s, uint32_t *at, int64_t *ret_us)
{
	int64_t us = 0, unit = 100000;
	uint32_t i = *at + 1;

	*ret_us = 0;
	if (*at >= s.len || s.ptr[*at] != '.')
		return true;
	for (; i < s.len && is_digit(s.ptr[i]); i++, unit /= 10)
		us += (s.ptr[i] - '0') * unit;
	if (i == *at + 1 || i > *at + 7)
		return false;
	*at = i;
	*ret_us = us;
	return true;
}

/* "Z" or "+08:00" at the end, in seconds. */
static bool zone(rd_str s, uint32_t at, int64_t *ret_s)
{
	int32_t h, m;

	*ret_s = 0;
	if (at + 1 == s.len)
		return s.ptr[at] == 'Z' || s.ptr[at] == 'z';
	if (at + 6 != s.len || (s.ptr[at] != '+' && s.ptr[at] != '-') || s.ptr[at + 3] != ':' ||
	    !number(s, at + 1, 2, &h) || !number(s, at + 4, 2, &m) || h > 23 || m > 59)
		return false;
	*ret_s = (s.ptr[at] == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

bool rd_check_time(rd_str text, int64_t *ret_us)
{
	int32_t h, m, s;
	int64_t us, offset_s;
	rd_day day;
	uint32_t at = 19;

	if (text.len < 20 || (text.ptr[10] != 'T' && text.ptr[10] != 't' && text.ptr[10] != ' ') ||
	    text.ptr[13] != ':' || text.ptr[16] != ':' || !number(text, 11, 2, &h) ||
	    !number(text, 14, 2, &m) || !number(text, 17, 2, &s) || h > 23 || m > 59 || s > 59)
		return false;
	if (!rd_check_day((rd_str){text.ptr, 10}, &day) || !fraction(text, &at, &us) ||
	    !zone(text, at, &offset_s))
		return false;
	*ret_us = ((int64_t)day * 86400 + h * 3600 + m * 60 + s - offset_s) * 1000000 + us;
	return true;
}
