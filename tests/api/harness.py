"""What the tests of the API share: a server that is started, set up and ended, and people who call it.

Server starts `redink serve` on a folder of its own (SQLite), or on the PostgreSQL database that
REDINK_TEST_PG names (tests/pg.py), which is emptied first. Ended, it must have left with 0 and said
nothing of a sanitizer. Person is one caller: a cookie or a token, one connection, and the headers that
the page sends. set_up makes what the scripts and the table of rights speak of: a firm with a person of
every role, two clients with a contact each, and a second firm that must see nothing of the first.
"""
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PASSWORD = "nine lanterns over the quay"
ROLES = {"root": "administrator", "sue": "supervisor", "anna": "accountant", "bob": "accountant",
         "rita": "reviewer", "dora": "department", "cora": "compliance", "audrey": "auditor"}
START_S, STOP_S, ANSWER_S = 60, 40, 60
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|runtime error:|SUMMARY: |Assertion|msg=\"?assert")


class Broken(Exception):
    """The tests cannot go on: the server does not start, or what set_up needs was refused."""


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.json = None
        if headers.get("content-type", "").startswith("application/json"):
            try:
                self.json = json.loads(body)
            except ValueError:
                pass

    def __str__(self):
        return f"{self.status} {self.body[:600].decode('utf-8', 'replace').strip()}"


