/*
 * money.h - money as integer minor units (fen, cent). Never floating point.
 *
 * An amount is read under a dialect that was decided for its whole column (decimal mark);
 * text that fits no reading is refused with a reason, never guessed.
 */
#ifndef RD_BASE_MONEY_H
#define RD_BASE_MONEY_H
#include "base/str.h"

typedef int64_t rd_minor;
#define RD_MINOR_MAX INT64_C(900000000000000000) /* sums of a book stay inside 64 bits */

typedef enum rd_amount_read {
	RD_AMOUNT_OK,
	RD_AMOUNT_BLANK,    /* nothing, "-", "—": nil */
	RD_AMOUNT_LETTERS,  /* letters or signs that no number holds */
	RD_AMOUNT_GROUPING, /* thousands marks at odd places */
	RD_AMOUNT_MARK,     /* the other decimal mark */
	RD_AMOUNT_EXPONENT, /* 1e3, inf, nan */
	RD_AMOUNT_OVERFLOW, /* beyond 64-bit minor units */
	RD_AMOUNT_DECIMALS, /* more significant decimals than the minor unit; value is rounded */
} rd_amount_read;

/* Reads `s` with the decimal mark `mark` ('.' or ',') into units of 10^-decimals.
 * Accepts leading or trailing minus, brackets for negative, thousands marks (the other
 * mark, space, NBSP, narrow NBSP, apostrophe), currency signs (¥ ￥ $ € £ 元) and full-width digits.
 * RD_AMOUNT_DECIMALS sets *ret_minor to the value rounded half away from zero; all other
 * failures leave it alone. */
rd_amount_read rd_minor_parse(rd_str s, char mark, uint32_t decimals, rd_minor *ret_minor);

/* Fast path of the above for plain digits with an optional leading '-' and one '.'; false
 * when the text is anything else (then use rd_minor_parse). decimals is 2. */
bool rd_minor_parse_plain(const char *p, uint32_t len, rd_minor *ret_minor);

/* What the text says about the decimal mark: '.' or ',' when it can only be that, '?' when it
 * could be either (1.234 or 1,234), 0 when it has no mark or is no number. */
char rd_minor_mark(rd_str s);

/* "-1,234.50" (group) or "-1234.50"; at most 40 bytes with the final NUL. */
#define RD_MINOR_TEXT 40
void rd_minor_format(rd_minor v, uint32_t decimals, bool group, char out[RD_MINOR_TEXT]);

/* Decimals of a currency by its ISO 4217 code; 2 when not known. */
uint32_t rd_currency_decimals(rd_str code);
#endif
