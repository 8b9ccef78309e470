#include "check/months.h"
#include "unit.h"

typedef struct row {
	const char *text;
	int32_t year, from, to; /* of the first token; from < 0: there is none */
	bool range;
} row;

static void reads_what_summaries_say(void)
{
	static const row rows[] = {
		{"支付2024年3月房租", 2024, 3, 3, false},
		{"3月份电费", 0, 3, 3, false},
		{"12月31日结转", 0, 12, 12, false},
		{"2024-03水费", 2024, 3, 3, false},
		{"2024/3/5付款", 2024, 3, 3, false},
		{"15/03/2024 facture", 2024, 3, 3, false},
		{"03/15/2024 invoice", 2024, 3, 3, false},
		{"2023年度审计费", 2023, 0, 0, false},
		{"一季度房租", 0, 1, 3, false},
		{"第3季度", 0, 7, 9, false},
		{"2023年第四季度奖金", 2023, 10, 12, false},
		{"Q1 bonus", 0, 1, 3, false},
		{"FACT DU 25 AU 28 JANVIER", 0, 1, 1, false},
		{"mars 2023", 2023, 3, 3, false},
		{"D\xC3\x89"
	     "CEMBRE 2022",
	     2022, 12, 12, false},
		{"2024年1至3月", 0, 3, 3, true},
		{"1月、2月水费", 0, 1, 1, true},
		{"付1-3月房租", 0, -1, 0, true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_month_token t[RD_MONTHS_MAX];
		bool range;
		uint32_t n = rd_months_find(rd_str_of(rows[i].text), t, &range);

		unit_case("%s", rows[i].text);
		UNIT_INT(range, rows[i].range);
		UNIT_INT(n > 0, rows[i].from >= 0);
		if (n == 0)
			continue;
		UNIT_INT(t[0].year, rows[i].year);
		UNIT_INT(t[0].from, rows[i].from);
		UNIT_INT(t[0].to, rows[i].to);
	}
}

static void passes_over_numbers_and_words(void)
{
	static const char *const texts[] = {
		"",
		"付货款",
		"发票FP-2024-03-001",
		"型号T2024-05",
		"购A4纸2024",
		"3个月租金",
		"20240315",
		"202403",
		"2024.03",
		"12.5",
		"may pay",
		"en mars",
		"Q5",
		"iQ3",
		"13月",
		"2024-13",
		"99/99/2024",
		"\xC3",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		rd_month_token t[RD_MONTHS_MAX];
		bool range;

		unit_case("%s", texts[i]);
		UNIT_INT(rd_months_find(rd_str_of(texts[i]), t, &range), 0);
	}
}

static void measures_to_the_nearest_month(void)
{
	static const struct {
		rd_month_token t;
		rd_period period;
		int32_t want;
	} rows[] = {
		{{2024, 3, 3}, 202406, -3}, {{2024, 6, 6}, 202406, 0},    {{0, 12, 12}, 202401, -1},
		{{0, 1, 1}, 202412, 1},     {{0, 3, 3}, 202406, -3},      {{0, 12, 12}, 202406, -6},
		{{0, 1, 3}, 202402, 0},     {{2023, 10, 12}, 202402, -2}, {{2023, 0, 0}, 202401, -12},
		{{2024, 0, 0}, 202407, 0},  {{2024, 12, 12}, 202413, 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("row %zu", i);
		UNIT_INT(rd_month_distance(&rows[i].t, rows[i].period), rows[i].want);
	}
}

static void survives_any_bytes(void)
{
	uint64_t seed = 20240306;
	char text[24];

	for (int i = 0; i < 200000; i++) {
		static const char some[] =
			"0123456789-/. QqMmAaYy\xC3\xA9\xE4\xB8\x80\xE5\xAD\xA3\xE6\x9C\x88";
		rd_month_token t[RD_MONTHS_MAX];
		uint32_t n = unit_below(&seed, sizeof text);
		bool range;

		for (uint32_t k = 0; k < n; k++)
			text[k] = some[unit_below(&seed, sizeof some - 1)];
		uint32_t found = rd_months_find((rd_str){text, n}, t, &range);

		for (uint32_t k = 0; k < found; k++) {
			UNIT_TRUE(t[k].from >= 0 && t[k].from <= t[k].to && t[k].to <= 12);
			UNIT_TRUE(t[k].year == 0 || (t[k].year >= 1990 && t[k].year <= 2099));
		}
	}
}

const unit_test months_tests[] = {
	{"reads what summaries say", reads_what_summaries_say},
	{"passes over numbers and words", passes_over_numbers_and_words},
	{"measures to the nearest month", measures_to_the_nearest_month},
	{"survives any bytes", survives_any_bytes},
	{NULL, NULL},
};
