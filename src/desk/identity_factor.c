/* The second factor: codes of an authenticator application, and recovery codes. */
#include "base/assert.h"
#include "desk/identity_impl.h"
#include "store/queries.gen.h"
#include <sodium.h>

#define KEY_FILE "factor.key"
#define URI_MAX  1024u

/* What is sealed: whose it is, so that a row copied to somebody else does not open; the secret. */
#define PLAIN_SIZE  (16u + RD_TOTP_SECRET_SIZE)
#define SEALED_SIZE (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + PLAIN_SIZE)

static void put_owner(int64_t firm_id, int64_t user_id, uint8_t out[16])
{
	for (uint32_t i = 0; i < 8; i++) {
		out[i] = (uint8_t)((uint64_t)firm_id >> (56 - 8 * i));
		out[8 + i] = (uint8_t)((uint64_t)user_id >> (56 - 8 * i));
	}
}

static rd_rc seal(rd_identity *id, int64_t firm_id, int64_t user_id,
                  const uint8_t secret[RD_TOTP_SECRET_SIZE], uint8_t ret_sealed[SEALED_SIZE],
                  rd_err *err)
{
	uint8_t key[RD_KEY_BYTES], plain[PLAIN_SIZE];

	_Static_assert(RD_KEY_BYTES == crypto_secretbox_KEYBYTES, "the size of the key");
	RD_TRY(rd_store_key(id->store, KEY_FILE, key, err));
	put_owner(firm_id, user_id, plain);
	memcpy(plain + 16, secret, RD_TOTP_SECRET_SIZE);
	rd_secret_random(ret_sealed, crypto_secretbox_NONCEBYTES);
	RD_ASSERT(crypto_secretbox_easy(ret_sealed + crypto_secretbox_NONCEBYTES, plain, sizeof plain,
	                                ret_sealed, key) == 0);
	rd_secret_wipe(plain, sizeof plain);
	rd_secret_wipe(key, sizeof key);
	return RD_OK;
}

static rd_rc unseal(rd_identity *id, int64_t firm_id, int64_t user_id, rd_str sealed,
                    uint8_t ret_secret[RD_TOTP_SECRET_SIZE], rd_err *err)
{
	uint8_t key[RD_KEY_BYTES], plain[PLAIN_SIZE], owner[16];
	const uint8_t *at = (const uint8_t *)sealed.ptr;

	RD_TRY(rd_store_key(id->store, KEY_FILE, key, err));
	put_owner(firm_id, user_id, owner);
	bool good =
		sealed.len == SEALED_SIZE &&
		crypto_secretbox_open_easy(plain, at + crypto_secretbox_NONCEBYTES,
	                               SEALED_SIZE - crypto_secretbox_NONCEBYTES, at, key) == 0 &&
		memcmp(plain, owner, sizeof owner) == 0;

	if (good)
		memcpy(ret_secret, plain + 16, RD_TOTP_SECRET_SIZE);
	rd_secret_wipe(plain, sizeof plain);
	rd_secret_wipe(key, sizeof key);
	return good ? RD_OK
	            : rd_fail(err, RD_CORRUPT,
	                      "两步验证的密钥解不开；请恢复数据文件夹中的 " KEY_FILE "，或由管理员重置",
	                      "the secret of the second factor does not open; restore " KEY_FILE
	                      " in the data folder, or let an administrator reset the factor");
}

rd_rc rd_identity_has_factor(rd_tx *tx, int64_t user_id, bool *ret_has, rd_err *err)
{
	rd_q_totp_get_row row;
	bool found;

	RD_TRY(rd_q_totp_get(tx, user_id, &row, &found, err));
	*ret_has = found && row.on_at_us != 0;
	return RD_OK;
}

/* A code of the application for this row, once. */
static rd_rc check_step(rd_identity *id, rd_tx *tx, int64_t user_id, rd_str sealed, rd_str code,
                        bool *ret_good, rd_err *err)
{
	uint8_t secret[RD_TOTP_SECRET_SIZE];
	rd_q_totp_last_row last;
	int64_t step = 0, used = 0;
	bool found;
	rd_err ignored;

	*ret_good = false;
	RD_TRY(rd_q_totp_last(tx, user_id, &last, &found, err));
	RD_TRY(unseal(id, tx->firm_id, user_id, sealed, secret, err));
	rd_rc rc = rd_totp_verify(secret, code, tx->now_us, found ? last.step : RD_TOTP_NEVER, &step,
	                          &ignored);

	rd_secret_wipe(secret, sizeof secret);
	if (rc == RD_UNAUTHENTICATED)
		return RD_OK;
	if (rc != RD_OK) {
		*err = ignored;
		return rc;
	}
	RD_TRY(rd_q_totp_use(tx, user_id, step, &used, err));
	*ret_good = used == 1;
	return rd_q_totp_forget(tx, user_id, step, NULL, err);
}

