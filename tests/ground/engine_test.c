/* The record engine on both back ends: what commands do, what they refuse, and that the log alone
 * makes the same tables again. */
#include "record/engine.h"
#include "desk/hooks.h"
#include "place.h"
#include "record/around.h"
#include "record/beside.h"
#include "record/find.h"
#include "record/list.h"
#include "record/pending.h"
#include "record/rebuild.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

static place here;
static rd_store *store;
static rd_engine engine;
static rd_err err;
static rd_problems problems;

#define FIRM 7

static const rd_actor SYSTEM = {.firm_id = FIRM, .system = true, .name = {"system", 6}};
static rd_actor anna, ben, audit; /* an accountant, another, and an auditor */

typedef struct step {
	rd_rc (*run)(rd_tx *tx, void *ctx);
	void *ctx;
} step;

static rd_rc in_tx(rd_tx *tx, void *ctx, rd_err *e)
{
	const step *s = ctx;

	memset(&problems, 0, sizeof problems);
	rd_rc rc = s->run(tx, s->ctx);

	if (rc != RD_OK)
		*e = err;
	return rc;
}

static rd_rc write_step(rd_rc (*run)(rd_tx *, void *), void *ctx)
{
	step s = {run, ctx};

	here.now_us += 1000;
	rd_rc rc = rd_store_write(store, FIRM, here.arena, in_tx, &s, &err);

	return rc;
}

static rd_rc read_step(rd_rc (*run)(rd_tx *, void *), void *ctx)
{
	step s = {run, ctx};

	return rd_store_read(store, FIRM, here.arena, in_tx, &s, &err);
}

/* ---- commands with their arguments ---- */

typedef struct act {
	const rd_actor *who;
	const char *kind, *body, *word, *text;
	int64_t id, version, other;
	rd_record got;
	int64_t made;
	rd_list list;
	uint32_t n;
	const char *filter;
} act;

static const rd_kind *kind_of(const act *a)
{
	return rd_kind_find(rd_str_of(a->kind));
}

static json_t *body_of(const act *a)
{
	json_t *b = NULL;

	UNIT_INT(rd_check_parse(rd_str_of(a->body ? a->body : "{}"), &b, &err), RD_OK);
	return b;
}

static rd_rc do_create(rd_tx *tx, void *ctx)
{
	act *a = ctx;
	json_t *b = body_of(a);
	rd_rc rc =
		rd_record_create(&engine, tx, a->who, kind_of(a), a->id, b, &a->got, &problems, &err);

	if (rc == RD_OK)
		a->made = rd_cell(&a->got, RD_COL_ID)->i;
	json_decref(b);
	return rc;
}

static rd_rc do_change(rd_tx *tx, void *ctx)
{
	act *a = ctx;
	json_t *b = body_of(a);
	rd_rc rc = rd_record_change(&engine, tx, a->who, kind_of(a), a->id, a->version, b, &a->got,
	                            &problems, &err);

	json_decref(b);
	return rc;
}

static rd_rc do_move(rd_tx *tx, void *ctx)
{
	act *a = ctx;
	json_t *b = body_of(a);
	rd_rc rc = rd_record_move(&engine, tx, a->who, kind_of(a), a->id, a->version,
	                          rd_str_of(a->word), b, &a->got, &problems, &err);

	json_decref(b);
	return rc;
}

static rd_rc do_get(rd_tx *tx, void *ctx)
{
	act *a = ctx;

	return rd_record_get(tx, a->who, kind_of(a), a->id, &a->got, &err);
}

static rd_rc do_archive(rd_tx *tx, void *ctx)
{
	act *a = ctx;

	return rd_record_archive(&engine, tx, a->who, kind_of(a), a->id, a->version, a->n, &a->got,
	                         &err);
}

static rd_rc do_comment(rd_tx *tx, void *ctx)
{
	act *a = ctx;

	const rd_comment_new c = {.body = rd_str_of(a->text),
	                          .mentions = &a->other,
	                          .n_mentions = a->other != 0};

	return rd_comment_add(&engine, tx, a->who, kind_of(a), a->id, &c, &a->made, &err);
}

static rd_rc do_tag(rd_tx *tx, void *ctx)
{
	act *a = ctx;

	return rd_tag_set(tx, a->who, kind_of(a), a->id, rd_str_of(a->text), true, &err);
}

