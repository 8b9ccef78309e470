/* Reviews on schedule, and tasks that repeat: when, for whom, due when, and once. */
#include "desk/reviews.h"
#include "base/day.h"
#include "desk/hooks.h"
#include "office.h"
#include "record/beside.h"
#include "unit.h"
#include <pthread.h>
#include <stdio.h>

/* A moment in China. */
static int64_t china(int32_t year, int32_t month, int32_t day, int32_t hour)
{
	return ((int64_t)rd_day_of(year, month, day) * 24 + hour - 8) * OFFICE_HOUR;
}

static void open_real(office *o)
{
	office_open(o);
	o->engine.hooks = rd_desk_hooks;
	o->engine.n_hooks = rd_desk_hooks_count;
}

static void go_over(office *o, int64_t now_us)
{
	rd_periodic_entry entry = rd_reviews_entry(&o->engine);
	rd_err err = {0};

	o->place.now_us = now_us;
	UNIT_OK(entry.run(o->store, entry.ctx, o->place.arena, &err), &err);
}

static int64_t tasks(const office *o)
{
	return place_number(&o->place, "SELECT count(*) FROM kind_task");
}

/* A number of the newest task. */
static int64_t of_task(const office *o, const char *column)
{
	char sql[400];

	(void)snprintf(sql, sizeof sql,
	               "SELECT coalesce(%s, -1) FROM kind_task WHERE number = (SELECT max(number) FROM "
	               "kind_task)",
	               column);
	return place_number(&o->place, sql);
}

static bool is_named(const office *o, const char *name)
{
	char column[200];

	(void)snprintf(column, sizeof column, "CASE WHEN name = '%s' THEN 1 ELSE 0 END", name);
	return of_task(o, column) == 1;
}

static int64_t client_of(office *o, int64_t supervisor, const char *more)
{
	char body[300];

	(void)snprintf(body, sizeof body, "{\"name\":\"甲公司\",\"supervisor\":\"%lld\"%s}",
	               (long long)supervisor, more);
	return office_record(o, 0, "client", body);
}

static int64_t type_of(office *o, const char *slug, int64_t owner, const char *more)
{
	char body[400], who[40] = "";

	if (owner)
		(void)snprintf(who, sizeof who, ",\"owner\":\"%lld\"", (long long)owner);
	(void)snprintf(body, sizeof body,
	               "{\"slug\":\"%s\",\"name\":\"断号\",\"area\":\"voucher\",\"nature\":\"missing\","
	               "\"severity\":\"high\",\"finds\":\"查号\"%s%s}",
	               slug, who, more);
	return office_record(o, 0, "exception_type", body);
}

static int64_t review_on(const office *o, int64_t type)
{
	char sql[200];

	(void)snprintf(sql, sizeof sql,
	               "SELECT coalesce(review_on_day, -1) FROM kind_exception_type WHERE id = %lld",
	               (long long)type);
	return place_number(&o->place, sql);
}

typedef struct shelving {
	office *o;
	const char *kind;
	int64_t id;
	bool on;
} shelving;

static rd_rc shelve(rd_tx *tx, void *ctx, rd_err *err)
{
	const shelving *s = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record r;

	return rd_record_archive(&s->o->engine, tx, &system, rd_kind_find(rd_str_of(s->kind)), s->id,
	                         RD_ANY_VERSION, s->on, &r, err);
}

