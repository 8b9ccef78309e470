#!/usr/bin/env python3
"""Turns SQL files and migrations into C, and checks them against the schema that they make.

usage: mksql.py [--header OUT.h] [--source OUT.c] [--migrations OUT.c] FILE.sql… MIGRATION.sql…
       mksql.py --tables OUT.c TABLES.def MIGRATION.sql…    (store/tables.h: every table as it lies there)
       mksql.py --check-pg CONNINFO FILE.sql… MIGRATION.sql…    (prepares all on a migrated PostgreSQL)
       mksql.py --citus OUT.sql MIGRATION.sql…      (spreads all tables over a Citus cluster)
       mksql.py --list-tables MIGRATION.sql…

A statement:

  -- name: tree_load :one              :one, :all or :exec
  -- The head of the log.              prose, becomes the comment of the function
  -- in: firm_id i64, note text?       i64, bool, text, blob; ? = may be null
  -- out: size i64, range blob         as the columns, checked
  SELECT … WHERE firm_id = :firm_id;

firm_id is no argument of the C function: it is always that of the transaction. A statement that binds no
firm_id is refused, unless `-- operator: why` says that it goes across firms. `x.pg.sql` gives
PostgreSQL's own text for statements of the same name, without in and out.
"""
import ctypes
import pathlib
import re
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from sqlmigrate import Fault, lint_keys, load_all  # noqa: E402

C_TYPE = {"i64": "int64_t", "bool": "bool", "text": "rd_str", "blob": "rd_str"}
RD_TYPE = {"i64": "RD_INT", "bool": "RD_INT", "text": "RD_TEXT", "blob": "RD_BLOB"}
DECLARED = {"BIGINT": ("i64", "bool"), "TEXT": ("text",), "BLOB": ("blob",)}
PG_TYPE = {"i64": "bigint", "bool": "bigint", "text": "text", "blob": "bytea"}
TOKEN = re.compile(r"'(?:[^']|'')*'|(?<![:\w]):([a-z_]\w*)")


class Value:
    def __init__(self, text, where):
        m = re.fullmatch(r"(\w+) (i64|bool|text|blob)(\?)?", text.strip())
        if not m:
            raise Fault(f"{where}: '{text.strip()}' is not: name type, type one of {', '.join(C_TYPE)}")
        self.name, self.type, self.null = m[1], m[2], bool(m[3])

    def rd_type(self):
        return "RD_NULL" if self.null else RD_TYPE[self.type]

    def c_type(self):
        return "rd_value" if self.null and self.type in ("i64", "bool") else C_TYPE[self.type]


class Statement:
    def __init__(self, name, kind, where):
        self.name, self.kind, self.where = name, kind, where
        self.doc, self.ins, self.outs, self.operator, self.text, self.pg = [], [], [], None, "", None

    def place(self, text, mark):
        """The text with numbered places; which values it uses."""
        names, used = [v.name for v in self.ins], set()

        def number(m):
            if m[1] is None:
                return m[0]
            if m[1] not in names:
                raise Fault(f"{self.where}: {self.name}: :{m[1]} is not among 'in'")
            used.add(m[1])
            return f"{mark}{names.index(m[1]) + 1}"

        return TOKEN.sub(number, text), used


def parse_line(st, line, where):
    if m := re.match(r"-- in: (.*)", line):
        st.ins = [Value(v, where) for v in m[1].split(",")]
    elif m := re.match(r"-- out: (.*)", line):
        st.outs = [Value(v, where) for v in m[1].split(",")]
    elif m := re.match(r"-- operator: (.+)", line):
        st.operator = m[1]
    elif line.startswith("--"):
        st.doc.append(line[2:].strip())
    else:
        st.text += re.sub(r"\s*--.*", "", line) + "\n"


