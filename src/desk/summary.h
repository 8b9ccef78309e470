/*
 * summary.h - the closing summary of a case, drafted from its record: what it was, when and by whom
 * it was found, why, what it meant, how it was put right and proved, how long it took, what was
 * learnt.
 *
 * A draft: a person reads it, changes it and keeps it in the field `summary`. It tells what the
 * record says and leaves out what the record does not.
 */
#ifndef RD_DESK_SUMMARY_H
#define RD_DESK_SUMMARY_H
#include "desk/story.h"

#define RD_SUMMARY_MAX 60000u /* bytes: within the 20,000 characters of the field */

/* The draft of a case, appended to `out` (which has room for RD_SUMMARY_MAX). */
RD_NODISCARD rd_rc rd_summary_draft(rd_tx *tx, const rd_story *story, rd_buf *out, rd_err *err);
#endif
