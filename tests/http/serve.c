/*
 * serve - a server with a route for each thing that src/http promises, for the tests and for
 * measuring.
 *
 *   serve [name=value …]     address, port, threads, timeout, deadline, connections, per_ip, cert,
 *                            key, behind_proxy, trusted, beat, stream, stop_s, quiet
 *
 * Prints "port N", then a line for each request, until standard input ends; then stops within
 * stop_s seconds and prints the counters.
 */
#include "base/assert.h"
#include "base/buf.h"
#include "base/json.h"
#include "http/cookie.h"
#include "http/server.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TOKEN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

enum label { L_SHOW, L_STATIC, L_KEPT, L_BODY, L_UPLOAD, L_OTHER, N_LABELS };
static const char *const labels[N_LABELS] = {"show", "static", "kept", "body", "upload", "other"};
static const char fixed[] =
	"{\"id\":1,\"title\":\"................................................................\","
	"\"state\":\"reported\",\"owner\":\"............\",\"amount_minor\":123456,"
	"\"currency\":\"CNY\",\"at\":\"2026-01-05T08:31:12Z\"}";

/* Requests that another thread answers; a stack, taken whole. */
typedef struct waiting {
	rd_http_req *req;
	struct waiting *next;
} waiting;

static struct {
	rd_http_hub *hub;
	pthread_mutex_t lock;
	pthread_cond_t more;
	waiting *first;
	bool over, quiet;
	_Atomic uint64_t dropped;
	const char *origin;
} app = {.lock = PTHREAD_MUTEX_INITIALIZER,
         .more = PTHREAD_COND_INITIALIZER,
         .origin = "https://desk.test"};

static bool is(const rd_http_req *req, const char *segment)
{
	return req->target.n_segments > 0 && rd_str_is(req->target.segment[0], segment);
}

static int64_t number(const rd_http_req *req, const char *name, int64_t preset)
{
	rd_str v;
	rd_err err;
	char text[24];

	if (rd_http_query(req, name, &v, &err) != RD_OK || v.ptr == NULL || v.len >= sizeof text)
		return preset;
	memcpy(text, v.ptr, v.len);
	text[v.len] = '\0';
	return strtoll(text, NULL, 10);
}

static rd_rc take_piece(void *ctx, rd_http_req *req, const void *data, size_t size, rd_err *err)
{
	const char *bytes = data;

	(void)ctx;
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] == '!')
			return rd_fail(err, RD_INPUT, "上传里有叹号", "there is an exclamation mark in it");
		req->n_user += (unsigned char)bytes[i];
	}
	return RD_OK;
}

static void drop(void *ctx, rd_http_req *req)
{
	(void)ctx, (void)req;
	app.dropped++;
}

static rd_rc route(void *user, rd_http_req *req, rd_http_plan *plan, rd_err *err)
{
	(void)user;
	plan->label = L_OTHER;
	if (is(req, "a") || is(req, "1") || is(req, "2") || is(req, "账") || is(req, "show")) {
		plan->label = L_SHOW;
		plan->body_max = 1 << 20;
	} else if (is(req, "static")) {
		plan->label = L_STATIC;
	} else if (is(req, "kept")) {
		plan->label = L_KEPT;
		plan->body_max = 1 << 20;
	} else if (is(req, "body")) {
		plan->label = L_BODY;
		plan->body_max = 1000;
	} else if (is(req, "upload")) {
		plan->label = L_UPLOAD;
		plan->body_max = RD_HTTP_UPLOAD_MAX;
		plan->sink = (rd_http_sink){.piece = take_piece, .dropped = drop};
	} else if (is(req, "closed")) {
		return rd_fail(err, RD_FORBIDDEN, "这里不让进", "nobody may come in here");
	} else if (!is(req, "site") && !is(req, "cookie") && !is(req, "page") && !is(req, "file") &&
	           !is(req, "asset") && !is(req, "fail") && !is(req, "events") && !is(req, "publish") &&
	           !is(req, "end") && !is(req, "query") && !is(req, "split") && !is(req, "count")) {
		return rd_fail(err, RD_NOT_FOUND, "没有这个地址", "there is no such address");
	} else {
		plan->body_max = 100;
	}
	return RD_OK;
}

