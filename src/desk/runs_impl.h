/*
 * runs_impl.h - what the files of check runs share and nobody else sees.
 */
#ifndef RD_DESK_RUNS_IMPL_H
#define RD_DESK_RUNS_IMPL_H
#include "desk/runs.h"
#include "store/blob.h"

#define RD_RUN_PARAMS_MAX 5000u
#define RD_RUN_PASSES_MAX 20000u

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
