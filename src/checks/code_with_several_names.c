/*
 * What it finds: one account or partner code that appears with different names in the lines.
 * Names are compared without regard to width, case, blanks, brackets and 有限公司 / 有限责任公司.
 *
 * Why it matters: either the name was changed in passing, or a code was borrowed for somebody
 * else; then two balances are mixed in one and neither can be confirmed.
 *
 * What to do: agree on one name. Where the code was borrowed, give the second partner a code of
 * its own and move its lines by a correction in red.
 *
 * Known limits: a change of name on one day (all old before all new) is only shown. The full path
 * and the last part of one account name count as the same. Names that are abbreviated differ for
 * the check.
 *
 * 发现什么:同一科目编码或往来编码在分录里对应不同的名称。比较时忽略全半角、大小写、空格、括号以及"
 * 有限公司"与"有限责任公司"之别。
 *
 * 为什么要紧:要么名称被随手改过,要么编码被借给别的单位用;后一种情况下两家的余额混在一起,谁也对不清。
 *
 * 怎么办:统一名称;编码被借用的,为第二家单位另设编码,红字更正把它的分录转过去。
 *
 * 已知局限:某一天起整体改名的(旧名全部在新名之前)只作提示。科目全路径名与末级名视为相同。简称与全
 * 称视为不同。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/check.h"
#include "check/names.h"

static const rd_param params[] = {{0}};

enum { K_MIXED, K_RENAMED };
static const rd_message messages[] = {
	[K_MIXED] = {"mixed",
                 {"编码 {code} 用了 {names} 个名称：{name_a}（{lines_a} 行）、{name_b}（{lines_b} "
                  "行，{first_b} 起）。请核对是否借用了编码，统一名称。",
                  "Code {code} has {names} names: {name_a} ({lines_a} line(s)) and {name_b} "
                  "({lines_b} line(s), from {first_b}). See whether the code was borrowed, and "
                  "agree on one name."}},
	[K_RENAMED] =
		{"renamed",
         {"编码 {code} 自 {first_b} 起由 {name_a}（{lines_a} 行）改为 {name_b}（{lines_b} "
          "行）。如确系改名，留存依据即可。",
          "Code {code} changed its name on {first_b} from {name_a} ({lines_a} line(s)) "
          "to {name_b} ({lines_b} line(s)). If it was renamed, keeping the proof is "
          "enough."}},
	{0},
};

/* Uses of one name (all spellings) of a code. */
typedef struct use {
	uint64_t hash;
	rd_str normal;
	rd_text name; /* the spelling with the most lines */
	uint32_t most, lines;
	rd_day first, last;
	rd_place place;
} use;

#define NAMES_MAX 256u

static bool ends_with(rd_str s, rd_str tail)
{
	return tail.len > 0 && tail.len <= s.len &&
	       memcmp(s.ptr + s.len - tail.len, tail.ptr, tail.len) == 0;
}

/* A path and its last part are one name: 银行存款-工行 and 工行, or 工行 in front of a remark. */
static bool same_name(const rd_book *b, const use *u, rd_text name, uint64_t hash, rd_str normal)
{
	rd_str a = rd_book_text(b, u->name), c = rd_book_text(b, name);

	if (u->hash == hash)
		return true;
	return rd_name_hash(rd_name_leaf(a)) == rd_name_hash(rd_name_leaf(c)) &&
	       (ends_with(u->normal, normal) || ends_with(normal, u->normal));
}

static void add_use(const rd_book *b, rd_arena *a, use *uses, uint32_t *n, const rd_alias *alias)
{
	char buf[RD_NAME_BYTES];
	rd_str normal = {buf, rd_name_normal(rd_book_text(b, alias->name), buf)};
	uint64_t hash = rd_name_hash(rd_book_text(b, alias->name));
	uint32_t k = 0;

	if (hash == 0)
		return;
	while (k < *n && !same_name(b, &uses[k], alias->name, hash, normal))
		k++;
	if (k == NAMES_MAX)
		return;
	if (k == *n) {
		normal.ptr = rd_arena_copy(a, buf, normal.len);
		uses[k] = (use){.hash = hash,
		                .normal = normal,
		                .name = alias->name,
		                .first = RD_DAY_NONE,
		                .last = RD_DAY_NONE,
		                .place = {alias->file, alias->file_line}};
		++*n;
	}
	use *u = &uses[k];

	if (alias->lines > u->most) {
		u->most = alias->lines;
		u->name = alias->name;
	}
	u->lines += alias->lines;
	if (alias->first != RD_DAY_NONE && (u->first == RD_DAY_NONE || alias->first < u->first)) {
		u->first = alias->first;
		u->place = (rd_place){alias->file, alias->file_line};
	}
	u->last = alias->last > u->last ? alias->last : u->last;
}

/* All lines under the one name stand before all lines under the other. */
static bool renamed(const use *uses, uint32_t n)
{
	return n == 2 && uses[0].first != RD_DAY_NONE && uses[1].first != RD_DAY_NONE &&
	       uses[0].last < uses[1].first;
}