static void answer_text(rd_http_req *req, rd_buf *b)
{
	rd_str body = {rd_arena_copy(req->arena, b->data ? b->data : "", b->size), (uint32_t)b->size};

	rd_buf_done(b);
	rd_http_answer(req, &(rd_http_reply){.content_type = "text/plain", .body = body});
}

static void show(rd_http_req *req)
{
	rd_buf b;

	rd_buf_init(&b, 1 << 16);
	rd_buf_printf(&b, "method=%s path=" RD_STR_FMT " body=%llu peer=" RD_STR_FMT " secure=%d",
	              rd_http_method_name(req->method), RD_STR_ARG(req->target.path),
	              (unsigned long long)req->body_size, RD_STR_ARG(req->peer), req->secure);
	for (uint32_t i = 0; i < req->target.n_segments; i++)
		rd_buf_printf(&b, " [" RD_STR_FMT "]", RD_STR_ARG(req->target.segment[i]));
	for (uint32_t i = 0; i < req->target.n_query; i++)
		rd_buf_printf(&b, " " RD_STR_FMT "=(" RD_STR_FMT ")", RD_STR_ARG(req->target.query[i].name),
		              RD_STR_ARG(req->target.query[i].value));
	rd_buf_puts(&b, "\n");
	answer_text(req, &b);
}

static void keep(rd_http_req *req)
{
	waiting *w = RD_NEW(req->arena, waiting);

	w->req = req;
	rd_http_keep(req);
	pthread_mutex_lock(&app.lock);
	w->next = app.first;
	app.first = w;
	pthread_cond_signal(&app.more);
	pthread_mutex_unlock(&app.lock);
}

static void *answer_kept(void *arg)
{
	(void)arg;
	for (;;) {
		pthread_mutex_lock(&app.lock);
		while (app.first == NULL && !app.over)
			pthread_cond_wait(&app.more, &app.lock);
		waiting *w = app.first;

		app.first = NULL;
		pthread_mutex_unlock(&app.lock);
		if (w == NULL)
			return NULL;
		for (waiting *next; w; w = next) {
			int64_t ms = number(w->req, "ms", 0);

			next = w->next; /* lies in the request's arena */
			if (ms)
				nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
			rd_http_answer_json(w->req, 201, RD_STR("{}"));
		}
	}
}

static void answer_rc(rd_http_req *req, rd_rc rc, const rd_err *err)
{
	if (rc == RD_OK)
		rd_http_answer_json(req, 200, RD_STR("{}"));
	else
		rd_http_answer_err(req, err, (rd_words){"看看手册", "see the manual"});
}

static void site(rd_http_req *req)
{
	rd_http_site_rule rule = {.origin = app.origin, .by_token = rd_http_bearer(req).ptr != NULL};
	rd_err err;

	answer_rc(req, rd_http_site_check(req, &rule, &err), &err);
}

static void cookie(rd_http_req *req)
{
	rd_str token = rd_http_cookie_get(req, RD_HTTP_COOKIE_SESSION, false);
	rd_http_reply reply = {.body = token.ptr ? token : RD_STR("none"),
	                       .content_type = "text/plain"};

	if (number(req, "set", 0)) {
		reply.cookie[0] =
			rd_http_cookie_set(req->arena, RD_HTTP_COOKIE_SESSION, RD_STR(TOKEN), false);
		reply.cookie[1] = rd_http_cookie_set(req->arena, RD_HTTP_COOKIE_OIDC, RD_STR(TOKEN), true);
	} else if (number(req, "clear", 0)) {
		reply.cookie[0] = rd_http_cookie_clear(RD_HTTP_COOKIE_SESSION, false);
		reply.clear_site_data = true;
	}
	rd_http_answer(req, &reply);
}

static void file(rd_http_req *req)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	rd_http_answer(req, &(rd_http_reply){.class_ = RD_HTTP_DOWNLOAD,
	                                     .content_type = "application/octet-stream",
	                                     .from_fd = true,
	                                     .fd = fd,
	                                     .fd_size = (uint64_t)lseek(fd, 0, SEEK_END),
	                                     .filename = "账 \"1\"\r\n/x.csv"});
}

