#include "store/store_impl.h"
#include "base/assert.h"
#include "store/db_impl.h"
#include "store/heads.h"
#include "store/migrate.h"
#include "store/queries.gen.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BATCH_MAX  512u
#define FIRMS_PAGE 500u
#define ID_RANDOM  21u /* bits below the milliseconds: two processes rarely meet */

static int64_t real_now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

rd_backend rd_store_backend(const rd_store *s)
{
	return s->backend;
}

int64_t rd_config_now_us(const rd_store_config *config)
{
	return config->now_us ? config->now_us(config->clock) : real_now_us();
}

int64_t rd_store_now_us(const rd_store *s)
{
	return rd_config_now_us(&s->config);
}

static rd_str keep(rd_store *s, rd_str text)
{
	return (rd_str){rd_arena_copy(s->home, text.ptr, text.len), text.len};
}

static void keep_config(rd_store *s, const rd_store_config *config)
{
	s->config = *config;
	s->config.url = keep(s, config->url);
	s->config.folder =
		keep(s, config->folder.len || s->backend != RD_SQLITE ? config->folder : config->url);
	s->config.origin = keep(s, config->origin);
	if (config->batch_max == 0)
		s->config.batch_max = BATCH_MAX;
}

static rd_rc make_folder(rd_str folder, rd_err *err)
{
	if (folder.len == 0 || mkdir(folder.ptr, 0700) == 0 || errno == EEXIST)
		return RD_OK;
	(void)rd_fail_os(err, errno, "建不了数据文件夹", "the data folder cannot be made");
	return rd_err_at(err, folder.ptr, 0);
}

/* A new database gets its schema; an older one is brought up to date when that is allowed. */
static rd_rc ready_schema(rd_store *s, rd_err *err)
{
	rd_db *db = NULL;
	rd_schema_state state = {0};

	RD_TRY(rd_db_open(s->config.url, RD_DB_UPGRADE, &db, err));
	rd_rc rc = rd_schema_check(db, &state, err);

	if (rc == RD_OK && state.applied < state.of) {
		if (state.applied && !s->config.upgrade)
			rc = rd_fail(err, RD_USAGE,
			             "数据库是旧版本（第 %u 步，共 %u 步）；请先备份，再运行 redink upgrade",
			             "the database is of an older release (step %u of %u); back it up, then "
			             "run redink upgrade",
			             state.applied, state.of);
		else
			rc = rd_schema_upgrade(db, rd_store_now_us(s), &state, err);
	}
	rd_db_close(db);
	return rc;
}

static void reader_end(void *at)
{
	rd_db *db = at;
	rd_store *s = db->owner;

	(void)pthread_mutex_lock(&s->readers_lock);
	*db->link = db->next;
	if (db->next)
		db->next->link = db->link;
	(void)pthread_mutex_unlock(&s->readers_lock);
	rd_db_close(db);
}

static rd_rc reader_of(rd_store *s, rd_db **ret, rd_err *err)
{
	rd_db *db = pthread_getspecific(s->reader_key);

	if (db == NULL) {
		RD_TRY(rd_db_open(s->config.url, RD_DB_READ, &db, err));
		db->owner = s;
		(void)pthread_mutex_lock(&s->readers_lock);
		db->next = s->readers;
		db->link = &s->readers;
		if (db->next)
			db->next->link = &db->next;
		s->readers = db;
		(void)pthread_mutex_unlock(&s->readers_lock);
		(void)pthread_setspecific(s->reader_key, db);
	}
	*ret = db;
	return RD_OK;
}

rd_rc rd_store_read(rd_store *s, int64_t firm_id, rd_arena *a, rd_tx_fn *fn, void *ctx, rd_err *err)
{
	rd_db *db = NULL;

	RD_TRY(reader_of(s, &db, err));
	RD_TRY(rd_db_begin(db, false, err));
	rd_tx tx = {.db = db, .firm_id = firm_id, .now_us = rd_store_now_us(s), .arena = a, .store = s};
	rd_rc rc = rd_db_firm(db, firm_id, err);

	if (rc == RD_OK)
		rc = fn(&tx, ctx, err);
	rd_db_rollback(db);
	return rc;
}

typedef struct firm_list {
	int64_t *ids;
	uint32_t n, cap;
} firm_list;

