/* The threads that take jobs: find one that is ready, lease it, call its handler, write the end. */
#include "base/assert.h"
#include "base/json.h"
#include "desk/jobs.h"
#include "notify/back_off.h"
#include "store/queries.gen.h"
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#define FIND_MAX  16u /* candidates of one look; others may be quicker with the first ones */
#define LOOKS_MAX 4u
#define NAME_SIZE 32u

struct rd_jobs {
	rd_arena *home;
	rd_jobs_config config;
	rd_str kinds;         /* a JSON list */
	char name[NAME_SIZE]; /* of this process, as leases name it; never the same twice */
	pthread_t threads[64];
	uint32_t n_running;
	pthread_mutex_t lock;
	pthread_cond_t more;
	uint32_t wakes;        /* grows with each wake, so that none is lost; under `lock` */
	_Atomic uint32_t turn; /* which queue is looked at first */
	_Atomic bool stopping;
};

/* ---- what a handler asks ---- */

static rd_rc lost(rd_job_run *run, rd_err *err)
{
	run->ended = true; /* whoever has it now writes its end */
	return rd_fail(err, RD_CONFLICT, "任务的租约已经过期，由别的工作进程接手",
	               "the lease of the job ran out; another worker has it");
}

typedef struct renewal {
	rd_job_run *run;
	uint32_t progress;
	bool mine, cancel;
} renewal;

static rd_rc renew(rd_tx *tx, void *ctx, rd_err *err)
{
	renewal *r = ctx;
	rd_q_job_renew_row row;

	RD_TRY(rd_q_job_renew(tx, r->run->id, r->run->worker, r->run->attempt,
	                      tx->now_us + (int64_t)r->run->lease_s * 1000000, r->progress, &row,
	                      &r->mine, err));
	r->cancel = r->mine && row.cancel;
	return RD_OK;
}

rd_rc rd_job_renew(rd_job_run *run, uint32_t progress, rd_job_word *ret_word, rd_err *err)
{
	renewal r = {.run = run, .progress = progress < 1000 ? progress : 1000};

	RD_ASSERT(!run->ended);
	RD_TRY(rd_store_write(run->store, run->firm_id, run->arena, renew, &r, err));
	if (!r.mine)
		return lost(run, err);
	run->stopped = atomic_load(&run->runner->stopping);
	*ret_word = r.cancel ? RD_JOB_CANCELLED : run->stopped ? RD_JOB_STOP : RD_JOB_GO_ON;
	return RD_OK;
}

static rd_rc end_as(rd_job_run *run, rd_tx *tx, const char *state, rd_str error, rd_err *err)
{
	int64_t changed = 0;
	bool done = strcmp(state, "done") == 0;

	RD_TRY(rd_q_job_end(tx, run->id, run->worker, run->attempt, rd_str_of(state), error,
	                    done ? 1000 : -1, tx->now_us, &changed, err));
	if (changed != 1)
		return lost(run, err);
	run->ended = true;
	return RD_OK;
}

rd_rc rd_job_finish(rd_job_run *run, rd_tx *tx, rd_err *err)
{
	return end_as(run, tx, "done", RD_STR(""), err);
}

/* Both languages, as the list shows them. */
static rd_str both(rd_arena *a, const rd_err *why)
{
	char text[sizeof why->zh + sizeof why->en + 4];
	int n = snprintf(text, sizeof text, "%s / %s", why->zh, why->en);

	return (rd_str){rd_arena_copy(a, text, (size_t)n), (uint32_t)n};
}

static rd_rc give_back(rd_job_run *run, rd_tx *tx, uint32_t attempts, int64_t run_at_us,
                       rd_str error, rd_err *err)
{
	int64_t changed = 0;

	RD_TRY(rd_q_job_back(tx, run->id, run->worker, run->attempt, attempts, run_at_us, error,
	                     &changed, err));
	if (changed != 1)
		return lost(run, err);
	run->ended = true;
	return RD_OK;
}

