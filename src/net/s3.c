#include "net/s3.h"
#include "base/assert.h"
#include "net/s3_answer.h"
#include "net/sigv4.h"
#include <stdio.h>
#include <time.h>

#define ERROR_BYTES    (16u << 10)
#define LIST_BYTES     (4u << 20) /* 1000 objects of 1 KiB names and what stands around them */
#define PAUSE_MS_MAX   5000u
#define TIMEOUT_MS     60000u
#define ATTEMPTS       4u
#define PAUSE_MS       200u
#define HEADERS_SIGNED 4u

struct rd_s3 {
	rd_arena *arena;
	rd_outbound *outbound;
	rd_s3_settings settings;
	rd_sigv4_keys keys;
	rd_str host; /* as in the Host header */
};

typedef struct order {
	const char *method;
	rd_str key; /* "" = the bucket */
	rd_sigv4_pair *query;
	uint32_t n_query;
	rd_str body;
	bool if_none;
	uint32_t reply_max;
} order;

static const rd_words store_words = {"对象存储", "the object store"};

static char *keep(rd_arena *a, const char *text)
{
	return text ? rd_arena_copy(a, text, strlen(text)) : NULL;
}

/* "s3.example.com:9000" of the endpoint; libcurl leaves out a port that is the preset. */
static rd_rc read_endpoint(rd_s3 *s3, rd_err *err)
{
	rd_str url = rd_str_of(s3->settings.endpoint);
	int64_t at = rd_str_find(url, "://");
	const char *preset = rd_str_starts(url, "https:") ? ":443" : ":80";

	if (url.len > 0 && url.ptr[url.len - 1] == '/')
		url.len--;
	rd_str host = at < 0 ? (rd_str){0} : (rd_str){url.ptr + at + 3, url.len - (uint32_t)at - 3};
	if (host.len == 0 || rd_str_has(host, "/") || rd_str_has(host, "?") || rd_str_has(host, "@"))
		return rd_fail(err, RD_USAGE, "对象存储地址应为 https://主机[:端口]，不含路径",
		               "the address of the object store is https://host[:port], without a path");
	s3->settings.endpoint = rd_arena_copy(s3->arena, url.ptr, url.len);
	if (rd_str_ends(host, preset))
		host.len -= (uint32_t)strlen(preset);
	/* Lower case, as libcurl sends and the store signs it. */
	char *low = rd_arena_copy(s3->arena, host.ptr, host.len);
	for (uint32_t i = 0; i < host.len; i++)
		if (low[i] >= 'A' && low[i] <= 'Z')
			low[i] = (char)(low[i] - 'A' + 'a');
	s3->host = (rd_str){low, host.len};
	return RD_OK;
}

static rd_rc check_settings(const rd_s3_settings *s, rd_err *err)
{
	rd_str bucket = rd_str_of(s->bucket ? s->bucket : "");
	bool good = bucket.len >= 3 && bucket.len <= 63;

	for (uint32_t i = 0; i < bucket.len; i++) {
		char c = bucket.ptr[i];

		good &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
	}
	if (!good)
		return rd_fail(
			err, RD_USAGE, "存储桶名称为 3 至 63 个小写字母、数字、“-”或“.”",
			"the name of a bucket has 3 to 63 lower case letters, digits, \"-\" or \".\"");
	if (!s->endpoint || !s->access_key || !s->access_key[0] || !s->secret_key || !s->secret_key[0])
		return rd_fail(err, RD_USAGE, "对象存储需要地址、访问密钥 ID 和密钥",
		               "the object store needs an address, an access key and a secret key");
	return RD_OK;
}

