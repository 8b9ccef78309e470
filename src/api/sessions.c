#include "api/handlers.h"
#include "api/inner.h"

/* Sessions and tokens, listed and ended: one's own, and for administrators those of others. What
 * hangs on somebody is looked for among what that person has, so that one firm's ids say nothing in
 * another. */

/* ---- lists ---- */

static rd_rc list_sessions(rd_call *call, int64_t user_id, rd_err *err)
{
	const rd_session_row *rows;
	uint32_t n;

	RD_TRY(rd_identity_sessions_of(call->api->identity, &call->who, user_id, call->req->arena,
	                               &rows, &n, err));
	rd_json *j = rd_answer_list(call, "sessions");

	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_put_id(j, "id", rows[i].id);
		rd_put_time(j, "made_at", rows[i].made_at_us);
		rd_put_time(j, "seen_at", rows[i].seen_at_us);
		rd_json_put_str(j, "address", rows[i].address);
		rd_json_put_str(j, "agent", rows[i].agent);
		rd_json_put_bool(j, "current", rows[i].current);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

static rd_rc list_tokens(rd_call *call, int64_t user_id, rd_err *err)
{
	const rd_token_row *rows;
	uint32_t n;

	RD_TRY(rd_identity_tokens_of(call->api->identity, &call->who, user_id, call->req->arena, &rows,
	                             &n, err));
	rd_json *j = rd_answer_list(call, "tokens");

	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_put_id(j, "id", rows[i].id);
		rd_json_put_str(j, "name", rows[i].name);
		rd_json_put_str(j, "scope", rows[i].scope);
		rd_put_time(j, "made_at", rows[i].made_at_us);
		rd_put_time(j, "used_at", rows[i].used_at_us);
		rd_put_time(j, "expires_at", rows[i].expires_at_us);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

/* ---- one's own ---- */

rd_rc rd_api_sessions(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return list_sessions(call, 0, err);
}

rd_rc rd_api_session_end(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	call->reply.status = 204;
	return rd_identity_session_end(call->api->identity, &call->who, call->id, err);
}

rd_rc rd_api_tokens(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return list_tokens(call, 0, err);
}

rd_rc rd_api_token_end(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	call->reply.status = 204;
	return rd_identity_token_end(call->api->identity, &call->who, call->id, err);
}

/* ---- those of others ---- */

static rd_rc read_person(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_call *call = ctx;
	rd_record r;

	return rd_record_get(tx, &call->who.actor, rd_kind_find(RD_STR("user")), call->id, &r, err);
}

/* NOT_FOUND when {id} is nobody of the firm. */
static rd_rc find_person(rd_call *call, rd_err *err)
{
	return rd_store_read(call->api->store, call->who.actor.firm_id, call->req->arena, read_person,
	                     call, err);
}

rd_rc rd_api_sessions_of(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	RD_TRY(find_person(call, err));
	return list_sessions(call, call->id, err);
}

rd_rc rd_api_session_end_of(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_session_row *rows;
	uint32_t n, at = 0;

	(void)tx;
	RD_TRY(rd_identity_sessions_of(call->api->identity, &call->who, call->id, call->req->arena,
	                               &rows, &n, err));
	while (at < n && rows[at].id != call->sub)
		at++;
	if (at == n)
		return rd_fail(err, RD_NOT_FOUND, "此人没有这个登录", "this person has no such session");
	call->reply.status = 204;
	return rd_identity_session_end(call->api->identity, &call->who, call->sub, err);
}

rd_rc rd_api_tokens_of(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	RD_TRY(find_person(call, err));
	return list_tokens(call, call->id, err);
}

rd_rc rd_api_token_end_of(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_token_row *rows;
	uint32_t n, at = 0;

	(void)tx;
	RD_TRY(rd_identity_tokens_of(call->api->identity, &call->who, call->id, call->req->arena, &rows,
	                             &n, err));
	while (at < n && rows[at].id != call->sub)
		at++;
	if (at == n)
		return rd_fail(err, RD_NOT_FOUND, "此人没有这个令牌", "this person has no such token");
	call->reply.status = 204;
	return rd_identity_token_end(call->api->identity, &call->who, call->sub, err);
}

rd_rc rd_api_totp_reset(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	call->reply.status = 204;
	return rd_identity_totp_reset(call->api->identity, &call->who, call->id, err);
}
