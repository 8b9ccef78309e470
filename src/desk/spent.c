/*
 * Time that people book (model/time_entry.toml) and what it comes to on the case that it is about:
 * spent_minutes and cost of the case are sums over its entries that are not archived.
 *
 * The hooks run before the entry itself is written, so the sums are taken without it and it is
 * added as it will be. An entry costs minutes × rate ÷ 60, to the nearest minor unit; one without a
 * rate costs nothing. All rates on one case are in one currency: sums of money have one.
 */
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/tasks.h"
#include "store/queries.gen.h"

#define CURRENCIES_MAX 16u

typedef struct spent {
	int64_t minutes, cost;
	rd_str currency; /* "" = nothing was booked at a rate */
} spent;

static rd_rc add(spent *s, rd_str currency, int64_t minutes, int64_t cost, rd_err *err)
{
	s->minutes += minutes;
	if (currency.len == 0)
		return RD_OK;
	if (s->currency.len && !rd_str_eq(s->currency, currency))
		return rd_fail(err, RD_INPUT, "这起异常的工时已按 %.*s 计价；请用同一币种",
		               "time on this case is priced in %.*s; use the same currency",
		               RD_STR_ARG(s->currency));
	s->currency = currency;
	s->cost += cost;
	return RD_OK;
}

static rd_rc add_entry(spent *s, const rd_record *entry, rd_err *err)
{
	const rd_value *rate = rd_field_cell(entry, "rate");
	int64_t minutes = rd_field_int(entry, "minutes", 0);

	if (rate->type == RD_NULL)
		return add(s, RD_STR(""), minutes, 0, err);
	return add(s, rate[1].str, minutes, (minutes * rate->i + 30) / 60, err);
}

static bool is_about_case(const rd_record *entry)
{
	const rd_value *about = rd_field_cell(entry, "about");

	return about->type == RD_INT && rd_str_is(about[1].str, "case");
}

/* Writes the sums of the case that `entry` is about; the entry itself counts only with `counts`. */
static rd_rc sum_up(rd_hook_call *call, const rd_record *entry, bool counts, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	const rd_q_spent_on_row *rows;
	spent s = {.currency = {"", 0}};
	rd_record was;
	uint32_t n;

	if (!is_about_case(entry))
		return RD_OK;
	int64_t case_id = rd_field_cell(entry, "about")->i;

	RD_TRY(rd_q_spent_on(call->tx, RD_STR("case"), case_id, rd_cell(entry, RD_COL_ID)->i,
	                     CURRENCIES_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(add(&s, rows[i].currency, rows[i].minutes, rows[i].cost, err));
	if (counts)
		RD_TRY(add_entry(&s, entry, err));
	RD_TRY(rd_record_get(call->tx, &system, rd_kind_find(RD_STR("case")), case_id, &was, err));
	rd_record now = rd_record_copy(call->tx->arena, &was);
	rd_value *cost = rd_field_cell(&now, "cost");

	*rd_field_cell(&now, "spent_minutes") = RD_VALUE_INT(s.minutes);
	cost[0] = s.currency.len ? RD_VALUE_INT(s.cost) : RD_VALUE_NULL;
	cost[1] = s.currency.len ? RD_VALUE_TEXT(s.currency) : RD_VALUE_NULL;
	return rd_record_write(call->tx, &system, &was, &now, err);
}

/* Who books time on a case sees it. */
static rd_rc may_book(const rd_hook_call *call, rd_err *err)
{
	rd_record ignored;

	return is_about_case(call->now)
	           ? rd_record_get(call->tx, call->actor, rd_kind_find(RD_STR("case")),
	                           rd_field_cell(call->now, "about")->i, &ignored, err)
	           : RD_OK;
}

rd_rc rd_hook_time_entry_create(rd_hook_call *call, rd_err *err)
{
	RD_TRY(may_book(call, err));
	return sum_up(call, call->now, true, err);
}

rd_rc rd_hook_time_entry_change(rd_hook_call *call, rd_err *err)
{
	const rd_value *was = rd_field_cell(call->was, "about"),
				   *now = rd_field_cell(call->now, "about");

	RD_TRY(may_book(call, err));
	if (was->i != now->i)
		RD_TRY(sum_up(call, call->was, false, err));
	return sum_up(call, call->now, true, err);
}

rd_rc rd_hook_time_entry_archive(rd_hook_call *call, rd_err *err)
{
	return sum_up(call, call->now, false, err);
}

rd_rc rd_hook_time_entry_restore(rd_hook_call *call, rd_err *err)
{
	return sum_up(call, call->now, true, err);
}