static rd_rc do_link(rd_tx *tx, void *ctx)
{
	act *a = ctx;
	rd_link l = {rd_str_of(a->text), kind_of(a), a->other};

	return rd_link_set(tx, a->who, kind_of(a), a->id, &l, true, &err);
}

static rd_rc do_list(rd_tx *tx, void *ctx)
{
	act *a = ctx;
	rd_list_input in = {.kind = kind_of(a),
	                    .filter = rd_str_of(a->filter),
	                    .sort = RD_STR(""),
	                    .cursor = RD_STR(""),
	                    .limit = 50,
	                    .zone_offset_s = 28800};

	RD_TRY(rd_list_get(tx, a->who, &in, &a->list, &err));
	a->n = a->list.n;
	return RD_OK;
}

static rd_rc do_find(rd_tx *tx, void *ctx)
{
	act *a = ctx;
	const rd_record *found;

	return rd_find_text(tx, a->who, rd_str_of(a->text), RD_STR(""), 20, &found, &a->n, &err);
}

/* ---- people ---- */

static int64_t user(const char *login, const char *roles)
{
	char body[256];
	act a = {.who = &SYSTEM, .kind = "user", .body = body};

	snprintf(body, sizeof body, "{\"login\":\"%s\",\"name\":\"%s\",\"roles\":[%s]}", login, login,
	         roles);
	UNIT_INT(write_step(do_create, &a), RD_OK);
	if (a.made == 0)
		unit_note("%s\n", err.en);
	return a.made;
}

static rd_actor actor(int64_t id, uint16_t roles)
{
	char name[32];
	int n = snprintf(name, sizeof name, "user:%lld", (long long)id);

	return (rd_actor){.firm_id = FIRM,
	                  .user_id = id,
	                  .roles = roles,
	                  .name = {rd_arena_copy(here.arena, name, (size_t)n), (uint32_t)n}};
}

static void begin(void)
{
	place_open(&here);
	store = place_store(&here);
	engine = (rd_engine){store, rd_desk_hooks, rd_desk_hooks_count, 28800};
	anna = actor(user("anna", "\"accountant\""), RD_KIND_ACCOUNTANT);
	ben = actor(user("ben", "\"accountant\""), RD_KIND_ACCOUNTANT);
	audit = actor(user("audit", "\"auditor\""), RD_KIND_AUDITOR);
}

static void end(void)
{
	rd_store_close(store);
	place_close(&here);
}

static int64_t task(const char *body)
{
	act a = {.who = &anna, .kind = "task", .body = body};

	UNIT_INT(write_step(do_create, &a), RD_OK);
	return a.made;
}

/* ---- tests ---- */

static void a_record_lives(void)
{
	begin();
	act a = {.who = &anna, .kind = "task", .body = "{\"name\":\"核对银行余额\"}"};

	UNIT_INT(write_step(do_create, &a), RD_OK);
	UNIT_TRUE(rd_str_starts(rd_cell(&a.got, RD_COL_NUMBER)->str, "T-"));
	UNIT_TEXT(rd_cell(&a.got, RD_COL_STATE)->str, "open");
	UNIT_INT(rd_cell(&a.got, RD_COL_OWNER)->i, anna.user_id);
	a.id = a.made;
	a.version = 1;
	a.body = "{\"name\":\"核对银行余额，重做\"}";
	UNIT_INT(write_step(do_change, &a), RD_OK);
	UNIT_INT(rd_cell(&a.got, RD_COL_VERSION)->i, 2);
	UNIT_INT(write_step(do_change, &a), RD_CONFLICT); /* version 1 is no more */
	a.version = RD_NO_VERSION;
	UNIT_INT(write_step(do_change, &a), RD_NO_MATCH);
	a.version = 2;
	a.body = "{\"nmae\":\"x\",\"priority\":\"sehr\"}";
	UNIT_INT(write_step(do_change, &a), RD_INPUT);
	UNIT_INT(problems.n, 2);
	a.body = "{\"result\":\"两边一致\"}";
	a.word = "finish";
	UNIT_INT(write_step(do_move, &a), RD_OK);
	UNIT_TEXT(rd_cell(&a.got, RD_COL_STATE)->str, "done");
	a.version = 3;
	UNIT_INT(write_step(do_move, &a), RD_BARRED); /* is finished already */
	a.n = true;
	UNIT_INT(write_step(do_archive, &a), RD_FORBIDDEN); /* supervisors do */
	end();
}

