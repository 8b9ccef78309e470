/*
 * event.h - one event of a log as bytes, and its leaf in the tree.
 *
 * Events are encoded once, stored, and never written again from their parts: what is hashed is
 * what is stored. Version 1, big-endian, str = u16 length and that many bytes of UTF-8:
 *
 *     u8 version = 1 | u8 hash = 1 (SHA-256) | u64 firm_id | u64 seq | i64 at_us | str type |
 *     str kind | u64 record_id | str actor | str request_id | 32 bytes SHA-256(salt || payload)
 *
 * The whole stays below 65,536 bytes (the limit of an entry in C2SP tiles). The payload and its
 * 16 random bytes of salt lie elsewhere and can be erased without breaking a proof; the salt keeps
 * a short payload from being guessed. Actors are ids, never names.
 *
 * Strings of a decoded event borrow from the bytes. Pure; any number of threads.
 */
#ifndef RD_TRAIL_EVENT_H
#define RD_TRAIL_EVENT_H
#include "base/arena.h"
#include "base/buf.h"
#include "trail/merkle.h"

#define RD_EVENT_BYTES_MAX  65535u
#define RD_EVENT_SALT_BYTES 16u

typedef struct rd_event {
	uint64_t firm_id, seq; /* seq = number of the leaf, from 0 */
	int64_t at_us;         /* microseconds since 1970, UTC; never goes back within a firm */
	rd_str type;           /* "risk.assessed"; not empty */
	rd_str kind;           /* of the record; "" when the event is about none */
	uint64_t record_id;    /* 0 when it is about none */
	rd_str actor, request_id;
	rd_hash256 payload_hash;
} rd_event;

/* The bytes, in `a`. INPUT when a text is not UTF-8 or holds a NUL, the type is empty or a number
 * is above 2^63 - 1; LIMIT when the whole would be 65,536 bytes or more. */
RD_NODISCARD rd_rc rd_event_encode(const rd_event *e, rd_arena *a, rd_str *ret_bytes, rd_err *err);
/* Takes exactly what rd_event_encode makes, with nothing behind it; else CORRUPT. */
RD_NODISCARD rd_rc rd_event_decode(rd_str bytes, rd_event *ret_event, rd_err *err);
/* SHA-256(salt || payload). An event without payload has the empty one and a salt all the same. */
rd_hash256 rd_event_payload_hash(const uint8_t salt[RD_EVENT_SALT_BYTES], rd_str payload);
/* The leaf of the tree: SHA-256(0x00 || bytes). */
static inline rd_hash256 rd_event_leaf(rd_str bytes)
{
	return rd_tree_leaf(bytes.ptr, bytes.len);
}

/*
 * Erasing payloads is itself an event, of type RD_EVENT_ERASED. Its payload names the events whose
 * payloads were removed, all before it, and the reason, in exactly this form (runs ascending and
 * apart, first and last included; the reason is a JSON string):
 *
 *     {"seqs":[[3,3],[10,12]],"reason":"..."}
 */
#define RD_EVENT_ERASED    "payload.erased"
#define RD_ERASED_RUNS_MAX 100000u /* in one event: at 42 bytes a run, 4 MB of payload */

typedef struct rd_seq_run {
	uint64_t first, last;
} rd_seq_run;

/* Writes the payload into `out`; false when the runs are not ascending and apart, there are none
 * or too many. */
bool rd_erased_format(const rd_seq_run *runs, uint32_t n, rd_str reason, rd_buf *out);
/* Reads the runs, in `a`; anything but the form above is CORRUPT. */
RD_NODISCARD rd_rc rd_erased_parse(rd_str payload, rd_arena *a, rd_seq_run **ret_runs,
                                   uint32_t *ret_n, rd_err *err);
#endif
