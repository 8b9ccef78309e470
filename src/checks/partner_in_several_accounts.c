/*
 * What it finds: one partner with balances on several kinds of receivable and payable accounts at
 * the end of the books. When some are debit and some credit, the net is said.
 *
 * Why it matters: the partner is asked for one amount and owed another; the balance sheet is
 * longer on both sides than it needs to be.
 *
 * What to do: agree with the partner on netting and transfer the smaller balance.
 *
 * Known limits: partners are told by their names without regard to width, case, brackets and
 * legal form in full; short names differ. A partner who is both customer and supplier is no
 * error. Deposits, banks, tax and social insurance offices are left out.
 *
 * 发现什么:期末同一单位在几类往来科目上同时有余额;有借有贷的,说明可轧抵的净额。
 *
 * 为什么要紧:一边催收、一边欠款,资产负债两头虚列。
 *
 * 怎么办:与对方签订抵账协议后转账对冲。
 *
 * 已知局限:按单位名称归并,忽略全半角、大小写、括号和"有限（责任）公司"之别,简称视为不同单位。既是客
 * 户又是供应商本身不算差错。押金、银行、税务、社保类单位不报告。
 */
#include "base/assert.h"
#include "check/index.h"
#include "check/names.h"
#include "check/partners.h"
#include "check/sort.h"
#include <stdlib.h>

