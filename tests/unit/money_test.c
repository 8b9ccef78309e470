#include "base/money.h"
#include "base/digits.h"
#include "unit.h"
#include <inttypes.h>

typedef struct amount_row {
	const char *in;
	char mark;
	uint32_t decimals;
	rd_amount_read want;
	rd_minor value;
} amount_row;

#define DOT(in, value)                                                                             \
	{                                                                                              \
		in, '.', 2, RD_AMOUNT_OK, value                                                            \
	}
#define COMMA(in, value)                                                                           \
	{                                                                                              \
		in, ',', 2, RD_AMOUNT_OK, value                                                            \
	}
#define BAD(in, why)                                                                               \
	{                                                                                              \
		in, '.', 2, why, 0                                                                         \
	}

static const amount_row rows[] = {
	DOT("0", 0),
	DOT("0.00", 0),
	DOT("1", 100),
	DOT("12.3", 1230),
	DOT("12.34", 1234),
	DOT("-12.34", -1234),
	DOT("+12.34", 1234),
	DOT("12.34-", -1234),
	DOT("(12.34)", -1234),
	DOT("（12.34）", -1234),
	DOT("1,234.50", 123450),
	DOT("1,234,567.89", 123456789),
	DOT("1 234.50", 123450),
	DOT("1\xC2\xA0"
        "234.50",
        123450),
	DOT("1\xE2\x80\xAF"
        "234.50",
        123450),
	DOT("1'234.50", 123450),
	DOT("1’234.50", 123450),
	DOT("¥1,234.50", 123450),
	DOT("￥１，２３４．５０", 123450),
	DOT("$ 12.00", 1200),
	DOT("€12", 1200),
	DOT("£12", 1200),
	DOT("12.50元", 1250),
	DOT("−12.34", -1234),
	DOT("  7 ", 700),
	DOT(".5", 50),
	DOT("5.", 500),
	DOT("12.3400", 1234),
	DOT("-0.01", -1),
	DOT("-0", 0),
	DOT("007.10", 710),
	DOT("9000000000000000.00", RD_MINOR_MAX),
	DOT("-9000000000000000.00", -RD_MINOR_MAX),
	COMMA("1.234,50", 123450),
	COMMA("12,34", 1234),
	COMMA("-1.234.567,8", -123456780),
	COMMA("5", 500),
	COMMA("1 234,50", 123450),
	COMMA("1'234,50", 123450),
	{"1234", '.', 0, RD_AMOUNT_OK, 1234},
	{"1.2345", '.', 4, RD_AMOUNT_OK, 12345},
	{"1.2", '.', 8, RD_AMOUNT_OK, 120000000},
	{"1234.5", '.', 0, RD_AMOUNT_DECIMALS, 1235},
	/* rounded half away from zero */
	{"1.005", '.', 2, RD_AMOUNT_DECIMALS, 101},
	{"1.004", '.', 2, RD_AMOUNT_DECIMALS, 100},
	{"-1.005", '.', 2, RD_AMOUNT_DECIMALS, -101},
	{"0.999", '.', 2, RD_AMOUNT_DECIMALS, 100},
	{"1.0049999", '.', 2, RD_AMOUNT_DECIMALS, 100},
	{"(0.005)", '.', 2, RD_AMOUNT_DECIMALS, -1},
	BAD("", RD_AMOUNT_BLANK),
	BAD("  ", RD_AMOUNT_BLANK),
	BAD("-", RD_AMOUNT_BLANK),
	BAD("--", RD_AMOUNT_BLANK),
	BAD("—", RD_AMOUNT_BLANK),
	BAD("–", RD_AMOUNT_BLANK),
	BAD("－", RD_AMOUNT_BLANK),
	BAD("abc", RD_AMOUNT_LETTERS),
	BAD("12x", RD_AMOUNT_LETTERS),
	BAD("借", RD_AMOUNT_LETTERS),
	BAD(".", RD_AMOUNT_LETTERS),
	BAD("--5", RD_AMOUNT_LETTERS),
	BAD("+-5", RD_AMOUNT_LETTERS),
	BAD("-5-", RD_AMOUNT_LETTERS),
	BAD("(-5)", RD_AMOUNT_LETTERS),
	BAD("()", RD_AMOUNT_LETTERS),
	BAD("(5", RD_AMOUNT_LETTERS),
	BAD("5)", RD_AMOUNT_LETTERS),
	BAD("¥", RD_AMOUNT_LETTERS),
	BAD("12%", RD_AMOUNT_LETTERS),
	BAD("0x10", RD_AMOUNT_LETTERS),
	BAD("1/2", RD_AMOUNT_LETTERS),
	BAD("1e3", RD_AMOUNT_EXPONENT),
	BAD("1.5E+05", RD_AMOUNT_EXPONENT),
	BAD("inf", RD_AMOUNT_EXPONENT),
	BAD("NaN", RD_AMOUNT_EXPONENT),
	BAD("-Infinity", RD_AMOUNT_EXPONENT),
	BAD("1,23,456", RD_AMOUNT_GROUPING),
	BAD("1,2345", RD_AMOUNT_GROUPING),
	BAD("1234,567", RD_AMOUNT_GROUPING),
	BAD(",123", RD_AMOUNT_GROUPING),
	BAD("1,,234", RD_AMOUNT_GROUPING),
	BAD("1,234 567", RD_AMOUNT_GROUPING),
	BAD("1.2.3", RD_AMOUNT_GROUPING),
	BAD("1.234,50", RD_AMOUNT_GROUPING),
	BAD("1 23", RD_AMOUNT_GROUPING),
	BAD("12,34", RD_AMOUNT_MARK),
	BAD("0,5", RD_AMOUNT_MARK),
	{"12.34", ',', 2, RD_AMOUNT_MARK, 0},
	{"1,234.50", ',', 2, RD_AMOUNT_GROUPING, 0},
	BAD("9000000000000000.01", RD_AMOUNT_OVERFLOW),
	BAD("99999999999999999999", RD_AMOUNT_OVERFLOW),
	BAD("-9000000000000001", RD_AMOUNT_OVERFLOW),
	BAD("1000000000000000000000000000000000000000000000000000000000000000000000000",
        RD_AMOUNT_OVERFLOW),
};

