/*
 * books.h - what handlers share that look into books and bank statements: SLOW ones, which hold no
 * transaction while they wait for a book. Private to src/api.
 */
#ifndef RD_API_BOOKS_H
#define RD_API_BOOKS_H
#include "api/inner.h"
#include "book/ledger.h"
#include "desk/shelf.h"
#include "report/browse.h"

/* A book of the set of books in the path, held until rd_held_book_give. */
typedef struct rd_held_book {
	int64_t books_id, import_id;
	rd_shelved *shelved;
	const rd_book *book;
} rd_held_book;

/* The current import, or the one in the query (`import`) when it is of these books. NOT_FOUND for
 * who may not read the books; BARRED when there is no import yet. */
RD_NODISCARD rd_rc rd_held_book_take(rd_call *call, rd_held_book *ret, rd_err *err);
void rd_held_book_give(rd_call *call, rd_held_book *h);

/* Page of the query: cursor and limit (1 .. 500, else 100). */
RD_NODISCARD rd_rc rd_call_page(const rd_call *call, rd_page *ret, rd_err *err);
/* A period of the query, 0 = not given. */
RD_NODISCARD rd_rc rd_call_period(const rd_call *call, const char *name, rd_period *ret,
                                  rd_err *err);
/* Columns of a ledger from `from` to `to` of the query; NOT_FOUND when the books have none
 * there. */
RD_NODISCARD rd_rc rd_call_columns(const rd_call *call, const rd_book *b, uint32_t *ret_from,
                                   uint32_t *ret_to, rd_err *err);
/* Members of one line of a bank statement. */
void rd_api_put_bank_line(rd_json *j, const rd_bank *b, uint32_t i);
/* Members name, line and source: what stands around a line of a stored file. `around` of the query.
 */
RD_NODISCARD rd_rc rd_api_place(rd_call *call, const uint8_t sha256[32], rd_str name, int64_t size,
                                uint32_t line, rd_json *j, rd_err *err);
#endif
