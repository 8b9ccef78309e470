#include "book/serial.h"
#include "shelf.h"
#include <stdio.h>

#define HEAD "journal|number|date|account-code|debit|credit"

static void same_text(const rd_book *b, rd_text id, const char *want, const char *file, int line)
{
	unit_text(rd_book_text(b, id), rd_str_of(want), "text", file, line);
}
#define SAME_TEXT(b, id, want) same_text((b), (id), (want), __FILE__, __LINE__)

static uint32_t notes_of(const rd_book *b, rd_note_kind kind)
{
	uint32_t n = 0;

	for (uint32_t f = 1; f < b->n_files; f++)
		n += b->files[f].notes[kind];
	return n;
}

static void blank_heads_are_those_above(void)
{
	rd_book *b = shelf_book(HEAD "|preparer|text", "记|1|2024-01-05|1001|100||王|卖货\n"
	                                               "|||5001||100||\n"
	                                               "记|2|2024-01-06|1002|7||李|收款\n"
	                                               "|||1122||5||\n"
	                                               "|||1123||2||\n");

	UNIT_INT(b->voucher.n, 2);
	UNIT_INT(b->line.n, 5);
	UNIT_INT(b->voucher.first[1], 2);
	UNIT_INT(b->voucher.first[2], 5);
	UNIT_INT(b->voucher.date[1], rd_day_of(2024, 1, 6));
	UNIT_INT(b->voucher.period[1], 202401);
	SAME_TEXT(b, b->voucher.preparer[1], "李");
	SAME_TEXT(b, b->voucher.journal[0], "记");
	UNIT_INT(rd_serial_value(b->voucher.number[1]), 2);
	UNIT_INT(b->open_entries, 0);
	rd_book_free(b);
}

static void blank_heads_stay_blank_without_carry(void)
{
	shelf s;

	shelf_open(&s);
	s.no_carry = true;
	shelf_journal(
		&s, HEAD,
		"记|1|2024-01-05|1001|100|\n记|1|2024-01-05|5001||100\n记|2||1001|3|\n记|2||5001||3\n");
	rd_book *b = shelf_seal(&s);

	UNIT_INT(b->voucher.n, 2);
	UNIT_INT(b->voucher.date[1], RD_DAY_NONE);
	UNIT_INT(b->voucher.period[1], 0);
	rd_book_free(b);
}

/* A date is blank on one line only, the number is there: the date is that of the voucher. */
static void a_voucher_keeps_the_date_that_one_line_lacks(void)
{
	rd_book *b = shelf_book(HEAD, "记|1|2024-01-05|1001|100|\n记|1||5001||100\n");

	UNIT_INT(b->voucher.n, 1);
	UNIT_INT(b->voucher.date[0], rd_day_of(2024, 1, 5));
	UNIT_INT(b->n_mixed, 0);
	rd_book_free(b);
}

static void a_rejected_first_line_gives_its_voucher_to_the_next(void)
{
	rd_book *b = shelf_book(HEAD, "记|1|2024-01-05|1001|100|\n|||5001||100\n"
	                              "记|2|2024-01-06|1001|1x0|\n|||5001||100\n"
	                              "记|3|2024-01-07|1001|9|\n|||5001||9\n");

	UNIT_INT(b->voucher.n, 3);
	UNIT_INT(b->line.n, 5);
	UNIT_INT(rd_serial_value(b->voucher.number[1]), 2);
	UNIT_INT(b->voucher.date[1], rd_day_of(2024, 1, 6));
	UNIT_INT(b->voucher.first[2] - b->voucher.first[1], 1);
	UNIT_INT(notes_of(b, RD_NOTE_AMOUNT_BAD), 1);
	UNIT_INT(b->files[1].rejected, 1);
	UNIT_INT(b->open_entries, 1);
	rd_book_free(b);
}

