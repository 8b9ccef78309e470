/*
 * follow.h - whoever reads the event log as it grows: notifications, webhooks, live changes.
 *
 * A follower gets the events of each firm in order, in batches, and does its work in a write
 * transaction that also moves its position: every event is worked off exactly once, whatever stops
 * in between and however many processes follow. When its work fails, nothing is kept and the
 * batch comes again; a follower therefore fails only for what may be better the next time.
 *
 * Most events are nobody's business. A follower that says beforehand which are (`look`) is asked
 * in a read transaction of the follower's thread; what it passes over costs the writer nothing but
 * the position, moved once for many.
 *
 * Live changes are different: each process hands the events that are committed from its start on to
 * one function, without a position; who listens there (server-sent events) resumes by number.
 *
 * The server pokes after commits (rd_follow_poke); what other processes wrote over PostgreSQL is
 * found by looking every poll_ms.
 *
 * Threads: one of its own for all followers; rd_follow_poke from any, and cheap.
 */
#ifndef RD_DESK_FOLLOW_H
#define RD_DESK_FOLLOW_H
#include "store/log.h"

#define RD_FOLLOW_BATCH  100u  /* events in one transaction: others wait for the writer meanwhile */
#define RD_FOLLOW_LOOK   1000u /* events looked at before */
#define RD_FOLLOWERS_MAX 8u

/* `rows`: n >= 1 events of the transaction's firm, in order. */
typedef rd_rc rd_follow_fn(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, rd_err *err);

/* Reads only: *ret_first is the first of `rows` that `run` may have work with, n = none of them. */
typedef rd_rc rd_follow_look_fn(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx,
                                uint32_t *ret_first, rd_err *err);

typedef struct rd_follower {
	const char *name; /* kept in follower_positions; never reused for something else */
	rd_follow_fn *run;
	void *ctx;
	rd_follow_look_fn *look; /* NULL = every event is for `run` */
} rd_follower;

typedef struct rd_follow_config {
	rd_store *store;
	const rd_follower *followers;
	uint32_t n_followers; /* up to RD_FOLLOWERS_MAX */
	/* Each event after its commit, in order within a firm; NULL = nobody is interested. */
	void (*live)(void *ctx, int64_t firm_id, const rd_log_row *row);
	void *live_ctx;
	/* After followers wrote something: there may be jobs. NULL = nobody. */
	void (*worked)(void *ctx);
	void *worked_ctx;
	/* A follower failed, and will try again; NULL = nobody is told. */
	void (*told)(void *ctx, const char *follower, int64_t firm_id, const rd_err *why);
	void *told_ctx;
	/* After each look at all firms, on the thread of the followers; NULL = nobody. */
	void (*looked)(void *ctx);
	void *looked_ctx;
	uint32_t poll_ms; /* 0 = 1000 */
} rd_follow_config;

typedef struct rd_follow rd_follow;

/* `config` is copied, the table is not. Live changes begin with what is committed from now on. */
RD_NODISCARD rd_rc rd_follow_start(const rd_follow_config *config, rd_follow **ret_follow,
                                   rd_err *err);
/* Ends the thread after the batch at hand. NULL is fine. */
void rd_follow_stop(rd_follow *f);
/* The firm's log has grown. */
void rd_follow_poke(rd_follow *f, int64_t firm_id);

/* Without a thread: one follower, one firm, up to one batch and what is passed over before it.
 * *ret_n events, 0 = there was nothing. */
RD_NODISCARD rd_rc rd_follow_batch(rd_store *s, const rd_follower *follower, int64_t firm_id,
                                   rd_arena *a, uint32_t *ret_n, rd_err *err);
#endif
