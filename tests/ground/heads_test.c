/* The log over all firms: who is taken when, and that replacing, hiding or passing over a firm is
 * found. */
#include "store/heads.h"
#include "place.h"
#include "store/backup.h"
#include "store/bundle.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static rd_rc append_n(rd_tx *tx, void *ctx, rd_err *err)
{
	for (int i = 0; i < *(int *)ctx; i++) {
		int64_t seq;

		RD_TRY(rd_log_append(tx,
		                     &(rd_log_event){.type = RD_STR("task.created"),
		                                     .kind = RD_STR("task"),
		                                     .record_id = 1 + i,
		                                     .actor = RD_STR("user:1"),
		                                     .payload = RD_STR("{\"title\":\"红字\"}")},
		                     &seq, err));
	}
	return RD_OK;
}

static void append(rd_store *s, place *p, int64_t firm, int n)
{
	rd_err err = {0};

	UNIT_OK(rd_store_write(s, firm, p->arena, append_n, &n, &err), &err);
}

/* Signs all that grew, and lets the log over all firms take it. */
static void take(rd_store *s, bool now)
{
	rd_err err = {0};
	uint32_t n;

	UNIT_OK(rd_store_sign_due(s, true, &n, &err), &err);
	UNIT_OK(rd_heads_take(s, now, &err), &err);
}

static int64_t taken(const place *p)
{
	return place_number(p, "SELECT count(*) FROM events WHERE type = 'head.taken'");
}

typedef struct verdict {
	uint32_t firms;
	bool firms_sound, sound; /* each firm by itself; all */
	rd_verify_firm all;      /* the last: the log over all */
} verdict;

static void seen(void *ctx, const rd_verify_firm *f)
{
	verdict *v = ctx;

	v->firms++;
	if (f->firm_id != RD_HEADS_FIRM)
		v->firms_sound = v->firms_sound && f->sound;
	v->all = *f;
}

static verdict verify(rd_store *s, const char *url, rd_str outside)
{
	const int64_t firms[] = {1, 2, 3, RD_HEADS_FIRM};
	rd_err err = {0};
	rd_vkey keys[4];
	verdict v = {.firms_sound = true};
	rd_verify_order order = {.url = rd_str_of(url),
	                         .keys = keys,
	                         .n_keys = 4,
	                         .outside = &outside,
	                         .n_outside = outside.len != 0};

	for (int i = 0; i < 4; i++)
		UNIT_OK(rd_store_vkey(s, firms[i], &keys[i], &err), &err);
	UNIT_OK(rd_store_verify(&order, seen, &v, &v.sound, &err), &err);
	return v;
}

/* Takes a firm out of the database, and what was signed of it, as its owner can. */
static void wipe(const place *p, int64_t firm)
{
	static const char *const tables[] = {"events", "payloads", "tiles", "checkpoints", "trees"};
	char sql[300];

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		if (i < 4) {
			(void)snprintf(sql, sizeof sql,
			               place_is_pg() ? "ALTER TABLE %s DISABLE TRIGGER USER"
			                             : "DROP TRIGGER IF EXISTS %s_no_delete",
			               tables[i]);
			place_sql(p, sql);
		}
		(void)snprintf(sql, sizeof sql, "DELETE FROM %s WHERE firm_id = %lld", tables[i],
		               (long long)firm);
		place_sql(p, sql);
	}
	(void)snprintf(sql, sizeof sql, "%s/signed/%lld", p->folder, (long long)firm);
	UNIT_INT(unlink(sql), 0);
}

/* Two firms, taken. */
static rd_store *two_firms(place *p)
{
	place_open(p);
	rd_store *s = place_store(p);

	append(s, p, 1, 300);
	append(s, p, 2, 5);
	take(s, false);
	UNIT_INT(taken(p), 2);
	return s;
}

