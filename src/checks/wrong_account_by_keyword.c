/*
 * What it finds: lines whose summary speaks of one thing while the account is for another:
 * hospitality on travel expense, a fine among ordinary expenses, wages paid past the wages
 * account, interest or bank fees outside finance cost. And a learned rule: a partner whose
 * vouchers nearly always meet one account, and once another.
 *
 * Why it matters: hospitality and fines are treated differently for income tax, and figures by
 * kind of expense cannot be compared from month to month.
 *
 * What to do: read the document. If the account is wrong, reverse in red and post anew, or
 * transfer between the two accounts within the year.
 *
 * Known limits: words are no proof; a summary may speak of several things. Vouchers that also use
 * the expected account are left out, as are returns, corrections and transfers. The learned rule
 * is silent in the first three months and needs eight vouchers of the partner. All word lists can
 * be set.
 *
 * 发现什么:摘要说的是一回事,科目却是另一回事:招待费记入差旅费、罚款记入一般费用、工资不经应付职工
 * 薪酬、利息或手续费不在财务费用。另有学习规则:某往来单位的业务几乎总记同一科目,唯独一次记在别处。
 *
 * 为什么要紧:招待费、罚款的所得税处理不同;费用归类不一致,各月就无法比较。
 *
 * 怎么办:查看原始凭证。科目确实有误的,红字冲销并蓝字更正,或在年内转账重分类。
 *
 * 已知局限:关键词不是证据,一条摘要可能说几件事。凭证里已用到应有科目的,以及退回、更正、结转类摘要
 * 不报告。学习规则在前三个月不报告,且该单位至少要有八张凭证。词表均可设置。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/index.h"
#include "check/names.h"
#include "check/rate.h"

enum { P_HISTORY, P_SHARE, P_DINNER, P_FINE, P_WAGES, P_INTEREST, P_EXCEPT };
static const rd_param params[] = {
	[P_HISTORY] = {"min_history",
                   "count",
                   {"学习规则：该单位至少有几张凭证",
                    "learned rule: vouchers that the partner must have"},
                   RD_PARAM_INT,
                   3,
                   100000,
                   8,
                   NULL},
	[P_SHARE] = {"share",
                 "percent",
                 {"学习规则：常用科目至少占多少", "learned rule: share of the usual account"},
                 RD_PARAM_INT,
                 50,
                 100,
                 90,
                 NULL},
	[P_DINNER] = {"dinner",
                  "words",
                  {"不应记入差旅费的摘要用词", "words that do not belong to travel expense"},
                  RD_PARAM_WORDS,
                  0,
                  0,
                  0,
                  "招待|宴请|餐饮"},
	[P_FINE] = {"fine",
                "words",
                {"应记入营业外支出的摘要用词", "words that belong to non-operating expense"},
                RD_PARAM_WORDS,
                0,
                0,
                0,
                "罚款|滞纳金|罚金"},
	[P_WAGES] = {"wages",
                 "words",
                 {"应经应付职工薪酬核算的摘要用词", "words that pass through wages payable"},
                 RD_PARAM_WORDS,
                 0,
                 0,
                 0,
                 "工资|奖金|薪酬"},
	[P_INTEREST] = {"interest",
                    "words",
                    {"应记入财务费用的摘要用词", "words that belong to finance cost"},
                    RD_PARAM_WORDS,
                    0,
                    0,
                    0,
                    "利息|手续费"},
	[P_EXCEPT] =
		{"except",
         "words",
         {"含有这些词的摘要不判断", "summaries with these words are not judged"},
         RD_PARAM_WORDS,
         0,
         0,
         0,
         "退|冲|调整|更正|订正|重分类|结转|转入|分摊|差旅|餐补|平台|返还|代扣|代收|代付|计提|补贴|佣金"},
	{0},
};

enum { K_DINNER, K_FINE, K_WAGES, K_INTEREST, K_UNUSUAL };
#define RULES      4u
#define EXCEPT_BIT 4u
static const rd_message messages[] = {
	[K_DINNER] = {"hospitality-as-travel",
                  {"摘要“{text}”涉及招待，科目却是 {account}（金额 {amount}）。业务招待费与差旅费税"
                   "前扣除不同，请核对原始凭证后归类。",
                   "The summary \"{text}\" speaks of hospitality, the account is {account} "
                   "({amount}). The two are deducted differently; read the document and "
                   "classify it."}},
	[K_FINE] = {"fine-as-expense",
                {"摘要“{text}”涉及罚款或滞纳金，科目却是 {account}（金额 {amount}）。一般记入营业"
                 "外支出，并关注所得税调整，请核对。",
                 "The summary \"{text}\" speaks of a fine or surcharge, the account is "
                 "{account} ({amount}). It usually belongs to non-operating expense and may "
                 "need an adjustment for income tax."}},
	[K_WAGES] = {"wages-past-account",
                 {"摘要“{text}”涉及工资奖金，直接记入 {account} 并付款（金额 {amount}），没有经过"
                  "应付职工薪酬。请核对，以便与个税申报一致。",
                  "The summary \"{text}\" speaks of wages, booked straight to {account} and "
                  "paid ({amount}) without the wages account. See that it agrees with the wage "
                  "tax return."}},
	[K_INTEREST] =
		{"interest-elsewhere",
         {"摘要“{text}”涉及利息或手续费，科目却是 {account}（金额 {amount}）。一般记入财务"
          "费用，请核对。",
          "The summary \"{text}\" speaks of interest or fees, the account is {account} "
          "({amount}). It usually belongs to finance cost."}},
	[K_UNUSUAL] = {"unusual-for-partner",
                   {"{party} 的 {history} 张凭证中有 {usual_count} 张记 {usual}，唯独本凭证记 "
                    "{account}（金额 {amount}）。请核对科目是否选错。",
                    "{usual_count} of {history} vouchers of {party} use {usual}; only this one "
                    "uses {account} ({amount}). See whether the account was picked wrongly."}},
	{0},
};

/* What an account is to the rules. */
enum {
	A_TRAVEL = 1,
	A_EXPENSE = 2,
	A_NONOP = 4,
	A_FINANCE = 8,
	A_WAGES = 16,
	A_DINNER = 32,
	A_MONEY = 64,
	A_SUBJECT = 128
};

