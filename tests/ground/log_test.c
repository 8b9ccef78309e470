/* The event log: numbers without gaps, trees that fit, nothing half, nothing changed. */
#include "store/log.h"
#include "base/buf.h"
#include "place.h"
#include "store/db_impl.h"
#include "store/queries.gen.h"
#include "trail/tile.h"
#include "unit.h"
#include <pthread.h>
#include <stdio.h>

typedef struct order {
	uint32_t n; /* events to append */
	bool fail;  /* after them */
	rd_str payload;
	int64_t first, last, now_us;
} order;

static rd_rc append_events(rd_tx *tx, void *ctx, rd_err *err)
{
	order *o = ctx;

	for (uint32_t i = 0; i < o->n; i++) {
		rd_log_event e = {
			.type = RD_STR("task.created"),
			.kind = RD_STR("task"),
			.record_id = 7,
			.actor = RD_STR("user:1"),
			.request_id = RD_STR("r1"),
			.payload = o->payload,
		};

		RD_TRY(rd_log_append(tx, &e, &o->last, err));
		if (i == 0)
			o->first = o->last;
	}
	o->now_us = tx->now_us;
	return o->fail ? rd_fail(err, RD_BARRED, "不行", "no") : RD_OK;
}

static rd_rc add(rd_store *s, place *p, int64_t firm, order *o)
{
	rd_err err = {0};

	return rd_store_write(s, firm, p->arena, append_events, o, &err);
}

typedef struct seen {
	int64_t size;
	const rd_log_row *rows;
	uint32_t n;
	int64_t from;
} seen;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	seen *v = ctx;

	RD_TRY(rd_log_size(tx, &v->size, err));
	return rd_log_from(tx, v->from, 1000, &v->rows, &v->n, err);
}

static seen see(rd_store *s, place *p, int64_t firm, int64_t from)
{
	rd_err err = {0};
	seen v = {.from = from};

	UNIT_OK(rd_store_read(s, firm, p->arena, look, &v, &err), &err);
	return v;
}

static void events_are_numbered_without_gaps(void)
{
	place p;

	place_open(&p);
	rd_store *s = place_store(&p);
	order a = {.n = 3, .payload = RD_STR("{\"title\":\"红字\"}")}, bad = {.n = 2, .fail = true},
		  b = {.n = 1};

	UNIT_INT(add(s, &p, 1, &a), RD_OK);
	UNIT_INT(add(s, &p, 1, &bad), RD_BARRED);
	UNIT_INT(add(s, &p, 1, &b), RD_OK);
	UNIT_INT(add(s, &p, 2, &b), RD_OK);
	UNIT_INT(b.first, 0);
	UNIT_INT(a.first, 0);
	UNIT_INT(a.last, 2);
	seen v = see(s, &p, 1, 0);

	UNIT_INT(v.size, 4);
	UNIT_INT(v.n, 4);
	UNIT_TEXT(v.rows[0].payload, "{\"title\":\"红字\"}");
	UNIT_TEXT(v.rows[3].payload, "");
	UNIT_TRUE(!v.rows[3].erased);
	UNIT_TEXT(v.rows[0].request_id, "r1");
	UNIT_INT(v.rows[2].seq, 2);
	UNIT_INT(see(s, &p, 2, 0).size, 1);
	UNIT_INT(see(s, &p, 3, 0).size, 0);
	rd_store_close(s);
	place_close(&p);
}

/* The numbers go on after the store was opened again. */
static void a_log_goes_on_after_a_restart(void)
{
	place p;

	place_open(&p);
	for (int i = 0; i < 5; i++) {
		rd_store *s = place_store(&p);
		order o = {.n = 7};

		UNIT_INT(add(s, &p, 1, &o), RD_OK);
		UNIT_INT(o.first, i * 7);
		rd_store_close(s);
	}
	place_close(&p);
}

typedef struct leaves {
	rd_arena *a;
	const rd_rows *bodies, *tiles;
} leaves;

