#include "api/handlers.h"
#include "api/inner.h"
#include "auth/secret.h"
#include "desk/catalogue.h"
#include "desk/causes.h"
#include "http/cookie.h"

/* Signing in and out, one's own account, set-up and links. All of them wait (password hashes), so
 * they run without a transaction of their own. */

#define TEXT(n) (call->in[n].type == RD_TEXT ? call->in[n].str : RD_STR(""))

static rd_visit visit_of(const rd_call *call)
{
	return (rd_visit){call->req->peer, call->req->header.user_agent,
	                  rd_str_of(call->req->request_id)};
}

static rd_str cookie_of(const rd_call *call)
{
	rd_str c = rd_http_cookie_get(call->req, RD_HTTP_COOKIE_SESSION, call->api->plain_dev);

	return c.ptr ? c : RD_STR("");
}

/* The new cookie, and whether a code is still asked for. The token leaves memory with the answer.
 * */
static rd_rc signed_in(rd_call *call, rd_signed_in *in)
{
	rd_json *j = rd_call_json(call);

	call->reply.cookie[0] = rd_http_cookie_set(call->req->arena, RD_HTTP_COOKIE_SESSION,
	                                           rd_str_of(in->session.text), call->api->plain_dev);
	rd_secret_wipe(in->session.text, sizeof in->session.text);
	rd_json_object(j);
	rd_json_put_bool(j, "needs_code", in->needs_code);
	rd_put_id(j, "user", in->user_id);
	rd_json_close(j);
	return RD_OK;
}

/* ---- in and out ---- */

static const rd_shape_field sign_in_fields[] = {
	{"login", RD_SHAPE_TEXT, true, 1, 200, "login name or mail address"},
	{"password", RD_SHAPE_RAW, true, 1, 1024, "as it is"},
	{"firm", RD_SHAPE_TEXT, false, 0, 80, "label of the firm, when the server has several"},
};
const rd_shape rd_shape_sign_in = {"SignIn", sign_in_fields, 3};

rd_rc rd_api_sign_in(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_visit visit = visit_of(call);
	rd_signed_in in;

	(void)tx;
	RD_TRY(rd_identity_sign_in(call->api->identity, TEXT(2), TEXT(0), TEXT(1), &visit, &in, err));
	return signed_in(call, &in);
}

static const rd_shape_field code_fields[] = {
	{"code", RD_SHAPE_TEXT, true, 1, 64, "six digits, or a recovery code"},
};
const rd_shape rd_shape_code = {"Code", code_fields, 1};

rd_rc rd_api_sign_in_code(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_visit visit = visit_of(call);
	rd_signed_in in;

	(void)tx;
	RD_TRY(rd_identity_code(call->api->identity, cookie_of(call), TEXT(0), &visit, &in, err));
	return signed_in(call, &in);
}

rd_rc rd_api_sign_out(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	RD_TRY(rd_identity_sign_out(call->api->identity, &call->who, err));
	call->reply.cookie[0] = rd_http_cookie_clear(RD_HTTP_COOKIE_SESSION, call->api->plain_dev);
	call->reply.clear_site_data = true;
	call->reply.status = 204;
	return RD_OK;
}

static const rd_shape_field prove_fields[] = {
	{"password", RD_SHAPE_RAW, true, 1, 1024, "as it is"},
	{"code", RD_SHAPE_TEXT, false, 0, 64, "when there is a second factor"},
};
const rd_shape rd_shape_prove = {"Prove", prove_fields, 2};

rd_rc rd_api_prove(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_visit visit = visit_of(call);
	rd_signed_in in;

	(void)tx;
	RD_TRY(rd_identity_prove(call->api->identity, &call->who, TEXT(0), TEXT(1), &visit, &in, err));
	return signed_in(call, &in);
}

