/*
 * actor.h - who is asking: a person, a token acting for one, a contact with a link, or the system.
 *
 * Built once a request by the desk from a session, token or link; constant afterwards, and owned
 * by the request's arena. Rights look at nothing else.
 */
#ifndef RD_RECORD_ACTOR_H
#define RD_RECORD_ACTOR_H
#include "record/kind.h"

typedef struct rd_actor {
	int64_t firm_id;
	int64_t user_id;      /* 0 = no person of the firm: a contact or the system */
	uint16_t roles;       /* mask of rd_kind_role */
	int64_t client_id;    /* of a contact: the client; else 0 */
	const int64_t *teams; /* that the person belongs to */
	uint32_t n_teams;
	bool only_looks;   /* an administrator who views as this person: changes nothing */
	bool system;       /* the program itself: every right, e.g. a job or the first set-up */
	rd_str name;       /* as events name it: "user:123", "token:9", "link:5", "system" */
	rd_str request_id; /* goes into the events */
} rd_actor;
#endif
