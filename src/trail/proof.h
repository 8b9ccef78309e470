/*
 * proof.h - the proof that one event is in a log, as a file: C2SP tlog-proof (".tlog-proof").
 *
 *     c2sp.org/tlog-proof@v1
 *     extra <base64>            optional; here the bytes of the event, so that the file is enough
 *     index <seq>
 *     <hash, base64>            as many lines as the proof has hashes
 *     (empty line)
 *     <the checkpoint, as it was signed>
 *
 * Nothing but the checkpoint is signed; what is true of the rest follows from it.
 * Pure; strings borrow from the text; any number of threads.
 */
#ifndef RD_TRAIL_PROOF_H
#define RD_TRAIL_PROOF_H
#include "base/arena.h"
#include "trail/checkpoint.h"
#include "trail/event.h"

#define RD_PROOF_TEXT_MAX (256u << 10) /* an event as base64, 63 hashes and a note: 161 KB */

typedef struct rd_proof_file {
	uint64_t index;
	rd_proof proof;
	rd_str extra; /* decoded; ptr NULL when there is none */
	rd_str note;
} rd_proof_file;

/* Adds the text to `out`; `extra` may be empty: no such line. LIMIT when `out` is full. */
RD_NODISCARD rd_rc rd_proof_file_format(const rd_proof_file *p, rd_buf *out, rd_err *err);
/* Reads it without believing it; `extra` is decoded into `a`. INPUT when it is no such file. */
RD_NODISCARD rd_rc rd_proof_file_parse(rd_str text, rd_arena *a, rd_proof_file *ret_file,
                                       rd_err *err);
/* Reads it, checks the signature of the checkpoint by `key`, decodes the event in `event_bytes`
 * (or, when that is empty, in the extra line), and checks that it is the one at the place that
 * both it and the file name. Errors as rd_checkpoint_verify; CORRUPT when the proof fails. */
RD_NODISCARD rd_rc rd_proof_file_check(rd_str text, const rd_vkey *key, rd_str event_bytes,
                                       rd_arena *a, rd_event *ret_event,
                                       rd_checkpoint *ret_checkpoint, rd_err *err);
#endif
