/*
 * value.h - one JSON value into the cells of one field. Used by src/record alone.
 *
 * Cells, and the words of problems, live in the arena. Failure: problems are added. Threads: any.
 */
#ifndef RD_RECORD_VALUE_H
#define RD_RECORD_VALUE_H
#include "record/check.h"

/* Reads `v` for field `f` into cells (two when rd_field_width says so). null, "" and [] are null
 * cells; whether that may be is judged by the caller. False: a problem was added. */
bool rd_value_read(const rd_field *f, const json_t *v, rd_arena *a, rd_value *ret_cells,
                   rd_problems *problems);

/* Words with values in them; both formats take the same arguments in the same order. */
rd_words rd_words_format(rd_arena *a, const char *zh, const char *en, ...) RD_PRINTF(3, 4);
#define RD_NO_HINT ((rd_words){NULL, NULL})

/* The name among `n` that is nearest to `word` by edits, when it is near enough; else NULL. */
const char *rd_nearest(rd_str word, const char *const *names, uint32_t n);
#endif
