#include "checked.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/person.h"
#include "unit.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- where books are ---- */

static rd_rc take(void *ctx, int64_t firm_id, int64_t import_id, const rd_book **ret_book,
                  void **ret_hold, rd_err *err)
{
	checked *c = ctx;

	(void)firm_id;
	if (c->shelf_says != RD_OK)
		return rd_fail(err, c->shelf_says, "账簿打不开", "the books cannot be opened");
	for (uint32_t i = 0; i < c->n; i++)
		if (c->list[i].import == import_id) {
			*ret_book = c->list[i].book;
			*ret_hold = c;
			c->taken++;
			return RD_OK;
		}
	return rd_fail(err, RD_NOT_FOUND, "没有这次导入", "no such import");
}

static void give(void *ctx, void *hold)
{
	checked *c = ctx;

	UNIT_TRUE(hold == ctx);
	c->taken--;
}

/* ---- the firm ---- */

int64_t checked_type(checked *c, const char *slug, const char *more)
{
	char body[400];

	(void)snprintf(body, sizeof body,
	               "{\"slug\":\"%s\",\"name\":\"%s\",\"area\":\"voucher\",\"nature\":\"mismatch\","
	               "\"severity\":\"high\",\"finds\":\"x\"%s}",
	               slug, slug, more);
	return office_record(&c->o, 0, "exception_type", body);
}

void checked_open(checked *c)
{
	char body[200];

	*c = (checked){0};
	office_open(&c->o);
	c->o.engine.hooks = rd_desk_hooks;
	c->o.engine.n_hooks = rd_desk_hooks_count;
	c->runs = (rd_runs){&c->o.engine, {take, give, c}};
	c->client = office_record(&c->o, 0, "client", "{\"name\":\"甲公司\"}");
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"甲公司 2026\",\"year\":2026,\"client\":\"%lld\"}",
	               (long long)c->client);
	c->books = office_record(&c->o, 0, "books", body);
	c->type = checked_type(c, "entry-unbalanced", "");
}

void checked_close(checked *c)
{
	UNIT_INT(c->taken, 0);
	for (uint32_t i = 0; i < c->n; i++)
		rd_book_free(c->list[i].book);
	office_close(&c->o);
}

typedef struct committing {
	checked *c;
	int64_t import;
} committing;

/* Behind the back of the hooks that read files. */
static rd_rc commit(rd_tx *tx, void *ctx, rd_err *err)
{
	const committing *k = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record was, now;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("import")), k->import, &was, err));
	now = rd_record_copy(tx->arena, &was);
	*rd_cell(&now, RD_COL_STATE) = RD_VALUE_TEXT(RD_STR("committed"));
	RD_TRY(rd_record_write(tx, &system, &was, &now, err));
	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("books")), k->c->books, &was, err));
	now = rd_record_copy(tx->arena, &was);
	*rd_field_cell(&now, "current_import") = RD_VALUE_INT(k->import);
	return rd_record_write(tx, &system, &was, &now, err);
}

int64_t checked_import(checked *c, const char *rows)
{
	committing k = {.c = c};
	char body[200];

	UNIT_TRUE(c->n < CHECKED_IMPORTS);
	c->o.place.now_us += 60000000;
	(void)snprintf(body, sizeof body, "{\"name\":\"导入\",\"books\":\"%lld\",\"client\":\"%lld\"}",
	               (long long)c->books, (long long)c->client);
	k.import = office_record(&c->o, 0, "import", body);
	c->list[c->n].import = k.import;
	c->list[c->n++].book = checked_book(rows);
	office_write(&c->o, commit, &k);
	return k.import;
}

/* ---- runs ---- */

uint32_t checked_work(checked *c)
{
	static const char *const queues[] = {RD_RUNS_QUEUE};
	rd_job_kind kinds[RD_RUNS_JOBS_N];
	uint32_t ran = 0;
	rd_err err = {0};

	rd_runs_jobs(&c->runs, kinds);
	rd_rc rc = rd_jobs_run(&(rd_jobs_config){.store = c->o.store,
	                                         .kinds = kinds,
	                                         .n_kinds = RD_RUNS_JOBS_N,
	                                         .queues = queues,
	                                         .n_queues = 1},
	                       1000, &ran, &err);

	UNIT_OK(rc, &err);
	return ran;
}

typedef struct starting {
	checked *c;
	const char *trigger;
	int64_t run;
} starting;

static rd_rc start(rd_tx *tx, void *ctx, rd_err *err)
{
	starting *s = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);

	return rd_runs_start(&s->c->o.engine, tx, &system, s->c->books, 0, s->trigger, &s->run, err);
}

int64_t checked_run(checked *c, const char *trigger)
{
	starting s = {c, trigger, 0};

	office_write(&c->o, start, &s);
	(void)checked_work(c);
	return s.run;
}

int64_t checked_import_and_run(checked *c, const char *rows)
{
	(void)checked_import(c, rows);
	return checked_run(c, "import");
}

int64_t checked_number(const checked *c, const char *sql, ...)
{
	char text[1000];
	va_list args;

	va_start(args, sql);
	(void)vsnprintf(text, sizeof text, sql, args);
	va_end(args);
	return place_number(&c->o.place, text);
}

bool checked_is(const checked *c, const char *table, int64_t id, const char *column,
                const char *value)
{
	return checked_number(c, "SELECT count(*) FROM %s WHERE id = %lld AND %s = '%s'", table,
	                      (long long)id, column, value) == 1;
}
