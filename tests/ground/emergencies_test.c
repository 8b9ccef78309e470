/* Emergencies: which cases start one, who is called and how often, tasks, the review afterwards. */
#include "desk/emergencies.h"
#include "desk/hooks.h"
#include "desk/person.h"
#include "office.h"
#include "unit.h"
#include <stdio.h>

#define MIN INT64_C(60000000)

static int64_t china(int32_t month, int32_t day, int32_t hour, int32_t minute)
{
	return (((int64_t)rd_day_of(2026, month, day) * 24 + hour - 8) * 60 + minute) * MIN;
}

static void open_real(office *o)
{
	office_open(o);
	o->engine.hooks = rd_desk_hooks;
	o->engine.n_hooks = rd_desk_hooks_count;
}

/* The follower, until nothing is left. */
static void follow(office *o)
{
	const rd_follower f = {"emergencies", rd_emergency_follow, &o->engine, rd_emergency_passes};
	rd_err err = {0};

	for (uint32_t n = 1; n;)
		UNIT_OK(rd_follow_batch(o->store, &f, OFFICE_FIRM, o->place.arena, &n, &err), &err);
}

static void call(office *o, int64_t now_us)
{
	rd_periodic_entry entry = rd_emergency_entry(&o->engine);
	rd_err err = {0};

	o->place.now_us = now_us;
	UNIT_OK(entry.run(o->store, entry.ctx, o->place.arena, &err), &err);
}

static int64_t number(const office *o, const char *sql)
{
	return place_number(&o->place, sql);
}

static int64_t emergencies(const office *o)
{
	return number(o, "SELECT count(*) FROM kind_emergency");
}

static int64_t type_of(office *o, const char *slug, const char *more)
{
	char body[400];

	(void)snprintf(body, sizeof body,
	               "{\"slug\":\"%s\",\"name\":\"资金被盗\",\"area\":\"bank\",\"nature\":\"rule\","
	               "\"severity\":\"blocker\",\"finds\":\"对账\"%s}",
	               slug, more);
	return office_record(o, 0, "exception_type", body);
}

/* A grade that is given stands. */
static int64_t case_of(office *o, int64_t type, int64_t client, const char *more)
{
	const char *fixed = strstr(more, "grade") ? ",\"grade_fixed\":true" : "";
	char body[500], who[60] = "";

	if (client)
		(void)snprintf(who, sizeof who, ",\"client\":\"%lld\"", (long long)client);
	(void)snprintf(
		body, sizeof body,
		"{\"name\":\"可疑付款\",\"type\":\"%lld\",\"appearance\":\"三笔付款无凭证\"%s%s%s}",
		(long long)type, who, more, fixed);
	return office_record(o, 0, "case", body);
}

static int64_t client_of(office *o, uint32_t i)
{
	char body[100];

	(void)snprintf(body, sizeof body, "{\"name\":\"客户%u\"}", i);
	return office_record(o, 0, "client", body);
}

static void turn(office *o, int64_t person, int32_t level)
{
	char body[300];

	(void)snprintf(
		body, sizeof body,
		"{\"name\":\"值班\",\"person\":\"%lld\",\"level\":%d,"
		"\"from_at\":\"2026-01-08T00:00:00+08:00\",\"until_at\":\"2026-01-20T00:00:00+08:00\"}",
		(long long)person, level);
	(void)office_record(o, 0, "duty", body);
}

static void is_told(office *o, const char *who, int64_t id, const char *want)
{
	char got[400];

	unit_case("%s", who);
	UNIT_TEXT(rd_str_of(office_notices(o, id, got)), want);
}

/* ---- which cases ---- */

