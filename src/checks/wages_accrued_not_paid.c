/*
 * What it finds: wages payable (应付职工薪酬, wages and bonuses) that are open for longer than the
 * month not yet paid; wages payable with a debit balance; and books that pay wages without ever
 * accruing any.
 *
 * Why it matters: what was accrued and not paid is an expense without a payment, and what was paid
 * and not accrued is missing in the cost of labour and in the tax return for wages.
 *
 * What to do: compare the payroll of the month with accrual and payment. Reverse what was accrued
 * too much, enter what is missing.
 *
 * Known limits: open items are found first in, first out. Bonuses accrued in December may be paid
 * until 31 May. Insurance, housing fund, welfare and union sub-accounts are not wages.
 *
 * 发现什么:应付职工薪酬(工资、奖金)的贷方挂账超过"尚未发放的一个月";出现借方余额;或一直直接发放、
 * 从不计提。
 *
 * 为什么要紧:计提未发,是没有支付的费用;发放未计提,人工成本就少记,个税申报的工资也对不上。
 *
 * 怎么办:把当月工资表与计提、发放核对。多提的冲回,少提的补充登记。
 *
 * 已知局限:未清项按先进先出推算。12 月计提的奖金允许发到次年 5 月 31 日。社保、公积金、福利费、工
 * 会经费等明细不算工资。
 */
#include "base/assert.h"
#include "check/balance.h"

