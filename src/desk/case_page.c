#include "desk/case_page.h"
#include "desk/hours.h"
#include "record/check.h"
#include "store/queries.gen.h"

#define DAY_US    86400000000LL
#define MINUTE_US 60000000LL
#define DAYS_MAX  400 /* reporting later than that is late by any count */

const char *const rd_case_around_kinds[] = {"evidence", "task",          "question", "correction",
                                            "feedback", "effect_review", "case",     NULL};

/* Not there, or not for this person: an answer, no failure. */
static rd_rc readable(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                      rd_record *ret, bool *ret_yes, rd_err *err)
{
	rd_rc rc = k ? rd_record_get(tx, actor, k, id, ret, err) : RD_NOT_FOUND;

	*ret_yes = rc == RD_OK;
	return rc == RD_NOT_FOUND || rc == RD_FORBIDDEN ? RD_OK : rc;
}

rd_rc rd_case_names(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                    const rd_case_named **ret_list, uint32_t *ret_n, rd_err *err)
{
	const rd_kind_ref *refs;
	rd_case_named *list = RD_NEW_N(tx->arena, rd_case_named, RD_CASE_NAMED_MAX);
	uint32_t n_refs, n = 0;

	rd_check_refs(r->kind, r->cells, tx->arena, &refs, &n_refs);
	for (uint32_t i = 0; i < n_refs && n < RD_CASE_NAMED_MAX; i++) {
		bool yes;

		RD_TRY(readable(tx, actor, rd_kind_find(rd_str_of(refs[i].to)), refs[i].id, &list[n].record,
		                &yes, err));
		list[n].key = refs[i].key;
		n += yes;
	}
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_case_around(rd_tx *tx, const rd_actor *actor, int64_t case_id, const rd_kind *kind,
                     const rd_record **ret_list, uint32_t *ret_n, bool *ret_more, rd_err *err)
{
	rd_record *list = RD_NEW_N(tx->arena, rd_record, RD_CASE_AROUND_MAX + 1);
	const rd_q_case_around_row *rows;
	uint32_t n_rows, n = 0;

	RD_TRY(rd_q_case_around(tx, case_id, rd_str_of(kind->name), RD_CASE_AROUND_MAX + 1, &rows,
	                        &n_rows, err));
	*ret_more = n_rows > RD_CASE_AROUND_MAX;
	for (uint32_t i = 0; i < n_rows && i < RD_CASE_AROUND_MAX; i++) {
		bool yes;

		RD_TRY(readable(tx, actor, kind, rows[i].id, &list[n], &yes, err));
		n += yes;
	}
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_case_comments_from(rd_tx *tx, int64_t case_id, int64_t *ret_after, rd_err *err)
{
	rd_q_comment_before_last_row row;
	bool found;

	RD_TRY(rd_q_comment_before_last(tx, RD_STR("case"), case_id, RD_CASE_TAIL, &row, &found, err));
	*ret_after = found ? row.id : 0;
	return RD_OK;
}

/* ---- how long it took to be reported ---- */

rd_rc rd_case_reporting_of(rd_tx *tx, const rd_record *r, int32_t zone_offset_s,
                           rd_case_reporting *ret, rd_err *err)
{
	int64_t found = rd_field_int(r, "found_at", 0), made = rd_cell(r, RD_COL_CREATED_AT)->i;
	const rd_value *type_id = rd_field_cell(r, "type");
	int64_t us = 0;
	bool estimated;
	rd_worktime hours;
	rd_record type;

	*ret = (rd_case_reporting){.typed = type_id->type == RD_INT};
	if (ret->typed) {
		RD_TRY(rd_case_other(tx, "exception_type", type_id->i, &type, err));
		ret->allowed_minutes = rd_field_int(&type, "report_minutes", 0);
	}
	if (found == 0 || found >= made)
		return RD_OK;
	if (made - found > DAYS_MAX * DAY_US)
		found = made - DAYS_MAX * DAY_US;
	RD_TRY(rd_hours_load(tx, 0, found, (uint32_t)((made - found) / DAY_US + 2), zone_offset_s,
	                     &hours, err));
	RD_TRY(rd_worktime_between(&hours, found, made, &us, &estimated, err));
	ret->taken_minutes = us / MINUTE_US;
	return RD_OK;
}
