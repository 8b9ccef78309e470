#include "desk/periodic.h"
#include "base/assert.h"
#include "store/queries.gen.h"
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#define FIRMS_MAX 1000u /* of one question */

struct rd_periodic {
	rd_arena *home;
	rd_periodic_config config;
	char name[24]; /* of this process, as leases name it */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	_Atomic bool stopping;
};

/* ---- all firms ---- */

typedef struct firms {
	int64_t after;
	const rd_q_firm_of_log_after_row *rows;
	uint32_t n;
} firms;

static rd_rc find_firms(rd_tx *tx, void *ctx, rd_err *err)
{
	firms *f = ctx;

	return rd_q_firm_of_log_after(tx, f->after, FIRMS_MAX, &f->rows, &f->n, err);
}

rd_rc rd_each_firm(rd_store *s, rd_firm_fn *fn, void *ctx, rd_err *err)
{
	rd_arena *list = rd_arena_new(), *a = rd_arena_new();
	firms f = {.n = FIRMS_MAX};
	rd_rc rc = RD_OK, first = RD_OK;

	while (f.n == FIRMS_MAX && rc == RD_OK) {
		rd_err why = {0};

		rd_arena_reset(list);
		rc = rd_store_read(s, 0, list, find_firms, &f, &why);
		for (uint32_t i = 0; rc == RD_OK && i < f.n; i++) {
			rd_rc one = fn(s, f.rows[i].firm_id, ctx, a, &why);

			if (one != RD_OK && first == RD_OK) {
				first = one;
				*err = why;
			}
			rd_arena_reset(a);
			f.after = f.rows[i].firm_id;
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

/* ---- one entry ---- */

typedef struct taking {
	const rd_periodic *p;
	const rd_periodic_entry *entry;
	rd_str error;
	bool mine;
} taking;

static rd_rc add_all(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_periodic_config *c = ctx;

	for (uint32_t i = 0; i < c->n_entries; i++)
		RD_TRY(rd_q_periodic_add(tx, rd_str_of(c->entries[i].name), tx->now_us, NULL, err));
	return RD_OK;
}

static rd_rc take(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;
	int64_t changed = 0;

	RD_TRY(rd_q_periodic_take(tx, rd_str_of(t->entry->name), tx->now_us,
	                          tx->now_us + (int64_t)t->entry->lease_s * 1000000,
	                          rd_str_of(t->p->name), &changed, err));
	t->mine = changed == 1;
	return RD_OK;
}

static rd_rc give_back(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;

	return rd_q_periodic_end(tx, rd_str_of(t->entry->name), rd_str_of(t->p->name),
	                         tx->now_us + (int64_t)t->entry->interval_s * 1000000, tx->now_us,
	                         t->error, NULL, err);
}

static rd_rc run_entry(const rd_periodic *p, const rd_periodic_entry *entry, rd_arena *a,
                       bool *ret_ran, rd_err *err)
{
	taking t = {.p = p, .entry = entry, .error = {"", 0}};
	rd_err why = {0};

	RD_TRY(rd_store_write(p->config.store, 0, a, take, &t, err));
	*ret_ran = t.mine;
	if (!t.mine)
		return RD_OK;
	if (entry->run(p->config.store, entry->ctx, a, &why) != RD_OK) {
		if (p->config.told)
			p->config.told(p->config.told_ctx, entry->name, &why);
		t.error = rd_str_of(why.en);
	}
	return rd_store_write(p->config.store, 0, a, give_back, &t, err);
}

/* ---- which are due ---- */

typedef struct state {
	const rd_q_periodic_list_row *rows;
	uint32_t n;
	int64_t now_us;
} state;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	state *s = ctx;

	s->now_us = tx->now_us;
	return rd_q_periodic_list(tx, 1000, &s->rows, &s->n, err);
}

static bool is_due(const state *s, const char *name)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (rd_str_is(s->rows[i].name, name))
			return s->rows[i].next_at_us <= s->now_us && s->rows[i].lease_until_us <= s->now_us;
	return false;
}

/* Reading first: an idle server writes nothing. */
static rd_rc run_due(const rd_periodic *p, uint32_t *ret_ran, rd_err *err)
{
	rd_arena *list = rd_arena_new(), *a = rd_arena_new();
	state s = {0};
	rd_rc rc = rd_store_read(p->config.store, 0, list, look, &s, err);
	uint32_t n = 0;

	for (uint32_t i = 0; rc == RD_OK && i < p->config.n_entries; i++) {
		bool ran = false;

		if (!is_due(&s, p->config.entries[i].name) || atomic_load(&p->stopping))
			continue;
		rc = run_entry(p, &p->config.entries[i], a, &ran, err);
		rd_arena_reset(a);
		n += ran;
	}
	if (n && p->config.worked)
		p->config.worked(p->config.worked_ctx);
	rd_arena_free(a);
	rd_arena_free(list);
	if (rc == RD_OK)
		*ret_ran = n;
	return rc;
}

/* ---- the thread ---- */

static void wait_ms(rd_periodic *p, uint32_t ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_mutex_lock(&p->lock);
	while (!atomic_load(&p->stopping) && pthread_cond_timedwait(&p->more, &p->lock, &until) == 0)
		;
	(void)pthread_mutex_unlock(&p->lock);
}

static void *turn(void *arg)
{
	rd_periodic *p = arg;

	while (!atomic_load(&p->stopping)) {
		uint32_t ran;
		rd_err err = {0};

		if (run_due(p, &ran, &err) != RD_OK && p->config.told)
			p->config.told(p->config.told_ctx, "periodic", &err);
		wait_ms(p, p->config.poll_ms);
	}
	return NULL;
}

static rd_rc periodic_new(const rd_periodic_config *config, rd_periodic **ret, rd_err *err)
{
	rd_arena *home = rd_arena_new();
	rd_periodic *p = RD_NEW(home, rd_periodic);

	RD_ASSERT(config->n_entries <= RD_PERIODIC_MAX);
	p->home = home;
	p->config = *config;
	if (p->config.poll_ms == 0)
		p->config.poll_ms = 1000;
	(void)snprintf(p->name, sizeof p->name, "%08x%08x", randombytes_random(), randombytes_random());
	rd_rc rc = rd_store_write(config->store, 0, home, add_all, &p->config, err);

	if (rc != RD_OK) {
		rd_arena_free(home);
		return rc;
	}
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->more, NULL);
	*ret = p;
	return RD_OK;
}

