/*
 * What it finds: amounts with more significant decimals than their currency has: 12.345 yuan,
 * 100.5 yen. One finding for each column.
 *
 * Why it matters: such an amount was calculated, not paid. Programs round it in different ways,
 * and totals differ by a few fen that nobody can explain later.
 *
 * What to do: round to the smallest unit when the voucher is written; put the difference into
 * the main line or into finance cost.
 *
 * Known limits: zeros at the end do not count. Unit prices, quantities and rates are no
 * amounts. Redink itself rounds half away from zero and goes on with the rounded amount.
 *
 * 发现什么:有效小数位数超过币种最小单位的金额,如 12.345 元、100.5 日元。每列报一条。
 *
 * 为什么要紧:这样的数是算出来的,不是付出来的;各软件舍入方法不同,合计会差几分钱,事后说不清。
 *
 * 怎么办:填制凭证时就按最小单位四舍五入,差额记入主要行或财务费用。
 *
 * 已知局限:末尾的零不计;单价、数量、汇率不是金额。Redink 自身按四舍五入后的金额继续检查。
 */
#include "base/hash.h"
#include "check/notes.h"

enum { K_BASE };
static const rd_message messages[] = {
	[K_BASE] =
		{"decimals",
         {"文件 {file}「{column}」列有 {count} 个金额的小数位超过最小货币单位，例如「{found}」（第 {lines} 行）。"
          "检查时已四舍五入；请按最小单位入账，差额记入主要行或财务费用。",
          "{count} amount(s) in column {column} of {file} have more decimals than the "
          "currency, such as \"{found}\" (lines {lines}). They were rounded for the check; "
          "book in the smallest unit and put the difference into the main line."}},
	{0},
};

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	rd_note_group *groups;
	uint32_t n = rd_note_groups(a, b, 1u << RD_NOTE_DECIMALS, RD_BY_COLUMN, false, &groups);

	(void)range;
	(void)err;
	for (uint32_t i = 0; i < n; i++) {
		const rd_note_group *g = &groups[i];
		bool last = i + 1 == n || groups[i + 1].first->file != g->first->file;
		uint64_t count = g->count + (last ? g->more : 0);
		rd_hit hit = rd_hit_at_note(b, g);

		hit.key = rd_hash_str(rd_file_key(b, g->first->file), rd_book_text(b, g->first->field));
		hit.weight = (uint32_t)(count < UINT32_MAX ? count : UINT32_MAX);
		RD_EMIT(run, &hit, rd_fact_file(b, "file", g->first->file),
		        rd_string("column", rd_note_column(a, b, g->first)),
		        rd_int("count", (int64_t)count), rd_txt("found", g->first->found),
		        rd_string("lines", rd_note_lines(a, g)));
	}
	return RD_OK;
}

const rd_check rd_check_too_many_decimals = {
	.slug = "too-many-decimals",
	.family = "structure",
	.nature = "操作错误",
	.title = {"小数位数超出币种", "More decimals than the currency has"},
	.finds = {"12.345 元、100.5 日元之类的金额：是算出来的而不是付出来的，合计会有尾差。",
              "An amount such as 12.345 yuan or 100.5 yen. It was calculated, not paid, and "
              "totals will differ by rounding."},
	.correction = {"按币种最小单位四舍五入，差额记财务费用或主要行",
                   "Round to the smallest unit; the difference goes to finance cost or the "
                   "main line."},
	.basis = {"EN 16931 BR-DEC-01 至 28；ISO 4217", "EN 16931 BR-DEC-01..28; ISO 4217"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_RAW,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.no_collapse = true,
	.messages = messages,
	.run = run,
};
