/*
 * log_impl.h - the log's part of a batch of the writer; for src/store alone.
 *
 * begin (locks the firms, in order of their ids, so that two processes never wait for each other)
 * → enter, the command, and keep or undo, for each command → finish (tree, tiles, read-back) →
 * commit.
 */
#ifndef RD_STORE_LOG_IMPL_H
#define RD_STORE_LOG_IMPL_H
#include "store/log.h"

typedef struct rd_log rd_log;

rd_log *rd_log_new(rd_arena *home);
void rd_log_free(rd_log *log); /* NULL is fine */
/* In a fresh write transaction. `firms`: n ids in any order, doubles and 0 allowed; sorted here. */
RD_NODISCARD rd_rc rd_log_begin(rd_log *log, rd_db *db, int64_t *firms, uint32_t n, int64_t now_us,
                                rd_err *err);
/* What a command of this firm appends from now on can be undone; answers its clock. */
int64_t rd_log_enter(rd_log *log, int64_t firm_id);
void rd_log_undo(rd_log *log);
/* Writes the heads of the trees and checks all that was appended. */
RD_NODISCARD rd_rc rd_log_finish(rd_log *log, rd_err *err);
#endif
