/* Bank statements: what banks export becomes lines, in the order and the view of the holder. */
#include "base/buf.h"
#include "book/bank_image.h"
#include "io/bank.h"
#include "unit.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

static rd_rc read_bytes(const char *data, size_t n, const rd_mapping *m, rd_bank **ret, rd_err *err)
{
	int fd = memfd_create("statement", MFD_CLOEXEC);

	UNIT_INT(write(fd, data, n), n);
	rd_rc rc = rd_bank_read_fd(fd, "statement", m, ret, err);

	close(fd);
	/* from memory it is the same */
	rd_bank *again = NULL;
	rd_err other;
	char *copy = rd_column_new(n + 64);

	memcpy(copy, data, n);
	UNIT_INT(rd_bank_read_memory(copy, n, "statement", m, &again, &other), rc);
	if (again)
		UNIT_INT(again->n_lines, (*ret)->n_lines);
	rd_bank_free(again);
	rd_column_free(copy, n + 64);
	return rc;
}

/* NULL when it could not be read, which is a failure of the test. */
static rd_bank *read_text(const char *text)
{
	rd_bank *b = NULL;
	rd_err err;
	rd_rc rc = read_bytes(text, strlen(text), NULL, &b, &err);

	UNIT_OK(rc, &err);
	return rc == RD_OK ? b : NULL;
}

static void line_is(const rd_bank *b, uint32_t i, const char *day, rd_minor amount,
                    const char *party, const char *summary)
{
	char text[16];

	unit_case("line %u", i);
	if (i >= b->n_lines) {
		UNIT_TRUE(i < b->n_lines);
		return;
	}
	rd_day_format(b->lines[i].date, text);
	UNIT_TEXT(rd_str_of(text), day);
	UNIT_INT(b->lines[i].amount, amount);
	UNIT_TEXT(rd_bank_text(b, b->lines[i].party), party);
	UNIT_TEXT(rd_bank_text(b, b->lines[i].summary), summary);
}

static void layouts_of_banks(void)
{
	static const char *const files[] = {
		/* 建设银行: titles above, one cell with date and time */
		"中国建设银行\n账　　号,6200,账户名称,示例公司\n"
		"交易时间,借方发生额/元(支取),贷方发生额/元(收入),余额,币种,对方户名,对方账号,摘要,账户明细编号-交易流水号\n"
		"20260703 15:24:03,0,113000.00,163000.00,人民币元,甲公司,6201,货款,1-1\n"
		"20260709 09:10:55,35.00,0,162965.00,人民币元,,,账户维护费,2-2\n",
		/* 工商银行: 借 and 贷 alone */
		"日期,交易类型,凭证号,对方户名,对方账号,摘要,借方发生额,贷方发生额,余额\n"
		"20260703,网转,,甲公司,6201,货款,,113000.00,163000.00\n"
		"20260709,收费,,,,账户维护费,35.00,,162965.00\n",
		/* 农业银行, newest first */
		"交易时间,收入金额,支出金额,账户余额,对方账号,对方户名,对方开户行,摘要\n"
		"2026-07-09 09:10:55,,35.00,\"162,965.00\",,,,账户维护费\n"
		"2026-07-03 15:24:03,\"113,000.00\",,\"163,000.00\",6201,甲公司,中国银行,货款\n",
		/* 支出金额（-元） */
		"交易日期,收入金额（+元）,支出金额（-元）,余额,对方户名,摘要\n"
		"2026/7/3,+113000.00,,163000.00,甲公司,货款\n"
		"2026/7/9,,-35.00,162965.00,,账户维护费\n",
		/* one amount and a mark */
		"账号,6200\n交易日,金额,借贷标志,余额,对方名称,摘要\n"
		"20260703,113000.00,贷,163000.00,甲公司,货款\n"
		"20260709,35.00,借,162965.00,,账户维护费\n",
		/* 中国银行: two languages, both parties in the row, the amount has its sign */
		"查询账号[ Inquirer account number ],6200\n"
		"交易类型[ Transaction Type ],付款人账号[ Debit Account No. ],付款人名称[ Payer's Name ],"
		"收款人账号[ Payee's Account Number ],收款人名称[ Payee's Name ],交易日期[ Transaction Date ],"
		"交易金额[ Trade Amount ],交易后余额[ After-transaction balance ],摘要[ Reference ]\n"
		"来账,6201,甲公司,6200,示例公司,20260703,113000.00,163000.00,货款\n"
		"往账,6200,示例公司,,,20260709,-35.00,162965.00,账户维护费\n",
		/* the holder's own software: 借 is money in; the balances prove it */
		"日期,摘要,对方户名,借方金额,贷方金额,余额\n"
		"2026-07-03,货款,甲公司,113000.00,,163000.00\n"
		"2026-07-09,账户维护费,,,35.00,162965.00\n",
		/* long numbers guarded from a spreadsheet, tabs between cells, a total at the end */
		"交易日期\t收入\t支出\t余额\t对方账号\t对方户名\t摘要\n"
		"2026-07-03\t113000.00\t\t163000.00\t=\"6201\"\t甲公司\t货款\n"
		"2026-07-09\t\t35.00\t162965.00\t\t\t账户维护费\n合计\t113000.00\t35.00\t\t\t\t\n",
	};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		rd_bank *b = read_text(files[i]);

		unit_case("layout %zu", i);
		if (b == NULL)
			continue;
		UNIT_INT(b->n_lines, 2);
		UNIT_INT(b->n_parts, 1);
		UNIT_INT(b->rejected, 0);
		UNIT_INT(b->parts[0].opening, 5000000);
		UNIT_INT(b->parts[0].closing, 16296500);
		UNIT_INT(b->parts[0].breaks, 0);
		line_is(b, 0, "2026-07-03", 11300000, "甲公司", "货款");
		line_is(b, 1, "2026-07-09", -3500, "", "账户维护费");
		rd_bank_free(b);
	}
}

