/*
 * What it finds: months in which wages are accrued, but neither social insurance nor housing fund,
 * although at least `min_other` other months have them; and books with wages in which they never
 * appear at all.
 *
 * Why it matters: the employer's part belongs into the cost of the month in which the work was
 * done. A missing month is usually a forgotten entry; the payment to the fund will not agree.
 *
 * What to do: compare with the payment notices of the month and enter the accrual.
 *
 * Known limits: insurance is recognised by the names of accounts and by summaries on expense
 * accounts. A month whose insurance was expensed directly counts as booked. Months relieved by
 * decree are not known.
 *
 * 发现什么:当月计提了工资,却没有计提社保、公积金,而账上至少有 `min_other` 个其他月份计提了;或有工
 * 资的账里从来没有出现过社保、公积金。
 *
 * 为什么要紧:单位承担的部分属于当月的人工成本。缺一个月,多半是漏记,缴款时就对不上。
 *
 * 怎么办:与当月缴费通知核对,补充登记计提。
 *
 * 已知局限:按科目名称和费用分录的摘要识别社保、公积金。直接记入费用的月份视为已记。政策减免的月份
 * 无从得知。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/index.h"

enum { P_OTHER };
static const rd_param params[] = {
	[P_OTHER] =
		{
			"min_other",
			"months",
			{"至少有几个其他月份计提了才报", "how many other months must have the accrual"},
			RD_PARAM_INT,
			1,
			120,
			3,
			NULL,
		},
	{0},
};

enum { K_MONTH, K_NEVER };
static const rd_message messages[] = {
	[K_MONTH] =
		{
			"month",
			{"{period} 计提工资 {wages}，没有计提社保或公积金（另有 {months} 个月计提）。请与"
             "缴费通知核对后补提。",
             "{period}: wages of {wages} accrued, no social insurance or housing fund "
             "({months} other months have it). Compare with the payment notice and enter "
             "the accrual."},
		},
	[K_NEVER] =
		{
			"never",
			{"账上有 {months} 个月计提工资（共 {wages}），从未出现社保或公积金。请确认是否由"
             "他方缴纳，或漏记。",
             "{months} months accrue wages ({wages} in all); social insurance and housing "
             "fund never appear. Does somebody else pay them, or were they left out?"},
		},
	{0},
};

static const rd_str words[] = {
#define W(s)                                                                                       \
	{                                                                                              \
		s, sizeof(s) - 1                                                                           \
	}
	W("社保"), W("社会保险"), W("公积金"), W("养老"),     W("医疗保险"),
	W("医保"), W("失业保险"), W("工伤"),   W("生育保险"), W("五险"),
#undef W
};
enum { WORDS = sizeof words / sizeof *words };

static bool names_insurance(rd_str name)
{
	for (uint32_t i = 0; i < WORDS; i++)
		if (rd_str_find(name, words[i].ptr) >= 0)
			return true;
	return false;
}

enum { A_WAGES = 1, A_INSURANCE, A_EXPENSE };

/* What each account says about a month. */
static uint8_t *mark_accounts(rd_run *run, const rd_book *b)
{
	uint8_t *mark = RD_NEW_N(rd_run_scratch(run), uint8_t, (size_t)b->account.n + 1);

	for (rd_row a = 1; a < b->account.n; a++) {
		const rd_role role = (rd_role)b->account.role[a];
		const bool named = names_insurance(rd_book_text(b, b->account.name[a]));

		if (role == RD_ROLE_WAGES)
			mark[a] = named ? A_INSURANCE : A_WAGES;
		else if (rd_role_is_expense(role) || role == RD_ROLE_OVERHEAD || role == RD_ROLE_PRODUCTION)
			mark[a] = named ? A_INSURANCE : A_EXPENSE;
	}
	return mark;
}

typedef struct months {
	rd_minor *wages;
	uint8_t *insured;
	uint32_t with, paid; /* months with insurance, with wages */
	rd_minor sum;
} months;

