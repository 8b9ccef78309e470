#include "place.h"
#include "store/db_impl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ftw.h>

static void must(rd_rc rc, const rd_err *err, const char *what)
{
	if (rc == RD_OK)
		return;
	(void)fprintf(stderr, "place: %s: %s\n", what, err->en);
	exit(2);
}

bool place_is_pg(void)
{
	return getenv("REDINK_TEST_PG") != NULL;
}

/* With PostgreSQL: the schema of the place before is there, and nobody but a store used it. */
static bool kept;

static int64_t clock_of(void *ctx)
{
	return ((place *)ctx)->now_us;
}

static void begin(place *p)
{
	*p = (place){.now_us = 1767225600000000, .arena = rd_arena_new()}; /* 2026-01-01 */
	(void)strcpy(p->folder, "/tmp/redink-test-XXXXXX");
	if (mkdtemp(p->folder) == NULL)
		exit(2);
	(void)snprintf(p->url, sizeof p->url, "%s",
	               place_is_pg() ? getenv("REDINK_TEST_PG") : p->folder);
}

void place_open(place *p)
{
	begin(p);
	kept = false;
	if (place_is_pg())
		place_sql(p, "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public");
}

/* Every row of every table but the versions; the triggers that keep the log from shrinking are off
 * meanwhile. */
static const char wipe[] =
	"DO $$ DECLARE t record; n boolean; BEGIN "
	"FOR t IN SELECT c.oid::regclass AS name, c.relhastriggers AS guarded FROM pg_class c "
	"WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT "
	"c.relispartition AND c.relname <> 'schema_version' LOOP "
	"EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', t.name) INTO n; "
	"CONTINUE WHEN NOT n; "
	"IF t.guarded THEN EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', t.name); END IF; "
	"EXECUTE format('DELETE FROM %s', t.name); "
	"IF t.guarded THEN EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', t.name); END IF; "
	"END LOOP; END $$";

/* The migrated file of an empty store, made once a process. */
static void copy_schema(const place *p)
{
	static char *bytes;
	static size_t size;
	char path[96];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/redink.db", p->folder);
	if (bytes == NULL) {
		rd_store_close(place_store((place *)(uintptr_t)p));
		f = fopen(path, "rb");
		if (f == NULL || fseek(f, 0, SEEK_END) != 0)
			exit(2);
		size = (size_t)ftell(f);
		rewind(f);
		bytes = malloc(size);
		if (bytes == NULL || fread(bytes, 1, size, f) != size)
			exit(2);
		(void)fclose(f);
		return;
	}
	f = fopen(path, "wb");
	if (f == NULL || fwrite(bytes, 1, size, f) != size || fclose(f) != 0)
		exit(2);
}

void place_open_ready(place *p)
{
	if (place_is_pg() && !kept) {
		place_open(p);
		rd_store_close(place_store(p));
		kept = true;
		return;
	}
	begin(p);
	if (place_is_pg())
		place_sql(p, wipe);
	else
		copy_schema(p);
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void place_close(place *p)
{
	(void)nftw(p->folder, drop, 16, FTW_DEPTH | FTW_PHYS);
	rd_arena_free(p->arena);
}

rd_store_config place_config(place *p)
{
	return (rd_store_config){
		.url = rd_str_of(p->url),
		.folder = rd_str_of(p->folder),
		.origin = RD_STR("redink.example"),
		.now_us = clock_of,
		.clock = p,
	};
}

rd_store *place_store(place *p)
{
	rd_err err = {0};
	rd_store *s = NULL;
	rd_store_config config = place_config(p);

	must(rd_store_open(&config, &s, &err), &err, "open");
	return s;
}

void place_sql(const place *p, const char *sql)
{
	rd_err err = {0};
	rd_db *db = NULL;

	must(rd_db_open(rd_str_of(p->url), RD_DB_UPGRADE, &db, &err), &err, "open");
	must(rd_db_begin(db, true, &err), &err, sql);
	must(rd_db_firm(db, 0, &err), &err, sql);
	must(rd_db_script(db, sql, &err), &err, sql);
	must(rd_db_commit(db, &err), &err, sql);
	rd_db_close(db);
}

int64_t place_number(const place *p, const char *sql)
{
	rd_err err = {0};
	rd_db *db = NULL;
	rd_rows rows = {0};

	must(rd_db_open(rd_str_of(p->url), RD_DB_UPGRADE, &db, &err), &err, "open");
	must(rd_db_begin(db, false, &err), &err, sql);
	must(rd_db_firm(db, 0, &err), &err, sql);
	must(rd_db_select(db, rd_str_of(sql), NULL, 0, 1, p->arena, &rows, &err), &err, sql);
	rd_db_close(db);
	return rows.n ? rows.cells[0].i : -1;
}
