/*
 * bundle_impl.h - reading a bundle file by file; for src/store alone.
 *
 * What a row or line borrows lives until the next call. Failure: NOT_FOUND, CORRUPT with file and
 * line. A line of events.jsonl that cannot be read is no failure: it comes as an event without
 * bytes, so that the verifier names its place.
 */
#ifndef RD_STORE_BUNDLE_IMPL_H
#define RD_STORE_BUNDLE_IMPL_H
#include "base/buf.h"
#include "store/bundle.h"
#include <jansson.h>
#include <stdio.h>

#define RD_BUNDLE_PATH     1400
#define RD_BUNDLE_LINE_MAX (64u << 20) /* bytes */
#define RD_BUNDLE_KEYS_MAX 100u

typedef struct rd_lines {
	FILE *f;
	rd_buf line; /* without its LF */
	uint32_t n;  /* number of the line */
	char path[RD_BUNDLE_PATH];
} rd_lines;

RD_NODISCARD rd_rc rd_lines_open(rd_lines *l, const char *folder, const char *name, rd_err *err);
void rd_lines_close(rd_lines *l); /* zeroed is fine */
RD_NODISCARD rd_rc rd_lines_next(rd_lines *l, bool *ret_more, rd_err *err);
/* CORRUPT at this line. */
rd_rc rd_lines_bad(const rd_lines *l, rd_err *err);

typedef struct rd_bundle {
	rd_arena *home, *row; /* `row` holds the bytes of one event */
	const char *folder;
	json_t *manifest;
	int64_t firm_id, size;
	rd_hash256 root;
	const char *sums_sha256;
	rd_lines events, notes;
	json_t *event, *note; /* at hand */
	uint64_t next_seq;
} rd_bundle;

RD_NODISCARD rd_rc rd_bundle_open(const char *folder, rd_bundle *ret, rd_err *err);
void rd_bundle_close(rd_bundle *b);
/* For rd_trail_source, ctx = the bundle. */
rd_rc rd_bundle_next_event(void *ctx, rd_trail_row *ret, bool *ret_more, rd_err *err);
rd_rc rd_bundle_next_note(void *ctx, rd_str *ret_note, bool *ret_more, rd_err *err);

/* Every file that SHA256SUMS names, with whether its hash is right. */
typedef rd_rc rd_bundle_file_fn(void *ctx, const char *name, bool good, rd_err *err);
/* `blobs` false: files under blobs/ are not read, and told as good. *ret_whole: the list itself is
 * the one that the manifest names. */
RD_NODISCARD rd_rc rd_bundle_files(rd_bundle *b, bool blobs, rd_bundle_file_fn *fn, void *ctx,
                                   bool *ret_whole, rd_err *err);
#endif
