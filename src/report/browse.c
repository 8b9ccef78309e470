#include "report/browse.h"
#include "book/serial.h"
#include "report/common.h"
#include <stdio.h>
#include <stdlib.h>

static const struct {
	uint8_t flag;
	const char *name;
} flags[] = {
	{RD_VCH_VOID, "void"},       {RD_VCH_POSTED, "posted"},     {RD_VCH_OPENING, "opening"},
	{RD_VCH_CLOSING, "closing"}, {RD_VCH_DATE_BAD, "date-bad"}, {RD_VCH_MANUAL, "manual"},
};

uint8_t rd_voucher_flag_find(rd_str name)
{
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (rd_str_is(name, flags[i].name))
			return flags[i].flag;
	return 0;
}

static void put_text(rd_json *j, const char *key, const rd_book *b, rd_text id)
{
	if (id)
		rd_json_put_str(j, key, rd_book_text(b, id));
}

static void put_day(rd_json *j, const char *key, rd_day d)
{
	char text[16];

	rd_day_format(d, text);
	rd_json_put_text(j, key, text[0] ? text : NULL);
}

static void put_period(rd_json *j, const char *key, rd_period p)
{
	char text[16];

	rd_period_format(p, text);
	rd_json_put_text(j, key, p ? text : NULL);
}

static void put_row(rd_json *j, const char *key, uint32_t row)
{
	char text[16];

	snprintf(text, sizeof text, "%u", row);
	rd_json_put_text(j, key, text);
}

static void put_cursor(rd_json *j, bool more, uint32_t at)
{
	if (more)
		put_row(j, "cursor", at);
}

static void put_currency(rd_json *j, const rd_book *b)
{
	rd_str c = rd_book_text(b, b->base_currency);

	rd_json_put_str(j, "currency", c.len ? c : RD_STR("CNY"));
}

void rd_browse_put_place(rd_json *j, const rd_book *b, rd_place p)
{
	if (p.file == 0)
		return;
	rd_json_key(j, "place");
	rd_json_object(j);
	rd_json_put_int(j, "file", p.file);
	rd_json_put_text(j, "name", rd_file_name(b, p.file));
	rd_json_put_int(j, "line", p.line);
	rd_json_close(j);
}

/* ---- contents ---- */

static void put_file(rd_json *j, const rd_book *b, rd_row i)
{
	static const char *const kinds[] = {"other", "journal", "trial-balance",
	                                    "chart", "parties", "standard"};
	const rd_file *f = &b->files[i];
	rd_str layout = rd_book_text(b, f->layout);
	int64_t cut = rd_str_find(layout, "\n");

	rd_json_object(j);
	rd_json_put_int(j, "file", i);
	rd_json_put_text(j, "name", rd_file_name(b, i));
	rd_json_put_text(j, "kind", kinds[f->kind]);
	put_text(j, "format", b, f->format);
	put_text(j, "encoding", b, f->encoding);
	if (cut >= 0) {
		rd_json_key(j, "layout");
		rd_json_object(j);
		rd_json_put_str(j, "zh", (rd_str){layout.ptr, (uint32_t)cut});
		rd_json_put_str(j, "en", (rd_str){layout.ptr + cut + 1, layout.len - (uint32_t)cut - 1});
		rd_json_close(j);
	}
	rd_json_put_int(j, "bytes", (int64_t)f->bytes);
	rd_json_put_int(j, "records", (int64_t)f->records);
	rd_json_put_int(j, "rejected", (int64_t)f->rejected);
	rd_json_put_int(j, "skipped", (int64_t)f->skipped);
	put_text(j, "company", b, f->company);
	rd_json_close(j);
}

#define FILES_SHOWN 500u

