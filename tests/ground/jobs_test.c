/* Jobs: once, again after a failure or a dead worker, parked, cancelled; and periodic ones. */
#include "desk/jobs.h"
#include "desk/periodic.h"
#include "office.h"
#include "store/queries.gen.h"
#include "unit.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#define SECOND 1000000LL

typedef struct hand {
	office *o;
	_Atomic int runs;
	rd_rc answer; /* of the handler */
	bool give_up;
	bool in_own_tx;  /* ends the job with what it wrote */
	bool fail_tx;    /* … and then fails */
	int64_t hold_us; /* the clock moves so far while it runs */
	int64_t cancel_id;
	rd_job_word word;
	rd_rc renewed;
	uint32_t attempt;
	rd_err told;
} hand;

static rd_rc finish(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_job_run *run = ctx;
	rd_actor system = rd_desk_system(run->firm_id);
	int64_t seq;

	RD_TRY(rd_log_append(tx,
	                     &(rd_log_event){.type = RD_STR("firm.worked"),
	                                     .kind = RD_STR("firm"),
	                                     .record_id = run->firm_id,
	                                     .actor = system.name,
	                                     .request_id = {"", 0},
	                                     .payload = {"", 0}},
	                     &seq, err));
	return rd_job_finish(run, tx, err);
}

static rd_rc finish_and_fail(rd_tx *tx, void *ctx, rd_err *err)
{
	RD_TRY(finish(tx, ctx, err));
	return rd_fail(err, RD_IO, "磁盘满", "the disk is full");
}

static rd_rc cancel(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_actor system = rd_desk_system(tx->firm_id);

	return rd_job_cancel(tx, &system, *(int64_t *)ctx, err);
}

static rd_rc work(rd_job_run *run, void *ctx, rd_err *err)
{
	hand *h = ctx;

	(void)atomic_fetch_add(&h->runs, 1);
	h->attempt = run->attempt;
	h->o->place.now_us += h->hold_us;
	run->give_up = h->give_up;
	if (h->cancel_id)
		office_write(h->o, cancel, &h->cancel_id);
	if (h->cancel_id || h->hold_us) {
		rd_err why = {0};

		h->renewed = rd_job_renew(run, 400, &h->word, &why);
	}
	if (h->in_own_tx)
		return rd_store_write(run->store, run->firm_id, run->arena,
		                      h->fail_tx ? finish_and_fail : finish, run, err);
	return h->answer == RD_OK ? RD_OK : rd_fail(err, h->answer, "没有成功", "it did not work");
}

static void told(void *ctx, const rd_job_run *run, const rd_err *why)
{
	hand *h = ctx;

	(void)run;
	h->told = *why;
}

static const char *const queues[] = {"test"};

static uint32_t run_kinds(office *o, hand *h, uint32_t max)
{
	const rd_job_kind kinds[] = {{"test.work", work, h, 60, 3}};
	uint32_t ran = 0;
	rd_err err = {0};

	UNIT_OK(rd_jobs_run(&(rd_jobs_config){.store = o->store,
	                                      .kinds = kinds,
	                                      .n_kinds = 1,
	                                      .queues = queues,
	                                      .n_queues = 1,
	                                      .told = told,
	                                      .told_ctx = h},
	                    max, &ran, &err),
	        &err);
	return ran;
}

typedef struct adding {
	office *o;
	const char *queue, *kind;
	int64_t run_at_us, id;
	bool fail;
} adding;

static rd_rc add(rd_tx *tx, void *ctx, rd_err *err)
{
	adding *a = ctx;

	RD_TRY(rd_job_add(a->o->store, tx,
	                  &(rd_job_new){rd_str_of(a->queue), rd_str_of(a->kind), RD_STR("{\"n\":1}"),
	                                a->run_at_us},
	                  &a->id, err));
	return a->fail ? rd_fail(err, RD_BARRED, "不行", "no") : RD_OK;
}

static int64_t add_job(office *o, int64_t run_at_us)
{
	adding a = {.o = o, .queue = "test", .kind = "test.work", .run_at_us = run_at_us};

	office_write(o, add, &a);
	return a.id;
}

typedef struct getting {
	int64_t id;
	rd_job job;
} getting;

static rd_rc get(rd_tx *tx, void *ctx, rd_err *err)
{
	getting *g = ctx;

	return rd_job_get(tx, g->id, &g->job, err);
}

static rd_job job_of(office *o, int64_t id)
{
	getting g = {.id = id};

	office_write(o, get, &g);
	return g.job;
}

