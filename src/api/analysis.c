#include "api/handlers.h"
#include "api/inner.h"
#include "base/day.h"
#include "desk/causes.h"
#include "desk/cell.h"
#include "desk/followup.h"
#include "desk/impact.h"
#include "desk/knowledge.h"
#include "desk/lesson.h"
#include "desk/similar.h"
#include "desk/summary.h"

/* Analysis of a case and what follows it. */

#define DAY_US   86400000000LL
#define FOREVER  INT64_C(9000000000000000000)
#define WHOLE    (RD_KIND_ADMINISTRATOR | RD_KIND_SUPERVISOR | RD_KIND_COMPLIANCE | RD_KIND_AUDITOR)
#define CASE_KEY RD_STR("case")

/* One record as it stands in lists: with its state, owner and due time. */
static void put_record(rd_call *call, rd_json *j, const rd_record *r)
{
	rd_show_columns(j, r->kind, r->cells, r->kind->list, r->kind->n_list, rd_call_view(call));
}

/* ---- causes ---- */

static rd_rc day_of_query(const rd_call *call, const char *name, int64_t otherwise, int64_t add,
                          int64_t *ret_us, rd_err *err)
{
	rd_str text = rd_call_query(call, name);
	rd_day day;

	*ret_us = otherwise;
	if (text.len == 0)
		return RD_OK;
	if (!rd_check_day(text, &day))
		return rd_fail(err, RD_INPUT, "“%s”应写成 YYYY-MM-DD，例如 2026-03-01",
		               "%s is a day like 2026-03-01", name);
	*ret_us = (day + add) * DAY_US - (int64_t)call->api->engine.zone_offset_s * 1000000;
	return RD_OK;
}

/* Figures of one client are for who sees the whole firm, or sees the client's cases. */
static rd_rc may_narrow(const rd_call *call, rd_tx *tx, int64_t client_id, rd_err *err)
{
	const rd_actor *who = &call->who.actor;
	rd_record client;
	rd_stand stand;

	if (client_id == 0 || who->roles & WHOLE)
		return RD_OK;
	RD_TRY(rd_record_get(tx, who, rd_kind_find(RD_STR("client")), client_id, &client, err));
	RD_TRY(rd_may_stand(tx, who, &client, RD_VERB_READ, &stand, err));
	if (stand.relations & (RD_KIND_MY_CLIENTS | RD_KIND_MINE | RD_KIND_OWN))
		return RD_OK;
	return rd_fail(err, RD_FORBIDDEN, "您不服务这家客户；请去掉客户条件",
	               "you do not serve this client; leave the client out");
}

static void put_cause(rd_json *j, const rd_cause_node *n)
{
	rd_json_object(j);
	rd_put_id(j, "id", n->id);
	rd_put_id(j, "parent", n->parent_id);
	rd_json_put_str(j, "code", n->code);
	rd_json_put_str(j, "name", n->name);
	rd_json_put_str(j, "name_en", n->name_en);
	rd_json_put_str(j, "branch", n->branch);
	rd_json_put_str(j, "state", n->state);
	rd_json_put_bool(j, "archived", n->archived);
	rd_json_put_int(j, "depth", n->depth);
	rd_json_put_int(j, "cases", n->cases);
	rd_json_put_int(j, "subtree", n->subtree);
	rd_json_close(j);
}

rd_rc rd_api_causes(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_cause_scope scope = {.restricted = (call->who.actor.roles & WHOLE) != 0};
	const rd_cause_node *nodes;
	uint32_t n;

	RD_TRY(day_of_query(call, "from", 0, 0, &scope.from_us, err));
	RD_TRY(day_of_query(call, "until", FOREVER, 1, &scope.until_us, err));
	RD_TRY(rd_call_number(call, "type", 1, INT64_MAX, 0, &scope.type_id, err));
	RD_TRY(rd_call_number(call, "client", 1, INT64_MAX, 0, &scope.client_id, err));
	RD_TRY(may_narrow(call, tx, scope.client_id, err));
	RD_TRY(rd_causes_count(tx, &scope, &nodes, &n, err));
	rd_json *j = rd_answer_list(call, "causes");

	for (uint32_t i = 0; i < n; i++)
		put_cause(j, &nodes[i]);
	return rd_answer_list_end(j);
}

/* ---- similar cases, articles ---- */

