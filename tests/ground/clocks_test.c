/* Clocks of cases: limits, due times, what ends and moves them, waiting. */
#include "desk/clocks.h"
#include "clockwork.h"
#include "desk/cell.h"

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
	/* 480 minutes from Monday 9:00; nothing waits for triage, which lies behind it. */
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 13, 9, 30));
	UNIT_INT(of_case(&o, id, "due_at_us"), china(1, 13, 9, 30));
	UNIT_INT(of_case(&o, id, "triaged_at_us"), china(1, 12, 9, 0));
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
	office_change(&o, li, "case", id, "{\"grade\":\"p1\",\"grade_reason\":\"急\"}");
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 9, 12, 0)); /* 480 + 90 */
	(void)snprintf(body, sizeof body, "{\"type\":\"%lld\"}", (long long)fast);
	office_change(&o, li, "case", id, body);
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 8, 14, 0)); /* 60 + 90 */
	office_change(&o, li, "case", id, "{\"grade\":\"p4\",\"grade_reason\":\"缓\"}");
	UNIT_INT(of_case(&o, id, "correct_due_us"), china(1, 8, 14, 0));
	office_close(&o);
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
		UNIT_INT(try_it(&o, li, id, NULL, bodies[i]), RD_INPUT);
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
	/* Work that ends the correction ends the waiting, too, without a breach of what was waited. */
	office_move(&o, li, "case", id, "pause", "{\"pause_reason\":\"authority\"}");
	o.place.now_us = china(3, 20, 10, 0);
	office_move(&o, li, "case", id, "verify", "{}");
	UNIT_TRUE(case_is(&o, id, "paused_at_us IS NULL AND breached IS NULL"));
	office_close(&o);
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
	{0},
};
