/*
 * What it finds: lines that use an account code which is not in the delivered chart, or a partner
 * code that is not in the delivered master list. Each missing code is reported once, with the
 * number of lines, the amount and the declared code that looks most like it.
 *
 * Why it matters: an account that the chart does not know falls out of every report that is made
 * by the chart, so totals are short without anybody noticing.
 *
 * What to do: when the code is right, add it to the chart or the list. When it was mistyped,
 * reverse the voucher in red and enter it again with the right code.
 *
 * Known limits: a chart exported without its sub-accounts makes every sub-account undeclared;
 * export the whole chart then. Codes that differ only in dots, blanks or two and more trailing
 * zeros are taken for the same. The similar code is a hint and may be wrong.
 *
 * 发现什么:分录用到了科目表里没有的科目编码,或往来档案里没有的往来编码。每个缺失的编码只报告一次,
 * 附分录行数、金额,以及档案中与它最接近的编码。
 *
 * 为什么要紧:科目表里没有的科目进不了按科目表生成的报表,合计因此少数,而且不易察觉。
 *
 * 怎么办:编码正确的,补进科目表或档案;录错的,红字冲销后按正确科目重新填制。
 *
 * 已知局限:导出的科目表若只有一级科目,所有明细科目都会被报告,请导出完整科目表。只差小数点、空格或
 * 两个以上末尾零的编码视为同一编码。"最接近的编码"仅供参考。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/check.h"
#include "check/names.h"
#include "check/tally.h"

enum { P_DISTANCE };
static const rd_param params[] = {
	[P_DISTANCE] = {"max_distance",
                    "edits",
                    {"与相近编码最多相差几个字符", "characters in which a similar code may differ"},
                    RD_PARAM_INT,
                    0,
                    4,
                    2,
                    NULL},
	{0},
};

enum { K_ACCOUNT, K_ACCOUNT_LIKE, K_PARTY, K_PARTY_LIKE };
static const rd_message messages[] = {
	[K_ACCOUNT] = {"account",
                   {"科目编码 {code} 不在科目表中，共 {lines} 行、金额合计 {amount}。请补充科目表，"
                    "或核对是否录错。",
                    "Account code {code} is not in the chart: {lines} line(s), {amount} in all. "
                    "Add it to the chart, or see whether it was mistyped."}},
	[K_ACCOUNT_LIKE] =
		{"account-like",
         {"科目编码 {code} 不在科目表中，共 {lines} 行、金额合计 {amount}。科目表中最接近"
          "的是 {similar}，请核对是否录错。",
          "Account code {code} is not in the chart: {lines} line(s), {amount} in all. "
          "The nearest declared account is {similar}; see whether the code was "
          "mistyped."}},
	[K_PARTY] = {"party",
                 {"往来单位 {code} 不在往来档案中，共 {lines} 行、金额合计 {amount}。请补建档案，"
                  "或核对是否录错。",
                  "Partner {code} is not in the master list: {lines} line(s), {amount} in all. "
                  "Add it to the list, or see whether it was mistyped."}},
	[K_PARTY_LIKE] =
		{"party-like",
         {"往来单位 {code} 不在往来档案中，共 {lines} 行、金额合计 {amount}。档案中最接近"
          "的是 {similar}，请核对是否录错。",
          "Partner {code} is not in the master list: {lines} line(s), {amount} in all. "
          "The nearest one declared is {similar}; see whether it was mistyped."}},
	{0},
};

#define CODE_BYTES 32
/* Comparisons of codes for hints: beyond it the rest is reported without a hint. */
#define HINTS_MAX UINT64_C(4000000)

/* One of the two lists that can be missing something. */
typedef struct list {
	const rd_book *b;
	bool parties;
	rd_row n;
	const rd_text *code, *name;
	uint64_t *plain; /* hash of each declared code without dots and blanks */
	uint8_t *zeros;  /* trailing zeros left out of it */
	uint64_t *names; /* hash of each declared name; 0 = blank */
} list;

