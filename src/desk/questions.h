/*
 * questions.h - what a client is asked (kind question): a letter with a link to one card,
 * reminders, and the clocks of the case that stand still meanwhile.
 *
 * A question without a contact goes to the one of the client who may enter the portal, has a mail
 * address and signs. The letter is a job ("question.mail"); its link shows that one question, is good
 * for RD_QUESTION_LINK_US and opens once. While there is no answer another letter goes out after
 * some working days (setting questions.remind-days), at most questions.reminders times; then the
 * question tells its owner, as a comment. Questions that nobody can be sent have no time in
 * sent_at: their people make a link and hand it on.
 *
 * A question that pauses its case stops the clocks as waiting for the client; the last answer lets
 * them run again (transitions pause and resume of the case, by the program).
 */
#ifndef RD_DESK_QUESTIONS_H
#define RD_DESK_QUESTIONS_H
#include "desk/periodic.h"
#include "desk/send.h"
#include "record/engine.h"

#define RD_QUESTION_LINK_US (72 * 3600 * INT64_C(1000000))

#define RD_QUESTION_JOBS_N 1u
/* Fills the table of handlers; `sender` must live as long as the runner. */
void rd_question_jobs(const rd_sender *sender, rd_job_kind kinds[RD_QUESTION_JOBS_N]);
/* The entry "questions" over all firms: reminders; `e` must live as long. */
rd_periodic_entry rd_question_entry(const rd_engine *e);
#endif
