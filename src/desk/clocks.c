#include "desk/clocks.h"
#include "desk/cell.h"
#include "desk/hours.h"
#include "desk/settings.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define MINUTE_US   60000000LL
#define DAY_US      86400000000LL
#define BEFORE_DAYS 200u /* of the window of days that is known exactly */
#define RULES_MAX   100u
#define GRADE_NONE  2u /* as P3 */

static const struct {
	const char *name, *due, *end; /* the option of `breached`, and fields */
} clocks[RD_CLOCKS_N + 1] = {
	[RD_CLOCK_REPORT] = {"report", NULL, NULL},
	[RD_CLOCK_ACK] = {"ack", "ack_due", "acked_at"},
	[RD_CLOCK_TRIAGE] = {"triage", "triage_due", "triaged_at"},
	[RD_CLOCK_CORRECT] = {"correct", "correct_due", "corrected_at"},
	[RD_CLOCK_VERIFY] = {"verify", "verify_due", "closed_at"},
	[RD_CLOCK_OPINION] = {"opinion", NULL, NULL},
};

/* ---- what is set ---- */

typedef struct rule {
	rd_setting which;
	int64_t *to;
	uint32_t n;
} rule;

#define RULES_N 13u

static void rules_of(rd_clock_rules *r, rule out[RULES_N])
{
	const rule rules[RULES_N] = {
		{RD_SET_CLOCK_REPORT, r->minutes[RD_CLOCK_REPORT], RD_GRADES_N},
		{RD_SET_CLOCK_ACK, r->minutes[RD_CLOCK_ACK], RD_GRADES_N},
		{RD_SET_CLOCK_TRIAGE, r->minutes[RD_CLOCK_TRIAGE], RD_GRADES_N},
		{RD_SET_CLOCK_CORRECT, r->minutes[RD_CLOCK_CORRECT], RD_GRADES_N},
		{RD_SET_CLOCK_VERIFY, r->minutes[RD_CLOCK_VERIFY], RD_GRADES_N},
		{RD_SET_CLOCK_LEVEL, r->percent, 3},
		{RD_SET_CLOCK_WARN, r->warn, RD_GRADES_N},
		{RD_SET_CLOCK_DEPARTMENT, &r->department, 1},
		{RD_SET_CLOCK_OPINION, &r->opinion_days, 1},
		{RD_SET_LADDER_P1, r->ladder[0], RD_LADDER_N},
		{RD_SET_LADDER_P2, r->ladder[1], RD_LADDER_N},
		{RD_SET_LADDER_P3, r->ladder[2], RD_LADDER_N},
		{RD_SET_LADDER_P4, r->ladder[3], RD_LADDER_N},
	};

	memcpy(out, rules, sizeof rules);
}

/* One question for all of them: cases are made by the thousand. */
rd_rc rd_clock_rules_load(rd_tx *tx, rd_clock_rules *ret_rules, rd_err *err)
{
	const rd_q_clock_rules_row *rows;
	rule rules[RULES_N];
	uint32_t n;

	RD_TRY(rd_q_clock_rules(tx, RULES_MAX, &rows, &n, err));
	rules_of(ret_rules, rules);
	for (uint32_t i = 0; i < RULES_N; i++) {
		const rd_setting_info *s = &rd_settings[rules[i].which];
		int64_t values[RD_SETTING_NUMBERS_MAX];
		rd_str text = rd_str_of(s->preset);

		for (uint32_t k = 0; k < n; k++)
			if (rd_str_is(rows[k].key, s->key))
				text = rows[k].value;
		RD_TRY(rd_setting_parse_numbers(rules[i].which, text, values, err));
		memcpy(rules[i].to, values, rules[i].n * sizeof *values);
	}
	return RD_OK;
}

int64_t rd_clock_limit(const rd_clock_rules *rules, rd_clock clock, uint32_t grade, uint32_t level,
                       int64_t type_minutes)
{
	int64_t m = rules->minutes[clock][grade];

	if (type_minutes > 0 && type_minutes < m)
		m = type_minutes;
	m = m * rules->percent[level] / 100;
	return m > 0 ? m : 1;
}

