/*
 * wording.h - what summaries say: lists of words, and references to another voucher such
 * as 注销8月3日记-15号凭证 ("cancels voucher 记-15 of 3 August").
 *
 * Pure functions on texts. Latin letters match in either case; nothing is translated.
 */
#ifndef RD_CHECK_WORDING_H
#define RD_CHECK_WORDING_H
#include "book/book.h"

/* Up to 32 words, prepared for one pass over a text. The words are borrowed. */
typedef struct rd_lexicon {
	uint32_t starts[256]; /* words that may start with this byte, one bit each */
	uint8_t pairs[8192];  /* one bit for each two bytes that a word starts with */
	rd_str words[32];
	uint32_t n;
} rd_lexicon;

void rd_lexicon_init(rd_lexicon *l, const char *const *words, uint32_t n);
/* One bit for each word that stands in `s`. */
uint32_t rd_lexicon_find(const rd_lexicon *l, rd_str s);
/* Whether each text of the book holds any of the words, by text id. NULL when none does. */
bool *rd_lexicon_marks(rd_arena *a, const rd_book *b, const rd_lexicon *l);

/* Words that say "this cancels something", and words of business that is negative by nature
 * (returns, discounts). Bits of rd_lexicon_find with rd_lexicon_corrections. */
enum {
	RD_WORD_CANCEL = 1 << 0,  /* 注销 冲销 红冲 红字 冲回 storno reversal … */
	RD_WORD_CORRECT = 1 << 1, /* 更正 订正 correction of */
	RD_WORD_NATURE = 1 << 2,  /* 退货 折让 返利 return discount … */
	RD_WORD_ACCRUAL = 1 << 3, /* 暂估 预提 accrual */
	RD_WORD_REVALUE = 1 << 4, /* 调汇 重估 revaluation */
};
/* Groups of words that a text holds. */
uint32_t rd_correction_words(rd_str s);
/* By text id; NULL when no text of the book holds any. */
uint8_t *rd_correction_texts(rd_arena *a, const rd_book *b);
/* All groups that the lines of a voucher hold; `words` is from rd_correction_texts. */
uint32_t rd_voucher_words(const rd_book *b, const uint8_t *words, rd_row voucher);

/* A voucher as a summary names it; 0 and "" are parts that it does not say. */
typedef struct rd_reference {
	int32_t year, month, day;
	uint64_t number; /* 0 = no number */
	rd_str journal;  /* 记, 收, JE: what stands before the number */
} rd_reference;

/* True when `s` speaks of a cancelled or corrected voucher and names its number. */
bool rd_reference_parse(rd_str s, rd_reference *ret);
/* The first reference of the lines of a voucher. */
bool rd_voucher_reference(const rd_book *b, const uint8_t *words, rd_row voucher,
                          rd_reference *ret);
/* Whether `voucher` is what `ref`, written in a voucher of day `from`, names. A part that is
 * not said fits everything. */
bool rd_reference_fits(const rd_book *b, const rd_reference *ref, rd_row voucher);
#endif
