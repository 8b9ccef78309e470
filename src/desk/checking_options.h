/*
 * checking_options.h - how the desk runs the checks, for those that run them on a book of their own
 * (trials of corrections). Sees the check engine; no file that sees records includes it.
 */
#ifndef RD_DESK_CHECKING_OPTIONS_H
#define RD_DESK_CHECKING_OPTIONS_H
#include "check/run.h"
#include "desk/checking.h"

/* Parameters and decisions of the client; ages are counted to the last day of the books, so that a
 * finding is the same one in every run. Lives in `a`. */
void rd_checking_options(const rd_checking_input *in, rd_arena *a, rd_run_options *ret);
#endif
