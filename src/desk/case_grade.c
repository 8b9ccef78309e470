/* The grade of a case: facts from the case, its client and books, the firm's grading, the pure
 * core (grade.h); and grading anew what is open. */
#include "base/assert.h"
#include "desk/case.h"
#include "desk/clocks.h"
#include "desk/grade.h"
#include "desk/hooks.h"
#include "desk/import.h"
#include "desk/person.h"
#include "desk/send.h"
#include "record/show.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define PAGE       100u     /* cases graded in one transaction */
#define PAGES_MAX  1000000u /* of one run: all firms that there are */
#define REASON_MAX 1800u    /* bytes; the field takes more */
#define HOUR_S     3600u

const char rd_case_grade_job[] = "case.grade";

/* ---- the firm's grading ---- */

static const char *const nature_fields[RD_GRADE_NATURES] = {"mismatch", "missing", "operation",
                                                            "unusual",  "rule",    "late",
                                                            "system"};

static const char *const table_fields[RD_GRADE_LEVELS] = {"impact_1", "impact_2", "impact_3",
                                                          "impact_4", "impact_5"};

static void preset_of(const rd_kind *k, const char *field, int32_t *ret)
{
	int32_t i = rd_kind_field_find(k, rd_str_of(field));

	RD_ASSERT(i >= 0);
	*ret = (int32_t)k->fields[i].preset_int;
}

/* Numbers of a record, or the presets of the kind when there is none. */
static void number_of(const rd_kind *k, const rd_record *r, const char *field, int32_t *ret)
{
	if (r)
		*ret = (int32_t)rd_field_int(r, field, 0);
	else
		preset_of(k, field, ret);
}

static rd_str row_of(const rd_kind *k, const rd_record *r, const char *field)
{
	int32_t i = rd_kind_field_find(k, rd_str_of(field));

	RD_ASSERT(i >= 0);
	return r ? rd_field_str(r, field) : rd_str_of(k->fields[i].preset_text);
}

static bool read_grading(const rd_kind *k, const rd_record *r, rd_grading *ret)
{
	int32_t step;

	for (uint32_t i = 0; i < RD_GRADE_NATURES; i++) {
		number_of(k, r, nature_fields[i], &step);
		ret->nature[i] = (int8_t)step;
	}
	number_of(k, r, "money_up", &ret->money_up);
	number_of(k, r, "money_down", &ret->money_down);
	number_of(k, r, "deadline_days", &ret->deadline_days);
	number_of(k, r, "recurrences", &ret->recurrences);
	number_of(k, r, "client_weight", &ret->client_weight);
	number_of(k, r, "blocker", &ret->blocker);
	for (uint32_t i = 0; i < RD_GRADE_LEVELS; i++)
		if (!rd_grading_row(row_of(k, r, table_fields[i]), ret->table[i]))
			return false;
	return true;
}

static rd_rc load_grading(rd_tx *tx, rd_grading *ret, rd_err *err)
{
	const rd_kind *k = rd_kind_find(RD_STR("grading"));
	rd_q_grading_current_row row;
	rd_record r;
	bool found;

	RD_TRY(rd_q_grading_current(tx, &row, &found, err));
	if (found)
		RD_TRY(rd_case_other(tx, "grading", row.id, &r, err));
	if (!read_grading(k, found ? &r : NULL, ret))
		return rd_fail(err, RD_CORRUPT, "分级标准的定级表无法读取",
		               "the table of grading is not readable");
	return RD_OK;
}

/* ---- facts ---- */

static int32_t option_of(const rd_record *r, const char *field)
{
	int32_t i = rd_kind_field_find(r->kind, rd_str_of(field));
	rd_str is = rd_field_str(r, field);

	RD_ASSERT(i >= 0);
	for (uint16_t o = 0; o < r->kind->fields[i].n_options; o++)
		if (rd_str_is(is, r->kind->fields[i].options[o].name))
			return o;
	return -1;
}

