#include "desk/effect.h"
#include "base/money.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/hours.h"
#include "desk/make.h"
#include "desk/person.h"
#include "desk/settings.h"
#include "desk/tasks.h"
#include "record/beside.h"
#include "store/queries.gen.h"

#define AT_ONCE  50u /* reviews judged in one transaction */
#define BODY_MAX (32u << 10)
#define TEXT_MAX 4000u
#define DAY_US   86400000000LL
#define AHEAD_US DAY_US /* the figures are there when people are reminded of the day */
#define ROUNDS   2000u  /* of AT_ONCE, of one firm in one run */

rd_effect rd_effect_verdict(int64_t back, int64_t like, int64_t before)
{
	if (back > 0 || (like > 0 && like >= before))
		return RD_EFFECT_NONE;
	return like > 0 ? RD_EFFECT_PARTLY : RD_EFFECT_GOOD;
}

static const struct {
	const char *name;
	rd_words words;
} verdicts[] = {
	[RD_EFFECT_GOOD] = {"effective", {"有效", "effective"}},
	[RD_EFFECT_PARTLY] = {"partly", {"部分有效", "partly effective"}},
	[RD_EFFECT_NONE] = {"not_effective", {"无效", "not effective"}},
};

/* ---- planning ---- */

static rd_rc days_until(rd_tx *tx, rd_str grade, int64_t *ret_days, rd_err *err)
{
	static const struct {
		const char *grade;
		rd_setting setting;
	} rows[] = {{"p1", RD_SET_EFFECT_DAYS_P1},
	            {"p2", RD_SET_EFFECT_DAYS_P2},
	            {"p4", RD_SET_EFFECT_DAYS_P4}};
	rd_setting which = RD_SET_EFFECT_DAYS_P3;

	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rd_str_is(grade, rows[i].grade))
			which = rows[i].setting;
	return rd_setting_int(tx, which, ret_days, err);
}

static void put_name(rd_json *j, const rd_story *s)
{
	rd_buf name;

	rd_buf_init(&name, 1000);
	rd_buf_puts(&name, s->english ? "Effect: " : "效果复查：");
	rd_buf_str(&name, s->number.len ? s->number : s->type_name);
	rd_json_put_str(j, "name", rd_buf_view(&name));
	rd_buf_done(&name);
}

static rd_rc plan_new(rd_hook_call *call, const rd_story *s, int64_t due_us, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	const rd_value *owner = rd_cell(s->record, RD_COL_OWNER);
	rd_record made;
	char day[16];
	rd_buf body;
	rd_json j;

	rd_day_format((rd_day)((call->tx->now_us / 1000000 + s->offset_s) / 86400), day);
	rd_buf_init(&body, BODY_MAX);
	rd_json_init(&j, &body, 0);
	rd_json_object(&j);
	put_name(&j, s);
	rd_make_put_id(&j, "case", rd_cell(s->record, RD_COL_ID)->i);
	rd_make_put_id(&j, "owner", owner->type == RD_INT ? owner->i : 0);
	rd_json_put_text(&j, "closed_on", day);
	rd_json_put_int(&j, "back_before", rd_field_int(s->record, "times_back", 0));
	rd_make_put_time(&j, "due", due_us);
	rd_make_put_like(&j, s->record);
	rd_json_close(&j);
	rd_rc rc = rd_make(call->engine, call->tx, &system, "effect_review", &body, &made, err);

	rd_buf_done(&body);
	return rc;
}

