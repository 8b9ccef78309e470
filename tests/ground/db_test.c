/* Connections and statements: both back ends behave alike. Runs on SQLite, or on the PostgreSQL of
 * REDINK_TEST_PG. */
#include "place.h"
#include "store/db_impl.h"
#include "store/migrate.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

static const rd_type three[] = {RD_INT, RD_TEXT, RD_NULL}, one[] = {RD_INT};
static const rd_type all_types[] = {RD_INT, RD_TEXT, RD_NULL};
static const rd_statement put = {"put",
                                 "INSERT INTO thing (firm_id, name, data) VALUES (?1, ?2, ?3)",
                                 "INSERT INTO thing (firm_id, name, data) VALUES ($1, $2, $3)",
                                 three,
                                 NULL,
                                 3,
                                 0};
static const rd_statement get = {"get",
                                 "SELECT firm_id, name, data FROM thing WHERE firm_id = ?1",
                                 "SELECT firm_id, name, data FROM thing WHERE firm_id = $1",
                                 one,
                                 all_types,
                                 1,
                                 3};
static const rd_statement wipe = {"wipe",
                                  "DELETE FROM thing WHERE firm_id = ?1",
                                  "DELETE FROM thing WHERE firm_id = $1",
                                  one,
                                  NULL,
                                  1,
                                  0};

static rd_db *open_db(const place *p, rd_db_mode mode)
{
	rd_err err = {0};
	rd_db *db = NULL;

	UNIT_OK(rd_db_open(rd_str_of(p->url), mode, &db, &err), &err);
	return db;
}

static void make_thing(place *p)
{
	place_open(p);
	place_sql(p, place_is_pg() ? "CREATE TABLE thing (firm_id BIGINT NOT NULL, name TEXT NOT NULL,"
	                             " data BYTEA, PRIMARY KEY (firm_id))"
	                           : "CREATE TABLE thing (firm_id BIGINT NOT NULL, name TEXT NOT NULL,"
	                             " data BLOB, PRIMARY KEY (firm_id))");
}

static rd_rc put_thing(rd_db *db, int64_t id, const char *name, rd_value data, int64_t *ret_changed,
                       rd_err *err)
{
	rd_value in[] = {RD_VALUE_INT(id), RD_VALUE_TEXT(rd_str_of(name)), data};

	return rd_db_exec(db, &put, in, ret_changed, err);
}

static bool has_thing(rd_db *db, int64_t id, place *p)
{
	rd_value in = RD_VALUE_INT(id), out[3];
	bool found = false;
	rd_err err = {0};

	UNIT_OK(rd_db_one(db, &get, &in, p->arena, out, &found, &err), &err);
	return found;
}

static void values_come_back(void)
{
	place p;
	rd_err err = {0};
	int64_t changed = 0;
	char zero[] = {0, 1, 0, (char)255};
	const struct {
		int64_t id;
		const char *name;
		rd_value data;
	} rows[] = {
		{1, "plain", RD_VALUE_BLOB(((rd_str){zero, 4}))},
		{INT64_MAX, "红字 𠮷", RD_VALUE_BLOB(((rd_str){NULL, 0}))},
		{INT64_MIN, "", RD_VALUE_NULL},
	};

	make_thing(&p);
	rd_db *db = open_db(&p, RD_DB_WRITE);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_value in = RD_VALUE_INT(rows[i].id), out[3] = {0};
		bool found = false;

		unit_case("row %zu", i);
		UNIT_OK(rd_db_begin(db, true, &err), &err);
		UNIT_OK(put_thing(db, rows[i].id, rows[i].name, rows[i].data, &changed, &err), &err);
		UNIT_INT(changed, 1);
		UNIT_OK(rd_db_commit(db, &err), &err);
		UNIT_OK(rd_db_begin(db, false, &err), &err);
		UNIT_OK(rd_db_one(db, &get, &in, p.arena, out, &found, &err), &err);
		rd_db_rollback(db);
		UNIT_TRUE(found);
		UNIT_INT(out[0].i, rows[i].id);
		UNIT_TEXT(out[1].str, rows[i].name);
		UNIT_INT(out[2].type, rows[i].data.type);
		if (out[2].type == RD_BLOB)
			UNIT_BYTES(out[2].str, rows[i].data.str);
	}
	rd_db_close(db);
	place_close(&p);
}

