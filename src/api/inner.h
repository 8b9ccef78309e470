/*
 * inner.h - what the files of src/api share and nobody else sees.
 */
#ifndef RD_API_INNER_H
#define RD_API_INNER_H
#include "api/route.h"
#include "desk/hands.h"
#include <pthread.h>
#include <stdatomic.h>

struct rd_api {
	rd_api_config config;
	rd_store *store;
	rd_engine engine;
	rd_identity *identity;
	rd_http_hub *hub;
	rd_hands *hands;
	rd_http_server *http;
	bool plain_dev; /* cookies of development: plain HTTP on localhost */
	char origin[256];
	const char **labels; /* of the routes, for the counters */
	rd_arena *arena;     /* of the process */
	atomic_bool ready;   /* false while stopping */
	/* the slow ones */
	pthread_mutex_t lock;
	pthread_cond_t more;
	rd_call *first, **last;
	uint32_t waiting;
	bool ending;
	pthread_t slow[4];
};

/* router.c: the route of a request; NULL and RD_NOT_FOUND or RD_METHOD. Fills kind, id, sub, word.
 * */
RD_NODISCARD rd_rc rd_route_find(rd_call *call, rd_err *err);
/* No route unset, no two alike, no kind named like a first segment. */
RD_NODISCARD rd_rc rd_routes_check(rd_err *err);
/* "GET /api/v1/{kind}/{id}" */
void rd_route_label(const rd_route *r, char *out, size_t room);

/* call.c: what the server calls. */
rd_rc rd_call_route(void *user, rd_http_req *req, rd_http_plan *plan, rd_err *err);
void rd_call_handle(void *user, rd_http_req *req);
/* Answers with what the handler made of it, and frees what the call holds. */
void rd_call_finish(rd_call *call, rd_rc rc, const rd_err *err);

/* slow.c: threads for handlers that wait. */
void rd_slow_start(rd_api *api);
void rd_slow_stop(rd_api *api);
/* TOO_MANY when the queue is full. */
RD_NODISCARD rd_rc rd_slow_add(rd_api *api, rd_call *call, rd_err *err);

/* once.c: the same Idempotency-Key happens once. */
RD_NODISCARD rd_rc rd_once_find(rd_call *call, rd_tx *tx, bool *ret_found, rd_err *err);
RD_NODISCARD rd_rc rd_once_keep(rd_call *call, rd_tx *tx, rd_err *err);
#endif
