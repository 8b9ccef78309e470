/*
 * browse.h - a book as JSON, page by page: what the desk shows of it.
 *
 * Every function writes members into an object that is open: the rows, and `cursor` when there are
 * more behind them. Cursors and the ids of vouchers and lines are row numbers: good for this
 * import of the books and no other, so the caller tells which one it is. Accounts are told by their
 * codes. Money is whole minor units of the base currency; balances are debit positive.
 *
 * Pure; the book and the ledger are borrowed for the call. Limits are the caller's.
 */
#ifndef RD_REPORT_BROWSE_H
#define RD_REPORT_BROWSE_H
#include "base/json.h"
#include "book/ledger.h"
#include "io/place.h"

typedef struct rd_page {
	uint32_t from; /* cursor: rows that were passed */
	uint32_t max;
} rd_page;

/* Names of rd_voucher_flag in JSON and queries: "void", "posted", "opening", "closing",
 * "date-bad", "manual". 0 when there is none of that name. */
uint8_t rd_voucher_flag_find(rd_str name);

/* What the books hold: counts, periods, files. */
void rd_browse_contents(rd_json *j, const rd_book *b);
/* Accounts in the order of their codes with balances over periods [from] .. [to] (indexes). `top`:
 * only those directly below it; RD_NONE = all. `text`: part of code or name. `level`: at most so
 * deep; 0 = all. `moved`: only those with a balance or movement. With totals and what agrees. */
typedef struct rd_accounts_query {
	uint32_t from, to;
	rd_row top;
	rd_str text;
	uint32_t level;
	bool moved;
} rd_accounts_query;
void rd_browse_accounts(rd_json *j, rd_arena *a, const rd_ledger *l, const rd_accounts_query *q,
                        rd_page page);
void rd_browse_vouchers(rd_json *j, rd_arena *a, const rd_ledger *l, const rd_voucher_filter *f,
                        rd_page page);
/* One voucher with its lines, at most page.max of them from page.from on. */
void rd_browse_voucher(rd_json *j, const rd_book *b, rd_row voucher, rd_page page);
/* The ledger of an account and those below it over periods [from] .. [to]: opening, lines with
 * running balance, closing. */
void rd_browse_ledger(rd_json *j, rd_arena *a, const rd_ledger *l, rd_row account, uint32_t from,
                      uint32_t to, rd_page page);
/* What the readers noted. kind: RD_NOTE_KINDS = all; file: 0 = all; `rejected`: only records that
 * were left out. */
void rd_browse_notes(rd_json *j, const rd_book *b, rd_note_kind kind, rd_row file, bool rejected,
                     rd_page page);
const char *rd_note_word(rd_note_kind kind); /* "date-bad" */
rd_note_kind rd_note_find(rd_str word);      /* RD_NOTE_KINDS = none */
/* The rows of a place, the asked line marked. */
void rd_browse_place(rd_json *j, const rd_place_view *v, uint32_t line);
/* {"file": row, "name": …, "line": n}; nothing for a line without a file. */
void rd_browse_put_place(rd_json *j, const rd_book *b, rd_place p);
#endif
