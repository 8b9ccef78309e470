/* Followers see every event once and in order, whatever stops in between; live changes come after
 * the commit. */
#include "desk/follow.h"
#include "desk/indexing.h"
#include "office.h"
#include "store/queries.gen.h"
#include "unit.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#define SEEN_MAX 2000

typedef struct watcher {
	int64_t seen[2][SEEN_MAX]; /* numbers of events, of firms 7 and 8 */
	_Atomic uint32_t n[2];
	int64_t nth;
	bool broken; /* a refused command is run once more by the store: it fails until it is mended */
} watcher;

static int slot(int64_t firm_id)
{
	return firm_id == OFFICE_FIRM ? 0 : 1;
}

static void see(watcher *w, int64_t firm_id, int64_t seq)
{
	uint32_t at = atomic_load(&w->n[slot(firm_id)]);

	if (at < SEEN_MAX)
		w->seen[slot(firm_id)][at] = seq;
	atomic_store(&w->n[slot(firm_id)], at + 1);
}

/* Notes in its own transaction what it saw, so that what is taken back is seen to be. */
static rd_rc note(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, rd_err *err)
{
	watcher *w = ctx;

	for (uint32_t i = 0; i < n; i++)
		RD_TRY(rd_q_delivery_add(tx, tx->firm_id * 100000 + rows[i].seq + 1, 1, rows[i].seq,
		                         rows[i].type, tx->now_us, NULL, err));
	if (w->broken)
		return rd_fail(err, RD_IO, "坏了", "it is broken");
	for (uint32_t i = 0; i < n; i++)
		see(w, tx->firm_id, rows[i].seq);
	return RD_OK;
}

static rd_rc add_event(rd_tx *tx, void *ctx, rd_err *err)
{
	int64_t seq;

	(void)ctx;
	return rd_log_append(tx,
	                     &(rd_log_event){.type = RD_STR("firm.tested"),
	                                     .kind = RD_STR("firm"),
	                                     .record_id = tx->firm_id,
	                                     .actor = RD_STR("system"),
	                                     .request_id = {"", 0},
	                                     .payload = {"", 0}},
	                     &seq, err);
}

static void add_events(office *o, int64_t firm_id, uint32_t n)
{
	rd_err err = {0};

	for (uint32_t i = 0; i < n; i++)
		UNIT_OK(rd_store_write(o->store, firm_id, o->place.arena, add_event, NULL, &err), &err);
}

/* 0, 1, 2 … without gaps. */
static void in_order(const watcher *w, int firm, uint32_t want)
{
	uint32_t n = atomic_load(&w->n[firm]), wrong = 0;

	UNIT_INT(n, want);
	for (uint32_t i = 0; i < n && i < SEEN_MAX; i++)
		wrong += w->seen[firm][i] != i;
	UNIT_INT(wrong, 0);
}

static uint32_t events_of(office *o, int64_t firm_id)
{
	char sql[100];

	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM events WHERE firm_id = %lld",
	               (long long)firm_id);
	return (uint32_t)place_number(&o->place, sql);
}

static void every_event_comes_once_and_in_order(void)
{
	static watcher w;
	office o;
	uint32_t n = 0, before;
	rd_err err = {0};
	const rd_follower f = {"test", note, &w, NULL};

	w = (watcher){0};
	office_open(&o);
	before = events_of(&o, OFFICE_FIRM);
	add_events(&o, OFFICE_FIRM, 250);
	UNIT_OK(rd_follow_batch(o.store, &f, OFFICE_FIRM, o.place.arena, &n, &err), &err);
	UNIT_INT(n, RD_FOLLOW_BATCH);
	/* The process ends here, and another goes on. */
	rd_store_close(o.store);
	o.store = place_store(&o.place);
	w.broken = true;
	UNIT_INT(rd_follow_batch(o.store, &f, OFFICE_FIRM, o.place.arena, &n, &err), RD_IO);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM deliveries"), RD_FOLLOW_BATCH);
	w.broken = false;
	for (n = 1; n;)
		UNIT_OK(rd_follow_batch(o.store, &f, OFFICE_FIRM, o.place.arena, &n, &err), &err);
	in_order(&w, 0, before + 250);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM deliveries"), before + 250);
	add_events(&o, OFFICE_FIRM, 1);
	UNIT_OK(rd_follow_batch(o.store, &f, OFFICE_FIRM, o.place.arena, &n, &err), &err);
	UNIT_INT(n, 1);
	in_order(&w, 0, before + 251);
	office_close(&o);
}

/* Wants events whose number is of a multiple of the one it is given. */
static rd_rc each_nth(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, uint32_t *ret_first,
                      rd_err *err)
{
	const watcher *w = ctx;

	(void)tx;
	(void)err;
	for (*ret_first = 0; *ret_first < n && rows[*ret_first].seq % w->nth; (*ret_first)++)
		;
	return RD_OK;
}

