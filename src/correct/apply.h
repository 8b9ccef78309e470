/*
 * apply.h - a book with correction vouchers entered: for trying, never for keeping.
 *
 * The book itself is not touched. Lines of the drafts stand in a file called "correction", and are
 * signed by people of the books who sign each other's vouchers, as they will be in the program.
 */
#ifndef RD_CORRECT_APPLY_H
#define RD_CORRECT_APPLY_H
#include "correct/voucher.h"

#define RD_CORRECT_PLACE "correction"

/* A draft with the role `reenter` takes the place of a voucher that is not posted: the old one is
 * void in the new book. The others stand behind the vouchers that are there. The caller frees the
 * new book (rd_book_free). Unbalanced drafts are entered as they are: rd_drafts_check tells. */
RD_NODISCARD rd_rc rd_drafts_apply(const rd_book *book, const rd_drafts *drafts, rd_book **ret_book,
                                   rd_err *err);
#endif
