/*
 * log.h - appending to the event log of a firm, and reading it.
 *
 * An event is a fact in the past tense, written in the same transaction as the projections that it
 * changes. Its bytes, leaf and tree are those of src/trail. Before the commit of a batch the
 * rows are read back and the tree is computed from them again (store/log.c); a mismatch rolls
 * everything back.
 */
#ifndef RD_STORE_LOG_H
#define RD_STORE_LOG_H
#include "store/store.h"
#include "trail/event.h"

typedef struct rd_log_event {
	rd_str type;       /* "task.created" */
	rd_str kind;       /* of the record it is about; "" = of the firm */
	int64_t record_id; /* 0 = none */
	rd_str actor;      /* "user:123", "token:9", "link:5", "system"; never a name */
	rd_str request_id;
	rd_str payload; /* JSON, values that changed; "" = none */
} rd_log_event;

/* Adds one event; its number in the firm is *ret_seq (from 0, no gaps). When the clock was set
 * back by more than 5 s, an event "clock.stepped" of the system goes before it. INPUT for text that
 * is no UTF-8, LIMIT for events of 65,536 bytes (the payload apart). */
RD_NODISCARD rd_rc rd_log_append(rd_tx *tx, const rd_log_event *e, int64_t *ret_seq, rd_err *err);

typedef struct rd_log_erase_order {
	rd_str actor, request_id, reason; /* the reason is kept for good: no personal data in it */
	const rd_seq_run *runs;           /* ascending, apart, of events that exist */
	uint32_t n_runs;
} rd_log_erase_order;

/* Deletes payloads and their salts for good; every proof stays valid. The event that says so,
 * RD_EVENT_ERASED, is *ret_seq. Whether retention and legal hold allow it is the caller's to ask.
 * CONFLICT when one was erased before,
 * USAGE when one is itself an event of erasing. */
RD_NODISCARD rd_rc rd_log_erase(rd_tx *tx, const rd_log_erase_order *order, int64_t *ret_seq,
                                rd_err *err);

typedef struct rd_log_row {
	int64_t seq, at_us, record_id;
	rd_str type, kind, actor, request_id;
	rd_str payload; /* "" with `erased` when it was erased */
	bool erased;
} rd_log_row;

/* How many events the firm has. */
RD_NODISCARD rd_rc rd_log_size(rd_tx *tx, int64_t *ret_size, rd_err *err);
/* Events of one record, the newest first; before_seq < 0 = from the end. At most 1,000 come. */
RD_NODISCARD rd_rc rd_log_of_record(rd_tx *tx, rd_str kind, int64_t record_id, int64_t before_seq,
                                    uint32_t max, const rd_log_row **ret_rows, uint32_t *ret_n,
                                    rd_err *err);
/* Events of the firm from `seq` on, in order; at most 1,000 come. */
RD_NODISCARD rd_rc rd_log_from(rd_tx *tx, int64_t seq, uint32_t max, const rd_log_row **ret_rows,
                               uint32_t *ret_n, rd_err *err);
#endif
