#include "desk/anchors.h"
#include "base/digest.h"
#include "desk/jobs.h"
#include "desk/settings.h"
#include "record/engine.h"
#include "store/queries.gen.h"
#include "store/second.h"
#include <stdio.h>

#define FIRMS_MAX          500u /* of one question */
#define FILES_AT_ONCE      500u /* of one transaction */
#define ADMINISTRATORS_MAX 200u
#define TURN_S             15u /* as heads are signed */

/* A mail or a call: what orders it, and when it runs. */
typedef struct way {
	const char *place, *job;
	rd_setting to;
	bool waits; /* the minutes of checkpoints.mail-minutes */
} way;

static const way ways[RD_ANCHOR_JOBS_N] = {
	{RD_ANCHOR_MAIL_PLACE, "anchor.mail", RD_SET_CHECKPOINTS_MAIL, true},
	{RD_ANCHOR_CALL_PLACE, "anchor.webhook", RD_SET_CHECKPOINTS_URL, false},
};

/* ---- firms of which a place lacks something ---- */

typedef struct behind {
	const char *place, *key, *job;
	int64_t after;
	const rd_q_anchor_behind_row *rows;
	uint32_t n;
} behind;

static rd_rc find_behind(rd_tx *tx, void *ctx, rd_err *err)
{
	behind *b = ctx;

	return rd_q_anchor_behind(tx, rd_str_of(b->place), rd_str_of(b->key), rd_str_of(b->job),
	                          tx->now_us - RD_ANCHOR_PAUSE_US, b->after, FIRMS_MAX, &b->rows, &b->n,
	                          err);
}

/* One firm's failure keeps no other from its turn; the first is told at the end. */
static rd_rc each_behind(rd_store *s, behind *b, rd_firm_fn *fn, void *ctx, rd_err *err)
{
	rd_arena *list = rd_arena_new(), *a = rd_arena_new();
	rd_rc rc = RD_OK, first = RD_OK;

	for (b->n = FIRMS_MAX; b->n == FIRMS_MAX && rc == RD_OK;) {
		rd_err why = {0};

		rd_arena_reset(list);
		rc = rd_store_read(s, 0, list, find_behind, b, &why);
		for (uint32_t i = 0; rc == RD_OK && i < b->n; i++) {
			rd_rc one = fn(s, b->rows[i].firm_id, ctx, a, &why);

			if (one != RD_OK && first == RD_OK) {
				first = one;
				*err = why;
			}
			rd_arena_reset(a);
			b->after = b->rows[i].firm_id;
		}
		if (rc != RD_OK && first == RD_OK) {
			first = rc;
			*err = why;
		}
	}
	rd_arena_free(a);
	rd_arena_free(list);
	return first;
}

/* ---- mails and calls are ordered ---- */

typedef struct ordering {
	const way *way;
	rd_store *store;
} ordering;

static rd_rc order(rd_tx *tx, void *ctx, rd_err *err)
{
	const ordering *o = ctx;
	rd_job_new job = {.queue = RD_STR("post"),
	                  .kind = rd_str_of(o->way->job),
	                  .body = RD_STR("{}")};
	int64_t minutes = 0, id;

	if (o->way->waits)
		RD_TRY(rd_setting_int(tx, RD_SET_CHECKPOINTS_MINUTES, &minutes, err));
	job.run_at_us = tx->now_us + minutes * 60000000;
	return rd_job_add(o->store, tx, &job, &id, err);
}

static rd_rc order_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	return rd_store_write(s, firm_id, a, order, ctx, err);
}

static rd_rc order_all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	rd_rc first = RD_OK;

	(void)ctx;
	(void)a;
	for (uint32_t i = 0; i < RD_ANCHOR_JOBS_N; i++) {
		ordering o = {&ways[i], s};
		behind b = {ways[i].place, rd_settings[ways[i].to].key, ways[i].job, .after = 0};
		rd_err why = {0};
		rd_rc rc = each_behind(s, &b, order_of, &o, &why);

		if (rc != RD_OK && first == RD_OK) {
			first = rc;
			*err = why;
		}
	}
	return first;
}

/* ---- the folder ---- */

typedef struct keeping {
	const rd_anchors *anchors;
	int64_t was, now; /* position of the place */
	const rd_q_checkpoint_after_row *rows;
	uint32_t n;
} keeping;

static rd_rc find_files(rd_tx *tx, void *ctx, rd_err *err)
{
	keeping *k = ctx;
	rd_q_follower_get_row row = {0};
	bool found;

	RD_TRY(rd_q_follower_get(tx, rd_str_of(k->anchors->place), &row, &found, err));
	k->was = found ? row.next_seq : 0;
	return rd_q_checkpoint_after(tx, k->was, FILES_AT_ONCE, &k->rows, &k->n, err);
}

