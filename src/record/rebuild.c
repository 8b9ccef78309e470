#include "record/rebuild.h"
#include "record/fact.h"
#include "record/pending.h"
#include "record/project.h"

#define BATCH 1000u

rd_rc rd_rebuild(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_arena *whole = tx->arena, *batch = rd_arena_new();
	int64_t seq = 0;
	uint32_t n = BATCH;
	rd_rc rc = rd_project_clear(tx, err);

	tx->arena = batch;
	while (rc == RD_OK && n == BATCH) {
		const rd_log_row *rows;

		rd_arena_reset(batch);
		rc = rd_log_from(tx, seq, BATCH, &rows, &n, err);
		for (uint32_t i = 0; rc == RD_OK && i < n; i++)
			rc = rd_fact_replay(tx, &rows[i], err);
		if (rc == RD_OK)
			rc = rd_pending_merge_all(tx, NULL, err);
		seq += rc == RD_OK ? n : 0;
	}
	tx->arena = whole;
	rd_arena_free(batch);
	*(int64_t *)ctx = seq;
	return rc;
}
