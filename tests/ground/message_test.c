/* What notifications say. */
#include "notify/message.h"
#include "unit.h"

static const rd_message_facts facts = {{"陈敏", 6},          {"CASE-7", 6},
                                       {"银行存款未达", 18}, {"整改中", 9},
                                       {"2026-03-05", 10},   {"https://r.example/c/7", 21},
                                       {"问银行", 9}};

static void every_kind_says_what_it_is(void)
{
	static const struct {
		rd_message_kind kind;
		const char *name, *subject_zh, *body_en;
	} rows[] = {
		{RD_MESSAGE_ASSIGNED, "assigned", "[CASE-7] 已指派给您：银行存款未达",
	     "陈敏 assigned CASE-7 \"银行存款未达\" to you."},
		{RD_MESSAGE_MENTIONED, "mentioned", "[CASE-7] 提到了您：银行存款未达",
	     "陈敏 mentioned you in CASE-7 \"银行存款未达\"."},
		{RD_MESSAGE_DUE_SOON, "due-soon", "[CASE-7] 即将到期（2026-03-05）：银行存款未达",
	     "CASE-7 \"银行存款未达\" is due on 2026-03-05."},
		{RD_MESSAGE_OVERDUE, "overdue", "[CASE-7] 已逾期（2026-03-05）：银行存款未达",
	     "CASE-7 \"银行存款未达\" was due on 2026-03-05 and is overdue."},
		{RD_MESSAGE_COMMENTED, "commented", "[CASE-7] 有新评论：银行存款未达",
	     "陈敏 commented on CASE-7 \"银行存款未达\"."},
		{RD_MESSAGE_TRANSITION, "transition", "[CASE-7] 状态变为“整改中”：银行存款未达",
	     "陈敏 moved CASE-7 \"银行存款未达\" to 整改中."},
		{RD_MESSAGE_REMINDED, "reminded", "[CASE-7] 提醒：银行存款未达",
	     "You asked to be reminded now of CASE-7 \"银行存款未达\". 问银行"},
		{RD_MESSAGE_UNANCHORED, "unanchored", "签名检查点超过一天没有离开本机：银行存款未达",
	     "No signed checkpoint of the event log of \"银行存款未达\" has left the machine for 24 hours. "
	     "Without a copy outside, whoever controls the machine can rewrite and sign the whole log "
	     "again. Look at the settings checkpoints.mail and checkpoints.url and at failed jobs."},
		{RD_MESSAGE_ESCALATED, "escalated", "[CASE-7] 逾期升级（2026-03-05）：银行存款未达",
	     "CASE-7 \"银行存款未达\" was due on 2026-03-05 and is still open; it comes to you by the "
	     "ladder of escalation."},
		{RD_MESSAGE_CALLED, "called", "[CASE-7] 应急呼叫，请立即响应：银行存款未达",
	     "Emergency CASE-7 \"银行存款未达\" has been declared. Answer now; if nobody does, the next "
	     "person is called."},
		{RD_MESSAGE_UNATTENDED, "unattended", "[CASE-7] 无人在岗处理：银行存款未达",
	     "For CASE-7 \"银行存款未达\" nobody was found by the roster and the ladder of escalation, "
	     "or nobody answered. Please see to it."},
		{RD_MESSAGE_DUTY_GAP, "duty-gap", "2026-03-05 无人值班：银行存款未达",
	     "The roster of \"银行存款未达\" has nobody on duty on 2026-03-05. Please plan it."},
		{RD_MESSAGE_REPORTED, "reported", "[CASE-7] 新报告的异常：银行存款未达",
	     "陈敏 reported CASE-7 \"银行存款未达\"."},
	};

	UNIT_INT(sizeof rows / sizeof rows[0], RD_MESSAGE_KINDS);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_buf subject, body, unused, want;

		unit_case("%s", rows[i].name);
		UNIT_TEXT(rd_str_of(rd_message_name(rows[i].kind)), rows[i].name);
		UNIT_INT(rd_message_find(rd_str_of(rows[i].name)), rows[i].kind);
		rd_buf_init(&subject, 4096);
		rd_buf_init(&body, 4096);
		rd_buf_init(&unused, 4096);
		rd_buf_init(&want, 4096);
		rd_message_write(rows[i].kind, RD_LANGUAGE_ZH, &facts, &subject, &unused);
		UNIT_TEXT(rd_buf_view(&subject), rows[i].subject_zh);
		UNIT_TRUE(rd_str_ends(rd_buf_view(&unused), rows[i].kind == RD_MESSAGE_REMINDED
		                                                ? "。问银行\n查看：https://r.example/c/7\n"
		                                                : "。\n查看：https://r.example/c/7\n"));
		rd_message_write(rows[i].kind, RD_LANGUAGE_EN, &facts, &unused, &body);
		rd_buf_printf(&want, "%s\nOpen: https://r.example/c/7\n", rows[i].body_en);
		UNIT_BYTES(rd_buf_view(&body), rd_buf_view(&want));
		rd_buf_done(&subject);
		rd_buf_done(&body);
		rd_buf_done(&unused);
		rd_buf_done(&want);
	}
	UNIT_INT(rd_message_find(RD_STR("nothing")), RD_MESSAGE_KINDS);
}

