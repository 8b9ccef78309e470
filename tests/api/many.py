#!/usr/bin/env python3
"""Bulk, export, import and attachments over HTTP, against a server that is started here.

usage: many.py PROGRAM        prints "N passed, M failed"; exit 1 on any failure
"""
import csv, hashlib, http.client, io, json, os, pathlib, re, shutil, signal, socket, sqlite3, subprocess, sys, tempfile
import threading, time, urllib.parse, zipfile

PASSWORD = "nine lanterns over the quay"
PASSED, FAILED = [], []


def check(what, good, more=""):
    (PASSED if good else FAILED).append(what)
    if not good:
        print(f"FAILED {what}: {more}", flush=True)


def same(what, got, want):
    check(what, got == want, f"got {str(got)[:300]!r}, want {str(want)[:300]!r}")


class Server:
    def __init__(self, program):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="redink-many-"))
        self.log = open(self.folder / "log", "w+b")
        self.process = subprocess.Popen([program, "serve", "--data", str(self.folder / "data"), "--port", "0"],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.link = None
        while True:
            line = self.process.stdout.readline()
            if not line:
                self.log.seek(0)
                sys.exit("the server does not start: " + self.log.read().decode()[-2000:])
            if m := re.search(r"/#/setup/(\S+)", line):
                self.link = m[1]
            if m := re.search(r"port (\d+)|端口 (\d+)", line):
                self.port = int(m[1] or m[2])
                return

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.log.seek(0)
        text = self.log.read().decode("utf-8", "replace")
        self.log.seek(0)
        text = self.log.read().decode("utf-8", "replace")
        check("the server ends with 0", code == 0, f"{code}: {text[-1500:]}")
        check("no sanitizer spoke", not re.search(r"Sanitizer|runtime error|Assertion", text), text[-3000:])
        shutil.rmtree(self.folder)


class Person:
    def __init__(self, port):
        self.port, self.cookie = port, None

    def ask(self, method, path, body=None, headers=None, kind="application/json"):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        h = {"Host": f"localhost:{self.port}", "Origin": f"http://localhost:{self.port}", "X-Redink": "1"}
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        if body is not None or method != "GET":
            h["Content-Type"] = kind
        if self.cookie:
            h["Cookie"] = self.cookie
        c.request(method, urllib.parse.quote(path, safe="/?&=%:*,"), body if body is not None else b"" if method != "GET" else None, h | (headers or {}))
        r = c.getresponse()
        data = r.read()
        self.headers = {k.lower(): v for k, v in r.getheaders()}
        if "set-cookie" in self.headers:
            self.cookie = self.headers["set-cookie"].split(";")[0]
        c.close()
        if self.headers.get("content-type", "").startswith("application/json"):
            return r.status, json.loads(data)
        return r.status, data

    def sign_in(self, login):
        self.cookie = None
        status, got = self.ask("POST", "/api/v1/session", {"login": login, "password": PASSWORD})
        assert status == 200, got

    def make(self, kind, **body):
        status, got = self.ask("POST", f"/api/v1/{kind}", body)
        assert status == 201, got
        return got


# ---- bulk ----

def bulk(root):
    tasks = [root.make("task", name=f"bulk {i}") for i in range(6)]
    items = [{"id": t["id"], "version": t["version"]} for t in tasks]
    body = {"action": "change", "body": {"priority": "high"}, "items": items[:3] + [
        {"id": items[3]["id"], "version": 9}, {"id": "77", "version": 1}]}
    status, got = root.ask("POST", "/api/v1/task/bulk", body, {"Idempotency-Key": "bulk-1"})
    same("bulk: status", status, 200)
    same("bulk: which are done", [i["ok"] for i in got["items"]], [True] * 3 + [False] * 2)
    same("bulk: counted", (got["done"], got["failed"]), (3, 2))
    same("bulk: conflict", (got["items"][3]["code"], got["items"][3]["version"]), ("CONFLICT", 1))
    same("bulk: not found", got["items"][4]["code"], "NOT_FOUND")
    same("bulk: new version", got["items"][0]["version"], 2)
    status, again = root.ask("POST", "/api/v1/task/bulk", body, {"Idempotency-Key": "bulk-1"})
    same("bulk: the same key happens once", again["items"][:3], got["items"][:3])
    same("bulk: version after the second", root.ask("GET", f"/api/v1/task/{items[0]['id']}")[1]["version"], 2)
    status, got = root.ask("POST", "/api/v1/task/bulk", body | {"items": items[:2]}, {"Idempotency-Key": "bulk-1"})
    same("bulk: another request under the key", [i["code"] for i in got["items"]], ["CONFLICT"] * 2)
    status, got = root.ask("POST", "/api/v1/task/bulk", {"action": "change", "body": {"priority": "x"}, "items": items[3:5]})
    same("bulk: problems of an item", got["items"][0]["problems"][0]["field"], "priority")
    status, got = root.ask("POST", "/api/v1/task/bulk", {"action": "do", "transition": "start", "items": items[3:5] + [
        {"id": items[0]["id"], "version": 2}]})
    same("bulk: transition", [i["ok"] for i in got["items"]], [True] * 3)
    status, got = root.ask("POST", "/api/v1/task/bulk", {"action": "archive", "items": items[5:]})
    same("bulk: archive", got["done"], 1)
    status, got = root.ask("POST", "/api/v1/task/bulk", {"action": "restore", "items": [
        {"id": items[5]["id"], "version": got["items"][0]["version"]}]})
    same("bulk: restore", got["done"], 1)
    for wrong in ({"action": "drop", "items": items}, {"action": "change", "items": items}, {"action": "do", "items": items},
                  {"action": "archive", "items": []}, {"action": "archive", "items": [{"id": 5}]},
                  {"action": "archive", "items": items[:1] * 501}, {"action": "archive", "body": {}, "items": items}):
        same("bulk: a wrong body is refused", root.ask("POST", "/api/v1/task/bulk", wrong)[0], 422)
    status, got = root.ask("POST", "/api/v1/task/bulk", {"action": "archive", "items": items[1:2] * 500})
    same("bulk: 500, of which only the first finds its version", (got["done"], got["failed"]), (0, 500))


# ---- export ----

FORMULAS = ["=1+1", "+8613800138000", "-2+3", "@SUM(1)", "＝1", "－1", "'=x", "''@y", "'plain", "a,b \"c\"", "ordinary"]


def export(root):
    for i, text in enumerate(FORMULAS):
        root.make("engagement", name=text, client=root.client, start="2026-01-01", scope=["tax", "bookkeeping"],
                  fee={"minor": i * 100 + 5, "currency": "CNY"})
    status, data = root.ask("GET", "/api/v1/engagement/export?columns=name,fee,client,state&lang=en")
    same("export: status", status, 200)
    same("export: type", root.headers["content-type"], "text/csv; charset=utf-8")
    check("export: an attachment", root.headers["content-disposition"].startswith("attachment; filename="), root.headers)
    same("export: nosniff", root.headers["x-content-type-options"], "nosniff")
    check("export: BOM", data.startswith(b"\xef\xbb\xbf"))
    check("export: CR LF", b"\n" not in data.replace(b"\r\n", b""))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    same("export: head", rows[0][:5], ["Name" if "Name" in rows[0][0] else rows[0][0], "Fee", "Fee (currency)", "Client", "Client (id)"])
    same("export: rows", len(rows) - 1, len(FORMULAS))
    cells = {r[0] for r in rows[1:]}
    for text in FORMULAS:
        marked = text.lstrip("'")[:1] in "=+-@＝－"
        check(f"export: formula {text}", ("'" + text if marked else text) in cells, cells)
    same("export: money and title", {r[1] for r in rows[1:]} >= {"0.05", "1.05"} and rows[1][3], "Ocean Ltd")
    status, data = root.ask("GET", "/api/v1/engagement/export?format=xlsx&columns=*")
    same("export: XLSX status", status, 200)
    book = zipfile.ZipFile(io.BytesIO(data))
    same("export: XLSX is whole", book.testzip(), None)
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    check("export: XLSX has no formulas", "<f>" not in sheet and "=1+1" in sheet, sheet[:500])
    check("export: XLSX money is a number", re.search(r'<c r="\w+" s="\d+"><v>1.05</v>', sheet), sheet[-900:])
    name = urllib.parse.unquote(root.headers["content-disposition"])
    check("export: Chinese name", re.search(r"filename\*=UTF-8''\S*[\u4e00-\u9fff]+-\d{4}-\d\d-\d\d\.xlsx", name), name)
    for query in ("format=pdf", "columns=nothing", "lang=fr", "filter=nofield:1", "what=1"):
        check(f"export: {query} is refused", root.ask("GET", "/api/v1/engagement/export?" + query)[0] in (400, 422))
    status, data = root.ask("GET", "/api/v1/client/export?columns=name,bank_accounts&lang=en")
    check("export: secrets are masked", b"***" in data and b"622202" not in data, data)
    people = root.ask("GET", "/api/v1/client/export?filter=name:Nobody&lang=en")[1]
    same("export: nothing found is a head alone", people.count(b"\r\n"), 1)


def pages(root):
    head = "name,priority\r\n"
    rows = "".join(f"page {i},normal\r\n" for i in range(1203))
    status, got = root.ask("POST", "/api/v1/task/import", (head + rows).encode(), kind="text/csv")
    same("import: many", (status, got["created"]), (200, 1203))
    status, data = root.ask("GET", "/api/v1/task/export?filter=page&columns=name&sort=created_at")
    names = data.decode("utf-8-sig").split("\r\n")[1:-1]
    same("export: several pages, each row once", (len(names), len(set(names))), (1203, 1203))


# ---- import ----

def import_(root):
    status, data = root.ask("GET", "/api/v1/engagement/export?columns=*&lang=zh&sort=created_at")
    status, got = root.ask("POST", "/api/v1/engagement/import?dry_run=1", data, kind="text/csv")
    same("import: dry run of our own export", (status, got.get("good"), got.get("created")), (200, len(FORMULAS), 0))
    status, got = root.ask("POST", "/api/v1/engagement/import", data, {"Idempotency-Key": "imp-1"}, kind="text/csv")
    same("import: our own export", (status, got["created"], got["bad"]), (200, len(FORMULAS), 0))
    ids = [r["id"] for r in got["records"]]
    same("import: names are as they were", [root.ask("GET", f"/api/v1/engagement/{i}")[1]["name"] for i in ids], FORMULAS)
    same("import: money", root.ask("GET", f"/api/v1/engagement/{ids[1]}")[1]["fee"], {"minor": 105, "currency": "CNY"})
    check("import: what cannot be set is named", "状态" in got["ignored_columns"], got["ignored_columns"])
    status, again = root.ask("POST", "/api/v1/engagement/import", data, {"Idempotency-Key": "imp-1"}, kind="text/csv")
    same("import: the same key happens once", [r["id"] for r in again["records"]], ids)
    text = "Task,Priority,due,estimate_minutes\n good one,紧急,2026-12-01 09:30,15\n,high,,\nthird,nonsense,soon,x\n\"two\nlines\",low,,\nlast,low,,7"
    status, got = root.ask("POST", "/api/v1/task/import", text.encode(), kind="text/csv")
    same("import: good ones are kept", (status, got["created"], got["bad"]), (200, 2, 3))
    same("import: lines", [(r["line"], r["ok"]) for r in got["records"]], [(2, True), (3, False), (4, False), (5, False), (7, True)])
    same("import: fields", sorted(p["field"] for p in got["records"][2]["problems"]), ["due", "estimate_minutes"])
    same("import: a lacking one", got["records"][1]["problems"][0]["field"], "name")
    task = root.ask("GET", f"/api/v1/task/{got['records'][0]['id']}")[1]
    same("import: values", (task["name"], task["priority"], task["due"], task["estimate_minutes"]),
         ("good one", "urgent", "2026-12-01T01:30:00Z", 15))
    before = root.ask("GET", "/api/v1/task?count=1")[1]["count"]
    status, got = root.ask("POST", "/api/v1/task/import?atomic=1", text.encode(), kind="text/csv")
    same("import: atomic keeps nothing", (status, got["created"], root.ask("GET", "/api/v1/task?count=1")[1]["count"]), (422, 0, before))
    twice = "name\none and the same\none and the same\nanother\n".encode()
    status, got = root.ask("POST", "/api/v1/department/import?dry_run=1", twice, kind="text/csv")
    same("import: a dry run finds rows that rule each other out", [r["ok"] for r in got["records"]], [True, False, True])
    status, got = root.ask("POST", "/api/v1/department/import?atomic=1", twice, kind="text/csv")
    same("import: so does atomic", (status, [r["ok"] for r in got["records"]]), (422, [True, False, True]))
    good = "name\nnew one\nnew two\n".encode()
    status, got = root.ask("POST", "/api/v1/department/import?atomic=1", good, {"Idempotency-Key": "imp-2"}, kind="text/csv")
    same("import: atomic", (status, got["created"]), (200, 2))
    status, again = root.ask("POST", "/api/v1/department/import?atomic=1", good, {"Idempotency-Key": "imp-2"}, kind="text/csv")
    same("import: atomic once", again, got)
    for body in (b"", b"\xff\xfe", b"nothing known\n1\n", b'name\n"open\n', b"name,name\na,b\n", b"name\n" + b"x\n" * 5001):
        check("import: a bad file is refused", root.ask("POST", "/api/v1/task/import", body, kind="text/csv")[0] in (413, 422), body[:20])
    same("import: JSON is refused", root.ask("POST", "/api/v1/task/import", {"name": "x"})[0], 415)
    masked = "name,bank_accounts\nSome firm,***\n".encode()
    status, got = root.ask("POST", "/api/v1/client/import?dry_run=1", masked, kind="text/csv")
    same("import: a mask is no value", got["records"][0]["problems"][0]["field"], "bank_accounts")


# ---- attachments ----

def attach(root, task, name, data):
    return root.ask("POST", f"/api/v1/task/{task}/attachments?name={name}", data, kind="application/octet-stream")


def attachments(root, server):
    task = root.make("task", name="with files")["id"]
    for name, data, want in (("发票 二月.pdf", b"%PDF-1.7 x", "application/pdf"), ("a.html", b"<html><script>", "text/plain"),
                             ("b.pdf", b"MZ\x90\0", "application/octet-stream"), ("c.xlsx", b"PK\3\4...", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                             ("d.svg", b"<svg xmlns='x'/>", "text/plain"), ("e.exe", b"PK\3\4", "application/octet-stream")):
        status, got = attach(root, task, name, data)
        same(f"attach: {name}", (status, got.get("media_type"), got.get("sha256")), (201, want, hashlib.sha256(data).hexdigest()))
    big = os.urandom(1 << 20) * 24
    status, got = attach(root, task, "big.bin", big)
    same("attach: 24 MiB", (status, got["size"]), (201, len(big)))
    status, data = root.ask("GET", f"/api/v1/attachments/{got['id']}")
    check("attach: comes back as it was", status == 200 and data == big)
    check("attach: always an attachment", root.headers["content-disposition"].startswith("attachment"))
    same("attach: nosniff", root.headers["x-content-type-options"], "nosniff")
    listed = root.ask("GET", f"/api/v1/task/{task}/attachments")[1]["attachments"]
    same("attach: list", len(listed), 7)
    root.ask("GET", f"/api/v1/attachments/{listed[0]['id']}")
    check("attach: Chinese name", "%E5%8F%91%E7%A5%A8" in root.headers["content-disposition"], root.headers)
    same("attach: removed", root.ask("DELETE", f"/api/v1/attachments/{listed[0]['id']}")[0], 204)
    same("attach: gone", root.ask("GET", f"/api/v1/attachments/{listed[0]['id']}")[0], 404)
    for name in ("", "..", "a/b", "a\\b", "x" * 256):
        same(f"attach: name {name[:5]!r} is refused", attach(root, task, name, b"x")[0], 422)
    same("attach: empty is refused", attach(root, task, "x", b"")[0], 422)
    same("attach: no such record", attach(root, "99", "x", b"x")[0], 404)
    same("attach: JSON is refused", root.ask("POST", f"/api/v1/task/{task}/attachments?name=x", {"a": 1})[0], 415)
    key = {"Idempotency-Key": "att-1"}
    path, kind = f"/api/v1/task/{task}/attachments?name=once.txt", "application/octet-stream"
    one, two = (root.ask("POST", path, b"once", key, kind)[1]["id"] for _ in range(2))
    same("attach: the same key happens once", one, two)
    same("attach: another content under the key", root.ask("POST", path, b"other", key, kind)[0], 409)
    # whoever breaks off leaves nothing behind
    s = socket.create_connection(("127.0.0.1", server.port))
    s.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost:{server.port}\r\nOrigin: http://localhost:{server.port}\r\nX-Redink: 1\r\n"
              f"Cookie: {root.cookie}\r\nContent-Type: {kind}\r\nContent-Length: 900000\r\n\r\n".encode() + b"x" * 300000)
    fresh = server.folder / "data/blobs/new"
    for _ in range(100):
        if any(fresh.iterdir()):
            break
        time.sleep(0.05)
    check("attach: it was being written", any(fresh.iterdir()))
    s.close()
    for _ in range(600):
        if not any(fresh.iterdir()):
            break
        time.sleep(0.05)
    # at the latest when the connection runs out of time
    check("attach: nothing is left of what broke off", not any(fresh.iterdir()), list(fresh.iterdir()))
    s = socket.create_connection(("127.0.0.1", server.port))
    s.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost:{server.port}\r\nOrigin: http://localhost:{server.port}\r\nX-Redink: 1\r\n"
              f"Cookie: {root.cookie}\r\nContent-Type: {kind}\r\nContent-Length: {(1 << 30) + 1}\r\n\r\n".encode())
    check("attach: 1 GiB and a byte is refused", b" 413 " in s.recv(300))
    s.close()
    db = sqlite3.connect(server.folder / "data/redink.db", timeout=20)
    with db:
        db.execute("UPDATE kind_task SET restricted = 1 WHERE id = ?", (int(task),))
    db.close()
    root.ask("GET", f"/api/v1/attachments/{one}")
    types = [e["type"] for e in root.ask("GET", f"/api/v1/task/{task}/timeline")[1]["events"]]
    same("attach: reading a restricted one is an event", types.count("task.attachment_read"), 1)
    same("attach: others know nothing of it", root.anna.ask("GET", f"/api/v1/attachments/{one}")[0], 404)


