#include "desk/findings.h"
#include "base/assert.h"
#include "base/json.h"
#include "desk/cell.h"
#include "store/queries.gen.h"
#include <stdio.h>
#include <stdlib.h>

#define TYPES_MAX 5000u
#define TITLE_MAX 120u /* characters of a message in the name of a suppression */

/* ---- one ---- */

static int64_t or_zero(rd_value v)
{
	return v.type == RD_NULL ? 0 : v.i;
}

static rd_finding_row row_of(rd_tx *tx, const rd_q_finding_rows_row *q)
{
	return (rd_finding_row){.id = q->id,
	                        .books_id = q->books_id,
	                        .client_id = q->client_id,
	                        .fingerprint = q->fingerprint,
	                        .slug = q->slug,
	                        .kind = q->kind,
	                        .title = rd_checking_title(q->slug, tx->arena),
	                        .severity = (uint32_t)q->severity,
	                        .indicator = q->certainty == 1,
	                        .restricted = q->restricted != 0,
	                        .voucher = q->voucher,
	                        .account = q->account,
	                        .party = q->party,
	                        .period = q->period,
	                        .day = q->day.type == RD_NULL ? RD_DAY_NONE : (rd_day)q->day.i,
	                        .at_stake = q->at_stake,
	                        .zh = q->zh,
	                        .en = q->en,
	                        .facts = q->facts,
	                        .places = q->places,
	                        .lines = q->lines,
	                        .state = q->state,
	                        .since_us = q->since_us,
	                        .first_run_id = q->first_run_id,
	                        .last_run_id = q->last_run_id,
	                        .gone_run_id = or_zero(q->gone_run_id),
	                        .times_back = q->times_back,
	                        .suppression_id = or_zero(q->suppression_id),
	                        .case_id = or_zero(q->case_id)};
}

/* Whoever sees all secrets of the firm. */
static bool sees_all(const rd_actor *actor)
{
	return actor->system || (actor->roles & (RD_KIND_ADMINISTRATOR | RD_KIND_AUDITOR));
}

/* By ids, the gravest first; what is not there is left out. */
static rd_rc load(rd_tx *tx, const int64_t *ids, uint32_t n, const rd_finding_row **ret_rows,
                  uint32_t *ret_n, rd_err *err)
{
	const rd_q_finding_rows_row *rows;
	rd_buf list;
	rd_json j;

	rd_buf_init(&list, (RD_FINDINGS_PAGE + 1) * 24);
	rd_json_init(&j, &list, 0);
	rd_json_array(&j);
	for (uint32_t i = 0; i < n; i++)
		rd_json_int(&j, ids[i]);
	rd_json_close(&j);
	rd_rc rc = rd_q_finding_rows(tx, rd_buf_view(&list), RD_FINDINGS_PAGE + 1, &rows, ret_n, err);

	rd_buf_done(&list);
	RD_TRY(rc);
	rd_finding_row *out = RD_NEW_N(tx->arena, rd_finding_row, *ret_n + 1);

	for (uint32_t i = 0; i < *ret_n; i++)
		out[i] = row_of(tx, &rows[i]);
	*ret_rows = out;
	return RD_OK;
}

static rd_rc may_read(rd_tx *tx, const rd_actor *actor, const char *kind, int64_t id, rd_err *err)
{
	rd_record r;

	return rd_record_get(tx, actor, rd_kind_find(rd_str_of(kind)), id, &r, err);
}

rd_rc rd_finding_get(rd_tx *tx, const rd_actor *actor, int64_t id, rd_finding_row *ret_row,
                     rd_err *err)
{
	const rd_finding_row *rows;
	rd_finding_row row;
	uint32_t n;
	rd_err why;

	RD_TRY(load(tx, &id, 1, &rows, &n, err));
	if (n == 0)
		return rd_may_not_found(err);
	row = rows[0];
	/* Who has the case has the finding; else who has the books, unless few may know. */
	if (row.case_id && may_read(tx, actor, "case", row.case_id, &why) == RD_OK) {
		*ret_row = row;
		return RD_OK;
	}
	RD_TRY(may_read(tx, actor, "books", row.books_id, err));
	if (row.restricted && !sees_all(actor))
		return rd_may_not_found(err);
	*ret_row = row;
	return RD_OK;
}