static void events(rd_http_req *req)
{
	uint64_t channels[2] = {(uint64_t)number(req, "a", 1), (uint64_t)number(req, "b", 2)};
	rd_err err;

	if (rd_http_hub_open(app.hub, req, (uint64_t)number(req, "person", 7), channels, 2, &err) !=
	    RD_OK)
		rd_http_answer_err(req, &err, (rd_words){NULL, NULL});
}

static void publish(rd_http_req *req)
{
	int64_t id = number(req, "id", 1), n = number(req, "n", 1), pad = number(req, "pad", 0);
	char data[RD_HUB_DATA_MAX + 64];

	for (int64_t i = 0; i < n; i++) {
		int len = snprintf(data, sizeof data, "{\"n\":%lld,\"pad\":\"%0*d\"}", (long long)(id + i),
		                   (int)(pad > RD_HUB_DATA_MAX ? RD_HUB_DATA_MAX : pad), 0);

		rd_http_hub_publish(app.hub, (uint64_t)number(req, "channel", 1), (uint64_t)(id + i),
		                    "case", (rd_str){data, (uint32_t)len});
	}
	rd_http_answer_json(req, 200, RD_STR("{}"));
}

static void fail(rd_http_req *req)
{
	rd_err err;

	(void)rd_fail(&err, number(req, "inside", 0) ? RD_CORRUPT : RD_CONFLICT, "机密的中文",
	              "secret words");
	rd_http_answer_err(req, &err, (rd_words){"看看手册", "see the manual"});
}

static void query(rd_http_req *req)
{
	static const char *const names[] = {"q", "n", NULL};
	rd_str v;
	rd_err err;
	rd_rc rc = rd_http_query_only(req, names, &err);

	if (rc == RD_OK)
		rc = rd_http_query(req, "q", &v, &err);
	answer_rc(req, rc, &err);
}

static void count(rd_http_req *req)
{
	rd_buf b;

	rd_buf_init(&b, 4096);
	rd_buf_printf(&b, "dropped=%llu streams=%u\n", (unsigned long long)app.dropped,
	              rd_http_hub_count(app.hub));
	answer_text(req, &b);
}

static void handle(void *user, rd_http_req *req)
{
	static const struct {
		const char *segment;
		void (*run)(rd_http_req *req);
	} handlers[] = {
		{"kept", keep}, {"site", site},     {"cookie", cookie},
		{"file", file}, {"events", events}, {"publish", publish},
		{"fail", fail}, {"query", query},   {"count", count},
	};

	(void)user;
	if (is(req, "static")) {
		rd_http_answer_json(req, 200, (rd_str){fixed, sizeof fixed - 1});
		return;
	}
	for (size_t i = 0; i < sizeof handlers / sizeof handlers[0]; i++)
		if (is(req, handlers[i].segment)) {
			handlers[i].run(req);
			return;
		}
	if (is(req, "page")) {
		rd_http_answer(req, &(rd_http_reply){.class_ = RD_HTTP_HTML,
		                                     .content_type = "text/html; charset=utf-8",
		                                     .nonce = rd_http_nonce(req),
		                                     .body = RD_STR("<p>hello")});
	} else if (is(req, "asset")) {
		rd_http_answer(req, &(rd_http_reply){.class_ = RD_HTTP_ASSET,
		                                     .content_type = "text/css",
		                                     .etag = "\"1\"",
		                                     .body = RD_STR("p{}")});
	} else if (is(req, "split")) { /* a header that would be two must not be sent */
		rd_http_answer(req, &(rd_http_reply){.location = "/x\r\nX-Inj: 1", .status = 303});
	} else if (is(req, "end")) {
		rd_http_hub_end_person(app.hub, (uint64_t)number(req, "person", 7));
		rd_http_answer_json(req, 200, RD_STR("{}"));
	} else if (is(req, "upload")) {
		rd_buf b;

		rd_buf_init(&b, 100);
		rd_buf_printf(&b, "size=%llu sum=%llu\n", (unsigned long long)req->body_size,
		              (unsigned long long)req->n_user);
		answer_text(req, &b);
	} else {
		show(req);
	}
}

