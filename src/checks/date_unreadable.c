/*
 * What it finds: date cells that are no calendar date (30 February, 2022/1/32, #REF!), and period
 * cells that name no month. Equal values of one column are reported together.
 *
 * Why it matters: the line is in the books, but in no month: whatever goes by dates passes it
 * over, from the order of numbers to ageing.
 *
 * What to do: put the date right where the books are kept and export again; a voucher that is
 * not posted yet is filled in anew.
 *
 * Known limits: which of day and month comes first is decided once for each column. A blank
 * cell is no unreadable date: see mandatory-field-blank. A date that is printed on the first
 * line of a voucher only is carried down before it is judged.
 *
 * 发现什么:不是日历上日期的单元格(2月30日、2022/1/32、#REF!),以及认不出月份的会计期间。同一列中相同的内容
 * 合并报告。
 *
 * 为什么要紧:这些分录虽然读入,却不属于任何月份,凡是按日期进行的检查(编号顺序、账龄等)都会漏掉它。
 *
 * 怎么办:在来源系统更正日期后重新导出;未记账的凭证重新填制。
 *
 * 已知局限:日、月的先后按整列判断一次。空白不算无法识别,见 mandatory-field-blank;只印在凭证首行的日期会先
 * 向下填充。
 */
#include "check/notes.h"

enum { K_DATE, K_PERIOD };
static const rd_message messages[] = {
	[K_DATE] =
		{"date",
         {"文件 {file}「{column}」列的「{found}」不是有效日期，共 {count} 处（第 {lines} 行）。请核对原始凭证后更正并重新导出。",
          "\"{found}\" in column {column} of {file} is no date: {count} place(s), lines "
          "{lines}. Compare with the documents, correct it and export again."}},
	[K_PERIOD] =
		{"period",
         {"文件 {file}「{column}」列的「{found}」认不出是哪个会计期间，共 {count} 处（第 {lines} 行）。请更正后重新导出。",
          "\"{found}\" in column {column} of {file} names no period: {count} place(s), lines "
          "{lines}. Correct it and export again."}},
	{0},
};

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	rd_note_group *groups;
	uint32_t n = rd_note_groups(a, b, 1u << RD_NOTE_DATE_BAD | 1u << RD_NOTE_PERIOD_BAD,
	                            RD_BY_FOUND | RD_BY_COLUMN, false, &groups);

	(void)range;
	(void)err;
	for (uint32_t i = 0; i < n; i++) {
		const rd_note_group *g = &groups[i];
		bool only = (i == 0 || groups[i - 1].first->file != g->first->file ||
		             groups[i - 1].first->kind != g->first->kind) &&
		            (i + 1 == n || groups[i + 1].first->file != g->first->file ||
		             groups[i + 1].first->kind != g->first->kind);
		uint64_t count = g->count + (only ? g->more : 0);
		rd_hit hit = rd_hit_at_note(b, g);

		hit.kind = g->first->kind == RD_NOTE_DATE_BAD ? K_DATE : K_PERIOD;
		hit.weight = (uint32_t)(count < UINT32_MAX ? count : UINT32_MAX);
		RD_EMIT(run, &hit, rd_fact_file(b, "file", g->first->file),
		        rd_string("column", rd_note_column(a, b, g->first)),
		        rd_txt("found", g->first->found), rd_int("count", (int64_t)count),
		        rd_string("lines", rd_note_lines(a, g)));
	}
	return RD_OK;
}

const rd_check rd_check_date_unreadable = {
	.slug = "date-unreadable",
	.family = "structure",
	.nature = "操作错误",
	.title = {"日期无法识别或不存在", "Date cannot be read or does not exist"},
	.finds = {"不是日历日期的日期栏：2月30日、2022/1/32、#REF！。",
              "A date field that is no calendar date: 30 February, 2022/1/32, #REF!."},
	.correction = {"在来源系统更正日期后重新导出；未记账的重新填制",
                   "Correct the date where the books are kept and export again; not posted: "
                   "fill in anew."},
	.basis = {"法国税务程序法 A47 A-1 条；hledger 日期格式要求",
              "LPF art. A47 A-1; hledger parseable-dates"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.messages = messages,
	.run = run,
};