static void values_cannot_forge_lines(void)
{
	rd_message_facts f = {.number = RD_STR("T-1"),
	                      .title = RD_STR("a\r\nBcc: {who}\xe2\x80\xa8{title}"),
	                      .url = RD_STR("")};
	rd_buf subject, body;

	rd_buf_init(&subject, 4096);
	rd_buf_init(&body, 4096);
	rd_message_write(RD_MESSAGE_ASSIGNED, RD_LANGUAGE_EN, &f, &subject, &body);
	UNIT_TEXT(rd_buf_view(&subject), "[T-1] assigned to you: a  Bcc: {who} {title}");
	UNIT_TEXT(rd_buf_view(&body), "The system assigned T-1 \"a  Bcc: {who} {title}\" to you.\n");
	rd_buf_done(&subject);
	rd_buf_done(&body);
}

static void digests_say_how_many(void)
{
	static rd_digest_item items[RD_DIGEST_ITEMS_MAX + 2];
	rd_buf subject, body;

	for (uint32_t i = 0; i < RD_DIGEST_ITEMS_MAX + 2; i++)
		items[i] = (rd_digest_item){i % 2 ? RD_MESSAGE_OVERDUE : RD_MESSAGE_ASSIGNED, facts};
	rd_buf_init(&subject, 4096);
	rd_buf_init(&body, 64u << 10);
	rd_message_digest(RD_LANGUAGE_ZH, items, RD_DIGEST_ITEMS_MAX + 2, RD_STR("https://r.example/"),
	                  &subject, &body);
	UNIT_TEXT(rd_buf_view(&subject), "52 条通知汇总");
	UNIT_TRUE(rd_str_starts(rd_buf_view(&body), "- [CASE-7] 已指派给您：银行存款未达\n"
	                                            "- [CASE-7] 已逾期（2026-03-05）：银行存款未达\n"));
	UNIT_TRUE(
		rd_str_ends(rd_buf_view(&body), "另有 2 条，请登录查看。\n查看：https://r.example/\n"));
	rd_buf_clear(&subject);
	rd_buf_clear(&body);
	rd_message_digest(RD_LANGUAGE_EN, items, 1, RD_STR(""), &subject, &body);
	UNIT_TEXT(rd_buf_view(&subject), "1 notification");
	UNIT_TEXT(rd_buf_view(&body), "- [CASE-7] assigned to you: 银行存款未达\n");
	rd_buf_done(&subject);
	rd_buf_done(&body);
}

const unit_test message_tests[] = {
	{"every kind says what it is", every_kind_says_what_it_is},
	{"values cannot forge lines", values_cannot_forge_lines},
	{"digests say how many", digests_say_how_many},
	{0},
};
