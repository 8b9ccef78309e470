#!/usr/bin/env python3
"""case_cli.py [--build DIR] - `redink case` against a server: every command, both languages, JSON, and refusals.

Last line: "N passed, N failed".
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import harness


class Cli:
    def __init__(self, build, server, token, count):
        self.program, self.server, self.token, self.count = f"{build}/redink", server, token, count

    def run(self, *args, lang="zh", **env):
        env = {**{k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "REDINK_"))},
               "REDINK_SERVER": f"http://localhost:{self.server.port}", "REDINK_TOKEN": self.token, **env}
        return subprocess.run([self.program, "case", *args, "--lang", lang], capture_output=True, text=True, timeout=60,
                              cwd=harness.ROOT, env={k: v for k, v in env.items() if v}, check=False)

    def says(self, code, words, *args, **how):
        """Exit code, and words that must stand in what is said."""
        r = self.run(*args, **how)
        said = r.stdout + r.stderr
        self.count.check(r.returncode == code and all(w in said for w in words),
                         f"case {' '.join(args)}: expected {code} {words}, got {r.returncode} {said}")
        return r.stdout


def play(build, server, count):
    w = harness.set_up(server)
    anna, sue, cora = (w.people[n] for n in ("anna", "sue", "cora"))
    cora.must("POST", "/api/v1/exception_type", {"slug": "cli-cash", "name": "现金为负", "area": "cash", "nature": "mismatch",
                                                 "severity": "medium", "finds": "x"})
    cause = cora.must("POST", "/api/v1/cause", {"name": "漏记", "code": "cli-1", "branch": "human"})["id"]
    client = anna.must("GET", f"/api/v1/client/{w.ids['acme']}")["number"]
    tokens = {p.name: p.must("POST", "/api/v1/me/tokens", {"name": "cli", "scope": "write", "days": 1})["token"]
              for p in (anna, sue)}
    cli, boss = (Cli(build, server, tokens[n], count) for n in ("anna", "sue"))

    # Report, list, show
    made = json.loads(cli.says(0, [], "report", "-c", client, "-t", "cli-cash", "-m", "3 月 8 日现金为负", "--json"))
    number, record = made["number"], made["id"]
    count.check(made["name"] == "现金为负" and made["grade"] == "p3", f"a report is filled in: {made}")
    cli.says(0, [number, "三级", "已报告", "现金为负"], "list")
    cli.says(0, [number, "P3", "Reported"], "list", "--filter", "number=" + number, lang="en")
    count.check(number not in cli.says(0, [], "list", "--filter", "state:closed"), "a filter narrows the list")
    count.check(len(json.loads(cli.says(0, [], "list", "-n", "1", "--json"))["records"]) == 1, "at most so many")
    cli.says(0, [number, "甲贸易", "[ ] 地点：", "triage"], "show", number)
    cli.says(0, ["[ ] where it happened: give", "You can:"], "show", record, lang="en")
    count.check(json.loads(cli.says(0, [], "show", number, "--json"))["case"]["id"] == record, "show as JSON")

    # Work on it
    cli.says(0, [number, "已分级"], "triage", number, "--set", "impact=5", "--set", "urgency=5")
    count.check(anna.must("GET", f"/api/v1/case/{record}")["grade"] == "p1", "what was asked is set")
    cli.says(0, [number], "comment", number, "-m", "已联系出纳")
    count.check(anna.must("GET", f"/api/v1/case/{record}/comments")["comments"][0]["body"] == "已联系出纳", "a comment")
    cli.says(2, ["cause"], "correct", number, lang="en")
    version = anna.must("GET", f"/api/v1/case/{record}")["version"]
    anna.must("PATCH", f"/api/v1/case/{record}", {"cause": cause, "summary": "已补记"}, If_Match=f'"{version}"')
    cli.says(0, ["更正中"], "correct", number)
    cli.says(0, ["验证中"], "verify", number)
    cli.says(2, ["不能"], "close", number)
    boss.says(2, ["还不能关闭", "地点"], "close", number)

    # Helpful refusals
    cli.says(2, ["没有 E-1999-000001", "redink case list"], "show", "E-1999-000001")
    cli.says(2, ["no fly", "list show report"], "fly", lang="en")
    cli.says(2, ["编号"], "show")
    cli.says(2, ["--text"], "report", "-c", client)
    cli.says(2, ["C-99999"], "report", "-c", "C-99999", "-m", "x")
    cli.says(2, ["--set"], "triage", number, "--set", "impact")
    cli.says(2, ["REDINK_TOKEN"], "list", REDINK_TOKEN="")
    cli.says(2, [], "list", REDINK_TOKEN="redink_nothing")
    cli.says(2, ["https://"], "list", "--server", "http://desk.example.com")
    cli.says(2, ["localhost"], "list", "--server", "http://localhost:1")
    with tempfile.NamedTemporaryFile("w", suffix=".token") as f:
        f.write(tokens["anna"] + "\n")
        f.flush()
        cli.says(0, [number], "list", "--token-file", f.name, REDINK_TOKEN="")
    cli.says(2, ["/nowhere"], "list", "--token-file", "/nowhere")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build-asan")
    a = p.parse_args()
    count, server = harness.Count(), harness.Server(a.build, pg=os.environ.get("REDINK_TEST_PG"))
    try:
        play(pathlib.Path(a.build).resolve(), server, count)
        harness.finish(server, count)
    except harness.Broken as e:
        count.check(False, str(e))
    except OSError as e:
        count.check(False, f"{e}: {server.end()}")
    finally:
        server.__exit__()
    return count.done()


if __name__ == "__main__":
    sys.exit(main())