static void rights_hold(void)
{
	begin();
	int64_t id = task("{\"name\":\"工资计提\"}");
	act a = {.who = &ben, .kind = "task", .id = id, .version = 1, .body = "{\"name\":\"x\"}"};

	UNIT_INT(read_step(do_get, &a), RD_NOT_FOUND); /* not his, his team's or his client's */
	UNIT_INT(write_step(do_change, &a), RD_NOT_FOUND);
	a.filter = "";
	UNIT_INT(read_step(do_list, &a), RD_OK);
	UNIT_INT(a.n, 0);
	act c = {.who = &anna, .kind = "task", .id = id, .text = "请看 @ben", .other = ben.user_id};

	UNIT_INT(write_step(do_comment, &c), RD_OK); /* mentioned: now it is about him */
	UNIT_INT(read_step(do_get, &a), RD_OK);
	UNIT_INT(read_step(do_list, &a), RD_OK);
	UNIT_INT(a.n, 1);
	UNIT_INT(write_step(do_change, &a), RD_FORBIDDEN); /* reads, but it is not his to change */
	a.who = &audit;
	UNIT_INT(read_step(do_get, &a), RD_OK);
	UNIT_INT(write_step(do_change, &a), RD_FORBIDDEN);
	end();
}

static rd_rc do_merge(rd_tx *tx, void *ctx)
{
	(void)ctx;
	return rd_pending_merge_all(tx, NULL, &err);
}

static uint32_t hits(const rd_actor *who, const char *text)
{
	act a = {.who = who, .kind = "task", .text = text}, listed = {.who = who, .kind = "task"};
	char filter[100];

	UNIT_INT(read_step(do_find, &a), RD_OK);
	/* The filter of a list reads the same words. */
	(void)snprintf(filter, sizeof filter, "%s", text);
	listed.filter = filter;
	if (strspn(text, " ") != strlen(text)) {
		UNIT_INT(read_step(do_list, &listed), RD_OK);
		UNIT_INT(listed.n, a.n);
	}
	return a.n;
}

/* Whether they wait or are in the index. */
static void words_find_records(void)
{
	static const char *const found[] = {"断号", "凭证断号", "invoice", "inv", "号", "INVOICE 断号"};
	static const char *const not_found[] = {"重号", "invoices", "凭证重号", "", " "};

	begin();
	task("{\"name\":\"三月凭证断号，补 Invoice 附件\"}");
	for (int merged = 0; merged < 2; merged++) {
		for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
			unit_case("%s, %s", found[i], merged ? "in the index" : "waiting");
			UNIT_INT(hits(&anna, found[i]), 1);
			UNIT_INT(hits(&ben, found[i]), 0);
		}
		for (size_t i = 0; i < sizeof not_found / sizeof *not_found; i++) {
			unit_case("%s, %s", not_found[i], merged ? "in the index" : "waiting");
			UNIT_INT(hits(&anna, not_found[i]), 0);
		}
		UNIT_INT(write_step(do_merge, NULL), RD_OK);
	}
	end();
}

/* A record's words change while the old ones wait, and while they are in the index. */
static void changed_words_find_records(void)
{
	static const struct {
		const char *name, *found[3], *not_found[3];
	} rows[] = {
		{"{\"name\":\"银行 balance 核对\"}", {"银行", "bal", "核对"}, {"工资"}},
		{"{\"name\":\"银行 核对\"}", {"银行", "核对"}, {"bal", "balance"}},
		{"{\"name\":\"工资 payroll 核对\"}", {"工资", "pay", "核对"}, {"银行", "balance"}},
		{"{\"name\":\"工资\"}", {"工资"}, {"银行", "pay", "核对"}},
		{"{\"name\":\"银行 balance 核对\"}", {"银行", "bal", "核对"}, {"工资"}},
	};

	for (int merge = 0; merge < 4; merge++) {
		begin();
		act a = {.who = &anna, .kind = "task", .id = task("{\"name\":\"x\"}"), .version = 1};

		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++, a.version++) {
			unit_case("%s, merged %d", rows[i].name, merge);
			a.body = rows[i].name;
			UNIT_INT(write_step(do_change, &a), RD_OK);
			if (merge == 1 || (merge == 2 && i % 2) || (merge == 3 && i == 1))
				UNIT_INT(write_step(do_merge, NULL), RD_OK);
			for (int k = 0; k < 3 && rows[i].found[k]; k++)
				UNIT_INT(hits(&anna, rows[i].found[k]), 1);
			for (int k = 0; k < 3 && rows[i].not_found[k]; k++)
				UNIT_INT(hits(&anna, rows[i].not_found[k]), 0);
		}
		end();
	}
}

