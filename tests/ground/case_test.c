/* The life of a case: what is filled in, who may do what when, what closing wants, duplicates,
 * problems, grading anew; and that all of it comes out of the log again. */
#include "desk/case.h"
#include "desk/hooks.h"
#include "office.h"
#include "record/rebuild.h"
#include "record/show.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

typedef struct desk {
	office o;
	int64_t anna, rita, sue; /* accountant, reviewer, supervisor */
	int64_t client, other, type;
	rd_err err; /* of the last refusal */
} desk;

/* ---- one command as one person ---- */

typedef struct act {
	desk *d;
	rd_actor actor;
	const char *kind, *transition, *body;
	int64_t id; /* 0 = create */
	rd_record record;
} act;

static rd_rc run(rd_tx *tx, void *ctx, rd_err *err)
{
	act *a = ctx;
	const rd_kind *k = rd_kind_find(rd_str_of(a->kind));
	const rd_engine *e = &a->d->o.engine;
	rd_problems problems = {0};
	json_t *body;

	RD_TRY(rd_check_parse(rd_str_of(a->body), &body, err));
	rd_rc rc =
		a->id == 0      ? rd_record_create(e, tx, &a->actor, k, 0, body, &a->record, &problems, err)
		: a->transition ? rd_record_move(e, tx, &a->actor, k, a->id, RD_ANY_VERSION,
	                                     rd_str_of(a->transition), body, &a->record, &problems, err)
						: rd_record_change(e, tx, &a->actor, k, a->id, RD_ANY_VERSION, body,
	                                       &a->record, &problems, err);

	json_decref(body);
	return rc;
}

static uint16_t roles_of(const desk *d, int64_t who)
{
	return who == d->sue    ? RD_KIND_SUPERVISOR
	       : who == d->rita ? RD_KIND_REVIEWER
	                        : RD_KIND_ACCOUNTANT;
}

static rd_rc act_as(desk *d, int64_t who, const char *kind, int64_t id, const char *transition,
                    const char *body, rd_record *ret)
{
	act a = {.d = d,
	         .actor = office_actor(who, who ? roles_of(d, who) : 0),
	         .kind = kind,
	         .id = id,
	         .transition = transition,
	         .body = body};

	d->err = (rd_err){0};
	rd_rc rc = rd_store_write(d->o.store, OFFICE_FIRM, d->o.place.arena, run, &a, &d->err);

	if (rc == RD_OK && ret)
		*ret = a.record;
	return rc;
}

static rd_record made(desk *d, int64_t who, const char *body)
{
	rd_record r = {0};

	UNIT_INT(act_as(d, who, "case", 0, NULL, body, &r), RD_OK);
	UNIT_OK(d->err.code, &d->err);
	return r;
}

static rd_rc move(desk *d, int64_t who, int64_t id, const char *transition, const char *body)
{
	return act_as(d, who, "case", id, transition, body, NULL);
}

static int64_t id_of(const rd_record *r)
{
	return rd_cell(r, RD_COL_ID)->i;
}

static int64_t number(const desk *d, const char *column, const char *kind, int64_t id)
{
	char sql[300];

	(void)snprintf(sql, sizeof sql, "SELECT coalesce(%s, -1) FROM kind_%s WHERE id = %lld", column,
	               kind, (long long)id);
	return place_number(&d->o.place, sql);
}

static bool is(const desk *d, int64_t id, const char *condition)
{
	char column[300];

	(void)snprintf(column, sizeof column, "CASE WHEN %s THEN 1 ELSE 0 END", condition);
	return number(d, column, "case", id) == 1;
}

