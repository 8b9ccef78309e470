/*
 * s3.h - objects in an S3-speaking store: put, get, head, delete, list.
 *
 * Addresses are path-style (https://host/bucket/key), which every store takes. Each call is signed
 * (sigv4.h) with the hash of its payload, goes through outbound.h, and is tried again with
 * growing pauses when the store answers 429 or 5xx or cannot be reached; every operation here may
 * be repeated without harm.
 *
 * An rd_s3 copies its settings and the policy; any number of threads may use it at once. Failure:
 * RD_NOT_FOUND no such object or bucket; RD_CONFLICT it exists already (put with if_none);
 * RD_FORBIDDEN key or rights are refused; RD_LIMIT the object is larger than the given limit;
 * RD_UNAVAILABLE after the last try; RD_CORRUPT the store answered what is no S3 answer.
 */
#ifndef RD_NET_S3_H
#define RD_NET_S3_H
#include "net/outbound.h"

#define RD_S3_KEY_MAX      1024u /* bytes, as S3 has it */
#define RD_S3_PAGE_MAX     1000u
#define RD_S3_ATTEMPTS_MAX 6u

typedef struct rd_s3_settings {
	const char *endpoint; /* "https://s3.example.com" or with a port; no path */
	const char *bucket;
	const char *region; /* NULL = us-east-1, which stores outside AWS take */
	const char *access_key, *secret_key;
	uint32_t timeout_ms; /* of one try; 0 = 60 s */
	uint32_t attempts;   /* 0 = 4 */
	uint32_t pause_ms;   /* before the second try, doubled before each further; 0 = 200 */
} rd_s3_settings;

typedef struct rd_s3 rd_s3;

/* The host of the endpoint is allowed by being named here; policy->allow is not asked. */
RD_NODISCARD rd_rc rd_s3_open(const rd_s3_settings *settings, const rd_outbound_policy *policy,
                              rd_s3 **ret_s3, rd_err *err);
void rd_s3_close(rd_s3 *s3); /* NULL is fine */

/* With `if_none`, an object that is there already is left alone: RD_CONFLICT (If-None-Match: *).
 * A store that does not know conditional writes overwrites it; and a try whose answer was lost
 * may find its own object. For blobs named by their content both are as good as done. */
RD_NODISCARD rd_rc rd_s3_put(rd_s3 *s3, rd_str key, rd_str data, bool if_none, rd_err *err);
/* Reads the object into a new buffer of at most `bytes_max`; free it with rd_buf_done. */
RD_NODISCARD rd_rc rd_s3_get(rd_s3 *s3, rd_str key, uint32_t bytes_max, rd_buf *ret_data,
                             rd_err *err);
RD_NODISCARD rd_rc rd_s3_head(rd_s3 *s3, rd_str key, int64_t *ret_size, rd_err *err);
/* RD_OK too when there was none: S3 does not tell. */
RD_NODISCARD rd_rc rd_s3_delete(rd_s3 *s3, rd_str key, rd_err *err);

typedef struct rd_s3_object {
	rd_str key;
	int64_t size;
} rd_s3_object;

typedef struct rd_s3_page {
	rd_s3_object *items;
	uint32_t n;
	rd_str next; /* for the next call; "" = this is the last page */
} rd_s3_page;

/* Up to `max` (1 .. RD_S3_PAGE_MAX) objects in the order of their keys, in `arena`. */
RD_NODISCARD rd_rc rd_s3_list(rd_s3 *s3, rd_str prefix, rd_str next, uint32_t max, rd_arena *arena,
                              rd_s3_page *ret_page, rd_err *err);
#endif
