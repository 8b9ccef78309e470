/* Recognition: heads, dialects, block ends; by reading files. */
#include "base/buf.h"
#include "io/heads.h"
#include "io/titles.h"
#include "book/serial.h"
#include "shelf.h"
#include <stdio.h>

static rd_rc read_one(const char *name, const char *text, rd_book **ret, rd_err *err)
{
	rd_read_options o = {.threads = 1};
	shelf_file f = {name, text, 0};

	return shelf_read(&f, 1, &o, ret, err);
}

/* ---- heads ---- */

static rd_field field_of(rd_file_kind kind, const char *name)
{
	char normal[256];
	uint32_t n = rd_head_normal(rd_str_of(name), normal, sizeof normal);

	return rd_head_field(kind, (rd_str){normal, n});
}

static void normalises(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"借方金额", "借方金额"},
		{" 借方 金额 ", "借方金额"},
		{"借方金额(元)", "借方金额"},
		{"借方金额（元）", "借方金额"},
		{"期初余额(借方)", "期初余额借方"},
		{"期初余额－借方", "期初余额借方"},
		{"*科目编码", "科目编码"},
		{"FDATE", "fdate"},
		{"Debit Amount", "debitamount"},
		{"\xEF\xBB\xBF日期", "日期"},
		{"往来帐", "往来账"},
		{"", ""},
		{"：", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char out[64];

		unit_case("'%s'", rows[i].in);
		UNIT_BYTES(((rd_str){out, rd_head_normal(rd_str_of(rows[i].in), out, sizeof out)}),
		           rd_str_of(rows[i].want));
	}
	char small[6]; /* a name that does not fit is cut between characters */
	uint32_t n = rd_head_normal(RD_STR("借方金额"), small, sizeof small);

	UNIT_INT(rd_utf8_check(small, n), -1);
}

/* Cells of one row that fit the head names, whatever their order. */
static void cell_for(rd_field f, int row, rd_buf *out)
{
	switch (f) {
	case RD_F_DATE:
	case RD_F_DOCUMENT_DATE: rd_buf_puts(out, "2024-03-05"); break;
	case RD_F_PERIOD: rd_buf_puts(out, "202403"); break;
	case RD_F_YEAR: rd_buf_puts(out, "2024"); break;
	case RD_F_MONTH: rd_buf_puts(out, "3"); break;
	case RD_F_DAY: rd_buf_puts(out, "5"); break;
	case RD_F_NUMBER: rd_buf_puts(out, "12"); break;
	case RD_F_JOURNAL: rd_buf_puts(out, "记"); break;
	case RD_F_ACCOUNT_CODE: rd_buf_puts(out, row ? "1002" : "1001"); break;
	case RD_F_ACCOUNT_NAME: rd_buf_puts(out, row ? "银行存款" : "库存现金"); break;
	case RD_F_ACCOUNT: rd_buf_puts(out, row ? "1002_银行存款_" : "1001_库存现金_"); break;
	case RD_F_TEXT: rd_buf_puts(out, "存现"); break;
	case RD_F_SIDE: rd_buf_puts(out, row ? "贷" : "借"); break;
	case RD_F_NORMAL_SIDE: rd_buf_puts(out, "借"); break;
	case RD_F_DEBIT: rd_buf_puts(out, row ? "" : "88.50"); break;
	case RD_F_CREDIT: rd_buf_puts(out, row ? "88.50" : ""); break;
	case RD_F_AMOUNT: rd_buf_puts(out, "88.50"); break;
	case RD_F_OPEN:
	case RD_F_OPEN_D:
	case RD_F_MOVE_D:
	case RD_F_YTD_D:
	case RD_F_CLOSE:
	case RD_F_CLOSE_D: rd_buf_puts(out, "7.25"); break;
	default: break;
	}
}

