#!/usr/bin/env python3
"""matrix.py [--build DIR] [--quick] - calls every route as everybody and compares with the tables of rights.

The routes are read from src/api/routes.c, the rights from model/*.toml, and what they mean is written here a
second time, from docs/internals/auth.md: rules {role, relation}, an auditor changes nothing, a contact sees
the one record of his link, restricted is need to know, archived is read only, another firm is nowhere.
Requests are such that whoever may is stopped afterwards by what he asks (an unknown field: 422), so that
nothing changes meanwhile. A route that is in no table here fails: none is open by omission.
"""
import argparse
import http.client
import os
import re
import sys
import tomllib

import harness

ROLES = ("administrator", "supervisor", "accountant", "reviewer", "department", "compliance", "auditor")
PASSIVE = {"read", "export"}
BAD = {"no_such_field": 1}
ROUTE = re.compile(r'\{RD_HTTP_(\w+), "([^"]+)", RD_PERM_(\w+), (\w+), RD_RUN_(\w+)')


def routes():
    text = (harness.ROOT / "src/api/routes.c").read_text(encoding="utf-8")
    return [(m[1], m[2], m[3], m[4].replace("RD_KIND_", "").lower()) for m in ROUTE.finditer(text)]


class Kind:
    def __init__(self, path):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        self.name, self.own = raw["kind"], raw.get("own")
        self.about = set(raw.get("about", []))
        rights = raw["rights"]
        self.rights = {verb: [self.rule(e, verb) for e in rights[verb]] for verb in rights}
        self.rights.setdefault("comment", [self.rule(e, "comment") for e in rights["read"] if e != "auditor"])
        self.rights.setdefault("export", [self.rule(e, "export") for e in rights["read"] if not e.startswith("client")])
        self.assigns = [f["name"] for f in raw["field"] if f.get("assigns")]
        self.first = {f["name"]: f["options"][0]["name"] for f in raw["field"] if f["type"] == "enum"}
        self.transitions = raw.get("transition", [])
        for t in self.transitions:
            t["rules"] = [self.rule(e, "transition") for e in t["may"]]

    @staticmethod
    def rule(entry, verb):
        """(roles, relations); relations None = any record of the firm."""
        inside = set(ROLES) if verb in PASSIVE else set(ROLES) - {"auditor"}
        who, _, how = entry.partition(":")
        if who == "staff":
            return inside, None
        if who in ROLES or who == "client":
            return {who}, set(how.split("|")) if how else None
        return inside, {who}


KINDS = {k.name: k for k in map(Kind, sorted((harness.ROOT / "model").glob("*.toml")))}


class Who:
    """One caller as the rules see him."""

    def __init__(self, person, role, firm, teams=(), scope=None):
        self.person, self.role, self.firm, self.teams, self.scope = person, role, firm, set(teams), scope
        self.name, self.id = person.name, person.id or 0


class Sample:
    """One record, its people, and how anybody stands to it."""

    def __init__(self, kind, firm, body, watchers, clients):
        self.kind, self.firm, self.body, self.watchers = kind, firm, body, set(watchers)
        self.id, self.restricted = body["id"], bool(body.get("restricted"))
        self.archived, self.clients = body["archived_at"] is not None, clients

    def relations(self, who, verb):
        """Who watches may read and comment as one who works on it, and no more."""
        b, out = self.body, set()
        if b.get("owner") == who.id:
            out |= {"own", "mine"}
        if (who.id in self.watchers and verb in ("read", "comment", "export")) or any(named(b.get(f), who.id) for f in self.kind.assigns):
            out.add("mine")
        if b.get("team") in who.teams:
            out.add("team")
        if who.id in self.clients.get(b.get("client"), ()):
            out.add("my_clients")
        return out


def named(value, user):
    return value == user or isinstance(value, list) and user in value


def may(rules, who, sample, verb):
    """The rules once more, in Python."""
    if sample.firm != who.firm or (who.role == "auditor" and verb not in PASSIVE):
        return False
    if sample.archived and verb not in PASSIVE:
        return False
    if who.role == "client":
        return any("client" in roles for roles, _ in rules) and who.scope == (sample.kind.name, sample.id)
    relations = sample.relations(who, verb)
    open_to = any(who.role in roles and (how is None or how & relations) for roles, how in rules)
    if who.role == "auditor" and verb in PASSIVE:
        open_to = True
    if sample.restricted and not relations & {"own", "mine"}:
        open_to = open_to and (who.role == "administrator" or (who.role == "auditor" and verb in PASSIVE))
    return open_to