static void a_rule_asks_once_a_day_of_its_own(void)
{
	office o;

	open_real(&o);
	int64_t zhao = office_person(&o, "zhao", "supervisor", "zh");

	/* One in the morning of the 8th in China, still the 7th in Greenwich. */
	o.place.now_us = china(2026, 1, 8, 1);
	int64_t client = client_of(&o, zhao, "");

	go_over(&o, china(2027, 1, 8, 0) - 1);
	UNIT_INT(tasks(&o), 0);
	go_over(&o, china(2027, 1, 8, 0));
	UNIT_INT(tasks(&o), 1);
	UNIT_TRUE(is_named(&o, "回顾：甲公司"));
	UNIT_INT(of_task(&o, "owner_id"), zhao);
	UNIT_INT(of_task(&o, "about_id"), client);
	UNIT_INT(of_task(&o, "client_id"), client);
	UNIT_INT(of_task(&o, "due_at_us"), china(2027, 1, 8, 18));

	/* Not again: later, finished, after a restart. */
	go_over(&o, china(2027, 3, 1, 0));
	office_move(&o, 0, "task", of_task(&o, "id"), "finish", "{}");
	rd_store_close(o.store);
	o.store = place_store(&o.place);
	o.engine.store = o.desk.store = o.store;
	go_over(&o, china(2027, 12, 31, 0));
	UNIT_INT(tasks(&o), 1);

	/* 2028-01-08 is a Saturday. Of years that nobody looked, the last one counts. */
	go_over(&o, china(2028, 1, 8, 6));
	UNIT_INT(tasks(&o), 2);
	UNIT_INT(of_task(&o, "due_at_us"), china(2028, 1, 10, 18));
	go_over(&o, china(2032, 5, 4, 9));
	UNIT_INT(tasks(&o), 3);
	UNIT_INT(of_task(&o, "due_at_us"), china(2032, 5, 4, 18));
	UNIT_INT(place_number(&o.place, "SELECT max(day) FROM reviews"), rd_day_of(2032, 1, 8));
	office_close(&o);
}

static void a_date_of_the_record_wins_and_is_set(void)
{
	static const struct {
		const char *end, *body;
		int32_t on[3], ended[3], next[3];
	} rows[] = {
		{"finish", "{}", {2026, 2, 16}, {2026, 2, 24}, {2026, 8, 16}},
		{"finish", "{}", {2026, 8, 31}, {2026, 8, 31}, {2027, 2, 28}},
		{"decline", "{\"reason\":\"不必\"}", {2027, 8, 31}, {2027, 9, 2}, {2028, 2, 29}},
		{"finish", "{}", {2028, 3, 1}, {2029, 10, 1}, {2030, 3, 1}}, /* a year late */
	};
	office o;

	open_real(&o);
	int64_t lin = office_person(&o, "lin", "compliance", "zh");

	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const int32_t *on = rows[i].on, *ended = rows[i].ended, *next = rows[i].next;
		char more[60], slug[8];

		unit_case("row %u", i);
		(void)snprintf(slug, sizeof slug, "x%u", i);
		(void)snprintf(more, sizeof more, ",\"review_on\":\"%d-%02d-%02d\"", on[0], on[1], on[2]);
		int64_t type = type_of(&o, slug, lin, more), before = tasks(&o);

		go_over(&o, china(on[0], on[1], on[2], 0) - 1);
		UNIT_INT(tasks(&o), before);
		go_over(&o, china(on[0], on[1], on[2], 0));
		UNIT_INT(tasks(&o), before + 1);
		UNIT_INT(of_task(&o, "owner_id"), lin);
		if (i == 0) /* in the holidays of the Spring Festival, which end on the 23rd */
			UNIT_INT(of_task(&o, "due_at_us"), china(2026, 2, 24, 18));
		o.place.now_us = china(ended[0], ended[1], ended[2], 10);
		office_move(&o, 0, "task", of_task(&o, "id"), rows[i].end, rows[i].body);
		UNIT_INT(review_on(&o, type), rd_day_of(next[0], next[1], next[2]));
		go_over(&o, o.place.now_us);
		UNIT_INT(tasks(&o), before + 1);
		/* So that the next row is alone. */
		office_move(&o, 0, "exception_type", type, "retire", "{\"reason\":\"x\"}");
	}
	office_close(&o);
}

