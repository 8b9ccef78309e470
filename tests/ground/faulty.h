/*
 * faulty.h - makes the n-th of something fail, for tests that go through n = 1, 2, 3 …
 *
 * Between faulty_open and faulty_close no store may stay open: SQLite is shut down at both. One
 * test at a time.
 */
#ifndef FAULTY_H
#define FAULTY_H
#include <stdbool.h>

typedef enum faulty_kind {
	FAULTY_DB,     /* reads, writes, truncations and syncs of SQLite; half of a write arrives */
	FAULTY_MEMORY, /* allocations of SQLite */
	FAULTY_FILES, /* open, read, write, fsync, rename, mkdir, opendir of our own code, on the thread
	                * that began */
	FAULTY_KINDS
} faulty_kind;

void faulty_open(void);
void faulty_close(void);
/* The n-th from now on fails, or also all after it. */
void faulty_begin(faulty_kind kind, int n, bool for_ever);
/* None fails any more; whether so many were seen that one did. */
bool faulty_end(void);
#endif
