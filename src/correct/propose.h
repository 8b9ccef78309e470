/*
 * propose.h - the lawful correction of a finding, as draft vouchers.
 *
 * Which method is lawful depends on the voucher and not on taste (会计基础工作规范 51条(五)): not
 * posted: entered anew; posted in the year: reversed in red and entered again in blue, or the
 * difference alone when only the amount was wrong; of an earlier year: one blue voucher, under
 * 小企业会计准则 88条 in the accounts of the current period, under 企业会计准则第28号 through
 * 以前年度损益调整 when it is material.
 *
 * A proposal is a draft for an accountant, who edits and decides. Findings that no voucher puts
 * right say why, and what a person is to decide. Pure; everything lives in the given arena.
 */
#ifndef RD_CORRECT_PROPOSE_H
#define RD_CORRECT_PROPOSE_H
#include "check/run.h"
#include "correct/voucher.h"

typedef enum rd_correct_method {
	RD_METHOD_NONE,       /* no voucher puts it right: a person decides */
	RD_METHOD_REIMPORT,   /* the data came wrong: export and import again */
	RD_METHOD_REENTER,    /* 重新填制 */
	RD_METHOD_RED_BLUE,   /* 红字全额冲销, 蓝字重填 */
	RD_METHOD_RED,        /* 红字全额冲销 alone */
	RD_METHOD_LESS,       /* 红字差额 */
	RD_METHOD_MORE,       /* 补充登记 */
	RD_METHOD_PRIOR_NOW,  /* an earlier year, in the current period */
	RD_METHOD_PRIOR_YEAR, /* an earlier year, through 以前年度损益调整 */
	RD_METHOD_ENTRY,      /* the entry that is missing */
	RD_METHODS
} rd_correct_method;
const char *rd_correct_method_name(
	rd_correct_method m); /* "reverse": as in model/correction.toml */
rd_words rd_correct_method_words(rd_correct_method m);

typedef struct rd_correct_terms {
	rd_day as_of;         /* the day of the new vouchers when it is in the first open period; NONE =
	                          that of the last voucher */
	rd_period first_open; /* 0 = rd_book_first_open */
	rd_minor
		materiality; /* effect on profit from which an earlier year's error is material; 0 = any */
} rd_correct_terms;

typedef struct rd_proposal {
	rd_correct_method method;
	bool ready;             /* may be entered as it is; else an accountant has to complete it */
	rd_words reason;        /* why this method; for NONE and REIMPORT: why there is no voucher */
	rd_words decide;        /* what a person has to look at or decide first */
	rd_words basis;         /* law and standard */
	rd_minor profit_effect; /* of the drafts on profit before tax (or on 6901), income positive */
	rd_drafts drafts;
} rd_proposal;

/* Proposes for a finding of `result`, which was made over its book. Never fails: what has no recipe
 * gets the general one for vouchers, or NONE. */
void rd_correct_propose(rd_arena *arena, const rd_result *result, const rd_finding *finding,
                        const rd_correct_terms *terms, rd_proposal *ret);

/* What makes `voucher` say `right` (n lines; 0 = it should not be there at all). Lines with the
 * same accounts, sides and parties in the same order and other amounts become the difference. */
void rd_correct_rewrite(rd_arena *arena, const rd_book *book, rd_row voucher,
                        const rd_draft_line *right, uint32_t n, const rd_correct_terms *terms,
                        rd_proposal *ret);

/* The lines of a voucher as they stand, for editing. */
rd_draft_line *rd_correct_lines(rd_arena *arena, const rd_book *book, rd_row voucher,
                                uint32_t *ret_n);

/* schema "redink.proposal/1" */
void rd_proposal_json(rd_json *j, const rd_proposal *p);
#endif
