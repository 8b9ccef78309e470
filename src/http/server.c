#include "http/server.h"
#include "base/assert.h"
#include "base/threads.h"
#include "http/inner.h"
#include <time.h>

#define MEMORY_PER_CONNECTION (32u << 10)

static void set_presets(rd_http_config *c)
{
	c->address = c->address ? c->address : "127.0.0.1";
	c->threads = c->threads ? c->threads : 2;
	c->connections = c->connections ? c->connections : 1000;
	c->per_ip = c->behind_proxy ? 0 : c->per_ip ? c->per_ip : 200;
	c->timeout_s = c->timeout_s ? c->timeout_s : 20;
	c->deadline_s = c->deadline_s ? c->deadline_s : 30;
}

static void make_lanes(rd_http_server *s)
{
	s->lanes = RD_NEW_N(s->arena, rd_http_lane, s->config.threads);
	for (uint32_t i = 0; i < s->config.threads; i++) {
		rd_http_lane *lane = &s->lanes[i];

		lane->server = s;
		lane->index = i;
		lane->arena = rd_arena_new();
		lane->count = RD_NEW_N(lane->arena, _Atomic uint64_t,
		                       (s->config.n_labels + 1) * RD_HTTP_STATUS_CLASSES);
		pthread_mutex_init(&lane->lock, NULL);
	}
}

/* Escapes are ours to decode: the library would do it before anything was checked. */
static size_t leave_as_is(void *cls, struct MHD_Connection *c, char *text)
{
	(void)cls, (void)c;
	return strlen(text);
}

static struct MHD_Daemon *start_daemon(rd_http_server *s)
{
	const rd_http_config *c = &s->config;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
	struct MHD_OptionItem options[8] = {{MHD_OPTION_END, 0, NULL}};
	uint32_t n = 0;