static void numbers_hold_their_journal(void)
{
	static const char *const written[] = {"记-12", "记12",   "记字12号", "记字第12号",
	                                      "记 12", "记－12", "记_12"};

	for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
		char rows[200], name[64];

		snprintf(rows, sizeof rows, "%s|1001|5|\n%s|1002||5\n收-1|1001|3|\n收-1|1002||3\n",
		         written[i], written[i]);
		rd_book *b = shelf_book("number|account-code|debit|credit", rows);

		unit_case("%s", written[i]);
		UNIT_INT(b->voucher.n, 2);
		UNIT_TRUE(b->voucher.journal != NULL && b->has & RD_HAS_JOURNAL);
		SAME_TEXT(b, b->voucher.journal[0], "记");
		SAME_TEXT(b, b->voucher.journal[1], "收");
		UNIT_INT(rd_serial_value(b->voucher.number[0]), 12);
		rd_voucher_name(b, 0, false, name, sizeof name);
		UNIT_TEXT(rd_str_of(name), "记-12");
		rd_book_free(b);
	}
	/* With a column of its own, a number that repeats the journal loses it, another keeps it. */
	rd_book *b = shelf_book(HEAD, "记|记-1|2024-01-05|1001|5|\n记|记-1|2024-01-05|1002||5\n"
	                              "记|转-1|2024-01-05|1001|5|\n记|转-1|2024-01-05|1002||5\n");
	char name[64];

	UNIT_INT(b->voucher.n, 2);
	rd_voucher_name(b, 0, true, name, sizeof name);
	UNIT_TEXT(rd_str_of(name), "2024-01 记-1");
	rd_voucher_name(b, 1, false, name, sizeof name);
	UNIT_TEXT(rd_str_of(name), "记-转-1");
	rd_book_free(b);
}

static void both_sides_red_and_nil(void)
{
	rd_book *b = shelf_book(HEAD, "记|1|2024-01-05|1001|100|40\n" /* both */
	                              "记|1|2024-01-05|1002|-60|\n"   /* red on the debit side */
	                              "记|2|2024-01-05|1001||-5\n"    /* red on the credit side */
	                              "记|2|2024-01-05|1002|-5|0.00\n"
	                              "记|2|2024-01-05|1002|0.00|0\n"
	                              "记|2|2024-01-05|1002||\n"       /* no amount at all */
	                              "记|2|2024-01-05|1002||0.00\n"); /* nil on the credit side */

	UNIT_INT(b->line.n, 7);
	UNIT_INT(b->line.flags[0], RD_LINE_BOTH);
	UNIT_INT(rd_line_debit(b, 0), 10000);
	UNIT_INT(rd_line_credit(b, 0), 4000);
	UNIT_INT(rd_line_net(b, 0), 6000);
	UNIT_INT(b->line.amount[1], -6000);
	UNIT_TRUE(!rd_line_is_credit(b, 1));
	UNIT_INT(rd_line_credit(b, 2), -500);
	UNIT_INT(rd_line_net(b, 2), 500);
	UNIT_INT(b->line.flags[3], 0);
	UNIT_INT(b->line.flags[4], 0);
	UNIT_INT(b->line.flags[5], RD_LINE_AMOUNT_BLANK);
	UNIT_INT(b->line.flags[6], RD_LINE_CREDIT);
	UNIT_INT(rd_voucher_net(b, 0), 0);
	UNIT_INT(rd_voucher_net(b, 1), 0);
	UNIT_INT(b->n_both, 1);
	rd_book_free(b);
}

static void amount_and_side(void)
{
	static const char *const marks[][2] = {{"借", "贷"},     {"D", "C"},  {"Debit", "Credit"},
	                                       {"d", "c"},       {"1", "-1"}, {"+1", "-1"},
	                                       {"借方", "贷方"}, {"DR", "CR"}};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		char rows[120];

		snprintf(rows, sizeof rows, "1|1001|5|%s\n1|1002|5|%s\n", marks[i][0], marks[i][1]);
		rd_book *b = shelf_book("number|account-code|amount|side", rows);

		unit_case("%s %s", marks[i][0], marks[i][1]);
		UNIT_INT(b->line.n, 2);
		UNIT_TRUE(b->line.n == 2 && !rd_line_is_credit(b, 0) && rd_line_is_credit(b, 1));
		rd_book_free(b);
	}
	rd_book *b =
		shelf_book("number|account-code|amount|side", "1|1001|5|借\n1|1002|5|?\n1|1002|5|贷\n");

	UNIT_INT(b->line.n, 2);
	UNIT_INT(notes_of(b, RD_NOTE_SIDE_BAD), 1);
	UNIT_INT(b->files[1].rejected, 1);
	rd_book_free(b);
	b = shelf_book("number|account-code|signed", "1|1001|5\n1|1002|-5\n");
	UNIT_TRUE(!rd_line_is_credit(b, 0) && rd_line_is_credit(b, 1) && b->line.amount[1] == 500);
	rd_book_free(b);
}

