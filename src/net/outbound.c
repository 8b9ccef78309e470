#include "net/outbound.h"
#include "base/assert.h"
#include "net/address.h"
#include "net/guard.h"
#include <pthread.h>
#include <strings.h>

#define HOST_MAX 254u

struct rd_outbound {
	rd_arena *arena;
	rd_outbound_policy policy;
	pthread_mutex_t lock;
	CURL *idle[RD_OUTBOUND_IDLE_MAX];
	uint32_t n_idle;
};

/* One call under way. */
typedef struct call {
	const rd_request *request;
	rd_reply reply;
	rd_guard guard;
	CURLU *url;
	struct curl_slist *headers;
	char host[HOST_MAX + 2];
	uint32_t head_bytes;
	bool too_large;
} call;

/* ---- What the policy says ---- */

static bool same_host(rd_str a, rd_str b)
{
	return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

bool rd_outbound_names(const rd_outbound_policy *policy, rd_str host)
{
	for (uint32_t i = 0; i < policy->n_allow; i++) {
		rd_str want = policy->allow[i];

		if (rd_str_is(want, "*") || same_host(want, host))
			return true;
		if (rd_str_starts(want, "*.") && host.len >= want.len) {
			rd_str end = {want.ptr + 1, want.len - 1};
			rd_str tail = {host.ptr + host.len - end.len, end.len};

			if (same_host(end, tail))
				return true;
		}
	}
	return false;
}

bool rd_outbound_may_connect(const rd_outbound_policy *policy, bool by_name,
                             const struct sockaddr *address)
{
	for (uint32_t i = 0; i < policy->n_allow; i++)
		if (rd_prefix_has(policy->allow[i], address))
			return true;
	if (!by_name)
		return false;
	switch (rd_address_judge(address)) {
	case RD_ADDRESS_PUBLIC: return true;
	case RD_ADDRESS_LOOPBACK:
	case RD_ADDRESS_PRIVATE: return policy->allow_private;
	default: return false;
	}
}

static bool has_prefix_entry(const rd_outbound_policy *policy)
{
	for (uint32_t i = 0; i < policy->n_allow; i++)
		if (rd_prefix_valid(policy->allow[i]))
			return true;
	return false;
}

static rd_rc fail_url(rd_err *err)
{
	return rd_fail(err, RD_USAGE,
	               "这不是可用的网址，请填写完整的 https:// 地址（不含用户名和密码）",
	               "this is no address that can be called; give a whole https:// address without "
	               "user name or password");
}

static bool part_of(CURLU *url, CURLUPart part, char *out, size_t cap)
{
	char *text = NULL;

	if (curl_url_get(url, part, &text, 0) != CURLUE_OK)
		return false;
	size_t n = strlen(text);
	bool fits = n < cap;
	if (fits)
		memcpy(out, text, n + 1);
	curl_free(text);
	return fits;
}

/* libcurl itself takes the address apart, once: what is judged here is what is called later. */
static bool read_url(CURLU *url, rd_str text, char *host, char *scheme)
{
	char whole[RD_OUTBOUND_URL_MAX + 1], part[RD_OUTBOUND_URL_MAX + 1];

	if (text.len == 0 || text.len > RD_OUTBOUND_URL_MAX)
		return false;
	for (uint32_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7f || text.ptr[i] == '\\')
			return false;
	memcpy(whole, text.ptr, text.len);
	whole[text.len] = 0;
	if (curl_url_set(url, CURLUPART_URL, whole, CURLU_PATH_AS_IS | CURLU_DISALLOW_USER) !=
	    CURLUE_OK)
		return false;
	return part_of(url, CURLUPART_SCHEME, scheme, 16) &&
	       part_of(url, CURLUPART_HOST, host, HOST_MAX + 2) &&
	       !part_of(url, CURLUPART_FRAGMENT, part, sizeof part);
}

/* "[::1]" as "::1", "host." as "host". */
static rd_str bare(const char *host)
{
	rd_str s = rd_str_of(host);

	if (s.len > 2 && s.ptr[0] == '[')
		return (rd_str){s.ptr + 1, s.len - 2};
	if (s.len > 1 && s.ptr[s.len - 1] == '.')
		s.len--;
	return s;
}

static rd_rc judge_url(const rd_outbound_policy *policy, CURLU *url, rd_str text, char *host,
                       bool *ret_by_name, rd_err *err)
{
	char scheme[16];

	if (!read_url(url, text, host, scheme))
		return fail_url(err);
	if (strcmp(scheme, "https") != 0 && !(policy->allow_plain && strcmp(scheme, "http") == 0))
		return rd_fail(err, RD_FORBIDDEN, "只允许 https:// 地址（%s）",
		               "only https:// addresses may be called (%s)", host);
	*ret_by_name = rd_outbound_names(policy, bare(host));
	if (!*ret_by_name && !has_prefix_entry(policy))
		return rd_fail(err, RD_FORBIDDEN, "%s 不在对外访问清单中，请由管理员添加",
		               "%s is not in the outbound list; an administrator can add it", host);
	return RD_OK;
}

rd_rc rd_outbound_check_url(const rd_outbound_policy *policy, rd_str url, rd_err *err)
{
	char host[HOST_MAX + 2];
	bool by_name;
	CURLU *u = curl_url();

	RD_ASSERT(u != NULL);
	rd_rc rc = judge_url(policy, u, url, host, &by_name, err);
	curl_url_cleanup(u);
	return rc;
}

/* ---- The handles that are kept ---- */

rd_outbound *rd_outbound_new(const rd_outbound_policy *policy)
{
	rd_arena *arena = rd_arena_new();
	rd_outbound *o = RD_NEW(arena, rd_outbound);

	o->arena = arena;
	o->policy = *policy;
	RD_ASSERT(pthread_mutex_init(&o->lock, NULL) == 0);
	return o;
}

void rd_outbound_free(rd_outbound *o)
{
	if (!o)
		return;
	for (uint32_t i = 0; i < o->n_idle; i++)
		curl_easy_cleanup(o->idle[i]);
	pthread_mutex_destroy(&o->lock);
	rd_arena_free(o->arena);
}

static CURL *take(rd_outbound *o)
{
	CURL *curl = NULL;

	pthread_mutex_lock(&o->lock);
	if (o->n_idle > 0)
		curl = o->idle[--o->n_idle];
	pthread_mutex_unlock(&o->lock);
	return curl ? curl : rd_guard_handle();
}

static void give_back(rd_outbound *o, CURL *curl)
{
	/* Keeps connections and TLS sessions, forgets every option and with them our pointers. */
	curl_easy_reset(curl);
	pthread_mutex_lock(&o->lock);
	if (o->n_idle < RD_OUTBOUND_IDLE_MAX) {
		o->idle[o->n_idle++] = curl;
		curl = NULL;
	}
	pthread_mutex_unlock(&o->lock);
	if (curl)
		curl_easy_cleanup(curl);
}

/* ---- One call ---- */

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	call *c = ctx;

	rd_buf_add(&c->reply.body, data, size * n);
	if (c->reply.body.full)
		c->too_large = true;
	return c->too_large ? 0 : size * n;
}

