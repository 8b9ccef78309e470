#include "api/books.h"
#include "api/handlers.h"
#include "desk/cell.h"
#include "desk/statements.h"
#include <stdio.h>

/* Looking into the books: accounts, vouchers, ledgers, notes, and places in source files. The book
 * comes from the shelf; everything shown is computed from it, page by page. */

/* ---- the book ---- */

typedef struct finding {
	rd_call *call;
	int64_t import_id;
} finding;

static rd_rc find_import(rd_tx *tx, void *ctx, rd_err *err)
{
	finding *f = ctx;
	const rd_actor *actor = &f->call->who.actor;
	rd_record books, import;

	RD_TRY(rd_record_get(tx, actor, rd_kind_find(RD_STR("books")), f->call->id, &books, err));
	if (f->import_id == 0) {
		f->import_id = rd_field_int(&books, "current_import", 0);
		return f->import_id ? RD_OK
		                    : rd_fail(err, RD_BARRED, "账套还没有已确认的导入；请先导入账簿",
		                              "the books have no committed import; import them first");
	}
	RD_TRY(rd_record_get(tx, actor, rd_kind_find(RD_STR("import")), f->import_id, &import, err));
	return rd_field_int(&import, "books", 0) == f->call->id ? RD_OK : rd_may_not_found(err);
}

rd_rc rd_held_book_take(rd_call *call, rd_held_book *ret, rd_err *err)
{
	finding f = {.call = call};
	rd_shelf *shelf = rd_hands_shelf(call->api->hands);
	int64_t firm_id = call->who.actor.firm_id;

	RD_TRY(rd_call_number(call, "import", 1, INT64_MAX, 0, &f.import_id, err));
	RD_TRY(rd_store_read(call->api->store, firm_id, call->req->arena, find_import, &f, err));
	rd_held_book h = {.books_id = call->id, .import_id = f.import_id};

	RD_TRY(rd_shelf_take_import(shelf, firm_id, f.import_id, &h.shelved, err));
	h.book = rd_shelved_book(h.shelved);
	*ret = h;
	return RD_OK;
}

void rd_held_book_give(rd_call *call, rd_held_book *h)
{
	rd_shelf_give(rd_hands_shelf(call->api->hands), h->shelved);
	h->shelved = NULL;
}

/* ---- the query ---- */

rd_rc rd_call_page(const rd_call *call, rd_page *ret, rd_err *err)
{
	int64_t cursor, limit;

	RD_TRY(rd_call_number(call, "cursor", 0, UINT32_MAX / 2, 0, &cursor, err));
	RD_TRY(rd_call_number(call, "limit", 1, 500, 100, &limit, err));
	*ret = (rd_page){(uint32_t)cursor, (uint32_t)limit};
	return RD_OK;
}

rd_rc rd_call_period(const rd_call *call, const char *name, rd_period *ret, rd_err *err)
{
	rd_str v = rd_call_query(call, name);

	*ret = 0;
	if (v.len && !rd_period_parse(v, 0, ret))
		return rd_fail(err, RD_USAGE, "参数 %s 应为期间，如 2026-03",
		               "%s must be a period: 2026-03", name);
	return RD_OK;
}

rd_rc rd_call_columns(const rd_call *call, const rd_book *b, uint32_t *ret_from, uint32_t *ret_to,
                      rd_err *err)
{
	rd_period from, to;
	uint32_t low = 0, high = b->n_periods; /* the last column is what has no period */

	RD_TRY(rd_call_period(call, "from", &from, err));
	RD_TRY(rd_call_period(call, "to", &to, err));
	while (from && low < b->n_periods && b->periods[low] < from)
		low++;
	if (to) {
		high = 0;
		while (high < b->n_periods && b->periods[high] <= to)
			high++;
		if (high == 0 || low >= high)
			return rd_fail(err, RD_NOT_FOUND, "账套中没有这些期间",
			               "the books have none of these periods");
		high--;
	} else if (from && low == b->n_periods) {
		return rd_fail(err, RD_NOT_FOUND, "账套中没有这些期间",
		               "the books have none of these periods");
	}
	*ret_from = low;
	*ret_to = high;
	return RD_OK;
}

/* An account of the query by its code; 0 when it is not given. */
static rd_rc query_account(const rd_call *call, const char *name, const rd_book *b, rd_row *ret,
                           rd_err *err)
{
	rd_str code = rd_call_query(call, name);

	*ret = code.len ? rd_book_find_account(b, code) : 0;
	if (code.len && *ret == 0)
		return rd_fail(err, RD_NOT_FOUND, "账套中没有科目“%.*s”",
		               "the books have no account \"%.*s\"", (int)(code.len < 80 ? code.len : 80),
		               code.ptr);
	return RD_OK;
}

/* ---- handlers ---- */

/* One view of a book: begins the object, says which import it is, and gives the book back. */
typedef rd_rc view_fn(rd_call *call, const rd_held_book *h, rd_json *j, rd_err *err);