rd_rc rd_identity_check_code(rd_identity *id, rd_tx *tx, int64_t user_id, rd_str code,
                             const char **ret_by, rd_err *err)
{
	uint8_t digest[RD_DIGEST_SIZE];
	rd_q_totp_get_row row;
	int64_t used = 0;
	bool found, good;

	*ret_by = NULL;
	RD_TRY(rd_q_totp_get(tx, user_id, &row, &found, err));
	if (!found || row.on_at_us == 0)
		return RD_OK;
	if (rd_code_parse(code, digest)) {
		RD_TRY(rd_q_recovery_use(tx, user_id, rd_digest_str(digest), tx->now_us, &used, err));
		*ret_by = used == 1 ? "recovery" : NULL;
		return RD_OK;
	}
	RD_TRY(check_step(id, tx, user_id, row.sealed, code, &good, err));
	*ret_by = good ? "totp" : NULL;
	return RD_OK;
}

/* ---- set up ---- */

typedef struct factor {
	rd_identity *id;
	const rd_caller *who;
	int64_t user_id;
	uint8_t secret[RD_TOTP_SECRET_SIZE], sealed[SEALED_SIZE];
	rd_buf *uri;
	rd_str code;
	rd_code recovery[RD_CODE_COUNT];
	rd_verdict verdict;
} factor;

static rd_rc say(rd_tx *tx, const factor *f, const char *type, rd_err *err)
{
	return rd_identity_say(tx,
	                       &(rd_saying){type, f->user_id, f->who->actor.name,
	                                    f->who->actor.request_id},
	                       NULL, 0, err);
}

static rd_rc begin(rd_tx *tx, void *ctx, rd_err *err)
{
	factor *f = ctx;
	rd_q_firm_rules_row firm = {.name = RD_STR("Redink")};
	rd_identity_user person;
	int64_t changed = 0;
	bool found;

	RD_TRY(rd_identity_person(tx, f->user_id, &person, err));
	RD_TRY(rd_q_totp_set(tx, f->user_id, (rd_str){(char *)f->sealed, SEALED_SIZE}, tx->now_us,
	                     &changed, err));
	if (changed == 0)
		return rd_fail(err, RD_BARRED, "已经启用了两步验证；要换手机请先停用",
		               "there is a second factor already; remove it first to use another phone");
	RD_TRY(rd_q_firm_rules(tx, &firm, &found, err));
	rd_buf_clear(f->uri);
	rd_totp_uri(f->secret, firm.name, person.login, f->uri);
	return say(tx, f, "user.totp-begun", err);
}

rd_rc rd_identity_totp_begin(rd_identity *id, const rd_caller *who, rd_arena *a, rd_str *ret_uri,
                             rd_err *err)
{
	rd_buf uri;
	factor f = {.id = id, .who = who, .user_id = who->actor.user_id, .uri = &uri};

	RD_TRY(rd_identity_by_fresh(who, err));
	rd_totp_secret_new(f.secret);
	rd_buf_init(&uri, URI_MAX);
	rd_rc rc = seal(id, who->actor.firm_id, f.user_id, f.secret, f.sealed, err);

	if (rc == RD_OK)
		rc = rd_store_write(id->store, who->actor.firm_id, a, begin, &f, err);
	if (rc == RD_OK)
		*ret_uri = (rd_str){rd_arena_copy(a, uri.data, uri.size), (uint32_t)uri.size};
	if (uri.data)
		rd_secret_wipe(uri.data, uri.size);
	rd_buf_done(&uri);
	rd_secret_wipe(f.secret, sizeof f.secret);
	return rc;
}

