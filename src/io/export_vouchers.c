#include "io/export_vouchers.h"
#include "base/money.h"
#include "book/chart.h"
#include "book/serial.h"
#include "io/export.h"
#include <errno.h>
#include <iconv.h>
#include <stdarg.h>
#include <stdio.h>

/* What a column holds. */
typedef enum column {
	C_NONE, /* an empty cell */
	C_DATE,
	C_PERIOD,
	C_JOURNAL,
	C_NUMBER,
	C_ATTACHMENTS,
	C_LINE_NO,
	C_TEXT,
	C_ACCOUNT,
	C_ACCOUNT_NAME,
	C_DEBIT,
	C_CREDIT,
	C_CUSTOMER,
	C_SUPPLIER,
	C_PARTY_CODE,
	C_PARTY_NAME,
	C_PARTY_KIND,
	C_DOCUMENT,
	C_CURRENCY,
	C_FOREIGN,
	C_RATE,
	C_SIDE,
	C_ZERO,
	C_PREPARER,
	C_BLANK_DEBIT, /* 0.00 when the other side is used */
	C_BLANK_CREDIT,
} column;

typedef struct head {
	const char *name;
	column what;
} head;

static const head generic[] = {
	{"日期", C_DATE},           {"凭证字", C_JOURNAL},   {"凭证号", C_NUMBER},
	{"摘要", C_TEXT},           {"科目编码", C_ACCOUNT}, {"科目名称", C_ACCOUNT_NAME},
	{"借方金额", C_DEBIT},      {"贷方金额", C_CREDIT},  {"往来单位编码", C_PARTY_CODE},
	{"往来单位", C_PARTY_NAME}, {"单据号", C_DOCUMENT},  {"币别", C_CURRENCY},
	{"原币金额", C_FOREIGN},    {"汇率", C_RATE},        {0},
};

const char *const rd_voucher_heads[RD_VOUCHER_CELLS] = {
	"日期",     "凭证字",       "凭证号",   "摘要",   "科目编码", "科目名称", "借方金额",
	"贷方金额", "往来单位编码", "往来单位", "单据号", "币别",     "原币金额", "汇率",
};

static const head jdy[] = {
	{"日期", C_DATE},
	{"凭证字", C_JOURNAL},
	{"凭证号", C_NUMBER},
	{"附件数", C_ATTACHMENTS},
	{"分录序号", C_LINE_NO},
	{"摘要", C_TEXT},
	{"科目代码", C_ACCOUNT},
	{"科目名称", C_ACCOUNT_NAME},
	{"借方金额", C_DEBIT},
	{"贷方金额", C_CREDIT},
	{"客户", C_CUSTOMER},
	{"供应商", C_SUPPLIER},
	{"职员", C_NONE},
	{"项目", C_NONE},
	{"部门", C_NONE},
	{"存货", C_NONE},
	{"是否限定", C_NONE},
	{"自定义辅助核算类别", C_NONE},
	{"自定义辅助核算编码", C_NONE},
	{"数量", C_NONE},
	{"单价", C_NONE},
	{"原币金额", C_FOREIGN},
	{"币别", C_CURRENCY},
	{"汇率", C_RATE},
	{0},
};

static const head k3[] = {
	{"FDATE", C_DATE},
	{"FTRANSDATE", C_DATE},
	{"FPERIOD", C_PERIOD},
	{"FGROUP", C_JOURNAL},
	{"FNUM", C_NUMBER},
	{"FENTRYID", C_LINE_NO},
	{"FEXP", C_TEXT},
	{"FACCTID", C_ACCOUNT},
	{"FCLSNAME1", C_PARTY_KIND},
	{"FOBJID1", C_PARTY_CODE},
	{"FOBJNAME1", C_PARTY_NAME},
	{"FTRANSID", C_DOCUMENT},
	{"FCYID", C_CURRENCY},
	{"FEXCHRATE", C_RATE},
	{"FDC", C_SIDE},
	{"FFCYAMT", C_FOREIGN},
	{"FDEBIT", C_BLANK_DEBIT},
	{"FCREDIT", C_BLANK_CREDIT},
	{"FPREPARE", C_PREPARER},
	{"FMODULE", C_NONE},
	{"FDELETED", C_ZERO},
	{0},
};

