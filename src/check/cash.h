/*
 * cash.h - receipts and payments of the cash and bank accounts, day by day.
 *
 * An index (index.h): one pass over the lines, shared by the checks of money. Void vouchers do not
 * count; an opening voucher counts in the first period, when no opening balance is stated. A day
 * stands here only when the account has a line on it. Red amounts keep side and sign, so receipts
 * and payments may be negative. Lines without a date are in no day and are counted.
 */
#ifndef RD_CHECK_CASH_H
#define RD_CHECK_CASH_H
#include "check/check.h"

typedef struct rd_cash_day {
	rd_day day;
	rd_minor in, out; /* debits, credits */
} rd_cash_day;

typedef struct rd_cash_account {
	rd_row account;
	bool is_cash; /* cash on hand; else a bank account */
	bool opening_known;
	rd_minor opening; /* debit positive, at the start of the books */
	uint32_t undated;
	uint32_t from, to; /* its days[from .. to), ascending */
} rd_cash_account;

typedef struct rd_cash_days {
	uint32_t n;
	rd_cash_account *accounts; /* ascending by account */
	rd_cash_day *days;
} rd_cash_days;

const rd_cash_days *rd_index_cash_days(rd_run *run, const rd_book *b);
/* Pure: what the index holds, in `arena`. */
rd_cash_days *rd_cash_days_build(rd_arena *arena, const rd_book *b);
#endif
