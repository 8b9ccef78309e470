/*
 * inner.h - a reconciliation under way, between the files of src/match.
 */
#ifndef RD_MATCH_INNER_H
#define RD_MATCH_INNER_H
#include "match/evidence.h"

/* Items of one side by amount, then day, then row. */
typedef struct rd_recon_side {
	const rd_recon_item *items;
	uint32_t n;
	uint32_t *by_amount, *by_day; /* positions of items */
	rd_features *features;
	uint32_t *match; /* match + 1; 0 = open */
} rd_recon_side;

typedef struct rd_recon_work {
	rd_recon *r;
	rd_recon_options o;
	rd_recon_side bank, book;
	rd_arena *arena; /* of the result */
	uint32_t n_members, cap_members, cap_matches, cap_suggestions;
	uint64_t *refused; /* pairs a person refused, ascending; bank position << 32 | book position */
	uint32_t n_refused;
	uint64_t steps; /* of all searches for sums */
} rd_recon_work;

/* Takes the items into a match. They must be open. */
void rd_recon_take(rd_recon_work *w, const uint32_t *bank, uint32_t n_bank, const uint32_t *book,
                   uint32_t n_book, uint32_t why, uint32_t score);
bool rd_recon_refused(const rd_recon_work *w, uint32_t bank, uint32_t book);
static inline uint32_t rd_recon_apart(rd_day a, rd_day b)
{
	return (uint32_t)(a > b ? a - b : b - a);
}
/* First position of by_day whose day is not before `day`. */
uint32_t rd_recon_from_day(const rd_recon_side *s, rd_day day);

void rd_recon_groups(rd_recon_work *w);  /* groups.c: step 4 */
void rd_recon_suggest(rd_recon_work *w); /* suggest.c: step 5 */
#endif
