/* The double gate: what a case lacks before it may be closed. */
#include "desk/gate.h"
#include "checked.h"
#include "desk/person.h"
#include "unit.h"
#include <stdio.h>

#define V(n, day, account, debit, credit)                                                          \
	"记-" n "|2026-" day "|" account "|" debit "||付款|张三|李四|王五\n"                   \
	"记-" n "|2026-" day "|1002||" credit "|付款|张三|李四|王五\n"
#define GOOD   V("1", "01-05", "6602", "1000", "1000")
#define BAD_2  V("2", "01-06", "6602", "500", "400")
#define GOOD_2 V("2", "01-06", "6602", "500", "500")

typedef struct asking {
	int64_t id;
	char items[64]; /* "corrected-passed+…" */
	bool open;
	rd_rc must;
} asking;

static rd_rc ask(rd_tx *tx, void *ctx, rd_err *err)
{
	asking *a = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_gate_result g;
	rd_record r;
	int n = 0;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("case")), a->id, &r, err));
	RD_TRY(rd_gate_check(tx, &r, &g, err));
	for (uint32_t i = 0; i < RD_GATE_ITEMS; i++) {
		UNIT_TRUE(g.items[i].zh.len > 0 && g.items[i].en.len > 0);
		n += snprintf(a->items + n, sizeof a->items - (size_t)n, "%c%s",
		              g.items[i].passed ? '+' : '-', g.items[i].name);
	}
	a->open = g.open;
	a->must = rd_gate_must_open(tx, &r, &(rd_err){0});
	return RD_OK;
}

static void gate(checked *c, int64_t id, const char *want)
{
	asking a = {.id = id};
	rd_err err = {0};

	UNIT_OK(rd_store_read(c->o.store, OFFICE_FIRM, c->o.place.arena, ask, &a, &err), &err);
	UNIT_TEXT(rd_str_of(a.items), want);
	UNIT_INT(a.open, strncmp(want, "+corrected+passed+quiet", 23) == 0);
	UNIT_INT(a.must, a.open ? RD_OK : RD_BARRED);
}

static void books_that_came_after_the_case_must_pass(void)
{
	checked c;

	checked_open(&c);
	(void)checked_import_and_run(&c, GOOD BAD_2);
	int64_t id = checked_number(&c, "SELECT id FROM kind_case");

	office_move(&c.o, 0, "case", id, "triage", "{}");
	gate(&c, id, "+corrected-passed+quiet-signed");
	/* A check that is turned off corrects nothing. */
	char body[300];

	(void)snprintf(body, sizeof body,
	               "{\"name\":\"x\",\"client\":\"%lld\",\"slug\":\"entry-unbalanced\",\"param\":"
	               "\"enabled\",\"value\":\"false\"}",
	               (long long)c.client);
	int64_t off = office_record(&c.o, 0, "check_setting", body);

	(void)checked_work(&c);
	UNIT_INT(checked_number(&c, "SELECT findings FROM kind_case"), 0);
	gate(&c, id, "+corrected-passed+quiet-signed");
	office_move(&c.o, 0, "check_setting", off, "end", "{}");
	(void)checked_work(&c);
	(void)checked_import_and_run(&c, GOOD GOOD_2);
	gate(&c, id, "+corrected+passed+quiet-signed");
	/* The books change back: shut again. */
	(void)checked_import_and_run(&c, GOOD BAD_2);
	gate(&c, id, "+corrected-passed+quiet-signed");
	checked_close(&c);
}

static void corrections_must_be_in_newer_books(void)
{
	checked c;
	char body[500];

	checked_open(&c);
	(void)checked_import_and_run(&c, GOOD BAD_2);
	int64_t id = checked_number(&c, "SELECT id FROM kind_case");

	office_move(&c.o, 0, "case", id, "triage", "{}");
	(void)checked_import_and_run(&c, GOOD GOOD_2);
	gate(&c, id, "+corrected+passed+quiet-signed");
	c.o.place.now_us += OFFICE_HOUR;
	int64_t correction = checked_number(&c, "SELECT coalesce(max(id), 0) + 1 FROM kind_case");

	/* As the workshop leaves it, whose hooks are not asked here. */
	(void)
		snprintf(body, sizeof body,
	             "INSERT INTO kind_correction (firm_id, id, version, state, restricted, "
	             "created_at_us, created_by, changed_at_us, changed_by, name, case_id, books_id, "
	             "method, vouchers) VALUES (%d, %lld, 1, 'draft', 0, %lld, 'system', 0, 'system', "
	             "'x', %lld, %lld, 'difference', '[]')",
	             OFFICE_FIRM, (long long)correction, (long long)c.o.place.now_us, (long long)id,
	             (long long)c.books);
	place_sql(&c.o.place, body);
	gate(&c, id, "-corrected+passed+quiet-signed");
	place_sql(&c.o.place, "UPDATE kind_correction SET state = 'missing'");
	gate(&c, id, "-corrected+passed+quiet-signed");
	place_sql(&c.o.place, "UPDATE kind_correction SET state = 'posted'");
	gate(&c, id, "+corrected-passed+quiet-signed"); /* no books since */
	(void)checked_import_and_run(&c, GOOD GOOD_2);
	gate(&c, id, "+corrected+passed+quiet-signed");
	place_sql(&c.o.place, "UPDATE kind_case SET state = 'closed'");
	gate(&c, id, "+corrected+passed+quiet+signed");
	checked_close(&c);
}

static void nothing_new_on_the_accounts(void)
{
	checked c;
	char sql[300];

	checked_open(&c);
	(void)checked_import_and_run(&c, GOOD BAD_2);
	int64_t id = checked_number(&c, "SELECT id FROM kind_case");

	office_move(&c.o, 0, "case", id, "triage", "{}");
	(void)checked_import_and_run(&c, GOOD GOOD_2);
	/* A finding of another check on the account of the case, newer than the case. */
	place_sql(&c.o.place, "UPDATE kind_case SET account = '6602'");
	(void)snprintf(sql, sizeof sql,
	               "UPDATE findings SET state = 'live', case_id = NULL, account = '6602', since_us "
	               "= %lld",
	               (long long)(c.o.place.now_us + 1));
	place_sql(&c.o.place, sql);
	gate(&c, id, "+corrected+passed-quiet-signed");
	place_sql(&c.o.place, "UPDATE findings SET severity = 3"); /* the case is a blocker */
	gate(&c, id, "+corrected+passed+quiet-signed");
	place_sql(&c.o.place, "UPDATE findings SET severity = 4, account = '1405'");
	gate(&c, id, "+corrected+passed+quiet-signed");
	place_sql(&c.o.place, "UPDATE findings SET account = '6602', since_us = 1");
	gate(&c, id, "+corrected+passed+quiet-signed");
	checked_close(&c);
}

static void a_case_without_findings_is_judged_by_people(void)
{
	checked c;
	char body[300];

	checked_open(&c);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"x\",\"type\":\"%lld\",\"client\":\"%lld\",\"appearance\":\"y\"}",
	               (long long)c.type, (long long)c.client);
	gate(&c, office_record(&c.o, 0, "case", body), "+corrected+passed+quiet-signed");
	checked_close(&c);
}

const unit_test gate_tests[] = {
	{"books that came after the case must pass", books_that_came_after_the_case_must_pass},
	{"corrections must be in newer books", corrections_must_be_in_newer_books},
	{"nothing new on the accounts", nothing_new_on_the_accounts},
	{"a case without findings is judged by people", a_case_without_findings_is_judged_by_people},
	{0},
};
