"""What the HTTP tests share: a server that is started and stopped, raw requests, answers taken apart."""
import pathlib
import re
import socket
import subprocess
import time

HOST = b"Host: x\r\n"


class Server:
    """serve with its options; `with` ends it and keeps its output in .lines."""

    def __init__(self, program, **options):
        self.command = [str(program), *(f"{k}={v}" for k, v in options.items())]
        self.lines, self.rc, self.port = [], None, 0

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        first = self.process.stdout.readline().split()
        if not first or first[0] != "port":
            raise RuntimeError(f"{self.command}: {' '.join(first)} {self.process.stdout.read()}")
        self.port = int(first[1])
        return self

    def stop(self):
        if self.rc is None:
            text, _ = self.process.communicate(timeout=30)  # closes its input
            self.lines, self.rc = text.splitlines(), self.process.returncode

    def __exit__(self, *_):
        self.stop()
        if self.rc != 0:
            print("\n".join(self.lines[-40:]))
            raise RuntimeError(f"{self.command} ended with {self.rc}")


def refusal(program, **options):
    """What serve says when it does not start."""
    done = subprocess.run([str(program), *(f"{k}={v}" for k, v in options.items())], text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False)
    return done.stdout.strip() if done.returncode == 1 else f"rc {done.returncode} {done.stdout}"


def get(target, headers=b"", host=HOST):
    return b"GET " + target.encode() + b" HTTP/1.1\r\n" + host + headers + b"\r\n"


def post(target, body=b"", headers=b"", method=b"POST"):
    return (method + b" " + target.encode() + b" HTTP/1.1\r\n" + HOST + headers
            + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def chunked(target, pieces, headers=b""):
    body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"
    return (b"POST " + target.encode() + b" HTTP/1.1\r\n" + HOST + headers
            + b"Transfer-Encoding: chunked\r\n\r\n" + body)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __getitem__(self, name):
        """The values of a header, joined; '' when it is not there."""
        return " | ".join(v for n, v in self.headers if n.lower() == name.lower())


class Connection:
    def __init__(self, port, sock=None, timeout=5):
        self.sock = sock or socket.create_connection(("127.0.0.1", port))
        self.sock.settimeout(timeout)
        self.data = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)

    def more(self):
        piece = self.sock.recv(65536)
        self.data += piece
        return bool(piece)

    def until(self, mark):
        """Reads up to and with a mark; None when the connection ends before."""
        while mark not in self.data:
            if not self.more():
                return None
        at = self.data.index(mark) + len(mark)
        out, self.data = self.data[:at], self.data[at:]
        return out

    def head(self):
        head = self.until(b"\r\n\r\n")
        if head is None:
            return None
        lines = head.decode("latin1").split("\r\n")
        return Answer(int(lines[0].split()[1]), [l.split(": ", 1) for l in lines[1:] if ": " in l], b"")

    def answer(self, head_only=False):
        a = self.head()
        if a is None or head_only:
            return a
        size = int(a["Content-Length"] or 0)
        while len(self.data) < size and self.more():
            pass
        a.body, self.data = self.data[:size], self.data[size:]
        return a

    def closed(self, within=5):
        """Whether the other side closes, and after how many seconds."""
        self.sock.settimeout(within)
        start = time.monotonic()
        try:
            while self.sock.recv(65536):
                pass
        except TimeoutError:
            return None
        except OSError:
            pass
        return time.monotonic() - start


def ask(port, request):
    """One request on a connection of its own."""
    with Connection(port) as c:
        c.send(request)
        return c.answer()


def raw(port, request, wait=0.5):
    """(status codes, closed | open | reset): everything that comes back."""
    data, end = b"", "open"
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.settimeout(wait)
        try:
            s.sendall(request)
        except OSError:
            pass  # refused while it was being sent; what was answered is read all the same
        try:
            while piece := s.recv(65536):
                data += piece
            end = "closed"
        except TimeoutError:
            pass
        except OSError:
            end = "reset"
    return ",".join(re.findall(r"HTTP/1\.[01] (\d+)", data.decode("latin1"))) or "none", end


HERE = pathlib.Path(__file__).resolve().parent
