/*
 * impact.h - what an error means for the books: accounts, statement lines, tax and periods, with it
 * and without it.
 *
 * The books without the error are, as far as is known,
 *	the books with the correction entered, when there is one (RD_IMPACT_CORRECTION);
 *	else the books without the voucher, turned round in its own period (RD_IMPACT_VOUCHER);
 *	else unknown: then the balances of the account are shown as they are (RD_IMPACT_ACCOUNT).
 *
 * The second shows what hangs on the voucher, which is the most that may be wrong. Tax is estimated
 * (correct/diff.h): a figure to look at, not one to file. Everything lives in the given arena and
 * points into neither book. Pure.
 */
#ifndef RD_CORRECT_IMPACT_H
#define RD_CORRECT_IMPACT_H
#include "base/err.h"
#include "correct/diff.h"

#define RD_IMPACT_ROWS_MAX 100u /* accounts, statement lines and balances that are written, each */
#define RD_IMPACT_PERIODS  24u  /* of an account, the last ones */

typedef enum rd_impact_basis {
	RD_IMPACT_NONE, /* nothing of the books is named */
	RD_IMPACT_CORRECTION,
	RD_IMPACT_VOUCHER,
	RD_IMPACT_ACCOUNT,
	RD_IMPACT_BASES
} rd_impact_basis;
const char *rd_impact_basis_name(rd_impact_basis b); /* "correction" */

typedef struct rd_impact_ask {
	const rd_drafts *drafts; /* of the correction; NULL or none = there is none */
	rd_str voucher; /* "记-12" or "2024-03 记-12", as rd_voucher_name writes it; "" = none */
	rd_str period;  /* "2024-03" narrows a voucher without one; "" = any */
	rd_str account; /* "1122 应收账款" or its code alone; "" = none */
} rd_impact_ask;

typedef struct rd_impact_balance {
	rd_period period;
	rd_minor closing; /* debit positive */
} rd_impact_balance;

typedef struct rd_impact {
	rd_impact_basis basis;
	rd_str voucher;             /* VOUCHER: its name with the period */
	rd_str account;             /* ACCOUNT: code and name */
	rd_diff diff;               /* CORRECTION, VOUCHER: [0] with the error, [1] without it */
	rd_impact_balance *balance; /* ACCOUNT */
	uint32_t n_balances;
	uint32_t n_accounts, n_periods; /* that differ */
	rd_minor tax;                   /* at stake: value-added and income tax, whatever the side */
} rd_impact;

/* INPUT when the drafts do not fit the book any more. */
RD_NODISCARD rd_rc rd_impact_find(rd_arena *arena, const rd_book *book, const rd_impact_ask *ask,
                                  rd_impact *ret, rd_err *err);
/* Members of an object that is open, schema "redink.impact/1"; money in minor units, pairs are
 * [with the error, without it]. Lists are cut at RD_IMPACT_ROWS_MAX and say how many there were. */
void rd_impact_json(rd_json *j, const rd_impact *i);
#endif