/* Minor units of a money field in a currency; 0 when there is none or it is another one. */
static rd_minor money_in(const rd_record *r, const char *field, rd_str currency)
{
	const rd_value *cells = rd_field_cell(r, field);

	return cells[0].type == RD_INT && rd_str_eq(cells[1].str, currency) ? cells[0].i : 0;
}

static rd_rc materiality(rd_tx *tx, const rd_record *now, const rd_record *client, rd_minor *ret,
                         rd_err *err)
{
	const rd_value *books_id = rd_field_cell(now, "books"), *amount = rd_field_cell(now, "amount");
	rd_minor of_books = 0;
	rd_record books;

	if (amount->type == RD_NULL)
		return RD_OK;
	rd_str currency = amount[1].str;

	if (books_id->type == RD_INT) {
		RD_TRY(rd_case_other(tx, "books", books_id->i, &books, err));
		of_books = money_in(&books, "materiality", currency);
	}
	bool yuan = rd_str_is(currency, "CNY");

	*ret = rd_materiality_of(of_books, money_in(client, "materiality", currency),
	                         money_in(client, "capital", currency),
	                         yuan ? rd_field_int(client, "headcount", 0) : 0);
	return RD_OK;
}

static rd_rc facts_of(rd_tx *tx, int32_t zone_offset_s, const rd_record *now, rd_grade_facts *ret,
                      rd_err *err)
{
	const rd_value *deadline = rd_field_cell(now, "tax_deadline"),
				   *client_id = rd_cell(now, RD_COL_CLIENT);
	int64_t today = (tx->now_us / 1000000 + zone_offset_s) / 86400;
	rd_record client;

	*ret = (rd_grade_facts){
		.nature = option_of(now, "nature"),
		.severity = option_of(now, "severity"),
		.impact = (int32_t)rd_field_int(now, "impact", 0),
		.urgency = (int32_t)rd_field_int(now, "urgency", 0),
		.amount = rd_field_int(now, "amount", 0),
		.has_deadline = deadline->type == RD_INT,
		.days_left = deadline->type == RD_INT ? (int32_t)(deadline->i - today) : 0,
		.recurrences = (int32_t)rd_field_int(now, "times_back", 0),
	};
	if (client_id->type == RD_NULL)
		return RD_OK;
	RD_TRY(rd_case_other(tx, "client", client_id->i, &client, err));
	ret->client_weight = (int32_t)rd_field_int(&client, "weight", 0);
	return materiality(tx, now, &client, &ret->materiality, err);
}

/* ---- one case ---- */

static void set_text(rd_tx *tx, rd_value *cell, rd_str s)
{
	*cell = RD_VALUE_TEXT(((rd_str){rd_arena_copy(tx->arena, s.ptr, s.len), s.len}));
}

static rd_rc grade_by(rd_tx *tx, const rd_grading *g, int32_t zone_offset_s, rd_record *now,
                      rd_err *err)
{
	static const char *const names[] = {"p1", "p2", "p3", "p4"};
	rd_grade_facts facts;
	rd_buf zh, en;

	if (rd_field_int(now, "grade_fixed", 0))
		return RD_OK;
	RD_TRY(facts_of(tx, zone_offset_s, now, &facts, err));
	rd_buf_init(&zh, REASON_MAX);
	rd_buf_init(&en, REASON_MAX);
	int32_t p = rd_grade_of(g, &facts, &zh, &en);

	RD_ASSERT(p >= 1 && p <= 4);
	rd_buf_printf(&zh, "\n%.*s", RD_STR_ARG(rd_buf_view(&en)));
	*rd_field_cell(now, "grade") = RD_VALUE_TEXT(rd_str_of(names[p - 1]));
	set_text(tx, rd_field_cell(now, "grade_reason"), rd_buf_view(&zh));
	rd_buf_done(&zh);
	rd_buf_done(&en);
	return RD_OK;
}

