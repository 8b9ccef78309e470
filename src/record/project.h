/*
 * project.h - the tables behind the records: what one fact changes in them.
 *
 * A record's own table, and beside it comments, watchers, links, tags, attachments, reminders,
 * references and search words. Called for new facts and for those that are replayed from the log.
 */
#ifndef RD_RECORD_PROJECT_H
#define RD_RECORD_PROJECT_H
#include "record/fact.h"

/* What `actor` did at `at_us`. CONFLICT when the record is not in the version that f->was has. */
RD_NODISCARD rd_rc rd_project(rd_tx *tx, rd_str actor, const rd_fact *f, int64_t at_us,
                              rd_err *err);
/* References and search words of every record of the firm, out of the tables of the kinds; where
 * there are none yet. `ctx` is not used: a command of its own (rd_tx_fn). */
RD_NODISCARD rd_rc rd_project_derive(rd_tx *tx, void *ctx, rd_err *err);
/* Empties every table that rd_project fills, for the firm of tx. */
RD_NODISCARD rd_rc rd_project_clear(rd_tx *tx, rd_err *err);
#endif