class Server:
    """with Server(build) as s: s.port. `data` is kept and may be used again; else a folder that goes."""

    def __init__(self, build, data=None, folder=None, pg=None, options=()):
        self.program, self.made = ROOT / build / "redink", None
        self.helper = ROOT / build / "tests/api/operator"
        if data is None:
            self.made = pathlib.Path(tempfile.mkdtemp(prefix="redink-api-"))
            folder = self.made / "data"
            folder.mkdir()
            data = pg or str(folder)
        self.data, self.folder, self.pg = data, folder, pg
        self.options, self.process, self.port, self.link = options, None, 0, ""
        self.log = tempfile.TemporaryFile()
        if pg:
            self.empty()

    def empty(self):
        """Takes everything out of the database."""
        done = subprocess.run(["psql", "-X", "-q", self.pg.split("?")[0], "-c",
                               "DROP SCHEMA IF EXISTS redink CASCADE; DROP SCHEMA public CASCADE; "
                               "CREATE SCHEMA public"],
                              capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise Broken(f"psql: {done.stderr}")

    def command(self):
        more = ["--folder", str(self.folder)] if self.pg else []
        return [str(self.program), "serve", "--data", str(self.data), *more, "--port", "0", *self.options]

    def start(self):
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:exitcode=99", UBSAN_OPTIONS="halt_on_error=1")
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True, env=env)
        guard = threading.Timer(START_S, self.process.kill)
        guard.start()
        try:
            for line in self.process.stdout:
                if m := re.search(r"setup/(\S+)", line):
                    self.link = m[1]
                if m := re.search(r"(?:端口|port) (\d+)", line):
                    self.port = int(m[1])
                    return self
        finally:
            guard.cancel()
        self.process.wait(STOP_S)
        raise Broken(f"redink serve did not start: {self.said()}")

    def said(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    @property
    def origin(self):
        return f"http://localhost:{self.port}"

    def kill(self):
        """As a power cut does."""
        self.process.kill()
        self.process.communicate()
        self.process = None

    def stop(self):
        """Ends it in order; what was wrong with how it ended, else ""."""
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return f"the server did not stop within {STOP_S} s"
        text = self.said()
        if m := SANITIZER.search(text):
            return text[max(0, m.start() - 200):][:6000]
        return "" if process.returncode == 0 else f"the server left with {process.returncode}: {text[-3000:]}"

    def end(self):
        """How a server ended that was not asked to."""
        if self.process is None or self.process.poll() is None:
            return "the server runs"
        return f"the server left with {self.process.returncode}: {self.said()[-6000:]}"

    def operator(self, what, *args):
        """What the helper says when it does something to the store, while nothing serves."""
        done = subprocess.run([self.helper, what, str(self.data), str(self.folder) if self.pg else "", *args],
                              capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            raise Broken(f"operator {what}: {done.stdout}{done.stderr}")
        return done.stdout

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process:
            self.kill()
        self.log.close()
        if self.made:
            shutil.rmtree(self.made, ignore_errors=True)


class Connection(http.client.HTTPConnection):
    """From an address of its own: limits of sign-ins are per address, and 127.0.0.0/8 is all ours."""

    def __init__(self, port, source):
        super().__init__("127.0.0.1", port, timeout=ANSWER_S, source_address=(source, 0))

    def connect(self):
        super().connect()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def target_of(path):
    """As a browser sends it: what is not ASCII, blanks and quotation marks are escaped."""
    return urllib.parse.quote(path, safe="/:?&=%+,!*();@~-._$<>'[]|")


class Person:
    def __init__(self, server, name, source="127.0.0.1", keeps=True):
        self.server, self.name, self.source, self.keeps = server, name, source, keeps
        self.id, self.cookie, self.token, self.wire, self.wire_port = None, None, None, None, 0

    def headers(self, method, body, extra):
        h = {"Host": f"localhost:{self.server.port}"}
        if method not in ("GET", "HEAD"):
            h.update({"Origin": self.server.origin, "X-Redink": "1"})
            if method != "DELETE" or body is not None:
                h["Content-Type"] = "application/json"
        if self.token:
            h["Authorization"] = f"Bearer {self.token}"
        elif self.cookie:
            h["Cookie"] = f"redink={self.cookie}"
        for key, value in (extra or {}).items():
            h = {k: v for k, v in h.items() if k.lower() != key.lower()}
            if value != "-":
                h[key] = value
        return h

    def call(self, method, path, body=None, headers=None):
        """body: bytes as they are, else JSON; a header "-" is left out."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        for last in (False, True):
            if self.wire is None or self.wire_port != self.server.port:
                self.wire, self.wire_port = Connection(self.server.port, self.source), self.server.port
            try:
                self.wire.putrequest(method, target_of(path), skip_host=True, skip_accept_encoding=True)
                h = self.headers(method, body, headers)
                if body is not None:
                    h["Content-Length"] = str(len(body))
                elif method not in ("GET", "HEAD", "DELETE"):
                    h["Content-Length"] = "0"
                for key, value in h.items():
                    self.wire.putheader(key, value.encode())
                try:
                    self.wire.endheaders(body)
                except (BrokenPipeError, ConnectionResetError):
                    if not body or len(body) < 1 << 16:
                        raise  # else it was refused before all of it was sent, and the reason is there
                answer = self.wire.getresponse()
                got = Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
                if answer.will_close:
                    self.close()
                break
            except (http.client.BadStatusLine, BrokenPipeError, ConnectionResetError):
                self.close()  # a connection that was kept and meanwhile ended
                if last:
                    raise
        if self.keeps and (m := re.match(r"redink=([^;]*)", got.headers.get("set-cookie", ""))):
            self.cookie = m[1] or None
        return got

    def close(self):
        if self.wire:
            self.wire.close()
        self.wire = None

    def must(self, method, path, body=None, **headers):
        """A call that set_up needs: anything but success ends the tests."""
        r = self.call(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        if r.status >= 300:
            raise Broken(f"{self.name}: {method} {path}: {r}")
        return r.json

    def sign_in(self, login, firm="north"):
        r = self.must("POST", "/api/v1/session", {"login": login, "password": PASSWORD, "firm": firm})
        self.id = r["user"]
        return self


class World:
    """What set_up made: people by name, ids by name."""

    def __init__(self, server):
        self.server, self.people, self.ids, self.sources = server, {}, {}, 0
        self.document = None  # /api/v1/openapi.json, when replies are compared with it

    def source(self):
        self.sources += 1
        return f"127.0.{1 + self.sources // 200}.{1 + self.sources % 200}"

    def person(self, name):
        if name not in self.people:
            self.people[name] = Person(self.server, name, self.source(), name != "nobody")
        return self.people[name]

    def refresh(self):
        """After a restart: cookies are good, connections are not."""
        for p in self.people.values():
            p.close()


def enter(world, name, user_id):
    """Invites somebody, who takes the invitation and signs in."""
    root = Person(world.server, "root", "127.0.0.1")
    root.cookie = world.people["root"].cookie
    link = root.must("POST", f"/api/v1/user/{user_id}/invitation")["link"]
    root.close()
    p = world.people[name]
    p.must("POST", "/api/v1/invitation", {"link": link, "password": PASSWORD})
    p.sign_in(name)


def contact_link(world, by, contact, kind, record):
    """A session that shows one record to a contact."""
    link = world.people[by].must("POST", f"/api/v1/contact/{contact}/link", {"kind": kind, "record": record})
    p = Person(world.server, "contact", world.source())
    p.must("POST", "/api/v1/link", {"link": link["link"]})
    return p


def make_clients(w):
    sue, ids = w.people["sue"], w.ids
    ids["team"] = sue.must("POST", "/api/v1/team", {"name": "一组", "lead": ids["sue"], "members": [ids["rita"]]})["id"]
    for name, zh, accountant in (("acme", "甲贸易有限公司", "anna"), ("bolt", "乙机械有限公司", "bob")):
        made = sue.must("POST", "/api/v1/client", {"name": zh, "accountant": ids[accountant], "portal": True})
        ids[name] = made["id"]
        contact = sue.must("POST", "/api/v1/contact", {
            "name": f"{name} 财务", "client": made["id"], "portal": True, "phone": "13800001234"})
        ids[f"{name}_contact"] = contact["id"]
    w.people["carl"] = contact_link(w, "sue", ids["acme_contact"], "client", ids["acme"])
    w.people["carl"].name = "carl"


def set_up(server):
    """Starts the server twice: the second firm is made between."""
    server.start()
    w = World(server)
    root = w.person("root")
    made = root.must("POST", "/api/v1/setup", {
        "link": server.link, "label": "north", "name": "北方代理记账", "login": "root", "display_name": "管理员",
        "password": PASSWORD})
    w.ids["firm"] = made["firm"]
    why = server.stop()
    if why:
        raise Broken(why)
    server.operator("firm", "south", "南方代理记账", "south", PASSWORD)
    server.start()
    root.sign_in("root")
    w.ids["root"] = root.id
    for name, role in ROLES.items():
        w.person(name)
        if name != "root":
            body = {"login": name, "name": name.capitalize(), "roles": [role]}
            w.ids[name] = root.must("POST", "/api/v1/user", body)["id"]
    names = [n for n in ROLES if n != "root"]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda n: enter(w, n, w.ids[n]), names))
    south = w.person("south").sign_in("south", "south")
    w.ids["south_user"] = south.id
    w.person("nobody")
    make_clients(w)
    return w


class Count:
    """What passed and failed, in the words of tests/run.py."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, good, words):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {words}", flush=True)
        return good

    def done(self):
        print(f"{self.passed} passed, {self.failed} failed" +
              (f", {self.skipped} skipped" if self.skipped else ""))
        return 1 if self.failed else 0


def finish(server, count):
    """The server must end well."""
    count.check(not (why := server.stop()), f"the end of the server: {why}")


def wait(seconds):
    time.sleep(seconds)
