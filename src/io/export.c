#include "io/export.h"
#include "base/assert.h"
#include "base/json.h"
#include "book/serial.h"
#include <stdio.h>

/* ---- cells ---- */

/* "-1,234.50", "+12", "-3.5%": a spreadsheet reads these as numbers, not as formulas. */
static bool is_number(rd_str s)
{
	uint32_t i = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+') ? 1 : 0, digits = 0, marks = 0;

	for (; i < s.len; i++) {
		char c = s.ptr[i];

		digits += c >= '0' && c <= '9';
		marks += c == '.';
		if (!((c >= '0' && c <= '9') || c == ',' || c == '.' || (c == '%' && i + 1 == s.len)))
			return false;
	}
	return digits > 0 && marks <= 1;
}

/* Characters by which spreadsheets know a formula, in half and full width. */
static bool starts_formula(rd_str s)
{
	uint32_t i = 0, cp;

	if (s.len == 0)
		return false;
	cp = rd_halfwidth(rd_utf8_next(s, &i));
	return cp == '=' || cp == '+' || cp == '-' || cp == '@' || cp == '\t' || cp == '\r' ||
	       cp == '\n';
}

void rd_csv_put(rd_buf *out, rd_str s)
{
	bool quote = false, mark = starts_formula(s) && !is_number(s);

	for (uint32_t i = 0; i < s.len && !quote; i++)
		quote = s.ptr[i] == '"' || s.ptr[i] == ',' || s.ptr[i] == '\n' || s.ptr[i] == '\r' ||
		        s.ptr[i] == '\t';
	if (quote)
		rd_buf_char(out, '"');
	if (mark)
		rd_buf_char(out, '\'');
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			rd_buf_char(out, '"');
		if (s.ptr[i] != '\0')
			rd_buf_char(out, s.ptr[i]);
	}
	if (quote)
		rd_buf_char(out, '"');
}

static void put_cell(rd_buf *out, rd_str s)
{
	rd_buf_char(out, ',');
	rd_csv_put(out, s);
}

static rd_str text_of(const rd_book *b, const rd_text *column, rd_row row)
{
	return column ? rd_book_text(b, column[row]) : RD_STR("");
}

static rd_str serial_of(const rd_book *b, rd_serial s, char *buf, size_t size)
{
	buf[0] = '\0';
	if (s)
		rd_serial_format(b, s, buf, size);
	return rd_str_of(buf);
}

static void put_day(rd_buf *out, rd_day day)
{
	char text[16];

	rd_day_format(day, text);
	put_cell(out, rd_str_of(text));
}

static void put_money(rd_buf *out, bool here, rd_minor v, uint32_t decimals)
{
	char text[RD_MINOR_TEXT];

	text[0] = '\0';
	if (here)
		rd_minor_format(v, decimals, false, text);
	put_cell(out, rd_str_of(text));
}

/* ---- CSV ---- */

/* Chinese heads are those that our own reader knows. */
static const struct {
	const char *zh, *en;
} heads[] = {
	{"日期", "date"},
	{"会计期间", "period"},
	{"凭证字", "journal"},
	{"凭证号", "number"},
	{"摘要", "summary"},
	{"科目编码", "account code"},
	{"科目名称", "account name"},
	{"借方金额", "debit"},
	{"贷方金额", "credit"},
	{"往来单位编码", "party code"},
	{"往来单位", "party name"},
	{"单据号", "document number"},
	{"单据日期", "document date"},
	{"币别", "currency"},
	{"原币金额", "foreign amount"},
	{"汇率", "rate"},
	{"核销号", "clearing"},
	{"附件数", "attachments"},
	{"制单人", "preparer"},
	{"审核人", "reviewer"},
	{"记账人", "poster"},
	{"作废", "void"},
	{"来源文件", "source file"},
	{"来源行", "source line"},
};

static void put_rate(const rd_book *b, rd_row i, rd_buf *out)
{
	char text[48];
	int64_t rate = b->line.rate ? b->line.rate[i] : 0;

	text[0] = '\0';
	if (rate)
		snprintf(text, sizeof text, "%lld.%08lld", (long long)(rate / 100000000),
		         (long long)(rate % 100000000 < 0 ? -(rate % 100000000) : rate % 100000000));
	put_cell(out, rd_str_of(text));
}

static void put_amounts(const rd_book *b, rd_row i, rd_buf *out)
{
	uint32_t decimals = rd_currency_decimals(rd_book_text(b, b->base_currency));
	uint8_t flags = b->line.flags[i];
	bool blank = flags & RD_LINE_AMOUNT_BLANK, credit = flags & RD_LINE_CREDIT;

	put_money(out, !credit && !blank, rd_line_debit(b, i), decimals);
	put_money(out, (credit || (flags & RD_LINE_BOTH)) && !blank, rd_line_credit(b, i), decimals);
}

static void put_foreign(const rd_book *b, rd_row i, rd_buf *out)
{
	bool here = b->line.foreign && (b->line.flags[i] & RD_LINE_FOREIGN);
	rd_str currency = text_of(b, b->line.currency, i);

	put_cell(out, currency);
	put_money(out, here, here ? b->line.foreign[i] : 0, rd_currency_decimals(currency));
	put_rate(b, i, out);
}

