#!/usr/bin/env python3
"""gates.py PROGRAM - what docs/security.md promises of the program as it was built. Last line counts.

Position-independent, read-only after relocation, no executable stack, stack protector, checked string calls;
no call that starts another program or writes without a bound; a list of all it is linked with. And whether
files and tests that the page names are there.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Never in the program, neither written nor by way of a library's header.
STARTS = {"system", "popen", "execl", "execlp", "execle", "execv", "execve", "execvp", "execvpe", "fexecve",
          "posix_spawnp", "fork", "vfork", "dlopen", "dlmopen"}
UNBOUND = {"gets", "strcpy", "stpcpy", "strcat", "sprintf", "vsprintf", "__strcpy_chk", "__strcat_chk",
           "__sprintf_chk", "__vsprintf_chk", "tmpnam", "tempnam", "mktemp", "strtok", "alloca"}
WEAK = {"rand", "srand", "random", "srandom", "drand48", "lrand48", "rand_r", "MD5", "MD5_Init", "EVP_md5", "RC4",
        "DES_set_key"}
passed = failed = skipped = 0


def check(good, words):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print(f"FAILED: {words}")


def tool(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def hardened(program):
    head, parts, dynamic = (tool("readelf", "-W", o, program) for o in ("-h", "-l", "-d"))
    check(re.search(r"Type:\s+DYN", head) and "INTERP" in parts, "a position-independent executable")
    check("GNU_RELRO" in parts and re.search(r"BIND_NOW|FLAGS_1\).*NOW", dynamic), "relocations are read-only")
    stack = re.search(r"GNU_STACK.* (R[W ][E ]) ", parts)
    check(stack and "E" not in stack[1], f"the stack is not executable: {stack and stack[1]}")
    check(not [x for x in parts.splitlines() if re.search(r"LOAD.* RWE ", x)], "no segment is written and run")
    check(not re.search(r"\((RPATH|RUNPATH)\)", dynamic), "no path of its own for libraries")


def calls(program):
    names = {x.split()[-1].split("@")[0] for x in tool("nm", "-D", "-u", program).splitlines()}
    check("__stack_chk_fail" in names, "stack protector")
    check(any(n.endswith("_chk") and n != "__stack_chk_fail" for n in names), "checked calls of the C library")
    for what, banned in (("starts programs", STARTS), ("writes without a bound", UNBOUND), ("is weak", WEAK)):
        check(not names & banned, f"{what}: {sorted(names & banned)}")
    check("__asan_init" not in names and "__gcov_init" not in names, "nothing of tests is in it")


def spawns():
    """The program starts itself, to read files of strangers in a sandbox, and nothing else anywhere."""
    users = [str(f.relative_to(ROOT)) for d in ("src", "cmd") for f in sorted((ROOT / d).rglob("*.c"))
             if re.search(r"\bposix_spawn\(", f.read_text(encoding="utf-8"))]
    check(users == ["src/desk/sandbox.c"], f"starts programs: {users}")
    text = (ROOT / "src/desk/sandbox.c").read_text(encoding="utf-8")
    check('"/proc/self/exe"' in text, "the sandbox starts another program than itself")


def parts_list(program):
    bom = json.loads(tool(sys.executable, str(ROOT / "tools/sbom.py"), program))
    sonames = {p["value"] for c in bom["components"] for p in c.get("properties", []) if p["name"] == "soname"}
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", tool("readelf", "-W", "-d", program)))
    needed.discard("ld-linux-x86-64.so.2")
    check(bom["bomFormat"] == "CycloneDX" and needed and needed <= sonames, f"not in the list: {needed - sonames}")
    check(all(c["version"] != "unknown" for c in bom["components"]), "every part has a version")


def words_are_true():
    """docs/security.md: every file it names is there, every test is somewhere in the tests, every id once."""
    ids, tests = [], ""
    for folder in ("tests", "fuzz"):
        for f in sorted((ROOT / folder).rglob("*")):
            if f.suffix in (".c", ".py", ".api", ".sh") and "node_modules" not in f.parts:
                tests += f.name + "\n" + f.read_text(encoding="utf-8")
    for line in (ROOT / "docs/security.md").read_text(encoding="utf-8").split("## Open")[0].splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if len(cells) != 4 or not re.match(r"V\d", cells[0]):
            continue
        ids.append(cells[0])
        for name in re.findall(r"`([^`]+)`", cells[2]):
            check((ROOT / name).exists(), f"{cells[0]}: there is no {name}")
        for name in re.findall(r"`([^`]+)`", cells[3]):
            check(re.search(rf"\b{re.escape(name)}\b", tests), f"{cells[0]}: no test is called {name}")
    check(len(ids) > 100 and len(ids) == len(set(ids)), f"{len(ids)} rows, each id once")


def main():
    program = str(ROOT / sys.argv[1])
    hardened(program)
    calls(program)
    spawns()
    parts_list(program)
    words_are_true()
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
