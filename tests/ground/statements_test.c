/* Bank statements on the desk: the job that reads, the cache, and what a reconciliation keeps. */
#include "desk/statements.h"
#include "desk/hooks.h"
#include "desk/reconciliation.h"
#include "office.h"
#include "record/beside.h"
#include "store/blob.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

typedef struct desk {
	office o;
	int64_t li, client, books, statement;
	char sha256[65];
	int64_t size;
	rd_statement_jobs_ctx jobs;
} desk;

static const char good[] = "账号：6200\n交易日期,收入,支出,余额,对方户名,摘要\n"
						   "2026-07-03,113000.00,,163000.00,甲公司,货款\n"
						   "2026-07-09,,35.00,162965.00,,手续费\n坏,1.00,,,,\n";

typedef struct attaching {
	desk *d;
	const char *name;
	rd_blob blob;
} attaching;

static rd_rc attach_row(rd_tx *tx, void *ctx, rd_err *err)
{
	attaching *a = ctx;
	const rd_actor who = office_actor(a->d->li, RD_KIND_ACCOUNTANT);
	rd_attachment file = {.name = rd_str_of(a->name),
	                      .sha256 = {a->d->sha256, 64},
	                      .media_type = RD_STR("text/csv"),
	                      .size = a->blob.size};
	int64_t id;

	RD_TRY(rd_blob_add(tx, &a->blob, err));
	return rd_attachment_add(&a->d->o.engine, tx, &who, rd_kind_find(RD_STR("bank_statement")),
	                         a->d->statement, &file, &id, err);
}

static void attach(desk *d, const char *name, const char *data)
{
	attaching a = {.d = d, .name = name};
	rd_blob_writer *w;
	rd_err err = {0};

	UNIT_OK(rd_blob_begin(d->o.store, OFFICE_FIRM, 1 << 20, &w, &err), &err);
	UNIT_OK(rd_blob_write(w, data, strlen(data), &err), &err);
	UNIT_OK(rd_blob_end(w, &a.blob, &err), &err);
	for (uint32_t i = 0; i < 32; i++)
		(void)snprintf(d->sha256 + 2 * i, 3, "%02x", a.blob.id.sha256[i]);
	d->size = a.blob.size;
	office_write(&d->o, attach_row, &a);
}

static void begin(desk *d)
{
	char body[300];

	*d = (desk){.li = 0};
	office_open(&d->o);
	d->o.engine.hooks = rd_desk_hooks;
	d->o.engine.n_hooks = rd_desk_hooks_count;
	d->jobs = (rd_statement_jobs_ctx){&d->o.engine, RD_SANDBOXED};
	d->li = office_person(&d->o, "li", "accountant", "zh");
	(void)snprintf(body, sizeof body, "{\"name\":\"甲公司\",\"accountant\":\"%lld\"}",
	               (long long)d->li);
	d->client = office_record(&d->o, 0, "client", body);
	(void)snprintf(body, sizeof body, "{\"name\":\"账\",\"year\":2026,\"client\":\"%lld\"}",
	               (long long)d->client);
	d->books = office_record(&d->o, 0, "books", body);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"七月\",\"books\":\"%lld\",\"client\":\"%lld\",\"owner\":\"%lld\"}",
	               (long long)d->books, (long long)d->client, (long long)d->li);
	d->statement = office_record(&d->o, 0, "bank_statement", body);
}

static uint32_t run_jobs(desk *d)
{
	static const char *const queues[] = {"books"};
	rd_job_kind kinds[RD_STATEMENT_JOBS_N];
	rd_jobs_config c = {.store = d->o.store,
	                    .kinds = kinds,
	                    .n_kinds = RD_STATEMENT_JOBS_N,
	                    .queues = queues,
	                    .n_queues = 1,
	                    .threads = 1};
	uint32_t ran = 0;
	rd_err err = {0};

	rd_statement_jobs(&d->jobs, kinds);
	UNIT_OK(rd_jobs_run(&c, 10, &ran, &err), &err);
	return ran;
}

static int64_t of_statement(desk *d, const char *what)
{
	char sql[300];

	(void)snprintf(sql, sizeof sql, "SELECT coalesce(%s, -1) FROM kind_bank_statement", what);
	return place_number(&d->o.place, sql);
}

static void a_job_reads_the_newest_file(void)
{
	desk d;

	begin(&d);
	attach(&d, "alt.csv", "nothing\n");
	attach(&d, "7月.csv", good);
	office_move(&d.o, d.li, "bank_statement", d.statement, "take_in", "{}");
	UNIT_INT(run_jobs(&d), 1);
	UNIT_INT(of_statement(&d, "CASE WHEN state = 'read' THEN 1 ELSE 0 END"), 1);
	UNIT_INT(of_statement(&d, "lines"), 2);
	UNIT_INT(of_statement(&d, "rejected"), 1);
	UNIT_INT(of_statement(&d, "opening_minor"), 5000000);
	UNIT_INT(of_statement(&d, "closing_minor"), 16296500);
	UNIT_INT(of_statement(&d, "first_day_day"), rd_day_of(2026, 7, 3));
	UNIT_INT(of_statement(&d, "CASE WHEN bank_account = '6200' THEN 1 ELSE 0 END"), 1);
	/* once more is the same, and a job of a withdrawn statement does nothing */
	office_move(&d.o, d.li, "bank_statement", d.statement, "take_in", "{}");
	office_move(&d.o, d.li, "bank_statement", d.statement, "withdraw", "{\"reason\":\"错\"}");
	UNIT_INT(run_jobs(&d), 1);
	UNIT_INT(of_statement(&d, "CASE WHEN state = 'withdrawn' THEN 1 ELSE 0 END"), 1);
	office_close(&d.o);
}

