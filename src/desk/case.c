/* The life of a case: what each transition does beside moving it (model/case.toml). */
#include "desk/assign.h"
#include "desk/cell.h"
#include "desk/followup.h"
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

rd_rc rd_hook_case_create(rd_hook_call *call, rd_err *err)
{
	stamp_once(call, "found_at");
	return rd_assign_case(call, err);
}

rd_rc rd_hook_case_change(rd_hook_call *call, rd_err *err)
{
	(void)call;
	(void)err;
	return RD_OK;
}

rd_rc rd_hook_case_triage(rd_hook_call *call, rd_err *err)
{
	(void)err;
	stamp_once(call, "acked_at");
	stamp(call, "triaged_at");
	return RD_OK;
}

rd_rc rd_hook_case_analyse(rd_hook_call *call, rd_err *err)
{
	(void)call;
	(void)err;
	return RD_OK;
}

rd_rc rd_hook_case_correct(rd_hook_call *call, rd_err *err)
{
	(void)call;
	(void)err;
	return RD_OK;
}

rd_rc rd_hook_case_verify(rd_hook_call *call, rd_err *err)
{
	(void)err;
	stamp(call, "corrected_at");
	return RD_OK;
}

rd_rc rd_hook_case_send_back(rd_hook_call *call, rd_err *err)
{
	(void)err;
	*rd_field_cell(call->now, "corrected_at") = RD_VALUE_NULL;
	return RD_OK;
}

rd_rc rd_hook_case_close(rd_hook_call *call, rd_err *err)
{
	stamp(call, "closed_at");
	return rd_followup_closed(call, err);
}

rd_rc rd_hook_case_dismiss(rd_hook_call *call, rd_err *err)
{
	(void)err;
	stamp(call, "closed_at");
	return RD_OK;
}

rd_rc rd_hook_case_merge(rd_hook_call *call, rd_err *err)
{
	(void)err;
	stamp(call, "closed_at");
	return RD_OK;
}

rd_rc rd_hook_case_accept(rd_hook_call *call, rd_err *err)
{
	(void)err;
	stamp(call, "closed_at");
	return RD_OK;
}

rd_rc rd_hook_case_reopen(rd_hook_call *call, rd_err *err)
{
	(void)err;
	*rd_field_cell(call->now, "closed_at") = RD_VALUE_NULL;
	*rd_field_cell(call->now, "corrected_at") = RD_VALUE_NULL;
	return RD_OK;
}

rd_rc rd_hook_case_hand_over(rd_hook_call *call, rd_err *err)
{
	(void)call;
	(void)err;
	return RD_OK;
}

rd_rc rd_hook_case_take(rd_hook_call *call, rd_err *err)
{
	rd_value *owner = rd_cell(call->now, RD_COL_OWNER);

	if (owner->type != RD_NULL && owner->i != call->actor->user_id)
		return rd_fail(err, RD_BARRED, "这起异常已有人负责；如需接手，请对方转交",
		               "somebody is in charge of this case already; ask for a hand-over");
	*owner = RD_VALUE_INT(call->actor->user_id);
	return RD_OK;
}
