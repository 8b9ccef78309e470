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
import urllib.error
import urllib.parse
import urllib.request

PASSWORD = "purple otter sings at dawn"


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

    def call(self, method, path, body=None, version=None):
        """One request; prints it and the parts of the reply that are worth a look."""
        headers = {"Content-Type": "application/json", "X-Redink": "1", "Origin": f"http://localhost:{self.port}"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if version:
            headers["If-Match"] = f'"{version}"'
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{urllib.parse.quote(path, safe='/?&=')}",
                                         method=method, headers=headers,
                                         data=json.dumps(body).encode() if body is not None else None)
        shown = {k: v for k, v in (body or {}).items() if k not in ("password", "link")}
        print(f"{method} {path}" + (f"  {json.dumps(shown, ensure_ascii=False)}" if shown else ""))
        try:
            with urllib.request.urlopen(request) as reply:
                text, status = reply.read(), reply.status
                if found := reply.headers.get("Set-Cookie"):
                    self.cookie = found.split(";")[0]
        except urllib.error.HTTPError as refusal:
            text, status = refusal.read(), refusal.code
        answer = json.loads(text) if text else {}
        said = answer.get("message", {}).get("zh") or " ".join(
            str(answer[k]) for k in ("number", "title", "state") if answer.get(k))
        print(f"  {status} {said}".rstrip())
        return answer

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


def main():
    redink = sys.argv[1] if len(sys.argv) > 1 else "build/redink"
    with tempfile.TemporaryDirectory(prefix="redink-tour-") as folder:
        data = pathlib.Path(folder) / "data"
        desk = Desk(redink, data)
        good = tour(desk)
        good = desk.stop() == 0 and good
        print("$ redink verify DIR")
        good = subprocess.run([redink, "verify", str(data)], check=False).returncode == 0 and good
    sys.exit(0 if good else 1)


main()
