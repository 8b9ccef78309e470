#include "api/handlers.h"
#include "api/inner.h"
#include "record/views.h"

static const rd_shape_field view_fields[] = {
	{"name", RD_SHAPE_TEXT, true, 1, RD_VIEW_NAME_MAX, "as people read it"},
	{"filter", RD_SHAPE_TEXT, false, 0, 2000, "filter language"},
	{"sort", RD_SHAPE_TEXT, false, 0, 200, "-level,due"},
	{"columns", RD_SHAPE_TEXT, false, 0, RD_VIEW_COLUMNS_MAX, "keys joined by commas"},
	{"shared", RD_SHAPE_BOOL, false, 0, 0, "everybody in the firm sees it"},
};
const rd_shape rd_shape_view = {"View", view_fields, 5};

static rd_str text(const rd_value *v)
{
	return v->type == RD_TEXT ? v->str : RD_STR("");
}

static rd_view view_of(const rd_call *call)
{
	return (rd_view){.name = text(&call->in[0]),
	                 .filter = text(&call->in[1]),
	                 .sort = text(&call->in[2]),
	                 .columns = text(&call->in[3]),
	                 .shared = call->in[4].i != 0,
	                 .version = call->version};
}

rd_rc rd_api_view_list(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_view *list;
	uint32_t n;

	RD_TRY(rd_view_list(tx, &call->who.actor, call->kind, &list, &n, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_key(j, "views");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_put_id(j, "id", list[i].id);
		rd_json_put_int(j, "version", list[i].version);
		rd_put_id(j, "owner", list[i].owner_id);
		rd_json_put_bool(j, "shared", list[i].shared);
		rd_json_put_str(j, "name", list[i].name);
		rd_json_put_str(j, "filter", list[i].filter);
		rd_json_put_str(j, "sort", list[i].sort);
		rd_json_put_str(j, "columns", list[i].columns);
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_view_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_view v = view_of(call);
	int64_t id;

	RD_TRY(rd_view_add(&call->api->engine, tx, &call->who.actor, call->kind, &v, &id, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_id(j, "id", id);
	rd_json_close(j);
	call->reply.status = 201;
	return RD_OK;
}

rd_rc rd_api_view_change(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_view v = view_of(call);

	if (call->version == RD_NO_VERSION)
		return rd_fail(err, RD_NO_MATCH, "没有说明改的是哪个版本；请带上 If-Match",
		               "the request does not say which version it changes; send If-Match");
	return rd_view_change(&call->api->engine, tx, &call->who.actor, call->id, &v, err);
}

rd_rc rd_api_view_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_view_remove(tx, &call->who.actor, call->id, err);
}
