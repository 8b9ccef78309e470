/* Notifications: who is told of what, by which channel, when, and in which language. */
#include "desk/choices.h"
#include "desk/inbox.h"
#include "desk/reminders.h"
#include "desk/robots.h"
#include "office.h"
#include "record/beside.h"
#include "store/queries.gen.h"
#include "unit.h"
#include <stdio.h>

typedef struct team {
	int64_t li, wang, zhao, ada; /* accountant, accountant, supervisor; ada reads English */
} team;

static team hire(office *o)
{
	return (team){office_person(o, "li", "accountant", "zh"),
	              office_person(o, "wang", "accountant", "zh"),
	              office_person(o, "zhao", "supervisor", "zh"),
	              office_person(o, "ada", "supervisor", "en")};
}

static void told(office *o, int64_t user_id, const char *want)
{
	char got[400];

	UNIT_TEXT(rd_str_of(office_notices(o, user_id, got)), want);
}

static int64_t task_of(office *o, int64_t by, int64_t owner, const char *more)
{
	char body[300];

	(void)snprintf(body, sizeof body, "{\"name\":\"对账\",\"owner\":\"%lld\"%s}", (long long)owner,
	               more);
	return office_record(o, by, "task", body);
}

typedef struct watching {
	rd_actor actor;
	int64_t id;
	int64_t at_us; /* a reminder then, instead */
	office *o;
} watching;

static rd_rc watch(rd_tx *tx, void *ctx, rd_err *err)
{
	watching *w = ctx;

	return rd_watch_set(tx, &w->actor, rd_kind_find(RD_STR("task")), w->id, true, err);
}

static void watch_it(office *o, int64_t user_id, int64_t id)
{
	watching w = {.actor = office_actor(user_id, RD_KIND_SUPERVISOR), .id = id};

	office_write(o, watch, &w);
}

static void who_is_told(void)
{
	office o;

	office_open(&o);
	team t = hire(&o);
	char more[100];

	office_work(&o);
	told(&o, t.li, ""); /* nobody is told of being hired */

	/* Assigned: the owner and helpers, not who did it. */
	(void)snprintf(more, sizeof more, ",\"helpers\":[\"%lld\",\"%lld\"]", (long long)t.wang,
	               (long long)t.zhao);
	int64_t task = task_of(&o, t.zhao, t.li, more);

	office_work(&o);
	told(&o, t.li, "assigned");
	told(&o, t.wang, "assigned");
	told(&o, t.zhao, "");
	told(&o, t.ada, "");

	/* A change that assigns nobody new tells nobody; one more helper is told alone. */
	office_change(&o, t.zhao, "task", task, "{\"priority\":\"urgent\"}");
	(void)snprintf(more, sizeof more, "{\"helpers\":[\"%lld\",\"%lld\"]}", (long long)t.wang,
	               (long long)t.ada);
	office_change(&o, t.zhao, "task", task, more);
	office_work(&o);
	told(&o, t.li, "assigned");
	told(&o, t.wang, "assigned");
	told(&o, t.ada, "assigned");

	/* A step: owner, helpers and watchers, once each, not who did it. */
	watch_it(&o, t.zhao, task);
	watch_it(&o, t.ada, task);
	office_move(&o, t.li, "task", task, "start", "{}");
	office_work(&o);
	told(&o, t.li, "assigned");
	told(&o, t.wang, "assigned transition");
	told(&o, t.zhao, "transition");
	told(&o, t.ada, "assigned transition");

	/* A comment: who is mentioned hears that, not that there is a comment as well. */
	office_comment(&o, t.wang, "task", task, "看一下", (int64_t[]){t.zhao, t.wang}, 2);
	office_work(&o);
	told(&o, t.li, "assigned commented");
	told(&o, t.wang, "assigned transition");
	told(&o, t.zhao, "transition mentioned");
	told(&o, t.ada, "assigned transition commented");

	/* Handing over: the new owner is assigned and not told of the step besides. */
	(void)snprintf(more, sizeof more, "{\"owner\":\"%lld\"}", (long long)t.zhao);
	office_move(&o, t.li, "task", task, "hand_over", more);
	office_work(&o);
	told(&o, t.zhao, "transition mentioned assigned");
	told(&o, t.wang, "assigned transition transition");
	office_close(&o);
}

