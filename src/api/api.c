#include "api/inner.h"
#include "api/live.h"
#include "auth/secret.h"
#include "base/assert.h"
#include "desk/hooks.h"

#define CHINA_OFFSET_S 28800

/* A client that went away is no error of ours, nor is saying that we stop. */
static const char *level_of(uint32_t status)
{
	return status == 503 ? "warn" : status >= 500 ? "error" : "info";
}

/* One logfmt line a request: no personal data, no values. */
static void log_access(void *user, const rd_http_access *a)
{
	rd_api *api = user;
	const rd_call *call = a->req->user;
	char line[512];

	if (api->config.log == NULL)
		return;
	snprintf(
		line, sizeof line,
		"level=%s msg=request req=%s route=\"%s\" status=%u us=%lld bytes=%llu firm=%lld%s%s%s%s",
		level_of(a->status), a->req->request_id, a->label ? a->label : "", a->status,
		(long long)a->took_us, (unsigned long long)a->sent,
		call ? (long long)call->who.actor.firm_id : 0, a->err ? " err=" : "",
		a->err ? rd_rc_name(a->err->code) : "", a->guard ? " guard=\"" : "",
		a->guard ? a->guard : "");
	if (a->guard)
		strncat(line, "\"", sizeof line - strlen(line) - 1);
	api->config.log(api->config.log_user, line);
	/* What a 500 hides from the caller is for whoever reads the log. */
	if (a->err && rd_rc_http(a->err->code) == 500) {
		snprintf(line, sizeof line, "level=error msg=\"%s\" req=%s", a->err->en,
		         a->req->request_id);
		api->config.log(api->config.log_user, line);
	}
}

static void make_labels(rd_api *api)
{
	api->labels = RD_NEW_N(api->arena, const char *, rd_routes_count);
	for (uint32_t i = 0; i < rd_routes_count; i++) {
		char label[256];

		rd_route_label(&rd_routes[i], label, sizeof label);
		api->labels[i] = rd_arena_copy(api->arena, label, strlen(label));
	}
}

static void tell(void *ctx, const char *what, const rd_err *why)
{
	rd_api *api = ctx;
	char line[512];

	if (api->config.log == NULL)
		return;
	snprintf(line, sizeof line, "level=warn msg=\"%s\" err=%s why=\"%.300s\"", what,
	         rd_rc_name(why->code), why->en);
	api->config.log(api->config.log_user, line);
}

static rd_rc start_hands(rd_api *api, rd_err *err)
{
	const rd_hands_config hands = {.engine = &api->engine,
	                               .outbound = api->config.outbound,
	                               .checkpoints_to = api->config.checkpoints_to,
	                               .live = rd_live_publish,
	                               .told = tell,
	                               .ctx = api};

	return rd_hands_start(&hands, &api->hands, err);
}

static rd_rc start_http(rd_api *api, rd_err *err)
{
	const rd_api_config *c = &api->config;
	const rd_http_config http = {.address = c->address,
	                             .port = c->port,
	                             .threads = c->threads,
	                             .cert_file = c->cert_file,
	                             .key_file = c->key_file,
	                             .behind_proxy = c->behind_proxy,
	                             .trusted_proxies = c->trusted_proxies,
	                             .labels = api->labels,
	                             .n_labels = rd_routes_count,
	                             .hub = api->hub,
	                             .route = rd_call_route,
	                             .handle = rd_call_handle,
	                             .log = log_access,
	                             .user = api};

	RD_TRY(rd_http_start(&http, &api->http, err));
	/* Only now the port is known, which is part of the origin in development. */
	if (c->origin)
		snprintf(api->origin, sizeof api->origin, "%s", c->origin);
	else
		snprintf(api->origin, sizeof api->origin, "http://localhost:%u",
		         (unsigned)rd_http_port(api->http));
	return RD_OK;
}

static void release(rd_api *api)
{
	rd_hands_stop(api->hands);
	rd_identity_free(api->identity);
	rd_http_hub_free(api->hub);
	rd_arena_free(api->arena);
}

rd_rc rd_api_start(const rd_api_config *config, rd_api **ret_api, rd_err *err)
{
	RD_TRY(rd_auth_init(err));
	RD_TRY(rd_routes_check(err));
	rd_arena *arena = rd_arena_new();
	rd_api *api = RD_NEW(arena, rd_api);

	api->arena = arena;
	api->config = *config;
	api->store = config->store;
	api->engine = (rd_engine){config->store, rd_desk_hooks, rd_desk_hooks_count, CHINA_OFFSET_S};
	api->plain_dev = config->origin == NULL;
	api->hub = rd_http_hub_new(NULL);
	api->identity = rd_identity_new(api->store, &api->engine);
	make_labels(api);
	rd_slow_start(api);
	atomic_store(&api->ready, true);

	rd_rc rc = rd_engine_check(&api->engine, err);

	if (rc == RD_OK)
		rc = start_hands(api, err);
	if (rc == RD_OK)
		rc = start_http(api, err);
	if (rc != RD_OK) {
		rd_slow_stop(api);
		release(api);
		return rc;
	}
	*ret_api = api;
	return RD_OK;
}

rd_rc rd_api_setup_link(rd_api *api, char out[128], bool *ret_needed, rd_err *err)
{
	rd_token link;

	RD_TRY(rd_identity_setup_link(api->identity, &link, ret_needed, err));
	snprintf(out, 128, "%.90s/#/setup/%s", api->origin, *ret_needed ? link.text : "");
	rd_secret_wipe(link.text, sizeof link.text);
	return RD_OK;
}

uint16_t rd_api_port(const rd_api *api)
{
	return rd_http_port(api->http);
}

void rd_api_stop(rd_api *api, uint32_t within_s)
{
	rd_err err;

	atomic_store(&api->ready, false);
	/* What waits in the writer and in the slow threads is answered meanwhile; it is never long. */
	while (rd_http_stop(api->http, within_s, &err) != RD_OK)
		continue;
	rd_slow_stop(api);
	rd_http_free(api->http);
	release(api);
}
