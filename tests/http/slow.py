"""Time and load: deadlines, answers of another thread, limits of connections, the graceful stop."""
import concurrent.futures
import threading
import time

from client import Connection, Server, ask, get, post


def drip(c, data, every=0.2, most=8):
    """Sends a byte at a time until the other side closes; the seconds it took, None = never."""
    start = time.monotonic()
    c.sock.settimeout(every)
    for i in range(len(data)):
        try:
            c.sock.sendall(data[i:i + 1])
            if c.sock.recv(1) == b"":
                return time.monotonic() - start
        except TimeoutError:
            pass
        except OSError:
            return time.monotonic() - start
        if time.monotonic() - start > most:
            return None
    return None


def deadlines(t, program):
    """A slow drip in request line, headers or body is closed, however steady it is; work is not."""
    start = post("/body", b"x" * 1000)
    at = start.index(b"\r\n\r\n") + 4
    with Server(program, deadline=1, timeout=1) as s:
        def tried(data):
            first, rest = data
            with Connection(s.port) as c:
                c.send(first)
                return drip(c, rest)
        pieces = [(b"", get("/a/" + "x" * 200)), (b"GET /a HTTP/1.1\r\n", b"X: " + b"y" * 200),
                  (start[:at], start[at:]), (b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n",
                                             b"x" * 900)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for (_, rest), took in zip(pieces, pool.map(tried, pieces)):
                t.true(f"closed in time {rest[:12]}", took is not None and 0.7 < took < 4, took)
        with Connection(s.port) as c:
            c.send(get("/a"))
            c.answer()
            took = drip(c, get("/a/" + "x" * 200))
            t.true("in a second request", took is not None and took < 4, took)
        with Connection(s.port) as c:
            t.true("silence", (c.closed(8) or 9) < 4)
        with Connection(s.port, timeout=10) as c:
            c.send(get("/kept?ms=3500"))
            t.is_("the program may take its time", c.answer().status, 201)
    stats = s.lines[-1]
    t.true("counted", int(stats.split("timed_out=")[1].split()[0]) >= 5, stats)


def kept_under_load(t, program):
    """Answers of another thread, 64 connections at once; some clients do not wait for theirs."""
    def work(i):
        with Connection(s.port, timeout=20) as c:
            good = 0
            for k in range(60):
                c.send(post("/kept", b"x" * (i * k % 3000)))
                good += c.answer().status == 201
            if i % 4 == 0:
                c.send(post("/kept", b"gone"))  # and closes
            return good

    for threads in (1, 2, 4):
        with Server(program, threads=threads, quiet=1) as s:
            with concurrent.futures.ThreadPoolExecutor(64) as pool:
                t.is_(f"{threads} threads", sum(pool.map(work, range(64))), 64 * 60)
        stats = s.lines[-1]
        answered = int(stats.split("kept.2=")[1].split()[0])  # those that left were answered as well, or not
        t.true("all counted", "running=0" in stats and 3840 <= answered <= 3840 + 16, stats)


def limits_of_connections(t, program):
    """Above the limit of an address connections are closed; what is open goes on."""
    with Server(program, per_ip=4, threads=1) as s:
        open_ones = [Connection(s.port) for _ in range(4)]
        for c in open_ones:
            c.send(get("/a"))
            t.is_("within", c.answer().status, 200)
        with Connection(s.port) as c:
            t.true("one more is closed", c.closed(3) is not None)
        open_ones[0].sock.close()
        time.sleep(0.3)
        t.is_("room again", ask(s.port, get("/a")).status, 200)
        for c in open_ones[1:]:
            c.sock.close()
    with Server(program, connections=2, threads=1) as s:
        first, second, third = (Connection(s.port) for _ in range(3))
        for c in (first, second):
            c.send(get("/a"))
            t.is_("within", c.answer().status, 200)
        third.send(get("/a"))
        first.sock.close()
        t.is_("the third waits its turn", third.answer().status, 200)
        second.sock.close()
        third.sock.close()


def graceful_stop(t, program):
    """A running request is answered, new ones are refused, idle connections closed, streams ended."""
    with Server(program, stop_s=5) as s:
        idle, slow, stream = Connection(s.port), Connection(s.port, timeout=10), Connection(s.port)
        idle.send(get("/a"))
        idle.answer()
        stream.send(get("/events"))
        stream.head()
        slow.send(get("/kept?ms=1500"))
        time.sleep(0.3)
        stopper = threading.Thread(target=s.stop)
        stopper.start()
        time.sleep(0.4)
        try:
            Connection(s.port).sock.close()
            refused = False
        except OSError:
            refused = True
        t.true("no new connection", refused)
        idle.send(get("/a"))
        a = idle.answer()
        t.is_("no new request", (a.status, a["Connection"], a["Retry-After"]), (503, "close", "1"))
        a = slow.answer()
        t.is_("the running one", (a.status, a["Connection"]), (201, "close"))
        t.true("the stream", stream.closed(3) is not None)
        stopper.join()
    t.is_("ended well", s.rc, 0)
    t.true("nothing is left", "connections=0 running=0" in s.lines[-1], s.lines[-1])


def stop_waits_for_answers(t, program):
    """A stop whose time is over says how many requests are unanswered, and may be called again."""
    with Server(program, stop_s=1) as s:
        c = Connection(s.port, timeout=10)
        c.send(get("/kept?ms=2500"))
        time.sleep(0.2)
        s.stop()
    t.true("said", "1 requests are unanswered" in s.lines, s.lines)
    t.is_("ended well", s.rc, 0)


def counters(t, program):
    """Labels, classes of status and times add up to what was asked."""
    with Server(program) as s:
        for target in ["/a"] * 3 + ["/static"] * 2 + ["/nothing", "/fail", "/a/../b"]:
            ask(s.port, get(target))
        ask(s.port, post("/kept", b"x"))
    words = dict(w.split("=") for w in s.lines[-1].split()[1:])
    t.is_("counted", {k: words.get(k) for k in ("show.2", "static.2", "other.4", "none.4", "kept.2", "timed")},
          {"show.2": "3", "static.2": "2", "other.4": "2", "none.4": "1", "kept.2": "1", "timed": "9"})
    t.true("guard in the log", any("guard=path segment" in l and "status=400" in l for l in s.lines))


CASES = [deadlines, kept_under_load, limits_of_connections, graceful_stop, stop_waits_for_answers, counters]
