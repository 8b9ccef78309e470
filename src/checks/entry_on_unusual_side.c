/*
 * What it finds: an expense account credited or an income account debited with a positive amount,
 * outside closing entries and cancelled pairs.
 *
 * Why it matters: the balance comes out right, but the turnover of the year does not: the account
 * then shows more expense and more income than there was, and reports that are filled from
 * turnover are wrong.
 *
 * What to do: write the amount in red on the usual side, or move it to the account it belongs to.
 *
 * Known limits: accounts of mixed nature are left out: finance expense (interest income, exchange
 * differences), investment income, fair value changes, disposal of assets, other income,
 * prior-year adjustments. When more than a fifth of an account's lines stand on the other side it
 * is one finding about the account. Only books with a Chinese chart are judged; elsewhere swapped
 * sides are the usual way to reverse.
 *
 * 发现什么:费用科目记了贷方正数,或收入科目记了借方正数(结转和已冲销的凭证除外)。
 *
 * 为什么要紧:余额虽然对,全年发生额却不对:费用和收入都虚增,按发生额取数的报表跟着出错。
 *
 * 怎么办:改为正常方向的红字,或重分类到应记的科目。
 *
 * 已知局限:双向性质的科目不看:财务费用(利息收入、汇兑差额)、投资收益、公允价值变动、资产处置、其
 * 他收益、以前年度损益调整。一个科目有五分之一以上的分录在相反方向的,只报科目一条。只判断中国科目
 * 表的账套;国外通常就用反方向冲回。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/check.h"
#include "check/country.h"
#include "check/index.h"
#include "check/rate.h"

enum { P_MIN_AMOUNT };
static const rd_param params[] = {
	[P_MIN_AMOUNT] = {"min_amount",
                      "yuan",
                      {"金额低于此数的不看", "smaller amounts are not looked at"},
                      RD_PARAM_MONEY,
                      0,
                      100000000000,
                      0,
                      NULL},
	{0},
};

enum { K_EXPENSE, K_INCOME, K_ACCOUNT };
static const rd_message messages[] = {
	[K_EXPENSE] = {"expense-credited",
                   {"{voucher} 把费用科目 {account} 记在贷方，金额 {amount}。发生额会虚增，宜改为借"
                    "方红字。",
                    "{voucher} credits the expense account {account} with {amount}. The turnover "
                    "becomes too large; a red debit would keep it right."}},
	[K_INCOME] = {"income-debited",
                  {"{voucher} 把收入科目 {account} 记在借方，金额 {amount}。发生额会虚增，宜改为贷"
                   "方红字。",
                   "{voucher} debits the income account {account} with {amount}. The turnover "
                   "becomes too large; a red credit would keep it right."}},
	[K_ACCOUNT] =
		{"account-habit",
         {"科目 {account} 的 {lines} 行里有 {count} 行（{rate}）记在相反方向，合计 {amount}。"
          "请确认这是不是该科目的用法；不是的话宜改为红字。",
          "{count} of {lines} lines of account {account} ({rate}) stand on the other "
          "side, {amount} in all. Decide whether the account is meant to be used so; if "
          "not, use red amounts."}},
	{0},
};

#define HABIT 200 /* permille of an account's lines from which it is a habit, not a slip */

/* The side on which the account is usually written; BOTH = it is not looked at. */
static rd_side usual_side(const rd_book *b, rd_row account)
{
	static const char *const mixed[] = {
		"投资收益", "公允价值", "资产处置", "其他收益", "汇兑", "利息收入", "减值", "跌价",
	};
	rd_role role = (rd_role)b->account.role[account];
	rd_str name = rd_book_text(b, b->account.name[account]);

	if (role == RD_ROLE_FINANCE || role == RD_ROLE_PRIOR_YEAR || role == RD_ROLE_INCOME_TAX ||
	    b->account.side[account] == RD_SIDE_BOTH)
		return RD_SIDE_BOTH;
	for (size_t i = 0; i < sizeof mixed / sizeof mixed[0]; i++)
		if (rd_str_has(name, mixed[i]))
			return RD_SIDE_BOTH;
	if (rd_role_is_expense(role) && b->account.side[account] == RD_SIDE_DEBIT)
		return RD_SIDE_DEBIT;
	if (rd_role_is_income(role) && b->account.side[account] == RD_SIDE_CREDIT)
		return RD_SIDE_CREDIT;
	return RD_SIDE_BOTH;
}

