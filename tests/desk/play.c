#include "play.h"
#include "base/digest.h"
#include "desk/case.h"
#include "desk/corrections.h"
#include "desk/effect.h"
#include "desk/emergencies.h"
#include "desk/grouping.h"
#include "desk/ladder.h"
#include "desk/person.h"
#include "desk/questions.h"
#include <stdio.h>
#include <string.h>

#define VOUCHERS 8
#define DAY_US   (1440 * MINUTE_US)

typedef enum verb { MAKE, CHANGE, MOVE, ARCHIVE, RESTORE, TRY, PROMOTE } verb;

typedef struct command {
	play *p;
	verb verb;
	const person *by; /* NULL = the program */
	const char *kind, *transition;
	int64_t id;
	char body[1500];
} command;

/* splitmix64: the same course from the same seed. */
static uint64_t draw(play *p)
{
	uint64_t z = p->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* 0 .. n-1 */
static uint32_t below(play *p, uint32_t n)
{
	return (uint32_t)((draw(p) >> 32) * n >> 32);
}

static bool chance(play *p, uint32_t per_cent)
{
	return below(p, 100) < per_cent;
}

/* ---- one command ---- */

/* As somebody sees it who tried the vouchers: without errors. */
static rd_rc keep_trial(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err)
{
	rd_actor system = rd_desk_system(tx->firm_id);
	char kept[160], hash[65];
	uint8_t digest[32];
	rd_sha256 d;
	rd_record r;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("correction")), id, &r, err));
	rd_str vouchers = rd_field_str(&r, "vouchers");

	rd_sha256_init(&d);
	rd_sha256_add(&d, vouchers.ptr, vouchers.len);
	rd_sha256_end(&d, digest);
	for (uint32_t i = 0; i < 32; i++)
		(void)snprintf(hash + 2 * i, 3, "%02x", digest[i]);
	(void)snprintf(kept, sizeof kept, "{\"vouchers_sha256\":\"%s\",\"errors\":0}", hash);
	return rd_correction_keep(tx, actor, id, vouchers, rd_str_of(kept), err);
}

static rd_rc run_command(rd_tx *tx, void *ctx, rd_err *err)
{
	command *c = ctx;
	rd_engine *e = &c->p->s->c.o.engine;
	rd_actor actor = office_actor(c->by ? c->by->id : 0, c->by ? c->by->mask : 0);
	const rd_kind *k = rd_kind_find(rd_str_of(c->kind));
	rd_problems problems = {0};
	json_t *body = NULL;
	rd_record r;
	rd_rc rc;

	if (c->verb == TRY)
		return keep_trial(tx, &actor, c->id, err);
	if (c->verb == PROMOTE)
		return rd_grouping_promote(e, tx, &actor, c->id, &(int64_t){0}, err);
	if (c->verb == ARCHIVE || c->verb == RESTORE)
		return rd_record_archive(e, tx, &actor, k, c->id, RD_ANY_VERSION, c->verb == ARCHIVE, &r,
		                         err);
	RD_TRY(rd_check_parse(rd_str_of(c->body), &body, err));
	if (c->verb == MAKE)
		rc = rd_record_create(e, tx, &actor, k, 0, body, &r, &problems, err);
	else if (c->verb == CHANGE)
		rc = rd_record_change(e, tx, &actor, k, c->id, RD_ANY_VERSION, body, &r, &problems, err);
	else
		rc = rd_record_move(e, tx, &actor, k, c->id, RD_ANY_VERSION, rd_str_of(c->transition), body,
		                    &r, &problems, err);
	json_decref(body);
	if (rc == RD_OK)
		c->id = rd_cell(&r, RD_COL_ID)->i;
	return rc;
}

static void say(play *p, const char *what, const char *more)
{
	int64_t local = p->s->c.o.place.now_us / MINUTE_US + 480;

	(void)snprintf(p->said[p->n_said++ % SAID], sizeof p->said[0],
	               "%3u day %lld %02lld:%02lld %s%s", p->step,
	               (long long)(local / 1440 - OFFICE_NOW / DAY_US), (long long)(local % 1440 / 60),
	               (long long)(local % 60), what, more);
}

