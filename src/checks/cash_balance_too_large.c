/*
 * What it finds: stretches of at least ten days on which the cash book holds more than a fixed
 * amount, or more than a few days of usual cash spending. The mean is taken over the 90 days
 * before.
 *
 * Why it matters: an entity may keep cash for three to five days of small spending; the rest goes
 * to the bank. A large balance often means that the cash is not there: expenses without invoices,
 * or money that somebody borrowed.
 *
 * What to do: count the cash, pay the surplus into the bank, and look for expenses that were not
 * entered.
 *
 * Known limits: a remote place may keep up to 15 days (set the parameter `days`). Cash that is
 * fetched for wages and paid out within days does not reach ten days. In the first month of the
 * data only the fixed amount is judged.
 *
 * 发现什么:现金账面余额连续十天以上超过固定金额,或超过几天的日常零星开支(按前 90 天平均)。
 *
 * 为什么要紧:单位可留存三至五天的零星开支所需现金,其余应送存银行。余额长期过大,往往是钱已不在库里:
 * 费用没有票据入账,或被人借用。
 *
 * 怎么办:盘点现金,超额部分送存银行,核查是否有未入账的费用。
 *
 * 已知局限:边远地区可留存至多 15 天(调整参数 days)。提现后数日内发放工资的,达不到十天。数据的第一
 * 个月只按固定金额判断。
 */
#include "base/assert.h"
#include "check/cash.h"
#include "check/china.h"
#include "check/index.h"
#include "check/rate.h"

enum { P_DAYS, P_MIN, P_FLOOR };
static const rd_param params[] = {
	[P_DAYS] = {"days",
                "days",
                {"可留存几天的开支", "days of spending that may be kept"},
                RD_PARAM_INT,
                1,
                60,
                5,
                NULL},
	[P_MIN] = {"min_amount",
               "yuan",
               {"低于此余额不报告", "balances up to this are never reported"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               1000000,
               NULL},
	[P_FLOOR] = {"floor",
                 "yuan",
                 {"超过此余额一律报告", "balances above this are always reported"},
                 RD_PARAM_MONEY,
                 0,
                 RD_MINOR_MAX,
                 5000000,
                 NULL},
	{0},
};

enum { K_FLOOR, K_SPENDING };
static const rd_message messages[] = {
	[K_FLOOR] = {"above-floor",
                 {"现金科目 {account} 自 {from} 至 {to} 连续 {days} 天余额过大，最高 {highest}"
                  "({highest_on})，超过 {limit}。请盘点并送存银行。",
                  "Cash account {account} holds too much for {days} day(s), {from} to {to}: at "
                  "most {highest} on {highest_on}, above {limit}. Count it and pay the surplus "
                  "into the bank."}},
	[K_SPENDING] = {"above-spending",
                    {"现金科目 {account} 自 {from} 至 {to} 连续 {days} 天余额过大，最高 {highest}"
                     "({highest_on})，而按日常开支可留存约 {limit}。请盘点并送存银行。",
                     "Cash account {account} holds too much for {days} day(s), {from} to {to}: at "
                     "most {highest} on {highest_on}, while usual spending would need about "
                     "{limit}. Count it and pay the surplus into the bank."}},
	{0},
};

#define WINDOW_DAYS  90
#define HISTORY_DAYS 30 /* of spending, before its mean says something */
#define RUN_DAYS     10

typedef struct stretch {
	rd_row account, line;
	rd_day from, to, highest_on;
	rd_minor highest, limit; /* limit on the day of the highest balance */
	rd_day shown_on;         /* day and receipt of `line` */
	rd_minor received;
	uint32_t days;
} stretch;

typedef struct state {
	rd_run *run;
	const rd_book *book;
	const rd_cash_days *c;
	rd_minor days, min, floor;
	stretch now; /* days == 0: none is open */
	stretch *found;
	uint32_t n, cap;
	uint64_t days_hit, days_seen;
} state;

static void close_stretch(state *s)
{
	uint32_t min = rd_run_guards(s->run) ? RUN_DAYS : 1;

	if (s->now.days >= min) {
		if (s->n == s->cap)
			s->found = rd_grow(rd_run_scratch(s->run), s->found, s->n, &s->cap, sizeof(stretch));
		s->found[s->n++] = s->now;
	}
	s->days_hit += s->now.days;
	s->now.days = 0;
}

/* n days from `day` on which balance and limit stay as they are. */
static void pass_days(state *s, rd_row account, rd_day day, uint32_t n, rd_minor balance,
                      rd_minor limit)
{
	s->days_seen += n;
	if (balance <= limit) {
		close_stretch(s);
		return;
	}
	if (s->now.days == 0)
		s->now = (stretch){.account = account, .line = RD_NONE, .from = day};
	if (s->now.days == 0 || balance > s->now.highest) {
		s->now.highest = balance;
		s->now.highest_on = day;
		s->now.limit = limit;
	}
	s->now.days += n;
	s->now.to = day + (rd_day)n - 1;
}

/* What may be kept on a day, given what was spent in the window before it. */
static rd_minor limit_on(const state *s, rd_day day, rd_minor spent)
{
	rd_day known = day - s->book->first_day + 1;
	rd_minor limit = s->floor;

	if (known >= HISTORY_DAYS || !rd_run_guards(s->run)) {
		rd_minor need = spent / (known < WINDOW_DAYS ? known : WINDOW_DAYS) * s->days;

		need = need > s->min ? need : s->min;
		limit = need < limit ? need : limit;
	}
	return limit;
}

static void walk(state *s, const rd_cash_account *a)
{
	const rd_cash_day *days = s->c->days;
	rd_minor balance = a->opening, spent = 0;
	uint32_t oldest = a->from;

	for (uint32_t d = a->from; d < a->to; d++) {
		rd_day next = d + 1 < a->to ? days[d + 1].day : s->book->last_day + 1;

		balance += days[d].in - days[d].out;
		spent += days[d].out;
		/* Day by day while the window still changes, the rest in one step. */
		for (rd_day day = days[d].day; day < next;) {
			while (oldest <= d && days[oldest].day <= day - WINDOW_DAYS)
				spent -= days[oldest++].out;
			uint32_t n =
				oldest > d && day - s->book->first_day >= WINDOW_DAYS ? (uint32_t)(next - day) : 1;

			pass_days(s, a->account, day, n, balance, limit_on(s, day, spent));
			day += (rd_day)n;
		}
	}
	close_stretch(s);
}

/* First stretch of the account that starts on the day or later; NULL = none. Stretches of one
 * account stand together, by day, from place `lo` on. */
static stretch *stretch_after(const state *s, uint32_t lo, rd_row account, rd_day day)
{
	uint32_t hi = s->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->found[mid].account == account && s->found[mid].from < day)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && s->found[lo].account == account ? &s->found[lo] : NULL;
}

