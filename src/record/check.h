/*
 * check.h - from the JSON of a request to the values of a record, with everything that is wrong.
 *
 * A body names fields by their keys and, of the common columns, owner, client, team, restricted
 * and due. Every problem is collected, not only the first; unknown keys are refused and the
 * nearest known one is named. What needs other rows is left to the engine: whether a referred
 * record exists, whether a unique value is free, whether the person may.
 *
 * Who owns what: values and words live in the arena given with the call; texts of values may point
 * into the JSON, so the JSON lives as long. Failure: problems, not codes; rd_check_fail makes an
 * error of them. Threads: any, no state.
 */
#ifndef RD_RECORD_CHECK_H
#define RD_RECORD_CHECK_H
#include "base/arena.h"
#include "base/day.h"
#include "record/kind.h"
#include <jansson.h>

#define RD_PROBLEMS_MAX   200u             /* problems of one body that are told; all are counted */
#define RD_BODY_BYTES_MAX (1u << 20)       /* one JSON body of a record */
#define RD_BODY_DEPTH_MAX 64u              /* lists and objects in each other */
#define RD_INT_JSON_MAX   9007199254740991 /* 2^53 - 1: what JavaScript keeps exactly */

typedef struct rd_problem {
	const char *field; /* key, or key.part ("fee.currency"); "" = the body as a whole */
	rd_words words;    /* what is wrong */
	rd_words hint;     /* what would be right; both NULL = nothing to add */
} rd_problem;

typedef struct rd_problems {
	rd_problem *items;
	uint32_t n, cap;
	uint32_t all; /* how many there were; n of them are kept */
} rd_problems;

typedef enum rd_check_mode { RD_CHECK_CREATE, RD_CHECK_CHANGE, RD_CHECK_TRANSITION } rd_check_mode;

typedef struct rd_check_input {
	const rd_kind *kind;
	rd_check_mode mode;
	const rd_transition *transition; /* of TRANSITION */
	const rd_value *before;          /* CHANGE, TRANSITION: the row as it is, n_columns values */
} rd_check_input;

typedef struct rd_draft {
	rd_value *row; /* n_columns: the row as it will be; columns that the engine fills are null */
	rd_field_set fields; /* which fields the body set, and computed ones whose value changed */
	uint32_t common;     /* which common columns the body set, 1 << rd_common */
	/* TRANSITION: the answer to each of `asks`, two cells each (the second is a currency);
	 * those with a column are in `row` as well. */
	rd_value (*asked)[2];
} rd_draft;

/* Reads one JSON object; a key twice, a float beyond exactness and bytes behind the end are
 * refused with their line. *ret_body is the caller's: json_decref. */
RD_NODISCARD rd_rc rd_check_parse(rd_str text, json_t **ret_body, rd_err *err);

/* Reads `body` as `in` says. False: problems were added and the draft is of no use. */
bool rd_check_body(const rd_check_input *in, const json_t *body, rd_arena *a, rd_draft *ret_draft,
                   rd_problems *problems);

/* Adds what `t` needs and `row` lacks; false when something is lacking. */
bool rd_check_needs(const rd_kind *k, const rd_transition *t, const rd_value *row, rd_arena *a,
                    rd_problems *problems);

/* Adds one problem; the words live as long as they are used (static, or of the arena). */
void rd_problem_add(rd_problems *p, rd_arena *a, const char *field, rd_words words, rd_words hint);
/* INPUT with the first problem in words and how many there are. Needs at least one. */
rd_rc rd_check_fail(const rd_problems *p, rd_err *err);

/* Writes the columns of computed fields of `row`; a result beyond int64 is a problem. */
bool rd_check_compute(const rd_kind *k, rd_value *row, rd_arena *a, rd_problems *problems);

/* Applies stored values, as rd_show_changed writes them (SQL columns, raw values), to `row` without
 * judging them; texts are copied. INPUT for a column that the kind has not, or a value of another
 * type than its column's. values NULL: nothing to apply. */
RD_NODISCARD rd_rc rd_check_apply(const rd_kind *k, const json_t *values, rd_arena *a,
                                  rd_value *row, rd_err *err);

/* One reference out of a row: field -1 = a common column (owner, client, team). */
typedef struct rd_kind_ref {
	int16_t field;
	const char *key, *to;
	int64_t id;
} rd_kind_ref;

/* All references of a row, common ones included, in the order of the columns. */
void rd_check_refs(const rd_kind *k, const rd_value *row, rd_arena *a, const rd_kind_ref **ret_refs,
                   uint32_t *ret_n);
/* Those among the answers of a transition that are not stored in the row. */
void rd_check_asked_refs(const rd_transition *t, const rd_value (*asked)[2], rd_arena *a,
                         const rd_kind_ref **ret_refs, uint32_t *ret_n);

/* Forms of texts and times, each alone. */
bool rd_check_uscc(rd_str code); /* GB 32100-2015, 18 characters, check character */
bool rd_check_format(rd_format f, rd_str text);
bool rd_check_id(rd_str text, int64_t *ret_id);  /* decimal, 1 .. 2^63 - 1, no leading zero */
bool rd_check_day(rd_str text, rd_day *ret_day); /* YYYY-MM-DD, nothing else */
/* RFC 3339 with seconds and zone, at most microseconds: 2026-02-24T09:30:00+08:00 */
bool rd_check_time(rd_str text, int64_t *ret_us);
#endif
