/*
 * clockwork.h - what the tests of the clocks of cases share: an office with the real hooks, moments
 * in China, and short ways to make a case and to ask for a column of it. Failures end the test.
 */
#ifndef CLOCKWORK_H
#define CLOCKWORK_H
#include "desk/hooks.h"
#include "desk/ladder.h"
#include "office.h"
#include "unit.h"
#include <stdio.h>

#define MIN INT64_C(60000000)

/* A moment in China. */
static inline int64_t china(int32_t month, int32_t day, int32_t hour, int32_t minute)
{
	return (((int64_t)rd_day_of(2026, month, day) * 24 + hour - 8) * 60 + minute) * MIN;
}

static inline void open_real(office *o)
{
	office_open(o);
	o->engine.hooks = rd_desk_hooks;
	o->engine.n_hooks = rd_desk_hooks_count;
}

static inline void walk(office *o, int64_t now_us)
{
	rd_periodic_entry entry = rd_ladder_entry(&o->engine);
	rd_err err = {0};

	o->place.now_us = now_us;
	UNIT_OK(entry.run(o->store, entry.ctx, o->place.arena, &err), &err);
}

static inline int64_t of_case(const office *o, int64_t id, const char *column)
{
	char sql[300];

	(void)snprintf(sql, sizeof sql, "SELECT coalesce(%s, -1) FROM kind_case WHERE id = %lld",
	               column, (long long)id);
	return place_number(&o->place, sql);
}

static inline bool case_is(const office *o, int64_t id, const char *condition)
{
	char sql[300];

	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM kind_case WHERE id = %lld AND %s",
	               (long long)id, condition);
	return place_number(&o->place, sql) == 1;
}

static inline int64_t type_of(office *o, const char *slug, const char *more)
{
	char body[400];

	(void)snprintf(body, sizeof body,
	               "{\"slug\":\"%s\",\"name\":\"断号\",\"area\":\"voucher\",\"nature\":\"missing\","
	               "\"severity\":\"high\",\"finds\":\"查号\"%s}",
	               slug, more);
	return office_record(o, 0, "exception_type", body);
}

static inline int64_t case_of(office *o, int64_t type, const char *more)
{
	char body[500];

	(void)snprintf(body, sizeof body,
	               "{\"name\":\"缺号\",\"type\":\"%lld\",\"appearance\":\"记-7 缺号\"%s%s}",
	               (long long)type, more, strstr(more, "grade") ? ",\"grade_fixed\":true" : "");
	return office_record(o, 0, "case", body);
}

typedef struct trial {
	office *o;
	int64_t by, id;
	const char *transition, *body;
} trial;

static inline rd_rc attempt(rd_tx *tx, void *ctx, rd_err *err)
{
	const trial *t = ctx;
	const rd_actor actor = office_actor(t->by, RD_KIND_ADMINISTRATOR | RD_KIND_SUPERVISOR);
	const rd_kind *k = rd_kind_find(RD_STR("case"));
	rd_problems problems = {0};
	rd_record r;
	json_t *body = NULL;

	RD_TRY(rd_check_parse(rd_str_of(t->body), &body, err));
	rd_rc rc = t->transition ? rd_record_move(&t->o->engine, tx, &actor, k, t->id, RD_ANY_VERSION,
	                                          rd_str_of(t->transition), body, &r, &problems, err)
	                         : rd_record_change(&t->o->engine, tx, &actor, k, t->id, RD_ANY_VERSION,
	                                            body, &r, &problems, err);

	json_decref(body);
	return rc;
}

/* A change when `transition` is NULL. */
static inline rd_rc try_it(office *o, int64_t by, int64_t id, const char *transition,
                           const char *body)
{
	trial t = {o, by, id, transition, body};
	rd_err err = {0};

	return rd_store_write(o->store, OFFICE_FIRM, o->place.arena, attempt, &t, &err);
}

#endif
