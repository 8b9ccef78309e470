"""Compares what `redink check` says about the example books with truth.csv.

A row of truth.csv is found when a finding of its slug points into the lines of its voucher or, for
rows without a voucher, names its account and period. Whatever else is reported is listed,
but for complete red pairs; the clean books may hold information only.
"""
import bisect
import csv
import io
import json
import os
import subprocess

JOURNAL = "序时账.csv"


def run(program, folder):
    out = subprocess.run([program, "check", folder, "--format", "json"], capture_output=True,
                         check=False)
    if out.returncode not in (0, 1):
        raise SystemExit("%s: %s" % (folder, out.stderr.decode()))
    return json.loads(out.stdout)


def voucher_starts(path):
    """First lines of the vouchers, and the line behind the last one."""
    with open(path, encoding="gb18030", newline="") as f:
        rows = list(csv.reader(io.StringIO(f.read())))
    return [n for n, row in enumerate(rows, 1) if n > 4 and row[2]] + [len(rows)]


def is_found(row, finding, starts):
    if finding["slug"] != row["slug"]:
        return False
    if row["line"]:
        last = starts[bisect.bisect_right(starts, int(row["line"]))]
        return any(w["file"].endswith(JOURNAL) and int(row["line"]) <= w["line"] < last
                   for w in finding["where"])
    text = json.dumps(finding, ensure_ascii=False)
    return row["account"] in text and row["period"] in text


def verify(program, folder):
    """Prints what is missing and what is more; returns how many are wrong."""
    wrong = 0
    books = os.path.join(folder, "澄溪商贸2025")
    findings = run(program, books)["findings"]
    starts = voucher_starts(os.path.join(books, JOURNAL))
    with open(os.path.join(folder, "truth.csv"), encoding="utf-8") as f:
        truth = list(csv.DictReader(f))
    for row in truth:
        if not any(is_found(row, f, starts) for f in findings):
            wrong += 1
            print("missed: %(slug)s %(voucher)s %(account)s %(period)s (%(planted_en)s)" % row)
    for f in findings:
        known = f["slug"] == "red-ink-pair" or any(is_found(row, f, starts) for row in truth)
        if not known:
            print("besides: %s %s %s: %s" % (f["severity"], f["certainty"], f["slug"],
                                             f["message"]["en"]))
    for f in run(program, os.path.join(folder, "clean"))["findings"]:
        if f["severity"] == "info":
            continue
        wrong += 1
        print("clean books: %s %s %s: %s" % (f["severity"], f["certainty"], f["slug"],
                                             f["message"]["en"]))
    print("%d rows of truth.csv, %d wrong" % (len(truth), wrong))
    return wrong
