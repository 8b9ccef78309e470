#include "notify/hook.h"
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <stdio.h>

static const rd_words receiver = {"网络钩子接收方", "the webhook's receiver"};

/* The same arithmetic for both sides; `timestamp` is the text as it was or will be sent. */
static void sign(rd_str secret, rd_str timestamp, rd_str body, char out[RD_HOOK_SIGNATURE_SIZE])
{
	struct hmac_sha256_ctx ctx;
	uint8_t mac[32];

	hmac_sha256_set_key(&ctx, secret.len, (const uint8_t *)secret.ptr);
	hmac_sha256_update(&ctx, timestamp.len, (const uint8_t *)timestamp.ptr);
	hmac_sha256_update(&ctx, 1, (const uint8_t *)".");
	hmac_sha256_update(&ctx, body.len, (const uint8_t *)body.ptr);
	hmac_sha256_digest(&ctx, sizeof mac, mac);
	explicit_bzero(&ctx, sizeof ctx);
	memcpy(out, "v1=", 3);
	for (uint32_t i = 0; i < sizeof mac; i++)
		snprintf(out + 3 + 2 * i, 3, "%02x", mac[i]);
}

static rd_str seconds_text(int64_t at_seconds, char out[24])
{
	int n = snprintf(out, 24, "%lld", (long long)at_seconds);

	return (rd_str){out, (uint32_t)n};
}

void rd_hook_sign(rd_str secret, int64_t at_seconds, rd_str body, char out[RD_HOOK_SIGNATURE_SIZE])
{
	char timestamp[24];

	sign(secret, seconds_text(at_seconds, timestamp), body, out);
}

static bool read_seconds(rd_str s, int64_t *ret_seconds)
{
	int64_t v = 0;

	if (s.len == 0 || s.len > 12)
		return false;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		v = v * 10 + (s.ptr[i] - '0');
	}
	*ret_seconds = v;
	return true;
}

rd_rc rd_hook_verify(rd_str secret, rd_str timestamp, rd_str signature, rd_str body,
                     int64_t now_seconds, rd_err *err)
{
	char want[RD_HOOK_SIGNATURE_SIZE];
	int64_t at;

	sign(secret, timestamp, body, want);
	if (signature.len != RD_HOOK_SIGNATURE_SIZE - 1 ||
	    !memeql_sec(want, signature.ptr, RD_HOOK_SIGNATURE_SIZE - 1))
		return rd_fail(
			err, RD_FORBIDDEN, "签名不符，请核对密钥，并对原始字节（而非重排的 JSON）计算",
			"the signature does not fit; check the secret, and sign the bytes as received, "
			"not JSON that was written anew");
	if (!read_seconds(timestamp, &at) || at > now_seconds + RD_HOOK_SKEW_SECONDS ||
	    at < now_seconds - RD_HOOK_SKEW_SECONDS)
		return rd_fail(err, RD_FORBIDDEN, "时间戳与当前时间相差超过 %d 秒，请校准时钟",
		               "the timestamp is more than %d seconds from now; set the clocks",
		               RD_HOOK_SKEW_SECONDS);
	return RD_OK;
}

static rd_rc check(const rd_hook *h, rd_err *err)
{
	if (h->secret.len < RD_HOOK_SECRET_MIN)
		return rd_fail(err, RD_USAGE, "网络钩子的密钥至少 %u 字节",
		               "a webhook's secret has at least %u bytes", RD_HOOK_SECRET_MIN);
	if (h->body.len > RD_HOOK_BODY_MAX)
		return rd_fail(err, RD_LIMIT, "网络钩子的内容超过 %u 字节",
		               "a webhook's body has at most %u bytes", RD_HOOK_BODY_MAX);
	return RD_OK;
}

rd_rc rd_hook_send(rd_outbound *o, const rd_hook *h, int32_t *ret_status, rd_err *err)
{
	char timestamp[24], signature[RD_HOOK_SIGNATURE_SIZE];
	rd_reply reply;

	*ret_status = 0;
	RD_TRY(check(h, err));
	rd_str at = seconds_text(h->at_seconds, timestamp);
	sign(h->secret, at, h->body, signature);
	rd_header headers[] = {{RD_STR("Content-Type"), RD_STR("application/json; charset=utf-8")},
	                       {RD_STR("X-Redink-Timestamp"), at},
	                       {RD_STR("X-Redink-Signature"), rd_str_of(signature)},
	                       {RD_STR("X-Redink-Delivery"), h->delivery},
	                       {RD_STR("X-Redink-Event"), h->event}};
	rd_request q = {.method = "POST",
	                .url = h->url,
	                .headers = headers,
	                .n_headers = sizeof headers / sizeof headers[0],
	                .body = h->body};
	RD_TRY(rd_outbound_send(o, &q, &reply, err));
	*ret_status = reply.status;
	rd_rc rc = rd_reply_check(&reply, receiver, err);
	rd_reply_done(&reply);
	return rc;
}
