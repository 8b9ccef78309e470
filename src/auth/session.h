/*
 * session.h - how long a login lasts. Pure rules on times; the rows are the store's.
 *
 * A session ends after 30 minutes without a request, 8 hours after login, when it is ended, or when
 * the same user opens an eleventh (the one unused longest goes). Sensitive actions (factors,
 * tokens, keys, deletion) want a proof of who is there within the last 10 minutes. All times in
 * microseconds UTC; a clock that went back makes nothing older.
 */
#ifndef RD_AUTH_SESSION_H
#define RD_AUTH_SESSION_H
#include "base/err.h"
#include <stdbool.h>

typedef struct rd_session_rules {
	int64_t idle_us, life_us, fresh_us;
	int64_t touch_us; /* seen_at_us is written at most so often */
	uint32_t at_once_max;
} rd_session_rules;

extern const rd_session_rules rd_session_preset;

typedef struct rd_session_times {
	int64_t made_at_us;   /* login */
	int64_t seen_at_us;   /* last request */
	int64_t proved_at_us; /* last time password, factor or key was shown */
	int64_t ended_at_us;  /* logout, administrator, factor change …; 0 = not ended */
} rd_session_times;

typedef enum rd_session_state {
	RD_SESSION_LIVE,
	RD_SESSION_IDLE,  /* too long without a request */
	RD_SESSION_OLD,   /* too long since login */
	RD_SESSION_ENDED, /* by somebody */
} rd_session_state;

rd_session_state rd_session_judge(const rd_session_rules *rules, const rd_session_times *s,
                                  int64_t now_us);
/* UNAUTHENTICATED, with why, unless the session is live. */
RD_NODISCARD rd_rc rd_session_check(const rd_session_rules *rules, const rd_session_times *s,
                                    int64_t now_us, rd_err *err);
/* The same, and UNAUTHENTICATED with "prove again who you are" when the last proof is too old. */
RD_NODISCARD rd_rc rd_session_check_fresh(const rd_session_rules *rules, const rd_session_times *s,
                                          int64_t now_us, rd_err *err);
/* When it will end if nobody uses it: for the cookie and the page. */
int64_t rd_session_ends_at(const rd_session_rules *rules, const rd_session_times *s);
/* A request now should write seen_at_us. */
bool rd_session_wants_touch(const rd_session_rules *rules, const rd_session_times *s,
                            int64_t now_us);
/* Which of a user's sessions to end so that one more can be opened: rows into ret_rows (room for
 * n), the longest unused first; only live ones count. Answers how many. */
uint32_t rd_session_surplus(const rd_session_rules *rules, const rd_session_times *sessions,
                            uint32_t n, int64_t now_us, uint32_t *ret_rows);
#endif
