/*
 * guard.h - what must hold before a command may happen, beyond the form of its body.
 *
 * Field rights, whether referred records exist in the firm, unique values, who may do a
 * transition and whether it needs a second person. Used by engine.c only.
 */
#ifndef RD_RECORD_GUARD_H
#define RD_RECORD_GUARD_H
#include "record/engine.h"

/* FORBIDDEN when the draft sets a field that this actor may not set. */
RD_NODISCARD rd_rc rd_guard_fields(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                                   const rd_draft *draft, rd_err *err);
/* INPUT with problems when a reference that was not there before leads to nothing in this firm. */
RD_NODISCARD rd_rc rd_guard_refs(rd_tx *tx, const rd_record *now, const rd_record *was,
                                 rd_problems *problems, rd_err *err);
/* The same for what a transition asks and the record does not keep. */
RD_NODISCARD rd_rc rd_guard_asked(rd_tx *tx, const rd_transition *t, const rd_value (*asked)[2],
                                  rd_problems *problems, rd_err *err);
/* What came of writing `r`: a broken unique key is said in the words of the kind. */
RD_NODISCARD rd_rc rd_guard_unique(rd_rc rc, rd_tx *tx, const rd_record *r, rd_err *err);
/* The transition begins where the record stands. */
bool rd_guard_stands(const rd_record *r, const rd_transition *t);
RD_NODISCARD rd_rc rd_guard_transition(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                                       const rd_transition *t, rd_available *ret, rd_err *err);
/* As for change, but archived records may be brought back by who may archive. */
RD_NODISCARD rd_rc rd_guard_archive(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                                    rd_err *err);
/* The user in "user:5" or "user:5+token:9"; 0 when it was no person of the firm. */
int64_t rd_guard_person(rd_str actor);
#endif
