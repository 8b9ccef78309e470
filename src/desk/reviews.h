/*
 * reviews.h - reviews on schedule: what `[review]` of a model file asks for, for every kind.
 *
 * The periodic entry "reviews" goes over the records of such kinds that are open and not archived.
 * A record is to be reviewed on the day that its date field names (rd_kind.review_date), else on
 * the days of the rule, counted from the local day of its creation. When such a day has come, one
 * task is made about the record for whoever is asked, due when work ends on that day or the next
 * working day by the firm's calendar; of several days that were missed, the last. The table
 * `reviews` has a key for kind, record and day: a day is asked for once, whatever stops, starts
 * again or runs at the same time.
 *
 * Who is asked but has left is replaced by the owner of the record, else the task has no owner.
 * When the task is finished or declined, the date field is set to the next day of the rule, unless
 * somebody has set it to a later day than this review's meanwhile.
 */
#ifndef RD_DESK_REVIEWS_H
#define RD_DESK_REVIEWS_H
#include "desk/periodic.h"
#include "record/engine.h"

/* The entry "reviews" over all firms; `e` must live as long. */
rd_periodic_entry rd_reviews_entry(const rd_engine *e);
/* A task ends: when it was made for a review, names the next day. For hooks of tasks. */
RD_NODISCARD rd_rc rd_reviews_done(const rd_hook_call *call, rd_err *err);
#endif
