/*
 * store.h - where a Redink server keeps what it knows: transactions and the one writer.
 *
 * A store is opened once a process. Reads run on the calling thread's own connection, in a
 * snapshot. Writes are commands: small functions that the writer thread runs one after the other,
 * many in one transaction (group commit), each in a savepoint of its own, so that a refused
 * command leaves nothing behind and does not disturb its neighbours. `done` is called after the
 * commit is on disk (SQLite synchronous=FULL), never before.
 *
 * With PostgreSQL several processes may write; the events of one firm are put in order by a lock
 * on its tree row, and a transaction that the database asks to run again is run again: a command
 * therefore touches nothing but its context, and must be able to start anew.
 *
 * Threads: every function may be called from any thread, but a reader belongs to its thread.
 */
#ifndef RD_STORE_STORE_H
#define RD_STORE_STORE_H
#include "store/db.h"

typedef struct rd_store rd_store;

/* What a running command or read sees. */
typedef struct rd_tx {
	rd_db *db;
	int64_t firm_id;    /* of all it reads and writes; 0 only for the operator's own statements */
	int64_t now_us;     /* one clock reading for the whole; in writes never before the last event */
	rd_arena *arena;    /* until the command is answered */
	struct rd_log *log; /* NULL in reads */
	const rd_store *store; /* it is of; NULL when a database is read without an open store */
} rd_tx;

typedef struct rd_store_config {
	rd_str url; /* folder, made when it is not there, or postgres://… */
	/* The folder of what lies beside the database: the signing key and what was signed last
	 * (store/checkpoint.h), and blobs/ . "" = the data folder; PostgreSQL must be given one. */
	rd_str folder;
	rd_str origin; /* before the firm's id in the name of its log: "redink.example" */
	int64_t (*now_us)(void *clock);
	void *clock;        /* so that tests have their own time; now_us NULL = the real clock */
	uint32_t batch_max; /* commands in one transaction; 0 = 512 */
	bool upgrade; /* bring an older schema up to date; else it is an error. A new one is made */
} rd_store_config;

/* The texts of `config` are copied. USAGE when the schema is older and may not be upgraded,
 * CONFLICT when it is newer (store/migrate.h). */
RD_NODISCARD rd_rc rd_store_open(const rd_store_config *config, rd_store **ret_store, rd_err *err);
/* Runs what was submitted, then ends the writer; nobody may use the store any more. NULL is
 * fine. */
void rd_store_close(rd_store *s);

typedef rd_rc rd_tx_fn(rd_tx *tx, void *ctx, rd_err *err);

rd_backend rd_store_backend(const rd_store *s);
int64_t rd_store_now_us(const rd_store *s);

/* Runs fn in a read transaction on this thread; values live in `a`. Not from within another. */
RD_NODISCARD rd_rc rd_store_read(rd_store *s, int64_t firm_id, rd_arena *a, rd_tx_fn *fn, void *ctx,
                                 rd_err *err);

typedef struct rd_command {
	struct rd_command *next; /* the store's while queued */
	int64_t firm_id;
	rd_arena *arena; /* of the request; used by the writer thread until `done` */
	rd_tx_fn *run;
	void *ctx;
	rd_rc rc;   /* set before `done` */
	rd_err err; /* filled when rc is not OK */
	void (*done)(struct rd_command *c);
} rd_command;

/* Hands `c` to the writer; it is the store's until done(c). */
void rd_store_submit(rd_store *s, rd_command *c);
/* How many were handed over since the store was opened; two looks tell whether it is busy. */
uint64_t rd_store_commands(const rd_store *s);
/* The same, and waits. */
RD_NODISCARD rd_rc rd_store_write(rd_store *s, int64_t firm_id, rd_arena *a, rd_tx_fn *fn,
                                  void *ctx, rd_err *err);

/* Every firm that has events, by id; in `a`. */
RD_NODISCARD rd_rc rd_store_firms(rd_store *s, rd_arena *a, const int64_t **ret_ids,
                                  uint32_t *ret_n, rd_err *err);
/* The folder of what lies beside the database. */
const char *rd_store_folder(const rd_store *s);
/* An empty file without a name in that folder, to be written and read; the caller closes it. */
RD_NODISCARD rd_rc rd_store_temp(const rd_store *s, int *ret_fd, rd_err *err);

/* A new id of 63 bits: larger than all earlier ones of this process and, by ms, of others. */
int64_t rd_store_new_id(rd_store *s);
#endif
