/* Who is there: set-up, passwords, invitations, second factors, and what the log says of them. */
#include "world.h"
#include "unit.h"
#include <stdio.h>
#include <sys/stat.h>

/* ---- set-up ---- */

static void a_server_is_set_up_once(void)
{
	world w;
	rd_token link = {0}, other = {0}, third;
	int64_t firm = 0, admin = 0;
	bool needed = false;
	rd_signed_in in;

	open_world(&w);
	UNIT_OK(rd_identity_setup_link(w.id, &link, &needed, &w.err), &w.err);
	UNIT_TRUE(needed);
	UNIT_OK(rd_identity_setup_link(w.id, &other, &needed, &w.err), &w.err);
	UNIT_OK(rd_identity_link_look(w.id, rd_str_of(link.text), &w.err), &w.err);
	UNIT_INT(found(&w, "AAAAAAAAAAAAAAAAAAAAAA", "main", &firm, &admin), RD_UNAUTHENTICATED);
	UNIT_INT(found(&w, "short", "main", &firm, &admin), RD_UNAUTHENTICATED);
	UNIT_INT(found(&w, link.text, "Bad Label", &firm, &admin), RD_INPUT);
	UNIT_OK(found(&w, link.text, "", &firm, &admin), &w.err);
	UNIT_INT(found(&w, link.text, "second", &firm, &admin), RD_UNAUTHENTICATED);
	UNIT_INT(found(&w, other.text, "second", &firm, &admin), RD_UNAUTHENTICATED);
	UNIT_OK(rd_identity_setup_link(w.id, &third, &needed, &w.err), &w.err);
	UNIT_TRUE(!needed);
	w.firm = firm;
	rd_caller who = enter(&w, "chen", PASS, &in);

	UNIT_INT(who.actor.firm_id, firm);
	UNIT_INT(who.actor.user_id, admin);
	UNIT_INT(who.actor.roles, RD_KIND_ADMINISTRATOR);
	UNIT_TEXT(rd_str_of(who.lang), "zh");
	UNIT_TRUE(who.fresh && !who.must_enrol && !who.actor.only_looks);
	/* The operator makes further ones; from then on a firm must be named. */
	UNIT_INT(found(&w, "", "main", &firm, &admin), RD_INPUT);
	UNIT_OK(found(&w, "", "second", &firm, &admin), &w.err);
	UNIT_INT(sign_in(&w, "chen", PASS, &in), RD_USAGE);
	UNIT_OK(rd_identity_sign_in(w.id, RD_STR("Second"), RD_STR("chen"), RD_STR(PASS), &visit, &in,
	                            &w.err),
	        &w.err);
	UNIT_INT(in.firm_id, firm);
	close_world(&w);
}

static void a_set_up_link_grows_old(void)
{
	world w;
	rd_token link = {0};
	int64_t firm, admin;
	bool needed;

	open_world(&w);
	UNIT_OK(rd_identity_setup_link(w.id, &link, &needed, &w.err), &w.err);
	w.p.now_us += 24 * HOUR;
	UNIT_INT(found(&w, link.text, "", &firm, &admin), RD_UNAUTHENTICATED);
	close_world(&w);
}

static void what_is_wrong_with_a_new_firm_is_said(void)
{
	world w;
	rd_problems problems = {0};
	const rd_new_firm n = {.name = RD_STR("F"),
	                       .login = RD_STR("Not A Login"),
	                       .display_name = RD_STR(""),
	                       .mail = RD_STR("nowhere"),
	                       .password = RD_STR(PASS)};
	int64_t firm, admin;
	uint32_t seen = 0;

	open_world(&w);
	UNIT_INT(rd_identity_setup(w.id, &n, w.p.arena, &firm, &admin, &problems, &w.err), RD_INPUT);
	for (uint32_t i = 0; i < problems.n; i++)
		seen |= strcmp(problems.items[i].field, "login") == 0          ? 1u
		        : strcmp(problems.items[i].field, "display_name") == 0 ? 2u
		        : strcmp(problems.items[i].field, "mail") == 0         ? 4u
		                                                               : 8u;
	UNIT_INT(seen, 7);
	/* Nothing was left behind. */
	UNIT_INT(place_number(&w.p, "SELECT count(*) FROM firm_labels"), 0);
	UNIT_INT(place_number(&w.p, "SELECT count(*) FROM kind_firm"), 0);
	close_world(&w);
}

/* ---- passwords ---- */

