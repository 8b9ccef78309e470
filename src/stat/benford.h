/*
 * benford.h - first two digits of amounts against Benford's law.
 *
 * Limits of the mean absolute deviation (MAD) for the first two digits after Nigrini: .0012
 * close, .0018 acceptable, .0022 marginal. With few amounts the MAD is large by chance, with
 * many the chi-square (89 degrees of freedom) finds any difference; only both together tell.
 */
#ifndef RD_STAT_BENFORD_H
#define RD_STAT_BENFORD_H
#include <stdbool.h>
#include <stdint.h>

#define RD_BENFORD_PAIRS 90u /* 10 .. 99 */

/* First two digits less 10 of an amount without sign that is >= 10. */
uint32_t rd_first_two(uint64_t amount);

typedef struct rd_benford {
	uint64_t n;
	double mad, chi2;
} rd_benford;

/* counts[i] = how many amounts begin with the digits 10 + i. */
rd_benford rd_benford_test(const uint32_t counts[RD_BENFORD_PAIRS]);
/* mad > mad_millionths / 10^6 and chi2 > chi2_hundredths / 100. */
bool rd_benford_exceeds(const rd_benford *t, int64_t mad_millionths, int64_t chi2_hundredths);
/* Rounded, for printing. */
int64_t rd_benford_mad_millionths(const rd_benford *t);
int64_t rd_benford_chi2_hundredths(const rd_benford *t);

/* One pair of digits: what was expected (in thousandths of an amount), and the z value, with
 * correction for continuity, in thousandths; negative when there are too few. */
int64_t rd_benford_expected_milli(uint64_t n, uint32_t pair);
int64_t rd_benford_z_milli(uint64_t n, uint32_t pair, uint64_t seen);
#endif
