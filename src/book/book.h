/*
 * book.h - one client's books as columns.
 *
 * A book is filled through book/builder.h and sealed (rd_builder_seal); from then on it
 * is immutable and may be read by any number of threads. Everything in it lives until
 * rd_book_free. References between tables are row numbers; repeated text is an id into
 * the dictionary. Id 0 and row 0 mean "absent" in texts, accounts, parties and files
 * (each of these tables has a blank row 0); vouchers and lines start at 0 and use
 * RD_NONE for absent.
 *
 * Lines of one voucher stand together: voucher v owns lines first[v] .. first[v+1]-1.
 * Vouchers stand in the order of their first line in the files. A column pointer that is
 * NULL was in no file. Amounts keep side and sign as written: a red (negative) amount on
 * the debit side is not a credit.
 */
#ifndef RD_BOOK_BOOK_H
#define RD_BOOK_BOOK_H
#include "base/arena.h"
#include "base/day.h"
#include "base/money.h"
#include "base/str.h"

typedef uint32_t rd_row;
typedef uint32_t rd_text;   /* id in the dictionary; 0 = "" */
typedef uint64_t rd_serial; /* a number as printed (book/serial.h); 0 = blank */
#define RD_NONE UINT32_MAX

/* What was in the files: what a check may need. rd_book.has holds these bits. */
enum rd_has {
	RD_HAS_LINES = 1 << 0,
	RD_HAS_ENTRY_NO = 1 << 1, /* voucher numbers */
	RD_HAS_DATE = 1 << 2,
	RD_HAS_PERIOD = 1 << 3,  /* a period column of its own */
	RD_HAS_JOURNAL = 1 << 4, /* 凭证字 or journal code */
	RD_HAS_ACCOUNT = 1 << 5,
	RD_HAS_PARTY = 1 << 6,
	RD_HAS_DOCUMENT_NO = 1 << 7,
	RD_HAS_DOCUMENT_DATE = 1 << 8,
	RD_HAS_TEXT = 1 << 9,
	RD_HAS_CURRENCY = 1 << 10, /* currency or foreign amount */
	RD_HAS_PREPARER = 1 << 11,
	RD_HAS_REVIEWER = 1 << 12,
	RD_HAS_POSTER = 1 << 13, /* poster or posted mark */
	RD_HAS_ATTACHMENTS = 1 << 14,
	RD_HAS_ENTRY_TIME = 1 << 15,
	RD_HAS_CLEARING = 1 << 16,  /* lettrage, 核销 */
	RD_HAS_ASSERTION = 1 << 17, /* stated balances among the lines */
	RD_HAS_CHART = 1 << 18,     /* a list of accounts was delivered */
	RD_HAS_OPENING = 1 << 19,   /* opening balances from any source */
	RD_HAS_TRIAL_BALANCE = 1 << 20,
	RD_HAS_CONTROL_TOTALS = 1 << 21,
	RD_HAS_RAW = 1 << 22, /* read from files (always, but in unit tests) */
	RD_HAS_PARTY_MASTER = 1 << 23,
	RD_HAS_FILE_PERIOD = 1 << 24, /* a file declares the period or year it covers */
};

/* ---- files and what the reader met ---- */

typedef enum rd_file_kind {
	RD_FILE_OTHER,
	RD_FILE_JOURNAL,
	RD_FILE_TRIAL_BALANCE,
	RD_FILE_CHART,
	RD_FILE_PARTIES,
	RD_FILE_STANDARD, /* one file with several tables (SAF-T, GB/T) */
} rd_file_kind;

/* What can be noted about a record or a file. The order is the order of reports. */
typedef enum rd_note_kind {
	RD_NOTE_READ_AS,        /* information: what was recognised */
	RD_NOTE_COLUMN_MISSING, /* a column that the layout needs; found = its name */
	RD_NOTE_FIELD_COUNT,    /* fields differ from the head; found = how many */
	RD_NOTE_EMPTY_LINE,
	RD_NOTE_BOM,
	RD_NOTE_STRAY_CR,
	RD_NOTE_NUL,
	RD_NOTE_PADDING,
	RD_NOTE_TRAILING_COLUMN,
	RD_NOTE_BYTES_INVALID, /* bytes outside the file's encoding */
	RD_NOTE_MOJIBAKE,      /* text that was decoded wrongly before */
	RD_NOTE_DATE_BAD,
	RD_NOTE_PERIOD_BAD,
	RD_NOTE_AMOUNT_BAD,
	RD_NOTE_DECIMALS, /* more decimals than the currency has; value was rounded */
	RD_NOTE_SIDE_BAD, /* a debit/credit mark that is neither */
	RD_NOTE_QUOTE,    /* quoting broken */
	RD_NOTE_CELL_LONG,
	RD_NOTE_ROW_REJECTED, /* any other reason; `found` tells */
	RD_NOTE_SKIPPED,      /* totals, carried-forward rows, signatures: not records */
	RD_NOTE_SIDE_VIEW,    /* declared debit/credit side contradicts the running balance */
	RD_NOTE_KINDS
} rd_note_kind;

