/* The roster: who answers now, who stands in, gaps, and the warning of the day before. */
#include "desk/duty.h"
#include "desk/hooks.h"
#include "desk/person.h"
#include "office.h"
#include "unit.h"
#include <stdio.h>

#define MIN INT64_C(60000000)

static int64_t china(int32_t month, int32_t day, int32_t hour)
{
	return ((int64_t)rd_day_of(2026, month, day) * 24 + hour - 8) * OFFICE_HOUR;
}

static void open_real(office *o)
{
	office_open(o);
	o->engine.hooks = rd_desk_hooks;
	o->engine.n_hooks = rd_desk_hooks_count;
}

static int64_t turn(office *o, int64_t person, int32_t level, const char *from, const char *until)
{
	char body[300];

	(void)snprintf(
		body, sizeof body,
		"{\"name\":\"值班\",\"person\":\"%lld\",\"level\":%d,\"from_at\":\"2026-01-%s:00+08:00\","
		"\"until_at\":\"2026-01-%s:00+08:00\",\"phone\":\"13800000000\"}",
		(long long)person, level, from, until);
	return office_record(o, 0, "duty", body);
}

static void absent(office *o, int64_t person, int64_t deputy, const char *first, const char *last)
{
	char body[300], who[60] = "";

	if (deputy)
		(void)snprintf(who, sizeof who, ",\"deputy\":\"%lld\"", (long long)deputy);
	(void)snprintf(body, sizeof body,
	               "{\"person\":\"%lld\",\"first\":\"2026-01-%s\",\"last\":\"2026-01-%s\"%s}",
	               (long long)person, first, last, who);
	office_move(o, person, "absence", office_record(o, 0, "absence", body), "approve", "{}");
}

typedef struct asking {
	int64_t at_us;
	int64_t persons[10], answers[10], levels[10];
	rd_duty_gap gaps[10];
	uint32_t n, n_gaps;
} asking;

static rd_rc ask(rd_tx *tx, void *ctx, rd_err *err)
{
	asking *q = ctx;
	const rd_on_duty *list;
	const rd_duty_gap *gaps;

	RD_TRY(rd_duty_at(tx, q->at_us, 28800, &list, &q->n, err));
	for (uint32_t i = 0; i < q->n && i < 10; i++) {
		q->persons[i] = list[i].person_id;
		q->answers[i] = list[i].answers_id;
		q->levels[i] = list[i].level;
	}
	RD_TRY(rd_duty_gaps(tx, q->at_us, &gaps, &q->n_gaps, err));
	for (uint32_t i = 0; i < q->n_gaps && i < 10; i++)
		q->gaps[i] = gaps[i];
	return RD_OK;
}

static asking at(office *o, int64_t at_us)
{
	asking q = {.at_us = at_us};
	rd_err err = {0};

	UNIT_OK(rd_store_read(o->store, OFFICE_FIRM, o->place.arena, ask, &q, &err), &err);
	return q;
}

static void turns_answer_in_their_order(void)
{
	office o;

	open_real(&o);
	int64_t a = office_person(&o, "a", "accountant", "zh"),
			b = office_person(&o, "b", "reviewer", "zh");

	(void)turn(&o, a, 2, "10T08:00", "11T08:00");
	(void)turn(&o, b, 1, "10T08:00", "10T20:00");
	int64_t gone = turn(&o, b, 1, "10T08:00", "11T08:00");

	office_move(&o, 0, "duty", gone, "cancel", "{}");
	asking q = at(&o, china(1, 10, 8));

	UNIT_INT(q.n, 2);
	UNIT_INT(q.persons[0], b);
	UNIT_INT(q.persons[1], a);
	UNIT_INT(q.levels[1], 2);
	q = at(&o, china(1, 10, 20)); /* the end of a turn is no longer of it */
	UNIT_INT(q.n, 1);
	UNIT_INT(q.answers[0], a);
	UNIT_INT(at(&o, china(1, 11, 8)).n, 0);
	office_close(&o);
}

static void a_deputy_answers_for_who_is_away(void)
{
	office o;
	char body[100];

	open_real(&o);
	int64_t a = office_person(&o, "a", "accountant", "zh"),
			b = office_person(&o, "b", "reviewer", "zh");
	int64_t c = office_person(&o, "c", "reviewer", "zh");

	(void)turn(&o, a, 1, "10T08:00", "16T08:00");
	(void)snprintf(body, sizeof body, "{\"deputies\":[\"%lld\",\"%lld\"]}", (long long)b,
	               (long long)c);
	office_change(&o, 0, "user", a, body);
	UNIT_INT(at(&o, china(1, 11, 9)).answers[0], a);
	absent(&o, a, 0, "12", "14");
	UNIT_INT(at(&o, china(1, 11, 23)).answers[0], a);
	UNIT_INT(at(&o, china(1, 12, 9)).answers[0], b);
	absent(&o, b, 0, "13", "14");
	UNIT_INT(at(&o, china(1, 13, 9)).answers[0], c);
	absent(&o, a, b, "15", "15"); /* the absence names who stands in */
	UNIT_INT(at(&o, china(1, 15, 9)).answers[0], b);
	/* Who has left is stood in for, too; at last nobody is there. */
	office_move(&o, 0, "user", c, "leave", "{\"leaving\":\"2026-01-10\"}");
	UNIT_INT(at(&o, china(1, 13, 9)).answers[0], 0);
	office_move(&o, 0, "user", a, "leave", "{\"leaving\":\"2026-01-10\"}");
	UNIT_INT(at(&o, china(1, 11, 9)).answers[0], b);
	office_close(&o);
}