static void only_the_right_password_opens(void)
{
	static const struct {
		const char *login, *password;
		rd_rc rc;
	} tries[] = {
		{"chen", PASS, RD_OK},
		{" CHEN ", PASS, RD_OK},
		{"Chen@Example.CN", PASS, RD_OK},
		{"chen", WRONG, RD_UNAUTHENTICATED},
		{"chen", "", RD_UNAUTHENTICATED},
		{"nobody", PASS, RD_UNAUTHENTICATED},
		{"", PASS, RD_UNAUTHENTICATED},
		{"\xff", PASS, RD_UNAUTHENTICATED},
	};
	world w;
	rd_signed_in in;
	char first[sizeof w.err.en] = "";

	open_firm(&w);
	for (uint32_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		unit_case("%s", tries[i].login);
		UNIT_INT(sign_in(&w, tries[i].login, tries[i].password, &in), tries[i].rc);
		if (tries[i].rc == RD_OK)
			continue;
		/* The same words, whatever was wrong. */
		if (first[0] == 0)
			memcpy(first, w.err.en, sizeof first);
		UNIT_TEXT(rd_str_of(w.err.en), first);
	}
	UNIT_INT(events(&w, "user.signed-in", w.admin), 3);
	UNIT_INT(events(&w, "user.sign-in-refused", w.admin), 2);
	UNIT_INT(events(&w, "user.sign-in-refused", 0), 5);
	UNIT_INT(in_payloads(&w, "192.0.2.7"), 8);
	UNIT_INT(rd_identity_sign_in(w.id, RD_STR("elsewhere"), RD_STR("chen"), RD_STR(PASS), &visit,
	                             &in, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_TEXT(rd_str_of(w.err.en), first);
	close_world(&w);
}

static void tries_are_limited_and_nobody_is_locked_out(void)
{
	world w;
	rd_signed_in in;

	open_firm(&w);
	for (int i = 0; i < 10; i++)
		UNIT_INT(sign_in(&w, "chen", WRONG, &in), RD_UNAUTHENTICATED);
	UNIT_INT(sign_in(&w, "chen", PASS, &in), RD_TOO_MANY);
	UNIT_INT(w.err.line, 15 * 60);
	/* Names that do not exist have the same limit. */
	for (int i = 0; i < 10; i++)
		UNIT_INT(sign_in(&w, "nobody", WRONG, &in), RD_UNAUTHENTICATED);
	UNIT_INT(sign_in(&w, "nobody", WRONG, &in), RD_TOO_MANY);
	w.p.now_us += 15 * MINUTE;
	UNIT_OK(sign_in(&w, "chen", PASS, &in), &w.err);
	close_world(&w);
}

static void a_weaker_hash_is_made_anew(void)
{
	world w;
	rd_signed_in in;
	const char *sql = "SELECT count(*) FROM credentials WHERE hash LIKE '%m=16,t=2%'";

	open_firm(&w);
	rd_identity_set_cost(w.id, (rd_password_cost){16, 2});
	UNIT_INT(place_number(&w.p, sql), 0);
	UNIT_OK(sign_in(&w, "chen", PASS, &in), &w.err);
	UNIT_INT(place_number(&w.p, sql), 1);
	UNIT_OK(sign_in(&w, "chen", PASS, &in), &w.err);
	close_world(&w);
}

static void a_changed_password_ends_the_other_sessions(void)
{
	world w;
	rd_signed_in a, b;
	rd_caller who, other;

	open_firm(&w);
	other = enter(&w, "chen", PASS, &a);
	who = enter(&w, "chen", PASS, &b);
	UNIT_INT(rd_identity_password(w.id, &who, RD_STR("short"), &w.err), RD_INPUT);
	UNIT_INT(rd_identity_password(w.id, &who, RD_STR("chenchenchenchen"), &w.err), RD_INPUT);
	UNIT_OK(rd_identity_password(w.id, &who, RD_STR(PASS2), &w.err), &w.err);
	UNIT_OK(ask(&w, b.session.text, &who), &w.err);
	UNIT_INT(ask(&w, a.session.text, &other), RD_UNAUTHENTICATED);
	UNIT_INT(sign_in(&w, "chen", PASS, &a), RD_UNAUTHENTICATED);
	UNIT_OK(sign_in(&w, "chen", PASS2, &a), &w.err);
	/* Ten minutes after the sign-in it must be shown again, and that gives another cookie. */
	w.p.now_us += 10 * MINUTE;
	UNIT_OK(ask(&w, b.session.text, &who), &w.err);
	UNIT_TRUE(!who.fresh);
	UNIT_INT(rd_identity_password(w.id, &who, RD_STR(PASS), &w.err), RD_UNAUTHENTICATED);
	UNIT_INT(rd_identity_prove(w.id, &who, RD_STR(PASS), RD_STR(""), &visit, &a, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_OK(rd_identity_prove(w.id, &who, RD_STR(PASS2), RD_STR(""), &visit, &a, &w.err), &w.err);
	UNIT_INT(ask(&w, b.session.text, &who), RD_UNAUTHENTICATED);
	UNIT_OK(ask(&w, a.session.text, &who), &w.err);
	UNIT_TRUE(who.fresh);
	UNIT_OK(rd_identity_password(w.id, &who, RD_STR(PASS), &w.err), &w.err);
	UNIT_INT(events(&w, "user.password-changed", w.admin), 3);
	UNIT_INT(events(&w, "user.proved", w.admin), 1);
	UNIT_INT(events(&w, "user.proof-refused", w.admin), 1);
	close_world(&w);
}

static void an_invitation_is_used_once(void)
{
	world w;
	rd_signed_in in;
	rd_token link = {0}, later = {0};
	int64_t user = 0, admin2;

	open_firm(&w);
	rd_caller who = enter(&w, "chen", PASS, &in);

	UNIT_OK(run(&w, NULL, "user", NULL,
	            "{\"login\":\"wu\",\"name\":\"吴\",\"roles\":[\"accountant\"]}", &user),
	        &w.err);
	UNIT_INT(rd_identity_invite(w.id, &who, 4711, &link, &w.err), RD_NOT_FOUND);
	UNIT_INT(rd_identity_invite(w.id, &who, w.admin, &link, &w.err), RD_BARRED);
	UNIT_OK(rd_identity_invite(w.id, &who, user, &link, &w.err), &w.err);
	UNIT_OK(rd_identity_invite(w.id, &who, user, &later, &w.err), &w.err);
	UNIT_INT(rd_identity_accept(w.id, rd_str_of(link.text), RD_STR(PASS2), &visit, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_INT(rd_identity_accept(w.id, rd_str_of(later.text), RD_STR("123456789012"), &visit,
	                            &w.err),
	         RD_INPUT);
	UNIT_OK(rd_identity_link_look(w.id, rd_str_of(later.text), &w.err), &w.err);
	UNIT_OK(rd_identity_accept(w.id, rd_str_of(later.text), RD_STR(PASS2), &visit, &w.err), &w.err);
	UNIT_INT(rd_identity_accept(w.id, rd_str_of(later.text), RD_STR(PASS), &visit, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_INT(rd_identity_link_look(w.id, rd_str_of(later.text), &w.err), RD_UNAUTHENTICATED);
	rd_caller wu = enter(&w, "wu", PASS2, &in);

	UNIT_INT(wu.actor.roles, RD_KIND_ACCOUNTANT);
	UNIT_INT(rd_identity_invite(w.id, &wu, w.admin, &link, &w.err), RD_FORBIDDEN);
	/* A reset of somebody's password wants a fresh proof, and ends their sessions. */
	w.p.now_us += 11 * MINUTE;
	who.fresh = false;
	UNIT_INT(rd_identity_invite(w.id, &who, user, &link, &w.err), RD_UNAUTHENTICATED);
	who.fresh = true;
	UNIT_OK(rd_identity_invite(w.id, &who, user, &link, &w.err), &w.err);
	UNIT_OK(rd_identity_accept(w.id, rd_str_of(link.text), RD_STR(PASS), &visit, &w.err), &w.err);
	UNIT_INT(ask(&w, in.session.text, &wu), RD_UNAUTHENTICATED);
	admin2 = add_user(&w, "xu", "[\"administrator\"]");
	UNIT_OK(rd_identity_invite(w.id, &who, admin2, &link, &w.err), &w.err);
	w.p.now_us += 24 * HOUR;
	UNIT_INT(rd_identity_accept(w.id, rd_str_of(link.text), RD_STR(PASS), &visit, &w.err),
	         RD_UNAUTHENTICATED);
	close_world(&w);
}

/* ---- the second factor ---- */

static rd_rc second_step(world *w, const char *cookie, const char *code, rd_signed_in *in)
{
	return rd_identity_code(w->id, rd_str_of(cookie), rd_str_of(code), &visit, in, &w->err);
}

static void a_code_counts_once(void)
{
	world w;
	phone ph;
	rd_signed_in in, step, again;
	rd_caller who;
	char code[RD_TOTP_DIGITS + 1];
	struct stat st;
	char path[128];

	open_firm(&w);
	who = enter(&w, "chen", PASS, &in);
	UNIT_OK(sign_in(&w, "chen", PASS, &again), &w.err);
	turn_on(&w, &who, &ph);
	(void)snprintf(path, sizeof path, "%s/factor.key", w.p.folder);
	UNIT_TRUE(stat(path, &st) == 0 && (st.st_mode & 0777) == 0400);
	/* The other session ended, this one did not. */
	UNIT_INT(ask(&w, again.session.text, &who), RD_UNAUTHENTICATED);
	UNIT_OK(ask(&w, in.session.text, &who), &w.err);
	w.p.now_us += MINUTE;
	code_at(&ph, w.p.now_us, code);
	UNIT_OK(sign_in(&w, "chen", PASS, &step), &w.err);
	UNIT_TRUE(step.needs_code);
	UNIT_INT(ask(&w, step.session.text, &who), RD_UNAUTHENTICATED);
	UNIT_INT(second_step(&w, step.session.text, "000000", &in), RD_UNAUTHENTICATED);
	UNIT_OK(second_step(&w, step.session.text, code, &in), &w.err);
	UNIT_TRUE(!in.needs_code);
	UNIT_OK(ask(&w, in.session.text, &who), &w.err);
	UNIT_INT(second_step(&w, step.session.text, code, &in), RD_UNAUTHENTICATED);
	/* Nor does the one before it, which a clock half a minute behind would still take. */
	UNIT_OK(sign_in(&w, "chen", PASS, &step), &w.err);
	code_at(&ph, w.p.now_us - MINUTE / 2, code);
	UNIT_INT(second_step(&w, step.session.text, code, &in), RD_UNAUTHENTICATED);
	code_at(&ph, w.p.now_us, code);
	/* The same code at another sign-in. */
	UNIT_OK(sign_in(&w, "chen", PASS, &step), &w.err);
	UNIT_INT(second_step(&w, step.session.text, code, &in), RD_UNAUTHENTICATED);
	UNIT_INT(place_number(&w.p, "SELECT count(*) FROM totp_steps"), 1);
	/* It waits five minutes. */
	w.p.now_us += 5 * MINUTE;
	code_at(&ph, w.p.now_us, code);
	UNIT_INT(second_step(&w, step.session.text, code, &in), RD_UNAUTHENTICATED);
	UNIT_INT(events(&w, "user.totp-on", w.admin), 1);
	UNIT_INT(events(&w, "user.code-asked", w.admin), 3);
	UNIT_INT(in_payloads(&w, ph.base32), 0);
	close_world(&w);
}

static void a_recovery_code_opens_once(void)
{
	world w;
	phone ph;
	rd_signed_in in, step;
	rd_caller who;

	open_firm(&w);
	who = enter(&w, "chen", PASS, &in);
	turn_on(&w, &who, &ph);
	UNIT_OK(sign_in(&w, "chen", PASS, &step), &w.err);
	UNIT_OK(second_step(&w, step.session.text, ph.recovery[3].text, &in), &w.err);
	UNIT_OK(sign_in(&w, "chen", PASS, &step), &w.err);
	UNIT_INT(second_step(&w, step.session.text, ph.recovery[3].text, &in), RD_UNAUTHENTICATED);
	UNIT_OK(second_step(&w, step.session.text, ph.recovery[4].text, &in), &w.err);
	UNIT_OK(ask(&w, in.session.text, &who), &w.err);
	UNIT_INT(in_payloads(&w, ph.recovery[3].text), 0);
	/* A password reset does not skip the factor; proving wants it, too. */
	UNIT_INT(rd_identity_prove(w.id, &who, RD_STR(PASS), RD_STR(""), &visit, &step, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_OK(rd_identity_prove(w.id, &who, RD_STR(PASS), rd_str_of(ph.recovery[5].text), &visit,
	                          &step, &w.err),
	        &w.err);
	UNIT_OK(ask(&w, step.session.text, &who), &w.err);
	UNIT_OK(rd_identity_totp_remove(w.id, &who, &w.err), &w.err);
	UNIT_INT(rd_identity_totp_remove(w.id, &who, &w.err), RD_BARRED);
	UNIT_OK(sign_in(&w, "chen", PASS, &in), &w.err);
	UNIT_TRUE(!in.needs_code);
	close_world(&w);
}

static void a_factor_is_asked_for_and_reset(void)
{
	world w;
	phone ph;
	rd_signed_in in, other;
	int64_t firm, user;

	open_firm(&w);
	firm = w.firm;
	user = add_user(&w, "wu", "[\"accountant\"]");
	UNIT_OK(run(&w, NULL, "firm", NULL, "{\"second_factor\":true}", &firm), &w.err);
	rd_caller who = enter(&w, "chen", PASS, &in), wu = enter(&w, "wu", PASS2, &other);

	UNIT_TRUE(who.must_enrol && wu.must_enrol);
	turn_on(&w, &wu, &ph);
	UNIT_OK(ask(&w, other.session.text, &wu), &w.err);
	UNIT_TRUE(!wu.must_enrol);
	UNIT_INT(rd_identity_totp_reset(w.id, &wu, w.admin, &w.err), RD_FORBIDDEN);
	UNIT_OK(rd_identity_totp_reset(w.id, &who, user, &w.err), &w.err);
	UNIT_INT(ask(&w, other.session.text, &wu), RD_UNAUTHENTICATED);
	UNIT_OK(sign_in(&w, "wu", PASS2, &other), &w.err);
	UNIT_TRUE(!other.needs_code);
	UNIT_INT(events(&w, "user.totp-off", user), 1);
	close_world(&w);
}

/* A row copied to another person, or the secret of another key, does not open. */
static void a_sealed_secret_belongs_to_one_person(void)
{
	world w;
	phone ph;
	rd_signed_in in, step;
	char sql[200];
	int64_t user;

	open_firm(&w);
	user = add_user(&w, "wu", "[\"accountant\"]");
	rd_caller who = enter(&w, "chen", PASS, &in);

	turn_on(&w, &who, &ph);
	(void)snprintf(sql, sizeof sql,
	               "INSERT INTO totp SELECT firm_id, %lld, sealed, at_us, on_at_us FROM totp",
	               (long long)user);
	place_sql(&w.p, sql);
	w.p.now_us += MINUTE;
	UNIT_OK(sign_in(&w, "wu", PASS2, &step), &w.err);
	UNIT_TRUE(step.needs_code);
	UNIT_INT(second_step(&w, step.session.text, "000000", &in), RD_CORRUPT);
	close_world(&w);
}

static void the_log_holds_no_secret(void)
{
	world w;
	phone ph;
	rd_signed_in in, step;
	rd_token token = {0};
	int64_t token_id;
	char code[RD_TOTP_DIGITS + 1], quoted[RD_TOTP_DIGITS + 3];

	open_firm(&w);
	(void)add_user(&w, "wu", "[\"accountant\"]");
	rd_caller who = enter(&w, "chen", PASS, &in);

	UNIT_OK(rd_identity_token_new(w.id, &who, RD_STR("nightly"), RD_STR("read"), 1, &token,
	                              &token_id, &w.err),
	        &w.err);
	turn_on(&w, &who, &ph);
	w.p.now_us += MINUTE;
	code_at(&ph, w.p.now_us, code);
	UNIT_OK(sign_in(&w, "chen", PASS, &step), &w.err);
	UNIT_OK(second_step(&w, step.session.text, code, &in), &w.err);
	UNIT_INT(sign_in(&w, "chen", WRONG, &step), RD_UNAUTHENTICATED);
	UNIT_INT(sign_in(&w, "a-typed-name", WRONG, &step), RD_UNAUTHENTICATED);
	(void)snprintf(quoted, sizeof quoted, "\"%s\"", code);
	const char *secrets[] = {
		PASS,   PASS2,          WRONG,     in.session.text,     token.text + 24,
		quoted, "a-typed-name", ph.base32, ph.recovery[0].text, "argon2"};

	for (uint32_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		unit_case("%u", i);
		UNIT_INT(in_payloads(&w, secrets[i]), 0);
	}
	UNIT_TRUE(events(&w, NULL, 0) > 15);
	close_world(&w);
}

const unit_test identity_tests[] = {
	{"a server is set up once", a_server_is_set_up_once},
	{"a set-up link grows old", a_set_up_link_grows_old},
	{"what is wrong with a new firm is said", what_is_wrong_with_a_new_firm_is_said},
	{"only the right password opens", only_the_right_password_opens},
	{"tries are limited and nobody is locked out", tries_are_limited_and_nobody_is_locked_out},
	{"a weaker hash is made anew", a_weaker_hash_is_made_anew},
	{"a changed password ends the other sessions", a_changed_password_ends_the_other_sessions},
	{"an invitation is used once", an_invitation_is_used_once},
	{"a code counts once", a_code_counts_once},
	{"a recovery code opens once", a_recovery_code_opens_once},
	{"a factor is asked for and reset", a_factor_is_asked_for_and_reset},
	{"a sealed secret belongs to one person", a_sealed_secret_belongs_to_one_person},
	{"the log holds no secret", the_log_holds_no_secret},
	{0},
};
