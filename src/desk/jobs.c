#include "desk/jobs.h"
#include "base/assert.h"
#include "desk/lines.h"
#include "store/queries.gen.h"

rd_rc rd_job_add(rd_store *s, rd_tx *tx, const rd_job_new *job, int64_t *ret_id, rd_err *err)
{
	int64_t id = rd_store_new_id(s);

	RD_ASSERT(job->queue.len && job->kind.len && job->body.len);
	if (job->body.len > RD_JOB_BODY_MAX)
		return rd_fail(err, RD_LIMIT, "后台任务的内容超过 %u 字节，没有保存；请分成几个任务",
		               "the job says more than %u bytes and was not saved; split it in several",
		               RD_JOB_BODY_MAX);
	RD_TRY(rd_q_job_add(tx, id, job->queue, job->kind, job->body,
	                    job->run_at_us ? job->run_at_us : tx->now_us, tx->now_us, NULL, err));
	*ret_id = id;
	return RD_OK;
}

/* As people read it: a job that somebody has is running. */
static rd_str shown_state(rd_str state, int64_t lease_until_us, int64_t cancel, int64_t now_us)
{
	if (!rd_str_is(state, "waiting") || lease_until_us <= now_us)
		return state;
	return cancel ? RD_STR("stopping") : RD_STR("running");
}

rd_rc rd_job_list(rd_tx *tx, rd_str state, int64_t before_id, uint32_t max, const rd_job **ret_jobs,
                  uint32_t *ret_n, rd_err *err)
{
	const rd_q_job_list_row *rows;
	uint32_t n;

	RD_ASSERT(max > 0 && max <= RD_JOB_LIST_MAX);
	RD_TRY(rd_q_job_list(tx, state, before_id ? before_id : INT64_MAX, max, &rows, &n, err));
	rd_job *jobs = RD_NEW_N(tx->arena, rd_job, n + 1);

	for (uint32_t i = 0; i < n; i++)
		jobs[i] = (rd_job){
			.id = rows[i].id,
			.queue = rows[i].queue,
			.kind = rows[i].kind,
			.state = shown_state(rows[i].state, rows[i].lease_until_us, rows[i].cancel, tx->now_us),
			.run_at_us = rows[i].run_at_us,
			.lease_until_us = rows[i].lease_until_us,
			.attempts = rows[i].attempts,
			.kills = rows[i].kills,
			.progress = rows[i].progress,
			.error = rows[i].last_error,
			.made_at_us = rows[i].made_at_us,
			.ended_at_us = rows[i].ended_at_us,
		};
	*ret_jobs = jobs;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_job_get(rd_tx *tx, int64_t id, rd_job *ret_job, rd_err *err)
{
	rd_q_job_get_row row;
	bool found;

	RD_TRY(rd_q_job_get(tx, id, &row, &found, err));
	if (!found)
		return rd_fail(err, RD_NOT_FOUND, "没有这个后台任务", "there is no such job");
	*ret_job = (rd_job){
		.id = id,
		.queue = row.queue,
		.kind = row.kind,
		.state = shown_state(row.state, row.lease_until_us, row.cancel, tx->now_us),
		.run_at_us = row.run_at_us,
		.lease_until_us = row.lease_until_us,
		.attempts = row.attempts,
		.kills = row.kills,
		.progress = row.progress,
		.error = row.last_error,
		.made_at_us = row.made_at_us,
		.ended_at_us = row.ended_at_us,
	};
	return RD_OK;
}

static rd_rc say(rd_tx *tx, const rd_actor *actor, const char *type, int64_t id, rd_err *err)
{
	rd_buf payload;

	rd_buf_init(&payload, 64);
	rd_buf_printf(&payload, "{\"job\":%lld}", (long long)id);
	rd_rc rc = rd_firm_event(tx, actor, type, rd_buf_view(&payload), NULL, err);

	rd_buf_done(&payload);
	return rc;
}

rd_rc rd_job_cancel(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err)
{
	int64_t changed = 0;
	rd_job job;

	RD_TRY(rd_job_get(tx, id, &job, err));
	RD_TRY(rd_q_job_cancel(tx, id, tx->now_us, &changed, err));
	if (changed != 1)
		return rd_fail(err, RD_BARRED, "任务已经结束，不能取消",
		               "the job has ended and cannot be cancelled");
	return say(tx, actor, "firm.job-cancelled", id, err);
}

rd_rc rd_job_again(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err)
{
	int64_t changed = 0;
	rd_job job;

	RD_TRY(rd_job_get(tx, id, &job, err));
	RD_TRY(rd_q_job_again(tx, id, tx->now_us, &changed, err));
	if (changed != 1)
		return rd_fail(err, RD_BARRED, "只有失败或已取消的任务可以重新开始",
		               "only a job that failed or was cancelled can begin again");
	return say(tx, actor, "firm.job-retried", id, err);
}