static rd_rc show(rd_call *call, view_fn *view, rd_err *err)
{
	rd_held_book h;

	RD_TRY(rd_held_book_take(call, &h, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_id(j, "import", h.import_id);
	rd_rc rc = view(call, &h, j, err);

	if (rc == RD_OK)
		rd_json_close(j);
	rd_held_book_give(call, &h);
	return rc;
}

static rd_rc contents(rd_call *call, const rd_held_book *h, rd_json *j, rd_err *err)
{
	(void)call;
	(void)err;
	rd_browse_contents(j, h->book);
	return RD_OK;
}

rd_rc rd_api_books_contents(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return show(call, contents, err);
}

static rd_rc accounts(rd_call *call, const rd_held_book *h, rd_json *j, rd_err *err)
{
	rd_arena *a = call->req->arena;
	rd_accounts_query q = {.top = RD_NONE, .text = rd_call_query(call, "text")};
	rd_str moved = rd_call_query(call, "moved"), under = rd_call_query(call, "under");
	int64_t level;
	rd_page page;
	rd_ledger l;

	RD_TRY(rd_call_page(call, &page, err));
	RD_TRY(rd_call_columns(call, h->book, &q.from, &q.to, err));
	RD_TRY(rd_call_number(call, "level", 1, 255, 0, &level, err));
	if (rd_str_is(under, "-")) /* the roots */
		q.top = 0;
	else if (under.len)
		RD_TRY(query_account(call, "under", h->book, &q.top, err));
	q.level = (uint32_t)level;
	q.moved = rd_str_is(moved, "true");
	rd_ledger_make(a, h->book, &l);
	rd_browse_accounts(j, a, &l, &q, page);
	return RD_OK;
}

rd_rc rd_api_books_accounts(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return show(call, accounts, err);
}

static rd_rc query_flags(const rd_call *call, rd_voucher_filter *f, rd_err *err)
{
	rd_str v = rd_call_query(call, "flags");

	for (uint32_t from = 0, at = 0; at <= v.len && v.len; at++) {
		if (at < v.len && v.ptr[at] != ',')
			continue;
		rd_str word = {v.ptr + from, at - from};
		uint8_t flag = rd_voucher_flag_find(word);

		if (rd_str_is(word, "unbalanced"))
			f->unbalanced = true;
		else if (flag == 0)
			return rd_fail(
				err, RD_USAGE,
				"flags 只能是 void、posted、opening、closing、date-bad、manual、unbalanced",
				"flags are void, posted, opening, closing, date-bad, manual, unbalanced");
		f->flags |= flag;
		from = at + 1;
	}
	return RD_OK;
}

static rd_rc vouchers(rd_call *call, const rd_held_book *h, rd_json *j, rd_err *err)
{
	rd_arena *a = call->req->arena;
	rd_voucher_filter f = {.journal = rd_call_query(call, "journal"),
	                       .number = rd_call_query(call, "number"),
	                       .text = rd_call_query(call, "text")};
	int64_t least, most;
	rd_page page;
	rd_ledger l;

	RD_TRY(rd_call_page(call, &page, err));
	RD_TRY(rd_call_period(call, "from", &f.from, err));
	RD_TRY(rd_call_period(call, "to", &f.to, err));
	RD_TRY(query_account(call, "account", h->book, &f.account, err));
	RD_TRY(rd_call_number(call, "least", 0, RD_MINOR_MAX, -1, &least, err));
	RD_TRY(rd_call_number(call, "most", 0, RD_MINOR_MAX, -1, &most, err));
	RD_TRY(query_flags(call, &f, err));
	f.has_least = least >= 0;
	f.least = least;
	f.has_most = most >= 0;
	f.most = most;
	rd_ledger_make(a, h->book, &l);
	rd_browse_vouchers(j, a, &l, &f, page);
	return RD_OK;
}

rd_rc rd_api_books_vouchers(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return show(call, vouchers, err);
}

/* A row number as browse.h writes it: 0, 1, … */
static bool row_of(rd_str word, uint32_t *ret)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9' || v > UINT32_MAX)
			return false;
		v = v * 10 + (uint64_t)(word.ptr[i] - '0');
	}
	*ret = (uint32_t)v;
	return word.len > 0 && v <= UINT32_MAX;
}

static rd_rc voucher(rd_call *call, const rd_held_book *h, rd_json *j, rd_err *err)
{
	rd_page page;
	uint32_t row;

	RD_TRY(rd_call_page(call, &page, err));
	if (!row_of(call->word, &row) || row >= h->book->voucher.n)
		return rd_fail(err, RD_NOT_FOUND, "账套中没有这张凭证；账簿可能已重新导入",
		               "the books have no such voucher; they may have been imported anew");
	rd_browse_voucher(j, h->book, (rd_row)row, page);
	return RD_OK;
}

rd_rc rd_api_books_voucher(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return show(call, voucher, err);
}

