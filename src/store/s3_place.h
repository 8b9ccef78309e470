/*
 * s3_place.h - which S3-speaking store holds the blobs, as the operator writes it.
 *
 *   s3://bucket/prefix?endpoint=https://s3.example.com:9000&region=cn-north-1&ca=/etc/redink/ca.pem
 *
 * The prefix may be missing, and so may region and ca (PEM of the authority that signed the
 * store's certificate; else the system's are believed). Values are written as they are, without
 * escapes. Keys are no part of it: what stands on a command line can be read by everybody.
 *
 * Texts live in the arena of the call. Failure: USAGE says which part is wrong.
 */
#ifndef RD_STORE_S3_PLACE_H
#define RD_STORE_S3_PLACE_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

typedef struct rd_s3_place {
	const char *bucket, *endpoint;
	const char *prefix;           /* "" or with "/" at its end */
	const char *region, *ca_file; /* NULL = not said */
} rd_s3_place;

RD_NODISCARD rd_rc rd_s3_place_parse(rd_str url, rd_arena *a, rd_s3_place *ret, rd_err *err);

typedef struct rd_s3_keys {
	const char *access, *secret;
} rd_s3_keys;

/* A file of two lines, access key and secret key. FORBIDDEN when others may read it, NOT_FOUND,
 * USAGE when it is not two lines. */
RD_NODISCARD rd_rc rd_s3_keys_load(const char *path, rd_arena *a, rd_s3_keys *ret, rd_err *err);
#endif
