/* The filter language: mistakes have a place, values never stand in the SQL, and what the database
 * (SQLite or PostgreSQL) finds is what a plain reading of the rows finds, in every order and across
 * every page. */
#include "record/filter.h"
#include "record/check.h"
#include "record/show.h"
#include "record/words.h"
#include "place.h"
#include "unit.h"
#include <stdio.h>

#define TODAY  20000 /* 2024-10-04 */
#define OFFSET 28800
#define NOW    ((INT64_C(20000) * 86400 + 36000 - OFFSET) * 1000000)
#define DAY_US (INT64_C(86400) * 1000000)
#define ROWS   250u

static rd_filter_input input(const char *kind, const char *text)
{
	return (rd_filter_input){.kind = rd_kind_find(rd_str_of(kind)),
	                         .firm_id = 1,
	                         .text = rd_str_of(text),
	                         .user_id = 2,
	                         .now_us = NOW,
	                         .today = TODAY,
	                         .offset_s = OFFSET};
}

static void mistakes_have_a_place(void)
{
	static const struct {
		const char *kind, *text;
		uint32_t column; /* 0 = no mistake */
	} rows[] = {
		{"task", "", 0},
		{"task", "  ", 0},
		{"task", "state:open owner:me due<2026-12-01 tag:urgent -archived \"全文\"", 0},
		{"task", "状态：待办 负责人：我 到期时间＜今天", 0},
		{"task", "优先级:紧急,高", 0},
		{"task", "priority:urgent、high", 0},
		{"task", "Priority:Urgent", 0},
		{"task", "estimate_minutes:2..5 created>=-7d changed:2026-01", 0},
		{"task", "has:result has:tag is:mine is:watched is:all is:restricted", 0},
		{"task", "断号 voucher", 0},
		{"task", "name:\"a \"\" b\" name=x", 0},
		{"task", "about:client about:client/12 owner:none owner:3", 0},
		{"engagement", "fee>=1000 fee<2000.50CNY start:2026 finish:none", 0},
		{"task", "ower:me", 1},
		{"task", "断号 ower:me", 4},
		{"task", "state:opened", 7},
		{"task", "owner:li", 7},
		{"task", "owner>3", 1},
		{"task", "due<tomorow", 5},
		{"task", "name:", 6},
		{"task", "name:a,", 8},
		{"task", "name:\"a", 6},
		{"task", "\"a", 1},
		{"task", "name:\"a\"b", 9},
		{"task", "estimate_minutes:many", 18},
		{"task", "estimate_minutes:99999999999999999999", 18},
		{"task", "priority:5", 10},
		{"task", "is:great", 4},
		{"task", "has:ower", 5},
		{"task", "tag>a", 1},
		{"task", "http://x", 1},
		{"task", "about:clown", 7},
		{"task", "firm:2", 1},
		{"task", "client:x", 8},
		{"user", "phone:138", 1},
		{"calendar_day", "due<today", 1},
		{"engagement", "fee:much", 5},
		{"engagement", "start:2023-02-29", 7},
		{"engagement", "contract:5", 10},
	};

	for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_arena *a = rd_arena_new();
		rd_filter_input in = input(rows[i].kind, rows[i].text);
		rd_filter f;
		rd_err err = {0};
		rd_rc rc = rd_filter_compile(&in, a, &f, &err);

		unit_case("%s %s", rows[i].kind, rows[i].text);
		UNIT_INT(rc, rows[i].column ? RD_INPUT : RD_OK);
		UNIT_INT(err.column, rows[i].column);
		if (rc == RD_OK)
			UNIT_TRUE(rd_str_starts(f.where, "r.firm_id = $1"));
		else
			UNIT_TRUE(err.zh[0] && err.en[0]);
		rd_arena_free(a);
	}
}

static void what_may_not_be_seen_cannot_be_asked(void)
{
	static const struct {
		const char *kind, *text;
		bool client, secrets, want;
	} rows[] = {
		{"contact", "phone:138", false, false, false},
		{"contact", "phone:138", false, true, true},
		{"contact", "has:phone", false, false, false},
		{"contact", "mail:a", true, false, true},
		{"contact", "notes:a", true, false, false},
		{"contact", "tag:a", true, false, false},
		{"contact", "is:mine", true, false, false},
		{"contact", "created_by:1", true, false, false},
		{"contact", "owner:3", true, false, false},
		{"client", "owner:3", true, false, true},
	};

	for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_arena *a = rd_arena_new();
		rd_filter_input in = input(rows[i].kind, rows[i].text);
		rd_filter f;
		rd_err err;

		unit_case("%s %s", rows[i].kind, rows[i].text);
		in.client = rows[i].client;
		in.secrets = rows[i].secrets;
		UNIT_INT(rd_filter_compile(&in, a, &f, &err) == RD_OK, rows[i].want);
		in.text = RD_STR("");
		in.sort = RD_STR("phone");
		if (strcmp(rows[i].kind, "contact") == 0 && !in.secrets)
			UNIT_INT(rd_filter_compile(&in, a, &f, &err), RD_INPUT);
		rd_arena_free(a);
	}
}

