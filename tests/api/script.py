"""The language of tests/api/*.api: requests and the replies that are expected, read like documentation.

    # A change must say which version it changes
    POST /api/v1/task as anna
      {"name": "核对三月断号"}
    201 {"id": "<task>", "version": 1}
      ETag: "1"
    PATCH /api/v1/task/<task> as anna
      If-Match: "1"
      {"name": "x"}
    200 {"version": 2}

A request is a line of its own, with `as NAME` for who sends it (else nobody); a name that set_up does not
know is a new visitor with an empty cookie jar. Below it, indented: headers (`Name: -` leaves one out) and
the body, JSON, `raw TEXT` (`gbk TEXT`: in that encoding; `xlsx TEXT`: rows of CSV as a workbook) or `lines TEXT`
(each \\n ends a line; nothing is put in). Then the expected status, what the body must contain, and, indented, headers.

Expected objects are subsets. "*" is anything but null, "!" is a key that must not be there, "~RE" a
regular expression. A list matches item by item; with "..." at its end more may follow, at its start its
items occur in any place. <name> in what is expected captures a text, or compares when it is known; in a
request it is put in. Known from the start: ids of people, clients and contacts, and
  <totp(NAME)> <totp(NAME,+1)>   the code of the secret in the otpauth URI captured as NAME, now or one step on
  <x*N>                          the letter x, N times
  <password>                     of everybody
`repeat N` before a request sends it N times, each time with the same reply; `within N` sends it until the
reply is as expected, for up to N seconds, for what happens behind the requests. `sign in LOGIN as NAME` signs a
person in once more. A line `# text` names what follows; failures say it with file, line and column.
"""
import base64
import csv
import hashlib
import hmac
import io
import json
import pathlib
import re
import sys
import tempfile
import time
import urllib.parse

import harness
import openapi

sys.path.append(str(harness.ROOT / "tools"))
import mkfixtures  # noqa: E402

REQUEST = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE) (\S.*?)(?: as ([\w-]+))?$")
EXPECTED = re.compile(r"([1-5]\d\d)(?: (.*))?$")
HEADER = re.compile(r"([A-Za-z][\w-]*): (.*)$")
NAME = re.compile(r"<(\w+)>")
PLACE = re.compile(r"<([^<>\s]+)>")


class Wrong(Exception):
    """A failure or a mistake in a script, with its line and column."""

    def __init__(self, line, column, words):
        super().__init__(words)
        self.line, self.column, self.words = line, column, words


# ---- JSON that remembers where it stands ----

class Node:
    def __init__(self, value, at):
        self.value, self.at = value, at


class Json:
    """Lists and objects of Nodes out of a text; positions are (line, column) by `place`."""

    def __init__(self, text, place):
        self.text, self.i, self.place = text, 0, place

    def wrong(self, words):
        raise Wrong(*self.place(self.i), f"JSON of the script: {words}")

    def space(self):
        while self.i < len(self.text) and self.text[self.i] in " \t\n":
            self.i += 1

    def all(self):
        node = self.value()
        self.space()
        if self.i < len(self.text):
            self.wrong("something stands behind it")
        return node

    def value(self):
        self.space()
        at = self.place(self.i)
        c = self.text[self.i:self.i + 1]
        if c == "{":
            return Node(self.many("}", self.member, {}), at)
        if c == "[":
            return Node(self.many("]", self.value, []), at)
        try:
            value, self.i = json.JSONDecoder().raw_decode(self.text, self.i)
        except ValueError as e:
            self.wrong(str(e))
        return Node(value, at)

    def member(self):
        self.space()
        try:
            key, self.i = json.JSONDecoder().raw_decode(self.text, self.i)
        except ValueError:
            self.wrong("a key is missing")
        self.space()
        if self.text[self.i:self.i + 1] != ":":
            self.wrong("a colon is missing")
        self.i += 1
        return key, self.value()

    def many(self, end, read, into):
        self.i += 1
        self.space()
        while self.text[self.i:self.i + 1] != end:
            item = read()
            if isinstance(into, dict):
                into[item[0]] = item[1]
            else:
                into.append(item)
            self.space()
            if self.text[self.i:self.i + 1] == ",":
                self.i += 1
                self.space()
            elif self.text[self.i:self.i + 1] != end:
                self.wrong(f"a comma or {end} is missing")
        self.i += 1
        return into


# ---- comparing ----

