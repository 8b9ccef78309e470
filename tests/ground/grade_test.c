/* Grading: the table, each step up or down, the words; materiality; filing deadlines. */
#include "desk/grade.h"
#include "unit.h"

static const rd_grading usual = {
	.table = {{4, 4, 4, 3, 3}, {4, 4, 3, 3, 2}, {4, 3, 3, 2, 2}, {3, 3, 2, 2, 1}, {3, 2, 2, 1, 1}},
	.nature = {0, 0, 0, -1, 0, 1, 0},
	.money_up = 100,
	.money_down = 1,
	.deadline_days = 5,
	.recurrences = 1,
	.client_weight = 5,
	.blocker = 2,
};

/* A case that nothing moves: impact 3, urgency 3. */
static const rd_grade_facts plain = {.nature = 0, .severity = 2, .impact = 3, .urgency = 3};

static int32_t grade(const rd_grading *g, const rd_grade_facts *f, rd_buf *zh, rd_buf *en)
{
	rd_buf_init(zh, 4000);
	rd_buf_init(en, 4000);
	return rd_grade_of(g, f, zh, en);
}

static int32_t only_grade(const rd_grade_facts *f)
{
	rd_buf zh, en;
	int32_t p = grade(&usual, f, &zh, &en);

	UNIT_TRUE(zh.size > 0 && en.size > 0 && !zh.full && !en.full);
	rd_buf_done(&zh);
	rd_buf_done(&en);
	return p;
}

static void rows_are_five_digits(void)
{
	static const char *const bad[] = {"", "4443", "444333", "44430", "44435", "4443x", "4 443"};
	uint8_t row[RD_GRADE_LEVELS];

	UNIT_TRUE(rd_grading_row(RD_STR("44321"), row));
	UNIT_TRUE(row[0] == 4 && row[2] == 3 && row[4] == 1);
	for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		unit_case("%s", bad[i]);
		UNIT_TRUE(!rd_grading_row(rd_str_of(bad[i]), row));
	}
}

static void each_fact_moves_it_and_says_so(void)
{
	static const struct {
		const char *what;
		rd_grade_facts f;
		int32_t want;
	} rows[] = {
		{"plain", {.nature = 0, .severity = 2, .impact = 3, .urgency = 3}, 3},
		{"from the severity", {.nature = -1, .severity = 1}, 2},
		{"nothing known", {.nature = -1, .severity = -1}, 3},
		{"judged before severity", {.nature = -1, .severity = 1, .impact = 1, .urgency = 1}, 4},
		{"unusual", {.nature = 3, .severity = 2, .impact = 3, .urgency = 3}, 4},
		{"late", {.nature = 5, .severity = 2, .impact = 3, .urgency = 3}, 2},
		{"material",
	     {.severity = 2, .impact = 3, .urgency = 3, .amount = 100, .materiality = 100},
	     2},
		{"negative",
	     {.severity = 2, .impact = 3, .urgency = 3, .amount = -100, .materiality = 100},
	     2},
		{"99 %",
	     {.severity = 2, .impact = 3, .urgency = 3, .amount = 9999, .materiality = 10000},
	     3},
		{"1 %", {.severity = 2, .impact = 3, .urgency = 3, .amount = 100, .materiality = 10000}, 3},
		{"below 1 %",
	     {.severity = 2, .impact = 3, .urgency = 3, .amount = 99, .materiality = 10000},
	     4},
		{"huge",
	     {.severity = 2, .impact = 3, .urgency = 3, .amount = INT64_MAX, .materiality = 1},
	     2},
		{"materiality not known", {.severity = 2, .impact = 3, .urgency = 3, .amount = 1}, 3},
		{"5 days",
	     {.severity = 2, .impact = 3, .urgency = 3, .has_deadline = true, .days_left = 5},
	     2},
		{"6 days",
	     {.severity = 2, .impact = 3, .urgency = 3, .has_deadline = true, .days_left = 6},
	     3},
		{"today", {.severity = 2, .impact = 3, .urgency = 3, .has_deadline = true}, 2},
		{"passed",
	     {.severity = 2, .impact = 3, .urgency = 3, .has_deadline = true, .days_left = -1},
	     3},
		{"back", {.severity = 2, .impact = 3, .urgency = 3, .recurrences = 1}, 2},
		{"weighty", {.severity = 2, .impact = 3, .urgency = 3, .client_weight = 5}, 2},
		{"4 of 5", {.severity = 2, .impact = 3, .urgency = 3, .client_weight = 4}, 3},
		{"blocker", {.severity = 0, .impact = 1, .urgency = 1}, 2},
		{"never above 1", {.severity = 0, .recurrences = 9, .client_weight = 5}, 1},
		{"three steps at most",
	     {.nature = 5,
	      .severity = 4,
	      .impact = 1,
	      .urgency = 1,
	      .amount = 5,
	      .materiality = 1,
	      .has_deadline = true,
	      .recurrences = 9,
	      .client_weight = 5},
	     1},
	};

	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%s", rows[i].what);
		UNIT_INT(only_grade(&rows[i].f), rows[i].want);
	}
}