rd_rc rd_job_fail(rd_job_run *run, rd_tx *tx, const rd_err *why, rd_err *err)
{
	uint32_t pause = rd_back_off_seconds(run->attempt, run->random);

	/* Kinds with more tries than the table has pauses go on with the longest. */
	if (pause == 0)
		pause = rd_back_off_seconds(RD_BACK_OFF_TRIES_MAX - 1, run->random);
	run->next_us = 0;
	if (run->give_up || run->attempt >= run->tries_max)
		return end_as(run, tx, "failed", both(run->arena, why), err);
	RD_TRY(give_back(run, tx, run->attempt, tx->now_us + (int64_t)pause * 1000000,
	                 both(run->arena, why), err));
	run->next_us = tx->now_us + (int64_t)pause * 1000000;
	return RD_OK;
}

/* ---- taking one ---- */

static const rd_job_kind *kind_of(const rd_jobs *j, rd_str kind)
{
	for (uint32_t i = 0; i < j->config.n_kinds; i++)
		if (rd_str_is(kind, j->config.kinds[i].kind))
			return &j->config.kinds[i];
	RD_ASSERT(!"a job was found whose kind was not asked for");
	return NULL;
}

typedef struct taking {
	rd_jobs *j;
	rd_arena *arena;
	const rd_q_job_ready_row *ready;
	uint32_t n_ready;
	const rd_job_kind *kind;
	rd_job_run run;
	bool found; /* the job was there and is ours */
	bool go;    /* and is to be run */
} taking;

/* The first queue that has something; which comes first changes, so that none has to starve. */
static rd_rc find(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;
	const rd_jobs_config *c = &t->j->config;
	uint32_t first = atomic_fetch_add(&t->j->turn, 1);

	t->n_ready = 0;
	for (uint32_t i = 0; i < c->n_queues && t->n_ready == 0; i++)
		RD_TRY(rd_q_job_ready(tx, rd_str_of(c->queues[(first + i) % c->n_queues]), t->j->kinds,
		                      tx->now_us, FIND_MAX, &t->ready, &t->n_ready, err));
	return RD_OK;
}

static rd_rc park(rd_job_run *run, rd_tx *tx, rd_err *err)
{
	rd_err why = {0};

	(void)rd_fail(&why, RD_UNAVAILABLE,
	              "已有 %d 个工作进程在执行它时中断，不再自动重试；请查看日志",
	              "%d workers ended while they ran it, so it is not tried again by itself; look at "
	              "the logs",
	              RD_JOB_KILLS_MAX);
	return end_as(run, tx, "failed", both(run->arena, &why), err);
}

/* A job that was cancelled, or killed its workers, is ended and not run. */
static rd_rc take(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;
	rd_job_run *run = &t->run;
	rd_q_job_take_row row;

	t->go = false;
	RD_TRY(rd_q_job_take(tx, run->id, tx->now_us, tx->now_us + (int64_t)run->lease_s * 1000000,
	                     run->worker, &row, &t->found, err));
	if (!t->found)
		return RD_OK;
	run->kind = row.kind;
	run->body = row.body;
	run->attempt = (uint32_t)row.attempts;
	if (row.cancel)
		return end_as(run, tx, "cancelled", RD_STR(""), err);
	if (row.kills >= RD_JOB_KILLS_MAX)
		return park(run, tx, err);
	t->go = true;
	return RD_OK;
}

typedef struct ending {
	rd_job_run *run;
	rd_rc rc;
	const rd_err *why;
} ending;

static rd_rc write_end(rd_tx *tx, void *ctx, rd_err *err)
{
	ending *e = ctx;
	rd_job_run *run = e->run;
	rd_q_job_get_row row;
	bool found;

	if (e->rc == RD_OK)
		return rd_job_finish(run, tx, err);
	RD_TRY(rd_q_job_get(tx, run->id, &row, &found, err));
	if (found && row.cancel)
		return end_as(run, tx, "cancelled", RD_STR(""), err);
	/* A handler that was stopped has not failed. */
	if (run->stopped)
		return give_back(run, tx, run->attempt - 1, tx->now_us, RD_STR(""), err);
	return rd_job_fail(run, tx, e->why, err);
}

