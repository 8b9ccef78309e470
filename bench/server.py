#!/usr/bin/env python3
"""The bars of the server: what it answers beside a floor that does nothing but answer.

  python3 bench/server.py [--redink build/redink] [--seed build/bench/seed/seed] [--quick] [--pairs N]

The floor (bench/peers/http_floor.c) is the same HTTP library and the same SQLite with nothing in
between: no sign-in, no rights, no events. Both are asked by wrk over 64 connections, in turn, in one
run. Prints one line per bar; ends with 1 when one is not met.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from measure import Ratio
from tools import Failed, ROOT, build_tool
from wrk import Wrk

PASSWORD = "purple otter sings at dawn"


class Bars:
    def __init__(self):
        self.bars = self.not_met = 0

    def bar(self, what, measured, bar, met):
        self.bars += 1
        self.not_met += not met
        print(f"{what:<63} {measured:<34} {bar:<8} {'met' if met else 'NOT MET'}", flush=True)


def note(text):
    print(f"    {text}", flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Floor:
    def __init__(self, folder):
        self.port = free_port()
        self.process = subprocess.Popen([build_tool("http_floor"), str(self.port), folder / "floor.db", "2", "full"])
        wait_for(self.port)

    def stop(self):
        self.process.kill()
        self.process.wait()


def wait_for(port, within_s=30):
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.002)
    raise Failed(f"nothing listens on port {port}")


class Server:
    """`redink serve` on a folder; the first one sets the firm up and makes a token."""

    def __init__(self, redink, folder):
        self.redink, self.folder, self.token = redink, folder, None
        self.start()
        self.set_up()

    def start(self):
        self.port = free_port()
        begun = time.monotonic()
        self.process = subprocess.Popen([self.redink, "serve", "--data", self.folder, "--port", str(self.port),
                                         "--quiet", "--lang", "en"], stdout=subprocess.PIPE, text=True)
        wait_for(self.port)
        self.call("GET", "/healthz")
        self.to_answer_s = time.monotonic() - begun

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def call(self, method, path, body=None, cookie=None):
        headers = {"Content-Type": "application/json", "X-Redink": "1", "Origin": f"http://localhost:{self.port}"}
        if cookie:
            headers["Cookie"] = cookie
        elif self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, headers=headers,
                                         data=json.dumps(body).encode() if body is not None else None)
        with urllib.request.urlopen(request) as reply:
            text = reply.read()
            self.cookie = (reply.headers.get("Set-Cookie") or "").split(";")[0]
            return json.loads(text) if text else None

    def set_up(self):
        for line in self.process.stdout:
            if m := re.search(r"setup/(\S+)", line):
                break
        self.call("POST", "/api/v1/setup", {"link": m[1], "label": "main", "name": "Bench", "login": "admin",
                                            "display_name": "Admin", "password": PASSWORD})
        self.call("POST", "/api/v1/session", {"login": "admin", "password": PASSWORD})
        cookie = self.cookie
        self.me = self.call("GET", "/api/v1/session", cookie=cookie)
        self.token = self.call("POST", "/api/v1/me/tokens", {"name": "bench", "scope": "admin", "days": 5},
                               cookie=cookie)["token"]
        self.task = self.call("POST", "/api/v1/task", {"name": "核对三月断号"})["id"]

    def memory_mib(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def pairs_of(floor, ours, n):
    samples = [(floor(), ours()) for _ in range(n)]
    return [s[0] for s in samples], [s[1] for s in samples]


def compare(bars, what, floor, ours, n, rate_min, p99_max):
    below, above = pairs_of(floor, ours, n)
    if rate_min:
        rate = Ratio([s.rate for s in above], [s.rate for s in below])
        bars.bar(f"{what}: rate over the floor's", str(rate), f">= {rate_min}x", rate.median >= rate_min)
    if p99_max:
        slow = Ratio([s.p99_ms for s in above], [s.p99_ms for s in below])
        bars.bar(f"{what}: p99 over the floor's", str(slow), f"<= {p99_max}x", slow.median <= p99_max)
    failed = sum(s.failed for s in above)
    if failed:
        bars.bar(f"{what}: failures and time-outs", str(failed), "none", False)
    note(f"floor {statistics.median(s.rate for s in below):.0f}/s, p99 "
         f"{statistics.median(s.p99_ms for s in below):.1f} ms; redink "
         f"{statistics.median(s.rate for s in above):.0f}/s, p99 {statistics.median(s.p99_ms for s in above):.1f} ms")


def measure(options, folder):
    bars = Bars()
    records = 100_000 if options.quick else 1_000_000
    floor = Floor(folder)
    server = Server(options.redink, folder / "data")
    url, at = f"http://127.0.0.1:{server.port}", f"http://127.0.0.1:{floor.port}"
    bars.bar("memory of an idle server", f"{server.memory_mib():.1f} MiB", "< 60 MiB", server.memory_mib() < 60)
    compare(bars, "a record by id, signed in", lambda: Wrk(f"{at}/row/77"),
            lambda: Wrk(f"{url}/api/v1/task/{server.task}", server.token), options.pairs, 0.5, None)
    compare(bars, "a comment, acknowledged", lambda: Wrk(f"{at}/group", body="", folder=folder),
            lambda: Wrk(f"{url}/api/v1/task/{server.task}/comments", server.token,
                        '{"body": "seen, will check tomorrow"}', folder), options.pairs, 0.5, 3)
    compare(bars, "a new task, acknowledged", lambda: Wrk(f"{at}/group", body="", folder=folder),
            lambda: Wrk(f"{url}/api/v1/task", server.token, '{"name": "check the bank balance"}', folder),
            options.pairs, 0.5, 3)
    server.stop()
    note(f"filling {records:,} tasks")
    subprocess.run([options.seed, server.folder, server.me["firm"], server.me["user"], str(records)], check=True)
    server.start()
    bars.bar(f"start to first answer, {records:,} events", f"{server.to_answer_s * 1000:.0f} ms", "< 300 ms",
             server.to_answer_s < 0.3)
    url = f"http://127.0.0.1:{server.port}"
    query = "filter=state:open%20priority:high%20due%3C2027-06-01&sort=-due&limit=50"
    compare(bars, f"50 of {records:,} by filter and sort", lambda: Wrk(f"{at}/row/77"),
            lambda: Wrk(f"{url}/api/v1/task?{query}", server.token), options.pairs, None, 20)
    compare(bars, f"50 of {records:,}, the preset list", lambda: Wrk(f"{at}/row/77"),
            lambda: Wrk(f"{url}/api/v1/task?limit=50", server.token), options.pairs, None, 20)
    server.stop()
    floor.stop()
    print(f"not met: {bars.not_met} of {bars.bars}" if bars.not_met else "all bars met")
    return 1 if bars.not_met else 0


def main():
    parser = argparse.ArgumentParser(description="The bars of the server.")
    parser.add_argument("--redink", default="build/redink", type=pathlib.Path)
    parser.add_argument("--seed", default="build/bench/seed/seed", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="100,000 records, 3 pairs")
    parser.add_argument("--pairs", type=int)
    options = parser.parse_args()
    options.pairs = options.pairs or (3 if options.quick else 5)
    os.chdir(ROOT)
    if not shutil.which("wrk"):
        print("bench: wrk is not installed (Debian package wrk)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="redink-bench-") as folder:
        try:
            return measure(options, pathlib.Path(folder))
        except (Failed, subprocess.CalledProcessError) as failure:
            print(f"bench: {failure}", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
