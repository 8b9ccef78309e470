"""Kinds as OpenAPI 3.1 component schemas, TypeScript types and the descriptions that the page reads."""
import json

from model.kind import common_field
from model.read import INT_MAX, RELATIONS, ROLES, SETTABLE, STAYS, VERBS

PATTERNS = {"slug": "^[a-z][a-z0-9._-]*$", "uscc": "^[0-9A-HJ-NP-RTUW-Y]{18}$", "currency": "^[A-Z]{3}$",
            "clock": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", "phone": "^[0-9 +()-]{5,20}$", "url": "^https?://",
            "language": "^[a-z]{2}(-[A-Z]{2})?$", "rrule": "^(RRULE:)?FREQ="}


def camel(name):
    return "".join(p.capitalize() for p in name.split("_"))


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def shared():
    """Schemas that every kind uses."""
    return {
        "Id": {"type": "string", "pattern": "^[1-9][0-9]{0,18}$", "description": "a record's id, as a decimal string"},
        "Money": {"type": "object", "additionalProperties": False, "required": ["minor", "currency"], "properties": {
            "minor": {"type": "integer", "minimum": -INT_MAX, "maximum": INT_MAX,
                      "description": "in minor units: fen, cents"},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}}},
        "AnyRecord": {"type": "object", "additionalProperties": False, "required": ["kind", "id"], "properties": {
            "kind": {"type": "string"}, "id": ref("Id")}},
        "Masked": {"type": "object", "additionalProperties": False, "required": ["masked"], "properties": {
            "masked": {"const": True}}},
        "Words": {"type": "object", "additionalProperties": False, "required": ["zh", "en"], "properties": {
            "zh": {"type": "string"}, "en": {"type": "string"}}}}


def value(f, out):
    """Schema of the value of a field; `out`: as it is answered, not as it is sent."""
    t = f["type"]
    names = [o["name"] for o in f["options"]]
    if t in ("text", "long"):
        s = {"type": "string", "maxLength": f["length"]}
        if f["format"] in PATTERNS and not out:
            s["pattern"] = PATTERNS[f["format"]]
        if f["format"] == "email" and not out:
            s["format"] = "email"
    elif t == "int":
        s = {"type": "integer", "minimum": f["min"], "maximum": f["max"]}
    elif t == "money":
        s = ref("Money")
    elif t == "date":
        s = {"type": "string", "format": "date"}
    elif t == "time":
        s = {"type": "string", "format": "date-time"}
    elif t == "bool":
        s = {"type": "boolean"}
    elif t == "enum":
        s = {"type": "string", "enum": names}
    elif t in ("ref", "file"):
        s = ref("Id")
    elif t == "any":
        s = ref("AnyRecord")
    elif t == "refs":
        s = {"type": "array", "items": ref("Id"), "maxItems": f["length"], "uniqueItems": True}
    else:
        s = {"type": "array", "maxItems": f["length"], "uniqueItems": True,
             "items": {"type": "string", "enum": names} if names else {"type": "string", "maxLength": 200}}
    return s


def nullable(s):
    return {"anyOf": [s, {"type": "null"}]}


def described(s, f):
    note = f"{f['label'][0]} / {f['label'][1]}"
    return {**s, "description": note} if "$ref" not in s and "anyOf" not in s else {
        **({"allOf": [s]} if "$ref" in s else s), "description": note}


def settable(kind):
    return [common_field(kind, key) for key in SETTABLE if kind.common[key]["used"]] + [
        f for f in kind.fields if not f["program"]]


def schemas(kind):
    """Record, bodies of create and change, and of each transition."""
    name, props = camel(kind.name), {
        "id": ref("Id"), "kind": {"const": kind.name}, "version": {"type": "integer", "minimum": 1},
        "title": {"type": ["string", "null"]}, "state": {"type": "string", "enum": [s["name"] for s in kind.states]},
        "created_at": {"type": "string", "format": "date-time"}, "created_by": {"type": "string"},
        "changed_at": {"type": "string", "format": "date-time"}, "changed_by": {"type": "string"},
        "archived_at": {"type": ["string", "null"], "format": "date-time"}}
    if kind.number:
        props["number"] = {"type": ["string", "null"]}
    create, change, needed = {}, {}, []
    for key in SETTABLE:
        if kind.common[key]["used"] or kind.own == key:
            f = common_field(kind, key)
            props[key] = described(nullable(value(f, True)) if f["type"] != "bool" else value(f, True), f)
    for f in settable(kind):
        body = value(f, False)
        create[f["name"]] = described(body if f["required"] else nullable(body), f)
        if not f["fixed"]:
            change[f["name"]] = described(body if f["required"] else nullable(body), f)
        if f["required"] and f["preset"] is None:
            needed.append(f["name"])
    for f in kind.fields:
        s = value(f, True)
        s = {"anyOf": [s, ref("Masked"), {"type": "null"}]} if f["secret"] else s if f["required"] else nullable(s)
        props[f["name"]] = described(s, f)
    out = {name: {"type": "object", "description": f"{kind.label[0]} / {kind.label[1]}", "properties": props,
                  "required": ["id", "kind", "version", "state"]},
           name + "Create": body_schema(create, needed), name + "Change": body_schema(change, [])}
    for t in kind.transitions:
        fields = {a["name"]: described(value(a, False) if a["required"] else nullable(value(a, False)), a)
                  for a in t["asks"]}
        out[f"{name}{camel(t['name'])}"] = body_schema(fields, [a["name"] for a in t["asks"] if a["required"]])
    return out


def body_schema(props, needed):
    s = {"type": "object", "additionalProperties": False, "properties": props}
    return {**s, "required": needed} if needed else s


def said(words):
    return None if words is None else {"zh": words[0], "en": words[1]}