def may_any(rules, who, verb):
    if who.role == "auditor":
        return verb in PASSIVE
    return any(who.role in roles for roles, _ in rules)


# ---- requests to one record: path -> body, headers, the verb it asks for ----

FUTURE = {"at": "2030-01-01T00:00:00Z"}
RECORD = {
    ("GET", ""): (None, "read"), ("PATCH", ""): (BAD, "change"),
    ("GET", "/timeline"): (None, "read"), ("GET", "/references"): (None, "read"),
    ("GET", "/comments"): (None, "read"), ("POST", "/comments"): ({"body": " "}, "comment"),
    ("GET", "/watchers"): (None, "read"), ("PUT", "/watch"): (None, "watch"), ("DELETE", "/watch"): (None, "watch"),
    ("GET", "/tags"): (None, "read"), ("POST", "/tags"): ({"tag": "a b"}, "comment"),
    ("DELETE", "/tags/{word}"): (None, "comment"),
    ("GET", "/links"): (None, "read"),
    ("POST", "/links"): ({"meaning": "loves", "kind": "task", "record": "1"}, "comment"),
    ("POST", "/unlink"): ({"meaning": "loves", "kind": "task", "record": "1"}, "comment"),
    ("GET", "/reminders"): (None, "read"),
    ("POST", "/reminders"): ({"at": "2001-01-01T00:00:00Z"}, "watch"),
    ("POST", "/archive"): (None, "archive"), ("POST", "/restore"): (None, "archive"),
    ("POST", "/do/{word}"): (BAD, "transition"),
    ("GET", "/attachments"): (None, "read"), ("POST", "/attachments"): (b"x", "attach"),
}
OPEN_TO_LINKS = {("GET", ""), ("PATCH", ""), ("GET", "/timeline"), ("GET", "/comments"), ("POST", "/comments"),
                 ("POST", "/do/{word}"), ("POST", "/attachments")}
OPEN_OTHERS = {"/api/v1/session", "/api/v1/kinds", "/api/v1/session/prove", "/api/v1/comments/{id}",
               "/api/v1/attachments/{id}", "/api/v1/report"}
