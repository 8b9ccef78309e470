/*
 * builder.h - how readers put files into a book.
 *
 * Every format comes down to records of cells. A layout says which cell is which field and
 * how numbers and dates are written; rd_rows_add turns one record into one line of the
 * journal, and reports what it cannot read. A reader with named elements (XML) uses the
 * identity layout: cell index = field.
 *
 * Threads: one rd_rows belongs to one thread. Rows of a file may be parsed by several
 * threads in blocks; rd_rows_commit must be called for the blocks in file order (the caller
 * serialises), which makes ids, notes and row numbers independent of the thread count.
 * All other calls are for one thread at a time.
 *
 * A record that cannot be read is left out whole and noted; a field that cannot be read but is
 * not needed (a bad date) leaves the record in, with the field absent and a note.
 */
#ifndef RD_BOOK_BUILDER_H
#define RD_BOOK_BUILDER_H
#include "base/err.h"
#include "book/book.h"

typedef enum rd_field {
	/* of the voucher: blank cells are carried down from the line above */
	RD_F_ENTRY_ID, /* an id of the entry that is no voucher number */
	RD_F_NUMBER,   /* 凭证号; "记-12" is taken apart into journal and number */
	RD_F_JOURNAL,  /* 凭证字, journal code */
	RD_F_PERIOD,   /* 2024-03, 202403, 3 (then with RD_F_YEAR or the layout's year) */
	RD_F_YEAR,
	RD_F_MONTH,
	RD_F_DAY, /* when the date is spread over columns */
	RD_F_DATE,
	RD_F_PREPARER,
	RD_F_REVIEWER,
	RD_F_POSTER,
	RD_F_POSTED, /* 记账标志: 1, 是, Y, √, true */
	RD_F_VOID,   /* 作废标志, FDELETED */
	RD_F_ATTACHMENTS,
	RD_F_ENTRY_TIME, /* when it was keyed; a time or a date with a time */
	RD_F_SOURCE,     /* module that made the entry */
	/* of the line */
	RD_F_LINE_NO,
	RD_F_ACCOUNT_CODE,
	RD_F_ACCOUNT_NAME,
	RD_F_ACCOUNT, /* code and name in one cell: "1002 银行存款", "1002_银行存款" */
	RD_F_PARTY_CODE,
	RD_F_PARTY_NAME,
	RD_F_CUSTOMER,
	RD_F_SUPPLIER,
	RD_F_EMPLOYEE,
	RD_F_AUX,
	RD_F_TEXT,
	RD_F_DEBIT,
	RD_F_CREDIT,
	RD_F_AMOUNT,
	RD_F_SIDE,     /* one amount and a side (借/贷, D/C, Debit/Credit, 0/1, +1/-1) */
	RD_F_SIGNED,   /* one signed amount: debit positive */
	RD_F_DOCUMENT, /* document number */
	RD_F_DOCUMENT_DATE,
	RD_F_CLEARING,
	RD_F_CURRENCY,
	RD_F_FOREIGN,
	RD_F_FOREIGN_DEBIT,
	RD_F_FOREIGN_CREDIT,
	RD_F_RATE,
	RD_F_QUANTITY,
	RD_F_BALANCE, /* a stated running balance of the account: becomes an assertion */
	RD_F_BALANCE_SIDE,
	/* trial balance */
	RD_F_OPEN,
	RD_F_OPEN_SIDE,
	RD_F_OPEN_D,
	RD_F_OPEN_C,
	RD_F_MOVE_D,
	RD_F_MOVE_C,
	RD_F_YTD_D,
	RD_F_YTD_C,
	RD_F_CLOSE,
	RD_F_CLOSE_SIDE,
	RD_F_CLOSE_D,
	RD_F_CLOSE_C,
	/* chart of accounts */
	RD_F_NORMAL_SIDE, /* 余额方向 */
	RD_F_CLASS,       /* 科目类别 */
	RD_F_OPEN_FROM,
	RD_F_OPEN_TO,
	RD_F_DISABLED,
	RD_F_CURRENCIES,
	RD_F_PARTY_REQUIRED,
	RD_FIELD_COUNT
} rd_field;

/* Stable word of a field for mapping files and messages: "account-code". */
const char *rd_field_name(rd_field f);
rd_words rd_field_words(rd_field f); /* 科目编码, account code */
/* RD_FIELD_COUNT when there is none of that name. */
rd_field rd_field_find(rd_str name);

typedef struct rd_layout {
	int16_t column[RD_FIELD_COUNT]; /* cell index of each field, -1 = absent */
	char mark;                      /* decimal mark: '.' or ',' */
	rd_date_order order;
	bool excel;        /* numbers in date cells are Excel serial days */
	bool carry;        /* date and number stand on a voucher's first line only */
	bool padded;       /* cells are padded with blanks to a fixed width */
	bool slack;        /* sixteen bytes from the start of any cell may be read */
	bool named;        /* cells have names and no places: notes carry no column */
	int32_t year;      /* for periods and days given without a year; 0 = none */
	uint32_t decimals; /* of the base currency; 2 */
	rd_text *heads;    /* head name of each column, for notes; may be NULL */
	uint32_t n_columns;
} rd_layout;

