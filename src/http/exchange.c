#include "http/inner.h"
#include "base/assert.h"
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const struct {
	rd_str name;
	size_t at;
} known_headers[] = {
#define KNOWN(name, field)                                                                         \
	{                                                                                              \
		{name, sizeof name - 1}, offsetof(rd_http_headers, field)                                  \
	}
	KNOWN("Host", host),
	KNOWN("Origin", origin),
	KNOWN("Sec-Fetch-Site", sec_fetch_site),
	KNOWN("X-Redink", x_redink),
	KNOWN("Cookie", cookie),
	KNOWN("Authorization", authorization),
	KNOWN("Content-Type", content_type),
	KNOWN("Accept", accept),
	KNOWN("Accept-Language", accept_language),
	KNOWN("If-Match", if_match),
	KNOWN("If-None-Match", if_none_match),
	KNOWN("Idempotency-Key", idempotency_key),
	KNOWN("Last-Event-ID", last_event_id),
	KNOWN("User-Agent", user_agent),
	KNOWN("X-Forwarded-For", forwarded_for),
	KNOWN("X-Forwarded-Proto", forwarded_proto),
#undef KNOWN
};

#define N_KNOWN (sizeof known_headers / sizeof known_headers[0])

/* Proxies add to a list of addresses by a line of their own; it is one list all the same. */
static void join(rd_arena *arena, rd_str *list, rd_str more)
{
	char *text = rd_arena_alloc(arena, list->len + 1u + more.len, 1);

	memcpy(text, list->ptr, list->len);
	text[list->len] = ',';
	memcpy(text + list->len + 1, more.ptr, more.len);
	*list = (rd_str){text, list->len + 1 + more.len};
}

static enum MHD_Result on_header(void *exchange, enum MHD_ValueKind kind, const char *key,
                                 size_t key_size, const char *value, size_t value_size)
{
	rd_http_exchange *x = exchange;
	rd_str name = {key, (uint32_t)key_size}, text = {value ? value : "", (uint32_t)value_size};
	uint32_t i = 0;

	(void)kind;
	rd_http_framing_add(&x->framing, name, text);
	while (i < N_KNOWN && !rd_http_named(known_headers[i].name, name))
		i++;
	if (i == N_KNOWN)
		return MHD_YES;
	rd_str *slot = (rd_str *)(void *)((char *)&x->req.header + known_headers[i].at);

	if (slot->ptr == NULL)
		*slot = text;
	else if (slot == &x->req.header.forwarded_for)
		join(x->req.arena, slot, text);
	else if (x->framing.why == NULL && slot != &x->req.header.host)
		x->framing.why = "header given twice";
	return MHD_YES;
}

static void set_id(rd_http_exchange *x)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t v = rd_http_lane_random(x->lane);

	for (uint32_t i = 0; i < 16; i++)
		x->req.request_id[i] = digits[v >> (60 - 4 * i) & 15];
}

void *rd_http_on_target(void *server, const char *target, struct MHD_Connection *c)
{
	rd_http_server *s = server;
	rd_http_exchange *x = rd_http_exchange_take(rd_http_lane_mine(s));
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	x->conn = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	x->start_us = rd_http_now_us();
	x->req.at_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	x->req.lane = x->lane->index;
	x->req.peer = rd_str_of(x->conn->peer);
	x->req.secure = s->cert != NULL;
	x->plan.label = s->config.n_labels;
	set_id(x);
	x->guard = rd_http_target_parse(x->req.arena, rd_str_of(target), &x->req.target);
	atomic_store_explicit(&x->conn->until_us, x->start_us + (int64_t)s->config.deadline_s * 1000000,
	                      memory_order_relaxed);
	rd_http_add(&x->lane->begun, 1);
	return x;
}

/* What the guard says no to; the connection is closed, for nobody knows where the next request of
 * it would begin. */
static enum MHD_Result refuse(rd_http_exchange *x, uint32_t status)
{
	rd_http_reply reply = {.status = status, .close = true};
	rd_err err;

