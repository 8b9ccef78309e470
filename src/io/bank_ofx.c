/* rd_bank_read_ofx: OFX 1 (SGML, elements without end tags) and 2 (XML), by one scan: a value is
 * what stands between its tag and the next one (Open Financial Exchange 1.6 and 2.2, 11.4). */
#include "io/bank_text.h"
#include <stdio.h>

bool rd_bank_is_ofx(rd_str head)
{
	if (head.len > 4096)
		head.len = 4096;
	return rd_str_has(head, "<OFX>") || rd_str_has(head, "OFXHEADER") || rd_str_has(head, "<ofx>");
}

typedef struct scan {
	rd_bank *bank;
	const char *p;
	size_t n, at;
	uint32_t line;
	bool in_statement, in_line, in_party, in_ledger, amount_bad;
	bool date_ok, amount_ok;
	uint32_t part;
	rd_bank_line l;
	rd_str raw_amount, raw_date;
	uint32_t statements;
} scan;

/* "&amp;" and the like; the answer is a text of the statement. */
static rd_text value_text(scan *s, rd_str v)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
	                {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", ' '}};
	char buf[1024];
	uint32_t n = 0;

	for (uint32_t i = 0; i < v.len && n < sizeof buf - 4;) {
		bool found = false;

		for (size_t k = 0; v.ptr[i] == '&' && k < sizeof entities / sizeof *entities; k++)
			if (rd_str_starts((rd_str){v.ptr + i, v.len - i}, entities[k].name)) {
				buf[n++] = entities[k].c;
				i += (uint32_t)strlen(entities[k].name);
				found = true;
				break;
			}
		if (!found)
			buf[n++] = v.ptr[i++];
	}
	return rd_bank_intern(s->bank, rd_str_trim((rd_str){buf, n}));
}

static bool minor_of(const scan *s, rd_str v, rd_minor max, rd_minor *ret)
{
	char mark = '.';

	for (uint32_t i = 0; i < v.len; i++)
		if (v.ptr[i] == ',' || v.ptr[i] == '.')
			mark = v.ptr[i];
	if (v.len > 1 && v.ptr[0] == '+')
		v = (rd_str){v.ptr + 1, v.len - 1};
	rd_amount_read read = rd_minor_parse(v, mark, s->bank->parts[s->part].decimals, ret);

	return (read == RD_AMOUNT_OK || read == RD_AMOUNT_DECIMALS) && *ret <= max && *ret >= -max;
}

/* YYYYMMDD, then perhaps HHMMSS, fractions and a zone, which is left alone: days are the bank's. */
static bool date_of(rd_str v, rd_day *ret_day, int32_t *ret_time)
{
	uint32_t digits = 0;
	int32_t t[3] = {0};

	while (digits < v.len && digits < 14 && v.ptr[digits] >= '0' && v.ptr[digits] <= '9')
		digits++;
	if (digits < 8 || rd_day_parse((rd_str){v.ptr, 8}, RD_ORDER_YMD, false, ret_day) != RD_DATE_OK)
		return false;
	if (digits == 14) {
		for (int i = 0; i < 3; i++)
			t[i] = (v.ptr[8 + 2 * i] - '0') * 10 + v.ptr[9 + 2 * i] - '0';
		if (t[0] < 24 && t[1] < 60 && t[2] < 60)
			*ret_time = t[0] * 3600 + t[1] * 60 + t[2];
	}
	return true;
}

static rd_rc end_line(scan *s, rd_err *err)
{
	s->in_line = false;
	if (!s->amount_ok) {
		rd_bank_add_note(s->bank,
		                 s->raw_amount.len ? RD_BANK_NOTE_AMOUNT_BAD : RD_BANK_NOTE_AMOUNT_MISSING,
		                 s->l.line, RD_STR("TRNAMT"), s->raw_amount);
		return RD_OK;
	}
	if (!s->date_ok) {
		rd_bank_add_note(s->bank, RD_BANK_NOTE_DATE_BAD, s->l.line, RD_STR("DTPOSTED"),
		                 s->raw_date);
		return RD_OK;
	}
	return rd_bank_add_line(s->bank, &s->l, err);
}

static rd_rc begin_tag(scan *s, rd_str tag, rd_err *err)
{
	if (rd_str_is(tag, "STMTRS") || rd_str_is(tag, "CCSTMTRS")) {
		RD_TRY(rd_bank_add_part(s->bank, &s->part, err));
		s->in_statement = true;
		s->statements++;
	} else if (rd_str_is(tag, "STMTTRN") && s->in_statement) {
		if (s->in_line)
			RD_TRY(end_line(s, err));
		s->in_line = true;
		s->in_party = s->amount_ok = s->date_ok = false;
		s->raw_amount = s->raw_date = RD_STR("");
		s->l = (rd_bank_line){.line = s->line, .time = -1, .part = s->part};
	} else if (rd_str_is(tag, "LEDGERBAL")) {
		s->in_ledger = s->in_statement;
	} else if (rd_str_is(tag, "BANKACCTTO") || rd_str_is(tag, "CCACCTTO")) {
		s->in_party = true;
	}
	return RD_OK;
}

