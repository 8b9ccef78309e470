#include "book/chart.h"
#include "shelf.h"
#include "stat/benford.h"
#include <stdio.h>
#include <stdlib.h>

static rd_role role_at(const rd_book *b, const char *code)
{
	rd_row a = rd_book_find_account(b, rd_str_of(code));

	return a ? (rd_role)b->account.role[a] : RD_ROLE_COUNT;
}

static void tables_are_sound(void)
{
	const rd_chart_entry *const charts[] = {rd_chart_small, rd_chart_enterprise};
	const uint32_t sizes[] = {rd_chart_small_n, rd_chart_enterprise_n};

	for (int k = 0; k < 2; k++) {
		UNIT_TRUE(sizes[k] > 50);
		for (uint32_t i = 0; i < sizes[k]; i++) {
			const rd_chart_entry *e = &charts[k][i];

			unit_case("%s %s", e->code, e->name_zh);
			UNIT_INT(strlen(e->code), 4);
			UNIT_TRUE(e->name_zh[0] && e->name_en[0] && e->class_of != RD_CLASS_UNKNOWN);
			for (uint32_t j = 0; j < i; j++)
				if (strcmp(charts[k][j].code, e->code) == 0) /* old and new name of one code */
					UNIT_TRUE(charts[k][j].class_of == e->class_of && charts[k][j].side == e->side);
		}
	}
	for (int r = 0; r < RD_ROLE_COUNT; r++)
		UNIT_TRUE(rd_role_name((rd_role)r) && rd_role_words((rd_role)r).zh &&
		          rd_role_words((rd_role)r).en);
}

/* A book that holds a whole chart: every account gets the class of the chart and a side that does
 * not contradict it. */
static void a_whole_chart_is_recognised(void)
{
	static const struct {
		const rd_chart_entry *chart;
		const uint32_t *n;
		rd_standard standard;
	} rows[] = {{rd_chart_small, &rd_chart_small_n, RD_STD_SMALL},
	            {rd_chart_enterprise, &rd_chart_enterprise_n, RD_STD_ENTERPRISE}};

	for (int k = 0; k < 2; k++) {
		rd_buf t;
		shelf s;

		rd_buf_init(&t, 1 << 16);
		for (uint32_t i = 0; i < *rows[k].n; i++)
			rd_buf_printf(&t, "%s|%s\n", rows[k].chart[i].code, rows[k].chart[i].name_zh);
		shelf_open(&s);
		shelf_chart(&s, "account-code|account-name", t.data);
		rd_book *b = shelf_seal(&s);

		UNIT_INT(b->standard, rows[k].standard);
		for (uint32_t i = 0; i < *rows[k].n; i++) {
			const rd_chart_entry *e = &rows[k].chart[i];
			rd_row a = rd_book_find_account(b, rd_str_of(e->code));

			unit_case("%s %s", e->code, e->name_zh);
			UNIT_INT(b->account.class_of[a], e->class_of);
			UNIT_TRUE(b->account.side[a] == RD_SIDE_BOTH || e->side == RD_SIDE_BOTH ||
			          b->account.side[a] == e->side);
			UNIT_INT(rd_role_is_pl((rd_role)b->account.role[a]) && e->class_of != RD_CLASS_PL, 0);
		}
		rd_book_free(b);
		rd_buf_done(&t);
	}
}