static void a_job_runs_once(void)
{
	office o;
	hand h = {.o = &o};
	adding refused = {.o = &o, .queue = "test", .kind = "test.work", .fail = true};
	adding other = {.o = &o, .queue = "other", .kind = "test.work"};
	adding unknown = {.o = &o, .queue = "test", .kind = "test.new"};
	rd_err err = {0};

	office_open(&o);
	int64_t id = add_job(&o, 0), later = add_job(&o, o.place.now_us + 5 * SECOND);

	/* A command that is refused leaves no job, and others are for other workers. */
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, add, &refused, &err), RD_BARRED);
	office_write(&o, add, &other);
	office_write(&o, add, &unknown);
	UNIT_TEXT(job_of(&o, id).state, "waiting");
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	UNIT_INT(run_kinds(&o, &h, 10), 0);
	UNIT_INT(h.runs, 1);
	UNIT_TEXT(job_of(&o, id).state, "done");
	UNIT_INT(job_of(&o, id).progress, 1000);
	UNIT_TEXT(job_of(&o, later).state, "waiting");
	o.place.now_us += 5 * SECOND;
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	UNIT_TEXT(job_of(&o, later).state, "done");
	UNIT_TEXT(job_of(&o, other.id).state, "waiting");
	UNIT_TEXT(job_of(&o, unknown.id).state, "waiting");
	office_close(&o);
}

static void a_failed_attempt_comes_again_later(void)
{
	office o;
	hand h = {.o = &o, .answer = RD_UNAVAILABLE};

	office_open(&o);
	int64_t id = add_job(&o, 0), at;

	for (uint32_t i = 1; i <= 2; i++) {
		at = o.place.now_us;
		UNIT_INT(run_kinds(&o, &h, 10), 1);
		UNIT_INT(h.attempt, i);
		rd_job j = job_of(&o, id);

		UNIT_TEXT(j.state, "waiting");
		UNIT_TEXT(j.error, "没有成功 / it did not work");
		/* A minute, five minutes, each shifted by up to a fifth. */
		int64_t pause = j.run_at_us - at, want = i == 1 ? 60 : 300;

		UNIT_TRUE(pause >= want * SECOND * 4 / 5 && pause <= want * SECOND * 6 / 5);
		o.place.now_us = j.run_at_us - 1000;
		UNIT_INT(run_kinds(&o, &h, 10), 0);
		o.place.now_us = j.run_at_us;
	}
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	UNIT_TEXT(job_of(&o, id).state, "failed"); /* three tries of this kind */
	UNIT_INT(h.told.code, RD_UNAVAILABLE);
	o.place.now_us += OFFICE_DAY;
	UNIT_INT(run_kinds(&o, &h, 10), 0);
	h.give_up = true;
	id = add_job(&o, 0);
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	UNIT_TEXT(job_of(&o, id).state, "failed"); /* at once */
	office_close(&o);
}

typedef struct taking {
	int64_t id;
	bool found;
} taking;

/* What a worker that is killed does: it takes the job and is never heard of again. */
static rd_rc take_and_die(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;
	rd_q_job_take_row row;

	return rd_q_job_take(tx, t->id, tx->now_us, tx->now_us + 60 * SECOND, RD_STR("dead.0"), &row,
	                     &t->found, err);
}

static void a_killed_worker_loses_nothing(void)
{
	office o;
	hand h = {.o = &o};

	office_open(&o);
	taking t = {.id = add_job(&o, 0)};

	office_write(&o, take_and_die, &t);
	UNIT_TRUE(t.found);
	UNIT_TEXT(job_of(&o, t.id).state, "running");
	UNIT_INT(run_kinds(&o, &h, 10), 0);
	office_write(&o, take_and_die, &t);
	UNIT_TRUE(!t.found); /* the lease holds */
	o.place.now_us += 60 * SECOND;
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	UNIT_INT(h.runs, 1);
	UNIT_TEXT(job_of(&o, t.id).state, "done");
	UNIT_INT(job_of(&o, t.id).kills, 1);
	office_close(&o);
}

static rd_rc again(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_actor system = rd_desk_system(tx->firm_id);

	return rd_job_again(tx, &system, *(int64_t *)ctx, err);
}

