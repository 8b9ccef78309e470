/*
 * What it finds: trial balances whose debits and credits differ, in the opening balances, the
 * movement, the year to date or the closing balances. Only the lowest accounts are added up; an
 * account whose amount, or half of it, equals the difference is named.
 *
 * Why it matters: a trial balance that does not balance has lost an account, holds one twice or
 * shows one on the wrong side. Statements drawn from it do not balance either.
 *
 * What to do: compare the trial balance with the journal account by account, beginning with the
 * one that is named; then export it again.
 *
 * Known limits: a difference that only follows from another one (a closing from the movement, an
 * opening from the closing before) is not reported again. Where the rows of the first level
 * balance the cause lies between the levels, and subledger-differs-from-control reports it. Assets
 * + costs = liabilities + equity + result is the same equation as debit = credit over all
 * accounts, so it is not counted a second time.
 *
 * 发现什么:科目余额表借贷不等:期初余额、本期发生额、本年累计或期末余额。只汇总最末级科目;某科目的
 * 金额或金额的一半恰等于差额的,一并指出。
 *
 * 为什么要紧:余额表不平,说明漏了科目、重了科目或记反了方向,由它编制的报表也不会平。
 *
 * 怎么办:先看指出的科目,再逐科目与序时账核对,然后重新导出余额表。
 *
 * 已知局限:只是由别的差额带来的差额(期末由本期带来、期初由上期期末带来)不重复报。一级科目合计相等
 * 时,问题在上下级之间,由"总账与明细账不符"报告。资产+成本=负债+权益+损益与全部科目借贷相等是同一个
 * 等式,不重复计算。
 */
#include "base/assert.h"
#include "check/balance.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	{0},
};

enum { K_PLAIN, K_EQUAL, K_HALF };
static const rd_message messages[] = {
	[K_PLAIN] =
		{
			"plain",
			{"{period} 科目余额表{column}不平：借方 {debit}，贷方 {credit}，相差 {difference}"
             "。请与序时账逐科目核对。",
             "Trial balance {period}, {column}: debit {debit}, credit {credit}, difference "
             "{difference}. Compare it with the journal account by account."},
		},
	[K_EQUAL] =
		{
			"equals-an-account",
			{"{period} 科目余额表{column}不平：借方 {debit}，贷方 {credit}，相差 {difference}"
             "，恰等于 {account} 的金额：该科目可能重了一行，或漏了它的对方科目。",
             "Trial balance {period}, {column}: debit {debit}, credit {credit}, difference "
             "{difference} equals the amount of {account}: it may be there twice, or its "
             "counterpart is missing."},
		},
	[K_HALF] =
		{
			"wrong-side",
			{"{period} 科目余额表{column}不平：借方 {debit}，贷方 {credit}，相差 {difference}"
             "，恰为 {account} 金额的两倍：该科目方向可能记反。",
             "Trial balance {period}, {column}: debit {debit}, credit {credit}, difference "
             "{difference} is twice the amount of {account}: it may stand on the wrong "
             "side."},
		},
	{0},
};

typedef struct sums {
	rd_minor debit[2], credit[2]; /* lowest rows, topmost rows */
	rd_row first;                 /* first row of the period that has the pair */
} sums;

/* Rows of one period, accounts only: the lowest have none below them, the topmost none above. */
static void sum_up(const rd_trial *t, const rd_row *rows, rd_row n, const uint8_t *level,
                   rd_tb_part part, sums *s)
{
	const rd_book *b = t->book;

	*s = (sums){.first = RD_NONE};
	for (rd_row i = 0; i < n; i++) {
		const rd_row r = rows[i];

		if (!rd_trial_has(t, r, part) || b->account.class_of[b->tb.account[r]] == RD_CLASS_MEMO)
			continue;
		s->first = s->first == RD_NONE || r < s->first ? r : s->first;
		for (int k = 0; k < 2; k++) {
			if (!(level[b->tb.account[r]] & (1 << k)))
				continue;
			s->debit[k] += rd_trial_debit(b, r, part);
			s->credit[k] += rd_trial_credit(b, r, part);
		}
	}
}

/* Marks the accounts of a period: bit 0 lowest, bit 1 topmost. */
static void mark_levels(const rd_book *b, const rd_row *rows, rd_row n, uint8_t *level,
                        uint8_t *here, uint8_t *below)
{
	for (rd_row i = 0; i < n; i++)
		here[b->tb.account[rows[i]]] = 1;
	for (rd_row i = 0; i < n; i++) {
		rd_row a = b->account.parent[b->tb.account[rows[i]]];

		for (; a != 0 && !below[a]; a = b->account.parent[a])
			below[a] = 1;
	}
	for (rd_row i = 0; i < n; i++) {
		const rd_row a = b->tb.account[rows[i]];
		rd_row up = b->account.parent[a];

		while (up != 0 && !here[up])
			up = b->account.parent[up];
		level[a] = (uint8_t)((below[a] ? 0 : 1) | (up == 0 ? 2 : 0));
	}
	/* leave the marks as they were found */
	for (rd_row i = 0; i < n; i++) {
		rd_row a = b->account.parent[b->tb.account[rows[i]]];

		here[b->tb.account[rows[i]]] = 0;
		for (; a != 0 && below[a]; a = b->account.parent[a])
			below[a] = 0;
	}
}

