/* Balances by account and period, the vouchers of a filter, and places in source files. */
#include "book/ledger.h"
#include "io/place.h"
#include "shelf.h"
#include "unit.h"

static rd_book *some_books(void)
{
	shelf s;

	shelf_open(&s);
	shelf_chart(&s, "account-code|account-name|open",
	            "1001|库存现金|100\n1002|银行存款|900\n"
	            "100201|工行|600\n100202|建行|300\n"
	            "3001|实收资本|1000\n5001|收入|0\n5602|费用|0\n");
	shelf_journal(&s, "journal|number|date|account-code|debit|credit|text|party-name",
	              "记|1|2024-01-05|100201|50||收货款|甲公司\n"
	              "记|1|2024-01-05|5001||50|收货款|\n"
	              "记|2|2024-01-20|5602|20||办公费 ABC|\n"
	              "记|2|2024-01-20|1001||20|办公费 ABC|\n"
	              "收|12|2024-02-03|100202|70||收货款|乙公司\n"
	              "收|12|2024-02-03|5001||70|收货款|\n"
	              "记|3|2024-02-10|1002||5|手续费|\n"
	              "记|3|2024-02-10|5602|4||手续费|\n");
	return shelf_seal(&s);
}

static void sums_are(const rd_ledger *l, const char *code, uint32_t from, uint32_t to, rd_sums want)
{
	rd_sums got = rd_ledger_sums(l, rd_book_find_account(l->book, rd_str_of(code)), from, to);

	unit_case("%s %u..%u", code, from, to);
	UNIT_INT(got.opening, want.opening);
	UNIT_INT(got.debit, want.debit);
	UNIT_INT(got.credit, want.credit);
	UNIT_INT(got.closing, want.closing);
}

static void balances(void)
{
	rd_book *b = some_books();
	rd_arena *a = rd_arena_new();
	rd_ledger l;

	rd_ledger_make(a, b, &l);
	UNIT_INT(b->n_periods, 2);
	sums_are(&l, "100201", 0, 0, (rd_sums){60000, 5000, 0, 65000});
	sums_are(&l, "1002", 0, 0, (rd_sums){90000, 5000, 0, 95000});
	sums_are(&l, "1002", 1, 1, (rd_sums){95000, 7000, 500, 101500});
	sums_are(&l, "1002", 0, 1, (rd_sums){90000, 12000, 500, 101500});
	sums_are(&l, "3001", 0, 1, (rd_sums){-100000, 0, 0, -100000});
	UNIT_INT(l.below[rd_book_find_account(b, RD_STR("1002"))], 2);
	rd_totals t = rd_ledger_totals(&l, 0, 1);

	UNIT_INT(t.opening_debit, 100000);
	UNIT_TRUE(t.opening_agrees && !t.movement_agrees && !t.closing_agrees);
	UNIT_INT(t.debit - t.credit, -100);
	t = rd_ledger_totals(&l, 0, 0);
	UNIT_TRUE(t.movement_agrees && t.closing_agrees);
	rd_arena_free(a);
	rd_book_free(b);
}