static void a_job_that_kills_is_parked(void)
{
	office o;
	hand h = {.o = &o};

	office_open(&o);
	taking t = {.id = add_job(&o, 0)};

	for (int i = 0; i < RD_JOB_KILLS_MAX; i++) {
		office_write(&o, take_and_die, &t);
		UNIT_TRUE(t.found);
		o.place.now_us += 60 * SECOND;
	}
	(void)run_kinds(&o, &h, 10);
	UNIT_INT(h.runs, 0);
	UNIT_TEXT(job_of(&o, t.id).state, "failed");
	UNIT_TRUE(rd_str_has(job_of(&o, t.id).error, "2 workers ended"));
	office_write(&o, again, &t.id); /* somebody has looked */
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	UNIT_INT(h.runs, 1);
	UNIT_TEXT(job_of(&o, t.id).state, "done");
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM events WHERE type = 'firm.job-retried'"),
	         1);
	office_close(&o);
}

static void a_lost_lease_writes_nothing(void)
{
	office o;
	hand h = {.o = &o, .in_own_tx = true, .hold_us = 61 * SECOND};

	office_open(&o);
	int64_t id = add_job(&o, 0);

	/* The handler is too slow: while it works, a second one takes the job and finishes it. */
	h.hold_us = 0;
	taking t = {.id = id};

	office_write(&o, take_and_die, &t);
	o.place.now_us += 60 * SECOND;
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM events WHERE type = 'firm.worked'"), 1);
	/* What the first one writes at last is taken back whole. */
	rd_job_run late = {.store = o.store,
	                   .firm_id = OFFICE_FIRM,
	                   .id = id,
	                   .attempt = 1,
	                   .arena = o.place.arena,
	                   .worker = RD_STR("dead.0")};
	rd_err err = {0};

	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, finish, &late, &err), RD_CONFLICT);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM events WHERE type = 'firm.worked'"), 1);
	UNIT_TEXT(job_of(&o, id).state, "done");
	office_close(&o);
}

static void an_end_that_was_taken_back_is_no_end(void)
{
	office o;
	hand h = {.o = &o, .in_own_tx = true, .fail_tx = true};

	office_open(&o);
	int64_t id = add_job(&o, 0);

	UNIT_INT(run_kinds(&o, &h, 1), 1);
	UNIT_TEXT(job_of(&o, id).state, "waiting");
	UNIT_TEXT(job_of(&o, id).error, "磁盘满 / the disk is full");
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM events WHERE type = 'firm.worked'"), 0);
	h.fail_tx = false;
	o.place.now_us = job_of(&o, id).run_at_us;
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	UNIT_TEXT(job_of(&o, id).state, "done");
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM events WHERE type = 'firm.worked'"), 1);
	office_close(&o);
}

static void cancelling(void)
{
	office o;
	hand h = {.o = &o, .answer = RD_UNAVAILABLE};
	rd_err err = {0};

	office_open(&o);
	int64_t waits = add_job(&o, 0);

	office_write(&o, cancel, &waits);
	UNIT_TEXT(job_of(&o, waits).state, "cancelled");
	UNIT_INT(run_kinds(&o, &h, 10), 0);
	h.cancel_id = add_job(&o, 0);
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	UNIT_INT(h.word, RD_JOB_CANCELLED);
	UNIT_TEXT(job_of(&o, h.cancel_id).state, "cancelled");
	UNIT_INT(job_of(&o, h.cancel_id).progress, 400);
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, cancel, &waits, &err), RD_BARRED);
	h.cancel_id++;
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, cancel, &h.cancel_id, &err),
	         RD_NOT_FOUND);
	UNIT_INT(place_number(&o.place,
	                      "SELECT count(*) FROM events WHERE type = 'firm.job-cancelled'"),
	         2);
	/* The worker of a cancelled job died: nobody runs it again. */
	taking t = {.id = add_job(&o, 0)};

	office_write(&o, take_and_die, &t);
	office_write(&o, cancel, &t.id);
	UNIT_TEXT(job_of(&o, t.id).state, "stopping");
	o.place.now_us += 60 * SECOND;
	h.cancel_id = 0;
	h.runs = 0;
	(void)run_kinds(&o, &h, 10);
	UNIT_INT(h.runs, 0);
	UNIT_TEXT(job_of(&o, t.id).state, "cancelled");
	office_close(&o);
}

static void nap(long ms)
{
	struct timespec t = {.tv_nsec = ms * 1000000};

	(void)nanosleep(&t, NULL);
}

/* As `work`, for many threads at once. */
static rd_rc count_and_finish(rd_job_run *run, void *ctx, rd_err *err)
{
	RD_TRY(rd_store_write(run->store, run->firm_id, run->arena, finish, run, err));
	(void)atomic_fetch_add(&((hand *)ctx)->runs, 1);
	return RD_OK;
}

