#include "desk/make.h"
#include "desk/person.h"
#include "record/show.h"
#include <stdio.h>

rd_rc rd_make(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const char *kind,
              const rd_buf *body, rd_record *ret_record, rd_err *err)
{
	rd_str text = {rd_arena_copy(tx->arena, body->data, body->size), (uint32_t)body->size};
	const rd_actor system = rd_desk_system(tx->firm_id);
	const rd_kind *k = rd_kind_find(rd_str_of(kind));
	rd_problems problems = {0};
	json_t *json;

	RD_TRY(rd_check_parse(text, &json, err));
	rd_rc rc = rd_record_create(e, tx, actor, k, 0, json, ret_record, &problems, err);

	int64_t id = rc == RD_OK ? rd_cell(ret_record, RD_COL_ID)->i : 0;

	/* Its texts pointed into what was parsed. */
	json_decref(json);
	return rc == RD_OK ? rd_record_get(tx, &system, k, id, ret_record, err) : rc;
}

void rd_make_put_id(rd_json *j, const char *key, int64_t id)
{
	char text[24];

	if (id == 0)
		return;
	(void)snprintf(text, sizeof text, "%lld", (long long)id);
	rd_json_put_text(j, key, text);
}

void rd_make_put_ids(rd_json *j, const char *key, int64_t id)
{
	char text[24];

	if (id == 0)
		return;
	(void)snprintf(text, sizeof text, "%lld", (long long)id);
	rd_json_key(j, key);
	rd_json_array(j);
	rd_json_text(j, text);
	rd_json_close(j);
}

void rd_make_put_text(rd_json *j, const char *key, rd_str text)
{
	if (text.len)
		rd_json_put_str(j, key, text);
}

void rd_make_put_time(rd_json *j, const char *key, int64_t at_us)
{
	char text[40];

	if (at_us == 0)
		return;
	rd_show_time(at_us, text);
	rd_json_put_text(j, key, text);
}

void rd_make_put_any(rd_json *j, const char *key, const char *kind, int64_t id)
{
	rd_json_key(j, key);
	rd_json_object(j);
	rd_json_put_text(j, "kind", kind);
	rd_make_put_id(j, "id", id);
	rd_json_close(j);
}

void rd_make_put_like(rd_json *j, const rd_record *r)
{
	if (rd_cell(r, RD_COL_CLIENT)->type == RD_INT)
		rd_make_put_id(j, "client", rd_cell(r, RD_COL_CLIENT)->i);
	if (rd_cell(r, RD_COL_TEAM)->type == RD_INT)
		rd_make_put_id(j, "team", rd_cell(r, RD_COL_TEAM)->i);
	rd_json_put_bool(j, "restricted", rd_cell(r, RD_COL_RESTRICTED)->i != 0);
}
