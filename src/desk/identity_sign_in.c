/* Signing in: the password, then the second factor; and showing both again. */
#include "base/assert.h"
#include "desk/identity_impl.h"
#include "store/queries.gen.h"

#define NAME_MAX 254u /* bytes of a login name or mail address */

/* As it is compared: without spaces around, ASCII in small letters. "" when it cannot be a name. */
static rd_str fold(rd_str typed, char out[NAME_MAX])
{
	rd_str s = rd_str_trim(typed);

	if (s.len > NAME_MAX || rd_utf8_check(s.ptr, s.len) >= 0)
		return RD_STR("");
	for (uint32_t i = 0; i < s.len; i++)
		out[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + ('a' - 'A') : s.ptr[i]);
	return (rd_str){out, s.len};
}

/* ---- which firm ---- */

typedef struct firm_read {
	rd_str label;
	int64_t firm_id; /* 0 = there is none of that label */
	bool several;
} firm_read;

static rd_rc read_firm(rd_tx *tx, void *ctx, rd_err *err)
{
	firm_read *r = ctx;
	const rd_q_firm_label_list_row *rows;
	rd_q_firm_by_label_row row;
	uint32_t n;
	bool found;

	if (r->label.len) {
		RD_TRY(rd_q_firm_by_label(tx, r->label, &row, &found, err));
		r->firm_id = found ? row.of_firm_id : 0;
		return RD_OK;
	}
	RD_TRY(rd_q_firm_label_list(tx, 2, &rows, &n, err));
	r->several = n > 1;
	r->firm_id = n == 1 ? rows[0].of_firm_id : 0;
	return RD_OK;
}

static rd_rc find_firm(rd_identity *id, rd_str label, rd_arena *a, int64_t *ret_firm_id,
                       rd_err *err)
{
	firm_read r = {.label = label};

	RD_TRY(rd_store_read(id->store, 0, a, read_firm, &r, err));
	if (r.several)
		return rd_fail(err, RD_USAGE, "本服务器上有多家机构；请写明机构代号",
		               "this server has several firms; name yours by its label");
	*ret_firm_id = r.firm_id;
	return RD_OK;
}

/* ---- who, and the password ---- */

typedef struct signing {
	rd_identity *id;
	rd_str name;
	const rd_visit *visit;
	int64_t firm_id, user_id;                                        /* 0 = nobody */
	char hash[RD_PASSWORD_HASH_SIZE], better[RD_PASSWORD_HASH_SIZE]; /* "" = none */
	bool right;
	rd_str code;
	const char *by; /* the factor that was shown */
	rd_token token;
	rd_opening opening;
	rd_verdict verdict;
} signing;

static rd_rc read_credential(rd_tx *tx, int64_t user_id, char ret_hash[RD_PASSWORD_HASH_SIZE],
                             rd_err *err)
{
	rd_q_credential_get_row row;
	bool found;

	ret_hash[0] = 0;
	RD_TRY(rd_q_credential_get(tx, user_id, &row, &found, err));
	if (!found || row.hash.len >= RD_PASSWORD_HASH_SIZE)
		return RD_OK;
	memcpy(ret_hash, row.hash.ptr, row.hash.len);
	ret_hash[row.hash.len] = 0;
	return RD_OK;
}

static rd_rc read_person(rd_tx *tx, void *ctx, rd_err *err)
{
	signing *s = ctx;
	const rd_q_person_by_name_row *rows;
	uint32_t n = 0;

	if (s->name.len)
		RD_TRY(rd_q_person_by_name(tx, s->name, 2, &rows, &n, err));
	s->user_id = n == 1 ? rows[0].id : 0;
	return n == 1 ? read_credential(tx, s->user_id, s->hash, err) : RD_OK;
}

static rd_rc read_own_credential(rd_tx *tx, void *ctx, rd_err *err)
{
	signing *s = ctx;

	return read_credential(tx, s->user_id, s->hash, err);
}

