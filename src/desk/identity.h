/*
 * identity.h - who is there: passwords, second factors, sessions, tokens, links, and the actor that
 * rights look at.
 *
 * Sources: security.md sections 4 and 6; the primitives are src/auth. Credentials are tables of
 * their own (migration 0004), outside the projections: the event log says that a password was
 * changed, never what it is. Every sign-in, refusal, change of a factor or token is an event.
 *
 * Password hashes take a quarter of a second and 64 MiB: they are made by the calling thread behind
 * a gate, before the write transaction; never in the writer.
 *
 * Callers are remembered in memory by the digest of what was shown. What identity itself changes in
 * this process holds at once, as does that somebody was suspended, left or got other roles
 * (desk/identity_hooks.c); everything else, and what another process changes, within
 * RD_IDENTITY_STALE_US.
 *
 * Threads: any. Failure: UNAUTHENTICATED says the same for every wrong name, password, code or
 * token; TOO_MANY carries the seconds to wait in err->line.
 */
#ifndef RD_DESK_IDENTITY_H
#define RD_DESK_IDENTITY_H
#include "auth/password.h"
#include "auth/session.h"
#include "auth/token.h"
#include "auth/totp.h"
#include "record/engine.h"

#define RD_IDENTITY_STALE_US 2000000

typedef struct rd_identity rd_identity;

/* Both outlive it. */
rd_identity *rd_identity_new(rd_store *store, const rd_engine *engine);
void rd_identity_free(rd_identity *id); /* NULL is fine */
/* What password hashes cost from now on (rd_password_preset when nothing is said); weaker ones are
 * made anew at the next sign-in. Before the first sign-in. */
void rd_identity_set_cost(rd_identity *id, rd_password_cost cost);

/* Who asks, and how they showed it. */
typedef enum rd_shown { RD_BY_SESSION, RD_BY_TOKEN, RD_BY_LINK } rd_shown;

typedef struct rd_caller {
	rd_actor actor;   /* teams point into the arena given with the call */
	rd_shown shown;   /* LINK: the session of a contact, opened by a magic link */
	int64_t shown_id; /* of the session (LINK too) or token */
	/* TOKEN: "read" (the actor only looks), "write" (without the rights of an administrator) or
	 * "admin"; LINK: "<kind>/<id>", the one record that may be shown. */
	rd_str scope;
	int64_t viewer_id; /* an administrator who views as actor; 0 = nobody else */
	bool fresh;        /* shown again within the last 10 minutes: for factors, tokens, deletion */
	bool must_enrol;   /* the firm asks for a second factor; the person has none (tokens too) */
	char lang[8];      /* "zh", "en" */
} rd_caller;

/* From the cookie's value, or an API token. This is on the way of every request: mostly one look
 * into memory. A session is written down as used once a minute, behind the request. The caller
 * sets actor.request_id. The program itself needs no look-up: actor.system, e.g. at the console. */
RD_NODISCARD rd_rc rd_identity_session(rd_identity *id, rd_str cookie, rd_arena *a,
                                       rd_caller *ret_caller, rd_err *err);
RD_NODISCARD rd_rc rd_identity_token(rd_identity *id, rd_str token, rd_arena *a,
                                     rd_caller *ret_caller, rd_err *err);

/* What the person is signing in from, for limits, events and the list of sessions. */
typedef struct rd_visit {
	rd_str address, agent, request_id;
} rd_visit;

typedef struct rd_signed_in {
	rd_token session; /* the cookie; wipe it */
	int64_t user_id, firm_id;
	bool needs_code; /* the password was right; show a code within 5 minutes to finish */
} rd_signed_in;

/* Firm by its label ("" when the server has one firm; USAGE when there are more), login name or
 * mail. 10 tries an account and 100 an address in 15 minutes: TOO_MANY, err->line = seconds. */
RD_NODISCARD rd_rc rd_identity_sign_in(rd_identity *id, rd_str firm, rd_str login, rd_str password,
                                       const rd_visit *visit, rd_signed_in *ret, rd_err *err);
/* Second step of the same: a TOTP code or a recovery code, with the cookie of the first. */
RD_NODISCARD rd_rc rd_identity_code(rd_identity *id, rd_str cookie, rd_str code,
                                    const rd_visit *visit, rd_signed_in *ret, rd_err *err);
RD_NODISCARD rd_rc rd_identity_sign_out(rd_identity *id, const rd_caller *who, rd_err *err);
/* Shows the password (and a code, when there is a factor) again: fresh for 10 minutes, and another
 * cookie for the same session. */
RD_NODISCARD rd_rc rd_identity_prove(rd_identity *id, const rd_caller *who, rd_str password,
                                     rd_str code, const rd_visit *visit, rd_signed_in *ret,
                                     rd_err *err);

/* The first start: a one-time link is printed by the program; whoever opens it makes the firm and
 * its administrator. Good for 24 h and until there is a firm; *ret_needed false: there is one, and
 * no link was made. The operator makes further firms with an empty link, which must therefore
 * never come from outside (`redink user --new-firm`). */
RD_NODISCARD rd_rc rd_identity_setup_link(rd_identity *id, rd_token *ret_link, bool *ret_needed,
                                          rd_err *err);
typedef struct rd_new_firm {
	rd_str link;  /* text of the set-up link; "" = the operator at the console */
	rd_str label; /* a-z 0-9 . _ -, by which it is named at sign-in; "" = "main" */
	rd_str name, login, display_name, mail, password; /* mail may be "" */
} rd_new_firm;
/* The record of the firm, its administrator (active) and his password, all or nothing. INPUT with
 * problems under the names above; `problems` lives in `a`. UNAUTHENTICATED for a wrong link. */
