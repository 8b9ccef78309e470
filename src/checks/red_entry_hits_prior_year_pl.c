/*
 * What it finds: a voucher of an earlier year that is cancelled through profit and loss accounts
 * of this year.
 *
 * Why it matters: it moves the result of two years. Under 企业会计准则 a material error of a
 * prior year is corrected through 6901 and retained earnings, and the returns of that year
 * change; under 小企业会计准则 it is corrected in the current period.
 *
 * What to do: small enterprises: nothing but to keep the evidence. Enterprises: move it to 6901
 * 以前年度损益调整 when it is material, and correct the returns.
 *
 * Known limits: accruals that are reversed in January and booked anew in the same month are left
 * out. Entries below half a percent of the turnover of the year are reported as low. Only books
 * under one of the two Chinese standards are judged.
 *
 * 发现什么:以前年度的凭证,用本年的损益科目红字冲销。
 *
 * 为什么要紧:两个年度的利润都会变动。执行企业会计准则的,以前年度的重要差错应通过 6901 和留存收益
 * 更正,并更正当年的申报;执行小企业会计准则的,在当期更正。
 *
 * 怎么办:小企业:保留依据即可。执行企业会计准则的:重要的改记 6901 以前年度损益调整,并更正申报。
 *
 * 已知局限:一月份冲回的暂估、预提,当月又重新入账的不报。低于当年营业额千分之五的按低级报告。只判
 * 断执行这两个中国准则的账套。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/index.h"
#include "check/wording.h"

enum { K_SMALL, K_ENTERPRISE, K_NAMED };
static const rd_message messages[] = {
	[K_SMALL] = {"small-enterprise",
                 {"{voucher} 冲销 {year} 年的 {original}，涉及本年损益 {amount}。小企业会计准则："
                  "在当期更正，保留依据即可。",
                  "{voucher} cancels {original} of {year} and moves this year's profit and loss "
                  "by {amount}. Small enterprises correct in the current period: keep the "
                  "evidence."}},
	[K_ENTERPRISE] =
		{"enterprise",
         {"{voucher} 冲销 {year} 年的 {original}，直接冲了本年损益 {amount}。企业会计准则："
          "重要的应通过 6901 以前年度损益调整，并更正申报。请判断金额是否重要。",
          "{voucher} cancels {original} of {year} straight through this year's profit "
          "and loss, {amount}. Under 企业会计准则 a material error goes through 6901 and "
          "the returns are corrected: decide whether it is material."}},
	[K_NAMED] = {"named-year",
                 {"{voucher} 的摘要写明更正 {year} 年的凭证，直接冲了本年损益 {amount}。请判断应"
                  "在当期更正，还是通过 6901 以前年度损益调整。",
                  "The summary of {voucher} names a voucher of {year}, and the entry moves this "
                  "year's profit and loss by {amount}. Decide whether it is corrected in the "
                  "current period or through 6901."}},
	{0},
};

/* Net effect on profit and loss without its sign; 0 when 以前年度损益调整 carries it. */
static rd_minor pl_effect(const rd_book *b, rd_row v, rd_row *ret_account)
{
	rd_minor net = 0;

	*ret_account = 0;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_row account = b->line.account[i];
		rd_role role = (rd_role)b->account.role[account];

		if (role == RD_ROLE_PRIOR_YEAR)
			return 0;
		if (!rd_role_is_pl(role))
			continue;
		net += rd_line_net(b, i);
		if (*ret_account == 0)
			*ret_account = account;
	}
	return net < 0 ? -net : net;
}

static int32_t year_of(const rd_book *b, rd_row v)
{
	rd_day day = rd_voucher_day(b, v);

	return day == RD_DAY_NONE ? 0 : rd_day_date(day).year;
}

/* What is turned over in a year: revenue of all years of the books, divided by them. */
static rd_minor yearly_turnover(const rd_book *b)
{
	rd_minor sum = 0;
	int32_t years = 1;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.flags[v] & (RD_VCH_CLOSING | RD_VCH_VOID | RD_VCH_OPENING))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			if (b->account.role[b->line.account[i]] == RD_ROLE_REVENUE)
				sum += -rd_line_net(b, i);
	}
	if (b->first_day != RD_DAY_NONE)
		years += rd_day_date(b->last_day).year - rd_day_date(b->first_day).year;
	return sum > 0 ? sum / years : 0;
}

/* One entry that corrects an earlier year. */
typedef struct found {
	rd_row voucher, original, account;
	int32_t year;
	rd_minor effect;
	bool accrual; /* the reversal of an accrual in January */
	bool replaced;
} found;

typedef struct work {
	rd_run *run;
	const rd_book *b;
	rd_arena *a;
	found *items;
	uint32_t n, cap;
} work;

