/* The ladder of escalation, written decisions, and cases that wait for other departments. */
#include "desk/ladder.h"
#include "clockwork.h"
#include "desk/clocks.h"
#include "desk/person.h"
#include "record/rebuild.h"
#include <pthread.h>

/* ---- the ladder ---- */

typedef struct firm {
	office o;
	int64_t owner, duty, lead, supervisor, head, admin, id;
} firm;

static void open_firm_of_five(firm *f)
{
	office *o = &f->o;
	char body[300];

	open_real(o);
	f->owner = office_person(o, "owner", "accountant", "zh");
	f->duty = office_person(o, "duty", "supervisor", "zh");
	f->lead = office_person(o, "lead", "supervisor", "zh");
	f->supervisor = office_person(o, "boss", "supervisor", "zh");
	f->head = office_person(o, "head", "supervisor", "zh");
	f->admin = office_person(o, "admin", "administrator", "zh");
	(void)snprintf(body, sizeof body, "{\"head\":\"%lld\"}", (long long)f->head);
	office_change(o, 0, "firm", OFFICE_FIRM, body);
	(void)snprintf(body, sizeof body, "{\"name\":\"一组\",\"lead\":\"%lld\"}", (long long)f->lead);
	int64_t team = office_record(o, 0, "team", body);

	(void)snprintf(body, sizeof body, "{\"name\":\"甲\",\"supervisor\":\"%lld\"}",
	               (long long)f->supervisor);
	int64_t client = office_record(o, 0, "client", body);

	(void)
		snprintf(body, sizeof body,
	             "{\"name\":\"白班\",\"person\":\"%lld\",\"from_at\":\"2026-01-08T00:00:00+08:00\","
	             "\"until_at\":\"2026-01-20T00:00:00+08:00\"}",
	             (long long)f->duty);
	(void)office_record(o, 0, "duty", body);
	(void)snprintf(body, sizeof body,
	               ",\"grade\":\"p1\",\"owner\":\"%lld\",\"client\":\"%lld\",\"team\":\"%lld\"",
	               (long long)f->owner, (long long)client, (long long)team);
	f->id = case_of(o, type_of(o, "gap", ""), body);
}

static void is_told(firm *f, const char *who, int64_t id, const char *want)
{
	char got[400];

	unit_case("%s", who);
	UNIT_TEXT(rd_str_of(office_notices(&f->o, id, got)), want);
}

static void the_ladder_is_climbed_once(void)
{
	firm f;

	open_firm_of_five(&f);
	/* P1, due 10:30: warned 15 minutes before. */
	walk(&f.o, china(1, 8, 10, 14));
	is_told(&f, "early", f.owner, "");
	walk(&f.o, china(1, 8, 10, 15));
	is_told(&f, "warned", f.owner, "due-soon");
	walk(&f.o, china(1, 8, 10, 29));
	UNIT_TRUE(case_is(&f.o, f.id, "breached IS NULL AND escalation = 0"));
	walk(&f.o, china(1, 8, 10, 30));
	UNIT_TRUE(case_is(&f.o, f.id, "breached = '[\"ack\"]' AND escalation = 1"));
	is_told(&f, "owner", f.owner, "due-soon overdue");
	is_told(&f, "duty before", f.duty, "");
	walk(&f.o, china(1, 8, 10, 45));
	is_told(&f, "duty", f.duty, "escalated");
	walk(&f.o, china(1, 8, 11, 0));
	is_told(&f, "lead", f.lead, "escalated");
	/* After a restart, and two rungs later: 11:30 and, over lunch, 14:00. */
	rd_store_close(f.o.store);
	f.o.store = place_store(&f.o.place);
	f.o.engine.store = f.o.desk.store = f.o.store;
	walk(&f.o, china(1, 8, 13, 59));
	is_told(&f, "supervisor", f.supervisor, "escalated");
	is_told(&f, "head before", f.head, "");
	walk(&f.o, china(1, 8, 14, 0));
	is_told(&f, "head", f.head, "escalated");
	UNIT_TRUE(case_is(&f.o, f.id, "escalation = 5"));
	int64_t version = of_case(&f.o, f.id, "version");

	for (int32_t day = 9; day < 15; day++)
		walk(&f.o, china(1, day, 12, 0));
	is_told(&f, "owner later", f.owner, "due-soon overdue");
	is_told(&f, "duty later", f.duty, "escalated");
	is_told(&f, "admin", f.admin, "");
	/* Meanwhile the clocks of triage and correction have run out, too: once each. */
	UNIT_TRUE(case_is(&f.o, f.id, "breached = '[\"ack\",\"triage\",\"correct\"]'"));
	UNIT_INT(of_case(&f.o, f.id, "version"), version + 1);
	UNIT_INT(of_case(&f.o, f.id, "clock_at_us"), -1);
	office_close(&f.o);
}

