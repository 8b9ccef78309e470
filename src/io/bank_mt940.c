/* rd_bank_read_mt940: SWIFT MT940 and MT942 (fields 25, 60, 61, 86, 62 of the customer statement
 * message, SWIFT Standards Category 9), with the sub-fields ?20 … ?33 that German banks put
 * into field 86. */
#include "io/bank_text.h"

#define FIELD_MAX 8192u /* of one field with its continuation lines */

typedef struct state {
	rd_bank *bank;
	bool open, any; /* a statement is open; any field was met */
	bool pending;   /* a line waits for its field 86 */
	uint32_t part, statements;
	rd_bank_line l;
	char *field; /* the field being collected, without its tag */
	uint32_t n_field, line;
	char tag[4];
} state;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ":61:" and ":60F:" at the start of a line. */
static uint32_t tag_at(const char *p, size_t n, char tag[4])
{
	if (n < 4 || p[0] != ':' || !is_digit(p[1]) || !is_digit(p[2]))
		return 0;
	if (p[3] == ':') {
		memcpy(tag, p + 1, 2);
		tag[2] = '\0';
		return 4;
	}
	if (n >= 5 && p[3] >= 'A' && p[3] <= 'Z' && p[4] == ':') {
		memcpy(tag, p + 1, 3);
		tag[3] = '\0';
		return 5;
	}
	return 0;
}

bool rd_bank_is_mt940(rd_str head)
{
	char tag[4];

	if (head.len > 8192)
		head.len = 8192;
	head = rd_str_trim(head);
	return rd_str_starts(head, "{1:F") || tag_at(head.ptr, head.len, tag) ||
	       rd_str_has(head, "\n:61:") || rd_str_has(head, "\n:60F:") ||
	       (rd_str_has(head, "\n:20:") && rd_str_has(head, "\n:25:"));
}

static bool yymmdd(const char *p, rd_day *ret)
{
	int32_t v[3];

	for (int i = 0; i < 3; i++) {
		if (!is_digit(p[2 * i]) || !is_digit(p[2 * i + 1]))
			return false;
		v[i] = (p[2 * i] - '0') * 10 + p[2 * i + 1] - '0';
	}
	v[0] += v[0] >= 80 ? 1900 : 2000;
	if (v[1] == 2 && (v[2] == 29 || v[2] == 30)) /* banks that count thirty days a month */
		v[2] = v[2] > rd_month_days(v[0], 2) ? rd_month_days(v[0], 2) : v[2];
	if (!rd_date_valid(v[0], v[1], v[2]))
		return false;
	*ret = rd_day_of(v[0], v[1], v[2]);
	return true;
}

/* Amounts have a decimal comma and no grouping: "1234,5", "100,". */
static bool amount_of(rd_str s, uint32_t decimals, rd_minor max, rd_minor *ret)
{
	char buf[32];

	if (s.len == 0 || s.len >= sizeof buf - 1)
		return false;
	memcpy(buf, s.ptr, s.len);
	if (buf[s.len - 1] == ',')
		buf[s.len++] = '0';
	for (uint32_t i = 0; i < s.len; i++) /* some banks write a point */
		if (buf[i] == ',')
			buf[i] = '.';
	rd_amount_read read = rd_minor_parse((rd_str){buf, s.len}, '.', decimals, ret);

	return (read == RD_AMOUNT_OK || read == RD_AMOUNT_DECIMALS) && *ret <= max;
}

static rd_rc open_statement(state *s, rd_err *err)
{
	if (s->open)
		return RD_OK;
	RD_TRY(rd_bank_add_part(s->bank, &s->part, err));
	s->open = true;
	s->statements++;
	return RD_OK;
}

/* Field 60 and 62: C or D, date, currency, amount. */
static void balance(state *s, rd_str v, bool opening)
{
	rd_bank_part *p = &s->bank->parts[s->part];
	rd_day day;
	rd_minor m;

	if (v.len < 11 || (v.ptr[0] != 'C' && v.ptr[0] != 'D') || !yymmdd(v.ptr + 1, &day)) {
		rd_bank_add_note(s->bank, RD_BANK_NOTE_BALANCE_BAD, s->line, rd_str_of(s->tag), v);
		return;
	}
	rd_str currency = {v.ptr + 7, 3};

	if (currency.ptr[0] < 'A' || currency.ptr[1] < 'A' || currency.ptr[2] < 'A') {
		rd_bank_add_note(s->bank, RD_BANK_NOTE_BALANCE_BAD, s->line, rd_str_of(s->tag), v);
		return;
	}
	p->currency = rd_bank_intern(s->bank, currency);
	p->decimals = rd_currency_decimals(currency);
	rd_str amount = {v.ptr + 10, v.len - 10};

	for (uint32_t i = 0; i < amount.len; i++)
		if (!is_digit(amount.ptr[i]) && amount.ptr[i] != ',' && amount.ptr[i] != '.')
			amount.len = i;
	if (!amount_of(amount, p->decimals, RD_BANK_BALANCE_MAX, &m)) {
		rd_bank_add_note(s->bank, RD_BANK_NOTE_BALANCE_BAD, s->line, rd_str_of(s->tag), v);
		return;
	}
	if (v.ptr[0] == 'D')
		m = -m;
	if (opening && !p->has_opening) {
		p->opening = m;
		p->has_opening = true;
	} else if (!opening) {
		p->closing = m;
		p->has_closing = true;
	}
}

