#include "desk/summary.h"
#include "desk/cell.h"
#include "record/show.h"
#include "store/queries.gen.h"

#define CORRECTIONS_MAX 20u
#define TEXT_BYTES      6000u /* of one long field that the draft repeats */

/* A line is "head：value": begun by `head`, ended by `end_line`. */
static void head(rd_buf *b, const rd_story *s, const char *zh, const char *en)
{
	rd_buf_puts(b, s->english ? en : zh);
	rd_buf_puts(b, s->english ? ": " : "：");
}

static void say(rd_buf *b, const rd_story *s, const char *zh, const char *en)
{
	rd_buf_puts(b, s->english ? en : zh);
}

static rd_str shortened(rd_str s)
{
	uint32_t at = 0, end = 0;

	while (at < s.len && at < TEXT_BYTES) {
		(void)rd_utf8_next(s, &at);
		end = at;
	}
	return (rd_str){s.ptr, end};
}

/* One line with a text, when there is one. */
static void line(rd_buf *b, const rd_story *s, const char *zh, const char *en, rd_str text)
{
	if (text.len == 0)
		return;
	head(b, s, zh, en);
	rd_buf_str(b, shortened(text));
	rd_buf_char(b, '\n');
}

static void put_what(rd_buf *b, const rd_story *s)
{
	const rd_record *r = s->record;

	head(b, s, "异常", "Case");
	rd_buf_printf(b, "%.*s %.*s\n", RD_STR_ARG(s->number), RD_STR_ARG(s->title));
	line(b, s, "类型", "Type", s->type_name);
	line(b, s, "客户", "Client", s->client_name);
	line(b, s, "账套", "Set of books", s->books_name);
	line(b, s, "会计期间", "Period", rd_field_str(r, "period"));
	line(b, s, "凭证", "Voucher", rd_field_str(r, "voucher"));
	line(b, s, "科目", "Account", rd_field_str(r, "account"));
	if (rd_field_cell(r, "amount")->type != RD_NULL) {
		head(b, s, "涉及金额", "Amount");
		(void)rd_story_money(b, r, "amount");
		rd_buf_char(b, '\n');
	}
	line(b, s, "具体表现", "What it looks like", rd_field_str(r, "appearance"));
}

static void put_found(rd_buf *b, const rd_story *s)
{
	rd_str outside = rd_field_str(s->record, "reported_by");

	head(b, s, "发现", "Found");
	if (rd_story_moment(b, s, "found_at"))
		say(b, s, "，", ", ");
	rd_buf_str(b, rd_story_option(s, "origin"));
	if (s->reporter.len || outside.len) {
		say(b, s, "，报告人 ", ", reported by ");
		rd_buf_str(b, s->reporter.len ? s->reporter : outside);
	}
	rd_buf_char(b, '\n');
	if (rd_field_str(s->record, "grade").len) {
		head(b, s, "优先级", "Priority");
		rd_buf_str(b, rd_story_option(s, "grade"));
		rd_str why = rd_field_str(s->record, "grade_reason");

		if (why.len) {
			say(b, s, "（", " (");
			rd_buf_str(b, shortened(why));
			say(b, s, "）", ")");
		}
		rd_buf_char(b, '\n');
	}
}

static void put_whys(rd_buf *b, const rd_story *s)
{
	rd_str text = rd_field_str(s->record, "whys");
	json_t *list = text.len ? json_loadb(text.ptr, text.len, 0, NULL) : NULL;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *why = json_string_value(json_array_get(list, i));

		if (why)
			rd_buf_printf(b, s->english ? "  why %u: %s\n" : "  为什么 %u：%s\n", (unsigned)i + 1,
			              why);
	}
	json_decref(list);
}

static void put_impact(rd_buf *b, const rd_story *s)
{
	static const struct {
		const char *field, *zh, *en;
	} judged[] = {
		{"impact_business", "业务影响", "business"},
		{"impact_client", "客户影响", "client"},
		{"impact_legal", "法律影响", "legal"},
	};
	const rd_record *r = s->record;
	bool any = false;

	if (rd_field_cell(r, "impact_tax")->type != RD_NULL) {
		head(b, s, "税款影响", "Tax at stake");
		(void)rd_story_money(b, r, "impact_tax");
		rd_buf_char(b, '\n');
	}
	for (uint32_t i = 0; i < 3; i++) {
		int64_t v = rd_field_int(r, judged[i].field, 0);

		if (v == 0)
			continue;
		if (!any)
			head(b, s, "影响评估（1 至 5）", "Impact (1 to 5)");
		else
			say(b, s, "，", ", ");
		rd_buf_printf(b, "%s %d", s->english ? judged[i].en : judged[i].zh, (int)v);
		any = true;
	}
	rd_buf_puts(b, any ? "\n" : "");
	line(b, s, "影响说明", "About the impact", rd_field_str(r, "impact_note"));
}

