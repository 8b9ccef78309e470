/*
 * What it finds: entries in which a debit account meets a credit account that it meets nowhere
 * else or almost nowhere, although both are used often.
 *
 * Why it matters: a pair that never occurs otherwise is mostly a wrong account, and sometimes an
 * entry that was meant not to be understood.
 *
 * What to do: look what the business was. If the account is wrong, cancel in red and enter it on
 * the right one.
 *
 * Known limits: entries with several debits and credits are taken apart by equal amounts first,
 * then the largest amounts meet each other; that is a guess. Entries of more than max_lines lines
 * are left out, and so are pairs that are usual between the parent accounts, closing entries,
 * cancelled pairs and the first month of an account.
 *
 * 发现什么:借方科目与贷方科目几乎从未搭配过、而两个科目都很常用的分录。
 *
 * 为什么要紧:平时从不出现的对应关系,多半是科目用错,偶尔是不想让人看懂的分录。
 *
 * 怎么办:核对业务实质。科目用错的,红字冲销后按正确科目登记。
 *
 * 已知局限:多借多贷的分录先按相等金额拆开,再由大到小配对,这是推断。超过 max_lines 行的凭证、上级
 * 科目之间常见的对应、结转凭证、已冲销的凭证、科目启用的第一个月都不报。
 */
#include "base/assert.h"
#include "check/check.h"
#include "base/hash.h"
#include "check/index.h"
#include "check/pairs.h"
#include "stat/bits.h"

enum { P_MAX_SEEN, P_MIN_ACCOUNT, P_MAX_LINES, P_MODE };
static const rd_param params[] = {
	[P_MAX_SEEN] = {"max_seen",
                    "count",
                    {"对应关系最多出现几次", "times that the pair occurs at most"},
                    RD_PARAM_INT,
                    1,
                    100,
                    2,
                    NULL},
	[P_MIN_ACCOUNT] = {"min_account",
                       "flows",
                       {"两个科目各自至少有多少笔",
                        "flows that each of the two accounts must have"},
                       RD_PARAM_INT,
                       1,
                       100000,
                       50,
                       NULL},
	[P_MAX_LINES] = {"max_lines",
                     "lines",
                     {"超过这么多行的凭证不看", "entries with more lines are not looked at"},
                     RD_PARAM_INT,
                     2,
                     1000,
                     12,
                     NULL},
	[P_MODE] = {"mode",
                "-",
                {"0 = 按资金流向逐笔判断，1 = 只数科目对",
                 "0 = flows of entries, 1 = pairs of accounts are counted"},
                RD_PARAM_INT,
                0,
                1,
                0,
                NULL},
	{0},
};

enum { K_FLOW, K_PAIR };
static const rd_message messages[] = {
	[K_FLOW] = {"rare-flow",
                {"{voucher} 借 {account}、贷 {credit_account}，金额 {amount}：这一对应在账上只有 "
                 "{seen} 次，而两个科目各有 {debit_flows} 笔和 {credit_flows} 笔。请核对业务实质"
                 "和科目。",
                 "{voucher} debits {account} and credits {credit_account} with {amount}: the "
                 "pair occurs {seen} times, while the accounts have {debit_flows} and "
                 "{credit_flows} flows. Look at the business and the accounts."}},
	[K_PAIR] = {"rare-pair",
                {"借 {account}、贷 {credit_account} 这一对应只在 {seen} 张凭证里出现，例如 "
                 "{voucher}。",
                 "The pair debit {account}, credit {credit_account} occurs in {seen} vouchers "
                 "only, such as {voucher}."}},
	{0},
};

#define FIRST_DAYS 31 /* of an account: everything is rare when it is new */

typedef struct work {
	rd_run *run;
	const rd_book *b;
	rd_arena *a;
	bool guards;
	int64_t max_seen, min_account, max_lines;
	rd_pair_table pairs, parents;
	uint64_t *debit, *credit; /* flows by account */
	uint64_t all;
	rd_day *first; /* first use of each account */
} work;

static bool looked_at(const work *w, rd_row v)
{
	rd_row n = w->b->voucher.first[v + 1] - w->b->voucher.first[v];

	return n <= w->max_lines && !rd_run_leave_out(w->run, v);
}

