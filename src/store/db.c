#include "store/db_impl.h"
#include "base/assert.h"

rd_rc rd_db_open(rd_str url, rd_db_mode mode, rd_db **ret_db, rd_err *err)
{
	if (rd_str_starts(url, "postgres://") || rd_str_starts(url, "postgresql://"))
		return rd_db_pg_open(url, mode, ret_db, err);
	return rd_db_sqlite_open(url, mode, ret_db, err);
}

void rd_db_close(rd_db *db)
{
	if (db == NULL)
		return;
	rd_arena *home = db->home;

	rd_db_rollback(db);
	db->ops->close(db);
	rd_arena_free(home);
}

rd_backend rd_db_backend(const rd_db *db)
{
	return db->backend;
}

bool rd_db_again(const rd_db *db)
{
	return db->again;
}

uint64_t rd_db_writes(const rd_db *db)
{
	return db->writes;
}

rd_rc rd_db_begin(rd_db *db, bool write, rd_err *err)
{
	RD_ASSERT(!db->in_tx && !(write && db->mode == RD_DB_READ));
	db->again = false;
	RD_TRY(db->ops->begin(db, write, err));
	db->in_tx = true;
	db->writing = write;
	db->in_savepoint = false;
	db->firm_id = -1;
	return RD_OK;
}

rd_rc rd_db_commit(rd_db *db, rd_err *err)
{
	RD_ASSERT(db->in_tx && !db->in_savepoint);
	rd_rc rc = db->ops->commit(db, err);

	if (rc != RD_OK)
		db->ops->rollback(db);
	db->in_tx = false;
	return rc;
}

void rd_db_rollback(rd_db *db)
{
	if (db->in_tx)
		db->ops->rollback(db);
	db->in_tx = db->in_savepoint = false;
}

rd_rc rd_db_savepoint(rd_db *db, rd_err *err)
{
	RD_ASSERT(db->in_tx && db->writing && !db->in_savepoint);
	RD_TRY(db->ops->savepoint(db, err));
	db->in_savepoint = true;
	return RD_OK;
}

rd_rc rd_db_release(rd_db *db, rd_err *err)
{
	RD_ASSERT(db->in_savepoint);
	RD_TRY(db->ops->release(db, err));
	db->in_savepoint = false;
	return RD_OK;
}

void rd_db_undo(rd_db *db)
{
	RD_ASSERT(db->in_savepoint);
	db->ops->undo(db);
	db->in_savepoint = false;
	db->firm_id = -1; /* PostgreSQL has taken back what was said after the savepoint */
}

rd_rc rd_db_firm(rd_db *db, int64_t firm_id, rd_err *err)
{
	RD_ASSERT(db->in_tx && firm_id >= 0);
	if (db->firm_id == firm_id)
		return RD_OK;
	RD_TRY(db->ops->firm(db, firm_id, err));
	db->firm_id = firm_id;
	return RD_OK;
}

rd_rc rd_db_script(rd_db *db, const char *sql, rd_err *err)
{
	RD_ASSERT(db->mode == RD_DB_UPGRADE);
	return db->ops->script(db, sql, err);
}

const char *rd_db_call_name(const db_call *call)
{
	return call->st ? call->st->name : "select";
}

rd_value *rd_db_row(db_call *call, uint32_t width, uint32_t *cap)
{
	rd_rows *rows = &call->rows;
	rd_value *cells = (rd_value *)(uintptr_t)rows->cells;

	rows->width = width;
	if (rows->n == *cap && *cap == 0 && call->max < 16) {
		*cap = call->max;
		rows->cells = cells = RD_NEW_N(call->a, rd_value, (size_t)call->max * width + 1);
	}
	if (rows->n == *cap)
		rows->cells = cells = rd_grow(call->a, cells, rows->n, cap, width * sizeof *cells);
	return cells + (size_t)rows->n++ * width;
}

rd_rc rd_db_too_many(const db_call *call, rd_err *err)
{
	return rd_fail(err, RD_LIMIT, "查询 %s 的结果多于 %u 行；请缩小范围",
	               "query %s has more than %u rows; narrow it", rd_db_call_name(call), call->max);
}

/* What came out is what the statement declares: a wrong type is a damaged or foreign database. */
static rd_rc check_types(const db_call *call, rd_err *err)
{
	const rd_statement *st = call->st;
	const rd_value *cell = call->rows.cells;

	if (call->rows.n && call->rows.width != st->n_out)
		return rd_fail(err, RD_CORRUPT, "查询 %s 应有 %u 列，得到 %u 列；数据库不属于本版本",
		               "query %s should have %u columns and has %u; the database is not of this "
		               "version",
		               st->name, (unsigned)st->n_out, call->rows.width);
	for (uint32_t r = 0; r < call->rows.n; r++)
		for (uint32_t c = 0; c < st->n_out; c++, cell++)
			if (st->out[c] != RD_NULL && cell->type != st->out[c])
				return rd_fail(
					err, RD_CORRUPT,
					"查询 %s 第 %u 列的类型不对；数据库被别的程序改过，请运行 redink verify",
					"query %s, column %u: wrong type; the database was changed by "
					"another program, run redink verify",
					st->name, c + 1);
	return RD_OK;
}

static rd_rc run(rd_db *db, db_call *call, rd_err *err)
{
	RD_ASSERT(db->in_tx);
	db->again = false;
	RD_TRY(db->ops->run(db, call, err));
	return call->st && call->want_rows ? check_types(call, err) : RD_OK;
}

rd_rc rd_db_exec(rd_db *db, const rd_statement *st, const rd_value *in, int64_t *ret_changed,
                 rd_err *err)
{
	db_call call = {.st = st, .in = in, .n_in = st->n_in, .want_changed = ret_changed != NULL};

	RD_TRY(run(db, &call, err));
	if (ret_changed)
		*ret_changed = call.changed;
	return RD_OK;
}

rd_rc rd_db_one(rd_db *db, const rd_statement *st, const rd_value *in, rd_arena *a,
                rd_value *ret_out, bool *ret_found, rd_err *err)
{
	db_call call = {.st = st, .in = in, .n_in = st->n_in, .want_rows = true, .max = 1, .a = a};

	RD_TRY(run(db, &call, err));
	*ret_found = call.rows.n != 0;
	if (call.rows.n)
		memcpy(ret_out, call.rows.cells, st->n_out * sizeof *ret_out);
	return RD_OK;
}

rd_rc rd_db_all(rd_db *db, const rd_statement *st, const rd_value *in, uint32_t max, rd_arena *a,
                rd_rows *ret_rows, rd_err *err)
{
	db_call call = {.st = st, .in = in, .n_in = st->n_in, .want_rows = true, .max = max, .a = a};

	RD_TRY(run(db, &call, err));
	*ret_rows = call.rows;
	ret_rows->width = st->n_out;
	return RD_OK;
}

rd_rc rd_db_select(rd_db *db, rd_str sql, const rd_value *in, uint32_t n_in, uint32_t max,
                   rd_arena *a, rd_rows *ret_rows, rd_err *err)
{
	db_call call = {.sql = sql, .in = in, .n_in = n_in, .want_rows = true, .max = max, .a = a};

	RD_TRY(run(db, &call, err));
	*ret_rows = call.rows;
	return RD_OK;
}
