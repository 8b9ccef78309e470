/*
 * rebuild.h - makes the tables of records anew from the event log.
 *
 * All in one write transaction: either every table of the firm is what its log says, or nothing
 * was changed. CORRUPT names the event that cannot be replayed.
 */
#ifndef RD_RECORD_REBUILD_H
#define RD_RECORD_REBUILD_H
#include "store/store.h"

/* For rd_store_write, with ctx an int64_t that becomes the number of events read. */
rd_tx_fn rd_rebuild;
#endif
