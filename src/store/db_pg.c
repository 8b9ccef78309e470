/*
 * The PostgreSQL back end. A connection stays in pipeline mode: statements without a wanted
 * answer are queued and their answers taken with the next one that matters, so that a command of
 * five inserts costs one round trip and not five.
 */
#include "store/db_impl.h"
#include "base/assert.h"
#include "base/buf.h"
#include "base/hash.h"
#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#define RECENT      64u
#define SLOTS_MIN   256u
#define TEXT_MAX    (256u << 10)
#define QUEUED_MAX  64u /* answers of so many fit the socket buffers: no side waits for the other */
#define VALUES_MAX  400u
#define OID_BYTEA   17u
#define OID_INT8    20u
#define OID_INT2    21u
#define OID_INT4    23u
#define OID_TEXT    25u
#define OID_BOOL    16u
#define OID_VARCHAR 1043u

typedef struct recent {
	rd_buf text;
	uint64_t hash, used;
	uint32_t number; /* its prepared name is r<number>; 0 = free */
} recent;

typedef struct pg {
	rd_db base;
	PGconn *conn;
	const rd_statement **slots; /* prepared ones, open addressing; the name is s<address> */
	uint32_t n_slots, cap;
	recent recent[RECENT];
	uint64_t tick;
	uint32_t numbers;
	const char *queued[QUEUED_MAX]; /* names of what was sent and not yet answered */
	uint32_t n_queued;
	rd_rc failed; /* a queued statement failed; told by what waits next */
	rd_err why;
} pg;

static rd_rc lost(pg *db, rd_err *err)
{
	(void)db;
	return rd_fail(err, RD_UNAVAILABLE, "与数据库的连接已断；请稍后再试",
	               "the connection to the database is lost; try again later");
}

static bool state_is(const char *state, const char *want)
{
	return strcmp(state, want) == 0;
}

/* The words hold names of statements and constraints, never the detail, which holds values. */
static rd_rc fail(pg *db, const PGresult *res, const char *what, rd_err *err)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *named = PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);
	const char *said = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (state == NULL)
		return lost(db, err);
	named = named ? named : "-";
	if (state_is(state, "40001") || state_is(state, "40P01")) {
		db->base.again = true;
		return rd_fail(err, RD_UNAVAILABLE, "与别的写入相撞（%s）；请再试",
		               "collided with another write (%s); try again", what);
	}
	if (state_is(state, "23505"))
		return rd_fail(err, RD_CONFLICT, "已有同样的记录（%s：%s）",
		               "such a record exists already (%s: %s)", what, named);
	if (state_is(state, "23503"))
		return rd_fail(err, RD_CONFLICT, "所引用的记录不存在，或仍被引用（%s：%s）",
		               "what it refers to is missing, or it is still referred to (%s: %s)", what,
		               named);
	if (state_is(state, "55P03") || state_is(state, "57014") || memcmp(state, "53", 2) == 0 ||
	    memcmp(state, "57P", 3) == 0)
		return rd_fail(err, RD_UNAVAILABLE, "数据库正忙或正在停机（%s：%s）；请稍后再试",
		               "the database is busy or stopping (%s: %s); try again later", what, state);
	if (memcmp(state, "XX", 2) == 0)
		return rd_fail(err, RD_CORRUPT, "数据库报告内部损坏（%s：%s）；请停机检查",
		               "the database reports damage (%s: %s); stop and look at it", what, state);
	/* Class 42 is about names and syntax, P0 is what our own triggers say: no values in them. */
	if (memcmp(state, "42", 2) != 0 && memcmp(state, "P0", 2) != 0)
		said = named;
	return rd_fail(err, RD_IO, "数据库未能执行 %s：%s（%s）",
	               "the database could not do %s: %s (%s)", what, said ? said : "-", state);
}

static void remember(pg *db, const PGresult *res, const char *what)
{
	if (db->failed == RD_OK)
		db->failed = fail(db, res, what, &db->why);
}

/* The one answer of the oldest queued statement. Caller clears it; NULL = connection lost. */
static PGresult *answer(pg *db)
{
	PGresult *res = PQgetResult(db->conn);

	if (res == NULL)
		return NULL;
	if (PQresultStatus(res) != PGRES_PIPELINE_SYNC)
		for (PGresult *end; (end = PQgetResult(db->conn)) != NULL;)
			PQclear(end);
	return res;
}

