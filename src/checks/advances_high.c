/*
 * What it finds: advances from customers, older than a month, that are large against the revenue
 * of the last twelve months.
 *
 * Why it matters: goods may have been delivered without revenue being booked, and output tax may
 * be due that was not declared; it may as well be plain prepayment.
 *
 * What to do: compare with contracts and deliveries; see when revenue is earned and when the VAT
 * arises.
 *
 * Known limits: the share of 20 % comes from published lists that are not official. Property,
 * schools, fitness and prepaid cards have high advances by nature. With less than twelve months
 * of data revenue is scaled up to a year; below three months the check is not run.
 *
 * 发现什么:一个月以上的预收账款占最近十二个月收入的比例偏高。
 *
 * 为什么要紧:可能货已发出而收入未确认,销项税额因此延后;也可能只是正常预收。
 *
 * 怎么办:对照合同与发货情况,核对收入确认时点和增值税纳税义务发生时间。
 *
 * 已知局限:20% 来自公开流传的清单,并非官方标准。房地产、培训、健身、预付卡等行业预收天然偏高。数据
 * 不足十二个月的按月折算成全年收入,不足三个月不检查。
 */
#include "base/assert.h"
#include "check/balance.h"
#include "check/partners.h"

enum { P_SHARE };
static const rd_param params[] = {
	[P_SHARE] = {"share",
                 "percent",
                 {"占全年收入的比例", "share of a year's revenue"},
                 RD_PARAM_INT,
                 1,
                 1000,
                 20,
                 NULL},
	{0},
};

enum { K_SHARE };
static const rd_message messages[] = {
	[K_SHARE] = {"share",
                 {"{period} 末预收账款 {balance}，其中一个月以上的 {old}，占近 {months} 个月折算全"
                  "年收入 {revenue} 的 {rate}。请核对是否有已发货未确认的收入。",
                  "At the end of {period} advances are {balance}, {old} of them older than a "
                  "month: {rate} of a year's revenue of {revenue} (from {months} months). See "
                  "whether anything was delivered without revenue being booked."}},
	{0},
};

#define REVENUE_MIN 1000000 /* 10,000 yuan */
#define OLD_DAYS    31
#define MONTHS_MIN  3

/* Advances at the end of the books. */
typedef struct advances {
	rd_row account;
	rd_minor balance, old;
} advances;

static rd_day end_of(rd_run *run, const rd_book *b)
{
	rd_day end = rd_period_last(b->periods[b->n_periods - 1]), today = rd_run_as_of(run);

	return today == RD_DAY_NONE || today > end ? end : today;
}

/* What is still open and old of the partners of an account; false when they are not known. */
static bool by_partner(rd_arena *tmp, const rd_book *b, const rd_partners *all, rd_row a,
                       rd_day limit, advances *ret)
{
	uint32_t from = rd_partners_from(all, a), to = rd_partners_from(all, a + 1);
	rd_minor balance = 0, old = 0;

	for (uint32_t k = from; k < to; k++) {
		const rd_partner *p = &all->items[k];
		rd_open_item *items;

		if (!p->opening_known)
			return false;
		rd_arena_reset(tmp);
		uint32_t n = rd_fifo(tmp, b, all->rows + p->lines_from, p->lines_to - p->lines_from,
		                     -p->opening, false, &items);

		for (uint32_t i = 0; i < n; i++) {
			balance += items[i].open;
			old += items[i].line == RD_NONE || items[i].day <= limit ? items[i].open : 0;
		}
	}
	ret->balance += balance;
	ret->old += old;
	return to > from;
}

static void look_at(rd_run *run, const rd_balances *s, const rd_partners *all, advances *ret)
{
	const rd_book *b = s->book;
	const rd_day limit = end_of(run, b) - OLD_DAYS;
	rd_arena *tmp = rd_arena_new();

	for (rd_row a = 1; a < b->account.n; a++) {
		rd_open open;

		if (b->account.role[a] != RD_ROLE_ADVANCE || b->account.flags[a] & RD_ACC_CONTRA)
			continue;
		ret->account = ret->account ? ret->account : a;
		if (by_partner(tmp, b, all, a, limit, ret))
			continue;
		rd_open_find(s, run, a, limit, &open);
		if (open.balance < 0) {
			ret->balance -= open.balance;
			ret->old += open.overdue;
		}
	}
	rd_arena_free(tmp);
}

/* Revenue of the last twelve periods, of the journal where it has lines, else of the trial
 * balance. */
