#include "api/books.h"
#include "api/handlers.h"
#include "desk/reconciliation.h"
#include <stdio.h>

/* Reconciliations: matches and suggestions, the 余额调节表, and what people decide. */

static const rd_shape_field decide_fields[] = {
	{"verdict", RD_SHAPE_TEXT, true, 1, 10, "match, apart or clear"},
	{"bank", RD_SHAPE_IDS, false, 0, 1000, "keys of lines of the statement"},
	{"book", RD_SHAPE_IDS, false, 0, 1000, "keys of lines of the books"},
};
const rd_shape rd_shape_decide = {"ReconciliationDecide", decide_fields, 3};

/* A reconciliation with both sides held. */
typedef struct work {
	rd_call *call;
	rd_reconciling what;
	rd_shelved *shelved;
	const rd_book *book;
	rd_statement_ref ref;
	rd_reconciled now;
} work;

static rd_rc load(rd_tx *tx, void *ctx, rd_err *err)
{
	work *w = ctx;

	return rd_reconciling_load(tx, &w->call->who.actor, w->call->id, &w->what, err);
}

static void end(work *w)
{
	rd_reconciled_done(&w->now);
	rd_statement_release(rd_hands_statements(w->call->api->hands), &w->ref);
	rd_shelf_give(rd_hands_shelf(w->call->api->hands), w->shelved);
}

static rd_rc begin(rd_call *call, work *w, rd_err *err)
{
	int64_t firm_id = call->who.actor.firm_id;

	*w = (work){.call = call};
	RD_TRY(rd_store_read(call->api->store, firm_id, call->req->arena, load, w, err));
	RD_TRY(rd_statement_get(rd_hands_statements(call->api->hands), firm_id, &w->what.file, &w->ref,
	                        err));
	rd_rc rc = rd_shelf_take_import(rd_hands_shelf(call->api->hands), firm_id, w->what.import_id,
	                                &w->shelved, err);

	if (rc == RD_OK)
		w->book = rd_shelved_book(w->shelved);
	else
		end(w);
	return rc;
}

static rd_str decisions_of(const work *w)
{
	int32_t i = rd_kind_field_find(w->what.record.kind, RD_STR("decisions"));
	const rd_value *v = rd_cell(&w->what.record, w->what.record.kind->fields[i].column);

	return v->type == RD_TEXT ? v->str : RD_STR("");
}

static rd_rc compute(work *w, rd_str decisions, rd_err *err)
{
	return rd_reconcile_now(w->call->req->arena, &w->what, decisions, w->book, w->ref.bank, &w->now,
	                        err);
}

/* ---- lines and matches ---- */

static void put_key(rd_json *j, uint64_t key)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)key);
	rd_json_put_text(j, "key", text);
}

static void put_day(rd_json *j, const char *key, rd_day d)
{
	char text[16];

	rd_day_format(d, text);
	rd_json_put_text(j, key, text[0] ? text : NULL);
}

static void put_bank(rd_json *j, const work *w, uint32_t item)
{
	const rd_recon_item *i = &w->now.bank.items[item];

	rd_json_object(j);
	put_key(j, i->key);
	rd_api_put_bank_line(j, w->ref.bank, i->row);
	rd_json_close(j);
}

static void put_book(rd_json *j, const work *w, uint32_t item)
{
	const rd_recon_item *i = &w->now.book.items[item];
	const rd_book *b = w->book;
	char name[96], row[16];
	rd_text text = rd_line_text(b, i->row);

	rd_voucher_name(b, i->group, true, name, sizeof name);
	(void)snprintf(row, sizeof row, "%u", i->group);
	rd_json_object(j);
	put_key(j, i->key);
	rd_json_put_text(j, "voucher", row);
	rd_json_put_text(j, "name", name);
	put_day(j, "date", i->date);
	rd_json_put_int(j, "amount", i->amount);
	rd_json_put_str(j, "party", i->texts[0]);
	rd_json_put_str(j, "text", rd_book_text(b, text));
	rd_json_put_str(j, "document", i->texts[3]);
	rd_json_put_str(j, "account", rd_book_text(b, b->account.code[b->line.account[i->row]]));
	rd_browse_put_place(j, b, rd_line_place(b, i->row));
	rd_json_close(j);
}

