"""One kind out of its file: fields, columns, states, transitions, lists; and all kinds together."""
import pathlib
import re

from model.read import (COMMON, COMMON_KEYS, COMMON_LABELS, FORMATS, RESERVED_KEYS, ROLES, SETTABLE, SQL_WORDS, STAYS,
                        STATE, TONES, TOP, TRANSITION, VERBS, Reader, Wrong, program)
from model.rrule import is_rule

SUFFIX = {"money": ("_minor", "_currency"), "date": ("_day",), "time": ("_us",), "ref": ("_id",),
          "file": ("_file",), "any": ("_id", "_kind")}
SQL_TYPE = {"int": ("int",), "money": ("int", "text"), "date": ("int",), "time": ("int",), "bool": ("int",),
            "ref": ("int",), "file": ("int",), "any": ("int", "text")}
UNSORTED = ("long", "list", "refs", "file", "any")


class Kind(Reader):
    """A kind that has been read and judged as far as one file can be."""

    def __init__(self, path, hooks):
        super().__init__(path, hooks)
        raw = self.raw
        self.keys(raw, TOP)
        self.name = self.slug(raw, key="kind")
        if self.name != path.stem:
            self.wrong(f"kind '{self.name}' must stand in {self.name}.toml", key="kind")
        self.label, self.plural = self.words(raw, "name"), self.words(raw, "plural", optional=True)
        self.plural = self.plural or self.label
        self.help = self.words(raw, "help", optional=True)
        self.basis = self.text(raw, "basis")
        self.own = raw.get("own")
        if self.own not in (None, "owner", "client"):
            self.wrong("'own' is \"owner\" or \"client\"", key="own")
        self.singleton = self.flag(raw, "singleton")
        self.keeps_files = self.flag(raw, "keeps_files")
        self.table = "kind_" + self.name
        self.read_number()
        self.read_common()
        self.read_fields()
        self.read_states()
        self.read_sealed()
        self.read_transitions()
        self.read_rights()
        self.read_list()
        self.read_review()
        hooks_raw = raw.get("hooks", {})
        self.keys(hooks_raw, {"create", "change", "archive", "restore"}, "hooks")
        self.hook_of = {v: self.hook(hooks_raw, v, "hooks") for v in ("create", "change", "archive", "restore")}

    def read_number(self):
        self.number = self.text(self.raw, "number")
        if self.number is None:
            return
        rest = re.sub(r"\{yyyy\}|\{mm\}|\{n(:[1-9])?\}", "", self.number)
        if "{" in rest or "}" in rest or len(re.findall(r"\{n", self.number)) != 1 or len(rest) > 30:
            self.wrong("'number' has one {n} or {n:4}, may have {yyyy} and {mm}, and at most 30 characters "
                       "besides", key="number")
        if "{mm}" in self.number:
            self.wrong("numbers are counted by year: {mm} would not begin anew", key="number")
        if not rest.isascii():
            self.wrong("'number' is ASCII", key="number")

    def read_common(self):
        about = self.names(self.raw, "about")
        for a in about:
            if a not in ("client", "team"):
                self.wrong(f"'about' is of client and team, not '{a}'", key="about", value=a)
        table = self.raw.get("common", {})
        self.keys(table, set(SETTABLE), "common")
        self.about, self.common = about, {}
        for key, (_, _, label) in SETTABLE.items():
            raw = table.get(key, {})
            self.keys(raw, {"label", "required", "client_visible", "used", "unowned"}, "common")
            used = self.flag(raw, "used", "common", preset=key not in ("client", "team") or key in about)
            if self.own == key or self.singleton:
                used = False
            if used and key in ("client", "team") and key not in about:
                self.wrong(f"'{key}' is used but not in 'about'", "common", key=key)
            self.common[key] = {
                "label": self.words(raw, "label", "common", optional=True) or label, "used": used,
                "required": self.flag(raw, "required", "common"),
                "client_visible": self.flag(raw, "client_visible", "common"),
                "unowned": self.flag(raw, "unowned", "common")}
            if self.common[key]["required"] and not used:
                self.wrong(f"'{key}' is required but not used by this kind", "common", key=key)

    def read_fields(self):
        raw = self.raw.get("field")
        if not isinstance(raw, list) or not raw:
            self.wrong("a kind needs at least one [[field]]")
        if len(raw) > 128:
            self.wrong("a kind has at most 128 fields", "field", 128)
        self.fields, self.columns = [], [
            {"name": c, "key": k, "type": t, "nullable": n, "field": -1} for k, c, t, n in COMMON]
        for i, r in enumerate(raw):
            f = self.field(r, "field", i)
            if any(f["name"] == g["name"] for g in self.fields):
                self.wrong(f"field '{f['name']}' stands twice", "field", i, "name")
            f["column"] = len(self.columns)
            types = SQL_TYPE.get(f["type"], ("text",))
            for suffix, t in zip(SUFFIX.get(f["type"], ("",)), types):
                column = f["name"] + suffix
                if column in SQL_WORDS or any(c["name"] == column for c in self.columns):
                    self.wrong(f"the column '{column}' is a word of SQL or there already", "field", i, "name")
                self.columns.append({"name": column, "key": f["name"], "type": t,
                                     "nullable": not f["required"], "field": i})
            self.compute(f, i)
            self.fields.append(f)
        self.title = self.text(self.raw, "title", optional=False)
        if self.title not in [f["name"] for f in self.fields]:
            self.wrong(f"title '{self.title}' is no field", key="title")
        if self.by_name(self.title)["type"] not in ("text", "enum"):
            self.wrong("the title must be a text", key="title")
        if "title" != self.title and any(f["name"] == "title" for f in self.fields):
            self.wrong("a field called title must be the title", key="title")

    def compute(self, f, i):
        f["program"] = []
        if f["computed_text"]:
            numbers = {g["name"]: n for n, g in enumerate(self.fields) if g["type"] in ("int", "bool")}
            try:
                f["program"] = program(f["computed_text"], numbers)
            except ValueError as e:
                self.wrong(f"computed: {e}", "field", i, "computed")

    def by_name(self, name):
        return next((f for f in self.fields if f["name"] == name), None)

    def read_states(self):
        raw = self.raw.get("state") or [{"name": "active", "label": {"zh": "有效", "en": "Active"}, "initial": True}]
        if len(raw) > 32:
            self.wrong("a kind has at most 32 states", "state", 32)
        self.states = []
        for i, r in enumerate(raw):
            self.keys(r, STATE, "state", i)
            s = {"name": self.slug(r, "state", i), "label": self.words(r, "label", "state", i),
                 "help": self.words(r, "help", "state", i, optional=True), "tone": r.get("tone", "neutral"),
                 "closed": self.flag(r, "closed", "state", i), "initial": self.flag(r, "initial", "state", i)}
            if s["tone"] not in TONES:
                self.wrong(f"tone '{s['tone']}' is not one of {', '.join(TONES)}", "state", i, "tone")
            if any(s["name"] == t["name"] for t in self.states):
                self.wrong(f"state '{s['name']}' stands twice", "state", i, "name")
            if s["name"] in ("open", "closed") and s["closed"] != (s["name"] == "closed"):
                self.wrong(f"a state called {s['name']} must be {s['name']}: filters say so", "state", i, "name")
            self.states.append(s)
        initial = [i for i, s in enumerate(self.states) if s["initial"]]
        if len(initial) != 1:
            self.wrong(f"one state is initial, not {len(initial)}", "state", initial[1] if len(initial) > 1 else 0,
                       "initial")
        self.initial = initial[0]

    def state(self, name):
        return next((i for i, s in enumerate(self.states) if s["name"] == name), None)

    def read_sealed(self):
        """States in which files are evidence: none comes, none goes."""
        self.sealed = []
        for n in self.names(self.raw, "sealed", None) if "sealed" in self.raw else []:
            i = self.state(n)
            if i is None:
                self.wrong(f"'{n}' is no state of this kind", "sealed", 0, "sealed", n)
            else:
                self.sealed.append(i)

    def read_transitions(self):
        self.transitions = []
        for i, r in enumerate(self.raw.get("transition", [])):
            self.keys(r, TRANSITION, "transition", i)
            t = {"name": self.slug(r, "transition", i), "label": self.words(r, "label", "transition", i),
                 "help": self.words(r, "help", "transition", i, optional=True)}
            if any(t["name"] == u["name"] for u in self.transitions) or t["name"] in VERBS:
                self.wrong(f"transition '{t['name']}' stands twice or is a verb", "transition", i, "name")
            # "=": the record stays in the state where it is.
            stays = self.text(r, "to", "transition", i, optional=False) == "="
            t["to"] = STAYS if stays else self.state(r["to"])
            if t["to"] is None:
                self.wrong(f"state '{r['to']}' is not known", "transition", i, "to")
            t["from"] = self.sources(r, i, t["to"])
            t["needs"] = self.names(r, "needs", "transition", i)
            for n in t["needs"]:
                if not (self.by_name(n) or n in ("owner", "client", "team", "due") and self.common[n]["used"]):
                    self.wrong(f"needs '{n}', which is no field", "transition", i, "needs", n)
            t["asks"] = self.asks(r, i)
            t["may"] = self.rights(self.names(r, "may", "transition", i), "transition", "transition", i, "may")
            if not t["may"]:
                self.wrong("nobody may do it: 'may' is missing", "transition", i, "may")
            t["second"], t["second_name"] = r.get("second_person", False), None
            t["hook"] = self.hook(r, "hook", "transition", i)
            self.transitions.append(t)
        self.second_persons()
        self.reach()

    def sources(self, r, i, to):
        names = self.names(r, "from", "transition", i)
        if names == ["*"]:
            return [s for s in range(len(self.states)) if s != to]
        if not names:
            self.wrong("'from' is missing", "transition", i, "from")
        for n in names:
            if self.state(n) is None:
                self.wrong(f"state '{n}' is not known", "transition", i, "from", n)
        return [self.state(n) for n in names]

    def asks(self, r, i):
        out = []
        for a in r.get("asks", []):
            a = {"name": a} if isinstance(a, str) else a
            if not isinstance(a, dict) or "name" not in a:
                self.wrong("'asks' holds names of fields or tables { name, type, label }", "transition", i, "asks")
            known, common = self.by_name(a["name"]), self.common.get(a["name"])
            if "type" in a:
                f = self.field(a, "transition", i, asked=True)
                if known:
                    self.wrong(f"'{a['name']}' is a field: ask for it by its name", "transition", i, "asks", a["name"])
                f.update(column=-1, program=[], required=self.flag(a, "required", "transition", i, True))
            elif known and not known["program"] and set(a) <= {"name", "required"}:
                f = dict(known, required=self.flag(a, "required", "transition", i, True), asked=True)
            elif common and common["used"] and set(a) <= {"name", "required"}:
                f = common_field(self, a["name"])
                f["required"] = self.flag(a, "required", "transition", i, True)
            else:
                self.wrong(f"asks '{a['name']}', which is no field that can be set", "transition", i, "asks", a["name"])
            if any(f["name"] == g["name"] for g in out):
                self.wrong(f"'{f['name']}' stands twice in 'asks'", "transition", i, "asks", f["name"])
            out.append(f)
        return out

    def second_persons(self):
        for i, t in enumerate(self.transitions):
            second = t["second"]
            t["second_index"] = -1
            if isinstance(second, bool):
                t["second"] = "creator" if second else "none"
            elif second == "creator":
                pass
            else:
                index = next((n for n, u in enumerate(self.transitions) if u["name"] == second), None)
                if index is None or index == i:
                    self.wrong(f"second_person: '{second}' is no other transition", "transition", i, "second_person")
                t["second"], t["second_index"] = "transition", index

    def reach(self):
        seen, todo = {self.initial}, [self.initial]
        while todo:
            s = todo.pop()
            for t in self.transitions:
                if s in t["from"] and t["to"] != STAYS and t["to"] not in seen:
                    seen.add(t["to"])
                    todo.append(t["to"])
        for i, s in enumerate(self.states):
            if i not in seen:
                self.wrong(f"no transition leads to state '{s['name']}'", "state", i, "name")

    def read_rights(self):
        table = self.raw.get("rights", {})
        self.keys(table, set(VERBS), "rights")
        self.verb_rights = {}
        for v in VERBS:
            if v not in table and v not in ("comment", "export"):
                self.wrong(f"rights for '{v}' are missing; [] is nobody", "rights")
            self.verb_rights[v] = self.rights(self.names(table, v, "rights"), v, "rights", 0, v)
        if "comment" not in table:  # who may read and change something may talk about it
            self.verb_rights["comment"] = [(r & ~(1 << ROLES.index("auditor")), how)
                                           for r, how in self.verb_rights["read"]
                                           if r != 1 << ROLES.index("auditor")]
        if "export" not in table:
            client = 1 << ROLES.index("client")
            self.verb_rights["export"] = [(r, how) for r, how in self.verb_rights["read"] if not r & client]
        auditor = 1 << ROLES.index("auditor")
        if not any(r & auditor and not how for r, how in self.verb_rights["read"]):
            self.wrong("an auditor reads every kind: add \"auditor\" (or \"staff\") to 'read'", "rights", 0, "read")

    def column_of(self, key):
        if key in COMMON_KEYS:
            return COMMON_KEYS.index(key)
        f = self.by_name(key)
        return f["column"] if f else None

    def read_list(self):
        table = self.raw.get("list", {})
        self.keys(table, {"columns", "sort", "narrow"}, "list")
        names = self.names(table, "columns", "list") or [n for n in ("number" if self.number else None, self.title,
                                                                     "state") if n]
        self.list = []
        for n in names:
            if self.column_of(n) is None or n == "firm":
                self.wrong(f"list column '{n}' is no field", "list", 0, "columns", n)
            if n == "number" and not self.number:
                self.wrong("this kind has no numbers", "list", 0, "columns", n)
            if n in SETTABLE and not self.common[n]["used"] and self.own != n:
                self.wrong(f"list column '{n}' is not used by this kind", "list", 0, "columns", n)
            self.list.append(n)
        sort = table.get("sort", "-changed_at")
        if not isinstance(sort, str) or not sort:
            self.wrong("'sort' is a text such as \"-level,due\"", "list", 0, "sort")
        self.sort = []
        for part in sort.split(","):
            down, key = part.startswith("-"), part.lstrip("-").strip()
            f = self.by_name(key)
            if self.column_of(key) is None or (f and f["type"] in UNSORTED):
                self.wrong(f"'{key}' cannot be sorted by", "list", 0, "sort", key)
            self.sort.append((key, down))
        self.narrow = self.names(table, "narrow", "list")
        for n in self.narrow:
            f = self.by_name(n)
            if not (f and f["type"] in ("enum", "ref")):
                self.wrong(f"'{n}' is no enum or ref of this kind", "list", 0, "narrow", n)

    def read_review(self):
        table = self.raw.get("review", {})
        self.keys(table, {"every", "asks", "date"}, "review")
        self.review_every, self.review_asks = self.text(table, "every", "review"), self.text(table, "asks", "review")
        self.review_date = self.text(table, "date", "review")
        if bool(self.review_every) != bool(self.review_asks):
            self.wrong("a review has 'every' and 'asks'", "review")
        if self.review_every and not (self.review_every.startswith("RRULE:") and is_rule(self.review_every)):
            self.wrong("'every' is an RRULE of RFC 5545: RRULE:FREQ=MONTHLY;INTERVAL=3", "review", 0, "every")
        if self.review_asks and self.review_asks != "owner":
            f = self.by_name(self.review_asks)
            if not (f and f["type"] == "ref" and f["to"] == "user"):
                self.wrong("'asks' is owner or a field that refers to a user", "review", 0, "asks")
        if self.review_date:
            f = self.by_name(self.review_date)
            if not self.review_every or not (f and f["type"] == "date" and not f["required"] and not f["fixed"]):
                self.wrong("'date' is a date that may be empty and may change", "review", 0, "date")

    def title_index(self):
        return next(i for i, f in enumerate(self.fields) if f["name"] == self.title)

    def label_of(self, key):
        if key in self.common:
            return self.common[key]["label"]
        if key in COMMON_LABELS:
            return COMMON_LABELS[key]
        return self.by_name(key)["label"]