# Routes of no record: body, statuses of whoever may, what else is asked ("person": no contact, no link)
OTHER = {
    "GET /healthz": (None, {200}, None), "GET /readyz": (None, {200}, None),
    "GET /metrics": (None, {200}, None), "GET /api/v1/openapi.json": (None, {200}, None),
    "GET /api/v1/kinds": (None, {200}, None), "GET /api/v1/events": (None, {200}, None),
    "POST /api/v1/setup": ({}, {422}, None), "POST /api/v1/session": ({}, {422}, None),
    "POST /api/v1/session/code": ({}, {422}, None), "GET /api/v1/session": (None, {200}, None),
    "DELETE /api/v1/session": (None, {204}, None), "POST /api/v1/session/prove": ({}, {422}, None),
    "POST /api/v1/invitation": ({}, {422}, None), "POST /api/v1/link": ({}, {422}, None),
    "POST /api/v1/link/look": ({}, {422}, None),
    "PUT /api/v1/me/password": ({"password": "short"}, {422}, "person"),
    "POST /api/v1/me/totp": (None, {200, 409}, "person"),
    "POST /api/v1/me/totp/confirm": ({"code": "1"}, {422, 409}, "person"),
    "DELETE /api/v1/me/totp": (None, {204, 409}, "person"),
    "GET /api/v1/me/sessions": (None, {200}, "person"),
    "DELETE /api/v1/me/sessions/{id}": (None, {404}, "person"),
    "GET /api/v1/me/tokens": (None, {200}, "person"),
    "POST /api/v1/me/tokens": ({"name": "x", "scope": "all", "days": 1}, {422}, "person"),
    "DELETE /api/v1/me/tokens/{id}": (None, {404}, "person"),
    "DELETE /api/v1/view": (None, {409}, "person"),
    "POST /api/v1/user/{id}/invitation": (None, {404}, None),
    "POST /api/v1/user/{id}/view": (None, {404}, None),
    "POST /api/v1/contact/{id}/link": ({"kind": "task", "record": "1"}, {404, 403}, None),
    "GET /api/v1/search": (None, {200}, "person"),
    "GET /api/v1/cases/{id}/clocks": (None, {404}, None), "GET /api/v1/roster/now": (None, {200}, None),
    "GET /api/v1/cases/{id}/package": (None, {404}, None),
    "GET /api/v1/cases/{id}/candidates": (None, {404}, None), "GET /api/v1/load": (None, {200}, None),
    "POST /api/v1/corrections/propose": ({"case": "1", "finding": "0" * 32}, {404}, None),
    "POST /api/v1/corrections/check": ({"books": "1", "correction": {"vouchers": []}}, {404}, None),
    "POST /api/v1/corrections/rewrite": ({"books": "1", "correction": {"vouchers": []}}, {404}, None),
    "POST /api/v1/corrections/{id}/try": (None, {404}, None),
    "GET /api/v1/corrections/{id}/file": (None, {404}, None),
    "GET /api/v1/imports/{id}/preview": (None, {404}, None), "GET /api/v1/imports/{id}/losses": (None, {404}, None),
    **{f"GET /api/v1/books/{{id}}/{view}": (None, {404}, None) for view in (
        "contents", "accounts", "vouchers", "vouchers/{word}", "ledger", "notes")},
    "GET /api/v1/books/{id}/place": (None, {404}, None),
    "GET /api/v1/bank_statements/{id}/lines": (None, {404}, None),
    "GET /api/v1/bank_statements/{id}/notes": (None, {404}, None),
    "GET /api/v1/bank_statements/{id}/place": (None, {400}, None),
    "GET /api/v1/reconciliations/{id}/matches": (None, {404}, None),
    "GET /api/v1/reconciliations/{id}/statement": (None, {404}, None),
    "POST /api/v1/reconciliations/{id}/run": (None, {428}, None),
    "POST /api/v1/reconciliations/{id}/decisions": (BAD, {422}, None),
    "GET /api/v1/causes": (None, {200}, None), "GET /api/v1/cases/{id}/similar": (None, {404}, None),
    "GET /api/v1/cases/{id}/impact": (None, {404}, None), "POST /api/v1/cases/{id}/impact": (None, {404, 403}, None),
    "GET /api/v1/cases/{id}/knowledge": (None, {404}, None), "GET /api/v1/cases/{id}/followups": (None, {404}, None),
    "GET /api/v1/cases/{id}/summary-draft": (None, {404}, None), "POST /api/v1/cases/{id}/lesson": (None, {404}, None),
    "POST /api/v1/cases/{id}/helped": ({"article": "1"}, {404, 403}, None),
    "POST /api/v1/cases/{id}/followups": ({"kind": "risk"}, {404, 403}, None),
    "DELETE /api/v1/user/{id}/totp": (None, {404}, None), "GET /api/v1/user/{id}/sessions": (None, {200, 404}, None),
    "DELETE /api/v1/user/{id}/sessions/{sub}": (None, {404}, None),
    "GET /api/v1/user/{id}/tokens": (None, {200, 404}, None),
    "DELETE /api/v1/user/{id}/tokens/{sub}": (None, {404}, None),
    "GET /api/v1/cases/{id}/page": (None, {404}, "person"), "POST /api/v1/report": (BAD, {422}, None),
    "POST /api/v1/report/mail": (b"x", {403}, None),
    "GET /api/v1/inbox": (None, {200}, None), "GET /api/v1/inbox/count": (None, {200}, None),
    "POST /api/v1/inbox/read": (BAD, {422}, None), "POST /api/v1/inbox/{id}/read": (None, {404}, None),
    "GET /api/v1/me/choices": (None, {200}, None), "PUT /api/v1/me/choices": (BAD, {422}, None),
    "GET /api/v1/webhooks": (None, {200}, None), "POST /api/v1/webhooks": (BAD, {422}, None),
    "PATCH /api/v1/webhooks/{id}": (BAD, {422}, None), "DELETE /api/v1/webhooks/{id}": (None, {404}, None),
    "POST /api/v1/webhooks/{id}/secret": (None, {404}, None),
    "GET /api/v1/webhooks/{id}/deliveries": (None, {404}, None),
    "POST /api/v1/deliveries/{id}/again": (None, {404}, None),
    "GET /api/v1/robots": (None, {200}, None), "POST /api/v1/robots": (BAD, {422}, None),
    "PATCH /api/v1/robots/{id}": (BAD, {422}, None), "DELETE /api/v1/robots/{id}": (None, {404}, None),
    "GET /api/v1/settings": (None, {200}, None), "PUT /api/v1/settings/{word}": (BAD, {422}, None),
    "GET /api/v1/jobs": (None, {200}, None), "GET /api/v1/jobs/{id}": (None, {404}, None),
    "POST /api/v1/jobs/{id}/cancel": (None, {404}, None), "POST /api/v1/jobs/{id}/retry": (None, {404}, None),
    "POST /api/v1/books/{id}/check": (None, {404}, None), "GET /api/v1/books/{id}/findings": (None, {404}, None),
    "GET /api/v1/case/{id}/findings": (None, {404}, None), "GET /api/v1/case/{id}/gate": (None, {404}, None),
    "GET /api/v1/run/{id}/findings": (None, {404}, None), "GET /api/v1/run/{id}/progress": (None, {404}, None),
    "POST /api/v1/run/{id}/cancel": (None, {404}, None), "GET /api/v1/run/{id}/compare/{sub}": (None, {404}, None),
    "GET /api/v1/findings/{id}": (None, {404}, None), "POST /api/v1/findings/{id}/promote": (None, {404}, None),
    "POST /api/v1/findings/{id}/suppress": (BAD, {422}, None),
    "GET /api/v1/attachments/{id}": (None, {404}, None), "DELETE /api/v1/attachments/{id}": (None, {404}, None),
    "PATCH /api/v1/comments/{id}": ({"body": "x"}, {404}, None),
    "DELETE /api/v1/comments/{id}": (None, {404}, None),
    "DELETE /api/v1/reminders/{id}": (None, {404}, None),
    "PATCH /api/v1/views/{id}": ({"name": "x"}, {404}, None),
    "DELETE /api/v1/views/{id}": (None, {404}, None),
    "DELETE /api/v1/user/{id}/totp": (None, {404}, None),
    "GET /api/v1/user/{id}/sessions": (None, {404}, None),
    "DELETE /api/v1/user/{id}/sessions/{sub}": (None, {404}, None),
    "GET /api/v1/user/{id}/tokens": (None, {404}, None),
    "DELETE /api/v1/user/{id}/tokens/{sub}": (None, {404}, None),
    "GET /api/v1/inbox": (None, {200}, None), "GET /api/v1/inbox/count": (None, {200}, None),
    "POST /api/v1/inbox/read": ({}, {422}, None), "POST /api/v1/inbox/{id}/read": (None, {404}, None),
    "GET /api/v1/me/choices": (None, {200}, None), "PUT /api/v1/me/choices": (BAD, {422}, None),
    "GET /api/v1/webhooks": (None, {200}, None), "POST /api/v1/webhooks": ({}, {422}, None),
    "PATCH /api/v1/webhooks/{id}": ({}, {404}, None), "DELETE /api/v1/webhooks/{id}": (None, {404}, None),
    "POST /api/v1/webhooks/{id}/secret": (None, {404}, None),
    "GET /api/v1/webhooks/{id}/deliveries": (None, {404}, None),
    "POST /api/v1/deliveries/{id}/again": (None, {404}, None),
    "GET /api/v1/robots": (None, {200}, None), "POST /api/v1/robots": ({}, {422}, None),
    "PATCH /api/v1/robots/{id}": ({}, {404}, None), "DELETE /api/v1/robots/{id}": (None, {404}, None),
    "GET /api/v1/settings": (None, {200}, None),
    "PUT /api/v1/settings/{word}": ({"value": "x", "version": 0}, {404}, None),
    "GET /api/v1/jobs": (None, {200}, None), "GET /api/v1/jobs/{id}": (None, {404}, None),
    "POST /api/v1/jobs/{id}/cancel": (None, {404}, None), "POST /api/v1/jobs/{id}/retry": (None, {404}, None),
}
OF_KIND = {"GET /api/v1/kinds/{kind}": (None, {200}), "GET /api/v1/{kind}": (None, {200}),
           "POST /api/v1/{kind}": (BAD, {422}), "GET /api/v1/{kind}/views": (None, {200}),
           "POST /api/v1/{kind}/views": ({"name": " "}, {422}),
           "POST /api/v1/{kind}/bulk": ({"action": "x", "items": [{"id": "1", "version": 1}]}, {422}),
           "GET /api/v1/{kind}/export": (None, {200}), "POST /api/v1/{kind}/import": (b"no_such\n1\n", {200, 422})}


