#include "desk/grouping.h"
#include "base/assert.h"
#include "desk/cell.h"
#include "desk/group_case.h"
#include "desk/person.h"
#include "desk/settings.h"
#include "record/beside.h"
#include "store/queries.gen.h"
#include <stdio.h>
#include <stdlib.h>

#define CASES_MAX   100000u /* of one set of books */
#define CHAIN_MAX   8u      /* duplicates of duplicates */
#define DAY_US      86400000000LL
#define NEVER_OPENS 99

typedef struct group_case {
	rd_q_case_groups_row q;
	bool open;        /* somebody is at work on it, or will be */
	bool wakes;       /* something of it is live though it is not open */
	bool fresh;       /* made by this run: its count is right */
	int64_t adds;     /* minor units that joined */
	int32_t severity; /* gravest that joined; -1 = none */
	int64_t back;     /* recurrences to be counted */
} group_case;

typedef struct rd_group_work {
	rd_actor system;
	group_case *cases; /* by id; those that this run makes stand behind */
	uint32_t n, cap;
	rd_day today;
	int64_t reopen_days;
	int32_t facts_from, clues_from;
} rd_group_work;

/* ---- what is there ---- */

static bool is_open(rd_str state)
{
	return !rd_str_is(state, "closed") && !rd_str_is(state, "dismissed") &&
	       !rd_str_is(state, "duplicate") && !rd_str_is(state, "accepted");
}

static rd_rc level_of(rd_tx *tx, rd_setting which, int32_t *ret, rd_err *err)
{
	rd_str value;

	RD_TRY(rd_setting_text(tx, which, &value, err));
	*ret = rd_checking_severity_of(value);
	if (*ret < 0)
		*ret = NEVER_OPENS;
	return RD_OK;
}

static rd_rc open_work(rd_grouping *g, rd_tx *tx, rd_err *err)
{
	rd_group_work *w = RD_NEW(tx->arena, rd_group_work);
	const rd_q_case_groups_row *rows;
	uint32_t n;

	w->system = rd_desk_system(tx->firm_id);
	w->today = (rd_day)((tx->now_us / 1000000 + g->engine->zone_offset_s) / 86400);
	RD_TRY(rd_setting_int(tx, RD_SET_CHECKS_REOPEN_DAYS, &w->reopen_days, err));
	RD_TRY(level_of(tx, RD_SET_CHECKS_OPEN_FACTS, &w->facts_from, err));
	RD_TRY(level_of(tx, RD_SET_CHECKS_OPEN_CLUES, &w->clues_from, err));
	RD_TRY(rd_q_case_groups(tx, rd_cell(g->books, RD_COL_ID)->i, CASES_MAX, &rows, &n, err));
	w->cases = RD_NEW_N(tx->arena, group_case, n + 1);
	w->cap = n + 1;
	for (uint32_t i = 0; i < n; i++)
		w->cases[w->n++] = (group_case){.q = rows[i],
		                                .open = !rows[i].archived && is_open(rows[i].state),
		                                .severity = -1};
	g->work = w;
	return RD_OK;
}