def parse(path):
    st, found = None, []
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path}:{n}"
        if m := re.match(r"-- name: (\w+)(?: :(one|all|exec))?$", line):
            st = Statement(m[1], m[2], where)
            found.append(st)
        elif line.startswith("-- name"):
            raise Fault(f"{where}: not '-- name: what :one|:all|:exec'")
        elif st:
            parse_line(st, line, where)
        elif line.strip() and not line.startswith("--"):
            raise Fault(f"{where}: text before the first '-- name:'")
    for st in found:
        st.text = " ".join(st.text.split()).rstrip(";")
        if not st.text:
            raise Fault(f"{st.where}: {st.name} has no text")
    return found


def parse_all(paths):
    all_, by_name = [], {}
    for path in sorted(p for p in paths if not p.name.endswith(".pg.sql")):
        for st in parse(path):
            if st.name in by_name:
                raise Fault(f"{st.where}: {st.name} stands at {by_name[st.name].where} already")
            if st.kind is None:
                raise Fault(f"{st.where}: {st.name}: :one, :all or :exec is missing")
            by_name[st.name] = st
            all_.append(st)
    for path in (p for p in paths if p.name.endswith(".pg.sql")):
        for st in parse(path):
            if st.name not in by_name:
                raise Fault(f"{st.where}: {st.name} overrides nothing")
            by_name[st.name].pg = st.text
    return all_


def check_firm(st, text):
    """Every table that the statement touches is held to the firm of the transaction."""
    if st.operator:
        return
    if not any(v.name == "firm_id" and v.type == "i64" for v in st.ins) or ":firm_id" not in text:
        raise Fault(f"{st.where}: {st.name} binds no firm_id; if it must go across firms, say "
                    "'-- operator: why'")
    # json_each and the like are functions, not tables.
    tables = len(re.findall(r"\b(?:FROM|JOIN|(?<!FOR )UPDATE(?! SET))\s+(?!\()\w+\b(?!\s*\()", text))
    bound = len(re.findall(r"\bfirm_id\s*=\s*(?::firm_id|\w+\.firm_id)\b", text))
    if bound < tables:
        raise Fault(f"{st.where}: {st.name} names {tables} tables and binds firm_id {bound} times: "
                    "each needs firm_id = :firm_id, or = that of another table")
    if (m := re.match(r"INSERT INTO \w+ \(([^)]*)\)", text)) and "firm_id" not in m[1].split(", "):
        raise Fault(f"{st.where}: {st.name} inserts a row without firm_id")


class Lite:
    """The migrated schema in memory, asked through SQLite's own functions: sqlite3 of Python tells no
    declared types."""

    def __init__(self, migrations):
        self.lib = ctypes.CDLL("libsqlite3.so.0")
        for f in ("sqlite3_errmsg", "sqlite3_column_name", "sqlite3_column_decltype",
                  "sqlite3_column_table_name", "sqlite3_column_origin_name"):
            getattr(self.lib, f).restype = ctypes.c_char_p
        self.db = ctypes.c_void_p()
        self.py = sqlite3.connect(":memory:")
        self.lib.sqlite3_open(b":memory:", ctypes.byref(self.db))
        for number, name, _, text, _ in [(0, "schema_version", "", SCHEMA_VERSION, "")] + migrations:
            if self.lib.sqlite3_exec(self.db, text.encode(), None, None, None):
                raise Fault(f"migrations/{number:04}_{name}.sql: {self.message()}")
            self.py.executescript(text)
        if wrong := lint_keys(self.py):
            raise Fault("\n".join("migrations: " + w for w in wrong))

    def message(self):
        return self.lib.sqlite3_errmsg(self.db).decode()

    def not_null(self, table, column):
        for c in self.py.execute(f"PRAGMA table_info({table})"):
            if c[1] == column:
                return bool(c[3])
        return False

    def check(self, st):
        text, used = st.place(st.text, "?")
        if left := {v.name for v in st.ins} - used:
            raise Fault(f"{st.where}: {st.name}: 'in' names {', '.join(sorted(left))}, the text does not")
        prepared = ctypes.c_void_p()
        if self.lib.sqlite3_prepare_v2(self.db, text.encode(), -1, ctypes.byref(prepared), None):
            raise Fault(f"{st.where}: {st.name}: {self.message()}")
        try:
            self.check_columns(st, prepared)
        finally:
            self.lib.sqlite3_finalize(prepared)

    def check_columns(self, st, prepared):
        def ask(f, i):
            got = getattr(self.lib, "sqlite3_column_" + f)(prepared, i)
            return got.decode() if got else None

        n = self.lib.sqlite3_column_count(prepared)
        names = [ask("name", i) for i in range(n)]
        if (st.kind == "exec") != (n == 0):
            raise Fault(f"{st.where}: {st.name} is :{st.kind} and has {n} columns")
        if names != [v.name for v in st.outs]:
            raise Fault(f"{st.where}: {st.name}: 'out' says {[v.name for v in st.outs]}, columns are {names}")
        for i, v in enumerate(st.outs):
            declared, table = ask("decltype", i), ask("table_name", i)
            if declared and v.type not in DECLARED[declared]:
                raise Fault(f"{st.where}: {st.name}: {v.name} is {v.type}, the column {declared}")
            if table and not v.null and not self.not_null(table, ask("origin_name", i)):
                raise Fault(f"{st.where}: {st.name}: {v.name} may be null; write {v.type}?")


