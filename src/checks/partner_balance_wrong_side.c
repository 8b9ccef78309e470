/*
 * What it finds: partners whose balance stands on the other side than it should at the end of the
 * books: a customer with a credit balance, a supplier with a debit balance. The net with the
 * sister account of the same partner (receivable and advance, payable and prepayment) is said.
 *
 * Why it matters: the balance sheet shows such balances under another heading. Often a payment
 * was booked twice or to the wrong partner, or a sale was not entered.
 *
 * What to do: for the report, reclassify to advances or prepayments. If a payment went to the
 * wrong partner, correct it in red.
 *
 * Known limits: accounts whose openings by partner are unknown are left out. Partners are parties
 * of the lines, or sub-accounts where the books keep partners that way.
 *
 * 发现什么:期末往来余额方向相反的单位:客户为贷方余额,供应商为借方余额;并说明与同一单位另一往来科目
 * (应收与预收、应付与预付)轧抵后的净额。
 *
 * 为什么要紧:资产负债表上这类余额要重分类列示。常见原因是款项重复入账、记错单位,或销售未入账。
 *
 * 怎么办:报表重分类为预收或预付;错挂单位的红字更正。
 *
 * 已知局限:没有按单位的期初余额的科目不判断。单位取自分录的往来单位;以明细科目作单位的,取明细科目。
 */
#include "base/assert.h"
#include "check/index.h"
#include "check/partners.h"

