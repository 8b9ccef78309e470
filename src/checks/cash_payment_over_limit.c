/*
 * What it finds: payments in cash above the settlement line for goods, services or assets of a
 * company. Several payments to the same partner on one day are added up.
 *
 * Why it matters: between entities, amounts above the line go by bank transfer. A large cash
 * payment without a transfer is hard to prove to the tax office and to the owner.
 *
 * What to do: settle by transfer. When the case is one of the exceptions, note which one on the
 * voucher.
 *
 * Known limits: wages, labour services of persons, farm products bought from persons, travel
 * advances and prizes are allowed in cash; they are told by the account and by words of the
 * summary that can be set. Persons are told by their Chinese names. Without a partner a voucher
 * stands for itself.
 *
 * 发现什么:以现金支付单位的货款、费用或资产价款,超过结算起点。同一单位同一天的多笔合并计算。
 *
 * 为什么要紧:单位之间超过结算起点的款项应当转账。大额现金支付没有银行流水,事后难以证明。
 *
 * 怎么办:改为转账结算;属于例外情形的,在凭证上注明依据。
 *
 * 已知局限:工资、个人劳务、向个人收购农副产品、差旅借款、奖金等可以用现金,按科目和摘要用词识别,词
 * 表可以设置。个人按中文姓名识别。没有往来单位的,按单张凭证计算。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/china.h"
#include "check/index.h"
#include "check/names.h"
#include <stdlib.h>

enum { P_LIMIT, P_EXCEPT };
static const rd_param params[] = {
	[P_LIMIT] = {"limit",
                 "yuan",
                 {"结算起点", "settlement line"},
                 RD_PARAM_MONEY,
                 0,
                 RD_MINOR_MAX,
                 100000,
                 NULL},
	[P_EXCEPT] =
		{"except",
         "words",
         {"含有这些词的摘要属于例外", "summaries with these words are exceptions"},
         RD_PARAM_WORDS,
         0,
         0,
         0,
         "工资|薪|奖|津贴|补贴|劳务|农产品|农副|收购|差旅|出差|备用金|借款|抚恤|福利|慰问|存现|存入|送存|缴存|税"},
	{0},
};

enum { K_VOUCHER, K_DAY };
static const rd_message messages[] = {
	[K_VOUCHER] = {"one-payment",
                   {"凭证 {voucher} 以现金支付 {amount}，超过结算起点 {limit}（摘要：{text}）。请核"
                    "对收款方，应转账的改为转账。",
                    "Voucher {voucher} pays {amount} in cash, above the line of {limit} "
                    "(summary: {text}). See who was paid; a transfer may be required."}},
	[K_DAY] = {"partner-and-day",
               {"{date} 以现金分 {payments} 笔支付 {party} 共 {amount}，合计超过结算起点 {limit}。"
                "请核对是否应转账。",
                "On {date} {party} was paid {amount} in cash in {payments} payments, "
                "together above the line of {limit}. See whether a transfer was required."}},
	{0},
};

/* A voucher that pays cash to an entity. */
typedef struct payment {
	rd_row voucher, line, party;
	rd_day day;
	rd_minor amount;
	bool alone; /* names no partner */
} payment;

typedef struct state {
	const rd_book *b;
	uint8_t *kind;   /* of each account */
	uint8_t *memo;   /* of each text: 1 plain, 2 exception */
	uint8_t *person; /* of each party: 1 no, 2 yes */
	rd_word_set *words;
	payment *all;
	uint32_t n, cap;
} state;

enum { A_CASH = 1, A_PAID_FOR = 2 };

static void mark_accounts(state *s, rd_arena *a)
{
	const rd_accounts *acc = &s->b->account;

	s->kind = RD_NEW_N(a, uint8_t, (size_t)acc->n + 1);
	for (rd_row r = 1; r < acc->n; r++) {
		rd_role role = (rd_role)acc->role[r];

		if (role == RD_ROLE_CASH)
			s->kind[r] = A_CASH;
		else if (role == RD_ROLE_PAYABLE || role == RD_ROLE_PREPAYMENT || role == RD_ROLE_STOCK ||
		         role == RD_ROLE_FIXED_ASSET || role == RD_ROLE_INTANGIBLE ||
		         role == RD_ROLE_PRODUCTION || role == RD_ROLE_OVERHEAD ||
		         role == RD_ROLE_MACHINE_WORK ||
		         (rd_role_is_expense(role) && role != RD_ROLE_INCOME_TAX &&
		          role != RD_ROLE_TAX_SURCHARGE))
			s->kind[r] = A_PAID_FOR;
	}
}

static bool is_exception(state *s, rd_text t)
{
	if (s->memo[t] == 0)
		s->memo[t] = rd_word_set_in(s->words, rd_book_text(s->b, t)) ? 2 : 1;
	return s->memo[t] == 2;
}

