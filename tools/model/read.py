"""Reads and judges model/*.toml. Every mistake is a Wrong with file and line; nothing is guessed."""
import ast
import re
import tomllib

COMMON = (  # key in JSON, column, type, nullable: the order of rd_common in record/kind.h
    ("firm", "firm_id", "int", False), ("id", "id", "int", False), ("version", "version", "int", False),
    ("number", "number", "text", True), ("state", "state", "text", False), ("owner", "owner_id", "int", True),
    ("client", "client_id", "int", True), ("team", "team_id", "int", True),
    ("restricted", "restricted", "int", False), ("created_at", "created_at_us", "int", False),
    ("created_by", "created_by", "text", False), ("changed_at", "changed_at_us", "int", False),
    ("changed_by", "changed_by", "text", False), ("archived_at", "archived_at_us", "int", True),
    ("due", "due_at_us", "int", True))
COMMON_KEYS = tuple(c[0] for c in COMMON)
SETTABLE = {  # common columns that a body may set: (type, to, label)
    "owner": ("ref", "user", ("负责人", "Owner")), "client": ("ref", "client", ("客户", "Client")),
    "team": ("ref", "team", ("团队", "Team")), "restricted": ("bool", None, ("限知情人", "Need to know")),
    "due": ("time", None, ("到期时间", "Due"))}
COMMON_LABELS = {
    "id": ("内部编号", "Id"), "version": ("版本", "Version"), "number": ("编号", "Number"), "state": ("状态", "State"),
    "created_at": ("创建时间", "Created"), "created_by": ("创建人", "Created by"),
    "changed_at": ("修改时间", "Changed"), "changed_by": ("修改人", "Changed by"),
    "archived_at": ("归档时间", "Archived"), **{k: v[2] for k, v in SETTABLE.items()}}
TYPES = ("text", "long", "int", "money", "date", "time", "bool", "enum", "ref", "refs", "list", "file", "any")
FORMATS = ("any", "slug", "email", "phone", "url", "uscc", "currency", "clock", "language", "rrule", "kind")
TONES = ("neutral", "active", "warning", "good", "bad")
ROLES = ("administrator", "supervisor", "accountant", "reviewer", "department", "compliance", "auditor", "client")
RELATIONS = ("own", "mine", "team", "my_clients", "firm", "client_of")
VERBS = ("read", "create", "change", "archive", "comment", "export")
LOOKS = ("read", "export")  # what an auditor may
RESERVED_KEYS = {"kind", "title", "tags", "links", "etag", "comments", "attachments", "watching",
                 "available_transitions", "archived", "problems"}
FILTER_WORDS = {"is", "has", "tag", "text", "q", "archived", "overdue", "open", "closed", "watching", "me",
                "sort", "cursor", "limit", "none"}
SQL_WORDS = set("""all analyse analyze and any array as asc authorization between both by case cast check collate
column constraint create cross current_date current_time current_user default deferrable desc distinct do else end
except exists false fetch for foreign freeze from full grant group having if in index initially inner insert
intersect into is isnull join key lateral leading left like limit natural not notnull null offset on only or order
outer over partition placing primary references returning right select session_user set similar some table then to
trailing transaction true union unique update user using values variadic verbose view when where window with""".split())
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
INT_MAX = 2**53 - 1
LENGTHS = {"text": 200, "long": 20000, "list": 50, "refs": 200}
LENGTH_MAX = {"text": 2000, "long": 200000, "list": 200, "refs": 500}
STACK_MAX = 16
STAYS = 0xffff  # RD_STAYS of record/kind.h: a transition that leaves the state as it is

TOP = {"kind", "name", "plural", "help", "basis", "number", "title", "about", "own", "singleton", "keeps_files", "field", "state",
       "transition", "rights", "common", "list", "review", "hooks", "sealed"}
FIELD = {"name", "type", "label", "help", "format", "required", "unique", "secret", "client_visible", "searched",
         "assigns", "fixed", "range", "length", "to", "options", "computed", "preset", "may"}
STATE = {"name", "label", "help", "tone", "closed", "initial"}
TRANSITION = {"name", "label", "help", "from", "to", "needs", "asks", "may", "second_person", "hook"}


class Wrong(Exception):
    """A mistake in a model file: str() is file:line: what."""