/* Texts of users, hostile ones too, are parameters and nothing else. */
static void no_value_stands_in_the_sql(void)
{
	static const char *const parts[] = {"name:",     "'",      "\"",     "--",   ";",   "x7q9z",
	                                    "$1",        "?",      "%",      "_",    "\\",  " OR 1=1",
	                                    "断号x7q9z", "\xff",   "tag:",   "-",    ",",   "state:",
	                                    "..",        "about:", "/",      "has:", "is:", "(",
	                                    ")",         " ",      "owner:", "me"};
	uint64_t seed = 5;
	uint32_t good = 0;

	for (int round = 0; round < 4000; round++) {
		rd_arena *a = rd_arena_new();
		char text[200] = "";
		rd_filter_input in;
		rd_filter f;
		rd_err err;

		for (uint32_t n = 1 + unit_below(&seed, 7); n; n--)
			strcat(text, parts[unit_below(&seed, sizeof parts / sizeof parts[0])]);
		in = input("task", text);
		if (rd_filter_compile(&in, a, &f, &err) == RD_OK) {
			good++;
			unit_case("%s", text);
			UNIT_TRUE(!rd_str_has(f.where, "x7q9z") && !rd_str_has(f.where, ";") &&
			          !rd_str_has(f.where, "--") && !rd_str_has(f.where, "?"));
			UNIT_TRUE(f.n_in <= RD_FILTER_IN_MAX);
		}
		rd_arena_free(a);
	}
	UNIT_TRUE(good > 500);
}

static void limits_are_told(void)
{
	rd_arena *a = rd_arena_new();
	rd_buf b;
	rd_filter_input in;
	rd_filter f;
	rd_err err;

	rd_buf_init(&b, 1 << 16);
	for (uint32_t i = 0; i <= RD_FILTER_TERMS_MAX; i++)
		rd_buf_printf(&b, "owner:%u ", i + 1);
	in = input("task", b.data);
	UNIT_INT(rd_filter_compile(&in, a, &f, &err), RD_INPUT);
	rd_buf_clear(&b);
	for (uint32_t i = 0; i <= RD_FILTER_VALUES_MAX; i++)
		rd_buf_printf(&b, "%s%u", i ? "," : "owner:", i + 1);
	in = input("task", b.data);
	UNIT_INT(rd_filter_compile(&in, a, &f, &err), RD_INPUT);
	rd_buf_clear(&b);
	while (b.size <= RD_FILTER_BYTES_MAX)
		rd_buf_puts(&b, "aaaa ");
	in = input("task", b.data);
	UNIT_INT(rd_filter_compile(&in, a, &f, &err), RD_LIMIT);
	in = input("task", "");
	in.sort = RD_STR("name,due,priority,client,owner");
	UNIT_INT(rd_filter_compile(&in, a, &f, &err), RD_LIMIT);
	in.sort = RD_STR("helpers");
	UNIT_INT(rd_filter_compile(&in, a, &f, &err), RD_INPUT);
	in.sort = RD_STR("name,,due");
	UNIT_INT(rd_filter_compile(&in, a, &f, &err), RD_INPUT);
	rd_buf_done(&b);
	rd_arena_free(a);
}

/* ---- against a plain reading ---- */

typedef struct sample {
	rd_value row[RD_KIND_COLUMNS_MAX];
	rd_terms terms;
	bool urgent, watched, assigned; /* tag, watcher, reference */
} sample;

typedef struct world {
	const rd_kind *kind;
	sample *rows;
	place place;
	rd_db *db;
	rd_arena *a;
	uint64_t seed;
} world;

static const rd_value *at(const world *w, const sample *s, const char *key)
{
	return &s->row[rd_kind_column_find(w->kind, rd_str_of(key))];
}