/* Refused in words that a person can follow; anything else is a fault. */
static bool is_refusal(rd_rc rc)
{
	return rc == RD_INPUT || rc == RD_BARRED || rc == RD_FORBIDDEN || rc == RD_NOT_FOUND ||
	       rc == RD_CONFLICT || rc == RD_LIMIT;
}

static bool do_it(play *p, command *c)
{
	static const char *const verbs[] = {"makes",    "changes", "moves",   "archives",
	                                    "restores", "tries",   "promotes"};
	office *o = &p->s->c.o;
	rd_err err = {0};
	char what[300];

	c->p = p;
	rd_rc rc = rd_store_write(o->store, OFFICE_FIRM, o->place.arena, run_command, c, &err);

	(void)snprintf(what, sizeof what, "%s %s %s %lld %s %.160s -> ",
	               c->by ? c->by->login : "system", verbs[c->verb], c->kind,
	               (long long)c->id % 1000000, c->transition ? c->transition : "", c->body);
	say(p, what, rc == RD_OK ? "done" : err.en);
	LAW(rc == RD_OK || is_refusal(rc), "a command ended with %d: %s", (int)rc, err.en);
	p->done += rc == RD_OK;
	p->refused += rc != RD_OK;
	p->deed = (deed){.kind = c->kind,
	                 .transition = c->transition ? c->transition : "",
	                 .id = c->id,
	                 .by = c->by ? c->by->id : 0,
	                 .tried = true,
	                 .rc = rc};
	return rc == RD_OK;
}

/* ---- who, what, when ---- */

static const person *anybody(play *p)
{
	return &p->s->people[below(p, PEOPLE)];
}

static const person *one_of(play *p, const char *logins)
{
	uint32_t n = 0, at = 0;
	const person *fit[PEOPLE];

	for (uint32_t i = 0; i < PEOPLE; i++)
		if (strstr(logins, p->s->people[i].login))
			fit[n++] = &p->s->people[i];
	at = below(p, n);
	return chance(p, 12) ? anybody(p) : fit[at];
}

static const case_seen *any_case(play *p)
{
	return p->now.n ? &p->now.cases[below(p, p->now.n)] : NULL;
}

static const char *day(play *p, int32_t from, uint32_t span, char out[16])
{
	rd_day d = (rd_day)((p->now.now_us + 480 * MINUTE_US) / DAY_US + from) + (rd_day)below(p, span);

	rd_day_format(d, out);
	return out;
}

/* What a transition of a case asks. */
static void case_body(play *p, const char *t, char *out, size_t size)
{
	const case_seen *other = any_case(p);
	char d[16];

	(void)snprintf(out, size, "{}");
	if (!strcmp(t, "send_back") || !strcmp(t, "reopen"))
		(void)snprintf(out, size, "{\"reason\":\"再看\"}");
	else if (!strcmp(t, "dismiss") || !strcmp(t, "accept"))
		(void)snprintf(out, size, "{\"decision\":\"可以接受\",\"accepted_until\":\"%s\"}",
		               day(p, -2, 20, d));
	else if (!strcmp(t, "merge"))
		(void)snprintf(out, size, "{\"duplicate_of\":\"%lld\"}", (long long)other->v[C_ID]);
	else if (!strcmp(t, "hand_over"))
		(void)snprintf(out, size, "{\"owner\":\"%lld\"}", (long long)anybody(p)->id);
	else if (!strcmp(t, "pause"))
		(void)snprintf(out, size, "{\"pause_reason\":\"%s\"}",
		               chance(p, 50) ? "client" : "authority");
	else if (!strcmp(t, "ask_department"))
		(void)snprintf(out, size, "{\"asked_department\":\"%lld\",\"request\":\"请提供日志\"}",
		               (long long)p->s->department);
	else if (!strcmp(t, "give_opinion"))
		(void)snprintf(out, size,
		               "{\"received_on\":\"%s\",\"receiver\":\"经理\",\"opinion\":\"应当更正\"}",
		               day(p, -3, 5, d));
	else if (!strcmp(t, "record_decision"))
		(void)snprintf(out, size,
		               "{\"decided_on\":\"%s\",\"decider\":\"经理\",\"written_decision\":\"同意\"}",
		               day(p, -3, 5, d));
	else if (!strcmp(t, "triage") && chance(p, 40))
		(void)snprintf(out, size, "{\"impact\":%u,\"urgency\":%u}", 1 + below(p, 3),
		               1 + below(p, 3));
}

