/*
 * What it finds: accounts of a trial balance that are not the sum of what stands below them: of
 * their sub-accounts, or of their parties (customers, suppliers, employees). Opening, debit,
 * credit, year to date and closing are compared; balances by their net.
 *
 * Why it matters: the general ledger and the sub-ledger must agree. When they do not, vouchers
 * were posted past the sub-ledger, or a balance was typed over.
 *
 * What to do: rebuild the details in the accounting software; look for vouchers without a party or
 * posted to the parent itself, and correct them in red.
 *
 * Known limits: parents printed without any amount are left out. Differences that later periods
 * merely carry forward are reported once. Where parties are listed by several dimensions (customer
 * and project) their sum is a multiple of the account; then nothing is reported.
 *
 * 发现什么:科目余额表中,上级科目不等于下级科目之和,或科目不等于其往来单位之和。期初、借方、贷方、
 * 本年累计、期末分别比较,余额按净额比较。
 *
 * 为什么要紧:总账与明细账必须相符。不符说明有凭证绕过了明细,或余额被改过。
 *
 * 怎么办:在财务软件中重建明细;查找没有填往来单位、或直接记在上级科目的凭证,红字更正。
 *
 * 已知局限:没有打印任何金额的上级科目不看。以后各期只是结转下来的同一差额,只报一次。按几种辅助项(
 * 客户、项目)重复列示时,合计是科目的整数倍,这种情况不报。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/balance.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	{0},
};

enum { K_CHILDREN, K_PARTIES };
static const rd_message messages[] = {
	[K_CHILDREN] =
		{
			"sub-accounts",
			{"{period} {account} {column}：本科目 {control}，{rows} 个下级合计 {sum}，相差 "
             "{difference}（共 {columns} 栏不符）。请查直接记在上级科目的凭证，或重建明细。",
             "{period} {account}, {column}: the account shows {control}, its {rows} "
             "sub-accounts add up to {sum}, difference {difference} ({columns} columns "
             "differ). Look for postings to the parent itself, or rebuild the details."},
		},
	[K_PARTIES] =
		{
			"parties",
			{"{period} {account} {column}：本科目 {control}，{rows} 个往来单位合计 {sum}，相"
             "差 {difference}（共 {columns} 栏不符）。请查没有填往来单位的凭证。",
             "{period} {account}, {column}: the account shows {control}, its {rows} "
             "parties add up to {sum}, difference {difference} ({columns} columns differ). "
             "Look for vouchers without a party."},
		},
	{0},
};

/* What is compared: nets of the balances, sides of the movements. */
enum { C_OPEN, C_DEBIT, C_CREDIT, C_YTD_DEBIT, C_YTD_CREDIT, C_CLOSE, COLUMNS };
static const rd_words column_words[COLUMNS] = {
	[C_OPEN] = {"期初余额", "opening balance"},
	[C_DEBIT] = {"本期借方", "debit"},
	[C_CREDIT] = {"本期贷方", "credit"},
	[C_YTD_DEBIT] = {"本年累计借方", "year-to-date debit"},
	[C_YTD_CREDIT] = {"本年累计贷方", "year-to-date credit"},
	[C_CLOSE] = {"期末余额", "closing balance"},
};
static const rd_tb_part column_part[COLUMNS] = {
	RD_PART_OPEN, RD_PART_MOVE, RD_PART_MOVE, RD_PART_YTD, RD_PART_YTD, RD_PART_CLOSE,
};

typedef struct sum {
	uint32_t rows;
	uint8_t has; /* bit per column */
	rd_minor amount[COLUMNS];
} sum;

static void add_row(const rd_trial *t, rd_row r, sum *s)
{
	const rd_book *b = t->book;
	const rd_minor v[COLUMNS] = {
		[C_OPEN] = rd_trial_net(b, r, RD_PART_OPEN),
		[C_DEBIT] = rd_trial_debit(b, r, RD_PART_MOVE),
		[C_CREDIT] = rd_trial_credit(b, r, RD_PART_MOVE),
		[C_YTD_DEBIT] = rd_trial_debit(b, r, RD_PART_YTD),
		[C_YTD_CREDIT] = rd_trial_credit(b, r, RD_PART_YTD),
		[C_CLOSE] = rd_trial_net(b, r, RD_PART_CLOSE),
	};

	s->rows++;
	for (int c = 0; c < COLUMNS; c++) {
		s->amount[c] += v[c];
		if (rd_trial_has(t, r, column_part[c]))
			s->has |= (uint8_t)(1u << c);
	}
}

