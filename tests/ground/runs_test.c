/* Check runs: rows of findings, one run at a time, failures, the night, comparisons, the grade. */
#include "checked.h"
#include "desk/health.h"
#include "desk/person.h"
#include "unit.h"
#include <stdio.h>

#define GOOD                                                                                       \
	"记-1|2026-01-05|1002|1000||收到货款|张三|李四|李四\n"                              \
	"记-1|2026-01-05|6001||1000|收到货款|张三|李四|李四\n"
#define BAD_2                                                                                      \
	"记-2|2026-01-06|6602|500||支付房租|张三|李四|李四\n"                               \
	"记-2|2026-01-06|1002||400|支付房租|张三|李四|李四\n"
#define GOOD_2                                                                                     \
	"记-2|2026-01-06|6602|500||支付房租|张三|李四|李四\n"                               \
	"记-2|2026-01-06|1002||500|支付房租|张三|李四|李四\n"
#define BAD_3                                                                                      \
	"记-3|2026-01-07|6602|300||支付水电|张三|李四|李四\n"                               \
	"记-3|2026-01-07|1002||200|支付水电|张三|李四|李四\n"

static int64_t live(const checked *c)
{
	return checked_number(c, "SELECT count(*) FROM findings WHERE state = 'live'");
}

static int64_t of_run(const checked *c, int64_t run, const char *column)
{
	return checked_number(c, "SELECT coalesce(%s, -1) FROM kind_run WHERE id = %lld", column,
	                      (long long)run);
}

static void a_run_keeps_what_it_found(void)
{
	checked c;

	checked_open(&c);
	int64_t run = checked_import_and_run(&c, GOOD BAD_2);

	UNIT_TRUE(checked_is(&c, "kind_run", run, "state", "done"));
	UNIT_INT(of_run(&c, run, "new"), 1);
	UNIT_INT(of_run(&c, run, "findings"), 1);
	UNIT_INT(of_run(&c, run, "known"), 0);
	UNIT_INT(of_run(&c, run, "gone"), 0);
	UNIT_INT(of_run(&c, run, "opened"), 1);
	UNIT_INT(of_run(&c, run, "length(result)"), 64);
	UNIT_INT(of_run(&c, run, "CASE WHEN started_at_us <= ended_at_us THEN 1 ELSE 0 END"), 1);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings WHERE slug = 'entry-unbalanced' AND "
	                            "severity = 4 AND certainty = 0 AND voucher = '记-2' AND period = "
	                            "'2026-01' AND case_id IS NOT NULL AND state = 'live'"),
	         1);
	/* The frozen lines and their places. */
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings WHERE lines LIKE "
	                            "'%%\"debit\": 50000%%' AND lines LIKE '%%支付房租%%' AND places "
	                            "LIKE '%%\"line\":%%' AND facts <> '{}'"),
	         1);
	UNIT_TRUE(checked_is(&c, "kind_books", c.books, "health", "d"));
	UNIT_INT(checked_number(&c, "SELECT live_findings FROM kind_books"), 1);
	UNIT_INT(checked_number(&c, "SELECT last_run_id FROM kind_books"), run);
	/* The result is attached to the run and to the case that it opened. */
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM attachments a JOIN kind_run r ON a.sha256 = "
	                            "r.result"),
	         2);
	checked_close(&c);
}

static void known_gone_and_back(void)
{
	checked c;

	checked_open(&c);
	int64_t first = checked_import_and_run(&c, GOOD BAD_2), second, third, fourth;

	second = checked_import_and_run(&c, GOOD BAD_2 BAD_3);
	UNIT_INT(of_run(&c, second, "known"), 1);
	UNIT_INT(of_run(&c, second, "new"), 1);
	UNIT_INT(live(&c), 2);
	UNIT_INT(checked_number(&c, "SELECT min(last_run_id) FROM findings"), second);
	UNIT_INT(checked_number(&c, "SELECT min(first_run_id) FROM findings"), first);
	third = checked_import_and_run(&c, GOOD GOOD_2);
	UNIT_INT(of_run(&c, third, "gone"), 2);
	UNIT_INT(live(&c), 0);
	UNIT_INT(checked_number(&c, "SELECT min(gone_run_id) FROM findings"), third);
	UNIT_TRUE(checked_is(&c, "kind_books", c.books, "health", "a"));
	fourth = checked_import_and_run(&c, GOOD BAD_2);
	UNIT_INT(of_run(&c, fourth, "new"), 1);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings WHERE state = 'live' AND times_back "
	                            "= 1 AND gone_run_id IS NULL"),
	         1);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings"), 2);

	rd_run_comparison cmp;
	const rd_actor system = rd_desk_system(OFFICE_FIRM);
	rd_err err = {0};

	UNIT_OK(rd_runs_compare(c.o.store, &system, second, fourth, c.o.place.arena, &cmp, &err), &err);
	UNIT_INT(cmp.n_known, 1);
	UNIT_INT(cmp.n_new, 0);
	UNIT_INT(cmp.n_gone, 1);
	UNIT_TEXT(cmp.gone[0].voucher, "记-3");
	UNIT_INT(cmp.gone[0].severity, 4);
	checked_close(&c);
}

