#!/usr/bin/env python3
"""Runs the redink program as people and scripts do; standard library only.

usage: cli.py REDINK [NAME…]      only the tests whose names hold one of NAME

Last line: "N passed, N failed" (", N skipped" may follow).
"""
import csv
import io
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(ROOT, "tools"))
from jsonschema_check import problems  # noqa: E402

REDINK = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else os.path.join(ROOT, "build/redink")
EXAMPLE = os.path.join(ROOT, "examples", "澄溪商贸2025")
AS_OF = "2025-12-31"
# Words that judge people or name offences; they stand apart so that a search of the
# repository for them finds only this line.
FORBIDDEN = ["偷" "税", "逃" "税", "虚" "开", "造" "假", "认定" "为", "违法" "行为", "tax " "evasion",
             "falsi" "fied", "guil" "ty"]

HEAD = "日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,制单人,审核人,记账人\n"


def line(day, number, text, code, name, debit="", credit=""):
    return "%s,记,%s,%s,%s,%s,%s,%s,张三,李四,王五\n" % (day, number, text, code, name, debit, credit)


CLEAN = HEAD + "".join([
    line("2025-03-03", "1", "收到货款", "1002", "银行存款", "1130.00"),
    line("2025-03-03", "1", "收到货款", "1122", "应收账款", "", "1130.00"),
    line("2025-03-04", "2", "付电费", "5602", "管理费用", "260.00"),
    line("2025-03-04", "2", "付电费", "1002", "银行存款", "", "260.00")])
BROKEN = CLEAN + "".join([
    line("2025-03-05", "3", "付房租", "5602", "管理费用", "5000.00"),
    line("2025-03-05", "3", "付房租", "1002", "银行存款", "", "4900.00")])


class Skip(Exception):
    pass


class Run:
    def __init__(self, code, out, err):
        self.code, self.raw, self.err = code, out, err
        self.out = out.decode("utf-8")


def run(*args, cwd=None, env=None, stdout=subprocess.PIPE):
    e = {k: v for k, v in os.environ.items()
         if k not in ("LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "COLUMNS", "TERM")}
    e.update(env or {})
    p = subprocess.run([REDINK, *args], cwd=cwd, env=e, stdout=stdout, stderr=subprocess.PIPE,
                       timeout=120, check=False)
    return Run(p.returncode, p.stdout or b"", p.stderr.decode("utf-8"))


def same(got, want, what=""):
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))


def holds(text, part):
    if part not in text:
        raise AssertionError("%r is not in:\n%s" % (part, text[-2500:]))


def lacks(text, part):
    if part in text:
        at = text.index(part)
        raise AssertionError("%r is in:\n%s" % (part, text[max(0, at - 300):at + 300]))


class Folder:
    """A temporary folder with files."""

    def __init__(self, **files):
        self.path = tempfile.mkdtemp(prefix="redink-cli-")
        for name, text in files.items():
            self.write(name.replace("_", "."), text)

    def write(self, name, text):
        with open(self.at(name), "w", encoding="utf-8", newline="") as f:
            f.write(text)
        return self.at(name)

    def read(self, name):
        with open(self.at(name), encoding="utf-8") as f:
            return f.read()

    def at(self, name):
        return os.path.join(self.path, name)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.path, ignore_errors=True)


ONE = ["--only", "entry-unbalanced", "--as-of", AS_OF]


# ---- usage ----

def test_without_arguments_the_commands_are_listed():
    r = run()
    same(r.code, 2)
    for name in ("check", "checks", "explain", "convert", "correct", "config", "version", "help"):
        holds(r.err, "\n  " + name)
    lacks(r.err, "_doc")


def test_help_of_every_command_in_both_languages():
    for lang, word in (("zh", "用法"), ("en", "Usage")):
        for name in ("check", "checks", "explain", "convert", "correct", "config", "version", "help"):
            r = run(name, "--help", "--lang", lang)
            same(r.code, 0, name)
            holds(r.out, word)
            holds(r.out, "--lang")
            same(run("help", name, "--lang", lang).out, r.out, "help " + name)


def test_help_fits_the_terminal():
    for lang in ("zh", "en"):
        for text in run("check", "--help", "--lang", lang, env={"COLUMNS": "80"}).out.splitlines():
            width = sum(2 if ord(c) > 0x2E7F else 1 for c in text)
            if width > 80 and not text.startswith("  redink"):
                raise AssertionError("%d columns: %s" % (width, text))


def test_version():
    r = run("--version")
    same(r.code, 0)
    if not re.fullmatch(r"redink \d+\.\d+\.\d+\n", r.out):
        raise AssertionError(r.out)
    same(run("version").out, r.out)


def test_unknown_names_name_the_nearest():
    for args, near in ((["chek", "x"], "redink check"), (["check", "--fromat", "json", "x"], "--format"),
                       (["explain", "entry-unbalancd"], "entry-unbalanced"),
                       (["check", "--only", "voucher-number-gaps", "x"], "voucher-number-gap"),
                       (["help", "explian"], "redink explain")):
        for lang in ("zh", "en"):
            r = run(*args, env={"LANG": "zh_CN.UTF-8" if lang == "zh" else "en_US.UTF-8"})
            same(r.code, 2, args)
            same(r.out, "", args)
            holds(r.err, near)
            holds(r.err, "是不是" if lang == "zh" else "did you mean")


