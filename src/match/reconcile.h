/*
 * reconcile.h - lines of a bank statement against lines of the bank account in the books.
 *
 * Both sides come as items with one sign: money in is positive. The steps, each over what the
 * ones before left:
 *  0. what a person decided: matches that stand, pairs that are refused;
 *  1. one to one: same amount, days within the window, the best evidence first;
 *  2. the same beyond the window, when the texts agree;
 *  3. what a side takes back itself: two items that cancel out and speak of the same;
 *  4. one to many and many to many: all lines of a voucher, all of a day with one text, then sums
 *     of a few lines, as long as a sum that fits by chance is unlikely;
 *  5. suggestions, which a person decides: same party, other amount.
 *
 * No item is in two matches. Everything is bounded and deterministic: same items in, same
 * result out, whatever their order in memory was before sorting (ties go to the lower row).
 * Pure; one call belongs to one thread.
 */
#ifndef RD_MATCH_RECONCILE_H
#define RD_MATCH_RECONCILE_H
#include "base/err.h"
#include "book/bank.h"
#include "book/book.h"

typedef struct rd_recon_item {
	rd_minor amount; /* in positive, out negative; 0 is never matched */
	rd_day date;
	uint32_t row;      /* of the bank's lines or the book's: what the caller knows it by */
	uint32_t group;    /* voucher of a book line; 0-based */
	uint64_t key;      /* stays the same when files are read again */
	rd_str texts[4];   /* party, summary, numbers …; borrowed */
	rd_text same_text; /* items of a day with equal ids may be one payment; 0 = none */
} rd_recon_item;

enum rd_recon_why {
	RD_RECON_BY_PERSON = 1 << 0,
	RD_RECON_AMOUNT = 1 << 1,   /* equal amounts, or sums */
	RD_RECON_DAY = 1 << 2,      /* the same day */
	RD_RECON_WINDOW = 1 << 3,   /* some days apart, within the window */
	RD_RECON_LATE = 1 << 4,     /* beyond the window: the texts agree */
	RD_RECON_TEXT = 1 << 5,     /* party or summary agree */
	RD_RECON_NUMBER = 1 << 6,   /* a number (cheque, receipt, invoice) stands on both sides */
	RD_RECON_ONLY = 1 << 7,     /* no other item of that amount within the window */
	RD_RECON_ONE_OF = 1 << 8,   /* several would fit as well; the nearest day was taken */
	RD_RECON_VOUCHER = 1 << 9,  /* all lines of one voucher */
	RD_RECON_SAME = 1 << 10,    /* all lines of a day with one text */
	RD_RECON_SUM = 1 << 11,     /* a sum of some lines */
	RD_RECON_CANCEL = 1 << 12,  /* two lines of one side that cancel out */
	RD_RECON_DIFFERS = 1 << 13, /* amounts differ: a suggestion */
	RD_RECON_SWAPPED = 1 << 14, /* by two digits that changed places */
	RD_RECON_FEE = 1 << 15,     /* by as little as a fee */
};

typedef struct rd_recon_match {
	uint32_t first, n_bank, n_book; /* of `members`: positions of bank items, then of book items */
	uint32_t why;                   /* rd_recon_why */
	uint32_t score;                 /* 0 .. 100: how sure */
	rd_minor apart;                 /* bank minus book; 0 but for suggestions */
} rd_recon_match;

/* What a person decided, by keys. */
typedef struct rd_recon_decision {
	bool accept; /* these belong together; else: these do not */
	const uint64_t *bank, *book;
	uint32_t n_bank, n_book;
} rd_recon_decision;

typedef struct rd_recon_options {
	uint32_t window_days; /* 0 = 10: how long a cheque can be presented (支付结算办法 第126条) */
	uint32_t late_days; /* 0 = 60: beyond the window with evidence */
	uint32_t group_max; /* 0 = 8: lines of one side in one match by sums */
	const rd_recon_decision *decisions;
	uint32_t n_decisions;
} rd_recon_options;

typedef struct rd_recon {
	const rd_recon_item *bank, *book; /* the caller's, which outlive the result */
	uint32_t n_bank, n_book;
	uint32_t *members;
	uint32_t n_matches;
	rd_recon_match *matches;
	uint32_t n_suggestions;
	rd_recon_match *suggestions; /* best first */
	uint32_t *bank_match;        /* by item: match + 1, 0 = none */
	uint32_t *book_match;
	bool cut; /* some sums were not searched to the end: a limit was reached */
	rd_arena *arena;
} rd_recon;

#define RD_RECON_ITEMS_MAX 1000000u

/* RD_LIMIT beyond RD_RECON_ITEMS_MAX items of a side. The result is freed with rd_recon_free. */
RD_NODISCARD rd_rc rd_reconcile(const rd_recon_item *bank, uint32_t n_bank,
                                const rd_recon_item *book, uint32_t n_book,
                                const rd_recon_options *options, rd_recon **ret_recon, rd_err *err);
void rd_recon_free(rd_recon *r); /* NULL is fine */
#endif
