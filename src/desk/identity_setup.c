/* The first start: a link on the console, and with it a firm and its administrator. */
#include "base/assert.h"
#include "desk/identity_impl.h"
#include "store/queries.gen.h"

#define FIRST_LABEL ""     /* taken by the firm of the first start: there is only one such */
#define LABEL       "main" /* when none is given */
#define LABEL_MAX   40u

/* ---- the link ---- */

typedef struct linking {
	int64_t link_id;
	const rd_token *link;
	bool needed;
} linking;

static rd_rc is_first(rd_tx *tx, bool *ret_first, rd_err *err)
{
	rd_q_firm_by_label_row row;
	bool found;

	RD_TRY(rd_q_firm_by_label(tx, RD_STR(FIRST_LABEL), &row, &found, err));
	*ret_first = !found;
	return RD_OK;
}

static rd_rc make_link(rd_tx *tx, void *ctx, rd_err *err)
{
	linking *l = ctx;

	RD_TRY(is_first(tx, &l->needed, err));
	if (!l->needed)
		return RD_OK;
	return rd_q_setup_link_add(tx, l->link_id, rd_digest_str(l->link->digest), tx->now_us,
	                           tx->now_us + RD_LINK_LIFE_US, NULL, err);
}

rd_rc rd_identity_setup_link(rd_identity *id, rd_token *ret_link, bool *ret_needed, rd_err *err)
{
	rd_token link;
	linking l = {.link = &link, .link_id = rd_store_new_id(id->store)};
	rd_arena *a = rd_arena_new();

	rd_token_link_new(&link);
	rd_rc rc = rd_store_write(id->store, 0, a, make_link, &l, err);

	rd_arena_free(a);
	if (rc == RD_OK && l.needed)
		*ret_link = link;
	if (rc == RD_OK)
		*ret_needed = l.needed;
	rd_secret_wipe(&link, sizeof link);
	return rc;
}

/* ---- the firm ---- */

typedef struct founding {
	rd_identity *id;
	const rd_new_firm *firm;
	rd_str label;
	uint8_t digest[RD_DIGEST_SIZE];
	int64_t firm_id, user_id;
	char hash[RD_PASSWORD_HASH_SIZE];
	json_t *firm_body, *user_body;
	rd_problems *problems;
} founding;

/* Fields of both records have names of their own in the request. */
static void rename_problems(rd_problems *p, uint32_t from)
{
	for (uint32_t i = from; i < p->n; i++)
		if (strcmp(p->items[i].field, "name") == 0)
			p->items[i].field = "display_name";
}

static json_t *text(rd_str s)
{
	json_t *t = json_stringn(s.ptr ? s.ptr : "", s.len);

	return t ? t : json_null(); /* no UTF-8: refused as no text */
}

static void make_bodies(founding *f)
{
	const rd_new_firm *n = f->firm;
	json_t *roles = json_array();

	(void)json_array_append_new(roles, json_string("administrator"));
	f->firm_body = json_object();
	(void)json_object_set_new(f->firm_body, "name", text(n->name));
	f->user_body = json_object();
	(void)json_object_set_new(f->user_body, "login", text(n->login));
	(void)json_object_set_new(f->user_body, "name", text(n->display_name));
	(void)json_object_set_new(f->user_body, "roles", roles);
	if (n->mail.len)
		(void)json_object_set_new(f->user_body, "mail", text(n->mail));
}

/* Label and link belong to the whole server, so they are written as nobody's. */
static rd_rc take_label(rd_tx *tx, founding *f, rd_err *err)
{
	int64_t first = 0, taken = 0, used = 0;

	RD_TRY(rd_db_firm(tx->db, 0, err));
	RD_TRY(rd_q_firm_label_add(tx, RD_STR(FIRST_LABEL), f->firm_id, &first, err));
	if (f->firm->link.len) {
		if (first)
			RD_TRY(rd_q_setup_link_use(tx, rd_digest_str(f->digest), tx->now_us, &used, err));
		if (used == 0)
			return rd_identity_unknown(err);
	}
	RD_TRY(rd_q_firm_label_add(tx, f->label, f->firm_id, &taken, err));
	if (taken == 0) {
		rd_problem_add(f->problems, tx->arena, "label",
		               (rd_words){"已有机构用了这个代号", "another firm has this label"},
		               (rd_words){"请换一个", "choose another"});
		return rd_check_fail(f->problems, err);
	}
	return rd_db_firm(tx->db, tx->firm_id, err);
}

