/* From what was shown with a request to who asks: the way of every request. */
#include "base/assert.h"
#include "desk/identity_impl.h"
#include "store/queries.gen.h"
#include <jansson.h>
#include <stdio.h>

/* ---- reading ---- */

rd_rc rd_identity_enter(rd_tx *tx, int64_t firm_id, rd_err *err)
{
	tx->firm_id = firm_id;
	return rd_db_firm(tx->db, firm_id, err);
}

uint16_t rd_identity_roles(rd_str json)
{
	json_t *list = json_loadb(json.ptr, json.len, 0, NULL);
	uint16_t roles = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		for (uint32_t bit = 0; name && bit < 8; bit++)
			if (strcmp(name, rd_kind_role_names[bit]) == 0)
				roles |= (uint16_t)(1u << bit);
	}
	json_decref(list);
	/* People of the firm are never its clients, whatever the list says. */
	return roles & (uint16_t)~RD_KIND_CLIENT;
}

rd_rc rd_identity_person(rd_tx *tx, int64_t user_id, rd_identity_user *ret, rd_err *err)
{
	rd_q_person_get_row row;
	bool found;

	RD_TRY(rd_q_person_get(tx, user_id, &row, &found, err));
	if (!found)
		return rd_may_not_found(err);
	bool there = row.archived_at_us.type == RD_NULL;

	*ret = (rd_identity_user){.login = row.login,
	                          .mail = row.mail.ptr ? row.mail : RD_STR(""),
	                          .language = row.language,
	                          .main_team_id =
	                              row.main_team_id.type == RD_NULL ? 0 : row.main_team_id.i,
	                          .roles = rd_identity_roles(row.roles),
	                          .active = there && rd_str_is(row.state, "active"),
	                          .invited = there && rd_str_is(row.state, "invited")};
	return RD_OK;
}

static void put_lang(char out[8], rd_str lang)
{
	uint32_t n = lang.len < 7 ? lang.len : 7;

	memcpy(out, lang.ptr, n);
	out[n] = 0;
}

rd_rc rd_identity_contact(rd_tx *tx, int64_t contact_id, int64_t *ret_client_id, char ret_lang[8],
                          rd_err *err)
{
	rd_q_contact_get_row contact;
	rd_q_client_portal_row client;
	bool found;

	RD_TRY(rd_q_contact_get(tx, contact_id, &contact, &found, err));
	if (!found || !rd_str_is(contact.state, "active") || contact.portal.i == 0 ||
	    contact.archived_at_us.type != RD_NULL || contact.client_id.type == RD_NULL)
		return rd_identity_unknown(err);
	RD_TRY(rd_q_client_portal(tx, contact.client_id.i, &client, &found, err));
	if (!found || client.portal.i == 0 || client.archived_at_us.type != RD_NULL)
		return rd_identity_unknown(err);
	*ret_client_id = contact.client_id.i;
	put_lang(ret_lang, contact.language);
	return RD_OK;
}

/* ---- loading ---- */

static void add_team(rd_known *k, int64_t team_id)
{
	for (uint32_t i = 0; i < k->n_teams; i++)
		if (k->teams[i] == team_id)
			return;
	if (k->n_teams < RD_KNOWN_TEAMS_MAX)
		k->teams[k->n_teams++] = team_id;
}

/* Rights of a person, who must be active. */
static rd_rc load_person(rd_tx *tx, int64_t user_id, rd_known *k, rd_err *err)
{
	const rd_q_person_teams_row *teams;
	rd_identity_user person;
	uint32_t n;
	rd_rc rc = rd_identity_person(tx, user_id, &person, err);

	if (rc == RD_NOT_FOUND || (rc == RD_OK && !person.active))
		return rd_identity_unknown(err);
	RD_TRY(rc);
	RD_TRY(rd_q_person_teams(tx, user_id, RD_KNOWN_TEAMS_MAX, &teams, &n, err));
	k->user_id = user_id;
	k->roles = person.roles;
	k->n_teams = 0;
	if (person.main_team_id)
		add_team(k, person.main_team_id);
	for (uint32_t i = 0; i < n; i++)
		add_team(k, teams[i].team_id);
	put_lang(k->lang, person.language);
	return RD_OK;
}

/* The firm asks for a second factor that this person has not. */
static rd_rc load_must_enrol(rd_tx *tx, rd_known *k, rd_err *err)
{
	rd_q_firm_rules_row firm = {0};
	bool found, has = true;

	RD_TRY(rd_q_firm_rules(tx, &firm, &found, err));
	if (found && firm.second_factor)
		RD_TRY(rd_identity_has_factor(tx, k->user_id, &has, err));
	k->must_enrol = !has;
	return RD_OK;
}