typedef struct reading {
	rd_actor actor;
	bool only_unread;
	rd_str cursor;
	uint32_t max;
	rd_inbox inbox;
	int64_t id, count;
} reading;

static rd_rc read_inbox(rd_tx *tx, void *ctx, rd_err *err)
{
	reading *r = ctx;

	RD_TRY(rd_inbox_count(tx, &r->actor, &r->count, err));
	return rd_inbox_list(tx, &r->actor, r->only_unread, r->cursor, r->max, &r->inbox, err);
}

typedef struct telling {
	office *o;
	int64_t user_id, task_id;
	bool told;
} telling;

static rd_rc tell_by_hand(rd_tx *tx, void *ctx, rd_err *err)
{
	telling *t = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record r;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("task")), t->task_id, &r, err));
	return rd_notice_tell(tx, &t->o->desk, t->user_id,
	                      &(rd_notice){RD_MESSAGE_OVERDUE, &r, 5, RD_STR("system"), RD_STR("5")},
	                      &t->told, err);
}

static void who_may_not_read_is_not_told(void)
{
	office o;

	office_open(&o);
	team t = hire(&o);
	int64_t open = task_of(&o, t.zhao, t.li, ""), gone = t.wang;
	int64_t secret = task_of(&o, t.zhao, t.li, ",\"restricted\":true");
	int64_t dep = office_person(&o, "dong", "department", "zh");

	/* The watchers of a record that became secret: rows that are there, rights that are not. */
	watch_it(&o, t.ada, open);
	office_work(&o);
	/* Somebody of another department is mentioned in what he may not read: he watches it from then
	 * on, so he may; who has left hears nothing whatever he watches. */
	watch_it(&o, gone, open);
	office_move(&o, 0, "user", gone, "suspend", "{\"reason\":\"x\"}");
	office_comment(&o, t.li, "task", open, "请看", (int64_t[]){dep}, 1);
	office_work(&o);
	told(&o, dep, "mentioned");
	told(&o, gone, "");
	/* A record that became secret: who watched it goes on, a supervisor who did not is not told
	 * even when a column that gives no right names him. */
	char sql[400];

	(void)
		snprintf(sql, sizeof sql,
	             "INSERT INTO notifications (firm_id, id, user_id, notice, kind, record_id, mark, "
	             "actor, detail, at_us, read_at_us, sent_at_us, digest_id) VALUES (7, 1, %lld, "
	             "'commented', 'task', %lld, 0, 'user:1', '', 1, 0, 0, 0)",
	             (long long)t.ada, (long long)secret);
	place_sql(&o.place, sql);
	telling tell = {&o, t.ada, secret, false};

	office_write(&o, tell_by_hand, &tell);
	UNIT_TRUE(!tell.told);
	tell.user_id = t.li;
	office_write(&o, tell_by_hand, &tell);
	UNIT_TRUE(tell.told);
	/* What was told before it became secret shows no title any more. */
	reading r = {.actor = office_actor(t.ada, RD_KIND_SUPERVISOR), .cursor = RD_STR(""), .max = 10};

	office_write(&o, read_inbox, &r);
	UNIT_TEXT(r.inbox.rows[r.inbox.n - 1].title, "");
	UNIT_TEXT(r.inbox.rows[r.inbox.n - 1].number, "");
	office_close(&o);
}

static void old_events_wake_nobody(void)
{
	office o;

	office_open(&o);
	team t = hire(&o);

	(void)task_of(&o, t.zhao, t.li, "");
	o.place.now_us += 25 * OFFICE_HOUR;
	office_work(&o);
	told(&o, t.li, "");
	UNIT_INT(o.n_sent, 0);
	office_close(&o);
}

static void mails_in_the_readers_language(void)
{
	office o;

	office_open(&o);
	team t = hire(&o);
	int64_t task = task_of(&o, t.zhao, t.ada, "");

	office_work(&o);
	UNIT_INT(o.n_sent, 1);
	UNIT_TEXT(rd_str_of(o.sent[0].to), "ada@example.com");
	UNIT_TEXT(rd_str_of(o.sent[0].title), "[T-2026-00001] assigned to you: 对账");
	char link[100];

	(void)snprintf(link, sizeof link, "Open: https://r.example/task/%lld\n", (long long)task);
	UNIT_TRUE(rd_str_has(rd_str_of(o.sent[0].text), link));
	UNIT_TRUE(rd_str_has(rd_str_of(o.sent[0].text), "zhao assigned"));
	UNIT_TRUE(rd_str_ends(rd_str_of(o.sent[0].key), "@example.com"));
	(void)task_of(&o, t.zhao, t.li, "");
	office_work(&o);
	UNIT_TEXT(rd_str_of(o.sent[1].title), "[T-2026-00002] 已指派给您：对账");
	/* No server is set: nothing is ordered, the inbox has it. */
	office_set(&o, RD_SET_MAIL_HOST, "");
	(void)task_of(&o, t.zhao, t.li, "");
	office_work(&o);
	UNIT_INT(o.n_sent, 2);
	told(&o, t.li, "assigned assigned");
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM jobs WHERE state <> 'done'"), 0);
	office_close(&o);
}

