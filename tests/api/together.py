#!/usr/bin/env python3
"""together.py [--build DIR] [--seconds N] [--seed N] - fifty people work on the same hundred cases at the same time.

First all of them reach for the same cases: each case has one taker. Then they change, comment, triage and hand
over what they hold, some with a version that is old by now. What the server said is kept; at the end it is laid
beside the timelines and the records:

- every acknowledged step has a version of its own, and the versions of a case are whole;
- read in order of their versions, nobody took what somebody had, and nobody but owner and co-handlers changed it;
- each acknowledged step and each comment stands in the timeline once, in the same order, and by whom it was;
- the record is what the last acknowledged step of each field made it;
- who came too late was told 409, and nothing else;
- the log verifies, and gives the same records again.

With REDINK_TEST_PG the data are in that PostgreSQL database.
"""
import argparse
import collections
import concurrent.futures
import os
import random
import subprocess
import sys
import threading
import time

import harness

PEOPLE, CASES, HELPERS = 50, 100, 8
CLOSE = 12  # cases that all of them reach for at once
Step = collections.namedtuple("Step", "version person what value")


class Worker:
    """One person and what the server acknowledged to him."""

    def __init__(self, person, number, cases, everybody, helped):
        self.person, self.number, self.cases, self.everybody, self.helped = person, number, cases, everybody, helped
        self.steps = collections.defaultdict(list)  # case -> Steps
        self.said = collections.defaultdict(list)   # case -> bodies of comments
        self.late, self.wrong, self.n = 0, [], 0

    def word(self):
        self.n += 1
        return f"{self.number}-{self.n}"

    def send(self, case, version, what, value, method, path, body):
        """One step; acknowledged, too late (409), or an answer that should not be."""
        r = self.person.call(method, f"/api/v1/case/{case}{path}", body, {"If-Match": f'"{version}"'})
        if r.status == 200:
            self.steps[case].append(Step(r.json["version"], self.person.id, what, value))
        elif r.status == 409 and r.json["code"] in ("CONFLICT", "BARRED"):
            self.late += 1
        else:
            self.wrong.append(f"{what}: {r}")

    def take(self, case, version):
        self.send(case, version, "take", self.person.id, "POST", "/do/take", {})

    def comment(self, case):
        body = self.word()
        r = self.person.call("POST", f"/api/v1/case/{case}/comments", {"body": body})
        if r.status == 201:
            self.said[case].append(body)
        else:
            self.wrong.append(f"comment: {r}")

    def work(self, dice):
        """One look at a case, and what its owner, or another, does with it."""
        case = dice.choice(self.helped + list(self.steps) if dice.random() < 0.7 else self.cases)
        seen = self.person.call("GET", f"/api/v1/case/{case}").json
        version = seen["version"] - (dice.random() < 0.05)  # an old page, now and then
        mine, what = seen["owner"] == self.person.id, dice.random()
        if what < 0.15:
            self.comment(case)
        elif what < 0.25 and seen["state"] == "reported":
            self.send(case, version, "triage", "triaged", "POST", "/do/triage", {"note": self.word()})
        elif mine and what < 0.5:
            next_one = dice.choice(self.everybody)
            if next_one != self.person.id:
                self.send(case, version, "hand_over", next_one, "POST", "/do/hand_over",
                          {"owner": next_one, "note": self.word()})
        elif mine or case in self.helped:
            place = self.word()
            self.send(case, version, "change", place, "PATCH", "", {"place": place})
        else:
            self.take(case, version)

    def run(self, begin, seed, end):
        dice = random.Random(seed)
        begin.wait()
        try:
            for case in self.cases[:CLOSE]:
                self.take(case, 1)
            for case in dice.sample(self.cases[CLOSE:], CLOSE):
                self.take(case, 1)
            while time.monotonic() < end():
                self.work(dice)
        except Exception as e:  # a thread that dies must be heard of
            self.wrong.append(f"{type(e).__name__}: {e}")
        self.person.close()


# ---- the office ----

def invite(w, number):
    """A new colleague of the team, signed in."""
    login = f"p{number:02}"
    root = harness.Person(w.server, "root", "127.0.0.1")
    root.cookie = w.people["root"].cookie
    user = root.must("POST", "/api/v1/user", {"login": login, "name": f"同事{number:02}", "roles": ["accountant"]})["id"]
    link = root.must("POST", f"/api/v1/user/{user}/invitation")["link"]
    root.close()
    w.person(login).must("POST", "/api/v1/invitation", {"link": link, "password": harness.PASSWORD})
    return w.people[login].sign_in(login, "main")


def helpers_of(number, ids):
    """Who may change a case beside its owner: eight others, others for each case."""
    return [ids[(7 * number + i) % PEOPLE] for i in range(HELPERS)]


def open_office(w):
    """Fifty people of one team, and a hundred cases that nobody has: (people, cases)."""
    root = w.person("root")
    root.must("POST", "/api/v1/setup", {"link": w.server.link, "label": "main", "name": "众人代理记账", "login": "root",
                                        "display_name": "管理员", "password": harness.PASSWORD})
    root.sign_in("root", "main")
    for number in range(PEOPLE):
        w.person(f"p{number:02}")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        people = list(pool.map(lambda n: invite(w, n), range(PEOPLE)))
    team = root.must("POST", "/api/v1/team", {"name": "大组", "lead": people[0].id, "members": [p.id for p in people]})
    client = root.must("POST", "/api/v1/client", {"name": "丙商贸有限公司", "team": team["id"]})
    kind = root.must("GET", "/api/v1/exception_type?filter=slug:dup-entry")["records"][0]["id"]
    # A department with nobody in it is responsible: cases wait for whoever takes them.
    queue = root.must("POST", "/api/v1/department", {"name": "待领取"})["id"]
    root.must("POST", "/api/v1/responsibility", {"name": "待领取", "type": kind, "role": "responsible",
                                                 "department": queue})
    cases = []
    for number in range(CASES):
        made = root.must("POST", "/api/v1/case", {"name": f"重复 {number}", "type": kind, "client": client["id"],
                                                  "team": team["id"], "appearance": "两张凭证相同",
                                                  "helpers": helpers_of(number, [p.id for p in people])})
        if made["owner"] is not None:
            raise harness.Broken(f"somebody has it already: {made}")
        cases.append(made["id"])
    return people, cases