typedef struct rd_note {
	rd_row file;
	uint32_t line; /* 1-based; 0 = the whole file */
	rd_note_kind kind;
	uint16_t column;          /* 1-based column of the table; 0 = none */
	bool rejected;            /* the record was left out of the books */
	rd_minor amount;          /* amount of a rejected record when it could be read */
	rd_text field;            /* head name of the column, 0 = none */
	rd_text found;            /* what stood there (cut to 80 bytes), 0 = nothing */
	rd_text hint_zh, hint_en; /* what to do; 0 = the kind's usual hint */
} rd_note;

typedef struct rd_file {
	rd_text name;     /* path as given, "#Sheet" added for a sheet */
	rd_text format;   /* "csv", "xlsx", "fec", "saf-t", "gbt-24589", … */
	rd_text encoding; /* "UTF-8", "GB18030", … */
	rd_text layout;   /* what was recognised, for people, zh|en joined by '\n' */
	rd_file_kind kind;
	uint64_t bytes;
	uint8_t sha256[32];
	bool has_sha256;
	uint32_t head_line; /* line of the head row; 0 = none */
	uint32_t columns;
	uint64_t records;                   /* records read into the books */
	uint64_t rejected;                  /* records left out */
	uint64_t skipped;                   /* totals, blank rows and the like */
	uint32_t notes[RD_NOTE_KINDS];      /* how many of each kind (all, kept or not) */
	uint32_t note_first[RD_NOTE_KINDS]; /* first line of each kind */
	/* what the file says about itself; 0 or RD_DAY_NONE = nothing */
	rd_text company, company_id, standard; /* 会计核算单位, tax id, accounting standard */
	int32_t year;
	rd_day from, to;         /* declared period */
	bool identity_from_name; /* year or period came from the file's name */
} rd_file;

/* A total that a file states about itself. Compared by the check control-totals-differ. */
typedef enum rd_total_kind {
	RD_TOTAL_ENTRIES,
	RD_TOTAL_LINES,
	RD_TOTAL_DEBIT,
	RD_TOTAL_CREDIT
} rd_total_kind;
typedef struct rd_total {
	rd_row file;
	uint32_t line;
	rd_total_kind kind;
	rd_text scope;    /* 0 = whole file; else a journal */
	rd_period period; /* 0 = all */
	int64_t declared; /* count or minor units */
	int64_t computed; /* over the same scope, by the reader */
} rd_total;

/* ---- accounts, parties ---- */

typedef enum rd_class {
	RD_CLASS_UNKNOWN,
	RD_CLASS_ASSET,
	RD_CLASS_LIABILITY,
	RD_CLASS_COMMON,
	RD_CLASS_EQUITY,
	RD_CLASS_COST,
	RD_CLASS_PL,
	RD_CLASS_MEMO,
} rd_class;

