/*
 * shelf.h - sealed books of imports in memory, shared by all who read them.
 *
 * A book is asked for by the source of its import (import.h). When it is not on the shelf, it comes
 * from the folder books/<firm>/ beside the blobs, where its image lies under the hash of what it
 * was made from; when it is not there either, or is damaged, the files are read again in a sandbox
 * (sandbox.h). So both may be deleted at any time, and a worker on another machine needs neither.
 * Many may ask for one book at a time: it is read once. At most RD_SHELF_READERS readings run at a
 * time in one process.
 *
 * Who owns what: a book that was taken stays until it is given back; books that nobody has stay
 * while there is room (`budget`), those unused for longest go first. Books are immutable.
 * Threads: any. Taking reads files and may wait for minutes: never inside a transaction.
 */
#ifndef RD_DESK_SHELF_H
#define RD_DESK_SHELF_H
#include "desk/import.h"
#include "desk/sandbox.h"

#define RD_SHELF_READERS 2u
#define RD_SHELF_KEPT_S  (60 * 86400) /* images that nobody has used for so long are deleted */

typedef struct rd_shelf_config {
	rd_store *store;
	size_t budget;                   /* bytes of books that nobody has taken; 0 = 512 MiB */
	const rd_sandbox_limits *limits; /* NULL = rd_sandbox_preset */
	const char *program;             /* of the sandbox; NULL = this program */
} rd_shelf_config;

typedef struct rd_shelf rd_shelf;

rd_shelf *rd_shelf_new(const rd_shelf_config *config);
void rd_shelf_free(rd_shelf *s); /* nothing may be taken any more; NULL is fine */

typedef struct rd_shelved rd_shelved; /* one book that was taken */

/* The book of an import in any state, also one that is not committed. INPUT, ASK or LIMIT when its
 * files cannot be read; UNAVAILABLE when more books are in use than the shelf has places. */
RD_NODISCARD rd_rc rd_shelf_take(rd_shelf *s, const rd_import_source *source, rd_shelved **ret,
                                 rd_err *err);
/* The same by the id of the import; reads its source in a transaction of its own. */
RD_NODISCARD rd_rc rd_shelf_take_import(rd_shelf *s, int64_t firm_id, int64_t import_id,
                                        rd_shelved **ret, rd_err *err);
const rd_book *rd_shelved_book(const rd_shelved *b);
void rd_shelf_give(rd_shelf *s, rd_shelved *b); /* NULL is fine */

typedef struct rd_shelf_count {
	uint64_t hits, loads, readings; /* on the shelf; from an image; from the files */
	uint32_t books;
	size_t bytes;
} rd_shelf_count;
rd_shelf_count rd_shelf_counted(rd_shelf *s);
#endif