static void put_people(const rd_book *b, rd_row v, rd_buf *out)
{
	char text[24] = "";

	if (b->voucher.attachments && b->voucher.attachments[v] != RD_ATTACHMENTS_BLANK)
		snprintf(text, sizeof text, "%d", b->voucher.attachments[v]);
	put_cell(out, rd_str_of(text));
	put_cell(out, text_of(b, b->voucher.preparer, v));
	put_cell(out, text_of(b, b->voucher.reviewer, v));
	put_cell(out, text_of(b, b->voucher.poster, v));
	put_cell(out, rd_str_of(b->voucher.flags && (b->voucher.flags[v] & RD_VCH_VOID) ? "1" : ""));
}

static void csv_line(const rd_book *b, rd_row v, rd_row i, rd_buf *out)
{
	char text[256], day[16], period[16];
	rd_row account = b->line.account ? b->line.account[i] : 0;
	rd_row party = b->line.party ? b->line.party[i] : 0;
	rd_place place = rd_line_place(b, i);

	rd_day_format(b->voucher.date || b->line.date ? rd_line_date(b, i) : RD_DAY_NONE, day);
	rd_csv_put(out, rd_str_of(day));
	rd_period_format(b->voucher.period ? b->voucher.period[v] : 0, period);
	put_cell(out, rd_str_of(b->voucher.period && b->voucher.period[v] ? period : ""));
	put_cell(out, text_of(b, b->voucher.journal, v));
	put_cell(out, serial_of(b, b->voucher.number ? b->voucher.number[v] : 0, text, sizeof text));
	put_cell(out, rd_book_text(b, rd_line_text(b, i)));
	put_cell(out, account ? rd_book_text(b, b->account.code[account]) : RD_STR(""));
	put_cell(out, account ? rd_book_text(b, b->account.name[account]) : RD_STR(""));
	put_amounts(b, i, out);
	put_cell(out, party ? rd_book_text(b, b->party.code[party]) : RD_STR(""));
	put_cell(out, party ? rd_book_text(b, b->party.name[party]) : RD_STR(""));
	put_cell(out, serial_of(b, rd_line_document(b, i), text, sizeof text));
	put_day(out, b->line.document_date ? b->line.document_date[i] : RD_DAY_NONE);
	put_foreign(b, i, out);
	put_cell(out, text_of(b, b->line.clearing, i));
	put_people(b, v, out);
	put_cell(out, place.file ? rd_book_text(b, b->files[place.file].name) : RD_STR(""));
	snprintf(text, sizeof text, "%u", place.line);
	put_cell(out, rd_str_of(place.line ? text : ""));
	rd_buf_puts(out, "\r\n");
}

void rd_export_csv(const rd_book *b, int lang, rd_writer *w)
{
	rd_buf *out = &w->buf;

	rd_buf_puts(out, "\xEF\xBB\xBF");
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		rd_buf_printf(out, "%s%s", i ? "," : "", lang ? heads[i].en : heads[i].zh);
	rd_buf_puts(out, "\r\n");
	for (rd_row v = 0; v < b->voucher.n; v++)
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			csv_line(b, v, i, out);
			rd_writer_spill(w);
		}
}

/* ---- JSON ---- */

static void json_name(rd_json *j, const rd_book *b, const char *key, const rd_text *column,
                      rd_row row)
{
	if (column && column[row])
		rd_json_put_str(j, key, rd_book_text(b, column[row]));
}

static void json_day(rd_json *j, const char *key, rd_day day)
{
	char text[16];

	rd_day_format(day, text);
	if (text[0])
		rd_json_put_text(j, key, text);
}

static void json_line(rd_json *j, const rd_book *b, rd_row i)
{
	char text[256];
	rd_row account = b->line.account ? b->line.account[i] : 0;
	rd_row party = b->line.party ? b->line.party[i] : 0;
	rd_place place = rd_line_place(b, i);

	rd_json_object(j);
	json_name(j, b, "text", b->line.text, i);
	if (account) {
		rd_json_put_str(j, "account", rd_book_text(b, b->account.code[account]));
		rd_json_put_str(j, "account_name", rd_book_text(b, b->account.name[account]));
	}
	rd_json_put_int(j, "debit_minor", rd_line_debit(b, i));
	rd_json_put_int(j, "credit_minor", rd_line_credit(b, i));
	if (party) {
		rd_json_put_str(j, "party", rd_book_text(b, b->party.code[party]));
		rd_json_put_str(j, "party_name", rd_book_text(b, b->party.name[party]));
	}
	if (rd_line_document(b, i))
		rd_json_put_str(j, "document", serial_of(b, rd_line_document(b, i), text, sizeof text));
	if (b->line.document_date)
		json_day(j, "document_date", b->line.document_date[i]);
	if (b->line.date)
		json_day(j, "date", b->line.date[i]);
	json_name(j, b, "clearing", b->line.clearing, i);
	json_name(j, b, "currency", b->line.currency, i);
	if (b->line.foreign && (b->line.flags[i] & RD_LINE_FOREIGN))
		rd_json_put_int(j, "foreign_minor", b->line.foreign[i]);
	if (b->line.rate && b->line.rate[i])
		rd_json_put_int(j, "rate_e8", b->line.rate[i]);
	if (place.file)
		rd_json_put_str(j, "file", rd_book_text(b, b->files[place.file].name));
	rd_json_put_int(j, "line", place.line);
	rd_json_close(j);
}