/* The parties' rows repeat the account k >= 2 times in every column: listed by k dimensions. */
static bool is_multiple(const sum *own, const sum *parts)
{
	rd_minor k = 0;

	for (int c = 0; c < COLUMNS; c++) {
		if (own->amount[c] == 0 && parts->amount[c] == 0)
			continue;
		if (own->amount[c] == 0 || parts->amount[c] % own->amount[c] != 0)
			return false;
		if (k != 0 && parts->amount[c] / own->amount[c] != k)
			return false;
		k = parts->amount[c] / own->amount[c];
	}
	return k >= 2;
}

/* Differences of one account and kind in the period before. */
typedef struct carried {
	rd_period period;
	rd_minor d[COLUMNS];
} carried;

/* Nothing new happened in this period: its differences are those of the one before, carried
 * forward. */
static bool only_carried(const carried *before, rd_period period, const rd_minor *d)
{
	const bool same_year = before && before->period / 100 == period / 100;

	return before && d[C_DEBIT] == 0 && d[C_CREDIT] == 0 && d[C_OPEN] == before->d[C_CLOSE] &&
	       d[C_CLOSE] == d[C_OPEN] && d[C_YTD_DEBIT] == (same_year ? before->d[C_YTD_DEBIT] : 0) &&
	       d[C_YTD_CREDIT] == (same_year ? before->d[C_YTD_CREDIT] : 0);
}

/* The first column that differs by more than what was carried into it. */
static int first_new(const carried *before, rd_period period, const rd_minor *d)
{
	const bool same_year = before && before->period / 100 == period / 100;
	const rd_minor into[COLUMNS] = {
		[C_OPEN] = before ? before->d[C_CLOSE] : 0,
		[C_YTD_DEBIT] = same_year ? before->d[C_YTD_DEBIT] : 0,
		[C_YTD_CREDIT] = same_year ? before->d[C_YTD_CREDIT] : 0,
		[C_CLOSE] = d[C_OPEN],
	};

	for (int c = 0; c < COLUMNS; c++)
		if (d[c] != into[c])
			return c;
	return COLUMNS;
}

static void compare(rd_run *run, const rd_trial *t, rd_row row, const sum *parts, uint8_t kind,
                    carried **before)
{
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);
	rd_minor off[COLUMNS] = {0};
	sum own = {0};
	int first = -1, n = 0;
	bool blank = true;

	if (parts->rows == 0)
		return;
	add_row(t, row, &own);
	for (int c = 0; c < COLUMNS; c++)
		blank = blank && own.amount[c] == 0;
	if (blank && rd_run_guards(run))
		return; /* a parent printed without amounts */
	for (int c = 0; c < COLUMNS; c++) {
		rd_minor d = own.amount[c] - parts->amount[c];

		if (!(own.has & parts->has & (1 << c)) || (d <= tolerance && d >= -tolerance))
			continue;
		first = n++ == 0 ? c : first;
		off[c] = d;
	}
	if (n == 0 || (kind == K_PARTIES && rd_run_guards(run) && is_multiple(&own, parts)))
		return;
	const rd_period period = t->book->tb.period[row];
	const bool known = rd_run_guards(run) && only_carried(*before, period, off);
	const int added = first_new(*before, period, off);

	if (*before && added < COLUMNS && off[added] != 0)
		first = added;

	if (*before == NULL)
		*before = RD_NEW(rd_run_scratch(run), carried);
	(*before)->period = period;
	memcpy((*before)->d, off, sizeof off);
	if (known)
		return;
	rd_hit hit = rd_hit_at_trial(t->book, row);
	rd_minor d = own.amount[first] - parts->amount[first];

	hit.kind = kind;
	hit.party = 0;
	hit.at_stake = d < 0 ? -d : d;
	hit.key = rd_hash_i64((uint64_t)first, d);
	RD_EMIT(run, &hit, rd_word("column", column_words[first].zh, column_words[first].en),
	        rd_money("control", own.amount[first]), rd_money("sum", parts->amount[first]),
	        rd_money("difference", d), rd_int("rows", parts->rows), rd_int("columns", n));
}