static bool is_good(const PGresult *res)
{
	ExecStatusType s = PQresultStatus(res);

	return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

/* Takes the answers of all that is queued; *ret_last is that of the last when it succeeded. */
static rd_rc settle(pg *db, PGresult **ret_last, rd_err *err)
{
	PGresult *last = NULL;
	bool whole = PQpipelineSync(db->conn) == 1;

	for (uint32_t i = 0; whole && i < db->n_queued; i++) {
		PGresult *res = answer(db);

		whole = res != NULL;
		if (whole && !is_good(res) && PQresultStatus(res) != PGRES_PIPELINE_ABORTED)
			remember(db, res, db->queued[i]);
		if (i + 1 == db->n_queued)
			last = res;
		else
			PQclear(res);
	}
	PGresult *sync = whole ? answer(db) : NULL;

	whole = sync != NULL && PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
	PQclear(sync);
	db->n_queued = 0;
	if (!whole && db->failed == RD_OK)
		db->failed = lost(db, &db->why);
	if (db->failed != RD_OK || last == NULL || ret_last == NULL) {
		PQclear(last);
		last = NULL;
	}
	rd_rc rc = db->failed;

	if (rc != RD_OK)
		*err = db->why;
	else if (ret_last)
		*ret_last = last;
	db->failed = RD_OK;
	return rc;
}

static void queued(pg *db, const char *name)
{
	RD_ASSERT(db->n_queued < QUEUED_MAX);
	db->queued[db->n_queued++] = name;
}

/* Queues a text without values. */
static rd_rc queue_text(pg *db, const char *sql, rd_err *err)
{
	if (db->n_queued + 1 >= QUEUED_MAX)
		RD_TRY(settle(db, NULL, err));
	if (PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 1) != 1)
		return lost(db, err);
	queued(db, sql);
	return RD_OK;
}

static rd_rc text_now(pg *db, const char *sql, rd_err *err)
{
	RD_TRY(queue_text(db, sql, err));
	return settle(db, NULL, err);
}

static Oid oid_of(rd_type type)
{
	return type == RD_INT ? OID_INT8 : type == RD_TEXT ? OID_TEXT : type == RD_BLOB ? OID_BYTEA : 0;
}

static rd_rc prepare(pg *db, const char *name, const char *sql, const db_call *call, rd_err *err)
{
	Oid types[VALUES_MAX];

	for (uint32_t i = 0; i < call->n_in; i++)
		types[i] = oid_of(call->st ? call->st->in[i] : call->in[i].type);
	if (db->n_queued)
		RD_TRY(settle(db, NULL, err));
	if (PQsendPrepare(db->conn, name, sql, (int)call->n_in, types) != 1)
		return lost(db, err);
	queued(db, rd_db_call_name(call));
	return settle(db, NULL, err);
}

