/*
 * baseline.h - findings that were there before, kept as a text file that can be read and compared
 * line by line:
 *
 *	redink-baseline 1
 *	<fingerprint> TAB <slug> TAB <message in Chinese> TAB <message in English>
 *
 * Lines are sorted by slug, then fingerprint. Suppressed findings are not in it, so that they
 * come back as new when their suppression runs out.
 */
#ifndef RD_CMD_BASELINE_H
#define RD_CMD_BASELINE_H
#include "report/report.h"

typedef struct rd_baseline {
	uint32_t n;
	uint8_t (*fingerprints)[16]; /* ascending, for rd_run_options */
	const rd_gone *entries;      /* in the same order */
} rd_baseline;

RD_NODISCARD rd_rc rd_baseline_read(rd_arena *arena, const char *path, rd_baseline *ret,
                                    rd_err *err);
RD_NODISCARD rd_rc rd_baseline_write(rd_arena *arena, const char *path, const rd_result *result,
                                     rd_err *err);
/* The entries that result->gone points to, in its order. */
const rd_gone *rd_baseline_gone(rd_arena *arena, const rd_baseline *b, const rd_result *result);
#endif
