/* The page of a case: all that it shows, in one request. */
#include "api/handlers.h"
#include "api/inner.h"
#include "desk/case_page.h"

#define EVENTS   30u
#define FINDINGS 50u

typedef struct page {
	rd_call *call;
	rd_tx *tx;
	const rd_actor *actor;
	rd_record r;
	int64_t id;
	rd_json *j;
} page;

static void put_brief(rd_json *j, const rd_record *r)
{
	if (rd_cell(r, RD_COL_NUMBER)->type == RD_TEXT)
		rd_json_put_str(j, "number", rd_cell(r, RD_COL_NUMBER)->str);
	rd_json_put_str(j, "title", rd_show_title(r->kind, r->cells));
}

/* What the fields of the case refer to, by name. */
static rd_rc put_names(page *p, rd_err *err)
{
	const rd_case_named *list;
	uint32_t n;

	RD_TRY(rd_case_names(p->tx, p->actor, &p->r, &list, &n, err));
	rd_json_key(p->j, "names");
	rd_json_array(p->j);
	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(p->j);
		rd_json_put_text(p->j, "field", list[i].key);
		rd_json_put_text(p->j, "kind", list[i].record.kind->name);
		rd_put_id(p->j, "id", rd_cell(&list[i].record, RD_COL_ID)->i);
		put_brief(p->j, &list[i].record);
		rd_json_close(p->j);
	}
	rd_json_close(p->j);
	return RD_OK;
}

static rd_rc put_record(page *p, rd_err *err)
{
	const rd_available *list;
	uint32_t n;

	RD_TRY(rd_record_available(p->tx, p->actor, &p->r, &list, &n, err));
	rd_json_key(p->j, "case");
	rd_json_object(p->j);
	rd_show_members(p->j, p->r.kind, p->r.cells, rd_call_view(p->call));
	rd_put_available(p->j, &p->r, list, n);
	rd_json_close(p->j);
	return RD_OK;
}

/* What closing wants beside rights, and the double gate. */
static rd_rc put_needs(page *p, rd_err *err)
{
	const rd_case_need *list;
	uint32_t n, lacks = 0;
	rd_gate_result gate;

	RD_TRY(rd_case_needs(p->tx, &p->r, &list, &n, err));
	rd_json_key(p->j, "closing");
	rd_json_object(p->j);
	rd_json_key(p->j, "needs");
	rd_json_array(p->j);
	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(p->j);
		rd_json_put_text(p->j, "code", list[i].code);
		if (list[i].item.len)
			rd_json_put_str(p->j, "item", list[i].item);
		rd_json_put_words(p->j, "label", list[i].label);
		rd_json_put_bool(p->j, "met", list[i].met);
		if (!list[i].met)
			rd_json_put_words(p->j, "hint", list[i].hint);
		if (list[i].none)
			rd_json_put_bool(p->j, "cannot_be_had", true);
		rd_json_close(p->j);
		lacks += !list[i].met;
	}
	rd_json_close(p->j);
	rd_json_put_int(p->j, "lacking", lacks);
	RD_TRY(rd_gate_check(p->tx, &p->r, &gate, err));
	rd_json_key(p->j, "gate");
	rd_put_gate(p->j, &gate);
	rd_json_close(p->j);
	return RD_OK;
}

/* The gravest of those that are still there. */
static rd_rc put_findings(page *p, rd_err *err)
{
	const rd_findings_ask ask = {.state = RD_STR("live"), .severity = -1, .limit = FINDINGS};
	rd_findings_page list;

	RD_TRY(rd_findings_of_case(p->tx, p->actor, p->id, &ask, &list, err));
	rd_put_findings(p->j, &list);
	rd_json_put_bool(p->j, "more_findings", list.next.len > 0);
	return RD_OK;
}

static rd_rc put_reporting(page *p, rd_err *err)
{
	rd_case_reporting t;

	RD_TRY(rd_case_reporting_of(p->tx, &p->r, p->call->api->engine.zone_offset_s, &t, err));
	rd_json_key(p->j, "reporting");
	rd_json_object(p->j);
	rd_json_put_int(p->j, "taken_minutes", t.taken_minutes);
	if (t.typed) {
		rd_json_put_int(p->j, "allowed_minutes", t.allowed_minutes);
		rd_json_put_bool(p->j, "late", t.taken_minutes > t.allowed_minutes);
	}
	rd_json_close(p->j);
	return RD_OK;
}

