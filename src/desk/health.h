/*
 * health.h - how healthy a set of books is: one grade from A to F, and why.
 *
 * Points: each live finding counts by its severity - blocker 100, high 20, medium 5, low 1, info
 * 0 -, a clue a quarter of a fact; of one check at most RD_HEALTH_OF_CHECK findings of a severity
 * count, so that one habit of the bookkeeper is not the whole verdict. The sum is taken for each
 * 1,000 vouchers, with at least 500 vouchers, so that a small set of books is not condemned for a
 * single mistake. Up to 10 points: A, 50: B, 150: C, 400: D, 1,000: E, above: F.
 *
 * A live blocker that is a fact: D at best; three checks with such: E at best. A fact of severity
 * high: B at best. The weights are ours (docs/runs.md): they order books, they are no standard.
 *
 * Pure, whole numbers. Who owns what: the reasons are written into the caller's buffer.
 */
#ifndef RD_DESK_HEALTH_H
#define RD_DESK_HEALTH_H
#include "base/buf.h"

#define RD_HEALTH_OF_CHECK 20

/* Live findings of one check, severity and certainty. */
typedef struct rd_health_row {
	rd_str slug;
	uint32_t severity; /* 0 info .. 4 blocker */
	bool indicator;
	int64_t n;
	rd_words title; /* of the check */
} rd_health_row;

typedef struct rd_health {
	char grade[2];  /* "a" .. "f" */
	int64_t points; /* for 1,000 vouchers */
	bool capped;    /* by the kind of what was found, not by its number */
} rd_health;

/* `rows` may stand in any order, each (slug, severity, certainty) once. */
rd_health rd_health_of(const rd_health_row *rows, uint32_t n, int64_t vouchers);
/* The reasons, one a line, for people: the points, what weighs most, what caps the grade, and how
 * many checks could not run. At most 3,000 bytes. */
void rd_health_reasons(const rd_health *h, const rd_health_row *rows, uint32_t n, int64_t vouchers,
                       uint32_t ran, uint32_t not_run, int lang, rd_buf *out);
#endif
