"""Runs programs as children and measures them: wall time from start to exit, peak memory."""

import os
import statistics
import subprocess
import sys

from tools import Failed, build_tool


class Sample:
    """One run of one program."""

    def __init__(self, seconds, cpu_seconds, peak_kib, output):
        self.seconds = seconds
        self.cpu_seconds = cpu_seconds
        self.peak_kib = peak_kib
        self.output = output


WARM_MIB = 3072  # more than any program here takes


def run(argv, env=None, ok=(0,), warm=True):
    """Runs argv and returns its Sample with its standard output.

    `timed` starts the program, measures and reports; see there why a small parent matters.
    """
    timed = build_tool("timed")
    report = timed.with_name("timed.report")
    done = subprocess.run([timed, report, str(WARM_MIB if warm else 0), *argv], env={**os.environ, **(env or {})},
                          capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise Failed(f"{argv[0]}: {done.stderr.strip()}")
    nanoseconds, cpu_us, peak_kib, code = (int(word) for word in report.read_text().split())
    if code not in ok:
        last = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise Failed(f"{' '.join(argv[:3])} … ended with {code}: {last}")
    return Sample(nanoseconds / 1e9, cpu_us / 1e6, peak_kib, done.stdout)


def interleaved(runs, rounds):
    """Calls each function of `runs` (name → function) in turn, `rounds` times: A B A B …

    Neighbouring runs see the same machine, so a ratio of neighbours is worth more than a ratio
    of two averages. Returns name → list of Samples.
    """
    samples = {name: [] for name in runs}
    for _ in range(rounds):
        for name, function in runs.items():
            samples[name].append(function())
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return samples


class Ratio:
    """The ratios of paired figures: their median decides, their range is shown."""

    def __init__(self, above, below):
        self.pairs = [a / b for a, b in zip(above, below)]
        self.median = statistics.median(self.pairs)

    def __str__(self):
        low, high, n = min(self.pairs), max(self.pairs), len(self.pairs)
        return f"{self.median:.2f}x (n={n}: {low:.2f} to {high:.2f})"


def seconds(samples):
    return [s.seconds for s in samples]


def peaks(samples):
    return [s.peak_kib for s in samples]


def median_seconds(samples):
    return statistics.median(seconds(samples))


def median_peak(samples):
    return statistics.median(peaks(samples))


def show(samples):
    """The medians of one program: time, processor time of all threads, peak memory."""
    cpu = statistics.median(s.cpu_seconds for s in samples)
    return (f"{show_seconds(median_seconds(samples))} ({show_seconds(cpu)} of processor time), "
            f"{show_peak(median_peak(samples))}")


def show_seconds(value):
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def show_peak(kib):
    return f"{kib / 1024:.0f} MiB"
