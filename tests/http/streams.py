"""Server-sent events: order, channels, coming back, limits, the slow reader."""
import concurrent.futures
import json
import random
import time

from client import Connection, Server, ask, get


class Stream(Connection):
    def __init__(self, port, query="", last_id=None):
        super().__init__(port)
        self.send(get("/events" + query, f"Last-Event-ID: {last_id}\r\n".encode() if last_id else b""))
        self.status = self.head()

    def line(self):
        """The next line of text, without the chunks around it."""
        while b"\n" not in self.text():
            if not self.more():
                return None
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode()

    rest = b""

    def text(self):
        while b"\r\n" in self.data:
            size, tail = self.data.split(b"\r\n", 1)
            n = int(size, 16)
            if len(tail) < n + 2:
                break
            self.rest += tail[:n]
            self.data = tail[n + 2:]
        return self.rest

    def event(self):
        """The next event as {field: value}; comments and the greeting are passed over."""
        fields = {}
        while (line := self.line()) is not None:
            if line == "" and "data" in fields:
                return fields
            if line and not line.startswith(":"):
                name, value = line.split(": ", 1)
                fields[name] = value
        return None


def publish(s, target):
    assert ask(s.port, get("/publish?" + target)).status == 200


def live(t, program):
    """Events come in order, only those of one's channels, whoever else listens."""
    with Server(program) as s:
        one, two = Stream(s.port, "?a=1&b=2"), Stream(s.port, "?a=3&b=2&person=8")
        t.is_("headers", (one.status.status, one.status["Content-Type"], one.status["Cache-Control"]),
              (200, "text/event-stream", "no-store"))
        t.is_("greeting", one.line(), "retry: 3000")
        publish(s, "channel=1&id=10&n=3")
        publish(s, "channel=3&id=20")
        publish(s, "channel=2&id=30&n=200&pad=500")
        publish(s, "channel=1&id=500")
        t.is_("one", [one.event()["id"] for _ in range(204)],
              ["10", "11", "12", *map(str, range(30, 230)), "500"])
        got = [two.event() for _ in range(201)]
        t.is_("two", [e["id"] for e in got], ["20", *map(str, range(30, 230))])
        t.is_("whole", (got[7]["event"], json.loads(got[7]["data"])["n"], len(got[7]["data"])), ("case", 36, 517))
        one.sock.close()
        two.sock.close()


def resume(t, program):
    """Last-Event-ID gets what was missed; what is no longer known gets a reset."""
    with Server(program) as s:
        publish(s, "channel=1&id=1&n=20")
        publish(s, "channel=9&id=100&n=5")
        with Stream(s.port, last_id=15) as c:
            t.is_("missed", [c.event()["id"] for _ in range(5)], ["16", "17", "18", "19", "20"])
            publish(s, "channel=2&id=21")
            t.is_("and goes on", c.event()["id"], "21")
        for last in ("99", "102", "x", "-1", "9" * 30):
            with Stream(s.port, last_id=last) as c:
                t.is_(f"reset after {last}", c.event()["event"], "reset")
        publish(s, "channel=9&id=1000&n=1030")
        with Stream(s.port, last_id=15) as c:
            t.is_("run out of the ring", c.event()["event"], "reset")
        with Stream(s.port) as c:
            publish(s, "channel=1&id=5000&pad=4096")
            t.is_("data beyond the limit", c.event()["event"], "reset")


def admission(t, program):
    """Five streams a person, a number in all; ended ones make room."""
    with Server(program, streams=7, threads=1, beat=2) as s:
        own = [Stream(s.port) for _ in range(5)]
        sixth = ask(s.port, get("/events"))
        t.is_("a sixth", (sixth.status, b"sse_per_person" in sixth.body), (429, True))
        others = [Stream(s.port, "?person=8"), Stream(s.port, "?person=9")]
        t.is_("all of them", ask(s.port, get("/events?person=10")).status, 429)
        ask(s.port, get("/end?person=7"))
        t.true("signed out: all are ended", all(c.closed(3) is not None for c in own))
        for _ in range(12):  # as many loads of a page, each leaving before the next beat
            with Stream(s.port) as c:
                t.is_("room again", c.status.status, 200)
        others[0].sock.close()
        for _ in range(60):  # the next beats find that they are gone
            if b"streams=1" in ask(s.port, get("/count")).body:
                break
            time.sleep(0.1)
        t.true("the lost ones", b"streams=1" in ask(s.port, get("/count")).body)


def time_limits(t, program):
    """A beat when nothing happens; an end after a while, so that rights are looked at again."""
    with Server(program, beat=1, stream=3, deadline=1, timeout=2) as s:
        with Stream(s.port) as c:
            lines, start = [], time.monotonic()
            while (line := c.line()) is not None:
                lines.append(line)
            t.true("beats", 2 <= lines.count(":") <= 3, lines)
            t.true("ended", 2.5 < time.monotonic() - start < 4.5)


def slow_reader(t, program):
    """Who does not read is cut once the ring has run past it; others are not held up."""
    with Server(program) as s:
        lazy, eager = Stream(s.port), Stream(s.port, "?a=5&b=6")
        for i in range(6):
            publish(s, f"channel=1&id={i * 500}&n=500&pad=4000")
        publish(s, "channel=5&id=1")
        t.is_("others", eager.event()["id"], "1")
        for _ in range(60):
            if b"streams=1" in ask(s.port, get("/count")).body:
                break
            time.sleep(0.1)
        t.true("cut", b"streams=1" in ask(s.port, get("/count")).body, ask(s.port, get("/count")).body)
        lazy.sock.close()
        eager.sock.close()


def restless(t, program):
    """Readers that come and go while others publish and sign them out; the stop finds some still there."""
    def come_and_go(seed):
        dice = random.Random(seed)
        for _ in range(25):
            with Connection(s.port) as c:
                c.send(get(f"/events?a={dice.randrange(4)}&b=9&person={dice.randrange(40)}"))
                if dice.random() < 0.7:
                    c.head()
                if dice.random() < 0.3:
                    c.send(get("/a"))  # behind a stream nothing is read any more

    def talk(seed):
        for i in range(120):
            publish(s, f"channel={(seed + i) % 4}&id={i}&n=9&pad=900")
            if i % 10 == 0:
                ask(s.port, get(f"/end?person={i % 40}"))

    with Server(program, beat=1, stop_s=1) as s:
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            jobs = [pool.submit(come_and_go, i) for i in range(9)] + [pool.submit(talk, i) for i in range(3)]
            for j in jobs:
                j.result()
        left = [Stream(s.port, f"?a=1&b=2&person={100 + i}") for i in range(10)]
    t.true("nothing is left", "connections=0 running=0" in s.lines[-1], s.lines[-1])
    t.true("the last were ended", all(c.closed(3) is not None for c in left))


CASES = [restless, live, resume, admission, time_limits, slow_reader]