static bool declared(const list *l, rd_row r)
{
	return l->parties ? l->b->party.declared[r] != 0 : l->b->account.flags[r] & RD_ACC_DECLARED;
}

/* The code without dots, blanks and trailing zeros, as a hash. */
static uint64_t plain_of(rd_str code, uint8_t *ret_zeros)
{
	uint64_t h = RD_HASH_START, kept = RD_HASH_START;
	uint32_t zeros = 0;

	for (uint32_t i = 0; i < code.len; i++) {
		char c = code.ptr[i];

		if (c == '.' || c == ' ' || c == '-' || c == '_')
			continue;
		h = rd_hash_bytes(h, &c, 1);
		zeros = c == '0' ? zeros + 1 : 0;
		if (c != '0')
			kept = h;
	}
	*ret_zeros = (uint8_t)(zeros > 255 ? 255 : zeros);
	return kept;
}

/* What the declared codes and names are compared by. */
static void prepare(list *l, rd_arena *a)
{
	l->plain = RD_NEW_N(a, uint64_t, l->n + 1);
	l->zeros = RD_NEW_N(a, uint8_t, l->n + 1);
	l->names = RD_NEW_N(a, uint64_t, l->n + 1);
	for (rd_row i = 1; i < l->n; i++) {
		if (!declared(l, i))
			continue;
		l->plain[i] = plain_of(rd_book_text(l->b, l->code[i]), &l->zeros[i]);
		l->names[i] = rd_name_hash(rd_book_text(l->b, l->name[i]));
	}
}

/* Some declared code is the same but for dots, blanks or at least two trailing zeros. */
static bool same_code(const list *l, rd_row r)
{
	uint8_t zeros;
	uint64_t h = plain_of(rd_book_text(l->b, l->code[r]), &zeros);

	for (rd_row i = 1; i < l->n; i++) {
		int d = (int)zeros - (int)l->zeros[i];

		if (l->plain[i] == h && d != 1 && d != -1)
			return true;
	}
	return false;
}

/* Edits (a swap of neighbours is one) between two codes; `max + 1` for more than max. */
static int64_t distance(rd_str a, rd_str b, int64_t max)
{
	uint32_t rows[3][CODE_BYTES + 1];
	uint32_t *prev2 = rows[0], *prev = rows[1], *cur = rows[2];

	if (a.len > CODE_BYTES || b.len > CODE_BYTES || (int64_t)a.len - (int64_t)b.len > max ||
	    (int64_t)b.len - (int64_t)a.len > max)
		return max + 1;
	for (uint32_t j = 0; j <= b.len; j++)
		prev[j] = j;
	for (uint32_t i = 1; i <= a.len; i++) {
		cur[0] = i;
		for (uint32_t j = 1; j <= b.len; j++) {
			uint32_t d = prev[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);

			d = prev[j] + 1 < d ? prev[j] + 1 : d;
			d = cur[j - 1] + 1 < d ? cur[j - 1] + 1 : d;
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
			    prev2[j - 2] + 1 < d)
				d = prev2[j - 2] + 1;
			cur[j] = d;
		}
		uint32_t *swap = prev2;

		prev2 = prev;
		prev = cur;
		cur = swap;
	}
	return prev[b.len] <= max ? (int64_t)prev[b.len] : max + 1;
}

/* The declared row most like r: the same name, else the code with the fewest edits; 0 = none. */
static rd_row nearest(const list *l, rd_row r, int64_t max, uint64_t *budget)
{
	rd_str code = rd_book_text(l->b, l->code[r]);
	uint64_t name = rd_name_hash(rd_book_text(l->b, l->name[r]));
	rd_row best = 0;
	int64_t best_d = max + 1;

	if (*budget < l->n)
		return 0;
	*budget -= l->n;
	for (rd_row i = 1; i < l->n; i++) {
		rd_str other = rd_book_text(l->b, l->code[i]);

		/* What the code starts with is its parent, not what was meant. */
		if (!declared(l, i) ||
		    (other.len < code.len && memcmp(code.ptr, other.ptr, other.len) == 0))
			continue;
		if (name != 0 && l->names[i] == name)
			return i;
		int64_t d = distance(code, other, max);

		if (d < best_d || (d == best_d && best != 0 && d <= max &&
		                   rd_str_cmp(other, rd_book_text(l->b, l->code[best])) < 0)) {
			best = i;
			best_d = d;
		}
	}
	/* Half of a short code may not be guessed. */
	return best_d * 2 < (int64_t)code.len ? best : 0;
}

