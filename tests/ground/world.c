#include "world.h"
#include "desk/hooks.h"
#include "store/log.h"
#include "unit.h"
#include <stdio.h>

const rd_visit visit = {{"192.0.2.7", 9}, {"Mozilla/5.0 (test)", 18}, {"req-1", 5}};

void open_world(world *w)
{
	place_open_ready(&w->p);
	w->s = place_store(&w->p);
	w->engine = (rd_engine){w->s, rd_desk_hooks, rd_desk_hooks_count, 28800};
	w->id = rd_identity_new(w->s, &w->engine);
	/* Far below the floor: what is tested here is not the hash. */
	rd_identity_set_cost(w->id, (rd_password_cost){8, 1});
}

void close_world(world *w)
{
	rd_identity_free(w->id);
	rd_store_close(w->s);
	place_close(&w->p);
}

rd_rc found(world *w, const char *link, const char *label, int64_t *firm, int64_t *admin)
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

void open_firm(world *w)
{
	open_world(w);
	UNIT_OK(found(w, "", "main", &w->firm, &w->admin), &w->err);
}

rd_rc sign_in(world *w, const char *login, const char *password, rd_signed_in *in)
{
	return rd_identity_sign_in(w->id, RD_STR(""), rd_str_of(login), rd_str_of(password), &visit, in,
	                           &w->err);
}

rd_rc ask(world *w, const char *cookie, rd_caller *who)
{
	return rd_identity_session(w->id, rd_str_of(cookie), w->p.arena, who, &w->err);
}

/* A signed-in caller; the sign-in must succeed. */
rd_caller enter(world *w, const char *login, const char *password, rd_signed_in *in)
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

rd_rc run(world *w, const rd_actor *actor, const char *kind, const char *transition,
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
int64_t add_user(world *w, const char *login, const char *roles)
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

static rd_rc do_nothing(rd_tx *tx, void *ctx, rd_err *err)
{
	(void)tx;
	(void)ctx;
	(void)err;
	return RD_OK;
}

void settle(world *w)
{
	UNIT_OK(rd_store_write(w->s, w->firm, w->p.arena, do_nothing, NULL, &w->err), &w->err);
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

int64_t events(world *w, const char *type, int64_t record)
{
	scan s = {.type = type, .record = record};

	UNIT_OK(rd_store_read(w->s, w->firm, w->p.arena, do_scan, &s, &w->err), &w->err);
	return s.found;
}

int64_t in_payloads(world *w, const char *needle)
{
	scan s = {.needle = needle};

	UNIT_OK(rd_store_read(w->s, w->firm, w->p.arena, do_scan, &s, &w->err), &w->err);
	return s.found;
}

void code_at(const phone *ph, int64_t now_us, char code[RD_TOTP_DIGITS + 1])
{
	rd_err err;

	UNIT_OK(rd_totp_code(ph->secret, now_us / 30000000, code, &err), &err);
}

void turn_on(world *w, const rd_caller *who, phone *ph)
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