static void totals_are_no_records_and_are_compared(void)
{
	rd_book *b = shelf_book(HEAD "|text", "记|1|2024-01-05|1001|100||甲\n|||5001||100|\n"
	                                      "||||100|100|本日合计\n"
	                                      "记|2|2024-01-06|1001|50||乙\n|||5001||50|\n"
	                                      "||||150|150|本月合计\n"
	                                      "||||151|150|合计\n"
	                                      "||||||制表人:王\n"
	                                      "||||||\n");

	UNIT_INT(b->line.n, 4);
	UNIT_INT(b->voucher.n, 2);
	UNIT_INT(b->files[1].records, 4);
	UNIT_INT(b->files[1].rejected, 0);
	UNIT_INT(b->files[1].skipped, 5);
	UNIT_INT(b->n_totals, 2);
	if (b->n_totals == 2) {
		UNIT_INT(b->totals[0].kind, RD_TOTAL_DEBIT);
		UNIT_INT(b->totals[0].declared, 15100);
		UNIT_INT(b->totals[0].computed, 15000);
		UNIT_INT(b->totals[0].line, 7);
		UNIT_INT(b->totals[1].declared, 15000);
		UNIT_INT(b->totals[1].computed, 15000);
	}
	rd_book_free(b);
}

static void a_voucher_of_two_dates_says_so(void)
{
	rd_book *b = shelf_book(HEAD, "记|1|2024-01-05|1001|100|\n记|1|2024-01-06|5001||100\n"
	                              "记|2|2024-01-07|1001|1|\n记|2|2024-01-07|5001||1\n");

	UNIT_INT(b->voucher.n, 2);
	UNIT_TRUE(b->line.date != NULL);
	if (b->line.date) {
		UNIT_INT(rd_line_date(b, 0), rd_day_of(2024, 1, 5));
		UNIT_INT(rd_line_date(b, 1), rd_day_of(2024, 1, 6));
		UNIT_INT(rd_line_date(b, 3), rd_day_of(2024, 1, 7));
	}
	UNIT_INT(b->n_mixed, 1);
	if (b->n_mixed == 1) {
		UNIT_INT(b->mixed[0].field, RD_F_DATE);
		UNIT_INT(b->mixed[0].voucher, 0);
		UNIT_INT(b->mixed[0].line, 1);
		SAME_TEXT(b, b->mixed[0].a, "2024-01-05");
		SAME_TEXT(b, b->mixed[0].b, "2024-01-06");
	}
	rd_book_free(b);
}

static void a_voucher_may_hold_several_documents(void)
{
	char out[32];
	rd_book *b =
		shelf_book(HEAD "|document", "记|1|2024-01-05|1001|100||F1\n记|1|2024-01-05|5001||60|F2\n"
	                                 "记|1|2024-01-05|5001||40|\n记|2|2024-01-05|1001|1||F3\n"
	                                 "记|2|2024-01-05|5001||1|F3\n");

	UNIT_INT(b->voucher.n, 2);
	UNIT_TRUE(b->line.document != NULL && b->voucher.document == NULL);
	rd_serial_format(b, rd_line_document(b, 1), out, sizeof out);
	UNIT_TEXT(rd_str_of(out), "F2");
	UNIT_INT(rd_line_document(b, 2), 0);
	UNIT_TRUE(rd_line_document(b, 3) == rd_line_document(b, 4) && rd_line_document(b, 3) != 0);
	UNIT_INT(b->n_mixed, 0);
	rd_book_free(b);
	b = shelf_book(HEAD "|document",
	               "记|1|2024-01-05|1001|100||F1\n记|1|2024-01-05|5001||100|F1\n");
	UNIT_TRUE(b->line.document == NULL && b->voucher.document != NULL);
	rd_book_free(b);
}