/* What an account is for. Found by name first, code second (book/chart.h). */
typedef enum rd_role {
	RD_ROLE_NONE,
	RD_ROLE_CASH,
	RD_ROLE_BANK,
	RD_ROLE_OTHER_MONEY,
	RD_ROLE_NOTES_RECEIVABLE,
	RD_ROLE_RECEIVABLE,
	RD_ROLE_PREPAYMENT,
	RD_ROLE_OTHER_RECEIVABLE,
	RD_ROLE_STOCK,
	RD_ROLE_FIXED_ASSET,
	RD_ROLE_DEPRECIATION,
	RD_ROLE_DISPOSAL,
	RD_ROLE_INTANGIBLE,
	RD_ROLE_SUSPENSE,
	RD_ROLE_SHORT_LOAN,
	RD_ROLE_LONG_LOAN,
	RD_ROLE_NOTES_PAYABLE,
	RD_ROLE_PAYABLE,
	RD_ROLE_ADVANCE,
	RD_ROLE_WAGES,
	RD_ROLE_TAX,
	RD_ROLE_OTHER_PAYABLE,
	RD_ROLE_CAPITAL,
	RD_ROLE_RESERVE,
	RD_ROLE_PROFIT,   /* 本年利润 */
	RD_ROLE_RETAINED, /* 利润分配 */
	RD_ROLE_PRODUCTION,
	RD_ROLE_OVERHEAD,
	RD_ROLE_MACHINE_WORK,
	RD_ROLE_REVENUE,
	RD_ROLE_OTHER_INCOME,
	RD_ROLE_NONOP_INCOME,
	RD_ROLE_COST_OF_SALES,
	RD_ROLE_TAX_SURCHARGE,
	RD_ROLE_SELLING,
	RD_ROLE_ADMIN,
	RD_ROLE_FINANCE,
	RD_ROLE_OTHER_EXPENSE,
	RD_ROLE_NONOP_EXPENSE,
	RD_ROLE_INCOME_TAX,
	RD_ROLE_PRIOR_YEAR, /* 以前年度损益调整 */
	RD_ROLE_COUNT
} rd_role;

typedef enum rd_side { RD_SIDE_BOTH, RD_SIDE_DEBIT, RD_SIDE_CREDIT } rd_side;

enum rd_account_flag {
	RD_ACC_DECLARED = 1 << 0, /* stands in a delivered chart or account list */
	RD_ACC_LEAF = 1 << 1,     /* has no sub-account in the books */
	RD_ACC_DISABLED = 1 << 2,
	RD_ACC_PARTY_REQUIRED = 1 << 3, /* 辅助核算必录 */
	RD_ACC_FOREIGN = 1 << 4,        /* 外币核算; currencies in `currencies` */
	RD_ACC_FOREIGN_KNOWN = 1 << 5,  /* the chart has a currency column at all */
	RD_ACC_HAS_LINES = 1 << 6,
	RD_ACC_IN_TRIAL_BALANCE = 1 << 7,
	RD_ACC_OPENING = 1 << 8,      /* opening balance known */
	RD_ACC_CONTRA = 1 << 9,       /* 累计…, …准备, 差异: the other side than its class */
	RD_ACC_SIDE_STATED = 1 << 10, /* the side is the chart's own, not derived */
};

typedef struct rd_accounts {
	rd_row n; /* row 0 is "no account" */
	rd_text *code, *name;
	rd_row *parent;    /* 0 = none */
	uint8_t *level;    /* 1 = root */
	uint8_t *class_of; /* rd_class */
	uint8_t *role;     /* rd_role; sub-accounts inherit */
	uint8_t *side;     /* rd_side the balance normally has; BOTH = either or unknown */
	uint32_t *flags;
	rd_day *open_from, *open_to; /* life of the account; RD_DAY_NONE = no limit */
	rd_text *currencies;         /* allowed codes joined by '|', 0 = base currency */
	rd_minor *opening;           /* debit positive, at the start of the books */
	rd_row *file;                /* where it was declared; 0 = nowhere */
	uint32_t *file_line;
} rd_accounts;

typedef struct rd_parties {
	rd_row n;     /* row 0 is "no party" */
	rd_text *key; /* code when there is one, else the name: what makes it one */
	rd_text *code, *name;
	uint8_t *declared; /* stands in a delivered master list */
} rd_parties;

/* A name that was used for a code, for code-with-several-names. */
typedef struct rd_alias {
	bool is_party;
	rd_row row; /* account or party */
	rd_text name;
	uint32_t lines;
	rd_day first, last;
	rd_row file; /* place of the first use */
	uint32_t file_line;
} rd_alias;

/* ---- vouchers and lines ---- */

enum rd_voucher_flag {
	RD_VCH_VOID = 1 << 0,     /* 作废 */
	RD_VCH_POSTED = 1 << 1,   /* posted mark or poster present */
	RD_VCH_OPENING = 1 << 2,  /* carries opening balances */
	RD_VCH_CLOSING = 1 << 3,  /* closes P&L accounts to the profit of the year */
	RD_VCH_DATE_BAD = 1 << 4, /* the date cell could not be read */
	RD_VCH_MANUAL = 1 << 5,   /* source says keyed by hand */
};

#define RD_ATTACHMENTS_BLANK (-1)