/* Nobody is named in a refusal: the id when there is such a person, else 0. */
static rd_rc refuse(rd_tx *tx, signing *s, const char *type, const char *why, rd_err *err)
{
	const rd_said said[] = {{.key = "why", .text = rd_str_of(why)},
	                        {.key = "address", .text = rd_identity_address(s->visit)}};

	s->verdict.rc = rd_identity_unknown(&s->verdict.err);
	return rd_identity_say(tx,
	                       &(rd_saying){type, s->user_id, RD_STR("system"), s->visit->request_id},
	                       said, 2, err);
}

static rd_rc say_in(rd_tx *tx, const signing *s, const char *type, const char *by, rd_err *err)
{
	const rd_said said[] = {{.key = "address", .text = rd_identity_address(s->visit)},
	                        {.key = "by", .text = rd_str_of(by)},
	                        {.key = "session", .number = s->opening.session_id}};

	return rd_identity_say(tx,
	                       &(rd_saying){type, s->user_id, rd_identity_actor(tx->arena, s->user_id),
	                                    s->visit->request_id},
	                       said, 3, err);
}

/* Whether the person may sign in, and the password that was right a moment ago still is. */
static rd_rc still_good(rd_tx *tx, const signing *s, const char **ret_why, rd_err *err)
{
	char hash[RD_PASSWORD_HASH_SIZE];
	rd_identity_user person;

	RD_TRY(rd_identity_person(tx, s->user_id, &person, err));
	RD_TRY(read_credential(tx, s->user_id, hash, err));
	*ret_why = !person.active ? "state" : strcmp(hash, s->hash) != 0 ? "password" : NULL;
	return RD_OK;
}

static rd_rc enter(rd_tx *tx, void *ctx, rd_err *err)
{
	signing *s = ctx;
	const char *why = s->user_id ? "password" : "unknown";
	bool waits;

	s->verdict.rc = RD_OK;
	if (s->right)
		RD_TRY(still_good(tx, s, &why, err));
	if (why)
		return refuse(tx, s, "user.sign-in-refused", why, err);
	if (s->better[0])
		RD_TRY(rd_q_credential_rehash(tx, s->user_id, rd_str_of(s->hash), rd_str_of(s->better),
		                              NULL, err));
	RD_TRY(rd_identity_has_factor(tx, s->user_id, &waits, err));
	s->opening.user_id = s->user_id;
	s->opening.waits = waits;
	RD_TRY(rd_identity_open(tx, &s->opening, err));
	return say_in(tx, s, waits ? "user.code-asked" : "user.signed-in", "password", err);
}

static rd_rc in_firm(rd_identity *id, signing *s, rd_str password, rd_arena *a, rd_err *err)
{
	if (s->firm_id)
		RD_TRY(rd_store_read(id->store, s->firm_id, a, read_person, s, err));
	RD_TRY(rd_identity_verify(id, s->hash, password, &s->right, err));
	if (s->firm_id == 0)
		return rd_identity_unknown(err);
	if (s->right && rd_password_is_weaker(s->hash, id->cost))
		RD_TRY(rd_identity_hash(id, password, s->better, err));
	rd_token_session_new(&s->token);
	s->opening.token = &s->token;
	s->opening.visit = s->visit;
	s->opening.session_id = rd_store_new_id(id->store);
	return rd_identity_settle(rd_store_write(id->store, s->firm_id, a, enter, s, err), &s->verdict,
	                          err);
}

static void give(const signing *s, rd_signed_in *ret)
{
	*ret = (rd_signed_in){.session = s->token,
	                      .user_id = s->user_id,
	                      .firm_id = s->firm_id,
	                      .needs_code = s->opening.waits};
}