typedef struct found {
	rd_row line;
	uint8_t kind;
} found;

typedef struct state {
	const rd_book *b;
	uint8_t *account; /* bits of each account */
	uint8_t *text;    /* rules that each text speaks of, bit EXCEPT_BIT: not judged */
	found *found;
	uint32_t n, cap;
	uint64_t met[RULES]; /* expense lines that speak of the rule's thing */
	uint64_t hits[RULES];
} state;

static void mark_accounts(state *s, rd_arena *a)
{
	const rd_accounts *acc = &s->b->account;

	s->account = RD_NEW_N(a, uint8_t, (size_t)acc->n + 1);
	for (rd_row r = 1; r < acc->n; r++) {
		rd_role role = (rd_role)acc->role[r];
		rd_str name = rd_book_text(s->b, acc->name[r]);
		uint32_t bits = 0;

		bits |= rd_str_has(name, "差旅") ? A_TRAVEL : 0;
		bits |= rd_str_has(name, "招待") ? A_DINNER : 0;
		if ((rd_role_is_expense(role) && role != RD_ROLE_INCOME_TAX) ||
		    role == RD_ROLE_PRODUCTION || role == RD_ROLE_OVERHEAD)
			bits |= A_EXPENSE;
		bits |= role == RD_ROLE_NONOP_EXPENSE ? A_NONOP : 0;
		bits |= role == RD_ROLE_FINANCE ? A_FINANCE : 0;
		bits |= role == RD_ROLE_WAGES ? A_WAGES : 0;
		if (role == RD_ROLE_CASH || role == RD_ROLE_BANK || role == RD_ROLE_OTHER_MONEY)
			bits |= A_MONEY;
		if (rd_role_is_pl(role) || acc->class_of[r] == RD_CLASS_PL ||
		    acc->class_of[r] == RD_CLASS_COST || role == RD_ROLE_STOCK ||
		    role == RD_ROLE_FIXED_ASSET || role == RD_ROLE_INTANGIBLE)
			bits |= A_SUBJECT;
		s->account[r] = (uint8_t)bits;
	}
}