static const struct {
	uint32_t why;
	const char *name;
	rd_words words;
} reasons[] = {
	{RD_RECON_BY_PERSON, "person", {"人工勾对", "decided by a person"}},
	{RD_RECON_AMOUNT, "amount", {"金额相同", "same amount"}},
	{RD_RECON_DAY, "day", {"日期相同", "same day"}},
	{RD_RECON_WINDOW, "window", {"日期相近", "days near"}},
	{RD_RECON_LATE, "late", {"日期相隔较远，但文字或号码相符", "days apart, but the texts agree"}},
	{RD_RECON_TEXT, "text", {"对方或摘要相符", "party or summary agree"}},
	{RD_RECON_NUMBER, "number", {"号码相符", "a number agrees"}},
	{RD_RECON_ONLY, "only", {"期限内仅此一笔同额", "the only one of that amount nearby"}},
	{RD_RECON_ONE_OF, "one-of", {"同额多笔，取日期最近的", "one of several, the nearest day"}},
	{RD_RECON_VOUCHER, "voucher", {"同一凭证各行合计", "all lines of one voucher"}},
	{RD_RECON_SAME, "same", {"同日同摘要合计", "all lines of a day with one text"}},
	{RD_RECON_SUM, "sum", {"几笔合计", "a sum of some lines"}},
	{RD_RECON_CANCEL, "cancel", {"同一方互相冲销", "cancel out on one side"}},
	{RD_RECON_DIFFERS, "differs", {"金额不同", "amounts differ"}},
	{RD_RECON_SWAPPED, "swapped", {"数字可能写颠倒", "digits may have changed places"}},
	{RD_RECON_FEE, "fee", {"差额可能是手续费", "the difference may be a fee"}},
};

static void put_match(rd_json *j, const work *w, const rd_recon_match *m)
{
	const uint32_t *members = w->now.recon->members + m->first;

	rd_json_object(j);
	rd_json_put_int(j, "score", m->score);
	rd_json_put_int(j, "apart", m->apart);
	rd_json_key(j, "why");
	rd_json_array(j);
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (m->why & reasons[i].why) {
			rd_json_object(j);
			rd_json_put_text(j, "name", reasons[i].name);
			rd_json_put_words(j, "label", reasons[i].words);
			rd_json_close(j);
		}
	rd_json_close(j);
	rd_json_key(j, "bank");
	rd_json_array(j);
	for (uint32_t i = 0; i < m->n_bank; i++)
		put_bank(j, w, members[i]);
	rd_json_close(j);
	rd_json_key(j, "book");
	rd_json_array(j);
	for (uint32_t i = 0; i < m->n_book; i++)
		put_book(j, w, members[m->n_bank + i]);
	rd_json_close(j);
	rd_json_close(j);
}

static void put_cursor(rd_json *j, bool more, uint32_t at)
{
	char text[16];

	(void)snprintf(text, sizeof text, "%u", at);
	if (more)
		rd_json_put_text(j, "cursor", text);
}

static void put_list(rd_json *j, const work *w, const char *key, const rd_recon_match *list,
                     uint32_t n, rd_page page)
{
	uint32_t at = page.from;

	rd_json_key(j, key);
	rd_json_array(j);
	for (uint32_t put = 0; at < n && put < page.max; at++, put++)
		put_match(j, w, &list[at]);
	rd_json_close(j);
	put_cursor(j, at < n, at);
}

/* Lines of one side that are in no match, from the cursor on. */
static void put_open(rd_json *j, const work *w, bool bank, rd_page page)
{
	const rd_recon *r = w->now.recon;
	uint32_t n = bank ? r->n_bank : r->n_book, at, put = 0;

	rd_json_key(j, bank ? "bank" : "book");
	rd_json_array(j);
	for (at = page.from; at < n && put < page.max; at++) {
		if ((bank ? r->bank_match : r->book_match)[at])
			continue;
		if (bank)
			put_bank(j, w, at);
		else
			put_book(j, w, at);
		put++;
	}
	rd_json_close(j);
	put_cursor(j, at < n, at);
}