/* The account for limits, firm and name as they were typed: the same whether it exists or not. */
static rd_rc limit_name(rd_identity *id, rd_str firm, rd_str name, const rd_visit *visit,
                        rd_err *err)
{
	char account[2 * NAME_MAX + 1];

	RD_ASSERT(firm.len <= NAME_MAX && name.len <= NAME_MAX);
	memcpy(account, firm.ptr, firm.len);
	account[firm.len] = '/';
	memcpy(account + firm.len + 1, name.ptr, name.len);
	return rd_identity_limit(id, "login", (rd_str){account, firm.len + 1 + name.len}, visit, err);
}

rd_rc rd_identity_sign_in(rd_identity *id, rd_str firm, rd_str login, rd_str password,
                          const rd_visit *visit, rd_signed_in *ret, rd_err *err)
{
	char name[NAME_MAX], label[NAME_MAX];
	signing s = {.id = id, .name = fold(login, name), .visit = visit};
	rd_str firm_label = fold(firm, label);

	RD_TRY(limit_name(id, firm_label, s.name, visit, err));
	rd_arena *a = rd_arena_new();
	rd_rc rc = find_firm(id, firm_label, a, &s.firm_id, err);

	if (rc == RD_OK)
		rc = in_firm(id, &s, password, a, err);
	if (rc == RD_OK) {
		rd_identity_opened(id, &s.opening);
		give(&s, ret);
	}
	rd_secret_wipe(&s.token, sizeof s.token);
	rd_arena_free(a);
	return rc;
}

/* ---- the second step ---- */

typedef struct waiting {
	uint8_t digest[RD_DIGEST_SIZE];
	rd_q_session_find_row row;
	bool good;
} waiting;

static rd_rc read_waiting(rd_tx *tx, void *ctx, rd_err *err)
{
	waiting *w = ctx;
	bool found;

	RD_TRY(rd_q_session_find(tx, rd_digest_str(w->digest), &w->row, &found, err));
	w->good = found && w->row.waits && w->row.ended_at_us == 0 &&
	          tx->now_us - w->row.made_at_us < RD_CODE_WAITS_US;
	return RD_OK;
}

typedef struct second {
	signing s;
	int64_t waiting_id;
} second;

static rd_rc show_code(rd_tx *tx, void *ctx, rd_err *err)
{
	second *step = ctx;
	signing *s = &step->s;
	rd_identity_user person;
	int64_t ended = 0;

	s->verdict.rc = RD_OK;
	RD_TRY(rd_identity_person(tx, s->user_id, &person, err));
	if (!person.active)
		return refuse(tx, s, "user.sign-in-refused", "state", err);
	RD_TRY(rd_identity_check_code(s->id, tx, s->user_id, s->code, &s->by, err));
	if (s->by == NULL)
		return refuse(tx, s, "user.sign-in-refused", "code", err);
	RD_TRY(rd_q_session_end(tx, step->waiting_id, tx->now_us, &ended, err));
	if (ended == 0)
		return refuse(tx, s, "user.sign-in-refused", "session", err);
	s->opening.user_id = s->user_id;
	RD_TRY(rd_identity_open(tx, &s->opening, err));
	return say_in(tx, s, "user.signed-in", s->by, err);
}

static rd_rc with_code(rd_identity *id, waiting *w, rd_str code, const rd_visit *visit, rd_arena *a,
                       rd_signed_in *ret, rd_err *err)
{
	second step = {.s = {.id = id, .visit = visit, .code = code}};
	signing *s = &step.s;

	RD_TRY(rd_store_read(id->store, 0, a, read_waiting, w, err));
	if (!w->good)
		return rd_identity_unknown(err);
	step.waiting_id = w->row.id;
	s->firm_id = w->row.firm_id;
	s->user_id = w->row.user_id;
	RD_TRY(rd_identity_limit_person(id, "code", s->firm_id, s->user_id, visit, err));
	rd_token_session_new(&s->token);
	s->opening =
		(rd_opening){.session_id = rd_store_new_id(id->store), .token = &s->token, .visit = visit};
	rd_rc rc = rd_identity_settle(rd_store_write(id->store, s->firm_id, a, show_code, &step, err),
	                              &s->verdict, err);

	if (rc == RD_OK) {
		rd_identity_opened(id, &s->opening);
		give(s, ret);
	}
	rd_secret_wipe(&s->token, sizeof s->token);
	return rc;
}