static void what_is_done_in_time_is_not_escalated(void)
{
	firm f;

	open_firm_of_five(&f);
	walk(&f.o, china(1, 8, 10, 30));
	f.o.place.now_us = china(1, 8, 10, 40);
	office_move(&f.o, f.owner, "case", f.id, "triage", "{}");
	UNIT_TRUE(case_is(&f.o, f.id, "escalation = 0 AND breached = '[\"ack\"]'"));
	walk(&f.o, china(1, 8, 12, 0));
	is_told(&f, "duty", f.duty, "");
	/* The next clock climbs the ladder anew. */
	walk(&f.o, china(1, 9, 10, 30));
	UNIT_TRUE(case_is(&f.o, f.id, "escalation = 1 AND breached = '[\"ack\",\"correct\"]'"));
	office_close(&f.o);
}

static void late_work_is_a_breach_also_between_two_looks(void)
{
	firm f;

	open_firm_of_five(&f);
	f.o.place.now_us = china(1, 8, 10, 31);
	office_move(&f.o, f.owner, "case", f.id, "triage", "{}");
	UNIT_TRUE(case_is(&f.o, f.id, "breached = '[\"ack\"]'"));
	office_close(&f.o);
}

static void absent(office *o, int64_t person, int64_t deputy)
{
	char body[300], who[60] = "";

	if (deputy)
		(void)snprintf(who, sizeof who, ",\"deputy\":\"%lld\"", (long long)deputy);
	(void)snprintf(body, sizeof body,
	               "{\"person\":\"%lld\",\"first\":\"2026-01-05\",\"last\":\"2026-01-09\"%s}",
	               (long long)person, who);
	int64_t id = office_record(o, 0, "absence", body);

	office_move(o, person, "absence", id, "approve", "{}");
}

static void who_is_away_is_stood_in_for_or_passed_over(void)
{
	firm f;

	open_firm_of_five(&f);
	absent(&f.o, f.owner, 0);           /* nobody stands in: the next rung at once */
	absent(&f.o, f.duty, f.supervisor); /* by the absence */
	walk(&f.o, china(1, 8, 10, 30));
	UNIT_TRUE(case_is(&f.o, f.id, "escalation = 2"));
	is_told(&f, "owner", f.owner, "");
	is_told(&f, "deputy", f.supervisor, "escalated");
	is_told(&f, "lead", f.lead, "");
	office_close(&f.o);
}

static void when_nobody_is_there_administrators_are_told(void)
{
	firm f;

	open_firm_of_five(&f);
	absent(&f.o, f.owner, 0);
	absent(&f.o, f.duty, 0);
	absent(&f.o, f.lead, 0);
	absent(&f.o, f.supervisor, 0);
	absent(&f.o, f.head, 0);
	walk(&f.o, china(1, 8, 10, 30));
	UNIT_INT(of_case(&f.o, f.id, "escalation"), RD_LADDER_TOLD);
	is_told(&f, "admin", f.admin, "unattended");
	walk(&f.o, china(1, 8, 18, 0));
	is_told(&f, "admin again", f.admin, "unattended");
	office_close(&f.o);
}

typedef struct process {
	rd_engine engine;
	rd_err err;
	rd_rc rc;
} process;

static void *run_process(void *ctx)
{
	process *p = ctx;
	rd_periodic_entry entry = rd_ladder_entry(&p->engine);
	rd_arena *a = rd_arena_new();

	p->rc = entry.run(p->engine.store, entry.ctx, a, &p->err);
	rd_arena_free(a);
	return NULL;
}

static void two_processes_at_once_take_each_step_once(void)
{
	enum { CASES = 230 }; /* more than one page */
	firm f;
	process p[2];
	pthread_t threads[2];

	open_firm_of_five(&f);
	int64_t type = type_of(&f.o, "many", "");

	for (uint32_t i = 1; i < CASES; i++)
		(void)case_of(&f.o, type, ",\"grade\":\"p1\"");
	f.o.place.now_us = china(1, 8, 10, 30);
	int64_t before = place_number(&f.o.place, "SELECT count(*) FROM events");

	for (uint32_t i = 0; i < 2; i++) {
		p[i] = (process){.engine = f.o.engine};
		if (i)
			p[i].engine.store = place_store(&f.o.place);
	}
	for (uint32_t i = 0; i < 2; i++)
		UNIT_INT(pthread_create(&threads[i], NULL, run_process, &p[i]), 0);
	for (uint32_t i = 0; i < 2; i++) {
		UNIT_INT(pthread_join(threads[i], NULL), 0);
		UNIT_OK(p[i].rc, &p[i].err);
	}
	rd_store_close(p[1].engine.store);
	UNIT_INT(place_number(&f.o.place, "SELECT count(*) FROM events") - before, CASES);
	UNIT_INT(place_number(&f.o.place, "SELECT count(*) FROM kind_case WHERE version = 2"), CASES);
	office_close(&f.o);
}