static void a_date_that_somebody_set_stays(void)
{
	office o;

	open_real(&o);
	int64_t lin = office_person(&o, "lin", "compliance", "zh");
	int64_t type = type_of(&o, "x", lin, "");

	/* No date yet: the rule of six months, and the review names the first date. */
	go_over(&o, china(2026, 7, 7, 23));
	UNIT_INT(tasks(&o), 0);
	go_over(&o, china(2026, 7, 8, 0));
	UNIT_INT(tasks(&o), 1);
	int64_t task = of_task(&o, "id");

	office_move(&o, 0, "task", task, "finish", "{}");
	UNIT_INT(review_on(&o, type), rd_day_of(2027, 1, 8));
	/* Finished once more after somebody chose another day. */
	office_change(&o, 0, "exception_type", type, "{\"review_on\":\"2026-09-09\"}");
	office_move(&o, 0, "task", task, "reopen", "{\"reason\":\"x\"}");
	office_move(&o, 0, "task", task, "finish", "{}");
	UNIT_INT(review_on(&o, type), rd_day_of(2026, 9, 9));
	go_over(&o, china(2026, 9, 9, 8));
	UNIT_INT(tasks(&o), 2);
	/* Archived meanwhile: nothing is changed any more. */
	shelving s = {&o, "exception_type", type, true};

	office_write(&o, shelve, &s);
	office_move(&o, 0, "task", of_task(&o, "id"), "finish", "{}");
	UNIT_INT(review_on(&o, type), rd_day_of(2026, 9, 9));
	office_close(&o);
}

static void what_is_closed_or_archived_is_left_alone(void)
{
	office o;

	open_real(&o);
	int64_t zhao = office_person(&o, "zhao", "supervisor", "zh");
	shelving s = {&o, "client", client_of(&o, zhao, ""), true};
	int64_t type = type_of(&o, "x", zhao, ",\"review_on\":\"2026-02-02\"");

	office_write(&o, shelve, &s);
	office_move(&o, 0, "exception_type", type, "retire", "{\"reason\":\"x\"}");
	go_over(&o, china(2027, 6, 1, 9));
	UNIT_INT(tasks(&o), 0);
	/* Brought back, they are asked for. */
	s.on = false;
	office_write(&o, shelve, &s);
	office_move(&o, 0, "exception_type", type, "restore", "{}");
	go_over(&o, china(2027, 6, 1, 9));
	UNIT_INT(tasks(&o), 2);
	office_close(&o);
}

static void who_has_left_is_not_asked(void)
{
	office o;
	char more[60];

	open_real(&o);
	int64_t zhao = office_person(&o, "zhao", "supervisor", "zh");
	int64_t li = office_person(&o, "li", "accountant", "zh");

	office_change(&o, 0, "firm", OFFICE_FIRM, "{\"language\":\"en\"}");
	(void)snprintf(more, sizeof more, ",\"owner\":\"%lld\"", (long long)li);
	(void)client_of(&o, zhao, more);
	office_move(&o, 0, "user", zhao, "leave", "{\"leaving\":\"2026-12-31\"}");
	go_over(&o, china(2027, 1, 8, 9));
	UNIT_INT(tasks(&o), 1);
	UNIT_INT(of_task(&o, "owner_id"), li);
	UNIT_TRUE(is_named(&o, "Review: 甲公司"));
	office_move(&o, 0, "user", li, "leave", "{\"leaving\":\"2026-12-31\"}");
	go_over(&o, china(2028, 1, 10, 9));
	UNIT_INT(tasks(&o), 2);
	UNIT_INT(of_task(&o, "owner_id"), -1);
	/* Of what few may read, a task for all to see tells no title. */
	office_change(&o, 0, "client", of_task(&o, "client_id"), "{\"restricted\":true}");
	go_over(&o, china(2029, 1, 8, 9));
	UNIT_TRUE(is_named(&o, "Review: C-00001"));
	UNIT_INT(of_task(&o, "restricted"), 0);
	office_close(&o);
}

typedef struct process {
	rd_engine engine;
	rd_err err;
	rd_rc rc;
} process;

