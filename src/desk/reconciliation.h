/*
 * reconciliation.h - a reconciliation record at work: the bank account in the books against the
 * statement, with what people decided.
 *
 * The record (model/reconciliation.toml) keeps the decisions, as JSON in its field `decisions`, and
 * the figures of the last computation; matches are computed anew from books and statement whenever
 * somebody looks, so that a new import of the books is taken in by itself. A decision names lines
 * by their keys (match/items.h) and falls away with a line that is no more.
 *
 * Everything computed lives in the arena but for `recon`, which rd_reconciled_done gives back.
 */
#ifndef RD_DESK_RECONCILIATION_H
#define RD_DESK_RECONCILIATION_H
#include "desk/statements.h"
#include "match/items.h"
#include "match/statement.h"

/* What a reconciliation is about. */
typedef struct rd_reconciling {
	rd_record record, statement;
	rd_attached file;
	int64_t import_id; /* the current import of the books */
	rd_str account;    /* ledger account */
	rd_str own;        /* account number at the bank; "" = all of the statement */
	rd_day as_of;
} rd_reconciling;

/* For one who may read it. BARRED when the books have no import or the statement no file. */
RD_NODISCARD rd_rc rd_reconciling_load(rd_tx *tx, const rd_actor *actor, int64_t id,
                                       rd_reconciling *ret, rd_err *err);

typedef enum rd_verdict { RD_VERDICT_MATCH, RD_VERDICT_APART, RD_VERDICT_CLEAR } rd_verdict;

/* A decision to be added: match, keep apart, or forget what was decided about these lines. */
typedef struct rd_decide {
	rd_verdict verdict;
	const int64_t *bank, *book; /* keys */
	uint32_t n_bank, n_book;
} rd_decide;

#define RD_DECISIONS_MAX 3000u
/* The text of `decisions` with one more; INPUT for a match of nothing, LIMIT when there are too
 * many. What is no JSON of ours counts as no decisions. */
RD_NODISCARD rd_rc rd_decisions_add(rd_arena *a, rd_str text, const rd_decide *d, int64_t user_id,
                                    int64_t at_us, rd_str *ret_text, rd_err *err);
void rd_decisions_read(rd_arena *a, rd_str text, const rd_recon_decision **ret, uint32_t *ret_n);

typedef struct rd_reconciled {
	rd_recon *recon;
	rd_recon_items bank, book;
	rd_recon_sheet sheet;
	rd_row account;
	rd_str currency;
	uint32_t decimals;
} rd_reconciled;

/* Computes. BARRED with a reason when there is nothing to compare: no such account in the books, no
 * lines of it at the bank, or a currency that is not that of the books. */
RD_NODISCARD rd_rc rd_reconcile_now(rd_arena *a, const rd_reconciling *what, rd_str decisions,
                                    const rd_book *book, const rd_bank *bank, rd_reconciled *ret,
                                    rd_err *err);
void rd_reconciled_done(rd_reconciled *r);

/* Writes decisions and figures into the record, as a change by the actor of the version that was
 * read. CONFLICT when it is another by now; BARRED when it is finished. */
RD_NODISCARD rd_rc rd_reconciliation_keep(const rd_engine *e, rd_tx *tx, const rd_actor *actor,
                                          int64_t id, int64_t version, rd_str decisions,
                                          const rd_reconciled *r, rd_record *ret_record,
                                          rd_problems *problems, rd_err *err);
#endif