typedef struct starting {
	checked *c;
	int64_t run;
} starting;

static rd_rc start(rd_tx *tx, void *ctx, rd_err *err)
{
	starting *s = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);

	return rd_runs_start(&s->c->o.engine, tx, &system, s->c->books, 0, "import", &s->run, err);
}

static void one_run_at_a_time(void)
{
	checked c;

	checked_open(&c);
	(void)checked_import(&c, GOOD BAD_2);
	starting a = {&c, 0}, b = {&c, 0}, d = {&c, 0};

	office_write(&c.o, start, &a);
	office_write(&c.o, start, &b);
	UNIT_INT(a.run, b.run);
	/* A newer import takes the place of what waits. */
	(void)checked_import(&c, GOOD GOOD_2);
	office_write(&c.o, start, &d);
	UNIT_TRUE(d.run != a.run);
	UNIT_TRUE(checked_is(&c, "kind_run", a.run, "state", "failed"));
	UNIT_INT(checked_work(&c), 1);
	UNIT_TRUE(checked_is(&c, "kind_run", d.run, "state", "done"));
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings"), 0);
	checked_close(&c);
}

/* Files that come while a run works are looked at after it. */
static void what_comes_meanwhile_is_checked_next(void)
{
	checked c;
	starting s = {&c, 0};

	checked_open(&c);
	(void)checked_import(&c, GOOD BAD_2);
	c.shelf_says = RD_UNAVAILABLE;
	int64_t run = checked_run(&c, "import");

	UNIT_TRUE(checked_is(&c, "kind_run", run, "state", "running"));
	(void)checked_import(&c, GOOD GOOD_2 BAD_3);
	office_write(&c.o, start, &s);
	UNIT_INT(s.run, run);
	c.shelf_says = RD_OK;
	c.o.place.now_us += OFFICE_HOUR;
	UNIT_INT(checked_work(&c), 2);
	UNIT_TRUE(checked_is(&c, "kind_run", run, "state", "failed"));
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM kind_run WHERE state = 'done'"), 1);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings WHERE voucher = '记-3' AND state = "
	                            "'live' AND severity = 4"),
	         1);
	/* Asked for once more while it worked: it is done, and done again. */
	c.shelf_says = RD_UNAVAILABLE;
	run = checked_run(&c, "demand");
	office_write(&c.o, start, &s);
	c.shelf_says = RD_OK;
	c.o.place.now_us += OFFICE_HOUR;
	UNIT_INT(checked_work(&c), 2);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM kind_run WHERE state = 'done'"), 3);
	checked_close(&c);
}

static void a_run_that_fails_says_why(void)
{
	checked c;

	checked_open(&c);
	(void)checked_import(&c, GOOD BAD_2);
	c.shelf_says = RD_CORRUPT;
	int64_t run = checked_run(&c, "demand");

	UNIT_TRUE(checked_is(&c, "kind_run", run, "state", "failed"));
	UNIT_INT(of_run(&c, run, "CASE WHEN problem LIKE '%cannot be opened%' THEN 1 ELSE 0 END"), 1);
	/* What may be better later is tried again. */
	c.shelf_says = RD_UNAVAILABLE;
	run = checked_run(&c, "demand");
	UNIT_TRUE(checked_is(&c, "kind_run", run, "state", "running"));
	c.shelf_says = RD_OK;
	c.o.place.now_us += OFFICE_HOUR;
	UNIT_INT(checked_work(&c), 1);
	UNIT_TRUE(checked_is(&c, "kind_run", run, "state", "done"));
	UNIT_INT(live(&c), 1);
	checked_close(&c);
}

