#include "http/inner.h"
#include "base/assert.h"
#include <sys/socket.h>
#include <time.h>

#define TICK_NS 250000000

/* Shuts connections down that are past their deadline: the library's own time-out starts anew with
 * each byte, so that a slow drip would never end. The library then finds the connection closed and
 * ends the request in its own thread. */
static void watch_lane(rd_http_lane *lane, int64_t now_us)
{
	pthread_mutex_lock(&lane->lock);
	for (rd_http_conn *c = lane->conns; c; c = c->next) {
		if (now_us <= atomic_load_explicit(&c->until_us, memory_order_relaxed))
			continue;
		atomic_store_explicit(&c->until_us, RD_HTTP_NEVER, memory_order_relaxed);
		(void)shutdown(c->fd, SHUT_RDWR);
		atomic_fetch_add_explicit(&lane->timed_out, 1, memory_order_relaxed);
	}
	pthread_mutex_unlock(&lane->lock);
}

static void *watch(void *server)
{
	rd_http_server *s = server;

	pthread_mutex_lock(&s->wake_lock);
	while (!atomic_load(&s->stopping)) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += TICK_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&s->wake, &s->wake_lock, &until);
		int64_t now = rd_http_now_us();

		for (uint32_t i = 0; i < s->config.threads; i++)
			watch_lane(&s->lanes[i], now);
		if (s->config.hub)
			rd_http_hub_tick(s->config.hub, now);
	}
	pthread_mutex_unlock(&s->wake_lock);
	return NULL;
}

rd_rc rd_http_watch_start(rd_http_server *s, rd_err *err)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&s->wake_lock, NULL);
	int cause = pthread_create(&s->watcher, NULL, watch, s);

	if (cause != 0)
		return rd_fail_os(err, cause, "无法启动线程", "a thread could not be started");
	s->watching = true;
	return RD_OK;
}

void rd_http_watch_stop(rd_http_server *s)
{
	if (!s->watching)
		return;
	pthread_mutex_lock(&s->wake_lock);
	atomic_store(&s->stopping, true);
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->wake_lock);
	pthread_join(s->watcher, NULL);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->wake_lock);
	s->watching = false;
}