/* Positions as the import tool reads them; it wants no head but its first line. */
static const head yonyou[] = {
	{"制单日期", C_DATE},
	{"凭证类别", C_JOURNAL},
	{"凭证号", C_NUMBER},
	{"附单据数", C_ATTACHMENTS},
	{"摘要", C_TEXT},
	{"科目编码", C_ACCOUNT},
	{"借方金额", C_BLANK_DEBIT},
	{"贷方金额", C_BLANK_CREDIT},
	{"数量", C_ZERO},
	{"外币金额", C_FOREIGN},
	{"汇率", C_RATE},
	{"制单人", C_PREPARER},
	{"结算方式", C_NONE},
	{"票据号", C_DOCUMENT},
	{"发生日期", C_DATE},
	{"部门编码", C_NONE},
	{"个人编码", C_NONE},
	{"客户编码", C_CUSTOMER},
	{"供应商编码", C_SUPPLIER},
	{"业务员", C_NONE},
	{"项目编码", C_NONE},
	{0},
};

static const struct {
	const char *name;
	rd_words words;
	const head *heads;
	bool gb18030;
} forms[RD_VOUCHERS_FORMS] = {
	[RD_VOUCHERS_CSV] = {"csv", {"通用 CSV", "generic CSV"}, generic, false},
	[RD_VOUCHERS_JDY] = {"jdy", {"金蝶精斗云 / KIS 云", "Kingdee Jingdouyun / KIS"}, jdy, false},
	[RD_VOUCHERS_K3] = {"k3", {"金蝶 KIS / K3 标准格式", "Kingdee KIS / K3"}, k3, false},
	[RD_VOUCHERS_YONYOU] = {"t3", {"用友 T3 / U8 文本", "Yonyou T3 / U8 text"}, yonyou, true},
};

const char *rd_voucher_form_name(rd_voucher_form form)
{
	return forms[form].name;
}

rd_words rd_voucher_form_words(rd_voucher_form form)
{
	return forms[form].words;
}

bool rd_voucher_form_is_gb18030(rd_voucher_form form)
{
	return forms[form].gb18030;
}

bool rd_voucher_form_find(rd_str name, rd_voucher_form *ret)
{
	for (int i = 0; i < RD_VOUCHERS_FORMS; i++)
		if (rd_str_is(name, forms[i].name)) {
			*ret = (rd_voucher_form)i;
			return true;
		}
	return false;
}

/* ---- cells ---- */

static rd_str fmt(char *buf, size_t size, const char *f, ...) RD_PRINTF(3, 4);

static rd_str fmt(char *buf, size_t size, const char *f, ...)
{
	va_list a;

	va_start(a, f);
	vsnprintf(buf, size, f, a);
	va_end(a);
	return rd_str_of(buf);
}

static bool owed_by_us(rd_role role)
{
	return role == RD_ROLE_PAYABLE || role == RD_ROLE_PREPAYMENT || role == RD_ROLE_OTHER_PAYABLE;
}

static rd_str party_text(const rd_book *b, rd_row party, bool code)
{
	rd_text id = code ? b->party.code[party] : b->party.name[party];

	return rd_book_text(b, party == 0 ? 0 : id ? id : b->party.key[party]);
}

static rd_str money(char *buf, size_t size, rd_minor v)
{
	char text[RD_MINOR_TEXT];

	rd_minor_format(v, 2, false, text);
	return fmt(buf, size, "%s", text);
}

