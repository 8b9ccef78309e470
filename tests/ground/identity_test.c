/* Who is there: set-up, sign-in, factors, sessions, tokens, links, and what the log says of them. */
#include "desk/identity.h"
#include "auth/totp.h"
#include "desk/hooks.h"
#include "place.h"
#include "store/log.h"
#include "unit.h"
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

#define MINUTE INT64_C(60000000)
#define HOUR   (60 * MINUTE)
#define PASS   "Zinnober-7-Lampen-am-Kai"
#define PASS2  "Elf graue Reiher, kein Boot"
#define WRONG  "Zinnober-7-Lampen-am-Kaj"

typedef struct world {
	place p;
	rd_store *s;
	rd_engine engine;
	rd_identity *id;
	int64_t firm, admin;
	rd_err err;
} world;

static const rd_visit visit = {{"192.0.2.7", 9}, {"Mozilla/5.0 (test)", 18}, {"req-1", 5}};

static void open_world(world *w)
{
	place_open(&w->p);
	w->s = place_store(&w->p);
	w->engine = (rd_engine){w->s, rd_desk_hooks, rd_desk_hooks_count, 28800};
	w->id = rd_identity_new(w->s, &w->engine);
	/* Far below the floor: what is tested here is not the hash. */
	rd_identity_set_cost(w->id, (rd_password_cost){8, 1});
}

static void close_world(world *w)
{
	rd_identity_free(w->id);
	rd_store_close(w->s);
	place_close(&w->p);
}

static rd_rc found(world *w, const char *link, const char *label, int64_t *firm, int64_t *admin)
{
	rd_problems problems = {0};
	const rd_new_firm n = {.link = rd_str_of(link),
	                       .label = rd_str_of(label),
	                       .name = RD_STR("海河代理记账有限公司"),
	                       .login = RD_STR("chen"),
	                       .display_name = RD_STR("陈立"),
	                       .mail = RD_STR("chen@example.cn"),
	                       .password = RD_STR(PASS)};

	return rd_identity_setup(w->id, &n, w->p.arena, firm, admin, &problems, &w->err);
}

static void open_firm(world *w)
{
	open_world(w);
	UNIT_OK(found(w, "", "main", &w->firm, &w->admin), &w->err);
}

static rd_rc sign_in(world *w, const char *login, const char *password, rd_signed_in *in)
{
	return rd_identity_sign_in(w->id, RD_STR(""), rd_str_of(login), rd_str_of(password), &visit, in,
	                           &w->err);
}

static rd_rc ask(world *w, const char *cookie, rd_caller *who)
{
	return rd_identity_session(w->id, rd_str_of(cookie), w->p.arena, who, &w->err);
}

/* A signed-in caller; the sign-in must succeed. */
static rd_caller enter(world *w, const char *login, const char *password, rd_signed_in *in)
{
	rd_caller who = {0};

	UNIT_OK(sign_in(w, login, password, in), &w->err);
	UNIT_OK(ask(w, in->session.text, &who), &w->err);
	return who;
}

/* ---- records ---- */

typedef struct job {
	world *w;
	rd_actor actor;
	const char *kind, *transition;
	json_t *body;
	int64_t record;
} job;

static rd_rc do_job(rd_tx *tx, void *ctx, rd_err *err)
{
	job *j = ctx;
	rd_problems problems = {0};
	const rd_kind *k = rd_kind_find(rd_str_of(j->kind));
	rd_record r;

	if (j->record == 0) {
		RD_TRY(rd_record_create(&j->w->engine, tx, &j->actor, k, 0, j->body, &r, &problems, err));
		j->record = rd_cell(&r, RD_COL_ID)->i;
		return RD_OK;
	}
	if (j->transition)
		return rd_record_move(&j->w->engine, tx, &j->actor, k, j->record, RD_ANY_VERSION,
		                      rd_str_of(j->transition), j->body, &r, &problems, err);
	return rd_record_change(&j->w->engine, tx, &j->actor, k, j->record, RD_ANY_VERSION, j->body, &r,
	                        &problems, err);
}

static rd_rc run(world *w, const rd_actor *actor, const char *kind, const char *transition,
                 const char *body, int64_t *record)
{
	job j = {.w = w,
	         .actor = actor ? *actor
	                        : (rd_actor){.firm_id = w->firm,
	                                     .system = true,
	                                     .name = RD_STR("system"),
	                                     .request_id = RD_STR("")},
	         .kind = kind,
	         .transition = transition,
	         .record = *record};

	UNIT_OK(rd_check_parse(rd_str_of(body), &j.body, &w->err), &w->err);
	rd_rc rc = rd_store_write(w->s, w->firm, w->p.arena, do_job, &j, &w->err);

	json_decref(j.body);
	*record = j.record;
	return rc;
}

