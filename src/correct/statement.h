/*
 * statement.h - lines of the balance sheet and income statement, computed from a book.
 *
 * Which accounts a line holds is data (data/statement_lines.csv): for 小企业会计准则 the lines and
 * numbers of 会小企01表 and 会小企02表 (财会〔2011〕17号, annex), for 企业会计准则 the lines of
 * 财会〔2019〕6号 as far as the chart of 2006 has accounts for them. Receivables and payables are
 * put on the side of each partner's balance, as the standards ask. It shows what a correction
 * moves; it is no statement to be filed.
 */
#ifndef RD_CORRECT_STATEMENT_H
#define RD_CORRECT_STATEMENT_H
#include "base/err.h"
#include "correct/holdings.h"

typedef enum rd_statement { RD_STATEMENT_BALANCE, RD_STATEMENT_INCOME } rd_statement;

typedef struct rd_statement_line {
	rd_standard standard;
	rd_statement statement;
	uint32_t line; /* 行次 */
	rd_words name;
	const char *formula; /* see tools/mkstatements.py */
} rd_statement_line;

extern const rd_statement_line rd_statement_lines[]; /* statements.gen.c */
extern const uint32_t rd_statement_lines_n;

/* Values of all lines, in the order of rd_statement_lines, for the end of `period`: balances, and
 * of the income statement the movements of the year so far without closing entries. Lines of
 * another standard than the book's are 0. */
rd_minor *rd_statement_values(rd_arena *arena, const rd_holdings *l, rd_period period);
/* Profit before tax of one year up to `period`; from the accounts' roles, so under any chart.
 * Prior-year adjustments count. */
rd_minor rd_profit_before_tax(const rd_holdings *l, rd_period period);
#endif
