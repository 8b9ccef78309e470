/*
 * What it finds: persons who owe the company money on 31 December: debit balances of other
 * receivables under the name of a person, or on an account for shareholders or private loans.
 * Said with it: the oldest part that is still open, and whether the loan was repaid before the
 * year end and lent again soon after.
 *
 * Why it matters: what a shareholder has borrowed and not repaid by the end of the year, and did
 * not use for the business, may be taxed as a dividend (20 % individual income tax).
 *
 * What to do: have it repaid before the year end, or withhold the tax. Advances to employees are
 * settled by their expense reports.
 *
 * Known limits: the check does not know who is a shareholder; persons are told by their Chinese
 * names, so employees are shown too. Travel advances and petty cash that moved in the last 60
 * days are left out. The fiscal year is the calendar year.
 *
 * 发现什么:12 月 31 日仍欠公司款项的个人:其他应收款中个人名下、或"股东""个人借款"等科目的借方余额;
 * 并说明最早的未还部分,以及是否年末前归还、年初又借出。
 *
 * 为什么要紧:股东借款年度终了未归还又未用于经营的,可能视同分红按 20% 征收个人所得税。
 *
 * 怎么办:年末前归还,或按规定代扣代缴;员工借支应及时报销结清。
 *
 * 已知局限:检查不知道谁是股东,按中文姓名识别个人,员工也会列出。最近 60 天有变动的备用金、差旅借款
 * 不报告。会计年度按公历年度。
 */
#include "base/assert.h"
#include "check/china.h"
#include "check/index.h"
#include "check/names.h"
#include "check/partners.h"
#include "check/rate.h"

