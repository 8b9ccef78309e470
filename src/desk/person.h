/*
 * person.h - a person of the firm as one who is told something: name, mail, language, rights.
 *
 * Results live in tx->arena.
 */
#ifndef RD_DESK_PERSON_H
#define RD_DESK_PERSON_H
#include "notify/message.h"
#include "record/actor.h"
#include "store/store.h"

typedef struct rd_person {
	int64_t id;
	rd_str name, mail; /* mail "" = none is known */
	rd_language language;
	int64_t calendar_id; /* 0 = that of the firm */
	bool active;         /* works here and may sign in */
	rd_actor actor;      /* for rights; events are never written as this person */
} rd_person;

RD_NODISCARD rd_rc rd_person_load(rd_tx *tx, int64_t user_id, rd_person *ret_person,
                                  bool *ret_found, rd_err *err);
/* The program itself. */
rd_actor rd_desk_system(int64_t firm_id);
#endif
