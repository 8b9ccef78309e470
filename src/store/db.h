/*
 * db.h - one connection to SQLite or PostgreSQL, and statements with typed values.
 *
 * SQL text lives in store/sql/<noun>.sql (and, for record kinds, in what the build writes from
 * model/<kind>.toml); tools/mksql.py turns each into an rd_statement with the text of both back
 * ends and typed C functions (rd_q_<name>, store/queries.gen.h). Nothing above src/store sees a
 * handle. Lists of records, whose condition is composed, go through rd_db_select.
 *
 * Who owns what: a connection belongs to one thread at a time. Values that come out point into the
 * arena given with the call. Statements are prepared once a connection and kept.
 * Failure: CONFLICT for a broken unique key, UNAVAILABLE when the database is gone or busy beyond
 * its time-out or asks for the transaction to be run again, IO for the rest; the words never
 * hold values. After a failure inside a transaction the caller rolls back.
 */
#ifndef RD_STORE_DB_H
#define RD_STORE_DB_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include <stdbool.h>

typedef struct rd_db rd_db;

typedef enum rd_type { RD_NULL, RD_INT, RD_TEXT, RD_BLOB } rd_type;

typedef struct rd_value {
	rd_type type;
	int64_t i;  /* INT; bool is 0 or 1, day and microseconds as they are */
	rd_str str; /* TEXT and BLOB */
} rd_value;

#define RD_VALUE_INT(v)  ((rd_value){.type = RD_INT, .i = (v)})
#define RD_VALUE_TEXT(s) ((rd_value){.type = RD_TEXT, .str = (s)})
#define RD_VALUE_BLOB(s) ((rd_value){.type = RD_BLOB, .str = (s)})
#define RD_VALUE_NULL    ((rd_value){.type = RD_NULL})

typedef struct rd_statement {
	const char *name;
	const char *sqlite, *pg; /* placeholders ?1 … and $1 … in the order of `in` */
	/* n_in and n_out types. RD_NULL: that value may be null; elsewhere it may not. Columns are
	 * BIGINT, TEXT or BYTEA, so that values need no other types. */
	const rd_type *in, *out;
	uint16_t n_in, n_out;
} rd_statement; /* static; the address is the key of the prepared statement */

typedef struct rd_rows {
	const rd_value *cells; /* n × width, row after row */
	uint32_t n, width;
} rd_rows;

typedef enum rd_backend { RD_SQLITE, RD_POSTGRES } rd_backend;

typedef enum rd_db_mode {
	RD_DB_READ,   /* never writes (query_only; default_transaction_read_only) */
	RD_DB_WRITE,  /* what the writer may do: no schema, append-only tables only grow */
	RD_DB_UPGRADE /* everything; for migrations and restore */
} rd_db_mode;

/* `url`: a folder that exists (SQLite file redink.db in it) or postgres://… (libpq), to which
 * partitions=16 may be added: how many parts each table gets that a migration makes. */
RD_NODISCARD rd_rc rd_db_open(rd_str url, rd_db_mode mode, rd_db **ret_db, rd_err *err);
void rd_db_close(rd_db *db); /* NULL is fine; rolls back what is open */
rd_backend rd_db_backend(const rd_db *db);

/* A transaction; write takes the write lock at once (BEGIN IMMEDIATE). Reads see one snapshot.
 * Writes of PostgreSQL are READ COMMITTED: what keeps two writers of one firm apart is the lock on
 * its tree row (store/log.h), taken first. */
RD_NODISCARD rd_rc rd_db_begin(rd_db *db, bool write, rd_err *err);
RD_NODISCARD rd_rc rd_db_commit(rd_db *db, rd_err *err);
void rd_db_rollback(rd_db *db);
/* A part of a write transaction that can be taken back alone. Not nested. */
RD_NODISCARD rd_rc rd_db_savepoint(rd_db *db, rd_err *err);
RD_NODISCARD rd_rc rd_db_release(rd_db *db, rd_err *err);
void rd_db_undo(rd_db *db); /* back to the savepoint, and releases it */
/* Which firm the next statements are about: the second lock (row-level security) of PostgreSQL;
 * SQLite only remembers it. Inside a transaction. */
RD_NODISCARD rd_rc rd_db_firm(rd_db *db, int64_t firm_id, rd_err *err);

/* ret_changed NULL: the caller does not need the count, and PostgreSQL may be asked without
 * waiting for its answer; a failure then comes with a later statement or the release or commit. */
RD_NODISCARD rd_rc rd_db_exec(rd_db *db, const rd_statement *st, const rd_value *in,
                              int64_t *ret_changed, rd_err *err);
/* At most one row (more is a LIMIT error); ret_out has room for st->n_out cells. */
RD_NODISCARD rd_rc rd_db_one(rd_db *db, const rd_statement *st, const rd_value *in, rd_arena *a,
                             rd_value *ret_out, bool *ret_found, rd_err *err);
/* Up to `max` rows; more is a LIMIT error. */
RD_NODISCARD rd_rc rd_db_all(rd_db *db, const rd_statement *st, const rd_value *in, uint32_t max,
                             rd_arena *a, rd_rows *ret_rows, rd_err *err);

/* A composed select: `sql` has $1 … $n in any order, taken as they are by PostgreSQL and rewritten
 * to ?1 … for SQLite; never values in the text. Prepared statements of recent texts are kept. */
RD_NODISCARD rd_rc rd_db_select(rd_db *db, rd_str sql, const rd_value *in, uint32_t n_in,
                                uint32_t max, rd_arena *a, rd_rows *ret_rows, rd_err *err);
#endif
