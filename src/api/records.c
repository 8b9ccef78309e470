#include "api/handlers.h"
#include "api/inner.h"
#include "record/find.h"
#include "record/list.h"
#include "record/show.h"

/* ---- one record ---- */

void rd_put_available(rd_json *j, const rd_record *r, const rd_available *list, uint32_t n)
{
	rd_json_key(j, "available_transitions");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++) {
		const rd_available *a = &list[i];

		rd_json_object(j);
		rd_json_put_text(j, "name", a->transition->name);
		rd_json_put_words(j, "label", a->transition->label);
		if (a->transition->to == RD_STAYS)
			rd_json_put_str(j, "to", rd_cell(r, RD_COL_STATE)->str);
		else
			rd_json_put_text(j, "to", r->kind->states[a->transition->to].name);
		rd_json_put_bool(j, "allowed", a->allowed);
		if (!a->allowed)
			rd_json_put_words(j, "why", a->why);
		rd_json_key(j, "lacks");
		rd_json_array(j);
		for (uint16_t f = 0; f < r->kind->n_fields; f++)
			if (a->lacks >> f & 1)
				rd_json_text(j, r->kind->fields[f].name);
		for (uint16_t c = 0; c < RD_COMMON_COUNT; c++)
			if (a->lacks_common >> c & 1)
				rd_json_text(j, r->kind->columns[c].key);
		rd_json_close(j);
		rd_json_close(j);
	}
	rd_json_close(j);
}

typedef struct answered {
	rd_record record;
	const rd_available *list;
	uint32_t n;
} answered;

static void put_answer(rd_call *call)
{
	const answered *a = call->late_ctx;
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_show_members(j, a->record.kind, a->record.cells, rd_call_view(call));
	rd_put_available(j, &a->record, a->list, a->n);
	rd_json_close(j);
}

/* The record with what may be done to it: the answer of every read and every command. Its text is
 * made when the writer has done with it. */
static rd_rc answer(rd_call *call, rd_tx *tx, const rd_record *r, uint32_t status, rd_err *err)
{
	answered *a = RD_NEW(tx->arena, answered);

	a->record = *r;
	RD_TRY(rd_record_available(tx, &call->who.actor, r, &a->list, &a->n, err));
	call->late = put_answer;
	call->late_ctx = a;
	call->reply.status = status;
	rd_call_etag(call, rd_cell(r, RD_COL_VERSION)->i);
	return RD_OK;
}

/* A refused change shows both: what was sent stands at the client, this is what is there. */
static rd_rc with_current(rd_call *call, rd_tx *tx, rd_rc rc)
{
	rd_record *now;
	rd_err ignored;

	if (rc != RD_CONFLICT)
		return rc;
	now = RD_NEW(call->req->arena, rd_record);
	if (rd_record_get(tx, &call->who.actor, call->kind, call->id, now, &ignored) == RD_OK)
		call->current = now;
	return rc;
}

rd_rc rd_api_record_get(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_record r;

	RD_TRY(rd_record_get(tx, &call->who.actor, call->kind, call->id, &r, err));
	return answer(call, tx, &r, 200, err);
}

rd_rc rd_api_record_create(rd_call *call, rd_tx *tx, rd_err *err)
{
	char id[24];
	rd_record r;

	RD_TRY(rd_record_create(&call->api->engine, tx, &call->who.actor, call->kind, 0, call->body, &r,
	                        &call->problems, err));
	snprintf(id, sizeof id, "%lld", (long long)rd_cell(&r, RD_COL_ID)->i);
	rd_call_location(call, id);
	return answer(call, tx, &r, 201, err);
}

rd_rc rd_api_record_change(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_record r;

	RD_TRY(with_current(call, tx,
	                    rd_record_change(&call->api->engine, tx, &call->who.actor, call->kind,
	                                     call->id, call->version, call->body, &r, &call->problems,
	                                     err)));
	return answer(call, tx, &r, 200, err);
}

rd_rc rd_api_record_move(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_record r;

	RD_TRY(with_current(call, tx,
	                    rd_record_move(&call->api->engine, tx, &call->who.actor, call->kind,
	                                   call->id, call->version, call->word, call->body, &r,
	                                   &call->problems, err)));
	return answer(call, tx, &r, 200, err);
}

static rd_rc archive(rd_call *call, rd_tx *tx, bool on, rd_err *err)
{
	rd_record r;

	RD_TRY(with_current(call, tx,
	                    rd_record_archive(&call->api->engine, tx, &call->who.actor, call->kind,
	                                      call->id, call->version, on, &r, err)));
	return answer(call, tx, &r, 200, err);
}

rd_rc rd_api_record_archive(rd_call *call, rd_tx *tx, rd_err *err)
{
	return archive(call, tx, true, err);
}

rd_rc rd_api_record_restore(rd_call *call, rd_tx *tx, rd_err *err)
{
	return archive(call, tx, false, err);
}

/* ---- many ---- */

rd_rc rd_api_record_list(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_list_input in = {.kind = call->kind,
	                    .filter = rd_call_query(call, "filter"),
	                    .sort = rd_call_query(call, "sort"),
	                    .cursor = rd_call_query(call, "cursor"),
	                    .zone_offset_s = call->api->engine.zone_offset_s};
	int64_t limit;
	rd_list list;
	rd_json *j;

	RD_TRY(rd_call_number(call, "limit", 1, RD_LIST_MAX, 50, &limit, err));
	in.limit = (uint32_t)limit;
	RD_TRY(rd_list_get(tx, &call->who.actor, &in, &list, err));
	j = rd_call_json(call);
	rd_json_object(j);
	rd_json_key(j, "records");
	rd_json_array(j);
	for (uint32_t i = 0; i < list.n; i++)
		rd_show_columns(j, call->kind, list.records[i].cells, call->kind->list, call->kind->n_list,
		                rd_call_view(call));
	rd_json_close(j);
	if (list.next.len)
		rd_json_put_str(j, "next", list.next);
	else
		rd_json_put_text(j, "next", NULL);
	if (rd_str_is(rd_call_query(call, "count"), "1")) {
		uint32_t n;

		RD_TRY(rd_list_count(tx, &call->who.actor, &in, 10000, &n, err));
		rd_json_put_int(j, "count", n);
	}
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_search(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_record *found;
	rd_json *j;
	uint32_t n;
	int64_t limit;

	RD_TRY(rd_call_number(call, "limit", 1, 50, 20, &limit, err));
	RD_TRY(rd_find_text(tx, &call->who.actor, rd_call_query(call, "q"), rd_call_query(call, "kind"),
	                    (uint32_t)limit, &found, &n, err));
	j = rd_call_json(call);
	rd_json_object(j);
	rd_json_key(j, "records");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++)
		rd_show_columns(j, found[i].kind, found[i].cells, NULL, 0, rd_call_view(call));
	rd_json_close(j);
	rd_json_close(j);
	return RD_OK;
}

/* ---- who refers to it ---- */

rd_rc rd_api_record_references(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_reference *list;
	rd_json *j;
	uint32_t n;

	RD_TRY(rd_find_references(tx, &call->who.actor, call->kind, call->id, &list, &n, err));
	j = rd_call_json(call);
	rd_json_object(j);
	rd_json_key(j, "references");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_json_put_str(j, "field", list[i].field);
		rd_json_key(j, "record");
		rd_show_columns(j, list[i].from.kind, list[i].from.cells, NULL, 0, rd_call_view(call));
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_close(j);
	return RD_OK;
}
