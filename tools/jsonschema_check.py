#!/usr/bin/env python3
"""Validates JSON files against a JSON schema; standard library only.

usage: jsonschema_check.py SCHEMA.json FILE.json…

Knows what our own schemas and the SARIF schema use: type, enum, const, required, properties,
additionalProperties, items, minItems, maxItems, uniqueItems, pattern, minimum, maximum, minLength,
maxLength, anyOf, oneOf, allOf, not and $ref within the file. A keyword that it does not know is an error, so
that nothing passes unread.
"""
import json
import re
import sys

SILENT = {"$schema", "$id", "id", "title", "description", "definitions", "default", "format", "examples",
          "$comment"}
KNOWN = SILENT | {"type", "enum", "const", "required", "properties", "additionalProperties", "items",
                  "minItems", "maxItems", "uniqueItems", "pattern", "minimum", "maximum", "minLength", "maxLength", "anyOf",
                  "oneOf", "allOf", "not", "$ref", "propertyNames"}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return {"object": dict, "array": list, "string": str, "boolean": bool,
            "null": type(None)}[name] is type(value) if name != "object" else isinstance(value, dict)


class Checker:
    def __init__(self, schema):
        self.root = schema
        self.problems = []

    def resolve(self, ref):
        node = self.root
        if not ref.startswith("#"):
            sys.exit("schema refers outside itself: " + ref)
        for part in [p for p in ref[1:].split("/") if p]:
            node = node[part.replace("~1", "/").replace("~0", "~")]
        return node

    def fits(self, value, schema):
        sub = Checker(self.root)
        sub.check(value, schema, "")
        return not sub.problems

    def check(self, value, schema, path):
        if schema is True:
            return
        if schema is False:
            self.say(path, "is not allowed here")
            return
        unknown = set(schema) - KNOWN
        if unknown:
            sys.exit("schema uses unknown keywords: " + ", ".join(sorted(unknown)))
        if "$ref" in schema:
            self.check(value, self.resolve(schema["$ref"]), path)
        self.simple(value, schema, path)
        if isinstance(value, dict):
            self.members(value, schema, path)
        if isinstance(value, list):
            self.elements(value, schema, path)
        self.combined(value, schema, path)

    def say(self, path, what):
        self.problems.append("%s: %s" % (path or "/", what))

    def simple(self, value, schema, path):
        types = schema.get("type")
        if types and not any(is_type(value, t) for t in ([types] if isinstance(types, str) else types)):
            self.say(path, "is %s, not %s" % (type(value).__name__, types))
        if "enum" in schema and value not in schema["enum"]:
            self.say(path, "%r is none of %s" % (value, schema["enum"]))
        if "const" in schema and value != schema["const"]:
            self.say(path, "%r is not %r" % (value, schema["const"]))
        if isinstance(value, str):
            if "pattern" in schema and not re.search(schema["pattern"], value):
                self.say(path, "%r does not match %s" % (value, schema["pattern"]))
            if len(value) < schema.get("minLength", 0):
                self.say(path, "is too short")
            if len(value) > schema.get("maxLength", len(value)):
                self.say(path, "is too long")
        if is_type(value, "number"):
            if "minimum" in schema and value < schema["minimum"]:
                self.say(path, "%s is less than %s" % (value, schema["minimum"]))
            if "maximum" in schema and value > schema["maximum"]:
                self.say(path, "%s is more than %s" % (value, schema["maximum"]))

    def members(self, value, schema, path):
        properties = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                self.say(path, "lacks " + name)
        for name, item in value.items():
            if "propertyNames" in schema:
                self.check(name, schema["propertyNames"], path + "/" + name + " (name)")
            if name in properties:
                self.check(item, properties[name], path + "/" + name)
            else:
                self.check(item, schema.get("additionalProperties", True), path + "/" + name)

    def elements(self, value, schema, path):
        if len(value) < schema.get("minItems", 0):
            self.say(path, "has too few items")
        if len(value) > schema.get("maxItems", len(value)):
            self.say(path, "has too many items")
        if schema.get("uniqueItems"):
            seen = [json.dumps(v, sort_keys=True) for v in value]
            if len(set(seen)) != len(seen):
                self.say(path, "has equal items")
        if "items" in schema:
            for i, item in enumerate(value):
                self.check(item, schema["items"], "%s/%d" % (path, i))

    def combined(self, value, schema, path):
        if "anyOf" in schema and not any(self.fits(value, s) for s in schema["anyOf"]):
            self.say(path, "fits none of anyOf")
        if "oneOf" in schema and sum(self.fits(value, s) for s in schema["oneOf"]) != 1:
            self.say(path, "does not fit exactly one of oneOf")
        for part in schema.get("allOf", []):
            self.check(value, part, path)
        if "not" in schema and self.fits(value, schema["not"]):
            self.say(path, "fits what it must not")


def problems(schema, value):
    checker = Checker(schema)
    checker.check(value, schema, "")
    return checker.problems


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    bad = 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as f:
            found = problems(schema, json.load(f))
        for line in found[:20]:
            print("%s%s" % (path, line))
        bad += bool(found)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
