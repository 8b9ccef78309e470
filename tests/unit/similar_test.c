#include "check/similar.h"
#include "unit.h"

static void knows_one_slip(void)
{
	static const struct {
		const char *a, *b;
		bool want;
	} rows[] = {
		{"12345", "12345", false}, {"12345", "1234", true},   {"12345", "12355", true},
		{"12345", "12354", true},  {"12345", "12534", false}, {"12345", "21354", false},
		{"", "1", true},           {"", "", false},           {"", "12", false},
		{"1", "2", true},          {"12", "21", true},        {"FP0077812", "FP77812", false},
		{"aab", "aba", true},      {"aaa", "aaaa", true},     {"abcd", "acbd", true},
		{"abcd", "adcb", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%s %s", rows[i].a, rows[i].b);
		UNIT_INT(rd_one_slip(rd_str_of(rows[i].a), rd_str_of(rows[i].b)), rows[i].want);
		UNIT_INT(rd_one_slip(rd_str_of(rows[i].b), rd_str_of(rows[i].a)), rows[i].want);
	}
}

/* Every text that one slip makes of a random one is seen, and no text at a distance of two
 * letters that are far apart. */
static void sees_every_slip(void)
{
	uint64_t seed = 4;

	for (uint32_t round = 0; round < 5000; round++) {
		char a[16], b[17];
		uint32_t n = 2 + unit_below(&seed, 10), at = unit_below(&seed, n);

		for (uint32_t i = 0; i < n; i++)
			a[i] = (char)('0' + unit_below(&seed, 10));
		memcpy(b, a, n);
		b[at] = (char)('A' + unit_below(&seed, 5));
		unit_case("round %u", round);
		UNIT_TRUE(rd_one_slip((rd_str){a, n}, (rd_str){b, n}));
		memcpy(b + at, a + at + 1, n - at - 1);
		UNIT_TRUE(rd_one_slip((rd_str){a, n}, (rd_str){b, n - 1}));
		memcpy(b, a, n);
		b[0] = 'x';
		b[n - 1] = 'y';
		UNIT_INT(rd_one_slip((rd_str){a, n}, (rd_str){b, n}), false);
	}
}

static void brings_numbers_to_one_form(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"FP-0077812", "77812"},
		{"fp77812", "77812"},
		{"２４１１", "2411"},
		{"0000", ""},
		{"", ""},
		{"无", ""},
		{"24-11/A", "2411A"},
		{"号00123x", "123X"},
	};
	char out[32];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%s", rows[i].in);
		uint32_t len = rd_number_normal(rd_str_of(rows[i].in), out, sizeof out);

		UNIT_TEXT(((rd_str){out, len}), rows[i].want);
	}
	UNIT_INT(rd_number_normal(RD_STR("123456"), out, 4), 4);
}

static void compares_digits_in_any_order(void)
{
	UNIT_TRUE(rd_same_digits(14580, 14850) && rd_same_digits(-12, 21) && rd_same_digits(0, 0));
	UNIT_TRUE(!rd_same_digits(14580, 14851) && !rd_same_digits(12, 120));
	UNIT_TRUE(rd_same_digits(INT64_MIN, INT64_MIN));
}

static void takes_steady_distances(void)
{
	static const struct {
		rd_day days[5];
		uint32_t n;
		bool want;
	} rows[] = {
		{{0, 30, 61}, 3, true},   {{0, 31, 59, 90}, 4, true},
		{{0, 30}, 2, false},      {{0, 7, 14, 21}, 4, true},
		{{0, 2, 7}, 3, false},    {{0, 30, 100}, 3, false},
		{{0, 365, 731}, 3, true}, {{5}, 1, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("row %zu", i);
		UNIT_INT(rd_steady_days(rows[i].days, rows[i].n), rows[i].want);
	}
}

static void measures_likeness_of_names(void)
{
	UNIT_INT(rd_jaro_winkler(RD_STR("MARTHA"), RD_STR("MARHTA")), 961); /* Winkler 1990: 0.961 */
	UNIT_INT(rd_jaro_winkler(RD_STR(""), RD_STR("")), 1000);
	UNIT_INT(rd_jaro_winkler(RD_STR("a"), RD_STR("")), 0);
	UNIT_INT(rd_jaro_winkler(RD_STR("甲乙"), RD_STR("丙丁")), 0);
	UNIT_INT(rd_jaro_winkler(RD_STR("青岛恒泰"), RD_STR("青岛恒泰")), 1000);
	UNIT_TRUE(rd_jaro_winkler(RD_STR("青岛恒泰包装有限公司"), RD_STR("青岛恒泰包装有限责任公司")) >=
	          920);
	UNIT_TRUE(rd_jaro_winkler(RD_STR("青岛恒泰包装有限公司"), RD_STR("济南立信物流有限公司")) <
	          920);
}

const unit_test similar_tests[] = {
	{"one slip is an insertion, deletion, substitution or swap of neighbours", knows_one_slip},
	{"every slip made at random is seen", sees_every_slip},
	{"numbers are compared without letters in front, zeros and marks", brings_numbers_to_one_form},
	{"amounts with the same digits are seen whatever their order", compares_digits_in_any_order},
	{"steady distances are about a week, a fortnight, a month, a quarter, a year",
     takes_steady_distances},
	{"names are likened by code points", measures_likeness_of_names},
	{0},
};
