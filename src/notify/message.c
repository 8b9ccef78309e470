#include "notify/message.h"
#include "base/assert.h"

/* One row a kind. {who}, {number}, {title}, {state}, {when} and {note} are put in. */
static const struct {
	const char *name;
	rd_words subject; /* also the line of a digest */
	rd_words body;
} rows[RD_MESSAGE_KINDS] = {
	[RD_MESSAGE_ASSIGNED] = {"assigned",
                             {"[{number}] 已指派给您：{title}",
                              "[{number}] assigned to you: {title}"},
                             {"{who}把 {number}“{title}”指派给了您。",
                              "{who} assigned {number} \"{title}\" to you."}},
	[RD_MESSAGE_MENTIONED] = {"mentioned",
                              {"[{number}] 提到了您：{title}",
                               "[{number}] you were mentioned: {title}"},
                              {"{who}在 {number}“{title}”中提到了您。",
                               "{who} mentioned you in {number} \"{title}\"."}},
	[RD_MESSAGE_DUE_SOON] = {"due-soon",
                             {"[{number}] 即将到期（{when}）：{title}",
                              "[{number}] due soon ({when}): {title}"},
                             {"{number}“{title}”将于 {when} 到期。",
                              "{number} \"{title}\" is due on {when}."}},
	[RD_MESSAGE_OVERDUE] = {"overdue",
                            {"[{number}] 已逾期（{when}）：{title}",
                             "[{number}] overdue ({when}): {title}"},
                            {"{number}“{title}”应于 {when} 完成，现已逾期。",
                             "{number} \"{title}\" was due on {when} and is overdue."}},
	[RD_MESSAGE_COMMENTED] = {"commented",
                              {"[{number}] 有新评论：{title}", "[{number}] new comment: {title}"},
                              {"{who}评论了 {number}“{title}”。",
                               "{who} commented on {number} \"{title}\"."}},
	[RD_MESSAGE_TRANSITION] = {"transition",
                               {"[{number}] 状态变为“{state}”：{title}",
                                "[{number}] now {state}: {title}"},
                               {"{who}把 {number}“{title}”的状态改为“{state}”。",
                                "{who} moved {number} \"{title}\" to {state}."}},
	[RD_MESSAGE_REMINDED] = {"reminded",
                             {"[{number}] 提醒：{title}", "[{number}] reminder: {title}"},
                             {"您让系统此时提醒您 {number}“{title}”。{note}",
                              "You asked to be reminded now of {number} \"{title}\". {note}"}},
	[RD_MESSAGE_UNANCHORED] =
		{"unanchored",
         {"签名检查点超过一天没有离开本机：{title}",
          "signed checkpoints have not left the machine for a day: {title}"},
         {"“{title}”的事件日志的签名检查点超过 24 小时没有送到机外。没有机外副本，"
          "控制本机的人就能重写并重签整个日志。请在设置中检查 checkpoints.mail 和 "
          "checkpoints.url，以及失败的任务。",
          "No signed checkpoint of the event log of \"{title}\" has left the "
          "machine for 24 hours. Without a copy outside, whoever controls the "
          "machine can rewrite and sign the whole log again. Look at the "
          "settings checkpoints.mail and checkpoints.url and at failed jobs."}},
	[RD_MESSAGE_ESCALATED] =
		{"escalated",
         {"[{number}] 逾期升级（{when}）：{title}",
          "[{number}] escalated, was due {when}: {title}"},
         {"{number}“{title}”应于 {when} 前处理，至今未办，按升级规则通知您。",
          "{number} \"{title}\" was due on {when} and is still open; it comes to "
          "you by the ladder of escalation."}},
	[RD_MESSAGE_CALLED] =
		{"called",
         {"[{number}] 应急呼叫，请立即响应：{title}", "[{number}] emergency, answer now: {title}"},
         {"应急事件 {number}“{title}”已启动，请立即响应；无人响应时将呼叫下一位。",
          "Emergency {number} \"{title}\" has been declared. Answer now; if nobody "
          "does, the next person is called."}},
	[RD_MESSAGE_UNATTENDED] =
		{"unattended",
         {"[{number}] 无人在岗处理：{title}", "[{number}] nobody is there for it: {title}"},
         {"{number}“{title}”按值班表和升级规则找不到在岗人员，或所有人员均未响应，请您安排处理。",
          "For {number} \"{title}\" nobody was found by the roster and the ladder of escalation, or "
          "nobody answered. Please see to it."}},
	[RD_MESSAGE_DUTY_GAP] = {"duty-gap",
                             {"{when} 无人值班：{title}", "nobody is on duty on {when}: {title}"},
                             {"“{title}”的值班表上 {when} 没有在岗人员，请补排。",
                              "The roster of \"{title}\" has nobody on duty on {when}. Please plan "
                              "it."}},
	[RD_MESSAGE_REPORTED] = {"reported",
                             {"[{number}] 新报告的异常：{title}",
                              "[{number}] newly reported: {title}"},
                             {"{who}报告了异常 {number}“{title}”。",
                              "{who} reported {number} \"{title}\"."}},
};

