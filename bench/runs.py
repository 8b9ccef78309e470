#!/usr/bin/env python3
"""Check runs on the server: how long a set of books takes from upload to cases, and how many a night.

  python3 bench/runs.py [--build build] [--lines 20000] [--client-lines 3000] [--clients 40]

One set of books of --lines lines is uploaded, read, committed and checked; then --clients sets of
--client-lines lines are checked anew all at once, as in the night after a new release. Ledgers are those of
gen_ledger, with one line in a thousand wrong. Prints one line per bar; ends with 1 when one is not met.
"""
import argparse
import datetime
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "api"))
import harness  # noqa: E402
from ledgers import BOOKS, Ledger  # noqa: E402

WRONG = "1e-3"
WAIT_S = 300


class Desk:
    def __init__(self, root):
        self.root = root

    def until(self, path, good):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            body = self.root.must("GET", path)
            if good(body):
                return body
            time.sleep(0.02)
        raise harness.Broken(f"{path}: {body}")

    def books(self, client, name):
        return self.root.must("POST", "/api/v1/books", {"name": name, "year": 2026, "client": client})["id"]

    def upload(self, client, books, ledger):
        """Answers when the bytes were there, when the preview, and when the commit."""
        at = "/api/v1/import/" + self.root.must("POST", "/api/v1/import", {
            "name": "bench", "books": books, "client": client})["id"]
        for name in BOOKS:
            self.root.must("POST", f"{at}/attachments?name={name}", (ledger.books / name).read_bytes(),
                           Content_Type="application/octet-stream")
        there = time.monotonic()
        self.root.must("POST", at + "/do/preview", {}, If_Match='"1"')
        version = self.until(at, lambda b: b["state"] in ("previewed", "failed"))["version"]
        previewed = time.monotonic()
        self.root.must("POST", at + "/do/commit", {}, If_Match=f'"{version}"')
        return there, previewed, time.monotonic()

    def checked(self, books):
        last = self.until(f"/api/v1/books/{books}", lambda b: b["last_run"])["last_run"]
        return self.root.must("GET", f"/api/v1/run/{last}")


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def bar(what, measured, limit, met):
    print(f"{what:<58} {measured:<28} {limit:<10} {'met' if met else 'NOT MET'}", flush=True)
    return met


def one(desk, client, ledger):
    books = desk.books(client, "one")
    began = time.monotonic()
    there, previewed, committed = desk.upload(client, books, ledger)
    run = desk.checked(books)
    whole = time.monotonic() - began
    print(f"    uploaded {(there - began) * 1000:.0f} ms, previewed {(previewed - there) * 1000:.0f}, committed "
          f"{(committed - previewed) * 1000:.0f}, checked {(began + whole - committed) * 1000:.0f}", flush=True)
    took = moment(run["ended_at"]) - moment(run["started_at"])
    print(f"    {run['findings']} findings, {run['opened']} cases, grade {run['grade']}", flush=True)
    good = bar(f"{ledger.name()}: job started to cases opened", f"{took * 1000:.0f} ms", "< 1 s", took < 1)
    return bar(f"{ledger.name()}: first byte of the upload to cases opened", f"{whole * 1000:.0f} ms", "< 1 s",
               whole < 1) and good


def night(desk, root, n, ledger):
    sets = []
    for i in range(n):
        client = root.must("POST", "/api/v1/client", {"name": f"客户 {i}"})["id"]
        books = desk.books(client, f"账套 {i}")
        desk.upload(client, books, ledger)
        sets.append(books)
    for books in sets:
        desk.checked(books)
    began = time.monotonic()
    runs = [root.must("POST", f"/api/v1/books/{b}/check")["id"] for b in sets]
    for run in runs:
        desk.until(f"/api/v1/run/{run}", lambda b: b["state"] in ("done", "failed"))
    rate = n * 60 / (time.monotonic() - began)
    return bar(f"{n} clients of {ledger.name()} checked anew", f"{rate:.0f} a minute", "> 200", rate > 200)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build")
    p.add_argument("--lines", type=int, default=20_000)
    p.add_argument("--client-lines", type=int, default=3_000)
    p.add_argument("--clients", type=int, default=40)
    a = p.parse_args()
    server = harness.Server(a.build, pg=os.environ.get("REDINK_TEST_PG"))
    try:
        w = harness.set_up(server)
        root = w.people["root"]
        desk = Desk(root)
        # The catalogue of types is there a moment after the start.
        desk.until("/api/v1/exception_type?filter=slug:entry-unbalanced", lambda b: b["records"])
        good = one(desk, w.ids["acme"], Ledger(a.lines, WRONG).make())
        good = night(desk, root, a.clients, Ledger(a.client_lines, WRONG).make()) and good
    finally:
        server.stop()
        server.__exit__()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
