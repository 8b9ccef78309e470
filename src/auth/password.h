/*
 * password.h - how passwords are kept (Argon2id, RFC 9106, by libsodium) and which are taken.
 *
 * A hash is the text of crypto_pwhash_str: "$argon2id$v=19$m=65536,t=2,p=1$salt$hash", so each
 * row says with what cost it was made and a stronger preset can be brought in at the next login
 * (rd_password_is_weaker). Hashing takes about a quarter of a second and 64 MiB: go through a gate
 * (auth/gate.h), never on an event loop.
 *
 * Passwords are taken as received, byte for byte: no trimming, no Unicode normalisation, no rules
 * about capitals and digits, no expiry. They are refused when they are short, when they contain
 * what everybody knows about the account, and when few guesses reach them.
 */
#ifndef RD_AUTH_PASSWORD_H
#define RD_AUTH_PASSWORD_H
#include "base/err.h"
#include "base/str.h"

#define RD_PASSWORD_BYTES_MIN 12u
#define RD_PASSWORD_BYTES_MAX 1024u
#define RD_PASSWORD_HASH_SIZE 128u /* text and its NUL */

typedef struct rd_password_cost {
	uint32_t memory_kib, passes;
} rd_password_cost;

extern const rd_password_cost rd_password_preset; /* 64 MiB, 2 passes */
extern const rd_password_cost rd_password_floor;  /* 19 MiB, 2 passes: no setting may be below */

/* USAGE, with the least values, when a setting is below the floor. Tests hash below it. */
RD_NODISCARD rd_rc rd_password_cost_check(rd_password_cost cost, rd_err *err);

/* Makes a hash with a new random salt. UNAVAILABLE when the memory cannot be had. */
RD_NODISCARD rd_rc rd_password_hash(rd_password_cost cost, rd_str password,
                                    char ret_hash[RD_PASSWORD_HASH_SIZE], rd_err *err);
/* Whether the password belongs to the hash. UNAVAILABLE when the memory cannot be had (which says
 * nothing about the password), CORRUPT when the stored text is no hash. */
RD_NODISCARD rd_rc rd_password_verify(const char *hash, rd_str password, bool *ret_matches,
                                      rd_err *err);
/* The work of a verify for an account that does not exist, so that the time of the answer does not
 * tell which accounts do. */
RD_NODISCARD rd_rc rd_password_verify_nobody(rd_password_cost cost, rd_str password, rd_err *err);
/* The hash was made with less memory or fewer passes than `cost`: hash anew after the next
 * successful login. Also true for a text that is no Argon2id hash. */
bool rd_password_is_weaker(const char *hash, rd_password_cost cost);

/* What everybody knows about an account; an empty text is left out. */
typedef struct rd_password_owner {
	rd_str firm, name, mail; /* of the mail address the part before the @ counts */
} rd_password_owner;

/* INPUT, with what to do in both languages, when a password may not be chosen. */
RD_NODISCARD rd_rc rd_password_check(rd_str password, rd_password_owner owner, rd_err *err);

/* Guesses that a person needs who knows the habits of people, as tenths of a bit: the cheapest
 * way to put the text together from common passwords, words and names, dates, repetitions, rows
 * of digits or letters, paths on the keyboard, and single characters. At most
 * RD_PASSWORD_BYTES_MAX bytes. */
uint32_t rd_password_guesses(rd_str password);
#define RD_PASSWORD_GUESSES_MIN 360u /* 36 bits: 500 years of one core at 0.24 s a guess */
#endif