static void rules_start_an_emergency(void)
{
	static const struct {
		const char *more, *set_off; /* NULL: none */
	} rows[] = {
		{",\"grade\":\"p1\"", "grade"},
		{",\"grade\":\"p2\"", NULL},
		{",\"grade\":\"p1\",\"origin\":\"drill\"", NULL},
		{",\"grade\":\"p2\",\"amount\":{\"minor\":100000000,\"currency\":\"CNY\"}", "money"},
		{",\"grade\":\"p2\",\"amount\":{\"minor\":99999999,\"currency\":\"CNY\"}", NULL},
		{",\"grade\":\"p2\",\"amount\":{\"minor\":-100000000,\"currency\":\"CNY\"}", "money"},
		{",\"grade\":\"p2\",\"amount\":{\"minor\":1000000,\"currency\":\"JPY\"}", "money"},
		{",\"grade\":\"p3\",\"amount\":{\"minor\":900000000,\"currency\":\"CNY\"}", NULL},
		{",\"grade\":\"p2\",\"tax_deadline\":\"2026-01-09\"", "deadline"},
		{",\"grade\":\"p3\",\"tax_deadline\":\"2026-01-09\"", NULL},
		{",\"grade\":\"p2\",\"tax_deadline\":\"2026-01-10\"", NULL},
		{",\"grade\":\"p2\",\"tax_deadline\":\"2026-01-07\"", NULL},
	};
	office o;

	open_real(&o);
	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t before = emergencies(&o);
		char slug[8], sql[200];

		unit_case("%s", rows[i].more);
		(void)snprintf(slug, sizeof slug, "t%u", i);
		int64_t id = case_of(&o, type_of(&o, slug, ""), 0, rows[i].more);

		follow(&o);
		UNIT_INT(emergencies(&o) - before, rows[i].set_off != NULL);
		if (rows[i].set_off == NULL)
			continue;
		(void)snprintf(
			sql, sizeof sql,
			"SELECT count(*) FROM kind_emergency e JOIN kind_case c ON c.emergency_id = e.id "
			"WHERE e.set_off = '%s' AND e.case_id = %lld AND c.id = e.case_id",
			rows[i].set_off, (long long)id);
		UNIT_INT(number(&o, sql), 1);
	}
	office_close(&o);
}

static void rules_can_be_turned_off(void)
{
	office o;

	open_real(&o);
	office_set(&o, RD_SET_EMERGENCY_GRADE, "none");
	office_set(&o, RD_SET_EMERGENCY_MONEY, "0");
	office_set(&o, RD_SET_EMERGENCY_DEADLINE, "0");
	office_set(&o, RD_SET_EMERGENCY_CLIENTS, "0");
	(void)case_of(&o, type_of(&o, "t", ""), client_of(&o, 1),
	              ",\"grade\":\"p1\",\"tax_deadline\":\"2026-01-08\","
	              "\"amount\":{\"minor\":900000000,\"currency\":\"CNY\"}");
	follow(&o);
	UNIT_INT(emergencies(&o), 0);
	office_close(&o);
}

static void a_new_grade_starts_one_and_others_join(void)
{
	office o;

	open_real(&o);
	int64_t type = type_of(&o, "t", ""), other = type_of(&o, "u", "");
	int64_t a = client_of(&o, 1), b = client_of(&o, 2);
	int64_t first = case_of(&o, type, a, ",\"grade\":\"p3\"");

	follow(&o);
	UNIT_INT(emergencies(&o), 0);
	office_change(&o, 0, "case", first, "{\"grade\":\"p1\",\"grade_reason\":\"急\"}");
	follow(&o);
	UNIT_INT(emergencies(&o), 1);
	/* The same type and client join; another client and another type do not. */
	(void)case_of(&o, type, a, ",\"grade\":\"p1\"");
	follow(&o);
	UNIT_INT(emergencies(&o), 1);
	UNIT_INT(number(&o, "SELECT count(*) FROM kind_case WHERE emergency_id IS NOT NULL"), 2);
	UNIT_INT(number(&o, "SELECT count(*) FROM links WHERE kind = 'emergency'"), 2);
	(void)case_of(&o, type, b, ",\"grade\":\"p1\"");
	(void)case_of(&o, other, a, ",\"grade\":\"p1\"");
	follow(&o);
	UNIT_INT(emergencies(&o), 3);
	/* One that is over is not joined. */
	office_move(&o, 0, "emergency", number(&o, "SELECT min(id) FROM kind_emergency"), "cancel",
	            "{\"reason\":\"误报\"}");
	(void)case_of(&o, type, a, ",\"grade\":\"p1\"");
	follow(&o);
	UNIT_INT(emergencies(&o), 4);
	office_close(&o);
}

