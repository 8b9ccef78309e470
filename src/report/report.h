/*
 * report.h - what a check run found, as bytes.
 *
 * Each report is a pure function of rd_report: same input, same bytes. It writes through an
 * rd_writer and never fails by itself; rd_writer_end tells whether all bytes were taken. Text that
 * comes from the books is cleaned for its place (control characters, markup, formulas).
 */
#ifndef RD_REPORT_REPORT_H
#define RD_REPORT_REPORT_H
#include "base/writer.h"
#include "check/run.h"

/* A finding of the baseline that was not found again. */
typedef struct rd_gone {
	uint8_t fingerprint[16];
	rd_str slug;
	rd_str zh, en; /* its message when the baseline was written */
} rd_gone;

typedef struct rd_report {
	const rd_result *result;
	const char *version;   /* of Redink */
	int lang;              /* RD_ZH or RD_EN; JSON and HTML hold both */
	rd_severity threshold; /* of --severity */
	int exit_code;         /* what the program will end with */
	uint32_t threads;      /* that may write at a time (JSON); 0 = one. The bytes are the same */
	bool has_baseline;
	const rd_gone *gone;                /* result->n_gone of them, in the same order */
	const rd_suppression *suppressions; /* what result->expired points into */
	const char *config_path;            /* where these stand; NULL = nowhere */
	uint32_t max_shown;                 /* findings shown for each check; 0 = all (text, HTML) */
	/* text only */
	bool colour, quiet;
	uint32_t width; /* columns of the terminal */
} rd_report;

typedef void rd_report_fn(const rd_report *r, rd_writer *w);

rd_report_fn rd_report_text, rd_report_json, rd_report_sarif, rd_report_csv, rd_report_html;

/* The findings as counts, the same in every report. Suppressed ones stand apart. */
typedef struct rd_tally {
	uint32_t by_severity[RD_SEV_BLOCKER + 1]; /* without suppressed ones */
	uint32_t fresh[RD_SEV_BLOCKER + 1];       /* of these, not in the baseline */
	uint32_t facts, indicators;
	uint32_t ran, not_run, skipped; /* checks */
	uint64_t records, rejected;
} rd_tally;

rd_tally rd_report_tally(const rd_report *r);
/* Findings that decide the exit code: state new, at or above the threshold. */
uint32_t rd_report_deciding(const rd_report *r);
#endif
