#!/usr/bin/env python3
"""sbom.py PROGRAM - what a program of Redink is linked with, as CycloneDX 1.5 JSON on standard output.

Libraries are those that the dynamic linker loads on this machine, with package and version as dpkg knows them;
what is compiled in (tables of data/) is named by its NOTICE files. Run it on the machine the program runs on:
versions are those of that machine.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def out(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def loaded(program):
    """soname -> file, for everything that is loaded with the program."""
    found = {}
    for line in out("ldd", str(program)).splitlines():
        if m := re.match(r"\s*(\S+) => (/\S+)", line):
            found[m[1]] = m[2]
    return found


def package_of(path):
    """(package, version, source) of a file; merged /usr is known to dpkg under either name."""
    real = os.path.realpath(path)
    for name in (path, real, real.removeprefix("/usr"), "/usr" + path):
        if said := out("dpkg-query", "-S", name):
            package = said.split(": ")[0].split(",")[0]
            version = out("dpkg-query", "-W", "-f", "${Version} ${source:Package}", package).split(" ")
            if len(version) == 2:
                return package.split(":")[0], version[0], version[1]
    return None


def components(program):
    rows = {}
    for soname, path in loaded(program).items():
        known = package_of(path)
        if known is None:
            rows[soname] = {"type": "library", "name": soname, "version": "unknown"}
            continue
        package, version, source = known
        row = rows.setdefault(package, {
            "type": "library", "name": package, "version": version,
            "purl": f"pkg:deb/debian/{package}@{version}?upstream={source}", "properties": []})
        row["properties"].append({"name": "soname", "value": soname})
    for notice in sorted((ROOT / "data").glob("NOTICE.*.txt")):
        rows[notice.name] = {"type": "data", "name": notice.name.split(".")[1], "version": "as in data/",
                             "description": notice.read_text(encoding="utf-8").splitlines()[0]}
    return [rows[k] for k in sorted(rows)]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    version = out(sys.argv[1], "--version").split()
    json.dump({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
               "metadata": {"component": {"type": "application", "name": "redink",
                                          "version": version[-1] if version else "unknown"}},
               "components": components(sys.argv[1])}, sys.stdout, indent=1, ensure_ascii=False)
    print()


main()
