/*
 * blobs - blobs of a store in an S3-speaking store; for tests/store/blobs_s3.py.
 *
 *   blobs FOLDER ENDPOINT BUCKET KEY SECRET CA [keep]   writes blobs, checks them, backs them up;
 *                                                       removes one, and sees that it is missed
 *
 * Exit code 0 = all is well; else the first failure is on standard error.
 */
#include "store/backup.h"
#include "store/blob_s3.h"
#include "store/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(rd_rc rc, const rd_err *err, const char *what)
{
	if (rc == RD_OK)
		return;
	(void)fprintf(stderr, "blobs: %s: %s\n", what, err->en);
	exit(1);
}

static rd_rc add_row(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_log_event e = {.type = RD_STR("task.attached"),
	                        .actor = RD_STR("user:1"),
	                        .payload = RD_STR("{\"a\":1}")};
	int64_t seq;

	RD_TRY(rd_blob_add(tx, ctx, err));
	return rd_log_append(tx, &e, &seq, err);
}

static rd_blob write_one(rd_store *s, size_t size)
{
	rd_arena *a = rd_arena_new();
	rd_blob_writer *w = NULL;
	rd_blob b = {0};
	rd_err err = {0};
	char block[4096];
	uint32_t x = 1;

	must(rd_blob_begin(s, 1, 1 << 30, &w, &err), &err, "begin");
	for (size_t n; size; size -= n) {
		n = size < sizeof block ? size : sizeof block;
		for (size_t i = 0; i < n; i++) {
			x = x * 1664525u + 1013904223u;
			block[i] = (char)(x >> 24);
		}
		must(rd_blob_write(w, block, n, &err), &err, "write");
	}
	must(rd_blob_end(w, &b, &err), &err, "end");
	must(rd_store_write(s, 1, a, add_row, &b, &err), &err, "row");
	rd_arena_free(a);
	return b;
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = {0, 100, 3000000, 100};
	rd_err err = {0};
	rd_store *s = NULL;
	rd_blob b = {0};
	rd_backup_done done = {0};
	char to[1024];

	if (argc != 7 && argc != 8)
		return 2;
	rd_store_config config = {.url = rd_str_of(argv[1]), .origin = RD_STR("redink.example")};
	rd_s3_settings settings = {.endpoint = argv[2],
	                           .bucket = argv[3],
	                           .access_key = argv[4],
	                           .secret_key = argv[5]};
	rd_outbound_policy policy = {.allow_private = true, .ca_file = argv[6]};
	rd_blob_s3 at = {.prefix = "redink/", .folder = argv[1]};

	must(rd_store_open(&config, &s, &err), &err, "open");
	must(rd_s3_open(&settings, &policy, &at.s3, &err), &err, "s3");
	rd_blob_place place = rd_blob_in_s3(&at);

	rd_store_set_blobs(s, &place);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) { /* the last comes twice */
		b = write_one(s, sizes[i]);
		must(rd_blob_check(s, 1, &b, &err), &err, "check");
	}
	(void)snprintf(to, sizeof to, "%s/backup", argv[1]);
	must(rd_store_backup(s, rd_str_of(to), &done, &err), &err, "backup");
	if (done.blobs != 3)
		return 3;
	char key[RD_BLOB_KEY_MAX];

	if (argc == 8) {
		rd_store_close(s);
		rd_s3_close(at.s3);
		return 0;
	}
	rd_blob_key(1, &b.id, key);
	must(place.remove(place.ctx, key, &err), &err, "remove");
	rd_rc rc = rd_blob_check(s, 1, &b, &err);

	rd_store_close(s);
	rd_s3_close(at.s3);
	return rc == RD_CORRUPT ? 0 : 4; /* a row without its object is damage */
}