enum { P_MIN };
static const rd_param params[] = {
	[P_MIN] = {"min_amount",
               "yuan",
               {"低于此余额不报告", "smaller balances are not reported"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               100000,
               NULL},
	{0},
};

enum { K_OPEN, K_RELENT };
static const rd_message messages[] = {
	[K_OPEN] = {"open-at-year-end",
                {"{year_end} {partner} 在 {account} 尚欠 {balance}，最早的未还部分已 {days} 天（"
                 "{oldest}）。如为股东借款，请核对用途并在年末前归还；员工借支请结清。",
                 "On {year_end} {partner} owes {balance} on {account}; the oldest open part "
                 "is {days} day(s) old ({oldest}). If it is a loan to a shareholder, see what "
                 "it was for and have it repaid before the year end; an employee's advance "
                 "should be settled."}},
	[K_RELENT] = {"repaid-and-lent-again",
                  {"{partner} 在 {account} 的借款于年末前归还 {repaid}({repaid_on})，{lent_on} 起又"
                   "借出 {lent}。请核对是否实际归还。",
                   "{partner} repaid {repaid} on {account} before the year end ({repaid_on}) "
                   "and was lent {lent} again from {lent_on}. See whether it was really repaid."}},
	{0},
};

static const char *const owner_words[] = {"股东",     "法人",       "法定代表人", "老板",
                                          "个人借款", "实际控制人", NULL};
static const char *const advance_words[] = {"备用金", "差旅", "出差", NULL};

#define ADVANCE_DAYS 60
#define RELEND_DAYS  10

typedef struct loan {
	const rd_partner *p;
	uint8_t kind;
	rd_day year_end, oldest;
	rd_minor balance;
	rd_row line;
	/* repaid and lent again */
	rd_minor repaid, lent;
	rd_day repaid_on, lent_on;
} loan;

typedef struct state {
	rd_run *run;
	const rd_book *b;
	rd_arena *tmp;
	rd_minor min;
	loan *loans;
	uint32_t n, cap, judged;
} state;

static bool is_person(const rd_book *b, const rd_partner *p)
{
	rd_str account = rd_book_text(b, b->account.name[p->account]);
	rd_str name = rd_book_text(b, rd_partner_text(b, p));

	if (rd_name_has(account, owner_words) || rd_name_has(name, owner_words))
		return rd_name_kind_of(name) != RD_NAME_COMPANY;
	return rd_name_kind_of(p->party ? name : rd_name_leaf(name)) == RD_NAME_PERSON;
}

/* A travel advance or petty cash that is still in use. */
static bool is_advance(const rd_book *b, const rd_partner *p, rd_day year_end, rd_day last,
                       rd_row line)
{
	rd_str text = rd_book_text(b, line == RD_NONE ? 0 : rd_line_text(b, line));

	if (last == RD_DAY_NONE || year_end - last > ADVANCE_DAYS)
		return false;
	return rd_name_has(rd_book_text(b, b->account.name[p->account]), advance_words) ||
	       rd_name_has(rd_book_text(b, rd_partner_text(b, p)), advance_words) ||
	       rd_name_has(text, advance_words);
}

static void keep(state *s, const loan *l)
{
	if (s->n == s->cap)
		s->loans = rd_grow(rd_run_scratch(s->run), s->loans, s->n, &s->cap, sizeof(loan));
	s->loans[s->n++] = *l;
}

/* Number of lines up to the day; lines stand by date. */
static uint32_t lines_until(const state *s, const rd_partners *all, const rd_partner *p, rd_day day)
{
	uint32_t lo = p->lines_from, hi = p->lines_to;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (rd_line_date(s->b, all->rows[mid]) <= day)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo - p->lines_from;
}

static void open_loan(state *s, const rd_partners *all, const rd_partner *p, loan *l, uint32_t n)
{
	rd_open_item *items;

	rd_arena_reset(s->tmp);
	if (rd_fifo(s->tmp, s->b, all->rows + p->lines_from, n, p->opening, true, &items) == 0)
		return;
	l->oldest = items[0].day;
	l->line = items[0].line;
	rd_day last = n ? rd_line_date(s->b, all->rows[p->lines_from + n - 1]) : RD_DAY_NONE;

	if (!rd_run_guards(s->run) || !is_advance(s->b, p, l->year_end, last, l->line))
		keep(s, l);
}

/* Repaid in the last month of the year, lent again within days. */
static void relent(state *s, const rd_partners *all, const rd_partner *p, loan *l, uint32_t n)
{
	const rd_row *rows = all->rows + p->lines_from;

	l->repaid_on = l->lent_on = RD_DAY_NONE;
	for (uint32_t k = n; k-- > 0 && l->year_end - rd_line_date(s->b, rows[k]) <= 31;) {
		rd_minor net = rd_line_net(s->b, rows[k]);

		if (net >= 0)
			continue;
		l->repaid -= net;
		if (l->repaid_on == RD_DAY_NONE)
			l->repaid_on = rd_line_date(s->b, rows[k]);
	}
	if (l->repaid < s->min)
		return;
	for (uint32_t k = n; k < p->lines_to - p->lines_from; k++) {
		rd_day day = rd_line_date(s->b, rows[k]);
		rd_minor net = rd_line_net(s->b, rows[k]);

		if (day - l->repaid_on > RELEND_DAYS)
			break;
		if (net <= 0)
			continue;
		l->lent += net;
		if (l->lent_on == RD_DAY_NONE) {
			l->lent_on = day;
			l->line = rows[k];
		}
	}
	l->kind = K_RELENT;
	if (l->lent >= s->min)
		keep(s, l);
}

static void at_year_end(state *s, const rd_partners *all, const rd_partner *p, int32_t year)
{
	loan l = {.p = p, .year_end = rd_day_of(year, 12, 31), .oldest = RD_DAY_NONE, .line = RD_NONE};
	uint32_t n = lines_until(s, all, p, l.year_end);

	l.balance = p->opening;
	for (uint32_t k = 0; k < n; k++)
		l.balance += rd_line_net(s->b, all->rows[p->lines_from + k]);
	if (l.balance >= s->min && l.balance > 0)
		open_loan(s, all, p, &l, n);
	else
		relent(s, all, p, &l, n);
}

static void report(state *s)
{
	uint32_t millibits = s->judged >= 20 ? rd_millibits(s->n, s->judged) : 0;
	int64_t rate = rd_rate_permille(s->n, s->judged);

	for (uint32_t k = 0; k < s->n; k++) {
		const loan *l = &s->loans[k];
		rd_hit hit = rd_hit_at_account(l->p->account);

		hit.kind = l->kind;
		hit.party = l->p->party;
		hit.line = l->line;
		hit.keyless = true;
		hit.period = rd_day_period(l->year_end);
		hit.at_stake = l->kind == K_OPEN ? l->balance : l->lent;
		hit.millibits = millibits;
		rd_day start = s->b->first_day == RD_DAY_NONE ? l->year_end : s->b->first_day;
		rd_day oldest = l->oldest == RD_DAY_NONE ? start : l->oldest;

		if (l->kind == K_RELENT)
			RD_EMIT(s->run, &hit, rd_partner_fact(s->b, l->p), rd_on_day("year_end", l->year_end),
			        rd_money("repaid", l->repaid), rd_on_day("repaid_on", l->repaid_on),
			        rd_money("lent", l->lent), rd_on_day("lent_on", l->lent_on),
			        rd_permille("base_rate", rate));
		else if (l->oldest == RD_DAY_NONE)
			RD_EMIT(s->run, &hit, rd_partner_fact(s->b, l->p), rd_on_day("year_end", l->year_end),
			        rd_money("balance", l->balance), rd_int("days", l->year_end - oldest),
			        rd_word("oldest", "早于本次数据", "before these books"),
			        rd_permille("base_rate", rate));
		else
			RD_EMIT(s->run, &hit, rd_partner_fact(s->b, l->p), rd_on_day("year_end", l->year_end),
			        rd_money("balance", l->balance), rd_int("days", l->year_end - oldest),
			        rd_on_day("oldest", oldest), rd_permille("base_rate", rate));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	state s = {.run = run, .b = b, .min = rd_run_param(run, P_MIN)};
	rd_period last = b->n_periods ? b->periods[b->n_periods - 1] : 0;
	bool any = false;

	(void)range;
	(void)err;
	if (rd_run_guards(run) && !rd_book_is_chinese(b)) {
		rd_run_not_run(run, RD_NOT_CHINESE);
		return RD_OK;
	}
	if (b->n_periods == 0 || b->periods[0] / 100 * 100 + 12 > last) {
		rd_run_not_run(run, "数据不含年末（12 月）", "no December in the data");
		return RD_OK;
	}
	const rd_partners *all = rd_index_partners(run, b);

	s.tmp = rd_arena_new();
	for (uint32_t k = 0; k < all->n; k++) {
		const rd_partner *p = &all->items[k];

		if (b->account.role[p->account] != RD_ROLE_OTHER_RECEIVABLE || !rd_partner_is_named(b, p))
			continue;
		any = true;
		if (!p->opening_known && rd_run_guards(run))
			continue;
		s.judged++;
		if (!is_person(b, p))
			continue;
		for (int32_t year = b->periods[0] / 100; year * 100 + 12 <= last; year++)
			at_year_end(&s, all, p, year);
	}
	if (any && s.judged == 0)
		rd_run_not_run(run, "没有按往来单位的期初余额", "no opening balances by partner");
	report(&s);
	rd_arena_free(s.tmp);
	return RD_OK;
}

const rd_check rd_check_shareholder_loan_at_year_end = {
	.slug = "shareholder-loan-at-year-end",
	.family = "receivable",
	.nature = "违规风险",
	.title = {"股东借款跨年未还", "Shareholder loan open at year end"},
	.finds =
		{"12 月 31 日个人仍欠公司款项；股东借款可能视同分红征收个人所得税。",
         "A shareholder owes the company money on 31 December. It can be taxed as a dividend (20 % individual income tax)."},
	.correction = {"年末前归还；或按规定代扣代缴 20% 个人所得税",
                   "Have it repaid before the year end, or withhold 20 % individual income tax."},
	.basis = {"财税〔2003〕158号（待核对原文）",
              "Caishui [2003] No. 158 (text to be compared with the primary source)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PARTIES,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