SCHEMA_VERSION = """CREATE TABLE schema_version (number BIGINT NOT NULL, name TEXT NOT NULL,
checksum TEXT NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (number));"""


def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def limit(st):
    """The value named max is the limit of rows as well."""
    return next((v for v in st.ins if v.name == "max"), None) if st.kind == "all" else None


def signature(st):
    args = ["rd_tx *tx"] + [f"{'uint32_t' if v == limit(st) else v.c_type()} {v.name}" for v in st.ins
                            if not (v.name == "firm_id" and not st.operator)]
    row = f"rd_q_{st.name}_row"
    if st.kind == "one":
        args += [f"{row} *ret_row", "bool *ret_found"]
    elif st.kind == "all":
        args += [] if limit(st) else ["uint32_t max"]
        args += [f"const {row} **ret_rows", "uint32_t *ret_n"]
    else:
        args.append("int64_t *ret_changed")
    return f"rd_rc rd_q_{st.name}({', '.join(args)}, rd_err *err)"


def header(statements):
    out = ["/* Generated by tools/mksql.py from store/sql; not to be edited.\n *\n"
           " * Typed functions of the statements. firm_id is that of the transaction. Texts that may be\n"
           " * null have ptr NULL; numbers that may be null are rd_value. Results lie in tx->arena. More\n"
           " * rows than max are a LIMIT error; ret_changed may be NULL. */",
           "#ifndef RD_STORE_QUERIES_GEN_H", "#define RD_STORE_QUERIES_GEN_H",
           '#include "store/store.h"', ""]
    for st in statements:
        out.append(f"extern const rd_statement rd_st_{st.name};")
        if st.outs:
            out.append(f"typedef struct rd_q_{st.name}_row {{")
            out += [f"\t{v.c_type()} {v.name};" for v in st.outs]
            out.append(f"}} rd_q_{st.name}_row;")
        if st.doc:
            out.append("/* " + " ".join(st.doc) + " */")
        out += [f"RD_NODISCARD {signature(st)};", ""]
    return "\n".join(out + ["#endif", ""])


def to_value(v, firm):
    name = "tx->firm_id" if firm else v.name
    if v.c_type() == "rd_value":
        return name
    made = {"i64": f"RD_VALUE_INT({name})", "bool": f"RD_VALUE_INT({name})",
            "text": f"RD_VALUE_TEXT({name})", "blob": f"RD_VALUE_BLOB({name})"}[v.type]
    return f"{name}.ptr ? {made} : RD_VALUE_NULL" if v.null else made


def from_cell(v, i):
    if v.c_type() == "rd_value":
        return f"cell[{i}]"
    return {"i64": f"cell[{i}].i", "bool": f"cell[{i}].i != 0"}.get(v.type, f"cell[{i}].str")


