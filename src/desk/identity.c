/* What all parts of identity need: who may, limits, password hashes behind the gate, events. */
#include "base/assert.h"
#include "base/json.h"
#include "desk/identity_impl.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define HASHES_AT_ONCE 2u  /* 64 MiB each */
#define HASHES_WAIT    32u /* nobody waits longer than 17 hashes, about four seconds */
#define ACCOUNTS_KEPT  (1u << 14)
#define ADDRESSES_KEPT (1u << 13)
#define ADDRESS_MAX    64u
#define PAYLOAD_MAX    4096u

rd_identity *rd_identity_new(rd_store *store, const rd_engine *engine)
{
	rd_arena *home = rd_arena_new();
	rd_identity *id = RD_NEW(home, rd_identity);
	rd_err err;

	RD_ASSERT(rd_auth_init(&err) == RD_OK);
	id->home = home;
	id->store = store;
	id->engine = engine;
	id->cost = rd_password_preset;
	rd_gate_init(&id->gate, HASHES_AT_ONCE, HASHES_WAIT);
	id->by_account = rd_limit_new(rd_limit_account, ACCOUNTS_KEPT);
	id->by_address = rd_limit_new(rd_limit_address, ADDRESSES_KEPT);
	id->known = rd_known_cache_new(home);
	return id;
}

void rd_identity_free(rd_identity *id)
{
	if (id == NULL)
		return;
	rd_known_cache_done(id->known);
	rd_limit_free(id->by_account);
	rd_limit_free(id->by_address);
	rd_gate_done(&id->gate);
	rd_arena_free(id->home);
}

void rd_identity_set_cost(rd_identity *id, rd_password_cost cost)
{
	id->cost = cost;
}

void rd_identity_forget(rd_identity *id)
{
	rd_known_drop_all(id->known);
}

/* ---- refusals ---- */

rd_rc rd_identity_unknown(rd_err *err)
{
	return rd_fail(err, RD_UNAUTHENTICATED, "登录信息不对或已失效；请检查后重新登录",
	               "this is not right, or not good any more; look again and sign in anew");
}

rd_rc rd_identity_settle(rd_rc rc, const rd_verdict *v, rd_err *err)
{
	if (rc != RD_OK || v->rc == RD_OK)
		return rc;
	*err = v->err;
	return v->rc;
}

rd_rc rd_identity_by_person(const rd_caller *who, rd_err *err)
{
	if (who->actor.system)
		return RD_OK;
	if (who->viewer_id != 0)
		return rd_fail(err, RD_FORBIDDEN, "以他人视角查看时不能更改；请先结束查看",
		               "nothing can be changed while you view as somebody else; end that first");
	if (who->actor.user_id == 0 || who->shown == RD_BY_LINK)
		return rd_fail(err, RD_FORBIDDEN, "这项操作只对本机构的人员开放",
		               "this is for people of the firm only");
	if (who->actor.only_looks)
		return rd_fail(err, RD_FORBIDDEN, "这个令牌只能读取；请换用可写的令牌",
		               "this token may only read; use one that may write");
	return RD_OK;
}

rd_rc rd_identity_by_fresh(const rd_caller *who, rd_err *err)
{
	RD_TRY(rd_identity_by_person(who, err));
	if (who->actor.system)
		return RD_OK;
	if (who->shown != RD_BY_SESSION)
		return rd_fail(err, RD_FORBIDDEN, "令牌不能做这项操作；请本人登录后再做",
		               "a token cannot do this; sign in yourself");
	if (!who->fresh)
		return rd_fail(err, RD_UNAUTHENTICATED,
		               "这项操作要先确认是您本人；请再输入一次密码或验证码",
		               "this needs a fresh proof that it is you; give your password or code again");
	return RD_OK;
}

rd_rc rd_identity_by_administrator(const rd_caller *who, rd_err *err)
{
	RD_TRY(rd_identity_by_person(who, err));
	if (!who->actor.system && !(who->actor.roles & RD_KIND_ADMINISTRATOR))
		return rd_fail(err, RD_FORBIDDEN, "只有管理员可以这样做；请找管理员",
		               "only an administrator may do this; ask one");
	return RD_OK;
}

rd_rc rd_identity_whose(const rd_caller *who, int64_t user_id, int64_t *ret_user_id, rd_err *err)
{
	if (user_id != 0 && user_id != who->actor.user_id)
		RD_TRY(rd_identity_by_administrator(who, err));
	else
		RD_TRY(rd_identity_by_person(who, err));
	*ret_user_id = user_id ? user_id : who->actor.user_id;
	return RD_OK;
}

/* ---- limits ---- */

static rd_rc too_many(uint32_t wait_s, rd_err *err)
{
	rd_rc rc = rd_fail(err, RD_TOO_MANY, "尝试次数太多；请在 %u 秒后再试",
	                   "too many tries; try again in %u seconds", wait_s);

	err->line = wait_s;
	return rc;
}