static rd_str foreign_cell(const rd_book *b, rd_row i, column what, char *buf, size_t size)
{
	bool here = b->line.foreign && b->line.flags[i] & RD_LINE_FOREIGN && b->line.currency;
	int64_t rate = here && b->line.rate ? b->line.rate[i] : 0;

	if (what == C_CURRENCY)
		return here ? rd_book_text(b, b->line.currency[i]) : RD_STR("");
	if (what == C_FOREIGN)
		return here ? money(buf, size, b->line.foreign[i]) : RD_STR("");
	if (rate == 0)
		return RD_STR("");
	return fmt(buf, size, "%lld.%08lld", (long long)(rate / 100000000),
	           (long long)(rate % 100000000));
}

static rd_str of_voucher(const rd_book *b, rd_row v, column what, char *buf, size_t size)
{
	const rd_vouchers *t = &b->voucher;

	switch (what) {
	case C_DATE: rd_day_format(t->date[v], buf); return rd_str_of(buf);
	case C_PERIOD: return fmt(buf, size, "%d", t->period[v] % 100);
	case C_JOURNAL: return rd_book_text(b, t->journal ? t->journal[v] : 0);
	case C_NUMBER:
		if (t->number[v] == 0) /* books without numbers: any that tells vouchers apart */
			return fmt(buf, size, "%u", v + 1);
		rd_serial_format(b, t->number[v], buf, size);
		return rd_str_of(buf);
	case C_ATTACHMENTS:
		return fmt(buf, size, "%d",
		           t->attachments && t->attachments[v] > 0 ? t->attachments[v] : 0);
	default: return rd_book_text(b, t->preparer ? t->preparer[v] : 0);
	}
}

static rd_str amount_cell(const rd_book *b, rd_row i, column what, char *buf, size_t size)
{
	bool credit = what == C_CREDIT || what == C_BLANK_CREDIT;
	bool both = b->line.flags[i] & RD_LINE_BOTH;

	if (both || rd_line_is_credit(b, i) == credit)
		return money(buf, size, credit ? rd_line_credit(b, i) : rd_line_debit(b, i));
	return what == C_BLANK_DEBIT || what == C_BLANK_CREDIT ? RD_STR("0.00") : RD_STR("");
}

static rd_str cell(const rd_book *b, rd_row v, rd_row i, column what, char *buf, size_t size)
{
	rd_row a = b->line.account[i], p = b->line.party[i];
	bool ours = owed_by_us((rd_role)b->account.role[a]);

	switch (what) {
	case C_NONE: return RD_STR("");
	case C_LINE_NO: return fmt(buf, size, "%u", i - b->voucher.first[v] + 1);
	case C_TEXT: return rd_book_text(b, rd_line_text(b, i));
	case C_ACCOUNT: return rd_book_text(b, b->account.code[a]);
	case C_ACCOUNT_NAME: return rd_book_text(b, b->account.name[a]);
	case C_DEBIT:
	case C_CREDIT:
	case C_BLANK_DEBIT:
	case C_BLANK_CREDIT: return amount_cell(b, i, what, buf, size);
	case C_CUSTOMER: return ours ? RD_STR("") : party_text(b, p, true);
	case C_SUPPLIER: return ours ? party_text(b, p, true) : RD_STR("");
	case C_PARTY_CODE: return rd_book_text(b, p ? b->party.code[p] : 0);
	case C_PARTY_NAME: return party_text(b, p, false);
	case C_PARTY_KIND: return p == 0 ? RD_STR("") : ours ? RD_STR("供应商") : RD_STR("客户");
	case C_DOCUMENT:
		buf[0] = '\0';
		if (rd_line_document(b, i))
			rd_serial_format(b, rd_line_document(b, i), buf, size);
		return rd_str_of(buf);
	case C_CURRENCY:
	case C_FOREIGN:
	case C_RATE: return foreign_cell(b, i, what, buf, size);
	case C_SIDE: return rd_line_is_credit(b, i) ? RD_STR("1") : RD_STR("0");
	case C_ZERO: return RD_STR("0");
	default: return of_voucher(b, v, what, buf, size);
	}
}