/* The words of all rules in one list, with the rule of each. */
typedef struct lexicon {
	rd_str *words;
	uint8_t *bit;
	uint32_t n, cap, cap_bits;
} lexicon;

static void add_words(rd_run *run, lexicon *l, int param, uint8_t bit)
{
	rd_arena *a = rd_run_scratch(run);
	uint32_t n;
	const rd_str *words = rd_run_words(run, param, &n);

	for (uint32_t k = 0; k < n; k++) {
		if (l->n == l->cap)
			l->words = rd_grow(a, l->words, l->n, &l->cap, sizeof(*l->words));
		if (l->n == l->cap_bits)
			l->bit = rd_grow(a, l->bit, l->n, &l->cap_bits, sizeof(*l->bit));
		l->words[l->n] = words[k];
		l->bit[l->n++] = bit;
	}
}

/* Which rules each text speaks of: one pass over the texts for 64 words. */
static void mark_texts(rd_run *run, state *s)
{
	const uint32_t n_texts = rd_book_n_texts(s->b);
	lexicon l = {0};

	s->text = RD_NEW_N(rd_run_scratch(run), uint8_t, (size_t)n_texts + 1);
	add_words(run, &l, P_DINNER, K_DINNER);
	add_words(run, &l, P_FINE, K_FINE);
	add_words(run, &l, P_WAGES, K_WAGES);
	add_words(run, &l, P_INTEREST, K_INTEREST);
	add_words(run, &l, P_EXCEPT, EXCEPT_BIT);
	for (uint32_t from = 0; from < l.n; from += 64) {
		uint32_t n = l.n - from < 64 ? l.n - from : 64;
		const uint64_t *m = rd_texts_matching(run, s->b, l.words + from, n);

		for (rd_text t = 1; t < n_texts; t++)
			for (uint64_t w = m[t]; w; w &= w - 1)
				s->text[t] |= (uint8_t)(1u << l.bit[from + (uint32_t)__builtin_ctzll(w)]);
	}
}

/* Account bits of all lines of a voucher together. */
static uint32_t voucher_bits(const state *s, rd_row v)
{
	uint32_t bits = 0;

	for (rd_row i = s->b->voucher.first[v]; i < s->b->voucher.first[v + 1]; i++)
		bits |= s->account[s->b->line.account[i]];
	return bits;
}

/* The rule is broken by a line on an account with `own` bits in a voucher with `all` bits. */
static bool broken(uint32_t kind, uint32_t own, uint32_t all, bool guards)
{
	switch (kind) {
	case K_DINNER: return own & A_TRAVEL && (!guards || !(all & A_DINNER));
	case K_FINE: return !(own & A_NONOP) && (!guards || !(all & A_NONOP));
	case K_WAGES: return all & A_MONEY && !(all & A_WAGES);
	default: return !(own & A_FINANCE) && (!guards || !(all & A_FINANCE));
	}
}

/* A debit line on an expense account whose text speaks of something. */
static void look_at(rd_run *run, state *s, rd_row v, rd_row i, uint32_t bits)
{
	const bool guards = rd_run_guards(run);
	uint32_t own = s->account[s->b->line.account[i]];
	uint32_t kind = 0;

	if (rd_line_is_credit(s->b, i) || s->b->line.amount[i] <= 0 || rd_run_leave_out(run, v))
		return;
	/* A text that speaks of two things is about either. */
	if (guards && (bits >> EXCEPT_BIT || (bits & (bits - 1))))
		return;
	while (!(bits >> kind & 1))
		kind++;
	s->met[kind]++;
	if (!broken(kind, own, voucher_bits(s, v), guards))
		return;
	s->hits[kind]++;
	if (s->n == s->cap)
		s->found = rd_grow(rd_run_scratch(run), s->found, s->n, &s->cap, sizeof(found));
	s->found[s->n++] = (found){i, (uint8_t)kind};
}

