/* What commands do to the clocks of a case: clocks.h, and the hooks of waiting and of the written
 * opinion (model/case.toml). */
#include "desk/clocks.h"
#include "base/json.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/hours.h"
#include "desk/make.h"
#include "desk/person.h"
#include "desk/tasks.h"
#include "record/show.h"
#include "store/queries.gen.h"

#define MINUTE_US 60000000LL
#define OPINION_DAYS                                                                               \
	10 /* 会计基础工作规范 第78条(四): from the day of receipt, which does not count */

static const char *const due_fields[RD_CLOCKS_N] = {
	[RD_CLOCK_ACK] = "ack_due",
	[RD_CLOCK_TRIAGE] = "triage_due",
	[RD_CLOCK_CORRECT] = "correct_due",
	[RD_CLOCK_VERIFY] = "verify_due",
};

/* What only the clocks and the transitions set. */
static const char *const kept[] = {"ack_due",     "triage_due", "correct_due",  "verify_due",
                                   "opinion_due", "acked_at",   "triaged_at",   "corrected_at",
                                   "closed_at",   "paused_at",  "pause_reason", "paused_minutes",
                                   "escalation",  "clock_at",   "breached"};

static bool is_closed(const rd_record *r)
{
	int32_t state = rd_kind_state_find(r->kind, rd_cell(r, RD_COL_STATE)->str);

	return state < 0 || r->kind->states[state].closed;
}

static bool same_cell(const rd_record *a, const rd_record *b, const char *field)
{
	return rd_value_same(rd_field_cell(a, field), rd_field_cell(b, field));
}

static rd_rc begin(const rd_clock_basis *b, rd_record *r, rd_clock clock, int64_t from_us,
                   rd_err *err)
{
	rd_work_moment due;

	RD_TRY(rd_worktime_add(&b->hours, from_us, rd_clock_minutes(b, clock) * MINUTE_US, &due, err));
	*rd_field_cell(r, due_fields[clock]) = RD_VALUE_INT(due.at_us);
	return RD_OK;
}

/* ---- the case is made ---- */

static rd_rc judge_report(const rd_clock_basis *b, rd_tx *tx, rd_record *r, rd_err *err)
{
	int64_t taken;
	bool estimated;

	RD_TRY(rd_worktime_between(&b->hours, rd_field_int(r, "found_at", tx->now_us), tx->now_us,
	                           &taken, &estimated, err));
	if (taken > rd_clock_minutes(b, RD_CLOCK_REPORT) * MINUTE_US)
		rd_clock_set_breached(tx->arena, r, RD_CLOCK_REPORT, true);
	return RD_OK;
}

/* Nothing of what only the clocks set is taken from a body. */
static void clear(rd_record *r)
{
	for (uint32_t i = 0; i < sizeof kept / sizeof *kept; i++)
		*rd_field_cell(r, kept[i]) = RD_VALUE_NULL;
	*rd_field_cell(r, "escalation") = RD_VALUE_INT(0);
	*rd_field_cell(r, "paused_minutes") = RD_VALUE_INT(0);
}

rd_rc rd_clocks_start(rd_hook_call *call, rd_err *err)
{
	rd_tx *tx = call->tx;
	rd_clock_basis b;

	clear(call->now);
	RD_TRY(rd_clock_basis_load(tx, call->now, call->engine->zone_offset_s, &b, err));
	RD_TRY(judge_report(&b, tx, call->now, err));
	for (rd_clock c = RD_CLOCK_ACK; c < RD_CLOCK_VERIFY; c++)
		RD_TRY(begin(&b, call->now, c, tx->now_us, err));
	return rd_clock_settle(&b, call->now, tx->now_us, err);
}

/* ---- something is done with it ---- */

/* The first thing that somebody does with it, other than passing it on. */
static void acknowledge(const rd_hook_call *call)
{
	rd_value *acked = rd_field_cell(call->now, "acked_at");

	if (call->transition && strcmp(call->transition->name, "hand_over") != 0 &&
	    acked->type == RD_NULL)
		*acked = RD_VALUE_INT(call->tx->now_us);
}

/* Clocks that ran until now and are late, whether this ends them or not. */
static void judge(rd_tx *tx, const rd_record *was, rd_record *now)
{
	rd_record then = rd_record_copy(tx->arena, was);

	for (rd_clock c = RD_CLOCK_ACK; c < RD_CLOCKS_N; c++)
		*rd_field_cell(&then, due_fields[c]) = *rd_field_cell(now, due_fields[c]);
	*rd_field_cell(&then, "breached") = *rd_field_cell(now, "breached");
	rd_clock_judge(tx->arena, &then, tx->now_us);
	*rd_field_cell(now, "breached") = *rd_field_cell(&then, "breached");
}

