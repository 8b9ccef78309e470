/*
 * hub.h - server-sent events: streams that listen on channels, and publishers.
 *
 * A channel is a number that the program chooses (a firm, a person in a firm). A message goes to
 * every stream that listens on its channel. The last RD_HUB_RING messages are kept: a browser
 * that comes back with Last-Event-ID is sent what it missed; when that id is no longer known it
 * is sent one event `reset`, upon which the page loads its lists anew. Ids are the publisher's
 * and must be unique among the messages of the channels that a stream listens to.
 *
 * Limits: streams a person and in all; a stream ends after stream_s, so that rights are looked at
 * again; a comment every beat_s finds connections that died; a reader so slow that the ring has
 * run past it is cut, whereupon the browser comes back and is sent a reset.
 *
 * Owner: the program makes the hub before the server (rd_http_config.hub) and frees it after the
 * server was freed. Threads: every function may be called by any thread; publishing takes one
 * lock for about a microsecond and never waits for a reader.
 */
#ifndef RD_HTTP_HUB_H
#define RD_HTTP_HUB_H
#include "http/request.h"

#define RD_HUB_RING         1024u
#define RD_HUB_CHANNELS_MAX 8u
#define RD_HUB_DATA_MAX     4096u /* bytes of a message's data */

typedef struct rd_http_hub rd_http_hub;

typedef struct rd_http_hub_limits { /* 0 = the preset */
	uint32_t per_person;            /* 5 */
	uint32_t streams;               /* 1,000 */
	uint32_t beat_s;                /* 15 */
	uint32_t stream_s;              /* 3,600 */
} rd_http_hub_limits;

rd_http_hub *rd_http_hub_new(const rd_http_hub_limits *limits);
void rd_http_hub_free(rd_http_hub *hub); /* NULL is fine */

/* Answers req with a stream on these channels, from Last-Event-ID when the request has one. Inside
 * `handle`, without rd_http_keep. RD_TOO_MANY: too many streams; the request is not answered
 * then. */
RD_NODISCARD rd_rc rd_http_hub_open(rd_http_hub *hub, rd_http_req *req, uint64_t person,
                                    const uint64_t *channels, uint32_t n_channels, rd_err *err);
/* `event` is a token, `data` one line of UTF-8 (JSON without line breaks), at most RD_HUB_DATA_MAX.
 * Messages of one channel are delivered in the order of the calls. */
void rd_http_hub_publish(rd_http_hub *hub, uint64_t channel, uint64_t id, const char *event,
                         rd_str data);
/* Ends the streams of one person: signed out, disabled, other rights. */
void rd_http_hub_end_person(rd_http_hub *hub, uint64_t person);
/* Streams that are open now. */
uint32_t rd_http_hub_count(rd_http_hub *hub);
#endif
