/*
 * compare.h - two readings of the same books: which vouchers came, went, or are not what they were.
 *
 * Vouchers are the same by what people call them: period, word and number. Of several with one name
 * those with equal content are paired first. A voucher without a number has no name: it is either
 * there again as it was, or one is gone and another one new. Content is date, lines (account, side,
 * amount, summary, party, document) and whether it is void; who prepared, reviewed or posted it is
 * not. A posted voucher that changed or went is what an auditor asks about first
 * (会计基础工作规范 第五十一条: posted vouchers are corrected by others, not edited).
 */
#ifndef RD_DESK_COMPARE_H
#define RD_DESK_COMPARE_H
#include "book/book.h"

typedef enum rd_change_kind {
	RD_CHANGE_CHANGED,
	RD_CHANGE_VANISHED,
	RD_CHANGE_NEW,
} rd_change_kind;

typedef struct rd_voucher_change {
	rd_change_kind kind;
	bool posted;     /* the voucher was posted; false when the old books do not say */
	rd_row was, now; /* RD_NONE: there is none */
} rd_voucher_change;

typedef struct rd_book_changes {
	uint32_t same, changed, vanished, added;
	uint32_t posted;               /* posted ones among changed and vanished */
	const rd_voucher_change *list; /* posted ones first; then by kind, in the order of the books */
	uint32_t n;
} rd_book_changes;

/* was NULL: everything is new. Lives in `a`. */
void rd_books_compare(const rd_book *was, const rd_book *now, rd_arena *a, rd_book_changes *ret);
#endif
