/*
 * backup.h - the whole of a store as a folder, taken while it runs, and back again.
 *
 * A backup is a data folder: redink.db (SQLite, whatever the store runs on), blobs/ and signed/
 * (what was signed last). It can be opened, verified and served as it is. All rows are of one
 * moment; blobs are copied afterwards, which is as good, since they are never changed. It is
 * verified before it counts: until then it lies in a folder within the one named, new-…, and its
 * redink.db is the last to come out. When something fails, all of it is removed again; what a
 * killed process left is such a folder, which may be deleted. The signing key is not in it, only
 * its public half (old.keys): keep the key elsewhere, or hand the restored store's new one to
 * auditors; what the old one signed is gone on from.
 *
 * Restoring puts a backup into an empty place, SQLite or PostgreSQL: it moves a store from one to
 * the other as well. Blobs come first, then rows: when it fails it can be done again, but for
 * PostgreSQL when all that failed was the last verification: then the rows are there (CONFLICT),
 * and redink verify tells about them.
 */
#ifndef RD_STORE_BACKUP_H
#define RD_STORE_BACKUP_H
#include "store/blob.h"
#include "store/verify.h"

typedef struct rd_backup_done {
	int64_t firms, events, blobs; /* that are in it */
} rd_backup_done;

/* `to`: a folder that is not there yet or empty (else CONFLICT). */
RD_NODISCARD rd_rc rd_store_backup(rd_store *s, rd_str to, rd_backup_done *ret, rd_err *err);
/* Verifies the backup `from`, then puts it into the place that `config` names, which must hold no
 * store yet (CONFLICT), and verifies that. `blobs`: where its files go; NULL = into the folder. The
 * store is not left open. */
RD_NODISCARD rd_rc rd_store_restore(rd_str from, const rd_store_config *config,
                                    const rd_blob_place *blobs, rd_backup_done *ret, rd_err *err);
#endif
