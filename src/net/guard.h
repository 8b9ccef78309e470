/*
 * guard.h - what every libcurl handle of Redink has in common; seen inside src/net only.
 *
 * A guard is hung into a handle for one transfer. It judges each address that libcurl is about to
 * connect to, at the last moment, when no name can change it any more, and remembers a refusal.
 * It must live until the transfer ends.
 */
#ifndef RD_NET_GUARD_H
#define RD_NET_GUARD_H
#include "net/outbound.h"
#include <curl/curl.h>

typedef struct rd_guard {
	const rd_outbound_policy *policy;
	bool by_name; /* the host is allowed by its name */
	bool refused; /* an address was refused */
	char detail[CURL_ERROR_SIZE];
} rd_guard;

/* A new handle, or NULL when libcurl cannot give one; initialises libcurl the first time. */
CURL *rd_guard_handle(void);
/* TLS, time, proxies and the address guard; the handle was new or reset. */
void rd_guard_set(CURL *curl, rd_guard *guard, uint32_t timeout_ms);
/* Says why a transfer failed, by its code and what the guard saw; `host` is shown. Never for OK. */
rd_rc rd_guard_fail(const rd_guard *guard, CURLcode code, const char *host, rd_err *err);
#endif
