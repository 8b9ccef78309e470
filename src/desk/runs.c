/* Starting runs: one at a time for a set of books. */
#include "desk/runs.h"
#include "base/assert.h"
#include "base/hash.h"
#include "desk/cell.h"
#include "desk/clocks.h"
#include "desk/hooks.h"
#include "desk/person.h"
#include "desk/runs_impl.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define RENEW_MAX 200u /* sets of books of one client that are checked anew at once */
#define NAME_MAX  150u /* characters of the name of books that the name of a run repeats */

static const rd_kind *kind(const char *name)
{
	return rd_kind_find(rd_str_of(name));
}

/* The program in the course of what somebody does. */
static rd_actor program(const rd_actor *actor)
{
	rd_actor a = rd_desk_system(actor->firm_id);

	a.request_id = actor->request_id;
	return a;
}

/* ---- what findings depend on ---- */

static uint64_t add_params(uint64_t h, const rd_run_basis *b)
{
	for (uint32_t i = 0; i < b->n_params; i++) {
		h = rd_hash_str(h, b->params[i].slug);
		h = rd_hash_str(h, b->params[i].param);
		h = rd_hash_str(h, b->params[i].value);
	}
	for (uint32_t i = 0; i < b->n_passes; i++) {
		const rd_pass *p = &b->passes[i];

		h = rd_hash_i64(h, p->id);
		h = rd_hash_str(rd_hash_str(h, p->slug), p->fingerprint);
		h = rd_hash_str(rd_hash_str(rd_hash_str(h, p->voucher), p->account), p->party);
	}
	return h;
}

rd_rc rd_run_basis_load(rd_tx *tx, const rd_engine *e, int64_t client_id, int64_t books_id,
                        int64_t import_id, rd_run_basis *ret, rd_err *err)
{
	int64_t today = (tx->now_us / 1000000 + e->zone_offset_s) / 86400;
	const rd_q_check_params_row *params;
	const rd_q_check_passes_row *passes;
	rd_run_basis b = {0};

	RD_TRY(rd_q_check_params(tx, client_id, RD_RUN_PARAMS_MAX, &params, &b.n_params, err));
	RD_TRY(rd_q_check_passes(tx, client_id, books_id, today, RD_RUN_PASSES_MAX, &passes,
	                         &b.n_passes, err));
	rd_param_value *values = RD_NEW_N(tx->arena, rd_param_value, b.n_params + 1);
	rd_pass *list = RD_NEW_N(tx->arena, rd_pass, b.n_passes + 1);

	for (uint32_t i = 0; i < b.n_params; i++)
		values[i] = (rd_param_value){params[i].slug, params[i].param, params[i].value};
	for (uint32_t i = 0; i < b.n_passes; i++)
		list[i] =
			(rd_pass){passes[i].id,      passes[i].slug,  passes[i].fingerprint, passes[i].voucher,
		              passes[i].account, passes[i].party, passes[i].grounds};
	b.params = values;
	b.passes = list;
	(void)snprintf(b.hash, sizeof b.hash, "%016llx",
	               (unsigned long long)add_params(rd_hash_i64(rd_hash_i64(RD_HASH_START, import_id),
	                                                          (int64_t)rd_checking_release()),
	                                              &b));
	*ret = b;
	return RD_OK;
}

/* ---- starting ---- */

static rd_rc state_of(rd_tx *tx, int64_t books_id, rd_q_check_state_row *ret, rd_err *err)
{
	rd_q_check_state_row row = {.basis = RD_STR("")};
	bool found;

	RD_TRY(rd_q_check_state(tx, books_id, &row, &found, err));
	if (!found)
		row = (rd_q_check_state_row){.basis = RD_STR("")};
	*ret = row;
	return RD_OK;
}

static rd_rc job_lives(rd_tx *tx, int64_t job_id, bool *ret, rd_err *err)
{
	rd_job job;
	rd_err why;
	rd_rc rc = job_id ? rd_job_get(tx, job_id, &job, &why) : RD_NOT_FOUND;

	*ret = rc == RD_OK && job.ended_at_us == 0;
	if (rc != RD_OK && rc != RD_NOT_FOUND) {
		*err = why;
		return rc;
	}
	return RD_OK;
}

/* Whether the last run of the books is still to come or at work; one whose job is dead is ended. */
static rd_rc live_run(rd_tx *tx, const rd_q_check_state_row *s, rd_record *ret_run, bool *ret_live,
                      rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	bool lives;

	*ret_live = false;
	if (s->run_id == 0)
		return RD_OK;
	RD_TRY(rd_record_get(tx, &system, kind("run"), s->run_id, ret_run, err));
	rd_str state = rd_cell(ret_run, RD_COL_STATE)->str;

	if (!rd_str_is(state, "waiting") && !rd_str_is(state, "running"))
		return RD_OK;
	RD_TRY(job_lives(tx, s->job_id, &lives, err));
	if (!lives)
		return rd_run_fail(tx, s->run_id, "后台任务已中断 / the job behind it has ended", err);
	*ret_live = true;
	return RD_OK;
}

