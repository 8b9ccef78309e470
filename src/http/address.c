#include "http/address.h"
#include <arpa/inet.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_v4(const uint8_t ip[16])
{
	return memcmp(ip, mapped, sizeof mapped) == 0;
}

bool rd_http_ip_parse(rd_str text, uint8_t ret_ip[16])
{
	char name[RD_HTTP_ADDRESS_MAX];
	uint8_t v4[4];

	if (text.len == 0 || text.len >= sizeof name || memchr(text.ptr, '\0', text.len))
		return false;
	memcpy(name, text.ptr, text.len);
	name[text.len] = '\0';
	if (inet_pton(AF_INET, name, v4) == 1) {
		memcpy(ret_ip, mapped, sizeof mapped);
		memcpy(ret_ip + sizeof mapped, v4, sizeof v4);
		return true;
	}
	uint8_t v6[16];

	if (inet_pton(AF_INET6, name, v6) != 1)
		return false;
	memcpy(ret_ip, v6, sizeof v6);
	return true;
}

bool rd_http_ip_of(const struct sockaddr *address, uint8_t ret_ip[16])
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;

		memcpy(ret_ip, mapped, sizeof mapped);
		memcpy(ret_ip + sizeof mapped, &in->sin_addr, 4);
		return true;
	}
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)address;

		memcpy(ret_ip, &in->sin6_addr, 16);
		return true;
	}
	return false;
}

void rd_http_ip_format(const uint8_t ip[16], char out[RD_HTTP_ADDRESS_MAX])
{
	if (is_v4(ip))
		inet_ntop(AF_INET, ip + sizeof mapped, out, RD_HTTP_ADDRESS_MAX);
	else
		inet_ntop(AF_INET6, ip, out, RD_HTTP_ADDRESS_MAX);
}

bool rd_http_ip_is_loopback(const uint8_t ip[16])
{
	static const uint8_t one[16] = {[15] = 1};

	return is_v4(ip) ? ip[12] == 127 : memcmp(ip, one, sizeof one) == 0;
}

rd_rc rd_http_net_parse(rd_str text, rd_http_net *ret, rd_err *err)
{
	const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
	rd_str ip = {text.ptr, slash ? (uint32_t)(slash - text.ptr) : text.len};
	rd_http_net net = {.bits = 128};
	uint32_t bits = 0, n_digits = slash ? text.len - ip.len - 1 : 0;
	bool good = rd_http_ip_parse(ip, net.ip) && (!slash || (n_digits > 0 && n_digits < 4));

	for (uint32_t i = 0; good && i < n_digits; i++) {
		good = slash[1 + i] >= '0' && slash[1 + i] <= '9';
		bits = bits * 10 + (uint32_t)(slash[1 + i] - '0');
	}
	if (good && slash) {
		net.bits = is_v4(net.ip) ? bits + 96 : bits;
		good = net.bits <= 128;
	}
	for (uint32_t b = net.bits; good && b < 128; b++)
		good = (net.ip[b / 8] >> (7 - b % 8) & 1) == 0;
	if (!good)
		return rd_fail(err, RD_USAGE, "「" RD_STR_FMT "」不是网络地址,应写作 10.0.0.0/8 或 ::1",
		               "\"" RD_STR_FMT "\" is no network; write it like 10.0.0.0/8 or ::1",
		               RD_STR_ARG(text));
	*ret = net;
	return RD_OK;
}

bool rd_http_net_has(const rd_http_net *net, const uint8_t ip[16])
{
	uint32_t whole = net->bits / 8, rest = net->bits % 8;

	if (memcmp(net->ip, ip, whole) != 0)
		return false;
	return rest == 0 || ((net->ip[whole] ^ ip[whole]) >> (8 - rest)) == 0;
}

static bool is_trusted(const rd_http_net *trusted, uint32_t n, const uint8_t ip[16])
{
	for (uint32_t i = 0; i < n; i++)
		if (rd_http_net_has(&trusted[i], ip))
			return true;
	return false;
}

void rd_http_forwarded(rd_str header, const rd_http_net *trusted, uint32_t n, uint8_t ip[16])
{
	while (header.len > 0) {
		uint32_t start = header.len;
		uint8_t next[16];

		while (start > 0 && header.ptr[start - 1] != ',')
			start--;
		rd_str one = rd_str_trim((rd_str){header.ptr + start, header.len - start});

		if (!rd_http_ip_parse(one, next))
			return;
		memcpy(ip, next, sizeof next);
		if (!is_trusted(trusted, n, ip))
			return;
		header.len = start > 0 ? start - 1 : 0;
	}
}
