"""sqlmigrate - one migration text for two databases; used by mksql.py and by tests.

A migration is src/store/migrations/NNNN_what.sql, in the SQL that SQLite and PostgreSQL share, with
columns of BIGINT, TEXT and BYTEA and these marks:

  ) {{by_key}};           a table that lies in the order of its key (SQLite: WITHOUT ROWID)
  ) {{rows}};             an ordinary table; for rows of more than about 400 bytes
  {{append_only t}}       rows of t are never changed or deleted (triggers)
  {{append_only t except_erased}}          … but deleted when `erasures` names them
  {{append_only t except_column c a,b,d}}  … but column c changes; a, b, d are all the others
  -- only sqlite | -- only pg … -- end only    lines for one of them

In PostgreSQL every table gets row-level security by firm and, when the database is laid out so, hash
partitions by firm (function redink_table, src/store/pg.sql). BYTEA is BLOB in SQLite.
Every column has a comment behind it. The checksum is that of the two texts without comments, so that a
comment may be mended later.
"""
import hashlib
import re

TABLE = re.compile(r"CREATE TABLE (\w+) \(")
COLUMN = re.compile(r"^\t[a-z]\w* (BIGINT|TEXT|BYTEA)\b")


class Fault(Exception):
    """What is wrong, with file:line in front."""


def append_only(words, sqlite, where):
    table, rule = words[0], words[1] if len(words) > 1 else ""
    if rule not in ("", "except_erased", "except_column"):
        raise Fault(f"{where}: no such rule: {rule}")
    changed = "OF " + words[3].replace(",", ", ") + " " if rule == "except_column" else ""
    if not sqlite:
        gone = "redink_erased" if rule == "except_erased" else "redink_never"
        return (f"CREATE TRIGGER {table}_no_update BEFORE UPDATE {changed}ON {table} FOR EACH ROW "
                f"EXECUTE FUNCTION redink_never();\n"
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
                f"EXECUTE FUNCTION {gone}();\n"
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"EXECUTE FUNCTION redink_never();\n")
    erased = ("WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE firm_id = old.firm_id AND seq = old.seq) "
              if rule == "except_erased" else "")
    return (f"CREATE TRIGGER {table}_no_update BEFORE UPDATE {changed}ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: rows are never changed'); END;\n"
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {erased}"
            f"BEGIN SELECT RAISE(ABORT, '{table}: rows are never deleted'); END;\n")


def one_line(line, sqlite, table, where):
    """A line as the database takes it; the table that it ends, if any."""
    if m := re.fullmatch(r"\) \{\{(by_key|rows)\}\};", line.rstrip()):
        if table is None:
            raise Fault(f"{where}: this ends no CREATE TABLE")
        if sqlite:
            return ") WITHOUT ROWID;\n" if m[1] == "by_key" else ");\n"
        return f") {{{{partition}}}};\nSELECT redink_table('{table}');\n"
    if m := re.fullmatch(r"\{\{append_only ([^}]*)\}\}", line.strip()):
        return append_only(m[1].split(), sqlite, where)
    if "{{" in line:
        raise Fault(f"{where}: unknown mark")
    return line + "\n"


def rewrite(path, text, sqlite):
    out, table, only = [], None, None
    for n, line in enumerate(text.splitlines(), 1):
        where = f"{path}:{n}"
        if m := re.fullmatch(r"-- only (sqlite|pg)", line.strip()):
            only = m[1]
        elif line.strip() == "-- end only":
            only = None
        if only and (only == "sqlite") != sqlite:
            continue
        code = re.sub(r"\s*--.*", "", line)
        if not code.strip():
            continue
        if m := TABLE.match(code):
            table = m[1]
        elif table and COLUMN.match(line) and "--" not in line:
            raise Fault(f"{where}: a column without a comment behind it")
        out.append(one_line(re.sub(r"\bBYTEA\b", "BLOB", code) if sqlite else code, sqlite, table, where))
        if code.startswith(")"):
            if "{{" not in code and table != "schema_version":
                raise Fault(f"{where}: a table ends with {{{{by_key}}}} or {{{{rows}}}}")
            table = None
    return "".join(out)


def load(path):
    """number, name, checksum, text for SQLite, text for PostgreSQL"""
    m = re.fullmatch(r"(\d{4})_(\w+)\.sql", path.name)
    if not m:
        raise Fault(f"{path}:1: a migration is called NNNN_what.sql")
    text = path.read_text(encoding="utf-8")
    lite, pg = rewrite(path, text, True), rewrite(path, text, False)
    return int(m[1]), m[2], hashlib.sha256((lite + "\0" + pg).encode()).hexdigest(), lite, pg


def load_all(paths):
    found = sorted((load(p) for p in paths), key=lambda m: m[0])
    for want, m in enumerate(found, 1):
        if m[0] != want:
            raise Fault(f"migrations: number {want:04} is missing or there twice")
    return found


def lint_keys(db):
    """Every primary, unique and foreign key begins with firm_id; answers what does not."""
    wrong = []
    tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' "
                                       "AND name NOT LIKE 'sqlite_%' AND name <> 'schema_version'")]
    for t in tables:
        columns = list(db.execute(f"PRAGMA table_info({t})"))
        key = [c[1] for c in sorted(columns, key=lambda c: c[5]) if c[5]]
        if key[:1] != ["firm_id"]:
            wrong.append(f"{t}: the primary key does not begin with firm_id")
        for c in columns:
            if c[2] not in ("BIGINT", "TEXT", "BLOB"):
                wrong.append(f"{t}.{c[1]}: columns are BIGINT, TEXT or BYTEA, not {c[2]}")
        for index in list(db.execute(f"PRAGMA index_list({t})")):
            first = db.execute(f"PRAGMA index_info({index[1]})").fetchone()
            if index[2] and first[2] != "firm_id":
                wrong.append(f"{t}: the unique index {index[1]} does not begin with firm_id")
        keys = {}
        for k in db.execute(f"PRAGMA foreign_key_list({t})"):
            keys.setdefault(k[0], []).append((k[3], k[4]))
        for pairs in keys.values():
            if ("firm_id", "firm_id") not in pairs:
                wrong.append(f"{t}: a foreign key {pairs} does not contain firm_id")
    return wrong
