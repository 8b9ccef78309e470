#include "desk/hours.h"
#include "base/assert.h"
#include "store/queries.gen.h"
#include <jansson.h>

#define ENTRIES_MAX 1000u
#define PARENTS_MAX 4u /* calendars that build on each other */
#define MINUTE_US   60000000LL
#define DAY_MIN     1440
#define DUE_DAYS    40u /* within which a working day comes */

static int32_t minutes(rd_str clock)
{
	RD_ASSERT(clock.len == 5);
	return ((clock.ptr[0] - '0') * 10 + clock.ptr[1] - '0') * 60 + (clock.ptr[3] - '0') * 10 +
	       clock.ptr[4] - '0';
}

/* Bit 0 = Monday. */
static uint32_t week_of(rd_str text)
{
	static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	json_t *list = json_loadb(text.ptr, text.len, 0, NULL), *one;
	uint32_t week = 0;
	size_t i;

	json_array_foreach(list, i, one)
	{
		for (uint32_t d = 0; d < 7; d++)
			if (json_is_string(one) && strcmp(json_string_value(one), names[d]) == 0)
				week |= 1u << d;
	}
	json_decref(list);
	return week;
}

static void set_spans(const rd_q_hours_get_row *c, rd_worktime *hours)
{
	int32_t opens = minutes(c->opens), closes = minutes(c->closes);
	bool lunch = c->lunch_begins.ptr && c->lunch_ends.ptr && c->lunch_begins.len == 5 &&
	             c->lunch_ends.len == 5;
	int32_t from = lunch ? minutes(c->lunch_begins) : 0, to = lunch ? minutes(c->lunch_ends) : 0;

	if (opens >= closes)
		return; /* not a day: the preset hours stay */
	hours->spans_n = 1;
	hours->spans[0] = (rd_work_span){opens, closes};
	if (lunch && opens < from && from < to && to < closes) {
		hours->spans[0] = (rd_work_span){opens, from};
		hours->spans[1] = (rd_work_span){to, closes};
		hours->spans_n = 2;
	}
}

static bool works(rd_day day, uint32_t week, bool national)
{
	rd_day_kind kind = national ? rd_calendar_kind(day) : RD_DAY_NOT_KNOWN;

	if (kind == RD_DAY_HOLIDAY || kind == RD_DAY_MAKEUP)
		return kind == RD_DAY_MAKEUP;
	return week >> rd_day_weekday(day) & 1;
}

/* The entries of the calendar and, before them, of those on which it builds. */
static rd_rc mark_days(rd_tx *tx, int64_t calendar_id, uint32_t depth, rd_day first, uint32_t days,
                       bool *work, rd_err *err)
{
	const rd_q_hours_days_row *rows;
	rd_q_hours_get_row c;
	bool found;
	uint32_t n;

	RD_TRY(rd_q_hours_get(tx, calendar_id, &c, &found, err));
	if (!found)
		return RD_OK;
	if (c.parent_id.type == RD_INT && depth < PARENTS_MAX)
		RD_TRY(mark_days(tx, c.parent_id.i, depth + 1, first, days, work, err));
	RD_TRY(rd_q_hours_days(tx, calendar_id, first, first + (int64_t)days - 1, ENTRIES_MAX, &rows,
	                       &n, err));
	for (uint32_t i = 0; i < n; i++) {
		int64_t last = rows[i].through_day.type == RD_INT ? rows[i].through_day.i : rows[i].on_day;

		for (int64_t d = rows[i].on_day; d <= last; d++)
			if (d >= first && d < first + (int64_t)days)
				work[d - first] = rd_str_is(rows[i].what, "workday");
	}
	return RD_OK;
}

static void set_lists(rd_arena *a, rd_day first, uint32_t days, const bool *work,
                      rd_worktime *hours)
{
	rd_day *off = RD_NEW_N(a, rd_day, days + 1), *on = RD_NEW_N(a, rd_day, days + 1);

	for (uint32_t i = 0; i < days; i++) {
		if (work[i])
			on[hours->on_n++] = first + (rd_day)i;
		else
			off[hours->off_n++] = first + (rd_day)i;
	}
	hours->on = on;
	hours->off = off;
}