static void names_of_a_code_are_counted(void)
{
	rd_book *b = shelf_book("number|date|account-code|account-name|debit|credit",
	                        "1|2024-01-05|1002|银行存款|5|\n1|2024-01-05|1001|现金||5\n"
	                        "2|2024-02-05|1002|银行存款-工行|5|\n2|2024-02-05|1001|现金||5\n"
	                        "3|2024-03-05|1002|银行存款|5|\n3|2024-03-05|1001|现金||5\n");
	rd_row bank = rd_book_find_account(b, RD_STR("1002"));

	SAME_TEXT(b, b->account.name[bank], "银行存款");
	UNIT_INT(b->n_aliases, 3);
	for (uint32_t i = 0; i < b->n_aliases; i++) {
		const rd_alias *a = &b->aliases[i];

		UNIT_TRUE(!a->is_party);
		if (!rd_str_is(rd_book_text(b, a->name), "银行存款-工行"))
			continue;
		UNIT_INT(a->row, bank);
		UNIT_INT(a->lines, 1);
		UNIT_INT(a->first, rd_day_of(2024, 2, 5));
		UNIT_INT(a->file_line, 3);
	}
	rd_book_free(b);
}

static void parties_go_by_code_and_else_by_name(void)
{
	shelf s;

	shelf_open(&s);
	shelf_journal(&s, "number|account-code|party-code|party-name|debit|credit",
	              "1|1122|K01|甲公司|5|\n1|1122||乙公司||5\n2|1122||甲公司|5|\n2|1122|K01|||5\n");
	rd_builder_add_party(s.builder, s.file, RD_STR("K01"), RD_STR("甲公司"), 1);
	rd_builder_add_party(s.builder, s.file, RD_STR("K09"), RD_STR("丙公司"), 2);
	rd_book *b = shelf_seal(&s);
	char name[64];

	UNIT_INT(b->party.n, 4);                      /* none, K01, K09, 乙公司 */
	UNIT_INT(b->line.party[0], b->line.party[2]); /* the list joins name and code */
	UNIT_INT(b->line.party[0], b->line.party[3]);
	UNIT_TRUE(b->line.party[1] != b->line.party[0]);
	SAME_TEXT(b, b->party.key[b->line.party[0]], "K01");
	rd_party_name(b, b->line.party[0], name, sizeof name);
	UNIT_TEXT(rd_str_of(name), "甲公司");
	UNIT_INT(b->party.declared[b->line.party[0]], 1);
	UNIT_INT(b->party.declared[b->line.party[1]], 0);
	rd_book_free(b);
}

static void a_balance_in_one_column_stands_on_its_natural_side(void)
{
	shelf s;

	shelf_open(&s);
	shelf_trial(&s, "account-code|account-name|open|move-debit|move-credit|close",
	            "1001|库存现金|100|50|30|120\n2202|应付账款|70|10|20|80\n1002|银行存款|-5|||-5\n",
	            202401);
	rd_book *b = shelf_seal(&s);
	rd_row cash = rd_book_find_account(b, RD_STR("1001")),
		   owed = rd_book_find_account(b, RD_STR("2202"));

	UNIT_INT(b->tb.n, 3);
	UNIT_INT(b->account.opening[cash], 10000);
	UNIT_INT(b->account.opening[owed], -7000);
	for (rd_row i = 0; i < b->tb.n; i++) {
		if (b->tb.account[i] == owed) {
			UNIT_INT(b->tb.amount[RD_TB_OPEN_C][i], 7000);
			UNIT_INT(b->tb.amount[RD_TB_OPEN_D][i], 0);
			UNIT_INT(b->tb.amount[RD_TB_CLOSE_C][i], 8000);
			UNIT_INT(b->tb.amount[RD_TB_CREDIT][i], 2000);
		} else if (b->tb.account[i] == cash) {
			UNIT_INT(b->tb.amount[RD_TB_CLOSE_D][i], 12000);
		}
	}
	UNIT_INT(b->account.opening[rd_book_find_account(b, RD_STR("1002"))], -500);
	UNIT_INT(b->n_periods, 1);
	UNIT_TRUE(b->has & RD_HAS_TRIAL_BALANCE && b->has & RD_HAS_OPENING);
	rd_book_free(b);
}

static void sub_rows_of_a_trial_balance_belong_to_parties(void)
{
	shelf s;

	shelf_open(&s);
	shelf_trial(&s, "account-code|account-name|close-debit|close-credit",
	            "1122|应收账款|90|\n|(001)甲公司|60|\n|乙公司|30|\n合计||90|0\n", 202401);
	rd_book *b = shelf_seal(&s);

	UNIT_INT(b->tb.n, 3);
	UNIT_INT(b->tb.party[0], 0);
	UNIT_TRUE(b->tb.party[1] && b->tb.party[2] && b->tb.party[1] != b->tb.party[2]);
	UNIT_INT(b->tb.account[2], b->tb.account[0]);
	UNIT_INT(b->files[1].skipped, 1);
	rd_book_free(b);
}

