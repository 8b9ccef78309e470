#include "api/handlers.h"
#include "api/inner.h"
#include "record/around.h"
#include "record/beside.h"

/* What stands around a record. All lists ask first whether the record may be read. */

/* ---- comments ---- */

static const rd_shape_field comment_fields[] = {
	{"body", RD_SHAPE_RAW, true, 1, RD_COMMENT_MAX, "Markdown"},
	{"parent", RD_SHAPE_ID, false, 0, 0, "comment that is answered"},
	{"mentions", RD_SHAPE_IDS, false, 0, RD_MENTIONS_MAX, "users; they watch from then on"},
	{"for_client", RD_SHAPE_BOOL, false, 0, 0,
     "contacts of the client see it; else it stays inside"},
};
const rd_shape rd_shape_comment = {"CommentNew", comment_fields, 4};
const rd_shape rd_shape_comment_edit = {"CommentEdit", comment_fields, 1};

void rd_put_comment(rd_json *j, const rd_comment *c)
{
	rd_json_object(j);
	rd_put_id(j, "id", c->id);
	rd_put_id(j, "parent", c->parent_id);
	rd_json_put_str(j, "author", c->author);
	rd_put_time(j, "at", c->at_us);
	rd_put_time(j, "edited_at", c->edited_at_us);
	rd_json_put_bool(j, "for_client", c->for_client);
	rd_json_put_bool(j, "removed", c->removed);
	rd_json_put_str(j, "body", c->body);
	rd_json_close(j);
}

rd_rc rd_api_comment_list(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_comment *list;
	int64_t after, limit;
	uint32_t n;

	RD_TRY(rd_call_number(call, "after", 0, INT64_MAX, 0, &after, err));
	RD_TRY(rd_call_number(call, "limit", 1, 500, 200, &limit, err));
	RD_TRY(rd_around_comments(tx, &call->who.actor, call->kind, call->id, after, (uint32_t)limit,
	                          &list, &n, err));
	rd_json *j = rd_answer_list(call, "comments");

	for (uint32_t i = 0; i < n; i++)
		rd_put_comment(j, &list[i]);
	return rd_answer_list_end(j);
}

rd_rc rd_api_comment_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_comment_new c = {.body = call->in[0].str,
	                    .parent_id = call->in[1].type == RD_INT ? call->in[1].i : 0,
	                    .for_client = call->in[3].type == RD_INT && call->in[3].i};
	int64_t id;

	c.mentions = rd_shape_ids(call->body, "mentions", call->req->arena, &c.n_mentions);
	RD_TRY(rd_comment_add(&call->api->engine, tx, &call->who.actor, call->kind, call->id, &c, &id,
	                      err));
	return rd_answer_made(call, id);
}

rd_rc rd_api_comment_edit(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_comment_edit(tx, &call->who.actor, call->id, call->in[0].str, err);
}

rd_rc rd_api_comment_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_comment_remove(tx, &call->who.actor, call->id, err);
}

/* ---- watchers ---- */

rd_rc rd_api_watch(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_watch_set(tx, &call->who.actor, call->kind, call->id, true, err);
}

rd_rc rd_api_unwatch(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_watch_set(tx, &call->who.actor, call->kind, call->id, false, err);
}

rd_rc rd_api_watchers(rd_call *call, rd_tx *tx, rd_err *err)
{
	const int64_t *users;
	uint32_t n;

	RD_TRY(rd_around_watchers(tx, &call->who.actor, call->kind, call->id, &users, &n, err));
	rd_json *j = rd_answer_list(call, "watchers");

	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_put_id(j, "user", users[i]);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

/* ---- tags ---- */

static const rd_shape_field tag_fields[] = {
	{"tag", RD_SHAPE_TEXT, true, 1, RD_TAG_MAX, "a word without blanks"},
};
const rd_shape rd_shape_tag = {"Tag", tag_fields, 1};

rd_rc rd_api_tag_list(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_str *tags;
	uint32_t n;

	RD_TRY(rd_around_tags(tx, &call->who.actor, call->kind, call->id, &tags, &n, err));
	rd_json *j = rd_answer_list(call, "tags");

	for (uint32_t i = 0; i < n; i++)
		rd_json_str(j, tags[i]);
	return rd_answer_list_end(j);
}

rd_rc rd_api_tag_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_tag_set(tx, &call->who.actor, call->kind, call->id, call->in[0].str, true, err);
}

rd_rc rd_api_tag_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_tag_set(tx, &call->who.actor, call->kind, call->id, call->word, false, err);
}

/* ---- links ---- */

static const rd_shape_field link_fields[] = {
	{"meaning", RD_SHAPE_TEXT, true, 1, 32,
     "causes, mitigates, duplicates, concerns, follows-from, helped-by"},
	{"kind", RD_SHAPE_TEXT, true, 1, 64, "kind of the other record"},
	{"record", RD_SHAPE_ID, true, 0, 0, "the other record"},
};
const rd_shape rd_shape_link = {"Link", link_fields, 3};

rd_rc rd_api_link_list(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_linked *list;
	uint32_t n;

	RD_TRY(rd_around_links(tx, &call->who.actor, call->kind, call->id, &list, &n, err));
	rd_json *j = rd_answer_list(call, "links");

	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_json_put_bool(j, "inward", list[i].inward);
		rd_json_put_str(j, "meaning", list[i].meaning);
		rd_json_key(j, "record");
		rd_show_columns(j, list[i].other.kind, list[i].other.cells, NULL, 0, rd_call_view(call));
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

static rd_rc link(rd_call *call, rd_tx *tx, bool on, rd_err *err)
{
	rd_link l = {call->in[0].str, rd_kind_find(call->in[1].str), call->in[2].i};

	if (l.other_kind == NULL)
		return rd_fail(err, RD_INPUT, "没有这种记录", "no such kind of record");
	return rd_link_set(tx, &call->who.actor, call->kind, call->id, &l, on, err);
}

rd_rc rd_api_link_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	return link(call, tx, true, err);
}

rd_rc rd_api_link_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	return link(call, tx, false, err);
}

/* ---- reminders ---- */

static const rd_shape_field reminder_fields[] = {
	{"at", RD_SHAPE_TIME, true, 0, 0, "when"},
	{"note", RD_SHAPE_RAW, false, 0, RD_NOTE_MAX, "what for"},
};
const rd_shape rd_shape_reminder = {"ReminderNew", reminder_fields, 2};

rd_rc rd_api_reminder_list(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_reminder *list;
	uint32_t n;

	RD_TRY(rd_around_reminders(tx, &call->who.actor, call->kind, call->id, &list, &n, err));
	rd_json *j = rd_answer_list(call, "reminders");

	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_put_id(j, "id", list[i].id);
		rd_put_time(j, "at", list[i].at_us);
		rd_json_put_str(j, "note", list[i].note);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

rd_rc rd_api_reminder_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	int64_t id;

	RD_TRY(rd_reminder_add(&call->api->engine, tx, &call->who.actor, call->kind, call->id,
	                       call->in[0].i,
	                       call->in[1].type == RD_TEXT ? call->in[1].str : RD_STR(""), &id, err));
	return rd_answer_made(call, id);
}

rd_rc rd_api_reminder_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_reminder_remove(tx, &call->who.actor, call->id, err);
}
