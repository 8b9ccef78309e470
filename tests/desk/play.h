/*
 * play.h - random people who do random things with the cases of a stage.
 *
 * One seed is one course of events: everything is drawn from it, so it happens again. Most of what
 * people try is refused, by rights, by state or by what is lacking; a part is chosen to get on, so
 * that cases come to their end.
 */
#ifndef DESK_PLAY_H
#define DESK_PLAY_H
#include "stage.h"

#define MADE_MAX   64
#define SAID       24
#define CASES_PLAN 16 /* cases that people make by hand */

typedef enum made_kind {
	QUESTION,
	CORRECTION,
	TIME_ENTRY,
	EVIDENCE,
	ABSENCE,
	SUPPRESSION,
	PROBLEM,
	MADE_KINDS
} made_kind;

/* What one command did, for the laws that are about who did it. */
typedef struct deed {
	const char *kind, *transition; /* transition "" = made, changed, archived */
	int64_t id, by;                /* by 0 = the program */
	bool walked;                   /* the periodic work of the desk was done at this moment */
	bool tried;                    /* it was a command, and rc is what came of it */
	rd_rc rc;
} deed;

typedef struct play {
	stage *s;
	uint64_t random;
	uint32_t step;
	sight now; /* before the command */
	deed deed;
	int64_t made[MADE_KINDS][MADE_MAX];
	uint32_t n_made[MADE_KINDS];
	uint32_t broken, gaps; /* vouchers of the books, a bit each */
	uint32_t done, refused;
	char said[SAID][400]; /* the last commands */
	uint32_t n_said;
} play;

void play_begin(play *p, stage *s, uint64_t seed);
/* Time may pass; then somebody does something. p->now is what was seen before. */
void play_step(play *p);
void play_tell(const play *p); /* the last commands */
#endif
