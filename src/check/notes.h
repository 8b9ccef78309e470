/*
 * notes.h - what the readers noted, put together for the checks that turn it into findings,
 * and what findings about a whole file have in common.
 *
 * Notes are kept up to RD_NOTES_MAX for each file and kind; all are counted. A group says how
 * many notes it holds, and `more` how many of its file and kind were counted but not kept, so
 * that a message never states less than there is. Built in the caller's scratch arena.
 */
#ifndef RD_CHECK_NOTES_H
#define RD_CHECK_NOTES_H
#include "base/limits.h"
#include "check/check.h"

#define RD_NOTE_LINES 10u

enum rd_note_by { /* notes of one group agree in file and kind, and in these */
	              RD_BY_FOUND = 1 << 0,
	              RD_BY_COLUMN = 1 << 1,
};

typedef struct rd_note_group {
	const rd_note *first; /* the one with the lowest line */
	uint32_t count;       /* notes in it */
	uint64_t more;        /* not kept ones of its file and kind; 0 = none */
	uint32_t rejected;    /* notes whose record was left out */
	rd_minor amount;      /* sum of their amounts, as far as known */
	uint32_t n_lines;
	uint32_t lines[RD_NOTE_LINES]; /* file lines, ascending */
} rd_note_group;

/* Notes whose kind is in `kinds` (bit per rd_note_kind), grouped; lines ascend within
 * a group. `rejected_only` takes those that cost a record. */
uint32_t rd_note_groups(rd_arena *a, const rd_book *b, uint32_t kinds, unsigned by,
                        bool rejected_only, rd_note_group **ret_groups);

/* Adds the notes of `g` to `sum` (of the same file and kind): counts, and the lowest lines. */
void rd_note_join(rd_note_group *sum, const rd_note_group *g);
/* "3, 17, 20 …": the lines of a group; "…" when it has more. */
rd_str rd_note_lines(rd_arena *a, const rd_note_group *g);
/* A hit at the first note: place, key (file, kind, column, found) and weight. */
rd_hit rd_hit_at_note(const rd_book *b, const rd_note_group *g);
/* Head name of the column, else its number, else "" (both languages alike). */
rd_str rd_note_column(rd_arena *a, const rd_book *b, const rd_note *n);
/* The base name of a file, hashed for rd_hit.key: paths differ from one machine to the next. */
uint64_t rd_file_key(const rd_book *b, rd_row file);
/* The base name of a file as a fact: findings read alike wherever the files lie. */
rd_fact rd_fact_file(const rd_book *b, const char *name, rd_row file);
#endif
