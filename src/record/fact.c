#include "record/fact.h"
#include "base/assert.h"
#include "base/json.h"
#include "record/check.h"
#include "record/project.h"
#include "record/show.h"
#include <stdio.h>

#define PAYLOAD_MAX (1u << 20) /* bytes of one fact; a record's fields are far below */

static const char *const words[RD_FACT_TYPES] = {
	[RD_FACT_CREATED] = "created",
	[RD_FACT_CHANGED] = "changed",
	[RD_FACT_MOVED] = "moved",
	[RD_FACT_ARCHIVED] = "archived",
	[RD_FACT_RESTORED] = "restored",
	[RD_FACT_COMMENTED] = "commented",
	[RD_FACT_COMMENT_EDITED] = "comment-edited",
	[RD_FACT_COMMENT_REMOVED] = "comment-removed",
	[RD_FACT_WATCHED] = "watched",
	[RD_FACT_UNWATCHED] = "unwatched",
	[RD_FACT_LINKED] = "linked",
	[RD_FACT_UNLINKED] = "unlinked",
	[RD_FACT_TAGGED] = "tagged",
	[RD_FACT_UNTAGGED] = "untagged",
	[RD_FACT_ATTACHED] = "attached",
	[RD_FACT_DETACHED] = "detached",
	[RD_FACT_REMINDER_SET] = "reminder-set",
	[RD_FACT_REMINDER_DROPPED] = "reminder-dropped",
};

const char *rd_fact_word(rd_fact_type t)
{
	return words[t];
}

rd_record rd_record_copy(rd_arena *a, const rd_record *r)
{
	rd_record copy = {r->kind, RD_NEW_N(a, rd_value, r->kind->n_columns)};

	memcpy(copy.cells, r->cells, r->kind->n_columns * sizeof *r->cells);
	return copy;
}

static void put_users(rd_json *j, const rd_fact *f)
{
	if (f->n_users == 0)
		return;
	rd_json_key(j, "users");
	rd_json_array(j);
	for (uint32_t i = 0; i < f->n_users; i++)
		rd_json_int(j, f->users[i]);
	rd_json_close(j);
}

static void put_text(rd_json *j, const char *key, rd_str s)
{
	if (s.len)
		rd_json_put_str(j, key, s);
}

static void put_int(rd_json *j, const char *key, int64_t v)
{
	if (v)
		rd_json_put_int(j, key, v);
}

static void encode(const rd_fact *f, rd_buf *out)
{
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	if (f->now.cells) {
		rd_json_key(&j, "set");
		rd_show_changed(&j, f->kind, f->was.cells, f->now.cells);
	}
	if (f->was.cells) {
		rd_json_key(&j, "was");
		rd_show_changed(&j, f->kind, f->now.cells, f->was.cells);
	}
	put_text(&j, "transition", f->transition);
	put_text(&j, "asks", f->asks);
	put_int(&j, "about", f->about_id);
	put_int(&j, "parent", f->parent_id);
	put_text(&j, "text", f->text);
	put_int(&j, "for_client", f->for_client);
	put_text(&j, "kind", f->other_kind);
	put_users(&j, f);
	put_text(&j, "sha256", f->sha256);
	put_text(&j, "media_type", f->media_type);
	put_int(&j, "size", f->size);
	put_int(&j, "at_us", f->at_us);
	rd_json_close(&j);
	rd_json_end(&j);
	if (out->size && out->data[out->size - 1] == '\n')
		out->size--;
}

static void stamp(rd_tx *tx, rd_str actor, rd_fact *f)
{
	rd_value *cells = f->now.cells;

	if (cells == NULL)
		return;
	cells[RD_COL_FIRM] = RD_VALUE_INT(tx->firm_id);
	cells[RD_COL_ID] = RD_VALUE_INT(f->record_id);
	cells[RD_COL_VERSION] =
		RD_VALUE_INT(f->was.cells ? f->was.cells[RD_COL_VERSION].i + 1 : (int64_t)1);
	cells[RD_COL_CHANGED_AT] = RD_VALUE_INT(tx->now_us);
	cells[RD_COL_CHANGED_BY] = RD_VALUE_TEXT(actor);
	if (f->type == RD_FACT_CREATED) {
		cells[RD_COL_CREATED_AT] = RD_VALUE_INT(tx->now_us);
		cells[RD_COL_CREATED_BY] = RD_VALUE_TEXT(actor);
	}
	if (f->type == RD_FACT_ARCHIVED)
		cells[RD_COL_ARCHIVED_AT] = RD_VALUE_INT(tx->now_us);
	if (f->type == RD_FACT_RESTORED)
		cells[RD_COL_ARCHIVED_AT] = RD_VALUE_NULL;
}