static rd_rc run_taken(taking *t, rd_err *err)
{
	rd_job_run *run = &t->run;
	rd_err why = {0};
	ending e = {run, t->kind->run(run, t->kind->ctx, &why), &why};
	rd_rc rc = RD_OK;

	if (t->j->config.told)
		t->j->config.told(t->j->config.told_ctx, run, &why);
	/* A handler that failed may have lost with its transaction what it wrote of the end. */
	if (!run->ended || e.rc != RD_OK)
		rc = rd_store_write(run->store, run->firm_id, run->arena, write_end, &e, err);
	return rc == RD_CONFLICT ? RD_OK : rc; /* not this worker's job any more */
}

/* Looks once and takes the first that nobody was quicker with. */
static rd_rc look_once(taking *t, rd_str worker, rd_err *err)
{
	rd_jobs *j = t->j;

	RD_TRY(rd_store_read(j->config.store, 0, t->arena, find, t, err));
	for (uint32_t i = 0; i < t->n_ready && !t->found; i++) {
		t->kind = kind_of(j, t->ready[i].kind);
		RD_ASSERT(t->kind->lease_s > 0);
		t->run = (rd_job_run){
			.store = j->config.store,
			.firm_id = t->ready[i].firm_id,
			.id = t->ready[i].id,
			.tries_max = t->kind->tries_max ? t->kind->tries_max : RD_BACK_OFF_TRIES_MAX,
			.arena = t->arena,
			.random = randombytes_random(),
			.runner = j,
			.worker = worker,
			.lease_s = t->kind->lease_s,
		};
		RD_TRY(rd_store_write(j->config.store, t->run.firm_id, t->arena, take, t, err));
	}
	return RD_OK;
}

static rd_rc run_one(rd_jobs *j, uint32_t thread, rd_arena *a, bool *ret_ran, rd_err *err)
{
	char worker[NAME_SIZE + 16];
	int n = snprintf(worker, sizeof worker, "%s.%u", j->name, thread);
	taking t = {.j = j, .arena = a};

	*ret_ran = false;
	/* Others took all that were found: there may be more behind them. */
	for (uint32_t i = 0; i < LOOKS_MAX && !t.found && (i == 0 || t.n_ready); i++)
		RD_TRY(look_once(&t, (rd_str){worker, (uint32_t)n}, err));
	*ret_ran = t.found;
	return t.go ? run_taken(&t, err) : RD_OK;
}

/* ---- threads ---- */

static rd_str json_list(rd_arena *a, const char *const *names, uint32_t n)
{
	rd_buf out;
	rd_json j;

	rd_buf_init(&out, 1 << 16);
	rd_json_init(&j, &out, 0);
	rd_json_array(&j);
	for (uint32_t i = 0; i < n; i++)
		rd_json_text(&j, names[i]);
	rd_json_close(&j);
	rd_json_end(&j);
	RD_ASSERT(!out.full);
	rd_str s = {rd_arena_copy(a, out.data, out.size), (uint32_t)out.size};

	rd_buf_done(&out);
	return s;
}

static rd_jobs *jobs_new(const rd_jobs_config *config)
{
	rd_arena *home = rd_arena_new();
	rd_jobs *j = RD_NEW(home, rd_jobs);
	const char *kinds[RD_JOB_KINDS_MAX];

	RD_ASSERT(config->n_kinds <= RD_JOB_KINDS_MAX && config->threads <= 64);
	j->home = home;
	j->config = *config;
	if (j->config.poll_ms == 0)
		j->config.poll_ms = 1000;
	for (uint32_t i = 0; i < config->n_kinds; i++)
		kinds[i] = config->kinds[i].kind;
	j->kinds = json_list(home, kinds, config->n_kinds);
	(void)snprintf(j->name, sizeof j->name, "%08x%08x", randombytes_random(), randombytes_random());
	(void)pthread_mutex_init(&j->lock, NULL);
	(void)pthread_cond_init(&j->more, NULL);
	return j;
}

