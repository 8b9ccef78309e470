#!/usr/bin/env python3
"""security.py [--build DIR] - what docs/security.md promises of headers, cookies, answers, limits and logs.

Runs on SQLite with servers of its own: the desk of harness.py, and small ones behind a "proxy", with TLS and
with a broken key file. What scripts can say stands in security_*.api; here is what needs clocks, threads,
raw sockets, the log of the server or another way of starting it.
"""
import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import harness
import matrix
import script

PROXIED = "https://desk.example.cn"
ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
          "cross-origin-resource-policy": "same-origin", "cache-control": "no-store",
          "content-security-policy": "default-src 'none'; frame-ancestors 'none'"}
NEVER = ("access-control-allow-origin", "server", "x-powered-by", "set-cookie")
LINE = re.compile(r'ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=(info|warn|error)( \w+=("[^"\x00-\x1f]*"|[^ "]*))*$')
NAUGHTY = ["' OR '1'='1", "'; DROP TABLE r_task; --", '" OR ""="', "1; SELECT pg_sleep(9)", "\\' UNION SELECT 1 --",
           "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "${7*7}{{7*7}}", "%s%n%x",
           "=cmd|' /C calc'!A0", "@SUM(1)", "\u2028line\u2029", "e\u0301 / \u00e9", "\ufeffbom", "\U0001F600 \U00020000",
           "\u202egnp.exe", "../../etc/passwd", "C:\\CON", "null", "undefined", "NaN", "1e309", "0x0", "-0", "true",
           "%252e%252e", "&lt;", "]]>", "a" * 200]


# ---- one request by hand ----

def ask(port, method, path, body=None, headers=None, context=None, source="127.0.0.1"):
    """As Person.call, for servers that harness does not know; headers as given."""
    if context:
        wire = http.client.HTTPSConnection("127.0.0.1", port, timeout=harness.ANSWER_S, context=context)
    else:
        wire = harness.Connection(port, source)
    try:
        wire.request(method, path, None if body is None else json.dumps(body).encode(), headers or {})
        answer = wire.getresponse()
        return harness.Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        wire.close()


def raw(port, data):
    """Bytes as they are; the first line of what comes back, and all of it."""
    with socket.create_connection(("127.0.0.1", port), timeout=harness.ANSWER_S) as s:
        out = b""
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            while piece := s.recv(65536):
                out += piece
        except OSError:  # it was ended at the other side
            pass
    return out.split(b"\r\n", 1)[0].decode("latin-1"), out


def proxied(cookie=None, **more):
    h = {"Host": "desk.example.cn", "Origin": PROXIED, "X-Redink": "1", "Content-Type": "application/json",
         "X-Forwarded-Proto": "https", **more}
    return h | ({"Cookie": cookie} if cookie else {})


def without_id(reply):
    return {k: v for k, v in (reply.json or {}).items() if k != "request_id"}


# ---- headers ----

