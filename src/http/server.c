#include "http/server.h"
#include "base/assert.h"
#include "base/threads.h"
#include "http/inner.h"
#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

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

static void *plain(const char *text)
{
	return (void *)(uintptr_t)text; /* the library takes no const and does not write */
}

#define TLS_VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

static struct MHD_Daemon *start_daemon(rd_http_server *s)
{
	const rd_http_config *c = &s->config;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
	/* The library closes what it was given on some of its failures and not on others. */
	int listen_fd = fcntl(s->listen_fd, F_DUPFD_CLOEXEC, 0);
	const struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, plain(s->cert)},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, plain(s->key)},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, plain(TLS_VERSIONS)},
		{MHD_OPTION_END, 0, NULL},
	};
	const struct MHD_OptionItem options[] = {
		{MHD_OPTION_LISTEN_SOCKET, listen_fd, NULL},
		{MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
		{MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)rd_http_on_target, s},
		{MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_as_is, NULL},
		{MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)rd_http_on_end, s},
		{MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)rd_http_on_connection, s},
		{MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_PER_CONNECTION, NULL},
		{MHD_OPTION_CONNECTION_LIMIT, c->connections, NULL},
		{MHD_OPTION_CONNECTION_TIMEOUT, c->timeout_s, NULL},
		{MHD_OPTION_PER_IP_CONNECTION_LIMIT, c->per_ip, NULL},
		{s->cert ? MHD_OPTION_ARRAY : MHD_OPTION_END, 0, (void *)(uintptr_t)tls},
		{MHD_OPTION_END, 0, NULL},
	};

	if (s->cert)
		flags |= MHD_USE_TLS;
	/* A pool of one is not taken: one thread is what there is without a pool. */
	return MHD_start_daemon(flags, 0, NULL, NULL, rd_http_on_request, s, MHD_OPTION_ARRAY, options,
	                        c->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
	                        c->threads, MHD_OPTION_END);
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

	if (rc != RD_OK)
		MHD_stop_daemon(s->daemon);
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

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
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

/* After this no `handle` runs any more, so that no request is kept that was not kept before. */
static void stop_handling(rd_http_server *s)
{
	atomic_store(&s->deaf, true);
	for (uint32_t i = 0; i < s->config.threads; i++)
		while (atomic_load(&s->lanes[i].handling))
			nap();
}

/* The library may not be stopped while a connection is suspended: streams are not once the hub was
 * closed, and kept requests must have been answered. */
rd_rc rd_http_stop(rd_http_server *s, uint32_t within_s, rd_err *err)
{
	int64_t until = rd_http_now_us() + (int64_t)within_s * 1000000;

	if (s->stopped)
		return RD_OK;
	if (!atomic_exchange(&s->draining, true)) {
		s->library_fd = MHD_quiesce_daemon(s->daemon);
		(void)shutdown(s->listen_fd, SHUT_RDWR); /* refuses what still waits to be accepted */
	}
	if (s->config.hub)
		rd_http_hub_close(s->config.hub);
	while (running(s) > 0 && rd_http_now_us() < until)
		nap();
	stop_handling(s);
	if (n_kept(s) > 0)
		return rd_fail(err, RD_UNAVAILABLE, "还有 %lld 个请求没有答复",
		               "%lld requests are unanswered", (long long)n_kept(s));
	rd_http_watch_stop(s);
	MHD_stop_daemon(s->daemon);
	close(s->library_fd);
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
