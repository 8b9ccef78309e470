"""The table of a kind: what it must be, what a new kind needs, and what the migrations made of it."""
import sqlite3

import sqlmigrate
from model.read import Wrong

COMMON_NOTES = {
    "firm_id": "of which firm", "id": "made by the server, ordered by time", "version": "from 1; the ETag",
    "number": "by the pattern of the kind; null: the kind has none", "state": "by name",
    "owner_id": "user in charge; null: nobody", "client_id": "client it is about; null: none",
    "team_id": "team it is of; null: none", "restricted": "1: need-to-know",
    "created_at_us": "microseconds UTC", "created_by": "actor, as in events",
    "changed_at_us": "microseconds UTC", "changed_by": "actor, as in events",
    "archived_at_us": "microseconds UTC; null: not archived", "due_at_us": "microseconds UTC; null: no due time"}
TYPE_NOTES = {"date": "day number; ", "time": "microseconds UTC; ", "bool": "0 or 1; ", "refs": "JSON array of ids; ",
              "list": "JSON array of texts; ", "money": "", "ref": "id; ", "file": "attachment; ", "any": ""}


def note(kind, column):
    if column["field"] < 0:
        return COMMON_NOTES[column["name"]]
    f = kind.fields[column["field"]]
    name = column["name"]
    first = TYPE_NOTES.get(f["type"], "")
    if name.endswith("_minor"):
        first = "minor units; "
    elif name.endswith("_currency") and f["type"] == "money":
        first = "ISO 4217; "
    elif f["type"] == "any":
        first = "its kind; " if name.endswith("_kind") else "id of any record; "
    out = f"{first}{f['label'][1].lower() if not f['label'][1][:2].isupper() else f['label'][1]}"
    return out + ("; null: not given" if column["nullable"] else "")


def sort_key(kind, key):
    """What a list is sorted by, word for word as src/record/cursor.c writes it."""
    column = kind.columns[kind.column_of(key)]["name"]
    f = kind.by_name(key)
    ranks = [x["name"] for x in kind.states] if key == "state" else \
        [o["name"] for o in f["options"]] if f and f["type"] == "enum" else None
    if ranks is None:
        return column
    return f"(CASE {column}{''.join(f' WHEN {chr(39)}{r}{chr(39)} THEN {i}' for i, r in enumerate(ranks))} END)"


def indexes(kind):
    """(name, unique, columns, condition) that the table must have."""
    t = kind.table
    out = []
    if kind.number:
        out.append((f"{t}_number", True, ["firm_id", "number"], ""))
    for f in kind.fields:
        if f["unique"]:
            column = kind.columns[f["column"]]["name"]
            out.append((f"{t}_{column}", True, ["firm_id", column], ""))
    # Lists leave out what is archived; an index that does so, too, also counts without the table.
    there = "archived_at_us IS NULL"
    first, down = kind.sort[0]
    keys = {key: sort_key(kind, key) + (" DESC" if d != down else "") for key, d in kind.sort}
    # What lists are narrowed to, each in the order of the list.
    for key in [key for key in ("client", "owner") if kind.common[key]["used"] and key != first] + kind.narrow:
        column = kind.columns[kind.column_of(key)]["name"]
        out.append((f"{t}_{key}", False, ["firm_id", column, *(k for n, k in keys.items() if n != key), "id"], there))
    if kind.common["due"]["used"] and first != "due":
        out.append((f"{t}_due", False, ["firm_id", "due_at_us", "id"], there))
    out.append((f"{t}_list", False, ["firm_id", *keys.values(), "id"], there))
    out.append((f"{t}_archived", False, ["firm_id", "archived_at_us", "id"], "archived_at_us IS NOT NULL"))
    return out


def index_text(kind, index):
    name, unique, columns, where = index
    return (f"CREATE {'UNIQUE ' if unique else ''}INDEX {name} ON {kind.table} ({', '.join(columns)})"
            f"{f' WHERE {where}' if where else ''}")


def create(kind):
    """CREATE TABLE and its indexes, portable to SQLite and PostgreSQL, commented column by column."""
    types = {"int": "BIGINT", "text": "TEXT"}
    lines = [f"-- {kind.label[1]}: model/{kind.name}.toml", f"CREATE TABLE {kind.table} ("]
    for c in kind.columns:
        null = "" if c["nullable"] else " NOT NULL"
        lines.append(f"\t{c['name']} {types[c['type']]}{null}, -- {note(kind, c)}")
    lines += ["\tPRIMARY KEY (firm_id, id)", ") {{rows}};"]
    lines += [f"{index_text(kind, index)};" for index in indexes(kind)]
    return "\n".join(lines) + "\n"


def migrate(paths):
    """An in-memory SQLite with all migrations, rewritten as the store does it."""
    db = sqlite3.connect(":memory:")
    for path in sorted(paths):
        try:
            db.executescript(sqlmigrate.rewrite(path, path.read_text(encoding="utf-8"), sqlite=True))
        except (sqlite3.Error, sqlmigrate.Fault) as e:
            raise Wrong(f"{path.name}: {e}") from None
    return db


def compare(kinds, paths):
    """Mistakes between the migrated tables and the kinds, as texts."""
    db, wrong = migrate(paths), []
    for kind in kinds.values():
        where = f"{kind.path.name}:1"
        there = {r[1]: r for r in db.execute(f"PRAGMA table_info({kind.table})")}
        if not there:
            wrong.append(f"{where}: no migration makes the table {kind.table}: "
                         f"tools/mkmodel.py --migration {kind.name}")
            continue
        wanted = {c["name"]: c for c in kind.columns}
        for name, c in wanted.items():
            at = where if c["field"] < 0 else f"{kind.path.name}:{kind.fields[c['field']]['line']}"
            if name not in there:
                wrong.append(f"{at}: the table {kind.table} has no column {name}")
                continue
            _, _, sql_type, not_null, _, _ = there[name]
            want = {"int": "BIGINT", "text": "TEXT"}[c["type"]]
            if sql_type.upper() != want:
                wrong.append(f"{at}: {kind.table}.{name} is {sql_type}, not {want}")
            if bool(not_null) == c["nullable"]:
                wrong.append(f"{at}: {kind.table}.{name} is {'NOT NULL' if not_null else 'nullable'} in the table, "
                             f"{'nullable' if c['nullable'] else 'NOT NULL'} in the kind")
        wrong += [f"{where}: {kind.table}.{name} is no column of the kind" for name in there if name not in wanted]
        key = [r[1] for r in sorted(there.values(), key=lambda r: r[5]) if r[5]]
        if key != ["firm_id", "id"]:
            wrong.append(f"{where}: the key of {kind.table} is ({', '.join(key)}), not (firm_id, id)")
        wrong += missing_indexes(db, kind, where)
    known = {k.table for k in kinds.values()}
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'kind\\_%' ESCAPE '\\'"):
        if name not in known:
            wrong.append(f"migrations: {name} is the table of no kind")
    return wrong


def missing_indexes(db, kind, where):
    """A list is read from an index only when that says the same, word for word."""
    there = {" ".join(r[0].split()) for r in db.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (kind.table,))}
    for index in indexes(kind):
        if index_text(kind, index) not in there:
            yield f"{where}: it is not there: {index_text(kind, index)}"
