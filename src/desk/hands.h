/*
 * hands.h - the desk's own hands: what works without being asked over HTTP.
 *
 * Jobs (mails, webhooks), followers of the log (notices, webhooks, emergencies, live changes) and
 * periodic work (checkpoints, reminders, digests, reviews, the catalogue, clocks of cases, duty).
 * `redink serve` has some; `redink worker` has nothing else. Any number of processes may have hands
 * on one database.
 */
#ifndef RD_DESK_HANDS_H
#define RD_DESK_HANDS_H
#include "net/outbound.h"
#include "record/engine.h"

typedef struct rd_hands_config {
	const rd_engine *engine;     /* must live as long */
	uint32_t threads;            /* for jobs; 0 = 2 */
	rd_outbound_policy outbound; /* whom webhooks, robots and mail servers may be; copied, its texts
	                              * must live as long */
	const char *checkpoints_to;  /* folder for signed heads (desk/anchors.h); NULL = none */
	/* Each event after its commit, for live changes; NULL = nobody. */
	void (*live)(void *ctx, int64_t firm_id, const rd_log_row *row);
	/* What went wrong, one line in English; NULL = nobody. */
	void (*told)(void *ctx, const char *what, const rd_err *why);
	void *ctx;
} rd_hands_config;

typedef struct rd_hands rd_hands;

RD_NODISCARD rd_rc rd_hands_start(const rd_hands_config *config, rd_hands **ret_hands, rd_err *err);
/* The books that this process holds in memory (shelf.h). */
struct rd_shelf *rd_hands_shelf(const rd_hands *h);
/* The bank statements used last (statements.h). */
struct rd_statements *rd_hands_statements(const rd_hands *h);
/* Something was written for this firm: followers look now, not at their next turn. */
void rd_hands_poke(rd_hands *h, int64_t firm_id);
/* Ends the work at hand and signs what the logs grew by. NULL is fine. */
void rd_hands_stop(rd_hands *h);
#endif
