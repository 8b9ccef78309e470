/*
 * What it finds: purchases that were accrued without an invoice and are still open a year later,
 * or that date from before the year and are open after 31 May. One finding an account and
 * partner.
 *
 * Why it matters: without the invoice the cost of an accrued purchase is not deductible once the
 * yearly return is due; an accrual that nobody reverses may have been booked twice, with and
 * without invoice.
 *
 * What to do: get the invoice, reverse the accrual in red and enter the purchase by the invoice.
 * If there will be none, reverse it or adjust the taxable profit.
 *
 * Known limits: accruals are told by 暂估 in the name of the account or partner. Reversals settle
 * the oldest accrual first. When the same text and amount was accrued before, the age runs from
 * the first time, because it was only reversed and accrued again.
 *
 * 发现什么:没有取得发票而暂估的采购,一年后仍未冲销,或属于以前年度、过了 5 月 31 日仍未冲销。每个科
 * 目和单位报告一次。
 *
 * 为什么要紧:汇算清缴期满仍无发票,暂估成本不得税前扣除;一直不冲的暂估,也可能发票到后又重复入账。
 *
 * 怎么办:取得发票后红字冲暂估并据票入账;确实无票的冲回,或作纳税调增。
 *
 * 已知局限:按科目或单位名称中的"暂估"识别。冲销先抵最早的暂估。摘要和金额相同的此前已暂估过,视为月
 * 初冲回、月末重估,账龄从第一次算起。
 */
#include "base/assert.h"
#include "check/index.h"
#include "check/names.h"
#include "check/partners.h"

enum { P_AGE, P_TAX_DAY };
static const rd_param params[] = {
	[P_AGE] = {"age",
               "months",
               {"多少个月未冲算长期", "months after which an accrual is old"},
               RD_PARAM_INT,
               1,
               600,
               12,
               NULL},
	[P_TAX_DAY] = {"tax_day",
                   "MMDD",
                   {"汇算清缴截止日（月日，531 = 5 月 31 日）",
                    "day of the yearly return (month and day, 531 = 31 May)"},
                   RD_PARAM_INT,
                   101,
                   1231,
                   531,
                   NULL},
	{0},
};

enum { K_OLD, K_TAX_DAY };
static const rd_message messages[] = {
	[K_OLD] = {"old",
               {"{partner} 在 {account} 有 {items} 笔暂估共 {open} 超过 {months} 个月未冲销，最"
                "早为 {oldest}。请取得发票后冲销，或冲回。",
                "{items} accrual(s) of {partner} on {account}, {open} in all, have been open "
                "for more than {months} months, the oldest since {oldest}. Get the invoices "
                "and reverse them, or take them back."}},
	[K_TAX_DAY] =
		{"after-tax-day",
         {"{partner} 在 {account} 有 {items} 笔以前年度的暂估共 {open}，过了汇算清缴仍未冲"
          "销，最早为 {oldest}。请核对是否已取得发票或已纳税调增。",
          "{items} accrual(s) of earlier years of {partner} on {account}, {open} in all, "
          "are open after the yearly return was due, the oldest since {oldest}. See "
          "whether the invoices came or the taxable profit was adjusted."}},
	{0},
};

static const char *const accrual_words[] = {"暂估", "估价入库", "GRNI", "Accrued purchases", NULL};

/* Open items whose first accrual is looked for; the others keep their own date. */
#define RETRACED_MAX 64u

/* Which accounts and parties are named so; each name is looked at once. */
typedef struct named {
	uint8_t *account, *party;
} named;

static named find_named(rd_arena *a, const rd_book *b)
{
	named n = {RD_NEW_N(a, uint8_t, (size_t)b->account.n + 1),
	           RD_NEW_N(a, uint8_t, (size_t)b->party.n + 1)};

	/* Parents stand before their children. */
	for (rd_row r = 1; r < b->account.n; r++)
		n.account[r] = rd_name_has(rd_book_text(b, b->account.name[r]), accrual_words) ||
		               n.account[b->account.parent[r]];
	for (rd_row r = 1; r < b->party.n; r++)
		n.party[r] = rd_name_has(rd_book_text(b, b->party.name[r]), accrual_words);
	return n;
}

/* The day before the data, for what was carried into it. */
static rd_day before_data(const rd_book *b)
{
	if (b->n_periods)
		return rd_period_first(b->periods[0]) - 1;
	return b->first_day == RD_DAY_NONE ? RD_DAY_NONE : b->first_day - 1;
}

/* When the goods of an open item were accrued for the first time. */
static rd_day first_accrued(const rd_book *b, const rd_partners *all, const rd_partner *p,
                            const rd_open_item *item)
{
	rd_text text = rd_line_text(b, item->line);

	for (rd_row k = p->lines_from; text != 0 && k < p->lines_to; k++) {
		rd_row i = all->rows[k];

		if (i == item->line)
			break;
		if (rd_line_text(b, i) == text && rd_line_net(b, i) == rd_line_net(b, item->line))
			return rd_line_date(b, i);
	}
	return item->day;
}

