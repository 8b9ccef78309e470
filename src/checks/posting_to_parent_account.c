/*
 * What it finds: lines booked on an account that has sub-accounts. One finding an account, with
 * the number of lines and the amount; lines older than the first sub-account are only shown.
 *
 * Why it matters: the sub-accounts no longer add up to the parent, and what stands on the parent
 * itself has no detail: no bank, no customer, no kind of expense.
 *
 * What to do: reverse in red and enter the amount on the sub-account where it belongs.
 *
 * Known limits: parents are found by the code (the longest other code it starts with). Disabled
 * sub-accounts do not make a parent. When a sub-account has neither a date nor an opening
 * balance, its first line counts as the day on which it came into use.
 *
 * 发现什么:直接记在有下级科目的科目上的分录。每个科目报告一次,附行数和金额;早于首个明细科目启用的
 * 分录只作提示。
 *
 * 为什么要紧:明细科目合计不再等于上级科目,记在上级科目上的金额也没有明细可查(哪家银行、哪个客户、
 * 哪类费用)。
 *
 * 怎么办:红字冲销,改记到所属的末级科目。
 *
 * 已知局限:上下级按编码判断(以它开头的最长编码为上级)。已停用的明细科目不算。明细科目没有启用日期
 * 和期初余额的,以首次记账日为启用日。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/tally.h"

static const rd_param params[] = {{0}};

enum { K_PARENT, K_EARLIER, KINDS };
static const rd_message messages[] = {
	[K_PARENT] = {"parent",
                  {"科目 {account} 设有 {children} 个下级科目（如 {child}），却有 {lines} 行直接记"
                   "在它上面，金额合计 {amount}。请改记到末级科目。",
                   "Account {account} has {children} sub-account(s) (such as {child}), but "
                   "{lines} line(s) stand on it directly, {amount} in all. Move them to the "
                   "sub-accounts where they belong."}},
	[K_EARLIER] =
		{"before-sub-accounts",
         {"科目 {account} 自 {since} 起才有下级科目（如 {child}），此前有 {lines} 行直接记"
          "在它上面，金额合计 {amount}。如需明细可比，请结转到末级科目。",
          "Account {account} has sub-accounts only since {since} (such as {child}); "
          "{lines} older line(s) stand on it directly, {amount} in all. Transfer them if "
          "the detail is to be comparable."}},
	{0},
};

#define ALWAYS (RD_DAY_NONE + 1)

/* What is known of the accounts below each account. */
typedef struct below {
	uint32_t children; /* directly below, not disabled */
	rd_row example;    /* the first of them */
	rd_day since;      /* when the first came into use; ALWAYS = before the books */
} below;

/* First day of use of an account itself; RD_DAY_NONE = it is only listed. */
static rd_day own_since(const rd_accounts *acc, rd_row a, const rd_day *first)
{
	if (acc->open_from[a] != RD_DAY_NONE)
		return acc->open_from[a];
	if (acc->flags[a] & RD_ACC_OPENING && acc->opening[a] != 0)
		return ALWAYS;
	if (acc->flags[a] & RD_ACC_HAS_LINES)
		return first[a] == RD_DAY_NONE ? ALWAYS : first[a];
	return RD_DAY_NONE;
}

/* The first day on which each account has a line. */
static rd_day *first_days(rd_arena *arena, const rd_book *b)
{
	rd_day *first = RD_NEW_N(arena, rd_day, (size_t)b->account.n + 1);

	for (rd_row a = 0; a < b->account.n; a++)
		first[a] = RD_DAY_NONE;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_day day = b->voucher.date[v];

		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_row a = b->line.account[i];

			day = b->line.date ? b->line.date[i] : day;
			if (first[a] == RD_DAY_NONE || (day != RD_DAY_NONE && day < first[a]))
				first[a] = day;
		}
	}
	return first;
}

