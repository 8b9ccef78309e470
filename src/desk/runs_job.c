/* The jobs of check runs: one run, and one night. */
#include "base/assert.h"
#include "desk/cell.h"
#include "desk/person.h"
#include "desk/runs_impl.h"
#include "desk/settings.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define LEASE_S       1200u /* the shelf may have to read the files once more */
#define TRIES         3u
#define RENEW_US      5000000 /* the lease is renewed, and cancelling noticed, this often */
#define THREADS_LINES 200000u /* books that are checked by more than one thread */
#define NIGHT_PAGE    200u    /* jobs added in one transaction */
#define NIGHT_GAP_US  20000   /* between two of them, so that nobody else waits for them */
#define ENTRY_S       300u
#define DAY_S         86400

/* ---- before ---- */

static rd_rc id_of(rd_str body, const char *key, int64_t *ret_id, rd_err *err)
{
	json_t *o = json_loadb(body.ptr, body.len, 0, NULL);
	const json_t *v = json_object_get(o, key);
	bool good =
		json_is_string(v) &&
		rd_check_id((rd_str){json_string_value(v), (uint32_t)json_string_length(v)}, ret_id);

	json_decref(o);
	return good ? RD_OK : rd_fail(err, RD_CORRUPT, "任务内容有误", "the body of the job is wrong");
}

static rd_rc load(rd_run_work *w, rd_tx *tx, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("run")), w->run_id, &w->run, err));
	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("books")),
	                     rd_field_int(&w->run, "books", 0), &w->books, err));
	rd_str state = rd_cell(&w->run, RD_COL_STATE)->str;

	w->import_id = rd_field_int(&w->run, "import", 0);
	w->ended = !rd_str_is(state, "waiting") && !rd_str_is(state, "running");
	w->stale = rd_field_int(&w->books, "current_import", 0) != w->import_id;
	return RD_OK;
}

/* Takes the run up: everything that the checks need is read in the same moment. */
static rd_rc begin(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_run_work *w = ctx;
	rd_q_firm_manner_row firm;
	bool known;

	RD_TRY(load(w, tx, err));
	if (w->ended || w->stale)
		return RD_OK;
	RD_TRY(rd_run_basis_load(tx, w->engine, rd_cell(&w->books, RD_COL_CLIENT)->i,
	                         rd_cell(&w->books, RD_COL_ID)->i, w->import_id, &w->basis, err));
	RD_TRY(rd_finding_types(tx, &w->types, &w->n_types, err));
	RD_TRY(rd_q_firm_manner(tx, &firm, &known, err));
	w->english = known && rd_str_is(firm.language, "en");
	if (rd_str_is(rd_cell(&w->run, RD_COL_STATE)->str, "running"))
		return RD_OK; /* another worker had begun it */
	rd_record now = rd_record_copy(tx->arena, &w->run);

	*rd_field_cell(&now, "started_at") = RD_VALUE_INT(tx->now_us);
	return rd_run_move(tx, &w->run, &now, "start", "running", err);
}

/* ---- the checks ---- */

typedef struct watching {
	rd_job_run *run;
	int64_t next_us;
	rd_job_word word;
	rd_rc rc;
	rd_err why;
} watching;

static void watch(void *ctx, uint32_t done, uint32_t total)
{
	watching *w = ctx;
	int64_t now = rd_store_now_us(w->run->store);

	if (now < w->next_us || w->rc != RD_OK || w->word != RD_JOB_GO_ON)
		return;
	w->next_us = now + RENEW_US;
	w->rc = rd_job_renew(w->run, total ? done * 900 / total : 0, &w->word, &w->why);
}

static rd_rc stopped(const watching *w, rd_err *err)
{
	if (w->rc != RD_OK) {
		*err = w->why;
		return w->rc;
	}
	if (w->word == RD_JOB_GO_ON)
		return RD_OK;
	return rd_fail(err, RD_UNAVAILABLE, "检查已停止", "the run was stopped");
}

static rd_rc check(const rd_runs *r, rd_job_run *run, rd_run_work *w, watching *watcher,
                   rd_err *err)
{
	const rd_book *book;
	void *hold;

	RD_TRY(r->shelf.take(r->shelf.ctx, run->firm_id, w->import_id, &book, &hold, err));
	const rd_checking_input in = {.book = book,
	                              .params = w->basis.params,
	                              .n_params = w->basis.n_params,
	                              .passes = w->basis.passes,
	                              .n_passes = w->basis.n_passes,
	                              .threads = book->line.n > THREADS_LINES ? 4 : 1,
	                              .progress = watch,
	                              .progress_ctx = watcher};
	rd_rc rc = rd_checking_run(&in, run->arena, &w->checking, err);

	r->shelf.give(r->shelf.ctx, hold);
	RD_TRY(rc);
	return stopped(watcher, err);
}

