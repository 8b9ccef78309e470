/*
 * What it finds: days on which the books show less than no cash, or less than nothing in the
 * bank. One finding an account: the first such day, their number, the lowest balance, and a
 * receipt booked soon after that would have covered it.
 *
 * Why it matters: cash cannot be negative. A receipt is missing or was booked too late, or a
 * payment never happened or was paid from elsewhere.
 *
 * What to do: find the receipt that is missing or dated too late. When a shareholder paid, there
 * must be a note of the loan.
 *
 * Known limits: all receipts of a day count before its payments, so the order within a day makes
 * no finding. Accounts without a known opening balance are not judged. Outside the Chinese charts
 * a bank account may be overdrawn by agreement; it is reported as medium there.
 *
 * 发现什么:账面现金或银行存款余额低于零的日子。每个科目报告一次:最早一天、天数、最低余额,以及其后
 * 不久可以补上缺口的收款。
 *
 * 为什么要紧:现金不可能为负。要么有收款漏记、晚记,要么付款并未发生或由他人垫付。
 *
 * 怎么办:查找未入账或日期有误的收款,补充登记;股东垫款的须有借据。
 *
 * 已知局限:同一天内视为先收后付,当日先后不构成异常。期初余额未知的科目不判断。非中国科目体系的银行
 * 账户可能有透支协议,列为中。
 */
#include "base/assert.h"
#include "check/cash.h"
#include "check/china.h"
#include "check/index.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的负数", "negative balance that is let pass", 0),
	{0},
};

enum { K_PLAIN, K_CURED };
static const rd_message messages[] = {
	[K_PLAIN] = {"plain",
                 {"科目 {account} 自 {first} 起有 {days} 天日终余额为负，最低为 {lowest}"
                  "({lowest_on})。请查找漏记或日期有误的收款。",
                  "Account {account} ends {days} day(s) below zero, first on {first}; the lowest "
                  "balance is {lowest} on {lowest_on}. Look for a receipt that is missing or "
                  "dated too late."}},
	[K_CURED] = {"receipt-later",
                 {"科目 {account} 自 {first} 起有 {days} 天日终余额为负，最低为 {lowest}"
                  "({lowest_on})。{cure_on} 有一笔收款 {cure} 可以补上缺口，请核对其实际到账日期。",
                  "Account {account} ends {days} day(s) below zero, first on {first}; the lowest "
                  "balance is {lowest} on {lowest_on}. A receipt of {cure} on {cure_on} would "
                  "cover it: see on which day it really came in."}},
	{0},
};

/* Days after the first negative one in which a covering receipt is looked for. */
#define CURE_DAYS 15

typedef struct trough {
	uint32_t days;
	rd_day first, lowest_on;
	rd_minor lowest, first_balance;
} trough;

static trough measure(const rd_cash_days *c, const rd_cash_account *a, rd_minor tolerance)
{
	trough t = {.first = RD_DAY_NONE};
	rd_minor balance = a->opening;

	for (uint32_t d = a->from; d < a->to; d++) {
		balance += c->days[d].in - c->days[d].out;
		if (balance >= -tolerance)
			continue;
		if (t.days++ == 0) {
			t.first = c->days[d].day;
			t.first_balance = balance;
		}
		if (t.days == 1 || balance < t.lowest) {
			t.lowest = balance;
			t.lowest_on = c->days[d].day;
		}
	}
	return t;
}

/* What a pass over the lines finds for each account with a trough. */
typedef struct proof {
	rd_row line; /* largest payment on the first negative day */
	rd_minor paid;
	rd_row cure; /* first receipt soon after that is large enough */
	rd_day cure_on;
	rd_minor cured;
} proof;

static void look(const rd_book *b, const trough *t, proof *p, rd_row i, rd_day day)
{
	rd_minor in = rd_line_debit(b, i), out = rd_line_credit(b, i);

	if (day == t->first && out > p->paid) {
		p->paid = out;
		p->line = i;
	}
	if (day > t->first && day <= t->first + CURE_DAYS && in >= -t->first_balance &&
	    (p->cure == RD_NONE || day < p->cure_on)) {
		p->cure = i;
		p->cure_on = day;
		p->cured = in;
	}
}

