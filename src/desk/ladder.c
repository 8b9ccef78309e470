#include "desk/ladder.h"
#include "base/json.h"
#include "desk/cell.h"
#include "desk/clocks.h"
#include "desk/duty.h"
#include "desk/make.h"
#include "desk/notice.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define PAGE       200u
#define PAGES_MAX  500u /* of one firm in one run; the rest comes a minute later */
#define PEOPLE_MAX 20u  /* told on one rung */
#define EVERY_S    60u
#define MINUTE_US  60000000LL

enum { OWNER, DUTY, LEAD, SUPERVISOR, HEAD };

typedef struct step {
	rd_tx *tx;
	const rd_engine *engine;
	rd_desk desk;
	rd_actor system;
	rd_clock_basis basis;
	const rd_record *was;
	rd_record now;
	int64_t due_us;
} step;

/* ---- who ---- */

typedef struct people {
	int64_t ids[PEOPLE_MAX];
	uint32_t n;
} people;

/* The person or who stands in, when there is one who may read the case. */
static rd_rc add(const step *s, int64_t user_id, people *to, rd_err *err)
{
	rd_day today = rd_worktime_day(&s->basis.hours, s->tx->now_us);
	rd_err why = {0};
	rd_person p;
	int64_t id;
	bool found;

	if (user_id == 0 || to->n == PEOPLE_MAX)
		return RD_OK;
	RD_TRY(rd_duty_stand_in(s->tx, user_id, today, &id, err));
	if (id == 0)
		return RD_OK;
	RD_TRY(rd_person_load(s->tx, id, &p, &found, err));
	rd_rc rc = found ? rd_may_record(s->tx, &p.actor, s->was, RD_KIND_READ, &why) : RD_NOT_FOUND;

	if (rc == RD_OK)
		to->ids[to->n++] = id;
	else if (rc != RD_NOT_FOUND && rc != RD_FORBIDDEN)
		*err = why;
	return rc == RD_NOT_FOUND || rc == RD_FORBIDDEN ? RD_OK : rc;
}

static rd_rc add_duty(const step *s, people *to, rd_err *err)
{
	const rd_on_duty *list;
	uint32_t n;

	RD_TRY(rd_duty_at(s->tx, s->tx->now_us, s->desk.zone_offset_s, &list, &n, err));
	for (uint32_t i = 0; i < n && to->n == 0; i++)
		RD_TRY(add(s, list[i].answers_id, to, err));
	return RD_OK;
}

/* Of the team of the case, else of the main team of its owner. */
static rd_rc add_lead(const step *s, people *to, rd_err *err)
{
	const rd_value *team = rd_cell(s->was, RD_COL_TEAM), *owner = rd_cell(s->was, RD_COL_OWNER);
	int64_t team_id = team->type == RD_INT ? team->i : 0;
	rd_q_clock_team_lead_row lead;
	rd_q_clock_user_row user;
	bool found = false;

	if (team_id == 0 && owner->type == RD_INT) {
		RD_TRY(rd_q_clock_user(s->tx, owner->i, &user, &found, err));
		team_id = found && user.main_team_id.type == RD_INT ? user.main_team_id.i : 0;
	}
	if (team_id == 0)
		return RD_OK;
	RD_TRY(rd_q_clock_team_lead(s->tx, team_id, &lead, &found, err));
	return found ? add(s, lead.lead_id, to, err) : RD_OK;
}

