"""/api/v1/openapi.json: OpenAPI 3.1 by its official schema, complete, and true of what the server answers."""
import json
import re
import shutil
import subprocess
import sys
import tempfile

import harness
import matrix

sys.path.insert(0, str(harness.ROOT / "tools"))
from jsonschema_check import Checker  # noqa: E402

SCHEMA = harness.ROOT / "tests/api/schema"


def camel(name):
    return "".join(p.capitalize() for p in name.split("_"))


def official(document, count):
    if not (SCHEMA / "node_modules").exists() or not shutil.which("node"):
        print("skipped: no schema of OpenAPI (npm ci --ignore-scripts in tests/api/schema)")
        count.skipped += 1
        return
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as f:
        json.dump(document, f)
        f.flush()
        done = subprocess.run(["node", SCHEMA / "validate.mjs", f.name], capture_output=True, text=True, timeout=60,
                              check=False)
    count.check(done.returncode == 0 and done.stdout.strip() == "3.1",
                f"openapi.json by the official schema: {done.stdout[:3000]}{done.stderr[:1000]}")


def complete(document, count):
    """Every route is there, once for each kind, with what stands in its path, and nothing else."""
    want = set()
    for method, path, perm, _ in matrix.routes():
        for kind in matrix.KINDS if "{kind}" in path else [None]:
            at = path.replace("{kind}", kind or "")
            want.add((method.lower(), at))
            operation = document["paths"].get(at, {}).get(method.lower())
            if not count.check(operation is not None, f"{method} {at} is not in openapi.json"):
                continue
            there = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            count.check(there == set(re.findall(r"\{(\w+)\}", at)), f"{method} {at}: parameters of the path")
            count.check((operation.get("security") == []) == (perm == "PUBLIC"), f"{method} {at}: security")
            count.check(operation["summary"] and re.search("[一-鿿]", operation["description"]),
                        f"{method} {at}: both languages")
    got = {(m, p) for p, item in document["paths"].items() for m in item}
    count.check(got == want, f"openapi.json has others: {sorted(got - want)}")
    refs = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    lost = refs - set(document["components"]["schemas"])
    count.check(not lost, f"openapi.json refers to what is not there: {sorted(lost)}")


def unfit(document, schema, value):
    c = Checker(document)
    c.check(value, {"$ref": f"#/components/schemas/{schema}"}, "")
    return c.problems


def fits(document, schema, value, words, count):
    problems = unfit(document, schema, value)
    count.check(not problems, f"{words} does not fit {schema}: {problems[:3]} {json.dumps(value)[:300]}")


def true(document, w, count):
    """Records of every kind and errors fit their schemas; what a create schema refuses the server refuses too."""
    root, made = w.people["audrey"], {}
    for s in matrix.samples(w, count):
        if s.firm == "north":
            r = root.must("GET", f"/api/v1/{s.kind.name}/{s.id}")
            fits(document, camel(s.kind.name), r, f"{s.kind.name}/{s.id}", count)
            made[s.kind.name] = s
    for kind in made:
        for r in (root.call("GET", f"/api/v1/{kind}/9"), root.call("GET", f"/api/v1/{kind}?sort=nothing"),
                  w.people["root"].call("POST", f"/api/v1/{kind}", {"no_such": 1}),
                  w.people["nobody"].call("GET", f"/api/v1/{kind}")):
            count.check(r.status >= 400, f"{kind}: an error was expected")
            fits(document, "Error", r.json, f"an error of {kind}", count)


def check(w, count):
    document = w.people["nobody"].must("GET", "/api/v1/openapi.json")
    official(document, count)
    complete(document, count)
    true(document, w, count)