static below *look_below(rd_arena *arena, const rd_book *b)
{
	const rd_accounts *acc = &b->account;
	below *ret = RD_NEW_N(arena, below, (size_t)acc->n + 1);
	rd_day *first = first_days(arena, b);

	for (rd_row a = 0; a < acc->n; a++)
		ret[a].since = RD_DAY_NONE;
	/* Children stand behind their parents, so going backwards sees them first. */
	for (rd_row a = acc->n; a-- > 1;) {
		rd_row up = acc->parent[a];
		rd_day since = own_since(acc, a, first);

		RD_ASSERT(up < a);
		if (ret[a].since != RD_DAY_NONE && (since == RD_DAY_NONE || ret[a].since < since))
			since = ret[a].since;
		if (up == 0 || acc->flags[a] & RD_ACC_DISABLED)
			continue;
		ret[up].children++;
		ret[up].example = a;
		if (since != RD_DAY_NONE && (ret[up].since == RD_DAY_NONE || since < ret[up].since))
			ret[up].since = since;
	}
	return ret;
}

static void report(rd_run *run, const below *down, const rd_tally *t)
{
	for (uint32_t k = 0; k < t->n; k++) {
		const rd_tally_item *it = &t->items[k];
		rd_row a = it->key / KINDS;
		rd_hit hit = rd_hit_at_account(a);

		hit.kind = (uint8_t)(it->key % KINDS);
		hit.severity = hit.kind == K_EARLIER ? RD_SEV_INFO : RD_SEV_PRESET;
		hit.line = it->rows[0];
		hit.keyless = true;
		hit.weight = it->count;
		hit.at_stake = it->sum;
		hit.lines = it->rows + 1;
		hit.n_lines = it->n_rows - 1;
		rd_day since = down[a].since == ALWAYS ? RD_DAY_NONE : down[a].since;

		RD_EMIT(run, &hit, rd_int("children", down[a].children), rd_acc("child", down[a].example),
		        rd_int("lines", it->count), rd_money("amount", it->sum), rd_on_day("since", since));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_accounts *acc = &b->account;
	rd_arena *arena = rd_run_scratch(run);
	uint8_t *marked = RD_NEW_N(arena, uint8_t, (size_t)acc->n + 1);
	const below *down = NULL;
	rd_tally t;

	(void)range;
	(void)err;
	for (rd_row a = 1; a < acc->n; a++) {
		if (!(acc->flags[a] & RD_ACC_HAS_LINES) || acc->flags[a] & RD_ACC_LEAF)
			continue;
		down = down ? down : look_below(arena, b);
		marked[a] = down[a].children > 0;
	}
	if (!down)
		return RD_OK;
	rd_tally_init(&t, arena, acc->n * KINDS, false);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.flags[v] & (RD_VCH_OPENING | RD_VCH_VOID))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_row a = b->line.account[i];

			if (!marked[a])
				continue;
			rd_day day = b->line.date ? b->line.date[i] : b->voucher.date[v];
			bool earlier = down[a].since > ALWAYS && day != RD_DAY_NONE && day < down[a].since;

			rd_tally_add(&t, a * KINDS + (earlier ? K_EARLIER : K_PARENT), i, b->line.amount[i],
			             day);
		}
	}
	report(run, down, &t);
	return RD_OK;
}

const rd_check rd_check_posting_to_parent_account = {
	.slug = "posting-to-parent-account",
	.family = "master-data",
	.nature = "操作错误",
	.title = {"非末级科目记账", "Posting to a parent account"},
	.finds =
		{"分录记在有下级科目的科目上，明细合计不再等于上级。",
         "A line is booked on an account that has sub-accounts. Details no longer add up to the parent."},
	.correction = {"红字更正至末级科目", "Reverse in red and post to the leaf account."},
	.basis = {"实务惯例；beancount 的 leafonly 检查", "Practice; beancount leafonly"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.needs_any = RD_HAS_CHART | RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
