/*
 * checkpoint.h - signs the heads of the logs, so that what was signed cannot be changed unseen.
 *
 * The name of a firm's log, and of the key, is "<origin>/<firm id>". One Ed25519 key signs for all
 * firms: the 32 bytes of its seed in `sign.key` beside the database (mode 0400, made at first
 * use). What was signed last for a firm is kept, on disk before anybody sees it, in signed/<firm
 * id>: a log that is smaller than that (a backup was restored) or does not begin with it is never
 * signed. It must be signed by that key, or by one named in old.keys (public halves, 64 hex digits
 * a line). The checkpoints must leave the machine (desk/anchors.h); without a copy outside, whoever
 * holds database and key can write and sign another history.
 *
 * Threads: any; of two that sign one firm at once, one finds the work done.
 */
#ifndef RD_STORE_CHECKPOINT_H
#define RD_STORE_CHECKPOINT_H
#include "base/buf.h"
#include "store/store.h"
#include "trail/checkpoint.h"
#include "trail/tile.h"

#define RD_SIGN_EVENTS 1000     /* a log that grew by so many is due … */
#define RD_SIGN_US     60000000 /* … or one that grew at all and was signed so long ago */

typedef struct rd_signed {
	int64_t size; /* events under it; 0 = the log is empty and nothing was signed */
	rd_hash256 root;
	rd_str note; /* in the arena of the call */
} rd_signed;

/* Signs the head of the firm's log, or answers the last note when it has not grown. Before
 * reports, whose print it is. BARRED when the log is behind what was signed, CORRUPT when it does
 * not begin with it, FORBIDDEN when the key file can be read by others. */
RD_NODISCARD rd_rc rd_store_sign(rd_store *s, int64_t firm_id, rd_arena *a, rd_signed *ret,
                                 rd_err *err);
/* Signs every log that is due, or (`all`, before a stop) that has grown. One firm's failure does
 * not keep others from it; the first is told at the end. For a timer of some seconds. */
RD_NODISCARD rd_rc rd_store_sign_due(rd_store *s, bool all, uint32_t *ret_signed, rd_err *err);
/* The public key of the firm's log, to be handed to auditors. */
RD_NODISCARD rd_rc rd_store_vkey(rd_store *s, int64_t firm_id, rd_vkey *ret, rd_err *err);

/* Every key that may have signed the firm's log under its present name, the present one first, in
 * `a`. */
RD_NODISCARD rd_rc rd_store_vkeys(rd_store *s, int64_t firm_id, rd_arena *a,
                                  const rd_vkey **ret_keys, uint32_t *ret_n, rd_err *err);
/* Which of our keys, the present one or an old one, signed this note of the firm's log. NOT_FOUND
 * when none did. */
RD_NODISCARD rd_rc rd_store_signer(rd_store *s, int64_t firm_id, rd_str note, rd_vkey *ret,
                                   rd_err *err);
/* What stood before the firm's id in the names of the logs of this store's folder, from what was
 * signed last; "" when nothing was. For commands that are not told. */
rd_str rd_store_origin(rd_str folder, rd_arena *a);
/* What this key signed may be gone on from (old.keys): it came with a firm from another server. */
RD_NODISCARD rd_rc rd_store_trust(const char *folder, const rd_vkey *key, rd_err *err);

/* The stored tree of the transaction's firm, for proofs and roots; in tx->arena, for as long as
 * the transaction. */
rd_tree_source rd_log_tree(rd_tx *tx);
#endif
