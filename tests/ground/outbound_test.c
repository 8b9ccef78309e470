/* Who may be called: addresses, lists and URLs, without a network. */
#include "net/address.h"
#include "net/outbound.h"
#include "unit.h"
#include <arpa/inet.h>
#include <netinet/in.h>

typedef union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} socket_address;

static socket_address address_of(const char *text)
{
	socket_address a = {0};

	if (strchr(text, ':')) {
		a.v6.sin6_family = AF_INET6;
		UNIT_INT(inet_pton(AF_INET6, text, &a.v6.sin6_addr), 1);
	} else {
		a.v4.sin_family = AF_INET;
		UNIT_INT(inet_pton(AF_INET, text, &a.v4.sin_addr), 1);
	}
	return a;
}

static void addresses_are_judged(void)
{
	static const struct {
		const char *text;
		rd_address_kind kind;
	} rows[] = {
		{"8.8.8.8", RD_ADDRESS_PUBLIC},
		{"9.255.255.255", RD_ADDRESS_PUBLIC},
		{"10.0.0.0", RD_ADDRESS_PRIVATE},
		{"11.0.0.0", RD_ADDRESS_PUBLIC},
		{"100.63.255.255", RD_ADDRESS_PUBLIC},
		{"100.64.0.1", RD_ADDRESS_PRIVATE},
		{"100.127.255.255", RD_ADDRESS_PRIVATE},
		{"100.128.0.0", RD_ADDRESS_PUBLIC},
		{"127.0.0.1", RD_ADDRESS_LOOPBACK},
		{"127.255.255.254", RD_ADDRESS_LOOPBACK},
		{"169.254.169.254", RD_ADDRESS_LINK_LOCAL},
		{"172.15.255.255", RD_ADDRESS_PUBLIC},
		{"172.16.0.1", RD_ADDRESS_PRIVATE},
		{"172.31.255.255", RD_ADDRESS_PRIVATE},
		{"172.32.0.0", RD_ADDRESS_PUBLIC},
		{"192.168.1.1", RD_ADDRESS_PRIVATE},
		{"192.169.0.0", RD_ADDRESS_PUBLIC},
		{"198.18.0.1", RD_ADDRESS_SPECIAL},
		{"203.0.113.9", RD_ADDRESS_SPECIAL},
		{"224.0.0.1", RD_ADDRESS_SPECIAL},
		{"255.255.255.255", RD_ADDRESS_SPECIAL},
		{"0.0.0.0", RD_ADDRESS_SPECIAL},
		{"::", RD_ADDRESS_SPECIAL},
		{"::1", RD_ADDRESS_LOOPBACK},
		{"::ffff:127.0.0.1", RD_ADDRESS_SPECIAL},
		{"::ffff:8.8.8.8", RD_ADDRESS_SPECIAL},
		{"::127.0.0.1", RD_ADDRESS_SPECIAL},
		{"64:ff9b::8.8.8.8", RD_ADDRESS_PUBLIC},
		{"64:ff9b::10.0.0.1", RD_ADDRESS_PRIVATE},
		{"64:ff9b:1::1", RD_ADDRESS_SPECIAL},
		{"2001:4860:4860::8888", RD_ADDRESS_PUBLIC},
		{"2001::1", RD_ADDRESS_SPECIAL},
		{"2001:db8::1", RD_ADDRESS_SPECIAL},
		{"2002:7f00:1::", RD_ADDRESS_SPECIAL},
		{"fc00::1", RD_ADDRESS_PRIVATE},
		{"fd12:3456::1", RD_ADDRESS_PRIVATE},
		{"fe80::1", RD_ADDRESS_LINK_LOCAL},
		{"fec0::1", RD_ADDRESS_PRIVATE},
		{"ff02::1", RD_ADDRESS_SPECIAL},
		{"4000::1", RD_ADDRESS_SPECIAL},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		socket_address a = address_of(rows[i].text);

		unit_case("%s", rows[i].text);
		UNIT_INT(rd_address_judge(&a.any), rows[i].kind);
	}
	UNIT_INT(rd_address_judge(&(struct sockaddr){.sa_family = AF_UNIX}), RD_ADDRESS_SPECIAL);
}