def headers_of_all(w, count):
    """Every route, as somebody who may and as nobody, and the refusals of every class."""
    root, nobody = w.people["root"], w.people["nobody"]
    answers = []
    for method, path, _, _ in matrix.routes():
        if path == "/api/v1/events" or (method, path) == ("DELETE", "/api/v1/session"):
            continue
        path = path.replace("{kind}", "task").replace("{id}", "1").replace("{word}", "x").replace("{sub}", "1")
        body = {"x": 1} if method in ("POST", "PUT", "PATCH") else None
        for who in (root, nobody):
            answers.append((f"{method} {path} as {who.name}", who.call(method, path, body)))
    more = [("GET", "/", None, {}), ("GET", "/.git/config", None, {}), ("GET", "/static/", None, {}),
            ("GET", "/api/v1/../task", None, {}), ("PUT", "/api/v1/task", {}, {}),
            ("POST", "/api/v1/task", {}, {"Content-Type": "text/plain"}),
            ("POST", "/api/v1/task", {}, {"Origin": "https://evil.example"}),
            ("GET", "/api/v1/task", None, {"Origin": "https://evil.example"}),
            ("GET", "/api/v1/task", None, {"Origin": "null"}), ("GET", "/api/v1/task?a=1", None, {}),
            ("HEAD", "/api/v1/task", None, {}), ("POST", "/api/v1/task", {"name": "x" * (1 << 20)}, {})]
    for method, path, body, extra in more:
        answers.append((f"{method} {path} {extra}", root.call(method, path, body, extra)))
    for what, r in answers:
        wrong = [f"{k}: {r.headers.get(k)}" for k, v in ALWAYS.items() if r.headers.get(k) != v]
        wrong += [f"{k}: {r.headers[k]}" for k in NEVER if k in r.headers]
        type_, file = r.headers.get("content-type", ""), r.headers.get("content-disposition", "")
        if r.body and not type_.startswith(("application/json", "text/plain; version=")) and \
           not file.startswith("attachment; "):
            wrong.append(f"content-type: {r.headers.get('content-type')}")
        count.check(r.status != 500 and not wrong, f"headers of {what} ({r.status}): {wrong}")
    for path in ("/.git/config", "/static/", "/admin", "/debug", "/metrics/x"):
        count.check(nobody.call("GET", path).status == 404, f"{path} is nowhere")