static rd_value random_text(world *w)
{
	static const char *const words[] = {"断号", "重号待查", "Gap in May", "voucher 100%",
	                                    "a_b",  "现金为负", "ABC",        "abc",
	                                    "余额", "余额表"};
	rd_buf b;

	rd_buf_init(&b, 400);
	for (uint32_t n = 1 + unit_below(&w->seed, 2); n; n--)
		rd_buf_printf(&b, "%s%s", b.size ? " " : "", words[unit_below(&w->seed, 10)]);
	rd_str s = {rd_arena_copy(w->a, b.data, b.size), (uint32_t)b.size};

	rd_buf_done(&b);
	return RD_VALUE_TEXT(s);
}

/* A value of a field, small enough a world that filters meet it. */
static void random_cells(world *w, const rd_field *f, rd_value *cells)
{
	static const char *const lists[] = {"[\"1\"]", "[\"2\", \"12\"]", "[\"12\"]", "[\"2\"]"};
	uint32_t n = unit_below(&w->seed, 5);

	cells[0] = RD_VALUE_NULL;
	if (rd_field_width(f) == 2)
		cells[1] = RD_VALUE_NULL;
	if (!f->required && unit_below(&w->seed, 4) == 0)
		return;
	switch (f->type) {
	case RD_FIELD_TEXT:
	case RD_FIELD_LONG: cells[0] = random_text(w); break;
	case RD_FIELD_INT:
	case RD_FIELD_REF:
	case RD_FIELD_FILE: cells[0] = RD_VALUE_INT(1 + n); break;
	case RD_FIELD_BOOL: cells[0] = RD_VALUE_INT(n & 1); break;
	case RD_FIELD_DATE: cells[0] = RD_VALUE_INT(TODAY - 2 + n); break;
	case RD_FIELD_TIME: cells[0] = RD_VALUE_INT(NOW + ((int64_t)n - 2) * DAY_US); break;
	case RD_FIELD_MONEY:
		cells[0] = RD_VALUE_INT(n * 5000);
		cells[1] = RD_VALUE_TEXT(n & 1 ? RD_STR("CNY") : RD_STR("USD"));
		break;
	case RD_FIELD_ENUM:
		cells[0] = RD_VALUE_TEXT(rd_str_of(f->options[n % f->n_options].name));
		break;
	case RD_FIELD_ANY:
		cells[0] = RD_VALUE_INT(1 + n);
		cells[1] = RD_VALUE_TEXT(n & 1 ? RD_STR("client") : RD_STR("article"));
		break;
	case RD_FIELD_REFS: cells[0] = RD_VALUE_TEXT(rd_str_of(lists[n % 4])); break;
	default:
		cells[0] = RD_VALUE_TEXT(f->n_options ? RD_STR("[\"tax\", \"payroll\"]")
		                                      : RD_STR("[\"断号\", \"A\\\"b\"]"));
	}
}

static void fill(world *w, sample *s, uint32_t i)
{
	const rd_kind *k = w->kind;

	s->row[RD_COL_FIRM] = RD_VALUE_INT(i % 10 == 9 ? 2 : 1);
	s->row[RD_COL_ID] = RD_VALUE_INT(1000 + i);
	s->row[RD_COL_VERSION] = RD_VALUE_INT(1 + i % 3);
	s->row[RD_COL_STATE] =
		RD_VALUE_TEXT(rd_str_of(k->states[unit_below(&w->seed, k->n_states)].name));
	for (int c = RD_COL_OWNER; c <= RD_COL_TEAM; c++)
		s->row[c] =
			unit_below(&w->seed, 3) ? RD_VALUE_INT(1 + unit_below(&w->seed, 4)) : RD_VALUE_NULL;
	s->row[RD_COL_RESTRICTED] = RD_VALUE_INT(unit_below(&w->seed, 4) == 0);
	s->row[RD_COL_CREATED_AT] = RD_VALUE_INT(NOW - unit_below(&w->seed, 20) * DAY_US);
	s->row[RD_COL_CHANGED_AT] = RD_VALUE_INT(NOW - unit_below(&w->seed, 20) * DAY_US);
	s->row[RD_COL_CREATED_BY] = s->row[RD_COL_CHANGED_BY] = RD_VALUE_TEXT(RD_STR("user:2"));
	if (unit_below(&w->seed, 5) == 0)
		s->row[RD_COL_ARCHIVED_AT] = RD_VALUE_INT(NOW);
	if (unit_below(&w->seed, 3))
		s->row[RD_COL_DUE] =
			RD_VALUE_INT(NOW + (int64_t)unit_below(&w->seed, 9) * DAY_US / 2 - 2 * DAY_US);
	for (uint16_t n = 0; n < k->n_fields; n++)
		random_cells(w, &k->fields[n], s->row + k->fields[n].column);
	s->urgent = unit_below(&w->seed, 3) == 0;
	s->watched = unit_below(&w->seed, 3) == 0;
	s->assigned = unit_below(&w->seed, 3) == 0;
}

