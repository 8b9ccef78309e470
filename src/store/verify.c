#include "store/verify.h"
#include "store/checkpoint.h"
#include "store/heads.h"
#include "store/queries.gen.h"
#include "store/store_impl.h"
#include "trail/event.h"
#include <stdio.h>

#define PAGE       500u
#define FIRMS_PAGE 500u

/* Rows of one firm, page by page; a page's memory is given back with the next. */
typedef struct pages {
	rd_tx tx;
	rd_arena *a, *notes_a;
	const rd_q_event_rows_row *rows;
	uint32_t n, at;
	int64_t next;
	const rd_q_checkpoint_after_row *notes;
	uint32_t n_notes, at_note;
	int64_t note_size;
} pages;

static rd_rc next_event(void *ctx, rd_trail_row *ret, bool *ret_more, rd_err *err)
{
	pages *p = ctx;

	if (p->at == p->n) {
		rd_arena_reset(p->a);
		p->tx.arena = p->a;
		p->at = 0;
		RD_TRY(rd_q_event_rows(&p->tx, p->next, PAGE, &p->rows, &p->n, err));
	}
	*ret_more = p->at < p->n;
	if (!*ret_more)
		return RD_OK;
	const rd_q_event_rows_row *row = &p->rows[p->at++];

	p->next = row->seq + 1;
	*ret = (rd_trail_row){
		.firm_id = (uint64_t)p->tx.firm_id,
		.seq = (uint64_t)row->seq,
		.at_us = row->at_us,
		.type = row->type,
		.kind = row->kind,
		.record_id = (uint64_t)row->record_id,
		.actor = row->actor,
		.body = row->body,
		.payload_state = row->salt.ptr ? RD_PAYLOAD_THERE : RD_PAYLOAD_ERASED,
		.salt = row->salt.ptr ? row->salt : (rd_str){"", 0},
		.payload = row->payload.ptr ? row->payload : (rd_str){"", 0},
	};
	return RD_OK;
}

static rd_rc next_checkpoint(void *ctx, rd_str *ret_note, bool *ret_more, rd_err *err)
{
	pages *p = ctx;

	if (p->at_note == p->n_notes) {
		rd_arena_reset(p->notes_a);
		p->tx.arena = p->notes_a;
		p->at_note = 0;
		RD_TRY(rd_q_checkpoint_after(&p->tx, p->note_size, PAGE, &p->notes, &p->n_notes, err));
	}
	*ret_more = p->at_note < p->n_notes;
	if (!*ret_more)
		return RD_OK;
	p->note_size = p->notes[p->at_note].size;
	*ret_note = p->notes[p->at_note++].note;
	return RD_OK;
}

/* The head and all stored tiles, against a tree made from the events alone. */
typedef struct head_ctx {
	rd_tx *tx;
	rd_arena *a;
	bool fits;
} head_ctx;

static rd_rc check_entries(head_ctx *h, const rd_tile_entry *entries, uint32_t n, rd_err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		int64_t place = (int64_t)(entries[i].tile * RD_TILE_HASHES + entries[i].at);
		const rd_q_tile_get_row *rows;
		uint32_t count = 0;

		RD_TRY(rd_q_tile_get(h->tx, entries[i].level, place, RD_TILE_HASHES, &rows, &count, err));
		h->fits = h->fits && count && rows[0].n == place && rows[0].hash.len == 32 &&
		          memcmp(rows[0].hash.ptr, entries[i].hash.byte, 32) == 0;
	}
	return RD_OK;
}

