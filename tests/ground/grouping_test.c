/* Findings become cases: groups, what persons decided, what is gone and what comes back. */
#include "desk/grouping.h"
#include "checked.h"
#include "desk/person.h"
#include "record/rebuild.h"
#include "unit.h"
#include <stdio.h>

#define V(n, day, debit, credit)                                                                   \
	"记-" n "|2026-" day "|6602|" debit "||付款|张三|李四|王五\n"                          \
	"记-" n "|2026-" day "|1002||" credit "|付款|张三|李四|王五\n"
#define GOOD   V("1", "01-05", "1000", "1000")
#define BAD_2  V("2", "01-06", "500", "400")
#define GOOD_2 V("2", "01-06", "500", "500")
#define BAD_3  V("3", "01-07", "300", "200")
#define GOOD_3 V("3", "01-07", "300", "300")
#define FEB    V("4", "02-07", "90", "80")

static int64_t cases(const checked *c)
{
	return checked_number(c, "SELECT count(*) FROM kind_case");
}

static int64_t of_newest(const checked *c, const char *column)
{
	return checked_number(c, "SELECT coalesce(%s, -1) FROM kind_case ORDER BY id DESC LIMIT 1",
	                      column);
}

static bool newest_is(const checked *c, const char *column, const char *value)
{
	return checked_is(c, "kind_case", of_newest(c, "id"), column, value);
}

/* Behind the back of the hooks of cases, which are tested elsewhere. */
static void set_case(const checked *c, int64_t id, const char *what)
{
	char sql[300];

	(void)snprintf(sql, sizeof sql, "UPDATE kind_case SET %s WHERE id = %lld", what, (long long)id);
	place_sql(&c->o.place, sql);
}

static int64_t events(const checked *c)
{
	return checked_number(c, "SELECT count(*) FROM events WHERE kind = 'case'");
}

static void a_group_is_one_case(void)
{
	checked c;

	checked_open(&c);
	(void)checked_import_and_run(&c, GOOD BAD_2 BAD_3 FEB);
	UNIT_INT(cases(&c), 2); /* January and February */
	UNIT_INT(checked_number(&c,
	                        "SELECT count(*) FROM kind_case WHERE period = '2026-01' AND "
	                        "findings = 2 AND amount_minor = 20000 AND amount_currency = 'CNY' "
	                        "AND severity = 'blocker' AND nature = 'mismatch' AND origin = "
	                        "'check' AND voucher IS NULL AND state = 'reported' AND client_id "
	                        "= %lld AND type_id = %lld AND first_run_id = last_run_id",
	                        (long long)c.client, (long long)c.type),
	         1);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM kind_case WHERE period = '2026-02' AND "
	                            "findings = 1 AND voucher = '记-4' AND persons LIKE '%%张三%%' AND "
	                            "persons LIKE '%%王五%%' AND appearance LIKE '%%90.00%%'"),
	         1);
	/* The same once more changes nothing about cases. */
	int64_t before = events(&c);

	(void)checked_import_and_run(&c, GOOD BAD_2 BAD_3 FEB);
	UNIT_INT(cases(&c), 2);
	UNIT_INT(events(&c), before);
	checked_close(&c);
}

static void a_new_one_joins_the_open_case(void)
{
	checked c;

	checked_open(&c);
	(void)checked_import_and_run(&c, GOOD BAD_2);
	int64_t id = of_newest(&c, "id");

	office_move(&c.o, 0, "case", id, "triage", "{}");
	int64_t run = checked_import_and_run(&c, GOOD BAD_2 BAD_3);

	UNIT_INT(cases(&c), 1);
	UNIT_INT(of_newest(&c, "findings"), 2);
	UNIT_INT(of_newest(&c, "amount_minor"), 20000);
	UNIT_INT(of_newest(&c, "last_run_id"), run);
	UNIT_TRUE(newest_is(&c, "state", "triaged"));
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings WHERE case_id = %lld",
	                        (long long)id),
	         2);
	checked_close(&c);
}

