/*
 * feedback.h - what became of a case, told to who reported it, who prepared the books and the
 * client.
 *
 * Records of kind feedback, made when a case is closed, in the firm's language, due some days later
 * (setting feedback.days); the reminders of due records do the rest. Persons who closed or
 * handled the case themselves are not told again. Who prepared the books is whom the case names
 * among its persons, else the accountant of the client. The client is told as the setting feedback.client
 * says, through a contact who may enter the portal when there is one; it reads and acknowledges by
 * a link of that contact, and the owner of the case sees to it.
 */
#ifndef RD_DESK_FEEDBACK_H
#define RD_DESK_FEEDBACK_H
#include "desk/story.h"

/* As part of closing, `story` tells the case as it will be. */
RD_NODISCARD rd_rc rd_feedback_send(rd_hook_call *call, const rd_story *story, rd_err *err);
#endif
