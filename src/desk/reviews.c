#include "desk/reviews.h"
#include "base/assert.h"
#include "base/rrule.h"
#include "desk/hours.h"
#include "desk/person.h"
#include "desk/tasks.h"
#include "record/list.h"
#include "record/show.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define PAGE      200u    /* records looked at in one transaction */
#define PAGES_MAX 100000u /* of one kind and firm in one run */
#define TITLE_MAX 180u    /* characters of a title that the name of a task repeats */
#define BODY_MAX  (16u << 10)
#define EVERY_S   (6u * 3600u) /* so a review is asked for before work begins */

static rd_day local_day(int64_t at_us, const rd_engine *e)
{
	return (rd_day)((at_us / 1000000 + e->zone_offset_s) / 86400);
}

static rd_rrule rule_of(const rd_kind *k)
{
	rd_rrule rule;
	bool fine = rd_rrule_parse(rd_str_of(k->review_every), &rule);

	RD_ASSERT(fine); /* checked at build */
	return rule;
}

/* ---- which are due ---- */

/* The day that the record itself names; RD_DAY_NONE = none. */
static rd_day named_day(const rd_record *r)
{
	int16_t column = r->kind->review_date;

	return column >= 0 && rd_cell(r, column)->type == RD_INT ? (rd_day)rd_cell(r, column)->i
	                                                         : RD_DAY_NONE;
}

static bool is_open(const rd_record *r)
{
	int32_t state = rd_kind_state_find(r->kind, rd_cell(r, RD_COL_STATE)->str);

	return rd_cell(r, RD_COL_ARCHIVED_AT)->type == RD_NULL && state >= 0 &&
	       !r->kind->states[state].closed;
}

/* The day for which a review is to be asked now; RD_DAY_NONE = there is none. */
static rd_rc due_day(rd_tx *tx, const rd_engine *e, const rd_record *r, rd_day *ret_day,
                     rd_err *err)
{
	rd_day today = local_day(tx->now_us, e), named = named_day(r);
	rd_q_review_last_row last;
	bool found;

	*ret_day = RD_DAY_NONE;
	if (named > today)
		return RD_OK;
	RD_TRY(rd_q_review_last(tx, rd_str_of(r->kind->name), rd_cell(r, RD_COL_ID)->i,
	                        named == RD_DAY_NONE ? today : named, &last, &found, err));
	if (named != RD_DAY_NONE) {
		if (!found || last.day != named)
			*ret_day = named;
		return RD_OK;
	}
	const rd_rrule rule = rule_of(r->kind);
	rd_day start = local_day(rd_cell(r, RD_COL_CREATED_AT)->i, e);
	rd_day after = found && last.day > start ? (rd_day)last.day : start;

	for (;;) {
		after = rd_rrule_next(&rule, start, after);
		if (after == RD_DAY_NONE || after > today)
			return RD_OK;
		*ret_day = after;
	}
}

typedef struct looking {
	const rd_engine *engine;
	const rd_kind *kind;
	rd_str cursor, next; /* of the page at hand, and the one behind it */
	int64_t due[PAGE];   /* ids */
	uint32_t n_due;
} looking;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	looking *l = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_list list;

	l->n_due = 0;
	RD_TRY(rd_list_get(tx, &system,
	                   &(rd_list_input){.kind = l->kind,
	                                    .filter = RD_STR("state:open"),
	                                    .sort = RD_STR("id"), /* the order of the table */
	                                    .cursor = l->cursor,
	                                    .limit = PAGE,
	                                    .zone_offset_s = l->engine->zone_offset_s},
	                   &list, err));
	for (uint32_t i = 0; i < list.n; i++) {
		rd_day day;

		RD_TRY(due_day(tx, l->engine, &list.records[i], &day, err));
		if (day != RD_DAY_NONE)
			l->due[l->n_due++] = rd_cell(&list.records[i], RD_COL_ID)->i;
	}
	l->next = list.next;
	return RD_OK;
}

/* ---- asking for one ---- */

