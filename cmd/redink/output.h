/*
 * output.h - where reports go: standard output, or a file that is replaced as a whole.
 *
 * A file is written beside its final name under a name of its own and renamed when everything is
 * on disk; until then the old file stands as it was, whatever happens. What is no regular file (a
 * pipe, /dev/stdout) is written directly.
 */
#ifndef RD_CMD_OUTPUT_H
#define RD_CMD_OUTPUT_H
#include "base/arena.h"
#include "base/writer.h"

typedef struct rd_output {
	int fd;
	int failed_errno;
	const char *path; /* final name; NULL = standard output */
	char *temp;       /* NULL = written directly */
} rd_output;

/* path NULL or "-": standard output. Strings live in `arena`. */
RD_NODISCARD rd_rc rd_output_open(rd_output *o, rd_arena *arena, const char *path, rd_err *err);
/* An rd_sink; ctx is the rd_output. */
bool rd_output_sink(void *ctx, const char *data, size_t size);
/* Puts the file in place. `good` false (the writer failed): takes the attempt away and says why. */
RD_NODISCARD rd_rc rd_output_close(rd_output *o, bool good, rd_err *err);
/* The whole text to standard output. */
RD_NODISCARD rd_rc rd_output_text(rd_str text, rd_err *err);
/* Reads a file of at most max bytes into the arena, with a final NUL. */
RD_NODISCARD rd_rc rd_input_read(rd_arena *arena, const char *path, size_t max, rd_str *ret,
                                 rd_err *err);
#endif
