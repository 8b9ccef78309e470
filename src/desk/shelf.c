#include "desk/shelf.h"
#include "base/assert.h"
#include "book/image.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PLACES         512u
#define BUDGET         ((size_t)512 << 20)
#define BYTES_A_TEXT   32u   /* of the dictionary, beside the image */
#define CLEAN_FILES    10000 /* looked at when an image is written */
#define PATH_BYTES_MAX 4096

struct rd_shelved {
	bool used, ready; /* ready: the book is there, or `rc` says why not */
	int64_t firm_id;
	uint8_t key[32];
	rd_book *book;
	size_t bytes;
	uint32_t taken; /* by how many, those who wait included */
	uint64_t seen;  /* when it was taken last, by the shelf's count */
	rd_rc rc;
	rd_err err;
};

struct rd_shelf {
	rd_arena *arena;
	rd_shelf_config config;
	pthread_mutex_t lock;
	pthread_cond_t change;
	uint32_t reading;
	uint64_t clock;
	rd_shelf_count count;
	rd_shelved places[PLACES];
};

rd_shelf *rd_shelf_new(const rd_shelf_config *config)
{
	rd_arena *arena = rd_arena_new();
	rd_shelf *s = RD_NEW(arena, rd_shelf);

	s->arena = arena;
	s->config = *config;
	if (s->config.budget == 0)
		s->config.budget = BUDGET;
	if (s->config.limits == NULL)
		s->config.limits = &rd_sandbox_preset;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->change, NULL);
	return s;
}

void rd_shelf_free(rd_shelf *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; i < PLACES; i++) {
		RD_ASSERT(s->places[i].taken == 0);
		rd_book_free(s->places[i].book);
	}
	pthread_cond_destroy(&s->change);
	pthread_mutex_destroy(&s->lock);
	rd_arena_free(s->arena);
}

rd_shelf_count rd_shelf_counted(rd_shelf *s)
{
	pthread_mutex_lock(&s->lock);
	rd_shelf_count c = s->count;
	pthread_mutex_unlock(&s->lock);
	return c;
}

const rd_book *rd_shelved_book(const rd_shelved *b)
{
	return b->book;
}

/* ---- images on disk ---- */

static bool folder_of(const rd_shelf *s, int64_t firm_id, char path[PATH_BYTES_MAX])
{
	int n = snprintf(path, PATH_BYTES_MAX, "%s/books/%jd", rd_store_folder(s->config.store),
	                 (intmax_t)firm_id);

	return n > 0 && n < PATH_BYTES_MAX - 128;
}

/* Name of an image: what it was made from, and by which form of image. */
static void name_of(const rd_shelved *b, char name[80])
{
	for (uint32_t i = 0; i < 32; i++)
		snprintf(name + 2 * i, 3, "%02x", b->key[i]);
	snprintf(name + 64, 16, ".%u", RD_IMAGE_VERSION);
}

/* A damaged image is not there. The file is read, not mapped: nobody can cut it under us. */
static rd_book *load_image(const rd_shelf *s, const rd_shelved *b, size_t *ret_size)
{
	char path[PATH_BYTES_MAX], name[80];
	rd_book *book = NULL;
	struct stat st;
	rd_err err;

	if (!folder_of(s, b->firm_id, path))
		return NULL;
	name_of(b, name);
	snprintf(path + strlen(path), 128, "/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && (uint64_t)st.st_size <= s->config.limits->answer) {
		size_t size = (size_t)st.st_size, at = 0;
		char *image = rd_column_new(size);

		for (ssize_t n = 1; at < size && n > 0; at += n > 0 ? (size_t)n : 0)
			n = read(fd, image + at, size - at);
		if (at != size || rd_image_open(image, size, &book, &err) != RD_OK) {
			rd_column_free(image, size);
			(void)unlink(path);
		}
		*ret_size = size;
		(void)futimens(fd, NULL); /* used now */
	}
	close(fd);
	return book;
}

/* Images that nobody has used for long. */
static void clean(const char *folder)
{
	DIR *d = opendir(folder);
	time_t old = time(NULL) - RD_SHELF_KEPT_S;

	for (int i = 0; d && i < CLEAN_FILES; i++) {
		const struct dirent *e = readdir(d);
		struct stat st;

		if (e == NULL)
			break;
		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    st.st_mtime < old)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
}