RD_NODISCARD rd_rc rd_identity_setup(rd_identity *id, const rd_new_firm *firm, rd_arena *a,
                                     int64_t *ret_firm_id, int64_t *ret_user_id,
                                     rd_problems *problems, rd_err *err);

/* Own password, needs `fresh`; ends the person's other sessions. An administrator gives somebody a
 * one-time link instead. */
RD_NODISCARD rd_rc rd_identity_password(rd_identity *id, const rd_caller *who, rd_str password,
                                        rd_err *err);
/* A link with which a user sets a password (invitation, forgotten): 24 h, once; earlier ones are
 * good no more. By an administrator, for others; needs `fresh` when there is a password already.
 * Accepting activates who was invited, ends all sessions and never skips the second factor. */
RD_NODISCARD rd_rc rd_identity_invite(rd_identity *id, const rd_caller *who, int64_t user_id,
                                      rd_token *ret_link, rd_err *err);
RD_NODISCARD rd_rc rd_identity_accept(rd_identity *id, rd_str link, rd_str password,
                                      const rd_visit *visit, rd_err *err);

/* TOTP: begin makes a secret (shown once, as its otpauth URI, which lies in `a`), confirm proves it
 * and gives ten recovery codes. begin and remove need `fresh`; confirm and remove end the person's
 * other sessions. BARRED: there is one already, or none. */
RD_NODISCARD rd_rc rd_identity_totp_begin(rd_identity *id, const rd_caller *who, rd_arena *a,
                                          rd_str *ret_uri, rd_err *err);
RD_NODISCARD rd_rc rd_identity_totp_confirm(rd_identity *id, const rd_caller *who, rd_str code,
                                            rd_code ret_recovery[10], rd_err *err);
RD_NODISCARD rd_rc rd_identity_totp_remove(rd_identity *id, const rd_caller *who, rd_err *err);
/* An administrator takes the lost factor of somebody else away; needs `fresh`. */
RD_NODISCARD rd_rc rd_identity_totp_reset(rd_identity *id, const rd_caller *who, int64_t user_id,
                                          rd_err *err);

/* Lists and ends: own sessions and tokens; an administrator also those of others (…_of). */
typedef struct rd_session_row {
	int64_t id, made_at_us, seen_at_us;
	rd_str address, agent;
	bool current;
} rd_session_row;
RD_NODISCARD rd_rc rd_identity_sessions(rd_identity *id, const rd_caller *who, rd_arena *a,
                                        const rd_session_row **ret_rows, uint32_t *ret_n,
                                        rd_err *err);
RD_NODISCARD rd_rc rd_identity_sessions_of(rd_identity *id, const rd_caller *who, int64_t user_id,
                                           rd_arena *a, const rd_session_row **ret_rows,
                                           uint32_t *ret_n, rd_err *err);
RD_NODISCARD rd_rc rd_identity_session_end(rd_identity *id, const rd_caller *who,
                                           int64_t session_id, rd_err *err);

typedef struct rd_token_row {
	int64_t id, made_at_us, used_at_us, expires_at_us;
	rd_str name, scope;
} rd_token_row;
RD_NODISCARD rd_rc rd_identity_tokens(rd_identity *id, const rd_caller *who, rd_arena *a,
                                      const rd_token_row **ret_rows, uint32_t *ret_n, rd_err *err);
RD_NODISCARD rd_rc rd_identity_tokens_of(rd_identity *id, const rd_caller *who, int64_t user_id,
                                         rd_arena *a, const rd_token_row **ret_rows,
                                         uint32_t *ret_n, rd_err *err);
/* Needs `fresh`. days 1 .. 365; at most RD_TOKENS_MAX a person; "admin" by administrators only. */
#define RD_TOKENS_MAX 50u
RD_NODISCARD rd_rc rd_identity_token_new(rd_identity *id, const rd_caller *who, rd_str name,
                                         rd_str scope, int64_t days, rd_token *ret_token,
                                         int64_t *ret_id, rd_err *err);
RD_NODISCARD rd_rc rd_identity_token_end(rd_identity *id, const rd_caller *who, int64_t token_id,
                                         rd_err *err);

/* Magic links for contacts: one record, once, 24 h. Looking shows only that it is good (mail
 * scanners open links); using it makes a session of that contact for that record. */
RD_NODISCARD rd_rc rd_identity_link_new(rd_identity *id, const rd_caller *who, int64_t contact_id,
                                        const rd_kind *kind, int64_t record_id, rd_token *ret_link,
                                        rd_err *err);
/* The same by the program, in its transaction, for a letter to the contact; `life_us`: how long it
 * is good. */
RD_NODISCARD rd_rc rd_identity_link_mail(rd_store *s, rd_tx *tx, int64_t contact_id,
                                         const rd_kind *kind, int64_t record_id, int64_t life_us,
                                         rd_token *ret_link, rd_err *err);
RD_NODISCARD rd_rc rd_identity_link_look(rd_identity *id, rd_str link, rd_err *err);
RD_NODISCARD rd_rc rd_identity_link_use(rd_identity *id, rd_str link, const rd_visit *visit,
                                        rd_signed_in *ret, rd_err *err);

/* An administrator sees the desk as somebody else does; nothing can be changed meanwhile. 0 ends
 * it. The same cookie goes on. */
RD_NODISCARD rd_rc rd_identity_view_as(rd_identity *id, const rd_caller *who, int64_t user_id,
                                       rd_err *err);

/* Everything remembered of callers is dropped, for who does not want to wait until a change of
 * teams, contacts, clients or the firm holds. After its commit. */
void rd_identity_forget(rd_identity *id);
#endif
