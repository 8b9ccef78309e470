/* Magic links: a contact of a client sees one record, without a password. */
#include "base/assert.h"
#include "desk/identity_impl.h"
#include "desk/person.h"
#include "store/queries.gen.h"

/* ---- made ---- */

typedef struct making {
	const rd_caller *who;
	int64_t contact_id, record_id, link_id, life_us;
	const rd_kind *kind;
	const rd_token *link;
} making;

static rd_rc closed(rd_err *err)
{
	return rd_fail(err, RD_BARRED, "客户或联系人没有开通门户；请先开通",
	               "the portal is not open to this client or contact; open it first");
}

/* The record is about the client of the contact, who may enter the portal. */
static rd_rc may_link(rd_tx *tx, const making *m, rd_err *err)
{
	const rd_kind *contact_kind = rd_kind_find(RD_STR("contact"));
	rd_record contact, record;
	int64_t client_id = 0;
	char lang[8];
	rd_err ignored;

	RD_TRY(rd_record_get(tx, &m->who->actor, contact_kind, m->contact_id, &contact, err));
	RD_TRY(rd_record_get(tx, &m->who->actor, m->kind, m->record_id, &record, err));
	RD_TRY(rd_may_record(tx, &m->who->actor, &record, RD_KIND_COMMENT, err));
	rd_rc rc = rd_identity_contact(tx, m->contact_id, &client_id, lang, &ignored);

	if (rc == RD_UNAUTHENTICATED)
		return closed(err);
	if (rc != RD_OK) {
		*err = ignored;
		return rc;
	}
	const rd_value *about = rd_cell(&record, RD_COL_CLIENT);

	if (about->type != RD_INT || about->i != client_id)
		return rd_fail(err, RD_BARRED, "这条记录不是该联系人所属客户的；请选该客户的记录",
		               "this record is not about the client of the contact; choose one that is");
	return RD_OK;
}

static rd_rc make_link(rd_tx *tx, void *ctx, rd_err *err)
{
	const making *m = ctx;
	rd_str kind = rd_str_of(m->kind->name);

	RD_TRY(may_link(tx, m, err));
	RD_TRY(rd_q_door_add(tx, m->link_id, rd_digest_str(m->link->digest), RD_STR("portal"), 0,
	                     m->contact_id, kind, m->record_id, tx->now_us, tx->now_us + m->life_us,
	                     NULL, err));
	const rd_said said[] = {{.key = "link", .number = m->link_id},
	                        {.key = "kind", .text = kind},
	                        {.key = "record", .number = m->record_id}};

	return rd_identity_say(tx,
	                       &(rd_saying){"contact.link-made", m->contact_id, m->who->actor.name,
	                                    m->who->actor.request_id},
	                       said, 3, err);
}

rd_rc rd_identity_link_new(rd_identity *id, const rd_caller *who, int64_t contact_id,
                           const rd_kind *kind, int64_t record_id, rd_token *ret_link, rd_err *err)
{
	rd_token link;
	making m = {.who = who,
	            .contact_id = contact_id,
	            .kind = kind,
	            .record_id = record_id,
	            .link_id = rd_store_new_id(id->store),
	            .life_us = RD_LINK_LIFE_US,
	            .link = &link};

	RD_TRY(rd_identity_by_person(who, err));
	rd_token_link_new(&link);
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_write(id->store, who->actor.firm_id, a, make_link, &m, err);

	rd_arena_free(a);
	if (rc == RD_OK)
		*ret_link = link;
	rd_secret_wipe(&link, sizeof link);
	return rc;
}

rd_rc rd_identity_link_mail(rd_store *s, rd_tx *tx, int64_t contact_id, const rd_kind *kind,
                            int64_t record_id, int64_t life_us, rd_token *ret_link, rd_err *err)
{
	const rd_caller program = {.actor = rd_desk_system(tx->firm_id)};
	making m = {.who = &program,
	            .contact_id = contact_id,
	            .kind = kind,
	            .record_id = record_id,
	            .link_id = rd_store_new_id(s),
	            .life_us = life_us,
	            .link = ret_link};

	rd_token_link_new(ret_link);
	return make_link(tx, &m, err);
}

