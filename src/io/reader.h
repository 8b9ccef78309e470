/*
 * reader.h - files in, a book out.
 *
 * rd_read_paths takes files and folders; all of them together are one client's books. What
 * a file is (journal, trial balance, chart, standard format) is recognised from its
 * content, never from its name alone. A file that is not a book at all inside a folder is
 * noted and passed over; a file that was named and cannot be read is an error. A rejected file
 * changes nothing.
 *
 * This layer reads the files it is given and nothing else: no network, no clock.
 */
#ifndef RD_IO_READER_H
#define RD_IO_READER_H
#include "book/builder.h"

/* What a mapping file states instead of leaving it to recognition (io/mapping.h). */
typedef struct rd_mapping_column {
	rd_field field;
	rd_str head;     /* head name, or empty */
	uint32_t column; /* 1-based, when head is empty */
} rd_mapping_column;

typedef struct rd_mapping {
	rd_str files;      /* pattern with * and ? against the file's base name; "*" */
	rd_file_kind kind; /* RD_FILE_OTHER = recognise */
	rd_str encoding;   /* empty = recognise */
	char delimiter;    /* 0 = recognise */
	char mark;         /* decimal mark, 0 = recognise */
	int order;         /* rd_date_order, -1 = recognise */
	uint32_t head_row; /* 1-based line, 0 = recognise */
	int32_t year;      /* 0 = none */
	rd_period period;  /* of a trial balance without one, 0 = none */
	rd_str sheet;      /* of a workbook; empty = all */
	rd_mapping_column *columns;
	uint32_t n_columns;
} rd_mapping;

typedef struct rd_read_options {
	uint32_t threads;
	rd_standard standard;       /* stated by --chart; UNKNOWN = recognise */
	const char *chart_path;     /* a chart file besides the books; NULL = none */
	const rd_mapping *mappings; /* the first whose pattern fits is used */
	uint32_t n_mappings;
	bool digest; /* fill sha256 of each file */
	/* bytes read so far; may be NULL; called from any thread, one call at a time */
	void (*progress)(void *ctx, uint64_t bytes_done, uint64_t bytes_total);
	void *progress_ctx;
} rd_read_options;

RD_NODISCARD rd_rc rd_read_paths(const char *const *paths, uint32_t n_paths,
                                 const rd_read_options *options, rd_book **ret_book, rd_err *err);

/* A file that is in memory already. Its bytes are the caller's and stay until the call ends. */
typedef struct rd_read_file {
	const char *name; /* as people know it; mappings look at it */
	const char *data;
	uint64_t bytes;
} rd_read_file;

/* The same for files that are in memory: all count as named. Opens nothing, so that it works where
 * nothing may be opened. options->chart_path must be NULL. */
RD_NODISCARD rd_rc rd_read_memory(const rd_read_file *files, uint32_t n_files,
                                  const rd_read_options *options, rd_book **ret_book, rd_err *err);

/* ---- between the readers (one file a format) ---- */

/* Takes the rows of tables in place of the builder: another reader over the same cells (bank.h). */
typedef struct rd_taker {
	void *ctx;
	/* A table begins. excel: numbers in date cells may be serial days. */
	void (*begin)(void *ctx, bool excel);
	/* One row; the cells are valid during the call. */
	rd_rc (*row)(void *ctx, const rd_str *cells, uint32_t n_cells, uint32_t line, rd_err *err);
	/* Behind its last row: whether it was a table of the taker's. */
	rd_rc (*end)(void *ctx, bool *ret_taken, rd_err *err);
} rd_taker;

/* An open file: bytes are read with pread; a small file or one that must be decoded is in memory.
 */
typedef struct rd_source {
	rd_builder *builder;
	const rd_read_options *options;
	const rd_mapping *mapping; /* for this file; may be NULL */
	const rd_taker *taker;     /* NULL = the builder */
	const char *path;          /* as named */
	rd_row file;               /* its row in the builder */
	int fd;                    /* -1 when only in memory */
	uint64_t bytes;
	const char *head; /* first bytes, at least min(bytes, 64 KiB), not terminated */
	uint32_t head_len;
	const char *data; /* all bytes when in memory, else NULL */
} rd_source;

/* Each answers RD_OK when it read the file into the builder, or why it cannot. */
RD_NODISCARD rd_rc rd_read_table(rd_source *s, rd_err *err); /* table.c: CSV, TSV, FEC, … */
RD_NODISCARD rd_rc rd_read_xlsx(rd_source *s, rd_err *err);  /* xlsx.c */
RD_NODISCARD rd_rc rd_read_xml(rd_source *s, rd_err *err); /* xml.c: GB/T, SAF-T by root element */

/* A table whose rows come one by one, already as cells (XLSX sheets; CSV that needs decoding).
 * Recognition of head, columns and dialect is the same for all. */
typedef struct rd_sheet rd_sheet;
rd_sheet *rd_sheet_new(rd_source *s, rd_row file, bool excel);
/* One row; line is what people see (1-based). Cells are copied as needed. */
void rd_sheet_row(rd_sheet *t, const rd_str *cells, uint32_t n_cells, uint32_t line);
/* After the last row: reads what was kept for recognition and commits. *ret_kind tells what the
 * sheet was; RD_FILE_OTHER with RD_OK when it is no table of ours (then nothing was added). */
RD_NODISCARD rd_rc rd_sheet_end(rd_sheet *t, rd_file_kind *ret_kind, rd_err *err);
void rd_sheet_free(rd_sheet *t); /* NULL is fine */
#endif
