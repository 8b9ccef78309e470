/* What group robots are sent and what their answers mean. */
#include "notify/robot.h"
#include "unit.h"

#define NOW_US 1764000707123000

typedef struct built {
	rd_buf url, body;
} built;

static built build(rd_robot robot, rd_robot_message message)
{
	built b;
	rd_err err = {0};

	rd_buf_init(&b.url, 4096);
	rd_buf_init(&b.body, 64u << 10);
	UNIT_OK(rd_robot_build(&robot, &message, NOW_US, &b.url, &b.body, &err), &err);
	return b;
}

static void done(built *b)
{
	rd_buf_done(&b->url);
	rd_buf_done(&b->body);
}

static const rd_robot_message note = {false,
                                      {"[CASE-1] 已逾期", 18},
                                      {"请处理", 9},
                                      {"https://r.example/c/1", 21}};

static void wecom(void)
{
	rd_robot r = {RD_ROBOT_WECOM, RD_STR("https://w.example/send?key=k"), RD_STR("")};
	built b = build(r, note);

	UNIT_TEXT(rd_buf_view(&b.url), "https://w.example/send?key=k");
	UNIT_TEXT(rd_buf_view(&b.body),
	          "{\"msgtype\": \"text\", \"text\": {\"content\": \"[CASE-1] 已逾期"
	          "\\n请处理\\nhttps://r.example/c/1\"}}\n");
	done(&b);
}

static void dingtalk(void)
{
	rd_robot r = {RD_ROBOT_DINGTALK, RD_STR("https://d.example/send?access_token=t"),
	              RD_STR("SECabc")};
	rd_robot_message m = note;
	built b;

	m.markdown = true;
	b = build(r, m);
	UNIT_TEXT(rd_buf_view(&b.url), "https://d.example/send?access_token=t&timestamp=1764000707123"
	                               "&sign=vpxmv2D4PVp68mIB2zQBCsFVcYgz7m7jLxm9Qumdv%2FM%3D");
	UNIT_TEXT(
		rd_buf_view(&b.body),
		"{\"msgtype\": \"markdown\", \"markdown\": {\"text\": \"**［CASE-1］ 已逾期**\\n请处理\\n"
		"[查看 / Open](https://r.example/c/1)\", \"title\": \"［CASE-1］ 已逾期\"}}\n");
	done(&b);
}

static void feishu(void)
{
	rd_robot r = {RD_ROBOT_FEISHU, RD_STR("https://f.example/hook/t"), RD_STR("SECabc")};
	rd_robot_message m = note;
	built b = build(r, m);

	UNIT_TEXT(rd_buf_view(&b.url), "https://f.example/hook/t");
	UNIT_TRUE(rd_str_starts(rd_buf_view(&b.body),
	                        "{\"timestamp\": \"1764000707\", \"sign\": "
	                        "\"K89beYGvKX5J2sSGyOVy08CECyOX10LZnqV3tysyWwA=\", "
	                        "\"msg_type\": \"text\", \"content\": {\"text\": "));
	done(&b);
	m.markdown = true;
	r.secret = RD_STR("");
	b = build(r, m);
	UNIT_TRUE(rd_str_starts(rd_buf_view(&b.body),
	                        "{\"msg_type\": \"interactive\", \"card\": {\"header\": {\"title\": "));
	done(&b);
}

static void nobody_is_called_from_a_title(void)
{
	rd_robot r = {RD_ROBOT_FEISHU, RD_STR("https://f.example/hook/t"), RD_STR("")};
	rd_robot_message m = {false, RD_STR("<at user_id=\"all\">x</at>"), RD_STR("a\x01z"),
	                      RD_STR("")};
	built b = build(r, m);

	UNIT_TRUE(rd_str_has(rd_buf_view(&b.body), "＜at user_id=\\\"all\\\">x＜/at>\\na z\""));
	done(&b);
	m = (rd_robot_message){true, RD_STR(""), RD_STR("[a](https://evil.example) **b**"), RD_STR("")};
	b = build(r, m);
	UNIT_TRUE(rd_str_has(rd_buf_view(&b.body), "［a］（https://evil.example） ＊＊b＊＊"));
	done(&b);
}

