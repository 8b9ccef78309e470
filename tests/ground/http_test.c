/* The pure parts of src/http: targets, framing, addresses, cookies, names of downloads. */
#include "http/address.h"
#include "http/cookie.h"
#include "http/guard.h"
#include "http/reply.h"
#include "unit.h"

static void targets_are_refused_by_name(void)
{
	static const struct {
		const char *raw, *why;
	} rows[] = {
		{"", "target form"},
		{"*", "target form"},
		{"a", "target form"},
		{"http://x/", "target form"},
		{"/a b", "target character"},
		{"/\x7f", "target character"},
		{"/\xe8\xb4\xa6", "target character"},
		{"/a#b", "target character"},
		{"/a\tb", "target character"},
		{"/a%2fb", "encoded slash in path"},
		{"/a%2Fb", "encoded slash in path"},
		{"/%", "escape in path"},
		{"/%4", "escape in path"},
		{"/%4g", "escape in path"},
		{"/%00", "escape in path"},
		{"/%0a", "path character"},
		{"/%7f", "path character"},
		{"/a\\b", "path character"},
		{"/%5c", "path character"},
		{"/%c0%ae", "path is not UTF-8"},
		{"/%ed%a0%80", "path is not UTF-8"},
		{"/%f4%90%80%80", "path is not UTF-8"},
		{"/%e8%b4", "path is not UTF-8"},
		{"//", "path segment"},
		{"/a//b", "path segment"},
		{"/.", "path segment"},
		{"/a/..", "path segment"},
		{"/%2e%2E/x", "path segment"},
		{"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "path with too many segments"},
		{"/?=1", "parameter without a name"},
		{"/?&", "parameter without a name"},
		{"/?a=1&", "parameter without a name"},
		{"/?a=%00", "escape in query"},
		{"/?a%g0", "escape in query"},
		{"/?a=%ff", "query is not UTF-8"},
		{"/?%ff=a", "query is not UTF-8"},
		/* Neither half of a character may make a whole one with its neighbour. */
		{"/?%e8=%b4%a6", "query is not UTF-8"},
	};
	rd_arena *arena = rd_arena_new();
	rd_http_target t = {.n_query = 77};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s", rows[i].raw);
		const char *why = rd_http_target_parse(arena, rd_str_of(rows[i].raw), &t);

		UNIT_TEXT(rd_str_of(why ? why : "none"), rows[i].why);
	}
	UNIT_INT(t.n_query, 77); /* untouched by what was refused */
	UNIT_TEXT(rd_str_of(rd_http_target_parse(arena, (rd_str){"/a\0b", 4}, &t)), "target character");
	rd_arena_free(arena);
}

static void targets_are_taken_apart(void)
{
	rd_arena *arena = rd_arena_new();
	rd_http_target t;

	UNIT_TRUE(rd_http_target_parse(arena, RD_STR("/"), &t) == NULL);
	UNIT_INT(t.n_segments, 0);
	UNIT_TRUE(rd_http_target_parse(arena, RD_STR("/?"), &t) == NULL);
	UNIT_INT(t.n_query, 0);
	UNIT_TRUE(rd_http_target_parse(arena, RD_STR("/a/"), &t) == NULL);
	UNIT_INT(t.n_segments, 2);
	UNIT_TEXT(t.segment[1], "");
	UNIT_TRUE(rd_http_target_parse(arena, RD_STR("/%E8%B4%A6/b+%2b?q=a%2Fb+%2B&r&s=%3D=%26&q="),
	                               &t) == NULL);
	UNIT_TEXT(t.path, "/账/b++");
	UNIT_TEXT(t.segment[0], "账");
	UNIT_TEXT(t.segment[1], "b++");
	UNIT_INT(t.n_query, 4);
	UNIT_TEXT(t.query[0].value, "a/b +");
	UNIT_TEXT(t.query[1].name, "r");
	UNIT_TEXT(t.query[1].value, "");
	UNIT_TEXT(t.query[2].value, "==&");
	UNIT_TEXT(t.query[3].name, "q");
	UNIT_TEXT(t.raw, "/%E8%B4%A6/b+%2b?q=a%2Fb+%2B&r&s=%3D=%26&q=");
	UNIT_TRUE(rd_http_target_parse(arena, RD_STR("/..."), &t) == NULL);
	UNIT_TRUE(rd_http_target_parse(arena, RD_STR("/.a/b."), &t) == NULL);
	rd_arena_free(arena);
}

