/* Clocks of cases: due times, waiting, the ladder, written decisions, other departments. */
#include "desk/clocks.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/hours.h"
#include "desk/ladder.h"
#include "desk/person.h"
#include "office.h"
#include "record/rebuild.h"
#include "unit.h"
#include <pthread.h>
#include <stdio.h>

#define MIN INT64_C(60000000)

/* A moment in China. */
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

static void walk(office *o, int64_t now_us)
{
	rd_periodic_entry entry = rd_ladder_entry(&o->engine);
	rd_err err = {0};

	o->place.now_us = now_us;
	UNIT_OK(entry.run(o->store, entry.ctx, o->place.arena, &err), &err);
}

static int64_t of_case(const office *o, int64_t id, const char *column)
{
	char sql[300];

	(void)snprintf(sql, sizeof sql, "SELECT coalesce(%s, -1) FROM kind_case WHERE id = %lld",
	               column, (long long)id);
	return place_number(&o->place, sql);
}

static bool case_is(const office *o, int64_t id, const char *condition)
{
	char sql[300];

	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM kind_case WHERE id = %lld AND %s",
	               (long long)id, condition);
	return place_number(&o->place, sql) == 1;
}

static int64_t type_of(office *o, const char *slug, const char *more)
{
	char body[400];

	(void)snprintf(body, sizeof body,
	               "{\"slug\":\"%s\",\"name\":\"断号\",\"area\":\"voucher\",\"nature\":\"missing\","
	               "\"severity\":\"high\",\"finds\":\"查号\"%s}",
	               slug, more);
	return office_record(o, 0, "exception_type", body);
}

static int64_t case_of(office *o, int64_t type, const char *more)
{
	char body[500];

	(void)snprintf(body, sizeof body,
	               "{\"name\":\"缺号\",\"type\":\"%lld\",\"appearance\":\"记-7 缺号\"%s}",
	               (long long)type, more);
	return office_record(o, 0, "case", body);
}

/* ---- limits and due times ---- */

static void a_limit_is_the_shorter_by_service_level(void)
{
	static const struct {
		rd_clock clock;
		uint32_t grade, level;
		int64_t type, want;
	} rows[] = {
		{RD_CLOCK_ACK, 0, 1, 0, 30},        {RD_CLOCK_ACK, 3, 1, 0, 480},
		{RD_CLOCK_TRIAGE, 1, 1, 0, 240},    {RD_CLOCK_TRIAGE, 1, 1, 60, 60},
		{RD_CLOCK_TRIAGE, 1, 1, 9999, 240}, {RD_CLOCK_CORRECT, 2, 0, 0, 3600},
		{RD_CLOCK_CORRECT, 2, 2, 0, 1200},  {RD_CLOCK_VERIFY, 0, 2, 1, 1},
		{RD_CLOCK_REPORT, 2, 1, 0, 480},
	};
	const rd_clock_rules rules = {.minutes = {{60, 240, 480, 960},
	                                          {30, 120, 240, 480},
	                                          {120, 240, 480, 2400},
	                                          {480, 1440, 2400, 9600},
	                                          {240, 480, 960, 1920}},
	                              .percent = {150, 100, 50}};

	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("row %u", i);
		UNIT_INT(rd_clock_limit(&rules, rows[i].clock, rows[i].grade, rows[i].level, rows[i].type),
		         rows[i].want);
	}
}

