/* Sessions, tokens, links and looking as somebody else; firms apart; many who ask at once. */
#include "world.h"
#include "unit.h"
#include <pthread.h>
#include <stdio.h>
#include <time.h>

/* ---- sessions ---- */

static void a_session_ends_by_itself(void)
{
	world w;
	rd_signed_in in;
	rd_caller who;

	open_firm(&w);
	(void)enter(&w, "chen", PASS, &in);
	w.p.now_us += 30 * MINUTE - 1;
	UNIT_OK(ask(&w, in.session.text, &who), &w.err);
	settle(&w);
	w.p.now_us += 30 * MINUTE;
	UNIT_INT(ask(&w, in.session.text, &who), RD_UNAUTHENTICATED);
	(void)enter(&w, "chen", PASS, &in);
	for (int i = 1; i < 24; i++) {
		w.p.now_us += 20 * MINUTE;
		unit_case("%d", i);
		UNIT_OK(ask(&w, in.session.text, &who), &w.err);
		settle(&w);
	}
	w.p.now_us += 20 * MINUTE;
	UNIT_INT(ask(&w, in.session.text, &who), RD_UNAUTHENTICATED);
	UNIT_INT(ask(&w, "", &who), RD_UNAUTHENTICATED);
	UNIT_INT(ask(&w, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &who), RD_UNAUTHENTICATED);
	close_world(&w);
}

static void the_eleventh_session_ends_the_one_unused_longest(void)
{
	world w;
	rd_signed_in in[11];
	rd_caller who;
	const rd_session_row *rows;
	uint32_t n = 0;

	open_firm(&w);
	for (int i = 0; i < 10; i++) {
		UNIT_OK(sign_in(&w, "chen", PASS, &in[i]), &w.err);
		w.p.now_us += 2 * MINUTE;
	}
	UNIT_OK(ask(&w, in[0].session.text, &who), &w.err); /* used: the second one goes */
	UNIT_INT(sign_in(&w, "chen", WRONG, &in[10]), RD_UNAUTHENTICATED);
	UNIT_OK(sign_in(&w, "chen", PASS, &in[10]), &w.err);
	for (int i = 0; i < 11; i++) {
		unit_case("%d", i);
		UNIT_INT(ask(&w, in[i].session.text, &who), i == 1 ? RD_UNAUTHENTICATED : RD_OK);
	}
	UNIT_OK(rd_identity_sessions(w.id, &who, w.p.arena, &rows, &n, &w.err), &w.err);
	UNIT_INT(n, 10);
	UNIT_TRUE(rows[0].current && !rows[1].current);
	UNIT_TEXT(rows[0].address, "192.0.2.7");
	UNIT_OK(rd_identity_session_end(w.id, &who, rows[1].id, &w.err), &w.err);
	UNIT_OK(rd_identity_sign_out(w.id, &who, &w.err), &w.err);
	UNIT_INT(ask(&w, in[10].session.text, &who), RD_UNAUTHENTICATED);
	UNIT_INT(ask(&w, in[9].session.text, &who), RD_UNAUTHENTICATED);
	UNIT_INT(events(&w, "user.signed-out", w.admin), 1);
	UNIT_INT(events(&w, "user.session-ended", w.admin), 1);
	close_world(&w);
}

