/*
 * mail.h - builds a mail (RFC 5322, MIME by RFC 2045 to 2047 and 2231) and sends it.
 *
 * A message is text, an optional HTML form of the same, and attachments; texts are UTF-8 and
 * travel as base64, so that every server hands them on as they are. Time and Message-ID are
 * given, so the same mail is the same bytes. A value of a header that holds CR, LF, NUL or
 * another control character is refused with RD_USAGE and never sent.
 *
 * Everything is borrowed for the call; pure but for rd_mail_send. Safe from any thread.
 */
#ifndef RD_NOTIFY_MAIL_H
#define RD_NOTIFY_MAIL_H
#include "base/buf.h"
#include "net/smtp.h"

#define RD_MAIL_BYTES_MAX       (25u << 20) /* of the built message; many servers take no more */
#define RD_MAIL_SUBJECT_MAX     400u        /* bytes */
#define RD_MAIL_NAME_MAX        200u        /* bytes, of a person or a file */
#define RD_MAIL_ATTACHMENTS_MAX 20u

typedef struct rd_mailbox {
	rd_str name;    /* "" = only the address */
	rd_str address; /* "name@host", ASCII */
} rd_mailbox;

typedef struct rd_attachment {
	rd_str name; /* of the file; UTF-8 */
	rd_str type; /* "application/pdf" */
	rd_str data;
} rd_attachment;

typedef struct rd_mail {
	rd_mailbox from;
	rd_mailbox reply_to; /* address "" = none */
	const rd_mailbox *to;
	uint32_t n_to; /* 1 .. RD_SMTP_RECIPIENTS_MAX */
	rd_str subject;
	rd_str text; /* LF or CRLF */
	rd_str html; /* "" = none */
	const rd_attachment *attachments;
	uint32_t n_attachments;
	rd_str message_id; /* "left@right", without angle brackets */
	int64_t at_us;
} rd_mail;

/* Adds the message to `out`, whose maximum should be RD_MAIL_BYTES_MAX: RD_LIMIT beyond it. */
RD_NODISCARD rd_rc rd_mail_build(const rd_mail *mail, rd_buf *out, rd_err *err);
/* Builds and sends; errors of smtp.h too. */
RD_NODISCARD rd_rc rd_mail_send(const rd_smtp_server *server, const rd_mail *mail, rd_err *err);
#endif