static void chinese_bytes_are_recognised(void)
{
	/* "日期,摘要,收入,支出,余额" in GB 18030, as an export of a bank has it, with CR LF */
	static const char gb[] =
		"\xC8\xD5\xC6\xDA,\xD5\xAA\xD2\xAA,\xCA\xD5\xC8\xEB,\xD6\xA7\xB3\xF6,\xD3\xE0\xB6\xEE\r\n"
		"2026-07-03,\xBB\xF5\xBF\xEE,100.00,,100.00\r\n";
	rd_bank *b = NULL;
	rd_err err;

	UNIT_OK(read_bytes(gb, sizeof gb - 1, NULL, &b, &err), &err);
	if (b == NULL)
		return;
	line_is(b, 0, "2026-07-03", 10000, "", "货款");
	UNIT_TEXT(rd_bank_text(b, b->encoding), "GB18030");
	rd_bank_free(b);
}

static uint64_t noted(const rd_bank *b, rd_bank_note_kind kind, uint32_t line)
{
	for (uint32_t i = 0; line && i < b->n_notes; i++)
		if (b->notes[i].kind == kind)
			UNIT_INT(b->notes[i].line, line);
	return b->note_counts[kind];
}

static void bad_records_are_noted(void)
{
	rd_bank *b = read_text("交易日期,收入,支出,余额,摘要,流水号\n"
	                       "2026-07-01,100.00,,100.00,甲,1\n"
	                       "2026-02-30,1.00,,,乙,2\n"
	                       "2026-07-02,abc,,,丙,3\n"
	                       "2026-07-03,,,100.00,丁,4\n"
	                       "2026-07-04,5.00,6.00,,戊,5\n"
	                       "2026-07-05,50.00,,149.00,己,6\n"
	                       "2026-07-06,1.00,,x,庚,7\n"
	                       "2026-07-01,100.00,,100.00,甲,1\n"
	                       "2026-07-07,1.005,,,辛,8\n"
	                       "本页合计,156.00,6.00,,,\n");

	if (b == NULL)
		return;
	UNIT_INT(noted(b, RD_BANK_NOTE_DATE_BAD, 3), 1);
	UNIT_INT(noted(b, RD_BANK_NOTE_AMOUNT_BAD, 4), 1);
	UNIT_INT(noted(b, RD_BANK_NOTE_AMOUNT_MISSING, 5), 1);
	UNIT_INT(noted(b, RD_BANK_NOTE_AMOUNT_BOTH, 6), 1);
	UNIT_INT(noted(b, RD_BANK_NOTE_BALANCE_BAD, 8), 1);
	UNIT_INT(noted(b, RD_BANK_NOTE_DUPLICATE, 9), 1);
	UNIT_INT(noted(b, RD_BANK_NOTE_DECIMALS, 10), 1);
	UNIT_INT(noted(b, RD_BANK_NOTE_SKIPPED, 11), 1);
	UNIT_INT(b->rejected, 4);
	UNIT_INT(b->n_lines, 5);
	/* 149.00 for 150.00, and 100.00 for 150.00 */
	UNIT_INT(noted(b, RD_BANK_NOTE_BALANCE_BREAK, 0), 2);
	UNIT_INT(b->parts[0].breaks, 2);
	for (int k = 0; k < RD_BANK_NOTE_KINDS; k++) {
		UNIT_TRUE(strlen(rd_bank_note_words((rd_bank_note_kind)k).zh) > 10);
		UNIT_TRUE(strlen(rd_bank_note_name((rd_bank_note_kind)k)) > 3);
	}
	rd_bank_free(b);
}

