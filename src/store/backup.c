#include "store/backup.h"
#include "store/copy.h"
#include "store/db_impl.h"
#include "store/files.h"
#include "store/migrate.h"
#include "store/queries.gen.h"
#include "store/store_impl.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define PATH_BYTES 1100
#define PAGE       500u

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
		rc = rd_fail(err, RD_CONFLICT, "目标里已有数据库；请换一个空的地方",
		             "the target holds a database already; name an empty place");
	if (rc == RD_OK)
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

static rd_rc copy_fd(int in, const char *to, rd_err *err)
{
	char from[64];

	(void)snprintf(from, sizeof from, "/proc/self/fd/%d", in);
	return rd_file_copy(from, to, err);
}

static rd_rc copy_blob(const rd_blob_place *from, const char *to_folder, const char *key,
                       rd_err *err)
{
	char to[PATH_BYTES + RD_BLOB_KEY_MAX + 8], folder[sizeof to];
	int fd = -1;

	(void)snprintf(to, sizeof to, "%s/blobs/%s", to_folder, key);
	(void)snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(to, '/') - to), to);
	RD_TRY(rd_folder_make(folder, err));
	RD_TRY(from->get(from->ctx, key, &fd, err));
	rd_rc rc = copy_fd(fd, to, err);

	(void)close(fd);
	return rc;
}

typedef struct copying {
	const rd_blob_place *blobs;
	const char *to;
	rd_db *db; /* of the copy: its rows say which blobs belong to it */
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
			RD_TRY(copy_blob(c->blobs, c->to, key, err));
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
			c->done.firms++;
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

	if (d == NULL)
		return RD_OK; /* nothing was signed yet */
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

static rd_rc verify(rd_str url, rd_str folder, rd_err *err)
{
	rd_verify_order order = {.url = url, .folder = folder, .blobs = true};
	bool sound = false;

	RD_TRY(rd_store_verify(&order, NULL, NULL, &sound, err));
	if (sound)
		return RD_OK;
	(void)rd_fail(err, RD_CORRUPT, "复制品通不过校验；请运行 redink verify 查看原因",
	              "the copy does not pass verification; run redink verify to see why");
	return rd_err_at(err, folder.ptr, 0);
}

static rd_rc blobs_to(const rd_blob_place *blobs, rd_str db_url, const char *to,
                      rd_backup_done *ret, rd_err *err)
{
	copying c = {.blobs = blobs, .to = to};

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

static rd_rc back_up(rd_store *s, rd_str to, rd_backup_done *ret, rd_err *err)
{
	RD_TRY(rd_folder_must_be_empty(to.ptr, err));
	RD_TRY(rd_folder_make(to.ptr, err));
	/* Before the rows: what is signed meanwhile must not be ahead of the copy. */
	if (s->config.folder.len)
		RD_TRY(copy_signing(s->config.folder, to.ptr, err));
	if (s->backend == RD_SQLITE)
		RD_TRY(rd_db_sqlite_copy(s->config.url, to, err));
	else
		RD_TRY(copy_rows(s->config.url, to, rd_store_now_us(s), err));
	RD_TRY(blobs_to(&s->blobs, to, to.ptr, ret, err));
	return verify(to, to, err);
}

rd_rc rd_store_backup(rd_store *s, rd_str to, rd_backup_done *ret, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_str folder = {rd_arena_copy(a, to.ptr, to.len), to.len};
	rd_rc rc = back_up(s, folder, ret, err);

	rd_arena_free(a);
	return rc;
}

static rd_rc restore(rd_str from, rd_str url, rd_str folder, int64_t now_us, rd_backup_done *ret,
                     rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_store *source = RD_NEW(a, rd_store);
	bool to_folder = !rd_str_has(url, "://");

	source->config.folder = from;
	rd_blobs_in_folder(source);
	rd_rc rc = verify(from, from, err);

	if (rc == RD_OK && to_folder)
		rc = rd_folder_must_be_empty(url.ptr, err);
	if (rc == RD_OK && to_folder)
		rc = rd_folder_make(url.ptr, err);
	if (rc == RD_OK)
		rc = rd_folder_make(folder.ptr, err);
	if (rc == RD_OK)
		rc = to_folder ? rd_db_sqlite_copy(from, url, err) : copy_rows(from, url, now_us, err);
	if (rc == RD_OK)
		rc = copy_signing(from, folder.ptr, err);
	if (rc == RD_OK)
		rc = blobs_to(&source->blobs, from, folder.ptr, ret, err);
	if (rc == RD_OK)
		rc = verify(url, folder, err);
	rd_arena_free(a);
	return rc;
}

rd_rc rd_store_restore(rd_str from, const rd_store_config *config, rd_backup_done *ret, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_str source = {rd_arena_copy(a, from.ptr, from.len), from.len};
	rd_str url = {rd_arena_copy(a, config->url.ptr, config->url.len), config->url.len};
	rd_str folder = config->folder.len ? config->folder : url;

	folder.ptr = rd_arena_copy(a, folder.ptr, folder.len);
	rd_rc rc = restore(source, url, folder, rd_config_now_us(config), ret, err);

	rd_arena_free(a);
	return rc;
}
