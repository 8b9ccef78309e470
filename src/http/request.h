/*
 * request.h - one request as the program above sees it: whole, checked, in one arena.
 *
 * Owner: the server. A request is valid inside `route` and `handle` (server.h), and after
 * rd_http_keep() until rd_http_answer() on it returns. All texts live as long as the request;
 * what must live longer is copied. The arena is for whatever the answer needs and is emptied when
 * it is sent.
 *
 * Threads: a request belongs to one thread at a time; rd_http_keep() is how it is handed on. The
 * fields are read-only for everybody but `user` and `n_user`.
 */
#ifndef RD_HTTP_REQUEST_H
#define RD_HTTP_REQUEST_H
#include "base/arena.h"
#include "base/err.h"
#include "http/guard.h"

#define RD_HTTP_ADDRESS_MAX 46u /* text of an IPv6 address and a NUL */

/* Headers that the layers above ask for; ptr NULL = not there. A header that came twice is refused
 * when it is one of these (400), for the two readers of such a request would differ. */
typedef struct rd_http_headers {
	rd_str host, origin, sec_fetch_site, x_redink;
	rd_str cookie, authorization;
	rd_str content_type, accept, accept_language;
	rd_str if_match, if_none_match, idempotency_key, last_event_id;
	rd_str user_agent;
	/* Believed only from trusted proxies; the layers above read peer and secure. */
	rd_str forwarded_for, forwarded_proto;
} rd_http_headers;

typedef struct rd_http_req {
	rd_http_method method;
	rd_http_target target;
	rd_http_headers header;
	rd_str body;         /* complete; empty when it was streamed into a sink */
	uint64_t body_size;  /* also of a streamed body */
	rd_str peer;         /* address of who asks, behind trusted proxies; "unix" for a socket file */
	bool has_body;       /* one was announced, of whatever length but 0 */
	bool secure;         /* came over TLS, ours or the proxy's */
	char request_id[17]; /* 16 hex digits */
	int64_t at_us;       /* when the request line had come, UTC */
	uint32_t lane;       /* number of the thread that serves it, 0 .. threads-1: for a connection
	                         to the store or a scratch buffer a thread, without locks */
	rd_arena *arena;
	void *user; /* the program's own, set in route; NULL at first */
	uint64_t n_user;
} rd_http_req;

/* A parameter of the query. Absent: RD_OK and ret_value.ptr NULL. Given twice: RD_USAGE. */
RD_NODISCARD rd_rc rd_http_query(const rd_http_req *req, const char *name, rd_str *ret_value,
                                 rd_err *err);
/* The next value of a parameter that may come several times. *at starts at 0; false: no more. */
bool rd_http_query_next(const rd_http_req *req, const char *name, uint32_t *at, rd_str *ret_value);
/* RD_USAGE, naming it, for a parameter that is not in `names` (ends with NULL). */
RD_NODISCARD rd_rc rd_http_query_only(const rd_http_req *req, const char *const *names,
                                      rd_err *err);

/* What comes behind "Bearer " in Authorization; ptr NULL: no such header. */
rd_str rd_http_bearer(const rd_http_req *req);
/* Content-Type is this type, whatever its parameters are. */
bool rd_http_is_type(const rd_http_req *req, const char *type);
/* An If-Match or If-None-Match header names this ETag (with its quotes), or "*". */
bool rd_http_etag_in(rd_str header, const char *etag);
#endif
