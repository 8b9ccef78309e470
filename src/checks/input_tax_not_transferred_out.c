/*
 * What it finds: entries that deduct input tax on things it may not be deducted for (welfare,
 * entertainment, exempt or simplified business), and goods written off after an abnormal loss,
 * without an entry on 进项税额转出 for them within `window` months.
 *
 * Why it matters: the deduction has to be given back. Found later it costs the tax and a late
 * payment charge for every day.
 *
 * What to do: look at the invoice and the use of the goods; if the deduction does not hold,
 * transfer the tax out and correct the return.
 *
 * Known limits: use is read from account names and summaries only. A transfer counts when its
 * amount is the same, or when the transfers left over are enough for it. For losses no tax is
 * known; any transfer within the window settles them. Mixed use and tax that was never deducted
 * cannot be seen.
 *
 * 发现什么:福利、招待、免税或简易计税项目的进项税作了抵扣,或货物发生非正常损失,而在 `window` 个月
 * 内没有对应的进项税额转出。
 *
 * 为什么要紧:这样的抵扣要转出。发现得晚,除补税外还要按日加收滞纳金。
 *
 * 怎么办:查看发票和用途;确属不得抵扣的,作进项税额转出并更正申报。
 *
 * 已知局限:用途只能从科目名称和摘要判断。转出金额相同,或其余转出合计足够的,视为已转出;损失类不知税
 * 额,窗口内有转出即视为已处理。混用的、本来就没有抵扣的,看不出来。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/index.h"
#include "check/rate.h"
#include <stdlib.h>

enum { P_WINDOW, P_MIN };
static const rd_param params[] = {
	[P_WINDOW] =
		{
			"window",
			"months",
			{"几个月内转出视为已处理", "months within which a transfer settles it"},
			RD_PARAM_INT,
			0,
			36,
			3,
			NULL,
		},
	[P_MIN] = {"min_tax",
               "yuan",
               {"低于此数的税额不看", "tax below this is left out"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               1000,
               NULL},
	{0},
};

enum { K_USE, K_LOSS };
static const rd_message messages[] = {
	[K_USE] =
		{
			"use",
			{"凭证 {voucher} 抵扣进项税 {tax}，费用却是\"{use}\"，{window} 个月内没有相应的进"
             "项税额转出。请查看发票和用途，确认能否抵扣。",
             "Voucher {voucher} deducts input tax of {tax} on \"{use}\"; no transfer out "
             "follows within {window} months. See the invoice and the use: may it be "
             "deducted?"},
		},
	[K_LOSS] =
		{
			"loss",
			{"凭证 {voucher} 核销损失 {amount}(\"{use}\")，{window} 个月内没有进项税额转出。"
             "请确认是否属于非正常损失，原进项税是否抵扣过。",
             "Voucher {voucher} writes off {amount} (\"{use}\"); no input tax is "
             "transferred out within {window} months. Is it an abnormal loss, and was the "
             "tax deducted?"},
		},
	{0},
};

static const rd_str words[] = {
#define W(s)                                                                                       \
	{                                                                                              \
		s, sizeof(s) - 1                                                                           \
	}
	/* not deductible by use */
	W("福利"),
	W("招待"),
	W("餐费"),
	W("餐饮"),
	W("宴请"),
	W("娱乐"),
	W("免税项目"),
	W("简易计税"),
	W("个人消费"),
	W("集体消费"),
	/* abnormal losses */
	W("被盗"),
	W("丢失"),
	W("霉烂"),
	W("霉变"),
	W("变质"),
	W("非正常损失"),
	W("管理不善"),
	/* what is deductible all the same */
	W("劳保"),
	W("劳动保护"),
	W("办公"),
	W("防暑"),
	W("会议"),
	W("培训"),
#undef W
};
enum { USE_WORDS = 10, LOSS_WORDS = 7, WORDS = sizeof words / sizeof *words };
#define USE_BITS   ((UINT64_C(1) << USE_WORDS) - 1)
#define LOSS_BITS  (((UINT64_C(1) << LOSS_WORDS) - 1) << USE_WORDS)
#define CLEAR_BITS (~(USE_BITS | LOSS_BITS))

enum { A_INPUT = 1, A_OUT = 2, A_COST = 4, A_STOCK = 8, A_LOSS = 16 };

typedef struct use {
	rd_row voucher, line;
	rd_day day;
	rd_minor tax; /* 0: not known (losses) */
	rd_minor amount;
	rd_text text; /* that tells the use */
	bool settled;
} use;

typedef struct transfer {
	rd_day day;
	rd_minor left;
} transfer;

