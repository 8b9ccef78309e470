#include "store/blob.h"
#include "base/assert.h"
#include "base/digest.h"
#include "store/files.h"
#include "store/queries.gen.h"
#include "store/store_impl.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define LEVEL        3 /* of zstd: 300 MB a second and core, most of what more levels give */
#define BLOCK        (128u << 10) /* what zstd likes to take and give */
#define PATH_BYTES   1400
#define CHECK_MAX    1000u
#define LEFT_SECONDS 86400 /* after which a piece that nobody finished is removed */

struct rd_blob_writer {
	rd_arena *home;
	rd_store *s;
	int64_t firm_id, max;
	rd_blob blob;
	rd_sha256 digest;
	ZSTD_CCtx *z;
	int fd;
	char temp[PATH_BYTES];
	char block[BLOCK];
};

struct rd_blob_reader {
	rd_arena *home;
	rd_blob_id id;
	rd_sha256 digest;
	ZSTD_DCtx *z;
	int fd;
	ZSTD_inBuffer in;
	size_t wants; /* of zstd; 0 = a frame is complete */
	bool held;    /* zstd may have more to give without more to take */
	bool over;
	char block[BLOCK];
};

void rd_blob_key(int64_t firm_id, const rd_blob_id *id, char out[RD_BLOB_KEY_MAX])
{
	char hex[65];

	(void)sodium_bin2hex(hex, sizeof hex, id->sha256, 32);
	(void)snprintf(out, RD_BLOB_KEY_MAX, "%jd/%.2s/%s.zst", (intmax_t)firm_id, hex, hex + 2);
}

static const char *folder_of(const rd_store *s)
{
	return s->config.folder.ptr;
}

static rd_rc folder_put(void *ctx, const char *key, const char *path, int fd, rd_err *err)
{
	char to[PATH_BYTES], folder[PATH_BYTES];

	(void)snprintf(to, sizeof to, "%s/blobs/%s", folder_of(ctx), key);
	(void)snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(to, '/') - to), to);
	rd_rc rc = rd_folder_make(folder, err);

	if (rc != RD_OK) {
		(void)close(fd);
		(void)unlink(path);
		return rc;
	}
	return rd_file_settle(fd, path, to, err);
}

static rd_rc folder_get(void *ctx, const char *key, int *ret_fd, rd_err *err)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof path, "%s/blobs/%s", folder_of(ctx), key);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) {
		(void)rd_fail_os(err, errno, "打不开附件文件", "the file of the blob cannot be opened");
		return rd_err_at(err, path, 0);
	}
	*ret_fd = fd;
	return RD_OK;
}

static rd_rc folder_remove(void *ctx, const char *key, rd_err *err)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof path, "%s/blobs/%s", folder_of(ctx), key);
	if (unlink(path) == 0 || errno == ENOENT)
		return RD_OK;
	(void)rd_fail_os(err, errno, "删不了附件文件", "the file of the blob cannot be removed");
	return rd_err_at(err, path, 0);
}

void rd_store_set_blobs(rd_store *s, const rd_blob_place *place)
{
	s->blobs = *place;
}

void rd_blobs_in_folder(rd_store *s)
{
	s->blobs = (rd_blob_place){folder_put, folder_get, folder_remove, s};
}