static void a_part_is_taken_back_alone(void)
{
	place p;
	rd_err err = {0};

	make_thing(&p);
	rd_db *db = open_db(&p, RD_DB_WRITE);

	UNIT_OK(rd_db_begin(db, true, &err), &err);
	UNIT_OK(rd_db_savepoint(db, &err), &err);
	UNIT_OK(put_thing(db, 1, "kept", RD_VALUE_NULL, NULL, &err), &err);
	UNIT_OK(rd_db_release(db, &err), &err);
	UNIT_OK(rd_db_savepoint(db, &err), &err);
	UNIT_OK(put_thing(db, 2, "undone", RD_VALUE_NULL, NULL, &err), &err);
	rd_db_undo(db);
	/* A failure inside is known at the release at the latest, and leaves the rest as it was. */
	UNIT_OK(rd_db_savepoint(db, &err), &err);
	rd_rc rc = put_thing(db, 1, "double", RD_VALUE_NULL, NULL, &err);

	if (rc == RD_OK)
		rc = rd_db_release(db, &err);
	UNIT_INT(rc, RD_CONFLICT);
	rd_db_undo(db);
	UNIT_OK(rd_db_savepoint(db, &err), &err);
	UNIT_OK(put_thing(db, 3, "kept", RD_VALUE_NULL, NULL, &err), &err);
	UNIT_OK(rd_db_release(db, &err), &err);
	UNIT_OK(rd_db_commit(db, &err), &err);
	UNIT_INT(place_number(&p, "SELECT count(*) FROM thing"), 2);
	UNIT_INT(place_number(&p, "SELECT count(*) FROM thing WHERE name <> 'kept'"), 0);
	rd_db_close(db);
	place_close(&p);
}

static void failures_have_their_code(void)
{
	place p;
	rd_err err = {0};
	int64_t changed;
	rd_rows rows;

	make_thing(&p);
	rd_db *db = open_db(&p, RD_DB_WRITE);

	UNIT_OK(rd_db_begin(db, true, &err), &err);
	UNIT_OK(put_thing(db, 1, "a", RD_VALUE_NULL, &changed, &err), &err);
	UNIT_INT(put_thing(db, 1, "secret value", RD_VALUE_NULL, &changed, &err), RD_CONFLICT);
	UNIT_TRUE(!rd_str_has(rd_str_of(err.en), "secret"));
	rd_db_rollback(db);
	UNIT_OK(rd_db_begin(db, false, &err), &err);
	UNIT_TRUE(!has_thing(db, 1, &p));
	UNIT_INT(rd_db_select(db, RD_STR("SELECT nothing FROM nowhere"), NULL, 0, 1, p.arena, &rows,
	                      &err),
	         RD_IO);
	rd_db_rollback(db);
	UNIT_OK(rd_db_begin(db, false, &err), &err);
	UNIT_TRUE(!has_thing(db, 1, &p));
	rd_db_close(db);
	place_close(&p);
}

static void readers_do_not_write(void)
{
	static const rd_statement sneaky = {"sneaky",
	                                    "INSERT INTO thing VALUES (9, 'x', NULL)",
	                                    "INSERT INTO thing VALUES (9, 'x', NULL)",
	                                    NULL,
	                                    NULL,
	                                    0,
	                                    0};
	place p;
	rd_err err = {0};
	int64_t changed;

	make_thing(&p);
	rd_db *db = open_db(&p, RD_DB_READ);

	UNIT_OK(rd_db_begin(db, false, &err), &err);
	UNIT_TRUE(rd_db_exec(db, &sneaky, NULL, &changed, &err) != RD_OK);
	rd_db_close(db);
	UNIT_INT(place_number(&p, "SELECT count(*) FROM thing"), 0);
	place_close(&p);
}

static void the_writer_makes_no_tables(void)
{
	static const char *const forbidden[] = {
		"CREATE TABLE other (a BIGINT)",
		"DROP TABLE thing",
		"ATTACH 'x.db' AS x",
		"PRAGMA synchronous=OFF",
		"PRAGMA user_version",
		"ALTER TABLE thing ADD b BIGINT",
		"CREATE TRIGGER t AFTER INSERT ON thing BEGIN DELETE FROM thing; END",
		"UPDATE sqlite_schema SET name = 'x'",
		"DELETE FROM sqlite_schema"};
	place p;
	rd_err err = {0};
	rd_rows rows;

	if (place_is_pg()) {
		unit_skip("grants hold the writer of PostgreSQL");
		return;
	}
	make_thing(&p);
	rd_db *db = open_db(&p, RD_DB_WRITE);

	UNIT_OK(rd_db_begin(db, true, &err), &err);
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
		unit_case("%s", forbidden[i]);
		UNIT_TRUE(rd_db_select(db, rd_str_of(forbidden[i]), NULL, 0, 1, p.arena, &rows, &err) !=
		          RD_OK);
	}
	unit_case("json_each");
	UNIT_OK(rd_db_select(db, RD_STR("SELECT value FROM json_each('[1]')"), NULL, 0, 1, p.arena,
	                     &rows, &err),
	        &err);
	rd_db_close(db);
	place_close(&p);
}