static void open_desk(desk *d)
{
	char body[300];

	*d = (desk){0};
	office_open(&d->o);
	d->o.engine.hooks = rd_desk_hooks;
	d->o.engine.n_hooks = rd_desk_hooks_count;
	d->anna = office_person(&d->o, "anna", "accountant", "zh");
	d->rita = office_person(&d->o, "rita", "reviewer", "zh");
	d->sue = office_person(&d->o, "sue", "supervisor", "zh");
	(void)snprintf(
		body, sizeof body,
		"{\"name\":\"甲公司\",\"accountant\":\"%lld\",\"reviewer\":\"%lld\",\"supervisor\":"
		"\"%lld\",\"capital\":{\"minor\":100000000,\"currency\":\"CNY\"}}",
		(long long)d->anna, (long long)d->rita, (long long)d->sue);
	d->client = office_record(&d->o, 0, "client", body);
	(void)snprintf(body, sizeof body, "{\"name\":\"乙公司\",\"accountant\":\"%lld\"}",
	               (long long)d->anna);
	d->other = office_record(&d->o, 0, "client", body);
	d->type = office_record(&d->o, 0, "exception_type",
	                        "{\"slug\":\"cash-negative\",\"name\":\"现金为负\",\"area\":\"cash\","
	                        "\"nature\":\"mismatch\",\"severity\":\"medium\",\"finds\":\"x\","
	                        "\"impact\":3,\"urgency\":3,\"evidence\":[\"现金盘点表\"]}");
}

/* The three fields of a report, and more. */
static const char *report(const desk *d, char out[600], const char *more)
{
	(void)snprintf(
		out, 600,
		"{\"type\":\"%lld\",\"client\":\"%lld\",\"appearance\":\"3 月 8 日现金余额为负\"%s}",
		(long long)d->type, (long long)d->client, more);
	return out;
}

/* A piece of evidence of the case; its id. */
static int64_t piece(desk *d, int64_t id, const char *name)
{
	char body[300];

	(void)snprintf(body, sizeof body, "{\"name\":\"%s\",\"case\":\"%lld\",\"client\":\"%lld\"}",
	               name, (long long)id, (long long)d->client);
	return office_record(&d->o, 0, "evidence", body);
}

/* All that closing wants but for evidence. */
static void fill_fields(desk *d, int64_t id)
{
	char body[400];
	int64_t cause = office_record(&d->o, 0, "cause",
	                              "{\"name\":\"漏记收款\",\"code\":\"a1\",\"branch\":\"human\"}");

	(void)snprintf(
		body, sizeof body,
		"{\"cause\":\"%lld\",\"place\":\"出纳\",\"persons\":[\"张三\"],\"period\":\"2026-03\","
		"\"summary\":\"补记收款凭证\"}",
		(long long)cause);
	UNIT_INT(act_as(d, d->anna, "case", id, NULL, body, NULL), RD_OK);
	UNIT_OK(d->err.code, &d->err);
}

static void fill(desk *d, int64_t id)
{
	fill_fields(d, id);
	office_move(&d->o, 0, "evidence", piece(d, id, "现金盘点表"), "lack",
	            "{\"reason\":\"当日未盘点\"}");
}

/* ---- reporting ---- */

static void three_fields_are_a_report(void)
{
	char body[600];
	desk d;

	open_desk(&d);
	rd_record r = made(&d, d.anna, report(&d, body, ",\"period\":\"2026-02\""));

	UNIT_TEXT(rd_field_str(&r, "name"), "现金为负");
	UNIT_TEXT(rd_field_str(&r, "nature"), "mismatch");
	UNIT_TEXT(rd_field_str(&r, "severity"), "medium");
	UNIT_INT(rd_field_int(&r, "impact", 0), 3);
	UNIT_INT(rd_field_int(&r, "reporter", 0), d.anna);
	UNIT_INT(rd_field_int(&r, "reviewer", 0), d.rita);
	UNIT_INT(rd_field_int(&r, "found_at", 0), OFFICE_NOW);
	UNIT_INT(rd_field_int(&r, "tax_deadline", 0), rd_day_of(2026, 3, 16)); /* official */
	UNIT_TEXT(rd_field_str(&r, "grade"), "p3");
	UNIT_TRUE(rd_str_has(rd_field_str(&r, "grade_reason"), "查表为三级"));
	UNIT_TEXT(rd_cell(&r, RD_COL_STATE)->str, "reported");

	/* A name instead of a type; neither is too little. */
	r = made(&d, d.anna, "{\"name\":\"传票缺页\",\"appearance\":\"第 3 号凭证缺附件\"}");
	UNIT_TEXT(rd_field_str(&r, "grade"), "p3");
	UNIT_INT(act_as(&d, d.anna, "case", 0, NULL, "{\"appearance\":\"x\"}", NULL), RD_INPUT);
	UNIT_INT(act_as(&d, d.anna, "case", 0, NULL,
	                report(&d, body, ",\"found_at\":\"2031-01-01T00:00:00Z\""), NULL),
	         RD_INPUT);
	UNIT_INT(act_as(&d, d.anna, "case", 0, NULL, report(&d, body, ",\"period\":\"2026-3\""), NULL),
	         RD_INPUT);
	UNIT_INT(act_as(&d, d.anna, "case", 0, NULL, report(&d, body, ",\"findings\":3"), NULL),
	         RD_INPUT);
	office_close(&d.o);
}