class Place:
    """Where things stand in one file: tomllib does not say, so the text is scanned for them."""

    def __init__(self, path, text):
        self.path, self.lines = path, text.splitlines()

    def _section(self, header, index):
        """Line numbers (0-based, the end excluded) of the index-th [[header]], or of [header] with what is
        below it ([header.x]); header None is the top of the file."""
        heads = [(i, m[1]) for i, l in enumerate(self.lines)
                 if (m := re.match(r"\s*\[\[?([\w.]+)\]\]?\s*(#.*)?$", l))]
        if header is None:
            return 0, heads[0][0] if heads else len(self.lines)
        same = [n for n, (_, name) in enumerate(heads) if name == header or name.startswith(header + ".")]
        if not same:
            return self._inline(header, index, heads[0][0] if heads else len(self.lines))
        many = self.lines[heads[same[0]][0]].lstrip().startswith("[[")
        first = same[min(index, len(same) - 1)]
        last = first if many else same[-1]
        return heads[first][0], heads[last + 1][0] if last + 1 < len(heads) else len(self.lines)

    def _inline(self, header, index, end):
        """The same for `header = [` with one { … } after the other, each beginning a line."""
        start = next((i for i in range(end) if re.match(rf"\s*{header}\s*=\s*\[", self.lines[i])), None)
        if start is None:
            return None
        close = next((i for i in range(start + 1, end) if self.lines[i].startswith("]")), end)
        items = [i for i in range(start, close) if re.match(r"\s*\{\s*name\s*=", self.lines[i])
                 and not re.match(r"\s{4,}", self.lines[i])]
        if not items:
            return start, close
        index = min(index, len(items) - 1)
        return items[index], items[index + 1] if index + 1 < len(items) else close

    def line(self, header=None, index=0, key=None, value=None):
        found = self._section(header, index)
        if found is None:
            return self.line(None, 0, header) if header else 1
        start, end = found
        if value is not None:
            for i in range(start, end):
                if re.search(rf"(?<![\w-]){re.escape(str(value))}(?![\w-])", self.lines[i]):
                    return i + 1
        if key is not None:
            for i in range(start, end):
                if re.search(rf"(?<![\w-]){re.escape(key)}\s*=|^\s*\[.*\.{re.escape(key)}\]", self.lines[i]):
                    return i + 1
        return start + 1