/* By accounts, from the movements. */
static void read_accounts(rd_run *run, const rd_book *b, const uint8_t *mark, months *m)
{
	const rd_movements *x = rd_index_movements(run, b);
	const size_t np = b->n_periods;

	for (rd_row a = 1; a < b->account.n; a++)
		for (size_t p = 0; p < np; p++) {
			const bool wages = b->account.role[a] == RD_ROLE_WAGES;

			if (mark[a] == A_WAGES)
				m->wages[p] += x->credit[a * np + p];
			else if (mark[a] == A_INSURANCE)
				m->insured[p] |= (wages ? x->credit : x->debit)[a * np + p] != 0;
		}
}

/* Months that are still without: a summary on an expense or wages line may name it. */
static void read_texts(rd_run *run, const rd_book *b, const uint8_t *mark, months *m)
{
	const uint64_t *hits = b->line.text ? rd_texts_matching(run, b, words, WORDS) : NULL;

	for (rd_row v = 0; hits && v < b->voucher.n; v++) {
		const uint32_t p = rd_book_period_index(b, b->voucher.period[v]);

		if (p == RD_NONE || m->insured[p] || b->voucher.flags[v] & RD_VCH_VOID)
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			if (hits[b->line.text[i]] &&
			    (mark[b->line.account[i]] == A_EXPENSE ||
			     (mark[b->line.account[i]] == A_WAGES && rd_line_is_credit(b, i))))
				m->insured[p] = 1;
	}
}

static void emit(rd_run *run, rd_period period, rd_minor wages, uint32_t n, uint8_t kind)
{
	rd_hit hit = rd_hit_new();

	hit.kind = kind;
	hit.period = period;
	hit.at_stake = wages > 0 ? wages : 0;
	RD_EMIT(run, &hit, rd_money("wages", wages), rd_int("months", n));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const size_t np = (size_t)b->n_periods + 1;
	months m = {.wages = RD_NEW_N(rd_run_scratch(run), rd_minor, np),
	            .insured = RD_NEW_N(rd_run_scratch(run), uint8_t, np)};
	const uint8_t *mark = mark_accounts(run, b);
	bool missing = false;

	(void)err;
	(void)range;
	read_accounts(run, b, mark, &m);
	for (uint32_t p = 0; p < b->n_periods; p++)
		missing |= m.wages[p] > 0 && !m.insured[p];
	if (missing)
		read_texts(run, b, mark, &m);
	for (uint32_t p = 0; p < b->n_periods; p++) {
		m.with += m.insured[p];
		m.paid += m.wages[p] > 0;
		m.sum += m.wages[p] > 0 ? m.wages[p] : 0;
	}
	if (m.paid == 0)
		rd_run_not_run(run, "账簿里没有计提工资", "the books accrue no wages");
	else if (m.with == 0 && b->standard == RD_STD_FRENCH)
		rd_run_not_run(run, "社保科目只按中文名称识别", "insurance is only known by Chinese names");
	else if (m.with == 0)
		emit(run, 0, m.sum, m.paid, K_NEVER);
	for (uint32_t p = 0; p < b->n_periods; p++)
		if (m.wages[p] > 0 && !m.insured[p] && m.with >= (uint32_t)rd_run_param(run, P_OTHER))
			emit(run, b->periods[p], m.wages[p], m.with, K_MONTH);
	return RD_OK;
}

const rd_check rd_check_insurance_not_accrued = {
	.slug = "insurance-not-accrued",
	.family = "payroll",
	.nature = "数据缺失",
	.title = {"社保公积金未计提", "Insurance accrual missing"},
	.finds = {"某月有工资，却没有计提社保、公积金。",
              "A month has wages and no accrual of social insurance and housing fund."},
	.correction = {"补充登记计提", "Enter the missing accrual."},
	.basis = {"实务惯例（社保、公积金按月计提）", "practice (insurance is accrued month by month)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PERIODS,
	.params = params,
	.messages = messages,
	.run = run,
};
