/*
 * files.h - files that are whole or not there, also after a power cut; for src/store alone.
 *
 * A file is written under another name, fsynced, renamed, and its folder fsynced.
 * Failure: rd_fail_os with the path. Any number of threads.
 */
#ifndef RD_STORE_FILES_H
#define RD_STORE_FILES_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include <stdbool.h>
#include <sys/types.h>

/* mkdir -p with mode 0700; what is there is fine. */
RD_NODISCARD rd_rc rd_folder_make(const char *path, rd_err *err);
/* CONFLICT when there is anything in the folder; one that is not there is fine. */
RD_NODISCARD rd_rc rd_folder_must_be_empty(const char *path, rd_err *err);
/* Removes all that is in a folder, as far as it can; links are not followed. */
void rd_folder_clear(const char *path);
/* Moves all that is in folder `from` one level up, `last` after everything else, and is done when
 * that is on disk; `from` is gone then. */
RD_NODISCARD rd_rc rd_folder_raise(const char *from, const char *last, rd_err *err);
/* All of `data`, however the system cuts it. */
RD_NODISCARD rd_rc rd_fd_write(int fd, const void *data, size_t size, rd_err *err);
/* All that `from` still has, to `to`. */
RD_NODISCARD rd_rc rd_fd_copy(int from, int to, rd_err *err);
/* Closes the fsynced `fd` under `temp` and gives it its name for good. */
RD_NODISCARD rd_rc rd_file_settle(int fd, const char *temp, const char *path, rd_err *err);
/* Replaces `path` by these bytes. With `only_new` a file that is there stays: CONFLICT. */
RD_NODISCARD rd_rc rd_file_save(const char *path, rd_str data, mode_t mode, bool only_new,
                                rd_err *err);
/* Up to `max` bytes of a file, in `a`; NOT_FOUND when there is none, LIMIT when it is larger. */
RD_NODISCARD rd_rc rd_file_load(const char *path, uint32_t max, rd_arena *a, rd_str *ret,
                                mode_t *ret_mode, rd_err *err);
/* Copies a file of any size, as rd_file_save does. */
RD_NODISCARD rd_rc rd_file_copy(const char *from, const char *to, rd_err *err);
#endif