static rd_minor revenue(rd_run *run, const rd_balances *s, uint32_t *ret_months)
{
	const rd_book *b = s->book;
	const rd_minor *flows = rd_role_flows(run, b);
	const uint32_t np = b->n_periods;
	rd_minor sum = 0;

	*ret_months = 0;
	for (uint32_t p = np > 12 ? np - 12 : 0; p < np; p++) {
		rd_minor month = -flows[RD_ROLE_REVENUE * (size_t)np + p];

		for (rd_row r = 0; !s->covered[p] && r < s->trial.n; r++) {
			rd_row a = b->tb.account[r];

			if (b->tb.period[r] == b->periods[p] && b->tb.party[r] == 0 &&
			    b->account.role[a] == RD_ROLE_REVENUE && !s->trial.above[a])
				month += rd_trial_credit(b, r, RD_PART_MOVE);
		}
		sum += month;
		++*ret_months;
	}
	return sum;
}

/* All that is still open of the advances, old or not: a credit balance is the sum of its open
 * items. */
static rd_minor in_credit(rd_run *run, const rd_balances *s, const rd_partners *all)
{
	const rd_book *b = s->book;
	rd_minor *ends = RD_NEW_N(rd_run_scratch(run), rd_minor, b->n_periods);
	rd_minor sum = 0;

	for (rd_row a = 1; a < b->account.n; a++) {
		uint32_t from = rd_partners_from(all, a), to = rd_partners_from(all, a + 1);
		bool known = to > from;

		if (b->account.role[a] != RD_ROLE_ADVANCE)
			continue;
		for (uint32_t k = from; k < to; k++) {
			rd_minor balance = rd_partner_balance(&all->items[k]);

			known &= all->items[k].opening_known;
			sum -= balance < 0 ? balance : 0;
		}
		if (known)
			continue;
		rd_balances_get(s, a, ends);
		sum -= ends[b->n_periods - 1] < 0 ? ends[b->n_periods - 1] : 0;
	}
	return sum;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const int64_t share = rd_run_param(run, P_SHARE);
	uint32_t months;
	rd_balances s;
	advances adv = {0};

	(void)range;
	(void)err;
	if (b->n_periods == 0)
		return RD_OK;
	rd_balances_begin(&s, run, b);
	rd_minor sales = revenue(run, &s, &months);

	if (rd_run_guards(run) && months < MONTHS_MIN) {
		rd_run_not_run(run, "数据不足三个月", "less than three months of data");
		return RD_OK;
	}
	sales = (rd_minor)((__int128)sales * 12 / months);
	if (rd_run_guards(run) && sales < REVENUE_MIN) {
		rd_run_not_run(run, "收入过小，比例没有意义",
		               "revenue is too small for a share to mean anything");
		return RD_OK;
	}
	/* Open items are only worth finding when all of them together would be too much. */
	const rd_partners *all = rd_index_partners(run, b);

	if (sales <= 0 || (__int128)in_credit(run, &s, all) * 100 <= (__int128)sales * share)
		return RD_OK;
	look_at(run, &s, all, &adv);
	if ((__int128)adv.old * 100 <= (__int128)sales * share)
		return RD_OK;
	rd_hit hit = rd_hit_at_account(adv.account);

	hit.period = b->periods[b->n_periods - 1];
	hit.at_stake = adv.old;
	RD_EMIT(run, &hit, rd_money("balance", adv.balance), rd_money("old", adv.old),
	        rd_money("revenue", sales), rd_int("months", months),
	        rd_permille("rate", (int64_t)((__int128)adv.old * 1000 / sales)));
	return RD_OK;
}

const rd_check rd_check_advances_high = {
	.slug = "advances-high",
	.family = "receivable",
	.nature = "异常波动",
	.title = {"预收账款占收入过高", "Advances large against revenue"},
	.finds =
		{"一个月以上的预收账款占收入比例偏高，收入或销项税额可能延后。",
         "Money received in advance is large against revenue. Revenue or output tax may be delayed."},
	.correction = {"核对收入确认时点与增值税纳税义务时间",
                   "See when revenue is earned and when the VAT arises."},
	.basis = {"公开流传的风险清单：cwabc.cn 2025-05、star-box.cn（非官方）",
              "Published risk lists: cwabc.cn 2025-05, star-box.cn (not official)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_INFO,
	.certainty = RD_INDICATOR,
	.needs_any = RD_HAS_TRIAL_BALANCE | RD_HAS_OPENING | RD_HAS_LINES,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.params = params,
	.messages = messages,
	.run = run,
};