static void a_chart_declares_accounts(void)
{
	shelf s;

	shelf_open(&s);
	shelf_chart(&s, "account-code|account-name|normal-side|open",
	            "1001|库存现金|借|100\n2202|应付账款|贷|40\n1602|累计折旧|贷|\n");
	shelf_journal(&s, HEAD, "记|1|2024-01-05|1001|1|\n记|1|2024-01-05|9999||1\n");
	rd_book *b = shelf_seal(&s);
	rd_row cash = rd_book_find_account(b, RD_STR("1001")),
		   other = rd_book_find_account(b, RD_STR("9999"));

	UNIT_TRUE(b->has & RD_HAS_CHART);
	UNIT_TRUE(b->account.flags[cash] & RD_ACC_DECLARED &&
	          !(b->account.flags[other] & RD_ACC_DECLARED));
	UNIT_INT(b->account.opening[cash], 10000);
	UNIT_INT(b->account.opening[rd_book_find_account(b, RD_STR("2202"))], -4000);
	UNIT_INT(b->account.file_line[cash], 1);
	UNIT_INT(rd_book_find_account(b, RD_STR("1002")), 0);
	rd_book_free(b);
}

static void accounts_stand_in_code_order_below_their_parents(void)
{
	rd_book *b = shelf_book("number|account-code|debit|credit",
	                        "1|100201|5|\n1|1002||5\n1|10020101|0|\n1|1001|0|\n");
	rd_row bank = rd_book_find_account(b, RD_STR("1002")),
		   sub = rd_book_find_account(b, RD_STR("100201"));

	for (rd_row a = 2; a < b->account.n; a++)
		UNIT_TRUE(rd_str_cmp(rd_book_text(b, b->account.code[a - 1]),
		                     rd_book_text(b, b->account.code[a])) < 0);
	UNIT_INT(b->account.parent[sub], bank);
	UNIT_INT(b->account.parent[rd_book_find_account(b, RD_STR("10020101"))], sub);
	UNIT_INT(b->account.parent[bank], 0);
	UNIT_TRUE(!(b->account.flags[bank] & RD_ACC_LEAF) &&
	          b->account.flags[rd_book_find_account(b, RD_STR("1001"))] & RD_ACC_LEAF);
	rd_book_free(b);
}

static void broken_cells_are_noted_where_they_stand(void)
{
	rd_book *b = shelf_book(HEAD, "记|1|2024-13-05|1001|100|\n记|1|2024-01-05|5001||100\n"
	                              "记|2|2024-01-05|1001|1.005|\n记|2|2024-01-05|5001||1.01\n"
	                              "记|3|2024-01-05|1001|1,2,3|\n"
	                              "记|4|2024-01-05|1001|1|2|3|4\n"
	                              "记|5|2024-01-05|1001|1\n");

	UNIT_INT(notes_of(b, RD_NOTE_DATE_BAD), 1);
	UNIT_INT(notes_of(b, RD_NOTE_DECIMALS), 1);
	UNIT_INT(notes_of(b, RD_NOTE_AMOUNT_BAD), 1);
	UNIT_INT(notes_of(b, RD_NOTE_FIELD_COUNT), 2);
	UNIT_INT(b->files[1].rejected, 2); /* too many fields; an amount that is none */
	UNIT_INT(b->line.n, 5);
	for (uint32_t i = 1; i < b->n_notes; i++)
		UNIT_TRUE(b->notes[i - 1].line <= b->notes[i].line);
	UNIT_INT(b->notes[0].line, 1);
	UNIT_INT(b->notes[0].column, 3);
	SAME_TEXT(b, b->notes[0].found, "2024-13-05");
	UNIT_TRUE(b->voucher.flags[0] & RD_VCH_DATE_BAD);
	rd_book_free(b);
}

