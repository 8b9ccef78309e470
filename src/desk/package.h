/*
 * package.h - everything of one case as one archive that opens without Redink, and its check.
 *
 *     index.html         for people: the case, what belongs to it, comments, timeline, files (zh,
 * en)
 *     case.json          the same records as the API shows them
 *     files/0001-…       originals: attachments of the case and of what belongs to it
 *     events.jsonl       one event a line: number, time, type, actor, salt (hex) and payload
 *     proofs/<seq>.tlog-proof   that the event is in the firm's log (C2SP), under the checkpoint
 *     checkpoint.note, log.vkey  the signed head of the log, and the key that signed it
 *     manifest.sha256    hash and path of each other file; `sha256sum -c` reads it
 *
 * What belongs to a case: records that name it in a field, and those linked to it, as far as the
 * reader may see them. The log is signed first, so that every event written before is under the
 * checkpoint.
 *
 * The check needs no server and no database: hashes against the manifest, each event against its
 * proof, each payload against the hash in its event, each original against the event that attached
 * it. Trust lies in the keys that are given; the key inside proves nothing by itself.
 *
 * Threads: any. Failure: NOT_FOUND for a case that the reader may not see, LIMIT beyond the numbers
 * below, IO; the check answers what is wrong in its report.
 */
#ifndef RD_DESK_PACKAGE_H
#define RD_DESK_PACKAGE_H
#include "record/engine.h"
#include "trail/checkpoint.h"

#define RD_PACKAGE_RECORDS_MAX 300u
#define RD_PACKAGE_FILES_MAX   1000u
#define RD_PACKAGE_EVENTS_MAX  5000u
#define RD_PACKAGE_BYTES_MAX   (2LL << 30) /* of originals */

typedef struct rd_package_order {
	const rd_engine *engine; /* its store, too */
	const rd_actor *actor;   /* what he may see is in it */
	int64_t case_id;
} rd_package_order;

/* *ret_fd is an open file without a name; the caller closes it. */
RD_NODISCARD rd_rc rd_package_write(const rd_package_order *order, rd_arena *a, int *ret_fd,
                                    int64_t *ret_size, rd_err *err);

typedef struct rd_package_report {
	bool sound; /* all of what follows is as it should be */
	uint32_t files, events, originals;
	uint32_t unproved; /* originals that no event of the package attaches */
	bool trusted;      /* the checkpoint is signed by a key that was given */
	uint64_t size;     /* of the log under the checkpoint */
	int64_t first_us, last_us;
	char bad[256]; /* the first file that is wrong; "" = none */
	rd_words why;  /* static; NULL = nothing is wrong */
} rd_package_report;

/* Whether a file is an archive of this kind, by its first bytes and its parts. */
bool rd_package_is_there(const char *path);
/* `keys` may be none: then the key inside is used and `trusted` stays false. */
RD_NODISCARD rd_rc rd_package_check(const char *path, const rd_vkey *keys, uint32_t n_keys,
                                    rd_package_report *ret_report, rd_err *err);
#endif