/* The first lowest row whose amount is d, or half of it on the heavier side; RD_NONE = none. */
static rd_row explain(const rd_trial *t, const rd_row *rows, rd_row n, const uint8_t *level,
                      rd_tb_part part, rd_minor net, uint8_t *ret_kind)
{
	rd_row half = RD_NONE;

	for (rd_row i = 0; i < n; i++) {
		const rd_row r = rows[i];
		rd_minor a = rd_trial_net(t->book, r, part);

		if (!(level[t->book->tb.account[r]] & 1) || a == 0)
			continue;
		if (a == net || a == -net) {
			*ret_kind = K_EQUAL;
			return r;
		}
		if (a * 2 == net && half == RD_NONE)
			half = r;
	}
	*ret_kind = half == RD_NONE ? K_PLAIN : K_HALF;
	return half;
}

/* Differences of one period; those of the one before explain what was carried forward. */
typedef struct state {
	bool known[RD_PARTS];
	rd_minor net[RD_PARTS];
	rd_period period;
} state;

/* The difference merely follows from others: an opening from the closing before, a closing from
 * opening and movement, a year to date from the one before and the movement. */
static bool follows(const state *now, const state *before, int part)
{
	const rd_minor net = now->net[part];

	switch (part) {
	case RD_PART_OPEN: return before->known[RD_PART_CLOSE] && net == before->net[RD_PART_CLOSE];
	case RD_PART_YTD:
		if (!now->known[RD_PART_MOVE])
			return false;
		return net == now->net[RD_PART_MOVE] ||
		       (before->known[RD_PART_YTD] && before->period / 100 == now->period / 100 &&
		        net == before->net[RD_PART_YTD] + now->net[RD_PART_MOVE]);
	case RD_PART_CLOSE:
		return now->known[RD_PART_OPEN] && now->known[RD_PART_MOVE] &&
		       net == now->net[RD_PART_OPEN] + now->net[RD_PART_MOVE];
	default: return false;
	}
}

static void check_period(rd_run *run, const rd_trial *t, const rd_row *rows, rd_row n,
                         const uint8_t *level, state *before)
{
	const rd_book *b = t->book;
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);
	sums all[RD_PARTS];
	state now = {.period = b->tb.period[rows[0]]};

	for (int part = 0; part < RD_PARTS; part++) {
		sum_up(t, rows, n, level, (rd_tb_part)part, &all[part]);
		now.known[part] = all[part].first != RD_NONE;
		now.net[part] = all[part].debit[0] - all[part].credit[0];
	}
	for (int part = 0; part < RD_PARTS; part++) {
		const sums s = all[part];
		rd_minor net = now.net[part], top = s.debit[1] - s.credit[1];

		if (!now.known[part] || (net <= tolerance && net >= -tolerance))
			continue;
		if (rd_run_guards(run) &&
		    ((top <= tolerance && top >= -tolerance) || follows(&now, before, part)))
			continue;
		uint8_t kind;
		rd_row r = explain(t, rows, n, level, (rd_tb_part)part, net, &kind);
		rd_hit hit = rd_hit_at_trial(b, r != RD_NONE ? r : s.first);
		rd_words w = rd_part_words((rd_tb_part)part);

		hit.kind = kind;
		hit.party = 0;
		if (r == RD_NONE)
			hit.account = 0;
		hit.at_stake = net < 0 ? -net : net;
		hit.key = (uint64_t)net * RD_PARTS + (uint64_t)part;
		RD_EMIT(run, &hit, rd_word("column", w.zh, w.en), rd_money("debit", s.debit[0]),
		        rd_money("credit", s.credit[0]), rd_money("difference", hit.at_stake));
	}
	*before = now;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	uint8_t *level = RD_NEW_N(a, uint8_t, (size_t)b->account.n + 1);
	uint8_t *here = RD_NEW_N(a, uint8_t, (size_t)b->account.n + 1);
	uint8_t *below = RD_NEW_N(a, uint8_t, (size_t)b->account.n + 1);
	state before = {.period = 0};
	rd_trial t;

	(void)err;
	(void)range;
	rd_trial_begin(&t, b, a);
	rd_row *rows = RD_NEW_N(a, rd_row, (size_t)t.n + 1);

	for (uint32_t p = 0; p <= b->n_periods; p++) {
		const rd_row *from = t.by_period + t.from[p];
		rd_row n = 0;

		for (rd_row i = 0; i < t.from[p + 1] - t.from[p]; i++)
			if (b->tb.party[from[i]] == 0)
				rows[n++] = from[i];
		if (n == 0)
			continue;
		mark_levels(b, rows, n, level, here, below);
		check_period(run, &t, rows, n, level, &before);
	}
	return RD_OK;
}

const rd_check rd_check_trial_balance_unbalanced = {
	.slug = "trial-balance-unbalanced",
	.family = "balance",
	.nature = "账目不符",
	.title = {"试算不平衡", "Trial balance does not balance"},
	.finds = {"科目余额表的期初、本期、本年累计或期末，借方合计与贷方合计不等。",
              "Opening, period, year-to-date or closing debits and credits of the trial balance "
              "differ."},
	.correction = {"与序时账核对，找出单边导入或漏行；重新导出",
                   "Compare with the journal, find the one-sided import or the missing row; export "
                   "again."},
	.basis = {"试算平衡；账账相符（会计法 17）",
              "trial balance; books agree (Accounting Law art. 17)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PERIODS,
	.params = params,
	.messages = messages,
	.run = run,
};
