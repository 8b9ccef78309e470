/* Blobs: streamed, whole or not there, checked when read. Also checkpoints, backup and verify,
 * which look at the same folder. */
#include "store/blob.h"
#include "base/digest.h"
#include "place.h"
#include "unit.h"
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FIRM 1

static rd_rc add_row(rd_tx *tx, void *ctx, rd_err *err)
{
	return rd_blob_add(tx, ctx, err);
}

/* Bytes that compress a little, in uneven pieces. */
static rd_rc write_blob(rd_store *s, size_t size, uint64_t seed, rd_blob *ret, rd_err *err)
{
	rd_blob_writer *w = NULL;
	char piece[50000];

	RD_TRY(rd_blob_begin(s, FIRM, 1 << 30, &w, err));
	for (size_t at = 0, n; at < size; at += n) {
		n = 1 + unit_below(&seed, sizeof piece);
		n = n < size - at ? n : size - at;
		for (size_t i = 0; i < n; i++)
			piece[i] = (char)(unit_random(&seed) & 31);
		rd_rc rc = rd_blob_write(w, piece, n, err);

		if (rc != RD_OK) {
			rd_blob_drop(w);
			return rc;
		}
	}
	return rd_blob_end(w, ret, err);
}

static int64_t read_blob(rd_store *s, const rd_blob *b, size_t step, rd_err *err)
{
	rd_blob_reader *r = NULL;
	char out[70000];
	int64_t size = 0;
	size_t n = 1;

	if (rd_blob_open(s, FIRM, &b->id, &r, err) != RD_OK)
		return -1;
	while (n) {
		if (rd_blob_read(r, out, step, &n, err) != RD_OK) {
			rd_blob_close(r);
			return -1;
		}
		size += (int64_t)n;
	}
	rd_blob_close(r);
	return size;
}

static void contents_come_back(void)
{
	static const size_t sizes[] = {0, 1, 7, 131071, 131072, 131073, 1000000};
	place p;
	rd_err err = {0};

	place_open(&p);
	rd_store *s = place_store(&p);

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		rd_blob b = {0};

		unit_case("%zu bytes", sizes[i]);
		UNIT_OK(write_blob(s, sizes[i], i, &b, &err), &err);
		UNIT_INT(b.size, sizes[i]);
		UNIT_OK(rd_store_write(s, FIRM, p.arena, add_row, &b, &err), &err);
		UNIT_OK(rd_store_write(s, FIRM, p.arena, add_row, &b, &err), &err);
		UNIT_INT(read_blob(s, &b, 70000, &err), sizes[i]);
		UNIT_INT(read_blob(s, &b, 333, &err), sizes[i]);
		UNIT_OK(rd_blob_check(s, FIRM, &b, &err), &err);
	}
	UNIT_INT(place_number(&p, "SELECT count(*) FROM blobs"), 7);
	rd_store_close(s);
	place_close(&p);
}

static void a_blob_given_up_leaves_nothing(void)
{
	place p;
	rd_err err = {0};
	rd_blob_writer *w = NULL;
	char path[200];

	place_open(&p);
	rd_store *s = place_store(&p);

	UNIT_OK(rd_blob_begin(s, FIRM, 10, &w, &err), &err);
	UNIT_OK(rd_blob_write(w, "0123456789", 10, &err), &err);
	UNIT_INT(rd_blob_write(w, "x", 1, &err), RD_LIMIT);
	rd_blob_drop(w);
	(void)snprintf(path, sizeof path, "%s/blobs/new", p.folder);
	UNIT_INT(rmdir(path), 0); /* it is empty */
	(void)snprintf(path, sizeof path, "%s/blobs/1", p.folder);
	UNIT_TRUE(access(path, F_OK) != 0);
	rd_store_close(s);
	place_close(&p);
}

static void path_of(const place *p, const rd_blob *b, char out[300])
{
	char key[RD_BLOB_KEY_MAX];

	rd_blob_key(FIRM, &b->id, key);
	(void)snprintf(out, 300, "%s/blobs/%s", p->folder, key);
}

static void every_flipped_byte_is_found(void)
{
	place p;
	rd_err err = {0};
	rd_blob b = {0};
	char path[300];
	size_t size = 0;

	place_open(&p);
	rd_store *s = place_store(&p);

	UNIT_OK(write_blob(s, 700, 5, &b, &err), &err);
	path_of(&p, &b, path);
	char *data = unit_read(path, &size);

	UNIT_INT(size, b.stored_size);
	for (size_t i = 0; i < size; i++) {
		FILE *f = fopen(path, "r+b");

		(void)fseek(f, (long)i, SEEK_SET);
		(void)fputc(data[i] ^ 0x10, f);
		(void)fclose(f);
		unit_case("byte %zu", i);
		/* A bit of the frame's head may mean nothing to zstd; then the content is whole. */
		int64_t got = read_blob(s, &b, 700, &err);

		UNIT_TRUE(got == -1 || got == 700);
		if (i > 8)
			UNIT_INT(got, -1);
		f = fopen(path, "r+b");
		(void)fseek(f, (long)i, SEEK_SET);
		(void)fputc(data[i], f);
		(void)fclose(f);
	}
	unit_case("cut");
	UNIT_INT(truncate(path, (off_t)size - 1), 0);
	UNIT_INT(read_blob(s, &b, 700, &err), -1);
	UNIT_INT(err.code, RD_CORRUPT);
	UNIT_INT(unlink(path), 0);
	UNIT_INT(rd_blob_check(s, FIRM, &b, &err), RD_CORRUPT);
	unit_free(data);
	rd_store_close(s);
	place_close(&p);
}