void rd_layout_init(rd_layout *l);     /* nothing mapped, '.', YMD, carry, 2 decimals */
void rd_layout_identity(rd_layout *l); /* cell index = field */

typedef struct rd_builder rd_builder;
typedef struct rd_rows rd_rows;

rd_builder *rd_builder_new(void);
void rd_builder_free(rd_builder *b); /* NULL is fine; not after a successful seal */

/* ---- files ---- */
/* Adds a file and returns its row; RD_LIMIT beyond RD_FILES_MAX. */
RD_NODISCARD rd_rc rd_builder_add_file(rd_builder *b, rd_str name, rd_row *ret_file, rd_err *err);
rd_file *rd_builder_file(rd_builder *b, rd_row file); /* valid until the next add_file */
rd_text rd_builder_text(rd_builder *b, rd_str s);     /* interned; invalid UTF-8 is repaired */
rd_str rd_builder_str(const rd_builder *b, rd_text id);
rd_text *rd_builder_heads(rd_builder *b, uint32_t n); /* room for a layout's heads */

/* Notes something about a record. Kept up to RD_NOTES_MAX for each file and kind (noise such as
 * empty lines: only the first few), always counted. `note->found` etc. come from rd_builder_text.
 */
uint32_t rd_notes_kept(rd_note_kind kind);
void rd_builder_note(rd_builder *b, const rd_note *note);
/* The same from parts: found is cut to 80 bytes. */
void rd_builder_note_at(rd_builder *b, rd_row file, uint32_t line, rd_note_kind kind, bool rejected,
                        rd_str found);

/* ---- journal lines ---- */
/* Says that about so many more lines will come. Sets aside address space, not memory: columns that
 * need not grow and move begin on huge pages. */
void rd_builder_expect(rd_builder *b, uint64_t lines);
rd_rows *rd_rows_new(rd_builder *b, rd_row file, const rd_layout *layout);
void rd_rows_free(rd_rows *r); /* NULL is fine; what was not committed is lost */
/* Call before the first add when several rd_rows of one builder are filled at a time. */
void rd_rows_share(rd_rows *r);
/* One record; the cells are not needed afterwards. */
void rd_rows_add(rd_rows *r, const rd_str *cells, uint32_t n_cells, uint32_t line);
/* Says which record comes after the one that is added next, so that the memory its texts will be
 * looked up in is on its way. Optional; the cells must stay where they are until it is added. */
void rd_rows_hint(rd_rows *r, const rd_str *cells, uint32_t n_cells);
/* States how the records up to the next commit stand in memory. `joined`: their cells stand in one
 * text, with one and the same byte between neighbours that is in no cell, and 64 bytes from the
 * start of any cell may be read. Not joined is the preset. */
void rd_rows_joined(rd_rows *r, bool joined);
/* Notes a record that does not reach rd_rows_add, or noise around one. */
void rd_rows_reject(rd_rows *r, rd_note_kind kind, uint32_t line, bool rejected, rd_str found);
uint32_t rd_rows_count(const rd_rows *r); /* lines since the last commit */
/* Puts the lines into the book, in file order. RD_LIMIT beyond RD_ROWS_MAX. */
RD_NODISCARD rd_rc rd_rows_commit(rd_rows *r, rd_err *err);

/* ---- other tables ---- */
/* One record of a trial balance; `period` is used when the layout has none. */
void rd_builder_add_tb(rd_builder *b, rd_row file, const rd_layout *layout, rd_period period,
                       const rd_str *cells, uint32_t n_cells, uint32_t line);
/* One account of a delivered chart. Opening balances (RD_F_OPEN…) go to the account. */
void rd_builder_add_account(rd_builder *b, rd_row file, const rd_layout *layout,
                            const rd_str *cells, uint32_t n_cells, uint32_t line);
/* One party of a delivered master list (RD_F_PARTY_CODE, RD_F_PARTY_NAME). */
void rd_builder_add_party(rd_builder *b, rd_row file, rd_str code, rd_str name, uint32_t line);
/* A total that the file declares; `computed` is filled by the reader. */
void rd_builder_add_total(rd_builder *b, const rd_total *total);
/* Running sums over the committed and added lines of a file, for declared totals. */
void rd_builder_sums(const rd_builder *b, rd_row file, uint64_t *ret_lines, rd_minor *ret_debit,
                     rd_minor *ret_credit);
void rd_builder_set_base_currency(rd_builder *b, rd_str code);

/* ---- the end ---- */
typedef struct rd_seal_options {
	rd_standard standard; /* stated by the caller; UNKNOWN = recognise */
	uint32_t threads;
} rd_seal_options;

/* Tells entries apart, orders lines, settles accounts and periods. The builder keeps nothing
 * afterwards. Books without a single line or trial balance row are sealed as well. */
RD_NODISCARD rd_rc rd_builder_seal(rd_builder *b, const rd_seal_options *options,
                                   rd_book **ret_book, rd_err *err);
#endif
