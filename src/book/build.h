/*
 * build.h - the inside of a builder: private to src/book.
 *
 * While building, the journal is two tables: lines, and runs of neighbouring lines whose voucher
 * fields (number, date, preparer, document …) are the same. Accounts and parties are
 * texts until the seal. Sealing turns runs into vouchers.
 */
#ifndef RD_BOOK_BUILD_H
#define RD_BOOK_BUILD_H
#include "base/threads.h"
#include "book/builder.h"
#include "book/store.h"

enum line_column {
	L_AMOUNT,
	L_FLAGS,
	L_ACCOUNT,
	L_PARTY,
	L_TEXT,
	L_DOCUMENT_DATE,
	L_CLEARING,
	L_CURRENCY,
	L_FOREIGN,
	L_RATE,
	L_RATE_DIGITS,
	L_COLUMNS
};
enum run_column {
	R_FIRST,
	R_ENTRY,
	R_NUMBER,
	R_DOCUMENT,
	R_JOURNAL,
	R_PERIOD,
	R_DATE,
	R_PREPARER,
	R_REVIEWER,
	R_POSTER,
	R_ATTACHMENTS,
	R_TIME,
	R_FLAGS,
	R_COLUMNS
};
#define RD_TABLE_COLUMNS 13

/* Columns of one length; unused ones are NULL. */
typedef struct rd_table {
	void *col[RD_TABLE_COLUMNS];
	uint8_t size[RD_TABLE_COLUMNS];
	bool used[RD_TABLE_COLUMNS];
	uint32_t n_cols, n, cap;
} rd_table;

void rd_table_lines(rd_table *t);
void rd_table_runs(rd_table *t);
void rd_table_use(rd_table *t, uint32_t column);  /* blank for the rows that are there */
void rd_table_drop(rd_table *t, uint32_t column); /* gives its memory back */
void rd_table_room(rd_table *t, uint32_t n);      /* capacity for n rows */
void rd_table_done(rd_table *t);
size_t rd_table_bytes(const rd_table *t, uint32_t column);

#define rd_col(t, type, c) ((type *)(t).col[c])

typedef struct rd_alias_slot {
	rd_text code, name;
	bool is_party;
	uint32_t lines;
	rd_day first, last;
	uint32_t row; /* first line, as position in reading order */
} rd_alias_slot;

typedef struct rd_declared { /* one account of a chart */
	rd_text code, name, currencies, class_text;
	rd_side side;
	uint32_t flags;
	rd_day from, to;
	rd_minor open_natural; /* as written when the file has one unsigned column */
	rd_minor open_debit;   /* debit minus credit when sides are known */
	bool natural;
	rd_row file;
	uint32_t line;
} rd_declared;

typedef struct rd_tb_raw {
	rd_period period;
	rd_text account, name, party;
	uint16_t present;
	bool natural; /* balances stand in one column on the account's own side */
	rd_minor amount[RD_TB_COLUMNS];
	rd_row file;
	uint32_t line;
} rd_tb_raw;

typedef struct rd_party_raw {
	rd_text code, name;
	bool declared;
} rd_party_raw;

typedef struct rd_assert_raw {
	rd_row line; /* reading order */
	rd_text account;
	rd_minor balance;
	uint32_t file_line;
	rd_row file;
} rd_assert_raw;

struct rd_builder {
	rd_book_store *store; /* handed to the book at the seal */
	rd_book *book;
	rd_arena *arena;  /* the store's */
	bool sealed;      /* the book owns everything now */
	uint32_t threads; /* of the seal */
	rd_table lines, runs;
	uint32_t has;
	rd_text base_currency;
	uint32_t n_files, cap_files;
	rd_file *files;
	uint32_t n_notes, cap_notes;
	rd_note *notes;
	uint32_t n_segments, cap_segments;
	rd_segment *segments;
	uint32_t n_both, cap_both;
	rd_both *both;
	uint32_t n_declared, cap_declared;
	rd_declared *declared;
	uint32_t n_tb, cap_tb;
	rd_tb_raw *tb;
	uint32_t n_parties, cap_parties;
	rd_party_raw *parties;
	uint32_t n_asserts, cap_asserts;
	rd_assert_raw *asserts;
	uint32_t n_totals, cap_totals;
	rd_total *totals;
	struct rd_sums {
		uint64_t lines;
		rd_minor debit, credit;
		bool total_pending; /* a 合计 row was the last record so far */
		rd_minor total_debit, total_credit;
		uint32_t total_line;
	} * sums; /* by file, RD_FILES_MAX + 1 of them */
	/* aliases: open addressing by (code, name) */
	rd_alias_slot *aliases;
	uint32_t n_aliases, alias_mask;
};

/* Adds uses of a name for a code. */
void rd_alias_use(rd_builder *b, const rd_alias_slot *use);
/* The side mark of a cell (借, D, Debit, 1 …): BOTH when it is none. blank sets *ret_blank. */
rd_side rd_side_parse(rd_str s, bool *ret_blank);
bool rd_flag_parse(rd_str s); /* 是, 1, Y, true, √ … */
/* The text is a total, a carried-forward row or another row that is no record. */
bool rd_text_is_total(rd_str s, bool *ret_grand);

/* entry.c: tells entries apart. Groups are numbered in the order of their first line. */
typedef struct rd_entries {
	uint32_t key;         /* rd_key_part bits */
	uint32_t n;           /* vouchers */
	uint32_t *group;      /* voucher of each run; NULL = every run is one voucher */
	uint32_t *line_group; /* when cut: voucher of each line, and `group` is not used */
	uint32_t open;
} rd_entries;
void rd_entries_find(rd_builder *b, rd_arena *scratch, rd_entries *ret);

/* seal.c: runs `task` for RD_SEAL_CUTS ranges of `rows` rows; range k is from rd_seal_cut(rows, k)
 * to rd_seal_cut(rows, k + 1). Few rows are not worth a second thread. */
#define RD_SEAL_CUTS 16u
uint32_t rd_seal_threads(const rd_builder *b, uint32_t rows);
void rd_seal_parallel(const rd_builder *b, uint32_t rows, rd_task *task, void *ctx);
static inline uint32_t rd_seal_cut(uint32_t rows, uint32_t k)
{
	return (uint32_t)((uint64_t)rows * k / RD_SEAL_CUTS);
}
/* order.c: runs and groups become vouchers; lines are put in voucher order. */
void rd_seal_vouchers(rd_builder *b, rd_arena *scratch, const rd_entries *entries);
/* masters.c: texts become accounts and parties; trial balance rows are settled. */
void rd_seal_masters(rd_builder *b, rd_arena *scratch, rd_standard stated);
#endif