/* The standard is that of the accounts by code and name; codes alone say nothing. */
static void standards_are_told_by_code_and_name(void)
{
	static const struct {
		const char *chart;
		rd_standard want;
	} rows[] = {
		{"5001|主营业务收入\n", RD_STD_SMALL},
		{"3103|本年利润\n5602|管理费用\n", RD_STD_SMALL},
		{"6001|主营业务收入\n", RD_STD_ENTERPRISE},
		{"4103|本年利润\n", RD_STD_ENTERPRISE},
		{"5001|生产成本\n", RD_STD_UNKNOWN},
		{"5001|主营业务收入\n6602|管理费用\n", RD_STD_UNKNOWN}, /* they contradict each other */
		{"5001|\n6001|\n", RD_STD_UNKNOWN},
		{"1001|库存现金\n", RD_STD_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		shelf s;

		shelf_open(&s);
		shelf_chart(&s, "account-code|account-name", rows[i].chart);
		rd_book *b = shelf_seal(&s);

		unit_case("row %zu", i);
		UNIT_INT(b->standard, rows[i].want);
		rd_book_free(b);
	}
}

static void roles_are_found_by_name_first(void)
{
	static const struct {
		const char *code, *name;
		rd_role want;
	} rows[] = {
		{"1001", "库存现金", RD_ROLE_CASH},
		{"9001", "现金", RD_ROLE_CASH},
		{"100201", "工行", RD_ROLE_BANK}, /* below 1002 */
		{"1122", "应收帐款", RD_ROLE_RECEIVABLE},
		{"1122001", "甲公司", RD_ROLE_RECEIVABLE},
		{"2202", "", RD_ROLE_PAYABLE},
		{"1012", "其他货币资金-支付宝", RD_ROLE_OTHER_MONEY},
		{"1606", "固定资产清理", RD_ROLE_DISPOSAL},
		{"1601", "固定资产", RD_ROLE_FIXED_ASSET},
		{"3103", "本年利润", RD_ROLE_PROFIT},
		{"560201", "管理费用-办公费", RD_ROLE_ADMIN},
		{"5801", "所得税费用", RD_ROLE_INCOME_TAX},
		{"7777", "没有的科目", RD_ROLE_NONE},
		{"1602", "累计折旧", RD_ROLE_DEPRECIATION},
	};
	rd_buf t;
	shelf s;

	rd_buf_init(&t, 1 << 16);
	rd_buf_puts(&t, "1002|银行存款\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		rd_buf_printf(&t, "%s|%s\n", rows[i].code, rows[i].name);
	shelf_open(&s);
	shelf_chart(&s, "account-code|account-name", t.data);
	rd_book *b = shelf_seal(&s);

	UNIT_INT(b->standard, RD_STD_SMALL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%s %s", rows[i].code, rows[i].name);
		UNIT_TEXT(rd_str_of(rd_role_name(role_at(b, rows[i].code))), rd_role_name(rows[i].want));
	}
	rd_row a = rd_book_find_account(b, RD_STR("1602"));

	UNIT_TRUE(b->account.flags[a] & RD_ACC_CONTRA);
	UNIT_INT(b->account.side[a], RD_SIDE_CREDIT);
	rd_book_free(b);
	rd_buf_done(&t);
}

/* One code, two charts: 4101 is overhead in one and a reserve in the other. */
static void a_code_means_what_its_chart_says(void)
{
	static const struct {
		rd_standard standard;
		rd_role r4101, r5001, r5101;
	} rows[] = {
		{RD_STD_SMALL, RD_ROLE_OVERHEAD, RD_ROLE_REVENUE, RD_ROLE_NONE},
		{RD_STD_ENTERPRISE, RD_ROLE_RESERVE, RD_ROLE_PRODUCTION, RD_ROLE_OVERHEAD},
		{RD_STD_OTHER, RD_ROLE_NONE, RD_ROLE_NONE, RD_ROLE_NONE},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_seal_options o = {.standard = rows[i].standard, .threads = 1};
		shelf s;
		rd_book *b = NULL;
		rd_err err = {0};

		shelf_open(&s);
		shelf_chart(&s, "account-code|account-name", "4101|\n5001|\n5101|\n");
		UNIT_OK(rd_builder_seal(s.builder, &o, &b, &err), &err);
		rd_builder_free(s.builder);
		unit_case("standard %d", (int)rows[i].standard);
		UNIT_INT(role_at(b, "4101"), rows[i].r4101);
		UNIT_INT(role_at(b, "5001"), rows[i].r5001);
		UNIT_INT(role_at(b, "5101"), rows[i].r5101);
		rd_book_free(b);
	}
}

static void openings_and_closings_are_marked(void)
{
	rd_book *b = shelf_book(
		"number|date|account-code|account-name|debit|credit|text",
		"1|2024-01-01|1001|库存现金|9||期初余额\n1|2024-01-01|3001|实收资本||9|期初余额\n"
		"2|2024-01-05|1001|库存现金|5||卖货\n2|2024-01-05|5001|主营业务收入||5|卖货\n"
		"3|2024-01-31|5001|主营业务收入|5||结转本月损益\n3|2024-01-31|3103|本年利润||5|结转本月损益\n"
		"4|2024-01-31|5001|主营业务收入|0||\n4|2024-01-31|3103|本年利润||0|\n" /* by its accounts */
		"5|2024-01-31|5001|主营业务收入|1||\n5|2024-01-31|3103|本年利润||2|\n5|2024-01-31|1001|库存现金|1||\n");
	static const uint8_t want[] = {RD_VCH_OPENING, 0, RD_VCH_CLOSING, RD_VCH_CLOSING, 0};

	for (rd_row v = 0; v < b->voucher.n; v++) {
		unit_case("voucher %u", v + 1);
		UNIT_INT(b->voucher.flags[v] & (RD_VCH_OPENING | RD_VCH_CLOSING), want[v]);
	}
	rd_book_free(b);
}

/* ---- payments of a utility, whose figures are published ---- */

static void benford_agrees_with_published_figures(void)
{
	char command[600], row[200];
	uint32_t counts[RD_BENFORD_PAIRS] = {0};
	const char *data = unit_data();

	snprintf(command, sizeof command, "gzip -dc '%s/benford/corporate.payment.csv.gz' 2>/dev/null",
	         data ? data : "");
	FILE *f = data ? popen(command, "r") : NULL;

	if (f == NULL || fgets(row, sizeof row, f) == NULL) {
		if (f)
			pclose(f);
		unit_skip("no published payments (benford/corporate.payment.csv.gz)");
		return;
	}
	while (fgets(row, sizeof row, f)) {
		char *last = strrchr(row, ',');
		rd_minor v = 0;

		if (last && rd_minor_parse(rd_str_trim(rd_str_of(last + 1)), '.', 2, &v) == RD_AMOUNT_OK &&
		    v >= 1000)
			counts[rd_first_two((uint64_t)v)]++;
	}
	pclose(f);
	rd_benford t = rd_benford_test(counts);

	UNIT_INT(t.n, 177763);
	UNIT_INT((rd_benford_mad_millionths(&t) + 5) / 10, 243); /* 0.00243 */
}

const unit_test chart_tests[] = {
	{"the charts that are compiled in are sound", tables_are_sound},
	{"a whole chart is recognised, with classes and sides", a_whole_chart_is_recognised},
	{"standards are told by code and name together", standards_are_told_by_code_and_name},
	{"roles are found by name first, then by code and parent", roles_are_found_by_name_first},
	{"a code means what its chart says", a_code_means_what_its_chart_says},
	{"opening and closing vouchers are marked", openings_and_closings_are_marked},
	{"Benford agrees with published figures", benford_agrees_with_published_figures},
	{0},
};