static void move_case(play *p, const case_seen *c, const char *t, const person *by)
{
	command k = {.verb = MOVE, .by = by, .kind = "case", .transition = t, .id = c->v[C_ID]};

	case_body(p, t, k.body, sizeof k.body);
	(void)do_it(p, &k);
}

static void random_move(play *p)
{
	const rd_kind *k = rd_kind_find(RD_STR("case"));
	const case_seen *c = any_case(p);

	if (c)
		move_case(p, c, k->transitions[below(p, k->n_transitions)].name, anybody(p));
}

/* ---- cases get on ---- */

static void fill_in(play *p, const case_seen *c)
{
	command k = {.verb = CHANGE, .by = one_of(p, "wang sun"), .kind = "case", .id = c->v[C_ID]};

	(void)snprintf(
		k.body, sizeof k.body,
		"{\"cause\":\"%lld\",\"summary\":\"已更正\",\"place\":\"财务室\",\"persons\":[\"张三\"],"
		"\"occurred_on\":\"2026-01-05\"}",
		(long long)p->s->cause);
	(void)do_it(p, &k);
}

/* Of some, the one that is farthest. */
static const case_seen *busiest(play *p)
{
	const case_seen *best = NULL;

	for (uint32_t i = 0; i < 4; i++) {
		const case_seen *c = any_case(p);

		if (c && c->v[C_ARCHIVED] == NONE &&
		    (best == NULL || c->v[C_STATE] % CLOSED > best->v[C_STATE] % CLOSED))
			best = c;
	}
	return best;
}

static void get_on(play *p)
{
	static const char *const next[][2] = {
		[REPORTED] = {"triage", "merge"},     [TRIAGED] = {"analyse", "accept"},
		[ANALYSING] = {"correct", "verify"},  [CORRECTING] = {"verify", "accept"},
		[VERIFYING] = {"close", "send_back"}, [CLOSED] = {"reopen", "reopen"},
		[DISMISSED] = {"reopen", "reopen"},   [DUPLICATE] = {"reopen", "reopen"},
		[ACCEPTED] = {"reopen", "reopen"},
	};
	const case_seen *c = busiest(p);

	if (c == NULL)
		return;
	int64_t state = c->v[C_STATE];

	if (state >= CLOSED && chance(p, 60))
		return;
	if (c->v[C_OWNER] == NONE && state < CLOSED)
		move_case(p, c, chance(p, 70) ? "take" : "hand_over", one_of(p, "li wang"));
	else if (state > REPORTED && state < CLOSED &&
	         (c->v[C_CAUSE] == NONE || c->v[C_SUMMARY] == NONE))
		fill_in(p, c);
	else
		move_case(p, c, next[state][chance(p, 15)], one_of(p, "wang sun zhao qian"));
}

/* ---- other things that people do ---- */