static void framing_is_judged(void)
{
	static const struct {
		const char *headers; /* name:value, separated by | */
		rd_http_method method;
		bool http_1_0;
		uint32_t status;
		const char *why;
	} rows[] = {
		{"Host:x", RD_HTTP_GET, false, 0, ""},
		{"", RD_HTTP_GET, true, 0, ""},
		{"Host:x|Content-Length:0", RD_HTTP_GET, false, 0, ""},
		{"Host:x|Content-Length:00", RD_HTTP_GET, false, 0, ""},
		{"Host:x|Content-Length:5", RD_HTTP_POST, false, 0, ""},
		{"Host:x|TRANSFER-ENCODING:Chunked", RD_HTTP_PUT, false, 0, ""},
		{"", RD_HTTP_GET, false, 400, "Host"},
		{"Host:x|host:x", RD_HTTP_GET, true, 400, "Host"},
		{"Host:x|Content-Length:1", RD_HTTP_GET, false, 400, "body with GET"},
		{"Host:x|Transfer-Encoding:chunked", RD_HTTP_HEAD, false, 400, "body with GET"},
		{"Host:x|Transfer-Encoding:chunked", RD_HTTP_PUT, true, 400,
	     "Transfer-Encoding in HTTP/1.0"},
		{"Host:x|Content-Length:5|content-length:5", RD_HTTP_PUT, false, 400,
	     "framing header twice"},
		{"Host:x|Content-Length:5|Transfer-Encoding:chunked", RD_HTTP_PUT, false, 400,
	     "Content-Length with Transfer-Encoding"},
		{"Host:x|Transfer-Encoding:gzip, chunked", RD_HTTP_PUT, false, 400, "Transfer-Encoding"},
		{"Host:x|Content-Length:", RD_HTTP_PUT, false, 400, "Content-Length"},
		{"Host:x|Content-Length:-1", RD_HTTP_PUT, false, 400, "Content-Length"},
		{"Host:x|X T:1", RD_HTTP_PUT, false, 400, "header name"},
		{"Host:x|:1", RD_HTTP_PUT, false, 400, "header name"},
		{"Host:x|X:a\rb", RD_HTTP_PUT, false, 400, "control character in a header"},
		{"Host:x", RD_HTTP_METHODS, false, 405, "method"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_http_framing f = {0};
		uint32_t status = 400;

		for (const char *at = rows[i].headers; *at;) {
			uint32_t len = (uint32_t)strcspn(at, "|"), name = (uint32_t)strcspn(at, ":");

			rd_http_framing_add(&f, (rd_str){at, name}, (rd_str){at + name + 1, len - name - 1});
			at += len + (at[len] == '|');
		}
		unit_case("%s", rows[i].headers);
		const char *why = rd_http_framing_judge(&f, rows[i].method, rows[i].http_1_0, &status);

		UNIT_TEXT(rd_str_of(why ? why : ""), rows[i].why);
		if (why)
			UNIT_INT(status, rows[i].status);
	}
}

static void a_length_that_does_not_fit_is_the_largest(void)
{
	rd_http_framing f = {0};

	rd_http_framing_add(&f, RD_STR("Content-Length"), RD_STR("18446744073709551615"));
	UNIT_TRUE(f.length == UINT64_MAX && f.has_body && f.why == NULL);
	rd_http_framing_add(&f, RD_STR("Content-Length"), RD_STR("184467440737095516160"));
	UNIT_TRUE(f.length == UINT64_MAX);
}

static void networks(void)
{
	static const struct {
		const char *net, *ip;
		bool good, has;
	} rows[] = {
		{"10.0.0.0/8", "10.255.0.1", true, true},
		{"10.0.0.0/8", "11.0.0.1", true, false},
		{"10.0.0.0/8", "::ffff:10.1.1.1", true, true},
		{"0.0.0.0/0", "192.0.2.1", true, true},
		{"0.0.0.0/0", "2001:db8::1", true, false},
		{"::/0", "192.0.2.1", true, true},
		{"192.0.2.128/25", "192.0.2.127", true, false},
		{"192.0.2.128/25", "192.0.2.255", true, true},
		{"2001:db8::/33", "2001:db8:7fff::", true, true},
		{"2001:db8::/33", "2001:db8:8000::", true, false},
		{"::1", "::1", true, true},
		{"10.0.0.1/8", "", false, false},
		{"10.0.0.0/33", "", false, false},
		{"::/129", "", false, false},
		{"10.0.0.0/", "", false, false},
		{"10.0.0/8", "", false, false},
		{"10.0.0.0/0008", "", false, false},
		{"localhost", "", false, false},
		{"", "", false, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_http_net net;
		rd_err err;
		uint8_t ip[16];

		unit_case("%s has %s", rows[i].net, rows[i].ip);
		UNIT_INT(rd_http_net_parse(rd_str_of(rows[i].net), &net, &err) == RD_OK, rows[i].good);
		if (!rows[i].good)
			continue;
		UNIT_TRUE(rd_http_ip_parse(rd_str_of(rows[i].ip), ip));
		UNIT_INT(rd_http_net_has(&net, ip), rows[i].has);
	}
}

static void forwarded_is_read_from_the_right(void)
{
	static const struct {
		const char *header, *want;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"198.51.100.1, 192.0.2.1", "192.0.2.1"},
		{"192.0.2.1,10.0.0.2 , 10.0.0.3", "192.0.2.1"},
		{"10.0.0.2", "10.0.0.2"},
		{"bad, 10.0.0.2", "10.0.0.2"},
		{"192.0.2.1, bad", "10.0.0.1"},
		{"", "10.0.0.1"},
		{",", "10.0.0.1"},
		{"2001:db8::7", "2001:db8::7"},
	};
	rd_http_net trusted;
	rd_err err;

	UNIT_OK(rd_http_net_parse(RD_STR("10.0.0.0/8"), &trusted, &err), &err);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t ip[16];
		char text[RD_HTTP_ADDRESS_MAX];

		unit_case("%s", rows[i].header);
		UNIT_TRUE(rd_http_ip_parse(RD_STR("10.0.0.1"), ip));
		rd_http_forwarded(rd_str_of(rows[i].header), &trusted, 1, ip);
		rd_http_ip_format(ip, text);
		UNIT_TEXT(rd_str_of(text), rows[i].want);
	}
}

