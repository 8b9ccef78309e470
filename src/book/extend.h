/*
 * extend.h - a sealed book with vouchers added to it, as a sealed book of its own.
 *
 * The old book is only read and stays as it is; the new one owns copies of everything and is freed
 * by rd_book_free like any other. All rows and text ids of the old book mean the same in the new
 * one; what is new stands behind them. Trial balances are restated as the program that kept the
 * books would restate them once the vouchers are posted: movements of their period, openings and
 * closings after it, parents with their children.
 *
 * Pure: no clock, no files. Any number of threads may extend one book at a time.
 */
#ifndef RD_BOOK_EXTEND_H
#define RD_BOOK_EXTEND_H
#include "base/err.h"
#include "book/book.h"

/* One line; texts are borrowed during the call and may be empty, but `account`. */
typedef struct rd_extra_line {
	rd_str text;
	rd_str account;      /* code; an account of the book, or a root of its standard chart */
	rd_str account_name; /* used when neither book nor chart have the account */
	rd_str party;        /* key, code or name; a party that the book does not have is added */
	rd_str document;     /* as printed */
	rd_str currency;     /* empty = that of the books */
	bool credit;
	rd_minor amount; /* on its side, with its sign */
	int64_t foreign; /* minor units of `currency`; with a currency only */
	int64_t rate;    /* 10^-8 */
} rd_extra_line;

typedef struct rd_extra_voucher {
	rd_day date;
	rd_period period; /* 0 = that of the date */
	rd_str journal;   /* 凭证字 */
	rd_str preparer, reviewer, poster;
	bool closing; /* closes P&L accounts */
	const rd_extra_line *lines;
	uint32_t n_lines;
} rd_extra_voucher;

/* Vouchers get the next free numbers of their journal and period: provisional ones, that the
 * program gives anew. `place` is the name of the file the lines are said to stand in. RD_INPUT
 * for a voucher without date or lines, or a line without account; RD_LIMIT beyond RD_ROWS_MAX.
 * Vouchers of `annulled` are void in the new book; balances that the files state do not count what
 * is not posted, and stay. */
RD_NODISCARD rd_rc rd_book_extend(const rd_book *old, const rd_extra_voucher *extra, uint32_t n,
                                  const rd_row *annulled, uint32_t n_annulled, rd_str place,
                                  rd_book **ret_book, rd_err *err);
#endif