rd_rc rd_api_me(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_actor *a = &call->who.actor;
	rd_json *j = rd_call_json(call);

	(void)tx;
	(void)err;
	rd_json_object(j);
	rd_put_id(j, "firm", a->firm_id);
	rd_put_id(j, "user", a->user_id);
	rd_put_id(j, "client", a->client_id);
	rd_put_id(j, "viewer", call->who.viewer_id);
	rd_json_put_text(j, "lang", call->who.lang);
	rd_json_put_bool(j, "fresh", call->who.fresh);
	rd_json_put_bool(j, "must_enrol", call->who.must_enrol);
	rd_json_put_bool(j, "only_looks", a->only_looks);
	rd_json_key(j, "roles");
	rd_json_array(j);
	for (uint32_t i = 0; i < 8; i++)
		if (a->roles >> i & 1)
			rd_json_text(j, rd_kind_role_names[i]);
	rd_json_close(j);
	rd_json_key(j, "teams");
	rd_json_array(j);
	for (uint32_t i = 0; i < a->n_teams; i++) {
		char id[24];

		snprintf(id, sizeof id, "%lld", (long long)a->teams[i]);
		rd_json_text(j, id);
	}
	rd_json_close(j);
	rd_json_close(j);
	return RD_OK;
}

/* ---- set-up and invitations ---- */

static const rd_shape_field setup_fields[] = {
	{"link", RD_SHAPE_TEXT, true, 1, 64, "from the set-up link that the server printed"},
	{"label", RD_SHAPE_TEXT, true, 1, 40, "short name of the firm, a-z 0-9 -"},
	{"name", RD_SHAPE_TEXT, true, 1, 200, "name of the firm"},
	{"login", RD_SHAPE_TEXT, true, 1, 40, "login name of its administrator"},
	{"display_name", RD_SHAPE_TEXT, true, 1, 80, "the administrator's name"},
	{"mail", RD_SHAPE_TEXT, false, 0, 200, "the administrator's mail address"},
	{"password", RD_SHAPE_RAW, true, 1, 1024, "at least 12 bytes"},
};
const rd_shape rd_shape_setup = {"Setup", setup_fields, 7};