void rd_browse_contents(rd_json *j, const rd_book *b)
{
	put_currency(j, b);
	rd_json_put_int(j, "vouchers", b->voucher.n);
	rd_json_put_int(j, "lines", b->line.n);
	rd_json_put_int(j, "accounts", b->account.n ? b->account.n - 1 : 0);
	rd_json_put_int(j, "parties", b->party.n ? b->party.n - 1 : 0);
	rd_json_put_int(j, "notes", b->n_notes);
	put_day(j, "first_day", b->first_day);
	put_day(j, "last_day", b->last_day);
	rd_json_key(j, "periods");
	rd_json_array(j);
	for (uint32_t i = 0; i < b->n_periods && i < FILES_SHOWN; i++) {
		char text[16];

		rd_period_format(b->periods[i], text);
		rd_json_text(j, text);
	}
	rd_json_close(j);
	rd_json_put_int(j, "n_files", b->n_files ? b->n_files - 1 : 0);
	rd_json_key(j, "files");
	rd_json_array(j);
	for (rd_row i = 1; i < b->n_files && i <= FILES_SHOWN; i++)
		put_file(j, b, i);
	rd_json_close(j);
}

/* ---- accounts ---- */

static const char *side_name(uint8_t side)
{
	return side == RD_SIDE_DEBIT ? "debit" : side == RD_SIDE_CREDIT ? "credit" : "both";
}

static void put_sums(rd_json *j, rd_sums s)
{
	rd_json_put_int(j, "opening", s.opening);
	rd_json_put_int(j, "debit", s.debit);
	rd_json_put_int(j, "credit", s.credit);
	rd_json_put_int(j, "closing", s.closing);
}

static void put_account(rd_json *j, const rd_ledger *l, rd_row i, rd_sums s)
{
	static const char *const classes[] = {"unknown", "asset", "liability", "common",
	                                      "equity",  "cost",  "pl",        "memo"};
	const rd_book *b = l->book;

	rd_json_object(j);
	rd_json_put_str(j, "code", rd_book_text(b, b->account.code[i]));
	rd_json_put_str(j, "name", rd_book_text(b, b->account.name[i]));
	if (b->account.parent[i])
		put_text(j, "parent", b, b->account.code[b->account.parent[i]]);
	rd_json_put_int(j, "level", b->account.level[i]);
	rd_json_put_text(j, "class", classes[b->account.class_of[i]]);
	rd_json_put_text(j, "side", side_name(b->account.side[i]));
	rd_json_put_int(j, "below", l->below[i]);
	rd_json_put_int(j, "lines", l->n_lines[i]);
	rd_json_put_bool(j, "bank", b->account.role[i] == RD_ROLE_BANK);
	put_sums(j, s);
	rd_json_close(j);
}

typedef struct coded {
	rd_str code;
	rd_row row;
} coded;

static int coded_cmp(const void *x, const void *y)
{
	const coded *a = x, *b = y;
	int c = rd_str_cmp(a->code, b->code);

	return c ? c : a->row < b->row ? -1 : a->row > b->row;
}

static bool account_fits(const rd_book *b, const rd_accounts_query *q, rd_row i)
{
	char name[400];

	if (q->top != RD_NONE && b->account.parent[i] != q->top)
		return false;
	if (q->level && b->account.level[i] > q->level)
		return false;
	if (q->text.len == 0)
		return true;
	rd_account_name(b, i, name, sizeof name);
	for (uint32_t at = 0; name[at]; at++)
		if (strncmp(name + at, q->text.ptr, q->text.len) == 0)
			return true;
	return false;
}

static void put_totals(rd_json *j, rd_totals t)
{
	rd_json_key(j, "totals");
	rd_json_object(j);
	rd_json_put_int(j, "opening_debit", t.opening_debit);
	rd_json_put_int(j, "opening_credit", t.opening_credit);
	rd_json_put_int(j, "debit", t.debit);
	rd_json_put_int(j, "credit", t.credit);
	rd_json_put_int(j, "closing_debit", t.closing_debit);
	rd_json_put_int(j, "closing_credit", t.closing_credit);
	rd_json_put_bool(j, "opening_agrees", t.opening_agrees);
	rd_json_put_bool(j, "movement_agrees", t.movement_agrees);
	rd_json_put_bool(j, "closing_agrees", t.closing_agrees);
	rd_json_close(j);
}

static rd_period period_at(const rd_book *b, uint32_t column)
{
	return column < b->n_periods ? b->periods[column] : 0;
}