static void a_rebuild_gives_the_same_clocks(void)
{
	static const char *const sum =
		"SELECT CAST(sum(coalesce(due_at_us, 1) % 1000003 + coalesce(clock_at_us, 2) % 1000003 + "
		"coalesce(escalation, 3) * 7 + coalesce(paused_minutes, 5) + "
		"coalesce(length(breached), 0) * 11 + coalesce(correct_due_us, 4) % 1000003) AS BIGINT) FROM kind_case";
	firm f;
	int64_t n = 0;

	open_firm_of_five(&f);
	walk(&f.o, china(1, 8, 10, 45));
	office_move(&f.o, f.owner, "case", f.id, "triage", "{}");
	office_move(&f.o, f.owner, "case", f.id, "pause", "{\"pause_reason\":\"client\"}");
	f.o.place.now_us = china(1, 9, 10, 0);
	office_move(&f.o, f.owner, "case", f.id, "resume", "{}");
	walk(&f.o, china(1, 12, 15, 0));
	int64_t before = place_number(&f.o.place, sum);

	office_write(&f.o, rd_rebuild, &n);
	UNIT_TRUE(n > 20);
	UNIT_INT(place_number(&f.o.place, sum), before);
	office_close(&f.o);
}

/* ---- the written opinion ---- */

static const char *const opinion =
	"{\"received_on\":\"2026-01-08\",\"receiver\":\"王总\",\"opinion\":\"账外收入应入账\"}";

static int64_t report_tasks(const firm *f)
{
	return place_number(&f->o.place, "SELECT count(*) FROM kind_task WHERE priority = 'urgent'");
}

static void a_written_decision_is_due_in_ten_days(void)
{
	firm f;

	open_firm_of_five(&f);
	office_move(&f.o, f.owner, "case", f.id, "triage", "{}");
	UNIT_INT(
		try_it(
			&f.o, f.owner, f.id, "record_decision",
			"{\"decided_on\":\"2026-01-08\",\"decider\":\"王总\",\"written_decision\":\"照办\"}"),
		RD_INPUT);
	UNIT_INT(try_it(&f.o, f.owner, f.id, "give_opinion",
	                "{\"received_on\":\"2026-01-09\",\"receiver\":\"王总\",\"opinion\":\"x\"}"),
	         RD_INPUT);
	office_move(&f.o, f.owner, "case", f.id, "give_opinion", opinion);
	UNIT_INT(of_case(&f.o, f.id, "opinion_due_day"), rd_day_of(2026, 1, 18));
	UNIT_INT(try_it(&f.o, f.owner, f.id, "give_opinion", opinion), RD_BARRED);
	/* So that the clocks of the case are silent meanwhile. */
	office_move(&f.o, f.owner, "case", f.id, "pause", "{\"pause_reason\":\"client\"}");
	walk(&f.o, china(1, 14, 23, 59));
	is_told(&f, "early", f.owner, "");
	walk(&f.o, china(1, 15, 0, 0));
	is_told(&f, "reminded", f.owner, "due-soon");
	walk(&f.o, china(1, 18, 23, 59));
	UNIT_INT(report_tasks(&f), 0);
	walk(&f.o, china(1, 19, 0, 0));
	is_told(&f, "late", f.owner, "due-soon overdue");
	UNIT_INT(report_tasks(&f), 1);
	UNIT_TRUE(case_is(&f.o, f.id, "breached = '[\"opinion\"]'"));
	UNIT_INT(place_number(&f.o.place, "SELECT owner_id FROM kind_task"), f.supervisor);
	walk(&f.o, china(1, 25, 0, 0));
	UNIT_INT(report_tasks(&f), 1);
	office_move(
		&f.o, f.owner, "case", f.id, "record_decision",
		"{\"decided_on\":\"2026-01-20\",\"decider\":\"王总\",\"written_decision\":\"补记入账\"}");
	UNIT_INT(of_case(&f.o, f.id, "opinion_due_day"), -1);
	/* A second opinion has its own ten days, and its own breach. */
	office_move(&f.o, f.owner, "case", f.id, "give_opinion",
	            "{\"received_on\":\"2026-01-25\",\"receiver\":\"王总\",\"opinion\":\"仍未入账\"}");
	UNIT_TRUE(case_is(&f.o, f.id, "breached IS NULL"));
	walk(&f.o, china(2, 5, 0, 0));
	UNIT_INT(report_tasks(&f), 2);
	office_close(&f.o);
}

