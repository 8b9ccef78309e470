/*
 * store.h - what a book keeps for itself: private to src/book.
 */
#ifndef RD_BOOK_STORE_H
#define RD_BOOK_STORE_H
#include "book/book.h"
#include "book/dict.h"

#define RD_STORE_COLUMNS 48

typedef struct rd_book_store {
	rd_arena *arena;
	rd_dict dict;
	rd_row *text_account; /* account row of a text that is an account code, by id */
	uint32_t n_text_account;
	uint64_t *starts;     /* bit i: line i starts a voucher */
	uint32_t *ranks;      /* vouchers that start before line 512 * k */
	rd_segment *segments; /* by first line in reading order */
	uint32_t n_segments;
	rd_row *origin; /* reading position of a line; NULL = the same */
	struct {
		void *ptr;
		size_t bytes;
	} columns[RD_STORE_COLUMNS]; /* rd_column memory to give back */
	uint32_t n_columns;
} rd_book_store;

/* Hands a column over to the book. */
void rd_store_keep(rd_book_store *s, void *column, size_t bytes);
/* Builds starts and ranks from voucher.first. */
void rd_store_index_vouchers(rd_book *b);
#endif