typedef struct rd_vouchers {
	rd_row n;
	rd_row *first; /* n + 1 */
	rd_day *date;
	rd_period *period; /* of the column, else of the date; 0 = none */
	rd_serial *number;
	rd_text *journal; /* NULL-able, as are those below */
	rd_text *preparer, *reviewer, *poster;
	int32_t *attachments; /* RD_ATTACHMENTS_BLANK = blank cell */
	int32_t *entry_time;  /* minute of the day, -1 = none */
	rd_serial *document;  /* when one voucher has one document; else line.document */
	uint8_t *flags;
} rd_vouchers;

enum rd_line_flag {
	RD_LINE_CREDIT = 1 << 0,       /* the amount stands on the credit side */
	RD_LINE_BOTH = 1 << 1,         /* both sides filled: rd_line_credit has the other one */
	RD_LINE_AMOUNT_BLANK = 1 << 2, /* no amount at all was written */
	RD_LINE_FOREIGN = 1 << 3,      /* foreign amount or rate present */
	RD_LINE_QUANTITY = 1 << 4,     /* a quantity is present */
	RD_LINE_ASSERT = 1 << 5,       /* states a balance: see `assertions` */
	RD_LINE_RATE = 1 << 6,         /* a rate is present */
};

typedef struct rd_lines {
	rd_row n;
	rd_minor *amount; /* on its side, as written */
	uint8_t *flags;
	rd_row *account, *party;
	rd_text *text;       /* NULL-able, as are those below */
	rd_serial *document; /* only when a voucher has several; use rd_line_document */
	rd_day *date;        /* only when a voucher has several; use rd_line_date */
	rd_day *document_date;
	rd_text *clearing;
	rd_text *currency;
	int64_t *foreign;     /* minor units of the line's currency, on the line's side */
	int64_t *rate;        /* 10^-8 of base currency for one unit; 0 = none */
	uint8_t *rate_digits; /* decimals written */
} rd_lines;

typedef struct rd_both {
	rd_row line;
	rd_minor credit;
} rd_both;

/* A stated balance after a line (or on a day, without a line: line = RD_NONE). */
typedef struct rd_assertion {
	rd_row line, account;
	rd_day day;
	rd_minor balance; /* debit positive */
	rd_row file;
	uint32_t file_line;
} rd_assertion;

/* A header field of which the lines of one voucher disagree. */
typedef struct rd_mixed {
	rd_row voucher, line; /* first line with the second value */
	uint8_t field;        /* rd_field of builder.h */
	rd_text a, b;         /* the two values as text */
} rd_mixed;

/* How entries were told apart (checks.md, "Which lines are one entry"). */
enum rd_key_part {
	RD_KEY_ENTRY_ID = 1 << 0,
	RD_KEY_NUMBER = 1 << 1,
	RD_KEY_JOURNAL = 1 << 2,
	RD_KEY_PERIOD = 1 << 3,
	RD_KEY_DATE = 1 << 4,
	RD_KEY_DOCUMENT = 1 << 5,
	RD_KEY_CUT = 1 << 6, /* numbers unusable: cut where the running sum returns */
};

/* ---- trial balance ---- */

enum rd_tb_column {
	RD_TB_OPEN_D,
	RD_TB_OPEN_C,
	RD_TB_DEBIT,
	RD_TB_CREDIT,
	RD_TB_YTD_D,
	RD_TB_YTD_C,
	RD_TB_CLOSE_D,
	RD_TB_CLOSE_C,
	RD_TB_COLUMNS
};

typedef struct rd_tb_rows {
	rd_row n;
	rd_period *period; /* 0 when the file does not say */
	rd_row *account;
	rd_row *party;     /* auxiliary rows: balance of one party; 0 = the account's own */
	uint16_t *present; /* bit i: column i was filled or stands for a filled balance */
	rd_minor *amount[RD_TB_COLUMNS];
	rd_row *file;
	uint32_t *line;
} rd_tb_rows;

/* ---- the book ---- */

typedef struct rd_segment { /* lines first.. come from `file`, file line `line` onward */
	rd_row first;
	rd_row file;
	uint32_t line;
	uint32_t step; /* file lines for one row: 1 almost always, 0 = not known */
} rd_segment;

typedef enum rd_standard {
	RD_STD_UNKNOWN,
	RD_STD_SMALL,
	RD_STD_ENTERPRISE,
	RD_STD_FRENCH,
	RD_STD_OTHER
} rd_standard;

typedef struct rd_place {
	rd_row file;
	uint32_t line;
} rd_place;

