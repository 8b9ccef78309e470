/*
 * pairs.h - which debit account meets which credit account: flows of an entry, and a table that
 * counts pairs. Everything lives in the caller's scratch arena.
 */
#ifndef RD_CHECK_PAIRS_H
#define RD_CHECK_PAIRS_H
#include "base/hash.h"
#include "book/book.h"

/* A part of an entry: what went from the credit account to the debit account. */
typedef struct rd_flow {
	rd_row debit, credit; /* accounts */
	rd_row line;          /* the debit line */
	rd_minor amount;      /* signed: negative in a red entry */
} rd_flow;

/* Takes an entry apart: equal amounts meet first, then the largest of both sides, until one side
 * is used up. With one debit or one credit this is exact. Lines without amount or account, and
 * entries of mixed signs on one side, are taken as they stand: a red debit counts as a debit.
 * At most `max` flows; entries of n lines have fewer than n. */
uint32_t rd_voucher_flows(const rd_book *b, rd_row voucher, rd_flow *flows, uint32_t max);

typedef struct rd_pair_slot {
	uint64_t key; /* debit account << 32 | credit account; 0 = free */
	uint64_t count;
	rd_row first, last; /* the earliest and the latest voucher */
} rd_pair_slot;

/* Open addressing, at most half full; grows. */
typedef struct rd_pair_table {
	rd_arena *arena;
	rd_pair_slot *items;
	uint64_t slots, used;
} rd_pair_table;

void rd_pair_table_init(rd_pair_table *t, rd_arena *a);
void rd_pair_add(rd_pair_table *t, rd_row debit, rd_row credit, rd_row voucher, uint64_t times);
uint64_t rd_pair_count(const rd_pair_table *t, rd_row debit, rd_row credit);

/* Counts for each pair the vouchers that debit one and credit the other with an amount above
 * zero, each voucher once. Vouchers with more than RD_PAIR_ACCOUNTS accounts on a side are left
 * out: they would make more pairs than lines. */
#define RD_PAIR_ACCOUNTS 256u
void rd_pairs_of_vouchers(rd_pair_table *t, rd_arena *a, const rd_book *b);
#endif