static void filters(void)
{
	rd_book *b = some_books();
	rd_arena *a = rd_arena_new();
	rd_ledger l;

	rd_ledger_make(a, b, &l);
	const struct {
		const char *what;
		rd_voucher_filter f;
		const char *want;
	} cases[] = {
		{"all", {0}, "0123"},
		{"period", {.from = 202402, .to = 202402}, "23"},
		{"journal", {.journal = RD_STR("收")}, "2"},
		{"journal that is not there", {.journal = RD_STR("转")}, ""},
		{"number", {.number = RD_STR("12")}, "2"},
		{"name", {.number = RD_STR("记-3")}, "3"},
		{"account with those below", {.account = rd_book_find_account(b, RD_STR("1002"))}, "023"},
		{"text", {.text = RD_STR("货款")}, "02"},
		{"text of any case", {.text = RD_STR("abc")}, "1"},
		{"party", {.text = RD_STR("乙公司")}, "2"},
		{"amount", {.has_least = true, .least = 5000, .has_most = true, .most = 5000}, "0"},
		{"unbalanced", {.unbalanced = true}, "3"},
		{"account and amount are of one line",
	     {.account = rd_book_find_account(b, RD_STR("5602")), .has_least = true, .least = 500},
	     "1"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char got[8] = "";
		uint32_t at = 0, n = 0;
		rd_row one;

		/* a page of one at a time */
		while (rd_vouchers_find(a, &l, &cases[i].f, &at, 1, &one) && n < 7)
			got[n++] = (char)('0' + one);
		unit_case("%s", cases[i].what);
		UNIT_TEXT(rd_str_of(got), cases[i].want);
	}
	rd_arena_free(a);
	rd_book_free(b);
}

static void places(void)
{
	static const struct {
		const char *data;
		size_t n;
		uint32_t line, around, want_n;
		const char *encoding, *text;
	} cases[] = {
		{"a\nb\r\nc\n", 7, 2, 1, 3, "UTF-8", "b"},
		{"a\nb\nc", 5, 3, 5, 3, "UTF-8", "c"},
		{"a\rb\rc", 5, 2, 0, 1, "UTF-8", "b"},
		{"\xEF\xBB\xBFx\ny", 6, 1, 0, 1, "UTF-8", "x"},
		{"1\n\xCA\xD5\xBB\xF5\xBF\xEE,\xBC\xD7\xB9\xAB\xCB\xBE\n3", 17, 2, 1, 3, "GB18030",
	     "收货款,甲公司"},
		{"\xFF\xFE"
	     "a\0\n\0b\0\n\0",
	     10, 2, 0, 1, "UTF-16LE", "b"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		rd_arena *a = rd_arena_new();
		rd_place_file f = {"x", cases[i].data, cases[i].n, -1};
		rd_place_view v;
		rd_err err;
		rd_rc rc = rd_place_read(a, &f, RD_STR(""), cases[i].line, cases[i].around, &v, &err);

		unit_case("place %zu", i);
		UNIT_OK(rc, &err);
		if (rc == RD_OK) {
			UNIT_INT(v.n, cases[i].want_n);
			UNIT_TEXT(rd_str_of(v.encoding), cases[i].encoding);
			for (uint32_t k = 0; k < v.n; k++)
				if (v.rows[k].line == cases[i].line)
					UNIT_TEXT(v.rows[k].text, cases[i].text);
		}
		UNIT_INT(rd_place_read(a, &f, RD_STR(""), 99, 1, &v, &err), RD_NOT_FOUND);
		UNIT_INT(rd_place_read(a, &f, RD_STR(""), 0, 1, &v, &err), RD_NOT_FOUND);
		rd_arena_free(a);
	}
}

static void long_lines_are_cut(void)
{
	size_t n = 300000;
	char *text = rd_column_new(n);
	rd_arena *a = rd_arena_new();
	rd_place_file f = {"x", text, n, -1};
	rd_place_view v = {0};
	rd_err err;

	memset(text, 'x', n);
	text[200000] = '\n';
	UNIT_OK(rd_place_read(a, &f, RD_STR(""), 2, 3, &v, &err), &err);
	UNIT_INT(v.n, 2);
	for (uint32_t i = 0; i < v.n; i++) {
		UNIT_TRUE(v.rows[i].cut);
		UNIT_INT(v.rows[i].text.len, RD_PLACE_LINE_MAX);
	}
	rd_arena_free(a);
	rd_column_free(text, n);
}

const unit_test ledger_tests[] = {
	{"balances follow from openings and lines, and parents hold what is below", balances},
	{"vouchers are found by what they are and hold", filters},
	{"a place shows its lines in any encoding", places},
	{"long lines are cut", long_lines_are_cut},
	{0},
};
