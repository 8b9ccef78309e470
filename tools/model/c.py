"""Kinds as constant C tables (kinds.gen.c), as record/kind.h describes them."""
import json

from model import api
from model.read import COMMON_KEYS, VERBS


def text(s):
    """A C string; NULL for None. '?' is escaped because ??) and the like are trigraphs."""
    if s is None:
        return "NULL"
    return json.dumps(s, ensure_ascii=False).replace("\x7f", "\\177").replace("?", "\\?")


def words(w):
    return "{NULL, NULL}" if w is None else f"{{{text(w[0])}, {text(w[1])}}}"


def mask(bits):
    return f"0x{sum(1 << b for b in bits):x}"


class Writer:
    """Collects the arrays of one kind in front of the kind itself."""

    def __init__(self, kind):
        self.kind, self.out, self.n = kind, [], 0

    def array(self, c_type, rows, what):
        """A static array, and how it is referred to: (name or NULL, count)."""
        if not rows:
            return "NULL", 0
        self.n += 1
        name = f"{self.kind.name}_{what}_{self.n}"
        self.out.append(f"static const {c_type} {name}[] = {{\n" + "".join(f"\t{r},\n" for r in rows) + "};\n")
        return name, len(rows)

    def rights(self, rows):
        name, n = self.array("rd_kind_right", [f"{{0x{r:x}, 0x{h:x}}}" for r, h in rows], "rights")
        return f"{{{name}, {n}}}"

    def field(self, f):
        options, n_options = self.array("rd_option", [
            f"{{{text(o['name'])}, {words((o['zh'], o['en']))}}}" for o in f["options"]], "options")
        ops, n_ops = self.array("rd_op", [f"{{RD_OP_{op}, {arg}}}" for op, arg in f["program"]], "ops")
        p = f["preset"]
        number = int(p) if isinstance(p, (bool, int)) else 0
        words_preset = p if isinstance(p, str) else None
        if isinstance(p, list):
            words_preset = json.dumps(p, ensure_ascii=False)  # as base/json.h writes it
        flags = "".join(f".{k} = true, " for k in ("required", "unique", "secret", "client_visible", "searched",
                                                   "assigns", "fixed") if f[k])
        return (f"{{.name = {text(f['name'])}, .label = {words(f['label'])}, .help = {words(f['help'])}, "
                f".type = RD_FIELD_{f['type'].upper()}, .format = RD_FORMAT_{f['format'].upper()}, {flags}"
                f".column = {f['column']}, .min = {f['min']}, .max = {f['max']}, .length_max = {f['length']}, "
                f".to = {text(f['to'])}, .options = {options}, .n_options = {n_options}, "
                f".computed = {ops}, .n_computed = {n_ops}, "
                f".has_preset = {'true' if p is not None else 'false'}, .preset_int = {number}, "
                f".preset_text = {text(words_preset)}, .may = {self.rights(f['may'])}}}")

    def transition(self, t):
        k = self.kind
        asks, n_asks = self.array("rd_field", [self.field(a) for a in t["asks"]], "asks")
        index = {f["name"]: i for i, f in enumerate(k.fields)}
        needs = sum(1 << index[n] for n in t["needs"] if n in index)
        high = f"(rd_field_set)0x{needs >> 64:x} << 64 | " if needs >> 64 else ""
        common = [COMMON_KEYS.index(n) for n in t["needs"] if n not in index]
        return (f"{{.name = {text(t['name'])}, .label = {words(t['label'])}, .help = {words(t['help'])}, "
                f".from = {mask(t['from'])}, .to = {t['to']}, .needs = {high}0x{needs % 2**64:x}u, "
                f".needs_common = {mask(common)}, .asks = {asks}, .n_asks = {n_asks}, "
                f".may = {self.rights(t['may'])}, .second = RD_SECOND_{t['second'].upper()}, "
                f".second_transition = {t['second_index']}, .hook = {text(t['hook'])}}}")

    def common(self):
        rows = []
        for key in COMMON_KEYS:
            c = self.kind.common.get(key)
            if c:
                flags = "".join(f", .{n} = true" for n in ("used", "required", "client_visible", "unowned") if c[n])
                rows.append(f"[{COMMON_KEYS.index(key)}] = {{.label = {words(c['label'])}{flags}}}")
        return "{" + ", ".join(rows) + "}"

    def statements(self):
        k = self.kind
        names = [c["name"] for c in k.columns]
        n = len(names)
        types = ["RD_NULL" if c["nullable"] else {"int": "RD_INT", "text": "RD_TEXT"}[c["type"]] for c in k.columns]
        all_types, _ = self.array("rd_type", types + ["RD_INT"], "types")
        key_types, _ = self.array("rd_type", ["RD_INT", "RD_INT"], "key")
        columns = ", ".join(names)
        insert = f"INSERT INTO {k.table} ({columns}) VALUES ({', '.join(f'@{i + 1}' for i in range(n))})"
        update = (f"UPDATE {k.table} SET " + ", ".join(f"{c} = @{i + 1}" for i, c in enumerate(names) if i > 1)
                  + f" WHERE firm_id = @1 AND id = @2 AND version = @{n + 1}")
        get = f"SELECT {columns} FROM {k.table} WHERE firm_id = @1 AND id = @2"
        clear = f"DELETE FROM {k.table} WHERE firm_id = @1"
        out = []
        for name, sql, in_, n_in, out_, n_out in (("insert", insert, all_types, n, "NULL", 0),
                                                  ("update", update, all_types, n + 1, "NULL", 0),
                                                  ("get", get, key_types, 2, all_types, n),
                                                  ("clear", clear, key_types, 1, "NULL", 0)):
            out.append(f".{name} = {{.name = {text(k.table + '_' + name)}, .sqlite = {text(sql).replace('@', '?')}, "
                       f".pg = {text(sql).replace('@', '$')}, .in = {in_}, .out = {out_}, .n_in = {n_in}, "
                       f".n_out = {n_out}}}")
        return ",\n\t".join(out)

    def write(self, kinds):
        k = self.kind
        fields, n_fields = self.array("rd_field", [self.field(f) for f in k.fields], "fields")
        tones = {s: f"RD_TONE_{s.upper()}" for s in ("neutral", "active", "warning", "good", "bad")}
        states, n_states = self.array("rd_state", [
            f"{{{text(s['name'])}, {words(s['label'])}, {words(s['help'])}, {tones[s['tone']]}, "
            f"{'true' if s['closed'] else 'false'}}}" for s in k.states], "states")
        transitions, n_transitions = self.array("rd_transition", [self.transition(t) for t in k.transitions],
                                                "transitions")
        columns, n_columns = self.array("rd_kind_column", [
            f"{{{text(c['name'])}, {text(c['key'])}, RD_{c['type'].upper()}, "
            f"{'true' if c['nullable'] else 'false'}, {c['field']}}}" for c in k.columns], "columns")
        listed, n_list = self.array("uint16_t", [k.column_of(n) for n in k.list], "list")
        sort, n_sort = self.array("rd_sort", [f"{{{k.column_of(n)}, {'true' if d else 'false'}}}"
                                              for n, d in k.sort], "sort")
        rights = ", ".join(f"[RD_KIND_{v.upper()}] = {self.rights(k.verb_rights[v])}" for v in VERBS)
        own = {None: "NONE", "owner": "OWNER", "client": "CLIENT"}[k.own]
        statements = self.statements()
        compact = {"ensure_ascii": False, "separators": (",", ":")}
        self.out.append(
            f"static const rd_kind {k.name}_kind = {{\n"
            f"\t.name = {text(k.name)}, .label = {words(k.label)}, .plural = {words(k.plural)},\n"
            f"\t.help = {words(k.help)}, .basis = {text(k.basis)}, .number = {text(k.number)},\n"
            f"\t.title = {k.title_index()}, .about = {mask(COMMON_KEYS.index(a) for a in k.about)}, "
            f".own = RD_OWN_{own}, .singleton = {'true' if k.singleton else 'false'}, "
            f".keeps_files = {'true' if k.keeps_files else 'false'},\n"
            f"\t.fields = {fields}, .n_fields = {n_fields}, .states = {states}, .n_states = {n_states}, "
            f".initial = {k.initial}, .sealed = {mask(k.sealed)},\n"
            f"\t.transitions = {transitions}, .n_transitions = {n_transitions},\n"
            f"\t.rights = {{{rights}}},\n\t.common = {self.common()},\n"
            f"\t.columns = {columns}, .n_columns = {n_columns}, .list = {listed}, .n_list = {n_list}, "
            f".sort = {sort}, .n_sort = {n_sort},\n"
            f"\t.review_every = {text(k.review_every)}, .review_asks = {text(k.review_asks)}, "
            f".review_date = {k.column_of(k.review_date) if k.review_date else -1},\n"
            f"\t.hook_create = {text(k.hook_of['create'])}, .hook_change = {text(k.hook_of['change'])}, "
            f".hook_archive = {text(k.hook_of['archive'])}, .hook_restore = {text(k.hook_of['restore'])},\n"
            f"\t.table = {text(k.table)},\n\t{statements},\n"
            f"\t.schema = {text(json.dumps(api.schemas(k), **compact))},\n"
            f"\t.describe = {text(json.dumps(api.describe(k), **compact))},\n}};\n")
        return "\n".join(self.out)


