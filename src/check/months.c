#include "check/months.h"

#include "base/assert.h"

typedef struct reader {
	rd_str s;
	uint32_t at;
	rd_month_token *out;
	uint32_t n;
	bool range;
} reader;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char byte_at(const reader *r, uint32_t at)
{
	return at < r->s.len ? r->s.ptr[at] : '\0';
}

static bool word_at(const reader *r, uint32_t at, const char *word)
{
	size_t n = strlen(word);

	return at <= r->s.len && r->s.len - at >= n && memcmp(r->s.ptr + at, word, n) == 0;
}

static uint32_t skip_blanks(const reader *r, uint32_t at)
{
	while (byte_at(r, at) == ' ')
		at++;
	return at;
}

/* Value of the digits at `at`; *ret_end is behind them. Long runs answer a large number. */
static int32_t number_at(const reader *r, uint32_t at, uint32_t *ret_end)
{
	int32_t v = 0;

	for (; at < r->s.len && is_digit(r->s.ptr[at]); at++)
		v = v < 100000 ? v * 10 + (r->s.ptr[at] - '0') : 100000;
	*ret_end = at;
	return v;
}

static bool year_like(int32_t v)
{
	return v >= 1990 && v <= 2099;
}

static bool month_like(int32_t v)
{
	return v >= 1 && v <= 12;
}

static void add(reader *r, int32_t year, int32_t from, int32_t to)
{
	if (r->n < RD_MONTHS_MAX)
		r->out[r->n++] = (rd_month_token){year, from, to};
}

/* Number of a quarter that is named at `at` (一季度, 第1季度, Q1); 0 = none. */
static int32_t quarter_at(const reader *r, uint32_t at, uint32_t *ret_end)
{
	static const char *const digits[] = {"一", "二", "三", "四"};

	if (word_at(r, at, "第"))
		at += 3;
	for (int32_t q = 0; q < 4; q++)
		if (word_at(r, at, digits[q]) && word_at(r, at + 3, "季")) {
			*ret_end = at + 6;
			return q + 1;
		}
	char c = byte_at(r, at), d = byte_at(r, at + 1);
	bool alone = at == 0 || !is_letter(r->s.ptr[at - 1]);

	if (c >= '1' && c <= '4' && word_at(r, at + 1, "季")) {
		*ret_end = at + 4;
		return c - '0';
	}
	if (c == 'Q' && d >= '1' && d <= '4' && alone && !is_digit(byte_at(r, at + 2)) &&
	    !is_letter(byte_at(r, at + 2))) {
		*ret_end = at + 2;
		return d - '0';
	}
	return 0;
}

/* Something that joins two months stands at `at`: 1-3月, 1至3月, 1、2月. */
static uint32_t joiner_at(const reader *r, uint32_t at)
{
	static const char *const joins[] = {"-", "~", "至", "到", "、", "—", "－", "～", "和", "及"};

	for (size_t i = 0; i < sizeof joins / sizeof joins[0]; i++)
		if (word_at(r, at, joins[i]))
			return (uint32_t)strlen(joins[i]);
	return 0;
}

/* A month is joined to another one: digits follow the joiner behind `at`. */
static bool joined(const reader *r, uint32_t at)
{
	uint32_t n = joiner_at(r, at);

	return n && (is_digit(byte_at(r, at + n)));
}

