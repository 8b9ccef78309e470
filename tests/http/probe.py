#!/usr/bin/env python3
"""probe.py PORT [EXPECTED] - 52 raw requests, most of them malformed, and what comes back for each.

The rows cover the ways in which two readers of one byte stream have been made to disagree: framing
(lengths, codings, chunks), Host, header lines, targets, methods, versions. EXPECTED is expected.txt
beside this file when left out; a proxy in front has a file of its own. tests/http/run.py runs the
rows as well.
"""
import concurrent.futures
import sys

import client

NEXT = b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"  # must never be answered: it stands in a body
HELLO = b"5\r\nhello\r\n0\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def get(target, headers=client.HOST, version=b"HTTP/1.1", method=b"GET"):
    return method + b" " + target + b" " + version + b"\r\n" + headers + b"\r\n"


def post(headers, body=b"hello"):
    return get(b"/a", client.HOST + headers, method=b"POST") + body


def header(line):
    return get(b"/a", client.HOST + line + b"\r\n")


def length(value, body=b"hello"):
    return post(b"Content-Length: " + value + b"\r\n", body)


FRAMING = {
    "Content-Length and chunked": post(b"Content-Length: 4\r\n" + CHUNKED, HELLO + NEXT),
    "Content-Length twice, 5 then 0": post(b"Content-Length: 5\r\nContent-Length: 0\r\n", NEXT),
    "Content-Length twice, 0 then 5": post(b"Content-Length: 0\r\nContent-Length: 5\r\n", b"hello" + NEXT),
    "Content-Length: +5": length(b"+5"),
    "Content-Length: 5, 5": length(b"5, 5"),
    "Content-Length: -1": length(b"-1", b""),
    "Content-Length: 0x5": length(b"0x5"),
    "Content-Length: 2^64+5": length(b"18446744073709551621"),
    "Transfer-Encoding: xchunked": post(b"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n"),
    "Transfer-Encoding: identity, chunked": post(b"Transfer-Encoding: identity, chunked\r\n", HELLO),
    "Transfer-Encoding :chunked": post(b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n"),
    "chunk size overflow": post(CHUNKED, b"F" * 17 + b"\r\nhello"),
    "chunk size 0x5": post(CHUNKED, b"0x" + HELLO),
    "chunk extension": post(CHUNKED, b"5;a=b\r\nhello\r\n0\r\n\r\n"),
    "chunk lines end in LF": post(CHUNKED, HELLO.replace(b"\r", b"")),
    "GET with body": header(b"Content-Length: 5") + b"hello",
    "two in one packet": get(b"/1") + get(b"/2"),
}
HEADERS = {
    "no Host (HTTP/1.1)": get(b"/a", b""),
    "two Host headers": get(b"/a", b"Host: a\r\nHost: b\r\n"),
    "space before colon": header(b"X-T : v"),
    "header without colon": header(b"garbage"),
    "folded header": header(b"X-T: a\r\n  b"),
    "CR inside a value": header(b"X-T: a\rX-Inj: b"),
    "NUL inside a value": header(b"X-T: a\0b"),
    "LF line ends": b"GET /a HTTP/1.1\nHost: x\n\n",
    "40 kB header": header(b"X-T: " + b"A" * 40000),
    "5,000 headers": header(b"\r\n".join(b"A%d: b" % i for i in range(5000))),
}
TARGETS = {
    "plain GET": get(b"/a?q=1"),
    "escaped slash and line feed in query": get(b"/a?q=2026%2F01%0A"),
    "Chinese path, escaped": get(b"/%E8%B4%A6"),
    "NUL in the request line": get(b"/a\0b"),
    "%00 in path": get(b"/a%00b"),
    "%00 in query": get(b"/a?q=%00"),
    "%2e%2e in path": get(b"/%2e%2e/%2e%2e/etc/passwd"),
    "../ in path": get(b"/../../etc/passwd"),
    "./ in path": get(b"/./a"),
    "// in path": get(b"//evil/a"),
    "%2f in path": get(b"/a%2fb"),
    "backslash in path": get(b"/a\\b"),
    "%zz in path": get(b"/a%zz"),
    "% at the end": get(b"/a%2"),
    "overlong UTF-8 in path": get(b"/%c0%ae%c0%ae/x"),
    "surrogate in path": get(b"/%ed%a0%80"),
    "q given twice": get(b"/a?q=1&q=2"),
    "absolute-form target": get(b"http://evil/a"),
    "40 kB target": get(b"/" + b"a" * 40000),
}
METHODS = {
    "method BREW": get(b"/a", method=b"BREW"),
    "method TRACE": get(b"/a", method=b"TRACE"),
    "HTTP/1.0": get(b"/a", b"", b"HTTP/1.0"),
    "HTTP/0.9": b"GET /a\r\n\r\n",
    "HTTP/2.0": get(b"/a", version=b"HTTP/2.0"),
    "leading CRLFs": b"\r\n\r\n" + get(b"/a"),
}
REQUESTS = FRAMING | HEADERS | TARGETS | METHODS


def expectations(path):
    rows = [l.split("\t")[:3] for l in path.read_text(encoding="utf-8").splitlines() if l and l[0] != "#"]
    return {name: (codes, end.strip()) for name, codes, end in rows}


def results(port):
    """name -> (status codes, closed | open | reset)"""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return dict(zip(REQUESTS, pool.map(lambda r: client.raw(port, r), REQUESTS.values())))


def main():
    path = client.pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else client.HERE / "expected.txt"
    expected, got, wrong = expectations(path), results(int(sys.argv[1])), 0
    for name, found in got.items():
        bad = found != expected.get(name)
        wrong += bad
        print(f"{name}\t{found[0]}\t{found[1]}" + (f"\tEXPECTED {expected.get(name)}" if bad else ""))
    print(f"{len(got) - wrong} passed, {wrong} failed")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
