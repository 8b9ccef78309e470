#include "desk/tasks.h"
#include "base/assert.h"
#include "base/rrule.h"
#include "desk/clocks.h"
#include "desk/hooks.h"
#include "desk/hours.h"
#include "desk/person.h"
#include "desk/reviews.h"
#include "record/beside.h"
#include "record/show.h"

#define DAY_US 86400000000LL

/* What the next task has not from the one before. */
static const char *const own_values[] = {"result", "spent_minutes", "repeat_from"};

rd_actor rd_task_system(const rd_hook_call *call)
{
	rd_actor system = rd_desk_system(call->tx->firm_id);

	system.request_id = call->actor->request_id;
	return system;
}

rd_rc rd_task_add(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t id, rd_str body,
                  rd_record *ret_task, rd_err *err)
{
	rd_problems problems = {0};
	json_t *json;

	/* Texts of the task point into what was parsed. */
	body.ptr = rd_arena_copy(tx->arena, body.ptr, body.len);
	RD_TRY(rd_check_parse(body, &json, err));
	rd_rc rc = rd_record_create(e, tx, actor, rd_kind_find(RD_STR("task")), id, json, ret_task,
	                            &problems, err);

	json_decref(json);
	return rc;
}

/* ---- tasks that repeat ---- */

static rd_value *cell(const rd_record *r, const char *field)
{
	int32_t i = rd_kind_field_find(r->kind, rd_str_of(field));

	RD_ASSERT(i >= 0);
	return rd_cell(r, r->kind->fields[i].column);
}

static bool is_own(const char *field)
{
	for (uint32_t i = 0; i < sizeof own_values / sizeof *own_values; i++)
		if (strcmp(own_values[i], field) == 0)
			return true;
	return false;
}

static void put(rd_json *j, const rd_record *r, const rd_field *f)
{
	if (rd_cell(r, f->column)->type == RD_NULL)
		return;
	rd_json_key(j, f->name);
	rd_show_value(j, f, rd_cell(r, f->column), (rd_show_view){.secrets = true});
}

static void write_next(const rd_record *r, rd_day start, int64_t due_us, rd_buf *out)
{
	static const rd_common kept[] = {RD_COL_OWNER, RD_COL_CLIENT, RD_COL_TEAM, RD_COL_RESTRICTED};
	const rd_kind *k = r->kind;
	char text[40];
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	for (uint32_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		rd_field f = rd_kind_common_field(k, kept[i]);

		put(&j, r, &f);
	}
	for (uint16_t i = 0; i < k->n_fields; i++)
		if (k->fields[i].n_computed == 0 && !is_own(k->fields[i].name))
			put(&j, r, &k->fields[i]);
	rd_day_format(start, text);
	rd_json_put_text(&j, "repeat_from", text);
	rd_show_time(due_us, text);
	rd_json_put_text(&j, "due", text);
	rd_json_close(&j);
	rd_json_end(&j);
}

/* When the next is due, and from which day on the rule counts. False: there is no next. */
static rd_rc next_due(const rd_hook_call *call, rd_day *ret_start, int64_t *ret_due_us,
                      bool *ret_any, rd_err *err)
{
	const rd_value *rule_text = cell(call->now, "repeat"), *from = cell(call->now, "repeat_from"),
				   *due = rd_cell(call->now, RD_COL_DUE);
	int64_t shift_us = (int64_t)call->engine->zone_offset_s * 1000000;
	int64_t local_us = (due->type == RD_NULL ? call->tx->now_us : due->i) + shift_us;
	rd_day day = (rd_day)(local_us / DAY_US), next;
	rd_rrule rule;

	*ret_any = false;
	if (rule_text->type == RD_NULL || !rd_rrule_parse(rule_text->str, &rule))
		return RD_OK;
	*ret_start = from->type == RD_NULL ? day : (rd_day)from->i;
	next = rd_rrule_next(&rule, *ret_start, day);
	if (next == RD_DAY_NONE)
		return RD_OK;
	*ret_any = true;
	return rd_hours_due(call->tx, next, due->type == RD_NULL ? -1 : local_us % DAY_US,
	                    call->engine->zone_offset_s, ret_due_us, err);
}

static rd_rc repeat(rd_hook_call *call, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	const rd_kind *k = call->now->kind;
	int64_t due_us = 0;
	rd_day start = 0;
	rd_record next;
	rd_buf body;
	bool any;

	RD_TRY(next_due(call, &start, &due_us, &any, err));
	if (!any)
		return RD_OK;
	rd_buf_init(&body, RD_BODY_BYTES_MAX);
	write_next(call->now, start, due_us, &body);
	rd_rc rc = rd_task_add(call->engine, call->tx, &system, 0, rd_buf_view(&body), &next, err);

	rd_buf_done(&body);
	if (rc != RD_OK)
		return rc;
	*cell(call->now, "repeat") = RD_VALUE_NULL;
	return rd_link_set(call->tx, &system, k, rd_cell(&next, RD_COL_ID)->i,
	                   &(rd_link){RD_STR("follows-from"), k, rd_cell(call->now, RD_COL_ID)->i},
	                   true, err);
}

rd_rc rd_hook_task_finish(rd_hook_call *call, rd_err *err)
{
	RD_TRY(rd_reviews_done(call, err));
	RD_TRY(rd_clocks_task_ended(call, err));
	return repeat(call, err);
}

rd_rc rd_hook_task_decline(rd_hook_call *call, rd_err *err)
{
	RD_TRY(rd_reviews_done(call, err));
	return rd_clocks_task_ended(call, err);
}
