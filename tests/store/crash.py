#!/usr/bin/env python3
"""crash.py LOAD [pg | server] - kills a store under load with SIGKILL at random moments.

After each kill: every command that was acknowledged is there with its content; now and then, and at the
end, the whole store is verified (logs whole, trees fit, no command half done) and SQLite's own
integrity check passes. With `pg` the store is the PostgreSQL of REDINK_TEST_PG. REDINK_CRASHES sets how
often (500; 40 with PostgreSQL); the seed is printed and can be given as REDINK_SEED. With `server` it is
PostgreSQL itself that is killed, all of its processes at once, and started again (10 times).
"""
import concurrent.futures, os, pathlib, random, signal, sqlite3, subprocess, sys, tempfile, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import pg  # noqa: E402


def start(load, url, folder):
    return subprocess.Popen([load, "write", url, folder, "0", "8"], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def killed_run(load, url, folder, wait):
    """Lines of acknowledged commands; the last may be cut by the kill: its number would be wrong."""
    p = start(load, url, folder)
    os.set_blocking(p.stdout.fileno(), False)
    first, out = None, b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        chunk = p.stdout.read() or b""
        out += chunk
        now = time.monotonic()
        if out and first is None:
            first = now
        if (first is not None and now - first >= wait) or p.poll() is not None:
            break
        time.sleep(0.002)
    early = p.poll()
    p.send_signal(signal.SIGKILL)
    os.set_blocking(p.stdout.fileno(), True)
    out += p.stdout.read()
    said = p.stderr.read().decode()
    p.wait()
    if early is not None or first is None:
        raise RuntimeError(f"the load ended by itself or did nothing: {said}")
    return out[: out.rfind(b"\n") + 1]


def ask(load, what, url, folder, lines=b""):
    done = subprocess.run([load, what, url, folder], input=lines, capture_output=True, check=False)
    return done.returncode == 0, done.stderr.decode()


def kill_often(load, url, n, seed):
    """One store, killed n times; answers passed, failed, acknowledged commands."""
    dice = random.Random(seed)
    passed = failed = commands = 0
    with tempfile.TemporaryDirectory(prefix="redink-crash-", dir="/var/tmp") as folder:
        url = url or folder
        for i in range(n):
            # Mostly at once after the first answer; sometimes so late that the file was checkpointed.
            lines = killed_run(load, url, folder, dice.random() ** 4 * 0.3)
            commands += lines.count(b"\n")
            good, said = ask(load, "check", url, folder, lines)
            if good and (i == n - 1 or i % (n // 10 + 1) == 5):
                good, said = ask(load, "verify", url, folder)
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"kill {i} of seed {seed}: {said}")
        if url == folder:
            with sqlite3.connect(f"{folder}/redink.db") as db:
                good = db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                passed, failed = passed + good, failed + (not good)
    return passed, failed, commands


def parent_of(pid):
    """0 when it is gone; one that has ended and waits to be asked how has its parent still."""
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def kill_cluster(cluster):
    """The postmaster of our own cluster and its children; comes back when they are gone."""
    head = int((cluster.folder / "data/postmaster.pid").read_text().split()[0])
    os.kill(head, signal.SIGSTOP)  # no new children while we look
    pids = [head] + [int(p) for p in os.listdir("/proc") if p.isdigit() and parent_of(p) == head]
    for pid in reversed(pids):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for _ in range(500):
        if not any(parent_of(pid) for pid in pids):
            return
        time.sleep(0.01)
    raise RuntimeError("PostgreSQL does not die")


def kill_server(load, n, seed):
    """The same as kill_often, but it is the database that dies."""
    dice = random.Random(seed)
    passed = failed = commands = 0
    with tempfile.TemporaryDirectory(prefix="redink-crash-", dir="/var/tmp") as folder, pg.Cluster() as c:
        for i in range(n):
            p = start(load, c.url, folder)
            first = p.stdout.readline()
            time.sleep(dice.random() ** 2 * 0.5)
            kill_cluster(c)
            killer = threading.Timer(30, p.kill)
            killer.start()
            lines, said = p.communicate()
            killer.cancel()
            c.run("pg_ctl", "-D", c.folder / "data", "-w", "-t", "60", "-l", c.folder / "log", "start")
            lines = first + lines
            lines = lines[: lines.rfind(b"\n") + 1]
            commands += lines.count(b"\n")
            good, why = ask(load, "check", c.url, folder, lines)
            if good:
                good, why = ask(load, "verify", c.url, folder)
            if p.returncode != 3 or b"try again later" not in said:
                good, why = False, f"the load ended with {p.returncode}: {said.decode()}"
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"kill {i} of seed {seed}: {why}")
    return passed, failed, commands


def server(load, n, seed):
    if pg.programs() is None:
        print("skipped: PostgreSQL is not installed (Debian package postgresql)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    passed, failed, commands = kill_server(load, n, seed)
    print(f"seed {seed}: the server killed {n} times, {commands} acknowledged commands")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


def main():
    load, what = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    on_pg = what == "pg"
    stores = 1 if on_pg else 4  # side by side: most of the time goes into waiting for the disk
    n = int(os.environ.get("REDINK_CRASHES", {"pg": 40, "server": 10}.get(what, 500)))
    seed = int(os.environ.get("REDINK_SEED", random.randrange(1 << 30)))
    if what == "server":
        return server(load, n, seed)
    url = os.environ["REDINK_TEST_PG"] if on_pg else None
    with concurrent.futures.ThreadPoolExecutor(stores) as pool:
        done = list(pool.map(lambda i: kill_often(load, url, n // stores, seed + i), range(stores)))
    passed, failed, commands = (sum(d[k] for d in done) for k in range(3))
    print(f"seed {seed}: {n // stores * stores} kills, {commands} acknowledged commands")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
