/*
 * similar.h - nearly the same: numbers of documents with a slip of the pen, names spelled in two
 * ways, amounts with a slip of the keyboard, days at a steady distance. Pure functions, all
 * in integers.
 */
#ifndef RD_CHECK_SIMILAR_H
#define RD_CHECK_SIMILAR_H
#include "book/book.h"

/* One insertion, deletion, substitution or swap of two neighbours makes b of a. */
bool rd_one_slip(rd_str a, rd_str b);
/* Jaro-Winkler similarity in permille, over code points; texts beyond 64 of them are cut. */
uint32_t rd_jaro_winkler(rd_str a, rd_str b);
/* Upper case, ASCII digits and letters only (other scripts stay), leading letters and zeros left
 * out; at most size bytes. Returns the length. */
uint32_t rd_number_normal(rd_str s, char *out, uint32_t size);
/* The digits of both amounts (without sign) are the same in another order. */
bool rd_same_digits(rd_minor a, rd_minor b);
/* Ascending distinct days that stand about 7, 14, 30, 91 or 365 days (± 4) apart; needs three. */
bool rd_steady_days(const rd_day *days, uint32_t n);

/* Length of a serial as printed, in bytes. */
uint32_t rd_number_length(const rd_book *b, rd_serial s);
/* It is printed with at least min_len characters, not all of its digits are zero, and no
 * spreadsheet made 2.51E+19 of it. */
bool rd_number_usable(const rd_book *b, rd_serial s, int64_t min_len);
/* Digits only that read as a date (20240131) or as a number below a million. */
bool rd_number_ordinary(const rd_book *b, rd_serial s);
/* The party has a name that names someone: not blank, stars, crosses or 脱敏. */
bool rd_party_named(const rd_book *b, rd_row party);
#endif
