#include "desk/corrections.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/person.h"
#include "store/queries.gen.h"

#define MISSING_MAX 7900u /* bytes of the field */
#define POSTED_MAX  2000u /* corrections of one set of books */

static const rd_kind *correction_kind(void)
{
	return rd_kind_find(RD_STR("correction"));
}

/* ---- hooks ---- */

static rd_rc same_books(rd_hook_call *call, rd_err *err)
{
	rd_actor system = rd_desk_system(call->tx->firm_id);
	rd_record books, c;
	int64_t client = rd_cell(call->now, RD_COL_CLIENT)->i;

	RD_TRY(rd_record_get(call->tx, &system, rd_kind_find(RD_STR("books")),
	                     rd_field_int(call->now, "books", 0), &books, err));
	RD_TRY(rd_record_get(call->tx, &system, rd_kind_find(RD_STR("case")),
	                     rd_field_int(call->now, "case", 0), &c, err));
	if (rd_cell(&books, RD_COL_CLIENT)->i != client || rd_cell(&c, RD_COL_CLIENT)->i != client)
		return rd_fail(err, RD_INPUT, "更正、异常和账套必须是同一个客户的",
		               "correction, case and books are of one client");
	if (rd_field_cell(call->now, "import")->type == RD_NULL)
		*rd_field_cell(call->now, "import") = *rd_field_cell(&books, "current_import");
	return RD_OK;
}

/* What the program finds out is not for people to write. */
static rd_rc only_ours(const rd_hook_call *call, rd_err *err)
{
	static const char *const ours[] = {"simulated", "seen_in", "missing"};

	for (uint32_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		const rd_value *now = rd_field_cell(call->now, ours[i]);
		rd_value was = call->was ? *rd_field_cell(call->was, ours[i]) : RD_VALUE_NULL;

		if (now->type != was.type || (now->type == RD_INT && now->i != was.i) ||
		    (now->type == RD_TEXT && !rd_str_eq(now->str, was.str)))
			return rd_fail(err, RD_INPUT, "%s 由系统填写", "%s is written by the program", ours[i]);
	}
	return RD_OK;
}

rd_rc rd_hook_correction_create(rd_hook_call *call, rd_err *err)
{
	RD_TRY(only_ours(call, err));
	RD_TRY(same_books(call, err));
	return rd_correction_text_check(call->tx->arena, rd_field_str(call->now, "vouchers"), err);
}

rd_rc rd_hook_correction_change(rd_hook_call *call, rd_err *err)
{
	rd_str state = rd_cell(call->was, RD_COL_STATE)->str;
	rd_str now = rd_field_str(call->now, "vouchers"), was = rd_field_str(call->was, "vouchers");

	RD_TRY(only_ours(call, err));
	if (rd_str_eq(now, was))
		return RD_OK;
	if (!rd_str_is(state, "draft") && !rd_str_is(state, "rejected"))
		return rd_fail(err, RD_BARRED, "已提交的更正凭证不能再改；请先退回",
		               "vouchers that were submitted are not changed: send them back first");
	*rd_field_cell(call->now, "simulated") = RD_VALUE_NULL;
	return rd_correction_text_check(call->tx->arena, now, err);
}

rd_rc rd_hook_correction_submit(rd_hook_call *call, rd_err *err)
{
	return rd_correction_tried(rd_field_str(call->now, "simulated"),
	                           rd_field_str(call->now, "vouchers"), err);
}

/* 会计法 25条(一), 12号 21条(二): who drafted is not who approves. */
rd_rc rd_hook_correction_approve(rd_hook_call *call, rd_err *err)
{
	if (rd_str_eq(rd_cell(call->now, RD_COL_CREATED_BY)->str, call->actor->name))
		return rd_fail(err, RD_BARRED, "拟制人不能批准自己的更正",
		               "who drafted a correction does not approve it");
	return rd_hook_correction_submit(call, err);
}

/* ---- trials ---- */