static void books_and_secrecy_follow(void)
{
	char body[600];
	desk d;

	open_desk(&d);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"甲公司 2026\",\"year\":2026,\"client\":\"%lld\"}",
	               (long long)d.client);
	int64_t books = office_record(&d.o, 0, "books", body);
	rd_record r = made(&d, d.anna, report(&d, body, ",\"period\":\"2026-02\""));

	UNIT_INT(rd_field_int(&r, "books", 0), books);
	UNIT_TEXT(rd_field_str(&r, "place"), "甲公司 2026");
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"x\",\"client\":\"%lld\",\"books\":\"%lld\",\"appearance\":\"x\"}",
	               (long long)d.other, (long long)books);
	UNIT_INT(act_as(&d, d.anna, "case", 0, NULL, body, NULL), RD_INPUT);
	(void)snprintf(body, sizeof body, "{\"client\":\"%lld\"}", (long long)d.other);
	UNIT_INT(act_as(&d, d.anna, "case", id_of(&r), NULL, body, NULL), RD_INPUT);
	UNIT_INT(act_as(&d, d.anna, "case", id_of(&r), NULL, "{\"period\":\"202602\"}", NULL),
	         RD_INPUT);

	int64_t secret = office_record(&d.o, 0, "exception_type",
	                               "{\"slug\":\"fraud\",\"name\":\"舞弊线索\",\"area\":\"conduct\","
	                               "\"nature\":\"rule\",\"severity\":\"high\",\"finds\":\"x\","
	                               "\"need_to_know\":true}");

	(void)snprintf(body, sizeof body,
	               "{\"type\":\"%lld\",\"client\":\"%lld\",\"appearance\":\"x\"}",
	               (long long)secret, (long long)d.client);
	r = made(&d, d.anna, body);
	UNIT_INT(rd_cell(&r, RD_COL_RESTRICTED)->i, 1);
	office_close(&d.o);
}

/* ---- from report to closing ---- */

static void closing_wants_what_the_rules_want(void)
{
	char body[600];
	desk d;

	open_desk(&d);
	rd_record r = made(&d, d.anna, report(&d, body, ""));
	int64_t id = id_of(&r);

	UNIT_INT(move(&d, d.anna, id, "correct", "{}"), RD_BARRED);
	UNIT_INT(move(&d, d.anna, id, "triage", "{\"impact\":5,\"urgency\":5}"), RD_OK);
	UNIT_TRUE(is(&d, id, "grade = 'p1' AND acked_at_us IS NOT NULL AND triaged_at_us IS NOT NULL"));
	UNIT_INT(move(&d, d.anna, id, "analyse", "{}"), RD_OK);
	UNIT_INT(move(&d, d.anna, id, "correct", "{}"), RD_INPUT); /* the cause */
	UNIT_INT(act_as(&d, d.anna, "case", id, NULL, "{\"summary\":\"已更正\"}", NULL), RD_OK);
	UNIT_INT(move(&d, d.anna, id, "verify", "{}"), RD_OK);
	UNIT_INT(move(&d, d.anna, id, "close", "{}"), RD_FORBIDDEN);

	/* All that is lacking is said at once. */
	UNIT_INT(move(&d, d.sue, id, "close", "{}"), RD_BARRED);
	UNIT_TRUE(strstr(d.err.zh, "发生时间、地点、涉及人员、原因、现金盘点表") != NULL);
	UNIT_TRUE(strstr(d.err.en, "when it happened, where it happened") != NULL);
	fill(&d, id);
	UNIT_INT(move(&d, d.sue, id, "close", "{}"), RD_OK);
	UNIT_TRUE(is(&d, id, "state = 'closed' AND closed_at_us IS NOT NULL"));

	UNIT_INT(move(&d, d.anna, id, "reopen", "{\"reason\":\"又出现\"}"), RD_OK);
	UNIT_TRUE(is(&d, id, "state = 'triaged' AND closed_at_us IS NULL"));
	office_close(&d.o);
}