rd_rc rd_case_grade(rd_tx *tx, int32_t zone_offset_s, rd_record *now, rd_err *err)
{
	rd_grading g;

	if (rd_field_int(now, "grade_fixed", 0))
		return RD_OK;
	RD_TRY(load_grading(tx, &g, err));
	return grade_by(tx, &g, zone_offset_s, now, err);
}

/* What a grade rests on. */
static const char *const rests_on[] = {"type",         "books",      "nature", "severity",
                                       "impact",       "urgency",    "amount", "times_back",
                                       "tax_deadline", "grade_fixed"};

rd_rc rd_case_regrade(rd_hook_call *call, rd_err *err)
{
	bool differs =
		!rd_value_same(rd_cell(call->now, RD_COL_CLIENT), rd_cell(call->was, RD_COL_CLIENT));

	for (uint32_t i = 0; i < sizeof rests_on / sizeof *rests_on && !differs; i++)
		differs = !rd_value_same(rd_field_cell(call->now, rests_on[i]),
		                         rd_field_cell(call->was, rests_on[i]));
	return differs ? rd_case_grade(call->tx, call->engine->zone_offset_s, call->now, err) : RD_OK;
}

/* ---- all that are open ---- */

/* A page may be written twice before it is kept: it begins at id and day, and sets the others. */
typedef struct pass {
	int32_t zone_offset_s;
	rd_job_run *run; /* of the job; NULL: the entry */
	int64_t id, day; /* behind which the page begins */
	int64_t next_id, next_day;
	bool over;
} pass;

static void turn(pass *p)
{
	p->id = p->next_id;
	p->day = p->next_day;
}

/* Writes only when the priority is another: the words alone are not worth an event. */
static rd_rc grade_one(rd_tx *tx, const rd_grading *g, int32_t zone_offset_s, int64_t id,
                       rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record was, now;

	RD_TRY(rd_case_other(tx, "case", id, &was, err));
	now = rd_record_copy(tx->arena, &was);
	RD_TRY(grade_by(tx, g, zone_offset_s, &now, err));
	if (rd_str_eq(rd_field_str(&was, "grade"), rd_field_str(&now, "grade")))
		return RD_OK;
	RD_TRY(rd_clocks_regraded(tx, zone_offset_s, &was, &now, err));
	return rd_record_write(tx, &system, &was, &now, err);
}

