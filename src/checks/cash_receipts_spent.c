/*
 * What it finds: days on which cash from sales came in, was spent on the same day and did not
 * pass the bank: payments exceed what was in the till before plus what was fetched from the bank.
 * One finding an account and month.
 *
 * Why it matters: receipts have to be paid into the bank on the day; spending them directly hides
 * both the income and the expense from the bank statement.
 *
 * What to do: pay receipts into the bank first and fetch a petty cash float.
 *
 * Known limits: dates of entry are taken for dates of payment. An entity whose bank allows it to
 * spend receipts up to an amount may set `min_amount` to that amount.
 *
 * 发现什么:当天收到的业务现金没有送存银行就用于支付的日子(当天支付超过前一日余额加当天提现)。每个
 * 科目、每月报告一次。
 *
 * 为什么要紧:现金收入应于当日送存银行;直接坐支,收入和支出都不经过银行流水,难以核对。
 *
 * 怎么办:收入先送存银行,另行提取备用金。
 *
 * 已知局限:以记账日期作为收付日期。开户银行核定了坐支额度的,可把 min_amount 设为该额度。
 */
#include "base/assert.h"
#include "check/cash.h"
#include "check/china.h"
#include "check/index.h"
#include "check/rate.h"

enum { P_MIN };
static const rd_param params[] = {
	[P_MIN] = {"min_amount",
               "yuan",
               {"当天坐支低于此金额不计", "days below this amount are not counted"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               100000,
               NULL},
	{0},
};

enum { K_MONTH };
static const rd_message messages[] = {
	[K_MONTH] = {"month",
                 {"{period} 现金科目 {account} 有 {days} 天当日收款未送存银行就用于支付，合计约 "
                  "{amount}（最早 {first}）。请改为收入送存、另提备用金。",
                  "In {period} receipts on cash account {account} were spent on {days} day(s) "
                  "without passing the bank, about {amount} in all (first on {first}). Pay "
                  "receipts in and fetch a float instead."}},
	{0},
};

/* A day on which more was paid than was there before. */
typedef struct day_of {
	rd_row account, line;
	rd_day day;
	rd_minor before;                /* balance of the day before, not below zero */
	rd_minor business, other, paid; /* receipts of sales, other receipts, payments */
	bool deposit;                   /* something went to the bank */
} day_of;

typedef struct state {
	const rd_book *b;
	rd_minor min;
	day_of *days; /* by account, then day */
	uint32_t n, cap;
	uint8_t *kind; /* of each account */
	uint64_t cash_days;
} state;

enum { A_CASH = 1, A_BANK = 2, A_SALES = 4 };

static void find_candidates(rd_run *run, state *s, const rd_cash_days *c, const rd_cash_account *a)
{
	rd_minor balance = a->opening;

	for (uint32_t k = a->from; k < a->to; k++) {
		const rd_cash_day *d = &c->days[k];
		rd_minor before = balance > 0 ? balance : 0;

		balance += d->in - d->out;
		s->cash_days++;
		if (d->in <= 0 || d->out - before < s->min || d->out <= before)
			continue;
		if (s->n == s->cap)
			s->days = rd_grow(rd_run_scratch(run), s->days, s->n, &s->cap, sizeof(day_of));
		s->days[s->n++] =
			(day_of){.account = a->account, .line = RD_NONE, .day = d->day, .before = before};
	}
}

static day_of *find_day(const state *s, rd_row account, rd_day day)
{
	uint32_t lo = 0, hi = s->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const day_of *d = &s->days[mid];

		if (d->account < account || (d->account == account && d->day < day))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == s->n || s->days[lo].account != account || s->days[lo].day != day)
		return NULL;
	return &s->days[lo];
}

/* Adds the cash lines of a voucher to their days, sorted by what stands against them. */
static void add_voucher(state *s, rd_row v)
{
	const rd_book *b = s->b;
	bool sales = false, bank_in = false;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t kind = s->kind[b->line.account[i]];

		sales |= kind == A_SALES && rd_line_credit(b, i) > 0;
		bank_in |= kind == A_BANK && rd_line_debit(b, i) > 0;
	}
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_row a = b->line.account[i];

		if (s->kind[a] != A_CASH)
			continue;
		day_of *d = find_day(s, a, b->line.date ? b->line.date[i] : b->voucher.date[v]);

		if (!d)
			continue;
		if (sales)
			d->business += rd_line_debit(b, i);
		else
			d->other += rd_line_debit(b, i);
		if (rd_line_credit(b, i) <= 0)
			continue;
		d->deposit |= bank_in;
		d->paid += rd_line_credit(b, i);
		d->line = d->line == RD_NONE ? i : d->line;
	}
}

