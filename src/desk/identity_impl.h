/*
 * identity_impl.h - what the files of src/desk/identity*.c share; for them alone.
 */
#ifndef RD_DESK_IDENTITY_IMPL_H
#define RD_DESK_IDENTITY_IMPL_H
#include "auth/gate.h"
#include "auth/limit.h"
#include "auth/password.h"
#include "desk/identity_cache.h"
#include "store/key.h"

#define RD_MINUTE_US     (60 * INT64_C(1000000))
#define RD_DAY_US        (24 * 60 * RD_MINUTE_US)
#define RD_CODE_WAITS_US (5 * RD_MINUTE_US) /* between password and second factor */
#define RD_SESSIONS_SEEN 64u                /* rows of one person that are looked at */

struct rd_identity {
	rd_arena *home;
	rd_store *store;
	const rd_engine *engine;
	rd_password_cost cost;
	rd_gate gate;
	rd_limit *by_account, *by_address;
	rd_known_cache *known;
};

static inline rd_str rd_digest_str(const uint8_t digest[RD_DIGEST_SIZE])
{
	return (rd_str){(const char *)digest, RD_DIGEST_SIZE};
}

/* ---- refusals ---- */

/* A command that refuses but must leave an event behind ends with OK in the store; this is what the
 * caller is told. */
typedef struct rd_verdict {
	rd_rc rc;
	rd_err err;
} rd_verdict;

/* The one answer to a wrong name, password, code, token or link. */
rd_rc rd_identity_unknown(rd_err *err);
rd_rc rd_identity_settle(rd_rc rc, const rd_verdict *v, rd_err *err);

/* Somebody of the firm, by session or token, who may change what is his: no contact, nobody who
 * only looks. FORBIDDEN. */
RD_NODISCARD rd_rc rd_identity_by_person(const rd_caller *who, rd_err *err);
/* The same, and shown again within 10 minutes. */
RD_NODISCARD rd_rc rd_identity_by_fresh(const rd_caller *who, rd_err *err);
/* An administrator, or the program itself. */
RD_NODISCARD rd_rc rd_identity_by_administrator(const rd_caller *who, rd_err *err);
/* The person whose things are meant: user_id 0 = who asks; others by administrators. */
RD_NODISCARD rd_rc rd_identity_whose(const rd_caller *who, int64_t user_id, int64_t *ret_user_id,
                                     rd_err *err);

/* ---- limits, passwords ---- */

/* TOO_MANY with the seconds in err->line. `account` or address "" = it does not count. */
RD_NODISCARD rd_rc rd_identity_limit(rd_identity *id, const char *what, rd_str account,
                                     const rd_visit *visit, rd_err *err);
/* The same for a person whose id is known. */
RD_NODISCARD rd_rc rd_identity_limit_person(rd_identity *id, const char *what, int64_t firm_id,
                                            int64_t user_id, const rd_visit *visit, rd_err *err);
/* Behind the gate. hash "" = nobody: takes as long, and does not match. */
RD_NODISCARD rd_rc rd_identity_verify(rd_identity *id, const char *hash, rd_str password,
                                      bool *ret_matches, rd_err *err);
RD_NODISCARD rd_rc rd_identity_hash(rd_identity *id, rd_str password,
                                    char ret_hash[RD_PASSWORD_HASH_SIZE], rd_err *err);
/* Judges a password that this person wants to have, and hashes it. */
RD_NODISCARD rd_rc rd_identity_choose(rd_identity *id, int64_t firm_id, int64_t user_id,
                                      rd_str password, char ret_hash[RD_PASSWORD_HASH_SIZE],
                                      rd_err *err);

/* ---- events ---- */

typedef struct rd_said {
	const char *key;
	rd_str text; /* ptr NULL: the number */
	int64_t number;
} rd_said;

typedef struct rd_saying {
	const char *type; /* "user.signed-in"; the kind is what stands before the dot */
	int64_t record_id;
	rd_str actor, request_id;
} rd_saying;

/* Ids, addresses and reasons only: never a name, a password, a code or a text of a token. */
RD_NODISCARD rd_rc rd_identity_say(rd_tx *tx, const rd_saying *e, const rd_said *what, uint32_t n,
                                   rd_err *err);
/* "user:5" */
rd_str rd_identity_actor(rd_arena *a, int64_t user_id);
/* The address as it may stand in an event: no longer than an address is. */
rd_str rd_identity_address(const rd_visit *visit);

/* ---- reading ---- */

typedef struct rd_identity_user {
	rd_str login, mail, language; /* mail "" = none */
	int64_t main_team_id;         /* 0 = none */
	uint16_t roles;
	bool active;  /* may sign in */
	bool invited; /* will be active with the first password */
} rd_identity_user;

/* Another firm from here on: the statements that follow are of this one. */
RD_NODISCARD rd_rc rd_identity_enter(rd_tx *tx, int64_t firm_id, rd_err *err);
/* NOT_FOUND when there is no such person in the firm. */
RD_NODISCARD rd_rc rd_identity_person(rd_tx *tx, int64_t user_id, rd_identity_user *ret,
                                      rd_err *err);
/* UNAUTHENTICATED when the contact may not enter the portal (any more). */
RD_NODISCARD rd_rc rd_identity_contact(rd_tx *tx, int64_t contact_id, int64_t *ret_client_id,
                                       char ret_lang[8], rd_err *err);
/* Names of kind.h as a mask; unknown ones count for nothing. */
uint16_t rd_identity_roles(rd_str json);

/* ---- sessions ---- */

typedef struct rd_opening {
	int64_t session_id, user_id, link_id;
	const rd_token *token;
	const rd_visit *visit;
	bool waits;
	uint8_t dropped[RD_SESSIONS_SEEN][RD_DIGEST_SIZE]; /* of sessions that gave way */
	uint32_t n_dropped;
} rd_opening;

/* Adds the session; when it is one too many, those unused longest end. */
RD_NODISCARD rd_rc rd_identity_open(rd_tx *tx, rd_opening *o, rd_err *err);
/* After the commit. */
void rd_identity_opened(rd_identity *id, const rd_opening *o);
/* All sessions of a person but one end; rd_identity_forget after the commit. */
RD_NODISCARD rd_rc rd_identity_end_others(rd_tx *tx, int64_t user_id, int64_t but_id, rd_err *err);

/* ---- factors ---- */

/* Whether a second factor is asked of the person. */
RD_NODISCARD rd_rc rd_identity_has_factor(rd_tx *tx, int64_t user_id, bool *ret_has, rd_err *err);
/* A code of the application or a recovery code, once. *ret_by NULL = it is wrong or was used. */
RD_NODISCARD rd_rc rd_identity_check_code(rd_identity *id, rd_tx *tx, int64_t user_id, rd_str code,
                                          const char **ret_by, rd_err *err);

/* ---- hooks ---- */

/* Somebody was suspended, left or got other roles a moment ago: nothing remembered is believed
 * until the command has been committed for sure. */
bool rd_identity_unsettled(int64_t now_us);
#endif
