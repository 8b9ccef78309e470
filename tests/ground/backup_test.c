/* Checkpoints, verification, backup and restore: what was signed is what is there, also
 * elsewhere. */
#include "store/backup.h"
#include "place.h"
#include "store/blob.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "unit.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static rd_rc append_n(rd_tx *tx, void *ctx, rd_err *err)
{
	for (int i = 0; i < *(int *)ctx; i++) {
		int64_t seq;
		rd_log_event e = {
			.type = RD_STR("task.created"),
			.kind = RD_STR("task"),
			.record_id = 1 + i,
			.actor = RD_STR("user:1"),
			.payload = RD_STR("{\"title\":\"红字\"}"),
		};

		RD_TRY(rd_log_append(tx, &e, &seq, err));
	}
	return RD_OK;
}

static void append(rd_store *s, place *p, int64_t firm, int n)
{
	rd_err err = {0};

	UNIT_OK(rd_store_write(s, firm, p->arena, append_n, &n, &err), &err);
}

static rd_rc erase_two(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_seq_run run = {3, 4};
	rd_log_erase_order o = {.actor = RD_STR("user:1"),
	                        .reason = RD_STR("asked"),
	                        .runs = &run,
	                        .n_runs = 1};

	return rd_log_erase(tx, &o, ctx, err);
}

static rd_rc add_blob_row(rd_tx *tx, void *ctx, rd_err *err)
{
	return rd_blob_add(tx, ctx, err);
}

static void add_blob(rd_store *s, place *p, int64_t firm, const char *text)
{
	rd_err err = {0};
	rd_blob_writer *w = NULL;
	rd_blob b = {0};

	UNIT_OK(rd_blob_begin(s, firm, 1000, &w, &err), &err);
	UNIT_OK(rd_blob_write(w, text, strlen(text), &err), &err);
	UNIT_OK(rd_blob_end(w, &b, &err), &err);
	UNIT_OK(rd_store_write(s, firm, p->arena, add_blob_row, &b, &err), &err);
}

typedef struct verdict {
	uint32_t firms;
	rd_verify_firm first;
	bool sound;
} verdict;

static void seen(void *ctx, const rd_verify_firm *f)
{
	verdict *v = ctx;

	if (v->firms++ == 0)
		v->first = *f;
}

static verdict verify(rd_store *s, const char *url, const char *folder)
{
	rd_err err = {0};
	rd_vkey keys[2];
	verdict v = {0};
	rd_verify_order order = {.url = rd_str_of(url),
	                         .folder = rd_str_of(folder),
	                         .blobs = true,
	                         .keys = keys,
	                         .n_keys = s ? 2 : 0};

	if (s) {
		UNIT_OK(rd_store_vkey(s, 1, &keys[0], &err), &err);
		UNIT_OK(rd_store_vkey(s, 2, &keys[1], &err), &err);
	}
	UNIT_OK(rd_store_verify(&order, seen, &v, &v.sound, &err), &err);
	return v;
}

static void heads_are_signed_when_due(void)
{
	place p;
	rd_err err = {0};
	uint32_t n = 0;
	rd_signed one, again;
	struct stat st;
	char path[200];

	place_open(&p);
	rd_store *s = place_store(&p);

	append(s, &p, 1, 5);
	append(s, &p, 2, 1);
	UNIT_OK(rd_store_sign_due(s, false, &n, &err), &err);
	UNIT_INT(n, 2); /* never signed */
	append(s, &p, 1, 5);
	UNIT_OK(rd_store_sign_due(s, false, &n, &err), &err);
	UNIT_INT(n, 0); /* neither enough nor long enough ago */
	append(s, &p, 1, RD_SIGN_EVENTS - 5);
	UNIT_OK(rd_store_sign_due(s, false, &n, &err), &err);
	UNIT_INT(n, 1);
	append(s, &p, 2, 1);
	p.now_us += RD_SIGN_US;
	UNIT_OK(rd_store_sign_due(s, false, &n, &err), &err);
	UNIT_INT(n, 1);
	append(s, &p, 2, 1);
	UNIT_OK(rd_store_sign_due(s, true, &n, &err), &err);
	UNIT_INT(n, 1);
	UNIT_OK(rd_store_sign(s, 1, p.arena, &one, &err), &err);
	UNIT_OK(rd_store_sign(s, 1, p.arena, &again, &err), &err);
	UNIT_INT(one.size, RD_SIGN_EVENTS + 5);
	UNIT_BYTES(one.note, again.note);
	UNIT_OK(rd_store_sign(s, 3, p.arena, &one, &err), &err);
	UNIT_INT(one.size, 0);
	(void)snprintf(path, sizeof path, "%s/sign.key", p.folder);
	UNIT_INT(stat(path, &st), 0);
	UNIT_INT(st.st_mode & 0777, 0400);
	UNIT_INT(st.st_size, 32);
	verdict v = verify(s, p.url, p.folder);

	UNIT_TRUE(v.sound);
	UNIT_INT(v.firms, 2);
	UNIT_INT(v.first.trail.checkpoints, 2);
	UNIT_INT(v.first.trail.signed_size, RD_SIGN_EVENTS + 5);
	UNIT_INT(chmod(path, 0440), 0);
	UNIT_INT(rd_store_sign(s, 1, p.arena, &one, &err), RD_FORBIDDEN);
	rd_store_close(s);
	place_close(&p);
}