def common_field(kind, key):
    """A common column that a body may set, in the shape of a field."""
    kind_of, to, _ = SETTABLE[key]
    return {"name": key, "label": kind.common[key]["label"], "help": None, "type": kind_of, "format": "any",
            "to": to, "required": kind.common[key]["required"], "unique": False, "secret": False,
            "client_visible": kind.common[key]["client_visible"], "searched": False, "assigns": False,
            "fixed": False, "min": -(2**53 - 1), "max": 2**53 - 1, "ranged": False, "length": 0, "options": [],
            "program": [], "computed_text": None, "preset": None, "may": [], "asked": True,
            "column": COMMON_KEYS.index(key)}


def read_hooks(path):
    """Names of hooks: one RD_HOOK(name, "what it does") a line."""
    return set(re.findall(r"^RD_HOOK\((\w+),", path.read_text(encoding="utf-8"), re.M)) if path.exists() else set()


def read_all(folder):
    """All kinds by name; what one file cannot know is judged here."""
    folder = pathlib.Path(folder)
    hooks = read_hooks(folder / "hooks.def")
    kinds = {}
    for path in sorted(folder.glob("*.toml")):
        kind = Kind(path, hooks)
        kinds[kind.name] = kind
    if not kinds:
        raise Wrong(f"{folder}: no kinds")
    for kind in kinds.values():
        for i, f in enumerate(kind.fields):
            if f["to"] and f["to"] not in kinds:
                kind.wrong(f"refers to kind '{f['to']}', which is not known", "field", i, "to")
        for i, t in enumerate(kind.transitions):
            for a in t["asks"]:
                if a["to"] and a["to"] not in kinds and a["column"] < 0:
                    kind.wrong(f"refers to kind '{a['to']}', which is not known", "transition", i, "asks", a["name"])
        for key, c in kind.common.items():
            if c["used"] and SETTABLE[key][1] and SETTABLE[key][1] not in kinds:
                # A model without users or clients cannot have owners or clients: only tests do that.
                c["used"] = False
    return kinds