	if (c->threads > 1)
		options[n++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, c->threads, NULL};
	if (c->per_ip)
		options[n++] = (struct MHD_OptionItem){MHD_OPTION_PER_IP_CONNECTION_LIMIT, c->per_ip, NULL};
	if (s->cert) {
		flags |= MHD_USE_TLS;
		options[n++] =
			(struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)s->cert};
		options[n++] =
			(struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)s->key};
		options[n++] = (struct MHD_OptionItem){
			MHD_OPTION_HTTPS_PRIORITIES, 0,
			(void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"};
	}
	options[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
	return MHD_start_daemon(flags, 0, NULL, NULL, rd_http_on_request, s, MHD_OPTION_LISTEN_SOCKET,
	                        s->listen_fd, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	                        MHD_OPTION_URI_LOG_CALLBACK, rd_http_on_target, s,
	                        MHD_OPTION_UNESCAPE_CALLBACK, leave_as_is, NULL,
	                        MHD_OPTION_NOTIFY_COMPLETED, rd_http_on_end, s,
	                        MHD_OPTION_NOTIFY_CONNECTION, rd_http_on_connection, s,
	                        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
	                        MHD_OPTION_CONNECTION_LIMIT, c->connections,
	                        MHD_OPTION_CONNECTION_TIMEOUT, c->timeout_s, MHD_OPTION_ARRAY, options,
	                        MHD_OPTION_END);
}

static void free_all(rd_http_server *s)
{
	rd_http_listen_end(s);
	for (uint32_t i = 0; s->lanes && i < s->config.threads; i++)
		rd_http_lane_done(&s->lanes[i]);
	rd_arena_free(s->arena);
}

static rd_rc start(rd_http_server *s, rd_err *err)
{
	const rd_http_config *c = &s->config;

	if (c->threads > RD_THREADS_MAX || c->connections < c->threads)
		return rd_fail(err, RD_USAGE, "线程数应为 1 到 %u,连接数不少于线程数",
		               "1 to %u threads, and at least as many connections", RD_THREADS_MAX);
	RD_TRY(rd_http_listen(s, err));
	make_lanes(s);
	s->daemon = start_daemon(s);
	if (s->daemon == NULL)
		return rd_fail(err, s->cert ? RD_INPUT : RD_IO,
		               "HTTP 服务无法启动;若使用 TLS,请检查证书与私钥是否成对",
		               "the HTTP server could not be started; with TLS, see whether certificate "
		               "and key belong together");
	rd_rc rc = rd_http_watch_start(s, err);

	if (rc != RD_OK) {
		(void)MHD_quiesce_daemon(s->daemon);
		MHD_stop_daemon(s->daemon);
	}
	return rc;
}

rd_rc rd_http_start(const rd_http_config *config, rd_http_server **ret_server, rd_err *err)
{
	rd_arena *arena = rd_arena_new();
	rd_http_server *s = RD_NEW(arena, rd_http_server);

	RD_ASSERT(config->route && config->handle);
	s->arena = arena;
	s->config = *config;
	s->listen_fd = -1;
	set_presets(&s->config);
	rd_rc rc = start(s, err);

	if (rc != RD_OK) {
		free_all(s);
		return rc;
	}
	*ret_server = s;
	return RD_OK;
}

uint16_t rd_http_port(const rd_http_server *s)
{
	return s->port;
}

static uint64_t running(const rd_http_server *s)
{
	uint64_t begun = 0, ended = 0;

	for (uint32_t i = 0; i < s->config.threads; i++)
		ended += atomic_load(&s->lanes[i].ended);
	for (uint32_t i = 0; i < s->config.threads; i++)
		begun += atomic_load(&s->lanes[i].begun);
	return begun - ended;
}

static int64_t n_kept(const rd_http_server *s)
{
	int64_t n = 0;

	for (uint32_t i = 0; i < s->config.threads; i++)
		n += atomic_load(&s->lanes[i].kept);
	return n;
}

/* The library may not be stopped while a connection is suspended. */
static bool is_suspended(const rd_http_server *s)
{
	return n_kept(s) > 0 || (s->config.hub && rd_http_hub_count(s->config.hub) > 0);
}

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

#define STREAMS_END_US 2000000

rd_rc rd_http_stop(rd_http_server *s, uint32_t within_s, rd_err *err)
{
	int64_t until = rd_http_now_us() + (int64_t)within_s * 1000000;

	if (s->stopped)
		return RD_OK;
	if (!atomic_exchange(&s->draining, true)) {
		(void)MHD_quiesce_daemon(s->daemon);
		rd_http_listen_end(s);
	}
	if (s->config.hub)
		rd_http_hub_close(s->config.hub);
	while (running(s) > 0 && rd_http_now_us() < until)
		nap();
	/* Streams end by themselves once they were told to, but for those that block in sending,
	 * which are not suspended. */
	until = rd_http_now_us() + STREAMS_END_US;
	while (n_kept(s) == 0 && is_suspended(s) && rd_http_now_us() < until)
		nap();
	if (n_kept(s) > 0)
		return rd_fail(err, RD_UNAVAILABLE, "还有 %lld 个请求没有答复",
		               "%lld requests are unanswered", (long long)n_kept(s));
	rd_http_watch_stop(s);
	MHD_stop_daemon(s->daemon);
	s->stopped = true;
	return RD_OK;
}

void rd_http_free(rd_http_server *s)
{
	if (s == NULL)
		return;
	RD_ASSERT(s->stopped);
	free_all(s);
}

void rd_http_stats_get(const rd_http_server *s, rd_http_stats *ret)
{
	rd_http_stats t = {.running = running(s)};

	for (uint32_t i = 0; i < s->config.threads; i++) {
		const rd_http_lane *lane = &s->lanes[i];
		uint64_t closed = atomic_load(&lane->closed);

		t.connections += atomic_load(&lane->accepted) - closed;
		t.accepted += atomic_load(&lane->accepted);
		t.timed_out += atomic_load(&lane->timed_out);
		t.body_in += atomic_load(&lane->body_in);
		t.body_out += atomic_load(&lane->body_out);
		t.took_us += atomic_load(&lane->took_us);
		for (uint32_t b = 0; b < RD_HTTP_BUCKETS; b++)
			t.bucket[b] += atomic_load(&lane->bucket[b]);
	}
	*ret = t;
}

uint64_t rd_http_count(const rd_http_server *s, uint32_t label, uint32_t class_)
{
	uint64_t n = 0;

	RD_ASSERT(label <= s->config.n_labels && class_ < RD_HTTP_STATUS_CLASSES);
	for (uint32_t i = 0; i < s->config.threads; i++)
		n += atomic_load(&s->lanes[i].count[label * RD_HTTP_STATUS_CLASSES + class_]);
	return n;
}