static bool header_is(rd_str line, const char *name, rd_str *ret_value)
{
	size_t n = strlen(name);

	if (line.len <= n || line.ptr[n] != ':' || strncasecmp(line.ptr, name, n) != 0)
		return false;
	*ret_value = rd_str_trim((rd_str){line.ptr + n + 1, line.len - (uint32_t)n - 1});
	return true;
}

/* Digits only, below 10^9; -1 otherwise (a date in Retry-After is not worth a parser). */
static int64_t small_number(rd_str s)
{
	int64_t v = 0;

	if (s.len == 0 || s.len > 9)
		return -1;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return -1;
		v = v * 10 + (s.ptr[i] - '0');
	}
	return v;
}

static size_t on_header(char *data, size_t size, size_t n, void *ctx)
{
	call *c = ctx;
	rd_str line = {data, (uint32_t)(size * n)}, value;

	c->head_bytes += line.len;
	if (c->head_bytes > RD_OUTBOUND_HEAD_MAX) {
		c->too_large = true;
		return 0;
	}
	if (header_is(line, "etag", &value) && value.len < sizeof c->reply.etag) {
		memcpy(c->reply.etag, value.ptr, value.len);
		c->reply.etag[value.len] = 0;
	} else if (header_is(line, "retry-after", &value)) {
		int64_t seconds = small_number(value);

		c->reply.retry_after_seconds = seconds > 0 ? (uint32_t)seconds : 0;
	}
	return line.len;
}

