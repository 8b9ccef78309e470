#include "record/pending.h"
#include "base/assert.h"
#include "base/buf.h"
#include "base/json.h"
#include "record/words.h"
#include "store/queries.gen.h"

#define ALL_STEP 2000u /* records of one statement when nobody waits */

static void list_of(const rd_str *terms, uint32_t n, rd_buf *out)
{
	rd_json j;

	rd_buf_init(out, RD_TERMS_MAX * (RD_TERM_BYTES_MAX + 3) + 3);
	rd_json_init(&j, out, 0);
	rd_json_array(&j);
	for (uint32_t i = 0; i < n; i++)
		rd_json_str(&j, terms[i]);
	rd_json_close(&j);
	RD_ASSERT(!out->full); /* terms hold letters and digits alone, which need no escape */
}

rd_rc rd_pending_put(rd_tx *tx, rd_str kind, int64_t id, const rd_str *terms, uint32_t n,
                     rd_err *err)
{
	rd_buf list;

	list_of(terms, n, &list);
	rd_rc rc = rd_q_pending_put(tx, kind, id, rd_buf_view(&list), NULL, err);

	rd_buf_done(&list);
	return rc;
}

rd_rc rd_pending_shrink(rd_tx *tx, rd_str kind, int64_t id, const rd_str *terms, uint32_t n,
                        rd_err *err)
{
	rd_buf list;

	list_of(terms, n, &list);
	rd_rc rc = rd_q_pending_shrink(tx, kind, id, rd_buf_view(&list), NULL, err);

	rd_buf_done(&list);
	return rc;
}

rd_rc rd_pending_merge(rd_tx *tx, uint32_t max, uint32_t *ret_n, rd_err *err)
{
	int64_t gone = 0;

	RD_TRY(rd_q_pending_merge(tx, max, NULL, err));
	RD_TRY(rd_q_pending_merged(tx, max, &gone, err));
	*ret_n = (uint32_t)gone;
	return RD_OK;
}

rd_rc rd_pending_merge_all(rd_tx *tx, void *ctx, rd_err *err)
{
	uint32_t n = ALL_STEP;

	(void)ctx;
	while (n == ALL_STEP)
		RD_TRY(rd_pending_merge(tx, ALL_STEP, &n, err));
	return RD_OK;
}
