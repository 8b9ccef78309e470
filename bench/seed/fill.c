#include "fill.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define OPEN 512u

typedef struct slot {
	rd_command command;
	struct pool *pool;
	int64_t i;
} slot;

typedef struct pool {
	fill *fill;
	fill_fn *one;
	pthread_mutex_t lock;
	pthread_cond_t room;
	slot *free[OPEN];
	uint32_t n_free;
	bool failed;
} pool;

static rd_rc run(rd_tx *tx, void *ctx, rd_err *err)
{
	const slot *s = ctx;

	return s->pool->one(s->pool->fill, tx, s->i, err);
}

static void done(rd_command *c)
{
	slot *s = (slot *)(void *)c;
	pool *p = s->pool;

	pthread_mutex_lock(&p->lock);
	if (c->rc != RD_OK) {
		fprintf(stderr, "seed: %s\n", c->err.en);
		p->failed = true;
	}
	rd_arena_reset(c->arena);
	p->free[p->n_free++] = s;
	pthread_cond_signal(&p->room);
	pthread_mutex_unlock(&p->lock);
}

static slot *take(pool *p, uint32_t at_least, bool *ret_failed)
{
	pthread_mutex_lock(&p->lock);
	while (p->n_free < at_least)
		pthread_cond_wait(&p->room, &p->lock);
	slot *s = p->free[--p->n_free];

	*ret_failed = p->failed;
	pthread_mutex_unlock(&p->lock);
	return s;
}

bool fill_run(fill *f, fill_fn *one, int64_t n)
{
	static slot slots[OPEN];
	pool p = {.fill = f,
	          .one = one,
	          .lock = PTHREAD_MUTEX_INITIALIZER,
	          .room = PTHREAD_COND_INITIALIZER};
	bool failed = false;

	for (uint32_t i = 0; i < OPEN; i++) {
		slots[i] = (slot){.pool = &p};
		slots[i].command.arena = rd_arena_new();
		p.free[p.n_free++] = &slots[i];
	}
	for (int64_t i = 0; i < n && !failed; i++) {
		slot *s = take(&p, 1, &failed);

		s->i = i;
		s->command.firm_id = f->actor.firm_id;
		s->command.run = run;
		s->command.ctx = s;
		s->command.done = done;
		rd_store_submit(f->engine.store, &s->command);
	}
	for (uint32_t i = 0; i < OPEN; i++)
		rd_arena_free(take(&p, OPEN - i, &failed)->command.arena);
	return !failed;
}

bool fill_open(fill *f, const char *folder, const char *firm, const char *user, char name[32])
{
	rd_store_config config = {.url = rd_str_of(folder), .origin = RD_STR("localhost")};
	int n = snprintf(name, 32, "user:%s", user);
	rd_err err;

	f->actor = (rd_actor){.firm_id = strtoll(firm, NULL, 10),
	                      .user_id = strtoll(user, NULL, 10),
	                      .roles = RD_KIND_ADMINISTRATOR,
	                      .name = {name, (uint32_t)n}};
	if (rd_store_open(&config, &f->engine.store, &err) == RD_OK)
		return true;
	fprintf(stderr, "seed: %s\n", err.en);
	return false;
}
