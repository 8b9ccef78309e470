#include "unit.h"

static void trims(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"", ""},
		{" ", ""},
		{"a", "a"},
		{"  a b\t\r\n", "a b"},
		{"\xC2\xA0"
	     "a"
	     "\xC2\xA0",
	     "a"}, /* NBSP */
		{"\xE3\x80\x80"
	     "凭证"
	     "\xE3\x80\x80",
	     "凭证"}, /* U+3000 */
		{"\xEF\xBB\xBF"
	     "x",
	     "x"}, /* U+FEFF */
		{"\xE3\x80\x80\xC2\xA0 \v\f", ""},
		{"a\xC2", "a\xC2"}, /* half of an NBSP is no space */
		{"\x80", "\x80"},
		{"全", "全"},                       /* ends with the byte 0xA8 */
		{"\xE2\x80\x80x", "\xE2\x80\x80x"}, /* U+2000 stays */
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("row %zu", i);
		UNIT_TEXT(rd_str_trim(rd_str_of(rows[i].in)), rows[i].want);
	}
}

static void finds(void)
{
	static const struct {
		const char *in, *what;
		int64_t want;
	} rows[] = {
		{"abcabc", "c", 2}, {"abc", "", 0},      {"", "", 0},      {"", "a", -1},
		{"ab", "abc", -1},  {"凭证号", "号", 6}, {"aab", "ab", 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		UNIT_INT(rd_str_find(rd_str_of(rows[i].in), rows[i].what), rows[i].want);
	UNIT_TRUE(rd_str_starts(RD_STR("abc"), "ab") && !rd_str_starts(RD_STR("a"), "ab"));
	UNIT_TRUE(rd_str_ends(RD_STR("abc"), "bc") && !rd_str_ends(RD_STR("c"), "bc"));
	UNIT_INT(rd_str_find((rd_str){"a\0b", 3}, "b"), 2);
}

static void orders_by_code_point(void)
{
	static const char *const rising[] = {"",  "A", "AB", "B",  "a",
	                                     "~", "é", "中", "文", "\xF0\x9F\x98\x80"};
	const int n = sizeof rising / sizeof *rising;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++) {
			int c = rd_str_cmp(rd_str_of(rising[i]), rd_str_of(rising[k]));

			unit_case("%d %d", i, k);
			UNIT_INT((c > 0) - (c < 0), (i > k) - (i < k));
		}
}

/* Every length and every place of a difference: the comparison reads in words of 8 and 4. */
static void compares_every_byte(void)
{
	char a[40], b[40];

	for (uint32_t n = 0; n <= 33; n++)
		for (uint32_t at = 0; at <= n; at++) {
			memset(a, 'x', sizeof a);
			memset(b, 'x', sizeof b);
			if (at < n)
				b[at] = 'y';
			b[n] = 'z'; /* behind the text: must not matter */
			unit_case("length %u, differs at %u", n, at);
			UNIT_INT(rd_same_bytes(a, b, n), at == n);
		}
	UNIT_TRUE(!rd_str_eq(RD_STR("ab"), RD_STR("abc")));
}

/* The definition: RFC 3629, by decoding into a number and asking what that number may be. */
static uint32_t naive_len(const unsigned char *p, size_t n)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t len = p[0] < 0x80       ? 1
	               : p[0] >> 5 == 6  ? 2
	               : p[0] >> 4 == 14 ? 3
	               : p[0] >> 3 == 30 ? 4
	                                 : 0;
	uint32_t cp = len == 1 ? p[0] : p[0] & (0x7Fu >> len);

	if (len == 0 || len > n)
		return 0;
	for (uint32_t i = 1; i < len; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		cp = cp << 6 | (p[i] & 0x3F);
	}
	if (len > 1 && cp < least[len])
		return 0;
	return cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF) ? 0 : len;
}

static int64_t naive_check(const char *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t len = naive_len((const unsigned char *)p + i, n - i);

		if (len == 0)
			return (int64_t)i;
		i += len;
	}
	return -1;
}

