#!/usr/bin/env python3
"""formats - the Chinese and the English text of each failure take the same arguments.

The compiler checks the English format of rd_fail against the arguments; this checks that the
Chinese one has the same conversions in the same order. Ends with `N passed, N failed`.
"""
import pathlib, re, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MACROS = {"RD_STR_FMT": "%.*s"}
STRING = re.compile(r'"((?:\\.|[^"\\])*)"')
CONVERSION = re.compile(r"%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?(hh|h|ll|l|z|j|t)?([diouxXcsp%])")


def arguments(text, at):
    """The arguments of the call whose opening bracket stands before `at`."""
    depth, start, args = 0, at, []
    while True:
        c = text[at]
        if c == '"':
            at = STRING.match(text, at).end()
            continue
        if c == "'":
            at = text.index("'", at + (2 if text[at + 1] == "\\" else 1)) + 1
            continue
        if c in "([{":
            depth += 1
        elif c in ")]}" and depth:
            depth -= 1
        elif c == ")" or (c == "," and depth == 0):
            args.append(text[start:at].strip())
            if c == ")":
                return args
            start = at + 1
        at += 1


def literal(arg, macros):
    """The value of adjacent string literals and macros of texts; None for anything else."""
    value, at = "", 0
    while at < len(arg):
        if arg[at].isspace():
            at += 1
        elif m := STRING.match(arg, at):
            value, at = value + m[1], m.end()
        elif (m := re.compile(r"[A-Z_0-9a-z]+").match(arg, at)) and m[0] in macros:
            value, at = value + macros[m[0]], m.end()
        else:
            return None
    return value


def conversions(fmt):
    """What a format takes: widths and precisions by argument count as well."""
    out = []
    for m in CONVERSION.finditer(fmt):
        if m[5] != "%":
            out.append((m[2] == "*", m[3] == "*", m[4], m[5]))
    return out


def calls(path):
    """Line and arguments of each call; an argument that is no text is None."""
    text = path.read_text(encoding="utf-8")
    macros = MACROS | dict(re.findall(r'^#define (\w+) +"((?:\\.|[^"\\])*)"$', text, re.M))
    for m in re.finditer(r"\brd_fail\(", text):
        line = text.count("\n", 0, m.start()) + 1
        if text[text.rfind("\n", 0, m.start()) + 1:m.start()].startswith("rd_rc "):
            continue  # the declaration and the definition
        yield line, [literal(a, macros) for a in arguments(text, m.end())]


def main():
    passed = failed = 0
    for path in sorted([*ROOT.glob("src/**/*.[ch]"), *ROOT.glob("cmd/**/*.[ch]")]):
        for line, args in calls(path):
            zh, en = args[2], args[3]
            if zh is None or en is None:
                wrong = "the formats are no literals, so nobody can check them"
            elif not re.search("[\u4e00-\u9fff]", zh) and re.search("[A-Za-z]{3}", en):
                wrong = "the first text is not Chinese"
            elif conversions(zh) != conversions(en):
                wrong = f"zh takes {conversions(zh)}, en takes {conversions(en)}"
            else:
                passed += 1
                continue
            failed += 1
            print(f"{path.relative_to(ROOT)}:{line}: {wrong}")
    if passed == 0:
        failed += 1
        print("no call of rd_fail was found: has it another name?")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