static const rd_statement **slot_of(const rd_statement **slots, uint32_t cap,
                                    const rd_statement *key)
{
	uint32_t i = (uint32_t)(rd_mix(0, (uintptr_t)key) >> 8) & (cap - 1);

	while (slots[i] && slots[i] != key)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static void slots_grow(pg *db)
{
	uint32_t cap = db->cap ? db->cap * 2 : SLOTS_MIN;
	const rd_statement **slots = RD_NEW_N(db->base.home, const rd_statement *, cap);

	for (uint32_t i = 0; i < db->cap; i++)
		if (db->slots[i])
			*slot_of(slots, cap, db->slots[i]) = db->slots[i];
	db->slots = slots;
	db->cap = cap;
}

static rd_rc by_key(pg *db, const db_call *call, char name[32], rd_err *err)
{
	(void)snprintf(name, 32, "s%jx", (uintmax_t)(uintptr_t)call->st);
	if (db->n_slots * 2 >= db->cap)
		slots_grow(db);
	const rd_statement **s = slot_of(db->slots, db->cap, call->st);

	if (*s == NULL) {
		RD_TRY(prepare(db, name, call->st->pg, call, err));
		*s = call->st;
		db->n_slots++;
	}
	return RD_OK;
}

/* The types of the values belong to what is prepared: the same text may come with others. */
static uint64_t hash_of(const db_call *call)
{
	uint64_t h = rd_hash_fast(call->sql.ptr, call->sql.len);

	for (uint32_t i = 0; i < call->n_in; i++)
		h = rd_mix(h, call->in[i].type);
	return h;
}

static rd_rc by_text(pg *db, const db_call *call, char name[32], rd_err *err)
{
	uint64_t hash = hash_of(call);
	recent *oldest = &db->recent[0];
	char drop[48];

	for (uint32_t i = 0; i < RECENT; i++) {
		recent *r = &db->recent[i];

		if (r->number && r->hash == hash && rd_str_eq(rd_buf_view(&r->text), call->sql)) {
			r->used = ++db->tick;
			(void)snprintf(name, 32, "r%u", r->number);
			return RD_OK;
		}
		if (r->used < oldest->used)
			oldest = r;
	}
	if (oldest->number) {
		(void)snprintf(drop, sizeof drop, "DEALLOCATE r%u", oldest->number);
		oldest->number = 0;
		RD_TRY(text_now(db, drop, err));
	}
	rd_buf_clear(&oldest->text);
	rd_buf_str(&oldest->text, call->sql);
	if (oldest->text.full)
		return rd_fail(err, RD_LIMIT, "查询条件过长；请简化",
		               "the condition is too long; make it simpler");
	(void)snprintf(name, 32, "r%u", ++db->numbers);
	RD_TRY(prepare(db, name, oldest->text.data, call, err));
	oldest->hash = hash;
	oldest->used = ++db->tick;
	oldest->number = db->numbers;
	return RD_OK;
}

static rd_rc send(pg *db, const char *name, const db_call *call, rd_err *err)
{
	const char *ptr[VALUES_MAX];
	int size[VALUES_MAX], binary[VALUES_MAX];
	uint64_t ints[VALUES_MAX];

	for (uint32_t i = 0; i < call->n_in; i++) {
		const rd_value *v = &call->in[i];

		ints[i] = htobe64((uint64_t)v->i);
		binary[i] = 1;
		size[i] = v->type == RD_INT ? 8 : (int)v->str.len;
		ptr[i] = v->type == RD_NULL  ? NULL
		         : v->type == RD_INT ? (const char *)&ints[i]
		         : v->str.ptr        ? v->str.ptr
		                             : "";
	}
	if (PQsendQueryPrepared(db->conn, name, (int)call->n_in, ptr, size, binary, 1) != 1)
		return lost(db, err);
	queued(db, rd_db_call_name(call));
	return RD_OK;
}

static rd_rc cell_of(const PGresult *res, int r, int c, rd_arena *a, rd_value *ret, rd_err *err)
{
	const char *p = PQgetvalue(res, r, c);
	uint32_t n = (uint32_t)PQgetlength(res, r, c);
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	if (PQgetisnull(res, r, c)) {
		*ret = RD_VALUE_NULL;
		return RD_OK;
	}
	switch (PQftype(res, c)) {
	case OID_INT8:
		memcpy(&v8, p, 8);
		*ret = RD_VALUE_INT((int64_t)be64toh(v8));
		return RD_OK;
	case OID_INT4:
		memcpy(&v4, p, 4);
		*ret = RD_VALUE_INT((int32_t)be32toh(v4));
		return RD_OK;
	case OID_INT2:
		memcpy(&v2, p, 2);
		*ret = RD_VALUE_INT((int16_t)be16toh(v2));
		return RD_OK;
	case OID_BOOL: *ret = RD_VALUE_INT(*p != 0); return RD_OK;
	case OID_BYTEA: *ret = RD_VALUE_BLOB(((rd_str){rd_arena_copy(a, p, n), n})); return RD_OK;
	case OID_TEXT:
	case OID_VARCHAR: *ret = RD_VALUE_TEXT(((rd_str){rd_arena_copy(a, p, n), n})); return RD_OK;
	default:
		return rd_fail(err, RD_USAGE, "列 %s 的类型不受支持；请用 CAST 转为 BIGINT、TEXT 或 BYTEA",
		               "column %s has a type that is not taken; CAST it to BIGINT, TEXT or BYTEA",
		               PQfname(res, c));
	}
}

static rd_rc take_rows(const PGresult *res, db_call *call, rd_err *err)
{
	uint32_t cap = 0, width = (uint32_t)PQnfields(res);
	int n = PQntuples(res);

	call->rows.width = width;
	if ((uint32_t)n > call->max)
		return rd_db_too_many(call, err);
	for (int r = 0; r < n; r++) {
		rd_value *cells = rd_db_row(call, width, &cap);

		for (int c = 0; c < (int)width; c++)
			RD_TRY(cell_of(res, r, c, call->a, &cells[c], err));
	}
	return RD_OK;
}

static rd_rc pg_run(rd_db *base, db_call *call, rd_err *err)
{
	pg *db = (pg *)base;
	char name[32];
	PGresult *res = NULL;

	if (call->n_in > VALUES_MAX)
		return rd_fail(err, RD_LIMIT, "一条语句最多 %u 个值", "a statement has at most %u values",
		               VALUES_MAX);
	if (call->st)
		RD_TRY(by_key(db, call, name, err));
	else
		RD_TRY(by_text(db, call, name, err));
	if (db->n_queued + 1 >= QUEUED_MAX)
		RD_TRY(settle(db, NULL, err));
	RD_TRY(send(db, name, call, err));
	if (!call->want_rows && !call->want_changed)
		return RD_OK;
	RD_TRY(settle(db, &res, err));
	rd_rc rc = call->want_rows ? take_rows(res, call, err) : RD_OK;

	if (call->want_changed)
		call->changed = strtoll(PQcmdTuples(res), NULL, 10);
	PQclear(res);
	return rc;
}

static rd_rc connect_again(pg *db, rd_err *err);

static rd_rc pg_begin(rd_db *base, bool write, rd_err *err)
{
	pg *db = (pg *)base;

	if (PQstatus(db->conn) != CONNECTION_OK)
		RD_TRY(connect_again(db, err));
	rd_rc rc = queue_text(db,
	                      write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
	                            : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	                      err);
	if (rc == RD_OK && write)
		rc = settle(db, NULL, err);
	return rc;
}

static rd_rc pg_commit(rd_db *base, rd_err *err)
{
	pg *db = (pg *)base;
	PGresult *res = NULL;

	if (db->n_queued)
		RD_TRY(settle(db, NULL, err));
	RD_TRY(queue_text(db, "COMMIT", err));
	RD_TRY(settle(db, &res, err));
	/* COMMIT of a transaction that failed is answered by ROLLBACK, as a success. */
	bool done = strcmp(PQcmdStatus(res), "COMMIT") == 0;

	PQclear(res);
	return done ? RD_OK
	            : rd_fail(err, RD_IO, "数据库已撤销本次写入；请再试",
	                      "the database took this write back; try again");
}

static void pg_rollback(rd_db *base)
{
	pg *db = (pg *)base;
	rd_err ignored = {0};

	if (PQstatus(db->conn) != CONNECTION_OK)
		return;
	if (db->n_queued)
		(void)(settle(db, NULL, &ignored) == RD_OK);
	if (PQtransactionStatus(db->conn) != PQTRANS_IDLE)
		(void)(text_now(db, "ROLLBACK", &ignored) == RD_OK);
}

static rd_rc pg_savepoint(rd_db *base, rd_err *err)
{
	pg *db = (pg *)base;

	/* A failure of what came before must not be taken for one of the part that begins here. */
	if (db->n_queued)
		RD_TRY(settle(db, NULL, err));
	return queue_text(db, "SAVEPOINT c", err);
}

static rd_rc pg_release(rd_db *base, rd_err *err)
{
	return text_now((pg *)base, "RELEASE c", err);
}

static void pg_undo(rd_db *base)
{
	pg *db = (pg *)base;
	rd_err ignored = {0};
	bool again = base->again;

	if (db->n_queued)
		(void)(settle(db, NULL, &ignored) == RD_OK);
	/* When it fails, the transaction stays failed and its commit tells. */
	if (text_now(db, "ROLLBACK TO SAVEPOINT c", &ignored) == RD_OK)
		(void)(text_now(db, "RELEASE c", &ignored) == RD_OK);
	base->again = again;
}

static rd_rc pg_firm(rd_db *base, int64_t firm_id, rd_err *err)
{
	static const rd_type in[] = {RD_TEXT};
	static const rd_statement set_firm = {
		.name = "set_firm",
		.pg = "SELECT set_config('redink.firm', $1, true)",
		.in = in,
		.n_in = 1,
	};
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%jd", (intmax_t)firm_id);
	rd_value v = RD_VALUE_TEXT(((rd_str){digits, (uint32_t)n}));
	db_call call = {.st = &set_firm, .in = &v, .n_in = 1};

	return pg_run(base, &call, err);
}

static rd_rc pg_script(rd_db *base, const char *sql, rd_err *err)
{
	pg *db = (pg *)base;

	if (db->n_queued)
		RD_TRY(settle(db, NULL, err));
	if (PQexitPipelineMode(db->conn) != 1)
		return lost(db, err);
	PGresult *res = PQexec(db->conn, sql);
	rd_rc rc = is_good(res) ? RD_OK : fail(db, res, "script", err);

	PQclear(res);
	if (PQenterPipelineMode(db->conn) != 1 && rc == RD_OK)
		rc = lost(db, err);
	return rc;
}

static void pg_close(rd_db *base)
{
	pg *db = (pg *)base;

	for (uint32_t i = 0; i < RECENT; i++)
		rd_buf_done(&db->recent[i].text);
	PQfinish(db->conn);
}

static const rd_db_ops ops = {
	pg_close,   pg_begin, pg_commit, pg_rollback, pg_savepoint,
	pg_release, pg_undo,  pg_firm,   pg_run,      pg_script,
};

static void no_notice(void *ctx, const PGresult *res)
{
	(void)ctx;
	(void)res;
}

/* What holds for all of a connection. An acknowledged write is on disk, whatever the preset is. */
static rd_rc set_up(pg *db, rd_err *err)
{
	static const char common[] =
		"SET client_encoding='UTF8'; SET timezone='UTC'; SET lock_timeout='10s';"
		"SET idle_in_transaction_session_timeout='60s'; SET plan_cache_mode='force_generic_plan';"
		"SET tcp_keepalives_idle=10; SET tcp_keepalives_interval=5; SET tcp_keepalives_count=3;"
		"SET tcp_user_timeout='25s';"
		"SELECT set_config('synchronous_commit','on',false)"
		" WHERE current_setting('synchronous_commit')='off';";

	if (PQstatus(db->conn) != CONNECTION_OK)
		return rd_fail(err, RD_UNAVAILABLE, "连不上数据库；请检查地址、用户和服务是否在运行",
		               "the database cannot be reached; check address, user and that it runs");
	if (PQserverVersion(db->conn) < 150000)
		return rd_fail(err, RD_USAGE, "需要 PostgreSQL 15 或更新版本",
		               "PostgreSQL 15 or newer is needed");
	(void)PQsetNoticeReceiver(db->conn, no_notice, NULL);
	if (PQenterPipelineMode(db->conn) != 1)
		return lost(db, err);
	RD_TRY(pg_script(&db->base, common, err));
	if (db->base.mode == RD_DB_READ)
		return pg_script(&db->base, "SET default_transaction_read_only=on", err);
	/* A host whose power went holds the locks of its transaction until the server gives it up:
	 * sooner than others give up waiting (lock_timeout). A writer is never idle for that long. */
	return pg_script(&db->base, "SET idle_in_transaction_session_timeout='5s'", err);
}

static rd_rc connect_again(pg *db, rd_err *err)
{
	PQreset(db->conn);
	db->n_queued = 0;
	db->failed = RD_OK;
	if (db->cap)
		memset(db->slots, 0, db->cap * sizeof(*db->slots));
	db->n_slots = 0;
	for (uint32_t i = 0; i < RECENT; i++)
		db->recent[i].number = 0;
	return set_up(db, err);
}

/* Takes partitions=N out of the address, which libpq does not know. */
static uint32_t take_partitions(rd_str url, char out[1024])
{
	static const char key[] = "partitions=";
	int64_t at = rd_str_find(url, key);
	uint32_t end, n = 0;

	(void)snprintf(out, 1024, RD_STR_FMT, RD_STR_ARG(url));
	if (at <= 0 || (url.ptr[at - 1] != '?' && url.ptr[at - 1] != '&') || url.len >= 1024)
		return 0;
	for (end = (uint32_t)at + sizeof key - 1;
	     end < url.len && url.ptr[end] >= '0' && url.ptr[end] <= '9' && n < 1024; end++)
		n = n * 10 + (uint32_t)(url.ptr[end] - '0');
	if (end < url.len && url.ptr[end] == '&')
		end++;
	else if (end == url.len)
		at--; /* the '?' or '&' before it goes, too */
	(void)snprintf(out + at, (size_t)(1024 - at), RD_STR_FMT,
	               RD_STR_ARG(((rd_str){url.ptr + end, url.len - end})));
	return n;
}

/* A host that does not answer any more is an error within half a minute, unless the address itself
 * says otherwise. */
static PGconn *connect_to(const char *address)
{
	static const char *const names[] = {"connect_timeout",
	                                    "keepalives_idle",
	                                    "keepalives_interval",
	                                    "keepalives_count",
	                                    "tcp_user_timeout",
	                                    "dbname",
	                                    NULL};
	const char *const values[] = {"10", "10", "5", "3", "25000", address, NULL};

	return PQconnectdbParams(names, values, 1);
}

rd_rc rd_db_pg_open(rd_str url, rd_db_mode mode, rd_db **ret_db, rd_err *err)
{
	char address[1024];
	rd_arena *home = rd_arena_new();
	pg *db = RD_NEW(home, pg);

	db->base = (rd_db){.ops = &ops, .home = home, .backend = RD_POSTGRES, .mode = mode};
	db->base.partitions = take_partitions(url, address);
	for (uint32_t i = 0; i < RECENT; i++)
		rd_buf_init(&db->recent[i].text, TEXT_MAX);
	db->conn = connect_to(address);
	rd_rc rc = set_up(db, err);

	if (rc != RD_OK) {
		rd_db_close(&db->base);
		return rc;
	}
	*ret_db = &db->base;
	return RD_OK;
}
