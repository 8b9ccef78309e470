#include "api/handlers.h"
#include "api/inner.h"
#include "desk/cell.h"
#include "desk/import.h"

/* What is special about imports: what a preview found, and what an undo would lose. Uploading is
 * attaching, preview, commit and undo are transitions: those are routes of every kind. */

static rd_rc get_import(rd_call *call, rd_tx *tx, rd_record *ret, rd_err *err)
{
	return rd_record_get(tx, &call->who.actor, rd_kind_find(RD_STR("import")), call->id, ret, err);
}

/* A field that holds JSON, as JSON. */
static void put_inner(rd_json *j, const rd_record *r, const char *field)
{
	rd_str s = rd_str_trim(rd_field_str(r, field));

	rd_json_key(j, field);
	if (s.len)
		rd_json_raw(j, s);
	else
		rd_json_null(j);
}

rd_rc rd_api_import_preview(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_record r;
	rd_str problem;

	RD_TRY(get_import(call, tx, &r, err));
	rd_json *j = rd_call_json(call);

	problem = rd_field_str(&r, "problem");
	rd_json_object(j);
	rd_json_put_str(j, "state", rd_cell(&r, RD_COL_STATE)->str);
	put_inner(j, &r, "recognised");
	put_inner(j, &r, "differences");
	rd_json_key(j, "problem");
	if (problem.len)
		rd_json_str(j, problem);
	else
		rd_json_null(j);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_import_losses(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_import_loss *list;
	rd_record r;
	uint32_t n;
	bool more;

	RD_TRY(get_import(call, tx, &r, err));
	RD_TRY(rd_import_losses(tx, call->id, &list, &n, &more, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_key(j, "losses");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_json_put_text(j, "kind", list[i].kind);
		rd_put_id(j, "id", list[i].id);
		rd_json_put_str(j, "number", list[i].number);
		rd_json_put_str(j, "state", list[i].state);
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_put_bool(j, "more", more);
	rd_json_close(j);
	return RD_OK;
}