static void make_case(play *p)
{
	command k = {.verb = MAKE, .by = anybody(p), .kind = "case"};
	stage *s = p->s;
	uint32_t client = below(p, CLIENTS), n = 0;

	if (p->now.n >= CASES_PLAN)
		return;
	n += (uint32_t)snprintf(k.body, sizeof k.body, "{\"appearance\":\"账实不符\"");
	if (chance(p, 80))
		n += (uint32_t)snprintf(k.body + n, sizeof k.body - n, ",\"type\":\"%lld\"",
		                        (long long)s->types[below(p, TYPES)]);
	else
		n += (uint32_t)snprintf(k.body + n, sizeof k.body - n, ",\"name\":\"缺号\"");
	if (chance(p, 85))
		n += (uint32_t)snprintf(k.body + n, sizeof k.body - n, ",\"client\":\"%lld\"",
		                        (long long)s->clients[client]);
	if (chance(p, 50))
		n += (uint32_t)snprintf(k.body + n, sizeof k.body - n, ",\"period\":\"2026-%02u\"",
		                        1 + below(p, 2));
	if (chance(p, 30))
		n += (uint32_t)snprintf(k.body + n, sizeof k.body - n, ",\"books\":\"%lld\"",
		                        (long long)s->books[chance(p, 80) ? client : 1 - client]);
	if (chance(p, 40))
		n += (uint32_t)snprintf(k.body + n, sizeof k.body - n, ",\"owner\":\"%lld\"",
		                        (long long)anybody(p)->id);
	(void)snprintf(k.body + n, sizeof k.body - n, "}");
	(void)do_it(p, &k);
}

static void change_case(play *p)
{
	static const char *const plain[] = {
		"{\"severity\":\"blocker\"}",
		"{\"severity\":\"low\"}",
		"{\"impact\":3,\"urgency\":3}",
		"{\"impact\":1,\"urgency\":1}",
		"{\"spent_minutes\":7}",
		"{\"cost\":{\"minor\":5,\"currency\":\"CNY\"}}",
		"{\"findings\":0}",
		"{\"accepted_until\":null}",
		"{\"duplicate_of\":null}",
		"{\"cause\":null}",
		"{\"period\":\"2026-02\"}",
		"{\"found_at\":\"2026-01-07T09:00:00Z\"}",
		"{\"paused_at\":null}",
		"{\"closed_at\":null}",
		"{\"grade\":\"p1\",\"grade_reason\":\"很急\"}",
		"{\"grade\":\"p4\",\"grade_reason\":\"不急\"}",
		"{\"grade_fixed\":false}",
		"{\"summary\":\"已更正\"}",
		"{\"amount\":{\"minor\":90000000,\"currency\":\"CNY\"}}",
	};
	const case_seen *c = any_case(p), *other = any_case(p);
	command k = {.verb = CHANGE, .by = one_of(p, "wang sun li chen"), .kind = "case"};

	if (c == NULL)
		return;
	k.id = c->v[C_ID];
	uint32_t i = below(p, sizeof plain / sizeof *plain + 4);

	if (i < sizeof plain / sizeof *plain)
		(void)snprintf(k.body, sizeof k.body, "%s", plain[i]);
	else if (i % 4 == 0)
		(void)snprintf(k.body, sizeof k.body, "{\"type\":\"%lld\"}",
		               (long long)p->s->types[below(p, TYPES)]);
	else if (i % 4 == 1)
		(void)snprintf(k.body, sizeof k.body, "{\"client\":\"%lld\",\"books\":null}",
		               (long long)p->s->clients[below(p, CLIENTS)]);
	else if (i % 4 == 2)
		(void)snprintf(k.body, sizeof k.body, "{\"duplicate_of\":\"%lld\"}",
		               (long long)other->v[C_ID]);
	else
		(void)snprintf(k.body, sizeof k.body, "{\"owner\":\"%lld\"}", (long long)anybody(p)->id);
	(void)do_it(p, &k);
}

static void keep_case(play *p)
{
	const case_seen *c = any_case(p);
	command k = {.verb = ARCHIVE, .by = one_of(p, "wang chen"), .kind = "case"};

	if (c == NULL)
		return;
	k.id = c->v[C_ID];
	k.verb = c->v[C_ARCHIVED] == NONE ? ARCHIVE : RESTORE;
	(void)do_it(p, &k);
}

