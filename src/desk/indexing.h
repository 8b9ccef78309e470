/*
 * indexing.h - when the words that wait (record/pending.h) go into the index.
 *
 * At each look at all firms: everything when the writer is quiet, in small steps, and as soon as
 * people come, no more; while it is busy only what is above RD_INDEXING_KEPT, so that a search
 * never has more rows than that to read beside the index: 10 ms of SQLite.
 *
 * Threads: one at a time (that of the followers).
 */
#ifndef RD_DESK_INDEXING_H
#define RD_DESK_INDEXING_H
#include "store/store.h"

#define RD_INDEXING_KEPT  50000u /* records of a firm that may wait while the writer is busy */
#define RD_INDEXING_QUIET 200u   /* fewer commands than that since the last look: quiet */

typedef struct rd_indexing {
	rd_store *store;
	uint64_t seen; /* commands of this process until the last look */
} rd_indexing;

/* The first failure is told at the end and keeps no other firm from its turn. */
RD_NODISCARD rd_rc rd_indexing_look(rd_indexing *x, rd_err *err);
#endif
