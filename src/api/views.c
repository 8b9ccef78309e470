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

static rd_view view_of(const rd_call *call)
{
	return (rd_view){.name = rd_call_text(call, 0, RD_STR("")),
	                 .filter = rd_call_text(call, 1, RD_STR("")),
	                 .sort = rd_call_text(call, 2, RD_STR("")),
	                 .columns = rd_call_text(call, 3, RD_STR("")),
	                 .shared = call->in[4].i != 0,
	                 .version = call->version};
}

rd_rc rd_api_view_list(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_view *list;
	uint32_t n;

	RD_TRY(rd_view_list(tx, &call->who.actor, call->kind, &list, &n, err));
	rd_json *j = rd_answer_list(call, "views");

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
	return rd_answer_list_end(j);
}

rd_rc rd_api_view_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_view v = view_of(call);
	int64_t id;

	RD_TRY(rd_view_add(&call->api->engine, tx, &call->who.actor, call->kind, &v, &id, err));
	return rd_answer_made(call, id);
}

rd_rc rd_api_view_change(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_view v = view_of(call);

	RD_TRY(rd_call_versioned(call, err));
	return rd_view_change(&call->api->engine, tx, &call->who.actor, call->id, &v, err);
}

rd_rc rd_api_view_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_view_remove(tx, &call->who.actor, call->id, err);
}