/* ---- pages ---- */

typedef struct place {
	int64_t severity, id;
} place;

static rd_rc place_of(rd_str cursor, place *ret, rd_err *err)
{
	int64_t id = 0;
	bool good = cursor.len >= 3 && cursor.ptr[0] >= '0' && cursor.ptr[0] <= '4' &&
	            cursor.ptr[1] == '.' && rd_check_id((rd_str){cursor.ptr + 2, cursor.len - 2}, &id);

	*ret = (place){RD_SEVERITIES, 0};
	if (cursor.len == 0)
		return RD_OK;
	if (!good)
		return rd_fail(err, RD_USAGE, "cursor 不是上一页给出的值",
		               "cursor is not what the page before gave");
	*ret = (place){cursor.ptr[0] - '0', id};
	return RD_OK;
}

static rd_rc fill(rd_tx *tx, const int64_t *ids, uint32_t n, uint32_t limit, rd_findings_page *ret,
                  rd_err *err)
{
	const rd_finding_row *rows;
	uint32_t shown;
	char next[32];

	RD_TRY(load(tx, ids, n < limit ? n : limit, &rows, &shown, err));
	*ret = (rd_findings_page){.rows = rows, .n = shown, .next = RD_STR("")};
	if (n > limit && shown) {
		const rd_finding_row *last = &rows[shown - 1];
		int k = snprintf(next, sizeof next, "%u.%lld", last->severity, (long long)last->id);

		ret->next = (rd_str){rd_arena_copy(tx->arena, next, (size_t)k), (uint32_t)k};
	}
	return RD_OK;
}

/* The ids of a list of rows that hold nothing else. */
#define IDS_OF(rows, n) ((n) ? &(rows)[0].id : NULL)
_Static_assert(sizeof(rd_q_finding_of_books_row) == sizeof(int64_t), "a row is its id");
_Static_assert(sizeof(rd_q_finding_of_case_row) == sizeof(int64_t), "a row is its id");
_Static_assert(sizeof(rd_q_finding_new_of_run_row) == sizeof(int64_t), "a row is its id");
_Static_assert(sizeof(rd_q_finding_gone_of_run_row) == sizeof(int64_t), "a row is its id");

rd_rc rd_findings_of_books(rd_tx *tx, const rd_actor *actor, int64_t books_id,
                           const rd_findings_ask *ask, rd_findings_page *ret_page, rd_err *err)
{
	const rd_q_finding_of_books_row *rows;
	uint32_t n;
	place at;

	RD_ASSERT(ask->limit >= 1 && ask->limit <= RD_FINDINGS_PAGE);
	RD_TRY(may_read(tx, actor, "books", books_id, err));
	RD_TRY(place_of(ask->cursor, &at, err));
	RD_TRY(rd_q_finding_of_books(tx, books_id, ask->state, ask->slug, ask->severity, ask->period,
	                             ask->account, ask->voucher, ask->loose, sees_all(actor),
	                             at.severity, at.id, ask->limit + 1, &rows, &n, err));
	return fill(tx, IDS_OF(rows, n), n, ask->limit, ret_page, err);
}

rd_rc rd_findings_of_case(rd_tx *tx, const rd_actor *actor, int64_t case_id,
                          const rd_findings_ask *ask, rd_findings_page *ret_page, rd_err *err)
{
	const rd_q_finding_of_case_row *rows;
	uint32_t n;
	place at;

	RD_TRY(may_read(tx, actor, "case", case_id, err));
	RD_TRY(place_of(ask->cursor, &at, err));
	RD_TRY(rd_q_finding_of_case(tx, case_id, ask->state, at.severity, at.id, ask->limit + 1, &rows,
	                            &n, err));
	return fill(tx, IDS_OF(rows, n), n, ask->limit, ret_page, err);
}

