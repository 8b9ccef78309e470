/*
 * once.h - answers kept under an idempotency key, so that a command sent twice happens once.
 *
 * Kept in the transaction of the command itself, for 48 hours.
 */
#ifndef RD_RECORD_ONCE_H
#define RD_RECORD_ONCE_H
#include "store/store.h"

#define RD_ONCE_KEY_MAX 128u
#define RD_ONCE_KEEP_US (48ll * 3600 * 1000000)

typedef struct rd_once_answer {
	rd_str request; /* SHA-256 of what was asked */
	int64_t status;
	rd_str body;
} rd_once_answer;

RD_NODISCARD rd_rc rd_once_get(rd_tx *tx, rd_str actor, rd_str key, rd_once_answer *ret_answer,
                               bool *ret_found, rd_err *err);
RD_NODISCARD rd_rc rd_once_put(rd_tx *tx, rd_str actor, rd_str key, const rd_once_answer *answer,
                               rd_err *err);
#endif