# ---- the records ----

USCC = "91350100M000100Y43"


def bodies(w, n, mine):
    """Bodies of one record of every kind; `mine`: (person, client)."""
    who, client = w.ids[mine[0]], mine[1]
    return {
        "department": {"name": f"部门{n}"}, "calendar": {"name": f"日历{n}"},
        "calendar_day": {"calendar": "@calendar", "on": "2026-05-01", "what": "holiday", "name": "节"},
        "team": {"name": f"组{n}", "lead": who},
        "client": {"name": f"客户{n}", "accountant": who},
        "user": {"login": f"user{n}", "name": f"人{n}", "roles": ["department"]},
        "contact": {"name": f"联系人{n}", "client": client},
        "engagement": {"name": f"合同{n}", "client": client, "scope": ["tax"], "start": "2026-01-01", "owner": who},
        "exception_type": {"slug": f"x{n}", "name": "断号", "area": "voucher", "nature": "missing",
                           "severity": "high", "finds": "x"},
        "task": {"name": f"任务{n}", "owner": who},
        "absence": {"person": who, "first": "2026-12-01", "last": "2026-12-02", "owner": who},
        "article": {"name": f"文章{n}", "body": "x", "owner": who},
        **desk_bodies(n, who, client),
    }


def desk_bodies(n, who, client):
    """The same of the desk; `@kind` is the record of that kind that was made before."""
    about = {"client": client, "owner": who}
    books, case, day = {"books": "@books"}, {"case": "@case"}, "2026-05-08"
    return {
        "books": {"name": f"账套{n}", "year": 2026, **about},
        "import": {"name": f"导入{n}", **books, **about}, "run": {"name": f"检查{n}", **books, **about},
        "bank_statement": {"name": f"对账单{n}", **books, **about},
        "reconciliation": {"name": f"调节表{n}", "statement": "@bank_statement", "account": "1002", "as_of": day, **books, **about},
        "suppression": {"name": f"抑制{n}", "slug": "entry-unbalanced", "grounds": "x", "until": day, **about},
        "check_setting": {"name": f"参数{n}", "slug": "entry-unbalanced", "param": "enabled", "value": "true", **about},
        "cause": {"name": f"原因{n}", "code": f"x{n}", "branch": "@first"},
        "problem": {"name": f"问题{n}", **about},
        **({"grading": {"name": "分级"}} if n == "a" else {}),  # one a firm
        "case": {"name": f"异常{n}", "type": "@exception_type", "appearance": "现金为负", **about},
        "correction": {"name": f"更正{n}", "method": "@first", "vouchers": "[]", **case, **books, **about},
        "question": {"name": f"询问{n}", **about}, "time_entry": {"name": f"工时{n}", "minutes": 5, "day": day,
                                                                "about": {"kind": "client", "id": client}, **about},
        "evidence": {"name": f"证据{n}", **case, **about}, "legal_hold": {"name": f"冻结{n}", "grounds": "x", **about},
        "retention_rule": {"name": f"保管{n}", "code": f"x{n}"},
        "control": {"name": f"控制{n}", **about}, "risk": {"name": f"风险{n}", **about},
        "improvement": {"name": f"改进{n}", **about}, "effect_review": {"name": f"复查{n}", **case, **about},
        "feedback": {"name": f"反馈{n}", "audience": "@first", "body": "x", **case, **about},
        "duty": {"name": f"值班{n}", "person": who, "from_at": f"{day}T00:00:00Z", "until_at": f"{day}T09:00:00Z"},
        "responsibility": {"name": f"责任{n}", "role": "@first", "owner": who}, "emergency": {"name": f"应急{n}", **about},
    }


