/*
 * seed_desk - fills a firm with clients, sets of books and cases, for the bench of the desk.
 *
 *   seed_desk FOLDER FIRM_ID USER_ID CLIENTS CASES TOLD EVENTS
 *
 * CLIENTS clients with one set of books each and PEOPLE accountants; CASES cases of these clients. A
 * case is made as a person makes it, with all that the hooks do (grade, clocks, assignment); then
 * it is moved on, by facts as the engine writes them but without the guards of each step: nine
 * in ten to closed. The last TOLD cases get comments and changes until each has EVENTS events; the
 * others have two. One number decides everything of a case, so that every firm of a size is the same
 * but for ids and times. Prints how many cases and events there are.
 */
#include "desk/cell.h"
#include "desk/hooks.h"
#include "fill.h"
#include "record/beside.h"
#include "record/list.h"
#include <stdio.h>
#include <stdlib.h>

#define PEOPLE     40
#define CHINA_S    28800
#define DAY_US     INT64_C(86400000000)
#define CLOSED_OF  10 /* one in so many is not closed */
#define CLIENT_MAX 100000

typedef struct firm {
	int64_t people[PEOPLE], *clients, *books, *types;
	int64_t n_clients, n_cases, n_types, told, events, made;
} firm;

/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static int64_t below(int64_t i, uint64_t what, int64_t n)
{
	return (int64_t)(mix((uint64_t)i * 31 + what) % (uint64_t)n);
}

static rd_rc create(fill *f, rd_tx *tx, const char *kind, const char *text, rd_record *ret,
                    rd_err *err)
{
	rd_problems problems = {0};
	json_t *body;

	RD_TRY(rd_check_parse(rd_str_of(text), &body, err));
	rd_rc rc = rd_record_create(&f->engine, tx, &f->actor, rd_kind_find(rd_str_of(kind)), 0, body,
	                            ret, &problems, err);

	json_decref(body);
	return rc;
}

static rd_rc person(fill *f, rd_tx *tx, int64_t i, rd_err *err)
{
	firm *all = f->ctx;
	rd_record r;
	char text[160];

	(void)snprintf(text, sizeof text,
	               "{\"login\":\"p%lld\",\"name\":\"会计 %lld\",\"roles\":[\"accountant\"]}",
	               (long long)i, (long long)i);
	RD_TRY(create(f, tx, "user", text, &r, err));
	all->people[i] = rd_cell(&r, RD_COL_ID)->i;
	return RD_OK;
}

static rd_rc client(fill *f, rd_tx *tx, int64_t i, rd_err *err)
{
	firm *all = f->ctx;
	rd_record r;
	char text[200];

	(void)snprintf(text, sizeof text,
	               "{\"name\":\"第 %lld 贸易有限公司\",\"accountant\":\"%lld\","
	               "\"owner\":\"%lld\"}",
	               (long long)i, (long long)all->people[i % PEOPLE],
	               (long long)all->people[i % PEOPLE]);
	RD_TRY(create(f, tx, "client", text, &r, err));
	all->clients[i] = rd_cell(&r, RD_COL_ID)->i;
	(void)snprintf(text, sizeof text, "{\"name\":\"2026\",\"year\":2026,\"client\":\"%lld\"}",
	               (long long)all->clients[i]);
	RD_TRY(create(f, tx, "books", text, &r, err));
	all->books[i] = rd_cell(&r, RD_COL_ID)->i;
	return RD_OK;
}

/* ---- a case ---- */

static rd_rc fact(fill *f, rd_tx *tx, const rd_record *was, rd_record *now, const char *transition,
                  rd_err *err)
{
	firm *all = f->ctx;
	rd_fact fact = {.type = transition ? RD_FACT_MOVED : RD_FACT_CHANGED,
	                .kind = now->kind,
	                .record_id = rd_cell(now, RD_COL_ID)->i,
	                .now = *now,
	                .was = *was,
	                .transition = rd_str_of(transition ? transition : "")};
	int64_t seq;

	all->made++;
	return rd_fact_write(tx, &f->actor, &fact, &seq, err);
}

/* Who has it, until when and how urgent it is: as they differ after some months of work. */
static void spread(const firm *all, rd_tx *tx, int64_t i, rd_record *now)
{
	static const char *const grades[] = {"p1", "p2", "p2", "p3", "p3",
	                                     "p3", "p3", "p4", "p4", "p4"};
	int64_t client = below(i, 1, all->n_clients);

	rd_cell(now, RD_COL_OWNER)[0] = RD_VALUE_INT(all->people[client % PEOPLE]);
	rd_cell(now, RD_COL_DUE)[0] = RD_VALUE_INT(tx->now_us + below(i, 2, 60 * DAY_US) - 20 * DAY_US);
	*rd_field_cell(now, "grade") = RD_VALUE_TEXT(rd_str_of(grades[below(i, 3, 10)]));
}

static rd_rc move_on(fill *f, rd_tx *tx, int64_t i, bool all_steps, rd_record *now, rd_err *err)
{
	static const char *const steps[][2] = {{"triage", "triaged"},
	                                       {"analyse", "analysing"},
	                                       {"correct", "correcting"},
	                                       {"verify", "verifying"},
	                                       {"close", "closed"}};
	int64_t open = below(i, 4, CLOSED_OF) == 0, last = open ? below(i, 5, 4) : 4;

	for (int64_t s = all_steps ? 0 : last; s <= last; s++) {
		rd_record was = rd_record_copy(tx->arena, now);

		if (s == last)
			spread(f->ctx, tx, i, now);
		rd_cell(now, RD_COL_STATE)[0] = RD_VALUE_TEXT(rd_str_of(steps[s][1]));
		if (s == 4) {
			*rd_field_cell(now, "closed_at") = RD_VALUE_INT(tx->now_us);
			*rd_field_cell(now, "clock_at") = RD_VALUE_NULL;
		}
		RD_TRY(fact(f, tx, &was, now, steps[s][0], err));
	}
	return RD_OK;
}