/* What was spent out of the receipts of the day, 0 when they passed the bank. */
static rd_minor spent(const state *s, const day_of *d)
{
	rd_minor over = d->paid - d->before - (d->other > 0 ? d->other : 0);

	if (d->deposit || d->business <= 0 || d->line == RD_NONE)
		return 0;
	over = over < d->business ? over : d->business;
	return over >= s->min && over > 0 ? over : 0;
}

static void report(rd_run *run, const state *s)
{
	uint64_t hits = 0;

	for (uint32_t k = 0; k < s->n; k++)
		hits += spent(s, &s->days[k]) != 0;
	for (uint32_t from = 0, to; from < s->n; from = to) {
		const day_of *d = &s->days[from];
		rd_hit hit = rd_hit_at_account(d->account);
		rd_row lines[12];
		rd_minor sum = 0;
		uint32_t days = 0;
		rd_day first = RD_DAY_NONE;

		for (to = from; to < s->n && s->days[to].account == d->account &&
		                rd_day_period(s->days[to].day) == rd_day_period(d->day);
		     to++) {
			rd_minor amount = spent(s, &s->days[to]);

			if (amount == 0)
				continue;
			if (days == 0) {
				first = s->days[to].day;
				hit.line = s->days[to].line;
			} else if (days <= 12) {
				lines[days - 1] = s->days[to].line;
			}
			days++;
			sum += amount;
		}
		if (days == 0)
			continue;
		hit.keyless = true;
		hit.period = rd_day_period(d->day);
		hit.at_stake = sum;
		hit.weight = days;
		hit.lines = lines;
		hit.n_lines = days - 1 < 12 ? days - 1 : 12;
		hit.millibits = rd_millibits(hits, s->cash_days);
		RD_EMIT(run, &hit, rd_int("days", days), rd_money("amount", sum), rd_on_day("first", first),
		        rd_permille("base_rate", rd_rate_permille(hits, s->cash_days)));
	}
}

static void mark_accounts(state *s, rd_arena *a)
{
	const rd_accounts *acc = &s->b->account;

	s->kind = RD_NEW_N(a, uint8_t, (size_t)acc->n + 1);
	for (rd_row r = 1; r < acc->n; r++)
		switch ((rd_role)acc->role[r]) {
		case RD_ROLE_CASH: s->kind[r] = A_CASH; break;
		case RD_ROLE_BANK:
		case RD_ROLE_OTHER_MONEY: s->kind[r] = A_BANK; break;
		case RD_ROLE_REVENUE:
		case RD_ROLE_RECEIVABLE:
		case RD_ROLE_ADVANCE:
		case RD_ROLE_OTHER_INCOME: s->kind[r] = A_SALES; break;
		default: break;
		}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	state s = {.b = b, .min = rd_run_param(run, P_MIN)};
	bool judged = false, any = false;

	(void)range;
	(void)err;
	if (rd_run_guards(run) && !rd_book_is_chinese(b)) {
		rd_run_not_run(run, RD_NOT_CHINESE);
		return RD_OK;
	}
	const rd_cash_days *c = rd_index_cash_days(run, b);

	for (uint32_t k = 0; k < c->n; k++) {
		const rd_cash_account *a = &c->accounts[k];

		any |= a->is_cash;
		if (!a->is_cash || !a->opening_known || a->undated)
			continue;
		judged = true;
		find_candidates(run, &s, c, a);
	}
	if (any && !judged)
		rd_run_not_run(run, "没有现金科目的期初余额", "no opening balance of the cash account");
	if (s.n == 0)
		return RD_OK;
	mark_accounts(&s, rd_run_scratch(run));
	for (rd_row v = 0; v < b->voucher.n; v++) {
		bool cash = false;

		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			cash |= s.kind[b->line.account[i]] == A_CASH;
		if (cash && !rd_run_leave_out(run, v) && !(b->voucher.flags[v] & RD_VCH_VOID))
			add_voucher(&s, v);
	}
	report(run, &s);
	return RD_OK;
}

const rd_check rd_check_cash_receipts_spent = {
	.slug = "cash-receipts-spent",
	.family = "cash",
	.nature = "违规风险",
	.title = {"坐支现金", "Cash receipts spent directly"},
	.finds = {"当天收进的现金未经银行，当天就支付出去。",
              "Cash came in and went out on one day without passing the bank."},
	.correction = {"收入先送存银行，另行提取备用金",
                   "Pay receipts into the bank and fetch a petty cash float."},
	.basis = {"现金管理暂行条例 11", "Interim regulations on cash management, art. 11"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_DAYS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