static void make(play *p, made_kind m, command *k)
{
	k->verb = MAKE;
	if (do_it(p, k) && p->n_made[m] < MADE_MAX)
		p->made[m][p->n_made[m]++] = k->id;
}

static void put_about(play *p, made_kind m, const case_seen *c, command *k)
{
	int64_t id = c->v[C_ID], client = c->v[C_CLIENT] == NONE ? p->s->clients[0] : c->v[C_CLIENT];
	char d[16], until[16];

	switch (m) {
	case QUESTION:
		(void)snprintf(k->body, sizeof k->body,
		               "{\"name\":\"发票在哪里\",\"case\":\"%lld\",\"client\":\"%lld\"}",
		               (long long)id, (long long)client);
		break;
	case CORRECTION:
		(void)
			snprintf(k->body, sizeof k->body,
		             "{\"name\":\"冲销\",\"case\":\"%lld\",\"books\":\"%lld\",\"client\":\"%lld\","
		             "\"method\":\"reverse\",\"vouchers\":\"[]\",\"owner\":\"%lld\"}",
		             (long long)id, (long long)p->s->books[client == p->s->clients[1]],
		             (long long)client, (long long)anybody(p)->id);
		break;
	case TIME_ENTRY:
		(void)snprintf(
			k->body, sizeof k->body,
			"{\"name\":\"核对\",\"about\":{\"kind\":\"case\",\"id\":\"%lld\"},\"minutes\":%u,"
			"\"day\":\"%s\",\"owner\":\"%lld\"%s}",
			(long long)id, 1 + below(p, 200), day(p, -3, 4, d), (long long)k->by->id,
			chance(p, 60) ? ",\"rate\":{\"minor\":10007,\"currency\":\"CNY\"}" : "");
		break;
	case EVIDENCE:
		(void)snprintf(k->body, sizeof k->body,
		               "{\"name\":\"对账单\",\"kind_of\":\"statement\",\"case\":\"%lld\"}",
		               (long long)id);
		break;
	case ABSENCE:
		(void)snprintf(k->body, sizeof k->body,
		               "{\"person\":\"%lld\",\"first\":\"%s\",\"last\":\"%s\"}",
		               (long long)anybody(p)->id, day(p, 0, 2, d), day(p, 3, 5, until));
		break;
	case SUPPRESSION:
		(void)snprintf(
			k->body, sizeof k->body,
			"{\"name\":\"已核实\",\"client\":\"%lld\",\"slug\":\"%s\",\"grounds\":\"已核实\","
			"\"until\":\"%s\"}",
			(long long)client, chance(p, 50) ? "entry-unbalanced" : "voucher-number-gap",
			day(p, 2, 15, d));
		break;
	default: (void)snprintf(k->body, sizeof k->body, "{\"name\":\"没有交接\"}"); break;
	}
}

static const char *const made_names[MADE_KINDS] = {"question", "correction", "time_entry",
                                                   "evidence", "absence",    "suppression",
                                                   "problem"};

static void make_beside(play *p)
{
	static const made_kind often[] = {QUESTION,    QUESTION,   CORRECTION, CORRECTION,
	                                  TIME_ENTRY,  TIME_ENTRY, TIME_ENTRY, EVIDENCE,
	                                  SUPPRESSION, PROBLEM,    ABSENCE};
	made_kind m = often[below(p, sizeof often / sizeof *often)];
	const case_seen *c = any_case(p);
	command k = {.by = one_of(p, "li zhang wang sun"), .kind = made_names[m]};

	if (c == NULL)
		return;
	put_about(p, m, c, &k);
	make(p, m, &k);
}

static void beside_body(play *p, const char *t, char *out, size_t size)
{
	char d[16];

	(void)snprintf(out, size, "{}");
	if (!strcmp(t, "answer"))
		(void)snprintf(out, size, "{\"answer\":\"已寄出\"}");
	else if (!strcmp(t, "post"))
		(void)snprintf(out, size, "{\"posted_on\":\"%s\"}", day(p, -1, 2, d));
	else if (!strcmp(t, "reject") || !strcmp(t, "withdraw") || !strcmp(t, "ask_again") ||
	         !strcmp(t, "lack") || !strcmp(t, "end"))
		(void)snprintf(out, size, "{\"reason\":\"重来\"}");
}