static void due_times_count_working_time(void)
{
	static const struct {
		const char *grade, *level;
		int32_t at[4], ack[4], triage[4], correct[4];
	} rows[] = {
		/* Thursday 10:00; lunch is 12:00 to 13:30. */
		{"p3", "standard", {1, 8, 10, 0}, {1, 8, 15, 30}, {1, 9, 10, 30}, {1, 15, 14, 0}},
		{"p1", "standard", {1, 8, 10, 0}, {1, 8, 10, 30}, {1, 8, 12, 0}, {1, 9, 10, 30}},
		{"p1", "priority", {1, 8, 10, 0}, {1, 8, 10, 15}, {1, 8, 11, 0}, {1, 8, 15, 30}},
		{"p2", "basic", {1, 8, 11, 0}, {1, 8, 15, 30}, {1, 9, 9, 30}, {1, 15, 9, 30}},
		/* Friday evening: from Monday on. */
		{"p1", "standard", {1, 9, 20, 0}, {1, 12, 9, 30}, {1, 12, 11, 0}, {1, 13, 9, 30}},
		/* Saturday 2026-02-14 is worked for the Spring Festival, 15th to 23rd are off. */
		{"p1", "standard", {2, 14, 17, 45}, {2, 24, 9, 15}, {2, 24, 10, 45}, {2, 25, 9, 15}},
	};
	office o;

	open_real(&o);
	int64_t type = type_of(&o, "gap", ",\"triage_minutes\":480,\"correct_minutes\":2400");

	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const int32_t *at = rows[i].at, *ack = rows[i].ack, *tri = rows[i].triage,
					  *cor = rows[i].correct;
		char body[200], more[200];

		unit_case("row %u", i);
		o.place.now_us = china(at[0], at[1], at[2], at[3]);
		(void)snprintf(body, sizeof body, "{\"name\":\"甲%u\",\"service_level\":\"%s\"}", i,
		               rows[i].level);
		int64_t client = office_record(&o, 0, "client", body);

		(void)snprintf(more, sizeof more, ",\"grade\":\"%s\",\"client\":\"%lld\"", rows[i].grade,
		               (long long)client);
		int64_t id = case_of(&o, type, more);

		UNIT_INT(of_case(&o, id, "ack_due_us"), china(ack[0], ack[1], ack[2], ack[3]));
		UNIT_INT(of_case(&o, id, "triage_due_us"), china(tri[0], tri[1], tri[2], tri[3]));
		UNIT_INT(of_case(&o, id, "correct_due_us"), china(cor[0], cor[1], cor[2], cor[3]));
		UNIT_INT(of_case(&o, id, "due_at_us"), of_case(&o, id, "ack_due_us"));
		UNIT_TRUE(case_is(&o, id, "breached IS NULL AND escalation = 0 AND verify_due_us IS NULL"));
	}
	office_close(&o);
}

static void the_calendar_of_the_client_comes_first(void)
{
	office o;
	char body[300];

	open_real(&o);
	int64_t type = type_of(&o, "gap", "");
	int64_t calendar =
		office_record(&o, 0, "calendar",
	                  "{\"name\":\"六天\",\"workdays\":[\"mon\",\"tue\",\"wed\",\"thu\","
	                  "\"fri\",\"sat\"],\"opens\":\"08:00\",\"lunch_begins\":\"12:00\","
	                  "\"lunch_ends\":\"14:00\",\"closes\":\"17:00\"}");

	(void)snprintf(
		body, sizeof body,
		"{\"calendar\":\"%lld\",\"on\":\"2026-01-10\",\"what\":\"holiday\",\"name\":\"店庆\"}",
		(long long)calendar);
	(void)office_record(&o, 0, "calendar_day", body);
	(void)snprintf(body, sizeof body, "{\"name\":\"乙\",\"calendar\":\"%lld\"}",
	               (long long)calendar);
	int64_t client = office_record(&o, 0, "client", body);

	/* Friday 16:30; Saturday the 10th is the client's own holiday, the 17th is worked. */
	o.place.now_us = china(1, 9, 16, 30);
	(void)snprintf(body, sizeof body, ",\"grade\":\"p2\",\"client\":\"%lld\"", (long long)client);
	int64_t id = case_of(&o, type, body);

	UNIT_INT(of_case(&o, id, "ack_due_us"), china(1, 12, 9, 30));
	/* 1,440 minutes: half an hour, two days of seven hours … */
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 15, 10, 30));
	office_close(&o);
}

/* ---- a life ---- */

static void clocks_end_with_what_they_wait_for(void)
{
	office o;

	open_real(&o);
	int64_t li = office_person(&o, "li", "supervisor", "zh");
	int64_t id = case_of(&o, type_of(&o, "gap", ""), ",\"grade\":\"p3\"");

	o.place.now_us = china(1, 8, 11, 0);
	office_move(&o, li, "case", id, "take", "{}");
	UNIT_INT(of_case(&o, id, "acked_at_us"), o.place.now_us);
	UNIT_INT(of_case(&o, id, "due_at_us"), of_case(&o, id, "triage_due_us"));
	office_move(&o, li, "case", id, "triage", "{}");
	UNIT_INT(of_case(&o, id, "acked_at_us"), o.place.now_us);
	UNIT_INT(of_case(&o, id, "due_at_us"), of_case(&o, id, "correct_due_us"));
	office_move(&o, li, "case", id, "analyse", "{}");
	o.place.now_us = china(1, 9, 9, 0);
	office_move(&o, li, "case", id, "verify", "{}");
	/* P3: 960 minutes: 9:00 to 18:00 is 450. */
	UNIT_INT(of_case(&o, id, "verify_due_us"), china(1, 13, 10, 0));
	UNIT_INT(of_case(&o, id, "due_at_us"), china(1, 13, 10, 0));
	office_move(&o, 0, "case", id, "send_back", "{\"reason\":\"不符\"}");
	UNIT_INT(of_case(&o, id, "verify_due_us"), -1);
	UNIT_INT(of_case(&o, id, "due_at_us"), of_case(&o, id, "correct_due_us"));
	UNIT_TRUE(case_is(&o, id, "breached IS NULL"));
	office_close(&o);
}