typedef struct work {
	rd_trial t;
	rd_row *row;   /* by account: its own row in this period, RD_NONE = none */
	sum *children; /* by slot */
	sum *parties;
	uint32_t *slot;      /* by account: position + 1 in the sums; 0 = none */
	carried **before[2]; /* by kind and account: the differences last met */
} work;

/* Rows of one period: own rows first, then each is added to the nearest account above. */
static void check_period(rd_run *run, work *w, const rd_row *rows, rd_row n)
{
	const rd_book *b = w->t.book;
	uint32_t slots = 0;

	for (rd_row i = 0; i < n; i++) {
		const rd_row a = b->tb.account[rows[i]];

		w->row[a] = RD_NONE;
		w->slot[a] = 0;
	}
	for (rd_row i = 0; i < n; i++) {
		const rd_row a = b->tb.account[rows[i]];

		if (w->slot[a] == 0) {
			w->children[slots] = (sum){0};
			w->parties[slots] = (sum){0};
			w->slot[a] = ++slots;
		}
		if (b->tb.party[rows[i]] == 0 && w->row[a] == RD_NONE)
			w->row[a] = rows[i];
		else if (b->tb.party[rows[i]] != 0)
			add_row(&w->t, rows[i], &w->parties[w->slot[a] - 1]);
	}
	for (rd_row i = 0; i < n; i++) {
		const rd_row a = b->tb.account[rows[i]];
		rd_row up = b->account.parent[a];

		if (w->row[a] != rows[i])
			continue;
		while (up != 0 && (w->slot[up] == 0 || w->row[up] == RD_NONE))
			up = b->account.parent[up];
		if (up != 0)
			add_row(&w->t, rows[i], &w->children[w->slot[up] - 1]);
	}
	for (rd_row i = 0; i < n; i++) {
		const rd_row a = b->tb.account[rows[i]];

		if (w->row[a] != rows[i])
			continue;
		compare(run, &w->t, rows[i], &w->children[w->slot[a] - 1], K_CHILDREN,
		        &w->before[K_CHILDREN][a]);
		compare(run, &w->t, rows[i], &w->parties[w->slot[a] - 1], K_PARTIES,
		        &w->before[K_PARTIES][a]);
	}
	for (rd_row i = 0; i < n; i++)
		w->slot[b->tb.account[rows[i]]] = 0;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	const size_t most = (size_t)(b->tb.n < b->account.n ? b->tb.n : b->account.n) + 1;
	work w = {.row = RD_NEW_N(a, rd_row, (size_t)b->account.n + 1),
	          .slot = RD_NEW_N(a, uint32_t, (size_t)b->account.n + 1),
	          .children = RD_NEW_N(a, sum, most),
	          .parties = RD_NEW_N(a, sum, most)};

	(void)err;
	(void)range;
	for (int k = 0; k < 2; k++)
		w.before[k] = RD_NEW_N(a, carried *, (size_t)b->account.n + 1);
	rd_trial_begin(&w.t, b, a);
	for (uint32_t p = 0; p <= b->n_periods; p++)
		check_period(run, &w, w.t.by_period + w.t.from[p], w.t.from[p + 1] - w.t.from[p]);
	return RD_OK;
}

const rd_check rd_check_subledger_differs_from_control = {
	.slug = "subledger-differs-from-control",
	.family = "balance",
	.nature = "账目不符",
	.title = {"总账与明细账不符", "General ledger differs from sub-ledger"},
	.finds = {"上级科目不等于下级科目之和，或往来科目不等于各往来单位之和。",
              "The balance of a parent or control account is not the sum of its children or of "
              "its partners."},
	.correction =
		{"重建明细；找出绕过辅助核算的凭证，红字更正",
         "Rebuild the details; find the vouchers that bypass the sub-ledger, correct them "
         "in red."},
	.basis = {"会计基础工作规范 62(2)", "Basic accounting work rules 62(2); ISA 240 A45"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_TRIAL_BALANCE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.params = params,
	.messages = messages,
	.run = run,
};
