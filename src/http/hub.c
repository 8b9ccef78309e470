#include "http/hub.h"
#include "base/assert.h"
#include "base/buf.h"
#include "http/inner.h"
#include <poll.h>
#include <sys/socket.h>

#define BUCKETS 1024u

/* One channel that one stream listens on, in the chain of the channel's bucket. */
typedef struct subscription {
	struct subscription *next, *prev;
	rd_http_stream *stream;
	uint64_t channel;
} subscription;

struct rd_http_stream {
	rd_http_stream *next, *prev;
	rd_http_hub *hub;
	struct MHD_Connection *mhd;
	int fd;
	uint64_t person;
	subscription sub[RD_HUB_CHANNELS_MAX];
	uint32_t n_channels;
	uint64_t cursor; /* number of the first message not yet sent */
	size_t part;     /* bytes of that message that were */
	int64_t beat_us, end_us;
	const char *prelude; /* sent before the first message */
	bool parked;         /* suspended by the reader, which found nothing to send */
	bool ended;
};

typedef struct message {
	uint64_t channel, id;
	rd_buf text;
} message;

struct rd_http_hub {
	pthread_mutex_t lock; /* of everything below */
	rd_http_hub_limits limits;
	rd_arena *arena;
	rd_http_stream *streams, *free_streams;
	uint32_t n_streams;
	bool closed;
	uint64_t head; /* number of the next message; message n lies in ring[n % RD_HUB_RING] */
	message ring[RD_HUB_RING];
	subscription *bucket[BUCKETS];
};

static const char greeting[] = "retry: 3000\n\n";
static const char reset_text[] = "retry: 3000\n\nevent: reset\ndata: {}\n\n";
static const char beat_text[] = ":\n\n";

static subscription **bucket_of(rd_http_hub *hub, uint64_t channel)
{
	return &hub->bucket[channel * 0x9e3779b97f4a7c15u >> 54];
}

rd_http_hub *rd_http_hub_new(const rd_http_hub_limits *limits)
{
	rd_arena *arena = rd_arena_new();
	rd_http_hub *hub = RD_NEW(arena, rd_http_hub);

	hub->arena = arena;
	if (limits)
		hub->limits = *limits;
	if (hub->limits.per_person == 0)
		hub->limits.per_person = 5;
	if (hub->limits.streams == 0)
		hub->limits.streams = 1000;
	if (hub->limits.beat_s == 0)
		hub->limits.beat_s = 15;
	if (hub->limits.stream_s == 0)
		hub->limits.stream_s = 3600;
	for (uint32_t i = 0; i < RD_HUB_RING; i++)
		rd_buf_init(&hub->ring[i].text, RD_HUB_DATA_MAX + 256);
	pthread_mutex_init(&hub->lock, NULL);
	return hub;
}

void rd_http_hub_free(rd_http_hub *hub)
{
	if (hub == NULL)
		return;
	RD_ASSERT(hub->n_streams == 0);
	for (uint32_t i = 0; i < RD_HUB_RING; i++)
		rd_buf_done(&hub->ring[i].text);
	pthread_mutex_destroy(&hub->lock);
	rd_arena_free(hub->arena);
}

static bool listens(const rd_http_stream *s, uint64_t channel)
{
	for (uint32_t i = 0; i < s->n_channels; i++)
		if (s->sub[i].channel == channel)
			return true;
	return false;
}

/* Lets the library ask the stream for text again. */
static void wake(rd_http_stream *s)
{
	s->parked = false;
	MHD_resume_connection(s->mhd);
}

static void unlink_stream(rd_http_stream *s)
{
	rd_http_hub *hub = s->hub;

	for (uint32_t i = 0; i < s->n_channels; i++) {
		subscription *sub = &s->sub[i];

		if (sub->prev)
			sub->prev->next = sub->next;
		else
			*bucket_of(hub, sub->channel) = sub->next;
		if (sub->next)
			sub->next->prev = sub->prev;
	}
	if (s->prev)
		s->prev->next = s->next;
	else
		hub->streams = s->next;
	if (s->next)
		s->next->prev = s->prev;
	s->next = hub->free_streams;
	hub->free_streams = s;
	hub->n_streams--;
}

void rd_http_stream_drop(rd_http_stream *s)
{
	rd_http_hub *hub = s->hub;

	pthread_mutex_lock(&hub->lock);
	unlink_stream(s);
	pthread_mutex_unlock(&hub->lock);
}

static void link_stream(rd_http_stream *s, const uint64_t *channels, uint32_t n)
{
	rd_http_hub *hub = s->hub;

	s->n_channels = n;
	for (uint32_t i = 0; i < n; i++) {
		subscription **first = bucket_of(hub, channels[i]), *sub = &s->sub[i];

		*sub = (subscription){.next = *first, .stream = s, .channel = channels[i]};
		if (*first)
			(*first)->prev = sub;
		*first = sub;
	}
	s->next = hub->streams;
	if (s->next)
		s->next->prev = s;
	hub->streams = s;
	hub->n_streams++;
}