typedef struct rd_book {
	uint32_t has;          /* rd_has bits */
	uint32_t key;          /* rd_key_part bits */
	uint32_t open_entries; /* entries that do not sum to zero under this key */
	rd_standard standard;
	rd_text base_currency;
	rd_day first_day, last_day; /* of the lines; RD_DAY_NONE without dates */
	rd_vouchers voucher;
	rd_lines line;
	rd_accounts account;
	rd_parties party;
	rd_tb_rows tb;
	uint32_t n_files; /* row 0 is "no file" */
	rd_file *files;
	uint32_t n_notes;
	rd_note *notes; /* by file, then line */
	uint32_t n_aliases;
	rd_alias *aliases;
	uint32_t n_totals;
	rd_total *totals;
	uint32_t n_both;
	rd_both *both; /* by line */
	uint32_t n_assertions;
	rd_assertion *assertions;
	uint32_t n_mixed;
	rd_mixed *mixed; /* by voucher */
	uint32_t n_periods;
	rd_period *periods; /* all periods of lines and trial balance, ascending */
	/* private to book.c */
	struct rd_book_store *store;
} rd_book;

void rd_book_free(rd_book *b); /* NULL is fine */

/* Text of an id: UTF-8, NUL-terminated, valid as long as the book. */
rd_str rd_book_text(const rd_book *b, rd_text id);
uint32_t rd_book_n_texts(const rd_book *b); /* ids are 0 .. n-1 */
/* Id of a text, 0 when the book does not hold it. */
rd_text rd_book_find_text(const rd_book *b, rd_str s);
/* Row of an account by its code, 0 when there is none. */
rd_row rd_book_find_account(const rd_book *b, rd_str code);
/* Position in periods[], RD_NONE when the book does not have it. */
uint32_t rd_book_period_index(const rd_book *b, rd_period p);

/* Where a line (a voucher's first line) stands in the files. */
rd_place rd_line_place(const rd_book *b, rd_row line);
/* The voucher that owns a line; O(1). */
rd_row rd_line_voucher(const rd_book *b, rd_row line);

/* The credit amount of a line with both sides filled. */
rd_minor rd_book_both_credit(const rd_book *b, rd_row line);

static inline bool rd_line_is_credit(const rd_book *b, rd_row i)
{
	return b->line.flags[i] & RD_LINE_CREDIT;
}

static inline rd_minor rd_line_debit(const rd_book *b, rd_row i)
{
	return rd_line_is_credit(b, i) ? 0 : b->line.amount[i];
}

static inline rd_minor rd_line_credit(const rd_book *b, rd_row i)
{
	uint8_t f = b->line.flags[i];

	if (f & RD_LINE_CREDIT)
		return b->line.amount[i];
	return f & RD_LINE_BOTH ? rd_book_both_credit(b, i) : 0;
}

/* Debit minus credit. */
static inline rd_minor rd_line_net(const rd_book *b, rd_row i)
{
	uint8_t f = b->line.flags[i];

	if (f & RD_LINE_CREDIT)
		return -b->line.amount[i];
	return f & RD_LINE_BOTH ? b->line.amount[i] - rd_book_both_credit(b, i) : b->line.amount[i];
}

static inline rd_day rd_line_date(const rd_book *b, rd_row i)
{
	return b->line.date ? b->line.date[i] : b->voucher.date[rd_line_voucher(b, i)];
}

static inline rd_serial rd_line_document(const rd_book *b, rd_row i)
{
	if (b->line.document)
		return b->line.document[i];
	return b->voucher.document ? b->voucher.document[rd_line_voucher(b, i)] : 0;
}

static inline rd_text rd_line_text(const rd_book *b, rd_row i)
{
	return b->line.text ? b->line.text[i] : 0;
}

/* First non-blank summary of a voucher; 0 when it has none. */
rd_text rd_voucher_text(const rd_book *b, rd_row voucher);
/* Sum of debit - credit over its lines. */
rd_minor rd_voucher_net(const rd_book *b, rd_row voucher);

/* The name people know a voucher by: "记-12", "2024-03 记-12" when `with_period`; without a
 * number its date and first line. UTF-8, cut to the buffer, always terminated. */
void rd_voucher_name(const rd_book *b, rd_row voucher, bool with_period, char *out, size_t size);
/* "1002 银行存款"; "" for row 0. */
void rd_account_name(const rd_book *b, rd_row account, char *out, size_t size);
void rd_party_name(const rd_book *b, rd_row party, char *out, size_t size);
const char *rd_file_name(const rd_book *b, rd_row file);
#endif