static rd_rc grade_page(rd_tx *tx, void *ctx, rd_err *err)
{
	pass *p = ctx;
	const rd_q_case_open_after_row *rows;
	rd_grading g;
	uint32_t n;

	RD_TRY(load_grading(tx, &g, err));
	RD_TRY(rd_q_case_open_after(tx, p->id, PAGE, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(grade_one(tx, &g, p->zone_offset_s, rows[i].id, err));
	if (n)
		p->next_id = rows[n - 1].id;
	p->over = n < PAGE;
	return p->over ? rd_job_finish(p->run, tx, err) : RD_OK;
}

rd_rc rd_case_grade_all(rd_job_run *run, void *ctx, rd_err *err)
{
	const rd_desk *desk = ctx;
	pass p = {.zone_offset_s = desk->zone_offset_s, .run = run};
	rd_job_word word = RD_JOB_GO_ON;

	for (uint32_t i = 0; i < PAGES_MAX && !p.over; i++) {
		rd_arena *a = rd_arena_new();
		rd_rc rc = rd_store_write(run->store, run->firm_id, a, grade_page, &p, err);

		rd_arena_free(a);
		if (rc != RD_OK)
			return rc;
		turn(&p);
		if (!p.over)
			RD_TRY(rd_job_renew(run, 500, &word, err));
		if (word != RD_JOB_GO_ON)
			return rd_fail(err, RD_UNAVAILABLE, "重新定级被中断", "grading anew was interrupted");
	}
	return RD_OK;
}

/* ---- hooks of kind grading ---- */

static rd_rc grading_changed(rd_hook_call *call, rd_err *err)
{
	rd_grading g;
	int64_t id;

	if (!read_grading(call->now->kind, call->now, &g))
		return rd_fail(err, RD_INPUT, "定级表每行须是五个 1 至 4 的数字，如 44332",
		               "each row of the table is five digits 1 to 4, such as 44332");
	if (!rd_str_is(rd_field_str(call->now, "scope"), "firm"))
		return rd_fail(err, RD_INPUT, "适用范围 scope 只能是 firm", "scope can only be firm");
	return rd_job_add(call->engine->store, call->tx,
	                  &(rd_job_new){.queue = RD_STR(RD_IMPORT_QUEUE), /* not that of mails */
	                                .kind = rd_str_of(rd_case_grade_job),
	                                .body = RD_STR("{}")},
	                  &id, err);
}

rd_rc rd_hook_grading_create(rd_hook_call *call, rd_err *err)
{
	return grading_changed(call, err);
}

rd_rc rd_hook_grading_change(rd_hook_call *call, rd_err *err)
{
	return grading_changed(call, err);
}

rd_rc rd_hook_grading_archive(rd_hook_call *call, rd_err *err)
{
	return grading_changed(call, err);
}

/* ---- once an hour ---- */

static rd_rc near_page(rd_tx *tx, void *ctx, rd_err *err)
{
	pass *p = ctx;
	const rd_q_case_tax_near_row *rows;
	int64_t today = (tx->now_us / 1000000 + p->zone_offset_s) / 86400;
	rd_grading g;
	uint32_t n;

	RD_TRY(load_grading(tx, &g, err));
	/* From the day before yesterday: what has passed is graded anew once more, and then rests. */
	int64_t day = p->id ? p->day : today - 2;

	RD_TRY(rd_q_case_tax_near(tx, day, p->id, today + g.deadline_days, PAGE, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(grade_one(tx, &g, p->zone_offset_s, rows[i].id, err));
	if (n) {
		p->next_id = rows[n - 1].id;
		p->next_day = rows[n - 1].day.i;
	}
	p->over = n < PAGE;
	return RD_OK;
}

typedef struct reopening {
	const rd_engine *engine;
	bool over;
} reopening;

static rd_rc reopen_page(rd_tx *tx, void *ctx, rd_err *err)
{
	reopening *o = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	const rd_q_case_accepted_over_row *rows;
	int64_t today = (tx->now_us / 1000000 + o->engine->zone_offset_s) / 86400;
	uint32_t n;

	RD_TRY(rd_q_case_accepted_over(tx, today, PAGE, &rows, &n, err));
	json_t *body = json_pack("{s:s}", "reason", "暂予接受期满");
	rd_rc rc = RD_OK;

	for (uint32_t i = 0; i < n && rc == RD_OK; i++) {
		rd_problems problems = {0};
		rd_record r;

		rc = rd_record_move(o->engine, tx, &system, rd_case_kind(), rows[i].id, RD_ANY_VERSION,
		                    RD_STR("reopen"), body, &r, &problems, err);
	}
	json_decref(body);
	o->over = n < PAGE;
	return rc;
}

static rd_rc look_over(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	const rd_engine *e = ctx;
	pass p = {.zone_offset_s = e->zone_offset_s};
	reopening o = {.engine = e};

	for (uint32_t i = 0; i < PAGES_MAX && !p.over; i++) {
		RD_TRY(rd_store_write(s, firm_id, a, near_page, &p, err));
		turn(&p);
	}
	for (uint32_t i = 0; i < PAGES_MAX && !o.over; i++)
		RD_TRY(rd_store_write(s, firm_id, a, reopen_page, &o, err));
	return RD_OK;
}

static rd_rc look_over_all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, look_over, ctx, err);
}

rd_periodic_entry rd_case_entry(const rd_engine *e)
{
	return (rd_periodic_entry){"cases", HOUR_S, HOUR_S, look_over_all, (void *)(uintptr_t)e};
}
