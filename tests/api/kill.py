#!/usr/bin/env python3
"""kill.py [--build DIR] [--kills N] [--seed N] - kills the server under load and looks for what was said to be done.

People create tasks, change them and comment on them; at a random moment the server gets SIGKILL. After the
next start every record that was acknowledged is there in its version, with an event for each version and
each comment, no event without its record and no record without its event; a request that was cut off and is
sent again with its Idempotency-Key happened once. At the end the logs of all firms verify.
"""
import argparse
import http.client
import os
import random
import sys
import threading
import time

import harness

WORKERS = 6
ENDED = (OSError, http.client.HTTPException)


class Work:
    """What one worker was told is done, and the request that was cut off."""

    def __init__(self, person, number):
        self.person, self.number, self.n = person, number, 0
        self.tasks = {}  # id -> [acknowledged version, comments, name]
        self.cut, self.wrong = None, []

    def send(self, *request):
        self.cut = request
        reply = self.person.call(*request)
        self.cut = None
        return reply

    def create(self):
        self.n += 1
        name = f"断电{self.number}-{self.n}"
        r = self.send("POST", "/api/v1/task", {"name": name}, {"Idempotency-Key": f"k{self.number}-{self.n}"})
        if r.status == 201:
            self.tasks[r.json["id"]] = [1, 0, name]
        else:
            self.wrong.append(f"create: {r}")

    def change(self, dice):
        task = dice.choice(list(self.tasks)[-5:])
        known = self.tasks[task]
        if dice.random() < 0.5:
            r = self.send("POST", f"/api/v1/task/{task}/comments", {"body": "核对"}, {})
            known[1] += r.status == 201
        else:
            r = self.send("PATCH", f"/api/v1/task/{task}", {"estimate_minutes": known[0]},
                          {"If-Match": f'"{known[0]}"'})
            known[0] = r.json["version"] if r.status == 200 else known[0]
        if r.status not in (200, 201):
            self.wrong.append(f"{self.cut or ''} {r}")

    def run(self, seed):
        dice = random.Random(seed)
        try:
            while True:
                if not self.tasks or dice.random() < 0.4:
                    self.create()
                else:
                    self.change(dice)
        except ENDED:
            self.person.close()


def again(work, count):
    """What was cut off: a creation is sent again and happens once; of the rest it is asked what became of it."""
    cut, work.cut = work.cut, None
    if not cut or cut[0] != "POST" or cut[1] != "/api/v1/task":
        return cut
    first, second = work.person.call(*cut), work.person.call(*cut)
    good = first.status == second.status == 201 and first.json["id"] == second.json["id"]
    if count.check(good, f"sent again: {first} and {second}"):
        work.tasks[first.json["id"]] = [1, 0, cut[2]["name"]]
    found = work.person.call("GET", f"/api/v1/task?filter=\"{cut[2]['name']}\"").json["records"]
    same = [r for r in found if r["title"] == cut[2]["name"]]
    count.check(len(same) == 1, f"{cut[2]['name']} is there {len(same)} times")
    return None


def look(work, task, cut, count):
    """One record against what was acknowledged, and against its own events."""
    version, comments, name = work.tasks[task]
    record = work.person.call("GET", f"/api/v1/task/{task}")
    if not count.check(record.status == 200, f"{name} was acknowledged and is gone: {record}"):
        return
    on = cut is not None and f"/task/{task}" in cut[1]
    there = record.json["version"]
    changed = there == version or (on and cut[0] == "PATCH" and there == version + 1)
    count.check(changed and record.json["name"] == name, f"{name}: version {there}, acknowledged {version}")
    said = len(work.person.call("GET", f"/api/v1/task/{task}/comments?limit=500").json["comments"])
    count.check(said == comments or (on and cut[0] == "POST" and said == comments + 1),
                f"{name}: {said} comments, acknowledged {comments}")
    events = work.person.call("GET", f"/api/v1/task/{task}/timeline?limit=500").json["events"]
    kinds = [e["type"] for e in events]
    count.check(kinds.count("task.created") == 1 and kinds.count("task.changed") == there - 1,
                f"{name}: version {there} with events {kinds}")
    count.check(kinds.count("task.commented") == said, f"{name}: {said} comments with events {kinds}")
    work.tasks[task][:2] = there, said


def numbers(w, count):
    """Numbers are given without gaps or doubles: a creation that was cut off leaves none."""
    seen, cursor = [], ""
    while cursor is not None:
        page = w.people["root"].call("GET", f"/api/v1/task?limit=500&sort=number{cursor}").json
        seen += [int(r["number"].split("-")[-1]) for r in page["records"]]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    count.check(sorted(seen) == list(range(1, len(seen) + 1)), f"numbers of {len(seen)} tasks have gaps or doubles")
    return len(seen)


def one_kill(w, works, dice, count):
    server = w.server
    threads = [threading.Thread(target=k.run, args=(dice.random(),)) for k in works]
    for t in threads:
        t.start()
    time.sleep(0.05 + dice.random() ** 2 * 0.4)
    server.kill()
    for t in threads:
        t.join(harness.ANSWER_S)
    server.start()
    for work in works:
        count.check(not work.wrong, f"refused under load: {work.wrong[:2]}")
        work.wrong = []
        cut = again(work, count)
        recent = list(work.tasks)[-4:]
        if cut and (hit := next((t for t in work.tasks if f"/task/{t}" in cut[1]), None)) and hit not in recent:
            recent.append(hit)
        for task in recent:
            look(work, task, cut, count)


def play(a, count, server):
    w, dice = harness.set_up(server), random.Random(a.seed)
    works = []
    for i in range(WORKERS):
        p = harness.Person(server, f"worker {i}", w.source())
        works.append(Work(p.sign_in("anna"), i))
    end, kills = time.monotonic() + a.seconds, 0
    while kills < a.kills and time.monotonic() < end:
        one_kill(w, works, dice, count)
        kills += 1
    for work in works:
        for task in work.tasks:
            look(work, task, None, count)
    total = numbers(w, count)
    harness.finish(server, count)
    said = server.operator("verify")  # two firms, and the log over them
    count.check(said.count("sound") == 3 and "NOT" not in said, f"verify: {said}")
    print(f"seed {a.seed}: {kills} kills, {total} tasks")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build-asan")
    p.add_argument("--kills", type=int, default=40)
    p.add_argument("--seconds", type=int, default=60)
    p.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    a = p.parse_args()
    count = harness.Count()
    server = harness.Server(a.build, pg=os.environ.get("REDINK_TEST_PG"), options=["-q"])
    try:
        play(a, count, server)
    except harness.Broken as e:
        count.check(False, f"seed {a.seed}: {e}")
    finally:
        server.__exit__()
    return count.done()


if __name__ == "__main__":
    sys.exit(main())