static rd_rc note_files(rd_tx *tx, void *ctx, rd_err *err)
{
	const keeping *k = ctx;

	RD_TRY(rd_q_checkpoint_sent(tx, k->was, k->now, tx->now_us, NULL, err));
	return rd_q_follower_set(tx, rd_str_of(k->anchors->place), k->now, NULL, err);
}

static rd_rc keep_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	keeping k = {.anchors = ctx, .n = FILES_AT_ONCE};

	while (k.n == FILES_AT_ONCE) {
		RD_TRY(rd_store_read(s, firm_id, a, find_files, &k, err));
		for (uint32_t i = 0; i < k.n; i++)
			RD_TRY(rd_second_keep(k.anchors->folder, firm_id, k.rows[i].size, k.rows[i].note, err));
		if (k.n == 0)
			return RD_OK;
		k.now = k.rows[k.n - 1].size;
		RD_TRY(rd_store_write(s, firm_id, a, note_files, &k, err));
		rd_arena_reset(a);
	}
	return RD_OK;
}

static rd_rc keep_all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	const rd_anchors *anchors = ctx;
	behind b = {anchors->place, "", "", .after = 0};

	(void)a;
	return each_behind(s, &b, keep_of, ctx, err);
}

/* ---- what has not left ---- */

typedef struct late {
	const rd_anchors *anchors;
	int64_t size; /* the first that has not left; 0 = all is well */
} late;

static rd_rc find_late(rd_tx *tx, void *ctx, rd_err *err)
{
	late *l = ctx;
	const rd_q_checkpoint_unsent_row *rows;
	uint32_t n;

	RD_TRY(rd_q_checkpoint_unsent(tx, 1, &rows, &n, err));
	l->size = n && rows[0].at_us <= tx->now_us - RD_ANCHOR_LATE_US ? rows[0].size : 0;
	return RD_OK;
}

static rd_rc tell_late(rd_tx *tx, void *ctx, rd_err *err)
{
	const late *l = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	const rd_q_administrator_list_row *people;
	rd_record firm;
	rd_err why = {0};
	uint32_t n;
	bool told;
	rd_rc rc = rd_record_get(tx, &system, rd_kind_find(RD_STR("firm")), tx->firm_id, &firm, &why);

	if (rc == RD_NOT_FOUND)
		return RD_OK; /* a log without a firm has no people either */
	if (rc != RD_OK) {
		*err = why;
		return rc;
	}
	const rd_notice notice = {RD_MESSAGE_UNANCHORED, &firm, l->size, system.name, RD_STR("")};

	RD_TRY(rd_q_administrator_list(tx, ADMINISTRATORS_MAX, &people, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(rd_notice_tell(tx, l->anchors->desk, people[i].id, &notice, &told, err));
	return RD_OK;
}

static rd_rc late_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	late l = {.anchors = ctx};

	RD_TRY(rd_store_read(s, firm_id, a, find_late, &l, err));
	return l.size ? rd_store_write(s, firm_id, a, tell_late, &l, err) : RD_OK;
}

static rd_rc late_all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, late_of, ctx, err);
}

/* ---- entries ---- */

void rd_anchors_init(rd_anchors *a, const rd_desk *desk, const char *folder)
{
	*a = (rd_anchors){.desk = desk, .folder = folder};
	if (folder == NULL)
		return;
	rd_sha256 d;
	uint8_t h[32];

	rd_sha256_init(&d);
	rd_sha256_add(&d, folder, strlen(folder));
	rd_sha256_end(&d, h);
	(void)snprintf(a->place, sizeof a->place, "anchor.folder-%02x%02x%02x%02x", h[0], h[1], h[2],
	               h[3]);
	(void)snprintf(a->entry, sizeof a->entry, "anchors-%02x%02x%02x%02x", h[0], h[1], h[2], h[3]);
}

uint32_t rd_anchor_entries(const rd_anchors *a, rd_periodic_entry entries[RD_ANCHOR_ENTRIES_MAX])
{
	void *ctx = (void *)(uintptr_t)a;

	entries[0] = (rd_periodic_entry){"anchors", TURN_S, 300, order_all, ctx};
	entries[1] = (rd_periodic_entry){"anchors-late", 3600, 600, late_all, ctx};
	if (a->folder)
		entries[2] = (rd_periodic_entry){a->entry, TURN_S, 600, keep_all, ctx};
	return a->folder ? 3 : 2;
}
