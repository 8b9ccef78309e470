#include "io/xlsx.h"
#include "base/assert.h"
#include <stdio.h>

#define DIGITS_SHOWN 15 /* a spreadsheet stores binary numbers and shows 15 digits of them */
#define DIGITS_MAX   40

/* ---- number formats ---- */

/* Formats 27-36 and 50-58 are dates and times in the Chinese versions (ECMA-376, 18.8.30). */
static rd_xlsx_look builtin_look(uint32_t id)
{
	static const uint8_t look[59] = {
		[14] = RD_XLSX_DATE,      [15] = RD_XLSX_DATE, [16] = RD_XLSX_DATE, [17] = RD_XLSX_DATE,
		[18] = RD_XLSX_TIME,      [19] = RD_XLSX_TIME, [20] = RD_XLSX_TIME, [21] = RD_XLSX_TIME,
		[22] = RD_XLSX_DATE_TIME, [27] = RD_XLSX_DATE, [28] = RD_XLSX_DATE, [29] = RD_XLSX_DATE,
		[30] = RD_XLSX_DATE,      [31] = RD_XLSX_DATE, [32] = RD_XLSX_TIME, [33] = RD_XLSX_TIME,
		[34] = RD_XLSX_TIME,      [35] = RD_XLSX_TIME, [36] = RD_XLSX_DATE, [45] = RD_XLSX_TIME,
		[46] = RD_XLSX_TIME,      [47] = RD_XLSX_TIME, [50] = RD_XLSX_DATE, [51] = RD_XLSX_DATE,
		[52] = RD_XLSX_DATE,      [53] = RD_XLSX_DATE, [54] = RD_XLSX_DATE, [55] = RD_XLSX_TIME,
		[56] = RD_XLSX_TIME,      [57] = RD_XLSX_DATE, [58] = RD_XLSX_DATE,
	};

	return id < sizeof look ? (rd_xlsx_look)look[id] : RD_XLSX_PLAIN;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Past a quoted text, an escaped character or a bracket that starts at `i`. */
static uint32_t skip_literal(rd_str code, uint32_t i)
{
	char c = code.ptr[i], close = c == '"' ? '"' : ']';

	if (c == '\\' || c == '_' || c == '*')
		return i + 2;
	for (i++; i < code.len && code.ptr[i] != close; i++)
		;
	return i + 1;
}

/* Looks at the first section of a format, where positive numbers are. */
rd_xlsx_style rd_xlsx_style_of(uint32_t format_id, rd_str code)
{
	rd_xlsx_style style = {RD_XLSX_PLAIN, 0};
	bool year_or_day = false, month = false, clock = false;
	uint32_t zeros = 0, others = 0;

	if (code.len == 0) {
		style.look = (uint8_t)builtin_look(format_id);
		return style;
	}
	if (code.len >= 7 && lower(code.ptr[0]) == 'g' && lower(code.ptr[6]) == 'l')
		return style; /* General */
	for (uint32_t i = 0; i < code.len && code.ptr[i] != ';';) {
		char c = lower(code.ptr[i]), next = i + 1 < code.len ? lower(code.ptr[i + 1]) : '\0';

		if (c == '"' || c == '\\' || c == '_' || c == '*' || c == '[') {
			/* [h] [mm] [ss] count time beyond a day; other brackets are colours, locales */
			clock |= c == '[' && (next == 'h' || next == 'm' || next == 's');
			i = skip_literal(code, i);
			others++;
			continue;
		}
		if (c == 'a' && (next == 'm' || next == '/')) { /* AM/PM, A/P */
			clock = true;
			i += next == 'm' ? 5 : 3;
			continue;
		}
		year_or_day |= c == 'y' || c == 'd';
		month |= c == 'm';
		clock |= c == 'h' || c == 's';
		zeros += c == '0';
		others += c != '0';
		i++;
	}
	if (year_or_day || (month && !clock))
		style.look = clock ? RD_XLSX_DATE_TIME : RD_XLSX_DATE;
	else if (clock)
		style.look = RD_XLSX_TIME;
	else if (others == 0 && zeros > 1 && zeros <= 30)
		style.pad = (uint8_t)zeros;
	return style;
}

/* ---- numbers as text ---- */

/* 0.d1d2d3… times 10^point */
typedef struct decimal {
	bool negative;
	int32_t n, point;
	char digit[DIGITS_MAX];
} decimal;

/* The exponent behind 'e'; false when it is none or absurd (the cell then stays as it is). */
static bool exponent(rd_str v, uint32_t i, int32_t *ret)
{
	bool negative = i < v.len && v.ptr[i] == '-';
	int32_t e = 0;

	i += i < v.len && (v.ptr[i] == '-' || v.ptr[i] == '+');
	if (i >= v.len)
		return false;
	for (; i < v.len; i++) {
		if (v.ptr[i] < '0' || v.ptr[i] > '9')
			return false;
		e = e * 10 + (v.ptr[i] - '0');
		if (e > 30)
			return false;
	}
	*ret = negative ? -e : e;
	return true;
}

static bool decimal_parse(rd_str v, decimal *d)
{
	bool dot = false, any = false;
	uint32_t i = 0;

	*d = (decimal){0};
	if (i < v.len && (v.ptr[i] == '-' || v.ptr[i] == '+'))
		d->negative = v.ptr[i++] == '-';
	for (; i < v.len; i++) {
		char c = v.ptr[i];

		if (c == '.' && !dot) {
			dot = true;
			continue;
		}
		if (c < '0' || c > '9')
			break;
		any = true;
		if (d->n == 0 && c == '0') {
			d->point -= dot;
			continue;
		}
		if (d->n >= DIGITS_MAX)
			return false;
		d->digit[d->n++] = c;
		d->point += !dot;
	}
	if (!any)
		return false;
	if (i < v.len) {
		int32_t e;

		if (lower(v.ptr[i]) != 'e' || !exponent(v, i + 1, &e))
			return false;
		d->point += e;
	}
	return true;
}

/* Half away from zero to the digits that are shown, then without zeros at the end. */
static void decimal_round(decimal *d)
{
	if (d->n > DIGITS_SHOWN) {
		bool up = d->digit[DIGITS_SHOWN] >= '5';

		d->n = DIGITS_SHOWN;
		for (int32_t i = d->n - 1; up && i >= 0; i--) {
			up = d->digit[i] == '9';
			d->digit[i] = up ? '0' : (char)(d->digit[i] + 1);
		}
		if (up) { /* 9.99… became 10 */
			d->digit[0] = '1';
			d->n = 1;
			d->point++;
		}
	}
	while (d->n > 0 && d->digit[d->n - 1] == '0')
		d->n--;
}

static rd_str decimal_text(const decimal *d, uint32_t pad, char out[RD_XLSX_NUMBER_TEXT])
{
	uint32_t k = 0;
	int32_t whole = d->point > 0 ? d->point : 0;

	RD_ASSERT(d->n <= DIGITS_SHOWN && whole <= 70);
	if (d->n == 0 && pad == 0)
		return RD_STR("0");
	if (d->negative && d->n > 0)
		out[k++] = '-';
	for (int32_t i = whole; d->n <= d->point && i < (int32_t)pad; i++)
		out[k++] = '0';
	for (int32_t i = 0; i < whole; i++)
		out[k++] = i < d->n ? d->digit[i] : '0';
	if (whole == 0 && (pad == 0 || d->n > 0))
		out[k++] = '0';
	if (d->n > d->point && d->n > 0) {
		out[k++] = '.';
		for (int32_t i = d->point; i < 0 && k < RD_XLSX_NUMBER_TEXT - DIGITS_SHOWN; i++)
			out[k++] = '0';
		for (int32_t i = whole; i < d->n; i++)
			out[k++] = d->digit[i];
	}
	return (rd_str){out, k};
}

/* ---- dates ---- */

/* Takes a serial day apart; false when it is no day of the system. */
static bool serial_parts(const decimal *d, bool from_1904, rd_day *ret_day, int64_t *ret_whole,
                         int32_t *ret_seconds)
{
	int64_t whole = 0, nano = 0;

	if ((d->negative && d->n > 0) || d->point > 7)
		return false;
	for (int32_t i = 0; i < d->point; i++)
		whole = whole * 10 + (i < d->n ? d->digit[i] - '0' : 0);
	for (int32_t i = 0; i < 9; i++) {
		int32_t k = i + d->point;

		nano = nano * 10 + (k >= 0 && k < d->n ? d->digit[k] - '0' : 0);
	}
	int64_t seconds = (nano * 86400 + 500000000) / 1000000000;
	*ret_whole = whole;
	*ret_seconds = (int32_t)(seconds % 86400);
	int64_t serial = whole + seconds / 86400;
	if (from_1904) {
		*ret_day = rd_day_of(1904, 1, 1) + (rd_day)serial;
		return serial <= 2957003; /* 9999-12-31 */
	}
	/* Serial 60 is 29 February 1900, a day that never was. */
	*ret_day = rd_day_of(1899, 12, serial < 60 ? 31 : 30) + (rd_day)serial;
	return serial != 60 && serial <= 2958465;
}

rd_str rd_xlsx_number(rd_str v, rd_xlsx_style style, bool from_1904, char out[RD_XLSX_NUMBER_TEXT])
{
	decimal d;
	rd_day day;
	int64_t whole;
	int32_t seconds;
	char date[16], clock[16];

	v = rd_str_trim(v);
	if (!decimal_parse(v, &d))
		return v;
	decimal_round(&d);
	if (style.look == RD_XLSX_PLAIN || !serial_parts(&d, from_1904, &day, &whole, &seconds))
		return decimal_text(&d, style.pad, out);
	if (style.look != RD_XLSX_TIME && whole == 0 && !from_1904)
		return decimal_text(&d, 0, out);
	rd_day_format(day, date);
	snprintf(clock, sizeof clock, "%02d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60,
	         seconds % 60);
	int n;
	if (style.look == RD_XLSX_TIME && whole == 0)
		n = snprintf(out, RD_XLSX_NUMBER_TEXT, "%s", clock);
	else if (style.look == RD_XLSX_DATE || seconds == 0)
		n = snprintf(out, RD_XLSX_NUMBER_TEXT, "%s", date);
	else
		n = snprintf(out, RD_XLSX_NUMBER_TEXT, "%s %s", date, clock);
	return (rd_str){out, (uint32_t)n};
}

/* ---- escapes ---- */

static int hex(char c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code point of "_xHHHH_" at i, or -1. */
static int32_t escape_at(rd_str s, uint32_t i)
{
	int32_t cp = 0;

	if (s.len - i < 7 || s.ptr[i] != '_' || s.ptr[i + 1] != 'x' || s.ptr[i + 6] != '_')
		return -1;
	for (uint32_t k = i + 2; k < i + 6; k++) {
		if (hex(s.ptr[k]) < 0)
			return -1;
		cp = cp * 16 + hex(s.ptr[k]);
	}
	return cp >= 0xD800 && cp <= 0xDFFF ? -1 : cp;
}

rd_str rd_xlsx_unescape(rd_arena *arena, rd_str s)
{
	uint32_t k = 0;

	if (!rd_str_has(s, "_x"))
		return s;
	char *out = rd_arena_alloc(arena, s.len + 1, 1);
	for (uint32_t i = 0; i < s.len;) {
		int32_t cp = escape_at(s, i);

		if (cp < 0) {
			out[k++] = s.ptr[i++];
		} else {
			char utf8[4];
			uint32_t n = rd_utf8_put(utf8, (uint32_t)cp);

			memcpy(out + k, utf8, n);
			k += n;
			i += 7;
		}
	}
	return (rd_str){out, k};
}
