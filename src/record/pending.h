/*
 * pending.h - words of records on their way into the index.
 *
 * Each word of a record is a place of its own in search_term, and a new record has some fifteen.
 * So a command writes one row with all of them (search_pending), and many rows go into the index
 * together, when the writer has time. Searches read both: RD_TERM_THERE. The two hold together
 * what the records say; when nothing waits, search_term alone does, as `redink rebuild` makes it.
 *
 * Failure: that of the database. Threads: that of the transaction.
 */
#ifndef RD_RECORD_PENDING_H
#define RD_RECORD_PENDING_H
#include "record/fact.h"

#define RD_PENDING_STEP 100u /* records of one step: others wait for the writer meanwhile */

/* SQL: the record `x` (a table's alias with kind and id) has the term of a parameter. To be printed
 * with the number of the parameter of the term, the SQL of the kind and of the id, and the same
 * again. Terms hold letters and digits alone: neither the quotes nor LIKE need an escape. */
#define RD_TERM_THERE                                                                              \
	"(EXISTS (SELECT 1 FROM search_term w WHERE w.firm_id = $1 AND w.term = $%u"                   \
	" AND w.kind = %s AND w.id = %s) OR EXISTS (SELECT 1 FROM search_pending p"                    \
	" WHERE p.firm_id = $1 AND p.kind = %s AND p.id = %s AND p.terms LIKE '%%\"' || $%u || "       \
	"'\"%%'))"

/* All words of a record are these, and some are new. `terms` in order. */
RD_NODISCARD rd_rc rd_pending_put(rd_tx *tx, rd_str kind, int64_t id, const rd_str *terms,
                                  uint32_t n, rd_err *err);
/* The same, and none is new. */
RD_NODISCARD rd_rc rd_pending_shrink(rd_tx *tx, rd_str kind, int64_t id, const rd_str *terms,
                                     uint32_t n, rd_err *err);
/* Words of up to `max` records of the firm go into the index; *ret_n of them did. */
RD_NODISCARD rd_rc rd_pending_merge(rd_tx *tx, uint32_t max, uint32_t *ret_n, rd_err *err);
/* All that wait. `ctx` is not used: a command of its own (rd_tx_fn). */
RD_NODISCARD rd_rc rd_pending_merge_all(rd_tx *tx, void *ctx, rd_err *err);
#endif