enum { P_MIN, P_AGE };
static const rd_param params[] = {
	[P_MIN] = {"min_amount",
               "yuan",
               {"低于此余额不报告", "smaller balances are not reported"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               10000,
               NULL},
	[P_AGE] = {"age",
               "days",
               {"余额由最近几天内的一笔分录形成的不报告",
                "balances that one entry of the last days explains are not reported"},
               RD_PARAM_INT,
               0,
               3660,
               0,
               NULL},
	{0},
};

enum { K_CUSTOMER, K_ADVANCE, K_SUPPLIER, K_PREPAYMENT };
static const rd_message messages[] = {
	[K_CUSTOMER] =
		{"receivable-in-credit",
         {"{partner} 在 {account} 为贷方余额 {balance}（与预收账款轧抵后净额 {net}）。请核"
          "对是否多收、错挂或未开票入账；报表应重分类为预收。",
          "{partner} has a credit balance of {balance} on {account} (net with advances "
          "{net}). See whether too much came in, it was posted to the wrong partner, "
          "or a sale is missing; reclassify it for the report."}},
	[K_ADVANCE] =
		{"advance-in-debit",
         {"{partner} 在 {account} 为借方余额 {balance}（与应收账款轧抵后净额 {net}）。请核"
          "对是否已结转收入未收款；报表应重分类为应收。",
          "{partner} has a debit balance of {balance} on {account} (net with "
          "receivables {net}). See whether income was taken before the money came; "
          "reclassify it for the report."}},
	[K_SUPPLIER] =
		{"payable-in-debit",
         {"{partner} 在 {account} 为借方余额 {balance}（与预付账款轧抵后净额 {net}）。请核"
          "对是否重复付款、错挂或发票未入账；报表应重分类为预付。",
          "{partner} has a debit balance of {balance} on {account} (net with "
          "prepayments {net}). See whether it was paid twice, posted to the wrong "
          "partner, or an invoice is missing; reclassify it for the report."}},
	[K_PREPAYMENT] =
		{"prepayment-in-credit",
         {"{partner} 在 {account} 为贷方余额 {balance}（与应付账款轧抵后净额 {net}）。请核"
          "对是否到货超过预付；报表应重分类为应付。",
          "{partner} has a credit balance of {balance} on {account} (net with payables "
          "{net}). See whether more was delivered than paid in advance; reclassify it "
          "for the report."}},
	{0},
};

/* Kind of message for a role, -1 for roles that may stand on either side. */
static int kind_of(rd_role role)
{
	switch (role) {
	case RD_ROLE_RECEIVABLE: return K_CUSTOMER;
	case RD_ROLE_ADVANCE: return K_ADVANCE;
	case RD_ROLE_PAYABLE: return K_SUPPLIER;
	case RD_ROLE_PREPAYMENT: return K_PREPAYMENT;
	default: return -1;
	}
}

static bool debit_side(int kind)
{
	return kind == K_CUSTOMER || kind == K_PREPAYMENT;
}

static bool known(const rd_run *run, const rd_partner *p)
{
	return p->opening_known || !rd_run_guards(run);
}

/* Balances of each party as customer and as supplier. */
typedef struct net {
	rd_minor sum[2];
} net;

static net *net_by_party(rd_run *run, const rd_book *b, const rd_partners *all)
{
	net *n = RD_NEW_N(rd_run_scratch(run), net, (size_t)b->party.n + 1);

	for (uint32_t k = 0; k < all->n; k++) {
		const rd_partner *p = &all->items[k];
		int kind = kind_of((rd_role)b->account.role[p->account]);

		if (kind >= 0 && known(run, p))
			n[p->party].sum[kind / 2] += rd_partner_balance(p);
	}
	return n;
}

/* One entry of the last `age` days is as large as the whole balance. */
static bool is_fresh(rd_run *run, const rd_book *b, const rd_partner *p, rd_minor balance)
{
	const int64_t age = rd_run_param(run, P_AGE);
	rd_day today = rd_run_as_of(run);

	if (age == 0 || p->last_line == RD_NONE || p->last == RD_DAY_NONE || today == RD_DAY_NONE)
		return false;
	rd_minor moved = rd_line_net(b, p->last_line);

	return today - p->last <= age && (balance < 0 ? moved <= balance : moved >= balance);
}

static void report(rd_run *run, const rd_book *b, const rd_partner *p, int kind, const net *n)
{
	rd_minor balance = rd_partner_balance(p);
	rd_minor sum = p->party ? n[p->party].sum[kind / 2] : balance;
	rd_hit hit = rd_hit_at_account(p->account);

	hit.kind = (uint8_t)kind;
	hit.party = p->party;
	hit.line = p->last_line;
	hit.keyless = true;
	hit.at_stake = balance < 0 ? -balance : balance;
	RD_EMIT(run, &hit, rd_partner_fact(b, p), rd_money("balance", hit.at_stake),
	        rd_money("net", sum), rd_money("opening", p->opening), rd_money("debit", p->debit),
	        rd_money("credit", p->credit), rd_on_day("last_movement", p->last));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_partners *all = rd_index_partners(run, b);
	const rd_minor min = rd_run_param(run, P_MIN);
	const net *n = net_by_party(run, b, all);
	bool judged = false, skipped = false;

	(void)range;
	(void)err;
	for (uint32_t k = 0; k < all->n; k++) {
		const rd_partner *p = &all->items[k];
		int kind = kind_of((rd_role)b->account.role[p->account]);

		if (kind < 0 || !rd_partner_is_named(b, p))
			continue;
		skipped |= !known(run, p);
		judged |= known(run, p);
		rd_minor balance = rd_partner_balance(p), wrong = debit_side(kind) ? -balance : balance;

		if (known(run, p) && wrong >= min && wrong > 0 &&
		    !(rd_run_guards(run) && is_fresh(run, b, p, balance)))
			report(run, b, p, kind, n);
	}
	if (skipped && !judged)
		rd_run_not_run(run, "没有按往来单位的期初余额", "no opening balances by partner");
	else if (skipped)
		rd_run_remark(run, "部分往来科目没有按单位的期初余额，未判断",
		              "some accounts have no opening balances by partner and were not judged");
	return RD_OK;
}

const rd_check rd_check_partner_balance_wrong_side = {
	.slug = "partner-balance-wrong-side",
	.family = "receivable",
	.nature = "账目不符",
	.title = {"往来余额方向相反", "Receivable or payable with the opposite sign"},
	.finds =
		{"客户为贷方余额，或供应商为借方余额：报表需重分类，或款项重复、错挂。",
         "A customer with a credit balance, a supplier with a debit balance. The statement needs reclassification, or a payment was booked twice or to the wrong partner."},
	.correction =
		{"报表重分类（预收/预付）；错挂的红字更正",
         "Reclassify for the report (advances, prepayments); correct wrong partners in red."},
	.basis = {"小企业会计准则 附录（报表列示）",
              "Accounting standard for small enterprises, annex (presentation)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PARTIES,
	.params = params,
	.messages = messages,
	.run = run,
};