static rd_rc stored_tile(void *ctx, uint32_t level, uint64_t n, rd_tile *ret, rd_err *err)
{
	const leaves *l = ctx;
	const rd_rows *rows = level == 0 ? l->bodies : l->tiles;

	(void)err;
	ret->n = 0;
	for (uint64_t i = n * 256; level < 2 && i < n * 256 + 256 && i < rows->n; i++) {
		rd_str cell = rows->cells[i].str;

		if (level == 0)
			ret->hash[ret->n++] = rd_event_leaf(cell);
		else
			memcpy(ret->hash[ret->n++].byte, cell.ptr, 32);
	}
	return RD_OK;
}

typedef struct whole {
	rd_arena *a;
	rd_rows bodies, tiles;
	rd_q_tree_load_row tree;
} whole;

static rd_rc read_whole(rd_tx *tx, void *ctx, rd_err *err)
{
	whole *w = ctx;
	bool found;

	RD_TRY(rd_q_tree_load(tx, &w->tree, &found, err));
	RD_TRY(rd_db_select(tx->db, RD_STR("SELECT body FROM events WHERE firm_id = 1 ORDER BY seq"),
	                    NULL, 0, 100000, tx->arena, &w->bodies, err));
	return rd_db_select(tx->db,
	                    RD_STR("SELECT hash FROM tiles WHERE firm_id = 1 AND level = 1 ORDER BY n"),
	                    NULL, 0, 100000, tx->arena, &w->tiles, err);
}

static void the_tree_is_that_of_the_events(void)
{
	place p;
	rd_err err = {0};
	whole w = {0};
	rd_range range, stored;

	place_open(&p);
	rd_store *s = place_store(&p);

	for (uint32_t i = 0; i < 12; i++) {
		order o = {.n = 1 + i * 13, .payload = RD_STR("{}")};

		UNIT_INT(add(s, &p, 1, &o), RD_OK);
	}
	UNIT_OK(rd_store_read(s, 1, p.arena, read_whole, &w, &err), &err);
	UNIT_INT(w.tree.size, 870);
	UNIT_INT(w.bodies.n, 870);
	UNIT_INT(w.tiles.n, 3);
	rd_range_init(&range);
	for (uint32_t i = 0; i < w.bodies.n; i++) {
		rd_hash256 leaf = rd_event_leaf(w.bodies.cells[i].str);

		rd_range_add(&range, &leaf);
	}
	UNIT_OK(rd_range_parse(870, w.tree.range, &stored, &err), &err);
	rd_hash256 root = rd_range_root(&range), root2 = rd_range_root(&stored), root3;

	UNIT_TRUE(rd_hash256_eq(&root, &root2));
	leaves l = {.bodies = &w.bodies, .tiles = &w.tiles};
	rd_tile_source *tiles = RD_NEW(p.arena, rd_tile_source);

	rd_tile_source_init(tiles, stored_tile, &l);
	rd_tree_source tree = rd_tile_tree(tiles);

	UNIT_OK(rd_tree_root(870, &tree, &root3, &err), &err);
	UNIT_TRUE(rd_hash256_eq(&root, &root3));
	rd_store_close(s);
	place_close(&p);
}

static rd_rc forbidden(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_rows rows;

	return rd_db_select(tx->db, rd_str_of(ctx), NULL, 0, 1, tx->arena, &rows, err);
}

static void stored_events_cannot_be_changed(void)
{
	static const char *const changes[] = {
		"UPDATE events SET actor = 'x' WHERE firm_id = 1 AND seq = 0",
		"DELETE FROM events WHERE firm_id = 1",
		"DELETE FROM payloads WHERE firm_id = 1 AND seq = 0",
		"UPDATE payloads SET body = salt WHERE firm_id = 1",
		"UPDATE tiles SET n = 1 WHERE firm_id = 1",
		"DELETE FROM tiles WHERE firm_id = 1",
		"DELETE FROM erasures WHERE firm_id = 1",
		"DELETE FROM checkpoints WHERE firm_id = 1",
		"UPDATE checkpoints SET note = 'x' WHERE firm_id = 1",
	};
	place p;
	rd_err err = {0};

	place_open(&p);
	rd_store *s = place_store(&p);
	order o = {.n = 300};

	UNIT_INT(add(s, &p, 1, &o), RD_OK);
	place_sql(&p, "INSERT INTO checkpoints SELECT firm_id, 300, range, 'note', 1, 0 FROM trees;"
	              "INSERT INTO erasures VALUES (1, 7, 8)");
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		unit_case("%s", changes[i]);
		UNIT_TRUE(rd_store_write(s, 1, p.arena, forbidden, (void *)(uintptr_t)changes[i], &err) !=
		          RD_OK);
		/* The owner, whom no authorizer holds, is stopped by the triggers. */
		rd_db *db = NULL;

		UNIT_OK(rd_db_open(rd_str_of(p.url), RD_DB_UPGRADE, &db, &err), &err);
		UNIT_OK(rd_db_begin(db, true, &err), &err);
		UNIT_OK(rd_db_firm(db, 1, &err), &err);
		UNIT_TRUE(rd_db_script(db, changes[i], &err) != RD_OK);
		rd_db_close(db);
	}
	UNIT_INT(see(s, &p, 1, 0).size, 300);
	rd_store_close(s);
	place_close(&p);
}

