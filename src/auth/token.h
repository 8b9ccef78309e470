/*
 * token.h - secrets that programs carry: session cookies, API tokens, magic links, set-up links.
 *
 *   session     43 characters, 32 random bytes as base64url
 *   API token   rdk_<id>_<43 characters>; id is the row of the token, so that it is found by key
 *   link        22 characters, 16 random bytes: one object, once, 24 h; also the set-up link
 *
 * The store keeps the SHA-256 of the whole text and nothing else: 128 random bits and more need no
 * slow hash. Parsing is exact, so a text has one digest and a wrong text costs no look-up.
 */
#ifndef RD_AUTH_TOKEN_H
#define RD_AUTH_TOKEN_H
#include "auth/secret.h"

#define RD_TOKEN_SECRET_SIZE 32u
#define RD_LINK_SECRET_SIZE  16u
#define RD_TOKEN_TEXT_SIZE   72u /* rdk_ 19 digits _ 43 characters, NUL, and room */
#define RD_LINK_LIFE_US      (24 * 3600 * INT64_C(1000000))

typedef struct rd_token {
	char text[RD_TOKEN_TEXT_SIZE]; /* given away once, then wiped */
	uint8_t digest[RD_DIGEST_SIZE];
} rd_token;

void rd_token_session_new(rd_token *ret_token);
bool rd_token_session_parse(rd_str text, uint8_t ret_digest[RD_DIGEST_SIZE]);

/* id > 0 */
void rd_token_api_new(int64_t id, rd_token *ret_token);
bool rd_token_api_parse(rd_str text, int64_t *ret_id, uint8_t ret_digest[RD_DIGEST_SIZE]);

void rd_token_link_new(rd_token *ret_token);
bool rd_token_link_parse(rd_str text, uint8_t ret_digest[RD_DIGEST_SIZE]);

/* The stored digest is that of the token; in constant time. */
static inline bool rd_token_is(const uint8_t stored[RD_DIGEST_SIZE],
                               const uint8_t digest[RD_DIGEST_SIZE])
{
	return rd_secret_same(stored, digest, RD_DIGEST_SIZE);
}
#endif