rd_rc rd_fact_write(rd_tx *tx, const rd_actor *actor, rd_fact *f, int64_t *ret_seq, rd_err *err)
{
	char type[64];
	rd_buf payload;
	rd_rc rc;

	RD_ASSERT(f->record_id > 0);
	stamp(tx, actor->name, f);
	snprintf(type, sizeof type, "%s.%s", f->kind->name, words[f->type]);
	rd_buf_init(&payload, PAYLOAD_MAX);
	encode(f, &payload);
	if (payload.full)
		rc = rd_fail(err, RD_LIMIT, "一次改动超过 %u 字节，没有保存；请把长文作为附件",
		             "one change is over %u bytes and was not saved; attach long texts instead",
		             PAYLOAD_MAX);
	else
		rc = rd_log_append(tx,
		                   &(rd_log_event){.type = rd_str_of(type),
		                                   .kind = rd_str_of(f->kind->name),
		                                   .record_id = f->record_id,
		                                   .actor = actor->name,
		                                   .request_id = actor->request_id,
		                                   .payload = rd_buf_view(&payload)},
		                   ret_seq, err);
	rd_buf_done(&payload);
	return rc == RD_OK ? rd_project(tx, actor->name, f, tx->now_us, err) : rc;
}

/* ---- back from the log ---- */

static rd_rc corrupt(const rd_log_row *row, rd_err *err)
{
	return rd_fail(err, RD_CORRUPT, "事件 %lld 的内容无法还原；请运行 redink verify 检查日志",
	               "event %lld cannot be replayed; run redink verify on the log",
	               (long long)row->seq);
}

static rd_str text_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? (rd_str){json_string_value(v), (uint32_t)json_string_length(v)}
	                         : (rd_str){"", 0};
}

static int64_t int_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void read_users(const json_t *o, rd_arena *a, rd_fact *f)
{
	const json_t *users = json_object_get(o, "users");
	size_t n = json_array_size(users);
	int64_t *ids = RD_NEW_N(a, int64_t, n + 1);

	for (size_t i = 0; i < n; i++)
		ids[i] = json_integer_value(json_array_get(users, i));
	f->users = ids;
	f->n_users = (uint32_t)n;
}

/* The row as the event left it: what stood there, and what the event says. */
static rd_rc read_cells(rd_tx *tx, const json_t *o, rd_fact *f, rd_err *err)
{
	if (f->type > RD_FACT_RESTORED)
		return RD_OK;
	f->now = (rd_record){f->kind, RD_NEW_N(tx->arena, rd_value, f->kind->n_columns)};
	if (f->type != RD_FACT_CREATED) {
		const rd_value key[] = {RD_VALUE_INT(tx->firm_id), RD_VALUE_INT(f->record_id)};
		bool found;

		f->was = rd_record_copy(tx->arena, &f->now);
		RD_TRY(rd_db_one(tx->db, &f->kind->get, key, tx->arena, f->was.cells, &found, err));
		if (!found)
			return rd_fail(err, RD_CORRUPT, "记录不在", "the record is not there");
		f->now = rd_record_copy(tx->arena, &f->was);
	}
	f->now.cells[RD_COL_FIRM] = RD_VALUE_INT(tx->firm_id);
	f->now.cells[RD_COL_ID] = RD_VALUE_INT(f->record_id);
	return rd_check_apply(f->kind, json_object_get(o, "set"), tx->arena, f->now.cells, err);
}

static rd_rc replay(rd_tx *tx, const rd_log_row *row, const json_t *o, rd_fact *f, rd_err *err)
{
	f->record_id = row->record_id;
	f->transition = text_of(o, "transition");
	f->about_id = int_of(o, "about");
	f->parent_id = int_of(o, "parent");
	f->text = text_of(o, "text");
	f->for_client = int_of(o, "for_client");
	f->other_kind = text_of(o, "kind");
	f->sha256 = text_of(o, "sha256");
	f->media_type = text_of(o, "media_type");
	f->size = int_of(o, "size");
	f->at_us = int_of(o, "at_us");
	read_users(o, tx->arena, f);
	if (f->type == RD_FACT_REMINDER_SET && f->n_users != 1)
		return corrupt(row, err);
	if (read_cells(tx, o, f, err) != RD_OK)
		return corrupt(row, err);
	return rd_project(tx, row->actor, f, row->at_us, err);
}

rd_rc rd_fact_replay(rd_tx *tx, const rd_log_row *row, rd_err *err)
{
	rd_fact f = {.kind = row->kind.len ? rd_kind_find(row->kind) : NULL};
	rd_str word = row->type;
	json_t *o;
	rd_rc rc;

	if (f.kind == NULL || row->erased)
		return RD_OK;
	word.ptr += row->kind.len + 1;
	word.len -= row->kind.len + 1;
	while (f.type < RD_FACT_TYPES && !rd_str_is(word, words[f.type]))
		f.type++;
	if (f.type == RD_FACT_TYPES)
		return RD_OK; /* of the kind, but not of a record's tables: a password was changed */
	o = json_loadb(row->payload.ptr, row->payload.len, 0, NULL);
	rc = json_is_object(o) ? replay(tx, row, o, &f, err) : corrupt(row, err);
	json_decref(o);
	return rc;
}