rd_correction_ask rd_correction_ask_of(const rd_record *correction, const rd_record *books,
                                       rd_day today)
{
	rd_correction_ask ask = {.as_of = today};
	rd_str open = rd_field_str(books, "open_period");

	ask.materiality = rd_field_int(books, "materiality", 0);
	if (open.len && !rd_period_parse(open, 0, &ask.first_open))
		ask.first_open = 0;
	if (correction) {
		ask.finding = rd_field_str(correction, "finding");
		ask.vouchers = rd_field_str(correction, "vouchers");
	}
	return ask;
}

rd_rc rd_correction_keep(rd_tx *tx, const rd_actor *actor, int64_t id, rd_str tried, rd_str kept,
                         rd_err *err)
{
	rd_record was, now;

	RD_TRY(rd_record_get(tx, actor, correction_kind(), id, &was, err));
	rd_str state = rd_cell(&was, RD_COL_STATE)->str;

	if (!rd_str_is(state, "draft") && !rd_str_is(state, "rejected"))
		return RD_OK;
	RD_TRY(rd_may_record(tx, actor, &was, RD_KIND_CHANGE, err));
	if (!rd_str_eq(rd_field_str(&was, "vouchers"), tried))
		return rd_fail(err, RD_CONFLICT, "试算期间更正凭证被改动了；请重新试算",
		               "the vouchers were changed while they were tried: try again");
	now = rd_record_copy(tx->arena, &was);
	*rd_field_cell(&now, "simulated") = RD_VALUE_TEXT(kept);
	return rd_record_write(tx, actor, &was, &now, err);
}

/* ---- the next import ---- */

static rd_rc move(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t id,
                  const char *transition, rd_err *err)
{
	rd_problems problems = {0};
	rd_record moved;
	json_t *json;

	RD_TRY(rd_check_parse(RD_STR("{}"), &json, err));
	rd_rc rc = rd_record_move(e, tx, actor, correction_kind(), id, RD_ANY_VERSION,
	                          rd_str_of(transition), json, &moved, &problems, err);

	json_decref(json);
	return rc;
}

static rd_rc look_for(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t id,
                      int64_t import_id, const rd_book *book, bool *ret_all, rd_err *err)
{
	rd_record was, now;
	rd_buf missing;

	RD_TRY(rd_record_get(tx, actor, correction_kind(), id, &was, err));
	rd_buf_init(&missing, MISSING_MAX);
	rd_rc rc = rd_correction_sought(tx->arena, book, rd_field_str(&was, "vouchers"), ret_all,
	                                &missing, err);
	rd_str text = {rd_arena_copy(tx->arena, missing.data ? missing.data : "", missing.size),
	               (uint32_t)missing.size};

	rd_buf_done(&missing);
	if (rc != RD_OK)
		return rc;
	bool confirmed = rd_str_is(rd_cell(&was, RD_COL_STATE)->str, "confirmed");

	if (confirmed && *ret_all)
		return RD_OK;
	now = rd_record_copy(tx->arena, &was);
	*rd_field_cell(&now, "missing") = *ret_all ? RD_VALUE_NULL : RD_VALUE_TEXT(text);
	*rd_field_cell(&now, "seen_in") = *ret_all ? RD_VALUE_INT(import_id) : RD_VALUE_NULL;
	RD_TRY(rd_record_write(tx, actor, &was, &now, err));
	if (*ret_all)
		return move(e, tx, actor, id, "confirm", err);
	return rd_str_is(rd_cell(&was, RD_COL_STATE)->str, "missing")
	           ? RD_OK
	           : move(e, tx, actor, id, "miss", err);
}

rd_rc rd_correction_seen(const rd_engine *e, rd_tx *tx, int64_t books_id, int64_t import_id,
                         const rd_book *book, uint32_t *ret_seen, uint32_t *ret_missing,
                         rd_err *err)
{
	rd_actor system = rd_desk_system(tx->firm_id);
	const rd_q_correction_posted_row *rows;
	uint32_t n;

	*ret_seen = *ret_missing = 0;
	RD_TRY(rd_q_correction_posted(tx, books_id, POSTED_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		bool all = false;

		RD_TRY(look_for(e, tx, &system, rows[i].id, import_id, book, &all, err));
		*ret_seen += all;
		*ret_missing += !all;
	}
	return RD_OK;
}