static void report(rd_run *run, list *l, const rd_tally *t)
{
	const int64_t max = rd_run_param(run, P_DISTANCE);
	uint64_t budget = HINTS_MAX, checked = HINTS_MAX;

	if (t->n != 0)
		prepare(l, rd_run_scratch(run));
	for (uint32_t k = 0; k < t->n; k++) {
		const rd_tally_item *it = &t->items[k];
		rd_row r = it->key;
		rd_hit hit = rd_hit_new();

		if (rd_run_guards(run) && checked >= l->n) {
			checked -= l->n;
			if (same_code(l, r))
				continue;
		}
		rd_row like = nearest(l, r, max, &budget);

		hit.kind = (uint8_t)((l->parties ? K_PARTY : K_ACCOUNT) + (like != 0));
		hit.account = l->parties ? 0 : r;
		hit.party = l->parties ? r : 0;
		hit.line = it->rows[0];
		hit.keyless = true;
		hit.weight = it->count;
		hit.at_stake = it->sum;
		hit.lines = it->rows + 1;
		hit.n_lines = it->n_rows - 1;
		RD_EMIT(run, &hit, rd_txt("code", l->code[r] ? l->code[r] : l->name[r]),
		        rd_int("lines", it->count), rd_money("amount", it->sum),
		        l->parties ? rd_pty("similar", like) : rd_acc("similar", like));
	}
}

static bool any_missing(const list *l)
{
	for (rd_row r = 1; r < l->n; r++)
		if (!declared(l, r))
			return true;
	return false;
}

/* All lines whose account or party is not in its list, by account or party. */
static void gather(rd_run *run, const list *l, rd_tally *t)
{
	const rd_book *b = l->b;
	const rd_row *column = l->parties ? b->line.party : b->line.account;
	uint8_t *missing = RD_NEW_N(rd_run_scratch(run), uint8_t, l->n + 1);

	rd_tally_init(t, rd_run_scratch(run), l->n, false);
	for (rd_row r = 1; r < l->n; r++)
		missing[r] = !declared(l, r) && (l->code[r] != 0 || l->parties);
	for (rd_row i = 0; i < b->line.n; i++)
		if (missing[column[i]])
			rd_tally_add(t, column[i], i, b->line.amount[i], RD_DAY_NONE);
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	list accounts = {.b = b, .n = b->account.n, .code = b->account.code, .name = b->account.name};
	list parties = {
		.b = b, .parties = true, .n = b->party.n, .code = b->party.key, .name = b->party.name};
	rd_tally t;

	(void)range;
	(void)err;
	if (any_missing(&accounts)) {
		gather(run, &accounts, &t);
		report(run, &accounts, &t);
	}
	if (b->has & RD_HAS_PARTY_MASTER && b->line.party && any_missing(&parties)) {
		gather(run, &parties, &t);
		report(run, &parties, &t);
	}
	return RD_OK;
}

const rd_check rd_check_undeclared_code = {
	.slug = "undeclared-code",
	.family = "master-data",
	.nature = "数据缺失",
	.title = {"科目或档案未定义", "Account or partner not declared"},
	.finds = {"分录用到科目表或往来档案里没有的编码。",
              "A line uses a code that is not in the chart or the master list."},
	.correction =
		{"补充科目或档案；写错的红字更正至正确科目",
         "Add the account or partner; reverse a mistyped code in red and enter the right one."},
	.basis =
		{"实务惯例：hledger 对科目、往来等须先声明的检查；SAF-T 主数据",
         "Practice: hledger's checks that accounts and payees are declared; SAF-T master files"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_CHART,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
