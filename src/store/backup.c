#include "store/backup.h"
#include "store/copy.h"
#include "store/db_impl.h"
#include "store/files.h"
#include "store/heads.h"
#include "store/migrate.h"
#include "store/queries.gen.h"
#include "store/store_impl.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#define PATH_BYTES 1100
#define PAGE       500u

/* Tables alone may be there: of a restore that failed. */
static rd_rc must_hold_nothing(rd_db *db, const rd_schema_state *state, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_tx tx = {.db = db, .arena = a};
	const rd_q_firm_of_log_after_row *rows;
	uint32_t n = 1;
	rd_rc rc = state->applied == state->of ? rd_db_begin(db, false, err) : RD_OK;

	if (rc == RD_OK && state->applied == state->of) {
		rc = rd_db_firm(db, 0, err);
		if (rc == RD_OK)
			rc = rd_q_firm_of_log_after(&tx, 0, 1, &rows, &n, err);
		rd_db_rollback(db);
	}
	rd_arena_free(a);
	if (rc == RD_OK && n)
		return rd_fail(err, RD_CONFLICT, "目标里已有数据库；请换一个空的地方",
		               "the target holds a database already; name an empty place");
	return rc;
}

/* Copies everything between two places; the target is made from the migrations. */
static rd_rc copy_rows(rd_str from_url, rd_str to_url, int64_t now_us, rd_err *err)
{
	rd_db *from = NULL, *to = NULL;
	rd_schema_state state = {0};
	rd_rc rc = rd_db_open(from_url, RD_DB_READ, &from, err);

	if (rc == RD_OK)
		rc = rd_db_open(to_url, RD_DB_UPGRADE, &to, err);
	if (rc == RD_OK)
		rc = rd_schema_check(from, &state, err);
	if (rc == RD_OK && state.applied != state.of)
		rc = rd_fail(err, RD_USAGE, "来源是旧版本的数据库；请先运行 redink upgrade",
		             "the source is of an older release; run redink upgrade first");
	if (rc == RD_OK)
		rc = rd_schema_check(to, &state, err);
	if (rc == RD_OK && state.applied)
		rc = must_hold_nothing(to, &state, err);
	else if (rc == RD_OK)
		rc = rd_schema_upgrade(to, now_us, &state, err);
	if (rc == RD_OK)
		rc = rd_db_begin(from, false, err);
	if (rc == RD_OK)
		rc = rd_db_firm(from, 0, err);
	if (rc == RD_OK)
		rc = rd_db_begin(to, true, err);
	if (rc == RD_OK)
		rc = rd_db_firm(to, 0, err);
	if (rc == RD_OK)
		rc = rd_db_copy(from, to, err);
	if (rc == RD_OK)
		rc = rd_db_commit(to, err);
	rd_db_close(from);
	rd_db_close(to);
	return rc;
}

/* Through a file of the folder, which the place takes over. */
static rd_rc put_blob(const rd_blob_place *to, const char *folder, const char *key, int in,
                      rd_err *err)
{
	char temp[PATH_BYTES + 32];

	(void)snprintf(temp, sizeof temp, "%s/blob-%08x", folder, randombytes_random());
	int fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		(void)rd_fail_os(err, errno, "建不了附件文件", "the file of the blob cannot be made");
		return rd_err_at(err, temp, 0);
	}
	rd_rc rc = rd_fd_copy(in, fd, err);

	if (rc == RD_OK)
		return to->put(to->ctx, key, temp, fd, err);
	(void)close(fd);
	(void)unlink(temp);
	return rc;
}

static rd_rc copy_blob(const rd_blob_place *from, const rd_blob_place *to, const char *folder,
                       const char *key, rd_err *err)
{
	int fd = -1;

	RD_TRY(from->get(from->ctx, key, &fd, err));
	rd_rc rc = put_blob(to, folder, key, fd, err);

	(void)close(fd);
	return rc;
}

typedef struct copying {
	const rd_blob_place *from, *to;
	const char *folder; /* for what is on its way */
	rd_db *db;          /* its rows say which blobs belong to it */
	rd_arena *a;
	rd_backup_done done;
} copying;

