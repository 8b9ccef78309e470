/*
 * fact.h - what happened to a record, as an event and as a change of the projections.
 *
 * Every change of a record is one fact. rd_fact_write puts it into the event log and into the
 * tables, in the transaction of the command; rd_fact_replay reads it from the log and puts it
 * into the tables again, which is how `redink rebuild` makes them anew. Both use the same code for
 * the tables, so that they come out equal.
 *
 * The payload is JSON: {"set": {column: value}, "was": {…}} with the names of the SQL columns,
 * whole numbers and texts as they are stored, and what a fact of another type says of itself
 * ("transition", "asks", "body", …). Times and actors stand in the event, not in the payload.
 * Events are read in ten years: names are never reused for something else.
 */
#ifndef RD_RECORD_FACT_H
#define RD_RECORD_FACT_H
#include "record/actor.h"
#include "store/log.h"

typedef enum rd_fact_type {
	RD_FACT_CREATED,
	RD_FACT_CHANGED,
	RD_FACT_MOVED, /* a transition */
	RD_FACT_ARCHIVED,
	RD_FACT_RESTORED,
	RD_FACT_COMMENTED,
	RD_FACT_COMMENT_EDITED,
	RD_FACT_COMMENT_REMOVED,
	RD_FACT_WATCHED,
	RD_FACT_UNWATCHED,
	RD_FACT_LINKED,
	RD_FACT_UNLINKED,
	RD_FACT_TAGGED,
	RD_FACT_UNTAGGED,
	RD_FACT_ATTACHED,
	RD_FACT_DETACHED,
	RD_FACT_REMINDER_SET,
	RD_FACT_REMINDER_DROPPED,
	RD_FACT_TYPES
} rd_fact_type;

/* A record in memory: one cell a column of its kind. */
typedef struct rd_record {
	const rd_kind *kind;
	rd_value *cells; /* kind->n_columns */
} rd_record;

typedef struct rd_fact {
	rd_fact_type type;
	const rd_kind *kind;
	int64_t record_id;
	rd_record now; /* CREATED … RESTORED: as it is from now on; cells of firm, id, version, created
	                * and changed are set by rd_fact_write */
	rd_record was;        /* CHANGED … RESTORED: as it was */
	rd_str transition;    /* MOVED */
	rd_str asks;          /* MOVED: what was asked for, a JSON object; "" = nothing */
	int64_t about_id;     /* comment, attachment, reminder; watcher; the other record of a link */
	int64_t parent_id;    /* COMMENTED: answered comment; 0 = none */
	rd_str text;          /* comment; tag; meaning of a link; name of a file; note of a reminder */
	bool for_client;      /* COMMENTED: contacts of the client see it */
	rd_str other_kind;    /* LINKED: kind of the other record */
	const int64_t *users; /* COMMENTED: who is mentioned */
	uint32_t n_users;
	rd_str sha256, media_type; /* ATTACHED: 64 hex digits */
	int64_t size;              /* ATTACHED: bytes */
	int64_t at_us;             /* REMINDER_SET: when */
} rd_fact;

/* Appends the event and changes the tables. The number of the event is *ret_seq. */
RD_NODISCARD rd_rc rd_fact_write(rd_tx *tx, const rd_actor *actor, rd_fact *f, int64_t *ret_seq,
                                 rd_err *err);
/* Changes the tables as `row` says; events that are about no record are passed over. CORRUPT when
 * the payload is not what rd_fact_write wrote. */
RD_NODISCARD rd_rc rd_fact_replay(rd_tx *tx, const rd_log_row *row, rd_err *err);

/* The second half of an event's type: "created". */
const char *rd_fact_word(rd_fact_type t);
/* Cell of a column, by its number in rd_common or kind->columns. */
static inline rd_value *rd_cell(const rd_record *r, int32_t column)
{
	return &r->cells[column];
}
/* A copy whose cells may be changed; the texts are shared. */
rd_record rd_record_copy(rd_arena *a, const rd_record *r);
#endif
