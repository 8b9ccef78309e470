/*
 * What it finds: large round amounts on accounts where they are rare, and persons or partners
 * with far more of them than their accounts would bring.
 *
 * Why it matters: real purchases seldom cost exactly 100,000.00. Estimates, advances without a
 * contract and made-to-order figures do.
 *
 * What to do: ask for the contract, the invoice and the proof of payment.
 *
 * Known limits: loans, deposits, capital, transfers between own accounts and advances are round
 * by nature: vouchers with a line on an account where more than max_base of the lines are round,
 * on loans or capital, or between cash and bank accounts only are left out. An account needs 30
 * lines, else it cannot be judged. Under the guards one voucher is one finding.
 *
 * 发现什么:在很少出现整数的科目上的大额整数,以及整数远多于其科目常态的人员或往来单位。
 *
 * 为什么要紧:真实的采购很少正好是 100,000.00。估计数、没有合同的预付、凑出来的数才是整数。
 *
 * 怎么办:索取合同、发票和付款凭证。
 *
 * 已知局限:借款、押金、实收资本、内部转账、借支本来就是整数:凭证里有整数比例高于 max_base 的科目、
 * 有借款或资本科目,或只在现金银行之间转账的,都不报。科目不足 30 行的无法判断。一张凭证只报一次。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "base/hash.h"
#include "check/check.h"
#include "check/rate.h"
#include "stat/bits.h"

enum { P_MIN_AMOUNT, P_STEP, P_MAX_BASE };
static const rd_param params[] = {
	[P_MIN_AMOUNT] = {"min_amount",
                      "yuan",
                      {"金额低于此数的不看", "smaller amounts are not looked at"},
                      RD_PARAM_MONEY,
                      0,
                      100000000000,
                      5000000,
                      NULL},
	[P_STEP] = {"step",
                "yuan",
                {"能被此数整除就算整数", "an amount is round when it is divisible by this"},
                RD_PARAM_MONEY,
                1,
                100000000000,
                1000000,
                NULL},
	[P_MAX_BASE] = {"max_base",
                    "permille",
                    {"科目自身整数比例高于此数的不报",
                     "accounts with a larger share of round amounts are left out"},
                    RD_PARAM_INT,
                    0,
                    1000,
                    50,
                    NULL},
	{0},
};

enum { K_VOUCHER, K_PERSON, K_PARTNER };
static const rd_message messages[] = {
	[K_VOUCHER] = {"round",
                   {"{voucher} 的 {account} 有整数金额 {amount}，该科目 {lines} 行里只有 {rate} 是"
                    "这样的整数。请索取合同和付款凭证。",
                    "{voucher} has the round amount {amount} on {account}, where {rate} of {lines} "
                    "lines are as round. Ask for the contract and the proof of payment."}},
	[K_PERSON] = {"person",
                  {"{preparer} 制单的 {lines} 行里有 {count} 行是整数大额，按所用科目的常态只应有 "
                   "{expected} 行左右。请抽查这些凭证的依据。",
                   "Of {lines} lines keyed by {preparer} {count} are large and round; the "
                   "accounts used would bring about {expected}. Look at what some of these "
                   "vouchers rest on."}},
	[K_PARTNER] = {"partner",
                   {"{party} 的 {lines} 行里有 {count} 行是整数大额，按所用科目的常态只应有 "
                    "{expected} 行左右。请索取合同和付款凭证。",
                    "Of {lines} lines of {party} {count} are large and round; the accounts used "
                    "would bring about {expected}. Ask for contracts and proofs of payment."}},
	{0},
};

#define MIN_LINES      30u    /* of an account, a person or a partner */
#define TAIL_MILLIBITS 13288u /* a chance of 1 in 10000 */
#define EXAMPLES       12u

typedef struct work {
	rd_run *run;
	const rd_book *b;
	rd_arena *a;
	bool guards;
	rd_minor min_amount, step;
	int64_t max_base;
	uint32_t *lines, *round; /* by account */
	rd_row *found;           /* round lines, in order */
	uint32_t n, cap;
} work;