static void long_texts_end_in_dots_and_keep_the_link(void)
{
	static char text[30000], title[3000];
	rd_robot robots[] = {{RD_ROBOT_WECOM, RD_STR("https://w.example/s"), RD_STR("")},
	                     {RD_ROBOT_DINGTALK, RD_STR("https://d.example/s"), RD_STR("")},
	                     {RD_ROBOT_FEISHU, RD_STR("https://f.example/s"), RD_STR("")}};

	for (size_t i = 0; i < sizeof text; i += 3)
		memcpy(text + i, "账", 3);
	for (size_t i = 0; i < sizeof title; i += 3)
		memcpy(title + i, "目", 3);
	for (size_t i = 0; i < 3; i++) {
		rd_robot_message m = {false, {title, sizeof title}, {text, sizeof text}, note.url};
		built b = build(robots[i], m);

		unit_case("robot %zu", i);
		UNIT_TRUE(b.body.size < 20000 && b.body.size > 1900);
		UNIT_INT(rd_utf8_check(b.body.data, b.body.size), -1);
		UNIT_TRUE(rd_str_has(rd_buf_view(&b.body), "目…\\n账"));
		UNIT_TRUE(rd_str_has(rd_buf_view(&b.body), "账…\\nhttps://r.example/c/1\""));
		if (i == 0) /* the 2048 bytes, one of them a line break written as two, and the JSON */
			UNIT_TRUE(b.body.size <= 2048 + 2 + 60);
		done(&b);
	}
}

static void empty_messages_are_refused(void)
{
	rd_robot r = {RD_ROBOT_WECOM, RD_STR("https://w.example/s"), RD_STR("")};
	rd_buf url, body;
	rd_err err;

	rd_buf_init(&url, 100);
	rd_buf_init(&body, 100);
	UNIT_INT(rd_robot_build(&r, &(rd_robot_message){0}, NOW_US, &url, &body, &err), RD_USAGE);
	rd_buf_done(&url);
	rd_buf_done(&body);
}

static void answers_have_a_meaning(void)
{
	static const struct {
		rd_robot_kind kind;
		const char *json;
		rd_rc rc;
	} rows[] = {
		{RD_ROBOT_WECOM, "{\"errcode\":0,\"errmsg\":\"ok\"}", RD_OK},
		{RD_ROBOT_WECOM, "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}", RD_TOO_MANY},
		{RD_ROBOT_WECOM, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", RD_FORBIDDEN},
		{RD_ROBOT_WECOM, "{\"errcode\":40058,\"errmsg\":\"x\"}", RD_USAGE},
		{RD_ROBOT_DINGTALK, "{\"errcode\":0,\"errmsg\":\"ok\"}", RD_OK},
		{RD_ROBOT_DINGTALK, "{\"errcode\":310000,\"errmsg\":\"sign not match\"}", RD_FORBIDDEN},
		{RD_ROBOT_DINGTALK, "{\"errcode\":130101,\"errmsg\":\"send too fast\"}", RD_TOO_MANY},
		{RD_ROBOT_FEISHU, "{\"code\":0,\"data\":{},\"msg\":\"success\"}", RD_OK},
		{RD_ROBOT_FEISHU, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}", RD_OK},
		{RD_ROBOT_FEISHU, "{\"code\":19021,\"data\":{},\"msg\":\"sign match fail\"}", RD_FORBIDDEN},
		{RD_ROBOT_FEISHU, "{\"code\":11232,\"msg\":\"frequency limited\"}", RD_TOO_MANY},
		{RD_ROBOT_FEISHU, "{\"errcode\":0}", RD_UNAVAILABLE},
		{RD_ROBOT_WECOM, "<html>", RD_UNAVAILABLE},
		{RD_ROBOT_WECOM, "", RD_UNAVAILABLE},
		{RD_ROBOT_WECOM, "[0]", RD_UNAVAILABLE},
		{RD_ROBOT_WECOM, "{\"errcode\":\"0\"}", RD_UNAVAILABLE},
	};
	rd_err err;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s", rows[i].json);
		UNIT_INT(rd_robot_answer(rows[i].kind, rd_str_of(rows[i].json), &err), rows[i].rc);
	}
}

const unit_test robot_tests[] = {
	{"WeCom takes a text", wecom},
	{"DingTalk takes signed markdown", dingtalk},
	{"Feishu takes a signed text or a card", feishu},
	{"nobody is called from a title", nobody_is_called_from_a_title},
	{"long texts end in dots and keep the link", long_texts_end_in_dots_and_keep_the_link},
	{"empty messages are refused", empty_messages_are_refused},
	{"answers have a meaning", answers_have_a_meaning},
	{0},
};
