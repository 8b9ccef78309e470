#include "base/assert.h"
#include "book/serial.h"
#include "io/export.h"

/*
 * hledger's journal: one transaction a voucher. Account names keep the code and stand below their
 * parents ("1002 银行存款：100201 工行"). Amounts are in the base currency; a foreign amount,
 * the party, the document and the source of a line are tags in its comment.
 */

typedef struct out {
	const rd_book *b;
	rd_buf *buf;
	uint32_t decimals;
	const char *prefix; /* "; " for a transaction that is written as a comment */
} out;

/* Text for a name or a comment: no line break, no second blank, no character with a meaning. */
static void put_plain(rd_buf *buf, rd_str s, bool account)
{
	bool blank = false;
	uint32_t i = 0;

	s = rd_str_trim(s);
	while (i < s.len) {
		uint32_t from = i, cp = rd_utf8_next(s, &i);

		if (cp <= ' ' || cp == 0x7F || cp == 0xA0 || cp == 0x3000) {
			blank = true;
			continue;
		}
		if (blank)
			rd_buf_char(buf, ' ');
		blank = false;
		if (account && (cp == ':' || cp == ';'))
			rd_buf_char(buf, '_');
		else if (!account && (cp == ';' || cp == '|'))
			rd_buf_char(buf, ',');
		else
			rd_buf_add(buf, s.ptr + from, i - from);
	}
}

static void put_one_account(const out *o, rd_row a)
{
	rd_str code = rd_book_text(o->b, o->b->account.code[a]);
	rd_str name = rd_book_text(o->b, o->b->account.name[a]);

	/* Brackets at the ends would make the posting a virtual one. */
	if (code.len &&
	    (code.ptr[0] == '(' || code.ptr[0] == '[' || code.ptr[0] == '*' || code.ptr[0] == '!'))
		rd_buf_char(o->buf, '_');
	put_plain(o->buf, code, true);
	if (name.len && !rd_str_eq(code, name)) {
		rd_buf_puts(o->buf, code.len ? " " : "");
		put_plain(o->buf, name, true);
	}
	if (code.len == 0 && name.len == 0)
		rd_buf_puts(o->buf, "?");
}

static void put_account(const out *o, rd_row a)
{
	rd_row chain[16];
	uint32_t n = 0;

	if (a == 0) {
		rd_buf_puts(o->buf, "?");
		return;
	}
	for (rd_row p = a; p && n < 16; p = o->b->account.parent ? o->b->account.parent[p] : 0)
		chain[n++] = p;
	for (uint32_t i = n; i > 0; i--) {
		put_one_account(o, chain[i - 1]);
		rd_buf_puts(o->buf, i > 1 ? ":" : "");
	}
}

static void put_amount(const out *o, rd_minor v)
{
	char text[RD_MINOR_TEXT];
	rd_str currency = rd_book_text(o->b, o->b->base_currency);
	bool letters = currency.len > 0;

	for (uint32_t i = 0; i < currency.len; i++)
		letters &= (currency.ptr[i] >= 'A' && currency.ptr[i] <= 'Z');
	rd_minor_format(v, o->decimals, false, text);
	rd_buf_puts(o->buf, text);
	if (letters)
		rd_buf_printf(o->buf, " " RD_STR_FMT, RD_STR_ARG(currency));
}

static void put_tag(const out *o, bool *some, const char *name, rd_str value)
{
	if (value.len == 0)
		return;
	rd_buf_printf(o->buf, "%s%s:", *some ? ", " : "  ; ", name);
	/* A comma ends the value of a tag. */
	for (uint32_t from = 0, i = 0; i <= value.len; i++)
		if (i == value.len || value.ptr[i] == ',') {
			put_plain(o->buf, (rd_str){value.ptr + from, i - from}, false);
			if (i < value.len)
				rd_buf_char(o->buf, ' ');
			from = i + 1;
		}
	*some = true;
}

