#!/usr/bin/env python3
"""crash.py LOAD [pg] - kills a store under load with SIGKILL at random moments.

After each kill: every command that was acknowledged is there with its content; now and then, and at the
end, the whole store is verified (logs whole, trees fit, no command half done) and SQLite's own
integrity check passes. With `pg` the store is the PostgreSQL of REDINK_TEST_PG. REDINK_CRASHES sets how
often (500; 40 with PostgreSQL); the seed is printed and can be given as REDINK_SEED.
"""
import concurrent.futures, os, random, signal, sqlite3, subprocess, sys, tempfile, time


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


def main():
    load, pg = sys.argv[1], sys.argv[2:] == ["pg"]
    stores = 1 if pg else 4  # side by side: most of the time goes into waiting for the disk
    n = int(os.environ.get("REDINK_CRASHES", 40 if pg else 500))
    seed = int(os.environ.get("REDINK_SEED", random.randrange(1 << 30)))
    url = os.environ["REDINK_TEST_PG"] if pg else None
    with concurrent.futures.ThreadPoolExecutor(stores) as pool:
        done = list(pool.map(lambda i: kill_often(load, url, n // stores, seed + i), range(stores)))
    passed, failed, commands = (sum(d[k] for d in done) for k in range(3))
    print(f"seed {seed}: {n // stores * stores} kills, {commands} acknowledged commands")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