static void reopening_begins_anew(void)
{
	office o;

	open_real(&o);
	int64_t li = office_person(&o, "li", "supervisor", "zh");
	int64_t id = case_of(&o, type_of(&o, "gap", ""), ",\"grade\":\"p1\"");

	walk(&o, china(1, 8, 17, 0));
	UNIT_TRUE(case_is(&o, id, "breached = '[\"ack\",\"triage\"]'"));
	office_move(&o, li, "case", id, "dismiss",
	            "{\"decision\":\"属正常业务\",\"accepted_until\":\"2026-12-31\"}");
	UNIT_INT(of_case(&o, id, "due_at_us"), -1);
	UNIT_INT(of_case(&o, id, "clock_at_us"), -1);
	o.place.now_us = china(1, 12, 9, 0);
	office_move(&o, li, "case", id, "reopen", "{\"reason\":\"再现\"}");
	UNIT_TRUE(case_is(&o, id, "breached IS NULL AND escalation = 0"));
	/* 480 minutes from Monday 9:00. */
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 13, 9, 30));
	office_close(&o);
}

static void a_new_grade_moves_due_times_by_the_difference(void)
{
	office o;
	char body[60];

	open_real(&o);
	int64_t li = office_person(&o, "li", "supervisor", "zh");
	int64_t type = type_of(&o, "gap", ""), fast = type_of(&o, "fast", ",\"correct_minutes\":60");
	int64_t id = case_of(&o, type, ",\"grade\":\"p3\"");

	office_move(&o, li, "case", id, "triage", "{}");
	office_move(&o, li, "case", id, "pause", "{\"pause_reason\":\"client\"}");
	o.place.now_us = china(1, 8, 11, 30); /* 90 minutes waited */
	office_move(&o, li, "case", id, "resume", "{}");
	UNIT_INT(of_case(&o, id, "paused_minutes"), 90);
	/* P3 2,400 + 90 minutes from the 8th, 10:00. */
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 15, 15, 30));
	office_change(&o, li, "case", id, "{\"grade\":\"p1\"}");
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 9, 12, 0)); /* 480 + 90 */
	(void)snprintf(body, sizeof body, "{\"type\":\"%lld\"}", (long long)fast);
	office_change(&o, li, "case", id, body);
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 8, 14, 0)); /* 60 + 90 */
	office_change(&o, li, "case", id, "{\"grade\":\"p4\"}");
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 8, 14, 0));
	office_close(&o);
}

typedef struct trial {
	office *o;
	int64_t by, id;
	const char *transition, *body;
} trial;

static rd_rc attempt(rd_tx *tx, void *ctx, rd_err *err)
{
	const trial *t = ctx;
	const rd_actor actor = office_actor(t->by, RD_KIND_ADMINISTRATOR | RD_KIND_SUPERVISOR);
	const rd_kind *k = rd_kind_find(RD_STR("case"));
	rd_problems problems = {0};
	rd_record r;
	json_t *body = NULL;

	RD_TRY(rd_check_parse(rd_str_of(t->body), &body, err));
	rd_rc rc = t->transition ? rd_record_move(&t->o->engine, tx, &actor, k, t->id, RD_ANY_VERSION,
	                                          rd_str_of(t->transition), body, &r, &problems, err)
	                         : rd_record_change(&t->o->engine, tx, &actor, k, t->id, RD_ANY_VERSION,
	                                            body, &r, &problems, err);

	json_decref(body);
	return rc;
}

static rd_rc try_it(office *o, int64_t by, int64_t id, const char *transition, const char *body)
{
	trial t = {o, by, id, transition, body};
	rd_err err = {0};

	return rd_store_write(o->store, OFFICE_FIRM, o->place.arena, attempt, &t, &err);
}