static group_case *by_id(const rd_group_work *w, int64_t id)
{
	uint32_t low = 0, high = w->n;

	while (low < high) { /* ids grow, and new ones are the largest */
		uint32_t mid = (low + high) / 2;

		if (w->cases[mid].q.id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < w->n && w->cases[low].q.id == id ? &w->cases[low] : NULL;
}

/* The newest open case of a group; NULL = none. */
static group_case *open_one(const rd_group_work *w, int64_t type_id, rd_str period)
{
	for (uint32_t i = w->n; i-- > 0;) {
		group_case *c = &w->cases[i];

		if (c->open && c->q.type_id == type_id && rd_str_eq(c->q.period, period))
			return c;
	}
	return NULL;
}

/* A person's decision that has not run out. The program withdraws without a day. */
static bool holds(const rd_group_work *w, const group_case *c)
{
	bool decided = rd_str_is(c->q.state, "dismissed") || rd_str_is(c->q.state, "accepted");

	return decided && !c->q.archived && c->q.accepted_until.type != RD_NULL &&
	       c->q.accepted_until.i >= w->today;
}

static group_case *follow_duplicates(const rd_group_work *w, group_case *c)
{
	for (uint32_t i = 0; i < CHAIN_MAX && rd_str_is(c->q.state, "duplicate"); i++) {
		group_case *next = by_id(w, c->q.duplicate_of);

		if (next == NULL)
			return c;
		c = next;
	}
	return c;
}

/* ---- cases that are made and moved ---- */

static rd_rc attach_result(const rd_grouping *g, rd_tx *tx, int64_t case_id, bool secret,
                           rd_err *err)
{
	rd_str hash = secret ? g->sha256_of : g->sha256;
	char name[128];
	int64_t id;

	if (hash.len == 0)
		return RD_OK;
	int n =
		snprintf(name, sizeof name,
	             g->english ? "check result " RD_STR_FMT ".json" : "检查结果 " RD_STR_FMT ".json",
	             RD_STR_ARG(g->run_number));
	const rd_attachment file = {.name = {name, (uint32_t)n},
	                            .sha256 = hash,
	                            .media_type = RD_STR("application/json"),
	                            .size = secret ? g->size_of : g->size};

	return rd_attachment_add(g->engine, tx, &g->work->system, rd_kind_find(RD_STR("case")), case_id,
	                         &file, &id, err);
}

static const rd_finding_type *type_by_id(const rd_grouping *g, int64_t id)
{
	for (uint32_t i = 0; i < g->n_types; i++)
		if (g->types[i].id == id)
			return &g->types[i];
	return NULL;
}

static rd_rc create(rd_grouping *g, rd_tx *tx, const rd_actor *actor, const rd_finding_type *type,
                    const rd_alive *const *items, uint32_t n, int64_t times_back, int64_t *ret_id,
                    rd_err *err)
{
	rd_group_work *w = g->work;
	json_t *body = rd_case_body(g, type, items, n, times_back);
	rd_problems problems = {0};
	rd_record r;
	rd_rc rc = rd_record_create(g->engine, tx, actor, rd_kind_find(RD_STR("case")), 0, body, &r,
	                            &problems, err);

	json_decref(body);
	RD_TRY(rc);
	w->cases = rd_grow(tx->arena, w->cases, w->n, &w->cap, sizeof *w->cases);
	w->cases[w->n++] = (group_case){.q = {.id = rd_cell(&r, RD_COL_ID)->i,
	                                      .type_id = type->id,
	                                      .period = items[0]->period,
	                                      .state = rd_cell(&r, RD_COL_STATE)->str,
	                                      .findings = n,
	                                      .severity = RD_STR("")},
	                                .open = true,
	                                .fresh = true,
	                                .severity = -1};
	*ret_id = rd_cell(&r, RD_COL_ID)->i;
	g->n_opened++;
	return attach_result(g, tx, *ret_id, type->need_to_know, err);
}

static void join(group_case *c, const rd_alive *const *items, uint32_t n)
{
	rd_case_sum sum = rd_case_sum_of(items, n);

	c->adds += sum.amount > RD_INT_JSON_MAX - c->adds ? 0 : sum.amount;
	if ((int32_t)sum.severity > c->severity)
		c->severity = (int32_t)sum.severity;
}

static rd_rc reopen(rd_grouping *g, rd_tx *tx, group_case *c, bool recurs, rd_err *err)
{
	const rd_kind *kind = rd_kind_find(RD_STR("case"));
	const rd_finding_type *type = type_by_id(g, c->q.type_id);
	rd_problems problems = {0};
	char text[200];
	rd_record r;

	(void)snprintf(text, sizeof text,
	               recurs ? (g->english ? "Check run " RD_STR_FMT " found it again"
	                                    : "检查 " RD_STR_FMT " 又发现了已消失的线索")
	                      : (g->english ? "The decision has run out and check run " RD_STR_FMT
	                                      " still finds it"
	                                    : "原判断已到期，检查 " RD_STR_FMT " 发现线索仍在账上"),
	               RD_STR_ARG(g->run_number));
	json_t *body = json_pack("{s:s}", "reason", text);
	rd_rc rc = rd_record_move(g->engine, tx, &g->work->system, kind, c->q.id, RD_ANY_VERSION,
	                          RD_STR("reopen"), body, &r, &problems, err);

	json_decref(body);
	RD_TRY(rc);
	c->open = true;
	c->q.state = rd_cell(&r, RD_COL_STATE)->str;
	c->back += recurs;
	g->n_opened++;
	return recurs ? attach_result(g, tx, c->q.id, type && type->need_to_know, err) : RD_OK;
}

static rd_rc link_back(const rd_grouping *g, rd_tx *tx, int64_t from, int64_t to, rd_err *err)
{
	const rd_kind *kind = rd_kind_find(RD_STR("case"));
	const rd_link link = {RD_STR("follows-from"), kind, to};

	return rd_link_set(tx, &g->work->system, kind, from, &link, true, err);
}

/* ---- findings that have a case ---- */

static void look_at_case(const rd_group_work *w, rd_alive *a)
{
	group_case *c = by_id(w, a->case_id);

	if (c == NULL)
		return;
	c = follow_duplicates(w, c);
	a->case_id = c->q.id;
	if (!c->open && !holds(w, c) && a->found)
		c->wakes = true;
}

/* Those of a case that were found, the gravest first. */
static uint32_t of_case(const rd_alive *all, uint32_t n, int64_t case_id, const rd_alive **out)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++)
		if (all[i].case_id == case_id && all[i].found)
			out[k++] = &all[i];
	return k;
}

