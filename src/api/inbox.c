#include "desk/inbox.h"
#include "api/handlers.h"
#include "api/inner.h"

/* Everybody's own inbox. */

/* What the detail of a notice says depends on the notice; the state of a record and its due time
 * only for who may still read it. */
static void put_detail(rd_json *j, const rd_inbox_row *row)
{
	bool readable = row->number.len || row->title.len;
	rd_message_kind what = rd_message_find(row->notice);
	bool due = what == RD_MESSAGE_DUE_SOON || what == RD_MESSAGE_OVERDUE ||
	           what == RD_MESSAGE_ESCALATED || what == RD_MESSAGE_DUTY_GAP;
	int64_t at_us;

	if (what == RD_MESSAGE_REMINDED)
		rd_json_put_str(j, "note", row->detail);
	else if (what == RD_MESSAGE_TRANSITION && readable)
		rd_json_put_str(j, "state", row->detail);
	else if (due && readable && rd_check_id(row->detail, &at_us))
		rd_put_time(j, "due", at_us);
}

static void put_row(rd_json *j, const rd_inbox_row *row)
{
	rd_json_object(j);
	rd_put_id(j, "id", row->id);
	rd_json_put_str(j, "notice", row->notice);
	rd_json_put_str(j, "kind", row->kind);
	rd_put_id(j, "record", row->record_id);
	rd_json_put_str(j, "number", row->number);
	rd_json_put_str(j, "title", row->title);
	rd_json_put_str(j, "actor", row->actor);
	rd_json_put_str(j, "actor_name", row->actor_name);
	put_detail(j, row);
	rd_put_time(j, "at", row->at_us);
	rd_put_time(j, "read_at", row->read_at_us);
	rd_json_close(j);
}

rd_rc rd_api_inbox(rd_call *call, rd_tx *tx, rd_err *err)
{
	int64_t limit, unread;
	rd_inbox box;

	RD_TRY(rd_call_number(call, "limit", 1, RD_INBOX_MAX, 50, &limit, err));
	RD_TRY(rd_call_number(call, "unread", 0, 1, 0, &unread, err));
	RD_TRY(rd_inbox_list(tx, &call->who.actor, unread, rd_call_query(call, "cursor"),
	                     (uint32_t)limit, &box, err));
	rd_json *j = rd_answer_list(call, "notices");

	for (uint32_t i = 0; i < box.n; i++)
		put_row(j, &box.rows[i]);
	rd_json_close(j);
	if (box.next.len)
		rd_json_put_str(j, "next", box.next);
	else
		rd_json_put_text(j, "next", NULL);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_inbox_count(rd_call *call, rd_tx *tx, rd_err *err)
{
	int64_t n;

	RD_TRY(rd_inbox_count(tx, &call->who.actor, &n, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_put_int(j, "unread", n);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_inbox_read(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_inbox_mark(tx, &call->who.actor, call->id, err);
}

static const rd_shape_field marks_fields[] = {
	{"up_to", RD_SHAPE_ID, false, 0, 0, "the newest notice that was seen; it and all older ones"},
	{"kind", RD_SHAPE_TEXT, false, 1, 64, "with record: all about one record; its kind"},
	{"record", RD_SHAPE_ID, false, 0, 0, "its id"},
};
const rd_shape rd_shape_marks = {"InboxRead", marks_fields, 3};

rd_rc rd_api_inbox_read_many(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_value *up_to = &call->in[0], *kind = &call->in[1], *record = &call->in[2];
	bool about = kind->type == RD_TEXT && record->type == RD_INT;

	if (up_to->type == RD_INT && kind->type == RD_NULL && record->type == RD_NULL)
		return rd_inbox_mark_all(tx, &call->who.actor, up_to->i, err);
	if (!about || up_to->type != RD_NULL)
		return rd_answer_wrong(call, "up_to", "请给出 up_to，或同时给出 kind 和 record",
		                       "give up_to, or kind and record together", err);
	if (rd_kind_find(kind->str) == NULL)
		return rd_answer_wrong(call, "kind", "没有这种记录", "no such kind of record", err);
	return rd_inbox_mark_record(tx, &call->who.actor, kind->str, record->i, err);
}
