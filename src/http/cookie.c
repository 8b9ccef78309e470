#include "http/cookie.h"
#include "base/assert.h"
#include <stdio.h>

/* Indexed by cookie, then by the development form. */
static const rd_str names[2][2] = {
	[RD_HTTP_COOKIE_SESSION] = {{"__Host-redink", 13}, {"redink", 6}},
	[RD_HTTP_COOKIE_OIDC] = {{"__Host-redink-oidc", 18}, {"redink-oidc", 11}},
};

static bool is_token(rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return s.len == RD_HTTP_TOKEN_CHARS;
}

const char *rd_http_cookie_set(rd_arena *arena, rd_http_cookie which, rd_str token, bool plain_dev)
{
	char text[256];
	int n =
		snprintf(text, sizeof text, RD_STR_FMT "=" RD_STR_FMT "; Path=/%s; HttpOnly; %s",
	             RD_STR_ARG(names[which][plain_dev]), RD_STR_ARG(token),
	             plain_dev ? "" : "; Secure",
	             which == RD_HTTP_COOKIE_SESSION ? "SameSite=Strict" : "SameSite=Lax; Max-Age=600");

	RD_ASSERT(is_token(token));
	RD_ASSERT(n > 0 && (size_t)n < sizeof text);
	return rd_arena_copy(arena, text, (size_t)n);
}

const char *rd_http_cookie_clear(rd_http_cookie which, bool plain_dev)
{
	static const char *const texts[2][2] = {
		[RD_HTTP_COOKIE_SESSION] =
			{"__Host-redink=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0",
	         "redink=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"},
		[RD_HTTP_COOKIE_OIDC] =
			{"__Host-redink-oidc=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
	         "redink-oidc=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"},
	};

	return texts[which][plain_dev];
}

rd_str rd_http_cookie_get(const rd_http_req *req, rd_http_cookie which, bool plain_dev)
{
	rd_str token = rd_http_cookie_find(req->header.cookie, names[which][plain_dev]);

	return token.ptr && is_token(token) ? token : (rd_str){NULL, 0};
}

static rd_rc check_origin(const rd_http_req *req, const rd_http_site_rule *rule, rd_err *err)
{
	rd_str site = req->header.sec_fetch_site, origin = req->header.origin;

	if (site.ptr     ? rd_str_is(site, "same-origin")
	    : origin.ptr ? rule->origin && rd_str_is(origin, rule->origin)
	                 : rule->by_token)
		return RD_OK;
	if (site.ptr || origin.ptr)
		return rd_fail(
			err, RD_FORBIDDEN,
			"请求来自别的网站,不予执行;请在本系统的页面中操作,或检查配置的访问地址(origin)",
			"the request comes from another site and is not carried out; use this "
			"server's own page, or check the configured origin");
	return rd_fail(err, RD_FORBIDDEN,
	               "请求没有说明来自哪个网站(缺 Sec-Fetch-Site 与 Origin);程序请使用 API 令牌",
	               "the request does not say from which site it comes (no Sec-Fetch-Site, no "
	               "Origin); programs use an API token");
}

rd_rc rd_http_site_check(const rd_http_req *req, const rd_http_site_rule *rule, rd_err *err)
{
	const char *type = rule->body_type ? rule->body_type : "application/json";

	if (req->method == RD_HTTP_GET || req->method == RD_HTTP_HEAD)
		return RD_OK;
	RD_TRY(check_origin(req, rule, err));
	if (!rule->by_token && !(req->header.x_redink.ptr && rd_str_is(req->header.x_redink, "1")))
		return rd_fail(err, RD_FORBIDDEN, "请求缺少标头 X-Redink: 1;请在本系统的页面中操作",
		               "the header X-Redink: 1 is missing; use this server's own page");
	bool may_lack = req->method == RD_HTTP_DELETE && !req->has_body;

	if (!(req->header.content_type.ptr ? rd_http_is_type(req, type) : may_lack))
		return rd_fail(err, RD_MEDIA_TYPE, "正文类型应为 %s(Content-Type)",
		               "the body must be %s (Content-Type)", type);
	return RD_OK;
}
