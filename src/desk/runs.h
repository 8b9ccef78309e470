/*
 * runs.h - check runs on the server: started, worked off as jobs, compared.
 *
 * A run is a record (model/run.toml) of the current import of a set of books, and a job
 * "check.run" in the queue "check". One set of books has one run at a time: who asks while one
 * waits gets that one, who asks while one works gets one more behind it. A run whose import is no
 * longer the current one ends as failed and says so.
 *
 * The job takes the sealed book from where books are kept (rd_runs_shelf, so that tests bring their
 * own), runs the checks with the parameters and decisions of the client (checking.h), stores the
 * result as a blob whose hash stands in run.result, and then, in one transaction: the rows of the
 * findings, the cases (grouping.h), the grade (health.h), the end of the run and of the job. So it
 * happens once, and twice is the same as once.
 *
 * Every night (settings checks.night, checks.night-at) each set of books in use gets a job
 * "check.night", which starts a run when something that findings depend on has changed - import,
 * parameters, decisions, checks of the release - or a decision about a case has run out.
 *
 * Threads: rd_runs_start … inside any write transaction; the jobs on threads of a runner.
 */
#ifndef RD_DESK_RUNS_H
#define RD_DESK_RUNS_H
#include "desk/findings.h"
#include "desk/jobs.h"
#include "desk/periodic.h"

/* Where sealed books come from. A book that was taken stays until it is given back. */
typedef struct rd_runs_shelf {
	rd_rc (*take)(void *ctx, int64_t firm_id, int64_t import_id, const rd_book **ret_book,
	              void **ret_hold, rd_err *err);
	void (*give)(void *ctx, void *hold);
	void *ctx;
} rd_runs_shelf;

typedef struct rd_runs {
	const rd_engine *engine; /* must live as long */
	rd_runs_shelf shelf;
} rd_runs;

/* Kinds of jobs of the queue "check", and the entry of the night; `r` must live as long. */
#define RD_RUNS_JOBS_N 2u
#define RD_RUNS_QUEUE  "check"
void rd_runs_jobs(const rd_runs *r, rd_job_kind kinds[RD_RUNS_JOBS_N]);
rd_periodic_entry rd_runs_entry(const rd_runs *r);

/* trigger: "import", "schedule", "correction", "decision" - started by the program, in the course of what
 * `actor` does - or "demand": then the actor must be allowed to create runs. `import_id` must be
 * the current import of the books (0: whatever it is). BARRED when there is none. */
RD_NODISCARD rd_rc rd_runs_start(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                 int64_t books_id, int64_t import_id, const char *trigger,
                                 int64_t *ret_run, rd_err *err);
/* All books in use of a client, or one of them: something about their checks has changed. */
RD_NODISCARD rd_rc rd_runs_renew(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                 int64_t client_id, int64_t books_id, rd_err *err);

/* What the findings of a set of books depend on, beside the books. */
typedef struct rd_run_basis {
	const rd_param_value *params;
	uint32_t n_params;
	const rd_pass *passes;
	uint32_t n_passes;
	char hash[17]; /* of both, the import and the release */
} rd_run_basis;
RD_NODISCARD rd_rc rd_run_basis_load(rd_tx *tx, const rd_engine *e, int64_t client_id,
                                     int64_t books_id, int64_t import_id, rd_run_basis *ret,
                                     rd_err *err);

typedef struct rd_run_progress {
	rd_str state;     /* of the run */
	rd_str job_state; /* "" = the job has been cleared away */
	int64_t thousandths;
	int64_t job_id;
} rd_run_progress;
RD_NODISCARD rd_rc rd_runs_progress(rd_tx *tx, const rd_actor *actor, int64_t run_id,
                                    rd_run_progress *ret, rd_err *err);
/* Who may start runs of these books may stop one; BARRED when it has ended. */
RD_NODISCARD rd_rc rd_runs_cancel(rd_tx *tx, const rd_actor *actor, int64_t run_id, rd_err *err);

/* What a run on this book would find, compared with what is live now. Nothing is written. */
typedef struct rd_dry_run {
	int64_t found, new, known, back, gone, suppressed;
	int64_t new_by_severity[RD_SEVERITIES], gone_by_severity[RD_SEVERITIES];
	uint32_t ran, not_run; /* checks */
} rd_dry_run;
/* For the preview of an import, outside of a transaction; the words live in `a`. */
RD_NODISCARD rd_rc rd_runs_dry(const rd_engine *e, int64_t firm_id, int64_t books_id,
                               const rd_book *book, rd_arena *a, rd_dry_run *ret, rd_err *err);

/* Two runs of the same books, by their results. */
typedef struct rd_run_change {
	rd_str fingerprint, slug, voucher, account, period, zh, en;
	uint32_t severity;
	int64_t at_stake;
} rd_run_change;
typedef struct rd_run_comparison {
	int64_t n_new, n_gone, n_known;
	const rd_run_change *fresh, *gone; /* the gravest first, at most RD_RUN_CHANGES_MAX of each */
	uint32_t n_fresh_shown, n_gone_shown;
} rd_run_comparison;
#define RD_RUN_CHANGES_MAX 500u
/* Outside of a transaction: reads both results. BARRED for a run without a result, USAGE for runs
 * of different books. */
RD_NODISCARD rd_rc rd_runs_compare(rd_store *s, const rd_actor *actor, int64_t before,
                                   int64_t after, rd_arena *a, rd_run_comparison *ret, rd_err *err);
#endif
