/* The rows of a bank's table, once its head is known: dates, amounts, accounts. */
#include "io/bank_rows.h"

static rd_str cell(const rd_bank_table *t, const rd_bank_row *r, rd_bank_field f)
{
	return rd_bank_row_cell(t, r, f);
}

/* ---- dates ---- */

static bool all_digits(rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

static bool two(rd_str s, uint32_t at, int32_t max, int32_t *ret)
{
	if (at + 2 > s.len || s.ptr[at] < '0' || s.ptr[at] > '9' || s.ptr[at + 1] < '0' ||
	    s.ptr[at + 1] > '9')
		return false;
	*ret = (s.ptr[at] - '0') * 10 + (s.ptr[at + 1] - '0');
	return *ret <= max;
}

/* 15:24:03, 15:24, 152403; -1 when it is none. */
static int32_t time_of(rd_str s)
{
	int32_t h, m, sec = 0;

	if (all_digits(s) && s.len == 6)
		return two(s, 0, 23, &h) && two(s, 2, 59, &m) && two(s, 4, 59, &sec)
		           ? h * 3600 + m * 60 + sec
		           : -1;
	if (s.len < 5 || s.ptr[2] != ':' || !two(s, 0, 23, &h) || !two(s, 3, 59, &m))
		return -1;
	if (s.len >= 8 && s.ptr[5] == ':' && !two(s, 6, 59, &sec))
		return -1;
	return h * 3600 + m * 60 + sec;
}

/* A date with or without a time: "20260703 15:24:03", "20260703152403". */
static rd_date_read date_of(const rd_bank_table *t, rd_str s, rd_date_order order, rd_day *ret_day,
                            int32_t *ret_time)
{
	rd_str day = s, time = {"", 0};

	if (all_digits(s) && s.len == 14) {
		day.len = 8;
		time = (rd_str){s.ptr + 8, 6};
	} else {
		for (uint32_t i = 6; i < s.len; i++)
			if (s.ptr[i] == ' ' || s.ptr[i] == 'T') {
				time = rd_str_trim((rd_str){s.ptr + i + 1, s.len - i - 1});
				break;
			}
	}
	rd_date_read read = rd_day_parse(day, order, t->excel, ret_day);

	if (read == RD_DATE_OK && *ret_time < 0 && time.len)
		*ret_time = time_of(time);
	return read;
}

static const rd_bank_field when[] = {RD_BF_DATE, RD_BF_TIME, RD_BF_BOOKED};

/* Day and time of a row: of its transaction when that is said, else of its booking. *ret_found is
 * the cell that could not be read. */
static rd_date_read row_date(const rd_bank_table *t, const rd_bank_row *r, rd_day *ret_day,
                             int32_t *ret_time, rd_str *ret_found)
{
	rd_date_read worst = RD_DATE_BLANK;

	*ret_time = time_of(cell(t, r, RD_BF_TIME));
	for (size_t k = 0; k < sizeof when / sizeof *when; k++) {
		rd_str s = cell(t, r, when[k]);
		rd_date_read read = s.len ? date_of(t, s, t->order, ret_day, ret_time) : RD_DATE_BLANK;

		if (read == RD_DATE_OK)
			return read;
		if (read == RD_DATE_BAD && worst == RD_DATE_BLANK &&
		    !(when[k] == RD_BF_TIME && *ret_time >= 0)) {
			worst = read;
			*ret_found = s;
		}
	}
	return worst;
}

/* Year first wherever most dates read so; else the order that all allow. */
static rd_rc settle_order(rd_bank_table *t, rd_err *err)
{
	uint32_t reads[3] = {0}, differ = 0, n = 0;

	t->order = RD_ORDER_YMD;
	if (t->mapping && t->mapping->order >= 0) {
		t->order = (rd_date_order)t->mapping->order;
		return RD_OK;
	}
	for (uint32_t i = 0; i < t->n_rows; i++)
		for (size_t k = 0; k < sizeof when / sizeof *when; k++) {
			rd_str s = cell(t, &t->rows[i], when[k]);
			rd_day d[3] = {RD_DAY_NONE, RD_DAY_NONE, RD_DAY_NONE};
			int32_t time;

			for (int o = 0; o < 3 && s.len; o++) {
				time = -1;
				reads[o] += date_of(t, s, (rd_date_order)o, &d[o], &time) == RD_DATE_OK;
			}
			n += d[0] != RD_DAY_NONE || d[1] != RD_DAY_NONE || d[2] != RD_DAY_NONE;
			differ += d[1] != d[2];
		}
	if (n == 0 || reads[RD_ORDER_YMD] * 2 >= n)
		return RD_OK;
	t->order = reads[RD_ORDER_DMY] >= reads[RD_ORDER_MDY] ? RD_ORDER_DMY : RD_ORDER_MDY;
	if (differ && reads[RD_ORDER_DMY] == reads[RD_ORDER_MDY])
		return rd_fail(
			err, RD_ASK,
			"日期可以读作“日/月/年”，也可以读作“月/日/年”；请写明 date-order: dmy 或 mdy",
			"the dates can be day/month/year or month/day/year; state date-order: dmy or mdy");
	return RD_OK;
}

/* ---- amounts ---- */

typedef enum direction { NOT_SAID, MONEY_IN, MONEY_OUT, NOT_KNOWN } direction;

static direction direction_of(rd_str s)
{
	static const char *const in[] = {"贷",   "贷方", "收",   "收入",   "入", "入账",
	                                 "进",   "进账", "来账", "转入",   "存", "存入",
	                                 "收款", "c",    "cr",   "credit", "+",  "in"};
	static const char *const out[] = {"借",   "借方", "付",    "支", "支出", "出",
	                                  "出账", "往账", "转出",  "取", "支取", "付款",
	                                  "d",    "dr",   "debit", "-",  "out"};
	char buf[32];
	uint32_t n = 0;

	for (uint32_t at = 0; at < s.len && n + 4 < sizeof buf;) {
		uint32_t cp = rd_halfwidth(rd_utf8_next(s, &at));

		if (cp == '[' || cp == '(') /* "来账[ Incoming ]" */
			break;
		if (cp > ' ')
			n += rd_utf8_put(buf + n, cp >= 'A' && cp <= 'Z' ? cp + 32 : cp);
	}
	rd_str word = {buf, n};

	if (n == 0)
		return NOT_SAID;
	for (size_t i = 0; i < sizeof in / sizeof *in; i++)
		if (rd_str_is(word, in[i]))
			return MONEY_IN;
	for (size_t i = 0; i < sizeof out / sizeof *out; i++)
		if (rd_str_is(word, out[i]))
			return MONEY_OUT;
	return NOT_KNOWN;
}

/* What a row says about the direction beside its amount: the mark, else the kind of payment. */
static direction row_direction(const rd_bank_table *t, const rd_bank_row *r)
{
	direction d = direction_of(cell(t, r, RD_BF_FLAG));

	if (d != NOT_SAID)
		return d;
	d = direction_of(cell(t, r, RD_BF_TYPE));
	return d == NOT_KNOWN ? NOT_SAID : d;
}

typedef struct money {
	rd_amount_read read;
	rd_minor v;
} money;

static money money_of(const rd_bank_table *t, rd_str s, uint32_t decimals)
{
	money m = {RD_AMOUNT_BLANK, 0};

	if (s.len > 1 && s.ptr[0] == '+')
		s = (rd_str){s.ptr + 1, s.len - 1};
	if (s.len)
		m.read = rd_minor_parse(s, t->mark, decimals, &m.v);
	if ((m.read == RD_AMOUNT_OK || m.read == RD_AMOUNT_DECIMALS) &&
	    (m.v > RD_BANK_AMOUNT_MAX || m.v < -RD_BANK_AMOUNT_MAX))
		m.read = RD_AMOUNT_OVERFLOW;
	return m;
}

static bool is_read(money m)
{
	return m.read == RD_AMOUNT_OK || m.read == RD_AMOUNT_DECIMALS;
}

static rd_bank_field in_field(const rd_bank_table *t)
{
	return t->column[RD_BF_IN] >= 0 ? RD_BF_IN : RD_BF_CREDIT;
}

static rd_bank_field out_field(const rd_bank_table *t)
{
	return t->column[RD_BF_OUT] >= 0 ? RD_BF_OUT : RD_BF_DEBIT;
}

static bool has_pair(const rd_bank_table *t)
{
	return t->column[in_field(t)] >= 0 || t->column[out_field(t)] >= 0;
}

/* The decimal mark that more amounts prove; a point when none does. */
static rd_rc settle_mark(rd_bank_table *t, rd_err *err)
{
	static const rd_bank_field columns[] = {RD_BF_IN,    RD_BF_OUT,    RD_BF_CREDIT,
	                                        RD_BF_DEBIT, RD_BF_AMOUNT, RD_BF_BALANCE};
	uint32_t dots = 0, commas = 0, either = 0;

	t->mark = '.';
	if (t->mapping && t->mapping->mark) {
		t->mark = t->mapping->mark;
		return RD_OK;
	}
	for (uint32_t i = 0; i < t->n_rows; i++)
		for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
			char m = rd_minor_mark(cell(t, &t->rows[i], columns[k]));

			dots += m == '.';
			commas += m == ',';
			either += m == '?';
		}
	if (commas > dots)
		t->mark = ',';
	if (either && !dots && !commas && !t->chinese)
		return rd_fail(err, RD_ASK,
		               "金额“1.234”或“1,234”可以读作一千多，也可以读作一点几；请写明 decimal",
		               "amounts such as 1.234 or 1,234 can be read two ways; state decimal");
	return RD_OK;
}