static void change_time(play *p, command *k)
{
	const case_seen *c = any_case(p);

	k->verb = chance(p, 50) ? CHANGE : chance(p, 60) ? ARCHIVE : RESTORE;
	if (chance(p, 60))
		(void)snprintf(k->body, sizeof k->body, "{\"minutes\":%u}", 1 + below(p, 300));
	else
		(void)snprintf(k->body, sizeof k->body, "{\"about\":{\"kind\":\"case\",\"id\":\"%lld\"}}",
		               (long long)c->v[C_ID]);
}

static const person *owner_of(play *p, const char *table, int64_t id)
{
	int64_t owner =
		stage_number(p->s, "SELECT owner_id FROM %s WHERE id = %lld", table, (long long)id);

	for (uint32_t i = 0; i < PEOPLE; i++)
		if (p->s->people[i].id == owner)
			return &p->s->people[i];
	return anybody(p);
}

/* The next step of a correction, most of the time. */
static void correction_step(play *p, command *k)
{
	static const char *const next[] = {"submit", "approve", "hand_out", "post", "confirm"};
	int64_t state = stage_number(
		p->s,
		"SELECT CASE state WHEN 'submitted' THEN 1 WHEN 'approved' THEN 2 WHEN 'exported' THEN 3 "
		"WHEN 'posted' THEN 4 ELSE 0 END FROM kind_correction WHERE id = %lld",
		(long long)k->id);

	k->transition = next[state];
	if (state == 0 && chance(p, 50))
		k->verb = TRY;
	if (state == 4)
		k->by = NULL;
}

static void go_on_beside(play *p)
{
	made_kind m = chance(p, 35) ? CORRECTION : (made_kind)below(p, MADE_KINDS);

	if (p->n_made[m] == 0)
		return;
	const rd_kind *kind = rd_kind_find(rd_str_of(made_names[m]));
	command k = {.verb = MOVE,
	             .by = one_of(p, "wang sun zhao"),
	             .kind = made_names[m],
	             .id = p->made[m][below(p, p->n_made[m])]};

	if (m == TIME_ENTRY) {
		k.by = owner_of(p, "kind_time_entry", k.id);
		change_time(p, &k);
	} else if (m == CORRECTION && chance(p, 80)) {
		correction_step(p, &k);
	} else if (kind->n_transitions) {
		k.transition = kind->transitions[below(p, kind->n_transitions)].name;
	} else {
		return;
	}
	if (k.verb == MOVE)
		beside_body(p, k.transition, k.body, sizeof k.body);
	(void)do_it(p, &k);
}

/* What another department was asked. */
static void end_task(play *p)
{
	command k = {.verb = MOVE, .by = one_of(p, "wang sun"), .kind = "task"};

	k.id =
		stage_number(p->s, "SELECT id FROM kind_task ORDER BY id LIMIT 1 OFFSET %u", below(p, 4));
	if (k.id == NONE)
		return;
	k.transition = chance(p, 70) ? "finish" : "start";
	(void)snprintf(k.body, sizeof k.body, "{}");
	(void)do_it(p, &k);
}

static void promote(play *p)
{
	command k = {.verb = PROMOTE, .by = one_of(p, "li wang"), .kind = "finding"};

	k.id =
		stage_number(p->s, "SELECT id FROM findings ORDER BY id LIMIT 1 OFFSET %u", below(p, 10));
	if (k.id != NONE)
		(void)do_it(p, &k);
}

/* ---- books and time ---- */

