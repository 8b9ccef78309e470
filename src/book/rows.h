/* rows.h - the inside of rd_rows: private to src/book. See builder.h for the contract. */
#ifndef RD_BOOK_ROWS_H
#define RD_BOOK_ROWS_H
#include "book/build.h"

#define RD_FRESH        0x80000000u         /* ids of texts that the book does not know yet */
#define RD_SERIAL_FRESH (UINT64_C(1) << 63) /* the same inside a serial's 24-bit shape */

typedef struct rd_text_slot { /* last text of one column */
	const char *ptr;
	uint32_t len, id;
} rd_text_slot;

typedef struct rd_cache_slot {
	uint32_t hash, id;
	const char *text;
} rd_cache_slot;

#define RD_SHORT_BITS 10
#define RD_SHORT_LEN  16u
typedef struct rd_short_slot {
	uint64_t a, b;
	uint32_t len, id;
} rd_short_slot;

/* The name that an account's code had last, and how often since: found by the code's id. */
typedef struct rd_name_slot {
	const char *ptr;
	uint32_t code, len, id;
	uint32_t lines, row; /* uses not yet told to the builder; the first of them */
	rd_day first, last;
	bool touched; /* stands in the list of slots with uses */
} rd_name_slot;

/* A text whose hash is known before it is looked up. */
enum { RD_HINTS = 4 };
typedef struct rd_hint {
	const char *ptr;
	uint32_t len, hash;
} rd_hint;

typedef struct rd_fresh {
	const char *text;
	uint32_t hash, id; /* id in the book, after the commit */
	uint32_t line;     /* where it was met */
	uint8_t field;     /* rd_field */
	bool odd;          /* decoded wrongly before: noted when the book meets it first */
} rd_fresh;

typedef struct rd_row_note {
	uint32_t line;
	rd_note_kind kind;
	uint16_t column;
	bool rejected;
	rd_minor amount;
	char found[84];
} rd_row_note;

/* Fields that make a run, in this order. */
enum { H_MAX = 18, H_CELL = 64, H_SPAN = 32 };

typedef struct rd_run_head {
	rd_serial entry, number, document;
	rd_text journal, preparer, reviewer, poster;
	rd_period period, own_period; /* own: as its column says */
	rd_day date;
	int32_t attachments, time;
	uint8_t flags;
} rd_run_head;

