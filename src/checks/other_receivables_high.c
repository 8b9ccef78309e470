/*
 * What it finds: other receivables (debit balances, before credit ones are set off) that make up
 * more than a fifth of the current assets at the end of the books, with the three largest
 * partners.
 *
 * Why it matters: other receivables are where loans to owners and expenses without invoice are
 * often parked; lists of tax risks that are passed around look at this share.
 *
 * What to do: go through the largest partners, collect or settle what can be, and enter what was
 * spent.
 *
 * Known limits: the share of 20 % comes from a published list that is not official. Holding and
 * financing companies have high shares by nature.
 *
 * 发现什么:期末其他应收款(借方余额,不与贷方轧抵)占流动资产的比例超过五分之一,并列出最大的三个单位。
 *
 * 为什么要紧:股东借款、没有发票的费用常挂在其他应收款;流传的风险清单也关注这一比例。
 *
 * 怎么办:逐一分析大额往来的构成,该收的收回,该结清的结清,已花费的入账。
 *
 * 已知局限:20% 来自公开流传的清单,并非官方标准。控股、融资类公司的比例天然偏高。
 */
#include "base/assert.h"
#include "check/balance.h"
#include "check/partners.h"

enum { P_SHARE };
static const rd_param params[] = {
	[P_SHARE] = {"share",
                 "percent",
                 {"占流动资产的比例", "share of current assets"},
                 RD_PARAM_INT,
                 1,
                 100,
                 20,
                 NULL},
	{0},
};

enum { K_PLAIN, K_PARTNERS };
static const rd_message messages[] = {
	[K_PLAIN] =
		{"share",
         {"{period} 末其他应收款 {amount}，占流动资产 {assets} 的 {rate}。请分析构成并清理。",
          "At the end of {period} other receivables are {amount}, {rate} of current "
          "assets of {assets}. See what they consist of and settle them."}},
	[K_PARTNERS] =
		{"share-with-partners",
         {"{period} 末其他应收款 {amount}，占流动资产 {assets} 的 {rate}；最大的是 {first}"
          "({first_amount})。请分析构成并清理。",
          "At the end of {period} other receivables are {amount}, {rate} of current "
          "assets of {assets}; the largest is {first} ({first_amount}). See what they "
          "consist of and settle them."}},
	{0},
};

#define ASSETS_MIN 1000000 /* 10,000 yuan: below it a share says nothing */

static bool is_current(const rd_book *b, rd_row a)
{
	rd_str code = rd_book_text(b, b->account.code[a]);
	rd_role role = (rd_role)b->account.role[a];

	/* Both Chinese charts keep current assets at 10 to 14; inventories end at 1471. */
	if (b->standard == RD_STD_SMALL || b->standard == RD_STD_ENTERPRISE)
		return code.len >= 4 && code.ptr[0] == '1' && code.ptr[1] >= '0' && code.ptr[1] <= '4';
	return role >= RD_ROLE_CASH && role <= RD_ROLE_STOCK;
}

typedef struct top {
	rd_text name[3];
	rd_minor amount[3];
} top;

static void add_top(top *t, rd_text name, rd_minor amount)
{
	for (int k = 0; k < 3; k++)
		if (amount > t->amount[k]) {
			for (int m = 2; m > k; m--) {
				t->amount[m] = t->amount[m - 1];
				t->name[m] = t->name[m - 1];
			}
			t->amount[k] = amount;
			t->name[k] = name;
			return;
		}
}

/* Debit balances of the account's partners; what no partner shows comes from the account. */
static rd_minor gross(const rd_book *b, const rd_partners *all, rd_row a, rd_minor balance, top *t)
{
	rd_minor sum = 0, net = 0;
	bool known = false;

	uint32_t end = rd_partners_from(all, a + 1);

	for (uint32_t k = rd_partners_from(all, a); k < end; k++) {
		const rd_partner *p = &all->items[k];
		rd_minor own = rd_partner_balance(p);

		if (!p->opening_known)
			return balance > 0 ? balance : 0;
		known = true;
		net += own;
		sum += own > 0 ? own : 0;
		if (own > 0 && rd_partner_is_named(b, p))
			add_top(t, rd_partner_text(b, p), own);
	}
	if (known && net == balance)
		return sum;
	return balance > 0 ? balance : 0;
}

