/*
 * laws.h - what holds on the desk after each command, whoever did what (docs/internals/desk.md).
 *
 * Told from the tables and from a small model kept here: who did what, and a count of worked
 * minutes made minute by minute, against which due times are held. A law that is broken is said by
 * law_says (stage.h).
 */
#ifndef DESK_LAWS_H
#define DESK_LAWS_H
#include "play.h"

#define DONE_MAX 512

/* Who did last what must be answered by another person. */
typedef struct laws {
	struct {
		int64_t id, by;
		char what;
	} done[DONE_MAX];
	uint32_t n;
} laws;

/* Once a process: the table of worked minutes. */
void laws_open(void);
/* After a step: `was` is what was seen before, p->now what is seen now. */
void laws_hold(laws *l, play *p, const sight *was);
/* The tables are what the log says. Costs a rebuild. */
void laws_replay(play *p);
#endif
