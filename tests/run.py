#!/usr/bin/env python3
"""run.py SUITE… - runs the test suites, as many at a time as there are processors, and adds them up; standard
library only.

Called by `./dev test`, which builds what is needed first: build/ (release) and build-asan/ (address and
undefined-behaviour sanitizers, audit assertions). Every suite ends with "N passed, N failed"
(", N skipped" may follow); so does this program, in its last line. Exit 1 when anything failed.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
ASAN = "build-asan"
PY = sys.executable
COUNT = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")

# name -> (in the quick run? "only" = in no other, command)
SUITES = {
    "lint": (True, [PY, "tests/lint.py"]),
    "unit": (True, [f"{ASAN}/tests/unit/unit"]),
    "model-tool": (True, [PY, "tests/model_tool.py"]),
    "ground-quick": ("only", [f"{ASAN}/tests/ground/ground", "engine", "kind", "check", "show", "filter", "words", "rights",
                              "trail_event", "trail_merkle", "token", "totp", "rrule", "log", "message"]),
    "ground": (False, [f"{ASAN}/tests/ground/ground"]),
    "ground-pg": (False, [PY, "tests/pg.py", f"{ASAN}/tests/ground/ground"]),
    "ground-pg-parts": (False, [PY, "tests/pg.py", "--partitions", "3", f"{ASAN}/tests/ground/ground", "log", "store"]),
    "many": (False, [PY, "tests/api/many.py", f"{ASAN}/redink"]),
    "http": (False, [PY, "tests/http/run.py", f"{ASAN}/tests/http/serve"]),
    "store": (False, [PY, "tests/store/schema.py", f"{ASAN}/tests/store/load"]),
    "blobs-s3": (False, ["/usr/bin/python3", "tests/store/blobs_s3.py", f"{ASAN}/tests/store/blobs", f"{ASAN}/redink"]),
    "crash": (False, [PY, "tests/store/crash.py", f"{ASAN}/tests/store/load"]),
    "crash-pg": (False, [PY, "tests/pg.py", PY, "tests/store/crash.py", f"{ASAN}/tests/store/load", "pg"]),
    "crash-pg-server": (False, [PY, "tests/store/crash.py", f"{ASAN}/tests/store/load", "server"]),
    "hosts": (False, [PY, "tests/hosts.py", f"{ASAN}/redink", f"{ASAN}/tests/store/load"]),
    "golden": (True, ["build/golden", "tests/checks"]),
    "golden-asan": (False, [f"{ASAN}/golden", "tests/checks"]),
    "io": (True, [PY, "tests/io_test.py", "--redink", f"{ASAN}/redink", "--io-dump", f"{ASAN}/io_dump", "golden"]),
    "gates": (True, [PY, "tests/gates.py", "build/redink"]),
    "bad": (False, [PY, "tests/io_test.py", "--redink", f"{ASAN}/redink", "--io-dump", f"{ASAN}/io_dump",
                    "hostile", "texts"]),
    "real": (True, [PY, "tests/io_test.py", "--redink", "build/redink", "--io-dump", "build/io_dump", "real"]),
    "cli": (False, [PY, "tests/cli.py", "build/redink"]),
    "store-cli": (False, [PY, "tests/pg.py", PY, "tests/store_cli.py", f"{ASAN}/redink", f"{ASAN}/tests/store/load"]),
    "examples": (True, [PY, "tests/examples.py", "build/redink"]),
    "model": (False, [f"{ASAN}/tests/model/model"]),
    "desk-model-quick": ("only", [f"{ASAN}/tests/desk/desk_model", "--seeds", "20", "--jobs", "2"]),
    "desk-model": (False, [f"{ASAN}/tests/desk/desk_model", "--seeds", "1000", "--jobs", "2"]),
    "desk-model-pg": (False, [PY, "tests/pg.py", f"{ASAN}/tests/desk/desk_model", "--seeds", "50"]),
    "api": (False, [PY, "tests/api/run.py"]),
    "api-pg": (False, [PY, "tests/pg.py", PY, "tests/api/run.py"]),
    "case-cli": (False, [PY, "tests/api/case_cli.py"]),
    "security": (False, [PY, "tests/api/security.py"]),
    "package": (False, [PY, "tests/api/package.py"]),
    "package-pg": (False, [PY, "tests/pg.py", PY, "tests/api/package.py"]),
    "matrix-quick": ("only", [PY, "tests/api/matrix.py", "--quick"]),
    "matrix": (False, [PY, "tests/api/matrix.py"]),
    "matrix-pg": (False, [PY, "tests/pg.py", PY, "tests/api/matrix.py"]),
    "kill": (False, [PY, "tests/api/kill.py"]),
    "kill-pg": (False, [PY, "tests/pg.py", PY, "tests/api/kill.py", "--kills", "15"]),
    "story": (False, [PY, "tests/api/story.py"]),
    "story-pg": (False, [PY, "tests/pg.py", PY, "tests/api/story.py"]),
    "together": (False, [PY, "tests/api/together.py"]),
    "together-pg": (False, [PY, "tests/pg.py", PY, "tests/api/together.py"]),
    "threads": (False, [f"{ASAN}/tests/threads/threads"]),
    # Debian's own Python: python3-aiosmtpd is installed for that one.
    "net": (False, ["/usr/bin/python3", "tests/net/run.py", f"{ASAN}/tests/net/net_client"]),
    "headers": (False, [PY, "tests/headers.py"]),
    "install": (False, ["sh", "tests/install/run.sh"]),
    "tsan": (False, ["sh", "tests/tsan.sh"]),
    "fuzz": (False, [PY, "tests/fuzz_smoke.py"]),
}


def run(name, command):
    """Runs one suite; (passed, failed, skipped). A suite that does not count has failed."""
    start = time.monotonic()
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=1", UBSAN_OPTIONS="halt_on_error=1")
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env,
                          check=False)
    text = done.stdout.decode("utf-8", "replace").rstrip()
    last = text.splitlines()[-1] if text else ""
    m = COUNT.match(last)
    passed, failed, skipped = (int(g or 0) for g in m.groups()) if m else (0, 1, 0)
    if done.returncode != 0 and failed == 0:
        failed = 1
    say = [f"  {line.strip()}" for line in text.splitlines() if "skipped:" in line and not failed]
    if failed:
        say.append(text)
    say.append(f"{name}: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
               + f"  ({time.monotonic() - start:.1f} s)")
    print("\n".join(say), flush=True)  # in one piece: another suite may end at the same moment
    return passed, failed, skipped


def main():
    want = sys.argv[1:] or ["all"]
    unknown = [w for w in want if w not in SUITES and w not in ("all", "quick")]
    if unknown:
        sys.exit(f"no suite is called {unknown[0]}: quick, all, {', '.join(SUITES)}")
    names = [n for n, (quick, _) in SUITES.items()
             if n in want or ("all" in want and quick != "only") or ("quick" in want and quick)]
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for counts in pool.map(lambda name: run(name, SUITES[name][1]), names):
            total = [t + n for t, n in zip(total, counts)]
    print(f"{total[0]} passed, {total[1]} failed" + (f", {total[2]} skipped" if total[2] else ""))
    sys.exit(total[1] > 0)


main()