/* A table under these heads is read as what it is, both rows of it. */
static void recognised(const char *heads, rd_file_kind kind)
{
	rd_buf b;
	rd_book *book = NULL;
	rd_err err = {0};

	rd_buf_init(&b, 1 << 16);
	rd_buf_printf(&b, "%s\n", heads);
	for (int row = 0; row < 2; row++) {
		const char *p = heads;

		while (*p) {
			char name[100];
			size_t n = strcspn(p, ",");

			snprintf(name, sizeof name, "%.*s", (int)n, p);
			cell_for(field_of(kind, name), row, &b);
			p += n + (p[n] == ',');
			rd_buf_char(&b, *p ? ',' : '\n');
		}
	}
	unit_case("%s", heads);
	UNIT_OK(read_one("t.csv", b.data, &book, &err), &err);
	if (book) {
		UNIT_INT(book->files[1].kind, kind);
		UNIT_INT(book->files[1].rejected, 0);
		if (kind == RD_FILE_JOURNAL) {
			UNIT_INT(book->line.n, 2);
			UNIT_INT(book->voucher.n, 1);
			UNIT_TRUE(book->line.n == 2 && rd_line_net(book, 0) == 8850 &&
			          rd_line_net(book, 1) == -8850);
			UNIT_INT(rd_book_find_account(book, RD_STR("1002")) != 0, 1);
		} else {
			UNIT_INT(book->tb.n, 2);
		}
	}
	rd_book_free(book);
	rd_buf_done(&b);
}

/* Layouts of products, as their exports have them. */
static void layouts_of_products(void)
{
	static const char *const journals[] = {
		/* 金蝶精斗云 */
		("日期,凭证字,凭证号,附件数,分录序号,摘要,科目代码,科目名称,借方金额,贷方金额,客户,供应商,职员,项目,部门,存货,是否限定,"
	     "自定义辅助核算类别,自定义辅助核算编码,数量,单价,原币金额,币别,汇率"),
		/* 金蝶云星空 */
		"凭证字,凭证号,日期,摘要,科目编码,科目名称,借方金额,贷方金额,币别,汇率,辅助核算",
		/* 亿企代账 */
		"凭证类型,凭证号,日期,摘要,科目编码,科目名称,借方金额,贷方金额,辅助核算-部门,辅助核算-项目,制单人,审核人",
		/* 金蝶云星辰, fields of the printed voucher */
		"凭证字号,记账日期,附件数,摘要,科目编码_科目名称_辅助核算,借方,贷方,币别,汇率,原币金额,单位,单价,数量,制单人,审核人,复核人",
		/* English */
		"Date,Voucher No,Account Code,Account Name,Summary,Debit,Credit",
		/* side and amount */
		"日期,凭证号,摘要,科目编码,科目名称,方向,金额",
	};

	for (size_t i = 0; i < sizeof journals / sizeof *journals; i++)
		recognised(journals[i], RD_FILE_JOURNAL);
	/* 金蝶云 */
	recognised(
		"科目代码,科目名称,期初余额借方,期初余额贷方,本期发生借方,本期发生贷方,本年累计借方,本年累计贷方,期末余额借方,期末余额贷方",
		RD_FILE_TRIAL_BALANCE);
}

/* 金蝶 KIS and K3: names of DBF columns, 0 and 1 for the sides. */
static void names_of_dbf_columns(void)
{
	rd_book *b = NULL;
	rd_err err = {0};

	UNIT_OK(
		read_one(
			"k3.csv",
			"FDATE,FTRANSDATE,FPERIOD,FGROUP,FNUM,FENTRYID,FEXP,FACCTID,FCLSNAME1,FOBJID1,FOBJNAME1,FTRANSID,FCYID,"
			"FEXCHRATE,FDC,FFCYAMT,FDEBIT,FCREDIT,FPREPARE,FMODULE,FDELETED\n"
			"2024-03-05,2024-03-05,3,记,12,0,付货款,2202,供应商,S01,乙公司,,RMB,1,0,88.50,88.50,0,王,,0\n"
			"2024-03-05,2024-03-05,3,记,12,1,付货款,1002,,,,,RMB,1,1,88.50,0,88.50,王,,0\n",
			&b, &err),
		&err);
	if (b) {
		UNIT_INT(b->voucher.n, 1);
		UNIT_INT(b->open_entries, 0);
		UNIT_INT(b->voucher.period[0], 202403);
		UNIT_TRUE(b->line.n == 2 && b->line.party[0] != 0 && rd_line_is_credit(b, 1));
		UNIT_INT(b->voucher.flags[0] & RD_VCH_VOID, 0);
	}
	rd_book_free(b);
}

