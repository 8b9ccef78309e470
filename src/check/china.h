/*
 * china.h - whether the rules of Chinese law that do not follow from the chart apply to a book.
 */
#ifndef RD_CHECK_CHINA_H
#define RD_CHECK_CHINA_H
#include "book/book.h"

/* Kept under a Chinese chart, or under no chart that could be told and in yuan. */
static inline bool rd_book_is_chinese(const rd_book *b)
{
	if (b->standard != RD_STD_UNKNOWN)
		return b->standard == RD_STD_SMALL || b->standard == RD_STD_ENTERPRISE;
	return b->base_currency == 0 || rd_str_is(rd_book_text(b, b->base_currency), "CNY") ||
	       rd_str_is(rd_book_text(b, b->base_currency), "RMB") ||
	       rd_str_is(rd_book_text(b, b->base_currency), "人民币");
}

/* Says why a check of such a rule was not run on other books. */
#define RD_NOT_CHINESE                                                                             \
	"不是按中国会计科目和人民币记账的账套", "these books are not kept under a Chinese chart in yuan"
#endif