static void nobody_sets_clocks_by_hand(void)
{
	static const char *const bodies[] = {
		"{\"ack_due\":\"2030-01-01T00:00:00Z\"}",
		"{\"paused_at\":\"2026-01-01T00:00:00Z\"}",
		"{\"escalation\":3}",
		"{\"breached\":[\"ack\"]}",
		"{\"opinion_due\":\"2026-02-01\"}",
		"{\"closed_at\":\"2026-01-01T00:00:00Z\"}",
	};
	office o;

	open_real(&o);
	int64_t li = office_person(&o, "li", "supervisor", "zh");
	int64_t id = case_of(&o, type_of(&o, "gap", ""),
	                     ",\"grade\":\"p1\",\"ack_due\":\"2030-01-01T00:00:00Z\",\"escalation\":5");

	UNIT_INT(of_case(&o, id, "ack_due_us"), china(1, 8, 10, 30));
	UNIT_INT(of_case(&o, id, "escalation"), 0);
	for (uint32_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		unit_case("%s", bodies[i]);
		UNIT_INT(try_it(&o, li, id, NULL, bodies[i]), RD_BARRED);
	}
	UNIT_INT(try_it(&o, li, id, NULL, "{\"place\":\"出纳室\"}"), RD_OK);
	UNIT_INT(try_it(&o, li, id, "pause", "{\"pause_reason\":\"client\"}"), RD_BARRED);
	office_close(&o);
}

static void a_late_report_is_a_breach(void)
{
	office o;

	open_real(&o);
	int64_t type = type_of(&o, "gap", ",\"report_minutes\":120");
	/* The day before at 16:00: 120 minutes then, 60 today. */
	int64_t late =
		case_of(&o, type, ",\"found_at\":\"2026-01-07T15:59:00+08:00\",\"grade\":\"p4\"");
	int64_t fine =
		case_of(&o, type, ",\"found_at\":\"2026-01-07T17:00:00+08:00\",\"grade\":\"p4\"");

	UNIT_TRUE(case_is(&o, late, "breached = '[\"report\"]'"));
	UNIT_TRUE(case_is(&o, fine, "breached IS NULL"));
	office_close(&o);
}

/* ---- waiting ---- */

typedef struct random_hours {
	rd_worktime w;
	rd_day days[2][8];
} random_hours;

static void make_hours(random_hours *h, rd_day first, uint64_t *seed)
{
	static const int32_t offsets[] = {480, 0, -300, 345};
	int32_t at = 0;

	h->w = (rd_worktime){.offset_min = offsets[unit_below(seed, 4)],
	                     .spans_n = 1 + unit_below(seed, 3),
	                     .off = h->days[0],
	                     .on = h->days[1],
	                     .off_n = unit_below(seed, 8),
	                     .on_n = unit_below(seed, 8)};
	for (uint32_t i = 0; i < h->w.spans_n; i++) {
		h->w.spans[i].from_min = at + 1 + (int32_t)unit_below(seed, 200);
		at = h->w.spans[i].to_min = h->w.spans[i].from_min + 1 + (int32_t)unit_below(seed, 250);
	}
	for (uint32_t list = 0; list < 2; list++)
		for (uint32_t i = 0; i < 8; i++)
			h->days[list][i] = (i ? h->days[list][i - 1] : first) + 1 + (rd_day)unit_below(seed, 6);
}

static int64_t worked(const rd_worktime *w, int64_t from_us, int64_t to_us)
{
	int64_t us = 0;
	bool estimated;
	rd_err err = {0};

	UNIT_OK(rd_worktime_between(w, from_us, to_us, &us, &estimated, &err), &err);
	return us;
}

/* At a due time work is done, or has just ended. */
static bool in_business(const rd_worktime *w, int64_t at_us)
{
	return rd_worktime_is_open(w, at_us) || rd_worktime_is_open(w, at_us - 1);
}

static rd_record empty_case(rd_arena *a)
{
	const rd_kind *k = rd_kind_find(RD_STR("case"));
	rd_record r = {k, RD_NEW_N(a, rd_value, k->n_columns)};

	for (uint16_t i = 0; i < k->n_columns; i++)
		r.cells[i] = RD_VALUE_NULL;
	*rd_cell(&r, RD_COL_STATE) = RD_VALUE_TEXT(RD_STR("analysing"));
	return r;
}

