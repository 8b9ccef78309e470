#!/usr/bin/env python3
"""model_tool - what tools/mkmodel.py says about mistakes: a small model, one change, the message.

Each row: name, file that is changed, text to be replaced, by what, and what must be said (file:line
included). The unchanged model must pass, give the same C twice, and its C must compile. Ends with
`N passed, N failed`.
"""
import pathlib, re, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = ROOT / "tools/mkmodel.py"

USER = """kind  = "user"
name  = { zh = "人员", en = "User" }
title = "name"
own   = "owner"

field = [
  { name = "name", type = "text", required = true, label = { zh = "姓名", en = "Name" } },
]

[rights]
read = ["staff"]
create = ["administrator"]
change = ["administrator", "own"]
archive = []
"""

# The example of docs/internals/model.md, which is read from there so that it cannot rot.
HOOKS = """/* hooks */
RD_HOOK(risk_accept, "an accepted risk is looked at again")
"""


def risk():
    text = (ROOT / "docs/internals/model.md").read_text(encoding="utf-8")
    return re.search(r"```toml\n(# model/risk\.toml.*?)```", text, re.S)[1]


ROWS = (
    ("unknown key", "risk", 'title  = "title"', 'titel  = "title"', "risk.toml:{}: unknown key 'titel'; did you mean 'title'?"),
    ("unknown key of a field", "risk", 'name = "owner_note", type = "long"', 'name = "owner_note", typ = "long"',
     "unknown key 'typ'; did you mean 'type'?"),
    ("kind and file differ", "risk", 'kind   = "risk"', 'kind   = "risky"', "kind 'risky' must stand in risky.toml"),
    ("no label", "risk", 'zh = "可能性", en = "Likelihood"', 'zh = "可能性"', "'label' needs { zh = \"…\", en = \"…\" }"),
    ("empty label", "risk", 'zh = "可能性", en', 'zh = " ", en', "'label' needs"),
    ("field twice", "risk", 'name = "impact"', 'name = "likelihood"', "field 'likelihood' stands twice"),
    ("unknown type", "risk", 'name = "owner_note", type = "long"', 'name = "owner_note", type = "longer"', "type 'longer' is not one of text, long"),
    ("reserved name", "risk", 'name = "owner_note"', 'name = "owner"', "the name 'owner' is taken"),
    ("column is a word of SQL", "risk", 'name = "owner_note"', 'name = "order"', "the column 'order' is a word of SQL"),
    ("bad name", "risk", 'name = "owner_note"', 'name = "ownerNote"', "'ownerNote' is no name"),
    ("unknown target", "risk", 'to = "user", assigns = true', 'to = "person"', "refers to kind 'person', which is not known"),
    ("reference without target", "risk", ', to = "user"', '', "ref and refs need 'to'"),
    ("range the wrong way", "risk", "range = [1, 5], label = { zh = \"可能性\"", "range = [5, 1], label = { zh = \"可能性\"",
     "'range' is [least, most]"),
    ("computed of unknown", "risk", "likelihood * impact", "likelihood * impacts", "'impacts' is no int field"),
    ("computed of other things", "risk", "likelihood * impact", "likelihood ** impact", "whole numbers, int fields"),
    ("computed no expression", "risk", "likelihood * impact", "likelihood *", "this is no expression"),
    ("title unknown", "risk", 'title  = "title"', 'title  = "heading"', "title 'heading' is no field"),
    ("from unknown", "risk", 'from  = ["identified", "monitored"]', 'from  = ["identified", "watched"]',
     "state 'watched' is not known"),
    ("to unknown", "risk", 'to    = "accepted"', 'to    = "taken"', "state 'taken' is not known"),
    ("unreachable state", "risk", 'to    = "monitored"', 'to    = "assessed"', "no transition leads to state 'monitored'"),
    ("two initial states", "risk", 'en = "Assessed" } }', 'en = "Assessed" }, initial = true }',
     "one state is initial, not 2"),
    ("no initial state", "risk", ", initial = true", "", "one state is initial, not 0"),
    ("hook not listed", "risk", 'hook  = "risk_accept"', 'hook  = "risk_except"', "hook 'risk_except' is not listed"),
    ("needs unknown", "risk", 'needs = ["likelihood", "impact"]', 'needs = ["likelihood", "impakt"]',
     "needs 'impakt', which is no field"),
    ("asks unknown", "risk", 'asks  = ["until"', 'asks  = ["untill"', "asks 'untill', which is no field"),
    ("asks a computed field", "risk", 'asks  = ["until"', 'asks  = ["level"', "asks 'level', which is no field that can"),
    ("nobody may", "risk", 'may   = ["supervisor", "compliance"]\n[[transition]]\nname  = "accept"',
     '[[transition]]\nname  = "accept"', "nobody may do it"),
    ("second person of nothing", "risk", 'second_person = "assess"', 'second_person = "asses"',
     "second_person: 'asses' is no other transition"),
    ("unknown role", "risk", 'create = ["staff"]', 'create = ["boss"]', "'boss' is no role and no relation"),
    ("unknown relation", "risk", 'create = ["staff"]', 'create = ["accountant:mein"]', "'mein' is no relation"),
    ("rights missing", "risk", 'archive = ["supervisor"]\n', '', "rights for 'archive' are missing"),
    ("auditor left out", "risk", 'read = ["staff"]', 'read = ["supervisor"]', "an auditor reads every kind"),
    ("auditor changes", "risk", 'create = ["staff"]', 'create = ["auditor"]', "an auditor reads and exports"),
    ("client let in widely", "risk", 'read = ["staff"]', 'read = ["staff", "client"]', "\"client:client_of\" only"),
    ("list column unknown", "risk", '"state", "due"]', '"state", "dew"]', "list column 'dew' is no field"),
    ("sort by a list", "risk", 'sort = "-level"', 'sort = "-controls"', "'controls' cannot be sorted by"),
    ("narrowed by a text", "risk", 'sort = "-level"', 'narrow = ["owner_note"]\nsort = "-level"',
     "'owner_note' is no enum or ref of this kind"),
    ("review asks nobody", "risk", 'asks = "owner"', 'asks = "title"', "'asks' is owner or a field"),
    ("review is no rule", "risk", "RRULE:FREQ=MONTHLY;INTERVAL=3", "quarterly", "'every' is an RRULE"),
    ("review by a rule that nobody reads", "risk", "FREQ=MONTHLY;INTERVAL=3", "FREQ=MONTHLY;COUNT=3", "'every' is an RRULE"),
    ("review dated by no date", "risk", 'asks = "owner"', 'date = "level"\nasks = "owner"', "'date' is a date"),
    ("number without n", "risk", "R-{yyyy}-{n:4}", "R-{yyyy}", "'number' has one {n}"),
    ("secret and searched", "risk", 'name = "owner_note", type = "long"', 'name = "owner_note", type = "long", secret = true, searched = true',
     "a secret field is not searched"),
    ("enum without options", "risk", 'name = "owner_note", type = "long"', 'name = "owner_note", type = "enum"',
     "an enum needs options"),
    ("preset that does not fit", "risk", 'type = "int", range = [1, 5], label = { zh = "可能性"',
     'type = "int", preset = 9, range = [1, 5], label = { zh = "可能性"', "'preset' does not fit"),
    ("broken TOML", "risk", 'kind   = "risk"', 'kind   = risk', "Invalid value"),
    ("column missing in the table", "sql", "\towner_note TEXT, -- owner_note\n", "",
     "the table kind_risk has no column owner_note"),
    ("column of another type", "sql", "\tlevel BIGINT, -- level\n", "\tlevel TEXT, -- level\n", "kind_risk.level is TEXT, not BIGINT"),
    ("column not null", "sql", "\tlevel BIGINT, -- level\n", "\tlevel BIGINT NOT NULL, -- level\n",
     "kind_risk.level is NOT NULL in the table, nullable in the kind"),
    ("column too many", "sql", "\tlevel BIGINT, -- level\n", "\tlevel BIGINT, -- level\n\tmore TEXT, -- more\n",
     "kind_risk.more is no column of the kind"),
    ("table missing", "sql", "-- User: model/user.toml", "DROP TABLE kind_risk;", "no migration makes the table kind_risk"),
    ("index missing", "sql", "CREATE UNIQUE INDEX kind_risk_number", "-- CREATE UNIQUE INDEX kind_risk_number",
     "it is not there: CREATE UNIQUE INDEX kind_risk_number ON kind_risk (firm_id, number)"),
)


