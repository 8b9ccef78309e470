/*
 * What it finds: accounts whose amounts begin with some pairs of digits far more often than
 * amounts that arise by themselves do, such as 49 or 99 just under a limit.
 *
 * Why it matters: amounts of many origins follow Benford's law; a spike shows a price, a fee, a
 * limit of approval that is stayed under, or numbers that were thought up.
 *
 * What to do: look at the vouchers behind the spike: the repeated amount, the person and the
 * partner that the finding names.
 *
 * Known limits: the test needs about a thousand amounts and says nothing about any single one. It
 * hits only when the mean absolute deviation and the chi-square are both beyond their limits,
 * because the first errs with few amounts and the second with many. Prices, rents and wages do
 * not follow the law; a spike of one repeated amount is named as such.
 *
 * 发现什么:某科目的金额以某些两位数开头的次数,远多于自然形成的金额,例如刚好在限额以下的 49、99。
 *
 * 为什么要紧:来源众多的金额服从本福特定律;出现尖峰,可能是固定价格、手续费、刻意压在审批限额以下,
 * 也可能是随手编的数。
 *
 * 怎么办:抽查尖峰背后的凭证:看报告里点出的重复金额、人员和往来单位。
 *
 * 已知局限:检验大约需要一千个金额,对单笔金额不下结论。平均绝对偏差和卡方都超限才报,因为前者在金额
 * 少时会误报,后者在金额多时会误报。标价、房租、工资本来不服从该定律;尖峰由同一金额造成的会注明。
 */
#include "base/assert.h"
#include "base/buf.h"
#include "check/check.h"
#include "check/index.h"
#include "check/sort.h"
#include "stat/benford.h"
#include <stdlib.h>

enum { P_MIN_N, P_MAD, P_EXCESS, P_CHI2 };
static const rd_param params[] = {
	[P_MIN_N] = {"min_n",
                 "amounts",
                 {"科目至少有多少个金额", "amounts that an account must have"},
                 RD_PARAM_INT,
                 100,
                 100000000,
                 1000,
                 NULL},
	[P_MAD] = {"mad",
               "millionths",
               {"平均绝对偏差的界限（百万分之一）",
                "limit of the mean absolute deviation, in millionths"},
               RD_PARAM_INT,
               0,
               1000000,
               2200,
               NULL},
	[P_EXCESS] = {"min_excess",
                  "entries",
                  {"尖峰至少多出多少笔", "entries that a spike must have too many"},
                  RD_PARAM_INT,
                  1,
                  1000000,
                  15,
                  NULL},
	[P_CHI2] = {"chi2",
                "hundredths",
                {"卡方的界限（百分之一）", "limit of the chi-square, in hundredths"},
                RD_PARAM_INT,
                0,
                100000000,
                11202,
                NULL},
	{0},
};

enum { K_SPIKE, K_ONE_AMOUNT, K_SPREAD };
static const rd_message messages[] = {
	[K_SPIKE] = {"spike",
                 {"科目 {account} 的 {n} 个金额里，以 {digits} 开头的有 {seen} 个，按本福特定律应"
                  "有 {expected} 个左右（偏差 {mad}，卡方 {chi2}）。其中 {amount} 出现 {times} 次。"
                  "请抽查这些凭证。",
                  "Of {n} amounts on {account} {seen} begin with {digits}; Benford's law expects "
                  "about {expected} (deviation {mad}, chi-square {chi2}). {amount} occurs "
                  "{times} times among them. Look at these vouchers."}},
	[K_ONE_AMOUNT] =
		{"one-amount",
         {"科目 {account} 的 {n} 个金额里，以 {digits} 开头的有 {seen} 个（应有 {expected} "
          "个左右），其中 {times} 个都是 {amount}。请确认这是不是固定价格或费用。",
          "Of {n} amounts on {account} {seen} begin with {digits} (about {expected} "
          "expected), and {times} of them are {amount}. See whether it is a fixed price "
          "or fee."}},
	[K_SPREAD] =
		{"spread",
         {"科目 {account} 的 {n} 个金额整体偏离本福特定律（偏差 {mad}，卡方 {chi2}），没有明"
          "显尖峰。请了解该科目金额的来源。",
          "The {n} amounts on {account} depart from Benford's law as a whole (deviation "
          "{mad}, chi-square {chi2}) without a clear spike. Ask where the amounts of "
          "this account come from."}},
	{0},
};

#define Z_LIMIT 3290 /* thousandths: one in a thousand by chance */

/* Counts of the pairs 10 .. 99 on the lines of one account, without vouchers that indicators
 * leave out. */
