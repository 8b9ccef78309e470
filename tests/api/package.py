#!/usr/bin/env python3
"""package.py [--build DIR] - takes a case as an archive, reads it without Redink, checks it, and tampers with it.

With REDINK_TEST_PG the server keeps its data in that PostgreSQL database. Ends with `N passed, N failed`.
"""
import argparse
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

import harness


def verify(program, path, *more):
    """Exit code and report of `redink verify`."""
    done = subprocess.run([program, "verify", path, "--json", *more], capture_output=True, text=True, timeout=120,
                          env=dict(os.environ, ASAN_OPTIONS="detect_leaks=1"), check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {"error": done.stderr}


def rewrite(data, change):
    """The archive with one part changed: change(name, bytes) gives bytes, or None to leave it out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
    return out.getvalue()


def reseal(data):
    """What a careful forger does: the manifest fits again."""
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        lines = "".join(f"{hashlib.sha256(z.read(n)).hexdigest()}  {n}\n" for n in z.namelist() if n != "manifest.sha256")
    return rewrite(data, lambda name, body: lines.encode() if name == "manifest.sha256" else body)


def make_case(w):
    """A case with people, comments, a question and an original; and its package."""
    anna, sue = w.people["anna"], w.people["sue"]
    kind = sue.must("POST", "/api/v1/exception_type", {
        "slug": "p-missing", "name": "缺少合同", "area": "document", "nature": "missing", "severity": "medium",
        "certainty": "fact", "finds": "无合同"})
    case = anna.must("POST", "/api/v1/case", {
        "name": "租金 <b>没有</b> 合同", "type": kind["id"], "client": w.ids["acme"], "appearance": "三月租金 & 物业费"})
    anna.must("POST", f"/api/v1/case/{case['id']}/comments", {"body": "内部：先问房东"})
    anna.must("POST", "/api/v1/question", {"name": "有合同吗？", "client": w.ids["acme"], "case": case["id"]})
    proof = anna.must("POST", "/api/v1/evidence", {"name": "租赁合同", "case": case["id"], "kind_of": "contract"})
    r = anna.call("POST", f"/api/v1/evidence/{proof['id']}/attachments?name=租赁 合同:1.pdf", b"%PDF-1.4 contract",
                  {"Content-Type": "application/octet-stream"})
    if r.status != 201:
        raise harness.Broken(f"attach: {r}")
    r = anna.call("GET", f"/api/v1/cases/{case['id']}/package")
    if r.status != 200:
        raise harness.Broken(f"package: {r}")
    return case, r.body


def read_without_redink(count, data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        names = z.namelist()
        page = z.read("index.html").decode()
        listed = {line[66:]: line[:64] for line in z.read("manifest.sha256").decode().splitlines()}
        wrong = [n for n, h in listed.items() if hashlib.sha256(z.read(n)).hexdigest() != h]
        records = json.loads(z.read("case.json"))["records"]
        events = [json.loads(line) for line in z.read("events.jsonl").decode().splitlines()]
    count.check(not wrong and set(names) == set(listed) | {"manifest.sha256"}, f"the manifest is not whole: {wrong}")
    count.check({r["kind"] for r in records} >= {"case", "question", "evidence"}, "records that belong to it are missing")
    count.check("租金 &lt;b&gt;没有&lt;/b&gt; 合同" in page and "<b>没有" not in page, "the page does not escape")
    count.check("内部：先问房东" in page and "租赁合同" in page, "the page does not show comments or evidence")
    count.check(not re.search(r"(?:src|href)=\"(?:https?:)?//", page), "the page needs another host")
    originals = [n for n in names if n.startswith("files/")]
    count.check(originals == ["files/0001-租赁 合同-1.pdf"], f"originals: {originals}")
    count.check({"case.created", "evidence.attached", "question.created"} <= {e["type"] for e in events},
                "events are missing")
    count.check([e["seq"] for e in events] == sorted({e["seq"] for e in events}), "events are not in order")


def tamper(count, program, folder, data, key):
    """Each way of changing something is found, with the right words."""
    def swap(part, old, new):
        return lambda name, body: body.replace(old, new) if re.fullmatch(part, name) else body

    ways = (
        ("an original", rewrite(data, swap(r"files/.*", b"contract", b"kontract")), "files/"),
        ("the page", rewrite(data, swap(r"index\.html", "合同".encode(), "发票".encode())), "index.html"),
        ("an original, resealed", reseal(rewrite(data, swap(r"files/.*", b"contract", b"kontract"))), "files/"),
        ("a payload, resealed", reseal(rewrite(data, swap(r"events\.jsonl", "物业费".encode(), "水电费".encode()))),
         "events.jsonl"),
        ("a proof left out", reseal(rewrite(data, lambda n, b: None if n.startswith("proofs/") else b)), "proofs/"),
        ("a file left out", rewrite(data, lambda n, b: None if n.startswith("files/") else b), "files/"),
        ("the checkpoint", reseal(rewrite(data, swap(r"checkpoint\.note", b"\n", b"\n1"))), "checkpoint.note"),
    )
    for what, changed, where in ways:
        path = folder / "changed.zip"
        path.write_bytes(changed)
        code, said = verify(program, path, "--key", key)
        count.check(code == 1 and said.get("sound") is False and said["bad"].startswith(where),
                    f"{what}: exit {code}, {said}")
    for cut in (0, 10, len(data) // 2, len(data) - 5):
        path = folder / "cut.zip"
        path.write_bytes(data[:cut])
        count.check(verify(program, path, "--key", key)[0] in (1, 2), f"cut at {cut} bytes")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build-asan")
    a = p.parse_args()
    count = harness.Count()
    server = harness.Server(a.build, pg=os.environ.get("REDINK_TEST_PG"))
    try:
        w = harness.set_up(server)
        case, data = make_case(w)
        read_without_redink(count, data)
        with tempfile.TemporaryDirectory(prefix="redink-package-") as name:
            folder = pathlib.Path(name)
            (folder / "case.zip").write_bytes(data)
            with zipfile.ZipFile(io.BytesIO(data)) as z:
                key = z.read("log.vkey").decode().strip()
            code, said = verify(server.program, folder / "case.zip", "--key", key)
            count.check(code == 0 and said["sound"] and said["trusted"] and said["originals"] == 1, f"sound: {said}")
            code, said = verify(server.program, folder / "case.zip")
            count.check(code == 0 and said["sound"] and not said["trusted"], f"without a key: {said}")
            tamper(count, server.program, folder, data, key)
            stranger = re.sub(r"\+[0-9a-f]{8}\+.*", "+00000000+AQ==", key)
            count.check(verify(server.program, folder / "case.zip", "--key", stranger)[0] == 2, "a key that is none")
        harness.finish(server, count)
    except (harness.Broken, OSError) as e:
        count.check(False, f"{e}: {server.end()}")
    finally:
        server.__exit__()
    return count.done()


if __name__ == "__main__":
    sys.exit(main())
