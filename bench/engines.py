"""The programs that the bench runs: Redink and its peers, each as a command line."""

import json
import os
import pathlib
import shutil
import subprocess

import peer_checks
from measure import run
from tools import ROOT, TOOLS, Failed, build_tool

PEERS = ROOT / "bench" / "peers"
PACKAGES = {"hledger": "hledger", "ledger": "ledger", "bean-check": "beancount",
            "node": "nodejs", "npm": "npm"}

# Beancount keeps the parsed ledger in a file beside it and would read only that the second time.
PLAIN_TEXT = {
    "ledger bal": ["ledger", "-f", "{folder}/ledger.journal", "bal"],
    "hledger check": ["hledger", "-f", "{folder}/ledger.journal", "check"],
    "bean-check": ["bean-check", "-C", "{folder}/ledger.beancount"],
}
PLAIN_ENVIRONMENT = {"BEANCOUNT_DISABLE_LOAD_CACHE": "1", "LC_ALL": "C.UTF-8"}


class Redink:
    """`redink check` on one ledger. The findings go to a file, as they would for a user."""

    def __init__(self, program):
        self.program = str(pathlib.Path(program).resolve())
        self.out = TOOLS / "redink.json"
        TOOLS.mkdir(parents=True, exist_ok=True)

    def check(self, ledger, options, threads=None):
        # Freeing the pages of an earlier, larger result would count as work of this run.
        self.out.unlink(missing_ok=True)
        argv = [self.program, "check", "--format", "json", "--no-sha256", "--lang", "en", *options]
        if threads:
            argv += ["--threads", str(threads)]
        return run([*argv, "--out", str(self.out), str(ledger.books)], ok=(0, 1),
                   warm=ledger.lines >= 1000000)

    def peer_work(self, ledger, threads):
        """The 16 checks as the peers understand them."""
        return self.check(ledger, peer_checks.command_options(), threads)

    def all_checks(self, ledger, threads=None):
        """Every check of wave 1 as a user gets it: presets, guards on."""
        return self.check(ledger, ["--skip", ",".join(peer_checks.WAVE_2)], threads)

    def result(self):
        return json.loads(self.out.read_text(encoding="utf-8"))

    def states(self):
        """How many checks of the last run did their work, and how many said why not."""
        states = [check["state"] for check in self.result()["checks"]]
        return states.count("ran"), len(states) - states.count("ran")

    def counts(self):
        """The counts of the last run by the peers' names; None where a check did not run."""
        result = self.result()
        by_slug = {check["slug"]: check for check in result["checks"]}
        counts = {"lines": sum(book["lines"] for book in result["books"]),
                  "vouchers": sum(book["vouchers"] for book in result["books"])}
        for check in peer_checks.PEER_CHECKS:
            found = by_slug.get(check.slug, {"state": "absent"})
            counts[check.peer] = found["hits"] if found["state"] == "ran" else None
        return counts


def duckdb(ledger, threads):
    script = str(PEERS / "duckdb_checks.cjs")
    return run(["node", script, str(ledger.folder), str(threads)])


def duckdb_counts(sample):
    return json.loads(sample.output)["counts"]


def csvtok(ledger, threads):
    return run([str(build_tool("csvtok")), str(threads), str(ledger.csv)])


def plain_text(name, ledger):
    argv = [part.format(folder=ledger.folder) for part in PLAIN_TEXT[name]]
    return run(argv, env=PLAIN_ENVIRONMENT)


def has_duckdb():
    return bool(shutil.which("node")) and (PEERS / "node_modules" / "@duckdb").is_dir()


def has_plain_text(name):
    return bool(shutil.which(PLAIN_TEXT[name][0]))


def install():
    """Installs the peers that are missing: Debian packages, and DuckDB by the lock file."""
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if missing:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _must(["apt-get", "update", "-q"], env=environment)
        _must(["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing],
              env=environment)
    if not has_duckdb():
        _must(["npm", "ci", "--no-audit", "--no-fund"], cwd=PEERS)


def _must(argv, **options):
    if subprocess.run(argv, check=False, **options).returncode != 0:
        raise Failed(f"{' '.join(argv)} failed")


def versions():
    """The peers' versions, one line."""
    lock = json.loads((PEERS / "package-lock.json").read_text(encoding="utf-8"))
    found = ["DuckDB " + lock["packages"]["node_modules/@duckdb/node-api"]["version"]]
    for program in ("ledger", "hledger", "bean-check"):
        if shutil.which(program):
            text = run([program, "--version"]).output.splitlines()[0]
            found.append(text.split(",")[0])
    return "; ".join(found)
