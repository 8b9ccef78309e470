/*
 * run.h - run checks over a book and keep what they found.
 *
 * rd_result owns everything it points at, in one arena; it refers to the book, which must
 * outlive it. Findings stand in their final order: facts before indicators, then by
 * severity, then by score, then by place and fingerprint; the order and every byte are the
 * same for any number of threads and cuts.
 */
#ifndef RD_CHECK_RUN_H
#define RD_CHECK_RUN_H
#include "base/buf.h"
#include "check/check.h"

/* One --set check.param=value, already split. */
typedef struct rd_setting {
	const char *check, *param, *value;
} rd_setting;

/* From redink.yaml: findings that people decided about. Empty fields match anything; at
 * least one of fingerprint, voucher, account, party must be given, or check alone with a reason. */
typedef struct rd_suppression {
	rd_str check;       /* slug */
	rd_str fingerprint; /* 32 hex digits */
	rd_str voucher, account, party;
	rd_str reason; /* required */
	rd_day until;  /* last day it holds; required */
	uint32_t line; /* in the file, for messages */
} rd_suppression;

typedef struct rd_run_options {
	uint32_t threads; /* 1.. */
	uint32_t cuts;    /* ranges a check is cut into; 0 = as the threads suggest */
	rd_day as_of;     /* RD_DAY_NONE = last day of the books */
	bool no_guards;
	const char *const *only; /* slugs, NULL-terminated; NULL = all */
	const char *const *skip;
	bool all_waves; /* reserved: every check that is built in runs by preset */
	const rd_setting *settings;
	uint32_t n_settings;
	const rd_suppression *suppressions;
	uint32_t n_suppressions;
	/* fingerprints of a baseline, sorted, 16 bytes each; NULL = no baseline */
	const uint8_t (*baseline)[16];
	uint32_t n_baseline;
	/* called between checks from any thread, one call at a time; may be NULL */
	void (*progress)(void *ctx, uint32_t done, uint32_t total);
	void *progress_ctx;
	/* the caller's clock in nanoseconds, to measure checks; NULL = rd_check_result.ns stays 0 */
	uint64_t (*clock_ns)(void);
} rd_run_options;

typedef enum rd_finding_state {
	RD_STATE_NEW,
	RD_STATE_KNOWN,
	RD_STATE_SUPPRESSED
} rd_finding_state;

#define RD_FINDING_PLACES 13
typedef struct rd_finding {
	uint32_t check; /* index into rd_checks and rd_result.checks */
	uint8_t kind;   /* message of the check; RD_KIND_COLLAPSED for a collapsed one */
	rd_severity severity;
	rd_certainty certainty;
	rd_finding_state state;
	uint8_t fingerprint[16];
	rd_row voucher, line, other;
	rd_row account, party;
	rd_period period;
	rd_day day;
	rd_minor at_stake;
	uint32_t weight;
	int64_t score; /* thousandths; see rank.c */
	uint32_t n_places;
	rd_place places[RD_FINDING_PLACES]; /* the first is where it is; the rest prove it */
	const rd_fact *facts;               /* ends with RD_FACT_END; may be NULL */
	const rd_suppression *suppressed_by;
} rd_finding;
#define RD_KIND_COLLAPSED 255

typedef enum rd_check_state { RD_CHECK_RAN, RD_CHECK_NOT_RUN, RD_CHECK_SKIPPED } rd_check_state;

typedef struct rd_check_result {
	rd_check_state state;
	rd_words reason;   /* why not run; both "" when it ran */
	rd_words remark;   /* may be NULL, NULL */
	uint64_t hits;     /* sum of weights, before collapse and limits */
	uint32_t emitted;  /* findings the check reported, before collapse and limits */
	uint32_t findings; /* that are in the result */
	bool collapsed;
	uint64_t population; /* number of units in the book */
	uint64_t ns;         /* time spent; 0 unless the caller measures. Never printed in JSON */
} rd_check_result;

typedef struct rd_result {
	const rd_book *book;
	rd_day as_of;
	rd_check_result *checks; /* one for each rd_checks entry */
	uint32_t n_findings;
	rd_finding *findings;
	uint32_t n_new, n_known, n_suppressed;
	/* baseline entries that were not found again: positions in the options' baseline */
	uint32_t n_gone;
	uint32_t *gone;
	/* suppressions that have run out on as_of: positions in the options' list */
	uint32_t n_expired;
	uint32_t *expired;
	rd_arena *arena;
} rd_result;

RD_NODISCARD rd_rc rd_run_checks(const rd_book *book, const rd_run_options *options,
                                 rd_result **ret_result, rd_err *err);
void rd_result_free(rd_result *r); /* NULL is fine */

/* The message of a finding with its facts filled in; lang 0 = Chinese, 1 = English. */
void rd_finding_message(const rd_result *r, const rd_finding *f, int lang, rd_buf *out);
/* One fact as text ("1,234.50", "2024-03-05", "1002 银行存款"). */
void rd_fact_format(const rd_book *b, const rd_fact *fact, int lang, rd_buf *out);
/* 32 lower-case hex digits and a NUL. */
void rd_fingerprint_hex(const uint8_t fingerprint[16], char out[33]);
bool rd_fingerprint_parse(rd_str hex, uint8_t ret_fingerprint[16]);

const char *rd_severity_name(rd_severity s); /* "blocker" */
rd_words rd_severity_words(rd_severity s);   /* 阻断, blocker */
bool rd_severity_parse(const char *name, rd_severity *ret);
rd_words rd_certainty_words(rd_certainty c); /* 事实, fact; 线索, indicator */
rd_words rd_unit_words(rd_unit u);
/* The words of one missing rd_has bit: 没有科目余额表, no trial balance. */
rd_words rd_has_words(uint32_t bit);
/* Checks one setting against the tables (check, parameter, range, unit). */
RD_NODISCARD rd_rc rd_setting_check(const rd_setting *s, rd_err *err);
#endif
