#!/usr/bin/env python3
"""Makes hostile and odd files of books: gen.py OUT.

The first letter of a name says what must happen: r_ it is refused with a clear message, a_ it
is read, b_ either; all of them in bounded time and memory, without a crash, without writing
or reading anything outside of the file. Paths inside some files are canaries. Nothing here is
taken from elsewhere; the files are made at test time. Standard library only.
"""
import io
import os
import struct
import sys
import zipfile
import zlib

OUT = ""
COUNT = 0


def put(name, data):
    global COUNT
    path = os.path.join(OUT, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    COUNT += 1


# ---- tables ----

HEAD = "date,account,debit,credit,text\r\n"
ROW = "2026-01-05,1200,100.00,0.00,ok\r\n"


def rows(values, form="2026-01-05,1200,%s,0.00,n\r\n"):
    return HEAD + "".join(form % v for v in values)


def tables():
    put("csv/a_bom_utf8.csv", b"\xef\xbb\xbf" + (HEAD + ROW).encode())
    put("csv/a_utf16le_bom.csv", (HEAD + ROW.replace("ok", "zażółć")).encode("utf-16"))
    put("csv/a_utf16be_bom.csv", b"\xfe\xff" + (HEAD + ROW).encode("utf-16-be"))
    put("csv/a_latin1.csv", (HEAD + ROW.replace("ok", "Müller Straße")).encode("latin-1"))
    put("csv/a_cp1252_euro.csv", (HEAD + ROW).encode() + b"2026-01-06,1200,1.00,0.00,\x80 5 \x96 fee\r\n")
    put("csv/a_gbk.csv", (HEAD + ROW.replace("ok", "应收账款")).encode("gb18030"))
    put("csv/a_semicolon_decimal_comma.csv",
        "date;account;debit;credit;text\r\n05.01.2026;1200;1.234,56;0,00;ok\r\n31.01.2026;1200;2,50;0,00;ok\r\n")
    put("csv/b_order_open.csv", "date;account;debit;credit;text\r\n05.01.2026;1200;1.234,56;0,00;ok\r\n")
    put("csv/a_tab.csv", (HEAD + ROW).replace(",", "\t"))
    put("csv/a_sep_line.csv", "sep=;\r\ndate;account;debit;credit;text\r\n2026-01-05;1200;1;0;ok\r\n")
    put("csv/a_mixed_eol.csv", HEAD + ROW + ROW.replace("\r\n", "\n") + ROW.replace("\r\n", "\r"))
    put("csv/a_no_final_eol.csv", (HEAD + ROW).rstrip("\r\n"))
    put("csv/a_quoted_newlines.csv", HEAD + '2026-01-05,1200,1.00,0.00,"line1\r\nline2 ""q"", x"\r\n')
    put("csv/a_blank_lines.csv", "\r\n\r\n" + HEAD + "\r\n" + ROW + "\r\n\r\n")
    put("csv/a_leading_zero_account.csv", HEAD + "2026-01-05,0012,1.00,0.00,ok\r\n")
    put("csv/a_numbers.csv", rows(["0.10", "-0.10", "(0.10)", "0.10-", "1'234.50", "\"1,234.50\"",
                                   "1 234.50", "1\u00a0234.50", "１２．５０"]))
    put("csv/r_numbers.csv", rows(["1e3", "0x10", "NaN", "inf", "1.2.3", "--1", "\"1,234,5\"", "9" * 40,
                                   "12abc", "٣"]))
    put("csv/r_dates.csv", rows(["2026-02-30", "2025-02-29", "0000-01-01", "2026-13-01", "2026-1-5T25:00",
                                 "20260230", "99999-01-01", "-1-01-01"], "%s,1200,1.00,0.00,d\r\n"))
    put("csv/r_nul.csv", (HEAD + ROW).encode() + b"2026-01-05,12\x0000,1.00,0.00,nul\r\n")
    put("csv/r_unclosed_quote.csv", HEAD + '2026-01-05,1200,1.00,0.00,"never closed\r\n' + ROW * 50)
    put("csv/r_quote_inside.csv",
        HEAD + '2026-01-05,1200,1.00,0.00,ab"c"d\r\n2026-01-05,1200,1.00,0.00,"a"b\r\n')
    put("csv/r_ragged.csv", HEAD + "2026-01-05,1200,1.00\r\n2026-01-05,1200,1.00,0.00,a,b,c\r\n" + ROW)
    put("csv/b_dup_header.csv", "date,account,debit,debit,text\r\n" + ROW)
    put("csv/r_no_header.csv", ROW)
    put("csv/r_empty.csv", "")
    put("csv/b_only_bom.csv", b"\xef\xbb\xbf")
    put("csv/b_one_long_line.csv", HEAD + "2026-01-05,1200,1.00,0.00," + "x" * 2_000_000 + "\r\n")
    put("csv/b_many_columns.csv", ",".join("c%d" % i for i in range(20000)) + "\r\n" + ",".join(["1"] * 20000) + "\r\n")
    put("csv/b_many_quotes.csv", HEAD + '2026-01-05,1200,1.00,0.00,"' + '""' * 500000 + '"\r\n')
    put("csv/b_commas_only.csv", HEAD + "," * 1_000_000 + "\r\n")
    put("csv/r_binary_png.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    formulas = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://127.0.0.1/","x")',
                "；=1+1", "%0A=1+1", "'=1+1"]
    put("csv/a_formula_cells.csv",
        HEAD + "".join('2026-01-05,1200,1.00,0.00,"%s"\r\n' % f.replace('"', '""') for f in formulas))
    put("csv/a_bidi_zero_width.csv", rows(["abc\u202Efdp.exe", "ACME\u200b Ltd", "АСМЕ Ltd", "e\u0301 vs \u00e9"],
                                          "2026-01-05,1200,1.00,0.00,%s\r\n"))