static rd_rc flush_line(state *s, rd_err *err)
{
	if (!s->pending)
		return RD_OK;
	s->pending = false;
	return rd_bank_add_line(s->bank, &s->l, err);
}

/* The entry date has no year: the one that brings it nearest to the value date. */
static rd_day entry_day(rd_day value, const char *p)
{
	int32_t month = (p[0] - '0') * 10 + p[1] - '0', day = (p[2] - '0') * 10 + p[3] - '0';
	rd_date d = rd_day_date(value);
	rd_day best = value;
	int32_t least = INT32_MAX;

	for (int32_t y = d.year - 1; y <= d.year + 1; y++) {
		if (!rd_date_valid(y, month, day))
			continue;
		rd_day x = rd_day_of(y, month, day);
		int32_t apart = x > value ? x - value : value - x;

		if (apart < least) {
			least = apart;
			best = x;
		}
	}
	return best;
}

/* Field 61: value date, entry date, mark, amount, type, references, supplement. */
static void statement_line(state *s, rd_str v)
{
	rd_bank_line l = {.line = s->line, .time = -1, .part = s->part};
	uint32_t at = 6;
	bool red = false, debit;

	if (v.len < 10 || !yymmdd(v.ptr, &l.date)) {
		rd_bank_add_note(s->bank, RD_BANK_NOTE_DATE_BAD, s->line, RD_STR("61"), v);
		return;
	}
	if (v.len >= 10 && is_digit(v.ptr[6]) && is_digit(v.ptr[7]) && is_digit(v.ptr[8]) &&
	    is_digit(v.ptr[9])) {
		l.date = entry_day(l.date, v.ptr + 6);
		at = 10;
	}
	while (at < v.len && v.ptr[at] == ' ')
		at++;
	if (at < v.len && (v.ptr[at] == 'R' || v.ptr[at] == 'E')) {
		red = v.ptr[at] == 'R'; /* a reversal: RD takes a debit back */
		at++;
	}
	if (at >= v.len || (v.ptr[at] != 'C' && v.ptr[at] != 'D')) {
		rd_bank_add_note(s->bank, RD_BANK_NOTE_FLAG_BAD, s->line, RD_STR("61"), v);
		return;
	}
	debit = (v.ptr[at++] == 'D') != red;
	if (at < v.len && v.ptr[at] >= 'A' && v.ptr[at] <= 'Z')
		at++; /* third letter of the currency */
	rd_str amount = {v.ptr + at, 0};

	while (at < v.len && (is_digit(v.ptr[at]) || v.ptr[at] == ',' || v.ptr[at] == '.')) {
		amount.len++;
		at++;
	}
	if (!amount_of(amount, s->bank->parts[s->part].decimals, RD_BANK_AMOUNT_MAX, &l.amount)) {
		rd_bank_add_note(s->bank, RD_BANK_NOTE_AMOUNT_BAD, s->line, RD_STR("61"), v);
		return;
	}
	if (debit)
		l.amount = -l.amount;
	at = at + 4 < v.len ? at + 4 : v.len; /* N and three letters */
	rd_str rest = {v.ptr + at, v.len - at};
	int64_t end = rd_str_find(rest, "\n"), slashes = rd_str_find(rest, "//");

	if (end >= 0) {
		l.purpose =
			rd_bank_intern(s->bank,
		                   rd_str_trim((rd_str){rest.ptr + end + 1, rest.len - (uint32_t)end - 1}));
		rest.len = (uint32_t)end;
	}
	if (slashes >= 0 && slashes < rest.len) {
		l.serial = rd_bank_intern(s->bank, rd_str_trim((rd_str){rest.ptr + slashes + 2,
		                                                        rest.len - (uint32_t)slashes - 2}));
		rest.len = (uint32_t)slashes;
	}
	rest = rd_str_trim(rest);
	if (!rd_str_is(rest, "NONREF"))
		l.receipt = rd_bank_intern(s->bank, rest);
	s->l = l;
	s->pending = true;
}

static void append(char *to, uint32_t *n, uint32_t max, rd_str s)
{
	for (uint32_t i = 0; i < s.len && *n < max; i++)
		to[(*n)++] = s.ptr[i] == '\n' || s.ptr[i] == '\r' ? ' ' : s.ptr[i];
}