static void jobs_free(rd_jobs *j)
{
	(void)pthread_cond_destroy(&j->more);
	(void)pthread_mutex_destroy(&j->lock);
	rd_arena_free(j->home);
}

/* Until somebody wakes, or it is time to look. */
static void idle(rd_jobs *j, uint32_t wakes)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += j->config.poll_ms / 1000;
	until.tv_nsec += (long)(j->config.poll_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_mutex_lock(&j->lock);
	while (j->wakes == wakes && !atomic_load(&j->stopping) &&
	       pthread_cond_timedwait(&j->more, &j->lock, &until) == 0)
		;
	(void)pthread_mutex_unlock(&j->lock);
}

static uint32_t wakes_now(rd_jobs *j)
{
	(void)pthread_mutex_lock(&j->lock);
	uint32_t n = j->wakes;

	(void)pthread_mutex_unlock(&j->lock);
	return n;
}

typedef struct seat {
	rd_jobs *j;
	uint32_t thread;
} seat;

static void *work(void *arg)
{
	seat *s = arg;
	rd_arena *a = rd_arena_new();

	while (!atomic_load(&s->j->stopping)) {
		uint32_t wakes = wakes_now(s->j);
		rd_err err = {0};
		bool ran = false;

		/* The store is not there now: as good as nothing to do. */
		if (run_one(s->j, s->thread, a, &ran, &err) != RD_OK || !ran)
			idle(s->j, wakes);
		rd_arena_reset(a);
	}
	rd_arena_free(a);
	return NULL;
}

rd_rc rd_jobs_start(const rd_jobs_config *config, rd_jobs **ret_jobs, rd_err *err)
{
	rd_jobs *j = jobs_new(config);

	RD_ASSERT(config->threads > 0);
	for (uint32_t i = 0; i < config->threads; i++) {
		seat *s = RD_NEW(j->home, seat);

		*s = (seat){j, i};
		if (pthread_create(&j->threads[i], NULL, work, s) != 0) {
			rd_jobs_stop(j);
			return rd_fail(err, RD_UNAVAILABLE, "系统不给线程；请检查限额",
			               "the system gives no thread; look at its limits");
		}
		j->n_running++;
	}
	*ret_jobs = j;
	return RD_OK;
}

void rd_jobs_wake(rd_jobs *j)
{
	(void)pthread_mutex_lock(&j->lock);
	j->wakes++;
	(void)pthread_cond_signal(&j->more);
	(void)pthread_mutex_unlock(&j->lock);
}

void rd_jobs_stop(rd_jobs *j)
{
	if (j == NULL)
		return;
	(void)pthread_mutex_lock(&j->lock);
	atomic_store(&j->stopping, true);
	(void)pthread_cond_broadcast(&j->more);
	(void)pthread_mutex_unlock(&j->lock);
	for (uint32_t i = 0; i < j->n_running; i++)
		(void)pthread_join(j->threads[i], NULL);
	jobs_free(j);
}

rd_rc rd_jobs_run(const rd_jobs_config *config, uint32_t max, uint32_t *ret_ran, rd_err *err)
{
	rd_jobs *j = jobs_new(config);
	rd_arena *a = rd_arena_new();
	rd_rc rc = RD_OK;
	uint32_t n = 0;

	for (bool ran = true; rc == RD_OK && ran && n < max; n += ran) {
		rc = run_one(j, 0, a, &ran, err);
		rd_arena_reset(a);
	}
	rd_arena_free(a);
	jobs_free(j);
	if (rc == RD_OK)
		*ret_ran = n;
	return rc;
}