def write(kinds):
    names = sorted(kinds)
    compact = {"ensure_ascii": False, "separators": (",", ":")}
    return ("/* Generated by tools/mkmodel.py from model/; do not edit. */\n#include \"record/kind.h\"\n"
            "#include <stddef.h>\n\n" + "\n".join(Writer(kinds[n]).write(kinds) for n in names)
            + "\nconst rd_kind *const rd_kinds[] = {\n" + "".join(f"\t&{n}_kind,\n" for n in names) + "};\n"
            + f"const uint32_t rd_kinds_count = {len(names)};\n"
            + f"const char *const rd_kind_shared_schema = {text(json.dumps(api.shared(), **compact))};\n")


def write_synonyms(rows):
    """Groups of words that mean the same: rows of folded words."""
    out = ["/* Generated by tools/mkmodel.py from data/synonyms.csv; do not edit. */\n#include \"record/words.h\"\n"]
    for i, row in enumerate(rows):
        out.append(f"static const char *const group_{i}[] = {{{', '.join(text(w) for w in row)}}};")
    out.append("const rd_synonyms rd_synonym_groups[] = {")
    out += [f"\t{{group_{i}, {len(row)}}}," for i, row in enumerate(rows)]
    out.append(f"}};\nconst uint32_t rd_synonym_groups_count = {len(rows)};\n")
    return "\n".join(out)


