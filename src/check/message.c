/* Findings in words: messages with their facts filled in, and the names of grades and needs. */
#include "base/assert.h"
#include "book/serial.h"
#include "check/run.h"
#include <stdio.h>

static const struct {
	const char *name;
	rd_words words;
} severities[] = {
	[RD_SEV_INFO] = {"info", {"提示", "info"}},          [RD_SEV_LOW] = {"low", {"低", "low"}},
	[RD_SEV_MEDIUM] = {"medium", {"中", "medium"}},      [RD_SEV_HIGH] = {"high", {"高", "high"}},
	[RD_SEV_BLOCKER] = {"blocker", {"阻断", "blocker"}},
};

const char *rd_severity_name(rd_severity s)
{
	return severities[s].name;
}

rd_words rd_severity_words(rd_severity s)
{
	return severities[s].words;
}

bool rd_severity_parse(const char *name, rd_severity *ret)
{
	for (int i = RD_SEV_INFO; i <= RD_SEV_BLOCKER; i++)
		if (strcmp(name, severities[i].name) == 0 || strcmp(name, severities[i].words.zh) == 0) {
			*ret = (rd_severity)i;
			return true;
		}
	return false;
}

rd_words rd_certainty_words(rd_certainty c)
{
	return c == RD_FACT ? (rd_words){"事实", "fact"} : (rd_words){"线索", "indicator"};
}

rd_words rd_unit_words(rd_unit u)
{
	static const rd_words words[] = {
		[RD_UNIT_LINES] = {"行分录", "lines"},
		[RD_UNIT_VOUCHERS] = {"张凭证", "vouchers"},
		[RD_UNIT_ACCOUNTS] = {"个科目", "accounts"},
		[RD_UNIT_PARTIES] = {"个往来单位", "parties"},
		[RD_UNIT_FILES] = {"个文件", "files"},
		[RD_UNIT_PERIODS] = {"个期间", "periods"},
		[RD_UNIT_DAYS] = {"天", "days"},
		[RD_UNIT_GROUPS] = {"组", "groups"},
		[RD_UNIT_NUMBERS] = {"个号码", "numbers"},
	};

	return words[u];
}

rd_words rd_has_words(uint32_t bit)
{
	static const struct {
		uint32_t bit;
		rd_words words;
	} lacks[] = {
		{RD_HAS_LINES, {"没有凭证分录", "no journal lines"}},
		{RD_HAS_ENTRY_NO, {"没有凭证号", "no voucher numbers"}},
		{RD_HAS_DATE, {"没有日期", "no dates"}},
		{RD_HAS_PERIOD, {"没有期间列", "no period column"}},
		{RD_HAS_JOURNAL, {"没有凭证字", "no journal column"}},
		{RD_HAS_ACCOUNT, {"没有科目", "no accounts"}},
		{RD_HAS_PARTY, {"没有往来单位", "no parties"}},
		{RD_HAS_DOCUMENT_NO, {"没有单据号", "no document numbers"}},
		{RD_HAS_DOCUMENT_DATE, {"没有单据日期", "no document dates"}},
		{RD_HAS_TEXT, {"没有摘要", "no summaries"}},
		{RD_HAS_CURRENCY, {"没有外币信息", "no currencies"}},
		{RD_HAS_PREPARER, {"没有制单人", "no preparers"}},
		{RD_HAS_REVIEWER, {"没有审核人", "no reviewers"}},
		{RD_HAS_POSTER, {"没有记账人或记账标志", "no posters"}},
		{RD_HAS_ATTACHMENTS, {"没有附件数", "no attachment counts"}},
		{RD_HAS_ENTRY_TIME, {"没有录入时间", "no entry times"}},
		{RD_HAS_CLEARING, {"没有核销号", "no clearing marks"}},
		{RD_HAS_ASSERTION, {"没有声明的余额", "no stated balances"}},
		{RD_HAS_CHART, {"没有科目表", "no chart of accounts"}},
		{RD_HAS_OPENING, {"没有期初余额", "no opening balances"}},
		{RD_HAS_TRIAL_BALANCE, {"没有科目余额表", "no trial balance"}},
		{RD_HAS_CONTROL_TOTALS, {"文件没有声明合计", "no declared totals"}},
		{RD_HAS_RAW, {"没有原始文件", "no files"}},
		{RD_HAS_PARTY_MASTER, {"没有往来单位档案", "no list of parties"}},
		{RD_HAS_FILE_PERIOD, {"文件没有声明期间", "no declared period"}},
	};

	for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++)
		if (lacks[i].bit == bit)
			return lacks[i].words;
	return (rd_words){"缺少数据", "data missing"};
}

/* ---- facts ---- */

static void add_name(const rd_book *b, void (*name)(const rd_book *, rd_row, char *, size_t),
                     rd_row row, rd_buf *out)
{
	char buf[300];

	name(b, row, buf, sizeof buf);
	rd_buf_puts(out, buf);
}

static void add_money(const rd_book *b, rd_minor v, rd_buf *out)
{
	char buf[RD_MINOR_TEXT];
	uint32_t decimals =
		b->base_currency ? rd_currency_decimals(rd_book_text(b, b->base_currency)) : 2;

	rd_minor_format(v, decimals, true, buf);
	rd_buf_puts(out, buf);
}

static void add_place(const rd_book *b, rd_place p, rd_buf *out)
{
	const char *name = rd_file_name(b, p.file), *slash = strrchr(name, '/');

	rd_buf_printf(out, "%s:%u", slash ? slash + 1 : name, p.line);
}