typedef struct erase {
	rd_seq_run run[2];
	uint32_t n;
	int64_t seq;
} erase;

static rd_rc erase_some(rd_tx *tx, void *ctx, rd_err *err)
{
	erase *e = ctx;
	rd_log_erase_order o = {.actor = RD_STR("user:1"),
	                        .reason = RD_STR("asked"),
	                        .runs = e->run,
	                        .n_runs = e->n};

	return rd_log_erase(tx, &o, &e->seq, err);
}

static void payloads_are_erased_by_an_event(void)
{
	place p;
	rd_err err = {0};

	place_open(&p);
	rd_store *s = place_store(&p);
	order o = {.n = 10, .payload = RD_STR("{\"name\":\"x\"}")};
	erase e = {.run = {{2, 3}, {9, 9}}, .n = 2}, beyond = {.run = {{5, 10}}, .n = 1},
		  twice = {.run = {{3, 4}}, .n = 1};

	UNIT_INT(add(s, &p, 1, &o), RD_OK);
	UNIT_OK(rd_store_write(s, 1, p.arena, erase_some, &e, &err), &err);
	UNIT_INT(e.seq, 10);
	seen v = see(s, &p, 1, 0);

	UNIT_INT(v.size, 11);
	for (uint32_t i = 0; i < v.n; i++) {
		unit_case("%u", i);
		UNIT_INT(v.rows[i].erased, i == 2 || i == 3 || i == 9);
		UNIT_INT(v.rows[i].payload.len != 0, !v.rows[i].erased);
	}
	UNIT_TEXT(v.rows[10].payload, "{\"seqs\":[[2,3],[9,9]],\"reason\":\"asked\"}");
	UNIT_INT(rd_store_write(s, 1, p.arena, erase_some, &twice, &err), RD_CONFLICT);
	erase own = {.run = {{10, 10}}, .n = 1};

	UNIT_INT(rd_store_write(s, 1, p.arena, erase_some, &own, &err), RD_USAGE);
	beyond.run[0].last = 11;
	UNIT_INT(rd_store_write(s, 1, p.arena, erase_some, &beyond, &err), RD_USAGE);
	UNIT_INT(see(s, &p, 1, 0).size, 11);
	rd_store_close(s);
	place_close(&p);
}

static void time_does_not_go_back(void)
{
	place p;

	place_open(&p);
	rd_store *s = place_store(&p);
	order o = {.n = 1};
	int64_t before = p.now_us;

	UNIT_INT(add(s, &p, 1, &o), RD_OK);
	p.now_us -= 1000000; /* a second: jitter, nothing is said */
	UNIT_INT(add(s, &p, 1, &o), RD_OK);
	UNIT_INT(o.now_us, before);
	UNIT_INT(o.first, 1);
	p.now_us -= 3600000000;
	UNIT_INT(add(s, &p, 1, &o), RD_OK);
	UNIT_INT(o.first, 3);
	UNIT_INT(o.now_us, before);
	seen v = see(s, &p, 1, 2);

	UNIT_TEXT(v.rows[0].type, "clock.stepped");
	UNIT_TEXT(v.rows[0].payload, "{\"back_us\":3601000000}");
	UNIT_INT(v.rows[1].at_us, before);
	rd_store_close(s);
	place_close(&p);
}

