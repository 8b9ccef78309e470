#include "store/sealed.h"
#include "base/assert.h"
#include "store/key.h"
#include <sodium.h>
#include <stdio.h>

#define MARK     "sealed:"
#define MARK_LEN (sizeof MARK - 1)
#define OVERHEAD (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)

static rd_rc key_for(const rd_tx *tx, const char *what, uint8_t ret_key[crypto_secretbox_KEYBYTES],
                     rd_err *err)
{
	char name[RD_SEAL_NAMES_MAX + 32];
	uint8_t key[RD_KEY_BYTES];
	int n = snprintf(name, sizeof name, "%lld/%s", (long long)tx->firm_id, what);

	RD_ASSERT(tx->store && n > 0 && n < (int)sizeof name);
	RD_TRY(rd_store_key(tx->store, RD_SEAL_KEY, key, err));
	(void)crypto_generichash(ret_key, crypto_secretbox_KEYBYTES, (const uint8_t *)name, (size_t)n,
	                         key, sizeof key);
	sodium_memzero(key, sizeof key);
	return RD_OK;
}

rd_rc rd_seal(const rd_tx *tx, const char *what, rd_str secret, rd_str *ret_stored, rd_err *err)
{
	uint8_t key[crypto_secretbox_KEYBYTES], box[RD_SEALED_MAX + OVERHEAD];
	char text[MARK_LEN + (RD_SEALED_MAX + OVERHEAD) * 2];

	*ret_stored = secret;
	if (secret.len == 0)
		return RD_OK;
	RD_ASSERT(secret.len <= RD_SEALED_MAX);
	RD_TRY(key_for(tx, what, key, err));
	randombytes_buf(box, crypto_secretbox_NONCEBYTES);
	(void)crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const uint8_t *)secret.ptr,
	                            secret.len, box, key);
	sodium_memzero(key, sizeof key);
	memcpy(text, MARK, MARK_LEN);
	(void)sodium_bin2base64(text + MARK_LEN, sizeof text - MARK_LEN, box, secret.len + OVERHEAD,
	                        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	*ret_stored = rd_str_of(rd_arena_copy(tx->arena, text, strlen(text)));
	return RD_OK;
}

static bool open_box(const uint8_t key[crypto_secretbox_KEYBYTES], rd_str stored, uint8_t *out,
                     size_t *ret_n)
{
	uint8_t box[RD_SEALED_MAX + OVERHEAD];
	size_t n = 0;

	if (sodium_base642bin(box, sizeof box, stored.ptr + MARK_LEN, stored.len - MARK_LEN, NULL, &n,
	                      NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    n < OVERHEAD)
		return false;
	*ret_n = n - OVERHEAD;
	return crypto_secretbox_open_easy(out, box + crypto_secretbox_NONCEBYTES,
	                                  n - crypto_secretbox_NONCEBYTES, box, key) == 0;
}

rd_rc rd_unseal(const rd_tx *tx, const char *what, rd_str stored, rd_str *ret_secret, rd_err *err)
{
	uint8_t key[crypto_secretbox_KEYBYTES], out[RD_SEALED_MAX];
	size_t n = 0;

	*ret_secret = stored;
	if (!rd_str_starts(stored, MARK))
		return RD_OK;
	RD_TRY(key_for(tx, what, key, err));
	bool good = open_box(key, stored, out, &n);

	sodium_memzero(key, sizeof key);
	if (good)
		*ret_secret = (rd_str){rd_arena_copy(tx->arena, out, n), (uint32_t)n};
	sodium_memzero(out, sizeof out);
	return good ? RD_OK
	            : rd_fail(err, RD_BARRED,
	                      "已保存的密码打不开：" RD_SEAL_KEY
	                      " 不是当时的那个；请恢复它，或重新设置密码",
	                      "a stored secret cannot be opened: " RD_SEAL_KEY
	                      " is not the one that sealed it; bring it back, or set the secret again");
}