def body(st):
    n_in = len(st.ins)
    lines = [signature(st), "{"]
    if n_in:
        values = ", ".join(to_value(v, v.name == "firm_id" and not st.operator) for v in st.ins)
        lines.append(f"\tconst rd_value in[] = {{{values}}};")
    in_ = "in" if n_in else "NULL"
    lines.append("")
    if not st.operator:
        lines.append("\tRD_ASSERT(tx->firm_id > 0);")
    call = f"tx->db, &rd_st_{st.name}, {in_}"
    if st.kind == "exec":
        return lines + [f"\treturn rd_db_exec({call}, ret_changed, err);", "}"]
    if st.kind == "one":
        return lines + [f"\trd_value out[{len(st.outs)}];",
                        "", f"\tRD_TRY(rd_db_one({call}, tx->arena, out, ret_found, err));",
                        "\tif (*ret_found)", f"\t\t*ret_row = row_{st.name}(out);", "\treturn RD_OK;", "}"]
    return lines + ["\trd_rows rows;", "", f"\tRD_TRY(rd_db_all({call}, max, tx->arena, &rows, err));",
                    f"\trd_q_{st.name}_row *to = RD_NEW_N(tx->arena, rd_q_{st.name}_row, rows.n + 1);", "",
                    "\tfor (uint32_t i = 0; i < rows.n; i++)",
                    f"\t\tto[i] = row_{st.name}(rows.cells + (size_t)i * rows.width);",
                    "\t*ret_rows = to;", "\t*ret_n = rows.n;", "\treturn RD_OK;", "}"]


def source(statements):
    out = ["/* Generated by tools/mksql.py from store/sql; not to be edited. */",
           '#include "store/queries.gen.h"', '#include "base/assert.h"', ""]
    for st in statements:
        for which, values in (("in", st.ins), ("out", st.outs)):
            if values:
                out.append(f"static const rd_type {which}_{st.name}[] = "
                           f"{{{', '.join(v.rd_type() for v in values)}}};")
        lite, pg = st.place(st.text, "?")[0], st.place(st.pg or st.text, "$")[0]
        out += [f"const rd_statement rd_st_{st.name} = {{", f'\t"{st.name}",', f"\t{literal(lite)},",
                f"\t{literal(pg)},",
                f"\t{'in_' + st.name if st.ins else 'NULL'}, {'out_' + st.name if st.outs else 'NULL'},",
                f"\t{len(st.ins)}, {len(st.outs)},", "};"]
        if st.outs:
            fields = ", ".join(from_cell(v, i) for i, v in enumerate(st.outs))
            out += [f"static rd_q_{st.name}_row row_{st.name}(const rd_value *cell)", "{",
                    f"\treturn (rd_q_{st.name}_row){{{fields}}};", "}"]
        out += body(st) + [""]
    return "\n".join(out)


def migrations_source(migrations):
    out = ["/* Generated by tools/mksql.py from store/migrations; not to be edited. */",
           '#include "store/migrate.h"', "", "const rd_migration rd_migrations[] = {"]
    for number, name, checksum, lite, pg in migrations:
        out += [f'\t{{{number}, "{name}", "{checksum}",']
        for text in (lite, pg):
            out.append("\n".join("\t " + literal(line + "\n") for line in text.splitlines()) + ",")
        out.append("\t},")
    return "\n".join(out + ["};", f"const uint32_t rd_n_migrations = {len(migrations)};", ""])


TABLES_HEAD = """/* Generated by tools/mksql.py from store/migrations and store/tables.def; not to be edited. */
#include "store/tables.h"
"""
TABLE_CLASSES = ("LOG", "RECORDS", "DERIVED", "ROWS", "SECRET", "PASSING")


def table_class(defs, table):
    if table.startswith("kind_"):
        return "RECORDS"
    if table not in defs:
        raise Fault(f"store/tables.def does not say what {table} is")
    return defs[table]


