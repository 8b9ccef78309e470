#include "desk/notice.h"
#include "base/assert.h"
#include "base/json.h"
#include "desk/cell.h"
#include "desk/choices.h"
#include "desk/jobs.h"
#include "desk/robots.h"
#include "desk/settings.h"
#include "record/check.h"
#include "record/engine.h"
#include "record/guard.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define QUIET_DAYS 40u /* the longest holiday and the weekends around it are shorter */

/* ---- one person ---- */

/* NOT_FOUND is an answer here, not a failure. */
static rd_rc may_read(rd_tx *tx, const rd_actor *actor, const rd_record *r, bool *ret, rd_err *err)
{
	rd_err why = {0};
	rd_rc rc = rd_may_record(tx, actor, r, RD_KIND_READ, &why);

	*ret = rc == RD_OK;
	if (rc == RD_OK || rc == RD_NOT_FOUND || rc == RD_FORBIDDEN)
		return RD_OK;
	*err = why;
	return rc;
}

/* Quiet hours hold a mail back, but not the call of an emergency. */
static rd_rc order_mail(rd_tx *tx, const rd_desk *desk, const rd_person *p, const rd_choices *c,
                        int64_t notice_id, bool at_once, rd_err *err)
{
	rd_job_new job = {.queue = RD_STR("post"), .kind = RD_STR("notice.mail")};
	rd_worktime hours;
	char body[48];
	int64_t job_id;
	int n = snprintf(body, sizeof body, "{\"notice\":%lld}", (long long)notice_id);

	job.body = (rd_str){body, (uint32_t)n};
	RD_TRY(rd_hours_load(tx, p->calendar_id, tx->now_us, QUIET_DAYS, desk->zone_offset_s, &hours,
	                     err));
	if (!at_once)
		RD_TRY(rd_quiet_until(&c->quiet, &hours, tx->now_us, &job.run_at_us, err));
	return rd_job_add(desk->store, tx, &job, &job_id, err);
}

static rd_rc mail_mode(rd_tx *tx, const rd_person *p, rd_mode chosen, rd_mode *ret, rd_err *err)
{
	rd_str host;

	RD_TRY(rd_setting_text(tx, RD_SET_MAIL_HOST, &host, err));
	*ret = host.len && p->mail.len ? chosen : RD_MODE_OFF;
	return RD_OK;
}

static rd_rc tell(rd_tx *tx, const rd_desk *desk, const rd_person *p, const rd_notice *notice,
                  bool *ret_told, rd_err *err)
{
	const rd_record *r = notice->record;
	int64_t id = rd_store_new_id(desk->store), added = 0;
	rd_choices c;
	rd_mode mail, inbox;

	RD_TRY(rd_choices_get(tx, p->id, &c, err));
	inbox = c.mode[notice->what][RD_CHANNEL_INBOX];
	RD_TRY(mail_mode(tx, p, c.mode[notice->what][RD_CHANNEL_MAIL], &mail, err));
	if (inbox == RD_MODE_OFF && mail == RD_MODE_OFF)
		return RD_OK;
	RD_TRY(rd_q_notice_add(tx, id, p->id, rd_str_of(rd_message_name(notice->what)),
	                       rd_str_of(r->kind->name), rd_cell(r, RD_COL_ID)->i, notice->mark,
	                       notice->actor, notice->detail, tx->now_us,
	                       inbox == RD_MODE_OFF ? tx->now_us : 0, mail == RD_MODE_DIGEST, &added,
	                       err));
	*ret_told = added == 1;
	if (added == 1 && mail == RD_MODE_NOW)
		return order_mail(tx, desk, p, &c, id, notice->what == RD_MESSAGE_CALLED, err);
	return RD_OK;
}

rd_rc rd_notice_tell(rd_tx *tx, const rd_desk *desk, int64_t user_id, const rd_notice *notice,
                     bool *ret_told, rd_err *err)
{
	rd_person p;
	bool found, may;

	*ret_told = false;
	if (user_id == rd_guard_person(notice->actor) && notice->what != RD_MESSAGE_REMINDED)
		return RD_OK;
	RD_TRY(rd_person_load(tx, user_id, &p, &found, err));
	if (!found || !p.active)
		return RD_OK;
	RD_TRY(may_read(tx, &p.actor, notice->record, &may, err));
	return may ? tell(tx, desk, &p, notice, ret_told, err) : RD_OK;
}

/* ---- groups ---- */