static void parses(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_minor v = 4711;
		bool sets = rows[i].want == RD_AMOUNT_OK || rows[i].want == RD_AMOUNT_DECIMALS;

		unit_case("'%s' mark %c, %u decimals", rows[i].in, rows[i].mark, rows[i].decimals);
		UNIT_INT(rd_minor_parse(rd_str_of(rows[i].in), rows[i].mark, rows[i].decimals, &v),
		         rows[i].want);
		UNIT_INT(v, sets ? rows[i].value : 4711);
	}
}

/* Whatever the fast path takes must mean what the full one says. */
static void fast_path_agrees(void)
{
	static const char pick[] = "0123456789.-, ";
	uint64_t seed = 3;
	uint32_t taken = 0;

	for (int trial = 0; trial < 300000; trial++) {
		char text[22];
		uint32_t n = unit_below(&seed, 20);
		rd_minor fast = 0, full = 0;

		for (uint32_t i = 0; i < n; i++)
			text[i] = pick[unit_below(&seed, unit_below(&seed, 4) ? 11 : sizeof pick - 1)];
		if (!rd_minor_parse_plain(text, n, &fast))
			continue;
		taken++;
		rd_amount_read got = rd_minor_parse((rd_str){text, n}, '.', 2, &full);
		if (got != RD_AMOUNT_OK || full != fast) {
			unit_case("'%.*s'", (int)n, text);
			UNIT_INT(got, RD_AMOUNT_OK);
			UNIT_INT(fast, full);
		}
	}
	UNIT_TRUE(taken > 20000);
}

static void marks(void)
{
	static const struct {
		const char *in;
		char want;
	} marked[] = {
		{"1234", 0},        {"", 0},
		{"-", 0},           {"abc", 0},
		{"12.5", '.'},      {"12,5", ','},
		{"1.234", '?'},     {"1,234", '?'},
		{"-1,234", '?'},    {"(123.456)", '?'},
		{"1234.567", '.'},  {"1234,567", ','},
		{"0.125", '.'},     {"0,125", ','},
		{"1,234.50", '.'},  {"1.234,50", ','},
		{"1,234,567", '.'}, {"1.234.567", ','},
		{"12.", '.'},       {".125", '.'},
		{"¥1,234", '?'},    {"1 234,5", ','},
		{"2024-03-05", 0},
	};

	for (size_t i = 0; i < sizeof marked / sizeof *marked; i++) {
		unit_case("'%s'", marked[i].in);
		UNIT_INT(rd_minor_mark(rd_str_of(marked[i].in)), marked[i].want);
	}
}

