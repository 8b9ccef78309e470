/*
 * message.h - what a notification says, in the reader's language. Pure.
 *
 * One row a kind (message.c). Only what is given is said: no personal data is looked up. Values are
 * put in as they are, once (a "{who}" inside a title stays); line breaks and control characters in
 * them become spaces, so a title cannot forge a line or a header.
 */
#ifndef RD_NOTIFY_MESSAGE_H
#define RD_NOTIFY_MESSAGE_H
#include "base/buf.h"

typedef enum rd_message_kind {
	RD_MESSAGE_ASSIGNED,
	RD_MESSAGE_MENTIONED,
	RD_MESSAGE_DUE_SOON,
	RD_MESSAGE_OVERDUE,
	RD_MESSAGE_COMMENTED,
	RD_MESSAGE_TRANSITION,
	RD_MESSAGE_REMINDED,
	RD_MESSAGE_UNANCHORED, /* signed heads of the log do not leave the machine */
	RD_MESSAGE_ESCALATED,  /* a time limit was exceeded, and it is your turn to look after it */
	RD_MESSAGE_CALLED,     /* an emergency: answer now */
	RD_MESSAGE_UNATTENDED, /* nobody was there to be told, or nobody answered */
	RD_MESSAGE_DUTY_GAP,   /* nobody is on duty tomorrow */
	RD_MESSAGE_REPORTED,   /* an exception of a client whom one supervises */
	RD_MESSAGE_KINDS       /* how many */
} rd_message_kind;

typedef struct rd_message_facts {
	rd_str who;    /* who did it; "" = the system */
	rd_str number; /* of the record */
	rd_str title;
	rd_str state; /* TRANSITION: the new one, in the reader's language */
	rd_str when;  /* DUE_SOON, OVERDUE, ESCALATED, DUTY_GAP: the date, already formatted */
	rd_str url;   /* "" = none */
	rd_str note;  /* REMINDED: what the person wrote down; "" = nothing */
} rd_message_facts;

typedef enum rd_language { RD_LANGUAGE_ZH, RD_LANGUAGE_EN } rd_language;

/* "due-soon", as settings and the API name it; rd_message_find answers KINDS for none. */
const char *rd_message_name(rd_message_kind kind);
rd_message_kind rd_message_find(rd_str name);

/* Adds one line to `subject` and a few to `body`, which ends with a line break. */
void rd_message_write(rd_message_kind kind, rd_language language, const rd_message_facts *facts,
                      rd_buf *subject, rd_buf *body);

typedef struct rd_digest_item {
	rd_message_kind kind;
	rd_message_facts facts;
} rd_digest_item;

#define RD_DIGEST_ITEMS_MAX 50u /* written out; how many more there are is said */

/* Many in one: the same lines, in the given order. n >= 1. */
void rd_message_digest(rd_language language, const rd_digest_item *items, uint32_t n, rd_str url,
                       rd_buf *subject, rd_buf *body);
#endif