def make(root, kind, body, made):
    for key, value in body.items():
        if value == "@first":
            body[key] = KINDS[kind].first[key]
        elif isinstance(value, str) and value.startswith("@"):
            body[key] = made[value[1:]]
    if kind == "run":
        body["books"] = imported(root, body)
    r = root.call("POST", f"/api/v1/{kind}", body)
    if r.status == 403:  # the kind is not for administrators to make
        return None
    if r.status == 409 and kind == "grading":  # one a firm, and a script has made it
        made[kind] = root.must("GET", "/api/v1/grading")["records"][0]["id"]
        return made[kind]
    if r.status != 201:
        raise harness.Broken(f"{kind}: {body}: {r}")
    made[kind] = r.json["id"]
    if kind == "run":
        until(root, f"/api/v1/run/{made[kind]}", "state", {"done"})
    return r.json["id"]


JOURNAL = "凭证号,日期,科目编码,摘要,借方金额,贷方金额\n1,2026-01-05,1002,货款,10,\n1,2026-01-05,6001,货款,,10\n"


def until(root, path, key, values):
    """Jobs do it behind the requests."""
    for _ in range(600):
        body = root.must("GET", path)
        if body[key] in values:
            return body
        harness.wait(0.1)
    raise harness.Broken(f"{path}: {key} stays {body[key]}")


