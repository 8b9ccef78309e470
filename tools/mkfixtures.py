#!/usr/bin/env python3
"""Makes the workbooks and encoded files that tests/io reads: mkfixtures.py OUT.

Each case of tests/io that needs a generated file gets a folder OUT/<case>. The files are the
same bytes on every run, so expect.txt can hold line numbers and sizes. Standard library only.
"""
import os
import sys
import zipfile
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PKG = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Date:
    """A serial day with a date format."""
    def __init__(self, serial, style=1):
        self.serial, self.style = serial, style


class Raw:
    """A cell as it stands in the file: attributes and content."""
    def __init__(self, attrs, content):
        self.attrs, self.content = attrs, content


def column_name(i):
    name = ""
    i += 1
    while i:
        i, r = divmod(i - 1, 26)
        name = chr(65 + r) + name
    return name


class Book:
    def __init__(self, date1904=False, inline=False):
        self.sheets, self.strings, self.inline, self.date1904 = [], [], inline, date1904

    def text(self, s):
        if self.inline:
            return ' t="inlineStr"', "<is><t xml:space=\"preserve\">%s</t></is>" % escape(s)
        if s not in self.strings:
            self.strings.append(s)
        return ' t="s"', "<v>%d</v>" % self.strings.index(s)

    def sheet(self, name, rows, merges=(), hidden=False):
        out = []
        for r, row in enumerate(rows):
            cells = []
            for c, v in enumerate(row):
                if v is None or v == "":
                    continue
                if isinstance(v, str):
                    attrs, content = self.text(v)
                elif isinstance(v, Raw):
                    attrs, content = v.attrs, v.content
                elif isinstance(v, Date):
                    attrs, content = ' s="%d"' % v.style, "<v>%s</v>" % v.serial
                else:
                    attrs, content = "", "<v>%s</v>" % v
                cells.append('<c r="%s%d"%s>%s</c>' % (column_name(c), r + 1, attrs, content))
            if cells:
                out.append('<row r="%d">%s</row>' % (r + 1, "".join(cells)))
        xml = HEAD + '<worksheet xmlns="%s"><sheetData>%s</sheetData>' % (MAIN, "\n".join(out))
        if merges:
            xml += '<mergeCells count="%d">%s</mergeCells>' % (
                len(merges), "".join('<mergeCell ref="%s"/>' % m for m in merges))
        self.sheets.append((name, xml + "</worksheet>", hidden))

    def save(self, path):
        n = range(1, len(self.sheets) + 1)
        types = "".join('<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/'
                        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>' % i for i in n)
        book = "".join('<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>' % (
            escape(self.sheets[i - 1][0]), i, ' state="hidden"' if self.sheets[i - 1][2] else "", i)
            for i in n)
        rels = "".join('<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>'
                       % (i, REL, i) for i in n)
        parts = [
            ("[Content_Types].xml", HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
             'content-types"><Default Extension="xml" ContentType="application/xml"/>%s</Types>' % types),
            ("_rels/.rels", HEAD + '<Relationships xmlns="%s"><Relationship Id="rId1" Type="%s/officeDocument"'
             ' Target="xl/workbook.xml"/></Relationships>' % (PKG, REL)),
            ("xl/workbook.xml", HEAD + '<workbook xmlns="%s" xmlns:r="%s"><workbookPr date1904="%d"/><sheets>%s'
             "</sheets></workbook>" % (MAIN, REL, self.date1904, book)),
            ("xl/_rels/workbook.xml.rels", HEAD + '<Relationships xmlns="%s">%s<Relationship Id="rId90" '
             'Type="%s/styles" Target="styles.xml"/><Relationship Id="rId91" Type="%s/sharedStrings" '
             'Target="/xl/sharedStrings.xml"/></Relationships>' % (PKG, rels, REL, REL)),
            # 0 general, 1 built-in date, 2 Chinese date, 3 leading zeros, 4 date and time, 5 money
            ("xl/styles.xml", HEAD + '<styleSheet xmlns="%s"><numFmts count="4"><numFmt numFmtId="170" '
             'formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/><numFmt numFmtId="171" formatCode="0000"/>'
             '<numFmt numFmtId="172" formatCode="yyyy\\-mm\\-dd hh:mm"/><numFmt numFmtId="173" formatCode="#,##0.00_ ;'
             '[Red]\\-#,##0.00\\ "/></numFmts><cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs><cellXfs '
             'count="6"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/>'
             '<xf numFmtId="172"/><xf numFmtId="173"/></cellXfs></styleSheet>' % MAIN),
        ]
        if self.strings:
            parts.append(("xl/sharedStrings.xml", HEAD + '<sst xmlns="%s">%s</sst>' % (MAIN, "".join(
                # the text in two runs with a reading aid between them, as spreadsheets write it
                "<si><r><t xml:space=\"preserve\">%s</t></r><r><t xml:space=\"preserve\">%s</t></r><rPh><t>x</t></rPh></si>"
                % (escape(s[:1]), escape(s[1:])) for s in self.strings))))
        parts += [("xl/worksheets/sheet%d.xml" % i, self.sheets[i - 1][1]) for i in n]
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            for name, data in parts:
                z.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data.encode(),
                           zipfile.ZIP_DEFLATED)


