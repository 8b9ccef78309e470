"""Real servers on loopback for run.py: HTTPS with many manners, SMTP by aiosmtpd, an S3 store by s3rver."""
import http.server
import logging
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

HERE = pathlib.Path(__file__).resolve().parent
# What clients that go away or are refused leave in the log is what is tested.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
warnings.simplefilter("ignore")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def certificates(folder):
    """An authority `ca`, a server `good` (localhost, 127.0.0.1), `named` (another name) and `other`, of nobody."""
    at = lambda name: str(folder / name)
    for name in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=test {name}",
                "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                "-keyout", at(f"{name}.key"), "-out", at(f"{name}.pem"))
    for name, alt in (("good", "IP:127.0.0.1,DNS:localhost"), ("named", "DNS:elsewhere.example")):
        (folder / f"{name}.ext").write_text(f"subjectAltName={alt}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", at(f"{name}.key"),
                "-out", at(f"{name}.csr"))
        openssl("x509", "-req", "-in", at(f"{name}.csr"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"),
                "-CAcreateserial", "-days", "2", "-extfile", at(f"{name}.ext"), "-out", at(f"{name}.pem"))


def tls(folder, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


class Manners(http.server.BaseHTTPRequestHandler):
    """Each first part of a path is a manner; what came is kept in server.seen."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body=b"", headers=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        manner = self.path.split("?")[0].split("/")[1]
        answer = self.server.answers.get(manner)
        if answer is not None:
            status, text, *headers = answer.pop(0) if len(answer) > 1 else answer[0]
            self.reply(status, text, *headers)
        else:
            getattr(self, "do_" + manner.replace("-", "_"), self.do_missing)()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

    def do_missing(self):
        self.reply(404, b"missing")

    def do_ok(self):
        self.reply(200, b"hello", [("ETag", '"abc"'), ("Retry-After", "7"), ("Set-Cookie", "a=b")])

    def do_redirect(self):
        self.reply(302, b"", [("Location", "/ok")])

    def do_slow(self):
        time.sleep(3)

    def do_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(40):
            try:
                self.wfile.write(b".")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    def do_huge(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(1000):
                self.wfile.write(b"x" * 65536)
            self.server.seen.append(("sent", "all", {}, b""))
        except OSError:
            pass
        self.close_connection = True

    def do_headers(self):
        self.reply(200, b"", [(f"X-{i}", "y" * 100) for i in range(1500)])

    def do_size(self):
        self.reply(200, b"z" * int(self.path.split("/")[2]))


class Web(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Manners)
        self.context, self.seen, self.answers = context, [], {}
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.base = f"{'https' if context else 'http'}://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what is tested

    def finish_request(self, request, client_address):
        if self.context:
            request.settimeout(10)
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)


class Silent:
    """Takes connections and never says a word."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]


class Box:
    """The handler of aiosmtpd: keeps what arrives; two recipients are refused."""

    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        if address.startswith("later@"):
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content,
                           session.ssl is not None, session.authenticated))
        return "250 taken"


def log_in(server, session, envelope, mechanism, data):
    good = getattr(data, "login", b"") == b"redink" and getattr(data, "password", b"") == "密码 1".encode()
    return AuthResult(success=good, handled=False)


def mail_server(**options):
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), authenticator=log_in, **options)
    controller.start()
    return controller, box


class Store:
    """s3rver with one bucket; its keys are S3RVER and S3RVER. Its tokens of pages are made with DES, hence the flag."""

    def __init__(self, folder, certificate):
        self.port = free_port()
        data = folder / "s3"
        data.mkdir()
        self.process = subprocess.Popen(
            ["node", "--openssl-legacy-provider", str(HERE / "store.js"), str(data), str(self.port),
             str(folder / f"{certificate}.key"), str(folder / f"{certificate}.pem")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.1)

    @staticmethod
    def installed():
        return shutil.which("node") is not None and (HERE / "node_modules/@20minutes/s3rver").is_dir()

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


# What a careless client would obey; none of it may matter.
HOSTILE = {"https_proxy": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1",
           "HTTPS_PROXY": "http://127.0.0.1:1", "CURL_CA_BUNDLE": "/nonexistent"}


def environment():
    return dict(os.environ, **HOSTILE)
