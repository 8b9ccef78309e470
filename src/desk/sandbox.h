/*
 * sandbox.h - files of strangers are read by a child process that can do nothing else.
 *
 * The parent puts what is to be read (contents, mapping) into one file without a name and starts
 * its own program anew as `redink read-books` with three descriptors: what to read (3), where the
 * answer goes (4), and where a panic goes (2). The child gets nothing of our environment, takes
 * limits of memory, processor time and written bytes upon itself, gives up new privileges and new
 * descriptors, and lets the kernel kill it for any call that reading in memory does not need
 * (seccomp). It opens nothing: not a file, not a socket, not a process. Its answer is an image
 * (book/image.h, book/bank_image.h) or a text, of which the parent believes nothing, or an error.
 *
 * Limits: RLIMIT_AS bounds what the child maps. Address Sanitizer reserves terabytes of address
 * space, so in such builds that limit is left out; what the child has really taken is watched by
 * the parent in all builds, fifty times a second, and above the same number it is killed.
 *
 * Failure of one reading - a bomb, a crash, a limit - is an error of that reading alone: LIMIT or
 * INPUT with what to do. Threads: any number of readings at a time; each blocks its thread.
 */
#ifndef RD_DESK_SANDBOX_H
#define RD_DESK_SANDBOX_H
#include "book/bank.h"
#include "book/book.h"
#include "store/store.h"

#define RD_SANDBOX_COMMAND "read-books"

typedef struct rd_sandbox_limits {
	uint64_t memory;         /* bytes beside the files themselves */
	uint64_t answer;         /* bytes of the image */
	uint32_t cpu_s, total_s; /* seconds of processor, seconds of patience */
} rd_sandbox_limits;

/* 3 GiB, 3 GiB, two minutes, five minutes: ten million lines need less than half of each. */
extern const rd_sandbox_limits rd_sandbox_preset;

/* What the child makes of the files. */
typedef enum rd_sandbox_task {
	RD_SANDBOX_BOOKS, /* one book of all of them */
	RD_SANDBOX_BANK,  /* a bank statement of the first */
	RD_SANDBOX_PLACE, /* the lines around one line of the first */
} rd_sandbox_task;

typedef struct rd_sandbox_file {
	rd_str name;
	int64_t size; /* bytes */
} rd_sandbox_file;

typedef struct rd_sandbox_job {
	const char *program; /* NULL = this program */
	const char *command; /* NULL = RD_SANDBOX_COMMAND; tests have children that misbehave */
	const rd_sandbox_limits *limits;
	rd_store *store; /* for a place on disk when the files are large */
	const rd_sandbox_file *files;
	uint32_t n_files;
	/* Writes the content of file i, all of it, to fd. */
	rd_rc (*copy)(void *ctx, uint32_t i, int fd, rd_err *err);
	void *ctx;
	rd_str mapping; /* YAML as in io/mapping.h; "" = none */
	rd_standard standard;
	/* of the functions below that are named after them; rd_sandbox_read reads books */
	rd_sandbox_task task;
	uint32_t line, around; /* of a place */
} rd_sandbox_job;

typedef struct rd_sandbox_answer {
	rd_book *book;
	const void *image; /* of the book, as long as it lives */
	size_t image_size;
} rd_sandbox_answer;

/* Reads the files. What the reader says about them (INPUT, ASK, LIMIT with file and line) comes
 * back as it was said. */
RD_NODISCARD rd_rc rd_sandbox_read(const rd_sandbox_job *job, rd_sandbox_answer *ret, rd_err *err);

/* A bank statement (io/bank.h) of the job's one file; the caller frees it. */
RD_NODISCARD rd_rc rd_sandbox_bank(const rd_sandbox_job *job, rd_bank **ret_bank, rd_err *err);
/* What stands around line job->line of the job's one file, as a JSON object (report/browse.h). A
 * sheet of a workbook stands behind '#' in the file's name. */
RD_NODISCARD rd_rc rd_sandbox_place(const rd_sandbox_job *job, rd_arena *a, rd_str *ret_json,
                                    rd_err *err);

/* ---- the child ---- */

/* The whole of `redink read-books`: reads descriptor 3, answers on 4. The exit code. */
int rd_sandbox_child(void);
/* Gives up everything but reading in memory; for the child and its tests. False: refused. */
bool rd_sandbox_enter(const rd_sandbox_limits *limits, uint64_t input);
#endif