static void json_voucher(rd_json *j, const rd_book *b, rd_row v)
{
	const rd_vouchers *t = &b->voucher;
	char text[256];

	rd_json_object(j);
	json_name(j, b, "journal", t->journal, v);
	if (t->number && t->number[v])
		rd_json_put_str(j, "number", serial_of(b, t->number[v], text, sizeof text));
	json_day(j, "date", t->date ? t->date[v] : RD_DAY_NONE);
	if (t->period && t->period[v]) {
		rd_period_format(t->period[v], text);
		rd_json_put_text(j, "period", text);
	}
	json_name(j, b, "preparer", t->preparer, v);
	json_name(j, b, "reviewer", t->reviewer, v);
	json_name(j, b, "poster", t->poster, v);
	if (t->attachments && t->attachments[v] != RD_ATTACHMENTS_BLANK)
		rd_json_put_int(j, "attachments", t->attachments[v]);
	if (t->flags && (t->flags[v] & RD_VCH_VOID))
		rd_json_put_bool(j, "void", true);
	if (t->flags && (t->flags[v] & RD_VCH_OPENING))
		rd_json_put_bool(j, "opening", true);
	rd_json_key(j, "lines");
	rd_json_array(j);
	for (rd_row i = t->first[v]; i < t->first[v + 1]; i++)
		json_line(j, b, i);
	rd_json_close(j);
	rd_json_close(j);
}

static void json_accounts(rd_json *j, const rd_book *b)
{
	static const char *const sides[] = {
		[RD_SIDE_BOTH] = "both", [RD_SIDE_DEBIT] = "debit", [RD_SIDE_CREDIT] = "credit"};

	rd_json_key(j, "accounts");
	rd_json_array(j);
	for (rd_row a = 1; a < b->account.n; a++) {
		rd_json_object(j);
		rd_json_put_str(j, "code", rd_book_text(b, b->account.code[a]));
		rd_json_put_str(j, "name", rd_book_text(b, b->account.name[a]));
		if (b->account.parent && b->account.parent[a])
			rd_json_put_str(j, "parent", rd_book_text(b, b->account.code[b->account.parent[a]]));
		if (b->account.side)
			rd_json_put_text(j, "side", sides[b->account.side[a]]);
		if (b->account.flags && (b->account.flags[a] & RD_ACC_OPENING))
			rd_json_put_int(j, "opening_minor", b->account.opening[a]);
		rd_json_close(j);
	}
	rd_json_close(j);
}

static void json_balances(rd_json *j, const rd_book *b, rd_writer *w)
{
	static const char *const names[RD_TB_COLUMNS] = {
		[RD_TB_OPEN_D] = "opening_debit",  [RD_TB_OPEN_C] = "opening_credit",
		[RD_TB_DEBIT] = "debit",           [RD_TB_CREDIT] = "credit",
		[RD_TB_YTD_D] = "ytd_debit",       [RD_TB_YTD_C] = "ytd_credit",
		[RD_TB_CLOSE_D] = "closing_debit", [RD_TB_CLOSE_C] = "closing_credit",
	};
	char text[16];

	rd_json_key(j, "balances");
	rd_json_array(j);
	for (rd_row r = 0; r < b->tb.n; r++) {
		rd_json_object(j);
		rd_json_put_str(j, "account", rd_book_text(b, b->account.code[b->tb.account[r]]));
		if (b->tb.period[r]) {
			rd_period_format(b->tb.period[r], text);
			rd_json_put_text(j, "period", text);
		}
		if (b->tb.party && b->tb.party[r])
			rd_json_put_str(j, "party", rd_book_text(b, b->party.key[b->tb.party[r]]));
		for (int c = 0; c < RD_TB_COLUMNS; c++)
			if (b->tb.present[r] & (1u << c))
				rd_json_put_int(j, names[c], b->tb.amount[c][r]);
		rd_json_close(j);
		rd_writer_spill(w);
	}
	rd_json_close(j);
}

void rd_export_json(const rd_book *b, rd_writer *w)
{
	rd_json j;

	rd_json_init(&j, &w->buf, 2);
	rd_json_object(&j);
	rd_json_put_text(&j, "schema", "redink.book/1");
	rd_json_put_str(&j, "currency", rd_book_text(b, b->base_currency));
	json_accounts(&j, b);
	json_balances(&j, b, w);
	rd_json_key(&j, "vouchers");
	rd_json_array(&j);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		json_voucher(&j, b, v);
		rd_writer_spill(w);
	}
	rd_json_close(&j);
	rd_json_close(&j);
	rd_json_end(&j);
}