/* A person who accepted an invitation. */
static int64_t add_user(world *w, const char *login, const char *roles)
{
	const rd_caller console = {
		.actor = {.firm_id = w->firm, .system = true, .name = RD_STR("system")}};
	char body[300];
	int64_t user = 0;
	rd_token link = {0};

	(void)snprintf(body, sizeof body,
	               "{\"login\":\"%s\",\"name\":\"N %s\",\"mail\":\"%s@example.cn\",\"roles\":%s}",
	               login, login, login, roles);
	UNIT_OK(run(w, NULL, "user", NULL, body, &user), &w->err);
	UNIT_OK(rd_identity_invite(w->id, &console, user, &link, &w->err), &w->err);
	UNIT_OK(rd_identity_accept(w->id, rd_str_of(link.text), RD_STR(PASS2), &visit, &w->err),
	        &w->err);
	return user;
}

/* ---- the log ---- */

typedef struct scan {
	const char *needle; /* in a payload */
	const char *type;
	int64_t record;
	int64_t found;
} scan;

static rd_rc do_scan(rd_tx *tx, void *ctx, rd_err *err)
{
	scan *s = ctx;
	const rd_log_row *rows;
	uint32_t n;

	s->found = 0;
	for (int64_t seq = 0;; seq += n) {
		RD_TRY(rd_log_from(tx, seq, 500, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++)
			s->found += (s->needle == NULL || rd_str_has(rows[i].payload, s->needle)) &&
			            (s->type == NULL || rd_str_is(rows[i].type, s->type)) &&
			            (s->record == 0 || s->record == rows[i].record_id);
		if (n == 0)
			return RD_OK;
	}
}

static int64_t events(world *w, const char *type, int64_t record)
{
	scan s = {.type = type, .record = record};

	UNIT_OK(rd_store_read(w->s, w->firm, w->p.arena, do_scan, &s, &w->err), &w->err);
	return s.found;
}

static int64_t in_payloads(world *w, const char *needle)
{
	scan s = {.needle = needle};

	UNIT_OK(rd_store_read(w->s, w->firm, w->p.arena, do_scan, &s, &w->err), &w->err);
	return s.found;
}

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

typedef struct phone {
	uint8_t secret[RD_TOTP_SECRET_SIZE];
	rd_code recovery[RD_CODE_COUNT];
	char base32[40];
} phone;

static void code_at(const phone *ph, int64_t now_us, char code[RD_TOTP_DIGITS + 1])
{
	rd_err err;

	UNIT_OK(rd_totp_code(ph->secret, now_us / 30000000, code, &err), &err);
}

static void turn_on(world *w, const rd_caller *who, phone *ph)
{
	rd_str uri = {0};
	char code[RD_TOTP_DIGITS + 1], wrong[] = "000000";

	UNIT_OK(rd_identity_totp_begin(w->id, who, w->p.arena, &uri, &w->err), &w->err);
	int64_t at = rd_str_find(uri, "secret=");

	UNIT_TRUE(at > 0);
	rd_str text = {uri.ptr + at + 7, 32};

	UNIT_TRUE(rd_base32_parse(text, ph->secret, sizeof ph->secret));
	memcpy(ph->base32, text.ptr, text.len);
	ph->base32[text.len] = 0;
	code_at(ph, w->p.now_us, code);
	wrong[0] = code[0] == '9' ? '0' : (char)(code[0] + 1);
	UNIT_INT(rd_identity_totp_confirm(w->id, who, rd_str_of(wrong), ph->recovery, &w->err),
	         RD_INPUT);
	UNIT_OK(rd_identity_totp_confirm(w->id, who, rd_str_of(code), ph->recovery, &w->err), &w->err);
}

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
	/* The same code at another sign-in. */
	UNIT_OK(sign_in(&w, "chen", PASS, &step), &w.err);
	UNIT_INT(second_step(&w, step.session.text, code, &in), RD_UNAUTHENTICATED);
	UNIT_INT(place_number(&w.p, "SELECT count(*) FROM totp_steps"), 1);
	/* It waits five minutes. */
	w.p.now_us += 5 * MINUTE;
	code_at(&ph, w.p.now_us, code);
	UNIT_INT(second_step(&w, step.session.text, code, &in), RD_UNAUTHENTICATED);
	UNIT_INT(events(&w, "user.totp-on", w.admin), 1);
	UNIT_INT(events(&w, "user.code-asked", w.admin), 2);
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
	w.p.now_us += 30 * MINUTE;
	UNIT_INT(ask(&w, in.session.text, &who), RD_UNAUTHENTICATED);
	(void)enter(&w, "chen", PASS, &in);
	for (int i = 1; i < 24; i++) {
		w.p.now_us += 20 * MINUTE;
		unit_case("%d", i);
		UNIT_OK(ask(&w, in.session.text, &who), &w.err);
		/* What was touched is written behind the request; a write that waits comes after it. */
		UNIT_INT(sign_in(&w, "nobody", WRONG, &(rd_signed_in){0}), RD_UNAUTHENTICATED);
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
	/* The last administrator stays. */
	int64_t self = w.admin;

	UNIT_INT(run(&w, &chen.actor, "user", "suspend", "{\"reason\":\"x\"}", &self), RD_BARRED);
	UNIT_INT(run(&w, &chen.actor, "user", NULL, "{\"roles\":[\"reviewer\"]}", &self), RD_BARRED);
	UNIT_OK(ask(&w, admin.session.text, &chen), &w.err);
	UNIT_INT(events(&w, "user.sign-ins-ended", user), 2);
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

static void a_token_has_a_scope_and_an_end(void)
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
	int64_t user, token_id = 0;
	const rd_token_row *rows;
	uint32_t n = 0;

	open_firm(&w);
	user = add_user(&w, "wu", "[\"administrator\",\"supervisor\"]");
	who = enter(&w, "wu", PASS2, &in);
	for (uint32_t i = 0; i < 3; i++) {
		unit_case("%s", want[i].scope);
		UNIT_OK(rd_identity_token_new(w.id, &who, RD_STR("cron"), rd_str_of(want[i].scope), 30,
		                              &token, &token_id, &w.err),
		        &w.err);
		UNIT_OK(rd_identity_token(w.id, rd_str_of(token.text), w.p.arena, &by, &w.err), &w.err);
		UNIT_INT(by.actor.user_id, user);
		UNIT_INT(by.actor.roles, want[i].roles);
		UNIT_INT(by.actor.only_looks, want[i].only_looks);
		UNIT_TEXT(by.scope, want[i].scope);
		UNIT_TRUE(by.shown == RD_BY_TOKEN && by.shown_id == token_id && !by.fresh);
		UNIT_INT(in_payloads(&w, token.text + 24), 0);
		/* A token makes no tokens and sets no passwords. */
		UNIT_INT(rd_identity_token_new(w.id, &by, RD_STR("x"), RD_STR("read"), 1, &other, &token_id,
		                               &w.err),
		         RD_FORBIDDEN);
		UNIT_INT(rd_identity_password(w.id, &by, RD_STR(PASS), &w.err), RD_FORBIDDEN);
		UNIT_INT(ask(&w, token.text, &by), RD_UNAUTHENTICATED);
	}
	UNIT_INT(rd_identity_token_new(w.id, &who, RD_STR("x"), RD_STR("all"), 1, &other, &token_id,
	                               &w.err),
	         RD_INPUT);
	UNIT_INT(rd_identity_token_new(w.id, &who, RD_STR(" "), RD_STR("read"), 1, &other, &token_id,
	                               &w.err),
	         RD_INPUT);
	UNIT_INT(rd_identity_token_new(w.id, &who, RD_STR("x"), RD_STR("read"), 366, &other, &token_id,
	                               &w.err),
	         RD_INPUT);
	UNIT_OK(rd_identity_tokens(w.id, &who, w.p.arena, &rows, &n, &w.err), &w.err);
	UNIT_INT(n, 3);
	/* The newest is the last one of the table; one that changed in one character is nobody's. */
	token.text[strlen(token.text) - 5] ^= 1;
	UNIT_INT(rd_identity_token(w.id, rd_str_of(token.text), w.p.arena, &by, &w.err),
	         RD_UNAUTHENTICATED);
	token.text[strlen(token.text) - 5] ^= 1;
	w.p.now_us += 30 * 24 * HOUR - 1;
	UNIT_OK(rd_identity_token(w.id, rd_str_of(token.text), w.p.arena, &by, &w.err), &w.err);
	w.p.now_us += 1;
	UNIT_INT(rd_identity_token(w.id, rd_str_of(token.text), w.p.arena, &by, &w.err),
	         RD_UNAUTHENTICATED);
	who = enter(&w, "wu", PASS2, &in);
	UNIT_OK(rd_identity_token_new(w.id, &who, RD_STR("y"), RD_STR("read"), 2, &token, &token_id,
	                              &w.err),
	        &w.err);
	UNIT_OK(rd_identity_token(w.id, rd_str_of(token.text), w.p.arena, &by, &w.err), &w.err);
	UNIT_OK(rd_identity_token_end(w.id, &who, token_id, &w.err), &w.err);
	UNIT_INT(rd_identity_token(w.id, rd_str_of(token.text), w.p.arena, &by, &w.err),
	         RD_UNAUTHENTICATED);
	UNIT_INT(events(&w, "user.token-made", user), 4);
	UNIT_INT(events(&w, "user.token-ended", user), 1);
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
	{"a session ends by itself", a_session_ends_by_itself},
	{"the eleventh session ends the one unused longest",
     the_eleventh_session_ends_the_one_unused_longest},
	{"who is suspended is out at once", who_is_suspended_is_out_at_once},
	{"teams and what another process changed are seen soon",
     teams_and_what_another_process_changed_are_seen_soon},
	{"a token has a scope and an end", a_token_has_a_scope_and_an_end},
	{"an administrator who views changes nothing", an_administrator_who_views_changes_nothing},
	{"a magic link opens one record once", a_magic_link_opens_one_record_once},
	{"another firm is not there", another_firm_is_not_there},
	{"the log holds no secret", the_log_holds_no_secret},
	{"many ask at once", many_ask_at_once},
	{"asking is cheap", asking_is_cheap},
	{0},
};
