#include "desk/duty.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/notice.h"
#include "store/queries.gen.h"
#include <jansson.h>
#include <stdio.h>

#define DAY_US       86400000000LL
#define TURN_DAYS    31   /* the longest turn */
#define KEEPS_DAYS   30   /* since the last turn: a firm that keeps a roster */
#define DEPUTIES_MAX 5u   /* as in model/user.toml */
#define TURNS_MAX    500u /* within the days of rd_duty_gaps */
#define TOLD_MAX     50u
#define EVERY_S      3600u

rd_rc rd_hook_duty_check(rd_hook_call *call, rd_err *err)
{
	int64_t from = rd_field_int(call->now, "from_at", 0),
			until = rd_field_int(call->now, "until_at", 0);

	if (until > from && until - from <= TURN_DAYS * DAY_US)
		return RD_OK;
	return rd_fail(err, RD_INPUT, "值班的结束应晚于开始，且一班不超过 31 天",
	               "a turn of duty ends after it begins, and within 31 days");
}

/* ---- who stands in ---- */

/* Works here, and is not away on that day; *ret_deputy: whom the absence names, 0 = nobody. */
static rd_rc is_there(rd_tx *tx, int64_t user_id, rd_day day, bool *ret, int64_t *ret_deputy,
                      rd_str *ret_deputies, rd_err *err)
{
	rd_q_absence_on_row away;
	rd_q_clock_user_row user;
	bool found;

	*ret = false;
	*ret_deputy = 0;
	*ret_deputies = RD_STR("");
	RD_TRY(rd_q_clock_user(tx, user_id, &user, &found, err));
	if (!found)
		return RD_OK;
	*ret_deputies = user.deputies.ptr ? user.deputies : RD_STR("");
	if (!rd_str_is(user.state, "active") || user.archived_at_us.type != RD_NULL)
		return RD_OK;
	RD_TRY(rd_q_absence_on(tx, user_id, day, &away, &found, err));
	*ret = !found;
	if (found)
		*ret_deputy = away.deputy_id;
	return RD_OK;
}

/* Ids of a list of references. */
static uint32_t ids_of(rd_str list, int64_t out[DEPUTIES_MAX])
{
	json_t *json = json_loadb(list.ptr, list.len, 0, NULL), *one;
	uint32_t n = 0;
	size_t i;

	json_array_foreach(json, i, one)
	{
		if (n < DEPUTIES_MAX && json_is_string(one) &&
		    rd_check_id(rd_str_of(json_string_value(one)), &out[n]))
			n++;
	}
	json_decref(json);
	return n;
}

rd_rc rd_duty_stand_in(rd_tx *tx, int64_t user_id, rd_day day, int64_t *ret_id, rd_err *err)
{
	int64_t ids[DEPUTIES_MAX + 1], unused;
	rd_str deputies, none;
	bool there;

	*ret_id = user_id;
	RD_TRY(is_there(tx, user_id, day, &there, &ids[0], &deputies, err));
	if (there)
		return RD_OK;
	uint32_t n = 1 + ids_of(deputies, ids + 1);

	for (uint32_t i = 0; i < n; i++) {
		*ret_id = ids[i];
		there = false;
		if (ids[i])
			RD_TRY(is_there(tx, ids[i], day, &there, &unused, &none, err));
		if (there)
			return RD_OK;
	}
	*ret_id = 0;
	return RD_OK;
}

/* ---- the roster ---- */

static rd_day local_day(int64_t at_us, int32_t zone_offset_s)
{
	return (rd_day)((at_us / 1000000 + zone_offset_s) / 86400);
}

