#include "far.h"
#include "auth/secret.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define REPLY_MAX (64u << 20)

static rd_rc read_token(rd_far *f, const char *file, rd_err *err)
{
	const char *text = getenv("REDINK_TOKEN");
	size_t n = 0;

	if (file) {
		FILE *in = fopen(file, "re");

		if (in == NULL)
			return rd_fail(err, RD_NOT_FOUND, "无法读取令牌文件 %.200s",
			               "cannot read the token file %.200s", file);
		n = fread(f->token, 1, sizeof f->token - 1, in);
		(void)fclose(in);
	} else if (text) {
		n = strlen(text);
		if (n < sizeof f->token)
			memcpy(f->token, text, n);
	}
	while (n > 0 && n < sizeof f->token && isspace((unsigned char)f->token[n - 1]))
		n--;
	f->token[n < sizeof f->token ? n : 0] = 0;
	if (n > 0 && n < sizeof f->token)
		return RD_OK;
	return rd_fail(err, RD_USAGE,
	               "需要访问令牌：--token-file 文件，或环境变量 REDINK_TOKEN（在“我的令牌”里新建）",
	               "a token is needed: --token-file FILE or the environment variable REDINK_TOKEN "
	               "(made under \"my tokens\")");
}

/* http:// goes to this machine only. */
static bool is_here(const char *url)
{
	static const char *const here[] = {"http://localhost", "http://127.0.0.1", "http://[::1]"};

	for (uint32_t i = 0; i < sizeof here / sizeof *here; i++) {
		size_t n = strlen(here[i]);

		if (strncmp(url, here[i], n) == 0 && (url[n] == ':' || url[n] == '/' || url[n] == 0))
			return true;
	}
	return false;
}

rd_rc rd_far_open(rd_far *f, const char *server, const char *token_file, rd_err *err)
{
	const char *url = server ? server : getenv("REDINK_SERVER");

	*f = (rd_far){.allow = RD_STR("*")};
	if (url == NULL || *url == 0)
		url = "http://localhost:8737";
	size_t n = strlen(url);

	if (n >= sizeof f->server)
		return rd_fail(err, RD_USAGE, "服务器地址太长", "the address of the server is too long");
	if (strncmp(url, "https://", 8) != 0 && !is_here(url))
		return rd_fail(err, RD_USAGE,
		               "服务器地址应以 https:// 开头（本机可用 http://localhost）：%.200s",
		               "the address of the server begins with https:// (http://localhost on this "
		               "machine): %.200s",
		               url);
	memcpy(f->server, url, n + 1);
	while (n > 0 && f->server[n - 1] == '/')
		f->server[--n] = 0;
	RD_TRY(read_token(f, token_file, err));
	f->policy = (rd_outbound_policy){.allow = &f->allow,
	                                 .n_allow = 1,
	                                 .allow_private = true,
	                                 .allow_plain = is_here(f->server)};
	f->outbound = rd_outbound_new(&f->policy);
	return RD_OK;
}

void rd_far_close(rd_far *f)
{
	rd_outbound_free(f->outbound);
	rd_secret_wipe(f->token, sizeof f->token);
}

static const char *word(const json_t *o, const char *key, const char *language)
{
	const char *s = json_string_value(json_object_get(json_object_get(o, key), language));

	return s ? s : "";
}

/* What the server says, with the first field that is wrong. */
static rd_rc refused(int32_t status, const json_t *answer, rd_err *err)
{
	const json_t *first = json_array_get(json_object_get(answer, "problems"), 0);
	const char *field = json_string_value(json_object_get(first, "field"));
	rd_rc rc = status == 401   ? RD_UNAUTHENTICATED
	           : status == 403 ? RD_FORBIDDEN
	           : status == 404 ? RD_NOT_FOUND
	           : status == 409 ? RD_BARRED
	           : status >= 500 ? RD_UNAVAILABLE
	                           : RD_INPUT;
	char zh[300], en[300];

	if (word(answer, "message", "zh")[0] == 0)
		return rd_fail(err, rc, "服务器答复 %d，不像是 Redink；请检查地址",
		               "the server answers %d and does not look like Redink; check the address",
		               status);
	if (field) {
		(void)snprintf(zh, sizeof zh, "%s：%s", field, word(first, "message", "zh"));
		(void)snprintf(en, sizeof en, "%s: %s", field, word(first, "message", "en"));
	} else {
		(void)snprintf(zh, sizeof zh, "%s", word(answer, "message", "zh"));
		(void)snprintf(en, sizeof en, "%s", word(answer, "message", "en"));
	}
	return rd_fail_words(err, rc, (rd_words){zh, en});
}

rd_rc rd_far_call(rd_far *f, const char *method, const char *path, int64_t version,
                  const json_t *body, json_t **ret_answer, rd_err *err)
{
	char auth[240], etag[32], url[RD_OUTBOUND_URL_MAX];
	rd_header headers[4];
	uint32_t n = 0;
	rd_reply reply;

	int length = snprintf(url, sizeof url, "%s%s", f->server, path);

	if (length < 0 || (size_t)length >= sizeof url)
		return rd_fail(err, RD_USAGE, "条件太长", "the filter is too long");
	(void)snprintf(auth, sizeof auth, "Bearer %s", f->token);
	(void)snprintf(etag, sizeof etag, "\"%lld\"", (long long)version);
	headers[n++] = (rd_header){RD_STR("Authorization"), rd_str_of(auth)};
	if (version)
		headers[n++] = (rd_header){RD_STR("If-Match"), rd_str_of(etag)};
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;

	if (text)
		headers[n++] = (rd_header){RD_STR("Content-Type"), RD_STR("application/json")};
	const rd_request request = {.method = method,
	                            .url = rd_str_of(url),
	                            .headers = headers,
	                            .n_headers = n,
	                            .body = text ? rd_str_of(text) : RD_STR(""),
	                            .timeout_ms = 60000,
	                            .reply_max = REPLY_MAX};
	rd_rc rc = rd_outbound_send(f->outbound, &request, &reply, err);

	free(text);
	if (rc != RD_OK)
		return rc;
	json_t *answer = json_loadb(reply.body.data ? reply.body.data : "", reply.body.size, 0, NULL);
	int32_t status = reply.status;

	rd_reply_done(&reply);
	if (status >= 200 && status < 300) {
		*ret_answer = answer;
		return RD_OK;
	}
	rc = refused(status, answer, err);
	json_decref(answer);
	return rc;
}

void rd_far_escape(rd_buf *out, rd_str s)
{
	for (uint32_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
			rd_buf_char(out, (char)c);
		else
			rd_buf_printf(out, "%%%02X", c);
	}
}