enum { P_MIN };
static const rd_param params[] = {
	[P_MIN] = {"min_amount",
               "yuan",
               {"低于此余额不计", "smaller balances do not count"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               10000,
               NULL},
	{0},
};

enum { K_NET, K_SAME_SIDE };
static const rd_message messages[] = {
	[K_NET] = {"both-sides",
               {"{partner} 在 {accounts} 类往来科目上有余额（如 {first} {first_balance}、"
                "{second} {second_balance}），借方合计 {debit}、贷方合计 {credit}，净额 {net}。"
                "可协议抵账后对冲。",
                "{partner} has balances on {accounts} kinds of accounts (such as {first} "
                "{first_balance} and {second} {second_balance}): {debit} debit and {credit} "
                "credit, {net} net. They may be set off by agreement."}},
	[K_SAME_SIDE] =
		{"same-side",
         {"{partner} 在 {accounts} 类往来科目上有同方向余额（如 {first} {first_balance}、"
          "{second} {second_balance}），合计 {net}。请核对是否应归并到一个科目。",
          "{partner} has balances of one side on {accounts} kinds of accounts (such as "
          "{first} {first_balance} and {second} {second_balance}), {net} in all. See "
          "whether they belong on one account."}},
	{0},
};

static const char *const deposits[] = {"押金", "保证金", "质保金", "暂估", NULL};
static const char *const left_out[] = {
	"税务", "社保",   "社会保险", "公积金", "人力资源", "银行", "支付宝",
	"微信", "财付通", "其他",     "零星",   "散户",     NULL,
};

/* A balance that counts, and the name it stands under. */
typedef struct entry {
	const rd_partner *p;
	rd_text name;
	rd_minor balance;
} entry;

typedef struct state {
	const rd_book *b;
	entry *all;
	uint32_t n;
	bool judged, any;
} state;

static bool is_left_out(const rd_book *b, const rd_partner *p)
{
	rd_str account = rd_book_text(b, b->account.name[p->account]);
	rd_str name = rd_book_text(b, rd_partner_text(b, p));

	return rd_name_has(account, deposits) || rd_name_has(name, deposits) ||
	       rd_name_has(p->party ? name : rd_name_leaf(name), left_out);
}

static void collect(rd_run *run, state *s, const rd_partners *x)
{
	const rd_minor min = rd_run_param(run, P_MIN);

	s->all = RD_NEW_N(rd_run_scratch(run), entry, (size_t)x->n + 1);
	for (uint32_t k = 0; k < x->n; k++) {
		const rd_partner *p = &x->items[k];
		rd_minor balance = rd_partner_balance(p);

		if (!rd_partner_is_named(s->b, p))
			continue;
		s->any = true;
		if (!p->opening_known && rd_run_guards(run))
			continue;
		s->judged = true;
		if (balance == 0 || (balance < min && -balance < min))
			continue;
		rd_text name = rd_partner_text(s->b, p);

		if (rd_run_guards(run) && is_left_out(s->b, p))
			continue;
		s->all[s->n++] = (entry){p, name, balance};
	}
}

/* The name by which a partner is known on all accounts: of a sub-account its last part. */
static uint64_t identity(const state *s, const entry *e)
{
	rd_str name = rd_book_text(s->b, e->name);

	return rd_name_hash(e->p->party ? name : rd_name_leaf(name));
}

static void report(rd_run *run, const state *s, const uint64_t *order, uint32_t from, uint32_t to,
                   uint64_t key)
{
	const entry *largest = NULL, *other = NULL;
	rd_minor debit = 0, credit = 0, by_role[RD_ROLE_COUNT] = {0};
	uint32_t roles = 0;

	for (uint32_t k = from; k < to; k++) {
		const entry *e = &s->all[(uint32_t)order[k]];
		uint8_t role = s->b->account.role[e->p->account];

		by_role[role] += e->balance;
		if (!largest || llabs(e->balance) > llabs(largest->balance))
			largest = e;
	}
	for (uint32_t r = 0; r < RD_ROLE_COUNT; r++) {
		roles += by_role[r] != 0;
		debit += by_role[r] > 0 ? by_role[r] : 0;
		credit += by_role[r] < 0 ? -by_role[r] : 0;
	}
	if (roles < 2)
		return;
	for (uint32_t k = from; k < to; k++) {
		const entry *e = &s->all[(uint32_t)order[k]];

		if (s->b->account.role[e->p->account] != s->b->account.role[largest->p->account] &&
		    (!other || llabs(e->balance) > llabs(other->balance)))
			other = e;
	}
	rd_hit hit = rd_hit_new();

	hit.kind = debit && credit ? K_NET : K_SAME_SIDE;
	hit.party = largest->p->party;
	hit.line = largest->p->last_line;
	hit.keyless = true;
	hit.lines = &other->p->last_line;
	hit.n_lines = other->p->last_line != RD_NONE;
	hit.key = key;
	hit.at_stake = hit.kind == K_SAME_SIDE ? 0 : debit < credit ? debit : credit;
	RD_EMIT(run, &hit, rd_partner_fact(s->b, largest->p), rd_int("accounts", roles),
	        rd_acc("first", largest->p->account), rd_money("first_balance", largest->balance),
	        rd_acc("second", other->p->account), rd_money("second_balance", other->balance),
	        rd_money("debit", debit), rd_money("credit", credit), rd_money("net", debit - credit));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	state s = {.b = b};
	rd_arena *a = rd_run_scratch(run);

	(void)range;
	(void)err;
	collect(run, &s, rd_index_partners(run, b));
	if (s.any && !s.judged)
		rd_run_not_run(run, "没有按往来单位的期初余额", "no opening balances by partner");
	uint64_t *order = RD_NEW_N(a, uint64_t, (size_t)s.n + 1);
	uint64_t *tmp = RD_NEW_N(a, uint64_t, (size_t)s.n + 1);
	uint64_t *ids = RD_NEW_N(a, uint64_t, (size_t)s.n + 1);

	for (uint32_t k = 0; k < s.n; k++) {
		ids[k] = identity(&s, &s.all[k]);
		order[k] = (ids[k] ^ ids[k] >> 32) << 32 | k;
	}
	rd_sort_u64(order, tmp, s.n);
	/* Half of the hash groups; names whose halves meet by chance are told apart by the whole. */
	for (uint32_t from = 0, to; from < s.n; from = to) {
		uint64_t id = ids[(uint32_t)order[from]];

		for (to = from + 1; to < s.n && ids[(uint32_t)order[to]] == id; to++)
			;
		if (id != 0 && to - from > 1)
			report(run, &s, order, from, to, id);
	}
	return RD_OK;
}

const rd_check rd_check_partner_in_several_accounts = {
	.slug = "partner-in-several-accounts",
	.family = "receivable",
	.nature = "账目不符",
	.title = {"同一单位多头挂账", "One partner in several accounts"},
	.finds = {"同一单位在几个应收、应付科目上同时有余额。",
              "The same partner has balances on several receivable and payable accounts."},
	.correction = {"签订抵账协议后转账对冲", "Agree on netting with the partner, then transfer."},
	.basis = {"实务惯例", "Practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_FACT,
	.needs_any = RD_HAS_OPENING | RD_HAS_LINES,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PARTIES,
	.params = params,
	.messages = messages,
	.run = run,
};
