/*
 * evidence.h - how far the texts of two items speak of the same. Private to src/match.
 *
 * A text is a set of features: the first five letters of each word (names are cut short and
 * misspelt at the end), pairs of neighbouring Han characters, and numbers of three digits or more.
 * A feature weighs as many bits as it is rare among all items, so that "ACH", 有限公司 and 货款
 * weigh next to nothing. Integers only.
 */
#ifndef RD_MATCH_EVIDENCE_H
#define RD_MATCH_EVIDENCE_H
#include "match/reconcile.h"

typedef struct rd_features {
	uint64_t *hash; /* ascending; the lowest bit tells a number */
	uint8_t *bits;  /* weight */
	uint32_t n, total;
} rd_features;

/* Features of both sides; the weights are over all of them. Everything in `a`. */
void rd_evidence(rd_arena *a, const rd_recon_item *bank, uint32_t n_bank, const rd_recon_item *book,
                 uint32_t n_book, rd_features *ret_bank, rd_features *ret_book);

typedef struct rd_likeness {
	uint32_t share; /* 0 .. 100: of the lighter side's weight */
	uint32_t bits;  /* shared weight */
	bool number;    /* a rare number is shared */
} rd_likeness;

rd_likeness rd_evidence_like(const rd_features *a, const rd_features *b);
/* It would hardly come about by chance. */
bool rd_evidence_strong(rd_likeness l);
#endif