static void evidence_is_there_or_has_a_reason(void)
{
	static const char *const rows[] = {"现金盘点表", "现金盘点表 2026-03-08"};
	char body[600];
	desk d;

	for (uint32_t i = 0; i < 4; i++) {
		unit_case("%s, row %u", rows[i / 2], i);
		open_desk(&d);
		rd_record r = made(&d, d.anna, report(&d, body, ""));
		int64_t id = id_of(&r);

		fill_fields(&d, id);
		UNIT_INT(move(&d, d.anna, id, "triage", "{}"), RD_OK);
		UNIT_INT(move(&d, d.anna, id, "correct", "{}"), RD_OK);
		UNIT_INT(move(&d, d.anna, id, "verify", "{}"), RD_OK);
		(void)piece(&d, id, "银行对账单");
		UNIT_INT(move(&d, d.sue, id, "close", "{}"), RD_BARRED);
		UNIT_TRUE(strstr(d.err.zh, "缺：现金盘点表") != NULL);
		int64_t it = piece(&d, id, rows[i / 2]);

		if (i % 2)
			office_move(&d.o, 0, "evidence", it, "lack", "{\"reason\":\"当日未盘点\"}");
		UNIT_INT(move(&d, d.sue, id, "close", "{}"), RD_OK);
		office_close(&d.o);
	}
}

static void who_corrected_does_not_close(void)
{
	char body[600], owner[64];
	desk d;

	open_desk(&d);
	rd_record r = made(&d, d.anna, report(&d, body, ""));
	int64_t id = id_of(&r);

	fill(&d, id);
	(void)snprintf(owner, sizeof owner, "{\"owner\":\"%lld\"}", (long long)d.sue);
	UNIT_INT(move(&d, d.anna, id, "triage", "{}"), RD_OK);
	UNIT_INT(move(&d, d.anna, id, "hand_over", owner), RD_OK);
	UNIT_INT(number(&d, "owner_id", "case", id), d.sue);
	UNIT_INT(move(&d, d.sue, id, "correct", "{}"), RD_OK);
	UNIT_INT(move(&d, d.anna, id, "verify", "{}"), RD_FORBIDDEN);
	UNIT_INT(move(&d, d.sue, id, "verify", "{}"), RD_OK);
	UNIT_INT(move(&d, d.sue, id, "close", "{}"), RD_BARRED);
	UNIT_TRUE(strstr(d.err.zh, "另一") != NULL);
	UNIT_INT(move(&d, d.rita, id, "close", "{}"), RD_OK);
	office_close(&d.o);
}

static void findings_that_are_there_bar_it(void)
{
	char body[600];
	desk d;

	open_desk(&d);
	rd_record r = made(&d, 0, report(&d, body, ",\"origin\":\"check\",\"findings\":2"));
	int64_t id = id_of(&r);

	UNIT_INT(rd_cell(&r, RD_COL_OWNER)->i, d.anna);
	fill(&d, id);
	UNIT_INT(move(&d, d.anna, id, "triage", "{}"), RD_OK);
	UNIT_INT(move(&d, d.anna, id, "correct", "{}"), RD_OK);
	UNIT_INT(move(&d, d.anna, id, "verify", "{}"), RD_OK);
	UNIT_INT(move(&d, d.sue, id, "close", "{}"), RD_BARRED);
	UNIT_TRUE(strstr(d.err.zh, "检查通过") != NULL);
	UNIT_INT(act_as(&d, 0, "case", id, NULL, "{\"findings\":0}", NULL), RD_OK);
	UNIT_INT(move(&d, d.sue, id, "close", "{}"), RD_OK);
	office_close(&d.o);
}

