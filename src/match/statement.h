/*
 * statement.h - 银行存款余额调节表: why the balance in the books is not the balance at the bank.
 *
 * Both balances are adjusted by what the other side has not recorded yet, on one day:
 *
 *	books + 银行已收企业未收 - 银行已付企业未付  =  bank + 企业已收银行未收 - 企业已付银行未付
 *
 * (会计基础工作规范, 各单位应当定期对会计账簿记录与银行对账单核对.) An item counts as open when it is in
 * no match, or when something of its match lies behind the day. A match of unequal amounts, which
 * only a person can accept, leaves its difference open on the bank's side.
 *
 * Lines of the books before the statement's first day serve to be matched; those that are not are
 * the business of an earlier reconciliation, unless asked for. What the books and the bank
 * differed by on that day is told, so that a difference can be traced to it.
 */
#ifndef RD_MATCH_STATEMENT_H
#define RD_MATCH_STATEMENT_H
#include "match/reconcile.h"

typedef enum rd_recon_class {
	RD_RECON_BANK_IN,  /* 银行已收企业未收 */
	RD_RECON_BANK_OUT, /* 银行已付企业未付 */
	RD_RECON_BOOK_IN,  /* 企业已收银行未收 */
	RD_RECON_BOOK_OUT, /* 企业已付银行未付 */
	RD_RECON_CLASSES
} rd_recon_class;

rd_words rd_recon_class_words(rd_recon_class c);
const char *rd_recon_class_name(rd_recon_class c); /* "bank-in" */

typedef struct rd_recon_open {
	uint32_t item;   /* position on its side */
	rd_minor amount; /* positive but for red lines */
} rd_recon_open;

typedef struct rd_recon_ends {
	rd_day as_of, from;                  /* of the statement */
	rd_minor book_balance, bank_balance; /* at the end of as_of */
	rd_minor book_opening, bank_opening; /* before `from` */
	bool bank_known;                     /* the statement tells balances */
	bool with_earlier; /* unmatched lines of the books before `from` are open items, too */
} rd_recon_ends;

typedef struct rd_recon_sheet {
	rd_recon_ends ends;
	uint32_t n[RD_RECON_CLASSES];
	rd_recon_open *open[RD_RECON_CLASSES]; /* by day, then row */
	rd_minor sum[RD_RECON_CLASSES];
	rd_minor adjusted_book, adjusted_bank;
	rd_minor difference;   /* bank minus book after adjustment; 0 = it agrees */
	rd_minor opening_left; /* of it: what was apart before the statement began */
	uint32_t earlier;      /* unmatched lines before `from` that were left out */
} rd_recon_sheet;

/* Everything in `a`. */
void rd_recon_sheet_make(rd_arena *a, const rd_recon *r, const rd_recon_ends *ends,
                         rd_recon_sheet *ret_sheet);
/* Balance of a part's lines at the end of a day: what the line says, else by adding up. */
rd_minor rd_recon_bank_balance(const rd_bank *bank, rd_str account, rd_day day, bool *ret_known);
#endif