static void run(world *w, const char *what, const rd_statement *st, const rd_value *in)
{
	rd_err err;

	unit_case("%s", what);
	UNIT_OK(rd_db_exec(w->db, st, in, NULL, &err), &err);
}

static void insert(world *w, const sample *s)
{
	static const rd_type t_term[] = {RD_INT, RD_TEXT, RD_TEXT, RD_INT};
	static const rd_type t_tag[] = {RD_INT, RD_TEXT, RD_INT};
	static const rd_type t_watch[] = {RD_INT, RD_TEXT, RD_INT, RD_INT};
	static const rd_type t_ref[] = {RD_INT, RD_INT, RD_TEXT, RD_INT};
	static const rd_statement term = {
		.name = "t_term",
		.sqlite = "INSERT INTO search_term (firm_id, term, kind, id) VALUES (?1, ?2, ?3, ?4)",
		.pg = "INSERT INTO search_term (firm_id, term, kind, id) VALUES ($1, $2, $3, $4)",
		.in = t_term,
		.n_in = 4};
	static const rd_statement tag = {
		.name = "t_tag",
		.sqlite = "INSERT INTO tags (firm_id, kind, tag, record_id) VALUES (?1, ?2, 'urgent', ?3)",
		.pg = "INSERT INTO tags (firm_id, kind, tag, record_id) VALUES ($1, $2, 'urgent', $3)",
		.in = t_tag,
		.n_in = 3};
	static const rd_statement watch = {
		.name = "t_watch",
		.sqlite =
			"INSERT INTO watchers (firm_id, kind, record_id, user_id) VALUES (?1, ?2, ?3, ?4)",
		.pg = "INSERT INTO watchers (firm_id, kind, record_id, user_id) VALUES ($1, $2, $3, $4)",
		.in = t_watch,
		.n_in = 4};
	static const rd_statement ref = {
		.name = "t_ref",
		.sqlite = "INSERT INTO record_refs (firm_id, to_kind, to_id, from_kind, from_id, field,"
				  " assigns) VALUES (?1, 'user', ?2, ?3, ?4, 'x', 1)",
		.pg = "INSERT INTO record_refs (firm_id, to_kind, to_id, from_kind, from_id, field,"
			  " assigns) VALUES ($1, 'user', $2, $3, $4, 'x', 1)",
		.in = t_ref,
		.n_in = 4};
	rd_value kind = RD_VALUE_TEXT(rd_str_of(w->kind->name)), id = s->row[RD_COL_ID];
	rd_value firm = s->row[RD_COL_FIRM], two = RD_VALUE_INT(2);

	run(w, "row", &w->kind->insert, s->row);
	for (uint32_t i = 0; i < s->terms.n; i++)
		run(w, "term", &term, (rd_value[]){firm, RD_VALUE_TEXT(s->terms.items[i]), kind, id});
	if (s->urgent)
		run(w, "tag", &tag, (rd_value[]){firm, kind, id});
	if (s->watched)
		run(w, "watcher", &watch, (rd_value[]){firm, kind, id, two});
	if (s->assigned)
		run(w, "reference", &ref, (rd_value[]){firm, two, kind, id});
}

static void begin(world *w, const char *kind)
{
	rd_err err;

	*w = (world){.kind = rd_kind_find(rd_str_of(kind)), .a = rd_arena_new(), .seed = 42};
	w->rows = RD_NEW_N(w->a, sample, ROWS);
	place_open(&w->place);
	rd_store_close(place_store(&w->place)); /* makes the tables */
	UNIT_OK(rd_db_open(rd_str_of(w->place.url), RD_DB_WRITE, &w->db, &err), &err);
	for (uint32_t i = 0; i < ROWS; i++) {
		fill(w, &w->rows[i], i);
		rd_terms_of(&at(w, &w->rows[i], "name")->str, 1, w->a, &w->rows[i].terms);
	}
	for (int64_t firm = 1; firm <= 2; firm++) {
		UNIT_OK(rd_db_begin(w->db, true, &err), &err);
		UNIT_OK(rd_db_firm(w->db, firm, &err), &err);
		for (uint32_t i = 0; i < ROWS; i++)
			if (w->rows[i].row[RD_COL_FIRM].i == firm)
				insert(w, &w->rows[i]);
		UNIT_OK(rd_db_commit(w->db, &err), &err);
	}
	UNIT_OK(rd_db_begin(w->db, false, &err), &err);
	UNIT_OK(rd_db_firm(w->db, 1, &err), &err);
}