/* Two runners of three threads each, as two processes have them, and 60 jobs of two firms. */
static void many_hands_run_each_job_once(void)
{
	enum { JOBS = 60 };
	office o;
	hand h = {.o = &o};
	rd_jobs *runners[2] = {NULL, NULL};
	rd_err err = {0};

	office_open(&o);
	rd_store *other = place_store(&o.place);
	const rd_job_kind kinds[] = {{"test.work", count_and_finish, &h, 60, 3}};

	for (int i = 0; i < JOBS; i++) {
		adding a = {.o = &o, .queue = "test", .kind = "test.work"};

		UNIT_OK(rd_store_write(o.store, i % 2 ? OFFICE_FIRM : 8, o.place.arena, add, &a, &err),
		        &err);
	}
	for (int i = 0; i < 2; i++)
		UNIT_OK(rd_jobs_start(&(rd_jobs_config){.store = i ? other : o.store,
		                                        .kinds = kinds,
		                                        .n_kinds = 1,
		                                        .queues = queues,
		                                        .n_queues = 1,
		                                        .threads = 3,
		                                        .poll_ms = 20},
		                      &runners[i], &err),
		        &err);
	for (int i = 0; i < 1000 && atomic_load(&h.runs) < JOBS; i++)
		nap(10);
	/* One that comes while all are idle is taken at a wake, not at the next look. */
	(void)add_job(&o, 0);
	rd_jobs_wake(runners[0]);
	for (int i = 0; i < 500 && atomic_load(&h.runs) < JOBS + 1; i++)
		nap(10);
	rd_jobs_stop(runners[0]);
	rd_jobs_stop(runners[1]);
	UNIT_INT(h.runs, JOBS + 1);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM jobs WHERE state = 'done'"), JOBS + 1);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM events WHERE type = 'firm.worked'"),
	         JOBS + 1);
	UNIT_INT(place_number(&o.place, "SELECT max(attempts) FROM jobs"), 1);
	rd_store_close(other);
	office_close(&o);
}

/* A handler that sees that the process ends gives the job back, and it has not failed. */
static rd_rc until_stopped(rd_job_run *run, void *ctx, rd_err *err)
{
	hand *h = ctx;

	(void)atomic_fetch_add(&h->runs, 1);
	for (int i = 0; i < 500; i++) {
		RD_TRY(rd_job_renew(run, 100, &h->word, err));
		if (h->word == RD_JOB_STOP)
			return rd_fail(err, RD_UNAVAILABLE, "停机", "the server stops");
		nap(10);
	}
	return RD_OK;
}

static void a_stop_gives_jobs_back(void)
{
	office o;
	hand h = {.o = &o};
	rd_jobs *runner = NULL;
	rd_err err = {0};
	const rd_job_kind kinds[] = {{"test.work", until_stopped, &h, 60, 3}};

	office_open(&o);
	int64_t id = add_job(&o, 0);

	UNIT_OK(rd_jobs_start(&(rd_jobs_config){.store = o.store,
	                                        .kinds = kinds,
	                                        .n_kinds = 1,
	                                        .queues = queues,
	                                        .n_queues = 1,
	                                        .threads = 1,
	                                        .poll_ms = 20},
	                      &runner, &err),
	        &err);
	for (int i = 0; i < 500 && atomic_load(&h.runs) == 0; i++)
		nap(10);
	rd_jobs_stop(runner);
	rd_job j = job_of(&o, id);

	UNIT_TEXT(j.state, "waiting");
	UNIT_INT(j.attempts, 0);
	UNIT_INT(j.kills, 0);
	office_close(&o);
}

/* Two queues, one of them long: the other does not wait for its end. */
static void no_queue_starves(void)
{
	static const char *const two[] = {"test", "other"};
	office o;
	hand h = {.o = &o};
	const rd_job_kind kinds[] = {{"test.work", work, &h, 60, 3}};
	adding other = {.o = &o, .queue = "other", .kind = "test.work"};
	uint32_t ran = 0;
	rd_err err = {0};

	office_open(&o);
	for (int i = 0; i < 30; i++)
		(void)add_job(&o, 0);
	office_write(&o, add, &other);
	UNIT_OK(rd_jobs_run(&(rd_jobs_config){.store = o.store,
	                                      .kinds = kinds,
	                                      .n_kinds = 1,
	                                      .queues = two,
	                                      .n_queues = 2},
	                    4, &ran, &err),
	        &err);
	UNIT_INT(ran, 4);
	UNIT_TEXT(job_of(&o, other.id).state, "done");
	office_close(&o);
}