static bool header_clean(rd_str s, bool name)
{
	for (uint32_t i = 0; i < s.len; i++) {
		unsigned char ch = (unsigned char)s.ptr[i];

		if (ch < ' ' || ch == 0x7f || (name && (ch <= ' ' || ch == ':' || ch >= 0x80)))
			return false;
	}
	return s.len > 0 || !name;
}

static rd_rc add_headers(call *c, rd_err *err)
{
	const rd_request *q = c->request;
	rd_buf line;
	rd_rc rc = RD_OK;

	rd_buf_init(&line, 16u << 10);
	for (uint32_t i = 0; i < q->n_headers && rc == RD_OK; i++) {
		rd_header h = q->headers[i];

		rd_buf_clear(&line);
		rd_buf_str(&line, h.name);
		rd_buf_puts(&line,
		            h.value.len > 0 ? ": " : ";"); /* ";": libcurl's word for an empty value */
		rd_buf_str(&line, h.value);
		if (q->n_headers > RD_OUTBOUND_HEADERS_MAX || line.full || !header_clean(h.name, true) ||
		    !header_clean(h.value, false))
			rc =
				rd_fail(err, RD_USAGE, "请求头不合法：不得含换行等控制字符，最多 %u 个",
			            "a header is not valid: no line breaks or other control characters, and at "
			            "most %u headers",
			            RD_OUTBOUND_HEADERS_MAX);
		else
			c->headers = curl_slist_append(c->headers, line.data);
	}
	/* A pause of a second for "100 Continue" is no use to calls of this size. */
	c->headers = curl_slist_append(c->headers, "Expect:");
	rd_buf_done(&line);
	return rc;
}

static void set_options(call *c, CURL *curl)
{
	const rd_request *q = c->request;
	const char *schemes = c->guard.policy->allow_plain ? "http,https" : "https";

	rd_guard_set(curl, &c->guard, q->timeout_ms > 0 ? q->timeout_ms : RD_OUTBOUND_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_CURLU, c->url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, schemes);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Redink/" RD_VERSION);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, c);
	if (strcmp(q->method, "HEAD") == 0) {
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	} else if (strcmp(q->method, "PUT") == 0 || strcmp(q->method, "POST") == 0) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body.len > 0 ? q->body.ptr : "");
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.len);
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, q->method);
	} else {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, q->method);
	}
}

static rd_rc perform(call *c, CURL *curl, rd_err *err)
{
	long status = 0;
	curl_off_t length = -1;
	CURLcode code = curl_easy_perform(curl);

	if (c->too_large)
		return rd_fail(err, RD_LIMIT, "%s 的答复超过 %u 字节的限制，已中断",
		               "the reply of %s is larger than the limit of %u bytes and was cut off",
		               c->host, (unsigned)c->reply.body.max);
	if (code != CURLE_OK)
		return rd_guard_fail(&c->guard, code, c->host, err);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	c->reply.status = (int32_t)status;
	c->reply.length = length;
	return RD_OK;
}