static void composed_selects_are_kept_and_replaced(void)
{
	place p;
	rd_err err = {0};
	char sql[128];
	rd_rows rows = {0};

	make_thing(&p);
	rd_db *db = open_db(&p, RD_DB_READ);

	UNIT_OK(rd_db_begin(db, false, &err), &err);
	for (int i = 0; i < 300; i++) {
		rd_value in[] = {RD_VALUE_INT(i), RD_VALUE_TEXT(RD_STR("$1 红"))};
		int n = snprintf(sql, sizeof sql, "SELECT $1 + %d, $2, '$1'", i % 100);

		unit_case("%d", i);
		UNIT_OK(rd_db_select(db, (rd_str){sql, (uint32_t)n}, in, 2, 1, p.arena, &rows, &err), &err);
		UNIT_INT(rows.cells[0].i, i + i % 100);
		UNIT_TEXT(rows.cells[1].str, "$1 红");
		UNIT_TEXT(rows.cells[2].str, "$1");
	}
	/* The same text with a value of another type. */
	rd_value text = RD_VALUE_TEXT(RD_STR("a")), number = RD_VALUE_INT(7);

	UNIT_OK(rd_db_select(db, RD_STR("SELECT $1"), &text, 1, 1, p.arena, &rows, &err), &err);
	UNIT_TEXT(rows.cells[0].str, "a");
	UNIT_OK(rd_db_select(db, RD_STR("SELECT $1"), &number, 1, 1, p.arena, &rows, &err), &err);
	UNIT_INT(rows.cells[0].i, 7);
	rd_db_close(db);
	place_close(&p);
}

static void more_rows_than_asked_for_are_an_error(void)
{
	place p;
	rd_err err = {0};
	rd_rows rows;

	make_thing(&p);
	rd_db *db = open_db(&p, RD_DB_WRITE);

	UNIT_OK(rd_db_begin(db, true, &err), &err);
	for (int64_t i = 0; i < 200; i++)
		UNIT_OK(put_thing(db, i, "n", RD_VALUE_NULL, NULL, &err), &err);
	UNIT_OK(rd_db_select(db, RD_STR("SELECT firm_id FROM thing ORDER BY firm_id"), NULL, 0, 200,
	                     p.arena, &rows, &err),
	        &err);
	UNIT_INT(rows.n, 200);
	UNIT_INT(rows.cells[199].i, 199);
	UNIT_INT(rd_db_select(db, RD_STR("SELECT firm_id FROM thing"), NULL, 0, 199, p.arena, &rows,
	                      &err),
	         RD_LIMIT);
	rd_value in = RD_VALUE_INT(5);
	int64_t changed = 0;

	UNIT_OK(rd_db_exec(db, &wipe, &in, &changed, &err), &err);
	UNIT_INT(changed, 1);
	UNIT_OK(rd_db_commit(db, &err), &err);
	rd_db_close(db);
	place_close(&p);
}

static void snapshots_stand_still(void)
{
	place p;
	rd_err err = {0};

	make_thing(&p);
	rd_db *reader = open_db(&p, RD_DB_READ), *writer = open_db(&p, RD_DB_WRITE);

	UNIT_OK(rd_db_begin(reader, false, &err), &err);
	UNIT_TRUE(!has_thing(reader, 1, &p));
	UNIT_OK(rd_db_begin(writer, true, &err), &err);
	UNIT_OK(put_thing(writer, 1, "new", RD_VALUE_NULL, NULL, &err), &err);
	UNIT_OK(rd_db_commit(writer, &err), &err);
	UNIT_TRUE(!has_thing(reader, 1, &p));
	rd_db_rollback(reader);
	UNIT_OK(rd_db_begin(reader, false, &err), &err);
	UNIT_TRUE(has_thing(reader, 1, &p));
	rd_db_close(reader);
	rd_db_close(writer);
	place_close(&p);
}

