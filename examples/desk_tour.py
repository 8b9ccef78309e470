#!/usr/bin/env python3
"""A tour of the desk's server: starts it on an empty folder, does what a firm does, and checks the log.

  python3 examples/desk_tour.py build/redink

Every line that begins with $ or with a method is what you can type yourself. Ends with 0 when all went well.
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

PASSWORD = "purple otter sings at dawn"
BOOKS = pathlib.Path(__file__).resolve().parent / "澄溪商贸2025"


class Desk:
    def __init__(self, redink, folder):
        self.command = [redink, "serve", "--data", str(folder), "--port", "0", "--quiet"]
        print("$", "redink serve --data DIR --port 0")
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.cookie = None
        for line in self.process.stdout:
            print(" ", line.rstrip())
            if m := re.search(r"setup/(\S+)", line):
                self.link = m[1]
            if m := re.search(r"(?:端口|port) (\d+)\s*$", line):
                self.port = int(m[1])
                break

    def ask(self, method, path, body=None, version=None):
        """One request: (status, JSON, or bytes of a file). Bytes are sent as they are."""
        headers = {"Content-Type": "application/octet-stream" if isinstance(body, bytes) else "application/json", "X-Redink": "1", "Origin": f"http://localhost:{self.port}"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if version:
            headers["If-Match"] = f'"{version}"'
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{urllib.parse.quote(path, safe='/?&=')}",
                                         method=method, headers=headers,
                                         data=body if body is None or isinstance(body, bytes) else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request) as reply:
                text, status, kind = reply.read(), reply.status, reply.headers.get("Content-Type", "")
                if found := reply.headers.get("Set-Cookie"):
                    self.cookie = found.split(";")[0]
        except urllib.error.HTTPError as refusal:
            text, status, kind = refusal.read(), refusal.code, "application/json"
        return status, json.loads(text) if text and kind.startswith("application/json") else text or {}

    def call(self, method, path, body=None, version=None):
        """One request; prints it and the parts of the reply that are worth a look."""
        shown = {k: v for k, v in (body or {}).items() if k not in ("password", "link")}
        print(f"{method} {path}" + (f"  {json.dumps(shown, ensure_ascii=False)}" if shown else ""))
        status, answer = self.ask(method, path, body, version)
        said = answer.get("message", {}).get("zh") or " ".join(
            str(answer[k]) for k in ("number", "title", "state") if answer.get(k))
        print(f"  {status} {said}".rstrip())
        return answer

    def do(self, record, step, **asked):
        """A step with a record as it stands now."""
        return self.call("POST", f"{record}/do/{step}", asked, version=self.ask("GET", record)[1]["version"])

    def until(self, path, good):
        """Waits for what happens behind the requests; the record then."""
        end = time.monotonic() + 30
        while not good(found := self.ask("GET", path)[1]) and time.monotonic() < end:
            time.sleep(0.05)
        return found

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def tour(desk):
    desk.call("POST", "/api/v1/setup", {"link": desk.link, "label": "main", "name": "澄明代理记账", "login": "wang",
                                        "display_name": "王敏", "password": PASSWORD})
    desk.call("POST", "/api/v1/session", {"login": "wang", "password": PASSWORD})
    client = desk.call("POST", "/api/v1/client", {"name": "澄溪商贸有限公司", "tax_kind": "small_scale",
                                                  "chart": "small"})
    task = desk.call("POST", "/api/v1/task", {"name": "核对五月凭证重号（记-36）", "client": client.get("id")})
    here = f"/api/v1/task/{task['id']}"
    desk.call("POST", f"{here}/comments", {"body": "两张都已记账，等客户补原始凭证"})
    desk.call("PATCH", here, {"priority": "urgent"}, version=task["version"])
    desk.call("PATCH", here, {"priority": "low"}, version=task["version"])
    done = desk.call("POST", f"{here}/do/finish", {"result": "后一张红字冲销，重做为记-89"}, version=2)
    found = desk.call("GET", "/api/v1/search?q=重号")
    events = desk.call("GET", f"{here}/timeline")["events"]
    for e in reversed(events):
        print(f"  {e['at']}  {e['type']}")
    types = desk.call("GET", "/api/v1/exception_type?count=1&limit=1")
    print(f"  异常清单 / catalogue: {types['count']}")
    return done.get("state") == "done" and len(events) == 4 and any(r["id"] == task["id"] for r in found["records"])


def from_books_to_cases(desk, client):
    """The example books are imported and checked: (books, one case, its finding)."""
    books = desk.call("POST", "/api/v1/books", {"name": "澄溪商贸 2025", "year": 2025, "client": client,
                                                "standard": "small"})
    here, path = f"/api/v1/books/{books['id']}", "/api/v1/import"
    come = desk.call("POST", path, {"name": "2025 年全部账簿", "books": books["id"], "client": client})
    path += f"/{come['id']}"
    for file in sorted(p for p in BOOKS.iterdir() if p.is_file()):
        desk.ask("POST", f"{path}/attachments?name={file.name}", file.read_bytes())
        print(f"POST {path}/attachments?name={file.name}")
    desk.do(path, "preview")
    desk.until(path, lambda r: r["state"] != "reading")
    desk.do(path, "commit")
    done = desk.until(here, lambda r: r["last_run"])
    run = desk.ask("GET", f"/api/v1/run/{done['last_run']}")[1]
    print(f"  健康等级 / health {done['health'].upper()}：线索 / findings {run['findings']}，异常 / cases {run['opened']}")
    found = desk.ask("GET", f"{here}/findings?state=live&check=dup-entry")[1]["findings"][0]
    return books["id"], found["case"], found["fingerprint"]


def a_correction_is_tried(desk, client, books, case, finding):
    """One case: its grade, its clocks, the lawful correction, and what it would change."""
    shown = desk.do(f"/api/v1/case/{case}", "triage", impact=4, urgency=4)
    print(f"  {shown['grade'].upper()}：{shown['grade_reason'].splitlines()[0]}")
    for clock in desk.call("GET", f"/api/v1/cases/{case}/clocks")["clocks"]:
        if clock["runs"]:
            print(f"  {clock['clock']}: {clock['due']}")
    lawful = desk.call("POST", "/api/v1/corrections/propose", {"case": case, "finding": finding})["proposal"]
    print(f"  {lawful['method']}：{lawful['basis']['zh']}")
    fix = desk.ask("POST", "/api/v1/correction", {
        "name": "冲销重复的凭证", "case": case, "books": books, "client": client, "method": lawful["method"],
        "finding": finding, "vouchers": json.dumps(lawful["vouchers"], ensure_ascii=False)})[1]
    tried = desk.call("POST", f"/api/v1/corrections/{fix['id']}/try")["simulation"]
    for account in tried["diff"]["accounts"][:3]:
        was, now = (n / 100 for n in account["closing_minor"])
        print(f"  {account['account']} {account['period']}: {was:,.2f} → {now:,.2f}")
    return tried["target_gone"]


def the_package(desk, redink, folder, case):
    """Everything of the case in one archive, verified without the server."""
    path = pathlib.Path(folder) / "case.zip"
    print(f"GET /api/v1/cases/{case}/package")
    path.write_bytes(desk.ask("GET", f"/api/v1/cases/{case}/package")[1])
    print("$ redink verify case.zip", flush=True)
    return subprocess.run([redink, "verify", str(path)], check=False).returncode == 0


def main():
    redink = sys.argv[1] if len(sys.argv) > 1 else "build/redink"
    with tempfile.TemporaryDirectory(prefix="redink-tour-") as folder:
        data = pathlib.Path(folder) / "data"
        desk = Desk(redink, data)
        good = tour(desk)
        client = desk.ask("GET", "/api/v1/client")[1]["records"][0]["id"]
        books, case, finding = from_books_to_cases(desk, client)
        good = a_correction_is_tried(desk, client, books, case, finding) and good
        good = the_package(desk, redink, folder, case) and good
        good = desk.stop() == 0 and good
        print("$ redink verify DIR")
        good = subprocess.run([redink, "verify", str(data)], check=False).returncode == 0 and good
    sys.exit(0 if good else 1)


main()