static void give_all(rd_alive *all, uint32_t n, int64_t from, int64_t to)
{
	for (uint32_t i = 0; i < n; i++)
		if (all[i].case_id == from)
			all[i].case_id = to;
}

static bool too_old(const rd_group_work *w, const rd_tx *tx, const group_case *c)
{
	return c->q.archived ||
	       (c->q.closed_at_us > 0 && tx->now_us - c->q.closed_at_us > w->reopen_days * DAY_US);
}

static rd_rc wake(rd_grouping *g, rd_tx *tx, uint32_t at, rd_alive *all, uint32_t n,
                  const rd_alive **items, rd_err *err)
{
	rd_group_work *w = g->work;
	group_case *c = &w->cases[at];
	const rd_finding_type *type = type_by_id(g, c->q.type_id);
	group_case *other = open_one(w, c->q.type_id, c->q.period);
	bool expired = c->q.accepted_until.type != RD_NULL && !rd_str_is(c->q.state, "closed");
	uint32_t k = of_case(all, n, c->q.id, items);
	int64_t from = c->q.id, to;

	/* What was merged into it may be of another period. */
	if (other == NULL && k && too_old(w, tx, c))
		other = open_one(w, c->q.type_id, items[0]->period);
	if (other) {
		join(other, items, k);
		give_all(all, n, from, other->q.id);
		return RD_OK;
	}
	if (!too_old(w, tx, c) || type == NULL)
		return c->q.archived ? RD_OK : reopen(g, tx, c, !expired, err);
	RD_TRY(create(g, tx, &w->system, type, items, k, c->q.times_back + 1, &to, err));
	give_all(all, n, from, to);
	return link_back(g, tx, to, from, err);
}

static rd_rc wake_all(rd_grouping *g, rd_tx *tx, rd_alive *all, uint32_t n, const rd_alive **items,
                      rd_err *err)
{
	uint32_t before = g->work->n;

	for (uint32_t i = 0; i < n; i++)
		if (all[i].case_id)
			look_at_case(g->work, &all[i]);
	for (uint32_t i = 0; i < before; i++)
		if (g->work->cases[i].wakes)
			RD_TRY(wake(g, tx, i, all, n, items, err));
	return RD_OK;
}

/* ---- findings without a case ---- */

static int by_group(const void *x, const void *y)
{
	const rd_alive *a = *(const rd_alive *const *)x, *b = *(const rd_alive *const *)y;
	int c = rd_str_cmp(a->slug, b->slug);

	if (c == 0)
		c = rd_str_cmp(a->period, b->period);
	if (c == 0 && a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	return c ? c : a < b ? -1 : a > b;
}

static bool opens(const rd_group_work *w, const rd_alive *a)
{
	return (int32_t)a->severity >= (a->indicator ? w->clues_from : w->facts_from);
}

static rd_rc place_group(rd_grouping *g, rd_tx *tx, rd_alive **items, uint32_t n, rd_err *err)
{
	const rd_finding_type *type = rd_finding_type_of(g->types, g->n_types, items[0]->slug);
	const rd_alive *const *list = (const rd_alive *const *)items;
	bool any = false;
	int64_t id;

	if (type == NULL)
		return RD_OK;
	group_case *c = open_one(g->work, type->id, items[0]->period);

	for (uint32_t i = 0; i < n; i++)
		any = any || opens(g->work, items[i]);
	if (c) {
		join(c, list, n);
		id = c->q.id;
	} else if (any && !type->retired) {
		RD_TRY(create(g, tx, &g->work->system, type, list, n, 0, &id, err));
	} else {
		return RD_OK;
	}
	for (uint32_t i = 0; i < n; i++)
		items[i]->case_id = id;
	return RD_OK;
}

static rd_rc place_loose(rd_grouping *g, rd_tx *tx, rd_alive *all, uint32_t n, rd_alive **items,
                         rd_err *err)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++)
		if (all[i].case_id == 0 && all[i].found)
			items[k++] = &all[i];
	if (k)
		qsort(items, k, sizeof(rd_alive *), by_group);
	for (uint32_t i = 0, end; i < k; i = end) {
		for (end = i + 1; end < k && rd_str_eq(items[end]->slug, items[i]->slug) &&
		                  rd_str_eq(items[end]->period, items[i]->period);)
			end++;
		RD_TRY(place_group(g, tx, items + i, end - i, err));
	}
	return RD_OK;
}

