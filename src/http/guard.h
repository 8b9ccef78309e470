/*
 * guard.h - what a request may look like, before anything of it is believed.
 *
 * libmicrohttpd 0.9.75 takes requests that RFC 9112 wants refused: two lengths, odd transfer
 * codings, no or two Hosts, control characters, a NUL in the path. The guard looks at the raw
 * target before any escape is decoded, and at the headers before a byte of the body is read. What
 * it says no to is answered 400 or 405 and the connection is closed, so that no byte of a body
 * can be taken for a next request. docs/internals/http.md tells what cannot be seen from here.
 *
 * Pure functions: no state, no library, no clock. Texts that come out lie in the arena given, or
 * point into what came in. A refusal is a short English name of what was wrong; NULL is "nothing".
 */
#ifndef RD_HTTP_GUARD_H
#define RD_HTTP_GUARD_H
#include "base/arena.h"
#include "base/str.h"

#define RD_HTTP_TARGET_MAX   8192u /* bytes of a target, query included */
#define RD_HTTP_SEGMENTS_MAX 16u   /* between the slashes of a path */
#define RD_HTTP_QUERY_MAX    64u   /* parameters of a query */

typedef enum rd_http_method {
	RD_HTTP_GET,
	RD_HTTP_HEAD,
	RD_HTTP_POST,
	RD_HTTP_PUT,
	RD_HTTP_PATCH,
	RD_HTTP_DELETE,
	RD_HTTP_METHODS /* also: none of these */
} rd_http_method;

typedef struct rd_http_param {
	rd_str name, value; /* decoded, UTF-8 without NUL; '+' is a space */
} rd_http_param;

/* A target, taken apart. /a/b%20c?x=1: path "/a/b c", segments "a", "b c"; "/" has no segment and
 * "/a/" has an empty last one. */
typedef struct rd_http_target {
	rd_str raw;  /* path and query as they came */
	rd_str path; /* decoded */
	rd_str segment[RD_HTTP_SEGMENTS_MAX];
	uint32_t n_segments;
	rd_http_param *query; /* in the order they came */
	uint32_t n_query;
} rd_http_target;

/* Checks and takes apart a raw request target. NULL: *ret is filled, its texts in the arena. */
const char *rd_http_target_parse(rd_arena *arena, rd_str raw, rd_http_target *ret);

/* What the guard has counted in the headers of one request; start with {0}. */
typedef struct rd_http_framing {
	uint32_t n_length, n_coding, n_host;
	uint64_t length; /* Content-Length; UINT64_MAX when it does not fit */
	bool has_body;
	const char *why; /* what was wrong first */
} rd_http_framing;

/* One header line after the other, in any order. */
void rd_http_framing_add(rd_http_framing *f, rd_str name, rd_str value);
/* The method and all headers together; *ret_status is 400 or 405 when something is refused. */
const char *rd_http_framing_judge(const rd_http_framing *f, rd_http_method method, bool http_1_0,
                                  uint32_t *ret_status);

/* RD_HTTP_METHODS when it is none of the six. */
rd_http_method rd_http_method_parse(rd_str name);
const char *rd_http_method_name(rd_http_method m);

/* Case-insensitive, ASCII. */
bool rd_http_named(rd_str a, rd_str b);
/* RFC 9110 token: a header name, a cookie name. */
bool rd_http_is_token(rd_str s);
/* The value of a cookie of that name in a Cookie header; ptr NULL: not there, or there twice, or of
 * characters that a cookie cannot have. */
rd_str rd_http_cookie_find(rd_str header, rd_str name);
#endif
