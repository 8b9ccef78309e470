#!/usr/bin/env python3
"""run.py NET_CLIENT - the outbound side of Redink against real servers on loopback.

NET_CLIENT (tests/net/client.c) makes one call and says what came of it; the servers of servers.py say
what arrived. Signatures are computed here once more, by Python. Ends with `N passed, N failed`.
"""
import base64
import email
import email.policy
import hashlib
import hmac
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse

import servers

CLIENT = sys.argv[1]
passed = failed = skipped = 0


def check(ok, what, got=None):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    if not ok:
        print(f"FAIL {what}: {got}")


def client(what, *flags, **options):
    words = [CLIENT, what, *flags] + [f"{k.replace('_', '-')}={v}" for k, v in options.items()]
    done = subprocess.run(words, capture_output=True, env=servers.environment(), timeout=60, check=False)
    if done.returncode != 0 or done.stderr:
        return {"rc": "CRASH", "en": done.stderr.decode("utf-8", "replace")}
    return json.loads(done.stdout)


def expect(code, answer, what):
    check(answer["rc"] == code, what, answer)
    return answer


def http_calls(folder, web, plain):
    ca = str(folder / "ca.pem")
    ours = dict(allow="*", private=1, ca=ca)
    got = expect("OK", client("http", url=web.base + "/ok", **ours), "a call with its own authority")
    check(got.get("body") == "hello" and got["etag"] == '"abc"' and got["retry_after"] == 7, "its reply", got)
    check("Cookie" not in web.seen[-1][2] and web.seen[-1][2]["User-Agent"].startswith("Redink/"), "its headers")
    got = expect("OK", client("http", method="POST", url=web.base + "/ok", body="账" * 1000, **ours), "a POST")
    check(web.seen[-1][3].decode() == "账" * 1000, "its body arrives")
    got = client("http", method="HEAD", url=web.base + "/ok", **ours)
    check(got.get("length") == 5 and got["body"] == "", "HEAD has a length and no body", got)

    before = len(web.seen)
    got = expect("OK", client("http", url=web.base + "/redirect", **ours), "a redirect is a reply")
    check(got.get("status") == 302 and len(web.seen) == before + 1, "and is not followed", got)

    refused = len(web.seen)
    port = web.server_port
    for what, options in {
        "loopback": dict(url=web.base + "/ok", allow="*", ca=ca),
        "localhost": dict(url=f"https://localhost:{port}/ok", allow="localhost", ca=ca),
        "a number": dict(url=f"https://2130706433:{port}/ok", allow="*", ca=ca),
        "hexadecimal": dict(url=f"https://0x7f.1:{port}/ok", allow="*", ca=ca),
        "mapped": dict(url=f"https://[::ffff:127.0.0.1]:{port}/ok", allow="*", private=1, ca=ca),
        "this network": dict(url=f"https://0.0.0.0:{port}/ok", allow="*", private=1, ca=ca),
        "metadata": dict(url="https://169.254.169.254/latest", allow="*", private=1, ca=ca),
        "an empty list": dict(url=web.base + "/ok", private=1, ca=ca),
        "another host": dict(url=web.base + "/ok", allow="hooks.example.com", private=1, ca=ca),
        "another prefix": dict(url=web.base + "/ok", allow="10.0.0.0/8", ca=ca),
        "plain http": dict(url=plain.base + "/ok", allow="*", private=1),
    }.items():
        got = expect("FORBIDDEN", client("http", **options), f"refused: {what}")
        check("127.0.0.1:1" not in got["en"] and "/ok" not in got["en"], f"no path in the message: {what}", got)
    check(len(web.seen) == refused and not plain.seen, "nobody was called")
    expect("OK", client("http", url=web.base + "/ok", allow="127.0.0.0/8", ca=ca), "a listed prefix is called")
    expect("OK", client("http", url=f"https://LOCALHOST:{port}/ok", allow="localhost", private=1, ca=ca),
           "a listed name is called")
    expect("OK", client("http", url=plain.base + "/ok", allow="*", private=1, plain=1), "plain http by permission")


