"""docs/bench.md: what is measured and how, the table of checks, and the figures of one run."""

import os

import peer_checks
from tools import ROOT

FIGURES = ROOT / "bench" / "figures" / "linter.txt"

TEXT = """\
# Speed and memory of the linter

`./dev bench linter` measures every bar below on the machine it runs on and ends with 1 when one
is not met. It is `python3 bench/linter.py --install`, which first installs the peers that are
missing; with `--quick` it stays at 1 M lines and takes three pairs instead of five, and with
`--save` it keeps the figures, from which `python3 bench/linter.py --doc` prints this page.

## How it is measured

- The ledger is made up: `bench/gen_ledger` writes the vouchers of a manufacturing company's year
  with a chart, a trial balance and planted exceptions (one voucher in 10,000 for each kind), and
  `truth.tsv` with what every check must count. The same arguments give the same bytes.
- Time is that of the whole process, from start to exit, from CSV to findings in a file; memory is
  the peak of resident memory that the system reports for the process. The files are in the page
  cache for everybody.
- Compared programs run in turn (A B A B …), so that both meet the same machine. What is quoted is
  the median of the ratios of the pairs, with the smallest and the largest; times differ from
  machine to machine, ratios do much less.
- **DuckDB** does the 16 checks in SQL (`bench/peers/duckdb_checks.cjs`): the strongest peer for
  somebody at home in data.
- **csvtok** (`bench/peers/csvtok.c`) only splits the file into fields and adds up two columns. It
  is the limit of reading: it knows no quotes, checks no UTF-8 and keeps nothing.
- **ledger, hledger and beancount** read the same vouchers in their own formats and check that
  they balance. Redink does its 16 checks in that time.
- Linear means: a line of a ledger ten times as long costs at most 1.5 times as much, after taking
  off what a ledger of 1,000 lines costs.

## The same work

Where a rule of ours is wiser than the peers', parameters make it as plain as theirs and
`--no-guards` switches off what keeps false alarms away. The counts must then be equal to the
truth and to DuckDB's.

{table}

## Figures

{figures}"""


def machine():
    """One line about the machine, for the figures."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"machine: {os.cpu_count()} cores, {model}"


def save_figures(lines):
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text("\n".join(lines) + "\n", encoding="utf-8")


def text():
    figures = FIGURES.read_text(encoding="utf-8")
    return TEXT.format(table=peer_checks.table(), figures=f"```\n{figures}```\n")