static void decisions_end(void)
{
	char body[600];
	desk d;
	rd_err err = {0};

	open_desk(&d);
	rd_record r = made(&d, d.anna, report(&d, body, ""));
	int64_t id = id_of(&r);
	rd_periodic_entry entry = rd_case_entry(&d.o.engine);

	UNIT_INT(move(&d, d.anna, id, "dismiss",
	              "{\"decision\":\"备用金\",\"accepted_until\":\"2026-01-08\"}"),
	         RD_INPUT);
	UNIT_INT(move(&d, d.anna, id, "triage", "{}"), RD_OK);
	UNIT_INT(move(&d, d.sue, id, "accept",
	              "{\"decision\":\"金额小\",\"accepted_until\":\"2026-02-10\"}"),
	         RD_OK);
	d.o.place.now_us = OFFICE_NOW + 33 * OFFICE_DAY; /* the 10th itself */
	UNIT_OK(entry.run(d.o.store, entry.ctx, d.o.place.arena, &err), &err);
	UNIT_TRUE(is(&d, id, "state = 'accepted'"));
	d.o.place.now_us += OFFICE_DAY;
	UNIT_OK(entry.run(d.o.store, entry.ctx, d.o.place.arena, &err), &err);
	UNIT_TRUE(is(&d, id, "state = 'triaged' AND accepted_until_day IS NULL"));
	office_close(&d.o);
}

/* ---- grades ---- */

static void a_person_grades_with_a_reason(void)
{
	char body[600];
	desk d;

	open_desk(&d);
	rd_record r = made(&d, d.anna, report(&d, body, ""));
	int64_t id = id_of(&r);

	UNIT_INT(act_as(&d, d.anna, "case", id, NULL, "{\"grade\":\"p1\"}", NULL), RD_INPUT);
	UNIT_INT(act_as(&d, d.anna, "case", id, NULL,
	                "{\"grade\":\"p1\",\"grade_reason\":\"客户正在融资\"}", NULL),
	         RD_OK);
	UNIT_TRUE(is(&d, id, "grade = 'p1' AND grade_fixed = 1"));
	UNIT_INT(act_as(&d, d.anna, "case", id, NULL, "{\"impact\":1}", NULL), RD_OK);
	UNIT_TRUE(is(&d, id, "grade = 'p1'"));
	UNIT_INT(act_as(&d, d.anna, "case", id, NULL, "{\"grade_fixed\":false}", NULL), RD_OK);
	UNIT_TRUE(is(&d, id, "grade = 'p4'"));
	/* One million of capital: 5,000 yuan are material. */
	UNIT_INT(act_as(&d, d.anna, "case", id, NULL,
	                "{\"impact\":3,\"amount\":{\"minor\":500000,\"currency\":\"CNY\"}}", NULL),
	         RD_OK);
	UNIT_TRUE(is(&d, id, "grade = 'p2'"));
	office_close(&d.o);
}

static void another_grading_grades_anew(void)
{
	char body[600];
	desk d;

	open_desk(&d);
	rd_record r = made(&d, d.anna, report(&d, body, ""));
	int64_t id = id_of(&r);

	UNIT_INT(act_as(&d, d.sue, "grading", 0, NULL, "{\"impact_1\":\"11115\"}", NULL), RD_INPUT);
	UNIT_INT(act_as(&d, d.sue, "grading", 0, NULL, "{\"scope\":\"other\"}", NULL), RD_INPUT);
	UNIT_INT(act_as(&d, d.anna, "grading", 0, NULL, "{}", NULL), RD_FORBIDDEN);
	UNIT_INT(act_as(&d, d.sue, "grading", 0, NULL, "{\"impact_3\":\"44144\"}", &r), RD_OK);
	UNIT_INT(act_as(&d, d.sue, "grading", 0, NULL, "{}", NULL), RD_CONFLICT);
	UNIT_TRUE(is(&d, id, "grade = 'p3'"));
	int64_t due = number(&d, "correct_due_us", "case", id);
	const rd_job_kind kinds[] = {{rd_case_grade_job, rd_case_grade_all, &d.o.desk, 60, 0}};
	static const char *const queues[] = {"books"};
	const rd_jobs_config jobs = {.store = d.o.store,
	                             .kinds = kinds,
	                             .n_kinds = 1,
	                             .queues = queues,
	                             .n_queues = 1,
	                             .threads = 1};
	uint32_t ran;
	rd_err err = {0};

	UNIT_OK(rd_jobs_run(&jobs, 10, &ran, &err), &err);
	UNIT_INT(ran, 1);
	UNIT_TRUE(is(&d, id, "grade = 'p1'"));
	UNIT_TRUE(number(&d, "correct_due_us", "case", id) < due); /* the clocks follow */
	UNIT_INT(number(&d, "version", "case", id), 2);
	office_close(&d.o);
}

