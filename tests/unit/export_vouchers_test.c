#include "io/export_vouchers.h"
#include "shelf.h"
#include <stdio.h>

#define HEAD "number|journal|date|account-code|account-name|party-name|debit|credit|text"

/* A reversal in red, a partner, a text that a spreadsheet would run, one with a comma. */
static rd_book *book_of(const char *text)
{
	char rows[800];

	snprintf(rows, sizeof rows,
	         "1|记|2024-02-20|5602|管理费用||-1200||%s\n"
	         "1|记|2024-02-20|2202|应付账款|华城||-1200|%s\n"
	         "2|记|2024-02-20|1601|固定资产||1200||订正2月8日记-1号凭证\n"
	         "2|记|2024-02-20|2202|应付账款|华城||1200|订正2月8日记-1号凭证\n",
	         text, text);
	return shelf_book(HEAD, rows);
}

static void compare_vouchers(const rd_book *b, rd_row from, const rd_book *back, bool party)
{
	UNIT_INT(back->voucher.n, b->voucher.n - from);
	for (rd_row v = from; v < b->voucher.n && back->voucher.n == b->voucher.n - from; v++) {
		rd_row w = v - from, n = b->voucher.first[v + 1] - b->voucher.first[v];

		UNIT_INT(back->voucher.date[w], b->voucher.date[v]);
		UNIT_INT(back->voucher.first[w + 1] - back->voucher.first[w], n);
		for (rd_row i = 0; i < n; i++) {
			rd_row x = b->voucher.first[v] + i, y = back->voucher.first[w] + i;

			UNIT_INT(back->line.amount[y], b->line.amount[x]);
			UNIT_INT(rd_line_is_credit(back, y), rd_line_is_credit(b, x));
			UNIT_BYTES(rd_book_text(back, rd_line_text(back, y)),
			           rd_book_text(b, rd_line_text(b, x)));
			UNIT_BYTES(rd_book_text(back, back->account.code[back->line.account[y]]),
			           rd_book_text(b, b->account.code[b->line.account[x]]));
			if (party && b->line.party[x])
				UNIT_BYTES(rd_book_text(back, back->party.name[back->line.party[y]]),
				           rd_book_text(b, b->party.name[b->line.party[x]]));
		}
	}
}

static void files_are_read_back(void)
{
	rd_book *b = book_of("注销2月8日记-1号凭证"), *back;
	rd_err err;

	for (int form = 0; form < RD_VOUCHERS_FORMS; form++)
		for (int gb = 0; gb < 2; gb++) {
			rd_buf out;

			unit_case("%s%s", rd_voucher_form_name((rd_voucher_form)form), gb ? ", GB 18030" : "");
			rd_buf_init(&out, 1 << 20);
			UNIT_OK(rd_export_vouchers(b, 0, b->voucher.n, (rd_voucher_form)form, gb, &out, &err),
			        &err);
			shelf_file file = {form == RD_VOUCHERS_YONYOU ? "v.txt" : "v.csv", out.data, out.size};

			back = NULL;
			UNIT_OK(shelf_read(&file, 1, &(rd_read_options){.threads = 1}, &back, &err), &err);
			if (back)
				compare_vouchers(b, 0, back, form == RD_VOUCHERS_CSV || form == RD_VOUCHERS_JDY);
			rd_book_free(back);
			rd_buf_done(&out);
		}
	rd_book_free(b);
}

static void formulas_are_texts(void)
{
	rd_book *b = book_of("=HYPERLINK(\"http://x\",1)");
	rd_buf out;
	rd_err err;

	for (int form = 0; form < RD_VOUCHERS_FORMS; form++) {
		unit_case("%s", rd_voucher_form_name((rd_voucher_form)form));
		rd_buf_init(&out, 1 << 20);
		UNIT_OK(rd_export_vouchers(b, 0, b->voucher.n, (rd_voucher_form)form, false, &out, &err),
		        &err);
		UNIT_TRUE(rd_str_has(rd_buf_view(&out), "'=HYPERLINK"));
		UNIT_TRUE(!rd_str_has(rd_buf_view(&out), ",=HYPERLINK"));
		rd_buf_done(&out);
	}
	rd_book_free(b);
}

static void some_vouchers_alone(void)
{
	rd_book *b = book_of("x");
	rd_buf out;
	rd_err err;

	rd_buf_init(&out, 1 << 20);
	UNIT_OK(rd_export_vouchers(b, 1, 2, RD_VOUCHERS_CSV, false, &out, &err), &err);
	UNIT_TRUE(rd_str_has(rd_buf_view(&out), "1601") && !rd_str_has(rd_buf_view(&out), "5602"));
	rd_buf_done(&out);
	rd_buf_init(&out, 40);
	UNIT_INT(rd_export_vouchers(b, 0, 2, RD_VOUCHERS_CSV, false, &out, &err), RD_LIMIT);
	rd_buf_done(&out);
	rd_book_free(b);
}

const unit_test export_vouchers_tests[] = {
	{"files for accounting software are read back", files_are_read_back},
	{"formulas in texts do not run", formulas_are_texts},
	{"some vouchers alone, within the room there is", some_vouchers_alone},
	{0},
};
