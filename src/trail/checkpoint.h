/*
 * checkpoint.h - a signed statement "this log has so many events and this root".
 *
 * The text is a C2SP tlog-checkpoint, a signed note with Ed25519 keys (RFC 8032):
 *
 *     redink.example/<firm label>          origin = name of the key
 *     <size, decimal>
 *     <root, base64>
 *     (empty line)
 *     — <name> base64(key id || signature of the text above)
 *
 * key id = first 4 bytes of SHA-256(name || LF || 0x01 || public key). A public key is handed
 * round as a vkey, "name+<key id, 8 hex digits>+base64(0x01 || public key)". Signatures by others
 * (witnesses, older keys) may stand beside ours and are passed over. Extension lines are refused:
 * nothing that an auditor cannot check is signed.
 *
 * Pure: the seed is handed in, where it is kept is the caller's affair. Any number of threads.
 */
#ifndef RD_TRAIL_CHECKPOINT_H
#define RD_TRAIL_CHECKPOINT_H
#include "base/buf.h"
#include "trail/merkle.h"

#define RD_KEY_NAME_MAX   255u
#define RD_NOTE_BYTES_MAX 65536u /* sixteen witnesses with keys of any kind fit in */
#define RD_KEY_SEED_BYTES 32u

typedef struct rd_vkey {
	char name[RD_KEY_NAME_MAX + 1]; /* NUL at the end; no space, no '+', no control character */
	uint8_t id[4];
	uint8_t public_key[32];
} rd_vkey;

typedef struct rd_checkpoint {
	rd_str origin; /* borrows from the note */
	uint64_t size;
	rd_hash256 root;
} rd_checkpoint;

/* The public half of the key with this seed. INPUT when the name is not one. */
RD_NODISCARD rd_rc rd_vkey_derive(rd_str name, const uint8_t seed[RD_KEY_SEED_BYTES],
                                  rd_vkey *ret_key, rd_err *err);
/* Reads "name+hexid+base64", white space at the ends apart; INPUT when it is no Ed25519 key or
 * its id does not fit. */
RD_NODISCARD rd_rc rd_vkey_parse(rd_str text, rd_vkey *ret_key, rd_err *err);
/* Adds the text, without a line end. */
void rd_vkey_format(const rd_vkey *key, rd_buf *out);

/* Adds the signed note to `out`. INPUT when the origin is no key name; LIMIT when `out` is full. */
RD_NODISCARD rd_rc rd_checkpoint_sign(rd_str origin, uint64_t size, const rd_hash256 *root,
                                      const uint8_t seed[RD_KEY_SEED_BYTES], rd_buf *out,
                                      rd_err *err);
/* Reads a note without believing it: no signature is checked. INPUT when it is no checkpoint. */
RD_NODISCARD rd_rc rd_checkpoint_parse(rd_str note, rd_checkpoint *ret_checkpoint, rd_err *err);
/* Reads a note and checks that `key` signed it for its own log (origin = name of the key).
 * INPUT when it is no checkpoint; NOT_FOUND when this key did not sign it; CORRUPT when a line
 * says that it did and the signature is wrong. */
RD_NODISCARD rd_rc rd_checkpoint_verify(rd_str note, const rd_vkey *key,
                                        rd_checkpoint *ret_checkpoint, rd_err *err);
#endif