static void *run_process(void *ctx)
{
	process *p = ctx;
	rd_periodic_entry entry = rd_reviews_entry(&p->engine);
	rd_arena *a = rd_arena_new();

	p->rc = entry.run(p->engine.store, entry.ctx, a, &p->err);
	rd_arena_free(a);
	return NULL;
}

static void two_processes_at_once_ask_once(void)
{
	enum { TYPES = 210 }; /* more than one page of them */
	office o;
	process p[2];
	pthread_t threads[2];

	open_real(&o);
	int64_t lin = office_person(&o, "lin", "compliance", "zh");

	for (uint32_t i = 0; i < TYPES; i++) {
		char slug[16];

		(void)snprintf(slug, sizeof slug, "x%u", i);
		(void)type_of(&o, slug, lin, ",\"review_on\":\"2026-03-02\"");
	}
	o.place.now_us = china(2026, 3, 2, 0);
	for (uint32_t i = 0; i < 2; i++) {
		p[i] = (process){.engine = o.engine};
		if (i)
			p[i].engine.store = place_store(&o.place);
	}
	for (uint32_t i = 0; i < 2; i++)
		UNIT_INT(pthread_create(&threads[i], NULL, run_process, &p[i]), 0);
	for (uint32_t i = 0; i < 2; i++) {
		UNIT_INT(pthread_join(threads[i], NULL), 0);
		UNIT_OK(p[i].rc, &p[i].err);
	}
	rd_store_close(p[1].engine.store);
	UNIT_INT(tasks(&o), TYPES);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM reviews r JOIN kind_task t ON "
	                                "t.firm_id = r.firm_id AND t.id = r.task_id"),
	         TYPES);
	UNIT_INT(place_number(&o.place, "SELECT count(DISTINCT about_id) FROM kind_task"), TYPES);
	office_close(&o);
}

/* ---- tasks that repeat ---- */

static int64_t repeated(office *o, const char *rule, const char *due)
{
	char body[300];

	(void)snprintf(body, sizeof body, "{\"name\":\"对账\",\"repeat\":\"%s\"%s%s%s}", rule,
	               due ? ",\"due\":\"" : "", due ? due : "", due ? "\"" : "");
	return office_record(o, 0, "task", body);
}

static void a_finished_task_makes_the_next(void)
{
	static const struct {
		const char *rule, *due;
		int32_t next[3][4]; /* when each is due after the one before was finished */
	} rows[] = {
		/* 2026-02-28 is a Saturday that is worked for the Spring Festival. */
		{"RRULE:FREQ=MONTHLY",
	     "2026-01-31T09:00:00+08:00",
	     {{2026, 2, 28, 9}, {2026, 3, 31, 9}, {2026, 4, 30, 9}}},
		/* Holidays move one and not those behind it. */
		{"FREQ=MONTHLY;BYMONTHDAY=1",
	     "2026-04-01T17:00:00+08:00",
	     {{2026, 5, 6, 17}, {2026, 6, 1, 17}, {2026, 7, 1, 17}}},
		/* In Greenwich it is still the day before. */
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
	     "2026-01-12T01:00:00+08:00",
	     {{2026, 1, 26, 1}, {2026, 2, 9, 1}, {2026, 2, 24, 1}}},
		{"FREQ=DAILY",
	     "2026-01-08T18:00:00+08:00",
	     {{2026, 1, 9, 18}, {2026, 1, 12, 18}, {2026, 1, 13, 18}}},
		{"FREQ=YEARLY",
	     "2028-02-29T10:00:00+08:00",
	     {{2029, 2, 28, 10}, {2030, 2, 28, 10}, {2031, 2, 28, 10}}},
		/* Without a due time: from today on, when work ends. */
		{"FREQ=WEEKLY", NULL, {{2026, 1, 15, 18}, {2026, 1, 22, 18}, {2026, 1, 29, 18}}},
	};
	office o;

	open_real(&o);
	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t id = repeated(&o, rows[i].rule, rows[i].due), before = tasks(&o);

		unit_case("%s", rows[i].rule);
		for (uint32_t n = 0; n < 3; n++) {
			const int32_t *d = rows[i].next[n];

			office_move(&o, 0, "task", id, "finish", "{}");
			UNIT_INT(tasks(&o), before + 1 + n);
			UNIT_INT(of_task(&o, "due_at_us"), china(d[0], d[1], d[2], d[3]));
			id = of_task(&o, "id");
		}
	}
	office_close(&o);
}

