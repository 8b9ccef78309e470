/*
 * currency.h - names of the base currency.
 *
 * Files write the base currency as a code, a word or not at all. Pure functions.
 */
#ifndef RD_CHECK_CURRENCY_H
#define RD_CHECK_CURRENCY_H
#include "book/book.h"

/* Blank, the book's base currency, or another name of the yuan when that is the base. */
static inline bool rd_currency_is_base(const rd_book *b, rd_text id)
{
	static const char *const yuan[] = {"CNY", "RMB", "人民币", "人民币元", "元", "本位币", "CNH"};
	bool named = false, base = b->base_currency == 0;

	if (id == 0 || id == b->base_currency)
		return true;
	for (unsigned i = 0; i < sizeof yuan / sizeof *yuan; i++) {
		named |= rd_str_is(rd_book_text(b, id), yuan[i]);
		base |= b->base_currency != 0 && rd_str_is(rd_book_text(b, b->base_currency), yuan[i]);
	}
	return named && base;
}

/* Decimals of a currency; those of the base currency for blank. */
static inline uint32_t rd_currency_digits(const rd_book *b, rd_text id)
{
	return rd_currency_decimals(rd_book_text(b, id != 0 ? id : b->base_currency));
}
#endif
