/*
 * world.h - a server for tests of the desk: a store in an empty place (place.h), identity over it,
 * and short ways to do what people do.
 *
 * The clock is that of the place; the test moves it. Password hashes cost next to nothing. What
 * fails where it must not is a failure of the test.
 */
#ifndef WORLD_H
#define WORLD_H
#include "auth/totp.h"
#include "desk/identity.h"
#include "place.h"

#define MINUTE INT64_C(60000000)
#define HOUR   (60 * MINUTE)
#define PASS   "Zinnober-7-Lampen-am-Kai"    /* of administrators */
#define PASS2  "Elf graue Reiher, kein Boot" /* of add_user */
#define WRONG  "Zinnober-7-Lampen-am-Kaj"

typedef struct world {
	place p;
	rd_store *s;
	rd_engine engine;
	rd_identity *id;
	int64_t firm, admin; /* of the firm "main" */
	rd_err err;          /* of the last call */
} world;

extern const rd_visit visit;

void open_world(world *w);
void open_firm(world *w); /* with a firm and its administrator "chen" */
void close_world(world *w);

/* Makes a firm with the administrator "chen". */
rd_rc found(world *w, const char *link, const char *label, int64_t *firm, int64_t *admin);
rd_rc sign_in(world *w, const char *login, const char *password, rd_signed_in *in);
rd_rc ask(world *w, const char *cookie, rd_caller *who);
/* A signed-in caller. */
rd_caller enter(world *w, const char *login, const char *password, rd_signed_in *in);

/* Makes a record (*record 0), moves it by a transition, or changes it; actor NULL = the program. */
rd_rc run(world *w, const rd_actor *actor, const char *kind, const char *transition,
          const char *body, int64_t *record);
/* A person who accepted an invitation; roles is a JSON array. */
int64_t add_user(world *w, const char *login, const char *roles);

/* Waits until what is written behind requests is written: before the clock is moved. */
void settle(world *w);

/* How many events of this type (NULL = any) about this record (0 = any). */
int64_t events(world *w, const char *type, int64_t record);
/* How many payloads of the firm hold the text. */
int64_t in_payloads(world *w, const char *needle);

typedef struct phone {
	uint8_t secret[RD_TOTP_SECRET_SIZE];
	rd_code recovery[RD_CODE_COUNT];
	char base32[40];
} phone;

void code_at(const phone *ph, int64_t now_us, char code[RD_TOTP_DIGITS + 1]);
/* Sets up the second factor of a caller; a wrong code is tried first. */
void turn_on(world *w, const rd_caller *who, phone *ph);
#endif