/* Field 86: free text, or a code and sub-fields that begin with ? and two digits. */
static void information(state *s, rd_str v)
{
	char text[1024], party[256];
	uint32_t n_text = 0, n_party = 0;

	if (!s->pending)
		return;
	bool structured = v.len > 6 && is_digit(v.ptr[0]) && is_digit(v.ptr[1]) && is_digit(v.ptr[2]) &&
	                  v.ptr[3] == '?' && is_digit(v.ptr[4]);

	if (!structured) {
		append(text, &n_text, sizeof text, v);
		s->l.summary = rd_bank_intern(s->bank, rd_str_trim((rd_str){text, n_text}));
		return;
	}
	for (uint32_t at = 3; at + 2 < v.len;) {
		uint32_t from = at + 3, to = from;
		int code = (v.ptr[at + 1] - '0') * 10 + v.ptr[at + 2] - '0';

		while (to < v.len && !(v.ptr[to] == '?' && to + 2 < v.len && is_digit(v.ptr[to + 1]) &&
		                       is_digit(v.ptr[to + 2])))
			to++;
		rd_str sub = {v.ptr + from, to > from ? to - from : 0};

		if ((code >= 20 && code <= 29) || (code >= 60 && code <= 63))
			append(text, &n_text, sizeof text, sub);
		else if (code == 32 || code == 33)
			append(party, &n_party, sizeof party, sub);
		else if (code == 31)
			s->l.account = rd_bank_intern(s->bank, rd_str_trim(sub));
		else if (code == 30)
			s->l.bank = rd_bank_intern(s->bank, rd_str_trim(sub));
		at = to;
	}
	s->l.summary = rd_bank_intern(s->bank, rd_str_trim((rd_str){text, n_text}));
	s->l.party = rd_bank_intern(s->bank, rd_str_trim((rd_str){party, n_party}));
}

static rd_rc end_field(state *s, rd_err *err)
{
	rd_str v = rd_str_trim((rd_str){s->field, s->n_field});
	rd_str tag = rd_str_of(s->tag);

	if (tag.len == 0)
		return RD_OK;
	s->any = true;
	if (!rd_str_is(tag, "86"))
		RD_TRY(flush_line(s, err));
	if (rd_str_is(tag, "20")) {
		s->open = false;
		return RD_OK;
	}
	if (rd_str_is(tag, "25")) {
		RD_TRY(open_statement(s, err));
		s->bank->parts[s->part].account = rd_bank_intern(s->bank, v);
	} else if (rd_str_is(tag, "60F") || rd_str_is(tag, "60M")) {
		RD_TRY(open_statement(s, err));
		balance(s, v, true);
	} else if (rd_str_is(tag, "61")) {
		RD_TRY(open_statement(s, err));
		statement_line(s, v);
	} else if (rd_str_is(tag, "86")) {
		information(s, v);
	} else if (rd_str_is(tag, "62F") || rd_str_is(tag, "62M")) {
		RD_TRY(open_statement(s, err));
		balance(s, v, false);
	}
	return RD_OK;
}

static void collect(state *s, rd_str text)
{
	if (s->n_field && s->n_field < FIELD_MAX)
		s->field[s->n_field++] = '\n';
	for (uint32_t i = 0; i < text.len && s->n_field < FIELD_MAX; i++)
		s->field[s->n_field++] = text.ptr[i];
}

static rd_rc read_lines(state *s, const char *p, size_t n, rd_err *err)
{
	uint32_t line = 0;

	for (size_t at = 0; at < n;) {
		const char *end = memchr(p + at, '\n', n - at);
		size_t until = end ? (size_t)(end - p) : n;
		size_t wide = until - at > FIELD_MAX ? FIELD_MAX : until - at;
		rd_str text = rd_str_trim((rd_str){p + at, (uint32_t)wide});
		char tag[4];

		line++;
		if (rd_str_starts(text, "{1:")) { /* the envelope may stand on the first field's line */
			int64_t body = rd_str_find(text, "{4:");

			text = body >= 0
			           ? rd_str_trim((rd_str){text.ptr + body + 3, text.len - (uint32_t)body - 3})
			           : RD_STR("");
		}
		uint32_t skip = tag_at(text.ptr, text.len, tag);

		if (skip) {
			RD_TRY(end_field(s, err));
			memcpy(s->tag, tag, sizeof tag);
			s->n_field = 0;
			s->line = line;
			text = (rd_str){text.ptr + skip, text.len - skip};
		}
		if (!rd_str_starts(text, "-}") && !rd_str_is(text, "-"))
			collect(s, text);
		at = until + 1;
	}
	RD_TRY(end_field(s, err));
	return flush_line(s, err);
}

rd_rc rd_bank_read_mt940(rd_source *src, rd_bank *b, rd_err *err)
{
	char *text;
	size_t n, cap;

	RD_TRY(rd_bank_whole_text(src, &text, &n, &cap, err));
	state s = {.bank = b, .field = rd_column_new(FIELD_MAX)};
	rd_rc rc = read_lines(&s, text, n, err);

	b->format = rd_bank_intern(b, RD_STR("mt940"));
	b->layout = rd_bank_intern(b, RD_STR("SWIFT MT940 银行对账单\nSWIFT MT940 bank statement"));
	if (rc == RD_OK && s.statements == 0)
		rc = rd_fail(
			err, RD_INPUT,
			"文件像 MT940，但没有对账单：缺少 :25: 账号、:60F: 期初余额或 :61: 流水；请重新导出",
			"the file looks like MT940 but holds no statement: no field 25, 60F or 61; export it again");
	rd_column_free(s.field, FIELD_MAX);
	rd_column_free(text, cap);
	return rc;
}
