#!/usr/bin/env python3
"""story.py [--build DIR] - a month of a bookkeeping firm, played through the API; docs/story.md tells it to people.

Six people (wang runs the firm, su supervises, an and bai keep books, li reviews, du is of the tax department)
work for three clients: 万和贸易, whose journal is a GBK file with its head in line four; 青禾餐饮, who sends a
workbook; 恒泰机械, whose books are in order and whose month is not. Every chapter is a function; what it needs
from those before is in the Story. With REDINK_TEST_PG the firm keeps its data in that PostgreSQL database.
"""
import argparse
import csv
import datetime
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

import harness

sys.path.append(str(harness.ROOT / "tools"))
import mkfixtures  # noqa: E402

PEOPLE = {"su": ("苏晴", "supervisor"), "an": ("安然", "accountant"), "bai": ("白洋", "accountant"),
          "li": ("李雪", "reviewer"), "du": ("杜宇", "department")}
HEAD = ("日期", "凭证字", "凭证号", "摘要", "科目编码", "科目名称", "借方金额", "贷方金额", "制单人", "审核人", "记账人")
MADE_BY = ("周会计", "钱主管", "钱主管")
BANK, COSTS, CAPITAL = ("1002", "银行存款"), ("5602", "管理费用"), ("3001", "实收资本")
PATIENCE_S = 60


# ---- the journals that the clients send ----

def entry(day, number, text, debit, credit, amount, short=0.0):
    """One voucher of two lines; `short` is what its credit lacks."""
    head = (f"2026-03-{day:02}", "记", str(number), text)
    return [head + debit + (f"{amount:.2f}", "") + MADE_BY, head + credit + ("", f"{amount - short:.2f}") + MADE_BY]


def march_of_wanhe(lacks=17, more=()):
    """Twenty-four vouchers: 记-10 is 记-9 once more, and one number is missing."""
    rows = entry(2, 1, "收到投资款", BANK, CAPITAL, 200000)
    for n in range(2, 26):
        if n in (9, 10):
            rows += entry(8, n, "支付办公用品款", COSTS, BANK, 1380)
        elif n != lacks:
            rows += entry(n, n, f"支付快递费 {n} 号单", COSTS, BANK, 20 + 7 * n)
    return rows + [line for voucher in more for line in voucher]


def march_of_qinghe(short):
    """The canteen: the credit of one voucher was not exported whole."""
    return (entry(3, 1, "收到投资款", BANK, CAPITAL, 80000) + entry(6, 2, "支付店面租金", COSTS, BANK, 9000, short) +
            entry(19, 3, "支付燃气费", COSTS, BANK, 640))


def march_of_hengtai():
    return entry(4, 1, "收到投资款", BANK, CAPITAL, 500000) + entry(18, 2, "支付维修费", COSTS, BANK, 4200)