static void end(world *w)
{
	rd_db_close(w->db);
	place_close(&w->place);
	rd_arena_free(w->a);
}

/* ---- one condition: its text, and how it is read plainly ---- */

typedef struct atom {
	const char *kind, *text;
	bool (*meets)(const world *w, const sample *s);
} atom;

#define IS_INT(key, cond)                                                                          \
	const rd_value *v = at(w, s, key);                                                             \
	return v->type == RD_INT && (cond)
#define IS_TEXT(key, cond)                                                                         \
	const rd_value *v = at(w, s, key);                                                             \
	return v->type == RD_TEXT && (cond)
#define ATOM(name, body)                                                                           \
	static bool name(const world *w, const sample *s)                                              \
	{                                                                                              \
		body;                                                                                      \
	}
#define START_OF_TODAY (INT64_C(20000) * DAY_US - OFFSET * INT64_C(1000000))

static bool closed(const world *w, const sample *s)
{
	return w->kind->states[rd_kind_state_find(w->kind, s->row[RD_COL_STATE].str)].closed;
}

static bool found(const sample *s, const char *words)
{
	rd_arena *a = rd_arena_new();
	rd_query q;
	bool met;

	rd_query_of(rd_str_of(words), a, &q);
	met = rd_query_meets(&q, &s->terms);
	rd_arena_free(a);
	return met;
}

ATOM(open_ones, return !closed(w, s))
ATOM(state_first, (void)w; return rd_str_is(s->row[RD_COL_STATE].str, w->kind->states[0].name))
ATOM(state_two, return state_first(w, s) || rd_str_is(s->row[RD_COL_STATE].str, "done"))
ATOM(owner_me, IS_INT("owner", v->i == 2))
ATOM(owner_none, return at(w, s, "owner")->type == RD_NULL)
ATOM(owner_some, IS_INT("owner", v->i == 1 || v->i == 3))
ATOM(due_before, IS_INT("due", v->i < START_OF_TODAY))
ATOM(due_upto, IS_INT("due", v->i < START_OF_TODAY + DAY_US))
ATOM(due_today, IS_INT("due", v->i >= START_OF_TODAY && v->i < START_OF_TODAY + DAY_US))
ATOM(due_after, IS_INT("due", v->i >= START_OF_TODAY + 2 * DAY_US))
ATOM(overdue, IS_INT("due", v->i < NOW && !closed(w, s)))
ATOM(created_week, IS_INT("created_at", v->i >= START_OF_TODAY - 7 * DAY_US))
ATOM(urgent, (void)w; return s->urgent)
ATOM(watched, (void)w; return s->watched)
ATOM(assigned, (void)w; return s->assigned)
ATOM(restricted, IS_INT("restricted", v->i == 1))
ATOM(name_has, IS_TEXT("name", rd_str_has(v->str, "余额")))
ATOM(name_abc, IS_TEXT("name", rd_str_has(v->str, "ABC") || rd_str_has(v->str, "abc")))
ATOM(name_percent, IS_TEXT("name", rd_str_has(v->str, "0%")))
ATOM(name_under, IS_TEXT("name", rd_str_has(v->str, "a_b")))
ATOM(name_exact, IS_TEXT("name", rd_str_is(v->str, "ABC")))
ATOM(words_gap, (void)w; return found(s, "断号"))
ATOM(words_two, (void)w; return found(s, "may gap"))
ATOM(words_same, (void)w; return found(s, "凭证"))
ATOM(minutes_two, IS_INT("estimate_minutes", v->i >= 2))
ATOM(minutes_range, IS_INT("estimate_minutes", (v->i >= 2 && v->i <= 3) || v->i == 5))
ATOM(minutes_any, return at(w, s, "estimate_minutes")->type != RD_NULL)
ATOM(priority_high, IS_TEXT("priority", rd_str_is(v->str, "high") || rd_str_is(v->str, "urgent")))
ATOM(helper_me, IS_TEXT("helpers", rd_str_has(v->str, "\"2\"")))
ATOM(helper_one, IS_TEXT("helpers", rd_str_has(v->str, "\"1\"")))
ATOM(steps_has, IS_TEXT("steps", v->str.len > 0))
ATOM(about_client, const rd_value *v = at(w, s, "about");
     return v->type && rd_str_is(v[1].str, "client"))
