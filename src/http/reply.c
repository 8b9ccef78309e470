#include "http/reply.h"
#include "base/assert.h"
#include "base/json.h"
#include "http/inner.h"
#include <sys/random.h>

static rd_http_exchange *exchange_of(rd_http_req *req)
{
	return (rd_http_exchange *)(void *)req; /* its first member */
}

void rd_http_keep(rd_http_req *req)
{
	rd_http_exchange *x = exchange_of(req);

	RD_ASSERT(x->begun && !x->kept && !x->answered && x->stream == NULL);
	x->kept = true;
	atomic_fetch_add_explicit(&x->lane->kept, 1, memory_order_relaxed);
	atomic_store_explicit(&x->conn->until_us, RD_HTTP_NEVER, memory_order_relaxed);
	MHD_suspend_connection(x->conn->mhd);
}

/* The library sends in the thread of the lane: it calls rd_http_on_request again for a connection
 * that was resumed, and the lock it takes for that orders what was written here before. */
void rd_http_answer(rd_http_req *req, const rd_http_reply *reply)
{
	rd_http_exchange *x = exchange_of(req);
	rd_http_lane *lane = x->lane;

	RD_ASSERT(!x->answered && x->stream == NULL);
	x->reply = *reply;
	if (reply->err) {
		x->err = RD_NEW(req->arena, rd_err);
		*x->err = *reply->err;
	}
	x->answered = true;
	if (!x->kept)
		return;
	MHD_resume_connection(x->conn->mhd);
	atomic_fetch_sub_explicit(&lane->kept, 1, memory_order_release);
}

void rd_http_answer_json(rd_http_req *req, uint32_t status, rd_str body)
{
	rd_http_answer(req, &(rd_http_reply){.status = status, .body = body});
}

#define ERR_BODY_MAX 8192u

rd_str rd_http_err_body(rd_http_req *req, const rd_err *err, rd_words hint)
{
	bool inside = rd_rc_http(err->code) == 500;
	rd_words message = {err->zh, err->en};
	rd_buf out;
	rd_json j;

	if (inside)
		message = (rd_words){"服务器内部出错;请把请求编号告诉管理员",
		                     "internal error; give the request id to the administrator"};
	rd_buf_init(&out, ERR_BODY_MAX);
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	rd_json_put_text(&j, "code", inside ? "INTERNAL" : rd_rc_name(err->code));
	rd_json_put_words(&j, "message", message);
	rd_json_put_words(&j, "hint", inside ? (rd_words){NULL, NULL} : hint);
	rd_json_put_text(&j, "request_id", req->request_id);
	rd_json_close(&j);
	rd_json_end(&j);
	RD_ASSERT(!out.full);
	rd_str body = {rd_arena_copy(req->arena, out.data, out.size), (uint32_t)out.size};

	rd_buf_done(&out);
	return body;
}

void rd_http_answer_err(rd_http_req *req, const rd_err *err, rd_words hint)
{
	rd_http_reply reply = {.status = (uint32_t)rd_rc_http(err->code), .err = err};

	RD_ASSERT(err->code != RD_OK);
	reply.body = rd_http_err_body(req, err, hint);
	rd_http_answer(req, &reply);
}

const char *rd_http_nonce(rd_http_req *req)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t raw[18] = {0}; /* 16 and two of zero, for whole groups of three */
	char *out = rd_arena_alloc(req->arena, RD_HTTP_NONCE_SIZE, 1);

	/* 16 bytes are always given whole, and the call does not fail once the system is up. */
	RD_ASSERT(getrandom(raw, 16, 0) == 16);
	for (uint32_t i = 0; i < 6; i++) {
		uint32_t v = (uint32_t)raw[3 * i] << 16 | (uint32_t)raw[3 * i + 1] << 8 | raw[3 * i + 2];

		for (uint32_t k = 0; k < 4; k++)
			out[4 * i + k] = digits[v >> (18 - 6 * k) & 63];
	}
	out[22] = out[23] = '=';
	return out;
}

const char *rd_http_page_policy(rd_arena *arena, const char *nonce)
{
	rd_buf b;

	rd_buf_init(&b, 1024);
	rd_buf_printf(&b,
	              "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; "
	              "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
	              "manifest-src 'self'; form-action 'self'; base-uri 'none'; "
	              "frame-ancestors 'none'; object-src 'none'",
	              nonce);
	const char *text = rd_arena_copy(arena, b.data, b.size);

	rd_buf_done(&b);
	return text;
}

/* RFC 8187 attr-char, which goes without escape. */
static bool is_attr_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$&+-.^_`|~", c));
}

#define FILENAME_MAX_BYTES 200u

const char *rd_http_disposition(rd_arena *arena, const char *filename)
{
	rd_str name = rd_str_of(filename);
	rd_buf b;

	rd_buf_init(&b, 4096);
	rd_buf_puts(&b, "attachment; filename=\"");
	for (uint32_t at = 0; at < name.len && at < FILENAME_MAX_BYTES;) {
		uint32_t cp = rd_utf8_next(name, &at);

		rd_buf_char(&b, cp < 0x20 || cp > 0x7e || strchr("\"\\/%", (int)cp) ? '_' : (char)cp);
	}
	rd_buf_puts(&b, "\"; filename*=UTF-8''");
	for (uint32_t at = 0; at < name.len && at < FILENAME_MAX_BYTES;) {
		uint32_t cp = rd_utf8_next(name, &at);
		char utf8[4];
		uint32_t n = rd_utf8_put(utf8, cp);

		if (cp < 0x20 || cp == 0x7f || cp == '"' || cp == '\\' || cp == '/') {
			rd_buf_char(&b, '_');
			continue;
		}
		for (uint32_t i = 0; i < n; i++) {
			if (is_attr_char((unsigned char)utf8[i]))
				rd_buf_char(&b, utf8[i]);
			else
				rd_buf_printf(&b, "%%%02X", (unsigned)(unsigned char)utf8[i]);
		}
	}
	RD_ASSERT(!b.full);
	const char *text = rd_arena_copy(arena, b.data, b.size);

	rd_buf_done(&b);
	return text;
}
