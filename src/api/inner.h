/*
 * inner.h - what the files of src/api share and nobody else sees.
 */
#ifndef RD_API_INNER_H
#define RD_API_INNER_H
#include "api/route.h"
#include "desk/findings.h"
#include "desk/gate.h"
#include "desk/hands.h"
#include "record/around.h"
#include <pthread.h>
#include <stdatomic.h>

#define RD_BUSY_MAX 2u

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
	/* Exports and imports that run: one of each a firm, and never all of the slow threads. */
	int64_t exporting[RD_BUSY_MAX], importing[RD_BUSY_MAX];
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
/* The text of the answer, when the handler left it for later; once. */
void rd_call_late(rd_call *call);
/* Answers with what the handler made of it, and frees what the call holds. */
void rd_call_finish(rd_call *call, rd_rc rc, const rd_err *err);

/* One object each, as the routes of a record and the page of a case show them. */
void rd_put_comment(rd_json *j, const rd_comment *c);
void rd_put_attached(rd_json *j, const rd_attached *a);
void rd_put_event(rd_json *j, const rd_kind *k, const rd_log_row *row, rd_show_view view);
/* The member findings, and an object with what closing lacks. */
void rd_put_findings(rd_json *j, const rd_findings_page *page);
void rd_put_gate(rd_json *j, const rd_gate_result *g);
/* The member clocks, of a case. */
RD_NODISCARD rd_rc rd_put_clocks(const rd_call *call, rd_tx *tx, const rd_record *r, rd_json *j,
                                 rd_err *err);
/* The member available_transitions. */
void rd_put_available(rd_json *j, const rd_record *r, const rd_available *list, uint32_t n);
/* Members code, message and problems of an object that is open; a 500 says no more than that. */
void rd_put_failure(rd_json *j, rd_rc rc, const rd_err *err, const rd_problems *problems);
/* answer.c: answers and refusals that many handlers give. */
/* Begins {"<key>": [ ; each item is written by the handler, and the end by rd_answer_list_end. */
rd_json *rd_answer_list(rd_call *call, const char *key);
rd_rc rd_answer_list_end(rd_json *j);
/* 201 {"id": …} */
rd_rc rd_answer_made(rd_call *call, int64_t id);
/* INPUT with one problem of a field; the words are static. */
rd_rc rd_answer_wrong(rd_call *call, const char *field, const char *zh, const char *en,
                      rd_err *err);
/* NO_MATCH without If-Match. */
RD_NODISCARD rd_rc rd_call_versioned(const rd_call *call, rd_err *err);
/* The text of a field of the shape, or `otherwise` when it was not given. */
rd_str rd_call_text(const rd_call *call, uint32_t field, rd_str otherwise);

/* slow.c: threads for handlers that wait. */
void rd_slow_start(rd_api *api);
void rd_slow_stop(rd_api *api);
/* TOO_MANY when the queue is full. */
RD_NODISCARD rd_rc rd_slow_add(rd_api *api, rd_call *call, rd_err *err);

/* A long one of the firm begins; TOO_MANY when it has one already, or others have all places. */
RD_NODISCARD rd_rc rd_busy_begin(rd_api *api, int64_t places[RD_BUSY_MAX], int64_t firm_id,
                                 rd_err *err);
void rd_busy_end(rd_api *api, int64_t places[RD_BUSY_MAX], int64_t firm_id);

/* many.c: many commands of one request, each a unit of its own. */
typedef struct rd_unit {
	rd_command command; /* first; run and ctx are the caller's, rc and err the answer */
	struct rd_many *of;
} rd_unit;
/* Runs n of them, all with this arena, and waits until the last is done. Called by a SLOW handler;
 * nobody else uses the arena meanwhile. `units` are `step` bytes apart. */
void rd_many_run(rd_call *call, rd_arena *a, void *units, uint32_t n, size_t step);
/* As rd_once_find and rd_once_keep, for unit number i of the request. */
RD_NODISCARD rd_rc rd_many_find(const rd_call *call, rd_tx *tx, uint32_t i, rd_str *ret_body,
                                bool *ret_found, rd_err *err);
RD_NODISCARD rd_rc rd_many_keep(const rd_call *call, rd_tx *tx, uint32_t i, rd_str body,
                                rd_err *err);

/* once.c: the same Idempotency-Key happens once. */
/* What was asked, in 32 bytes. */
void rd_once_digest(const rd_call *call, uint8_t out[32]);
RD_NODISCARD rd_rc rd_once_find(rd_call *call, rd_tx *tx, bool *ret_found, rd_err *err);
RD_NODISCARD rd_rc rd_once_keep(rd_call *call, rd_tx *tx, rd_err *err);
#endif