/* A copy. Only the endpoint is ever called, so any name is its own; prefixes open addresses. */
static rd_outbound_policy own_policy(rd_arena *a, const rd_outbound_policy *policy)
{
	rd_outbound_policy own = *policy;
	rd_str *list = RD_NEW_N(a, rd_str, policy->n_allow + 1);

	for (uint32_t i = 0; i < policy->n_allow; i++) {
		rd_str s = policy->allow[i];

		list[i] = (rd_str){rd_arena_copy(a, s.ptr, s.len), s.len};
	}
	list[policy->n_allow] = RD_STR("*");
	own.allow = list;
	own.n_allow = policy->n_allow + 1;
	own.ca_file = keep(a, policy->ca_file);
	return own;
}

rd_rc rd_s3_open(const rd_s3_settings *settings, const rd_outbound_policy *policy, rd_s3 **ret_s3,
                 rd_err *err)
{
	RD_TRY(check_settings(settings, err));
	rd_arena *a = rd_arena_new();
	rd_s3 *s3 = RD_NEW(a, rd_s3);
	rd_s3_settings *s = &s3->settings;

	s3->arena = a;
	*s = *settings;
	s->endpoint = keep(a, s->endpoint);
	s->bucket = keep(a, s->bucket);
	s->timeout_ms = s->timeout_ms > 0 ? s->timeout_ms : TIMEOUT_MS;
	s->attempts = s->attempts > 0 ? s->attempts : ATTEMPTS;
	s->attempts = s->attempts < RD_S3_ATTEMPTS_MAX ? s->attempts : RD_S3_ATTEMPTS_MAX;
	s->pause_ms = s->pause_ms > 0 ? s->pause_ms : PAUSE_MS;
	s3->keys =
		(rd_sigv4_keys){rd_str_of(keep(a, s->access_key)), rd_str_of(keep(a, s->secret_key)),
	                    rd_str_of(keep(a, s->region ? s->region : "us-east-1")), RD_STR("s3")};
	s->access_key = s->secret_key = s->region = NULL; /* they are in s3->keys now */
	rd_outbound_policy own = own_policy(a, policy);
	rd_rc rc = read_endpoint(s3, err);
	if (rc == RD_OK)
		rc = rd_outbound_check_url(&own, rd_str_of(s->endpoint), err);
	if (rc != RD_OK) {
		rd_arena_free(a);
		return rc;
	}
	s3->outbound = rd_outbound_new(&own);
	*ret_s3 = s3;
	return RD_OK;
}

void rd_s3_close(rd_s3 *s3)
{
	if (!s3)
		return;
	rd_outbound_free(s3->outbound);
	rd_arena_free(s3->arena);
}

/* ---- One signed call ---- */

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void put_path(const rd_s3 *s3, const order *o, rd_buf *out)
{
	rd_buf_char(out, '/');
	rd_buf_puts(out, s3->settings.bucket);
	if (o->key.len > 0) {
		rd_buf_char(out, '/');
		rd_sigv4_encode(out, o->key, true);
	}
}

