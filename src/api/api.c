#include "api/inner.h"
#include "api/live.h"
#include "auth/secret.h"
#include "base/assert.h"
#include "desk/hooks.h"

#define CHINA_OFFSET_S 28800
#define QUOTED_MAX     400u /* bytes of a text in a line */
#define LOG_LINE_MAX   4096u
#define ORIGIN_MAX     90u /* what the set-up link has room for */

/* A client that went away is no error of ours, nor is saying that we stop. */
static const char *level_of(uint32_t status)
{
	return status == 503 ? "warn" : status >= 500 ? "error" : "info";
}

/* A text within quotes of a line: what ends a line or a quote, or turns the direction of reading,
 * is replaced, so that no value from outside can make a line of its own. */
static void put_quoted(rd_buf *line, const char *key, const char *text)
{
	rd_str s = rd_str_of(text);

	rd_buf_printf(line, " %s=\"", key);
	for (uint32_t at = 0; at < s.len && at < QUOTED_MAX;) {
		uint32_t from = at, cp = rd_utf8_next(s, &at);
		bool turns = (cp >= 0x200e && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
		             (cp >= 0x2066 && cp <= 0x2069) || cp == 0x61c;

		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == '"' || cp == '\\' || turns ||
		    cp == 0xfffd)
			rd_buf_char(line, '?');
		else
			rd_buf_add(line, s.ptr + from, at - from);
	}
	rd_buf_char(line, '"');
}

static void say_line(const rd_api *api, rd_buf *line)
{
	rd_buf_char(line, '\0');
	api->config.log(api->config.log_user, line->data);
	rd_buf_done(line);
}

/* One logfmt line a request: ids, no names, no values. */
static void log_access(void *user, const rd_http_access *a)
{
	rd_api *api = user;
	const rd_call *call = a->req->user;
	rd_buf line;

	if (api->config.log == NULL)
		return;
	rd_buf_init(&line, LOG_LINE_MAX);
	rd_buf_printf(&line, "level=%s msg=request req=%s", level_of(a->status), a->req->request_id);
	put_quoted(&line, "route", a->label ? a->label : "");
	rd_buf_printf(&line, " status=%u us=%lld bytes=%llu firm=%lld user=%lld", a->status,
	              (long long)a->took_us, (unsigned long long)a->sent,
	              call ? (long long)call->who.actor.firm_id : 0,
	              call ? (long long)call->who.actor.user_id : 0);
	if (a->err)
		rd_buf_printf(&line, " err=%s", rd_rc_name(a->err->code));
	if (a->guard)
		put_quoted(&line, "guard", a->guard);
	say_line(api, &line);
	/* What a 500 hides from the caller is for whoever reads the log. */
	if (a->err && rd_rc_http(a->err->code) == 500) {
		rd_buf_init(&line, LOG_LINE_MAX);
		rd_buf_puts(&line, "level=error");
		put_quoted(&line, "msg", a->err->en);
		if (a->err->file[0])
			put_quoted(&line, "file", a->err->file);
		rd_buf_printf(&line, " req=%s", a->req->request_id);
		say_line(api, &line);
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
	rd_buf line;

	if (api->config.log == NULL)
		return;
	rd_buf_init(&line, LOG_LINE_MAX);
	rd_buf_puts(&line, "level=warn");
	put_quoted(&line, "msg", what);
	rd_buf_printf(&line, " err=%s", rd_rc_name(why->code));
	put_quoted(&line, "why", why->en);
	say_line(api, &line);
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

/* Without an origin the cookies are those of development, which plain HTTP carries: never beyond
 * this machine. Nor may an origin promise TLS that is not there, or be more than an origin. */
static rd_rc check_origin(const rd_api_config *c, rd_err *err)
{
	const char *at = c->origin;
	bool local = at == NULL;

	if (at == NULL &&
	    (c->cert_file || c->behind_proxy || (c->address && strncmp(c->address, "unix:", 5) == 0)))
		return rd_fail(err, RD_USAGE,
		               "有 TLS 或代理时须给出人们打开的网址：--origin https://desk.example.cn",
		               "with TLS or a proxy give the address that people open: --origin "
		               "https://desk.example.cn");
	if (at == NULL)
		return RD_OK;
	if (strncmp(at, "https://", 8) == 0) {
		at += 8;
	} else if (strncmp(at, "http://", 7) == 0) {
		at += 7;
		local = true;
	} else {
		at = "";
	}
	size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]");

	if (n == 0 || at[n] != '\0' || strlen(c->origin) >= ORIGIN_MAX ||
	    (local && strncmp(at, "localhost", 9) != 0 && strncmp(at, "127.0.0.1", 9) != 0 &&
	     strncmp(at, "[::1]", 5) != 0))
		return rd_fail(
			err, RD_USAGE,
			"--origin 应为 https:// 加主机名（小写，可带端口，不带路径），例如 "
			"https://desk.example.cn；http:// 只用于本机",
			"--origin is https:// and a host in small letters, with a port perhaps and "
			"no path, such as https://desk.example.cn; http:// is for this machine only");
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
	RD_TRY(check_origin(config, err));
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
