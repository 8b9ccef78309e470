/*
 * country.h - whether books are kept under Chinese rules, for checks that rest on them.
 */
#ifndef RD_CHECK_COUNTRY_H
#define RD_CHECK_COUNTRY_H
#include "book/book.h"

/* By the standard when it was recognised; else by the currency; else by Chinese characters in the
 * names of accounts. */
bool rd_book_is_chinese(const rd_book *b);
#endif
