#!/usr/bin/env python3
"""Tests of the readers: io_test.py --redink BIN --io-dump BIN [SUITE...]

Suites: golden (tests/io and the examples of docs/mapping.md), hostile (tests/badinput), texts
(odd strings survive), real (SAF-T files). Standard library only. The last line is "N passed, N failed".
"""
import csv
import glob
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
CANARY = "/tmp/redink-xxe-canary"
SLIP = "/tmp/redink-slip"
SECRET = "canary text that must never be seen"
# A hostile file of 20 MB and a book of nothing: the program itself takes a few MiB.
SECONDS_MAX = 20
RSS_MAX_KIB = 700 * 1024

passed = failed = 0


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL", what)
    return ok


def skip(what):
    print("skipped:", what)


def shared_data():
    for path in (os.environ.get("REDINK_SHARED_DATA"), os.path.join(ROOT, "..", "shared", "data")):
        if path and os.path.isdir(path):
            return path
    return None


def run(args):
    """Exit code, stdout, stderr, seconds, peak memory in KiB; -1 when it took too long."""
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    start = time.monotonic()
    child = subprocess.Popen(args, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
    timer = threading.Timer(SECONDS_MAX, child.kill)
    timer.start()
    _, status, usage = os.wait4(child.pid, 0)
    timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    out.seek(0)
    err.seek(0)
    return (child.returncode, out.read().decode("utf-8", "replace"),
            err.read().decode("utf-8", "replace"), time.monotonic() - start, usage.ru_maxrss)


# ---- golden ----

def golden(redink, io_dump, work):
    fixtures = os.path.join(work, "fixtures")
    subprocess.run([sys.executable, os.path.join(ROOT, "tools", "mkfixtures.py"), fixtures], check=True)
    code, out, err, _, _ = run([io_dump, "--files", fixtures, os.path.join(HERE, "io")])
    last = out.strip().rsplit("\n", 1)[-1]
    found = re.match(r"(\d+) passed, (\d+) failed$", last)
    if not check(found is not None and code in (0, 1), "golden: %s%s" % (out, err)):
        return
    global passed, failed
    passed += int(found.group(1)) - 1
    failed += int(found.group(2))
    if code:
        print(out)
    docs(redink, io_dump, work)


# ---- hostile files ----

class Listener:
    """Notices when anything connects to the port that the hostile files name."""
    def __init__(self):
        self.hits, self.stop = 0, False
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", 18099))
        self.server.listen()
        self.server.settimeout(0.2)
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while not self.stop:
            try:
                self.server.accept()[0].close()
                self.hits += 1
            except socket.timeout:
                pass

    def close(self):
        self.stop = True
        self.thread.join()
        self.server.close()


def said_something(report):
    """A record was left out, or a note says what is odd about one."""
    files = [f for b in report["books"] for f in b["files"]]
    return any(f["records_rejected"] for f in files) or bool(report["notes"])


def hostile(redink, io_dump, work):
    bad = os.path.join(work, "bad")
    subprocess.run([sys.executable, os.path.join(HERE, "badinput", "gen.py"), bad], check=True,
                   stdout=subprocess.DEVNULL)
    sanitized = b"__asan_init" in open(redink, "rb").read()
    with open(CANARY, "w") as f:
        f.write(SECRET)
    try:
        listener = Listener()
    except OSError as e:
        listener = None
        skip("port 18099 is in use: %s" % e)
    for path in sorted(glob.glob(bad + "/*/*")):
        name = os.path.relpath(path, bad)
        code, out, err, seconds, rss = run([redink, "check", "--no-config", "--format", "json", path])
        kind = os.path.basename(name)[0]
        check(code in (0, 1, 2), "%s: exit code %d (crash or too slow)\n%s" % (name, code, err[-2000:]))
        check(seconds < SECONDS_MAX and (sanitized or rss < RSS_MAX_KIB),
              "%s: %.1f s, %d MiB" % (name, seconds, rss // 1024))
        check(SECRET not in out + err, "%s: a file outside was read" % name)
        check("internal error" not in err, "%s: %s" % (name, err))
        if code == 2:
            check(kind != "a" and len(err.strip()) > 20, "%s: refused: %s" % (name, err))
        elif code in (0, 1):
            report = json.loads(out)
            check(kind != "r" or said_something(report), "%s: read without a word" % name)
            lines = sum(b["lines"] for b in report["books"])
            check(kind != "a" or lines > 0, "%s: nothing was read" % name)
    if listener:
        listener.close()
        check(listener.hits == 0, "something connected to 127.0.0.1:18099")
    check(not os.path.lexists(SLIP), "a package wrote %s" % SLIP)
    os.unlink(CANARY)
    # all of them as one folder: what cannot be read is passed over, good records are kept
    folder = os.path.join(work, "folder")
    os.makedirs(folder)
    for name in ("csv/a_gbk.csv", "csv/r_binary_png.csv", "xml/r_xxe_file.xml", "xlsx/r_crc.xlsx", "xlsx/a_minimal.xlsx"):
        shutil.copy(os.path.join(bad, name), folder)
    code, out, err, _, _ = run([redink, "check", "--no-config", "--format", "json", folder])
    if check(code in (0, 1), "folder with broken files: %s" % err):
        files = json.loads(out)["books"][0]["files"]
        read = sorted(os.path.basename(f["name"]) for f in files if f["records_read"])
        check(read == ["a_gbk.csv", "a_minimal.xlsx#S"], "folder with broken files: read %s" % read)


# ---- odd texts ----

def shown(text):
    """A text as io_dump prints it: trimmed, control characters as \\xNN."""
    text = text.strip(" \t\n\v\f\r\u00a0\u3000\ufeff")
    return "".join("\\x%02x" % ord(c) if ord(c) < 32 or ord(c) == 127 else c for c in text)


def survive(io_dump, work, name, texts):
    """Writes each text as the summary of a line, reads the file back and compares."""
    path = os.path.join(work, "texts.csv")
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["日期", "凭证号", "科目编码", "借方金额", "贷方金额", "摘要"])
    for i, text in enumerate(texts):
        writer.writerow(["2024-01-05", i + 1, "1001", "1.00", "", text])
    with open(path, "wb") as f:
        f.write(out.getvalue().encode("utf-8"))
    _, got, err, _, _ = run([io_dump, "--print", path])
    lines = re.findall(r"^  \d+ account=1001 debit=1\.00 credit=0\.00(?: text=(.*))?$", got, re.M)
    if not check(len(lines) == len(texts), "%s: %d of %d lines\n%s%s" % (name, len(lines), len(texts), got[:500], err[-500:])):
        return
    for want, have in zip(texts, lines):
        check(have == shown(want), "%s: %r came back as %r" % (name, want, have))


def texts(redink, io_dump, work):
    data = shared_data()
    own = ["a,b", 'say "x"', "one\r\ntwo", "tab\there", "'single'", "=1+1", "%s%n", "../../etc", "\u202efdp", "e\u0301",
           "𠮷", "👩‍👩‍👧", "\u0000"[:0] + "zero", "-", "NULL", "０１２", "\\", "a;b|c", "<b>&amp;"]
    survive(io_dump, work, "own texts", own)
    if data is None:
        return skip("no shared data (REDINK_SHARED_DATA): blns and csv-spectrum")
    with open(os.path.join(data, "badinput/blns/blns.json"), encoding="utf-8") as f:
        naughty = json.load(f)
    # half characters cannot be written as UTF-8; U+0000 is covered by the hostile files
    survive(io_dump, work, "blns", [s for s in naughty if not re.search("[\ud800-\udfff\0]", s)])
    spectrum = os.path.join(data, "badinput/csv-spectrum")
    for path in sorted(glob.glob(spectrum + "/json/*.json")):
        with open(path) as f:
            rows = json.load(f)
        rows = rows if isinstance(rows, list) else [rows]
        survive(io_dump, work, os.path.basename(path), [str(v) for row in rows for v in row.values()])
    for path in sorted(glob.glob(spectrum + "/csvs/*.csv")):
        code, _, err, _, _ = run([redink, "check", "--no-config", path])
        check(code == 2 and err.strip(), "%s is no book: exit %d" % (os.path.basename(path), code))


# ---- real files ----

def dump_of(io_dump, path):
    code, out, err, _, _ = run([io_dump, "--print", path])
    check(code == 0 and not out.startswith("error"), "%s: %s%s" % (path, out[:300], err[-300:]))
    return out


def real(redink, io_dump, work):
    data = shared_data()
    if data is None:
        return skip("no shared data (REDINK_SHARED_DATA): SAF-T files")
    for path in glob.glob(data + "/saft_no/Example Files/*.xml"):
        out = dump_of(io_dump, path)
        truth = {}
        with open(data + "/saft_no/truth.csv", encoding="utf-8") as f:
            truth = {r["measure"]: r["value"] for r in csv.DictReader(f)}
        counts = re.search(r"^lines (\d+) vouchers (\d+) open (\d+) currency=NOK$", out, re.M)
        check(counts and counts.groups() == (truth["lines"], truth["transactions"], truth["transactions not balanced"]),
              "saft_no: %s" % (counts and counts.group(0)))
        accounts = re.findall(r"^account .* declared opening=", out, re.M)
        check(len(accounts) == int(truth["accounts"]), "saft_no: %d accounts" % len(accounts))
        for kind, column in (("debit", "total debit"), ("credit", "total credit")):
            minor = truth[column].replace(".", "")
            header = truth[column + " in the header"].replace(".", "")
            check("%s declared=%s computed=%s\n" % (kind, header, minor) in out, "saft_no: total %s" % kind)
        check("entries declared=%s computed=%s\n" % (truth["number of entries in the header"], truth["transactions"]) in out,
              "saft_no: entries")
    with open(data + "/saft_pt/truth.csv", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    for row in rows:
        out = dump_of(io_dump, os.path.join(data, "saft_pt", row["file"]))
        name = row["file"]
        check("saf-t windows-1252 standard" in out and "lines 0 vouchers 0" in out, "%s: %s" % (name, out[:200]))
        check("scope=SalesInvoices declared=%s computed=%s\n" % (row["invoices"], row["invoices"]) in out, "%s: invoices" % name)
        if int(row["work_documents"]):
            check("scope=WorkingDocuments declared=%s computed=%s\n" % (row["work_documents"], row["work_documents"]) in out,
                  "%s: work documents" % name)
            check("found=MovementOfGoods hint=%s documents" % row["stock_movements"] in out, "%s: movements" % name)
        parties = len(re.findall(r"^party ", out, re.M))
        # three suppliers stand beside the customers in all files but the permissive one
        check(parties == (int(row["customers"]) + 3 if int(row["customers"]) else 0), "%s: %d parties" % (name, parties))
        differ = [t for t in re.findall(r"^total .*scope=(\S+) declared=(-?\d+) computed=(-?\d+)$", out, re.M) if t[1] != t[2]]
        # these two variants state 18.00 less than their working documents come to
        odd = name in ("saft_MISSING_CUSTOMER_INVOICE.xml", "saft_MISSING_PRODUCT_INVOICE.xml")
        check(differ == ([("WorkingDocuments", "147585", "165585")] if odd else []), "%s: %s" % (name, differ))


# ---- the examples of the manual ----

def docs(redink, io_dump, work):
    with open(os.path.join(ROOT, "docs", "mapping.md"), encoding="utf-8") as f:
        examples = re.findall(r"```yaml\n(.*?)```", f.read(), re.S)
    check(len(examples) >= 3, "docs/mapping.md: %d examples" % len(examples))
    books = os.path.join(work, "other.tsv") # no example is about this file, so only the mapping itself is tried
    with open(books, "w", encoding="utf-8") as f:
        f.write("日期\t凭证号\t科目编码\t借方金额\t贷方金额\t摘要\n2024-01-05\t1\t1001\t5\t\ta\n2024-01-05\t1\t1002\t\t5\ta\n")
    for i, example in enumerate(examples):
        path = os.path.join(work, "mapping.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(example)
        code, _, err, _, _ = run([redink, "check", "--no-config", "--mapping", path, books])
        check(code in (0, 1), "docs/mapping.md, example %d: %s" % (i + 1, err))


def main():
    args = sys.argv[1:]
    paths = {}
    while len(args) > 1 and args[0] in ("--redink", "--io-dump"):
        paths[args[0]], args = os.path.abspath(args[1]), args[2:]
    if len(paths) != 2:
        sys.exit(__doc__)
    suites = {"golden": golden, "hostile": hostile, "texts": texts, "real": real}
    with tempfile.TemporaryDirectory() as work:
        for name in args or suites:
            suites[name](paths["--redink"], paths["--io-dump"], work)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