enum { P_AGE, P_MIN };
static const rd_param params[] = {
	[P_AGE] =
		{
			"age",
			"months",
			{"计提后超过多少个月未发才报", "months after which an accrual should be paid"},
			RD_PARAM_INT,
			0,
			60,
			1,
			NULL,
		},
	[P_MIN] = {"min_amount",
               "yuan",
               {"低于此数的不报", "amounts below this are let pass"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               10000,
               NULL},
	{0},
};

enum { K_UNPAID, K_DEBIT, K_NO_ACCRUAL };
static const rd_message messages[] = {
	[K_UNPAID] =
		{
			"unpaid",
			{"{account} 有 {overdue} 已计提、超过 {age} 个月未发放（最早 {oldest}），余额"
             "{side} {balance}。请与工资表核对，多提的冲回。",
             "{account}: {overdue} accrued and still unpaid (limit {age} months, oldest "
             "{oldest}), balance {balance} ({side}). Compare with the payroll; reverse "
             "what is too much."},
		},
	[K_DEBIT] =
		{
			"debit-balance",
			{"{account} 期末借方余额 {overdue}：发放多于计提。请与工资表核对，补提差额。",
             "{account} closes with {overdue} on the debit side: more was paid than "
             "accrued. Compare with the payroll; enter the missing accrual."},
		},
	[K_NO_ACCRUAL] =
		{
			"never-accrued",
			{"{account} 只有发放、没有计提，共 {overdue}。请补提工资，以后先计提再发放。",
             "{account} has payments and no accrual, {overdue} in all. Accrue wages before "
             "paying them."},
		},
	{0},
};

static bool has_any(rd_str s, const char *const *words)
{
	for (; *words; words++)
		if (rd_str_has(s, *words))
			return true;
	return false;
}

/* Wages themselves: the account or its sub-accounts without those for insurance and the like. */
static bool is_wages(const rd_book *b, rd_row a)
{
	static const char *const others[] = {"社保", "社会保险", "保险", "公积金", "养老", "医疗",
	                                     "失业", "工伤",     "生育", "福利",   "工会", "教育",
	                                     "辞退", "非货币",   "年金", NULL};
	const rd_str name = rd_book_text(b, b->account.name[a]);

	if (b->account.role[a] != RD_ROLE_WAGES || !(b->account.flags[a] & RD_ACC_LEAF))
		return false;
	if (b->standard == RD_STD_FRENCH)
		return rd_str_starts(rd_book_text(b, b->account.code[a]), "421");
	return !has_any(name, others);
}

static bool is_bonus(const rd_book *b, rd_row line)
{
	static const char *const words[] = {"奖金", "年终奖", "十三薪", "绩效", "年薪", NULL};

	return has_any(rd_book_text(b, rd_line_text(b, line)), words) ||
	       has_any(rd_book_text(b, b->account.name[b->line.account[line]]), words);
}

/* Bonuses accrued in the last December and not paid yet, while they may still be: until 31 May.
 * They stand outside the queue, since wages go on being paid in the meantime. */
static rd_minor bonus_to_pay(rd_run *run, const rd_book *b, rd_row a, rd_day now)
{
	const rd_by_account *by = rd_index_by_account(run, b);
	const rd_date today = rd_day_date(now);
	rd_minor open = 0;

	if (now > rd_day_of(today.year, 5, 31))
		return 0;
	for (rd_row k = by->start[a]; k < by->start[a + 1]; k++) {
		const rd_row i = by->rows[k];
		const rd_day day = rd_line_date(b, i);

		if (day == RD_DAY_NONE || day < rd_day_of(today.year - 1, 12, 1) || !is_bonus(b, i))
			continue;
		open -= rd_line_debit(b, i);
		if (day < rd_day_of(today.year, 1, 1))
			open += rd_line_credit(b, i);
	}
	return open > 0 ? open : 0;
}

/* Accruals of months before this day should be paid: `age` whole months have passed since. */
static rd_day limit_of(rd_day now, int64_t age)
{
	const rd_date d = rd_day_date(now);
	const bool month_end = d.day == rd_month_days(d.year, d.month);
	const rd_period p = rd_period_of(d.year, d.month);

	/* at the end of a month the month itself has passed */
	return rd_period_last(rd_period_add(p, -(int32_t)age - (month_end ? 0 : 1)));
}

typedef struct sides {
	rd_minor debit, credit;
} sides;

static sides sum_sides(const rd_balances *s, rd_row a)
{
	const size_t np = s->book->n_periods;
	sides x = {0};

	for (size_t p = 0; p < np; p++) {
		x.debit += s->moves->debit[a * np + p];
		x.credit += s->moves->credit[a * np + p];
	}
	return x;
}

static void check(rd_run *run, const rd_balances *s, rd_row a)
{
	const rd_book *b = s->book;
	const rd_day now = rd_balances_day(s, run);
	const int64_t age = rd_run_param(run, P_AGE);
	const sides moved = sum_sides(s, a);
	rd_open o;

	if (now == RD_DAY_NONE)
		return;
	rd_open_find(s, run, a, limit_of(now, age), &o);
	rd_hit hit = rd_hit_at_account(a);

	if (o.balance > 0) {
		hit.kind = moved.credit == 0 && s->opening[a] >= 0 ? K_NO_ACCRUAL : K_DEBIT;
		o.overdue = o.balance;
	} else {
		hit.kind = K_UNPAID;
		o.overdue -= bonus_to_pay(run, b, a, now);
	}
	if (o.overdue <= 0 || o.overdue < rd_run_param(run, P_MIN))
		return;
	hit.at_stake = o.overdue;
	hit.key = (uint64_t)o.overdue;
	hit.keyless = true;
	hit.line = o.n_lines > 0 ? o.lines[0] : RD_NONE;
	hit.lines = o.lines + 1;
	hit.n_lines = o.n_lines > 0 ? o.n_lines - 1 : 0;
	RD_EMIT(run, &hit, rd_money("overdue", o.overdue), rd_size("balance", o.balance),
	        rd_side_of("side", o.balance), rd_on_day("oldest", o.oldest), rd_int("age", age),
	        rd_int("items", o.items));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_balances s;

	(void)err;
	(void)range;
	rd_balances_begin(&s, run, b);
	if (!rd_balances_known(&s, run))
		return RD_OK;
	for (rd_row a = 1; a < b->account.n; a++)
		if (is_wages(b, a) && !s.vague[a])
			check(run, &s, a);
	return RD_OK;
}

const rd_check rd_check_wages_accrued_not_paid = {
	.slug = "wages-accrued-not-paid",
	.family = "payroll",
	.nature = "账目不符",
	.title = {"工资计提与发放不符", "Accrued and paid wages differ"},
	.finds = {"应付工资的余额不只是尚未发放的那个月。",
              "Wages payable keeps a balance that is not just the month not yet paid."},
	.correction = {"多提冲回，少提补充登记",
                   "Reverse what was accrued too much; enter what is missing."},
	.basis = {"实务惯例（先计提后发放）", "practice (wages are accrued, then paid)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