static void several_accounts_in_a_file(void)
{
	rd_bank *b = read_text("账号,币种,交易日,借方金额,贷方金额,余额\n"
	                       "111,人民币,20260701,,100.00,100.00\n"
	                       "222,美元,20260701,,10.00,10.00\n"
	                       "111,人民币,20260702,30.00,,70.00\n"
	                       "222,美元,20260703,4.00,,6.00\n");

	if (b == NULL)
		return;
	UNIT_INT(b->n_parts, 2);
	UNIT_INT(b->parts[0].n, 2);
	UNIT_INT(b->parts[1].first, 2);
	UNIT_INT(b->parts[0].closing, 7000);
	UNIT_INT(b->parts[1].closing, 600);
	UNIT_TEXT(rd_bank_text(b, b->parts[1].currency), "USD");
	UNIT_TEXT(rd_bank_text(b, b->parts[1].account), "222");
	rd_bank_free(b);
}

static void what_is_no_statement_is_said(void)
{
	static const struct {
		const char *text;
		rd_rc want;
	} files[] = {
		{"", RD_INPUT},
		{"摘要,备注,名称\n1,2,3\n", RD_INPUT},
		{"\x01\x02\x03\x00garbage", RD_INPUT},
		{"date,amount,description\n01/02/2026,1.00,a\n03/04/2026,2.00,b\n", RD_ASK},
		{":20:X\n", RD_INPUT},
	};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		rd_bank *b = NULL;
		rd_err err = {0};

		unit_case("file %zu", i);
		UNIT_INT(read_bytes(files[i].text, i == 2 ? 12 : strlen(files[i].text), NULL, &b, &err),
		         files[i].want);
		UNIT_TRUE(b == NULL && err.zh[0] && err.en[0]);
	}
	rd_mapping m = {.order = RD_ORDER_DMY};
	rd_bank *b = NULL;
	rd_err err;

	UNIT_OK(read_bytes(files[3].text, strlen(files[3].text), &m, &b, &err), &err);
	if (b)
		line_is(b, 0, "2026-02-01", 100, "", "a");
	rd_bank_free(b);
}

static void ofx_and_mt940(void)
{
	rd_bank *b =
		read_text("OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>"
	              "<CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>77</BANKACCTFROM><BANKTRANLIST>\n"
	              "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260703120000[0:GMT]<TRNAMT>-12.50"
	              "<FITID>F1<NAME>A &amp; B<MEMO>rent</STMTTRN>\n"
	              "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260704<TRNAMT>oops<FITID>F2</STMTTRN>\n"
	              "</BANKTRANLIST><LEDGERBAL><BALAMT>100.00<DTASOF>20260731</LEDGERBAL>"
	              "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n");

	if (b) {
		line_is(b, 0, "2026-07-03", -1250, "A & B", "rent");
		UNIT_INT(b->rejected, 1);
		UNIT_INT(b->parts[0].closing, 10000);
		UNIT_INT(b->parts[0].opening, 11250);
		UNIT_INT(noted(b, RD_BANK_NOTE_AMOUNT_BAD, 6), 1);
		rd_bank_free(b);
	}
	b = read_text(":20:STARTUMS\n:25:NL71RABO0123456789\n:28C:1/1\n:60F:C260701EUR1000,\n"
	              ":61:2607020703D35,NTRFNONREF//B77\n:86:166?00X?20rent ?21July?32Landlord\n"
	              ":61:260704RD5,50NTRFREF9\n:86:plain text\n:62F:C260731EUR970,50\n-\n");
	if (b) {
		line_is(b, 0, "2026-07-03", -3500, "Landlord", "rent July");
		line_is(b, 1, "2026-07-04", 550, "", "plain text");
		UNIT_INT(b->n_notes, 0);
		UNIT_INT(b->parts[0].closing, 97050);
		UNIT_TEXT(rd_bank_text(b, b->lines[0].serial), "B77");
		rd_bank_free(b);
	}
}

