/*
 * heads.h - one log over all firms, so that one copy outside fixes the logs of all of them.
 *
 * Its events (RD_HEAD_TAKEN, about no record) say each what a signed checkpoint of a firm says:
 *
 *     {"firm":"7","size":12,"root":"<base64>"}
 *
 * as a payload, of which the leaf holds nothing but a salted hash: who has a checkpoint of this
 * log, or a proof out of it, does not learn which other firms there are. It is a log like a firm's,
 * under the number RD_HEADS_FIRM that no firm ever has, so that it is signed, backed up, taken out
 * of the machine and verified as they are. Its checkpoint, kept outside, shows that a firm's
 * history was replaced, as well as that a firm was left out or taken away.
 *
 * The proof for one firm is head.tlog-proof (trail/proof.h, the event in its extra line) with
 * head.json, {"salt":"<base64>","payload":"<text>"}, which opens the event's hash.
 *
 * Threads: any. Of two processes that take at once both may write the same checkpoint: nothing is
 * wrong with that.
 */
#ifndef RD_STORE_HEADS_H
#define RD_STORE_HEADS_H
#include "store/verify.h"

#define RD_HEADS_FIRM INT64_MAX
#define RD_HEAD_TAKEN "head.taken"
#define RD_HEADS_US   600000000LL  /* checkpoints are taken so often */
#define RD_HEADS_LATE 3600000000LL /* μs; one that was passed over for longer is left out */

#define RD_HEAD_PROOF_FILE "head.tlog-proof"
#define RD_HEAD_OPEN_FILE  "head.json"

/* Writes the last signed checkpoint of every firm that does not stand there yet, and signs the
 * head, when RD_HEADS_US have passed since, or with `now`. After rd_store_sign_due. */
RD_NODISCARD rd_rc rd_heads_take(rd_store *s, bool now, rd_err *err);
/* Whether the server has such a log. */
RD_NODISCARD rd_rc rd_heads_there(rd_store *s, bool *ret_there, rd_err *err);

typedef struct rd_head_files {
	int64_t size; /* of the firm's checkpoint; 0 = none stands under a signed head yet */
	rd_str proof, open;
} rd_head_files;

/* The proof for the firm, in `a`. */
RD_NODISCARD rd_rc rd_head_prove(rd_store *s, int64_t firm_id, rd_arena *a, rd_head_files *ret,
                                 rd_err *err);

/* What an event of the log says; false when the payload is not exactly in the form above. */
typedef struct rd_head_said {
	int64_t firm_id, size;
	rd_hash256 root;
} rd_head_said;

bool rd_head_parse(rd_str payload, rd_head_said *ret);

/* Every event of the log against the checkpoints of the firm it names, and every firm against the
 * log. `db` is in a read transaction, whose firm becomes the operator. That the logs are sound by
 * themselves is for rd_trail_verify. */
RD_NODISCARD rd_rc rd_heads_check(rd_db *db, rd_verify_heads *ret, rd_err *err);
/* The two files of a firm's export, with the keys and notes of the order that are of the log over
 * all. What the event says is *ret_said: it has to be compared with the firm's checkpoints. Errors
 * are those of a note given by hand; a file that is wrong is a finding. */
RD_NODISCARD rd_rc rd_head_check_files(const rd_verify_order *order, const rd_head_files *files,
                                       int64_t firm_id, rd_arena *a, rd_head_said *ret_said,
                                       rd_verify_heads *ret, rd_err *err);
#endif
