/* Passwords that are set: one's own, and by a link that an administrator gave. */
#include "base/assert.h"
#include "desk/identity_impl.h"
#include "store/queries.gen.h"

typedef struct setting {
	rd_identity *id;
	const rd_caller *who;
	int64_t firm_id, user_id;
	const char *hash;
} setting;

/* ---- one's own ---- */

static rd_rc set_own(rd_tx *tx, void *ctx, rd_err *err)
{
	const setting *s = ctx;

	RD_TRY(rd_q_credential_set(tx, s->user_id, rd_str_of(s->hash), tx->now_us, NULL, err));
	RD_TRY(rd_identity_end_others(tx, s->user_id, s->who->shown_id, err));
	/* A link that was asked for before would let somebody set another one. */
	RD_TRY(rd_q_door_end_all(tx, s->user_id, 0, tx->now_us, NULL, err));
	return rd_identity_say(tx,
	                       &(rd_saying){"user.password-changed", s->user_id, s->who->actor.name,
	                                    s->who->actor.request_id},
	                       &(rd_said){.key = "by", .text = RD_STR("self")}, 1, err);
}

rd_rc rd_identity_password(rd_identity *id, const rd_caller *who, rd_str password, rd_err *err)
{
	char hash[RD_PASSWORD_HASH_SIZE];
	setting s = {.id = id, .who = who, .user_id = who->actor.user_id, .hash = hash};

	RD_TRY(rd_identity_by_fresh(who, err));
	RD_TRY(rd_identity_choose(id, who->actor.firm_id, s.user_id, password, hash, err));
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_write(id->store, who->actor.firm_id, a, set_own, &s, err);

	rd_arena_free(a);
	if (rc == RD_OK)
		rd_identity_forget(id);
	return rc;
}

/* ---- a link for somebody ---- */

typedef struct inviting {
	const rd_caller *who;
	int64_t user_id, link_id;
	const rd_token *link;
} inviting;

/* Somebody who may be (or become) active, and is not the one who asks: whoever has an open session
 * of an administrator must not take the account over with it. */
static rd_rc may_invite(rd_tx *tx, const inviting *v, rd_err *err)
{
	rd_q_credential_get_row credential;
	rd_identity_user person;
	bool has;

	if (v->user_id == v->who->actor.user_id)
		return rd_fail(err, RD_BARRED, "自己的密码请在“我的账户”里改",
		               "change your own password in your account");
	RD_TRY(rd_identity_person(tx, v->user_id, &person, err));
	if (!person.active && !person.invited)
		return rd_fail(err, RD_BARRED, "此人已停用、离职或归档；请先恢复",
		               "this person is suspended, archived or has left; bring them back first");
	RD_TRY(rd_q_credential_get(tx, v->user_id, &credential, &has, err));
	return has ? rd_identity_by_fresh(v->who, err) : RD_OK;
}

static rd_rc invite(rd_tx *tx, void *ctx, rd_err *err)
{
	const inviting *v = ctx;

	RD_TRY(may_invite(tx, v, err));
	RD_TRY(rd_q_door_end_all(tx, v->user_id, 0, tx->now_us, NULL, err));
	RD_TRY(rd_q_door_add(tx, v->link_id, rd_digest_str(v->link->digest), RD_STR("password"),
	                     v->user_id, 0, RD_STR(""), 0, tx->now_us, tx->now_us + RD_LINK_LIFE_US,
	                     NULL, err));
	return rd_identity_say(tx,
	                       &(rd_saying){"user.link-made", v->user_id, v->who->actor.name,
	                                    v->who->actor.request_id},
	                       &(rd_said){.key = "link", .number = v->link_id}, 1, err);
}

rd_rc rd_identity_invite(rd_identity *id, const rd_caller *who, int64_t user_id, rd_token *ret_link,
                         rd_err *err)
{
	rd_token link;
	inviting v = {.who = who, .user_id = user_id, .link = &link};

	RD_TRY(rd_identity_by_administrator(who, err));
	rd_token_link_new(&link);
	v.link_id = rd_store_new_id(id->store);
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_write(id->store, who->actor.firm_id, a, invite, &v, err);

	rd_arena_free(a);
	if (rc == RD_OK)
		*ret_link = link;
	rd_secret_wipe(&link, sizeof link);
	return rc;
}