static rd_rc make_records(rd_tx *tx, founding *f, const rd_actor *actor, rd_err *err)
{
	const rd_engine *e = f->id->engine;
	const rd_kind *user = rd_kind_find(RD_STR("user"));
	rd_record r;

	RD_TRY(rd_record_create(e, tx, actor, rd_kind_find(RD_STR("firm")), f->firm_id, f->firm_body,
	                        &r, f->problems, err));
	uint32_t n = f->problems->n;
	rd_rc rc = rd_record_create(e, tx, actor, user, f->user_id, f->user_body, &r, f->problems, err);

	rename_problems(f->problems, n);
	RD_TRY(rc);
	json_t *nothing = json_object();

	rc = rd_record_move(e, tx, actor, user, f->user_id, RD_ANY_VERSION, RD_STR("activate"), nothing,
	                    &r, f->problems, err);
	json_decref(nothing);
	return rc;
}

static rd_rc found_firm(rd_tx *tx, void *ctx, rd_err *err)
{
	founding *f = ctx;
	const rd_actor actor = {.firm_id = f->firm_id,
	                        .system = true,
	                        .name = RD_STR("system"),
	                        .request_id = RD_STR("")};

	f->problems->n = f->problems->all = 0;
	RD_TRY(take_label(tx, f, err));
	RD_TRY(make_records(tx, f, &actor, err));
	RD_TRY(rd_q_credential_set(tx, f->user_id, rd_str_of(f->hash), tx->now_us, NULL, err));
	return rd_identity_say(tx,
	                       &(rd_saying){"user.password-changed", f->user_id, actor.name,
	                                    actor.request_id},
	                       &(rd_said){.key = "by", .text = RD_STR("set-up")}, 1, err);
}

/* ---- what is wrong with the request, before the slow hash ---- */

static void problem(founding *f, rd_arena *a, const char *field, const rd_err *e)
{
	rd_words words = {rd_arena_copy(a, e->zh, strlen(e->zh)),
	                  rd_arena_copy(a, e->en, strlen(e->en))};

	rd_problem_add(f->problems, a, field, words, (rd_words){NULL, NULL});
}

static rd_rc judge(founding *f, rd_arena *a, rd_err *err)
{
	const rd_new_firm *n = f->firm;
	rd_err e;

	if (f->label.len > LABEL_MAX || !rd_check_format(RD_FORMAT_SLUG, f->label))
		rd_problem_add(f->problems, a, "label",
		               (rd_words){"须为小写字母开头的字母、数字、点、横线，至多 40 个字符",
		                          "small letters, digits, dots and dashes, a letter first; at most "
		                          "40 characters"},
		               (rd_words){"例如 main", "such as main"});
	if (rd_password_check(n->password,
	                      (rd_password_owner){.firm = n->name, .name = n->login, .mail = n->mail},
	                      &e) != RD_OK)
		problem(f, a, "password", &e);
	return f->problems->n ? rd_check_fail(f->problems, err) : RD_OK;
}

/* Whether the link may be good: so that strangers cannot make the server hash. */
typedef struct looking {
	const uint8_t *digest;
	bool good;
} looking;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	looking *l = ctx;
	rd_q_door_find_row row;
	bool found, first;

	RD_TRY(is_first(tx, &first, err));
	RD_TRY(rd_q_door_find(tx, rd_digest_str(l->digest), &row, &found, err));
	l->good = first && found && rd_str_is(row.purpose, "set-up") && row.used_at_us == 0 &&
	          tx->now_us < row.expires_at_us;
	return RD_OK;
}

static rd_rc check_link(founding *f, rd_arena *a, rd_err *err)
{
	looking l = {.digest = f->digest};

	if (f->firm->link.len == 0)
		return RD_OK;
	if (!rd_token_link_parse(f->firm->link, f->digest))
		return rd_identity_unknown(err);
	RD_TRY(rd_store_read(f->id->store, 0, a, look, &l, err));
	return l.good ? RD_OK : rd_identity_unknown(err);
}

static rd_rc setup(founding *f, rd_arena *a, rd_err *err)
{
	RD_TRY(check_link(f, a, err));
	RD_TRY(judge(f, a, err));
	RD_TRY(rd_identity_hash(f->id, f->firm->password, f->hash, err));
	make_bodies(f);
	rd_rc rc = rd_store_write(f->id->store, f->firm_id, a, found_firm, f, err);

	json_decref(f->firm_body);
	json_decref(f->user_body);
	return rc;
}

rd_rc rd_identity_setup(rd_identity *id, const rd_new_firm *firm, rd_arena *a, int64_t *ret_firm_id,
                        int64_t *ret_user_id, rd_problems *problems, rd_err *err)
{
	founding f = {.id = id,
	              .firm = firm,
	              .label = firm->label.len ? firm->label : RD_STR(LABEL),
	              .firm_id = rd_store_new_id(id->store),
	              .user_id = rd_store_new_id(id->store),
	              .problems = problems};

	RD_TRY(setup(&f, a, err));
	*ret_firm_id = f.firm_id;
	*ret_user_id = f.user_id;
	return RD_OK;
}