/* {"evidence": {"records": […], "more": false}, …} */
static rd_rc put_around(page *p, rd_err *err)
{
	rd_json_key(p->j, "around");
	rd_json_object(p->j);
	for (const char *const *name = rd_case_around_kinds; *name; name++) {
		const rd_kind *k = rd_kind_find(rd_str_of(*name));
		const rd_record *list;
		uint32_t n;
		bool more;

		RD_TRY(rd_case_around(p->tx, p->actor, p->id, k, &list, &n, &more, err));
		rd_json_key(p->j, *name);
		rd_json_object(p->j);
		rd_json_key(p->j, "records");
		rd_json_array(p->j);
		for (uint32_t i = 0; i < n; i++)
			rd_show_columns(p->j, k, list[i].cells, k->list, k->n_list, rd_call_view(p->call));
		rd_json_close(p->j);
		rd_json_put_bool(p->j, "more", more);
		rd_json_close(p->j);
	}
	rd_json_close(p->j);
	return RD_OK;
}

static rd_rc put_timeline(page *p, rd_err *err)
{
	const rd_log_row *rows;
	uint32_t n;

	RD_TRY(rd_log_of_record(p->tx, RD_STR("case"), p->id, -1, EVENTS, &rows, &n, err));
	rd_json_key(p->j, "events");
	rd_json_array(p->j);
	for (uint32_t i = 0; i < n; i++)
		rd_put_event(p->j, p->r.kind, &rows[i], rd_call_view(p->call));
	rd_json_close(p->j);
	return RD_OK;
}

static rd_rc put_talk(page *p, rd_err *err)
{
	const rd_comment *comments;
	const rd_attached *files;
	const int64_t *watchers;
	int64_t after;
	uint32_t n;

	RD_TRY(rd_case_comments_from(p->tx, p->id, &after, err));
	RD_TRY(rd_around_comments(p->tx, p->actor, p->r.kind, p->id, after, RD_CASE_TAIL, &comments, &n,
	                          err));
	rd_json_key(p->j, "comments");
	rd_json_array(p->j);
	for (uint32_t i = 0; i < n; i++)
		rd_put_comment(p->j, &comments[i]);
	rd_json_close(p->j);
	rd_json_put_bool(p->j, "earlier_comments", after != 0);
	RD_TRY(rd_around_attachments(p->tx, p->actor, p->r.kind, p->id, &files, &n, err));
	rd_json_key(p->j, "attachments");
	rd_json_array(p->j);
	for (uint32_t i = 0; i < n; i++)
		rd_put_attached(p->j, &files[i]);
	rd_json_close(p->j);
	RD_TRY(rd_around_watchers(p->tx, p->actor, p->r.kind, p->id, &watchers, &n, err));
	rd_json_key(p->j, "watchers");
	rd_json_array(p->j);
	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(p->j);
		rd_put_id(p->j, "user", watchers[i]);
		rd_json_close(p->j);
	}
	rd_json_close(p->j);
	return RD_OK;
}

static rd_rc put_links(page *p, rd_err *err)
{
	const rd_linked *list;
	uint32_t n;

	RD_TRY(rd_around_links(p->tx, p->actor, p->r.kind, p->id, &list, &n, err));
	rd_json_key(p->j, "links");
	rd_json_array(p->j);
	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(p->j);
		rd_json_put_str(p->j, "meaning", list[i].meaning);
		rd_json_put_bool(p->j, "inward", list[i].inward);
		rd_json_put_text(p->j, "kind", list[i].other.kind->name);
		rd_put_id(p->j, "id", rd_cell(&list[i].other, RD_COL_ID)->i);
		put_brief(p->j, &list[i].other);
		rd_json_close(p->j);
	}
	rd_json_close(p->j);
	return RD_OK;
}

rd_rc rd_api_case_page(rd_call *call, rd_tx *tx, rd_err *err)
{
	page p = {.call = call, .tx = tx, .actor = &call->who.actor, .id = call->id};

	RD_TRY(rd_record_get(tx, p.actor, rd_case_kind(), p.id, &p.r, err));
	p.j = rd_call_json(call);
	rd_json_object(p.j);
	RD_TRY(put_record(&p, err));
	RD_TRY(put_names(&p, err));
	RD_TRY(put_needs(&p, err));
	RD_TRY(put_findings(&p, err));
	RD_TRY(rd_put_clocks(call, tx, &p.r, p.j, err));
	RD_TRY(put_reporting(&p, err));
	RD_TRY(put_around(&p, err));
	RD_TRY(put_timeline(&p, err));
	RD_TRY(put_talk(&p, err));
	RD_TRY(put_links(&p, err));
	rd_json_close(p.j);
	rd_call_etag(call, rd_cell(&p.r, RD_COL_VERSION)->i);
	return RD_OK;
}