static void checks_utf8(void)
{
	static const struct {
		const char *in;
		int64_t want;
	} rows[] = {
		{"", -1},
		{"plain", -1},
		{"借方金额 é \xF0\x9F\x98\x80", -1},
		{"\x80", 0},
		{"a\xBF", 1},
		{"\xC0\x80", 0},
		{"\xC1\xBF", 0}, /* overlong, two bytes */
		{"\xE0\x80\x80", 0},
		{"\xE0\x9F\xBF", 0}, /* overlong, three */
		{"\xF0\x80\x80\x80", 0},
		{"\xF0\x8F\xBF\xBF", 0}, /* overlong, four */
		{"\xED\x9F\xBF", -1},
		{"\xED\xA0\x80", 0},
		{"\xED\xBF\xBF", 0},
		{"\xEE\x80\x80", -1},
		{"\xF4\x8F\xBF\xBF", -1},
		{"\xF4\x90\x80\x80", 0},
		{"\xF5\x80\x80\x80", 0},
		{"\xF8\x88\x80\x80\x80", 0},
		{"\xFE", 0},
		{"\xFF", 0},
		{"12345678\xE4\xB8", 8},
		{"1234567\xE4", 7},
		{"\xE4\xB8", 0},
		{"\xF0\x9F\x98", 0},
		{"12345678\xE4\xB8\xAD"
	     "12345678",
	     -1},
		{"123\xC3(", 3},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("row %zu", i);
		UNIT_INT(rd_utf8_check(rows[i].in, strlen(rows[i].in)), rows[i].want);
	}
}

static void agrees_with_the_definition_of_utf8(void)
{
	static const unsigned char pick[] = {'a',  0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0,
	                                     0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE4, 0xED,
	                                     0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF};
	uint64_t seed = 7;
	char text[24];

	for (int trial = 0; trial < 200000; trial++) {
		uint32_t n = unit_below(&seed, sizeof text + 1);

		for (uint32_t i = 0; i < n; i++)
			text[i] = (char)pick[unit_below(&seed, unit_below(&seed, 2) ? 1 : sizeof pick)];
		int64_t want = naive_check(text, n), got = rd_utf8_check(text, n);

		unit_case("trial %d", trial);
		if (got != want)
			UNIT_INT(got, want);
		/* Decoding moves by whole characters and one byte at a time over broken ones. */
		for (uint32_t at = 0; at < n;) {
			uint32_t from = at, len = naive_len((unsigned char *)text + at, n - at);
			uint32_t cp = rd_utf8_next((rd_str){text, n}, &at);

			if (at != from + (len ? len : 1) || (len == 0 && cp != 0xFFFD))
				UNIT_INT(at, from + (len ? len : 1));
		}
	}
}

static void writes_what_it_reads(void)
{
	char out[4];

	for (uint32_t cp = 0; cp <= 0x10FFFF; cp += cp < 0x11000 ? 1 : 97) {
		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		uint32_t n = rd_utf8_put(out, cp), at = 0;

		unit_case("U+%04X", cp);
		if (rd_utf8_next((rd_str){out, n}, &at) != cp || at != n || rd_utf8_check(out, n) >= 0)
			UNIT_INT(at, n);
	}
}

static void measures_width(void)
{
	static const struct {
		const char *in;
		uint32_t count, width;
	} rows[] = {
		{"", 0, 0},     {"abc", 3, 3}, {"凭证", 2, 4}, {"记-12", 4, 5},
		{"Ａ１", 2, 4}, {"é", 1, 1},   {"한글", 2, 4}, {"\xF0\xA0\x80\x80", 1, 2},
		{"￥", 1, 2},   {"½", 1, 1},   {"\xFF", 1, 1}, {"。", 1, 2},
		{"ｱ", 1, 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%s", rows[i].in);
		UNIT_INT(rd_utf8_count(rd_str_of(rows[i].in)), rows[i].count);
		UNIT_INT(rd_utf8_width(rd_str_of(rows[i].in)), rows[i].width);
	}
}

static void halves_full_width(void)
{
	static const struct {
		uint32_t in, want;
	} rows[] = {
		{0xFF10, '0'},    {0xFF21, 'A'},    {0xFF5E, '~'}, {0xFF01, '!'},    {0x3000, ' '},
		{0xFF5F, 0xFF5F}, {0xFF00, 0xFF00}, {'x', 'x'},    {0x4E2D, 0x4E2D}, {0xFFE5, 0xFFE5},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		UNIT_INT(rd_halfwidth(rows[i].in), rows[i].want);
}

const unit_test str_tests[] = {
	{"trim takes white space of all kinds off both ends and nothing else", trims},
	{"find, starts and ends look at bytes and bear NULs and empty texts", finds},
	{"texts are ordered by code point", orders_by_code_point},
	{"short comparisons see every byte and none behind the end", compares_every_byte},
	{"overlong, surrogate, cut and too large sequences are no UTF-8", checks_utf8},
	{"UTF-8 is judged as its definition says, on random bytes", agrees_with_the_definition_of_utf8},
	{"what is encoded is decoded to the same code point", writes_what_it_reads},
	{"wide characters take two columns", measures_width},
	{"full-width forms become half-width", halves_full_width},
	{0},
};
