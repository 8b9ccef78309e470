/*
 * route.h - the HTTP API as one table (routes.c), and one request on its way through it.
 *
 * From the table come dispatch, the permission check, the limit of bodies, /api/v1/openapi.json,
 * `redink routes` and the test that calls every route as everybody. RD_PERM_UNSET does not start:
 * nothing is open by omission.
 *
 * A handler is called after method, path, permission, site rule, size and the shape of the body
 * were checked. READ handlers run in a read transaction on the thread of the request; WRITE
 * handlers in the writer, and are answered after the commit is on disk; SLOW ones without a
 * transaction on a thread that may wait (password hashes, files). What a handler returns becomes
 * the answer: RD_OK with what it put into `call->answer`, or an error with code, message, hint and
 * problems.
 *
 * Paths: {kind} is a kind of record, {id} and {sub} are ids, {word} is a name.
 */
#ifndef RD_API_ROUTE_H
#define RD_API_ROUTE_H
#include "api/api.h"
#include "api/shape.h"
#include "desk/identity.h"
#include "http/reply.h"
#include "record/show.h"

typedef enum rd_perm {
	RD_PERM_UNSET,
	RD_PERM_PUBLIC,    /* nobody has to be known */
	RD_PERM_SIGNED_IN, /* anybody who is known, contacts too; the handler looks further */
	RD_PERM_STAFF,     /* people of the firm */
	RD_PERM_KIND,      /* who has the route's verb on the kind; the record is looked at later */
	RD_PERM_ADMIN,     /* administrators of the firm */
} rd_perm;

typedef enum rd_run { RD_RUN_READ, RD_RUN_WRITE, RD_RUN_SLOW } rd_run;

struct rd_call;
typedef rd_rc rd_handler(struct rd_call *call, rd_tx *tx, rd_err *err); /* tx NULL: SLOW */

/* A body that goes elsewhere piece by piece while it comes. */
typedef struct rd_upload {
	/* Before the first byte, on the thread of the request: may it come? Sets call->stream. */
	rd_rc (*open)(struct rd_call *call, rd_err *err);
	rd_rc (*piece)(struct rd_call *call, const void *data, size_t size, rd_err *err);
	/* Leaves nothing behind; called unless the handler has taken call->stream (and set it NULL). */
	void (*drop)(struct rd_call *call);
} rd_upload;

typedef struct rd_route {
	rd_http_method method;
	const char *path;
	rd_perm perm;
	rd_kind_verb verb; /* RD_PERM_KIND */
	rd_run run;
	rd_handler *handle;
	rd_words summary;
	const rd_shape *shape; /* of the body; NULL with body: the handler knows (records) */
	const char *body; /* schema of a record's body, behind the kind's name: "Create", "Change" */
	bool has_body;
	uint64_t body_max;       /* bytes; 0 = none, or RD_API_BODY_MAX with has_body */
	const char *query;       /* names of parameters, joined by blanks; NULL = none */
	const char *body_type;   /* of a body that is no JSON, at most body_max bytes; else NULL */
	const rd_upload *upload; /* of such a body: it is streamed; NULL: in memory */
} rd_route;

#define RD_API_BODY_MAX    (1u << 20)
#define RD_UPLOAD_MAX      (1u << 30)
#define RD_LINK_UPLOAD_MAX (64 << 20) /* what a contact adds by a link: photos, a scan */

extern const rd_route rd_routes[];
extern const uint32_t rd_routes_count;

typedef struct rd_call {
	rd_api *api;
	rd_http_req *req;
	const rd_route *route;
	rd_caller who; /* actor.firm_id 0: nobody */
	const rd_kind *kind;
	int64_t id, sub;                  /* {id}, {sub} */
	rd_str word;                      /* {word} */
	int64_t version;                  /* If-Match; RD_NO_VERSION */
	json_t *body;                     /* NULL = none; freed when answered */
	rd_value in[RD_SHAPE_FIELDS_MAX]; /* of the shape */
	rd_problems problems;
	rd_http_reply reply; /* status, headers; the body is `out` unless it is set */
	rd_buf out;
	rd_json json;  /* on out; begun by rd_call_json */
	bool streamed; /* the handler opened a stream: nothing is answered */
	/* Makes the text of the answer after the command: not while the writer is held. */
	void (*late)(struct rd_call *call);
	const void *late_ctx;     /* in the arena */
	const rd_record *current; /* CONFLICT: as it stands now */
	rd_command command;
	struct rd_call *next; /* in the queue of slow ones */
	void *stream;         /* of an upload: what it has while bytes come */
	void *user;           /* of the handler: its own */
	rd_str content;       /* of an upload: SHA-256 of what came, for Idempotency-Key */
} rd_call;

/* Begins the JSON of the answer; rd_json_end is called when the handler has returned. */
rd_json *rd_call_json(rd_call *call);
/* ETag of a version: "7". */
void rd_call_etag(rd_call *call, int64_t version);
/* Location of a record of the call's kind; `id` is decimal. */
void rd_call_location(rd_call *call, const char *id);
/* What this caller may see of a record. */
rd_show_view rd_call_view(const rd_call *call);
/* A parameter of the query; "" = not given. */
rd_str rd_call_query(const rd_call *call, const char *name);
/* A number of the query within limits; `otherwise` when it is not given. */
RD_NODISCARD rd_rc rd_call_number(const rd_call *call, const char *name, int64_t min, int64_t max,
                                  int64_t otherwise, int64_t *ret, rd_err *err);
/* The id as JSON text. */
void rd_put_id(rd_json *j, const char *key, int64_t id);      /* null when 0 */
void rd_put_time(rd_json *j, const char *key, int64_t at_us); /* null when 0 */
#endif
