/*
 * inner.h - what the files of src/http share and nobody else sees: lanes, connections, exchanges.
 *
 * A lane is one thread of the library's pool with all that it needs, so that no two threads write
 * one cache line on the way of a request. A connection belongs to the lane that accepted it; an
 * exchange is one request and its answer, taken from the lane's own list and given back to it by
 * the same thread. Only the list of a lane's connections is shared, with the thread that watches
 * the deadlines, under the lane's lock; it is touched when a connection comes and goes, never by
 * a request.
 *
 * Everything lies in the lane's or the server's arena until rd_http_free.
 */
#ifndef RD_HTTP_INNER_H
#define RD_HTTP_INNER_H
#include "base/buf.h"
#include "http/address.h"
#include "http/server.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>

#define RD_HTTP_SWALLOW_MAX    (256u << 10) /* bytes of a refused body read to answer at its end */
#define RD_HTTP_STATUS_CLASSES 6u           /* 0 = no answer, 1xx … 5xx */
#define RD_HTTP_NEVER          INT64_MAX

typedef struct rd_http_lane rd_http_lane;
typedef struct rd_http_stream rd_http_stream; /* hub.c */

typedef struct rd_http_conn {
	struct rd_http_conn *next, *prev; /* under the lane's lock */
	rd_http_lane *lane;
	struct MHD_Connection *mhd;
	int fd;
	bool has_ip, trusted;
	uint8_t ip[16];
	char peer[RD_HTTP_ADDRESS_MAX];
	_Atomic int64_t until_us; /* monotonic: closed when this has passed */
} rd_http_conn;

typedef struct rd_http_exchange {
	rd_http_req req; /* first: the program's pointer is ours */
	struct rd_http_exchange *next_free;
	rd_http_lane *lane;
	rd_http_conn *conn;
	rd_http_framing framing;
	rd_http_plan plan;
	rd_buf body;
	uint64_t seen;    /* bytes of the body that came */
	int64_t start_us; /* monotonic */
	rd_http_reply reply;
	rd_http_stream *stream;
	rd_err *err;
	const char *guard;
	bool begun, kept, answered, sink_open, sent;
} rd_http_exchange;

struct rd_http_lane {
	alignas(64) rd_http_server *server;
	uint32_t index;
	uint64_t random; /* state of the request ids */
	rd_http_exchange *free_exchanges;
	rd_arena *arena;
	/* Written by the lane's thread alone, read by any. */
	_Atomic uint64_t *count; /* [n_labels + 1][RD_HTTP_STATUS_CLASSES] */
	_Atomic uint64_t accepted, closed, begun, ended, body_in, body_out, took_us;
	_Atomic uint64_t bucket[RD_HTTP_BUCKETS];
	atomic_bool handling;             /* inside the program's handler */
	alignas(64) _Atomic int64_t kept; /* not answered yet */
	pthread_mutex_t lock;             /* of the lists below */
	rd_http_conn *conns, *free_conns;
	_Atomic uint64_t timed_out;
};

struct rd_http_server {
	rd_http_config config; /* presets filled in */
	rd_arena *arena;
	struct MHD_Daemon *daemon;
	int listen_fd, library_fd; /* the library has a copy of its own */
	uint16_t port;
	const char *socket_path; /* of a socket file, else NULL */
	const char *cert, *key;
	rd_http_net *trusted;
	uint32_t n_trusted;
	rd_http_lane *lanes;
	atomic_uint n_claimed; /* lanes that have found their thread */
	atomic_bool draining;  /* new requests are refused */
	atomic_bool deaf;      /* no handler is called any more */
	atomic_bool stopping;  /* the watcher ends */
	pthread_t watcher;
	bool watching, stopped;
	pthread_mutex_t wake_lock;
	pthread_cond_t wake;
};

int64_t rd_http_now_us(void); /* monotonic */

/* A counter that one thread alone writes. */
static inline void rd_http_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
	                      memory_order_relaxed);
}

/* listen.c: checks the configuration and binds; fills listen_fd, port, trusted, cert, key. */
RD_NODISCARD rd_rc rd_http_listen(rd_http_server *s, rd_err *err);
void rd_http_listen_end(rd_http_server *s);

/* lane.c: the lane of this thread, and what is taken from it and given back. */
rd_http_lane *rd_http_lane_mine(rd_http_server *s);
rd_http_exchange *rd_http_exchange_take(rd_http_lane *lane);
void rd_http_exchange_give(rd_http_exchange *x);
uint64_t rd_http_lane_random(rd_http_lane *lane);
void rd_http_lane_count(rd_http_lane *lane, const rd_http_exchange *x, int64_t took_us);
void rd_http_lane_done(rd_http_lane *lane);
/* The library's notice of a connection that came or goes. */
void rd_http_on_connection(void *server, struct MHD_Connection *c, void **socket_context,
                           enum MHD_ConnectionNotificationCode code);

/* exchange.c: the library's calls for one request. */
void *rd_http_on_target(void *server, const char *target, struct MHD_Connection *c);
enum MHD_Result rd_http_on_request(void *server, struct MHD_Connection *c, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *data_size, void **state);
void rd_http_on_end(void *server, struct MHD_Connection *c, void **state,
                    enum MHD_RequestTerminationCode code);

/* send.c: x->reply or x->stream to the library. */
enum MHD_Result rd_http_send(rd_http_exchange *x);

/* watch.c: the thread that closes what is past its deadline and keeps streams alive. */
RD_NODISCARD rd_rc rd_http_watch_start(rd_http_server *s, rd_err *err);
void rd_http_watch_stop(rd_http_server *s);

/* hub.c */
struct MHD_Response *rd_http_stream_response(rd_http_stream *stream);
void rd_http_stream_drop(rd_http_stream *stream); /* before a response was made of it */
void rd_http_hub_tick(rd_http_hub *hub, int64_t now_us);
void rd_http_hub_close(rd_http_hub *hub); /* ends all streams, opens no more */
#endif
