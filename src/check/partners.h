/*
 * partners.h - how the index of partner balances (index.h) is made and read.
 *
 * A pair of account and party 0 holds the lines that name no party. Where partners are
 * kept as sub-accounts (1122-01 某某公司) that pair is the partner, named by the account.
 * Void vouchers do not count. The opening voucher of the first period is read as openings, those of
 * later years are left out: they carry what the lines before them already say.
 */
#ifndef RD_CHECK_PARTNERS_H
#define RD_CHECK_PARTNERS_H
#include "check/index.h"

/* Pure: the index of `b`, in `arena`. */
rd_partners *rd_partners_build(rd_arena *arena, const rd_book *b);

/* The opening voucher counts as opening (it stands in the first period of the books). */
bool rd_opening_counts(const rd_book *b, rd_row voucher);

/* A party, or a leaf below a partner account, which stands for one. */
bool rd_partner_is_named(const rd_book *b, const rd_partner *p);
/* Name of the party or of the account that stands for it. */
rd_text rd_partner_text(const rd_book *b, const rd_partner *p);

/* The same as a fact "partner"; of a path name of an account only the last part. */
rd_fact rd_partner_fact(const rd_book *b, const rd_partner *p);

/* First item of an account (items stand by account); the end is the first of account + 1. */
uint32_t rd_partners_from(const rd_partners *all, rd_row account);

/* Debit positive; means something only when opening_known. */
static inline rd_minor rd_partner_balance(const rd_partner *p)
{
	return p->opening + p->debit - p->credit;
}
#endif
