/* correct_text.h - a correction as text for a terminal, in Chinese or English. */
#ifndef RD_CMD_CORRECT_TEXT_H
#define RD_CMD_CORRECT_TEXT_H
#include "correct/diff.h"
#include "correct/propose.h"

/* Every finding with its fingerprint and method, one line each. */
void rd_correct_list(const rd_result *r, const rd_correct_terms *terms, int lang, rd_buf *out);
/* The proposal, what is wrong with it, and the trial; `sim` NULL = it was not tried. */
void rd_correct_text(const rd_result *r, const rd_finding *f, const rd_proposal *p,
                     const rd_draft_problems *problems, const rd_simulation *sim, int lang,
                     rd_buf *out);
#endif