static inline bool is_round(const work *w, rd_row i)
{
	rd_minor a = w->b->line.amount[i];

	if (w->b->line.flags[i] & RD_LINE_BOTH && rd_book_both_credit(w->b, i) > a)
		a = rd_book_both_credit(w->b, i);
	a = a < 0 ? -a : a;
	if (a < w->min_amount || (a < w->step && (a != 0 || w->guards)))
		return false;
	return a % w->step == 0;
}

static void count_accounts(work *w)
{
	const rd_book *b = w->b;

	w->lines = RD_NEW_N(w->a, uint32_t, b->account.n + 1);
	w->round = RD_NEW_N(w->a, uint32_t, b->account.n + 1);
	for (rd_row i = 0; i < b->line.n; i++) {
		w->lines[b->line.account[i]]++;
		if (!is_round(w, i))
			continue;
		w->round[b->line.account[i]]++;
		if (w->n == w->cap)
			w->found = rd_grow(w->a, w->found, w->n, &w->cap, sizeof *w->found);
		w->found[w->n++] = i;
	}
}

static bool usual_here(const work *w, rd_row account)
{
	rd_role role = (rd_role)w->b->account.role[account];

	return role == RD_ROLE_CAPITAL || role == RD_ROLE_SHORT_LOAN || role == RD_ROLE_LONG_LOAN ||
	       (w->lines[account] >= MIN_LINES &&
	        (int64_t)w->round[account] * 1000 > w->max_base * (int64_t)w->lines[account]);
}

/* Some line explains why the amount is round. */
static bool explained(const work *w, rd_row v)
{
	const rd_book *b = w->b;
	bool all_money = true;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_role role = (rd_role)b->account.role[b->line.account[i]];

		if (usual_here(w, b->line.account[i]))
			return true;
		all_money &= role == RD_ROLE_CASH || role == RD_ROLE_BANK || role == RD_ROLE_OTHER_MONEY;
	}
	return all_money;
}

/* The rarest account says most; of equal ones the later code, so that rows have no say. */
static bool rarer(const work *w, rd_row a, rd_row b)
{
	uint64_t x = (uint64_t)w->round[a] * w->lines[b], y = (uint64_t)w->round[b] * w->lines[a];

	if (x != y)
		return x < y;
	return rd_str_cmp(rd_book_text(w->b, w->b->account.code[a]),
	                  rd_book_text(w->b, w->b->account.code[b])) > 0;
}

static void look_at(const work *w, rd_row v, uint32_t round)
{
	const rd_book *b = w->b;
	rd_row best = RD_NONE, lines[EXAMPLES];
	uint32_t weight = 0;

	if (w->guards && (rd_run_leave_out(w->run, v) || explained(w, v)))
		return;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1] && weight < round; i++) {
		rd_row account = b->line.account[i];

		if (!is_round(w, i) || (w->guards && w->lines[account] < MIN_LINES))
			continue;
		if (weight < EXAMPLES)
			lines[weight] = i;
		weight++;
		if (best == RD_NONE || rarer(w, account, b->line.account[best]))
			best = i;
	}
	if (best == RD_NONE)
		return;
	rd_row account = b->line.account[best];
	rd_hit hit = rd_hit_at_line(b, best);
	rd_minor amount = b->line.amount[best] < 0 ? -b->line.amount[best] : b->line.amount[best];

	hit.kind = K_VOUCHER;
	hit.weight = weight;
	hit.lines = lines;
	hit.n_lines = weight < EXAMPLES ? weight : EXAMPLES;
	hit.at_stake = amount;
	hit.key = (uint64_t)amount;
	hit.millibits = rd_millibits(w->round[account], w->lines[account]);
	RD_EMIT(w->run, &hit, rd_money("amount", amount), rd_int("lines", w->lines[account]),
	        rd_permille("rate", rd_rate_permille(w->round[account], w->lines[account])));
}

/* What one person or partner has: lines, round ones, and how many their accounts would bring, in
 * thousand-millionths. */
typedef struct share {
	uint64_t expected;
	uint32_t lines, round;
} share;