static void a_near_deadline_grades_anew(void)
{
	char body[600];
	desk d;
	rd_err err = {0};

	open_desk(&d);
	rd_record r = made(&d, d.anna, report(&d, body, ",\"period\":\"2026-02\""));
	int64_t id = id_of(&r);
	rd_periodic_entry entry = rd_case_entry(&d.o.engine);

	d.o.place.now_us = ((int64_t)rd_day_of(2026, 3, 10) * 24 + 2) * OFFICE_HOUR;
	UNIT_OK(entry.run(d.o.store, entry.ctx, d.o.place.arena, &err), &err);
	UNIT_TRUE(is(&d, id, "grade = 'p3'"));
	d.o.place.now_us += OFFICE_DAY; /* five days before the 16th */
	UNIT_OK(entry.run(d.o.store, entry.ctx, d.o.place.arena, &err), &err);
	UNIT_TRUE(is(&d, id, "grade = 'p2'"));
	int64_t version = number(&d, "version", "case", id);

	d.o.place.now_us += OFFICE_DAY; /* nothing new: no event */
	UNIT_OK(entry.run(d.o.store, entry.ctx, d.o.place.arena, &err), &err);
	UNIT_INT(number(&d, "version", "case", id), version);
	d.o.place.now_us += 5 * OFFICE_DAY; /* it has passed */
	UNIT_OK(entry.run(d.o.store, entry.ctx, d.o.place.arena, &err), &err);
	UNIT_TRUE(is(&d, id, "grade = 'p3'"));
	office_close(&d.o);
}

/* ---- many of one ---- */

static void duplicates_go_into_one(void)
{
	char body[600];
	desk d;

	open_desk(&d);
	rd_record a = made(&d, 0, report(&d, body, ",\"findings\":2")),
			  b = made(&d, 0, report(&d, body, ",\"findings\":3"));
	(void)snprintf(body, sizeof body, "{\"name\":\"x\",\"appearance\":\"x\",\"client\":\"%lld\"}",
	               (long long)d.other);
	rd_record c = made(&d, d.anna, body);
	int64_t first = id_of(&a), second = id_of(&b), foreign = id_of(&c);
	static const char into[] = "{\"duplicate_of\":\"%lld\"}";

	(void)snprintf(body, sizeof body, into, (long long)second);
	UNIT_INT(move(&d, d.anna, second, "merge", body), RD_INPUT);
	(void)snprintf(body, sizeof body, into, (long long)foreign);
	UNIT_INT(move(&d, d.anna, second, "merge", body), RD_INPUT);
	(void)snprintf(body, sizeof body, into, (long long)first);
	UNIT_INT(move(&d, d.anna, second, "merge", body), RD_OK);
	UNIT_OK(d.err.code, &d.err);
	UNIT_TRUE(is(&d, second, "state = 'duplicate' AND findings = 0"));
	UNIT_INT(number(&d, "findings", "case", first), 5);
	UNIT_INT(place_number(&d.o.place, "SELECT count(*) FROM comments"), 1);
	(void)snprintf(body, sizeof body, into, (long long)second);
	UNIT_INT(move(&d, d.anna, first, "merge", body), RD_BARRED); /* itself a duplicate */
	office_close(&d.o);
}

static void the_program_keeps_its_own(void)
{
	static const char *const bodies[] = {"{\"spent_minutes\":7}",
	                                     "{\"cost\":{\"minor\":5,\"currency\":\"CNY\"}}",
	                                     "{\"accepted_until\":\"2027-01-31\"}", "{\"findings\":1}",
	                                     "{\"duplicate_of\":\"%lld\"}"};
	char body[600];
	desk d;

	open_desk(&d);
	rd_record a = made(&d, d.anna, report(&d, body, "")),
			  b = made(&d, d.anna, report(&d, body, ""));

	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		unit_case("%s", bodies[i]);
		(void)snprintf(body, sizeof body, bodies[i], (long long)id_of(&b));
		UNIT_INT(act_as(&d, d.sue, "case", id_of(&a), NULL, body, NULL), RD_INPUT);
	}
	office_close(&d.o);
}