static void count_pairs(rd_run *run, const rd_book *b, const rd_row *rows, rd_row n,
                        uint32_t counts[RD_BENFORD_PAIRS])
{
	memset(counts, 0, RD_BENFORD_PAIRS * sizeof *counts);
	for (rd_row k = 0; k < n; k++) {
		rd_minor a = b->line.amount[rows[k]];

		a = a < 0 ? -a : a;
		if (a >= 10 && !rd_run_leave_out(run, rd_line_voucher(b, rows[k])))
			counts[rd_first_two((uint64_t)a)]++;
	}
}

/* Counts of all accounts with enough lines, in one pass over the book: [slot * pairs + pair]. A
 * slot is 1 + its number, 0 = too few lines; there are at most lines / min_n of them. */
static uint32_t *count_all(rd_arena *a, const rd_book *b, int64_t min_n, uint32_t *slot)
{
	uint32_t n = 0;

	for (rd_row i = 0; i < b->line.n; i++)
		slot[b->line.account[i]]++;
	slot[0] = 0; /* lines without an account */
	for (rd_row k = 1; k < b->account.n; k++)
		slot[k] = slot[k] >= min_n ? ++n : 0;
	if (n == 0)
		return NULL;
	uint32_t *counts = RD_NEW_N(a, uint32_t, (size_t)(n + 1) * RD_BENFORD_PAIRS);

	for (rd_row i = 0; i < b->line.n; i++) {
		rd_minor m = b->line.amount[i] < 0 ? -b->line.amount[i] : b->line.amount[i];

		if (m >= 10)
			counts[(size_t)slot[b->line.account[i]] * RD_BENFORD_PAIRS +
			       rd_first_two((uint64_t)m)]++;
	}
	return counts;
}

/* The pair with the largest z that is far enough above its share; RD_BENFORD_PAIRS = none. */
static uint32_t spike_of(const uint32_t counts[RD_BENFORD_PAIRS], uint64_t n, int64_t min_excess)
{
	uint32_t best = RD_BENFORD_PAIRS;
	int64_t best_z = Z_LIMIT;

	for (uint32_t i = 0; i < RD_BENFORD_PAIRS; i++) {
		int64_t z = rd_benford_z_milli(n, i, counts[i]);
		int64_t excess = (int64_t)counts[i] * 1000 - rd_benford_expected_milli(n, i);

		if (z > best_z && excess >= min_excess * 1000) {
			best_z = z;
			best = i;
		}
	}
	return best;
}

/* The value that occurs most often; the smallest of several. `items` is sorted on the way. */
static uint64_t mode_of(uint64_t *items, uint64_t *tmp, uint32_t n, uint32_t *ret_times)
{
	uint64_t best = 0;

	*ret_times = 0;
	rd_sort_u64(items, tmp, n);
	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && items[end] == items[i]; end++)
			;
		if (end - i > *ret_times) {
			*ret_times = end - i;
			best = items[i];
		}
	}
	return best;
}

/* What stands behind a spike. */
typedef struct behind {
	rd_minor amount;
	uint32_t times;
	rd_text preparer;
	uint32_t preparer_lines;
	rd_row party;
	uint32_t party_lines;
	uint32_t n_lines;
	rd_row lines[12];
} behind;

static behind look_behind(rd_run *run, const rd_book *b, const rd_row *rows, rd_row n,
                          uint32_t pair, uint32_t seen)
{
	rd_arena *a = rd_run_scratch(run);
	uint64_t *amounts = RD_NEW_N(a, uint64_t, seen + 1), *who = RD_NEW_N(a, uint64_t, seen + 1);
	uint64_t *with = RD_NEW_N(a, uint64_t, seen + 1), *tmp = RD_NEW_N(a, uint64_t, seen + 1);
	uint32_t found = 0;
	behind x = {0};

	for (rd_row k = 0; k < n && found < seen; k++) {
		rd_minor m =
			b->line.amount[rows[k]] < 0 ? -b->line.amount[rows[k]] : b->line.amount[rows[k]];

		if (m < 10 || rd_first_two((uint64_t)m) != pair)
			continue;
		rd_row v = rd_line_voucher(b, rows[k]);

		if (rd_run_leave_out(run, v))
			continue;
		amounts[found] = (uint64_t)m;
		who[found] = b->voucher.preparer ? b->voucher.preparer[v] : 0;
		with[found++] = b->line.party[rows[k]];
		if (x.n_lines < 12)
			x.lines[x.n_lines++] = rows[k];
	}
	x.amount = (rd_minor)mode_of(amounts, tmp, found, &x.times);
	x.preparer = (rd_text)mode_of(who, tmp, found, &x.preparer_lines);
	x.party = (rd_row)mode_of(with, tmp, found, &x.party_lines);
	return x;
}