/* ---- after ---- */

typedef struct ending {
	rd_job_run *run;
	const rd_run_work *w;
	char why[700]; /* of a run that fails; "" = it went well */
} ending;

/* The run has ended: notes on what it rested, and starts the next one when somebody asked for it
 * meanwhile, or when other files have taken the place of those that it looked at. */
static rd_rc go_on(const rd_run_work *w, rd_tx *tx, const char *basis, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	int64_t books_id = rd_cell(&w->books, RD_COL_ID)->i, next;
	rd_q_check_state_row s;
	bool found;

	RD_TRY(rd_q_check_state(tx, books_id, &s, &found, err));
	if (!found || s.run_id != w->run_id)
		return RD_OK;
	RD_TRY(rd_q_check_state_set(tx, books_id, w->run_id, 0, rd_str_of(basis), 0, tx->now_us, NULL,
	                            err));
	if ((s.again || w->stale) && rd_field_int(&w->books, "current_import", 0))
		return rd_runs_start(w->engine, tx, &system, books_id, 0, w->stale ? "import" : "decision",
		                     &next, err);
	return RD_OK;
}

static rd_rc finish_run(const ending *e, rd_tx *tx, rd_err *err)
{
	rd_run_work w = *e->w;

	/* As they are now: meanwhile people worked on. */
	RD_TRY(load(&w, tx, err));
	if (w.ended)
		return RD_OK;
	if (w.stale) {
		RD_TRY(rd_run_fail(tx, w.run_id, "已有新的导入 / a newer import has come", err));
		return go_on(&w, tx, "", err);
	}
	RD_TRY(rd_run_apply(&w, tx, err));
	return go_on(&w, tx, w.basis.hash, err);
}

static rd_rc finish(rd_tx *tx, void *ctx, rd_err *err)
{
	const ending *e = ctx;

	RD_TRY(finish_run(e, tx, err));
	return rd_job_finish(e->run, tx, err);
}

static rd_rc give_up(rd_tx *tx, void *ctx, rd_err *err)
{
	const ending *e = ctx;
	rd_run_work w = *e->w;

	RD_TRY(load(&w, tx, err));
	if (w.ended)
		return RD_OK;
	RD_TRY(rd_run_fail(tx, w.run_id, e->why, err));
	return go_on(&w, tx, "", err);
}

/* A failure that the next attempt would meet again, or that was the last one, ends the run. */
static rd_rc failed(rd_job_run *run, ending *e, const watching *watcher, rd_rc rc, rd_err *err)
{
	bool better_later = rc == RD_UNAVAILABLE || rc == RD_IO || rc == RD_CONFLICT;
	rd_err ignored;

	if (watcher->word == RD_JOB_CANCELLED)
		(void)snprintf(e->why, sizeof e->why, "已取消 / cancelled");
	else if (watcher->word == RD_JOB_STOP || (better_later && run->attempt < run->tries_max))
		return rc;
	else
		(void)snprintf(e->why, sizeof e->why, "%s / %s", err->zh, err->en);
	run->give_up = true;
	/* Should that fail, too, who starts the next run ends this one: its job is dead. */
	rd_rc said = rd_store_write(run->store, run->firm_id, run->arena, give_up, e, &ignored);

	return said == RD_OK ? rc : said;
}

static rd_rc run_checks(rd_job_run *run, void *ctx, rd_err *err)
{
	const rd_runs *r = ctx;
	rd_run_work w = {.engine = r->engine, .firm_id = run->firm_id};
	watching watcher = {.run = run, .next_us = rd_store_now_us(run->store) + RENEW_US};
	ending e = {.run = run, .w = &w};
	rd_rc rc = id_of(run->body, "run", &w.run_id, err);

	if (rc != RD_OK) {
		run->give_up = true;
		return rc;
	}
	rc = rd_store_write(run->store, run->firm_id, run->arena, begin, &w, err);
	if (rc == RD_OK && !w.ended && !w.stale)
		rc = check(r, run, &w, &watcher, err);
	if (rc == RD_OK && !w.ended && !w.stale)
		rc = rd_run_store(&w, run->store, err);
	if (rc == RD_OK)
		rc = rd_store_write(run->store, run->firm_id, run->arena, finish, &e, err);
	return rc == RD_OK ? RD_OK : failed(run, &e, &watcher, rc, err);
}

/* ---- the night ---- */