static void waiting_neither_gains_nor_loses_working_time(void)
{
	uint64_t seed = 78;
	rd_arena *a = rd_arena_new();
	rd_err err = {0};

	for (uint32_t i = 0; i < 3000; i++) {
		rd_day first = rd_day_of(2024, 1, 1) + (rd_day)unit_below(&seed, 800);
		rd_record r = empty_case(a);
		random_hours h;
		rd_work_moment due;
		int64_t begin, pauses = 1 + unit_below(&seed, 4), limit, total = 0, now;

		unit_case("case %u", i);
		make_hours(&h, first, &seed);
		UNIT_OK(rd_worktime_check(&h.w, &err), &err);
		begin = now = (int64_t)first * 86400000000LL + (int64_t)unit_below(&seed, 86400) * 1000000;
		limit = (1 + (int64_t)unit_below(&seed, 3000)) * MIN;
		UNIT_OK(rd_worktime_add(&h.w, begin, limit, &due, &err), &err);
		*rd_field_cell(&r, "correct_due") = RD_VALUE_INT(due.at_us);
		for (int64_t p = 0; p < pauses; p++) {
			/* To the microsecond, at any time of the day or night, also when it is late. */
			int64_t from = now + (int64_t)(unit_random(&seed) % (2 * 86400000000ULL));
			int64_t to = from + (int64_t)(unit_random(&seed) % (4 * 86400000000ULL));
			int64_t before = worked(&h.w, from, rd_field_int(&r, "correct_due", 0));

			*rd_field_cell(&r, "paused_at") = RD_VALUE_INT(from);
			UNIT_OK(rd_clock_resume(&h.w, &r, to, &err), &err);
			UNIT_INT(worked(&h.w, to, rd_field_int(&r, "correct_due", 0)), before);
			UNIT_TRUE(!rd_clock_is_paused(&r));
			total += worked(&h.w, from, to);
			now = to;
		}
		UNIT_TRUE(in_business(&h.w, rd_field_int(&r, "correct_due", 0)));
		UNIT_INT(worked(&h.w, begin, rd_field_int(&r, "correct_due", 0)), limit + total);
		UNIT_TRUE(rd_field_int(&r, "paused_minutes", 0) * MIN - total <= pauses * MIN / 2);
		rd_arena_reset(a);
	}
	rd_arena_free(a);
}

static void waiting_stops_the_ladder(void)
{
	office o;
	char got[400];

	open_real(&o);
	int64_t li = office_person(&o, "li", "supervisor", "zh");
	char more[60];

	(void)snprintf(more, sizeof more, ",\"grade\":\"p1\",\"owner\":\"%lld\"", (long long)li);
	int64_t id = case_of(&o, type_of(&o, "gap", ""), more);

	office_move(&o, li, "case", id, "triage", "{}");
	office_move(&o, li, "case", id, "pause",
	            "{\"pause_reason\":\"client\",\"note\":\"等银行回单\"}");
	UNIT_INT(of_case(&o, id, "clock_at_us"), -1);
	walk(&o, china(1, 20, 10, 0));
	UNIT_TRUE(case_is(&o, id, "breached IS NULL AND pause_reason = 'client'"));
	UNIT_TEXT(rd_str_of(office_notices(&o, li, got)), "");
	UNIT_INT(try_it(&o, li, id, "pause", "{\"pause_reason\":\"department\"}"), RD_BARRED);
	/* Eight days of work later: 7.5 hours each, from the 8th, 10:00, to the 20th, 10:00. */
	o.place.now_us = china(1, 20, 10, 0);
	office_move(&o, li, "case", id, "analyse", "{}");
	UNIT_INT(of_case(&o, id, "paused_minutes"), 8 * 450);
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 21, 10, 30));
	UNIT_TRUE(
		case_is(&o, id, "paused_at_us IS NULL AND pause_reason IS NULL AND breached IS NULL"));
	/* Work that ends the correction ends the waiting, too: no breach of the time that was waited. */
	office_move(&o, li, "case", id, "pause", "{\"pause_reason\":\"authority\"}");
	o.place.now_us = china(3, 20, 10, 0);
	office_move(&o, li, "case", id, "verify", "{}");
	UNIT_TRUE(case_is(&o, id, "paused_at_us IS NULL AND breached IS NULL"));
	office_close(&o);
}

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
		"SELECT sum(coalesce(due_at_us, 1) % 1000003 + coalesce(clock_at_us, 2) % 1000003 + "
		"coalesce(escalation, 3) * 7 + coalesce(paused_minutes, 5) + "
		"coalesce(length(breached), 0) * 11 + coalesce(correct_due_us, 4) % 1000003) FROM kind_case";
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

const unit_test clocks_tests[] = {
	{"a limit is the shorter of grade and type, by service level",
     a_limit_is_the_shorter_by_service_level},
	{"due times count working time", due_times_count_working_time},
	{"the calendar of the client comes first", the_calendar_of_the_client_comes_first},
	{"clocks end with what they wait for", clocks_end_with_what_they_wait_for},
	{"re-opening begins anew", reopening_begins_anew},
	{"a new grade moves due times by the difference",
     a_new_grade_moves_due_times_by_the_difference},
	{"nobody sets clocks by hand", nobody_sets_clocks_by_hand},
	{"a late report is a breach", a_late_report_is_a_breach},
	{"waiting neither gains nor loses working time", waiting_neither_gains_nor_loses_working_time},
	{"waiting stops the ladder", waiting_stops_the_ladder},
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
