/*
 * checked.h - an office (office.h) with a client, a set of books and what check runs need: imports
 * that are sealed books written as text, kept in memory instead of on the shelf of the server.
 *
 * Rows are those of checked_book.c: "number|date|account-code|debit|credit|text" and so on, one
 * line a row. Real hooks run; jobs of the queue "check" are run by checked_work. Failures end the
 * test program.
 */
#ifndef CHECKED_H
#define CHECKED_H
#include "book/book.h"
#include "desk/runs.h"
#include "office.h"

#define CHECKED_IMPORTS 32

typedef struct checked {
	office o;
	rd_runs runs;
	int64_t client, books, type; /* type: entry-unbalanced */
	struct {
		int64_t import;
		rd_book *book;
	} list[CHECKED_IMPORTS];
	uint32_t n, taken; /* books that are not given back */
	rd_rc shelf_says;  /* RD_OK, or what taking a book answers */
} checked;

/* checked_book.c; this header does not know the check engine. */
#define CHECKED_FIELDS "number|date|account-code|debit|credit|text|preparer|reviewer|poster"
rd_book *checked_book(const char *rows);

/* Firm with the types entry-unbalanced and voucher-number-gap, client and books of 2026. */
void checked_open(checked *c);
void checked_close(checked *c);
/* A committed import with these rows that becomes the current one; the clock moves a minute. */
int64_t checked_import(checked *c, const char *rows);
int64_t checked_type(checked *c, const char *slug, const char *more);
/* Starts a run and does the jobs; the run. */
int64_t checked_run(checked *c, const char *trigger);
int64_t checked_import_and_run(checked *c, const char *rows);
uint32_t checked_work(checked *c);
/* A number that SQL with printf places answers. */
int64_t checked_number(const checked *c, const char *sql, ...) RD_PRINTF(2, 3);
/* Whether a text column of a record has this value. */
bool checked_is(const checked *c, const char *table, int64_t id, const char *column,
                const char *value);
#endif