/* The case was closed again: the review counts from this time on. */
static rd_rc plan_anew(rd_hook_call *call, const rd_story *s, int64_t id, int64_t due_us,
                       rd_err *err)
{
	static const char *const judged[] = {"verdict", "verdict_reason", "times_back", "same_type",
	                                     "same_before"};
	const rd_actor system = rd_task_system(call);
	rd_record was;
	bool found;

	RD_TRY(rd_story_record(call->tx, "effect_review", id, &was, &found, err));
	if (!found)
		return RD_OK;
	rd_record now = rd_record_copy(call->tx->arena, &was);

	for (uint32_t i = 0; i < sizeof judged / sizeof *judged; i++)
		*rd_field_cell(&now, judged[i]) = RD_VALUE_NULL;
	*rd_cell(&now, RD_COL_DUE) = RD_VALUE_INT(due_us);
	*rd_field_cell(&now, "closed_on") =
		RD_VALUE_INT((call->tx->now_us / 1000000 + s->offset_s) / 86400);
	*rd_field_cell(&now, "back_before") = RD_VALUE_INT(rd_field_int(s->record, "times_back", 0));
	return rd_record_write(call->tx, &system, &was, &now, err);
}

rd_rc rd_effect_plan(rd_hook_call *call, const rd_story *story, rd_err *err)
{
	rd_day today = (rd_day)((call->tx->now_us / 1000000 + story->offset_s) / 86400);
	rd_q_effect_planned_row planned;
	int64_t days, due_us;
	bool found;

	RD_TRY(days_until(call->tx, rd_field_str(story->record, "grade"), &days, err));
	if (days == 0)
		return RD_OK;
	RD_TRY(rd_hours_due(call->tx, today + (rd_day)days, -1, story->offset_s, &due_us, err));
	RD_TRY(
		rd_q_effect_planned(call->tx, rd_cell(story->record, RD_COL_ID)->i, &planned, &found, err));
	return found ? plan_anew(call, story, planned.id, due_us, err)
	             : plan_new(call, story, due_us, err);
}

/* ---- judging ---- */

typedef struct figures {
	int64_t back, like, before, days;
	bool open;
} figures;

static rd_rc count_like(rd_tx *tx, const rd_record *c, int64_t from_us, int64_t until_us,
                        int64_t *ret, rd_err *err)
{
	const rd_value *client = rd_cell(c, RD_COL_CLIENT);
	rd_q_effect_like_row row = {0};
	bool found;

	if (client->type == RD_INT)
		RD_TRY(rd_q_effect_like(tx, client->i, rd_field_int(c, "type", 0), from_us, until_us,
		                        rd_cell(c, RD_COL_ID)->i, &row, &found, err));
	*ret = row.n;
	return RD_OK;
}

static rd_rc measure(rd_tx *tx, const rd_story *s, const rd_record *review, figures *ret,
                     rd_err *err)
{
	const rd_record *c = s->record;
	int32_t state = rd_kind_state_find(c->kind, rd_cell(c, RD_COL_STATE)->str);
	int64_t closed_us = (rd_field_int(review, "closed_on", 0)) * DAY_US - s->offset_s * 1000000LL;
	int64_t found_us = rd_field_int(c, "found_at", closed_us);

	/* The moment, when the case still stands as it was closed then. */
	if (rd_field_int(c, "closed_at", 0) > closed_us)
		closed_us = rd_field_int(c, "closed_at", 0);
	int64_t span = tx->now_us - closed_us;

	ret->open = state >= 0 && !c->kind->states[state].closed;
	ret->back = rd_field_int(c, "times_back", 0) - rd_field_int(review, "back_before", 0);
	if (ret->back < 0)
		ret->back = 0;
	if (ret->back == 0 && ret->open)
		ret->back = 1;
	ret->days = span / DAY_US;
	RD_TRY(count_like(tx, c, closed_us, tx->now_us, &ret->like, err));
	return count_like(tx, c, found_us - span, found_us, &ret->before, err);
}

static void put_cost(rd_buf *b, const rd_story *s)
{
	int64_t minutes = rd_field_int(s->record, "spent_minutes", 0);

	if (minutes)
		rd_buf_printf(b, s->english ? " It took %lld minutes" : "处理用时 %lld 分钟",
		              (long long)minutes);
	if (minutes && rd_field_cell(s->record, "cost")->type != RD_NULL) {
		rd_buf_puts(b, s->english ? " and cost " : "，成本 ");
		(void)rd_story_money(b, s->record, "cost");
	}
	if (minutes)
		rd_buf_puts(b, s->english ? "." : "。");
}

