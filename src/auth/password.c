#include "auth/password.h"
#include "auth/secret.h"
#include "base/assert.h"
#include <errno.h>
#include <sodium.h>
#include <stdio.h>

_Static_assert(RD_PASSWORD_HASH_SIZE == crypto_pwhash_argon2id_STRBYTES, "the size of a hash");

const rd_password_cost rd_password_preset = {64 * 1024, 2};
const rd_password_cost rd_password_floor = {19 * 1024, 2};

rd_rc rd_password_cost_check(rd_password_cost cost, rd_err *err)
{
	if (cost.memory_kib >= rd_password_floor.memory_kib &&
	    cost.passes >= rd_password_floor.passes && cost.memory_kib <= 4u << 20 && cost.passes <= 64)
		return RD_OK;
	return rd_fail(err, RD_USAGE, "密码散列的内存须为 %u KiB 至 4 GiB、轮数须为 %u 至 64；请改设置",
	               "password hashes take %u KiB to 4 GiB of memory and %u to 64 passes; change the "
	               "settings",
	               rd_password_floor.memory_kib, rd_password_floor.passes);
}

static rd_rc no_memory(rd_err *err)
{
	return rd_fail(err, RD_UNAVAILABLE, "内存不足，暂时无法核对密码；请稍后再试",
	               "there is no memory to check a password just now; try again later");
}

rd_rc rd_password_hash(rd_password_cost cost, rd_str password, char ret_hash[RD_PASSWORD_HASH_SIZE],
                       rd_err *err)
{
	char hash[RD_PASSWORD_HASH_SIZE];

	RD_ASSERT(password.len <= RD_PASSWORD_BYTES_MAX);
	if (crypto_pwhash_str_alg(hash, password.ptr, password.len, cost.passes,
	                          (size_t)cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return no_memory(err);
	memcpy(ret_hash, hash, sizeof(hash));
	return RD_OK;
}

rd_rc rd_password_verify(const char *hash, rd_str password, bool *ret_matches, rd_err *err)
{
	/* Longer ones were never taken; the answer does not depend on the account. */
	if (password.len > RD_PASSWORD_BYTES_MAX) {
		*ret_matches = false;
		return RD_OK;
	}
	errno = 0;
	if (crypto_pwhash_argon2id_str_verify(hash, password.ptr, password.len) == 0) {
		*ret_matches = true;
		return RD_OK;
	}
	/* libsodium says EINVAL for a password that does not fit, ENOMEM without memory, and nothing
	 * for a text that it cannot read. */
	if (errno == ENOMEM)
		return no_memory(err);
	if (errno != EINVAL)
		return rd_fail(err, RD_CORRUPT, "存储的密码散列已损坏；请由管理员重设这个用户的密码",
		               "the stored hash of the password is damaged; let an administrator reset "
		               "the password of this user");
	*ret_matches = false;
	return RD_OK;
}

rd_rc rd_password_verify_nobody(rd_password_cost cost, rd_str password, rd_err *err)
{
	static const uint8_t salt[crypto_pwhash_SALTBYTES] = {0};
	uint8_t out[32];

	if (password.len > RD_PASSWORD_BYTES_MAX)
		return RD_OK;
	if (crypto_pwhash(out, sizeof(out), password.ptr, password.len, salt, cost.passes,
	                  (size_t)cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return no_memory(err);
	rd_secret_wipe(out, sizeof(out));
	return RD_OK;
}

bool rd_password_is_weaker(const char *hash, rd_password_cost cost)
{
	unsigned memory_kib, passes, lanes;

	return sscanf(hash, "$argon2id$v=19$m=%9u,t=%9u,p=%9u$", &memory_kib, &passes, &lanes) != 3 ||
	       memory_kib < cost.memory_kib || passes < cost.passes;
}

/* Small letters, half width, without spaces, so that "Red Ink" is found in "myREDINK1". Answers the
 * bytes written; out has room for s.len. No form is longer than what it is made from. */
static uint32_t fold(rd_str s, char *out)
{
	uint32_t n = 0;

	for (uint32_t at = 0; at < s.len;) {
		uint32_t c = rd_halfwidth(rd_utf8_next(s, &at));
		char put[4];

		if (c == ' ')
			continue;
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		uint32_t size = rd_utf8_put(put, c);

		memcpy(out + n, put, size);
		n += size;
	}
	return n;
}

/* Shorter words are found in too many good passwords; they count when they are all of it. */
#define CONTAINED_BYTES_MIN 4u

static bool contains(const char *folded, uint32_t n, rd_str word)
{
	char part[RD_PASSWORD_BYTES_MAX];

	/* Names that long, or damaged, are in nobody's password. */
	if (word.len > sizeof(part) || rd_utf8_check(word.ptr, word.len) >= 0)
		return false;
	uint32_t size = fold(word, part);

	if (size == 0)
		return false;
	if (size < CONTAINED_BYTES_MIN)
		return size == n && memcmp(folded, part, n) == 0;
	return memmem(folded, n, part, size) != NULL;
}

static rd_str local_part(rd_str mail)
{
	int64_t at = rd_str_find(mail, "@");

	return at >= 0 ? (rd_str){mail.ptr, (uint32_t)at} : mail;
}

static bool names_owner(rd_str password, rd_password_owner owner)
{
	char folded[RD_PASSWORD_BYTES_MAX];
	uint32_t n = fold(password, folded);
	bool found = contains(folded, n, owner.firm) || contains(folded, n, owner.name) ||
	             contains(folded, n, local_part(owner.mail));

	rd_secret_wipe(folded, sizeof(folded));
	return found;
}

rd_rc rd_password_check(rd_str password, rd_password_owner owner, rd_err *err)
{
	if (password.len < RD_PASSWORD_BYTES_MIN)
		return rd_fail(
			err, RD_INPUT, "密码太短：至少 %u 个字节（汉字每个算 3 个）；可以用几个不相干的词",
			"the password is too short: at least %u characters; take a few unrelated words",
			RD_PASSWORD_BYTES_MIN);
	if (password.len > RD_PASSWORD_BYTES_MAX)
		return rd_fail(err, RD_INPUT, "密码太长：最多 %u 个字节；请缩短",
		               "the password is too long: at most %u bytes; shorten it",
		               RD_PASSWORD_BYTES_MAX);
	if (rd_utf8_check(password.ptr, password.len) >= 0)
		return rd_fail(err, RD_INPUT, "密码不是有效的 UTF-8 文本；请用键盘能打出的字符",
		               "the password is no valid UTF-8; use characters that a keyboard writes");
	if (names_owner(password, owner))
		return rd_fail(err, RD_INPUT,
		               "密码里有公司名、姓名或邮箱名，别人容易猜到；请换成与它们无关的",
		               "the password contains the name of the firm, your name or your mail name, "
		               "which others guess; take one that has nothing to do with them");
	if (rd_password_guesses(password) < RD_PASSWORD_GUESSES_MIN)
		return rd_fail(
			err, RD_INPUT,
			"密码太容易猜到（常用密码、常用词、日期、重复或键盘顺序）；请再加几个不相干的词",
			"the password is easy to guess (common passwords, words, dates, repetition, "
			"rows of keys); add some unrelated words");
	return RD_OK;
}