static void sort_uses(const rd_book *b, use *uses, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		for (uint32_t k = i; k > 0; k--) {
			int c = uses[k].first < uses[k - 1].first ? -1 : uses[k].first > uses[k - 1].first;

			if (c == 0)
				c = rd_str_cmp(rd_book_text(b, uses[k].name), rd_book_text(b, uses[k - 1].name));
			if (c >= 0)
				break;
			use swap = uses[k];

			uses[k] = uses[k - 1];
			uses[k - 1] = swap;
		}
}

static void report(rd_run *run, const rd_book *b, const rd_alias *alias, use *uses, uint32_t n)
{
	rd_hit hit = rd_hit_new();
	uint32_t main = 0, other, lines = 0;

	sort_uses(b, uses, n);
	for (uint32_t k = 0; k < n; k++) {
		lines += uses[k].lines;
		main = uses[k].lines > uses[main].lines ? k : main;
	}
	bool clean = renamed(uses, n);

	if (clean)
		main = 0;
	other = main == 0 ? 1 : 0;
	for (uint32_t k = 0; k < n; k++)
		if (k != main && uses[k].lines > uses[other].lines)
			other = k;
	hit.kind = clean ? K_RENAMED : K_MIXED;
	hit.severity = clean ? RD_SEV_INFO : RD_SEV_PRESET;
	hit.account = alias->is_party ? 0 : alias->row;
	hit.party = alias->is_party ? alias->row : 0;
	hit.place = uses[other].place;
	hit.weight = clean ? 1 : lines - uses[main].lines;
	hit.weight = hit.weight ? hit.weight : 1;
	/* The names themselves, in either order: a third one is another finding. */
	for (uint32_t k = 0; k < n; k++)
		hit.key += uses[k].hash;
	RD_EMIT(run, &hit,
	        rd_txt("code",
	               alias->is_party ? b->party.key[alias->row] : b->account.code[alias->row]),
	        rd_int("names", n), rd_txt("name_a", uses[main].name),
	        rd_int("lines_a", uses[main].lines), rd_on_day("first_a", uses[main].first),
	        rd_on_day("last_a", uses[main].last), rd_txt("name_b", uses[other].name),
	        rd_int("lines_b", uses[other].lines), rd_on_day("first_b", uses[other].first),
	        rd_on_day("last_b", uses[other].last));
}

/* Places of the aliases in an order in which those of one code stand together. */
static uint32_t *grouped(rd_arena *a, const rd_book *b, uint32_t *ret_start, rd_row n_rows)
{
	uint32_t *order = RD_NEW_N(a, uint32_t, (size_t)b->n_aliases + 1);

	for (uint32_t i = 0; i < b->n_aliases; i++) {
		const rd_alias *al = &b->aliases[i];
		rd_row at = al->is_party ? b->account.n + al->row : al->row;

		RD_ASSERT(at < n_rows);
		ret_start[at + 1]++;
	}
	for (rd_row r = 0; r < n_rows; r++)
		ret_start[r + 1] += ret_start[r];
	for (uint32_t i = b->n_aliases; i-- > 0;) {
		const rd_alias *al = &b->aliases[i];
		rd_row at = al->is_party ? b->account.n + al->row : al->row;

		order[--ret_start[at + 1]] = i;
	}
	/* The loop moved the ends back to the starts: group r is start[r + 1] .. start[r + 2]. */
	ret_start[n_rows + 1] = b->n_aliases;
	return order;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	const rd_row n_rows = b->account.n + b->party.n;
	uint32_t *start = RD_NEW_N(a, uint32_t, (size_t)n_rows + 2);
	uint32_t *order = grouped(a, b, start, n_rows);
	use *uses = RD_NEW_N(a, use, NAMES_MAX);

	(void)range;
	(void)err;
	for (rd_row r = 0; r < n_rows; r++) {
		uint32_t n = 0;

		if (start[r + 2] - start[r + 1] < 2 || r == 0 || r == b->account.n)
			continue;
		for (uint32_t k = start[r + 1]; k < start[r + 2]; k++)
			add_use(b, a, uses, &n, &b->aliases[order[k]]);
		if (n >= 2)
			report(run, b, &b->aliases[order[start[r + 1]]], uses, n);
	}
	return RD_OK;
}

const rd_check rd_check_code_with_several_names = {
	.slug = "code-with-several-names",
	.family = "master-data",
	.nature = "操作错误",
	.title = {"一码多名", "One code, several names"},
	.finds = {"同一科目或往来编码对应不同的名称。",
              "The same account or partner code appears with different names."},
	.correction = {"统一名称；被借用的编码拆分后红字更正",
                   "Agree on one name; split a borrowed code and correct its lines in red."},
	.basis = {"法国税收程序法典 A47 A-1 条；实务惯例", "LPF art. A47 A-1; practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