static rd_rc timeline(rd_tx *tx, void *ctx, rd_err *err)
{
	seen *v = ctx;

	return rd_log_of_record(tx, RD_STR("task"), 7, v->from, 4, &v->rows, &v->n, err);
}

static void a_record_has_its_timeline(void)
{
	place p;
	rd_err err = {0};

	place_open(&p);
	rd_store *s = place_store(&p);
	order o = {.n = 6};
	seen v = {.from = -1};

	UNIT_INT(add(s, &p, 1, &o), RD_OK);
	UNIT_OK(rd_store_read(s, 1, p.arena, timeline, &v, &err), &err);
	UNIT_INT(v.n, 4);
	UNIT_INT(v.rows[0].seq, 5);
	UNIT_INT(v.rows[3].seq, 2);
	v.from = 2;
	UNIT_OK(rd_store_read(s, 1, p.arena, timeline, &v, &err), &err);
	UNIT_INT(v.n, 2);
	UNIT_INT(v.rows[0].seq, 1);
	rd_store_close(s);
	place_close(&p);
}

/* What the database gives back differs from what was written: nothing of the batch stays. */
static void a_write_that_reads_back_different_is_undone(void)
{
	static const char *const evil[] = {
		"CREATE TRIGGER evil AFTER INSERT ON events WHEN new.seq = 4 BEGIN"
		" INSERT INTO events SELECT firm_id, 5, at_us, type, kind, record_id, actor, body"
		" FROM events WHERE firm_id = 1 AND seq = 4; END",
		"CREATE TRIGGER evil AFTER UPDATE ON trees WHEN new.size = 5 BEGIN"
		" UPDATE trees SET at_us = at_us, range = x'00' || substr(range, 2) WHERE firm_id = 1; END",
		"CREATE TRIGGER evil AFTER INSERT ON payloads WHEN new.seq = 4 BEGIN"
		" INSERT INTO erasures VALUES (1, 4, 4); DELETE FROM payloads WHERE seq = 4; END",
	};

	if (place_is_pg()) {
		unit_skip("the triggers are in the words of SQLite");
		return;
	}
	for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
		place p;

		unit_case("%zu", i);
		place_open(&p);
		rd_store *s = place_store(&p);
		order o = {.n = 4}, one = {.n = 1};

		UNIT_INT(add(s, &p, 1, &o), RD_OK);
		rd_store_close(s);
		place_sql(&p, "DROP TRIGGER payloads_no_delete");
		place_sql(&p, evil[i]);
		s = place_store(&p);
		rd_rc rc = add(s, &p, 1, &one);

		UNIT_TRUE(rc != RD_OK);
		UNIT_INT(see(s, &p, 1, 0).size, 4);
		UNIT_INT(see(s, &p, 1, 0).n, 4);
		rd_store_close(s);
		place_close(&p);
	}
}

static void events_that_are_none_are_refused(void)
{
	place p;
	rd_err err = {0};

	place_open(&p);
	rd_store *s = place_store(&p);
	order o = {.n = 1};
	rd_buf big;

	rd_buf_init(&big, 4u << 20);
	while (!big.full)
		rd_buf_puts(&big, "0123456789abcdef");
	o.payload = rd_buf_view(&big);
	UNIT_OK(add(s, &p, 1, &o), &err); /* payloads may be large; limits are of the layers above */
	UNIT_INT(see(s, &p, 1, 0).rows[0].payload.len, big.size);
	rd_buf_done(&big);
	rd_store_close(s);
	place_close(&p);
}

const unit_test log_tests[] = {
	{"events are numbered without gaps", events_are_numbered_without_gaps},
	{"a log goes on after a restart", a_log_goes_on_after_a_restart},
	{"the tree is that of the events", the_tree_is_that_of_the_events},
	{"stored events cannot be changed", stored_events_cannot_be_changed},
	{"payloads are erased by an event", payloads_are_erased_by_an_event},
	{"time does not go back", time_does_not_go_back},
	{"a record has its timeline", a_record_has_its_timeline},
	{"a write that reads back different is undone", a_write_that_reads_back_different_is_undone},
	{"large payloads are taken", events_that_are_none_are_refused},
	{0},
};