static void old_blobs_are_checked_first(void)
{
	place p;
	rd_err err = {0};
	rd_blob b[3];
	rd_blob_checked done = {0};
	char path[300];

	place_open(&p);
	rd_store *s = place_store(&p);

	for (uint64_t i = 0; i < 3; i++) {
		p.now_us += 1000000;
		UNIT_OK(write_blob(s, 1000, i, &b[i], &err), &err);
		UNIT_OK(rd_store_write(s, FIRM, p.arena, add_row, &b[i], &err), &err);
	}
	path_of(&p, &b[1], path);
	UNIT_INT(truncate(path, 10), 0);
	int64_t before = ++p.now_us;

	UNIT_OK(rd_blob_recheck(s, FIRM, before, 1, &done, &err), &err);
	UNIT_INT(done.checked, 1);
	UNIT_INT(done.bad, 0);
	UNIT_OK(rd_blob_recheck(s, FIRM, before, 10, &done, &err), &err);
	UNIT_INT(done.checked, 2);
	UNIT_INT(done.bad, 1);
	UNIT_TRUE(memcmp(&done.first_bad.id, &b[1].id, 32) == 0);
	UNIT_INT(done.why.code, RD_CORRUPT);
	UNIT_OK(rd_blob_recheck(s, FIRM, before, 10, &done, &err), &err);
	UNIT_INT(done.checked, 0);
	rd_store_close(s);
	place_close(&p);
}

static rd_rc no_room(void *ctx, const char *key, const char *path, int fd, rd_err *err)
{
	(void)ctx;
	(void)key;
	(void)close(fd);
	(void)unlink(path);
	return rd_fail(err, RD_UNAVAILABLE, "满", "full");
}

static void another_place_may_hold_them(void)
{
	place p;
	rd_err err = {0};
	rd_blob b = {0};
	rd_blob_place full = {.put = no_room};

	place_open(&p);
	rd_store *s = place_store(&p);

	rd_store_set_blobs(s, &full);
	UNIT_INT(write_blob(s, 100000, 1, &b, &err), RD_UNAVAILABLE);
	UNIT_INT(b.size, 0);
	rd_store_close(s);
	place_close(&p);
}

static uint32_t files_in(const char *path)
{
	DIR *d = opendir(path);
	uint32_t n = 0;

	for (const struct dirent *e; d && (e = readdir(d)) != NULL;)
		n += e->d_name[0] != '.';
	if (d)
		(void)closedir(d);
	return n;
}

static void leftovers_are_swept_after_a_day(void)
{
	place p;
	rd_err err = {0};
	rd_blob_writer *old = NULL, *new = NULL;
	char path[200], command[300];

	place_open(&p);
	rd_store *s = place_store(&p);

	(void)snprintf(path, sizeof path, "%s/blobs/new", p.folder);
	UNIT_OK(rd_blob_begin(s, FIRM, 10, &old, &err), &err);
	(void)snprintf(command, sizeof command, "touch -d '2 days ago' %s/*", path);
	UNIT_INT(system(command), 0);
	UNIT_OK(rd_blob_begin(s, FIRM, 10, &new, &err), &err);
	UNIT_INT(files_in(path), 2);
	rd_store_close(place_store(&p));
	UNIT_INT(files_in(path), 1);
	rd_blob_drop(old);
	rd_blob_drop(new);
	UNIT_INT(files_in(path), 0);
	rd_store_close(s);
	place_close(&p);
}

/* Writing beyond the limit of the process fails like a full disk, after a part was written. */
static void a_full_disk_leaves_no_half_blob(void)
{
	place p;
	struct rlimit old, less;
	char path[200];
	uint32_t failed = 0;

	place_open(&p);
	rd_store *s = place_store(&p);

	(void)signal(SIGXFSZ, SIG_IGN);
	UNIT_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
	for (rlim_t limit = 0; limit < 400000; limit += 9973) {
		rd_err err = {0};
		rd_blob b = {0};

		less = (struct rlimit){limit, old.rlim_max};
		unit_case("%ju bytes", (uintmax_t)limit);
		UNIT_INT(setrlimit(RLIMIT_FSIZE, &less), 0);
		rd_rc rc = write_blob(s, 300000, 3, &b, &err);

		UNIT_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
		failed += rc != RD_OK;
		UNIT_INT(rc, rc == RD_OK ? RD_OK : RD_IO);
		if (rc == RD_OK)
			UNIT_INT(read_blob(s, &b, 70000, &err), 300000);
		(void)snprintf(path, sizeof path, "%s/blobs/new", p.folder);
		UNIT_INT(files_in(path), 0);
		(void)snprintf(path, sizeof path, "%s/blobs/1", p.folder);
		UNIT_INT(files_in(path), rc == RD_OK);
	}
	UNIT_TRUE(failed > 10 && failed < 40);
	(void)signal(SIGXFSZ, SIG_DFL);
	rd_store_close(s);
	place_close(&p);
}

const unit_test blob_tests[] = {
	{"contents come back", contents_come_back},
	{"a blob given up leaves nothing", a_blob_given_up_leaves_nothing},
	{"every flipped byte is found", every_flipped_byte_is_found},
	{"old blobs are checked first", old_blobs_are_checked_first},
	{"leftovers are swept after a day", leftovers_are_swept_after_a_day},
	{"a full disk leaves no half blob", a_full_disk_leaves_no_half_blob},
	{"another place may hold them", another_place_may_hold_them},
	{0},
};
