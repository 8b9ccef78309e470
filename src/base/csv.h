/*
 * csv.h - where the fields of delimited text end (RFC 4180, and what files make of it).
 *
 * rd_csv_index lists the offsets of the separators and line ends of a stretch of text that lie
 * outside quotes. A quote counts only at the start of a field; elsewhere it is a letter. Line
 * ends are LF, CR LF (the CR stays in the last field; rd_csv_cell takes it off) and a lone CR.
 * With AVX2 the scan runs at memory speed; the portable version gives the same offsets.
 */
#ifndef RD_BASE_CSV_H
#define RD_BASE_CSV_H
#include "base/arena.h"
#include "base/str.h"

#define RD_CSV_SLACK 16 /* bytes behind every cell that may be read */

typedef struct rd_csv {
	char delimiter;
	bool quoting; /* false: quotes are letters */
} rd_csv;

#define RD_CSV_LAST 0x80000000u /* set in an offset that ends a line */
#define RD_CSV_AT   0x7fffffffu

/* Offsets into [p, p + n) of separators and line ends, ascending; `ends` has room for n + 1.
 * Stops before a quoted field that is not closed: *ret_open is its offset, else n.
 * 64 bytes behind p + n must be readable (their content does not matter). n < 2^31. */
uint32_t rd_csv_index(rd_csv c, const char *p, uint32_t n, uint32_t *ends, uint32_t *ret_open);

/* Cuts text that holds no quotes (or where they are letters) and no line end but LF into records,
 * one call a record: the quick way for most files. Same reading rules as rd_csv_index; 64 bytes
 * behind the text must be readable. */
#define RD_CSV_WINDOW 4096u /* bytes whose separators are listed at a time */

typedef struct rd_csv_cutter {
	const char *p;
	uint32_t n, at, from;             /* bytes; start of the next window; start of the next field */
	uint32_t next, n_ends;            /* of `ends`: the first not taken, and how many there are */
	uint32_t line, n_lines;           /* the same for `lines` */
	uint32_t ends[RD_CSV_WINDOW + 8]; /* where fields of the window end */
	uint16_t lines[RD_CSV_WINDOW];    /* how many of them end up to each line end */
	char delimiter;
	bool wide; /* the machine has AVX2 */
} rd_csv_cutter;

void rd_csv_cut_begin(rd_csv_cutter *c, const char *p, uint32_t n, char delimiter);
/* Fields of the next record: their number (beyond max they are counted, not stored), 0 at the end.
 * The text's last record needs no line end. */
uint32_t rd_csv_cut(rd_csv_cutter *c, rd_str *cells, uint32_t max);

/* The field [from, to) without quotes; text with doubled quotes is copied into `a`. Takes a
 * CR off its end when `last`. *ret_bad is set when text stands behind a closing quote. */
rd_str rd_csv_quoted(const char *p, uint32_t from, uint32_t to, rd_arena *a, bool *ret_bad);

static inline rd_str rd_csv_cell(rd_csv c, const char *p, uint32_t from, uint32_t to, bool last,
                                 rd_arena *a, bool *ret_bad)
{
	while (last && to > from && p[to - 1] == '\r')
		to--;
	if (to == from || p[from] != '"' || !c.quoting)
		return (rd_str){p + from, to - from};
	return rd_csv_quoted(p, from, to, a, ret_bad);
}
#endif