/* Whether a minus in the column of money out says "out" or "taken back". */
static void settle_signs(rd_bank_table *t)
{
	uint32_t out_minus = 0, out_plus = 0, amount_minus = 0, amount_plus = 0;

	for (uint32_t i = 0; i < t->n_rows; i++) {
		const rd_bank_row *r = &t->rows[i];
		money out = money_of(t, cell(t, r, out_field(t)), 2);
		money one = money_of(t, cell(t, r, RD_BF_AMOUNT), 2);

		out_minus += is_read(out) && out.v < 0;
		out_plus += is_read(out) && out.v > 0;
		if (is_read(one) && row_direction(t, r) == MONEY_OUT) {
			amount_minus += one.v < 0;
			amount_plus += one.v > 0;
		}
	}
	t->out_signed = out_minus > out_plus;
	t->amount_signed = amount_minus > amount_plus;
}

typedef enum verdict { LINE, NO_AMOUNT, BAD_AMOUNT, BOTH_AMOUNTS, BAD_FLAG } verdict;

static verdict pair_amount(const rd_bank_table *t, const rd_bank_row *r, uint32_t decimals,
                           rd_minor *ret, bool *ret_rounded, rd_str *ret_found)
{
	rd_str in_cell = cell(t, r, in_field(t)), out_cell = cell(t, r, out_field(t));
	money in = money_of(t, in_cell, decimals), out = money_of(t, out_cell, decimals);

	*ret_found = !is_read(in) && in.read != RD_AMOUNT_BLANK ? in_cell : out_cell;
	if ((!is_read(in) && in.read != RD_AMOUNT_BLANK) ||
	    (!is_read(out) && out.read != RD_AMOUNT_BLANK))
		return BAD_AMOUNT;
	if (!is_read(in) && !is_read(out))
		return NO_AMOUNT;
	if (in.v != 0 && out.v != 0)
		return BOTH_AMOUNTS;
	*ret = in.v ? in.v : t->out_signed ? out.v : -out.v;
	*ret_rounded = in.read == RD_AMOUNT_DECIMALS || out.read == RD_AMOUNT_DECIMALS;
	return LINE;
}

