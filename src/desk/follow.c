#include "desk/follow.h"
#include "base/assert.h"
#include "store/queries.gen.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define FIRMS_MAX   1000u /* of one look at all firms */
#define POKED_MAX   256u  /* firms remembered by name; more: look at all */
#define BATCHES_MAX 50u   /* of one firm in a row, so that a busy one does not hold up the others */

/* Where live changes of a firm stand in this process. */
typedef struct live_firm {
	int64_t firm_id, next_seq;
} live_firm;

struct rd_follow {
	rd_arena *home;
	rd_follow_config config;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	int64_t poked[POKED_MAX]; /* under `lock` */
	uint32_t n_poked;
	bool all; /* more firms than `poked` holds; under `lock` */
	_Atomic bool stopping;
	live_firm *firms; /* by id; the thread's */
	uint32_t n_firms, cap_firms;
};

/* ---- one batch ---- */

typedef struct batch {
	const rd_follower *follower;
	int64_t at;      /* where the follower stood when it looked */
	uint32_t passed; /* events from there on that it does not want */
	bool wants;      /* the one behind them */
	uint32_t n;      /* events that are done with */
	uint32_t n_run;  /* of them, given to the follower */
} batch;

static rd_rc position(rd_tx *tx, const batch *b, int64_t *ret_seq, rd_err *err)
{
	rd_q_follower_get_row at = {0};
	bool found;

	RD_TRY(rd_q_follower_get(tx, rd_str_of(b->follower->name), &at, &found, err));
	*ret_seq = found ? at.next_seq : 0;
	return RD_OK;
}

static rd_rc look_ahead(rd_tx *tx, void *ctx, rd_err *err)
{
	batch *b = ctx;
	const rd_log_row *rows;
	uint32_t n;

	RD_TRY(position(tx, b, &b->at, err));
	RD_TRY(rd_log_from(tx, b->at, RD_FOLLOW_LOOK, &rows, &n, err));
	b->passed = 0;
	if (n)
		RD_TRY(b->follower->look(tx, rows, n, b->follower->ctx, &b->passed, err));
	b->wants = b->passed < n;
	return RD_OK;
}

static rd_rc run_batch(rd_tx *tx, void *ctx, rd_err *err)
{
	batch *b = ctx;
	const rd_log_row *rows;
	int64_t from;

	b->n = b->n_run = 0;
	RD_TRY(position(tx, b, &from, err));
	/* Another process may have gone on since: then what was passed over is behind us. */
	if (from == b->at) {
		b->n = b->passed;
		from += b->passed;
	}
	if (b->wants) {
		RD_TRY(rd_log_from(tx, from, RD_FOLLOW_BATCH, &rows, &b->n_run, err));
		if (b->n_run)
			RD_TRY(b->follower->run(tx, rows, b->n_run, b->follower->ctx, err));
		b->n += b->n_run;
	}
	if (b->n == 0)
		return RD_OK;
	return rd_q_follower_set(tx, rd_str_of(b->follower->name), from + b->n_run, NULL, err);
}

static rd_rc one_batch(rd_store *s, batch *b, int64_t firm_id, rd_arena *a, rd_err *err)
{
	b->n = b->n_run = b->passed = 0;
	b->at = -1;
	b->wants = true;
	if (b->follower->look) {
		RD_TRY(rd_store_read(s, firm_id, a, look_ahead, b, err));
		if (b->passed == 0 && !b->wants)
			return RD_OK;
	}
	return rd_store_write(s, firm_id, a, run_batch, b, err);
}

rd_rc rd_follow_batch(rd_store *s, const rd_follower *follower, int64_t firm_id, rd_arena *a,
                      uint32_t *ret_n, rd_err *err)
{
	batch b = {.follower = follower};

	RD_TRY(one_batch(s, &b, firm_id, a, err));
	*ret_n = b.n;
	return RD_OK;
}

/* ---- which firms ---- */

typedef struct behind {
	rd_str name;
	int64_t after;
	const rd_q_follower_behind_row *rows;
	uint32_t n;
} behind;

static rd_rc find_behind(rd_tx *tx, void *ctx, rd_err *err)
{
	behind *b = ctx;

	return rd_q_follower_behind(tx, b->name, b->after, FIRMS_MAX, &b->rows, &b->n, err);
}

static bool stops(rd_follow *f)
{
	return atomic_load(&f->stopping);
}

