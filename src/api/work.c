#include "api/handlers.h"
#include "api/inner.h"
#include "desk/assign.h"

/* Who could take a case, and what everybody has on the desk. */

static void put_person(rd_json *j, const rd_candidate *c)
{
	char day[16];

	rd_put_id(j, "user", c->user_id);
	rd_json_put_str(j, "name", c->name);
	rd_json_put_int(j, "cases", c->cases);
	rd_json_put_int(j, "late", c->late);
	rd_json_put_int(j, "minutes", c->minutes);
	rd_json_key(j, "absent_until");
	if (c->absent_until == RD_DAY_NONE) {
		rd_json_null(j);
	} else {
		rd_day_format(c->absent_until, day);
		rd_json_text(j, day);
	}
}

rd_rc rd_api_case_candidates(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_candidate *list;
	rd_record c;
	uint32_t n;

	RD_TRY(rd_record_get(tx, &call->who.actor, rd_kind_find(RD_STR("case")), call->id, &c, err));
	RD_TRY(rd_assign_candidates(&call->api->engine, tx, &c, &list, &n, err));
	rd_json *j = rd_answer_list(call, "candidates");

	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		put_person(j, &list[i]);
		rd_json_put_bool(j, "responsible", list[i].responsible);
		rd_json_put_bool(j, "skilled", list[i].skilled);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

rd_rc rd_api_load(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_candidate *list;
	uint32_t n;

	RD_TRY(rd_assign_load(&call->api->engine, tx, &list, &n, err));
	rd_json *j = rd_answer_list(call, "people");

	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		put_person(j, &list[i]);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}