/* A line to show for each stretch: the last one up to its first day, the largest receipt of that
 * day. */
static void find_lines(state *s)
{
	const rd_book *b = s->book;
	uint32_t *first = RD_NEW_N(rd_run_scratch(s->run), uint32_t, (size_t)b->account.n + 1);

	for (uint32_t k = s->n; k-- > 0;)
		first[s->found[k].account] = k + 1;
	for (rd_row v = 0; v < b->voucher.n; v++)
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_row a = b->line.account[i];

			if (first[a] == 0 || b->voucher.flags[v] & RD_VCH_VOID)
				continue;
			rd_day day = b->line.date ? b->line.date[i] : b->voucher.date[v];
			stretch *f = stretch_after(s, first[a] - 1, a, day);

			if (!f ||
			    (f->line != RD_NONE &&
			     (day < f->shown_on || (day == f->shown_on && rd_line_debit(b, i) <= f->received))))
				continue;
			f->shown_on = day;
			f->received = rd_line_debit(b, i);
			f->line = i;
		}
}

static void report(state *s)
{
	for (uint32_t k = 0; k < s->n; k++) {
		const stretch *f = &s->found[k];
		rd_hit hit = rd_hit_at_account(f->account);

		hit.kind = f->limit == s->floor ? K_FLOOR : K_SPENDING;
		hit.line = f->line;
		hit.keyless = true;
		hit.day = f->from;
		hit.period = rd_day_period(f->highest_on);
		hit.at_stake = f->highest - f->limit;
		hit.weight = f->days;
		hit.millibits = rd_millibits(s->days_hit, s->days_seen);
		RD_EMIT(s->run, &hit, rd_on_day("from", f->from), rd_on_day("to", f->to),
		        rd_int("days", f->days), rd_money("highest", f->highest),
		        rd_on_day("highest_on", f->highest_on), rd_money("limit", f->limit),
		        rd_permille("base_rate", rd_rate_permille(s->days_hit, s->days_seen)));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	state s = {.run = run, .book = b};
	bool judged = false, any = false;

	(void)range;
	(void)err;
	if (rd_run_guards(run) && !rd_book_is_chinese(b)) {
		rd_run_not_run(run, RD_NOT_CHINESE);
		return RD_OK;
	}
	s.c = rd_index_cash_days(run, b);
	s.days = rd_run_param(run, P_DAYS);
	s.min = rd_run_param(run, P_MIN);
	s.floor = rd_run_param(run, P_FLOOR);
	for (uint32_t k = 0; k < s.c->n; k++) {
		const rd_cash_account *a = &s.c->accounts[k];

		any |= a->is_cash;
		if (!a->is_cash || !a->opening_known || a->undated)
			continue;
		judged = true;
		walk(&s, a);
	}
	if (any && !judged)
		rd_run_not_run(run, "没有现金科目的期初余额", "no opening balance of the cash account");
	if (s.n > 0)
		find_lines(&s);
	report(&s);
	return RD_OK;
}

const rd_check rd_check_cash_balance_too_large = {
	.slug = "cash-balance-too-large",
	.family = "cash",
	.nature = "违规风险",
	.title = {"现金余额过大", "Too much cash on hand"},
	.finds =
		{"现金账面余额长期超过几天的日常开支，钱可能并不在库里。",
         "The cash book holds more than the few days of spending that the rules allow. Often the cash is not there at all."},
	.correction =
		{"盘点现金，送存银行；核查未入账费用",
         "Count the cash and pay it into the bank; look for expenses that were not entered."},
	.basis = {"现金管理暂行条例 9", "Interim regulations on cash management, art. 9"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_DAYS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