	if (status == 405) {
		(void)rd_fail(&err, RD_METHOD, "不接受这种请求方法", "this method is not taken");
		reply.allow = "GET, HEAD, POST, PUT, PATCH, DELETE";
	} else {
		(void)rd_fail(&err, RD_USAGE, "请求的格式不被接受:%s", "the request is malformed: %s",
		              x->guard);
	}
	reply.body = rd_http_err_body(&x->req, &err, (rd_words){NULL, NULL});
	rd_http_answer(&x->req, &reply);
	return rd_http_send(x);
}

static void fail_too_large(rd_http_exchange *x)
{
	rd_err err;

	if (x->answered)
		return;
	(void)rd_fail(&err, RD_LIMIT, "正文超过了上限:body_max %llu 字节",
	              "the body is larger than the limit: body_max %llu bytes",
	              (unsigned long long)x->plan.body_max);
	rd_http_answer_err(&x->req, &err, (rd_words){NULL, NULL});
	x->reply.close = true;
}

/* From the peer, and from what a proxy that is trusted says of it. */
static void set_peer(rd_http_exchange *x)
{
	const rd_http_server *s = x->lane->server;
	rd_http_req *req = &x->req;
	uint8_t ip[16] = {0};

	if (!x->conn->trusted)
		return;
	req->secure =
		req->header.forwarded_proto.ptr && rd_str_is(req->header.forwarded_proto, "https");
	if (req->header.forwarded_for.len == 0)
		return;
	memcpy(ip, x->conn->ip, sizeof ip);
	rd_http_forwarded(req->header.forwarded_for, s->trusted, s->n_trusted, ip);
	if (!x->conn->has_ip && memcmp(ip, x->conn->ip, sizeof ip) == 0)
		return;
	char text[RD_HTTP_ADDRESS_MAX];

	rd_http_ip_format(ip, text);
	req->peer = (rd_str){rd_arena_copy(req->arena, text, strlen(text)), (uint32_t)strlen(text)};
}

static rd_rc fail_stopping(rd_err *err)
{
	return rd_fail(err, RD_UNAVAILABLE, "服务正在停止,请稍后再试",
	               "the server is stopping; try again later");
}

/* Asks the program what may come. Afterwards the request is either to be read on or x->answered. */
static void plan(rd_http_exchange *x)
{
	rd_http_server *s = x->lane->server;
	rd_http_plan p = {.label = s->config.n_labels};
	rd_err err = {0};
	rd_rc rc;

	if (atomic_load_explicit(&s->draining, memory_order_relaxed))
		rc = fail_stopping(&err);
	else
		rc = s->config.route(s->config.user, &x->req, &p, &err);
	RD_ASSERT(p.label <= s->config.n_labels);
	RD_ASSERT(rc != RD_OK || p.sink.piece || p.body_max <= RD_HTTP_MEMORY_BODY_MAX);
	x->plan = p;
	x->sink_open = rc == RD_OK && p.sink.piece != NULL;
	if (rc != RD_OK) {
		rd_http_answer_err(&x->req, &err, (rd_words){NULL, NULL});
		if (rc == RD_UNAVAILABLE)
			x->reply.retry_after_s = 1;
	} else if (x->framing.n_length && x->framing.length > p.body_max) {
		fail_too_large(x);
	}
}

/* Headers are there, nothing of the body was read. An answer given now closes the connection, which
 * is right when there is a body to refuse and waits for the last call when there is none. */
static enum MHD_Result begin(rd_http_exchange *x, const char *method, const char *version)
{
	uint32_t status = 400;

	x->begun = true;
	x->req.method = rd_http_method_parse(rd_str_of(method));
	MHD_get_connection_values_n(x->conn->mhd, MHD_HEADER_KIND, on_header, x);
	x->req.has_body = x->framing.has_body;
	if (x->guard == NULL)
		x->guard = rd_http_framing_judge(&x->framing, x->req.method,
		                                 strcmp(version, "HTTP/1.0") == 0, &status);
	if (x->guard)
		return refuse(x, status);
	set_peer(x);
	plan(x);
	return x->answered && x->req.has_body ? rd_http_send(x) : MHD_YES;
}

static void drop_sink(rd_http_exchange *x)
{
	if (x->sink_open && x->plan.sink.dropped)
		x->plan.sink.dropped(x->plan.sink.ctx, &x->req);
	x->sink_open = false;
}

/* A piece of the body. The library takes no answer between headers and end, so that what is refused
 * here is read on for a little and then cut off. */