rd_rc rd_api_setup(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_new_firm firm = {TEXT(0), TEXT(1), TEXT(2), TEXT(3), TEXT(4), TEXT(5), TEXT(6)};
	int64_t firm_id, user_id;

	(void)tx;
	uint32_t types, causes;

	RD_TRY(rd_identity_setup(call->api->identity, &firm, call->req->arena, &firm_id, &user_id,
	                         &call->problems, err));
	/* Were it to fail here, the daily run would fill it in. */
	RD_TRY(rd_catalogue_fill(&call->api->engine, firm_id, &types, err));
	RD_TRY(rd_causes_fill(&call->api->engine, firm_id, &causes, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_id(j, "firm", firm_id);
	rd_put_id(j, "user", user_id);
	rd_json_close(j);
	call->reply.status = 201;
	return RD_OK;
}

static const rd_shape_field password_fields[] = {
	{"password", RD_SHAPE_RAW, true, 1, 1024, "the new one, at least 12 bytes"},
};
const rd_shape rd_shape_password = {"Password", password_fields, 1};

rd_rc rd_api_password(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	call->reply.status = 204;
	return rd_identity_password(call->api->identity, &call->who, TEXT(0), err);
}

static rd_rc secret(rd_call *call, const char *key, rd_token *token, int64_t id)
{
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	if (id)
		rd_put_id(j, "id", id);
	rd_json_put_text(j, key, token->text);
	rd_json_close(j);
	rd_secret_wipe(token->text, sizeof token->text);
	call->reply.status = 201;
	return RD_OK;
}

rd_rc rd_api_invite(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_token link;

	(void)tx;
	RD_TRY(rd_identity_invite(call->api->identity, &call->who, call->id, &link, err));
	return secret(call, "link", &link, 0);
}

static const rd_shape_field accept_fields[] = {
	{"link", RD_SHAPE_TEXT, true, 1, 64, "text of the link"},
	{"password", RD_SHAPE_RAW, true, 1, 1024, "at least 12 bytes"},
};
const rd_shape rd_shape_accept = {"Accept", accept_fields, 2};

rd_rc rd_api_accept(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_visit visit = visit_of(call);

	(void)tx;
	call->reply.status = 204;
	return rd_identity_accept(call->api->identity, TEXT(0), TEXT(1), &visit, err);
}

/* ---- second factor ---- */

rd_rc rd_api_totp_begin(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_str uri;

	(void)tx;
	RD_TRY(rd_identity_totp_begin(call->api->identity, &call->who, call->req->arena, &uri, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_put_str(j, "uri", uri);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_totp_confirm(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_code codes[10];

	(void)tx;
	RD_TRY(rd_identity_totp_confirm(call->api->identity, &call->who, TEXT(0), codes, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_key(j, "recovery_codes");
	rd_json_array(j);
	for (uint32_t i = 0; i < 10; i++)
		rd_json_text(j, codes[i].text);
	rd_json_close(j);
	rd_json_close(j);
	rd_secret_wipe(codes, sizeof codes);
	return RD_OK;
}

rd_rc rd_api_totp_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	call->reply.status = 204;
	return rd_identity_totp_remove(call->api->identity, &call->who, err);
}

/* ---- tokens ---- */

static const rd_shape_field token_fields[] = {
	{"name", RD_SHAPE_TEXT, true, 1, 80, "what it is for"},
	{"scope", RD_SHAPE_TEXT, true, 1, 16, "read, write or admin"},
	{"days", RD_SHAPE_INT, true, 1, 365, "until it expires"},
};
const rd_shape rd_shape_token = {"TokenNew", token_fields, 3};

rd_rc rd_api_token_new(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_token token;
	int64_t id;

	(void)tx;
	RD_TRY(rd_identity_token_new(call->api->identity, &call->who, TEXT(0), TEXT(1), call->in[2].i,
	                             &token, &id, err));
	return secret(call, "token", &token, id);
}

/* ---- links for contacts ---- */

static const rd_shape_field magic_fields[] = {
	{"kind", RD_SHAPE_TEXT, true, 1, 64, "kind of the record that is shown"},
	{"record", RD_SHAPE_ID, true, 0, 0, "the record"},
};
const rd_shape rd_shape_magic = {"MagicLinkNew", magic_fields, 2};

rd_rc rd_api_link_make(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_kind *k = rd_kind_find(TEXT(0));
	rd_token link;

	(void)tx;
	if (k == NULL)
		return rd_fail(err, RD_INPUT, "没有这种记录", "no such kind of record");
	RD_TRY(rd_identity_link_new(call->api->identity, &call->who, call->id, k, call->in[1].i, &link,
	                            err));
	return secret(call, "link", &link, 0);
}

static const rd_shape_field link_text_fields[] = {
	{"link", RD_SHAPE_TEXT, true, 1, 64, "text of the link"},
};
const rd_shape rd_shape_link_text = {"MagicLink", link_text_fields, 1};

rd_rc rd_api_link_look(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_json *j;

	(void)tx;
	RD_TRY(rd_identity_link_look(call->api->identity, TEXT(0), err));
	j = rd_call_json(call);
	rd_json_object(j);
	rd_json_put_bool(j, "good", true);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_api_link_use(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_visit visit = visit_of(call);
	rd_signed_in in;

	(void)tx;
	RD_TRY(rd_identity_link_use(call->api->identity, TEXT(0), &visit, &in, err));
	return signed_in(call, &in);
}

/* ---- as somebody else ---- */

rd_rc rd_api_view_as(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	call->reply.status = 204;
	return rd_identity_view_as(call->api->identity, &call->who, call->id, err);
}

rd_rc rd_api_view_end(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	call->reply.status = 204;
	return rd_identity_view_as(call->api->identity, &call->who, 0, err);
}
