"""The C programs of the bench: compiled when they are needed, kept in build/bench."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ROOT / "build" / "bench"


class Failed(Exception):
    """Something could not be run, or ended in a way that was not expected."""


# No fused multiply-add in the generator, so that it writes the same bytes everywhere; the limit
# of reading takes all that the machine has.
BUILDS = {
    "gen_ledger": (["-std=c17", "-O2", "-ffp-contract=off"], "gen_ledger/*.c", ["-lm"]),
    "timed": (["-std=c17", "-O2"], "timed.c", []),
    "http_floor": (["-std=gnu17", "-O2", "-pthread"], "peers/http_floor.c", ["-lmicrohttpd", "-lsqlite3"]),
    "csvtok": (["-std=c17", "-O3", "-march=native", "-pthread"], "peers/csvtok.c", []),
}


def build_tool(name):
    """Compiles one of the C programs of the bench when it is older than its source."""
    flags, pattern, libraries = BUILDS[name]
    bench = ROOT / "bench"
    sources = sorted(bench.glob(pattern))
    program = TOOLS / name
    newest = max(p.stat().st_mtime for p in bench.glob(pattern.replace(".c", ".[ch]")))
    if not program.exists() or program.stat().st_mtime < newest:
        TOOLS.mkdir(parents=True, exist_ok=True)
        command = [os.environ.get("CC", "cc"), *flags, "-o", program, *sources, *libraries]
        if subprocess.run(command, check=False).returncode != 0:
            raise Failed(f"{name} does not compile")
    return program