typedef struct looking {
	const rd_engine *engine;
	int64_t books_id;
	bool due;
} looking;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	looking *l = ctx;
	rd_q_check_state_row s;
	rd_q_check_expired_row expired = {0};
	rd_run_basis basis;
	rd_record books;
	bool found, any;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("books")), l->books_id, &books, err));
	int64_t import_id = rd_field_int(&books, "current_import", 0);

	if (import_id == 0)
		return RD_OK;
	RD_TRY(rd_run_basis_load(tx, l->engine, rd_cell(&books, RD_COL_CLIENT)->i, l->books_id,
	                         import_id, &basis, err));
	RD_TRY(rd_q_check_state(tx, l->books_id, &s, &found, err));
	RD_TRY(rd_q_check_expired(tx, l->books_id,
	                          (tx->now_us / 1000000 + l->engine->zone_offset_s) / DAY_S, &expired,
	                          &any, err));
	l->due = !found || !rd_str_is(s.basis, basis.hash) || expired.n > 0;
	return RD_OK;
}

static rd_rc start_night(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	const looking *l = ctx;
	int64_t run_id;

	return rd_runs_start(l->engine, tx, &system, l->books_id, 0, "schedule", &run_id, err);
}

static rd_rc run_night(rd_job_run *run, void *ctx, rd_err *err)
{
	const rd_runs *r = ctx;
	looking l = {.engine = r->engine};

	run->give_up = true; /* there is another night */
	RD_TRY(id_of(run->body, "books", &l.books_id, err));
	RD_TRY(rd_store_read(run->store, run->firm_id, run->arena, look, &l, err));
	return l.due ? rd_store_write(run->store, run->firm_id, run->arena, start_night, &l, err)
	             : RD_OK;
}

void rd_runs_jobs(const rd_runs *r, rd_job_kind kinds[RD_RUNS_JOBS_N])
{
	void *ctx = (void *)(uintptr_t)r;

	kinds[0] = (rd_job_kind){"check.run", run_checks, ctx, LEASE_S, TRIES};
	kinds[1] = (rd_job_kind){"check.night", run_night, ctx, LEASE_S, 1};
}

typedef struct night {
	const rd_engine *engine;
	int64_t after, next; /* books that have their job; and after this page */
	bool due, more;
} night;

static rd_rc is_due(rd_tx *tx, void *ctx, rd_err *err)
{
	night *n = ctx;
	int64_t on, at, local = tx->now_us / 1000000 + n->engine->zone_offset_s;
	rd_q_check_state_row s;
	bool found;

	RD_TRY(rd_setting_int(tx, RD_SET_CHECKS_NIGHT, &on, err));
	RD_TRY(rd_setting_int(tx, RD_SET_CHECKS_NIGHT_AT, &at, err));
	RD_TRY(rd_q_check_state(tx, 0, &s, &found, err));
	n->due = on && local % DAY_S / 60 >= at && (!found || s.checked_at_us < local / DAY_S);
	return RD_OK;
}

static rd_rc add_jobs(rd_tx *tx, void *ctx, rd_err *err)
{
	night *n = ctx;
	const rd_q_check_books_row *rows;
	uint32_t k;
	char body[64];
	int64_t id, local = tx->now_us / 1000000 + n->engine->zone_offset_s;

	RD_TRY(rd_q_check_books(tx, 0, n->after, NIGHT_PAGE, &rows, &k, err));
	for (uint32_t i = 0; i < k; i++) {
		int len = snprintf(body, sizeof body, "{\"books\":\"%lld\"}", (long long)rows[i].id);
		const rd_job_new job = {.queue = RD_STR(RD_RUNS_QUEUE),
		                        .kind = RD_STR("check.night"),
		                        .body = {body, (uint32_t)len},
		                        .run_at_us = tx->now_us + i * NIGHT_GAP_US};

		RD_TRY(rd_job_add(n->engine->store, tx, &job, &id, err));
	}
	n->more = k == NIGHT_PAGE;
	n->next = k ? rows[k - 1].id : n->after;
	/* The day is noted with the last of them. */
	return n->more ? RD_OK
	               : rd_q_check_state_set(tx, 0, 0, 0, RD_STR(""), 0, local / DAY_S, NULL, err);
}

static rd_rc night_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	night n = {.engine = ctx, .more = true};

	RD_TRY(rd_store_read(s, firm_id, a, is_due, &n, err));
	while (n.due && n.more) {
		RD_TRY(rd_store_write(s, firm_id, a, add_jobs, &n, err));
		n.after = n.next;
	}
	return RD_OK;
}

static rd_rc nights(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, night_of, ctx, err);
}

rd_periodic_entry rd_runs_entry(const rd_runs *r)
{
	return (rd_periodic_entry){.name = "checks",
	                           .interval_s = ENTRY_S,
	                           .lease_s = 600,
	                           .run = nights,
	                           .ctx = (void *)(uintptr_t)r->engine};
}
