/*
 * examples.h - the golden case `hit` of each check, for its manual page. The table is generated
 * from tests/checks/ by tools/mkexamples.py, so that an example is always one that the tests
 * hold true.
 */
#ifndef RD_CMD_EXAMPLES_H
#define RD_CMD_EXAMPLES_H
#include <stdint.h>

typedef struct rd_example_file {
	const char *name, *text; /* name NULL ends the list */
} rd_example_file;

typedef struct rd_example {
	const char *slug;
	const rd_example_file *files;
	const char *args;   /* of the case, one a line; "" = none */
	const char *expect; /* what the golden runner wants */
} rd_example;

extern const rd_example rd_examples[];
extern const uint32_t rd_examples_count;
#endif
