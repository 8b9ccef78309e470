#include "check/country.h"

#define NAMES_MAX 400u /* accounts that are looked at */

static bool has_han(rd_str s)
{
	for (uint32_t at = 0; at < s.len;) {
		uint32_t cp = rd_utf8_next(s, &at);

		if (cp >= 0x4e00 && cp <= 0x9fff)
			return true;
	}
	return false;
}

bool rd_book_is_chinese(const rd_book *b)
{
	rd_str currency = rd_book_text(b, b->base_currency);

	if (b->standard == RD_STD_SMALL || b->standard == RD_STD_ENTERPRISE)
		return true;
	if (b->standard == RD_STD_FRENCH)
		return false;
	if (currency.len > 0)
		return rd_str_is(currency, "CNY") || rd_str_is(currency, "RMB") || has_han(currency);
	for (rd_row i = 1; i < b->account.n && i < NAMES_MAX; i++)
		if (has_han(rd_book_text(b, b->account.name[i])))
			return true;
	return false;
}
