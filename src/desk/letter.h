/*
 * letter.h - addresses a letter as the firm's settings say. In a transaction; texts live in
 * tx->arena.
 */
#ifndef RD_DESK_LETTER_H
#define RD_DESK_LETTER_H
#include "desk/post.h"

/* Fills server, sender, receiver and time. *ret_off: mail is not set up (any more), or there is no
 * address: then nothing is to be sent. */
RD_NODISCARD rd_rc rd_letter_address(rd_tx *tx, rd_str to_name, rd_str to, rd_letter *letter,
                                     bool *ret_off, rd_err *err);
/* The Message-ID: the same for each try of the same thing. After rd_letter_address. */
void rd_letter_name(rd_tx *tx, const char *what, int64_t id, rd_letter *letter);
#endif
