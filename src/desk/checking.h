/*
 * checking.h - the checks of libredink over one sealed book, as plain rows for the desk.
 *
 * The desk keeps findings longer than the book from which they come: everything of a finding that
 * is a row or an id of the book is made text here (voucher, account, party, period, facts, places,
 * the lines themselves). Nothing below this header knows the store, and nothing above it knows the
 * check engine.
 *
 * Parameters and decisions come from records of the client. What no longer fits the checks of this
 * release (a parameter that is gone) is passed over: a run is not lost for it. A decision is taken
 * to hold; who gives it has looked at its day.
 *
 * Who owns what: everything lives in the arena given with the call; the book may go afterwards.
 * Failure: that of rd_run_checks. Threads: any, no state.
 */
#ifndef RD_DESK_CHECKING_H
#define RD_DESK_CHECKING_H
#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "book/book.h"

#define RD_FOUND_MAX          10000u /* findings of a run that are kept one by one */
#define RD_FOUND_OF_CHECK_MAX 2000u  /* of one check */
#define RD_FOUND_LINES_MAX    24u    /* lines of the book that a finding freezes */
#define RD_FOUND_PERSONS_MAX  6u
#define RD_SEVERITIES         5u /* 0 info, low, medium, high, 4 blocker */

typedef struct rd_param_value {
	rd_str slug, param, value; /* param "enabled": value false = the check does not run */
} rd_param_value;

/* What a person decided about findings; empty fields match anything. */
typedef struct rd_pass {
	int64_t id;
	rd_str slug, fingerprint, voucher, account, party, grounds;
} rd_pass;

typedef struct rd_found {
	char fingerprint[33];
	const char *slug, *kind; /* kind: name of the message, "collapsed" */
	uint8_t severity;        /* 0 .. 4 */
	bool indicator;          /* else a fact */
	int64_t pass_id;         /* the decision by which it is suppressed; 0 = it is not */
	rd_str voucher, account, party, period;
	rd_day day; /* RD_DAY_NONE = none */
	int64_t at_stake;
	rd_str zh, en;
	rd_str facts, places, lines; /* JSON values */
	rd_str persons[RD_FOUND_PERSONS_MAX];
	uint32_t n_persons;
	int64_t digest; /* of severity, texts and places: what may change of the same finding */
} rd_found;

/* How one check went. */
typedef struct rd_checked {
	const char *slug;
	bool ran, off; /* off: turned off for the client; neither: it could not run */
	bool judged;   /* a finding that is not among `found` is gone: it ran, and all is here */
	rd_words reason;
	uint32_t left_out; /* findings that are not kept one by one */
} rd_checked;

typedef struct rd_checking {
	const rd_found *found; /* the gravest first */
	uint32_t n_found;
	const rd_checked *checks;
	uint32_t n_checks, n_ran;
	int64_t vouchers, lines;
	rd_day as_of; /* day that the checks took for today: the last of the books */
} rd_checking;

typedef struct rd_checking_input {
	const rd_book *book;
	const rd_param_value *params;
	uint32_t n_params;
	const rd_pass *passes;
	uint32_t n_passes;
	uint32_t threads; /* 1 .. */
	/* Between checks, one call at a time, from any thread; NULL = nobody. */
	void (*progress)(void *ctx, uint32_t done, uint32_t total);
	void *progress_ctx;
} rd_checking_input;

RD_NODISCARD rd_rc rd_checking_run(const rd_checking_input *in, rd_arena *a,
                                   rd_checking *ret_checking, rd_err *err);

/* INPUT when no check has this parameter or takes this value. */
RD_NODISCARD rd_rc rd_checking_fits(const rd_param_value *value, rd_err *err);
/* Names and words of severities: "blocker", 阻断. */
const char *rd_checking_severity(uint32_t severity);
rd_words rd_checking_severity_words(uint32_t severity);
/* -1 = no such name. */
int32_t rd_checking_severity_of(rd_str name);
/* The title of a check; its slug in both languages when this release has no such check. */
rd_words rd_checking_title(rd_str slug, rd_arena *a);
/* What findings depend on beside books, parameters and decisions: the checks of this release. */
uint64_t rd_checking_release(void);
#endif
