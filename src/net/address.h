/*
 * address.h - which network addresses may be called.
 *
 * Pure functions over socket addresses, so that a name that points into the own network (by
 * mistake, or because somebody wants our server to read what he cannot) is refused by the address
 * that is really connected to, whatever the name was.
 *
 * Sources: the IANA registries of special-purpose addresses (RFC 6890 and what it lists), RFC 6598
 * (carriers' NAT), RFC 6052 (NAT64), RFC 4291 (IPv6). What is not known to be public is special.
 */
#ifndef RD_NET_ADDRESS_H
#define RD_NET_ADDRESS_H
#include "base/str.h"
#include <sys/socket.h>

typedef enum rd_address_kind {
	RD_ADDRESS_PUBLIC,
	RD_ADDRESS_LOOPBACK,
	RD_ADDRESS_PRIVATE,    /* private, carriers' NAT, unique local */
	RD_ADDRESS_LINK_LOCAL, /* with the metadata services of clouds */
	RD_ADDRESS_SPECIAL,    /* multicast, documentation, IPv4-mapped, tunnels, reserved, not IP */
} rd_address_kind;

rd_address_kind rd_address_judge(const struct sockaddr *address);

/* True when `text` is an address prefix as "10.1.0.0/16", "fd00::/8" or a single address. */
bool rd_prefix_valid(rd_str text);
/* True when the address lies in the prefix; false for a text that is no prefix. */
bool rd_prefix_has(rd_str text, const struct sockaddr *address);
#endif
