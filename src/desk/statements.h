/*
 * statements.h - bank statements on the desk: uploaded files become lines in a sandbox.
 *
 * A bank_statement is a record with a file attached. "take_in" puts a job on the queue; the job reads
 * the newest file in a sandbox (sandbox.h) and moves the record to "read" with what it found, or to
 * "failed" with the reason. The lines themselves are kept nowhere: they are read again from the
 * file when somebody looks, and stay in a cache of this process.
 *
 * The cache holds the statements used last, up to a number of bytes; who has one holds it until
 * rd_statement_release. Threads: any.
 */
#ifndef RD_DESK_STATEMENTS_H
#define RD_DESK_STATEMENTS_H
#include "book/bank.h"
#include "desk/jobs.h"
#include "record/around.h"
#include "record/engine.h"

typedef struct rd_statements rd_statements;

/* `program`: what reads in the sandbox; NULL = this program. */
rd_statements *rd_statements_new(rd_store *s, const char *program);
void rd_statements_free(rd_statements *c); /* nobody holds one any more; NULL is fine */

typedef struct rd_statement_ref {
	const rd_bank *bank;
	struct rd_statement_slot *slot;
} rd_statement_ref;

/* The statement in a stored file: from the cache, or read in a sandbox, for which it waits.
 * Outside transactions. INPUT, ASK or LIMIT as the reader says. */
RD_NODISCARD rd_rc rd_statement_get(rd_statements *c, int64_t firm_id, const rd_attached *file,
                                    rd_statement_ref *ret, rd_err *err);
void rd_statement_release(rd_statements *c, rd_statement_ref *ref);

/* The file of a statement that the actor may read: the newest one; NOT_FOUND when there is none.
 * The record comes, too. */
RD_NODISCARD rd_rc rd_statement_file(rd_tx *tx, const rd_actor *actor, int64_t id,
                                     rd_record *ret_record, rd_attached *ret_file, rd_err *err);

/* Reads a stored file in a sandbox; the caller frees the statement. `program`: NULL = this one. */
RD_NODISCARD rd_rc rd_statement_read(rd_store *s, int64_t firm_id, const rd_attached *file,
                                     const char *program, rd_bank **ret_bank, rd_err *err);

/* Writes a stored file, all of it, to `fd`. `sha256`: 64 hex digits. */
RD_NODISCARD rd_rc rd_content_copy(rd_store *s, int64_t firm_id, rd_str sha256, int fd,
                                   rd_err *err);

/* Of the jobs. Lives as long as they do. */
typedef struct rd_statement_jobs_ctx {
	const rd_engine *engine;
	const char *program; /* as above */
} rd_statement_jobs_ctx;

#define RD_STATEMENT_JOBS_N 1u
void rd_statement_jobs(const rd_statement_jobs_ctx *ctx, rd_job_kind kinds[RD_STATEMENT_JOBS_N]);
#endif
