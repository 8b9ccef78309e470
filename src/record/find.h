/*
 * find.h - records found by words, and by who refers to them.
 *
 * Every answer is held to what the actor may read. Results live in tx->arena.
 */
#ifndef RD_RECORD_FIND_H
#define RD_RECORD_FIND_H
#include "record/may.h"

/* Records in which all words of `text` occur, the newest first; `kind` "" = of every kind. At most
 * `max` are answered; a text without words finds nothing. */
RD_NODISCARD rd_rc rd_find_text(rd_tx *tx, const rd_actor *actor, rd_str text, rd_str kind,
                                uint32_t max, const rd_record **ret_records, uint32_t *ret_n,
                                rd_err *err);

typedef struct rd_reference {
	rd_record from;
	rd_str field;
} rd_reference;

/* Records whose fields name this one. NOT_FOUND when the actor may not read it. */
RD_NODISCARD rd_rc rd_find_references(rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                                      int64_t id, const rd_reference **ret_list, uint32_t *ret_n,
                                      rd_err *err);
#endif