static void every_firm_is_taken_when_it_is_time(void)
{
	place p;
	rd_store *s = two_firms(&p);
	rd_err err = {0};
	bool there = false;
	const int64_t *firms;
	uint32_t n;

	append(s, &p, 1, 1);
	append(s, &p, 3, 1);
	take(s, false);
	UNIT_INT(taken(&p), 2); /* not yet */
	verdict v = verify(s, p.url, RD_STR(""));

	UNIT_TRUE(v.sound);
	UNIT_INT(v.firms, 4);
	UNIT_INT(v.all.heads.state, RD_HEADS_FIT);
	UNIT_INT(v.all.heads.waiting, 2);
	p.now_us += RD_HEADS_US;
	take(s, false);
	UNIT_INT(taken(&p), 4);
	p.now_us += RD_HEADS_US;
	take(s, true);
	UNIT_INT(taken(&p), 4); /* nobody signed anything */
	append(s, &p, 2, 1);
	take(s, true); /* before a stop */
	v = verify(s, p.url, RD_STR(""));
	UNIT_TRUE(v.sound);
	UNIT_INT(v.all.trail.signed_size, 5);
	UNIT_INT(v.all.heads.entries, 5);
	UNIT_INT(v.all.heads.firms, 3);
	UNIT_INT(v.all.heads.waiting, 0);
	/* It is no firm. */
	UNIT_OK(rd_store_firms(s, p.arena, &firms, &n, &err), &err);
	UNIT_INT(n, 3);
	UNIT_OK(rd_heads_there(s, &there, &err), &err);
	UNIT_TRUE(there);
	/* No number of a firm stands in what the leaves are made of. */
	UNIT_INT(place_number(&p, "SELECT count(*) FROM events WHERE type = 'head.taken' AND "
	                          "(kind <> '' OR record_id <> 0 OR actor <> 'system')"),
	         0);
	rd_store_close(s);
	place_close(&p);
}

static void a_second_history_of_a_firm_is_found(void)
{
	place p;
	rd_store *s = two_firms(&p);

	wipe(&p, 1);
	append(s, &p, 1, 300); /* the same again, signed with the true key */
	uint32_t n;
	rd_err err = {0};

	UNIT_OK(rd_store_sign_due(s, true, &n, &err), &err);
	verdict v = verify(s, p.url, RD_STR(""));

	UNIT_TRUE(v.firms_sound);
	UNIT_TRUE(!v.sound);
	UNIT_INT(v.all.heads.state, RD_HEADS_REPLACED);
	UNIT_INT(v.all.heads.firm_id, 1);
	UNIT_INT(v.all.heads.seq, 0);
	rd_store_close(s);
	place_close(&p);
}

static void a_firm_taken_away_is_found(void)
{
	place p;
	rd_store *s = two_firms(&p);

	wipe(&p, 2);
	verdict v = verify(s, p.url, RD_STR(""));

	UNIT_TRUE(v.firms_sound);
	UNIT_TRUE(!v.sound);
	UNIT_INT(v.all.heads.state, RD_HEADS_GONE);
	UNIT_INT(v.all.heads.firm_id, 2);
	UNIT_INT(v.all.heads.seq, 1);
	rd_store_close(s);
	place_close(&p);
}

static void a_firm_left_out_is_found(void)
{
	place p;
	rd_store *s = two_firms(&p);

	append(s, &p, 3, 4);
	place_sql(&p, "INSERT INTO heads (firm_id, size, seq) VALUES (3, 1000, 0)"); /* passed over */
	take(s, true);
	UNIT_INT(taken(&p), 2);
	UNIT_TRUE(verify(s, p.url, RD_STR("")).sound); /* it may still come */
	p.now_us += 2 * RD_HEADS_LATE;
	append(s, &p, 1, 1);
	take(s, true);
	verdict v = verify(s, p.url, RD_STR(""));

	UNIT_TRUE(v.firms_sound);
	UNIT_TRUE(!v.sound);
	UNIT_INT(v.all.heads.state, RD_HEADS_LEFT_OUT);
	UNIT_INT(v.all.heads.firm_id, 3);
	rd_store_close(s);
	place_close(&p);
}

