/*
 * papers.h - whether a document number tells anything.
 */
#ifndef RD_CHECK_PAPERS_H
#define RD_CHECK_PAPERS_H
#include "book/book.h"

/* False for a blank, for up to three characters ("EXT", "12"), for words without a digit ("paie"),
 * and for the voucher's own number, which programs fill in where there is no document. */
bool rd_document_tells(const rd_book *b, rd_serial document, rd_row voucher);
#endif