static rd_rc load_user_session(rd_tx *tx, int64_t user_id, int64_t view_as_id, rd_known *k,
                               rd_err *err)
{
	k->shown = RD_BY_SESSION;
	RD_TRY(load_person(tx, user_id, k, err));
	RD_TRY(load_must_enrol(tx, k, err));
	(void)snprintf(k->name, sizeof k->name, "user:%jd", (intmax_t)user_id);
	if (view_as_id == 0 || !(k->roles & RD_KIND_ADMINISTRATOR))
		return RD_OK;
	RD_TRY(load_person(tx, view_as_id, k, err));
	k->viewer_id = user_id;
	k->only_looks = true;
	(void)snprintf(k->name, sizeof k->name, "user:%jd+view:%jd", (intmax_t)user_id,
	               (intmax_t)view_as_id);
	return RD_OK;
}

static rd_rc load_link_session(rd_tx *tx, int64_t link_id, rd_known *k, rd_err *err)
{
	rd_q_door_get_row link;
	bool found;

	RD_TRY(rd_q_door_get(tx, link_id, &link, &found, err));
	if (!found)
		return rd_identity_unknown(err);
	RD_TRY(rd_identity_contact(tx, link.contact_id, &k->client_id, k->lang, err));
	k->shown = RD_BY_LINK;
	k->roles = RD_KIND_CLIENT;
	(void)snprintf(k->name, sizeof k->name, "link:%jd", (intmax_t)link_id);
	(void)snprintf(k->scope, sizeof k->scope, "%.*s/%jd",
	               (int)(link.kind.len < 40 ? link.kind.len : 40), link.kind.ptr,
	               (intmax_t)link.record_id);
	return RD_OK;
}

static rd_rc load_session(rd_tx *tx, rd_known *k, rd_err *err)
{
	rd_q_session_find_row s;
	bool found;

	RD_TRY(rd_q_session_find(tx, rd_digest_str(k->digest), &s, &found, err));
	if (!found || s.waits)
		return rd_identity_unknown(err);
	k->firm_id = s.firm_id;
	k->shown_id = s.id;
	k->times = (rd_session_times){s.made_at_us, s.seen_at_us, s.proved_at_us, s.ended_at_us};
	RD_TRY(rd_identity_enter(tx, s.firm_id, err));
	return s.link_id ? load_link_session(tx, s.link_id, k, err)
	                 : load_user_session(tx, s.user_id, s.view_as_id, k, err);
}

static rd_rc load_token(rd_tx *tx, rd_known *k, rd_err *err)
{
	rd_q_token_find_row t;
	bool found;

	RD_TRY(rd_q_token_find(tx, rd_digest_str(k->digest), &t, &found, err));
	if (!found || t.ended_at_us != 0 || t.scope.len >= sizeof k->scope)
		return rd_identity_unknown(err);
	k->shown = RD_BY_TOKEN;
	k->firm_id = t.firm_id;
	k->shown_id = t.id;
	k->used_at_us = t.used_at_us;
	k->expires_at_us = t.expires_at_us;
	RD_TRY(rd_identity_enter(tx, t.firm_id, err));
	RD_TRY(load_person(tx, t.user_id, k, err));
	RD_TRY(load_must_enrol(tx, k, err));
	memcpy(k->scope, t.scope.ptr, t.scope.len);
	k->only_looks = rd_str_is(t.scope, "read");
	if (!rd_str_is(t.scope, "admin"))
		k->roles &= (uint16_t)~RD_KIND_ADMINISTRATOR;
	(void)snprintf(k->name, sizeof k->name, "user:%jd+token:%jd", (intmax_t)t.user_id,
	               (intmax_t)t.id);
	return RD_OK;
}

static rd_rc load(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_known *k = ctx;

	k->loaded_at_us = tx->now_us;
	return k->shown == RD_BY_TOKEN ? load_token(tx, k, err) : load_session(tx, k, err);
}

/* ---- written down as used, behind the request ---- */

typedef struct touch {
	rd_command command;
	int64_t shown_id, at_us;
	bool token;
} touch;

static rd_rc touch_run(rd_tx *tx, void *ctx, rd_err *err)
{
	const touch *t = ctx;

	return t->token ? rd_q_token_touch(tx, t->shown_id, t->at_us, NULL, err)
	                : rd_q_session_touch(tx, t->shown_id, t->at_us, NULL, err);
}