static rd_str robot_body(rd_tx *tx, int64_t robot_id, const rd_notice *n)
{
	rd_buf out;
	rd_json j;

	rd_buf_init(&out, 8192);
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	rd_json_put_int(&j, "robot", robot_id);
	rd_json_put_text(&j, "notice", rd_message_name(n->what));
	rd_json_put_text(&j, "kind", n->record->kind->name);
	rd_json_put_int(&j, "record", rd_cell(n->record, RD_COL_ID)->i);
	rd_json_put_str(&j, "actor", n->actor);
	rd_json_put_str(&j, "detail", n->detail);
	rd_json_close(&j);
	rd_json_end(&j);
	RD_ASSERT(!out.full);
	rd_str s = {rd_arena_copy(tx->arena, out.data, out.size), (uint32_t)out.size};

	rd_buf_done(&out);
	return s;
}

rd_rc rd_notice_groups(rd_tx *tx, const rd_desk *desk, const rd_notice *notice, rd_err *err)
{
	const rd_robot_row *robots;
	uint32_t n;
	int64_t job_id;

	RD_TRY(rd_robots_load(tx, &robots, &n, err));
	for (uint32_t i = 0; i < n; i++)
		if (rd_robots_wants(&robots[i], notice->what, notice->record))
			RD_TRY(rd_job_add(desk->store, tx,
			                  &(rd_job_new){.queue = RD_STR("post"),
			                                .kind = RD_STR("notice.robot"),
			                                .body = robot_body(tx, robots[i].id, notice)},
			                  &job_id, err));
	return RD_OK;
}

/* ---- who ---- */

