/*
 * gbt.h - the balances of the Chinese data interface standards, between gbt.c and gbt_balance.c.
 *
 * 科目余额及发生额 comes as one row for each account, currency and set of auxiliary items, with
 * or without a row for the account as a whole. The rows of a file are collected and
 * turned into one row for the account (the rows without auxiliary items when there are
 * any, else the sum of all) and one for each party.
 */
#ifndef RD_IO_GBT_H
#define RD_IO_GBT_H
#include "io/record.h"

typedef struct rd_gbt_balance {
	rd_period period;
	rd_text account, party; /* party: 0 = none or not known */
	bool plain;             /* the row has no auxiliary item */
	bool open_credit, close_credit;
	rd_minor open, debit, credit, close;
	uint32_t line;
} rd_gbt_balance;

typedef struct rd_gbt_balances {
	rd_arena *arena;
	rd_gbt_balance *rows;
	uint32_t n, cap;
	/* accounts whose chart says that their balance is a credit balance */
	rd_text *credit;
	uint32_t n_credit, cap_credit;
	bool sides; /* rows say on which side their balances stand (24589) */
} rd_gbt_balances;

void rd_gbt_balances_add(rd_gbt_balances *b, const rd_gbt_balance *row);
void rd_gbt_balances_credit(rd_gbt_balances *b, rd_text account);
/* Puts what was collected into the book. */
void rd_gbt_balances_end(rd_gbt_balances *b, rd_builder *builder, rd_row file);
#endif
