#!/usr/bin/env python3
"""hosts.py REDINK LOAD - several hosts on one database: network namespaces, needs root and iproute2.

A router and five hosts, each a namespace in a network of its own of 10.231.0.0/16 that exists only there:
PostgreSQL (tests/pg.py), two `redink serve`, one `redink worker` (when there is that command), and the
clients with a receiver of webhooks, where this program itself runs. Each server has its own folder with
the same keys. Clients write through both servers at once; then the power of one server's host is cut.

Afterwards the log is gap-free and verifies, every event was followed once and called for once, numbers
have neither gaps nor doubles, of two that change one record one wins, what one server wrote reaches the
stream of the other within seconds, a signed checkpoint left, and nothing that was acknowledged is gone.
"""
import concurrent.futures, ctypes, http.client, http.server, json, os, pathlib, re, secrets, shutil, signal
import subprocess, sys, tempfile, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pg  # noqa: E402

NET, PORT, ORIGIN = "10.231", 8737, "https://desk.example"
HOSTS = {"db": 1, "a": 2, "b": 3, "worker": 4, "clients": 9}
CLIENTS, WRITE_S, SOON_S, PAUSE_S = 6, 3.0, 5.0, 0.03
PASSWORD = "nine lanterns over the quay"
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|runtime error:|SUMMARY: ")


class Count:
    passed = failed = 0

    def check(self, good, words):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print(f"FAILED: {words}", flush=True)
        return good


def ip(*args, check=True):
    return subprocess.run(["ip", *map(str, args)], check=check, capture_output=True, timeout=20)


def address(host):
    return f"{NET}.{HOSTS[host]}.2"


class Net:
    """The namespaces; their names hold our process number, and all go with the `with`."""

    def __init__(self):
        self.made = []

    def name(self, host):
        return f"redink-{os.getpid()}-{host}"

    def add(self, host):
        ip("netns", "add", self.name(host))
        self.made.append(host)
        ip("-n", self.name(host), "link", "set", "lo", "up")

    def __enter__(self):
        try:
            self.add("router")
            router = self.name("router")
            subprocess.run(self.on("router", "tee", "/proc/sys/net/ipv4/ip_forward"), input=b"1", check=True,
                           stdout=subprocess.DEVNULL, timeout=20)
            for host, number in HOSTS.items():
                self.add(host)
                here = self.name(host)
                ip("-n", router, "link", "add", f"p{number}", "type", "veth", "peer", "name", "eth", "netns", here)
                ip("-n", router, "addr", "add", f"{NET}.{number}.1/24", "dev", f"p{number}")
                ip("-n", router, "link", "set", f"p{number}", "up")
                ip("-n", here, "addr", "add", f"{address(host)}/24", "dev", "eth")
                ip("-n", here, "link", "set", "eth", "up")
                ip("-n", here, "route", "add", "default", "via", f"{NET}.{number}.1")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for host in reversed(self.made):
            ip("netns", "del", self.name(host), check=False)

    def on(self, host, *command):
        return ["ip", "netns", "exec", self.name(host), *map(str, command)]

    def unplug(self, host):
        ip("-n", self.name("router"), "link", "set", f"p{HOSTS[host]}", "down")

    def enter(self, host):
        """This program goes there, with all threads that it starts from now on."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/run/netns/{self.name(host)}", "rb") as f:
            if libc.setns(f.fileno(), 0x40000000):  # CLONE_NEWNET
                raise OSError(ctypes.get_errno(), "setns")


class Database(pg.Cluster):
    """PostgreSQL on the host `db`, for the hosts of this net."""

    def __init__(self, net):
        super().__init__(settings=(f"listen_addresses='{address('db')}'", "max_connections=100"))
        self.net = net
        hba = self.folder / "hba"
        hba.write_text(f"local all all trust\nhost redink redink {NET}.0.0/16 scram-sha-256\n")
        hba.chmod(0o644)
        self.settings += (f"hba_file='{hba}'",)
        self.url = f"postgres://redink:{self.password}@{address('db')}:{self.port}/redink"

    def run(self, program, *args, text=None):
        as_user = ["setpriv", "--reuid", self.user.pw_uid, "--regid", self.user.pw_gid, "--clear-groups"]
        done = subprocess.run(self.net.on("db", *as_user, self.bin / program, *args), input=text, text=True,
                              cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              timeout=120, env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}")
        return done.stdout

    def ask(self, sql):
        """Rows of numbers and words, as the owner sees them."""
        out = self.run("psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", self.port,
                       "-U", "owner", "redink", text=sql)
        return [line.split("|") for line in out.splitlines()]

    def number(self, sql):
        return int(self.ask(sql)[0][0])


class Program:
    """`redink serve` or `redink worker` on its host."""

    def __init__(self, net, host, command, folder):
        self.net, self.host, self.folder, self.link = net, host, folder, ""
        self.log = open(folder / "log", "w+", encoding="utf-8")
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:exitcode=99", UBSAN_OPTIONS="halt_on_error=1", LC_ALL="C")
        self.process = subprocess.Popen(net.on(host, *command), stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT, env=env)

    def said(self):
        return (self.folder / "log").read_text(errors="replace")

    def listens(self):
        for _ in range(400):
            if self.process.poll() is not None:
                break
            said = self.said()
            if "listening on port" in said:
                self.link = m[1] if (m := re.search(r"setup/(\S+)", said)) else ""
                return self
            time.sleep(0.05)
        raise RuntimeError(f"{self.host} does not start: {self.said()[-2000:]}")

    def cut(self):
        """As when the power of the host goes."""
        self.net.unplug(self.host)
        self.process.kill()
        self.process.wait(20)

    def stop(self):
        """"" when it ended well."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "it does not stop"
        said = self.said()
        return "" if self.process.returncode == 0 and not SANITIZER.search(said) else said[-3000:]


