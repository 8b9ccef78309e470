/*
 * The one thread that writes: many commands in one transaction.
 *
 * A refused command must leave nothing behind, and a savepoint for each makes sure of it. SQLite
 * copies every page that changes under a savepoint, a quarter of the work of a new task, so a
 * batch of it first runs without them: a command that is refused before it has written, as nearly
 * all are, leaves nothing. When one had written, the batch runs again with savepoints.
 */
#include "base/assert.h"
#include "store/db_impl.h"
#include "store/log_impl.h"
#include "store/store_impl.h"

#define AGAIN_MAX 10u /* runs of one batch that the database may ask for */

static void all_fail(rd_command *batch, rd_rc rc, const rd_err *why)
{
	for (rd_command *c = batch; c; c = c->next)
		if (c->rc == RD_OK) {
			c->rc = rc;
			c->err = *why;
		}
}

/* How a batch is run, and whether it must be run again as the database wants, or more carefully. */
typedef struct run {
	rd_store *store;
	bool careful; /* each command in a savepoint */
	bool again;
} run;

static rd_rc call(run *r, rd_command *c)
{
	writer *w = &r->store->writer;
	rd_tx tx = {
		.db = w->db, .firm_id = c->firm_id, .arena = c->arena, .log = w->log, .store = r->store};

	c->err = (rd_err){0};
	tx.now_us = rd_log_enter(w->log, c->firm_id);
	return c->run(&tx, c->ctx, &c->err);
}

/* An error is of the whole batch when the savepoint cannot be had, or when all is to run again. */
static rd_rc run_saved(run *r, rd_command *c, rd_err *err)
{
	writer *w = &r->store->writer;

	RD_TRY(rd_db_savepoint(w->db, err));
	c->rc = call(r, c);
	if (c->rc == RD_OK)
		c->rc = rd_db_release(w->db, &c->err);
	if (c->rc == RD_OK)
		return RD_OK;
	if (rd_db_again(w->db)) {
		r->again = true;
		*err = c->err;
		return c->rc;
	}
	rd_log_undo(w->log);
	rd_db_undo(w->db);
	return RD_OK;
}

static rd_rc run_bare(run *r, rd_command *c, rd_err *err)
{
	writer *w = &r->store->writer;
	uint64_t before = rd_db_writes(w->db);

	c->rc = call(r, c);
	if (c->rc == RD_OK)
		return RD_OK;
	if (rd_db_writes(w->db) != before) {
		r->again = r->careful = true;
		*err = c->err;
		return c->rc;
	}
	rd_log_undo(w->log);
	return RD_OK;
}

static rd_rc run_all(run *r, rd_command *batch, uint32_t n, rd_arena *scratch, rd_err *err)
{
	rd_store *s = r->store;
	writer *w = &s->writer;
	int64_t *firms = RD_NEW_N(scratch, int64_t, n);
	uint32_t i = 0;

	for (rd_command *c = batch; c; c = c->next) {
		firms[i++] = c->firm_id;
		c->rc = RD_OK;
	}
	r->again = false;
	RD_TRY(rd_db_begin(w->db, true, err));
	rd_rc rc = rd_log_begin(w->log, w->db, firms, n, rd_store_now_us(s), err);

	for (rd_command *c = batch; c && rc == RD_OK; c = c->next) {
		rc = rd_db_firm(w->db, c->firm_id, err);
		if (rc == RD_OK)
			rc = r->careful ? run_saved(r, c, err) : run_bare(r, c, err);
	}
	if (rc == RD_OK)
		rc = rd_log_finish(w->log, err);
	if (rc == RD_OK)
		rc = rd_db_commit(w->db, err);
	r->again |= rc != RD_OK && rd_db_again(w->db);
	rd_db_rollback(w->db);
	return rc;
}

/* ---- telling ---- */

static void call_done(rd_command *batch)
{
	for (rd_command *c = batch, *next; c; c = next) {
		next = c->next; /* after done, c may be gone */
		c->done(c);
	}
}

/* What is over is told by a thread of its own while others wait for the writer: an answer costs as
 * much as some statements. When nobody waits, without the detour. */
static void tell(writer *w, rd_command *batch)
{
	rd_command *last = batch;

	while (last->next)
		last = last->next;
	(void)pthread_mutex_lock(&w->lock);
	bool detour = w->first != NULL || w->telling || w->over_first != NULL;

	if (detour) {
		if (w->over_last)
			w->over_last->next = batch;
		else
			w->over_first = batch;
		w->over_last = last;
		(void)pthread_cond_signal(&w->told);
	}
	(void)pthread_mutex_unlock(&w->lock);
	if (!detour)
		call_done(batch);
}

static void *teller_main(void *arg)
{
	writer *w = arg;
	rd_command *over;

	do {
		(void)pthread_mutex_lock(&w->lock);
		w->telling = false;
		while (w->over_first == NULL && !w->ending)
			(void)pthread_cond_wait(&w->told, &w->lock);
		over = w->over_first;
		w->over_first = w->over_last = NULL;
		w->telling = over != NULL;
		(void)pthread_mutex_unlock(&w->lock);
		call_done(over);
	} while (over);
	return NULL;
}