struct rd_rows {
	rd_builder *b;
	rd_row file;
	rd_layout layout;
	bool shared; /* ids are fresh until the commit */
	rd_table lines, runs;
	rd_text *party_names;
	uint32_t party_names_cap;
	/* the run being read */
	uint32_t n_heads;
	uint8_t heads[H_MAX];    /* fields of the layout that make a run */
	uint32_t head_at[H_MAX]; /* and their columns, */
	uint32_t head_last;      /* the last of them */
	bool rare;               /* columns beyond text, amounts, account and party */
	uint32_t n_parties;
	uint8_t parties[5]; /* columns that may name the party, by preference */
	uint32_t n_spans;   /* stretches of neighbouring columns among those of `head_at` */
	struct {
		uint16_t from, to; /* columns */
		uint32_t len;
		char text[H_SPAN], mask[H_SPAN]; /* as it stood in the line before; bytes that count */
	} spans[H_MAX];
	bool joined;               /* see rd_rows_joined */
	bool spanned;              /* `spans` holds what the line before said */
	char prev[H_MAX][H_CELL];  /* their cells in the line before */
	uint8_t prev_len[H_MAX];   /* 255 = longer than kept: never equal */
	uint8_t head_flags[H_MAX]; /* voucher flags that each field set */
	bool period_alone;         /* the period cell needs no year from elsewhere */
	bool carried;              /* cells were left blank: the values are those of lines above */
	rd_run_head head;
	bool begun;       /* a record of this block has been read: `prev` and `head` hold */
	bool pending;     /* `head` differs from the last run: the next line opens one */
	bool shapes_full; /* a number's form came after RD_SHAPES_MAX texts */
	bool inherit;     /* the first run continues the block before */
	/* texts */
	rd_text_slot slot[RD_FIELD_COUNT];
	rd_short_slot shorts[1u << RD_SHORT_BITS];
	rd_name_slot last_name[1u << RD_SHORT_BITS];
	uint32_t n_touched; /* slots with uses */
	uint16_t touched[1u << RD_SHORT_BITS];
	rd_name_slot *uses; /* of names that another one followed */
	uint32_t n_uses, cap_uses;
	rd_hint hints[RD_HINTS]; /* texts of the record that comes next */
	rd_cache_slot *cache;
	uint32_t cache_n, cache_mask;
	rd_arena *arena; /* fresh texts; reset at the commit */
	rd_fresh *fresh;
	uint32_t fresh_n, fresh_cap;
	uint32_t *fresh_table; /* positions + 1 by hash */
	uint32_t fresh_mask;
	rd_text shape_plain; /* "\x01" "0": plain digits; global from birth */
	struct {
		char prefix[24];
		uint8_t len;
		rd_text shape;
		bool set;
	} shape[2];
	/* notes and sparse facts of this block */
	rd_row_note *notes;
	uint32_t n_notes, cap_notes;
	uint32_t counts[RD_NOTE_KINDS], first[RD_NOTE_KINDS];
	uint64_t rejected, skipped;
	rd_both *both;
	uint32_t n_both, cap_both;
	rd_segment *segments;
	uint32_t n_segments, cap_segments;
	rd_assert_raw *asserts;
	uint32_t n_asserts, cap_asserts;
	bool total_last; /* the last record was a 合计 row */
	rd_minor total_debit, total_credit;
	uint32_t total_line;
	rd_minor debit, credit; /* sums of the block's lines */
};

/* rows.c: the rd_has bit that a mapped field brings, 0 = none */
uint32_t rd_field_has(rd_field f);
/* rows.c: room for one more item in a plain growing array */
void *rd_rows_room(void *items, uint32_t n, uint32_t *cap, size_t size);
/* text.c: interning */
void rd_rows_texts_init(rd_rows *r);
void rd_rows_texts_done(rd_rows *r);
rd_text rd_rows_text(rd_rows *r, rd_field f, rd_str s, uint32_t line);
/* Line i, already in the block, calls the account `code` by this name. */
void rd_rows_name(rd_rows *r, rd_text code, rd_str name, uint32_t line, uint32_t i);
rd_serial rd_rows_serial(rd_rows *r, int which, rd_str s, uint32_t line);
void rd_rows_texts_commit(rd_rows *r); /* gives fresh texts their ids in the book */
static inline rd_text rd_rows_settled(const rd_rows *r, rd_text id)
{
	return id & RD_FRESH ? r->fresh[id & ~RD_FRESH].id : id;
}
/* cells.c: amounts and head fields */
bool rd_rows_amounts(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line, uint8_t *ret_flags,
                     rd_minor *ret_amount, rd_minor *ret_other);
void rd_rows_head(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line);
void rd_rows_note(rd_rows *r, rd_note_kind kind, uint32_t line, rd_field f, bool rejected,
                  rd_str found);

/* Bytes with which white space may begin (1) or end (2): ASCII blanks, NBSP, U+3000, U+FEFF. */
extern const uint8_t rd_blank_edge[256];

static inline rd_str rd_rows_cell(const rd_rows *r, rd_field f, const rd_str *cells, uint32_t n)
{
	int c = r->layout.column[f];

	if ((uint32_t)c >= n) /* -1 is beyond any n */
		return (rd_str){"", 0};
	rd_str s = cells[c];

	if (s.len && ((rd_blank_edge[(unsigned char)s.ptr[0]] & 1) ||
	              (rd_blank_edge[(unsigned char)s.ptr[s.len - 1]] & 2)))
		return rd_str_trim(s);
	return s;
}
#endif