typedef struct choosing {
	rd_actor actor;
	int64_t user_id;
	rd_message_kind notice;
	rd_channel channel;
	rd_mode mode;
	rd_quiet quiet;
	int32_t digest_min;
} choosing;

static rd_rc choose(rd_tx *tx, void *ctx, rd_err *err)
{
	choosing *c = ctx;

	return rd_choices_mode(tx, &c->actor, c->user_id, c->notice, c->channel, c->mode, err);
}

static rd_rc set_times(rd_tx *tx, void *ctx, rd_err *err)
{
	choosing *c = ctx;

	return rd_choices_times(tx, &c->actor, c->user_id, &c->quiet, c->digest_min, err);
}

static void choices_count(void)
{
	office o;
	rd_err err = {0};

	office_open(&o);
	team t = hire(&o);
	choosing c = {office_actor(t.li, RD_KIND_ACCOUNTANT),
	              t.li,
	              RD_MESSAGE_ASSIGNED,
	              RD_CHANNEL_MAIL,
	              RD_MODE_OFF,
	              {0},
	              0};

	office_write(&o, choose, &c);
	(void)task_of(&o, t.zhao, t.li, "");
	office_work(&o);
	UNIT_INT(o.n_sent, 0);
	told(&o, t.li, "assigned");
	c.mode = RD_MODE_NOW;
	office_write(&o, choose, &c);
	c.channel = RD_CHANNEL_INBOX;
	c.mode = RD_MODE_OFF;
	office_write(&o, choose, &c);
	(void)task_of(&o, t.zhao, t.li, "");
	office_work(&o);
	UNIT_INT(o.n_sent, 1); /* by mail only */
	told(&o, t.li, "assigned");
	c.mode = RD_MODE_DIGEST;
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, choose, &c, &err), RD_INPUT);
	c.mode = RD_MODE_OFF;
	c.user_id = t.wang;
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, choose, &c, &err), RD_FORBIDDEN);
	c.actor = office_actor(t.zhao, RD_KIND_ADMINISTRATOR);
	office_write(&o, choose, &c);
	office_close(&o);
}

static void quiet_is_kept_by_clock_and_calendar(void)
{
	/* Thursday 2026-01-08, Chinese time; the preset works 09:00-12:00, 13:30-18:00. */
	static const struct {
		rd_quiet quiet;
		int32_t at_min, want_min;
	} rows[] = {
		{{RD_QUIET_NONE, 0, 0}, 60, 60},
		{{RD_QUIET_CLOCK, 22 * 60, 7 * 60}, 21 * 60 + 59, 21 * 60 + 59},
		{{RD_QUIET_CLOCK, 22 * 60, 7 * 60}, 22 * 60, 31 * 60},
		{{RD_QUIET_CLOCK, 22 * 60, 7 * 60}, 6 * 60 + 59, 7 * 60},
		{{RD_QUIET_CLOCK, 22 * 60, 7 * 60}, 7 * 60, 7 * 60},
		{{RD_QUIET_CLOCK, 12 * 60, 14 * 60}, 13 * 60, 14 * 60},
		{{RD_QUIET_CLOCK, 12 * 60, 14 * 60}, 14 * 60, 14 * 60},
		{{RD_QUIET_CLOCK, 12 * 60, 12 * 60}, 12 * 60, 12 * 60},
		{{RD_QUIET_WORK, 0, 0}, 10 * 60, 10 * 60},
		{{RD_QUIET_WORK, 0, 0}, 12 * 60 + 5, 13 * 60 + 30},
		{{RD_QUIET_WORK, 0, 0}, 19 * 60, 33 * 60},                  /* tomorrow at nine */
		{{RD_QUIET_WORK, 0, 0}, (24 + 19) * 60, (4 * 24 + 9) * 60}, /* Friday: on Monday */
	};
	int64_t midnight = OFFICE_NOW - 10 * OFFICE_HOUR, got = 0;
	rd_err err = {0};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("row %zu", i);
		UNIT_OK(rd_quiet_until(&rows[i].quiet, &rd_worktime_preset,
		                       midnight + rows[i].at_min * 60000000LL, &got, &err),
		        &err);
		UNIT_INT((got - midnight) / 60000000, rows[i].want_min);
	}
}