static void follow_firm(rd_follow *f, const rd_follower *follower, int64_t firm_id)
{
	rd_arena *a = rd_arena_new();
	batch b = {.follower = follower, .n = RD_FOLLOW_BATCH};
	bool worked = false;
	rd_err err = {0};

	for (uint32_t i = 0; b.n >= RD_FOLLOW_BATCH && i < BATCHES_MAX && !stops(f); i++) {
		if (one_batch(f->config.store, &b, firm_id, a, &err) != RD_OK) {
			if (f->config.told)
				f->config.told(f->config.told_ctx, follower->name, firm_id, &err);
			break;
		}
		worked = worked || b.n_run > 0;
		rd_arena_reset(a);
	}
	if (worked && f->config.worked)
		f->config.worked(f->config.worked_ctx);
	rd_arena_free(a);
}

/* Looks at all firms; the writer is asked only where there is something. */
static void follow_all(rd_follow *f, const rd_follower *follower)
{
	rd_arena *a = rd_arena_new();
	behind b = {.name = rd_str_of(follower->name), .n = FIRMS_MAX};
	rd_err err = {0};

	while (b.n == FIRMS_MAX && !stops(f)) {
		if (rd_store_read(f->config.store, 0, a, find_behind, &b, &err) != RD_OK)
			break;
		for (uint32_t i = 0; i < b.n && !stops(f); i++)
			follow_firm(f, follower, b.rows[i].firm_id);
		b.after = b.n ? b.rows[b.n - 1].firm_id : 0;
		rd_arena_reset(a);
	}
	rd_arena_free(a);
}

/* ---- live ---- */

