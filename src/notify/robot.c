#include "notify/robot.h"
#include "base/json.h"
#include <jansson.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>

#define SIGN_SIZE BASE64_ENCODE_RAW_LENGTH(32)

/* What the three differ in, as far as it is a number or a word. Lengths in bytes of the whole text;
 * DingTalk's and Feishu's limits are of the body, whose JSON may take six bytes for one. */
static const struct {
	rd_words name;
	uint32_t text_max, markdown_max;
} services[] = {
	[RD_ROBOT_WECOM] = {{"企业微信", "WeCom"}, 2048, 4096},
	[RD_ROBOT_DINGTALK] = {{"钉钉", "DingTalk"}, 3000, 3000},
	[RD_ROBOT_FEISHU] = {{"飞书", "Feishu"}, 3000, 3000},
};

/* Codes of the services that say more than "did not work". */
static const struct {
	rd_robot_kind kind;
	int64_t code;
	rd_rc rc;
	rd_words hint;
} answers[] = {
	{RD_ROBOT_WECOM,
     45009,
     RD_TOO_MANY,
     {"发送过于频繁（每分钟最多 20 条），请稍后再试",
      "too many messages (20 a minute at most); try again later"}},
	{RD_ROBOT_WECOM,
     93000,
     RD_FORBIDDEN,
     {"机器人地址无效或已被移出群，请重新复制地址",
      "the robot's address is not valid, or it was removed from the group; copy the address again"}},
	{RD_ROBOT_WECOM,
     -1,
     RD_UNAVAILABLE,
     {"对方系统繁忙，请稍后再试", "the service is busy; try again later"}},
	{RD_ROBOT_DINGTALK,
     130101,
     RD_TOO_MANY,
     {"发送过于频繁（每分钟最多 20 条，超过后停 10 分钟），请稍后再试",
      "too many messages (20 a minute, then none for 10 minutes); try again later"}},
	{RD_ROBOT_DINGTALK,
     310000,
     RD_FORBIDDEN,
     {"未通过安全设置，请核对加签密钥、关键词、IP 段和服务器时钟",
      "its security settings refuse it; check the sign's secret, keywords, addresses and the server's clock"}},
	{RD_ROBOT_DINGTALK,
     -1,
     RD_UNAVAILABLE,
     {"对方系统繁忙，请稍后再试", "the service is busy; try again later"}},
	{RD_ROBOT_FEISHU,
     11232,
     RD_TOO_MANY,
     {"发送过于频繁（每分钟 100 条、每秒 5 条），请稍后再试",
      "too many messages (100 a minute, 5 a second); try again later"}},
	{RD_ROBOT_FEISHU,
     9499,
     RD_USAGE,
     {"请求格式不被接受", "it does not take the form of the message"}},
	{RD_ROBOT_FEISHU,
     19001,
     RD_FORBIDDEN,
     {"机器人地址无效，请重新复制地址", "the robot's address is not valid; copy it again"}},
	{RD_ROBOT_FEISHU,
     19021,
     RD_FORBIDDEN,
     {"签名不符或时间相差超过 1 小时，请核对密钥和服务器时钟",
      "the sign does not fit or the time is an hour off; check the secret and the server's clock"}},
	{RD_ROBOT_FEISHU,
     19022,
     RD_FORBIDDEN,
     {"服务器地址不在机器人的 IP 白名单内", "the server's address is not in the robot's list"}},
	{RD_ROBOT_FEISHU,
     19024,
     RD_FORBIDDEN,
     {"消息不含机器人要求的关键词", "the message has none of the robot's keywords"}},
};

/* ---- Text ---- */

/* The full-width form of what a group would take for a mention, a tag or markup; 0 = as it is. */
static uint32_t harmless(uint32_t c, bool markdown)
{
	if (c == '<' || (markdown && c < 0x80 && c && strchr(">[]()*`_#~!", (int)c)))
		return c + 0xFEE0;
	return c < ' ' && c != '\n' ? ' ' : 0;
}

/* At most `max` bytes; what does not fit is shown to be missing by "…". */
static void put_harmless(rd_buf *out, rd_str s, bool markdown, uint32_t max)
{
	static const char more[] = "…";
	size_t end = out->size + max, room = end - (sizeof more - 1);
	size_t fits = out->size; /* as far as "…" could still follow */
	char bytes[4];

	for (uint32_t at = 0; at < s.len;) {
		uint32_t c = rd_utf8_next(s, &at), h = harmless(c, markdown);

		rd_buf_add(out, bytes, rd_utf8_put(bytes, h ? h : c));
		if (out->size <= room)
			fits = out->size;
		if (out->size > end) {
			out->size = fits;
			rd_buf_puts(out, more);
			return;
		}
	}
}

static void put_link(rd_buf *out, rd_str url, bool markdown)
{
	if (url.len == 0)
		return;
	rd_buf_puts(out, markdown ? "\n[查看 / Open](" : "\n");
	rd_buf_str(out, url);
	rd_buf_puts(out, markdown ? ")" : "");
}

