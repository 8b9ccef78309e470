/*
 * ledger.h - random books of a small Chinese company as CSV, for tests that need something of
 * everything: sales and purchases with partners and documents, money, wages, and what goes wrong
 * in books (broken entries, gaps and repetitions of numbers, pairs in red, double bookings,
 * blank cells). The same seed makes the same bytes.
 */
#ifndef LEDGER_H
#define LEDGER_H
#include "base/buf.h"

typedef struct ledger {
	uint64_t seed;
	uint32_t vouchers; /* about as many */
	uint32_t wrong;    /* in a thousand vouchers: something is planted */
	uint32_t months;   /* 1 .. 12 of 2024 */
	bool plain;        /* numbers never repeat, so that every voucher has its own */
} ledger;

/* A journal with head row. */
void ledger_journal(const ledger *l, rd_buf *out);
/* A trial balance of each month of that journal, with about `wrong` in a thousand cells off. */
void ledger_trial(const ledger *l, rd_buf *out);
#endif
