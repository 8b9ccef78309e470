/*
 * What it finds: vouchers whose debits and credits differ. The difference is compared with
 * the lines: an amount equal to it hints at a missing or doubled line, half of it at
 * a line on the wrong side, a multiple of nine at two digits that changed places.
 *
 * Why it matters: nothing that is summed from such a voucher can be right; the period cannot
 * be closed.
 *
 * What to do: not posted yet: fill in anew. Posted: reverse in red and enter the right
 * voucher in blue. When the line was lost on export, export again.
 *
 * Known limits: where numbers are unusable the journal is cut where its running sum
 * returns to zero; then the finding names a stretch of lines, not a voucher.
 *
 * 发现什么:借方合计与贷方合计不等的凭证。差额会与各行比较:等于某行金额,可能漏行或重行;等于某行
 * 的两倍,可能方向记反;能被 9 整除,可能数字颠倒。
 *
 * 为什么要紧:由不平的凭证汇总出来的数都不会对,期间不能结账。
 *
 * 怎么办:未记账的重新填制;已记账的红字冲销并蓝字更正;导出时漏行的重新导出。
 *
 * 已知局限:凭证号不可用时,按累计差额归零处切分,此时指出的是一段分录而不是一张凭证。
 */
#include "base/assert.h"
#include "check/check.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	{0},
};

enum { K_PLAIN, K_MISSING, K_SIDE, K_DIGITS, K_SCALE };
static const rd_message messages[] = {
	[K_PLAIN] =
		{"plain",
         {"凭证 {voucher} 借方 {debit}，贷方 {credit}，相差 {difference}。请逐行核对原始凭证。",
          "Voucher {voucher}: debit {debit}, credit {credit}, difference {difference}. Compare each line with its document."}},
	[K_MISSING] =
		{"missing-line",
         {"凭证 {voucher} 借方 {debit}，贷方 {credit}，相差 {difference}，恰等于其中一行的金额：可能漏了对方行，或此行重复。",
          "Voucher {voucher}: debit {debit}, credit {credit}, difference {difference} equals one of its lines: its counterpart may be missing, or the line is there twice."}},
	[K_SIDE] =
		{"wrong-side",
         {"凭证 {voucher} 借方 {debit}，贷方 {credit}，相差 {difference}，恰为其中一行的两倍：该行方向可能记反。",
          "Voucher {voucher}: debit {debit}, credit {credit}, difference {difference} is twice one of its lines: that line may stand on the wrong side."}},
	[K_DIGITS] =
		{"swapped-digits",
         {"凭证 {voucher} 借方 {debit}，贷方 {credit}，相差 {difference}，能被 9 整除：可能有两位数字颠倒。",
          "Voucher {voucher}: debit {debit}, credit {credit}, difference {difference} is a multiple of nine: two digits may have changed places."}},
	[K_SCALE] =
		{"decimal-point",
         {"凭证 {voucher} 借方 {debit}，贷方 {credit}，相差 {difference}：有一行可能小数点错位。",
          "Voucher {voucher}: debit {debit}, credit {credit}, difference {difference}: the decimal point of one line may be off by one place."}},
	{0},
};

/* Which slip would explain the difference d (> 0), judged by the amounts of the voucher. */
static uint8_t kind_of(const rd_book *b, rd_row v, rd_minor d)
{
	bool scale = false;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_minor a = b->line.amount[i] < 0 ? -b->line.amount[i] : b->line.amount[i];

		if (a == d)
			return K_MISSING;
		if (a * 2 == d)
			return K_SIDE;
		scale |= a != 0 && (a * 9 == d || (a % 10 == 0 && a / 10 * 9 == d));
	}
	if (scale)
		return K_SCALE;
	return d % 9 == 0 && b->voucher.first[v + 1] - b->voucher.first[v] > 1 ? K_DIGITS : K_PLAIN;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);

	(void)err;
	RD_ASSERT(range.from <= range.to && range.to <= b->voucher.n);
	for (rd_row v = range.from; v < range.to; v++) {
		rd_minor net = rd_voucher_net(b, v);

		if (net <= tolerance && net >= -tolerance)
			continue;
		if (b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING))
			continue;
		rd_minor debit = 0, credit = 0;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			debit += rd_line_debit(b, i);
			credit += rd_line_credit(b, i);
		}
		rd_minor d = net < 0 ? -net : net;
		rd_hit hit = rd_hit_at_voucher(b, v);

		hit.kind = kind_of(b, v, d);
		hit.at_stake = d;
		hit.key = (uint64_t)net;
		RD_EMIT(run, &hit, rd_money("debit", debit), rd_money("credit", credit),
		        rd_money("difference", d));
	}
	return RD_OK;
}

const rd_check rd_check_entry_unbalanced = {
	.slug = "entry-unbalanced",
	.family = "balance",
	.nature = "账目不符",
	.title = {"凭证借贷不平", "Entry does not balance"},
	.finds =
		{"一张凭证的借方合计与贷方合计不等：漏记、错记或方向记反。",
         "Debits and credits of one entry differ. Something is missing, keyed wrong or on the wrong side."},
	.correction =
		{"未记账：重新填制；已记账：红字冲销并蓝字更正；导入遗漏：重新导出",
         "Not posted: fill in anew. Posted: reverse in red, re-enter in blue. Lost on export: export again."},
	.basis = {"会计基础工作规范 51、62；借贷记账法",
              "Basic accounting work rules 51, 62; double entry; LPF art. A47 A-1"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES,
	.split = RD_SPLIT_VOUCHERS,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
