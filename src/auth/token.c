#include "auth/token.h"
#include "base/assert.h"
#include <stdio.h>

#define API_PREFIX "rdk_"

static void make(const char *prefix, size_t secret_size, rd_token *ret_token)
{
	uint8_t secret[RD_TOKEN_SECRET_SIZE];
	size_t at = strlen(prefix);

	RD_ASSERT(secret_size <= sizeof(secret) && at < sizeof(ret_token->text));
	rd_secret_random(secret, secret_size);
	memcpy(ret_token->text, prefix, at);
	rd_base64url_format(secret, secret_size, ret_token->text + at, sizeof(ret_token->text) - at);
	rd_secret_digest(rd_str_of(ret_token->text), ret_token->digest);
	rd_secret_wipe(secret, sizeof(secret));
}

/* Whether `text` is the text of `size` bytes. */
static bool is_secret(rd_str text, size_t size)
{
	uint8_t secret[RD_TOKEN_SECRET_SIZE];
	bool good = rd_base64url_parse(text, secret, size);

	rd_secret_wipe(secret, sizeof(secret));
	return good;
}

void rd_token_session_new(rd_token *ret_token)
{
	make("", RD_TOKEN_SECRET_SIZE, ret_token);
}

bool rd_token_session_parse(rd_str text, uint8_t ret_digest[RD_DIGEST_SIZE])
{
	if (!is_secret(text, RD_TOKEN_SECRET_SIZE))
		return false;
	rd_secret_digest(text, ret_digest);
	return true;
}

void rd_token_api_new(int64_t id, rd_token *ret_token)
{
	char prefix[32];

	RD_ASSERT(id > 0);
	snprintf(prefix, sizeof(prefix), API_PREFIX "%lld_", (long long)id);
	make(prefix, RD_TOKEN_SECRET_SIZE, ret_token);
}

/* A decimal number above 0 without leading zero up to '_'; answers the bytes read, 0 = none. */
static uint32_t read_id(rd_str s, int64_t *ret_id)
{
	int64_t id = 0;
	uint32_t i = 0;

	if (s.len == 0 || s.ptr[0] == '0')
		return 0;
	for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		if (__builtin_mul_overflow(id, 10, &id) || __builtin_add_overflow(id, s.ptr[i] - '0', &id))
			return 0;
	if (i == 0 || i == s.len || s.ptr[i] != '_')
		return 0;
	*ret_id = id;
	return i;
}

bool rd_token_api_parse(rd_str text, int64_t *ret_id, uint8_t ret_digest[RD_DIGEST_SIZE])
{
	uint32_t prefix = sizeof(API_PREFIX) - 1;
	int64_t id;

	if (!rd_str_starts(text, API_PREFIX))
		return false;
	uint32_t digits = read_id((rd_str){text.ptr + prefix, text.len - prefix}, &id);
	uint32_t skip = prefix + digits + 1;

	if (digits == 0 || !is_secret((rd_str){text.ptr + skip, text.len - skip}, RD_TOKEN_SECRET_SIZE))
		return false;
	*ret_id = id;
	rd_secret_digest(text, ret_digest);
	return true;
}

void rd_token_link_new(rd_token *ret_token)
{
	make("", RD_LINK_SECRET_SIZE, ret_token);
}

bool rd_token_link_parse(rd_str text, uint8_t ret_digest[RD_DIGEST_SIZE])
{
	if (!is_secret(text, RD_LINK_SECRET_SIZE))
		return false;
	rd_secret_digest(text, ret_digest);
	return true;
}