static verdict row_amount(const rd_bank_table *t, const rd_bank_row *r, uint32_t decimals,
                          rd_minor *ret, bool *ret_rounded, rd_str *ret_found)
{
	if (has_pair(t)) {
		verdict v = pair_amount(t, r, decimals, ret, ret_rounded, ret_found);

		if (v != NO_AMOUNT || t->column[RD_BF_AMOUNT] < 0)
			return v;
	}
	*ret_found = cell(t, r, RD_BF_AMOUNT);
	money one = money_of(t, *ret_found, decimals);

	if (one.read == RD_AMOUNT_BLANK)
		return NO_AMOUNT;
	if (!is_read(one))
		return BAD_AMOUNT;
	direction d = row_direction(t, r);

	*ret_rounded = one.read == RD_AMOUNT_DECIMALS;
	if (d == NOT_KNOWN || (d == NOT_SAID && t->column[RD_BF_FLAG] >= 0 && !t->amount_signed)) {
		*ret_found = cell(t, r, RD_BF_FLAG);
		return BAD_FLAG;
	}
	*ret = d == MONEY_OUT && !t->amount_signed ? -one.v : one.v;
	return LINE;
}

/* ---- parts ---- */

/* "人民币元", "人民币", "RMB", "156" and the like to a code of ISO 4217; empty when not known. */
static rd_str currency_code(rd_str s)
{
	static const struct {
		const char *word, *code;
	} words[] = {{"人民币", "CNY"}, {"RMB", "CNY"},    {"CNY", "CNY"},  {"156", "CNY"},
	             {"美元", "USD"},   {"港", "HKD"},     {"欧元", "EUR"}, {"日元", "JPY"},
	             {"英镑", "GBP"},   {"新加坡", "SGD"}, {"澳", "AUD"},   {"加拿大", "CAD"}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (rd_str_starts(s, words[i].word))
			return rd_str_of(words[i].code);
	if (s.len == 3 && s.ptr[0] >= 'A' && s.ptr[0] <= 'Z' && s.ptr[1] >= 'A' && s.ptr[1] <= 'Z' &&
	    s.ptr[2] >= 'A' && s.ptr[2] <= 'Z')
		return s;
	return RD_STR("");
}

/* The part of a row: of its own account and currency when the table has columns for them. */
static rd_rc row_part(rd_bank_table *t, const rd_bank_row *r, uint32_t from, uint32_t *ret_part,
                      rd_err *err)
{
	rd_bank *b = t->bank;
	rd_text account = rd_bank_intern(b, cell(t, r, RD_BF_OWN_ACCOUNT));
	rd_text currency = rd_bank_intern(b, currency_code(cell(t, r, RD_BF_CURRENCY)));

	if (account == 0)
		account = t->titles.account;
	if (currency == 0)
		currency = rd_bank_intern(b, currency_code(rd_bank_text(b, t->titles.currency)));
	if (currency == 0)
		currency = rd_bank_intern(b, RD_STR("CNY"));
	for (uint32_t p = b->n_parts; p-- > from;)
		if (b->parts[p].account == account && b->parts[p].currency == currency) {
			*ret_part = p;
			return RD_OK;
		}
	RD_TRY(rd_bank_add_part(b, ret_part, err));
	rd_bank_part *p = &b->parts[*ret_part];

	p->account = account;
	p->currency = currency;
	p->decimals = rd_currency_decimals(rd_bank_text(b, currency));
	p->holder = rd_bank_intern(b, cell(t, r, RD_BF_OWN_NAME));
	if (p->holder == 0)
		p->holder = t->titles.holder;
	p->bank = t->titles.bank;
	p->open_view = has_pair(t) ? in_field(t) == RD_BF_CREDIT && out_field(t) == RD_BF_DEBIT
	                           : t->column[RD_BF_FLAG] >= 0 && !t->amount_signed;
	if (*ret_part == from && p->decimals == 2) { /* title rows speak of the first account */
		p->opening = t->titles.opening;
		p->has_opening = t->titles.has_opening;
		p->closing = t->titles.closing;
		p->has_closing = t->titles.has_closing;
	}
	return RD_OK;
}

/* ---- lines ---- */

static bool is_total(rd_str s)
{
	static const char *const words[] = {"合计", "总计", "小计", "本月", "本页", "本期",  "累计",
	                                    "期初", "期末", "上期", "承前", "过次", "total", "Total"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (rd_str_starts(s, words[i]))
			return true;
	return false;
}

static void note_row(rd_bank_table *t, const rd_bank_row *r, rd_bank_note_kind kind,
                     rd_bank_field f, rd_str found)
{
	rd_bank_add_note(t->bank, kind, r->line, f < RD_BF_COUNT ? t->heads[f] : RD_STR(""), found);
}

static void read_balance(rd_bank_table *t, const rd_bank_row *r, uint32_t decimals, rd_bank_line *l)
{
	rd_str s = cell(t, r, RD_BF_BALANCE);
	rd_minor v = 0;
	rd_amount_read read = s.len ? rd_minor_parse(s, t->mark, decimals, &v) : RD_AMOUNT_BLANK;

	if (read == RD_AMOUNT_BLANK)
		return;
	if ((read != RD_AMOUNT_OK && read != RD_AMOUNT_DECIMALS) || v > RD_BANK_BALANCE_MAX ||
	    v < -RD_BANK_BALANCE_MAX) {
		note_row(t, r, RD_BANK_NOTE_BALANCE_BAD, RD_BF_BALANCE, s);
		return;
	}
	l->balance = v;
	l->flags |= RD_BANK_BALANCE;
}

/* Who is on the other side: where both stand in the row, the one that is not the own account. */
static void read_party(rd_bank_table *t, const rd_bank_row *r, rd_bank_line *l)
{
	rd_bank *b = t->bank;
	rd_str own = rd_bank_text(b, b->parts[l->part].account);
	rd_bank_field name = RD_BF_PARTY, account = RD_BF_PARTY_ACCOUNT, bank = RD_BF_PARTY_BANK;

	if (t->column[RD_BF_PARTY] < 0 && t->column[RD_BF_PAYER] >= 0) {
		bool we_pay = l->amount < 0;

		if (own.len && rd_str_eq(own, cell(t, r, RD_BF_PAYER_ACCOUNT)))
			we_pay = true;
		else if (own.len && rd_str_eq(own, cell(t, r, RD_BF_PAYEE_ACCOUNT)))
			we_pay = false;
		name = we_pay ? RD_BF_PAYEE : RD_BF_PAYER;
		account = we_pay ? RD_BF_PAYEE_ACCOUNT : RD_BF_PAYER_ACCOUNT;
		bank = we_pay ? RD_BF_PAYEE_BANK : RD_BF_PAYER_BANK;
	}
	l->party = rd_bank_intern(b, cell(t, r, name));
	l->account = rd_bank_intern(b, cell(t, r, account));
	l->bank = rd_bank_intern(b, cell(t, r, bank));
}

static void read_texts(rd_bank_table *t, const rd_bank_row *r, rd_bank_line *l)
{
	rd_bank *b = t->bank;

	read_party(t, r, l);
	l->summary = rd_bank_intern(b, cell(t, r, RD_BF_SUMMARY));
	if (l->summary == 0)
		l->summary = rd_bank_intern(b, cell(t, r, RD_BF_TYPE));
	l->purpose = rd_bank_intern(b, cell(t, r, RD_BF_PURPOSE));
	l->serial = rd_bank_intern(b, cell(t, r, RD_BF_SERIAL));
	l->receipt = rd_bank_intern(b, cell(t, r, RD_BF_RECEIPT));
}

static bool refused(rd_bank_table *t, const rd_bank_row *r, verdict v, rd_str found)
{
	bool pair = has_pair(t);

	switch (v) {
	case LINE: return false;
	case NO_AMOUNT: note_row(t, r, RD_BANK_NOTE_AMOUNT_MISSING, RD_BF_COUNT, r->first); break;
	case BAD_AMOUNT:
		note_row(t, r, RD_BANK_NOTE_AMOUNT_BAD, pair ? RD_BF_COUNT : RD_BF_AMOUNT, found);
		break;
	case BOTH_AMOUNTS: note_row(t, r, RD_BANK_NOTE_AMOUNT_BOTH, RD_BF_COUNT, r->first); break;
	case BAD_FLAG: note_row(t, r, RD_BANK_NOTE_FLAG_BAD, RD_BF_FLAG, found); break;
	}
	return true;
}

static rd_rc read_row(rd_bank_table *t, const rd_bank_row *r, uint32_t from, rd_err *err)
{
	rd_bank_line l = {.line = r->line, .time = -1};
	rd_str found = {"", 0}, bad_date = {"", 0};
	bool rounded = false;
	rd_date_read date = row_date(t, r, &l.date, &l.time, &bad_date);
	uint32_t n_parts = t->bank->n_parts;

	if (date != RD_DATE_OK) {
		verdict v = row_amount(t, r, 2, &l.amount, &rounded, &found);

		if (v == NO_AMOUNT || v == BAD_AMOUNT || is_total(r->first))
			note_row(t, r, RD_BANK_NOTE_SKIPPED, RD_BF_COUNT, r->first);
		else
			note_row(t, r, RD_BANK_NOTE_DATE_BAD,
			         t->column[RD_BF_DATE] >= 0 ? RD_BF_DATE : RD_BF_TIME, bad_date);
		return RD_OK;
	}
	RD_TRY(row_part(t, r, from, &l.part, err));
	uint32_t decimals = t->bank->parts[l.part].decimals;

	if (refused(t, r, row_amount(t, r, decimals, &l.amount, &rounded, &found), found)) {
		t->bank->n_parts = n_parts; /* a part is not made by a record that is left out */
		return RD_OK;
	}
	if (rounded)
		note_row(t, r, RD_BANK_NOTE_DECIMALS, RD_BF_COUNT, found);
	read_balance(t, r, decimals, &l);
	read_texts(t, r, &l);
	return rd_bank_add_line(t->bank, &l, err);
}

rd_rc rd_bank_rows_lines(rd_bank_table *t, rd_err *err)
{
	uint32_t from = t->bank->n_parts;

	RD_TRY(settle_order(t, err));
	RD_TRY(settle_mark(t, err));
	settle_signs(t);
	for (uint32_t i = 0; i < t->n_rows; i++)
		RD_TRY(read_row(t, &t->rows[i], from, err));
	return RD_OK;
}