static void the_words_have_the_numbers(void)
{
	rd_grade_facts f = plain;
	rd_buf zh, en;

	f.amount = 1234550;
	f.materiality = 1000000;
	f.has_deadline = true;
	f.days_left = 3;
	UNIT_INT(grade(&usual, &f, &zh, &en), 1);
	UNIT_TEXT(rd_buf_view(&zh),
	          "影响 3 × 紧急 3 查表为三级；金额 12,345.50 达到重要性水平 10,000.00 的 "
	          "100%，升1级；距申报期限 3 天，升1级；定为一级。");
	UNIT_TEXT(rd_buf_view(&en),
	          "impact 3 × urgency 3 is P3 in the table; the amount 12,345.50 is at "
	          "least 100 % of the materiality 10,000.00: 1 up; 3 days to the filing "
	          "deadline: 1 up; so P1.");
	rd_buf_done(&zh);
	rd_buf_done(&en);
}

/* Whatever the table, more impact, urgency, money, recurrence is never less urgent, when the table
 * itself rises. */
static void more_is_never_less(void)
{
	for (int32_t impact = 1; impact <= 5; impact++)
		for (int32_t urgency = 1; urgency <= 5; urgency++) {
			rd_grade_facts f = {.nature = -1, .severity = 2, .impact = impact, .urgency = urgency};
			int32_t p = only_grade(&f);

			unit_case("%d × %d", impact, urgency);
			f.recurrences = 3;
			UNIT_TRUE(only_grade(&f) <= p);
			f.amount = f.materiality = 100;
			UNIT_TRUE(only_grade(&f) <= p);
			f = (rd_grade_facts){.nature = -1, .severity = 2, .impact = impact, .urgency = 5};
			UNIT_TRUE(only_grade(&f) <= p);
		}
}

static void materiality_is_of_books_client_or_size(void)
{
	UNIT_INT(rd_materiality_of(7, 8, 9, 10), 7);
	UNIT_INT(rd_materiality_of(0, 8, 9, 10), 8);
	UNIT_INT(rd_materiality_of(0, 0, 100000000, 3), 500000); /* one million: 5,000 yuan */
	UNIT_INT(rd_materiality_of(0, 0, 1000, 3), 100000);      /* at least 1,000 */
	UNIT_INT(rd_materiality_of(0, 0, INT64_MAX, 3), 50000000);
	UNIT_INT(rd_materiality_of(0, 0, 0, 10), 500000);
	UNIT_INT(rd_materiality_of(0, 0, 0, INT64_MAX), 50000000);
	UNIT_INT(rd_materiality_of(0, 0, 0, 0), 0);
}

static void returns_are_filed_the_month_or_quarter_after(void)
{
	UNIT_INT(rd_tax_day(202603, RD_TAX_MONTHLY), rd_deadline_of(202604).day);
	UNIT_INT(rd_tax_day(202604, RD_TAX_QUARTERLY), rd_deadline_of(202607).day);
	UNIT_INT(rd_tax_day(202606, RD_TAX_QUARTERLY), rd_deadline_of(202607).day);
	UNIT_INT(rd_tax_day(202512, RD_TAX_MONTHLY), rd_deadline_of(202601).day);
	UNIT_INT(rd_tax_day(202513, RD_TAX_QUARTERLY), rd_deadline_of(202601).day);
	UNIT_INT(rd_tax_day(202603, RD_TAX_NONE), RD_DAY_NONE);
	UNIT_INT(rd_tax_day(0, RD_TAX_MONTHLY), RD_DAY_NONE);
}

const unit_test grade_tests[] = {
	{"rows of the table are five digits", rows_are_five_digits},
	{"each fact moves the priority", each_fact_moves_it_and_says_so},
	{"the reasons have the numbers", the_words_have_the_numbers},
	{"more is never less urgent", more_is_never_less},
	{"materiality is of books, client or size", materiality_is_of_books_client_or_size},
	{"returns are filed the month or quarter after", returns_are_filed_the_month_or_quarter_after},
	{0},
};
