#include "api/handlers.h"
#include "api/inner.h"

/* The timeline of a record: its events, with what the reader may see of what changed. */

static bool is_hidden(const rd_kind *k, const char *column, bool secrets)
{
	for (uint16_t i = 0; i < k->n_columns && !secrets; i++)
		if (strcmp(k->columns[i].name, column) == 0)
			return k->columns[i].field >= 0 && k->fields[k->columns[i].field].secret;
	return false;
}

static void put_value(rd_json *j, const json_t *v)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);

	rd_json_raw(j, text ? rd_str_of(text) : RD_STR("null"));
	free(text);
}

/* {column: value}; a secret one is said to have changed, and no more. */
static void put_columns(rd_json *j, const rd_kind *k, const char *name, const json_t *set,
                        bool secrets)
{
	const char *column;
	json_t *v;

	if (!json_is_object(set))
		return;
	rd_json_key(j, name);
	rd_json_object(j);
	json_object_foreach((json_t *)set, column, v)
	{
		if (strcmp(column, "version") == 0 || strcmp(column, "changed_at_us") == 0 ||
		    strcmp(column, "changed_by") == 0)
			continue;
		rd_json_key(j, column);
		if (is_hidden(k, column, secrets) && !json_is_null(v))
			rd_json_raw(j, RD_STR("{\"masked\":true}"));
		else
			put_value(j, v);
	}
	rd_json_close(j);
}

static void put_detail(rd_json *j, const rd_kind *k, const rd_log_row *row, bool secrets)
{
	json_t *o = json_loadb(row->payload.ptr, row->payload.len, 0, NULL);
	const char *key;
	json_t *v;

	rd_json_key(j, "detail");
	rd_json_object(j);
	json_object_foreach(o, key, v)
	{
		if (strcmp(key, "set") == 0 || strcmp(key, "was") == 0) {
			put_columns(j, k, key, v, secrets);
		} else {
			rd_json_key(j, key);
			put_value(j, v);
		}
	}
	rd_json_close(j);
	json_decref(o);
}

void rd_put_event(rd_json *j, const rd_kind *k, const rd_log_row *row, rd_show_view view)
{
	rd_json_object(j);
	rd_json_put_int(j, "seq", row->seq);
	rd_put_time(j, "at", row->at_us);
	rd_json_put_str(j, "type", row->type);
	rd_json_put_str(j, "actor", row->actor);
	rd_json_put_bool(j, "erased", row->erased);
	/* A contact sees that something happened, not what. */
	if (!view.client && row->payload.len)
		put_detail(j, k, row, view.secrets);
	rd_json_close(j);
}

rd_rc rd_api_record_timeline(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_log_row *rows;
	int64_t before, limit;
	rd_record r;
	rd_json *j;
	uint32_t n;

	RD_TRY(rd_call_number(call, "before", 0, INT64_MAX, -1, &before, err));
	RD_TRY(rd_call_number(call, "limit", 1, 500, 100, &limit, err));
	RD_TRY(rd_record_get(tx, &call->who.actor, call->kind, call->id, &r, err));
	RD_TRY(rd_log_of_record(tx, rd_str_of(call->kind->name), call->id, before, (uint32_t)limit,
	                        &rows, &n, err));
	j = rd_call_json(call);
	rd_json_object(j);
	rd_json_key(j, "events");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++)
		rd_put_event(j, call->kind, &rows[i], rd_call_view(call));
	rd_json_close(j);
	if (n == (uint32_t)limit)
		rd_json_put_int(j, "before", rows[n - 1].seq);
	rd_json_close(j);
	return RD_OK;
}