/* Title, text and link as one text of at most `max` bytes; the title only `with_title`. */
static void put_message(rd_buf *out, const rd_robot_message *m, bool with_title, uint32_t max)
{
	rd_buf link;
	uint32_t title_max = max / 4;

	rd_buf_init(&link, RD_OUTBOUND_URL_MAX + 64);
	put_link(&link, m->url, m->markdown);
	uint32_t left = max - (uint32_t)link.size;
	if (with_title && m->title.len > 0) {
		size_t before = out->size;

		rd_buf_puts(out, m->markdown ? "**" : "");
		put_harmless(out, m->title, m->markdown, title_max);
		rd_buf_puts(out, m->markdown ? "**\n" : "\n");
		left -= (uint32_t)(out->size - before);
	}
	put_harmless(out, m->text, m->markdown, left);
	rd_buf_str(out, rd_buf_view(&link));
	rd_buf_done(&link);
}

/* ---- Signatures ---- */

static void sign(rd_str key, rd_str data, char out[SIGN_SIZE + 1])
{
	struct hmac_sha256_ctx ctx;
	uint8_t mac[32];

	hmac_sha256_set_key(&ctx, key.len, (const uint8_t *)key.ptr);
	hmac_sha256_update(&ctx, data.len, (const uint8_t *)data.ptr);
	hmac_sha256_digest(&ctx, sizeof mac, mac);
	explicit_bzero(&ctx, sizeof ctx);
	base64_encode_raw(out, sizeof mac, mac);
	out[SIGN_SIZE] = 0;
}

static void sign_robot(const rd_robot *r, int64_t timestamp, char out[SIGN_SIZE + 1])
{
	rd_buf text;

	rd_buf_init(&text, 4096);
	rd_buf_printf(&text, "%lld\n", (long long)timestamp);
	rd_buf_str(&text, r->secret);
	if (r->kind == RD_ROBOT_DINGTALK)
		sign(r->secret, rd_buf_view(&text), out);
	else /* Feishu takes the same text as the key and signs nothing with it */
		sign(rd_buf_view(&text), RD_STR(""), out);
	rd_buf_done(&text);
}

static void put_url(rd_buf *out, const rd_robot *r, int64_t now_us)
{
	char sig[SIGN_SIZE + 1];
	int64_t ms = now_us / 1000;

	rd_buf_str(out, r->url);
	if (r->kind != RD_ROBOT_DINGTALK || r->secret.len == 0)
		return;
	sign_robot(r, ms, sig);
	rd_buf_printf(out, "%ctimestamp=%lld&sign=", rd_str_has(r->url, "?") ? '&' : '?',
	              (long long)ms);
	for (const char *p = sig; *p; p++) {
		if (*p == '+' || *p == '/' || *p == '=')
			rd_buf_printf(out, "%%%02X", (unsigned)*p);
		else
			rd_buf_char(out, *p);
	}
}

/* ---- Bodies ---- */

static void put_inner(rd_json *j, const char *kind, const char *field, rd_str text)
{
	rd_json_put_text(j, "msgtype", kind);
	rd_json_key(j, kind);
	rd_json_object(j);
	rd_json_put_str(j, field, text);
}

static void body_dingtalk(rd_json *j, const rd_robot_message *m, rd_str text, rd_str title)
{
	put_inner(j, m->markdown ? "markdown" : "text", m->markdown ? "text" : "content", text);
	if (m->markdown)
		rd_json_put_str(j, "title", title); /* shown in the list of conversations */
	rd_json_close(j);
}

static void body_feishu_card(rd_json *j, rd_str text, rd_str title)
{
	rd_json_put_text(j, "msg_type", "interactive");
	rd_json_key(j, "card");
	rd_json_object(j);
	rd_json_key(j, "header");
	rd_json_object(j);
	rd_json_key(j, "title");
	rd_json_object(j);
	rd_json_put_text(j, "tag", "plain_text");
	rd_json_put_str(j, "content", title);
	rd_json_close(j);
	rd_json_close(j);
	rd_json_key(j, "elements");
	rd_json_array(j);
	rd_json_object(j);
	rd_json_put_text(j, "tag", "markdown");
	rd_json_put_str(j, "content", text);
	rd_json_close(j);
	rd_json_close(j);
	rd_json_close(j);
}

static void body_feishu(rd_json *j, const rd_robot *r, const rd_robot_message *m, rd_str text,
                        rd_str title, int64_t now_us)
{
	char sig[SIGN_SIZE + 1], timestamp[24];
	rd_buf b;

	if (r->secret.len > 0) {
		rd_buf_init(&b, sizeof timestamp);
		rd_buf_printf(&b, "%lld", (long long)(now_us / 1000000));
		rd_json_put_str(j, "timestamp", rd_buf_view(&b));
		rd_buf_done(&b);
		sign_robot(r, now_us / 1000000, sig);
		rd_json_put_text(j, "sign", sig);
	}
	if (m->markdown) {
		body_feishu_card(j, text, title);
		return;
	}
	rd_json_put_text(j, "msg_type", "text");
	rd_json_key(j, "content");
	rd_json_object(j);
	rd_json_put_str(j, "text", text);
	rd_json_close(j);
}