static void a_bad_file_fails_with_its_reason(void)
{
	desk d;

	begin(&d);
	attach(&d, "信.txt", "您好\n");
	office_move(&d.o, d.li, "bank_statement", d.statement, "take_in", "{}");
	UNIT_INT(run_jobs(&d), 1);
	UNIT_INT(of_statement(&d,
	                      "CASE WHEN state = 'failed' AND problem LIKE '%表头%' THEN 1 ELSE 0 END"),
	         1);
	UNIT_INT(of_statement(&d, "lines"), -1);
	office_close(&d.o);
}

static void the_cache_gives_what_it_has(void)
{
	desk d;
	rd_err err = {0};

	begin(&d);
	attach(&d, "7月.csv", good);
	rd_statements *c = rd_statements_new(d.o.store, RD_SANDBOXED);
	rd_attached file = {.name = RD_STR("7月.csv"), .sha256 = {d.sha256, 64}, .size = d.size};
	rd_statement_ref a = {0}, b = {0};

	UNIT_OK(rd_statement_get(c, OFFICE_FIRM, &file, &a, &err), &err);
	UNIT_OK(rd_statement_get(c, OFFICE_FIRM, &file, &b, &err), &err);
	UNIT_TRUE(a.bank != NULL && a.bank == b.bank);
	rd_statement_release(c, &a);
	rd_statement_release(c, &b);
	rd_statement_release(c, &b); /* nothing is held: fine */
	/* another firm has no such file, and gets none from the cache */
	UNIT_TRUE(rd_statement_get(c, OFFICE_FIRM + 1, &file, &a, &err) != RD_OK);
	rd_statements_free(c);
	office_close(&d.o);
}

static void decisions_replace_each_other(void)
{
	rd_arena *a = rd_arena_new();
	static const int64_t one[] = {11}, two[] = {22}, three[] = {33};
	const rd_recon_decision *list;
	rd_str text = {"", 0};
	rd_err err = {0};
	uint32_t n;

	UNIT_OK(rd_decisions_add(a, text, &(rd_decide){RD_VERDICT_MATCH, one, two, 1, 1}, 5, 1, &text,
	                         &err),
	        &err);
	UNIT_OK(rd_decisions_add(a, text, &(rd_decide){RD_VERDICT_APART, one, three, 1, 1}, 5, 2, &text,
	                         &err),
	        &err);
	rd_decisions_read(a, text, &list, &n);
	UNIT_INT(n, 1); /* keeping a line apart takes it out of its match */
	UNIT_TRUE(!list[0].accept && list[0].bank[0] == 11 && list[0].book[0] == 33);
	UNIT_OK(rd_decisions_add(a, text, &(rd_decide){RD_VERDICT_MATCH, one, three, 1, 1}, 5, 3, &text,
	                         &err),
	        &err);
	rd_decisions_read(a, text, &list, &n);
	UNIT_INT(n, 1);
	UNIT_TRUE(list[0].accept);
	UNIT_OK(rd_decisions_add(a, text, &(rd_decide){RD_VERDICT_CLEAR, one, NULL, 1, 0}, 5, 4, &text,
	                         &err),
	        &err);
	rd_decisions_read(a, text, &list, &n);
	UNIT_INT(n, 0);
	UNIT_INT(rd_decisions_add(a, text, &(rd_decide){RD_VERDICT_MATCH, one, NULL, 1, 0}, 5, 5, &text,
	                          &err),
	         RD_INPUT);
	/* whatever somebody wrote there */
	static const char *const odd[] = {"",
	                                  "x",
	                                  "{}",
	                                  "[1,null,{}]",
	                                  "[{\"verdict\":\"match\",\"bank\":5}]",
	                                  "[{\"verdict\":\"match\",\"bank\":[\"-1\",\"x\",\"7\"]}]"};

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		unit_case("%s", odd[i]);
		rd_decisions_read(a, rd_str_of(odd[i]), &list, &n);
		UNIT_TRUE(n <= 1);
		UNIT_OK(rd_decisions_add(a, rd_str_of(odd[i]),
		                         &(rd_decide){RD_VERDICT_MATCH, one, two, 1, 1}, 5, 6, &text, &err),
		        &err);
	}
	rd_arena_free(a);
}

const unit_test statements_tests[] = {
	{"a job reads the newest file in a sandbox", a_job_reads_the_newest_file},
	{"a bad file fails with its reason", a_bad_file_fails_with_its_reason},
	{"the cache gives what it has, to its firm", the_cache_gives_what_it_has},
	{"decisions replace each other", decisions_replace_each_other},
	{0},
};
