/*
 * lesson.h - what was learnt from a case, as the draft of a knowledge article that names nobody.
 *
 * The article is a record of kind article, category lesson, in state draft, found by the type and
 * the cause of the case; the case refers to it (`lesson`). Names of the client, its contacts and
 * the parties, of persons and of everybody of the firm are left out, amounts keep their size only
 * (anonymous.h). A person finishes it and has it published.
 */
#ifndef RD_DESK_LESSON_H
#define RD_DESK_LESSON_H
#include "desk/story.h"

/* Creates the article as `actor`, who may change the case, and links both. BARRED when the case has
 * a lesson already. */
RD_NODISCARD rd_rc rd_lesson_create(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                    int64_t case_id, rd_record *ret_article, rd_err *err);
#endif