static void by_words(rd_run *run, state *s)
{
	const rd_book *b = s->b;
	const uint32_t rules = (1u << RULES) - 1;

	mark_texts(run, s);
	for (rd_row v = 0; v < b->voucher.n; v++)
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			/* The account first: its bits are at hand, those of the text may be far away. */
			if (!(s->account[b->line.account[i]] & A_EXPENSE))
				continue;
			uint32_t bits = s->text[b->line.text[i]];

			if (bits & rules)
				look_at(run, s, v, i, bits);
		}
	for (uint32_t k = 0; k < s->n; k++) {
		rd_row i = s->found[k].line;
		uint8_t kind = s->found[k].kind;
		rd_hit hit = rd_hit_at_line(b, i);

		hit.kind = kind;
		hit.at_stake = b->line.amount[i];
		hit.key = (uint64_t)b->line.amount[i];
		hit.millibits = rd_millibits(s->hits[kind], s->met[kind]);
		RD_EMIT(run, &hit, rd_txt("text", b->line.text[i]), rd_money("amount", b->line.amount[i]),
		        rd_permille("base_rate", rd_rate_permille(s->hits[kind], s->met[kind])));
	}
}

/* ---- the learned rule ---- */

/* How the vouchers of a party are spread: the account that may hold a majority, by the method of
 * Boyer and Moore, then counted exactly. */
typedef struct habit {
	rd_row usual;
	uint32_t lead, vouchers, usual_count;
} habit;

/* party << 32 | account of a voucher that is about one party and one account; 0 = it is not. */
static uint64_t subject_of(const state *s, rd_row v)
{
	const rd_book *b = s->b;
	rd_row party = 0, account = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_row p = b->line.party[i], a = b->line.account[i];

		if (p != 0 && p != party) {
			if (party != 0)
				return 0;
			party = p;
		}
		if (s->account[a] & A_SUBJECT && a != account) {
			if (account != 0)
				return 0;
			account = a;
		}
	}
	return party != 0 && account != 0 ? (uint64_t)party << 32 | account : 0;
}

static habit *learn(rd_run *run, const state *s, uint64_t *subject)
{
	const rd_book *b = s->b;
	habit *habits = RD_NEW_N(rd_run_scratch(run), habit, (size_t)b->party.n + 1);

	for (rd_row v = 0; v < b->voucher.n; v++) {
		habit *h = &habits[subject[v] >> 32];
		rd_row a = (rd_row)subject[v];

		if (h->lead == 0)
			h->usual = a;
		h->lead = a == h->usual ? h->lead + 1 : h->lead - 1;
	}
	for (rd_row v = 0; v < b->voucher.n; v++) {
		habit *h = &habits[subject[v] >> 32];

		h->vouchers++;
		h->usual_count += (rd_row)subject[v] == h->usual;
	}
	return habits;
}

/* Differences of a few yuan are written off to other accounts on purpose. */
#define ROUNDING_MAX 1000

static void report_unusual(rd_run *run, const state *s, const habit *h, rd_row v, rd_row account)
{
	const rd_book *b = s->b;
	rd_minor amount = 0;
	rd_row line = b->voucher.first[v], party = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		if (b->line.account[i] == account) {
			line = amount == 0 ? i : line;
			amount += rd_line_net(b, i);
		}
		party = b->line.party[i] != 0 ? b->line.party[i] : party;
	}
	rd_hit hit = rd_hit_at_line(b, line);

	if (rd_run_guards(run) && amount < ROUNDING_MAX && amount > -ROUNDING_MAX)
		return;
	hit.kind = K_UNUSUAL;
	hit.party = party;
	hit.at_stake = amount < 0 ? -amount : amount;
	hit.key = (uint64_t)amount;
	hit.millibits = rd_millibits(1, h->vouchers);
	RD_EMIT(run, &hit, rd_pty("partner", party), rd_int("history", h->vouchers),
	        rd_int("usual_count", h->usual_count), rd_acc("usual", h->usual),
	        rd_money("amount", hit.at_stake),
	        rd_permille("base_rate", rd_rate_permille(1, h->vouchers)));
}