static rd_str reason(rd_tx *tx, const rd_story *s, const figures *f, rd_effect verdict)
{
	const rd_words w = verdicts[verdict].words;
	rd_buf b;

	rd_buf_init(&b, TEXT_MAX);
	if (s->english)
		rd_buf_printf(
			&b,
			"In %lld days since closing: came back B = %lld%s; new cases of the same type "
			"at this client L = %lld, in as long a time before P = %lld. Effective: B = 0 "
			"and L = 0; partly: B = 0 and 0 < L < P; else not effective. So: %s.",
			(long long)f->days, (long long)f->back, f->open ? " (it is open again)" : "",
			(long long)f->like, (long long)f->before, w.en);
	else
		rd_buf_printf(
			&b,
			"关闭后 %lld 天内：本案复发 B = %lld 次%s；该客户同类新增 L = %lld 起，发现之前同样长的"
			"时间内 P = %lld 起。规则：B = 0 且 L = 0 为有效；B = 0 且 0 < L < P 为部分有效；其余为"
			"无效。据此：%s。",
			(long long)f->days, (long long)f->back, f->open ? "（现已重新打开）" : "",
			(long long)f->like, (long long)f->before, w.zh);
	put_cost(&b, s);
	rd_str text = {rd_arena_copy(tx->arena, b.data, b.size), (uint32_t)b.size};

	rd_buf_done(&b);
	return text;
}

/* Fills in what the record says; a verdict that stands there stays. */
static rd_rc judge(rd_tx *tx, const rd_engine *e, rd_record *review, rd_err *err)
{
	rd_record c;
	rd_story s;
	figures f;
	bool found, english;

	RD_TRY(rd_story_record(tx, "case", rd_field_int(review, "case", 0), &c, &found, err));
	if (!found)
		return RD_OK;
	RD_TRY(rd_story_english(tx, &english, err));
	RD_TRY(rd_story_load(tx, e, &c, english, &s, err));
	RD_TRY(measure(tx, &s, review, &f, err));
	rd_effect verdict = rd_effect_verdict(f.back, f.like, f.before);
	const rd_value *cost = rd_field_cell(&c, "cost");
	rd_value *own = rd_field_cell(review, "verdict"), *money = rd_field_cell(review, "cost");

	*rd_field_cell(review, "times_back") = RD_VALUE_INT(f.back);
	*rd_field_cell(review, "same_type") = RD_VALUE_INT(f.like);
	*rd_field_cell(review, "same_before") = RD_VALUE_INT(f.before);
	*rd_field_cell(review, "verdict_reason") = RD_VALUE_TEXT(reason(tx, &s, &f, verdict));
	money[0] = cost[0];
	money[1] = cost[1];
	if (own->type == RD_NULL)
		*own = RD_VALUE_TEXT(rd_str_of(verdicts[verdict].name));
	return RD_OK;
}

typedef struct judging {
	const rd_engine *engine;
	uint32_t n;
} judging;