static rd_rc between(rd_tx *tx, int64_t from_us, int64_t until_us, rd_day day,
                     const rd_on_duty **ret_list, uint32_t *ret_n, rd_err *err)
{
	const rd_q_duty_between_row *rows;
	uint32_t n;

	RD_TRY(rd_q_duty_between(tx, from_us, until_us, RD_DUTY_MAX, &rows, &n, err));
	rd_on_duty *list = RD_NEW_N(tx->arena, rd_on_duty, n + 1);

	for (uint32_t i = 0; i < n; i++) {
		list[i] = (rd_on_duty){.id = rows[i].id,
		                       .person_id = rows[i].person_id,
		                       .from_us = rows[i].from_at_us,
		                       .until_us = rows[i].until_at_us,
		                       .level = rows[i].level,
		                       .name = rows[i].name,
		                       .person = rows[i].person,
		                       .phone = rows[i].phone.ptr ? rows[i].phone : RD_STR("")};
		RD_TRY(rd_duty_stand_in(tx, rows[i].person_id, day, &list[i].answers_id, err));
	}
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_duty_at(rd_tx *tx, int64_t at_us, int32_t zone_offset_s, const rd_on_duty **ret_list,
                 uint32_t *ret_n, rd_err *err)
{
	return between(tx, at_us, at_us + 1, local_day(at_us, zone_offset_s), ret_list, ret_n, err);
}

/* What a turn leaves of the gaps: it may split one into two. */
static uint32_t take_out(rd_duty_gap *gaps, uint32_t n, int64_t from_us, int64_t until_us)
{
	uint32_t kept = 0, split = n;
	rd_duty_gap rest = {0};

	for (uint32_t i = 0; i < n; i++) {
		rd_duty_gap g = gaps[i];

		if (until_us <= g.from_us || from_us >= g.until_us) {
			gaps[kept++] = g;
			continue;
		}
		if (from_us > g.from_us && until_us < g.until_us) {
			rest = (rd_duty_gap){until_us, g.until_us};
			split = kept;
		}
		if (from_us > g.from_us)
			gaps[kept++] = (rd_duty_gap){g.from_us, from_us};
		else if (until_us < g.until_us)
			gaps[kept++] = (rd_duty_gap){until_us, g.until_us};
	}
	if (rest.until_us) {
		memmove(gaps + split + 2, gaps + split + 1, (kept - split - 1) * sizeof *gaps);
		gaps[split + 1] = rest;
		kept++;
	}
	return kept;
}

rd_rc rd_duty_gaps(rd_tx *tx, int64_t from_us, const rd_duty_gap **ret_gaps, uint32_t *ret_n,
                   rd_err *err)
{
	int64_t until_us = from_us + RD_DUTY_GAP_DAYS * DAY_US;
	const rd_q_duty_between_row *rows;
	uint32_t n_rows, n = 1;

	RD_TRY(rd_q_duty_between(tx, from_us, until_us, TURNS_MAX, &rows, &n_rows, err));
	rd_duty_gap *gaps = RD_NEW_N(tx->arena, rd_duty_gap, n_rows + 2);

	gaps[0] = (rd_duty_gap){from_us, until_us};
	for (uint32_t i = 0; i < n_rows; i++)
		n = take_out(gaps, n, rows[i].from_at_us, rows[i].until_at_us);
	*ret_gaps = gaps;
	*ret_n = n;
	return RD_OK;
}

/* ---- tomorrow ---- */

/* *ret_day RD_DAY_NONE: all is well, or the firm keeps no roster. */
static rd_rc gap_tomorrow(rd_tx *tx, const rd_engine *e, rd_day *ret_day, rd_err *err)
{
	rd_day day = local_day(tx->now_us, e->zone_offset_s) + 1;
	int64_t midnight = (int64_t)day * DAY_US - (int64_t)e->zone_offset_s * 1000000;
	const rd_on_duty *list;
	rd_q_duty_any_row any;
	bool keeps;
	uint32_t n;

	*ret_day = RD_DAY_NONE;
	RD_TRY(rd_q_duty_any(tx, tx->now_us - KEEPS_DAYS * DAY_US, &any, &keeps, err));
	if (!keeps)
		return RD_OK;
	RD_TRY(between(tx, midnight, midnight + DAY_US, day, &list, &n, err));
	for (uint32_t i = 0; i < n; i++)
		if (list[i].answers_id)
			return RD_OK;
	*ret_day = day;
	return RD_OK;
}

typedef struct looking {
	const rd_engine *engine;
	rd_day day;
} looking;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	looking *l = ctx;

	return gap_tomorrow(tx, l->engine, &l->day, err);
}

static rd_rc tell(rd_tx *tx, void *ctx, rd_err *err)
{
	const looking *l = ctx;
	const rd_desk desk = {l->engine->store, l->engine->zone_offset_s};
	const rd_actor system = rd_desk_system(tx->firm_id);
	const rd_q_supervisor_list_row *people;
	const rd_q_administrator_list_row *others;
	int64_t at = (int64_t)l->day * DAY_US - (int64_t)l->engine->zone_offset_s * 1000000;
	uint32_t n, n_others = 0;
	char detail[24];
	rd_record firm;
	bool told;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("firm")), tx->firm_id, &firm, err));
	int len = snprintf(detail, sizeof detail, "%lld", (long long)at);
	const rd_notice notice = {RD_MESSAGE_DUTY_GAP, &firm, at, system.name, {detail, (uint32_t)len}};

	RD_TRY(rd_q_supervisor_list(tx, TOLD_MAX, &people, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(rd_notice_tell(tx, &desk, people[i].id, &notice, &told, err));
	if (n == 0)
		RD_TRY(rd_q_administrator_list(tx, TOLD_MAX, &others, &n_others, err));
	for (uint32_t i = 0; i < n_others; i++)
		RD_TRY(rd_notice_tell(tx, &desk, others[i].id, &notice, &told, err));
	return RD_OK;
}

static rd_rc of_firm(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	looking l = {ctx, RD_DAY_NONE};

	RD_TRY(rd_store_read(s, firm_id, a, look, &l, err));
	return l.day == RD_DAY_NONE ? RD_OK : rd_store_write(s, firm_id, a, tell, &l, err);
}

static rd_rc all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, of_firm, ctx, err);
}

rd_periodic_entry rd_duty_entry(const rd_engine *e)
{
	return (rd_periodic_entry){.name = "duty",
	                           .interval_s = EVERY_S,
	                           .lease_s = 600,
	                           .run = all,
	                           .ctx = (void *)(uintptr_t)e};
}