static void gaps_are_what_turns_leave(void)
{
	office o;

	open_real(&o);
	int64_t a = office_person(&o, "a", "accountant", "zh");
	asking q = at(&o, china(1, 10, 0));

	UNIT_INT(q.n_gaps, 1);
	UNIT_INT(q.gaps[0].until_us, china(1, 17, 0));
	(void)turn(&o, a, 1, "11T08:00", "12T08:00"); /* splits it */
	(void)turn(&o, a, 2, "11T20:00", "12T20:00"); /* overlaps */
	(void)turn(&o, a, 1, "09T08:00", "10T06:00"); /* the begin */
	(void)turn(&o, a, 1, "16T08:00", "18T06:00"); /* the end */
	q = at(&o, china(1, 10, 0));
	UNIT_INT(q.n_gaps, 2);
	UNIT_INT(q.gaps[0].from_us, china(1, 10, 6));
	UNIT_INT(q.gaps[0].until_us, china(1, 11, 8));
	UNIT_INT(q.gaps[1].from_us, china(1, 12, 20));
	UNIT_INT(q.gaps[1].until_us, china(1, 16, 8));
	(void)turn(&o, a, 1, "13T00:00", "14T00:00");
	UNIT_INT(at(&o, china(1, 10, 0)).n_gaps, 3);
	(void)turn(&o, a, 1, "10T00:00", "18T00:00");
	UNIT_INT(at(&o, china(1, 10, 0)).n_gaps, 0);
	office_close(&o);
}

static rd_rc make(rd_tx *tx, void *ctx, rd_err *err)
{
	const office *o = ctx;
	const rd_actor system = rd_desk_system(OFFICE_FIRM);
	rd_problems problems = {0};
	rd_record r;
	json_t *body = json_pack("{s:s,s:s,s:s,s:s}", "name", "x", "person", "1", "from_at",
	                         "2026-01-10T08:00:00+08:00", "until_at", "2026-01-10T08:00:00+08:00");
	char id[24];

	(void)snprintf(id, sizeof id, "%lld",
	               (long long)place_number(&o->place, "SELECT min(id) FROM kind_user"));
	(void)json_object_set_new(body, "person", json_string(id));
	rd_rc rc = rd_record_create(&o->engine, tx, &system, rd_kind_find(RD_STR("duty")), 0, body, &r,
	                            &problems, err);

	json_decref(body);
	return rc;
}

static void a_turn_ends_after_it_begins(void)
{
	office o;
	rd_err err = {0};

	open_real(&o);
	(void)office_person(&o, "a", "accountant", "zh");
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, make, &o, &err), RD_INPUT);
	office_close(&o);
}

static void look(office *o, int64_t now_us)
{
	rd_periodic_entry entry = rd_duty_entry(&o->engine);
	rd_err err = {0};

	o->place.now_us = now_us;
	UNIT_OK(entry.run(o->store, entry.ctx, o->place.arena, &err), &err);
}

static void is_told(office *o, int64_t id, const char *want)
{
	char got[400];

	UNIT_TEXT(rd_str_of(office_notices(o, id, got)), want);
}

static uint32_t sent(const office *o, const char *to, const char *title)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < o->n_sent; i++)
		n += strstr(o->sent[i].to, to) != NULL && strstr(o->sent[i].title, title) != NULL;
	for (uint32_t i = 0; n == 0 && i < o->n_sent; i++)
		unit_note("sent to %s: %s", o->sent[i].to, o->sent[i].title);
	return n;
}

static void supervisors_hear_of_a_day_without_anybody(void)
{
	office o;

	open_real(&o);
	int64_t root = office_person(&o, "root", "administrator", "zh");
	int64_t a = office_person(&o, "a", "accountant", "zh");

	look(&o, china(1, 8, 10)); /* no roster is kept: nobody is bothered */
	is_told(&o, root, "");
	(void)turn(&o, a, 1, "08T08:00", "09T18:00");
	look(&o, china(1, 8, 11)); /* the 9th has somebody */
	is_told(&o, root, "");
	look(&o, china(1, 9, 10));
	look(&o, china(1, 9, 11));
	is_told(&o, root, "duty-gap"); /* there is no supervisor yet */
	int64_t boss = office_person(&o, "boss", "supervisor", "zh");

	(void)turn(&o, a, 1, "11T08:00", "12T18:00");
	look(&o, china(1, 10, 10));
	is_told(&o, boss, "");
	absent(&o, a, 0, "12", "12"); /* planned, but away */
	look(&o, china(1, 11, 10));
	is_told(&o, boss, "duty-gap");
	is_told(&o, root, "duty-gap");
	office_work(&o);
	UNIT_INT(sent(&o, "boss@example.com", "2026-01-12 无人值班：小会计所"), 1);
	office_close(&o);
}

const unit_test duty_tests[] = {
	{"turns answer in their order", turns_answer_in_their_order},
	{"a deputy answers for who is away", a_deputy_answers_for_who_is_away},
	{"gaps are what turns leave", gaps_are_what_turns_leave},
	{"a turn ends after it begins", a_turn_ends_after_it_begins},
	{"supervisors hear of a day without anybody", supervisors_hear_of_a_day_without_anybody},
	{0},
};