def run(*args):
    done = subprocess.run([sys.executable, str(TOOL), *map(str, args)], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip() or done.stdout.strip()


class Model:
    """A folder with a model and the migration of its tables."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "model").mkdir()
        self.files = {"user": USER, "risk": risk()}
        (self.folder / "model/hooks.def").write_text(HOOKS, encoding="utf-8")
        self.write()
        sys.path.insert(0, str(ROOT / "tools"))
        from model.kind import read_all
        from model.sql import create
        # Comments are cut down to the name of the column, so that rows can name whole lines.
        text = "\n".join(create(k) for k in read_all(self.folder / "model").values())
        self.files["sql"] = re.sub(r"(\t(\w+) .*), -- .*", r"\1, -- \2", text)
        self.write()

    def write(self, changed=None, text=None):
        for name, whole in self.files.items():
            path = self.folder / ("0001_all.sql" if name == "sql" else f"model/{name}.toml")
            path.write_text(text if name == changed else whole, encoding="utf-8")

    def make(self, out="kinds.c"):
        return run(self.folder / out, self.folder / "kinds.d", self.folder / "model", self.folder / "0001_all.sql")


def check_row(model, row):
    name, file, old, new, want = row
    text = model.files[file]
    if text.count(old) != 1:
        return f"'{old}' stands {text.count(old)} times in {file}"
    model.write(file, text.replace(old, new))
    code, said = model.make()
    line = text[:text.index(old)].count("\n") + 1
    want = want.replace("{}", str(line))
    if code != 1 or want not in said:
        return f"said {said!r} (exit {code}), not {want!r}"
    if file != "sql" and not re.match(rf"{file}\.toml:\d+: ", said):
        return f"no place in {said!r}"
    # A mistake that stands in one line is told with that line, or with a line near it.
    if file != "sql" and (m := re.match(r"\w+\.toml:(\d+)", said)) and name in ON_THE_LINE and int(m[1]) != line:
        return f"said line {m[1]}, not {line}"
    return None


ON_THE_LINE = {r[0] for r in ROWS} - {"nobody may", "rights missing", "no initial state", "broken TOML",
                                      "unreachable state", "kind and file differ", "two initial states"}


def good_model(model):
    model.write()
    code, said = model.make()
    if code:
        return f"the example is refused: {said}"
    first = (model.folder / "kinds.c").read_bytes()
    model.make("again.c")
    if first != (model.folder / "again.c").read_bytes():
        return "two runs differ"
    if "INSERT INTO kind_risk" not in first.decode():
        return "no statements"
    cc = shutil.which("cc")
    done = cc and subprocess.run([cc, "-std=c17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", str(ROOT / "src"),
                                  str(model.folder / "kinds.c")], capture_output=True, text=True, check=False)
    return done.stderr if done and done.returncode else None


def other_outputs(model):
    """TypeScript, pages and migrations of the real model, and synonyms."""
    ts, docs = model.folder / "kinds.ts", model.folder / "docs"
    for args in (("--check",), ("--ts", ts), ("--docs", docs), ("--migration", "task"),
                 ("--synonyms", model.folder / "s.c", ROOT / "data/synonyms.csv")):
        code, said = run(*args)
        if code:
            return f"{args[0]}: {said}"
    if "export interface TaskFinish" not in ts.read_text(encoding="utf-8"):
        return "no type for the body of a transition"
    if "资料交接" not in (docs / "client.md").read_text(encoding="utf-8"):
        return "the page of client lacks a stage"
    (model.folder / "bad.csv").write_text("凭证,voucher\nVoucher,entry\n", encoding="utf-8")
    code, said = run("--synonyms", model.folder / "s.c", model.folder / "bad.csv")
    return None if code and "'voucher' stands in line 1 already" in said else f"synonyms: {said}"


def same_rules():
    """The build and the program take the same texts for rules of repetition: those of the test in C."""
    from model.rrule import is_rule
    test = (ROOT / "tests/ground/rrule_test.c").read_text(encoding="utf-8")
    for table, good in (("fine", True), ("bad", False)):
        rows = re.findall(r'"([^"]*)"', re.search(rf"{table}\[\] = \{{(.*?)\}};", test, re.S)[1])
        for row in rows:
            if is_rule(row) != good:
                return f"'{row}' is {'a' if good else 'no'} rule"
    return None if rows else "no rows"


def main():
    failed = passed = 0
    with tempfile.TemporaryDirectory() as folder:
        model = Model(folder)
        for name, result in [("a good model", good_model(model)), ("other outputs", other_outputs(model)),
                             ("rules of repetition", same_rules())] + [
                (row[0], check_row(model, row)) for row in ROWS]:
            passed, failed = passed + (result is None), failed + (result is not None)
            if result is not None:
                print(f"FAIL {name}: {result}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
