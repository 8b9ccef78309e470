/* Anomalies: the n-th operation on a file, read or write of the database, or allocation of SQLite
 * fails, for n = 1, 2, 3 … until all pass; once, and for ever after. Around a backup, an upload, a
 * restore and a transition: nothing half is left, nothing acknowledged is lost, and to do it again
 * succeeds. */
#include "desk/hooks.h"
#include "faulty.h"
#include "place.h"
#include "record/engine.h"
#include "store/backup.h"
#include "store/blob.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "unit.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRM 1
#define MOST 1000000

static const char *const kind_names[] = {"database", "memory", "files"};

static rd_rc append_ten(rd_tx *tx, void *ctx, rd_err *err)
{
	int64_t seq;

	(void)ctx;
	for (int i = 0; i < 10; i++) {
		rd_log_event e = {.type = RD_STR("task.created"),
		                  .actor = RD_STR("user:1"),
		                  .payload = RD_STR("{\"a\":1}")};

		RD_TRY(rd_log_append(tx, &e, &seq, err));
	}
	return RD_OK;
}

static bool sound(const char *url, const char *folder)
{
	rd_verify_order order = {.url = rd_str_of(url), .folder = rd_str_of(folder), .blobs = true};
	rd_err err = {0};
	bool yes = false;

	UNIT_OK(rd_store_verify(&order, NULL, NULL, &yes, &err), &err);
	return yes;
}

static uint32_t entries(const char *path)
{
	DIR *d = opendir(path);
	uint32_t n = 0;

	for (const struct dirent *e; d && (e = readdir(d)) != NULL;)
		n += e->d_name[0] != '.';
	if (d)
		(void)closedir(d);
	return n;
}

/* The first ones each, then ever larger steps: rows of a table are read alike. */
static int next_n(int n)
{
	if (place_is_pg())
		return n + 1 + n / 4; /* each round makes a schema */
	return n + 1 + (n > 40 ? n / 5 : 0);
}

/* ---- uploads ---- */

static rd_rc add_row(rd_tx *tx, void *ctx, rd_err *err)
{
	RD_TRY(rd_blob_add(tx, ctx, err));
	return append_ten(tx, NULL, err);
}

/* As the server does: piece by piece, then its place, then its row with the events. */
static rd_rc upload(rd_store *s, place *p, int content, rd_blob *ret, rd_err *err)
{
	static char piece[200000];
	rd_blob_writer *w = NULL;
	uint64_t seed = (uint64_t)content;

	for (size_t i = 0; i < sizeof piece; i++)
		piece[i] = (char)unit_random(&seed);
	RD_TRY(rd_blob_begin(s, FIRM, 1 << 20, &w, err));
	for (int i = 0; i < 2; i++) {
		rd_rc rc = rd_blob_write(w, piece, sizeof piece, err);

		if (rc != RD_OK) {
			rd_blob_drop(w);
			return rc;
		}
	}
	RD_TRY(rd_blob_end(w, ret, err));
	return rd_store_write(s, FIRM, p->arena, add_row, ret, err);
}

static bool upload_round(place *p, faulty_kind kind, int n, bool for_ever, int *content)
{
	rd_store *s = place_store(p);
	rd_err err = {0};
	rd_blob b = {0};
	char path[200];
	int64_t rows = place_number(p, "SELECT count(*) FROM blobs");

	unit_case("%s %d%s", kind_names[kind], n, for_ever ? " and all after it" : "");
	(*content)++;
	faulty_begin(kind, n, for_ever);
	bool good = upload(s, p, *content, &b, &err) == RD_OK;
	bool reached = faulty_end();

	rd_store_close(s);
	(void)snprintf(path, sizeof path, "%s/blobs/new", p->folder);
	UNIT_INT(entries(path), 0);
	int64_t now = place_number(p, "SELECT count(*) FROM blobs");

	/* What was not acknowledged may have come to the disk all the same, but whole. */
	UNIT_TRUE(now == rows + 1 || (!good && now == rows));
	s = place_store(p);
	if (good)
		UNIT_OK(rd_blob_check(s, FIRM, &b, &err), &err);
	UNIT_OK(upload(s, p, *content, &b, &err), &err);
	UNIT_OK(rd_blob_check(s, FIRM, &b, &err), &err);
	rd_store_close(s);
	UNIT_INT(place_number(p, "SELECT count(*) FROM blobs"), rows + 1);
	return reached;
}