static json_t *body_of(const rd_record *books, const char *trigger)
{
	rd_str name = rd_field_str(books, "name");
	const rd_value *team = rd_cell(books, RD_COL_TEAM);
	uint32_t at = 0;

	for (uint32_t n = 0; at < name.len && n < NAME_MAX; n++)
		(void)rd_utf8_next(name, &at);
	json_t *body =
		json_pack("{s:o,s:o,s:o,s:s}", "name", json_stringn(name.ptr, at), "books",
	              json_sprintf("%lld", (long long)rd_cell(books, RD_COL_ID)->i), "client",
	              json_sprintf("%lld", (long long)rd_cell(books, RD_COL_CLIENT)->i), "trigger",
	              trigger);

	if (team->type != RD_NULL)
		json_object_set_new(body, "team", json_sprintf("%lld", (long long)team->i));
	return body;
}

static rd_rc no_import(rd_err *err)
{
	return rd_fail(err, RD_BARRED, "这个账套还没有已确认的导入，无可检查",
	               "the set of books has no committed import: there is nothing to check");
}

rd_rc rd_runs_start(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t books_id,
                    int64_t import_id, const char *trigger, int64_t *ret_run, rd_err *err)
{
	const rd_actor system = program(actor);
	const rd_actor *by = strcmp(trigger, "demand") == 0 ? actor : &system;
	rd_problems problems = {0};
	rd_q_check_state_row s;
	rd_record books, run;
	bool live;

	RD_TRY(rd_record_get(tx, by, kind("books"), books_id, &books, err));
	int64_t current = rd_field_int(&books, "current_import", 0);

	if (current == 0 || (import_id && import_id != current))
		return no_import(err);
	RD_TRY(state_of(tx, books_id, &s, err));
	RD_TRY(live_run(tx, &s, &run, &live, err));
	if (live && rd_str_is(rd_cell(&run, RD_COL_STATE)->str, "running")) {
		*ret_run = s.run_id;
		return rd_q_check_state_set(tx, books_id, s.run_id, s.job_id, s.basis, 1, s.checked_at_us,
		                            NULL, err);
	}
	if (live && rd_field_int(&run, "import", 0) == current) {
		*ret_run = s.run_id;
		return RD_OK;
	}
	if (live) {
		RD_TRY(rd_run_fail(tx, s.run_id, "已有新的导入 / a newer import has come", err));
		RD_TRY(rd_q_job_cancel(tx, s.job_id, tx->now_us, NULL, err));
	}
	json_t *body = body_of(&books, trigger);
	rd_rc rc = rd_record_create(e, tx, by, kind("run"), 0, body, &run, &problems, err);

	json_decref(body);
	RD_TRY(rc);
	*ret_run = rd_cell(&run, RD_COL_ID)->i;
	return RD_OK;
}

