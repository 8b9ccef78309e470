/*
 * blob.h - contents outside the database, named by their SHA-256, compressed, written once.
 *
 * A blob is written in pieces to a temporary file (zstd), put on disk and at its place, and only
 * then gets its row, in the transaction of the command that refers to it: a row without a file is
 * damage, a file without a row is a leftover. Contents of one firm are never shared with another.
 *
 * Where files lie is behind rd_blob_place: a folder, blobs/<firm>/<first two hex digits>/<the
 * others>.zst beside the database, or whatever implements it (an S3 store). Files are plain zstd;
 * `zstd -d` and sha256sum read them without us.
 *
 * Who owns what: writers and readers are made by _begin/_open and gone after _end/_drop/_close.
 * Threads: any; one writer or reader belongs to one thread.
 */
#ifndef RD_STORE_BLOB_H
#define RD_STORE_BLOB_H
#include "store/store.h"

#define RD_BLOB_KEY_MAX 128u

typedef struct rd_blob_id {
	uint8_t sha256[32];
} rd_blob_id;

typedef struct rd_blob {
	rd_blob_id id;
	int64_t size;        /* of the content, bytes */
	int64_t stored_size; /* of the file, bytes */
} rd_blob;

typedef struct rd_blob_place {
	/* Takes over the finished file `path`, whose open descriptor is `fd` (written, not fsynced):
	 * when this returns RD_OK the blob is durable under `key` and `path` is gone. The same key may
	 * come twice, with the same content. */
	rd_rc (*put)(void *ctx, const char *key, const char *path, int fd, rd_err *err);
	/* A descriptor to read the file from its start; the caller closes it. NOT_FOUND. */
	rd_rc (*get)(void *ctx, const char *key, int *ret_fd, rd_err *err);
	/* Gone for good; one that is not there is fine. */
	rd_rc (*remove)(void *ctx, const char *key, rd_err *err);
	void *ctx;
} rd_blob_place;

/* Puts blobs elsewhere than into the folder. Before the first blob; `place` is copied. */
void rd_store_set_blobs(rd_store *s, const rd_blob_place *place);

typedef struct rd_blob_writer rd_blob_writer;

/* `max`: bytes of content; beyond it LIMIT. */
RD_NODISCARD rd_rc rd_blob_begin(rd_store *s, int64_t firm_id, int64_t max, rd_blob_writer **ret,
                                 rd_err *err);
RD_NODISCARD rd_rc rd_blob_write(rd_blob_writer *w, const void *data, size_t size, rd_err *err);
/* Puts it at its place. The writer is gone, whatever the answer. The row is rd_blob_add's. */
RD_NODISCARD rd_rc rd_blob_end(rd_blob_writer *w, rd_blob *ret, rd_err *err);
void rd_blob_drop(rd_blob_writer *w); /* gives it up; NULL is fine */

/* Makes the blob known; in the command that refers to it. Known ones are fine. */
RD_NODISCARD rd_rc rd_blob_add(rd_tx *tx, const rd_blob *b, rd_err *err);
/* NOT_FOUND when the firm has no such blob. */
RD_NODISCARD rd_rc rd_blob_find(rd_tx *tx, const rd_blob_id *id, rd_blob *ret, rd_err *err);

typedef struct rd_blob_reader rd_blob_reader;

/* CORRUPT when there is no file though there should be. */
RD_NODISCARD rd_rc rd_blob_open(rd_store *s, int64_t firm_id, const rd_blob_id *id,
                                rd_blob_reader **ret, rd_err *err);
/* Up to `size` bytes; *ret_n 0 = the end. The end is only told when the hash of all that was read
 * is the blob's name; else CORRUPT. */
RD_NODISCARD rd_rc rd_blob_read(rd_blob_reader *r, void *out, size_t size, size_t *ret_n,
                                rd_err *err);
void rd_blob_close(rd_blob_reader *r); /* NULL is fine */

/* Reads a blob whole and hashes it. */
RD_NODISCARD rd_rc rd_blob_check(rd_store *s, int64_t firm_id, const rd_blob *b, rd_err *err);

typedef struct rd_blob_checked {
	uint32_t checked, bad;
	rd_blob first_bad;
	rd_err why; /* of the first bad one */
} rd_blob_checked;

/* Checks up to `max` blobs of the firm that were not checked since `before_us`, the oldest first,
 * and notes when; a bad one is an answer, not a failure. For a job. */
RD_NODISCARD rd_rc rd_blob_recheck(rd_store *s, int64_t firm_id, int64_t before_us, uint32_t max,
                                   rd_blob_checked *ret, rd_err *err);

/* "<firm>/ab/cdef….zst" */
void rd_blob_key(int64_t firm_id, const rd_blob_id *id, char out[RD_BLOB_KEY_MAX]);
#endif
