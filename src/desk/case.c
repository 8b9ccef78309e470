/* The life of a case: what each transition does beside moving it (model/case.toml). What others
 * have to do at the same moment (clocks, assignment, follow-up) is one call in these hooks. */
#include "desk/case.h"
#include "desk/assign.h"
#include "desk/clocks.h"
#include "desk/emergencies.h"
#include "desk/followup.h"
#include "desk/gate.h"
#include "desk/hooks.h"

/* The first time counts: who triages a case twice has not acknowledged it later. */
static void stamp_once(rd_hook_call *call, const char *field)
{
	rd_value *cell = rd_field_cell(call->now, field);

	if (cell->type == RD_NULL)
		*cell = RD_VALUE_INT(call->tx->now_us);
}

static void stamp(rd_hook_call *call, const char *field)
{
	*rd_field_cell(call->now, field) = RD_VALUE_INT(call->tx->now_us);
}

static void clear(rd_hook_call *call, const char *field)
{
	*rd_field_cell(call->now, field) = RD_VALUE_NULL;
}

static rd_day today(const rd_hook_call *call)
{
	return (rd_day)((call->tx->now_us / 1000000 + call->engine->zone_offset_s) / 86400);
}

/* A decision holds until a day that is still to come: nothing is left alone for ever. */
static rd_rc until_later(const rd_hook_call *call, rd_err *err)
{
	if (rd_field_int(call->now, "accepted_until", 0) > today(call))
		return RD_OK;
	return rd_fail(err, RD_INPUT, "“接受至”应晚于今天；到期后会重新提出",
	               "the day until which it holds is to come; after it the case is looked at again");
}

rd_rc rd_hook_case_create(rd_hook_call *call, rd_err *err)
{
	RD_TRY(rd_case_fill(call, err));
	RD_TRY(rd_assign_case(call, err));
	RD_TRY(rd_case_guard(call, err));
	RD_TRY(rd_case_count(call, err));
	RD_TRY(rd_case_grade(call->tx, call->engine->zone_offset_s, call->now, err));
	RD_TRY(rd_clocks_start(call, err));
	return rd_emergency_case(call, err);
}

rd_rc rd_hook_case_change(rd_hook_call *call, rd_err *err)
{
	RD_TRY(rd_case_guard(call, err));
	RD_TRY(rd_case_fits(call, err));
	RD_TRY(rd_case_retype(call, err));
	RD_TRY(rd_case_count(call, err));
	RD_TRY(rd_case_regrade(call, err));
	RD_TRY(rd_clocks_moved(call, err));
	return rd_emergency_case(call, err);
}

rd_rc rd_hook_case_triage(rd_hook_call *call, rd_err *err)
{
	stamp_once(call, "acked_at");
	stamp(call, "triaged_at");
	RD_TRY(rd_case_regrade(call, err));
	RD_TRY(rd_clocks_moved(call, err));
	return rd_emergency_case(call, err);
}

rd_rc rd_hook_case_analyse(rd_hook_call *call, rd_err *err)
{
	stamp_once(call, "acked_at");
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_correct(rd_hook_call *call, rd_err *err)
{
	stamp_once(call, "acked_at");
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_verify(rd_hook_call *call, rd_err *err)
{
	stamp(call, "corrected_at");
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_send_back(rd_hook_call *call, rd_err *err)
{
	clear(call, "corrected_at");
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_close(rd_hook_call *call, rd_err *err)
{
	RD_TRY(rd_case_gate(call, err));
	RD_TRY(rd_gate_must_open(call->tx, call->now, err));
	stamp(call, "closed_at");
	RD_TRY(rd_followup_closed(call, err));
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_dismiss(rd_hook_call *call, rd_err *err)
{
	RD_TRY(until_later(call, err));
	stamp(call, "closed_at");
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_merge(rd_hook_call *call, rd_err *err)
{
	RD_TRY(rd_case_merge(call, err));
	stamp(call, "closed_at");
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_accept(rd_hook_call *call, rd_err *err)
{
	RD_TRY(until_later(call, err));
	stamp(call, "closed_at");
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_reopen(rd_hook_call *call, rd_err *err)
{
	static const char *const over[] = {"closed_at", "corrected_at", "accepted_until",
	                                   "duplicate_of"};

	for (uint32_t i = 0; i < sizeof over / sizeof *over; i++)
		clear(call, over[i]);
	RD_TRY(rd_case_grade(call->tx, call->engine->zone_offset_s, call->now, err));
	RD_TRY(rd_clocks_moved(call, err));
	return rd_emergency_case(call, err);
}

rd_rc rd_hook_case_hand_over(rd_hook_call *call, rd_err *err)
{
	rd_value *was = rd_cell(call->was, RD_COL_OWNER), *now = rd_cell(call->now, RD_COL_OWNER);

	if (was->type == now->type && was->i == now->i)
		return rd_fail(err, RD_INPUT, "请选择另一位负责人", "choose another person to take over");
	return rd_clocks_moved(call, err);
}

rd_rc rd_hook_case_take(rd_hook_call *call, rd_err *err)
{
	rd_value *owner = rd_cell(call->now, RD_COL_OWNER);

	if (owner->type != RD_NULL && owner->i != call->actor->user_id)
		return rd_fail(err, RD_BARRED, "这起异常已有人负责；如需接手，请对方转交",
		               "somebody is in charge of this case already; ask for a hand-over");
	*owner = RD_VALUE_INT(call->actor->user_id);
	return rd_clocks_moved(call, err);
}