/* How often the party met this account: more than once is a habit of its own. */
static bool only_once(const uint64_t *odd, uint32_t n, uint64_t subject)
{
	uint32_t count = 0;

	for (uint32_t k = 0; k < n && count < 2; k++)
		count += odd[k] == subject;
	return count == 1;
}

static bool early(const rd_book *b, rd_row v)
{
	rd_day day = b->voucher.date[v];

	return day == RD_DAY_NONE || b->first_day == RD_DAY_NONE ||
	       rd_period_months(rd_day_period(b->first_day), rd_day_period(day)) < 3;
}

/* Odd subjects of one party are few (a tenth of its vouchers), but a hostile party could have many:
 * those beyond this number are not looked at. */
#define ODD_MAX 64u

static void by_habit(rd_run *run, const state *s)
{
	const rd_book *b = s->b;
	const int64_t min = rd_run_param(run, P_HISTORY), share = rd_run_param(run, P_SHARE);
	rd_arena *a = rd_run_scratch(run);
	uint64_t *subject = RD_NEW_N(a, uint64_t, (size_t)b->voucher.n + 1);
	uint32_t *n_odd = RD_NEW_N(a, uint32_t, (size_t)b->party.n + 1);
	uint64_t **odd = RD_NEW_N(a, uint64_t *, (size_t)b->party.n + 1);

	for (rd_row v = 0; v < b->voucher.n; v++)
		subject[v] = subject_of(s, v);
	const habit *habits = learn(run, s, subject);

	for (int pass = 0; pass < 2; pass++)
		for (rd_row v = 0; v < b->voucher.n; v++) {
			rd_row party = (rd_row)(subject[v] >> 32);
			const habit *h = &habits[party];

			if (party == 0 || h->vouchers < min || (rd_row)subject[v] == h->usual ||
			    (uint64_t)h->usual_count * 100 < (uint64_t)h->vouchers * (uint64_t)share)
				continue;
			if (pass == 0) {
				if (!odd[party])
					odd[party] = RD_NEW_N(a, uint64_t, ODD_MAX);
				if (n_odd[party] < ODD_MAX)
					odd[party][n_odd[party]++] = subject[v];
				continue;
			}
			if (n_odd[party] == ODD_MAX || !only_once(odd[party], n_odd[party], subject[v]))
				continue;
			if (rd_run_guards(run) && (early(b, v) || rd_run_leave_out(run, v) ||
			                           s->text[rd_voucher_text(b, v)] >> EXCEPT_BIT & 1))
				continue;
			report_unusual(run, s, h, v, (rd_row)subject[v]);
		}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	state s = {.b = b};

	(void)range;
	(void)err;
	mark_accounts(&s, rd_run_scratch(run));
	if (!b->line.text)
		return RD_OK;
	by_words(run, &s);
	if (b->has & RD_HAS_PARTY && b->line.party)
		by_habit(run, &s);
	return RD_OK;
}

const rd_check rd_check_wrong_account_by_keyword = {
	.slug = "wrong-account-by-keyword",
	.family = "master-data",
	.nature = "操作错误",
	.title = {"科目误用", "Wrong account for what the text says"},
	.finds = {"摘要说的是罚款、招待或工资，科目却是别的。",
              "The summary speaks of a fine, a dinner or wages, the account is another one."},
	.correction = {"红字冲销并蓝字更正，或转账重分类",
                   "Reverse in red and enter in blue, or transfer between the accounts."},
	.basis = {"会计基础工作规范 61(2)", "Basic accounting work rules 61(2)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_TEXT | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