static void what_is_gone_withdraws_or_says_so(void)
{
	checked c;

	checked_open(&c);
	/* Nobody has touched it. */
	(void)checked_import_and_run(&c, GOOD BAD_2);
	(void)checked_import_and_run(&c, GOOD GOOD_2);
	UNIT_TRUE(newest_is(&c, "state", "dismissed"));
	UNIT_INT(of_newest(&c, "findings"), 0);
	UNIT_INT(of_newest(&c, "accepted_until_day"), -1);
	/* It comes back: the same case, a recurrence. */
	(void)checked_import_and_run(&c, GOOD BAD_2);
	UNIT_INT(cases(&c), 1);
	UNIT_TRUE(newest_is(&c, "state", "triaged"));
	UNIT_INT(of_newest(&c, "times_back"), 1);
	UNIT_INT(of_newest(&c, "findings"), 1);
	/* Somebody is at work on it: it stays, and a comment says that nothing is left. */
	(void)checked_import_and_run(&c, GOOD GOOD_2);
	UNIT_TRUE(newest_is(&c, "state", "triaged"));
	UNIT_INT(of_newest(&c, "findings"), 0);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM comments WHERE kind = 'case' AND body LIKE "
	                            "'检查 R-%%已不再发现%%'"),
	         1);
	checked_close(&c);
}

static void a_closed_case_opens_again(void)
{
	checked c;

	checked_open(&c);
	(void)checked_import_and_run(&c, GOOD BAD_2);
	int64_t id = of_newest(&c, "id");

	office_move(&c.o, 0, "case", id, "triage", "{}");
	(void)checked_import_and_run(&c, GOOD GOOD_2);
	set_case(&c, id, "state = 'closed', closed_at_us = 1767850000000000");
	(void)checked_import_and_run(&c, GOOD GOOD_2);
	UNIT_TRUE(checked_is(&c, "kind_case", id, "state", "closed"));
	(void)checked_import_and_run(&c, GOOD BAD_2);
	UNIT_INT(cases(&c), 1);
	UNIT_TRUE(checked_is(&c, "kind_case", id, "state", "triaged"));
	UNIT_INT(of_newest(&c, "times_back"), 1);
	/* Long after: another one, which says whence it comes. */
	(void)checked_import_and_run(&c, GOOD GOOD_2);
	set_case(&c, id, "state = 'closed', closed_at_us = 1767850000000000");
	c.o.place.now_us += 100 * OFFICE_DAY;
	(void)checked_import_and_run(&c, GOOD BAD_2);
	UNIT_INT(cases(&c), 2);
	UNIT_TRUE(checked_is(&c, "kind_case", id, "state", "closed"));
	UNIT_INT(of_newest(&c, "times_back"), 2);
	UNIT_INT(checked_number(&c,
	                        "SELECT count(*) FROM links WHERE kind = 'case' AND other_id = "
	                        "%lld AND meaning = 'follows-from'",
	                        (long long)id),
	         1);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings WHERE case_id = %lld",
	                        (long long)of_newest(&c, "id")),
	         1);
	checked_close(&c);
}

static void a_decision_outranks_the_machine_until_its_day(void)
{
	static const char *const decided[] = {"dismissed", "accepted"};
	checked c;
	char what[120];

	for (int i = 0; i < 2; i++) {
		unit_case("%s", decided[i]);
		checked_open(&c);
		(void)checked_import_and_run(&c, GOOD BAD_2);
		int64_t id = of_newest(&c, "id");

		(void)snprintf(what, sizeof what, "state = '%s', accepted_until_day = %lld", decided[i],
		               (long long)(OFFICE_NOW / OFFICE_DAY + 10));
		set_case(&c, id, what);
		(void)checked_import_and_run(&c, GOOD BAD_2);
		UNIT_TRUE(checked_is(&c, "kind_case", id, "state", decided[i]));
		/* It was about that finding: another one is another case. */
		(void)checked_import_and_run(&c, GOOD BAD_2 BAD_3);
		UNIT_INT(cases(&c), 2);
		UNIT_TRUE(checked_is(&c, "kind_case", id, "state", decided[i]));
		(void)checked_import_and_run(&c, GOOD BAD_2 GOOD_3);
		/* The last day, and the day after it: the night sees to it. */
		c.o.place.now_us = OFFICE_NOW + 10 * OFFICE_DAY;
		(void)checked_run(&c, "schedule");
		UNIT_TRUE(checked_is(&c, "kind_case", id, "state", decided[i]));
		c.o.place.now_us += OFFICE_DAY;
		rd_periodic_entry e = rd_runs_entry(&c.runs);
		rd_err err = {0};

		UNIT_OK(e.run(c.o.store, e.ctx, c.o.place.arena, &err), &err);
		(void)checked_work(&c);
		UNIT_TRUE(checked_is(&c, "kind_case", id, "state", "triaged"));
		UNIT_INT(checked_number(&c, "SELECT times_back FROM kind_case WHERE id = %lld",
		                        (long long)id),
		         0);
		checked_close(&c);
	}
}

