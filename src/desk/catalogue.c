#include "desk/catalogue.h"
#include "base/assert.h"
#include "base/buf.h"
#include "desk/exception_seed.h"
#include "store/queries.gen.h"

#define BODY_MAX    (64u << 10)
#define AT_ONCE     64u   /* types added in one command, so that others are not held up */
#define TYPES_MAX   5000u /* of a firm, its own included */
#define REVIEW_DAYS 182   /* the first review of a shipped type */

typedef struct filling {
	const rd_engine *engine;
	uint32_t at, added; /* next of the shipped types; how many were added */
} filling;

static bool has(const rd_q_exception_slugs_row *rows, uint32_t n, const char *slug)
{
	for (uint32_t i = 0; i < n; i++)
		if (rd_str_is(rows[i].slug, slug))
			return true;
	return false;
}

static rd_rc add(const rd_engine *e, rd_tx *tx, uint32_t i, rd_err *err)
{
	const rd_actor system = {.firm_id = tx->firm_id, .system = true, .name = RD_STR("system")};
	rd_problems problems = {0};
	char review[16];
	rd_record r;
	rd_buf body;
	json_t *json;
	rd_rc rc;

	rd_day_format((rd_day)((tx->now_us / 1000000 + e->zone_offset_s) / 86400) + REVIEW_DAYS,
	              review);
	rd_buf_init(&body, BODY_MAX);
	rd_exception_seed_body(i, review, &body);
	rc = rd_check_parse(rd_buf_view(&body), &json, err);
	if (rc == RD_OK) {
		rc = rd_record_create(e, tx, &system, rd_kind_find(RD_STR("exception_type")), 0, json, &r,
		                      &problems, err);
		json_decref(json);
	}
	rd_buf_done(&body);
	return rc;
}

static rd_rc fill_some(rd_tx *tx, void *ctx, rd_err *err)
{
	filling *f = ctx, next = *f;
	const rd_q_exception_slugs_row *rows;
	uint32_t n, all = rd_exception_seed_count(), added = 0;

	RD_TRY(rd_q_exception_slugs(tx, TYPES_MAX, &rows, &n, err));
	while (next.at < all && added < AT_ONCE) {
		uint32_t i = next.at++;

		if (has(rows, n, rd_exception_seed_slug(i)))
			continue;
		RD_TRY(add(f->engine, tx, i, err));
		added++;
	}
	next.added += added;
	*f = next;
	return RD_OK;
}

rd_rc rd_catalogue_fill(const rd_engine *e, int64_t firm_id, uint32_t *ret_added, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	filling f = {.engine = e};
	rd_rc rc = RD_OK;

	while (rc == RD_OK && f.at < rd_exception_seed_count()) {
		rc = rd_store_write(e->store, firm_id, a, fill_some, &f, err);
		rd_arena_reset(a);
	}
	rd_arena_free(a);
	*ret_added = f.added;
	return rc;
}

static rd_rc fill_firm(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	uint32_t added;

	(void)s;
	(void)a;
	return rd_catalogue_fill(ctx, firm_id, &added, err);
}

static rd_rc fill_all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, fill_firm, ctx, err);
}

rd_periodic_entry rd_catalogue_entry(const rd_engine *e)
{
	return (rd_periodic_entry){.name = "catalogue",
	                           .interval_s = 86400,
	                           .lease_s = 600,
	                           .run = fill_all,
	                           .ctx = (void *)(uintptr_t)e};
}