static void periodic_free(rd_periodic *p)
{
	(void)pthread_cond_destroy(&p->more);
	(void)pthread_mutex_destroy(&p->lock);
	rd_arena_free(p->home);
}

rd_rc rd_periodic_start(const rd_periodic_config *config, rd_periodic **ret_periodic, rd_err *err)
{
	rd_periodic *p = NULL;

	RD_TRY(periodic_new(config, &p, err));
	if (pthread_create(&p->thread, NULL, turn, p) != 0) {
		periodic_free(p);
		return rd_fail(err, RD_UNAVAILABLE, "系统不给线程；请检查限额",
		               "the system gives no thread; look at its limits");
	}
	*ret_periodic = p;
	return RD_OK;
}

void rd_periodic_stop(rd_periodic *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	atomic_store(&p->stopping, true);
	(void)pthread_cond_signal(&p->more);
	(void)pthread_mutex_unlock(&p->lock);
	(void)pthread_join(p->thread, NULL);
	periodic_free(p);
}

rd_rc rd_periodic_run(const rd_periodic_config *config, uint32_t *ret_ran, rd_err *err)
{
	rd_periodic *p = NULL;

	RD_TRY(periodic_new(config, &p, err));
	rd_rc rc = run_due(p, ret_ran, err);

	periodic_free(p);
	return rc;
}
