/* extend_impl.h - the inside of rd_book_extend: private to src/book. */
#ifndef RD_BOOK_EXTEND_IMPL_H
#define RD_BOOK_EXTEND_IMPL_H
#include "book/extend.h"
#include "book/store.h"

typedef struct rd_extend {
	const rd_book *old;
	rd_book *book;
	rd_book_store *store;
	rd_arena *arena; /* of the new book */
	uint32_t n_vouchers, n_lines;
	rd_row file;    /* where the new lines are said to stand */
	bool documents; /* document numbers are kept by line */
	bool posts;     /* the books say which vouchers are posted */
} rd_extend;

rd_text rd_extend_text(rd_extend *x, rd_str s);
/* extend_tb.c: restates trial balances and stated balances for the new lines. */
void rd_extend_balances(rd_extend *x);
#endif