static void schemas_of_others_are_refused(void)
{
	static const char *const changes[] = {
		"INSERT INTO schema_version VALUES (9999, 'from_the_future', 'x', 0)",
		"UPDATE schema_version SET checksum = 'x' WHERE number = 1",
	};
	rd_err err = {0};
	place p;

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		rd_store *s = NULL;

		unit_case("%s", changes[i]);
		place_open(&p);
		rd_store_close(place_store(&p));
		UNIT_INT(place_number(&p, "SELECT count(*) FROM schema_version"), rd_n_migrations);
		rd_store_close(place_store(&p)); /* a second time there is nothing to do */
		place_sql(&p, changes[i]);
		rd_store_config config = place_config(&p);

		config.upgrade = true;
		UNIT_INT(rd_store_open(&config, &s, &err), RD_CONFLICT);
		place_close(&p);
	}
}

static void other_firms_rows_are_not_seen(void)
{
	static const char *const tables[] = {"events", "payloads",    "trees", "tiles",      "erasures",
	                                     "blobs",  "checkpoints", "jobs",  "search_term"};
	place p;
	rd_err err = {0};
	rd_rows rows = {0};

	if (!place_is_pg()) {
		unit_skip("row-level security is of PostgreSQL");
		return;
	}
	place_open(&p);
	rd_store_close(place_store(&p));
	place_sql(&p, "INSERT INTO search_term VALUES (1, 'a', 'k', 1), (2, 'b', 'k', 1)");
	rd_db *db = open_db(&p, RD_DB_WRITE);
	const struct {
		int64_t firm_id, seen;
	} want[] = {{1, 1}, {2, 1}, {3, 0}, {0, 2}};

	for (size_t i = 0; i < 4; i++) {
		unit_case("firm %jd", (intmax_t)want[i].firm_id);
		UNIT_OK(rd_db_begin(db, false, &err), &err);
		UNIT_OK(rd_db_firm(db, want[i].firm_id, &err), &err);
		UNIT_OK(rd_db_select(db, RD_STR("SELECT count(*) FROM search_term"), NULL, 0, 1, p.arena,
		                     &rows, &err),
		        &err);
		UNIT_INT(rows.cells[0].i, want[i].seen);
		rd_db_rollback(db);
	}
	UNIT_OK(rd_db_begin(db, false, &err), &err); /* no firm said: nothing */
	UNIT_OK(rd_db_select(db, RD_STR("SELECT count(*) FROM search_term"), NULL, 0, 1, p.arena, &rows,
	                     &err),
	        &err);
	UNIT_INT(rows.cells[0].i, 0);
	rd_db_rollback(db);
	UNIT_OK(rd_db_begin(db, true, &err), &err);
	UNIT_OK(rd_db_firm(db, 1, &err), &err);
	UNIT_TRUE(rd_db_select(db,
	                       RD_STR("INSERT INTO search_term VALUES (2, 'c', 'k', 1) RETURNING id"),
	                       NULL, 0, 1, p.arena, &rows, &err) != RD_OK);
	rd_db_close(db);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		char sql[256];

		unit_case("%s", tables[i]);
		(void)snprintf(sql, sizeof sql,
		               "SELECT count(*) FROM pg_class WHERE relname = '%s' AND relrowsecurity AND "
		               "relforcerowsecurity",
		               tables[i]);
		UNIT_INT(place_number(&p, sql), 1);
	}
	place_close(&p);
}

static void nothing_is_there_says_so(void)
{
	rd_err err = {0};
	rd_db *db = NULL;

	UNIT_TRUE(rd_db_open(RD_STR("/nonexistent/place"), RD_DB_READ, &db, &err) != RD_OK);
	UNIT_TRUE(err.en[0] && err.zh[0]);
	UNIT_INT(rd_db_open(RD_STR("postgres://127.0.0.1:1/none?connect_timeout=2"), RD_DB_READ, &db,
	                    &err),
	         RD_UNAVAILABLE);
}

const unit_test db_tests[] = {
	{"values come back", values_come_back},
	{"a part is taken back alone", a_part_is_taken_back_alone},
	{"failures have their code", failures_have_their_code},
	{"readers do not write", readers_do_not_write},
	{"the writer makes no tables", the_writer_makes_no_tables},
	{"composed selects are kept and replaced", composed_selects_are_kept_and_replaced},
	{"more rows than asked for are an error", more_rows_than_asked_for_are_an_error},
	{"snapshots stand still", snapshots_stand_still},
	{"schemas of others are refused", schemas_of_others_are_refused},
	{"other firms' rows are not seen", other_firms_rows_are_not_seen},
	{"nothing is there says so", nothing_is_there_says_so},
	{0},
};
