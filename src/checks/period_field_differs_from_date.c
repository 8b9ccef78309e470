/*
 * What it finds: vouchers that are booked in one period and dated in another.
 *
 * Why it matters: reports go by the period, documents and ageing by the date; the two then tell
 * different stories about the same month.
 *
 * What to do: before the close put date or period right. After it reverse in red and enter again
 * in the right period.
 *
 * Known limits: adjustment periods (13 and above), opening and closing entries are let pass.
 * Where periods are not calendar months (4-4-5 weeks, fiscal years that begin elsewhere) most
 * vouchers would hit, and one finding says so.
 *
 * 发现什么:所属会计期间与凭证日期不在同一个月的凭证。
 *
 * 为什么要紧:报表按期间,单据和账龄按日期,同一个月会得出两种结果。
 *
 * 怎么办:结账前更正日期或期间;已结账的红字冲销后在正确期间重做。
 *
 * 已知局限:调整期(第 13 期及以后)、期初和结转凭证不报;期间不按自然月划分的(4-4-5 周历、非自然年度)会大面积
 * 命中,此时合并为一条。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/check.h"

enum { P_GRACE };
static const rd_param params[] = {
	[P_GRACE] = {"grace",
                 "days",
                 {"容许超出期间首尾的天数", "days outside the period that are let "
                                            "pass"},
                 RD_PARAM_INT,
                 0,
                 366,
                 0,
                 NULL},
	{0},
};

enum { K_EARLY, K_LATE };
static const rd_message messages[] = {
	[K_EARLY] =
		{"dated-before",
         {"凭证 {voucher} 记入 {period} 期，日期却是 {dated}，早于该期间。请核对是日期还是期间有误；已结账的红字冲销后重做。",
          "Voucher {voucher} is booked in {period} but dated {dated}, before that period. "
          "See which of the two is right; after the close reverse in red and enter "
          "again."}},
	[K_LATE] =
		{"dated-after",
         {"凭证 {voucher} 记入 {period} 期，日期却是 {dated}，晚于该期间。请核对是日期还是期间有误；已结账的红字冲销后重做。",
          "Voucher {voucher} is booked in {period} but dated {dated}, after that period. See "
          "which of the two is right; after the close reverse in red and enter again."}},
	{0},
};

static void report(rd_run *run, const rd_book *b, rd_row v, bool early)
{
	rd_hit hit = rd_hit_at_voucher(b, v);
	rd_minor debit = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		if (__builtin_add_overflow(debit, rd_line_debit(b, i), &debit))
			debit = RD_MINOR_MAX;
	hit.kind = early ? K_EARLY : K_LATE;
	hit.at_stake = debit < 0 ? -debit : debit;
	hit.weight = b->voucher.first[v + 1] - b->voucher.first[v];
	RD_EMIT(run, &hit, rd_in_period("booked_in", b->voucher.period[v]),
	        rd_on_day("dated", b->voucher.date[v]), rd_money("debit", debit),
	        rd_int("lines", hit.weight));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_day grace = (rd_day)rd_run_param(run, P_GRACE);
	const rd_day *date = b->voucher.date;
	const rd_period *period = b->voucher.period;
	const bool guards = rd_run_guards(run);
	const uint8_t lawful = RD_VCH_OPENING | RD_VCH_CLOSING | RD_VCH_VOID;
	rd_period of = 0;
	rd_day from = 0, to = 0;

	(void)err;
	RD_ASSERT(range.from <= range.to && range.to <= b->voucher.n);
	for (rd_row v = range.from; v < range.to; v++) {
		if (period[v] != of) {
			of = period[v];
			from = of ? rd_period_first(of) - grace : 0;
			to = of ? rd_period_last(of) + grace : 0;
		}
		if ((date[v] >= from && date[v] <= to) || of == 0 || date[v] == RD_DAY_NONE)
			continue;
		if (guards && (of % 100 > 12 || b->voucher.flags[v] & lawful))
			continue;
		report(run, b, v, date[v] < from);
	}
	return RD_OK;
}

const rd_check rd_check_period_field_differs_from_date = {
	.slug = "period-field-differs-from-date",
	.family = "cut-off",
	.nature = "操作错误",
	.title = {"凭证日期与所属期间不符", "Voucher date outside its accounting period"},
	.finds = {"凭证记入某一期间，日期却在另一期间。",
              "The voucher is booked in one period and dated in another."},
	.correction = {"结账前更正；已结账的红字冲销后在正确期间重做",
                   "Before the close put it right; after it reverse in red and enter again in "
                   "the right period."},
	.basis = {"会计法 9、11；SAF-T", "Accounting Law 9, 11; SAF-T"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_DATE | RD_HAS_PERIOD,
	.split = RD_SPLIT_VOUCHERS,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
