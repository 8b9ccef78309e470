#include "desk/jobs.h"
#include "api/handlers.h"
#include "api/inner.h"

/* What waits, runs and failed behind the requests. Bodies of jobs are for their handlers and not
 * shown. */

static void put_job(rd_json *j, const rd_job *job)
{
	rd_json_object(j);
	rd_put_id(j, "id", job->id);
	rd_json_put_str(j, "queue", job->queue);
	rd_json_put_str(j, "kind", job->kind);
	rd_json_put_str(j, "state", job->state);
	rd_json_put_int(j, "attempts", job->attempts);
	rd_json_put_int(j, "kills", job->kills);
	rd_json_put_int(j, "progress", job->progress);
	rd_json_put_str(j, "error", job->error);
	rd_put_time(j, "made_at", job->made_at_us);
	rd_put_time(j, "run_at", job->run_at_us);
	rd_put_time(j, "lease_until", job->lease_until_us);
	rd_put_time(j, "ended_at", job->ended_at_us);
	rd_json_close(j);
}

static rd_rc state_of(const rd_call *call, rd_str *ret, rd_err *err)
{
	static const char *const states[] = {"", "waiting", "done", "failed", "cancelled"};

	*ret = rd_call_query(call, "state");
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (rd_str_is(*ret, states[i]))
			return RD_OK;
	return rd_fail(err, RD_USAGE, "state 只能是 waiting、done、failed 或 cancelled",
	               "state is one of waiting, done, failed and cancelled");
}

rd_rc rd_api_jobs(rd_call *call, rd_tx *tx, rd_err *err)
{
	int64_t before, limit;
	const rd_job *list;
	rd_str state;
	uint32_t n;

	RD_TRY(state_of(call, &state, err));
	RD_TRY(rd_call_number(call, "before", 1, INT64_MAX, 0, &before, err));
	RD_TRY(rd_call_number(call, "limit", 1, RD_JOB_LIST_MAX, 50, &limit, err));
	RD_TRY(rd_job_list(tx, state, before, (uint32_t)limit, &list, &n, err));
	rd_json *j = rd_answer_list(call, "jobs");

	for (uint32_t i = 0; i < n; i++)
		put_job(j, &list[i]);
	return rd_answer_list_end(j);
}

rd_rc rd_api_job(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_job job;

	RD_TRY(rd_job_get(tx, call->id, &job, err));
	put_job(rd_call_json(call), &job);
	return RD_OK;
}

rd_rc rd_api_job_cancel(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_job_cancel(tx, &call->who.actor, call->id, err);
}

rd_rc rd_api_job_retry(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_job_again(tx, &call->who.actor, call->id, err);
}