static rd_rc put_matches(rd_json *j, const work *w, rd_str show, rd_page page, rd_err *err)
{
	const rd_recon *r = w->now.recon;

	rd_json_put_str(j, "currency", w->now.currency);
	rd_json_put_int(j, "matched", r->n_matches);
	rd_json_put_int(j, "suggested", r->n_suggestions);
	rd_json_put_bool(j, "cut", r->cut);
	if (show.len == 0 || rd_str_is(show, "matched"))
		put_list(j, w, "matches", r->matches, r->n_matches, page);
	else if (rd_str_is(show, "suggested"))
		put_list(j, w, "matches", r->suggestions, r->n_suggestions, page);
	else if (rd_str_is(show, "open-bank") || rd_str_is(show, "open-book"))
		put_open(j, w, rd_str_is(show, "open-bank"), page);
	else
		return rd_fail(err, RD_USAGE, "show 只能是 matched、suggested、open-bank、open-book",
		               "show is matched, suggested, open-bank or open-book");
	return RD_OK;
}

rd_rc rd_api_reconcile_matches(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_page page;
	work w;

	(void)tx;
	RD_TRY(rd_call_page(call, &page, err));
	RD_TRY(begin(call, &w, err));
	rd_rc rc = compute(&w, decisions_of(&w), err);

	if (rc == RD_OK) {
		rd_json *j = rd_call_json(call);

		rd_json_object(j);
		rc = put_matches(j, &w, rd_call_query(call, "show"), page, err);
		if (rc == RD_OK)
			rd_json_close(j);
	}
	end(&w);
	return rc;
}

/* ---- the 余额调节表 ---- */

static void put_class(rd_json *j, const work *w, rd_recon_class c, rd_page page)
{
	const rd_recon_sheet *s = &w->now.sheet;
	uint32_t at = page.from;

	rd_json_object(j);
	rd_json_put_text(j, "class", rd_recon_class_name(c));
	rd_json_put_words(j, "label", rd_recon_class_words(c));
	rd_json_put_int(j, "sum", s->sum[c]);
	rd_json_put_int(j, "items", s->n[c]);
	rd_json_key(j, "rows");
	rd_json_array(j);
	for (uint32_t put = 0; at < s->n[c] && put < page.max; at++, put++) {
		rd_json_object(j);
		rd_json_put_int(j, "amount", s->open[c][at].amount);
		rd_json_key(j, "line");
		if (c < RD_RECON_BOOK_IN)
			put_bank(j, w, s->open[c][at].item);
		else
			put_book(j, w, s->open[c][at].item);
		rd_json_close(j);
	}
	rd_json_close(j);
	put_cursor(j, at < s->n[c], at);
	rd_json_close(j);
}

static rd_rc put_sheet(rd_json *j, const work *w, rd_str only, rd_page page, rd_err *err)
{
	const rd_recon_sheet *s = &w->now.sheet;
	uint32_t classes = 0;

	rd_json_put_str(j, "account", w->what.account);
	rd_json_put_str(j, "account_name",
	                rd_book_text(w->book, w->book->account.name[w->now.account]));
	rd_json_put_str(j, "bank_account", w->what.own);
	rd_json_put_str(j, "currency", w->now.currency);
	put_day(j, "from", s->ends.from);
	put_day(j, "as_of", s->ends.as_of);
	rd_json_put_int(j, "book_balance", s->ends.book_balance);
	rd_json_put_int(j, "bank_balance", s->ends.bank_balance);
	rd_json_put_bool(j, "bank_known", s->ends.bank_known);
	rd_json_put_int(j, "adjusted_book", s->adjusted_book);
	rd_json_put_int(j, "adjusted_bank", s->adjusted_bank);
	rd_json_put_int(j, "difference", s->difference);
	rd_json_put_int(j, "opening_left", s->opening_left);
	rd_json_put_int(j, "earlier", s->earlier);
	rd_json_key(j, "classes");
	rd_json_array(j);
	for (int c = 0; c < RD_RECON_CLASSES; c++)
		if (only.len == 0 || rd_str_is(only, rd_recon_class_name((rd_recon_class)c))) {
			put_class(j, w, (rd_recon_class)c, page);
			classes++;
		}
	rd_json_close(j);
	return classes ? RD_OK
	               : rd_fail(err, RD_USAGE, "class 只能是 bank-in、bank-out、book-in、book-out",
	                         "class is bank-in, bank-out, book-in or book-out");
}