static rd_rc add_supervisors(const step *s, people *to, rd_err *err)
{
	const rd_q_supervisor_list_row *rows;
	uint32_t n;

	RD_TRY(add(s, s->basis.supervisor, to, err));
	if (to->n)
		return RD_OK;
	RD_TRY(rd_q_supervisor_list(s->tx, PEOPLE_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(add(s, rows[i].id, to, err));
	return RD_OK;
}

static rd_rc add_head(const step *s, people *to, rd_err *err)
{
	rd_q_clock_head_row row;
	bool found;

	RD_TRY(rd_q_clock_head(s->tx, &row, &found, err));
	return found && row.head_id.type == RD_INT ? add(s, row.head_id.i, to, err) : RD_OK;
}

static rd_rc on_rung(const step *s, int64_t rung, people *to, rd_err *err)
{
	to->n = 0;
	switch (rung) {
	case OWNER: {
		const rd_value *owner = rd_cell(s->was, RD_COL_OWNER);

		return add(s, owner->type == RD_INT ? owner->i : 0, to, err);
	}
	case DUTY: return add_duty(s, to, err);
	case LEAD: return add_lead(s, to, err);
	case SUPERVISOR: return add_supervisors(s, to, err);
	default: return add_head(s, to, err);
	}
}

/* ---- telling ---- */

/* `mark` tells repeats; groups hear of what somebody was told. */
static rd_rc tell(const step *s, rd_message_kind what, int64_t due_us, int64_t mark,
                  const people *who, rd_err *err)
{
	char detail[24];
	int n = snprintf(detail, sizeof detail, "%lld", (long long)due_us);
	const rd_notice notice = {what, s->was, mark, s->system.name, {detail, (uint32_t)n}};
	bool told, any = false;

	for (uint32_t i = 0; i < who->n; i++) {
		RD_TRY(rd_notice_tell(s->tx, &s->desk, who->ids[i], &notice, &told, err));
		any = any || told;
	}
	return any ? rd_notice_groups(s->tx, &s->desk, &notice, err) : RD_OK;
}

/* Owner and whoever works on it. */
static rd_rc tell_workers(const step *s, rd_message_kind what, int64_t due_us, rd_err *err)
{
	int64_t ids[RD_NOTICE_PEOPLE_MAX];
	people who = {.n = 0};
	uint32_t n;

	RD_TRY(rd_notice_people(s->tx, s->was, false, ids, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(add(s, ids[i], &who, err));
	return tell(s, what, due_us, due_us, &who, err);
}

static rd_rc tell_administrators(const step *s, int64_t due_us, rd_err *err)
{
	const rd_q_administrator_list_row *rows;
	people who = {.n = 0};
	uint32_t n;

	RD_TRY(rd_q_administrator_list(s->tx, PEOPLE_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		who.ids[who.n++] = rows[i].id;
	return tell(s, RD_MESSAGE_UNATTENDED, due_us, due_us, &who, err);
}

/* ---- the ladder ---- */

/* Whether the rung's time has come. */
static rd_rc has_come(const step *s, int64_t rung, bool *ret, rd_err *err)
{
	int64_t after = s->basis.rules.ladder[s->basis.grade][rung];
	rd_work_moment at;

	RD_TRY(rd_worktime_add(&s->basis.hours, s->due_us, after * MINUTE_US, &at, err));
	*ret = at.at_us <= s->tx->now_us;
	return RD_OK;
}

static rd_rc climb(step *s, rd_err *err)
{
	const int64_t *after = s->basis.rules.ladder[s->basis.grade];
	int64_t rung = rd_field_int(&s->now, "escalation", 0);
	bool missing = false; /* the rung before found nobody */

	for (; rung < (int64_t)RD_LADDER_N; rung++) {
		bool come = true;
		people who;

		if (after[rung] < 0)
			continue;
		if (!missing)
			RD_TRY(has_come(s, rung, &come, err));
		if (!come)
			break;
		RD_TRY(on_rung(s, rung, &who, err));
		missing = who.n == 0;
		RD_TRY(tell(s, rung == OWNER ? RD_MESSAGE_OVERDUE : RD_MESSAGE_ESCALATED, s->due_us,
		            s->due_us + rung, &who, err));
	}
	if (missing) {
		RD_TRY(tell_administrators(s, s->due_us, err));
		rung = RD_LADDER_TOLD;
	}
	*rd_field_cell(&s->now, "escalation") = RD_VALUE_INT(rung);
	return RD_OK;
}

static rd_rc run_clocks(step *s, rd_err *err)
{
	int64_t warn = s->basis.rules.warn[s->basis.grade];
	rd_work_moment from;

	if (rd_clock_is_paused(s->was) || !rd_clock_nearest(s->was, &s->due_us))
		return RD_OK;
	rd_clock_judge(s->tx->arena, &s->now, s->tx->now_us);
	if (s->due_us <= s->tx->now_us)
		return climb(s, err);
	RD_TRY(rd_worktime_add(&s->basis.hours, s->due_us, -warn * MINUTE_US, &from, err));
	return warn > 0 && from.at_us <= s->tx->now_us
	           ? tell_workers(s, RD_MESSAGE_DUE_SOON, s->due_us, err)
	           : RD_OK;
}

/* ---- the written decision ---- */

static void report_body(const step *s, bool english, int64_t owner, rd_buf *out)
{
	const rd_record *r = s->was;
	rd_json j;
	rd_buf name;

	rd_buf_init(&name, 1024);
	rd_buf_puts(&name,
	            english ? "Decide on reporting to the authority: " : "研究是否向主管机关报告：");
	rd_buf_str(&name, rd_cell(r, RD_COL_NUMBER)->str);
	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "name", rd_buf_view(&name));
	rd_json_put_text(
		&j, "details",
		english
			? "Ten days have passed since the written opinion, and no written decision is recorded. "
			  "Record it, or decide whether this is to be reported to the authority in charge or to "
			  "the finance, audit or tax authority (Basic Accounting Work Rules, art. 78 (6))."
			: "书面意见送达已满十日，尚未登记书面决定。请登记决定；严重违反国家利益和社会公众利益的，"
			  "应当向主管单位或者财政、审计、税务机关报告（会计基础工作规范第七十八条第六项）。");
	rd_json_put_text(&j, "priority", "urgent");
	rd_make_put_any(&j, "about", "case", rd_cell(r, RD_COL_ID)->i);
	rd_make_put_id(&j, "owner", owner);
	rd_make_put_like(&j, r);
	rd_json_close(&j);
	rd_json_end(&j);
	rd_buf_done(&name);
}

/* The supervisor decides, else who is in charge of the case. */
static rd_rc order_report(const step *s, rd_err *err)
{
	rd_q_firm_manner_row firm;
	people who = {.n = 0};
	rd_record task;
	rd_buf body;
	bool found;

	RD_TRY(rd_q_firm_manner(s->tx, &firm, &found, err));
	RD_TRY(add_supervisors(s, &who, err));
	if (who.n == 0)
		RD_TRY(on_rung(s, OWNER, &who, err));
	rd_buf_init(&body, 8192);
	report_body(s, found && rd_str_is(firm.language, "en"), who.n ? who.ids[0] : 0, &body);
	rd_rc rc = rd_make(s->engine, s->tx, &s->system, "task", &body, &task, err);

	rd_buf_done(&body);
	return rc;
}

static rd_rc run_opinion(step *s, rd_err *err)
{
	const rd_value *due = rd_field_cell(s->was, "opinion_due");
	int64_t remind, late, now = s->tx->now_us;

	if (due->type == RD_NULL || rd_clock_breached(s->was, RD_CLOCK_OPINION))
		return RD_OK;
	rd_clock_opinion(&s->basis, (rd_day)due->i, &remind, &late);
	if (now >= late) {
		rd_clock_set_breached(s->tx->arena, &s->now, RD_CLOCK_OPINION, true);
		RD_TRY(tell_workers(s, RD_MESSAGE_OVERDUE, late - 1, err));
		return order_report(s, err);
	}
	return s->basis.rules.opinion_days > 0 && now >= remind
	           ? tell_workers(s, RD_MESSAGE_DUE_SOON, late - 1, err)
	           : RD_OK;
}

/* ---- all of them ---- */

typedef struct looking {
	const rd_engine *engine;
	int64_t ids[PAGE], after_us, after_id, id;
	uint32_t n;
} looking;

/* Looks once more: since the case was found, somebody may have worked on it or been quicker. */
static rd_rc take_step(rd_tx *tx, void *ctx, rd_err *err)
{
	const looking *l = ctx;
	rd_record was;
	step s = {.tx = tx,
	          .engine = l->engine,
	          .desk = {l->engine->store, l->engine->zone_offset_s},
	          .system = rd_desk_system(tx->firm_id),
	          .was = &was};

	RD_TRY(rd_record_get(tx, &s.system, rd_kind_find(RD_STR("case")), l->id, &was, err));
	if (rd_cell(&was, RD_COL_ARCHIVED_AT)->type != RD_NULL ||
	    rd_field_int(&was, "clock_at", INT64_MAX) > tx->now_us)
		return RD_OK;
	RD_TRY(rd_clock_basis_load(tx, &was, l->engine->zone_offset_s, &s.basis, err));
	s.now = rd_record_copy(tx->arena, &was);
	RD_TRY(run_clocks(&s, err));
	RD_TRY(run_opinion(&s, err));
	RD_TRY(rd_clock_settle(&s.basis, &s.now, tx->now_us, err));
	return rd_record_write(tx, &s.system, &was, &s.now, err);
}

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	looking *l = ctx;
	const rd_q_clock_due_row *rows;

	RD_TRY(rd_q_clock_due(tx, tx->now_us, l->after_us, l->after_id, PAGE, &rows, &l->n, err));
	for (uint32_t i = 0; i < l->n; i++) {
		l->ids[i] = rows[i].id;
		l->after_us = rows[i].clock_at_us.i;
		l->after_id = rows[i].id;
	}
	return RD_OK;
}

/* The first failure is told at the end and keeps no other case from its turn. */
static rd_rc take_steps(looking *l, int64_t firm_id, rd_arena *a, rd_err *err)
{
	rd_rc first = RD_OK;

	for (uint32_t i = 0; i < l->n; i++) {
		rd_err why = {0};

		l->id = l->ids[i];
		rd_arena_reset(a);
		rd_rc rc = rd_store_write(l->engine->store, firm_id, a, take_step, l, &why);

		if (rc != RD_OK && first == RD_OK) {
			first = rc;
			*err = why;
		}
	}
	return first;
}

static rd_rc of_firm(rd_store *store, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	looking *l = RD_NEW(a, looking);
	rd_arena *page = rd_arena_new();
	rd_rc first = RD_OK;

	*l = (looking){.engine = ctx, .after_us = INT64_MIN};
	for (uint32_t i = 0; i < PAGES_MAX; i++) {
		rd_err why = {0};

		rd_arena_reset(page);
		rd_rc rc = rd_store_read(store, firm_id, page, look, l, &why);
		bool more = rc == RD_OK && l->n > 0;

		if (more)
			rc = take_steps(l, firm_id, page, &why);
		if (rc != RD_OK && first == RD_OK) {
			first = rc;
			*err = why;
		}
		if (!more)
			break;
	}
	rd_arena_free(page);
	return first;
}

static rd_rc all(rd_store *store, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(store, of_firm, ctx, err);
}

rd_periodic_entry rd_ladder_entry(const rd_engine *e)
{
	return (rd_periodic_entry){.name = "clocks",
	                           .interval_s = EVERY_S,
	                           .lease_s = 1800,
	                           .run = all,
	                           .ctx = (void *)(uintptr_t)e};
}