static void many_cases_are_one_problem(void)
{
	char body[600];
	desk d;

	open_desk(&d);
	(void)snprintf(body, sizeof body, "{\"name\":\"出纳交接不清\",\"client\":\"%lld\"}",
	               (long long)d.client);
	int64_t problem = office_record(&d.o, d.sue, "problem", body), ids[2];

	for (uint32_t i = 0; i < 2; i++) {
		rd_record r = made(&d, d.anna, report(&d, body, ""));

		ids[i] = id_of(&r);
		(void)snprintf(body, sizeof body, "{\"problem\":\"%lld\"}", (long long)problem);
		UNIT_INT(act_as(&d, d.anna, "case", ids[i], NULL, body, NULL), RD_OK);
	}
	UNIT_INT(number(&d, "cases", "problem", problem), 2);
	UNIT_INT(act_as(&d, d.anna, "case", ids[0], NULL, "{\"problem\":null}", NULL), RD_OK);
	UNIT_INT(number(&d, "cases", "problem", problem), 1);
	UNIT_INT(act_as(&d, d.sue, "problem", problem, NULL, "{\"cases\":7}", NULL), RD_INPUT);

	int64_t cause = office_record(&d.o, 0, "cause",
	                              "{\"name\":\"无交接\",\"code\":\"b1\",\"branch\":\"human\"}");

	(void)snprintf(body, sizeof body, "{\"solution\":\"建立交接清单\",\"cause\":\"%lld\"}",
	               (long long)cause);
	UNIT_INT(act_as(&d, d.sue, "problem", problem, NULL, body, NULL), RD_OK);
	UNIT_INT(act_as(&d, d.sue, "problem", problem, "solve", "{}", NULL), RD_OK);
	UNIT_OK(d.err.code, &d.err);
	UNIT_INT(place_number(&d.o.place, "SELECT count(*) FROM comments"), 1);
	office_close(&d.o);
}

/* ---- the log says it all ---- */

static rd_rc rebuild(rd_tx *tx, void *ctx, rd_err *err)
{
	return rd_rebuild(tx, ctx, err);
}

static int64_t sum(const desk *d)
{
	return place_number(
		&d->o.place,
		"SELECT CAST(sum(version * 1000 + length(state) * 100 + length(name) + findings "
		"+ coalesce(closed_at_us, 7) % 1009 + coalesce(triaged_at_us, 5) % 1013 + "
		"length(coalesce(grade, '')) + length(grade_reason)) AS BIGINT) FROM kind_case");
}

static void everything_replays(void)
{
	char body[600];
	desk d;
	int64_t events = 0;

	open_desk(&d);
	rd_record a = made(&d, 0, report(&d, body, ",\"findings\":2")),
			  b = made(&d, 0, report(&d, body, ",\"findings\":3"));

	fill(&d, id_of(&a));
	UNIT_INT(move(&d, d.anna, id_of(&a), "triage", "{\"impact\":5}"), RD_OK);
	(void)snprintf(body, sizeof body, "{\"duplicate_of\":\"%lld\"}", (long long)id_of(&a));
	UNIT_INT(move(&d, d.anna, id_of(&b), "merge", body), RD_OK);
	UNIT_INT(move(&d, d.anna, id_of(&b), "reopen", "{\"reason\":\"不同的事\"}"), RD_OK);
	int64_t before = sum(&d);

	office_write(&d.o, rebuild, &events);
	UNIT_TRUE(events > 10 && before > 0);
	UNIT_INT(sum(&d), before);
	office_close(&d.o);
}

const unit_test case_tests[] = {
	{"three fields are a report, the rest follows", three_fields_are_a_report},
	{"books and secrecy follow from client and type", books_and_secrecy_follow},
	{"closing wants what the rules want, and says all of it", closing_wants_what_the_rules_want},
	{"evidence is there or has a reason", evidence_is_there_or_has_a_reason},
	{"who corrected does not close", who_corrected_does_not_close},
	{"findings that are still there bar closing", findings_that_are_there_bar_it},
	{"decisions hold until their day", decisions_end},
	{"a person grades with a reason", a_person_grades_with_a_reason},
	{"another grading grades open cases anew", another_grading_grades_anew},
	{"a near filing deadline grades anew", a_near_deadline_grades_anew},
	{"duplicates go into one", duplicates_go_into_one},
	{"people do not write what the program keeps", the_program_keeps_its_own},
	{"many cases are one problem", many_cases_are_one_problem},
	{"everything comes out of the log again", everything_replays},
	{0},
};