static void run_batch(rd_store *s, rd_command *batch, uint32_t n, rd_arena *scratch)
{
	run r = {.store = s, .careful = s->backend != RD_SQLITE};
	rd_err err = {0};
	rd_rc rc = RD_OK;

	for (uint32_t i = 0; i < AGAIN_MAX; i++) {
		rd_arena_reset(scratch);
		rc = run_all(&r, batch, n, scratch, &err);
		if (rc == RD_OK || !r.again)
			break;
	}
	if (rc != RD_OK)
		all_fail(batch, rc, &err);
	tell(&s->writer, batch);
}

/* The head of the queue, at most `max` commands; NULL when it is to end and all is done. */
static rd_command *take(writer *w, uint32_t max, uint32_t *ret_n)
{
	uint32_t n = 1;

	(void)pthread_mutex_lock(&w->lock);
	while (w->first == NULL && !w->stopping)
		(void)pthread_cond_wait(&w->more, &w->lock);
	rd_command *batch = w->first, *last = batch;

	if (batch) {
		for (; n < max && last->next; n++)
			last = last->next;
		w->first = last->next;
		if (w->first == NULL)
			w->last = NULL;
		last->next = NULL;
	}
	(void)pthread_mutex_unlock(&w->lock);
	*ret_n = n;
	return batch;
}

static void *writer_main(void *arg)
{
	rd_store *s = arg;
	rd_arena *scratch = rd_arena_new();
	uint32_t n;

	for (rd_command *batch; (batch = take(&s->writer, s->config.batch_max, &n)) != NULL;)
		run_batch(s, batch, n, scratch);
	rd_arena_free(scratch);
	return NULL;
}

void rd_store_submit(rd_store *s, rd_command *c)
{
	writer *w = &s->writer;

	RD_ASSERT(c->run && c->done && c->arena && c->firm_id >= 0);
	c->next = NULL;
	(void)atomic_fetch_add(&w->submitted, 1);
	(void)pthread_mutex_lock(&w->lock);
	RD_ASSERT(!w->stopping);
	if (w->last)
		w->last->next = c;
	else
		w->first = c;
	w->last = c;
	bool was_empty = w->first == c;

	(void)pthread_mutex_unlock(&w->lock);
	if (was_empty)
		(void)pthread_cond_signal(&w->more);
}

uint64_t rd_store_commands(const rd_store *s)
{
	return atomic_load(&s->writer.submitted);
}

typedef struct waiting {
	rd_command command;
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool done;
} waiting;

static void wake(rd_command *c)
{
	waiting *w = (waiting *)c;

	(void)pthread_mutex_lock(&w->lock);
	w->done = true;
	(void)pthread_cond_signal(&w->over);
	(void)pthread_mutex_unlock(&w->lock);
}

rd_rc rd_store_write(rd_store *s, int64_t firm_id, rd_arena *a, rd_tx_fn *fn, void *ctx,
                     rd_err *err)
{
	waiting w = {.command = {.firm_id = firm_id, .arena = a, .run = fn, .ctx = ctx, .done = wake}};

	(void)pthread_mutex_init(&w.lock, NULL);
	(void)pthread_cond_init(&w.over, NULL);
	rd_store_submit(s, &w.command);
	(void)pthread_mutex_lock(&w.lock);
	while (!w.done)
		(void)pthread_cond_wait(&w.over, &w.lock);
	(void)pthread_mutex_unlock(&w.lock);
	(void)pthread_cond_destroy(&w.over);
	(void)pthread_mutex_destroy(&w.lock);
	if (w.command.rc != RD_OK)
		*err = w.command.err;
	return w.command.rc;
}

/* After the writer: it has all that is to be told. */
static void end_teller(writer *w)
{
	(void)pthread_mutex_lock(&w->lock);
	w->ending = true;
	(void)pthread_cond_signal(&w->told);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->teller, NULL);
}

static void forget_locks(writer *w)
{
	(void)pthread_cond_destroy(&w->more);
	(void)pthread_cond_destroy(&w->told);
	(void)pthread_mutex_destroy(&w->lock);
}

static rd_rc start_threads(rd_store *s, rd_err *err)
{
	writer *w = &s->writer;
	bool teller = pthread_create(&w->teller, NULL, teller_main, w) == 0;

	if (teller && pthread_create(&w->thread, NULL, writer_main, s) == 0)
		return RD_OK;
	if (teller)
		end_teller(w);
	return rd_fail(err, RD_UNAVAILABLE, "系统不给线程；请检查限额",
	               "the system gives no thread; look at its limits");
}

rd_rc rd_writer_start(rd_store *s, rd_err *err)
{
	writer *w = &s->writer;

	RD_TRY(rd_db_open(s->config.url, RD_DB_WRITE, &w->db, err));
	w->log = rd_log_new(s->home);
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->more, NULL);
	(void)pthread_cond_init(&w->told, NULL);
	rd_rc rc = start_threads(s, err);

	w->running = rc == RD_OK;
	if (rc != RD_OK)
		forget_locks(w);
	return rc;
}

void rd_writer_stop(rd_store *s)
{
	writer *w = &s->writer;

	if (w->running) {
		(void)pthread_mutex_lock(&w->lock);
		w->stopping = true;
		(void)pthread_cond_signal(&w->more);
		(void)pthread_mutex_unlock(&w->lock);
		(void)pthread_join(w->thread, NULL);
		end_teller(w);
		forget_locks(w);
		w->running = false;
	}
	rd_log_free(w->log);
	w->log = NULL;
	rd_db_close(w->db);
	w->db = NULL;
}
