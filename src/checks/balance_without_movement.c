/*
 * What it finds: balances of partners that have not moved for a year. Those that have stood still
 * for three years are high. Small balances are added up to one finding.
 *
 * Why it matters: what nobody has paid or claimed for so long may never be; a receivable loses
 * its legal protection, a payable may have become income.
 *
 * What to do: ask the partner to confirm the balance. Write off what cannot be collected after
 * approval; take what need not be paid to non-operating income.
 *
 * Known limits: months are counted from the last movement, or from the start of the data when
 * there is none, so one year of data shows balances that did not move in the whole year. Deposits
 * and guarantees are left out by name. Balances whose opening is unknown are not judged.
 *
 * 发现什么:一年以上没有变动的往来余额;三年以上未动的列为高。小额余额合并为一条。
 *
 * 为什么要紧:这么久没人付也没人要的款项,可能收不回或不用付了;应收会过诉讼时效,应付可能要转为收入。
 *
 * 怎么办:向对方函证;确认收不回的经批准核销,确实无需支付的转营业外收入。
 *
 * 已知局限:从最后一次变动起按月计算,没有变动的从数据起点算起,所以只有一年的数据时报告全年未动的余
 * 额。押金、保证金按名称排除。期初余额未知的不判断。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/balance.h"
#include "check/names.h"
#include "check/partners.h"

enum { P_AGE, P_AGE_HIGH, P_MIN };
static const rd_param params[] = {
	[P_AGE] = {"age",
               "months",
               {"多少个月未动算长期", "months without movement"},
               RD_PARAM_INT,
               1,
               600,
               12,
               NULL},
	[P_AGE_HIGH] = {"age_high",
                    "months",
                    {"多少个月未动列为高", "months without movement that are graded high"},
                    RD_PARAM_INT,
                    1,
                    600,
                    36,
                    NULL},
	[P_MIN] = {"min_amount",
               "yuan",
               {"低于此余额的合并为一条", "smaller balances become one finding"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               10000,
               NULL},
	{0},
};

enum { K_OLD, K_SMALL };
static const rd_message messages[] = {
	[K_OLD] = {"old-balance",
               {"{partner} 在 {account} 的余额 {balance} 已有 {months} 个月以上没有变动（最后变"
                "动 {last_movement}）。请函证，并判断能否收回或仍需支付。",
                "The balance of {partner} on {account}, {balance}, has not moved for "
                "{months} months or more (last movement {last_movement}). Have it confirmed, "
                "and see whether it can still be collected or has to be paid."}},
	[K_SMALL] = {"small-balances",
                 {"另有 {partners} 个往来单位的小额余额长期未动，绝对值合计 {sum}（每笔低于 "
                  "{min_amount}）。可集中清理。",
                  "{partners} more partner(s) have small balances that have not moved, {sum} in "
                  "all (each below {min_amount}). They can be cleared together."}},
	{0},
};

static const char *const deposits[] = {"押金",    "保证金",  "质保金", "定金",
                                       "deposit", "Deposit", NULL};

/* The last period of the data that is not later than `as of`. */
static rd_period now(rd_run *run, const rd_book *b)
{
	rd_period last = b->n_periods ? b->periods[b->n_periods - 1] : 0;
	rd_day today = rd_run_as_of(run);

	if (last == 0 && b->last_day != RD_DAY_NONE)
		last = rd_day_period(b->last_day);
	return today != RD_DAY_NONE && rd_day_period(today) < last ? rd_day_period(today) : last;
}

/* Months since the last movement; without one, since the month before the data. */
static int32_t months_still(const rd_book *b, const rd_partner *p, rd_period today)
{
	rd_period since;

	if (p->last != RD_DAY_NONE) {
		since = rd_day_period(p->last);
	} else if (p->lines_to > p->lines_from) {
		return 0; /* it moved, on days that are not known */
	} else {
		since = b->n_periods ? b->periods[0] : 0;
		since = since ? rd_period_add(since, -1) : since;
	}
	return since != 0 && today != 0 ? rd_period_months(since, today) : 0;
}

static bool is_deposit(const rd_book *b, const rd_partner *p)
{
	return rd_name_has(rd_book_text(b, b->account.name[p->account]), deposits) ||
	       rd_name_has(rd_book_text(b, rd_partner_text(b, p)), deposits);
}