def write_catalogue(rows):
    """Exception types that a firm begins with (desk/exception_seed.h)."""
    keys = ("slug", "name", "name_en", "area", "nature", "severity", "certainty", "finds", "data_needed", "correction",
            "threshold", "threshold_kind", "basis")
    out = ["/* Generated by tools/mkmodel.py from data/exception_types.csv; do not edit. */",
           "#include \"desk/exception_seed.h\"", "#include <stddef.h>", "const rd_exception_seed rd_exception_seeds[] = {"]
    out += ["\t{" + ", ".join(text(row[k] or None) for k in keys) + "}," for row in rows]
    out.append(f"}};\nconst uint32_t rd_exception_seeds_count = {len(rows)};\n")
    return "\n".join(out)


def write_causes(rows):
    """Causes that a firm begins with (desk/causes.h)."""
    keys = ("code", "parent", "branch", "name", "name_en", "help")
    out = ["/* Generated by tools/mkmodel.py from data/causes.csv; do not edit. */",
           "#include \"desk/causes.h\"", "#include <stddef.h>", "const rd_cause_seed rd_cause_seeds[] = {"]
    out += ["\t{" + ", ".join(text(row[k] or None) for k in keys) + "}," for row in rows]
    out.append(f"}};\nconst uint32_t rd_cause_seeds_count = {len(rows)};\n")
    return "\n".join(out)