static rd_rc ledger(rd_call *call, const rd_held_book *h, rd_json *j, rd_err *err)
{
	rd_arena *a = call->req->arena;
	uint32_t from, to;
	rd_row account;
	rd_page page;
	rd_ledger l;

	RD_TRY(rd_call_page(call, &page, err));
	RD_TRY(rd_call_columns(call, h->book, &from, &to, err));
	RD_TRY(query_account(call, "account", h->book, &account, err));
	if (account == 0)
		return rd_fail(err, RD_USAGE, "请用 account 指定科目编码",
		               "name the account by its code: account");
	rd_ledger_make(a, h->book, &l);
	rd_browse_ledger(j, a, &l, account, from, to, page);
	return RD_OK;
}

rd_rc rd_api_books_ledger(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return show(call, ledger, err);
}

static rd_rc notes(rd_call *call, const rd_held_book *h, rd_json *j, rd_err *err)
{
	rd_str word = rd_call_query(call, "kind"), rejected = rd_call_query(call, "rejected");
	rd_note_kind kind = word.len ? rd_note_find(word) : RD_NOTE_KINDS;
	int64_t file;
	rd_page page;

	RD_TRY(rd_call_page(call, &page, err));
	RD_TRY(rd_call_number(call, "file", 1, UINT32_MAX, 0, &file, err));
	if (word.len && kind == RD_NOTE_KINDS)
		return rd_fail(err, RD_USAGE, "没有这种提示：kind", "there is no such kind of note");
	rd_browse_notes(j, h->book, kind, (rd_row)file, rd_str_is(rejected, "true"), page);
	return RD_OK;
}

rd_rc rd_api_books_notes(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return show(call, notes, err);
}

/* ---- places ---- */

typedef struct sourcing {
	int64_t import_id;
	rd_import_source source;
} sourcing;

static rd_rc load_source(rd_tx *tx, void *ctx, rd_err *err)
{
	sourcing *s = ctx;

	return rd_import_source_load(tx, s->import_id, &s->source, err);
}

typedef struct copying {
	rd_call *call;
	char sha256[65];
} copying;

static rd_rc copy(void *ctx, uint32_t i, int fd, rd_err *err)
{
	const copying *c = ctx;

	(void)i;
	return rd_content_copy(c->call->api->store, c->call->who.actor.firm_id, (rd_str){c->sha256, 64},
	                       fd, err);
}

rd_rc rd_api_place(rd_call *call, const uint8_t sha256[32], rd_str name, int64_t size,
                   uint32_t line, rd_json *j, rd_err *err)
{
	copying c = {.call = call};
	rd_sandbox_file file = {name, size};
	int64_t around;
	rd_str json;

	RD_TRY(rd_call_number(call, "around", 0, RD_PLACE_AROUND_MAX, 5, &around, err));
	for (uint32_t i = 0; i < 32; i++)
		(void)snprintf(c.sha256 + 2 * i, 3, "%02x", sha256[i]);
	const rd_sandbox_job job = {.limits = &rd_sandbox_preset,
	                            .store = call->api->store,
	                            .files = &file,
	                            .n_files = 1,
	                            .copy = copy,
	                            .ctx = &c,
	                            .task = RD_SANDBOX_PLACE,
	                            .line = line,
	                            .around = (uint32_t)around};

	RD_TRY(rd_sandbox_place(&job, call->req->arena, &json, err));
	rd_json_put_str(j, "name", name);
	rd_json_put_int(j, "line", line);
	rd_json_key(j, "source");
	rd_json_raw(j, json);
	return RD_OK;
}

/* The uploaded file in which a file of the book stands: by its content. */
static const rd_import_file *uploaded(const rd_import_source *s, const rd_file *f)
{
	for (uint32_t i = 0; i < s->n_files; i++)
		if (f->has_sha256 && memcmp(s->files[i].blob.sha256, f->sha256, 32) == 0)
			return &s->files[i];
	return NULL;
}

static rd_rc place(rd_call *call, const rd_held_book *h, rd_json *j, rd_err *err)
{
	sourcing s = {.import_id = h->import_id};
	const rd_import_file *from;
	int64_t file, line;

	RD_TRY(rd_call_number(call, "file", 1, UINT32_MAX, 0, &file, err));
	RD_TRY(rd_call_number(call, "line", 1, UINT32_MAX, 0, &line, err));
	if (file == 0 || file >= h->book->n_files || line == 0)
		return rd_fail(err, RD_USAGE, "请用 file 和 line 指定文件和行",
		               "name the place by file and line");
	RD_TRY(rd_store_read(call->api->store, call->who.actor.firm_id, call->req->arena, load_source,
	                     &s, err));
	from = uploaded(&s.source, &h->book->files[file]);
	if (from == NULL)
		return rd_fail(err, RD_NOT_FOUND, "原文件不在此次导入中", "the file is not in this import");
	return rd_api_place(call, from->blob.sha256, rd_str_of(rd_file_name(h->book, (rd_row)file)),
	                    from->size, (uint32_t)line, j, err);
}

rd_rc rd_api_books_place(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return show(call, place, err);
}