/* *ret_id 0: nobody. */
static rd_rc who_is_asked(rd_tx *tx, const rd_record *r, int64_t *ret_id, rd_err *err)
{
	int32_t field = rd_kind_field_find(r->kind, rd_str_of(r->kind->review_asks));
	const int32_t columns[] = {field < 0 ? RD_COL_OWNER : r->kind->fields[field].column,
	                           RD_COL_OWNER};

	*ret_id = 0;
	for (uint32_t i = 0; i < 2 && *ret_id == 0; i++) {
		const rd_value *v = rd_cell(r, columns[i]);
		rd_person p;
		bool found = false;

		if (v->type == RD_INT)
			RD_TRY(rd_person_load(tx, v->i, &p, &found, err));
		if (found && p.active)
			*ret_id = v->i;
	}
	return RD_OK;
}

static rd_str shortened(rd_str s)
{
	uint32_t at = 0;

	for (uint32_t n = 0; at < s.len && n < TITLE_MAX; n++)
		(void)rd_utf8_next(s, &at);
	return (rd_str){s.ptr, at};
}

static void put_id(rd_json *j, const char *key, int64_t id)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", (long long)id);
	rd_json_put_text(j, key, text);
}

/* What the task is about, in words. A task that nobody owns is read by many: of a record that few
 * may read it tells no more than the number. */
static rd_str name_of(const rd_record *r, bool hidden, bool english)
{
	rd_str title = rd_show_title(r->kind, r->cells);

	if (hidden && rd_cell(r, RD_COL_NUMBER)->type == RD_TEXT)
		title = rd_cell(r, RD_COL_NUMBER)->str;
	else if (hidden || title.len == 0)
		title = rd_str_of(english ? r->kind->label.en : r->kind->label.zh);
	return shortened(title);
}

static void put_texts(rd_json *j, rd_str title, rd_day day, bool english)
{
	char date[16];
	rd_buf text;

	rd_day_format(day, date);
	rd_buf_init(&text, BODY_MAX);
	rd_buf_puts(&text, english ? "Review: " : "回顾：");
	rd_buf_str(&text, title);
	rd_json_put_str(j, "name", rd_buf_view(&text));
	rd_buf_clear(&text);
	if (english)
		rd_buf_printf(&text, "Review on schedule, of %s.", date);
	else
		rd_buf_printf(&text, "定期回顾，回顾日 %s。", date);
	rd_json_put_str(j, "details", rd_buf_view(&text));
	rd_buf_done(&text);
}

static rd_rc add_task(rd_tx *tx, const rd_engine *e, const rd_record *r, rd_day day,
                      int64_t task_id, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_day today = local_day(tx->now_us, e);
	rd_q_firm_manner_row firm;
	int64_t due_us, asked;
	char due[40];
	rd_record task;
	rd_buf body;
	rd_json j;
	bool found;

	RD_TRY(rd_q_firm_manner(tx, &firm, &found, err));
	RD_TRY(who_is_asked(tx, r, &asked, err));
	RD_TRY(rd_hours_due(tx, day > today ? day : today, -1, e->zone_offset_s, &due_us, err));
	bool english = found && rd_str_is(firm.language, "en");
	bool secret = rd_cell(r, RD_COL_RESTRICTED)->i != 0;

	rd_buf_init(&body, BODY_MAX);
	rd_json_init(&j, &body, 0);
	rd_json_object(&j);
	put_texts(&j, name_of(r, secret && asked == 0, english), day, english);
	rd_json_key(&j, "about");
	rd_json_object(&j);
	rd_json_put_text(&j, "kind", r->kind->name);
	put_id(&j, "id", rd_cell(r, RD_COL_ID)->i);
	rd_json_close(&j);
	if (asked)
		put_id(&j, "owner", asked);
	if (rd_cell(r, RD_COL_CLIENT)->type == RD_INT)
		put_id(&j, "client", rd_cell(r, RD_COL_CLIENT)->i);
	if (rd_cell(r, RD_COL_TEAM)->type == RD_INT)
		put_id(&j, "team", rd_cell(r, RD_COL_TEAM)->i);
	rd_json_put_bool(&j, "restricted", secret && asked);
	rd_show_time(due_us, due);
	rd_json_put_text(&j, "due", due);
	rd_json_close(&j);
	rd_json_end(&j);
	rd_rc rc = rd_task_add(e, tx, &system, task_id, rd_buf_view(&body), &task, err);

	rd_buf_done(&body);
	return rc;
}

typedef struct asking {
	const rd_engine *engine;
	const rd_kind *kind;
	int64_t id;
} asking;