int64_t rd_clock_minutes(const rd_clock_basis *b, rd_clock clock)
{
	return rd_clock_limit(&b->rules, clock, b->grade, b->level, b->type_minutes[clock]);
}

/* ---- what one case goes by ---- */

static uint32_t grade_of(const rd_record *r)
{
	rd_str s = rd_field_str(r, "grade");

	return s.len == 2 && s.ptr[1] >= '1' && s.ptr[1] <= '4' ? (uint32_t)(s.ptr[1] - '1')
	                                                        : GRADE_NONE;
}

static int64_t minutes_or_0(rd_value v)
{
	return v.type == RD_INT ? v.i : 0;
}

static rd_rc type_basis(rd_tx *tx, int64_t type_id, rd_clock_basis *b, rd_err *err)
{
	rd_q_clock_type_row row;
	bool found;

	RD_TRY(rd_q_clock_type(tx, type_id, &row, &found, err));
	if (!found)
		return RD_OK;
	b->type_minutes[RD_CLOCK_REPORT] = minutes_or_0(row.report_minutes);
	b->type_minutes[RD_CLOCK_TRIAGE] = minutes_or_0(row.triage_minutes);
	b->type_minutes[RD_CLOCK_CORRECT] = minutes_or_0(row.correct_minutes);
	return RD_OK;
}

static rd_rc client_basis(rd_tx *tx, const rd_record *r, rd_clock_basis *b, int64_t *ret_calendar,
                          rd_err *err)
{
	const rd_value *client = rd_cell(r, RD_COL_CLIENT);
	rd_q_clock_client_row row;
	bool found = false;

	*ret_calendar = 0;
	b->level = 1;
	if (client->type == RD_INT)
		RD_TRY(rd_q_clock_client(tx, client->i, &row, &found, err));
	if (!found)
		return RD_OK;
	if (rd_str_is(row.service_level, "basic"))
		b->level = 0;
	else if (rd_str_is(row.service_level, "priority"))
		b->level = 2;
	*ret_calendar = minutes_or_0(row.calendar_id);
	b->supervisor = minutes_or_0(row.supervisor_id);
	return RD_OK;
}

/* The days of a window around now are known exactly; it begins early enough for what has begun. */
static int64_t window_from(const rd_record *r, int64_t now_us)
{
	static const char *const begins[] = {"found_at", "paused_at", "ack_due", "triage_due",
	                                     "correct_due"};
	int64_t from = now_us, least = now_us - (int64_t)BEFORE_DAYS * DAY_US;

	for (uint32_t i = 0; i < sizeof begins / sizeof *begins; i++) {
		int64_t at = rd_field_int(r, begins[i], now_us);

		from = at < from ? at : from;
	}
	return (from < least ? least : from) - 2 * DAY_US;
}

rd_rc rd_clock_basis_load(rd_tx *tx, const rd_record *r, int32_t zone_offset_s,
                          rd_clock_basis *ret_basis, rd_err *err)
{
	rd_clock_basis b = {.grade = grade_of(r), .zone_offset_s = zone_offset_s};
	int64_t calendar;

	RD_TRY(rd_clock_rules_load(tx, &b.rules, err));
	RD_TRY(type_basis(tx, rd_field_int(r, "type", 0), &b, err));
	RD_TRY(client_basis(tx, r, &b, &calendar, err));
	RD_TRY(rd_hours_load(tx, calendar, window_from(r, tx->now_us), RD_HOURS_DAYS_MAX, zone_offset_s,
	                     &b.hours, err));
	*ret_basis = b;
	return RD_OK;
}

/* ---- the cells ---- */

const char *rd_clock_name(rd_clock clock)
{
	return clocks[clock].name;
}

static bool is_closed(const rd_record *r)
{
	int32_t state = rd_kind_state_find(r->kind, rd_cell(r, RD_COL_STATE)->str);

	return state < 0 || r->kind->states[state].closed;
}

bool rd_clock_runs(const rd_record *r, rd_clock clock)
{
	if (clocks[clock].due == NULL || is_closed(r) ||
	    rd_field_cell(r, clocks[clock].due)->type == RD_NULL ||
	    rd_field_cell(r, clocks[clock].end)->type != RD_NULL)
		return false;
	return clock != RD_CLOCK_VERIFY || rd_str_is(rd_cell(r, RD_COL_STATE)->str, "verifying");
}