def imported(root, run):
    """Books of their own that were imported and checked once: a run needs something to check."""
    about = {"client": run["client"]}
    books = root.must("POST", "/api/v1/books", {"name": "已导入", "year": 2026, **about})["id"]
    at = "/api/v1/import/" + root.must("POST", "/api/v1/import", {"name": "x", "books": books, **about})["id"]
    root.must("POST", at + "/attachments?name=a.csv", JOURNAL.encode(), Content_Type="application/octet-stream")
    root.must("POST", at + "/do/preview", {}, If_Match='"1"')
    version = until(root, at, "state", {"previewed"})["version"]
    root.must("POST", at + "/do/commit", {}, If_Match=f'"{version}"')
    harness.wait(0.1)
    for _ in range(600):
        if root.must("GET", f"/api/v1/books/{books}")["last_run"]:
            return books
        harness.wait(0.1)
    raise harness.Broken("the books are not checked")


BY_SUPERVISOR = {"exception_type", "cause", "retention_rule", "correction"}  # not for administrators to make


def samples(w, count):
    """For every kind: of anna, of bob, restricted of anna, archived, of the other firm."""
    root, sue, south, out, clients = w.people["root"], w.people["sue"], w.people["south"], [], {}
    for c, people in (("acme", ["anna"]), ("bolt", ["bob"])):
        clients[w.ids[c]] = {w.ids[p] for p in people} | {w.ids["sue"]}
    rows = (("a", ("anna", w.ids["acme"])), ("b", ("bob", w.ids["bolt"])), ("r", ("anna", w.ids["acme"])),
            ("z", ("anna", w.ids["acme"])))
    for tag, mine in rows:
        made = {}
        for name, body in bodies(w, tag, mine).items():
            if tag == "r":
                body["restricted"] = True
            by = sue if name in BY_SUPERVISOR else root
            made_id = make(by, name, body, made)
            if made_id is None:
                continue
            version = f'"{root.must("GET", f"/api/v1/{name}/{made_id}")["version"]}"' if name == "run" else '"1"'
            if tag == "z" and root.call("POST", f"/api/v1/{name}/{made_id}/archive", None,
                                        {"If-Match": version}).status != 200:
                sue.call("POST", f"/api/v1/{name}/{made_id}/archive", None, {"If-Match": version})
            out.append(sample(w.people["audrey"], name, made_id, "north", clients))
    out.append(sample(root, "firm", w.ids["firm"], "north", clients))
    made = {}
    theirs = bodies(w, "s", ("south_user", None))
    for name in ("department", "calendar", "team", "client", "user", "task", "absence", "article"):
        made_id = make(south, name, theirs[name], made)
        out.append(sample(south, name, made_id, "south", clients))
    theirs = bodies(w, "s", ("south_user", made["client"]))
    for name in ("contact", "engagement", "calendar_day", "books", "import", "run", "problem", "question", "emergency"):
        out.append(sample(south, name, make(south, name, theirs[name], made), "south", clients))
    for s in out:
        if s.kind.name == "client" and s.firm == "north":
            clients[s.id] = {v for f in ("owner", "accountant", "reviewer", "supervisor") if (v := s.body.get(f))}
    count.check(len({s.kind.name for s in out}) == len(KINDS), "there is a record of every kind")
    return out


def sample(reader, kind, record, firm, clients):
    body = reader.must("GET", f"/api/v1/{kind}/{record}")
    watchers = reader.must("GET", f"/api/v1/{kind}/{record}/watchers")["watchers"]
    return Sample(KINDS[kind], firm, body, [x["user"] for x in watchers], clients)


# ---- the comparison ----

