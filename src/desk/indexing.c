#include "desk/indexing.h"
#include "record/pending.h"
#include "store/queries.gen.h"

#define FIRMS_MAX 1000u /* of one question */

typedef struct asking {
	int64_t after;
	const rd_q_pending_firms_row *rows;
	uint32_t n;
} asking;

static rd_rc ask_firms(rd_tx *tx, void *ctx, rd_err *err)
{
	asking *q = ctx;

	return rd_q_pending_firms(tx, q->after, FIRMS_MAX, &q->rows, &q->n, err);
}

static rd_rc ask_count(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_q_pending_count_row row = {0};
	bool found;

	RD_TRY(rd_q_pending_count(tx, RD_INDEXING_KEPT + 100 * RD_PENDING_STEP, &row, &found, err));
	*(int64_t *)ctx = row.n;
	return RD_OK;
}

static rd_rc step(rd_tx *tx, void *ctx, rd_err *err)
{
	return rd_pending_merge(tx, RD_PENDING_STEP, ctx, err);
}

static rd_rc merge_firm(rd_indexing *x, int64_t firm_id, rd_arena *a, rd_err *err)
{
	int64_t waiting = 0;
	uint32_t n = RD_PENDING_STEP;

	RD_TRY(rd_store_read(x->store, firm_id, a, ask_count, &waiting, err));
	while (waiting > 0 && n == RD_PENDING_STEP) {
		bool quiet = rd_store_commands(x->store) - x->seen < RD_INDEXING_QUIET;

		if (!quiet && waiting <= RD_INDEXING_KEPT)
			return RD_OK;
		rd_arena_reset(a);
		RD_TRY(rd_store_write(x->store, firm_id, a, step, &n, err));
		waiting -= n;
	}
	return RD_OK;
}

rd_rc rd_indexing_look(rd_indexing *x, rd_err *err)
{
	rd_arena *list = rd_arena_new(), *a = rd_arena_new();
	asking q = {.n = FIRMS_MAX};
	rd_rc rc = RD_OK, first = RD_OK;

	while (q.n == FIRMS_MAX && rc == RD_OK) {
		rd_arena_reset(list);
		rc = rd_store_read(x->store, 0, list, ask_firms, &q, err);
		for (uint32_t i = 0; rc == RD_OK && i < q.n; i++) {
			rd_err why = {0};
			rd_rc one = merge_firm(x, q.rows[i].firm_id, a, &why);

			if (one != RD_OK && first == RD_OK) {
				first = one;
				*err = why;
			}
			rd_arena_reset(a);
			q.after = q.rows[i].firm_id;
		}
	}
	x->seen = rd_store_commands(x->store);
	rd_arena_free(a);
	rd_arena_free(list);
	return rc == RD_OK ? first : rc;
}