bool rd_clock_nearest(const rd_record *r, int64_t *ret_due_us)
{
	int64_t least = INT64_MAX;

	for (rd_clock c = 0; c < RD_CLOCKS_N; c++)
		if (rd_clock_runs(r, c) && rd_field_int(r, clocks[c].due, 0) < least)
			least = rd_field_int(r, clocks[c].due, 0);
	*ret_due_us = least;
	return least != INT64_MAX;
}

static bool has_word(rd_str list, const char *word)
{
	char quoted[16];

	(void)snprintf(quoted, sizeof quoted, "\"%s\"", word);
	return rd_str_has(list, quoted);
}

bool rd_clock_breached(const rd_record *r, rd_clock clock)
{
	return has_word(rd_field_str(r, "breached"), clocks[clock].name);
}

void rd_clock_set_breached(rd_arena *a, rd_record *r, rd_clock clock, bool on)
{
	rd_str was = rd_field_str(r, "breached");
	char text[120] = "[";
	uint32_t n = 1;

	if (has_word(was, clocks[clock].name) == on)
		return;
	for (uint32_t c = 0; c <= RD_CLOCKS_N; c++)
		if (c == (uint32_t)clock ? on : has_word(was, clocks[c].name))
			n += (uint32_t)snprintf(text + n, sizeof text - n, "%s\"%s\"", n > 1 ? "," : "",
			                        clocks[c].name);
	text[n++] = ']';
	*rd_field_cell(r, "breached") =
		n == 2 ? RD_VALUE_NULL : RD_VALUE_TEXT(((rd_str){rd_arena_copy(a, text, n), n}));
}

bool rd_clock_is_paused(const rd_record *r)
{
	return rd_field_cell(r, "paused_at")->type != RD_NULL;
}

/* Backwards one step more and one forth: 12:00, not 13:30, is when the time before lunch is up. */
rd_rc rd_clock_shift(const rd_worktime *hours, int64_t due_us, int64_t us, int64_t *ret_due_us,
                     rd_err *err)
{
	rd_work_moment at = {.at_us = due_us};

	if (us < 0) {
		RD_TRY(rd_worktime_add(hours, due_us, us - 1, &at, err));
		us = 1;
	}
	RD_TRY(rd_worktime_add(hours, at.at_us, us, &at, err));
	*ret_due_us = at.at_us;
	return RD_OK;
}

rd_rc rd_clock_resume(const rd_worktime *hours, rd_record *r, int64_t now_us, rd_err *err)
{
	int64_t waited;
	bool estimated;

	RD_TRY(rd_worktime_between(hours, rd_field_int(r, "paused_at", now_us), now_us, &waited,
	                           &estimated, err));
	for (rd_clock c = 0; c < RD_CLOCKS_N; c++) {
		int64_t due;

		if (!rd_clock_runs(r, c))
			continue;
		RD_TRY(rd_clock_shift(hours, rd_field_int(r, clocks[c].due, 0), waited, &due, err));
		*rd_field_cell(r, clocks[c].due) = RD_VALUE_INT(due);
	}
	*rd_field_cell(r, "paused_minutes") =
		RD_VALUE_INT(rd_field_int(r, "paused_minutes", 0) + (waited + MINUTE_US / 2) / MINUTE_US);
	*rd_field_cell(r, "paused_at") = RD_VALUE_NULL;
	*rd_field_cell(r, "pause_reason") = RD_VALUE_NULL;
	return RD_OK;
}

void rd_clock_judge(rd_arena *a, rd_record *r, int64_t now_us)
{
	for (rd_clock c = 0; c < RD_CLOCKS_N; c++)
		if (rd_clock_runs(r, c) && rd_field_int(r, clocks[c].due, now_us) <= now_us)
			rd_clock_set_breached(a, r, c, true);
}

void rd_clock_opinion(const rd_clock_basis *b, rd_day due, int64_t *ret_remind_us,
                      int64_t *ret_late_us)
{
	int64_t midnight = (int64_t)due * DAY_US - (int64_t)b->zone_offset_s * 1000000;

	*ret_remind_us = midnight - b->rules.opinion_days * DAY_US;
	*ret_late_us = midnight + DAY_US;
}