static void it_has_the_same_values_and_comes_once(void)
{
	office o;
	char body[600], sql[300];

	open_real(&o);
	int64_t zhao = office_person(&o, "zhao", "supervisor", "zh");
	int64_t li = office_person(&o, "li", "accountant", "zh");
	int64_t client = client_of(&o, zhao, "");

	(void)
		snprintf(body, sizeof body,
	             "{\"name\":\"申报\",\"owner\":\"%lld\",\"client\":\"%lld\",\"helpers\":[\"%lld\"],"
	             "\"steps\":[\"查\",\"报\"],\"priority\":\"high\",\"restricted\":true,"
	             "\"about\":{\"kind\":\"client\",\"id\":\"%lld\"},\"estimate_minutes\":30,"
	             "\"repeat\":\"FREQ=MONTHLY\",\"due\":\"2026-01-15T10:00:00+08:00\"}",
	             (long long)li, (long long)client, (long long)zhao, (long long)client);
	int64_t first = office_record(&o, li, "task", body);

	office_move(&o, li, "task", first, "finish", "{\"result\":\"已报\",\"spent_minutes\":20}");
	int64_t second = of_task(&o, "id");

	UNIT_TRUE(second != first);
	(void)snprintf(
		sql, sizeof sql,
		"SELECT count(*) FROM kind_task a JOIN kind_task b ON a.firm_id = b.firm_id AND "
		"a.owner_id = b.owner_id AND a.client_id = b.client_id AND a.helpers = b.helpers AND "
		"a.steps = b.steps AND a.priority = b.priority AND a.restricted = b.restricted");
	UNIT_INT(place_number(&o.place, sql), 4);
	UNIT_INT(of_task(&o, "about_id"), client);
	UNIT_INT(of_task(&o, "estimate_minutes"), 30);
	UNIT_INT(of_task(&o, "spent_minutes"), -1);
	UNIT_INT(of_task(&o, "CASE WHEN result IS NULL AND state = 'open' AND repeat = 'FREQ=MONTHLY' "
	                     "AND created_by = 'system' THEN 1 END"),
	         1);
	(void)snprintf(
		sql, sizeof sql,
		"SELECT count(*) FROM links WHERE kind = 'task' AND record_id = %lld AND meaning = "
		"'follows-from' AND other_kind = 'task' AND other_id = %lld",
		(long long)second, (long long)first);
	UNIT_INT(place_number(&o.place, sql), 1);
	/* Finished once more: there is a next one already. */
	office_move(&o, li, "task", first, "reopen", "{\"reason\":\"漏了\"}");
	office_move(&o, li, "task", first, "finish", "{}");
	UNIT_INT(tasks(&o), 2);
	/* Declined: there is none. */
	office_move(&o, li, "task", second, "decline", "{\"reason\":\"不再需要\"}");
	UNIT_INT(tasks(&o), 2);
	office_close(&o);
}

const unit_test reviews_tests[] = {
	{"a rule asks once for each of its days", a_rule_asks_once_a_day_of_its_own},
	{"a date of the record wins, and is set when the task ends",
     a_date_of_the_record_wins_and_is_set},
	{"a date that somebody set stays", a_date_that_somebody_set_stays},
	{"what is closed or archived is left alone", what_is_closed_or_archived_is_left_alone},
	{"who has left is not asked", who_has_left_is_not_asked},
	{"two processes at once ask once", two_processes_at_once_ask_once},
	{"a finished task makes the next", a_finished_task_makes_the_next},
	{"the next has the same values and comes once", it_has_the_same_values_and_comes_once},
	{0},
};