class Table:
    def __init__(self, w, count):
        self.w, self.count = w, count
        self.samples = samples(w, count)
        self.callers = [Who(w.people[n], role, "north") for n, role in harness.ROLES.items()]
        teams = {w.ids["team"]: {w.ids["sue"], w.ids["rita"]}}
        for s in self.samples:
            if s.kind.name == "team" and not s.archived:
                teams[s.id] = {s.body["lead"], *(s.body.get("members") or [])}
        for who in self.callers:
            who.teams = {t for t, members in teams.items() if who.id in members}
            who.id = w.ids[who.name]
        self.callers.append(Who(w.people["south"], "administrator", "south"))
        client = next(s for s in self.samples if s.kind.name == "client" and s.body["name"] == "客户a")
        root = w.people["root"]
        root.must("PATCH", f"/api/v1/client/{client.id}", {"portal": True}, If_Match='"1"')
        client.body["version"] = 2
        contact = root.must("POST", "/api/v1/contact", {"name": "门户", "client": client.id, "portal": True})
        link = harness.contact_link(w, "root", contact["id"], "client", client.id)
        self.callers.append(Who(link, "client", "north", scope=("client", client.id)))
        self.nobody = w.people["nobody"]

    def say(self, good, who, method, path, want, got):
        return self.count.check(good, f"{method} {path} as {who.name}: expected {want}, got {got}")

    def record_route(self, method, tail, perm_verb, kinds):
        body, verb = RECORD[(method, tail)]
        for s in self.samples:
            if s.kind.name not in kinds:
                continue
            if s.kind.name == "emergency":  # the program calls people meanwhile, and writes that down
                reader = self.w.people["audrey" if s.firm == "north" else "south"]
                s.body["version"] = reader.must("GET", f"/api/v1/emergency/{s.id}")["version"]
            path = f"/api/v1/{s.kind.name}/{s.id}{tail.replace('{word}', 'x')}"
            headers = {}
            if verb == "attach":
                path, headers = path + "?name=a.txt", {"Content-Type": "application/octet-stream"}
            r = self.nobody.call(method, path, body, headers)
            self.say(r.status == 401, self.nobody, method, path, 401, r)
            for who in self.callers:
                self.one(who, s, method, tail, path, body, headers, verb, perm_verb)

    def one(self, who, s, method, tail, path, body, headers, verb, perm_verb):
        kind = s.kind
        words = [None]
        if tail == "/do/{word}":
            words = [t for t in kind.transitions if s.body["state"] in t["from"]]
            words += [t for t in kind.transitions if s.body["state"] not in t["from"]][:1]
        for t in words:
            at = path if t is None else path[:-1] + t["name"]
            want = self.expect(who, s, method, tail, verb, perm_verb, t)
            if verb == "archive" and want == {200}:
                self.archive(who, s, at, tail)
                continue
            if verb in ("change", "archive", "transition"):
                headers = {"If-Match": f'"{s.body["version"]}"'}
            r = who.person.call(method, at, body, headers)
            self.say(r.status in want, who, method, at, want, r)

    def archive(self, who, s, path, tail):
        """Really done, and taken back by the same person."""
        on = tail == "/archive"
        other = path.replace(tail, "/restore" if on else "/archive")
        steps = (path, other) if on != s.archived else (path,)
        for at in steps:
            r = who.person.call("POST", at, None, {"If-Match": f'"{s.body["version"]}"'})
            if s.kind.name == "user" and r.status == 409:
                return  # a hook
            if self.say(r.status == 200, who, "POST", at, 200, r):
                s.body["version"] = r.json["version"]

    def expect(self, who, s, method, tail, verb, perm_verb, transition):
        kind = s.kind
        if not may_any(kind.rights[perm_verb], who, perm_verb):
            return {403}
        if who.role == "client" and ((method, tail) not in OPEN_TO_LINKS or who.scope != (kind.name, s.id)):
            return {404}
        if not may(kind.rights["read"], who, s, "read"):
            return {404}
        if verb in ("read", "watch"):
            return {"GET": {200}, "POST": {422}}.get(method, {204})
        if verb == "transition":
            if s.body["state"] not in transition["from"]:
                return {409}
            if not may(transition["rules"], who, s, verb):
                return {403, 409} if s.archived else {403}
            creator = transition.get("second_person") in (True, "creator")
            return {409} if creator and s.body["created_by"] == f"user:{who.id}" else {422}
        if verb == "archive":
            freed = Sample(kind, s.firm, {**s.body, "archived_at": None}, s.watchers, s.clients)
            return {200} if may(kind.rights["archive"], who, freed, "archive") else {403}
        if verb == "attach":
            return {201} if may(kind.rights["comment"], who, s, "comment") else {403}
        return ({204} if method == "DELETE" else {422}) if may(kind.rights[verb], who, s, verb) else {403}

    def kind_route(self, method, path, perm_verb, kinds):
        body, good = OF_KIND[f"{method} {path}"]
        for name in kinds:
            kind, at = KINDS[name], path.replace("{kind}", name)
            headers = {"Content-Type": "text/csv"} if path.endswith("/import") else {}
            r = self.nobody.call(method, at, body, headers)
            self.say(r.status == 401, self.nobody, method, at, 401, r)
            for who in self.callers:
                want = good if may_any(kind.rights[perm_verb], who, perm_verb) else {403}
                if who.role == "client" and "kinds" not in path and want != {403}:
                    want = {404}
                r = who.person.call(method, at, body, headers)
                self.say(r.status in want, who, method, at, want, r)
                if path == "/api/v1/{kind}" and method == "GET" and r.status == 200:
                    self.listed(who, kind)

    def listed(self, who, kind):
        """The list is what may be read, neither more nor less; archived records when asked for."""
        ours = {s.id: s for s in self.samples if s.kind is kind}
        for text, archived in (("", False), ("is:archived", True)):
            r = who.person.call("GET", f"/api/v1/{kind.name}?limit=500&filter={text}")
            got = {x["id"] for x in r.json["records"]} & set(ours)
            want = {i for i, s in ours.items() if s.archived == archived and may(kind.rights["read"], who, s, "read")}
            self.say(got == want, who, "list", f"{kind.name} {text}", sorted(want), sorted(got))

    def other_route(self, method, path, perm):
        body, good, asks = OTHER[f"{method} {path}"]
        at = path.replace("{id}", "1").replace("{sub}", "1").replace("{word}", "x")
        headers = {"If-Match": '"1"'} if method == "PATCH" else {}
        if path.endswith("/mail"):
            headers["Content-Type"] = "message/rfc822"
        r = self.nobody.call(method, at, body, headers)
        want = good if perm == "PUBLIC" else {401}
        self.say(r.status in want, self.nobody, method, at, want, r)
        for who in self.callers:
            want = good
            if (perm == "ADMIN" and who.role != "administrator") or \
               (who.role == "client" and not (perm == "PUBLIC" or path in OPEN_OTHERS)) or \
               (who.role == "client" and asks == "person"):
                want = {403}
            if path == "/api/v1/session" and method == "DELETE":
                continue  # last of all, below
            if path == "/api/v1/events":
                self.say(self.stream(who.person) in want, who, method, at, want, "another status")
                continue
            r = who.person.call(method, at, body, headers)
            self.say(r.status in want, who, method, at, want, r)

    def stream(self, person):
        """A stream does not end: only its status is read."""
        wire = harness.Connection(self.w.server.port, person.source)
        wire.request("GET", "/api/v1/events", headers=person.headers("GET", None, None))
        try:
            return wire.getresponse().status
        except http.client.HTTPException:
            return 0
        finally:
            wire.close()

    def hidden(self):
        """What is not for somebody is answered like what is not there at all."""
        for s in self.samples:
            for who in self.callers:
                if s.firm == who.firm or who.role == "client":
                    continue
                for tail in ("", "/timeline", "/comments"):
                    one = who.person.call("GET", f"/api/v1/{s.kind.name}/{s.id}{tail}")
                    none = who.person.call("GET", f"/api/v1/{s.kind.name}/9{tail}")
                    for r in (one, none):
                        r.json.pop("request_id", None)
                    self.say((one.status, one.json) == (none.status, none.json), who, "GET",
                             f"{s.kind.name}{tail} of the other firm", none, one)

    def sign_out(self):
        for who in self.callers:
            r = who.person.call("DELETE", "/api/v1/session")
            self.say(r.status == 204, who, "DELETE", "/api/v1/session", 204, r)
            r = who.person.call("GET", "/api/v1/session")
            self.say(r.status == 401, who, "GET", "/api/v1/session", 401, r)

    def play(self, quick):
        kinds = ["task", "client", "case"] if quick else list(KINDS)
        for method, path, perm, verb in routes():
            head = "/api/v1/{kind}/{id}"
            if f"{method} {path}" in OF_KIND:
                self.kind_route(method, path, verb, kinds)
            elif path.startswith(head) and (method, path[len(head):]) in RECORD:
                self.record_route(method, path[len(head):], verb, kinds)
            elif f"{method} {path}" in OTHER:
                self.other_route(method, path, perm)
            else:
                self.count.check(False, f"{method} {path}: no test says who may call this route")
        self.hidden()
        self.sign_out()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build-asan")
    p.add_argument("--quick", action="store_true")
    a = p.parse_args()
    count, server = harness.Count(), harness.Server(a.build, pg=os.environ.get("REDINK_TEST_PG"), options=["-q"])
    try:
        count.check(len(routes()) > 50, "the routes are read")
        w = harness.set_up(server)
        Table(w, count).play(a.quick)
        harness.finish(server, count)
    except harness.Broken as e:
        count.check(False, str(e))
    except OSError as e:
        count.check(False, f"{e}: {server.end()}")
    finally:
        server.__exit__()
    return count.done()


if __name__ == "__main__":
    sys.exit(main())
