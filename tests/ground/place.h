/*
 * place.h - an empty place for a store: a temporary folder, or the PostgreSQL of REDINK_TEST_PG.
 *
 * One at a time. With PostgreSQL, opening a place drops whatever the database held; REDINK_TEST_PG
 * names one that exists for tests (tests/pg.py starts it). Failures end the test program.
 */
#ifndef PLACE_H
#define PLACE_H
#include "store/store.h"

typedef struct place {
	char folder[64];
	char url[512];  /* what a store is opened with */
	int64_t now_us; /* the clock of its stores; the test moves it */
	rd_arena *arena;
} place;

void place_open(place *p);
/* The same with the tables of a store in it, all empty, and quickly: they are made once a process.
 * For tests that do nothing to the schema. */
void place_open_ready(place *p);
void place_close(place *p); /* removes the folder */
bool place_is_pg(void);
/* The configuration of a store here, with the clock of the place. */
rd_store_config place_config(place *p);
rd_store *place_store(place *p);
/* Runs SQL behind the back of the store, as the owner of the database would. */
void place_sql(const place *p, const char *sql);
/* A number that SQL answers, seen by the owner. */
int64_t place_number(const place *p, const char *sql);
#endif