static void parameters_and_decisions_of_the_client_hold(void)
{
	checked c;
	char body[300];

	checked_open(&c);
	int64_t sue = office_person(&c.o, "sue", "supervisor", "zh");

	(void)checked_import_and_run(&c, GOOD BAD_2);
	(void)
		snprintf(body, sizeof body,
	             "{\"name\":\"x\",\"client\":\"%lld\",\"voucher\":\"记-2\",\"grounds\":\"已核实\","
	             "\"until\":\"2026-01-20\"}",
	             (long long)c.client);
	int64_t pass = office_record(&c.o, 0, "suppression", body);

	office_move(&c.o, sue, "suppression", pass, "approve", "{}");
	UNIT_INT(checked_work(&c), 1); /* the approval started it */
	UNIT_INT(checked_number(&c,
	                        "SELECT count(*) FROM findings WHERE state = 'suppressed' AND "
	                        "suppression_id = %lld",
	                        (long long)pass),
	         1);
	UNIT_INT(checked_number(&c, "SELECT suppressed FROM kind_run ORDER BY id DESC LIMIT 1"), 1);
	/* It ends by itself. */
	c.o.place.now_us += 20 * OFFICE_DAY;
	(void)checked_run(&c, "schedule");
	UNIT_INT(live(&c), 1);
	/* The check is turned off for this client: what it found is no longer said. */
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"x\",\"client\":\"%lld\",\"slug\":\"entry-unbalanced\",\"param\":"
	               "\"enabled\",\"value\":\"false\"}",
	               (long long)c.client);
	(void)office_record(&c.o, 0, "check_setting", body);
	UNIT_INT(checked_work(&c), 1);
	UNIT_INT(live(&c), 0);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM findings WHERE state = 'suppressed'"), 1);
	checked_close(&c);
}

static void a_dry_run_writes_nothing(void)
{
	checked c;
	rd_dry_run dry;
	rd_err err = {0};

	checked_open(&c);
	(void)checked_import_and_run(&c, GOOD BAD_2);
	int64_t before = checked_number(&c, "SELECT count(*) FROM events");
	rd_book *b = checked_book(GOOD GOOD_2 BAD_3);

	UNIT_OK(rd_runs_dry(&c.o.engine, OFFICE_FIRM, c.books, b, c.o.place.arena, &dry, &err), &err);
	rd_book_free(b);
	UNIT_INT(dry.found, 1);
	UNIT_INT(dry.new, 1);
	UNIT_INT(dry.gone, 1);
	UNIT_INT(dry.known, 0);
	UNIT_INT(dry.new_by_severity[4], 1);
	UNIT_INT(dry.gone_by_severity[4], 1);
	UNIT_TRUE(dry.ran > 0 && dry.not_run > 0);
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM events"), before);
	checked_close(&c);
}

static void night(checked *c)
{
	rd_periodic_entry e = rd_runs_entry(&c->runs);
	rd_err err = {0};

	UNIT_OK(e.run(c->o.store, e.ctx, c->o.place.arena, &err), &err);
	c->o.place.now_us += OFFICE_HOUR / 60;
	(void)checked_work(c);
}

static int64_t runs(const checked *c)
{
	return checked_number(c, "SELECT count(*) FROM kind_run");
}

static void the_night_checks_what_has_changed(void)
{
	checked c;

	checked_open(&c);
	(void)checked_import(&c, GOOD BAD_2);
	c.o.place.now_us = OFFICE_NOW + 14 * OFFICE_HOUR; /* midnight in China */
	night(&c);
	UNIT_INT(runs(&c), 0);
	c.o.place.now_us += 2 * OFFICE_HOUR;
	night(&c);
	UNIT_INT(runs(&c), 1);
	UNIT_INT(live(&c), 1);
	night(&c); /* the same night */
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM jobs WHERE kind = 'check.night'"), 1);
	c.o.place.now_us += OFFICE_DAY;
	night(&c); /* nothing has changed */
	UNIT_INT(checked_number(&c, "SELECT count(*) FROM jobs WHERE kind = 'check.night'"), 2);
	UNIT_INT(runs(&c), 1);
	(void)checked_import(&c, GOOD GOOD_2);
	c.o.place.now_us += OFFICE_DAY;
	night(&c);
	UNIT_INT(runs(&c), 2);
	UNIT_INT(live(&c), 0);
	office_set(&c.o, RD_SET_CHECKS_NIGHT, "false");
	(void)checked_import(&c, GOOD BAD_2);
	c.o.place.now_us += OFFICE_DAY;
	night(&c);
	UNIT_INT(runs(&c), 2);
	checked_close(&c);
}

