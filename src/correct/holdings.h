/*
 * holdings.h - what the accounts of a book hold, by period: openings, movements, closings.
 *
 * From the journal where there is one, else from the trial balance. Void vouchers do not count,
 * opening vouchers count as openings. Amounts of an account are its own, without those of its
 * sub-accounts; what closing vouchers moved is kept apart. Everything lives in the arena. Pure.
 */
#ifndef RD_CORRECT_HOLDINGS_H
#define RD_CORRECT_HOLDINGS_H
#include "book/book.h"

typedef struct rd_holdings {
	const rd_book *b;
	uint32_t n_periods;
	rd_minor *opening;                        /* by account, debit positive */
	rd_minor *debit, *credit;                 /* [account * n_periods + period index] */
	rd_minor *closing_debit, *closing_credit; /* the part that closing vouchers moved */
} rd_holdings;

rd_holdings *rd_holdings_new(rd_arena *arena, const rd_book *b);
/* Debit positive, at the end of the period (or of the last one before it). */
rd_minor rd_holdings_closing(const rd_holdings *l, rd_row account, rd_period period);
#endif