static void count_flows(work *w)
{
	const rd_book *b = w->b;
	rd_flow flows[1000 * 2];

	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (!looked_at(w, v))
			continue;
		uint32_t n = rd_voucher_flows(b, v, flows, 2000);
		rd_day day = b->voucher.date[v];

		for (uint32_t i = 0; i < n; i++) {
			rd_row d = flows[i].debit, c = flows[i].credit;

			rd_pair_add(&w->pairs, d, c, v, 1);
			w->debit[d]++;
			w->credit[c]++;
			w->all++;
			if (w->first[d] == RD_DAY_NONE || (day != RD_DAY_NONE && day < w->first[d]))
				w->first[d] = day;
			if (w->first[c] == RD_DAY_NONE || (day != RD_DAY_NONE && day < w->first[c]))
				w->first[c] = day;
		}
	}
}

/* The first month of an account in the middle of the books; in their first month nothing is new. */
static bool is_new(const work *w, rd_row account, rd_day day)
{
	return day != RD_DAY_NONE && w->first[account] != RD_DAY_NONE &&
	       day - w->first[account] < FIRST_DAYS &&
	       w->first[account] - w->b->first_day >= FIRST_DAYS;
}

/* Pairs of the parent accounts, from the pairs of their children. */
static void count_parents(work *w)
{
	const rd_book *b = w->b;

	for (uint64_t i = 0; i < w->pairs.slots; i++) {
		const rd_pair_slot *s = &w->pairs.items[i];
		rd_row d = (rd_row)(s->key >> 32), c = (rd_row)s->key;

		if (s->key != 0)
			rd_pair_add(&w->parents, b->account.parent[d] ? b->account.parent[d] : d,
			            b->account.parent[c] ? b->account.parent[c] : c, s->last, s->count);
	}
}

/* One byte a voucher: it may hold a rare pair. */
static uint8_t *mark_vouchers(const work *w)
{
	uint8_t *marks = RD_NEW_N(w->a, uint8_t, (size_t)w->b->voucher.n + 1);

	if (w->max_seen > 2) { /* only two vouchers of a pair are known */
		memset(marks, 1, w->b->voucher.n);
		return marks;
	}
	for (uint64_t i = 0; i < w->pairs.slots; i++) {
		const rd_pair_slot *s = &w->pairs.items[i];

		if (s->key != 0 && s->count <= (uint64_t)w->max_seen) {
			marks[s->first] = 1;
			marks[s->last] = 1;
		}
	}
	return marks;
}

static bool rare(const work *w, const rd_flow *f, rd_day day)
{
	const rd_book *b = w->b;
	rd_row pd = b->account.parent[f->debit], pc = b->account.parent[f->credit];

	if (rd_pair_count(&w->pairs, f->debit, f->credit) > (uint64_t)w->max_seen)
		return false;
	if (!w->guards)
		return true;
	if (f->debit == f->credit)
		return false; /* moved within the account */
	if (w->debit[f->debit] + w->credit[f->debit] < (uint64_t)w->min_account ||
	    w->debit[f->credit] + w->credit[f->credit] < (uint64_t)w->min_account)
		return false;
	if ((pd || pc) &&
	    rd_pair_count(&w->parents, pd ? pd : f->debit, pc ? pc : f->credit) > (uint64_t)w->max_seen)
		return false;
	return !is_new(w, f->debit, day) && !is_new(w, f->credit, day);
}

static void report_flow(const work *w, rd_row v, const rd_flow *f)
{
	const rd_book *b = w->b;
	rd_hit hit = rd_hit_at_voucher(b, v);
	uint64_t seen = rd_pair_count(&w->pairs, f->debit, f->credit);

	hit.kind = K_FLOW;
	hit.account = f->debit;
	hit.line = f->line;
	hit.at_stake = f->amount < 0 ? -f->amount : f->amount;
	hit.key = rd_hash_str(RD_HASH_START, rd_book_text(b, b->account.code[f->credit]));
	hit.millibits = rd_rarity_millibits(seen, w->debit[f->debit], w->credit[f->credit], w->all);
	RD_EMIT(w->run, &hit, rd_acc("credit_account", f->credit), rd_money("amount", hit.at_stake),
	        rd_int("seen", (int64_t)seen),
	        rd_int("debit_flows", (int64_t)(w->debit[f->debit] + w->credit[f->debit])),
	        rd_int("credit_flows", (int64_t)(w->debit[f->credit] + w->credit[f->credit])));
}