static void prefixes_are_read(void)
{
	static const struct {
		const char *text, *in, *out;
	} rows[] = {
		{"10.1.0.0/16", "10.1.255.1", "10.2.0.1"}, {"10.1.2.3", "10.1.2.3", "10.1.2.4"},
		{"0.0.0.0/0", "8.8.8.8", "::1"},           {"10.0.0.0/9", "10.127.0.1", "10.128.0.1"},
		{"fd00::/8", "fd00::1", "fc00::1"},        {"::1", "::1", "::2"},
	};
	static const char *const wrong[] = {"",        "10.1.0.0/33", "10.1.0.0/",
	                                    "10.1/16", "fd00::/129",  "host",
	                                    "*",       "10.0.0.0/1x", "10.0.0.0/-1"};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		socket_address in = address_of(rows[i].in), out = address_of(rows[i].out);

		unit_case("%s", rows[i].text);
		UNIT_TRUE(rd_prefix_valid(rd_str_of(rows[i].text)));
		UNIT_TRUE(rd_prefix_has(rd_str_of(rows[i].text), &in.any));
		UNIT_TRUE(!rd_prefix_has(rd_str_of(rows[i].text), &out.any));
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		unit_case("%s", wrong[i]);
		UNIT_TRUE(!rd_prefix_valid(rd_str_of(wrong[i])));
	}
}

static void connecting_follows_the_list(void)
{
	static const rd_str prefixes[] = {{"10.9.0.0/16", 11}, {"169.254.1.1", 11}};
	rd_outbound_policy none = {0};
	rd_outbound_policy private = {.allow_private = true};
	rd_outbound_policy listed = {.allow = prefixes, .n_allow = 2};
	socket_address public = address_of("8.8.8.8"), own = address_of("10.9.1.1");
	socket_address other = address_of("10.8.1.1"), local = address_of("169.254.169.254");
	socket_address named = address_of("169.254.1.1"), loop = address_of("127.0.0.1");

	UNIT_TRUE(rd_outbound_may_connect(&none, true, &public.any));
	UNIT_TRUE(!rd_outbound_may_connect(&none, false, &public.any));
	UNIT_TRUE(!rd_outbound_may_connect(&none, true, &own.any));
	UNIT_TRUE(!rd_outbound_may_connect(&none, true, &loop.any));
	UNIT_TRUE(rd_outbound_may_connect(&private, true, &own.any));
	UNIT_TRUE(rd_outbound_may_connect(&private, true, &loop.any));
	UNIT_TRUE(!rd_outbound_may_connect(&private, true, &local.any));
	UNIT_TRUE(rd_outbound_may_connect(&listed, false, &own.any));
	UNIT_TRUE(rd_outbound_may_connect(&listed, false, &named.any));
	UNIT_TRUE(!rd_outbound_may_connect(&listed, true, &other.any));
}

