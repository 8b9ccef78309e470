/*
 * outbound.h - the one HTTP(S) client of Redink: webhooks, group robots and S3 go through it.
 *
 * A policy says who may be called; it is empty by preset, and then nothing may be called. A call
 * is one request and one reply, both in memory:
 *   - https only, unless the policy allows plain http; certificates are always verified,
 *   - the address that is connected to is judged (address.h), not the name, so a name that
 *     answers differently the second time gains nothing,
 *   - no redirects, no cookies, no proxies and no user names from the environment or the URL,
 *   - the reply is limited in size, the whole call (name, connection, TLS, reply) in time.
 * An HTTP status is no failure of the call: rd_reply_check turns one into an rd_err.
 *
 * Who owns what: the policy's texts must live as long as the rd_outbound; a reply's body belongs
 * to the caller (rd_reply_done). An rd_outbound may be used by any number of threads at once; it
 * keeps up to RD_OUTBOUND_IDLE_MAX connections for the next call.
 *
 * Failure: RD_USAGE the request is wrong; RD_FORBIDDEN the policy does not allow it; RD_LIMIT the
 * reply is too large; RD_UNAVAILABLE the far side cannot be reached, is too slow, or its
 * certificate is not good: worth another try later. Messages name the host, never path or query,
 * because they hold the keys of robots.
 */
#ifndef RD_NET_OUTBOUND_H
#define RD_NET_OUTBOUND_H
#include "base/arena.h"
#include "base/buf.h"

#define RD_OUTBOUND_IDLE_MAX    8u
#define RD_OUTBOUND_URL_MAX     2048u
#define RD_OUTBOUND_HEADERS_MAX 16u
#define RD_OUTBOUND_REPLY_BYTES (64u << 10) /* preset limit of a reply */
#define RD_OUTBOUND_REPLY_MAX   (2u << 30)  /* the largest limit that may be asked for */
#define RD_OUTBOUND_HEAD_MAX    (64u << 10) /* all header lines of a reply */
#define RD_OUTBOUND_TIMEOUT_MS  10000u

typedef struct rd_outbound_policy {
	/* Each entry is a host ("hooks.example.com"), all below one ("*.example.com"), an address
	 * prefix ("10.1.0.0/16", which also allows the private addresses in it) or "*". */
	const rd_str *allow;
	uint32_t n_allow;
	bool allow_private;  /* loopback and private addresses too; never link-local or special ones */
	bool allow_plain;    /* http:// too */
	const char *ca_file; /* PEM of the authorities to trust; NULL = those of the system */
} rd_outbound_policy;

typedef struct rd_header {
	rd_str name, value;
} rd_header;

typedef struct rd_request {
	const char *method; /* GET, HEAD, PUT, POST, DELETE */
	rd_str url;
	const rd_header *headers;
	uint32_t n_headers;
	rd_str body;
	uint32_t timeout_ms; /* 0 = RD_OUTBOUND_TIMEOUT_MS */
	uint32_t reply_max;  /* bytes; 0 = RD_OUTBOUND_REPLY_BYTES */
} rd_request;

typedef struct rd_reply {
	int32_t status;
	uint32_t retry_after_seconds; /* 0 = not said */
	int64_t length;               /* Content-Length; -1 = not said */
	char etag[80];                /* with its quotes; "" = none or too long */
	rd_buf body;
} rd_reply;

typedef struct rd_outbound rd_outbound;

rd_outbound *rd_outbound_new(const rd_outbound_policy *policy);
void rd_outbound_free(rd_outbound *o); /* NULL is fine; no call may be under way */

/* Calls and waits. RD_OK for every status; *ret_reply is to be freed with rd_reply_done. */
RD_NODISCARD rd_rc rd_outbound_send(rd_outbound *o, const rd_request *request, rd_reply *ret_reply,
                                    rd_err *err);
void rd_reply_done(rd_reply *reply);

/* RD_OK for 2xx; otherwise what the status means: 3xx FORBIDDEN (not followed), 401 and 403
 * FORBIDDEN, 404 and 410 NOT_FOUND, 409 and 412 CONFLICT, 413 LIMIT, 429 TOO_MANY, 408 and 5xx
 * UNAVAILABLE, others USAGE. `what` names the far side for people ("webhook", "S3"). */
RD_NODISCARD rd_rc rd_reply_check(const rd_reply *reply, rd_words what, rd_err *err);

/* Pure: does the policy let this URL be asked for? What the address says is judged later. */
RD_NODISCARD rd_rc rd_outbound_check_url(const rd_outbound_policy *policy, rd_str url, rd_err *err);
struct sockaddr;
/* Pure: may this address be connected to, for a host that the list allows (`by_name`) or not? */
bool rd_outbound_may_connect(const rd_outbound_policy *policy, bool by_name,
                             const struct sockaddr *address);
/* Pure: is the host in the list by name? */
bool rd_outbound_names(const rd_outbound_policy *policy, rd_str host);
#endif