def page_texts(table, columns, keys):
    """First and next page in the order of the key, the same on both back ends and in every locale."""
    def order(name, mark):
        types = {c[1]: c[2] for c in columns}
        return name + (' COLLATE "C"' if mark == "$" and types[name] == "TEXT" else "")

    for mark in "?$":
        select = f"SELECT {', '.join(c[1] for c in columns)} FROM {table} WHERE firm_id = {mark}1"
        end = (" ORDER BY " + ", ".join(order(k, mark) for k in keys) if keys else "") + " LIMIT 500"
        after = " AND ({}) > ({})".format(", ".join(order(k, mark) for k in keys), ", ".join(
            f"{mark}{i + 2}" for i in range(len(keys)))) if keys else " AND 1 = 0"
        yield select + end, select + after + end


def one_table(db, table, what):
    info = db.execute(f"PRAGMA table_info({table})").fetchall()
    columns = [c for c in info if c[1] != "firm_id"]
    keys = [c[1] for c in sorted(info, key=lambda c: c[5]) if c[5] and c[1] != "firm_id"]
    types = {c[1]: {"BIGINT": "RD_INT", "TEXT": "RD_TEXT", "BLOB": "RD_BLOB"}[c[2]] for c in columns}
    cell = ["RD_NULL" if not c[3] else types[c[1]] for c in columns]
    (first, next_), (pg_first, pg_next) = page_texts(table, columns, keys)
    into = f"INSERT INTO {table} (firm_id, {', '.join(c[1] for c in columns)}) VALUES ({{}})"
    insert, pg_insert = (into.format(", ".join(f"{m}{i + 1}" for i in range(len(info)))) for m in "?$")
    ins = ", ".join(["RD_INT"] + [types[k] for k in keys])
    names = ", ".join(f'{{"{c[1]}", {types[c[1]]}, {"false" if c[3] else "true"}}}' for c in columns)
    at = ", ".join(str([c[1] for c in columns].index(k)) for k in keys) or "0"
    n, k = len(columns), len(keys)
    return [f"static const rd_table_column columns_{table}[] = {{{names}}};",
            f"static const uint16_t key_{table}[] = {{{at}}};",
            f"static const rd_type page_{table}[] = {{{ins}}}, row_{table}[] = {{{', '.join(cell)}}},",
            f"\tinsert_{table}[] = {{RD_INT, {', '.join(cell)}}};"], "\n".join([
            f'\t{{"{table}", RD_TABLE_{what}, columns_{table}, {n}, key_{table}, {k},',
            f'\t {{"{table}.first", {literal(first)},\n\t  {literal(pg_first)}, page_{table}, row_{table}, 1, {n}}},',
            f'\t {{"{table}.next", {literal(next_)},\n\t  {literal(pg_next)}, page_{table}, row_{table}, '
            f"{k + 1}, {n}}},",
            f'\t {{"{table}.insert", {literal(insert)},\n\t  {literal(pg_insert)}, insert_{table}, NULL, '
            f"{n + 1}, 0}}}},"])


def tables_source(db, tables, path):
    defs = {}
    for n, (name, what) in enumerate(re.findall(r"^RD_TABLE\((\w+), (\w+)\)", path.read_text(encoding="utf-8"), re.M)):
        if what not in TABLE_CLASSES or name in defs:
            raise Fault(f"{path}: entry {n + 1}, {name}: twice, or not one of {', '.join(TABLE_CLASSES)}")
        defs[name] = what
    made = [one_table(db, t, table_class(defs, t)) for t in tables]
    out = [TABLES_HEAD] + [line for lines, _ in made for line in lines] + ["", "const rd_table rd_tables[] = {"]
    out += [entry for _, entry in made]
    return "\n".join(out + ["};", f"const uint32_t rd_tables_count = {len(made)};", ""])