static rd_rc call_once(rd_s3 *s3, const order *o, const char *sha256, rd_buf *b,
                       rd_reply *ret_reply, rd_err *err)
{
	char at[24];

	rd_sigv4_time(now_us(), at);
	/* One buffer for all pieces; views are taken when nothing is added any more. */
	rd_buf_clear(b);
	rd_buf_puts(b, s3->settings.endpoint);
	size_t path = b->size;
	put_path(s3, o, b);
	size_t path_end = b->size;
	if (o->n_query > 0)
		rd_buf_char(b, '?');
	size_t query = b->size;
	rd_sigv4_query(b, o->query, o->n_query);
	size_t url_end = b->size;

	rd_sigv4_pair headers[HEADERS_SIGNED] = {{RD_STR("host"), s3->host}};
	uint32_t n = 1;
	if (o->if_none)
		headers[n++] = (rd_sigv4_pair){RD_STR("if-none-match"), RD_STR("*")};
	headers[n++] = (rd_sigv4_pair){RD_STR("x-amz-content-sha256"), rd_str_of(sha256)};
	headers[n++] = (rd_sigv4_pair){RD_STR("x-amz-date"), rd_str_of(at)};
	rd_str whole = rd_buf_view(b);
	rd_sigv4_request q = {.method = rd_str_of(o->method),
	                      .path = {whole.ptr + path, (uint32_t)(path_end - path)},
	                      .query = {whole.ptr + query, (uint32_t)(url_end - query)},
	                      .headers = headers,
	                      .n_headers = n,
	                      .payload_sha256 = rd_str_of(sha256),
	                      .at = rd_str_of(at)};
	rd_buf sign;
	rd_buf_init(&sign, 4096);
	rd_sigv4_sign(&sign, &s3->keys, &q);

	rd_header sent[HEADERS_SIGNED + 2] = {{RD_STR("Authorization"), rd_buf_view(&sign)},
	                                      {RD_STR("Content-Type"),
	                                       RD_STR("application/octet-stream")}};
	for (uint32_t i = 1; i < n; i++)
		sent[i + 1] = (rd_header){headers[i].name, headers[i].value};
	rd_request request = {.method = o->method,
	                      .url = {whole.ptr, (uint32_t)url_end},
	                      .headers = sent,
	                      .n_headers = n + 1,
	                      .body = o->body,
	                      .timeout_ms = s3->settings.timeout_ms,
	                      .reply_max = o->reply_max};
	rd_rc rc = rd_outbound_send(s3->outbound, &request, ret_reply, err);
	rd_buf_done(&sign);
	return rc;
}

static void pause_before(const rd_s3 *s3, uint32_t attempt, uint32_t asked_seconds)
{
	uint64_t ms = (uint64_t)s3->settings.pause_ms << (attempt - 1);

	if ((uint64_t)asked_seconds * 1000 > ms)
		ms = (uint64_t)asked_seconds * 1000;
	/* A fifth at random, from the clock's last digits: threads that failed together part. */
	ms += ms * ((uint64_t)now_us() % 200) / 1000;
	if (ms > PAUSE_MS_MAX)
		ms = PAUSE_MS_MAX;
	struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
	nanosleep(&t, NULL);
}

/* The store's own code is what an administrator looks up. */
static rd_rc fail_with_code(const rd_reply *reply, rd_err *err)
{
	rd_rc rc = rd_reply_check(reply, store_words, err);

	if (rc == RD_OK || reply->body.size == 0)
		return rc;
	rd_arena *a = rd_arena_new();
	rd_str code = rd_s3_answer_code(rd_buf_view(&reply->body), a);
	rd_err told = *err;
	if (code.len > 0 && code.len <= 64)
		rc =
			rd_fail(err, rc, "%s%.0s（%.*s）", "%.0s%s (%.*s)", told.zh, told.en, RD_STR_ARG(code));
	rd_arena_free(a);
	return rc;
}

/* Calls until it is answered by something other than "later", or the tries are used up. */
static rd_rc call(rd_s3 *s3, const order *o, rd_reply *ret_reply, rd_err *err)
{
	char sha256[65];
	rd_buf b;
	rd_rc rc = RD_OK;

	rd_sigv4_hash(o->body, sha256);
	rd_buf_init(&b, RD_OUTBOUND_URL_MAX * 4);
	for (uint32_t attempt = 1;; attempt++) {
		rd_reply reply = {0};

		rc = call_once(s3, o, sha256, &b, &reply, err);
		if (rc == RD_OK) {
			rc = fail_with_code(&reply, err);
			if (rc == RD_OK)
				*ret_reply = reply;
			else
				rd_reply_done(&reply);
		}
		if ((rc != RD_UNAVAILABLE && rc != RD_TOO_MANY) || attempt == s3->settings.attempts)
			break;
		pause_before(s3, attempt, reply.retry_after_seconds);
	}
	rd_buf_done(&b);
	return rc;
}