/* ---- other departments ---- */

static void a_case_waits_for_a_department(void)
{
	firm f;
	char body[300];

	open_firm_of_five(&f);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"税务部\",\"head\":\"%lld\",\"answer_minutes\":240}",
	               (long long)f.lead);
	int64_t tax = office_record(&f.o, 0, "department", body);
	int64_t law = office_record(&f.o, 0, "department", "{\"name\":\"法务部\"}");

	office_move(&f.o, f.owner, "case", f.id, "triage", "{}");
	for (int i = 0; i < 2; i++) {
		(void)snprintf(body, sizeof body,
		               "{\"asked_department\":\"%lld\",\"request\":\"请核实进项税\"}",
		               (long long)(i ? law : tax));
		office_move(&f.o, f.owner, "case", f.id, "ask_department", body);
	}
	UNIT_TRUE(case_is(&f.o, f.id, "pause_reason = 'department' AND state = 'triaged'"));
	int64_t first = place_number(&f.o.place, "SELECT min(id) FROM kind_task");
	int64_t second = place_number(&f.o.place, "SELECT max(id) FROM kind_task");

	UNIT_INT(place_number(&f.o.place, "SELECT min(due_at_us) FROM kind_task"), china(1, 8, 15, 30));
	/* As the firm has set: 960 minutes. */
	UNIT_INT(place_number(&f.o.place, "SELECT max(due_at_us) FROM kind_task"), china(1, 12, 11, 0));
	UNIT_INT(place_number(&f.o.place, "SELECT count(*) FROM kind_task WHERE holds = 1"), 2);
	f.o.place.now_us = china(1, 8, 14, 0);
	office_move(&f.o, f.lead, "task", first, "finish", "{\"result\":\"无误\"}");
	UNIT_TRUE(case_is(&f.o, f.id, "pause_reason = 'department'"));
	f.o.place.now_us = china(1, 9, 10, 0);
	office_move(&f.o, f.lead, "task", second, "decline", "{\"reason\":\"不属本部门\"}");
	UNIT_TRUE(case_is(&f.o, f.id, "paused_at_us IS NULL AND paused_minutes = 450"));
	/* P1: 480 minutes from the 8th, 10:00, and 450 that were waited. */
	UNIT_INT(of_case(&f.o, f.id, "correct_due_us"), china(1, 12, 10, 30));
	office_close(&f.o);
}

static rd_rc hold_and_release(rd_tx *tx, void *ctx, rd_err *err)
{
	firm *f = ctx;
	const rd_actor system = rd_desk_system(OFFICE_FIRM);
	bool paused, again;

	RD_TRY(rd_clocks_hold(&f->o.engine, tx, &system, f->id, "client", &paused, err));
	RD_TRY(rd_clocks_hold(&f->o.engine, tx, &system, f->id, "client", &again, err));
	UNIT_TRUE(paused && !again);
	RD_TRY(rd_clocks_release(&f->o.engine, tx, &system, f->id, "department", err));
	return rd_clocks_release(&f->o.engine, tx, &system, f->id, "client", err);
}

static void the_program_lets_cases_wait(void)
{
	firm f;

	open_firm_of_five(&f);
	office_move(&f.o, f.owner, "case", f.id, "triage", "{}");
	int64_t version = of_case(&f.o, f.id, "version");

	office_write(&f.o, hold_and_release, &f);
	UNIT_TRUE(case_is(&f.o, f.id, "paused_at_us IS NULL"));
	UNIT_INT(of_case(&f.o, f.id, "version"), version + 2);
	office_close(&f.o);
}

const unit_test ladder_tests[] = {
	{"the ladder is climbed once", the_ladder_is_climbed_once},
	{"what is done in time is not escalated", what_is_done_in_time_is_not_escalated},
	{"late work is a breach also between two looks", late_work_is_a_breach_also_between_two_looks},
	{"who is away is stood in for or passed over", who_is_away_is_stood_in_for_or_passed_over},
	{"when nobody is there, administrators are told", when_nobody_is_there_administrators_are_told},
	{"two processes at once take each step once", two_processes_at_once_take_each_step_once},
	{"a rebuild gives the same clocks", a_rebuild_gives_the_same_clocks},
	{"a written decision is due in ten days", a_written_decision_is_due_in_ten_days},
	{"a case waits for a department", a_case_waits_for_a_department},
	{"the program lets cases wait", the_program_lets_cases_wait},
	{0},
};