static rd_rc judge_some(rd_tx *tx, void *ctx, rd_err *err)
{
	judging *g = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	const rd_q_effect_due_row *rows;
	uint32_t n;

	RD_TRY(rd_q_effect_due(tx, tx->now_us + AHEAD_US, AT_ONCE, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		rd_record was;
		bool found;

		RD_TRY(rd_story_record(tx, "effect_review", rows[i].id, &was, &found, err));
		rd_record now = rd_record_copy(tx->arena, &was);

		RD_TRY(judge(tx, g->engine, &now, err));
		RD_TRY(rd_record_write(tx, &system, &was, &now, err));
	}
	g->n = n;
	return RD_OK;
}

static rd_rc any_due(rd_tx *tx, void *ctx, rd_err *err)
{
	judging *g = ctx;
	const rd_q_effect_due_row *rows;

	return rd_q_effect_due(tx, tx->now_us + AHEAD_US, 1, &rows, &g->n, err);
}

/* Asked by reading first: most firms have nothing due in most hours. */
static rd_rc effects_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	judging g = {.engine = ctx};

	RD_TRY(rd_store_read(s, firm_id, a, any_due, &g, err));
	bool more = g.n > 0;

	for (uint32_t round = 0; more && round < ROUNDS; round++) {
		RD_TRY(rd_store_write(s, firm_id, a, judge_some, &g, err));
		rd_arena_reset(a);
		more = g.n == AT_ONCE;
	}
	return RD_OK;
}

static rd_rc effects(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, effects_of, ctx, err);
}

rd_periodic_entry rd_effects_entry(const rd_engine *e)
{
	return (rd_periodic_entry){.name = "effects",
	                           .interval_s = 3600,
	                           .lease_s = 600,
	                           .run = effects,
	                           .ctx = (void *)(uintptr_t)e};
}

/* ---- concluding ---- */

static rd_rc plan_improvement(rd_hook_call *call, const rd_story *s, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	const rd_value *owner = rd_cell(call->now, RD_COL_OWNER);
	const rd_kind *review = call->now->kind;
	rd_record made;
	rd_buf name, body;
	rd_json j;

	rd_buf_init(&name, 1000);
	rd_buf_puts(&name, s->english ? "Not effective, to be improved: " : "处理无效，需改进：");
	rd_buf_printf(&name, "%.*s %.*s", RD_STR_ARG(s->number), RD_STR_ARG(s->type_name));
	rd_buf_init(&body, BODY_MAX);
	rd_json_init(&j, &body, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "name", rd_buf_view(&name));
	rd_make_put_text(&j, "goal", rd_field_str(call->now, "verdict_reason"));
	rd_make_put_any(&j, "about", "case", rd_cell(s->record, RD_COL_ID)->i);
	rd_make_put_id(&j, "owner", owner->type == RD_INT ? owner->i : 0);
	rd_make_put_like(&j, s->record);
	rd_json_close(&j);
	rd_rc rc = rd_make(call->engine, call->tx, &system, "improvement", &body, &made, err);

	rd_buf_done(&body);
	rd_buf_done(&name);
	if (rc != RD_OK)
		return rc;
	return rd_link_set(call->tx, &system, made.kind, rd_cell(&made, RD_COL_ID)->i,
	                   &(rd_link){RD_STR("follows-from"), review, rd_cell(call->now, RD_COL_ID)->i},
	                   true, err);
}

static bool person_judged(const rd_hook_call *call)
{
	for (uint16_t i = 0; i < call->transition->n_asks; i++)
		if (strcmp(call->transition->asks[i].name, "verdict") == 0)
			return call->asked[i][0].type != RD_NULL;
	return false;
}

rd_rc rd_hook_effect_review_finish(rd_hook_call *call, rd_err *err)
{
	rd_record c;
	rd_story s;
	bool found, english;

	/* The figures are those of today, and the verdict, too, unless the person says another. */
	if (!person_judged(call))
		*rd_field_cell(call->now, "verdict") = RD_VALUE_NULL;
	RD_TRY(judge(call->tx, call->engine, call->now, err));
	if (!rd_str_is(rd_field_str(call->now, "verdict"), verdicts[RD_EFFECT_NONE].name))
		return RD_OK;
	RD_TRY(rd_story_record(call->tx, "case", rd_field_int(call->now, "case", 0), &c, &found, err));
	if (!found)
		return RD_OK;
	RD_TRY(rd_story_english(call->tx, &english, err));
	RD_TRY(rd_story_load(call->tx, call->engine, &c, english, &s, err));
	return plan_improvement(call, &s, err);
}