/* Looks once more: since the record was found it may have changed, or somebody was quicker. */
static rd_rc ask(rd_tx *tx, void *ctx, rd_err *err)
{
	const asking *q = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	int64_t task_id = rd_store_new_id(q->engine->store), changed = 0;
	rd_record r;
	rd_day day;

	RD_TRY(rd_record_get(tx, &system, q->kind, q->id, &r, err));
	if (!is_open(&r))
		return RD_OK;
	RD_TRY(due_day(tx, q->engine, &r, &day, err));
	if (day != RD_DAY_NONE)
		RD_TRY(rd_q_review_add(tx, rd_str_of(q->kind->name), q->id, day, task_id, &changed, err));
	return changed ? add_task(tx, q->engine, &r, day, task_id, err) : RD_OK;
}

/* ---- all of them ---- */

/* The first failure is told at the end and keeps no other record from its turn. */
static rd_rc ask_all(const looking *l, int64_t firm_id, rd_arena *a, rd_err *err)
{
	rd_rc first = RD_OK;

	for (uint32_t i = 0; i < l->n_due; i++) {
		asking q = {l->engine, l->kind, l->due[i]};
		rd_err why = {0};
		rd_rc rc = rd_store_write(l->engine->store, firm_id, a, ask, &q, &why);

		if (rc != RD_OK && first == RD_OK) {
			first = rc;
			*err = why;
		}
	}
	return first;
}

static rd_rc kind_reviews(looking *l, int64_t firm_id, rd_err *err)
{
	/* In turn, because the cursor lies in the arena of the page before. */
	rd_arena *pages[] = {rd_arena_new(), rd_arena_new()};
	rd_rc rc = RD_OK;

	for (uint32_t page = 0; rc == RD_OK && page < PAGES_MAX; page++) {
		rd_arena *a = pages[page % 2];

		rd_arena_reset(a);
		rc = rd_store_read(l->engine->store, firm_id, a, look, l, err);
		if (rc == RD_OK)
			rc = ask_all(l, firm_id, a, err);
		l->cursor = l->next;
		if (l->next.len == 0)
			break;
	}
	rd_arena_free(pages[0]);
	rd_arena_free(pages[1]);
	return rc;
}

static rd_rc firm_reviews(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	rd_rc first = RD_OK;

	(void)s;
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		looking *l = RD_NEW(a, looking);
		rd_err why = {0};

		if (rd_kinds[i]->review_every == NULL)
			continue;
		*l = (looking){.engine = ctx, .kind = rd_kinds[i], .cursor = {"", 0}, .next = {"", 0}};
		rd_rc rc = kind_reviews(l, firm_id, &why);

		if (rc != RD_OK && first == RD_OK) {
			first = rc;
			*err = why;
		}
	}
	return first;
}

static rd_rc reviews(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, firm_reviews, ctx, err);
}

rd_periodic_entry rd_reviews_entry(const rd_engine *e)
{
	return (rd_periodic_entry){.name = "reviews",
	                           .interval_s = EVERY_S,
	                           .lease_s = 3600,
	                           .run = reviews,
	                           .ctx = (void *)(uintptr_t)e};
}

/* ---- afterwards ---- */

rd_rc rd_reviews_done(const rd_hook_call *call, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	rd_tx *tx = call->tx;
	rd_q_review_of_task_row row;
	rd_record was;
	bool found;

	RD_TRY(rd_q_review_of_task(tx, rd_cell(call->now, RD_COL_ID)->i, &row, &found, err));
	const rd_kind *k = found ? rd_kind_find(row.kind) : NULL;

	if (k == NULL || k->review_every == NULL || k->review_date < 0)
		return RD_OK;
	RD_TRY(rd_record_get(tx, &system, k, row.record_id, &was, err));
	if (rd_cell(&was, RD_COL_ARCHIVED_AT)->type != RD_NULL || named_day(&was) > row.day)
		return RD_OK;
	const rd_rrule rule = rule_of(k);
	rd_day today = local_day(tx->now_us, call->engine), day = (rd_day)row.day;
	rd_day next = rd_rrule_next(&rule, day, today > day ? today : day);
	rd_record now = rd_record_copy(tx->arena, &was);

	if (next != RD_DAY_NONE)
		*rd_cell(&now, k->review_date) = RD_VALUE_INT(next);
	return rd_record_write(tx, &system, &was, &now, err);
}