static void texts_that_are_no_utf8_are_repaired(void)
{
	rd_book *b =
		shelf_book(HEAD "|text",
	               "记|1|2024-01-05|1001|1||\xB5\xD8\xD6\xB7\n记|1|2024-01-05|5001||1|ok\xFF!\n"
	               "记|1|2024-01-05|5001||0|锟斤拷\n记|1|2024-01-05|5001||0|ok\xFF!\n"
	               "记|1|2024-01-05|5001||0|锟斤拷\n");

	for (rd_text id = 0; id < rd_book_n_texts(b); id++) {
		rd_str s = rd_book_text(b, id);

		UNIT_INT(rd_utf8_check(s.ptr, s.len), -1);
	}
	UNIT_INT(notes_of(b, RD_NOTE_BYTES_INVALID), 3); /* every cell */
	UNIT_INT(notes_of(b, RD_NOTE_MOJIBAKE), 1);      /* every text, once */
	rd_book_free(b);
}

static void codes_and_names_in_one_cell(void)
{
	static const struct {
		const char *cell, *code, *name;
	} rows[] = {
		{"1002 银行存款", "1002", "银行存款"},  {"1002_银行存款", "1002", "银行存款"},
		{"1002-银行存款", "1002", "银行存款"},  {"[1002]银行存款", "1002", "银行存款"},
		{"(1002)银行存款", "1002", "银行存款"}, {"1002", "1002", ""},
		{"1002.01 工行", "1002.01", "工行"},    {"银行存款", "银行存款", "银行存款"},
		{"1002银行存款", "1002", "银行存款"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[100];

		snprintf(text, sizeof text, "1|%s|5|\n", rows[i].cell);
		rd_book *b = shelf_book("number|account|debit|credit", text);

		unit_case("%s", rows[i].cell);
		UNIT_INT(b->line.n, 1);
		SAME_TEXT(b, b->account.code[1], rows[i].code);
		SAME_TEXT(b, b->account.name[1], rows[i].name);
		rd_book_free(b);
	}
}

static void an_empty_book_is_a_book(void)
{
	shelf s;

	shelf_open(&s);
	rd_book *b = shelf_seal(&s);

	UNIT_INT(b->voucher.n, 0);
	UNIT_INT(b->line.n, 0);
	UNIT_INT(b->has, 0);
	UNIT_INT(b->first_day, RD_DAY_NONE);
	UNIT_INT(b->account.n, 1);
	rd_book_free(b);
	shelf_open(&s); /* a builder that is given up leaks nothing */
	shelf_journal(&s, HEAD, "记|1|2024-01-05|1001|1|\n");
	rd_builder_free(s.builder);
	rd_builder_free(NULL);
	rd_book_free(NULL);
}

const unit_test builder_tests[] = {
	{"blank numbers and dates are those of the line above", blank_heads_are_those_above},
	{"without carry a blank date stays blank", blank_heads_stay_blank_without_carry},
	{"a voucher keeps the date that one of its lines lacks",
     a_voucher_keeps_the_date_that_one_line_lacks},
	{"a rejected first line gives its number and date to the next",
     a_rejected_first_line_gives_its_voucher_to_the_next},
	{"a number may hold its journal", numbers_hold_their_journal},
	{"both sides, red and nil amounts stay as they were written", both_sides_red_and_nil},
	{"an amount with a side, or with a sign", amount_and_side},
	{"totals at the foot are no records and are compared", totals_are_no_records_and_are_compared},
	{"a voucher whose lines have two dates says so", a_voucher_of_two_dates_says_so},
	{"a voucher may hold several documents", a_voucher_may_hold_several_documents},
	{"the names used for one code are counted", names_of_a_code_are_counted},
	{"parties go by their code, else by their name, and a list joins both",
     parties_go_by_code_and_else_by_name},
	{"a balance in one column stands on its account's own side",
     a_balance_in_one_column_stands_on_its_natural_side},
	{"rows below an account in a trial balance are its parties",
     sub_rows_of_a_trial_balance_belong_to_parties},
	{"a chart declares accounts and openings", a_chart_declares_accounts},
	{"accounts stand in code order, sub-accounts below their parents",
     accounts_stand_in_code_order_below_their_parents},
	{"cells that cannot be read are noted with their place",
     broken_cells_are_noted_where_they_stand},
	{"texts that are no UTF-8 are repaired", texts_that_are_no_utf8_are_repaired},
	{"code and name of an account in one cell", codes_and_names_in_one_cell},
	{"a book without lines is a book", an_empty_book_is_a_book},
	{0},
};