static rd_rc list_jobs(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_job *jobs;
	uint32_t n;

	(void)ctx;
	RD_TRY(rd_job_list(tx, RD_STR(""), 0, 2, &jobs, &n, err));
	UNIT_INT(n, 2);
	UNIT_TRUE(jobs[0].id > jobs[1].id);
	RD_TRY(rd_job_list(tx, RD_STR("done"), jobs[0].id, 10, &jobs, &n, err));
	UNIT_INT(n, 2);
	UNIT_TEXT(jobs[0].kind, "test.work");
	return RD_OK;
}

static void jobs_are_listed(void)
{
	office o;
	hand h = {.o = &o};

	office_open(&o);
	for (int i = 0; i < 3; i++)
		(void)add_job(&o, 0);
	UNIT_INT(run_kinds(&o, &h, 10), 3);
	office_write(&o, list_jobs, NULL);
	office_close(&o);
}

/* ---- periodic ---- */

typedef struct turn {
	int n;
	bool fail;
} turn;

static rd_rc count(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	turn *t = ctx;

	(void)s;
	(void)a;
	t->n++;
	return t->fail ? rd_fail(err, RD_IO, "坏了", "it is broken") : RD_OK;
}

static void what_is_periodic_runs_at_its_time(void)
{
	office o;
	turn quick = {0}, slow = {.fail = true};
	uint32_t ran = 0;
	rd_err err = {0};
	const rd_periodic_entry entries[] = {{"quick", 60, 30, count, &quick},
	                                     {"slow", 3600, 30, count, &slow}};

	office_open(&o);
	const rd_periodic_config config = {.store = o.store, .entries = entries, .n_entries = 2};

	UNIT_OK(rd_periodic_run(&config, &ran, &err), &err);
	UNIT_INT(ran, 2);
	UNIT_OK(rd_periodic_run(&config, &ran, &err), &err);
	UNIT_INT(ran, 0);
	o.place.now_us += 60 * SECOND;
	UNIT_OK(rd_periodic_run(&config, &ran, &err), &err);
	UNIT_INT(ran, 1);
	UNIT_INT(quick.n, 2);
	UNIT_INT(slow.n, 1);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM periodic_runs WHERE last_error = "
	                                "'it is broken' AND name = 'slow'"),
	         1);
	/* Another process has it; when that one dies, this one takes over. */
	o.place.now_us += 60 * SECOND;
	place_sql(&o.place,
	          "UPDATE periodic_runs SET leased_by = 'other', lease_until_us = 1767837740000000"
	          " WHERE name = 'quick'"); /* 20 s from now */
	UNIT_OK(rd_periodic_run(&config, &ran, &err), &err);
	UNIT_INT(ran, 0);
	o.place.now_us += 20 * SECOND;
	UNIT_OK(rd_periodic_run(&config, &ran, &err), &err);
	UNIT_INT(ran, 1);
	office_close(&o);
}

static void upkeep_runs(void)
{
	office o;
	hand h = {.o = &o};
	rd_periodic_entry entries[RD_UPKEEP_N];
	uint32_t ran = 0;
	rd_err err = {0};

	office_open(&o);
	(void)add_job(&o, 0);
	UNIT_INT(run_kinds(&o, &h, 10), 1);
	rd_upkeep_entries(entries);
	const rd_periodic_config config = {.store = o.store,
	                                   .entries = entries,
	                                   .n_entries = RD_UPKEEP_N};

	o.place.now_us += 61 * SECOND;
	UNIT_OK(rd_periodic_run(&config, &ran, &err), &err);
	UNIT_INT(ran, RD_UPKEEP_N);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM periodic_runs WHERE last_error <> ''"),
	         0);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM checkpoints WHERE firm_id = 7"), 1);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM jobs"), 1);
	o.place.now_us += 31 * OFFICE_DAY;
	UNIT_OK(rd_periodic_run(&config, &ran, &err), &err);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM jobs"), 0);
	office_close(&o);
}

const unit_test jobs_tests[] = {
	{"a job runs once", a_job_runs_once},
	{"a failed attempt comes again later", a_failed_attempt_comes_again_later},
	{"a killed worker loses nothing", a_killed_worker_loses_nothing},
	{"a job that kills is parked", a_job_that_kills_is_parked},
	{"a lost lease writes nothing", a_lost_lease_writes_nothing},
	{"an end that was taken back is no end", an_end_that_was_taken_back_is_no_end},
	{"cancelling", cancelling},
	{"many hands run each job once", many_hands_run_each_job_once},
	{"a stop gives jobs back", a_stop_gives_jobs_back},
	{"no queue starves", no_queue_starves},
	{"jobs are listed", jobs_are_listed},
	{"what is periodic runs at its time", what_is_periodic_runs_at_its_time},
	{"upkeep runs", upkeep_runs},
	{0},
};
