#include "net/smtp.h"
#include "net/guard.h"
#include <stdio.h>

#define TIMEOUT_MS 30000u

/* What is still to be sent. */
typedef struct source {
	const char *at;
	size_t left;
} source;

bool rd_mail_address_valid(rd_str a)
{
	uint32_t ats = 0, left = 0;

	if (a.len < 3 || a.len > 254)
		return false;
	for (uint32_t i = 0; i < a.len; i++) {
		unsigned char c = (unsigned char)a.ptr[i];

		/* Quoted local parts and comments exist on paper; nobody has such an address. */
		if (c <= ' ' || c >= 0x7f || strchr("()<>[]:;,\\\"", c))
			return false;
		if (c == '@') {
			ats++;
			left = i;
		}
	}
	return ats == 1 && left >= 1 && left <= 64 && left + 1 < a.len && a.ptr[0] != '.' &&
	       a.ptr[left + 1] != '.' && a.ptr[left + 1] != '-' && a.ptr[a.len - 1] != '.';
}

static size_t on_read(char *out, size_t size, size_t n, void *ctx)
{
	source *s = ctx;
	size_t take = size * n < s->left ? size * n : s->left;

	memcpy(out, s->at, take);
	s->at += take;
	s->left -= take;
	return take;
}

static size_t drop(char *data, size_t size, size_t n, void *ctx)
{
	(void)data, (void)ctx;
	return size * n;
}

static rd_rc check(const rd_smtp_server *s, rd_str from, const rd_str *to, uint32_t n_to,
                   rd_err *err)
{
	if (!s->host || !s->host[0] || strpbrk(s->host, "/@?# \r\n") || strlen(s->host) > 253)
		return rd_fail(err, RD_USAGE, "邮件服务器名称不正确",
		               "the name of the mail server is not valid");
	if (s->hello && strpbrk(s->hello, " /\r\n"))
		return rd_fail(err, RD_USAGE, "EHLO 名称不正确", "the name for EHLO is not valid");
	if (s->user && s->security == RD_SMTP_PLAIN)
		return rd_fail(err, RD_USAGE,
		               "不加密时不发送密码，请把邮件服务器的安全方式改为 STARTTLS 或 TLS",
		               "no password is sent without encryption: set the mail server's security to "
		               "STARTTLS or TLS");
	if (n_to == 0 || n_to > RD_SMTP_RECIPIENTS_MAX)
		return rd_fail(err, RD_USAGE, "收件人须为 1 至 %u 个", "a mail has 1 to %u recipients",
		               RD_SMTP_RECIPIENTS_MAX);
	for (uint32_t i = 0; i <= n_to; i++)
		if (!rd_mail_address_valid(i < n_to ? to[i] : from))
			return rd_fail(err, RD_USAGE, "邮件地址不正确（应为 name@host，仅限 ASCII）",
			               "a mail address is not valid (name@host, ASCII only)");
	return RD_OK;
}

static void put_url(const rd_smtp_server *s, char *out, size_t cap)
{
	static const uint16_t ports[] = {
		[RD_SMTP_STARTTLS] = 587, [RD_SMTP_TLS] = 465, [RD_SMTP_PLAIN] = 25};
	bool v6 = strchr(s->host, ':') != NULL;

	snprintf(out, cap, "%s://%s%s%s:%u/%s", s->security == RD_SMTP_TLS ? "smtps" : "smtp",
	         v6 ? "[" : "", s->host, v6 ? "]" : "",
	         (unsigned)(s->port ? s->port : ports[s->security]), s->hello ? s->hello : "localhost");
}

static rd_rc fail(const rd_guard *g, CURL *curl, CURLcode code, const char *host, rd_err *err)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (g->refused)
		return rd_fail(
			err, RD_FORBIDDEN,
			"邮件服务器 %s 的地址在本机、内网或保留网段内，未连接。确为本单位服务器时，"
			"请在邮件设置中允许内网地址",
			"the mail server %s has an address in the own or a reserved network and was not "
			"called. If it is yours, allow private addresses in the mail settings",
			host);
	if (code == CURLE_LOGIN_DENIED)
		return rd_fail(err, RD_FORBIDDEN, "邮件服务器 %s 不接受用户名或密码，请检查邮件设置",
		               "the mail server %s does not take user name or password; check the mail "
		               "settings",
		               host);
	if (status >= 500 && status <= 599 && code != CURLE_USE_SSL_FAILED)
		return rd_fail(
			err, RD_FORBIDDEN, "邮件服务器 %s 拒绝发件人、收件人或邮件（%ld）：%.120s",
			"the mail server %s refuses the sender, a recipient or the mail (%ld): %.120s", host,
			status, g->detail);
	return rd_guard_fail(g, code, host, err);
}

static void address_in_brackets(rd_str a, char out[260])
{
	snprintf(out, 260, "<" RD_STR_FMT ">", RD_STR_ARG(a));
}

rd_rc rd_smtp_send(const rd_smtp_server *s, rd_str from, const rd_str *to, uint32_t n_to,
                   rd_str message, rd_err *err)
{
	rd_outbound_policy policy = {.allow_private = s->allow_private, .ca_file = s->ca_file};
	rd_guard guard = {.policy = &policy, .by_name = true};
	source rest = {message.ptr, message.len};
	struct curl_slist *recipients = NULL;
	char url[700], address[260];

	RD_TRY(check(s, from, to, n_to, err));
	CURL *curl = rd_guard_handle();
	if (!curl)
		return rd_fail(err, RD_UNAVAILABLE, "无法建立网络连接，请稍后再试",
		               "no connection can be set up now; try again later");
	rd_guard_set(curl, &guard, s->timeout_ms > 0 ? s->timeout_ms : TIMEOUT_MS);
	put_url(s, url, sizeof url);
	for (uint32_t i = 0; i < n_to; i++) {
		address_in_brackets(to[i], address);
		recipients = curl_slist_append(recipients, address);
	}
	address_in_brackets(from, address);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
	                 s->security == RD_SMTP_PLAIN ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	if (s->user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, s->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, s->password ? s->password : "");
	}
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, address);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, &rest);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message.len);
	CURLcode code = curl_easy_perform(curl);
	rd_rc rc = code == CURLE_OK ? RD_OK : fail(&guard, curl, code, s->host, err);
	curl_easy_cleanup(curl);
	curl_slist_free_all(recipients);
	return rc;
}