rd_rc rd_hours_load(rd_tx *tx, int64_t calendar_id, int64_t from_us, uint32_t days,
                    int32_t offset_s, rd_worktime *ret_hours, rd_err *err)
{
	rd_worktime hours = rd_worktime_preset;
	rd_q_firm_manner_row firm;
	rd_q_hours_get_row c;
	bool found = false;

	RD_ASSERT(days > 0 && days <= RD_HOURS_DAYS_MAX);
	hours.offset_min = offset_s / 60;
	if (calendar_id == 0) {
		RD_TRY(rd_q_firm_manner(tx, &firm, &found, err));
		calendar_id = found && firm.calendar_id.type == RD_INT ? firm.calendar_id.i : 0;
	}
	if (calendar_id)
		RD_TRY(rd_q_hours_get(tx, calendar_id, &c, &found, err));
	if (calendar_id && found) {
		rd_day first = rd_worktime_day(&hours, from_us);
		bool *work = RD_NEW_N(tx->arena, bool, days);
		uint32_t week = week_of(c.workdays);
		bool national = c.national.type == RD_NULL || c.national.i != 0;

		for (uint32_t i = 0; i < days; i++)
			work[i] = works(first + (rd_day)i, week, national);
		RD_TRY(mark_days(tx, calendar_id, 0, first, days, work, err));
		set_spans(&c, &hours);
		set_lists(tx->arena, first, days, work, &hours);
	}
	RD_TRY(rd_worktime_check(&hours, err));
	*ret_hours = hours;
	return RD_OK;
}

rd_rc rd_hours_due(rd_tx *tx, rd_day day, int64_t clock_us, int32_t offset_s, int64_t *ret_at_us,
                   rd_err *err)
{
	int64_t midnight = (int64_t)day * DAY_MIN * MINUTE_US - (int64_t)offset_s * 1000000;
	rd_worktime hours;
	rd_work_day work;

	RD_TRY(rd_hours_load(tx, 0, midnight, DUE_DAYS, offset_s, &hours, err));
	RD_TRY(rd_worktime_add_days(&hours, day, 0, &work, err));
	if (clock_us < 0)
		clock_us = hours.spans[hours.spans_n - 1].to_min * MINUTE_US;
	*ret_at_us = rd_worktime_midnight(&hours, work.day) + clock_us;
	return RD_OK;
}

/* ---- quiet ---- */

static int64_t after_clock(const rd_quiet *quiet, const rd_worktime *hours, int64_t at_us)
{
	int64_t midnight = rd_worktime_midnight(hours, rd_worktime_day(hours, at_us));
	int64_t now = (at_us - midnight) / MINUTE_US;
	int32_t from = quiet->from_min, to = quiet->to_min;
	bool over = to < from;

	if (from == to || (over ? now >= to && now < from : now < from || now >= to))
		return at_us;
	return midnight + (to + (over && now >= from ? DAY_MIN : 0)) * MINUTE_US;
}

rd_rc rd_quiet_until(const rd_quiet *quiet, const rd_worktime *hours, int64_t at_us,
                     int64_t *ret_us, rd_err *err)
{
	rd_work_moment open;

	if (quiet->kind == RD_QUIET_NONE) {
		*ret_us = at_us;
		return RD_OK;
	}
	if (quiet->kind == RD_QUIET_CLOCK) {
		*ret_us = after_clock(quiet, hours, at_us);
		return RD_OK;
	}
	RD_TRY(rd_worktime_next(hours, at_us, &open, err));
	*ret_us = open.at_us;
	return RD_OK;
}

static const char *const quiet_names[] = {"none", "clock", "work"};

const char *rd_quiet_name(rd_quiet_kind kind)
{
	return quiet_names[kind];
}

bool rd_quiet_find(rd_str name, rd_quiet_kind *ret_kind)
{
	for (uint32_t i = 0; i < 3; i++)
		if (rd_str_is(name, quiet_names[i])) {
			*ret_kind = (rd_quiet_kind)i;
			return true;
		}
	return false;
}