static rd_rc copy_blobs_of(copying *c, int64_t firm_id, rd_err *err)
{
	rd_tx tx = {.db = c->db, .firm_id = firm_id, .arena = c->a};
	rd_blob_id last = {{0}};
	rd_str after = {(const char *)last.sha256, 0};
	uint32_t n = 1;
	char key[RD_BLOB_KEY_MAX];

	RD_TRY(rd_db_firm(c->db, firm_id, err));
	while (n) {
		const rd_q_blob_after_row *rows;

		rd_arena_reset(c->a);
		RD_TRY(rd_q_blob_after(&tx, after, PAGE, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			if (rows[i].sha256.len != 32)
				return rd_fail(err, RD_CORRUPT, "附件的名称已损坏",
				               "the name of a blob is damaged");
			memcpy(last.sha256, rows[i].sha256.ptr, 32);
			after.len = 32;
			rd_blob_key(firm_id, &last, key);
			RD_TRY(copy_blob(c->from, c->to, c->folder, key, err));
			c->done.blobs++;
		}
	}
	return RD_OK;
}

static rd_rc copy_blobs(copying *c, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_tx tx = {.db = c->db, .arena = a};
	int64_t after = 0;
	uint32_t n = 1;
	rd_rc rc = RD_OK;

	while (rc == RD_OK && n) {
		const rd_q_firm_of_log_after_row *rows;

		rd_arena_reset(a);
		rc = rd_db_firm(c->db, 0, err);
		if (rc == RD_OK)
			rc = rd_q_firm_of_log_after(&tx, after, PAGE, &rows, &n, err);
		for (uint32_t i = 0; rc == RD_OK && i < n; i++) {
			rc = copy_blobs_of(c, rows[i].firm_id, err);
			after = rows[i].firm_id;
			c->done.firms += rows[i].firm_id != RD_HEADS_FIRM;
			c->done.events += rows[i].size;
		}
	}
	rd_arena_free(a);
	return rc;
}

/* What was signed last goes along: without it a restored store might sign a second history. */
static rd_rc copy_signed(const char *from, const char *to, rd_err *err)
{
	char folder[PATH_BYTES], old[PATH_BYTES + 260], new[PATH_BYTES + 260], made[PATH_BYTES];
	rd_rc rc = RD_OK;

	(void)snprintf(folder, sizeof folder, "%s/signed", from);
	DIR *d = opendir(folder);

	if (d == NULL && errno == ENOENT)
		return RD_OK; /* nothing was signed yet */
	if (d == NULL) {
		(void)rd_fail_os(err, errno, "打不开文件夹", "the folder cannot be opened");
		return rd_err_at(err, folder, 0);
	}
	(void)snprintf(made, sizeof made, "%s/signed", to);
	rc = rd_folder_make(made, err);
	for (const struct dirent *e; rc == RD_OK && (e = readdir(d)) != NULL;) {
		if (strspn(e->d_name, "0123456789") != strlen(e->d_name))
			continue;
		(void)snprintf(old, sizeof old, "%s/%s", folder, e->d_name);
		(void)snprintf(new, sizeof new, "%s/%s", made, e->d_name);
		rc = rd_file_copy(old, new, err);
	}
	(void)closedir(d);
	return rc;
}

/* In a backup the key of the store becomes one of the old; in a restored place they stay. */
static rd_rc copy_signing(rd_str from, const char *to, rd_err *err)
{
	RD_TRY(copy_signed(from.ptr, to, err));
	return rd_store_keep_old_keys(from, to, err);
}

static rd_rc verify(rd_str url, rd_str folder, const rd_blob_place *blobs, rd_err *err)
{
	rd_verify_order order = {.url = url, .folder = folder, .blobs = true, .place = blobs};
	bool sound = false;

	RD_TRY(rd_store_verify(&order, NULL, NULL, &sound, err));
	if (sound)
		return RD_OK;
	(void)rd_fail(err, RD_CORRUPT, "复制品通不过校验；请运行 redink verify 查看原因",
	              "the copy does not pass verification; run redink verify to see why");
	return rd_err_at(err, folder.ptr, 0);
}

/* Those that the rows of `db_url` name. */
static rd_rc blobs_to(const rd_blob_place *from, const rd_blob_place *to, rd_str db_url,
                      const char *folder, rd_backup_done *ret, rd_err *err)
{
	copying c = {.from = from, .to = to, .folder = folder};

	RD_TRY(rd_db_open(db_url, RD_DB_READ, &c.db, err));
	c.a = rd_arena_new();
	rd_rc rc = rd_db_begin(c.db, false, err);

	if (rc == RD_OK)
		rc = copy_blobs(&c, err);
	rd_db_close(c.db);
	rd_arena_free(c.a);
	if (rc == RD_OK)
		*ret = c.done;
	return rc;
}

/* ---- a folder that is whole or not there ---- */

typedef struct stage {
	rd_arena *a;
	rd_str to;    /* empty before */
	rd_str inner; /* where all is made */
	bool made;    /* `to` was not there */
	rd_store *at; /* no open store: only the place of blobs in `inner` */
} stage;

static rd_rc stage_open(stage *g, rd_str to, rd_err *err)
{
	char inner[PATH_BYTES];
	int n = snprintf(inner, sizeof inner, "%s/new-%08x", to.ptr, randombytes_random());

	if (n >= (int)sizeof inner)
		return rd_fail(err, RD_LIMIT, "路径过长", "the path is too long");
	RD_TRY(rd_folder_must_be_empty(to.ptr, err));
	g->to = to;
	g->inner = (rd_str){rd_arena_copy(g->a, inner, (size_t)n), (uint32_t)n};
	g->made = access(to.ptr, F_OK) != 0;
	g->at = RD_NEW(g->a, rd_store);
	g->at->config.folder = g->inner;
	rd_blobs_in_folder(g->at);
	return rd_folder_make(inner, err);
}

/* Everything was empty before: what is there is ours. */
static void stage_undo(const stage *g)
{
	char db[PATH_BYTES];

	if (g->inner.len == 0)
		return;
	(void)snprintf(db, sizeof db, "%s/redink.db", g->to.ptr);
	(void)unlink(db);
	rd_folder_clear(g->to.ptr);
	if (g->made)
		(void)rmdir(g->to.ptr);
}

static rd_rc stage_close(const stage *g, rd_rc rc, rd_err *err)
{
	if (rc == RD_OK)
		rc = rd_folder_raise(g->inner.ptr, "redink.db", err);
	if (rc != RD_OK)
		stage_undo(g);
	return rc;
}

/* ---- out ---- */

static rd_rc back_up(rd_store *s, const stage *g, rd_backup_done *ret, rd_err *err)
{
	/* Before the rows: what is signed meanwhile must not be ahead of the copy. */
	if (s->config.folder.len)
		RD_TRY(copy_signing(s->config.folder, g->inner.ptr, err));
	if (s->backend == RD_SQLITE)
		RD_TRY(rd_db_sqlite_copy(s->config.url, g->inner, err));
	else
		RD_TRY(copy_rows(s->config.url, g->inner, rd_store_now_us(s), err));
	RD_TRY(blobs_to(&s->blobs, &g->at->blobs, g->inner, g->inner.ptr, ret, err));
	return verify(g->inner, g->inner, NULL, err);
}

rd_rc rd_store_backup(rd_store *s, rd_str to, rd_backup_done *ret, rd_err *err)
{
	stage g = {.a = rd_arena_new()};
	rd_rc rc = stage_open(&g, (rd_str){rd_arena_copy(g.a, to.ptr, to.len), to.len}, err);

	if (rc == RD_OK)
		rc = back_up(s, &g, ret, err);
	rc = stage_close(&g, rc, err);
	rd_arena_free(g.a);
	return rc;
}

/* ---- and back ---- */

typedef struct restoring {
	rd_str from, url, folder;
	rd_store *source, *target; /* not open: only where their blobs are */
	const rd_blob_place *blobs;
	int64_t now_us;
} restoring;

/* Blobs and what was signed are there before the rows that speak of them. */
static rd_rc restore_into(const restoring *r, rd_str url, rd_str folder, const rd_blob_place *blobs,
                          rd_backup_done *ret, rd_err *err)
{
	RD_TRY(copy_signing(r->from, folder.ptr, err));
	RD_TRY(blobs_to(&r->source->blobs, blobs, r->from, folder.ptr, ret, err));
	if (rd_str_has(url, "://"))
		RD_TRY(copy_rows(r->from, url, r->now_us, err));
	else
		RD_TRY(rd_db_sqlite_copy(r->from, url, err));
	return verify(url, folder, blobs, err);
}

static rd_rc restore(const restoring *r, rd_arena *a, rd_backup_done *ret, rd_err *err)
{
	stage g = {.a = a};
	bool own_folder = !rd_str_eq(r->url, r->folder);

	RD_TRY(verify(r->from, r->from, NULL, err));
	if (own_folder)
		RD_TRY(rd_folder_make(r->folder.ptr, err));
	if (rd_str_has(r->url, "://"))
		return restore_into(r, r->url, r->folder, r->blobs, ret, err);
	rd_rc rc = stage_open(&g, r->url, err);

	if (rc == RD_OK && own_folder)
		rc = restore_into(r, g.inner, r->folder, r->blobs, ret, err);
	else if (rc == RD_OK)
		rc = restore_into(r, g.inner, g.inner,
		                  r->blobs == &r->target->blobs ? &g.at->blobs : r->blobs, ret, err);
	return stage_close(&g, rc, err);
}

rd_rc rd_store_restore(rd_str from, const rd_store_config *config, const rd_blob_place *blobs,
                       rd_backup_done *ret, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_str url = config->url, folder = config->folder.len ? config->folder : url;
	restoring r = {.source = RD_NEW(a, rd_store),
	               .target = RD_NEW(a, rd_store),
	               .now_us = rd_config_now_us(config)};

	r.from = (rd_str){rd_arena_copy(a, from.ptr, from.len), from.len};
	r.url = (rd_str){rd_arena_copy(a, url.ptr, url.len), url.len};
	r.folder = (rd_str){rd_arena_copy(a, folder.ptr, folder.len), folder.len};
	r.source->config.folder = r.from;
	rd_blobs_in_folder(r.source);
	r.target->config.folder = r.folder;
	rd_blobs_in_folder(r.target);
	r.blobs = blobs ? blobs : &r.target->blobs;
	rd_rc rc = restore(&r, a, ret, err);

	rd_arena_free(a);
	return rc;
}