/* Work on it ends the waiting, also for the clocks that end with it. */
static rd_rc go_on(const rd_hook_call *call, const rd_clock_basis *b, rd_err *err)
{
	static const char *const moved[] = {"ack_due",   "triage_due",   "correct_due",   "verify_due",
	                                    "paused_at", "pause_reason", "paused_minutes"};
	rd_str was = rd_cell(call->was, RD_COL_STATE)->str, now = rd_cell(call->now, RD_COL_STATE)->str;
	rd_record then = rd_record_copy(call->tx->arena, call->was);

	if (rd_str_eq(was, now) || !rd_clock_is_paused(call->was))
		return RD_OK;
	RD_TRY(rd_clock_resume(&b->hours, &then, call->tx->now_us, err));
	for (uint32_t i = 0; i < sizeof moved / sizeof *moved; i++)
		*rd_field_cell(call->now, moved[i]) = *rd_field_cell(&then, moved[i]);
	return RD_OK;
}

/* By as much as the limits differ, so that what has run and what was waited stays as it was. */
static rd_rc move_due(rd_tx *tx, const rd_clock_basis *b, const rd_record *was, rd_record *now,
                      rd_err *err)
{
	rd_clock_basis before;

	if (same_cell(was, now, "grade") && same_cell(was, now, "type") &&
	    rd_value_same(rd_cell(was, RD_COL_CLIENT), rd_cell(now, RD_COL_CLIENT)))
		return RD_OK;
	RD_TRY(rd_clock_basis_load(tx, was, b->zone_offset_s, &before, err));
	for (rd_clock c = RD_CLOCK_ACK; c < RD_CLOCKS_N; c++) {
		int64_t more = rd_clock_minutes(b, c) - rd_clock_minutes(&before, c), due;

		if (!rd_clock_runs(now, c))
			continue;
		RD_TRY(rd_clock_shift(&b->hours, rd_field_int(now, due_fields[c], 0), more * MINUTE_US,
		                      &due, err));
		*rd_field_cell(now, due_fields[c]) = RD_VALUE_INT(due);
	}
	return RD_OK;
}

rd_rc rd_clocks_regraded(rd_tx *tx, int32_t zone_offset_s, const rd_record *was, rd_record *now,
                         rd_err *err)
{
	rd_clock_basis b;

	RD_TRY(rd_clock_basis_load(tx, now, zone_offset_s, &b, err));
	RD_TRY(move_due(tx, &b, was, now, err));
	if (!rd_clock_is_paused(now))
		judge(tx, was, now);
	return rd_clock_settle(&b, now, tx->now_us, err);
}

static rd_rc reopen(const rd_hook_call *call, const rd_clock_basis *b, rd_err *err)
{
	rd_record *r = call->now;

	*rd_field_cell(r, "breached") = RD_VALUE_NULL;
	*rd_field_cell(r, "escalation") = RD_VALUE_INT(0);
	*rd_field_cell(r, "paused_minutes") = RD_VALUE_INT(0);
	*rd_field_cell(r, "verify_due") = RD_VALUE_NULL;
	return begin(b, r, RD_CLOCK_CORRECT, call->tx->now_us, err);
}

/* The clock of verification is that of the state. */
static rd_rc verify(const rd_hook_call *call, const rd_clock_basis *b, rd_err *err)
{
	rd_str was = rd_cell(call->was, RD_COL_STATE)->str, now = rd_cell(call->now, RD_COL_STATE)->str;

	if (rd_str_eq(was, now))
		return RD_OK;
	if (rd_str_is(now, "verifying"))
		return begin(b, call->now, RD_CLOCK_VERIFY, call->tx->now_us, err);
	if (!is_closed(call->now))
		*rd_field_cell(call->now, "verify_due") = RD_VALUE_NULL;
	return RD_OK;
}

rd_rc rd_clocks_moved(rd_hook_call *call, rd_err *err)
{
	rd_clock_basis b;

	acknowledge(call);
	RD_TRY(rd_clock_basis_load(call->tx, call->now, call->engine->zone_offset_s, &b, err));
	if (is_closed(call->was) && !is_closed(call->now)) {
		RD_TRY(reopen(call, &b, err));
		return rd_clock_settle(&b, call->now, call->tx->now_us, err);
	}
	RD_TRY(go_on(call, &b, err));
	RD_TRY(move_due(call->tx, &b, call->was, call->now, err));
	if (!rd_clock_is_paused(call->now))
		judge(call->tx, call->was, call->now);
	RD_TRY(verify(call, &b, err));
	return rd_clock_settle(&b, call->now, call->tx->now_us, err);
}