static void duplicates_hand_their_findings_on(void)
{
	checked c;
	char what[120];

	checked_open(&c);
	(void)checked_import_and_run(&c, GOOD BAD_2 FEB);
	int64_t jan = checked_number(&c, "SELECT id FROM kind_case WHERE period = '2026-01'"),
			feb = checked_number(&c, "SELECT id FROM kind_case WHERE period = '2026-02'");

	office_move(&c.o, 0, "case", jan, "triage", "{}");
	(void)snprintf(what, sizeof what, "state = 'duplicate', duplicate_of_id = %lld",
	               (long long)jan);
	set_case(&c, feb, what);
	(void)checked_import_and_run(&c, GOOD BAD_2 FEB);
	UNIT_INT(cases(&c), 2);
	UNIT_INT(checked_number(&c, "SELECT findings FROM kind_case WHERE id = %lld", (long long)jan),
	         2);
	UNIT_TRUE(checked_is(&c, "kind_case", feb, "state", "duplicate"));
	UNIT_INT(checked_number(&c, "SELECT findings FROM kind_case WHERE id = %lld", (long long)feb),
	         0);
	checked_close(&c);
}

typedef struct promoting {
	checked *c;
	int64_t finding, id;
	rd_rc rc;
} promoting;

static rd_rc promote(rd_tx *tx, void *ctx, rd_err *err)
{
	promoting *p = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);

	(void)err;
	p->rc = rd_grouping_promote(&p->c->o.engine, tx, &system, p->finding, &p->id, &(rd_err){0});
	return RD_OK;
}

static void what_is_light_stays_a_finding(void)
{
	checked c;

	checked_open(&c);
	office_set(&c.o, RD_SET_CHECKS_OPEN_FACTS, "none");
	(void)checked_import_and_run(&c, GOOD BAD_2 BAD_3);
	UNIT_INT(cases(&c), 0);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings WHERE state = 'live' AND case_id IS "
	                            "NULL AND slug = 'entry-unbalanced'"),
	         2);
	promoting p = {.c = &c,
	               .finding = checked_number(
					   &c, "SELECT id FROM findings WHERE voucher = '记-2' AND severity = 4")};

	office_write(&c.o, promote, &p);
	UNIT_INT(p.rc, RD_OK);
	UNIT_INT(cases(&c), 1);
	UNIT_INT(of_newest(&c, "findings"), 1);
	office_write(&c.o, promote, &p);
	UNIT_INT(p.rc, RD_BARRED);
	p.finding =
		checked_number(&c, "SELECT id FROM findings WHERE voucher = '记-3' AND severity = 4");
	office_write(&c.o, promote, &p);
	UNIT_INT(p.rc, RD_OK);
	UNIT_INT(cases(&c), 1); /* it joined */
	UNIT_INT(of_newest(&c, "findings"), 2);
	/* The setting is lowered: what is there opens cases with the next run. */
	checked_close(&c);

	checked_open(&c);
	office_set(&c.o, RD_SET_CHECKS_OPEN_FACTS, "none");
	(void)checked_import_and_run(&c, GOOD BAD_2);
	office_set(&c.o, RD_SET_CHECKS_OPEN_FACTS, "blocker");
	(void)checked_run(&c, "demand");
	UNIT_INT(cases(&c), 1);
	checked_close(&c);
}