static void add_part(zip_t *z, const char *name, const char *text)
{
	zip_source_t *s = zip_source_buffer(z, text, strlen(text), 0);

	UNIT_TRUE(s && zip_file_add(z, name, s, ZIP_FL_OVERWRITE) >= 0);
}

static void workbooks(void)
{
	char path[] = "/tmp/redink-bank-XXXXXX";
	int fd = mkstemp(path);
	rd_bank *b = NULL;
	rd_err err;

	UNIT_TRUE(fd >= 0);
	close(fd);
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

	add_part(z, "[Content_Types].xml",
	         "<Types><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
	         "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>");
	add_part(z, "_rels/.rels",
	         "<Relationships><Relationship Id=\"a\" Type=\"http://x/officeDocument\" "
	         "Target=\"xl/workbook.xml\"/></Relationships>");
	add_part(
		z, "xl/workbook.xml",
		"<workbook><sheets><sheet name=\"明细\" sheetId=\"1\" id=\"r1\"/></sheets></workbook>");
	add_part(z, "xl/_rels/workbook.xml.rels",
	         "<Relationships><Relationship Id=\"r1\" Type=\"http://x/worksheet\" "
	         "Target=\"worksheets/s.xml\"/></Relationships>");
	add_part(
		z, "xl/worksheets/s.xml",
		"<worksheet><sheetData><row r=\"1\"><c t=\"inlineStr\"><is><t>账号：6200</t></is></c></row>"
		"<row r=\"9\"><c t=\"inlineStr\"><is><t>交易日期</t></is></c><c t=\"inlineStr\"><is>"
		"<t>支出金额</t></is></c><c t=\"inlineStr\"><is><t>收入金额</t></is></c>"
		"<c t=\"inlineStr\"><is><t>余额</t></is></c></row>"
		"<row r=\"10\"><c><v>46206</v></c><c/><c><v>113000</v></c><c><v>163000</v></c></row>"
		"<row r=\"11\"><c><v>46212</v></c><c><v>35</v></c><c/><c><v>162965</v></c></row>"
		"</sheetData></worksheet>");
	UNIT_INT(zip_close(z), 0);
	rd_rc rc = rd_bank_read_path(path, NULL, &b, &err);

	UNIT_OK(rc, &err);
	if (rc == RD_OK) {
		line_is(b, 0, "2026-07-03", 11300000, "", "");
		line_is(b, 1, "2026-07-09", -3500, "", "");
		UNIT_INT(b->lines[1].line, 11);
		UNIT_TEXT(rd_bank_text(b, b->parts[0].account), "6200");
		UNIT_TEXT(rd_bank_text(b, b->format), "xlsx");
		rd_bank_free(b);
	}
	unlink(path);
}

static void images_come_back(void)
{
	rd_bank *b = read_text("账号,交易日,借方金额,贷方金额,余额,对方户名,摘要,流水号\n"
	                       "111,20260701,,100.00,100.00,甲公司,货款,A1\n"
	                       "222,20260701,5.00,,10.00,,手续费,A2\n"
	                       "111,20260702,30.00,,71.00,乙公司,房租,A3\n"
	                       "111,坏,30.00,,71.00,乙公司,房租,A3\n");
	rd_bank *back = NULL;
	rd_buf first, second;
	rd_err err;

	if (b == NULL)
		return;
	rd_buf_init(&first, RD_BANK_IMAGE_MAX);
	rd_buf_init(&second, RD_BANK_IMAGE_MAX);
	rd_bank_image_write(b, &first);
	UNIT_OK(rd_bank_image_open(rd_buf_view(&first), &back, &err), &err);
	if (back) {
		rd_bank_image_write(back, &second);
		UNIT_BYTES(rd_buf_view(&second), rd_buf_view(&first));
		UNIT_INT(back->parts[0].sum_in, b->parts[0].sum_in);
		UNIT_INT(back->parts[0].to, b->parts[0].to);
		rd_bank_free(back);
	}
	/* Whatever byte is wrong: refused, or a statement that keeps its promises. */
	for (size_t i = 0; i < first.size; i++) {
		first.data[i] ^= 0x41;
		back = NULL;
		if (rd_bank_image_open(rd_buf_view(&first), &back, &err) == RD_OK)
			rd_bank_free(back);
		UNIT_TRUE(back == NULL); /* the checksum */
		first.data[i] ^= 0x41;
	}
	for (size_t n = 0; n < first.size; n++)
		UNIT_INT(rd_bank_image_open((rd_str){first.data, (uint32_t)n}, &back, &err), RD_CORRUPT);
	rd_buf_done(&first);
	rd_buf_done(&second);
	rd_bank_free(b);
}