rd_rc rd_identity_code(rd_identity *id, rd_str cookie, rd_str code, const rd_visit *visit,
                       rd_signed_in *ret, rd_err *err)
{
	waiting w;

	if (!rd_token_session_parse(cookie, w.digest))
		return rd_identity_unknown(err);
	rd_arena *a = rd_arena_new();
	rd_rc rc = with_code(id, &w, code, visit, a, ret, err);

	rd_arena_free(a);
	return rc;
}

/* ---- shown again ---- */

typedef struct proving {
	signing s;
	const rd_caller *who;
	uint8_t old[RD_DIGEST_SIZE];
} proving;

static rd_rc renew(rd_tx *tx, void *ctx, rd_err *err)
{
	proving *p = ctx;
	signing *s = &p->s;
	const char *why = "password", *by = "password";
	rd_q_session_get_row row;
	int64_t changed = 0;
	bool has, found;

	s->verdict.rc = RD_OK;
	if (s->right)
		RD_TRY(still_good(tx, s, &why, err));
	if (why)
		return refuse(tx, s, "user.proof-refused", why, err);
	RD_TRY(rd_identity_has_factor(tx, s->user_id, &has, err));
	if (has)
		RD_TRY(rd_identity_check_code(s->id, tx, s->user_id, s->code, &by, err));
	if (by == NULL)
		return refuse(tx, s, "user.proof-refused", "code", err);
	RD_TRY(rd_q_session_get(tx, p->who->shown_id, &row, &found, err));
	if (!found)
		return refuse(tx, s, "user.proof-refused", "session", err);
	memcpy(p->old, row.digest.ptr, RD_DIGEST_SIZE);
	RD_TRY(rd_q_session_renew(tx, p->who->shown_id, rd_digest_str(s->token.digest), tx->now_us,
	                          &changed, err));
	if (changed == 0)
		return refuse(tx, s, "user.proof-refused", "session", err);
	return say_in(tx, s, "user.proved", by, err);
}

static rd_rc prove(rd_identity *id, proving *p, rd_str password, rd_arena *a, rd_err *err)
{
	signing *s = &p->s;

	RD_TRY(rd_store_read(id->store, s->firm_id, a, read_own_credential, s, err));
	RD_TRY(rd_identity_verify(id, s->hash, password, &s->right, err));
	rd_token_session_new(&s->token);
	s->opening.session_id = p->who->shown_id;
	return rd_identity_settle(rd_store_write(id->store, s->firm_id, a, renew, p, err), &s->verdict,
	                          err);
}

rd_rc rd_identity_prove(rd_identity *id, const rd_caller *who, rd_str password, rd_str code,
                        const rd_visit *visit, rd_signed_in *ret, rd_err *err)
{
	proving p = {.who = who,
	             .s = {.id = id,
	                   .visit = visit,
	                   .code = code,
	                   .firm_id = who->actor.firm_id,
	                   .user_id = who->actor.user_id}};

	RD_TRY(rd_identity_by_person(who, err));
	if (who->shown != RD_BY_SESSION || who->actor.system)
		return rd_fail(err, RD_FORBIDDEN, "令牌不能做这项操作；请本人登录后再做",
		               "a token cannot do this; sign in yourself");
	RD_TRY(rd_identity_limit_person(id, "prove", p.s.firm_id, p.s.user_id, visit, err));
	rd_arena *a = rd_arena_new();
	rd_rc rc = prove(id, &p, password, a, err);

	if (rc == RD_OK) {
		rd_known_drop(id->known, p.old);
		give(&p.s, ret);
	}
	rd_secret_wipe(&p.s.token, sizeof p.s.token);
	rd_arena_free(a);
	return rc;
}
