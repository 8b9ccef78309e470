#!/usr/bin/env python3
"""tidy - the house rules that a compiler does not know. Exit 1 on any finding.

Each rule is one function that yields (line, message). Keep it boring.
"""
import pathlib, re, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIB = {"base", "book", "io", "match", "stat", "check", "checks", "correct", "mine"}  # libredink
MAY_INCLUDE = {                  # who may include whom; anything else is an error
    "base": {"base"},
    "book": {"base", "book"},
    "stat": {"base", "stat"},
    "io": {"base", "book", "io"},
    "match": {"base", "book", "stat", "match"},
    "check": {"base", "book", "match", "stat", "check"},
    "checks": {"base", "book", "match", "stat", "check"},
    "correct": {"base", "book", "stat", "check", "correct"},
    "mine": {"base", "stat", "mine"},
    "report": LIB | {"report"},
    "net": {"base", "net"},
    "trail": {"base", "trail"},
    "auth": {"base", "auth"},
    "http": {"base", "http"},
    "notify": {"base", "net", "notify"},
    "store": {"base", "net", "trail", "store"},
    "record": {"base", "auth", "store", "record"},  # rights are pure rules of auth
    "desk": LIB | {"auth", "net", "notify", "trail", "store", "record", "report", "desk"},
    "api": LIB | {"auth", "http", "net", "store", "record", "report", "desk", "api"},
}
BANNED = {                       # call -> what to use; src/base is free of this rule
    r"\b(sprintf|strcpy|strcat|gets|atoi|atol|atof|strtok|rand|srand)\(": "see base/",
    r"\b(malloc|calloc|realloc|strdup)\(": "an arena or a column (base/arena.h)",
}
BANNED_PURE = {                  # in libredink: no clock, locale, environment, output
    r"\b(time|gettimeofday|clock_gettime|localtime|gmtime|setlocale|getenv)\(": "a parameter",
    r"\b(printf|fprintf|puts|syslog|perror)\(": "a return value or a note",
}
FILES_ARE_READ_BY = {"io"}       # of libredink, only the readers open files
BANNED_FILES = {r"\b(fopen|openat?|socket|connect|popen|system|fork|execv\w*)\(": "io/"}
BANNED_FLOAT = {r"\b(float|double)\b": "rd_minor (money is never floating point)"}
FLOAT_MAY = {"stat", "report"}
GLOBAL = re.compile(r"^(?!.*\b(const|typedef|extern|_Static_assert|return)\b)(static )?"
                    r"[a-z_]\w*[ \t*]+\w+(\[[^]]*\])*( = .*|;)$")
OF_STORE_FOR_API = {"store/store.h", "store/log.h", "store/blob.h"}  # docs/decisions/0031
FUNC_MAX, LINE_MAX, FILE_MAX = 70, 100, 800
TEXT_FREE = re.compile(r'"(\\.|[^"\\])*"|/\*.*?\*/|^\s*\*.*|/\*.*')


def layer(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "src" and len(parts) > 2 else parts[0]


def includes(path, lines):
    allowed = MAY_INCLUDE.get(layer(path))
    for n, l in enumerate(lines, 1):
        m = re.match(r'\s*#\s*include "([a-z_]+)/', l)
        if m and allowed is not None and m[1] not in allowed:
            yield n, f"{layer(path)}/ may not include {m[1]}/"
        if layer(path) == "api" and m and m[1] == "store" and l.split('"')[1] not in OF_STORE_FOR_API:
            yield n, "api/ sees transactions of the store, no statements: a function of record/ or desk/"


def rules_of(path):
    where = layer(path)
    rules = {}
    if where != "base":
        rules |= BANNED
    if where in LIB:
        rules |= BANNED_PURE
        if where not in FILES_ARE_READ_BY:
            rules |= BANNED_FILES
    if path.parts[len(ROOT.parts)] == "src" and where not in FLOAT_MAY:
        rules |= BANNED_FLOAT
    return rules


def banned(path, lines):
    rules = rules_of(path)
    for n, l in enumerate(lines, 1):
        code = TEXT_FREE.sub("", l)
        for pattern, use in rules.items():
            # base/assert.h ends the process: its one message goes to standard error.
            if (m := re.search(pattern, code)) and "internal error" not in l:
                yield n, f"'{m[0]}' is banned here: use {use}"


def globals_(path, lines):
    """Variables that outlive a call: none in libredink."""
    if layer(path) not in LIB or path.suffix != ".c":
        return
    depth = 0
    for n, l in enumerate(lines, 1):
        if depth == 0 and GLOBAL.match(l):
            yield n, "a global variable: libredink has none"
        depth += l.count("{") - l.count("}")


def size(path, lines):
    if len(lines) > FILE_MAX:
        yield 1, f"file has {len(lines)} lines (max {FILE_MAX})"
    start = None
    for n, l in enumerate(lines, 1):
        if path.suffix in (".c", ".h") and len(re.sub(r'"(\\.|[^"\\])*"', '""', l).expandtabs(4)) > LINE_MAX:
            yield n, f"line is longer than {LINE_MAX} columns (text in quotes not counted)"
        if l == "{":
            start = n
        if l.startswith("}") and start:
            if n - start - 1 > FUNC_MAX:
                yield start, f"function has {n - start - 1} lines (max {FUNC_MAX})"
            start = None


def header(path, lines):
    if path.suffix == ".h" and not lines[0].startswith("/*"):
        yield 1, "header does not start with a contract comment"


def registered(path, lines):
    if layer(path) != "checks" or path.suffix != ".c":
        return
    cases = ROOT / "tests/checks" / path.stem.replace("_", "-")
    for want in ("hit", "near-miss", "disorder"):
        if not (cases / want / "expect.txt").exists():
            yield 1, f"no golden case '{want}'"


def listed(path, lines):
    """Every source file stands in the list of its folder, so that none is forgotten."""
    build = path.parent / "meson.build"
    if path.suffix == ".c" and build.exists() and f"'{path.name}'" not in build.read_text(encoding="utf-8"):
        yield 1, f"not listed in {build.relative_to(ROOT)}"


RULES = (includes, banned, globals_, size, header, registered, listed)


def main():
    bad = files = 0
    for top in ("src", "cmd", "tests", "fuzz"):
        for path in sorted((ROOT / top).rglob("*.[ch]")):
            lines = path.read_text(encoding="utf-8").splitlines()
            files += 1
            for rule in RULES:
                if top in ("tests", "fuzz") and rule in (banned, globals_, listed):
                    continue
                for n, message in rule(path, lines):
                    bad += 1
                    print(f"{path.relative_to(ROOT)}:{n}: {message}")
    print(f"tidy: {files} files, {bad} findings")
    sys.exit(bad > 0)


main()