/* ---- data that may stand beside the checkout ---- */

static uint32_t every_file(const char *folder, int depth, void (*use)(const char *path))
{
	DIR *d = opendir(folder);
	uint32_t n = 0;

	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		char path[1024];

		if (e->d_name[0] == '.' ||
		    snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= (int)sizeof path)
			continue;
		if (e->d_type == DT_DIR && depth < 4) {
			n += every_file(path, depth + 1, use);
		} else if (e->d_type == DT_REG) {
			use(path);
			n++;
		}
	}
	if (d)
		closedir(d);
	return n;
}

static void any_answer(const char *path)
{
	rd_bank *b = NULL;
	rd_err err = {0};
	rd_rc rc = rd_bank_read_path(path, NULL, &b, &err);

	unit_case("%s", path);
	UNIT_TRUE(rc == RD_OK ? b != NULL : b == NULL && err.zh[0] && err.en[0]);
	rd_bank_free(b);
}

static void hostile_input(void)
{
	char folder[600];
	const char *data = unit_data();

	snprintf(folder, sizeof folder, "%s/badinput", data ? data : "");
	uint32_t n = data ? every_file(folder, 0, any_answer) : 0;

	unit_note("%u files", n);
	if (n == 0)
		unit_skip("no bad input (shared/data/badinput)");
}

/* The next cell of a line of truth.csv. */
static rd_str cell(const char **p)
{
	const char *from = *p;

	while (**p && **p != ',' && **p != '\n')
		++*p;
	rd_str s = {from, (uint32_t)(*p - from)};

	if (**p == ',')
		++*p;
	return s;
}

static void statements_foot_as_published(void)
{
	char path[1024];
	const char *data = unit_data();
	size_t size;
	uint32_t rows = 0, agree = 0;

	snprintf(path, sizeof path, "%s/mt940/truth.csv", data ? data : "");
	char *truth = data ? unit_read(path, &size) : NULL;

	if (truth == NULL) {
		unit_skip("no published statements (shared/data/mt940)");
		return;
	}
	char *save = truth;

	for (char *line = strtok_r(truth, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *p = line;
		rd_str file = cell(&p), number = cell(&p), currency = cell(&p), lines = cell(&p);
		rd_bank *b = NULL;
		rd_err err;

		if (rd_str_is(file, "file"))
			continue;
		rows++;
		snprintf(path, sizeof path, "%s/mt940/%.*s", data, (int)file.len, file.ptr);
		if (rd_bank_read_path(path, NULL, &b, &err) != RD_OK)
			continue;
		uint32_t k = (uint32_t)strtoul(number.ptr, NULL, 10) - 1;
		const rd_bank_part *part = k < b->n_parts ? &b->parts[k] : NULL;
		bool foots = rd_str_ends(rd_str_of(line), "yes");

		unit_case("%s", line);
		UNIT_TRUE(part != NULL);
		if (part) {
			UNIT_INT(part->n, strtoul(lines.ptr, NULL, 10));
			UNIT_BYTES(rd_bank_text(b, part->currency), currency);
			agree += part->has_opening && part->has_closing &&
			         (part->opening + part->sum_in - part->sum_out == part->closing) == foots;
		}
		rd_bank_free(b);
	}
	unit_note("%u of %u statements", agree, rows);
	UNIT_INT(agree, rows);
	unit_free(truth);
}

const unit_test bank_tests[] = {
	{"the layouts of banks become the same lines", layouts_of_banks},
	{"bytes in GB 18030 are recognised", chinese_bytes_are_recognised},
	{"every bad record is noted with its line", bad_records_are_noted},
	{"a file may hold several accounts", several_accounts_in_a_file},
	{"what is no statement is refused with a reason", what_is_no_statement_is_said},
	{"OFX and MT940 are read", ofx_and_mt940},
	{"workbooks are read by the same heads", workbooks},
	{"an image gives the same statement, and damage is seen", images_come_back},
	{"hostile input is answered", hostile_input},
	{"published MT940 statements foot or do not, as known", statements_foot_as_published},
	{0},
};