static rd_rc list_firms(rd_tx *tx, void *ctx, rd_err *err)
{
	firm_list *l = ctx;
	uint32_t n = FIRMS_PAGE;
	int64_t after = 0;

	while (n == FIRMS_PAGE) {
		const rd_q_firm_of_log_after_row *rows;

		RD_TRY(rd_q_firm_of_log_after(tx, after, FIRMS_PAGE, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			after = rows[i].firm_id;
			if (rows[i].size == 0 || after == RD_HEADS_FIRM)
				continue; /* the first command of a firm was refused: there is none */
			l->ids = rd_grow(tx->arena, l->ids, l->n, &l->cap, sizeof *l->ids);
			l->ids[l->n++] = rows[i].firm_id;
		}
	}
	return RD_OK;
}

rd_rc rd_store_firms(rd_store *s, rd_arena *a, const int64_t **ret_ids, uint32_t *ret_n,
                     rd_err *err)
{
	firm_list l = {0};

	RD_TRY(rd_store_read(s, 0, a, list_firms, &l, err));
	*ret_ids = l.ids;
	*ret_n = l.n;
	return RD_OK;
}

int64_t rd_store_new_id(rd_store *s)
{
	uint32_t random = randombytes_random() >> (32 - ID_RANDOM);
	int64_t want = (rd_store_now_us(s) / 1000 << ID_RANDOM) | random;
	int64_t last = atomic_load(&s->last_id), id;

	do {
		id = want > last ? want : last + 1;
	} while (!atomic_compare_exchange_weak(&s->last_id, &last, id));
	return id;
}

const char *rd_store_folder(const rd_store *s)
{
	return s->config.folder.len ? s->config.folder.ptr : "/tmp";
}

rd_rc rd_store_temp(const rd_store *s, int *ret_fd, rd_err *err)
{
	const char *folder = rd_store_folder(s);
	char path[1400];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	/* Some file systems have no files without names: then it loses its name at once. */
	if (fd < 0) {
		(void)snprintf(path, sizeof path, "%s/temp-XXXXXX", folder);
		fd = mkostemp(path, O_CLOEXEC);
		if (fd >= 0)
			(void)unlink(path);
	}
	if (fd < 0) {
		(void)rd_fail_os(err, errno, "建不了临时文件", "a temporary file cannot be made");
		return rd_err_at(err, folder, 0);
	}
	*ret_fd = fd;
	return RD_OK;
}

static rd_rc start(rd_store *s, rd_err *err)
{
	if (sodium_init() < 0)
		return rd_fail(err, RD_UNAVAILABLE, "系统没有给出随机数",
		               "the system gives no random numbers");
	if (s->config.url.len == 0)
		return rd_fail(err, RD_USAGE, "没有给出数据文件夹或数据库地址",
		               "no data folder or address of a database is given");
	if (s->backend == RD_SQLITE)
		RD_TRY(make_folder(s->config.url, err));
	RD_TRY(make_folder(s->config.folder, err));
	rd_blobs_sweep(s);
	RD_TRY(ready_schema(s, err));
	return rd_writer_start(s, err);
}

rd_rc rd_store_open(const rd_store_config *config, rd_store **ret_store, rd_err *err)
{
	rd_arena *home = rd_arena_new();
	rd_store *s = RD_NEW(home, rd_store);

	s->home = home;
	s->backend = rd_str_starts(config->url, "postgres") && rd_str_has(config->url, "://")
	                 ? RD_POSTGRES
	                 : RD_SQLITE;
	keep_config(s, config);
	rd_blobs_in_folder(s);
	(void)pthread_mutex_init(&s->readers_lock, NULL);
	RD_ASSERT(pthread_key_create(&s->reader_key, reader_end) == 0);
	rd_rc rc = start(s, err);

	if (rc != RD_OK) {
		rd_store_close(s);
		return rc;
	}
	*ret_store = s;
	return RD_OK;
}

void rd_store_close(rd_store *s)
{
	if (s == NULL)
		return;
	rd_writer_stop(s);
	(void)pthread_key_delete(s->reader_key);
	for (rd_db *db = s->readers, *next; db; db = next) {
		next = db->next;
		rd_db_close(db);
	}
	(void)pthread_mutex_destroy(&s->readers_lock);
	rd_arena_free(s->home);
}