/* The owner of the database rewrites an event, or puts an old copy back: nothing is signed. */
static void what_differs_from_the_signed_is_not_signed(void)
{
	place p;
	rd_err err = {0};
	rd_signed out;

	place_open(&p);
	rd_store *s = place_store(&p);

	append(s, &p, 1, 10);
	UNIT_OK(rd_store_sign(s, 1, p.arena, &out, &err), &err);
	append(s, &p, 1, 1);
	place_sql(&p, place_is_pg() ? "ALTER TABLE events DISABLE TRIGGER USER"
	                            : "DROP TRIGGER events_no_update; DROP TRIGGER events_no_delete");
	place_sql(&p,
	          "UPDATE events SET body = (SELECT body FROM events WHERE firm_id = 1 AND seq = 3) "
	          "WHERE firm_id = 1 AND seq = 2");
	UNIT_INT(rd_store_sign(s, 1, p.arena, &out, &err), RD_CORRUPT);
	verdict v = verify(s, p.url, p.folder);

	UNIT_TRUE(!v.sound);
	UNIT_TRUE(v.first.trail.located);
	UNIT_INT(v.first.trail.first_bad_seq, 2);
	place_sql(&p, "DELETE FROM events WHERE seq > 7; UPDATE trees SET size = 8, range = "
	              "(SELECT body FROM payloads WHERE seq = 99 AND firm_id = 99)"
	              " WHERE firm_id = 99; UPDATE trees SET size = 8 WHERE firm_id = 1");
	UNIT_INT(rd_store_sign(s, 1, p.arena, &out, &err), RD_BARRED);
	rd_store_close(s);
	place_close(&p);
}

static void fill(rd_store *s, place *p)
{
	rd_err err = {0};
	int64_t seq;
	uint32_t n;

	append(s, p, 1, 700);
	append(s, p, 2, 20);
	UNIT_OK(rd_store_write(s, 1, p->arena, erase_two, &seq, &err), &err);
	add_blob(s, p, 1, "an invoice");
	add_blob(s, p, 1, "another");
	add_blob(s, p, 2, "an invoice");
	UNIT_OK(rd_store_sign_due(s, true, &n, &err), &err);
	append(s, p, 1, 3);
}