rd_rc rd_api_reconcile_statement(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_page page;
	work w;

	(void)tx;
	RD_TRY(rd_call_page(call, &page, err));
	RD_TRY(begin(call, &w, err));
	rd_rc rc = compute(&w, decisions_of(&w), err);

	if (rc == RD_OK) {
		rd_json *j = rd_call_json(call);

		rd_json_object(j);
		rc = put_sheet(j, &w, rd_call_query(call, "class"), page, err);
		if (rc == RD_OK)
			rd_json_close(j);
	}
	end(&w);
	return rc;
}

/* ---- deciding ---- */

typedef struct keeping {
	work *w;
	rd_str decisions;
	rd_record after;
} keeping;

static rd_rc keep(rd_tx *tx, void *ctx, rd_err *err)
{
	keeping *k = ctx;
	rd_call *call = k->w->call;

	return rd_reconciliation_keep(&call->api->engine, tx, &call->who.actor, call->id, call->version,
	                              k->decisions, &k->w->now, &k->after, &call->problems, err);
}

/* Computes with these decisions and writes both into the record. */
static rd_rc decide(rd_call *call, work *w, rd_str decisions, rd_err *err)
{
	keeping k = {.w = w, .decisions = decisions};

	RD_TRY(compute(w, decisions, err));
	RD_TRY(
		rd_store_write(call->api->store, call->who.actor.firm_id, call->req->arena, keep, &k, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_show_members(j, k.after.kind, k.after.cells, rd_call_view(call));
	rd_json_close(j);
	rd_call_etag(call, rd_cell(&k.after, RD_COL_VERSION)->i);
	return RD_OK;
}

rd_rc rd_api_reconcile_run(rd_call *call, rd_tx *tx, rd_err *err)
{
	work w;

	(void)tx;
	RD_TRY(rd_call_versioned(call, err));
	RD_TRY(begin(call, &w, err));
	rd_rc rc = decide(call, &w, decisions_of(&w), err);

	end(&w);
	return rc;
}

static rd_rc verdict_of(const rd_call *call, rd_decide *d, rd_err *err)
{
	rd_str v = call->in[0].str;

	if (rd_str_is(v, "match"))
		d->verdict = RD_VERDICT_MATCH;
	else if (rd_str_is(v, "apart"))
		d->verdict = RD_VERDICT_APART;
	else if (rd_str_is(v, "clear"))
		d->verdict = RD_VERDICT_CLEAR;
	else
		return rd_fail(err, RD_INPUT,
		               "verdict 只能是 match（勾对）、apart（拆开）、clear（撤销人工决定）",
		               "verdict is match, apart or clear");
	return RD_OK;
}

rd_rc rd_api_reconcile_decide(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_decide d = {0};
	rd_str decisions;
	work w;

	(void)tx;
	RD_TRY(rd_call_versioned(call, err));
	RD_TRY(verdict_of(call, &d, err));
	d.bank = rd_shape_ids(call->body, "bank", call->req->arena, &d.n_bank);
	d.book = rd_shape_ids(call->body, "book", call->req->arena, &d.n_book);
	RD_TRY(begin(call, &w, err));
	rd_rc rc = rd_decisions_add(call->req->arena, decisions_of(&w), &d, call->who.actor.user_id,
	                            call->req->at_us, &decisions, err);

	if (rc == RD_OK)
		rc = decide(call, &w, decisions, err);
	end(&w);
	return rc;
}