def test_wrong_values_are_refused():
    for args, part in ((["--threads", "0"], "--threads"), (["--threads", "x"], "--threads"),
                       (["--format", "pdf"], "text|json|sarif|csv|html"),
                       (["--severity", "huge"], "info|low|medium|high|blocker"),
                       (["--as-of", "2025-02-30"], "--as-of"), (["--max"], "--max"),
                       (["--out", ""], "--out"), (["--quiet=1"], "--quiet"),
                       (["--set", "nonsense"], "check.param=value"),
                       (["--set", "entry-unbalanced.tolerancee=1"], "tolerancee"),
                       (["--set", "entry-unbalanced.tolerance=many"], "many"),
                       (["-x"], "-x")):
        r = run("check", "--lang", "en", "nowhere", *args)
        same(r.code, 2, args)
        same(r.out, "", args)
        holds(r.err, part)
    holds(run("check", "--lang", "en").err, "PATH")
    holds(run("explain", "a", "b", "--lang", "en").err, "one too many")


def test_language_comes_from_the_environment():
    for env, zh in (({}, True), ({"LANG": "zh_CN.UTF-8"}, True), ({"LANG": "en_US.UTF-8"}, False),
                    ({"LANG": "C.UTF-8"}, True), ({"LC_ALL": "C"}, True),
                    ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
                    ({"LC_MESSAGES": "de_DE.UTF-8", "LANG": "zh_CN.UTF-8"}, False)):
        holds(run("help", env=env).out, "用法" if zh else "Usage")
    holds(run("--lang", "en").out, "Usage")


# ---- checking ----

def test_exit_codes():
    with Folder(clean_csv=CLEAN, broken_csv=BROKEN) as d:
        same(run("check", d.at("clean.csv"), *ONE).code, 0, "clean")
        same(run("check", d.at("broken.csv"), *ONE).code, 1, "broken")
        r = run("check", d.at("missing.csv"), *ONE)
        same(r.code, 2, "missing")
        same(r.out, "")
        holds(r.err, "missing.csv")


def test_severity_is_the_threshold_of_the_exit_code():
    with Folder(j_csv=CLEAN + line("2025-02-31", "3", "付款", "5602", "管理费用", "10.00")) as d:
        one = ["--only", "date-unreadable", "--as-of", AS_OF]
        found = json.loads(run("check", d.path, "-f", "json", *one).out)["findings"]
        same([f["severity"] for f in found], ["high"])
        same(run("check", d.path, "--severity", "high", *one).code, 1)
        same(run("check", d.path, "--severity", "blocker", *one).code, 0)


def test_text_shows_place_excerpt_advice_and_summary():
    with Folder(j_csv=BROKEN) as d:
        zh = run("check", "j.csv", "--lang", "zh", *ONE, cwd=d.path).out
        en = run("check", "j.csv", "--lang", "en", *ONE, cwd=d.path).out
    holds(zh, "j.csv:6: 阻断: ")
    holds(en, "j.csv:6: blocker: ")
    for text in (zh, en):
        holds(text, "2025-03-05")
        holds(text, "记-3")
        holds(text, "5,000.00")
        holds(text, "5602 管理费用")
        holds(text, "redink explain entry-unbalanced")
        lacks(text, "\033")
    holds(zh, "怎么办")
    holds(zh, "依据")
    holds(en, "what to do")
    if not re.search(r"= 指纹 [0-9a-f]{32}\n", zh):
        raise AssertionError(zh)


def columns_of(text):
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def test_text_fits_the_width():
    for width in (60, 80, 120):
        for lang in ("zh", "en"):
            out = run("check", "序时账.csv", "科目余额表.csv", "科目表.csv", "--lang", lang, "--as-of", AS_OF,
                      cwd=EXAMPLE, env={"COLUMNS": str(width)}).out
            for text in out.splitlines():
                # Amounts in a table are never cut; words that are wider than the line neither.
                if columns_of(text) > width and "|" not in text[:6] and max(
                        map(columns_of, text.split())) < width - 30:
                    raise AssertionError("%d of %d columns: %s" % (columns_of(text), width, text))


def test_marks_stand_in_columns_with_wide_characters():
    with Folder(j_csv=BROKEN) as d:
        rows = [t for t in run("check", d.path, *ONE).out.splitlines() if "| " in t]

    def column(text, at):
        return sum(2 if ord(c) > 0x2E7F else 1 for c in text[:at])
    head = [t for t in rows if "借方" in t][0]
    body = [t for t in rows if "5,000.00" in t][0]
    same(column(body, body.index("5,000.00") + 8), column(head, head.index("借方") + 2))


def test_quiet_gives_one_line_for_each_finding():
    with Folder(j_csv=BROKEN) as d:
        r = run("check", "j.csv", "-q", "--lang", "en", *ONE, cwd=d.path)
    same(len(r.out.splitlines()), 1)
    if not re.fullmatch(r"j\.csv:\d+: blocker: .* \[entry-unbalanced\]\n", r.out):
        raise AssertionError(r.out)


def test_max_limits_what_is_shown():
    books = HEAD + "".join(
        line("2025-03-06", str(n), "付款", "5602", "管理费用", "10.00") +
        line("2025-03-06", str(n), "付款", "1002", "银行存款", "", "10.00" if n > 30 else "10.01")
        for n in range(1, 601))
    with Folder(j_csv=books) as d:
        few = run("check", d.path, "--max", "2", "--lang", "en", *ONE).out
        every = run("check", d.path, "--max", "0", "--lang", "en", *ONE).out
    lacks(every, "more of this kind")
    same(len(re.findall(r"fingerprint [0-9a-f]{32}", every)), 30)
    holds(few, "28 more of this kind")
    same(len(re.findall(r"fingerprint [0-9a-f]{32}", few)), 2)