static void put_voucher(const play *p, uint32_t i, rd_buf *out)
{
	uint32_t amount = 100 + 100 * i, month = 1 + i % 2;

	if (p->gaps >> i & 1)
		return;
	rd_buf_printf(out, "记-%u|2026-%02u-%02u|6602|%u||付款|张三|李四|王五\n", i / 2 + 1, month,
	              5 + i / 2, amount);
	rd_buf_printf(out, "记-%u|2026-%02u-%02u|1002||%u|付款|张三|李四|王五\n", i / 2 + 1, month,
	              5 + i / 2, amount - (p->broken >> i & 1) * 7);
}

static void import_books(play *p)
{
	rd_buf rows;

	if (p->s->c.n == CHECKED_IMPORTS)
		return;
	/* Things get better, worse, or stay. */
	if (chance(p, 60))
		p->broken &= (uint32_t)draw(p);
	if (chance(p, 60))
		p->broken |= 1u << below(p, VOUCHERS);
	if (chance(p, 30))
		p->gaps = chance(p, 50) ? 0 : 1u << (2 + below(p, VOUCHERS - 4));
	rd_buf_init(&rows, 16 << 10);
	for (uint32_t i = 0; i < VOUCHERS; i++)
		put_voucher(p, i, &rows);
	rd_buf_char(&rows, 0);
	(void)checked_import_and_run(&p->s->c, rows.data);
	rd_buf_done(&rows);
	say(p, "the books come and are checked", "");
	p->deed = (deed){.kind = "run", .transition = ""};
}

static void walk(play *p, const rd_periodic_entry *e)
{
	office *o = &p->s->c.o;
	rd_err err = {0};
	rd_rc rc = e->run(o->store, e->ctx, o->place.arena, &err);

	LAW(rc == RD_OK, "%s: %s", e->name, err.en);
}

static void time_passes(play *p)
{
	static const uint32_t jumps[] = {1, 5, 30, 60, 90, 240, 480, 1000, 1440, 2880, 4320, 10080};
	const rd_engine *e = &p->s->c.o.engine;
	const rd_periodic_entry entries[] = {
		rd_case_entry(e),      rd_runs_entry(&p->s->c.runs), rd_question_entry(e),
		rd_emergency_entry(e), rd_effects_entry(e),          rd_ladder_entry(e),
	};
	uint32_t minutes = jumps[below(p, sizeof jumps / sizeof *jumps)];

	p->s->c.o.place.now_us += minutes * MINUTE_US;
	say(p, "time passes", "");
	for (uint32_t i = minutes < 1000 ? 5 : 0; i < sizeof entries / sizeof *entries; i++)
		walk(p, &entries[i]);
	if (minutes >= 1000) {
		(void)checked_work(&p->s->c);
		walk(p, &entries[sizeof entries / sizeof *entries - 1]);
	}
	p->deed = (deed){.kind = "clock", .transition = "", .walked = true};
}

/* ---- the course of events ---- */

void play_begin(play *p, stage *s, uint64_t seed)
{
	*p = (play){.s = s, .random = seed * 0xd1342543de82ef95u, .broken = 3};
	stage_see(s, &p->now);
}

void play_step(play *p)
{
	static const struct {
		uint32_t weight;
		void (*run)(play *p);
	} ways[] = {{11, time_passes},  {7, import_books}, {40, get_on},   {10, random_move},
	            {5, make_case},     {5, change_case},  {1, keep_case}, {6, make_beside},
	            {12, go_on_beside}, {2, end_task},     {1, promote}};
	uint32_t sum = 0, at;

	for (uint32_t i = 0; i < sizeof ways / sizeof *ways; i++)
		sum += ways[i].weight;
	p->step++;
	p->deed = (deed){.kind = "", .transition = ""};
	at = below(p, sum);
	for (uint32_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		if (at < ways[i].weight) {
			ways[i].run(p);
			return;
		}
		at -= ways[i].weight;
	}
}

void play_tell(const play *p)
{
	uint32_t from = p->n_said > SAID ? p->n_said - SAID : 0;

	for (uint32_t i = from; i < p->n_said; i++)
		(void)printf("    %s\n", p->said[i % SAID]);
}