static bool parse_id(rd_str text, uint64_t *ret)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || __builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(text.ptr[i] - '0'), &v))
			return false;
	*ret = v;
	return text.len > 0;
}

/* Behind the message that the browser has seen last, or a reset when that is no longer known. */
static void set_start(rd_http_stream *s, rd_str last_id)
{
	rd_http_hub *hub = s->hub;
	uint64_t id, oldest = hub->head > RD_HUB_RING ? hub->head - RD_HUB_RING : 0;

	s->prelude = greeting;
	s->cursor = hub->head;
	if (last_id.len == 0)
		return;
	if (parse_id(last_id, &id))
		for (uint64_t n = hub->head; n > oldest; n--) {
			const message *m = &hub->ring[(n - 1) % RD_HUB_RING];

			if (m->id == id && listens(s, m->channel)) {
				s->cursor = n;
				return;
			}
		}
	s->prelude = reset_text;
}

static bool is_gone(const rd_http_stream *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLRDHUP};

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* A parked stream does not notice that its reader has left before the next beat: a page that is
 * loaded anew a few times must not use up what one person may have. */
static void end_gone(rd_http_hub *hub, uint64_t person, bool all)
{
	for (rd_http_stream *s = hub->streams; s; s = s->next)
		if (s->parked && (all || s->person == person) && is_gone(s)) {
			s->ended = true;
			wake(s);
		}
}

static uint32_t count_open(const rd_http_hub *hub, const uint64_t *person)
{
	uint32_t n = 0;

	for (const rd_http_stream *s = hub->streams; s; s = s->next)
		n += (person == NULL || s->person == *person) && !s->ended;
	return n;
}

static rd_rc admit(rd_http_hub *hub, uint64_t person, rd_err *err)
{
	uint32_t own = count_open(hub, &person), all = count_open(hub, NULL);

	if (own >= hub->limits.per_person || all >= hub->limits.streams) {
		end_gone(hub, person, all >= hub->limits.streams);
		own = count_open(hub, &person);
		all = count_open(hub, NULL);
	}
	if (own >= hub->limits.per_person)
		return rd_fail(err, RD_TOO_MANY, "同一人最多同时打开 %u 个实时连接(sse_per_person)",
		               "one person may have %u live streams at a time (sse_per_person)",
		               hub->limits.per_person);
	if (hub->closed || all >= hub->limits.streams)
		return rd_fail(err, RD_TOO_MANY, "实时连接已满(sse_streams %u),请稍后再试",
		               "too many live streams (sse_streams %u); try again later",
		               hub->limits.streams);
	return RD_OK;
}

rd_rc rd_http_hub_open(rd_http_hub *hub, rd_http_req *req, uint64_t person,
                       const uint64_t *channels, uint32_t n_channels, rd_err *err)
{
	rd_http_exchange *x = (rd_http_exchange *)(void *)req;
	int64_t now = rd_http_now_us();

	RD_ASSERT(n_channels > 0 && n_channels <= RD_HUB_CHANNELS_MAX);
	RD_ASSERT(!x->answered && !x->kept && x->stream == NULL);
	pthread_mutex_lock(&hub->lock);
	rd_rc rc = admit(hub, person, err);

	if (rc == RD_OK) {
		rd_http_stream *s = hub->free_streams;

		if (s)
			hub->free_streams = s->next;
		else
			s = RD_NEW(hub->arena, rd_http_stream);
		*s = (rd_http_stream){.hub = hub, .mhd = x->conn->mhd, .fd = x->conn->fd, .person = person};
		s->beat_us = now + (int64_t)hub->limits.beat_s * 1000000;
		s->end_us = now + (int64_t)hub->limits.stream_s * 1000000;
		link_stream(s, channels, n_channels);
		set_start(s, req->header.last_event_id);
		x->stream = s;
	}
	pthread_mutex_unlock(&hub->lock);
	return rc;
}

/* As much as fits of the prelude and of the messages from the cursor on. */
static size_t fill(rd_http_stream *s, char *out, size_t max)
{
	rd_http_hub *hub = s->hub;
	size_t n = 0;

	if (s->prelude) {
		n = strlen(s->prelude);
		if (n > max)
			return 0; /* the library gives kilobytes */
		memcpy(out, s->prelude, n);
		s->prelude = NULL;
	}
	while (s->cursor < hub->head && n < max) {
		const message *m = &hub->ring[s->cursor % RD_HUB_RING];
		size_t left = listens(s, m->channel) ? m->text.size - s->part : 0;
		size_t now = left > max - n ? max - n : left;

		if (now)
			memcpy(out + n, m->text.data + s->part, now);
		n += now;
		s->part += now;
		if (now < left)
			break;
		s->cursor++;
		s->part = 0;
	}
	return n;
}