def test_only_and_skip():
    with Folder(j_csv=BROKEN) as d:
        data = json.loads(run("check", d.path, "-f", "json", "--skip", "entry-unbalanced",
                              "--as-of", AS_OF).out)
    state = {c["slug"]: c["state"] for c in data["checks"]}
    same(state["entry-unbalanced"], "skipped")
    lacks(json.dumps(data["findings"]), '"entry-unbalanced"')


def test_set_changes_a_parameter():
    with Folder(j_csv=BROKEN) as d:
        same(run("check", d.path, *ONE, "--set", "entry-unbalanced.tolerance=10000").code, 0)
        same(run("check", d.path, *ONE, "--set", "entry-unbalanced.tolerance=9999").code, 1)
        r = run("check", d.path, *ONE, "--set", "entry-unbalanced.tolerance=-1", "--lang", "en")
        same(r.code, 2)


def test_the_chart_may_be_stated():
    chart = "科目编码,科目名称,余额方向\n1002,银行存款,借\n1122,应收账款,借\n5602,管理费用,借\n"
    with Folder(j_csv=CLEAN) as d, Folder(chart_csv=chart) as other:
        for stated in ("small", "enterprise"):
            data = json.loads(run("check", d.path, "-f", "json", "--chart", stated, *ONE).out)
            same(data["books"][0]["chart"], stated)
        data = json.loads(run("check", d.path, "-f", "json", "--chart", other.at("chart.csv"), *ONE).out)
        same(sorted(f["kind"] for f in data["books"][0]["files"]), ["chart", "journal"])
        same(run("check", d.path, "--chart", other.at("none.csv"), *ONE).code, 2)


def test_any_number_of_threads_gives_the_same_bytes():
    one = run("check", EXAMPLE, "-f", "json", "--as-of", AS_OF, "-j", "1").out
    for n in ("2", "7"):
        same(run("check", EXAMPLE, "-f", "json", "--as-of", AS_OF, "-j", n).out, one, n)


def test_stats_go_to_standard_error():
    with Folder(j_csv=BROKEN) as d:
        r = run("check", d.path, "--stats", "--lang", "en", *ONE)
    holds(r.err, "reading")
    holds(r.err, "entry-unbalanced")
    lacks(r.out, " ms ")


def test_rejected_records_are_told_with_place_and_advice():
    with Folder(j_csv=CLEAN + line("2025-03-09", "3", "付款", "5602", "管理费用", "12x.00")) as d:
        zh = run("check", "j.csv", *ONE, cwd=d.path).out
        data = json.loads(run("check", "j.csv", "-f", "json", *ONE, cwd=d.path).out)
    holds(zh, "j.csv:6:7: ")
    holds(zh, "12x.00")
    holds(zh, "怎么办")
    note = [n for n in data["notes"] if n["rejected"]][0]
    same((note["line"], note["column"], note["found"]), (6, 7, "12x.00"))
    same(data["books"][0]["files"][0]["records_rejected"], 1)


# ---- terminal ----

def on_terminal(args, env):
    """Output of a run whose standard output and error are a terminal."""
    master, slave = pty.openpty()
    p = subprocess.Popen([REDINK, *args], stdin=slave, stdout=slave, stderr=slave, env=env)
    os.close(slave)
    out = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(master)
    p.wait(timeout=60)
    return out.decode("utf-8", "replace")


def test_a_long_run_shows_and_erases_its_progress():
    rows = [HEAD]
    for n in range(1, 150001):
        rows.append(line("2025-03-05", str(n), "付款 %d" % n, "5602", "管理费用", "10.00"))
        rows.append(line("2025-03-05", str(n), "付款 %d" % n, "1002", "银行存款", "", "10.00"))
    env = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LC_MESSAGES")}
    env.update(TERM="xterm", LANG="zh_CN.UTF-8")
    with Folder(j_csv="".join(rows)) as d:
        args = ["check", d.path, "-j", "1", "-o", d.at("out.txt"), "--as-of", AS_OF]
        shown = on_terminal(args, env)
        lacks(on_terminal([*args, "-q"], env), "正在")
        lacks(on_terminal(args, {**env, "TERM": "dumb"}), "正在")
    if shown:  # a machine may be so fast that nothing is worth showing
        holds(shown, "正在")
        same(shown.endswith("\r\033[K"), True, "erased")


def test_colour_only_on_a_terminal():
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    env["TERM"] = "xterm-256color"
    with Folder(j_csv=BROKEN) as d:
        args = ["check", d.path, *ONE]
        holds(on_terminal(args, env), "\033[1;37;41m")
        lacks(on_terminal(args, {**env, "NO_COLOR": "1"}), "\033[1;37;41m")
        lacks(on_terminal(args, {**env, "TERM": "dumb"}), "\033[")
        lacks(on_terminal([*args, "--color", "never"], env), "\033[")
        holds(run(*args, "--color", "always").out, "\033[")


