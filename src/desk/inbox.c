#include "desk/inbox.h"
#include "base/assert.h"
#include "base/day.h"
#include "desk/settings.h"
#include "record/engine.h"
#include "record/guard.h"
#include "record/show.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define DATE_LEN 10u /* 2026-02-24 */

static rd_str keep(rd_arena *a, const char *text, int n)
{
	return (rd_str){rd_arena_copy(a, text, (size_t)n), (uint32_t)n};
}

/* ---- words ---- */

static rd_rc name_of(rd_tx *tx, rd_str actor, rd_str *ret, rd_err *err)
{
	int64_t id = rd_guard_person(actor);
	rd_q_recipient_get_row row;
	bool found = false;

	*ret = RD_STR("");
	if (id)
		RD_TRY(rd_q_recipient_get(tx, id, &row, &found, err));
	if (found)
		*ret = row.name;
	return RD_OK;
}

/* The record when the reader may read it; kind NULL when not. */
static rd_rc record_of(rd_tx *tx, const rd_actor *reader, rd_str kind, int64_t id, rd_record *ret,
                       rd_err *err)
{
	const rd_kind *k = rd_kind_find(kind);
	rd_err why = {0};
	rd_rc rc = k ? rd_record_get(tx, reader, k, id, ret, &why) : RD_NOT_FOUND;

	if (rc == RD_OK)
		return RD_OK;
	ret->kind = NULL;
	if (rc == RD_NOT_FOUND || rc == RD_FORBIDDEN)
		return RD_OK;
	*err = why;
	return rc;
}

static const char *in(rd_words w, rd_language language)
{
	return language == RD_LANGUAGE_ZH ? w.zh : w.en;
}

/* A kind without numbers is called by its name. */
static rd_str number_of(const rd_record *r, rd_language language)
{
	const rd_value *number = rd_cell(r, RD_COL_NUMBER);

	return number->type == RD_TEXT ? number->str : rd_str_of(in(r->kind->label, language));
}

static rd_str state_of(const rd_kind *k, rd_str name, rd_language language)
{
	int32_t at = rd_kind_state_find(k, name);

	return at < 0 ? name : rd_str_of(in(k->states[at].label, language));
}

/* "2026-03-05 17:30" in the firm's zone. */
static rd_str time_of(rd_arena *a, rd_str us, int32_t offset_s)
{
	int64_t at = 0;
	char day[16], text[40];

	for (uint32_t i = 0; i < us.len && i < 18 && us.ptr[i] >= '0' && us.ptr[i] <= '9'; i++)
		at = at * 10 + us.ptr[i] - '0';
	at = at / 1000000 + offset_s;
	rd_day_format((rd_day)(at / 86400), day);
	return keep(a, text,
	            snprintf(text, sizeof text, "%s %02d:%02d", day, (int)(at % 86400 / 3600),
	                     (int)(at % 3600 / 60)));
}

static rd_rc url_of(rd_tx *tx, rd_str kind, int64_t id, rd_str *ret, rd_err *err)
{
	rd_str base;
	char text[400];

	RD_TRY(rd_setting_text(tx, RD_SET_PUBLIC_URL, &base, err));
	*ret = RD_STR("");
	if (base.len)
		*ret = keep(tx->arena, text,
		            snprintf(text, sizeof text, RD_STR_FMT "/" RD_STR_FMT "/%lld", RD_STR_ARG(base),
		                     RD_STR_ARG(kind), (long long)id));
	return RD_OK;
}

rd_rc rd_notice_facts(rd_tx *tx, const rd_actor *reader, rd_language language,
                      int32_t zone_offset_s, const rd_notice_words *words,
                      rd_message_facts *ret_facts, bool *ret_may, rd_err *err)
{
	rd_message_facts f = {.state = {"", 0}, .when = {"", 0}, .note = {"", 0}};
	rd_record r;

	RD_TRY(record_of(tx, reader, words->kind, words->record_id, &r, err));
	*ret_may = r.kind != NULL;
	if (r.kind == NULL)
		return RD_OK;
	RD_TRY(name_of(tx, words->actor, &f.who, err));
	RD_TRY(url_of(tx, words->kind, words->record_id, &f.url, err));
	f.number = number_of(&r, language);
	f.title = rd_show_title(r.kind, r.cells);
	if (words->what == RD_MESSAGE_TRANSITION)
		f.state = state_of(r.kind, words->detail, language);
	else if (words->what == RD_MESSAGE_REMINDED)
		f.note = words->detail;
	else if (words->what == RD_MESSAGE_DUE_SOON || words->what == RD_MESSAGE_OVERDUE ||
	         words->what == RD_MESSAGE_ESCALATED || words->what == RD_MESSAGE_DUTY_GAP)
		f.when = time_of(tx->arena, words->detail, zone_offset_s);
	if (words->what == RD_MESSAGE_DUTY_GAP && f.when.len > DATE_LEN)
		f.when.len = DATE_LEN;
	*ret_facts = f;
	return RD_OK;
}

/* ---- the list ---- */

/* Both questions of the list answer the same columns. */
_Static_assert(sizeof(rd_q_inbox_unread_row) == sizeof(rd_q_inbox_read_row),
               "unread and read rows are alike");

static rd_rc show(rd_tx *tx, const rd_actor *actor, const rd_q_inbox_unread_row *row,
                  rd_inbox_row *to, rd_err *err)
{
	rd_record r;

	*to = (rd_inbox_row){
		.id = row->id,
		.record_id = row->record_id,
		.at_us = row->at_us,
		.read_at_us = row->read_at_us,
		.notice = row->notice,
		.kind = row->kind,
		.number = {"", 0},
		.title = {"", 0},
		.actor = row->actor,
		.detail = row->detail,
	};
	RD_TRY(record_of(tx, actor, row->kind, row->record_id, &r, err));
	if (r.kind) {
		const rd_value *number = rd_cell(&r, RD_COL_NUMBER);

		to->number = number->type == RD_TEXT ? number->str : RD_STR("");
		to->title = rd_show_title(r.kind, r.cells);
	}
	return name_of(tx, row->actor, &to->actor_name, err);
}