/* What stands on the other side of one account. */
typedef struct other_side {
	uint32_t lines, count;
	rd_minor amount;
	rd_row examples[12];
} other_side;

static rd_minor wrong_amount(const rd_book *b, rd_row i, rd_side usual)
{
	rd_minor a = usual == RD_SIDE_DEBIT ? rd_line_credit(b, i) : rd_line_debit(b, i);

	return a > 0 ? a : 0;
}

static void report_line(rd_run *run, const rd_book *b, rd_row i, rd_side usual, rd_minor amount,
                        const other_side *o)
{
	rd_hit hit = rd_hit_at_line(b, i);

	hit.kind = usual == RD_SIDE_DEBIT ? K_EXPENSE : K_INCOME;
	hit.at_stake = amount;
	hit.key = (uint64_t)amount;
	hit.millibits = rd_millibits(o->count, o->lines);
	RD_EMIT(run, &hit, rd_money("amount", amount),
	        rd_permille("base_rate", rd_rate_permille(o->count, o->lines)));
}

static void report_account(rd_run *run, rd_row account, const other_side *o)
{
	rd_hit hit = rd_hit_at_account(account);

	hit.kind = K_ACCOUNT;
	hit.severity = RD_SEV_INFO;
	hit.weight = o->count;
	hit.at_stake = o->amount;
	hit.lines = o->examples;
	hit.n_lines = o->count < 12 ? o->count : 12;
	RD_EMIT(run, &hit, rd_int("count", o->count), rd_int("lines", o->lines),
	        rd_permille("rate", rd_rate_permille(o->count, o->lines)),
	        rd_money("amount", o->amount));
}

/* One account: count first, because a habit is reported once. */
static void look_at(rd_run *run, const rd_book *b, const rd_by_account *x, rd_row account,
                    rd_minor min_amount)
{
	const rd_side usual = usual_side(b, account);
	const bool guards = rd_run_guards(run);
	other_side o = {.lines = x->start[account + 1] - x->start[account]};

	if (usual == RD_SIDE_BOTH)
		return;
	for (int pass = 0; pass < 2; pass++) {
		for (rd_row k = x->start[account]; k < x->start[account + 1]; k++) {
			rd_row i = x->rows[k];
			rd_minor a = wrong_amount(b, i, usual);

			if (a == 0 || a < min_amount || rd_run_leave_out(run, rd_line_voucher(b, i)))
				continue;
			if (pass == 1) {
				report_line(run, b, i, usual, a, &o);
				continue;
			}
			if (o.count < 12)
				o.examples[o.count] = i;
			o.count++;
			o.amount += a;
		}
		/* A habit needs more than one line: a single line is a fifth of five. */
		if (o.count == 0)
			return;
		if (guards && pass == 0 && o.count > 2 &&
		    (uint64_t)o.count * 1000 > (uint64_t)o.lines * HABIT) {
			report_account(run, account, &o);
			return;
		}
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_by_account *x = rd_index_by_account(run, b);
	const rd_minor min_amount = rd_run_param(run, P_MIN_AMOUNT);

	(void)err;
	RD_ASSERT(range.to <= b->account.n);
	if (!rd_book_is_chinese(b)) {
		rd_run_not_run(run, "不是中国科目表", "not a Chinese chart of accounts");
		return RD_OK;
	}
	for (rd_row account = range.from > 0 ? range.from : 1; account < range.to; account++)
		look_at(run, b, x, account, min_amount);
	return RD_OK;
}

const rd_check rd_check_entry_on_unusual_side = {
	.slug = "entry-on-unusual-side",
	.family = "correction",
	.nature = "操作错误",
	.title = {"分录方向异常", "Entry on the unusual side of an account"},
	.finds = {"费用科目记贷方正数、收入科目记借方正数（结转除外）：余额虽对，全年发生额却错了。",
              "A credit in an expense account or a debit in a revenue account outside "
              "closing. Turnover figures of the year become wrong though the balance is "
              "right."},
	.correction = {"改为正常方向红字，或重分类；已记账的红字更正",
                   "Write it in red on the usual side, or reclassify; when posted, correct in red"},
	.basis = {"实务：损益科目累计发生额须正确",
              "Practice: turnover of profit and loss accounts must stay right"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_ACCOUNTS,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