def test_control_characters_of_the_books_do_not_reach_the_terminal():
    bad = BROKEN.replace("付房租", "付\033[31m房\a租\u202e")
    with Folder(j_csv=bad) as d:
        for form in ("text", "html"):
            r = run("check", d.path, "-f", form, *ONE)
            for c in ("\033", "\a", "\u202e"):
                lacks(r.out, c)
        data = json.loads(run("check", d.path, "-f", "json", *ONE).out)
        same(len(data["findings"]), 1)


# ---- forms ----

def test_json_fits_its_schema():
    with open(os.path.join(ROOT, "docs/findings.schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    with Folder(j_csv=BROKEN) as d:
        for path in (d.path, EXAMPLE):
            data = json.loads(run("check", path, "-f", "json", "--as-of", AS_OF).out)
            same(problems(schema, data), [])
            same(data["summary"]["exit_code"], 1)
            same(len(data["findings"]), data["summary"]["findings"])
            same({f["slug"] for f in data["findings"]} -
                 {c["slug"] for c in data["checks"] if c["state"] == "ran"}, set())
            for f in data["books"][0]["files"]:
                same(len(f["sha256"]), 64)
    data["findings"][0]["state"] = "old"
    if not problems(schema, data):
        raise AssertionError("the schema takes a state that does not exist")


def sarif_schema():
    path = os.path.join(HERE, "sarif/node_modules/@microsoft/jest-sarif/lib/schemas/"
                              "sarif-2.1.0-rtm.5.json")
    if not os.path.exists(path):
        raise Skip("no SARIF schema (npm ci --ignore-scripts in tests/sarif)")
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def test_sarif_fits_the_official_schema():
    schema = sarif_schema()
    with Folder(j_csv=BROKEN) as d:
        base = d.at("base.txt")
        run("check", d.at("j.csv"), "--write-baseline", base, *ONE)
        d.write("j.csv", CLEAN)
        for args in ([EXAMPLE], [EXAMPLE, "--lang", "en"], [d.at("j.csv"), "--baseline", base]):
            r = run("check", *args, "-f", "sarif", "--as-of", AS_OF)
            same(problems(schema, json.loads(r.out)), [], args)


def test_sarif_says_what_the_standard_wants():
    data = json.loads(run("check", EXAMPLE, "-f", "sarif", "--as-of", AS_OF).out)
    same(data["version"], "2.1.0")
    one = data["runs"][0]
    rules = one["tool"]["driver"]["rules"]
    for r in one["results"]:
        same(rules[r["ruleIndex"]]["id"], r["ruleId"])
        same(len(r["partialFingerprints"]["redink/v1"]), 32)
        for place in r["locations"] + r.get("relatedLocations", []):
            at = place["physicalLocation"]
            uri = at["artifactLocation"]["uri"]
            if re.search(r"[^A-Za-z0-9._~/:%-]", uri):
                raise AssertionError("no URI: " + uri)
            same(one["artifacts"][at["artifactLocation"]["index"]]["location"]["uri"], uri)
            if at.get("region", {"startLine": 1})["startLine"] < 1:
                raise AssertionError(place)
    for rule in rules:
        for key in ("shortDescription", "fullDescription", "help"):
            if not rule[key]["text"].strip():
                raise AssertionError(rule["id"] + " has no " + key)
    skipped = [n for n in one["invocations"][0]["toolConfigurationNotifications"]]
    if not skipped:
        raise AssertionError("checks that did not run are not told")


def test_csv_opens_in_a_spreadsheet_without_formulas():
    bad = BROKEN.replace("付房租", "=HYPERLINK(1)").replace("管理费用", "@管理")
    with Folder(j_csv=bad) as d:
        r = run("check", d.path, "-f", "csv", "--only", "entry-unbalanced,one-sided-entry,round-amounts",
                "--as-of", AS_OF)
        out = run("convert", d.path, "--to", "csv").out
    if not r.raw.startswith(b"\xef\xbb\xbf"):
        raise AssertionError("no BOM")
    for text in (r.out, out):
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
        same({len(row) for row in rows}, {len(rows[0])})
        for row in rows:
            for cell in row:
                if cell[:1] in "=+-@\t\r" and cell and not re.fullmatch(r"[-+]?[\d,.]+%?", cell):
                    raise AssertionError("a formula: " + cell)
    holds(out, "'=HYPERLINK(1)")
    holds(out, "'@管理")


def test_page_is_self_contained_and_escaped():
    bad = BROKEN.replace("付房租", "<script>alert(1)</script>\"'&")
    with Folder(j_csv=bad) as d:
        page = run("check", d.path, "-f", "html", *ONE).out
    lacks(page, "alert(1)<")
    holds(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;")
    for part in ("http://", "https://", "src=", "<link", "@import", "url("):
        lacks(page, part)
    for part in ("<svg", "data-lang=\"zh\"", "class=\"en\"", "@media print", "prefers-color-scheme"):
        holds(page, part)
    same(page.count("<details"), page.count("</details>"))
    same(page.count("<span"), page.count("</span>"))
    same(page.count("<div"), page.count("</div>"))
    holds(run("check", EXAMPLE, "-f", "html", "--lang", "en", "--as-of", AS_OF).out, "data-lang=\"en\"")


def test_the_unit_of_amounts_is_no_company():
    with Folder(j_csv="序时账\n单位：元\n" + BROKEN, k_csv="单位:人民币元\n" + CLEAN) as d:
        lacks(run("check", d.path, "-f", "html", *ONE).out, "元 ·")
        d.write("j.csv", "编制单位：澄溪商贸有限公司\n单位：元\n" + BROKEN)
        holds(run("check", d.path, "-f", "html", *ONE).out, "澄溪商贸有限公司 ·")


def test_no_message_has_an_open_place_holder():
    for form in ("text", "csv"):
        for lang in ("zh", "en"):
            out = run("check", EXAMPLE, "-f", form, "--lang", lang, "--as-of", AS_OF, "--max", "0").out
            hit = re.search(r"\{[a-z_]+\}", out)
            if hit:
                raise AssertionError(hit.group())


# ---- output files ----

def test_a_report_replaces_its_file_as_a_whole():
    with Folder(j_csv=BROKEN, out_json="old") as d:
        os.chmod(d.at("out.json"), 0o640)
        same(run("check", d.at("j.csv"), "-f", "json", "-o", d.at("out.json"), *ONE).code, 1)
        json.loads(d.read("out.json"))
        same(os.stat(d.at("out.json")).st_mode & 0o777, 0o640)
        same(sorted(os.listdir(d.path)), ["j.csv", "out.json"])


def test_what_cannot_be_written_changes_nothing():
    with Folder(j_csv=BROKEN, out_json="old") as d:
        r = run("check", d.at("j.csv"), "-o", d.at("no/such/folder.json"), *ONE)
        same(r.code, 2)
        holds(r.err, "no/such/folder.json")
        same(run("check", d.at("missing"), "-o", d.at("out.json"), *ONE).code, 2)
        same(d.read("out.json"), "old")
        same(run("check", d.at("j.csv"), "-o", d.at("out.json"), "--format", "wrong").code, 2)
        same(d.read("out.json"), "old")
    if os.path.exists("/dev/full"):
        with Folder(j_csv=BROKEN) as d, open("/dev/full", "wb") as full:
            for args in (["check", d.path, *ONE], ["checks"], ["convert", d.path]):
                same(run(*args, stdout=full).code, 2, args)
            same(run("check", d.path, "-o", "/dev/full", *ONE).code, 2)


def test_a_link_keeps_leading_to_its_file():
    with Folder(j_csv=BROKEN, real_txt="old") as d:
        os.symlink("real.txt", d.at("link.txt"))
        run("check", d.at("j.csv"), "-o", d.at("link.txt"), *ONE)
        same(os.path.islink(d.at("link.txt")), True)
        holds(d.read("real.txt"), "entry-unbalanced")


def test_a_killed_run_leaves_the_old_file():
    rows = [HEAD]
    for n in range(1, 20001):
        rows.append(line("2025-03-05", str(n), "付款 %d" % n, "5602", "管理费用", "10.00"))
        rows.append(line("2025-03-05", str(n), "付款 %d" % n, "1002", "银行存款", "", "11.00"))
    with Folder(j_csv="".join(rows), out_json="old") as d:
        for sig in (signal.SIGKILL, signal.SIGTERM):
            for delay in (0.02, 0.05, 0.1, 0.2, 0.4):
                p = subprocess.Popen([REDINK, "check", d.at("j.csv"), "-f", "json", "--no-guards", "-o",
                                      d.at("out.json"), "--as-of", AS_OF],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(delay)
                p.send_signal(sig)
                p.wait(timeout=60)
                text = d.read("out.json")
                if text != "old":
                    json.loads(text)
                left = [n for n in os.listdir(d.path) if ".redink-" in n]
                if left and sig == signal.SIGTERM:
                    raise AssertionError("left behind: %s" % left)
                for name in left:
                    os.unlink(d.at(name))


# ---- configuration ----

def fingerprint_of(path):
    return json.loads(run("check", path, "-f", "json", *ONE).out)["findings"][0]["fingerprint"]


def test_a_suppression_holds_until_its_day():
    with Folder(j_csv=BROKEN) as d:
        mark = fingerprint_of(d.path)
        for about in ("fingerprint: %s" % mark, "check: entry-unbalanced", "voucher: 记-3",
                      "voucher: 2025-03 记-3"):
            d.write("redink.yaml", "suppress:\n  - %s\n    reason: 已与客户核实\n    until: 2025-06-30\n" % about)
            r = run("check", d.path, "--only", "entry-unbalanced", "--as-of", "2025-06-30", "-f", "json")
            data = json.loads(r.out)
            same(r.code, 0, about)
            same(data["findings"][0]["state"], "suppressed", about)
            same(data["findings"][0]["suppressed_by"]["reason"], "已与客户核实")
            same(data["summary"]["suppressed"], 1)
            r = run("check", d.path, "--only", "entry-unbalanced", "--as-of", "2025-07-01")
            same(r.code, 1, about)
            text = re.sub(r"\n +", "", r.out)  # lines joined again
            holds(text, "redink.yaml:2: ")
            holds(text, "已与客户核实")


def test_the_configuration_stands_beside_the_books():
    with Folder(j_csv=BROKEN, redink_yaml="set:\n  entry-unbalanced.tolerance: 10000\n") as d:
        same(run("check", d.path, *ONE).code, 0, "folder")
        same(run("check", d.at("j.csv"), *ONE).code, 0, "file")
        same(run("check", "j.csv", *ONE, cwd=d.path).code, 0, "file here")
        same(run("check", d.path, "--no-config", *ONE).code, 1, "no config")
        same(run("check", d.path, "--set", "entry-unbalanced.tolerance=0", *ONE).code, 1, "flag")
        other = d.write("other.yaml", "severity: blocker\nset:\n  entry-unbalanced: {tolerance: 1}\n")
        same(run("check", d.at("j.csv"), "--config", other, *ONE).code, 1, "stated")


def test_configuration_of_choice_and_severity():
    with Folder(j_csv=BROKEN, redink_yaml="only: [entry-unbalanced]\nseverity: info\n") as d:
        data = json.loads(run("check", d.path, "-f", "json", "--as-of", AS_OF).out)
        same(sum(c["state"] == "ran" for c in data["checks"]), 1)
        same(data["summary"]["severity"], "info")


def test_mistakes_in_the_configuration_have_a_place():
    cases = (
        ("supress: []\n", 1, 1, "suppress"),
        ("set:\n  entry-unbalanced.tolerence: 1\n", 2, 3, "tolerence"),
        ("set:\n  entry-unbalancd:\n    tolerance: 1\n", 2, 3, "entry-unbalanced"),
        ("severity: huge\n", 1, 11, "blocker"),
        ("only: entry-unbalanced\n", 1, 7, "only"),
        ("skip:\n  - nothing-like-it\n", 2, 5, "nothing-like-it"),
        ("suppress:\n  - check: entry-unbalanced\n    until: 2025-06-30\n", 2, 5, "reason"),
        ("suppress:\n  - check: entry-unbalanced\n    reason: x\n", 2, 5, "until"),
        ("suppress:\n  - reason: x\n    until: 2025-06-30\n", 2, 5, "fingerprint"),
        ("suppress:\n  - check: entry-unbalanced\n    reason: x\n    until: soon\n", 4, 12, "2025-12-31"),
        ("suppress:\n  - fingerprint: abc\n    reason: x\n    until: 2025-06-30\n", 2, 18, "32"),
        ("suppress:\n  - voucherr: 1\n", 2, 5, "voucher"),
        ("a: [\n", 2, None, "YAML"),
        ("set: {x: &a 1, y: *a}\n", 1, None, "x"),
    )
    with Folder(j_csv=CLEAN) as d:
        for text, at, column, part in cases:
            d.write("redink.yaml", text)
            for lang in ("zh", "en"):
                r = run("check", d.path, "--lang", lang, *ONE)
                same(r.code, 2, text)
                same(r.out, "", text)
                holds(r.err, part)
                want = r"redink\.yaml:%d:%s: " % (at, column if column else r"\d+")
                if not re.search(want, r.err):
                    raise AssertionError("%s is not in %s" % (want, r.err))


def test_the_configuration_is_shown_with_its_sources():
    with Folder(j_csv=CLEAN, redink_yaml="severity: high\nset: {entry-unbalanced.tolerance: 1}\n"
                "suppress:\n  - check: self-review\n    reason: 一人公司\n    until: 2025-06-30\n") as d:
        r = run("config", d.path, "--lang", "zh", "--as-of", "2025-07-01")
        same(r.code, 0)
        for part in ("high (", "entry-unbalanced.tolerance = 1 (", "redink.yaml:4 check=self-review", "一人公司",
                     "已到期"):
            holds(r.out, part)
        d.write("redink.yaml", "severity: high\nsett: 1\n")
        r = run("config", d.path, "--lang", "en")
        same(r.code, 2)
        holds(r.err, "redink.yaml:2:1: unknown key sett; did you mean set?")


def test_an_empty_configuration_is_fine():
    with Folder(j_csv=CLEAN, redink_yaml="# nothing yet\n") as d:
        same(run("check", d.path, *ONE).code, 0)


def test_missing_files_of_options_are_errors():
    with Folder(j_csv=CLEAN) as d:
        for option in ("--config", "--baseline", "--mapping", "--chart"):
            r = run("check", d.path, option, d.at("none"), *ONE)
            same(r.code, 2, option)
            holds(r.err, "none")


# ---- baseline ----

def test_life_of_a_baseline():
    second = BROKEN + line("2025-03-06", "4", "付款", "5602", "管理费用", "70.00")
    with Folder(j_csv=BROKEN) as d:
        base, books = d.at("base.txt"), d.at("j.csv")
        same(run("check", books, "--write-baseline", base, *ONE).code, 1)
        first = d.read("base.txt")
        same(first.splitlines()[0], "redink-baseline 1")
        same(len(first.splitlines()), 2)
        r = run("check", books, "--baseline", base, "--lang", "en", *ONE)
        same(r.code, 0, "known only")
        holds(r.out, "0 new, 1 known, 0 gone")
        d.write("j.csv", second)
        r = run("check", books, "--baseline", base, "--lang", "en", *ONE)
        same(r.code, 1, "a new one")
        holds(r.out, "1 new, 1 known, 0 gone")
        d.write("j.csv", CLEAN)
        r = run("check", books, "--baseline", base, "--lang", "en", *ONE)
        same(r.code, 0, "gone")
        holds(r.out, "0 new, 0 known, 1 gone")
        holds(r.out, "Gone (in the baseline, not found now)")
        data = json.loads(run("check", books, "--baseline", base, "-f", "json", *ONE).out)
        same(data["summary"]["gone"][0]["slug"], "entry-unbalanced")
        d.write("j.csv", BROKEN)
        run("check", books, "--baseline", base, "--write-baseline", base, *ONE)
        same(d.read("base.txt"), first, "the same books give the same baseline")


def test_a_shuffled_book_is_known():
    head, *rows = BROKEN.splitlines(keepends=True)
    with Folder(j_csv=BROKEN) as d:
        run("check", d.at("j.csv"), "--write-baseline", d.at("base.txt"), *ONE)
        d.write("j.csv", head + "".join(rows[4:] + rows[:4]))
        same(run("check", d.at("j.csv"), "--baseline", d.at("base.txt"), *ONE).code, 0)


def test_a_broken_baseline_is_refused_with_its_line():
    with Folder(j_csv=CLEAN) as d:
        d.write("b.txt", "hello\n")
        holds(run("check", d.at("j.csv"), "--baseline", d.at("b.txt"), *ONE).err, "b.txt:1")
        d.write("b.txt", "redink-baseline 1\nzz\tentry-unbalanced\ta\tb\n")
        r = run("check", d.at("j.csv"), "--baseline", d.at("b.txt"), *ONE)
        same(r.code, 2)
        holds(r.err, "b.txt:2")


def test_suppressed_findings_are_not_in_a_baseline():
    with Folder(j_csv=BROKEN) as d:
        d.write("redink.yaml", "suppress:\n  - check: entry-unbalanced\n    reason: x\n    until: 2026-06-30\n")
        run("check", d.at("j.csv"), "--write-baseline", d.at("base.txt"), *ONE)
        same(d.read("base.txt"), "redink-baseline 1\n")


# ---- checks, explain, convert ----

def catalogue():
    return json.loads(run("checks", "--json").out)["checks"]


def test_list_of_checks():
    slugs = [c["slug"] for c in catalogue()]
    same(slugs, sorted(slugs))
    for lang in ("zh", "en"):
        text = run("checks", "--lang", lang).out
        for slug in slugs:
            holds(text, "  " + slug + " ")
    for c in catalogue():
        for key in ("title", "finds", "manual", "correction", "basis"):
            for lang in ("zh", "en"):
                if not c[key][lang].strip():
                    raise AssertionError("%s has no %s in %s" % (c["slug"], key, lang))


def test_every_check_explains_itself_in_both_languages():
    parts = {"zh": ("发现什么", "为什么要紧", "怎么办", "已知局限", "依据"),
             "en": ("What it finds", "Why it matters", "What to do", "Known limits", "Basis")}
    for c in catalogue():
        for lang in ("zh", "en"):
            r = run("explain", c["slug"], "--lang", lang)
            same(r.code, 0, c["slug"])
            for part in parts[lang]:
                holds(r.out, "\n" + part + "\n")
            for p in c["params"]:
                holds(r.out, "  " + p["name"] + ": ")
            holds(r.out, c["title"][lang])


def test_every_example_of_the_manual_is_shown():
    for slug in sorted(os.listdir(os.path.join(ROOT, "tests/checks"))):
        if os.path.exists(os.path.join(ROOT, "tests/checks", slug, "hit/expect.txt")):
            holds(run("explain", slug).out, "\n例子\n")
            page = run("explain", slug, "--lang", "en").out
            lacks(page, "at_stake=")
            result = page[page.index("\n  result\n"):]
            lacks(result, "请")
            holds(result, ".csv:" if ".csv:" in result else ": ")


def test_examples_of_help_and_manual_are_real():
    shown = [e for e in run("check", "--help").out.splitlines() if "--set " in e and "redink check" in e]
    if not shown:
        raise AssertionError("no example with --set")
    with Folder(j_csv=CLEAN) as d:
        for text in shown:
            setting = re.search(r"--set (\S+)", text).group(1)
            same(run("check", d.path, "--set", setting, *ONE).code, 0, setting)
    with open(os.path.join(ROOT, "docs/configuration.md"), encoding="utf-8") as f:
        blocks = re.findall(r"```yaml\n(.*?)```", f.read(), re.S)
    for block in blocks:
        with Folder(redink_yaml=block) as d:
            r = run("config", d.path)
            same((r.code, r.err), (0, ""), block)


def test_converted_books_give_the_same_findings():
    with Folder(j_csv=BROKEN) as d, Folder() as out:
        same(run("convert", d.path, "--to", "csv", out.at("c.csv")).code, 0)
        same(fingerprint_of(out.path), fingerprint_of(d.path))
        rows = list(csv.DictReader(io.StringIO(out.read("c.csv").lstrip("\ufeff"))))
        same(len(rows), 6)
        same(rows[4]["来源行"], "6")
        same(rows[4]["借方金额"], "5000.00")


# ---- correct ----

DOUBLE = """日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额
2025-03-08,记,4,支付办公用品款,5602,管理费用,1380.00,
2025-03-08,记,4,支付办公用品款,1002,银行存款,,1380.00
2025-03-08,记,5,支付办公用品款,5602,管理费用,1380.00,
2025-03-08,记,5,支付办公用品款,1002,银行存款,,1380.00
"""


def test_a_correction_is_proposed_tried_and_exported():
    with Folder(j_csv=DOUBLE) as d, Folder() as out:
        all_of_them = json.loads(run("correct", d.path, "-f", "json").out)
        one = [f for f in all_of_them if f["check"] == "dup-entry"][0]
        same((one["method"], one["ready"]), ("cancel", True))
        holds(run("correct", d.path).out, one["fingerprint"][:12] + "  红字冲销")
        r = run("correct", d.path, "--finding", one["fingerprint"], "--export", "jdy", "-o", out.at("v.csv"))
        same((r.code, r.err), (0, ""))
        holds(r.out, "注销3月8日记-5号凭证")
        holds(r.out, "消失的发现  1")
        rows = list(csv.DictReader(io.StringIO(out.read("v.csv").lstrip("\ufeff"))))
        same([(x["科目代码"], x["借方金额"], x["贷方金额"]) for x in rows], [("5602", "-1380.00", ""), ("1002", "", "-1380.00")])
        # Both files together are the books after it was posted: the finding is gone.
        run("correct", d.path, "--finding", one["fingerprint"], "--export", "csv", "-o", d.at("v.csv"))
        lacks(run("check", d.path).out, "dup-entry")


def test_edited_vouchers_are_checked_and_tried():
    with Folder(j_csv=DOUBLE) as d:
        one = [f for f in json.loads(run("correct", d.path, "-f", "json").out) if f["check"] == "dup-entry"][0]
        told = json.loads(run("correct", d.path, "--finding", one["fingerprint"], "-f", "json").out)
        same(told["simulation"]["target_gone"], True)
        vouchers = told["proposal"]["vouchers"]
        vouchers[0]["lines"][0]["debit_minor"] = -138001
        d.write("edit.json", json.dumps(vouchers))
        r = run("correct", d.at("j.csv"), "--finding", one["fingerprint"], "--edit", d.at("edit.json"), "-f", "json")
        same(r.code, 1)
        holds(r.out, "借贷不平")
        r = run("correct", d.at("j.csv"), "--finding", one["fingerprint"], "--edit", d.at("edit.json"), "--export", "k3", "-o", d.at("x"))
        same(r.code, 2)
        d.write("edit.json", json.dumps([{"role": "red", "line": 1}]))
        r = run("correct", d.at("j.csv"), "--finding", one["fingerprint"], "--edit", d.at("edit.json"))
        same(r.code, 2)
        holds(r.err, "line")
        same(run("correct", d.at("j.csv"), "--finding", "ffffffffffff").code, 2)


def test_convert_to_json_and_hledger():
    with Folder(j_csv=BROKEN) as d:
        data = json.loads(run("convert", d.path, "--to", "json").out)
        same(len(data["vouchers"]), 3)
        same(data["vouchers"][2]["lines"][0]["debit_minor"], 500000)
        r = run("convert", d.path, "--to", "hledger", "--lang", "en")
        holds(r.out, "2025-03-05 (记-3) 付房租")
        holds(r.out, "    5602 管理费用  5000.00")
        holds(r.err, "1 vouchers do not balance")
    with Folder(j_csv=CLEAN) as d:
        if shutil.which("hledger") is None:
            raise Skip("no hledger on this machine")
        run("convert", d.at("j.csv"), d.at("j.journal"), "--to", "hledger")
        p = subprocess.run(["hledger", "-f", d.at("j.journal"), "balance", "1002"],
                           capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)
        same(p.returncode, 0, p.stderr)
        holds(p.stdout.decode(), "870.00")


# ---- documents ----

def test_no_word_accuses():
    texts = [run("checks", "--json").out]
    for lang in ("zh", "en"):
        texts += [run(name, "--help", "--lang", lang).out for name in ("check", "checks", "explain", "convert")]
        texts += [run("check", EXAMPLE, "-f", form, "--lang", lang, "--as-of", AS_OF, "--max", "0").out
                  for form in ("text", "html", "sarif", "csv")]
        texts.append(run("_doc", "man", "--lang", lang).out)
        for c in catalogue():
            texts.append(run("explain", c["slug"], "--lang", lang).out)
    for text in texts:
        for word in FORBIDDEN:
            lacks(text.lower(), word)


def test_completions_are_good_shell():
    for shell, args in (("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])):
        r = run("_doc", shell)
        same(r.code, 0)
        holds(r.out, "entry-unbalanced")
        holds(r.out, "write-baseline")
        if shutil.which(shell):
            with Folder() as d:
                p = subprocess.run([shell, *args, d.write("c." + shell, r.out)], capture_output=True,
                                   check=False)
                same((p.returncode, p.stderr), (0, b""), shell)


def test_bash_completes():
    if shutil.which("bash") is None:
        raise Skip("no bash on this machine")
    script = run("_doc", "bash").out + """
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _redink; echo "${COMPREPLY[*]}"; }
try redink ch; try redink check --form; try redink check --format s; try redink explain entry-unb
"""
    p = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    same(p.stdout.decode().splitlines(), ["check checks", "--format", "sarif", "entry-unbalanced"])


def test_manual_page_has_every_option():
    for lang in ("zh", "en"):
        page = run("_doc", "man", "--lang", lang).out
        for option in re.findall(r"--([a-z-]+)", run("check", "--help", "--lang", lang).out):
            holds(page, option.replace("-", "\\-"))
        if shutil.which("groff"):
            p = subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-Wbreak"], input=page.encode(),
                               capture_output=True, check=False)
            same((p.returncode, p.stderr), (0, b""))


def main():
    wanted = sys.argv[2:]
    passed = failed = skipped = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_") or (wanted and not any(w in name for w in wanted)):
            continue
        try:
            test()
            passed += 1
        except Skip as why:
            print("%s: skipped: %s" % (name, why))
            skipped += 1
        except Exception as problem:  # a test that breaks is a test that failed
            print("%s: FAILED\n    %s: %s" % (name, type(problem).__name__, problem))
            failed += 1
    print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
    return 1 if failed else 0


sys.exit(main())
