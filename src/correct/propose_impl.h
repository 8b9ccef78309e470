/*
 * propose_impl.h - what the parts of a proposal share: private to src/correct.
 *
 * propose.c: methods by law. recipes.c: what each check's finding asks for.
 */
#ifndef RD_CORRECT_PROPOSE_IMPL_H
#define RD_CORRECT_PROPOSE_IMPL_H
#include "correct/propose.h"

typedef struct rd_proposing {
	rd_arena *arena;
	const rd_book *b;
	rd_correct_terms terms;
	rd_period open; /* the first open period */
	rd_day day;     /* of the new vouchers */
	const rd_result *result;
	const rd_finding *f;
	rd_proposal *to;
} rd_proposing;

/* What each recipe does with a finding. */
void rd_recipe_run(rd_proposing *p);

/* The voucher should say these lines: chooses the method and writes the drafts. */
void rd_proposing_rewrite(rd_proposing *p, rd_row voucher, const rd_draft_line *right, uint32_t n);
/* One more voucher, with room for n lines and none of them filled. */
rd_voucher_draft *rd_proposing_draft(rd_proposing *p, rd_draft_role role, rd_row original,
                                     uint32_t n);
rd_draft_line rd_proposing_line(rd_proposing *p, rd_row line);
void rd_proposing_add(rd_proposing *p, rd_voucher_draft *d, rd_row account, rd_row party,
                      bool credit, rd_minor amount, const char *text);
rd_str rd_proposing_text(rd_proposing *p, const char *fmt, ...) RD_PRINTF(2, 3);
/* "8月3日记-15号凭证", with the year when it is not the open one. */
rd_str rd_proposing_name(rd_proposing *p, rd_row voucher);
#endif