static rd_rc end_tag(scan *s, rd_str tag, rd_err *err)
{
	if (rd_str_is(tag, "STMTTRN") && s->in_line)
		return end_line(s, err);
	if (rd_str_is(tag, "STMTRS") || rd_str_is(tag, "CCSTMTRS")) {
		if (s->in_line)
			RD_TRY(end_line(s, err));
		s->in_statement = s->in_ledger = false;
	} else if (rd_str_is(tag, "LEDGERBAL")) {
		s->in_ledger = false;
	} else if (rd_str_is(tag, "BANKACCTTO") || rd_str_is(tag, "CCACCTTO")) {
		s->in_party = false;
	}
	return RD_OK;
}

static void line_value(scan *s, rd_str tag, rd_str v)
{
	rd_bank_line *l = &s->l;

	if (rd_str_is(tag, "TRNAMT")) {
		s->raw_amount = v;
		s->amount_ok = minor_of(s, v, RD_BANK_AMOUNT_MAX, &l->amount);
	} else if (rd_str_is(tag, "DTPOSTED")) {
		s->raw_date = v;
		s->date_ok = date_of(v, &l->date, &l->time);
	} else if (rd_str_is(tag, "FITID")) {
		l->serial = value_text(s, v);
	} else if (rd_str_is(tag, "CHECKNUM")) {
		l->receipt = value_text(s, v);
	} else if (rd_str_is(tag, "NAME")) {
		l->party = value_text(s, v);
	} else if (rd_str_is(tag, "MEMO")) {
		l->summary = value_text(s, v);
	} else if (rd_str_is(tag, "REFNUM")) {
		l->purpose = value_text(s, v);
	} else if (rd_str_is(tag, "ACCTID") && s->in_party) {
		l->account = value_text(s, v);
	}
}

static void value(scan *s, rd_str tag, rd_str v)
{
	if (!s->in_statement || v.len == 0)
		return;
	rd_bank_part *p = &s->bank->parts[s->part];

	if (s->in_line) {
		line_value(s, tag, v);
	} else if (rd_str_is(tag, "CURDEF") && v.len == 3) {
		p->currency = rd_bank_intern(s->bank, v);
		p->decimals = rd_currency_decimals(v);
	} else if (rd_str_is(tag, "ACCTID")) {
		p->account = value_text(s, v);
	} else if (rd_str_is(tag, "BANKID") || rd_str_is(tag, "ORG")) {
		p->bank = value_text(s, v);
	} else if (rd_str_is(tag, "BALAMT") && s->in_ledger) {
		if (minor_of(s, v, RD_BANK_BALANCE_MAX, &p->closing))
			p->has_closing = true;
		else
			rd_bank_add_note(s->bank, RD_BANK_NOTE_BALANCE_BAD, s->line, RD_STR("BALAMT"), v);
	}
}

static void step(scan *s, size_t to)
{
	for (; s->at < to; s->at++)
		s->line += s->p[s->at] == '\n';
}

static rd_rc scan_all(scan *s, rd_err *err)
{
	while (s->at < s->n) {
		const char *open = memchr(s->p + s->at, '<', s->n - s->at);

		if (open == NULL)
			break;
		step(s, (size_t)(open - s->p) + 1);
		const char *close = memchr(s->p + s->at, '>', s->n - s->at);

		if (close == NULL)
			break;
		rd_str tag = {s->p + s->at, (uint32_t)(close - (s->p + s->at))};
		bool ends = tag.len && tag.ptr[0] == '/';
		const char *from = close + 1;
		const char *next = memchr(from, '<', s->n - (size_t)(from - s->p));
		size_t until = next ? (size_t)(next - s->p) : s->n;

		if (ends)
			RD_TRY(end_tag(s, (rd_str){tag.ptr + 1, tag.len - 1}, err));
		else
			RD_TRY(begin_tag(s, tag, err));
		size_t wide = until - (size_t)(from - s->p);

		if (!ends)
			value(s, tag, rd_str_trim((rd_str){from, wide > 4096 ? 4096 : (uint32_t)wide}));
		step(s, until);
	}
	return s->in_line ? end_line(s, err) : RD_OK;
}

rd_rc rd_bank_read_ofx(rd_source *src, rd_bank *b, rd_err *err)
{
	char *text;
	size_t n, cap;

	RD_TRY(rd_bank_whole_text(src, &text, &n, &cap, err));
	scan s = {.bank = b, .p = text, .n = n, .line = 1};
	rd_rc rc = scan_all(&s, err);

	b->format = rd_bank_intern(b, RD_STR("ofx"));
	b->layout = rd_bank_intern(b, RD_STR("OFX 银行对账单\nOFX bank statement"));
	rd_column_free(text, cap);
	return rc;
}