class Reader:
    """One file. Sections are read by the methods; wrong() stops with the place."""

    def __init__(self, path, hooks):
        self.path, self.hooks = path, hooks
        text = path.read_text(encoding="utf-8")
        self.place = Place(path, text)
        try:
            self.raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as e:
            m = re.search(r"line (\d+)", str(e))
            raise Wrong(f"{path.name}:{m[1] if m else len(self.place.lines)}: {e}") from None

    def wrong(self, what, header=None, index=0, key=None, value=None):
        raise Wrong(f"{self.path.name}:{self.place.line(header, index, key, value)}: {what}")

    def keys(self, table, known, header=None, index=0):
        if not isinstance(table, dict):
            self.wrong(f"'{header}' must be a table", header, index)
        for key in table:
            if key not in known:
                near = min(known, key=lambda k: distance(k, key))
                hint = f"; did you mean '{near}'?" if distance(near, key) <= 2 else f": {', '.join(sorted(known))}"
                self.wrong(f"unknown key '{key}'{hint}", header, index, key)

    def words(self, table, key, header=None, index=0, optional=False):
        value = table.get(key)
        if value is None and optional:
            return None
        ok = isinstance(value, dict) and set(value) == {"zh", "en"} and all(
            isinstance(v, str) and v.strip() for v in value.values())
        if not ok:
            self.wrong(f"'{key}' needs {{ zh = \"…\", en = \"…\" }}, both not empty", header, index, key)
        return (value["zh"], value["en"])

    def text(self, table, key, header=None, index=0, optional=True):
        value = table.get(key)
        if value is None and optional:
            return None
        if not isinstance(value, str) or not value:
            self.wrong(f"'{key}' must be a text that is not empty", header, index, key)
        return value

    def flag(self, table, key, header=None, index=0, preset=False):
        value = table.get(key, preset)
        if not isinstance(value, bool):
            self.wrong(f"'{key}' must be true or false", header, index, key)
        return value

    def names(self, table, key, header=None, index=0):
        value = table.get(key, [])
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.wrong(f"'{key}' must be a list of names", header, index, key)
        for v in value:
            if value.count(v) > 1:
                self.wrong(f"'{v}' stands twice in '{key}'", header, index, key, v)
        return value

    def slug(self, table, header=None, index=0, key="name"):
        value = self.text(table, key, header, index, optional=False)
        if not SLUG.match(value) or len(value) > 40:
            self.wrong(f"'{value}' is no name: a-z, 0-9 and _, at most 40, beginning with a letter",
                       header, index, key)
        return value

    def hook(self, table, key, header, index=0):
        value = self.text(table, key, header, index)
        if value is not None and value not in self.hooks:
            self.wrong(f"hook '{value}' is not listed in model/hooks.def", header, index, key)
        return value

    # -- rights ---------------------------------------------------------------------------------

    def rights(self, entries, verb, header, index=0, key=None):
        """Entries "role", "role:relation|relation", "relation", "staff" → [(roles, relations)] masks."""
        inside = [r for r in ROLES if r != "client" and (verb in LOOKS or r != "auditor")]
        rows = []
        for entry in entries:
            who, _, how = entry.partition(":")
            if not how and who in RELATIONS and who != "client_of":
                roles, how = inside, who
            elif who == "staff":
                roles = inside
            elif who in ROLES:
                roles = [who]
            else:
                self.wrong(f"'{who}' is no role and no relation: staff, {', '.join(ROLES + RELATIONS)}",
                           header, index, key, entry)
            relations = how.split("|") if how else []
            for r in relations:
                if r not in RELATIONS:
                    self.wrong(f"'{r}' is no relation: {', '.join(RELATIONS)}", header, index, key, entry)
            if "client" in roles and relations != ["client_of"]:
                self.wrong("a client's contact is let in by \"client:client_of\" only", header, index, key, entry)
            if "client_of" in relations and roles != ["client"]:
                self.wrong("the relation client_of is for the role client only", header, index, key, entry)
            if roles == ["auditor"] and verb not in LOOKS:
                self.wrong("an auditor reads and exports, and changes nothing", header, index, key, entry)
            rows.append((sum(1 << ROLES.index(r) for r in roles), sum(1 << RELATIONS.index(r) for r in relations)))
        return rows

    # -- fields ---------------------------------------------------------------------------------

    def field(self, raw, header, index, asked=False):
        self.keys(raw, FIELD, header, index)
        f = {"name": self.slug(raw, header, index), "label": self.words(raw, "label", header, index),
             "help": self.words(raw, "help", header, index, optional=True),
             "type": raw.get("type"), "format": raw.get("format", "any"), "to": raw.get("to"),
             "line": self.place.line(header, index)}
        self.field_name(f, header, index)
        if f["type"] not in TYPES:
            self.wrong(f"type '{f['type']}' is not one of {', '.join(TYPES)}", header, index, "type")
        for key in ("required", "unique", "secret", "client_visible", "searched", "assigns", "fixed"):
            f[key] = self.flag(raw, key, header, index)
        if f["format"] not in FORMATS:
            self.wrong(f"format '{f['format']}' is not one of {', '.join(FORMATS)}", header, index, "format")
        if f["format"] != "any" and f["type"] not in ("text", "list"):
            self.wrong("only text and list have a format", header, index, "format")
        if (f["type"] in ("ref", "refs")) != (f["to"] is not None):
            self.wrong("ref and refs need 'to', other types have none", header, index, "to")
        if f["searched"] and f["type"] not in ("text", "long", "list", "enum"):
            self.wrong("only text, long, list and enum are searched", header, index, "searched")
        if f["searched"] and f["secret"]:
            self.wrong("a secret field is not searched: its words would lie open in the index",
                       header, index, "secret")
        if f["secret"] and f["client_visible"]:
            self.wrong("a field is secret or client_visible, not both", header, index, "secret")
        if f["assigns"] and not (f["type"] in ("ref", "refs") and f["to"] == "user"):
            self.wrong("'assigns' is for references to user", header, index, "assigns")
        if f["unique"] and f["type"] not in ("text", "int", "ref", "date"):
            self.wrong("only text, int, date and ref can be unique", header, index, "unique")
        self.bounds(raw, f, header, index)
        self.choices(raw, f, header, index)
        f["computed_text"] = self.text(raw, "computed", header, index)
        if f["computed_text"] and f["type"] != "int":
            self.wrong("only int fields are computed", header, index, "computed")
        if f["computed_text"] and (f["required"] or f["unique"] or "preset" in raw):
            self.wrong("a computed field is not required, unique or preset", header, index, "computed")
        self.preset(raw, f, header, index)
        f["may"] = self.rights(self.names(raw, "may", header, index), "change", header, index, "may")
        f["asked"] = asked
        return f

    def field_name(self, f, header, index):
        name = f["name"]
        if name in COMMON_KEYS or (name in RESERVED_KEYS and name != "title") or name in FILTER_WORDS:
            self.wrong(f"the name '{name}' is taken: every record has it, or filters use it", header, index, "name", name)
        if name.endswith("_label"):
            self.wrong("names that end with _label are those of labels in answers", header, index, "name", name)

    def bounds(self, raw, f, header, index):
        lo, hi = -INT_MAX, INT_MAX
        if "range" in raw:
            r = raw["range"]
            if f["type"] not in ("int", "money") or not (
                    isinstance(r, list) and len(r) == 2 and all(type(x) is int for x in r) and r[0] <= r[1]):
                self.wrong("'range' is [least, most], whole numbers, for int and money", header, index, "range")
            lo, hi = r
            if lo < -INT_MAX or hi > INT_MAX:
                self.wrong("'range' goes beyond ±(2^53 - 1)", header, index, "range")
        f["min"], f["max"], f["ranged"] = lo, hi, "range" in raw
        f["length"] = raw.get("length", LENGTHS.get(f["type"], 0))
        if "length" in raw and (f["type"] not in LENGTHS or type(raw["length"]) is not int
                                or not 1 <= raw["length"] <= LENGTH_MAX[f["type"]]):
            self.wrong(f"'length' is for {', '.join(LENGTHS)}, from 1 to "
                       f"{LENGTH_MAX.get(f['type'], 0)} here", header, index, "length")

    def choices(self, raw, f, header, index):
        f["options"] = []
        if f["type"] == "enum" and not raw.get("options"):
            self.wrong("an enum needs options", header, index, "type")
        if "options" in raw and f["type"] not in ("enum", "list"):
            self.wrong("only enum and list have options", header, index, "options")
        for o in raw.get("options", []):
            if not isinstance(o, dict) or set(o) != {"name", "zh", "en"} or not all(
                    isinstance(v, str) and v.strip() for v in o.values()):
                self.wrong("an option is { name, zh, en }, none empty", header, index, "options",
                           o.get("name") if isinstance(o, dict) else None)
            if not re.match(r"[a-z0-9][a-z0-9_-]*\Z", o["name"]):
                self.wrong(f"'{o['name']}' is no name of an option", header, index, "options", o["name"])
            if any(p["name"] == o["name"] for p in f["options"]):
                self.wrong(f"option '{o['name']}' stands twice", header, index, "options", o["name"])
            f["options"].append(o)

    def preset(self, raw, f, header, index):
        value = f["preset"] = raw.get("preset")
        if value is None:
            return
        names = {o["name"] for o in f["options"]}
        ok = {"text": isinstance(value, str), "long": isinstance(value, str),
              "int": type(value) is int and f["min"] <= value <= f["max"], "bool": isinstance(value, bool),
              "enum": value in names if isinstance(value, str) else False,
              "list": isinstance(value, list) and all(isinstance(v, str) and (not names or v in names)
                                                      for v in value)}.get(f["type"], False)
        if not ok:
            self.wrong(f"'preset' does not fit a field of type {f['type']}", header, index, "preset")