/* Days that a proof may stand on, from the first day of the books on. */
static uint8_t *days_of_interest(rd_arena *arena, const rd_book *b, const rd_cash_days *c,
                                 const trough *t)
{
	uint8_t *days = RD_NEW_N(arena, uint8_t, (size_t)(b->last_day - b->first_day) + 1);

	for (uint32_t k = 0; k < c->n; k++)
		for (rd_day d = t[k].first; t[k].days > 0 && d <= t[k].first + CURE_DAYS; d++)
			if (d <= b->last_day)
				days[d - b->first_day] = 1;
	return days;
}

static proof *find_proofs(rd_arena *arena, const rd_book *b, const rd_cash_days *c, const trough *t)
{
	const uint8_t *days = days_of_interest(arena, b, c, t);
	proof *p = RD_NEW_N(arena, proof, (size_t)c->n + 1);
	uint32_t *slot = RD_NEW_N(arena, uint32_t, (size_t)b->account.n + 1);

	for (uint32_t k = 0; k < c->n; k++) {
		p[k] = (proof){.line = RD_NONE, .cure = RD_NONE};
		if (t[k].days > 0)
			slot[c->accounts[k].account] = k + 1;
	}
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_day day = b->voucher.date[v];

		if (b->voucher.flags[v] & RD_VCH_VOID)
			continue;
		if (!b->line.date && (day == RD_DAY_NONE || !days[day - b->first_day]))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			uint32_t k = slot[b->line.account[i]];

			if (k != 0)
				look(b, &t[k - 1], &p[k - 1], i, b->line.date ? b->line.date[i] : day);
		}
	}
	return p;
}

static void report(rd_run *run, const rd_book *b, const rd_cash_account *a, const trough *t,
                   const proof *p)
{
	rd_hit hit = rd_hit_at_account(a->account);

	hit.kind = p->cure == RD_NONE ? K_PLAIN : K_CURED;
	hit.severity = !a->is_cash && !rd_book_is_chinese(b) ? RD_SEV_MEDIUM : RD_SEV_PRESET;
	hit.line = p->line;
	hit.keyless = true;
	hit.day = t->first;
	hit.at_stake = -t->lowest;
	hit.weight = t->days;
	hit.lines = &p->cure;
	hit.n_lines = p->cure != RD_NONE;
	if (hit.kind == K_PLAIN)
		RD_EMIT(run, &hit, rd_on_day("first", t->first), rd_int("days", t->days),
		        rd_money("lowest", t->lowest), rd_on_day("lowest_on", t->lowest_on));
	else
		RD_EMIT(run, &hit, rd_on_day("first", t->first), rd_int("days", t->days),
		        rd_money("lowest", t->lowest), rd_on_day("lowest_on", t->lowest_on),
		        rd_money("cure", p->cured), rd_on_day("cure_on", p->cure_on));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_cash_days *c = rd_index_cash_days(run, b);
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);
	const bool guards = rd_run_guards(run);
	trough *t = RD_NEW_N(rd_run_scratch(run), trough, (size_t)c->n + 1);
	bool any = false, judged = false;

	(void)range;
	(void)err;
	for (uint32_t k = 0; k < c->n; k++) {
		if (guards && (!c->accounts[k].opening_known || c->accounts[k].undated))
			continue;
		judged = true;
		t[k] = measure(c, &c->accounts[k], tolerance);
		any |= t[k].days > 0;
	}
	if (!judged && c->n > 0)
		rd_run_not_run(run, "没有现金、银行科目的期初余额",
		               "no opening balance of the cash and bank accounts");
	if (!any)
		return RD_OK;
	const proof *p = find_proofs(rd_run_scratch(run), b, c, t);

	for (uint32_t k = 0; k < c->n; k++)
		if (t[k].days > 0)
			report(run, b, &c->accounts[k], &t[k], &p[k]);
	return RD_OK;
}

const rd_check rd_check_cash_balance_negative = {
	.slug = "cash-balance-negative",
	.family = "cash",
	.nature = "账目不符",
	.title = {"现金或银行余额为负", "Cash or bank balance below zero"},
	.finds =
		{"某日账面现金或银行存款余额低于零：收款漏记、晚记，或付款并未发生。",
         "On some day the books show less than no cash. A receipt is missing, is booked too late, or the payment never happened."},
	.correction =
		{"查找未入账收款或日期错误，补充登记；股东垫款须有借据",
         "Find the receipt that is missing or misdated and enter it; money lent by shareholders needs a note of the loan."},
	.basis = {"实务常识：现金不能为负；beancount 惯例",
              "Practice (cash cannot be negative); beancount practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_DAYS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