static void many_clients_at_once_are_one_emergency(void)
{
	office o;

	open_real(&o);
	int64_t type = type_of(&o, "t", "");

	for (uint32_t i = 0; i < 5; i++) {
		o.place.now_us += OFFICE_HOUR;
		(void)case_of(&o, type, client_of(&o, i), ",\"grade\":\"p2\"");
		follow(&o);
		UNIT_INT(emergencies(&o), i == 4);
	}
	(void)case_of(&o, type, client_of(&o, 9), ",\"grade\":\"p1\"");
	follow(&o);
	UNIT_INT(emergencies(&o), 1);
	UNIT_INT(
		number(&o, "SELECT count(*) FROM kind_emergency WHERE set_off = 'clients' AND client_id IS "
	               "NULL"),
		1);
	/* A day later the first ones do not count any more. */
	int64_t slow = type_of(&o, "s", "");

	for (uint32_t i = 20; i < 25; i++) {
		o.place.now_us += 7 * OFFICE_HOUR;
		(void)case_of(&o, slow, client_of(&o, i), ",\"grade\":\"p2\"");
		follow(&o);
	}
	UNIT_INT(emergencies(&o), 1);
	/* What is less grave is found at many clients every night. */
	int64_t light = type_of(&o, "l", "");

	for (uint32_t i = 30; i < 40; i++)
		(void)case_of(&o, light, client_of(&o, i), ",\"grade\":\"p3\"");
	follow(&o);
	UNIT_INT(emergencies(&o), 1);
	office_close(&o);
}

static void of_a_restricted_case_nothing_is_said(void)
{
	office o;

	open_real(&o);
	(void)case_of(&o, type_of(&o, "t", ""), client_of(&o, 1),
	              ",\"grade\":\"p1\",\"restricted\":true");
	follow(&o);
	UNIT_INT(number(&o,
	                "SELECT count(*) FROM kind_emergency WHERE name = '限知情人的异常' AND "
	                "client_id IS NULL AND type_id IS NULL AND rule IS NULL AND restricted = 0"),
	         1);
	UNIT_INT(number(&o, "SELECT count(*) FROM kind_task WHERE client_id IS NOT NULL"), 0);
	office_close(&o);
}

/* ---- tasks ---- */

static void the_playbook_becomes_tasks(void)
{
	office o;
	char more[60];

	open_real(&o);
	int64_t article = office_record(
		&o, 0, "article",
		"{\"name\":\"资金被盗处置\",\"category\":\"playbook\",\"body\":\"# 处置\\n说明\\n- 冻结\\t账户\\n"
		"  * 报警\\n1. 联系银行\\n2、通知客户\\n2026年的例子\\n- \"}");

	(void)snprintf(more, sizeof more, ",\"playbook\":\"%lld\"", (long long)article);
	(void)case_of(&o, type_of(&o, "t", more), 0, ",\"grade\":\"p1\"");
	follow(&o);
	UNIT_INT(number(&o, "SELECT count(*) FROM kind_task WHERE about_kind = 'emergency'"), 4);
	UNIT_INT(
		number(&o, "SELECT count(*) FROM kind_task WHERE name IN ('冻结 账户', '报警', '联系银行', "
	               "'通知客户')"),
		4);
	UNIT_INT(number(&o, "SELECT count(*) FROM kind_emergency WHERE plan_id IS NOT NULL"), 1);
	(void)case_of(&o, type_of(&o, "u", ""), 0, ",\"grade\":\"p1\"");
	follow(&o);
	UNIT_INT(number(&o, "SELECT count(*) FROM kind_task"), 4 + 5); /* the preset list */
	office_close(&o);
}

/* ---- calling ---- */