/* Behind a year of four digits that ends at `at`. True when a token was made. */
static bool after_year(reader *r, int32_t year, uint32_t at)
{
	uint32_t end, next;
	int32_t v;

	if (word_at(r, at, "年")) {
		at = skip_blanks(r, at + 3);
		v = number_at(r, at, &end);
		if (end > at && month_like(v) && word_at(r, end, "月")) {
			add(r, year, v, v);
			r->range |= joined(r, end + 3);
			r->at = end + 3;
			return true;
		}
		if (end > at && joined(r, end)) {
			r->range = true;
			r->at = end;
			return true;
		}
		v = quarter_at(r, at, &end);
		add(r, year, v ? 3 * v - 2 : 0, 3 * v);
		r->at = v ? end : at;
		return true;
	}
	v = quarter_at(r, at, &end);
	if (v) {
		add(r, year, 3 * v - 2, 3 * v);
		r->at = end;
		return true;
	}
	char mark = byte_at(r, at);

	if (mark != '-' && mark != '/' && mark != '.')
		return false;
	v = number_at(r, at + 1, &end);
	if (end == at + 1 || end > at + 3 || !month_like(v))
		return false;
	if (byte_at(r, end) == mark) {
		int32_t day = number_at(r, end + 1, &next);

		if (next == end + 1 || next > end + 3 || day < 1 || day > 31)
			return false;
		end = next;
	} else if (mark == '.') {
		return false; /* 2024.03 may be an amount */
	}
	if (is_letter(byte_at(r, end)) || is_digit(byte_at(r, end)) || byte_at(r, end) == '-')
		return false;
	add(r, year, v, v);
	r->at = end;
	return true;
}

/* 15/03/2024, 15-03-2024, 15.03.2024; day first, but for a second number above 12. */
static bool day_month_year(reader *r, int32_t first, uint32_t at)
{
	char mark = byte_at(r, at);
	uint32_t end, last;
	int32_t second, year;

	if (mark != '-' && mark != '/' && mark != '.')
		return false;
	second = number_at(r, at + 1, &end);
	if (end == at + 1 || end > at + 3 || byte_at(r, end) != mark)
		return false;
	year = number_at(r, end + 1, &last);
	if (last != end + 5 || !year_like(year) || first < 1 || first > 31)
		return false;
	if (month_like(second))
		add(r, year, second, second);
	else if (month_like(first))
		add(r, year, first, first);
	r->at = last;
	return true;
}

/* Digits touch something that makes them part of a number or a name. */
static bool part_of_number(const reader *r, uint32_t at)
{
	char c = at ? r->s.ptr[at - 1] : ' ';

	return is_letter(c) || is_digit(c) || c == '.' || c == ',' || c == '_' || c == '/' ||
	       c == '-' || c == '#' || c == '*';
}

static bool joined_before(const reader *r, uint32_t at)
{
	static const char *const joins[] = {"-", "~", "至", "到", "、", "—", "－", "～"};

	for (size_t i = 0; i < sizeof joins / sizeof joins[0]; i++) {
		uint32_t n = (uint32_t)strlen(joins[i]);

		if (at > n && word_at(r, at - n, joins[i]) &&
		    (is_digit(r->s.ptr[at - n - 1]) || (at >= n + 3 && word_at(r, at - n - 3, "月"))))
			return true;
	}
	return false;
}

static void digits(reader *r)
{
	uint32_t at = r->at, end;
	int32_t v = number_at(r, at, &end);

	r->at = end;
	if (end - at <= 2 && month_like(v) && word_at(r, end, "月")) {
		r->range |= joined_before(r, at) || joined(r, end + 3);
		if (!part_of_number(r, at))
			add(r, 0, v, v);
		r->at = end + 3;
		return;
	}
	if (part_of_number(r, at))
		return;
	if (end - at == 4 && year_like(v)) {
		after_year(r, v, end);
		return;
	}
	uint32_t q_end;
	int32_t q = quarter_at(r, at, &q_end);

	if (q) {
		add(r, 0, 3 * q - 2, 3 * q);
		r->at = q_end;
	} else if (end - at <= 2) {
		day_month_year(r, v, end);
	}
}

typedef struct name {
	const char *word;
	int32_t month;
	bool doubtful; /* also a common word: a month only beside a year */
} name;

