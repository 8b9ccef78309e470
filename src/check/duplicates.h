/*
 * duplicates.h - the document records of a book (check/index.h), filtered and sorted for one of the
 * duplicate checks. Everything lives in the caller's scratch arena.
 */
#ifndef RD_CHECK_DUPLICATES_H
#define RD_CHECK_DUPLICATES_H
#include "check/index.h"

typedef enum rd_docs_by {
	RD_DOCS_PARTY_NUMBER, /* party, number, day, amount */
	RD_DOCS_NUMBER_DAY,   /* number, day, amount, party */
	RD_DOCS_PARTY_DAY,    /* party, day, amount, number */
} rd_docs_by;

typedef struct rd_docs {
	rd_document *items;
	uint32_t n;
	uint64_t total; /* documents of the book */
} rd_docs;

/* The parameter of the checks that compare document numbers: shorter ones tell nothing. */
#define RD_MIN_NO_LEN(preset)                                                                      \
	{                                                                                              \
		"min_no_len", "chars",                                                                     \
			{"单据号至少几个字符", "characters that a document number must have"}, RD_PARAM_INT,   \
			1, 40, preset, NULL                                                                    \
	}

/* Those of at least min_amount with a number of at least min_len characters and a day. With guards,
 * parties without a name, numbers that tell nothing (words, the voucher's own number, numbers that
 * many parties share) and vouchers that indicators leave out are out. */
rd_docs rd_docs_for(rd_run *run, const rd_book *b, rd_docs_by by, rd_minor min_amount,
                    int64_t min_len);

static inline rd_minor rd_doc_size(const rd_document *d)
{
	return d->amount < 0 ? -d->amount : d->amount;
}

/* Their days, each once, stand at steady distances: the number is that of a contract, and its
 * bookings are instalments. */
bool rd_docs_steady(rd_run *run, const rd_document *docs, uint32_t n);

/* The amounts that some documents have come back at steady distances: ret_steady[i] is set when the
 * lines with the party and amount of docs[i] do. One pass over the lines of the book. */
bool *rd_docs_rhythm(rd_run *run, const rd_book *b, const rd_document *docs, uint32_t n);

/* What a finding shows of a group: the earliest and the latest voucher, and lines in time. */
typedef struct rd_docs_span {
	const rd_document *first, *last;
	uint32_t vouchers;
	uint32_t n_lines;
	rd_row lines[12];
} rd_docs_span;
rd_docs_span rd_docs_span_of(const rd_book *b, const rd_document *docs, uint32_t n);
/* A hit at the latest voucher with the others behind it; key from number and amount. */
rd_hit rd_hit_at_docs(const rd_book *b, const rd_docs_span *span);
#endif