typedef struct work {
	rd_run *run;
	const rd_book *b;
	uint8_t *mark;
	uint64_t *text_bits, *name_bits; /* words in summaries; in names of accounts */
	uint32_t n, cap, n_out, cap_out;
	use *uses;
	transfer *out;
	uint64_t with_input; /* vouchers that deduct */
} work;

/* False when the books have neither input tax nor losses. */
static bool mark_accounts(work *w)
{
	const rd_book *b = w->b;
	uint8_t any = 0;

	for (rd_row a = 1; a < b->account.n; a++) {
		const rd_role role = (rd_role)b->account.role[a];
		const rd_str name = rd_book_text(b, b->account.name[a]);

		if (role == RD_ROLE_TAX && rd_str_has(name, "转出") && rd_str_has(name, "进项"))
			w->mark[a] = A_OUT;
		else if (role == RD_ROLE_TAX && rd_str_has(name, "进项税额") && !rd_str_has(name, "待"))
			w->mark[a] = A_INPUT;
		else if (rd_role_is_expense(role) || role == RD_ROLE_OVERHEAD ||
		         role == RD_ROLE_PRODUCTION || role == RD_ROLE_WAGES)
			w->mark[a] = A_COST;
		else if (role == RD_ROLE_STOCK)
			w->mark[a] = A_STOCK;
		else if (role == RD_ROLE_SUSPENSE)
			w->mark[a] = A_LOSS;
		any |= w->mark[a] & A_INPUT;
		any |= b->standard == RD_STD_FRENCH ? 0 : w->mark[a] & A_LOSS;
	}
	return any != 0;
}

static rd_day day_of(const rd_book *b, rd_row v)
{
	if (b->voucher.date[v] != RD_DAY_NONE || b->voucher.period[v] == 0)
		return b->voucher.date[v];
	return rd_period_last(b->voucher.period[v]);
}

/* Finds what one voucher deducts, for which use, and what it transfers out. */
static void read_voucher(work *w, rd_row v)
{
	const rd_book *b = w->b;
	use u = {.voucher = v, .line = RD_NONE, .day = day_of(b, v)};
	rd_minor out = 0, tax = 0, loss = 0, goods = 0;
	uint64_t seen = 0, loss_seen = 0;
	rd_text loss_text = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		const rd_row a = b->line.account[i];
		const rd_text text = rd_line_text(b, i);
		const uint64_t bits = w->text_bits[text] | w->name_bits[a];
		const rd_minor net = rd_line_net(b, i);

		switch (w->mark[a]) {
		case A_INPUT: tax += net; break;
		case A_OUT: out -= net; break;
		case A_STOCK: goods -= net; break;
		case A_LOSS: loss += net; break;
		case A_COST:
			seen |= bits;
			if (net > 0 && bits & USE_BITS && u.line == RD_NONE) {
				u.line = i;
				u.text = w->text_bits[text] & USE_BITS ? text : b->account.name[a];
			}
			break;
		default: break;
		}
		if (bits & LOSS_BITS)
			loss_text = text;
		loss_seen |= bits;
	}
	w->with_input += tax > 0;
	if (out > 0) {
		if (w->n_out == w->cap_out)
			w->out = rd_grow(rd_run_scratch(w->run), w->out, w->n_out, &w->cap_out, sizeof *w->out);
		w->out[w->n_out++] = (transfer){u.day, out};
	}
	u.tax = tax;
	u.amount = tax;
	if (!(u.line != RD_NONE && tax > 0 && tax >= rd_run_param(w->run, P_MIN) &&
	      (!rd_run_guards(w->run) || !(seen & CLEAR_BITS)))) {
		if (loss <= 0 || goods <= 0 || !(loss_seen & LOSS_BITS))
			return;
		u = (use){v, b->voucher.first[v], u.day, 0, loss, loss_text, false};
	}
	if (rd_run_leave_out(w->run, v))
		return;
	if (w->n == w->cap)
		w->uses = rd_grow(rd_run_scratch(w->run), w->uses, w->n, &w->cap, sizeof *w->uses);
	w->uses[w->n++] = u;
}

/* Vouchers with a line on the tax accounts or on losses; the others cannot matter. */
static void read_vouchers(work *w)
{
	const rd_book *b = w->b;
	const uint8_t wanted = A_INPUT | A_OUT | A_LOSS;
	rd_row last = RD_NONE;

	for (rd_row i = 0; i < b->line.n; i++) {
		if (!(w->mark[b->line.account[i]] & wanted))
			continue;
		const rd_row v = rd_line_voucher(b, i);

		if (v != last && !(b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING)))
			read_voucher(w, v);
		last = v;
	}
}

