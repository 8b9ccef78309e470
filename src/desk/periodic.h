/*
 * periodic.h - what the server does again and again: signing heads, looking after blobs, reminders,
 * digests, clearing away.
 *
 * The list is a table in code; each entry has an interval and a lease. Only one process of all on a
 * database runs an entry at a time: it takes its row in periodic_runs, and another takes over when
 * the lease runs out. An entry that fails says so in its row and in `told`, and runs again at its
 * time.
 *
 * Threads: one of its own for all entries.
 */
#ifndef RD_DESK_PERIODIC_H
#define RD_DESK_PERIODIC_H
#include "store/store.h"

#define RD_PERIODIC_MAX 32u

typedef struct rd_periodic_entry {
	const char *name; /* kept in periodic_runs */
	uint32_t interval_s;
	uint32_t lease_s; /* longer than one run takes */
	/* Goes over all firms that concern it. `a` is of this run. */
	rd_rc (*run)(rd_store *s, void *ctx, rd_arena *a, rd_err *err);
	void *ctx;
} rd_periodic_entry;

typedef struct rd_periodic_config {
	rd_store *store;
	const rd_periodic_entry *entries;
	uint32_t n_entries; /* up to RD_PERIODIC_MAX */
	uint32_t poll_ms;   /* 0 = 1000 */
	void (*told)(void *ctx, const char *entry, const rd_err *why);
	void *told_ctx;
	/* After a run: there may be jobs. NULL = nobody. */
	void (*worked)(void *ctx);
	void *worked_ctx;
} rd_periodic_config;

typedef struct rd_periodic rd_periodic;

/* `config` is copied, the table is not. */
RD_NODISCARD rd_rc rd_periodic_start(const rd_periodic_config *config, rd_periodic **ret_periodic,
                                     rd_err *err);
/* After the entry at hand. NULL is fine. */
void rd_periodic_stop(rd_periodic *p);
/* Without a thread: runs what is due. *ret_ran counts. */
RD_NODISCARD rd_rc rd_periodic_run(const rd_periodic_config *config, uint32_t *ret_ran,
                                   rd_err *err);

/* Every firm that has a log, one after the other: for entries. The first failure is told at the end
 * and keeps no other firm from its turn. */
typedef rd_rc rd_firm_fn(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err);
RD_NODISCARD rd_rc rd_each_firm(rd_store *s, rd_firm_fn *fn, void *ctx, rd_err *err);

/* The entries that need nothing but the store: checkpoints, blobs, clearing away. `entries` has
 * room for RD_UPKEEP_N. */
#define RD_UPKEEP_N 3u
void rd_upkeep_entries(rd_periodic_entry entries[RD_UPKEEP_N]);
#endif
