/*
 * What it finds: a voucher and the one that cancels it: the same accounts, partners and sides
 * with negated amounts, or, when the summary speaks of a cancellation, the same amounts on the
 * other sides. A summary that names the original (注销8月3日记-15号凭证) goes before everything
 * else; without it the original is the only day within 400 days that holds the negated entry.
 *
 * Why it matters: it is the lawful way to correct a posted voucher and no fault. Both sides are
 * left out of the statistical checks, so that a corrected slip is not reported as well.
 *
 * What to do: nothing. If the two do not belong together, name the right original in the summary
 * of the red voucher.
 *
 * Known limits: returns and discounts are negative by nature and are paired by reference or equal
 * document number only. When equal entries on several days could be the original, none is taken.
 * Void, opening and closing vouchers never pair.
 *
 * 发现什么:一张凭证和冲销它的凭证:科目、往来单位、方向相同而金额为负;或摘要写明冲销而借贷方向相反。
 * 摘要写明原凭证的(注销8月3日记-15号凭证)以摘要为准;没有写明的,取 400 天内唯一有相反分录的一天。
 *
 * 为什么要紧:这是已记账凭证的合法更正方法,不是差错。两张凭证都不参与统计类检查,改正过的差错不会再
 * 被报告一次。
 *
 * 怎么办:无需处理。两张并不相干的,请在红字凭证的摘要里写明正确的原凭证。
 *
 * 已知局限:退货、折让本身就是负数,只按摘要或相同单据号配对。几个日期都有可能是原凭证时,都不配对。
 * 作废、期初、结转凭证不参与配对。
 */
#include "base/assert.h"
#include "book/serial.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/index.h"
#include "check/wording.h"
#include <stdlib.h>

enum { K_REFERENCE, K_AMOUNTS, K_CORRECTED };
static const rd_message messages[] = {
	[K_REFERENCE] =
		{"by-reference",
         {"{voucher} 按摘要所写冲销了 {original}（{original_day}，金额 {amount}）。无需处理。",
          "{voucher} cancels {original} ({original_day}, amount {amount}), as its "
          "summary says. Nothing to do."}},
	[K_AMOUNTS] =
		{"by-amounts",
         {"{voucher} 与 {original}（{original_day}，金额 {amount}）分录相同而相反，看作冲销。"
          "无需处理；摘要宜写明原凭证。",
          "{voucher} holds the entry of {original} ({original_day}, amount {amount}) "
          "negated and is taken for its cancellation. Nothing to do; the summary should "
          "name the original."}},
	[K_CORRECTED] =
		{"corrected",
         {"{voucher} 冲销了 {original}（{original_day}，金额 {amount}），{blue} 重新登记了正"
          "确的分录。更正完整，无需处理。",
          "{voucher} cancels {original} ({original_day}, amount {amount}), and {blue} "
          "enters the right one. The correction is complete."}},
	{0},
};

/* A voucher whose summary says that it enters a cancelled one anew (订正). */
typedef struct blue {
	uint64_t number;
	rd_row voucher;
	rd_reference ref;
} blue;

static int blue_order(const void *pa, const void *pb)
{
	const blue *a = pa, *b = pb;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->voucher < b->voucher ? -1 : a->voucher > b->voucher;
}

static uint32_t find_blues(rd_run *run, const rd_book *b, const uint8_t *words, blue **ret)
{
	blue *items = NULL;
	uint32_t n = 0, cap = 0;

	for (rd_row v = 0; words && v < b->voucher.n; v++) {
		rd_reference ref;

		if ((rd_voucher_words(b, words, v) & RD_WORD_CORRECT) == 0 ||
		    !rd_voucher_reference(b, words, v, &ref))
			continue;
		if (n == cap)
			items = rd_grow(rd_run_scratch(run), items, n, &cap, sizeof *items);
		items[n++] = (blue){ref.number, v, ref};
	}
	if (n > 1)
		qsort(items, n, sizeof *items, blue_order);
	*ret = items;
	return n;
}

/* The correcting voucher that names `original`, RD_NONE = none. */
static rd_row blue_of(const rd_book *b, const blue *items, uint32_t n, rd_row original, rd_row red)
{
	uint64_t number = rd_serial_value(b->voucher.number[original]);
	uint32_t from = 0, to = n;

	while (from < to) {
		uint32_t mid = from + (to - from) / 2;

		if (items[mid].number < number)
			from = mid + 1;
		else
			to = mid;
	}
	for (uint32_t i = from; i < n && items[i].number == number && i - from < 100; i++)
		if (items[i].voucher != red && items[i].voucher != original &&
		    rd_reference_fits(b, &items[i].ref, original) &&
		    rd_voucher_order(b, items[i].voucher, original) > 0)
			return items[i].voucher;
	return RD_NONE;
}

static void report(rd_run *run, const rd_book *b, const uint8_t *words, rd_row red, rd_row original,
                   rd_row corrected)
{
	rd_hit hit = rd_hit_at_voucher(b, red);
	rd_row line = b->voucher.first[original];
	rd_reference ref;

	hit.kind = K_AMOUNTS;
	if (corrected != RD_NONE)
		hit.kind = K_CORRECTED;
	else if (rd_voucher_reference(b, words, red, &ref) && rd_reference_fits(b, &ref, original))
		hit.kind = K_REFERENCE;
	hit.other = original;
	hit.lines = &line;
	hit.n_lines = 1;
	hit.key = rd_entry_key(b, original);
	rd_fact facts[] = {
		rd_vch("original", original),
		rd_on_day("original_day", b->voucher.date[original]),
		rd_money("amount", rd_entry_volume(b, original)),
		corrected != RD_NONE ? rd_vch("blue", corrected) : (rd_fact){0},
		{0},
	};

	rd_emit(run, &hit, facts);
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_pairs *pairs = rd_index_pairs(run, b);
	const uint8_t *words = rd_index_wording(run, b)->texts;
	blue *blues = NULL;

	(void)range;
	(void)err;
	if (!pairs->other)
		return RD_OK;
	uint32_t n = find_blues(run, b, words, &blues);

	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (!pairs->red[v])
			continue;
		RD_ASSERT(pairs->other[v] < b->voucher.n);
		report(run, b, words, v, pairs->other[v], blue_of(b, blues, n, pairs->other[v], v));
	}
	return RD_OK;
}

const rd_check rd_check_red_ink_pair = {
	.slug = "red-ink-pair",
	.family = "correction",
	.nature = "操作错误",
	.title = {"红字冲销对", "Red-ink pair"},
	.finds = {"一张凭证被另一张红字（或反方向）凭证冲销。不是差错：成对显示一次，两张都不参与其"
              "他检查。",
              "An entry and its cancellation. No fault: the pair is shown once and both "
              "sides leave the other checks."},
	.correction = {"无需处理", "Nothing to do"},
	.basis = {"会计基础工作规范 51 条（五）；法国 FEC（允许负数金额）",
              "Basic accounting work rules 51 (5); FEC (negative amounts allowed)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_INFO,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.messages = messages,
	.run = run,
};