typedef struct hours {
	int64_t calendar_id;
	rd_worktime w;
} hours;

static rd_rc load_hours(rd_tx *tx, void *ctx, rd_err *err)
{
	hours *h = ctx;

	return rd_hours_load(tx, h->calendar_id, tx->now_us, 40, 28800, &h->w, err);
}

static void hours_are_those_of_the_calendar(void)
{
	office o;
	hours h = {0};
	char body[300];

	office_open(&o);
	office_write(&o, load_hours, &h);
	UNIT_INT(h.w.spans_n, 2); /* the preset */
	int64_t parent =
		office_record(&o, 0, "calendar",
	                  "{\"name\":\"总部\",\"workdays\":[\"mon\",\"tue\",\"wed\",\"thu\","
	                  "\"fri\",\"sat\"],\"opens\":\"08:00\",\"closes\":\"17:00\"}");

	(void)snprintf(
		body, sizeof body,
		"{\"calendar\":\"%lld\",\"on\":\"2026-01-09\",\"what\":\"holiday\",\"name\":\"所庆\"}",
		(long long)parent);
	(void)office_record(&o, 0, "calendar_day", body);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"夜班\",\"parent\":\"%lld\",\"workdays\":[\"mon\",\"thu\",\"sat\"],"
	               "\"opens\":\"14:00\",\"closes\":\"22:00\",\"lunch_begins\":null,"
	               "\"lunch_ends\":null}",
	               (long long)parent);
	int64_t night = office_record(&o, 0, "calendar", body);

	(void)snprintf(body, sizeof body,
	               "{\"calendar\":\"%lld\",\"on\":\"2026-01-13\",\"through\":\"2026-01-14\","
	               "\"what\":\"workday\",\"name\":\"赶工\"}",
	               (long long)night);
	(void)office_record(&o, 0, "calendar_day", body);
	h.calendar_id = parent;
	office_write(&o, load_hours, &h);
	rd_day first = rd_day_of(2026, 1, 8);

	UNIT_TRUE(rd_worktime_works(&h.w, first));
	UNIT_TRUE(!rd_worktime_works(&h.w, first + 1)); /* the firm's own holiday */
	UNIT_TRUE(rd_worktime_works(&h.w, first + 2));  /* Saturday */
	UNIT_TRUE(!rd_worktime_works(&h.w, first + 3));
	UNIT_INT(h.w.spans[0].from_min, 8 * 60);
	UNIT_INT(h.w.spans_n, 2);
	h.calendar_id = night;
	office_write(&o, load_hours, &h);
	UNIT_INT(h.w.spans_n, 1);
	UNIT_TRUE(rd_worktime_works(&h.w, first));
	UNIT_TRUE(!rd_worktime_works(&h.w, first + 1)); /* of the calendar it builds on */
	UNIT_TRUE(rd_worktime_works(&h.w, first + 5) && rd_worktime_works(&h.w, first + 6));
	UNIT_TRUE(!rd_worktime_works(&h.w, first + 7 + 6));
	office_close(&o);
}

static void quiet_hours_hold_mails_back(void)
{
	office o;

	office_open(&o);
	team t = hire(&o);

	office_set(&o, RD_SET_QUIET, "work");
	o.place.now_us += 10 * OFFICE_HOUR; /* 20:00 */
	(void)task_of(&o, t.zhao, t.li, "");
	(void)task_of(&o, t.li, t.wang, "");
	office_work(&o);
	UNIT_INT(o.n_sent, 0);
	told(&o, t.li, "assigned"); /* the inbox is not quiet */
	/* Who reads it in the inbox meanwhile gets no mail about it. */
	char sql[120];

	(void)snprintf(sql, sizeof sql,
	               "UPDATE notifications SET read_at_us = at_us + 1 WHERE user_id = %lld",
	               (long long)t.wang);
	place_sql(&o.place, sql);
	o.place.now_us = OFFICE_NOW + 23 * OFFICE_HOUR - 1;
	UNIT_INT(office_jobs(&o), 0);
	o.place.now_us++;
	UNIT_INT(office_jobs(&o), 2);
	UNIT_INT(o.n_sent, 1);
	UNIT_TEXT(rd_str_of(o.sent[0].to), "li@example.com");
	office_close(&o);
}