ATOM(about_two, return about_client(w, s) && at(w, s, "about")->i == 2)
ATOM(number_none, (void)w; return s->row[RD_COL_NUMBER].type == RD_NULL)
ATOM(fee_from, IS_INT("fee", v->i >= 10000))
ATOM(fee_cny, IS_INT("fee", v->i == 15000 && rd_str_is(v[1].str, "CNY")))
ATOM(start_today, IS_INT("start", v->i == TODAY))
ATOM(start_month, IS_INT("start", v->i >= 19997 && v->i <= 20027))
ATOM(finish_before, IS_INT("finish", v->i < TODAY))
ATOM(finish_upto, IS_INT("finish", v->i <= TODAY + 1))
ATOM(finish_none, return at(w, s, "finish")->type == RD_NULL)
ATOM(scope_tax, IS_TEXT("scope", rd_str_has(v->str, "\"tax\"")))
ATOM(renews, IS_INT("renews", v->i == 1))
ATOM(version_two, IS_INT("version", v->i == 2))

static const atom atoms[] = {
	{"task", "is:open", open_ones},
	{"task", "is:未结", open_ones},
	{"task", "state:open", state_first},
	{"task", "状态:待办,已完成", state_two},
	{"task", "owner:me", owner_me},
	{"task", "负责人:我", owner_me},
	{"task", "owner:none", owner_none},
	{"task", "owner:1,3", owner_some},
	{"task", "due<today", due_before},
	{"task", "due<=2024-10-04", due_upto},
	{"task", "due:今天", due_today},
	{"task", "due>+1d", due_after},
	{"task", "overdue", overdue},
	{"task", "is:逾期", overdue},
	{"task", "created>=-7d", created_week},
	{"task", "created>=-1w", created_week},
	{"task", "tag:Urgent", urgent},
	{"task", "is:watched", watched},
	{"task", "is:mine", assigned},
	{"task", "restricted:true", restricted},
	{"task", "name:余额", name_has},
	{"task", "name:aBc", name_abc},
	{"task", "name:0%", name_percent},
	{"task", "name:a_b", name_under},
	{"task", "name=ABC", name_exact},
	{"task", "断号", words_gap},
	{"task", "“断号”", words_gap},
	{"task", "\"may gap\"", words_two},
	{"task", "text:凭证", words_same},
	{"task", "estimate_minutes>=2", minutes_two},
	{"task", "estimate_minutes:2..3,5", minutes_range},
	{"task", "has:estimate_minutes", minutes_any},
	{"task", "priority:high,紧急", priority_high},
	{"task", "helpers:me", helper_me},
	{"task", "helpers:1", helper_one},
	{"task", "steps:断号", steps_has},
	{"task", "steps:\"a\"\"B\"", steps_has},
	{"task", "about:client", about_client},
	{"task", "about:client/2", about_two},
	{"task", "number:none", number_none},
	{"task", "version:2", version_two},
	{"engagement", "is:open", open_ones},
	{"engagement", "fee>=100", fee_from},
	{"engagement", "fee:150.00CNY", fee_cny},
	{"engagement", "start:today", start_today},
	{"engagement", "start:2024-10", start_month},
	{"engagement", "finish<today", finish_before},
	{"engagement", "finish<=tomorrow", finish_upto},
	{"engagement", "finish:none", finish_none},
	{"engagement", "scope:tax", scope_tax},
	{"engagement", "服务内容:纳税申报", scope_tax},
	{"engagement", "renews:是", renews},
	{"engagement", "version:2..2", version_two},
};
#define N_ATOMS (sizeof atoms / sizeof atoms[0])

/* What is sorted by, as a number or text. */
static rd_value key_of(const world *w, const sample *s, rd_sort key)
{
	const rd_value v = s->row[key.column];
	int16_t field = w->kind->columns[key.column].field;

	if (key.column == RD_COL_STATE)
		return RD_VALUE_INT(rd_kind_state_find(w->kind, v.str));
	if (field >= 0 && w->kind->fields[field].type == RD_FIELD_ENUM && v.type == RD_TEXT)
		return RD_VALUE_INT(rd_field_option_find(&w->kind->fields[field], v.str) -
		                    w->kind->fields[field].options);
	return v;
}

