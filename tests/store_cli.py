#!/usr/bin/env python3
"""store_cli.py REDINK LOAD [NAME…] - the operator's subcommands on real data; standard library only.

Data folders are made by the program itself (redink user --new-firm) and by tests/store/load. With
REDINK_TEST_PG (tests/pg.py) the same is done on PostgreSQL, where it makes a difference; without it those
tests are skipped. Only the tests whose names hold one of NAME. Last line: "N passed, N failed".
"""
import filecmp
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from sqlmigrate import load_all  # noqa: E402

REDINK, LOAD = (str(pathlib.Path(p).resolve()) for p in sys.argv[1:3])
PG = os.environ.get("REDINK_TEST_PG")
HEADS = str(2**63 - 1)  # the log over all firms


class Skip(Exception):
    pass


class Run:
    def __init__(self, done):
        self.code = done.returncode
        self.out, self.err = done.stdout.decode(), done.stderr.decode()


def run(*args, lang="en"):
    env = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LC_MESSAGES", "LANG")}
    return Run(subprocess.run([REDINK, *map(str, args), *(["--lang", lang] if lang else [])], env=env,
                              capture_output=True, timeout=300, check=False))


def good(*args, lang="en"):
    got = run(*args, lang=lang)
    if got.code != 0:
        raise AssertionError(f"{args}: exit {got.code}: {got.out[-1500:]}{got.err[-3000:]}")
    return got.out


