/*
 * voucher.h - draft correction vouchers: what an accountant is to enter into the program that keeps
 * the books.
 *
 * A draft has no number: numbers are given by that program. Red is a negative amount on the same
 * side (会计基础工作规范 51条(五)); sides are never swapped. A draft names the voucher it corrects by
 * content (period, journal, number, date), not by row, so that it outlives the next import.
 *
 * Everything lives in the arena that the maker of a draft was given. Pure; any thread.
 */
#ifndef RD_CORRECT_VOUCHER_H
#define RD_CORRECT_VOUCHER_H
#include "base/buf.h"
#include "base/json.h"
#include "book/book.h"

#define RD_DRAFTS_MAX      200u /* vouchers of one correction */
#define RD_DRAFT_LINES_MAX 500u /* lines of one voucher */
#define RD_DRAFT_TEXT_MAX  200u /* characters of a summary */
#define RD_DRAFT_MONEY_MAX                                                                         \
	INT64_C(10000000000000) /* one line, fen: 100 billion yuan; all lines stay in 64 bits */

/* What a draft voucher is for. */
typedef enum rd_draft_role {
	RD_DRAFT_RED,        /* 红字冲销: the whole original in red */
	RD_DRAFT_BLUE,       /* 蓝字更正: what should have been entered */
	RD_DRAFT_LESS,       /* 红字差额: the amount was too large */
	RD_DRAFT_MORE,       /* 补充登记: the amount was too small */
	RD_DRAFT_PRIOR_YEAR, /* 更正以前年度: one blue voucher */
	RD_DRAFT_ENTRY,      /* 补作: an entry that is missing */
	RD_DRAFT_REENTER,    /* 重新填制: in the place of one that is not posted */
	RD_DRAFT_ROLES
} rd_draft_role;
const char *rd_draft_role_name(rd_draft_role role); /* "red" */
rd_words rd_draft_role_words(rd_draft_role role);   /* 红字冲销, red reversal */
bool rd_draft_role_find(rd_str name, rd_draft_role *ret);

/* A voucher by its content; blank parts fit everything. */
typedef struct rd_voucher_ref {
	rd_period period;
	rd_day date;
	rd_str journal, number;
} rd_voucher_ref;

typedef struct rd_draft_line {
	rd_str text;    /* 摘要 */
	rd_str account; /* code */
	rd_str account_name;
	rd_str party; /* key, code or name; empty = none */
	rd_str document;
	rd_str currency; /* empty = that of the books */
	bool credit;
	rd_minor amount; /* on its side; negative = red */
	int64_t foreign, rate;
} rd_draft_line;

typedef struct rd_voucher_draft {
	rd_draft_role role;
	rd_day date;
	rd_period period; /* 0 = that of the date */
	rd_str journal;   /* 凭证字 */
	bool has_original;
	rd_voucher_ref original;
	rd_draft_line *lines;
	uint32_t n_lines;
} rd_voucher_draft;

typedef struct rd_drafts {
	rd_voucher_draft *items;
	uint32_t n;
} rd_drafts;

/* What is wrong with a draft. A warning does not keep it from being approved. */
typedef struct rd_draft_problem {
	uint32_t voucher, line; /* from 0; RD_NONE = the whole voucher, all vouchers */
	const char *field;      /* "date", "account", "debit", … as in the JSON form */
	bool warning;
	char zh[160], en[160];
} rd_draft_problem;
typedef struct rd_draft_problems {
	rd_draft_problem *items;
	uint32_t n, cap, errors; /* errors: those that are no warnings */
} rd_draft_problems;

typedef struct rd_draft_terms {
	rd_period first_open;  /* earlier periods are closed; 0 = as the books say */
	rd_period last_open;   /* 0 = one month after the books end */
	rd_minor amount_limit; /* of one line; 0 = RD_DRAFT_MONEY_MAX */
} rd_draft_terms;

/* Checks drafts against the book they are for: dates in open periods, accounts that exist and have
 * no sub-accounts, parties where the account wants one, debits equal to credits in fen, a red
 * voucher with an original that has these amounts, sizes within the limits. */
void rd_drafts_check(rd_arena *arena, const rd_book *book, const rd_drafts *drafts,
                     const rd_draft_terms *terms, rd_draft_problems *ret);

/* The first period that is taken for open when nobody says: the one after the last period whose
 * profit and loss was closed, else the last one of the books; 0 for a book without any. December
 * stays open: the year's accounts are worked on after its profit was closed. */
rd_period rd_book_first_open(const rd_book *b);

rd_voucher_ref rd_voucher_ref_of(rd_arena *arena, const rd_book *b, rd_row voucher);
/* The voucher of the book that a reference names; RD_NONE when there is none, or several that
 * cannot be told apart. */
rd_row rd_voucher_ref_find(const rd_book *b, const rd_voucher_ref *ref);

rd_minor rd_draft_debit(const rd_voucher_draft *d);
rd_minor rd_draft_credit(const rd_voucher_draft *d);

/* The JSON form, schema "redink.correction/1": an array of vouchers with lines; money in fen as
 * `debit_minor` and `credit_minor`, dates as texts. */
void rd_drafts_json(rd_json *j, const rd_drafts *drafts);
void rd_draft_problems_json(rd_json *j, const rd_draft_problems *problems);
#endif
