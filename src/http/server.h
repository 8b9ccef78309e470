/*
 * server.h - the HTTP server: the only place that sees libmicrohttpd.
 *
 * The library's several calls for a request become two: `route` when the headers are there and
 * nothing of the body was read, `handle` when the request is whole. The request is checked before
 * either (guard.h) and answered by rd_http_answer (reply.h), inside `handle` or later from any
 * thread.
 *
 * Threads: `threads` lanes, each with its own connections; route, handle, sinks and `log` run
 * in the lane of the request, so that what blocks there holds up the lane. Nothing on the way of
 * a request takes a lock; requests and arenas are reused within their lane. One more thread closes
 * connections past their deadline and keeps streams alive.
 *
 * Failure: rd_http_start says what is wrong with the configuration. A request that breaks a rule is
 * answered by the server itself and never reaches the program, but for the log.
 */
#ifndef RD_HTTP_SERVER_H
#define RD_HTTP_SERVER_H
#include "http/hub.h"
#include "http/reply.h"

#define RD_HTTP_BUCKETS 16u

typedef struct rd_http_server rd_http_server;

/* Takes the body of an upload piece by piece, in the lane's thread. */
typedef struct rd_http_sink {
	/* Other than RD_OK refuses the upload: it is answered with err, and `dropped` follows. */
	rd_rc (*piece)(void *ctx, rd_http_req *req, const void *data, size_t size, rd_err *err);
	/* Exactly once when `route` has let the upload in and `handle` will not be called: refused,
	 * broken off, too large. NULL is fine. */
	void (*dropped)(void *ctx, rd_http_req *req);
	void *ctx;
} rd_http_sink;

/* What `route` decides. Zero: no body, no label. */
typedef struct rd_http_plan {
	uint64_t body_max; /* bytes; in memory at most RD_HTTP_MEMORY_BODY_MAX, else through a sink */
	rd_http_sink sink; /* piece NULL: the body is collected in memory */
	uint32_t label;    /* index into config.labels */
} rd_http_plan;

#define RD_HTTP_MEMORY_BODY_MAX (16u << 20)
#define RD_HTTP_UPLOAD_MAX      (4ull << 30)

/* One finished request. Texts are valid during the call. */
typedef struct rd_http_access {
	const rd_http_req *req; /* target.path is empty when the target was refused */
	const char *label;
	uint32_t status; /* 0: no answer was sent by us (connection lost, or refused by the library) */
	uint64_t sent;   /* bytes of the body; 0 for streams */
	int64_t took_us; /* from the request line to the last byte */
	const char *guard; /* what the guard refused, or NULL */
	const rd_err *err; /* of an answer 4xx or 5xx made by rd_http_answer_err, or NULL */
} rd_http_access;

typedef struct rd_http_config {
	const char *address;  /* "127.0.0.1", "::1", "0.0.0.0", or "unix:/path"; NULL: 127.0.0.1 */
	uint16_t port;        /* 0: any free one, see rd_http_port */
	uint32_t threads;     /* 0: 2 */
	uint32_t connections; /* 0: 1,000 */
	uint32_t per_ip;      /* 0: 200; not applied behind a proxy, whose address all share */
	uint32_t timeout_s;   /* without a byte either way; 0: 20 */
	uint32_t deadline_s;  /* for a whole request, headers and body; 0: 30. A stream into a sink
	                          is given one more second for each RD_HTTP_RATE_MIN bytes received,
	                          an answer for each that it has. */
	const char *cert_file, *key_file;   /* PEM; both or none */
	bool behind_proxy;                  /* a proxy in front speaks TLS for us */
	const char *const *trusted_proxies; /* networks; NULL-terminated or NULL: loopback */
	const char *const *labels;          /* names of routes for the counters */
	uint32_t n_labels;
	rd_http_hub *hub; /* NULL: no streams */
	/* Headers are there. RD_OK and *plan, or a refusal that is answered; nothing of the body is
	 * read then and the connection is closed if there is one. */
	rd_rc (*route)(void *user, rd_http_req *req, rd_http_plan *plan, rd_err *err);
	/* The request is whole. Answers it (rd_http_answer…), opens a stream, or keeps it. */
	void (*handle)(void *user, rd_http_req *req);
	void (*log)(void *user, const rd_http_access *access); /* NULL: none */
	void *user;
} rd_http_config;

#define RD_HTTP_RATE_MIN 16384u /* bytes a second */

/* RD_USAGE for a configuration that is not safe (an address other than loopback without TLS and
 * without a proxy) or not complete; RD_IO when the system refuses the address or a file. */
RD_NODISCARD rd_rc rd_http_start(const rd_http_config *config, rd_http_server **ret_server,
                                 rd_err *err);
/* The port that is listened on; 0 for a socket file. */
uint16_t rd_http_port(const rd_http_server *s);
/* Refuses new connections and requests (503), ends the streams, waits up to `within_s` for those
 * that run, closes the rest. RD_UNAVAILABLE: kept requests have not been answered; they still may
 * be, then call again. */
RD_NODISCARD rd_rc rd_http_stop(rd_http_server *s, uint32_t within_s, rd_err *err);
/* After rd_http_stop has said RD_OK. NULL is fine. */
void rd_http_free(rd_http_server *s);

/* Counters since the start; every number only rises but for `connections` and `running`. */
typedef struct rd_http_stats {
	uint64_t connections, running, accepted, timed_out;
	uint64_t body_in, body_out;       /* bytes */
	uint64_t took_us;                 /* sum over all requests */
	uint64_t bucket[RD_HTTP_BUCKETS]; /* requests that took at most rd_http_bucket_us[i], and no
	                                     less than the bucket before */
} rd_http_stats;

/* Upper ends of the buckets in microseconds; the last is INT64_MAX. */
extern const int64_t rd_http_bucket_us[RD_HTTP_BUCKETS];

void rd_http_stats_get(const rd_http_server *s, rd_http_stats *ret);
/* Requests of a label (n_labels: those without one) whose status was class_ × 100 + …; class 0: not
 * answered by us. */
uint64_t rd_http_count(const rd_http_server *s, uint32_t label, uint32_t class_);
#endif