static void put_reasons(rd_json *j, const rd_similar *s)
{
	rd_json_key(j, "reasons");
	rd_json_array(j);
	for (uint32_t i = 0; i < RD_LIKES; i++) {
		if (s->points[i] == 0)
			continue;
		rd_json_object(j);
		rd_json_put_text(j, "name", rd_like_name(i));
		rd_json_put_words(j, "label", rd_like_words(i));
		rd_json_put_int(j, "points", s->points[i]);
		rd_json_close(j);
	}
	rd_json_close(j);
}

rd_rc rd_api_case_similar(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_similar *list;
	rd_record c;
	int64_t limit;
	uint32_t n;

	RD_TRY(rd_call_number(call, "limit", 1, RD_SIMILAR_MAX, 10, &limit, err));
	RD_TRY(rd_record_get(tx, &call->who.actor, rd_kind_find(CASE_KEY), call->id, &c, err));
	RD_TRY(rd_similar_find(tx, &call->who.actor, &c, (uint32_t)limit, &list, &n, err));
	rd_json *j = rd_answer_list(call, "cases");

	for (uint32_t i = 0; i < n; i++) {
		const rd_record *r = &list[i].record;

		rd_json_object(j);
		rd_json_put_int(j, "score", list[i].score);
		put_reasons(j, &list[i]);
		rd_put_id(j, "cause", rd_field_int(r, "cause", 0));
		rd_put_id(j, "lesson", rd_field_int(r, "lesson", 0));
		rd_put_time(j, "closed_at", rd_field_int(r, "closed_at", 0));
		rd_json_put_str(j, "summary", rd_field_str(r, "summary"));
		rd_json_key(j, "record");
		put_record(call, j, r);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

rd_rc rd_api_case_knowledge(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_knowledge *list;
	uint32_t n;

	RD_TRY(rd_knowledge_find(tx, &call->who.actor, call->id, &list, &n, err));
	rd_json *j = rd_answer_list(call, "articles");

	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_json_put_bool(j, "playbook", list[i].playbook);
		rd_json_put_bool(j, "by_type", list[i].by_type);
		rd_json_put_bool(j, "by_cause", list[i].by_cause);
		rd_json_put_int(j, "helped", list[i].helped);
		rd_json_put_bool(j, "helped_here", list[i].here);
		rd_json_key(j, "record");
		put_record(call, j, &list[i].article);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

static const rd_shape_field helped_fields[] = {
	{"article", RD_SHAPE_ID, true, 0, 0, "the article"},
	{"helped", RD_SHAPE_BOOL, false, 0, 0, "false takes it back; true when it is not said"},
};
const rd_shape rd_shape_helped = {"ArticleHelped", helped_fields, 2};

rd_rc rd_api_case_helped(rd_call *call, rd_tx *tx, rd_err *err)
{
	bool on = call->in[1].type == RD_NULL || call->in[1].i != 0;

	return rd_knowledge_helped(tx, &call->who.actor, call->id, call->in[0].i, on, err);
}

/* ---- impact ---- */

static rd_rc put_impact(rd_call *call, rd_tx *tx, const rd_record *c, rd_err *err)
{
	rd_json *j = rd_call_json(call);
	rd_str kept;
	bool stale;

	RD_TRY(rd_impact_kept(tx, c, &kept, &stale, err));
	rd_json_object(j);
	rd_json_put_bool(j, "stale", stale);
	rd_json_key(j, "impact");
	if (kept.len)
		rd_json_raw(j, kept);
	else
		rd_json_null(j);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_case_impact(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_record c;

	RD_TRY(rd_record_get(tx, &call->who.actor, rd_kind_find(CASE_KEY), call->id, &c, err));
	return put_impact(call, tx, &c, err);
}

typedef struct computed {
	rd_call *call;
	rd_record c;
} computed;

static rd_rc show_computed(rd_tx *tx, void *ctx, rd_err *err)
{
	computed *done = ctx;

	return put_impact(done->call, tx, &done->c, err);
}

rd_rc rd_api_case_impact_compute(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_impact_order order = {.store = call->api->store,
	                               .shelf = rd_hands_shelf(call->api->hands),
	                               .actor = &call->who.actor,
	                               .case_id = call->id};
	computed done = {.call = call};

	(void)tx;
	RD_TRY(rd_impact_compute(&order, call->req->arena, &done.c, err));
	return rd_store_read(call->api->store, call->who.actor.firm_id, call->req->arena, show_computed,
	                     &done, err);
}

/* ---- what follows ---- */

static const char *const followup_kinds[] = {"control", "risk", "improvement", "effect_review",
                                             "feedback"};

static bool is_open(const rd_record *r)
{
	int32_t state = rd_kind_state_find(r->kind, rd_cell(r, RD_COL_STATE)->str);

	return state >= 0 && !r->kind->states[state].closed;
}

static void put_counts(rd_json *j, const rd_record *list, uint32_t n)
{
	rd_json_key(j, "counts");
	rd_json_object(j);
	for (uint32_t k = 0; k < sizeof followup_kinds / sizeof *followup_kinds; k++) {
		int64_t all = 0, open = 0;

		for (uint32_t i = 0; i < n; i++)
			if (strcmp(list[i].kind->name, followup_kinds[k]) == 0) {
				all++;
				open += is_open(&list[i]);
			}
		rd_json_key(j, followup_kinds[k]);
		rd_json_object(j);
		rd_json_put_int(j, "all", all);
		rd_json_put_int(j, "open", open);
		rd_json_close(j);
	}
	rd_json_close(j);
}

rd_rc rd_api_case_followups(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_record *list;
	uint32_t n;

	RD_TRY(rd_followup_list(tx, &call->who.actor, call->id, &list, &n, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	put_counts(j, list, n);
	rd_json_key(j, "records");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++)
		put_record(call, j, &list[i]);
	rd_json_close(j);
	rd_json_close(j);
	return RD_OK;
}

static rd_rc answer_made(rd_call *call, const rd_record *r)
{
	rd_show_record(rd_call_json(call), r->kind, r->cells, rd_call_view(call));
	rd_call_etag(call, rd_cell(r, RD_COL_VERSION)->i);
	call->reply.status = 201;
	return RD_OK;
}

static const rd_shape_field followup_fields[] = {
	{"kind", RD_SHAPE_TEXT, true, 1, 20, "control, risk or improvement"},
	{"name", RD_SHAPE_TEXT, false, 1, 600, "drafted from the case when it is not given"},
	{"details", RD_SHAPE_RAW, false, 1, 20000, "what is to be done"},
	{"owner", RD_SHAPE_ID, false, 0, 0, "who sees to it; otherwise who makes it"},
	{"due", RD_SHAPE_TIME, false, 0, 0, "until when"},
};
const rd_shape rd_shape_followup = {"FollowupNew", followup_fields, 5};

rd_rc rd_api_case_followup_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_followup_new new = {
		.kind = call->in[0].str,
		.name = rd_call_text(call, 1, RD_STR("")),
		.details = rd_call_text(call, 2, RD_STR("")),
		.owner_id = call->in[3].type == RD_INT ? call->in[3].i : 0,
		.due_us = call->in[4].type == RD_INT ? call->in[4].i : 0,
	};
	rd_record made;

	RD_TRY(
		rd_followup_create(&call->api->engine, tx, &call->who.actor, call->id, &new, &made, err));
	return answer_made(call, &made);
}

rd_rc rd_api_case_lesson(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_record made;

	RD_TRY(rd_lesson_create(&call->api->engine, tx, &call->who.actor, call->id, &made, err));
	return answer_made(call, &made);
}

rd_rc rd_api_case_summary_draft(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_str lang = rd_call_query(call, "lang");
	rd_story story;
	bool english;
	rd_record c;
	rd_buf text;

	if (lang.len && !rd_str_is(lang, "zh") && !rd_str_is(lang, "en"))
		return rd_fail(err, RD_USAGE, "lang 应为 zh 或 en", "lang is zh or en");
	RD_TRY(rd_record_get(tx, &call->who.actor, rd_kind_find(CASE_KEY), call->id, &c, err));
	RD_TRY(rd_story_english(tx, &english, err));
	if (lang.len)
		english = rd_str_is(lang, "en");
	RD_TRY(rd_story_load(tx, &call->api->engine, &c, english, &story, err));
	rd_buf_init(&text, RD_SUMMARY_MAX);
	rd_rc rc = rd_summary_draft(tx, &story, &text, err);

	if (rc == RD_OK) {
		rd_json *j = rd_call_json(call);

		rd_json_object(j);
		rd_json_put_text(j, "language", english ? "en" : "zh");
		rd_json_put_str(j, "text", rd_buf_view(&text));
		rd_json_close(j);
	}
	rd_buf_done(&text);
	return rc;
}
