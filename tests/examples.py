#!/usr/bin/env python3
"""The example books: every planted exception is found, the clean books are free of facts.

usage: examples.py REDINK
"""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
done = subprocess.run([sys.executable, "tools/mkexample.py", "--verify", sys.argv[1]], cwd=ROOT,
                      capture_output=True, text=True, check=False)
if done.returncode != 0:
    print(done.stdout, done.stderr)
print(f"{int(done.returncode == 0)} passed, {int(done.returncode != 0)} failed")
sys.exit(done.returncode != 0)
