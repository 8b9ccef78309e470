"""Writes the books as files: plain UTF-8 tables, and the form that software exports."""
import csv
import io
import os

from example_books.model import PARTY_ROOTS, YEAR

JOURNAL = "序时账.csv"
COMPANY = "澄溪包装商贸有限公司"
KIND = {"asset": "资产", "liability": "负债", "equity": "权益", "cost": "成本",
        "profit_loss": "损益"}


def plain(fen):
    return "%s%d.%02d" % ("-" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100)


def grouped(fen):
    if fen < 0:
        return "-" + grouped(-fen)
    return "{:,}.{:02d}".format(fen // 100, fen % 100)


def save(path, rows, encoding, end):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(rows)
    with open(path, "wb") as f:
        f.write(text.getvalue().encode(encoding))


# ---- the trial balance ----

def is_under(code, parent):
    return code != parent and code.startswith(parent)


def tb_rows(b):
    """(period, code, party, [8 columns in fen]) in the order of an export."""
    used = {l.code for v in b.vouchers for l in v.lines} | {c for c, _ in b.opening}
    codes = sorted(set(b.chart) | used)
    parties = sorted({(l.code, l.party) for v in b.vouchers for l in v.lines if l.party}
                     | {k for k in b.opening if k[1]})
    keys = []
    for code in codes:
        if any(c.startswith(code) for c in used):
            keys.append((code, None))
            keys += [k for k in parties if k[0] == code and b.chart.get(code, {}).get("party")]
    net = {k: sum(a for (c, p), a in b.opening.items() if matches(k, c, p)) for k in keys}
    year = {k: [0, 0] for k in keys}
    rows = []
    for month in range(1, 13):
        for key in keys:
            mine = [l for v in b.vouchers if v.period == month for l in v.lines
                    if matches(key, l.code, l.party)]
            debit, credit = sum(l.debit for l in mine), sum(l.credit for l in mine)
            year[key][0] += debit
            year[key][1] += credit
            opening, net[key] = net[key], net[key] + debit - credit
            row = [max(opening, 0), max(-opening, 0), debit, credit, *year[key],
                   max(net[key], 0), max(-net[key], 0)]
            for period, code, column, delta in b.tb_edits:
                if (period, code, None) == (month, *key):
                    row[column] += delta
            if any(row):
                rows.append((month, key[0], key[1], row))
    return rows


def matches(key, code, party):
    if key[1] is None:
        return code.startswith(key[0])
    return (code, party) == key


def opening_of(b, code):
    return sum(a for (c, _), a in b.opening.items() if c.startswith(code))


def opening_rows(b):
    for code, a in b.chart.items():
        amount = opening_of(b, code)
        yield code, a, amount if a["side"] == "借" else -amount


def full_name(b, code):
    """管理费用_办公费: names from the root down, as exports print them."""
    parts = [code[:n] for n in (4, 6, 8) if n <= len(code)]
    return "_".join(b.chart[p]["name"] for p in parts if p in b.chart)


def party_codes(b):
    names = sorted({l.party for v in b.vouchers for l in v.lines if l.party}
                   | {p for _, p in b.opening if p})
    return {name: "W%03d" % i for i, name in enumerate(names, 1)}


# ---- clean: plain UTF-8 ----

def clean(b, folder):
    rows = [["Date", "Period", "Journal", "Voucher no", "Line no", "Summary", "Account code",
             "Account name", "Debit", "Credit", "Counterparty", "Document no", "Document date",
             "Attachments", "Preparer", "Reviewer"]]
    for v in b.vouchers:
        for i, l in enumerate(v.lines, 1):
            rows.append([v.date, "%d-%02d" % (YEAR, v.period), "记", v.number, i, summary(v, l),
                         l.code, b.chart[l.code]["name"], plain(l.debit) if l.debit else "",
                         plain(l.credit) if l.credit else "", l.party, l.doc, l.doc_date or "",
                         v.attachments, v.preparer, v.reviewer])
    save(os.path.join(folder, "journal.csv"), rows, "utf-8", "\n")
    codes = party_codes(b)
    rows = [["Period", "Account code", "Account name", "Opening debit", "Opening credit", "Debit",
             "Credit", "Closing debit", "Closing credit"]]
    for month, code, party, row in tb_rows(b):
        first = [code, b.chart[code]["name"]] if party is None else [
            "", "[%s] %s" % (codes[party], party)]
        amounts = row[:4] + row[6:]
        if any(amounts):
            rows.append(["%d-%02d" % (YEAR, month), *first,
                         *(plain(a) if a else "" for a in amounts)])
    save(os.path.join(folder, "trial_balance.csv"), rows, "utf-8", "\n")
    rows = [["Account code", "Account name", "Class", "Side", "Opening balance"]]
    for code, a, amount in opening_rows(b):
        rows.append([code, a["name"], a["class"], "debit" if a["side"] == "借" else "credit",
                     plain(amount) if amount else ""])
    save(os.path.join(folder, "accounts.csv"), rows, "utf-8", "\n")


def summary(v, line):
    return line.text.replace("{ref}", v.ref_text()) if v.ref else line.text


# ---- export: GB18030 with title rows, two-row heads, sparse voucher columns ----

def export(b, folder, truth):
    save(os.path.join(folder, JOURNAL), journal_rows(b), "gb18030", "\r\n")
    save(os.path.join(folder, "科目余额表.csv"), balance_rows(b), "gb18030", "\r\n")
    save(os.path.join(folder, "科目表.csv"), chart_rows(b), "gb18030", "\r\n")
    rows = [["slug", "voucher", "account", "period", "file", "line", "kind",
             "planted_zh", "planted_en"]]
    first = voucher_lines(b)
    for t in b.truth:
        v = t["voucher"]
        period = t["period"] or ("%d-%02d" % (YEAR, v.period) if v else "")
        rows.append([t["slug"], v.name() if v else "", t["account"], period, t["file"],
                     first[v] if v and t["file"] == JOURNAL else "", t["kind"], t["zh"], t["en"]])
    save(truth, rows, "utf-8", "\n")


def voucher_lines(b):
    """Voucher -> its first line in the journal file, behind three titles and the head."""
    lines, at = {}, 5
    for v in b.vouchers:
        lines[v] = at
        at += len(v.lines)
    return lines


def titles(width, name):
    pad = [""] * (width - 1)
    return [[COMPANY + " " + name] + pad,
            ["会计期间:%d年01期 至 %d年12期" % (YEAR, YEAR)] + pad, ["单位:元"] + pad]


def journal_rows(b):
    head = ["日期", "会计期间", "凭证字号", "摘要", "科目编码", "科目名称", "借方金额", "贷方金额",
            "往来单位", "单据号", "单据日期", "附件数", "制单人", "审核人"]
    rows = titles(len(head), "序时账") + [head]
    total = [0, 0]
    for v in b.vouchers:
        for i, l in enumerate(v.lines):
            first = [v.date.isoformat(), "%d-%02d" % (YEAR, v.period), "记-%d" % v.number]
            signed = [str(v.attachments), v.preparer, v.reviewer]
            row = dict(zip(head, [
                *(first if i == 0 else [""] * 3), summary(v, l), l.code, full_name(b, l.code),
                grouped(l.debit) if l.debit else "", grouped(l.credit) if l.credit else "",
                l.party, l.doc, l.doc_date or "", *(signed if i == 0 else [""] * 3)]))
            row.update(l.raw)
            rows.append([row[h] for h in head])
            total[0] += l.debit
            total[1] += l.credit
    foot = ["合计", "", "", "", "", "", grouped(total[0]), grouped(total[1])]
    rows.append(foot + [""] * (len(head) - len(foot)))
    return rows


def balance_rows(b):
    head = [["会计期间", "科目编码", "科目名称", "期初余额", "", "本期发生额", "", "本年累计发生额", "",
             "期末余额", ""], ["", "", "", *["借方", "贷方"] * 4]]
    codes = party_codes(b)
    rows = titles(len(head[0]), "科目余额表") + head
    for month, code, party, row in tb_rows(b):
        name = b.chart[code]["name"] if code in b.chart else full_name(b, code)
        first = ["%d-%02d" % (YEAR, month), code, name]
        if party is not None:
            first[1:] = ["", "【%s】%s" % (codes[party], party)]
        rows.append(first + [grouped(a) if a else "" for a in row])
    return rows


def chart_rows(b):
    rows = [["科目编码", "科目名称", "科目类别", "余额方向", "辅助核算", "状态", "期初余额"]]
    for code, a, amount in opening_rows(b):
        aux = "往来单位" if a["party"] or code[:4] in PARTY_ROOTS else ""
        rows.append([code, a["name"], KIND[a["class"]], a["side"], aux, a.get("state", "启用"),
                     grouped(amount) if amount else ""])
    return rows
