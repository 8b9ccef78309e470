/* The store: commands of many threads, each whole or not at all, answered after the commit. */
#include "store/store.h"
#include "place.h"
#include "store/log.h"
#include "store/queries.gen.h"
#include "unit.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

typedef struct job {
	rd_command command;
	place *p;
	_Atomic int *left;
	int64_t seq;
	bool fail, early; /* is refused; before it has written */
} job;

static rd_rc one_event(rd_tx *tx, void *ctx, rd_err *err)
{
	job *j = ctx;
	rd_log_event e = {
		.type = RD_STR("task.created"),
		.kind = RD_STR("task"),
		.record_id = tx->now_us & 0xffff,
		.actor = RD_STR("user:1"),
		.request_id = RD_STR("01H8XG"),
		.payload = RD_STR("{\"title\":\"a task of an ordinary length\",\"state\":\"open\"}"),
	};

	if (!j->early)
		RD_TRY(rd_log_append(tx, &e, &j->seq, err));
	return j->fail ? rd_fail(err, RD_BARRED, "不行", "no") : RD_OK;
}

static void count_down(rd_command *c)
{
	job *j = (job *)c;

	(void)atomic_fetch_sub(j->left, 1);
}

static void wait_for(_Atomic int *left)
{
	struct timespec t = {.tv_nsec = 200000};

	while (atomic_load(left) > 0)
		(void)nanosleep(&t, NULL);
}

static void commands_are_whole_or_not_at_all(void)
{
	enum { N = 2000, FIRMS = 3 };
	place p;
	int64_t want[FIRMS + 1] = {0};
	_Atomic int left = N;

	place_open(&p);
	rd_store *s = place_store(&p);
	job *jobs = RD_NEW_N(p.arena, job, N);

	for (int i = 0; i < N; i++) {
		int64_t firm = 1 + i % FIRMS;

		jobs[i] = (job){.p = &p, .left = &left, .fail = i % 7 == 3};
		jobs[i].early = jobs[i].fail && i < N / 2;
		jobs[i].command = (rd_command){.firm_id = firm,
		                               .arena = rd_arena_new(),
		                               .run = one_event,
		                               .ctx = &jobs[i],
		                               .done = count_down};
		rd_store_submit(s, &jobs[i].command);
	}
	wait_for(&left);
	for (int i = 0; i < N; i++) {
		int64_t firm = 1 + i % FIRMS;

		unit_case("%d", i);
		UNIT_INT(jobs[i].command.rc, jobs[i].fail ? RD_BARRED : RD_OK);
		if (!jobs[i].fail)
			UNIT_INT(jobs[i].seq, want[firm]++); /* in the order of submission */
		rd_arena_free(jobs[i].command.arena);
	}
	UNIT_INT(place_number(&p, "SELECT count(*) FROM events"), want[1] + want[2] + want[3]);
	UNIT_INT(place_number(&p, "SELECT count(*) FROM payloads"), want[1] + want[2] + want[3]);
	rd_store_close(s);
	place_close(&p);
}

typedef struct hand {
	rd_store *s;
	pthread_t thread;
	int n, good;
	int64_t firm;
} hand;

static rd_rc read_size(rd_tx *tx, void *ctx, rd_err *err)
{
	return rd_log_size(tx, ctx, err);
}

/* Writes and then reads: what was answered is seen. */
static void *write_and_read(void *arg)
{
	hand *h = arg;
	rd_arena *a = rd_arena_new();
	rd_err err = {0};

	for (int i = 0; i < h->n; i++) {
		job j = {0};
		int64_t size = 0;

		if (rd_store_write(h->s, h->firm, a, one_event, &j, &err) == RD_OK &&
		    rd_store_read(h->s, h->firm, a, read_size, &size, &err) == RD_OK && size > j.seq)
			h->good++;
	}
	rd_arena_free(a);
	return NULL;
}

static void what_was_answered_is_seen(void)
{
	enum { HANDS = 6 };
	hand hands[HANDS];
	place p;

	place_open(&p);
	rd_store *s = place_store(&p);

	for (int i = 0; i < HANDS; i++) {
		hands[i] = (hand){.s = s, .n = 40, .firm = 1 + i % 2};
		(void)pthread_create(&hands[i].thread, NULL, write_and_read, &hands[i]);
	}
	for (int i = 0; i < HANDS; i++) {
		(void)pthread_join(hands[i].thread, NULL);
		UNIT_INT(hands[i].good, 40);
	}
	UNIT_INT(place_number(&p, "SELECT count(*) FROM events"), 40 * HANDS);
	rd_store_close(s);
	place_close(&p);
}

/* Two stores, as two processes have them, on one database. */
static void two_stores_write_one_log(void)
{
	enum { HANDS = 4 };
	hand hands[HANDS];
	place p;

	place_open(&p);
	rd_store *s[2] = {place_store(&p), place_store(&p)};

	for (int i = 0; i < HANDS; i++) {
		hands[i] = (hand){.s = s[i % 2], .n = 30, .firm = 1 + i / 2};
		(void)pthread_create(&hands[i].thread, NULL, write_and_read, &hands[i]);
	}
	for (int i = 0; i < HANDS; i++) {
		(void)pthread_join(hands[i].thread, NULL);
		UNIT_INT(hands[i].good, 30);
	}
	UNIT_INT(place_number(&p, "SELECT count(*) FROM events WHERE firm_id = 1"), 60);
	UNIT_INT(place_number(&p, "SELECT max(seq) FROM events WHERE firm_id = 2"), 59);
	rd_store_close(s[0]);
	rd_store_close(s[1]);
	place_close(&p);
}

static void a_store_needs_a_place(void)
{
	rd_store_config config = {0};
	rd_store *s = NULL;
	rd_err err = {0};

	UNIT_INT(rd_store_open(&config, &s, &err), RD_USAGE);
}

static void ids_rise(void)
{
	place p;

	place_open(&p);
	rd_store *s = place_store(&p);
	int64_t last = 0;

	for (int i = 0; i < 10000; i++) {
		int64_t id = rd_store_new_id(s);

		UNIT_TRUE(id > last);
		last = id;
		p.now_us += i % 3 == 0 ? -5000 : 2500;
	}
	rd_store_close(s);
	place_close(&p);
}

static rd_rc operator_looks(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_q_firm_of_log_after_row *rows;

	return rd_q_firm_of_log_after(tx, 0, 100, &rows, ctx, err);
}

static void the_operator_sees_all_firms(void)
{
	place p;
	rd_err err = {0};
	uint32_t n = 0;

	place_open(&p);
	rd_store *s = place_store(&p);

	for (int64_t firm = 1; firm <= 5; firm++) {
		job j = {0};

		UNIT_OK(rd_store_write(s, firm, p.arena, one_event, &j, &err), &err);
	}
	UNIT_OK(rd_store_read(s, 0, p.arena, operator_looks, &n, &err), &err);
	UNIT_INT(n, 5);
	UNIT_OK(rd_store_write(s, 0, p.arena, operator_looks, &n, &err), &err);
	rd_store_close(s);
	place_close(&p);
}

const unit_test store_tests[] = {
	{"commands are whole or not at all", commands_are_whole_or_not_at_all},
	{"what was answered is seen", what_was_answered_is_seen},
	{"two stores write one log", two_stores_write_one_log},
	{"a store needs a place", a_store_needs_a_place},
	{"ids rise", ids_rise},
	{"the operator sees all firms", the_operator_sees_all_firms},
	{0},
};
