#include "store/migrate.h"
#include "base/buf.h"
#include "store/db_impl.h"
#include "store/queries.gen.h"
#include <stdlib.h>

#define TEXT_MAX  (4u << 20) /* of one migration with its partitions */
#define STEPS_MAX 10000u

extern const char rd_pg_preamble[]; /* store/pg.sql */

static const char make_versions[] =
	"CREATE TABLE IF NOT EXISTS schema_version ("
	"number BIGINT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, at_us BIGINT NOT NULL, "
	"PRIMARY KEY (number));";

/* A question of this file alone, about the catalogue of the database itself. */
static rd_rc ask_int(rd_db *db, const char *sqlite, const char *pg, int64_t *ret, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_rows rows = {0};
	const char *sql = rd_db_backend(db) == RD_SQLITE ? sqlite : pg;
	rd_rc rc = rd_db_select(db, rd_str_of(sql), NULL, 0, 1, a, &rows, err);

	if (rc == RD_OK)
		*ret = rows.n ? rows.cells[0].i : 0;
	rd_arena_free(a);
	return rc;
}

static rd_rc has_versions(rd_db *db, bool *ret, rd_err *err)
{
	int64_t n = 0;

	RD_TRY(ask_int(db,
	               "SELECT count(*) FROM sqlite_master WHERE type = 'table' "
	               "AND name = 'schema_version'",
	               "SELECT count(*) FROM pg_class WHERE oid = to_regclass('schema_version')", &n,
	               err));
	*ret = n != 0;
	return RD_OK;
}

static rd_rc foreign(const char *what, rd_err *err)
{
	return rd_fail(err, RD_CONFLICT,
	               "数据库属于另一版本的 redink（%s）；请用写入它的版本或更新的版本",
	               "the database is of another release of redink (%s); use the release that wrote "
	               "it or a newer one",
	               what);
}

/* In a transaction. */
static rd_rc state_of(rd_db *db, rd_schema_state *ret_state, rd_err *err)
{
	bool there = false;
	rd_arena *a;
	rd_tx tx = {.db = db};
	const rd_q_schema_steps_row *steps = NULL;
	uint32_t n = 0;

	*ret_state = (rd_schema_state){.of = rd_n_migrations};
	RD_TRY(has_versions(db, &there, err));
	if (!there)
		return RD_OK;
	tx.arena = a = rd_arena_new();
	rd_rc rc = rd_q_schema_steps(&tx, STEPS_MAX, &steps, &n, err);

	if (rc == RD_OK && n > rd_n_migrations)
		rc = foreign(steps[n - 1].name.ptr, err);
	for (uint32_t i = 0; rc == RD_OK && i < n; i++)
		if (steps[i].number != rd_migrations[i].number ||
		    !rd_str_is(steps[i].checksum, rd_migrations[i].checksum))
			rc = foreign(steps[i].name.ptr, err);
	ret_state->applied = n;
	rd_arena_free(a);
	return rc;
}

rd_rc rd_schema_check(rd_db *db, rd_schema_state *ret_state, rd_err *err)
{
	RD_TRY(rd_db_begin(db, false, err));
	rd_rc rc = state_of(db, ret_state, err);

	rd_db_rollback(db);
	return rc;
}

/* How many partitions each table has: as those that are there, or as the address wishes. */
static rd_rc partitions_of(rd_db *db, int64_t *ret, rd_err *err)
{
	RD_TRY(ask_int(db, "SELECT 0",
	               "SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass('events')", ret,
	               err));
	if (*ret == 0)
		RD_TRY(ask_int(db, "SELECT 1",
		               "SELECT count(*) FROM pg_class WHERE oid = to_regclass('events')", ret,
		               err));
	else
		return RD_OK;
	*ret = *ret ? 0 : db->partitions;
	return RD_OK;
}

static void put_partitions(const char *sql, int64_t partitions, rd_buf *out)
{
	static const char mark[] = "{{partition}}";

	rd_buf_printf(out, "SELECT set_config('redink.partitions', '%jd', true);\n",
	              (intmax_t)partitions);
	for (const char *at; (at = strstr(sql, mark)) != NULL; sql = at + sizeof mark - 1) {
		rd_buf_add(out, sql, (size_t)(at - sql));
		if (partitions)
			rd_buf_puts(out, "PARTITION BY HASH (firm_id)");
	}
	rd_buf_puts(out, sql);
}

static rd_rc step(rd_db *db, const rd_migration *m, int64_t partitions, int64_t now_us, rd_err *err)
{
	rd_tx tx = {.db = db};
	rd_buf text;
	rd_rc rc;

	if (rd_db_backend(db) == RD_SQLITE) {
		rc = rd_db_script(db, m->sqlite, err);
	} else {
		rd_buf_init(&text, TEXT_MAX);
		put_partitions(m->pg, partitions, &text);
		rc = rd_db_script(db, text.data, err);
		rd_buf_done(&text);
	}
	if (rc != RD_OK)
		return rd_err_at(err, m->name, 0);
	return rd_q_schema_add(&tx, m->number, rd_str_of(m->name), rd_str_of(m->checksum), now_us, NULL,
	                       err);
}

/* One process upgrades, others wait: SQLite by BEGIN IMMEDIATE, PostgreSQL by a lock of its own. */
static rd_rc one_step(rd_db *db, int64_t now_us, rd_schema_state *state, rd_err *err)
{
	int64_t partitions = 0;

	RD_TRY(rd_db_begin(db, true, err));
	rd_rc rc = RD_OK;

	if (rd_db_backend(db) == RD_POSTGRES) {
		rc = rd_db_script(db, "SELECT pg_advisory_xact_lock(7238471)", err);
		if (rc == RD_OK)
			rc = rd_db_script(db, rd_pg_preamble, err);
	}
	if (rc == RD_OK)
		rc = rd_db_script(db, make_versions, err);
	if (rc == RD_OK)
		rc = state_of(db, state, err);
	if (rc == RD_OK)
		rc = partitions_of(db, &partitions, err);
	if (rc == RD_OK && state->applied < state->of)
		rc = step(db, &rd_migrations[state->applied], partitions, now_us, err);
	if (rc == RD_OK)
		rc = rd_db_commit(db, err);
	else
		rd_db_rollback(db);
	return rc;
}

rd_rc rd_schema_upgrade(rd_db *db, int64_t now_us, rd_schema_state *ret_state, rd_err *err)
{
	rd_schema_state state;

	RD_TRY(rd_schema_check(db, &state, err));
	while (state.applied < state.of) {
		RD_TRY(one_step(db, now_us, &state, err));
		state.applied += state.applied < state.of;
	}
	*ret_state = state;
	return RD_OK;
}