/* What a killed process was writing; a day later nobody is writing it any more. */
void rd_blobs_sweep(const rd_store *s)
{
	char folder[PATH_BYTES];
	struct stat st;

	if (s->config.folder.len == 0)
		return;
	(void)snprintf(folder, sizeof folder, "%s/blobs/new", folder_of(s));
	DIR *d = opendir(folder);

	for (const struct dirent *e; d && (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.' && fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    time(NULL) - st.st_mtime > LEFT_SECONDS)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		(void)closedir(d);
}

static rd_rc zstd_failed(size_t code, rd_err *err)
{
	return rd_fail(err, RD_CORRUPT, "附件解压失败：%s", "the blob cannot be unpacked: %s",
	               ZSTD_getErrorName(code));
}

rd_rc rd_blob_begin(rd_store *s, int64_t firm_id, int64_t max, rd_blob_writer **ret, rd_err *err)
{
	char folder[PATH_BYTES], name[17];
	uint8_t random[8];

	if (s->config.folder.len == 0)
		return rd_fail(err, RD_USAGE, "没有存放附件的文件夹；请在设置中给出",
		               "there is no folder for blobs; name one in the settings");
	(void)snprintf(folder, sizeof folder, "%s/blobs/new", folder_of(s));
	RD_TRY(rd_folder_make(folder, err));
	rd_arena *home = rd_arena_new();
	rd_blob_writer *w = RD_NEW(home, rd_blob_writer);

	randombytes_buf(random, sizeof random);
	(void)sodium_bin2hex(name, sizeof name, random, sizeof random);
	w->home = home;
	w->s = s;
	w->firm_id = firm_id;
	w->max = max;
	rd_sha256_init(&w->digest);
	(void)snprintf(w->temp, sizeof w->temp, "%s/blobs/new/%s", folder_of(s), name);
	w->fd = open(w->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (w->fd < 0) {
		(void)rd_fail_os(err, errno, "建不了附件文件", "the file of the blob cannot be made");
		(void)rd_err_at(err, w->temp, 0);
		rd_arena_free(home);
		return err->code;
	}
	w->z = ZSTD_createCCtx();
	RD_ASSERT(w->z != NULL);
	(void)ZSTD_CCtx_setParameter(w->z, ZSTD_c_compressionLevel, LEVEL);
	(void)ZSTD_CCtx_setParameter(w->z, ZSTD_c_checksumFlag, 1);
	*ret = w;
	return RD_OK;
}

static rd_rc squeeze(rd_blob_writer *w, const void *data, size_t size, ZSTD_EndDirective how,
                     rd_err *err)
{
	ZSTD_inBuffer in = {data, size, 0};
	size_t left;

	do {
		ZSTD_outBuffer out = {w->block, sizeof w->block, 0};

		left = ZSTD_compressStream2(w->z, &out, &in, how);
		if (ZSTD_isError(left))
			return zstd_failed(left, err);
		RD_TRY(rd_fd_write(w->fd, w->block, out.pos, err));
		w->blob.stored_size += (int64_t)out.pos;
	} while (how == ZSTD_e_end ? left != 0 : in.pos < in.size);
	return RD_OK;
}

rd_rc rd_blob_write(rd_blob_writer *w, const void *data, size_t size, rd_err *err)
{
	if ((uint64_t)w->blob.size + size > (uint64_t)w->max)
		return rd_fail(err, RD_LIMIT, "文件大于上限 %jd 字节", "the file is larger than %jd bytes",
		               (intmax_t)w->max);
	rd_sha256_add(&w->digest, data, size);
	w->blob.size += (int64_t)size;
	return squeeze(w, data, size, ZSTD_e_continue, err);
}

static void writer_free(rd_blob_writer *w)
{
	rd_arena *home = w->home;

	(void)ZSTD_freeCCtx(w->z);
	rd_arena_free(home);
}

rd_rc rd_blob_end(rd_blob_writer *w, rd_blob *ret, rd_err *err)
{
	char key[RD_BLOB_KEY_MAX];
	rd_rc rc = squeeze(w, NULL, 0, ZSTD_e_end, err);

	if (rc != RD_OK) {
		rd_blob_drop(w);
		return rc;
	}
	rd_sha256_end(&w->digest, w->blob.id.sha256);
	rd_blob_key(w->firm_id, &w->blob.id, key);
	rc = w->s->blobs.put(w->s->blobs.ctx, key, w->temp, w->fd, err);
	if (rc == RD_OK)
		*ret = w->blob;
	writer_free(w);
	return rc;
}

void rd_blob_drop(rd_blob_writer *w)
{
	if (w == NULL)
		return;
	(void)close(w->fd);
	(void)unlink(w->temp);
	writer_free(w);
}

static rd_str id_str(const rd_blob_id *id)
{
	return (rd_str){(const char *)id->sha256, 32};
}

rd_rc rd_blob_add(rd_tx *tx, const rd_blob *b, rd_err *err)
{
	return rd_q_blob_add(tx, id_str(&b->id), b->size, b->stored_size, tx->now_us, NULL, err);
}

rd_rc rd_blob_find(rd_tx *tx, const rd_blob_id *id, rd_blob *ret, rd_err *err)
{
	rd_q_blob_find_row row;
	bool found = false;

	RD_TRY(rd_q_blob_find(tx, id_str(id), &row, &found, err));
	if (!found)
		return rd_fail(err, RD_NOT_FOUND, "没有这个附件", "there is no such blob");
	*ret = (rd_blob){.id = *id, .size = row.size, .stored_size = row.stored_size};
	return RD_OK;
}

rd_rc rd_blob_open(rd_store *s, int64_t firm_id, const rd_blob_id *id, rd_blob_reader **ret,
                   rd_err *err)
{
	char key[RD_BLOB_KEY_MAX];
	int fd = -1;

	rd_blob_key(firm_id, id, key);
	rd_rc rc = s->blobs.get(s->blobs.ctx, key, &fd, err);

	if (rc == RD_NOT_FOUND)
		return rd_fail(err, RD_CORRUPT, "附件 %s 的文件不见了；请从备份恢复",
		               "the file of blob %s is missing; restore it from a backup", key);
	RD_TRY(rc);
	rd_arena *home = rd_arena_new();
	rd_blob_reader *r = RD_NEW(home, rd_blob_reader);

	r->home = home;
	r->id = *id;
	r->fd = fd;
	r->wants = 1;
	r->in.src = r->block;
	rd_sha256_init(&r->digest);
	r->z = ZSTD_createDCtx();
	RD_ASSERT(r->z != NULL);
	/* A window of 8 MiB is all that we write; a file that asks for more is not ours. */
	(void)ZSTD_DCtx_setParameter(r->z, ZSTD_d_windowLogMax, 23);
	*ret = r;
	return RD_OK;
}

static rd_rc fill(rd_blob_reader *r, rd_err *err)
{
	ssize_t n;

	do
		n = read(r->fd, r->block, sizeof r->block);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return rd_fail_os(err, errno, "读不了附件文件", "the file of the blob cannot be read");
	r->in = (ZSTD_inBuffer){r->block, (size_t)n, 0};
	return RD_OK;
}

static rd_rc at_end(rd_blob_reader *r, rd_err *err)
{
	uint8_t hash[32];

	r->over = true;
	rd_sha256_end(&r->digest, hash);
	if (r->wants == 0 && memcmp(hash, r->id.sha256, 32) == 0)
		return RD_OK;
	return rd_fail(err, RD_CORRUPT, "附件内容与其名称（SHA-256）不符，已损坏；请从备份恢复",
	               "the content of the blob does not have the hash that is its name: damaged; "
	               "restore it from a backup");
}

rd_rc rd_blob_read(rd_blob_reader *r, void *out, size_t size, size_t *ret_n, rd_err *err)
{
	ZSTD_outBuffer to = {out, size, 0};

	while (!r->over && to.pos == 0) {
		/* What zstd still holds (it filled the last room given) comes before more is read. */
		if (r->in.pos == r->in.size && !r->held) {
			RD_TRY(fill(r, err));
			if (r->in.size == 0) {
				RD_TRY(at_end(r, err));
				break;
			}
		}
		r->wants = ZSTD_decompressStream(r->z, &to, &r->in);
		if (ZSTD_isError(r->wants))
			return zstd_failed(r->wants, err);
		r->held = r->wants != 0 && to.pos == to.size;
	}
	rd_sha256_add(&r->digest, out, to.pos);
	*ret_n = to.pos;
	return RD_OK;
}

void rd_blob_close(rd_blob_reader *r)
{
	if (r == NULL)
		return;
	rd_arena *home = r->home;

	(void)close(r->fd);
	(void)ZSTD_freeDCtx(r->z);
	rd_arena_free(home);
}

rd_rc rd_blob_check(rd_store *s, int64_t firm_id, const rd_blob *b, rd_err *err)
{
	rd_blob_reader *r = NULL;
	char block[16384];
	int64_t size = 0;
	size_t n = 1;

	RD_TRY(rd_blob_open(s, firm_id, &b->id, &r, err));
	rd_rc rc = RD_OK;

	while (rc == RD_OK && n) {
		rc = rd_blob_read(r, block, sizeof block, &n, err);
		size += (int64_t)n;
	}
	rd_blob_close(r);
	if (rc == RD_OK && size != b->size)
		rc = rd_fail(err, RD_CORRUPT, "附件大小与记录的不符",
		             "the blob has another size than its row says");
	return rc;
}

typedef struct recheck {
	int64_t before_us;
	uint32_t max, n;
	const rd_q_blob_to_check_row *rows;
	rd_blob_checked *out;
} recheck;

static rd_rc find_old(rd_tx *tx, void *ctx, rd_err *err)
{
	recheck *c = ctx;

	return rd_q_blob_to_check(tx, c->before_us, c->max, &c->rows, &c->n, err);
}

static rd_rc note_checked(rd_tx *tx, void *ctx, rd_err *err)
{
	const recheck *c = ctx;

	for (uint32_t i = 0; i < c->n; i++)
		RD_TRY(rd_q_blob_checked(tx, c->rows[i].sha256, tx->now_us, NULL, err));
	return RD_OK;
}

static void recheck_all(rd_store *s, int64_t firm_id, recheck *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		rd_err why = {0};
		rd_blob b = {.size = c->rows[i].size};

		RD_ASSERT(c->rows[i].sha256.len == 32);
		memcpy(b.id.sha256, c->rows[i].sha256.ptr, 32);
		c->out->checked++;
		if (rd_blob_check(s, firm_id, &b, &why) == RD_OK)
			continue;
		if (c->out->bad++ == 0) {
			c->out->first_bad = b;
			c->out->why = why;
		}
	}
}

rd_rc rd_blob_recheck(rd_store *s, int64_t firm_id, int64_t before_us, uint32_t max,
                      rd_blob_checked *ret, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_blob_checked out = {0};
	recheck c = {.before_us = before_us, .max = max < CHECK_MAX ? max : CHECK_MAX, .out = &out};
	rd_rc rc = rd_store_read(s, firm_id, a, find_old, &c, err);

	if (rc == RD_OK) {
		recheck_all(s, firm_id, &c);
		if (c.n)
			rc = rd_store_write(s, firm_id, a, note_checked, &c, err);
	}
	if (rc == RD_OK)
		*ret = out;
	rd_arena_free(a);
	return rc;
}