void rd_browse_accounts(rd_json *j, rd_arena *a, const rd_ledger *l, const rd_accounts_query *q,
                        rd_page page)
{
	const rd_book *b = l->book;
	coded *c = RD_NEW_N(a, coded, (size_t)b->account.n + 1);
	uint32_t n = 0, at, put = 0;

	for (rd_row i = 1; i < b->account.n; i++)
		if (account_fits(b, q, i))
			c[n++] = (coded){rd_book_text(b, b->account.code[i]), i};
	if (n)
		qsort(c, n, sizeof *c, coded_cmp);
	put_currency(j, b);
	put_period(j, "from", period_at(b, q->from));
	put_period(j, "to", period_at(b, q->to));
	put_totals(j, rd_ledger_totals(l, q->from, q->to));
	rd_json_key(j, "accounts");
	rd_json_array(j);
	for (at = page.from; at < n && put < page.max; at++) {
		rd_sums s = rd_ledger_sums(l, c[at].row, q->from, q->to);

		if (q->moved && !s.opening && !s.debit && !s.credit)
			continue;
		put_account(j, l, c[at].row, s);
		put++;
	}
	rd_json_close(j);
	put_cursor(j, at < n, at);
}

/* ---- vouchers ---- */

static void put_voucher(rd_json *j, const rd_book *b, rd_row v)
{
	char name[96];
	rd_minor debit = 0, credit = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		debit += rd_line_debit(b, i);
		credit += rd_line_credit(b, i);
	}
	rd_voucher_name(b, v, false, name, sizeof name);
	put_row(j, "id", v);
	rd_json_put_text(j, "name", name);
	put_period(j, "period", b->voucher.period[v]);
	put_day(j, "date", b->voucher.date[v]);
	if (b->voucher.journal)
		put_text(j, "journal", b, b->voucher.journal[v]);
	put_text(j, "summary", b, rd_voucher_text(b, v));
	rd_json_put_int(j, "debit", debit);
	rd_json_put_int(j, "credit", credit);
	rd_json_put_bool(j, "balanced", debit == credit);
	rd_json_put_int(j, "lines", b->voucher.first[v + 1] - b->voucher.first[v]);
	rd_json_key(j, "flags");
	rd_json_array(j);
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (b->voucher.flags[v] & flags[i].flag)
			rd_json_text(j, flags[i].name);
	rd_json_close(j);
	if (b->voucher.preparer)
		put_text(j, "preparer", b, b->voucher.preparer[v]);
	if (b->voucher.reviewer)
		put_text(j, "reviewer", b, b->voucher.reviewer[v]);
	if (b->voucher.poster)
		put_text(j, "poster", b, b->voucher.poster[v]);
	if (b->voucher.attachments && b->voucher.attachments[v] != RD_ATTACHMENTS_BLANK)
		rd_json_put_int(j, "attachments", b->voucher.attachments[v]);
	if (b->voucher.first[v + 1] > b->voucher.first[v])
		rd_browse_put_place(j, b, rd_line_place(b, b->voucher.first[v]));
}

void rd_browse_vouchers(rd_json *j, rd_arena *a, const rd_ledger *l, const rd_voucher_filter *f,
                        rd_page page)
{
	rd_row *rows = RD_NEW_N(a, rd_row, page.max + 1);
	uint32_t at = page.from, n = rd_vouchers_find(a, l, f, &at, page.max, rows);

	put_currency(j, l->book);
	rd_json_key(j, "vouchers");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		put_voucher(j, l->book, rows[i]);
		rd_json_close(j);
	}
	rd_json_close(j);
	put_cursor(j, at < l->book->voucher.n, at);
}

/* ---- lines ---- */

static void put_serial(rd_json *j, const char *key, const rd_book *b, rd_serial s)
{
	char text[128];

	if (s == 0)
		return;
	rd_serial_format(b, s, text, sizeof text);
	rd_json_put_text(j, key, text);
}

static void put_line_money(rd_json *j, const rd_book *b, rd_row i)
{
	uint8_t f = b->line.flags[i];

	if (f & RD_LINE_AMOUNT_BLANK)
		return;
	if (f & RD_LINE_BOTH || !(f & RD_LINE_CREDIT))
		rd_json_put_int(j, "debit", rd_line_debit(b, i));
	if (f & (RD_LINE_BOTH | RD_LINE_CREDIT))
		rd_json_put_int(j, "credit", rd_line_credit(b, i));
	if (f & RD_LINE_FOREIGN && b->line.currency && b->line.foreign) {
		rd_json_key(j, "foreign");
		rd_json_object(j);
		rd_json_put_int(j, "minor", b->line.foreign[i]);
		rd_json_put_str(j, "currency", rd_book_text(b, b->line.currency[i]));
		rd_json_close(j);
	}
}

