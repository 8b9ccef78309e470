/*
 * second.h - signed heads in a second folder, one file each: <folder>/<firm id>/<size>.
 *
 * The folder should be on another machine (a mount) or be taken away by other means. Files are
 * only ever added: written whole, fsynced, of mode 0400, never replaced. That a file is there with
 * another content means that there are two histories of one log.
 *
 * Failure: CORRUPT for two histories; else as the system says, with the path. Threads: any number.
 */
#ifndef RD_STORE_SECOND_H
#define RD_STORE_SECOND_H
#include "base/err.h"
#include "base/str.h"

/* The note is durable under that name when this returns RD_OK; the same once more is fine. */
RD_NODISCARD rd_rc rd_second_keep(const char *folder, int64_t firm_id, int64_t size, rd_str note,
                                  rd_err *err);
#endif