/* Who rewrites a firm and the log over all with it is found by who holds one note of that. */
static void one_copy_outside_is_enough(void)
{
	place p;
	rd_store *s = two_firms(&p);
	rd_err err = {0};
	rd_signed head;

	UNIT_OK(rd_store_sign(s, RD_HEADS_FIRM, p.arena, &head, &err), &err);
	UNIT_TRUE(verify(s, p.url, head.note).sound);
	wipe(&p, RD_HEADS_FIRM);
	verdict v = verify(s, p.url, head.note);

	UNIT_TRUE(!v.sound);
	UNIT_TRUE(!v.all.trail.complete);
	place_sql(&p, "DELETE FROM heads");
	wipe(&p, 1);
	append(s, &p, 1, 300);
	take(s, true);
	UNIT_TRUE(verify(s, p.url, RD_STR("")).sound); /* by itself all is well */
	v = verify(s, p.url, head.note);
	UNIT_TRUE(!v.sound);
	UNIT_TRUE(!v.all.trail.intact);
	rd_store_close(s);
	place_close(&p);
}

static void an_entry_that_was_erased_is_found(void)
{
	place p;
	rd_store *s = two_firms(&p);

	place_sql(&p, place_is_pg() ? "ALTER TABLE payloads DISABLE TRIGGER USER"
	                            : "DROP TRIGGER payloads_no_delete");
	place_sql(&p, "DELETE FROM payloads WHERE firm_id = 9223372036854775807 AND seq = 1");
	verdict v = verify(s, p.url, RD_STR(""));

	UNIT_TRUE(!v.sound);
	UNIT_INT(v.all.heads.state, RD_HEADS_UNREADABLE);
	UNIT_INT(v.all.heads.seq, 1);
	rd_store_close(s);
	place_close(&p);
}