/* Lower case without accents. */
static const name names[] = {
	{"january", 1, false},  {"february", 2, false},  {"march", 3, true},
	{"april", 4, false},    {"may", 5, true},        {"june", 6, false},
	{"july", 7, false},     {"august", 8, false},    {"september", 9, false},
	{"october", 10, false}, {"november", 11, false}, {"december", 12, false},
	{"janvier", 1, false},  {"fevrier", 2, false},   {"mars", 3, true},
	{"avril", 4, false},    {"mai", 5, true},        {"juin", 6, false},
	{"juillet", 7, false},  {"aout", 8, false},      {"septembre", 9, false},
	{"octobre", 10, false}, {"novembre", 11, false}, {"decembre", 12, false},
};

/* A word of Latin letters: lower case, é è û ô without their accents. */
static uint32_t word_of(const reader *r, char out[16], uint32_t *ret_end)
{
	uint32_t n = 0, at = r->at;

	while (at < r->s.len) {
		unsigned char c = (unsigned char)r->s.ptr[at], d = (unsigned char)byte_at(r, at + 1);
		char letter = '?';

		if (is_letter((char)c))
			letter = (char)(c | 0x20);
		else if (c == 0xC3 && (d | 0x20) >= 0xA8 && (d | 0x20) <= 0xAB)
			letter = 'e';
		else if (c == 0xC3 && (d | 0x20) >= 0xB9 && (d | 0x20) <= 0xBC)
			letter = 'u';
		else if (c != 0xC3)
			break;
		at += is_letter((char)c) ? 1 : 2;
		if (n < 15)
			out[n] = letter;
		n++;
	}
	out[n < 15 ? n : 15] = '\0';
	*ret_end = at < r->s.len ? at : r->s.len;
	return n;
}

static void letters(reader *r)
{
	char word[16];
	uint32_t end, last, n;
	int32_t quarter = quarter_at(r, r->at, &end);
	bool alone = r->at == 0 || !is_digit(r->s.ptr[r->at - 1]);

	if (quarter) {
		add(r, 0, 3 * quarter - 2, 3 * quarter);
		r->at = end;
		return;
	}
	n = word_of(r, word, &end);
	r->at = end;
	if (n > 9 || is_digit(byte_at(r, end)))
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i].word, word) != 0)
			continue;
		uint32_t at = skip_blanks(r, end);
		int32_t year = number_at(r, at, &last);
		bool dated = last == at + 4 && year_like(year);

		if (dated || (alone && !names[i].doubtful))
			add(r, dated ? year : 0, names[i].month, names[i].month);
		r->at = dated ? last : end;
		return;
	}
}

uint32_t rd_months_find(rd_str s, rd_month_token out[RD_MONTHS_MAX], bool *ret_range)
{
	reader r = {.s = s, .out = out};
	uint32_t end;

	while (r.at < s.len) {
		unsigned char c = (unsigned char)s.ptr[r.at];

		if (is_digit((char)c)) {
			digits(&r);
		} else if (is_letter((char)c) || (c == 0xC3 && r.at + 1 < s.len)) {
			letters(&r);
		} else if (c == 0xE4 || c == 0xE5 || c == 0xE7) { /* first bytes of 一二三 四 第 */
			int32_t q = quarter_at(&r, r.at, &end);

			if (q)
				add(&r, 0, 3 * q - 2, 3 * q);
			r.at = q ? end : r.at + 1;
		} else {
			r.at++;
		}
	}
	*ret_range = r.range;
	return r.n;
}

int32_t rd_month_distance(const rd_month_token *t, rd_period period)
{
	rd_date d = {period / 100, period % 100 > 12 ? 12 : period % 100, 1};
	int32_t from, to;

	RD_ASSERT(period > 0);
	if (t->from == 0)
		return (t->year - d.year) * 12;
	if (t->year) {
		from = (t->year - d.year) * 12 + t->from - d.month;
		to = from + t->to - t->from;
	} else {
		from = t->from - d.month;
		to = t->to - d.month;
		if (to < -6) {
			from += 12;
			to += 12;
		} else if (from > 5) {
			from -= 12;
			to -= 12;
		}
	}
	return from > 0 ? from : to < 0 ? to : 0;
}