/* ---- looked at, used ---- */

typedef struct entering {
	uint8_t digest[RD_DIGEST_SIZE];
	rd_q_door_find_row link;
	bool good;
	const rd_visit *visit;
	rd_token token;
	rd_opening opening;
	rd_verdict verdict;
} entering;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	entering *e = ctx;
	bool found;

	RD_TRY(rd_q_door_find(tx, rd_digest_str(e->digest), &e->link, &found, err));
	e->good = found && e->link.used_at_us == 0 && tx->now_us < e->link.expires_at_us;
	return RD_OK;
}

/* Good links of every purpose: the address of the page says what it is for. */
rd_rc rd_identity_link_look(rd_identity *id, rd_str link, rd_err *err)
{
	entering e = {0};

	if (!rd_token_link_parse(link, e.digest))
		return rd_identity_unknown(err);
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_read(id->store, 0, a, look, &e, err);

	rd_arena_free(a);
	return rc == RD_OK && !e.good ? rd_identity_unknown(err) : rc;
}

static rd_rc enter(rd_tx *tx, void *ctx, rd_err *err)
{
	entering *e = ctx;
	int64_t client_id, used = 0;
	char lang[8];

	e->verdict.rc = RD_OK;
	rd_rc rc = rd_identity_contact(tx, e->link.contact_id, &client_id, lang, &e->verdict.err);

	if (rc == RD_OK)
		rc = rd_q_door_use(tx, e->link.id, tx->now_us, &used, &e->verdict.err);
	if (rc == RD_OK && used == 0)
		rc = rd_identity_unknown(&e->verdict.err);
	if (rc != RD_OK && rc != RD_UNAUTHENTICATED) {
		*err = e->verdict.err;
		return rc;
	}
	e->verdict.rc = rc;
	if (rc == RD_OK)
		RD_TRY(rd_identity_open(tx, &e->opening, err));
	const rd_said said[] = {{.key = "link", .number = e->link.id},
	                        {.key = "address", .text = rd_identity_address(e->visit)}};

	return rd_identity_say(tx,
	                       &(rd_saying){rc == RD_OK ? "contact.signed-in"
	                                                : "contact.sign-in-refused",
	                                    e->link.contact_id, RD_STR("system"), e->visit->request_id},
	                       said, 2, err);
}

static rd_rc use_link(rd_identity *id, entering *e, rd_arena *a, rd_err *err)
{
	RD_TRY(rd_store_read(id->store, 0, a, look, e, err));
	if (!e->good || !rd_str_is(e->link.purpose, "portal"))
		return rd_identity_unknown(err);
	rd_token_session_new(&e->token);
	e->opening = (rd_opening){.session_id = rd_store_new_id(id->store),
	                          .link_id = e->link.id,
	                          .token = &e->token,
	                          .visit = e->visit};
	return rd_identity_settle(rd_store_write(id->store, e->link.firm_id, a, enter, e, err),
	                          &e->verdict, err);
}

rd_rc rd_identity_link_use(rd_identity *id, rd_str link, const rd_visit *visit, rd_signed_in *ret,
                           rd_err *err)
{
	entering e = {.visit = visit};

	RD_TRY(rd_identity_limit(id, "link", RD_STR(""), visit, err));
	if (!rd_token_link_parse(link, e.digest))
		return rd_identity_unknown(err);
	rd_arena *a = rd_arena_new();
	rd_rc rc = use_link(id, &e, a, err);

	if (rc == RD_OK)
		*ret = (rd_signed_in){.session = e.token, .firm_id = e.link.firm_id};
	rd_secret_wipe(&e.token, sizeof e.token);
	rd_arena_free(a);
	return rc;
}
