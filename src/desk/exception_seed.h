/*
 * exception_seed.h - the catalogue of exceptions that a new firm begins with, and what a new
 * release adds to it: bodies of creation of kind exception_type.
 *
 * Two sources make one list by slug: the checks of this program (names, severity and texts are
 * theirs) and data/exception_types.csv, which also holds what no check finds but people report.
 * What a firm has changed since is its own: a slug that is there already is not seeded again.
 *
 * Who owns what: constant tables; a body is written into the caller's buffer. Failure: none.
 * Threads: any.
 */
#ifndef RD_DESK_EXCEPTION_SEED_H
#define RD_DESK_EXCEPTION_SEED_H
#include "base/buf.h"

typedef struct rd_exception_seed {
	const char *slug, *name, *name_en, *area, *nature, *severity, *certainty;
	const char *finds, *data_needed, *correction, *threshold, *threshold_kind,
		*basis; /* NULL = none */
} rd_exception_seed;

/* Made from data/exception_types.csv, in the order of the slugs. */
extern const rd_exception_seed rd_exception_seeds[];
extern const uint32_t rd_exception_seeds_count;

/* How many types there are, and the slug of each: rows of the file first, then checks that it does
 * not name. */
uint32_t rd_exception_seed_count(void);
const char *rd_exception_seed_slug(uint32_t i);
/* The body of type i as one JSON object, for rd_record_create; `review_on` is YYYY-MM-DD of its
 * first review. 16 KiB are enough. */
void rd_exception_seed_body(uint32_t i, const char *review_on, rd_buf *out);
#endif
