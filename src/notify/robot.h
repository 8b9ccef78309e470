/*
 * robot.h - messages to groups in WeCom, DingTalk and Feishu by their group robots.
 *
 * Sources (2026):
 *   WeCom    https://developer.work.weixin.qq.com/document/path/91770
 *            text up to 2048 bytes, markdown up to 4096, 20 messages a minute
 *   DingTalk https://open.dingtalk.com/document/orgapp/custom-robot-access
 *            timestamp (ms) and sign in the query: urlencode(base64(HMAC-SHA256(secret, timestamp
 *            "\n" secret))); 20 messages a minute, then silence for 10 minutes
 *   Feishu   https://open.feishu.cn/document/ukTMukTMukTM/ucTM5YjL3ETO24yNxkjN
 *            timestamp (s) and sign in the body: base64(HMAC-SHA256(key = timestamp "\n" secret,
 *            of nothing)); body up to 20 KB, 100 a minute and 5 a second
 *
 * What comes from records is made harmless: "<" (mentions of everybody, tags) and, in markdown, the
 * characters that make links and emphasis are written in their full-width forms. A text that is
 * longer than the robot takes ends in "…"; the link stays.
 *
 * Everything is borrowed for the call; pure but for rd_robot_send. Safe from any thread.
 */
#ifndef RD_NOTIFY_ROBOT_H
#define RD_NOTIFY_ROBOT_H
#include "net/outbound.h"

typedef enum rd_robot_kind { RD_ROBOT_WECOM, RD_ROBOT_DINGTALK, RD_ROBOT_FEISHU } rd_robot_kind;

typedef struct rd_robot {
	rd_robot_kind kind;
	rd_str url;    /* as the robot's page shows it, with its key */
	rd_str secret; /* "" = unsigned (WeCom has none) */
} rd_robot;

typedef struct rd_robot_message {
	bool markdown;
	rd_str title, text;
	rd_str url; /* "" = none */
} rd_robot_message;

/* Writes the address to call and the JSON to post. RD_USAGE for an empty message. */
RD_NODISCARD rd_rc rd_robot_build(const rd_robot *robot, const rd_robot_message *message,
                                  int64_t now_us, rd_buf *out_url, rd_buf *out_body, rd_err *err);
/* What the service answered, in its own words and ours. RD_TOO_MANY: slower; RD_FORBIDDEN: key,
 * sign, keyword or address list; RD_UNAVAILABLE: its own trouble, or no answer of this service. */
RD_NODISCARD rd_rc rd_robot_answer(rd_robot_kind kind, rd_str json, rd_err *err);
RD_NODISCARD rd_rc rd_robot_send(rd_outbound *o, const rd_robot *robot,
                                 const rd_robot_message *message, int64_t now_us, rd_err *err);
#endif