rd_rc rd_grouping_assign(rd_grouping *g, rd_tx *tx, rd_alive *all, uint32_t n, rd_err *err)
{
	rd_alive **items = RD_NEW_N(tx->arena, rd_alive *, n + 1);

	RD_TRY(open_work(g, tx, err));
	RD_TRY(wake_all(g, tx, all, n, (const rd_alive **)items, err));
	return place_loose(g, tx, all, n, items, err);
}

/* ---- counts ---- */

static int64_t live_of(const rd_q_finding_case_tally_row *rows, uint32_t n, int64_t case_id)
{
	for (uint32_t i = 0; i < n; i++)
		if (rows[i].case_id == case_id)
			return rows[i].live;
	return 0;
}

static void put_joined(const group_case *c, const rd_record *r, json_t *body)
{
	const rd_value *amount = rd_field_cell(r, "amount");
	int32_t severity = rd_checking_severity_of(c->q.severity);

	if (c->severity > severity)
		json_object_set_new(body, "severity",
		                    json_string(rd_checking_severity((uint32_t)c->severity)));
	if (c->adds == 0)
		return;
	int64_t sum = amount[0].type == RD_NULL ? 0 : amount[0].i;
	rd_str currency = amount[0].type == RD_NULL ? RD_STR("") : amount[1].str;

	if (currency.len && sum <= RD_INT_JSON_MAX - c->adds)
		json_object_set_new(body, "amount",
		                    json_pack("{s:I,s:o}", "minor", (json_int_t)(sum + c->adds), "currency",
		                              json_stringn(currency.ptr, currency.len)));
}

/* Through the engine, so that the hooks of cases grade it anew. */
static rd_rc count(const rd_grouping *g, rd_tx *tx, const group_case *c, int64_t live, rd_err *err)
{
	const rd_kind *kind = rd_kind_find(RD_STR("case"));
	const rd_actor *system = &g->work->system;
	rd_problems problems = {0};
	rd_record r;

	RD_TRY(rd_record_get(tx, system, kind, c->q.id, &r, err));
	if (rd_cell(&r, RD_COL_ARCHIVED_AT)->type != RD_NULL)
		return RD_OK; /* stays as it is */
	json_t *body = json_pack("{s:I,s:o}", "findings", (json_int_t)live, "last_run",
	                         json_sprintf("%lld", (long long)g->run_id));

	if (c->back)
		json_object_set_new(body, "times_back", json_integer(c->q.times_back + c->back));
	put_joined(c, &r, body);
	rd_rc rc = rd_record_change(g->engine, tx, system, kind, c->q.id, RD_ANY_VERSION, body, &r,
	                            &problems, err);

	json_decref(body);
	return rc;
}

static rd_rc say_gone(const rd_grouping *g, rd_tx *tx, int64_t case_id, rd_err *err)
{
	char text[300];
	int64_t id;
	int n = snprintf(text, sizeof text,
	                 g->english
	                     ? "Check run " RD_STR_FMT
	                       " finds nothing of this case any more; it may be verified and closed."
	                     : "检查 " RD_STR_FMT " 已不再发现这起异常的任何线索，可以提交验证并关闭。",
	                 RD_STR_ARG(g->run_number));

	return rd_comment_add(g->engine, tx, &g->work->system, rd_kind_find(RD_STR("case")), case_id,
	                      &(rd_comment_new){.body = {text, (uint32_t)n}}, &id, err);
}

