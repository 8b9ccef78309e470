/*
 * may.h - what a person may do to a record: the rules of auth/rights.h on a kind's rights.
 *
 * A record that the person may not read is NOT_FOUND, with the same words as one that does not
 * exist; another thing refused is FORBIDDEN with the reason. rd_may_list says the same as SQL for
 * lists; a test compares both on random data.
 */
#ifndef RD_RECORD_MAY_H
#define RD_RECORD_MAY_H
#include "auth/rights.h"
#include "record/actor.h"
#include "record/fact.h"
#include "record/filter.h"

/* How the actor stands to a record: which relations, archived, restricted. Who watches it may read
 * and comment as one who works on it, and no more: anybody who reads may watch. */
RD_NODISCARD rd_rc rd_may_stand(rd_tx *tx, const rd_actor *actor, const rd_record *r, rd_verb verb,
                                rd_stand *ret_stand, rd_err *err);
/* The rules' answer for a list of rights of the kind. */
rd_may_answer rd_may_do(const rd_kind_rights *rights, const rd_actor *actor, rd_stand stand,
                        rd_verb verb);
/* The same for one record; the database is asked only when what the record says is not enough. */
RD_NODISCARD rd_rc rd_may_to(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                             const rd_kind_rights *rights, rd_verb verb, rd_may_answer *ret_answer,
                             rd_err *err);
/* NOT_FOUND, FORBIDDEN or OK. */
RD_NODISCARD rd_rc rd_may_record(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                                 rd_kind_verb verb, rd_err *err);
/* The words for what is not there, or not for this person. */
rd_rc rd_may_not_found(rd_err *err);
/* Whether the actor may do this to any record of the kind at all. */
bool rd_may_any(const rd_actor *actor, const rd_kind *k, rd_kind_verb verb);

/* A condition on rows under the alias r that holds for those the actor may read, with placeholders
 * from $first on; "" = all, "1 = 0" = none. At most RD_MAY_IN_MAX values. $1 is the firm. */
#define RD_MAY_IN_MAX 64u
typedef struct rd_may_list {
	rd_str where;
	rd_value in[RD_MAY_IN_MAX];
	uint32_t n_in;
} rd_may_list;
void rd_may_list_of(const rd_actor *actor, const rd_kind *k, uint32_t first, rd_arena *a,
                    rd_may_list *ret_list);
#endif
