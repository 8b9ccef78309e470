/*
 * api.h - the server: HTTP in front, the desk behind.
 *
 * Owner: the program opens the store and gives it; rd_api_start makes the rest (identity, engine,
 * jobs, followers, server) and rd_api_stop ends it in order. One process may have one.
 */
#ifndef RD_API_API_H
#define RD_API_API_H
#include "base/buf.h"
#include "http/server.h"
#include "net/outbound.h"
#include "store/store.h"

typedef struct rd_api_config {
	rd_store *store;
	const char *address; /* as in rd_http_config */
	uint16_t port;
	uint32_t threads;
	const char *origin; /* "https://desk.example.cn"; NULL: http://localhost:<port>, development */
	const char *cert_file, *key_file;
	bool behind_proxy;
	const char *const *trusted_proxies;
	rd_outbound_policy outbound;               /* whom webhooks, robots and mail may reach */
	const char *checkpoints_to;                /* folder for signed heads; NULL = none */
	void (*log)(void *user, const char *line); /* one logfmt line, without line end */
	void *log_user;
} rd_api_config;

typedef struct rd_api rd_api;

RD_NODISCARD rd_rc rd_api_start(const rd_api_config *config, rd_api **ret_api, rd_err *err);
/* The address of the one-time set-up page when there is no firm yet. */
RD_NODISCARD rd_rc rd_api_setup_link(rd_api *api, char out[128], bool *ret_needed, rd_err *err);
uint16_t rd_api_port(const rd_api *api);
/* Graceful: no new requests, those that run are finished within `within_s`. */
void rd_api_stop(rd_api *api, uint32_t within_s);
/* The OpenAPI document; to be freed by rd_buf_done. */
void rd_api_openapi(rd_buf *out);
#endif
