/* What the transitions of an emergency do (model/emergency.toml); who is called: emergencies.c. */
#include "base/json.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/hours.h"
#include "desk/make.h"
#include "desk/tasks.h"
#include "record/show.h"
#include "store/queries.gen.h"

#define TASKS_MAX   100u
#define REVIEW_DAYS 5 /* working days for the review afterwards */
#define MINUTE_US   60000000LL

/* What calling and the transitions set. */
static const char *const kept[] = {"next_call_at", "acknowledged_by", "acknowledged_at",
                                   "contained_at", "ended_at"};

static void stamp(const rd_hook_call *call, const char *field)
{
	*rd_field_cell(call->now, field) = RD_VALUE_INT(call->tx->now_us);
}

static void call_nobody(const rd_hook_call *call)
{
	*rd_field_cell(call->now, "next_call_at") = RD_VALUE_NULL;
}

rd_rc rd_hook_emergency_create(rd_hook_call *call, rd_err *err)
{
	(void)err;
	for (uint32_t i = 0; i < sizeof kept / sizeof *kept; i++)
		*rd_field_cell(call->now, kept[i]) = RD_VALUE_NULL;
	*rd_field_cell(call->now, "calls") = RD_VALUE_INT(0);
	stamp(call, "next_call_at");
	return RD_OK;
}

/* Whoever answers finds the tasks on his desk, and hands on what others are to do. */
static rd_rc give_tasks(const rd_hook_call *call, int64_t user, rd_err *err)
{
	const rd_kind *k = rd_kind_find(RD_STR("task"));
	const rd_actor system = rd_task_system(call);
	const rd_q_emergency_unowned_row *rows;
	uint32_t n;

	RD_TRY(rd_q_emergency_unowned(call->tx, rd_cell(call->now, RD_COL_ID)->i, TASKS_MAX, &rows, &n,
	                              err));
	for (uint32_t i = 0; i < n; i++) {
		rd_record was, now;

		RD_TRY(rd_record_get(call->tx, &system, k, rows[i].id, &was, err));
		now = rd_record_copy(call->tx->arena, &was);
		*rd_cell(&now, RD_COL_OWNER) = RD_VALUE_INT(user);
		RD_TRY(rd_record_write(call->tx, &system, &was, &now, err));
	}
	return RD_OK;
}

rd_rc rd_hook_emergency_acknowledge(rd_hook_call *call, rd_err *err)
{
	int64_t user = call->actor->user_id;

	stamp(call, "acknowledged_at");
	if (user) {
		*rd_field_cell(call->now, "acknowledged_by") = RD_VALUE_INT(user);
		*rd_cell(call->now, RD_COL_OWNER) = RD_VALUE_INT(user);
	}
	call_nobody(call);
	return user ? give_tasks(call, user, err) : RD_OK;
}

rd_rc rd_hook_emergency_contain(rd_hook_call *call, rd_err *err)
{
	(void)err;
	stamp(call, "contained_at");
	return RD_OK;
}

rd_rc rd_hook_emergency_cancel(rd_hook_call *call, rd_err *err)
{
	(void)err;
	stamp(call, "ended_at");
	call_nobody(call);
	return RD_OK;
}

static void put_about(rd_json *j, const rd_record *r)
{
	const rd_value *owner = rd_cell(r, RD_COL_OWNER), *client = rd_cell(r, RD_COL_CLIENT);

	rd_make_put_any(j, "about", "emergency", rd_cell(r, RD_COL_ID)->i);
	if (owner->type == RD_INT)
		rd_make_put_id(j, "owner", owner->i);
	if (client->type == RD_INT)
		rd_make_put_id(j, "client", client->i);
}

static rd_rc review_due(const rd_hook_call *call, char ret_due[40], rd_err *err)
{
	rd_tx *tx = call->tx;
	rd_worktime hours;
	rd_work_day day;

	RD_TRY(rd_hours_load(tx, 0, tx->now_us, 60, call->engine->zone_offset_s, &hours, err));
	RD_TRY(
		rd_worktime_add_days(&hours, rd_worktime_day(&hours, tx->now_us), REVIEW_DAYS, &day, err));
	rd_show_time(rd_worktime_midnight(&hours, day.day) +
	                 hours.spans[hours.spans_n - 1].to_min * MINUTE_US,
	             ret_due);
	return RD_OK;
}

rd_rc rd_hook_emergency_end(rd_hook_call *call, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	rd_q_firm_manner_row firm;
	rd_record task;
	rd_buf body, name;
	char due[40];
	rd_json j;
	bool found;

	stamp(call, "ended_at");
	RD_TRY(rd_q_firm_manner(call->tx, &firm, &found, err));
	RD_TRY(review_due(call, due, err));
	rd_buf_init(&name, 512);
	rd_buf_puts(&name,
	            found && rd_str_is(firm.language, "en") ? "Review afterwards: " : "事后复盘：");
	rd_buf_str(&name, rd_cell(call->now, RD_COL_NUMBER)->str);
	rd_buf_init(&body, 4096);
	rd_json_init(&j, &body, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "name", rd_buf_view(&name));
	put_about(&j, call->now);
	rd_json_put_text(&j, "due", due);
	rd_json_close(&j);
	rd_json_end(&j);
	rd_rc rc = rd_make(call->engine, call->tx, &system, "task", &body, &task, err);

	rd_buf_done(&body);
	rd_buf_done(&name);
	return rc;
}

/* The improvement is planned by whoever reviews; whoever led the emergency is in charge of it. */
rd_rc rd_hook_emergency_review(rd_hook_call *call, rd_err *err)
{
	const rd_value(*asked)[2] = call->asked;
	rd_record made;
	rd_buf body;
	rd_json j;

	rd_buf_init(&body, RD_BODY_BYTES_MAX);
	rd_json_init(&j, &body, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "name", asked[1][0].str);
	if (asked[2][0].type != RD_NULL)
		rd_json_put_str(&j, "goal", asked[2][0].str);
	put_about(&j, call->now);
	rd_json_close(&j);
	rd_json_end(&j);
	rd_rc rc = rd_make(call->engine, call->tx, call->actor, "improvement", &body, &made, err);

	rd_buf_done(&body);
	return rc;
}
