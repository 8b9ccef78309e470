#include "desk/clocks.h"
#include "api/handlers.h"
#include "api/inner.h"
#include "desk/cell.h"
#include "desk/duty.h"

/* The clocks of a case, and the roster of duty. */

#define MINUTE_US 60000000LL

static void put_face(rd_json *j, rd_clock clock, const rd_clock_face *f)
{
	rd_json_object(j);
	rd_json_put_text(j, "clock", rd_clock_name(clock));
	rd_json_put_int(j, "limit_minutes", f->limit_minutes);
	rd_put_time(j, "due", f->due_us);
	rd_put_time(j, "ended_at", f->ended_us);
	rd_json_put_bool(j, "runs", f->runs);
	rd_json_key(j, "left_minutes");
	if (f->runs)
		rd_json_int(j, f->left_us / MINUTE_US);
	else
		rd_json_null(j);
	rd_json_put_bool(j, "breached", f->breached);
	rd_json_close(j);
}

rd_rc rd_put_clocks(const rd_call *call, rd_tx *tx, const rd_record *r, rd_json *j, rd_err *err)
{
	rd_clock_face faces[RD_CLOCKS_N];
	rd_clock_basis b;

	RD_TRY(rd_clock_basis_load(tx, r, call->api->engine.zone_offset_s, &b, err));
	RD_TRY(rd_clock_faces(&b, r, tx->now_us, faces, err));
	rd_json_key(j, "clocks");
	rd_json_array(j);
	for (rd_clock c = 0; c < RD_CLOCKS_N; c++)
		put_face(j, c, &faces[c]);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_case_clocks(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_record r;

	RD_TRY(rd_record_get(tx, &call->who.actor, rd_kind_find(RD_STR("case")), call->id, &r, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	RD_TRY(rd_put_clocks(call, tx, &r, j, err));
	rd_put_time(j, "paused_at", rd_field_int(&r, "paused_at", 0));
	rd_json_put_int(j, "paused_minutes", rd_field_int(&r, "paused_minutes", 0));
	rd_json_put_int(j, "escalation", rd_field_int(&r, "escalation", 0));
	rd_put_time(j, "next_step", rd_field_int(&r, "clock_at", 0));
	rd_json_close(j);
	return RD_OK;
}

static void put_turn(rd_json *j, const rd_on_duty *d)
{
	rd_json_object(j);
	rd_put_id(j, "duty", d->id);
	rd_json_put_str(j, "name", d->name);
	rd_json_put_int(j, "level", d->level);
	rd_put_id(j, "person", d->person_id);
	rd_json_put_str(j, "person_name", d->person);
	rd_put_id(j, "answers", d->answers_id);
	rd_json_put_str(j, "phone", d->phone);
	rd_put_time(j, "from", d->from_us);
	rd_put_time(j, "until", d->until_us);
	rd_json_close(j);
}

rd_rc rd_api_roster(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_on_duty *list;
	const rd_duty_gap *gaps;
	uint32_t n, n_gaps;

	RD_TRY(rd_duty_at(tx, tx->now_us, call->api->engine.zone_offset_s, &list, &n, err));
	RD_TRY(rd_duty_gaps(tx, tx->now_us, &gaps, &n_gaps, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_time(j, "at", tx->now_us);
	rd_json_key(j, "on_duty");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++)
		put_turn(j, &list[i]);
	rd_json_close(j);
	rd_json_key(j, "gaps");
	rd_json_array(j);
	for (uint32_t i = 0; i < n_gaps; i++) {
		rd_json_object(j);
		rd_put_time(j, "from", gaps[i].from_us);
		rd_put_time(j, "until", gaps[i].until_us);
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_close(j);
	return RD_OK;
}