static rd_rc nothing_left(const rd_grouping *g, rd_tx *tx, const group_case *c, rd_err *err)
{
	rd_q_case_hands_row hands = {.n = 1};
	rd_problems problems = {0};
	rd_record r;
	bool found;

	if (rd_str_is(c->q.state, "reported"))
		RD_TRY(rd_q_case_hands(tx, c->q.id, &hands, &found, err));
	if (hands.n)
		return say_gone(g, tx, c->q.id, err);
	json_t *body = json_object();
	rd_rc rc =
		rd_record_move(g->engine, tx, &g->work->system, rd_kind_find(RD_STR("case")), c->q.id,
	                   RD_ANY_VERSION, RD_STR("withdraw"), body, &r, &problems, err);

	json_decref(body);
	return rc;
}

rd_rc rd_grouping_settle(rd_grouping *g, rd_tx *tx, rd_err *err)
{
	const rd_q_finding_case_tally_row *rows;
	rd_group_work *w = g->work;
	uint32_t n;

	RD_TRY(rd_q_finding_case_tally(tx, rd_cell(g->books, RD_COL_ID)->i, CASES_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < w->n; i++) {
		group_case *c = &w->cases[i];
		int64_t live = live_of(rows, n, c->q.id);

		if (c->q.archived || (live == c->q.findings && c->back == 0 && c->adds == 0))
			continue;
		RD_TRY(count(g, tx, c, live, err));
		if (c->open && live == 0 && c->q.findings > 0)
			RD_TRY(nothing_left(g, tx, c, err));
	}
	return RD_OK;
}

/* ---- by hand ---- */

static rd_found found_of(const rd_finding_row *row)
{
	return (rd_found){.severity = (uint8_t)row->severity,
	                  .indicator = row->indicator,
	                  .voucher = row->voucher,
	                  .account = row->account,
	                  .party = row->party,
	                  .period = row->period,
	                  .day = row->day,
	                  .at_stake = row->at_stake,
	                  .zh = row->zh,
	                  .en = row->en};
}

static rd_rc may_promote(const rd_finding_row *row, rd_err *err)
{
	if (row->case_id)
		return rd_fail(err, RD_BARRED, "这条线索已经属于一起异常",
		               "the finding belongs to a case already");
	if (!rd_str_is(row->state, "live"))
		return rd_fail(err, RD_BARRED, "线索已消失或已抑制，不能建立异常",
		               "the finding is gone or suppressed: no case can be made of it");
	return RD_OK;
}

rd_rc rd_grouping_promote(const rd_engine *e, rd_tx *tx, const rd_actor *actor, int64_t finding_id,
                          int64_t *ret_case, rd_err *err)
{
	rd_grouping g = {.engine = e};
	rd_q_firm_manner_row firm;
	rd_finding_row row;
	rd_record books;
	bool known;

	RD_TRY(rd_finding_get(tx, actor, finding_id, &row, err));
	RD_TRY(may_promote(&row, err));
	RD_TRY(rd_record_get(tx, actor, rd_kind_find(RD_STR("books")), row.books_id, &books, err));
	RD_TRY(rd_finding_types(tx, &g.types, &g.n_types, err));
	RD_TRY(rd_q_firm_manner(tx, &firm, &known, err));
	const rd_finding_type *type = rd_finding_type_of(g.types, g.n_types, row.slug);

	if (type == NULL)
		return rd_fail(err, RD_BARRED, "异常清单中没有这一类型；请先在清单中恢复它",
		               "the catalogue has no such type of exception; restore it there first");
	g.books = &books;
	g.run_id = row.last_run_id;
	g.english = known && rd_str_is(firm.language, "en");
	RD_TRY(open_work(&g, tx, err));
	rd_found found = found_of(&row);
	rd_alive one = {.found = &found,
	                .slug = row.slug,
	                .period = row.period,
	                .severity = row.severity,
	                .indicator = row.indicator};
	const rd_alive *item = &one;
	group_case *c = open_one(g.work, type->id, row.period);

	if (c)
		join(c, &item, 1);
	else
		RD_TRY(create(&g, tx, actor, type, &item, 1, 0, &one.case_id, err));
	*ret_case = c ? c->q.id : one.case_id;
	RD_TRY(rd_q_finding_case(tx, finding_id, *ret_case, NULL, err));
	return rd_grouping_settle(&g, tx, err);
}

rd_rc rd_grouping_merge(rd_tx *tx, int64_t from_case, int64_t to_case, rd_err *err)
{
	return rd_q_finding_case_move(tx, from_case, to_case, NULL, err);
}