def csv_of(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def gbk_file(rows):
    """As the client's software writes it: GBK, three lines of titles, then the head."""
    return csv_of([["万和贸易有限公司"], ["序时账"], ["2026年3月"], HEAD, *rows]).encode("gbk")


def utf8_file(rows):
    return csv_of([HEAD, *rows]).encode()


def workbook(rows):
    book = mkfixtures.Book()
    book.sheet("序时账", [list(HEAD), *map(list, rows)])
    with tempfile.TemporaryDirectory(prefix="redink-story-") as folder:
        path = pathlib.Path(folder) / "journal.xlsx"
        book.save(path)
        return path.read_bytes()


# ---- how people of the story speak to the desk ----

class Story:
    """Who and what the story is about: `ids` of people and records by name, and what was counted."""

    def __init__(self, server, count):
        self.server, self.count, self.world = server, count, harness.World(server)
        self.ids = self.world.ids

    def holds(self, good, words):
        return self.count.check(good, words)

    def who(self, name):
        return self.world.people[name]

    def new(self, name, kind, /, **fields):
        """Somebody makes a record; its id."""
        return self.who(name).must("POST", f"/api/v1/{kind}", fields)["id"]

    def look(self, name, path):
        return self.who(name).must("GET", f"/api/v1/{path}")

    def do(self, name, record, step, /, **asked):
        """Somebody takes a step with a record ("case/7") as it stands now; the record afterwards."""
        seen = self.look(name, record)["version"]
        return self.who(name).must("POST", f"/api/v1/{record}/do/{step}", asked, If_Match=f'"{seen}"')

    def change(self, name, record, /, **fields):
        seen = self.look(name, record)["version"]
        return self.who(name).must("PATCH", f"/api/v1/{record}", fields, If_Match=f'"{seen}"')

    def refused(self, name, record, step, status, words, /, **asked):
        """Somebody tries a step and is told why not, in words that say what to do."""
        seen = self.look(name, record)["version"]
        r = self.who(name).call("POST", f"/api/v1/{record}/do/{step}", asked, {"If-Match": f'"{seen}"'})
        said = (r.json or {}).get("message", {})
        self.holds(r.status == status and words in said.get("zh", "") and said.get("en"),
                   f"{name} tried to {step} {record}: {r}")

    def hidden(self, name, path, status=404):
        r = self.who(name).call("GET", f"/api/v1/{path}")
        self.holds(r.status == status, f"{name} looked at {path}: {r}")

    def until(self, what, question):
        """What happens behind the requests is waited for; the answer."""
        end = time.monotonic() + PATIENCE_S
        while not (found := question()):
            if time.monotonic() > end:
                raise harness.Broken(f"waited in vain: {what}")
            time.sleep(0.1)
        return found

    def upload(self, name, record, file, body):
        r = self.who(name).call("POST", f"/api/v1/{record}/attachments?name={file}", body,
                                {"Content-Type": "application/octet-stream"})
        if r.status != 201:
            raise harness.Broken(f"{name} uploads {file}: {r}")

    def visitor(self, contact, kind, record, by="su"):
        """Somebody of the client opens a link that was handed to him: no password, one record."""
        link = self.who(by).must("POST", f"/api/v1/contact/{self.ids[contact]}/link", {"kind": kind, "record": record})
        p = harness.Person(self.server, contact, self.world.source())
        p.must("POST", "/api/v1/link", {"link": link["link"]})
        self.world.people[contact] = p

    def bring(self, name, client, title, file, body):
        """Files are uploaded, previewed and committed, and the checks have run: (preview, run)."""
        books = self.ids[f"{client} books"]
        seen = self.look(name, f"books/{books}")["last_run"]
        at = "import/" + self.new(name, "import", name=title, books=books, client=self.ids[client])
        self.ids[f"{client} import"] = at.removeprefix("import/")
        self.upload(name, at, file, body)
        self.do(name, at, "preview")
        state = self.until(f"{file} is read", lambda: (s := self.look(name, at)["state"]) != "reading" and s)
        preview = self.look(name, f"imports/{self.ids[f'{client} import']}/preview")
        self.holds(state == "previewed" and preview["recognised"]["rejected"] == 0, f"{file}: {state}, {preview}")
        self.do(name, at, "commit")
        self.until(f"{file} is checked", lambda: self.look(name, f"books/{books}")["last_run"] != seen)
        return preview, self.look(name, "run/" + self.look(name, f"books/{books}")["last_run"])

    def case_of(self, name, client, check):
        """The case that the checks opened for a finding of this kind: (case, finding)."""
        found = self.look(name, f"books/{self.ids[f'{client} books']}/findings?state=live&check={check}")["findings"]
        if not found:
            raise harness.Broken(f"{check} found nothing at {client}")
        return found[0]["case"], found[0]["fingerprint"]

    def gate(self, name, case):
        """What the double gate still lacks, by name."""
        return {i["name"] for i in self.look(name, f"case/{case}/gate")["items"] if not i["passed"]}


# ---- the month ----

def the_firm_begins(s):
    """On the first morning the firm sets itself up: who works here, and for whom."""
    wang = s.world.person("wang")
    wang.must("POST", "/api/v1/setup", {"link": s.server.link, "label": "main", "name": "澄明代理记账", "login": "wang",
                                        "display_name": "王敏", "password": harness.PASSWORD})
    s.ids["wang"] = wang.sign_in("wang", "main").id
    for login, (name, role) in PEOPLE.items():
        user = s.new("wang", "user", login=login, name=name, roles=[role])
        invitation = wang.must("POST", f"/api/v1/user/{user}/invitation")["link"]
        person = s.world.person(login)
        person.must("POST", "/api/v1/invitation", {"link": invitation, "password": harness.PASSWORD})
        s.ids[login] = person.sign_in(login, "main").id
    # The tax department answers within two hours of work.
    s.ids["tax"] = s.new("wang", "department", name="税务部", head=s.ids["du"], answer_minutes=120)
    for client, name, accountant, contact in (("wanhe", "万和贸易有限公司", "an", "周会计"),
                                              ("qinghe", "青禾餐饮管理有限公司", "an", "何店长"),
                                              ("hengtai", "恒泰机械有限公司", "bai", "郑总")):
        s.ids[client] = s.new("su", "client", name=name, accountant=s.ids[accountant], supervisor=s.ids["su"],
                              reviewer=s.ids["li"], portal=True, chart="small")
        s.ids[contact] = s.new("su", "contact", name=contact, client=s.ids[client], portal=True, phone="13800001234")
        s.ids[f"{client} books"] = s.new(accountant, "books", name=f"{name[:2]} 2026", year=2026, client=s.ids[client],
                                         standard="small", open_period="2026-03")
    # Tonight Su is on duty, and Li after her.
    now = datetime.datetime.now(datetime.timezone.utc)
    for level, login in enumerate(("su", "li"), 1):
        s.new("su", "duty", name="三月值班", person=s.ids[login], level=level, phone="13900005678",
              from_at=(now - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
              until_at=(now + datetime.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ"))


def the_books_come_in(s):
    """Three clients send their March, each in the form of his own software."""
    preview, run = s.bring("an", "wanhe", "三月", "序时账.csv", gbk_file(march_of_wanhe()))
    file = preview["recognised"]["files"][0]
    s.holds((file["encoding"], file["head_line"]) == ("GB18030", 4), f"the journal of 万和 was read as {file}")
    s.holds(preview["differences"]["checks"]["new"] == 2, f"the preview says what the checks would find: {preview}")
    s.holds((run["new"], run["opened"]) == (2, 2), f"a voucher twice, and a gap in the numbers: {run}")
    preview, run = s.bring("an", "qinghe", "三月", "序时账.xlsx", workbook(march_of_qinghe(short=500)))
    s.holds(preview["recognised"]["files"][0]["format"] == "xlsx" and run["opened"] == 1, f"青禾: {run}")
    s.holds(s.look("an", f"books/{s.ids['qinghe books']}")["health"] == "d", "one blocker: no better than D")
    _, run = s.bring("bai", "hengtai", "三月", "journal.csv", utf8_file(march_of_hengtai()))
    s.holds(run["findings"] == 0 and run["grade"] == "a", f"nothing is wrong at 恒泰: {run}")
    # Bai keeps the books of 恒泰 alone: of those of 万和 he sees nothing.
    s.hidden("bai", f"books/{s.ids['wanhe books']}")
    s.ids["twice"], s.ids["finding"] = s.case_of("an", "wanhe", "dup-entry")
    s.ids["gap"], _ = s.case_of("an", "wanhe", "voucher-number-gap")
    s.ids["lopsided"], _ = s.case_of("an", "qinghe", "entry-unbalanced")
    case = s.look("an", f"case/{s.ids['twice']}")
    s.holds(case["origin"] == "check" and case["owner"] == s.ids["an"] and case["reviewer"] == s.ids["li"] and
            case["persons"] == ["周会计", "钱主管"] and case["amount"]["minor"] == 138000,
            f"the case was filled in from the books: {case}")


def an_incomplete_export(s):
    """青禾: nobody has touched the case when the canteen sends the whole export; so it goes by itself."""
    _, run = s.bring("an", "qinghe", "三月（完整）", "序时账.xlsx", workbook(march_of_qinghe(short=0)))
    s.holds(run["gone"] == 1, f"the voucher balances now: {run}")
    s.holds(s.look("an", f"case/{s.ids['lopsided']}")["state"] == "dismissed", "the case was withdrawn by the program")
    s.holds(s.look("an", f"books/{s.ids['qinghe books']}")["health"] == "a", "the books are in order")


def triage(s):
    """Su grades; the desk says how it came to the priority, and the clocks run."""
    at = f"case/{s.ids['twice']}"
    case = s.do("su", at, "triage", impact=4, urgency=4, note="先问客户是不是付了两次")
    s.holds(case["grade"] == "p2" and "查表" in case["grade_reason"], f"graded by the table: {case['grade_reason']}")
    clocks = {c["clock"]: c for c in s.look("an", f"cases/{s.ids['twice']}/clocks")["clocks"]}
    s.holds(clocks["correct"]["runs"] and not clocks["verify"]["runs"], f"the clock of correction runs: {clocks}")
    # The gap: the client tore up a form. Posted books are not renumbered, so it is accepted for a time,
    # and not by the one who triaged it.
    gap = f"case/{s.ids['gap']}"
    until = str(datetime.date.today() + datetime.timedelta(days=90))
    s.do("an", gap, "triage", note="客户说 17 号作废")
    s.refused("an", gap, "accept", 403, "您的角色不能", decision="作废单已收回", accepted_until=until)
    s.do("su", gap, "accept", decision="作废单已收回，附经理签字", accepted_until=until)
    s.refused("su", at, "accept", 409, "要由另一个人来做", decision="金额小", accepted_until=until)


def a_question_to_the_client(s):
    """Was it paid twice? The client's bookkeeper answers by one tap, in a link that needs no password."""
    s.ids["question"] = s.new("an", "question", name="3月8日办公用品款 1,380.00 元付了一次还是两次？",
                              client=s.ids["wanhe"], case=s.ids["twice"], contact=s.ids["周会计"],
                              choices=["付了一次", "付了两次"], owner=s.ids["an"])
    at = f"question/{s.ids['question']}"
    waits = s.look("an", f"case/{s.ids['twice']}")
    s.holds(waits["pause_reason"] == "client" and waits["clock_at"] is None, f"the clocks wait for the client: {waits}")
    s.visitor("周会计", "question", s.ids["question"])
    card = s.look("周会计", at)
    s.holds(card["choices"] == ["付了一次", "付了两次"] and "case" not in card, f"he sees the card and no more: {card}")
    s.hidden("周会计", f"case/{s.ids['twice']}")
    s.do("周会计", at, "answer", answer="付了一次", answer_note="第二张是我误录的")
    s.do("an", at, "close")
    goes_on = s.look("an", f"case/{s.ids['twice']}")
    s.holds(goes_on["paused_at"] is None and goes_on["clock_at"], f"the clocks run again: {goes_on}")


def the_tax_department(s):
    """Was input tax deducted for the second one? Du's department has a clock of its own."""
    at = f"case/{s.ids['twice']}"
    s.do("an", at, "ask_department", asked_department=s.ids["tax"], request="记-10 的进项税是否已抵扣？")
    task = s.look("du", "task?filter=进项税")["records"]
    s.holds(len(task) == 1, f"a task lies on Du's desk: {task}")
    s.do("du", f"task/{task[0]['id']}", "finish", result="没有抵扣，发票只有一张")
    s.holds(s.look("an", at)["paused_at"] is None, "the case goes on when the task is done")


def why_and_how_much(s):
    """Cause by the firm's tree, five whys, and what it means for the statements."""
    at = f"case/{s.ids['twice']}"
    cause = s.look("an", "cause?filter=code:human.slip.repeat")["records"][0]["id"]
    s.do("an", at, "analyse")
    s.change("an", at, cause=cause, place="客户财务部", whys=["同一张发票录了两次", "录入时没有查发票号", "软件没有提示重复"],
             impact_business=1, impact_client=2, impact_legal=1, impact_note="三月管理费用多计，季度所得税少计")
    impact = s.who("an").must("POST", f"/api/v1/cases/{s.ids['twice']}/impact")["impact"]["result"]
    s.holds(impact["tax"]["profit_minor"] == 138000 and impact["tax"]["income_tax_minor"] == 34500,
            f"profit is 1,380.00 too small, tax 345.00: {impact['tax']}")
    tree = s.look("su", "causes?client=" + s.ids["wanhe"])["causes"]
    s.holds(any(c["code"] == "human.slip.repeat" and c["cases"] == 1 for c in tree), "the tree of causes counts it")
    evidence = s.new("an", "evidence", name="办公用品发票", case=s.ids["twice"], kind_of="invoice", received_from="周会计")
    s.upload("an", f"evidence/{evidence}", "发票.pdf", "%PDF-1.4 1,380.00".encode())
    s.new("an", "time_entry", name="核对发票和回单", about={"kind": "case", "id": s.ids["twice"]}, minutes=25,
          day="2026-03-10", rate={"minor": 12000, "currency": "CNY"})
    case = s.look("an", at)
    s.holds(case["spent_minutes"] == 25 and case["cost"]["minor"] == 5000, f"25 minutes cost 50.00: {case['cost']}")


def proposal_for(s, name, title):
    """The desk proposes the lawful vouchers for the finding; somebody drafts a correction of them."""
    made = s.who(name).must("POST", "/api/v1/corrections/propose", {"case": s.ids["twice"], "finding": s.ids["finding"]})
    lawful = made["proposal"]
    s.holds(lawful["method"] == "cancel" and lawful["ready"] and "第五十一条" in lawful["basis"]["zh"],
            f"the second voucher is reversed in red: {lawful}")
    return s.new(name, "correction", name=title, case=s.ids["twice"], books=s.ids["wanhe books"],
                 client=s.ids["wanhe"], owner=s.ids[name], method=lawful["method"], finding=s.ids["finding"],
                 vouchers=json.dumps(lawful["vouchers"], ensure_ascii=False)), lawful


def the_correction(s):
    """Proposed, edited, tried on a copy of the books, approved by a second person, handed to the client."""
    s.do("an", f"case/{s.ids['twice']}", "correct")
    fix, lawful = proposal_for(s, "an", "冲销重复的办公用品款")
    at = f"correction/{fix}"
    s.ids["fix"] = fix
    # While An types, the desk says which field of which line is wrong; sides are never swapped.
    typed = json.loads(json.dumps(lawful["vouchers"]))
    typed[0]["lines"][0]["debit_minor"] += 100
    said = s.who("an").must("POST", "/api/v1/corrections/check",
                            {"books": s.ids["wanhe books"], "correction": {"vouchers": typed}})
    s.holds(not said["ready"] and any("借贷不平" in p["message"]["zh"] for p in said["problems"]), f"typed: {said}")
    typed[0]["lines"][0]["debit_minor"] -= 100
    for line in typed[0]["lines"]:
        line["text"] = "注销3月8日记-10号凭证"
    s.change("an", at, vouchers=json.dumps(typed, ensure_ascii=False))
    # Nothing is submitted that was not tried.
    s.refused("an", at, "submit", 409, "还没有试算")
    tried = s.who("an").must("POST", f"/api/v1/corrections/{fix}/try")
    moved = {a["account"]: a["closing_minor"] for a in tried["simulation"]["diff"]["accounts"]}
    s.holds(tried["errors"] == 0 and tried["simulation"]["target_gone"] and
            moved["1002"][1] - moved["1002"][0] == 138000, f"tried: {tried}")
    s.do("an", at, "submit")
    s.refused("an", at, "approve", 403, "您的角色不能")
    r = s.who("an").call("GET", f"/api/v1/corrections/{fix}/file?form=jdy")
    s.holds(r.status == 409, f"no file before it is approved: {r}")
    s.do("li", at, "approve")
    r = s.who("an").call("GET", f"/api/v1/corrections/{fix}/file?form=jdy")
    s.holds(r.status == 200 and b"-1380" in r.body, f"the file for the client's software: {r}")
    s.do("an", at, "hand_out")


def closing_too_early(s):
    """Before the books hold the correction nobody closes the case, and the gate says what is missing."""
    case = s.ids["twice"]
    s.do("an", f"case/{case}", "verify", note="客户说今天入账")
    s.holds(s.gate("li", case) == {"corrected", "passed", "signed"}, f"the gate lacks {s.gate('li', case)}")
    s.refused("li", f"case/{case}", "close", 422, "summary：请先填写")
    s.change("an", f"case/{case}", summary="客户将于今天冲销")
    s.refused("li", f"case/{case}", "close", 409, "缺：检查通过")
    s.do("an", f"correction/{s.ids['fix']}", "post", posted_on="2026-03-31", posted_numbers="记-26")
    # Posted, says the client; the next export does not hold it, and the correction says so.
    s.bring("an", "wanhe", "三月（更正后？）", "序时账.csv", gbk_file(march_of_wanhe()))
    fix = s.until("the correction is looked for",
                  lambda: (f := s.look("an", f"correction/{s.ids['fix']}"))["state"] == "missing" and f)
    s.holds("2026-03-31" in fix["missing"], f"what is missing: {fix['missing']}")
    s.holds("corrected" in s.gate("li", case), "the gate stays shut")


RED = entry(31, 26, "冲重复", COSTS, BANK, -1380)


def proved_and_closed(s):
    """The export of the next day holds it, under a number and in words of the client's own; Li signs."""
    case = s.ids["twice"]
    _, run = s.bring("an", "wanhe", "三月（已更正）", "序时账.csv", gbk_file(march_of_wanhe(more=[RED])))
    s.holds(run["gone"] == 1, f"the voucher that was there twice is not found any more: {run}")
    s.until("the correction is confirmed",
            lambda: s.look("an", f"correction/{s.ids['fix']}")["state"] == "confirmed")
    s.holds(s.gate("li", case) == {"signed"}, f"only the signature lacks: {s.gate('li', case)}")
    # The summary is drafted from the record; An reads it and keeps it.
    draft = s.look("an", f"cases/{case}/summary-draft")["text"]
    s.holds("已核实入账" in draft and "重复处理" in draft, f"the draft: {draft}")
    s.change("an", f"case/{case}", summary=draft)
    s.refused("an", f"case/{case}", "close", 403, "您的角色不能")
    closed = s.do("li", f"case/{case}", "close", note="账已更正，发票已核对")
    s.holds(closed["state"] == "closed", f"closed: {closed}")


def what_follows(s):
    """The client is told and acknowledges; a look back is planned; the lesson is kept for the next time."""
    case = s.ids["twice"]
    counts = s.look("su", f"cases/{case}/followups")["counts"]
    s.holds(counts["effect_review"]["open"] == 1 and counts["feedback"]["open"] == 1, f"what follows: {counts}")
    told = s.look("an", f"feedback?filter=case:{case}")["records"][0]["id"]
    s.visitor("周会计", "feedback", told)
    s.holds("整张凭证重复" in s.look("周会计", f"feedback/{told}")["body"], "he reads what became of it")
    s.do("周会计", f"feedback/{told}", "acknowledge", answer="收到，以后先查发票号")
    lesson = s.who("an").must("POST", f"/api/v1/cases/{case}/lesson")
    s.holds(not any(n in lesson["body"] for n in ("万和", "周会计", "1,380")), f"a lesson names nobody: {lesson['body']}")
    s.do("an", f"article/{lesson['id']}", "submit")
    s.do("su", f"article/{lesson['id']}", "publish")


def it_comes_back(s):
    """The client deletes the red voucher. Nobody has to notice: the next import opens the case again."""
    case, fix = f"case/{s.ids['twice']}", f"correction/{s.ids['fix']}"
    _, run = s.bring("an", "wanhe", "三月（又一次）", "序时账.csv", gbk_file(march_of_wanhe()))
    cases = s.look("an", f"case?filter=client:{s.ids['wanhe']}&count=1")["count"]
    s.holds((run["new"], cases) == (1, 2), f"found again, and no second case is made: {cases}, {run}")
    back = s.look("an", case)
    s.holds(back["state"] == "triaged" and back["times_back"] == 1 and "复发" in back["grade_reason"],
            f"the same case is open, and graver: {back}")
    s.until("the correction is gone", lambda: s.look("an", fix)["state"] == "missing")
    # An is out. Su drafts another correction in haste: she may approve, but not her own.
    again, _ = proposal_for(s, "su", "再次冲销")
    s.who("su").must("POST", f"/api/v1/corrections/{again}/try")
    s.do("su", f"correction/{again}", "submit")
    s.refused("su", f"correction/{again}", "approve", 409, "另一个人")
    s.do("li", f"correction/{again}", "reject", reason="原来那张已批准，请客户恢复即可")
    s.do("su", f"correction/{again}", "withdraw", reason="不再需要")
    # The client enters the first one again, and the case is proved and closed once more.
    s.do("an", case, "analyse")
    s.do("an", case, "correct")
    s.do("an", fix, "post", posted_on="2026-03-31", posted_numbers="记-26")
    s.bring("an", "wanhe", "三月（已恢复）", "序时账.csv", gbk_file(march_of_wanhe(more=[RED])))
    s.until("the correction is confirmed", lambda: s.look("an", fix)["state"] == "confirmed")
    s.do("an", case, "verify", note="客户已恢复记-26")
    s.holds(s.gate("li", s.ids["twice"]) == {"signed"}, f"the gate: {s.gate('li', s.ids['twice'])}")
    s.do("li", case, "close", note="第二次验证通过")


def an_emergency(s):
    """恒泰 writes at night that its account is frozen: priority one, and whoever is on duty is called."""
    s.visitor("郑总", "client", s.ids["hengtai"])
    case = s.who("郑总").must("POST", "/api/v1/report", {
        "name": "基本户被冻结", "appearance": "银行通知基本户被法院冻结，明天发不出工资", "period": "2026-03"})
    at = f"case/{case['id']}"
    s.refused("bai", at, "analyse", 409, "现在的状态不能")
    graded = s.change("bai", at, grade="p1", grade_reason="工资和税款都从这个账户付")
    em = graded["emergency"]
    s.until("Su is called", lambda: any(n["notice"] == "called" and n["record"] == em
                                        for n in s.look("su", "inbox")["notices"]))
    roster = s.look("bai", "roster/now")["on_duty"]
    s.holds([d["answers"] for d in roster] == [s.ids["su"], s.ids["li"]], f"on duty: {roster}")
    answered = s.do("su", f"emergency/{em}", "acknowledge")
    s.holds(answered["owner"] == s.ids["su"] and answered["next_call_at"] is None, f"the calls stop: {answered}")
    s.refused("li", f"emergency/{em}", "acknowledge", 409, "现在的状态不能")
    s.who("bai").must("POST", f"/api/v1/emergency/{em}/comments", {"body": "法院同意先解冻工资额度"})
    s.do("su", f"emergency/{em}", "contain", note="工资已从一般户发放")
    s.do("su", f"emergency/{em}", "end")
    s.refused("su", f"emergency/{em}", "review", 422, "improvement：必须填写", review="客户收到传票没有告诉我们")
    s.do("su", f"emergency/{em}", "review", review="客户收到传票没有告诉我们", improvement="每月问客户有无诉讼")


def the_package(s):
    """The inspector of the tax office wants to see the case: one archive, to be checked without the desk."""
    r = s.who("li").call("GET", f"/api/v1/cases/{s.ids['twice']}/package")
    if r.status != 200:
        raise harness.Broken(f"package: {r}")
    with tempfile.TemporaryDirectory(prefix="redink-story-") as folder:
        path = pathlib.Path(folder) / "case.zip"
        path.write_bytes(r.body)
        with zipfile.ZipFile(path) as z:
            key = z.read("log.vkey").decode().strip()
            names = z.namelist()
        s.holds(any(n.endswith("发票.pdf") for n in names), f"the invoice is in it: {names}")
        sound = redink(s, "verify", str(path), "--key", key)
        s.holds(sound.returncode == 0, f"the package is sound: {sound.stdout}{sound.stderr}")
        path.write_bytes(r.body.replace(b"%PDF-1.4 1,380.00", b"%PDF-1.4 1,830.00"))
        forged = redink(s, "verify", str(path), "--key", key)
        s.holds(forged.returncode == 1 and "发票.pdf" in forged.stdout, f"a forged invoice is found: {forged.stdout}")


def redink(s, *args):
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:exitcode=99")
    return subprocess.run([s.server.program, *args, "--lang", "zh"], capture_output=True, text=True, timeout=120, env=env, check=False)


def the_month_ends(s):
    """Everything that happened is in the log, and the log alone gives the same records again."""
    failed = s.look("wang", "jobs?state=failed")["jobs"]
    s.holds(failed == [], f"jobs failed: {failed}")
    s.holds(not (why := s.server.stop()), f"the end of the server: {why}")
    where = ["--folder", str(s.server.folder)] if s.server.pg else []
    for words in (["verify", str(s.server.data), *where], ["rebuild", "--check", "--data", str(s.server.data), *where]):
        done = redink(s, *words)
        s.holds(done.returncode == 0, f"redink {words[0]}: {done.returncode} {done.stdout}{done.stderr}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build-asan")
    a = p.parse_args()
    count = harness.Count()
    server = harness.Server(a.build, pg=os.environ.get("REDINK_TEST_PG"))
    try:
        server.start()
        s = Story(server, count)
        for chapter in (the_firm_begins, the_books_come_in, an_incomplete_export, triage, a_question_to_the_client,
                        the_tax_department, why_and_how_much, the_correction, closing_too_early, proved_and_closed,
                        what_follows, it_comes_back, an_emergency, the_package, the_month_ends):
            chapter(s)
    except (harness.Broken, OSError) as e:
        count.check(False, f"{e}: {server.end()}")
    finally:
        server.__exit__()
    return count.done()


if __name__ == "__main__":
    sys.exit(main())