rd_rc rd_findings_of_run(rd_tx *tx, const rd_actor *actor, int64_t run_id,
                         const rd_findings_ask *ask, rd_findings_page *ret_page, rd_err *err)
{
	bool all = sees_all(actor);
	uint32_t n;
	place at;

	RD_TRY(may_read(tx, actor, "run", run_id, err));
	RD_TRY(place_of(ask->cursor, &at, err));
	if (rd_str_is(ask->state, "gone")) {
		const rd_q_finding_gone_of_run_row *gone;

		RD_TRY(rd_q_finding_gone_of_run(tx, run_id, all, at.severity, at.id, ask->limit + 1, &gone,
		                                &n, err));
		return fill(tx, IDS_OF(gone, n), n, ask->limit, ret_page, err);
	}
	const rd_q_finding_new_of_run_row *fresh;

	RD_TRY(rd_q_finding_new_of_run(tx, run_id, all, at.severity, at.id, ask->limit + 1, &fresh, &n,
	                               err));
	return fill(tx, IDS_OF(fresh, n), n, ask->limit, ret_page, err);
}

/* ---- deciding about one ---- */

static rd_str shortened(rd_str s, uint32_t characters)
{
	uint32_t at = 0;

	for (uint32_t n = 0; at < s.len && n < characters; n++)
		(void)rd_utf8_next(s, &at);
	return (rd_str){s.ptr, at};
}

static json_t *text_of(rd_str s)
{
	return json_stringn(s.ptr, s.len);
}

rd_rc rd_finding_suppress(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t id,
                          rd_str grounds, rd_str until, rd_record *ret_suppression,
                          rd_problems *problems, rd_err *err)
{
	const rd_kind *kind = rd_kind_find(RD_STR("suppression"));
	rd_finding_row row;

	RD_TRY(rd_finding_get(tx, actor, id, &row, err));
	json_t *body = json_object();

	json_object_set_new(body, "name", text_of(shortened(row.zh, TITLE_MAX)));
	json_object_set_new(body, "client", json_sprintf("%lld", (long long)row.client_id));
	json_object_set_new(body, "books", json_sprintf("%lld", (long long)row.books_id));
	json_object_set_new(body, "slug", text_of(row.slug));
	json_object_set_new(body, "fingerprint", text_of(row.fingerprint));
	json_object_set_new(body, "grounds", text_of(grounds));
	json_object_set_new(body, "until", text_of(until));
	if (row.case_id)
		json_object_set_new(body, "from_case", json_sprintf("%lld", (long long)row.case_id));
	if (row.restricted)
		json_object_set_new(body, "restricted", json_true());
	rd_rc rc = rd_record_create(e, tx, actor, kind, 0, body, ret_suppression, problems, err);

	json_decref(body);
	return rc;
}

/* ---- types ---- */

rd_rc rd_finding_types(rd_tx *tx, const rd_finding_type **ret_types, uint32_t *ret_n, rd_err *err)
{
	const rd_q_exception_types_row *rows;
	uint32_t n;

	RD_TRY(rd_q_exception_types(tx, TYPES_MAX, &rows, &n, err));
	rd_finding_type *list = RD_NEW_N(tx->arena, rd_finding_type, n + 1);

	for (uint32_t i = 0; i < n; i++)
		list[i] = (rd_finding_type){.id = rows[i].id,
		                            .slug = rows[i].slug,
		                            .name = rows[i].name,
		                            .name_en = rows[i].name_en,
		                            .nature = rows[i].nature,
		                            .need_to_know = rows[i].need_to_know != 0,
		                            .retired = rows[i].retired != 0};
	*ret_types = list;
	*ret_n = n;
	return RD_OK;
}

const rd_finding_type *rd_finding_type_of(const rd_finding_type *types, uint32_t n, rd_str slug)
{
	for (uint32_t i = 0; i < n; i++)
		if (rd_str_eq(types[i].slug, slug))
			return &types[i];
	return NULL;
}
