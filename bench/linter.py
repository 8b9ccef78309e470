#!/usr/bin/env python3
"""The bars of the linter: speed and memory of `redink check` beside its peers, in one run.

  python3 bench/linter.py [--redink build/redink] [--install] [--quick] [--pairs N]
                          [--part NAME …] [--save]
  python3 bench/linter.py --doc         prints docs/bench.md

Prints one line per bar: what, measured, bar, met or NOT MET. Ends with 0 when every bar is met,
1 when one is not (a peer that is not installed counts as that), 2 when it could not run.
Ledgers are generated into build/bench-data (2.5 GB) and reused.
"""

import argparse
import math
import os
import pathlib
import statistics
import sys
import textwrap

import engines
import page
from ledgers import Ledger
from measure import (Ratio, interleaved, median_peak, median_seconds, peaks, seconds, show,
                     show_peak, show_seconds)
from tools import Failed

THREADS = 2          # of the comparison with DuckDB, and of the plain-text peers' ground
YEAR_RUNS = 21       # a run of a small ledger costs little, so its median may have more
SMALL_RUNS = 9       # the same for the sizes below 1 M lines in the line of sizes
STEP_MAX = 1.5       # what a line may cost more when the ledger is ten times as long


class Bench:
    """One run of the bench: prints the bars as they are measured and remembers the outcome."""

    def __init__(self, redink, pairs, quick):
        self.redink = redink
        self.pairs = pairs
        self.quick = quick
        self.big = Ledger(1_000_000 if quick else 10_000_000)
        self.lines = []
        self.bars = 0
        self.not_met = 0

    def say(self, text):
        print(text, flush=True)
        self.lines.append(text)

    def bar(self, what, measured, bar, met):
        verdict = "met" if met else "NOT MET"
        self.bars += 1
        self.not_met += not met
        self.say(f"{what:<63} {measured:<34} {bar:<8} {verdict}")

    def note(self, text):
        for line in textwrap.wrap(text, 110):
            self.say(f"    {line}")

    def absent(self, what, peer):
        self.bar(what, "not measured", "", False)
        self.note(f"{peer} is not installed; python3 bench/linter.py --install does that first")


def compare_counts(bench, ledger, ours, theirs):
    """Every count equals the truth (at least, where that is a lower bound) and DuckDB's."""
    wrong = []
    truth = ledger.truth()
    for name, want in theirs.items():
        planted, exact = truth[name]
        got = ours[name]
        if got != want or (got != planted if exact else got < planted):
            at_least = "" if exact else "at least "
            wrong.append(f"{name}: redink {got}, duckdb {want}, truth {at_least}{planted}")
    right = len(theirs) - len(wrong)
    bench.bar(f"counts, {ledger.name()}: redink = truth = DuckDB", f"{right} of {len(theirs)}",
              "all", not wrong)
    for text in wrong:
        bench.note(text)


def part_duckdb(bench):
    """The 16 checks against DuckDB: counts, time, memory."""
    big, redink = bench.big, bench.redink
    what = f"16 checks, {big.name()}, {THREADS} threads"
    if not engines.has_duckdb():
        bench.absent(f"{what}: time against DuckDB", "DuckDB")
        return
    if not bench.quick:
        million = Ledger(1_000_000).make()
        theirs = engines.duckdb_counts(engines.duckdb(million, THREADS))
        redink.peer_work(million, THREADS)
        compare_counts(bench, million, redink.counts(), theirs)
    big.make()
    samples = interleaved({"duckdb": lambda: engines.duckdb(big, THREADS),
                           "redink": lambda: redink.peer_work(big, THREADS)}, bench.pairs)
    theirs, ours = samples["duckdb"], samples["redink"]
    compare_counts(bench, big, redink.counts(), engines.duckdb_counts(theirs[-1]))
    faster = Ratio(seconds(theirs), seconds(ours))
    smaller = Ratio(peaks(theirs), peaks(ours))
    bench.bar(f"{what}: times as fast as DuckDB", str(faster), ">= 10x", faster.median >= 10)
    bench.bar(f"{what}: DuckDB's peak memory over ours", str(smaller), ">= 4x",
              smaller.median >= 4)
    bench.note(f"DuckDB {show(theirs)}; redink {show(ours)}")


def part_limit(bench):
    """One thread against the bare tokenizer on the same file."""
    big, redink = bench.big.make(), bench.redink
    samples = interleaved({"csvtok": lambda: engines.csvtok(big, 1),
                           "peer": lambda: redink.peer_work(big, 1)}, bench.pairs)
    limit, peer = samples["csvtok"], samples["peer"]
    cost = Ratio(seconds(peer), seconds(limit))
    bench.bar(f"16 checks, {big.name()}, 1 thread: time over csvtok's", str(cost), "<= 6x",
              cost.median <= 6)
    samples = interleaved({"csvtok": lambda: engines.csvtok(big, 1),
                           "all": lambda: redink.all_checks(big, 1)}, bench.pairs)
    ran, not_run = redink.states()
    everything = samples["all"]
    cost = Ratio(seconds(everything), seconds(samples["csvtok"]))
    bench.bar(f"all checks, {big.name()}, 1 thread: time over csvtok's", str(cost), "<= 10x",
              cost.median <= 10)
    bench.note(f"csvtok {show(limit)}; redink 16 checks {show(peer)}; all checks "
               f"{show(everything)}: {ran} ran, {not_run} said why not")


