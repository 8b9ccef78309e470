#include "laws.h"
#include "record/rebuild.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- worked minutes ---- */

#define FROM_DAY 20390 /* 2025-10-29; the clock of an office starts on 2026-01-08 */
#define MINUTES  (1100 * 1440)

static int32_t worked[MINUTES + 1]; /* before each minute since FROM_DAY, UTC */

void laws_open(void)
{
	for (int32_t i = 0; i < MINUTES; i++) {
		int64_t at_us = ((int64_t)FROM_DAY * 1440 + i) * MINUTE_US;

		worked[i + 1] = worked[i] + rd_worktime_is_open(&rd_worktime_preset, at_us);
	}
}

static int32_t minute_of(int64_t at_us)
{
	int64_t i = at_us / MINUTE_US - (int64_t)FROM_DAY * 1440;

	LAW(at_us % MINUTE_US == 0, "a time of a case is no whole minute: %lld", (long long)at_us);
	if (i < 0 || i > MINUTES) {
		law_says("a time of a case is out of all bounds: %lld", (long long)at_us);
		return 0;
	}
	return (int32_t)i;
}

/* Negative when `to` is earlier. */
static int64_t business(int64_t from_us, int64_t to_us)
{
	return worked[minute_of(to_us)] - worked[minute_of(from_us)];
}

/* ---- clocks ---- */

enum { ACK, TRIAGE, CORRECT, VERIFY, CLOCKS };
static const struct {
	const char *name;
	case_column due, end, breached;
	rd_clock clock;
} clocks[CLOCKS] = {
	{"ack", C_ACK_DUE, C_ACKED, C_BREACHED_ACK, RD_CLOCK_ACK},
	{"triage", C_TRIAGE_DUE, C_TRIAGED, C_BREACHED_TRIAGE, RD_CLOCK_TRIAGE},
	{"correct", C_CORRECT_DUE, C_CORRECTED, C_BREACHED_CORRECT, RD_CLOCK_CORRECT},
	{"verify", C_VERIFY_DUE, C_CLOSED, C_BREACHED_VERIFY, RD_CLOCK_VERIFY},
};

static bool is_open(const case_seen *c)
{
	return c->v[C_STATE] < CLOSED;
}

static bool runs(const case_seen *c, int k)
{
	return is_open(c) && c->v[clocks[k].due] != NONE && c->v[clocks[k].end] == NONE &&
	       (k != VERIFY || c->v[C_STATE] == VERIFYING);
}

/* As stage.c sets types and clients up. */
static int64_t limit(const stage *s, const case_seen *c, int k)
{
	static const int64_t minutes[TYPES][CLOCKS] = {
		{0, 480, 2400, 0}, {0, 480, 2400, 0}, {0, 30, 90, 0}, {0, 480, 700, 0}, {0, 480, 2400, 0},
	};
	uint32_t level = c->v[C_CLIENT] == s->clients[0] ? 2 : c->v[C_CLIENT] == s->clients[1] ? 0 : 1;
	int64_t of_type = 0;

	for (uint32_t i = 0; i < TYPES; i++)
		if (c->v[C_TYPE] == s->types[i])
			of_type = minutes[i][k];
	return rd_clock_limit(&s->rules, clocks[k].clock, (uint32_t)c->v[C_GRADE], level, of_type);
}

/* Whether the clock begins anew with this step. */
static bool begins(const case_seen *was, const case_seen *now, int k)
{
	if (was == NULL)
		return k != VERIFY;
	if (k == VERIFY)
		return now->v[C_STATE] == VERIFYING && was->v[C_STATE] != VERIFYING;
	return k == CORRECT && is_open(now) && !is_open(was);
}

static void clock_holds(const stage *s, const case_seen *was, const case_seen *now, int k,
                        int64_t now_us)
{
	int64_t due = now->v[clocks[k].due], moved, want;

	if (due == NONE || !is_open(now))
		return;
	if (begins(was, now, k)) {
		moved = business(now_us, due);
		want = limit(s, now, k);
	} else if (runs(was, k)) {
		moved = business(was->v[clocks[k].due], due);
		want = runs(now, k) ? limit(s, now, k) - limit(s, was, k) : moved;
		if (was->v[C_PAUSED] != NONE && now->v[C_PAUSED] == NONE && runs(now, k))
			want += business(was->v[C_PAUSED], now_us);
	} else {
		moved = due - was->v[clocks[k].due];
		want = 0;
	}
	LAW(moved == want,
	    "case %lld: %s is due %lld worked minutes further, %lld would be right (p%lld, was p%lld)",
	    (long long)now->v[C_ID] % 1000000, clocks[k].name, (long long)moved, (long long)want,
	    (long long)now->v[C_GRADE] + 1, was ? (long long)was->v[C_GRADE] + 1 : 0);
	LAW(!runs(now, k) || worked[minute_of(due)] > worked[minute_of(due) - 1],
	    "case %lld: %s is due when nobody works", (long long)now->v[C_ID] % 1000000,
	    clocks[k].name);
}

