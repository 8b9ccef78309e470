/*
 * totp.h - second factors: time-based one-time passwords (RFC 6238: SHA-1, 6 digits, 30 s, what
 * every authenticator application reads) and recovery codes.
 *
 * A code counts once: the caller keeps the step that was accepted last and passes it again; only
 * a later step is accepted. The store makes (user, step) unique as well, so that two logins at
 * the same moment cannot both pass. Times are microseconds since 1970, UTC.
 */
#ifndef RD_AUTH_TOTP_H
#define RD_AUTH_TOTP_H
#include "auth/secret.h"
#include "base/buf.h"

#define RD_TOTP_SECRET_SIZE 20u /* RFC 4226, 4: the length of the hash */
#define RD_TOTP_DIGITS      6u
#define RD_TOTP_STEP_S      30
#define RD_TOTP_DRIFT       1    /* steps before and after now: clocks of telephones */
#define RD_TOTP_BASE32_SIZE 33   /* the secret as text, with NUL */
#define RD_TOTP_NEVER       (-1) /* last step of a user who has not used a code yet */

void rd_totp_secret_new(uint8_t ret_secret[RD_TOTP_SECRET_SIZE]);
/* The code of one step (at_us / 30 s), with NUL. */
RD_NODISCARD rd_rc rd_totp_code(const uint8_t secret[RD_TOTP_SECRET_SIZE], int64_t step,
                                char ret_code[RD_TOTP_DIGITS + 1], rd_err *err);
/* The step of a right code that is later than last_step; spaces and full-width digits are read
 * over. UNAUTHENTICATED for a wrong or used one (the message does not say which). */
RD_NODISCARD rd_rc rd_totp_verify(const uint8_t secret[RD_TOTP_SECRET_SIZE], rd_str code,
                                  int64_t at_us, int64_t last_step, int64_t *ret_step, rd_err *err);
/* otpauth://totp/Issuer:account?secret=…&issuer=…&algorithm=SHA1&digits=6&period=30, escaped by
 * RFC 3986; for the QR code. The buffer holds a secret: wipe it. */
void rd_totp_uri(const uint8_t secret[RD_TOTP_SECRET_SIZE], rd_str issuer, rd_str account,
                 rd_buf *out);

/* Recovery codes: 128 random bits as eight groups of four hexadecimal digits, shown once and kept
 * as SHA-256. Set-up codes on the console have the same form. */
#define RD_CODE_COUNT     10u
#define RD_CODE_TEXT_SIZE 40u /* 3f9a-… and NUL */

typedef struct rd_code {
	char text[RD_CODE_TEXT_SIZE]; /* to be shown once, then wiped */
	uint8_t digest[RD_DIGEST_SIZE];
} rd_code;

void rd_code_new(rd_code *ret_code);
/* The digest of a code as somebody typed it: case, spaces, '-' and full-width forms do not matter.
 * False when it is no code. */
bool rd_code_parse(rd_str typed, uint8_t ret_digest[RD_DIGEST_SIZE]);
/* The row of the n kept digests (32 bytes each) that is this one, or -1; looks at all of them.
 * The caller deletes the row it used. */
int32_t rd_code_find(const uint8_t (*digests)[RD_DIGEST_SIZE], uint32_t n,
                     const uint8_t digest[RD_DIGEST_SIZE]);
#endif