static enum MHD_Result on_piece(rd_http_exchange *x, const char *data, size_t size)
{
	rd_err err = {0};

	x->seen += size;
	if (x->answered)
		return x->seen > x->plan.body_max + RD_HTTP_SWALLOW_MAX ? MHD_NO : MHD_YES;
	if (x->seen > x->plan.body_max) {
		fail_too_large(x);
		drop_sink(x);
		return MHD_YES;
	}
	if (x->plan.sink.piece == NULL) {
		rd_buf_add(&x->body, data, size);
		return MHD_YES;
	}
	int64_t within_s = x->lane->server->config.deadline_s + (int64_t)(x->seen / RD_HTTP_RATE_MIN);

	atomic_store_explicit(&x->conn->until_us, x->start_us + within_s * 1000000,
	                      memory_order_relaxed);
	if (x->plan.sink.piece(x->plan.sink.ctx, &x->req, data, size, &err) == RD_OK)
		return MHD_YES;
	drop_sink(x);
	rd_http_answer_err(&x->req, &err, (rd_words){NULL, NULL});
	x->reply.close = true;
	x->plan.body_max = x->seen; /* not more than a little of the rest */
	return MHD_YES;
}

/* Either this thread sees that the server is deaf, or rd_http_stop sees that it is handling: both
 * are in the one order of all sequentially consistent accesses. */
static void handle(rd_http_exchange *x)
{
	rd_http_server *s = x->lane->server;
	rd_err err;

	atomic_store(&x->lane->handling, true);
	if (!atomic_load(&s->deaf)) {
		s->config.handle(s->config.user, &x->req);
	} else {
		(void)fail_stopping(&err);
		rd_http_answer_err(&x->req, &err, (rd_words){NULL, NULL});
	}
	atomic_store(&x->lane->handling, false);
}

/* The request is whole, or was kept and has been answered. */
static enum MHD_Result finish(rd_http_exchange *x)
{
	if (!x->answered && !x->kept) {
		x->req.body = rd_buf_view(&x->body);
		x->req.body_size = x->seen;
		x->sink_open = false; /* whoever handles it owns what the sink has taken */
		atomic_store_explicit(&x->conn->until_us, RD_HTTP_NEVER, memory_order_relaxed);
		handle(x);
		if (x->kept)
			return MHD_YES;
		RD_ASSERT(x->answered || x->stream);
	}
	return rd_http_send(x);
}

enum MHD_Result rd_http_on_request(void *server, struct MHD_Connection *c, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *data_size, void **state)
{
	rd_http_exchange *x = *state;
	size_t size = *data_size;

	(void)server, (void)c, (void)url;
	if (!x->begun)
		return begin(x, method, version);
	if (size == 0)
		return finish(x);
	*data_size = 0;
	return on_piece(x, data, size);
}

static void say(rd_http_exchange *x, int64_t took_us)
{
	const rd_http_server *s = x->lane->server;
	rd_http_access a = {.req = &x->req, .guard = x->guard, .err = x->err, .took_us = took_us};

	if (s->config.log == NULL)
		return;
	a.label = x->plan.label < s->config.n_labels ? s->config.labels[x->plan.label] : "";
	if (x->sent) {
		a.status = x->reply.status ? x->reply.status : 200;
		a.sent = x->reply.from_fd ? x->reply.fd_size : x->reply.body.len;
	}
	s->config.log(s->config.user, &a);
}

void rd_http_on_end(void *server, struct MHD_Connection *c, void **state,
                    enum MHD_RequestTerminationCode code)
{
	rd_http_exchange *x = *state;
	rd_http_server *s = server;

	(void)c, (void)code;
	if (x == NULL)
		return;
	int64_t now = rd_http_now_us();

	drop_sink(x);
	if (x->reply.from_fd && x->reply.fd >= 0)
		close(x->reply.fd); /* answered, but the connection was gone */
	say(x, now - x->start_us);
	rd_http_lane_count(x->lane, x, now - x->start_us);
	atomic_store_explicit(&x->conn->until_us,
	                      now + (int64_t)(s->config.timeout_s + s->config.deadline_s) * 1000000,
	                      memory_order_relaxed);
	rd_http_exchange_give(x);
	*state = NULL;
}
