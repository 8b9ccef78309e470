/*
 * lines.h - small things that the settings of the desk share: one-line texts, lists joined by
 * commas, events of the firm. Everything is borrowed.
 */
#ifndef RD_DESK_LINES_H
#define RD_DESK_LINES_H
#include "record/actor.h"
#include "store/log.h"

/* INPUT unless it is UTF-8 in one line of `min` to `max` bytes; `what` names it in messages. */
RD_NODISCARD rd_rc rd_line_fits(const char *what, rd_str text, uint32_t min, uint32_t max,
                                rd_err *err);
/* INPUT unless it is an address to call. */
RD_NODISCARD rd_rc rd_line_url(const char *what, rd_str url, rd_err *err);
/* The next item of a list joined by commas, without the blanks around it; empty ones are passed
 * over. False at the end. */
bool rd_list_next(rd_str *rest, rd_str *ret_item);
/* An event about the firm as a whole; ret_seq NULL = the caller does not need its number. */
RD_NODISCARD rd_rc rd_firm_event(rd_tx *tx, const rd_actor *actor, const char *type, rd_str payload,
                                 int64_t *ret_seq, rd_err *err);
#endif
