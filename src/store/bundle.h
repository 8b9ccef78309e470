/*
 * bundle.h - everything of one firm as a folder of open formats, and back.
 *
 *     manifest.json      format, firm, labels, schema, head of the log, keys that signed; written
 *                        last: without it the export did not end
 *     SHA256SUMS         of all other files, for `sha256sum -c`; its own is in the manifest
 *     events.jsonl       the log, an event a line: columns, bytes as base64 (trail/event.h),
 *                        salt (base64) and payload (text); both null when erased
 *     checkpoints.jsonl  what was signed: size and note
 *     checkpoint.note    the last of them, as auditors take it
 *     head.tlog-proof    and head.json: where a checkpoint of the firm stands in the log over all
 *                        firms (store/heads.h); not there while it stands nowhere
 *     tables/X.jsonl     rows of the tables that store/tables.def calls RECORDS and ROWS, an object
 *                        a line, named as the columns; bytes are base64
 *     blobs/ab/abcd…     contents by their SHA-256, as they came
 *
 * The same firm gives the same bytes on every back end, the proof apart. Secrets (passwords,
 * factors, tokens, sessions) are not in it: people are invited anew where it is imported.
 *
 * Verifying needs nothing but the folder. Threads: one call at a time on one folder.
 */
#ifndef RD_STORE_BUNDLE_H
#define RD_STORE_BUNDLE_H
#include "store/verify.h"

#define RD_BUNDLE_FORMAT "redink.export/1"

typedef struct rd_bundle_done {
	int64_t firm_id, events, rows, blobs;
} rd_bundle_done;

/* Writes the firm's bundle into `to`, a folder that is not there yet or empty (CONFLICT). The head
 * is signed before, when it can be. NOT_FOUND when there is no such firm. */
RD_NODISCARD rd_rc rd_store_export(rd_store *s, int64_t firm_id, const char *to,
                                   rd_bundle_done *ret, rd_err *err);

/* Is there a bundle in this folder? */
bool rd_bundle_is_there(rd_str folder);
/* rd_store_verify for a bundle: order->url is its folder. `head_fits`: all files have the hashes
 * that the manifest tells, and size and root of the log are as it says. */
RD_NODISCARD rd_rc rd_bundle_verify(const rd_verify_order *order, rd_verify_seen *seen, void *ctx,
                                    bool *ret_sound, rd_err *err);

/* Puts the firm of the bundle `from` into a store that does not have it (CONFLICT; also for a label
 * that is taken), under the same id, and compares the roots. `derive` makes what is not in a bundle
 * from what is (rd_project_derive), in the same transaction. CORRUPT when the bundle is not sound;
 * USAGE when it was made with another schema. Nothing was changed unless it is RD_OK, files
 * beside the database apart. */
RD_NODISCARD rd_rc rd_store_import(rd_store *s, const char *from, rd_tx_fn *derive,
                                   rd_bundle_done *ret, rd_err *err);
#endif