static rd_rc check_key(rd_str key, rd_err *err)
{
	if (key.len == 0 || key.len > RD_S3_KEY_MAX || rd_utf8_check(key.ptr, key.len) >= 0)
		return rd_fail(err, RD_USAGE, "对象名称须为 1 至 %u 字节的 UTF-8 文本",
		               "the name of an object is UTF-8 of 1 to %u bytes", RD_S3_KEY_MAX);
	return RD_OK;
}

rd_rc rd_s3_put(rd_s3 *s3, rd_str key, rd_str data, bool if_none, rd_err *err)
{
	order o = {"PUT", key, NULL, 0, data, if_none, ERROR_BYTES};
	rd_reply reply;

	RD_TRY(check_key(key, err));
	RD_TRY(call(s3, &o, &reply, err));
	rd_reply_done(&reply);
	return RD_OK;
}

rd_rc rd_s3_get(rd_s3 *s3, rd_str key, uint32_t bytes_max, rd_buf *ret_data, rd_err *err)
{
	/* An error's text is to be read too when the object itself may be tiny. */
	uint32_t reply_max = bytes_max > ERROR_BYTES ? bytes_max : ERROR_BYTES;
	order o = {"GET", key, NULL, 0, {"", 0}, false, reply_max};
	rd_reply reply;

	RD_TRY(check_key(key, err));
	RD_TRY(call(s3, &o, &reply, err));
	if (reply.body.size > bytes_max) {
		rd_reply_done(&reply);
		return rd_fail(err, RD_LIMIT, "对象超过 %u 字节的限制",
		               "the object is larger than %u bytes", bytes_max);
	}
	*ret_data = reply.body;
	return RD_OK;
}

rd_rc rd_s3_head(rd_s3 *s3, rd_str key, int64_t *ret_size, rd_err *err)
{
	order o = {"HEAD", key, NULL, 0, {"", 0}, false, ERROR_BYTES};
	rd_reply reply;

	RD_TRY(check_key(key, err));
	RD_TRY(call(s3, &o, &reply, err));
	rd_reply_done(&reply);
	if (reply.length < 0)
		return rd_fail(err, RD_CORRUPT, "对象存储未说明对象大小",
		               "the store does not say the size");
	*ret_size = reply.length;
	return RD_OK;
}

rd_rc rd_s3_delete(rd_s3 *s3, rd_str key, rd_err *err)
{
	order o = {"DELETE", key, NULL, 0, {"", 0}, false, ERROR_BYTES};
	rd_reply reply;

	RD_TRY(check_key(key, err));
	RD_TRY(call(s3, &o, &reply, err));
	rd_reply_done(&reply);
	return RD_OK;
}

rd_rc rd_s3_list(rd_s3 *s3, rd_str prefix, rd_str next, uint32_t max, rd_arena *arena,
                 rd_s3_page *ret_page, rd_err *err)
{
	char count[16];
	rd_sigv4_pair query[4] = {{RD_STR("list-type"), RD_STR("2")}};
	uint32_t n = 2;
	rd_reply reply;

	RD_ASSERT(max >= 1 && max <= RD_S3_PAGE_MAX);
	if (prefix.len > RD_S3_KEY_MAX)
		return check_key(prefix, err);
	query[1] = (rd_sigv4_pair){RD_STR("max-keys"),
	                           {count, (uint32_t)snprintf(count, sizeof count, "%u", max)}};
	if (prefix.len > 0)
		query[n++] = (rd_sigv4_pair){RD_STR("prefix"), prefix};
	if (next.len > 0)
		query[n++] = (rd_sigv4_pair){RD_STR("continuation-token"), next};
	order o = {"GET", {"", 0}, query, n, {"", 0}, false, LIST_BYTES};
	RD_TRY(call(s3, &o, &reply, err));
	rd_rc rc = rd_s3_answer_list(rd_buf_view(&reply.body), arena, ret_page, err);
	rd_reply_done(&reply);
	return rc;
}