def lean(d):
    """Without what is not so: None, False, "", []."""
    return {k: v for k, v in d.items() if v not in (None, False, "", [])}


def describe_field(f):
    d = {"name": f["name"], "type": f["type"], "label": said(f["label"]), "help": said(f["help"]),
         "format": None if f["format"] == "any" else f["format"], "to": f["to"], "length": f["length"],
         "range": [f["min"], f["max"]] if f["ranged"] else None, "computed": f["computed_text"],
         "options": [{"name": o["name"], "label": {"zh": o["zh"], "en": o["en"]}} for o in f["options"]]}
    d.update({k: f[k] for k in ("required", "unique", "secret", "client_visible", "fixed")})
    d = lean(d)
    if f["preset"] is not None:
        d["preset"] = f["preset"]
    return d


def rights_text(rows):
    out = []
    for roles, relations in rows:
        who = [r for i, r in enumerate(ROLES) if roles >> i & 1]
        how = [r for i, r in enumerate(RELATIONS) if relations >> i & 1]
        out.append({"roles": who, "relations": how})
    return out


def describe(kind):
    """What the page needs to draw a form and a list (GET /api/v1/meta/kinds)."""
    return lean({
        "name": kind.name, "label": said(kind.label), "plural": said(kind.plural), "help": said(kind.help),
        "basis": kind.basis, "numbered": kind.number is not None, "singleton": kind.singleton, "title": kind.title,
        "about": kind.about,
        "fields": [describe_field(common_field(kind, k)) for k in SETTABLE if kind.common[k]["used"]]
        + [describe_field(f) for f in kind.fields],
        "states": [lean({"name": s["name"], "label": said(s["label"]), "help": said(s["help"]), "tone": s["tone"],
                         "closed": s["closed"], "initial": s["initial"], "sealed": i in kind.sealed})
                   for i, s in enumerate(kind.states)],
        "transitions": [lean({
            "name": t["name"], "label": said(t["label"]), "help": said(t["help"]),
            "from": [kind.states[s]["name"] for s in t["from"]], "to": "=" if t["to"] == STAYS else kind.states[t["to"]]["name"],
            "needs": t["needs"], "asks": [describe_field(a) for a in t["asks"]],
            "second_person": None if t["second"] == "none" else
            kind.transitions[t["second_index"]]["name"] if t["second"] == "transition" else "creator",
            "may": rights_text(t["may"])}) for t in kind.transitions],
        "rights": {v: rights_text(kind.verb_rights[v]) for v in VERBS},
        "list": {"columns": [{"key": k, "label": said(kind.label_of(k))} for k in kind.list],
                 "sort": ",".join(("-" if d else "") + k for k, d in kind.sort)},
        "review": lean({"every": kind.review_every, "asks": kind.review_asks,
                        "date": kind.review_date}) or None})


# -- TypeScript ------------------------------------------------------------------------------------

def ts_type(f):
    t = f["type"]
    if t == "enum":
        return " | ".join(json.dumps(o["name"]) for o in f["options"])
    if t == "list" and f["options"]:
        return "(" + " | ".join(json.dumps(o["name"]) for o in f["options"]) + ")[]"
    return {"int": "number", "money": "Money", "bool": "boolean", "ref": "Id", "file": "Id", "refs": "Id[]",
            "list": "string[]", "any": "AnyRecord", "date": "Day", "time": "Time"}.get(t, "string")


def ts_body(name, fields, partial=False):
    lines = [f"export interface {name} {{"]
    for f in fields:
        optional = partial or not f["required"] or f["preset"] is not None
        lines += [f"  /** {f['label'][0]} / {f['label'][1]} */",
                  f"  {f['name']}{'?' if optional else ''}: {ts_type(f)}{'' if f['required'] else ' | null'};"]
    return lines + ["}", ""]


def typescript(kinds):
    out = ["// Generated by tools/mkmodel.py from model/; do not edit.", "export type Id = string;",
           "export type Day = string; // YYYY-MM-DD", "export type Time = string; // RFC 3339",
           "export interface Money { minor: number; currency: string }",
           "export interface AnyRecord { kind: KindName; id: Id }", "export interface Masked { masked: true }",
           "export type KindName = " + " | ".join(json.dumps(n) for n in sorted(kinds)) + ";",
           "export interface RecordBase<K extends KindName, S extends string> {",
           "  id: Id; kind: K; version: number; title: string | null; state: S;",
           "  created_at: Time; created_by: string; changed_at: Time; changed_by: string; archived_at: Time | null;",
           "}", ""]
    for name in sorted(kinds):
        k, n = kinds[name], camel(name)
        out.append(f"export type {n}State = " + " | ".join(json.dumps(s["name"]) for s in k.states) + ";")
        out += [f"/** {k.label[0]} / {k.label[1]} */", f"export interface {n} extends RecordBase<{json.dumps(name)}, {n}State> {{"]
        if k.number:
            out.append("  number: string | null;")
        for key in SETTABLE:
            if k.common[key]["used"] or k.own == key:
                f = common_field(k, key)
                out.append(f"  {key}: {ts_type(f)}{'' if f['type'] == 'bool' else ' | null'};")
        for f in k.fields:
            masked = " | Masked" if f["secret"] else ""
            out += [f"  /** {f['label'][0]} / {f['label'][1]} */",
                    f"  {f['name']}: {ts_type(f)}{masked}{'' if f['required'] else ' | null'};"]
        out += ["}", ""] + ts_body(n + "Create", settable(k))
        out += ts_body(n + "Change", [f for f in settable(k) if not f["fixed"]], partial=True)
        for t in k.transitions:
            out += ts_body(n + camel(t["name"]), t["asks"])
    return "\n".join(out)
