/*
 * runs_impl.h - what the files of check runs share and nobody else sees.
 */
#ifndef RD_DESK_RUNS_IMPL_H
#define RD_DESK_RUNS_IMPL_H
#include "desk/runs.h"
#include "store/blob.h"

#define RD_RUN_PARAMS_MAX 5000u
#define RD_RUN_PASSES_MAX 20000u

/* A run at work. */
typedef struct rd_run_work {
	const rd_engine *engine;
	int64_t firm_id, run_id;
	rd_record run, books;
	int64_t import_id;
	bool stale; /* the import is no longer the current one */
	bool ended; /* the run had ended before */
	rd_run_basis basis;
	const rd_finding_type *types;
	uint32_t n_types;
	bool english;
	rd_checking checking;
	/* the result, as it lies in the store; `of` holds what few may know */
	rd_blob blob, blob_of;
	bool has_of;
} rd_run_work;

/* runs_result.c: writes the result, outside of a transaction. */
RD_NODISCARD rd_rc rd_run_store(rd_run_work *w, rd_store *s, rd_err *err);
void rd_run_hash_hex(const rd_blob *b, char out[65]);

/* runs_apply.c: findings, cases, grade and the end of the run. */
RD_NODISCARD rd_rc rd_run_apply(const rd_run_work *w, rd_tx *tx, rd_err *err);
/* Moves the run by one of its transitions, with what `now` says. */
RD_NODISCARD rd_rc rd_run_move(rd_tx *tx, const rd_record *was, rd_record *now,
                               const char *transition, const char *state, rd_err *err);
RD_NODISCARD rd_rc rd_run_fail(rd_tx *tx, int64_t run_id, const char *why, rd_err *err);
#endif