/* The place of a firm in the list, or where it belongs. */
static uint32_t place_of(const rd_follow *f, int64_t firm_id)
{
	uint32_t low = 0, high = f->n_firms;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (f->firms[middle].firm_id < firm_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static live_firm *live_of(rd_follow *f, int64_t firm_id)
{
	uint32_t at = place_of(f, firm_id);

	if (at < f->n_firms && f->firms[at].firm_id == firm_id)
		return &f->firms[at];
	f->firms = rd_grow(f->home, f->firms, f->n_firms, &f->cap_firms, sizeof *f->firms);
	memmove(&f->firms[at + 1], &f->firms[at], (f->n_firms - at) * sizeof *f->firms);
	f->firms[at] = (live_firm){firm_id, 0}; /* made after the start: from its first event */
	f->n_firms++;
	return &f->firms[at];
}

typedef struct looking {
	int64_t seq;
	const rd_log_row *rows;
	uint32_t n;
} looking;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	looking *l = ctx;

	return rd_log_from(tx, l->seq, RD_FOLLOW_BATCH, &l->rows, &l->n, err);
}

static void live_firm_on(rd_follow *f, int64_t firm_id)
{
	live_firm *at = live_of(f, firm_id);
	rd_arena *a = rd_arena_new();
	looking l = {.n = RD_FOLLOW_BATCH};
	rd_err err = {0};

	while (l.n == RD_FOLLOW_BATCH && !stops(f)) {
		l.seq = at->next_seq;
		if (rd_store_read(f->config.store, firm_id, a, look, &l, &err) != RD_OK)
			break;
		for (uint32_t i = 0; i < l.n; i++)
			f->config.live(f->config.live_ctx, firm_id, &l.rows[i]);
		at->next_seq += l.n;
		rd_arena_reset(a);
	}
	rd_arena_free(a);
}

typedef struct sizes {
	int64_t after;
	const rd_q_firm_of_log_after_row *rows;
	uint32_t n;
} sizes;

static rd_rc find_sizes(rd_tx *tx, void *ctx, rd_err *err)
{
	sizes *s = ctx;

	return rd_q_firm_of_log_after(tx, s->after, FIRMS_MAX, &s->rows, &s->n, err);
}

/* Hands on what is new (`hand`), or notes where every log ends now. */
static rd_rc live_all(rd_follow *f, bool hand, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	sizes s = {.n = FIRMS_MAX};
	rd_rc rc = RD_OK;

	while (s.n == FIRMS_MAX && rc == RD_OK) {
		rc = rd_store_read(f->config.store, 0, a, find_sizes, &s, err);
		for (uint32_t i = 0; rc == RD_OK && i < s.n; i++) {
			live_firm *at = live_of(f, s.rows[i].firm_id);

			if (!hand)
				at->next_seq = s.rows[i].size;
			else if (at->next_seq < s.rows[i].size)
				live_firm_on(f, s.rows[i].firm_id);
		}
		if (rc == RD_OK && s.n)
			s.after = s.rows[s.n - 1].firm_id;
		rd_arena_reset(a);
	}
	rd_arena_free(a);
	return rc;
}

/* ---- the thread ---- */

/* Live changes first: they are quick, and people wait for them. */
static void serve(rd_follow *f, const int64_t *firms, uint32_t n, bool all)
{
	rd_err err = {0};

	if (f->config.live && all)
		(void)live_all(f, true, &err);
	for (uint32_t i = 0; f->config.live && !all && i < n; i++)
		live_firm_on(f, firms[i]);
	for (uint32_t k = 0; k < f->config.n_followers && !stops(f); k++) {
		if (all)
			follow_all(f, &f->config.followers[k]);
		for (uint32_t i = 0; !all && i < n && !stops(f); i++)
			follow_firm(f, &f->config.followers[k], firms[i]);
	}
}

/* Waits for a poke; true = the time for a look at all has come. */
static bool wait_for_more(rd_follow *f, const struct timespec *until, int64_t *firms, uint32_t *n)
{
	bool all = false;

	(void)pthread_mutex_lock(&f->lock);
	while (f->n_poked == 0 && !f->all && !stops(f) && !all)
		all = pthread_cond_timedwait(&f->more, &f->lock, until) != 0;
	all = all || f->all;
	memcpy(firms, f->poked, f->n_poked * sizeof *firms);
	*n = f->n_poked;
	f->n_poked = 0;
	f->all = false;
	(void)pthread_mutex_unlock(&f->lock);
	return all;
}

static struct timespec in_ms(uint32_t ms)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static bool is_past(const struct timespec *t)
{
	struct timespec now = in_ms(0);

	return now.tv_sec > t->tv_sec || (now.tv_sec == t->tv_sec && now.tv_nsec >= t->tv_nsec);
}

static void *follow(void *arg)
{
	rd_follow *f = arg;
	int64_t firms[POKED_MAX];
	uint32_t n = 0;
	bool all = true; /* what happened while no process ran */
	struct timespec next = in_ms(0);

	while (!stops(f)) {
		serve(f, firms, n, all);
		if (all) {
			if (f->config.looked)
				f->config.looked(f->config.looked_ctx);
			next = in_ms(f->config.poll_ms);
		}
		all = wait_for_more(f, &next, firms, &n) || is_past(&next);
	}
	return NULL;
}

void rd_follow_poke(rd_follow *f, int64_t firm_id)
{
	uint32_t i;

	(void)pthread_mutex_lock(&f->lock);
	for (i = 0; i < f->n_poked && f->poked[i] != firm_id; i++)
		;
	if (i == f->n_poked && i < POKED_MAX)
		f->poked[f->n_poked++] = firm_id;
	else if (i == POKED_MAX)
		f->all = true;
	(void)pthread_cond_signal(&f->more);
	(void)pthread_mutex_unlock(&f->lock);
}

rd_rc rd_follow_start(const rd_follow_config *config, rd_follow **ret_follow, rd_err *err)
{
	rd_arena *home = rd_arena_new();
	rd_follow *f = RD_NEW(home, rd_follow);

	RD_ASSERT(config->n_followers <= RD_FOLLOWERS_MAX);
	f->home = home;
	f->config = *config;
	if (f->config.poll_ms == 0)
		f->config.poll_ms = 1000;
	rd_rc rc = config->live ? live_all(f, false, err) : RD_OK;

	if (rc != RD_OK) {
		rd_arena_free(home);
		return rc;
	}
	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_cond_init(&f->more, NULL);
	if (pthread_create(&f->thread, NULL, follow, f) != 0) {
		(void)pthread_cond_destroy(&f->more);
		(void)pthread_mutex_destroy(&f->lock);
		rd_arena_free(home);
		return rd_fail(err, RD_UNAVAILABLE, "系统不给线程；请检查限额",
		               "the system gives no thread; look at its limits");
	}
	*ret_follow = f;
	return RD_OK;
}

void rd_follow_stop(rd_follow *f)
{
	if (f == NULL)
		return;
	(void)pthread_mutex_lock(&f->lock);
	atomic_store(&f->stopping, true);
	(void)pthread_cond_signal(&f->more);
	(void)pthread_mutex_unlock(&f->lock);
	(void)pthread_join(f->thread, NULL);
	(void)pthread_cond_destroy(&f->more);
	(void)pthread_mutex_destroy(&f->lock);
	rd_arena_free(f->home);
}
