#include "fuzz.h"
#include "base/assert.h"
#include "http/address.h"
#include "http/cookie.h"

/* The first line is a target, the others are headers: "name:value". */
static rd_str next_line(rd_str *rest)
{
	const char *lf = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
	uint32_t len = lf ? (uint32_t)(lf - rest->ptr) : rest->len;
	rd_str line = {rest->ptr, len};

	*rest = lf ? (rd_str){lf + 1, rest->len - len - 1} : (rd_str){rest->ptr + len, 0};
	return line;
}

/* What a target promises that the guard let pass. */
static void look_at(const rd_http_target *t)
{
	RD_ASSERT(t->raw.len <= RD_HTTP_TARGET_MAX && t->path.len <= t->raw.len);
	RD_ASSERT(t->path.ptr[0] == '/' && rd_utf8_check(t->path.ptr, t->path.len) < 0);
	RD_ASSERT(!memchr(t->path.ptr, '\0', t->path.len) && !memchr(t->path.ptr, '\\', t->path.len));
	RD_ASSERT(t->n_segments <= RD_HTTP_SEGMENTS_MAX && t->n_query <= RD_HTTP_QUERY_MAX);
	for (uint32_t i = 0; i < t->n_segments; i++) {
		rd_str s = t->segment[i];

		RD_ASSERT(!rd_str_is(s, ".") && !rd_str_is(s, "..") && !rd_str_has(s, "/"));
		RD_ASSERT(s.len > 0 || i + 1 == t->n_segments);
	}
	for (uint32_t i = 0; i < t->n_query; i++) {
		rd_http_param p = t->query[i];

		RD_ASSERT(p.name.len > 0 && rd_utf8_check(p.name.ptr, p.name.len) < 0);
		RD_ASSERT(rd_utf8_check(p.value.ptr, p.value.len) < 0);
		RD_ASSERT(p.value.len == 0 || !memchr(p.value.ptr, '\0', p.value.len));
	}
}

static void look_at_header(rd_http_req *req, rd_str name, rd_str value, rd_err *err)
{
	rd_http_net net;
	uint8_t ip[16] = {0};

	if (rd_http_named(name, RD_STR("Cookie"))) {
		req->header.cookie = value;
		rd_str token = rd_http_cookie_get(req, RD_HTTP_COOKIE_SESSION, false);

		RD_ASSERT(token.ptr == NULL || token.len == RD_HTTP_TOKEN_CHARS);
	} else if (rd_http_named(name, RD_STR("X-Forwarded-For"))) {
		rd_rc rc = rd_http_net_parse(value, &net, err);

		RD_ASSERT(rc == RD_OK ? net.bits <= 128 && rd_http_net_has(&net, net.ip) : err->zh[0] != 0);
		rd_http_forwarded(value, &net, rc == RD_OK, ip);
	} else if (rd_http_named(name, RD_STR("If-Match"))) {
		(void)rd_http_etag_in(value, "\"1\"");
	} else if (rd_http_named(name, RD_STR("Authorization"))) {
		req->header.authorization = value;
		(void)rd_http_bearer(req);
	} else if (rd_http_named(name, RD_STR("Content-Type"))) {
		req->header.content_type = value;
	} else if (rd_http_named(name, RD_STR("Origin"))) {
		req->header.origin = value;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const rd_http_site_rule rule = {.origin = "https://desk.test", .by_token = true};
	rd_arena *arena = rd_arena_new();
	rd_str rest = {(const char *)data, (uint32_t)size}, line = next_line(&rest), value;
	rd_http_req req = {.method = RD_HTTP_POST};
	rd_http_framing framing = {0};
	rd_err err = {0};
	uint32_t status = 0;

	if (rd_http_target_parse(arena, line, &req.target) == NULL) {
		look_at(&req.target);
		RD_ASSERT(rd_http_query(&req, "q", &value, &err) == RD_OK || err.code == RD_USAGE);
	}
	while (rest.len > 0) {
		line = next_line(&rest);
		const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
		uint32_t name_len = colon ? (uint32_t)(colon - line.ptr) : line.len;
		rd_str name = {line.ptr, name_len};

		value = (rd_str){line.ptr + name_len, line.len - name_len};
		if (colon)
			value = rd_str_trim((rd_str){colon + 1, line.len - name_len - 1});
		rd_http_framing_add(&framing, name, value);
		look_at_header(&req, name, value, &err);
	}
	if (rd_http_framing_judge(&framing, RD_HTTP_POST, false, &status) == NULL)
		RD_ASSERT(framing.n_length + framing.n_coding <= 1 && framing.n_host == 1);
	if (rd_http_site_check(&req, &rule, &err) == RD_OK)
		RD_ASSERT(rd_http_is_type(&req, "application/json"));
	rd_arena_free(arena);
	return 0;
}
