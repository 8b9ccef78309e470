/*
 * secret.h - random bytes, and what must be done to secrets with care: compare in constant time,
 * wipe, write as text.
 *
 * Randomness comes from libsodium (the kernel's generator) and cannot fail after rd_auth_init.
 * The texts are exact: one value has one text, and a text with stray bits is refused, so that
 * a token cannot be written in two ways. Safe from any thread.
 */
#ifndef RD_AUTH_SECRET_H
#define RD_AUTH_SECRET_H
#include "base/err.h"
#include "base/str.h"
#include <stddef.h>

#define RD_DIGEST_SIZE 32u /* SHA-256 */

/* Starts libsodium and liboath. Once before anything of src/auth; again does no harm.
 * UNAVAILABLE when the system has no randomness to give. */
RD_NODISCARD rd_rc rd_auth_init(rd_err *err);

void rd_secret_random(void *ret_bytes, size_t size);
/* Takes the same time wherever the bytes differ. */
bool rd_secret_same(const void *a, const void *b, size_t size);
void rd_secret_wipe(void *bytes, size_t size);
/* SHA-256 of a text: what is kept of a token. */
void rd_secret_digest(rd_str text, uint8_t ret_digest[RD_DIGEST_SIZE]);

/* base64url without padding (RFC 4648, 5): (size * 4 + 2) / 3 characters and a NUL, which `room`
 * must hold. */
void rd_base64url_format(const uint8_t *bytes, size_t size, char *ret_text, size_t room);
/* Exactly `size` bytes, no padding, no stray bits; false (and nothing written) otherwise. */
bool rd_base64url_parse(rd_str text, uint8_t *ret_bytes, size_t size);
/* base32 (RFC 4648, 6) in capitals, without padding: (size * 8 + 4) / 5 characters and a NUL. */
void rd_base32_format(const uint8_t *bytes, size_t size, char *ret_text, size_t room);
/* Exactly `size` bytes; small letters, spaces and '-' are read over. */
bool rd_base32_parse(rd_str text, uint8_t *ret_bytes, size_t size);
#endif
