/*
 * What it finds: lines on receivable, payable and similar accounts that name no partner, while
 * other lines of the same account do, or while the account has no partner detail at all.
 *
 * Why it matters: nobody can collect, pay or confirm an amount that belongs to nobody.
 *
 * What to do: fill in the partner; once posted, reverse in red and enter the line with its
 * partner.
 *
 * Known limits: where partners are kept as sub-accounts the account itself is the partner and
 * nothing is reported. Sub-accounts for estimates, deposits, social insurance and the like need
 * no partner; the list of words can be set. When no line of the books names a partner there is
 * one finding for all of them.
 *
 * 发现什么:应收、应付等往来科目的分录没有写往来单位,而同一科目的其他分录写了;或者整个科目都没有往
 * 来明细。
 *
 * 为什么要紧:不知道属于谁的往来,没法催收、没法付款,也没法函证。
 *
 * 怎么办:补录辅助核算;已记账的红字冲销,按往来单位重新填制。
 *
 * 已知局限:往来单位设为明细科目的,科目本身就是单位,不报告。暂估、押金、社保等不需要单位的明细科目
 * 按词表排除,词表可以设置。全部分录都没有往来单位时只报告一次。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/check.h"
#include "check/names.h"
#include "check/tally.h"

enum { P_WITHOUT };
static const rd_param params[] = {
	[P_WITHOUT] =
		{"without_partner",
         "words",
         {"名称含有这些词的明细科目不需要往来单位",
          "sub-accounts with these words need no partner"},
         RD_PARAM_WORDS,
         0,
         0,
         0,
         "暂估|押金|保证金|社保|社会保险|公积金|备用金|代扣|代垫|工会|个税|待转|待认证|内部|estimate|deposit|PARVENUES|parvenues|ETABLIR|établir"},
	{0},
};

enum { K_SOME, K_ACCOUNT, K_BOOK };
static const rd_message messages[] = {
	[K_SOME] = {"some-lines",
                {"科目 {account} 有 {lines} 行没有往来单位（该科目共 {all} 行），金额合计 "
                 "{amount}。请补录往来单位。",
                 "{lines} of {all} lines of account {account} name no partner, {amount} in "
                 "all. Fill in the partner."}},
	[K_ACCOUNT] =
		{"whole-account",
         {"往来科目 {account} 的 {lines} 行都没有往来单位，金额合计 {amount}。请启用往来核"
          "算，或设置明细科目。",
          "None of the {lines} line(s) of account {account} names a partner, {amount} in "
          "all. Keep the account by partner, or use sub-accounts."}},
	[K_BOOK] = {"whole-book",
                {"全部 {lines} 行往来分录都没有往来单位，涉及 {accounts} 个科目，金额合计 "
                 "{amount}。请核对导出时是否漏了往来单位一栏。",
                 "None of the {lines} line(s) on receivable and payable accounts names a "
                 "partner ({accounts} accounts, {amount} in all). See whether the partner "
                 "column was left out of the export."}},
	{0},
};

/* Accounts on which every line should name somebody. */
static bool is_control(rd_run *run, const rd_book *b, const rd_word_set *words, rd_row a)
{
	const rd_accounts *acc = &b->account;

	if (acc->flags[a] & RD_ACC_PARTY_REQUIRED)
		return true;
	if (!rd_role_has_partner((rd_role)acc->role[a]) || acc->flags[a] & RD_ACC_CONTRA)
		return false;
	return !rd_run_guards(run) || !rd_word_set_in(words, rd_book_text(b, acc->name[a]));
}

/* Stands below another control account, so its name is that of a partner. */
static bool is_sub_account(const rd_book *b, rd_row a)
{
	const rd_accounts *acc = &b->account;

	if (acc->flags[a] & RD_ACC_PARTY_REQUIRED)
		return false;
	if (acc->parent[a] != 0)
		return rd_role_has_partner((rd_role)acc->role[acc->parent[a]]);
	/* The parent may stand in no file; roots of the Chinese charts have four digits. */
	return (b->standard == RD_STD_SMALL || b->standard == RD_STD_ENTERPRISE) &&
	       rd_book_text(b, acc->code[a]).len > 4;
}

typedef struct state {
	const rd_book *b;
	uint8_t *control;
	uint32_t *lines, *named; /* of each control account */
	rd_tally tally;          /* lines without a partner, by account */
} state;

