#include "http/inner.h"
#include "base/assert.h"
#include <sys/random.h>
#include <time.h>

const int64_t rd_http_bucket_us[RD_HTTP_BUCKETS] = {
	100,   250,    500,    1000,   2500,    5000,    10000,    25000,
	50000, 100000, 250000, 500000, 1000000, 2500000, 10000000, INT64_MAX,
};

/* The threads are the library's and each serves one daemon for its whole life. */
static _Thread_local rd_http_lane *lane_of_thread;

int64_t rd_http_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

rd_http_lane *rd_http_lane_mine(rd_http_server *s)
{
	if (lane_of_thread == NULL) {
		uint32_t i = atomic_fetch_add(&s->n_claimed, 1);

		RD_ASSERT(i < s->config.threads);
		rd_http_lane *lane = &s->lanes[i];

		if (getrandom(&lane->random, sizeof lane->random, 0) != sizeof lane->random)
			lane->random = (uint64_t)rd_http_now_us() + i; /* ids need to differ, no more */
		lane_of_thread = lane;
	}
	RD_ASSERT(lane_of_thread->server == s);
	return lane_of_thread;
}

/* splitmix64 (Steele, Lea, Flood 2014): ids that differ, not secrets. */
uint64_t rd_http_lane_random(rd_http_lane *lane)
{
	uint64_t z = lane->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

rd_http_exchange *rd_http_exchange_take(rd_http_lane *lane)
{
	rd_http_exchange *x = lane->free_exchanges;

	if (x) {
		lane->free_exchanges = x->next_free;
	} else {
		x = RD_NEW(lane->arena, rd_http_exchange);
		x->req.arena = rd_arena_new();
		rd_buf_init(&x->body, RD_HTTP_MEMORY_BODY_MAX);
	}
	x->lane = lane;
	return x;
}

/* What a request leaves behind is kept for the next one of this lane, unless it was large: a
 * hundred requests that once had much to say must not hold their memory for ever. */
#define BODY_KEPT  (64u << 10)
#define ARENA_KEPT (256u << 10)

void rd_http_exchange_give(rd_http_exchange *x)
{
	rd_http_lane *lane = x->lane;
	rd_arena *arena = x->req.arena;
	rd_buf body = x->body;

	if (body.cap > BODY_KEPT) {
		rd_buf_done(&body);
		rd_buf_init(&body, RD_HTTP_MEMORY_BODY_MAX);
	}
	rd_buf_clear(&body);
	if (rd_arena_used(arena) > ARENA_KEPT) {
		rd_arena_free(arena);
		arena = rd_arena_new();
	}
	rd_arena_reset(arena);
	*x = (rd_http_exchange){.req.arena = arena, .body = body, .next_free = lane->free_exchanges};
	lane->free_exchanges = x;
}

void rd_http_lane_count(rd_http_lane *lane, const rd_http_exchange *x, int64_t took_us)
{
	uint32_t class_ = x->sent ? (x->reply.status ? x->reply.status : 200) / 100 : 0, i = 0;

	RD_ASSERT(class_ < RD_HTTP_STATUS_CLASSES);
	rd_http_add(&lane->count[x->plan.label * RD_HTTP_STATUS_CLASSES + class_], 1);
	rd_http_add(&lane->ended, 1);
	rd_http_add(&lane->body_in, x->seen);
	if (x->stream)
		return; /* an hour of listening is no latency */
	while (took_us > rd_http_bucket_us[i])
		i++;
	rd_http_add(&lane->bucket[i], 1);
	rd_http_add(&lane->took_us, (uint64_t)took_us);
	if (x->sent)
		rd_http_add(&lane->body_out, x->reply.from_fd ? x->reply.fd_size : x->reply.body.len);
}

void rd_http_lane_done(rd_http_lane *lane)
{
	for (rd_http_exchange *x = lane->free_exchanges; x; x = x->next_free) {
		rd_arena_free(x->req.arena);
		rd_buf_done(&x->body);
	}
	pthread_mutex_destroy(&lane->lock);
	rd_arena_free(lane->arena);
}

static void conn_init(rd_http_conn *conn, rd_http_lane *lane, struct MHD_Connection *c)
{
	const rd_http_server *s = lane->server;
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *peer =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	*conn = (rd_http_conn){.lane = lane, .mhd = c, .fd = fd ? fd->connect_fd : -1, .peer = "unix"};
	conn->has_ip = peer && peer->client_addr && rd_http_ip_of(peer->client_addr, conn->ip);
	conn->trusted = !conn->has_ip;
	if (conn->has_ip)
		rd_http_ip_format(conn->ip, conn->peer);
	for (uint32_t i = 0; i < s->n_trusted && !conn->trusted; i++)
		conn->trusted = rd_http_net_has(&s->trusted[i], conn->ip);
	conn->trusted = conn->trusted && s->config.behind_proxy;
	atomic_init(&conn->until_us,
	            rd_http_now_us() + (int64_t)(s->config.timeout_s + s->config.deadline_s) * 1000000);
}

static rd_http_conn *conn_open(rd_http_lane *lane, struct MHD_Connection *c)
{
	pthread_mutex_lock(&lane->lock);
	rd_http_conn *conn = lane->free_conns;

	if (conn)
		lane->free_conns = conn->next;
	else
		conn = RD_NEW(lane->arena, rd_http_conn);
	conn_init(conn, lane, c);
	conn->next = lane->conns;
	if (conn->next)
		conn->next->prev = conn;
	lane->conns = conn;
	pthread_mutex_unlock(&lane->lock);
	rd_http_add(&lane->accepted, 1);
	return conn;
}

/* The library closes the descriptor after this call: whoever holds the lock may still use it. */
static void conn_close(rd_http_conn *conn)
{
	rd_http_lane *lane = conn->lane;

	pthread_mutex_lock(&lane->lock);
	if (conn->prev)
		conn->prev->next = conn->next;
	else
		lane->conns = conn->next;
	if (conn->next)
		conn->next->prev = conn->prev;
	conn->next = lane->free_conns;
	lane->free_conns = conn;
	pthread_mutex_unlock(&lane->lock);
	rd_http_add(&lane->closed, 1);
}

void rd_http_on_connection(void *server, struct MHD_Connection *c, void **socket_context,
                           enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*socket_context = conn_open(rd_http_lane_mine(server), c);
	else if (*socket_context)
		conn_close(*socket_context);
}
