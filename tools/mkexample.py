#!/usr/bin/env python3
"""Makes the example books: a year of an invented packaging trader under 小企业会计准则.

    tools/mkexample.py [OUT]                 OUT: folder to write to, preset examples/
    tools/mkexample.py --verify REDINK       compares what the program finds with truth.csv

One simulated year is kept twice. `clean/` is in order. `澄溪商贸2025/` is the same year with
exceptions planted by example_books/plants.py, written the way bookkeeping software exports it;
truth.csv says what was planted where. Same program, same bytes: the only chance is a seeded
generator. Amounts are whole fen throughout.
"""
import os
import sys

from example_books import verify, write, year


def main():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples")
    if len(sys.argv) == 3 and sys.argv[1] == "--verify":
        raise SystemExit(1 if verify.verify(sys.argv[2], folder) else 0)
    out = sys.argv[1] if len(sys.argv) > 1 else folder
    write.clean(year.make(planted=False), os.path.join(out, "clean"))
    write.export(year.make(planted=True), os.path.join(out, "澄溪商贸2025"),
                 os.path.join(out, "truth.csv"))


if __name__ == "__main__":
    main()
