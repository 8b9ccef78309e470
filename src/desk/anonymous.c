#include "desk/anonymous.h"

#define CODE_LEAST 9u /* letters and digits in one: a code of somebody */

static const char *size_words(uint32_t digits, bool english)
{
	static const char *const zh[] = {"几",   "几",     "几十",   "几百",   "几千",
	                                 "几万", "几十万", "几百万", "几千万", "上亿"};
	static const char *const en[] = {"a few",
	                                 "a few",
	                                 "tens",
	                                 "hundreds",
	                                 "thousands",
	                                 "tens of thousands",
	                                 "hundreds of thousands",
	                                 "millions",
	                                 "tens of millions",
	                                 "hundreds of millions"};
	uint32_t i = digits < 9 ? digits : 9;

	return english ? en[i] : zh[i];
}

const char *rd_anonymous_size(int64_t minor, bool english)
{
	uint64_t whole = (minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor) / 100;
	uint32_t digits = 1;

	while (whole >= 10) {
		whole /= 10;
		digits++;
	}
	return size_words(digits, english);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_mail(char c)
{
	return is_word(c) || c == '.' || c == '_' || c == '-' || c == '+';
}

/* The longest name that stands at `at`; NULL = none. */
static const rd_name *name_at(rd_str text, uint32_t at, const rd_name *names, uint32_t n)
{
	const rd_name *best = NULL;

	if (((unsigned char)text.ptr[at] & 0xC0) == 0x80)
		return NULL; /* within a character */
	for (uint32_t i = 0; i < n; i++) {
		rd_str name = names[i].name;

		if (name.len == 0 || name.len > text.len - at || (best && name.len <= best->name.len) ||
		    memcmp(text.ptr + at, name.ptr, name.len) != 0 || rd_utf8_count(name) < 2)
			continue;
		/* "Li" is not a part of "Lisbon". */
		if (is_word(name.ptr[name.len - 1]) && at + name.len < text.len &&
		    is_word(text.ptr[at + name.len]))
			continue;
		if (is_word(name.ptr[0]) && at > 0 && is_word(text.ptr[at - 1]))
			continue;
		best = &names[i];
	}
	return best;
}

/* The end of a mail address that begins at `at`; `at` = there is none. */
static uint32_t mail_end(rd_str text, uint32_t at)
{
	uint32_t i = at;

	while (i < text.len && is_mail(text.ptr[i]))
		i++;
	if (i == at || i + 1 >= text.len || text.ptr[i] != '@' || !is_mail(text.ptr[i + 1]))
		return at;
	i++;
	while (i < text.len && is_mail(text.ptr[i]))
		i++;
	return i;
}

typedef struct number {
	uint32_t end;
	uint32_t whole; /* digits before the point */
	bool grouped, decimals;
} number;

static number read_number(rd_str text, uint32_t at)
{
	number n = {.end = at};

	while (n.end < text.len) {
		char c = text.ptr[n.end];
		bool digit_next = n.end + 1 < text.len && is_digit(text.ptr[n.end + 1]);

		if (is_digit(c)) {
			n.whole += !n.decimals;
		} else if (c == ',' && digit_next && !n.decimals && n.whole > 0) {
			n.grouped = true;
		} else if (c == '.' && digit_next && !n.decimals && n.whole > 0) {
			n.decimals = true;
		} else {
			break;
		}
		n.end++;
	}
	return n;
}

static bool follows(rd_str text, uint32_t at, const char *word)
{
	size_t n = strlen(word);

	while (at < text.len && text.ptr[at] == ' ')
		at++;
	return n <= text.len - at && memcmp(text.ptr + at, word, n) == 0;
}

static bool is_money(rd_str text, uint32_t at, const number *n)
{
	static const char *const units[] = {"元", "万元", "CNY", "RMB", "yuan"};
	bool sign = at >= 2 && memcmp(text.ptr + at - 2, "¥", 2) == 0;

	for (uint32_t i = 0; i < sizeof units / sizeof *units && !sign; i++)
		sign = follows(text, n->end, units[i]);
	return sign || n->grouped || n->decimals;
}

/* 20260301: eight digits that are a day. */
static bool is_day(rd_str text, uint32_t at, const number *n)
{
	const char *p = text.ptr + at;

	return n->whole == 8 && !n->grouped && !n->decimals && (p[0] == '1' || p[0] == '2') &&
	       (p[4] == '0' || (p[4] == '1' && p[5] <= '2')) && p[6] <= '3';
}

static uint32_t put_number(rd_buf *out, rd_str text, uint32_t at, bool english)
{
	number n = read_number(text, at);

	if (is_money(text, at, &n) || (n.whole >= 5 && n.whole < CODE_LEAST && !is_day(text, at, &n)))
		rd_buf_puts(out, size_words(n.whole, english));
	else
		rd_buf_add(out, text.ptr + at, n.end - at);
	return n.end;
}

/* The end of a run of letters and digits that is somebody's code; `at` = it is none. */
static uint32_t code_end(rd_str text, uint32_t at)
{
	uint32_t i = at, digits = 0;

	while (i < text.len && is_word(text.ptr[i]))
		digits += is_digit(text.ptr[i++]);
	return i - at >= CODE_LEAST && digits >= 5 ? i : at;
}

static uint32_t digits_at(rd_str text, uint32_t at)
{
	uint32_t n = 0;

	while (n < text.len - at && is_digit(text.ptr[at + n]))
		n++;
	return n;
}

/* The end of the number of a record, such as E-2026-000017; `at` = it is none. */
static uint32_t record_end(rd_str text, uint32_t at)
{
	uint32_t i = at, n;

	while (i < text.len && text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
		i++;
	if (i == at || i >= text.len || text.ptr[i] != '-' || digits_at(text, i + 1) != 4)
		return at;
	i += 5;
	if (i >= text.len || text.ptr[i] != '-' || (n = digits_at(text, i + 1)) < 4)
		return at;
	return i + 1 + n;
}

/* What begins at a letter or digit with none before it. */
static uint32_t put_run(rd_buf *out, rd_str text, uint32_t at, bool english)
{
	uint32_t end = mail_end(text, at);

	if (end > at) {
		rd_buf_puts(out, english ? "[address]" : "〔邮箱〕");
		return end;
	}
	end = record_end(text, at);
	if (end > at) {
		rd_buf_puts(out, english ? "[record]" : "〔编号〕");
		return end;
	}
	end = code_end(text, at);
	if (end > at) {
		rd_buf_puts(out, english ? "[number]" : "〔号码〕");
		return end;
	}
	if (is_digit(text.ptr[at]))
		return put_number(out, text, at, english);
	end = at;
	while (end < text.len && is_word(text.ptr[end]))
		end++;
	rd_buf_add(out, text.ptr + at, end - at);
	return end;
}

void rd_anonymous_put(rd_buf *out, rd_str text, const rd_name *names, uint32_t n, bool english)
{
	uint32_t at = 0;

	while (at < text.len) {
		const rd_name *name = name_at(text, at, names, n);

		if (name) {
			rd_buf_puts(out, english ? name->means.en : name->means.zh);
			at += name->name.len;
		} else if (is_word(text.ptr[at])) {
			at = put_run(out, text, at, english);
		} else {
			rd_buf_char(out, text.ptr[at++]);
		}
	}
}
