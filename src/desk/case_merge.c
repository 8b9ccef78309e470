/* Many reports of one thing: duplicates, and problems behind several cases. */
#include "desk/case.h"
#include "desk/grouping.h"
#include "desk/hooks.h"
#include "desk/person.h"
#include "record/beside.h"
#include "record/show.h"
#include "store/queries.gen.h"

#define WATCHERS_MAX 1000u
#define CASES_MAX    1000u /* of one problem that are told when it is solved */
#define COMMENT_MAX  4000u

/* The program, in the name of nobody, as a part of this request. */
static rd_actor program(const rd_hook_call *call)
{
	rd_actor system = rd_desk_system(call->tx->firm_id);

	system.request_id = call->actor->request_id;
	return system;
}

static rd_rc comment(rd_hook_call *call, const rd_kind *k, int64_t id, rd_buf *text, rd_err *err)
{
	const rd_actor system = program(call);
	int64_t comment_id;

	return rd_comment_add(call->engine, call->tx, &system, k, id,
	                      &(rd_comment_new){.body = rd_buf_view(text)}, &comment_id, err);
}

/* ---- duplicates ---- */

static rd_rc may_merge(const rd_record *now, const rd_record *other, rd_err *err)
{
	const rd_value *mine = rd_cell(now, RD_COL_CLIENT), *its = rd_cell(other, RD_COL_CLIENT);

	if (rd_cell(other, RD_COL_ID)->i == rd_cell(now, RD_COL_ID)->i)
		return rd_fail(err, RD_INPUT, "不能标为与自己重复；请选另一起异常",
		               "it cannot be a duplicate of itself; choose another case");
	if (mine->type != its->type || mine->i != its->i)
		return rd_fail(err, RD_INPUT, "两起异常不是同一客户的，不能合并",
		               "the two cases are of different clients and cannot be merged");
	if (rd_str_is(rd_cell(other, RD_COL_STATE)->str, "duplicate"))
		return rd_fail(err, RD_BARRED, "所选异常本身已标为重复；请选它所指的那一起",
		               "that case is itself a duplicate; choose the one that it names");
	/* Nothing is closed while findings of it are there. */
	if (!rd_case_is_open(other) && rd_field_int(now, "findings", 0) > 0)
		return rd_fail(err, RD_BARRED, "所选异常已结束，而本异常仍有线索；请先重新打开那一起",
		               "that case is over, and this one has live findings; open it again first");
	if (rd_cell(other, RD_COL_ARCHIVED_AT)->type != RD_NULL)
		return rd_fail(err, RD_BARRED, "所选异常已归档", "that case is archived");
	return RD_OK;
}

/* Check runs look for the case of a finding among those of its books. */
static rd_rc findings_fit(rd_hook_call *call, const rd_record *other, rd_err *err)
{
	rd_q_gate_findings_row row;
	bool found;

	if (rd_value_same(rd_field_cell(call->now, "books"), rd_field_cell(other, "books")))
		return RD_OK;
	RD_TRY(rd_q_gate_findings(call->tx, rd_cell(call->now, RD_COL_ID)->i, &row, &found, err));
	if (row.n == 0)
		return RD_OK;
	return rd_fail(
		err, RD_BARRED, "本异常的线索属于另一个账套；只能并入同一账套的异常",
		"the findings of this case are of other books; merge it into a case of the same");
}