static void the_grade_follows_its_formula(void)
{
	static const rd_words title = {"甲", "a"};
	static const struct {
		rd_health_row rows[4];
		uint32_t n;
		int64_t vouchers;
		const char *grade;
		int64_t points;
	} table[] = {
		{.n = 0, .vouchers = 100, .grade = "a", .points = 0},
		{{{{"a", 1}, 2, false, 2, title}}, 1, 1000, "a", 10},
		{{{{"a", 1}, 2, false, 2, title}}, 1, 100, "b", 20}, /* as if there were 500 */
		{{{{"a", 1}, 3, false, 1, title}}, 1, 100000, "b", 0},
		{{{{"a", 1}, 3, true, 1, title}}, 1, 100000, "a", 0}, /* a clue caps nothing */
		{{{{"a", 1}, 4, false, 1, title}}, 1, 100000, "d", 1},
		{{{{"a", 1}, 4, false, 1, title},
	      {{"b", 1}, 4, false, 1, title},
	      {{"c", 1}, 4, false, 1, title}},
	     3,
	     1000000,
	     "e",
	     0},
		{{{{"a", 1}, 1, false, 5000, title}}, 1, 1000, "b", 20}, /* one check, not all there is */
		{{{{"a", 1}, 4, false, 30, title}}, 1, 1000, "f", 2000},
		{{{{"a", 1}, 4, true, 2, title}}, 1, 1000, "b", 50},
		{{{{"a", 1}, 0, false, 99, title}}, 1, 500, "a", 0},
	};

	for (uint32_t i = 0; i < sizeof table / sizeof *table; i++) {
		rd_health h = rd_health_of(table[i].rows, table[i].n, table[i].vouchers);

		unit_case("row %u", i);
		UNIT_TEXT(rd_str_of(h.grade), table[i].grade);
		UNIT_INT(h.points, table[i].points);
	}
}

static rd_rc cancel(rd_tx *tx, void *ctx, rd_err *err)
{
	const starting *s = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);

	return rd_runs_cancel(tx, &system, s->run, err);
}

static void cancelled_runs_end(void)
{
	checked c;

	checked_open(&c);
	(void)checked_import(&c, GOOD BAD_2);
	starting s = {&c, 0};

	office_write(&c.o, start, &s);
	place_sql(&c.o.place, "UPDATE jobs SET cancel = 1");
	(void)checked_work(&c);
	/* Its job is dead: the next one ends it. */
	UNIT_TRUE(checked_is(&c, "kind_run", s.run, "state", "waiting"));
	int64_t next = checked_run(&c, "demand");

	UNIT_TRUE(next != s.run);
	UNIT_TRUE(checked_is(&c, "kind_run", s.run, "state", "failed"));
	UNIT_TRUE(checked_is(&c, "kind_run", next, "state", "done"));
	/* One that nobody works on ends at once; one that has ended cannot. */
	office_write(&c.o, start, &s);
	office_write(&c.o, cancel, &s);
	UNIT_TRUE(checked_is(&c, "kind_run", s.run, "state", "failed"));
	UNIT_INT(checked_work(&c), 0);
	rd_err err = {0};

	UNIT_INT(rd_store_write(c.o.store, OFFICE_FIRM, c.o.place.arena, cancel, &s, &err), RD_BARRED);
	checked_close(&c);
}

const unit_test runs_tests[] = {
	{"a run keeps what it found", a_run_keeps_what_it_found},
	{"known, gone and back", known_gone_and_back},
	{"one run at a time", one_run_at_a_time},
	{"what comes meanwhile is checked next", what_comes_meanwhile_is_checked_next},
	{"a run that fails says why", a_run_that_fails_says_why},
	{"parameters and decisions of the client hold", parameters_and_decisions_of_the_client_hold},
	{"a dry run writes nothing", a_dry_run_writes_nothing},
	{"the night checks what has changed", the_night_checks_what_has_changed},
	{"the grade follows its formula", the_grade_follows_its_formula},
	{"cancelled runs end", cancelled_runs_end},
	{0},
};