/* Comments, and every fourth time a change of what is known. */
static rd_rc tell(fill *f, rd_tx *tx, int64_t i, int64_t n, rd_record *now, rd_err *err)
{
	firm *all = f->ctx;

	for (int64_t k = 0; k < n; k++) {
		char text[120];
		int64_t id;
		int len = snprintf(text, sizeof text,
		                   "第 %lld 次核对：与客户电话确认，原始凭证已补，待复核。", (long long)k);
		rd_str said = {rd_arena_copy(tx->arena, text, (size_t)len), (uint32_t)len};

		if (k % 4 == 3) {
			rd_record was = rd_record_copy(tx->arena, now);

			*rd_field_cell(now, "spent_minutes") = RD_VALUE_INT(k * 5 + i % 5 + 1);
			RD_TRY(fact(f, tx, &was, now, NULL, err));
			continue;
		}
		all->made++;
		RD_TRY(rd_comment_add(&f->engine, tx, &f->actor, now->kind, rd_cell(now, RD_COL_ID)->i,
		                      &(rd_comment_new){.body = said}, &id, err));
	}
	return RD_OK;
}

static rd_rc one_case(fill *f, rd_tx *tx, int64_t i, rd_err *err)
{
	firm *all = f->ctx;
	int64_t c = below(i, 1, all->n_clients), before = all->made;
	rd_record r;
	char text[600];

	(void)snprintf(text, sizeof text,
	               "{\"client\":\"%lld\",\"books\":\"%lld\",\"type\":\"%lld\","
	               "\"period\":\"2026-%02lld\",\"voucher\":\"记-%lld\",\"account\":\"%lld\","
	               "\"amount\":{\"minor\":%lld,\"currency\":\"CNY\"},"
	               "\"appearance\":\"凭证 记-%lld 借贷金额与原始凭证不一致，差额需查明。\"}",
	               (long long)all->clients[c], (long long)all->books[c],
	               (long long)all->types[below(i, 6, all->n_types)], (long long)below(i, 7, 12) + 1,
	               (long long)below(i, 8, 999) + 1, (long long)below(i, 9, 5000) + 1001,
	               (long long)below(i, 10, 9000000) + 100, (long long)below(i, 8, 999) + 1);
	RD_TRY(create(f, tx, "case", text, &r, err));
	all->made++;
	bool told = i >= all->n_cases - all->told;

	rd_record now = rd_record_copy(tx->arena, &r);

	RD_TRY(move_on(f, tx, i, told, &now, err));
	return told ? tell(f, tx, i, all->events - (all->made - before), &now, err) : RD_OK;
}

/* ---- the firm ---- */

static rd_rc types_of(rd_tx *tx, void *ctx, rd_err *err)
{
	fill *f = ctx;
	firm *all = f->ctx;
	const rd_list_input in = {.kind = rd_kind_find(RD_STR("exception_type")),
	                          .limit = RD_LIST_MAX,
	                          .zone_offset_s = CHINA_S};
	rd_list list;

	RD_TRY(rd_list_get(tx, &f->actor, &in, &list, err));
	all->types = malloc(list.n * sizeof *all->types);
	for (uint32_t i = 0; i < list.n && all->types; i++)
		all->types[all->n_types++] = rd_cell(&list.records[i], RD_COL_ID)->i;
	return all->n_types ? RD_OK : rd_fail(err, RD_INPUT, "没有异常类型", "no types of cases");
}

static bool make(fill *f, firm *all)
{
	rd_arena *a = rd_arena_new();
	rd_err err;
	bool good = rd_store_read(f->engine.store, f->actor.firm_id, a, types_of, f, &err) == RD_OK;

	if (!good)
		fprintf(stderr, "seed_desk: %s\n", err.en);
	rd_arena_free(a);
	good = good && fill_run(f, person, PEOPLE) && fill_run(f, client, all->n_clients) &&
	       fill_run(f, one_case, all->n_cases);
	printf("%lld %lld\n", (long long)all->n_cases, (long long)all->made);
	return good;
}

int main(int argc, char **argv)
{
	firm all = {0};
	fill f = {.ctx = &all};
	char name[32];

	if (argc != 8) {
		fputs("usage: seed_desk FOLDER FIRM_ID USER_ID CLIENTS CASES TOLD EVENTS\n", stderr);
		return 2;
	}
	all.n_clients = strtoll(argv[4], NULL, 10);
	all.n_cases = strtoll(argv[5], NULL, 10);
	all.told = strtoll(argv[6], NULL, 10);
	all.events = strtoll(argv[7], NULL, 10);
	if (all.n_clients < 1 || all.n_clients > CLIENT_MAX ||
	    !fill_open(&f, argv[1], argv[2], argv[3], name))
		return 2;
	f.engine.hooks = rd_desk_hooks;
	f.engine.n_hooks = rd_desk_hooks_count;
	f.engine.zone_offset_s = CHINA_S;
	all.clients = calloc((size_t)all.n_clients, sizeof *all.clients);
	all.books = calloc((size_t)all.n_clients, sizeof *all.books);
	bool good = all.clients && all.books && make(&f, &all);

	rd_store_close(f.engine.store);
	free(all.clients);
	free(all.books);
	free(all.types);
	return !good;
}
