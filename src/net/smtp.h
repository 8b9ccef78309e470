/*
 * smtp.h - hands one finished message to a mail server, by libcurl.
 *
 * The server is chosen by the administrator, so no list of hosts is asked; its address is judged
 * all the same: loopback and private ones need `allow_private`. TLS is the preset and certificates
 * are always verified; RD_SMTP_PLAIN is for a relay on the own machine, and no password is ever
 * sent without TLS.
 *
 * Everything is borrowed for the call. Safe from any number of threads. Failure: RD_USAGE the
 * settings or addresses are wrong; RD_FORBIDDEN the server refuses us, the password, the sender
 * or a recipient (5xx), or its address is not allowed; RD_UNAVAILABLE is worth another try. One
 * refused recipient stops the message for all.
 */
#ifndef RD_NET_SMTP_H
#define RD_NET_SMTP_H
#include "base/err.h"
#include "base/str.h"

typedef enum rd_smtp_security {
	RD_SMTP_STARTTLS, /* preset: port 587; TLS is required, not tried */
	RD_SMTP_TLS,      /* port 465 */
	RD_SMTP_PLAIN,    /* port 25 */
} rd_smtp_security;

typedef struct rd_smtp_server {
	const char *host;
	uint16_t port; /* 0 = the port of `security` */
	rd_smtp_security security;
	const char *user, *password; /* NULL = no log-in */
	const char *hello;           /* our name in EHLO; NULL = localhost */
	const char *ca_file;         /* NULL = the authorities of the system */
	bool allow_private;
	uint32_t timeout_ms; /* of the whole call; 0 = 30 s */
} rd_smtp_server;

#define RD_SMTP_RECIPIENTS_MAX 100u

/* `message` is RFC 5322 with CRLF; it is sent as it is. Addresses are "name@host", no brackets. */
RD_NODISCARD rd_rc rd_smtp_send(const rd_smtp_server *server, rd_str from, const rd_str *to,
                                uint32_t n_to, rd_str message, rd_err *err);
/* True for a plain ASCII address that may stand in an SMTP command and in a header. */
bool rd_mail_address_valid(rd_str address);
#endif
