/* What must happen to sign-ins when people are suspended, leave or get other roles. */
#include "base/assert.h"
#include "desk/hooks.h"
#include "desk/identity_impl.h"
#include "store/queries.gen.h"
#include <stdatomic.h>

/* When one of these hooks ran last, on the clock of the store. A hook runs before its commit: what
 * another thread loads meanwhile is old, so nothing is remembered for a while. */
static _Atomic int64_t ran_at_us = INT64_MIN / 2;

bool rd_identity_unsettled(int64_t now_us)
{
	int64_t since_us = now_us - atomic_load(&ran_at_us);

	return since_us < RD_IDENTITY_STALE_US && since_us > -RD_IDENTITY_STALE_US;
}

static const rd_value *field(const rd_record *r, const char *name)
{
	int32_t i = rd_kind_field_find(r->kind, rd_str_of(name));

	RD_ASSERT(i >= 0);
	return rd_cell(r, r->kind->fields[i].column);
}

static bool administers(const rd_record *r)
{
	return rd_str_is(rd_cell(r, RD_COL_STATE)->str, "active") &&
	       rd_cell(r, RD_COL_ARCHIVED_AT)->type == RD_NULL &&
	       (rd_identity_roles(field(r, "roles")->str) & RD_KIND_ADMINISTRATOR);
}

/* Without an administrator nobody could let anybody in again. */
static rd_rc keep_administrator(const rd_hook_call *call, rd_err *err)
{
	rd_q_administrator_other_row other;
	bool found;

	if (!administers(call->was))
		return RD_OK;
	RD_TRY(
		rd_q_administrator_other(call->tx, rd_cell(call->was, RD_COL_ID)->i, &other, &found, err));
	if (found)
		return RD_OK;
	return rd_fail(err, RD_BARRED, "这是最后一位管理员；请先让另一人担任管理员",
	               "this is the last administrator; give somebody else that role first");
}

/* Sessions, tokens and links; the event says so beside the one of the record. */
static rd_rc out(const rd_hook_call *call, bool tokens_too, rd_err *err)
{
	int64_t user_id = rd_cell(call->was, RD_COL_ID)->i, now_us = call->tx->now_us;

	atomic_store(&ran_at_us, now_us);
	RD_TRY(rd_identity_end_others(call->tx, user_id, 0, err));
	if (tokens_too) {
		RD_TRY(rd_q_token_end_all(call->tx, user_id, now_us, NULL, err));
		RD_TRY(rd_q_door_end_all(call->tx, user_id, 0, now_us, NULL, err));
	}
	return rd_identity_say(call->tx,
	                       &(rd_saying){"user.sign-ins-ended", user_id, call->actor->name,
	                                    call->actor->request_id},
	                       &(rd_said){.key = "tokens", .number = tokens_too}, 1, err);
}

/* Who comes back is invited anew and begins with a password and a factor of then. */
static rd_rc forget_secrets(rd_tx *tx, int64_t user_id, rd_err *err)
{
	RD_TRY(rd_q_credential_remove(tx, user_id, NULL, err));
	RD_TRY(rd_q_totp_remove(tx, user_id, NULL, err));
	return rd_q_recovery_clear(tx, user_id, NULL, err);
}

rd_rc rd_hook_user_leave(rd_hook_call *call, rd_err *err)
{
	RD_TRY(keep_administrator(call, err));
	RD_TRY(out(call, true, err));
	if (!rd_str_is(rd_cell(call->now, RD_COL_STATE)->str, "left"))
		return RD_OK;
	return forget_secrets(call->tx, rd_cell(call->was, RD_COL_ID)->i, err);
}

rd_rc rd_hook_user_archive(rd_hook_call *call, rd_err *err)
{
	return rd_hook_user_leave(call, err);
}

rd_rc rd_hook_user_change(rd_hook_call *call, rd_err *err)
{
	uint16_t was = rd_identity_roles(field(call->was, "roles")->str);
	uint16_t now = rd_identity_roles(field(call->now, "roles")->str);

	if (was == now)
		return RD_OK;
	if (was & ~now & RD_KIND_ADMINISTRATOR)
		RD_TRY(keep_administrator(call, err));
	return out(call, false, err);
}

rd_rc rd_hook_contact_leave(rd_hook_call *call, rd_err *err)
{
	int64_t contact_id = rd_cell(call->was, RD_COL_ID)->i, now_us = call->tx->now_us;

	atomic_store(&ran_at_us, now_us);
	RD_TRY(rd_q_session_end_contact(call->tx, contact_id, now_us, NULL, err));
	return rd_q_door_end_all(call->tx, 0, contact_id, now_us, NULL, err);
}