# ---- rights ----

def rights(root):
    user = root.make("user", login="anna", name="Anna", mail="anna@example.com", roles=["accountant"])
    link = root.ask("POST", f"/api/v1/user/{user['id']}/invitation")[1]["link"]
    anna = root.anna = Person(root.port)
    status, got = anna.ask("POST", "/api/v1/invitation", {"link": link, "password": PASSWORD})
    assert status in (200, 204), got
    anna.sign_in("anna")
    hers, other = anna.make("task", name="hers"), root.make("task", name="of root")
    items = [{"id": t["id"], "version": t["version"]} for t in (hers, other)]
    got = anna.ask("POST", "/api/v1/task/bulk", {"action": "change", "body": {"priority": "low"}, "items": items})[1]
    same("rights: each item by its own", [i.get("code", "done") for i in got["items"]], ["done", "NOT_FOUND"])
    same("rights: of archiving", anna.ask("POST", "/api/v1/task/bulk", {"action": "archive", "items": [
        {"id": hers["id"], "version": 2}]})[1]["items"][0]["code"], "FORBIDDEN")
    data = anna.ask("GET", "/api/v1/task/export?columns=name")[1].decode("utf-8-sig")
    same("rights: an export has what may be read", data.split("\r\n")[1:], ["hers", ""])
    same("rights: no right to export", anna.ask("GET", "/api/v1/client/export")[0], 403)
    same("rights: files of others", attach(anna, other["id"], "x.txt", b"x")[0], 404)
    same("rights: nobody", Person(root.port).ask("GET", "/api/v1/task/export")[0], 401)


def main():
    server = Server(sys.argv[1])
    try:
        root = Person(server.port)
        status, got = root.ask("POST", "/api/v1/setup", {"link": server.link, "label": "firm", "name": "Firm", "login": "root",
                                                         "display_name": "Root", "mail": "r@example.com", "password": PASSWORD})
        assert status == 201, got
        root.sign_in("root")
        root.client = root.make("client", name="Ocean Ltd", bank_accounts=["6222020200011111111"])["id"]
        rights(root)
        bulk(root)
        export(root)
        import_(root)
        pages(root)
        attachments(root, server)
        db = sqlite3.connect(server.folder / "data/redink.db", timeout=20)
        types = {t for t, in db.execute("SELECT DISTINCT type FROM events")}
        db.close()
        check("exports and imports are events", {"engagement.exported", "engagement.imported"} <= types, types)
    finally:
        server.end()
    print(f"{len(PASSED)} passed, {len(FAILED)} failed")
    sys.exit(bool(FAILED))


main()
