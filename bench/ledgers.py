"""The ledgers of the bench: built by gen_ledger once, kept in build/bench-data, then reused."""

import os
import shutil
import subprocess

from tools import ROOT, Failed, build_tool

DATA = ROOT / "build" / "bench-data"
SEED = 42
ANOMALIES = "1e-4"
BOOKS = ("ledger.csv", "accounts.csv", "tb.csv")


def warm(path):
    """Reads a file once, so that no program pays for the disk."""
    with open(path, "rb") as file:
        while file.read(1 << 22):
            pass


class Ledger:
    """One generated ledger. `folder` has all files, `books` only those that are a client's."""

    def __init__(self, lines, anomalies=ANOMALIES, formats="csv"):
        self.lines = lines
        self.anomalies = anomalies
        self.formats = formats
        kinds = formats.replace(",", "-")
        self.folder = DATA / f"{lines}-seed{SEED}-anom{anomalies}-{kinds}"
        self.books = self.folder / "books"
        self.csv = self.folder / "ledger.csv"

    def name(self):
        if self.lines >= 1_000_000:
            return f"{self.lines // 1_000_000} M lines"
        return f"{self.lines // 1000} k lines"

    def make(self):
        """Generates the ledger unless it is there, and brings it into the page cache."""
        if not self.folder.exists():
            self._generate()
        for file in sorted(self.folder.glob("ledger.*")):
            warm(file)
        return self

    def _generate(self):
        """A folder gets its name when it is complete, so a broken run leaves no half ledger."""
        partial = self.folder.with_name(self.folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        command = [build_tool("gen_ledger"), "--lines", str(self.lines), "--seed", str(SEED),
                   "--anom", self.anomalies, "--format", self.formats, "--out", partial]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"gen_ledger: {done.stderr.strip()}")
        (partial / "books").mkdir()
        for name in BOOKS:
            os.link(partial / name, partial / "books" / name)
        partial.rename(self.folder)

    def truth(self):
        """check → (count, exact?): what every engine must find in this ledger."""
        rows = (line.split("\t") for line in (self.folder / "truth.tsv").read_text().splitlines())
        return {row[0]: (int(row[1]), row[2] == "exact") for row in rows}