/* Where the trial balance states the pair; file 0 = nowhere. */
static rd_place stated_at(const rd_trial *t, const rd_partner *p)
{
	const rd_book *b = t->book;
	rd_row lo = t->start[p->account], hi = t->start[p->account + 1];

	while (lo < hi) {
		rd_row mid = lo + (hi - lo) / 2;

		if (b->tb.party[t->rows[mid]] < p->party)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == t->start[p->account + 1] || b->tb.party[t->rows[lo]] != p->party)
		return (rd_place){0, 0};
	return (rd_place){b->tb.file[t->rows[lo]], b->tb.line[t->rows[lo]]};
}

typedef struct small {
	uint32_t n;
	rd_minor sum;
	rd_row line;
	rd_place place;
} small;

static void report(rd_run *run, const rd_trial *t, const rd_partner *p, rd_minor balance,
                   int32_t months)
{
	const rd_book *b = t->book;
	rd_hit hit = rd_hit_at_account(p->account);

	hit.party = p->party;
	hit.line = p->last_line;
	if (hit.line == RD_NONE)
		hit.place = stated_at(t, p);
	hit.keyless = true;
	hit.severity = months >= rd_run_param(run, P_AGE_HIGH) ? RD_SEV_HIGH : RD_SEV_PRESET;
	hit.at_stake = balance < 0 ? -balance : balance;
	hit.key = (uint64_t)balance;
	if (p->last != RD_DAY_NONE)
		RD_EMIT(run, &hit, rd_partner_fact(b, p), rd_money("balance", balance),
		        rd_int("months", months), rd_on_day("last_movement", p->last));
	else
		RD_EMIT(run, &hit, rd_partner_fact(b, p), rd_money("balance", balance),
		        rd_int("months", months),
		        rd_word("last_movement", "早于本次数据", "before these books"));
}

static void report_small(rd_run *run, const small *s)
{
	rd_hit hit = rd_hit_new();

	if (s->n == 0)
		return;
	hit.kind = K_SMALL;
	hit.severity = RD_SEV_LOW;
	hit.line = s->line;
	hit.place = s->place;
	hit.keyless = true;
	hit.at_stake = s->sum;
	hit.weight = s->n;
	RD_EMIT(run, &hit, rd_int("partners", s->n), rd_money("sum", s->sum),
	        rd_money("min_amount", rd_run_param(run, P_MIN)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_partners *all = rd_index_partners(run, b);
	const rd_minor min = rd_run_param(run, P_MIN);
	const bool guards = rd_run_guards(run);
	const rd_period today = now(run, b);
	bool judged = false, any = false;
	small s = {.line = RD_NONE};
	rd_trial t;

	(void)range;
	(void)err;
	rd_trial_begin(&t, b, rd_run_scratch(run));
	for (uint32_t k = 0; k < all->n; k++) {
		const rd_partner *p = &all->items[k];
		rd_minor balance = rd_partner_balance(p);

		if (!rd_partner_is_named(b, p))
			continue;
		any = true;
		if (!p->opening_known)
			continue;
		judged = true;
		int32_t months = months_still(b, p, today);

		if (balance == 0 || months < rd_run_param(run, P_AGE) || (guards && is_deposit(b, p)))
			continue;
		rd_minor size = balance < 0 ? -balance : balance;

		if (size >= min) {
			report(run, &t, p, balance, months);
			continue;
		}
		if (s.n++ == 0) {
			s.line = p->last_line;
			s.place = s.line == RD_NONE ? stated_at(&t, p) : s.place;
		}
		s.sum += size;
	}
	report_small(run, &s);
	if (any && !judged)
		rd_run_not_run(run, "没有按往来单位的期初余额", "no opening balances by partner");
	return RD_OK;
}

const rd_check rd_check_balance_without_movement = {
	.slug = "balance-without-movement",
	.family = "receivable",
	.nature = "异常波动",
	.title = {"往来长期挂账", "Receivable or payable without movement"},
	.finds =
		{"往来余额一年没有变动，可能收不回、不用付，或本不存在。",
         "A partner balance has not moved for a year. It may be uncollectable, unpayable or not there at all."},
	.correction =
		{"函证；经批准核销或转营业外收入",
         "Have it confirmed; write it off after approval, or take it to non-operating income."},
	.basis = {"实务惯例；会计基础工作规范 62", "Practice; Basic accounting work rules 62"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs_any = RD_HAS_OPENING | RD_HAS_LINES,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PARTIES,
	.params = params,
	.messages = messages,
	.run = run,
};