#define ONE UINT64_C(1000000000)

static void report_share(const work *w, const share *s, rd_text preparer, rd_row party)
{
	if (s->lines < MIN_LINES || s->round == 0 || s->expected == 0)
		return;
	uint64_t rate = s->expected / s->lines;
	uint32_t millibits = rd_tail_millibits(s->lines, s->round, rate ? rate : 1, ONE);

	if (millibits < TAIL_MILLIBITS)
		return;
	rd_hit hit = rd_hit_new();

	hit.kind = party ? K_PARTNER : K_PERSON;
	hit.party = party;
	hit.key = rd_hash_str(RD_HASH_START, rd_book_text(w->b, preparer));
	hit.millibits = millibits;
	RD_EMIT(w->run, &hit, rd_int("lines", s->lines), rd_int("count", s->round),
	        rd_int("expected", (int64_t)((s->expected + ONE / 2) / ONE)),
	        rd_txt("preparer", preparer));
}

static void look_at_shares(const work *w)
{
	const rd_book *b = w->b;
	const bool persons = b->voucher.preparer != NULL;
	share *party = RD_NEW_N(w->a, share, b->party.n + 1);
	share *person = persons ? RD_NEW_N(w->a, share, rd_book_n_texts(b)) : NULL;
	uint64_t *rate = RD_NEW_N(w->a, uint64_t, b->account.n + 1);

	for (rd_row k = 0; k < b->account.n; k++)
		rate[k] = w->lines[k] && !usual_here(w, k) ? w->round[k] * ONE / w->lines[k] : 0;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		share *who = persons ? &person[b->voucher.preparer[v]] : NULL;
		bool out = rd_run_leave_out(w->run, v);

		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1] && !out; i++) {
			uint64_t r = rate[b->line.account[i]];
			bool round = r && is_round(w, i);
			share *with = &party[b->line.party[i]];

			with->expected += r;
			with->lines++;
			with->round += round;
			if (who) {
				who->expected += r;
				who->lines++;
				who->round += round;
			}
		}
	}
	for (rd_row p = 1; p < b->party.n; p++)
		report_share(w, &party[p], 0, p);
	for (rd_text t = 1; persons && t < rd_book_n_texts(b); t++)
		report_share(w, &person[t], t, 0);
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	work w = {.run = run,
	          .b = b,
	          .a = rd_run_scratch(run),
	          .guards = rd_run_guards(run),
	          .min_amount = rd_run_param(run, P_MIN_AMOUNT),
	          .step = rd_run_param(run, P_STEP),
	          .max_base = rd_run_param(run, P_MAX_BASE)};
	bool judged = false;

	(void)range;
	(void)err;
	RD_ASSERT(w.step > 0);
	count_accounts(&w);
	for (rd_row k = 0; k < b->account.n; k++)
		judged |= w.lines[k] >= MIN_LINES;
	if (w.guards && !judged) {
		rd_run_not_run(run, "各科目都不足 30 行，无法判断",
		               "no account has 30 lines: too few to judge");
		return RD_OK;
	}
	for (uint32_t i = 0, end; i < w.n; i = end) {
		rd_row v = rd_line_voucher(b, w.found[i]);

		for (end = i + 1; end < w.n && w.found[end] < b->voucher.first[v + 1]; end++)
			;
		look_at(&w, v, end - i);
	}
	if (w.guards)
		look_at_shares(&w);
	return RD_OK;
}

const rd_check rd_check_round_amounts = {
	.slug = "round-amounts",
	.family = "statistics",
	.nature = "异常波动",
	.title = {"整数大额凭证", "Round amounts"},
	.finds = {"大额整数；或某科目、某人、某单位的整数金额远多于常态。",
              "Large round amounts, or an account or person with far more round amounts than "
              "usual there."},
	.correction = {"索取合同与付款凭证", "Ask for the contract and the proof of payment"},
	.basis = {"ISA 240 A45(e)；Nigrini；审计分析实务",
              "ISA 240 A45(e); Nigrini; practice of audit analytics"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_INFO,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