static void put_line(rd_json *j, const rd_book *b, rd_row i)
{
	rd_row account = b->line.account[i], party = b->line.party ? b->line.party[i] : 0;

	put_row(j, "id", i);
	rd_json_put_str(j, "account", rd_book_text(b, b->account.code[account]));
	rd_json_put_str(j, "account_name", rd_book_text(b, b->account.name[account]));
	put_text(j, "party", b, b->party.name[party]);
	put_text(j, "text", b, rd_line_text(b, i));
	put_line_money(j, b, i);
	put_serial(j, "document", b, rd_line_document(b, i));
	if (b->line.document_date && b->line.document_date[i] != RD_DAY_NONE)
		put_day(j, "document_date", b->line.document_date[i]);
	rd_browse_put_place(j, b, rd_line_place(b, i));
}

void rd_browse_voucher(rd_json *j, const rd_book *b, rd_row v, rd_page page)
{
	rd_row from = b->voucher.first[v], to = b->voucher.first[v + 1];
	uint32_t at = page.from;

	put_currency(j, b);
	put_voucher(j, b, v);
	rd_json_key(j, "rows");
	rd_json_array(j);
	for (uint32_t n = 0; at < to - from && n < page.max; at++, n++) {
		rd_json_object(j);
		put_line(j, b, from + at);
		rd_json_close(j);
	}
	rd_json_close(j);
	put_cursor(j, at < to - from, at);
}

/* ---- ledger ---- */

static uint32_t column_of(const rd_book *b, rd_period p)
{
	uint32_t i = p ? rd_book_period_index(b, p) : RD_NONE;

	return i == RD_NONE ? b->n_periods : i;
}

static void put_ledger_line(rd_json *j, const rd_book *b, rd_row v, rd_row i, rd_minor balance)
{
	char name[96];

	rd_json_object(j);
	put_row(j, "voucher", v);
	rd_voucher_name(b, v, false, name, sizeof name);
	rd_json_put_text(j, "name", name);
	put_period(j, "period", b->voucher.period[v]);
	put_day(j, "date", rd_line_date(b, i));
	put_line(j, b, i);
	rd_json_put_int(j, "balance", balance);
	rd_json_close(j);
}

void rd_browse_ledger(rd_json *j, rd_arena *a, const rd_ledger *l, rd_row account, uint32_t from,
                      uint32_t to, rd_page page)
{
	const rd_book *b = l->book;
	rd_sums sums = rd_ledger_sums(l, account, from, to);
	uint8_t *is_in = rd_arena_alloc(a, (size_t)b->account.n + 1, 1);
	rd_minor balance = sums.opening;
	uint32_t seen = 0;
	bool more = false;

	for (rd_row i = 1; i < b->account.n; i++)
		is_in[i] = rd_ledger_under(b, i, account);
	put_currency(j, b);
	rd_json_put_str(j, "account", rd_book_text(b, b->account.code[account]));
	rd_json_put_str(j, "account_name", rd_book_text(b, b->account.name[account]));
	rd_json_put_text(j, "side", side_name(b->account.side[account]));
	put_period(j, "from", period_at(b, from));
	put_period(j, "to", period_at(b, to));
	put_sums(j, sums);
	rd_json_key(j, "rows");
	rd_json_array(j);
	for (rd_row k = 0; k < b->voucher.n && !more; k++) {
		rd_row v = l->vouchers[k];
		uint32_t column;

		if (!rd_ledger_counts(b, v))
			continue;
		column = column_of(b, b->voucher.period[v]);
		if (column < from || column > to)
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1] && !more; i++) {
			if (!is_in[b->line.account[i]])
				continue;
			more = seen >= page.from + page.max;
			balance += rd_line_net(b, i);
			if (!more && seen >= page.from)
				put_ledger_line(j, b, v, i, balance);
			seen++;
		}
	}
	rd_json_close(j);
	put_cursor(j, more, page.from + page.max);
}

/* ---- notes ---- */