# ---- XML ----

def xml_files():
    laughs = "".join('<!ENTITY lol%d "%s">\n' % (i, ("&lol%s;" % ("" if i == 1 else i - 1)) * 10) for i in range(1, 10))
    put("xml/r_billion_laughs.xml", '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY lol "lol">\n' + laughs + "]>\n<lolz>&lol9;</lolz>\n")
    put("xml/r_quadratic_blowup.xml", '<?xml version="1.0"?>\n<!DOCTYPE b [<!ENTITY a "' + "a" * 50000 + '">]>\n<b>' + "&a;" * 50000 + "</b>\n")
    for name, dtd in (("file", '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///tmp/redink-xxe-canary">]>\n<r>&x;</r>'),
                      ("http", '<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:18099/xxe">]>\n<r>&x;</r>'),
                      ("param", '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:18099/p.dtd">%p;]>\n<r/>'),
                      ("dtd", '<!DOCTYPE r SYSTEM "http://127.0.0.1:18099/d.dtd">\n<r/>')):
        put("xml/r_xxe_%s.xml" % name, '<?xml version="1.0"?>\n' + dtd + "\n")
    put("xml/r_xinclude.xml", '<?xml version="1.0"?>\n<r xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///tmp/redink-xxe-canary" parse="text"/></r>\n')
    put("xml/r_deep.xml", "<a>" * 200000 + "</a>" * 200000)
    put("xml/r_deep_books.xml", "<总账>" + "<a>" * 200000 + "</a>" * 200000 + "</总账>")
    put("xml/r_many_attrs.xml", "<a " + " ".join('a%d="1"' % i for i in range(100000)) + "/>")
    put("xml/r_long_name.xml", "<" + "n" * 1_000_000 + "/>")
    put("xml/r_utf7.xml", b'<?xml version="1.0" encoding="UTF-7"?>+ADw-a+AD4-')
    put("xml/r_dup_attr.xml", '<a x="1" x="2"/>')
    put("xml/r_truncated.xml", "<a><b>text")
    put("xml/r_bad_utf8.xml", b"<a>\xff\xfe</a>")
    put("xml/r_nul.xml", b"<a>\0</a>")
    put("xml/b_long_text.xml", "<总账><会计科目><科目编号>1001</科目编号><科目名称>" + "长" * 300000 + "</科目名称></会计科目></总账>")
    put("xml/b_long_comment.xml", "<总账><!--" + "x" * 5_000_000 + "--></总账>")


