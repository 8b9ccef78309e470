/*
 * unit.h - the runner of unit tests.
 *
 * A file under test has one <file>_test.c with one table of tests, named by behaviour, and one
 * line in files.def. A test runs to its end whatever fails in it; every failure is printed with
 * its place and with what unit_case said last, so that rows of a table can be told apart.
 * Random tests take a fixed seed: the same cases on every machine.
 */
#ifndef UNIT_H
#define UNIT_H
#include "base/err.h"
#include "base/str.h"

typedef struct unit_test {
	const char *name;
	void (*run)(void);
} unit_test; /* a table ends with a NULL name */

void unit_true(bool cond, const char *what, const char *file, int line);
void unit_int(int64_t got, int64_t want, const char *what, const char *file, int line);
void unit_text(rd_str got, rd_str want, const char *what, const char *file, int line);
/* The row of a table that is tried now; shown with failures until the test ends. */
void unit_case(const char *fmt, ...) RD_PRINTF(1, 2);
/* Says a measured figure, with -v. */
void unit_note(const char *fmt, ...) RD_PRINTF(1, 2);
/* The test cannot run here; it counts as passed and says why. */
void unit_skip(const char *why);

#define UNIT_TRUE(cond)       unit_true((cond), #cond, __FILE__, __LINE__)
#define UNIT_INT(got, want)   unit_int((int64_t)(got), (int64_t)(want), #got, __FILE__, __LINE__)
#define UNIT_TEXT(got, want)  unit_text((got), rd_str_of(want), #got, __FILE__, __LINE__)
#define UNIT_BYTES(got, want) unit_text((got), (want), #got, __FILE__, __LINE__)
#define UNIT_OK(rc, err)                                                                           \
	unit_text(rd_str_of((rc) == RD_OK ? "" : (err)->en), (rd_str){"", 0}, #rc, __FILE__, __LINE__)

/* Random numbers: the same from the same start. */
uint64_t unit_random(uint64_t *state);
/* 0 .. n-1 */
uint32_t unit_below(uint64_t *state, uint32_t n);

/* Bytes of a file, to be freed with unit_free; NULL when it cannot be read. One NUL is added. */
char *unit_read(const char *path, size_t *ret_size);
void unit_free(char *data);
/* A folder of real books and other data that may stand beside the checkout; NULL = not there. */
const char *unit_data(void);
#endif
