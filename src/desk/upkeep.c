/* The periodic entries that need nothing but the store: heads, blobs, what is cleared away. */
#include "desk/periodic.h"
#include "store/blob.h"
#include "store/checkpoint.h"
#include "store/heads.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define HOUR_US          3600000000LL
#define DAY_US           (24 * HOUR_US)
#define ANSWERS_KEPT_US  (2 * DAY_US)   /* idempotency keys: 48 hours */
#define JOBS_KEPT_US     (30 * DAY_US)  /* after their end */
#define NOTICES_KEPT_US  (180 * DAY_US) /* read ones */
#define DELIVERY_KEPT_US (90 * DAY_US)
#define BLOB_AGE_US      (30 * DAY_US) /* each blob is read and hashed again so often */
#define BLOBS_AT_ONCE    200u          /* of one firm in one run */

static rd_rc sign(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	uint32_t n;
	rd_err why = {0};

	(void)ctx;
	(void)a;
	rd_rc rc = rd_store_sign_due(s, false, &n, err);
	/* A firm whose log may not be signed keeps no other from being taken. */
	rd_rc heads = rd_heads_take(s, false, &why);

	if (rc == RD_OK && heads != RD_OK)
		*err = why;
	return rc == RD_OK ? heads : rc;
}

static rd_rc check_blobs(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	rd_blob_checked got = {0};

	(void)ctx;
	(void)a;
	RD_TRY(rd_blob_recheck(s, firm_id, rd_store_now_us(s) - BLOB_AGE_US, BLOBS_AT_ONCE, &got, err));
	if (got.bad == 0)
		return RD_OK;
	return rd_fail(err, RD_CORRUPT, "机构 %lld 有 %u 个附件与原件不符：%s",
	               "firm %lld has %u damaged blobs: %s", (long long)firm_id, got.bad, got.why.en);
}

static rd_rc blobs(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, check_blobs, ctx, err);
}

static rd_rc forget(rd_tx *tx, void *ctx, rd_err *err)
{
	(void)ctx;
	RD_TRY(rd_q_answer_forget(tx, tx->now_us - ANSWERS_KEPT_US, NULL, err));
	RD_TRY(rd_q_job_forget(tx, tx->now_us - JOBS_KEPT_US, NULL, err));
	RD_TRY(rd_q_notice_forget(tx, tx->now_us - NOTICES_KEPT_US, NULL, err));
	return rd_q_delivery_forget(tx, tx->now_us - DELIVERY_KEPT_US, NULL, err);
}

static rd_rc forget_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	return rd_store_write(s, firm_id, a, forget, ctx, err);
}

static rd_rc clear_away(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, forget_of, ctx, err);
}

void rd_upkeep_entries(rd_periodic_entry entries[RD_UPKEEP_N])
{
	/* Heads are due after 60 s or 1,000 events (store/checkpoint.h): looked at more often. */
	entries[0] = (rd_periodic_entry){"checkpoints", 15, 300, sign, NULL};
	entries[1] = (rd_periodic_entry){"blobs", 3600, 3600, blobs, NULL};
	entries[2] = (rd_periodic_entry){"clear-away", 6 * 3600, 3600, clear_away, NULL};
}