static bool write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size < (1u << 30) ? size : 1u << 30);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

/* What cannot be kept is read again some day: no failure. */
static void save_image(const rd_shelf *s, const rd_shelved *b, const void *image, size_t size)
{
	char folder[PATH_BYTES_MAX], path[PATH_BYTES_MAX], temp[PATH_BYTES_MAX + 128], name[80];

	if (!folder_of(s, b->firm_id, folder))
		return;
	snprintf(path, sizeof path, "%s/books", rd_store_folder(s->config.store));
	(void)mkdir(path, 0700);
	(void)mkdir(folder, 0700);
	name_of(b, name);
	snprintf(path, sizeof path, "%.*s/%s", (int)(sizeof path - 128), folder, name);
	snprintf(temp, sizeof temp, "%s-%jd", path, (intmax_t)rd_store_new_id(s->config.store));
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	bool ok = write_all(fd, image, size);

	close(fd);
	if (!ok || rename(temp, path) != 0)
		(void)unlink(temp);
	clean(folder);
}

/* ---- from the files ---- */

typedef struct copying {
	rd_store *store;
	const rd_import_source *source;
} copying;

static rd_rc copy_file(void *ctx, uint32_t i, int fd, rd_err *err)
{
	const copying *c = ctx;
	const size_t room = 256u << 10;
	char *block = rd_column_new(room);
	rd_blob_reader *r = NULL;
	rd_rc rc = rd_blob_open(c->store, c->source->firm_id, &c->source->files[i].blob, &r, err);

	for (size_t n = 1; rc == RD_OK && n;) {
		rc = rd_blob_read(r, block, room, &n, err);
		if (rc == RD_OK && !write_all(fd, block, n))
			rc = rd_fail_os(err, errno, "写不了临时文件", "a temporary file cannot be written");
	}
	rd_blob_close(r);
	rd_column_free(block, room);
	return rc;
}

static rd_rc read_files(rd_shelf *s, const rd_import_source *source, rd_shelved *b, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_sandbox_file *files = RD_NEW_N(a, rd_sandbox_file, source->n_files + 1u);
	copying c = {s->config.store, source};
	const rd_sandbox_job job = {.program = s->config.program,
	                            .limits = s->config.limits,
	                            .store = s->config.store,
	                            .files = files,
	                            .n_files = source->n_files,
	                            .copy = copy_file,
	                            .ctx = &c,
	                            .mapping = source->mapping,
	                            .standard = source->standard};
	rd_sandbox_answer answer;

	for (uint32_t i = 0; i < source->n_files; i++)
		files[i] = (rd_sandbox_file){source->files[i].name, source->files[i].size};
	rd_rc rc = rd_sandbox_read(&job, &answer, err);

	rd_arena_free(a);
	if (rc != RD_OK)
		return rc;
	save_image(s, b, answer.image, answer.image_size);
	b->book = answer.book;
	b->bytes = answer.image_size;
	return RD_OK;
}

