"""Requests and answers, one at a time: limits, queries, headers, cookies, the rule against other sites."""
import json
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import time

from client import Answer, Connection, Server, ask, chunked, get, post, raw, refusal

TOKEN = "A" * 43


def not_found(t, program):
    """An unknown address is 404 in the house's form, and the connection lives on."""
    with Server(program) as s, Connection(s.port) as c:
        for target in ("/nothing", "/", "/a/"):
            c.send(get(target))
            a = c.answer()
            t.is_(target, a.status, 200 if target == "/a/" else 404)
        c.send(get("/nothing"))
        body = json.loads(c.answer().body)
        t.is_("fields", sorted(body), ["code", "hint", "message", "request_id"])
        t.is_("code", body["code"], "NOT_FOUND")
        t.is_("languages", sorted(body["message"]), ["en", "zh"])
        t.true("id", len(body["request_id"]) == 16 and int(body["request_id"], 16) >= 0)
        c.send(get("/a"))
        t.is_("the connection was kept", c.answer().status, 200)


def refused_by_route(t, program):
    """A refusal before the body closes the connection, one without a body does not."""
    with Server(program) as s:
        with Connection(s.port) as c:
            c.send(get("/closed"))
            t.is_("status", c.answer().status, 403)
            c.send(get("/a"))
            t.is_("kept", c.answer().status, 200)
        t.is_("with a body", raw(s.port, post("/closed", b"x" * 50)), ("403", "closed"))
        with Connection(s.port) as c:
            c.send(b"POST /closed HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            t.is_("no 100 before a refusal", c.answer().status, 403)


def body_limits(t, program):
    """At the limit passes; one more is refused with the limit's name, and nothing of it is read."""
    with Server(program) as s:
        t.is_("1000", ask(s.port, post("/body", b"x" * 1000)).status, 200)
        over = ask(s.port, post("/body", b"x" * 1001))
        t.is_("1001", over.status, 413)
        t.true("its name", b"body_max 1000" in over.body, over.body)
        with Connection(s.port) as c:
            c.send(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
            t.is_("refused before a byte of it came", c.answer().status, 413)
        t.is_("chunked 1000", ask(s.port, chunked("/body", [b"x" * 500] * 2)).status, 200)
        a = ask(s.port, chunked("/body", [b"x" * 500, b"x" * 501]))
        t.is_("chunked 1001", (a.status, a["Connection"]), (413, "close"))
        codes, end = raw(s.port, chunked("/body", [b"x" * 60000] * 40), wait=2)
        t.true("chunked without end is cut off", codes == "none" and end != "open", (codes, end))
        t.is_("no body taken", ask(s.port, post("/static", b"x")).status, 413)
        t.is_("2^64", ask(s.port, b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551615"
                          b"\r\n\r\n").status, 413)


def target_limits(t, program):
    """Length of the target, segments, parameters: the limit passes, one more does not."""
    with Server(program) as s:
        for what, target, more in (
                ("length", "/a?" + "q" * (8192 - 3), "q"),
                ("segments", "/a" + "/x" * 15, "/x"),
                ("parameters", "/a?" + "&".join(f"p{i}" for i in range(64)), "&q")):
            t.is_(what, ask(s.port, get(target)).status, 200)
            over = ask(s.port, get(target + more))
            t.is_(what + " + 1", (over.status, over["Connection"]), (400, "close"))


def queries(t, program):
    """Parameters are decoded strictly; given twice or unknown they are refused by name."""
    with Server(program) as s:
        t.is_("decoded", ask(s.port, get("/a?q=a%2Fb+c&r=%E8%B4%A6&s")).body.split(b"secure=0")[1],
              " [a] q=(a/b c) r=(账) s=()\n".encode())
        for target, status, words in (("/query?q=1&n=2", 200, b""), ("/query", 200, b""),
                                      ("/query?q=1&q=2", 400, b"q is given twice"),
                                      ("/query?qq=1", 400, b'no parameter is called \\"qq\\"')):
            a = ask(s.port, get(target))
            t.is_(target, (a.status, words in a.body), (status, True))
        for target in ("/a?=1", "/a?&", "/a?q=%ff", "/a?q=%c0%80", "/a?q=%", "/a?q#x", "/a?%00"):
            t.is_(target, ask(s.port, get(target)).status, 400)
        for header in (b"Cookie: a=1\r\nCookie: b=1\r\n", b"Authorization: a\r\nAuthorization: b\r\n",
                       b"Content-Type: a\r\nContent-Type: a\r\n"):
            t.is_(f"twice {header}", ask(s.port, get("/a", header)).status, 400)


def keep_alive(t, program):
    """Many requests on one connection, also sent at once, are answered in order."""
    with Server(program, threads=1) as s, Connection(s.port) as c:
        for i in range(200):
            c.send(get(f"/a/{i}"))
            t.true(f"request {i}", f"[a] [{i}]".encode() in c.answer().body)
        c.send(b"".join(get(f"/a/{i}") if i % 2 else post(f"/kept/{i}", b"x" * i) for i in range(100)))
        t.is_("in order", [c.answer().status for _ in range(100)], [201, 200] * 50)
        c.send(b"HEAD /static HTTP/1.1\r\nHost: x\r\n\r\n" + get("/a"))
        head = c.answer(head_only=True)
        t.true("HEAD has the length and no body", int(head["Content-Length"]) > 100 and
               c.answer().status == 200)


def answers_by_class(t, program):
    """Each class of answer has its headers, and none has a header too many."""
    with Server(program) as s:
        api, page, asset, file = (ask(s.port, get(p)) for p in ("/static", "/page", "/asset", "/file"))
        for name, a in (("api", api), ("page", page), ("asset", asset), ("file", file)):
            t.is_(name, (a["X-Content-Type-Options"], a["Referrer-Policy"],
                         a["Cross-Origin-Resource-Policy"], a["Strict-Transport-Security"], a["Server"]),
                  ("nosniff", "no-referrer", "same-origin", "", ""))
        t.is_("api", (api["Content-Type"], api["Cache-Control"], api["Content-Security-Policy"]),
              ("application/json", "no-store", "default-src 'none'; frame-ancestors 'none'"))
        t.is_("asset", (asset["Cache-Control"], asset["ETag"]),
              ("public, max-age=31536000, immutable", '"1"'))
        policy = page["Content-Security-Policy"]
        nonce = policy.split("nonce-")[1].split("'")[0]
        t.is_("policy", policy.replace(nonce, "N"),
              "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N'; img-src 'self' data: blob:; "
              "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
              "frame-ancestors 'none'; object-src 'none'")
        t.is_("page", (len(nonce), page["Cache-Control"], page["Cross-Origin-Opener-Policy"]),
              (24, "no-store", "same-origin"))
        t.true("a new nonce each time", nonce not in ask(s.port, get("/page"))["Content-Security-Policy"])
        t.is_("download", file["Content-Disposition"],
              "attachment; filename=\"_ _1____x.csv\"; filename*=UTF-8''%E8%B4%A6%20_1____x.csv")
        t.is_("the whole file", file.body, pathlib.Path(program).read_bytes())


def errors(t, program):
    """An error shows its words and hint; a 500 shows the id only; a split header sends nothing."""
    with Server(program) as s:
        a = ask(s.port, get("/fail"))
        body = json.loads(a.body)
        t.is_("conflict", (a.status, body["code"], body["message"]["en"], body["hint"]["zh"]),
              (409, "CONFLICT", "secret words", "看看手册"))
        a = ask(s.port, get("/fail?inside=1"))
        body = json.loads(a.body)
        t.is_("inside", (a.status, body["code"], body["hint"], b"secret" in a.body),
              (500, "INTERNAL", None, False))
        a = ask(s.port, b"BREW /a HTTP/1.1\r\nHost: x\r\n\r\n")
        t.is_("a method that is not taken", (a.status, a["Allow"]), (405, "GET, HEAD, POST, PUT, PATCH, DELETE"))
        t.is_("split header", raw(s.port, get("/split")), ("none", "closed"))
    line = next(l for l in s.lines if "status=500" in l)
    t.true("the log has the id and the words", body["request_id"] in line and "secret words" in line, line)


def cookies(t, program):
    """Set, read back and cleared exactly as security.md says; doubled or odd ones are not seen."""
    with Server(program) as s:
        a = ask(s.port, get("/cookie?set=1"))
        t.is_("set", a["Set-Cookie"],
              f"__Host-redink={TOKEN}; Path=/; Secure; HttpOnly; SameSite=Strict | "
              f"redink-oidc={TOKEN}; Path=/; HttpOnly; SameSite=Lax; Max-Age=600")
        a = ask(s.port, get("/cookie?clear=1"))
        t.is_("clear", (a["Set-Cookie"], a["Clear-Site-Data"]),
              ("__Host-redink=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0",
               '"cache", "storage"'))
        good = f"__Host-redink={TOKEN}"
        for header, want in ((good, TOKEN), (f"a=1; {good}; b=2", TOKEN), (f"a={good}", "none"),
                             (f"{good}; {good}", "none"), (f"{good}x", "none"), (f'__Host-redink="{TOKEN}"', "none"),
                             (f"redink={TOKEN}", "none"), (f"x__Host-redink={TOKEN}", "none"),
                             ("__Host-redink", "none"), ("", "none"), (";;=;", "none")):
            t.is_(header, ask(s.port, get("/cookie", f"Cookie: {header}\r\n".encode())).body.decode(), want)


def other_sites(t, program):
    """What may change something, by cookie and by token."""
    json_type, mark = b"Content-Type: application/json\r\n", b"X-Redink: 1\r\n"
    token = b"Authorization: Bearer rdk_1\r\n"
    same, cross = b"Sec-Fetch-Site: same-origin\r\n", b"Sec-Fetch-Site: cross-site\r\n"
    own, other = b"Origin: https://desk.test\r\n", b"Origin: https://evil.test\r\n"
    with Server(program) as s:
        for what, headers, status in (
                ("same-origin", same + mark + json_type, 200), ("own origin", own + mark + json_type, 200),
                ("same-site", b"Sec-Fetch-Site: same-site\r\n" + mark + json_type, 403),
                ("none", b"Sec-Fetch-Site: none\r\n" + mark + json_type, 403),
                ("cross-site", cross + own + mark + json_type, 403),
                ("other origin", other + mark + json_type, 403),
                ("null origin", b"Origin: null\r\n" + mark + json_type, 403),
                ("neither", mark + json_type, 403), ("neither, by token", token + json_type, 200),
                ("cross-site, by token", cross + token + json_type, 403),
                ("no mark", same + json_type, 403), ("mark 2", same + b"X-Redink: 2\r\n" + json_type, 403),
                ("no type", same + mark, 415), ("form", same + mark + b"Content-Type: text/plain\r\n", 415),
                ("charset", same + mark + b"Content-Type: Application/JSON; charset=utf-8\r\n", 200),
                ("no type, by token", token, 415)):
            t.is_(what, ask(s.port, post("/site", b"{}", headers)).status, status)
        t.is_("GET changes nothing", ask(s.port, get("/site", cross)).status, 200)
        t.is_("DELETE without a body", ask(s.port, post("/site", b"", same + mark, b"DELETE")).status, 200)
        t.is_("DELETE with one", ask(s.port, post("/site", b"{}", same + mark, b"DELETE")).status, 415)


def uploads(t, program):
    """A stream into a sink: counted, refused in the middle, broken off."""
    with Server(program, timeout=2) as s:  # the library may see a lost connection only then
        data = os.urandom(20 << 20).replace(b"!", b"?")
        for request in (post("/upload", data), chunked("/upload", [data[:5 << 20], data[5 << 20:]])):
            t.is_("whole", ask(s.port, request).body, b"size=%d sum=%d\n" % (len(data), sum(data)))
        a = ask(s.port, post("/upload", b"x" * 1000 + b"!" + b"x" * 1000))
        t.is_("refused", (a.status, b"exclamation" in a.body), (422, True))
        codes, end = raw(s.port, post("/upload", b"!" + b"x" * (4 << 20)), wait=2)
        t.true("refused and cut off", codes == "none" and end != "open", (codes, end))
        with Connection(s.port) as c:
            c.send(b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + b"x" * 500)
        too_large = ask(s.port, b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 4294967297\r\n\r\n")
        t.is_("4 GiB + 1", too_large.status, 413)
        t.is_("those that did not end were dropped", wait_for(s.port, b"dropped=4 "), True)


def wait_for(port, text):
    for _ in range(120):
        if text in ask(port, get("/count")).body:
            return True
        time.sleep(0.05)
    return ask(port, get("/count")).body


def starts(t, program):
    """What is not safe or not possible does not start and says why."""
    for options, words in (({"address": "0.0.0.0"}, "USAGE to listen on 0.0.0.0 give a TLS"),
                           ({"address": "::"}, "USAGE to listen on ::"),
                           ({"address": "localhost"}, "USAGE \"localhost\" is no IP"),
                           ({"cert": "/x"}, "USAGE give both"), ({"trusted": "10.0.0.1/8"}, "USAGE \"10.0.0.1/8\""),
                           ({"cert": "/x", "key": "/x"}, "NOT_FOUND cannot read"),
                           ({"cert": "/dev/null", "key": "/dev/null"}, "INPUT no certificate"),
                           ({"threads": 65}, "USAGE 1 to 64")):
        got = refusal(program, **options)
        t.true(options, got.startswith(words), got)
    with Server(program) as s:
        got = refusal(program, port=s.port)
        t.true("taken", got.startswith("IO cannot listen"), got)
    with Server(program, address="0.0.0.0", behind_proxy=1) as s:
        t.is_("behind a proxy", ask(s.port, get("/a")).status, 200)
    with Server(program, address="::1") as s:
        with Connection(0, socket.create_connection(("::1", s.port))) as c:
            c.send(get("/a"))
            t.true("IPv6", b"peer=::1 " in c.answer().body)


def proxies(t, program):
    """X-Forwarded headers are believed from trusted proxies alone, from the right."""
    def peer(s, header):
        return ask(s.port, get("/a", header)).body.split(b"peer=")[1].split(b" [")[0].decode()

    def forwarded(names):
        return f"X-Forwarded-For: {names}\r\nX-Forwarded-Proto: https\r\n".encode()

    with Server(program) as s:
        t.is_("not behind a proxy", peer(s, forwarded("192.0.2.1")), "127.0.0.1 secure=0")
    with Server(program, behind_proxy=1, trusted="10.0.0.0/8") as s:
        t.is_("not trusted", peer(s, forwarded("192.0.2.1")), "127.0.0.1 secure=0")
    with Server(program, behind_proxy=1) as s:
        for names, want in (("192.0.2.1", "192.0.2.1"), ("198.51.100.7, 192.0.2.1", "192.0.2.1"),
                            ("192.0.2.1, 127.0.0.9", "192.0.2.1"), ("192.0.2.1, unknown", "127.0.0.1"),
                            ("2001:db8::1", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("", "127.0.0.1"),
                            ("192.0.2.1:80", "127.0.0.1"), (",", "127.0.0.1")):
            t.is_(names, peer(s, forwarded(names)), want + " secure=1")
        t.is_("two lines", peer(s, b"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n"),
              "192.0.2.2 secure=0")


def socket_file(t, program):
    """A socket file: taken over from a dead server, not from a living one, gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "s")
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(path)
        stale.close()
        with Server(program, address="unix:" + path):
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(path)
            with Connection(0, sock) as c:
                c.send(get("/a"))
                t.true("answers", b"peer=unix " in c.answer().body)
            t.is_("mode", os.stat(path).st_mode & 0o777, 0o660)
            t.true("in use", refusal(program, address="unix:" + path).startswith("IO cannot listen"))
        t.true("gone", not os.path.exists(path))
        t.true("long path", refusal(program, address="unix:/" + "x" * 120).startswith("USAGE a socket file"))


def make_certificate(folder, name):
    key, cert = f"{folder}/{name}.key", f"{folder}/{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return cert, key


def tls(t, program):
    """TLS 1.2 and 1.3, nothing older, with HSTS; certificate and key must belong together."""
    with tempfile.TemporaryDirectory() as folder:
        cert, key = make_certificate(folder, "a")
        other = make_certificate(folder, "b")[1]
        t.true("mismatch", refusal(program, cert=cert, key=other).startswith("INPUT the HTTP server"))
        with Server(program, cert=cert, key=key, address="0.0.0.0", deadline=1, timeout=1) as s:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                a = tls_ask(s.port, cert, version, get("/a") + get("/kept"))
                t.is_(version.name, (a.status, b"secure=1" in a.body, a["Strict-Transport-Security"]),
                      (200, True, "max-age=31536000; includeSubDomains"))
            try:
                tls_ask(s.port, cert, ssl.TLSVersion.TLSv1_1, get("/a"))
                t.is_("TLS 1.1", "spoken", "refused")
            except ssl.SSLError:
                t.passed += 1
            with Connection(s.port) as c:  # no handshake comes
                t.true("a silent connection is closed", (c.closed(8) or 9) < 8)


def tls_ask(port, cert, version, request) -> Answer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cert)
    context.minimum_version = context.maximum_version = version
    sock = context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")
    with Connection(port, sock) as c:
        c.send(request)
        return c.answer()


CASES = [not_found, refused_by_route, body_limits, target_limits, queries, keep_alive, answers_by_class, errors,
         cookies, other_sites, uploads, starts, proxies, socket_file, tls]