class Caller:
    """One connection to one server; the session is shared, as by a browser through a balancer."""

    def __init__(self, host, cookie=""):
        self.host, self.cookie = host, cookie
        self.wire = http.client.HTTPConnection(address(host), PORT, timeout=10)

    def call(self, method, path, body=None, headers=None):
        h = {"Host": "desk.example", "Origin": ORIGIN, "X-Redink": "1", "Content-Type": "application/json",
             **(headers or {})}
        if self.cookie:
            h["Cookie"] = f"__Host-redink={self.cookie}"
        if method == "GET":
            h = {k: v for k, v in h.items() if k in ("Host", "Cookie")}
        self.wire.request(method, path, json.dumps(body).encode() if body is not None else None, h)
        r = self.wire.getresponse()
        text = r.read()
        if m := re.match(r"__Host-redink=([^;]+)", r.getheader("Set-Cookie") or ""):
            self.cookie = m[1]
        return r.status, json.loads(text) if text.startswith(b"{") else {}

    def must(self, method, path, body=None, headers=None):
        status, answer = self.call(method, path, body, headers)
        if status >= 300:
            raise RuntimeError(f"{self.host}: {method} {path}: {status} {answer}")
        return answer


class Receiver(http.server.ThreadingHTTPServer):
    """Takes webhooks and checkpoints: what came, by kind of event."""
    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        self.calls, self.lock = [], threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with receiver.lock:
                    receiver.calls.append((self.headers["X-Redink-Event"], body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__((address("clients"), 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def seqs(self):
        with self.lock:
            return [b["seq"] for e, b in self.calls if e == "task.created"]

    def checkpoints(self):
        with self.lock:
            return [c for e, b in self.calls if e == "log.checkpoint" for c in b["checkpoints"]]


class Stream(threading.Thread):
    """Server-sent events of one server: id of a record -> when it was heard of."""

    def __init__(self, host, cookie):
        super().__init__(daemon=True)
        self.heard, self.open = {}, threading.Event()
        self.wire = http.client.HTTPConnection(address(host), PORT, timeout=60)
        self.wire.request("GET", "/api/v1/events", headers={"Host": "desk.example", "Cookie": f"__Host-redink={cookie}"})
        self.reply = self.wire.getresponse()
        self.start()

    def run(self):
        try:
            for line in self.reply:
                if line.startswith(b"data: {"):
                    self.heard.setdefault(json.loads(line[6:])["id"], time.monotonic())
        except (OSError, ValueError, http.client.HTTPException):
            pass


def wait_for(what, seconds):
    end = time.monotonic() + seconds
    while not (good := what()) and time.monotonic() < end:
        time.sleep(0.1)
    return good


class World:
    """All hosts, running, with a firm and somebody signed in."""

    def __init__(self, net, db, redink, work):
        self.net, self.db, self.redink, self.work, self.programs = net, db, redink, work, {}
        self.key = secrets.token_bytes(32)
        self.receiver = Receiver()
        self.start("a", "serve")
        root = Caller("a")
        root.must("POST", "/api/v1/setup", {"link": self.programs["a"].link, "label": "north", "name": "北方代理记账",
                                            "login": "root", "display_name": "管理员", "password": PASSWORD})
        self.start("b", "serve")
        if self.has_worker():
            self.start("worker", "worker")
        root.must("POST", "/api/v1/session", {"login": "root", "password": PASSWORD, "firm": "north"})
        self.cookie = root.cookie
        self.firm = db.number("SELECT min(firm_id) FROM trees")
        self.configure()

    def has_worker(self):
        done = subprocess.run([self.redink, "worker", "--help"], capture_output=True, check=False, timeout=30)
        return done.returncode == 0

    def start(self, host, command):
        folder = self.work / host
        folder.mkdir()
        for name in ("sign.key", "totp.key"):
            (folder / name).write_bytes(self.key)
            (folder / name).chmod(0o400)
        more = ["--origin", ORIGIN, "--outbound", f"{NET}.0.0/16", "--outbound-private"]
        if command == "serve":
            more += ["--behind-proxy", "--listen", address(host), "--port", PORT, "--quiet"]
        p = Program(self.net, host, [self.redink, command, "--lang", "en", "--data", self.db.url, "--folder", folder,
                                     *more], folder)
        self.programs[host] = p
        return p.listens() if command == "serve" else p

    def configure(self):
        """A webhook for new tasks and the address of checkpoints, behind the back of the API."""
        url = f"http://{address('clients')}:{self.receiver.server_port}"
        self.db.ask(f"INSERT INTO webhooks VALUES ({self.firm}, 1, 1, 'test', '{url}/hook', '{secrets.token_hex(16)}', "
                    f"'task.created', 1, 0, 0, 0);\n"
                    f"INSERT INTO settings VALUES ({self.firm}, 'checkpoints.url', '{url}/heads', 1, 0, 'system'), "
                    f"({self.firm}, 'checkpoints.secret', '{secrets.token_hex(16)}', 1, 0, 'system');")

    def caller(self, host):
        return Caller(host, self.cookie)


def client(w, host, number, until, done):
    """Creates tasks until the time is up or the server is gone; notes what was acknowledged."""
    c, n = w.caller(host), 0
    try:
        while time.monotonic() < until:
            n += 1
            name = f"{host}-{number}-{n}"
            done.append((name, c.must("POST", "/api/v1/task", {"name": name})["id"]))
            time.sleep(PAUSE_S)
    except (OSError, http.client.HTTPException):
        pass


def add_one(w, host, task, times):
    """Counts up in one record; how often it was this caller's turn."""
    c, won = w.caller(host), 0
    for _ in range(times):
        status, now = c.call("GET", f"/api/v1/task/{task}")
        status, _ = c.call("PATCH", f"/api/v1/task/{task}", {"estimate_minutes": (now["estimate_minutes"] or 0) + 1},
                           {"If-Match": f'"{now["version"]}"'})
        if status not in (200, 409, 412):
            raise RuntimeError(f"{host}: change: {status}")
        won += status == 200
    return won


def write_through(w, hosts, seconds, cut=None):
    """Clients on all of `hosts`; the host `cut` goes in the middle. What was acknowledged."""
    done, until = [], time.monotonic() + seconds
    threads = [threading.Thread(target=client, args=(w, hosts[i % len(hosts)], f"{int(until)}-{i}", until, done))
               for i in range(CLIENTS)]
    for t in threads:
        t.start()
    if cut:
        time.sleep(seconds / 2)
        w.programs[cut].cut()
    for t in threads:
        t.join(60)
    return done


def is_there(w, host, acknowledged):
    """Of a sample and of all by number: what was acknowledged is in the tables and answered."""
    rows = dict(w.db.ask("SELECT name, id FROM kind_task"))
    lost = [name for name, task in acknowledged if rows.get(name) != task]
    c = w.caller(host)
    for name, task in acknowledged[:: max(1, len(acknowledged) // 20)]:
        status, record = c.call("GET", f"/api/v1/task/{task}")
        if status != 200 or record["name"] != name:
            lost.append(name)
    return lost


def look_at_log(w, count, load, host):
    db, firm = w.db, w.firm
    size, first, last = map(int, db.ask(f"SELECT count(*), min(seq), max(seq) FROM events WHERE firm_id = {firm}")[0])
    count.check(first == 0 and last == size - 1, f"the log has gaps: {size} events from {first} to {last}")
    done = subprocess.run(w.net.on(host, load, "sound", db.url, w.work / host), capture_output=True, text=True,
                          check=False, timeout=60)
    count.check(done.returncode == 0, f"the log does not verify: {done.stdout}{done.stderr}")
    numbers = sorted(int(n.rsplit("-", 1)[1]) for (n,) in db.ask("SELECT number FROM kind_task"))
    count.check(numbers == list(range(1, len(numbers) + 1)), "numbers of tasks have gaps or doubles")
    return size


def look_at_work(w, count, seconds, once):
    """Every new task was ordered once and called for; `once`: never twice."""
    wanted = {int(s) for (s,) in w.db.ask("SELECT seq FROM events WHERE type = 'task.created'")}
    good = wait_for(lambda: set(w.receiver.seqs()) == wanted, seconds)
    got = w.receiver.seqs()
    count.check(good, f"{len(wanted)} new tasks, called for {len(set(got))}")
    ordered = [int(s) for (s,) in w.db.ask("SELECT seq FROM deliveries WHERE webhook_id = 1")]
    count.check(sorted(ordered) == sorted(wanted), f"{len(wanted)} new tasks, ordered {len(ordered)} deliveries")
    if once:
        count.check(len(got) == len(set(got)), f"{len(got) - len(set(got))} calls came twice")
    return len(got) - len(set(got))


def both_serve(w, count, load):
    stream = Stream("b", w.cookie)
    acknowledged = write_through(w, ("a", "b"), WRITE_S)
    c = w.caller("a")
    start = time.monotonic()
    task = c.must("POST", "/api/v1/task", {"name": "heard by the other"})["id"]
    count.check(wait_for(lambda: task in stream.heard, SOON_S), f"the other server's stream did not tell in {SOON_S} s")
    heard = stream.heard.get(task, start) - start
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        won = sum(pool.map(lambda host: add_one(w, host, task, 8), ("a", "b", "a", "b")))
    record = c.must("GET", f"/api/v1/task/{task}")
    count.check(record["estimate_minutes"] == won and record["version"] == won + 1,
                f"{won} changes won, and the record counts {record['estimate_minutes']} at {record['version']}")
    count.check(acknowledged and not (lost := is_there(w, "a", acknowledged) + is_there(w, "b", acknowledged)),
                f"acknowledged and not there: {lost[:5] if acknowledged else 'nothing was written'}")
    look_at_work(w, count, 10, once=True)
    look_at_log(w, count, load, "b")
    w.db.ask("UPDATE periodic_runs SET next_at_us = 0 WHERE name = 'checkpoints'")
    wait_for(lambda: w.db.number("SELECT count(*) FROM checkpoints"), 5)
    w.db.ask("UPDATE periodic_runs SET next_at_us = 0 WHERE name = 'anchors'")
    return acknowledged, heard


def one_goes(w, count, load, before):
    acknowledged = write_through(w, ("a", "b"), 2.0, cut="a")
    count.check({n[0] for n, _ in acknowledged} == {"a", "b"}, "both servers acknowledged before the cut")
    after = write_through(w, ("b",), 1.0)
    count.check(after, "the other server goes on")
    lost = is_there(w, "b", before + acknowledged + after)
    count.check(not lost, f"acknowledged and gone with the host: {lost[:5]}")
    # What the dead host had in hand is taken by others when its lease is over: here, at once.
    w.db.ask("UPDATE jobs SET lease_until_us = 1 WHERE state = 'waiting' AND lease_until_us > 0 AND leased_by <> '';\n")
    twice = look_at_work(w, count, 10, once=False)
    size = look_at_log(w, count, load, "b")
    return len(acknowledged) + len(after), twice, size


def play(net, db, redink, load, work, count):
    w = World(net, db, redink, work)
    try:
        before, heard = both_serve(w, count, load)
        after, twice, size = one_goes(w, count, load, before)
        heads = wait_for(w.receiver.checkpoints, 10)
        count.check(heads and all(f"desk.example/{w.firm}\n{c['size']}\n" in c["note"] for c in heads),
                    f"no checkpoint left: {heads}")
        count.check(wait_for(lambda: w.db.number("SELECT count(*) FROM checkpoints WHERE sent_at_us > 0"), 5),
                    "no checkpoint is noted as sent")
    finally:
        ends = {host: p.stop() for host, p in w.programs.items() if host != "a"}
    for host, why in ends.items():
        count.check(not why, f"the end of {host}: {why}")
    print(f"{len(before)} + {after} acknowledged tasks, {size} events; heard after {heard:.2f} s; "
          f"{twice} calls came twice after the cut; worker: {'yes' if 'worker' in w.programs else 'no such command'}")


def lacks():
    """Why it cannot run here, or ""."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    if not shutil.which("ip") or not shutil.which("setpriv"):
        return "ip (Debian package iproute2) or setpriv is not there"
    if pg.programs() is None or pg.server_user() is None:
        return "PostgreSQL is not installed (Debian package postgresql)"
    probe = f"redink-{os.getpid()}-probe"
    if ip("netns", "add", probe, check=False).returncode:
        return "no network namespace can be made here"
    ip("netns", "del", probe, check=False)
    return ""


def main():
    for s in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, pg.stop_as_exit)
    if why := lacks():
        print(f"skipped: {why}")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    redink, load = (str(pathlib.Path(p).resolve()) for p in sys.argv[1:3])
    count = Count()
    with tempfile.TemporaryDirectory(prefix="redink-hosts-") as work, Net() as net, Database(net) as db:
        net.enter("clients")
        play(net, db, redink, load, pathlib.Path(work), count)
    print(f"{count.passed} passed, {count.failed} failed")
    return count.failed > 0


if __name__ == "__main__":
    sys.exit(main())
