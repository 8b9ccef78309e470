"""A page of documentation for each kind, Chinese first."""
from model.api import rights_text
from model.read import RELATIONS, ROLES, SETTABLE, STAYS, VERBS

ROLE_WORDS = dict(zip(ROLES, ("管理员", "主管", "会计", "复核人", "部门成员", "合规人员", "审计人员", "客户联系人")))
RELATION_WORDS = dict(zip(RELATIONS, ("本人负责", "本人参与", "本团队", "本人客户", "本机构", "所属客户")))
VERB_WORDS = dict(zip(VERBS, ("查看 read", "新建 create", "修改 change", "归档 archive", "评论 comment", "导出 export")))


def who(rows):
    parts = []
    for r in rights_text(rows):
        roles = "内部人员" if len(r["roles"]) >= 6 else "、".join(ROLE_WORDS[x] for x in r["roles"])
        parts.append(roles + ("（" + "、".join(RELATION_WORDS[x] for x in r["relations"]) + "）"
                              if r["relations"] else ""))
    return "；".join(parts) or "无人"


def both(words):
    return f"{words[0]} / {words[1]}"


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def field_note(f):
    notes = []
    if f["computed_text"]:
        notes.append(f"= `{f['computed_text']}`")
    if f["options"]:
        notes.append("；".join(f"`{o['name']}` {o['zh']}" for o in f["options"]))
    if f["to"]:
        notes.append(f"→ [{f['to']}]({f['to']}.md)")
    if f["ranged"]:
        notes.append(f"{f['min']} – {f['max']}")
    if f["format"] != "any":
        notes.append(f"`{f['format']}`")
    notes += [zh for key, zh in (("required", "必填"), ("unique", "唯一"), ("secret", "保密"), ("fixed", "建后不改"),
                                 ("client_visible", "客户可见"), ("searched", "可搜索")) if f[key]]
    if f["preset"] is not None:
        notes.append(f"默认 `{f['preset']}`")
    if f["help"]:
        notes.append(f["help"][0])
    return "；".join(notes)


def page(kind):
    out = [f"# {both(kind.label)}", "", f"`{kind.name}`" + (f"，编号 `{kind.number}`" if kind.number else ""), ""]
    if kind.help:
        out += [kind.help[0] + "。", "", kind.help[1] + ".", ""]
    if kind.basis:
        out += [f"依据：{kind.basis}", ""]
    out += ["## 字段 / Fields", "", "| 字段 | 名称 | 类型 | 说明 |", "|---|---|---|---|"]
    for key in SETTABLE:
        if kind.common[key]["used"]:
            out.append(f"| `{key}` | {both(kind.common[key]['label'])} | {SETTABLE[key][0]} | "
                       f"{'必填' if kind.common[key]['required'] else ''} |")
    for f in kind.fields:
        out.append(f"| `{f['name']}` | {cell(both(f['label']))} | {f['type']} | {cell(field_note(f))} |")
    out += ["", "## 状态 / States", "", "| 状态 | 名称 | 说明 |", "|---|---|---|"]
    for s in kind.states:
        notes = [n for n in ("初始" if s["initial"] else "", "结束" if s["closed"] else "",
                             s["help"][0] if s["help"] else "") if n]
        out.append(f"| `{s['name']}` | {both(s['label'])} | {cell('；'.join(notes))} |")
    if kind.transitions:
        out += ["", "| 操作 | 名称 | 从 → 到 | 需要 | 填写 | 谁可以 |", "|---|---|---|---|---|---|"]
    for t in kind.transitions:
        second = {"none": "", "creator": "；与创建人不同", "transition": ""}[t["second"]]
        if t["second"] == "transition":
            second = f"；与 {kind.transitions[t['second_index']]['name']} 的办理人不同"
        sources = ", ".join(kind.states[s]["name"] for s in t["from"])
        out.append(f"| `{t['name']}` | {both(t['label'])} | {sources} → {'=' if t['to'] == STAYS else kind.states[t['to']]['name']} | "
                   f"{', '.join(t['needs'])} | {', '.join(a['name'] for a in t['asks'])} | "
                   f"{cell(who(t['may']) + second)} |")
    out += ["", "## 权限 / Rights", "", "| 操作 | 谁可以 |", "|---|---|"]
    out += [f"| {VERB_WORDS[v]} | {cell(who(kind.verb_rights[v]))} |" for v in VERBS]
    if kind.review_every:
        out += ["", f"定期回顾 / Review: `{kind.review_every}` → {kind.review_asks}"]
    return "\n".join(out) + "\n"
