#!/usr/bin/env python3
"""schema.py LOAD - what the schema promises, on a PostgreSQL of its own: plain and partitioned.

Every statement prepares with the types that it declares; every table is locked by firm; the role of the
service (src/store/roles.sql) can write events and change none; a statement that binds its firm reads one
partition; the set-up of Citus names every table. Ends with `N passed, N failed[, N skipped]`.
"""
import pathlib, re, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import pg  # noqa: E402

STORE = ROOT / "src/store"
MIGRATIONS = sorted(map(str, (STORE / "migrations").glob("*.sql")))
STATEMENTS = sorted(map(str, (STORE / "sql").glob("*.sql")))
GROWING = ("events", "payloads", "erasures", "tiles", "checkpoints")
results = [0, 0]


def check(good, what):
    results[not good] += 1
    if not good:
        print(f"FAIL {what}")


def mksql(*args):
    return subprocess.run([sys.executable, ROOT / "tools/mksql.py", *args], capture_output=True, text=True,
                          check=False)


def tables():
    return mksql("--list-tables", *MIGRATIONS).stdout.split()


def psql(c, sql, role="owner"):
    """Answers (worked, lines). As the superuser, or with the rights of a role."""
    text = (f"SET ROLE {role};\n" if role != "owner" else "") + sql
    done = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", c.folder, "-p",
                           str(c.port), "-U", "owner", "redink"], input=text, capture_output=True, text=True,
                          check=False)
    return done.returncode == 0, done.stdout.split("\n")[:-1], done.stderr


def statements_prepare(c):
    done = mksql("--check-pg", c.url.split("?")[0], *STATEMENTS, *MIGRATIONS)
    check(done.returncode == 0, f"statements prepare: {done.stderr}")


def tables_are_locked(c):
    _, rows, _ = psql(c, "SELECT relname FROM pg_class k WHERE relnamespace = 'public'::regnamespace AND "
                         "relkind IN ('r', 'p') AND relname <> 'schema_version' AND NOT (relrowsecurity AND "
                         "relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = k.oid))")
    check(rows == [], f"tables without a lock by firm: {rows}")
    _, rows, _ = psql(c, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
                         "relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'schema_version' "
                         "ORDER BY 1")
    check(sorted(rows) == sorted(tables()), f"tables differ from those of SQLite: {rows}")


def the_role_writes_and_changes_nothing(c, load):
    sql = (STORE / "roles.sql").read_text(encoding="utf-8")
    good, _, said = psql(c, sql + "CREATE ROLE service LOGIN PASSWORD 'service' IN ROLE redink_app;", "owner")
    check(good, f"roles.sql: {said}")
    url = re.sub(r"//[^@]*@", "//service:service@", c.url)
    done = subprocess.run([load, "write", url, c.folder / "beside", "300", "16"], capture_output=True, text=True,
                          check=False)
    check(done.returncode == 0 and done.stdout.count("\n") == 300, f"the service writes: {done.stderr}")
    for t in GROWING:
        for what in (f"UPDATE {t} SET firm_id = 2", f"TRUNCATE {t}", f"DROP TABLE {t}",
                     f"ALTER TABLE {t} DISABLE TRIGGER ALL", f"DROP POLICY firm ON {t}",
                     f"DELETE FROM {t} WHERE firm_id = 1"):
            good, _, _ = psql(c, "SET redink.firm = 1; " + what, "service")
            check(not good, f"the service may: {what}")
    good, _, said = psql(c, "SET redink.firm = 1; UPDATE checkpoints SET sent_at_us = 1", "service")
    check(good, f"the service may note what was sent: {said}")


def one_partition_is_read(c, partitions):
    # As the owner of the tables, for whom row-level security holds as well.
    _, rows, _ = psql(c, "SET plan_cache_mode = force_generic_plan; SET redink.firm = 1; "
                         "PREPARE q(bigint) AS SELECT count(*) FROM events WHERE firm_id = $1; "
                         "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) EXECUTE q(1);", "redink")
    scans = set(re.findall(r"Scan.* on (events_p\d+)", "\n".join(rows)))
    check(len(scans) == 1, f"partitions read of {partitions}: {scans}")
    _, rows, _ = psql(c, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass")
    check(rows == [str(partitions)], f"events has {rows} partitions")


def lint_refuses():
    """What mksql must not let through, as the smallest example of each."""
    bad = {
        "no firm": "-- name: a :all\n-- in: kind text\n-- out: id i64\nSELECT id FROM jobs WHERE kind = :kind;",
        "one of two tables": "-- name: a :all\n-- in: firm_id i64\n-- out: seq i64\nSELECT e.seq FROM events e "
                             "JOIN payloads p ON p.seq = e.seq WHERE e.firm_id = :firm_id;",
        "wrong column": "-- name: a :all\n-- in: firm_id i64\n-- out: at_us i64\nSELECT seq FROM events "
                        "WHERE firm_id = :firm_id;",
        "wrong type": "-- name: a :all\n-- in: firm_id i64\n-- out: type i64\nSELECT type FROM events "
                      "WHERE firm_id = :firm_id;",
        "unknown value": "-- name: a :exec\n-- in: firm_id i64\nDELETE FROM jobs WHERE firm_id = :firm_id "
                         "AND id = :id;",
        "insert without firm": "-- name: a :exec\n-- in: firm_id i64\nINSERT INTO jobs (id) SELECT :firm_id;",
    }
    folder = pathlib.Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    for what, text in bad.items():
        (folder / "a.sql").write_text(text + "\n", encoding="utf-8")
        done = mksql(folder / "a.sql", *MIGRATIONS)
        check(done.returncode != 0 and "a.sql:1" in done.stderr, f"mksql takes: {what}: {done.stderr}")
    (folder / "migrations").mkdir()
    (folder / "migrations/0001_bad.sql").write_text("CREATE TABLE t (\n\tid BIGINT NOT NULL, -- key\n"
                                                    "\tPRIMARY KEY (id)\n) {{rows}};\n", encoding="utf-8")
    done = mksql(folder / "migrations/0001_bad.sql")
    check("does not begin with firm_id" in done.stderr, f"mksql takes a key without firm: {done.stderr}")
    subprocess.run(["rm", "-rf", folder], check=True)


def main():
    load = pathlib.Path(sys.argv[1]).resolve()
    lint_refuses()
    with tempfile.NamedTemporaryFile() as out:
        mksql("--citus", out.name, *MIGRATIONS)
        spread = re.findall(r"create_distributed_table\('(\w+)', 'firm_id'", out.read().decode())
    check(sorted(spread) == sorted(tables()), f"citus.sql and the schema differ: {set(spread) ^ set(tables())}")
    skipped = 0
    if pg.programs() is None:
        skipped = 1
        print("skipped: PostgreSQL is not installed (Debian package postgresql)")
    for partitions in (0, 4) if not skipped else ():
        with pg.Cluster(partitions) as c:
            done = subprocess.run([load, "write", c.url, c.folder / "beside", "1000", "64"], text=True,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            check(done.returncode == 0, f"load: {done.stderr}")
            statements_prepare(c)
            tables_are_locked(c)
            if partitions:
                one_partition_is_read(c, partitions)
            the_role_writes_and_changes_nothing(c, load)
    print(f"{results[0]} passed, {results[1]} failed" + (f", {skipped} skipped" if skipped else ""))
    return results[1] > 0


sys.exit(main())
