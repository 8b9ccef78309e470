/* Sessions and API tokens: opened, listed, ended; and looking as somebody else. */
#include "base/assert.h"
#include "desk/identity_impl.h"
#include "store/queries.gen.h"

#define AGENT_MAX      200u
#define TOKEN_NAME_MAX 80u /* characters */
#define TOKEN_DAYS_MAX 365

/* ---- opened ---- */

/* The name of a program, short and on one line; it comes from outside and is shown to people. */
static rd_str agent_of(const rd_visit *visit, rd_arena *a)
{
	rd_str s = visit->agent;
	uint32_t n = s.ptr == NULL ? 0 : s.len < AGENT_MAX ? s.len : AGENT_MAX;
	char *out = rd_arena_copy(a, s.ptr ? s.ptr : "", n);

	for (uint32_t i = 0; i < n; i++)
		if ((unsigned char)out[i] < 0x20 || (unsigned char)out[i] > 0x7e)
			out[i] = '?';
	return (rd_str){out, n};
}

static rd_rc make_room(rd_tx *tx, rd_opening *o, rd_err *err)
{
	const rd_q_session_list_row *rows;
	rd_session_times times[RD_SESSIONS_SEEN];
	uint32_t surplus[RD_SESSIONS_SEEN], n, n_surplus;

	o->n_dropped = 0;
	RD_TRY(rd_q_session_list(tx, o->user_id, RD_SESSIONS_SEEN, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		times[i] = (rd_session_times){rows[i].made_at_us, rows[i].seen_at_us, rows[i].proved_at_us,
		                              rows[i].ended_at_us};
	n_surplus = rd_session_surplus(&rd_session_preset, times, n, tx->now_us, surplus);
	for (uint32_t i = 0; i < n_surplus; i++) {
		const rd_q_session_list_row *row = &rows[surplus[i]];

		RD_TRY(rd_q_session_end(tx, row->id, tx->now_us, NULL, err));
		RD_ASSERT(row->digest.len == RD_DIGEST_SIZE);
		memcpy(o->dropped[o->n_dropped++], row->digest.ptr, RD_DIGEST_SIZE);
	}
	/* What ended long ago is in the log and of no more use here. */
	return rd_q_session_forget(tx, o->user_id, tx->now_us - RD_DAY_US, NULL, err);
}

rd_rc rd_identity_open(rd_tx *tx, rd_opening *o, rd_err *err)
{
	o->n_dropped = 0;
	/* One that still waits for its code pushes nobody out: a password alone must not do that. */
	if (o->user_id && !o->waits)
		RD_TRY(make_room(tx, o, err));
	return rd_q_session_add(tx, o->session_id, rd_digest_str(o->token->digest), o->user_id,
	                        o->link_id, o->waits, tx->now_us, rd_identity_address(o->visit),
	                        agent_of(o->visit, tx->arena), NULL, err);
}

void rd_identity_opened(rd_identity *id, const rd_opening *o)
{
	for (uint32_t i = 0; i < o->n_dropped; i++)
		rd_known_drop(id->known, o->dropped[i]);
}

rd_rc rd_identity_end_others(rd_tx *tx, int64_t user_id, int64_t but_id, rd_err *err)
{
	return rd_q_session_end_all(tx, user_id, but_id, tx->now_us, NULL, err);
}

/* ---- lists ---- */

typedef struct listing {
	int64_t user_id, own_session_id;
	rd_session_row *sessions;
	rd_token_row *tokens;
	uint32_t n;
} listing;

static rd_rc read_sessions(rd_tx *tx, void *ctx, rd_err *err)
{
	listing *l = ctx;
	const rd_q_session_list_row *rows;
	uint32_t n;

	RD_TRY(rd_q_session_list(tx, l->user_id, RD_SESSIONS_SEEN, &rows, &n, err));
	l->sessions = RD_NEW_N(tx->arena, rd_session_row, n + 1);
	l->n = 0;
	for (uint32_t i = 0; i < n; i++) {
		rd_session_times t = {rows[i].made_at_us, rows[i].seen_at_us, rows[i].proved_at_us,
		                      rows[i].ended_at_us};

		if (rd_session_judge(&rd_session_preset, &t, tx->now_us) == RD_SESSION_LIVE)
			l->sessions[l->n++] = (rd_session_row){.id = rows[i].id,
			                                       .made_at_us = rows[i].made_at_us,
			                                       .seen_at_us = rows[i].seen_at_us,
			                                       .address = rows[i].address,
			                                       .agent = rows[i].agent,
			                                       .current = rows[i].id == l->own_session_id};
	}
	return RD_OK;
}

rd_rc rd_identity_sessions(rd_identity *id, const rd_caller *who, rd_arena *a,
                           const rd_session_row **ret_rows, uint32_t *ret_n, rd_err *err)
{
	return rd_identity_sessions_of(id, who, 0, a, ret_rows, ret_n, err);
}

rd_rc rd_identity_sessions_of(rd_identity *id, const rd_caller *who, int64_t user_id, rd_arena *a,
                              const rd_session_row **ret_rows, uint32_t *ret_n, rd_err *err)
{
	listing l = {.own_session_id = who->shown == RD_BY_SESSION ? who->shown_id : 0};

	RD_TRY(rd_identity_whose(who, user_id, &l.user_id, err));
	RD_TRY(rd_store_read(id->store, who->actor.firm_id, a, read_sessions, &l, err));
	*ret_rows = l.sessions;
	*ret_n = l.n;
	return RD_OK;
}

static rd_rc read_tokens(rd_tx *tx, void *ctx, rd_err *err)
{
	listing *l = ctx;
	const rd_q_token_list_row *rows;

	RD_TRY(rd_q_token_list(tx, l->user_id, RD_TOKENS_MAX, &rows, &l->n, err));
	l->tokens = RD_NEW_N(tx->arena, rd_token_row, l->n + 1);
	for (uint32_t i = 0; i < l->n; i++)
		l->tokens[i] = (rd_token_row){.id = rows[i].id,
		                              .made_at_us = rows[i].made_at_us,
		                              .used_at_us = rows[i].used_at_us,
		                              .expires_at_us = rows[i].expires_at_us,
		                              .name = rows[i].name,
		                              .scope = rows[i].scope};
	return RD_OK;
}

rd_rc rd_identity_tokens(rd_identity *id, const rd_caller *who, rd_arena *a,
                         const rd_token_row **ret_rows, uint32_t *ret_n, rd_err *err)
{
	return rd_identity_tokens_of(id, who, 0, a, ret_rows, ret_n, err);
}

rd_rc rd_identity_tokens_of(rd_identity *id, const rd_caller *who, int64_t user_id, rd_arena *a,
                            const rd_token_row **ret_rows, uint32_t *ret_n, rd_err *err)
{
	listing l = {0};

	RD_TRY(rd_identity_whose(who, user_id, &l.user_id, err));
	RD_TRY(rd_store_read(id->store, who->actor.firm_id, a, read_tokens, &l, err));
	*ret_rows = l.tokens;
	*ret_n = l.n;
	return RD_OK;
}

/* ---- ended ---- */

typedef struct ending {
	const rd_caller *who;
	int64_t row_id;
	bool out; /* one's own sign-out */
	uint8_t digest[RD_DIGEST_SIZE];
} ending;

/* Whose the row is decides: one's own, or an administrator's business. Others are not there. */
static rd_rc may_end(const ending *e, bool found, int64_t user_id, rd_err *err)
{
	bool administrator = e->who->actor.system || (e->who->actor.roles & RD_KIND_ADMINISTRATOR) != 0;

	if (!found ||
	    (!e->out && (user_id == 0 || (user_id != e->who->actor.user_id && !administrator))))
		return rd_may_not_found(err);
	return RD_OK;
}

static rd_rc end_session(rd_tx *tx, void *ctx, rd_err *err)
{
	ending *e = ctx;
	rd_q_session_get_row s;
	rd_q_door_get_row link = {0};
	bool found;
	int64_t ended = 0;

	RD_TRY(rd_q_session_get(tx, e->row_id, &s, &found, err));
	RD_TRY(may_end(e, found, found ? s.user_id : 0, err));
	memcpy(e->digest, s.digest.ptr, RD_DIGEST_SIZE);
	RD_TRY(rd_q_session_end(tx, e->row_id, tx->now_us, &ended, err));
	if (ended == 0)
		return RD_OK;
	if (s.link_id)
		RD_TRY(rd_q_door_get(tx, s.link_id, &link, &found, err));
	const char *type = s.link_id ? "contact.signed-out"
	                   : e->out  ? "user.signed-out"
	                             : "user.session-ended";

	return rd_identity_say(tx,
	                       &(rd_saying){type, s.link_id ? link.contact_id : s.user_id,
	                                    e->who->actor.name, e->who->actor.request_id},
	                       &(rd_said){.key = "session", .number = e->row_id}, 1, err);
}

rd_rc rd_identity_sign_out(rd_identity *id, const rd_caller *who, rd_err *err)
{
	ending e = {.who = who, .row_id = who->shown_id, .out = true};
	rd_arena *a = rd_arena_new();
	rd_rc rc;

	if (who->shown == RD_BY_TOKEN)
		rc = rd_fail(err, RD_USAGE, "令牌没有登录可退出；不用时请撤销它",
		             "a token is not signed in; take it back when it is not needed");
	else
		rc = rd_store_write(id->store, who->actor.firm_id, a, end_session, &e, err);
	if (rc == RD_OK)
		rd_known_drop(id->known, e.digest);
	rd_arena_free(a);
	return rc;
}

rd_rc rd_identity_session_end(rd_identity *id, const rd_caller *who, int64_t session_id,
                              rd_err *err)
{
	ending e = {.who = who, .row_id = session_id};

	RD_TRY(rd_identity_by_person(who, err));
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_write(id->store, who->actor.firm_id, a, end_session, &e, err);

	if (rc == RD_OK)
		rd_known_drop(id->known, e.digest);
	rd_arena_free(a);
	return rc;
}

static rd_rc end_token(rd_tx *tx, void *ctx, rd_err *err)
{
	ending *e = ctx;
	rd_q_token_get_row t;
	bool found;
	int64_t ended = 0;

	RD_TRY(rd_q_token_get(tx, e->row_id, &t, &found, err));
	RD_TRY(may_end(e, found, found ? t.user_id : 0, err));
	memcpy(e->digest, t.digest.ptr, RD_DIGEST_SIZE);
	RD_TRY(rd_q_token_end(tx, e->row_id, tx->now_us, &ended, err));
	if (ended == 0)
		return RD_OK;
	return rd_identity_say(tx,
	                       &(rd_saying){"user.token-ended", t.user_id, e->who->actor.name,
	                                    e->who->actor.request_id},
	                       &(rd_said){.key = "token", .number = e->row_id}, 1, err);
}

rd_rc rd_identity_token_end(rd_identity *id, const rd_caller *who, int64_t token_id, rd_err *err)
{
	ending e = {.who = who, .row_id = token_id};

	RD_TRY(rd_identity_by_person(who, err));
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_write(id->store, who->actor.firm_id, a, end_token, &e, err);

	if (rc == RD_OK)
		rd_known_drop(id->known, e.digest);
	rd_arena_free(a);
	return rc;
}

/* ---- a new token ---- */

typedef struct making {
	const rd_caller *who;
	rd_str name, scope;
	int64_t days, token_id;
	const rd_token *token;
} making;

static rd_rc check_token(const making *m, rd_err *err)
{
	bool admin = rd_str_is(m->scope, "admin");

	if (!admin && !rd_str_is(m->scope, "read") && !rd_str_is(m->scope, "write"))
		return rd_fail(err, RD_INPUT, "范围须为 read、write 或 admin",
		               "the scope is read, write or admin");
	if (admin && !(m->who->actor.roles & RD_KIND_ADMINISTRATOR))
		return rd_fail(err, RD_FORBIDDEN, "只有管理员可以建立 admin 令牌；请选 read 或 write",
		               "only an administrator may have an admin token; choose read or write");
	if (m->days < 1 || m->days > TOKEN_DAYS_MAX)
		return rd_fail(err, RD_INPUT, "有效期须为 1 至 %d 天", "it may live 1 to %d days",
		               TOKEN_DAYS_MAX);
	if (rd_str_trim(m->name).len == 0 || rd_utf8_check(m->name.ptr, m->name.len) >= 0 ||
	    rd_utf8_count(m->name) > TOKEN_NAME_MAX)
		return rd_fail(err, RD_INPUT, "请写明用途，1 至 %u 个字",
		               "say what it is for in 1 to %u characters", TOKEN_NAME_MAX);
	return RD_OK;
}

static rd_rc make_token(rd_tx *tx, void *ctx, rd_err *err)
{
	const making *m = ctx;
	int64_t user_id = m->who->actor.user_id, expires_at_us = tx->now_us + m->days * RD_DAY_US;
	const rd_q_token_list_row *rows;
	uint32_t n;

	RD_TRY(rd_q_token_list(tx, user_id, RD_TOKENS_MAX, &rows, &n, err));
	if (n >= RD_TOKENS_MAX)
		return rd_fail(err, RD_LIMIT, "每人最多 %u 个令牌；请先撤销不用的",
		               "at most %u tokens a person; take some back first", RD_TOKENS_MAX);
	RD_TRY(rd_q_token_add(tx, m->token_id, rd_digest_str(m->token->digest), user_id,
	                      rd_str_trim(m->name), m->scope, tx->now_us, expires_at_us, NULL, err));
	const rd_said said[] = {{.key = "token", .number = m->token_id},
	                        {.key = "scope", .text = m->scope},
	                        {.key = "expires_at_us", .number = expires_at_us}};

	return rd_identity_say(tx,
	                       &(rd_saying){"user.token-made", user_id, m->who->actor.name,
	                                    m->who->actor.request_id},
	                       said, 3, err);
}

rd_rc rd_identity_token_new(rd_identity *id, const rd_caller *who, rd_str name, rd_str scope,
                            int64_t days, rd_token *ret_token, int64_t *ret_id, rd_err *err)
{
	making m = {.who = who, .name = name, .scope = scope, .days = days};
	rd_token token;

	RD_TRY(rd_identity_by_fresh(who, err));
	RD_TRY(check_token(&m, err));
	m.token_id = rd_store_new_id(id->store);
	m.token = &token;
	rd_token_api_new(m.token_id, &token);
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_write(id->store, who->actor.firm_id, a, make_token, &m, err);

	rd_arena_free(a);
	if (rc == RD_OK) {
		*ret_token = token;
		*ret_id = m.token_id;
	}
	rd_secret_wipe(&token, sizeof token);
	return rc;
}

/* ---- as somebody else ---- */

typedef struct viewing {
	const rd_caller *who;
	int64_t viewer_id, as_id; /* as_id 0 = it ends */
	uint8_t digest[RD_DIGEST_SIZE];
} viewing;

static rd_rc set_view(rd_tx *tx, void *ctx, rd_err *err)
{
	viewing *v = ctx;
	rd_q_session_get_row s;
	rd_identity_user person;
	bool found;

	if (v->as_id) {
		RD_TRY(rd_identity_person(tx, v->as_id, &person, err));
		if (!person.active)
			return rd_fail(err, RD_BARRED, "此人目前不能登录，无法以其视角查看",
			               "this person cannot sign in now, so there is nothing to view");
	}
	RD_TRY(rd_q_session_get(tx, v->who->shown_id, &s, &found, err));
	if (!found || s.ended_at_us)
		return rd_identity_unknown(err);
	memcpy(v->digest, s.digest.ptr, RD_DIGEST_SIZE);
	RD_TRY(rd_q_session_view(tx, v->who->shown_id, v->as_id, NULL, err));
	return rd_identity_say(tx,
	                       &(rd_saying){v->as_id ? "user.viewed-as" : "user.view-ended",
	                                    v->as_id ? v->as_id : v->who->actor.user_id,
	                                    rd_identity_actor(tx->arena, v->viewer_id),
	                                    v->who->actor.request_id},
	                       &(rd_said){.key = "session", .number = v->who->shown_id}, 1, err);
}

static rd_rc may_view(const rd_caller *who, int64_t user_id, rd_err *err)
{
	if (who->shown != RD_BY_SESSION)
		return rd_fail(err, RD_FORBIDDEN, "请本人登录后再以他人视角查看",
		               "sign in yourself to view as somebody else");
	if (user_id == 0)
		return who->viewer_id ? RD_OK
		                      : rd_fail(err, RD_BARRED, "现在没有以他人视角查看",
		                                "you do not view as anybody now");
	RD_TRY(rd_identity_by_administrator(who, err));
	if (user_id == who->actor.user_id)
		return rd_fail(err, RD_BARRED, "这就是您自己", "that is yourself");
	return RD_OK;
}

rd_rc rd_identity_view_as(rd_identity *id, const rd_caller *who, int64_t user_id, rd_err *err)
{
	viewing v = {.who = who,
	             .viewer_id = who->viewer_id ? who->viewer_id : who->actor.user_id,
	             .as_id = user_id};

	RD_TRY(may_view(who, user_id, err));
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_write(id->store, who->actor.firm_id, a, set_view, &v, err);

	if (rc == RD_OK)
		rd_known_drop(id->known, v.digest);
	rd_arena_free(a);
	return rc;
}
