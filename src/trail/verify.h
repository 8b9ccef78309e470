/*
 * verify.h - checks a whole log from its stored bytes, as an outsider would.
 *
 * Two questions, answered apart:
 *   integrity     is what is there what was signed, each event as it was written?
 *   completeness  is nothing missing, up to which checkpoint, and how long is the tail behind the
 *                 last copy of a checkpoint that left the machine ("unanchored")?
 *
 * One pass over the events in order: memory O(log n), and 16 bytes for each run of erased payloads
 * (they must be named by an event that comes later). About a microsecond an event.
 *
 * The source hands out rows and notes as they are stored; it must not repair, sort or skip them.
 * Trust lies in the keys and in the notes from outside alone, both given by hand. Without a key the
 * checkpoints are compared with the events, but count as signed by nobody.
 *
 * A log that is wrong is an answer, not a failure: rd_trail_verify fails only when a source does,
 * when a note *given by hand* is not signed by a key given by hand, or when memory limits are met.
 */
#ifndef RD_TRAIL_VERIFY_H
#define RD_TRAIL_VERIFY_H
#include "trail/checkpoint.h"
#include "trail/event.h"

typedef enum rd_payload_state {
	RD_PAYLOAD_THERE,
	RD_PAYLOAD_ERASED,   /* no row; an event that comes later must name it */
	RD_PAYLOAD_WITHHELD, /* left out of a bundle on purpose; only its hash is known */
} rd_payload_state;

/* One stored event: the plain columns, and the bytes that they repeat. */
typedef struct rd_trail_row {
	uint64_t firm_id, seq;
	int64_t at_us;
	rd_str type, kind;
	uint64_t record_id;
	rd_str actor;
	rd_str body;
	rd_payload_state payload_state;
	rd_str salt, payload; /* when it is there */
} rd_trail_row;

/* Both set *ret_more to false at the end. What a row or note borrows lives until the next call. */
typedef struct rd_trail_source {
	/* Events by seq, ascending, as stored. */
	rd_rc (*next_event)(void *ctx, rd_trail_row *ret_row, bool *ret_more, rd_err *err);
	/* The log's own checkpoints by size, ascending; NULL = there are none. */
	rd_rc (*next_checkpoint)(void *ctx, rd_str *ret_note, bool *ret_more, rd_err *err);
	void *ctx;
} rd_trail_source;

typedef struct rd_trail_options {
	uint64_t firm_id;    /* that all events must have; 0 = that of the first event */
	const rd_vkey *keys; /* any of them may have signed: keys are changed over the years */
	uint32_t n_keys;
	const rd_str *outside; /* notes held outside, in any order */
	uint32_t n_outside;
} rd_trail_options;

typedef enum rd_trail_fault {
#define RD_TRAIL_FAULT(name, zh, en) RD_TRAIL_##name,
#include "trail/fault.def"
#undef RD_TRAIL_FAULT
	RD_TRAIL_FAULT_COUNT
} rd_trail_fault;

/* Runs of erased payloads that are held at once: 64 MB. */
#define RD_TRAIL_RUNS_MAX 4000000u

typedef struct rd_trail_report {
	/* Integrity. Of a fault the first place is told: exactly, first_bad_seq = last_bad_seq, or,
	 * when only the root differs, between the last root that was right and the next. */
	bool intact;
	rd_trail_fault fault; /* RD_TRAIL_SOUND when intact */
	rd_words reason;      /* of the fault; static text */
	bool located;         /* a seq can be named */
	uint64_t first_bad_seq, last_bad_seq;
	uint64_t bad_size; /* of the checkpoint that differs; 0 = the fault is not about one */

	/* Completeness. */
	bool complete;              /* no gap, and no checkpoint speaks of more events than there are */
	uint64_t first_missing_seq; /* when not complete */
	uint64_t events;            /* rows seen */
	uint64_t claimed;           /* the largest size that a checkpoint speaks of */
	uint64_t signed_size;       /* events under the last signed checkpoint that fits */
	uint64_t anchored_size;     /* events under the last note from outside that fits */
	uint64_t unanchored;        /* events behind that */

	/* Counts, and where a log that goes on would go on. */
	uint64_t checkpoints, outside; /* that fit */
	uint64_t erased, withheld;     /* payloads */
	uint64_t erase_left;           /* payloads that are there though an event says erased */
	uint64_t first_erase_left_seq;
	int64_t last_at_us;
	rd_hash256 root; /* of the events, when intact */
} rd_trail_report;

/* Checks the log. LIMIT above RD_TRAIL_RUNS_MAX; NOT_FOUND, INPUT or CORRUPT for a note in
 * options.outside, err->line being its place there, from 1. */
RD_NODISCARD rd_rc rd_trail_verify(const rd_trail_source *source, const rd_trail_options *options,
                                   rd_trail_report *ret_report, rd_err *err);
rd_words rd_trail_fault_words(rd_trail_fault fault);
#endif