static void no_fault_leaves_half_an_upload(void)
{
	int content = 0;

	faulty_open();
	for (int kind = 0; kind < FAULTY_KINDS; kind++) {
		if (place_is_pg() && kind != FAULTY_FILES)
			continue; /* the database is PostgreSQL's own */
		place p;
		int rounds = 0;

		place_open(&p);
		rd_store_close(place_store(&p));
		for (int for_ever = 0; for_ever < 2; for_ever++) {
			int n = 1;

			while (n < MOST && upload_round(&p, (faulty_kind)kind, n, for_ever, &content)) {
				n = next_n(n);
				rounds++;
			}
			UNIT_TRUE(n > 5 && n < MOST);
		}
		UNIT_TRUE(sound(p.url, p.folder));
		unit_note("%s: %d faults\n", kind_names[kind], rounds);
		place_close(&p);
	}
	faulty_close();
}

/* ---- backups ---- */

static void fill(place *p)
{
	rd_store *s = place_store(p);
	rd_err err = {0};
	rd_blob b;
	uint32_t n;

	for (int64_t firm = 1; firm <= 2; firm++)
		UNIT_OK(rd_store_write(s, firm, p->arena, append_ten, NULL, &err), &err);
	for (int i = 0; i < 2; i++)
		UNIT_OK(upload(s, p, i, &b, &err), &err);
	UNIT_OK(rd_store_sign_due(s, true, &n, &err), &err);
	rd_store_close(s);
}

/* Every other time the folder is there beforehand, and stays. */
static bool backup_round(place *p, const char *to, faulty_kind kind, int n, bool for_ever)
{
	rd_store *s = place_store(p);
	rd_backup_done done = {0};
	rd_err err = {0};
	char command[200];

	unit_case("%s %d%s", kind_names[kind], n, for_ever ? " and all after it" : "");
	(void)snprintf(command, sizeof command, "rm -rf %s%s%s", to, n % 2 ? "; mkdir " : "",
	               n % 2 ? to : "");
	UNIT_INT(system(command), 0);
	faulty_begin(kind, n, for_ever);
	bool good = rd_store_backup(s, rd_str_of(to), &done, &err) == RD_OK;
	bool reached = faulty_end();

	if (!good) {
		UNIT_INT(entries(to), 0);
		UNIT_INT(access(to, F_OK) == 0, n % 2);
		UNIT_OK(rd_store_backup(s, rd_str_of(to), &done, &err), &err);
	}
	rd_store_close(s);
	UNIT_INT(done.blobs, 2);
	UNIT_TRUE(entries(to) >= 4 && sound(to, to)); /* redink.db, signed, blobs, old.keys */
	return reached;
}

static void no_fault_leaves_half_a_backup(void)
{
	place p;
	char to[100];

	faulty_open();
	place_open(&p);
	fill(&p);
	(void)snprintf(to, sizeof to, "%s/backup", p.folder);
	for (int kind = 0; kind < FAULTY_KINDS; kind++) {
		int rounds = 0;

		for (int for_ever = 0; for_ever < 2; for_ever++) {
			int n = 1;

			while (n < MOST && backup_round(&p, to, (faulty_kind)kind, n, for_ever)) {
				n = next_n(n);
				rounds++;
			}
			UNIT_TRUE(n > 20 && n < MOST);
		}
		unit_note("%s: %d faults\n", kind_names[kind], rounds);
	}
	place_close(&p);
	faulty_close();
}