JOURNAL = ["日期", "凭证字", "凭证号", "附件数", "摘要", "科目编码", "科目名称", "借方金额", "贷方金额", "制单人"]
# 45292 = 2024-01-01 in the 1900 system
LINES = [
    [Date(45296), "记", 1, 2, "提现", "1001", "库存现金", 500, None, "张三"],
    [None, None, None, None, "提现", "1002", "银行存款", None, 500, None],
    [Date(45300, 2), "记", 2, 1, "购办公用品", "5602", "管理费用", Raw(' s="5"', "<v>123.45000000000002</v>"), None, "张三"],
    [None, None, None, None, "购办公用品", "1001", "库存现金", None, 123.45, None],
]


def journal(out):
    b = Book()
    b.sheet("序时账", [["示例贸易有限公司 2024年1月 序时账"], [], JOURNAL] + LINES, ["A1:J1"])
    b.save(out + "/xlsx-journal/凭证.xlsx")


def merged(out):
    b = Book(inline=True)
    rows = [JOURNAL] + [list(r) for r in LINES]
    b.sheet("Sheet1", rows, ["A2:A3", "B2:B3", "C2:C3", "D2:D3", "J2:J3",
                             "A4:A5", "B4:B5", "C4:C5", "D4:D5", "J4:J5"])
    b.save(out + "/xlsx-merged-vouchers/凭证.xlsx")


