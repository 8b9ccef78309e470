#include "net/address.h"
#include <arpa/inet.h>
#include <netinet/in.h>

typedef struct range {
	uint8_t bytes[16];
	uint32_t bits;
	rd_address_kind kind;
} range;

static const range ranges4[] = {
	{{0}, 8, RD_ADDRESS_SPECIAL}, /* this network */
	{{10}, 8, RD_ADDRESS_PRIVATE},
	{{100, 64}, 10, RD_ADDRESS_PRIVATE}, /* carriers' NAT */
	{{127}, 8, RD_ADDRESS_LOOPBACK},
	{{169, 254}, 16, RD_ADDRESS_LINK_LOCAL},
	{{172, 16}, 12, RD_ADDRESS_PRIVATE},
	{{192, 0, 0}, 24, RD_ADDRESS_SPECIAL},   /* protocol assignments */
	{{192, 0, 2}, 24, RD_ADDRESS_SPECIAL},   /* documentation */
	{{192, 88, 99}, 24, RD_ADDRESS_SPECIAL}, /* 6to4 relays */
	{{192, 168}, 16, RD_ADDRESS_PRIVATE},
	{{198, 18}, 15, RD_ADDRESS_SPECIAL},      /* benchmarks */
	{{198, 51, 100}, 24, RD_ADDRESS_SPECIAL}, /* documentation */
	{{203, 0, 113}, 24, RD_ADDRESS_SPECIAL},  /* documentation */
	{{224}, 3, RD_ADDRESS_SPECIAL},           /* multicast, reserved, broadcast */
};

/* Only 2000::/3 is given out to the public: its exceptions, and what has a name outside it. */
static const range ranges6[] = {
	{{[15] = 1}, 128, RD_ADDRESS_LOOPBACK},
	{{0xfc}, 7, RD_ADDRESS_PRIVATE},
	{{0xfe, 0x80}, 10, RD_ADDRESS_LINK_LOCAL},
	{{0xfe, 0xc0}, 10, RD_ADDRESS_PRIVATE},             /* site local of old */
	{{0x20, 0x01}, 23, RD_ADDRESS_SPECIAL},             /* protocol assignments, Teredo */
	{{0x20, 0x01, 0x0d, 0xb8}, 32, RD_ADDRESS_SPECIAL}, /* documentation */
	{{0x20, 0x02}, 16, RD_ADDRESS_SPECIAL},             /* 6to4 carries any IPv4 address */
	{{0x3f, 0xff}, 20, RD_ADDRESS_SPECIAL},             /* documentation */
	{{0x20}, 3, RD_ADDRESS_PUBLIC},                     /* the rest of it */
};

static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};

static bool within(const uint8_t *address, const uint8_t *prefix, uint32_t bits)
{
	uint32_t whole = bits / 8, rest = bits % 8;

	if (memcmp(address, prefix, whole) != 0)
		return false;
	return rest == 0 || ((address[whole] ^ prefix[whole]) >> (8 - rest)) == 0;
}

static rd_address_kind look_up(const range *ranges, size_t n, const uint8_t *address,
                               rd_address_kind otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (within(address, ranges[i].bytes, ranges[i].bits))
			return ranges[i].kind;
	return otherwise;
}

static rd_address_kind judge4(const uint8_t *address)
{
	return look_up(ranges4, sizeof ranges4 / sizeof ranges4[0], address, RD_ADDRESS_PUBLIC);
}

static const uint8_t *bytes_of(const struct sockaddr *address, uint32_t *ret_bits)
{
	if (address->sa_family == AF_INET) {
		*ret_bits = 32;
		return (const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr;
	}
	if (address->sa_family == AF_INET6) {
		*ret_bits = 128;
		return ((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr;
	}
	return NULL;
}

rd_address_kind rd_address_judge(const struct sockaddr *address)
{
	uint32_t bits;
	const uint8_t *p = bytes_of(address, &bits);

	if (!p)
		return RD_ADDRESS_SPECIAL;
	if (bits == 32)
		return judge4(p);
	/* A network without IPv4 reaches all of it through this prefix: what is inside counts. */
	if (within(p, nat64, 96))
		return judge4(p + 12);
	return look_up(ranges6, sizeof ranges6 / sizeof ranges6[0], p, RD_ADDRESS_SPECIAL);
}

static bool parse_prefix(rd_str text, uint8_t out[16], int *ret_family, uint32_t *ret_bits)
{
	char address[INET6_ADDRSTRLEN];
	int64_t slash = rd_str_find(text, "/");
	size_t n = slash < 0 ? text.len : (size_t)slash;
	uint32_t bits = 0;

	if (n == 0 || n >= sizeof address)
		return false;
	memcpy(address, text.ptr, n);
	address[n] = 0;
	if (strlen(address) != n)
		return false;
	int family = memchr(address, ':', n) ? AF_INET6 : AF_INET;
	uint32_t bits_max = family == AF_INET6 ? 128 : 32;
	if (inet_pton(family, address, out) != 1)
		return false;
	if (slash < 0)
		bits = bits_max;
	else if (text.len == n + 1 || text.len > n + 4)
		return false;
	for (size_t i = n + 1; slash >= 0 && i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		bits = bits * 10 + (uint32_t)(text.ptr[i] - '0');
	}
	*ret_family = family;
	*ret_bits = bits;
	return bits <= bits_max;
}

bool rd_prefix_valid(rd_str text)
{
	uint8_t bytes[16];
	uint32_t bits;
	int family;

	return parse_prefix(text, bytes, &family, &bits);
}

bool rd_prefix_has(rd_str text, const struct sockaddr *address)
{
	uint8_t bytes[16];
	uint32_t bits, width;
	int family;
	const uint8_t *p = bytes_of(address, &width);

	return p && parse_prefix(text, bytes, &family, &bits) && family == address->sa_family &&
	       within(p, bytes, bits);
}