static rd_rc run(rd_outbound *o, call *c, rd_err *err)
{
	RD_TRY(judge_url(&o->policy, c->url, c->request->url, c->host, &c->guard.by_name, err));
	RD_TRY(add_headers(c, err));
	CURL *curl = take(o);
	if (!curl)
		return rd_fail(err, RD_UNAVAILABLE, "无法建立网络连接，请稍后再试",
		               "no connection can be set up now; try again later");
	set_options(c, curl);
	rd_rc rc = perform(c, curl, err);
	give_back(o, curl);
	return rc;
}

rd_rc rd_outbound_send(rd_outbound *o, const rd_request *request, rd_reply *ret_reply, rd_err *err)
{
	call c = {.request = request, .guard = {.policy = &o->policy}, .url = curl_url()};
	uint32_t limit = request->reply_max > 0 ? request->reply_max : RD_OUTBOUND_REPLY_BYTES;

	RD_ASSERT(c.url != NULL && limit <= RD_OUTBOUND_REPLY_MAX);
	c.reply.length = -1;
	rd_buf_init(&c.reply.body, limit);
	rd_rc rc = run(o, &c, err);
	curl_slist_free_all(c.headers);
	curl_url_cleanup(c.url);
	if (rc == RD_OK)
		*ret_reply = c.reply;
	else
		rd_buf_done(&c.reply.body);
	return rc;
}

void rd_reply_done(rd_reply *reply)
{
	rd_buf_done(&reply->body);
}

/* What a status means to the caller; what is in no row is our mistake. */
static const struct {
	int32_t first, last;
	rd_rc code;
	rd_words hint;
} statuses[] = {
	{300,
     399,
     RD_FORBIDDEN,
     {"要求跳转，出于安全不跟随，请填写最终地址",
      "it wants to redirect, which is not followed; give the final address"}},
	{401,
     401,
     RD_FORBIDDEN,
     {"不接受我们的身份，请检查密钥", "it does not know us; check the key"}},
	{403, 403, RD_FORBIDDEN, {"拒绝访问，请检查密钥和权限", "it refuses us; check key and rights"}},
	{404,
     404,
     RD_NOT_FOUND,
     {"没有这个地址或对象，请检查网址", "no such address or object; check the URL"}},
	{408, 408, RD_UNAVAILABLE, {"等待超时，请稍后再试", "it waited too long; try again later"}},
	{409, 409, RD_CONFLICT, {"与已有内容冲突", "it is in conflict with what is there"}},
	{410, 410, RD_NOT_FOUND, {"地址已停用，请更新网址", "the address is gone; change the URL"}},
	{412,
     412,
     RD_CONFLICT,
     {"前提条件不满足，对象已存在或已改变",
      "a precondition failed: it exists already or was changed"}},
	{413, 413, RD_LIMIT, {"内容超过对方限制", "it takes no body of this size"}},
	{429, 429, RD_TOO_MANY, {"请求过于频繁，请稍后再试", "called too often; try again later"}},
	{500,
     599,
     RD_UNAVAILABLE,
     {"对方服务出错，请稍后再试", "it is in trouble itself; try again later"}},
};

rd_rc rd_reply_check(const rd_reply *reply, rd_words what, rd_err *err)
{
	rd_rc code = RD_USAGE;
	rd_words hint = {"不接受这个请求", "it does not take this request"};

	if (reply->status >= 200 && reply->status < 300)
		return RD_OK;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		if (reply->status >= statuses[i].first && reply->status <= statuses[i].last) {
			code = statuses[i].code;
			hint = statuses[i].hint;
		}
	}
	/* Both formats take the same arguments: each prints the words of its language only. */
	return rd_fail(err, code, "%s%.0s答复 HTTP %d：%s%.0s", "%.0s%s answered HTTP %d: %.0s%s",
	               what.zh, what.en, reply->status, hint.zh, hint.en);
}
