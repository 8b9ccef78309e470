/*
 * chart.h - what accounts mean: roles, sides and classes under the Chinese charts (小企业会计
 * 准则, 企业会计准则, compiled in from data/coa_*.csv) and, by code, the French plan comptable.
 * Roles are found by name first, code second; sub-accounts inherit. Sources: 财会〔2011〕17号
 * annex; 企业会计准则应用指南 2006; PCG (règlement ANC 2014-03).
 */
#ifndef RD_BOOK_CHART_H
#define RD_BOOK_CHART_H
#include "base/err.h"
#include "book/book.h"

typedef struct rd_chart_entry {
	const char *code, *name_zh, *name_en;
	rd_class class_of;
	rd_side side;
} rd_chart_entry;

extern const rd_chart_entry rd_chart_small[], rd_chart_enterprise[];
extern const uint32_t rd_chart_small_n, rd_chart_enterprise_n;

/* Fills standard, class, role, side, parent, level and leaf flags of all accounts. */
void rd_chart_apply(rd_book *b, rd_standard stated);
/* The account of a standard chart with this code; NULL without one, and for other charts. */
const rd_chart_entry *rd_chart_find(rd_standard standard, rd_str code);
/* Class, role and side of one account that came after, under the book's standard. */
void rd_chart_settle(rd_book *b, rd_row account);

bool rd_role_is_pl(rd_role role); /* revenue, expense, … : closed to profit */
bool rd_role_is_expense(rd_role role);
bool rd_role_is_income(rd_role role);
/* Receivable, prepayment, other receivable, payable, advance, other payable. */
bool rd_role_has_partner(rd_role role);
const char *rd_role_name(rd_role role); /* "other-receivable" */
rd_words rd_role_words(rd_role role);
#endif
