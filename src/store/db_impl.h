/*
 * db_impl.h - what the two back ends share; for src/store alone.
 *
 * A back end fills rd_db_ops and embeds rd_db as its first member. db.c checks the rules of the
 * contract (inside a transaction, readers do not write, types of columns) once for both.
 */
#ifndef RD_STORE_DB_IMPL_H
#define RD_STORE_DB_IMPL_H
#include "store/db.h"

/* One run of one statement, prepared by `key` or, when that is NULL, by its text. */
typedef struct db_call {
	const rd_statement *st; /* the key; NULL = composed, known by its text */
	rd_str sql;             /* composed: as the caller wrote it, with $1 … */
	const rd_value *in;
	uint32_t n_in;
	bool want_rows, want_changed;
	uint32_t max; /* rows */
	rd_arena *a;  /* of the rows */
	rd_rows rows;
	int64_t changed;
} db_call;

typedef struct rd_db_ops {
	void (*close)(rd_db *db);
	rd_rc (*begin)(rd_db *db, bool write, rd_err *err);
	rd_rc (*commit)(rd_db *db, rd_err *err);
	void (*rollback)(rd_db *db);
	rd_rc (*savepoint)(rd_db *db, rd_err *err);
	rd_rc (*release)(rd_db *db, rd_err *err);
	void (*undo)(rd_db *db);
	rd_rc (*firm)(rd_db *db, int64_t firm_id, rd_err *err);
	rd_rc (*run)(rd_db *db, db_call *call, rd_err *err);
	rd_rc (*script)(rd_db *db, const char *sql, rd_err *err);
} rd_db_ops;

struct rd_db {
	const rd_db_ops *ops;
	rd_arena *home; /* the connection itself and its tables */
	rd_backend backend;
	rd_db_mode mode;
	uint32_t partitions; /* of each table that is made; PostgreSQL, 0 = none */
	bool in_tx, writing, in_savepoint;
	bool again;                 /* the last failure was the database's wish to run it all again */
	uint64_t writes;            /* see rd_db_writes */
	int64_t firm_id;            /* -1 = not said yet in this transaction */
	struct rd_db *next, **link; /* readers of a store; see store.c */
	void *owner;
};

rd_rc rd_db_sqlite_open(rd_str folder, rd_db_mode mode, rd_db **ret_db, rd_err *err);
rd_rc rd_db_pg_open(rd_str url, rd_db_mode mode, rd_db **ret_db, rd_err *err);

/* A copy of the database in folder `from`, of one moment, into folder `to`; writers go on. */
RD_NODISCARD rd_rc rd_db_sqlite_copy(rd_str from, rd_str to, rd_err *err);

/* Several statements without values or rows, for migrations. */
RD_NODISCARD rd_rc rd_db_script(rd_db *db, const char *sql, rd_err *err);
/* Did the last failure ask for the transaction to be run again from its start? */
bool rd_db_again(const rd_db *db);
/* How many statements of this connection may have changed something. Only SQLite counts them. */
uint64_t rd_db_writes(const rd_db *db);

/* Room for one row more of call->rows, whose cells are to be filled. */
rd_value *rd_db_row(db_call *call, uint32_t width, uint32_t *cap);
/* The failure that there are more rows than call->max. */
rd_rc rd_db_too_many(const db_call *call, rd_err *err);
/* The name for messages. */
const char *rd_db_call_name(const db_call *call);
#endif