/* A restore that failed is done again into the same place. */
static void a_failed_restore_is_done_again(void)
{
	place p;
	char from[100], to[100], command[300];
	rd_backup_done done = {0};
	rd_err err = {0};
	int n = 1;
	bool reached = true;

	place_open(&p);
	fill(&p);
	rd_store *s = place_store(&p);

	(void)snprintf(from, sizeof from, "%s/backup", p.folder);
	(void)snprintf(to, sizeof to, "%s/back", p.folder);
	UNIT_OK(rd_store_backup(s, rd_str_of(from), &done, &err), &err);
	rd_store_close(s);
	for (; n < MOST && reached; n = next_n(n)) {
		rd_store_config config = place_config(&p);

		unit_case("fault %d", n);
		(void)snprintf(command, sizeof command, "rm -rf %s", to);
		UNIT_INT(system(command), 0);
		if (place_is_pg())
			place_sql(&p, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
		else
			config.url = rd_str_of(to);
		config.folder = rd_str_of(to);
		faulty_begin(FAULTY_FILES, n, false);
		bool good = rd_store_restore(rd_str_of(from), &config, NULL, &done, &err) == RD_OK;

		reached = faulty_end();
		if (!good && !place_is_pg())
			UNIT_TRUE(access(to, F_OK) != 0);
		rd_rc rc = good ? RD_OK : rd_store_restore(rd_str_of(from), &config, NULL, &done, &err);

		/* Only the last look failed: with PostgreSQL the rows are there. */
		UNIT_TRUE(rc == RD_OK || (rc == RD_CONFLICT && place_is_pg()));
		UNIT_TRUE(sound(config.url.ptr, to));
	}
	unit_note("%d faults\n", n);
	place_close(&p);
}

/* ---- transitions ---- */

typedef struct command {
	rd_engine engine;
	int64_t id, user;
} command;

static const rd_actor SYSTEM = {.firm_id = FIRM, .system = true, .name = {"system", 6}};

static rd_rc create(rd_tx *tx, const command *c, const char *kind, const char *text, int64_t id,
                    rd_err *err)
{
	rd_problems problems = {0};
	rd_record r;
	json_t *body = NULL;

	RD_TRY(rd_check_parse(rd_str_of(text), &body, err));
	rd_rc rc = rd_record_create(&c->engine, tx, &SYSTEM, rd_kind_find(rd_str_of(kind)), id, body,
	                            &r, &problems, err);

	json_decref(body);
	return rc;
}

static rd_rc make(rd_tx *tx, void *ctx, rd_err *err)
{
	const command *c = ctx;
	char body[100];

	if (c->user == c->id)
		return create(tx, c, "user", "{\"login\":\"anna\",\"name\":\"A\",\"roles\":[\"reviewer\"]}",
		              c->id, err);
	(void)snprintf(body, sizeof body, "{\"name\":\"核对\",\"owner\":\"%lld\"}", (long long)c->user);
	return create(tx, c, "task", body, c->id, err);
}

static rd_rc start(rd_tx *tx, void *ctx, rd_err *err)
{
	const command *c = ctx;
	rd_problems problems = {0};
	rd_record r;
	json_t *body = json_object();
	rd_rc rc = rd_record_move(&c->engine, tx, &SYSTEM, rd_kind_find(RD_STR("task")), c->id,
	                          RD_ANY_VERSION, RD_STR("start"), body, &r, &problems, err);

	json_decref(body);
	return rc;
}

static int64_t count(const place *p, const char *of, int64_t id)
{
	char sql[200];

	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s = %lld", of, (long long)id);
	return place_number(p, sql);
}

static bool move_round(place *p, command *c, faulty_kind kind, int n, bool for_ever)
{
	rd_store *s = place_store(p);
	rd_err err = {0};

	unit_case("%s %d%s", kind_names[kind], n, for_ever ? " and all after it" : "");
	c->engine.store = s;
	c->id = rd_store_new_id(s);
	UNIT_OK(rd_store_write(s, FIRM, p->arena, make, c, &err), &err);
	faulty_begin(kind, n, for_ever);
	bool good = rd_store_write(s, FIRM, p->arena, start, c, &err) == RD_OK;
	bool reached = faulty_end();

	rd_store_close(s);
	/* The fact and what it made are both there or neither. */
	int64_t moved = count(p, "events WHERE type = 'task.moved' AND record_id", c->id);

	UNIT_INT(count(p, "kind_task WHERE state = 'doing' AND version = 2 AND id", c->id), moved);
	UNIT_TRUE(moved == 1 || !good);
	s = place_store(p);
	c->engine.store = s;
	UNIT_INT(rd_store_write(s, FIRM, p->arena, start, c, &err), moved ? RD_BARRED : RD_OK);
	rd_store_close(s);
	return reached;
}

static void no_fault_leaves_half_a_transition(void)
{
	place p;
	rd_err err = {0};
	command c = {.engine = {NULL, rd_desk_hooks, rd_desk_hooks_count, 28800}};

	if (place_is_pg()) {
		unit_skip("the database is PostgreSQL's own");
		return;
	}
	faulty_open();
	place_open(&p);
	rd_store *s = place_store(&p);

	c.engine.store = s;
	c.id = c.user = rd_store_new_id(s);
	UNIT_OK(rd_store_write(s, FIRM, p.arena, make, &c, &err), &err);
	rd_store_close(s);
	for (int kind = 0; kind < FAULTY_FILES; kind++)
		for (int for_ever = 0; for_ever < 2; for_ever++) {
			int n = 1;

			while (n < MOST && move_round(&p, &c, (faulty_kind)kind, n, for_ever))
				n = next_n(n);
			unit_note("%s: up to %d\n", kind_names[kind], n);
			UNIT_TRUE(n > 10 && n < MOST);
		}
	UNIT_TRUE(sound(p.url, p.folder));
	place_close(&p);
	faulty_close();
}

const unit_test anomaly_tests[] = {
	{"no fault leaves half an upload", no_fault_leaves_half_an_upload},
	{"no fault leaves half a backup", no_fault_leaves_half_a_backup},
	{"a failed restore is done again", a_failed_restore_is_done_again},
	{"no fault leaves half a transition", no_fault_leaves_half_a_transition},
	{0},
};
