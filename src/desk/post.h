/*
 * post.h - how what the desk sends leaves the house: three functions, which tests replace.
 *
 * rd_post_real fills them with src/notify over a policy (net/outbound.h) that the operator set;
 * what may be called is judged there. Everything is borrowed for the call. Failure as in
 * net/smtp.h and net/outbound.h: UNAVAILABLE and TOO_MANY are worth another try.
 */
#ifndef RD_DESK_POST_H
#define RD_DESK_POST_H
#include "desk/robots.h"
#include "net/outbound.h"

typedef struct rd_letter {
	/* The server, from the firm's settings; texts end with NUL. */
	const char *host, *security; /* starttls, tls, plain */
	const char *user, *password; /* NULL = no log-in */
	uint16_t port;
	bool private_network;
	rd_str from_name, from, to_name, to;
	rd_str subject, text, message_id;
	int64_t at_us;
} rd_letter;

typedef struct rd_group_message {
	rd_service service; /* not WEBHOOK */
	rd_str url, secret, title, text, link;
	int64_t at_us;
} rd_group_message;

typedef struct rd_web_call {
	rd_str url, secret, delivery, event, body;
	int64_t at_us;
} rd_web_call;

typedef struct rd_post {
	rd_rc (*mail)(void *ctx, const rd_letter *letter, rd_err *err);
	rd_rc (*group)(void *ctx, const rd_group_message *message, rd_err *err);
	/* *ret_status: of HTTP, 0 = there was none; set in every case. */
	rd_rc (*call)(void *ctx, const rd_web_call *call, int32_t *ret_status, rd_err *err);
	void *ctx;
} rd_post;

/* Over the network; `o` must live as long. */
rd_post rd_post_real(rd_outbound *o);
#endif
