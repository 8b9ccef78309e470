/*
 * jobs.h - what is to be done later or elsewhere, and the threads that do it.
 *
 * A job is added in the transaction of the command that wants it: both happen or neither. A worker
 * takes it with a lease and must finish, give back or renew before the lease ends. A worker that is
 * killed does nothing of that: the lease runs out and another takes the job. So a handler may run
 * twice for one job, and does what it does either so that twice is the same as once, or in the one
 * transaction in which it calls rd_job_finish.
 *
 * A failed attempt is repeated with growing pauses (notify/back_off.h); after tries_max attempts,
 * or after RD_JOB_KILLS_MAX leases that ran out, the job is parked as failed for people to look at.
 *
 * Who owns what: a rd_job_run and what it points to belong to the worker for the time of one call.
 * Threads: rd_job_add … rd_job_again inside any write transaction; a runner has its own threads.
 * Source of the design: docs/internals/jobs.md.
 */
#ifndef RD_DESK_JOBS_H
#define RD_DESK_JOBS_H
#include "record/actor.h"
#include "store/store.h"

#define RD_JOB_KILLS_MAX 2           /* workers that died with it */
#define RD_JOB_BODY_MAX  (64u << 10) /* bytes */
#define RD_JOB_LIST_MAX  500u
#define RD_JOB_KINDS_MAX 64u

typedef struct rd_job_new {
	rd_str queue;      /* which workers take it: "post", "report" */
	rd_str kind;       /* of the table of handlers: "webhook.deliver" */
	rd_str body;       /* a JSON object, for the handler */
	int64_t run_at_us; /* not before; 0 = at once */
} rd_job_new;

/* Adds a job to the transaction. LIMIT for a body beyond RD_JOB_BODY_MAX. */
RD_NODISCARD rd_rc rd_job_add(rd_store *s, rd_tx *tx, const rd_job_new *job, int64_t *ret_id,
                              rd_err *err);

typedef struct rd_job {
	int64_t id, run_at_us, lease_until_us, attempts, kills;
	int64_t made_at_us, ended_at_us; /* ended 0 = not yet */
	int64_t progress;                /* thousandths */
	rd_str queue, kind, error;
	rd_str state; /* waiting, running, stopping, done, failed, cancelled */
} rd_job;

/* The newest first; state "" = all (waiting: running ones, too), before_id 0 = from the newest.
 * At most RD_JOB_LIST_MAX. Who may see jobs is the caller's to ask. */
RD_NODISCARD rd_rc rd_job_list(rd_tx *tx, rd_str state, int64_t before_id, uint32_t max,
                               const rd_job **ret_jobs, uint32_t *ret_n, rd_err *err);
RD_NODISCARD rd_rc rd_job_get(rd_tx *tx, int64_t id, rd_job *ret_job, rd_err *err);
/* One that nobody runs ends at once; the handler of another is told when it renews. BARRED when it
 * has ended. Both write an event: firm.job-cancelled, firm.job-retried. */
RD_NODISCARD rd_rc rd_job_cancel(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err);
/* A failed or cancelled one from the start. */
RD_NODISCARD rd_rc rd_job_again(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err);

/* ---- handlers ---- */

struct rd_jobs;

typedef struct rd_job_run {
	rd_store *store;
	int64_t firm_id, id;
	rd_str kind, body;
	uint32_t attempt; /* 1 = the first */
	uint32_t tries_max;
	rd_arena *arena; /* of this run */
	bool give_up;    /* set by the handler: what it answers is not worth another attempt */
	int64_t next_us; /* out: when the next attempt comes; 0 = none; for delivery logs */
	uint32_t random; /* shifts the pause */
	/* the runner's own */
	struct rd_jobs *runner;
	rd_str worker;
	uint32_t lease_s;
	bool ended, stopped;
} rd_job_run;

/* OK = done. Another code = the attempt failed, and *err is shown to people. */
typedef rd_rc rd_job_fn(rd_job_run *run, void *ctx, rd_err *err);

typedef struct rd_job_kind {
	const char *kind;
	rd_job_fn *run;
	void *ctx;
	uint32_t lease_s;   /* longer than the handler works without renewing */
	uint32_t tries_max; /* 0 = RD_BACK_OFF_TRIES_MAX */
} rd_job_kind;

typedef enum rd_job_word {
	RD_JOB_GO_ON,
	RD_JOB_CANCELLED, /* clean up and answer any failure: the job ends as cancelled */
	RD_JOB_STOP       /* the process ends: answer any failure, and another worker begins anew */
} rd_job_word;

/* A new lease, progress (0 to 1000), and whether to go on. CONFLICT when the lease was lost:
 * another worker has the job, and this one writes nothing more. */
RD_NODISCARD rd_rc rd_job_renew(rd_job_run *run, uint32_t progress, rd_job_word *ret_word,
                                rd_err *err);
/* Ends the job as done in the handler's own transaction, together with what it wrote. CONFLICT when
 * the lease was lost: then all of it is taken back. */
RD_NODISCARD rd_rc rd_job_finish(rd_job_run *run, rd_tx *tx, rd_err *err);
/* The same for an attempt that failed with `why`: the next attempt, or failed for good. Sets
 * run->next_us. */
RD_NODISCARD rd_rc rd_job_fail(rd_job_run *run, rd_tx *tx, const rd_err *why, rd_err *err);

/* ---- the runner ---- */

typedef struct rd_jobs_config {
	rd_store *store;
	const rd_job_kind *kinds; /* only jobs of these kinds are taken */
	uint32_t n_kinds;         /* up to RD_JOB_KINDS_MAX */
	const char *const *queues;
	uint32_t n_queues;
	uint32_t threads; /* 1 .. 64 */
	uint32_t poll_ms; /* how often an idle thread looks; 0 = 1000 */
	/* Told of every attempt, for logs and metrics; NULL = nobody. why->code is OK when it went
	 * well. */
	void (*told)(void *ctx, const rd_job_run *run, const rd_err *why);
	void *told_ctx;
} rd_jobs_config;

typedef struct rd_jobs rd_jobs;

/* `config` is copied, tables are not. UNAVAILABLE when the system gives no thread. */
RD_NODISCARD rd_rc rd_jobs_start(const rd_jobs_config *config, rd_jobs **ret_jobs, rd_err *err);
/* Tells handlers to stop, waits for them, and ends the threads. NULL is fine. */
void rd_jobs_stop(rd_jobs *j);
/* There may be a job: an idle thread looks now. */
void rd_jobs_wake(rd_jobs *j);

/* Without threads: takes and runs what is ready, up to `max` jobs, on this thread. */
RD_NODISCARD rd_rc rd_jobs_run(const rd_jobs_config *config, uint32_t max, uint32_t *ret_ran,
                               rd_err *err);
#endif