static bool is_person(state *s, rd_row party)
{
	rd_text name = s->b->party.name[party];

	if (s->person[party] == 0)
		s->person[party] = rd_name_kind_of(rd_book_text(s->b, name)) == RD_NAME_PERSON ? 2 : 1;
	return s->person[party] == 2;
}

/* Cash went out of this voucher and what it bought stands on the other side. */
static bool is_payment(rd_run *run, state *s, rd_row v, payment *p)
{
	const rd_book *b = s->b;
	rd_minor bought = 0;

	*p = (payment){.voucher = v, .line = RD_NONE, .day = b->voucher.date[v]};
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t kind = s->kind[b->line.account[i]];
		rd_row party = b->line.party ? b->line.party[i] : 0;

		p->party = party ? party : p->party;
		if (kind == A_CASH && rd_line_is_credit(b, i) && b->line.amount[i] > 0) {
			p->amount += b->line.amount[i];
			p->line = p->line == RD_NONE ? i : p->line;
		} else if (kind == A_PAID_FOR) {
			bought += rd_line_debit(b, i);
		}
	}
	if (p->line == RD_NONE || bought <= 0)
		return false;
	p->amount = p->amount < bought ? p->amount : bought;
	p->alone = p->party == 0;
	if (!rd_run_guards(run))
		return true;
	return !rd_run_leave_out(run, v) && !is_exception(s, rd_voucher_text(b, v)) &&
	       !is_exception(s, rd_line_text(b, p->line)) && (p->alone || !is_person(s, p->party));
}

static int payment_cmp(const void *x, const void *y)
{
	const payment *a = x, *b = y;

	if (a->party != b->party)
		return a->party < b->party ? -1 : 1;
	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return a->voucher < b->voucher ? -1 : a->voucher > b->voucher;
}

static void report(rd_run *run, const state *s, uint32_t from, uint32_t to)
{
	const payment *p = &s->all[from];
	rd_hit hit = rd_hit_at_line(s->b, p->line);
	rd_minor amount = 0;
	rd_row lines[12];

	for (uint32_t k = from; k < to; k++) {
		amount += s->all[k].amount;
		if (k > from && k - from <= 12)
			lines[k - from - 1] = s->all[k].line;
	}
	if (amount <= rd_run_param(run, P_LIMIT))
		return;
	hit.kind = to - from > 1 ? K_DAY : K_VOUCHER;
	hit.keyless = hit.kind == K_DAY;
	hit.party = p->party;
	hit.at_stake = amount;
	hit.key = (uint64_t)amount;
	hit.weight = to - from;
	hit.lines = lines;
	hit.n_lines = to - from - 1 < 12 ? to - from - 1 : 12;
	RD_EMIT(run, &hit, rd_money("amount", amount), rd_money("limit", rd_run_param(run, P_LIMIT)),
	        rd_int("payments", to - from), rd_txt("text", rd_voucher_text(s->b, p->voucher)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	state s = {.b = b};
	uint32_t n;

	(void)range;
	(void)err;
	if (rd_run_guards(run) && !rd_book_is_chinese(b)) {
		rd_run_not_run(run, RD_NOT_CHINESE);
		return RD_OK;
	}
	const rd_str *list = rd_run_words(run, P_EXCEPT, &n);

	s.words = RD_NEW(a, rd_word_set);
	rd_word_set_init(s.words, list, n);
	s.memo = RD_NEW_N(a, uint8_t, (size_t)rd_book_n_texts(b) + 1);
	s.person = RD_NEW_N(a, uint8_t, (size_t)b->party.n + 1);
	mark_accounts(&s, a);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		bool cash = false;
		payment p;

		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			cash |= s.kind[b->line.account[i]] == A_CASH;
		if (!cash || !is_payment(run, &s, v, &p))
			continue;
		if (s.n == s.cap)
			s.all = rd_grow(a, s.all, s.n, &s.cap, sizeof(payment));
		s.all[s.n++] = p;
	}
	if (s.n == 0)
		return RD_OK;
	qsort(s.all, s.n, sizeof(payment), payment_cmp);
	for (uint32_t from = 0, to; from < s.n; from = to) {
		to = from + 1;
		while (!s.all[from].alone && s.all[from].day != RD_DAY_NONE && to < s.n &&
		       s.all[to].party == s.all[from].party && s.all[to].day == s.all[from].day)
			to++;
		report(run, &s, from, to);
	}
	return RD_OK;
}

const rd_check rd_check_cash_payment_over_limit = {
	.slug = "cash-payment-over-limit",
	.family = "cash",
	.nature = "违规风险",
	.title = {"大额现金支付", "Cash payment above the settlement line"},
	.finds =
		{"以现金支付单位的款项超过应当转账的结算起点。",
         "An entity was paid in cash in one item above the line above which a transfer is required."},
	.correction = {"改为转账结算；例外情形注明依据",
                   "Settle by transfer; note the ground of an exception."},
	.basis = {"现金管理暂行条例 5", "Interim regulations on cash management, art. 5"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