# ---- what became of it ----

def in_order(count, case, steps, helpers):
    """The acknowledged steps as one story: (owner, place, state) that they lead to."""
    owner, place, state = None, None, "reported"
    count.check([s.version for s in steps] == list(range(2, len(steps) + 2)),
                f"{case}: versions {[s.version for s in steps]}")
    for s in steps:
        held = {"take": owner is None, "change": s.person in (owner, *helpers), "hand_over": owner == s.person,
                "triage": state == "reported"}[s.what]
        if not held:
            count.check(False, f"{case}: {s} while {owner} had it, in state {state}")
        if s.what in ("take", "hand_over"):
            owner = s.value
        elif s.what == "change":
            place = s.value
        else:
            state = s.value
    return owner, place, state


def timeline(root, case):
    """All events of a case, the oldest first."""
    events, before = [], ""
    while before is not None:
        page = root.must("GET", f"/api/v1/case/{case}/timeline?limit=500{before}")
        events += page["events"]
        before = f"&before={page['before']}" if "before" in page else None
    return events[::-1]


def look(count, root, case, workers):
    steps = sorted(s for w in workers for s in w.steps[case])
    now = root.must("GET", f"/api/v1/case/{case}")
    owner, place, state = in_order(count, case, steps, now["helpers"])
    count.check((now["owner"], now["place"], now["state"], now["version"]) == (owner, place, state, len(steps) + 1),
                f"{case} is {now['owner']} {now['place']} {now['state']} {now['version']}, acknowledged was "
                f"{owner} {place} {state} {len(steps) + 1}")
    events = timeline(root, case)
    acts = [e for e in events if e["type"] in ("case.changed", "case.moved")]
    count.check([e["actor"] for e in acts] == [f"user:{s.person}" for s in steps] and
                all(s.what != "change" or e["detail"]["set"]["place"] == s.value for e, s in zip(acts, steps)),
                f"{case}: {len(steps)} steps were acknowledged, the timeline has {len(acts)}: {acts}")
    said = sorted(b for w in workers for b in w.said[case])
    shown = root.must("GET", f"/api/v1/case/{case}/comments?limit=500")["comments"]
    count.check(sorted(c["body"] for c in shown) == said and
                sum(e["type"] == "case.commented" for e in events) == len(said),
                f"{case}: {len(said)} comments were acknowledged, {len(shown)} are there")
    return len(steps), len(said)


def in_the_log(count, server):
    """The log is whole, and gives the same records again."""
    where = ["--folder", str(server.folder)] if server.pg else []
    for words in (["verify", str(server.data), *where], ["rebuild", "--check", "--data", str(server.data), *where]):
        done = subprocess.run([server.program, *words], capture_output=True, text=True, timeout=120, check=False)
        count.check(done.returncode == 0, f"redink {words[0]}: {done.returncode} {done.stdout}{done.stderr}")


def play(a, count, server):
    w = harness.World(server.start())
    people, cases = open_office(w)
    ids = [p.id for p in people]
    workers = [Worker(p, i, cases, ids, [c for n, c in enumerate(cases) if p.id in helpers_of(n, ids)])
               for i, p in enumerate(people)]
    dice, ends = random.Random(a.seed), []
    begin = threading.Barrier(PEOPLE, lambda: ends.append(time.monotonic() + a.seconds))
    threads = [threading.Thread(target=k.run, args=(begin, dice.random(), lambda: ends[0])) for k in workers]
    for t in threads:
        t.start()
    for t in threads:
        t.join(a.seconds + harness.ANSWER_S)
    for k in workers:
        count.check(not k.wrong, f"{k.person.name}: {k.wrong[:2]}")
    root, sums = w.people["root"], [0, 0]
    for case in cases:
        sums = [x + y for x, y in zip(sums, look(count, root, case, workers))]
    late = sum(k.late for k in workers)
    count.check(sums[0] > CASES and sums[1] > 0 and late > CLOSE * PEOPLE // 2,
                f"too little happened: {sums} and {late} too late")
    r = people[0].call("PATCH", f"/api/v1/case/{cases[0]}", {"place": "x"})
    count.check(r.status == 428, f"a change that names no version: {r}")
    harness.finish(server, count)
    in_the_log(count, server)
    print(f"seed {a.seed}: {PEOPLE} people, {CASES} cases: {sums[0]} steps and {sums[1]} comments, {late} too late")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build-asan")
    p.add_argument("--seconds", type=float, default=6)
    p.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    a = p.parse_args()
    count = harness.Count()
    server = harness.Server(a.build, pg=os.environ.get("REDINK_TEST_PG"), options=["-q"])
    try:
        play(a, count, server)
    except (harness.Broken, OSError) as e:
        count.check(False, f"seed {a.seed}: {e}: {server.end()}")
    finally:
        server.__exit__()
    return count.done()


if __name__ == "__main__":
    sys.exit(main())