rd_rc rd_identity_limit(rd_identity *id, const char *what, rd_str account, const rd_visit *visit,
                        rd_err *err)
{
	int64_t now_us = rd_store_now_us(id->store);
	uint32_t wait_s = 0;

	if (visit->address.len)
		wait_s = rd_limit_take(id->by_address,
		                       rd_limit_key_address(id->by_address, what, visit->address), now_us);
	if (wait_s == 0 && account.len)
		wait_s = rd_limit_take(id->by_account, rd_limit_key(id->by_account, what, account), now_us);
	return wait_s ? too_many(wait_s, err) : RD_OK;
}

rd_rc rd_identity_limit_person(rd_identity *id, const char *what, int64_t firm_id, int64_t user_id,
                               const rd_visit *visit, rd_err *err)
{
	char account[48];

	(void)snprintf(account, sizeof account, "%jd/%jd", (intmax_t)firm_id, (intmax_t)user_id);
	return rd_identity_limit(id, what, rd_str_of(account), visit, err);
}

/* ---- passwords ---- */

rd_rc rd_identity_verify(rd_identity *id, const char *hash, rd_str password, bool *ret_matches,
                         rd_err *err)
{
	RD_TRY(rd_gate_enter(&id->gate, err));
	*ret_matches = false;
	rd_rc rc = hash[0] ? rd_password_verify(hash, password, ret_matches, err)
	                   : rd_password_verify_nobody(id->cost, password, err);

	rd_gate_leave(&id->gate);
	return rc;
}

rd_rc rd_identity_hash(rd_identity *id, rd_str password, char ret_hash[RD_PASSWORD_HASH_SIZE],
                       rd_err *err)
{
	RD_TRY(rd_gate_enter(&id->gate, err));
	rd_rc rc = rd_password_hash(id->cost, password, ret_hash, err);

	rd_gate_leave(&id->gate);
	return rc;
}

typedef struct owner_read {
	int64_t user_id;
	rd_password_owner owner;
} owner_read;

static rd_rc read_owner(rd_tx *tx, void *ctx, rd_err *err)
{
	owner_read *r = ctx;
	rd_q_firm_rules_row firm = {0};
	rd_identity_user person;
	bool found;

	RD_TRY(rd_identity_person(tx, r->user_id, &person, err));
	RD_TRY(rd_q_firm_rules(tx, &firm, &found, err));
	r->owner = (rd_password_owner){.firm = found ? firm.name : RD_STR(""),
	                               .name = person.login,
	                               .mail = person.mail};
	return RD_OK;
}

rd_rc rd_identity_choose(rd_identity *id, int64_t firm_id, int64_t user_id, rd_str password,
                         char ret_hash[RD_PASSWORD_HASH_SIZE], rd_err *err)
{
	owner_read r = {.user_id = user_id};
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_read(id->store, firm_id, a, read_owner, &r, err);

	if (rc == RD_OK)
		rc = rd_password_check(password, r.owner, err);
	rd_arena_free(a);
	return rc == RD_OK ? rd_identity_hash(id, password, ret_hash, err) : rc;
}

/* ---- events ---- */

rd_rc rd_identity_say(rd_tx *tx, const rd_saying *e, const rd_said *what, uint32_t n, rd_err *err)
{
	const char *dot = strchr(e->type, '.');
	rd_buf payload;
	rd_json j;
	int64_t seq;

	RD_ASSERT(dot != NULL);
	rd_buf_init(&payload, PAYLOAD_MAX);
	rd_json_init(&j, &payload, 0);
	rd_json_object(&j);
	for (uint32_t i = 0; i < n; i++)
		if (what[i].text.ptr)
			rd_json_put_str(&j, what[i].key, what[i].text);
		else
			rd_json_put_int(&j, what[i].key, what[i].number);
	rd_json_close(&j);
	RD_ASSERT(!payload.full);
	rd_rc rc = rd_log_append(tx,
	                         &(rd_log_event){.type = rd_str_of(e->type),
	                                         .kind = {e->type, (uint32_t)(dot - e->type)},
	                                         .record_id = e->record_id,
	                                         .actor = e->actor,
	                                         .request_id = e->request_id,
	                                         .payload = rd_buf_view(&payload)},
	                         &seq, err);

	rd_buf_done(&payload);
	return rc;
}

rd_str rd_identity_actor(rd_arena *a, int64_t user_id)
{
	char text[32];
	int n = snprintf(text, sizeof text, "user:%jd", (intmax_t)user_id);

	return (rd_str){rd_arena_copy(a, text, (size_t)n), (uint32_t)n};
}

rd_str rd_identity_address(const rd_visit *visit)
{
	rd_str s = visit->address;

	if (s.ptr == NULL || s.len > ADDRESS_MAX || rd_utf8_check(s.ptr, s.len) >= 0)
		return RD_STR("?");
	return s;
}