static const rd_words nobody = {"系统", "The system"};
static const rd_words open_line = {"查看：", "Open: "};

static const char *in(rd_words w, rd_language language)
{
	return language == RD_LANGUAGE_ZH ? w.zh : w.en;
}

/* One line whatever it holds: control characters and line separators become spaces. */
static void put_value(rd_buf *out, rd_str s)
{
	char bytes[4];

	for (uint32_t at = 0; at < s.len;) {
		uint32_t c = rd_utf8_next(s, &at);
		bool control = c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;

		rd_buf_add(out, bytes, rd_utf8_put(bytes, control ? ' ' : c));
	}
}

static void put_row(rd_buf *out, const char *row, rd_language language, const rd_message_facts *f)
{
	const struct {
		const char *name;
		rd_str value;
	} values[] = {
		{"{who}", f->who.len > 0 ? f->who : rd_str_of(in(nobody, language))},
		{"{number}", f->number},
		{"{title}", f->title},
		{"{state}", f->state},
		{"{when}", f->when},
		{"{note}", f->note},
	};
	rd_str rest = rd_str_of(row);

	while (rest.len > 0) {
		size_t i, n = sizeof values / sizeof values[0];

		for (i = 0; i < n && !rd_str_starts(rest, values[i].name); i++)
			;
		uint32_t step = i < n ? (uint32_t)strlen(values[i].name) : 1;
		if (i < n)
			put_value(out, values[i].value);
		else
			rd_buf_char(out, *rest.ptr);
		rest = (rd_str){rest.ptr + step, rest.len - step};
	}
}

static void put_link(rd_buf *out, rd_language language, rd_str url)
{
	if (url.len == 0)
		return;
	rd_buf_puts(out, in(open_line, language));
	put_value(out, url);
	rd_buf_char(out, '\n');
}

const char *rd_message_name(rd_message_kind kind)
{
	RD_ASSERT(kind < RD_MESSAGE_KINDS);
	return rows[kind].name;
}

rd_message_kind rd_message_find(rd_str name)
{
	rd_message_kind kind = 0;

	while (kind < RD_MESSAGE_KINDS && !rd_str_is(name, rows[kind].name))
		kind++;
	return kind;
}

void rd_message_write(rd_message_kind kind, rd_language language, const rd_message_facts *facts,
                      rd_buf *subject, rd_buf *body)
{
	RD_ASSERT(kind < RD_MESSAGE_KINDS);
	put_row(subject, in(rows[kind].subject, language), language, facts);
	put_row(body, in(rows[kind].body, language), language, facts);
	rd_buf_char(body, '\n');
	put_link(body, language, facts->url);
}

void rd_message_digest(rd_language language, const rd_digest_item *items, uint32_t n, rd_str url,
                       rd_buf *subject, rd_buf *body)
{
	uint32_t shown = n < RD_DIGEST_ITEMS_MAX ? n : RD_DIGEST_ITEMS_MAX;
	bool zh = language == RD_LANGUAGE_ZH;

	RD_ASSERT(n >= 1);
	if (zh)
		rd_buf_printf(subject, "%u 条通知汇总", n);
	else
		rd_buf_printf(subject, n == 1 ? "%u notification" : "%u notifications", n);
	for (uint32_t i = 0; i < shown; i++) {
		RD_ASSERT(items[i].kind < RD_MESSAGE_KINDS);
		rd_buf_puts(body, "- ");
		put_row(body, in(rows[items[i].kind].subject, language), language, &items[i].facts);
		rd_buf_char(body, '\n');
	}
	if (n > shown)
		rd_buf_printf(body, zh ? "另有 %u 条，请登录查看。\n" : "%u more; sign in to see them.\n",
		              n - shown);
	put_link(body, language, url);
}