static uint32_t run_periodic(office *o)
{
	rd_periodic_entry entries[RD_REMINDERS_N];
	uint32_t ran = 0;
	rd_err err = {0};

	rd_reminders_entries(&o->desk, entries);
	UNIT_OK(rd_periodic_run(&(rd_periodic_config){.store = o->store,
	                                              .entries = entries,
	                                              .n_entries = RD_REMINDERS_N},
	                        &ran, &err),
	        &err);
	UNIT_INT(place_number(&o->place, "SELECT count(*) FROM periodic_runs WHERE last_error <> ''"),
	         0);
	return ran;
}

static void digests_come_once_a_day(void)
{
	office o;

	office_open(&o);
	team t = hire(&o);
	choosing c = {.actor = office_actor(t.zhao, RD_KIND_SUPERVISOR),
	              .user_id = t.zhao,
	              .quiet = {RD_QUIET_NONE, 0, 0},
	              .digest_min = 17 * 60};
	int64_t task = task_of(&o, t.zhao, t.zhao, "");

	office_write(&o, set_times, &c);
	office_comment(&o, t.li, "task", task, "一", NULL, 0);
	office_move(&o, t.li, "task", task, "start", "{}");
	office_work(&o);
	told(&o, t.zhao, "commented transition");
	(void)run_periodic(&o);
	UNIT_INT(office_jobs(&o), 0); /* it is ten o'clock */
	o.place.now_us = OFFICE_NOW + 7 * OFFICE_HOUR;
	office_comment(&o, t.li, "task", task, "二", NULL, 0);
	office_work(&o);
	(void)run_periodic(&o);
	UNIT_INT(office_jobs(&o), 1);
	UNIT_INT(o.n_sent, 1);
	UNIT_TEXT(rd_str_of(o.sent[0].to), "zhao@example.com");
	UNIT_TRUE(rd_str_has(rd_str_of(o.sent[0].text), "[T-2026-00001] 有新评论：对账"));
	UNIT_TRUE(rd_str_has(rd_str_of(o.sent[0].text), "状态变为“进行中”"));
	o.place.now_us += OFFICE_HOUR;
	(void)run_periodic(&o);
	UNIT_INT(office_jobs(&o), 0);
	/* Tomorrow's: what was read in the inbox is not in it, and nothing is no mail. */
	office_comment(&o, t.li, "task", task, "三", NULL, 0);
	office_work(&o);
	place_sql(&o.place, "UPDATE notifications SET read_at_us = at_us + 1");
	o.place.now_us += OFFICE_DAY;
	(void)run_periodic(&o);
	(void)office_jobs(&o);
	UNIT_INT(o.n_sent, 1);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM notifications WHERE digest_id = 1"), 0);
	office_close(&o);
}

static rd_rc remind(rd_tx *tx, void *ctx, rd_err *err)
{
	watching *w = ctx;
	int64_t id;

	return rd_reminder_add(&w->o->engine, tx, &w->actor, rd_kind_find(RD_STR("task")), w->id,
	                       w->at_us, RD_STR("问银行"), &id, err);
}

static void reminders_come_when_they_are_due(void)
{
	office o;

	office_open(&o);
	team t = hire(&o);
	watching w = {.o = &o,
	              .actor = office_actor(t.ada, RD_KIND_SUPERVISOR),
	              .id = task_of(&o, t.zhao, t.zhao, ""),
	              .at_us = OFFICE_NOW + OFFICE_HOUR};

	office_write(&o, remind, &w);
	office_work(&o);
	(void)run_periodic(&o);
	told(&o, t.ada, "");
	o.place.now_us = w.at_us;
	(void)run_periodic(&o);
	told(&o, t.ada, "reminded");
	UNIT_INT(office_jobs(&o), 1);
	UNIT_TRUE(rd_str_has(rd_str_of(o.sent[0].text), "You asked to be reminded now of"));
	UNIT_TRUE(rd_str_has(rd_str_of(o.sent[0].text), "问银行"));
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM reminders"), 0);
	UNIT_INT(place_number(&o.place,
	                      "SELECT count(*) FROM events WHERE type = 'task.reminder-dropped'"),
	         1);
	o.place.now_us += OFFICE_HOUR;
	(void)run_periodic(&o);
	told(&o, t.ada, "reminded");
	office_close(&o);
}