/* 用友 T3, T6, U8: no head, positions are fixed. */
static void yonyou_positions(void)
{
	rd_book *b = NULL;
	rd_err err = {0};

	UNIT_OK(read_one("out.txt",
	                 "填制凭证,V800\n"
	                 "2024-03-05,记,12,2,付货款,2202,88.50,0,0,0,0,王,,F001,2024-03-04,,,,S01,,\n"
	                 "2024-03-05,记,12,2,付货款,1002,0,88.50,0,0,0,王,,,,,,,,,\n",
	                 &b, &err),
	        &err);
	if (b) {
		UNIT_INT(b->line.n, 2);
		UNIT_INT(b->voucher.n, 1);
		UNIT_INT(b->open_entries, 0);
		UNIT_INT(b->voucher.attachments[0], 2);
		UNIT_TRUE(rd_line_document(b, 0) != 0 && b->line.party[0] != 0);
	}
	rd_book_free(b);
}

/* Every name that exports use for a field, in an otherwise plain table. */
static void aliases_of_columns(void)
{
	static const struct {
		const char *field, *names;
	} journal[] = {
		{"日期", "日期,制单日期,记账日期,业务日期"},
		{"凭证号", "凭证号数,凭证号,凭证字号,凭证编号"},
		{"摘要", "摘要,业务摘要"},
		{"科目编码", "科目编码,科目编号,科目代码"},
		{"借方金额", "借方,借方金额"},
		{"贷方金额", "贷方,贷方金额"},
	};
	static const struct {
		const char *field, *names;
	} trial[] = {
		{"科目编码", "科目编码,科目编号,科目代码"},
		{"期初余额借方", "期初余额借方,期初借方,期初借方余额,期初余额(借方)"},
		{"期初余额贷方", "期初余额贷方,期初贷方,期初贷方余额,期初余额(贷方)"},
		{"本年累计借方", "本年借方累计,本年累计发生额(借方),本年累计发生额借方,借方累计"},
		{"本年累计贷方", "本年贷方累计,本年累计发生额(贷方),本年累计发生额贷方,贷方累计"},
	};
	static const char plain_journal[] = "日期,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额";
	static const char plain_trial[] =
		"科目编码,科目名称,期初余额借方,期初余额贷方,本年累计借方,本年累计贷方,期末余额借方,期末余额贷方";

	for (int k = 0; k < 2; k++) {
		size_t n = k ? sizeof trial / sizeof *trial : sizeof journal / sizeof *journal;

		for (size_t i = 0; i < n; i++) {
			const char *plain = k ? plain_trial : plain_journal,
					   *field = k ? trial[i].field : journal[i].field;
			const char *at = strstr(plain, field), *name = k ? trial[i].names : journal[i].names;

			while (*name) {
				char heads[400];
				size_t len = strcspn(name, ",");

				snprintf(heads, sizeof heads, "%.*s%.*s%s", (int)(at - plain), plain, (int)len,
				         name, at + strlen(field));
				recognised(heads, k ? RD_FILE_TRIAL_BALANCE : RD_FILE_JOURNAL);
				name += len + (name[len] == ',');
			}
		}
	}
}

/* The voucher number may stand under 凭证字 or 凭证类别 together with the journal. */
static void journal_and_number_in_one_column(void)
{
	static const char *const heads[] = {"凭证字", "凭证类别", "凭证字号"};

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		char text[300];
		rd_book *b = NULL;
		rd_err err = {0};

		snprintf(
			text, sizeof text,
			"日期,%s,摘要,科目编码,借方,贷方\n2024-03-05,记-12,存现,1001,88.50,\n2024-03-05,记-12,存现,1002,,88.50\n",
			heads[i]);
		unit_case("%s", heads[i]);
		UNIT_OK(read_one("t.csv", text, &b, &err), &err);
		UNIT_TRUE(b && b->voucher.n == 1 && rd_serial_value(b->voucher.number[0]) == 12);
		rd_book_free(b);
	}
}

