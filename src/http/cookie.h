/*
 * cookie.h - the cookies of a sign-in, and the rule against requests from other sites
 * (security.md section 4).
 *
 * The names carry the prefix __Host-, which makes browsers demand Secure, Path=/ and no Domain. The
 * development form drops prefix and Secure and is for plain HTTP on localhost alone.
 *
 * Pure functions; texts lie in the arena given.
 */
#ifndef RD_HTTP_COOKIE_H
#define RD_HTTP_COOKIE_H
#include "http/request.h"

typedef enum rd_http_cookie {
	RD_HTTP_COOKIE_SESSION, /* redink: SameSite=Strict, ends with the browser */
	RD_HTTP_COOKIE_OIDC, /* redink-oidc: SameSite=Lax, 10 minutes, for the way back from sign-in */
} rd_http_cookie;

#define RD_HTTP_TOKEN_CHARS 43u /* base64url of 32 bytes, without padding */

/* The Set-Cookie value. `token` is RD_HTTP_TOKEN_CHARS characters of base64url. */
const char *rd_http_cookie_set(rd_arena *arena, rd_http_cookie which, rd_str token, bool plain_dev);
/* The Set-Cookie value that makes the browser forget it. */
const char *rd_http_cookie_clear(rd_http_cookie which, bool plain_dev);
/* The token that came; ptr NULL: none, twice, or not of that form. */
rd_str rd_http_cookie_get(const rd_http_req *req, rd_http_cookie which, bool plain_dev);

typedef struct rd_http_site_rule {
	const char *origin;    /* the configured one: "https://desk.example.com" */
	bool by_token;         /* signed in by an API token, not by cookie */
	const char *body_type; /* NULL: application/json; an upload may take another one */
} rd_http_site_rule;

/* Whether a request may change something. GET and HEAD always pass. Others: Sec-Fetch-Site, when
 * there, must be same-origin; else Origin must be the configured one; with neither only by token.
 * By cookie also X-Redink: 1. RD_FORBIDDEN, or RD_MEDIA_TYPE when the body is of another type;
 * only DELETE without a body may leave Content-Type out. */
RD_NODISCARD rd_rc rd_http_site_check(const rd_http_req *req, const rd_http_site_rule *rule,
                                      rd_err *err);
#endif
