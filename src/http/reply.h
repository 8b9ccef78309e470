/*
 * reply.h - what is sent back, and the headers that go with each class of answer.
 *
 * A reply is a plain struct that the caller fills; all its texts must live until the request is
 * over: static, or in the request's arena. A file descriptor is taken over and closed. Security
 * headers (security.md section 5) come from the class and cannot be left out.
 *
 * Threads: rd_http_answer may be called by any thread that owns the request.
 */
#ifndef RD_HTTP_REPLY_H
#define RD_HTTP_REPLY_H
#include "http/request.h"

typedef enum rd_http_class {
	RD_HTTP_API,      /* JSON: nothing may be loaded, never stored */
	RD_HTTP_HTML,     /* the page: nonce, no-store, own window group */
	RD_HTTP_ASSET,    /* a file whose name carries its hash: immutable for a year */
	RD_HTTP_DOWNLOAD, /* always an attachment, never shown */
} rd_http_class;

#define RD_HTTP_COOKIES_MAX 3u
#define RD_HTTP_HEADERS_MAX 8u
#define RD_HTTP_NONCE_SIZE  25u /* base64 of 16 bytes and a NUL */

typedef struct rd_http_header {
	const char *name, *value;
} rd_http_header;

typedef struct rd_http_reply {
	uint32_t status; /* 0 is 200 */
	rd_http_class class_;
	const char *content_type; /* NULL: application/json for the API; else none */
	rd_str body;
	bool from_fd; /* the body is fd_size bytes of fd from its start */
	int fd;
	uint64_t fd_size;
	const char *etag; /* with its quotes */
	const char *location;
	uint32_t retry_after_s;                   /* 0 = not said */
	const char *allow;                        /* with 405: "GET, POST" */
	const char *filename;                     /* RD_HTTP_DOWNLOAD: UTF-8, any characters */
	const char *nonce;                        /* RD_HTTP_HTML: from rd_http_nonce */
	const char *cookie[RD_HTTP_COOKIES_MAX];  /* Set-Cookie values: cookie.h */
	bool clear_site_data;                     /* logout */
	bool close;                               /* no further request on this connection */
	const rd_err *err;                        /* why, for the access log; copied */
	rd_http_header more[RD_HTTP_HEADERS_MAX]; /* others, up to the first NULL name */
} rd_http_reply;

/* Keeps the request beyond `handle`, and is called there before the request is handed on: it then
 * belongs to whoever is given it, who calls rd_http_answer exactly once, from any thread. */
void rd_http_keep(rd_http_req *req);
/* Answers. Inside `handle` without keep: sent when handle returns. After keep: the request is gone
 * for the caller, with its arena. A second answer to one request ends the process. */
void rd_http_answer(rd_http_req *req, const rd_http_reply *reply);
/* {code, message{zh,en}, hint{zh,en} or null, request_id} with the status of the code. A 500 shows
 * the id only; err goes to the access log. */
void rd_http_answer_err(rd_http_req *req, const rd_err *err, rd_words hint);
/* The body of the above in the request's arena, for a reply with headers of its own (with .err). */
rd_str rd_http_err_body(rd_http_req *req, const rd_err *err, rd_words hint);
/* JSON with a status; body as in rd_http_reply. */
void rd_http_answer_json(rd_http_req *req, uint32_t status, rd_str body);

/* A new nonce for one HTML answer, in the request's arena. */
const char *rd_http_nonce(rd_http_req *req);

/* attachment; filename="…"; filename*=UTF-8''…  (RFC 6266, RFC 8187). Control characters, quotes,
 * slashes and backslashes become '_'; other than ASCII too, in the first form. */
const char *rd_http_disposition(rd_arena *arena, const char *filename);
/* The policy of an HTML answer with that nonce, in the arena. */
const char *rd_http_page_policy(rd_arena *arena, const char *nonce);
#endif