/* 小蜜蜂: the year over month and day, the period over word and number, in two rows. */
static void heads_over_two_rows(void)
{
	rd_book *b = NULL;
	rd_err err = {0};

	UNIT_OK(
		read_one(
			"t.csv",
			"序时账,,,,,,,\n2024年,,凭证,,摘要,科目编码,借方,贷方\n月,日,字,号,,,,\n3,5,记,12,存现,1001,88.50,\n3,5,记,12,存现,1002,,88.50\n",
			&b, &err),
		&err);
	if (b) {
		UNIT_INT(b->line.n, 2);
		UNIT_INT(b->voucher.n, 1);
		UNIT_INT(b->voucher.date[0], rd_day_of(2024, 3, 5));
		UNIT_INT(rd_serial_value(b->voucher.number[0]), 12);
	}
	rd_book_free(b);
	b = NULL;
	UNIT_OK(
		read_one(
			"tb.csv",
			"科目余额表\n编制单位:甲公司,,,,2024年3月\n科目编码,科目名称,期初余额,,本期发生额,,期末余额,\n,,借方,贷方,借方,贷方,借方,贷方\n"
			"1001,库存现金,10,,5,3,12,\n2202,应付账款,,10,,2,,12\n",
			&b, &err),
		&err);
	if (b) {
		UNIT_INT(b->tb.n, 2);
		UNIT_INT(b->tb.period[0], 202403);
		UNIT_INT(b->tb.amount[RD_TB_CLOSE_C][1], 1200);
		UNIT_INT(b->account.opening[rd_book_find_account(b, RD_STR("1001"))], 1000);
		UNIT_TEXT(rd_book_text(b, b->files[1].company), "甲公司");
	}
	rd_book_free(b);
}

/* ---- dialects ---- */

#define DMY_HEAD "date;number;account_code;debit;credit\n"

static void open_day_and_month_are_asked_for(void)
{
	rd_book *b = NULL;
	rd_err err = {0};

	UNIT_INT(read_one("t.csv", DMY_HEAD "03/04/2024;1;1001;5;\n03/04/2024;1;1002;;5\n", &b, &err),
	         RD_ASK);
	UNIT_TRUE(b == NULL);
	UNIT_TRUE(strstr(err.en, "date-order") && strstr(err.zh, "date-order"));
	/* one date decides the column, wherever it stands */
	UNIT_OK(read_one("t.csv", DMY_HEAD "03/04/2024;1;1001;5;\n13/04/2024;1;1002;;5\n", &b, &err),
	        &err);
	UNIT_TRUE(b && rd_line_date(b, 0) == rd_day_of(2024, 4, 3));
	rd_book_free(b);
	b = NULL;
	UNIT_OK(read_one("t.csv", DMY_HEAD "03/04/2024;1;1001;5;\n03/14/2024;1;1002;;5\n", &b, &err),
	        &err);
	UNIT_TRUE(b && rd_line_date(b, 0) == rd_day_of(2024, 3, 4));
	rd_book_free(b);
	b = NULL; /* the same day and month says nothing, and need not */
	UNIT_OK(read_one("t.csv", DMY_HEAD "03/03/2024;1;1001;5;\n03/03/2024;1;1002;;5\n", &b, &err),
	        &err);
	UNIT_INT(b && b->voucher.n == 1, 1);
	rd_book_free(b);
	b = NULL; /* both orders in one column: nothing can be decided */
	UNIT_INT(read_one("t.csv", DMY_HEAD "13/04/2024;1;1001;5;\n03/14/2024;1;1002;;5\n", &b, &err),
	         RD_ASK);
	UNIT_TRUE(b == NULL);
}

/* What decides may stand far behind the sample. */
static void the_whole_column_decides(void)
{
	rd_buf t;
	rd_book *b = NULL;
	rd_err err = {0};

	rd_buf_init(&t, 1 << 20);
	rd_buf_puts(&t, DMY_HEAD);
	for (int i = 0; i < 5000; i++)
		rd_buf_printf(&t, "03/04/2024;%d;1001;1.234;\n", i + 1);
	unit_case("open to the end");
	UNIT_INT(read_one("t.csv", t.data, &b, &err), RD_ASK);
	rd_buf_puts(&t, "31/12/2024;9999;1001;1.23;\n");
	unit_case("decided by the last line");
	UNIT_OK(read_one("t.csv", t.data, &b, &err), &err);
	if (b) {
		UNIT_INT(rd_line_date(b, 0), rd_day_of(2024, 4, 3));
		UNIT_INT(b->line.amount[0], 123); /* 1.234 is one and a bit, rounded */
	}
	rd_book_free(b);
	rd_buf_done(&t);
}