static rd_rc confirm(rd_tx *tx, void *ctx, rd_err *err)
{
	factor *f = ctx;
	rd_q_totp_get_row row;
	bool found, good;

	f->verdict.rc = RD_OK;
	RD_TRY(rd_q_totp_get(tx, f->user_id, &row, &found, err));
	if (!found || row.on_at_us != 0)
		return rd_fail(err, RD_BARRED, "没有等待确认的两步验证；请重新开始",
		               "no second factor waits to be confirmed; begin again");
	RD_TRY(check_step(f->id, tx, f->user_id, row.sealed, f->code, &good, err));
	if (!good) {
		f->verdict.rc =
			rd_fail(&f->verdict.err, RD_INPUT, "验证码不对；请等下一个验证码，并检查手机的时间",
		            "the code is wrong; wait for the next one, and check the clock of "
		            "your telephone");
		return say(tx, f, "user.totp-refused", err);
	}
	RD_TRY(rd_q_totp_on(tx, f->user_id, tx->now_us, NULL, err));
	RD_TRY(rd_q_recovery_clear(tx, f->user_id, NULL, err));
	for (uint32_t i = 0; i < RD_CODE_COUNT; i++)
		RD_TRY(rd_q_recovery_add(tx, f->user_id, rd_digest_str(f->recovery[i].digest), NULL, err));
	RD_TRY(rd_identity_end_others(tx, f->user_id, f->who->shown_id, err));
	return say(tx, f, "user.totp-on", err);
}

rd_rc rd_identity_totp_confirm(rd_identity *id, const rd_caller *who, rd_str code,
                               rd_code ret_recovery[10], rd_err *err)
{
	factor f = {.id = id, .who = who, .user_id = who->actor.user_id, .code = code};
	const rd_visit visit = {.address = RD_STR("")};

	_Static_assert(RD_CODE_COUNT == 10, "what the caller has room for");
	RD_TRY(rd_identity_by_person(who, err));
	RD_TRY(rd_identity_limit_person(id, "code", who->actor.firm_id, f.user_id, &visit, err));
	for (uint32_t i = 0; i < RD_CODE_COUNT; i++)
		rd_code_new(&f.recovery[i]);
	rd_arena *a = rd_arena_new();
	rd_rc rc =
		rd_identity_settle(rd_store_write(id->store, who->actor.firm_id, a, confirm, &f, err),
	                       &f.verdict, err);

	rd_arena_free(a);
	if (rc == RD_OK) {
		memcpy(ret_recovery, f.recovery, sizeof f.recovery);
		rd_identity_forget(id);
	}
	rd_secret_wipe(f.recovery, sizeof f.recovery);
	return rc;
}

/* ---- taken away ---- */

static rd_rc take_away(rd_tx *tx, void *ctx, rd_err *err)
{
	factor *f = ctx;
	bool own = f->user_id == f->who->actor.user_id;
	rd_identity_user person;
	int64_t gone = 0;

	RD_TRY(rd_identity_person(tx, f->user_id, &person, err));
	RD_TRY(rd_q_totp_remove(tx, f->user_id, &gone, err));
	if (gone == 0)
		return rd_fail(err, RD_BARRED, "没有启用两步验证", "there is no second factor");
	RD_TRY(rd_q_recovery_clear(tx, f->user_id, NULL, err));
	RD_TRY(rd_identity_end_others(tx, f->user_id, own ? f->who->shown_id : 0, err));
	return say(tx, f, "user.totp-off", err);
}

static rd_rc remove_factor(rd_identity *id, const rd_caller *who, int64_t user_id, rd_err *err)
{
	factor f = {.id = id, .who = who, .user_id = user_id};
	rd_arena *a = rd_arena_new();
	rd_rc rc = rd_store_write(id->store, who->actor.firm_id, a, take_away, &f, err);

	rd_arena_free(a);
	if (rc == RD_OK)
		rd_identity_forget(id);
	return rc;
}

rd_rc rd_identity_totp_remove(rd_identity *id, const rd_caller *who, rd_err *err)
{
	RD_TRY(rd_identity_by_fresh(who, err));
	return remove_factor(id, who, who->actor.user_id, err);
}

rd_rc rd_identity_totp_reset(rd_identity *id, const rd_caller *who, int64_t user_id, rd_err *err)
{
	RD_TRY(rd_identity_by_administrator(who, err));
	RD_TRY(rd_identity_by_fresh(who, err));
	return remove_factor(id, who, user_id, err);
}