static void hosts_are_named(void)
{
	static const rd_str allow[] = {{"hooks.example.com", 17}, {"*.example.org", 13}};
	static const rd_str all[] = {{"*", 1}};
	rd_outbound_policy some = {.allow = allow, .n_allow = 2}, any = {.allow = all, .n_allow = 1};
	static const struct {
		const char *host;
		bool named;
	} rows[] = {
		{"hooks.example.com", true},
		{"HOOKS.Example.COM", true},
		{"x.hooks.example.com", false},
		{"hooks.example.com.evil.net", false},
		{"a.example.org", true},
		{"a.b.example.org", true},
		{"example.org", false},
		{"badexample.org", false},
		{"", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s", rows[i].host);
		UNIT_INT(rd_outbound_names(&some, rd_str_of(rows[i].host)), rows[i].named);
	}
	UNIT_TRUE(rd_outbound_names(&any, RD_STR("anything.example")));
	UNIT_TRUE(!rd_outbound_names(&(rd_outbound_policy){0}, RD_STR("anything.example")));
}

static void urls_are_judged(void)
{
	static const rd_str allow[] = {{"a.example", 9}, {"127.0.0.1", 9}};
	static const struct {
		const char *url;
		rd_rc rc;
	} rows[] = {
		{"https://a.example/x?key=1", RD_OK},
		{"https://A.Example:8443/x", RD_OK},
		{"https://a.example./x", RD_OK},
		{"http://a.example/", RD_FORBIDDEN},
		{"ftp://a.example/", RD_FORBIDDEN},
		{"file:///etc/passwd", RD_USAGE},
		{"gopher://a.example/", RD_FORBIDDEN},
		{"https://user@a.example/", RD_USAGE},
		{"https://user:pw@a.example/", RD_USAGE},
		{"https://a.example/#part", RD_USAGE},
		{"https://a.example\\@b.example/", RD_USAGE},
		{"https://a.example/ b", RD_USAGE},
		{"https://a.example/\r\nX: y", RD_USAGE},
		{"a.example/x", RD_USAGE},
		{"", RD_USAGE},
	};
	rd_outbound_policy list = {.allow = allow, .n_allow = 1};
	rd_err err;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s", rows[i].url);
		UNIT_INT(rd_outbound_check_url(&list, rd_str_of(rows[i].url), &err), rows[i].rc);
	}
	unit_case("host not in the list");
	UNIT_INT(rd_outbound_check_url(&list, RD_STR("https://b.example/"), &err), RD_FORBIDDEN);
	unit_case("empty list");
	UNIT_INT(rd_outbound_check_url(&(rd_outbound_policy){0}, RD_STR("https://a.example/"), &err),
	         RD_FORBIDDEN);
	unit_case("a prefix leaves the judgement to the address");
	list.n_allow = 2;
	UNIT_INT(rd_outbound_check_url(&list, RD_STR("https://b.example/"), &err), RD_OK);
}

static void headers_cannot_be_forged(void)
{
	static const rd_str all[] = {{"*", 1}};
	static const rd_header rows[] = {
		{{"X-A", 3}, {"a\r\nX-B: c", 9}}, {{"X-A", 3}, {"a\0b", 3}}, {{"X A", 3}, {"a", 1}},
		{{"X-A:", 4}, {"a", 1}},          {{"", 0}, {"a", 1}},       {{"X-A\n", 4}, {"a", 1}},
	};
	rd_outbound *o = rd_outbound_new(&(rd_outbound_policy){.allow = all, .n_allow = 1});
	rd_reply reply;
	rd_err err;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_request q = {.method = "GET",
		                .url = RD_STR("https://127.0.0.1:1/"),
		                .headers = &rows[i],
		                .n_headers = 1};

		unit_case("row %zu", i);
		UNIT_INT(rd_outbound_send(o, &q, &reply, &err), RD_USAGE);
	}
	rd_outbound_free(o);
}

static void statuses_have_a_meaning(void)
{
	static const struct {
		int32_t status;
		rd_rc rc;
	} rows[] = {
		{200, RD_OK},          {204, RD_OK},          {301, RD_FORBIDDEN}, {400, RD_USAGE},
		{401, RD_FORBIDDEN},   {403, RD_FORBIDDEN},   {404, RD_NOT_FOUND}, {409, RD_CONFLICT},
		{410, RD_NOT_FOUND},   {412, RD_CONFLICT},    {413, RD_LIMIT},     {429, RD_TOO_MANY},
		{500, RD_UNAVAILABLE}, {503, RD_UNAVAILABLE}, {100, RD_USAGE},
	};
	rd_words what = {"对方", "it"};
	rd_err err;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%d", rows[i].status);
		UNIT_INT(rd_reply_check(&(rd_reply){.status = rows[i].status}, what, &err), rows[i].rc);
	}
	UNIT_INT(rd_reply_check(&(rd_reply){.status = 429}, what, &err), RD_TOO_MANY);
	UNIT_TEXT(rd_str_of(err.zh), "对方答复 HTTP 429：请求过于频繁，请稍后再试");
	UNIT_TEXT(rd_str_of(err.en), "it answered HTTP 429: called too often; try again later");
}

const unit_test outbound_tests[] = {
	{"addresses are judged", addresses_are_judged},
	{"address prefixes are read", prefixes_are_read},
	{"connecting follows list and address", connecting_follows_the_list},
	{"hosts are named exactly or by their end", hosts_are_named},
	{"URLs are judged before anything is called", urls_are_judged},
	{"headers cannot be forged", headers_cannot_be_forged},
	{"statuses have a meaning", statuses_have_a_meaning},
	{0},
};
