/*
 * effect.h - looks back at closed cases: did it stay away, what did it cost.
 *
 * Closing a case plans a review (kind effect_review) as many days later as the settings
 * effect.days-p1 … -p4 say for its grade. A day before, so that it is there when people are
 * reminded, the program judges from the record and writes figures, verdict and reason into it:
 *
 *     B = times the case came back since it was closed, and 1 when it is open again
 *     L = cases of the same type at the same client, found since it was closed
 *     P = such cases found before it, in as long a time
 *     effective      B = 0 and L = 0
 *     partly         B = 0 and 0 < L < P
 *     not effective  B > 0, or L > 0 and L >= P
 *
 * Dismissed and duplicate cases count for nothing. A person concludes (transition finish) and may
 * decide otherwise; when the verdict is then "not effective", an improvement about the case is
 * planned and linked to the review.
 */
#ifndef RD_DESK_EFFECT_H
#define RD_DESK_EFFECT_H
#include "desk/periodic.h"
#include "desk/story.h"

typedef enum rd_effect { RD_EFFECT_GOOD, RD_EFFECT_PARTLY, RD_EFFECT_NONE } rd_effect;

/* The formula. Pure. */
rd_effect rd_effect_verdict(int64_t back, int64_t like, int64_t before);

/* As part of closing: plans the review, or moves the day of the one that is still to be done. */
RD_NODISCARD rd_rc rd_effect_plan(rd_hook_call *call, const rd_story *story, rd_err *err);
/* The entry "effects": judges what is due, once an hour; `e` must live as long. */
rd_periodic_entry rd_effects_entry(const rd_engine *e);
#endif
