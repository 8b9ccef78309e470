/*
 * bank.h - bank statements in: tables as Chinese banks export them (CSV, XLSX), OFX and SWIFT
 * MT940.
 *
 * What a file is is told by its content. Tables are read by the same code as books (text.h,
 * xlsx.h); here their heads are a bank's. A bad record is a note of the statement with its line; a
 * file without a statement is RD_INPUT and says what is missing. Nothing is guessed silently:
 * dates that can be read two ways are RD_ASK.
 *
 * Reads the file it is given and nothing else: no network, no clock. One call, one thread.
 */
#ifndef RD_IO_BANK_H
#define RD_IO_BANK_H
#include "book/bank.h"
#include "io/reader.h"

/* mapping: encoding, delimiter, mark, order, head_row and sheet are used; NULL = recognise.
 * *ret_bank is sealed and the caller's to free. */
RD_NODISCARD rd_rc rd_bank_read_path(const char *path, const rd_mapping *mapping,
                                     rd_bank **ret_bank, rd_err *err);
/* The same from an open regular file, which stays open; `name` is for messages. */
RD_NODISCARD rd_rc rd_bank_read_fd(int fd, const char *name, const rd_mapping *mapping,
                                   rd_bank **ret_bank, rd_err *err);
/* The same from bytes in memory: no call of the system is made. A few bytes behind them must be
 * readable, as for rd_source. */
RD_NODISCARD rd_rc rd_bank_read_memory(const char *data, uint64_t bytes, const char *name,
                                       const rd_mapping *mapping, rd_bank **ret_bank, rd_err *err);

/* ---- between the readers ---- */

typedef enum rd_bank_field {
	RD_BF_DATE,   /* of the transaction */
	RD_BF_TIME,   /* a time of day, or date and time */
	RD_BF_BOOKED, /* 记账日期, where there is no other date */
	RD_BF_IN,     /* in and out in words that leave no doubt */
	RD_BF_OUT,
	RD_BF_CREDIT, /* 贷方, 借方 alone: the bank's view unless the balances say otherwise */
	RD_BF_DEBIT,
	RD_BF_AMOUNT,
	RD_BF_FLAG, /* 借贷标志, 收/付 */
	RD_BF_BALANCE,
	RD_BF_PARTY,
	RD_BF_PARTY_ACCOUNT,
	RD_BF_PARTY_BANK,
	RD_BF_PAYER, /* both sides of the payment stand in the row: the other one is the party */
	RD_BF_PAYER_ACCOUNT,
	RD_BF_PAYER_BANK,
	RD_BF_PAYEE,
	RD_BF_PAYEE_ACCOUNT,
	RD_BF_PAYEE_BANK,
	RD_BF_SUMMARY,
	RD_BF_PURPOSE,
	RD_BF_SERIAL,
	RD_BF_RECEIPT,
	RD_BF_OWN_ACCOUNT,
	RD_BF_OWN_NAME,
	RD_BF_CURRENCY,
	RD_BF_TYPE, /* 来账, 往账 and the like */
	RD_BF_COUNT
} rd_bank_field;

/* Field of a head cell as it stands in the file; RD_BF_COUNT = not known. `rank`: of several
 * columns of one field the least is the one (0 first). */
rd_bank_field rd_bank_head(rd_str cell, uint32_t *ret_rank);
/* bank_table.c: rows of a table. The taker's ctx is an rd_bank_table. */
typedef struct rd_bank_table rd_bank_table;
rd_bank_table *rd_bank_table_new(rd_bank *b, const rd_mapping *mapping);
void rd_bank_table_free(rd_bank_table *t); /* NULL is fine */
rd_taker rd_bank_table_taker(rd_bank_table *t);

RD_NODISCARD rd_rc rd_bank_read_table(rd_source *s, rd_bank_table *t, rd_bank *b, rd_err *err);
bool rd_bank_is_ofx(rd_str head);
RD_NODISCARD rd_rc rd_bank_read_ofx(rd_source *s, rd_bank *b, rd_err *err);
bool rd_bank_is_mt940(rd_str head);
RD_NODISCARD rd_rc rd_bank_read_mt940(rd_source *s, rd_bank *b, rd_err *err);
#endif