static void people_are_called_until_somebody_answers(void)
{
	office o;

	open_real(&o);
	int64_t a = office_person(&o, "a", "accountant", "zh"),
			b = office_person(&o, "b", "reviewer", "zh");
	int64_t boss = office_person(&o, "boss", "supervisor", "zh");
	int64_t root = office_person(&o, "root", "administrator", "zh");

	turn(&o, b, 2);
	turn(&o, a, 1);
	office_set(&o, RD_SET_QUIET, "work");
	o.place.now_us = china(1, 8, 23, 0); /* at night */
	(void)case_of(&o, type_of(&o, "t", ""), 0, ",\"grade\":\"p1\"");
	follow(&o);
	is_told(&o, "first", a, "called");
	is_told(&o, "second waits", b, "");
	UNIT_INT(office_jobs(&o), 1); /* by mail, although it is quiet */
	call(&o, china(1, 8, 23, 9));
	is_told(&o, "second waits", b, "");
	call(&o, china(1, 8, 23, 10));
	is_told(&o, "second", b, "called");
	is_told(&o, "above", boss, "");
	/* The end of the roster: again from the first, and those above hear of it. */
	call(&o, china(1, 8, 23, 20));
	is_told(&o, "first again", a, "called called");
	is_told(&o, "supervisor", boss, "unattended");
	is_told(&o, "administrator", root, "unattended");
	UNIT_INT(number(&o, "SELECT calls FROM kind_emergency"), 3);
	int64_t id = number(&o, "SELECT id FROM kind_emergency");

	office_move(&o, b, "emergency", id, "acknowledge", "{}");
	UNIT_INT(number(&o, "SELECT acknowledged_by_id FROM kind_emergency"), b);
	UNIT_INT(number(&o, "SELECT owner_id FROM kind_emergency"), b);
	UNIT_INT(number(&o, "SELECT count(*) FROM kind_task t JOIN kind_emergency e ON e.owner_id = "
	                    "t.owner_id"),
	         5);
	call(&o, china(1, 9, 8, 0));
	is_told(&o, "nobody is called any more", a, "called called");
	office_close(&o);
}

static void without_a_roster_those_above_are_called(void)
{
	office o;

	open_real(&o);
	int64_t boss = office_person(&o, "boss", "supervisor", "zh");
	int64_t root = office_person(&o, "root", "administrator", "zh");
	int64_t lead = office_person(&o, "lead", "accountant", "zh");
	char body[120];

	(void)snprintf(body, sizeof body, "{\"name\":\"应急组\",\"lead\":\"%lld\",\"emergency\":true}",
	               (long long)lead);
	(void)office_record(&o, 0, "team", body);
	/* Declared by hand: the same follows. */
	(void)office_record(&o, 0, "emergency", "{\"name\":\"税控设备被盗\"}");
	follow(&o);
	is_told(&o, "supervisor", boss, "called");
	is_told(&o, "administrator", root, "called unattended");
	is_told(&o, "emergency team", lead, "called");
	UNIT_INT(number(&o, "SELECT count(*) FROM kind_task"), 5);
	office_close(&o);
}

/* ---- the end ---- */

static void the_review_makes_an_improvement(void)
{
	office o;

	open_real(&o);
	int64_t boss = office_person(&o, "boss", "supervisor", "zh");
	int64_t id = office_record(&o, boss, "emergency", "{\"name\":\"税控设备被盗\",\"calls\":7}");

	UNIT_INT(number(&o, "SELECT calls FROM kind_emergency"), 0);
	follow(&o);
	office_move(&o, boss, "emergency", id, "acknowledge", "{}");
	office_move(&o, boss, "emergency", id, "contain", "{}");
	o.place.now_us = china(1, 9, 17, 0);
	office_move(&o, boss, "emergency", id, "end", "{}");
	UNIT_INT(number(&o, "SELECT ended_at_us FROM kind_emergency"), o.place.now_us);
	/* Five working days after Friday the 9th. */
	UNIT_INT(number(&o, "SELECT due_at_us FROM kind_task WHERE name LIKE '事后复盘%'"),
	         china(1, 16, 18, 0));
	office_move(
		&o, boss, "emergency", id, "review",
		"{\"review\":\"设备未上锁\",\"improvement\":\"设备入柜上锁\",\"goal\":\"不再被盗\"}");
	UNIT_INT(number(&o, "SELECT count(*) FROM kind_improvement i JOIN kind_emergency e ON e.id = "
	                    "i.about_id WHERE i.name = '设备入柜上锁' AND e.state = 'reviewed'"),
	         1);
	UNIT_INT(number(&o, "SELECT owner_id FROM kind_improvement"), boss);
	office_close(&o);
}

const unit_test emergencies_tests[] = {
	{"rules start an emergency", rules_start_an_emergency},
	{"rules can be turned off", rules_can_be_turned_off},
	{"a new grade starts one, and others join", a_new_grade_starts_one_and_others_join},
	{"many clients at once are one emergency", many_clients_at_once_are_one_emergency},
	{"of a restricted case nothing is said", of_a_restricted_case_nothing_is_said},
	{"the playbook becomes tasks", the_playbook_becomes_tasks},
	{"people are called until somebody answers", people_are_called_until_somebody_answers},
	{"without a roster those above are called", without_a_roster_those_above_are_called},
	{"the review makes an improvement", the_review_makes_an_improvement},
	{0},
};
