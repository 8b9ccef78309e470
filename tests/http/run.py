#!/usr/bin/env python3
"""run.py SERVE - the tests of src/http: a small server (serve.c), driven over sockets on loopback.

Every case is a function, here or in requests.py, slow.py, streams.py, with a server of its own; its
checks are counted. run.py SERVE NAME runs the cases whose name has NAME in it. Ends with `N passed, N failed`.
"""
import concurrent.futures
import random
import sys
import time
import traceback

import client
import probe
import requests
import slow
import streams
from client import HERE, Server


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def is_(self, what, got, want):
        if got == want:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL {what}: got {got!r}, want {want!r}")

    def true(self, what, cond, got=""):
        self.is_(f"{what} {got}".rstrip(), bool(cond), True)


def probe_rows(t, program):
    """52 raw requests come back as expected.txt says."""
    with Server(program) as s:
        want = probe.expectations(HERE / "expected.txt")
        for name, found in probe.results(s.port).items():
            t.is_(name, found, want.get(name))
    served = [l for l in s.lines if "GET /1 " in l]
    t.is_("no body was read as a request", len(served), 1)  # the one of "two in one packet"


def mutated(t, program):
    """1,500 requests of the probe with bytes changed, doubled or left out: no crash, no answer 5xx."""
    random.seed(1)
    rows = [r for r in probe.REQUESTS.values() if len(r) < 2000]

    def mutate(_):
        r = bytearray(random.choice(rows))
        for _ in range(random.randint(1, 4)):
            at = random.randrange(len(r))
            r[at:at + random.randint(0, 3)] = random.choice([b"", b"\r\n", b"\0", b":", b" ", b"%", b"\xff", r[at:at + 9]])
        return bytes(r)

    with Server(program) as s, concurrent.futures.ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda r: client.raw(s.port, r, wait=0.05)[0], map(mutate, range(1500))))
        t.is_("5xx", {c for one in codes for c in one.split(",") if c[0] == "5" and c != "505"}, set())
        t.is_("still there", client.ask(s.port, client.get("/a")).status, 200)


def main():
    t = Checks()
    want = sys.argv[2] if len(sys.argv) > 2 else ""
    cases = [probe_rows, mutated, *requests.CASES, *slow.CASES, *streams.CASES]
    for case in cases:
        if want not in case.__name__:
            continue
        start = time.monotonic()
        try:
            case(t, sys.argv[1])
        except Exception:
            t.failed += 1
            print(f"FAIL {case.__name__}: {case.__doc__}\n{traceback.format_exc()}")
        if want:
            print(f"{case.__name__} {time.monotonic() - start:.1f} s")
    print(f"{t.passed} passed, {t.failed} failed")
    sys.exit(t.failed > 0)


main()