def limits(folder, web):
    ours = dict(allow="*", private=1, ca=str(folder / "ca.pem"))
    for manner in ("slow", "drip"):
        start = time.monotonic()
        got = expect("UNAVAILABLE", client("http", url=f"{web.base}/{manner}", timeout=500, **ours), manner)
        check(time.monotonic() - start < 2.5 and "in time" in got["en"], f"{manner} is left in time", got)
    silent = servers.Silent()
    got = client("http", url=f"https://127.0.0.1:{silent.port}/", timeout=500, **ours)
    expect("UNAVAILABLE", got, "a server that never speaks")
    got = expect("LIMIT", client("http", url=web.base + "/huge", **ours), "a huge reply")
    check("65536" in got["en"] and ("sent", "all", {}, b"") not in web.seen, "is cut off", got)
    expect("LIMIT", client("http", url=web.base + "/headers", **ours), "huge headers")
    expect("OK", client("http", url=web.base + "/size/65536", **ours), "a reply at the limit")
    expect("LIMIT", client("http", url=web.base + "/size/65537", **ours), "a reply one byte above it")
    expect("OK", client("http", url=web.base + "/size/100", max=100, **ours), "a limit of its own")
    expect("LIMIT", client("http", url=web.base + "/size/101", max=100, **ours), "and one byte above")
    got = client("http", url=web.base + "/ok", times=200, threads=8, **ours)
    check(got.get("good") == 200, "200 calls by 8 threads", got)
    got = client("http", url=f"https://127.0.0.1:{servers.free_port()}/", **ours)
    expect("UNAVAILABLE", got, "nobody listens")


def certificates(folder, web):
    ca = str(folder / "ca.pem")
    base = dict(allow="*", private=1)
    expect("UNAVAILABLE", client("http", url=web.base + "/ok", **base), "an unknown authority")
    expect("UNAVAILABLE", client("http", url=web.base + "/ok", ca=str(folder / "other.pem"), **base),
           "another authority")
    named = servers.Web(servers.tls(folder, "named"))
    got = expect("UNAVAILABLE", client("http", url=named.base + "/ok", ca=ca, **base), "another name")
    check("certificate" in got["en"] and "证书" in got["zh"], "the message says what to check", got)
    check(not named.seen, "nothing was sent to it", named.seen)
    expect("USAGE", client("http", url=web.base + "/ok", ca="/nonexistent.pem", **base), "no file of authorities")


def webhooks(folder, web):
    ours = dict(allow="*", private=1, ca=str(folder / "ca.pem"))
    body = '{"event":"case.closed","title":"银行存款未达"}'
    call = dict(secret="0123456789abcdef密", delivery="d-42", event="case.closed", body=body, at=1764000707, **ours)
    expect("OK", client("hook", url=web.base + "/ok", **call), "a webhook")
    method, _, headers, got = web.seen[-1]
    want = "v1=" + hmac.new(call["secret"].encode(), headers["X-Redink-Timestamp"].encode() + b"." + got,
                            hashlib.sha256).hexdigest()
    check(method == "POST" and got == body.encode(), "its body arrives", got)
    check(hmac.compare_digest(want, headers["X-Redink-Signature"]), "its signature verifies", headers)
    check(headers["X-Redink-Delivery"] == "d-42" and headers["X-Redink-Event"] == "case.closed"
          and headers["X-Redink-Timestamp"] == "1764000707", "its other headers", headers)
    for manner, code in (("redirect", "FORBIDDEN"), ("missing", "NOT_FOUND")):
        expect(code, client("hook", url=f"{web.base}/{manner}", **call), f"a webhook's {manner}")
    web.answers["trouble"] = [(503, b"")]
    got = expect("UNAVAILABLE", client("hook", url=web.base + "/trouble", **call), "a receiver in trouble")
    check(got["status"] == 503, "its status is told", got)


