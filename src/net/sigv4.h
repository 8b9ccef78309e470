/*
 * sigv4.h - AWS Signature Version 4, as S3-speaking stores ask for it. Pure.
 *
 * Why not CURLOPT_AWS_SIGV4: the libcurl of Debian 12 (7.88.1) neither sorts nor normalises the
 * query before it signs (so a list with a prefix fails; curl issues 11794 and 13754), sends no
 * x-amz-content-sha256 by itself (issue 8810, and without it stores refuse), and signs the time
 * of its own clock, which no test can give.
 *
 * Source: "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference
 * (sig-v4-header-based-auth.html). S3 rules: a path is encoded once and not normalised.
 */
#ifndef RD_NET_SIGV4_H
#define RD_NET_SIGV4_H
#include "base/arena.h"
#include "base/buf.h"

typedef struct rd_sigv4_keys {
	rd_str access_key, secret_key, region, service;
} rd_sigv4_keys;

typedef struct rd_sigv4_pair {
	rd_str name, value;
} rd_sigv4_pair;

typedef struct rd_sigv4_request {
	rd_str method;
	rd_str path;  /* encoded: rd_sigv4_encode(path, true) */
	rd_str query; /* encoded and sorted: rd_sigv4_query */
	/* All are signed: names lower case and in order, values without white space around. Must
	 * hold host, x-amz-date and, for S3, x-amz-content-sha256. */
	const rd_sigv4_pair *headers;
	uint32_t n_headers;
	rd_str payload_sha256; /* 64 hexadecimal digits */
	rd_str at;             /* "20130524T000000Z" */
} rd_sigv4_request;

/* Unreserved characters stay, others become %XX of each byte; "/" stays when `path`. */
void rd_sigv4_encode(rd_buf *out, rd_str s, bool path);
/* "a=1&b=" of raw pairs, encoded, in the order of the encoded names; sorts `pairs` in place. */
void rd_sigv4_query(rd_buf *out, rd_sigv4_pair *pairs, uint32_t n);
/* "20130524T000000Z" of microseconds since 1970, in out (17 bytes). */
void rd_sigv4_time(int64_t at_us, char out[24]);
/* Hexadecimal SHA-256 with its final NUL. */
void rd_sigv4_hash(rd_str data, char out[65]);
/* Adds the value of the Authorization header to `out`. */
void rd_sigv4_sign(rd_buf *out, const rd_sigv4_keys *keys, const rd_sigv4_request *request);
#endif