/* What nobody wants is passed over without the writer, and what is wanted comes once. */
static void unwanted_events_are_passed_over(void)
{
	static watcher w;
	office o;
	uint32_t n = 1, rounds = 0, total = 0;
	rd_err err = {0};
	const rd_follower f = {"test", note, &w, each_nth};

	w = (watcher){.nth = 1000000};
	office_open(&o);
	add_events(&o, OFFICE_FIRM, 1500);
	uint32_t all = events_of(&o, OFFICE_FIRM);

	for (; n && rounds < 100; rounds++) {
		UNIT_OK(rd_follow_batch(o.store, &f, OFFICE_FIRM, o.place.arena, &n, &err), &err);
		total += n;
	}
	UNIT_INT(total, all);
	UNIT_INT(w.n[0], RD_FOLLOW_BATCH); /* number 0 is a multiple, and the rest of its batch comes */
	w.nth = all + 50;
	w.n[0] = 0;
	add_events(&o, OFFICE_FIRM, 120);
	for (n = 1, total = 0; n;) {
		UNIT_OK(rd_follow_batch(o.store, &f, OFFICE_FIRM, o.place.arena, &n, &err), &err);
		total += n;
	}
	UNIT_INT(total, 120);
	UNIT_INT(w.n[0], 70);
	UNIT_INT(w.seen[0][0], all + 50);
	UNIT_INT(w.seen[0][69], all + 119);
	UNIT_INT(place_number(&o.place, "SELECT next_seq FROM follower_positions WHERE name = 'test'"),
	         all + 120);
	office_close(&o);
}

/* Words wait while the writer is busy, and go into the index when it is quiet. */
static void words_go_into_the_index_when_it_is_quiet(void)
{
	office o;
	rd_err err = {0};

	office_open(&o);
	rd_indexing x = {o.store, 0};

	UNIT_TRUE(place_number(&o.place, "SELECT count(*) FROM search_pending") > 0);
	add_events(&o, OFFICE_FIRM, RD_INDEXING_QUIET);
	UNIT_OK(rd_indexing_look(&x, &err), &err);
	UNIT_TRUE(place_number(&o.place, "SELECT count(*) FROM search_pending") > 0);
	UNIT_OK(rd_indexing_look(&x, &err), &err);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM search_pending"), 0);
	UNIT_TRUE(place_number(&o.place, "SELECT count(*) FROM search_term") > 0);
	office_close(&o);
}

static void nap(long ms)
{
	struct timespec t = {.tv_nsec = ms * 1000000};

	(void)nanosleep(&t, NULL);
}

static void live(void *ctx, int64_t firm_id, const rd_log_row *row)
{
	see(ctx, firm_id, row->seq);
}

static void wait_for(const _Atomic uint32_t *n, uint32_t want)
{
	for (int i = 0; i < 1000 && atomic_load(n) < want; i++)
		nap(5);
}

/* The thread: woken by pokes, and finding by itself what other processes wrote. */
static void the_thread_follows(void)
{
	static watcher w, seen;
	office o;
	rd_follow *f = NULL;
	rd_err err = {0};
	uint32_t before;
	const rd_follower followers[] = {{"test", note, &w, NULL}};

	w = seen = (watcher){0};
	office_open(&o);
	add_events(&o, 8, 5);
	before = events_of(&o, OFFICE_FIRM);
	UNIT_OK(rd_follow_start(&(rd_follow_config){.store = o.store,
	                                            .followers = followers,
	                                            .n_followers = 1,
	                                            .live = live,
	                                            .live_ctx = &seen,
	                                            .poll_ms = 100},
	                        &f, &err),
	        &err);
	for (int i = 0; i < 30; i++) {
		add_events(&o, OFFICE_FIRM, 10);
		rd_follow_poke(f, OFFICE_FIRM);
	}
	add_events(&o, 8, 7); /* nobody pokes */
	wait_for(&w.n[0], before + 300);
	wait_for(&w.n[1], 12);
	wait_for(&seen.n[0], 300);
	wait_for(&seen.n[1], 7);
	rd_follow_stop(f);
	in_order(&w, 0, before + 300);
	in_order(&w, 1, 12);
	/* Live: from the start of this process on. */
	UNIT_INT(seen.n[0], 300);
	UNIT_INT(seen.seen[0][0], before);
	UNIT_INT(seen.seen[0][299], before + 299);
	UNIT_INT(seen.n[1], 7);
	UNIT_INT(seen.seen[1][0], 5);
	office_close(&o);
}

/* Two processes follow with the same name: each event is one's or the other's. */
static void two_processes_share_the_work(void)
{
	static watcher w[2];
	office o;
	rd_follow *f[2] = {NULL, NULL};
	rd_err err = {0};

	w[0] = w[1] = (watcher){0};
	office_open(&o);
	rd_store *other = place_store(&o.place);
	uint32_t before = events_of(&o, OFFICE_FIRM);
	rd_follower followers[2] = {{"test", note, &w[0], NULL}, {"test", note, &w[1], NULL}};

	for (int i = 0; i < 2; i++)
		UNIT_OK(rd_follow_start(&(rd_follow_config){.store = i ? other : o.store,
		                                            .followers = &followers[i],
		                                            .n_followers = 1,
		                                            .poll_ms = 10},
		                        &f[i], &err),
		        &err);
	for (int i = 0; i < 40; i++) {
		add_events(&o, OFFICE_FIRM, 5);
		rd_follow_poke(f[i % 2], OFFICE_FIRM);
	}
	for (int i = 0; i < 1000 && atomic_load(&w[0].n[0]) + atomic_load(&w[1].n[0]) < before + 200;
	     i++)
		nap(5);
	rd_follow_stop(f[0]);
	rd_follow_stop(f[1]);
	UNIT_INT(w[0].n[0] + w[1].n[0], before + 200);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM deliveries"), before + 200);
	rd_store_close(other);
	office_close(&o);
}

const unit_test follow_tests[] = {
	{"every event comes once and in order", every_event_comes_once_and_in_order},
	{"the thread follows", the_thread_follows},
	{"two processes share the work", two_processes_share_the_work},
	{"unwanted events are passed over", unwanted_events_are_passed_over},
	{"words go into the index when it is quiet", words_go_into_the_index_when_it_is_quiet},
	{0},
};
