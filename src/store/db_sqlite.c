/* The SQLite back end: one file, WAL, FULL. What the writer may do is held by an authorizer. */
#include "store/db_impl.h"
#include "base/assert.h"
#include "base/buf.h"
#include "base/hash.h"
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>

#define BUSY_MS   10000
#define RECENT    64u /* composed selects that stay prepared */
#define SLOTS_MIN 256u
#define TEXT_MAX  (256u << 10)
/* 256 MiB of the file are read without copying; pages count as memory only once touched. */
#define MMAP_BYTES "268435456"

typedef struct slot {
	const rd_statement *key;
	sqlite3_stmt *stmt;
} slot;

typedef struct recent {
	rd_buf text; /* as the caller wrote it */
	uint64_t hash, used;
	sqlite3_stmt *stmt;
} recent;

typedef struct lite {
	rd_db base;
	sqlite3 *handle;
	slot *slots; /* open addressing by the address of the statement */
	uint32_t n_slots, cap;
	recent recent[RECENT];
	uint64_t tick;
	const char *preparing; /* name of the statement that the authorizer looks at */
	sqlite3_stmt *begin, *begin_write, *commit, *rollback, *savepoint, *release, *undo;
} lite;

/* Tables that only grow, and the one change that each may know: by column or by statement. */
static const struct {
	const char *table, *column, *deleted_by;
} growing[] = {
	{"events", NULL, NULL}, {"payloads", NULL, "payload_erase"}, {"erasures", NULL, NULL},
	{"tiles", NULL, NULL},  {"checkpoints", "sent_at_us", NULL},
};

static bool may_change(const lite *db, int action, const char *table, const char *column)
{
	for (uint32_t i = 0; i < sizeof growing / sizeof *growing; i++) {
		if (sqlite3_stricmp(table, growing[i].table) != 0)
			continue;
		if (action == SQLITE_UPDATE)
			return growing[i].column && strcmp(column, growing[i].column) == 0;
		return growing[i].deleted_by && db->preparing &&
		       strcmp(db->preparing, growing[i].deleted_by) == 0;
	}
	return sqlite3_strnicmp(table, "sqlite_", 7) != 0;
}

static int authorize(void *ctx, int action, const char *a, const char *b, const char *schema,
                     const char *trigger)
{
	const lite *db = ctx;
	bool read = db->base.mode == RD_DB_READ;

	(void)schema;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
	case SQLITE_TRANSACTION: return SQLITE_OK;
	case SQLITE_PRAGMA: /* as the functions pragma_table_info and pragma_foreign_key_list */
		return strcmp(a, "table_info") == 0 || strcmp(a, "foreign_key_list") == 0 ? SQLITE_OK
		                                                                          : SQLITE_DENY;
	case SQLITE_SAVEPOINT:
	case SQLITE_INSERT: return read ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_UPDATE:
		/* Naming a table function (json_each) asks for this and does nothing of the kind; a real
		 * update of the schema is refused by SQLITE_DBCONFIG_DEFENSIVE. */
		if (strcmp(a, "sqlite_master") == 0)
			return SQLITE_OK;
		return !read && may_change(db, action, a, b) ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_DELETE: return !read && may_change(db, action, a, b) ? SQLITE_OK : SQLITE_DENY;
	default: return SQLITE_DENY;
	}
}

/* Puts an SQLite failure into words. Values never stand in sqlite3_errmsg: it names tables. */
static rd_rc fail(lite *db, const char *what, rd_err *err)
{
	int rc = sqlite3_extended_errcode(db->handle);
	const char *said = sqlite3_errmsg(db->handle);

	switch (rc) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return rd_fail(err, RD_CONFLICT, "已有同样的记录（%s：%s）",
		               "such a record exists already (%s: %s)", what, said);
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return rd_fail(err, RD_CONFLICT, "所引用的记录不存在，或仍被引用（%s：%s）",
		               "what it refers to is missing, or it is still referred to (%s: %s)", what,
		               said);
	default: break;
	}
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return rd_fail(err, RD_UNAVAILABLE, "数据库正忙（%s：%s）；请稍后再试",
		               "the database is busy (%s: %s); try again later", what, said);
	case SQLITE_FULL:
		return rd_fail(err, RD_IO, "磁盘已满（%s：%s）；请腾出空间后再试",
		               "the disk is full (%s: %s); make room and try again", what, said);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return rd_fail(err, RD_CORRUPT, "数据库文件已损坏（%s：%s）；请停机并从备份恢复",
		               "the database file is damaged (%s: %s); stop and restore a backup", what,
		               said);
	default:
		return rd_fail(err, RD_IO, "数据库未能执行 %s：%s（%d）",
		               "the database could not do %s: %s (%d)", what, said, rc);
	}
}