/* ---- the link is used ---- */

typedef struct accepting {
	setting s;
	uint8_t digest[RD_DIGEST_SIZE];
	rd_q_door_find_row link;
	bool good;
	const rd_visit *visit;
	rd_verdict verdict;
} accepting;

static rd_rc read_link(rd_tx *tx, void *ctx, rd_err *err)
{
	accepting *c = ctx;
	bool found;

	RD_TRY(rd_q_door_find(tx, rd_digest_str(c->digest), &c->link, &found, err));
	c->good = found && rd_str_is(c->link.purpose, "password") && c->link.used_at_us == 0 &&
	          tx->now_us < c->link.expires_at_us;
	return RD_OK;
}

/* Who was invited becomes active, by his own doing. */
static rd_rc activate(rd_tx *tx, const accepting *c, rd_err *err)
{
	rd_actor actor = {.firm_id = tx->firm_id,
	                  .system = true,
	                  .name = rd_identity_actor(tx->arena, c->s.user_id),
	                  .request_id = c->visit->request_id};
	const rd_kind *user = rd_kind_find(RD_STR("user"));
	rd_problems problems = {0};
	rd_record now;
	json_t *nothing = json_object();
	rd_rc rc = rd_record_move(c->s.id->engine, tx, &actor, user, c->s.user_id, RD_ANY_VERSION,
	                          RD_STR("activate"), nothing, &now, &problems, err);

	json_decref(nothing);
	return rc;
}

static rd_rc accept(rd_tx *tx, void *ctx, rd_err *err)
{
	accepting *c = ctx;
	rd_identity_user person;
	int64_t used = 0;

	c->verdict.rc = RD_OK;
	RD_TRY(rd_identity_person(tx, c->s.user_id, &person, err));
	RD_TRY(rd_q_door_use(tx, c->link.id, tx->now_us, &used, err));
	if (used == 0 || (!person.active && !person.invited)) {
		c->verdict.rc = rd_identity_unknown(&c->verdict.err);
		return RD_OK;
	}
	if (person.invited)
		RD_TRY(activate(tx, c, err));
	RD_TRY(rd_q_credential_set(tx, c->s.user_id, rd_str_of(c->s.hash), tx->now_us, NULL, err));
	RD_TRY(rd_identity_end_others(tx, c->s.user_id, 0, err));
	const rd_said said[] = {{.key = "by", .text = RD_STR("link")},
	                        {.key = "link", .number = c->link.id},
	                        {.key = "address", .text = rd_identity_address(c->visit)}};

	return rd_identity_say(tx,
	                       &(rd_saying){"user.password-changed", c->s.user_id,
	                                    rd_identity_actor(tx->arena, c->s.user_id),
	                                    c->visit->request_id},
	                       said, 3, err);
}

static rd_rc use_link(rd_identity *id, accepting *c, rd_str password, rd_arena *a, rd_err *err)
{
	char hash[RD_PASSWORD_HASH_SIZE];

	RD_TRY(rd_store_read(id->store, 0, a, read_link, c, err));
	if (!c->good)
		return rd_identity_unknown(err);
	c->s =
		(setting){.id = id, .firm_id = c->link.firm_id, .user_id = c->link.user_id, .hash = hash};
	/* A password that is refused leaves the link as it is. */
	RD_TRY(rd_identity_choose(id, c->s.firm_id, c->s.user_id, password, hash, err));
	return rd_identity_settle(rd_store_write(id->store, c->s.firm_id, a, accept, c, err),
	                          &c->verdict, err);
}

rd_rc rd_identity_accept(rd_identity *id, rd_str link, rd_str password, const rd_visit *visit,
                         rd_err *err)
{
	accepting c = {.visit = visit};

	RD_TRY(rd_identity_limit(id, "link", RD_STR(""), visit, err));
	if (!rd_token_link_parse(link, c.digest))
		return rd_identity_unknown(err);
	rd_arena *a = rd_arena_new();
	rd_rc rc = use_link(id, &c, password, a, err);

	rd_arena_free(a);
	if (rc == RD_OK)
		rd_identity_forget(id);
	return rc;
}