static void due_times_warn_once(void)
{
	office o;

	office_open(&o);
	team t = hire(&o);
	/* 30 hours, 2 days and 8 days from now; and one that is done. */
	int64_t task = task_of(&o, 0, t.li, ",\"due\":\"2026-01-09T08:00:00Z\"");
	int64_t done = task_of(&o, 0, t.li, ",\"due\":\"2026-01-09T08:00:00Z\"");

	(void)task_of(&o, 0, t.wang, ",\"due\":\"2026-01-16T02:00:00Z\"");
	office_move(&o, t.li, "task", done, "finish", "{}");
	place_sql(&o.place, "DELETE FROM watchers");
	(void)run_periodic(&o);
	told(&o, t.li, "");
	for (int i = 0; i < 3; i++) {
		o.place.now_us = OFFICE_NOW + 7 * OFFICE_HOUR + i * OFFICE_HOUR;
		(void)run_periodic(&o);
		told(&o, t.li, "due-soon");
	}
	o.place.now_us = OFFICE_NOW + 30 * OFFICE_HOUR;
	(void)run_periodic(&o);
	told(&o, t.li, "due-soon overdue");
	(void)office_jobs(&o);
	UNIT_INT(o.n_sent, 2); /* overdue at once; due soon in the digest of this morning */
	UNIT_TEXT(rd_str_of(o.sent[0].title), "[T-2026-00001] 已逾期（2026-01-09 16:00）：对账");
	UNIT_TRUE(rd_str_has(rd_str_of(o.sent[1].text), "即将到期（2026-01-09 16:00）"));
	/* More time: the new due time warns again. */
	office_change(&o, t.li, "task", task, "{\"due\":\"2026-01-09T20:00:00Z\"}");
	o.place.now_us += OFFICE_HOUR;
	(void)run_periodic(&o);
	told(&o, t.li, "due-soon overdue due-soon");
	told(&o, t.wang, "");
	office_close(&o);
}

typedef struct robot_order {
	office *o;
	rd_actor actor;
	rd_robot_row row;
	int64_t id;
} robot_order;

static rd_rc add_robot(rd_tx *tx, void *ctx, rd_err *err)
{
	robot_order *r = ctx;

	return rd_robots_add(r->o->store, tx, &r->actor, &r->row, &r->id, err);
}

static void groups_are_told_once(void)
{
	office o;
	rd_err err = {0};

	office_open(&o);
	team t = hire(&o);

	office_work(&o); /* that they were hired is no news for groups */
	robot_order r = {&o,
	                 office_actor(1, RD_KIND_ADMINISTRATOR),
	                 {.service = RD_SERVICE_WECOM,
	                  .name = RD_STR("财务群"),
	                  .url = RD_STR("https://wecom.example/send?key=geheim"),
	                  .secret = RD_STR(""),
	                  .notices = RD_STR("assigned,overdue"),
	                  .active = true},
	                 0};

	office_write(&o, add_robot, &r);
	r.row.service = RD_SERVICE_WEBHOOK;
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, add_robot, &r, &err), RD_INPUT);
	r.row.secret = RD_STR("0123456789abcdef");
	r.row.notices = RD_STR("transition");
	office_write(&o, add_robot, &r);
	r.row.notices = RD_STR("transitions");
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, add_robot, &r, &err), RD_INPUT);
	office_set(&o, RD_SET_MAIL_HOST, "");
	char more[100];

	(void)snprintf(more, sizeof more, ",\"helpers\":[\"%lld\"]", (long long)t.wang);
	int64_t task = task_of(&o, t.zhao, t.li, more);

	(void)task_of(&o, t.zhao, t.li, ",\"restricted\":true"); /* not for groups */
	office_work(&o);
	UNIT_INT(o.n_sent, 1);
	UNIT_INT(o.sent[0].what, 'g');
	UNIT_TEXT(rd_str_of(o.sent[0].title), "[T-2026-00001] 已指派给您：对账");
	office_move(&o, t.li, "task", task, "start", "{}");
	office_work(&o);
	UNIT_INT(o.n_sent, 2);
	UNIT_INT(o.sent[1].what, 'c');
	UNIT_TEXT(rd_str_of(o.sent[1].secret), "0123456789abcdef");
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM robots WHERE url LIKE 'sealed:%' AND "
	                                "secret NOT LIKE '%0123%'"),
	         2);
	UNIT_TRUE(rd_str_has(rd_str_of(o.sent[1].text), "进行中"));
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM events WHERE type = 'firm.robot-added'"),
	         2);
	office_close(&o);
}