/* ---- waiting ---- */

static rd_rc settle(const rd_hook_call *call, rd_err *err)
{
	rd_clock_basis b;

	RD_TRY(rd_clock_basis_load(call->tx, call->now, call->engine->zone_offset_s, &b, err));
	return rd_clock_settle(&b, call->now, call->tx->now_us, err);
}

rd_rc rd_hook_case_pause(rd_hook_call *call, rd_err *err)
{
	if (rd_clock_is_paused(call->was))
		return rd_fail(err, RD_BARRED, "这起异常已经暂停计时；恢复后才能改为等待别人",
		               "the clocks of this case stand still already; resume it first");
	RD_TRY(rd_clocks_moved(call, err));
	*rd_field_cell(call->now, "paused_at") = RD_VALUE_INT(call->tx->now_us);
	return settle(call, err);
}

rd_rc rd_hook_case_resume(rd_hook_call *call, rd_err *err)
{
	rd_clock_basis b;

	RD_TRY(rd_clock_basis_load(call->tx, call->now, call->engine->zone_offset_s, &b, err));
	RD_TRY(rd_clock_resume(&b.hours, call->now, call->tx->now_us, err));
	return rd_clocks_moved(call, err);
}

static rd_rc move(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t case_id,
                  const char *transition, json_t *body, rd_err *err)
{
	rd_problems problems = {0};
	rd_record r;
	rd_rc rc = rd_record_move(e, tx, actor, rd_kind_find(RD_STR("case")), case_id, RD_ANY_VERSION,
	                          rd_str_of(transition), body, &r, &problems, err);

	json_decref(body);
	return rc;
}

static rd_rc get(rd_tx *tx, const rd_actor *actor, int64_t case_id, rd_record *ret, rd_err *err)
{
	return rd_record_get(tx, actor, rd_kind_find(RD_STR("case")), case_id, ret, err);
}

rd_rc rd_clocks_hold(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t case_id,
                     const char *reason, bool *ret_paused, rd_err *err)
{
	rd_record r;

	RD_TRY(get(tx, actor, case_id, &r, err));
	*ret_paused = !is_closed(&r) && !rd_clock_is_paused(&r) &&
	              !rd_str_is(rd_cell(&r, RD_COL_STATE)->str, "reported") &&
	              rd_cell(&r, RD_COL_ARCHIVED_AT)->type == RD_NULL;
	if (!*ret_paused)
		return RD_OK;
	return move(e, tx, actor, case_id, "pause", json_pack("{s:s}", "pause_reason", reason), err);
}

rd_rc rd_clocks_release(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t case_id,
                        const char *reason, rd_err *err)
{
	rd_record r;

	RD_TRY(get(tx, actor, case_id, &r, err));
	if (is_closed(&r) || !rd_clock_is_paused(&r) ||
	    rd_cell(&r, RD_COL_ARCHIVED_AT)->type != RD_NULL ||
	    !rd_str_is(rd_field_str(&r, "pause_reason"), reason))
		return RD_OK;
	return move(e, tx, actor, case_id, "resume", json_object(), err);
}

/* ---- other departments ---- */

rd_rc rd_hook_task_create(rd_hook_call *call, rd_err *err)
{
	rd_value *due = rd_cell(call->now, RD_COL_DUE);
	int64_t department = rd_field_int(call->now, "department", 0);
	rd_q_department_answer_row row;
	rd_clock_rules rules;
	rd_worktime hours;
	rd_work_moment at;
	bool found;

	if (department == 0 || due->type != RD_NULL)
		return RD_OK;
	RD_TRY(rd_q_department_answer(call->tx, department, &row, &found, err));
	RD_TRY(rd_clock_rules_load(call->tx, &rules, err));
	int64_t minutes =
		found && row.answer_minutes.type == RD_INT ? row.answer_minutes.i : rules.department;

	RD_TRY(rd_hours_load(call->tx, 0, call->tx->now_us, RD_HOURS_DAYS_MAX,
	                     call->engine->zone_offset_s, &hours, err));
	RD_TRY(rd_worktime_add(&hours, call->tx->now_us, minutes * MINUTE_US, &at, err));
	*due = RD_VALUE_INT(at.at_us);
	return RD_OK;
}