static void a_backup_keeps_it(void)
{
	place p;
	rd_store *s = two_firms(&p);
	rd_err err = {0};
	rd_backup_done done = {0};
	char to[100], back[100];

	(void)snprintf(to, sizeof to, "%s/backup", p.folder);
	(void)snprintf(back, sizeof back, "%s/back", p.folder);
	UNIT_OK(rd_store_backup(s, rd_str_of(to), &done, &err), &err);
	UNIT_INT(done.firms, 2);
	verdict v = verify(s, to, RD_STR(""));

	UNIT_TRUE(v.sound);
	UNIT_INT(v.all.heads.entries, 2);
	rd_store_close(s);
	rd_store_config config = place_config(&p);

	if (place_is_pg())
		place_sql(&p, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	else
		config.url = rd_str_of(back);
	config.folder = rd_str_of(back);
	UNIT_OK(rd_store_restore(rd_str_of(to), &config, NULL, &done, &err), &err);
	UNIT_OK(rd_store_open(&config, &s, &err), &err);
	append(s, &p, 2, 1);
	take(s, true); /* goes on from what the old key signed */
	rd_verify_order order = {.url = config.url, .folder = config.folder};
	bool sound = false;

	UNIT_OK(rd_store_verify(&order, seen, &v, &sound, &err), &err);
	UNIT_TRUE(sound);
	UNIT_INT(v.all.heads.entries, 3);
	rd_store_close(s);
	place_close(&p);
}

/* Every byte of the two files says something, or is signed. */
static void flip_each(const rd_verify_order *order, const rd_head_files *files, rd_arena *a)
{
	for (uint32_t i = 0; i < files->proof.len + files->open.len; i++) {
		rd_head_files bad = *files;
		bool in_open = i >= files->proof.len;
		rd_str *text = in_open ? &bad.open : &bad.proof;
		char *copy = rd_arena_copy(a, text->ptr, text->len);
		rd_verify_heads got = {0};
		rd_head_said said;
		rd_err err = {0};

		copy[in_open ? i - files->proof.len : i] ^= 1;
		text->ptr = copy;
		unit_case("byte %u", i);
		UNIT_OK(rd_head_check_files(order, &bad, 1, a, &said, &got, &err), &err);
		UNIT_INT(got.state, RD_HEADS_UNREADABLE);
	}
}

static void the_proof_of_one_firm_stands_alone(void)
{
	place p;
	rd_store *s = two_firms(&p);
	rd_err err = {0};
	rd_head_files files, none;
	rd_head_said said;
	rd_verify_heads got;
	rd_vkey key;
	rd_verify_order order = {.keys = &key, .n_keys = 1};

	UNIT_OK(rd_store_vkey(s, RD_HEADS_FIRM, &key, &err), &err);
	UNIT_OK(rd_head_prove(s, 1, p.arena, &files, &err), &err);
	UNIT_OK(rd_head_check_files(&order, &files, 1, p.arena, &said, &got, &err), &err);
	UNIT_INT(got.state, RD_HEADS_FIT);
	UNIT_INT(said.size, 300);
	UNIT_TRUE(!rd_str_has(files.open, "\"2\"") && !rd_str_has(files.proof, "\"2\""));
	UNIT_OK(rd_head_check_files(&order, &files, 2, p.arena, &said, &got, &err), &err);
	UNIT_INT(got.state, RD_HEADS_UNREADABLE); /* of another firm */
	flip_each(&order, &files, p.arena);
	append(s, &p, 3, 1);
	UNIT_OK(rd_head_prove(s, 3, p.arena, &none, &err), &err);
	UNIT_INT(none.size, 0);
	/* A head of the same size, kept outside, that differs. */
	rd_signed head;

	UNIT_OK(rd_store_sign(s, RD_HEADS_FIRM, p.arena, &head, &err), &err);
	order.outside = &head.note;
	order.n_outside = 1;
	UNIT_OK(rd_head_check_files(&order, &files, 1, p.arena, &said, &got, &err), &err);
	UNIT_INT(got.state, RD_HEADS_FIT);
	UNIT_INT(head.size, 2);
	wipe(&p, RD_HEADS_FIRM);
	wipe(&p, 2);
	place_sql(&p, "DELETE FROM heads");
	take(s, true); /* of firms 1 and 3 now */
	UNIT_OK(rd_store_sign(s, RD_HEADS_FIRM, p.arena, &head, &err), &err);
	UNIT_INT(head.size, 2);
	UNIT_OK(rd_head_check_files(&order, &files, 1, p.arena, &said, &got, &err), &err);
	UNIT_INT(got.state, RD_HEADS_UNREADABLE);
	rd_store_close(s);
	place_close(&p);
}

static void an_export_carries_the_proof(void)
{
	place p;
	rd_store *s = two_firms(&p);
	rd_err err = {0};
	rd_bundle_done done;
	char to[100], command[300];
	verdict v = {.firms_sound = true};

	(void)snprintf(to, sizeof to, "%s/x", p.folder);
	append(s, &p, 1, 2); /* what comes later stands nowhere yet */
	UNIT_OK(rd_store_export(s, 1, to, &done, &err), &err);
	rd_verify_order order = {.url = rd_str_of(to)};

	UNIT_OK(rd_bundle_verify(&order, seen, &v, &v.sound, &err), &err);
	UNIT_TRUE(v.sound);
	UNIT_INT(v.all.heads.state, RD_HEADS_FIT);
	UNIT_INT(v.all.heads.seq, 0);
	/* The proof of a history that is not the one of the export. */
	wipe(&p, 1);
	append(s, &p, 1, 300);
	(void)snprintf(command, sizeof command, "mv %s %s-was", to, to);
	UNIT_INT(system(command), 0);
	UNIT_OK(rd_store_export(s, 1, to, &done, &err), &err);
	UNIT_OK(rd_bundle_verify(&order, seen, &v, &v.sound, &err), &err);
	UNIT_TRUE(!v.sound);
	UNIT_INT(v.all.heads.state, RD_HEADS_REPLACED);
	rd_store_close(s);
	place_close(&p);
}

const unit_test heads_tests[] = {
	{"every firm is taken when it is time", every_firm_is_taken_when_it_is_time},
	{"a second history of a firm is found", a_second_history_of_a_firm_is_found},
	{"a firm taken away is found", a_firm_taken_away_is_found},
	{"a firm left out is found", a_firm_left_out_is_found},
	{"one copy outside is enough", one_copy_outside_is_enough},
	{"an entry that was erased is found", an_entry_that_was_erased_is_found},
	{"a backup keeps it", a_backup_keeps_it},
	{"the proof of one firm stands alone", the_proof_of_one_firm_stands_alone},
	{"an export carries the proof", an_export_carries_the_proof},
	{NULL, NULL},
};
