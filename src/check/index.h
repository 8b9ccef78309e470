/*
 * index.h - what several checks need to know about a book, found once and shared.
 *
 * Each function answers the same index to every caller; the first caller builds it (others
 * wait). An index is immutable, lives as long as the engine run and depends only on the book and
 * never on thread count. To add one: src/check/index_<name>.c, a line here, a slot in
 * rd_index_slot.
 */
#ifndef RD_CHECK_INDEX_H
#define RD_CHECK_INDEX_H
#include "check/check.h"

/* Movements: debit and credit of every account and period, red amounts with their sign. */
typedef struct rd_movements {
	uint32_t n_accounts, n_periods; /* as book->account.n, book->n_periods */
	rd_minor *debit, *credit;       /* [account * n_periods + period index] */
	uint32_t *lines;                /* number of lines, same shape */
} rd_movements;
const rd_movements *rd_index_movements(rd_run *run, const rd_book *b);

/* Lines by account in book order: rows[start[a]] .. rows[start[a + 1] - 1]. */
typedef struct rd_by_account {
	rd_row *start, *rows;
} rd_by_account;
const rd_by_account *rd_index_by_account(rd_run *run, const rd_book *b);

/* Red pairs: other[v] is the voucher that cancels or is cancelled by v, RD_NONE = none.
 * red[v] is set for the later (cancelling) one. Rules: check red-ink-pair. */
typedef struct rd_pairs {
	rd_row *other; /* NULL when the book has no pair at all */
	uint8_t *red;
	uint32_t n; /* number of pairs */
} rd_pairs;
const rd_pairs *rd_index_pairs(rd_run *run, const rd_book *b);
/* Pure: pairs of `b` in `arena`; `words` is from rd_correction_texts (check/wording.h). */
void rd_pairs_build(rd_arena *arena, const rd_book *b, const uint8_t *words, rd_pairs *ret_pairs);

/* What the texts say about corrections: rd_correction_texts by text id, NULL = nothing. */
typedef struct rd_wording {
	const uint8_t *texts;
} rd_wording;
const rd_wording *rd_index_wording(rd_run *run, const rd_book *b);

/* Documents of partners that may be booked twice: what one voucher books under one document
 * number with one partner on receivable, payable, prepayment, advance or expense accounts. Only
 * those are kept that share with a document of another voucher one of: (party, number),
 * (number, day, amount), (party, day, amount). */
typedef struct rd_document {
	rd_row voucher, line; /* line: its first one */
	rd_row party;         /* never 0 */
	rd_serial number;     /* never 0 */
	rd_day day;           /* of the line; RD_DAY_NONE is possible */
	rd_minor amount;      /* debit positive, never 0 */
	uint32_t strangers;   /* documents of other parties with the same number */
} rd_document;
typedef struct rd_documents {
	uint32_t n;
	uint64_t total;     /* documents of the book, kept or not */
	rd_document *items; /* by voucher */
} rd_documents;
const rd_documents *rd_index_documents(rd_run *run, const rd_book *b);
/* Pure: the same. */
void rd_documents_build(rd_arena *arena, const rd_book *b, rd_documents *ret_documents);

/* Which texts (dictionary ids) hold a word of a list: one bit a word, at most 64 words.
 * Built for the caller in its scratch arena; one pass over the distinct texts. */
uint64_t *rd_texts_matching(rd_run *run, const rd_book *b, const rd_str *words, uint32_t n);

/* Balances by account and party over the lines and openings of parties, for the accounts
 * whose role is receivable, prepayment, other receivable, payable, advance, other payable. */
typedef struct rd_partner {
	rd_row account, party;
	rd_minor opening; /* debit positive; from trial balance rows of the party */
	bool opening_known;
	rd_minor debit, credit;
	rd_day first, last;          /* movements; RD_DAY_NONE = none */
	rd_row last_line;            /* RD_NONE = none */
	rd_row lines_from, lines_to; /* into rows[] */
} rd_partner;
typedef struct rd_partners {
	uint32_t n;
	rd_partner *items; /* by account, then party */
	rd_row *rows;      /* their lines, by date then book order */
} rd_partners;
const rd_partners *rd_index_partners(rd_run *run, const rd_book *b);

/* Open items by first in, first out over `rows` (by date): credits are settled by debits, or
 * the other way round when `debit_items`. `opening` (>= 0) is the oldest item. */
typedef struct rd_open_item {
	rd_row line; /* RD_NONE = opening */
	rd_day day;
	rd_minor open;
} rd_open_item;
uint32_t rd_fifo(rd_arena *scratch, const rd_book *b, const rd_row *rows, uint32_t n,
                 rd_minor opening, bool debit_items, rd_open_item **ret_items);
#endif