static void find(work *w, const uint8_t *words)
{
	const rd_book *b = w->b;
	const rd_pairs *pairs = rd_index_pairs(w->run, b);

	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_row original = pairs->other && pairs->red[v] ? pairs->other[v] : RD_NONE;
		found f = {.voucher = v, .original = original};
		rd_reference ref;

		if (b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING | RD_VCH_CLOSING))
			continue;
		if (original != RD_NONE)
			f.year = year_of(b, original);
		else if ((rd_voucher_words(b, words, v) & RD_WORD_CANCEL) &&
		         (!pairs->other || pairs->other[v] == RD_NONE) &&
		         rd_voucher_reference(b, words, v, &ref))
			f.year = ref.year;
		if (f.year == 0 || f.year >= year_of(b, v))
			continue;
		f.effect = pl_effect(b, v, &f.account);
		if (f.effect == 0)
			continue;
		uint32_t said = rd_voucher_words(b, words, v);

		if (original != RD_NONE)
			said |= rd_voucher_words(b, words, original);
		f.accrual = said & RD_WORD_ACCRUAL && rd_day_date(rd_voucher_day(b, v)).month == 1;
		if (w->n == w->cap)
			w->items = rd_grow(w->a, w->items, w->n, &w->cap, sizeof *w->items);
		w->items[w->n++] = f;
	}
}

/* Marks accruals whose account gets a positive amount in the same month: they were booked anew. */
static void find_replacements(work *w)
{
	const rd_book *b = w->b;
	uint32_t *of_account = NULL; /* 1 + position of the first accrual on it */

	for (uint32_t i = 0; i < w->n; i++) {
		if (!w->items[i].accrual)
			continue;
		if (!of_account)
			of_account = RD_NEW_N(w->a, uint32_t, b->account.n + 1);
		if (of_account[w->items[i].account] == 0)
			of_account[w->items[i].account] = i + 1;
	}
	for (rd_row v = 0; of_account && v < b->voucher.n; v++) {
		rd_period p = rd_day_period(rd_voucher_day(b, v));

		if (p % 100 != 1 || rd_entry_gross(b, v) <= 0)
			continue;
		for (rd_row k = b->voucher.first[v]; k < b->voucher.first[v + 1]; k++) {
			uint32_t at = of_account[b->line.account[k]];

			if (at == 0 || b->line.amount[k] <= 0)
				continue;
			for (uint32_t i = at - 1; i < w->n && i < at + 99; i++)
				if (w->items[i].account == b->line.account[k] && w->items[i].voucher != v &&
				    rd_day_period(rd_voucher_day(b, w->items[i].voucher)) == p)
					w->items[i].replaced = true;
		}
	}
}

static void report(const work *w, const found *f, rd_minor materiality)
{
	const rd_book *b = w->b;
	rd_hit hit = rd_hit_at_voucher(b, f->voucher);
	bool small = b->standard == RD_STD_SMALL;
	rd_row line = f->original == RD_NONE ? RD_NONE : b->voucher.first[f->original];

	hit.account = f->account;
	hit.other = f->original;
	hit.at_stake = f->effect;
	hit.key = rd_entry_key(b, f->voucher);
	hit.lines = &line;
	hit.n_lines = line != RD_NONE;
	if (small)
		hit.severity = RD_SEV_INFO;
	else if (f->effect < materiality)
		hit.severity = RD_SEV_LOW;
	if (f->original == RD_NONE) {
		hit.kind = K_NAMED;
		RD_EMIT(w->run, &hit, rd_int("year", f->year), rd_money("amount", f->effect));
		return;
	}
	hit.kind = small ? K_SMALL : K_ENTERPRISE;
	RD_EMIT(w->run, &hit, rd_int("year", f->year), rd_vch("original", f->original),
	        rd_money("amount", f->effect));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	work w = {.run = run, .b = b, .a = rd_run_scratch(run)};

	(void)range;
	(void)err;
	if (b->standard != RD_STD_SMALL && b->standard != RD_STD_ENTERPRISE) {
		rd_run_not_run(run, "没有认出小企业会计准则或企业会计准则",
		               "neither 小企业会计准则 nor 企业会计准则 was recognised");
		return RD_OK;
	}
	find(&w, rd_index_wording(run, b)->texts);
	if (w.n == 0)
		return RD_OK;
	rd_minor materiality = yearly_turnover(b) / 200;

	RD_ASSERT(materiality >= 0);
	if (rd_run_guards(run))
		find_replacements(&w);
	for (uint32_t i = 0; i < w.n; i++)
		if (!w.items[i].replaced)
			report(&w, &w.items[i], materiality);
	return RD_OK;
}

const rd_check rd_check_red_entry_hits_prior_year_pl = {
	.slug = "red-entry-hits-prior-year-pl",
	.family = "correction",
	.nature = "违规风险",
	.title = {"跨年红字冲当年损益", "Red entry against prior-year profit and loss"},
	.finds = {"以前年度的凭证，用本年的损益科目红字冲销。",
              "A voucher of an earlier year is cancelled through this year's profit and loss "
              "accounts."},
	.correction = {"小企业会计准则：当期更正（未来适用法）；企业会计准则：6901 以前年度损益"
                   "调整并更正申报",
                   "Small enterprises: correct in the current period. Enterprises: through 6901 "
                   "prior-year adjustments, and correct the returns"},
	.basis = {"小企业会计准则 88 条；会计基础工作规范 51 条（五）",
              "小企业会计准则 art. 88; basic accounting work rules 51 (5)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.messages = messages,
	.run = run,
};
