#include "http/inner.h"
#include "base/assert.h"
#include <stdio.h>

static bool add(struct MHD_Response *r, const char *name, const char *value)
{
	return MHD_add_response_header(r, name, value) == MHD_YES;
}

static bool add_all(struct MHD_Response *r, const rd_http_header *h, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!add(r, h[i].name, h[i].value))
			return false;
	return true;
}

/* security.md section 5; in every answer whatever its class. */
static bool add_security(struct MHD_Response *r, const rd_http_exchange *x)
{
	static const rd_http_header always[] = {
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "no-referrer"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
	};
	static const rd_http_header page[] = {
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
	};
	const rd_http_reply *reply = &x->reply;
	bool asset = reply->class_ == RD_HTTP_ASSET, html = reply->class_ == RD_HTTP_HTML;
	const char *policy = "default-src 'none'; frame-ancestors 'none'";

	if (html && reply->nonce)
		policy = rd_http_page_policy(x->req.arena, reply->nonce);
	return add_all(r, always, 3) && add(r, "Content-Security-Policy", policy) &&
	       add(r, "Cache-Control", asset ? "public, max-age=31536000, immutable" : "no-store") &&
	       (!html || add_all(r, page, 2)) &&
	       (!x->lane->server->cert ||
	        add(r, "Strict-Transport-Security", "max-age=31536000; includeSubDomains"));
}

static bool add_optional(struct MHD_Response *r, const char *name, const char *value)
{
	return value == NULL || add(r, name, value);
}

static bool add_own(struct MHD_Response *r, const rd_http_exchange *x)
{
	const rd_http_reply *reply = &x->reply;
	const char *type = reply->content_type;
	char seconds[16];

	if (type == NULL && reply->class_ == RD_HTTP_API && reply->body.len)
		type = "application/json";
	snprintf(seconds, sizeof seconds, "%u", reply->retry_after_s);
	if (!add_optional(r, "Content-Type", type) || !add_optional(r, "ETag", reply->etag) ||
	    !add_optional(r, "Location", reply->location) || !add_optional(r, "Allow", reply->allow) ||
	    !add_optional(r, "Retry-After", reply->retry_after_s ? seconds : NULL) ||
	    !add_optional(r, "Clear-Site-Data",
	                  reply->clear_site_data ? "\"cache\", \"storage\"" : NULL))
		return false;
	if (reply->class_ == RD_HTTP_DOWNLOAD) {
		const char *name = reply->filename ? reply->filename : "download";

		if (!add(r, "Content-Disposition", rd_http_disposition(x->req.arena, name)))
			return false;
	}
	for (uint32_t i = 0; i < RD_HTTP_COOKIES_MAX && reply->cookie[i]; i++)
		if (!add(r, "Set-Cookie", reply->cookie[i]))
			return false;
	for (uint32_t i = 0; i < RD_HTTP_HEADERS_MAX && reply->more[i].name; i++)
		if (!add(r, reply->more[i].name, reply->more[i].value))
			return false;
	return !reply->close || add(r, "Connection", "close");
}

static struct MHD_Response *respond(rd_http_exchange *x)
{
	rd_http_reply *reply = &x->reply;

	if (reply->from_fd) {
		struct MHD_Response *r = MHD_create_response_from_fd64(reply->fd_size, reply->fd);

		if (r)
			reply->fd = -1; /* the library closes it */
		return r;
	}
	/* In the arena or static until the request is over; the library only reads. */
	return MHD_create_response_from_buffer(reply->body.len,
	                                       (void *)(uintptr_t)(reply->body.len ? reply->body.ptr
	                                                                           : ""),
	                                       MHD_RESPMEM_PERSISTENT);
}

static bool add_stream(struct MHD_Response *r, const rd_http_exchange *x)
{
	static const rd_http_header lines[] = {
		{"Content-Type", "text/event-stream"},
		{"X-Accel-Buffering", "no"}, /* nginx: pass events on as they come */
		{"Connection", "close"},     /* the end of a stream is the end of its connection */
	};

	return add_security(r, x) && add_all(r, lines, 3);
}

static void set_deadline(rd_http_exchange *x)
{
	const rd_http_reply *reply = &x->reply;
	uint64_t size = reply->from_fd ? reply->fd_size : reply->body.len;
	int64_t within_s = x->lane->server->config.deadline_s + (int64_t)(size / RD_HTTP_RATE_MIN);

	atomic_store_explicit(&x->conn->until_us,
	                      x->stream ? RD_HTTP_NEVER : rd_http_now_us() + within_s * 1000000,
	                      memory_order_relaxed);
}

enum MHD_Result rd_http_send(rd_http_exchange *x)
{
	rd_http_stream *stream = x->stream;
	struct MHD_Response *r = stream ? rd_http_stream_response(stream) : respond(x);
	bool good;

	if (atomic_load_explicit(&x->lane->server->draining, memory_order_relaxed))
		x->reply.close = true;
	if (r == NULL) {
		if (stream)
			rd_http_stream_drop(stream);
		return MHD_NO;
	}
	good = stream ? add_stream(r, x) : add_security(r, x) && add_own(r, x);
	if (!good) {
		/* A header with a line break in it: nothing of such an answer is sent. */
		MHD_destroy_response(r);
		return MHD_NO;
	}
	set_deadline(x);
	x->sent = true;
	enum MHD_Result rc =
		MHD_queue_response(x->conn->mhd, x->reply.status ? x->reply.status : 200, r);

	MHD_destroy_response(r);
	return rc;
}
