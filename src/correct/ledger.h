/*
 * ledger.h - what the accounts of a book hold, by period: openings, movements, closings.
 *
 * From the journal where there is one, else from the trial balance. Void vouchers do not count;
 * opening vouchers count as openings. Amounts of an account are its own: a parent is counted without
 * its sub-accounts. Everything lives in the arena. Pure.
 */
#ifndef RD_CORRECT_LEDGER_H
#define RD_CORRECT_LEDGER_H
#include "book/book.h"

typedef struct rd_ledger {
	const rd_book *b;
	uint32_t n_periods;
	rd_minor *opening;                        /* by account, debit positive */
	rd_minor *debit, *credit;                 /* [account * n_periods + period index] */
	rd_minor *closing_debit, *closing_credit; /* the part that closing vouchers moved */
} rd_ledger;

rd_ledger *rd_ledger_new(rd_arena *arena, const rd_book *b);
/* Debit positive, at the end of the period (or of the last one before it). */
rd_minor rd_ledger_closing(const rd_ledger *l, rd_row account, rd_period period);
#endif