/* When it failed, the next request after a reload does it again. */
static void touch_done(rd_command *c)
{
	rd_arena_free(c->arena);
}

static void touch_later(rd_identity *id, const rd_known *k, int64_t now_us)
{
	rd_arena *a = rd_arena_new();
	touch *t = RD_NEW(a, touch);

	*t = (touch){.command = {.firm_id = k->firm_id,
	                         .arena = a,
	                         .run = touch_run,
	                         .ctx = t,
	                         .done = touch_done},
	             .shown_id = k->shown_id,
	             .at_us = now_us,
	             .token = k->shown == RD_BY_TOKEN};
	rd_store_submit(id->store, &t->command);
}

/* ---- the caller ---- */

static rd_str keep(rd_arena *a, const char *text)
{
	uint32_t n = (uint32_t)strlen(text);

	return (rd_str){rd_arena_copy(a, text, n), n};
}

static void fill(const rd_known *k, int64_t now_us, rd_arena *a, rd_caller *ret)
{
	int64_t *teams = NULL;

	if (k->n_teams) {
		teams = RD_NEW_N(a, int64_t, k->n_teams);
		memcpy(teams, k->teams, k->n_teams * sizeof *teams);
	}
	*ret = (rd_caller){
		.actor = {.firm_id = k->firm_id,
	              .user_id = k->user_id,
	              .roles = k->roles,
	              .client_id = k->client_id,
	              .teams = teams,
	              .n_teams = k->n_teams,
	              .only_looks = k->only_looks,
	              .name = keep(a, k->name),
	              .request_id = RD_STR("")},
		.shown = k->shown,
		.shown_id = k->shown_id,
		.scope = k->scope[0] ? keep(a, k->scope) : RD_STR(""),
		.viewer_id = k->viewer_id,
		.fresh = k->shown == RD_BY_SESSION &&
	             now_us - k->times.proved_at_us < rd_session_preset.fresh_us,
		.must_enrol = k->must_enrol,
	};
	memcpy(ret->lang, k->lang, sizeof ret->lang);
}

/* From memory, else from the store. */
static rd_rc know(rd_identity *id, int64_t now_us, rd_known *k, rd_err *err)
{
	bool unsettled = rd_identity_unsettled(now_us);
	uint64_t mark;

	if (rd_known_get(id->known, k->digest, unsettled ? INT64_MAX : now_us - RD_IDENTITY_STALE_US, k,
	                 &mark))
		return RD_OK;
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_read(id->store, 0, a, load, k, err);

	rd_arena_free(a);
	/* Asked again: a hook may have run while this was loaded. */
	if (rc == RD_OK && !unsettled && !rd_identity_unsettled(now_us))
		rd_known_put(id->known, k, mark);
	return rc;
}

static rd_rc expired(const rd_known *k, int64_t now_us, rd_err *err)
{
	if (k->shown != RD_BY_TOKEN)
		return rd_session_check(&rd_session_preset, &k->times, now_us, err);
	return now_us < k->expires_at_us ? RD_OK : rd_identity_unknown(err);
}

static rd_rc caller(rd_identity *id, rd_known *k, rd_arena *a, rd_caller *ret, rd_err *err)
{
	int64_t now_us = rd_store_now_us(id->store);
	int64_t touch_us = rd_session_preset.touch_us;

	RD_TRY(know(id, now_us, k, err));
	RD_TRY(expired(k, now_us, err));
	int64_t seen_us = k->shown == RD_BY_TOKEN ? k->used_at_us : k->times.seen_at_us;

	if (now_us - seen_us >= touch_us && rd_known_touch(id->known, k->digest, now_us, touch_us))
		touch_later(id, k, now_us);
	fill(k, now_us, a, ret);
	return RD_OK;
}

rd_rc rd_identity_session(rd_identity *id, rd_str cookie, rd_arena *a, rd_caller *ret_caller,
                          rd_err *err)
{
	rd_known k = {.shown = RD_BY_SESSION};

	if (!rd_token_session_parse(cookie, k.digest))
		return rd_identity_unknown(err);
	return caller(id, &k, a, ret_caller, err);
}

rd_rc rd_identity_token(rd_identity *id, rd_str token, rd_arena *a, rd_caller *ret_caller,
                        rd_err *err)
{
	rd_known k = {.shown = RD_BY_TOKEN};
	int64_t number;

	if (!rd_token_api_parse(token, &number, k.digest))
		return rd_identity_unknown(err);
	return caller(id, &k, a, ret_caller, err);
}