static void few_need_to_know(void)
{
	checked c;

	checked_open(&c);
	office_change(&c.o, 0, "exception_type", c.type, "{\"need_to_know\":true}");
	int64_t run = checked_import_and_run(&c, GOOD BAD_2);

	UNIT_INT(of_newest(&c, "restricted"), 1);
	UNIT_INT(checked_number(&c, "SELECT max(restricted) FROM findings"), 1);
	/* The result that all may read is another than what is attached to the case. */
	UNIT_INT(checked_number(&c,
	                        "SELECT count(*) FROM attachments a JOIN kind_run r ON a.sha256 = "
	                        "r.result WHERE r.id = %lld",
	                        (long long)run),
	         1);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM attachments WHERE kind = 'case'"), 1);
	checked_close(&c);
}

/* 1,500 broken vouchers of one month are one case. */
static void thousands_of_one_group_are_one_case(void)
{
	checked c;
	rd_buf rows;

	rd_buf_init(&rows, 4 << 20);
	for (uint32_t i = 0; i < 9000; i++) {
		uint32_t off = i % 6 == 0;

		rd_buf_printf(&rows, "记-%u|2026-01-05|6602|%u||付款|张三|李四|王五\n", i + 1, 100 + i);
		rd_buf_printf(&rows, "记-%u|2026-01-05|1002||%u|付款|张三|李四|王五\n", i + 1,
		              100 + i + off);
	}
	checked_open(&c);
	int64_t run = checked_import_and_run(&c, rows.data);

	UNIT_TRUE(checked_is(&c, "kind_run", run, "state", "done"));
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings WHERE slug = 'entry-unbalanced'"),
	         1500);
	UNIT_INT(cases(&c), 1);
	UNIT_INT(of_newest(&c, "findings"), 1500);
	UNIT_TRUE(of_newest(&c, "length(appearance)") < 20000);
	checked_close(&c);
	rd_buf_done(&rows);
}

/* What runs do to records are facts: the log gives the same cases, runs and books again. */
static void a_rebuild_gives_the_same(void)
{
	static const char *const sum =
		"SELECT CAST((SELECT sum(findings * 7 + times_back * 11 + version * 13 + length(state)) "
		"FROM kind_case) + (SELECT sum(new + known * 3 + gone * 5 + opened * 17 + length(result)) "
		"FROM kind_run) + (SELECT sum(live_findings + length(health_reason)) FROM kind_books) + "
		"(SELECT count(*) FROM attachments) * 1009 AS BIGINT)";
	checked c;
	int64_t n = 0;

	checked_open(&c);
	(void)checked_import_and_run(&c, GOOD BAD_2 BAD_3 FEB);
	(void)checked_import_and_run(&c, GOOD GOOD_2 BAD_3);
	(void)checked_import_and_run(&c, GOOD BAD_2 GOOD_3 FEB);
	int64_t before = checked_number(&c, "%s", sum);

	office_write(&c.o, rd_rebuild, &n);
	UNIT_TRUE(n > 20);
	UNIT_INT(checked_number(&c, "%s", sum), before);
	/* Findings stay as they are, and the next run goes on from there. */
	int64_t run = checked_run(&c, "demand");

	UNIT_INT(checked_number(&c, "SELECT new + gone FROM kind_run WHERE id = %lld", (long long)run),
	         0);
	checked_close(&c);
}

const unit_test grouping_tests[] = {
	{"a rebuild gives the same", a_rebuild_gives_the_same},
	{"a group is one case", a_group_is_one_case},
	{"a new one joins the open case", a_new_one_joins_the_open_case},
	{"what is gone withdraws or says so", what_is_gone_withdraws_or_says_so},
	{"a closed case opens again", a_closed_case_opens_again},
	{"a decision outranks the machine until its day",
     a_decision_outranks_the_machine_until_its_day},
	{"duplicates hand their findings on", duplicates_hand_their_findings_on},
	{"what is light stays a finding", what_is_light_stays_a_finding},
	{"few need to know", few_need_to_know},
	{"thousands of one group are one case", thousands_of_one_group_are_one_case},
	{0},
};