/* v / 10^decimals as text. */
static void decimal(int64_t v, uint32_t decimals, char out[RD_MINOR_TEXT])
{
	rd_minor_format(v, decimals, false, out);
}

static void report(rd_run *run, const rd_book *b, rd_row account, const rd_row *rows, rd_row n,
                   const uint32_t counts[RD_BENFORD_PAIRS], const rd_benford *t, uint32_t spike)
{
	char mad[RD_MINOR_TEXT], chi2[RD_MINOR_TEXT];
	rd_hit hit = rd_hit_at_account(account);

	decimal(rd_benford_mad_millionths(t) / 100, 4, mad);
	decimal(rd_benford_chi2_hundredths(t), 2, chi2);
	rd_fact f_n = rd_int("n", (int64_t)t->n);
	rd_fact f_mad = rd_string("mad", rd_str_of(mad)), f_chi2 = rd_string("chi2", rd_str_of(chi2));

	if (spike == RD_BENFORD_PAIRS) {
		hit.kind = K_SPREAD;
		RD_EMIT(run, &hit, f_n, f_mad, f_chi2);
		return;
	}
	behind x = look_behind(run, b, rows, n, spike, counts[spike]);

	hit.kind = (uint64_t)x.times * 10 > (uint64_t)counts[spike] * 8 ? K_ONE_AMOUNT : K_SPIKE;
	hit.key = spike;
	hit.lines = x.lines;
	hit.n_lines = x.n_lines;
	rd_fact facts[] = {
		f_n,
		f_mad,
		f_chi2,
		rd_int("digits", spike + 10),
		rd_int("seen", counts[spike]),
		rd_int("expected", (rd_benford_expected_milli(t->n, spike) + 500) / 1000),
		rd_money("amount", x.amount),
		rd_int("times", x.times),
		x.party ? rd_pty("most_party", x.party) : rd_int("parties", 0),
		rd_int("most_party_lines", x.party ? x.party_lines : 0),
		x.preparer ? rd_txt("most_preparer", x.preparer) : rd_int("preparers", 0),
		rd_int("most_preparer_lines", x.preparer ? x.preparer_lines : 0),
		{0},
	};

	rd_emit(run, &hit, facts);
}

static void look_at(rd_run *run, const rd_book *b, rd_row account, const uint32_t *all)
{
	const int64_t min_n = rd_run_param(run, P_MIN_N), mad = rd_run_param(run, P_MAD);
	const int64_t chi2 = rd_run_param(run, P_CHI2);
	uint32_t counts[RD_BENFORD_PAIRS];

	memcpy(counts, all, sizeof counts);
	rd_benford t = rd_benford_test(counts);

	if ((int64_t)t.n < min_n || !rd_benford_exceeds(&t, mad, chi2))
		return;
	const rd_by_account *x = rd_index_by_account(run, b);
	const rd_row *rows = x->rows + x->start[account];
	rd_row n = x->start[account + 1] - x->start[account];

	if (rd_run_guards(run)) {
		/* Again, without closing entries and cancelled pairs: few accounts come here. */
		count_pairs(run, b, rows, n, counts);
		t = rd_benford_test(counts);
		if ((int64_t)t.n < min_n || !rd_benford_exceeds(&t, mad, chi2))
			return;
	}
	report(run, b, account, rows, n, counts, &t,
	       spike_of(counts, t.n, rd_run_param(run, P_EXCESS)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	uint32_t *slot = RD_NEW_N(a, uint32_t, b->account.n + 1);
	const uint32_t *counts = count_all(a, b, rd_run_param(run, P_MIN_N), slot);

	(void)range;
	(void)err;
	if (!counts) {
		rd_run_not_run(run, "没有金额足够多的科目", "no account has enough amounts");
		return RD_OK;
	}
	RD_ASSERT(slot[0] == 0);
	for (rd_row k = 1; k < b->account.n; k++)
		if (slot[k])
			look_at(run, b, k, counts + (size_t)slot[k] * RD_BENFORD_PAIRS);
	return RD_OK;
}

const rd_check rd_check_benford_first_two = {
	.slug = "benford-first-two",
	.family = "statistics",
	.nature = "异常波动",
	.title = {"本福特前两位数检验", "Benford, first two digits"},
	.finds = {"某科目以某些两位数开头的金额远多于本福特定律的预期，例如刚好在限额以下。",
              "Certain digit pairs (such as 49 or 99 under a limit) are far more frequent "
              "than they should be."},
	.correction = {"抽查尖峰数字对应的凭证", "Look at some vouchers behind the spike"},
	.basis = {"Nigrini《本福特定律》；MindBridge", "Nigrini, Benford's Law; MindBridge"},
	.since = "0.1",
	.wave = 2,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_ACCOUNTS,
	.params = params,
	.messages = messages,
	.run = run,
};