def shown(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 300 else text[:300] + "…"


def match_text(node, got, names, path):
    want = node.value
    if want == "*":
        if got is None:
            raise Wrong(*node.at, f"{path} is null")
        return
    if want.startswith("~"):
        if not isinstance(got, str) or not re.search(want[1:], got):
            raise Wrong(*node.at, f"{path} is {shown(got)}, which does not fit {want[1:]}")
        return
    if NAME.search(want) and isinstance(got, str):
        parts = NAME.split(want)
        pattern = "".join(re.escape(p) if i % 2 == 0 else
                          (re.escape(str(names[p])) if p in names else f"(?P<{p}>.+)")
                          for i, p in enumerate(parts))
        m = re.fullmatch(pattern, got, re.S)
        if not m:
            raise Wrong(*node.at, f"{path} is {shown(got)}, expected {want} ({pattern})")
        names.update(m.groupdict())
        return
    if want != got:
        raise Wrong(*node.at, f"{path} is {shown(got)}, expected {shown(want)}")


def match_list(node, got, names, path):
    want = node.value
    if not isinstance(got, list):
        raise Wrong(*node.at, f"{path} is {shown(got)}, not a list")
    if want and want[0].value == "...":
        for n in want[1:]:
            if not any(fits(n, g, names) for g in got):
                raise Wrong(*n.at, f"no item of {path} is like this: {shown(got)}")
        return
    more = bool(want) and want[-1].value == "..."
    items = want[:-1] if more else want
    if len(got) < len(items) or (not more and len(got) > len(items)):
        raise Wrong(*node.at, f"{path} has {len(got)} items, expected {len(items)}: {shown(got)}")
    for i, n in enumerate(items):
        match(n, got[i], names, f"{path}[{i}]")


def match(node, got, names, path="$"):
    want = node.value
    if isinstance(want, dict):
        if not isinstance(got, dict):
            raise Wrong(*node.at, f"{path} is {shown(got)}, not an object")
        for key, n in want.items():
            if n.value == "!":
                if key in got:
                    raise Wrong(*n.at, f"{path}.{key} should not be there: {shown(got[key])}")
            elif key not in got:
                raise Wrong(*n.at, f"{path} has no {key}: {shown(got)}")
            else:
                match(n, got[key], names, f"{path}.{key}")
    elif isinstance(want, list):
        match_list(node, got, names, path)
    elif isinstance(want, str):
        match_text(node, got, names, path)
    elif want != got or isinstance(want, bool) != isinstance(got, bool):
        raise Wrong(*node.at, f"{path} is {shown(got)}, expected {shown(want)}")


def fits(node, got, names):
    tried = dict(names)
    try:
        match(node, got, tried)
    except Wrong:
        return False
    names.update(tried)
    return True


# ---- what is put in ----

def totp(uri, on=0):
    if time.time() % 30 > 25:  # a script that uses several codes should not see the step change
        harness.wait(30.2 - time.time() % 30)
    secret = urllib.parse.parse_qs(urllib.parse.urlparse(uri).query)["secret"][0]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, (int(time.time()) // 30 + on).to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7fffffff) % 1000000:06d}"


def fill(text, names, line):
    def one(m):
        what = m[1]
        if t := re.fullmatch(r"totp\((\w+)(?:,([+-]\d))?\)", what):
            return totp(names[t[1]], int(t[2] or 0))
        if t := re.fullmatch(r"(.)\*(\d+)", what):
            return t[1] * int(t[2])
        if what in names:
            return str(names[what])
        raise Wrong(line, 1, f"<{what}> is not known here; known: {', '.join(sorted(names))}")
    return PLACE.sub(one, text)


# ---- reading a script ----

class Step:
    def __init__(self, line, title):
        self.line, self.title, self.repeat, self.within = line, title, 1, 0
        self.method = self.path = self.who = self.body = self.sign_in = None
        self.headers, self.status, self.want, self.want_headers = {}, None, None, []


class Script:
    def __init__(self, path):
        self.path, self.steps = path, []
        self.lines = path.read_text(encoding="utf-8").splitlines()
        self.title, self.repeat, self.within, i = "", 1, 0, 0
        while i < len(self.lines):
            i = self.read(i)

    def below(self, i):
        """The indented lines after line i: (index, text)."""
        out = []
        while i + 1 < len(self.lines) and self.lines[i + 1].startswith("  "):
            i += 1
            out.append((i, self.lines[i]))
        return out

    def read(self, i):
        line = self.lines[i]
        if not line.strip():
            return i + 1
        if line.startswith("#"):
            above = i > 0 and self.lines[i - 1].startswith("#")
            self.title = (self.title + " " if above else "") + line[1:].strip()
            return i + 1
        if m := re.fullmatch(r"repeat (\d+)", line):
            self.repeat = int(m[1])
            return i + 1
        if m := re.fullmatch(r"within (\d+)", line):
            self.within = int(m[1])
            return i + 1
        if m := re.fullmatch(r"sign in ([\w.]+)(?: of (\w+))? as (\w+)", line):
            step = Step(i + 1, self.title)
            step.sign_in, step.who = (m[1], m[2] or "north"), m[3]
            self.steps.append(step)
            return i + 1
        if m := REQUEST.fullmatch(line):
            return self.request(i, m)
        if m := EXPECTED.fullmatch(line):
            return self.expected(i, m)
        raise Wrong(i + 1, 1, "neither a request nor an expected status")

    def request(self, i, m):
        step = Step(i + 1, self.title)
        step.method, step.path, step.who = m[1], m[2], m[3] or "nobody"
        step.repeat, self.repeat = self.repeat, 1
        step.within, self.within = self.within, 0
        below = self.below(i)
        while below and (h := HEADER.fullmatch(below[0][1].strip())) and below[0][1].strip()[0] not in '{["':
            step.headers[h[1]] = h[2]
            below.pop(0)
        if below:
            step.body = "\n".join(t.strip() for _, t in below)
        self.steps.append(step)
        return i + 1 + len(self.below(i))

    def expected(self, i, m):
        if not self.steps or self.steps[-1].status is not None or self.steps[-1].sign_in:
            raise Wrong(i + 1, 1, "no request stands before this")
        step, below = self.steps[-1], self.below(i)
        step.status = int(m[1])
        headers = [(n, h) for n, t in below if (h := HEADER.fullmatch(t.strip()))]
        step.want_headers = [(h[1], h[2], n + 1) for n, h in headers]
        rest = [(n, t) for n, t in below if not HEADER.fullmatch(t.strip())]
        first = m.start(2) if m[2] else 0
        pieces = ([(i, first, m[2])] if m[2] else []) + [(n, 0, t) for n, t in rest]
        if pieces:
            text, starts = "", []
            for n, column, t in pieces:
                starts.append((len(text), n + 1, column + 1))
                text += t + "\n"

            def place(at):
                start = [s for s in starts if s[0] <= at][-1]
                return start[1], start[2] + at - start[0]
            step.want = Json(text, place).all()
        return i + 1 + len(below)


# ---- playing it ----

def workbook(text):
    book = mkfixtures.Book()
    book.sheet("Sheet1", list(csv.reader(io.StringIO(text))))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "book.xlsx"
        book.save(path)
        return path.read_bytes()


BODIES = {"raw": str.encode, "gbk": lambda t: t.encode("gbk"), "xlsx": workbook}


def send(step, world, names):
    body = None
    if step.body is not None:
        if step.body.startswith("lines "):
            body = step.body[6:].replace("\\n", "\r\n").encode()
        else:
            text = fill(step.body, names, step.line)
            how, _, rest = text.partition(" ")
            body = BODIES[how](rest) if how in BODIES else text.encode()
    headers = {k: fill(v, names, step.line) for k, v in step.headers.items()}
    return world.person(step.who).call(step.method, fill(step.path, names, step.line), body, headers)


def judge(step, reply, names):
    if reply.status != step.status:
        raise Wrong(step.line, 1, f"{step.method} {step.path} as {step.who}: expected {step.status}, got {reply}")
    if step.want:
        if reply.json is None:
            raise Wrong(*step.want.at, f"the reply is no JSON: {reply}")
        match(step.want, reply.json, names)
    for name, value, line in step.want_headers:
        got = reply.headers.get(name.lower())
        if value == "!":
            if got is not None:
                raise Wrong(line, 3, f"header {name} should not be there: {got}")
        else:
            match_text(Node(value, (line, 3)), got, names, name)
    if reply.status >= 400 and reply.body:
        error = reply.json or {}
        words = error.get("message") or {}
        if not (error.get("code") and words.get("zh") and words.get("en") and error.get("request_id")):
            raise Wrong(step.line, 1, f"an error without code, both languages or request_id: {reply}")


def judge_schema(step, reply, world):
    """What the server answers is what /api/v1/openapi.json says: errors, and records of every kind."""
    if reply.json is None or world.document is None:
        return
    name = "Error" if reply.status >= 400 else openapi.camel(reply.json["kind"]) if {"kind", "created_at"} <= set(
        reply.json) else None
    if name and (problems := openapi.unfit(world.document, name, reply.json)):
        raise Wrong(step.line, 1, f"the reply does not fit {name}: {problems[:3]}")


def sent(step, world, names):
    """Sends a request and judges the reply, again and again while there is time."""
    end = time.monotonic() + step.within
    while True:
        tried = dict(names)
        try:
            reply = send(step, world, tried)
            judge(step, reply, tried)
            judge_schema(step, reply, world)
        except Wrong:
            if time.monotonic() >= end:
                raise
            time.sleep(0.1)
            continue
        names.update(tried)
        return


def play(path, world, count):
    """Plays one script; stops at its first failure, because what follows builds on it."""
    try:
        script = Script(path)
    except Wrong as e:
        count.check(False, f"{path.name}:{e.line}:{e.column}: {e.words}")
        return
    names = {**world.ids, "password": harness.PASSWORD}
    for step in script.steps:
        try:
            if step.sign_in:
                who = world.people[step.who] = harness.Person(world.server, step.who, world.source())
                names.setdefault(step.who, who.sign_in(*step.sign_in).id)
                continue
            if step.status is None:
                raise Wrong(step.line, 1, "the request has no expected status")
            for _ in range(step.repeat):
                sent(step, world, names)
                count.passed += 1
        except Wrong as e:
            count.check(False, f"{path.name}:{e.line}:{e.column}: {step.title}\n    {e.words}")
            return
        except (harness.Broken, OSError) as e:
            count.check(False, f"{path.name}:{step.line}: {step.title}\n    {type(e).__name__} {e}")
            return