def pg_script(statements):
    """Prepares each statement, and describes it with NULLs for the values: names and types."""
    out = ["\\set ON_ERROR_STOP on", "\\pset format unaligned", "\\pset tuples_only on", "\\pset fieldsep ' '"]
    for st in statements:
        text, _ = st.place(st.pg or st.text, "$")
        types = ", ".join(PG_TYPE[v.type] for v in st.ins)
        out += [f"\\echo ## {st.name}", f"PREPARE q{'(' + types + ')' if types else ''} AS {text};",
                "DEALLOCATE q;"]
        if st.outs:
            nulls = re.sub(r"\$(\d+)", lambda m, s=st: f"NULL::{PG_TYPE[s.ins[int(m[1]) - 1].type]}", text)
            out.append(nulls + " \\gdesc")
    return "\n".join(out) + "\n"


def check_pg(conninfo, statements):
    done = subprocess.run(["psql", "-X", "-q", conninfo], input=pg_script(statements), text=True,
                          capture_output=True, check=False)
    got, name = {}, None
    for line in done.stdout.splitlines():
        if line.startswith("## "):
            name = line[3:]
            got[name] = []
        else:
            got[name].append(line)
    if done.returncode:
        raise Fault(f"{name}: {done.stderr.strip()}")
    for st in statements:
        want = [f"{v.name} {PG_TYPE[v.type]}" for v in st.outs]
        # A literal or a condition is a smaller whole number or a truth value: db_pg.c takes them.
        if [re.sub(r" (integer|smallint|boolean)$", " bigint", g) for g in got.get(st.name, [])] != want:
            raise Fault(f"{st.where}: {st.name}: PostgreSQL answers {got.get(st.name)}, 'out' says {want}")
    print(f"{len(statements)} statements are prepared on PostgreSQL")


CITUS = """-- Spreads the tables over the nodes of a Citus cluster, by firm. Generated by tools/mksql.py.
--
-- Run once, as the owner, on the coordinator, after `redink upgrade` has made the schema without partitions
-- (no partitions= in the address: Citus makes its own shards) and before there are rows; a later release
-- that adds tables brings them in this file, and those that are spread already are passed over. All of a
-- firm lies on one node: every key begins with firm_id and every statement is bound to one firm. What the
-- operator asks across firms goes to all nodes.
"""


def citus(tables):
    """The first table is what all others are laid out like."""
    tables.remove("trees")
    out = [CITUS]
    for t in ["trees"] + tables:
        like = "" if t == "trees" else ", colocate_with => 'trees'"
        out.append(f"SELECT create_distributed_table('{t}', 'firm_id'{like})\n"
                   f"WHERE NOT EXISTS (SELECT 1 FROM citus_tables WHERE table_name = '{t}'::regclass);")
    return "\n".join(out) + "\n"


def main():
    args = sys.argv[1:]
    options = {}
    while args and args[0].startswith("--"):
        name = args.pop(0)
        options[name] = args.pop(0) if name != "--list-tables" else True
    paths = [pathlib.Path(a) for a in args]
    migrations = load_all(p for p in paths if p.parent.name == "migrations")
    lite = Lite(migrations)
    tables = [r[0] for r in lite.py.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> "
                                            "'schema_version' ORDER BY 1")]
    if "--list-tables" in options:
        print("\n".join(tables))
        return
    if "--citus" in options:
        pathlib.Path(options["--citus"]).write_text(citus(tables), encoding="utf-8", newline="\n")
        return
    if "--tables" in options:
        text = tables_source(lite.py, tables, next(p for p in paths if p.name == "tables.def"))
        pathlib.Path(options["--tables"]).write_text(text, encoding="utf-8", newline="\n")
        return
    statements = parse_all([p for p in paths if p.parent.name != "migrations"])
    for st in statements:
        for text in (st.text, st.pg):
            if text:
                check_firm(st, text)
        lite.check(st)
    if "--check-pg" in options:
        check_pg(options["--check-pg"], statements)
        return
    for option, text in (("--header", header(statements)), ("--source", source(statements)),
                         ("--migrations", migrations_source(migrations))):
        if option in options:
            pathlib.Path(options[option]).write_text(text, encoding="utf-8", newline="\n")


try:
    main()
except Fault as fault:
    sys.exit(str(fault))