def methods(w, count):
    port = w.server.port
    for m in ("TRACE", "OPTIONS", "CONNECT", "PROPFIND", "get", "TRACK"):
        target = "desk:80" if m == "CONNECT" else "/healthz"
        line, _ = raw(port, f"{m} {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        count.check(line.split(" ")[1:2] in (["405"], ["400"]), f"{m}: {line}")
    line, all_ = raw(port, b"GET /api/v1/task\r\nX: y HTTP/1.1\r\nHost: x\r\n\r\n")
    count.check(b"200 OK" not in all_, f"a line break in the target: {line}")


# ---- who is there ----

def enumeration(w, count):
    """Names that are not there, that wait, that left, and wrong passwords: one answer, and one class of time."""
    root = w.people["root"]
    user = root.must("POST", "/api/v1/user", {"login": "invited", "name": "I", "roles": ["accountant"]})
    cases = {"wrong": ("cora", "north"), "unknown": ("nobody.here", "north"), "invited": ("invited", "north"),
             "no firm": ("cora", "west")}
    replies, times = {}, {name: [] for name in cases}
    who = harness.Person(w.server, "guesser", w.source(), keeps=False)
    for _ in range(5):  # in turn, so that whatever else the machine does meets all of them
        for name, (login, firm) in cases.items():
            start = time.monotonic()
            replies[name] = who.call("POST", "/api/v1/session",
                                     {"login": login, "password": "not the right one", "firm": firm})
            times[name].append(time.monotonic() - start)
    times = {name: statistics.median(took) for name, took in times.items()}
    first = replies["wrong"]
    for name, r in replies.items():
        count.check(r.status == 401 and without_id(r) == without_id(first), f"sign-in of {name}: {r}")
        count.check(0.5 < times[name] / times["wrong"] < 2, f"time of {name}: {times[name]:.3f} s beside "
                    f"{times['wrong']:.3f} s of a wrong password")
    gone = root.call("POST", f"/api/v1/user/{user['id']}/invitation")
    count.check(gone.status == 201, f"an invitation for who waits: {gone}")


def missing_and_foreign(w, count):
    """The id of another firm answers as one that is nowhere."""
    root = w.people["root"]
    theirs = {"task": w.people["south"].must("POST", "/api/v1/task", {"name": "南方的事"})["id"],
              "user": w.ids["south_user"]}
    for kind, record in theirs.items():
        for method, tail, body in (("GET", "", None), ("PATCH", "", {"name": "x"}), ("GET", "/timeline", None),
                                   ("GET", "/comments", None), ("POST", "/comments", {"body": "x"}),
                                   ("POST", "/archive", None), ("PUT", "/watch", None)):
            extra = {"If-Match": '"1"'}
            there = root.call(method, f"/api/v1/{kind}/{record}{tail}", body, extra)
            nowhere = root.call(method, f"/api/v1/{kind}/4611686018427387904{tail}", body, extra)
            count.check(there.status == nowhere.status == 404 and without_id(there) == without_id(nowhere),
                        f"{method} {kind}{tail} of another firm: {there} and of none: {nowhere}")


def once(w, count):
    """The same TOTP code by several at the same moment: one is in."""
    fay = w.people["dora"]
    uri = fay.must("POST", "/api/v1/me/totp")["uri"]
    codes = fay.must("POST", "/api/v1/me/totp/confirm", {"code": script.totp(uri, -1)})["recovery_codes"]
    waiting = []
    for i in range(4):
        p = harness.Person(w.server, f"dora{i}", w.source())
        r = p.must("POST", "/api/v1/session", {"login": "dora", "password": harness.PASSWORD, "firm": "north"})
        count.check(r["needs_code"], "a code is asked for")
        waiting.append(p)
    for old in (-3, 3):
        r = waiting[0].call("POST", "/api/v1/session/code", {"code": script.totp(uri, old)})
        count.check(r.status == 401, f"a code of {old} steps from now: {r}")
    code = script.totp(uri)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        got = [r.status for r in pool.map(lambda p: p.call("POST", "/api/v1/session/code", {"code": code}), waiting)]
    count.check(sorted(got) == [200, 401, 401, 401], f"one code, four at once: {got}")
    w.secrets += [re.search(r"secret=(\w+)", uri)[1], *codes]
    fay.must("DELETE", "/api/v1/me/totp")


def streams_end(w, count):
    """Whoever is signed out hears no more; colleagues' sign-ins are not told."""
    eve = harness.Person(w.server, "eve", w.source()).sign_in("audrey")
    bob = harness.Person(w.server, "bob2", w.source()).sign_in("bob")
    wire = harness.Connection(w.server.port, eve.source)
    wire.request("GET", "/api/v1/events", None, eve.headers("GET", None, None))
    stream = wire.getresponse()
    count.check(stream.status == 200 and stream.headers["content-type"] == "text/event-stream" and
                all(stream.headers[k] == v for k, v in ALWAYS.items()), f"headers of a stream: {stream.headers}")
    seen = b""
    made = bob.must("POST", "/api/v1/task", {"name": "看得见"})["id"]
    bob.must("DELETE", "/api/v1/session")
    end = time.monotonic() + 10
    while made.encode() not in seen and time.monotonic() < end:
        seen += stream.readline()
    count.check(made.encode() in seen, f"a change is told: {seen}")
    eve.must("DELETE", "/api/v1/session")
    wire.sock and wire.sock.settimeout(15)
    try:
        seen += stream.read()
        ended = True
    except (TimeoutError, OSError) as e:
        ended = isinstance(e, ConnectionError)
    count.check(ended, "the stream ended with its session")
    count.check(b"sign" not in seen and b"session" not in seen, f"sign-ins are not told: {seen}")
    wire.close()


# ---- what comes in ----

def naughty(w, count):
    """Texts come back as they were sent, or are refused; in filters, sorts and searches nothing breaks."""
    anna = w.people["anna"]
    for text in NAUGHTY:
        r = anna.call("POST", "/api/v1/task", {"name": text, "details": text})
        if count.check(r.status in (201, 422), f"{text!r}: {r}") and r.status == 201:
            back = anna.must("GET", f"/api/v1/task/{r.json['id']}")
            count.check(back["details"] == text, f"{text!r} came back as {back['details']!r}")
        for query in ("filter=", "sort=", "cursor=", "limit=", "filter=name~"):
            start = time.monotonic()
            r = anna.call("GET", f"/api/v1/task?{query}{harness.urllib.parse.quote(text, safe='')}")
            count.check(r.status in (200, 400, 422) and time.monotonic() - start < 5, f"{query}{text!r}: {r}")
        r = anna.call("GET", f"/api/v1/search?q={harness.urllib.parse.quote(text, safe='')}")
        count.check(r.status in (200, 400, 422), f"search {text!r}: {r}")


def sizes(w, count):
    """At the limit taken, one more refused; also when the length is not told before."""
    anna, port = w.people["anna"], w.server.port
    frame = len(json.dumps({"no_such_field": ""}))
    exact = anna.call("POST", "/api/v1/task", {"no_such_field": "x" * ((1 << 20) - frame)})
    over = anna.call("POST", "/api/v1/task", {"no_such_field": "x" * ((1 << 20) - frame + 1)})
    count.check(exact.status == 422, f"a body of 1 MiB is read: {exact.status}")
    count.check(over.status == 413 and over.json["code"] == "LIMIT", f"one more byte is refused: {over}")
    head = (f"POST /api/v1/task HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {w.server.origin}\r\nX-Redink: 1\r\n"
            f"Content-Type: application/json\r\nCookie: redink={anna.cookie}\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    line, _ = raw(port, head.encode() + piece * 17 + b"0\r\n\r\n")
    count.check(" 413 " in line, f"chunks beyond the limit: {line}")
    line, _ = raw(port, f"GET /healthz HTTP/1.1\r\nHost: x\r\nA: {'x' * 40000}\r\n\r\n".encode())
    # The connection may be gone before the answer is read: more was sent than is taken.
    count.check(" 431 " in line or not line, f"40 kB of header: {line}")
    r = anna.call("POST", "/api/v1/session/prove", {"password": "x" * 1025})
    count.check(r.status == 422, f"a password of 1,025 bytes: {r}")


# ---- the log ----

def log_is_clean(w, text, count):
    lines = [x for x in text.splitlines() if x]
    bad = [x for x in lines if not LINE.fullmatch(x)]
    count.check(len(lines) > 100 and not bad, f"{len(lines)} lines, each one entry: {bad[:3]}")
    for secret in w.secrets:
        count.check(secret not in text, f"a secret stands in the log: {secret[:8]}…")
    for word in ("南方的事", "看得见", "Sue", "nobody.here", "13800001234", "127.0."):
        count.check(word not in text, f"{word} stands in the log")
    refused = [x for x in lines if " status=403 " in x and "err=FORBIDDEN" in x and not re.search(r" user=0( |$)", x)]
    count.check(refused, "a refusal names the number of who was refused")
    count.check(any("err=TOO_MANY" in x for x in lines), "the limit of sign-ins is in the log")


def log_injection(w, count):
    """What a request brings does not reach the log, in whatever place it comes."""
    port = w.server.port
    for evil in ("x\tlevel=error", "\x1b[31mred", "a\" level=\"error", "\u202eabc"):
        quoted = harness.urllib.parse.quote(evil)
        w.people["nobody"].call("GET", f"/api/v1/{quoted}?{quoted}={quoted}")
        w.people["nobody"].call("POST", "/api/v1/session", {"login": evil, "password": evil, "firm": evil})
    raw(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nUser-Agent: a\x1b[31m level=error\r\n\r\n")
    raw(port, b"GET /he%0d%0alevel=error HTTP/1.1\r\nHost: x\r\n\r\n")


# ---- other ways of starting ----

def start_refused(build, count, *options):
    with tempfile.TemporaryDirectory(prefix="redink-sec-") as folder:
        done = subprocess.run([harness.ROOT / build / "redink", "serve", "--data", folder, "--port", "0", *options],
                              capture_output=True, text=True, timeout=60, check=False)
        count.check(done.returncode not in (0, 99, -6) and ("--origin" in done.stderr or "TLS" in done.stderr),
                    f"serve {' '.join(options)} does not start: {done.returncode} {done.stderr[:300]}")


def small(build, *options):
    return harness.Server(build, options=options)


def firm_of(server, headers, context=None):
    body = {"link": server.link, "label": "main", "name": "一家", "login": "boss", "display_name": "Boss",
            "password": harness.PASSWORD}
    r = ask(server.port, "POST", "/api/v1/setup", body, headers, context)
    if r.status != 201:
        raise harness.Broken(f"setup: {r}")
    return ask(server.port, "POST", "/api/v1/session", {"login": "boss", "password": harness.PASSWORD}, headers, context)


def behind_proxy(build, count):
    with small(build, "--origin", PROXIED, "--behind-proxy") as server:
        r = firm_of(server, proxied(**{"X-Forwarded-For": "198.51.100.7"}))
        cookie = r.headers.get("set-cookie", "")
        count.check(re.fullmatch(r"__Host-redink=[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict", cookie),
                    f"the cookie: {cookie}")
        shown = cookie.split(";")[0]
        plain = shown.replace("__Host-", "")
        got = ask(server.port, "GET", "/api/v1/session", None, proxied(plain))
        count.check(got.status == 401, f"the cookie of development: {got}")
        rows = ask(server.port, "GET", "/api/v1/me/sessions", None, proxied(shown)).json["sessions"]
        count.check([s["address"] for s in rows] == ["198.51.100.7"], f"the address is the proxy's word: {rows}")
        old = ask(server.port, "POST", "/api/v1/session/prove", {"password": harness.PASSWORD}, proxied(shown))
        new = old.headers.get("set-cookie", "").split(";")[0]
        count.check(new and new != shown, "proving gives another cookie")
        count.check(ask(server.port, "GET", "/api/v1/session", None, proxied(shown)).status == 401, "the old is dead")
        end = ask(server.port, "DELETE", "/api/v1/session", None, proxied(new))
        count.check(end.headers.get("set-cookie") == "__Host-redink=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
                    and end.headers.get("clear-site-data") == '"cache", "storage"', f"signed out: {end.headers}")
        must_enrol(server, count)
        count.check(not (why := server.stop()), f"the end behind a proxy: {why}")


def must_enrol(server, count):
    """The firm asks for a second factor: nothing but setting it up, with cookie or token."""
    def call(method, path, body=None, token=None):
        h = proxied(jar[0], **{"If-Match": '"1"'})
        if token:
            h = {"Host": "desk.example.cn", "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        r = ask(server.port, method, path, body, h)
        jar[0] = r.headers.get("set-cookie", jar[0]).split(";")[0]
        return r
    jar = [""]
    call("POST", "/api/v1/session", {"login": "boss", "password": harness.PASSWORD})
    token = call("POST", "/api/v1/me/tokens", {"name": "x", "scope": "admin", "days": 1}).json["token"]
    firm = call("GET", "/api/v1/session").json["firm"]
    count.check(call("GET", "/api/v1/task", token=token).status == 200, "before it is asked for")
    changed = call("PATCH", f"/api/v1/firm/{firm}", {"second_factor": True})
    count.check(changed.status == 200, f"a second factor is asked for: {changed}")
    time.sleep(2.5)  # what is remembered of callers
    for path in ("/api/v1/task", "/api/v1/search?q=x", "/api/v1/kinds", "/metrics"):
        for t in (None, token):
            r = call("GET", path, token=t)
            count.check(r.status == 403, f"{path} before the factor is there{' by token' if t else ''}: {r}")
    count.check(call("GET", "/api/v1/session").json["must_enrol"] is True, "the page is told")
    uri = call("POST", "/api/v1/me/totp").json["uri"]
    r = call("POST", "/api/v1/me/totp/confirm", {"code": script.totp(uri)})
    count.check(r.status == 200, f"a factor is set up: {r}")
    count.check(call("GET", "/api/v1/search?q=x").status == 200, "afterwards all is as before")
    count.check(call("GET", "/api/v1/task", token=token).status == 200, "also for the token")


def with_tls(build, count):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="redink-tls-"))
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.create_default_context(cafile=cert)
    with small(build, "--origin", "https://127.0.0.1", "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        for path in ("/healthz", "/nowhere"):
            r = ask(server.port, "GET", path, None, {}, context)
            count.check(r.headers.get("strict-transport-security") == "max-age=31536000; includeSubDomains",
                        f"HSTS of {path}: {r.headers}")
        for version, good in ((ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)):
            c = ssl.create_default_context(cafile=cert)
            c.set_ciphers("DEFAULT:@SECLEVEL=0")
            c.minimum_version = c.maximum_version = version
            try:
                got = ask(server.port, "GET", "/healthz", None, {}, c).status == 200
            except (ssl.SSLError, OSError):
                got = False
            count.check(got == good, f"{version.name}: {'taken' if got else 'refused'}")
        line, _ = raw(server.port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        count.check(" 200 " not in line, f"plain HTTP to the port of TLS: {line!r}")
        count.check(not (why := server.stop()), f"the end with TLS: {why}")


def broken_key(build, count):
    """An error inside shows a number and no more; the log has it under that number."""
    with small(build) as server:
        h = {"Host": f"localhost:{server.port}", "Origin": server.origin, "X-Redink": "1", "Content-Type": "application/json"}
        cookie = firm_of(server, h).headers["set-cookie"].split(";")[0]
        key = server.folder / "factor.key"
        if key.exists():
            key.unlink()
        key.mkdir()
        r = ask(server.port, "POST", "/api/v1/me/totp", None, h | {"Cookie": cookie})
        count.check(r.status == 500 and r.json["code"] == "INTERNAL" and r.json["hint"] is None and
                    set(r.json) == {"code", "message", "hint", "request_id"}, f"an error inside: {r}")
        for word in (str(server.folder), "factor", ".key", "directory", "sqlite", ".c:"):
            count.check(word not in r.body.decode(), f"an error inside shows {word}")
        why = server.stop()
        count.check(not why, f"the end after an error: {why}")
        said = [x for x in server.said().splitlines() if r.json["request_id"] in x and "level=error" in x]
        count.check(any("msg=request" in x for x in said) and any("factor.key" in x for x in said),
                    f"the log says what it was: {said}")


def forged_address(w, count):
    """Nobody but a trusted proxy says where a request comes from: the limit of an address holds."""
    p = harness.Person(w.server, "forger", "127.9.9.9")
    r = p.call("POST", "/api/v1/session", {"login": "bob", "password": harness.PASSWORD, "firm": "north"},
               {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"})
    count.check(r.status == 200, f"signs in: {r}")
    rows = p.must("GET", "/api/v1/me/sessions")["sessions"]
    count.check([s["address"] for s in rows if s["current"]] == ["127.9.9.9"], f"the address: {rows}")


def main():
    warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.1 is asked for on purpose
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build-asan")
    build = p.parse_args().build
    count = harness.Count()
    server = harness.Server(build)
    try:
        w = harness.set_up(server)
        w.secrets = [harness.PASSWORD, "not the right one"]
        token = w.people["anna"].must("POST", "/api/v1/me/tokens", {"name": "t", "scope": "read", "days": 1})["token"]
        w.secrets += [token, *(x.cookie for x in w.people.values() if x.cookie)]
        for part in (headers_of_all, methods, missing_and_foreign, enumeration, once, streams_end, naughty, sizes,
                     forged_address, log_injection):
            part(w, count)
        guesser = harness.Person(server, "guesser", w.source())
        for _ in range(11):
            guesser.call("POST", "/api/v1/session", {"login": "nobody.there", "password": "x", "firm": "north"})
        text = ""
        process = server.process
        count.check(not (why := server.stop()), f"the end of the server: {why}")
        text = server.said() + (process.stdout.read() if not process.stdout.closed else "")
        log_is_clean(w, text, count)
        for options in (("--listen", "0.0.0.0"), ("--behind-proxy",), ("--origin", "http://desk.example.cn"),
                        ("--origin", "https://desk.example.cn/x"), ("--origin", "desk.example.cn")):
            start_refused(build, count, *options)
        behind_proxy(build, count)
        broken_key(build, count)
        with_tls(build, count)
    except harness.Broken as e:
        count.check(False, str(e))
    finally:
        server.__exit__()
    return count.done()


if __name__ == "__main__":
    sys.exit(main())
