#!/usr/bin/env python3
"""A short run of every fuzz target; last line counts the targets. The long one is ./dev fuzz 600."""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
if not shutil.which("clang"):
    print("skipped: no clang for libFuzzer")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)
done = subprocess.run(["sh", "fuzz/run.sh", "smoke"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                      text=True, check=False)
targets = done.stdout.count("fuzz ")
if done.returncode != 0:
    print(done.stdout)
bad = int(done.returncode != 0 or targets == 0)
print(f"{targets - bad if targets else 0} passed, {bad} failed")
sys.exit(bad)