static void request_body(const rd_hook_call *call, int64_t head, rd_buf *out)
{
	const rd_record *r = call->now;
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_make_put_id(&j, "department", call->asked[0][0].i);
	rd_json_put_str(&j, "name", call->asked[1][0].str);
	rd_make_put_id(&j, "owner", head);
	if (call->asked[2][0].type != RD_NULL)
		rd_json_put_str(&j, "details", call->asked[2][0].str);
	rd_make_put_any(&j, "about", "case", rd_cell(r, RD_COL_ID)->i);
	rd_make_put_like(&j, r);
	rd_json_put_bool(&j, "holds", true);
	rd_json_close(&j);
	rd_json_end(&j);
}

/* The head of the department gets the task; a department without one finds it in its list. */
static rd_rc head_of(const rd_hook_call *call, int64_t department, int64_t *ret_head, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	rd_person p;
	rd_record r;
	bool found;

	RD_TRY(
		rd_record_get(call->tx, &system, rd_kind_find(RD_STR("department")), department, &r, err));
	*ret_head = rd_field_int(&r, "head", 0);
	if (*ret_head == 0)
		return RD_OK;
	RD_TRY(rd_person_load(call->tx, *ret_head, &p, &found, err));
	if (!found || !p.active)
		*ret_head = 0;
	return RD_OK;
}

rd_rc rd_hook_case_ask_department(rd_hook_call *call, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	rd_record task;
	int64_t head;
	rd_buf body;

	RD_TRY(head_of(call, call->asked[0][0].i, &head, err));
	RD_TRY(rd_clocks_moved(call, err));
	rd_buf_init(&body, RD_BODY_BYTES_MAX);
	request_body(call, head, &body);
	rd_rc rc = rd_make(call->engine, call->tx, &system, "task", &body, &task, err);

	rd_buf_done(&body);
	if (rc != RD_OK || rd_clock_is_paused(call->now))
		return rc;
	*rd_field_cell(call->now, "paused_at") = RD_VALUE_INT(call->tx->now_us);
	*rd_field_cell(call->now, "pause_reason") = RD_VALUE_TEXT(RD_STR("department"));
	return settle(call, err);
}

rd_rc rd_clocks_task_ended(rd_hook_call *call, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	const rd_value *about = rd_field_cell(call->now, "about");
	rd_q_holding_other_row other;
	bool found;

	if (!rd_field_int(call->now, "holds", 0) || about[0].type != RD_INT ||
	    !rd_str_is(about[1].str, "case"))
		return RD_OK;
	RD_TRY(rd_q_holding_other(call->tx, about[0].i, rd_cell(call->now, RD_COL_ID)->i, &other,
	                          &found, err));
	return found
	           ? RD_OK
	           : rd_clocks_release(call->engine, call->tx, &system, about[0].i, "department", err);
}

/* ---- the written opinion ---- */

static rd_day today(const rd_hook_call *call)
{
	return (rd_day)((call->tx->now_us / 1000000 + call->engine->zone_offset_s) / 86400);
}

static rd_rc not_later(const rd_hook_call *call, int64_t day, rd_err *err)
{
	return day <= today(call) ? RD_OK
	                          : rd_fail(err, RD_INPUT, "日期不能晚于今天",
	                                    "the date is not to be later than today");
}

rd_rc rd_hook_case_give_opinion(rd_hook_call *call, rd_err *err)
{
	int64_t received = call->asked[0][0].i;

	RD_TRY(not_later(call, received, err));
	if (rd_field_cell(call->was, "opinion_due")->type != RD_NULL)
		return rd_fail(err, RD_BARRED, "上一份书面意见尚未登记决定；请先登记书面决定",
		               "the decision on the opinion before is not recorded yet; record it first");
	*rd_field_cell(call->now, "opinion_due") = RD_VALUE_INT(received + OPINION_DAYS);
	rd_clock_set_breached(call->tx->arena, call->now, RD_CLOCK_OPINION, false);
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_record_decision(rd_hook_call *call, rd_err *err)
{
	int64_t decided = call->asked[0][0].i;

	RD_TRY(not_later(call, decided, err));
	if (decided > rd_field_int(call->was, "opinion_due", decided))
		rd_clock_set_breached(call->tx->arena, call->now, RD_CLOCK_OPINION, true);
	*rd_field_cell(call->now, "opinion_due") = RD_VALUE_NULL;
	return rd_clocks_moved(call, err);
}