static rd_day window_end(rd_day day, int64_t months)
{
	if (day == RD_DAY_NONE)
		return RD_DAY_NONE;
	return rd_period_last(rd_period_add(rd_day_period(day), (int32_t)months));
}

static bool in_window(const work *w, const use *u, const transfer *t)
{
	if (u->day == RD_DAY_NONE || t->day == RD_DAY_NONE)
		return true;
	/* a transfer in the same month may stand before it */
	return t->day >= rd_period_first(rd_day_period(u->day)) &&
	       t->day <= window_end(u->day, rd_run_param(w->run, P_WINDOW));
}

static int use_cmp(const void *x, const void *y)
{
	const use *a = x, *b = y;
	int c = (a->day > b->day) - (a->day < b->day);

	return c ? c : (a->voucher > b->voucher) - (a->voucher < b->voucher);
}

static int transfer_cmp(const void *x, const void *y)
{
	const transfer *a = x, *b = y;
	int c = (a->day > b->day) - (a->day < b->day);

	return c ? c : (a->left > b->left) - (a->left < b->left);
}

/* First the same amount, then what is left over, oldest first. Both lists are by day, so the
 * transfers before the first one in reach are passed once. */
static void settle(work *w)
{
	for (int pass = 0; pass < 2; pass++) {
		uint32_t from = 0;

		for (uint32_t i = 0; i < w->n; i++) {
			use *u = &w->uses[i];
			rd_minor have = 0;
			uint32_t looked = 0;

			while (from < w->n_out && w->out[from].left == 0)
				from++;
			for (uint32_t k = from; k < w->n_out && !u->settled && looked++ < 1000; k++) {
				transfer *t = &w->out[k];

				if (t->left == 0 || !in_window(w, u, t))
					continue;
				if (u->tax == 0) {
					u->settled = true;
				} else if (pass == 0 && t->left == u->tax) {
					u->settled = true;
					t->left = 0;
				} else if (pass == 1) {
					rd_minor take = t->left < u->tax - have ? t->left : u->tax - have;

					have += take;
					t->left -= take;
					u->settled = have == u->tax;
				}
			}
		}
	}
}

static void emit(work *w, const use *u, uint32_t hits)
{
	rd_hit hit = rd_hit_at_line(w->b, u->line);

	hit.kind = u->tax > 0 ? K_USE : K_LOSS;
	hit.account = u->tax > 0 ? hit.account : 0;
	hit.party = 0;
	hit.at_stake = u->amount;
	hit.key = (uint64_t)u->amount;
	hit.millibits = rd_millibits(hits, w->with_input > hits ? w->with_input : hits);
	RD_EMIT(w->run, &hit, rd_money("tax", u->tax), rd_money("amount", u->amount),
	        rd_txt("use", u->text), rd_int("window", rd_run_param(w->run, P_WINDOW)),
	        rd_permille("base_rate",
	                    rd_rate_permille(hits, w->with_input > hits ? w->with_input : hits)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	work w = {.run = run,
	          .b = b,
	          .mark = RD_NEW_N(a, uint8_t, (size_t)b->account.n + 1),
	          .name_bits = RD_NEW_N(a, uint64_t, (size_t)b->account.n + 1)};
	uint32_t hits = 0;

	(void)err;
	(void)range;
	if (!mark_accounts(&w)) {
		rd_run_not_run(run, "账簿里没有进项税额科目", "the books have no account for input tax");
		return RD_OK;
	}
	w.text_bits = rd_texts_matching(run, b, words, WORDS);
	for (rd_row i = 1; i < b->account.n; i++)
		w.name_bits[i] = w.text_bits[b->account.name[i]];
	read_vouchers(&w);
	if (w.n > 0)
		qsort(w.uses, w.n, sizeof *w.uses, use_cmp);
	if (w.n_out > 0)
		qsort(w.out, w.n_out, sizeof *w.out, transfer_cmp);
	settle(&w);
	for (uint32_t i = 0; i < w.n; i++)
		hits += !w.uses[i].settled;
	for (uint32_t i = 0; i < w.n; i++)
		if (!w.uses[i].settled)
			emit(&w, &w.uses[i], hits);
	return RD_OK;
}

const rd_check rd_check_input_tax_not_transferred_out = {
	.slug = "input-tax-not-transferred-out",
	.family = "tax",
	.nature = "违规风险",
	.title = {"应转出未转出进项", "Input tax not transferred out"},
	.finds = {"福利、个人消费、免税项目或非正常损失的进项税抵扣后没有转出。",
              "Tax on welfare, private, exempt or lost goods was deducted and not transferred "
              "out."},
	.correction = {"进项税额转出，更正申报", "Transfer the input tax out; correct the return."},
	.basis = {"增值税法 22", "VAT Law art. 22"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
