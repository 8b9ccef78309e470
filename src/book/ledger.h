/*
 * ledger.h - balances of accounts by period and the order of a ledger, from a sealed book.
 *
 * Computed in one pass over the lines, so that it need not be kept: a book of 100,000 vouchers
 * takes a few milliseconds. Void vouchers count nowhere. Opening vouchers of the first year are
 * openings of accounts whose opening is stated nowhere else; all other opening vouchers repeat what
 * is known and do not count. Periods in which the journal has no lines take their movements from
 * the trial balance, when there is one.
 *
 * An account's sums hold what stands below it. All amounts are minor units of the base currency;
 * balances are debit positive. Column n_periods is what has no period. Pure; any thread.
 */
#ifndef RD_BOOK_LEDGER_H
#define RD_BOOK_LEDGER_H
#include "book/book.h"

typedef struct rd_ledger {
	const rd_book *book;
	uint32_t n_columns; /* n_periods + 1 */
	rd_minor *opening;  /* by account, with what stands below it */
	rd_minor *debit;    /* [account * n_columns + period], with what stands below it */
	rd_minor *credit;
	uint32_t *n_lines; /* by account, its own */
	rd_row *below;     /* accounts below it, all levels */
	rd_row *vouchers;  /* in the order of a ledger: period, date, then as in the files */
} rd_ledger;

/* Everything in `a`. */
void rd_ledger_make(rd_arena *a, const rd_book *book, rd_ledger *ret_ledger);

typedef struct rd_sums {
	rd_minor opening, debit, credit, closing;
} rd_sums;

/* Of an account over periods[from] .. periods[to] (indexes, from <= to < n_columns). */
rd_sums rd_ledger_sums(const rd_ledger *l, rd_row account, uint32_t from, uint32_t to);
/* All root accounts added up; debit and credit sides of opening and closing kept apart. */
typedef struct rd_totals {
	rd_minor opening_debit, opening_credit, debit, credit, closing_debit, closing_credit;
	bool opening_agrees, movement_agrees, closing_agrees;
} rd_totals;
rd_totals rd_ledger_totals(const rd_ledger *l, uint32_t from, uint32_t to);

/* The account or one above it is `top`. */
bool rd_ledger_under(const rd_book *b, rd_row account, rd_row top);
/* The voucher's lines are movements: neither void nor an opening. */
static inline bool rd_ledger_counts(const rd_book *b, rd_row voucher)
{
	return !(b->voucher.flags[voucher] & (RD_VCH_VOID | RD_VCH_OPENING));
}

/* ---- finding vouchers ---- */

typedef struct rd_voucher_filter {
	rd_period from, to;       /* 0 = no limit */
	rd_str journal;           /* "" = any */
	rd_str number;            /* "12", "记-12"; "" = any */
	rd_row account;           /* with what stands below it; 0 = any */
	rd_str text;              /* part of a summary or a party's name; "" = any */
	bool has_least, has_most; /* of a line's amount, whatever its side and sign */
	rd_minor least, most;
	uint8_t flags;   /* rd_voucher_flag, all of them; 0 = any */
	bool unbalanced; /* only vouchers that do not sum to zero */
} rd_voucher_filter;

/* Vouchers that fit, from position *at of l->vouchers on, at most `max` of them; *at moves behind
 * the last one that was looked at. */
uint32_t rd_vouchers_find(rd_arena *a, const rd_ledger *l, const rd_voucher_filter *f, uint32_t *at,
                          uint32_t max, rd_row *ret_rows);
#endif