def part_linear(bench):
    """What a line costs from 100 k to 10 M, after taking off what 1,000 lines cost."""
    redink = bench.redink
    base = [redink.peer_work(Ledger(1000).make(), 1) for _ in range(SMALL_RUNS)]
    sizes = [100_000, 1_000_000] + ([] if bench.quick else [10_000_000])
    time_per_line, memory_per_line, shown = [], [], []
    for size in sizes:
        ledger = Ledger(size).make()
        rounds = SMALL_RUNS if size < 1_000_000 else bench.pairs
        samples = [redink.peer_work(ledger, 1) for _ in range(rounds)]
        more = ledger.lines - 1000
        time_per_line.append((median_seconds(samples) - median_seconds(base)) / more)
        memory_per_line.append((median_peak(samples) - median_peak(base)) * 1024 / more)
        shown.append(f"{ledger.name()} {time_per_line[-1] * 1e9:.0f} ns, "
                     f"{memory_per_line[-1]:.0f} bytes")
    for what, costs in (("time", time_per_line), ("memory", memory_per_line)):
        for i in range(1, len(sizes)):
            growth = costs[i] / costs[i - 1] if costs[i - 1] > 0 else math.inf
            step = f"{Ledger(sizes[i - 1]).name()} to {Ledger(sizes[i]).name()}"
            bench.bar(f"{what} per line, 16 checks, 1 thread, {step}", f"{growth:.2f}x",
                      f"<= {STEP_MAX}x", growth <= STEP_MAX)
    bench.note(f"per line: {'; '.join(shown)}; 1,000 lines {show_seconds(median_seconds(base))}, "
               f"{show_peak(median_peak(base))}")


def part_plain(bench):
    """The plain-text programs on their own ground: the equal ledger, nothing wrong in it."""
    ledger = Ledger(1_000_000, "0", "csv,beancount,journal").make()
    redink = bench.redink
    for name, bar in (("ledger bal", 30), ("hledger check", 100), ("bean-check", 150)):
        what = f"{ledger.name()}, {THREADS} threads: times as fast as {name}"
        if not engines.has_plain_text(name):
            bench.absent(what, name.split(maxsplit=1)[0])
            continue
        samples = interleaved({"peer": lambda name=name: engines.plain_text(name, ledger),
                               "redink": lambda: redink.peer_work(ledger, THREADS),
                               "single": lambda: redink.peer_work(ledger, 1)}, bench.pairs)
        theirs, ours, single = samples["peer"], samples["redink"], samples["single"]
        faster = Ratio(seconds(theirs), seconds(ours))
        bench.bar(what, str(faster), f">= {bar}x", faster.median >= bar)
        if name == "ledger bal":
            smaller = Ratio(peaks(theirs), peaks(ours))
            bench.bar(f"{ledger.name()}: ledger's peak memory over ours", str(smaller), ">= 5x",
                      smaller.median >= 5)
        bench.note(f"{name} {show(theirs)}; redink, 16 checks, {show(ours)}; "
                   f"with one thread {Ratio(seconds(theirs), seconds(single))}")


def part_year(bench):
    """A typical client: 20,000 lines, every check, presets, from process start to exit."""
    ledger = Ledger(20_000).make()
    samples = [bench.redink.all_checks(ledger) for _ in range(YEAR_RUNS)]
    ran, not_run = bench.redink.states()
    times = sorted(seconds(samples))
    middle = statistics.median(times)
    bench.bar("a year of 20,000 lines, all checks, start to exit",
              f"{show_seconds(middle)} ({show_seconds(times[0])} to {show_seconds(times[-1])})",
              "< 30 ms", middle < 0.030)
    bench.note(f"{YEAR_RUNS} runs: {show(samples)}; {ran} checks ran, {not_run} said why not")


PARTS = {"duckdb": part_duckdb, "limit": part_limit, "linear": part_linear, "plain": part_plain,
         "year": part_year}


def arguments():
    parser = argparse.ArgumentParser(description="The bars of the linter.")
    parser.add_argument("--redink", default="build/redink", help="the program to measure")
    parser.add_argument("--quick", action="store_true", help="1 M lines at most, 3 pairs")
    parser.add_argument("--pairs", type=int, help="pairs per comparison (preset 5)")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part")
    parser.add_argument("--save", action="store_true",
                        help="keep the figures in bench/figures/linter.txt")
    parser.add_argument("--install", action="store_true", help="install missing peers first")
    parser.add_argument("--doc", action="store_true", help="print docs/bench.md and end")
    return parser.parse_args()


def measure(options):
    if not os.access(options.redink, os.X_OK):
        raise Failed(f"{options.redink} is not there; ./dev build makes it")
    pairs = options.pairs or (3 if options.quick else 5)
    bench = Bench(engines.Redink(pathlib.Path(options.redink)), pairs, options.quick)
    bench.say(page.machine())
    bench.say(f"peers: {engines.versions()}")
    load = os.getloadavg()[0]
    if load > 0.5:
        bench.say(f"the machine is not quiet (load {load:.1f}): read the ratios with care")
    for name in options.part or PARTS:
        PARTS[name](bench)
    bench.say(f"not met: {bench.not_met} of {bench.bars}" if bench.not_met else "all bars met")
    if options.save:
        page.save_figures(bench.lines)
    return 1 if bench.not_met else 0


def main():
    options = arguments()
    try:
        if options.doc:
            print(page.text(), end="")
            return 0
        if options.install:
            engines.install()
        return measure(options)
    except Failed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