# ---- workbooks ----

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PKG = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
         '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
         '<Default Extension="xml" ContentType="application/xml"/></Types>')
ROOT = ('<?xml version="1.0"?><Relationships xmlns="%s"><Relationship Id="rId1" Type="%s/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>' % (PKG, REL))
BOOK = ('<?xml version="1.0"?><workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="S" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>" % (MAIN, REL))
LINKS = ('<?xml version="1.0"?><Relationships xmlns="%s"><Relationship Id="rId1" Type="%s/worksheet" '
         'Target="worksheets/sheet1.xml"/></Relationships>' % (PKG, REL))


def sheet(body, tail=""):
    return '<?xml version="1.0"?><worksheet xmlns="%s"><sheetData>%s</sheetData>%s</worksheet>' % (MAIN, body, tail)


def inline(ref, text):
    return '<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (ref, text)


GOOD = sheet('<row r="1">%s%s%s%s</row><row r="2"><c r="A2"><v>46027</v></c>%s<c r="C2"><v>12.5</v></c></row>'
             % (inline("A1", "date"), inline("B1", "account"), inline("C1", "debit"), inline("D1", "credit"), inline("B2", "1001")))


def workbook(body=GOOD, book=BOOK, links=LINKS, extra=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in (("[Content_Types].xml", TYPES), ("_rels/.rels", ROOT), ("xl/workbook.xml", book),
                           ("xl/_rels/workbook.xml.rels", links), ("xl/worksheets/sheet1.xml", body)) + tuple(extra):
            if data is not None:
                z.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def workbooks():
    good = workbook()
    dtd = '<?xml version="1.0"?><!DOCTYPE x [%s]>'
    laughs = '<!ENTITY a "aaaaaaaaaa">' + "".join('<!ENTITY a%d "%s">' % (i, ("&a%s;" % ("" if i == 1 else i - 1)) * 10) for i in range(1, 9))
    put("xlsx/a_minimal.xlsx", good)
    put("xlsx/r_truncated.xlsx", good[:len(good) // 2])
    put("xlsx/r_no_eocd.xlsx", good[:-22])
    put("xlsx/r_not_zip.xlsx", "hello")
    put("xlsx/r_empty.xlsx", b"")
    at = good.index(b"xl/worksheets/sheet1.xml") + 60
    put("xlsx/r_crc.xlsx", good[:at] + bytes([good[at] ^ 255]) + good[at + 1:])
    put("xlsx/r_no_sheet.xlsx", workbook(body=None))
    put("xlsx/r_no_workbook.xlsx", workbook(book=None))
    put("xlsx/r_rels_escape.xlsx", workbook(links=LINKS.replace("worksheets/sheet1.xml", "../../../../etc/passwd")))
    put("xlsx/r_rels_external.xlsx", workbook(links=LINKS.replace(
        'Target="worksheets/sheet1.xml"', 'Target="http://127.0.0.1:18099/s.xml" TargetMode="External"')))
    put("xlsx/r_xxe_sheet.xlsx", workbook(dtd % '<!ENTITY e SYSTEM "file:///tmp/redink-xxe-canary">'
                                          + GOOD.split("?>", 1)[1].replace("date", "&e;")))
    put("xlsx/r_laughs_sheet.xlsx", workbook(dtd % laughs + GOOD.split("?>", 1)[1].replace("date", "&a8;")))
    put("xlsx/r_bomb_sheet_200MB.xlsx", workbook(sheet('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 200_000_000)))
    put("xlsx/r_row_beyond.xlsx", workbook(sheet('<row r="4294967295"><c r="XFE4294967295"><v>1</v></c></row>')))
    put("xlsx/r_cellref.xlsx", workbook(sheet('<row r="1"><c r="1A"><v>1</v></c><c r=""><v>2</v></c></row>')))
    put("xlsx/r_rows_disorder.xlsx", workbook(sheet('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>')))
    put("xlsx/r_sst_index.xlsx", workbook(sheet('<row r="1"><c r="A1" t="s"><v>99999</v></c><c r="B1" t="s"><v>-1</v></c></row>')))
    put("xlsx/b_v_types.xlsx", workbook(sheet('<row r="1"><c r="A1"><v>1e308</v></c><c r="B1"><v>NaN</v></c>'
        '<c r="C1" t="e"><v>#REF!</v></c><c r="D1" t="b"><v>7</v></c><c r="E1"><f>1+1</f></c></row>')))
    put("xlsx/r_encrypted_flag.xlsx", good.replace(b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0").replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0"))
    # the module warns about the doubled name, which is the point
    put("xlsx/r_dup_part.xlsx", workbook(extra=(("XL/worksheets/Sheet1.xml", sheet('<row r="1"><c r="A1"><v>666</v></c></row>')),)))
    # merged ranges and shared texts repeat a value for a few bytes each
    strings = "<sst><si><t>" + "x" * 60000 + "</t></si></sst>"
    big = '<row r="%d">' + '<c t="s"><v>0</v></c>' * 400 + "</row>"
    put("xlsx/b_shared_text_amplified.xlsx", workbook(sheet("".join(big % i for i in range(1, 200))), extra=(("xl/sharedStrings.xml", strings),)))
    merges = '<mergeCells>' + '<mergeCell ref="A1:XFD1048576"/>' * 20000 + "</mergeCells>"
    put("xlsx/a_merges_overlapping.xlsx", workbook(GOOD.replace("</worksheet>", merges + "</worksheet>")))
    put("xlsx/b_format_long.xlsx", workbook(extra=(("xl/styles.xml", '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="' + "y" * 60000 + '"/></numFmts><cellXfs>' + '<xf numFmtId="170"/>' * 20000 + "</cellXfs></styleSheet>"),)))


# ---- other packages ----

def package(names, data=b"x"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name in names:
            z.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def overlapping(n):
    """n directory entries that point at one local file of 10 MB."""
    inner = b"\0" * 10_000_000
    blob = zlib.compress(inner, 9)[2:-4]
    crc, name = zlib.crc32(inner), b"a.csv"
    local = b"PK\3\4" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(blob), len(inner), len(name), 0) + name + blob
    entry = b"PK\1\2" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 33, crc, len(blob), len(inner), len(name), 0, 0, 0, 0, 0, 0) + name
    return local + entry * n + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, n, n, len(entry) * n, len(local), 0), len(inner)


def packages():
    put("zip/r_slip_unix.zip", package(["../../../../tmp/redink-slip", "ok.csv"]))
    put("zip/r_slip_win.zip", package(["..\\..\\redink-slip", "C:\\redink"]))
    put("zip/r_slip_abs.zip", package(["/tmp/redink-slip"]))
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(link, "/etc/passwd")
    put("zip/r_symlink.zip", out.getvalue())
    put("zip/r_50000_entries.zip", package(["f%d" % i for i in range(50000)], b""))
    put("zip/r_name_nul.zip", package(["ok.csv"]).replace(b"ok.csv", b"o\0.csv"))
    put("zip/r_name_64k.zip", package(["n" * 65535]))
    put("zip/r_overlap_1000.zip", overlapping(1000)[0])
    data, size = overlapping(1)
    put("zip/r_size_lie.zip", data.replace(struct.pack("<I", size), struct.pack("<I", 10)))
    lie = workbook(sheet(" " * 20_000_000))
    put("xlsx/r_size_lie.xlsx", lie.replace(struct.pack("<I", len(sheet(" " * 20_000_000))), struct.pack("<I", 100)))
    nested = b"x" * 1000
    for _ in range(6):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
            for i in range(10):
                z.writestr("%d.zip" % i, nested)
        nested = out.getvalue()
    put("zip/r_nested.zip", nested)


def main():
    global OUT
    if len(sys.argv) != 2:
        sys.exit("usage: gen.py OUT")
    OUT = sys.argv[1]
    tables()
    xml_files()
    workbooks()
    packages()
    print("%d files" % COUNT)


if __name__ == "__main__":
    main()