static rd_rc mark_one(rd_tx *tx, void *ctx, rd_err *err)
{
	reading *r = ctx;

	return rd_inbox_mark(tx, &r->actor, r->id, err);
}

static rd_rc mark_all(rd_tx *tx, void *ctx, rd_err *err)
{
	reading *r = ctx;

	return rd_inbox_mark_all(tx, &r->actor, 0, err);
}

static void the_inbox(void)
{
	enum { N = 7 };
	office o;
	rd_err err = {0};

	office_open(&o);
	team t = hire(&o);
	reading r = {.actor = office_actor(t.li, RD_KIND_ACCOUNTANT), .cursor = RD_STR(""), .max = 3};
	int64_t seen[N];
	uint32_t n = 0;

	for (int i = 0; i < N; i++)
		(void)task_of(&o, t.zhao, t.li, "");
	office_work(&o);
	office_write(&o, read_inbox, &r);
	UNIT_INT(r.count, N);
	UNIT_TEXT(r.inbox.rows[0].number, "T-2026-00007");
	UNIT_TEXT(r.inbox.rows[0].title, "对账");
	UNIT_TEXT(r.inbox.rows[0].actor_name, "zhao");
	/* Two are read: they come last. */
	for (int i = 0; i < 2; i++) {
		r.id = r.inbox.rows[i].id;
		office_write(&o, mark_one, &r);
		office_write(&o, mark_one, &r);
	}
	for (r.cursor = RD_STR("");;) {
		office_write(&o, read_inbox, &r);
		for (uint32_t i = 0; i < r.inbox.n && n < N; i++)
			seen[n++] = r.inbox.rows[i].id;
		UNIT_INT(r.inbox.n, r.inbox.next.len ? 3 : 1);
		if (r.inbox.next.len == 0)
			break;
		r.cursor = r.inbox.next;
	}
	UNIT_INT(n, N);
	for (uint32_t i = 1; i < N; i++)
		UNIT_INT(seen[i] < seen[i - 1], i != 5); /* from 5 on the read ones */
	r.cursor = RD_STR("");
	r.only_unread = true;
	r.max = 5;
	office_write(&o, read_inbox, &r);
	UNIT_INT(r.inbox.n, 5);
	UNIT_INT(r.inbox.next.len, 0);
	r.cursor = RD_STR("u12x");
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, read_inbox, &r, &err), RD_INPUT);
	/* Nobody marks another one's. */
	r.actor = office_actor(t.wang, RD_KIND_ACCOUNTANT);
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, mark_one, &r, &err), RD_NOT_FOUND);
	office_write(&o, mark_all, &r);
	r.actor = office_actor(t.li, RD_KIND_ACCOUNTANT);
	r.cursor = RD_STR("");
	office_write(&o, read_inbox, &r);
	UNIT_INT(r.count, 5);
	office_write(&o, mark_all, &r);
	office_write(&o, read_inbox, &r);
	UNIT_INT(r.count, 0);
	UNIT_INT(r.inbox.n, 0);
	office_close(&o);
}

const unit_test notices_tests[] = {
	{"who is told", who_is_told},
	{"who may not read is not told", who_may_not_read_is_not_told},
	{"old events wake nobody", old_events_wake_nobody},
	{"mails in the reader's language", mails_in_the_readers_language},
	{"choices count", choices_count},
	{"quiet is kept by clock and calendar", quiet_is_kept_by_clock_and_calendar},
	{"hours are those of the calendar", hours_are_those_of_the_calendar},
	{"quiet hours hold mails back", quiet_hours_hold_mails_back},
	{"digests come once a day", digests_come_once_a_day},
	{"reminders come when they are due", reminders_come_when_they_are_due},
	{"due times warn once", due_times_warn_once},
	{"groups are told once", groups_are_told_once},
	{"the inbox", the_inbox},
	{0},
};