static rd_rc put_corrections(rd_tx *tx, rd_buf *b, const rd_story *s, rd_err *err)
{
	const rd_q_case_corrections_row *rows;
	uint32_t n;

	RD_TRY(rd_q_case_corrections(tx, rd_cell(s->record, RD_COL_ID)->i, CORRECTIONS_MAX, &rows, &n,
	                             err));
	for (uint32_t i = 0; i < n; i++) {
		rd_record r;
		bool found;

		RD_TRY(rd_story_record(tx, "correction", rows[i].id, &r, &found, err));
		if (!found || rd_cell(&r, RD_COL_ARCHIVED_AT)->type != RD_NULL)
			continue;
		int32_t state = rd_kind_state_find(r.kind, rd_cell(&r, RD_COL_STATE)->str);
		const rd_words label = r.kind->states[state < 0 ? 0 : state].label;

		head(b, s, "更正", "Correction");
		rd_buf_printf(b, "%.*s %.*s %s%s%s", RD_STR_ARG(rd_cell(&r, RD_COL_NUMBER)->str),
		              RD_STR_ARG(rd_show_title(r.kind, r.cells)), s->english ? "(" : "（",
		              s->english ? label.en : label.zh, s->english ? ")" : "）");
		if (rd_field_cell(&r, "posted_on")->type != RD_NULL) {
			say(b, s, "，入账 ", ", posted ");
			(void)rd_story_day(b, &r, "posted_on");
		}
		rd_str numbers = rd_field_str(&r, "posted_numbers");

		rd_buf_printf(b, "%s%.*s\n", numbers.len ? " " : "", RD_STR_ARG(numbers));
	}
	return RD_OK;
}

static void put_proof(rd_buf *b, const rd_story *s)
{
	const rd_record *r = s->record;
	int64_t live = rd_field_int(r, "findings", -1);

	head(b, s, "验证", "Proof");
	if (live >= 0 && s->english)
		rd_buf_printf(b, "%lld live findings of this case in the last check", (long long)live);
	else if (live >= 0)
		rd_buf_printf(b, "最近一次检查中本案现存线索 %lld 条", (long long)live);
	else
		say(b, s, "关闭时由第二人复核", "a second person looks at it at closing");
	if (s->reviewer.len) {
		say(b, s, "，复核人 ", ", reviewer ");
		rd_buf_str(b, s->reviewer);
	}
	rd_buf_char(b, '\n');
}

static void put_time(rd_buf *b, const rd_story *s)
{
	const rd_record *r = s->record;
	int64_t minutes = rd_field_int(r, "spent_minutes", 0);

	head(b, s, "经过", "Course");
	say(b, s, "处理人 ", "handled by ");
	rd_buf_str(b, s->owner.len ? s->owner : rd_str_of("—"));
	if (rd_field_cell(r, "corrected_at")->type != RD_NULL) {
		say(b, s, "，更正 ", ", corrected ");
		(void)rd_story_moment(b, s, "corrected_at");
	}
	if (minutes)
		rd_buf_printf(b, s->english ? ", %lld minutes" : "，用时 %lld 分钟", (long long)minutes);
	if (rd_field_cell(r, "cost")->type != RD_NULL) {
		say(b, s, "，成本 ", ", cost ");
		(void)rd_story_money(b, r, "cost");
	}
	int64_t back = rd_field_int(r, "times_back", 0);

	if (back)
		rd_buf_printf(b, s->english ? ", came back %lld times" : "，复发 %lld 次", (long long)back);
	rd_buf_char(b, '\n');
}

rd_rc rd_summary_draft(rd_tx *tx, const rd_story *story, rd_buf *out, rd_err *err)
{
	put_what(out, story);
	put_found(out, story);
	line(out, story, "原因", "Cause", story->cause);
	put_whys(out, story);
	line(out, story, "原因说明", "About the cause", rd_field_str(story->record, "cause_note"));
	put_impact(out, story);
	RD_TRY(put_corrections(tx, out, story, err));
	put_proof(out, story);
	put_time(out, story);
	line(out, story, "经验", "Lesson", story->lesson);
	return RD_OK;
}