static void due_holds(const case_seen *c)
{
	int64_t least = NONE;

	for (int k = 0; k < CLOCKS; k++)
		if (runs(c, k) && (least == NONE || c->v[clocks[k].due] < least))
			least = c->v[clocks[k].due];
	LAW(c->v[C_DUE] == least, "case %lld: due is not its nearest clock",
	    (long long)c->v[C_ID] % 1000000);
	LAW(c->v[C_STATE] == REPORTED || !runs(c, TRIAGE),
	    "case %lld: the clock of triage runs behind triage", (long long)c->v[C_ID] % 1000000);
}

/* After the periodic work nothing that has come is left undone. */
static void steps_are_taken(const case_seen *c, int64_t now_us)
{
	if (!is_open(c) || c->v[C_ARCHIVED] != NONE)
		return;
	LAW(c->v[C_CLOCK_AT] == NONE || c->v[C_CLOCK_AT] > now_us,
	    "case %lld: a step of its clocks was not taken", (long long)c->v[C_ID] % 1000000);
	for (int k = 0; k < CLOCKS; k++)
		LAW(!runs(c, k) || c->v[C_PAUSED] != NONE || c->v[clocks[k].due] > now_us ||
		        c->v[clocks[k].breached],
		    "case %lld: %s is late and not written down", (long long)c->v[C_ID] % 1000000,
		    clocks[k].name);
}

/* ---- states ---- */

static void state_holds(const case_seen *c, int64_t now_us)
{
	static const case_column stamps[] = {C_ACKED, C_TRIAGED, C_CORRECTED, C_CLOSED, C_PAUSED};
	long long id = c->v[C_ID] % 1000000;
	int64_t state = c->v[C_STATE];

	LAW(is_open(c) == (c->v[C_CLOSED] == NONE), "case %lld: closed_at does not fit its state", id);
	LAW(c->v[C_PAUSED] == NONE || (is_open(c) && state != REPORTED),
	    "case %lld waits in a state in which no clock runs", id);
	LAW((state == DUPLICATE) == (c->v[C_DUPLICATE_OF] != NONE),
	    "case %lld: duplicate_of does not fit its state", id);
	LAW(state != ACCEPTED || c->v[C_ACCEPTED_UNTIL] != NONE, "case %lld is accepted for ever", id);
	LAW(c->v[C_SPENT] >= 0 && c->v[C_COST] >= 0 && c->v[C_FINDINGS] >= 0 &&
	        c->v[C_PAUSED_MINUTES] >= 0 && c->v[C_ESCALATION] >= 0 && c->v[C_ESCALATION] <= 6,
	    "case %lld: a count is negative or too large", id);
	for (uint32_t i = 0; i < sizeof stamps / sizeof *stamps; i++)
		LAW(c->v[stamps[i]] == NONE ||
		        (c->v[stamps[i]] >= c->v[C_CREATED] && c->v[stamps[i]] <= now_us),
		    "case %lld: a stamp lies before it was reported, or in the future", id);
}

/* Duplicates lead to a case that is none, of the same client. */
static void duplicates_lead_somewhere(const sight *s, const case_seen *c)
{
	const case_seen *to = c;

	for (uint32_t i = 0; to && to->v[C_STATE] == DUPLICATE && i <= s->n; i++)
		to = sight_case(s, to->v[C_DUPLICATE_OF]);
	LAW(to && to->v[C_STATE] != DUPLICATE, "case %lld: its duplicate_of leads nowhere",
	    (long long)c->v[C_ID] % 1000000);
	if (to)
		LAW(to->v[C_CLIENT] == c->v[C_CLIENT], "case %lld is a duplicate of another client's",
		    (long long)c->v[C_ID] % 1000000);
}

/* ---- what stands in other tables ---- */

static void tables_agree(play *p)
{
	static const struct {
		const char *law, *sql;
	} none[] = {
		{"a closed case has a live finding",
	     "SELECT count(*) FROM kind_case c JOIN findings f ON f.case_id = c.id WHERE c.state = "
	     "'closed' AND f.state = 'live' AND c.archived_at_us IS NULL"},
		{"the findings of a case are counted wrongly",
	     "SELECT count(*) FROM kind_case c WHERE c.archived_at_us IS NULL AND coalesce(c.findings, "
	     "0) <> (SELECT count(*) FROM findings f WHERE f.case_id = c.id AND f.state = 'live')"},
		{"a duplicate has findings of its own",
	     "SELECT count(*) FROM kind_case c JOIN findings f ON f.case_id = c.id WHERE c.state = "
	     "'duplicate' AND f.state = 'live'"},
		{"spent_minutes is not the sum of the time booked",
	     "SELECT count(*) FROM kind_case c WHERE coalesce(c.spent_minutes, 0) <> (SELECT "
	     "coalesce(sum(t.minutes), 0) FROM kind_time_entry t WHERE t.about_kind = 'case' AND "
	     "t.about_id = c.id AND t.archived_at_us IS NULL)"},
		{"cost is not the sum of the time booked",
	     "SELECT count(*) FROM kind_case c WHERE coalesce(c.cost_minor, 0) <> (SELECT "
	     "coalesce(sum((t.minutes * t.rate_minor + 30) / 60), 0) FROM kind_time_entry t WHERE "
	     "t.about_kind = 'case' AND t.about_id = c.id AND t.archived_at_us IS NULL)"},
	};

	for (uint32_t i = 0; i < sizeof none / sizeof *none; i++) {
		int64_t n = stage_number(p->s, "%s", none[i].sql);

		LAW(n == 0, "%s: %lld", none[i].law, (long long)n);
	}
}