def distance(a, b):
    """Edits between two short words."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def program(expression, numbers):
    """A computed expression as postfix steps [(op, arg)]; ValueError says what is wrong."""
    out = []
    binary = {ast.Add: "ADD", ast.Sub: "SUB", ast.Mult: "MUL", ast.Div: "DIV"}

    def walk(node, depth):
        if depth >= STACK_MAX:
            raise ValueError("the expression is nested too deep")
        if isinstance(node, ast.Constant) and type(node.value) is int and abs(node.value) <= INT_MAX:
            out.append(("CONST", node.value))
        elif isinstance(node, ast.Name):
            if node.id not in numbers:
                raise ValueError(f"'{node.id}' is no int field of this kind that stands before")
            out.append(("FIELD", numbers[node.id]))
        elif isinstance(node, ast.BinOp) and type(node.op) in binary:
            walk(node.left, depth)
            walk(node.right, depth + 1)
            out.append((binary[type(node.op)], 0))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            walk(node.operand, depth)
            out.append(("NEG", 0))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max") \
                and len(node.args) == 2 and not node.keywords:
            walk(node.args[0], depth)
            walk(node.args[1], depth + 1)
            out.append((node.func.id.upper(), 0))
        else:
            raise ValueError("whole numbers, int fields, + - * / ( ) min(a, b) max(a, b) and nothing else")

    try:
        walk(ast.parse(expression, mode="eval").body, 0)
    except SyntaxError:
        raise ValueError("this is no expression") from None
    return out