rd_rc rd_runs_renew(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t client_id,
                    int64_t books_id, rd_err *err)
{
	const rd_q_check_books_row *rows;
	int64_t run;
	uint32_t n;

	RD_TRY(rd_q_check_books(tx, client_id, 0, RENEW_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		if (books_id == 0 || rows[i].id == books_id)
			RD_TRY(rd_runs_start(e, tx, actor, rows[i].id, 0, "decision", &run, err));
	return RD_OK;
}

/* ---- hooks ---- */

static rd_rc add_job(rd_hook_call *call, int64_t books_id, rd_err *err)
{
	int64_t run_id = rd_cell(call->now, RD_COL_ID)->i, job_id;
	char body[64];
	int n = snprintf(body, sizeof body, "{\"run\":\"%lld\"}", (long long)run_id);
	const rd_job_new job = {.queue = RD_STR(RD_RUNS_QUEUE),
	                        .kind = RD_STR("check.run"),
	                        .body = {body, (uint32_t)n}};

	RD_TRY(rd_job_add(call->engine->store, call->tx, &job, &job_id, err));
	return rd_q_check_state_set(call->tx, books_id, run_id, job_id, RD_STR(""), 0, call->tx->now_us,
	                            NULL, err);
}

rd_rc rd_hook_run_create(rd_hook_call *call, rd_err *err)
{
	int64_t books_id = rd_field_int(call->now, "books", 0);
	rd_q_check_state_row s;
	rd_record books, last;
	bool live;

	RD_TRY(rd_record_get(call->tx, call->actor, kind("books"), books_id, &books, err));
	int64_t current = rd_field_int(&books, "current_import", 0);

	if (current == 0)
		return no_import(err);
	if (rd_cell(call->now, RD_COL_CLIENT)->i != rd_cell(&books, RD_COL_CLIENT)->i)
		return rd_fail(err, RD_INPUT, "客户与账套的客户不同", "the books are of another client");
	RD_TRY(state_of(call->tx, books_id, &s, err));
	RD_TRY(live_run(call->tx, &s, &last, &live, err));
	if (live)
		return rd_fail(err, RD_BARRED, "这个账套正在检查；请等它完成",
		               "these books are being checked; wait until that has ended");
	*rd_field_cell(call->now, "import") = RD_VALUE_INT(current);
	if (!call->actor->system)
		*rd_field_cell(call->now, "trigger") = RD_VALUE_TEXT(RD_STR("demand"));
	return add_job(call, books_id, err);
}

rd_rc rd_hook_check_setting_apply(rd_hook_call *call, rd_err *err)
{
	const rd_param_value value = {rd_field_str(call->now, "slug"), rd_field_str(call->now, "param"),
	                              rd_field_str(call->now, "value")};

	if (call->transition == NULL)
		RD_TRY(rd_checking_fits(&value, err));
	return rd_runs_renew(call->engine, call->tx, call->actor, rd_cell(call->now, RD_COL_CLIENT)->i,
	                     0, err);
}

rd_rc rd_hook_suppression_check(rd_hook_call *call, rd_err *err)
{
	static const char *const fields[] = {"slug", "fingerprint", "voucher", "account", "party"};

	/* Who approved it approved what it said. */
	if (call->was && !rd_str_is(rd_cell(call->was, RD_COL_STATE)->str, "proposed"))
		return rd_fail(err, RD_BARRED, "已批准的抑制不能修改；请结束它并另建一项",
		               "a suppression that was approved is not changed: end it and make another");
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (rd_field_str(call->now, fields[i]).len)
			return RD_OK;
	return rd_fail(err, RD_INPUT, "请写明抑制的对象：检查项、指纹、凭证、科目或往来单位至少一项",
	               "say what it is about: at least one of check, fingerprint, voucher, account, "
	               "party");
}

/* The decision is in the tables only after the hook; the job of the run reads it there. */
rd_rc rd_hook_suppression_apply(rd_hook_call *call, rd_err *err)
{
	return rd_runs_renew(call->engine, call->tx, call->actor, rd_cell(call->now, RD_COL_CLIENT)->i,
	                     rd_field_int(call->now, "books", 0), err);
}

rd_rc rd_hook_case_withdraw(rd_hook_call *call, rd_err *err)
{
	rd_q_gate_findings_row row;
	bool found;

	RD_TRY(rd_q_gate_findings(call->tx, rd_cell(call->now, RD_COL_ID)->i, &row, &found, err));
	if (row.live || row.n == 0)
		return rd_fail(err, RD_BARRED,
		               "只有线索已全部消失的异常可以撤销；否则请判定不属异常并写明理由",
		               "only a case of which nothing is left is withdrawn; else decide that it is "
		               "no exception, and why");
	*rd_field_cell(call->now, "closed_at") = RD_VALUE_INT(call->tx->now_us);
	return rd_clocks_moved(call, err);
}

/* ---- looking at one, and stopping it ---- */

static rd_rc run_and_state(rd_tx *tx, const rd_actor *actor, int64_t run_id, rd_record *ret_run,
                           rd_q_check_state_row *ret_state, rd_err *err)
{
	RD_TRY(rd_record_get(tx, actor, kind("run"), run_id, ret_run, err));
	return state_of(tx, rd_field_int(ret_run, "books", 0), ret_state, err);
}

rd_rc rd_runs_progress(rd_tx *tx, const rd_actor *actor, int64_t run_id, rd_run_progress *ret,
                       rd_err *err)
{
	rd_q_check_state_row s;
	rd_record run;
	rd_job job;
	rd_err why;

	RD_TRY(run_and_state(tx, actor, run_id, &run, &s, err));
	rd_run_progress p = {.state = rd_cell(&run, RD_COL_STATE)->str, .job_state = RD_STR("")};

	if (rd_str_is(p.state, "done"))
		p.thousandths = 1000;
	if (s.run_id == run_id && rd_job_get(tx, s.job_id, &job, &why) == RD_OK) {
		p.job_state = job.state;
		p.job_id = s.job_id;
		p.thousandths = job.progress;
	}
	*ret = p;
	return RD_OK;
}

rd_rc rd_runs_cancel(rd_tx *tx, const rd_actor *actor, int64_t run_id, rd_err *err)
{
	rd_q_check_state_row s;
	rd_record run;
	bool lives;

	RD_TRY(run_and_state(tx, actor, run_id, &run, &s, err));
	RD_TRY(rd_may_record(tx, actor, &run, RD_KIND_CREATE, err));
	RD_TRY(job_lives(tx, s.job_id, &lives, err));
	if (s.run_id != run_id || !lives)
		return rd_fail(err, RD_BARRED, "这次检查已经结束", "this run has ended");
	RD_TRY(rd_job_cancel(tx, actor, s.job_id, err));
	/* One that nobody works on ends here; another when its worker is told. */
	RD_TRY(job_lives(tx, s.job_id, &lives, err));
	return lives ? RD_OK : rd_run_fail(tx, run_id, "已取消 / cancelled", err);
}