/* "u123" = unread ones before 123, "r123" = read ones before 123. */
static bool parse_cursor(rd_str cursor, bool *ret_unread, int64_t *ret_before)
{
	int64_t v = 0;

	*ret_unread = true;
	*ret_before = INT64_MAX;
	if (cursor.len == 0)
		return true;
	if (cursor.len > 20 || (cursor.ptr[0] != 'u' && cursor.ptr[0] != 'r'))
		return false;
	for (uint32_t i = 1; i < cursor.len; i++) {
		if (cursor.ptr[i] < '0' || cursor.ptr[i] > '9' ||
		    __builtin_mul_overflow(v, (int64_t)10, &v) ||
		    __builtin_add_overflow(v, (int64_t)(cursor.ptr[i] - '0'), &v))
			return false;
	}
	*ret_unread = cursor.ptr[0] == 'u';
	*ret_before = v;
	return cursor.len > 1;
}

static rd_rc part(rd_tx *tx, const rd_actor *actor, bool unread, int64_t before, uint32_t max,
                  const rd_q_inbox_unread_row **ret_rows, uint32_t *ret_n, rd_err *err)
{
	const rd_q_inbox_read_row *rows;

	if (unread)
		return rd_q_inbox_unread(tx, actor->user_id, before, max, ret_rows, ret_n, err);
	RD_TRY(rd_q_inbox_read(tx, actor->user_id, before, max, &rows, ret_n, err));
	rd_q_inbox_unread_row *same = RD_NEW_N(tx->arena, rd_q_inbox_unread_row, *ret_n + 1);

	for (uint32_t i = 0; i < *ret_n; i++)
		same[i] = (rd_q_inbox_unread_row){rows[i].id,        rows[i].notice,    rows[i].kind,
		                                  rows[i].record_id, rows[i].actor,     rows[i].detail,
		                                  rows[i].at_us,     rows[i].read_at_us};
	*ret_rows = same;
	return RD_OK;
}

rd_rc rd_inbox_list(rd_tx *tx, const rd_actor *actor, bool only_unread, rd_str cursor, uint32_t max,
                    rd_inbox *ret_inbox, rd_err *err)
{
	bool unread;
	int64_t before;

	RD_ASSERT(max > 0 && max <= RD_INBOX_MAX);
	if (!parse_cursor(cursor, &unread, &before))
		return rd_fail(err, RD_INPUT, "翻页标记不对；请从头开始",
		               "the cursor is none; begin with the first page");
	rd_inbox_row *out = RD_NEW_N(tx->arena, rd_inbox_row, max);
	uint32_t n = 0;
	bool more = false;

	/* One row more than is shown tells whether there is a next page. */
	while (!more) {
		const rd_q_inbox_unread_row *rows;
		uint32_t n_rows;

		RD_TRY(part(tx, actor, unread, before, max - n + 1, &rows, &n_rows, err));
		for (uint32_t i = 0; i < n_rows && n < max; i++) {
			RD_TRY(show(tx, actor, &rows[i], &out[n++], err));
			before = rows[i].id;
		}
		more = n_rows > 0 && before != rows[n_rows - 1].id;
		if (more || !unread || only_unread)
			break;
		unread = false;
		before = INT64_MAX;
	}
	char next[24];
	int len = snprintf(next, sizeof next, "%c%lld", unread ? 'u' : 'r', (long long)before);

	*ret_inbox = (rd_inbox){out, n, more ? keep(tx->arena, next, len) : RD_STR("")};
	return RD_OK;
}

rd_rc rd_inbox_count(rd_tx *tx, const rd_actor *actor, int64_t *ret_n, rd_err *err)
{
	rd_q_inbox_count_row row;
	bool found;

	RD_TRY(rd_q_inbox_count(tx, actor->user_id, &row, &found, err));
	*ret_n = found ? row.n : 0;
	return RD_OK;
}

/* ---- marking ---- */

static rd_rc own(const rd_actor *actor, rd_err *err)
{
	if (actor->user_id && !actor->only_looks)
		return RD_OK;
	return rd_fail(err, RD_FORBIDDEN, "只有本人可以标记自己的收件箱",
	               "an inbox is marked by its owner alone");
}

rd_rc rd_inbox_mark(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err)
{
	rd_q_notice_get_row row;
	bool found;

	RD_TRY(own(actor, err));
	RD_TRY(rd_q_notice_get(tx, id, &row, &found, err));
	if (!found || row.user_id != actor->user_id)
		return rd_fail(err, RD_NOT_FOUND, "收件箱里没有这条通知",
		               "there is no such notice in the inbox");
	return rd_q_inbox_mark(tx, actor->user_id, id, tx->now_us, NULL, err);
}

rd_rc rd_inbox_mark_all(rd_tx *tx, const rd_actor *actor, int64_t up_to_id, rd_err *err)
{
	RD_TRY(own(actor, err));
	return rd_q_inbox_mark_all(tx, actor->user_id, up_to_id ? up_to_id : INT64_MAX, tx->now_us,
	                           NULL, err);
}

rd_rc rd_inbox_mark_record(rd_tx *tx, const rd_actor *actor, rd_str kind, int64_t record_id,
                           rd_err *err)
{
	RD_TRY(own(actor, err));
	return rd_q_inbox_mark_record(tx, actor->user_id, kind, record_id, tx->now_us, NULL, err);
}
