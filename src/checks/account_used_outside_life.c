/*
 * What it finds: postings on an account that was not yet open, was already closed, or is marked
 * as disabled while the last period still uses it. One finding an account and kind.
 *
 * Why it matters: a disabled account is no longer watched and often missing from the report
 * formulas; what is posted there is easily overlooked.
 *
 * What to do: reverse in red and enter the amount on the account that took its place. If the
 * account is still needed, enable it again and note why.
 *
 * Known limits: only charts that carry dates or a state can be judged. A disabled mark without a
 * date is compared with the last period alone, because the chart does not say since when. Entries
 * that bring a closed account to exactly zero are not reported.
 *
 * 发现什么:在科目启用日之前、停用日之后记账,或科目已标记停用而最近一期仍在使用。每个科目、每种情形
 * 报告一次。
 *
 * 为什么要紧:停用的科目不再有人核对,报表公式里也常常没有它,记在上面的金额容易漏掉。
 *
 * 怎么办:红字冲销,改记到接替它的科目;确需继续使用的,重新启用并说明原因。
 *
 * 已知局限:科目表须带启用、停用日期或状态。只有停用标记而没有日期的,只与最近一期比较。把已停用科目
 * 余额恰好转平的分录不报告。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/tally.h"

static const rd_param params[] = {{0}};

enum { K_BEFORE, K_AFTER, K_DISABLED, KINDS };
static const rd_message messages[] = {
	[K_BEFORE] = {"before-opening",
                  {"科目 {account} 自 {limit} 起启用，此前已有 {lines} 行记账（最早 {first}），金额"
                   "合计 {amount}。请核对日期或改记有效科目。",
                   "Account {account} is in use from {limit}, but {lines} line(s) stand before "
                   "that day (first {first}), {amount} in all. See whether the date is right, "
                   "or move them to an account in use."}},
	[K_AFTER] = {"after-closing",
                 {"科目 {account} 已于 {limit} 停用，此后仍有 {lines} 行记账（最晚 {last}），金额"
                  "合计 {amount}。请改记有效科目，或重新启用并说明。",
                  "Account {account} was closed on {limit}, but {lines} line(s) stand after that "
                  "day (last {last}), {amount} in all. Move them to an account in use, or "
                  "enable it again and note why."}},
	[K_DISABLED] =
		{"disabled",
         {"科目 {account} 已标记停用，最近一期仍有 {lines} 行记账（最晚 {last}），金额合计 "
          "{amount}。请改记有效科目，或重新启用并说明。",
          "Account {account} is marked as disabled, but the last period has {lines} "
          "lines on it (last {last}), {amount} in all. Move them to an account in use, "
          "or enable it again and note why."}},
	{0},
};

static bool has_life(const rd_accounts *acc, rd_row a)
{
	return acc->open_from[a] != RD_DAY_NONE || acc->open_to[a] != RD_DAY_NONE ||
	       acc->flags[a] & RD_ACC_DISABLED;
}

/* The kind of a line on an account with a life, KINDS for none. */
static int kind_of(const rd_book *b, rd_row a, rd_row v, rd_day day)
{
	const rd_accounts *acc = &b->account;

	if (day != RD_DAY_NONE && acc->open_from[a] != RD_DAY_NONE && day < acc->open_from[a])
		return K_BEFORE;
	if (day != RD_DAY_NONE && acc->open_to[a] != RD_DAY_NONE)
		return day > acc->open_to[a] ? K_AFTER : KINDS;
	if (acc->flags[a] & RD_ACC_DISABLED && b->n_periods > 0 &&
	    b->voucher.period[v] == b->periods[b->n_periods - 1])
		return K_DISABLED;
	return KINDS;
}

/* Sums of one account: all its lines, and those after it was closed. */
typedef struct sums {
	rd_minor all, late;
} sums;

/* The late lines only bring what was left on the account to zero. */
static bool empties(const rd_accounts *acc, rd_row a, const sums *s)
{
	rd_minor end = acc->opening[a] + s->all;

	return acc->flags[a] & RD_ACC_OPENING && end == 0 && s->late != 0;
}

static void report(rd_run *run, const rd_book *b, const rd_tally *t, const sums *s)
{
	for (uint32_t k = 0; k < t->n; k++) {
		const rd_tally_item *it = &t->items[k];
		rd_row a = it->key / KINDS;
		rd_hit hit = rd_hit_at_account(a);

		hit.kind = (uint8_t)(it->key % KINDS);
		if (hit.kind != K_BEFORE && rd_run_guards(run) && empties(&b->account, a, &s[a]))
			continue;
		hit.line = it->rows[0];
		hit.keyless = true;
		hit.weight = it->count;
		hit.at_stake = it->sum;
		hit.lines = it->rows + 1;
		hit.n_lines = it->n_rows - 1;
		rd_day limit = hit.kind == K_BEFORE ? b->account.open_from[a] : b->account.open_to[a];

		RD_EMIT(run, &hit, rd_on_day("limit", limit), rd_int("lines", it->count),
		        rd_money("amount", it->sum), rd_on_day("first", it->first),
		        rd_on_day("last", it->last));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	uint8_t *lives = RD_NEW_N(a, uint8_t, (size_t)b->account.n + 1);
	sums *s = RD_NEW_N(a, sums, (size_t)b->account.n + 1);
	bool any = false;
	rd_tally t;

	(void)range;
	(void)err;
	for (rd_row r = 1; r < b->account.n; r++)
		any |= lives[r] = has_life(&b->account, r);
	if (!any) {
		rd_run_not_run(run, "科目表没有启用、停用日期或状态",
		               "the chart has neither dates nor a state of its accounts");
		return RD_OK;
	}
	RD_ASSERT(b->account.n < UINT32_MAX / KINDS);
	rd_tally_init(&t, a, b->account.n * KINDS, false);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.flags[v] & (RD_VCH_OPENING | RD_VCH_VOID))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_row acc = b->line.account[i];

			if (!lives[acc])
				continue;
			rd_day day = b->line.date ? b->line.date[i] : b->voucher.date[v];
			int kind = kind_of(b, acc, v, day);

			s[acc].all += rd_line_net(b, i);
			if (kind == KINDS)
				continue;
			s[acc].late += kind == K_BEFORE ? 0 : rd_line_net(b, i);
			rd_tally_add(&t, acc * KINDS + (uint32_t)kind, i, b->line.amount[i], day);
		}
	}
	report(run, b, &t, s);
	return RD_OK;
}

const rd_check rd_check_account_used_outside_life = {
	.slug = "account-used-outside-life",
	.family = "master-data",
	.nature = "操作错误",
	.title = {"科目在启用前或停用后使用", "Account used before opening or after closing"},
	.finds = {"分录记在尚未启用或已经停用的科目上。",
              "A posting on an account that was not yet or no longer in use."},
	.correction =
		{"红字更正至有效科目；或启用科目并说明",
         "Reverse in red and post to an account in use; or enable the account and note why."},
	.basis = {"实务惯例：beancount 的有效科目检查 (validate_active_accounts)",
              "Practice: beancount validate_active_accounts"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE | RD_HAS_CHART,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