/* ---- the next step ---- */

static void sooner(int64_t *best, int64_t at_us)
{
	*best = at_us < *best ? at_us : *best;
}

/* When the ladder goes on; due_us has passed. */
static rd_rc next_rung(const rd_clock_basis *b, const rd_record *r, int64_t due_us, int64_t *best,
                       rd_err *err)
{
	for (int64_t i = rd_field_int(r, "escalation", 0); i < (int64_t)RD_LADDER_N; i++) {
		int64_t after = b->rules.ladder[b->grade][i];
		rd_work_moment at;

		if (after < 0)
			continue;
		RD_TRY(rd_worktime_add(&b->hours, due_us, after * MINUTE_US, &at, err));
		sooner(best, at.at_us);
		return RD_OK;
	}
	return RD_OK;
}

static rd_rc next_step(const rd_clock_basis *b, const rd_record *r, int64_t now_us, int64_t *best,
                       rd_err *err)
{
	int64_t due, warn = b->rules.warn[b->grade];
	rd_work_moment at;

	if (rd_clock_is_paused(r) || !rd_clock_nearest(r, &due))
		return RD_OK;
	for (rd_clock c = 0; c < RD_CLOCKS_N; c++)
		if (rd_clock_runs(r, c) && !rd_clock_breached(r, c))
			sooner(best, rd_field_int(r, clocks[c].due, due));
	if (due <= now_us)
		return next_rung(b, r, due, best, err);
	RD_TRY(rd_worktime_add(&b->hours, due, -warn * MINUTE_US, &at, err));
	if (warn > 0 && at.at_us > now_us)
		sooner(best, at.at_us);
	return RD_OK;
}

static void next_opinion(const rd_clock_basis *b, const rd_record *r, int64_t now_us, int64_t *best)
{
	const rd_value *due = rd_field_cell(r, "opinion_due");
	int64_t remind, late;

	if (due->type == RD_NULL || rd_clock_breached(r, RD_CLOCK_OPINION))
		return;
	rd_clock_opinion(b, (rd_day)due->i, &remind, &late);
	sooner(best, b->rules.opinion_days > 0 && remind > now_us ? remind : late);
}

rd_rc rd_clock_settle(const rd_clock_basis *b, rd_record *r, int64_t now_us, rd_err *err)
{
	int64_t due, best = INT64_MAX;
	bool any = rd_clock_nearest(r, &due);

	*rd_cell(r, RD_COL_DUE) = any ? RD_VALUE_INT(due) : RD_VALUE_NULL;
	if (any && due > now_us)
		*rd_field_cell(r, "escalation") = RD_VALUE_INT(0);
	RD_TRY(next_step(b, r, now_us, &best, err));
	next_opinion(b, r, now_us, &best);
	*rd_field_cell(r, "clock_at") = best == INT64_MAX ? RD_VALUE_NULL : RD_VALUE_INT(best);
	return RD_OK;
}

/* ---- as people see them ---- */

rd_rc rd_clock_faces(const rd_clock_basis *b, const rd_record *r, int64_t now_us,
                     rd_clock_face ret_faces[RD_CLOCKS_N], rd_err *err)
{
	int64_t until = rd_field_int(r, "paused_at", now_us);
	bool estimated;

	for (rd_clock c = 0; c < RD_CLOCKS_N; c++) {
		rd_clock_face f = {.limit_minutes = rd_clock_minutes(b, c),
		                   .runs = rd_clock_runs(r, c),
		                   .breached = rd_clock_breached(r, c)};

		if (clocks[c].due) {
			f.due_us = rd_field_int(r, clocks[c].due, 0);
			f.ended_us = rd_field_int(r, clocks[c].end, 0);
		} else {
			f.ended_us = rd_cell(r, RD_COL_CREATED_AT)->i;
		}
		if (f.runs)
			RD_TRY(rd_worktime_between(&b->hours, until, f.due_us, &f.left_us, &estimated, err));
		ret_faces[c] = f;
	}
	return RD_OK;
}