rd_rc rd_robot_build(const rd_robot *r, const rd_robot_message *m, int64_t now_us, rd_buf *out_url,
                     rd_buf *out_body, rd_err *err)
{
	uint32_t max = m->markdown ? services[r->kind].markdown_max : services[r->kind].text_max;
	bool card = r->kind == RD_ROBOT_FEISHU && m->markdown;
	rd_buf text, title;
	rd_json j;

	if ((m->title.len == 0 && m->text.len == 0) || m->url.len > max / 2)
		return rd_fail(err, RD_USAGE, "群消息不能为空，链接不能长于 %u 字节",
		               "a message to a group is not empty, and its link has at most %u bytes",
		               max / 2);
	rd_buf_init(&text, 64u << 10);
	rd_buf_init(&title, 4096);
	put_message(&text, m, !card, max);
	put_harmless(&title, m->title.len > 0 ? m->title : RD_STR("Redink"), m->markdown, 200);
	put_url(out_url, r, now_us);
	rd_json_init(&j, out_body, 0);
	rd_json_object(&j);
	if (r->kind == RD_ROBOT_FEISHU) {
		body_feishu(&j, r, m, rd_buf_view(&text), rd_buf_view(&title), now_us);
	} else if (r->kind == RD_ROBOT_DINGTALK) {
		body_dingtalk(&j, m, rd_buf_view(&text), rd_buf_view(&title));
	} else {
		put_inner(&j, m->markdown ? "markdown" : "text", "content", rd_buf_view(&text));
		rd_json_close(&j);
	}
	rd_json_close(&j);
	rd_json_end(&j);
	rd_buf_done(&text);
	rd_buf_done(&title);
	return RD_OK;
}

/* ---- Answers ---- */

static rd_rc judge(rd_robot_kind kind, int64_t code, const char *said, rd_err *err)
{
	rd_rc rc = RD_USAGE;
	rd_words hint = {"请对照该服务的文档检查机器人设置",
	                 "look the code up in the service's documentation"};

	if (code == 0)
		return RD_OK;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		if (answers[i].kind == kind && answers[i].code == code) {
			rc = answers[i].rc;
			hint = answers[i].hint;
		}
	}
	return rd_fail(err, rc, "%s%.0s群机器人未接受消息（%lld %.60s）：%s%.0s",
	               "%.0sthe %s group robot did not take the message (%lld %.60s): %.0s%s",
	               services[kind].name.zh, services[kind].name.en, (long long)code,
	               said ? said : "", hint.zh, hint.en);
}

rd_rc rd_robot_answer(rd_robot_kind kind, rd_str json, rd_err *err)
{
	json_t *root = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *code = json_object_get(root, kind == RD_ROBOT_FEISHU ? "code" : "errcode");
	const json_t *said = json_object_get(root, kind == RD_ROBOT_FEISHU ? "msg" : "errmsg");
	rd_rc rc;

	/* Feishu's older answers say StatusCode instead. */
	if (kind == RD_ROBOT_FEISHU && !code)
		code = json_object_get(root, "StatusCode");
	if (json_is_integer(code))
		rc = judge(kind, json_integer_value(code), json_string_value(said), err);
	else
		rc =
			rd_fail(err, RD_UNAVAILABLE,
		            "%s%.0s群机器人的答复无法识别，请检查地址是否为该服务的机器人地址",
		            "%.0sthe answer is not that of a %s group robot; check that the address is one",
		            services[kind].name.zh, services[kind].name.en);
	json_decref(root);
	return rc;
}

/* Feishu says what is wrong with a message under status 400, the others under 200. */
static rd_rc judge_reply(rd_robot_kind kind, const rd_reply *reply, rd_err *err)
{
	rd_err said;
	rd_rc status = rd_reply_check(reply, services[kind].name, err);

	if (status != RD_OK && status != RD_USAGE)
		return status;
	rd_rc answer = rd_robot_answer(kind, rd_buf_view(&reply->body), &said);
	if (answer == RD_OK || (status != RD_OK && answer == RD_UNAVAILABLE))
		return status;
	*err = said;
	return answer;
}

rd_rc rd_robot_send(rd_outbound *o, const rd_robot *robot, const rd_robot_message *message,
                    int64_t now_us, rd_err *err)
{
	static const rd_header json[] = {
		{{"Content-Type", 12}, {"application/json; charset=utf-8", 31}}};
	rd_buf url, body;
	rd_reply reply;

	rd_buf_init(&url, RD_OUTBOUND_URL_MAX + 256);
	rd_buf_init(&body, 256u << 10);
	rd_rc rc = rd_robot_build(robot, message, now_us, &url, &body, err);
	if (rc == RD_OK) {
		rd_request q = {.method = "POST",
		                .url = rd_buf_view(&url),
		                .headers = json,
		                .n_headers = 1,
		                .body = rd_buf_view(&body)};
		rc = rd_outbound_send(o, &q, &reply, err);
	}
	if (rc == RD_OK) {
		rc = judge_reply(robot->kind, &reply, err);
		rd_reply_done(&reply);
	}
	rd_buf_done(&url);
	rd_buf_done(&body);
	return rc;
}
