#include "desk/runs.h"
#include "api/handlers.h"
#include "api/inner.h"

/* Check runs: start, watch, stop, compare. Their records are read as any other. */

rd_rc rd_api_check_start(rd_call *call, rd_tx *tx, rd_err *err)
{
	int64_t run;

	RD_TRY(
		rd_runs_start(&call->api->engine, tx, &call->who.actor, call->id, 0, "demand", &run, err));
	return rd_answer_made(call, run);
}

rd_rc rd_api_run_progress(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_run_progress p;

	RD_TRY(rd_runs_progress(tx, &call->who.actor, call->id, &p, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_put_str(j, "state", p.state);
	rd_json_put_int(j, "progress", p.thousandths);
	rd_put_id(j, "job", p.job_id);
	rd_json_key(j, "job_state");
	if (p.job_state.len)
		rd_json_str(j, p.job_state);
	else
		rd_json_null(j);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_run_cancel(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_runs_cancel(tx, &call->who.actor, call->id, err);
}

static void put_change(rd_json *j, const rd_run_change *c)
{
	rd_json_object(j);
	rd_json_put_str(j, "fingerprint", c->fingerprint);
	rd_json_put_str(j, "check", c->slug);
	rd_json_put_text(j, "severity", rd_checking_severity(c->severity));
	rd_json_put_str(j, "voucher", c->voucher);
	rd_json_put_str(j, "account", c->account);
	rd_json_put_str(j, "period", c->period);
	rd_json_put_int(j, "at_stake", c->at_stake);
	rd_json_key(j, "message");
	rd_json_object(j);
	rd_json_put_str(j, "zh", c->zh);
	rd_json_put_str(j, "en", c->en);
	rd_json_close(j);
	rd_json_close(j);
}

static void put_changes(rd_json *j, const char *key, const rd_run_change *list, uint32_t n)
{
	rd_json_key(j, key);
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++)
		put_change(j, &list[i]);
	rd_json_close(j);
}

rd_rc rd_api_run_compare(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_run_comparison c;

	(void)tx;
	RD_TRY(rd_runs_compare(call->api->store, &call->who.actor, call->sub, call->id,
	                       call->req->arena, &c, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_id(j, "before", call->sub);
	rd_put_id(j, "after", call->id);
	rd_json_put_int(j, "n_new", c.n_new);
	rd_json_put_int(j, "n_gone", c.n_gone);
	rd_json_put_int(j, "n_known", c.n_known);
	put_changes(j, "new", c.fresh, c.n_fresh_shown);
	put_changes(j, "gone", c.gone, c.n_gone_shown);
	rd_json_close(j);
	return RD_OK;
}
