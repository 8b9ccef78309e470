#!/usr/bin/env python3
"""headers - every header compiles alone, with gcc and with clang, without a warning.

A header that leans on what another file happened to include before it breaks when somebody sorts
the includes, and cannot be installed. Each is compiled as the only line of a program, twice in a
row, so that include guards are tried as well. Ends with `N passed, N failed[, N skipped]`.
"""
import concurrent.futures, os, pathlib, shutil, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAGS = ["-std=c17", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wshadow",
         "-Wconversion", "-Wno-sign-conversion", "-Wstrict-prototypes", "-Wno-unused-function",
         "-DRD_VERSION=\"0\"", "-xc", "-"]
FOLDERS = {"src": ["-Isrc"], "cmd/redink": ["-Isrc", "-Icmd/redink"], "tests/unit": ["-Isrc", "-Itests/unit"]}


def headers():
    for folder, include in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.h")):
            yield path.relative_to(ROOT / ("src" if folder == "src" else folder)), include


def compile_alone(job):
    compiler, header, include = job
    text = f'#include "{header}"\n#include "{header}"\ntypedef int not_empty;\n'
    done = subprocess.run([compiler, *include, *FLAGS], input=text, cwd=ROOT, capture_output=True, text=True,
                          check=False)
    return None if done.returncode == 0 else f"{compiler}: {header}\n{done.stderr}"


def main():
    compilers = [c for c in ("gcc", "clang") if shutil.which(c)]
    jobs = [(c, h, i) for h, i in headers() for c in compilers]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        wrong = [w for w in pool.map(compile_alone, jobs) if w]
    for w in wrong:
        print(w)
    missing = 2 - len(compilers)
    if missing:
        print("skipped: no " + ", ".join(c for c in ("gcc", "clang") if c not in compilers))
    if not jobs:
        wrong.append("no headers were found")
    print(f"{len(jobs) - len(wrong)} passed, {len(wrong)} failed" + (f", {missing} skipped" if missing else ""))
    return len(wrong) > 0


sys.exit(main())
