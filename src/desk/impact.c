#include "desk/impact.h"
#include "desk/cell.h"
#include "desk/impact_work.h"
#include "desk/make.h"
#include "desk/story.h"
#include "store/queries.gen.h"

#define CORRECTIONS_MAX 50u
#define JSON_MAX        (256u << 10)

typedef struct computing {
	const rd_impact_order *order;
	rd_record c;
	int64_t books_id, import_id, correction_id, at_us; /* correction 0 = none */
	rd_str vouchers, currency;
	rd_str json;
	bool has_tax;
	rd_minor tax;
} computing;

static rd_rc no_books(rd_err *err)
{
	return rd_fail(err, RD_BARRED, "这起异常没有账套，或账套还没有导入；请先选账套并导入",
	               "the case has no set of books, or nothing was imported into it; choose one and "
	               "import it");
}

static rd_rc get_case(rd_tx *tx, const rd_impact_order *o, rd_record *ret, rd_err *err)
{
	RD_TRY(rd_record_get(tx, o->actor, rd_kind_find(RD_STR("case")), o->case_id, ret, err));
	return rd_may_record(tx, o->actor, ret, RD_KIND_CHANGE, err);
}

/* The latest correction that somebody still means. */
static rd_rc find_correction(rd_tx *tx, computing *g, rd_err *err)
{
	const rd_q_case_corrections_row *rows;
	uint32_t n;

	RD_TRY(rd_q_case_corrections(tx, g->order->case_id, CORRECTIONS_MAX, &rows, &n, err));
	for (uint32_t i = n; i > 0; i--) {
		rd_record r;
		bool found;

		RD_TRY(rd_story_record(tx, "correction", rows[i - 1].id, &r, &found, err));
		rd_str state = found ? rd_cell(&r, RD_COL_STATE)->str : RD_STR("withdrawn");

		if (rd_str_is(state, "withdrawn") || rd_str_is(state, "rejected") ||
		    rd_cell(&r, RD_COL_ARCHIVED_AT)->type != RD_NULL ||
		    rd_field_int(&r, "books", 0) != g->books_id)
			continue;
		g->correction_id = rows[i - 1].id;
		g->vouchers = rd_field_str(&r, "vouchers");
		return RD_OK;
	}
	return RD_OK;
}

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	computing *g = ctx;
	rd_record books;
	bool found;

	RD_TRY(get_case(tx, g->order, &g->c, err));
	g->at_us = tx->now_us;
	g->books_id = rd_field_int(&g->c, "books", 0);
	RD_TRY(rd_story_record(tx, "books", g->books_id, &books, &found, err));
	g->import_id = found ? rd_field_int(&books, "current_import", 0) : 0;
	if (g->import_id == 0)
		return no_books(err);
	g->currency = rd_field_str(&books, "currency");
	return find_correction(tx, g, err);
}

static void write_json(computing *g, rd_arena *a, const rd_impact_found *found, rd_str impact)
{
	rd_buf b;
	rd_json j;

	rd_buf_init(&b, 2 * JSON_MAX);
	rd_json_init(&j, &b, 0);
	rd_json_object(&j);
	rd_make_put_id(&j, "books", g->books_id);
	rd_make_put_id(&j, "import", g->import_id);
	rd_make_put_id(&j, "correction", found->by_correction ? g->correction_id : 0);
	rd_make_put_time(&j, "computed_at", g->at_us);
	rd_json_put_str(&j, "currency", g->currency);
	rd_json_key(&j, "result");
	rd_json_raw(&j, impact);
	rd_json_close(&j);
	g->json = (rd_str){rd_arena_copy(a, b.data, b.size), (uint32_t)b.size};
	rd_buf_done(&b);
}

static rd_rc compute(computing *g, const rd_book *book, rd_arena *a, rd_err *err)
{
	const rd_impact_case ask = {.vouchers = g->vouchers,
	                            .voucher = rd_field_str(&g->c, "voucher"),
	                            .period = rd_field_str(&g->c, "period"),
	                            .account = rd_field_str(&g->c, "account")};
	rd_impact_found found;
	rd_buf impact;

	rd_buf_init(&impact, JSON_MAX);
	rd_rc rc = rd_impact_work(a, book, &ask, &impact, &found, err);

	if (rc == RD_OK) {
		g->has_tax = found.compared;
		g->tax = found.tax;
		write_json(g, a, &found, rd_buf_view(&impact));
	}
	rd_buf_done(&impact);
	return rc;
}

static rd_rc keep(rd_tx *tx, void *ctx, rd_err *err)
{
	computing *g = ctx;
	rd_record was, now;

	RD_TRY(get_case(tx, g->order, &was, err));
	now = rd_record_copy(tx->arena, &was);
	rd_value *tax = rd_field_cell(&now, "impact_tax");

	*rd_field_cell(&now, "impact_books") = RD_VALUE_TEXT(g->json);
	tax[0] = g->has_tax ? RD_VALUE_INT(g->tax) : RD_VALUE_NULL;
	tax[1] = g->has_tax ? RD_VALUE_TEXT(g->currency) : RD_VALUE_NULL;
	RD_TRY(rd_record_write(tx, g->order->actor, &was, &now, err));
	g->c = now;
	return RD_OK;
}

rd_rc rd_impact_compute(const rd_impact_order *order, rd_arena *a, rd_record *ret_case, rd_err *err)
{
	computing g = {.order = order, .vouchers = {"", 0}, .currency = {"", 0}, .json = {"", 0}};
	int64_t firm_id = order->actor->firm_id;
	rd_shelved *shelved;

	RD_TRY(rd_store_read(order->store, firm_id, a, look, &g, err));
	RD_TRY(rd_shelf_take_import(order->shelf, firm_id, g.import_id, &shelved, err));
	rd_rc rc = compute(&g, rd_shelved_book(shelved), a, err);

	rd_shelf_give(order->shelf, shelved);
	if (rc == RD_OK)
		rc = rd_store_write(order->store, firm_id, a, keep, &g, err);
	if (rc == RD_OK)
		*ret_case = g.c;
	return rc;
}

static int64_t import_of(rd_str text)
{
	json_t *json = json_loadb(text.ptr, text.len, 0, NULL);
	const char *id = json_string_value(json_object_get(json, "import"));
	int64_t import_id = 0;

	if (id && !rd_check_id(rd_str_of(id), &import_id))
		import_id = 0;
	json_decref(json);
	return import_id;
}

rd_rc rd_impact_kept(rd_tx *tx, const rd_record *c, rd_str *ret_json, bool *ret_stale, rd_err *err)
{
	rd_str json = rd_str_trim(rd_field_str(c, "impact_books"));
	rd_record books;
	bool found = false;

	*ret_json = json;
	*ret_stale = false;
	if (json.len == 0)
		return RD_OK;
	RD_TRY(rd_story_record(tx, "books", rd_field_int(c, "books", 0), &books, &found, err));
	*ret_stale = !found || rd_field_int(&books, "current_import", 0) != import_of(json);
	return RD_OK;
}