def balances(out):
    b = Book()
    b.sheet("科目余额表", [
        ["科目余额表"], ["期间:2024年01期"],
        ["科目编码", "科目名称", "期初余额", None, "本期发生额", None, "期末余额", None],
        [None, None, "借方", "贷方", "借方", "贷方", "借方", "贷方"],
        ["1001", "库存现金", 1000, None, 500, 123.45, 1376.55, None],
        ["1002", "银行存款", 2000, None, None, 500, 1500, None],
        ["3001", "实收资本", None, 3000, None, None, None, 3000],
        ["5602", "管理费用", None, None, 123.45, None, 123.45, None],
        ["合计", None, 3000, 3000, 623.45, 623.45, 3000, 3000],
    ], ["A1:H1", "A2:H2", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:H3"])
    b.save(out + "/xlsx-two-row-head/余额表.xlsx")


def several(out):
    b = Book()
    b.sheet("凭证", [JOURNAL] + LINES)
    b.sheet("说明", [["本表由示例公司导出"], ["联系人:张三"]])
    b.sheet("银行流水", [["日期", "摘要", "金额", "余额"], [Date(45296), "提现", -500, 1500]])
    b.sheet("余额", [["科目编码", "科目名称", "期初余额借方", "期初余额贷方", "本期发生借方", "本期发生贷方",
                      "期末余额借方", "期末余额贷方"],
                     ["1001", "库存现金", 1000, 0, 500, 123.45, 1376.55, 0],
                     ["1002", "银行存款", 2000, 0, 0, 500, 1500, 0]])
    b.sheet("旧", [JOURNAL] + LINES, hidden=True)
    b.save(out + "/xlsx-several-sheets/账.xlsx")
    b.save(out + "/xlsx-sheet-by-mapping/账.xlsx")


def odd_cells(out):
    b = Book()
    b.sheet("凭证", [
        ["日期", "凭证号", "摘要", "科目编码", "借方金额", "贷方金额"],
        [Date("43834.75", 4), Raw(' s="3"', "<v>7</v>"), "换_x000A_行", Raw(' s="3"', "<v>12</v>"), Raw("", "<v>1E2</v>"), None],
        [Date("43834.75", 4), Raw(' s="3"', "<v>7</v>"), Raw(' t="b"', "<v>1</v>"), "1002", None, Raw(' t="str"', "<f>SUM(E2)</f><v>100</v>")],
        [Date(43835), Raw(' s="3"', "<v>8</v>"), "公式未计算", "1001", Raw("", "<f>1+1</f>"), None],
        [Date(43835), Raw(' s="3"', "<v>8</v>"), "错误值", "1002", Raw(' t="e"', "<v>#REF!</v>"), None],
        [Raw(' t="d"', "<v>2024-01-07</v>"), Raw(' s="3"', "<v>9</v>"), "日期文本", "1001", 0.30000000000000004, None],
        [Raw(' t="d"', "<v>2024-01-07</v>"), Raw(' s="3"', "<v>9</v>"), "日期文本", "1002", None, 0.3],
        [Date(-5), Raw(' s="3"', "<v>10</v>"), "无此日", "1001", 1, None],
        [Date(-5), Raw(' s="3"', "<v>10</v>"), "无此日", "1002", None, 1],
    ])
    b.date1904 = True
    b.save(out + "/xlsx-odd-cells-1904/凭证.xlsx")


def no_books(out):
    b = Book()
    b.sheet("名单", [["姓名", "电话"], ["张三", "123"]])
    b.save(out + "/xlsx-no-books/名单.xlsx")
    b = Book()
    b.sheet("流水", [["日期", "摘要", "金额", "余额"], [Date(45296), "提现", -500, 1500]])
    b.save(out + "/xlsx-nearly-books/流水.xlsx")


def encoded(out):
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "io", "gbt-24589")
    for name in ("公共档案.xml", "总账.xml"):
        with open(os.path.join(here, name), encoding="utf-8") as f:
            text = f.read().replace('encoding="UTF-8"', 'encoding="GB2312"')
        data = text.encode("gb18030")
        if name == "总账.xml":  # one character cut in half, as fixed-width fields leave it
            data = data.replace("支付货款".encode("gb18030"), "支付货款".encode("gb18030")[:-1], 1)
        path = "%s/gbt-24589-gb2312/%s" % (out, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
    path = out + "/saft-pt-windows-1252/saft.xml"
    here = os.path.join(here, "..", "saft-pt-ledger", "saft.xml")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(here, encoding="utf-8") as f, open(path, "wb") as g:
        g.write(f.read().replace('"UTF-8"', '"Windows-1252"').replace("Caixa", "Caixa € ç").encode("cp1252"))
    path = out + "/gbt-19581-utf16/账套.xml"
    here = os.path.join(os.path.dirname(here), "..", "gbt-19581", "账套.xml")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(here, encoding="utf-8") as f, open(path, "wb") as g:
        g.write(f.read().replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: mkfixtures.py OUT")
    for make in (journal, merged, balances, several, odd_cells, no_books, encoded):
        make(sys.argv[1])


if __name__ == "__main__":
    main()
