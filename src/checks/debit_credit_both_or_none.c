/*
 * What it finds: lines that carry a debit and a credit at once, and lines whose amount is zero.
 *
 * Why it matters: on a line with both sides nobody can tell which amount was meant, and programs
 * that net the two hide what was booked. A zero line says nothing and often is a leftover.
 *
 * What to do: not posted yet: fill in anew. Posted: reverse in red and enter the two sides on
 * lines of their own. Zero lines are left out when the voucher is written again.
 *
 * Known limits: zero lines that carry a quantity or a foreign amount are lawful (stock,
 * revaluation) and are not reported. French files may hold zero lines, so these are shown as
 * information. A line without any amount belongs to mandatory-field-blank.
 *
 * 发现什么:同一行借方、贷方都填了金额,或者金额为零的分录。
 *
 * 为什么要紧:借贷同填的行看不出本意,有的软件自动轧差后更看不到原来记了什么;零金额的行没有内容,往往是残留。
 *
 * 怎么办:未记账的重新填制;已记账的红字冲销,借贷分行重做;零金额行重做凭证时去掉。
 *
 * 已知局限:带数量或原币金额的零金额行是正常的(存货、调汇),不报。法国账表允许零金额行,故只作提示。完全没有
 * 填金额的行见 mandatory-field-blank。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/check.h"

enum { P_ZERO_SEVERITY };
static const rd_param params[] = {
	[P_ZERO_SEVERITY] = {"zero_severity",
                         "severity",
                         {"零金额行的严重程度：info、low、medium、high 或 blocker",
                          "severity of zero lines: info, low, medium, high or blocker"},
                         RD_PARAM_WORDS,
                         0,
                         0,
                         0,
                         "info"},
	{0},
};

enum { K_BOTH, K_NONE };
static const rd_message messages[] = {
	[K_BOTH] =
		{"both",
         {"凭证 {voucher} 有 {count} 行借贷同填，首行科目 {account}：借方 {debit}，贷方 {credit}。请核对单据，分行记录。",
          "Voucher {voucher} has {count} line(s) with both sides filled, the first on "
          "{account}: debit {debit}, credit {credit}. Compare with the document and use a "
          "line for each."}},
	[K_NONE] =
		{"none",
         {"凭证 {voucher} 有 {count} 行借贷均为零，首行科目 {account}。请确认是否漏填金额；多余的行可去掉。",
          "Voucher {voucher} has {count} line(s) of zero, the first on {account}. See "
          "whether an amount was forgotten; a superfluous line can go."}},
	{0},
};

static int8_t zero_severity(const rd_run *run)
{
	static const char *const names[] = {"info", "low", "medium", "high", "blocker"};
	uint32_t n;
	const rd_str *words = rd_run_words(run, P_ZERO_SEVERITY, &n);

	for (int8_t i = 0; n && i < 5; i++)
		if (rd_str_is(words[0], names[i]))
			return i;
	return RD_SEV_INFO;
}

typedef struct found {
	rd_row line; /* first one */
	uint32_t count;
	uint64_t key; /* of all lines, in any order */
	rd_minor sum;
} found;

static void take(found *f, const rd_book *b, rd_row i)
{
	rd_minor debit = rd_line_debit(b, i), credit = rd_line_credit(b, i);
	rd_minor size = (debit < 0 ? -debit : debit) + (credit < 0 ? -credit : credit);
	rd_str code = rd_book_text(b, b->account.code[b->line.account[i]]);
	uint64_t h = rd_hash_str(RD_HASH_START, code);

	if (f->count++ == 0)
		f->line = i;
	f->key += rd_hash_i64(rd_hash_i64(h, debit), credit);
	if (__builtin_add_overflow(f->sum, size, &f->sum))
		f->sum = RD_MINOR_MAX;
}

static void report(rd_run *run, const rd_book *b, uint8_t kind, const found *f, int8_t severity)
{
	rd_hit hit = rd_hit_at_voucher(b, rd_line_voucher(b, f->line));

	hit.kind = kind;
	hit.severity = severity;
	hit.line = f->line;
	hit.weight = f->count;
	hit.key = f->key;
	hit.at_stake = f->sum;
	RD_EMIT(run, &hit, rd_int("count", f->count), rd_acc("account", b->line.account[f->line]),
	        rd_money("debit", rd_line_debit(b, f->line)),
	        rd_money("credit", rd_line_credit(b, f->line)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_minor *amount = b->line.amount;
	const uint8_t *flags = b->line.flags;
	const uint8_t lawful = rd_run_guards(run) ? RD_LINE_AMOUNT_BLANK | RD_LINE_FOREIGN |
	                                                RD_LINE_QUANTITY | RD_LINE_ASSERT
	                                          : RD_LINE_AMOUNT_BLANK;
	const int8_t severity = zero_severity(run);

	(void)err;
	RD_ASSERT(range.from <= range.to && range.to <= b->voucher.n);
	for (rd_row i = b->voucher.first[range.from], end = b->voucher.first[range.to]; i < end;) {
		if (amount[i] != 0 && !(flags[i] & RD_LINE_BOTH)) {
			i++;
			continue;
		}
		rd_row v = rd_line_voucher(b, i);
		found both = {0}, none = {0};

		for (; i < b->voucher.first[v + 1]; i++) {
			if (flags[i] & RD_LINE_BOTH)
				take(&both, b, i);
			else if (amount[i] == 0 && !(flags[i] & lawful))
				take(&none, b, i);
		}
		if (b->voucher.flags[v] & RD_VCH_VOID && rd_run_guards(run))
			continue; /* void vouchers are often emptied */
		if (both.count)
			report(run, b, K_BOTH, &both, RD_SEV_PRESET);
		if (none.count)
			report(run, b, K_NONE, &none, severity);
	}
	return RD_OK;
}

const rd_check rd_check_debit_credit_both_or_none = {
	.slug = "debit-credit-both-or-none",
	.family = "structure",
	.nature = "操作错误",
	.title = {"借贷同填或均为零", "Debit and credit both filled, or both zero"},
	.finds = {"同一行既有借方又有贷方金额，或者两方均为零。",
              "One line carries a debit and a credit amount, or neither."},
	.correction = {"未记账的重新填制；已记账的红字冲销后分行重做",
                   "Not posted: fill in anew. Posted: reverse in red, re-enter on separate "
                   "lines."},
	.basis = {"法国税务总局 Test-Compta-Demat 提示项；通行做法",
              "DGFiP Test-Compta-Demat alert; practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES,
	.split = RD_SPLIT_VOUCHERS,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
