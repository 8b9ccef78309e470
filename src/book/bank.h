/*
 * bank.h - a bank statement: what the bank says moved on an account.
 *
 * A reader (io/bank.h) fills it and seals it; from then on it is immutable and may be read by any
 * number of threads. One file may hold several accounts, or several statements of one: each is
 * a part, and the lines of a part stand together in the order in which they happened, whatever
 * the order in the file was.
 *
 * Amounts are the account holder's view: money that comes in is positive. A bank writes its own
 * view, in which 贷 is the customer's increase; which view a file takes is settled by its words
 * and proved by the running balance.
 *
 * Sealing verifies the running balance line by line. A line at which it breaks keeps what the
 * file says, is flagged and noted. Text ids and part 0 .. as in book.h: id 0 is "".
 */
#ifndef RD_BOOK_BANK_H
#define RD_BOOK_BANK_H
#include "base/err.h"
#include "book/book.h"

#define RD_BANK_LINES_MAX   1000000u /* of one file: 2,700 a day for a year */
#define RD_BANK_PARTS_MAX   1000u
#define RD_BANK_AMOUNT_MAX  INT64_C(9000000000000)      /* a million of them stay inside 64 bits, */
#define RD_BANK_BALANCE_MAX INT64_C(100000000000000000) /* and with a balance they do, too */
#define RD_BANK_NOTES_MAX   1000u                       /* kept for each kind; all are counted */

enum rd_bank_flag {
	RD_BANK_BALANCE = 1 << 0,   /* the line states the balance after it */
	RD_BANK_BREAK = 1 << 1,     /* and it is not the one before plus the amount */
	RD_BANK_DUPLICATE = 1 << 2, /* the same serial number, day and amount stand further up */
};

typedef struct rd_bank_line {
	rd_minor amount;  /* of the part's currency; in positive, out negative */
	rd_minor balance; /* after the line, when RD_BANK_BALANCE */
	rd_day date;
	int32_t time; /* second of the day, -1 = not said */
	uint32_t part;
	uint32_t line;   /* of the file, 1-based */
	rd_text party;   /* who is on the other side: name, account, bank */
	rd_text account; /* of the party */
	rd_text bank;    /* of the party */
	rd_text summary; /* 摘要 */
	rd_text purpose; /* 用途, 附言, 备注 */
	rd_text serial;  /* number of the transaction at the bank */
	rd_text receipt; /* number of a cheque, voucher or receipt */
	uint32_t flags;  /* rd_bank_flag */
} rd_bank_line;

typedef struct rd_bank_part {
	rd_text account, holder, bank, currency; /* the own account; currency "CNY" unless said */
	uint32_t decimals;
	uint32_t first, n;         /* lines */
	rd_minor opening, closing; /* before the first and after the last line */
	bool has_opening, has_closing;
	bool opening_stated, closing_stated; /* the file says so itself */
	bool open_view;  /* nothing but 借 and 贷 tells in from out: the running balance decides */
	rd_day from, to; /* first and last day; RD_DAY_NONE without lines */
	rd_minor sum_in, sum_out; /* both positive but for red lines */
	uint32_t breaks;
} rd_bank_part;

/* What was met while reading. The order is that of reports. */
typedef enum rd_bank_note_kind {
#define RD_BANK_NOTE(name, word, rejects, zh, en) RD_BANK_NOTE_##name,
#include "book/bank_notes.def"
#undef RD_BANK_NOTE
	RD_BANK_NOTE_KINDS
} rd_bank_note_kind;

typedef struct rd_bank_note {
	rd_bank_note_kind kind;
	uint32_t line;  /* 1-based; 0 = the whole file */
	rd_text field;  /* head name of the column, 0 = none */
	rd_text found;  /* what stood there, cut to 80 bytes */
	rd_minor apart; /* of a balance that does not follow: stated minus expected */
} rd_bank_note;

typedef struct rd_bank {
	rd_text name;     /* the file */
	rd_text format;   /* "csv", "xlsx", "ofx", "mt940" */
	rd_text encoding; /* "GB18030", … */
	rd_text layout;   /* what was recognised, zh and en joined by '\n' */
	uint32_t head_line;
	uint32_t n_parts;
	rd_bank_part *parts;
	uint32_t n_lines;
	rd_bank_line *lines;
	uint64_t rejected, skipped;
	uint32_t n_notes;
	rd_bank_note *notes; /* by line */
	uint64_t note_counts[RD_BANK_NOTE_KINDS];
	/* private to bank.c */
	struct rd_bank_store *store;
} rd_bank;

void rd_bank_free(rd_bank *b); /* NULL is fine */
/* Text of an id: UTF-8, NUL-terminated, valid as long as the statement. */
rd_str rd_bank_text(const rd_bank *b, rd_text id);
uint32_t rd_bank_n_texts(const rd_bank *b);
/* "balance-break"; what it says and what to do; whether the record is left out. */
const char *rd_bank_note_name(rd_bank_note_kind kind);
rd_words rd_bank_note_words(rd_bank_note_kind kind);
bool rd_bank_note_rejects(rd_bank_note_kind kind);

/* ---- filling ---- */

rd_bank *rd_bank_new(void);
rd_text rd_bank_intern(rd_bank *b, rd_str s); /* invalid UTF-8 is repaired */
/* A new part and its number; RD_LIMIT beyond RD_BANK_PARTS_MAX. The part is the caller's to fill
 * through b->parts until the next is added. */
RD_NODISCARD rd_rc rd_bank_add_part(rd_bank *b, uint32_t *ret_part, rd_err *err);
/* RD_LIMIT beyond RD_BANK_LINES_MAX. The reader refuses amounts beyond the limits above. */
RD_NODISCARD rd_rc rd_bank_add_line(rd_bank *b, const rd_bank_line *line, rd_err *err);
/* found is cut. */
void rd_bank_add_note(rd_bank *b, rd_bank_note_kind kind, uint32_t line, rd_str field,
                      rd_str found);
/* Puts the lines in order, settles the view, verifies the running balance and the stated ends. */
void rd_bank_seal(rd_bank *b);
#endif