static const char *const note_words[RD_NOTE_KINDS] = {
	[RD_NOTE_READ_AS] = "read-as",
	[RD_NOTE_COLUMN_MISSING] = "column-missing",
	[RD_NOTE_FIELD_COUNT] = "field-count",
	[RD_NOTE_EMPTY_LINE] = "empty-line",
	[RD_NOTE_BOM] = "bom",
	[RD_NOTE_STRAY_CR] = "stray-cr",
	[RD_NOTE_NUL] = "nul",
	[RD_NOTE_PADDING] = "padding",
	[RD_NOTE_TRAILING_COLUMN] = "trailing-column",
	[RD_NOTE_BYTES_INVALID] = "bytes-invalid",
	[RD_NOTE_MOJIBAKE] = "mojibake",
	[RD_NOTE_DATE_BAD] = "date-bad",
	[RD_NOTE_PERIOD_BAD] = "period-bad",
	[RD_NOTE_AMOUNT_BAD] = "amount-bad",
	[RD_NOTE_DECIMALS] = "decimals",
	[RD_NOTE_SIDE_BAD] = "side-bad",
	[RD_NOTE_QUOTE] = "quote",
	[RD_NOTE_CELL_LONG] = "cell-long",
	[RD_NOTE_ROW_REJECTED] = "row-rejected",
	[RD_NOTE_SKIPPED] = "skipped",
	[RD_NOTE_SIDE_VIEW] = "side-view",
};

const char *rd_note_word(rd_note_kind kind)
{
	return note_words[kind];
}

rd_note_kind rd_note_find(rd_str word)
{
	for (int i = 0; i < RD_NOTE_KINDS; i++)
		if (rd_str_is(word, note_words[i]))
			return (rd_note_kind)i;
	return RD_NOTE_KINDS;
}

static void put_note(rd_json *j, const rd_book *b, const rd_note *n)
{
	rd_json_object(j);
	rd_json_put_text(j, "kind", note_words[n->kind]);
	rd_json_put_words(j, "what", rd_note_words(n->kind));
	rd_json_put_bool(j, "rejected", n->rejected);
	rd_browse_put_place(j, b, (rd_place){n->file, n->line});
	if (n->column)
		rd_json_put_int(j, "column", n->column);
	put_text(j, "field", b, n->field);
	put_text(j, "found", b, n->found);
	if (n->amount)
		rd_json_put_int(j, "amount", n->amount);
	if (n->hint_zh)
		rd_json_put_words(j, "hint",
		                  (rd_words){rd_book_text(b, n->hint_zh).ptr,
		                             rd_book_text(b, n->hint_en).ptr});
	rd_json_close(j);
}

void rd_browse_notes(rd_json *j, const rd_book *b, rd_note_kind kind, rd_row file, bool rejected,
                     rd_page page)
{
	uint32_t at, put = 0;

	rd_json_key(j, "notes");
	rd_json_array(j);
	for (at = page.from; at < b->n_notes && put < page.max; at++) {
		const rd_note *n = &b->notes[at];

		if ((kind != RD_NOTE_KINDS && n->kind != kind) || (file && n->file != file) ||
		    (rejected && !n->rejected))
			continue;
		put_note(j, b, n);
		put++;
	}
	rd_json_close(j);
	put_cursor(j, at < b->n_notes, at);
}

/* ---- places ---- */

void rd_browse_place(rd_json *j, const rd_place_view *v, uint32_t line)
{
	rd_json_put_text(j, "encoding", v->encoding);
	rd_json_key(j, "rows");
	rd_json_array(j);
	for (uint32_t i = 0; i < v->n; i++) {
		const rd_place_row *r = &v->rows[i];

		rd_json_object(j);
		rd_json_put_int(j, "line", r->line);
		rd_json_put_bool(j, "here", r->line == line);
		if (r->cut)
			rd_json_put_bool(j, "cut", true);
		if (v->cells) {
			rd_json_key(j, "cells");
			rd_json_array(j);
			for (uint32_t c = 0; c < r->n_cells; c++)
				rd_json_str(j, r->cells[c]);
			rd_json_close(j);
		} else {
			rd_json_put_str(j, "text", r->text);
		}
		rd_json_close(j);
	}
	rd_json_close(j);
}
