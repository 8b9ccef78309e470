#include "desk/followup.h"
#include "desk/cell.h"
#include "desk/effect.h"
#include "desk/feedback.h"
#include "desk/make.h"
#include "record/beside.h"
#include "store/queries.gen.h"

#define BODY_MAX (256u << 10)
#define TEXT_MAX 60000u

rd_rc rd_followup_closed(rd_hook_call *call, rd_err *err)
{
	rd_story story;
	bool english;

	RD_TRY(rd_story_english(call->tx, &english, err));
	RD_TRY(rd_story_load(call->tx, call->engine, call->now, english, &story, err));
	RD_TRY(rd_feedback_send(call, &story, err));
	return rd_effect_plan(call, &story, err);
}

/* ---- measures ---- */

static const struct measure {
	const char *kind, *meaning;
	const char *details; /* field that takes them */
	rd_words name;       /* before the name of the type */
} measures[] = {
	{"control", "mitigates", "details", {"防止再次发生：", "Prevent: "}},
	{"risk", "concerns", "details", {"风险：", "Risk: "}},
	{"improvement", "follows-from", "action", {"改进：", "Improve: "}},
};

static const struct measure *measure_of(rd_str kind)
{
	for (uint32_t i = 0; i < sizeof measures / sizeof *measures; i++)
		if (rd_str_is(kind, measures[i].kind))
			return &measures[i];
	return NULL;
}

static void put_line(rd_buf *b, const rd_story *s, const char *zh, const char *en, rd_str text)
{
	if (text.len == 0)
		return;
	rd_buf_puts(b, s->english ? en : zh);
	rd_buf_puts(b, s->english ? ": " : "：");
	rd_buf_str(b, text);
	rd_buf_char(b, '\n');
}

static void put_name(rd_json *j, const struct measure *m, const rd_story *s, rd_str given)
{
	rd_buf b;

	if (given.len) {
		rd_json_put_str(j, "name", given);
		return;
	}
	rd_buf_init(&b, 2000);
	rd_buf_puts(&b, s->english ? m->name.en : m->name.zh);
	rd_buf_str(&b, s->type_name);
	rd_json_put_str(j, "name", rd_buf_view(&b));
	rd_buf_done(&b);
}

/* An improvement has a goal beside its action: what the person says is the action. */
static void put_details(rd_json *j, const struct measure *m, const rd_story *s, rd_str given)
{
	bool is_goal = strcmp(m->details, "action") == 0;
	rd_buf b;

	rd_buf_init(&b, TEXT_MAX);
	put_line(&b, s, "来自异常", "From case", s->number);
	put_line(&b, s, "类型", "Type", s->type_name);
	put_line(&b, s, "原因", "Cause", s->cause);
	if (is_goal) {
		rd_json_put_str(j, "goal", rd_buf_view(&b));
		rd_make_put_text(j, "action", given);
	} else {
		rd_buf_str(&b, given);
		rd_json_put_str(j, m->details, rd_buf_view(&b));
	}
	rd_buf_done(&b);
}

static void write_measure(const struct measure *m, const rd_story *s, const rd_followup_new *new,
                          rd_buf *out)
{
	int64_t case_id = rd_cell(s->record, RD_COL_ID)->i;
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	put_name(&j, m, s, new->name);
	put_details(&j, m, s, new->details);
	if (strcmp(m->kind, "improvement") == 0) {
		rd_make_put_any(&j, "about", "case", case_id);
	} else {
		rd_make_put_id(&j, "from_case", case_id);
		rd_make_put_ids(&j, "exception_types", rd_field_int(s->record, "type", 0));
	}
	rd_make_put_id(&j, "owner", new->owner_id);
	rd_make_put_time(&j, "due", new->due_us);
	rd_make_put_like(&j, s->record);
	rd_json_close(&j);
}

rd_rc rd_followup_create(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t case_id,
                         const rd_followup_new *new, rd_record *ret_record, rd_err *err)
{
	const struct measure *m = measure_of(new->kind);
	rd_record c, made;
	rd_story story;
	bool english;
	rd_buf body;

	if (m == NULL)
		return rd_fail(err, RD_INPUT, "kind 只能是 control、risk 或 improvement",
		               "kind is one of control, risk, improvement");
	RD_TRY(rd_record_get(tx, actor, rd_kind_find(RD_STR("case")), case_id, &c, err));
	RD_TRY(rd_may_record(tx, actor, &c, RD_KIND_COMMENT, err));
	RD_TRY(rd_story_english(tx, &english, err));
	RD_TRY(rd_story_load(tx, e, &c, english, &story, err));
	rd_buf_init(&body, BODY_MAX);
	write_measure(m, &story, new, &body);
	rd_rc rc = rd_make(e, tx, actor, m->kind, &body, &made, err);

	rd_buf_done(&body);
	if (rc != RD_OK)
		return rc;
	*ret_record = made;
	return rd_link_set(tx, actor, made.kind, rd_cell(&made, RD_COL_ID)->i,
	                   &(rd_link){rd_str_of(m->meaning), c.kind, case_id}, true, err);
}

/* ---- the list ---- */

rd_rc rd_followup_list(rd_tx *tx, const rd_actor *actor, int64_t case_id,
                       const rd_record **ret_records, uint32_t *ret_n, rd_err *err)
{
	const rd_q_followups_of_row *rows;
	uint32_t n_rows, n = 0;
	rd_record c;

	RD_TRY(rd_record_get(tx, actor, rd_kind_find(RD_STR("case")), case_id, &c, err));
	RD_TRY(rd_q_followups_of(tx, case_id, RD_FOLLOWUPS_MAX, &rows, &n_rows, err));
	rd_record *list = RD_NEW_N(tx->arena, rd_record, n_rows + 1);

	for (uint32_t i = 0; i < n_rows; i++) {
		rd_err why = {0};
		rd_rc rc = rd_record_get(tx, actor, rd_kind_find(rows[i].kind), rows[i].id, &list[n], &why);

		if (rc != RD_OK && rc != RD_NOT_FOUND && rc != RD_FORBIDDEN) {
			*err = why;
			return rc;
		}
		n += rc == RD_OK && rd_cell(&list[n], RD_COL_ARCHIVED_AT)->type == RD_NULL;
	}
	*ret_records = list;
	*ret_n = n;
	return RD_OK;
}