/* The last day that the data can speak of. */
static rd_day now(rd_run *run, const rd_book *b)
{
	rd_day end = b->n_periods ? rd_period_last(b->periods[b->n_periods - 1]) : b->last_day;
	rd_day today = rd_run_as_of(run);

	if (today == RD_DAY_NONE || (end != RD_DAY_NONE && today > end))
		return end;
	return today;
}

/* What is overdue of one account and partner. */
typedef struct overdue {
	uint32_t n[2], n_lines;
	rd_minor sum[2];
	rd_day oldest[2];
	rd_row lines[12];
} overdue;

static void add(rd_run *run, overdue *o, const rd_open_item *item, rd_day day, rd_day today)
{
	const int64_t tax_day = rd_run_param(run, P_TAX_DAY);
	rd_date at = rd_day_date(today), from = rd_day_date(day);
	int kind;

	if (rd_period_months(rd_day_period(day), rd_day_period(today)) >= rd_run_param(run, P_AGE))
		kind = K_OLD;
	else if (from.year < at.year && at.month * 100 + at.day > tax_day)
		kind = K_TAX_DAY;
	else
		return;
	if (o->n[kind]++ == 0 || day < o->oldest[kind])
		o->oldest[kind] = day;
	o->sum[kind] += item->open;
	if (item->line != RD_NONE && o->n_lines < 12)
		o->lines[o->n_lines++] = item->line;
}

static void report(rd_run *run, const rd_book *b, const rd_partner *p, const overdue *o)
{
	int kind = o->n[K_OLD] ? K_OLD : K_TAX_DAY;
	rd_hit hit = rd_hit_at_account(p->account);

	hit.kind = (uint8_t)kind;
	hit.party = p->party;
	hit.line = o->n_lines ? o->lines[0] : RD_NONE;
	hit.keyless = true;
	hit.lines = o->lines + 1;
	hit.n_lines = o->n_lines ? o->n_lines - 1 : 0;
	hit.at_stake = o->sum[K_OLD] + o->sum[K_TAX_DAY];
	RD_EMIT(run, &hit, rd_partner_fact(b, p), rd_int("items", o->n[K_OLD] + o->n[K_TAX_DAY]),
	        rd_money("open", hit.at_stake), rd_on_day("oldest", o->oldest[kind]),
	        rd_int("months", rd_run_param(run, P_AGE)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_partners *all = rd_index_partners(run, b);
	const rd_day today = now(run, b);
	const named n = find_named(rd_run_scratch(run), b);
	rd_arena *tmp = rd_arena_new();

	(void)range;
	(void)err;
	for (uint32_t k = 0; k < all->n && today != RD_DAY_NONE; k++) {
		const rd_partner *p = &all->items[k];
		overdue o = {0};
		rd_open_item *items;

		if (b->account.role[p->account] != RD_ROLE_PAYABLE ||
		    !(n.account[p->account] || n.party[p->party]))
			continue;
		rd_arena_reset(tmp);
		uint32_t n_items = rd_fifo(tmp, b, all->rows + p->lines_from, p->lines_to - p->lines_from,
		                           p->opening_known ? -p->opening : 0, false, &items);

		for (uint32_t i = 0; i < n_items; i++) {
			rd_day day = items[i].day;

			if (items[i].line == RD_NONE)
				day = before_data(b);
			else if (day != RD_DAY_NONE && i < RETRACED_MAX && rd_run_guards(run))
				day = first_accrued(b, all, p, &items[i]);
			if (day != RD_DAY_NONE && day <= today && items[i].open > 0)
				add(run, &o, &items[i], day, today);
		}
		if (o.n[K_OLD] + o.n[K_TAX_DAY] > 0)
			report(run, b, p, &o);
	}
	rd_arena_free(tmp);
	return RD_OK;
}

const rd_check rd_check_accrual_not_reversed = {
	.slug = "accrual-not-reversed",
	.family = "receivable",
	.nature = "违规风险",
	.title = {"暂估长期未冲", "Accrued purchases not reversed"},
	.finds =
		{"没有发票而暂估的采购，一年后或次年 5 月 31 日后仍未冲销。",
         "Goods accrued without invoice are still open after a year, or after 31 May of the next year."},
	.correction =
		{"取得发票后红字冲暂估并据票入账；否则冲回并纳税调增",
         "Reverse the accrual in red when the invoice comes and enter the purchase; else take it back and adjust the taxable profit."},
	.basis = {"实务惯例；企业所得税法 54（年度汇算清缴）",
              "Practice; Enterprise Income Tax Law 54 (annual filing)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PARTIES,
	.params = params,
	.messages = messages,
	.run = run,
};