/* Outside the lock; the place is ours alone until it is ready. */
static rd_rc fill(rd_shelf *s, const rd_import_source *source, rd_shelved *b, rd_err *err)
{
	rd_rc rc = RD_OK;

	b->book = load_image(s, b, &b->bytes);
	bool loaded = b->book != NULL;
	if (!loaded) {
		pthread_mutex_lock(&s->lock);
		while (s->reading >= RD_SHELF_READERS)
			pthread_cond_wait(&s->change, &s->lock);
		s->reading++;
		pthread_mutex_unlock(&s->lock);
		rc = read_files(s, source, b, err);
	}
	if (b->book)
		b->bytes += (size_t)rd_book_n_texts(b->book) * BYTES_A_TEXT;
	pthread_mutex_lock(&s->lock);
	s->reading -= !loaded;
	s->count.loads += loaded;
	s->count.readings += !loaded;
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* ---- places; all of it under the lock ---- */

static rd_shelved *find(rd_shelf *s, const rd_import_source *source)
{
	for (uint32_t i = 0; i < PLACES; i++) {
		rd_shelved *b = &s->places[i];

		if (b->used && b->firm_id == source->firm_id && memcmp(b->key, source->contents, 32) == 0)
			return b;
	}
	return NULL;
}

static void clear(rd_shelf *s, rd_shelved *b)
{
	RD_ASSERT(b->taken == 0);
	if (b->book) {
		s->count.books--;
		s->count.bytes -= b->bytes;
		rd_book_free(b->book);
	}
	*b = (rd_shelved){0};
}

/* The book that nobody has and nobody had for longest. */
static rd_shelved *oldest(rd_shelf *s)
{
	rd_shelved *best = NULL;

	for (uint32_t i = 0; i < PLACES; i++) {
		rd_shelved *b = &s->places[i];

		if (b->used && b->taken == 0 && (best == NULL || b->seen < best->seen))
			best = b;
	}
	return best;
}

static void make_room(rd_shelf *s)
{
	for (rd_shelved *b; s->count.bytes > s->config.budget && (b = oldest(s)) != NULL;)
		clear(s, b);
}

static rd_shelved *free_place(rd_shelf *s)
{
	for (uint32_t i = 0; i < PLACES; i++)
		if (!s->places[i].used)
			return &s->places[i];
	rd_shelved *b = oldest(s);

	if (b)
		clear(s, b);
	return b;
}

static void give(rd_shelf *s, rd_shelved *b)
{
	RD_ASSERT(b->taken > 0);
	if (--b->taken == 0 && b->rc != RD_OK)
		clear(s, b); /* who asks again tries again */
	make_room(s);
}

/* The place is there and somebody fills it: waits for that. */
static rd_rc wait_for(rd_shelf *s, rd_shelved *b, rd_err *err)
{
	while (!b->ready)
		pthread_cond_wait(&s->change, &s->lock);
	if (b->rc == RD_OK)
		return RD_OK;
	rd_rc rc = b->rc;

	*err = b->err;
	give(s, b);
	return rc;
}

static rd_rc take_new(rd_shelf *s, const rd_import_source *source, rd_shelved *b, rd_err *err)
{
	*b = (rd_shelved){.used = true, .firm_id = source->firm_id, .taken = 1, .seen = ++s->clock};
	memcpy(b->key, source->contents, 32);
	pthread_mutex_unlock(&s->lock);
	rd_rc rc = fill(s, source, b, &b->err);

	pthread_mutex_lock(&s->lock);
	b->rc = rc;
	b->ready = true;
	if (rc == RD_OK) {
		s->count.books++;
		s->count.bytes += b->bytes;
	}
	pthread_cond_broadcast(&s->change);
	return wait_for(s, b, err);
}

rd_rc rd_shelf_take(rd_shelf *s, const rd_import_source *source, rd_shelved **ret, rd_err *err)
{
	rd_rc rc;

	if (source->n_files == 0)
		return rd_fail(err, RD_INPUT, "导入中没有文件；请先上传账簿文件",
		               "the import has no files; upload the books first");
	pthread_mutex_lock(&s->lock);
	rd_shelved *b = find(s, source);

	if (b) {
		b->taken++;
		b->seen = ++s->clock;
		s->count.hits++;
		rc = wait_for(s, b, err);
	} else if ((b = free_place(s)) != NULL) {
		rc = take_new(s, source, b, err);
		make_room(s);
	} else {
		rc = rd_fail(err, RD_UNAVAILABLE, "同时打开的账套太多，请稍后再试",
		             "too many books are open at a time; try again later");
	}
	pthread_mutex_unlock(&s->lock);
	if (rc == RD_OK)
		*ret = b;
	return rc;
}

void rd_shelf_give(rd_shelf *s, rd_shelved *b)
{
	if (b == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	give(s, b);
	pthread_mutex_unlock(&s->lock);
}

typedef struct loading {
	int64_t import_id;
	rd_import_source source;
} loading;

static rd_rc load_source(rd_tx *tx, void *ctx, rd_err *err)
{
	loading *l = ctx;

	return rd_import_source_load(tx, l->import_id, &l->source, err);
}

rd_rc rd_shelf_take_import(rd_shelf *s, int64_t firm_id, int64_t import_id, rd_shelved **ret,
                           rd_err *err)
{
	rd_arena *a = rd_arena_new();
	loading l = {.import_id = import_id};
	rd_rc rc = rd_store_read(s->config.store, firm_id, a, load_source, &l, err);

	if (rc == RD_OK)
		rc = rd_shelf_take(s, &l.source, ret, err);
	rd_arena_free(a);
	return rc;
}
