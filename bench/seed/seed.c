/*
 * seed - fills a firm with tasks through the record engine, for the bench of the server.
 *
 *   seed FOLDER FIRM_ID USER_ID N    N tasks of that person, as if typed one by one
 *
 * Priorities and due times differ, so that filters and sorts have something to do.
 */
#include "record/engine.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define OPEN 512u

typedef struct slot {
	rd_command command;
	struct seed *seed;
	int64_t i;
} slot;

typedef struct seed {
	rd_engine engine;
	rd_actor actor;
	const rd_kind *task;
	pthread_mutex_t lock;
	pthread_cond_t room;
	slot *free[OPEN];
	uint32_t n_free;
	bool failed;
} seed;

static rd_rc create(rd_tx *tx, void *ctx, rd_err *err)
{
	static const char *const priorities[] = {"urgent", "high", "normal", "low"};
	const slot *s = ctx;
	rd_problems problems = {0};
	rd_record r;
	char text[160];
	json_t *body;
	int n = snprintf(text, sizeof text,
	                 "{\"name\":\"核对 %lld 号凭证\",\"priority\":\"%s\","
	                 "\"due\":\"2027-%02lld-%02lldT09:00:00Z\"}",
	                 (long long)s->i, priorities[s->i % 4], (long long)(s->i % 12 + 1),
	                 (long long)(s->i / 12 % 28 + 1));

	RD_TRY(rd_check_parse((rd_str){text, (uint32_t)n}, &body, err));
	rd_rc rc = rd_record_create(&s->seed->engine, tx, &s->seed->actor, s->seed->task, 0, body, &r,
	                            &problems, err);

	json_decref(body);
	return rc;
}

static void done(rd_command *c)
{
	slot *s = (slot *)(void *)c;
	seed *all = s->seed;

	pthread_mutex_lock(&all->lock);
	if (c->rc != RD_OK) {
		fprintf(stderr, "seed: %s\n", c->err.en);
		all->failed = true;
	}
	rd_arena_reset(c->arena);
	all->free[all->n_free++] = s;
	pthread_cond_signal(&all->room);
	pthread_mutex_unlock(&all->lock);
}

static slot *take(seed *all, uint32_t at_least)
{
	pthread_mutex_lock(&all->lock);
	while (all->n_free < at_least)
		pthread_cond_wait(&all->room, &all->lock);
	slot *s = all->free[--all->n_free];

	pthread_mutex_unlock(&all->lock);
	return s;
}

static void fill(seed *all, int64_t n)
{
	static slot slots[OPEN];

	for (uint32_t i = 0; i < OPEN; i++) {
		slots[i] = (slot){.seed = all};
		slots[i].command.arena = rd_arena_new();
		all->free[all->n_free++] = &slots[i];
	}
	for (int64_t i = 0; i < n && !all->failed; i++) {
		slot *s = take(all, 1);

		s->i = i;
		s->command.firm_id = all->actor.firm_id;
		s->command.run = create;
		s->command.ctx = s;
		s->command.done = done;
		rd_store_submit(all->engine.store, &s->command);
	}
	for (uint32_t i = 0; i < OPEN; i++)
		rd_arena_free(take(all, OPEN - i)->command.arena);
}

int main(int argc, char **argv)
{
	char actor[32];
	rd_store_config config = {.origin = RD_STR("localhost")};
	rd_err err;

	if (argc != 5) {
		fputs("usage: seed FOLDER FIRM_ID USER_ID N\n", stderr);
		return 2;
	}
	config.url = rd_str_of(argv[1]);
	seed all = {.lock = PTHREAD_MUTEX_INITIALIZER,
	            .room = PTHREAD_COND_INITIALIZER,
	            .task = rd_kind_find(RD_STR("task")),
	            .actor = {.firm_id = strtoll(argv[2], NULL, 10),
	                      .user_id = strtoll(argv[3], NULL, 10),
	                      .roles = RD_KIND_ADMINISTRATOR}};
	int n = snprintf(actor, sizeof actor, "user:%s", argv[3]);

	all.actor.name = (rd_str){actor, (uint32_t)n};
	if (rd_store_open(&config, &all.engine.store, &err) != RD_OK) {
		fprintf(stderr, "seed: %s\n", err.en);
		return 2;
	}
	fill(&all, strtoll(argv[4], NULL, 10));
	rd_store_close(all.engine.store);
	return all.failed;
}