def robots(folder, web):
    ours = dict(allow="*", private=1, ca=str(folder / "ca.pem"), title="[CASE-1] 逾期", text="请处理",
                link="https://r.example/1", now=1764000707123000)
    web.answers.update({
        "wecom": [(200, b'{"errcode":0,"errmsg":"ok"}'), (200, b'{"errcode":45009,"errmsg":"freq"}')],
        "dingtalk": [(200, b'{"errcode":0,"errmsg":"ok"}'), (200, b'{"errcode":310000,"errmsg":"sign not match"}')],
        "feishu": [(200, b'{"code":0,"msg":"success"}'), (400, b'{"code":19021,"msg":"sign match fail"}')]})
    expect("OK", client("robot", kind=0, url=web.base + "/wecom?key=k", **ours), "WeCom")
    sent = json.loads(web.seen[-1][3])
    check(sent == {"msgtype": "text", "text": {"content": "[CASE-1] 逾期\n请处理\nhttps://r.example/1"}}, "its body", sent)
    expect("TOO_MANY", client("robot", kind=0, url=web.base + "/wecom?key=k", **ours), "WeCom's limit")

    secret = "SEC密"
    expect("OK", client("robot", kind=1, url=web.base + "/dingtalk?access_token=t", secret=secret, markdown=1, **ours),
           "DingTalk")
    query = dict(urllib.parse.parse_qsl(web.seen[-1][1].split("?")[1]))
    want = base64.b64encode(hmac.new(secret.encode(), f"{query['timestamp']}\n{secret}".encode(), hashlib.sha256)
                            .digest()).decode()
    check(query == {"access_token": "t", "timestamp": "1764000707123", "sign": want}, "its sign verifies", query)
    check(json.loads(web.seen[-1][3])["msgtype"] == "markdown", "its body")
    got = expect("FORBIDDEN", client("robot", kind=1, url=web.base + "/dingtalk", **ours), "DingTalk's refusal")
    check("sign not match" in got["en"], "in its own words", got)

    expect("OK", client("robot", kind=2, url=web.base + "/feishu", secret=secret, **ours), "Feishu")
    sent = json.loads(web.seen[-1][3])
    want = base64.b64encode(hmac.new(f"{sent['timestamp']}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
    check(sent["sign"] == want and sent["timestamp"] == "1764000707", "its sign verifies", sent)
    got = expect("FORBIDDEN", client("robot", kind=2, url=web.base + "/feishu", **ours), "Feishu's refusal")
    check("19021" in got["en"], "with its code", got)


def mails(folder):
    ca = str(folder / "ca.pem")
    controller, box = servers.mail_server(tls_context=servers.tls(folder, "good"), require_starttls=True,
                                          auth_required=True)
    attached = bytes(range(256)) * 50
    (folder / "file").write_bytes(attached)
    mail = {"host": "127.0.0.1", "port": controller.port, "ca": ca, "private": 1, "user": "redink",
            "password": "密码 1", "from": "redink@example.com", "from_name": "红墨水", "to": "ann@example.com",
            "to_name": "Ann \"A\" B", "cc": "bob@example.com", "subject": "[CASE-7] 已逾期：银行存款未达账项超过三十天未核对",
            "text": "第一行\n.第二行\n", "html": "<p>第一行</p>", "id": "7.1@redink.example", "at": 1764000707000000,
            "file": str(folder / "file"), "file_name": "审计 报告.bin", "save": str(folder / "built")}
    expect("OK", client("mail", **mail), "a mail by STARTTLS")
    check(len(box.mails) == 1, "arrives once", len(box.mails))
    sender, to, content, secure, known = box.mails[0]
    check(content == (folder / "built").read_bytes(), "byte for byte")
    check(secure and known and sender == "redink@example.com" and to == ["ann@example.com", "bob@example.com"],
          "encrypted, signed in, to both", (sender, to, secure, known))
    got = email.message_from_bytes(content, policy=email.policy.default)
    check(got["subject"] == mail["subject"] and not got.defects, "its subject is Chinese", got["subject"])
    check(got["from"].addresses[0].display_name == "红墨水" and got["to"].addresses[0].display_name == 'Ann "A" B',
          "its names", (got["from"], got["to"]))
    check(got["date"].datetime.timestamp() == 1764000707 and got["message-id"] == "<7.1@redink.example>", "its date and id")
    text = got.get_body(("plain",)).get_content()
    check(text.replace("\r\n", "\n") == mail["text"], "its text", text)
    check(got.get_body(("html",)).get_content().strip() == mail["html"], "its HTML")
    files = list(got.iter_attachments())
    check(len(files) == 1 and files[0].get_content() == attached and files[0].get_filename() == "审计 报告.bin",
          "its attachment", [f.get_filename() for f in files])

    def refused(code, what, **other):
        before = len(box.mails)
        answer = expect(code, client("mail", **dict(mail, **other)), what)
        check(len(box.mails) == before, f"nothing arrives: {what}")
        return answer

    got = refused("FORBIDDEN", "a wrong password", password="wrong")
    check("password" in got["en"] and "wrong" not in got["en"], "without saying it", got)
    refused("FORBIDDEN", "an unknown recipient", to="nobody@example.com")
    refused("UNAVAILABLE", "a recipient for later", to="later@example.com")
    refused("UNAVAILABLE", "another authority", ca=str(folder / "other.pem"))
    refused("FORBIDDEN", "a private address without permission", private=0)
    refused("USAGE", "a password without encryption", security=2)
    refused("USAGE", "a header in the subject", subject="a\r\nBcc: eve@example.com")
    controller.stop()

    bare, bare_box = servers.mail_server()
    got = expect("UNAVAILABLE", client("mail", **dict(mail, port=bare.port)), "a server without STARTTLS")
    check(not bare_box.mails, "gets nothing")
    raw = b"Subject: x\r\n\r\n.\r\n..two\r\n.end\r\n"
    (folder / "raw").write_bytes(raw)
    plain = {"host": "127.0.0.1", "port": bare.port, "security": 2, "private": 1, "from": "a@b.example",
             "to": "c@d.example", "file": str(folder / "raw")}
    expect("OK", client("smtp", **plain), "a plain relay")
    check(bare_box.mails and bare_box.mails[0][2] == raw, "dots at the start of lines arrive", bare_box.mails)
    bare.stop()

    smtps, smtps_box = servers.mail_server(ssl_context=servers.tls(folder, "good"), auth_require_tls=False)
    expect("OK", client("mail", **dict(mail, port=smtps.port, security=1)), "a mail by TLS from the start")
    check(len(smtps_box.mails) == 1, "arrives")
    smtps.stop()
    silent = servers.Silent()
    start = time.monotonic()
    expect("UNAVAILABLE", client("mail", **dict(mail, port=silent.port, timeout=500)), "a silent mail server")
    check(time.monotonic() - start < 3, "is left in time")


def store(folder):
    s3 = servers.Store(folder, "good")
    ours = dict(endpoint=f"https://127.0.0.1:{s3.port}", bucket="blobs", key="S3RVER", secret="S3RVER", private=1,
                ca=str(folder / "ca.pem"), pause=20)
    data = bytes(range(256)) * 8000 + b"end"
    (folder / "blob").write_bytes(data)
    try:
        name = "ab/cd ef+é=账?.bin"  # no "&": this server escapes it twice in its lists
        expect("OK", client("s3-put", object=name, file=folder / "blob", **ours), "put")
        got = expect("OK", client("s3-get", object=name, max=1 << 24, save=folder / "back", **ours), "get")
        check(got.get("size") == len(data) and (folder / "back").read_bytes() == data, "the same bytes", got)
        got = expect("OK", client("s3-head", object=name, **ours), "head")
        check(got.get("size") == len(data), "has its size", got)
        expect("LIMIT", client("s3-get", object=name, max=len(data) - 1, **ours), "an object above the limit")
        (folder / "empty").write_bytes(b"")
        names = [f"list/{i:02d}" for i in range(7)]
        for n in names:
            expect("OK", client("s3-put", object=n, file=folder / "empty", **ours), f"put {n}")
        got = expect("OK", client("s3-list", prefix="list/", count=3, **ours), "list by pages")
        check(got.get("keys") == names and got["pages"] == 3, "in order", got)
        got = expect("OK", client("s3-list", prefix="ab/cd ef+", count=1000, **ours), "list with an odd prefix")
        check(got.get("keys") == [name], "finds it", got)
        got = expect("OK", client("s3-get", object="list/00", max=10, **ours), "an empty object")
        expect("OK", client("s3-delete", object=name, **ours), "delete")
        expect("OK", client("s3-delete", object=name, **ours), "delete again")
        got = expect("NOT_FOUND", client("s3-get", object=name, max=100, **ours), "get what is gone")
        check("NoSuchKey" in got["en"], "with the store's code", got)
        expect("NOT_FOUND", client("s3-head", object=name, **ours), "head of what is gone")
        got = expect("NOT_FOUND", client("s3-list", **dict(ours, bucket="nothere", count=3)), "no such bucket")
        check("NoSuchBucket" in got["en"], "with the store's code", got)
        got = expect("FORBIDDEN", client("s3-get", object="list/00", max=10, **dict(ours, secret="wrong")),
                     "a wrong secret")
        check("SignatureDoesNotMatch" in got["en"], "with the store's code", got)
        expect("FORBIDDEN", client("s3-put", object="x", file=folder / "empty", **dict(ours, key="nobody")),
               "an unknown key")
        expect("FORBIDDEN", client("s3-get", object="list/00", max=10, **dict(ours, private=0)),
               "a private address without permission")
        expect("OK", client("s3-get", object="list/00", max=10, allow="127.0.0.1", **dict(ours, private=0)),
               "a listed address")
        expect("UNAVAILABLE", client("s3-get", object="list/00", max=10, attempts=2,
                                     **dict(ours, ca=str(folder / "other.pem"))), "another authority")
    finally:
        s3.stop()


def signed_by(headers, method, path, body, secret):
    """The signature of a request that arrived, computed again from what arrived."""
    auth = headers["Authorization"]
    parts = dict(p.split("=", 1) for p in auth.split(" ", 1)[1].split(","))
    low = {k.lower(): v for k, v in headers.items()}
    url, _, query = path.partition("?")
    names = parts["SignedHeaders"].split(";")
    canonical = "\n".join([method, url, query, *(f"{n}:{low[n]}" for n in names), "", ";".join(names),
                           hashlib.sha256(body).hexdigest()])
    scope = parts["Credential"].split("/", 1)[1]
    text = "\n".join(["AWS4-HMAC-SHA256", low["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return parts["Signature"] == hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def store_in_trouble(folder, web):
    """What a real store does seldom: conditional writes, 5xx, answers of somebody else."""
    ours = dict(endpoint=web.base, bucket="odd", key="K", secret="S", private=1, ca=str(folder / "ca.pem"), pause=20)
    (folder / "blob").write_bytes(b"bytes")
    put = lambda **more: client("s3-put", object="a b", file=folder / "blob", **dict(ours, **more))
    exists = b"<Error><Code>PreconditionFailed</Code></Error>"
    web.answers["odd"] = [(200, b""), (412, exists)]
    expect("OK", put(if_none=1), "put when there is none")
    method, path, headers, body = web.seen[-1]
    check(headers.get("if-none-match") == "*" and signed_by(headers, method, path, body, "S"),
          "the condition is signed", headers)
    got = expect("CONFLICT", put(if_none=1), "put when there is one")
    check("PreconditionFailed" in got["en"], "with the store's code", got)
    web.answers["odd"] = [(409, b"<Error><Code>ConditionalRequestConflict</Code></Error>")]
    expect("CONFLICT", put(if_none=1), "two writers at once")
    before = len(web.seen)
    web.answers["odd"] = [(503, b"<Error><Code>SlowDown</Code></Error>"), (500, b""), (200, b"")]
    expect("OK", put(), "a store that comes back")
    check(len(web.seen) == before + 3, "after three tries", len(web.seen) - before)
    before = len(web.seen)
    web.answers["odd"] = [(503, b"<Error><Code>SlowDown</Code></Error>")]
    got = expect("UNAVAILABLE", put(attempts=3), "a store that does not")
    check(len(web.seen) == before + 3 and "SlowDown" in got["en"], "tried three times", got)
    before = len(web.seen)
    web.answers["odd"] = [(403, b"<!DOCTYPE x [<!ENTITY a 'b'>]><Error><Code>&a;</Code></Error>")]
    got = expect("FORBIDDEN", put(), "a refusal with a document type")
    check(len(web.seen) == before + 1 and "(" not in got["en"].split("answered")[1], "tried once, not read", got)
    web.answers["odd"] = [(200, b"<html>log in</html>")]
    expect("CORRUPT", client("s3-list", count=3, **ours), "what is no list")
    web.answers["odd"] = [(307, b"", [("Location", web.base + "/ok")])]
    expect("FORBIDDEN", put(), "a redirect of the store")


def main():
    global skipped
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        servers.certificates(folder)
        web = servers.Web(servers.tls(folder, "good"))
        http_calls(folder, web, servers.Web())
        limits(folder, web)
        certificates(folder, web)
        webhooks(folder, web)
        robots(folder, web)
        mails(folder)
        store_in_trouble(folder, web)
        if servers.Store.installed():
            store(folder)
        else:
            skipped += 1
            print("skipped: no S3 server; run npm --prefix tests/net ci --ignore-scripts")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return failed > 0


sys.exit(main())
