/*
 * text.h - delimited text as blocks of whole records: private to src/io.
 *
 * rd_text_file hands out blocks in file order to any number of threads. A block ends at a line end
 * that lies outside quotes; a quote that is never closed is taken as a letter and noted.
 */
#ifndef RD_IO_TEXT_H
#define RD_IO_TEXT_H
#include "base/csv.h"
#include "io/reader.h"
#include <pthread.h>

#define RD_BLOCK_BYTES  (128u << 10)
#define RD_BLOCK_QUOTES 16u

typedef struct rd_block {
	char *data;
	uint32_t n, cap; /* bytes of whole records */
	uint32_t *ends;  /* offsets of separators and line ends */
	uint32_t n_ends, cap_ends;
	uint32_t line;     /* physical line of the first byte, 1-based */
	uint32_t sequence; /* number of the block, from 0 */
	bool indexed;      /* ends were found while looking for the block's end */
	bool has_nul, has_quote;
	bool plain; /* no quotes, no line ends but LF: cut, not indexed */
	rd_csv_cutter cutter;
	uint32_t from, end, at_line; /* where the next record begins: byte, index into ends, line */
	rd_arena *arena;             /* unquoted cells */
	uint32_t n_quotes; /* quotes that were never closed: their lines and what stood there */
	struct {
		uint32_t line;
		char found[64];
	} quotes[RD_BLOCK_QUOTES];
} rd_block;

typedef struct rd_text_file {
	rd_source *source;
	rd_csv csv;
	const char *text; /* when in memory, else NULL */
	size_t n;         /* bytes of text, without a BOM */
	uint64_t at, bom;
	size_t text_cap; /* of a converted text, to give back */
	char *carry;     /* the beginning of a record that the last block cut */
	uint32_t n_carry, cap_carry;
	uint32_t line, sequence;
	bool ended;
	pthread_mutex_t lock;
} rd_text_file;

/* Opens the text of a source: encoding, delimiter. RD_INPUT when it is no text. */
RD_NODISCARD rd_rc rd_text_open(rd_text_file *t, rd_source *s, rd_err *err);
void rd_text_close(rd_text_file *t);
void rd_text_rewind(rd_text_file *t);
/* The next block; *ret_more false at the end. Thread-safe. */
RD_NODISCARD rd_rc rd_text_block(rd_text_file *t, rd_block *b, bool *ret_more, rd_err *err);
void rd_block_done(rd_block *b);

/* Cells of the next record, 0 at the block's end; may exceed max (the rest is not stored).
 * *ret_line is where it begins. *ret_bad: text behind a closing quote; *ret_crs: CRs before the
 * line end (they are no part of the last cell). */
uint32_t rd_block_record(const rd_text_file *t, rd_block *b, rd_str *cells, uint32_t max,
                         uint32_t *ret_line, bool *ret_bad, uint32_t *ret_crs);
#endif
