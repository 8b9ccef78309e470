/*
 * shelf.h - small books for tests, written as text.
 *
 * A shelf takes tables whose columns are named by the stable words of fields (book/builder.h) and
 * whose rows are lines of cells, both separated by '|':
 *
 *	shelf_journal(&s, "number|date|account-code|debit|credit",
 *	              "1|2024-01-05|1001|100|\n"
 *	              "1|2024-01-05|5001||100\n");
 *	rd_book *b = shelf_seal(&s);
 *
 * Every call is a file of its own ("1", "2", …) with lines counted from 1. Failures of the builder
 * are failures of the test that runs. shelf_read puts bytes into a file and reads that with the
 * readers, so that recognition takes part.
 */
#ifndef SHELF_H
#define SHELF_H
#include "book/builder.h"
#include "check/run.h"
#include "io/reader.h"
#include "unit.h"

typedef struct shelf {
	rd_builder *builder;
	rd_row file;    /* the last one */
	bool no_carry;  /* blank numbers and dates are not those of the line above */
	char mark;      /* decimal mark; 0 = '.' */
	uint32_t block; /* records committed together; 0 = all of a file */
	int32_t year;
} shelf;

void shelf_open(shelf *s);
void shelf_journal(shelf *s, const char *fields, const char *rows);
void shelf_trial(shelf *s, const char *fields, const char *rows, rd_period period);
void shelf_chart(shelf *s, const char *fields, const char *rows);
rd_book *shelf_seal(shelf *s);
/* A book of one journal. */
rd_book *shelf_book(const char *fields, const char *rows);

/* A layout with these columns, as a shelf uses it. */
rd_layout shelf_layout(const shelf *s, const char *fields);

typedef struct shelf_file {
	const char *name; /* may hold one folder: "2024/journal.csv" */
	const char *data;
	size_t size; /* 0 = data is text */
} shelf_file;

/* Writes the files into a folder of their own, reads that, and removes it again. */
rd_rc shelf_read(const shelf_file *files, uint32_t n, const rd_read_options *options,
                 rd_book **ret_book, rd_err *err);

/* Runs one check; *ret_check is its entry in the result. */
rd_result *shelf_check(const rd_book *b, const char *slug, bool guards,
                       const rd_check_result **ret_check);
#endif
