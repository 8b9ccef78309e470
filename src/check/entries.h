/*
 * entries.h - when two vouchers are the same entry, or one the negation of the other.
 *
 * A voucher is looked at as the multiset of its (account, party, side, amount). Hashes do not
 * depend on the order of lines; they are for tables inside one run and are never stored
 * (rd_entry_key is for finding keys). An equal hash is a candidate, rd_entry_like decides.
 */
#ifndef RD_CHECK_ENTRIES_H
#define RD_CHECK_ENTRIES_H
#include "base/hash.h"
#include "book/book.h"

typedef enum rd_likeness {
	RD_LIKE_SAME, /* equal line by line */
	RD_LIKE_RED,  /* the same sides, amounts negated */
	RD_LIKE_SWAP, /* the same amounts on the other sides */
} rd_likeness;

/* Hash of a voucher turned as `how` says: rd_entry_hash(b, red, RD_LIKE_RED) is that of the
 * entry which `red` cancels. */
uint64_t rd_entry_hash(const rd_book *b, rd_row voucher, rd_likeness how);

/* Room for the comparison; grows in the arena. Start from { .arena = a }. */
typedef struct rd_comparer {
	rd_arena *arena;
	struct rd_entry_item *items[2];
	uint32_t cap[2];
} rd_comparer;

bool rd_entry_like(rd_comparer *c, const rd_book *b, rd_row v, rd_row w, rd_likeness how);

/* Sum of amounts over all lines as written, both sides: negative for a red entry. */
rd_minor rd_entry_gross(const rd_book *b, rd_row voucher);
/* The larger of the sums of debits and of credits, without sign: what an entry is about. */
rd_minor rd_entry_volume(const rd_book *b, rd_row voucher);
/* All amounts <= 0 and at least one < 0. */
bool rd_entry_all_red(const rd_book *b, rd_row voucher);

/* For rd_hit.key: account codes, party names, sides and amounts of a voucher, in any order of
 * lines; the same in every run and release. */
uint64_t rd_entry_key(const rd_book *b, rd_row voucher);

/* Order of vouchers in time: date (else the period's last day), then the number, then the row.
 * Negative, 0 or positive. */
int rd_voucher_order(const rd_book *b, rd_row v, rd_row w);
rd_day rd_voucher_day(const rd_book *b, rd_row voucher);
#endif
