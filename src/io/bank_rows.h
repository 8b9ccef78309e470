/*
 * bank_rows.h - a table of a bank statement between its two files: bank_table.c finds the head and
 * keeps the rows, bank_rows.c reads them. Private to src/io.
 */
#ifndef RD_IO_BANK_ROWS_H
#define RD_IO_BANK_ROWS_H
#include "io/bank.h"
#include "io/heads.h"

typedef struct rd_bank_row {
	uint32_t line;
	rd_str *cells; /* of the fields in use, trimmed */
	rd_str first;  /* the first cell that is not blank */
} rd_bank_row;

/* What stands above the head; texts of the statement. */
typedef struct rd_bank_titles {
	rd_text account, holder, bank, currency;
	rd_minor opening, closing;
	bool has_opening, has_closing;
} rd_bank_titles;

struct rd_bank_table {
	rd_arena *self, *arena; /* the table; its rows */
	rd_bank *bank;
	const rd_mapping *mapping;
	bool excel, chinese;
	uint32_t seen, head_line; /* rows before the head; 0 = not found yet */
	int16_t column[RD_BF_COUNT], other[RD_BF_COUNT];
	rd_str heads[RD_BF_COUNT];
	uint8_t used[RD_BF_COUNT];
	uint32_t n_used;
	rd_bank_row *rows;
	uint32_t n_rows, cap_rows;
	rd_bank_titles titles;
	/* how the columns are written, decided before the first line is read */
	rd_date_order order;
	char mark;
	bool out_signed;    /* money out is written with a minus in its column */
	bool amount_signed; /* the one amount has its sign, the mark says it again */
};

/* Cell of a field, empty when the table has no such column. */
rd_str rd_bank_row_cell(const rd_bank_table *t, const rd_bank_row *r, rd_bank_field f);
/* All rows into lines and notes of the statement. */
RD_NODISCARD rd_rc rd_bank_rows_lines(rd_bank_table *t, rd_err *err);
#endif
