/* What nobody has to type: a report is three fields, the rest follows from type, client, period. */
#include "base/assert.h"
#include "desk/case.h"
#include "desk/grade.h"
#include "desk/person.h"
#include "record/show.h"
#include "store/queries.gen.h"

const rd_kind *rd_case_kind(void)
{
	const rd_kind *k = rd_kind_find(RD_STR("case"));

	RD_ASSERT(k != NULL);
	return k;
}

bool rd_case_is_open(const rd_record *r)
{
	int32_t state = rd_kind_state_find(r->kind, rd_cell(r, RD_COL_STATE)->str);

	return state >= 0 && !r->kind->states[state].closed;
}

rd_rc rd_case_other(rd_tx *tx, const char *kind, int64_t id, rd_record *ret, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);

	return rd_record_get(tx, &system, rd_kind_find(rd_str_of(kind)), id, ret, err);
}

static bool is_null(const rd_record *r, const char *field)
{
	return rd_field_cell(r, field)->type == RD_NULL;
}

/* Copies a field that is empty; money has two cells. */
static void copy(rd_record *to, const char *field, const rd_record *from, const char *of)
{
	rd_value *cell = rd_field_cell(to, field);

	if (cell->type == RD_NULL)
		*cell = *rd_field_cell(from, of);
}

static void copy_common(rd_record *to, rd_common column, const rd_value *value)
{
	if (rd_cell(to, column)->type == RD_NULL)
		*rd_cell(to, column) = *value;
}

/* ---- type ---- */

static const char *const judged[] = {"nature", "severity", "impact", "urgency"};

static rd_rc from_type(rd_hook_call *call, rd_err *err)
{
	rd_record *now = call->now, type;

	if (is_null(now, "type")) {
		if (is_null(now, "name"))
			return rd_fail(err, RD_INPUT, "请选择异常类型，或写明异常名称",
			               "choose the type of exception, or say in a few words what it is");
		return RD_OK;
	}
	RD_TRY(rd_case_other(call->tx, "exception_type", rd_field_cell(now, "type")->i, &type, err));
	if (rd_str_is(rd_cell(&type, RD_COL_STATE)->str, "retired"))
		return rd_fail(err, RD_INPUT, "该异常类型已停用，请另选",
		               "this type of exception is retired; choose another");
	copy(now, "name", &type, "name");
	for (uint32_t i = 0; i < sizeof judged / sizeof *judged; i++)
		copy(now, judged[i], &type, judged[i]);
	copy(now, "department", &type, "handler");
	if (rd_field_int(&type, "need_to_know", 0))
		*rd_cell(now, RD_COL_RESTRICTED) = RD_VALUE_INT(1);
	return RD_OK;
}

rd_rc rd_case_retype(rd_hook_call *call, rd_err *err)
{
	rd_record type;

	if (rd_value_same(rd_field_cell(call->now, "type"), rd_field_cell(call->was, "type")) ||
	    is_null(call->now, "type"))
		return RD_OK;
	RD_TRY(
		rd_case_other(call->tx, "exception_type", rd_field_cell(call->now, "type")->i, &type, err));
	for (uint32_t i = 0; i < sizeof judged / sizeof *judged; i++) {
		rd_value *cell = rd_field_cell(call->now, judged[i]);

		if (rd_value_same(cell, rd_field_cell(call->was, judged[i])))
			*cell = *rd_field_cell(&type, judged[i]);
	}
	if (rd_field_int(&type, "need_to_know", 0))
		*rd_cell(call->now, RD_COL_RESTRICTED) = RD_VALUE_INT(1);
	return RD_OK;
}

/* ---- client, books, period ---- */