static void the_decimal_mark_is_decided_or_asked_for(void)
{
	static const struct {
		const char *a, *b;
		rd_rc rc;
		rd_minor want;
	} rows[] = {
		{"1.234,50", "7", RD_OK, 123450},  {"1,234.50", "7", RD_OK, 123450},
		{"1234,5", "7", RD_OK, 123450},    {"1.234", "7", RD_ASK, 0},
		{"1,234", "2,345", RD_ASK, 0},     {"1.234", "12.34", RD_OK, 123},
		{"1.234", "12,34", RD_OK, 123400}, {"1,234", "12.34", RD_OK, 123400},
		{"1234", "7", RD_OK, 123400},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[200];
		rd_book *b = NULL;
		rd_err err = {0};

		snprintf(text, sizeof text, DMY_HEAD "2024-04-03;1;1001;%s;\n2024-04-03;1;1002;;%s\n",
		         rows[i].a, rows[i].b);
		unit_case("%s and %s", rows[i].a, rows[i].b);
		UNIT_INT(read_one("t.csv", text, &b, &err), rows[i].rc);
		if (rows[i].rc == RD_OK && b)
			UNIT_INT(b->line.amount[0], rows[i].want);
		else
			UNIT_TRUE(b == NULL && strstr(err.en, "decimal"));
		rd_book_free(b);
	}
}

static void delimiters(void)
{
	static const char marks[] = ",;\t|";

	for (int i = 0; marks[i]; i++) {
		char text[300] =
			"日期,凭证号,摘要,科目编码,借方,贷方\n2024-03-05,12,存现,1001,88.50,\n2024-03-05,12,存现,1002,,88.50\n";
		rd_book *b = NULL;
		rd_err err = {0};

		for (char *p = text; *p; p++)
			*p = *p == ',' ? marks[i] : *p;
		unit_case("'%c'", marks[i]);
		UNIT_OK(read_one("t.csv", text, &b, &err), &err);
		UNIT_TRUE(b && b->line.n == 2);
		rd_book_free(b);
	}
}

/* ---- blocks ---- */

