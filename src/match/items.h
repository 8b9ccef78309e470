/*
 * items.h - the items of a reconciliation from a bank statement and from a book.
 *
 * Texts are borrowed from the statement and the book, which outlive the items; the rest is in
 * the arena. Keys tell a line again when its file is read anew: of the bank its line in the file;
 * of the book period, voucher, amount and the line's place among the account's lines of its
 * voucher, so that a later import of the same books keeps what a person decided.
 */
#ifndef RD_MATCH_ITEMS_H
#define RD_MATCH_ITEMS_H
#include "match/reconcile.h"

typedef struct rd_recon_items {
	rd_recon_item *items; /* by row */
	uint32_t n;
} rd_recon_items;

/* Lines of the parts of one account number ("" = all parts), from `from` to `to`. */
void rd_recon_bank_items(rd_arena *a, const rd_bank *bank, rd_str account, rd_day from, rd_day to,
                         rd_recon_items *ret_items);
/* Lines of an account and its sub-accounts, without void vouchers and those that carry opening
 * balances. RD_DAY_NONE as `from` or `to` is no limit. Lines without a date are left out. */
void rd_recon_book_items(rd_arena *a, const rd_book *book, rd_row account, rd_day from, rd_day to,
                         rd_recon_items *ret_items);
/* The key of one line of the book. */
uint64_t rd_recon_line_key(const rd_book *book, rd_row line);
#endif
