#!/usr/bin/env python3
"""mkmodel - the kinds of record: from model/*.toml to everything that is derived from them.

    mkmodel.py OUT.c OUT.d MODEL_DIR MIGRATION.sql...   C tables; fails when a table does not fit its kind
    mkmodel.py --synonyms OUT.c SYNONYMS.csv      C table of words that mean the same
    mkmodel.py --catalogue OUT.c TYPES.csv        C table of the exception types that a firm begins with
    mkmodel.py --causes OUT.c CAUSES.csv          C table of the causes that a firm begins with
    mkmodel.py --check [MODEL_DIR]                only looks
    mkmodel.py --ts FILE                          TypeScript types
    mkmodel.py --docs DIR                         a page a kind
    mkmodel.py --migration KIND                   the CREATE TABLE that a new kind needs

The grammar is docs/internals/model.md. Every mistake is told as file:line: what; exit 1.
"""
import csv
import pathlib
import sys
import unicodedata

from model import api, c, pages, sql
from model.kind import read_all
from model.read import Wrong

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL, TOOLS = ROOT / "model", ROOT / "tools/model"


def tables(out, depfile, folder, migrations):
    # The folder itself is an input: a file that comes or goes changes it.
    inputs = [folder, *sorted(map(str, pathlib.Path(folder).iterdir())), *sorted(map(str, TOOLS.glob("*.py")))]
    pathlib.Path(depfile).write_text(f"{out}: {' '.join(inputs)}\n", encoding="utf-8")
    kinds = read_all(folder)
    if wrong := sql.compare(kinds, [pathlib.Path(m) for m in migrations]):
        raise Wrong("\n".join(wrong))
    pathlib.Path(out).write_text(c.write(kinds), encoding="utf-8")


def synonyms(out, path):
    rows, seen = [], {}
    with open(path, encoding="utf-8", newline="") as f:
        for n, row in enumerate(csv.reader(f), 1):
            words = [unicodedata.normalize("NFKC", w).strip().lower() for w in row if w.strip()]
            if not words or words[0].startswith("#"):
                continue
            if len(words) < 2:
                raise Wrong(f"{path}:{n}: a group has at least two words")
            for w in words:
                if w in seen:
                    raise Wrong(f"{path}:{n}: '{w}' stands in line {seen[w]} already")
                seen[w] = n
            rows.append(words)
    pathlib.Path(out).write_text(c.write_synonyms(rows), encoding="utf-8")


def catalogue(out, path):
    kind = read_all(MODEL)["exception_type"]
    options = {f["name"]: {o["name"] for o in f["options"]} for f in kind.fields if f["options"]}
    limits = {f["name"]: f["length"] for f in kind.fields if f["type"] in ("text", "long")}
    rows, last = [], ""
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            where = f"{path}: {row['slug']}"
            if row["slug"] <= last:
                raise Wrong(f"{where}: not in the order of the slugs, or twice")
            last = row["slug"]
            for key, value in row.items():
                if key in options and value and value not in options[key]:
                    raise Wrong(f"{where}: '{value}' is no option of {key}")
                if len(value) > limits.get(key, len(value)):
                    raise Wrong(f"{where}: {key} is longer than {limits[key]} characters")
            rows.append(row)
    pathlib.Path(out).write_text(c.write_catalogue(rows), encoding="utf-8")


def causes(out, path):
    branches = {o["name"] for f in read_all(MODEL)["cause"].fields if f["name"] == "branch" for o in f["options"]}
    rows, seen = [], {}
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            where = f"{path}: {row['code']}"
            if row["code"] in seen:
                raise Wrong(f"{where}: twice")
            if row["branch"] not in branches:
                raise Wrong(f"{where}: '{row['branch']}' is no branch")
            if row["parent"] and seen.get(row["parent"]) != row["branch"]:
                raise Wrong(f"{where}: its parent does not stand before it, or is of another branch")
            seen[row["code"]] = row["branch"]
            rows.append(row)
    pathlib.Path(out).write_text(c.write_causes(rows), encoding="utf-8")


def docs(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for kind in read_all(MODEL).values():
        (folder / f"{kind.name}.md").write_text(pages.page(kind), encoding="utf-8")


def main(args):
    match args:
        case ["--check"] | ["--check", _]:
            kinds = read_all(args[1] if len(args) > 1 else MODEL)
            print(f"{len(kinds)} kinds")
        case ["--synonyms", out, path]:
            synonyms(out, path)
        case ["--catalogue", out, path]:
            catalogue(out, path)
        case ["--causes", out, path]:
            causes(out, path)
        case ["--ts", out]:
            pathlib.Path(out).write_text(api.typescript(read_all(MODEL)), encoding="utf-8")
        case ["--docs", folder]:
            docs(folder)
        case ["--migration", name]:
            kinds = read_all(MODEL)
            if name not in kinds:
                raise Wrong(f"no kind is called {name}: {', '.join(kinds)}")
            print(sql.create(kinds[name]), end="")
        case [out, depfile, folder, *migrations] if not out.startswith("-"):
            tables(out, depfile, folder, migrations)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Wrong as e:
        sys.exit(str(e))
