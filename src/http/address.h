/*
 * address.h - addresses and networks as texts: who is loopback, who is a trusted proxy, and who
 * asks behind one.
 *
 * Pure functions. IPv4 in IPv6 (::ffff:a.b.c.d) is IPv4.
 */
#ifndef RD_HTTP_ADDRESS_H
#define RD_HTTP_ADDRESS_H
#include "base/err.h"
#include "base/str.h"
#include "http/request.h"
#include <netinet/in.h>

typedef struct rd_http_net {
	uint8_t ip[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint32_t bits;  /* of 128 */
} rd_http_net;

/* "10.0.0.0/8", "::1", "192.0.2.7"; bits behind the prefix must be zero. RD_USAGE. */
RD_NODISCARD rd_rc rd_http_net_parse(rd_str text, rd_http_net *ret, rd_err *err);
bool rd_http_net_has(const rd_http_net *net, const uint8_t ip[16]);
/* false: no address. */
bool rd_http_ip_parse(rd_str text, uint8_t ret_ip[16]);
/* The address of a peer; false for other families. */
bool rd_http_ip_of(const struct sockaddr *address, uint8_t ret_ip[16]);
void rd_http_ip_format(const uint8_t ip[16], char out[RD_HTTP_ADDRESS_MAX]);
bool rd_http_ip_is_loopback(const uint8_t ip[16]);

/* Who asks, from the right of X-Forwarded-For: the first address that is no trusted proxy. Anything
 * that is no address ends the walk: what stands left of it is not believed. `ip` is the peer, who
 * must be trusted, and stays as it is when the header names nobody. */
void rd_http_forwarded(rd_str header, const rd_http_net *trusted, uint32_t n, uint8_t ip[16]);
#endif