def load(*args):
    subprocess.run([LOAD, *map(str, args)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300,
                   check=True)


def same(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def holds(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"{part!r} is not in:\n{text[-2500:]}")


def same_tree(a, b, but=()):
    """Both folders have the same files with the same bytes."""
    names = [sorted(str(p.relative_to(top)) for p in top.rglob("*") if p.is_file() and p.name not in but)
             for top in (a, b)]
    same(names[0], names[1], "files")
    _, differ, errors = filecmp.cmpfiles(a, b, names[0], shallow=False)
    same(differ + errors, [], "files that differ")
    return names[0]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Place:
    """A folder for one test; what is expensive is made once and copied."""
    kept = {}

    def __init__(self, top):
        self.top = pathlib.Path(tempfile.mkdtemp(dir=top))

    def __truediv__(self, name):
        return self.top / name

    def loaded(self, name="data"):
        """Three firms with 700 events and more in all; firm 1 furnished; everything signed."""
        return self.copy("loaded", name, lambda to: (load("write", to, to, 2000, 8), load("furnish", to, to),
                                                     good("export", "--all", "--data", to, self / "signing")))

    def founded(self, name="data"):
        """A firm made by the program, with some people."""
        def make(to):
            good("user", "--new-firm", "澄溪财务", "--login", "chen", "--name", "陈曦", "--label", "cx",
                 "--data", to)
            good("user", "add", "li", "--name", "李梅", "--roles", "accountant,reviewer", "--data", to)
            good("user", "add", "wang", "--mail", "wang@example.cn", "--data", to)
            good("user", "disable", "wang", "--data", to)
        return self.copy("founded", name, make)

    def copy(self, kind, name, make):
        if kind not in self.kept:
            kept = self.top.parent / ("kept-" + kind)
            make(kept)
            self.kept[kind] = kept
        shutil.copytree(self.kept[kind], self / name)
        return self / name


def edit(folder, *statements):
    """Changes rows as somebody does who has the file: triggers and the program do not see it."""
    db = sqlite3.connect(folder / "redink.db", isolation_level=None)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    for s in statements:
        db.execute(*(s if isinstance(s, tuple) else (s,)))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def ask(folder, sql):
    db = sqlite3.connect(folder / "redink.db")
    rows = db.execute(sql).fetchall()
    db.close()
    return rows


def verify(folder, *args):
    """Exit code, and the report of each firm by its id."""
    got = run("verify", folder, "--json", *args)
    if got.code == 2:
        return 2, got.err
    report = json.loads(got.out)
    same(report["sound"], got.code == 0, "sound and exit code")
    return got.code, {f["firm_id"]: f for f in report["firms"]}


def firm_of(folder):
    return str(ask(folder, "SELECT firm_id FROM trees")[0][0])


# ---- verify ----

def test_verify_sound(p):
    d = p.loaded()
    before = digest(d / "redink.db")
    code, firms = verify(d, "--blobs")
    same((code, sorted(firms), firms["1"]["blobs"]), (0, ["1", "2", "3"], 3))
    same(firms["1"]["integrity"]["erased"], 4)
    code, firms = verify(d, "--firm", "2")
    same((code, list(firms)), (0, ["2"]))
    same(digest(d / "redink.db"), before, "verifying only reads")
    holds(good("verify", d), "firm 1: sound", "integrity:    yes", "completeness: yes", "no key was given")
    holds(good("verify", d, lang="zh"), "机构 1：无误", "完整性", "齐全性", "没有给出公钥")


def test_verify_signed_and_outside(p):
    d = p.loaded()
    (p / "k").write_text(good("key", "--data", d))
    good("export", "--all", "--firm", 1, "--data", d, p / "x")
    note = p / "x/1/checkpoint.note"
    code, firms = verify(d, "--key", p / "k", "--checkpoint", note)
    same(code, 0)
    c = firms["1"]["completeness"]
    same((c["signed_size"], c["anchored_size"], c["unanchored"]), (firms["1"]["integrity"]["events"],) * 2 + (0,))
    load("write", d, d, 30, 4)
    c = verify(d, "--key", p / "k", "--checkpoint", note)[1]["1"]["completeness"]
    same(c["unanchored"], 10, "events behind the note")
    line = (p / "k").read_text().splitlines()[0]
    holds(good("verify", d, "--firm", 1, "--key", line), "events are signed")


def test_verify_names_the_first_bad_event(p):
    seqs = {
        "body": (5, "UPDATE events SET body = CAST(substr(body, 1, 40) || x'07' || substr(body, 42) AS BLOB) "
                    "WHERE firm_id = 2 AND seq = 5"),
        "column": (9, "UPDATE events SET actor = 'user:2' WHERE firm_id = 2 AND seq = 9"),
        "time": (11, "UPDATE events SET at_us = at_us + 1 WHERE firm_id = 2 AND seq = 11"),
        "payload": (600, "UPDATE payloads SET body = CAST(replace(body, 'open', 'done') AS BLOB) "
                         "WHERE firm_id = 2 AND seq = 600"),
        "salt": (0, "UPDATE payloads SET salt = zeroblob(16) WHERE firm_id = 2 AND seq = 0"),
        "erased unnamed": (77, "DELETE FROM payloads WHERE firm_id = 2 AND seq = 77"),
    }
    for what, (seq, sql) in seqs.items():
        d = p.loaded(what)
        edit(d, sql)
        code, firms = verify(d)
        same(code, 1, what)
        same([firms[f]["sound"] for f in "123"], [True, False, True], what)
        same((firms["2"]["integrity"]["intact"], firms["2"]["integrity"]["first_bad_seq"],
              firms["2"]["completeness"]["complete"]), (False, seq, True), what)
        text = run("verify", d)
        same(text.code, 1)
        holds(text.out, "firm 2: SOMETHING IS WRONG", "integrity:    NO", f"(event {seq})")
        holds(run("verify", d, lang="zh").out, "机构 2：有问题", f"（第 {seq} 条）")


def test_verify_any_byte(p):
    """Every byte of one event, its salt and its payload."""
    d = p.loaded()
    (body, salt, payload), = ask(d, "SELECT e.body, p.salt, p.body FROM events e JOIN payloads p USING "
                                    "(firm_id, seq) WHERE firm_id = 3 AND seq = 1")
    places, exact = [("events", "body", body), ("payloads", "salt", salt), ("payloads", "body", payload)], 0
    for table, column, was in places:
        for i in range(0, len(was), 7):
            bad = was[:i] + bytes([was[i] ^ 1]) + was[i + 1:]
            edit(d, (f"UPDATE {table} SET {column} = ? WHERE firm_id = 3 AND seq = 1", (bad,)))
            code, firms = verify(d, "--firm", 3)
            found = firms["3"]["integrity"]
            same((code, found["intact"]), (1, False), f"{table}.{column}[{i}]")
            # What no column repeats (the request) is known by the root alone: between two checkpoints.
            same(found["first_bad_seq"] <= 1 <= found["last_bad_seq"], True, f"{table}.{column}[{i}]: {found}")
            exact += found["first_bad_seq"] == found["last_bad_seq"]
            edit(d, (f"UPDATE {table} SET {column} = ? WHERE firm_id = 3 AND seq = 1", (was,)))
    same(verify(d, "--firm", 3)[0], 0, "all put back")
    same(exact > 20, True, f"{exact} named exactly")


def test_verify_gap_and_head(p):
    d = p.loaded("gap")
    edit(d, "DELETE FROM events WHERE firm_id = 2 AND seq = 30")
    code, firms = verify(d)
    same((code, firms["2"]["completeness"]["complete"], firms["2"]["completeness"]["first_missing_seq"]),
         (1, False, 30))
    holds(run("verify", d).out, "completeness: NO; event 30 is missing")
    d = p.loaded("head")
    edit(d, "UPDATE tiles SET hash = zeroblob(32) WHERE firm_id = 1 AND n = 1")
    code, firms = verify(d)
    same((code, firms["1"]["integrity"]["head_fits"]), (1, False))
    d = p.loaded("blob")
    blob = max((d / "blobs/1").rglob("*.zst"), key=lambda f: f.stat().st_size)
    blob.write_bytes(blob.read_bytes()[:-3] + b"abc")
    same(verify(d)[0], 0, "blobs are not looked at")
    code, firms = verify(d, "--blobs")
    same((code, firms["1"]["blobs_bad"], firms["1"]["integrity"]["intact"]), (1, 1, True))


def test_verify_truncated(p):
    """What was cut off at the end, together with its checkpoints and with a head that fits, is only seen with a
    note from outside: here an older copy of the whole store."""
    d = p.loaded()
    (p / "k").write_text(good("key", "--data", d))
    shutil.copytree(d, p / "old")
    load("write", d, d, 30, 4)
    good("export", "--all", "--firm", 1, "--data", d, p / "x")
    size = json.loads((p / "x/1/manifest.json").read_text())["log"]["size"]
    code, firms = verify(p / "old", "--key", p / "k", "--checkpoint", p / "x/1/checkpoint.note")
    same((code, firms["1"]["integrity"]["intact"], firms["1"]["completeness"]["complete"]), (1, True, False))
    same((firms["1"]["completeness"]["first_missing_seq"], firms["1"]["completeness"]["claimed"]), (size - 10, size))
    same(verify(p / "old", "--key", p / "k")[0], 0, "without the note nobody can tell")


def test_verify_keys(p):
    d = p.loaded()
    other = p / "other"
    load("write", other, other, 30, 4)
    good("export", "--all", "--data", other, p / "x")
    key = good("key", "--data", other)
    (p / "k").write_text(key)
    code, firms = verify(d, "--key", p / "k")
    same((code, firms["1"]["integrity"]["intact"]), (1, False), "signed by another key")
    holds(run("verify", d, "--key", p / "k").out, "not signed by a key that was given")
    code, said = verify(d, "--key", good("key", "--data", d).splitlines()[0], "--checkpoint", p / "x/1/checkpoint.note")
    same(code, 2, "a note by an unknown key")
    same(run("verify", d, "--checkpoint", p / "x/1/checkpoint.note").code, 2, "a note without a key")
    same(run("verify", d, "--key", key.splitlines()[0][:-3] + "AAA").code, 2, "a damaged key")
    same(run("verify", d, "--key", p / "nothing").code, 2, "no such file")
    (p / "k").write_text(key.replace("\n", "\nnonsense\n", 1))
    bad = run("verify", d, "--key", p / "k")
    same(bad.code, 2)
    holds(bad.err, "k:2: ")


def test_could_not_run(p):
    for args in (["verify", p / "nothing"], ["verify"], ["backup", p / "b", "--data", p / "nothing"],
                 ["upgrade", "--data", p / "nothing"], ["rebuild", "--data", p / "nothing"],
                 ["key", "--data", p / "nothing"], ["restore", p / "nothing", "--data", p / "x"],
                 ["export", "--all", "--data", p / "nothing", p / "x"], ["user", "list", "--data", p / "nothing"],
                 ["import-firm", p / "nothing", "--data", p / "y"]):
        for lang in ("zh", "en"):
            got = run(*args, lang=lang)
            same(got.code, 2, str(args))
            holds(got.err, "redink: ")
            same(bool(re.search("[\u4e00-\u9fff]", got.err)), lang == "zh", f"language of {got.err}")
    same((p / "nothing").exists(), False, "no store is made by mistake")


# ---- backup, restore ----

def test_backup_while_writing(p):
    d = p.loaded()
    writer = subprocess.Popen([LOAD, "write", d, d, "0", "8"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        for _ in range(50):
            writer.stdout.readline()
        os.set_blocking(writer.stdout.fileno(), False)
        good("backup", "--data", d, p / "b")
        acknowledged = writer.stdout.read() or b""
        same(writer.poll(), None, "the writer goes on")
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    same(verify(p / "b", "--blobs")[0], 0)
    events = ask(p / "b", "SELECT count(*) FROM events")[0][0]
    if not 2050 < events <= ask(d, "SELECT count(*) FROM events")[0][0] or not acknowledged:
        raise AssertionError(f"{events} events in the backup")
    out = good("restore", p / "b", "--data", p / "r", "--verify")
    holds(out, f"{events} events, 3 blobs", "firm 1: sound", "3, 0 damaged")
    for table in ("events", "payloads", "erasures", "trees", "tiles", "checkpoints", "search_term", "search_pending",
                  "saved_views"):
        sql = f"SELECT * FROM {table} ORDER BY 1, 2, 3"
        same(ask(p / "r", sql) == ask(p / "b", sql), True, table)
    same((p / "r/sign.key").exists(), False, "the key is not in a backup")
    again = run("restore", p / "b", "--data", p / "r")
    same(again.code, 2, "not into a place that holds data")
    same(run("backup", "--data", d, p / "b").code, 2, "not into a folder that is not empty")
    # The restored server goes on from what the old one signed; both keys are for auditors.
    load("write", p / "r", p / "r", 30, 4)
    good("export", "--all", "--data", p / "r", p / "x")
    (p / "k").write_text(good("key", "--all", "--data", p / "r"))
    same(len((p / "k").read_text().splitlines()), 6)
    code, firms = verify(p / "r", "--key", p / "k", "--checkpoint", p / "x/1/checkpoint.note")
    same((code, firms["1"]["completeness"]["unanchored"]), (0, 0))


def test_restore_of_a_damaged_backup(p):
    d = p.loaded()
    good("backup", "--data", d, p / "b")
    edit(p / "b", "UPDATE payloads SET body = 'x' WHERE firm_id = 1 AND seq = 1")
    bad = run("restore", p / "b", "--data", p / "r")
    same((bad.code, (p / "r").exists()), (2, False))
    holds(bad.err, "redink verify")


# ---- export, import ----

def test_export_import_export(p):
    d = p.loaded()
    holds(run("export", "--data", d, p / "x").err, "--all")
    good("export", "--all", "--data", d, p / "x")
    for f in "123":
        same(subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=p / "x" / f, check=False).returncode, 0)
        same(verify(p / "x" / f, "--blobs")[0], 0)
        out = good("import-firm", p / "x" / f, "--data", p / "d2")
        holds(out, f"firm {f} imported", "the root of the log is that of the export", f"firm {f}: sound")
    good("export", "--all", "--data", p / "d2", p / "x2")
    names = same_tree(p / "x", p / "x2")
    same(sum("blobs/" in n for n in names), 3)
    events = [json.loads(line) for line in (p / "x/1/events.jsonl").read_text(encoding="utf-8").splitlines()]
    same([e["seq"] for e in events if e["salt"] is None], [2, 4, 5, 6])
    same(sum("payload_base64" in e for e in events), 1)
    again = run("import-firm", p / "x/2", "--data", p / "d2")
    same(again.code, 2)
    holds(again.err, "firm 2 is here already")
    # Both servers go on by themselves.
    load("write", p / "d2", p / "d2", 30, 4)
    good("export", "--all", "--data", p / "d2", p / "x3")
    (p / "k").write_text(good("key", "--all", "--data", p / "d2"))
    code, firms = verify(p / "d2", "--key", p / "k", "--checkpoint", p / "x/1/checkpoint.note",
                         "--checkpoint", p / "x3/1/checkpoint.note")
    same((code, firms["1"]["completeness"]["unanchored"]), (0, 0))


def test_export_of_a_firm_made_by_the_program(p):
    d = p.founded()
    firm = firm_of(d)
    good("export", "--all", "--data", d, p / "x")
    text = "".join(f.read_text() for f in (p / "x" / firm).rglob("*.json*"))
    for secret in ("argon2", "digest", "credential"):
        same(secret in text, False, secret)
    good("import-firm", p / "x" / firm, "--data", p / "d2", lang="zh")
    good("export", "--all", "--data", p / "d2", p / "x2")
    same_tree(p / "x", p / "x2")
    good("rebuild", "--data", d)  # words that wait go into the index, as an import leaves them
    for table in ("search_term", "search_pending", "record_refs", "kind_user", "firm_labels"):
        same(*(sorted(map(repr, ask(x, f"SELECT * FROM {table}"))) for x in (p / "d2", d)), table)
    holds(good("rebuild", "--check", "--data", p / "d2"), "all equal")
    holds(good("user", "invite", "li", "--data", p / "d2"), "/#/invitation/")
    good("user", "--new-firm", "Zweite", "--login", "x", "--label", "zwei", "--data", p / "d3")
    good("import-firm", p / "x" / firm, "--data", p / "d3")
    same(len(good("key", "--data", p / "d3").splitlines()), 2, "beside another firm")
    good("user", "--new-firm", "Dritte", "--login", "x", "--label", "cx", "--data", p / "d4")
    taken = run("import-firm", p / "x" / firm, "--data", p / "d4")
    same(taken.code, 2)
    holds(taken.err, "label cx")
    same(len(good("key", "--data", p / "d4").splitlines()), 1, "nothing was imported")


def test_damaged_bundle(p):
    d = p.loaded()
    good("export", "--all", "--firm", 1, "--data", d, p / "x")
    blob = next(f for f in (p / "x/1/blobs").rglob("*") if f.is_file() and f.stat().st_size > 1000)
    damages = {
        "event": ("events.jsonl", lambda b: b.replace(b'"seq": 3, ', b'"seq": 3, "x": 1, "at_us": 5, ', 1)),
        "line": ("events.jsonl", lambda b: b.replace(b'{"seq": 7,', b'["seq": 7,', 1)),
        "cut": ("events.jsonl", lambda b: b"".join(b.splitlines(True)[:-1])),
        "row": ("tables/saved_views.jsonl", lambda b: b.replace(b"open", b"done", 1)),
        "sums": ("SHA256SUMS", lambda b: b"".join(b.splitlines(True)[1:])),
        "blob": (str(blob.relative_to(p / "x/1")), lambda b: b[:-1] + b"?"),
    }
    for what, (name, change) in damages.items():
        x = p / what
        shutil.copytree(p / "x/1", x)
        was = (x / name).read_bytes()
        (x / name).write_bytes(change(was))
        same((x / name).read_bytes() != was, True, what)
        code, firms = verify(x, "--blobs")
        same(code, 1, what)
        if what == "line":
            same(firms["1"]["integrity"]["first_bad_seq"], 7)
        bad = run("import-firm", x, "--data", p / "d2")
        same(bad.code, 2, what)
        same(good("key", "--data", p / "d2"), "", f"{what}: nothing was imported")
    (p / "event/manifest.json").write_text("{}")
    same(run("verify", p / "event").code, 2, "no manifest of ours")


# ---- upgrade ----

def old_store(folder, steps):
    """A database of an earlier release: its first migrations alone."""
    folder.mkdir()
    db = sqlite3.connect(folder / "redink.db")
    db.executescript("CREATE TABLE schema_version (number BIGINT NOT NULL, name TEXT NOT NULL, checksum TEXT "
                     "NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (number));")
    migrations = load_all((ROOT / "src/store/migrations").glob("*.sql"))
    for number, name, checksum, lite, _ in migrations[:steps]:
        db.executescript(lite)
        db.execute("INSERT INTO schema_version VALUES (?, ?, ?, 1)", (number, name, checksum))
    db.commit()
    db.close()
    return [f"{m[0]:04} {m[1]}" for m in migrations[steps:]]


def test_upgrade(p):
    d = p / "old"
    left = old_store(d, 1)
    before = digest(d / "redink.db")
    dry = run("upgrade", "--data", d, "--dry-run")
    same(dry.code, 1)
    holds(dry.out, f"step 1 of {len(left) + 1}; these would run:", *left)
    holds(run("upgrade", "--data", d, "-n", lang="zh").out, "将执行", *left)
    same(digest(d / "redink.db"), before, "a dry run changes nothing")
    holds(run("key", "--data", d).err, "redink upgrade")
    holds(good("upgrade", "--data", d), f"upgraded from step 1 to {len(left) + 1}", *left)
    same(len(ask(d, "SELECT * FROM schema_version")), len(left) + 1)
    holds(good("upgrade", "--data", d, "--dry-run"), "up to date")
    good("user", "--new-firm", "Firma", "--login", "x", "--data", d)
    edit(d, "INSERT INTO schema_version VALUES (9999, 'future', 'x', 1)")
    newer = run("upgrade", "--data", d)
    same(newer.code, 2)
    holds(newer.err, "another release")


# ---- rebuild ----

def test_rebuild(p):
    d = p.founded()
    rows = ask(d, "SELECT * FROM kind_user ORDER BY id")
    holds(good("rebuild", "--data", d, "--check"), "all equal")
    holds(good("rebuild", "--data", d, lang="zh"), "全部一致")
    same(ask(d, "SELECT * FROM kind_user ORDER BY id"), rows)
    edit(d, "UPDATE kind_user SET name = 'somebody' WHERE login = 'li'",
         "DELETE FROM search_term WHERE kind = 'firm'")
    checked = run("rebuild", "--data", d, "--check")
    same(checked.code, 1)
    holds(checked.out, "2 differed", "kind_user: 3 rows, by the log 3", "search_term:")
    same(ask(d, "SELECT name FROM kind_user WHERE login = 'li'"), [("somebody",)], "--check changes nothing")
    same(run("rebuild", "--data", d, "--firm", firm_of(d)).code, 1)
    same(ask(d, "SELECT * FROM kind_user ORDER BY id"), rows, "as the log says")
    holds(good("rebuild", "--data", d, "--check"), "all equal")
    same(run("rebuild", "--data", d, "--firm", "77").code, 2)


# ---- user, key, routes ----

def test_user(p):
    d = p.founded()
    out = good("user", "list", "--data", d)
    holds(out, "chen", "active", "李梅", "reviewer", "suspended")
    good("user", "enable", "wang", "--data", d)
    holds(good("user", "list", "--data", d, lang="zh"), "wang                     active")
    link = re.search(r"https://desk\.example\.cn/#/invitation/([\w-]{22})\n",
                     good("user", "invite", "li", "--data", d, "--origin", "https://desk.example.cn"))
    digest_ = hashlib.sha256(link[1].encode()).digest()
    same(ask(d, "SELECT count(*) FROM one_time_links WHERE digest = x'%s' AND purpose = 'password'" % digest_.hex()),
         [(1,)])
    for args, part in ((["invite", "nobody"], "nobody with the login name nobody"), (["disable", "chen"], "last administrator"),
                       (["add", "li"], "login"), (["add", "Bad Login"], "login"), (["dance"], "say list"),
                       (["add", "zhao", "--roles", "king"], "roles")):
        bad = run("user", *args, "--data", d)
        same(bad.code, 2, str(args))
        holds(bad.err, part)
    same(run("user", "--new-firm", "Again", "--login", "y", "--label", "cx", "--data", d).code, 2)
    good("user", "--new-firm", "Second", "--login", "y", "--label", "two", "--data", d)
    holds(run("user", "list", "--data", d).err, "there are 2 firms")
    holds(good("user", "list", "--data", d, "--firm", firm_of(d)), "chen")
    same(verify(d)[0], 0)


def test_key(p):
    d = p.loaded()
    lines = good("key", "--data", d).splitlines()  # by the name that was used for signing
    same([line.split("+")[0] for line in lines], ["localhost/1", "localhost/2", "localhost/3"])
    same(good("key", "--data", d, "--firm", 2, "--origin", "desk.example.cn").split("+")[0], "desk.example.cn/2")
    os.chmod(d / "sign.key", 0o644)
    same(run("key", "--data", d).code, 2, "a key that others can read")


def test_routes(p):
    routes = json.loads(good("routes", "--json"))["routes"]
    same([r for r in routes if r["perm"] in ("unset", None)], [], "routes without permission")
    same(len({(r["method"], r["path"]) for r in routes}), len(routes))
    public = {r["path"] for r in routes if r["perm"] == "public"}
    holds(" ".join(public), "/healthz")
    text = good("routes", lang="zh")
    for r in routes:
        holds(text, r["path"], r["summary"]["zh"])


def work_once(*at):
    """A worker until its first signed head is there; it ends by SIGTERM, cleanly."""
    worker = subprocess.Popen([REDINK, "worker", *map(str, at), "--origin", "https://desk.example.cn", "--lang", "en"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        same(worker.stdout.readline(), b"working\n")
        folder = pathlib.Path(at[-1])
        end = time.monotonic() + 30
        while time.monotonic() < end and not list(folder.glob("signed/*")):
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=60)
    same(worker.returncode, 0, said.decode())
    holds(good("key", *at), "desk.example.cn/")


def test_worker(p):
    d = p.founded()
    work_once("--data", d)
    firm = firm_of(d)
    # What was signed at the stop stands in the log over all firms, whose key comes last.
    keys = good("key", "--data", d).splitlines()
    same([k.split("+")[0].split("/")[-1] for k in keys], [firm, HEADS])
    (p / "k").write_text("\n".join(keys))
    holds(good("verify", d, "--key", p / "k"), "events are signed", "log over all firms: sound",
          "checkpoints of 1 firms")
    good("export", "--all", "--data", d, p / "x")
    same([f.name for f in (p / "x").iterdir()], [firm])
    same(verify(p / "x" / firm, "--key", p / "k")[1][firm]["all_firms"]["state"], "fit")
    with open(p / "x" / firm / "head.json", "r+b") as f:
        f.write(b"[")
    same(verify(p / "x" / firm)[1][firm]["all_firms"]["state"], "unreadable")
    # The server moves to another address: signed as before, under another name; auditors hold both.
    (p / "k").write_text(good("key", "--data", d))
    good("user", "add", "zhao", "--data", d)
    signed, size = d / "signed" / firm, lambda: int(signed.read_text().splitlines()[1])
    was, end = size(), time.monotonic() + 60
    serve = subprocess.Popen([REDINK, "serve", "--data", d, "--port", "0", "--origin", "https://new.example.cn",
                              "--behind-proxy"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        edit(d, "UPDATE checkpoints SET at_us = 1")  # due: it was long ago
        while time.monotonic() < end and size() == was:
            time.sleep(0.2)
    finally:
        serve.send_signal(signal.SIGTERM)
        serve.wait(60)
    same((serve.returncode, size() > was), (0, True))
    same(signed.read_text().startswith("new.example.cn/"), True)
    with open(p / "k", "a", encoding="utf-8") as f:
        f.write(good("key", "--data", d))
    same(verify(d, "--key", p / "k")[0], 0)
    same(verify(d, "--key", good("key", "--data", d).splitlines()[0])[0], 1, "the new name alone")
    # The operator takes the firm away.
    gone = p / "gone"
    shutil.copytree(d, gone)
    edit(gone, *(f"DELETE FROM {t} WHERE firm_id = {firm}" for t in ("trees", "events", "checkpoints")))
    code, firms = verify(gone)
    same((code, list(firms), firms[HEADS]["all_firms"]["state"]), (1, [HEADS], "gone"))
    holds(run("verify", gone, lang="zh").out, "总日志：有问题", firm)
    same(run("worker", "--data", p / "nothing").code, 2)


# ---- PostgreSQL ----

def pg_empty():
    if not PG:
        raise Skip("no PostgreSQL: run under tests/pg.py")
    subprocess.run(["psql", "-X", "-q", PG.split("?")[0], "-c",
                    "DROP SCHEMA public CASCADE; CREATE SCHEMA public"], check=True, capture_output=True)
    return PG


def test_pg_export_equals_sqlite(p):
    """The same firm gives the same bytes on both back ends, whichever way it went."""
    url, d = pg_empty(), p.loaded()
    good("backup", "--data", d, p / "b")
    holds(run("restore", p / "b", "--data", url).err, "--folder")
    good("restore", p / "b", "--data", url, "--folder", p / "files", "--verify")
    good("export", "--all", "--data", p / "b", p / "x")
    good("export", "--all", "--data", url, "--folder", p / "files", p / "x-pg")
    same_tree(p / "x", p / "x-pg")
    good("backup", "--data", url, "--folder", p / "files", p / "b2")
    good("export", "--all", "--data", p / "b2", p / "x2")
    same_tree(p / "x", p / "x2")
    same(verify(url, "--folder", p / "files", "--blobs")[0], 0)


def test_pg_import(p):
    url, d = pg_empty(), p.founded()
    firm = firm_of(d)
    good("export", "--all", "--data", d, p / "x")
    good("import-firm", p / "x" / firm, "--data", url, "--folder", p / "files")
    good("export", "--all", "--data", url, "--folder", p / "files", p / "x2")
    same_tree(p / "x", p / "x2")
    same(run("import-firm", p / "x" / firm, "--data", url, "--folder", p / "files").code, 2)


def test_pg_user_rebuild_upgrade(p):
    url = pg_empty()
    at = ("--data", url, "--folder", p / "files")
    good("user", "--new-firm", "澄溪财务", "--login", "chen", *at)
    good("user", "add", "li", *at)
    holds(good("user", "list", *at), "chen", "invited")
    holds(good("rebuild", "--check", *at), "all equal")
    holds(good("rebuild", *at), "all equal")
    holds(good("upgrade", "--dry-run", *at), "up to date")
    good("key", *at)
    work_once(*at)
    same(verify(url)[0], 0)
    subprocess.run(["psql", "-X", "-q", PG.split("?")[0], "-c", "SET redink.firm = 0", "-c",
                    "ALTER TABLE payloads DISABLE TRIGGER USER", "-c",
                    "UPDATE payloads SET body = 'x' WHERE seq = 1"], check=True, capture_output=True)
    code, firms = verify(url)
    same((code, [f["integrity"]["first_bad_seq"] for i, f in firms.items() if i != HEADS]), (1, [1]))


def main():
    want = sys.argv[3:]
    tests = [(n[5:], f) for n, f in globals().items() if n.startswith("test_")]
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="redink-store-cli-") as top:
        for name, test in tests:
            if want and not any(w in name for w in want):
                continue
            start = time.monotonic()
            try:
                test(Place(top))
                passed += 1
            except Skip as why:
                skipped += 1
                print(f"{name}: skipped: {why}")
            except Exception as e:  # noqa: BLE001 - one test must not hide the others
                failed += 1
                print(f"{name}: {type(e).__name__}: {e}")
            if want:
                print(f"{name} ({time.monotonic() - start:.1f} s)")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
