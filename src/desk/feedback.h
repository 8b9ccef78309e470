/*
 * feedback.h - what became of a case, told to who reported it, who prepared the books and the
 * client.
 *
 * Records of kind feedback, made when a case is closed, in the firm's language, due some days later
 * (setting feedback.days); the reminders of due records do the rest. Persons who closed or handled
 * the case themselves are not told again. Who prepared the books is whom the case names among its
 * persons, else the accountant of the client.
 *
 * The client is told as the setting feedback.client says, through a contact who may enter the
 * portal when there is one: it gets a letter (job "feedback.mail") with a link, good once and for
 * RD_FEEDBACK_LINK_US, on which it acknowledges. The owner of the case sees to it, and hands a link
 * on where no letter can be sent.
 */
#ifndef RD_DESK_FEEDBACK_H
#define RD_DESK_FEEDBACK_H
#include "desk/send.h"
#include "desk/story.h"

#define RD_FEEDBACK_LINK_US (72 * 3600 * INT64_C(1000000))

/* As part of closing, `story` tells the case as it will be. */
RD_NODISCARD rd_rc rd_feedback_send(rd_hook_call *call, const rd_story *story, rd_err *err);

/* Orders the letter of a feedback in its transaction. */
RD_NODISCARD rd_rc rd_feedback_letter_order(rd_store *s, rd_tx *tx, int64_t feedback_id,
                                            rd_err *err);
/* The handler of "feedback.mail"; `sender` must live as long as the runner. */
rd_job_kind rd_feedback_job(const rd_sender *sender);
#endif