static void put_line(const out *o, rd_row i)
{
	const rd_book *b = o->b;
	rd_row party = b->line.party ? b->line.party[i] : 0;
	char text[256];
	bool some = false;

	rd_buf_printf(o->buf, "%s    ", o->prefix);
	put_account(o, b->line.account ? b->line.account[i] : 0);
	rd_buf_puts(o->buf, "  ");
	put_amount(o, rd_line_net(b, i));
	if (rd_line_text(b, i) && rd_line_text(b, i) != rd_voucher_text(b, rd_line_voucher(b, i)))
		put_tag(o, &some, "summary", rd_book_text(b, rd_line_text(b, i)));
	if (party)
		put_tag(o, &some, "party",
		        rd_book_text(b, b->party.name[party] ? b->party.name[party] : b->party.key[party]));
	if (rd_line_document(b, i)) {
		rd_serial_format(b, rd_line_document(b, i), text, sizeof text);
		put_tag(o, &some, "document", rd_str_of(text));
	}
	if (b->line.foreign && (b->line.flags[i] & RD_LINE_FOREIGN)) {
		rd_str currency = b->line.currency ? rd_book_text(b, b->line.currency[i]) : RD_STR("");

		rd_minor_format(b->line.foreign[i], rd_currency_decimals(currency), false, text);
		put_tag(o, &some, "foreign", rd_str_of(text));
		put_tag(o, &some, "currency", currency);
	}
	rd_buf_char(o->buf, '\n');
}

static void put_voucher(const out *o, rd_row v, rd_day day)
{
	const rd_book *b = o->b;
	rd_place place =
		b->voucher.first[v] < b->line.n ? rd_line_place(b, b->voucher.first[v]) : (rd_place){0};
	char text[256];

	rd_day_format(day, text);
	rd_buf_printf(o->buf, "%s%s ", o->prefix, text);
	if ((b->voucher.number && b->voucher.number[v]) ||
	    (b->voucher.journal && b->voucher.journal[v])) {
		rd_buf_char(o->buf, '(');
		if (b->voucher.journal && b->voucher.journal[v]) {
			put_plain(o->buf, rd_book_text(b, b->voucher.journal[v]), true);
			rd_buf_char(o->buf, '-');
		}
		if (b->voucher.number) {
			rd_serial_format(b, b->voucher.number[v], text, sizeof text);
			put_plain(o->buf, rd_str_of(text), true);
		}
		rd_buf_puts(o->buf, ") ");
	}
	put_plain(o->buf, rd_book_text(b, rd_voucher_text(b, v)), false);
	if (place.file) {
		rd_buf_puts(o->buf, "  ; ");
		put_plain(o->buf, rd_book_text(b, b->files[place.file].name), false);
		rd_buf_printf(o->buf, " %u", place.line);
	}
	rd_buf_char(o->buf, '\n');
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		put_line(o, i);
	rd_buf_char(o->buf, '\n');
}

/* Opening balances of the leaves, one transaction on the first day. */
static void put_openings(const out *o)
{
	const rd_book *b = o->b;
	rd_day day = b->n_periods ? rd_period_first(b->periods[0]) : b->first_day;
	rd_minor sum = 0;
	bool head = false;
	char text[16];

	if (day == RD_DAY_NONE || b->account.opening == NULL)
		return;
	for (rd_row a = 1; a < b->account.n; a++) {
		if (!(b->account.flags[a] & RD_ACC_OPENING) || !(b->account.flags[a] & RD_ACC_LEAF) ||
		    b->account.opening[a] == 0)
			continue;
		rd_day_format(day, text);
		if (!head)
			rd_buf_printf(o->buf, "%s 期初余额\n", text);
		head = true;
		rd_buf_puts(o->buf, "    ");
		put_account(o, a);
		rd_buf_puts(o->buf, "  ");
		put_amount(o, b->account.opening[a]);
		rd_buf_char(o->buf, '\n');
		sum += b->account.opening[a];
	}
	if (head && sum != 0) {
		rd_buf_puts(o->buf, "    期初差额  ");
		put_amount(o, -sum);
		rd_buf_char(o->buf, '\n');
	}
	if (head)
		rd_buf_char(o->buf, '\n');
}

void rd_export_hledger(const rd_book *b, rd_writer *w, rd_export_loss *ret_loss)
{
	out o = {.b = b,
	         .buf = &w->buf,
	         .prefix = "",
	         .decimals = rd_currency_decimals(rd_book_text(b, b->base_currency))};
	rd_export_loss loss = {0};

	put_openings(&o);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_day day = b->voucher.date ? b->voucher.date[v] : RD_DAY_NONE;
		bool gone = b->voucher.flags && (b->voucher.flags[v] & RD_VCH_VOID);

		if (day == RD_DAY_NONE && b->voucher.period && b->voucher.period[v])
			day = rd_period_last(b->voucher.period[v]);
		if (day == RD_DAY_NONE) {
			loss.no_date++;
			continue;
		}
		o.prefix = gone ? "; " : "";
		loss.void_vouchers += gone;
		loss.unbalanced += !gone && rd_voucher_net(b, v) != 0;
		put_voucher(&o, v, day);
		rd_writer_spill(w);
	}
	*ret_loss = loss;
}