/* A file of two blocks whose line ends fall on every place around the first one's end. */
static void line_ends_at_block_ends(void)
{
	static const char *const ends[] = {"\n", "\r\n", "\r"};
	static const char blanks[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	rd_buf body, t;

	rd_buf_init(&body, 1 << 20);
	rd_buf_init(&t, 1 << 20);
	for (size_t e = 0; e < 3; e++)
		for (int quoted = 0; quoted < 2; quoted++) {
			uint32_t n = 1;

			if (!quoted && e != 1)
				continue; /* a line end of one byte is never halved */
			for (rd_buf_clear(&body); body.size < 133000; n++)
				rd_buf_printf(&body,
				              quoted ? "2024-03-05,1,\"a, b\",1001,5,%s"
				                     : "2024-03-05,1,a b,1001,5,%s",
				              ends[e]);
			for (uint32_t pad = 0; pad < sizeof blanks; pad++) {
				rd_book *b = NULL;
				rd_err err = {0};

				rd_buf_clear(&t);
				rd_buf_printf(&t, "日期,凭证号,摘要,科目编码,借方,贷方%s2024-03-05,1,%s,1001,5,%s",
				              ends[e], blanks + pad, ends[e]);
				rd_buf_add(&t, body.data, body.size);
				unit_case("line end %zu, %s, pad %u", e, quoted ? "quoted" : "plain", pad);
				UNIT_OK(read_one("t.csv", t.data, &b, &err), &err);
				if (b) {
					UNIT_INT(b->line.n, n);
					UNIT_INT(b->n_notes, 0);
					UNIT_INT(rd_line_place(b, b->line.n - 1).line, n + 1);
				}
				rd_book_free(b);
			}
		}
	rd_buf_done(&body);
	rd_buf_done(&t);
}

/* ---- what files say about themselves ---- */

static void french_file_names(void)
{
	static const struct {
		const char *name;
		bool ok;
		rd_day from, to;
	} rows[] = {
		{"123456789FEC20241231.txt", true, 0, 0},
		{"12345678FEC20241231.txt", false, 0, 0},
		{"123456789FEC20241331.txt", false, 0, 0},
		{"journal.txt", false, 0, 0},
	};
	rd_str id;
	rd_day closing;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%s", rows[i].name);
		UNIT_INT(rd_fec_name(rd_str_of(rows[i].name), &id, &closing), rows[i].ok);
	}
	static const struct {
		const char *name;
		int32_t from[3];
	} years[] = {
		{"123456789FEC20241231.txt", {2024, 1, 1}},
		{"123456789FEC20240930.txt", {2023, 10, 1}},
		{"123456789FEC20240229.txt", {2023, 3, 1}},
		{"123456789FEC20250228.txt", {2024, 3, 1}},
	};

	for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
		rd_book *b = NULL;
		rd_err err = {0};

		unit_case("%s", years[i].name);
		UNIT_OK(
			read_one(
				years[i].name,
				"JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\t"
				"PieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\n"
				"VE\tVentes\t1\t20231105\t411\tClients\t\t\tF1\t20231105\tVente\t10,00\t0,00\t\t\t20231106\t\t\n"
				"VE\tVentes\t1\t20231105\t707\tVentes\t\t\tF1\t20231105\tVente\t0,00\t10,00\t\t\t20231106\t\t\n",
				&b, &err),
			&err);
		if (b) {
			UNIT_INT(b->files[1].from,
			         rd_day_of(years[i].from[0], years[i].from[1], years[i].from[2]));
			UNIT_TEXT(rd_book_text(b, b->files[1].format), "fec");
			UNIT_INT(b->standard, RD_STD_FRENCH);
		}
		rd_book_free(b);
	}
}

static void a_folder_is_one_client(void)
{
	static const shelf_file files[] = {
		{"2024/journal.csv",
	     "日期,凭证号,摘要,科目编码,借方,贷方\n2024-03-05,12,存现,1001,88.50,\n2024-03-05,12,存现,1002,,88.50\n",
	     0},
		{"balance-2024-03.csv",
	     "科目编码,科目名称,期初余额,本期借方,本期贷方,期末余额\n1001,库存现金,0,88.50,0,88.50\n1002,银行存款,100,0,88.50,11.50\n",
	     0},
		{"readme.txt", "nothing of interest\n", 0},
	};
	rd_read_options o = {.threads = 2, .digest = true};
	rd_book *b = NULL;
	rd_err err = {0};

	UNIT_OK(shelf_read(files, 3, &o, &b, &err), &err);
	if (b) {
		UNIT_INT(b->line.n, 2);
		UNIT_INT(b->tb.n, 2);
		UNIT_TRUE(b->files[1].has_sha256);
		UNIT_INT(b->tb.period[0], 202403);
	}
	rd_book_free(b);
	b = NULL;
	UNIT_INT(shelf_read(files + 2, 1, &o, &b, &err) != RD_OK, 1); /* no book in it */
	UNIT_TRUE(b == NULL);
}

const unit_test read_tests[] = {
	{"head names are compared without width, blanks and units", normalises},
	{"the layouts of common products are recognised", layouts_of_products},
	{"names of DBF columns are recognised", names_of_dbf_columns},
	{"voucher files of fixed positions are recognised", yonyou_positions},
	{"every name that exports use for a column is recognised", aliases_of_columns},
	{"journal and number may share a column", journal_and_number_in_one_column},
	{"heads may stand in two rows", heads_over_two_rows},
	{"day and month that could change places are asked for", open_day_and_month_are_asked_for},
	{"a dialect is decided by the whole column", the_whole_column_decides},
	{"the decimal mark is decided, or asked for", the_decimal_mark_is_decided_or_asked_for},
	{"delimiters are recognised", delimiters},
	{"line ends may fall on the end of a block", line_ends_at_block_ends},
	{"a French file name tells the business year", french_file_names},
	{"a folder is the books of one client", a_folder_is_one_client},
	{0},
};
