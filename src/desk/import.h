/*
 * import.h - imports of a set of books (model/import.toml, model/books.toml): which files they are,
 * the job that reads them, and what commit and undo do.
 *
 *	uploaded ──preview──▶ reading ──present──▶ previewed ──commit──▶ committed ──undo──▶ undone
 *	    ▲ files are attached    └──fail──▶ failed
 *
 * The files are the attachments of the import. Of two of one name the later counts. An import of
 * the mode "add" holds the files of the import before it too; at commit they are attached to it as
 * well, so that a committed import is a full list by itself, and its files are evidence: the model
 * seals those states. Order of reading is that of names, not of uploads.
 *
 * Preview is a job (queue "books"), so that any worker reads: it writes what was recognised and
 * what would change into the import. Nothing of the books changes before commit, which refuses when
 * the files, the mapping or the books changed since. Who owns what: results live in tx->arena.
 */
#ifndef RD_DESK_IMPORT_H
#define RD_DESK_IMPORT_H
#include "book/book.h"
#include "desk/jobs.h"
#include "record/engine.h"
#include "store/blob.h"

#define RD_IMPORT_QUEUE "books"
#define RD_IMPORT_FILES 1000u /* of one import */

typedef struct rd_import_file {
	int64_t attachment_id;
	rd_str name;
	rd_blob_id blob;
	int64_t size; /* bytes */
} rd_import_file;

/* What an import is read from. */
typedef struct rd_import_source {
	int64_t firm_id, import_id, books_id;
	int64_t before_id; /* the current import of the books when it is another; 0 = none */
	rd_str state;
	const rd_import_file *files; /* by name */
	uint32_t n_files;
	rd_str mapping;       /* YAML; that of the books when the import has none; "" = none */
	rd_standard standard; /* of the books; UNKNOWN = recognise */
	uint8_t contents[32]; /* SHA-256 over all of the above that reading depends on */
} rd_import_source;

/* NOT_FOUND without such an import, LIMIT beyond RD_IMPORT_FILES. Rights are the caller's. */
RD_NODISCARD rd_rc rd_import_source_load(rd_tx *tx, int64_t import_id, rd_import_source *ret,
                                         rd_err *err);

/* What was made from an import and would lose its ground if it were undone. */
typedef struct rd_import_loss {
	const char *kind; /* "case", "correction" */
	int64_t id;
	rd_str number, state;
} rd_import_loss;
#define RD_IMPORT_LOSSES_MAX 300u
/* At most RD_IMPORT_LOSSES_MAX; *ret_more: there are others. Cases that a run on it found first and
 * on which somebody has begun; corrections that are posted in the client's software. */
RD_NODISCARD rd_rc rd_import_losses(rd_tx *tx, int64_t import_id, const rd_import_loss **ret_list,
                                    uint32_t *ret_n, bool *ret_more, rd_err *err);

struct rd_shelf;

typedef struct rd_importer {
	const rd_engine *engine;
	struct rd_shelf *shelf;
} rd_importer;

/* The handler of "import.read"; `importer` must live as long as the runner. */
rd_job_kind rd_import_job(const rd_importer *importer);
#endif