static void who_is_suspended_is_out_at_once(void)
{
	world w;
	rd_signed_in in, admin;
	rd_caller who, chen;
	rd_token token = {0};
	int64_t user, token_id;

	open_firm(&w);
	user = add_user(&w, "wu", "[\"accountant\"]");
	who = enter(&w, "wu", PASS2, &in);
	chen = enter(&w, "chen", PASS, &admin);
	UNIT_OK(rd_identity_token_new(w.id, &who, RD_STR("t"), RD_STR("write"), 5, &token, &token_id,
	                              &w.err),
	        &w.err);
	UNIT_OK(rd_identity_token(w.id, rd_str_of(token.text), w.p.arena, &who, &w.err), &w.err);
	/* Nobody tells identity: the hook does. */
	UNIT_OK(run(&w, &chen.actor, "user", "suspend", "{\"reason\":\"leave of absence\"}", &user),
	        &w.err);
	UNIT_INT(ask(&w, in.session.text, &who), RD_UNAUTHENTICATED);
	UNIT_INT(rd_identity_token(w.id, rd_str_of(token.text), w.p.arena, &who, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_INT(sign_in(&w, "wu", PASS2, &in), RD_UNAUTHENTICATED);
	UNIT_OK(run(&w, &chen.actor, "user", "activate", "{}", &user), &w.err);
	UNIT_INT(rd_identity_token(w.id, rd_str_of(token.text), w.p.arena, &who, &w.err),
	         RD_UNAUTHENTICATED);
	who = enter(&w, "wu", PASS2, &in);
	/* Other roles mean another cookie. */
	UNIT_OK(run(&w, &chen.actor, "user", NULL, "{\"roles\":[\"reviewer\"]}", &user), &w.err);
	UNIT_INT(ask(&w, in.session.text, &who), RD_UNAUTHENTICATED);
	who = enter(&w, "wu", PASS2, &in);
	UNIT_INT(who.actor.roles, RD_KIND_REVIEWER);
	/* Who left and comes back begins anew. */
	UNIT_OK(run(&w, &chen.actor, "user", "leave", "{\"leaving\":\"2026-01-31\"}", &user), &w.err);
	UNIT_INT(ask(&w, in.session.text, &who), RD_UNAUTHENTICATED);
	UNIT_OK(run(&w, &chen.actor, "user", "return", "{}", &user), &w.err);
	UNIT_OK(run(&w, &chen.actor, "user", "activate", "{}", &user), &w.err);
	UNIT_INT(sign_in(&w, "wu", PASS2, &in), RD_UNAUTHENTICATED);
	/* The last administrator stays. */
	int64_t self = w.admin;

	UNIT_INT(run(&w, &chen.actor, "user", "suspend", "{\"reason\":\"x\"}", &self), RD_BARRED);
	UNIT_INT(run(&w, &chen.actor, "user", NULL, "{\"roles\":[\"reviewer\"]}", &self), RD_BARRED);
	UNIT_OK(ask(&w, admin.session.text, &chen), &w.err);
	UNIT_INT(events(&w, "user.sign-ins-ended", user), 3);
	close_world(&w);
}

static void teams_and_what_another_process_changed_are_seen_soon(void)
{
	world w;
	rd_signed_in in;
	rd_caller who;
	char body[120];
	int64_t user, team = 0;

	open_firm(&w);
	user = add_user(&w, "wu", "[\"accountant\"]");
	w.p.now_us += HOUR;
	who = enter(&w, "wu", PASS2, &in);
	UNIT_INT(who.actor.n_teams, 0);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"North\",\"lead\":\"%lld\",\"members\":[\"%lld\"]}", (long long)user,
	               (long long)user);
	UNIT_OK(run(&w, NULL, "team", NULL, body, &team), &w.err);
	UNIT_OK(ask(&w, in.session.text, &who), &w.err);
	UNIT_INT(who.actor.n_teams, 0);
	w.p.now_us += RD_IDENTITY_STALE_US;
	UNIT_OK(ask(&w, in.session.text, &who), &w.err);
	UNIT_INT(who.actor.n_teams, 1);
	UNIT_TRUE(who.actor.n_teams == 1 && who.actor.teams[0] == team);
	place_sql(&w.p, "UPDATE sessions SET ended_at_us = 1");
	UNIT_OK(ask(&w, in.session.text, &who), &w.err);
	rd_identity_forget(w.id);
	UNIT_INT(ask(&w, in.session.text, &who), RD_UNAUTHENTICATED);
	close_world(&w);
}

/* ---- tokens ---- */

static rd_rc make(world *w, const rd_caller *who, const char *name, const char *scope, int64_t days,
                  rd_token *token, int64_t *id)
{
	return rd_identity_token_new(w->id, who, rd_str_of(name), rd_str_of(scope), days, token, id,
	                             &w->err);
}

static rd_rc ask_by(world *w, const rd_token *token, rd_caller *by)
{
	return rd_identity_token(w->id, rd_str_of(token->text), w->p.arena, by, &w->err);
}

static void a_token_may_what_its_scope_says(void)
{
	static const struct {
		const char *scope;
		uint16_t roles;
		bool only_looks;
	} want[] = {
		{"read", RD_KIND_SUPERVISOR, true},
		{"write", RD_KIND_SUPERVISOR, false},
		{"admin", RD_KIND_SUPERVISOR | RD_KIND_ADMINISTRATOR, false},
	};
	world w;
	rd_signed_in in;
	rd_caller who, by;
	rd_token token = {0}, other;
	int64_t user, id = 0;

	open_firm(&w);
	user = add_user(&w, "wu", "[\"administrator\",\"supervisor\"]");
	who = enter(&w, "wu", PASS2, &in);
	for (uint32_t i = 0; i < 3; i++) {
		unit_case("%s", want[i].scope);
		UNIT_OK(make(&w, &who, "cron", want[i].scope, 30, &token, &id), &w.err);
		UNIT_OK(ask_by(&w, &token, &by), &w.err);
		UNIT_INT(by.actor.user_id, user);
		UNIT_INT(by.actor.roles, want[i].roles);
		UNIT_INT(by.actor.only_looks, want[i].only_looks);
		UNIT_TEXT(by.scope, want[i].scope);
		UNIT_TRUE(by.shown == RD_BY_TOKEN && by.shown_id == id && !by.fresh);
		UNIT_INT(in_payloads(&w, token.text + 24), 0);
		/* A token makes no tokens, sets no passwords and is no cookie. */
		UNIT_INT(make(&w, &by, "x", "read", 1, &other, &id), RD_FORBIDDEN);
		UNIT_INT(rd_identity_password(w.id, &by, RD_STR(PASS), &w.err), RD_FORBIDDEN);
		UNIT_INT(ask(&w, token.text, &by), RD_UNAUTHENTICATED);
	}
	/* The read token changes nothing, whatever its person may. */
	UNIT_OK(make(&w, &who, "look", "read", 1, &token, &id), &w.err);
	UNIT_OK(ask_by(&w, &token, &by), &w.err);
	int64_t record = 0;

	UNIT_INT(run(&w, &by.actor, "client", NULL, "{\"name\":\"C\"}", &record), RD_FORBIDDEN);
	close_world(&w);
}

static void a_token_has_an_end(void)
{
	world w;
	rd_signed_in in;
	rd_caller who, by;
	rd_token token = {0};
	int64_t id = 0;
	const rd_token_row *rows;
	uint32_t n = 0;

	open_firm(&w);
	who = enter(&w, "chen", PASS, &in);
	UNIT_INT(make(&w, &who, "x", "all", 1, &token, &id), RD_INPUT);
	UNIT_INT(make(&w, &who, " ", "read", 1, &token, &id), RD_INPUT);
	UNIT_INT(make(&w, &who, "x", "read", 0, &token, &id), RD_INPUT);
	UNIT_INT(make(&w, &who, "x", "read", 366, &token, &id), RD_INPUT);
	UNIT_OK(make(&w, &who, "x", "read", 30, &token, &id), &w.err);
	/* One that differs in one character is nobody's. */
	token.text[strlen(token.text) - 5] ^= 1;
	UNIT_INT(ask_by(&w, &token, &by), RD_UNAUTHENTICATED);
	token.text[strlen(token.text) - 5] ^= 1;
	w.p.now_us += 30 * 24 * HOUR - 1;
	UNIT_OK(ask_by(&w, &token, &by), &w.err);
	settle(&w);
	w.p.now_us += 1;
	UNIT_INT(ask_by(&w, &token, &by), RD_UNAUTHENTICATED);
	who = enter(&w, "chen", PASS, &in);
	UNIT_OK(rd_identity_tokens(w.id, &who, w.p.arena, &rows, &n, &w.err), &w.err);
	UNIT_INT(n, 1);
	UNIT_INT(rows[0].used_at_us, rows[0].expires_at_us - 1);
	UNIT_OK(make(&w, &who, "y", "read", 2, &token, &id), &w.err);
	UNIT_OK(ask_by(&w, &token, &by), &w.err);
	UNIT_OK(rd_identity_token_end(w.id, &who, id, &w.err), &w.err);
	UNIT_INT(ask_by(&w, &token, &by), RD_UNAUTHENTICATED);
	UNIT_INT(events(&w, "user.token-made", w.admin), 2);
	UNIT_INT(events(&w, "user.token-ended", w.admin), 1);
	close_world(&w);
}

/* ---- as somebody else ---- */

static void an_administrator_who_views_changes_nothing(void)
{
	world w;
	rd_signed_in in, other;
	rd_caller who, wu;
	rd_token token;
	int64_t user, record = 0, token_id;

	open_firm(&w);
	user = add_user(&w, "wu", "[\"accountant\"]");
	who = enter(&w, "chen", PASS, &in);
	wu = enter(&w, "wu", PASS2, &other);
	UNIT_INT(rd_identity_view_as(w.id, &wu, w.admin, &w.err), RD_FORBIDDEN);
	UNIT_INT(rd_identity_view_as(w.id, &who, w.admin, &w.err), RD_BARRED);
	UNIT_INT(rd_identity_view_as(w.id, &who, 99, &w.err), RD_NOT_FOUND);
	UNIT_OK(rd_identity_view_as(w.id, &who, user, &w.err), &w.err);
	UNIT_OK(ask(&w, in.session.text, &who), &w.err);
	UNIT_INT(who.actor.user_id, user);
	UNIT_INT(who.viewer_id, w.admin);
	UNIT_INT(who.actor.roles, RD_KIND_ACCOUNTANT);
	UNIT_TRUE(who.actor.only_looks);
	UNIT_INT(run(&w, &who.actor, "client", NULL, "{\"name\":\"C\"}", &record), RD_FORBIDDEN);
	UNIT_INT(rd_identity_password(w.id, &who, RD_STR(PASS), &w.err), RD_FORBIDDEN);
	UNIT_INT(rd_identity_token_new(w.id, &who, RD_STR("x"), RD_STR("read"), 1, &token, &token_id,
	                               &w.err),
	         RD_FORBIDDEN);
	UNIT_INT(rd_identity_view_as(w.id, &who, w.admin, &w.err), RD_FORBIDDEN);
	UNIT_OK(rd_identity_view_as(w.id, &who, 0, &w.err), &w.err);
	UNIT_OK(ask(&w, in.session.text, &who), &w.err);
	UNIT_INT(who.actor.user_id, w.admin);
	UNIT_TRUE(!who.actor.only_looks && who.viewer_id == 0);
	UNIT_INT(rd_identity_view_as(w.id, &who, 0, &w.err), RD_BARRED);
	UNIT_INT(events(&w, "user.viewed-as", user), 1);
	UNIT_INT(events(&w, "user.view-ended", user), 1);
	close_world(&w);
}

/* ---- magic links ---- */

static void a_magic_link_opens_one_record_once(void)
{
	world w;
	rd_signed_in in, guest;
	rd_caller who, by;
	rd_token link = {0}, second = {0};
	char body[200];
	int64_t client = 0, other = 0, contact = 0;
	const rd_kind *k = rd_kind_find(RD_STR("client"));

	open_firm(&w);
	who = enter(&w, "chen", PASS, &in);
	UNIT_OK(run(&w, NULL, "client", NULL, "{\"name\":\"甲\",\"portal\":false}", &client), &w.err);
	UNIT_OK(run(&w, NULL, "client", NULL, "{\"name\":\"乙\",\"portal\":true}", &other), &w.err);
	(void)snprintf(body, sizeof body, "{\"name\":\"Lin\",\"client\":\"%lld\",\"portal\":true}",
	               (long long)client);
	UNIT_OK(run(&w, NULL, "contact", NULL, body, &contact), &w.err);
	UNIT_INT(rd_identity_link_new(w.id, &who, contact, k, client, &link, &w.err), RD_BARRED);
	UNIT_OK(run(&w, NULL, "client", NULL, "{\"portal\":true}", &client), &w.err);
	UNIT_INT(rd_identity_link_new(w.id, &who, contact, k, other, &link, &w.err), RD_BARRED);
	UNIT_INT(rd_identity_link_new(w.id, &who, contact, k, 12345, &link, &w.err), RD_NOT_FOUND);
	UNIT_OK(rd_identity_link_new(w.id, &who, contact, k, client, &link, &w.err), &w.err);
	UNIT_OK(rd_identity_link_new(w.id, &who, contact, k, client, &second, &w.err), &w.err);
	for (int i = 0; i < 3; i++) /* mail scanners look, too */
		UNIT_OK(rd_identity_link_look(w.id, rd_str_of(link.text), &w.err), &w.err);
	UNIT_INT(rd_identity_accept(w.id, rd_str_of(link.text), RD_STR(PASS), &visit, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_OK(rd_identity_link_use(w.id, rd_str_of(link.text), &visit, &guest, &w.err), &w.err);
	UNIT_INT(rd_identity_link_use(w.id, rd_str_of(link.text), &visit, &guest, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_INT(rd_identity_link_look(w.id, rd_str_of(link.text), &w.err), RD_UNAUTHENTICATED);
	UNIT_OK(ask(&w, guest.session.text, &by), &w.err);
	UNIT_INT(by.actor.client_id, client);
	UNIT_INT(by.actor.roles, RD_KIND_CLIENT);
	UNIT_INT(by.actor.user_id, 0);
	(void)snprintf(body, sizeof body, "client/%lld", (long long)client);
	UNIT_TEXT(by.scope, body);
	UNIT_TRUE(by.shown == RD_BY_LINK && rd_str_starts(by.actor.name, "link:"));
	UNIT_INT(rd_identity_password(w.id, &by, RD_STR(PASS), &w.err), RD_FORBIDDEN);
	/* The contact leaves: session and links are closed. */
	UNIT_OK(run(&w, NULL, "contact", "leave", "{}", &contact), &w.err);
	UNIT_INT(ask(&w, guest.session.text, &by), RD_UNAUTHENTICATED);
	UNIT_INT(rd_identity_link_use(w.id, rd_str_of(second.text), &visit, &guest, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_INT(events(&w, "contact.signed-in", contact), 1);
	UNIT_INT(events(&w, "contact.link-made", contact), 2);
	UNIT_INT(in_payloads(&w, link.text), 0);
	close_world(&w);
}

/* ---- firms apart; nothing secret in the log ---- */

static void another_firm_is_not_there(void)
{
	world w;
	rd_signed_in in, mine;
	rd_caller who, foreign;
	rd_token token;
	int64_t firm2 = 0, admin2 = 0, token_id;

	open_firm(&w);
	who = enter(&w, "chen", PASS, &mine);
	UNIT_OK(rd_identity_token_new(w.id, &who, RD_STR("t"), RD_STR("read"), 1, &token, &token_id,
	                              &w.err),
	        &w.err);
	UNIT_OK(found(&w, "", "second", &firm2, &admin2), &w.err);
	UNIT_OK(rd_identity_sign_in(w.id, RD_STR("second"), RD_STR("chen"), RD_STR(PASS), &visit, &in,
	                            &w.err),
	        &w.err);
	UNIT_OK(ask(&w, in.session.text, &foreign), &w.err);
	UNIT_INT(foreign.actor.firm_id, firm2);
	UNIT_INT(rd_identity_invite(w.id, &foreign, w.admin, &token, &w.err), RD_NOT_FOUND);
	UNIT_INT(rd_identity_view_as(w.id, &foreign, w.admin, &w.err), RD_NOT_FOUND);
	UNIT_INT(rd_identity_totp_reset(w.id, &foreign, w.admin, &w.err), RD_NOT_FOUND);
	UNIT_INT(rd_identity_session_end(w.id, &foreign, who.shown_id, &w.err), RD_NOT_FOUND);
	UNIT_INT(rd_identity_token_end(w.id, &foreign, token_id, &w.err), RD_NOT_FOUND);
	const rd_session_row *rows;
	uint32_t n = 9;

	UNIT_OK(rd_identity_sessions_of(w.id, &foreign, w.admin, w.p.arena, &rows, &n, &w.err), &w.err);
	UNIT_INT(n, 0);
	UNIT_OK(ask(&w, mine.session.text, &who), &w.err);
	close_world(&w);
}

/* ---- at one moment ---- */

typedef struct racer {
	world *w;
	pthread_t thread;
	pthread_barrier_t *start;
	const char *link;
	int number;
	bool sets_up;
	rd_rc rc;
} racer;

static void *race(void *arg)
{
	racer *r = arg;
	char label[16];
	rd_arena *a = rd_arena_new();
	rd_problems problems = {0};
	int64_t firm, admin;
	rd_signed_in in;
	rd_err err;

	(void)snprintf(label, sizeof label, "firm-%d", r->number);
	const rd_new_firm n = {.link = rd_str_of(r->link),
	                       .label = rd_str_of(label),
	                       .name = RD_STR("F"),
	                       .login = RD_STR("chen"),
	                       .display_name = RD_STR("C"),
	                       .password = RD_STR(PASS)};

	(void)pthread_barrier_wait(r->start);
	r->rc = r->sets_up ? rd_identity_setup(r->w->id, &n, a, &firm, &admin, &problems, &err)
	                   : rd_identity_link_use(r->w->id, rd_str_of(r->link), &visit, &in, &err);
	rd_arena_free(a);
	return NULL;
}

/* Several do the same with one link (or two that lead to the same); exactly one may. */
static void race_for(world *w, const char *const link[2], bool sets_up)
{
	enum { RACERS = 6 };
	racer racers[RACERS];
	pthread_barrier_t start;
	int good = 0;

	UNIT_INT(pthread_barrier_init(&start, NULL, RACERS), 0);
	for (int i = 0; i < RACERS; i++) {
		racers[i] =
			(racer){.w = w, .start = &start, .link = link[i % 2], .number = i, .sets_up = sets_up};
		(void)pthread_create(&racers[i].thread, NULL, race, &racers[i]);
	}
	for (int i = 0; i < RACERS; i++) {
		(void)pthread_join(racers[i].thread, NULL);
		good += racers[i].rc == RD_OK;
		UNIT_TRUE(racers[i].rc == RD_OK || racers[i].rc == RD_UNAUTHENTICATED);
	}
	UNIT_INT(good, 1);
	(void)pthread_barrier_destroy(&start);
}

static void one_link_lets_one_in(void)
{
	world w;
	rd_signed_in in;
	rd_caller who;
	rd_token link = {0}, other = {0};
	char body[120];
	int64_t client = 0, contact = 0;
	bool needed;

	open_world(&w);
	UNIT_OK(rd_identity_setup_link(w.id, &link, &needed, &w.err), &w.err);
	UNIT_OK(rd_identity_setup_link(w.id, &other, &needed, &w.err), &w.err);
	race_for(&w, (const char *const[2]){link.text, other.text}, true);
	UNIT_INT(place_number(&w.p, "SELECT count(*) FROM kind_firm"), 1);
	UNIT_INT(place_number(&w.p, "SELECT count(*) FROM firm_labels"), 2);
	w.firm = place_number(&w.p, "SELECT firm_id FROM kind_firm");
	who = enter(&w, "chen", PASS, &in);
	UNIT_OK(run(&w, NULL, "client", NULL, "{\"name\":\"C\",\"portal\":true}", &client), &w.err);
	(void)snprintf(body, sizeof body, "{\"name\":\"Lin\",\"client\":\"%lld\",\"portal\":true}",
	               (long long)client);
	UNIT_OK(run(&w, NULL, "contact", NULL, body, &contact), &w.err);
	UNIT_OK(rd_identity_link_new(w.id, &who, contact, rd_kind_find(RD_STR("client")), client, &link,
	                             &w.err),
	        &w.err);
	race_for(&w, (const char *const[2]){link.text, link.text}, false);
	UNIT_INT(events(&w, "contact.signed-in", contact), 1);
	close_world(&w);
}

/* ---- many at once ---- */

typedef struct hand {
	world *w;
	pthread_t thread;
	const char *cookie;
	int64_t user;
	int good, n;
} hand;

static void *ask_often(void *arg)
{
	hand *h = arg;
	rd_arena *a = rd_arena_new();
	rd_caller who;
	rd_err err;

	for (int i = 0; i < h->n; i++) {
		if (rd_identity_session(h->w->id, rd_str_of(h->cookie), a, &who, &err) == RD_OK &&
		    who.actor.user_id == h->user)
			h->good++;
		if (i % 64 == 0)
			rd_identity_forget(h->w->id);
		rd_arena_reset(a);
	}
	rd_arena_free(a);
	return NULL;
}

static void many_ask_at_once(void)
{
	enum { HANDS = 6 };
	world w;
	rd_signed_in in[2];
	hand hands[HANDS];

	open_firm(&w);
	w.p.now_us += 2 * HOUR;
	(void)add_user(&w, "wu", "[\"accountant\"]");
	w.p.now_us += HOUR;
	UNIT_OK(sign_in(&w, "chen", PASS, &in[0]), &w.err);
	UNIT_OK(sign_in(&w, "wu", PASS2, &in[1]), &w.err);
	for (int i = 0; i < HANDS; i++) {
		hands[i] =
			(hand){.w = &w, .cookie = in[i % 2].session.text, .user = in[i % 2].user_id, .n = 2000};
		(void)pthread_create(&hands[i].thread, NULL, ask_often, &hands[i]);
	}
	for (int i = 0; i < HANDS; i++) {
		(void)pthread_join(hands[i].thread, NULL);
		UNIT_INT(hands[i].good, hands[i].n);
	}
	close_world(&w);
}

static void asking_is_cheap(void)
{
	enum { N = 100000 };
	world w;
	rd_signed_in in;
	rd_caller who;
	struct timespec from, to;

	open_firm(&w);
	w.p.now_us += 5 * HOUR;
	(void)enter(&w, "chen", PASS, &in);
	rd_arena *a = rd_arena_new();
	int good = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < N; i++) {
		good += rd_identity_session(w.id, rd_str_of(in.session.text), a, &who, &w.err) == RD_OK;
		rd_arena_reset(a);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	UNIT_INT(good, N);
	unit_note("%lld ns a caller",
	          (long long)((to.tv_sec - from.tv_sec) * 1000000000 + (to.tv_nsec - from.tv_nsec)) /
	              N);
	rd_arena_free(a);
	close_world(&w);
}

const unit_test identity_access_tests[] = {
	{"a session ends by itself", a_session_ends_by_itself},
	{"the eleventh session ends the one unused longest",
     the_eleventh_session_ends_the_one_unused_longest},
	{"who is suspended is out at once", who_is_suspended_is_out_at_once},
	{"teams and what another process changed are seen soon",
     teams_and_what_another_process_changed_are_seen_soon},
	{"a token may what its scope says", a_token_may_what_its_scope_says},
	{"a token has an end", a_token_has_an_end},
	{"an administrator who views changes nothing", an_administrator_who_views_changes_nothing},
	{"a magic link opens one record once", a_magic_link_opens_one_record_once},
	{"another firm is not there", another_firm_is_not_there},
	{"one link lets one in", one_link_lets_one_in},
	{"many ask at once", many_ask_at_once},
	{"asking is cheap", asking_is_cheap},
	{0},
};