static void format_coded(const rd_book *b, const rd_fact *f, int lang, rd_buf *out)
{
	char buf[300];

	switch (f->kind) {
	case RD_FACT_ACCOUNT: add_name(b, rd_account_name, (rd_row)f->i, out); break;
	case RD_FACT_PARTY: add_name(b, rd_party_name, (rd_row)f->i, out); break;
	case RD_FACT_VOUCHER:
		rd_voucher_name(b, (rd_row)f->i, true, buf, sizeof buf);
		rd_buf_puts(out, buf);
		break;
	case RD_FACT_LINE: add_place(b, rd_line_place(b, (rd_row)f->i), out); break;
	case RD_FACT_SERIAL:
		rd_serial_format(b, (rd_serial)f->i, buf, sizeof buf);
		rd_buf_puts(out, buf);
		break;
	case RD_FACT_FILE: rd_buf_puts(out, rd_file_name(b, (rd_row)f->i)); break;
	case RD_FACT_WORDS: rd_buf_puts(out, lang ? f->w.en : f->w.zh); break;
	default: break;
	}
}

void rd_fact_format(const rd_book *b, const rd_fact *f, int lang, rd_buf *out)
{
	char buf[RD_MINOR_TEXT];

	switch (f->kind) {
	case RD_FACT_MONEY: add_money(b, f->i, out); break;
	case RD_FACT_INT: rd_buf_int(out, f->i); break;
	case RD_FACT_DAY:
		rd_day_format((rd_day)f->i, buf);
		rd_buf_puts(out, buf);
		break;
	case RD_FACT_PERIOD:
		rd_period_format((rd_period)f->i, buf);
		rd_buf_puts(out, buf);
		break;
	case RD_FACT_PERMILLE:
		rd_minor_format(f->i, 1, false, buf);
		rd_buf_printf(out, lang ? "%s %%" : "%s%%", buf);
		break;
	case RD_FACT_MILLI:
		rd_minor_format(f->i, 3, false, buf);
		rd_buf_puts(out, buf);
		break;
	case RD_FACT_TEXT: rd_buf_str(out, rd_book_text(b, (rd_text)f->i)); break;
	case RD_FACT_STR: rd_buf_str(out, f->s); break;
	default: format_coded(b, f, lang, out); break;
	}
}

/* ---- messages ---- */

static const char *collapsed_text(int lang)
{
	return lang
	           ? "{hits} of {population} {unit} ({share}) show this. So many are a property of the "
	             "books, not a list of suspects: look at the examples and at how the books are kept."
	           : "共 {hits} 处，占 {population} {unit}的 {share}。这么多说明是账套的普遍情况，不是逐条的疑点："
	             "请看示例，并从记账习惯上查找原因。";
}

/* The facts every finding has of its own: {voucher} {account} {party} {period} {date} {line}. */
static bool own_fact(const rd_finding *f, rd_str name, rd_fact *ret)
{
	if (rd_str_is(name, "voucher") && f->voucher != RD_NONE)
		*ret = rd_vch("voucher", f->voucher);
	else if (rd_str_is(name, "account"))
		*ret = rd_acc("account", f->account);
	else if (rd_str_is(name, "party"))
		*ret = rd_pty("party", f->party);
	else if (rd_str_is(name, "period"))
		*ret = rd_in_period("period", f->period);
	else if (rd_str_is(name, "date"))
		*ret = rd_on_day("date", f->day);
	else if (rd_str_is(name, "line") && f->line != RD_NONE)
		*ret = (rd_fact){.name = "line", .kind = RD_FACT_LINE, .i = f->line};
	else
		return false;
	return true;
}

static void fill_in(const rd_result *r, const rd_finding *f, rd_str name, int lang, rd_buf *out)
{
	rd_fact own;

	for (const rd_fact *x = f->facts; x && x->kind != RD_FACT_END; x++)
		if (rd_str_is(name, x->name)) {
			rd_fact_format(r->book, x, lang, out);
			return;
		}
	if (own_fact(f, name, &own)) {
		rd_fact_format(r->book, &own, lang, out);
		return;
	}
	if (rd_str_is(name, "line") && f->n_places) {
		add_place(r->book, f->places[0], out);
		return;
	}
	/* A name without a fact is a mistake of the check; the golden tests look for it. */
	rd_buf_printf(out, "{" RD_STR_FMT "}", RD_STR_ARG(name));
}

void rd_finding_message(const rd_result *r, const rd_finding *f, int lang, rd_buf *out)
{
	const rd_check *c = rd_checks[f->check];
	const char *t = collapsed_text(lang);

	if (f->kind != RD_KIND_COLLAPSED)
		t = lang ? c->messages[f->kind].text.en : c->messages[f->kind].text.zh;
	while (*t) {
		size_t n = strcspn(t, "{");
		const char *end = t[n] ? strchr(t + n, '}') : NULL;

		rd_buf_add(out, t, n);
		t += n;
		if (end == NULL) {
			rd_buf_puts(out, t);
			return;
		}
		fill_in(r, f, (rd_str){t + 1, (uint32_t)(end - t - 1)}, lang, out);
		t = end + 1;
	}
}

void rd_fingerprint_hex(const uint8_t fingerprint[16], char out[33])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 16; i++) {
		out[2 * i] = digits[fingerprint[i] >> 4];
		out[2 * i + 1] = digits[fingerprint[i] & 15];
	}
	out[32] = '\0';
}

bool rd_fingerprint_parse(rd_str hex, uint8_t ret[16])
{
	if (hex.len != 32)
		return false;
	for (uint32_t i = 0; i < 32; i++) {
		char c = hex.ptr[i];
		int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

		if (v < 0)
			return false;
		ret[i / 2] = (uint8_t)(i % 2 ? (ret[i / 2] | v) : v << 4);
	}
	return true;
}