/* ---- groups ---- */

/* A run opens no second case beside an open one of the same type, books and period. */
static void one_open_case_a_group(play *p, const sight *was)
{
	for (uint32_t i = 0; i < p->now.n; i++) {
		int64_t id = p->now.cases[i].v[C_ID];

		if (sight_case(was, id) || !p->now.cases[i].v[C_BY_CHECK])
			continue;
		int64_t n = stage_number(
			p->s,
			"SELECT count(*) FROM kind_case a JOIN kind_case b ON a.type_id = b.type_id AND "
			"a.books_id = b.books_id AND coalesce(a.period, '') = coalesce(b.period, '') WHERE "
			"a.id = %lld AND b.id <> a.id AND b.archived_at_us IS NULL AND b.state IN ('reported', "
			"'triaged', 'analysing', 'correcting', 'verifying')",
			(long long)id);

		LAW(n == 0, "case %lld was opened beside an open one of its group",
		    (long long)id % 1000000);
	}
}

/* ---- who did what ---- */

static int64_t who_did(const laws *l, int64_t id, char what)
{
	for (uint32_t i = l->n; i > 0; i--)
		if (l->done[i - 1].id == id && l->done[i - 1].what == what)
			return l->done[i - 1].by;
	return NONE;
}

static void people_differ(laws *l, const deed *d)
{
	static const struct {
		const char *kind, *first, *second; /* by another person */
	} pairs[] = {
		{"case", "verify", "close"},
		{"case", "triage", "accept"},
		{"correction", "submit", "approve"},
	};

	if (d->rc != RD_OK || !d->tried)
		return;
	for (uint32_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (strcmp(d->kind, pairs[i].kind) != 0)
			continue;
		if (strcmp(d->transition, pairs[i].first) == 0 && l->n < DONE_MAX) {
			l->done[l->n].id = d->id;
			l->done[l->n].by = d->by;
			l->done[l->n++].what = (char)i;
		}
		if (strcmp(d->transition, pairs[i].second) == 0)
			LAW(who_did(l, d->id, (char)i) != d->by, "one person did both: %s and %s of a %s",
			    pairs[i].first, pairs[i].second, d->kind);
	}
}

/* Who drafted a correction does not approve it. */
static void not_their_own(play *p)
{
	const deed *d = &p->deed;

	if (d->rc == RD_OK && strcmp(d->kind, "correction") == 0 &&
	    strcmp(d->transition, "approve") == 0)
		LAW(stage_number(p->s,
		                 "SELECT count(*) FROM kind_correction WHERE id = %lld AND created_by = "
		                 "'user:%lld'",
		                 (long long)d->id, (long long)d->by) == 0,
		    "a correction was approved by who drafted it");
}

/* ---- all ---- */

void laws_hold(laws *l, play *p, const sight *was)
{
	const sight *now = &p->now;

	if (p->deed.tried && p->deed.rc != RD_OK)
		LAW(was->events == now->events && was->n == now->n &&
		        memcmp(was->cases, now->cases, now->n * sizeof now->cases[0]) == 0,
		    "what was refused changed something");
	people_differ(l, &p->deed);
	not_their_own(p);
	for (uint32_t i = 0; i < now->n; i++) {
		const case_seen *c = &now->cases[i], *before = sight_case(was, c->v[C_ID]);

		state_holds(c, now->now_us);
		for (int k = 0; k < CLOCKS; k++)
			clock_holds(p->s, before, c, k, now->now_us);
		due_holds(c);
		duplicates_lead_somewhere(now, c);
		if (p->deed.walked)
			steps_are_taken(c, now->now_us);
	}
	if (was->events == now->events)
		return;
	tables_agree(p);
	if (strcmp(p->deed.kind, "run") == 0)
		one_open_case_a_group(p, was);
}

void laws_replay(play *p)
{
	const char *const *tables;
	uint64_t sums[128];
	office *o = &p->s->c.o;
	rd_err err = {0};
	int64_t events = 0;
	uint32_t n = stage_tables(&tables);

	for (uint32_t i = 0; i < n; i++)
		sums[i] = stage_table_sum(p->s, tables[i]);
	rd_rc rc = rd_store_write(o->store, OFFICE_FIRM, o->place.arena, rd_rebuild, &events, &err);

	LAW(rc == RD_OK, "the log cannot be replayed: %s", err.en);
	LAW(events == stage_number(p->s, "SELECT count(*) FROM events"),
	    "not all events were replayed");
	for (uint32_t i = 0; i < n; i++)
		LAW(stage_table_sum(p->s, tables[i]) == sums[i], "%s is not what the log says", tables[i]);
}