/* Where the trial balance states the account itself for the last time. */
static rd_place stated_at(const rd_trial *t, rd_row account)
{
	const rd_book *b = t->book;
	rd_place place = {0, 0};

	for (rd_row k = t->start[account]; k < t->start[account + 1]; k++) {
		rd_row r = t->rows[k];

		if (b->tb.party[r] == 0)
			place = (rd_place){b->tb.file[r], b->tb.line[r]};
	}
	return place;
}

static void report(rd_run *run, const rd_balances *s, rd_row account, rd_minor amount,
                   rd_minor assets, const top *t)
{
	const rd_book *b = s->book;
	rd_hit hit = rd_hit_at_account(account);
	int64_t rate = (int64_t)((__int128)amount * 1000 / assets);

	hit.kind = t->amount[0] > 0 ? K_PARTNERS : K_PLAIN;
	hit.period = b->periods[b->n_periods - 1];
	hit.place = stated_at(&s->trial, account);
	hit.at_stake = amount;
	if (hit.kind == K_PLAIN)
		RD_EMIT(run, &hit, rd_money("amount", amount), rd_money("assets", assets),
		        rd_permille("rate", rate));
	else
		RD_EMIT(run, &hit, rd_money("amount", amount), rd_money("assets", assets),
		        rd_permille("rate", rate), rd_txt("first", t->name[0]),
		        rd_money("first_amount", t->amount[0]), rd_txt("second", t->name[1]),
		        rd_money("second_amount", t->amount[1]), rd_txt("third", t->name[2]),
		        rd_money("third_amount", t->amount[2]));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_partners *all = rd_index_partners(run, b);
	rd_minor assets = 0, amount = 0;
	rd_row account = 0;
	rd_balances s;
	top t = {0};

	(void)range;
	(void)err;
	if (b->n_periods == 0)
		return RD_OK;
	rd_minor *balances = RD_NEW_N(rd_run_scratch(run), rd_minor, b->n_periods);

	rd_balances_begin(&s, run, b);
	for (rd_row a = 1; a < b->account.n; a++) {
		bool other = b->account.role[a] == RD_ROLE_OTHER_RECEIVABLE;

		if (!other && !is_current(b, a))
			continue;
		rd_balances_get(&s, a, balances);
		rd_minor balance = balances[b->n_periods - 1];

		assets += balance;
		if (!other || b->account.flags[a] & RD_ACC_CONTRA)
			continue;
		account = account ? account : a;
		amount += balance != 0 ? gross(b, all, a, balance, &t) : 0;
	}
	if (rd_run_guards(run) && assets < ASSETS_MIN) {
		rd_run_not_run(run, "流动资产过小，比例没有意义",
		               "current assets are too small for a share to mean anything");
		return RD_OK;
	}
	if (assets > 0 && (__int128)amount * 100 > (__int128)assets * rd_run_param(run, P_SHARE))
		report(run, &s, account, amount, assets, &t);
	return RD_OK;
}

const rd_check rd_check_other_receivables_high = {
	.slug = "other-receivables-high",
	.family = "receivable",
	.nature = "异常波动",
	.title = {"其他应收款占比过高", "Other receivables large against assets"},
	.finds =
		{"其他应收款占流动资产比例偏高，常含借款或未入账的费用。",
         "Other receivables are a large part of current assets, often loans or expenses that were not entered."},
	.correction = {"分析构成并清理", "See what they consist of and settle them."},
	.basis = {"公开流传的风险清单：star-box.cn（非官方）",
              "Published risk list: star-box.cn (not official)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_INFO,
	.certainty = RD_INDICATOR,
	.needs_any = RD_HAS_TRIAL_BALANCE | RD_HAS_OPENING,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.params = params,
	.messages = messages,
	.run = run,
};