/* One finding for each voucher: its rarest flow. */
static void report_flows(const work *w)
{
	const rd_book *b = w->b;
	const uint8_t *marks = mark_vouchers(w);
	rd_flow flows[1000 * 2];

	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (!marks[v] || !looked_at(w, v))
			continue;
		uint32_t n = rd_voucher_flows(b, v, flows, 2000), best = n, best_bits = 0;

		for (uint32_t i = 0; i < n; i++) {
			if (!rare(w, &flows[i], b->voucher.date[v]))
				continue;
			uint32_t bits =
				rd_rarity_millibits(rd_pair_count(&w->pairs, flows[i].debit, flows[i].credit),
			                        w->debit[flows[i].debit], w->credit[flows[i].credit], w->all);

			if (best == n || bits > best_bits) {
				best = i;
				best_bits = bits;
			}
		}
		if (best < n)
			report_flow(w, v, &flows[best]);
	}
}

static void report_pairs(work *w)
{
	const rd_book *b = w->b;

	rd_pairs_of_vouchers(&w->pairs, w->a, b);
	for (uint64_t i = 0; i < w->pairs.slots; i++) {
		const rd_pair_slot *s = &w->pairs.items[i];

		if (s->count == 0 || s->count > (uint64_t)w->max_seen)
			continue;
		rd_hit hit = rd_hit_at_voucher(b, s->last);
		rd_row debit = (rd_row)(s->key >> 32), credit = (rd_row)s->key;

		hit.kind = K_PAIR;
		hit.keyless = true;
		hit.day = RD_DAY_NONE;
		hit.period = 0;
		hit.account = debit;
		hit.key = rd_hash_str(RD_HASH_START, rd_book_text(b, b->account.code[credit]));
		RD_EMIT(w->run, &hit, rd_acc("credit_account", credit), rd_int("seen", (int64_t)s->count));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	work w = {.run = run,
	          .b = b,
	          .a = a,
	          .guards = rd_run_guards(run),
	          .max_seen = rd_run_param(run, P_MAX_SEEN),
	          .min_account = rd_run_param(run, P_MIN_ACCOUNT),
	          .max_lines = rd_run_param(run, P_MAX_LINES)};

	(void)range;
	(void)err;
	rd_pair_table_init(&w.pairs, a);
	if (rd_run_param(run, P_MODE) == 1) {
		report_pairs(&w);
		return RD_OK;
	}
	rd_pair_table_init(&w.parents, a);
	w.debit = RD_NEW_N(a, uint64_t, b->account.n + 1);
	w.credit = RD_NEW_N(a, uint64_t, b->account.n + 1);
	w.first = RD_NEW_N(a, rd_day, b->account.n + 1);
	for (rd_row k = 0; k <= b->account.n; k++)
		w.first[k] = RD_DAY_NONE;
	count_flows(&w);
	if (w.guards && w.all < (uint64_t)w.min_account * 2) {
		rd_run_not_run(run, "分录太少，无法判断", "too few entries to judge");
		return RD_OK;
	}
	count_parents(&w);
	report_flows(&w);
	return RD_OK;
}

const rd_check rd_check_rare_account_pair = {
	.slug = "rare-account-pair",
	.family = "statistics",
	.nature = "异常波动",
	.title = {"罕见科目对应", "Rare account pair"},
	.finds = {"借方科目与贷方科目几乎从未搭配过，而两个科目都很常用。",
              "A debit account meets a credit account that it almost never meets. Typical of "
              "wrong accounts and of concealed entries."},
	.correction = {"核对业务实质，科目错误的红字更正",
                   "Look at the business; when the account is wrong, cancel in red and enter it "
                   "right"},
	.basis = {"ISA 240 A45(a)；MindBridge 罕见流向；Schreyer 等",
              "ISA 240 A45(a); MindBridge rare flow; Schreyer et al. on local anomalies"},
	.since = "0.1",
	.wave = 2,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