/* Whether `b` may stand behind `a`. */
static bool in_order(const world *w, const rd_filter *f, const sample *a, const sample *b)
{
	for (uint32_t i = 0; i < f->n_sort; i++) {
		rd_value x = key_of(w, a, f->sort[i]), y = key_of(w, b, f->sort[i]);
		int order;

		if (x.type == RD_NULL || y.type == RD_NULL) {
			if (x.type == y.type)
				continue;
			return y.type == RD_NULL;
		}
		order = x.type == RD_INT ? (x.i > y.i) - (x.i < y.i) : rd_str_cmp(x.str, y.str);
		if (order)
			return f->sort[i].down ? order > 0 : order < 0;
	}
	bool down = f->n_sort && f->sort[0].down;

	return down ? a->row[RD_COL_ID].i > b->row[RD_COL_ID].i
	            : a->row[RD_COL_ID].i < b->row[RD_COL_ID].i;
}

/* Runs a filter as the engine does; answers indexes of rows. */
static uint32_t ask(world *w, const rd_filter *f, uint32_t limit, uint32_t *out)
{
	uint32_t n = 0;

	for (uint32_t part = 0; part < f->n_parts && n < limit; part++) {
		rd_str sql = rd_filter_select(w->kind, f, part, RD_STR("r.version >= 1"), limit - n, w->a);
		rd_rows rows = {0};
		rd_err err;

		UNIT_OK(rd_db_select(w->db, sql, f->in, f->n_in, ROWS, w->a, &rows, &err), &err);
		for (uint32_t i = 0; i < rows.n; i++)
			out[n++] = (uint32_t)(rows.cells[i * rows.width + RD_COL_ID].i - 1000);
	}
	return n;
}

/* All pages of a list, by its cursors. */
static uint32_t ask_pages(world *w, rd_filter_input in, uint32_t page, uint32_t *out)
{
	uint32_t n = 0;

	for (int guard = 0; guard < 300; guard++) {
		rd_filter f;
		rd_err err;
		uint32_t got;

		UNIT_OK(rd_filter_compile(&in, w->a, &f, &err), &err);
		got = ask(w, &f, page, out + n);
		n += got;
		if (got < page || n + page > ROWS)
			return n;
		in.cursor = rd_filter_cursor(w->kind, &f, w->rows[out[n - 1]].row, w->a);
	}
	return n;
}

static void compare(world *w, const char *text, const atom *const *used, const bool *no,
                    uint32_t n_used, const char *sort)
{
	rd_filter_input in = input(w->kind->name, text);
	uint32_t got[ROWS + 50], paged[ROWS + 50], n, n_paged, want = 0;
	rd_filter f;
	rd_err err;

	unit_case("%s %s sort %s", w->kind->name, text, sort);
	in.sort = rd_str_of(sort);
	UNIT_OK(rd_filter_compile(&in, w->a, &f, &err), &err);
	n = ask(w, &f, ROWS, got);
	for (uint32_t i = 0; i < ROWS; i++) {
		const sample *s = &w->rows[i];
		bool meets = s->row[RD_COL_FIRM].i == 1 && s->row[RD_COL_ARCHIVED_AT].type == RD_NULL;
		bool there = false;

		for (uint32_t k = 0; k < n_used; k++)
			meets = meets && used[k]->meets(w, s) != no[k];
		for (uint32_t k = 0; k < n; k++)
			there |= got[k] == i;
		UNIT_INT(there, meets);
		want += meets;
	}
	UNIT_INT(n, want);
	for (uint32_t k = 1; k < n; k++)
		UNIT_TRUE(in_order(w, &f, &w->rows[got[k - 1]], &w->rows[got[k]]));
	n_paged = ask_pages(w, in, 7, paged);
	UNIT_INT(n_paged, n);
	UNIT_TRUE(memcmp(got, paged, n * sizeof *got) == 0);
}

