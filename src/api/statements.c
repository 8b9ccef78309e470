#include "api/books.h"
#include "api/handlers.h"
#include "desk/statements.h"
#include "record/check.h"

/* The lines of a bank statement, what was noted while reading it, and places in its file. */

typedef struct finding {
	rd_call *call;
	rd_record record;
	rd_attached file;
} finding;

static rd_rc find(rd_tx *tx, void *ctx, rd_err *err)
{
	finding *f = ctx;

	return rd_statement_file(tx, &f->call->who.actor, f->call->id, &f->record, &f->file, err);
}

static rd_rc find_file(rd_call *call, finding *ret, rd_err *err)
{
	*ret = (finding){.call = call};
	return rd_store_read(call->api->store, call->who.actor.firm_id, call->req->arena, find, ret,
	                     err);
}

typedef rd_rc view_fn(rd_call *call, const rd_bank *b, rd_json *j, rd_err *err);

static rd_rc show(rd_call *call, view_fn *view, rd_err *err)
{
	rd_statements *cache = rd_hands_statements(call->api->hands);
	rd_statement_ref ref;
	finding f;

	RD_TRY(find_file(call, &f, err));
	RD_TRY(rd_statement_get(cache, call->who.actor.firm_id, &f.file, &ref, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_id(j, "attachment", f.file.id);
	rd_rc rc = view(call, ref.bank, j, err);

	if (rc == RD_OK)
		rd_json_close(j);
	rd_statement_release(cache, &ref);
	return rc;
}

static void put_text(rd_json *j, const char *key, const rd_bank *b, rd_text id)
{
	if (id)
		rd_json_put_str(j, key, rd_bank_text(b, id));
}

static void put_day(rd_json *j, const char *key, rd_day d)
{
	char text[16];

	rd_day_format(d, text);
	rd_json_put_text(j, key, text[0] ? text : NULL);
}

static void put_accounts(rd_json *j, const rd_bank *b)
{
	rd_json_key(j, "accounts");
	rd_json_array(j);
	for (uint32_t i = 0; i < b->n_parts && i < 200; i++) {
		const rd_bank_part *p = &b->parts[i];

		rd_json_object(j);
		put_text(j, "account", b, p->account);
		put_text(j, "holder", b, p->holder);
		put_text(j, "bank", b, p->bank);
		put_text(j, "currency", b, p->currency);
		rd_json_put_int(j, "lines", p->n);
		put_day(j, "first_day", p->from);
		put_day(j, "last_day", p->to);
		if (p->has_opening)
			rd_json_put_int(j, "opening", p->opening);
		if (p->has_closing)
			rd_json_put_int(j, "closing", p->closing);
		rd_json_put_int(j, "in", p->sum_in);
		rd_json_put_int(j, "out", p->sum_out);
		rd_json_put_int(j, "breaks", p->breaks);
		rd_json_close(j);
	}
	rd_json_close(j);
}

void rd_api_put_bank_line(rd_json *j, const rd_bank *b, uint32_t i)
{
	const rd_bank_line *l = &b->lines[i];
	char time[16];

	rd_json_put_int(j, "line", l->line);
	put_day(j, "date", l->date);
	if (l->time >= 0) {
		(void)snprintf(time, sizeof time, "%02d:%02d:%02d", l->time / 3600, l->time / 60 % 60,
		               l->time % 60);
		rd_json_put_text(j, "time", time);
	}
	rd_json_put_int(j, "amount", l->amount);
	if (l->flags & RD_BANK_BALANCE)
		rd_json_put_int(j, "balance", l->balance);
	if (l->flags & RD_BANK_BREAK)
		rd_json_put_bool(j, "breaks", true);
	if (l->flags & RD_BANK_DUPLICATE)
		rd_json_put_bool(j, "duplicate", true);
	put_text(j, "party", b, l->party);
	put_text(j, "party_account", b, l->account);
	put_text(j, "party_bank", b, l->bank);
	put_text(j, "summary", b, l->summary);
	put_text(j, "purpose", b, l->purpose);
	put_text(j, "serial", b, l->serial);
	put_text(j, "receipt", b, l->receipt);
}

typedef struct line_filter {
	rd_day from, to;
	rd_str text;
	bool breaks;
} line_filter;

static bool line_fits(const rd_bank *b, const rd_bank_line *l, const line_filter *f)
{
	const rd_text texts[] = {l->party, l->summary, l->purpose, l->serial, l->receipt};
	char part[256];

	if ((f->from != RD_DAY_NONE && l->date < f->from) || (f->to != RD_DAY_NONE && l->date > f->to))
		return false;
	if (f->breaks && !(l->flags & RD_BANK_BREAK))
		return false;
	if (f->text.len == 0)
		return true;
	memcpy(part, f->text.ptr, f->text.len);
	part[f->text.len] = '\0';
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (rd_str_has(rd_bank_text(b, texts[i]), part))
			return true;
	return false;
}

static rd_rc query_day(const rd_call *call, const char *name, rd_day *ret, rd_err *err)
{
	rd_str v = rd_call_query(call, name);

	*ret = RD_DAY_NONE;
	if (v.len && !rd_check_day(v, ret))
		return rd_fail(err, RD_USAGE, "参数 %s 应为日期，如 2026-03-31",
		               "%s must be a day: 2026-03-31", name);
	return RD_OK;
}

static rd_rc lines(rd_call *call, const rd_bank *b, rd_json *j, rd_err *err)
{
	line_filter f = {.text = rd_call_query(call, "text")};
	uint32_t at, put = 0;
	rd_page page;

	RD_TRY(rd_call_page(call, &page, err));
	RD_TRY(query_day(call, "from", &f.from, err));
	RD_TRY(query_day(call, "to", &f.to, err));
	f.breaks = rd_str_is(rd_call_query(call, "breaks"), "true");
	if (f.text.len > 200)
		return rd_fail(err, RD_USAGE, "搜索的文字过长", "the text is too long");
	put_accounts(j, b);
	rd_json_key(j, "lines");
	rd_json_array(j);
	for (at = page.from; at < b->n_lines && put < page.max; at++) {
		if (!line_fits(b, &b->lines[at], &f))
			continue;
		rd_json_object(j);
		put_text(j, "account", b, b->parts[b->lines[at].part].account);
		rd_api_put_bank_line(j, b, at);
		rd_json_close(j);
		put++;
	}
	rd_json_close(j);
	if (at < b->n_lines) {
		char text[16];

		(void)snprintf(text, sizeof text, "%u", at);
		rd_json_put_text(j, "cursor", text);
	}
	return RD_OK;
}

rd_rc rd_api_statement_lines(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return show(call, lines, err);
}

static rd_rc notes(rd_call *call, const rd_bank *b, rd_json *j, rd_err *err)
{
	uint32_t at, put = 0;
	rd_page page;

	RD_TRY(rd_call_page(call, &page, err));
	rd_json_key(j, "notes");
	rd_json_array(j);
	for (at = page.from; at < b->n_notes && put < page.max; at++, put++) {
		const rd_bank_note *n = &b->notes[at];

		rd_json_object(j);
		rd_json_put_text(j, "kind", rd_bank_note_name(n->kind));
		rd_json_put_bool(j, "rejected", rd_bank_note_rejects(n->kind));
		rd_json_put_int(j, "line", n->line);
		put_text(j, "field", b, n->field);
		put_text(j, "found", b, n->found);
		if (n->apart)
			rd_json_put_int(j, "apart", n->apart);
		rd_json_put_words(j, "message", rd_bank_note_words(n->kind));
		rd_json_close(j);
	}
	rd_json_close(j);
	if (at < b->n_notes) {
		char text[16];

		(void)snprintf(text, sizeof text, "%u", at);
		rd_json_put_text(j, "cursor", text);
	}
	return RD_OK;
}

rd_rc rd_api_statement_notes(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return show(call, notes, err);
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

rd_rc rd_api_statement_place(rd_call *call, rd_tx *tx, rd_err *err)
{
	uint8_t sha256[32];
	int64_t line;
	finding f;

	(void)tx;
	RD_TRY(rd_call_number(call, "line", 1, UINT32_MAX, 0, &line, err));
	if (line == 0)
		return rd_fail(err, RD_USAGE, "请用 line 指定行", "name the line: line");
	RD_TRY(find_file(call, &f, err));
	for (uint32_t i = 0; i < 32; i++)
		sha256[i] =
			(uint8_t)(digit(f.file.sha256.ptr[2 * i]) << 4 | digit(f.file.sha256.ptr[2 * i + 1]));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	RD_TRY(rd_api_place(call, sha256, f.file.name, f.file.size, (uint32_t)line, j, err));
	rd_json_close(j);
	return RD_OK;
}
