/*
 * diff.h - what changes between two books of one client: before and after a correction, or with and
 * without an error.
 *
 * Accounts are matched by code, so the books need not be made from each other. Only what differs is
 * listed; sums say how much there is of all. Everything lives in the given arena, and points into
 * neither book. Pure.
 */
#ifndef RD_CORRECT_DIFF_H
#define RD_CORRECT_DIFF_H
#include "check/run.h"
#include "correct/statement.h"
#include "correct/voucher.h"

/* One account in one period. Closing is debit positive. */
typedef struct rd_diff_account {
	rd_str code, name;
	rd_period period;
	rd_minor debit[2], credit[2], closing[2]; /* [0] before, [1] after */
} rd_diff_account;

typedef struct rd_diff_line {
	const rd_statement_line *line;
	rd_minor value[2];
} rd_diff_line;

/* Estimated from the accounts: a figure to look at, not one to file. */
typedef struct rd_diff_tax {
	rd_minor output, input, transferred; /* change of 销项税额, 进项税额, 进项税额转出 */
	rd_minor vat;                        /* output - input + transferred */
	rd_minor profit; /* change of profit before tax (income tax base before adjustments) */
	rd_minor
		income_tax; /* profit x 25 % (企业所得税法 4条); small firms with low profit pay less */
} rd_diff_tax;

typedef struct rd_diff {
	rd_standard standard;
	rd_period period; /* statements are of the end of this one */
	uint32_t n_accounts;
	rd_diff_account *accounts;                /* by code, then period */
	rd_minor total_debit[2], total_credit[2]; /* movements of all accounts and periods */
	rd_minor closing[2]; /* sum of all closing balances: 0 when books balance */
	uint32_t n_lines;
	rd_diff_line *lines;
	rd_diff_tax tax;
} rd_diff;

void rd_diff_books(rd_arena *arena, const rd_book *before, const rd_book *after, rd_diff *ret);

/* Findings by fingerprint. Rows are positions in the results' findings. */
typedef struct rd_diff_findings {
	uint32_t n_gone, n_fresh, n_kept;
	uint32_t *gone;  /* of the result before */
	uint32_t *fresh; /* of the result after */
} rd_diff_findings;
void rd_diff_results(rd_arena *arena, const rd_result *before, const rd_result *after,
                     rd_diff_findings *ret);

/* The whole trial of a correction. */
typedef struct rd_simulation {
	rd_book *after;
	rd_result *result; /* checks of `after` */
	rd_diff diff;
	rd_diff_findings findings;
	bool target_gone; /* the finding that it was made for is gone; true without one */
} rd_simulation;

/* Applies the drafts to a copy, runs the checks on it and compares. `before` is the result over
 * `book` with the same options; `target` is the fingerprint the correction is for, NULL = none.
 * The caller ends with rd_simulation_done. */
RD_NODISCARD rd_rc rd_simulate(rd_arena *arena, const rd_book *book, const rd_result *before,
                               const rd_drafts *drafts, const rd_run_options *options,
                               const uint8_t target[16], rd_simulation *ret, rd_err *err);
void rd_simulation_done(rd_simulation *s);

/* schema "redink.diff/1"; at most `max` accounts and periods are written, all are counted. */
void rd_diff_json(rd_json *j, const rd_diff *d, uint32_t max);
/* schema "redink.simulation/1": the diff and the findings with their messages, at most `max` of
 * each kind, and ten times as many accounts. `before` is the result that rd_simulate was given. */
void rd_simulation_json(rd_json *j, const rd_simulation *s, const rd_result *before, uint32_t max);
#endif
