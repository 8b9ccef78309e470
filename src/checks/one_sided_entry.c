/*
 * What it finds: vouchers with a single line, or with amounts on one side only. A voucher whose
 * one side adds up to zero because a red (negative) amount stands in it is a lawful
 * reclassification and is left alone.
 *
 * Why it matters: every debit needs its credit. Half an entry usually means that a line was lost
 * on export, or that the other half stands under another voucher number.
 *
 * What to do: look the voucher up in the accounting software. Complete it if the other half is
 * missing there; export again if it is only missing in the file.
 *
 * Known limits: vouchers without any amount are not judged. Where entries are cut by their running
 * sum a half entry may be joined with its neighbour and is then not seen.
 *
 * 发现什么:只有一行的凭证,或金额全部在同一方的凭证。同方一正一红、合计为零的,是合规的红字重分类,不
 * 列出。
 *
 * 为什么要紧:有借必有贷。只有半边的分录,多半是导出时丢了行,或另半边记到了别的凭证号下。
 *
 * 怎么办:到财务软件里查看原凭证:确实缺行的补录对方分录;只是导出缺行的重新导出。
 *
 * 已知局限:没有任何金额的凭证不判断。按累计差额切分凭证时,半边分录可能与相邻凭证并在一起,这时看不
 * 出来。
 */
#include "base/assert.h"
#include "check/check.h"

enum { K_LINE, K_DEBIT, K_CREDIT };
static const rd_message messages[] = {
	[K_LINE] =
		{
			"single-line",
			{"凭证 {voucher} 只有一行：{account} {amount}，没有对方科目。请核对原凭证，补录对"
             "应分录或重新导出。",
             "Voucher {voucher} has a single line: {account} {amount}, without a "
             "counterpart. Look up the voucher; complete it or export again."},
		},
	[K_DEBIT] =
		{
			"debit-only",
			{"凭证 {voucher} 的 {lines} 行全在借方，合计 {amount}，没有贷方。请核对原凭证，补"
             "录贷方或重新导出。",
             "All {lines} lines of voucher {voucher} are debits, {amount} in all; there is "
             "no credit. Look up the voucher; complete it or export again."},
		},
	[K_CREDIT] =
		{
			"credit-only",
			{"凭证 {voucher} 的 {lines} 行全在贷方，合计 {amount}，没有借方。请核对原凭证，补"
             "录借方或重新导出。",
             "All {lines} lines of voucher {voucher} are credits, {amount} in all; there "
             "is no debit. Look up the voucher; complete it or export again."},
		},
	{0},
};

typedef struct sides {
	uint32_t lines[2]; /* with an amount, debit and credit */
	rd_minor sum[2];
	bool red[2];
	rd_row line; /* the first with an amount */
} sides;

static void add(sides *s, int side, rd_minor amount, rd_row line)
{
	if (amount == 0)
		return;
	if (s->lines[0] + s->lines[1] == 0)
		s->line = line;
	s->lines[side]++;
	s->sum[side] += amount;
	s->red[side] |= amount < 0;
}

static void judge(rd_run *run, const rd_book *b, rd_row v)
{
	sides s = {.line = RD_NONE};

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		add(&s, 0, rd_line_debit(b, i), i);
		add(&s, 1, rd_line_credit(b, i), i);
	}
	const int side = s.lines[0] > 0 ? 0 : 1;

	if (s.line == RD_NONE || (s.lines[0] > 0 && s.lines[1] > 0) ||
	    (s.sum[side] == 0 && s.red[side]))
		return;
	const bool single = b->voucher.first[v + 1] - b->voucher.first[v] == 1;
	rd_hit hit = single ? rd_hit_at_line(b, s.line) : rd_hit_at_voucher(b, v);

	hit.kind = single ? K_LINE : side == 0 ? K_DEBIT : K_CREDIT;
	hit.at_stake = s.sum[side] < 0 ? -s.sum[side] : s.sum[side];
	hit.key = (uint64_t)s.sum[side];
	RD_EMIT(run, &hit, rd_money("amount", s.sum[side]), rd_int("lines", s.lines[side]));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)err;
	RD_ASSERT(range.from <= range.to && range.to <= b->voucher.n);
	for (rd_row v = range.from; v < range.to; v++) {
		uint8_t both = 0, seen = 0;

		/* two bits: a debit, a credit was seen; most vouchers are done after two lines */
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1] && seen != 3; i++) {
			both |= b->line.flags[i] & RD_LINE_BOTH;
			if (b->line.amount[i] != 0)
				seen |= (uint8_t)(1u << (b->line.flags[i] & RD_LINE_CREDIT));
		}
		if ((seen != 3 || both) && !(b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING)))
			judge(run, b, v);
	}
	return RD_OK;
}

const rd_check rd_check_one_sided_entry = {
	.slug = "one-sided-entry",
	.family = "balance",
	.nature = "账目不符",
	.title = {"单行或单边凭证", "Single-line or one-sided entry"},
	.finds = {"只有一行，或金额只在借方、只在贷方的凭证。",
              "An entry with one line, or with debit lines only or credit lines only."},
	.correction = {"补录对应分录；导出遗漏的重新导出",
                   "Enter the missing counterpart; lost on export: export again."},
	.basis = {"实务惯例（有借必有贷）", "practice (no debit without a credit)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES,
	.split = RD_SPLIT_VOUCHERS,
	.unit = RD_UNIT_VOUCHERS,
	.messages = messages,
	.run = run,
};
