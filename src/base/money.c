#include "base/money.h"
#include "base/digits.h"
#include <stdio.h>

bool rd_minor_parse_plain(const char *p, uint32_t len, rd_minor *ret_minor)
{
	uint64_t v = 0;
	uint32_t i = 0, whole, yuan;
	unsigned a, b;
	bool neg = len && p[0] == '-';

	if (len >= 4 && len <= 11u + neg && p[len - 3] == '.' &&
	    (a = (unsigned)(p[len - 2] - '0')) < 10 && (b = (unsigned)(p[len - 1] - '0')) < 10 &&
	    len - 3 > neg && rd_digits(p + neg, len - 3 - neg, &yuan)) {
		v = (uint64_t)yuan * 100 + a * 10 + b;
		*ret_minor = neg ? -(rd_minor)v : (rd_minor)v;
		return true;
	}
	if (len == 0 || len > 17) /* 17 digits and two decimals fit into 64 bits */
		return false;
	i = neg;
	for (whole = i; i < len && (unsigned)(p[i] - '0') < 10; i++)
		v = v * 10 + (unsigned)(p[i] - '0');
	if (i == whole)
		return false;
	v *= 100;
	if (i < len) {
		uint32_t left = len - i;

		if (p[i] != '.' || left > 3 || left < 2)
			return false;
		a = (unsigned)(p[i + 1] - '0');
		b = left == 3 ? (unsigned)(p[i + 2] - '0') : 0;
		if (a > 9 || b > 9)
			return false;
		v += a * 10 + b;
	}
	if (v > (uint64_t)RD_MINOR_MAX)
		return false;
	*ret_minor = neg ? -(rd_minor)v : (rd_minor)v;
	return true;
}

/* The text without spaces and currency signs, full-width forms made plain. */
typedef struct plain {
	char text[64];
	uint32_t n;
	bool bracket, minus, other;
} plain;

static bool is_skipped(uint32_t cp)
{
	return cp == 0xA5 || cp == 0x20AC || cp == 0xA3 || cp == '$' || cp == 0x5143 /* 元 */ ||
	       cp == '\t' || cp == 0xFEFF;
}

static bool is_space(uint32_t cp)
{
	return cp == ' ' || cp == 0xA0 || cp == 0x202F || cp == 0x2009;
}

static void plain_of(rd_str s, plain *p)
{
	memset(p, 0, sizeof *p);
	for (uint32_t at = 0; at < s.len;) {
		uint32_t cp = rd_utf8_next(s, &at);

		if (cp == 0xFFE5)
			continue;
		cp = rd_halfwidth(cp);
		if (is_skipped(cp))
			continue;
		if (cp == 0x2212)
			cp = '-';
		if (cp == 0x2019)
			cp = '\'';
		if (is_space(cp))
			cp = ' ';
		if (cp > 126 || p->n + 1 >= sizeof p->text) {
			p->other = true;
			return;
		}
		p->text[p->n++] = (char)cp;
	}
	while (p->n && p->text[p->n - 1] == ' ')
		p->n--;
}

/* Takes signs and brackets off both ends; false when they contradict. */
static bool take_sign(plain *p, const char **ret_from, uint32_t *ret_n)
{
	const char *t = p->text;
	uint32_t n = p->n;
	int signs = 0;

	while (n && *t == ' ')
		t++, n--;
	if (n >= 2 && t[0] == '(' && t[n - 1] == ')') {
		t++, n -= 2, signs++;
	}
	if (n && (t[0] == '-' || t[0] == '+')) {
		signs += t[0] == '-';
		t++, n--;
		if (n && (t[0] == '-' || t[0] == '+'))
			return false;
	} else if (n && t[n - 1] == '-') {
		n--, signs++;
	}
	p->minus = signs == 1;
	*ret_from = t;
	*ret_n = n;
	return signs <= 1;
}

static rd_amount_read classify_bad(const char *t, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if ((t[i] == 'e' || t[i] == 'E') && i && t[i - 1] >= '0' && t[i - 1] <= '9')
			return RD_AMOUNT_EXPONENT;
	if (n >= 3 && (strncasecmp(t, "inf", 3) == 0 || strncasecmp(t, "nan", 3) == 0))
		return RD_AMOUNT_EXPONENT;
	return RD_AMOUNT_LETTERS;
}

/* The digits of the whole part, with thousands marks at every third place or none. */
static rd_amount_read read_whole(const char *t, uint32_t n, char mark, unsigned __int128 *v)
{
	char group = 0;
	uint32_t since = 0, groups = 0;

	for (uint32_t i = 0; i < n; i++) {
		char c = t[i];

		if (c >= '0' && c <= '9') {
			*v = *v * 10 + (unsigned)(c - '0');
			if (*v > (unsigned __int128)RD_MINOR_MAX * 100)
				return RD_AMOUNT_OVERFLOW;
			since++;
			continue;
		}
		if (c != (mark == '.' ? ',' : '.') && c != ' ' && c != '\'')
			return RD_AMOUNT_LETTERS;
		if ((group && c != group) || since == 0 || (groups ? since != 3 : since > 3))
			return RD_AMOUNT_GROUPING;
		group = c;
		groups++;
		since = 0;
	}
	return groups && since != 3
	           ? (groups == 1 && since < 3 && group != ' ' && group != '\'' ? RD_AMOUNT_MARK
	                                                                        : RD_AMOUNT_GROUPING)
	           : RD_AMOUNT_OK;
}