static rd_rc prepare(lite *db, const char *sql, int size, const char *name, sqlite3_stmt **ret,
                     rd_err *err)
{
	db->preparing = name;
	int rc = sqlite3_prepare_v3(db->handle, sql, size, SQLITE_PREPARE_PERSISTENT, ret, NULL);

	db->preparing = NULL;
	return rc == SQLITE_OK ? RD_OK : fail(db, name, err);
}

static slot *slot_of(slot *slots, uint32_t cap, const rd_statement *key)
{
	uint32_t i = (uint32_t)(rd_mix(0, (uintptr_t)key) >> 8) & (cap - 1);

	while (slots[i].key && slots[i].key != key)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static void slots_grow(lite *db)
{
	uint32_t cap = db->cap ? db->cap * 2 : SLOTS_MIN;
	slot *slots = RD_NEW_N(db->base.home, slot, cap);

	for (uint32_t i = 0; i < db->cap; i++)
		if (db->slots[i].key)
			*slot_of(slots, cap, db->slots[i].key) = db->slots[i];
	db->slots = slots;
	db->cap = cap;
}

static rd_rc by_key(lite *db, const rd_statement *st, sqlite3_stmt **ret, rd_err *err)
{
	if (db->n_slots * 2 >= db->cap)
		slots_grow(db);
	slot *s = slot_of(db->slots, db->cap, st);

	if (s->key == NULL) {
		sqlite3_stmt *stmt = NULL;

		RD_TRY(prepare(db, st->sqlite, -1, st->name, &stmt, err));
		if (sqlite3_bind_parameter_count(stmt) > st->n_in) {
			sqlite3_finalize(stmt);
			return rd_fail(err, RD_USAGE, "语句 %s 的参数多于声明",
			               "statement %s has more parameters than it declares", st->name);
		}
		*s = (slot){st, stmt};
		db->n_slots++;
	}
	*ret = s->stmt;
	return RD_OK;
}

/* $1 … of a composed text become ?1 …; what stands in quotes stays. */
static void rewrite(rd_str sql, rd_buf *out)
{
	bool quoted = false;

	for (uint32_t i = 0; i < sql.len; i++) {
		char c = sql.ptr[i];

		quoted ^= c == '\'';
		rd_buf_char(out, c == '$' && !quoted ? '?' : c);
	}
}

static rd_rc by_text(lite *db, rd_str sql, sqlite3_stmt **ret, rd_err *err)
{
	uint64_t hash = rd_hash_fast(sql.ptr, sql.len);
	recent *oldest = &db->recent[0];

	for (uint32_t i = 0; i < RECENT; i++) {
		recent *r = &db->recent[i];

		if (r->stmt && r->hash == hash && rd_str_eq(rd_buf_view(&r->text), sql)) {
			r->used = ++db->tick;
			*ret = r->stmt;
			return RD_OK;
		}
		if (r->used < oldest->used)
			oldest = r;
	}
	rd_buf text;
	sqlite3_stmt *stmt = NULL;

	rd_buf_init(&text, TEXT_MAX);
	rewrite(sql, &text);
	rd_rc rc = text.full ? rd_fail(err, RD_LIMIT, "查询条件过长；请简化",
	                               "the condition is too long; make it simpler")
	                     : prepare(db, text.data, (int)text.size, "select", &stmt, err);
	rd_buf_done(&text);
	RD_TRY(rc);
	sqlite3_finalize(oldest->stmt);
	rd_buf_clear(&oldest->text);
	rd_buf_str(&oldest->text, sql);
	oldest->hash = hash;
	oldest->used = ++db->tick;
	*ret = oldest->stmt = stmt;
	return RD_OK;
}

static int bind(sqlite3_stmt *stmt, int at, const rd_value *v)
{
	const char *ptr = v->str.ptr ? v->str.ptr : "";

	switch (v->type) {
	case RD_INT: return sqlite3_bind_int64(stmt, at, v->i);
	case RD_TEXT: return sqlite3_bind_text(stmt, at, ptr, (int)v->str.len, SQLITE_STATIC);
	case RD_BLOB: return sqlite3_bind_blob(stmt, at, ptr, (int)v->str.len, SQLITE_STATIC);
	case RD_NULL: break;
	}
	return sqlite3_bind_null(stmt, at);
}

static rd_str bytes_of(sqlite3_stmt *stmt, int c, const void *data, rd_arena *a)
{
	uint32_t n = (uint32_t)sqlite3_column_bytes(stmt, c);

	return (rd_str){rd_arena_copy(a, data, n), n};
}

static void take_row(sqlite3_stmt *stmt, db_call *call, uint32_t width, uint32_t *cap)
{
	rd_value *cells = rd_db_row(call, width, cap);

	for (int c = 0; c < (int)width; c++) {
		switch (sqlite3_column_type(stmt, c)) {
		case SQLITE_INTEGER: cells[c] = RD_VALUE_INT(sqlite3_column_int64(stmt, c)); break;
		case SQLITE_NULL: cells[c] = RD_VALUE_NULL; break;
		case SQLITE_BLOB:
			cells[c] = RD_VALUE_BLOB(bytes_of(stmt, c, sqlite3_column_blob(stmt, c), call->a));
			break;
		default:
			cells[c] = RD_VALUE_TEXT(bytes_of(stmt, c, sqlite3_column_text(stmt, c), call->a));
			break;
		}
	}
}

static rd_rc step_all(lite *db, sqlite3_stmt *stmt, db_call *call, rd_err *err)
{
	uint32_t width = (uint32_t)sqlite3_column_count(stmt), cap = 0;

	call->rows.width = width;
	for (;;) {
		int rc = sqlite3_step(stmt);

		if (rc == SQLITE_DONE)
			break;
		if (rc != SQLITE_ROW)
			return fail(db, rd_db_call_name(call), err);
		if (!call->want_rows)
			continue;
		if (call->rows.n == call->max)
			return rd_db_too_many(call, err);
		take_row(stmt, call, width, &cap);
	}
	if (call->want_changed)
		call->changed = sqlite3_changes64(db->handle);
	return RD_OK;
}

static rd_rc lite_run(rd_db *base, db_call *call, rd_err *err)
{
	lite *db = (lite *)base;
	sqlite3_stmt *stmt = NULL;

	if (call->st)
		RD_TRY(by_key(db, call->st, &stmt, err));
	else
		RD_TRY(by_text(db, call->sql, &stmt, err));
	/* A composed text may leave its last values unsaid. */
	uint32_t n_in = (uint32_t)sqlite3_bind_parameter_count(stmt);

	for (uint32_t i = 0; i < call->n_in && i < n_in; i++)
		if (bind(stmt, (int)i + 1, &call->in[i]) != SQLITE_OK)
			return fail(db, rd_db_call_name(call), err);
	base->writes += !sqlite3_stmt_readonly(stmt);
	rd_rc rc = step_all(db, stmt, call, err);

	(void)sqlite3_reset(stmt); /* its code was told by the step */
	/* A failure that took the transaction back has changed what was before it. */
	base->writes += rc != RD_OK && sqlite3_get_autocommit(db->handle);
	return rc;
}

static rd_rc simple(lite *db, sqlite3_stmt **stmt, const char *sql, rd_err *err)
{
	if (*stmt == NULL)
		RD_TRY(prepare(db, sql, -1, sql, stmt, err));
	int rc = sqlite3_step(*stmt);

	if (rc != SQLITE_DONE)
		(void)fail(db, sql, err);
	(void)sqlite3_reset(*stmt);
	return rc == SQLITE_DONE ? RD_OK : err->code;
}

static rd_rc lite_begin(rd_db *base, bool write, rd_err *err)
{
	lite *db = (lite *)base;

	return write ? simple(db, &db->begin_write, "BEGIN IMMEDIATE", err)
	             : simple(db, &db->begin, "BEGIN", err);
}

/* A full disk or a failed write rolls back by itself. */
static rd_rc still_there(lite *db, rd_err *err)
{
	if (!sqlite3_get_autocommit(db->handle))
		return RD_OK;
	return rd_fail(err, RD_IO, "数据库已自行撤销本次写入；请检查磁盘后再试",
	               "the database took this write back by itself; look at the disk and try again");
}

static rd_rc lite_commit(rd_db *base, rd_err *err)
{
	lite *db = (lite *)base;

	RD_TRY(still_there(db, err));
	return simple(db, &db->commit, "COMMIT", err);
}

static void lite_rollback(rd_db *base)
{
	lite *db = (lite *)base;
	rd_err ignored = {0};

	if (!sqlite3_get_autocommit(db->handle) &&
	    simple(db, &db->rollback, "ROLLBACK", &ignored) != RD_OK)
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

static rd_rc lite_savepoint(rd_db *base, rd_err *err)
{
	lite *db = (lite *)base;

	RD_TRY(still_there(db, err));
	return simple(db, &db->savepoint, "SAVEPOINT c", err);
}

static rd_rc lite_release(rd_db *base, rd_err *err)
{
	lite *db = (lite *)base;

	return simple(db, &db->release, "RELEASE c", err);
}

/* When the whole transaction is gone there is nothing to undo; what comes next will say so. When
 * the undo itself fails, going on would keep half a command: everything is rolled back. */
static void lite_undo(rd_db *base)
{
	lite *db = (lite *)base;
	rd_err ignored = {0};

	if (sqlite3_get_autocommit(db->handle))
		return;
	if (simple(db, &db->undo, "ROLLBACK TO c", &ignored) != RD_OK ||
	    simple(db, &db->release, "RELEASE c", &ignored) != RD_OK)
		lite_rollback(base);
}

static rd_rc lite_firm(rd_db *base, int64_t firm_id, rd_err *err)
{
	(void)base;
	(void)firm_id;
	(void)err;
	return RD_OK;
}

static rd_rc lite_script(rd_db *base, const char *sql, rd_err *err)
{
	lite *db = (lite *)base;

	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(db, "script", err);
	return RD_OK;
}

static void lite_close(rd_db *base)
{
	lite *db = (lite *)base;
	sqlite3_stmt *own[] = {db->begin,     db->begin_write, db->commit, db->rollback,
	                       db->savepoint, db->release,     db->undo};

	for (uint32_t i = 0; i < sizeof own / sizeof *own; i++)
		sqlite3_finalize(own[i]);
	for (uint32_t i = 0; i < db->cap; i++)
		sqlite3_finalize(db->slots[i].stmt);
	for (uint32_t i = 0; i < RECENT; i++) {
		sqlite3_finalize(db->recent[i].stmt);
		rd_buf_done(&db->recent[i].text);
	}
	(void)sqlite3_close(db->handle);
}

static const rd_db_ops ops = {
	lite_close,   lite_begin, lite_commit, lite_rollback, lite_savepoint,
	lite_release, lite_undo,  lite_firm,   lite_run,      lite_script,
};

static rd_rc set_up(lite *db, rd_err *err)
{
	static const char common[] = "PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
								 "PRAGMA trusted_schema=OFF;PRAGMA temp_store=MEMORY;"
								 "PRAGMA mmap_size=" MMAP_BYTES ";";
	bool read = db->base.mode == RD_DB_READ;
	/* 4,000 pages between checkpoints: each costs two fsyncs more and writes hot pages once. */
	const char *own = read ? "PRAGMA cache_size=-2000;PRAGMA query_only=ON;"
	                       : "PRAGMA journal_mode=WAL;PRAGMA cache_size=-16000;"
	                         "PRAGMA wal_autocheckpoint=4000;";

	(void)sqlite3_busy_timeout(db->handle, BUSY_MS);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	(void)sqlite3_extended_result_codes(db->handle, 1);
	if (sqlite3_exec(db->handle, common, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(db->handle, own, NULL, NULL, NULL) != SQLITE_OK)
		return fail(db, "set-up", err);
	if (db->base.mode != RD_DB_UPGRADE)
		(void)sqlite3_set_authorizer(db->handle, authorize, db);
	return RD_OK;
}

/* Each connection belongs to one thread and nobody asks SQLite how much memory it has: without the
 * count its allocator takes no lock. */
static void set_up_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
}

rd_rc rd_db_sqlite_open(rd_str folder, rd_db_mode mode, rd_db **ret_db, rd_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	rd_arena *home = rd_arena_new();
	lite *db = RD_NEW(home, lite);
	char path[1024];
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

	(void)pthread_once(&once, set_up_library);
	db->base = (rd_db){.ops = &ops, .home = home, .backend = RD_SQLITE, .mode = mode};
	for (uint32_t i = 0; i < RECENT; i++)
		rd_buf_init(&db->recent[i].text, TEXT_MAX);
	(void)snprintf(path, sizeof path, RD_STR_FMT "/redink.db", RD_STR_ARG(folder));
	if (mode == RD_DB_UPGRADE)
		flags |= SQLITE_OPEN_CREATE;
	rd_rc rc = RD_OK;

	if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK) {
		rc = db->handle ? fail(db, "open", err)
		                : rd_fail(err, RD_IO, "打不开数据库", "the database cannot be opened");
		(void)rd_err_at(err, path, 0);
	} else {
		rc = set_up(db, err);
	}
	if (rc != RD_OK) {
		rd_db_close(&db->base);
		return rc;
	}
	*ret_db = &db->base;
	return RD_OK;
}

/* All pages in one step: in WAL mode neither side waits for the other. */
rd_rc rd_db_sqlite_copy(rd_str from, rd_str to, rd_err *err)
{
	rd_db *in = NULL, *out = NULL;
	rd_rc rc = rd_db_sqlite_open(from, RD_DB_READ, &in, err);

	if (rc == RD_OK)
		rc = rd_db_sqlite_open(to, RD_DB_UPGRADE, &out, err);
	if (rc == RD_OK) {
		sqlite3_backup *b =
			sqlite3_backup_init(((lite *)out)->handle, "main", ((lite *)in)->handle, "main");
		int last = b ? sqlite3_backup_step(b, -1) : SQLITE_ERROR;

		(void)sqlite3_backup_finish(b);
		if (last != SQLITE_DONE)
			rc = fail((lite *)out, "copy", err);
	}
	rd_db_close(out);
	rd_db_close(in);
	return rc;
}