static void unique_values_are_kept(void)
{
	begin();
	act a = {.who = &SYSTEM,
	         .kind = "user",
	         .body = "{\"login\":\"anna\",\"name\":\"B\",\"roles\":[\"reviewer\"]}"};

	UNIT_INT(write_step(do_create, &a), RD_CONFLICT);
	a.body =
		"{\"login\":\"anna2\",\"name\":\"B\",\"roles\":[\"reviewer\"],\"main_team\":\"12345\"}";
	UNIT_INT(write_step(do_create, &a), RD_INPUT);
	UNIT_INT(problems.n, 1);
	UNIT_TEXT(rd_str_of(problems.items[0].field), "main_team");
	end();
}

/* ---- rebuild ---- */

static rd_rc do_rebuild(rd_tx *tx, void *ctx)
{
	return rd_rebuild(tx, ctx, &err);
}

static const char *const tables[] = {
	"search_pending", "kind_user",   "kind_task", "comments",    "watchers",    "links",
	"tags",           "attachments", "reminders", "record_refs", "search_term", "kind_client",
};

/* All rows as one number that a change of any cell changes. */
static int64_t sum_of(const char *table)
{
	char sql[256];

	if (place_is_pg())
		snprintf(sql, sizeof sql,
		         "SELECT coalesce(sum(('x' || substr(md5(t::text), 1, 12))::bit(48)::bigint), 0)::"
		         "bigint FROM %s t",
		         table);
	else
		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
	return place_number(&here, sql);
}

static void the_log_makes_the_tables_again(void)
{
	int64_t before[sizeof tables / sizeof *tables], n = 0;

	begin();
	int64_t first = task("{\"name\":\"一号\",\"details\":\"说明 one\"}");
	int64_t second = task("{\"name\":\"二号\"}");
	act a = {.who = &anna, .kind = "task", .id = first, .text = "急"};

	UNIT_INT(write_step(do_tag, &a), RD_OK);
	a.text = "causes";
	a.other = second;
	UNIT_INT(write_step(do_link, &a), RD_OK);
	a.text = "请 ben 看";
	a.other = ben.user_id;
	UNIT_INT(write_step(do_comment, &a), RD_OK);
	a.version = 1;
	a.body = "{\"name\":\"一号，改过\",\"priority\":\"urgent\"}";
	UNIT_INT(write_step(do_change, &a), RD_OK);
	a.version = 2;
	a.word = "start";
	a.body = "{}";
	UNIT_INT(write_step(do_move, &a), RD_OK);
	UNIT_TRUE(sum_of("search_pending") != 0);
	UNIT_INT(write_step(do_merge, &a), RD_OK);
	UNIT_INT(sum_of("search_pending"), 0);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		before[i] = sum_of(tables[i]);
	UNIT_INT(write_step(do_rebuild, &n), RD_OK);
	UNIT_TRUE(n >= 10);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		unit_case("%s", tables[i]);
		UNIT_INT(sum_of(tables[i]), before[i]);
	}
	UNIT_INT(read_step(do_get, &a), RD_OK);
	UNIT_INT(rd_cell(&a.got, RD_COL_VERSION)->i, 3);
	UNIT_TEXT(rd_cell(&a.got, RD_COL_STATE)->str, "doing");
	end();
}

const unit_test engine_tests[] = {
	{"a record lives: created, changed, moved, archived", a_record_lives},
	{"rights hold for one record and for lists", rights_hold},
	{"words find records, for who may read them", words_find_records},
	{"words that changed find records", changed_words_find_records},
	{"unique values and references are kept", unique_values_are_kept},
	{"the log makes the tables again", the_log_makes_the_tables_again},
	{0},
};