static void a_backup_is_a_store(void)
{
	place p;
	rd_err err = {0};
	char to[100], back[100];
	rd_backup_done done = {0};
	rd_signed out;

	place_open(&p);
	rd_store *s = place_store(&p);

	fill(s, &p);
	(void)snprintf(to, sizeof to, "%s/backup", p.folder);
	(void)snprintf(back, sizeof back, "%s/back", p.folder);
	UNIT_OK(rd_store_backup(s, rd_str_of(to), &done, &err), &err);
	UNIT_INT(done.firms, 2);
	UNIT_INT(done.events, 724);
	UNIT_INT(done.blobs, 3);
	UNIT_INT(rd_store_backup(s, rd_str_of(to), &done, &err), RD_CONFLICT);
	verdict v = verify(s, to, to);

	UNIT_TRUE(v.sound);
	UNIT_INT(v.first.trail.events, 704);
	UNIT_INT(v.first.trail.signed_size, 701);
	UNIT_INT(v.first.trail.erased, 2);
	UNIT_INT(v.first.blobs, 2);
	rd_store_close(s);

	/* Back into an empty place of the same kind, and the log goes on. */
	rd_store_config config = place_config(&p);

	if (place_is_pg())
		place_sql(&p, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	else
		config.url = rd_str_of(back);
	config.folder = rd_str_of(back);
	UNIT_OK(rd_store_restore(rd_str_of(to), &config, NULL, &done, &err), &err);
	UNIT_INT(done.events, 724);
	UNIT_INT(rd_store_restore(rd_str_of(to), &config, NULL, &done, &err), RD_CONFLICT);
	UNIT_OK(rd_store_open(&config, &s, &err), &err);
	append(s, &p, 1, 1);
	/* A new key goes on from what the old one signed, which is known by its public half. */
	UNIT_OK(rd_store_sign(s, 1, p.arena, &out, &err), &err);
	UNIT_INT(out.size, 705);
	(void)snprintf(to, sizeof to, "%s/old.keys", back);
	UNIT_INT(unlink(to), 0);
	(void)snprintf(to, sizeof to, "%s/sign.key", back);
	UNIT_INT(unlink(to), 0);
	append(s, &p, 1, 1);
	UNIT_INT(rd_store_sign(s, 1, p.arena, &out, &err), RD_NOT_FOUND); /* by nobody that is known */
	rd_store_close(s);
	place_close(&p);
}

static void a_restored_backup_that_is_behind_is_not_signed(void)
{
	place p;
	rd_err err = {0};
	char to[100], command[400];
	rd_backup_done done = {0};
	rd_signed out;

	if (place_is_pg()) {
		unit_skip("the file of the database is put back by hand");
		return;
	}
	place_open(&p);
	rd_store *s = place_store(&p);

	fill(s, &p);
	(void)snprintf(to, sizeof to, "%s/backup", p.folder);
	UNIT_OK(rd_store_backup(s, rd_str_of(to), &done, &err), &err);
	append(s, &p, 1, 9);
	UNIT_OK(rd_store_sign(s, 1, p.arena, &out, &err), &err);
	rd_store_close(s);
	(void)snprintf(command, sizeof command, "rm -f %s/redink.db*; cp %s/redink.db %s/", p.folder,
	               to, p.folder);
	UNIT_INT(system(command), 0);
	s = place_store(&p);
	UNIT_INT(rd_store_sign(s, 1, p.arena, &out, &err), RD_BARRED);
	UNIT_TRUE(rd_str_has(rd_str_of(err.en), "713"));
	rd_store_close(s);
	place_close(&p);
}

static void a_damaged_backup_is_not_restored(void)
{
	place p;
	rd_err err = {0};
	char to[100], back[100];
	rd_backup_done done = {0};

	place_open(&p);
	rd_store *s = place_store(&p);

	fill(s, &p);
	(void)snprintf(to, sizeof to, "%s/backup", p.folder);
	(void)snprintf(back, sizeof back, "%s/back", p.folder);
	UNIT_OK(rd_store_backup(s, rd_str_of(to), &done, &err), &err);
	rd_store_close(s);
	char path[200];

	(void)snprintf(path, sizeof path, "find %s/blobs -name '*.zst' | head -1 | xargs truncate -s 5",
	               to);
	UNIT_INT(system(path), 0);
	rd_store_config config = {.url = rd_str_of(back), .origin = RD_STR("redink.example")};

	UNIT_INT(rd_store_restore(rd_str_of(to), &config, NULL, &done, &err), RD_CORRUPT);
	UNIT_TRUE(access(back, F_OK) != 0);
	UNIT_TRUE(!verify(NULL, to, to).sound);
	place_close(&p);
}

typedef struct signer {
	rd_store *s;
	place *p;
	pthread_t thread;
	int good;
} signer;

static void *sign_often(void *arg)
{
	signer *g = arg;
	rd_arena *a = rd_arena_new();

	for (int i = 0; i < 10; i++) {
		rd_err err = {0};
		rd_signed out;
		int n = 1;

		g->good += rd_store_write(g->s, 1, a, append_n, &n, &err) == RD_OK &&
		           rd_store_sign(g->s, 1, a, &out, &err) == RD_OK;
	}
	rd_arena_free(a);
	return NULL;
}

static void many_sign_one_log(void)
{
	enum { HANDS = 4 };
	signer hands[HANDS];
	place p;
	rd_err err = {0};
	rd_signed out;

	place_open(&p);
	rd_store *s = place_store(&p);

	for (int i = 0; i < HANDS; i++) {
		hands[i] = (signer){.s = s, .p = &p};
		(void)pthread_create(&hands[i].thread, NULL, sign_often, &hands[i]);
	}
	for (int i = 0; i < HANDS; i++) {
		(void)pthread_join(hands[i].thread, NULL);
		UNIT_INT(hands[i].good, 10);
	}
	UNIT_OK(rd_store_sign(s, 1, p.arena, &out, &err), &err);
	UNIT_INT(out.size, 10 * HANDS);
	verdict v = verify(s, p.url, p.folder);

	UNIT_TRUE(v.sound);
	UNIT_INT(v.first.trail.signed_size, 10 * HANDS);
	rd_store_close(s);
	place_close(&p);
}

const unit_test backup_tests[] = {
	{"heads are signed when due", heads_are_signed_when_due},
	{"what differs from the signed is not signed", what_differs_from_the_signed_is_not_signed},
	{"many sign one log", many_sign_one_log},
	{"a backup is a store", a_backup_is_a_store},
	{"a restored backup that is behind is not signed",
     a_restored_backup_that_is_behind_is_not_signed},
	{"a damaged backup is not restored", a_damaged_backup_is_not_restored},
	{0},
};