static rd_rc period_of(const rd_record *r, rd_period *ret, rd_err *err)
{
	rd_str text = rd_field_str(r, "period");

	*ret = 0;
	if (text.len == 0) {
		const rd_value *day = rd_field_cell(r, "occurred_on");

		if (day->type == RD_INT)
			*ret = rd_day_period((rd_day)day->i);
		return RD_OK;
	}
	if (text.len == 7 && text.ptr[4] == '-' && rd_period_parse(text, 0, ret))
		return RD_OK;
	return rd_fail(err, RD_INPUT, "会计期间应写成 2026-03 的样子", "write the period as 2026-03");
}

static rd_tax_rhythm rhythm_of(const rd_record *client)
{
	rd_str v = rd_field_str(client, "vat_period");

	if (rd_str_is(v, "quarter"))
		return RD_TAX_QUARTERLY;
	return rd_str_is(v, "each") ? RD_TAX_NONE : RD_TAX_MONTHLY;
}

static rd_rc same_client(const rd_record *now, const rd_record *books, rd_err *err)
{
	const rd_value *mine = rd_cell(now, RD_COL_CLIENT), *its = rd_cell(books, RD_COL_CLIENT);

	if (mine->type == RD_INT && its->type == RD_INT && mine->i == its->i)
		return RD_OK;
	return rd_fail(err, RD_INPUT, "该账套不是所选客户的", "these books are of another client");
}

static rd_rc from_books(rd_hook_call *call, rd_period period, rd_err *err)
{
	rd_record *now = call->now, books;
	rd_q_case_books_row row;
	const rd_value *client = rd_cell(now, RD_COL_CLIENT);
	bool found = false;

	if (is_null(now, "books") && client->type == RD_INT && period)
		RD_TRY(rd_q_case_books(call->tx, client->i, period / 100, &row, &found, err));
	if (found)
		*rd_field_cell(now, "books") = RD_VALUE_INT(row.id);
	if (is_null(now, "books"))
		return RD_OK;
	RD_TRY(rd_case_other(call->tx, "books", rd_field_cell(now, "books")->i, &books, err));
	copy_common(now, RD_COL_CLIENT, rd_cell(&books, RD_COL_CLIENT));
	copy(now, "place", &books, "name");
	return same_client(now, &books, err);
}

static rd_rc from_client(rd_hook_call *call, rd_period period, rd_err *err)
{
	rd_record *now = call->now, client;
	const rd_value *id = rd_cell(now, RD_COL_CLIENT);
	rd_day day;

	if (id->type == RD_NULL)
		return RD_OK;
	RD_TRY(rd_case_other(call->tx, "client", id->i, &client, err));
	copy(now, "reviewer", &client, "reviewer");
	copy_common(now, RD_COL_TEAM, rd_cell(&client, RD_COL_TEAM));
	day = rd_tax_day(period, rhythm_of(&client));
	if (day != RD_DAY_NONE && is_null(now, "tax_deadline"))
		*rd_field_cell(now, "tax_deadline") = RD_VALUE_INT(day);
	return RD_OK;
}

/* ---- who and when ---- */

static rd_rc found_at(rd_hook_call *call, rd_err *err)
{
	rd_value *found = rd_field_cell(call->now, "found_at");

	if (found->type == RD_NULL)
		*found = call->was ? RD_VALUE_NULL : RD_VALUE_INT(call->tx->now_us);
	if (found->type == RD_INT && found->i > call->tx->now_us)
		return rd_fail(err, RD_INPUT, "发现时间不能晚于现在",
		               "it cannot have been found later than now");
	return RD_OK;
}

rd_rc rd_case_fill(rd_hook_call *call, rd_err *err)
{
	rd_value *reporter = rd_field_cell(call->now, "reporter");
	rd_period period;

	RD_TRY(from_type(call, err));
	RD_TRY(found_at(call, err));
	if (reporter->type == RD_NULL && is_null(call->now, "reported_by") && call->actor->user_id)
		*reporter = RD_VALUE_INT(call->actor->user_id);
	RD_TRY(period_of(call->now, &period, err));
	RD_TRY(from_books(call, period, err));
	return from_client(call, period, err);
}