void rd_voucher_cells(const rd_book *b, rd_row v, rd_row i, rd_voucher_cell out[RD_VOUCHER_CELLS])
{
	for (uint32_t k = 0; k < RD_VOUCHER_CELLS; k++) {
		column what = generic[k].what;
		rd_voucher_cell *c = &out[k];

		*c = (rd_voucher_cell){.money = what == C_DEBIT || what == C_CREDIT, .day = what == C_DATE};
		c->text = cell(b, v, i, what, c->buf, sizeof c->buf);
		c->here = c->text.len > 0;
		if (c->day)
			c->n = b->voucher.date[v];
		else if (c->money)
			c->n = what == C_DEBIT ? rd_line_debit(b, i) : rd_line_credit(b, i);
	}
}

/* ---- files ---- */

/* 用友's text has no quotes: a comma inside a text becomes a full-width one. */
static void put_plain(rd_buf *out, rd_str s)
{
	if (s.len && (s.ptr[0] == '=' || s.ptr[0] == '@' || s.ptr[0] == '+'))
		rd_buf_char(out, '\'');
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == ',')
			rd_buf_puts(out, "，");
		else if ((unsigned char)c >= 0x20 && c != '"')
			rd_buf_char(out, c);
	}
}

static void write_all(const rd_book *b, rd_row from, rd_row to, rd_voucher_form form, rd_buf *out)
{
	const head *heads = forms[form].heads;
	bool plain = form == RD_VOUCHERS_YONYOU;
	char buf[256];

	if (plain)
		rd_buf_puts(out, "填制凭证,V800");
	for (uint32_t k = 0; heads[k].name && !plain; k++)
		rd_buf_printf(out, "%s%s", k ? "," : "", heads[k].name);
	rd_buf_puts(out, "\r\n");
	for (rd_row v = from; v < to; v++)
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			for (uint32_t k = 0; heads[k].name; k++) {
				rd_str s = cell(b, v, i, heads[k].what, buf, sizeof buf);

				if (k)
					rd_buf_char(out, ',');
				if (plain)
					put_plain(out, s);
				else
					rd_csv_put(out, s);
			}
			rd_buf_puts(out, "\r\n");
		}
}

static rd_rc to_gb18030(const rd_buf *text, rd_buf *out, rd_err *err)
{
	iconv_t cd = iconv_open("GB18030", "UTF-8");
	char *in = text->data, piece[4096];
	size_t left = text->size;

	if (cd == (iconv_t)-1)
		return rd_fail(err, RD_IO, "系统不支持 GB18030 编码", "this system cannot write GB 18030");
	while (left) {
		char *to = piece;
		size_t room = sizeof piece;
		size_t rc = iconv(cd, &in, &left, &to, &room);

		rd_buf_add(out, piece, sizeof piece - room);
		if (rc == (size_t)-1 && errno != E2BIG) {
			iconv_close(cd);
			return rd_fail(err, RD_INPUT, "有文字不能写成 GB18030",
			               "a text cannot be written in GB 18030");
		}
	}
	iconv_close(cd);
	return RD_OK;
}

rd_rc rd_export_vouchers(const rd_book *b, rd_row from, rd_row to, rd_voucher_form form,
                         bool gb18030, rd_buf *out, rd_err *err)
{
	rd_buf text;
	rd_rc rc = RD_OK;

	rd_buf_init(&text, out->max);
	if (!gb18030 && form != RD_VOUCHERS_YONYOU)
		rd_buf_puts(&text, "\xEF\xBB\xBF");
	write_all(b, from, to, form, &text);
	if (gb18030 && text.size)
		rc = to_gb18030(&text, out, err);
	else
		rd_buf_add(out, text.data, text.size);
	if (rc == RD_OK && (text.full || out->full))
		rc = rd_fail(err, RD_LIMIT, "凭证太多，无法写入一个文件", "too many vouchers for one file");
	rd_buf_done(&text);
	return rc;
}