static ssize_t read_stream(void *stream, uint64_t at, char *out, size_t max)
{
	rd_http_stream *s = stream;
	rd_http_hub *hub = s->hub;
	int64_t now = rd_http_now_us();
	ssize_t n = 0;

	(void)at;
	pthread_mutex_lock(&hub->lock);
	if (hub->closed || s->ended || now >= s->end_us) {
		n = MHD_CONTENT_READER_END_OF_STREAM;
	} else if (hub->head - s->cursor > RD_HUB_RING) {
		n = MHD_CONTENT_READER_END_WITH_ERROR; /* too slow: what it has not seen is gone */
	} else {
		n = (ssize_t)fill(s, out, max);
		if (n == 0 && now >= s->beat_us && max >= sizeof beat_text) {
			n = sizeof beat_text - 1;
			memcpy(out, beat_text, (size_t)n);
		}
		if (n > 0) {
			s->beat_us = now + (int64_t)hub->limits.beat_s * 1000000;
		} else {
			s->parked = true;
			MHD_suspend_connection(s->mhd);
		}
	}
	pthread_mutex_unlock(&hub->lock);
	return n;
}

static void free_stream(void *stream)
{
	rd_http_stream_drop(stream);
}

#define STREAM_BLOCK 8192u

struct MHD_Response *rd_http_stream_response(rd_http_stream *s)
{
	return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream, s,
	                                         free_stream);
}

static void set_message(message *m, uint64_t channel, uint64_t id, const char *event, rd_str data)
{
	m->channel = channel;
	m->id = id;
	rd_buf_clear(&m->text);
	if (data.len > RD_HUB_DATA_MAX)
		rd_buf_printf(&m->text, "id: %llu\nevent: reset\ndata: {}\n\n", (unsigned long long)id);
	else
		rd_buf_printf(&m->text, "id: %llu\nevent: %s\ndata: " RD_STR_FMT "\n\n",
		              (unsigned long long)id, event, RD_STR_ARG(data));
	RD_ASSERT(!m->text.full);
}

void rd_http_hub_publish(rd_http_hub *hub, uint64_t channel, uint64_t id, const char *event,
                         rd_str data)
{
	RD_ASSERT(rd_http_is_token(rd_str_of(event)) && strlen(event) < 64);
	RD_ASSERT(data.len == 0 ||
	          (!memchr(data.ptr, '\n', data.len) && !memchr(data.ptr, '\r', data.len)));
	pthread_mutex_lock(&hub->lock);
	uint64_t n = hub->head++;

	set_message(&hub->ring[n % RD_HUB_RING], channel, id, event, data);
	for (subscription *sub = *bucket_of(hub, channel); sub; sub = sub->next) {
		if (sub->channel != channel || !sub->stream->parked)
			continue;
		/* It had sent all that was for it, and what came since was for others. */
		sub->stream->cursor = n;
		wake(sub->stream);
	}
	pthread_mutex_unlock(&hub->lock);
}

void rd_http_hub_end_person(rd_http_hub *hub, uint64_t person)
{
	pthread_mutex_lock(&hub->lock);
	for (rd_http_stream *s = hub->streams; s; s = s->next) {
		if (s->person != person)
			continue;
		s->ended = true;
		if (s->parked)
			wake(s);
	}
	pthread_mutex_unlock(&hub->lock);
}

uint32_t rd_http_hub_count(rd_http_hub *hub)
{
	pthread_mutex_lock(&hub->lock);
	uint32_t n = hub->n_streams;

	pthread_mutex_unlock(&hub->lock);
	return n;
}

/* Parked streams whose time has come are woken; one that blocks while the ring has run past it
 * will not be read from again, and is cut here. */
void rd_http_hub_tick(rd_http_hub *hub, int64_t now_us)
{
	pthread_mutex_lock(&hub->lock);
	for (rd_http_stream *s = hub->streams; s; s = s->next) {
		if (s->parked) {
			s->cursor = hub->head;
			if (now_us >= s->beat_us || now_us >= s->end_us)
				wake(s);
		} else if (hub->head - s->cursor > RD_HUB_RING) {
			(void)shutdown(s->fd, SHUT_RDWR);
		}
	}
	pthread_mutex_unlock(&hub->lock);
}

void rd_http_hub_close(rd_http_hub *hub)
{
	pthread_mutex_lock(&hub->lock);
	hub->closed = true;
	for (rd_http_stream *s = hub->streams; s; s = s->next)
		if (s->parked)
			wake(s);
	pthread_mutex_unlock(&hub->lock);
}