/* Check runs look for the case of a finding among those of its books. */
static rd_rc stays_with_findings(const rd_hook_call *call, rd_err *err)
{
	rd_q_gate_findings_row row;
	bool found;

	RD_TRY(rd_q_gate_findings(call->tx, rd_cell(call->now, RD_COL_ID)->i, &row, &found, err));
	if (row.n == 0)
		return RD_OK;
	return rd_fail(err, RD_BARRED, "这起异常的线索属于该客户的这个账套，不能改为其他账套或客户",
	               "the findings of this case are of these books and this client; it stays there");
}

/* Duplicates are of one client. */
static rd_rc stays_with_duplicates(const rd_hook_call *call, rd_err *err)
{
	rd_q_case_duplicates_row row;
	bool found;

	RD_TRY(rd_q_case_duplicates(call->tx, rd_cell(call->now, RD_COL_ID)->i, &row, &found, err));
	if (row.n == 0 && is_null(call->now, "duplicate_of"))
		return RD_OK;
	return rd_fail(
		err, RD_BARRED, "这起异常与同一客户的另一起互为重复，不能改为其他客户",
		"this case is merged with another of the same client; it stays with that client");
}

rd_rc rd_case_fits(rd_hook_call *call, rd_err *err)
{
	const rd_value *id = rd_field_cell(call->now, "books");
	rd_record books;
	rd_period period;

	RD_TRY(found_at(call, err));
	RD_TRY(period_of(call->now, &period, err));
	if (rd_value_same(id, rd_field_cell(call->was, "books")) &&
	    rd_value_same(rd_cell(call->now, RD_COL_CLIENT), rd_cell(call->was, RD_COL_CLIENT)))
		return RD_OK;
	RD_TRY(stays_with_findings(call, err));
	if (!rd_value_same(rd_cell(call->now, RD_COL_CLIENT), rd_cell(call->was, RD_COL_CLIENT)))
		RD_TRY(stays_with_duplicates(call, err));
	if (id->type == RD_NULL)
		return RD_OK;
	RD_TRY(rd_case_other(call->tx, "books", id->i, &books, err));
	return same_client(call->now, &books, err);
}

/* ---- what a person may not set ---- */

static const char *const by_program[] = {
	"findings",       "first_run",    "last_run",       "times_back", "acked_at",
	"triaged_at",     "corrected_at", "closed_at",      "ack_due",    "triage_due",
	"correct_due",    "verify_due",   "opinion_due",    "paused_at",  "pause_reason",
	"paused_minutes", "escalation",   "clock_at",       "breached",   "duplicate_of",
	"spent_minutes",  "cost",         "accepted_until",
};

static bool changed(const rd_hook_call *call, const char *field)
{
	const rd_value *now = rd_field_cell(call->now, field);

	return call->was ? !rd_value_same(now, rd_field_cell(call->was, field))
	                 : now->type != RD_NULL && !(now->type == RD_INT && now->i == 0);
}

/* A person's own grade stands with a reason, until the mark is taken away. */
static rd_rc graded_by_hand(rd_hook_call *call, rd_err *err)
{
	bool grade = changed(call, "grade") && !is_null(call->now, "grade"),
		 reason = changed(call, "grade_reason") && !is_null(call->now, "grade_reason");

	if (!grade && !reason)
		return RD_OK;
	if (!reason)
		return rd_fail(err, RD_INPUT, "人工定级须写明分级理由 grade_reason",
		               "who sets the priority says why: grade_reason");
	*rd_field_cell(call->now, "grade_fixed") = RD_VALUE_INT(1);
	return RD_OK;
}

rd_rc rd_case_guard(rd_hook_call *call, rd_err *err)
{
	if (call->actor->system)
		return RD_OK;
	for (uint32_t i = 0; i < sizeof by_program / sizeof *by_program; i++)
		if (changed(call, by_program[i]))
			return rd_fail(err, RD_INPUT, "%s 由系统记录，不能填写",
			               "%s is kept by the program and cannot be set", by_program[i]);
	return graded_by_hand(call, err);
}