/* Who followed this one wants to know what becomes of the other, and may read it by that. */
static rd_rc watchers_go_along(rd_hook_call *call, int64_t other, rd_err *err)
{
	const rd_actor system = program(call);
	const rd_q_watch_list_row *rows;
	uint32_t n;

	RD_TRY(rd_q_watch_list(call->tx, RD_STR("case"), rd_cell(call->now, RD_COL_ID)->i, WATCHERS_MAX,
	                       &rows, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		rd_fact f = {.type = RD_FACT_WATCHED,
		             .kind = call->now->kind,
		             .record_id = other,
		             .about_id = rows[i].user_id};
		int64_t seq;

		RD_TRY(rd_fact_write(call->tx, &system, &f, &seq, err));
	}
	return RD_OK;
}

/* Findings belong to the case at the end of duplicate_of: their count goes there. */
static rd_rc findings_go_along(rd_hook_call *call, const rd_record *other, rd_err *err)
{
	const rd_actor system = program(call);
	rd_record changed = rd_record_copy(call->tx->arena, other);
	int64_t mine = rd_field_int(call->now, "findings", 0);

	RD_TRY(rd_grouping_merge(call->tx, rd_cell(call->now, RD_COL_ID)->i,
	                         rd_cell(other, RD_COL_ID)->i, err));
	if (mine == 0)
		return RD_OK;
	*rd_field_cell(&changed, "findings") = RD_VALUE_INT(rd_field_int(other, "findings", 0) + mine);
	*rd_field_cell(call->now, "findings") = RD_VALUE_INT(0);
	return rd_record_write(call->tx, &system, other, &changed, err);
}

rd_rc rd_case_merge(rd_hook_call *call, rd_err *err)
{
	int64_t id = rd_field_int(call->now, "duplicate_of", 0);
	rd_record other, readable;
	rd_buf text;

	RD_TRY(rd_record_get(call->tx, call->actor, call->now->kind, id, &readable, err));
	RD_TRY(rd_case_other(call->tx, "case", id, &other, err));
	RD_TRY(may_merge(call->now, &other, err));
	RD_TRY(findings_fit(call, &other, err));
	RD_TRY(findings_go_along(call, &other, err));
	RD_TRY(watchers_go_along(call, id, err));
	rd_str number = rd_cell(call->now, RD_COL_NUMBER)->str, name = rd_field_str(call->now, "name");

	rd_buf_init(&text, COMMENT_MAX);
	rd_buf_printf(&text, "%.*s“%.*s”与本异常重复，已并入。", RD_STR_ARG(number), RD_STR_ARG(name));
	rd_rc rc = comment(call, call->now->kind, id, &text, err);

	rd_buf_done(&text);
	return rc;
}

/* ---- problems ---- */

static rd_rc count_one(rd_hook_call *call, int64_t problem_id, int64_t by, rd_err *err)
{
	const rd_actor system = program(call);
	rd_record was, now;

	RD_TRY(rd_case_other(call->tx, "problem", problem_id, &was, err));
	const rd_value *of = rd_cell(&was, RD_COL_CLIENT), *mine = rd_cell(call->now, RD_COL_CLIENT);

	if (by > 0 && of->type == RD_INT && (mine->type == RD_NULL || mine->i != of->i))
		return rd_fail(err, RD_INPUT, "该问题是另一客户的", "that problem is of another client");
	now = rd_record_copy(call->tx->arena, &was);
	int64_t n = rd_field_int(&was, "cases", 0) + by;

	*rd_field_cell(&now, "cases") = RD_VALUE_INT(n < 0 ? 0 : n);
	return rd_record_write(call->tx, &system, &was, &now, err);
}

rd_rc rd_case_count(rd_hook_call *call, rd_err *err)
{
	int64_t now = rd_field_int(call->now, "problem", 0),
			was = call->was ? rd_field_int(call->was, "problem", 0) : 0;

	if (now == was)
		return RD_OK;
	if (was)
		RD_TRY(count_one(call, was, -1, err));
	return now ? count_one(call, now, 1, err) : RD_OK;
}

static rd_rc keep_count(const rd_hook_call *call, rd_err *err)
{
	int64_t now = rd_field_int(call->now, "cases", 0),
			was = call->was ? rd_field_int(call->was, "cases", 0) : 0;

	if (call->actor->system || now == was)
		return RD_OK;
	return rd_fail(err, RD_INPUT, "异常数由系统统计；请在异常上选择所属问题",
	               "the program counts the cases; name the problem in the case instead");
}

rd_rc rd_hook_problem_create(rd_hook_call *call, rd_err *err)
{
	RD_TRY(keep_count(call, err));
	*rd_field_cell(call->now, "cases") = RD_VALUE_INT(0);
	return RD_OK;
}

rd_rc rd_hook_problem_change(rd_hook_call *call, rd_err *err)
{
	return keep_count(call, err);
}

rd_rc rd_hook_problem_solve(rd_hook_call *call, rd_err *err)
{
	const rd_q_case_of_problem_row *rows;
	uint32_t n;
	rd_rc rc = RD_OK;
	rd_record c;
	rd_buf text;

	RD_TRY(rd_q_case_of_problem(call->tx, rd_cell(call->now, RD_COL_ID)->i, 0, CASES_MAX, &rows, &n,
	                            err));
	rd_str number = rd_cell(call->now, RD_COL_NUMBER)->str,
		   solution = rd_field_str(call->now, "solution");

	rd_buf_init(&text, COMMENT_MAX);
	rd_buf_printf(&text, "所属问题 %.*s 已根治：", RD_STR_ARG(number));
	/* The whole of it stands in the problem; a comment is cut between characters. */
	for (uint32_t at = 0, cut = 0; at < solution.len && cut < COMMENT_MAX / 2; cut = at) {
		(void)rd_utf8_next(solution, &at);
		rd_buf_add(&text, solution.ptr + cut, at - cut);
	}
	for (uint32_t i = 0; i < n && rc == RD_OK; i++) {
		rc = rd_case_other(call->tx, "case", rows[i].id, &c, err);
		if (rc == RD_OK && rd_cell(&c, RD_COL_ARCHIVED_AT)->type == RD_NULL)
			rc = comment(call, c.kind, rows[i].id, &text, err);
	}
	rd_buf_done(&text);
	return rc;
}
