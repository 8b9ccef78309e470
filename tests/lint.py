#!/usr/bin/env python3
"""The house style as tests: tidy, and clang-format when it is there. Last line counts."""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
passed = failed = skipped = 0


def note(ok, what):
    global passed, failed
    passed += ok
    failed += not ok
    if not ok:
        print("FAIL", what)


tidy = subprocess.run([sys.executable, "tools/tidy.py"], cwd=ROOT, capture_output=True, text=True, check=False)
note(tidy.returncode == 0, "tidy\n" + tidy.stdout)
if shutil.which("clang-format"):
    for top in ("src", "cmd", "tests", "fuzz", "bench"):
        files = sorted(str(p) for p in (ROOT / top).rglob("*.[ch]") if "node_modules" not in p.parts)
        done = subprocess.run(["clang-format", "--dry-run", "--Werror", *files], cwd=ROOT,
                              capture_output=True, text=True, check=False)
        note(done.returncode == 0, f"clang-format {top}\n{done.stderr[:4000]}")
else:
    skipped += 1
    print("skipped: clang-format is not installed")
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(failed > 0)
