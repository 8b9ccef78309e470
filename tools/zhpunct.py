#!/usr/bin/env python3
"""Chinese text takes Chinese punctuation: turns , : ; ! ? ( ) beside Chinese characters into
their full-width forms, in the string literals of C files and in the prose of Markdown.

usage: zhpunct.py [--check] FILE…

--check changes nothing and exits 1 when a file would change. Numbers (1,234 and 12:30), code spans,
punctuation before a blank and text without Chinese characters stay as they are. Running it twice
changes nothing more.
"""
import re
import sys

WIDE = {c: chr(ord(c) + 0xFEE0) for c in ",:;!?()"}
LITERAL = re.compile(r'"(?:\\.|[^"\\\n])*"')


def is_chinese(c):
    return bool(c) and ("\u3000" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef" or c in "\u201c\u201d\u2018\u2019")


def at(s, i):
    return s[i] if 0 <= i < len(s) else ""


def brackets(s):
    """Positions of brackets to widen: pairs around Chinese or right behind it."""
    stack, wide = [], set()
    for i, c in enumerate(s):
        if c == "(":
            stack.append(i)
        elif c == ")" and stack:
            j = stack.pop()
            if any(is_chinese(x) for x in s[j + 1:i]) or is_chinese(at(s, j - 1)):
                wide |= {i, j}
        elif c == ")" and is_chinese(at(s, i - 1)):
            wide.add(i)
    for j in stack:
        if is_chinese(at(s, j - 1)) or is_chinese(at(s, j + 1)):
            wide.add(j)
    return wide


def convert(s):
    if not any(is_chinese(c) for c in s):
        return s
    wide, out = brackets(s), list(s)
    for i, c in enumerate(s):
        before, after = at(s, i - 1), at(s, i + 1)
        if c in "()":
            if i in wide:
                out[i] = WIDE[c]
        elif c in WIDE:
            if after == " " or (before.isdigit() and after.isdigit()):
                continue
            if c in ",;" or is_chinese(before) or is_chinese(after) or (c in "?!" and not after):
                out[i] = WIDE[c]
    return "".join(out)


def c_text(text):
    return LITERAL.sub(lambda m: '"' + convert(m.group()[1:-1]) + '"', text)


def markdown(text):
    out, code = [], False
    for row in text.split("\n"):
        if row.lstrip().startswith("```"):
            code = not code
        if code or row.startswith("    ") or row.startswith("\t"):
            out.append(row)
            continue
        parts = re.split(r"(`[^`]*`|\]\([^)]*\)|<[^>]*>)", row)
        keep = [p if k % 2 else None for k, p in enumerate(parts)]
        # Spans are hidden behind one letter each, so that brackets around them still pair.
        joined = "".join("\ue000" if k % 2 else p for k, p in enumerate(parts))
        done = convert(joined).split("\ue000")
        spans = [p for p in keep if p is not None]
        out.append("".join(a + b for a, b in zip(done, spans + [""])))
    return "\n".join(out)


def main():
    check = "--check" in sys.argv
    bad = 0
    for path in [a for a in sys.argv[1:] if a != "--check"]:
        with open(path, encoding="utf-8", newline="") as f:
            old = f.read()
        new = markdown(old) if path.endswith(".md") else c_text(old)
        if new == old:
            continue
        bad += 1
        print(path)
        if not check:
            with open(path, "w", encoding="utf-8", newline="") as f:
                f.write(new)
    sys.exit(1 if check and bad else 0)


main()