static rd_rc check_head(rd_tx *tx, rd_arena *a, bool *ret_fits, rd_err *err)
{
	head_ctx h = {.tx = tx, .a = a, .fits = true};
	rd_range range;
	rd_q_tree_load_row row;
	rd_tile_entry entries[RD_TILE_LEVELS - 1];
	uint8_t bytes[RD_RANGE_BYTES_MAX];
	uint32_t n = 1;
	bool found = false;

	rd_range_init(&range);
	tx->arena = a;
	while (n) {
		const rd_q_event_bodies_row *rows;

		rd_arena_reset(a);
		RD_TRY(rd_q_event_bodies(tx, (int64_t)range.size, PAGE, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			rd_hash256 leaf = rd_event_leaf(rows[i].body);

			RD_TRY(check_entries(&h, entries, rd_range_add_tiled(&range, &leaf, entries), err));
		}
	}
	RD_TRY(rd_q_tree_load(tx, &row, &found, err));
	rd_str want = {(const char *)bytes, rd_range_format(&range, bytes)};

	*ret_fits = h.fits && found && (uint64_t)row.size == range.size && rd_str_eq(row.range, want);
	return RD_OK;
}

static bool ends_with_firm(rd_str name, int64_t firm_id)
{
	char tail[32];

	(void)snprintf(tail, sizeof tail, "/%jd", (intmax_t)firm_id);
	return rd_str_ends(name, tail);
}

rd_trail_options rd_verify_options(const rd_verify_order *o, int64_t firm_id, rd_arena *a)
{
	rd_vkey *keys = RD_NEW_N(a, rd_vkey, o->n_keys + 1);
	rd_str *outside = RD_NEW_N(a, rd_str, o->n_outside + 1);
	rd_trail_options out = {.firm_id = (uint64_t)firm_id, .keys = keys, .outside = outside};
	rd_err unread = {0};
	rd_checkpoint c;

	for (uint32_t i = 0; i < o->n_keys; i++)
		if (ends_with_firm(rd_str_of(o->keys[i].name), firm_id))
			keys[out.n_keys++] = o->keys[i];
	/* A note that cannot be read is handed to every firm: the trail's verifier tells. */
	for (uint32_t i = 0; i < o->n_outside; i++)
		if (rd_checkpoint_parse(o->outside[i], &c, &unread) != RD_OK ||
		    ends_with_firm(c.origin, firm_id))
			outside[out.n_outside++] = o->outside[i];
	return out;
}

static rd_rc check_blobs(rd_store *blobs, rd_tx *tx, rd_arena *a, rd_verify_firm *f, rd_err *err)
{
	char last[32];
	rd_str after = {last, 0};
	uint32_t n = 1;

	tx->arena = a;
	while (n) {
		const rd_q_blob_after_row *rows;

		rd_arena_reset(a);
		RD_TRY(rd_q_blob_after(tx, after, PAGE, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			rd_blob b = {.size = rows[i].size};
			rd_err why = {0};
			bool good = rows[i].sha256.len == 32;

			f->blobs++;
			memcpy(b.id.sha256, rows[i].sha256.ptr, good ? 32 : 0);
			good = good && rd_blob_check(blobs, f->firm_id, &b, &why) == RD_OK;
			if (!good && f->blobs_bad++ == 0)
				f->first_bad = why;
		}
		if (n) {
			after.len = rows[n - 1].sha256.len < 32 ? rows[n - 1].sha256.len : 32;
			memcpy(last, rows[n - 1].sha256.ptr, after.len);
		}
	}
	return RD_OK;
}

typedef struct verifying {
	const rd_verify_order *order;
	rd_store *blobs; /* no open store: only the place of its blobs */
	rd_verify_seen *seen;
	void *ctx;
	rd_arena *a, *page, *page2;
	bool sound;
} verifying;

static rd_rc check_firm(verifying *v, rd_db *db, int64_t firm_id, rd_err *err)
{
	rd_verify_firm f = {.firm_id = firm_id};
	pages p = {.tx = {.db = db, .firm_id = firm_id}, .a = v->page, .notes_a = v->page2};
	rd_trail_source source = {next_event, next_checkpoint, &p};
	rd_trail_options options = rd_verify_options(v->order, firm_id, v->a);

	p.note_size = -1;
	RD_TRY(rd_db_firm(db, firm_id, err));
	RD_TRY(rd_trail_verify(&source, &options, &f.trail, err));
	RD_TRY(check_head(&p.tx, v->page, &f.head_fits, err));
	if (v->order->blobs)
		RD_TRY(check_blobs(v->blobs, &p.tx, v->page, &f, err));
	if (firm_id == RD_HEADS_FIRM && v->order->firm_id == 0)
		RD_TRY(rd_heads_check(db, &f.heads, err));
	f.sound = f.trail.intact && f.trail.complete && f.head_fits && f.blobs_bad == 0 &&
	          f.heads.state <= RD_HEADS_FIT;
	v->sound = v->sound && f.sound;
	if (v->seen)
		v->seen(v->ctx, &f);
	return RD_OK;
}

static rd_rc check_firms(verifying *v, rd_db *db, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	const rd_q_firm_of_log_after_row *rows;
	int64_t after = 0;
	uint32_t n = 1;
	rd_rc rc = RD_OK;

	if (v->order->firm_id)
		rc = check_firm(v, db, v->order->firm_id, err);
	while (rc == RD_OK && n && v->order->firm_id == 0) {
		rd_tx tx = {.db = db, .arena = a};

		rd_arena_reset(a);
		rc = rd_db_firm(db, 0, err);
		if (rc == RD_OK)
			rc = rd_q_firm_of_log_after(&tx, after, FIRMS_PAGE, &rows, &n, err);
		for (uint32_t i = 0; rc == RD_OK && i < n; i++) {
			rc = check_firm(v, db, rows[i].firm_id, err);
			after = rows[i].firm_id;
		}
	}
	/* It is the last by number. One that was taken away is missed by who holds a copy. */
	if (rc == RD_OK && v->order->firm_id == 0 && after != RD_HEADS_FIRM &&
	    rd_verify_options(v->order, RD_HEADS_FIRM, v->a).n_outside)
		rc = check_firm(v, db, RD_HEADS_FIRM, err);
	rd_arena_free(a);
	return rc;
}

rd_rc rd_store_verify(const rd_verify_order *order, rd_verify_seen *seen, void *ctx,
                      bool *ret_sound, rd_err *err)
{
	rd_db *db = NULL;
	verifying v = {.order = order, .seen = seen, .ctx = ctx, .sound = true};
	rd_rc rc;

	RD_TRY(rd_db_open(order->url, RD_DB_READ, &db, err));
	v.a = rd_arena_new();
	v.page = rd_arena_new();
	v.page2 = rd_arena_new();
	v.blobs = RD_NEW(v.a, rd_store);
	rd_str folder = order->folder.len ? order->folder : order->url;

	v.blobs->config.folder = (rd_str){rd_arena_copy(v.a, folder.ptr, folder.len), folder.len};
	rd_blobs_in_folder(v.blobs);
	if (order->place)
		v.blobs->blobs = *order->place;
	rc = rd_db_begin(db, false, err);
	if (rc == RD_OK)
		rc = check_firms(&v, db, err);
	rd_db_close(db);
	rd_arena_free(v.page2);
	rd_arena_free(v.page);
	rd_arena_free(v.a);
	if (rc == RD_OK)
		*ret_sound = v.sound;
	return rc;
}