static rd_amount_read read_fraction(const char *t, uint32_t n, uint32_t decimals,
                                    unsigned __int128 *v, bool *ret_inexact)
{
	uint32_t i = 0;
	bool up = false;

	*ret_inexact = false;
	for (; i < n; i++)
		if (t[i] < '0' || t[i] > '9')
			return t[i] == '.' || t[i] == ',' ? RD_AMOUNT_GROUPING : RD_AMOUNT_LETTERS;
	for (i = 0; i < decimals; i++)
		*v = *v * 10 + (i < n ? (unsigned)(t[i] - '0') : 0);
	for (i = decimals; i < n; i++) {
		if (t[i] != '0')
			*ret_inexact = true;
		if (i == decimals && t[i] >= '5')
			up = true;
	}
	*v += up;
	return RD_AMOUNT_OK;
}

rd_amount_read rd_minor_parse(rd_str s, char mark, uint32_t decimals, rd_minor *ret_minor)
{
	plain p;
	const char *t;
	uint32_t n, dot;
	unsigned __int128 v = 0;
	bool inexact;

	s = rd_str_trim(s);
	if (s.len == 0 || rd_str_is(s, "-") || rd_str_is(s, "—") || rd_str_is(s, "--") ||
	    rd_str_is(s, "－") || rd_str_is(s, "–"))
		return RD_AMOUNT_BLANK;
	plain_of(s, &p);
	if (p.other)
		return s.len > 40 ? RD_AMOUNT_OVERFLOW : RD_AMOUNT_LETTERS;
	if (!take_sign(&p, &t, &n) || n == 0)
		return RD_AMOUNT_LETTERS;
	for (dot = 0; dot < n && t[dot] != mark; dot++)
		;
	rd_amount_read rc = read_whole(t, dot, mark, &v);
	if (rc == RD_AMOUNT_LETTERS)
		return classify_bad(t, n);
	if (rc != RD_AMOUNT_OK)
		return rc;
	if (dot == 0 && n == 1)
		return RD_AMOUNT_LETTERS;
	rc = read_fraction(t + dot + 1, dot < n ? n - dot - 1 : 0, decimals, &v, &inexact);
	if (rc == RD_AMOUNT_LETTERS)
		return classify_bad(t, n);
	if (rc != RD_AMOUNT_OK)
		return rc;
	if (v > (unsigned __int128)RD_MINOR_MAX)
		return RD_AMOUNT_OVERFLOW;
	*ret_minor = p.minus ? -(rd_minor)v : (rd_minor)v;
	return inexact ? RD_AMOUNT_DECIMALS : RD_AMOUNT_OK;
}

char rd_minor_mark(rd_str s)
{
	plain p;
	const char *t;
	uint32_t n, dots = 0, commas = 0, last_dot = 0, last_comma = 0;

	plain_of(rd_str_trim(s), &p);
	if (p.other || !take_sign(&p, &t, &n))
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		if (t[i] == '.')
			dots++, last_dot = i;
		else if (t[i] == ',')
			commas++, last_comma = i;
		else if ((t[i] < '0' || t[i] > '9') && t[i] != ' ' && t[i] != '\'')
			return 0;
	}
	if (dots && commas)
		return last_dot > last_comma ? '.' : ',';
	if (dots > 1)
		return ',';
	if (commas > 1)
		return '.';
	if (dots + commas == 0)
		return 0;
	uint32_t at = dots ? last_dot : last_comma;
	char m = dots ? '.' : ',';

	/* Exactly three digits behind and one to three before, not zero: either reading works. */
	return n - at - 1 == 3 && at >= 1 && at <= 3 && t[0] != '0' ? '?' : m;
}

void rd_minor_format(rd_minor v, uint32_t decimals, bool group, char out[RD_MINOR_TEXT])
{
	char t[RD_MINOR_TEXT];
	uint32_t i = sizeof t, n = 0;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	t[--i] = '\0';
	do {
		if (n == decimals && decimals)
			t[--i] = '.';
		if (group && n > decimals && (n - decimals) % 3 == 0)
			t[--i] = ',';
		t[--i] = (char)('0' + u % 10);
		u /= 10;
		n++;
	} while (u || n <= decimals);
	if (v < 0)
		t[--i] = '-';
	memcpy(out, t + i, sizeof t - i);
}

uint32_t rd_currency_decimals(rd_str code)
{
	static const char none[] =
		"BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
	static const char three[] = "BHD IQD JOD KWD LYD OMR TND";

	if (code.len != 3)
		return 2;
	char c[4] = {code.ptr[0], code.ptr[1], code.ptr[2], '\0'};

	return strstr(none, c) ? 0 : strstr(three, c) ? 3 : 2;
}