static void say(void *user, const rd_http_access *a)
{
	(void)user;
	if (app.quiet)
		return;
	printf("%s %s " RD_STR_FMT " label=%s status=%u sent=%llu guard=%s err=%s\n",
	       a->req->request_id, rd_http_method_name(a->req->method), RD_STR_ARG(a->req->target.path),
	       a->label, a->status, (unsigned long long)a->sent, a->guard ? a->guard : "-",
	       a->err ? a->err->en : "-");
	fflush(stdout);
}

static void print_stats(const rd_http_server *s)
{
	rd_http_stats t;
	uint64_t n = 0;

	rd_http_stats_get(s, &t);
	for (uint32_t b = 0; b < RD_HTTP_BUCKETS; b++)
		n += t.bucket[b];
	printf("stats connections=%llu running=%llu timed_out=%llu timed=%llu",
	       (unsigned long long)t.connections, (unsigned long long)t.running,
	       (unsigned long long)t.timed_out, (unsigned long long)n);
	for (uint32_t l = 0; l <= N_LABELS; l++)
		for (uint32_t c = 0; c < 6; c++)
			if ((n = rd_http_count(s, l, c)) > 0)
				printf(" %s.%u=%llu", l < N_LABELS ? labels[l] : "none", c, (unsigned long long)n);
	printf("\n");
}

static uint32_t as_number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 10);
}

static const char *trusted[2];

static bool set_option(rd_http_config *c, rd_http_hub_limits *l, const char *name,
                       const char *value)
{
	const struct {
		const char *name;
		uint32_t *to;
	} numbers[] = {
		{"threads", &c->threads},         {"timeout", &c->timeout_s}, {"deadline", &c->deadline_s},
		{"connections", &c->connections}, {"per_ip", &c->per_ip},     {"beat", &l->beat_s},
		{"stream", &l->stream_s},         {"streams", &l->streams},
	};
	const struct {
		const char *name;
		const char **to;
	} texts[] = {{"address", &c->address},
	             {"cert", &c->cert_file},
	             {"key", &c->key_file},
	             {"trusted", &trusted[0]}};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (strcmp(name, numbers[i].name) == 0)
			return *numbers[i].to = as_number(value), true;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(name, texts[i].name) == 0)
			return *texts[i].to = value, true;
	if (strcmp(name, "port") == 0)
		return c->port = (uint16_t)as_number(value), true;
	if (strcmp(name, "behind_proxy") == 0)
		return c->behind_proxy = as_number(value) != 0, true;
	if (strcmp(name, "quiet") == 0)
		return app.quiet = as_number(value) != 0, true;
	return false;
}

static int run(const rd_http_config *c, uint32_t stop_s)
{
	rd_http_server *s;
	pthread_t thread;
	rd_err err;

	if (rd_http_start(c, &s, &err) != RD_OK) {
		printf("%s %s\n", rd_rc_name(err.code), err.en);
		return 1;
	}
	pthread_create(&thread, NULL, answer_kept, NULL);
	printf("port %u\n", rd_http_port(s));
	fflush(stdout);
	while (getchar() != EOF)
		;
	while (rd_http_stop(s, stop_s, &err) != RD_OK)
		printf("%s\n", err.en);
	pthread_mutex_lock(&app.lock);
	app.over = true;
	pthread_cond_signal(&app.more);
	pthread_mutex_unlock(&app.lock);
	pthread_join(thread, NULL);
	print_stats(s);
	rd_http_free(s);
	return 0;
}

int main(int argc, char **argv)
{
	rd_http_hub_limits limits = {0};
	rd_http_config c = {.labels = labels, .n_labels = N_LABELS, .route = route, .handle = handle};
	uint32_t stop_s = 3;

	c.log = say;
	signal(SIGPIPE, SIG_IGN);
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (equals == NULL)
			return 2;
		*equals = '\0';
		if (strcmp(argv[i], "stop_s") == 0)
			stop_s = as_number(equals + 1);
		else if (!set_option(&c, &limits, argv[i], equals + 1))
			return 2;
	}
	if (trusted[0])
		c.trusted_proxies = trusted;
	app.hub = rd_http_hub_new(&limits);
	c.hub = app.hub;
	int rc = run(&c, stop_s);

	rd_http_hub_free(app.hub);
	return rc;
}