static void random_filters(const char *kind, const char *const *sorts, uint32_t n_sorts, int rounds)
{
	world w;
	uint64_t seed = 99;

	begin(&w, kind);
	for (int round = 0; round < rounds; round++) {
		const atom *used[3];
		bool no[3];
		char text[300] = "";
		uint32_t n = 0, want = 1 + unit_below(&seed, 3);

		while (n < want) {
			const atom *a = &atoms[unit_below(&seed, N_ATOMS)];

			if (strcmp(a->kind, kind) != 0)
				continue;
			used[n] = a;
			no[n] = unit_below(&seed, 3) == 0;
			strcat(text, n ? "  " : "");
			strcat(text, no[n] ? "-" : "");
			strcat(text, a->text);
			n++;
		}
		compare(&w, text, used, no, n, sorts[unit_below(&seed, n_sorts)]);
	}
	/* Every condition alone, too. */
	for (uint32_t i = 0; i < N_ATOMS; i++)
		if (strcmp(atoms[i].kind, kind) == 0)
			compare(&w, atoms[i].text, (const atom *[]){&atoms[i]}, (bool[]){false}, 1, sorts[0]);
	end(&w);
}

static void the_database_finds_what_a_plain_reading_finds(void)
{
	static const char *const task_sorts[] = {
		"",     "-created_at",      "due,-priority", "-due,name",
		"name", "state,-owner,due", "priority",      "-优先级,到期时间"};
	static const char *const engagement_sorts[] = {"", "fee", "-fee,start", "finish,-name",
	                                               "-state"};

	random_filters("task", task_sorts, 8, 250);
	random_filters("engagement", engagement_sorts, 5, 100);
}

static void archived_ones_are_asked_for(void)
{
	static const struct {
		const char *text;
		int archived; /* 0 = without, 1 = only, 2 = both */
	} rows[] = {{"", 0},       {"-archived", 0}, {"archived", 1},          {"is:archived", 1},
	            {"is:all", 2}, {"已归档", 1},    {"archived_at>=today", 1}};
	world w;

	begin(&w, "task");
	for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rd_filter_input in = input("task", rows[i].text);
		uint32_t got[ROWS], n, want = 0;
		rd_filter f;
		rd_err err;

		unit_case("%s", rows[i].text);
		UNIT_OK(rd_filter_compile(&in, w.a, &f, &err), &err);
		n = ask(&w, &f, ROWS, got);
		for (uint32_t k = 0; k < ROWS; k++) {
			bool archived = w.rows[k].row[RD_COL_ARCHIVED_AT].type != RD_NULL;

			want += w.rows[k].row[RD_COL_FIRM].i == 1 &&
			        (rows[i].archived == 2 || rows[i].archived == archived);
		}
		UNIT_INT(n, want);
	}
	end(&w);
}

/* A cursor is of one kind and one sort; any other bytes are refused, none are trusted. */
static void cursors_are_judged(void)
{
	world w;
	rd_filter_input in = input("task", "");
	rd_filter f;
	rd_err err;
	rd_str good;
	uint64_t seed = 17;
	uint32_t refused = 0;

	begin(&w, "task");
	in.sort = RD_STR("name,-due");
	UNIT_OK(rd_filter_compile(&in, w.a, &f, &err), &err);
	good = rd_filter_cursor(w.kind, &f, w.rows[3].row, w.a);
	in.cursor = good;
	UNIT_OK(rd_filter_compile(&in, w.a, &f, &err), &err);
	in.sort = RD_STR("name,due");
	UNIT_INT(rd_filter_compile(&in, w.a, &f, &err), RD_INPUT);
	in.sort = RD_STR("name,-due");
	in.kind = rd_kind_find(RD_STR("engagement"));
	in.sort = RD_STR("name,-start");
	UNIT_INT(rd_filter_compile(&in, w.a, &f, &err), RD_INPUT);
	in = input("task", "");
	in.sort = RD_STR("name,-due");
	for (int round = 0; round < 2000; round++) {
		char *bytes = rd_arena_copy(w.a, good.ptr, good.len);
		uint32_t len = good.len;

		if (round & 1)
			len = unit_below(&seed, len);
		else
			bytes[unit_below(&seed, len)] = (char)unit_random(&seed);
		in.cursor = (rd_str){bytes, len ? len : 1};
		refused += rd_filter_compile(&in, w.a, &f, &err) != RD_OK;
	}
	UNIT_TRUE(refused > 1000);
	end(&w);
}

const unit_test filter_tests[] = {
	{"mistakes have a place", mistakes_have_a_place},
	{"what may not be seen cannot be asked", what_may_not_be_seen_cannot_be_asked},
	{"no value stands in the SQL", no_value_stands_in_the_sql},
	{"limits are told", limits_are_told},
	{"the database finds what a plain reading finds",
     the_database_finds_what_a_plain_reading_finds},
	{"archived ones are asked for", archived_ones_are_asked_for},
	{"cursors are judged", cursors_are_judged},
	{0},
};