static void formats(void)
{
	static const struct {
		rd_minor v;
		uint32_t decimals;
		bool group;
		const char *want;
	} written[] = {
		{0, 2, true, "0.00"},
		{5, 2, true, "0.05"},
		{-5, 2, false, "-0.05"},
		{123456789, 2, true, "1,234,567.89"},
		{123456789, 2, false, "1234567.89"},
		{-100000, 2, true, "-1,000.00"},
		{99999, 2, true, "999.99"},
		{0, 0, false, "0"},
		{1234567, 0, true, "1,234,567"},
		{1234567, 3, true, "1,234.567"},
		{RD_MINOR_MAX, 2, true, "9,000,000,000,000,000.00"},
		{INT64_MIN, 2, true, "-92,233,720,368,547,758.08"},
		{INT64_MIN, 0, true, "-9,223,372,036,854,775,808"},
		{1, 8, true, "0.00000001"},
	};
	char out[RD_MINOR_TEXT];

	for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
		unit_case("%" PRId64, written[i].v);
		rd_minor_format(written[i].v, written[i].decimals, written[i].group, out);
		UNIT_TEXT(rd_str_of(out), written[i].want);
	}
}

static void parses_what_it_formats(void)
{
	uint64_t seed = 11;
	char out[RD_MINOR_TEXT];

	for (int trial = 0; trial < 200000; trial++) {
		rd_minor v = (rd_minor)(unit_random(&seed) >> (4 + unit_below(&seed, 60))), back = 0;
		uint32_t decimals = unit_below(&seed, 9);

		v %= RD_MINOR_MAX;
		if (unit_below(&seed, 2))
			v = -v;
		rd_minor_format(v, decimals, unit_below(&seed, 2), out);
		if (rd_minor_parse(rd_str_of(out), '.', decimals, &back) != RD_AMOUNT_OK || back != v) {
			unit_case("%s with %u decimals", out, decimals);
			UNIT_INT(back, v);
		}
	}
}

/* Numbers of one to eight digits, and the same with one byte that is no digit. */
static void digits(void)
{
	uint64_t seed = 9;

	for (int trial = 0; trial < 4000; trial++) {
		char text[9];
		uint32_t n = 1 + unit_below(&seed, 8), want = 0, got = 0;

		for (uint32_t i = 0; i < n; i++) {
			text[i] = (char)('0' + unit_below(&seed, 10));
			want = want * 10 + (uint32_t)(text[i] - '0');
		}
		unit_case("%.*s", (int)n, text);
		UNIT_TRUE(rd_digits(text, n, &got));
		UNIT_INT(got, want);
		text[unit_below(&seed, n)] = "/:.-, \xff\x80"[unit_below(&seed, 8)];
		UNIT_TRUE(!rd_digits(text, n, &got));
	}
}

static void currencies(void)
{
	UNIT_INT(rd_currency_decimals(RD_STR("CNY")), 2);
	UNIT_INT(rd_currency_decimals(RD_STR("JPY")), 0);
	UNIT_INT(rd_currency_decimals(RD_STR("KWD")), 3);
	UNIT_INT(rd_currency_decimals(RD_STR("")), 2);
	UNIT_INT(rd_currency_decimals(RD_STR("人民币")), 2);
	UNIT_INT(rd_currency_decimals(RD_STR("F D")),
	         2); /* no code, though it stands in a list of codes */
}

const unit_test money_tests[] = {
	{"amounts of all writings are read, others refused with their reason", parses},
	{"the fast path means what the full one says", fast_path_agrees},
	{"what an amount says about the decimal mark", marks},
	{"amounts are written with mark and groups, whatever their size", formats},
	{"an amount that was written is read as the same", parses_what_it_formats},
	{"digits are read, and nothing else", digits},
	{"currencies have their ISO 4217 decimals", currencies},
	{0},
};