static void count(state *s)
{
	const rd_book *b = s->b;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.flags[v] & (RD_VCH_OPENING | RD_VCH_VOID))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_row a = b->line.account[i];

			if (!s->control[a])
				continue;
			s->lines[a]++;
			if (b->line.party && b->line.party[i] != 0)
				s->named[a]++;
			else
				rd_tally_add(&s->tally, a, i, b->line.amount[i], RD_DAY_NONE);
		}
	}
}

static void fill(rd_hit *hit, const rd_tally_item *it)
{
	hit->line = it->rows[0];
	hit->keyless = true;
	hit->weight = it->count;
	hit->at_stake = it->sum;
	hit->lines = it->rows + 1;
	hit->n_lines = it->n_rows - 1;
}

static void report_book(rd_run *run, const state *s)
{
	rd_hit hit = rd_hit_new();
	rd_minor amount = 0;
	uint32_t lines = 0;

	for (uint32_t k = 0; k < s->tally.n; k++) {
		lines += s->tally.items[k].count;
		amount += s->tally.items[k].sum;
	}
	fill(&hit, &s->tally.items[0]);
	hit.kind = K_BOOK;
	hit.weight = lines;
	hit.at_stake = amount;
	RD_EMIT(run, &hit, rd_int("lines", lines), rd_int("accounts", s->tally.n),
	        rd_money("amount", amount));
}

static void report(rd_run *run, state *s)
{
	bool any_named = false;
	uint32_t kept = 0;

	for (rd_row a = 1; a < s->b->account.n; a++)
		any_named |= s->named[a] != 0;
	for (uint32_t k = 0; k < s->tally.n; k++) {
		rd_row a = s->tally.items[k].key;

		if (!rd_run_guards(run) || s->named[a] != 0 || !is_sub_account(s->b, a))
			s->tally.items[kept++] = s->tally.items[k];
	}
	s->tally.n = kept;
	if (kept == 0)
		return;
	if (!any_named && rd_run_guards(run)) {
		report_book(run, s);
		return;
	}
	for (uint32_t k = 0; k < kept; k++) {
		const rd_tally_item *it = &s->tally.items[k];
		rd_hit hit = rd_hit_at_account(it->key);

		fill(&hit, it);
		hit.kind = s->named[it->key] ? K_SOME : K_ACCOUNT;
		RD_EMIT(run, &hit, rd_int("lines", it->count), rd_int("all", s->lines[it->key]),
		        rd_money("amount", it->sum));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *arena = rd_run_scratch(run);
	rd_word_set *words = RD_NEW(arena, rd_word_set);
	state s = {.b = b};
	bool any = false;
	uint32_t n;

	(void)range;
	(void)err;
	const rd_str *list = rd_run_words(run, P_WITHOUT, &n);

	rd_word_set_init(words, list, n);
	s.control = RD_NEW_N(arena, uint8_t, (size_t)b->account.n + 1);
	s.lines = RD_NEW_N(arena, uint32_t, (size_t)b->account.n + 1);
	s.named = RD_NEW_N(arena, uint32_t, (size_t)b->account.n + 1);
	for (rd_row a = 1; a < b->account.n; a++)
		if (b->account.flags[a] & RD_ACC_HAS_LINES)
			any |= s.control[a] = is_control(run, b, words, a);
	if (!any)
		return RD_OK;
	rd_tally_init(&s.tally, arena, b->account.n, false);
	count(&s);
	report(run, &s);
	return RD_OK;
}

const rd_check rd_check_control_line_without_partner = {
	.slug = "control-line-without-partner",
	.family = "master-data",
	.nature = "数据缺失",
	.title = {"往来科目缺辅助核算", "Receivable or payable line without partner"},
	.finds =
		{"往来科目的分录没有往来单位，无从催收、付款或函证。",
         "A line on a receivable or payable account names no partner, so nobody can collect, pay or confirm it."},
	.correction =
		{"补录辅助核算；已记账的红字更正至对应单位",
         "Fill in the partner; posted lines are reversed in red and entered with their partner."},
	.basis = {"法国税收程序法典 A47 A-1 条（CompAuxNum）；实务惯例",
              "LPF art. A47 A-1 (CompAuxNum); practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_PARTY,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