static void loopback_is_known(void)
{
	static const struct {
		const char *ip;
		bool loopback;
	} rows[] = {
		{"127.0.0.1", true},  {"127.9.9.9", true}, {"::1", true}, {"::ffff:127.0.0.1", true},
		{"128.0.0.1", false}, {"0.0.0.0", false},  {"::", false}, {"::2", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t ip[16];

		unit_case("%s", rows[i].ip);
		UNIT_TRUE(rd_http_ip_parse(rd_str_of(rows[i].ip), ip));
		UNIT_INT(rd_http_ip_is_loopback(ip), rows[i].loopback);
	}
}

static void cookies_are_found(void)
{
	static const struct {
		const char *header, *want; /* NULL: none */
	} rows[] = {
		{"a=1", "1"},      {"b=2; a=1", "1"}, {"a=1;b=2", "1"},     {"a=", ""},
		{"a=1=2", "1=2"},  {"aa=1", NULL},    {"b=a=1", NULL},      {"a=1; a=1", NULL},
		{"a=\"1\"", NULL}, {"a=1 2", NULL},   {"a=\xe8\xb4", NULL}, {"a", NULL},
		{"", NULL},        {"A=1", NULL},     {";; a=1;", "1"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_str got = rd_http_cookie_find(rd_str_of(rows[i].header), RD_STR("a"));

		unit_case("%s", rows[i].header);
		UNIT_INT(got.ptr != NULL, rows[i].want != NULL);
		if (got.ptr && rows[i].want)
			UNIT_TEXT(got, rows[i].want);
	}
}

static void downloads_have_safe_names(void)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{"a.csv", "attachment; filename=\"a.csv\"; filename*=UTF-8''a.csv"},
		{"序 1.csv", "attachment; filename=\"_ 1.csv\"; filename*=UTF-8''%E5%BA%8F%201.csv"},
		{"a\"\r\n\\/%b", "attachment; filename=\"a______b\"; filename*=UTF-8''a_____%25b"},
		{"", "attachment; filename=\"\"; filename*=UTF-8''"},
		{"x';=,", "attachment; filename=\"x';=,\"; filename*=UTF-8''x%27%3B%3D%2C"},
	};
	rd_arena *arena = rd_arena_new();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		UNIT_TEXT(rd_str_of(rd_http_disposition(arena, rows[i].name)), rows[i].want);
	rd_arena_free(arena);
}

static void etags_are_matched(void)
{
	UNIT_TRUE(rd_http_etag_in(RD_STR("\"1\""), "\"1\""));
	UNIT_TRUE(rd_http_etag_in(RD_STR("\"2\", W/\"1\""), "\"1\""));
	UNIT_TRUE(rd_http_etag_in(RD_STR("*"), "\"1\""));
	UNIT_TRUE(!rd_http_etag_in(RD_STR("\"11\""), "\"1\""));
	UNIT_TRUE(!rd_http_etag_in(RD_STR("1"), "\"1\""));
	UNIT_TRUE(!rd_http_etag_in(RD_STR(""), "\"1\""));
}

const unit_test http_tests[] = {
	{"targets are refused by name", targets_are_refused_by_name},
	{"targets are taken apart", targets_are_taken_apart},
	{"framing is judged", framing_is_judged},
	{"a length that does not fit is the largest", a_length_that_does_not_fit_is_the_largest},
	{"networks", networks},
	{"forwarded is read from the right", forwarded_is_read_from_the_right},
	{"loopback is known", loopback_is_known},
	{"cookies are found", cookies_are_found},
	{"downloads have safe names", downloads_have_safe_names},
	{"etags are matched", etags_are_matched},
	{0},
};