static bool has(const int64_t *ids, uint32_t n, int64_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static void put(int64_t *ids, uint32_t *n, int64_t id)
{
	if (*n < RD_NOTICE_PEOPLE_MAX && !has(ids, *n, id))
		ids[(*n)++] = id;
}

rd_rc rd_notice_people(rd_tx *tx, const rd_record *r, bool watchers,
                       int64_t ret_ids[RD_NOTICE_PEOPLE_MAX], uint32_t *ret_n, rd_err *err)
{
	rd_str kind = rd_str_of(r->kind->name);
	int64_t id = rd_cell(r, RD_COL_ID)->i;
	const rd_q_ref_assigned_row *assigned;
	const rd_q_watch_list_row *watching;
	uint32_t n = 0, n_rows;

	RD_TRY(rd_q_ref_assigned(tx, kind, id, RD_NOTICE_PEOPLE_MAX, &assigned, &n_rows, err));
	for (uint32_t i = 0; i < n_rows; i++)
		put(ret_ids, &n, assigned[i].user_id);
	if (watchers) {
		RD_TRY(rd_q_watch_list(tx, kind, id, RD_NOTICE_PEOPLE_MAX, &watching, &n_rows, err));
		for (uint32_t i = 0; i < n_rows; i++)
			put(ret_ids, &n, watching[i].user_id);
	}
	*ret_n = n;
	return RD_OK;
}

/* The people in columns that assign, of what an event says was set or was there before. */
static rd_rc named_in(rd_tx *tx, const rd_kind *k, const json_t *values, int64_t *ids, uint32_t *n,
                      rd_err *err)
{
	rd_value *cells = RD_NEW_N(tx->arena, rd_value, k->n_columns);
	const rd_kind_ref *refs;
	uint32_t n_refs;

	RD_TRY(rd_check_apply(k, values, tx->arena, cells, err));
	rd_check_refs(k, cells, tx->arena, &refs, &n_refs);
	for (uint32_t i = 0; i < n_refs; i++) {
		bool assigns = refs[i].field < 0 ? strcmp(refs[i].key, "owner") == 0
		                                 : k->fields[refs[i].field].assigns;

		if (assigns && strcmp(refs[i].to, "user") == 0)
			put(ids, n, refs[i].id);
	}
	return RD_OK;
}

/* ---- one event ---- */

typedef struct event {
	rd_tx *tx;
	const rd_desk *desk;
	const rd_log_row *row;
	const json_t *payload;
	rd_record record;                   /* as it is now */
	int64_t told[RD_NOTICE_PEOPLE_MAX]; /* who was told of this event already */
	uint32_t n_told;
} event;

static rd_rc tell_all(event *e, rd_message_kind what, rd_str detail, const int64_t *ids, uint32_t n,
                      rd_err *err)
{
	const rd_notice notice = {what, &e->record, e->row->seq, e->row->actor, detail};
	bool told;

	for (uint32_t i = 0; i < n; i++) {
		if (has(e->told, e->n_told, ids[i]))
			continue;
		RD_TRY(rd_notice_tell(e->tx, e->desk, ids[i], &notice, &told, err));
		put(e->told, &e->n_told, ids[i]);
	}
	return RD_OK;
}

static rd_rc tell_groups(event *e, rd_message_kind what, rd_str detail, rd_err *err)
{
	return rd_notice_groups(e->tx, e->desk,
	                        &(rd_notice){what, &e->record, e->row->seq, e->row->actor, detail},
	                        err);
}

static rd_rc assigned(event *e, rd_err *err)
{
	const rd_kind *k = e->record.kind;
	int64_t now[RD_NOTICE_PEOPLE_MAX], was[RD_NOTICE_PEOPLE_MAX], new[RD_NOTICE_PEOPLE_MAX] = {0};
	uint32_t n_now = 0, n_was = 0, n_new = 0;

	if (k->own == RD_OWN_OWNER)
		return RD_OK; /* a person is not assigned to himself */
	RD_TRY(named_in(e->tx, k, json_object_get(e->payload, "set"), now, &n_now, err));
	RD_TRY(named_in(e->tx, k, json_object_get(e->payload, "was"), was, &n_was, err));
	for (uint32_t i = 0; i < n_now; i++)
		if (!has(was, n_was, now[i]))
			put(new, &n_new, now[i]);
	if (n_new == 0)
		return RD_OK;
	RD_TRY(tell_all(e, RD_MESSAGE_ASSIGNED, RD_STR(""), new, n_new, err));
	return tell_groups(e, RD_MESSAGE_ASSIGNED, RD_STR(""), err);
}

static rd_rc moved(event *e, rd_err *err)
{
	int64_t people[RD_NOTICE_PEOPLE_MAX];
	const char *state =
		json_string_value(json_object_get(json_object_get(e->payload, "set"), "state"));
	uint32_t n;

	if (state == NULL)
		return RD_OK; /* it stands where it stood */
	RD_TRY(rd_notice_people(e->tx, &e->record, true, people, &n, err));
	RD_TRY(tell_all(e, RD_MESSAGE_TRANSITION, rd_str_of(state), people, n, err));
	return tell_groups(e, RD_MESSAGE_TRANSITION, rd_str_of(state), err);
}

static rd_rc commented(event *e, rd_err *err)
{
	const json_t *users = json_object_get(e->payload, "users");
	int64_t people[RD_NOTICE_PEOPLE_MAX];
	uint32_t n = 0;

	for (size_t i = 0; i < json_array_size(users); i++)
		put(people, &n, json_integer_value(json_array_get(users, i)));
	RD_TRY(tell_all(e, RD_MESSAGE_MENTIONED, RD_STR(""), people, n, err));
	RD_TRY(rd_notice_people(e->tx, &e->record, true, people, &n, err));
	RD_TRY(tell_all(e, RD_MESSAGE_COMMENTED, RD_STR(""), people, n, err));
	return tell_groups(e, RD_MESSAGE_COMMENTED, RD_STR(""), err);
}

/* Checks make many at once; of those only what cannot wait is told. */
static rd_rc reported(event *e, rd_err *err)
{
	const rd_value *client_id = rd_cell(&e->record, RD_COL_CLIENT);
	rd_actor system = rd_desk_system(e->tx->firm_id);
	rd_record client;

	if (strcmp(e->record.kind->name, "case") != 0 || client_id->type == RD_NULL ||
	    (rd_str_is(rd_field_str(&e->record, "origin"), "check") &&
	     !rd_str_is(rd_field_str(&e->record, "grade"), "p1")))
		return RD_OK;
	RD_TRY(
		rd_record_get(e->tx, &system, rd_kind_find(RD_STR("client")), client_id->i, &client, err));
	int64_t supervisor = rd_field_int(&client, "supervisor", 0);

	return supervisor ? tell_all(e, RD_MESSAGE_REPORTED, RD_STR(""), &supervisor, 1, err) : RD_OK;
}

static rd_rc by_type(event *e, rd_str word, rd_err *err)
{
	bool is_move = rd_str_is(word, rd_fact_word(RD_FACT_MOVED));

	if (rd_str_is(word, rd_fact_word(RD_FACT_COMMENTED)))
		return commented(e, err);
	if (rd_str_is(word, rd_fact_word(RD_FACT_CREATED)))
		RD_TRY(reported(e, err));
	RD_TRY(assigned(e, err));
	return is_move ? moved(e, err) : RD_OK;
}

static bool concerns_us(rd_str word)
{
	return rd_str_is(word, rd_fact_word(RD_FACT_CREATED)) ||
	       rd_str_is(word, rd_fact_word(RD_FACT_CHANGED)) ||
	       rd_str_is(word, rd_fact_word(RD_FACT_MOVED)) ||
	       rd_str_is(word, rd_fact_word(RD_FACT_COMMENTED));
}

static rd_rc one_event(rd_tx *tx, const rd_desk *desk, const rd_log_row *row, rd_err *err)
{
	const rd_kind *k = row->kind.len ? rd_kind_find(row->kind) : NULL;
	rd_actor system = rd_desk_system(tx->firm_id);
	event e = {.tx = tx, .desk = desk, .row = row};
	rd_err why = {0};

	if (k == NULL || row->erased || row->type.len <= row->kind.len ||
	    row->at_us < tx->now_us - RD_NOTICE_AGE_US)
		return RD_OK;
	rd_str word = {row->type.ptr + row->kind.len + 1, row->type.len - row->kind.len - 1};

	if (!concerns_us(word))
		return RD_OK;
	rd_rc rc = rd_record_get(tx, &system, k, row->record_id, &e.record, &why);

	if (rc == RD_NOT_FOUND)
		return RD_OK;
	if (rc != RD_OK) {
		*err = why;
		return rc;
	}
	json_t *payload = json_loadb(row->payload.ptr, row->payload.len, 0, NULL);

	e.payload = payload;
	rc = by_type(&e, word, err);
	json_decref(payload);
	return rc;
}

rd_rc rd_notice_follow(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, rd_err *err)
{
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(one_event(tx, ctx, &rows[i], err));
	return RD_OK;
}

/* ---- which events there is somebody to tell of ---- */

static bool other_than(const int64_t *ids, uint32_t n, int64_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (ids[i] != id)
			return true;
	return false;
}

/* Somebody else than who did it is named, assigned to the record or watches it; or it is a new
 * exception, of which a supervisor may be told. What by_type comes to tell has to be known here. */
static rd_rc has_people(rd_tx *tx, const rd_kind *k, const rd_log_row *row, rd_str word,
                        const json_t *payload, bool *ret, rd_err *err)
{
	int64_t ids[RD_NOTICE_PEOPLE_MAX], who = rd_guard_person(row->actor);
	rd_value cells[RD_COL_ID + 1] = {0};
	const rd_record r = {k, cells}; /* its id is all that is asked for */
	uint32_t n = 0;

	*ret = json_array_size(json_object_get(payload, "users")) > 0 ||
	       (strcmp(k->name, "case") == 0 && rd_str_is(word, rd_fact_word(RD_FACT_CREATED)));
	if (*ret)
		return RD_OK;
	if (!rd_str_is(word, rd_fact_word(RD_FACT_COMMENTED)))
		RD_TRY(named_in(tx, k, json_object_get(payload, "set"), ids, &n, err));
	*ret = other_than(ids, n, who);
	if (*ret || rd_str_is(word, rd_fact_word(RD_FACT_CREATED)) ||
	    rd_str_is(word, rd_fact_word(RD_FACT_CHANGED)))
		return RD_OK;
	cells[RD_COL_ID] = RD_VALUE_INT(row->record_id);
	RD_TRY(rd_notice_people(tx, &r, true, ids, &n, err));
	*ret = other_than(ids, n, who);
	return RD_OK;
}

static rd_rc wanted(rd_tx *tx, const rd_log_row *row, bool groups, bool *ret, rd_err *err)
{
	const rd_kind *k = row->kind.len ? rd_kind_find(row->kind) : NULL;

	*ret = false;
	if (k == NULL || row->erased || row->type.len <= row->kind.len)
		return RD_OK;
	rd_str word = {row->type.ptr + row->kind.len + 1, row->type.len - row->kind.len - 1};

	if (!concerns_us(word))
		return RD_OK;
	*ret = groups;
	if (groups)
		return RD_OK;
	json_t *payload = json_loadb(row->payload.ptr, row->payload.len, 0, NULL);
	rd_rc rc = has_people(tx, k, row, word, payload, ret, err);

	json_decref(payload);
	return rc;
}

rd_rc rd_notice_look(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, uint32_t *ret_first,
                     rd_err *err)
{
	const rd_robot_row *robots;
	uint32_t n_robots;
	bool yes = false;

	(void)ctx;
	RD_TRY(rd_robots_load(tx, &robots, &n_robots, err));
	for (*ret_first = 0; *ret_first < n; (*ret_first)++) {
		RD_TRY(wanted(tx, &rows[*ret_first], n_robots > 0, &yes, err));
		if (yes)
			break;
	}
	return RD_OK;
}
